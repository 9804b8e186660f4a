/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration of a network's dnsmasq(8), in the words that libvirt writes. */
#include "network/network_impl.h"

const struct network_ip *net_ip_with_dhcp(const struct network *def, bool v6)
{
	for (size_t i = 0; i < def->ips.n; i++) {
		const struct network_ip *ip = def->ips.items[i];

		if ((ip->family == DOMAIN_IP_IPV6) == v6 && (ip->ranges.n || ip->hosts.n))
			return ip;
	}
	return NULL;
}

bool net_needs_dnsmasq(const struct network *def)
{
	bool dhcp = net_ip_with_dhcp(def, false) || net_ip_with_dhcp(def, true);

	for (size_t i = 0; i < def->ips.n; i++)
		dhcp |= def->ips.items[i]->family == DOMAIN_IP_IPV6 || def->ips.items[i]->tftp;
	return network_has_own_bridge(def) && def->ips.n && (def->dns.enable != CONF_NO || dhcp);
}

static void write_forwarders(const struct network *def, struct buf *b)
{
	bool all = false;

	for (size_t i = 0; i < def->dns.forwarders.n; i++) {
		const struct network_dns_forwarder *f = def->dns.forwarders.items[i];

		buf_str(b, "server=");
		if (f->domain)
			buf_printf(b, "/%s/%s", f->domain, f->addr ? "" : "#");
		buf_printf(b, "%s\n", f->addr ? f->addr : "");
		all |= !f->domain;
	}
	if (all || !def->forward.mode)
		buf_str(b, "no-resolv\n");
}

/* The zone of an address's network for reverse look-ups, whole bytes (IPv4) or digits (IPv6) of the prefix. */
static void write_reverse_zone(const struct network_ip *ip, struct buf *b)
{
	struct addr a;
	unsigned prefix;

	network_ip_address(ip, &a, &prefix);
	buf_str(b, "local=/");
	if (a.family == AF_INET) {
		for (int i = (int)prefix / 8 - 1; i >= 0; i--)
			buf_printf(b, "%u.", a.b[i]);
		buf_str(b, "in-addr.arpa/\n");
		return;
	}
	for (int i = (int)prefix / 4 - 1; i >= 0; i--)
		buf_printf(b, "%x.", i % 2 ? a.b[i / 2] & 0xf : a.b[i / 2] >> 4);
	buf_str(b, "ip6.arpa/\n");
}

static void write_records(const struct network *def, struct buf *b)
{
	for (size_t i = 0; i < def->dns.txts.n; i++)
		buf_printf(b, "txt-record=%s,%s\n", def->dns.txts.items[i]->name, def->dns.txts.items[i]->value);
	for (size_t i = 0; i < def->dns.srvs.n; i++) {
		const struct network_dns_srv *s = def->dns.srvs.items[i];

		buf_printf(b, "srv-host=_%s._%s%s%s", s->service, s->protocol, s->domain ? "." : "", s->domain ? s->domain : "");
		if (s->target) {
			buf_printf(b, ",%s", s->target);
			if (s->port.set || s->priority.set || s->weight.set)
				buf_printf(b, ",%u", s->port.set ? (unsigned)s->port.value : 1);
			if (s->priority.set || s->weight.set)
				buf_printf(b, ",%u", (unsigned)s->priority.value);
			if (s->weight.set)
				buf_printf(b, ",%u", (unsigned)s->weight.value);
		}
		buf_str(b, "\n");
	}
	for (size_t i = 0; i < def->dns.hosts.n; i++) {
		const struct network_dns_host *h = def->dns.hosts.items[i];

		buf_str(b, "host-record=");
		for (size_t j = 0; j < h->names.n; j++) {
			if (def->domain.name && !strchr(h->names.items[j], '.'))
				buf_printf(b, "%s.%s,", h->names.items[j], def->domain.name);
			buf_printf(b, "%s,", h->names.items[j]);
		}
		buf_printf(b, "%s\n", h->ip);
	}
}

static void write_lease(const struct network_lease *l, struct buf *b)
{
	if (l->expiry.set && !l->expiry.value)
		buf_str(b, ",infinite");
	else if (l->expiry.set)
		buf_printf(b, ",%llu%c", (unsigned long long)l->expiry.value, conf_enum_name(&network_lease_unit_names, l->unit)[0]);
}

static void write_hosts(const struct network_ip *ip, struct buf *b)
{
	bool v6 = ip->family == DOMAIN_IP_IPV6;

	for (size_t i = 0; i < ip->hosts.n; i++) {
		const struct network_dhcp_host *h = ip->hosts.items[i];

		buf_str(b, "dhcp-host=");
		if (v6) {
			if (h->id)
				buf_printf(b, "id:%s,", h->id);
			if (h->name)
				buf_printf(b, "%s,", h->name);
			buf_printf(b, "[%s]", h->ip);
		} else if (h->mac) {
			buf_printf(b, "%s,%s%s%s", h->mac, h->ip, h->name ? "," : "", h->name ? h->name : "");
		} else {
			buf_printf(b, "%s,%s", h->name, h->ip);
		}
		write_lease(&h->lease, b);
		buf_str(b, "\n");
	}
}

static uint64_t write_ranges(const struct network_ip *ip, struct buf *b)
{
	char mask[ADDR_TEXT];
	struct addr a, netmask, start, end;
	unsigned prefix;
	uint64_t leases = 0;

	network_ip_address(ip, &a, &prefix);
	netmask = addr_netmask(AF_INET, a.family == AF_INET ? prefix : 0);
	if (a.family == AF_INET)
		addr_format(&netmask, mask);
	else
		snprintf(mask, sizeof(mask), "%u", prefix);
	for (size_t i = 0; i < ip->ranges.n; i++) {
		const struct network_range *r = ip->ranges.items[i];

		buf_printf(b, "dhcp-range=%s,%s,%s", r->start, r->end, mask);
		write_lease(&r->lease, b);
		buf_str(b, "\n");
		if (addr_parse(r->start, a.family, &start) == 0 && addr_parse(r->end, a.family, &end) == 0)
			leases += addr_span(&start, &end);
	}
	if (!ip->ranges.n)
		buf_printf(b, "dhcp-range=%s,static%s%s\n", ip->address, a.family == AF_INET ? "" : ",", a.family == AF_INET ? "" : mask);
	return leases;
}

static void write_boot(const struct network_ip *ip, struct buf *b)
{
	if (ip->tftp)
		buf_printf(b, "enable-tftp\ntftp-root=%s\n", ip->tftp);
	if (ip->bootp.file)
		buf_printf(b, "dhcp-boot=%s%s%s\n", ip->bootp.file, ip->bootp.server ? ",," : "", ip->bootp.server ? ip->bootp.server : "");
}

static void write_dhcp(const struct network *def, struct buf *b)
{
	const struct network_ip *v4 = net_ip_with_dhcp(def, false), *v6 = net_ip_with_dhcp(def, true);
	uint64_t leases = 0;

	for (size_t i = 0; i < def->ips.n; i++)
		write_boot(def->ips.items[i], b);
	if (v4) {
		leases += write_ranges(v4, b);
		write_hosts(v4, b);
		buf_str(b, "dhcp-no-override\ndhcp-authoritative\n");
		if (def->mtu)
			buf_printf(b, "dhcp-option=option:mtu,%u\n", def->mtu);
	}
	if (v6) {
		leases += write_ranges(v6, b);
		write_hosts(v6, b);
		buf_str(b, "enable-ra\n");
	}
	if (leases)
		buf_printf(b, "dhcp-lease-max=%llu\n", (unsigned long long)leases);
	for (size_t i = 0; !v6 && i < def->ips.n; i++)
		if (def->ips.items[i]->family == DOMAIN_IP_IPV6)
			buf_printf(b, "dhcp-range=%s,ra-only\n", def->ips.items[i]->address);
	/* nobody beyond: neither a default route nor a name server that could be asked */
	if (!def->forward.mode)
		buf_str(b, "dhcp-option=3\nra-param=*,0,0\n");
}

char *net_dnsmasq_conf(const struct network *def, struct error *err)
{
	AUTO_BUF struct buf b = { 0 };
	char *text;

	buf_printf(&b, "strict-order\nexcept-interface=lo\nbind-dynamic\ninterface=%s\n", def->bridge.name);
	if (def->dns.enable == CONF_NO)
		buf_str(&b, "port=0\n");
	if (def->dns.forward_plain_names == CONF_NO)
		buf_str(&b, "domain-needed\n");
	write_forwarders(def, &b);
	if (def->domain.name) {
		if (def->domain.local_only == CONF_YES)
			buf_printf(&b, "local=/%s/\n", def->domain.name);
		buf_printf(&b, "domain=%s\nexpand-hosts\n", def->domain.name);
	}
	for (size_t i = 0; i < def->ips.n; i++)
		if (def->ips.items[i]->local_ptr == CONF_YES)
			write_reverse_zone(def->ips.items[i], &b);
	write_records(def, &b);
	write_dhcp(def, &b);
	for (size_t i = 0; i < def->dnsmasq_options.n; i++)
		buf_printf(&b, "%s\n", def->dnsmasq_options.items[i]->value);
	text = buf_finish(&b);
	if (!text)
		error_set(err, ERR_NO_MEMORY, "%s: no memory for dnsmasq's configuration", def->name);
	return text;
}
