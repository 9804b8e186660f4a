/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting a supervisor, with the descriptors that supervisor.h names, and hearing what became of it. */
#include "hypervisor/local.h"

#include "util/file.h"
#include "util/netns.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* The last line of the log, for a supervisor that could not say it itself. */
static void last_log_line(const struct hv_spawn *spec, char *line, size_t size)
{
	char buf[600], *start;
	AUTO_FREE char *file = str_encode_name(spec->name, NULL);
	AUTO_FREE char *log = file ? str_printf("%s.log", file) : NULL;
	AUTO_CLOSE int dir = log ? state_open_dir(STATE_LOG, spec->kind->name, false, NULL) : -1;
	AUTO_CLOSE int fd = dir < 0 ? -1 : RETRY_EINTR(openat(dir, log, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
	off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	ssize_t n;

	line[0] = '\0';
	if (end <= 0)
		return;
	n = RETRY_EINTR(pread(fd, buf, sizeof(buf) - 1, end > (off_t)sizeof(buf) - 1 ? end - ((off_t)sizeof(buf) - 1) : 0));
	while (n > 0 && buf[n - 1] == '\n')
		n--;
	if (n <= 0)
		return;
	buf[n] = '\0';
	start = strrchr(buf, '\n');
	snprintf(line, size, ": %s", start ? start + 1 : buf);
}

static int wait_for(const struct hv_spawn *spec, int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return spec->wait ? spec->wait(fd, POLLIN, timeout_ms) : RETRY_EINTR(poll(&p, 1, timeout_ms));
}

/* Reads up to the end of the report: its length, or -1 with errno (ETIMEDOUT). */
static ssize_t read_report(const struct hv_spawn *spec, int fd, char *text, size_t size)
{
	int timeout_ms = spec->timeout_ms;
	int64_t end = now_ms() + timeout_ms;
	size_t len = 0;

	while (len < size - 1) {
		int64_t left = timeout_ms < 0 ? -1 : end - now_ms();
		int r = left == -1 || left > 0 ? wait_for(spec, fd, (int)left) : 0;
		ssize_t n;
		if (r <= 0) {
			if (r == 0)
				errno = ETIMEDOUT;
			return -1;
		}
		n = RETRY_EINTR(read(fd, text + len, size - 1 - len));
		if (n < 0)
			return -1;
		len += n;
		/* a guest with autodestroy keeps the pipe open: the line is the end */
		if (n == 0 || text[len - 1] == '\n')
			break;
	}
	text[len] = '\0';
	return (ssize_t)len;
}

/* "CODE SYS TEXT\n" as the error that it is; false when it is something else. */
static bool parse_report(char *text, struct error *err)
{
	char *sys, *words, *end = strrchr(text, '\n');
	uint64_t code, number;

	if (!end || !(sys = strchr(text, ' ')) || !(words = strchr(sys + 1, ' ')))
		return false;
	*end = *sys++ = *words++ = '\0';
	if (str_to_u64(text, 10000, &code) < 0 || str_to_u64(sys, 10000, &number) < 0)
		return false;
	error_set(err, (enum error_code)code, "%s", words);
	if (err)
		err->sys = (int)number;
	return true;
}

/* It has said that it failed, or nothing: it ends by itself or is made to. Never leaves a process behind. Whether somebody else killed it. */
static bool reap(pid_t pid, int pidfd, int patience_ms)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	bool by_us = RETRY_EINTR(poll(&p, 1, patience_ms)) != 1;
	int status = 0;

	if (by_us)
		syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	RETRY_EINTR(waitpid(pid, &status, 0));
	return !by_us && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* The installed program is what counts: ours is as good only when it is the same file. */
static const struct hv_supervisor *find_own(const struct hv_spawn *spec, const char *path)
{
	for (const struct hv_supervisor *own = spec->own; own && own->kind; own++)
		if (!strcmp(own->kind, spec->kind->name))
			return process_is_self(path) ? own : NULL;
	return NULL;
}

static pid_t spawn(const struct hv_spawn *spec, int report, int *pidfd, struct error *err)
{
	AUTO_CLOSE int object = spec->transient ? -1 : state_open_object(spec->kind->name, spec->name, NULL);
	AUTO_CLOSE int log = state_open_log(spec->kind->name, spec->name, ".log", err);
	AUTO_FREE char *path = log < 0 ? NULL : process_helper_path(spec->kind->supervisor, err);
	char **env = path ? state_environment(err) : NULL;
	const struct hv_supervisor *own;
	char *argv[10];
	size_t n = 0;
	struct process_fd fds[6] = { { spec->run_fd, 3 }, { spec->alive_fd, 4 }, { report, 5 }, { log, 7 } };
	struct process_spec ps = { .path = path, .argv = argv, .envp = env, .fds = fds, .n_fds = 4, .new_session = true };
	pid_t pid;

	if (!env)
		return -1;
	if (object >= 0)
		fds[ps.n_fds++] = (struct process_fd){ object, 6 };
	if (spec->image_fd)
		fds[ps.n_fds++] = (struct process_fd){ spec->image_fd, 8 };
	argv[n++] = path;
	argv[n++] = (char *)spec->name;
	if (spec->paused)
		argv[n++] = (char *)"--paused";
	if (spec->autodestroy)
		argv[n++] = (char *)"--autodestroy";
	if (spec->adopt)
		argv[n++] = (char *)"--adopt";
	if (spec->host_root)
		argv[n++] = (char *)"--host-root";
	if (spec->transient)
		argv[n++] = (char *)"--transient";
	if (spec->image_fd)
		argv[n++] = (char *)"--restore";
	if (spec->reset_nvram)
		argv[n++] = (char *)"--reset-nvram";
	argv[n] = NULL;
	if (spec->adopt) {
		ps.prepare = netns_prepare;
		ps.prepare_arg = (void *)&spec->netns;
	}
	own = find_own(spec, path);
	ps.run = own ? own->main : NULL;
	pid = process_spawn(&ps, pidfd, err);
	state_environment_free(env);
	return pid;
}

int hv_spawn(const struct hv_spawn *spec, bool *died, struct error *err)
{
	char text[1200], line[620];
	int p[2];
	ssize_t n;
	pid_t pid;
	AUTO_CLOSE int pidfd = -1;

	*died = true;
	if (pipe2(p, O_CLOEXEC) < 0)
		return error_errno(err, "cannot start '%s'", spec->name);
	AUTO_CLOSE int in = p[0];
	pid = spawn(spec, p[1], &pidfd, err);
	close(p[1]);
	if (pid < 0)
		return -1;
	n = read_report(spec, in, text, sizeof(text));
	if (n == 3 && !memcmp(text, "ok\n", 3)) {
		*died = false;
		/* whose end the guest is to share sees this descriptor go with us */
		if (spec->autodestroy)
			(void)STEAL_FD(in);
		return 0;
	}
	if (n > 0 && parse_report(text, err)) {
		*died = false;
		reap(pid, pidfd, 2000);
		return -1;
	}
	if (n < 0 && errno == ETIMEDOUT) {
		reap(pid, pidfd, 0);
		return error_set(err, ERR_OPERATION_TIMEOUT, "'%s' did not start within %d ms: given up", spec->name, spec->timeout_ms);
	}
	if (reap(pid, pidfd, 2000))
		return error_set(err, ERR_OPERATION_ABORTED, "'%s' was destroyed, or its supervisor killed, while it started", spec->name);
	last_log_line(spec, line, sizeof(line));
	return error_set(err, ERR_OPERATION_FAILED, "the supervisor of '%s' died without a word%s", spec->name, line);
}
