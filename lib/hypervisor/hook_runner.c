/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process that runs hooks for a supervisor. */
#include "hypervisor/hook.h"

#include "state/state.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

struct request {
	char text[600];
	char *name, *operation, *sub;
	int xml;
};

/* 1; 0 when the supervisor is gone. */
static int receive(struct request *r)
{
	struct iovec iov = { r->text, sizeof(r->text) - 1 };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	ssize_t n = RETRY_EINTR(recvmsg(HOOK_SOCKET, &msg, MSG_CMSG_CLOEXEC));
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	char *end = r->text + (n > 0 ? n : 0);

	if (!c || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof(int)))
		return 0;
	memcpy(&r->xml, CMSG_DATA(c), sizeof(int));
	*end = '\0';
	r->name = r->text;
	r->operation = r->name + strlen(r->name) + 1;
	r->sub = r->operation < end ? r->operation + strlen(r->operation) + 1 : end;
	return r->sub <= end;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Keeps the first words of what a program says, until it and all that it started have closed their output, or its time is up. */
static void listen_to(int out, int pidfd, char *said, size_t size)
{
	int64_t end = now_ms() + HOOK_SECONDS * 1000;
	struct pollfd p[] = { { .fd = out, .events = POLLIN }, { .fd = pidfd, .events = POLLIN } };
	size_t len = 0;
	char more[512];

	while (p[1].fd >= 0 && now_ms() < end) {
		if (RETRY_EINTR(poll(p, 2, (int)(end - now_ms()))) <= 0)
			break;
		ssize_t n = p[0].revents ? RETRY_EINTR(read(out, more, sizeof(more))) : -1;
		if (p[0].revents && n <= 0)
			p[0].fd = -1;
		for (ssize_t i = 0; i < n && len < size - 1; i++)
			said[len++] = more[i] == '\n' ? ' ' : more[i];
		if (p[1].revents && !(p[0].revents & POLLIN))
			p[1].fd = -1;
	}
	said[len] = '\0';
	while (len && said[len - 1] == ' ')
		said[--len] = '\0';
}

static void run(const struct request *r, int dir, const char *file, const char *kind, struct hook_answer *answer)
{
	char input[40], said[200] = "";
	char *const argv[] = { (char *)kind, r->name, r->operation, r->sub, (char *)"-", NULL };
	struct error err;
	struct stat st;
	int out[2], pidfd = -1, status = 0;
	AUTO_CLOSE int program = openat(dir, file, O_RDONLY | O_CLOEXEC);

	if (program < 0 || fstat(program, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & S_IXUSR))
		return;
	answer->failed = 1;
	/* what anybody but its owner can change is not run with our rights */
	if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & (S_IWGRP | S_IWOTH))) {
		snprintf(answer->text, sizeof(answer->text), "the hook %s can be changed by others than root: not run", file);
		return;
	}
	snprintf(input, sizeof(input), "/proc/self/fd/%d", r->xml);
	AUTO_CLOSE int in = open(input, O_RDONLY | O_CLOEXEC);
	if (in < 0 || pipe2(out, O_CLOEXEC) < 0) {
		snprintf(answer->text, sizeof(answer->text), "the hook %s cannot be run: %s", file, strerror(errno));
		return;
	}
	const struct process_fd fds[] = { { in, 0 }, { out[1], 1 }, { out[1], 2 } };
	AUTO_FREE char *where = state_root_path(STATE_ETC, &err);
	AUTO_FREE char *full = where ? str_printf("%s/hooks/%s", where, file) : NULL;
	const struct process_spec spec = { .path = full, .argv = argv, .fds = fds, .n_fds = 3, .new_session = true };
	pid_t pid = full ? process_spawn(&spec, &pidfd, &err) : -1;
	close(out[1]);
	if (pid < 0) {
		snprintf(answer->text, sizeof(answer->text), "the hook %s cannot be run: %.200s", file, err.text);
	} else {
		listen_to(out[0], pidfd, said, sizeof(said));
		bool late = waitpid(pid, &status, WNOHANG) == 0;
		/* with all that it has started */
		kill(-pid, SIGKILL);
		if (late)
			RETRY_EINTR(waitpid(pid, &status, 0));
		close(pidfd);
		answer->failed = late || status;
		if (late)
			snprintf(answer->text, sizeof(answer->text), "the hook %s (%s) was not done in %d s: killed", file, r->operation, HOOK_SECONDS);
		else if (status)
			snprintf(answer->text, sizeof(answer->text), "the hook %s (%s) %s %d%s%s", file, r->operation, WIFEXITED(status) ? "exited with status" :
				 "was killed by signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), *said ? ": " : "", said);
	}
	close(out[0]);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* hooks/KIND, then those of hooks/KIND.d in the order of their names, until one fails. */
static void run_all(const struct request *r, const char *kind, struct hook_answer *answer)
{
	AUTO_CLOSE int dir = state_open_dir(STATE_ETC, "hooks", false, NULL);
	AUTO_FREE char *folder = str_printf("%s.d", kind);
	char *names[64];
	size_t n = 0;

	if (dir < 0 || !folder)
		return;
	run(r, dir, kind, kind, answer);
	int fd = openat(dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSEDIR DIR *d = fd < 0 ? NULL : fdopendir(fd);
	for (struct dirent *e; d && (e = readdir(d)) && n < ARRAY_LEN(names); )
		if (e->d_name[0] != '.' && (names[n] = str_printf("%s/%s", folder, e->d_name)))
			n++;
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		if (!answer->failed)
			run(r, dir, names[i], kind, answer);
		free(names[i]);
	}
}

int hook_runner_main(int argc, char **argv)
{
	struct request r;

	if (argc != 2 || fcntl(HOOK_SOCKET, F_SETFD, FD_CLOEXEC) < 0) {
		fprintf(stderr, "hook-runner is started by a supervisor, not by hand\n");
		return EXIT_USAGE;
	}
	prctl(PR_SET_NAME, "hook-runner");
	while (receive(&r)) {
		struct hook_answer answer = { 0 };
		run_all(&r, argv[1], &answer);
		close(r.xml);
		if (RETRY_EINTR(send(HOOK_SOCKET, &answer, sizeof(answer), MSG_NOSIGNAL)) < 0)
			break;
	}
	return 0;
}
