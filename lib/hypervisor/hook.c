/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hypervisor/hook.h"

#include "state/state.h"
#include "util/file.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define HOOKS_MAX 64   /* programs of one kind */
#define PATIENCE_MS ((HOOK_SECONDS * HOOKS_MAX + 5) * 1000)

/* Whether anybody has put hooks there. */
static bool any_hooks(const char *kind)
{
	AUTO_CLOSE int dir = state_open_dir(STATE_ETC, "hooks", false, NULL);
	AUTO_FREE char *folder = dir < 0 ? NULL : str_printf("%s.d", kind);

	return folder && (faccessat(dir, kind, F_OK, 0) == 0 || faccessat(dir, folder, F_OK, 0) == 0);
}

static int start_runner(struct hook *hook, const char *kind, struct error *err)
{
	AUTO_FREE char *path = process_helper_path("hook-runner", err);
	char *const argv[] = { (char *)"hook-runner", (char *)kind, NULL };
	char **env = path ? state_environment(err) : NULL;
	int pair[2];
	pid_t pid;

	if (!env)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		state_environment_free(env);
		return error_errno(err, "hooks");
	}
	const struct process_fd fds[] = { { pair[1], HOOK_SOCKET } };
	const struct process_spec spec = { .path = path, .argv = argv, .envp = env, .fds = fds, .n_fds = 1, .new_session = true };
	pid = process_spawn(&spec, NULL, err);
	state_environment_free(env);
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return -1;
	}
	hook->fd = pair[0];
	hook->state = HOOK_RUNS;
	return 0;
}

static int xml_file(const char *xml, struct error *err)
{
	AUTO_CLOSE int fd = memfd_create("hook", MFD_CLOEXEC);

	if (fd < 0 || file_write_all(fd, xml, strlen(xml)) < 0)
		return error_errno(err, "hooks");
	return STEAL_FD(fd);
}

/* "NAME\0OPERATION\0SUB\0", with the XML's descriptor. */
static int ask(int fd, const char *name, const char *operation, const char *sub, int xml, struct error *err)
{
	char text[600];
	int n = snprintf(text, sizeof(text), "%s%c%s%c%s", name, 0, operation, 0, sub);
	struct iovec iov = { text, n < 0 ? 0 : (size_t)n + 1 };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };

	if (n < 0 || (size_t)n >= sizeof(text))
		return error_set(err, ERR_INVALID_ARG, "hooks: the name is too long");
	memcpy(CMSG_DATA(&control.header), &xml, sizeof(int));
	return RETRY_EINTR(sendmsg(fd, &msg, MSG_NOSIGNAL)) < 0 ? error_errno(err, "the hook runner is gone") : 0;
}

int hook_run(struct hook *hook, const char *kind, const char *name, const char *operation, const char *sub, const char *xml, struct error *err)
{
	struct hook_answer answer;

	if (hook->state == HOOK_UNKNOWN && !any_hooks(kind))
		hook->state = HOOK_NONE;
	if (hook->state == HOOK_NONE)
		return 0;
	if (hook->state == HOOK_UNKNOWN && start_runner(hook, kind, err) < 0)
		return error_wrap(err, "hooks");
	AUTO_CLOSE int file = xml_file(xml, err);
	struct pollfd p = { .fd = hook->fd, .events = POLLIN };
	if (file < 0 || ask(hook->fd, name, operation, sub, file, err) < 0)
		return -1;
	if (RETRY_EINTR(poll(&p, 1, PATIENCE_MS)) != 1 || RETRY_EINTR(recv(hook->fd, &answer, sizeof(answer), MSG_DONTWAIT)) != sizeof(answer))
		return error_set(err, ERR_OPERATION_FAILED, "the hook runner does not answer");
	answer.text[sizeof(answer.text) - 1] = '\0';
	return answer.failed ? error_set(err, ERR_OPERATION_FAILED, "%s", answer.text) : 0;
}

void hook_end(struct hook *hook)
{
	if (hook->state == HOOK_RUNS)
		close(hook->fd);
	hook->state = HOOK_NONE;
}
