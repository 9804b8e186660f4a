/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of all procedures by number, without their rows: for what a server says of a procedure that it does not have. */
#include "rpc/procs.h"

#define X(number, name, right, kind, args, ret) [number] = #name,
static const char *const remote_names[] = { RPC_REMOTE_PROCS(X) };
static const char *const lxc_names[] = { RPC_LXC_PROCS(X) };
static const char *const qemu_names[] = { RPC_QEMU_PROCS(X) };
#undef X

static const struct {
	uint32_t program;
	const char *const *names;
	size_t n;
} programs[] = {
	{ RPC_REMOTE_PROGRAM, remote_names, ARRAY_LEN(remote_names) },
	{ RPC_LXC_PROGRAM, lxc_names, ARRAY_LEN(lxc_names) },
	{ RPC_QEMU_PROGRAM, qemu_names, ARRAY_LEN(qemu_names) },
};

const char *rpc_proc_name(uint32_t program, uint32_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		if (programs[i].program == program && number < programs[i].n && programs[i].names[number])
			return programs[i].names[number];
	return NULL;
}
