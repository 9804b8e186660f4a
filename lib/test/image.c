/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/image.h"

#include "hypervisor/save_image.h"
#include "util/str.h"

#include <fcntl.h>

int test_file_write(int dir, const char *path, int (*fill)(int fd, const void *arg, struct error *err), const void *arg, struct error *err)
{
	AUTO_FREE char *temporary = str_printf("%s.part", path);
	AUTO_CLOSE int fd = temporary ? openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
	int rc;

	if (fd < 0)
		return error_errno(err, "%s", path);
	rc = fill(fd, arg, err);
	if (rc == 0 && renameat(dir, temporary, dir, path) < 0)
		rc = error_errno(err, "%s", path);
	if (rc < 0)
		unlinkat(dir, temporary, 0);
	return rc;
}

static int fill_image(int fd, const void *arg, struct error *err)
{
	return save_image_begin(fd, arg, err) < 0 ? -1 : save_image_finish(fd, err);
}

int test_image_write(int dir, const char *path, const char *xml, bool running, struct error *err)
{
	struct save_image image = { .xml = (char *)xml, .running = running };

	return test_file_write(dir, path, fill_image, &image, err);
}
