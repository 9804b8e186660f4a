/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/netlink_impl.h"

#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/tc_act/tc_mirred.h>
#include <netlink/route/act/mirred.h>
#include <netlink/route/class.h>
#include <netlink/route/classifier.h>
#include <netlink/route/cls/u32.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/qdisc/htb.h>
#include <netlink/route/tc.h>
#include <string.h>

#define KB 1000
#define BURST_KIB 1024
#define HANDLE(major, minor) ((uint32_t)(major) << 16 | (minor))
#define ROOT HANDLE(1, 0)
#define WHOLE HANDLE(1, 1)

static inline void put_qdisc_(struct rtnl_qdisc **q)
{
	if (*q)
		rtnl_qdisc_put(*q);
}
static inline void put_class_(struct rtnl_class **c)
{
	if (*c)
		rtnl_class_put(*c);
}
static inline void put_cls_(struct rtnl_cls **c)
{
	if (*c)
		rtnl_cls_put(*c);
}
static inline void put_act_(struct rtnl_act **a)
{
	if (*a)
		rtnl_act_put(*a);
}

static void place(struct rtnl_tc *tc, int index, uint32_t parent, uint32_t handle, const char *kind)
{
	rtnl_tc_set_ifindex(tc, index);
	rtnl_tc_set_parent(tc, parent);
	if (handle)
		rtnl_tc_set_handle(tc, handle);
	if (kind)
		rtnl_tc_set_kind(tc, kind);
}

static int no_memory(const char *name, struct error *err)
{
	return error_set(err, ERR_NO_MEMORY, "limits of '%s': out of memory", name);
}

/* Takes a queue away; one that is not there is fine. */
static int remove_queue(struct netlink *nl, const char *name, int index, uint32_t parent, struct error *err)
{
	AUTO(put_qdisc_) struct rtnl_qdisc *q = rtnl_qdisc_alloc();

	if (!q)
		return no_memory(name, err);
	place(TC_CAST(q), index, parent, 0, NULL);
	netlink_ask(nl);
	int r = rtnl_qdisc_delete(nl->sock, q);
	/* the kernel's default queue cannot be deleted, and need not be */
	if (r < 0 && nl->error != ENOENT && nl->error != EINVAL)
		return netlink_failed(nl, r, err, "cannot take the limits off '%s'", name);
	return 0;
}

static int add_queue(struct netlink *nl, const char *name, int index, uint32_t parent, uint32_t handle, const char *kind, uint32_t other,
		     struct error *err)
{
	AUTO(put_qdisc_) struct rtnl_qdisc *q = rtnl_qdisc_alloc();

	if (!q)
		return no_memory(name, err);
	place(TC_CAST(q), index, parent, handle, kind);
	if (other)
		rtnl_htb_set_defcls(q, other);
	netlink_ask(nl);
	int r = rtnl_qdisc_add(nl->sock, q, NLM_F_CREATE | NLM_F_EXCL);
	return r < 0 ? netlink_failed(nl, r, err, "cannot limit '%s' (queue of kind %s)", name, kind) : 0;
}

/* bytes per second; burst in bytes, 0: the kernel's least */
static int add_class(struct netlink *nl, const char *name, int index, uint32_t parent, uint32_t handle, uint64_t rate, uint64_t ceil,
		     uint64_t burst, struct error *err)
{
	AUTO(put_class_) struct rtnl_class *c = rtnl_class_alloc();

	if (!c)
		return no_memory(name, err);
	place(TC_CAST(c), index, parent, handle, "htb");
	/* a frame is never larger than this with segmentation offload; smaller, and large frames would be accounted for wrongly */
	rtnl_tc_set_mtu(TC_CAST(c), 65536);
	rtnl_htb_set_rate64(c, rate);
	rtnl_htb_set_ceil64(c, ceil);
	if (burst) {
		rtnl_htb_set_rbuffer(c, (uint32_t)(burst > UINT32_MAX ? UINT32_MAX : burst));
		rtnl_htb_set_cbuffer(c, (uint32_t)(burst > UINT32_MAX ? UINT32_MAX : burst));
	}
	netlink_ask(nl);
	int r = rtnl_class_add(nl->sock, c, NLM_F_CREATE | NLM_F_REPLACE);
	return r < 0 ? netlink_failed(nl, r, err, "cannot limit '%s' to %llu bytes a second", name, (unsigned long long)rate) : 0;
}

static uint64_t ceiling(const struct netlink_rate *rate)
{
	return (rate->peak > rate->average ? rate->peak : rate->average) * KB;
}

static int limit_index(struct netlink *nl, const char *name, int index, const struct netlink_rate *rate, struct error *err)
{
	if (remove_queue(nl, name, index, TC_H_ROOT, err) < 0)
		return -1;
	if (!rate->average)
		return 0;
	if (add_queue(nl, name, index, TC_H_ROOT, ROOT, "htb", 1, err) < 0)
		return -1;
	return add_class(nl, name, index, ROOT, WHOLE, rate->average * KB, ceiling(rate), rate->burst * BURST_KIB, err);
}

int netlink_limit(struct netlink *nl, const char *name, const struct netlink_rate *rate, struct error *err)
{
	int index = netlink_index(nl, name, err);

	return index < 0 ? -1 : limit_index(nl, name, index, rate, err);
}

int netlink_limit_class(struct netlink *nl, const char *name, uint16_t minor, uint64_t floor, const struct netlink_rate *whole, struct error *err)
{
	AUTO(put_class_) struct rtnl_class *c = rtnl_class_alloc();
	int index = netlink_index(nl, name, err);

	if (index < 0 || !c)
		return index < 0 ? -1 : no_memory(name, err);
	if (floor)
		return add_class(nl, name, index, WHOLE, HANDLE(1, minor), floor * KB, ceiling(whole), 0, err);
	place(TC_CAST(c), index, 0, HANDLE(1, minor), NULL);
	netlink_ask(nl);
	int r = rtnl_class_delete(nl->sock, c);
	return r < 0 && nl->error != ENOENT ? netlink_failed(nl, r, err, "cannot take the floor off '%s'", name) : 0;
}

int netlink_limit_filter(struct netlink *nl, const char *name, uint16_t minor, const unsigned char mac[NETLINK_MAC_BYTES], bool remove,
			 struct error *err)
{
	AUTO(put_cls_) struct rtnl_cls *cls = rtnl_cls_alloc();
	int index = netlink_index(nl, name, err), r;

	if (index < 0 || !cls)
		return index < 0 ? -1 : no_memory(name, err);
	place(TC_CAST(cls), index, ROOT, 0, "u32");
	/* a filter is named by its priority: the class' number */
	rtnl_cls_set_prio(cls, minor);
	rtnl_cls_set_protocol(cls, ETH_P_ALL);
	netlink_ask(nl);
	if (remove) {
		r = rtnl_cls_delete(nl->sock, cls, 0);
		return r < 0 && nl->error != ENOENT ? netlink_failed(nl, r, err, "cannot remove a filter of '%s'", name) : 0;
	}
	/* the destination's address begins 14 bytes before the payload */
	if (rtnl_u32_add_key_uint32(cls, (uint32_t)mac[2] << 24 | mac[3] << 16 | mac[4] << 8 | mac[5], UINT32_MAX, -12, 0) < 0 ||
	    rtnl_u32_add_key_uint16(cls, (uint16_t)(mac[0] << 8 | mac[1]), UINT16_MAX, -14, 0) < 0)
		return no_memory(name, err);
	rtnl_u32_set_classid(cls, HANDLE(1, minor));
	rtnl_u32_set_cls_terminal(cls);
	r = rtnl_cls_add(nl->sock, cls, NLM_F_CREATE | NLM_F_EXCL);
	return r < 0 ? netlink_failed(nl, r, err, "cannot add a filter to '%s'", name) : 0;
}

/* All that comes in goes out by the other interface. */
static int redirect(struct netlink *nl, const char *name, int index, int to, struct error *err)
{
	AUTO(put_cls_) struct rtnl_cls *cls = rtnl_cls_alloc();
	AUTO(put_act_) struct rtnl_act *act = rtnl_act_alloc();   /* the filter takes a reference of its own */
	int r;

	if (!cls || !act)
		return no_memory(name, err);
	rtnl_tc_set_kind(TC_CAST(act), "mirred");
	rtnl_mirred_set_action(act, TCA_EGRESS_REDIR);
	rtnl_mirred_set_policy(act, TC_ACT_STOLEN);
	rtnl_mirred_set_ifindex(act, (uint32_t)to);
	place(TC_CAST(cls), index, HANDLE(0xffff, 0), 0, "u32");
	rtnl_cls_set_prio(cls, 1);
	rtnl_cls_set_protocol(cls, ETH_P_ALL);
	rtnl_u32_add_key_uint32(cls, 0, 0, 0, 0);
	rtnl_u32_add_action(cls, act);
	rtnl_u32_set_cls_terminal(cls);
	netlink_ask(nl);
	r = rtnl_cls_add(nl->sock, cls, NLM_F_CREATE | NLM_F_EXCL);
	return r < 0 ? netlink_failed(nl, r, err, "cannot limit what comes in by '%s'", name) : 0;
}

int netlink_limit_incoming(struct netlink *nl, const char *name, const char *ifb, const struct netlink_rate *rate, struct error *err)
{
	int index = netlink_index(nl, name, err), way = index < 0 ? -1 : netlink_index(nl, ifb, err);

	if (way < 0 || remove_queue(nl, name, index, TC_H_INGRESS, err) < 0)
		return -1;
	if (!rate->average)
		return 0;
	if (limit_index(nl, ifb, way, rate, err) < 0 || netlink_set_up(nl, ifb, true, err) < 0 ||
	    add_queue(nl, name, index, TC_H_INGRESS, HANDLE(0xffff, 0), "ingress", 0, err) < 0)
		return -1;
	return redirect(nl, name, index, way, err);
}
