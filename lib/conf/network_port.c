/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/network.h"

CONF_ENUM_NAMES(network_plug_type, NETWORK_PLUGS);

#define NETWORK BIT(NETWORK_PLUG_NETWORK)
#define BRIDGE BIT(NETWORK_PLUG_BRIDGE)
#define DIRECT BIT(NETWORK_PLUG_DIRECT)
#define HOSTDEV BIT(NETWORK_PLUG_HOSTDEV)

static const struct conf_row owner_rows[] = {
	CHILD_STRING("name", struct network_port, owner.name, .flags = CONF_REQUIRED),
	CHILD_UUID("uuid", struct network_port, owner.uuid, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row mac_rows[] = {
	ATTR_MAC("address", struct network_port, mac, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row rxfilters_rows[] = {
	ATTR_YESNO("trustGuest", struct network_port, trust_guest_rx_filters),
	CONF_END
};

static const struct conf_row port_options_rows[] = {
	ATTR_YESNO("isolated", struct network_port, isolated),
	CONF_END
};

static const struct conf_row driver_rows[] = {
	ATTR_ENUM("name", struct network_plug, driver, domain_hostdev_driver, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row address_rows[] = {
	ATTR_NUM("domain", struct network_plug, pci.domain, .width = 4, .max = UINT32_MAX),
	ATTR_NUM("bus", struct network_plug, pci.bus, .width = 2, .max = 0xff),
	ATTR_NUM("slot", struct network_plug, pci.slot, .width = 2, .max = 0x1f),
	ATTR_NUM("function", struct network_plug, pci.function, .width = 1, .max = 7),
	CONF_END
};

static const struct conf_row plug_rows[] = {
	ATTR_ENUM("type", struct network_plug, type, network_plug_type, .flags = CONF_REQUIRED),
	ATTR_STRING("bridge", struct network_plug, bridge, .when = NETWORK | BRIDGE, .flags = CONF_REQUIRED),
	ATTR_ENUM("macTableManager", struct network_plug, mac_table, domain_mac_table, .when = NETWORK | BRIDGE),
	ATTR_STRING("dev", struct network_plug, dev, .when = DIRECT, .flags = CONF_REQUIRED),
	ATTR_ENUM("mode", struct network_plug, mode, domain_net_mode, .when = DIRECT, .flags = CONF_REQUIRED),
	ATTR_YESNO("managed", struct network_plug, managed, .when = HOSTDEV),
	GROUP("driver", driver_rows, .when = HOSTDEV),
	GROUP("address", address_rows, .when = HOSTDEV, .flags = CONF_REQUIRED),
	CONF_END
};

static int plug_fill(struct conf_reader *r UNUSED, void *obj)
{
	struct network_plug *p = obj;

	if (p->type == NETWORK_PLUG_HOSTDEV)
		p->pci.domain.set = p->pci.bus.set = p->pci.slot.set = p->pci.function.set = true;
	return 0;
}

static const struct conf_elem plug_elem = ELEM_KIND(struct network_plug, type, plug_rows, .fill = plug_fill);

static const struct conf_row port_rows[] = {
	CHILD_UUID("uuid", struct network_port, uuid, .flags = CONF_REQUIRED),
	GROUP("owner", owner_rows, .flags = CONF_REQUIRED),
	CHILD_STRING("group", struct network_port, group),
	GROUP("mac", mac_rows, .flags = CONF_REQUIRED),
	NODE("virtualport", struct network_port, vport, struct domain_vport, domain_vport_elem),
	NODE("bandwidth", struct network_port, bandwidth, struct domain_bandwidth, domain_bandwidth_elem),
	NODE("vlan", struct network_port, vlan, struct domain_vlan, domain_vlan_elem),
	GROUP("rxfilters", rxfilters_rows),
	GROUP("port", port_options_rows),
	EMBED("plug", struct network_port, plug, struct network_plug, plug_elem),
	CONF_END
};

static int port_fill(struct conf_reader *r, void *obj)
{
	const struct network_port *port = obj;

	return port->mac.addr[0] & 1 ? conf_fail(r, "the MAC address is one for multicast") : 0;
}

static const struct conf_elem network_port_elem = ELEM(struct network_port, port_rows, .fill = port_fill);
const struct conf_document network_port_document = { .root = "networkport", .elem = &network_port_elem };

struct network_port *network_port_parse(const char *xml, size_t len, unsigned flags, struct error *err)
{
	return conf_document_parse(&network_port_document, xml, len, flags, NULL, NULL, err);
}

char *network_port_format(const struct network_port *port, struct error *err)
{
	return conf_document_format(&network_port_document, port, 0, err);
}

void network_port_free(struct network_port *port)
{
	conf_free(&network_port_elem, port);
}
