/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/host_interface.h"
#include "util/str.h"

#include <arpa/inet.h>
#include <string.h>

CONF_ENUM_NAMES(host_interface_type, HOST_INTERFACE_TYPES);
CONF_ENUM_NAMES(host_interface_start, HOST_INTERFACE_STARTS);
CONF_ENUM_NAMES(host_bond_mode, HOST_BOND_MODES);
CONF_ENUM_NAMES(host_bond_carrier, HOST_BOND_CARRIERS);
CONF_ENUM_NAMES(host_bond_validate, HOST_BOND_VALIDATES);
CONF_ENUM_NAMES(host_link_state, HOST_LINK_STATES);

static const struct conf_row link_rows[] = {
	ATTR_NUM("speed", struct host_link, speed, .max = UINT32_MAX),
	ATTR_ENUM("state", struct host_link, state, host_link_state),
	CONF_END
};

const struct conf_elem host_link_elem = ELEM(struct host_link, link_rows);

/* --- <protocol> -------------------------------------------------------------------------------------------------- */

static const struct conf_row ip_rows[] = {
	ATTR_STRING("address", struct host_interface_ip, address, .flags = CONF_REQUIRED),
	ATTR_NUM("prefix", struct host_interface_ip, prefix, .max = 128),
	CONF_END
};
static const struct conf_elem ip_elem = ELEM(struct host_interface_ip, ip_rows);

static const struct conf_row dhcp_rows[] = { ATTR_YESNO("peerdns", struct host_dhcp, peerdns), CONF_END };
static const struct conf_elem dhcp_elem = ELEM(struct host_dhcp, dhcp_rows);

static const struct conf_row route_rows[] = {
	ATTR_STRING("gateway", struct host_protocol, gateway, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row protocol_rows[] = {
	ATTR_ENUM("family", struct host_protocol, family, domain_ip_family, .flags = CONF_REQUIRED),
	FLAG("autoconf", struct host_protocol, autoconf, .when = BIT(DOMAIN_IP_IPV6)),
	NODE("dhcp", struct host_protocol, dhcp, struct host_dhcp, dhcp_elem),
	LIST("ip", struct host_protocol, ips, struct host_interface_ip, ip_elem, .max = 4096),
	GROUP("route", route_rows),
	CONF_END
};

static bool is_address(const char *text, enum domain_ip_family family)
{
	unsigned char address[16];

	return inet_pton(family == DOMAIN_IP_IPV6 ? AF_INET6 : AF_INET, text, address) == 1;
}

static int protocol_fill(struct conf_reader *r, void *obj)
{
	const struct host_protocol *p = obj;

	for (size_t i = 0; i < p->ips.n; i++) {
		if (!is_address(p->ips.items[i]->address, p->family))
			return conf_fail(r, "<ip>: '%.60s' is no address of this family", p->ips.items[i]->address);
		if (p->family == DOMAIN_IP_IPV4 && p->ips.items[i]->prefix.value > 32)
			return conf_fail(r, "<ip>: a prefix has at most 32 bits");
	}
	if (p->gateway && !is_address(p->gateway, p->family))
		return conf_fail(r, "<route>: '%.60s' is no address of this family", p->gateway);
	return 0;
}

static const struct conf_elem protocol_elem = ELEM_KIND(struct host_protocol, family, protocol_rows, .fill = protocol_fill);

/* --- bridge, bond, VLAN ------------------------------------------------------------------------------------------ */

static const struct conf_row bridge_rows[] = {
	ATTR_ONOFF("stp", struct host_interface, bridge.stp),
	ATTR_STRING("delay", struct host_interface, bridge.delay),
	LIST("interface", struct host_interface, members, struct host_interface, host_interface_elem, .max = 1024),
	CONF_END
};

static const struct conf_row miimon_rows[] = {
	ATTR_NUM("freq", struct host_miimon, freq, .flags = CONF_REQUIRED, .max = INT32_MAX),
	ATTR_NUM("downdelay", struct host_miimon, downdelay, .max = INT32_MAX),
	ATTR_NUM("updelay", struct host_miimon, updelay, .max = INT32_MAX),
	ATTR_ENUM("carrier", struct host_miimon, carrier, host_bond_carrier),
	CONF_END
};
static const struct conf_elem miimon_elem = ELEM(struct host_miimon, miimon_rows);

static const struct conf_row arpmon_rows[] = {
	ATTR_NUM("interval", struct host_arpmon, interval, .flags = CONF_REQUIRED, .max = INT32_MAX),
	ATTR_STRING("target", struct host_arpmon, target, .flags = CONF_REQUIRED),
	ATTR_ENUM("validate", struct host_arpmon, validate, host_bond_validate),
	CONF_END
};
static const struct conf_elem arpmon_elem = ELEM(struct host_arpmon, arpmon_rows);

static const struct conf_row bond_rows[] = {
	ATTR_ENUM("mode", struct host_interface, bond.mode, host_bond_mode),
	NODE("miimon", struct host_interface, bond.miimon, struct host_miimon, miimon_elem),
	NODE("arpmon", struct host_interface, bond.arpmon, struct host_arpmon, arpmon_elem),
	LIST("interface", struct host_interface, members, struct host_interface, host_interface_elem, .max = 1024),
	CONF_END
};

static const struct conf_row vlan_device_rows[] = {
	ATTR_STRING("name", struct host_interface, vlan.device, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row vlan_rows[] = {
	ATTR_NUM("tag", struct host_interface, vlan.tag, .flags = CONF_REQUIRED, .max = 4095),
	GROUP("interface", vlan_device_rows, .flags = CONF_REQUIRED),
	CONF_END
};

/* --- <interface> ------------------------------------------------------------------------------------------------- */

static const struct conf_row start_rows[] = { ATTR_ENUM("mode", struct host_interface, start, host_interface_start), CONF_END };
static const struct conf_row mac_rows[] = { ATTR_STRING("address", struct host_interface, mac, .flags = CONF_REQUIRED), CONF_END };
static const struct conf_row mtu_rows[] = {
	ATTR_NUM("size", struct host_interface, mtu, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	CONF_END
};

static const struct conf_row interface_rows[] = {
	ATTR_ENUM("type", struct host_interface, type, host_interface_type, .flags = CONF_REQUIRED),
	ATTR_STRING("name", struct host_interface, name),
	GROUP("start", start_rows),
	GROUP("mac", mac_rows),
	EMBED("link", struct host_interface, link, struct host_link, host_link_elem),
	GROUP("mtu", mtu_rows),
	LIST("protocol", struct host_interface, protocols, struct host_protocol, protocol_elem, .max = 2),
	GROUP("bridge", bridge_rows, .when = BIT(HOST_INTERFACE_BRIDGE), .flags = CONF_KEEP | CONF_REQUIRED),
	GROUP("bond", bond_rows, .when = BIT(HOST_INTERFACE_BOND), .flags = CONF_KEEP | CONF_REQUIRED),
	GROUP("vlan", vlan_rows, .when = BIT(HOST_INTERFACE_VLAN), .flags = CONF_REQUIRED),
	CONF_END
};

static int check_members(struct conf_reader *r, const struct host_interface *iface)
{
	if (iface->type == HOST_INTERFACE_BOND && !iface->members.n)
		return conf_fail(r, "<bond>: an <interface> at least is needed");
	for (size_t i = 0; i < iface->members.n; i++) {
		enum host_interface_type type = iface->members.items[i]->type;

		if (type == HOST_INTERFACE_BRIDGE || (iface->type == HOST_INTERFACE_BOND && type != HOST_INTERFACE_ETHERNET))
			return conf_fail(r, "an interface of type '%s' cannot be part of a %s", conf_enum_name(&host_interface_type_names, type),
					 conf_enum_name(&host_interface_type_names, iface->type));
	}
	return 0;
}

static int interface_fill(struct conf_reader *r, void *obj)
{
	struct host_interface *iface = obj;

	if (!iface->name && iface->type == HOST_INTERFACE_VLAN) {
		iface->name = str_printf("%s.%llu", iface->vlan.device, (unsigned long long)iface->vlan.tag.value);
		if (!iface->name)
			return conf_no_memory(r);
	}
	if (!iface->name || !*iface->name || strchr(iface->name, '/'))
		return conf_fail(r, iface->name ? "'%.40s' cannot be an interface's name" : "attribute 'name' is missing", iface->name);
	if (iface->protocols.n == 2 && iface->protocols.items[0]->family == iface->protocols.items[1]->family)
		return conf_fail(r, "there are two <protocol> of one family");
	if (iface->bond.miimon && iface->bond.arpmon)
		return conf_fail(r, "<bond>: <miimon> and <arpmon> exclude each other");
	if (iface->bridge.delay) {
		char *end;
		double delay = strtod(iface->bridge.delay, &end);

		if (end == iface->bridge.delay || *end || !(delay >= 0))
			return conf_fail(r, "<bridge>: '%.40s' is no time in seconds", iface->bridge.delay);
	}
	return check_members(r, iface);
}

const struct conf_elem host_interface_elem = ELEM_KIND(struct host_interface, type, interface_rows, .fill = interface_fill);
const struct conf_document host_interface_document = { "interface", &host_interface_elem, 0 };
