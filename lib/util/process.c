/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/process.h"

#include "util/str.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef HELPER_DIR
#define HELPER_DIR "/usr/libexec/berth"
#endif

static char *const clean_environment[] = {
	(char *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	(char *)"HOME=/",
	(char *)"LC_ALL=C",
	NULL,
};

/* Moves the named descriptors to their numbers without treading on one that is still to be moved. */
static int arrange_descriptors(const struct process_spec *spec, int report)
{
	int high = 3, null_fd;

	for (size_t i = 0; i < spec->n_fds; i++)
		if (spec->fds[i].to >= high)
			high = spec->fds[i].to + 1;
	int moved[spec->n_fds + 1];
	for (size_t i = 0; i < spec->n_fds; i++)
		if ((moved[i] = fcntl(spec->fds[i].from, F_DUPFD_CLOEXEC, high)) < 0)
			return -1;
	if ((report = fcntl(report, F_DUPFD_CLOEXEC, high)) < 0)
		return -1;
	null_fd = open("/dev/null", O_RDWR);   /* becomes 0 to 2: no O_CLOEXEC */
	if (null_fd < 0)
		return -1;
	for (int fd = 0; fd < 3; fd++)
		if (fd != null_fd && dup2(null_fd, fd) < 0)
			return -1;
	for (size_t i = 0; i < spec->n_fds; i++)
		if (dup2(moved[i], spec->fds[i].to) < 0)
			return -1;
	/* A gap below `high` must not keep a descriptor that the caller happened to have there. */
	for (int fd = 3; fd < high; fd++) {
		bool wanted = false;
		for (size_t i = 0; i < spec->n_fds; i++)
			wanted |= spec->fds[i].to == fd;
		if (!wanted)
			close(fd);
	}
	if ((report > high && syscall(SYS_close_range, high, report - 1, 0) < 0) || syscall(SYS_close_range, report + 1, ~0U, 0) < 0)
		return -1;
	return report;
}

static void exec_child(const struct process_spec *spec, int report)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;
	int fd, e;

	for (int s = 1; s < NSIG; s++)
		if (s != SIGKILL && s != SIGSTOP)
			sigaction(s, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (spec->new_session)
		setsid();
	fd = arrange_descriptors(spec, report);
	if (fd >= 0) {
		execve(spec->path, spec->argv, spec->envp ? spec->envp : clean_environment);
		report = fd;
	}
	e = errno;
	if (write(report, &e, sizeof(e)) < 0)
		_exit(127);
	_exit(127);
}

pid_t process_spawn(const struct process_spec *spec, int *pidfd, struct error *err)
{
	int p[2], e = 0;
	ssize_t n;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) < 0)
		return error_errno(err, "cannot start %s", spec->path);
	pid = fork();
	if (pid == 0)
		exec_child(spec, p[1]);
	AUTO_CLOSE int out = p[0];
	close(p[1]);
	if (pid < 0)
		return error_errno(err, "cannot start %s", spec->path);
	n = RETRY_EINTR(read(out, &e, sizeof(e)));
	if (n == sizeof(e)) {
		RETRY_EINTR(waitpid(pid, NULL, 0));
		errno = e;
		return error_errno(err, "cannot start %s", spec->path);
	}
	if (pidfd && (*pidfd = (int)syscall(SYS_pidfd_open, pid, 0)) < 0) {
		error_errno(err, "cannot watch %s", spec->path);
		kill(pid, SIGKILL);
		RETRY_EINTR(waitpid(pid, NULL, 0));
		return -1;
	}
	return pid;
}

unsigned long long process_start_time(pid_t pid)
{
	char path[40], buf[1024], *p;
	unsigned long long start = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (n = RETRY_EINTR(read(fd, buf, sizeof(buf) - 1))) <= 0)
		return 0;
	buf[n] = '\0';
	/* the command, field 2, is in brackets and may hold anything, brackets and blanks too */
	if (!(p = strrchr(buf, ')')))
		return 0;
	for (int field = 2; field < 22 && p; field++)
		p = strchr(p + 1, ' ');
	if (p)
		start = strtoull(p + 1, NULL, 10);
	return start;
}

char *process_helper_path(const char *helper, struct error *err)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n > 0) {
		char *slash;
		exe[n] = '\0';
		slash = strrchr(exe, '/');
		if (slash) {
			*slash = '\0';
			AUTO_FREE char *near = str_printf("%s/../helpers/%s", exe, helper);
			if (near && access(near, X_OK) == 0)
				return STEAL_PTR(near);
		}
	}
	char *far = str_printf("%s/%s", HELPER_DIR, helper);
	if (!far)
		error_errno(err, "cannot start %s", helper);
	return far;
}
