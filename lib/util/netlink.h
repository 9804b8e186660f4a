/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Network interfaces of the kernel: making, joining, addressing, limiting and removing them (rtnetlink(7), tc(8)), by libnl.
 *
 * A struct netlink is a socket and works in the network namespace in which it was opened. Interfaces are named by their name, since that is
 * what plans and definitions hold. An error carries the kernel's own errno in err->sys (EEXIST: the name is taken; ENODEV: there is
 * no such interface, then the code is ERR_NO_INTERFACE) and, where the kernel has one, its reason in words.
 *
 * What is made for a guest has a MAC address from its very first moment. A plan notes name and MAC address before anything is made, and
 * netlink_delete_own() removes what has both: so nothing of a stranger's is hit who got the name first.
 */
#ifndef BERTH_UTIL_NETLINK_H
#define BERTH_UTIL_NETLINK_H

#include "util/addr.h"
#include "util/error.h"

#include <net/if.h>

#define NETLINK_MAC_BYTES 6
#define NETLINK_MAC_TEXT 18   /* "52:54:00:12:34:56" and its end */

struct netlink;

/* Opens a socket in the calling process's network namespace, or in the one that a descriptor names (/proc/PID/ns/net; then the caller
 * needs CAP_SYS_ADMIN and must have one thread only). NULL with *err set. */
struct netlink *netlink_open(struct error *err) NODISCARD;
struct netlink *netlink_open_in(int netns, struct error *err) NODISCARD;
void netlink_close(struct netlink *nl);

/* Its descriptor, to be sent to another process (-1 for NULL), and a netlink of one that came so, which belongs to it also on failure. */
int netlink_fd(const struct netlink *nl);
struct netlink *netlink_of_fd(int fd, struct error *err) NODISCARD;

static inline void netlink_close_(struct netlink **nl)
{
	netlink_close(*nl);
}
#define AUTO_NETLINK AUTO(netlink_close_)

/* --- what there is ------------------------------------------------------------------------------------------------ */

struct netlink_link {
	int index;
	char name[IF_NAMESIZE];
	char kind[16];                        /* "veth", "bridge", "macvlan" ...; "" for hardware and lo */
	unsigned char mac[NETLINK_MAC_BYTES];
	uint32_t mtu;
	int master;                           /* index of the bridge that it is a port of, or 0 */
	bool up, carrier;
};

/* Looks an interface up. 0; -1 with ERR_NO_INTERFACE when there is none of that name, or another error. */
int netlink_get(struct netlink *nl, const char *name, struct netlink_link *link, struct error *err) NODISCARD;

/* Calls fn for each interface until it returns other than 0, and returns that; 0 after the last; -1 with *err set. */
int netlink_each(struct netlink *nl, int (*fn)(void *ctx, const struct netlink_link *link), void *ctx, struct error *err) NODISCARD;

/* The first name of PREFIX0, PREFIX1 ... (from `first`) that no interface has: what libvirt calls its ends, "vnet3". Somebody may take it before
 * it is used: then making fails with EEXIST, and the caller goes on from the number after. Returns the number, or -1. */
int netlink_free_name(struct netlink *nl, const char *prefix, unsigned first, char name[IF_NAMESIZE], struct error *err) NODISCARD;

/* A MAC address as text, and back. netlink_mac_parse(): 0, or -1 for what is none. */
void netlink_mac_format(const unsigned char mac[NETLINK_MAC_BYTES], char text[NETLINK_MAC_TEXT]);
int netlink_mac_parse(const char *text, unsigned char mac[NETLINK_MAC_BYTES]) NODISCARD;

/* The host end's address for a guest's: its first byte is fe, so that a bridge never takes it for its own (the lowest wins). */
void netlink_mac_host_end(const unsigned char guest[NETLINK_MAC_BYTES], unsigned char host[NETLINK_MAC_BYTES]);

/* --- making ------------------------------------------------------------------------------------------------------- */

/* A new interface. Zero: the kernel's choice; a name may end in "%d". */
struct netlink_new {
	const char *name;
	const unsigned char *mac;
	uint32_t mtu;
	pid_t ns_pid;           /* born in this process's network namespace; 0: in the socket's own */
};

/* Two interfaces that are the ends of a cable. */
int netlink_add_veth(struct netlink *nl, const struct netlink_new *end, const struct netlink_new *peer, struct error *err) NODISCARD;

enum netlink_macvlan { NETLINK_MACVLAN_VEPA, NETLINK_MACVLAN_PRIVATE, NETLINK_MACVLAN_BRIDGE, NETLINK_MACVLAN_PASSTHRU };

/* An interface with its own MAC address on the wire of `parent`. tap: with a character device /dev/tapINDEX for QEMU (macvtap). */
int netlink_add_macvlan(struct netlink *nl, const char *parent, enum netlink_macvlan mode, bool tap, const struct netlink_new *link,
			struct error *err) NODISCARD;

/* A bridge. stp: spanning tree; forward_delay in seconds (of the spanning tree; 0: a port forwards at once). */
int netlink_add_bridge(struct netlink *nl, const struct netlink_new *link, bool stp, unsigned forward_delay, struct error *err) NODISCARD;

/* Changes both of one that is there. */
int netlink_tune_bridge(struct netlink *nl, const char *name, bool stp, unsigned forward_delay, struct error *err) NODISCARD;

/* Any kind that needs nothing but a name: "dummy", "ifb". */
int netlink_add(struct netlink *nl, const char *kind, const struct netlink_new *link, struct error *err) NODISCARD;

/* Removes an interface (a veth goes with its peer). One that is not there is fine. */
int netlink_delete(struct netlink *nl, const char *name, struct error *err) NODISCARD;

/* The same, if it has this MAC address: else it is another's, and nothing happens. */
int netlink_delete_own(struct netlink *nl, const char *name, const unsigned char mac[NETLINK_MAC_BYTES], struct error *err) NODISCARD;

/* The line of a plan that names an interface, and removing by it. nl NULL: a socket of its own. */
#define NETLINK_PLAN_TEXT (IF_NAMESIZE + NETLINK_MAC_TEXT)
void netlink_plan_format(const char *name, const unsigned char mac[NETLINK_MAC_BYTES], char line[NETLINK_PLAN_TEXT]);
int netlink_plan_undo(struct netlink *nl, const char *line, struct error *err) NODISCARD;

/* --- changing ----------------------------------------------------------------------------------------------------- */

int netlink_set_up(struct netlink *nl, const char *name, bool up, struct error *err) NODISCARD;
int netlink_set_mtu(struct netlink *nl, const char *name, uint32_t mtu, struct error *err) NODISCARD;
int netlink_set_mac(struct netlink *nl, const char *name, const unsigned char mac[NETLINK_MAC_BYTES], struct error *err) NODISCARD;
int netlink_rename(struct netlink *nl, const char *name, const char *new_name, struct error *err) NODISCARD;

/* Moves an interface (which must be down) into the network namespace of a process or, pid 0, of a descriptor, under a name there (NULL: its own). */
int netlink_move(struct netlink *nl, const char *name, pid_t pid, int netns, const char *new_name, struct error *err) NODISCARD;

/* Makes an interface a port of a bridge; bridge NULL: of none any more. */
int netlink_set_bridge(struct netlink *nl, const char *name, const char *bridge, struct error *err) NODISCARD;

/* What a bridge does with a port: isolated ports cannot reach each other; hairpin sends back where it came from. */
int netlink_set_port(struct netlink *nl, const char *name, bool isolated, bool hairpin, struct error *err) NODISCARD;

/* Turns the bridge's VLANs on: ports have the VLAN 1, untagged, until they get others. A kernel without them: ERR_CONFIG_UNSUPPORTED. On again is fine. */
int netlink_filter_vlans(struct netlink *nl, const char *name, struct error *err) NODISCARD;

/* The VLANs of a new port of a bridge, or of the bridge itself as the host's interface, in the place of the one that it has at first. */
struct netlink_vlan {
	uint16_t id;
	bool native;             /* frames without a tag belong to it */
	bool untagged;           /* and its frames leave without one */
};
int netlink_set_vlans(struct netlink *nl, const char *name, const struct netlink_vlan *vlans, size_t n, struct error *err) NODISCARD;

/* The bridge learns nothing at this port and floods nothing there: it has been told that this MAC address is there. */
int netlink_fix_port(struct netlink *nl, const char *name, const unsigned char mac[NETLINK_MAC_BYTES], struct error *err) NODISCARD;

/* An address in text, "10.0.0.2" or "fd00::2", with its prefix length; peer may be NULL. One that is there already is fine. */
int netlink_add_address(struct netlink *nl, const char *name, const char *address, unsigned prefix, const char *peer, struct error *err) NODISCARD;

/* Takes it away; one that is not there is fine. */
int netlink_delete_address(struct netlink *nl, const char *name, const char *address, unsigned prefix, struct error *err) NODISCARD;

/* Calls fn for each route to somewhere in the main table until it returns other than 0, and returns that; 0 after the last; -1 with *err set. */
struct netlink_route {
	struct addr addr;
	unsigned prefix;        /* 0: the default route */
	int index;              /* of the interface, 0: none */
};
int netlink_each_route(struct netlink *nl, int (*fn)(void *ctx, const struct netlink_route *route), void *ctx, struct error *err) NODISCARD;

/* A route by an interface; gateway may be NULL (everything there is on the link), metric 0: the kernel's. */
int netlink_add_route(struct netlink *nl, const char *name, const char *address, unsigned prefix, const char *gateway, uint32_t metric,
		      struct error *err) NODISCARD;

/* --- limiting (tc(8)) ----------------------------------------------------------------------------------------------- */

/* As in <bandwidth>: kilobytes (1,000) a second; burst: kibibytes that may go at `peak`. average 0: no limit. */
struct netlink_rate {
	uint64_t average, peak, burst;
};

/* Limits what leaves by an interface: an HTB queue "1:" with the class 1:1, where all goes that no other class takes. Replaces what was there;
 * average 0: takes the queue away. */
int netlink_limit(struct netlink *nl, const char *name, const struct netlink_rate *rate, struct error *err) NODISCARD;

/* A class of its own below 1:1 of an interface that netlink_limit() has prepared: 1:minor gets at least `floor` kilobytes a second of
 * it and at most the whole. floor 0: removes the class. */
int netlink_limit_class(struct netlink *nl, const char *name, uint16_t minor, uint64_t floor, const struct netlink_rate *whole,
			struct error *err) NODISCARD;

/* Sends all frames for this MAC address into the class 1:minor; remove: no more. */
int netlink_limit_filter(struct netlink *nl, const char *name, uint16_t minor, const unsigned char mac[NETLINK_MAC_BYTES], bool remove,
			 struct error *err) NODISCARD;

/* Limits what comes in by an interface: the frames take the way through an interface `ifb` (kind "ifb", made by the caller), whose way
 * out is limited. average 0: no more. */
int netlink_limit_incoming(struct netlink *nl, const char *name, const char *ifb, const struct netlink_rate *rate, struct error *err) NODISCARD;

#endif
