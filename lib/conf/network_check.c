/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a network's definition must not say. */
#include "conf/network.h"

#include <ctype.h>

static int check_address(struct conf_reader *r, const char *what, const char *text, int family, struct addr *out)
{
	if (addr_parse(text, family, out) < 0)
		return conf_fail(r, "%s: '%.60s' is not an IP%s address", what, text, family == AF_INET ? "v4" : family == AF_INET6 ? "v6" : "");
	return 0;
}

int network_check_range(struct conf_reader *r, const struct network_ip *ip, const struct network_range *range)
{
	struct addr own, start, end, net, last;
	unsigned prefix;

	network_ip_address(ip, &own, &prefix);
	if (check_address(r, "<range start>", range->start, own.family, &start) < 0 || check_address(r, "<range end>", range->end, own.family, &end) < 0)
		return -1;
	if (addr_compare(&start, &end) > 0)
		return conf_fail(r, "range %.60s - %.60s ends before it starts", range->start, range->end);
	if (!addr_same_network(&start, &own, prefix) || !addr_same_network(&end, &own, prefix))
		return conf_fail(r, "range %.60s - %.60s is not within the network %.60s/%u", range->start, range->end, ip->address, prefix);
	net = addr_network(&own, prefix);
	last = addr_broadcast(&own, prefix);
	if (own.family == AF_INET && prefix < 31 && addr_compare(&start, &net) == 0)
		return conf_fail(r, "range %.60s - %.60s starts with the network's own address", range->start, range->end);
	if (own.family == AF_INET && prefix < 31 && addr_compare(&end, &last) == 0)
		return conf_fail(r, "range %.60s - %.60s ends with the broadcast address", range->start, range->end);
	if (addr_span(&start, &end) > 65536)
		return conf_fail(r, "range %.60s - %.60s has more than 65536 addresses", range->start, range->end);
	return 0;
}

static bool is_mac(const char *s, unsigned char *first)
{
	unsigned b[6];
	int n = 0;

	if (sscanf(s, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &n) != 6 || s[n])
		return false;
	*first = b[0];
	return s[strspn(s, "0123456789abcdefABCDEF:")] == '\0';
}

/* "0:1:2a": up to 130 hexadecimal bytes */
static bool is_duid(const char *s)
{
	size_t n = 0;

	for (;; s++) {
		size_t digits = strspn(s, "0123456789abcdefABCDEF");

		if (digits < 1 || digits > 2 || ++n > 130)
			return false;
		s += digits;
		if (!*s)
			return true;
		if (*s != ':')
			return false;
	}
}

static int check_mac(struct conf_reader *r, const char *mac)
{
	unsigned char first = 0;

	if (!is_mac(mac, &first))
		return conf_fail(r, "<host mac>: '%.40s' is not a MAC address", mac);
	if (first & 1)
		return conf_fail(r, "<host mac>: '%.40s' is one for multicast", mac);
	return 0;
}

/* dnsmasq would never give it out. */
static int check_in_subnet(struct conf_reader *r, const struct network_ip *ip, const char *text, const struct addr *addr)
{
	struct addr own;
	unsigned prefix;

	network_ip_address(ip, &own, &prefix);
	if (!addr_same_network(addr, &own, prefix))
		return conf_fail(r, "<host ip>: %.60s is not within the network %.60s/%u", text, ip->address, prefix);
	if (addr_compare(addr, &own) == 0)
		return conf_fail(r, "<host ip>: %.60s is the network's own address", text);
	return 0;
}

int network_check_dhcp_host(struct conf_reader *r, const struct network_ip *ip, const struct network_dhcp_host *h, bool partial)
{
	bool v6 = ip->family == DOMAIN_IP_IPV6;
	struct addr addr;

	if (h->mac && v6)
		return conf_fail(r, "<host mac='%.40s'>: an IPv6 host is known by 'id' or 'name'", h->mac);
	if (h->mac && check_mac(r, h->mac) < 0)
		return -1;
	if (h->id && !v6)
		return conf_fail(r, "<host id='%.40s'> goes with IPv6 alone", h->id);
	if (h->id && !is_duid(h->id))
		return conf_fail(r, "<host id>: '%.40s' is not a DUID", h->id);
	if (h->name && (!*h->name || (!v6 && !isalpha((unsigned char)*h->name)) || h->name[strcspn(h->name, ", \t\n=#'\"")]))
		return conf_fail(r, "<host name>: '%.60s' is not a host name", h->name);
	if (h->ip && check_address(r, "<host ip>", h->ip, v6 ? AF_INET6 : AF_INET, &addr) < 0)
		return -1;
	if (partial)
		return h->mac || h->id || h->name || h->ip ? 0 : conf_fail(r, "<host> needs 'mac', 'id', 'name' or 'ip'");
	if (!h->mac && !h->id && !h->name)
		return conf_fail(r, "<host> needs %s", v6 ? "'id' or 'name'" : "'mac' or 'name'");
	return h->ip ? check_in_subnet(r, ip, h->ip, &addr) : conf_fail(r, "<host> needs 'ip'");
}

int network_check_dns_host(struct conf_reader *r, const struct network_dns_host *h, bool partial)
{
	struct addr addr;

	if (!h->ip && !partial)
		return conf_fail(r, "<host> needs 'ip'");
	if (h->ip && check_address(r, "<host ip>", h->ip, AF_UNSPEC, &addr) < 0)
		return -1;
	if (!h->names.n && (!partial || !h->ip))
		return conf_fail(r, "<host> needs a <hostname>");
	for (size_t i = 0; i < h->names.n; i++)
		if (!*h->names.items[i] || conf_check_line(h->names.items[i]))
			return conf_fail(r, "<hostname> is empty or has a control character");
	return 0;
}

int network_check_dns_txt(struct conf_reader *r, const struct network_dns_txt *txt, bool partial)
{
	if (!txt->name)
		return conf_fail(r, "<txt> needs 'name'");
	if (txt->name[strcspn(txt->name, " ,\n")])
		return conf_fail(r, "<txt name='%.60s'> has a blank or comma", txt->name);
	if (!txt->value && !partial)
		return conf_fail(r, "<txt name='%.60s'> needs 'value'", txt->name);
	return txt->value && conf_check_line(txt->value) ? conf_fail(r, "<txt value> has a control character") : 0;
}

int network_check_dns_srv(struct conf_reader *r, const struct network_dns_srv *srv, bool partial)
{
	if (!srv->service && !partial)
		return conf_fail(r, "<srv> needs 'service'");
	if (srv->service && strlen(srv->service) > 63)
		return conf_fail(r, "<srv service='%.20s...'> is longer than 63 bytes", srv->service);
	if (!srv->protocol && !partial)
		return conf_fail(r, "<srv service='%s'> needs 'protocol'", srv->service);
	if (srv->protocol && strcmp(srv->protocol, "tcp") && strcmp(srv->protocol, "udp"))
		return conf_fail(r, "<srv protocol='%.20s'> is not 'tcp' or 'udp'", srv->protocol);
	if (!srv->target && (srv->port.set || srv->priority.set || srv->weight.set) && !partial)
		return conf_fail(r, "<srv service='%s'>: 'port', 'priority' and 'weight' need 'target'", srv->service);
	return 0;
}

/* --- the definition as a whole --------------------------------------------------------------------------------- */

static int not_allowed(struct conf_reader *r, const struct network *def, const char *what)
{
	const char *mode = conf_enum_name(&network_forward_mode_names, def->forward.mode);

	return conf_unsupported(r, "%s does not go with <forward mode='%s'>", what, mode ? mode : "none");
}

static int check_forward(struct conf_reader *r, const struct network *def)
{
	const struct network_forward *f = &def->forward;

	switch (f->mode) {
	case NETWORK_FORWARD_NAT:
	case NETWORK_FORWARD_ROUTE:
		if (!def->ips.n)
			return conf_fail(r, "<forward mode='%s'> needs an <ip>", conf_enum_name(&network_forward_mode_names, f->mode));
		if (f->interfaces.n > 1)
			return conf_fail(r, "<forward mode='%s'> goes through one interface, not %zu",
					 conf_enum_name(&network_forward_mode_names, f->mode), f->interfaces.n);
		break;
	case NETWORK_FORWARD_OPEN:
		if (f->dev)
			return conf_fail(r, "<forward mode='open'> has no 'dev'");
		break;
	case NETWORK_FORWARD_BRIDGE:
		if ((def->bridge.name || def->bridge.mac_table) && (f->interfaces.n || f->pf))
			return conf_fail(r, "<forward mode='bridge'> has a bridge or devices, not both");
		break;
	case NETWORK_FORWARD_PRIVATE:
	case NETWORK_FORWARD_VEPA:
	case NETWORK_FORWARD_PASSTHROUGH:
	case NETWORK_FORWARD_HOSTDEV:
		if (def->bridge.name || def->bridge.mac_table)
			return not_allowed(r, def, "<bridge>");
		break;
	default:
		break;
	}
	return 0;
}

/* What only a bridge of our own has. */
static int check_own(struct conf_reader *r, const struct network *def)
{
	const struct {
		bool given;
		const char *what;
	} things[] = {
		{ def->bridge.stp || def->bridge.delay.set, "<bridge stp='...' delay='...'>" },
		{ def->mtu, "<mtu>" },
	};

	if (network_has_own_bridge(def))
		return def->forward.pf || def->forward.addresses.n ? not_allowed(r, def, "<pf> or <address>") : 0;
	for (size_t i = 0; i < ARRAY_LEN(things); i++)
		if (things[i].given)
			return not_allowed(r, def, things[i].what);
	return 0;
}

static bool has_floor(const struct domain_bandwidth *b)
{
	return b && b->inbound && b->inbound->floor;
}

static int check_portgroups(struct conf_reader *r, const struct network *def)
{
	const char *first = NULL;

	for (size_t i = 0; i < def->portgroups.n; i++) {
		const struct network_portgroup *g = def->portgroups.items[i];

		for (size_t j = 0; j < i; j++)
			if (!strcmp(def->portgroups.items[j]->name, g->name))
				return conf_fail(r, "there are two <portgroup name='%.60s'>", g->name);
		if (g->is_default == CONF_YES && first)
			return conf_unsupported(r, "the portgroups '%.60s' and '%.60s' are both the default", first, g->name);
		if (g->is_default == CONF_YES)
			first = g->name;
		if (has_floor(g->bandwidth))
			return conf_unsupported(r, "<inbound floor='...'> goes with an interface, not with a portgroup");
	}
	return 0;
}

static int check_routes(struct conf_reader *r, const struct network *def)
{
	for (size_t i = 0; i < def->routes.n; i++) {
		const struct domain_route *route = def->routes.items[i];
		struct addr gateway, own;
		unsigned prefix;
		bool reached = false;

		if (addr_parse(route->gateway, AF_UNSPEC, &gateway) < 0)
			continue;
		for (size_t j = 0; j < def->ips.n && !reached; j++) {
			network_ip_address(def->ips.items[j], &own, &prefix);
			reached = addr_same_network(&own, &gateway, prefix);
		}
		if (!reached)
			return conf_fail(r, "the gateway '%.60s' of a <route> is in none of the network's subnets", route->gateway);
	}
	return 0;
}

/* dnsmasq does not start with two hosts of one address, and of two with one card it takes any. */
static int check_hosts(struct conf_reader *r, const struct network_ip *ip)
{
	for (size_t i = 0; i < ip->hosts.n; i++) {
		const struct network_dhcp_host *b = ip->hosts.items[i];
		struct addr x, y;
		bool fixed = addr_parse(b->ip, AF_UNSPEC, &y) == 0;

		for (size_t j = 0; j < i; j++) {
			const struct network_dhcp_host *a = ip->hosts.items[j];

			if (a->mac && b->mac && !strcasecmp(a->mac, b->mac))
				return conf_fail(r, "there are two <host mac='%.40s'>", b->mac);
			if (a->id && b->id && !strcasecmp(a->id, b->id))
				return conf_fail(r, "there are two <host id='%.400s'>", b->id);
			if (fixed && addr_parse(a->ip, AF_UNSPEC, &x) == 0 && addr_compare(&x, &y) == 0)
				return conf_fail(r, "there are two <host ip='%.60s'>", b->ip);
		}
	}
	return 0;
}

static int check_addresses(struct conf_reader *r, const struct network *def)
{
	for (size_t i = 0; i < def->ips.n; i++) {
		for (size_t j = 0; j < i; j++) {
			struct addr a, b;
			unsigned prefix;

			network_ip_address(def->ips.items[j], &a, &prefix);
			network_ip_address(def->ips.items[i], &b, &prefix);
			if (addr_compare(&a, &b) == 0)
				return conf_fail(r, "there are two <ip address='%.60s'>", def->ips.items[i]->address);
		}
	}
	return 0;
}

static int check_dhcp(struct conf_reader *r, const struct network *def)
{
	unsigned v4 = 0, v6 = 0;

	for (size_t i = 0; i < def->ips.n; i++) {
		const struct network_ip *ip = def->ips.items[i];

		if (check_hosts(r, ip) < 0)
			return -1;
		if (!ip->ranges.n && !ip->hosts.n)
			continue;
		if (ip->family == DOMAIN_IP_IPV6 ? v6++ : v4++)
			return conf_unsupported(r, "only one IPv%d <ip> can have <dhcp>", ip->family == DOMAIN_IP_IPV6 ? 6 : 4);
	}
	return 0;
}

int network_check(struct conf_reader *r, const struct network *def)
{
	if (def->mac.set && (def->mac.addr[0] & 1))
		return conf_fail(r, "the MAC address is one for multicast");
	if (has_floor(def->bandwidth))
		return conf_unsupported(r, "<inbound floor='...'> goes with an interface, not with the network");
	if (check_forward(r, def) < 0 || check_own(r, def) < 0 || check_portgroups(r, def) < 0)
		return -1;
	return check_routes(r, def) < 0 || check_addresses(r, def) < 0 ? -1 : check_dhcp(r, def);
}
