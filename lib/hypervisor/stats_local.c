/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statistics of many guests: those that run answer for themselves, of the others their definitions tell. */
#include "hypervisor/local_xml.h"
#include "hypervisor/stats.h"

#include <string.h>

/* libvirt's virConnectGetAllDomainStatsFlags beside the filter of guests. */
#define FLAG_NOWAIT (1u << 29)
#define FLAG_BACKING STATS_BACKING
#define FLAG_ENFORCE (1u << 31)
#define FILTERS 0xffu

/* One that hangs must not hold up the others for longer. */
#define EACH_MS 3000

static int add_guest(struct rpc_call *call, struct guest *guest, const wire_connect_get_all_domain_stats_args *a,
		     wire_connect_get_all_domain_stats_ret *r, struct error *err)
{
	const struct hv *hv = call->ctx;
	wire_domain dom = { .name = guest->name, .id = guest->id };
	wire_connect_get_all_domain_stats_args one = { .doms = { 1, &dom }, .stats = a->stats, .flags = a->flags & ~FILTERS };
	wire_connect_get_all_domain_stats_ret got = { 0 };
	wire_domain_stats_record *record = &r->ret_stats.ret_stats_val[r->ret_stats.ret_stats_len];
	unsigned groups = a->stats ? a->stats : STATS_ALL;
	AUTO_DOMAIN struct domain *def = NULL;
	struct error why;

	memcpy(dom.uuid, guest->uuid, sizeof(dom.uuid));
	if (guest_is_active(guest) && hv_forward_to(call, guest, &one, &got, hv->timeout_ms < EACH_MS ? hv->timeout_ms : EACH_MS, &why) == 0) {
		if (got.ret_stats.ret_stats_len == 1) {
			*record = got.ret_stats.ret_stats_val[0];
			free(got.ret_stats.ret_stats_val);
			r->ret_stats.ret_stats_len++;
		}
		return 0;
	}
	/* of one that is off, damaged or does not answer, what is known is told */
	if (hv_wire_domain(&record->dom, guest->name, guest->uuid, guest->id, err) < 0)
		return -1;
	r->ret_stats.ret_stats_len++;
	def = guest->persistent ? hv_load(guest->kind, guest->name, &why) : NULL;
	if (!def || guest_is_active(guest))
		groups &= STATS_STATE;
	static const struct domain none;
	int state = guest->state == GUEST_UNKNOWN ? GUEST_NOSTATE : guest->state;
	return stats_from_definition(def ? def : &none, state, guest->reason, groups, PARAMS(record->params), err);
}

static int of_list(struct rpc_call *call, const wire_connect_get_all_domain_stats_args *a, wire_connect_get_all_domain_stats_ret *r, struct error *err)
{
	const struct hv *hv = call->ctx;

	for (u_int i = 0; i < a->doms.doms_len; i++) {
		AUTO_GUEST struct guest guest = { 0 };
		if (hv_guest_of(hv, &a->doms.doms_val[i], &guest, err) < 0 || add_guest(call, &guest, a, r, err) < 0)
			return -1;
	}
	return 0;
}

int hv_connect_get_all_domain_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_get_all_domain_stats_args *a = args;
	wire_connect_get_all_domain_stats_ret *r = ret;
	struct guest_list list = { 0 };
	int rc = 0;

	if (hv_may(call, err) < 0 || hv_flags(call, a->flags, FILTERS | FLAG_NOWAIT | FLAG_BACKING | FLAG_ENFORCE, err) < 0)
		return -1;
	if ((a->flags & FLAG_ENFORCE) && (a->stats & ~STATS_ALL))
		return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "statistics 0x%x are not known", a->stats & ~STATS_ALL);
	if (!a->doms.doms_len && guest_list(call->ctx, a->flags & FILTERS, GUEST_WANT_UUID | GUEST_WANT_REASON, &list, err) < 0)
		return -1;
	r->ret_stats.ret_stats_val = calloc(a->doms.doms_len + list.n + 1, sizeof(*r->ret_stats.ret_stats_val));
	if (!r->ret_stats.ret_stats_val)
		rc = error_errno(err, "the statistics");
	else if (a->doms.doms_len)
		rc = of_list(call, a, r, err);
	for (size_t i = 0; i < list.n && rc == 0; i++)
		rc = add_guest(call, &list.guest[i], a, r, err);
	guest_list_free(&list);
	return rc;
}

int hv_domain_get_block_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_block_info_args *a = args;
	const struct hv *hv = call->ctx;
	AUTO_GUEST struct guest guest = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;

	if (hv_flags(call, a->flags, 0, err) < 0 || hv_guest_called(call, args, &guest, err) < 0)
		return -1;
	if (guest_is_active(&guest))
		return hv_forward_to(call, &guest, args, ret, hv->timeout_ms, err);
	def = hv_load(guest.kind, guest.name, err);
	return def ? stats_block_info(def, a->path, ret, err) : -1;
}
