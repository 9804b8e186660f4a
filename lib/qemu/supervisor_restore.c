/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A machine that begins with memory that was saved. */
#include "qemu/supervisor_restore.h"

#include "hypervisor/save_image.h"
#include "qemu/output.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* The head tells where the state begins and how it is packed; a descriptor that is to bypass the page cache reads it by way of that. */
static int find_state(int fd, struct save_image *image, bool *direct, struct error *err)
{
	int flags = fcntl(fd, F_GETFL);

	*direct = flags >= 0 && flags & O_DIRECT;
	if (*direct && fcntl(fd, F_SETFL, flags & ~O_DIRECT) < 0)
		return error_errno(err, "the saved state");
	if (lseek(fd, 0, SEEK_SET) < 0)
		return error_errno(err, "the saved state");
	if (save_image_read(fd, image, err) < 0)
		return error_wrap(err, "the saved state");
	/* an image of another program need not begin where that works */
	*direct = *direct && image->data % 4096 == 0;
	return 0;
}

int qemu_restore_open(struct qemu_restore *r, int image_fd, struct qemu_pass *pass, struct error *err)
{
	struct save_image image = { 0 };
	bool direct;
	int fd = -1, rc;

	rc = find_state(image_fd, &image, &direct, err);
	if (rc == 0 && (direct || image.format))
		fd = qemu_input_pump(image_fd, direct, image.format ? save_format_name(image.format) : NULL, &r->pumpfd, err);
	else if (rc == 0 && (fd = fcntl(image_fd, F_DUPFD_CLOEXEC, 3)) < 0)
		error_errno(err, "the saved state");
	save_image_clear(&image);
	r->number = rc < 0 ? -1 : qemu_pass_add(pass, fd, err);
	return r->number < 0 ? -1 : 0;
}

void qemu_restore_close(struct qemu_restore *r)
{
	if (r->pumpfd >= 0)
		qemu_pump_end(STEAL_FD(r->pumpfd));
}

static int sync_dir(int fd)
{
	AUTO_CLOSE int dir = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return dir < 0 ? -1 : fsync(dir);
}

/* A guest's own saved state is of no use once the guest goes on from it: restored a second time, its memory would not fit its disks any more. Therefore
 * it goes before the guest does. */
static int consume(struct supervisor *sv, struct error *err)
{
	struct stat image, own;

	if (sv->config_fd < 0 || fstat(sv->image_fd, &image) < 0 || fstatat(sv->config_fd, "save", &own, AT_SYMLINK_NOFOLLOW) < 0 ||
	    image.st_dev != own.st_dev || image.st_ino != own.st_ino)
		return 0;
	if (unlinkat(sv->config_fd, "save", 0) < 0 || sync_dir(sv->config_fd) < 0)
		return error_errno(err, "the saved state cannot be taken away");
	return 0;
}

int qemu_restore_load(struct qemu_guest *g, struct qemu_restore *r, struct error *err)
{
	static const char *const ends[] = { "completed", "failed" };
	char uri[24];
	size_t end = 0;

	snprintf(uri, sizeof(uri), "fd:%d", r->number);
	g->job.status[0] = '\0';
	if (qemu_enable_migration_events(g, err) < 0 || qmp_do(g->qmp, "migrate-incoming", json_pack("{s:s}", "uri", uri), QMP_TIMEOUT, err) < 0)
		return -1;
	for (;;) {
		for (end = 0; end < ARRAY_LEN(ends) && strcmp(g->job.status, ends[end]); end++)
			;
		if (end < ARRAY_LEN(ends) || !qmp_is_open(g->qmp))
			break;
		task_queue_wait(&g->job.changed, -1);
	}
	if (end > 0)
		return error_set(err, ERR_OPERATION_FAILED, "QEMU cannot load the saved state");
	return consume(g->sv, err);
}
