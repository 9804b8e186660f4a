/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/transfer.h"

#include "rpc/client.h"
#include "util/file.h"

#include <string.h>
#include <sys/stat.h>

#define PIECE (256u * 1024)

/* virStorageVolUploadFlags, virStorageVolDownloadFlags */
enum { SPARSE_STREAM = 1 };

static char *offset, *length;
static int sparse;

const struct poptOption cli_transfer_options[] = {
	{ "offset", 0, POPT_ARG_STRING, &offset, 0, "where in the volume to begin", "BYTES" },
	{ "length", 0, POPT_ARG_STRING, &length, 0, "how much to transfer", "BYTES" },
	{ "sparse", 0, POPT_ARG_NONE, &sparse, 0, "transfer holes as holes", NULL },
	POPT_TABLEEND
};

int cli_transfer(struct cli *cli, const struct rpc_proc *proc, int fd, cli_transfer_fn *move, struct error *err)
{
	static const struct rpc_row uses[] = { RPC_ROW_END };
	wire_storage_vol_upload_args args = { .flags = sparse ? SPARSE_STREAM : 0 };
	struct rpc_channel *ch;
	struct cli_conn *conn;
	uint64_t from = 0, n = 0;
	int rc;

	if ((offset && cli_parse_size(offset, "OFFSET", &from, err) < 0) || (length && cli_parse_size(length, "LENGTH", &n, err) < 0))
		return -1;
	conn = cli_object_open(cli, &cli_vol, uses, err);
	if (!conn || cli_object_argument(cli, conn, &cli_vol, &args.vol, err) < 0)
		return -1;
	args.offset = from;
	args.length = n;
	ch = rpc_channel_open(conn->remote, proc, &args, NULL, HV_TIMEOUT_DEFAULT, err);
	rc = ch ? move(ch, fd, sparse, HV_TIMEOUT_DEFAULT, err) : -1;
	if (rc == 0)
		rc = rpc_channel_finish(ch, HV_TIMEOUT_DEFAULT, err);
	rpc_channel_free(ch);
	if (rc < 0)
		error_wrap(err, "%s", args.vol.name);
	cli_object_clear(&cli_vol, &args.vol);
	return rc;
}

/* Where the next data of a file are, and where they end; both the end where there are none. */
static void find_data(int fd, off_t at, off_t end, off_t *data, off_t *stop)
{
	*data = lseek(fd, at, SEEK_DATA);
	if (*data < 0)
		*data = errno == ENXIO ? end : at;
	*stop = *data < end ? lseek(fd, *data, SEEK_HOLE) : end;
	if (*stop < 0)
		*stop = end;
}

static int send_bytes(struct rpc_channel *ch, int fd, off_t left, int timeout_ms, struct error *err)
{
	AUTO_FREE char *buffer = malloc(PIECE);

	if (!buffer)
		return error_errno(err, "a transfer");
	while (left) {
		ssize_t n = RETRY_EINTR(read(fd, buffer, left < 0 || left > (off_t)PIECE ? PIECE : (size_t)left));

		if (n < 0)
			return error_errno(err, "reading the file");
		if (n == 0)
			break;
		if (rpc_channel_send(ch, buffer, (size_t)n, timeout_ms, err) < 0)
			return -1;
		left -= left < 0 ? 0 : n;
	}
	return 0;
}

int cli_send_file(struct rpc_channel *ch, int fd, bool holes, int timeout_ms, struct error *err)
{
	off_t at = lseek(fd, 0, SEEK_CUR), end = at < 0 ? -1 : lseek(fd, 0, SEEK_END), data, stop;

	if (!holes || end < 0) {
		if (end >= 0 && lseek(fd, at, SEEK_SET) < 0)
			return error_errno(err, "the file");
		return send_bytes(ch, fd, -1, timeout_ms, err);
	}
	for (; at < end; at = stop) {
		find_data(fd, at, end, &data, &stop);
		if (data > at && rpc_channel_send_hole(ch, (uint64_t)(data - at), timeout_ms, err) < 0)
			return -1;
		if (stop > data && (lseek(fd, data, SEEK_SET) < 0 || send_bytes(ch, fd, stop - data, timeout_ms, err) < 0))
			return -1;
	}
	return 0;
}

int cli_receive_file(struct rpc_channel *ch, int fd, bool holes, int timeout_ms, struct error *err)
{
	AUTO_FREE char *buffer = malloc(PIECE);
	uint64_t hole;
	ssize_t n;

	if (!buffer)
		return error_errno(err, "a transfer");
	for (;;) {
		n = holes ? rpc_channel_recv_sparse(ch, buffer, PIECE, &hole, timeout_ms, err) : rpc_channel_recv(ch, buffer, PIECE, timeout_ms, err);
		if (n < 0)
			return -1;
		if (n > 0 && file_write_all(fd, buffer, (size_t)n) < 0)
			return error_errno(err, "writing the file");
		if (n == 0 && holes && hole && lseek(fd, (off_t)hole, SEEK_CUR) < 0)
			return error_errno(err, "writing the file");
		if (n == 0 && (!holes || !hole))
			break;
	}
	/* what ends with a hole is as long as that */
	return holes && ftruncate(fd, lseek(fd, 0, SEEK_CUR)) < 0 ? error_errno(err, "writing the file") : 0;
}
