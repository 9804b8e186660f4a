/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network's own bridge: made, addressed, limited, removed; and what the host has already that stands in its way. */
#include "network/network_impl.h"

#include "util/file.h"
#include "util/netlink.h"
#include "util/str.h"

#include <fcntl.h>
#include <ifaddrs.h>
#include <string.h>

/* --- what stands in the way --------------------------------------------------------------------------------------- */

/* The prefix of an interface's netmask. */
static unsigned mask_prefix(const struct sockaddr *mask, int family)
{
	const unsigned char *b = family == AF_INET ? (const unsigned char *)&((const struct sockaddr_in *)mask)->sin_addr
						   : (const unsigned char *)&((const struct sockaddr_in6 *)mask)->sin6_addr;
	unsigned n = 0;

	while (n < (family == AF_INET ? 32u : 128u) && b[n / 8] >> (7 - n % 8) & 1)
		n++;
	return n;
}

static bool host_address(const struct ifaddrs *i, struct addr *out, unsigned *prefix)
{
	if (!i->ifa_addr || !i->ifa_netmask || (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6))
		return false;
	*out = (struct addr){ .family = i->ifa_addr->sa_family };
	if (out->family == AF_INET)
		memcpy(out->b, &((struct sockaddr_in *)i->ifa_addr)->sin_addr, 4);
	else
		memcpy(out->b, &((struct sockaddr_in6 *)i->ifa_addr)->sin6_addr, 16);
	*prefix = mask_prefix(i->ifa_netmask, out->family);
	return true;
}

/* The network's own bridge, where it is there already, has its addresses by right. */
static int check_subnets(const struct network *def, const struct ifaddrs *list, struct error *err)
{
	for (const struct ifaddrs *i = list; i; i = i->ifa_next) {
		struct addr theirs, ours;
		unsigned tp, op;

		if (!host_address(i, &theirs, &tp) || tp == 0 || !strcmp(i->ifa_name, def->bridge.name))
			continue;
		for (size_t j = 0; j < def->ips.n; j++) {
			network_ip_address(def->ips.items[j], &ours, &op);
			if (addr_same_network(&theirs, &ours, tp < op ? tp : op))
				return error_set(err, ERR_OPERATION_FAILED,
						 "network '%s': its subnet %s/%u overlaps with that of the host's interface %s (choose another subnet: net-edit %s)",
						 def->name, def->ips.items[j]->address, op, i->ifa_name, def->name);
		}
	}
	return 0;
}

struct route_search {
	const struct network *def;
	int own;                     /* the bridge's index, where it is there already */
	struct netlink_route found;
	const struct network_ip *ip;
};

/* A route to all of a subnet or a part of it would take packets away from the guests; one to more than it gives way. */
static int takes_away(void *ctx, const struct netlink_route *route)
{
	struct route_search *s = ctx;
	struct addr ours;
	unsigned prefix;

	for (size_t j = 0; j < s->def->ips.n; j++) {
		network_ip_address(s->def->ips.items[j], &ours, &prefix);
		if (route->prefix < prefix || !prefix || route->index == s->own || !addr_same_network(&route->addr, &ours, prefix))
			continue;
		s->found = *route;
		s->ip = s->def->ips.items[j];
		return 1;
	}
	return 0;
}

static int check_routes(struct netlink *nl, const struct network *def, struct error *err)
{
	struct route_search s = { .def = def, .own = (int)if_nametoindex(def->bridge.name) };
	char text[ADDR_TEXT], dev[IF_NAMESIZE] = "?";
	struct addr ours;
	unsigned prefix;
	int rc = netlink_each_route(nl, takes_away, &s, err);

	if (rc <= 0)
		return rc;
	network_ip_address(s.ip, &ours, &prefix);
	if_indextoname((unsigned)s.found.index, dev);
	return error_set(err, ERR_OPERATION_FAILED, "network '%s': its subnet %s/%u overlaps with the host's route to %s/%u by %s (choose another subnet: net-edit %s)",
			 def->name, s.ip->address, prefix, addr_format(&s.found.addr, text), s.found.prefix, dev, def->name);
}

static int check_addresses(struct netlink *nl, const struct network *def, struct error *err)
{
	struct ifaddrs *list = NULL;
	int rc;

	if (getifaddrs(&list) < 0)
		return error_errno(err, "network '%s': the host's addresses", def->name);
	rc = check_subnets(def, list, err);
	freeifaddrs(list);
	return rc < 0 ? -1 : check_routes(nl, def, err);
}

int net_check_host(struct netlink *nl, const struct network *def, struct error *err)
{
	struct netlink_link link;
	struct error none = { 0 };

	if (netlink_get(nl, def->bridge.name, &link, &none) == 0)
		return error_set(err, ERR_OPERATION_FAILED, "network '%s': there is an interface %s already (choose another <bridge name>: net-edit %s)",
				 def->name, def->bridge.name, def->name);
	if (none.code != ERR_NO_INTERFACE) {
		*err = none;
		return -1;
	}
	return check_addresses(nl, def, err);
}

/* --- making ------------------------------------------------------------------------------------------------------- */

static int sysctl(const char *family, const char *dev, const char *what, const char *value, struct error *err)
{
	AUTO_FREE char *path = dev ? str_printf("/proc/sys/net/%s/conf/%s/%s", family, dev, what) : str_printf("/proc/sys/net/%s/%s", family, what);

	if (path && file_write_path(path, value) == 0)
		return 0;
	/* a kernel without IPv6 has none of it to switch off */
	if (path && errno == ENOENT && !strcmp(family, "ipv6") && strcmp(value, "0"))
		return 0;
	return error_errno(err, "cannot set %s to %s", path ? path : what, value);
}

static bool has_ipv6(const struct network *def)
{
	for (size_t i = 0; i < def->ips.n; i++)
		if (def->ips.items[i]->family == DOMAIN_IP_IPV6)
			return true;
	return false;
}

/* The host takes no address from its guests, and where the network has no IPv6 at all, none of its own making. */
static int set_ipv6(const struct network *def, struct error *err)
{
	const char *br = def->bridge.name;

	if (!has_ipv6(def))
		return sysctl("ipv6", br, "disable_ipv6", "1", err);
	return sysctl("ipv6", br, "accept_ra", "0", err) < 0 || sysctl("ipv6", br, "autoconf", "0", err) < 0 ? -1 : 0;
}

static int set_forwarding(const struct network *def, struct error *err)
{
	if (!def->forward.mode)
		return 0;
	if (sysctl("ipv4", NULL, "ip_forward", "1", err) < 0)
		return -1;
	return has_ipv6(def) ? sysctl("ipv6", "all", "forwarding", "1", err) : 0;
}

static int set_addresses(struct net_sup *n, struct error *err)
{
	const struct network *def = n->def;

	for (size_t i = 0; i < def->ips.n; i++) {
		struct addr a;
		unsigned prefix;

		network_ip_address(def->ips.items[i], &a, &prefix);
		if (netlink_add_address(n->nl, def->bridge.name, def->ips.items[i]->address, prefix, NULL, err) < 0)
			return -1;
	}
	return 0;
}

static int set_routes(struct net_sup *n, struct error *err)
{
	for (size_t i = 0; i < n->def->routes.n; i++) {
		const struct domain_route *r = n->def->routes.items[i];
		struct addr a;
		unsigned prefix = (unsigned)r->prefix.value;

		if (addr_parse(r->address, AF_UNSPEC, &a) < 0)
			return error_set(err, ERR_XML, "route '%s'", r->address);
		if (r->netmask)
			prefix = (unsigned)addr_netmask_prefix(r->netmask);
		/* without either it is what the address's class says; of 0.0.0.0 and ::, everything */
		else if (!r->prefix.set && a.b[0])
			prefix = a.family == AF_INET6 ? 64 : a.b[0] < 128 ? 8 : a.b[0] < 192 ? 16 : 24;
		if (netlink_add_route(n->nl, n->def->bridge.name, r->address, prefix, r->gateway, r->metric.set ? (uint32_t)r->metric.value : 1, err) < 0 &&
		    (!err || err->sys != EEXIST))
			return -1;
	}
	return 0;
}

static struct netlink_rate rate_of(const struct domain_rate *r)
{
	return r ? (struct netlink_rate){ r->average, r->peak, r->burst } : (struct netlink_rate){ 0 };
}

int net_bridge_limit(struct net_sup *n, struct error *err)
{
	const struct domain_bandwidth *b = n->def->bandwidth;
	/* what comes into the guests leaves by the bridge */
	struct netlink_rate in = rate_of(b ? b->inbound : NULL), out = rate_of(b ? b->outbound : NULL);
	char ifb[IF_NAMESIZE];

	if (netlink_limit(n->nl, n->def->bridge.name, &in, err) < 0)
		return -1;
	snprintf(ifb, sizeof(ifb), "ifb-%.11s", n->def->bridge.name);
	if (out.average) {
		char line[NETLINK_PLAN_TEXT];
		struct netlink_new link = { .name = ifb, .mac = n->def->mac.addr };
		struct netlink_link there;

		if (netlink_get(n->nl, ifb, &there, NULL) < 0) {
			netlink_plan_format(ifb, n->def->mac.addr, line);
			if (supervisor_plan(n->sv, "link", line, err) < 0 || netlink_add(n->nl, "ifb", &link, err) < 0 ||
			    netlink_set_up(n->nl, ifb, true, err) < 0)
				return -1;
		}
		return netlink_limit_incoming(n->nl, n->def->bridge.name, ifb, &out, err);
	}
	return netlink_delete_own(n->nl, ifb, n->def->mac.addr, err);
}

/* The host is in the VLAN of the network: that without a tag, or the first. */
static int set_vlan(struct net_sup *n, struct error *err)
{
	const struct domain_vlan *v = n->def->vlan;
	struct netlink_vlan vlan = { .native = true, .untagged = true };

	if (!v || !v->tags.n)
		return 0;
	for (size_t i = v->tags.n; i-- > 0;)
		if (i == 0 || v->tags.items[i]->native_mode == DOMAIN_VLAN_UNTAGGED) {
			vlan.id = (uint16_t)v->tags.items[i]->id.value;
			break;
		}
	return netlink_filter_vlans(n->nl, n->def->bridge.name, err) < 0 ? -1 : netlink_set_vlans(n->nl, n->def->bridge.name, &vlan, 1, err);
}

static int set_up(struct net_sup *n, struct error *err)
{
	const struct network *def = n->def;

	if (def->mtu && netlink_set_mtu(n->nl, def->bridge.name, def->mtu, err) < 0)
		return -1;
	if (set_vlan(n, err) < 0 || set_ipv6(def, err) < 0 || set_addresses(n, err) < 0 || netlink_set_up(n->nl, def->bridge.name, true, err) < 0 || set_routes(n, err) < 0 ||
	    set_forwarding(def, err) < 0)
		return -1;
	return def->bandwidth ? net_bridge_limit(n, err) : 0;
}

static int add_bridge(struct net_sup *n, struct error *err)
{
	const struct network *def = n->def;
	struct netlink_new link = { .name = def->bridge.name, .mac = def->mac.addr };
	char line[NETLINK_PLAN_TEXT];

	netlink_plan_format(def->bridge.name, def->mac.addr, line);
	if (supervisor_plan(n->sv, "link", line, err) < 0)
		return -1;
	return netlink_add_bridge(n->nl, &link, def->bridge.stp != CONF_OFF, (unsigned)def->bridge.delay.value, err);
}

int net_bridge_make(struct net_sup *n, struct error *err)
{
	if (add_bridge(n, err) < 0)
		return error_wrap(err, "cannot make the bridge %s", n->def->bridge.name);
	return set_up(n, err);
}

int net_bridge_mend(struct net_sup *n, struct error *err)
{
	struct netlink_link link;

	if (netlink_get(n->nl, n->def->bridge.name, &link, NULL) < 0) {
		supervisor_log(n->sv, "%s: the bridge %s is gone and made again", n->sv->name, n->def->bridge.name);
		if (add_bridge(n, err) < 0)
			return -1;
	}
	return set_up(n, err);
}

static bool has_address(const struct network *def, const struct network_ip *ip)
{
	struct addr ours, asked;
	unsigned op, ap;

	network_ip_address(ip, &asked, &ap);
	for (size_t i = 0; i < def->ips.n; i++) {
		network_ip_address(def->ips.items[i], &ours, &op);
		if (op == ap && addr_compare(&ours, &asked) == 0)
			return true;
	}
	return false;
}

int net_bridge_change(struct net_sup *n, const struct network *old, struct error *err)
{
	const struct network *def = n->def;

	if (strcmp(def->bridge.name, old->bridge.name))
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "the bridge of network '%s' cannot be another while it is active (net-update --config, net-destroy, "
				 "net-start)", def->name);
	if (check_addresses(n->nl, def, err) < 0)
		return -1;
	if ((def->bridge.stp != old->bridge.stp || def->bridge.delay.value != old->bridge.delay.value) &&
	    netlink_tune_bridge(n->nl, def->bridge.name, def->bridge.stp != CONF_OFF, (unsigned)def->bridge.delay.value, err) < 0)
		return -1;
	for (size_t i = 0; i < old->ips.n; i++) {
		struct addr a;
		unsigned prefix;

		network_ip_address(old->ips.items[i], &a, &prefix);
		if (!has_address(def, old->ips.items[i]) && netlink_delete_address(n->nl, def->bridge.name, old->ips.items[i]->address, prefix, err) < 0)
			return -1;
	}
	return has_ipv6(def) && !has_ipv6(old) && sysctl("ipv6", def->bridge.name, "disable_ipv6", "0", err) < 0 ? -1 : set_up(n, err);
}

void net_bridge_remove(struct net_sup *n)
{
	char ifb[IF_NAMESIZE];
	struct error err;

	snprintf(ifb, sizeof(ifb), "ifb-%.11s", n->def->bridge.name);
	if (netlink_delete_own(n->nl, ifb, n->def->mac.addr, &err) < 0 || netlink_delete_own(n->nl, n->def->bridge.name, n->def->mac.addr, &err) < 0)
		supervisor_log(n->sv, "%s: %s", n->sv->name, err.text);
}
