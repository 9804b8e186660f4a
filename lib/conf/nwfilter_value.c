/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of filter rules: one checker and writer for each type. */
#include "conf/nwfilter.h"

#include "util/addr.h"
#include "util/str.h"

#include <ctype.h>

struct word {
	const char *name;
	int64_t value;
};

static const struct word ethertypes[] = { { "arp", 0x806 }, { "rarp", 0x8035 }, { "ipv4", 0x800 }, { "ipv6", 0x86dd }, { "vlan", 0x8100 }, { NULL, 0 } };
static const struct word opcodes[] = {
	{ "Request", 1 }, { "Reply", 2 }, { "Request_Reverse", 3 }, { "Reply_Reverse", 4 }, { "DRARP_Request", 5 }, { "DRARP_Reply", 6 },
	{ "DRARP_Error", 7 }, { "InARP_Request", 8 }, { "ARP_NAK", 9 }, { NULL, 0 }
};
static const struct word ip_protocols[] = {
	{ "tcp", 6 }, { "udp", 17 }, { "udplite", 136 }, { "esp", 50 }, { "ah", 51 }, { "icmp", 1 }, { "igmp", 2 }, { "sctp", 132 }, { "icmpv6", 58 },
	{ NULL, 0 }
};
static const struct word states[] = { { "NEW", 1 }, { "ESTABLISHED", 2 }, { "RELATED", 4 }, { "INVALID", 8 }, { NULL, 0 } };
static const struct word tcp_flags[] = { { "FIN", 1 }, { "SYN", 2 }, { "RST", 4 }, { "PSH", 8 }, { "ACK", 16 }, { "URG", 32 }, { NULL, 0 } };

struct type {
	const char *what;                                             /* "a MAC address": completes "is not ..." */
	char *(*write)(const struct type *t, const char *text);       /* the canonical form; NULL: it is none */
	int64_t min, max;
	const struct word *words;
};

static const char bad[] = "";   /* told apart from "no memory" by its address */

static char *wrong(void)
{
	return (char *)bad;
}

/* Decimal or 0x...; -1: it is no number. */
static int64_t number(const char *s)
{
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	const char *digits = hex ? s + 2 : s;
	char *end;
	unsigned long long v;

	if (!isxdigit((unsigned char)*digits) || strlen(digits) > 10)
		return -1;
	errno = 0;
	v = strtoull(digits, &end, hex ? 16 : 10);
	return *end || errno || v > UINT32_MAX ? -1 : (int64_t)v;
}

static char *write_number(const struct type *t, const char *text)
{
	int64_t v = number(text);

	for (const struct word *w = t->words; w && w->name; w++)
		if (!strcasecmp(w->name, text) || v == w->value)
			return strdup(w->name);
	if (v < t->min || v > t->max || v < 0)
		return wrong();
	return text[0] == '0' && tolower((unsigned char)text[1]) == 'x' ? str_printf("0x%llx", (long long)v) : str_printf("%lld", (long long)v);
}

static char *write_mac(const struct type *t UNUSED, const char *text)
{
	unsigned b[6];
	int n = 0;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &n) != 6 || text[n] ||
	    text[strspn(text, "0123456789abcdefABCDEF:")])
		return wrong();
	return str_printf("%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4], b[5]);
}

static char *write_ip(const struct type *t, const char *text)
{
	char out[ADDR_TEXT];
	struct addr a;

	return addr_parse(text, t->max == 32 ? AF_INET : AF_INET6, &a) < 0 ? wrong() : strdup(addr_format(&a, out));
}

/* A length, or the mask itself. */
static char *write_mask(const struct type *t, const char *text)
{
	int family = t->max == 32 ? AF_INET : AF_INET6;
	unsigned prefix = 0;
	struct addr a, mask;
	uint64_t v;

	if (str_to_u64(text, (uint64_t)t->max, &v) == 0)
		return str_printf("%u", (unsigned)v);
	if (addr_parse(text, family, &a) < 0)
		return wrong();
	while (prefix < addr_bits(&a) && a.b[prefix / 8] >> (7 - prefix % 8) & 1)
		prefix++;
	mask = addr_netmask(family, prefix);
	return addr_compare(&a, &mask) ? wrong() : str_printf("%u", prefix);
}

static char *write_bool(const struct type *t UNUSED, const char *text)
{
	static const char *const yes[] = { "true", "1", "yes" }, *const no[] = { "false", "0", "no" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (!strcasecmp(text, yes[i]))
			return strdup("true");
		if (!strcasecmp(text, no[i]))
			return strdup("false");
	}
	return wrong();
}

/* "A,B" as a set of bits; -1: a word is unknown. */
static int64_t word_set(const struct word *words, const char *text, size_t len)
{
	int64_t set = 0;

	while (len) {
		size_t n = 0;
		const struct word *w = words;

		while (n < len && text[n] != ',')
			n++;
		while (w->name && (strlen(w->name) != n || strncasecmp(w->name, text, n)))
			w++;
		if (!w->name)
			return -1;
		set |= w->value;
		if (n == len)
			return set;
		text += n + 1;
		len -= n + 1;
	}
	return -1;
}

static void write_set(const struct word *words, int64_t set, struct buf *out)
{
	const char *comma = "";

	for (const struct word *w = words; w->name; w++) {
		if (set & w->value) {
			buf_printf(out, "%s%s", comma, w->name);
			comma = ",";
		}
	}
}

static char *write_state(const struct type *t UNUSED, const char *text)
{
	AUTO_BUF struct buf out = { 0 };
	int64_t set;

	if (!strcasecmp(text, "NONE"))
		return strdup("NONE");
	set = word_set(states, text, strlen(text));
	if (set < 0)
		return wrong();
	write_set(states, set, &out);
	return buf_finish(&out);
}

static int64_t tcp_flag_set(const char *text, size_t len)
{
	if (len == 3 && !strncasecmp(text, "ALL", 3))
		return 0x3f;
	if (!len || (len == 4 && !strncasecmp(text, "NONE", 4)))
		return 0;
	return word_set(tcp_flags, text, len);
}

static void write_tcp_set(int64_t set, struct buf *out)
{
	if (!set)
		buf_str(out, "NONE");
	else if (set == 0x3f)
		buf_str(out, "ALL");
	else
		write_set(tcp_flags, set, out);
}

static char *write_tcp_flags(const struct type *t UNUSED, const char *text)
{
	AUTO_BUF struct buf out = { 0 };
	const char *slash = strchr(text, '/');
	int64_t mask = slash ? tcp_flag_set(text, slash - text) : -1, flags = slash ? tcp_flag_set(slash + 1, strlen(slash + 1)) : -1;

	if (mask < 0 || flags < 0)
		return wrong();
	write_tcp_set(mask, &out);
	buf_str(&out, "/");
	write_tcp_set(flags, &out);
	return buf_finish(&out);
}

static char *write_ipset(const struct type *t UNUSED, const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-+ ");

	return n < 1 || n > 31 || text[n] ? wrong() : strdup(text);
}

static char *write_ipset_flags(const struct type *t UNUSED, const char *text)
{
	AUTO_BUF struct buf out = { 0 };
	unsigned n = 0;

	for (const char *s = text;; s += 4) {
		bool src = !strncasecmp(s, "src", 3);

		if ((!src && strncasecmp(s, "dst", 3)) || ++n > 6)
			return wrong();
		buf_printf(&out, "%s%s", n > 1 ? "," : "", src ? "src" : "dst");
		if (!s[3])
			return buf_finish(&out);
		if (s[3] != ',')
			return wrong();
	}
}

static char *write_comment(const struct type *t UNUSED, const char *text)
{
	return strlen(text) > 256 ? wrong() : strdup(text);
}

static const struct type MAC = { "a MAC address", write_mac, 0, 0, NULL };
static const struct type ETHERTYPE = { "an Ethernet protocol (0x600 to 0xffff, arp, rarp, ipv4, ipv6 or vlan)", write_number, 0x600, 0xffff, ethertypes };
static const struct type VLANID = { "a VLAN id (up to 4095)", write_number, 0, 4095, NULL };
static const struct type U8 = { "a number up to 255", write_number, 0, 0xff, NULL };
static const struct type U16 = { "a number up to 65535", write_number, 0, 0xffff, NULL };
static const struct type U32 = { "a number of 32 bits", write_number, 0, UINT32_MAX, NULL };
static const struct type DSCP = { "a number up to 63", write_number, 0, 63, NULL };
static const struct type OPCODE = { "an ARP operation (Request, Reply, ... or a number)", write_number, 0, 0xffff, opcodes };
static const struct type IPPROTO = { "an IP protocol (tcp, udp, ... or a number up to 255)", write_number, 0, 0xff, ip_protocols };
static const struct type IP4 = { "an IPv4 address", write_ip, 0, 32, NULL };
static const struct type IP6 = { "an IPv6 address", write_ip, 0, 128, NULL };
static const struct type MASK4 = { "an IPv4 netmask or a length up to 32", write_mask, 0, 32, NULL };
static const struct type MASK6 = { "an IPv6 netmask or a length up to 128", write_mask, 0, 128, NULL };
static const struct type BOOL = { "true or false", write_bool, 0, 0, NULL };
static const struct type STATE = { "a list of NEW, ESTABLISHED, RELATED, INVALID, or NONE", write_state, 0, 0, NULL };
static const struct type TCPFLAGS = { "MASK/FLAGS, each a list of SYN, ACK, URG, PSH, FIN, RST, or ALL or NONE", write_tcp_flags, 0, 0, NULL };
static const struct type IPSET = { "the name of a set", write_ipset, 0, 0, NULL };
static const struct type IPSETFLAGS = { "a list of up to six of src and dst", write_ipset_flags, 0, 0, NULL };
static const struct type COMMENT = { "a text of up to 256 bytes", write_comment, 0, 0, NULL };

#define ATTR_TYPE(constant, word, type, protocols) [constant] = &type,
static const struct type *const types[] = { NWFILTER_ATTRS(ATTR_TYPE) };

int nwfilter_access_parse(const char *text, struct nwfilter_access *out)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t n;
	char *end;
	unsigned long index;

	*out = (struct nwfilter_access){ .iterator = 0 };
	if (*text++ != '$')
		return -1;
	text += strspn(text, " ");
	n = strspn(text, chars);
	if (!n || n >= sizeof(out->name))
		return -1;
	memcpy(out->name, text, n);
	text += n + strspn(text + n, " ");
	if (!*text)
		return 0;
	if (*text++ != '[')
		return -1;
	text += strspn(text, " ");
	out->iterator = *text == '@' ? 0 : -1;
	text += *text == '@';
	if (!isdigit((unsigned char)*text))
		return -1;
	index = strtoul(text, &end, 10);
	end += strspn(end, " ");
	if (*end != ']' || end[1 + strspn(end + 1, " ")] || index > 9999)
		return -1;
	if (out->iterator < 0)
		out->index = (unsigned)index;
	else
		out->iterator = (int)index;
	return 0;
}

static char *write_access(const char *text)
{
	struct nwfilter_access a;

	if (nwfilter_access_parse(text, &a) < 0)
		return wrong();
	return a.iterator < 0 ? str_printf("$%s[%u]", a.name, a.index) : a.iterator ? str_printf("$%s[@%d]", a.name, a.iterator) : str_printf("$%s", a.name);
}

char *nwfilter_value(enum nwfilter_attr attr, const char *text, const char **why)
{
	const struct type *t = types[attr];
	char *value = *text == '$' && t != &COMMENT ? write_access(text) : t->write(t, text);

	*why = value == bad ? t->what : NULL;
	return value == bad ? NULL : value;
}

int64_t nwfilter_number(enum nwfilter_attr attr, const char *text)
{
	if (types[attr] == &STATE)
		return strcmp(text, "NONE") ? word_set(states, text, strlen(text)) : 0;
	for (const struct word *w = types[attr]->words; w && w->name; w++)
		if (!strcasecmp(w->name, text))
			return w->value;
	return number(text);
}
