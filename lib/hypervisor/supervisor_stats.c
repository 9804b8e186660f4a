/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statistics of a running guest: what is made of its driver's answers, and answers of those that have none of their own. */
#include "hypervisor/secondary.h"
#include "hypervisor/stats.h"
#include "hypervisor/supervisor_core.h"

#include <string.h>

/* libvirt's virDomainInterfaceAddressesSource, virDomainJobType */
enum { ADDRESSES_LEASE = 0, ADDRESSES_ARP = 2 };
enum { JOB_NONE = 0 };

static const struct rpc_row *find(const struct rpc_row *rows, const struct rpc_proc *proc)
{
	for (; rows && rows->proc; rows++)
		if (rows->proc == proc)
			return rows;
	return NULL;
}

/* The driver's own answer, else the common one; in this process. */
static int ask_self(void *ctx, const struct rpc_proc *proc, const void *args, void *ret)
{
	struct supervisor *sv = ctx;
	const struct rpc_row *row = find(sv->driver->rows, proc);
	struct rpc_call call = { .ctx = sv, .proc = proc, .uid = geteuid(), .read_only = true };
	struct error ignored;
	void *own;
	int r;

	if (!row && !(row = find(sv_stats_rows, proc)))
		return -1;
	/* every domain procedure's arguments begin with the domain */
	own = calloc(1, proc->args_size);
	if (!own)
		return -1;
	memcpy(own, args, proc->args_size);
	((wire_domain *)own)->name = sv->name;
	memcpy(((wire_domain *)own)->uuid, sv->uuid, sizeof(sv->uuid));
	r = row->fn(&call, own, ret, &ignored);
	free(own);
	if (r < 0)
		xdr_free(proc->ret, ret);
	return r;
}

static int all_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_connect_get_all_domain_stats_args *a = args;
	wire_connect_get_all_domain_stats_ret *r = ret;
	struct stats_source from = { ask_self, sv };
	/* the flag VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING has the same bit */
	unsigned groups = (a->stats ? a->stats : STATS_ALL) | (a->flags & STATS_BACKING);
	wire_domain_stats_record *record;
	bool asked = a->doms.doms_len == 0;

	for (u_int i = 0; i < a->doms.doms_len; i++)
		asked |= !memcmp(a->doms.doms_val[i].uuid, sv->uuid, sizeof(sv->uuid));
	if (!asked || sv->ending)
		return 0;
	record = r->ret_stats.ret_stats_val = calloc(1, sizeof(*record));
	if (!record)
		return error_errno(err, "%s: no memory for the statistics", sv->name);
	if (supervisor_wire_domain(sv, &record->dom, err) < 0)
		return -1;
	r->ret_stats.ret_stats_len = 1;
	if (stats_of_running(sv->def, sv->state, sv->reason, groups, &from, PARAMS(record->params), err) < 0)
		return -1;
	return sv->driver->stats ? sv->driver->stats(sv, groups, PARAMS(record->params), err) : 0;
}

static int control_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;   /* zeroed: it is well */
	return supervisor_check_domain(call->ctx, args, err);
}

static int job_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_get_job_info_ret *r = ret;

	r->type = JOB_NONE;
	return supervisor_check_domain(call->ctx, args, err);
}

static int job_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_get_job_stats_ret *r = ret;

	r->type = JOB_NONE;
	return supervisor_check_domain(call->ctx, args, err);
}

static int abort_job(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;

	(void)ret;
	return supervisor_check_domain(sv, args, err) < 0 ? -1 : error_set(err, ERR_OPERATION_INVALID, "%s: no job is running", sv->name);
}

static int disk_errors(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;   /* zeroed: none */
	return supervisor_check_domain(call->ctx, args, err);
}

static int block_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_get_block_info_args *a = args;

	return supervisor_check_domain(sv, &a->dom, err) < 0 ? -1 : stats_block_info(sv->def, a->path, ret, err);
}

static int interface_addresses(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_interface_addresses_args *a = args;

	if (supervisor_check_domain(sv, &a->dom, err) < 0)
		return -1;
	if (a->source == ADDRESSES_LEASE)
		return hv_leased_addresses(sv, ret, err);
	if (a->source == ADDRESSES_ARP)
		return stats_arp_addresses(sv->def, ret, err);
	return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "%s: its addresses are known by its network's leases and the host's neighbour table alone (sources 'lease', 'arp')",
			 sv->name);
}

const struct rpc_row sv_stats_rows[] = {
	RPC_ROW(connect_get_all_domain_stats, all_stats),
	RPC_ROW(domain_get_control_info, control_info),
	RPC_ROW(domain_get_job_info, job_info),
	RPC_ROW(domain_get_job_stats, job_stats),
	RPC_ROW(domain_abort_job, abort_job),
	RPC_ROW(domain_abort_job_flags, abort_job),
	RPC_ROW(domain_get_disk_errors, disk_errors),
	RPC_ROW(domain_get_block_info, block_info),
	RPC_ROW(domain_interface_addresses, interface_addresses),
	RPC_ROW_END,
};
