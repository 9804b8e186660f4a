/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the first inputs: a call of every procedure, and a few conversations. rpc_server_seeds DIRECTORY */
#include "rpc/frame.h"
#include "rpc/procs.h"

#include <fcntl.h>
#include <string.h>

static void put(int dirfd, const char *name, const unsigned char *data, size_t len)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len) {
		perror(name);
		exit(EXIT_FAILED);
	}
	close(fd);
}

/* A body of zeroes and short strings as long as the procedure wants it. */
static size_t body_of(const struct rpc_proc *proc, unsigned char *body, size_t max)
{
	void *args = calloc(1, proc->args_size);
	size_t len = 0;

	memset(body, 0, max);
	while (args && len <= max && rpc_decode(proc->args, body, len, args, NULL) < 0) {
		memset(args, 0, proc->args_size);
		len += 4;
	}
	if (args && len <= max)
		xdr_free(proc->args, args);
	free(args);
	return len <= max ? len : 0;
}

static size_t call(unsigned char *out, const struct rpc_proc *proc, uint32_t type, uint32_t serial, uint32_t status)
{
	unsigned char body[1024];
	size_t len = proc->args && type == RPC_CALL ? body_of(proc, body, sizeof(body)) : 0;
	struct rpc_header h = { RPC_HEADER_LEN + (uint32_t)len, proc->program, 1, proc->number, type, serial, status };

	rpc_header_put(out, &h);
	if (len)
		memcpy(out + RPC_HEADER_LEN, body, len);
	return h.length;
}

/* Bytes of an upload: the eighth is 100, so that twelve are a hole of a hundred. */
static size_t piece(unsigned char *out, uint32_t type, uint32_t len)
{
	struct rpc_header h = {
		RPC_HEADER_LEN + len, rpc_storage_vol_upload.program, 1, rpc_storage_vol_upload.number, type, 1, RPC_CONTINUE
	};

	rpc_header_put(out, &h);
	memset(out + RPC_HEADER_LEN, 0, len);
	out[RPC_HEADER_LEN + 7] = 100;
	return h.length;
}

static const struct rpc_proc *const all[] = {
#define X(number, name, right, kind, args, ret) &rpc_##name,
	RPC_REMOTE_PROCS(X) RPC_LXC_PROCS(X) RPC_QEMU_PROCS(X)
#undef X
};

int main(int argc, char **argv)
{
	unsigned char buf[8192];
	size_t len;
	int dirfd = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (dirfd < 0) {
		fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (all[i]->kind == RPC_PROC_EVENT)
			continue;
		len = call(buf, all[i], RPC_CALL, 1, 0);
		put(dirfd, all[i]->name, buf, len);
	}
	/* a console: open, data, finish, abort */
	len = call(buf, &rpc_domain_open_console, RPC_CALL, 1, 0);
	len += call(buf + len, &rpc_domain_open_console, RPC_STREAM, 1, RPC_CONTINUE);
	len += call(buf + len, &rpc_domain_open_console, RPC_STREAM_HOLE, 1, RPC_CONTINUE);
	len += call(buf + len, &rpc_domain_open_console, RPC_STREAM, 1, RPC_OK);
	len += call(buf + len, &rpc_domain_open_console, RPC_STREAM, 1, RPC_ERROR);
	put(dirfd, "stream", buf, len);
	/* a volume's bytes: data, a hole, data, the end; and back */
	len = call(buf, &rpc_storage_vol_upload, RPC_CALL, 1, 0);
	len += piece(buf + len, RPC_STREAM, 8);
	len += piece(buf + len, RPC_STREAM_HOLE, 12);
	len += piece(buf + len, RPC_STREAM, 8);
	len += call(buf + len, &rpc_storage_vol_upload, RPC_STREAM, 1, RPC_OK);
	len += call(buf + len, &rpc_storage_vol_download, RPC_CALL, 2, 0);
	len += call(buf + len, &rpc_storage_vol_download, RPC_STREAM, 2, RPC_OK);
	put(dirfd, "volume", buf, len);
	/* read-only, and what that forbids */
	len = call(buf, &rpc_connect_open, RPC_CALL, 1, 0);
	len += call(buf + len, &rpc_domain_suspend, RPC_CALL, 2, 0);
	len += call(buf + len, &rpc_connect_get_hostname, RPC_CALL, 3, 0);
	put(dirfd, "read-only", buf, len);
	/* a call with descriptors */
	len = call(buf, &rpc_domain_create_with_files, RPC_CALL, 1, 0);
	memmove(buf + RPC_HEADER_LEN + 4, buf + RPC_HEADER_LEN, len - RPC_HEADER_LEN);
	memset(buf + RPC_HEADER_LEN, 0, 4);
	buf[3] = (unsigned char)(buf[3] + 4);
	buf[19] = RPC_CALL_FDS;
	put(dirfd, "descriptors", buf, len + 4);
	return 0;
}
