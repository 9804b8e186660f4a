/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The network format: libvirt's <network> and <networkport>. Members that were not given are zero; conf/conf.h tells the rest.
 * Whoever gets a struct from here owns it and all below it.
 */
#ifndef BERTH_CONF_NETWORK_H
#define BERTH_CONF_NETWORK_H

#include "conf/document.h"
#include "conf/domain_interface.h"
#include "conf/domain_ip.h"
#include "conf/domain_vport.h"
#include "util/addr.h"

/* The first three have a bridge of their own, like a network without <forward>. */
#define NETWORK_FORWARDS(X) \
	X(NETWORK_FORWARD_NAT, "nat") \
	X(NETWORK_FORWARD_ROUTE, "route") \
	X(NETWORK_FORWARD_OPEN, "open") \
	X(NETWORK_FORWARD_BRIDGE, "bridge") \
	X(NETWORK_FORWARD_PRIVATE, "private") \
	X(NETWORK_FORWARD_VEPA, "vepa") \
	X(NETWORK_FORWARD_PASSTHROUGH, "passthrough") \
	X(NETWORK_FORWARD_HOSTDEV, "hostdev")
CONF_ENUM(network_forward_mode, NETWORK_FORWARDS);

#define NETWORK_LEASE_UNITS(X) \
	X(NETWORK_LEASE_SECONDS, "seconds") \
	X(NETWORK_LEASE_MINUTES, "minutes") \
	X(NETWORK_LEASE_HOURS, "hours")
CONF_ENUM(network_lease_unit, NETWORK_LEASE_UNITS);

struct network_pci {
	struct conf_num domain, bus, slot, function;   /* all set */
};

/* A device of the pool: an interface, or in HOSTDEV a PCI address. */
struct network_device {
	char *dev;
	char *type;                     /* "pci", of an address */
	struct network_pci pci;
	uint32_t connections;           /* live */
};

struct network_nat {
	enum conf_yesno ipv6;
	struct { char *start, *end; } address;
	struct { uint16_t start, end; } port;
};

struct network_forward {
	enum network_forward_mode mode;   /* 0: there is no <forward>: isolated */
	char *dev;                        /* the first of `interfaces` */
	enum conf_yesno managed;
	enum domain_hostdev_driver driver;
	struct network_nat nat;
	char *pf;
	CONF_LIST(struct network_device) interfaces;
	CONF_LIST(struct network_device) addresses;
};

struct network_dns_forwarder {
	char *domain, *addr;
};

struct network_dns_txt {
	char *name, *value;
};

struct network_dns_srv {
	char *service, *protocol, *domain, *target;
	struct conf_num port, priority, weight;
};

struct network_dns_host {
	char *ip;
	CONF_LIST(char) names;
};

struct network_dns {
	enum conf_yesno enable, forward_plain_names;
	CONF_LIST(struct network_dns_forwarder) forwarders;
	CONF_LIST(struct network_dns_txt) txts;
	CONF_LIST(struct network_dns_srv) srvs;
	CONF_LIST(struct network_dns_host) hosts;
};

struct network_lease {
	struct conf_num expiry;               /* 0: for ever */
	enum network_lease_unit unit;         /* set when expiry is set and not 0 */
};

struct network_range {
	char *start, *end;
	struct network_lease lease;
};

struct network_dhcp_host {
	char *mac, *id, *name, *ip;
	struct network_lease lease;
};

struct network_ip {
	enum domain_ip_family family;         /* 0: IPv4, not said */
	char *address, *netmask;
	struct conf_num prefix;
	enum conf_yesno local_ptr;
	char *tftp;
	CONF_LIST(struct network_range) ranges;
	CONF_LIST(struct network_dhcp_host) hosts;
	struct { char *file, *server; } bootp;
};

struct network_portgroup {
	char *name;
	enum conf_yesno is_default, trust_guest_rx_filters;
	struct domain_vlan *vlan;
	struct domain_vport *vport;
	struct domain_bandwidth *bandwidth;
};

struct network_option {
	char *value;
};

struct network {
	uint32_t connections;                 /* live */
	enum conf_yesno ipv6;                 /* guests may talk IPv6 to each other without <ip family='ipv6'> */
	enum conf_yesno trust_guest_rx_filters;
	char *name;
	unsigned char uuid[16];
	bool uuid_made;                       /* by us: the definition gave none */
	char *title, *description;
	CONF_LIST(struct conf_raw) metadata;
	struct network_forward forward;
	struct {
		char *name, *zone;
		enum conf_onoff stp;
		struct conf_num delay;        /* seconds */
		enum domain_mac_table mac_table;
	} bridge;
	uint32_t mtu;
	struct conf_mac mac;                  /* of the bridge */
	struct { char *name; enum conf_yesno local_only; } domain;
	struct network_dns dns;
	struct domain_vlan *vlan;
	struct domain_bandwidth *bandwidth;
	enum conf_yesno isolated;
	CONF_LIST(struct network_ip) ips;
	CONF_LIST(struct domain_route) routes;
	struct domain_vport *vport;
	CONF_LIST(struct network_portgroup) portgroups;
	CONF_LIST(struct network_option) dnsmasq_options;
};

extern const struct conf_document network_document;
/* Parts, for net-update and the checks of one part. */
extern const struct conf_elem network_ip_elem, network_device_elem, network_range_elem, network_dhcp_host_elem, network_dns_host_elem,
	network_dns_txt_elem, network_dns_srv_elem, network_portgroup_elem, network_forward_elem, network_pf_elem;
/* Of a struct network in which nothing else is set. */
extern const struct conf_elem network_bridge_elem, network_domain_elem;

/* Reads a definition and completes it as libvirt's parser does (a UUID, STP and delay of a bridge). NULL with *err set. */
struct network *network_parse(const char *xml, size_t len, unsigned flags, struct error *err) NODISCARD;
/* The same; what we do not know is told to warn(), with its line. */
struct network *network_parse_warn(const char *xml, size_t len, unsigned flags, void (*warn)(void *ctx, const char *text), void *ctx,
				   struct error *err) NODISCARD;
/* The canonical text, ending in a newline; the caller's. */
char *network_format(const struct network *def, unsigned flags, struct error *err) NODISCARD;
void network_free(struct network *def);
struct network *network_copy(const struct network *def, struct error *err) NODISCARD;

static inline void network_free_(struct network **def)
{
	network_free(*def);
}
#define AUTO_NETWORK AUTO(network_free_)

/* What network_parse() checks of the definition as a whole; for who has changed one. 0, or -1 with *r->err set. */
int network_check(struct conf_reader *r, const struct network *def);

/* Whether berth makes the network's bridge: nat, route, open, and isolated. */
bool network_has_own_bridge(const struct network *def);

/* The address and the prefix of an <ip>. */
void network_ip_address(const struct network_ip *ip, struct addr *address, unsigned *prefix);

/* The portgroup of that name; NULL: the default one. NULL when there is none. */
const struct network_portgroup *network_portgroup_find(const struct network *def, const char *name);

/* Whether one part refuses (dhcp host and the like): what is wrong with a host, range or record in this network; `partial`: enough to find one. */
int network_check_dhcp_host(struct conf_reader *r, const struct network_ip *ip, const struct network_dhcp_host *host, bool partial);
int network_check_range(struct conf_reader *r, const struct network_ip *ip, const struct network_range *range);
int network_check_dns_host(struct conf_reader *r, const struct network_dns_host *host, bool partial);
int network_check_dns_txt(struct conf_reader *r, const struct network_dns_txt *txt, bool partial);
int network_check_dns_srv(struct conf_reader *r, const struct network_dns_srv *srv, bool partial);

/* --- <networkport> --- */

#define NETWORK_PLUGS(X) \
	X(NETWORK_PLUG_NETWORK, "network") \
	X(NETWORK_PLUG_BRIDGE, "bridge") \
	X(NETWORK_PLUG_DIRECT, "direct") \
	X(NETWORK_PLUG_HOSTDEV, "hostdev-pci")
CONF_ENUM(network_plug_type, NETWORK_PLUGS);

struct network_plug {
	enum network_plug_type type;          /* 0: none yet */
	char *bridge;                         /* NETWORK, BRIDGE */
	enum domain_mac_table mac_table;
	char *dev;                            /* DIRECT */
	enum domain_net_mode mode;
	enum conf_yesno managed;              /* HOSTDEV */
	enum domain_hostdev_driver driver;
	struct network_pci pci;
};

struct network_port {
	unsigned char uuid[16];
	struct { char *name; unsigned char uuid[16]; } owner;
	char *group;                          /* the portgroup */
	struct conf_mac mac;
	enum conf_yesno trust_guest_rx_filters;
	struct domain_vport *vport;
	struct domain_bandwidth *bandwidth;
	struct domain_vlan *vlan;
	enum conf_yesno isolated;
	struct network_plug plug;
};

extern const struct conf_document network_port_document;

struct network_port *network_port_parse(const char *xml, size_t len, unsigned flags, struct error *err) NODISCARD;
char *network_port_format(const struct network_port *port, struct error *err) NODISCARD;
void network_port_free(struct network_port *port);

static inline void network_port_free_(struct network_port **port)
{
	network_port_free(*port);
}
#define AUTO_NETWORK_PORT AUTO(network_port_free_)

#endif
