/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All rows by number. In a file of its own: whatever links it links every XDR routine. */
#include "rpc/procs.h"

#define X(number, name, right, kind, args, ret) [number] = &rpc_##name,
static const struct rpc_proc *const remote_procs[] = { RPC_REMOTE_PROCS(X) };
static const struct rpc_proc *const lxc_procs[] = { RPC_LXC_PROCS(X) };
static const struct rpc_proc *const qemu_procs[] = { RPC_QEMU_PROCS(X) };
static const struct rpc_proc *const monitor_procs[] = { RPC_MONITOR_PROCS(X) };
#undef X

const struct rpc_proc *rpc_proc_by_number(uint32_t program, uint32_t number)
{
	switch (program) {
	case RPC_REMOTE_PROGRAM:
		return number < ARRAY_LEN(remote_procs) ? remote_procs[number] : NULL;
	case RPC_LXC_PROGRAM:
		return number < ARRAY_LEN(lxc_procs) ? lxc_procs[number] : NULL;
	case RPC_QEMU_PROGRAM:
		return number < ARRAY_LEN(qemu_procs) ? qemu_procs[number] : NULL;
	case RPC_MONITOR_PROGRAM:
		return number < ARRAY_LEN(monitor_procs) ? monitor_procs[number] : NULL;
	}
	return NULL;
}
