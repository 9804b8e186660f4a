/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_interface.h"

CONF_ENUM_NAMES(domain_net_type, DOMAIN_NET_TYPES);
CONF_ENUM_NAMES(domain_net_mode, DOMAIN_NET_MODES);
CONF_ENUM_NAMES(domain_link_state, DOMAIN_LINK_STATES);
CONF_ENUM_NAMES(domain_net_mac, DOMAIN_NET_MACS);
CONF_ENUM_NAMES(domain_net_socket, DOMAIN_NET_SOCKETS);
CONF_ENUM_NAMES(domain_net_source_type, DOMAIN_NET_SOURCE_TYPES);
CONF_ENUM_NAMES(domain_net_driver_name, DOMAIN_NET_DRIVERS);
CONF_ENUM_NAMES(domain_net_txmode, DOMAIN_NET_TXMODES);
CONF_ENUM_NAMES(domain_net_backend, DOMAIN_NET_BACKENDS);
CONF_ENUM_NAMES(domain_net_proto, DOMAIN_NET_PROTOS);
CONF_ENUM_NAMES(domain_mac_table, DOMAIN_MAC_TABLES);
CONF_ENUM_NAMES(domain_net_hostdev_type, DOMAIN_NET_HOSTDEVS);

#define USER BIT(DOMAIN_NET_USER)
#define ETHERNET BIT(DOMAIN_NET_ETHERNET)
#define VHOSTUSER BIT(DOMAIN_NET_VHOSTUSER)
#define SERVER BIT(DOMAIN_NET_SERVER)
#define CLIENT BIT(DOMAIN_NET_CLIENT)
#define MCAST BIT(DOMAIN_NET_MCAST)
#define NETWORK BIT(DOMAIN_NET_NETWORK)
#define BRIDGE BIT(DOMAIN_NET_BRIDGE)
#define INTERNAL BIT(DOMAIN_NET_INTERNAL)
#define DIRECT BIT(DOMAIN_NET_DIRECT)
#define HOSTDEV BIT(DOMAIN_NET_HOSTDEV)
#define UDP BIT(DOMAIN_NET_UDP)
#define VDPA BIT(DOMAIN_NET_VDPA)
#define VDS BIT(DOMAIN_NET_VDS)

/* --- <source> -------------------------------------------------------------------------------------------------- */

static const struct conf_row hostdev_rows[] = {
	ATTR_ENUM("type", struct domain_net_hostdev, type, domain_net_hostdev_type, .flags = CONF_REQUIRED),
	ATTR_NUM("domain", struct domain_net_hostdev, domain, .when = BIT(DOMAIN_NET_HOSTDEV_PCI), .width = 4, .max = UINT32_MAX),
	ATTR_NUM("bus", struct domain_net_hostdev, bus, .when = BIT(DOMAIN_NET_HOSTDEV_PCI), .width = 2, .max = 0xff),
	ATTR_NUM("slot", struct domain_net_hostdev, slot, .when = BIT(DOMAIN_NET_HOSTDEV_PCI), .width = 2, .max = 0x1f),
	ATTR_NUM("function", struct domain_net_hostdev, function, .when = BIT(DOMAIN_NET_HOSTDEV_PCI), .width = 1, .max = 7),
	ATTR_NUM("bus", struct domain_net_hostdev, bus, .when = BIT(DOMAIN_NET_HOSTDEV_USB), .max = 0xfff, .width = 32),
	ATTR_NUM("device", struct domain_net_hostdev, device, .when = BIT(DOMAIN_NET_HOSTDEV_USB), .max = 0xfff, .width = 32),
	CONF_END
};

static int hostdev_fill(struct conf_reader *r, void *obj)
{
	struct domain_net_hostdev *h = obj;

	if (h->type == DOMAIN_NET_HOSTDEV_PCI)
		h->domain.set = h->bus.set = h->slot.set = h->function.set = true;
	else if (!h->bus.set || !h->device.set)
		return conf_fail(r, "a USB address needs 'bus' and 'device'");
	return 0;
}

static const struct conf_elem hostdev_elem = ELEM_KIND(struct domain_net_hostdev, type, hostdev_rows, .fill = hostdev_fill);

static const struct conf_row end_rows[] = {
	ATTR_STRING("address", struct domain_net_end, address),
	ATTR_NUM("port", struct domain_net_end, port, .max = 65535),
	CONF_END
};

static const struct conf_elem end_elem = ELEM(struct domain_net_end, end_rows);

static const struct conf_row vendor_rows[] = {
	ATTR_NUM("id", struct domain_net, usb.vendor, .width = 4, .max = 0xffff, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row product_rows[] = {
	ATTR_NUM("id", struct domain_net, usb.product, .width = 4, .max = 0xffff, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row source_rows[] = {
	ATTR_STRING("network", struct domain_net, network, .when = NETWORK),
	ATTR_STRING("portgroup", struct domain_net, portgroup, .when = NETWORK),
	ATTR_UUID("portid", struct domain_net, portid, .when = NETWORK | BRIDGE | DIRECT, .flags = CONF_LIVE),
	ATTR_STRING("bridge", struct domain_net, bridge, .when = BRIDGE),
	ATTR_STRING("bridge", struct domain_net, bridge, .when = NETWORK, .flags = CONF_LIVE),
	ATTR_ENUM("macTableManager", struct domain_net, mac_table, domain_mac_table, .when = BRIDGE | NETWORK, .flags = CONF_LIVE),
	ATTR_STRING("dev", struct domain_net, dev, .when = DIRECT | VDPA | USER),
	ATTR_ENUM("mode", struct domain_net, mode, domain_net_mode, .when = DIRECT),
	ATTR_STRING("name", struct domain_net, name, .when = INTERNAL),
	ATTR_ENUM("type", struct domain_net, source_type, domain_net_source_type, .when = VHOSTUSER),
	ATTR_STRING("path", struct domain_net, path, .when = VHOSTUSER),
	ATTR_ENUM("mode", struct domain_net, socket, domain_net_socket, .when = VHOSTUSER),
	ATTR_UUID("switchid", struct domain_net, vds.switchid, .when = VDS, .flags = CONF_REQUIRED),
	ATTR_INT("portid", struct domain_net, vds.portid, .when = VDS, .flags = CONF_REQUIRED),
	ATTR_STRING("portgroupid", struct domain_net, vds.portgroupid, .when = VDS, .flags = CONF_REQUIRED),
	ATTR_INT("connectionid", struct domain_net, vds.connectionid, .when = VDS, .flags = CONF_REQUIRED),
	INCLUDE(struct domain_net, remote, struct domain_net_end, end_elem, .when = SERVER | CLIENT | MCAST | UDP),
	EMBED("local", struct domain_net, local, struct domain_net_end, end_elem, .when = UDP),
	EMBED("reconnect", struct domain_net, reconnect, struct domain_reconnect, domain_reconnect_elem, .when = VHOSTUSER),
	GROUP("vendor", vendor_rows, .when = HOSTDEV),
	GROUP("product", product_rows, .when = HOSTDEV),
	EMBED("address", struct domain_net, hostdev, struct domain_net_hostdev, hostdev_elem, .when = HOSTDEV),
	LIST("ip", struct domain_net, host_ips, struct domain_ip, domain_ip_elem, .when = ETHERNET),
	LIST("route", struct domain_net, host_routes, struct domain_route, domain_route_elem, .when = ETHERNET),
	CONF_END
};

/* --- <driver> -------------------------------------------------------------------------------------------------- */

#define OFFLOADS(side) \
	ATTR_ONOFF("csum", struct domain_net_driver, side.csum), \
	ATTR_ONOFF("tso4", struct domain_net_driver, side.tso4), \
	ATTR_ONOFF("tso6", struct domain_net_driver, side.tso6), \
	ATTR_ONOFF("ecn", struct domain_net_driver, side.ecn), \
	ATTR_ONOFF("ufo", struct domain_net_driver, side.ufo)

static const struct conf_row host_rows[] = {
	ATTR_ONOFF("gso", struct domain_net_driver, host.gso),
	OFFLOADS(host),
	ATTR_ONOFF("mrg_rxbuf", struct domain_net_driver, host.mrg_rxbuf),
	CONF_END
};

static const struct conf_row guest_offload_rows[] = {
	OFFLOADS(guest),
	CONF_END
};

static const struct conf_row driver_rows[] = {
	ATTR_ENUM("name", struct domain_net_driver, name, domain_net_driver_name),
	ATTR_ENUM("txmode", struct domain_net_driver, txmode, domain_net_txmode),
	ATTR_ONOFF("ioeventfd", struct domain_net_driver, ioeventfd),
	ATTR_ONOFF("event_idx", struct domain_net_driver, event_idx),
	ATTR_UINT("queues", struct domain_net_driver, queues),
	ATTR_UINT("rx_queue_size", struct domain_net_driver, rx_queue_size),
	ATTR_UINT("tx_queue_size", struct domain_net_driver, tx_queue_size),
	ATTR_ONOFF("rss", struct domain_net_driver, rss),
	ATTR_ONOFF("rss_hash_report", struct domain_net_driver, rss_hash_report),
	INCLUDE(struct domain_net_driver, virtio, struct domain_virtio, domain_virtio_elem),
	GROUP("host", host_rows),
	GROUP("guest", guest_offload_rows),
	CONF_END
};

static const struct conf_elem driver_elem = ELEM(struct domain_net_driver, driver_rows);

static const struct conf_row hostdev_driver_rows[] = {
	ATTR_ENUM("name", struct domain_net, driver.hostdev, domain_hostdev_driver),
	CONF_END
};

/* --- <filterref> ----------------------------------------------------------------------------------------------- */

static const struct conf_row param_rows[] = {
	ATTR_STRING("name", struct domain_filter_param, name),
	ATTR_STRING("value", struct domain_filter_param, value),
	CONF_END
};

static const struct conf_elem param_elem = ELEM(struct domain_filter_param, param_rows);

static bool is_param(const struct domain_filter_param *p)
{
	static const char chars[] = ".:abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	return p->name && p->value && *p->name && *p->value && !p->name[strspn(p->name, chars + 2)] && !p->value[strspn(p->value, chars)];
}

/* In the order of names; values of one name keep theirs. What is no variable is left out. */
static int filterref_fill(struct conf_reader *r, void *obj)
{
	struct domain_filterref *f = obj;
	size_t n = 0;

	if (r->flags & CONF_PARSE_VALIDATE)
		for (size_t i = 0; i < f->params.n; i++)
			if (!is_param(f->params.items[i]))
				return conf_fail(r, "a <parameter> has a 'name' of letters, digits and _, and a 'value' of these and . and :");
	for (size_t i = 0; i < f->params.n; i++) {
		if (is_param(f->params.items[i]))
			f->params.items[n++] = f->params.items[i];
		else
			conf_free(&param_elem, f->params.items[i]);
	}
	f->params.n = n;
	for (size_t i = 1; i < f->params.n; i++) {
		struct domain_filter_param *p = f->params.items[i];
		size_t j = i;

		for (; j && strcmp(f->params.items[j - 1]->name, p->name) > 0; j--)
			f->params.items[j] = f->params.items[j - 1];
		f->params.items[j] = p;
	}
	return 0;
}

static const struct conf_row filterref_rows[] = {
	ATTR_STRING("filter", struct domain_filterref, filter),
	LIST("parameter", struct domain_filterref, params, struct domain_filter_param, param_elem, .max = 1024),
	CONF_END
};

static bool filterref_hidden(const struct conf_writer *w UNUSED, const void *obj)
{
	return !((const struct domain_filterref *)obj)->filter;
}

const struct conf_elem domain_filterref_elem =
	ELEM(struct domain_filterref, filterref_rows, .fill = filterref_fill, .hidden = filterref_hidden);

/* --- <portForward> --------------------------------------------------------------------------------------------- */

static const struct conf_row range_rows[] = {
	ATTR_NUM("start", struct domain_port_range, start, .flags = CONF_REQUIRED, .max = 65535),
	ATTR_NUM("end", struct domain_port_range, end, .max = 65535),
	ATTR_NUM("to", struct domain_port_range, to, .max = 65535),
	ATTR_YESNO("exclude", struct domain_port_range, exclude),
	CONF_END
};

static const struct conf_elem range_elem = ELEM(struct domain_port_range, range_rows);

static const struct conf_row port_forward_rows[] = {
	ATTR_ENUM("proto", struct domain_port_forward, proto, domain_net_proto, .flags = CONF_REQUIRED),
	ATTR_STRING("address", struct domain_port_forward, address),
	ATTR_STRING("dev", struct domain_port_forward, dev),
	LIST("range", struct domain_port_forward, ranges, struct domain_port_range, range_elem),
	CONF_END
};

static const struct conf_elem port_forward_elem = ELEM(struct domain_port_forward, port_forward_rows);

/* --- children with one or two attributes ----------------------------------------------------------------------- */

#define ROWS(name, ...) static const struct conf_row name##_rows[] = { __VA_ARGS__, CONF_END }

static const char *wrong_model(const char *s)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

	return s[strspn(s, chars)] ? "has a character other than letters, digits, '-' and '_'" : NULL;
}

ROWS(mac, ATTR_MAC("address", struct domain_net, mac), ATTR_ENUM("type", struct domain_net, mac_type, domain_net_mac),
     ATTR_YESNO("check", struct domain_net, mac_check));
ROWS(port, ATTR_YESNO("isolated", struct domain_net, isolated));
ROWS(script, ATTR_STRING("path", struct domain_net, script));
ROWS(downscript, ATTR_STRING("path", struct domain_net, downscript));
ROWS(backenddomain, ATTR_STRING("name", struct domain_net, backenddomain));
ROWS(target, ATTR_STRING("dev", struct domain_net, target), ATTR_YESNO("managed", struct domain_net, target_managed));
ROWS(guest, ATTR_STRING("dev", struct domain_net, guest_dev),
     ATTR_STRING("actual", struct domain_net, guest_actual));
ROWS(model, ATTR_STRING("type", struct domain_net, model, .check = wrong_model, .flags = CONF_DROP_EMPTY));
ROWS(backend, ATTR_ENUM("type", struct domain_net, backend, domain_net_backend), ATTR_STRING("tap", struct domain_net, backend_tap),
     ATTR_STRING("vhost", struct domain_net, backend_vhost), ATTR_STRING("logFile", struct domain_net, backend_log));
ROWS(tune, CHILD_NUM("sndbuf", struct domain_net, sndbuf));
ROWS(link, ATTR_ENUM("state", struct domain_net, link, domain_link_state));
ROWS(mtu, ATTR_UINT("size", struct domain_net, mtu));
ROWS(frames, ATTR_UINT("max", struct domain_net, coalesce_rx_frames));
ROWS(rx, GROUP("frames", frames_rows));
ROWS(coalesce, GROUP("rx", rx_rows));

/* --- checks ---------------------------------------------------------------------------------------------------- */

static bool is_virtio(const struct domain_net *net)
{
	return net->model && (!strcmp(net->model, "virtio") || !strcmp(net->model, "virtio-transitional") ||
			      !strcmp(net->model, "virtio-non-transitional"));
}

static int missing(struct conf_reader *r, const struct domain_net *net, const char *what)
{
	return conf_fail(r, "type '%s' needs <source %s='...'/>", conf_enum_name(&domain_net_type_names, net->type), what);
}

static int check_vhostuser(struct conf_reader *r, const struct domain_net *net)
{
	if (!net->source_type || !net->path || !net->socket)
		return missing(r, net, !net->source_type ? "type" : !net->path ? "path" : "mode");
	if (!is_virtio(net))
		return conf_fail(r, "type 'vhostuser' needs <model type='virtio'/>");
	if (net->socket == DOMAIN_NET_SOCKET_SERVER && net->reconnect.enabled)
		return conf_unsupported(r, "<reconnect> does not go with <source mode='server'>");
	return 0;
}

static int check_source(struct conf_reader *r, const struct domain_net *net)
{
	switch (net->type) {
	case DOMAIN_NET_NETWORK:
		return net->network ? 0 : missing(r, net, "network");
	case DOMAIN_NET_BRIDGE:
		return net->bridge ? 0 : missing(r, net, "bridge");
	case DOMAIN_NET_DIRECT:
	case DOMAIN_NET_VDPA:
		return net->dev ? 0 : missing(r, net, "dev");
	case DOMAIN_NET_INTERNAL:
		return net->name ? 0 : missing(r, net, "name");
	case DOMAIN_NET_VHOSTUSER:
		return check_vhostuser(r, net);
	case DOMAIN_NET_UDP:
		if (!net->local.port.set || !net->local.address)
			return conf_fail(r, "type 'udp' needs <local address='...' port='...'/>");
		/* fallthrough */
	case DOMAIN_NET_CLIENT:
	case DOMAIN_NET_MCAST:
	case DOMAIN_NET_SERVER:
		if (!net->remote.address && net->type != DOMAIN_NET_SERVER)
			return missing(r, net, "address");
		return net->remote.port.set ? 0 : missing(r, net, "port");
	case DOMAIN_NET_HOSTDEV:
		return net->hostdev.type || net->usb.vendor.set ? 0 : conf_fail(r, "type 'hostdev' needs <source><address .../></source>");
	default:
		return 0;
	}
}

/* Names that are made up when a guest starts are not kept. */
static void forget_target(const struct conf_reader *r, struct domain_net *net)
{
	static const char made[][8] = { "vnet", "macvtap", "macvlan", "testnet" };

	if (!net->target || (r->flags & CONF_PARSE_LIVE) || net->target_managed == CONF_NO)
		return;
	for (size_t i = 0; i < ARRAY_LEN(made); i++) {
		if (strncmp(net->target, made[i], strnlen(made[i], sizeof(made[i]))) == 0) {
			free(net->target);
			net->target = NULL;
			return;
		}
	}
}

static int fill_driver(struct conf_reader *r, struct domain_net *net)
{
	const struct domain_virtio *v = &net->driver.virtio;

	if (is_virtio(net) && net->type != DOMAIN_NET_HOSTDEV && net->driver.name > DOMAIN_NET_DRIVER_VHOST)
		return conf_unsupported(r, "<driver name='%s'> goes with type 'hostdev' alone",
					conf_enum_name(&domain_net_driver_name_names, net->driver.name));
	if (net->type == DOMAIN_NET_HOSTDEV || is_virtio(net))
		return 0;
	if (v->iommu || v->ats || v->packed || v->page_per_vq)
		return conf_unsupported(r, "'iommu', 'ats', 'packed' and 'page_per_vq' of <driver> go with virtio models alone");
	memset(&net->driver, 0, sizeof(net->driver));
	return 0;
}

static int fill_vport(struct conf_reader *r, struct domain_net *net)
{
	if (!net->vport)
		return 0;
	if (net->type == DOMAIN_NET_NETWORK)
		return domain_vport_generate(r, net->vport);
	if (net->type != DOMAIN_NET_BRIDGE && net->type != DOMAIN_NET_DIRECT && net->type != DOMAIN_NET_HOSTDEV)
		return conf_unsupported(r, "<virtualport> does not go with type '%s'", conf_enum_name(&domain_net_type_names, net->type));
	return domain_vport_check(r, net->vport) < 0 ? -1 : domain_vport_generate(r, net->vport);
}

static void forget(char **s)
{
	free(*s);
	*s = NULL;
}

static int check_rest(struct conf_reader *r, const struct domain_net *net)
{
	const struct xml_node *bandwidth = xml_child(r->node, "bandwidth");
	const char *type = conf_enum_name(&domain_net_type_names, net->type);

	if (bandwidth && xml_attr(bandwidth, "classID") && !(r->flags & CONF_PARSE_LIVE))
		return conf_unsupported(r, "<bandwidth classID='...'> is for networks and running guests alone");
	if (net->isolated == CONF_YES && net->type != DOMAIN_NET_NETWORK && net->type != DOMAIN_NET_BRIDGE)
		return conf_unsupported(r, "<port isolated='yes'/> does not go with type '%s'", type);
	if (net->target_managed == CONF_NO && net->type != DOMAIN_NET_ETHERNET)
		return conf_unsupported(r, "<target managed='no'/> does not go with type '%s'", type);
	return 0;
}

static int net_fill(struct conf_reader *r, void *obj)
{
	struct domain_net *net = obj;

	if (!net->type)
		net->type = DOMAIN_NET_USER;
	if (net->mac.set && (net->mac.addr[0] & 1))
		return conf_fail(r, "the MAC address is one for multicast");
	if (net->type == DOMAIN_NET_DIRECT && !net->mode)
		net->mode = DOMAIN_NET_MODE_VEPA;
	if (net->bandwidth && net->bandwidth->inbound && net->bandwidth->inbound->floor && net->type != DOMAIN_NET_NETWORK)
		return conf_unsupported(r, "<inbound floor='...'> goes with type 'network' alone");
	forget_target(r, net);
	if (net->type == DOMAIN_NET_USER && !net->backend)
		forget(&net->dev);
	if (!is_virtio(net))
		forget(&net->backend_vhost);
	return check_source(r, net) < 0 || check_rest(r, net) < 0 || fill_driver(r, net) < 0 ? -1 : fill_vport(r, net);
}

static const struct conf_row net_rows[] = {
	ATTR_ENUM("type", struct domain_net, type, domain_net_type),
	ATTR_YESNO("managed", struct domain_net, managed, .when = HOSTDEV),
	ATTR_YESNO("trustGuestRxFilters", struct domain_net, trust_guest_rx_filters),
	GROUP("mac", mac_rows),
	GROUP("source", source_rows),
	NODE("vlan", struct domain_net, vlan, struct domain_vlan, domain_vlan_elem),
	NODE("virtualport", struct domain_net, vport, struct domain_vport, domain_vport_elem),
	NODE("bandwidth", struct domain_net, bandwidth, struct domain_bandwidth, domain_bandwidth_elem),
	GROUP("port", port_rows),
	LIST("ip", struct domain_net, ips, struct domain_ip, domain_ip_elem),
	LIST("route", struct domain_net, routes, struct domain_route, domain_route_elem),
	LIST("portForward", struct domain_net, port_forwards, struct domain_port_forward, port_forward_elem),
	GROUP("script", script_rows),
	GROUP("downscript", downscript_rows),
	GROUP("backenddomain", backenddomain_rows),
	GROUP("target", target_rows),
	GROUP("guest", guest_rows),
	GROUP("model", model_rows),
	GROUP("driver", hostdev_driver_rows, .when = HOSTDEV),
	EMBED("driver", struct domain_net, driver, struct domain_net_driver, driver_elem, .when = ~HOSTDEV),
	GROUP("backend", backend_rows),
	NODE("filterref", struct domain_net, filterref, struct domain_filterref, domain_filterref_elem, .when = ETHERNET | NETWORK | BRIDGE),
	GROUP("tune", tune_rows),
	GROUP("link", link_rows),
	GROUP("mtu", mtu_rows),
	GROUP("coalesce", coalesce_rows),
	NODE("teaming", struct domain_net, teaming, struct domain_teaming, domain_teaming_elem),
	INCLUDE(struct domain_net, info, struct domain_info, domain_boot_elem),
	INCLUDE(struct domain_net, info, struct domain_info, domain_info_elem),
	INCLUDE(struct domain_net, info, struct domain_info, domain_rom_elem),
	CONF_END
};

const struct conf_elem domain_net_elem = ELEM_KIND(struct domain_net, type, net_rows, .kind_default = DOMAIN_NET_USER, .fill = net_fill);
