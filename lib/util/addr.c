/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/addr.h"

#include <arpa/inet.h>
#include <string.h>

int addr_parse(const char *text, int family, struct addr *out)
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		memset(out, 0, sizeof(*out));
		out->family = families[i];
		if ((family == AF_UNSPEC || family == families[i]) && inet_pton(families[i], text, out->b) == 1)
			return 0;
	}
	memset(out, 0, sizeof(*out));
	return -1;
}

const char *addr_format(const struct addr *a, char text[ADDR_TEXT])
{
	if (!inet_ntop(a->family, a->b, text, ADDR_TEXT))
		text[0] = '\0';
	return text;
}

unsigned addr_bits(const struct addr *a)
{
	return a->family == AF_INET6 ? 128 : 32;
}

int addr_compare(const struct addr *a, const struct addr *b)
{
	return a->family != b->family ? a->family - b->family : memcmp(a->b, b->b, sizeof(a->b));
}

struct addr addr_network(const struct addr *a, unsigned prefix)
{
	struct addr net = *a;

	for (unsigned i = prefix; i < addr_bits(a); i++)
		net.b[i / 8] &= ~(0x80 >> i % 8);
	return net;
}

struct addr addr_broadcast(const struct addr *a, unsigned prefix)
{
	struct addr last = *a;

	for (unsigned i = prefix; i < addr_bits(a); i++)
		last.b[i / 8] |= 0x80 >> i % 8;
	return last;
}

bool addr_same_network(const struct addr *a, const struct addr *b, unsigned prefix)
{
	struct addr na = addr_network(a, prefix), nb = addr_network(b, prefix);

	return addr_compare(&na, &nb) == 0;
}

struct addr addr_add(const struct addr *a, uint64_t n)
{
	struct addr sum = *a;

	for (int i = (int)addr_bits(a) / 8 - 1; i >= 0; i--) {
		n += sum.b[i];
		sum.b[i] = n & 0xff;
		n >>= 8;
	}
	return sum;
}

uint64_t addr_span(const struct addr *a, const struct addr *b)
{
	uint64_t span = 0;
	int borrow = 0;
	unsigned char diff[16];

	if (addr_compare(a, b) > 0)
		return 0;
	for (int i = 15; i >= 0; i--) {
		int d = b->b[i] - a->b[i] - borrow;
		borrow = d < 0;
		diff[i] = d & 0xff;
	}
	for (unsigned i = 0; i < addr_bits(a) / 8; i++) {
		if (span >> 56)
			return UINT64_MAX;
		span = span << 8 | diff[i];
	}
	return span == UINT64_MAX ? span : span + 1;
}

int addr_netmask_prefix(const char *netmask)
{
	struct in_addr in;
	uint32_t mask;

	if (inet_pton(AF_INET, netmask, &in) != 1)
		return -1;
	mask = ntohl(in.s_addr);
	return ~mask & (~mask + 1) ? -1 : __builtin_popcount(mask);
}

struct addr addr_netmask(int family, unsigned prefix)
{
	struct addr mask = { .family = family };

	for (unsigned i = 0; i < prefix; i++)
		mask.b[i / 8] |= 0x80 >> i % 8;
	return mask;
}
