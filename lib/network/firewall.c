/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A network's rules in nftables: one table for each network, in nft(8)'s own language, so that what is made is what `nft list ruleset` shows. Nothing
 * outside the table is touched, and what others have in theirs goes on to count: a packet must pass all of them.
 */
#include "network/network_impl.h"

#include "state/state.h"

#include <ctype.h>

/* A bridge's name may have characters that a table's may not. */
static void write_identifier(const char *s, struct buf *b)
{
	for (; *s; s++) {
		if (isalnum((unsigned char)*s))
			buf_add(b, s, 1);
		else
			buf_printf(b, "_%02x", (unsigned char)*s);
	}
}

char *net_table_name(const struct network *def, struct error *err)
{
	AUTO_BUF struct buf b = { 0 };
	char *name;

	buf_str(&b, "inet ");
	for (const char *s = state_tag(); *s; s++)
		buf_add(&b, *s == '-' ? "_" : s, 1);
	buf_str(&b, "_net_");
	write_identifier(def->bridge.name, &b);
	name = buf_finish(&b);
	if (!name)
		error_set(err, ERR_NO_MEMORY, "%s: no memory", def->name);
	return name;
}

/* "ip" or "ip6", and the subnet as text */
struct subnet {
	const char *family;
	char text[ADDR_TEXT + 5];
};

static struct subnet subnet_of(const struct network_ip *ip)
{
	struct subnet s;
	struct addr a, net;
	unsigned prefix;
	char text[ADDR_TEXT];

	network_ip_address(ip, &a, &prefix);
	net = addr_network(&a, prefix);
	s.family = a.family == AF_INET6 ? "ip6" : "ip";
	snprintf(s.text, sizeof(s.text), "%s/%u", addr_format(&net, text), prefix);
	return s;
}

/* NAT is for IPv4, and for IPv6 where it is asked for; the rest is routed. */
static bool is_translated(const struct network *def, const struct network_ip *ip)
{
	return def->forward.mode == NETWORK_FORWARD_NAT && (ip->family != DOMAIN_IP_IPV6 || def->forward.nat.ipv6 == CONF_YES);
}

static void write_forward_ip(const struct network *def, const struct network_ip *ip, const char *to, const char *from, struct buf *b)
{
	struct subnet s = subnet_of(ip);

	buf_printf(b, "\t\t%s%s saddr %s accept\n", to, s.family, s.text);
	if (is_translated(def, ip))
		buf_printf(b, "\t\t%s%s daddr %s ct state established,related accept\n", from, s.family, s.text);
	else
		buf_printf(b, "\t\t%s%s daddr %s accept\n", from, s.family, s.text);
}

static void write_forward(const struct network *def, struct buf *b)
{
	const char *br = def->bridge.name, *dev = def->forward.dev;
	AUTO_BUF struct buf to = { 0 }, from = { 0 };

	buf_printf(b, "\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n");
	buf_printf(&to, "iifname \"%s\" ", br);
	buf_printf(&from, "oifname \"%s\" ", br);
	if (dev) {
		buf_printf(&to, "oifname \"%s\" ", dev);
		buf_printf(&from, "iifname \"%s\" ", dev);
	}
	buf_printf(b, "\t\tiifname \"%s\" oifname \"%s\" accept\n", br, br);
	for (size_t i = 0; def->forward.mode && i < def->ips.n && to.data && from.data; i++)
		write_forward_ip(def, def->ips.items[i], to.data, from.data, b);
	buf_printf(b, "\t\tiifname \"%s\" reject\n\t\toifname \"%s\" reject\n\t}\n", br, br);
	b->failed |= to.failed || from.failed;
}

/* Where addresses and ports are translated to. Ports below 1024 stay what they are: those of somebody who is trusted for having one. */
static void write_target(const struct network_nat *nat, bool v6, bool ports, struct buf *b)
{
	bool snat = nat->address.start && !v6;

	if (snat) {
		buf_printf(b, "snat ip to %s", nat->address.start);
		if (strcmp(nat->address.start, nat->address.end))
			buf_printf(b, "-%s", nat->address.end);
	} else {
		buf_str(b, "masquerade");
	}
	if (ports)
		buf_printf(b, "%s:%u-%u", snat ? "" : " to ", nat->port.start ? nat->port.start : 1024, nat->port.start ? nat->port.end : 65535);
	buf_str(b, "\n");
}

static void write_nat_ip(const struct network *def, const struct network_ip *ip, struct buf *b)
{
	static const char *const not_out[][2] = { { "224.0.0.0/24", "255.255.255.255" }, { "ff02::/16", NULL } };
	bool v6 = ip->family == DOMAIN_IP_IPV6;
	struct subnet s = subnet_of(ip);
	AUTO_BUF struct buf out = { 0 };

	for (size_t i = 0; i < 2; i++)
		if (not_out[v6][i])
			buf_printf(b, "\t\t%s saddr %s %s daddr %s return\n", s.family, s.text, s.family, not_out[v6][i]);
	if (def->forward.dev)
		buf_printf(&out, "oifname \"%s\" ", def->forward.dev);
	for (int i = 0; i < 3; i++) {
		static const char *const protocols[] = { "meta l4proto tcp ", "meta l4proto udp ", "" };

		buf_printf(b, "\t\t%s%s%s saddr %s %s daddr != %s ", out.data ? out.data : "", protocols[i], s.family, s.text, s.family, s.text);
		write_target(&def->forward.nat, v6, i < 2, b);
	}
}

static void write_nat(const struct network *def, struct buf *b)
{
	buf_str(b, "\tchain postrouting {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n");
	for (size_t i = 0; i < def->ips.n; i++)
		if (is_translated(def, def->ips.items[i]))
			write_nat_ip(def, def->ips.items[i], b);
	buf_str(b, "\t}\n");
}

/* The kernel leaves checksums to the hardware that a bridge's ports do not have; DHCP clients that read packets raw would drop the answers. No
 * checksum at all is right for UDP over IPv4. */
static void write_checksum(const struct network *def, struct buf *b)
{
	buf_printf(b, "\tchain checksum {\n\t\ttype filter hook postrouting priority mangle; policy accept;\n"
		      "\t\toifname \"%s\" meta nfproto ipv4 udp dport 68 udp checksum set 0\n\t}\n", def->bridge.name);
}

char *net_table_rules(const struct network *def, struct error *err)
{
	AUTO_BUF struct buf b = { 0 };
	AUTO_FREE char *table = net_table_name(def, err);
	char *text;

	if (!table)
		return NULL;
	if (strchr(def->bridge.name, '"') || (def->forward.dev && strchr(def->forward.dev, '"'))) {
		error_set(err, ERR_CONFIG_UNSUPPORTED, "%s: interfaces with a quote in their name cannot be told to nftables", def->name);
		return NULL;
	}
	buf_printf(&b, "add table %s\ndelete table %s\ntable %s {\n", table, table, table);
	if (def->forward.mode != NETWORK_FORWARD_OPEN)
		write_forward(def, &b);
	if (def->forward.mode == NETWORK_FORWARD_NAT)
		write_nat(def, &b);
	if (net_ip_with_dhcp(def, false))
		write_checksum(def, &b);
	buf_str(&b, "}\n");
	text = buf_finish(&b);
	if (!text)
		error_set(err, ERR_NO_MEMORY, "%s: no memory for the rules", def->name);
	return text;
}
