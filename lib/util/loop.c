/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/loop.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <string.h>
#include <sys/ioctl.h>

#define TRIES 64

int loop_attach(const struct loop_wish *w, int *number, struct error *err)
{
	AUTO_CLOSE int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	struct loop_config config = { .fd = (unsigned)w->file,
				      .info.lo_flags = (w->autoclear ? LO_FLAGS_AUTOCLEAR : 0) | (w->readonly ? LO_FLAGS_READ_ONLY : 0) };
	char device[32];

	if (control < 0)
		return error_errno(err, "cannot get a loop device for %s", w->path);
	snprintf((char *)config.info.lo_file_name, sizeof(config.info.lo_file_name), "%s", w->mark);
	for (int i = 0; i < TRIES; i++) {
		*number = ioctl(control, LOOP_CTL_GET_FREE);
		if (*number < 0)
			return error_errno(err, "no loop device is free for %s", w->path);
		if (w->plan && w->plan(w->ctx, *number, err) < 0)
			return -1;
		snprintf(device, sizeof(device), "/dev/loop%d", *number);
		AUTO_CLOSE int fd = open(device, (w->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
		if (fd < 0)
			return error_errno(err, "cannot open %s for %s", device, w->path);
		if (ioctl(fd, LOOP_CONFIGURE, &config) == 0)
			return STEAL_FD(fd);
		if (errno != EBUSY)
			return error_errno(err, "cannot connect %s with %s", device, w->path);
	}
	return error_set(err, ERR_RESOURCE_BUSY, "no loop device stays free for %s", w->path);
}

int loop_detach(int number, const char *mark, struct error *err)
{
	struct loop_info64 info;
	char device[32];

	snprintf(device, sizeof(device), "/dev/loop%d", number);
	AUTO_CLOSE int fd = open(device, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : error_errno(err, "cannot open %s", device);
	/* ENXIO: it has no file */
	if (ioctl(fd, LOOP_GET_STATUS64, &info) < 0)
		return errno == ENXIO ? 0 : error_errno(err, "cannot look at %s", device);
	if (strncmp((const char *)info.lo_file_name, mark, sizeof(info.lo_file_name) - 1))
		return 0;
	return ioctl(fd, LOOP_CLR_FD) < 0 && errno != ENXIO ? error_errno(err, "cannot take %s away", device) : 0;
}

int loop_plan_undo(const char *line, struct error *err)
{
	char mark[LO_NAME_SIZE];
	int number;

	if (sscanf(line, "%d %63s", &number, mark) != 2 || number < 0)
		return error_set(err, ERR_INTERNAL, "a plan names the loop device '%s'", line);
	return loop_detach(number, mark, err);
}
