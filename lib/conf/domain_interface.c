/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_interface.h"

CONF_ENUM_NAMES(domain_net_type, DOMAIN_NET_TYPES);
CONF_ENUM_NAMES(domain_net_mode, DOMAIN_NET_MODES);
CONF_ENUM_NAMES(domain_link_state, DOMAIN_LINK_STATES);

static const struct conf_row mac_rows[] = {
	ATTR_MAC("address", struct domain_net, mac),
	CONF_END
};

static const struct conf_row source_rows[] = {
	ATTR_STRING("network", struct domain_net, network, .when = BIT(DOMAIN_NET_NETWORK)),
	ATTR_STRING("portgroup", struct domain_net, portgroup, .when = BIT(DOMAIN_NET_NETWORK)),
	ATTR_STRING("bridge", struct domain_net, bridge, .when = BIT(DOMAIN_NET_BRIDGE)),
	ATTR_STRING("dev", struct domain_net, dev, .when = BIT(DOMAIN_NET_DIRECT)),
	ATTR_ENUM("mode", struct domain_net, mode, domain_net_mode, .when = BIT(DOMAIN_NET_DIRECT)),
	CONF_END
};

static const struct conf_row target_rows[] = {
	ATTR_STRING("dev", struct domain_net, target),
	CONF_END
};

static const struct conf_row guest_rows[] = {
	ATTR_STRING("dev", struct domain_net, guest_dev),
	CONF_END
};

static const struct conf_row model_rows[] = {
	ATTR_STRING("type", struct domain_net, model),
	CONF_END
};

static const struct conf_row link_rows[] = {
	ATTR_ENUM("state", struct domain_net, link, domain_link_state),
	CONF_END
};

static const struct conf_row mtu_rows[] = {
	ATTR_UINT("size", struct domain_net, mtu),
	CONF_END
};

static const struct conf_row net_rows[] = {
	ATTR_ENUM("type", struct domain_net, type, domain_net_type, .flags = CONF_REQUIRED),
	GROUP("mac", mac_rows),
	GROUP("source", source_rows),
	LIST("ip", struct domain_net, ips, struct domain_ip, domain_ip_elem),
	LIST("route", struct domain_net, routes, struct domain_route, domain_route_elem),
	GROUP("target", target_rows),
	GROUP("guest", guest_rows),
	GROUP("model", model_rows),
	GROUP("link", link_rows),
	GROUP("mtu", mtu_rows),
	INCLUDE(struct domain_net, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_net_elem = ELEM_KIND(struct domain_net, type, net_rows);
