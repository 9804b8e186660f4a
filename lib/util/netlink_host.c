/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interfaces of a host as an administrator knows them: with what they are made of, and the kinds that only a host has. */
#include "util/netlink_host.h"
#include "util/netlink_impl.h"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/route/addr.h>
#include <string.h>

/* --- looking ------------------------------------------------------------------------------------------------------ */

static void read_bridge(struct nlattr *data, struct netlink_details *d)
{
	struct nlattr *tb[IFLA_BR_MAX + 1];

	if (nla_parse_nested(tb, IFLA_BR_MAX, data, NULL) < 0)
		return;
	d->bridge.stp = tb[IFLA_BR_STP_STATE] && nla_get_u32(tb[IFLA_BR_STP_STATE]);
	d->bridge.delay = tb[IFLA_BR_FORWARD_DELAY] ? nla_get_u32(tb[IFLA_BR_FORWARD_DELAY]) : 0;
}

static void read_bond(struct nlattr *data, struct netlink_details *d)
{
	struct nlattr *tb[IFLA_BOND_MAX + 1];
	const struct {
		int attr;
		uint32_t *to;
	} numbers[] = {
		{ IFLA_BOND_MIIMON, &d->bond.miimon }, { IFLA_BOND_UPDELAY, &d->bond.updelay }, { IFLA_BOND_DOWNDELAY, &d->bond.downdelay },
		{ IFLA_BOND_ARP_INTERVAL, &d->bond.arp_interval }, { IFLA_BOND_ARP_VALIDATE, &d->bond.arp_validate },
	};

	if (nla_parse_nested(tb, IFLA_BOND_MAX, data, NULL) < 0)
		return;
	d->bond.mode = tb[IFLA_BOND_MODE] ? nla_get_u8(tb[IFLA_BOND_MODE]) : 0;
	d->bond.use_carrier = tb[IFLA_BOND_USE_CARRIER] && nla_get_u8(tb[IFLA_BOND_USE_CARRIER]);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		*numbers[i].to = tb[numbers[i].attr] ? nla_get_u32(tb[numbers[i].attr]) : 0;
	if (tb[IFLA_BOND_ARP_IP_TARGET]) {
		struct nlattr *first = nla_data(tb[IFLA_BOND_ARP_IP_TARGET]);

		if (nla_len(tb[IFLA_BOND_ARP_IP_TARGET]) >= (int)sizeof(*first) + 4)
			inet_ntop(AF_INET, nla_data(first), d->bond.arp_target, sizeof(d->bond.arp_target));
	}
}

static void read_vlan(struct nlattr *data, struct netlink_details *d)
{
	struct nlattr *tb[IFLA_VLAN_MAX + 1];

	if (nla_parse_nested(tb, IFLA_VLAN_MAX, data, NULL) == 0 && tb[IFLA_VLAN_ID])
		d->vlan = nla_get_u16(tb[IFLA_VLAN_ID]);
}

static const struct {
	const char kind[8];
	void (*read)(struct nlattr *data, struct netlink_details *d);
} kinds[] = { { "bridge", read_bridge }, { "bond", read_bond }, { "vlan", read_vlan } };

static void read_kind(struct nlattr *attr, struct netlink_details *d)
{
	struct nlattr *tb[IFLA_INFO_MAX + 1];

	if (nla_parse_nested(tb, IFLA_INFO_MAX, attr, NULL) < 0 || !tb[IFLA_INFO_KIND])
		return;
	nla_strlcpy(d->link.kind, tb[IFLA_INFO_KIND], sizeof(d->link.kind));
	for (size_t i = 0; i < ARRAY_LEN(kinds) && tb[IFLA_INFO_DATA]; i++)
		if (!strcmp(kinds[i].kind, d->link.kind))
			kinds[i].read(tb[IFLA_INFO_DATA], d);
}

struct all {
	struct netlink_details *items;
	size_t n;
	bool no_memory;
};

static int on_link(struct nl_msg *msg, void *arg)
{
	struct all *all = arg;
	const struct nlmsghdr *h = nlmsg_hdr(msg);
	const struct ifinfomsg *info = nlmsg_data(h);
	struct nlattr *tb[IFLA_MAX + 1];
	struct netlink_details *more, *d;

	if (h->nlmsg_type != RTM_NEWLINK || nlmsg_parse((struct nlmsghdr *)h, sizeof(*info), tb, IFLA_MAX, NULL) < 0 || !tb[IFLA_IFNAME])
		return NL_OK;
	more = reallocarray(all->items, all->n + 1, sizeof(*more));
	if (!more) {
		all->no_memory = true;
		return NL_OK;
	}
	all->items = more;
	d = &more[all->n++];
	*d = (struct netlink_details){ .link = { .index = info->ifi_index, .up = info->ifi_flags & IFF_UP }, .loopback = info->ifi_flags & IFF_LOOPBACK };
	nla_strlcpy(d->link.name, tb[IFLA_IFNAME], sizeof(d->link.name));
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == NETLINK_MAC_BYTES)
		memcpy(d->link.mac, nla_data(tb[IFLA_ADDRESS]), NETLINK_MAC_BYTES);
	d->link.mtu = tb[IFLA_MTU] ? nla_get_u32(tb[IFLA_MTU]) : 0;
	d->link.master = tb[IFLA_MASTER] ? (int)nla_get_u32(tb[IFLA_MASTER]) : 0;
	d->link.carrier = tb[IFLA_CARRIER] && nla_get_u8(tb[IFLA_CARRIER]);
	d->operstate = tb[IFLA_OPERSTATE] ? nla_get_u8(tb[IFLA_OPERSTATE]) : 0;
	d->lower = tb[IFLA_LINK] ? (int)nla_get_u32(tb[IFLA_LINK]) : 0;
	if (tb[IFLA_LINKINFO])
		read_kind(tb[IFLA_LINKINFO], d);
	return NL_OK;
}

int netlink_details(struct netlink *nl, struct netlink_details **list, size_t *n, struct error *err)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	struct all all = { NULL };
	int r;

	netlink_ask(nl);
	nl_socket_modify_cb(nl->sock, NL_CB_VALID, NL_CB_CUSTOM, on_link, &all);
	r = nl_send_simple(nl->sock, RTM_GETLINK, NLM_F_DUMP, &head, sizeof(head));
	if (r >= 0)
		r = nl_recvmsgs_default(nl->sock);
	nl_socket_modify_cb(nl->sock, NL_CB_VALID, NL_CB_DEFAULT, NULL, NULL);
	if (r >= 0 && !all.no_memory) {
		*list = all.items;
		*n = all.n;
		return 0;
	}
	free(all.items);
	return all.no_memory ? error_set(err, ERR_NO_MEMORY, "network interfaces: out of memory") :
			       netlink_failed(nl, r, err, "cannot list the network interfaces");
}

/* --- making ------------------------------------------------------------------------------------------------------- */

/* A message for a new interface of a kind, up to where its own attributes begin; NULL: no memory. */
static struct nl_msg *begin(const struct netlink_new *new, const char *kind, int lower, struct nlattr **info, struct nlattr **data)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL);

	if (msg && nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO) == 0 && nla_put_string(msg, IFLA_IFNAME, new->name) == 0 &&
	    (!new->mac || nla_put(msg, IFLA_ADDRESS, NETLINK_MAC_BYTES, new->mac) == 0) &&
	    (!lower || nla_put_u32(msg, IFLA_LINK, (uint32_t)lower) == 0) && (*info = nla_nest_start(msg, IFLA_LINKINFO)) &&
	    nla_put_string(msg, IFLA_INFO_KIND, kind) == 0 && (*data = nla_nest_start(msg, IFLA_INFO_DATA)))
		return msg;
	if (msg)
		nlmsg_free(msg);
	return NULL;
}

static int finish(struct netlink *nl, struct nl_msg *msg, const char *kind, const char *name, struct nlattr *info, struct nlattr *data, struct error *err)
{
	int r;

	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	r = netlink_talk(nl, msg);
	if (r < 0 && nl->error == EOPNOTSUPP)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "cannot make '%s': this kernel has no interfaces of the kind %s", name, kind);
	return r < 0 ? netlink_failed(nl, r, err, "cannot make the %s '%s'", kind, name) : 0;
}

int netlink_add_vlan(struct netlink *nl, const struct netlink_new *new, const char *device, uint16_t tag, struct error *err)
{
	int lower = netlink_index(nl, device, err);
	struct nlattr *info = NULL, *data = NULL;
	struct nl_msg *msg = lower < 0 ? NULL : begin(new, "vlan", lower, &info, &data);

	if (lower < 0)
		return -1;
	if (!msg || nla_put_u16(msg, IFLA_VLAN_ID, tag) < 0) {
		if (msg)
			nlmsg_free(msg);
		return error_set(err, ERR_NO_MEMORY, "VLAN %s: out of memory", new->name);
	}
	return finish(nl, msg, "vlan", new->name, info, data, err);
}

static int put_bond(struct nl_msg *msg, const struct netlink_bond *b)
{
	const struct {
		int attr;
		uint32_t value;
	} numbers[] = {
		{ IFLA_BOND_MIIMON, b->miimon }, { IFLA_BOND_UPDELAY, b->updelay }, { IFLA_BOND_DOWNDELAY, b->downdelay },
		{ IFLA_BOND_ARP_INTERVAL, b->arp_interval }, { IFLA_BOND_ARP_VALIDATE, b->arp_validate },
	};
	struct nlattr *targets;
	struct in_addr target;

	if (nla_put_u8(msg, IFLA_BOND_MODE, b->mode) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (numbers[i].value && nla_put_u32(msg, numbers[i].attr, numbers[i].value) < 0)
			return -1;
	if (b->miimon && nla_put_u8(msg, IFLA_BOND_USE_CARRIER, b->use_carrier) < 0)
		return -1;
	if (!b->arp_target[0] || inet_pton(AF_INET, b->arp_target, &target) != 1)
		return 0;
	targets = nla_nest_start(msg, IFLA_BOND_ARP_IP_TARGET);
	if (!targets || nla_put_u32(msg, 0, target.s_addr) < 0)
		return -1;
	nla_nest_end(msg, targets);
	return 0;
}

int netlink_add_bond(struct netlink *nl, const struct netlink_new *new, const struct netlink_bond *bond, struct error *err)
{
	struct nlattr *info = NULL, *data = NULL;
	struct nl_msg *msg = begin(new, "bond", 0, &info, &data);

	if (!msg || put_bond(msg, bond) < 0) {
		if (msg)
			nlmsg_free(msg);
		return error_set(err, ERR_NO_MEMORY, "bond %s: out of memory", new->name);
	}
	return finish(nl, msg, "bond", new->name, info, data, err);
}

/* --- addresses ---------------------------------------------------------------------------------------------------- */

int netlink_flush_addresses(struct netlink *nl, const char *name, struct error *err)
{
	int index = netlink_index(nl, name, err), r;
	struct nl_cache *all = NULL;

	if (index < 0)
		return -1;
	netlink_ask(nl);
	r = rtnl_addr_alloc_cache(nl->sock, &all);
	if (r < 0)
		return netlink_failed(nl, r, err, "cannot list the addresses of '%s'", name);
	for (struct nl_object *o = nl_cache_get_first(all); o && r >= 0; o = nl_cache_get_next(o)) {
		struct rtnl_addr *a = (struct rtnl_addr *)o;

		/* the link's own IPv6 address goes with the link */
		if (rtnl_addr_get_ifindex(a) != index || rtnl_addr_get_scope(a) == RT_SCOPE_LINK)
			continue;
		netlink_ask(nl);
		r = rtnl_addr_delete(nl->sock, a, 0);
		/* with the first address of a subnet its others go, too */
		if (r < 0 && nl->error == EADDRNOTAVAIL)
			r = 0;
	}
	nl_cache_free(all);
	return r < 0 ? netlink_failed(nl, r, err, "cannot take the addresses of '%s' away", name) : 0;
}
