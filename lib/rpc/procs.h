/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rows of all procedures, rpc_NAME, and the structures that they encode, wire_NAME_args and wire_NAME_ret (wire_NAME_msg for
 * an event). Naming a row links its XDR routines and no others.
 *
 * The structures are made by rpcgen from the .x files: an optional string is `wire_string *` (a pointer to a char *), a
 * counted array `struct { u_int NAME_len; T *NAME_val; } NAME`, a 64-bit number int64_t or uint64_t in size.
 */
#ifndef BERTH_RPC_PROCS_H
#define BERTH_RPC_PROCS_H

#include "rpc/proc.h"
#include "rpc/proc_list.h"

#include "rpc/lxc_prog.h"
#include "rpc/monitor.h"
#include "rpc/qemu_prog.h"
#include "rpc/remote.h"

#define X(number, name, right, kind, args, ret) extern const struct rpc_proc rpc_##name;
RPC_REMOTE_PROCS(X)
RPC_LXC_PROCS(X)
RPC_QEMU_PROCS(X)
RPC_MONITOR_PROCS(X)
#undef X

/* The row of any procedure by its number; NULL when there is none such. Links every XDR routine that there is: only for
 * servers that pass on what they do not know. */
const struct rpc_proc *rpc_proc_by_number(uint32_t program, uint32_t number);

/* Its name alone ("domain_create"); NULL: no procedure of the programs remote, lxc and qemu. Links no rows. */
const char *rpc_proc_name(uint32_t program, uint32_t number);

/* The function of libvirt's library that calls it, for people ("virDomainCreate"): of a procedure's name. */
#define RPC_API_NAME 80
const char *rpc_api_name(const char *name, char text[RPC_API_NAME]);

/*
 * Who reports an error of a procedure (its name; NULL: none of ours), as libvirt has it: what is about networks, storage ... the driver of these, what
 * no driver implements or no document can hold the module of the object, everything else the connection's driver. The test driver does all itself.
 */
enum error_from rpc_error_domain(const char *name, enum error_code code, enum error_from driver);

#endif
