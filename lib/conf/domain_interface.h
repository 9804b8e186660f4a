/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <interface> */
#ifndef BERTH_CONF_DOMAIN_INTERFACE_H
#define BERTH_CONF_DOMAIN_INTERFACE_H

#include "conf/domain_hostdev.h"
#include "conf/domain_vport.h"

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

#define DOMAIN_NET_MACS(X) X(DOMAIN_NET_MAC_GENERATED, "generated") X(DOMAIN_NET_MAC_STATIC, "static")
CONF_ENUM(domain_net_mac, DOMAIN_NET_MACS);

#define DOMAIN_NET_SOCKETS(X) X(DOMAIN_NET_SOCKET_SERVER, "server") X(DOMAIN_NET_SOCKET_CLIENT, "client")
CONF_ENUM(domain_net_socket, DOMAIN_NET_SOCKETS);

#define DOMAIN_NET_SOURCE_TYPES(X) X(DOMAIN_NET_SOURCE_UNIX, "unix")
CONF_ENUM(domain_net_source_type, DOMAIN_NET_SOURCE_TYPES);

/* The last three say something of HOSTDEV alone, see domain_hostdev_driver. */
#define DOMAIN_NET_DRIVERS(X) \
	X(DOMAIN_NET_DRIVER_QEMU, "qemu") \
	X(DOMAIN_NET_DRIVER_VHOST, "vhost") \
	X(DOMAIN_NET_DRIVER_KVM, "kvm") \
	X(DOMAIN_NET_DRIVER_VFIO, "vfio") \
	X(DOMAIN_NET_DRIVER_XEN, "xen")
CONF_ENUM(domain_net_driver_name, DOMAIN_NET_DRIVERS);

#define DOMAIN_NET_TXMODES(X) X(DOMAIN_NET_TXMODE_IOTHREAD, "iothread") X(DOMAIN_NET_TXMODE_TIMER, "timer")
CONF_ENUM(domain_net_txmode, DOMAIN_NET_TXMODES);

#define DOMAIN_NET_BACKENDS(X) X(DOMAIN_NET_BACKEND_PASST, "passt")
CONF_ENUM(domain_net_backend, DOMAIN_NET_BACKENDS);

#define DOMAIN_NET_PROTOS(X) X(DOMAIN_NET_TCP, "tcp") X(DOMAIN_NET_UDP_PORTS, "udp")
CONF_ENUM(domain_net_proto, DOMAIN_NET_PROTOS);

#define DOMAIN_MAC_TABLES(X) X(DOMAIN_MAC_TABLE_KERNEL, "kernel") X(DOMAIN_MAC_TABLE_LIBVIRT, "libvirt")
CONF_ENUM(domain_mac_table, DOMAIN_MAC_TABLES);

#define DOMAIN_NET_HOSTDEVS(X) X(DOMAIN_NET_HOSTDEV_PCI, "pci") X(DOMAIN_NET_HOSTDEV_USB, "usb")
CONF_ENUM(domain_net_hostdev_type, DOMAIN_NET_HOSTDEVS);

/* An end of a connection between guests. */
struct domain_net_end {
	char *address;
	struct conf_num port;
};

/* The host's device that a HOSTDEV interface is. */
struct domain_net_hostdev {
	enum domain_net_hostdev_type type;
	struct conf_num domain, bus, slot, function, device;
};

struct domain_net_offload {
	enum conf_onoff csum, gso, tso4, tso6, ecn, ufo, mrg_rxbuf;
};

struct domain_net_driver {
	enum domain_net_driver_name name;
	enum domain_hostdev_driver hostdev;      /* HOSTDEV */
	enum domain_net_txmode txmode;
	enum conf_onoff ioeventfd, event_idx, rss, rss_hash_report;
	uint32_t queues, rx_queue_size, tx_queue_size;
	struct domain_virtio virtio;
	struct domain_net_offload host, guest;   /* guest: without gso and mrg_rxbuf */
};

struct domain_filter_param {
	char *name, *value;
};

/* An nwfilter and its variables, in the order of their names. */
struct domain_filterref {
	char *filter;
	CONF_LIST(struct domain_filter_param) params;
};

struct domain_port_range {
	struct conf_num start, end, to;
	enum conf_yesno exclude;
};

struct domain_port_forward {
	enum domain_net_proto proto;
	char *address, *dev;
	CONF_LIST(struct domain_port_range) ranges;
};

struct domain_net {
	enum domain_net_type type;
	enum conf_yesno trust_guest_rx_filters;
	enum conf_yesno managed;         /* HOSTDEV */
	struct conf_mac mac;             /* always set after parsing */
	enum domain_net_mac mac_type;
	enum conf_yesno mac_check;
	char *network, *portgroup;       /* NETWORK */
	unsigned char portid[16];        /* NETWORK, of a running guest */
	char *bridge;                    /* BRIDGE; NETWORK: of a running guest */
	enum domain_mac_table mac_table; /* of a running guest */
	char *dev;                       /* DIRECT, VDPA, USER: the host's interface or device */
	enum domain_net_mode mode;       /* DIRECT: always set after parsing */
	char *name;                      /* INTERNAL */
	enum domain_net_source_type source_type;   /* VHOSTUSER, and the three that follow */
	char *path;
	enum domain_net_socket socket;
	struct domain_reconnect reconnect;
	struct domain_net_end remote;    /* CLIENT, SERVER, MCAST, UDP */
	struct domain_net_end local;     /* UDP */
	struct domain_net_hostdev hostdev;   /* HOSTDEV */
	struct { struct conf_num vendor, product; } usb;   /* HOSTDEV */
	struct { unsigned char switchid[16]; struct conf_int portid, connectionid; char *portgroupid; } vds;   /* VDS */
	CONF_LIST(struct domain_ip) host_ips;         /* ETHERNET: addresses of the host's end */
	CONF_LIST(struct domain_route) host_routes;   /* ETHERNET: routes of the host's end */
	struct domain_vlan *vlan;
	struct domain_vport *vport;
	struct domain_bandwidth *bandwidth;
	enum conf_yesno isolated;
	CONF_LIST(struct domain_ip) ips;         /* the guest's addresses */
	CONF_LIST(struct domain_route) routes;   /* the guest's routes */
	CONF_LIST(struct domain_port_forward) port_forwards;
	char *script, *downscript;
	char *backenddomain;
	char *target;                    /* the host's end (veth, tap) */
	enum conf_yesno target_managed;
	char *guest_dev;                 /* its name in the guest ("eth0") */
	char *guest_actual;              /* the same, of a running guest */
	char *model;
	struct domain_net_driver driver;
	enum domain_net_backend backend;
	char *backend_tap, *backend_vhost, *backend_log;
	struct domain_filterref *filterref;   /* ETHERNET, NETWORK, BRIDGE */
	struct conf_num sndbuf;
	enum domain_link_state link;
	uint32_t mtu;
	uint32_t coalesce_rx_frames;
	struct domain_teaming *teaming;
	struct domain_info info;
};

extern const struct conf_elem domain_net_elem, domain_filterref_elem;

#endif
