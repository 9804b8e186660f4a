/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One row per procedure, each in a section of its own, its name too, so that the linker keeps what is named and no more. */
#include "rpc/procs.h"

#define SIZE_NONE(name) 0
#define SIZE_ARGS(name) sizeof(wire_##name##_args)
#define SIZE_MSG(name) sizeof(wire_##name##_msg)
#define SIZE_RET(name) sizeof(wire_##name##_ret)
#define XDR_NONE(name) NULL
#define XDR_ARGS(name) (xdrproc_t)xdr_wire_##name##_args
#define XDR_MSG(name) (xdrproc_t)xdr_wire_##name##_msg
#define XDR_RET(name) (xdrproc_t)xdr_wire_##name##_ret

#define ROW(prog, num, nam, rig, kin, arg, res) \
	static const char name_##nam[] = #nam; \
	const struct rpc_proc rpc_##nam = { \
		.program = RPC_##prog##_PROGRAM, \
		.number = num, \
		.name = name_##nam, \
		.right = RPC_##rig, \
		.kind = RPC_PROC_##kin, \
		.args_size = SIZE_##arg(nam), \
		.ret_size = SIZE_##res(nam), \
		.args = XDR_##arg(nam), \
		.ret = XDR_##res(nam), \
	};

/* an XDR routine is called by way of the variadic xdrproc_t, as libtirpc does it everywhere */
#pragma GCC diagnostic ignored "-Wcast-function-type"

#define X(...) ROW(REMOTE, __VA_ARGS__)
RPC_REMOTE_PROCS(X)
#undef X
#define X(...) ROW(LXC, __VA_ARGS__)
RPC_LXC_PROCS(X)
#undef X
#define X(...) ROW(QEMU, __VA_ARGS__)
RPC_QEMU_PROCS(X)
#undef X
#define X(...) ROW(MONITOR, __VA_ARGS__)
RPC_MONITOR_PROCS(X)
#undef X
