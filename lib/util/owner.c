/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/owner.h"

#include "util/str.h"

#include <fcntl.h>
#include <string.h>

bool owner_may(const struct stat *st, uid_t uid, gid_t gid, int want)
{
	unsigned shift = st->st_uid == uid ? 6 : st->st_gid == gid ? 3 : 0;

	return uid == 0 || ((st->st_mode >> shift) & (unsigned)want) == (unsigned)want;
}

int owner_lend(const char *path, uid_t uid, gid_t gid, int want, owner_plan_fn *plan, void *ctx, struct error *err)
{
	AUTO_CLOSE int fd = open(path, O_PATH | O_CLOEXEC);
	unsigned mode = (unsigned)(want & (R_OK | W_OK)) << 6;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, "cannot open %s", path);
	if (owner_may(&st, uid, gid, want))
		return 0;
	/* whose it was, whose it will be, which file it is */
	AUTO_FREE char *line = str_printf("%u %u %o %u %u %llu %llu %s", st.st_uid, st.st_gid, st.st_mode & 07777, uid, gid,
					  (unsigned long long)st.st_dev, (unsigned long long)st.st_ino, path);
	AUTO_FREE char *self = str_printf("/proc/self/fd/%d", fd);
	if (!line || !self)
		return error_errno(err, "%s", path);
	if (plan(ctx, "owner", line, err) < 0)
		return -1;
	if (chown(self, uid, gid) < 0)
		return error_errno(err, "cannot let user %u have %s", uid, path);
	if ((st.st_mode & mode) != mode && chmod(self, (st.st_mode & 07777) | mode) < 0)
		return error_errno(err, "cannot let user %u have %s", uid, path);
	return 1;
}

int owner_plan_undo(const char *line, struct error *err)
{
	unsigned uid, gid, mode, to_uid, to_gid;
	unsigned long long dev, ino;
	struct stat st;
	int at = 0;

	if (sscanf(line, "%u %u %o %u %u %llu %llu %n", &uid, &gid, &mode, &to_uid, &to_gid, &dev, &ino, &at) != 7 || !at || line[at] != '/')
		return error_set(err, ERR_INTERNAL, "the plan's line 'owner %s' is damaged", line);
	AUTO_CLOSE int fd = open(line + at, O_PATH | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EROFS ? 0 : error_errno(err, "cannot give back %s", line + at);
	if (st.st_dev != dev || st.st_ino != ino || st.st_uid != to_uid || st.st_gid != to_gid)
		return 0;
	AUTO_FREE char *self = str_printf("/proc/self/fd/%d", fd);
	if (!self || chown(self, uid, gid) < 0 || chmod(self, mode) < 0)
		return error_errno(err, "cannot give back %s", line + at);
	return 0;
}
