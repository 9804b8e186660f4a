/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A container's network interfaces. Each is made by the supervisor in the host's network and the container's at once (the container's end is
 * born there, under its name), and then set up by the container's first process from within. Names and MAC addresses of what the host gets
 * are in the plan before, so that removing goes by the plan alone.
 */
#ifndef BERTH_LXC_NETWORK_H
#define BERTH_LXC_NETWORK_H

#include "util/netlink.h"

#include <sys/types.h>

struct domain;
struct domain_filterref;
struct domain_net;
struct domain_vlan;
struct domain_vport;

enum lxc_net_type {
	LXC_NET_VETH,      /* a cable to the host, or to a bridge there */
	LXC_NET_MACVLAN,   /* on the wire of one of the host's interfaces */
	LXC_NET_DEVICE,    /* one of the host's interfaces moves in */
	LXC_NET_USER,      /* a program relays what goes in and out, as the user's own connections (session.h) */
};

struct lxc_address {
	char *address, *peer;    /* peer may be NULL */
	unsigned prefix;
};

struct lxc_route {
	char *address, *gateway;
	unsigned prefix;
	uint32_t metric;
};

struct lxc_net_addresses {
	struct lxc_address *ips;
	size_t n_ips;
	struct lxc_route *routes;
	size_t n_routes;
};

struct lxc_net {
	enum lxc_net_type type;
	char *host;              /* VETH: the host's end, NULL: the first free vnetN, set when it is made; else the interface of the host */
	char *guest;             /* its name in the container */
	char *bridge;            /* VETH: or NULL */
	char *network;           /* VETH, MACVLAN: the network that has given it `bridge` or `host`; or NULL */
	enum netlink_macvlan mode;
	unsigned char mac[NETLINK_MAC_BYTES];   /* in the container; all zero: left as it is (DEVICE) */
	uint32_t mtu;            /* 0: the bridge's or the kernel's */
	bool down, isolated;
	bool fixed;              /* VETH: its bridge is told who is there */
	struct netlink_rate in, out;            /* VETH: to and from the container */
	struct lxc_net_addresses at_host, at_guest;
	struct domain_filterref *filter;        /* VETH: the packet filter of the host's end, or NULL */
	struct domain_vlan *vlan;               /* VETH: what its bridge is told, or NULL */
	struct domain_vport *vport;
	/* DEVICE, while it is in the container */
	int index;
	unsigned char host_mac[NETLINK_MAC_BYTES];
	uint32_t host_mtu;       /* 0: not known after an adoption, nor are the address and whether it was up */
	bool host_up;
};

/* How what is about to be made gets into the plan. */
struct lxc_planner {
	int (*plan)(void *ctx, const char *what, const char *name, struct error *err);
	/* makes net->host a port of net->bridge, if there is one, and puts net->filter to work on it */
	int (*connect)(void *ctx, struct netlink *nl, const struct lxc_net *net, struct error *err);
	void *ctx;
};

/* From <interface>, and all of a definition's interfaces and network devices (nets: the caller's, lxc_nets_free()). */
int lxc_net_from_domain(const struct domain_net *def, struct lxc_net *net, struct error *err) NODISCARD;
int lxc_nets_from_domain(const struct domain *def, struct lxc_net **nets, size_t *n, struct error *err) NODISCARD;
void lxc_net_clear(struct lxc_net *net);
void lxc_nets_free(struct lxc_net *nets, size_t n);

/* The host's side: makes interfaces, the containers' ends of them in pid's network namespace. *inside: NULL, or a socket there (the caller's,
 * also on failure) when devices have moved in, with which they are given back. Everything else is undone by the plan. */
int lxc_nets_make(struct lxc_net *nets, size_t n, pid_t pid, const struct lxc_planner *planner, struct netlink **inside, struct error *err) NODISCARD;

/* The container's side, by a socket in its network namespace: addresses, routes, up. */
int lxc_net_settle(struct netlink *inside, const struct lxc_net *net, struct error *err) NODISCARD;

/* After an adoption: finds the devices that are in the container again. */
int lxc_nets_find(struct lxc_net *nets, size_t n, pid_t pid, struct netlink **inside, struct error *err) NODISCARD;

/* Gives the devices back to the host, as they were. `inside` may be NULL: nothing has moved. */
int lxc_nets_return(struct netlink *inside, struct lxc_net *nets, size_t n, struct error *err) NODISCARD;

/* Of a VETH that is there: sets its limits anew, its link up or down. */
int lxc_net_limit(const struct lxc_net *net, const struct lxc_planner *planner, struct error *err) NODISCARD;
int lxc_net_link(const struct lxc_net *net, bool up, struct error *err) NODISCARD;

/* Removes one that is there, VETH or MACVLAN; netns: the container's. What is not there is fine. */
int lxc_net_remove(const struct lxc_net *net, int netns, struct error *err) NODISCARD;

/* Of a USER one: ends who relays for it. */
void lxc_net_relay_end(const struct lxc_net *net);

/* Removes every interface that the plan of this run directory names. */
int lxc_nets_undo(int run_fd, struct error *err) NODISCARD;

#endif
