/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streams between a client and a part of a file: volumes, screenshots. */
#ifndef BERTH_RPC_STREAM_FILE_H
#define BERTH_RPC_STREAM_FILE_H

#include "rpc/server.h"

struct rpc_file_part {
	int fd;            /* becomes the stream's, on failure too */
	uint64_t offset;
	uint64_t length;   /* 0: to the end */
	bool sparse;       /* holes are told, or taken */
};

/* Within a call of the kind RPC_PROC_STREAM: sends the part, or what there is of it, after the call was answered. */
int rpc_stream_send_file(struct rpc_call *call, const struct rpc_file_part *part, struct error *err) NODISCARD;

/* The same the other way: writes what comes; more than `length` is an error (where it is not 0), and so is what goes beyond `limit`. */
int rpc_stream_receive_file(struct rpc_call *call, const struct rpc_file_part *part, uint64_t limit, struct error *err) NODISCARD;

#endif
