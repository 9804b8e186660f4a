/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets for guests. Where they are only secret/ knows: helpers/secret-value reads them. */
#include "hypervisor/secondary.h"

#include "conf/domain_source.h"
#include "util/file.h"
#include "util/process.h"
#include "util/task.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define READ_MS 20000
#define VALUE_MAX 65536

/* All that comes before the end, into room for VALUE_MAX bytes; -1 with errno. */
static ssize_t take(int fd, char *value)
{
	size_t have = 0;
	ssize_t n = 1;

	while (n > 0 && have < VALUE_MAX) {
		int ready = task_wait_fd(fd, POLLIN, READ_MS);

		if (ready == 0)
			errno = ETIMEDOUT;
		n = ready <= 0 ? -1 : RETRY_EINTR(read(fd, value + have, VALUE_MAX - have));
		have += n > 0 ? (size_t)n : 0;
	}
	return n < 0 ? -1 : (ssize_t)have;
}

/* The helper's words are the error. */
static int fail(int status, int words, struct error *err)
{
	char text[600];

	file_first_line(words, text, sizeof(text));
	return error_set(err, WIFEXITED(status) && WEXITSTATUS(status) == ENOENT ? ERR_NO_SECRET : ERR_OPERATION_FAILED, "%s",
			 *text ? text : "the secret cannot be read");
}

static int run(char *const *argv, char *value, size_t *len, struct error *err)
{
	AUTO_FREE char *path = process_helper_path(argv[0], err);
	AUTO_CLOSE int in = -1, out = -1, words = memfd_create("words", MFD_CLOEXEC), pidfd = -1;
	char **env = path ? state_environment(err) : NULL;
	struct error why = { 0 };
	int ends[2], status;
	ssize_t n;
	pid_t pid;

	if (!env)
		return -1;
	if (words < 0 || pipe2(ends, O_CLOEXEC) < 0) {
		error_errno(err, "secret");
		state_environment_free(env);
		return -1;
	}
	in = ends[0];
	out = ends[1];
	const struct process_fd fds[] = { { out, 1 }, { words, 2 } };
	const struct process_spec spec = { .path = path, .argv = argv, .envp = env, .fds = fds, .n_fds = ARRAY_LEN(fds) };
	pid = process_spawn(&spec, &pidfd, err);
	state_environment_free(env);
	if (pid < 0)
		return -1;
	close(STEAL_FD(out));
	n = take(in, value);
	if (n < 0)
		error_errno(&why, "the secret cannot be read");
	close(STEAL_FD(in));
	status = task_wait_process(pid, pidfd, READ_MS);
	if (status != 0)
		return fail(status, words, err);
	if (n < 0) {
		*err = why;
		return -1;
	}
	*len = (size_t)n;
	return 0;
}

int hv_secret_value(const struct domain_secret_ref *ref, enum secret_usage usage, char **value, size_t *len, struct error *err)
{
	char uuid[UUID_TEXT];
	const char *type = conf_enum_name(&secret_usage_names, (int)usage);
	char *const by_usage[] = { (char *)"secret-value", (char *)type, ref->usage, NULL };
	char *const by_uuid[] = { (char *)"secret-value", uuid, NULL };
	char *room = calloc(1, VALUE_MAX + 1), *exact;

	if (!room)
		return error_errno(err, "secret");
	uuid_format(ref->uuid, uuid);
	if (run(ref->usage ? by_usage : by_uuid, room, len, err) < 0) {
		hv_secret_free(room, VALUE_MAX);
		return -1;
	}
	exact = malloc(*len + 1);
	if (exact)
		memcpy(exact, room, *len + 1);
	hv_secret_free(room, *len);
	*value = exact;
	return exact ? 0 : error_errno(err, "secret");
}

void hv_secret_free(char *value, size_t len)
{
	if (value)
		explicit_bzero(value, len);
	free(value);
}
