/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Internet addresses as bytes: what parsing, comparing and counting them needs. */
#ifndef BERTH_UTIL_ADDR_H
#define BERTH_UTIL_ADDR_H

#include "util/common.h"

#include <netinet/in.h>

struct addr {
	int family;               /* AF_INET, AF_INET6; 0: none */
	unsigned char b[16];      /* network byte order */
};

#define ADDR_TEXT INET6_ADDRSTRLEN

/* Reads an address of the family, AF_UNSPEC: of either. 0, or -1: it is none. */
int addr_parse(const char *text, int family, struct addr *out) NODISCARD;
/* Writes it into a buffer of ADDR_TEXT bytes; returns the buffer. */
const char *addr_format(const struct addr *a, char text[ADDR_TEXT]);

/* 32 or 128. */
unsigned addr_bits(const struct addr *a);
/* Less than, equal to or greater than 0; IPv4 comes before IPv6. */
int addr_compare(const struct addr *a, const struct addr *b);
/* Whether the first `prefix` bits are the same. */
bool addr_same_network(const struct addr *a, const struct addr *b, unsigned prefix);
/* With the bits behind the prefix cleared, or set. */
struct addr addr_network(const struct addr *a, unsigned prefix);
struct addr addr_broadcast(const struct addr *a, unsigned prefix);
/* The address n further on; it wraps around. */
struct addr addr_add(const struct addr *a, uint64_t n);
/* How many addresses from a to b, both included; UINT64_MAX when there are more than can be counted, 0 when b is before a. */
uint64_t addr_span(const struct addr *a, const struct addr *b);

/* The length of an IPv4 netmask's text ("255.255.255.0" is 24); -1: it is none. */
int addr_netmask_prefix(const char *netmask);
/* The netmask of a length: of IPv4 as of IPv6. */
struct addr addr_netmask(int family, unsigned prefix);

#endif
