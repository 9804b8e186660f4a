/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The <interface> of a host: Ethernet adapter, bridge, bond, VLAN. */
#ifndef BERTH_CONF_HOST_INTERFACE_H
#define BERTH_CONF_HOST_INTERFACE_H

#include "conf/document.h"
#include "conf/domain_ip.h"

#define HOST_INTERFACE_TYPES(X) \
	X(HOST_INTERFACE_ETHERNET, "ethernet") \
	X(HOST_INTERFACE_BRIDGE, "bridge") \
	X(HOST_INTERFACE_BOND, "bond") \
	X(HOST_INTERFACE_VLAN, "vlan")
CONF_ENUM(host_interface_type, HOST_INTERFACE_TYPES);

#define HOST_INTERFACE_STARTS(X) \
	X(HOST_INTERFACE_ONBOOT, "onboot") X(HOST_INTERFACE_NONE, "none") X(HOST_INTERFACE_HOTPLUG, "hotplug")
CONF_ENUM(host_interface_start, HOST_INTERFACE_STARTS);

#define HOST_BOND_MODES(X) \
	X(HOST_BOND_RR, "balance-rr") \
	X(HOST_BOND_ACTIVE_BACKUP, "active-backup") \
	X(HOST_BOND_XOR, "balance-xor") \
	X(HOST_BOND_BROADCAST, "broadcast") \
	X(HOST_BOND_8023AD, "802.3ad") \
	X(HOST_BOND_TLB, "balance-tlb") \
	X(HOST_BOND_ALB, "balance-alb")
CONF_ENUM(host_bond_mode, HOST_BOND_MODES);

#define HOST_BOND_CARRIERS(X) X(HOST_BOND_IOCTL, "ioctl") X(HOST_BOND_NETIF, "netif")
CONF_ENUM(host_bond_carrier, HOST_BOND_CARRIERS);

#define HOST_BOND_VALIDATES(X) \
	X(HOST_BOND_VALIDATE_NONE, "none") X(HOST_BOND_VALIDATE_ACTIVE, "active") X(HOST_BOND_VALIDATE_BACKUP, "backup") \
	X(HOST_BOND_VALIDATE_ALL, "all")
CONF_ENUM(host_bond_validate, HOST_BOND_VALIDATES);

#define HOST_LINK_STATES(X) \
	X(HOST_LINK_UNKNOWN, "unknown") \
	X(HOST_LINK_NOTPRESENT, "notpresent") \
	X(HOST_LINK_DOWN, "down") \
	X(HOST_LINK_LOWERLAYERDOWN, "lowerlayerdown") \
	X(HOST_LINK_TESTING, "testing") \
	X(HOST_LINK_DORMANT, "dormant") \
	X(HOST_LINK_UP, "up")
CONF_ENUM(host_link_state, HOST_LINK_STATES);

struct host_link {
	struct conf_num speed;                 /* Mbit/s */
	enum host_link_state state;
};

struct host_interface_ip {
	char *address;
	struct conf_num prefix;
};

struct host_dhcp {
	enum conf_yesno peerdns;
};

struct host_protocol {
	enum domain_ip_family family;
	bool autoconf;
	struct host_dhcp *dhcp;
	CONF_LIST(struct host_interface_ip) ips;
	char *gateway;
};

struct host_miimon {
	struct conf_num freq, downdelay, updelay;   /* milliseconds */
	enum host_bond_carrier carrier;
};

struct host_arpmon {
	struct conf_num interval;                   /* milliseconds */
	char *target;
	enum host_bond_validate validate;
};

struct host_interface {
	enum host_interface_type type;
	char *name;                            /* a VLAN's: made of the device and the tag when not given */
	enum host_interface_start start;
	char *mac;
	struct host_link link;
	struct conf_num mtu;
	CONF_LIST(struct host_protocol) protocols;   /* at most one of a family */
	struct { enum conf_onoff stp; char *delay; } bridge;
	struct { enum host_bond_mode mode; struct host_miimon *miimon; struct host_arpmon *arpmon; } bond;
	CONF_LIST(struct host_interface) members;    /* of a bridge or bond */
	struct { struct conf_num tag; char *device; } vlan;
};

extern const struct conf_elem host_interface_elem, host_link_elem;
extern const struct conf_document host_interface_document;

#endif
