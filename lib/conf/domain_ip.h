/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <ip> and <route> of a guest's or host's interface */
#ifndef BERTH_CONF_DOMAIN_IP_H
#define BERTH_CONF_DOMAIN_IP_H

#include "conf/conf.h"

#define DOMAIN_IP_FAMILIES(X) X(DOMAIN_IP_IPV4, "ipv4") X(DOMAIN_IP_IPV6, "ipv6")
CONF_ENUM(domain_ip_family, DOMAIN_IP_FAMILIES);

struct domain_ip {
	char *address;
	enum domain_ip_family family;   /* always set after parsing */
	struct conf_num prefix;
	char *peer;
};

struct domain_route {
	enum domain_ip_family family;   /* 0: IPv4 */
	char *address, *netmask, *gateway;
	struct conf_num prefix, metric;
};

extern const struct conf_elem domain_ip_elem, domain_route_elem;

#endif
