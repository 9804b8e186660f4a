/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bridges and their ports. libnl's typed bridge knows neither the spanning tree nor VLANs: messages are made here, attribute by attribute. */
#include "util/netlink_impl.h"

#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>

/* An attribute of a whole number; size 0: none. */
struct attr {
	int type, size;
	uint32_t value;
};

static int put_attrs(struct nl_msg *msg, const struct attr *attrs)
{
	for (; attrs->size; attrs++) {
		uint8_t byte = (uint8_t)attrs->value;

		if (attrs->size == 1 ? nla_put_u8(msg, attrs->type, byte) < 0 : nla_put_u32(msg, attrs->type, attrs->value) < 0)
			return -1;
	}
	return 0;
}

static int put_info(struct nl_msg *msg, const struct attr *attrs)
{
	struct nlattr *info, *data;

	if (!(info = nla_nest_start(msg, IFLA_LINKINFO)) || nla_put_string(msg, IFLA_INFO_KIND, "bridge") < 0 || !(data = nla_nest_start(msg, IFLA_INFO_DATA)) ||
	    put_attrs(msg, attrs) < 0)
		return -1;
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return 0;
}

/* A message to be sent or NULL: then there was no memory for it. */
static int send_whole(struct netlink *nl, struct nl_msg *msg, bool whole, const char *name, struct error *err)
{
	if (whole)
		return netlink_talk(nl, msg);
	if (msg)
		nlmsg_free(msg);
	error_set(err, ERR_NO_MEMORY, "network interface %s: out of memory", name);
	return 1;
}

int netlink_add_bridge(struct netlink *nl, const struct netlink_new *new, bool stp, unsigned forward_delay, struct error *err)
{
	const struct attr attrs[] = { { IFLA_BR_FORWARD_DELAY, 4, forward_delay * 100 }, { IFLA_BR_STP_STATE, 4, stp }, { 0, 0, 0 } };
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg;
	int r;

	if (netlink_check_name(new->name, err) < 0)
		return -1;
	msg = nlmsg_alloc_simple(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL);
	r = send_whole(nl, msg, msg && nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO) >= 0 && nla_put_string(msg, IFLA_IFNAME, new->name) >= 0 &&
			       (!new->mac || nla_put(msg, IFLA_ADDRESS, NETLINK_MAC_BYTES, new->mac) >= 0) && (!new->mtu || nla_put_u32(msg, IFLA_MTU, new->mtu) >= 0) &&
			       (!new->ns_pid || nla_put_u32(msg, IFLA_NET_NS_PID, (uint32_t)new->ns_pid) >= 0) && put_info(msg, attrs) == 0, new->name, err);
	return r < 0 ? netlink_failed(nl, r, err, "cannot make the bridge '%s'", new->name) : r ? -1 : 0;
}

static int change_bridge(struct netlink *nl, const char *name, const struct attr *attrs, struct error *err)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC, .ifi_index = netlink_index(nl, name, err) };
	struct nl_msg *msg = head.ifi_index < 0 ? NULL : nlmsg_alloc_simple(RTM_NEWLINK, NLM_F_REQUEST);
	int r;

	if (head.ifi_index < 0)
		return -1;
	r = send_whole(nl, msg, msg && nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO) >= 0 && put_info(msg, attrs) == 0, name, err);
	return r < 0 ? netlink_failed(nl, r, err, "cannot change the bridge '%s'", name) : r ? -1 : 0;
}

int netlink_tune_bridge(struct netlink *nl, const char *name, bool stp, unsigned forward_delay, struct error *err)
{
	/* with a spanning tree the kernel takes no delay below two seconds; without one it takes any */
	const struct attr delay[] = { { IFLA_BR_FORWARD_DELAY, 4, stp && forward_delay < 2 ? 200 : forward_delay * 100 }, { 0, 0, 0 } };
	const struct attr tree[] = { { IFLA_BR_STP_STATE, 4, stp }, { 0, 0, 0 } };

	return change_bridge(nl, name, stp ? delay : tree, err) < 0 ? -1 : change_bridge(nl, name, stp ? tree : delay, err);
}

int netlink_filter_vlans(struct netlink *nl, const char *name, struct error *err)
{
	const struct attr attrs[] = { { IFLA_BR_VLAN_FILTERING, 1, 1 }, { 0, 0, 0 } };

	if (change_bridge(nl, name, attrs, err) == 0)
		return 0;
	if (err && err->sys == EOPNOTSUPP)
		error_set(err, ERR_CONFIG_UNSUPPORTED, "VLAN tags on the bridge '%s' cannot be had: this kernel's bridges know none (CONFIG_BRIDGE_VLAN_FILTERING)", name);
	return -1;
}

static int change_port(struct netlink *nl, const char *name, const struct attr *attrs, struct error *err)
{
	struct ifinfomsg head = { .ifi_family = AF_BRIDGE, .ifi_index = netlink_index(nl, name, err) };
	struct nl_msg *msg = head.ifi_index < 0 ? NULL : nlmsg_alloc_simple(RTM_SETLINK, NLM_F_REQUEST);
	struct nlattr *port = NULL;
	bool whole;
	int r;

	if (head.ifi_index < 0)
		return -1;
	whole = msg && nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO) >= 0 && (port = nla_nest_start(msg, IFLA_PROTINFO | NLA_F_NESTED)) &&
		put_attrs(msg, attrs) == 0;
	if (whole)
		nla_nest_end(msg, port);
	r = send_whole(nl, msg, whole, name, err);
	return r < 0 ? netlink_failed(nl, r, err, "cannot set up '%s' as a port of its bridge", name) : r ? -1 : 0;
}

int netlink_set_port(struct netlink *nl, const char *name, bool isolated, bool hairpin, struct error *err)
{
	const struct attr attrs[] = { { IFLA_BRPORT_ISOLATED, 1, isolated }, { IFLA_BRPORT_MODE, 1, hairpin }, { 0, 0, 0 } };

	return change_port(nl, name, attrs, err);
}

int netlink_fix_port(struct netlink *nl, const char *name, const unsigned char mac[NETLINK_MAC_BYTES], struct error *err)
{
	const struct attr attrs[] = { { IFLA_BRPORT_LEARNING, 1, 0 }, { IFLA_BRPORT_UNICAST_FLOOD, 1, 0 }, { 0, 0, 0 } };
	struct ndmsg head = { .ndm_family = AF_BRIDGE, .ndm_state = NUD_NOARP, .ndm_flags = NTF_MASTER };
	struct nl_msg *msg;
	int r;

	if (change_port(nl, name, attrs, err) < 0 || (head.ndm_ifindex = netlink_index(nl, name, err)) < 0)
		return -1;
	msg = nlmsg_alloc_simple(RTM_NEWNEIGH, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE);
	r = send_whole(nl, msg, msg && nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO) >= 0 && nla_put(msg, NDA_LLADDR, NETLINK_MAC_BYTES, mac) >= 0, name, err);
	return r < 0 ? netlink_failed(nl, r, err, "cannot tell the bridge who is at '%s'", name) : r ? -1 : 0;
}

/* Adds or removes one VLAN of a port, or of the bridge's own. */
static int change_vlan(struct netlink *nl, const struct netlink_link *link, int type, struct bridge_vlan_info info, struct error *err)
{
	struct ifinfomsg head = { .ifi_family = AF_BRIDGE, .ifi_index = link->index };
	bool own = !strcmp(link->kind, "bridge");
	struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_REQUEST);
	struct nlattr *spec = NULL;
	bool whole = msg && nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO) >= 0 && (spec = nla_nest_start(msg, IFLA_AF_SPEC)) &&
		     (!own || nla_put_u16(msg, IFLA_BRIDGE_FLAGS, BRIDGE_FLAGS_SELF) >= 0) && nla_put(msg, IFLA_BRIDGE_VLAN_INFO, sizeof(info), &info) >= 0;
	int r;

	if (whole)
		nla_nest_end(msg, spec);
	r = send_whole(nl, msg, whole, link->name, err);
	return r < 0 ? netlink_failed(nl, r, err, "cannot give '%s' the VLAN %u of its bridge", link->name, info.vid) : r ? -1 : 0;
}

int netlink_set_vlans(struct netlink *nl, const char *name, const struct netlink_vlan *vlans, size_t n, struct error *err)
{
	struct netlink_link link;
	struct error why = { 0 };

	if (netlink_get(nl, name, &link, err) < 0)
		return -1;
	/* what every port has at first */
	if (change_vlan(nl, &link, RTM_DELLINK, (struct bridge_vlan_info){ .vid = 1 }, &why) < 0 && why.sys != ENOENT) {
		if (err)
			*err = why;
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		struct bridge_vlan_info info = { .vid = vlans[i].id, .flags = vlans[i].untagged ? BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED :
									      vlans[i].native ? BRIDGE_VLAN_INFO_PVID : 0 };

		if (change_vlan(nl, &link, RTM_SETLINK, info, err) < 0)
			return -1;
	}
	return 0;
}
