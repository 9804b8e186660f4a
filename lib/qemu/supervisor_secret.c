/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets for QEMU and its helpers: never on a command line, in a file or in a log, but in a pipe that is empty once it has been read. */
#include "qemu/supervisor_impl.h"

#include "hypervisor/secondary.h"
#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>

/* The set of descriptors, of QEMU's numbering, that those for a running QEMU are in while it reads them; it numbers others from 0. */
#define SET 1000000

int qemu_secret_pipe(struct qemu_guest *g, const struct domain_secret_ref *ref, enum secret_usage usage, struct error *err)
{
	AUTO_CLOSE int in = -1;
	char *value = NULL;
	size_t len = 0;
	int ends[2], r;

	if (hv_secret_value(ref, usage, &value, &len, err) < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
		hv_secret_free(value, len);
		return error_errno(err, "cannot hand over a secret");
	}
	in = ends[1];
	/* the longest secret is what a pipe holds at least; who is given it may wait for its end, and opens it by its name in /proc */
	r = file_write_all(in, value, len) < 0 || fcntl(ends[0], F_SETFL, 0) < 0 || (g->user.change && fchown(ends[0], g->user.uid, g->user.gid) < 0) ? -1 : 0;
	if (r < 0)
		error_errno(err, "cannot hand over a secret");
	hv_secret_free(value, len);
	if (r == 0)
		return ends[0];
	close(ends[0]);
	return -1;
}

char *qemu_secret_plug(void *ctx, const struct domain_secret_ref *ref, enum secret_usage usage, struct error *err)
{
	struct qemu_guest *g = ctx;
	AUTO_CLOSE int fd = qemu_secret_pipe(g, ref, usage, err);
	json_t *r = fd < 0 ? NULL : qmp_execute_fd(g->qmp, "add-fd", json_pack("{s:i}", "fdset-id", SET), fd, QMP_TIMEOUT, err);
	json_int_t number = json_integer_value(json_object_get(r, "fd"));
	char *path = r ? str_printf("/proc/self/fd/%lld", (long long)number) : NULL;

	if (r && !path)
		error_errno(err, "no memory for a secret");
	json_decref(r);
	return path;
}

void qemu_secrets_taken(struct qemu_guest *g)
{
	struct error ignored;

	(void)!qmp_do(g->qmp, "remove-fd", json_pack("{s:i}", "fdset-id", SET), QMP_TIMEOUT, &ignored);
}
