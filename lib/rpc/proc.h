/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Procedures: the one description of what can be asked of a driver. A procedure is a row with its number
 * and name on the wire, the right it needs and how its arguments and results are encoded; a driver, a supervisor and a
 * server are tables from procedures to functions. Calling a function of this process and calling another process take the
 * same row and the same structures.
 */
#ifndef BERTH_RPC_PROC_H
#define BERTH_RPC_PROC_H

#include "util/error.h"

#include <rpc/rpc.h>     /* libtirpc's XDR routines, RFC 4506 */
#include <sys/types.h>

#define RPC_REMOTE_PROGRAM 0x20008086u
#define RPC_REMOTE_VERSION 1u
#define RPC_MONITOR_PROGRAM 0x12341234u
#define RPC_MONITOR_VERSION 1u
#define RPC_QEMU_PROGRAM 0x20008087u
#define RPC_QEMU_VERSION 1u
#define RPC_KEEPALIVE_PROGRAM 0x6b656570u
#define RPC_KEEPALIVE_VERSION 1u
#define RPC_LXC_PROGRAM 0x00068000u
#define RPC_LXC_VERSION 1u

/* What a peer must be allowed to do; checked before arguments are decoded. */
enum rpc_right {
	RPC_CONNECT,   /* getting connected: authentication list, features, open, close */
	RPC_READ,      /* look only */
	RPC_WRITE,     /* change, or see what a read-only connection must not */
	RPC_SECRET,    /* as WRITE; the result can hold secrets */
};

enum rpc_proc_kind {
	RPC_PROC_CALL,
	RPC_PROC_CALL_FDS,   /* a call that can bring descriptors along */
	RPC_PROC_EVENT,
	RPC_PROC_STREAM,     /* a call that opens a stream */
};

struct rpc_proc {
	uint32_t program;
	uint32_t number;
	const char *name;          /* "domain_create" */
	enum rpc_right right;
	enum rpc_proc_kind kind;
	size_t args_size, ret_size;   /* of the C structures; 0: no such structure */
	xdrproc_t args, ret;          /* their XDR routines; NULL: no such structure */
};

struct rpc_peer;       /* a client of a server, rpc/server.h */
struct rpc_inflight;   /* the server's own part of a call */

/* What an implementation is told of a call beside its arguments. */
struct rpc_call {
	void *ctx;                     /* whose table it is: struct supervisor *, struct hv * ... */
	struct rpc_peer *peer;         /* the client to answer, for streams, descriptors and subscriptions; NULL: this process */
	const struct rpc_proc *proc;
	uid_t uid;                     /* who asks */
	bool read_only;
	struct rpc_inflight *inflight; /* NULL where peer is */
};

/*
 * An implementation. args is the procedure's argument structure (NULL where it has none); ret points to its zeroed
 * result structure, whose strings and arrays are to be malloc'ed: the caller frees them with xdr_free(proc->ret, ret), also
 * after an error. Returns 0, or -1 with *err set. In a server it runs as a task (util/task.h) and may wait.
 */
typedef int rpc_fn(struct rpc_call *call, const void *args, void *ret, struct error *err);

struct rpc_row {
	const struct rpc_proc *proc;
	rpc_fn *fn;
};
#define RPC_ROW(procedure, function) { &rpc_##procedure, function }
#define RPC_ROW_END { NULL, NULL }

#endif
