/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_ip.h"

#include "util/addr.h"

CONF_ENUM_NAMES(domain_ip_family, DOMAIN_IP_FAMILIES);

/* The family of an address in text; 0: it is none. */
static enum domain_ip_family family_of(const char *s)
{
	struct addr addr;

	return addr_parse(s, AF_UNSPEC, &addr) < 0 ? 0 : addr.family == AF_INET ? DOMAIN_IP_IPV4 : DOMAIN_IP_IPV6;
}

/* Checks an address against the family; NULL is fine. */
static int check_address(struct conf_reader *r, const char *what, const char *address, enum domain_ip_family family)
{
	if (address && family_of(address) != family)
		return conf_fail(r, "%s '%.60s' is not an %s address", what, address, family == DOMAIN_IP_IPV6 ? "IPv6" : "IPv4");
	return 0;
}

static int check_prefix(struct conf_reader *r, struct conf_num prefix, enum domain_ip_family family)
{
	if (prefix.value > (family == DOMAIN_IP_IPV6 ? 128 : 32))
		return conf_fail(r, "prefix %llu is too long", (unsigned long long)prefix.value);
	return 0;
}

static const struct conf_row ip_rows[] = {
	ATTR_STRING("address", struct domain_ip, address, .flags = CONF_REQUIRED),
	ATTR_ENUM("family", struct domain_ip, family, domain_ip_family),
	ATTR_NUM("prefix", struct domain_ip, prefix, .max = 128),
	ATTR_STRING("peer", struct domain_ip, peer),
	CONF_END
};

static int ip_fill(struct conf_reader *r, void *obj)
{
	struct domain_ip *ip = obj;

	if (!ip->family)
		ip->family = strchr(ip->address, ':') ? DOMAIN_IP_IPV6 : DOMAIN_IP_IPV4;
	if (check_address(r, "address", ip->address, ip->family) < 0 || check_address(r, "peer", ip->peer, ip->family) < 0)
		return -1;
	return check_prefix(r, ip->prefix, ip->family);
}

const struct conf_elem domain_ip_elem = ELEM(struct domain_ip, ip_rows, .fill = ip_fill);

static const struct conf_row route_rows[] = {
	ATTR_ENUM("family", struct domain_route, family, domain_ip_family),
	ATTR_STRING("address", struct domain_route, address, .flags = CONF_REQUIRED),
	ATTR_STRING("netmask", struct domain_route, netmask),
	ATTR_NUM("prefix", struct domain_route, prefix, .max = 128),
	ATTR_STRING("gateway", struct domain_route, gateway, .flags = CONF_REQUIRED),
	ATTR_NUM("metric", struct domain_route, metric, .max = UINT32_MAX),
	CONF_END
};

/* Whether no bit of the address is set behind the prefix. */
static bool is_network(const char *address, enum domain_ip_family family, unsigned prefix)
{
	struct addr addr, net;

	if (addr_parse(address, family == DOMAIN_IP_IPV6 ? AF_INET6 : AF_INET, &addr) < 0)
		return false;
	net = addr_network(&addr, prefix);
	return addr_compare(&addr, &net) == 0;
}

static int route_fill(struct conf_reader *r, void *obj)
{
	const struct domain_route *route = obj;
	enum domain_ip_family family = route->family ? route->family : DOMAIN_IP_IPV4;
	int prefix = route->prefix.value;

	if (check_address(r, "address", route->address, family) < 0 || check_address(r, "gateway", route->gateway, family) < 0 ||
	    check_address(r, "netmask", route->netmask, family) < 0 || check_prefix(r, route->prefix, family) < 0)
		return -1;
	if (route->netmask && route->prefix.set)
		return conf_fail(r, "'netmask' and 'prefix' exclude each other");
	if (route->netmask)
		prefix = addr_netmask_prefix(route->netmask);
	if (prefix < 0)
		return conf_fail(r, "netmask '%.60s' is none for a network", route->netmask);
	if (!is_network(route->address, family, prefix))
		return conf_fail(r, "address '%.60s' is not that of a network with a prefix of %d bits", route->address, prefix);
	if (route->metric.set && !route->metric.value)
		return conf_fail(r, "attribute 'metric' must be 1 or more");
	return 0;
}

const struct conf_elem domain_route_elem = ELEM(struct domain_route, route_rows, .fill = route_fill);
