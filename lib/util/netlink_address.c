/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/netlink_impl.h"

#include <linux/rtnetlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <string.h>

static inline void put_nl_addr_(struct nl_addr **a)
{
	if (*a)
		nl_addr_put(*a);
}
#define AUTO_NL_ADDR AUTO(put_nl_addr_)

static inline void put_address_(struct rtnl_addr **a)
{
	if (*a)
		rtnl_addr_put(*a);
}
static inline void put_route_(struct rtnl_route **r)
{
	if (*r)
		rtnl_route_put(*r);
}

/* A numeric address; NULL with *err set. */
static struct nl_addr *parse(const char *text, struct error *err)
{
	struct nl_addr *a = NULL;

	if (strchr(text, '/') || nl_addr_parse(text, strchr(text, ':') ? AF_INET6 : AF_INET, &a) < 0) {
		error_set(err, ERR_INVALID_ARG, "'%.60s' is no IP address", text);
		return NULL;
	}
	return a;
}

int netlink_add_address(struct netlink *nl, const char *name, const char *address, unsigned prefix, const char *peer, struct error *err)
{
	AUTO(put_address_) struct rtnl_addr *a = rtnl_addr_alloc();
	AUTO_NL_ADDR struct nl_addr *local = parse(address, err);
	AUTO_NL_ADDR struct nl_addr *other = local && peer ? parse(peer, err) : NULL;
	int index = !local || (peer && !other) ? -1 : netlink_index(nl, name, err), r;

	if (index < 0)
		return -1;
	nl_addr_set_prefixlen(other ? other : local, (int)prefix);
	if (!a || rtnl_addr_set_local(a, local) < 0 || (other && rtnl_addr_set_peer(a, other) < 0))
		return error_set(err, ERR_NO_MEMORY, "address %s: out of memory", address);
	rtnl_addr_set_ifindex(a, index);
	rtnl_addr_set_prefixlen(a, (int)prefix);
	netlink_ask(nl);
	r = rtnl_addr_add(nl->sock, a, NLM_F_CREATE | NLM_F_EXCL);
	return r < 0 && nl->error != EEXIST ? netlink_failed(nl, r, err, "cannot give '%s' the address %s/%u", name, address, prefix) : 0;
}

int netlink_delete_address(struct netlink *nl, const char *name, const char *address, unsigned prefix, struct error *err)
{
	AUTO(put_address_) struct rtnl_addr *a = rtnl_addr_alloc();
	AUTO_NL_ADDR struct nl_addr *local = parse(address, err);
	int index = local ? netlink_index(nl, name, err) : -1, r;

	if (index < 0)
		return -1;
	nl_addr_set_prefixlen(local, (int)prefix);
	if (!a || rtnl_addr_set_local(a, local) < 0)
		return error_set(err, ERR_NO_MEMORY, "address %s: out of memory", address);
	rtnl_addr_set_ifindex(a, index);
	rtnl_addr_set_prefixlen(a, (int)prefix);
	netlink_ask(nl);
	r = rtnl_addr_delete(nl->sock, a, 0);
	return r < 0 && nl->error != EADDRNOTAVAIL ? netlink_failed(nl, r, err, "cannot take the address %s/%u from '%s'", address, prefix, name) : 0;
}

static void describe_route(struct rtnl_route *from, struct netlink_route *to)
{
	struct nl_addr *dst = rtnl_route_get_dst(from);
	struct rtnl_nexthop *hop = rtnl_route_nexthop_n(from, 0);

	*to = (struct netlink_route){ .addr = { .family = rtnl_route_get_family(from) }, .index = hop ? rtnl_route_nh_get_ifindex(hop) : 0 };
	if (dst && nl_addr_get_len(dst) <= sizeof(to->addr.b)) {
		memcpy(to->addr.b, nl_addr_get_binary_addr(dst), nl_addr_get_len(dst));
		to->prefix = nl_addr_get_prefixlen(dst);
	}
}

int netlink_each_route(struct netlink *nl, int (*fn)(void *ctx, const struct netlink_route *route), void *ctx, struct error *err)
{
	struct nl_cache *all = NULL;
	struct netlink_route route;

	netlink_ask(nl);
	int r = rtnl_route_alloc_cache(nl->sock, AF_UNSPEC, 0, &all);

	if (r < 0)
		return netlink_failed(nl, r, err, "cannot list the routes");
	for (struct nl_object *o = nl_cache_get_first(all); o && r == 0; o = nl_cache_get_next(o)) {
		struct rtnl_route *from = (struct rtnl_route *)o;

		if (rtnl_route_get_table(from) != RT_TABLE_MAIN || rtnl_route_get_type(from) != RTN_UNICAST)
			continue;
		describe_route(from, &route);
		r = fn(ctx, &route);
	}
	nl_cache_free(all);
	return r;
}

int netlink_add_route(struct netlink *nl, const char *name, const char *address, unsigned prefix, const char *gateway, uint32_t metric,
		      struct error *err)
{
	AUTO(put_route_) struct rtnl_route *route = rtnl_route_alloc();
	AUTO_NL_ADDR struct nl_addr *to = parse(address, err);
	AUTO_NL_ADDR struct nl_addr *by = to && gateway ? parse(gateway, err) : NULL;
	int index = !to || (gateway && !by) ? -1 : netlink_index(nl, name, err), r;
	struct rtnl_nexthop *hop = index < 0 ? NULL : rtnl_route_nh_alloc();

	if (index < 0)
		return -1;
	nl_addr_set_prefixlen(to, (int)prefix);
	if (!route || !hop || rtnl_route_set_family(route, (uint8_t)nl_addr_get_family(to)) < 0 || rtnl_route_set_dst(route, to) < 0) {
		if (hop)
			rtnl_route_nh_free(hop);
		return error_set(err, ERR_NO_MEMORY, "route to %s: out of memory", address);
	}
	rtnl_route_nh_set_ifindex(hop, index);
	if (by)
		rtnl_route_nh_set_gateway(hop, by);
	rtnl_route_add_nexthop(route, hop);
	rtnl_route_set_scope(route, by || nl_addr_get_family(to) == AF_INET6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK);
	rtnl_route_set_protocol(route, RTPROT_STATIC);
	if (metric)
		rtnl_route_set_priority(route, metric);
	netlink_ask(nl);
	r = rtnl_route_add(nl->sock, route, NLM_F_CREATE | NLM_F_EXCL);
	return r < 0 && nl->error != EEXIST ?
		netlink_failed(nl, r, err, "cannot make the route to %s/%u by %s on '%s'", address, prefix, gateway ? gateway : "the link", name) : 0;
}
