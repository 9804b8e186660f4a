/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces of a host as an administrator knows them, beside what guests need (netlink.h): bonds, VLANs, and what each is made of. */
#ifndef BERTH_UTIL_NETLINK_HOST_H
#define BERTH_UTIL_NETLINK_HOST_H

#include "util/netlink.h"

/* Of a bond (Documentation/networking/bonding.rst of Linux): times in milliseconds, numbers of modes and validations by their order there. */
struct netlink_bond {
	uint8_t mode;
	bool use_carrier;                 /* with miimon */
	uint32_t miimon, updelay, downdelay, arp_interval, arp_validate;
	char arp_target[16];              /* the first IPv4 address that is asked; "": none */
};

struct netlink_details {
	struct netlink_link link;
	bool loopback;
	unsigned operstate;               /* RFC 2863: 0 unknown, 1 not present, 2 down, 3 lower layer down, 4 testing, 5 dormant, 6 up */
	int lower;                        /* index of the interface that it is on (a VLAN's device, a veth's peer), or 0 */
	struct { bool stp; uint32_t delay; } bridge;   /* delay in 1/100 s */
	struct netlink_bond bond;
	uint16_t vlan;
};

/* All interfaces of the socket's namespace, in the order of their indices; *list is the caller's to free. */
int netlink_details(struct netlink *nl, struct netlink_details **list, size_t *n, struct error *err) NODISCARD;

/* A VLAN on a device, a bond without members. A kernel that lacks them: ERR_OPERATION_UNSUPPORTED. */
int netlink_add_vlan(struct netlink *nl, const struct netlink_new *link, const char *device, uint16_t tag, struct error *err) NODISCARD;
int netlink_add_bond(struct netlink *nl, const struct netlink_new *link, const struct netlink_bond *bond, struct error *err) NODISCARD;

/* Takes all addresses away but the link's own (fe80::/64). */
int netlink_flush_addresses(struct netlink *nl, const char *name, struct error *err) NODISCARD;

#endif
