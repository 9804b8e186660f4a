/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The attributes of a match as conditions of nft(8): one table. */
#include "nwfilter/rules_impl.h"

#include <ctype.h>
#include <string.h>

enum how {
	TEXT,       /* the value as it is */
	NUMBER,     /* a number, decimal */
	RAW_MAC,    /* a MAC address or IPv4 address as the bytes of a raw field */
	RAW_IP4,
	TCP_FLAGS,
	CT_STATE,
	CT_COUNT,
	GRATUITOUS, /* the sender asks for itself */
	IN_SET,     /* of ipset(8) */
};

#define NONE (-1)

/* An attribute, where it has them its mask and its upper end; the expression of nft, and what it is in the other direction. */
static const struct condition {
	int attr, mask, end;
	enum how how;
	const char *expr, *reverse;
} conditions[] = {
	{ NWFILTER_SRCMACADDR, NWFILTER_SRCMACMASK, NONE, TEXT, "ether saddr", "ether daddr" },
	{ NWFILTER_DSTMACADDR, NWFILTER_DSTMACMASK, NONE, TEXT, "ether daddr", "ether saddr" },
	{ NWFILTER_PROTOCOLID, NONE, NONE, NUMBER, "ether type", NULL },
	{ NWFILTER_VLANID, NONE, NONE, NUMBER, "vlan id", NULL },
	{ NWFILTER_ENCAP, NONE, NONE, NUMBER, "vlan type", NULL },
	/* a BPDU: 14 bytes of Ethernet, 3 of LLC, then IEEE 802.1D's fields from bit 136 on */
	{ NWFILTER_STP_TYPE, NONE, NONE, NUMBER, "@ll,160,8", NULL },
	{ NWFILTER_STP_FLAGS, NONE, NONE, NUMBER, "@ll,168,8", NULL },
	{ NWFILTER_ROOT_PRIO, NONE, NWFILTER_ROOT_PRIO_HI, NUMBER, "@ll,176,16", NULL },
	{ NWFILTER_ROOT_ADDR, NWFILTER_ROOT_ADDR_MASK, NONE, RAW_MAC, "@ll,192,48", NULL },
	{ NWFILTER_ROOT_COST, NONE, NWFILTER_ROOT_COST_HI, NUMBER, "@ll,240,32", NULL },
	{ NWFILTER_SENDER_PRIO, NONE, NWFILTER_SENDER_PRIO_HI, NUMBER, "@ll,272,16", NULL },
	{ NWFILTER_SENDER_ADDR, NWFILTER_SENDER_ADDR_MASK, NONE, RAW_MAC, "@ll,288,48", NULL },
	{ NWFILTER_STP_PORT, NONE, NWFILTER_STP_PORT_HI, NUMBER, "@ll,336,16", NULL },
	{ NWFILTER_AGE, NONE, NWFILTER_AGE_HI, NUMBER, "@ll,352,16", NULL },
	{ NWFILTER_MAX_AGE, NONE, NWFILTER_MAX_AGE_HI, NUMBER, "@ll,368,16", NULL },
	{ NWFILTER_HELLO, NONE, NWFILTER_HELLO_HI, NUMBER, "@ll,384,16", NULL },
	{ NWFILTER_FORWARD_DELAY, NONE, NWFILTER_FORWARD_DELAY_HI, NUMBER, "@ll,400,16", NULL },
	/* ARP and RARP alike (RFC 826) */
	{ NWFILTER_HWTYPE, NONE, NONE, NUMBER, "@nh,0,16", NULL },
	{ NWFILTER_PROTOCOLTYPE, NONE, NONE, NUMBER, "@nh,16,16", NULL },
	{ NWFILTER_OPCODE, NONE, NONE, NUMBER, "@nh,48,16", NULL },
	{ NWFILTER_ARPSRCMAC, NONE, NONE, RAW_MAC, "@nh,64,48", "@nh,144,48" },
	{ NWFILTER_ARPSRCIP, NWFILTER_ARPSRCIPMASK, NONE, RAW_IP4, "@nh,112,32", "@nh,192,32" },
	{ NWFILTER_ARPDSTMAC, NONE, NONE, RAW_MAC, "@nh,144,48", "@nh,64,48" },
	{ NWFILTER_ARPDSTIP, NWFILTER_ARPDSTIPMASK, NONE, RAW_IP4, "@nh,192,32", "@nh,112,32" },
	{ NWFILTER_GRATUITOUS, NONE, NONE, GRATUITOUS, "@nh,192,32", NULL },
	{ NWFILTER_SRCIP, NWFILTER_SRCIPMASK, NONE, TEXT, "ip saddr", "ip daddr" },
	{ NWFILTER_DSTIP, NWFILTER_DSTIPMASK, NONE, TEXT, "ip daddr", "ip saddr" },
	{ NWFILTER_SRCIPFROM, NONE, NWFILTER_SRCIPTO, TEXT, "ip saddr", "ip daddr" },
	{ NWFILTER_DSTIPFROM, NONE, NWFILTER_DSTIPTO, TEXT, "ip daddr", "ip saddr" },
	{ NWFILTER_SRCIP6, NWFILTER_SRCIP6MASK, NONE, TEXT, "ip6 saddr", "ip6 daddr" },
	{ NWFILTER_DSTIP6, NWFILTER_DSTIP6MASK, NONE, TEXT, "ip6 daddr", "ip6 saddr" },
	{ NWFILTER_SRCIP6FROM, NONE, NWFILTER_SRCIP6TO, TEXT, "ip6 saddr", "ip6 daddr" },
	{ NWFILTER_DSTIP6FROM, NONE, NWFILTER_DSTIP6TO, TEXT, "ip6 daddr", "ip6 saddr" },
	{ NWFILTER_IPPROTO, NONE, NONE, NUMBER, "meta l4proto", NULL },
	{ NWFILTER_SRCPORT, NONE, NWFILTER_SRCPORTEND, NUMBER, "th sport", "th dport" },
	{ NWFILTER_DSTPORT, NONE, NWFILTER_DSTPORTEND, NUMBER, "th dport", "th sport" },
	{ NWFILTER_ICMP_TYPE, NONE, NWFILTER_ICMP_TYPEEND, NUMBER, "@th,0,8", NULL },
	{ NWFILTER_ICMP_CODE, NONE, NWFILTER_ICMP_CODEEND, NUMBER, "@th,8,8", NULL },
	{ NWFILTER_TCPFLAGS, NONE, NONE, TCP_FLAGS, "tcp flags", NULL },
	{ NWFILTER_STATE, NONE, NONE, CT_STATE, "ct state", NULL },
	{ NWFILTER_CONNLIMIT, NONE, NONE, CT_COUNT, "ct count over", NULL },
	{ NWFILTER_IPSET, NONE, NONE, IN_SET, "", NULL },
};

/* What a frame of the protocol is. */
static const char *const protocols[] = {
	[NWFILTER_MAC] = "", [NWFILTER_VLAN] = "ether type 0x8100 ", [NWFILTER_STP] = "ether daddr 01:80:c2:00:00:00 ",
	[NWFILTER_ARP] = "ether type 0x0806 ", [NWFILTER_RARP] = "ether type 0x8035 ", [NWFILTER_IP] = "ether type ip ",
	[NWFILTER_IPV6] = "ether type ip6 ", [NWFILTER_TCP] = "ether type ip meta l4proto 6 ", [NWFILTER_UDP] = "ether type ip meta l4proto 17 ",
	[NWFILTER_UDPLITE] = "ether type ip meta l4proto 136 ", [NWFILTER_ESP] = "ether type ip meta l4proto 50 ",
	[NWFILTER_AH] = "ether type ip meta l4proto 51 ", [NWFILTER_SCTP] = "ether type ip meta l4proto 132 ",
	[NWFILTER_ICMP] = "ether type ip meta l4proto 1 ", [NWFILTER_IGMP] = "ether type ip meta l4proto 2 ", [NWFILTER_ALL] = "ether type ip ",
	[NWFILTER_TCP6] = "ether type ip6 meta l4proto 6 ", [NWFILTER_UDP6] = "ether type ip6 meta l4proto 17 ",
	[NWFILTER_UDPLITE6] = "ether type ip6 meta l4proto 136 ", [NWFILTER_ESP6] = "ether type ip6 meta l4proto 50 ",
	[NWFILTER_AH6] = "ether type ip6 meta l4proto 51 ", [NWFILTER_SCTP6] = "ether type ip6 meta l4proto 132 ",
	[NWFILTER_ICMP6] = "ether type ip6 meta l4proto 58 ", [NWFILTER_ALL6] = "ether type ip6 ",
};

static void write_raw_mac(const char *mac, struct buf *out)
{
	buf_str(out, "0x");
	for (; *mac; mac++)
		if (*mac != ':')
			buf_add(out, mac, 1);
}

static uint32_t ip4_number(const char *ip)
{
	unsigned b[4] = { 0 };

	if (sscanf(ip, "%u.%u.%u.%u", &b[0], &b[1], &b[2], &b[3]) != 4)
		return 0;
	return b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
}

static void write_value(const struct condition *c, const char *value, struct buf *out)
{
	if (c->how == NUMBER)
		buf_printf(out, "%lld", (long long)nwfilter_number((enum nwfilter_attr)c->attr, value));
	else if (c->how == RAW_MAC)
		write_raw_mac(value, out);
	else if (c->how == RAW_IP4)
		buf_printf(out, "0x%08x", ip4_number(value));
	else
		buf_str(out, value);
}

/* "EXPR & MASK" and the operator; a value is taken under its mask, as bits outside could never match. */
static void write_masked(const struct condition *c, const char *expr, const char *value, const char *mask, bool no, struct buf *out)
{
	if (c->how == RAW_IP4) {
		uint32_t bits = (uint32_t)(~UINT64_C(0) << (32 - strtoul(mask, NULL, 10)));

		buf_printf(out, "%s & 0x%08x %s 0x%08x ", expr, bits, no ? "!=" : "==", ip4_number(value) & bits);
		return;
	}
	if (strchr(mask, ':') && strlen(mask) == 17) {
		unsigned v[6], m[6];

		if (sscanf(value, "%2x:%2x:%2x:%2x:%2x:%2x", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5]) != 6 ||
		    sscanf(mask, "%2x:%2x:%2x:%2x:%2x:%2x", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]) != 6)
			return;
		buf_printf(out, c->how == RAW_MAC ? "%s & 0x%02x%02x%02x%02x%02x%02x %s 0x" : "%s & %02x:%02x:%02x:%02x:%02x:%02x %s ", expr, m[0], m[1], m[2],
			   m[3], m[4], m[5], no ? "!=" : "==");
		for (int i = 0; i < 6; i++)
			buf_printf(out, "%s%02x", i && c->how != RAW_MAC ? ":" : "", v[i] & m[i]);
		buf_str(out, " ");
		return;
	}
	buf_printf(out, "%s %s%s/%s ", expr, no ? "!= " : "", value, mask);
}

static void write_tcp_flags(const char *value, bool no, struct buf *out)
{
	const char *slash = strchr(value, '/');
	struct buf parts[2] = { { 0 }, { 0 } };

	for (int i = 0; i < 2; i++) {
		const char *s = i ? slash + 1 : value, *end = i ? s + strlen(s) : slash;

		if ((size_t)(end - s) == 4 && !strncmp(s, "NONE", 4))
			buf_str(&parts[i], "0x0");
		else if ((size_t)(end - s) == 3 && !strncmp(s, "ALL", 3))
			buf_str(&parts[i], "fin|syn|rst|psh|ack|urg");
		else
			for (; s < end; s++) {
				char c = *s == ',' ? '|' : (char)tolower((unsigned char)*s);
				buf_add(&parts[i], &c, 1);
			}
	}
	out->failed |= parts[0].failed || parts[1].failed;
	if (parts[0].data && parts[1].data)
		buf_printf(out, "tcp flags & (%s) %s %s ", parts[0].data, no ? "!=" : "==", parts[1].data);
	buf_free(&parts[0]);
	buf_free(&parts[1]);
}

static void write_state(const char *value, bool no, struct buf *out)
{
	if (!strcmp(value, "NONE"))
		return;
	buf_printf(out, "ct state %s", no ? "!= { " : "{ ");
	for (; *value; value++) {
		char c = (char)tolower((unsigned char)*value);
		buf_add(out, &c, 1);
	}
	buf_str(out, " } ");
}

struct way {
	bool no, reverse, stateful, v6;
};

static int write_condition(const struct condition *c, const char *const values[], const struct way *way, struct buf *out, struct error *err)
{
	const bool no = way->no, reverse = way->reverse, stateful = way->stateful;
	const char *expr = reverse && c->reverse ? c->reverse : c->expr, *value = values[c->attr];

	switch (c->how) {
	case IN_SET:
		return nwf_write_ipset(value, values[NWFILTER_IPSETFLAGS], way->v6, no, reverse, out, err);
	case TCP_FLAGS:
		write_tcp_flags(value, no, out);
		return 0;
	case GRATUITOUS:
		/* nftables cannot compare two fields: the sender is put into a set, the target looked up there, and the sender taken out again */
		if (!strcmp(value, "true"))
			buf_printf(out, "add @gratuitous { " NWF_ARP_SENDER " } %s %s@gratuitous delete @gratuitous { " NWF_ARP_SENDER " } ", expr, no ? "!= " : "");
		return 0;
	case CT_STATE:
		if (stateful)
			write_state(value, no, out);
		return 0;
	case CT_COUNT:
		if (!stateful)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "a filter with 'connlimit-above' cannot be had: this kernel tracks no connections in bridges");
		buf_printf(out, "ct count %s%s ", no ? "" : "over ", value);
		return 0;
	default:
		break;
	}
	if (c->mask != NONE && values[c->mask]) {
		write_masked(c, expr, value, values[c->mask], no, out);
		return 0;
	}
	buf_printf(out, "%s %s", expr, no ? "!= " : "");
	write_value(c, value, out);
	if (c->end != NONE && values[c->end]) {
		buf_str(out, "-");
		write_value(c, values[c->end], out);
	}
	buf_str(out, " ");
	return 0;
}

int nwf_write_match(const struct nwfilter_match *m, const char *const values[NWFILTER_N_ATTRS], bool reverse, bool stateful, struct buf *out,
		    struct error *err)
{
	const char *six = "ip6 dscp", *four = "ip dscp";
	bool no = m->match == CONF_NO, one_way = reverse && m->protocol >= NWFILTER_TCP;
	const struct way way = { no, reverse, stateful, m->protocol == NWFILTER_IPV6 || m->protocol >= NWFILTER_TCP6 };

	buf_str(out, protocols[m->protocol]);
	for (size_t i = 0; i < ARRAY_LEN(conditions); i++)
		if (values[conditions[i].attr] && !(one_way && conditions[i].attr == NWFILTER_SRCMACADDR) && write_condition(&conditions[i], values, &way, out, err) < 0)
			return -1;
	if (values[NWFILTER_DSCP])
		buf_printf(out, "%s %s%lld ", way.v6 ? six : four, no ? "!= " : "",
			   (long long)nwfilter_number(NWFILTER_DSCP, values[NWFILTER_DSCP]));
	return 0;
}
