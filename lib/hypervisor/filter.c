/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's packet filters. What a filter is only nwfilter/ knows: helpers/nwfilter-bind does it. */
#include "hypervisor/secondary.h"

#include "conf/nwfilter.h"
#include "util/file.h"
#include "util/process.h"
#include "util/task.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define BIND_MS 30000

/* Runs the helper with a text to read, or an argument; its words are the error. */
static int run(const char *input, const char *argument, struct error *err)
{
	AUTO_FREE char *path = process_helper_path("nwfilter-bind", err);
	char *const argv[] = { (char *)"nwfilter-bind", (char *)argument, NULL };
	AUTO_CLOSE int in = memfd_create("binding", MFD_CLOEXEC), out = memfd_create("words", MFD_CLOEXEC), pidfd = -1;
	const struct process_fd fds[] = { { in, 0 }, { out, 2 } };
	char **env = path ? state_environment(err) : NULL;
	struct process_spec spec = { .path = path, .argv = argv, .envp = env, .fds = fds, .n_fds = 2 };
	char words[600];
	int status;
	pid_t pid;

	if (!env)
		return -1;
	if (in < 0 || out < 0 || (input && file_write_all(in, input, strlen(input)) < 0) || lseek(in, 0, SEEK_SET) < 0) {
		state_environment_free(env);
		return error_errno(err, "packet filter");
	}
	pid = process_spawn(&spec, &pidfd, err);
	state_environment_free(env);
	if (pid < 0)
		return -1;
	status = task_wait_process(pid, pidfd, BIND_MS);
	if (status == 0)
		return 0;
	file_first_line(out, words, sizeof(words));
	return error_set(err, ERR_OPERATION_FAILED, "%s", *words ? words : "the packet filter cannot be set");
}

int hv_filter_bind(struct supervisor *sv, const char *portdev, const unsigned char mac[6], const struct domain_filterref *filter, struct error *err)
{
	struct nwfilter_binding b = { .owner = { .name = sv->name }, .portdev = (char *)portdev, .mac = { .set = true }, .ref = *filter };
	AUTO_FREE char *xml = NULL;

	memcpy(b.owner.uuid, sv->uuid, sizeof(b.owner.uuid));
	memcpy(b.mac.addr, mac, sizeof(b.mac.addr));
	xml = nwfilter_binding_format(&b, err);
	if (!xml || supervisor_plan(sv, "filter", portdev, err) < 0)
		return -1;
	return run(xml, NULL, err);
}

void hv_filter_unbind(struct supervisor *sv, const char *portdev)
{
	struct error err;

	if (run(NULL, portdev, &err) < 0)
		supervisor_log(sv, "%s: the packet filter of %s cannot be taken away: %s", sv->name, portdev, err.text);
}
