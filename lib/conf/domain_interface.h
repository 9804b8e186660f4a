/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <interface> */
#ifndef BERTH_CONF_DOMAIN_INTERFACE_H
#define BERTH_CONF_DOMAIN_INTERFACE_H

#include "conf/domain_info.h"
#include "conf/domain_ip.h"

#define DOMAIN_NET_TYPES(X) \
	X(DOMAIN_NET_USER, "user") \
	X(DOMAIN_NET_ETHERNET, "ethernet") \
	X(DOMAIN_NET_VHOSTUSER, "vhostuser") \
	X(DOMAIN_NET_SERVER, "server") \
	X(DOMAIN_NET_CLIENT, "client") \
	X(DOMAIN_NET_MCAST, "mcast") \
	X(DOMAIN_NET_NETWORK, "network") \
	X(DOMAIN_NET_BRIDGE, "bridge") \
	X(DOMAIN_NET_INTERNAL, "internal") \
	X(DOMAIN_NET_DIRECT, "direct") \
	X(DOMAIN_NET_HOSTDEV, "hostdev") \
	X(DOMAIN_NET_UDP, "udp") \
	X(DOMAIN_NET_VDPA, "vdpa") \
	X(DOMAIN_NET_NULL, "null") \
	X(DOMAIN_NET_VDS, "vds")
CONF_ENUM(domain_net_type, DOMAIN_NET_TYPES);

#define DOMAIN_NET_MODES(X) \
	X(DOMAIN_NET_MODE_VEPA, "vepa") \
	X(DOMAIN_NET_MODE_PRIVATE, "private") \
	X(DOMAIN_NET_MODE_BRIDGE, "bridge") \
	X(DOMAIN_NET_MODE_PASSTHROUGH, "passthrough")
CONF_ENUM(domain_net_mode, DOMAIN_NET_MODES);

#define DOMAIN_LINK_STATES(X) X(DOMAIN_LINK_UP, "up") X(DOMAIN_LINK_DOWN, "down")
CONF_ENUM(domain_link_state, DOMAIN_LINK_STATES);

struct domain_net {
	enum domain_net_type type;
	struct conf_mac mac;             /* always set after parsing */
	char *network, *portgroup;       /* NETWORK */
	char *bridge;                    /* BRIDGE */
	char *dev;                       /* DIRECT: the host's interface */
	enum domain_net_mode mode;       /* DIRECT */
	CONF_LIST(struct domain_ip) ips;         /* the guest's addresses */
	CONF_LIST(struct domain_route) routes;   /* the guest's routes */
	char *target;                    /* the host's end (veth, tap) */
	char *guest_dev;                 /* its name in the guest ("eth0") */
	char *model;
	enum domain_link_state link;
	uint32_t mtu;
	struct domain_info info;
};

extern const struct conf_elem domain_net_elem;

#endif
