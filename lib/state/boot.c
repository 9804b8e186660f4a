/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is done once in a boot of the host: a file in the run root with the boot's id, so that a run root that outlives the boot does
 * no harm. */
#include "state/internal.h"

#include "util/file.h"

#include <string.h>

#define MARK ".autostarted"

int state_autostart_is_done(struct error *err)
{
	AUTO_CLOSE int root = state_open_dir(STATE_RUN, NULL, false, err);
	char text[STATE_BOOT_ID + 1] = "";

	if (root < 0)
		return err->sys == ENOENT ? 0 : -1;
	/* a damaged mark counts as none: starting what runs already does nothing */
	ssize_t n = state_read_small(root, MARK, text, sizeof(text));
	return n > 0 && strncmp(text, state_boot_id(), (size_t)n) == 0 && state_boot_id()[0];
}

int state_autostart_mark(struct error *err)
{
	AUTO_CLOSE int root = state_open_dir(STATE_RUN, NULL, true, err);

	if (root < 0)
		return -1;
	return file_replace_at(root, MARK, state_boot_id(), strlen(state_boot_id()), 0600, FILE_VOLATILE, err);
}
