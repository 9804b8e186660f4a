/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a switch is told about an interface or network: <virtualport>, <bandwidth>, <vlan> */
#ifndef BERTH_CONF_DOMAIN_VPORT_H
#define BERTH_CONF_DOMAIN_VPORT_H

#include "conf/conf.h"

#define DOMAIN_VPORT_TYPES(X) \
	X(DOMAIN_VPORT_8021QBG, "802.1Qbg") \
	X(DOMAIN_VPORT_8021QBH, "802.1Qbh") \
	X(DOMAIN_VPORT_OPENVSWITCH, "openvswitch") \
	X(DOMAIN_VPORT_MIDONET, "midonet")
CONF_ENUM(domain_vport_type, DOMAIN_VPORT_TYPES);

struct domain_vport {
	enum domain_vport_type type;           /* 0: the network's choice */
	struct conf_num managerid, typeid, typeidversion;
	unsigned char instanceid[16], interfaceid[16];
	char *profileid;
};

/* kilobytes per second; burst: kilobytes */
struct domain_rate {
	uint64_t average, peak, floor, burst;
};

struct domain_bandwidth {
	struct conf_num class_id;              /* of a running guest */
	struct domain_rate *inbound, *outbound;
};

#define DOMAIN_VLAN_MODES(X) X(DOMAIN_VLAN_TAGGED, "tagged") X(DOMAIN_VLAN_UNTAGGED, "untagged")
CONF_ENUM(domain_vlan_mode, DOMAIN_VLAN_MODES);

struct domain_vlan_tag {
	struct conf_num id;
	enum domain_vlan_mode native_mode;
};

struct domain_vlan {
	enum conf_yesno trunk;                 /* YES whenever there is more than one tag */
	CONF_LIST(struct domain_vlan_tag) tags;
};

extern const struct conf_elem domain_vport_elem, domain_bandwidth_elem, domain_vlan_elem;

/* Makes up the UUIDs that may be made up. 0, or -1 with the error set. */
int domain_vport_generate(struct conf_reader *r, struct domain_vport *vport);
/* Refuses a port that lacks what its type needs. 0, or -1 with the error set. */
int domain_vport_check(struct conf_reader *r, const struct domain_vport *vport);

#endif
