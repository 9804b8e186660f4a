/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/network.h"

#include "util/uuid.h"

CONF_ENUM_NAMES(network_forward_mode, NETWORK_FORWARDS);
CONF_ENUM_NAMES(network_lease_unit, NETWORK_LEASE_UNITS);

/* --- <forward> ------------------------------------------------------------------------------------------------- */

static const struct conf_row interface_rows[] = {
	ATTR_STRING("dev", struct network_device, dev, .flags = CONF_REQUIRED),
	ATTR_UINT("connections", struct network_device, connections, .flags = CONF_LIVE),
	CONF_END
};

const struct conf_elem network_device_elem = ELEM(struct network_device, interface_rows);

static const char *wrong_type(const char *s)
{
	return strcmp(s, "pci") ? "is not 'pci'" : NULL;
}

static const struct conf_row address_rows[] = {
	ATTR_STRING("type", struct network_device, type, .flags = CONF_REQUIRED, .check = wrong_type),
	ATTR_NUM("domain", struct network_device, pci.domain, .width = 4, .max = UINT32_MAX),
	ATTR_NUM("bus", struct network_device, pci.bus, .width = 2, .max = 0xff),
	ATTR_NUM("slot", struct network_device, pci.slot, .width = 2, .max = 0x1f),
	ATTR_NUM("function", struct network_device, pci.function, .width = 1, .max = 7),
	ATTR_UINT("connections", struct network_device, connections, .flags = CONF_LIVE),
	CONF_END
};

static int address_fill(struct conf_reader *r UNUSED, void *obj)
{
	struct network_device *d = obj;

	d->pci.domain.set = d->pci.bus.set = d->pci.slot.set = d->pci.function.set = true;
	return 0;
}

static const struct conf_elem address_elem = ELEM(struct network_device, address_rows, .fill = address_fill);

static const struct conf_row nat_address_rows[] = {
	ATTR_STRING("start", struct network_forward, nat.address.start, .flags = CONF_REQUIRED),
	ATTR_STRING("end", struct network_forward, nat.address.end, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row nat_port_rows[] = {
	ATTR_UINT("start", struct network_forward, nat.port.start, .max = 65535, .flags = CONF_REQUIRED | CONF_POSITIVE),
	ATTR_UINT("end", struct network_forward, nat.port.end, .max = 65535, .flags = CONF_REQUIRED | CONF_POSITIVE),
	CONF_END
};

static const struct conf_row nat_rows[] = {
	ATTR_YESNO("ipv6", struct network_forward, nat.ipv6),
	GROUP("address", nat_address_rows, .flags = CONF_ONCE),
	GROUP("port", nat_port_rows, .flags = CONF_ONCE),
	CONF_END
};

static const struct conf_row pf_rows[] = {
	ATTR_STRING("dev", struct network_forward, pf, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row driver_rows[] = {
	ATTR_ENUM("name", struct network_forward, driver, domain_hostdev_driver, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row forward_rows[] = {
	ATTR_STRING("dev", struct network_forward, dev),
	ATTR_ENUM("mode", struct network_forward, mode, network_forward_mode),
	ATTR_YESNO("managed", struct network_forward, managed),
	GROUP("driver", driver_rows),
	GROUP("nat", nat_rows, .flags = CONF_ONCE),
	GROUP("pf", pf_rows, .flags = CONF_ONCE),
	LIST("interface", struct network_forward, interfaces, struct network_device, network_device_elem),
	LIST("address", struct network_forward, addresses, struct network_device, address_elem),
	CONF_END
};

static int check_nat(struct conf_reader *r, const struct network_forward *f)
{
	struct addr start, end;

	if (f->nat.address.start) {
		if (addr_parse(f->nat.address.start, AF_INET, &start) < 0)
			return conf_fail(r, "<address start='%.60s'> is not an IPv4 address", f->nat.address.start);
		if (addr_parse(f->nat.address.end, AF_INET, &end) < 0)
			return conf_fail(r, "<address end='%.60s'> is not an IPv4 address", f->nat.address.end);
		if (addr_compare(&start, &end) > 0)
			return conf_fail(r, "the <address> range ends before it starts");
	}
	if (f->nat.port.start > f->nat.port.end)
		return conf_fail(r, "the <port> range ends before it starts");
	return 0;
}

static int forward_fill(struct conf_reader *r, void *obj)
{
	struct network_forward *f = obj;

	if (!f->mode)
		f->mode = NETWORK_FORWARD_NAT;
	if (xml_child(r->node, "nat") && f->mode != NETWORK_FORWARD_NAT)
		return conf_fail(r, "<nat> goes with mode='nat' alone");
	if (check_nat(r, f) < 0)
		return -1;
	if (f->pf && (f->interfaces.n || f->addresses.n || f->dev)) {
		if (!(r->flags & CONF_PARSE_LIVE))
			return conf_fail(r, "<pf> excludes 'dev', <interface> and <address>");
		return 0;
	}
	if (f->interfaces.n && f->addresses.n)
		return conf_fail(r, "<interface> and <address> exclude each other");
	if (f->dev && f->interfaces.n && strcmp(f->dev, f->interfaces.items[0]->dev))
		return conf_fail(r, "dev='%.40s' is not the first <interface>, '%.40s'", f->dev, f->interfaces.items[0]->dev);
	if (f->dev && !f->interfaces.n && !f->addresses.n) {
		struct network_device *first = CONF_LIST_ADD(&f->interfaces);
		if (!first || !(first->dev = strdup(f->dev)))
			return conf_no_memory(r);
	}
	if (!f->dev && f->interfaces.n && !(f->dev = strdup(f->interfaces.items[0]->dev)))
		return conf_no_memory(r);
	return 0;
}

static bool forward_hidden(const struct conf_writer *w UNUSED, const void *obj)
{
	return !((const struct network_forward *)obj)->mode;
}

const struct conf_elem network_pf_elem = ELEM(struct network_forward, pf_rows);
const struct conf_elem network_forward_elem = ELEM(struct network_forward, forward_rows, .fill = forward_fill, .hidden = forward_hidden);

/* --- <dns> ----------------------------------------------------------------------------------------------------- */

static const struct conf_row forwarder_rows[] = {
	ATTR_STRING("domain", struct network_dns_forwarder, domain),
	ATTR_STRING("addr", struct network_dns_forwarder, addr),
	CONF_END
};

static int forwarder_fill(struct conf_reader *r, void *obj)
{
	const struct network_dns_forwarder *f = obj;
	struct addr addr;

	if (!f->addr && !f->domain)
		return conf_fail(r, "it needs 'addr' or 'domain'");
	if (f->addr && addr_parse(f->addr, AF_UNSPEC, &addr) < 0)
		return conf_fail(r, "attribute 'addr': '%.60s' is not an IP address", f->addr);
	return 0;
}

static const struct conf_elem forwarder_elem = ELEM(struct network_dns_forwarder, forwarder_rows, .fill = forwarder_fill);

static const struct conf_row txt_rows[] = {
	ATTR_STRING("name", struct network_dns_txt, name),
	ATTR_STRING("value", struct network_dns_txt, value),
	CONF_END
};

const struct conf_elem network_dns_txt_elem = ELEM(struct network_dns_txt, txt_rows);

static const struct conf_row srv_rows[] = {
	ATTR_STRING("service", struct network_dns_srv, service),
	ATTR_STRING("protocol", struct network_dns_srv, protocol),
	ATTR_STRING("domain", struct network_dns_srv, domain),
	ATTR_STRING("target", struct network_dns_srv, target),
	ATTR_NUM("port", struct network_dns_srv, port, .max = 65535, .flags = CONF_POSITIVE),
	ATTR_NUM("priority", struct network_dns_srv, priority, .max = 65535),
	ATTR_NUM("weight", struct network_dns_srv, weight, .max = 65535),
	CONF_END
};

const struct conf_elem network_dns_srv_elem = ELEM(struct network_dns_srv, srv_rows);

static const struct conf_row dns_host_rows[] = {
	ATTR_STRING("ip", struct network_dns_host, ip),
	STRINGS("hostname", struct network_dns_host, names),
	CONF_END
};

const struct conf_elem network_dns_host_elem = ELEM(struct network_dns_host, dns_host_rows);

static const struct conf_row dns_rows[] = {
	ATTR_YESNO("enable", struct network_dns, enable),
	ATTR_YESNO("forwardPlainNames", struct network_dns, forward_plain_names),
	LIST("forwarder", struct network_dns, forwarders, struct network_dns_forwarder, forwarder_elem),
	LIST("txt", struct network_dns, txts, struct network_dns_txt, network_dns_txt_elem),
	LIST("srv", struct network_dns, srvs, struct network_dns_srv, network_dns_srv_elem),
	LIST("host", struct network_dns, hosts, struct network_dns_host, network_dns_host_elem),
	CONF_END
};

static int dns_fill(struct conf_reader *r, void *obj)
{
	const struct network_dns *dns = obj;

	if (dns->enable == CONF_NO && (dns->forwarders.n || dns->txts.n || dns->srvs.n || dns->hosts.n))
		return conf_unsupported(r, "enable='no' goes with no records");
	for (size_t i = 0; i < dns->txts.n; i++)
		if (network_check_dns_txt(r, dns->txts.items[i], false) < 0)
			return -1;
	for (size_t i = 0; i < dns->srvs.n; i++)
		if (network_check_dns_srv(r, dns->srvs.items[i], false) < 0)
			return -1;
	for (size_t i = 0; i < dns->hosts.n; i++)
		if (network_check_dns_host(r, dns->hosts.items[i], false) < 0)
			return -1;
	return 0;
}

static const struct conf_elem dns_elem = ELEM(struct network_dns, dns_rows, .fill = dns_fill);

/* --- <ip> ------------------------------------------------------------------------------------------------------ */

static const struct conf_row lease_rows[] = {
	ATTR_NUM("expiry", struct network_lease, expiry, .flags = CONF_REQUIRED),
	ATTR_ENUM("unit", struct network_lease, unit, network_lease_unit),
	CONF_END
};

static int lease_fill(struct conf_reader *r, void *obj)
{
	static const unsigned seconds[] = { 1, 1, 60, 3600 };
	struct network_lease *l = obj;

	if (!l->expiry.value) {
		l->unit = 0;
		return 0;
	}
	if (!l->unit)
		l->unit = NETWORK_LEASE_MINUTES;
	if (l->expiry.value > UINT32_MAX / seconds[l->unit])
		return conf_fail(r, "a lease of that length is too long (0 is for ever)");
	if (l->expiry.value * seconds[l->unit] < 120)
		return conf_fail(r, "a lease lasts two minutes or more (0 is for ever)");
	return 0;
}

static const struct conf_elem lease_elem = ELEM(struct network_lease, lease_rows, .fill = lease_fill);

static const struct conf_row range_rows[] = {
	ATTR_STRING("start", struct network_range, start, .flags = CONF_REQUIRED),
	ATTR_STRING("end", struct network_range, end, .flags = CONF_REQUIRED),
	EMBED("lease", struct network_range, lease, struct network_lease, lease_elem),
	CONF_END
};

const struct conf_elem network_range_elem = ELEM(struct network_range, range_rows);

static const struct conf_row dhcp_host_rows[] = {
	ATTR_STRING("mac", struct network_dhcp_host, mac),
	ATTR_STRING("id", struct network_dhcp_host, id),
	ATTR_STRING("name", struct network_dhcp_host, name),
	ATTR_STRING("ip", struct network_dhcp_host, ip),
	EMBED("lease", struct network_dhcp_host, lease, struct network_lease, lease_elem),
	CONF_END
};

const struct conf_elem network_dhcp_host_elem = ELEM(struct network_dhcp_host, dhcp_host_rows);

static const struct conf_row bootp_rows[] = {
	ATTR_STRING("file", struct network_ip, bootp.file, .flags = CONF_REQUIRED),
	ATTR_STRING("server", struct network_ip, bootp.server),
	CONF_END
};

static const struct conf_row dhcp_rows[] = {
	LIST("range", struct network_ip, ranges, struct network_range, network_range_elem),
	LIST("host", struct network_ip, hosts, struct network_dhcp_host, network_dhcp_host_elem),
	GROUP("bootp", bootp_rows),
	CONF_END
};

static const struct conf_row tftp_rows[] = {
	ATTR_STRING("root", struct network_ip, tftp, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row ip_rows[] = {
	ATTR_ENUM("family", struct network_ip, family, domain_ip_family),
	ATTR_STRING("address", struct network_ip, address, .flags = CONF_REQUIRED),
	ATTR_STRING("netmask", struct network_ip, netmask),
	ATTR_NUM("prefix", struct network_ip, prefix, .max = 128),
	ATTR_YESNO("localPtr", struct network_ip, local_ptr),
	GROUP("tftp", tftp_rows),
	GROUP("dhcp", dhcp_rows),
	CONF_END
};

static int check_ip(struct conf_reader *r, const struct network_ip *ip)
{
	struct addr addr;

	if (addr_parse(ip->address, AF_UNSPEC, &addr) < 0)
		return conf_fail(r, "attribute 'address': '%.60s' is not an IP address", ip->address);
	if (!ip->family && addr.family != AF_INET)
		return conf_fail(r, "the address '%.60s' is not one of IPv4: say family='ipv6'", ip->address);
	if (ip->family && (ip->family == DOMAIN_IP_IPV6) != (addr.family == AF_INET6))
		return conf_fail(r, "the address '%.60s' is not one of family '%s'", ip->address, conf_enum_name(&domain_ip_family_names, ip->family));
	if (ip->netmask && ip->prefix.set)
		return conf_fail(r, "'netmask' and 'prefix' exclude each other");
	if (ip->netmask && addr.family == AF_INET6)
		return conf_fail(r, "an IPv6 network has a 'prefix', not a 'netmask'");
	if (ip->netmask && addr_netmask_prefix(ip->netmask) < 0)
		return conf_fail(r, "attribute 'netmask': '%.60s' is not a netmask", ip->netmask);
	if (ip->prefix.value > addr_bits(&addr))
		return conf_fail(r, "prefix %llu is too long", (unsigned long long)ip->prefix.value);
	return 0;
}

static int ip_fill(struct conf_reader *r, void *obj)
{
	const struct network_ip *ip = obj;
	struct addr server;

	if (check_ip(r, ip) < 0)
		return -1;
	for (size_t i = 0; i < ip->ranges.n; i++)
		if (network_check_range(r, ip, ip->ranges.items[i]) < 0)
			return -1;
	for (size_t i = 0; i < ip->hosts.n; i++)
		if (network_check_dhcp_host(r, ip, ip->hosts.items[i], false) < 0)
			return -1;
	if (ip->bootp.server && addr_parse(ip->bootp.server, AF_UNSPEC, &server) < 0)
		return conf_fail(r, "<bootp server='%.60s'> is not an IP address", ip->bootp.server);
	if (ip->bootp.file && ip->family == DOMAIN_IP_IPV6)
		return conf_unsupported(r, "<bootp> goes with IPv4 alone");
	return 0;
}

const struct conf_elem network_ip_elem = ELEM(struct network_ip, ip_rows, .fill = ip_fill);

void network_ip_address(const struct network_ip *ip, struct addr *address, unsigned *prefix)
{
	if (addr_parse(ip->address, AF_UNSPEC, address) < 0)
		address->family = AF_INET;
	if (ip->netmask)
		*prefix = (unsigned)addr_netmask_prefix(ip->netmask);
	else if (ip->prefix.set)
		*prefix = (unsigned)ip->prefix.value;
	else if (address->family == AF_INET6)
		*prefix = 64;
	else   /* what the address's class says, as libvirt does */
		*prefix = address->b[0] < 128 ? 8 : address->b[0] < 192 ? 16 : 24;
}

/* --- the rest -------------------------------------------------------------------------------------------------- */

static const struct conf_row portgroup_rows[] = {
	ATTR_STRING("name", struct network_portgroup, name, .flags = CONF_REQUIRED),
	ATTR_YESNO("default", struct network_portgroup, is_default),
	ATTR_YESNO("trustGuestRxFilters", struct network_portgroup, trust_guest_rx_filters),
	NODE("vlan", struct network_portgroup, vlan, struct domain_vlan, domain_vlan_elem),
	NODE("virtualport", struct network_portgroup, vport, struct domain_vport, domain_vport_elem),
	NODE("bandwidth", struct network_portgroup, bandwidth, struct domain_bandwidth, domain_bandwidth_elem),
	CONF_END
};

const struct conf_elem network_portgroup_elem = ELEM(struct network_portgroup, portgroup_rows);

static const struct conf_row option_rows[] = {
	ATTR_STRING("value", struct network_option, value, .flags = CONF_REQUIRED, .check = conf_check_line),
	CONF_END
};

static const struct conf_elem option_elem = ELEM(struct network_option, option_rows);

#define ROWS(name, ...) static const struct conf_row name##_rows[] = { __VA_ARGS__, CONF_END }

static const char *wrong_bridge(const char *s)
{
	if (!*s || strlen(s) > 15)
		return "is empty or longer than the kernel's 15 bytes";
	return s[strcspn(s, "/: \t")] || !strcmp(s, ".") || !strcmp(s, "..") ? "is no name for an interface" : conf_check_line(s);
}

ROWS(metadata, RAWS(struct network, metadata, .flags = CONF_ONE_PER_NS));
ROWS(bridge, ATTR_STRING("name", struct network, bridge.name, .check = wrong_bridge), ATTR_STRING("zone", struct network, bridge.zone),
     ATTR_ONOFF("stp", struct network, bridge.stp), ATTR_NUM("delay", struct network, bridge.delay, .max = UINT32_MAX),
     ATTR_ENUM("macTableManager", struct network, bridge.mac_table, domain_mac_table));
ROWS(mtu, ATTR_UINT("size", struct network, mtu, .max = 65535, .flags = CONF_REQUIRED));
ROWS(mac, ATTR_MAC("address", struct network, mac, .flags = CONF_REQUIRED));
ROWS(domain, ATTR_STRING("name", struct network, domain.name, .flags = CONF_REQUIRED), ATTR_YESNO("localOnly", struct network, domain.local_only));
ROWS(port, ATTR_YESNO("isolated", struct network, isolated));
ROWS(options, LIST("dnsmasq:option", struct network, dnsmasq_options, struct network_option, option_elem));

const struct conf_elem network_bridge_elem = ELEM(struct network, bridge_rows);
const struct conf_elem network_domain_elem = ELEM(struct network, domain_rows);

static int network_fill(struct conf_reader *r, void *obj)
{
	struct network *def = obj;
	static const unsigned char none[16];

	if (!memcmp(def->uuid, none, sizeof(none))) {
		if (uuid_generate(def->uuid, r->err) < 0)
			return -1;
		def->uuid_made = true;
	}
	if (def->ipv6 == CONF_NO)
		def->ipv6 = 0;
	if (network_check(r, def) < 0)
		return -1;
	if (network_has_own_bridge(def)) {
		if (!def->bridge.stp)
			def->bridge.stp = CONF_ON;
		def->bridge.delay.set = true;
	}
	return 0;
}

static const struct conf_row network_rows[] = {
	ATTR_UINT("connections", struct network, connections, .flags = CONF_LIVE),
	ATTR_YESNO("ipv6", struct network, ipv6),
	ATTR_YESNO("trustGuestRxFilters", struct network, trust_guest_rx_filters),
	CHILD_STRING("name", struct network, name, .flags = CONF_REQUIRED | CONF_KEEP | CONF_RAW_TEXT, .check = conf_check_name),
	CHILD_UUID("uuid", struct network, uuid),
	CHILD_STRING("title", struct network, title, .check = conf_check_line),
	CHILD_STRING("description", struct network, description),
	GROUP("metadata", metadata_rows),
	EMBED("forward", struct network, forward, struct network_forward, network_forward_elem),
	GROUP("bridge", bridge_rows),
	GROUP("mtu", mtu_rows),
	GROUP("mac", mac_rows),
	GROUP("domain", domain_rows),
	EMBED("dns", struct network, dns, struct network_dns, dns_elem),
	NODE("vlan", struct network, vlan, struct domain_vlan, domain_vlan_elem),
	NODE("bandwidth", struct network, bandwidth, struct domain_bandwidth, domain_bandwidth_elem),
	GROUP("port", port_rows),
	LIST("ip", struct network, ips, struct network_ip, network_ip_elem),
	LIST("route", struct network, routes, struct domain_route, domain_route_elem),
	NODE("virtualport", struct network, vport, struct domain_vport, domain_vport_elem),
	LIST("portgroup", struct network, portgroups, struct network_portgroup, network_portgroup_elem),
	GROUP("dnsmasq:options", options_rows),
	CONF_END
};

static const struct conf_elem network_elem = ELEM(struct network, network_rows, .fill = network_fill);
const struct conf_document network_document = { .root = "network", .elem = &network_elem };

const struct network_portgroup *network_portgroup_find(const struct network *def, const char *name)
{
	for (size_t i = 0; i < def->portgroups.n; i++) {
		const struct network_portgroup *g = def->portgroups.items[i];

		if (name ? !strcmp(g->name, name) : g->is_default == CONF_YES)
			return g;
	}
	return NULL;
}

bool network_has_own_bridge(const struct network *def)
{
	return def->forward.mode <= NETWORK_FORWARD_OPEN;
}

struct network *network_parse_warn(const char *xml, size_t len, unsigned flags, void (*warn)(void *ctx, const char *text), void *ctx,
				   struct error *err)
{
	return conf_document_parse(&network_document, xml, len, flags, warn, ctx, err);
}

struct network *network_parse(const char *xml, size_t len, unsigned flags, struct error *err)
{
	return network_parse_warn(xml, len, flags, NULL, NULL, err);
}

char *network_format(const struct network *def, unsigned flags, struct error *err)
{
	return conf_document_format(&network_document, def, flags, err);
}

void network_free(struct network *def)
{
	conf_free(&network_elem, def);
}

struct network *network_copy(const struct network *def, struct error *err)
{
	return conf_copy(&network_elem, def, err);
}
