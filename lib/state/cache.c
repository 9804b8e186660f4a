/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state/state.h"

#include "util/file.h"

int state_cache_read(const char *kind, const char *name, size_t max, char **data, size_t *len, struct error *err)
{
	AUTO_CLOSE int fd = state_open_dir(STATE_CACHE, kind, false, err);

	return fd < 0 ? -1 : file_read_at(fd, name, max, data, len, err);
}

int state_cache_write(const char *kind, const char *name, const void *data, size_t len, struct error *err)
{
	AUTO_CLOSE int fd = state_open_dir(STATE_CACHE, kind, true, err);

	return fd < 0 ? -1 : file_replace_at(fd, name, data, len, 0600, FILE_VOLATILE, err);
}
