/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu/output.h"

#include "qemu/supervisor_impl.h"
#include "util/file.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define CHUNK (1u << 20)
#define ALIGN 4096
#define PIPE_SIZE (1 << 20)
#define FREE_MARGIN (16ULL << 20)

/* ---- the process between a pipe and a file ---- */

static ssize_t fill(int fd, char *buf, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = RETRY_EINTR(read(fd, buf + len, size - len));

		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += n;
	}
	return (ssize_t)len;
}

/* Without the page cache a file is written in whole blocks; its end is not one. */
static int put(int fd, const char *buf, size_t len)
{
	int flags = fcntl(fd, F_GETFL);

	if (len % ALIGN && flags >= 0 && flags & O_DIRECT && fcntl(fd, F_SETFL, flags & ~O_DIRECT) < 0)
		return -1;
	return file_write_all(fd, buf, len);
}

/* From 0 to 1; the exit status is an errno. */
static int copy_through(int argc, char **argv)
{
	char *buf = aligned_alloc(ALIGN, CHUNK);
	ssize_t n;

	(void)argc;
	(void)argv;
	if (!buf)
		return ENOMEM;
	while ((n = fill(STDIN_FILENO, buf, CHUNK)) > 0)
		if (put(STDOUT_FILENO, buf, (size_t)n) < 0)
			return errno;
	return n < 0 ? errno : 0;
}

static const char *find_program(const char *name, char *path, size_t size)
{
	static const char *const dirs[] = { "/usr/bin", "/bin", "/usr/local/bin" };

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		snprintf(path, size, "%s/%s", dirs[i], name);
		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

/* `mode`: "-c" packs, "-dc" unpacks. */
static pid_t start_pump(int in, int out, const char *program, const char *mode, int *pidfd, struct error *err)
{
	char path[PATH_MAX];
	const struct process_fd fds[] = { { in, STDIN_FILENO }, { out, STDOUT_FILENO }, { STDERR_FILENO, STDERR_FILENO } };
	char *const packer[] = { (char *)program, (char *)mode, NULL }, *const copier[] = { (char *)"berth-pump", NULL };
	struct process_spec spec = { .argv = copier, .fds = fds, .n_fds = 3, .ends_with_us = true, .run = copy_through };

	if (program) {
		spec.run = NULL;
		spec.argv = packer;
		spec.path = find_program(program, path, sizeof(path));
		if (!spec.path)
			return error_set(err, ERR_OPERATION_FAILED, "the program %s is not installed", program);
	}
	return process_spawn(&spec, pidfd, err);
}

static int set_direct(int fd, struct error *err)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_DIRECT) < 0)
		return error_errno(err, "the page cache cannot be bypassed there");
	return 0;
}

static int pump(struct qemu_output *out, bool direct, const char *packer, struct error *err)
{
	int ends[2];

	if (direct && !packer && set_direct(out->fd, err) < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, "cannot make a pipe");
	fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE);
	out->pump = start_pump(ends[0], out->fd, packer, "-c", &out->pumpfd, err);
	close(ends[0]);
	if (out->pump < 0) {
		out->pump = 0;
		close(ends[1]);
		return -1;
	}
	out->pipe = ends[1];
	out->packer = packer;
	return 0;
}

int qemu_output_pump(struct qemu_output *out, bool direct, const char *packer, struct error *err)
{
	return direct || packer ? pump(out, direct, packer, err) : 0;
}

int qemu_output_pump_always(struct qemu_output *out, bool direct, struct error *err)
{
	return pump(out, direct, NULL, err);
}

int qemu_input_pump(int fd, bool direct, const char *unpacker, int *pumpfd, struct error *err)
{
	int ends[2];
	pid_t pid;

	if (direct && !unpacker && set_direct(fd, err) < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, "cannot make a pipe");
	fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE);
	pid = start_pump(fd, ends[1], unpacker, "-dc", pumpfd, err);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return -1;
	}
	return ends[0];
}

int qemu_output_fd(const struct qemu_output *out)
{
	return out->pipe >= 0 ? out->pipe : out->fd;
}

void qemu_output_handed_over(struct qemu_output *out)
{
	if (out->pipe >= 0)
		close(STEAL_FD(out->pipe));
}

/* What it exited with, or -1. */
static int reap(int pumpfd)
{
	siginfo_t info = { 0 };

	RETRY_EINTR(waitid(P_PIDFD, pumpfd, &info, WEXITED));
	close(pumpfd);
	return info.si_code == CLD_EXITED ? info.si_status : -1;
}

int qemu_pump_end(int pumpfd)
{
	syscall(SYS_pidfd_send_signal, pumpfd, SIGKILL, NULL, 0);
	return reap(pumpfd);
}

int qemu_output_drain(struct qemu_output *out, struct error *err)
{
	struct statvfs fs;
	int status;

	qemu_output_handed_over(out);
	if (!out->pump)
		return 0;
	if (task_wait_fd(out->pumpfd, POLLIN, -1) < 0)
		return error_errno(err, "cannot wait for what writes the file");
	status = reap(STEAL_FD(out->pumpfd));
	out->pump = 0;
	if (status == 0)
		return 0;
	/* a program's status is no errno; what it says is in the log */
	if (out->packer && status > 0 && fstatvfs(out->fd, &fs) == 0 && fs.f_bavail > 0)
		return error_set(err, ERR_OPERATION_FAILED, "%s could not write %s", out->packer, out->path);
	errno = out->packer ? ENOSPC : status;
	return status > 0 && status < 130 ? error_errno(err, "cannot write %s", out->path)
					  : error_set(err, ERR_OPERATION_FAILED, "what packs %s was ended", out->path);
}

void qemu_output_stop(struct qemu_output *out)
{
	if (out->pump)
		syscall(SYS_pidfd_send_signal, out->pumpfd, SIGKILL, NULL, 0);
}

void qemu_output_lost(struct qemu_output *out)
{
	qemu_output_stop(out);
	out->lost = true;
	if (out->temporary)
		unlinkat(out->dir, out->temporary, 0);
	free(STEAL_PTR(out->temporary));
}

/* ---- the file ---- */

static int plan_temporary(struct qemu_guest *g, const struct qemu_output *out, struct error *err)
{
	AUTO_FREE char *inside = out->dir == AT_FDCWD ? NULL : state_path(STATE_LIB, g->sv->driver->kind, g->sv->name, out->temporary, err);

	if (out->dir != AT_FDCWD && !inside)
		return -1;
	return supervisor_plan(g->sv, "partial", inside ? inside : out->temporary, err);
}

int qemu_output_open(struct qemu_guest *g, int dir, const char *path, struct qemu_output *out, struct error *err)
{
	uint32_t random = 0;
	struct stat st;
	int flags = O_WRONLY | O_NOCTTY | O_CLOEXEC;

	*out = (struct qemu_output){ .dir = dir, .fd = -1, .pipe = -1, .pumpfd = -1 };
	if (dir == AT_FDCWD && (!path || *path != '/'))
		return error_set(err, ERR_INVALID_ARG, "'%s' is no absolute path", path ? path : "");
	out->path = strdup(path);
	if (!out->path)
		return error_errno(err, "%s", path);
	if (fstatat(dir, path, &st, 0) == 0 && S_ISDIR(st.st_mode))
		return error_set(err, ERR_INVALID_ARG, "%s is a directory", path);
	if (fstatat(dir, path, &st, 0) < 0 || S_ISREG(st.st_mode)) {
		if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
			random = (uint32_t)qemu_now();
		out->temporary = str_printf("%s.%08x.part", path, random);
		if (!out->temporary)
			return error_errno(err, "%s", path);
		if (plan_temporary(g, out, err) < 0)
			return -1;
		flags |= O_CREAT | O_EXCL | O_NOFOLLOW;
	}
	/* a pipe that nobody reads is an error, no wait */
	out->fd = RETRY_EINTR(openat(dir, out->temporary ? out->temporary : path, flags | O_NONBLOCK, 0600));
	if (out->fd < 0) {
		free(STEAL_PTR(out->temporary));
		return error_errno(err, "cannot make %s", path);
	}
	flags = fcntl(out->fd, F_GETFL);
	fcntl(out->fd, F_SETFL, flags & ~O_NONBLOCK);
	return 0;
}

int qemu_output_check_room(const struct qemu_output *out, uint64_t bytes, struct error *err)
{
	struct statvfs fs;
	uint64_t room;

	if (!out->temporary || fstatvfs(out->fd, &fs) < 0)
		return 0;
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (room >= bytes + FREE_MARGIN)
		return 0;
	return error_set(err, ERR_OPERATION_FAILED, "there is no room for %s: %llu MiB are needed, %llu are free", out->path,
			 (unsigned long long)(bytes + FREE_MARGIN) >> 20, (unsigned long long)room >> 20);
}

static int sync_directory(const struct qemu_output *out)
{
	const char *slash = strrchr(out->path, '/');
	AUTO_FREE char *parent = slash ? strndup(out->path, slash > out->path ? (size_t)(slash - out->path) : 1) : strdup(".");
	AUTO_CLOSE int fd = parent ? openat(out->dir, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	return fd < 0 ? -1 : fsync(fd);
}

int qemu_output_commit(struct qemu_output *out, struct error *err)
{
	if (out->lost)
		return error_set(err, ERR_OPERATION_FAILED, "the guest ended meanwhile");
	if (fsync(out->fd) < 0 && errno != EINVAL)
		return error_errno(err, "cannot write %s", out->path);
	if (out->temporary) {
		if (renameat(out->dir, out->temporary, out->dir, out->path) < 0)
			return error_errno(err, "cannot give %s its name", out->path);
		free(STEAL_PTR(out->temporary));
		if (sync_directory(out) < 0)
			return error_errno(err, "cannot write the directory of %s", out->path);
	}
	qemu_output_abandon(out);
	return 0;
}

void qemu_output_abandon(struct qemu_output *out)
{
	qemu_output_handed_over(out);
	if (out->pump)
		qemu_pump_end(STEAL_FD(out->pumpfd));
	out->pump = 0;
	if (out->temporary)
		unlinkat(out->dir, out->temporary, 0);
	if (out->fd >= 0)
		close(STEAL_FD(out->fd));
	free(STEAL_PTR(out->temporary));
	free(STEAL_PTR(out->path));
}
