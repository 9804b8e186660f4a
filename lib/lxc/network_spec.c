/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From <interface> and <hostdev type='net'> to what is to be made. */
#include "lxc/network.h"

#include "conf/domain.h"
#include "util/str.h"

#include <arpa/inet.h>
#include <string.h>

static int copy(char **out, const char *text)
{
	*out = text ? strdup(text) : NULL;
	return text && !*out ? -1 : 0;
}

static void clear_addresses(struct lxc_net_addresses *a)
{
	for (size_t i = 0; i < a->n_ips; i++) {
		free(a->ips[i].address);
		free(a->ips[i].peer);
	}
	for (size_t i = 0; i < a->n_routes; i++) {
		free(a->routes[i].address);
		free(a->routes[i].gateway);
	}
	free(a->ips);
	free(a->routes);
}

void lxc_net_clear(struct lxc_net *net)
{
	free(net->host);
	free(net->guest);
	free(net->bridge);
	free(net->network);
	clear_addresses(&net->at_host);
	clear_addresses(&net->at_guest);
	conf_free(&domain_filterref_elem, net->filter);
	conf_free(&domain_vlan_elem, net->vlan);
	conf_free(&domain_vport_elem, net->vport);
	memset(net, 0, sizeof(*net));
}

void lxc_nets_free(struct lxc_net *nets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		lxc_net_clear(&nets[i]);
	free(nets);
}

/* The length that goes without saying: of an address' class (RFC 791), of a default route, of an IPv6 subnet. */
static unsigned natural_prefix(const char *address, bool route)
{
	unsigned char a[16] = { 0 };

	if (strchr(address, ':'))
		return inet_pton(AF_INET6, address, a) == 1 && route && !memcmp(a, (const char[16]){ 0 }, 16) ? 0 : 64;
	if (inet_pton(AF_INET, address, a) != 1)
		return 32;
	if (route && !memcmp(a, (const char[4]){ 0 }, 4))
		return 0;
	return a[0] < 128 ? 8 : a[0] < 192 ? 16 : a[0] < 224 ? 24 : 32;
}

static unsigned netmask_prefix(const char *netmask)
{
	struct in_addr in = { 0 };

	return inet_pton(AF_INET, netmask, &in) == 1 ? (unsigned)__builtin_popcount(in.s_addr) : 32;
}

static int take_addresses(const struct domain_ip *const *ips, size_t n_ips, const struct domain_route *const *routes, size_t n_routes,
			  struct lxc_net_addresses *to, struct error *err)
{
	to->ips = calloc(n_ips + 1, sizeof(*to->ips));
	to->routes = calloc(n_routes + 1, sizeof(*to->routes));
	if (!to->ips || !to->routes)
		return error_errno(err, "addresses");
	for (size_t i = 0; i < n_ips; i++) {
		struct lxc_address *a = &to->ips[to->n_ips++];
		a->prefix = ips[i]->prefix.set ? (unsigned)ips[i]->prefix.value : natural_prefix(ips[i]->address, false);
		if (copy(&a->address, ips[i]->address) < 0 || copy(&a->peer, ips[i]->peer) < 0)
			return error_errno(err, "addresses");
	}
	for (size_t i = 0; i < n_routes; i++) {
		struct lxc_route *r = &to->routes[to->n_routes++];
		r->prefix = routes[i]->prefix.set ? (unsigned)routes[i]->prefix.value :
			    routes[i]->netmask ? netmask_prefix(routes[i]->netmask) : natural_prefix(routes[i]->address, true);
		r->metric = (uint32_t)routes[i]->metric.value;
		if (copy(&r->address, routes[i]->address) < 0 || copy(&r->gateway, routes[i]->gateway) < 0)
			return error_errno(err, "routes");
	}
	return 0;
}

#define TAKE_ADDRESSES(ips, routes, to, err) \
	take_addresses((const struct domain_ip *const *)(ips).items, (ips).n, (const struct domain_route *const *)(routes).items, (routes).n, to, err)

static void take_rate(const struct domain_rate *from, struct netlink_rate *to)
{
	if (from)
		*to = (struct netlink_rate){ .average = from->average, .peak = from->peak, .burst = from->burst };
}

/* What a container's interface cannot do, although the format can say it. */
static int check_extras(const struct domain_net *def, const char *type, struct error *err)
{
	bool at_bridge = def->type == DOMAIN_NET_BRIDGE || (def->type == DOMAIN_NET_NETWORK && !def->dev);

	if (def->vport && def->vport->type && !(at_bridge && def->vport->type == DOMAIN_VPORT_OPENVSWITCH))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<interface type='%s'> with <virtualport type='%s'>: a container can be at a bridge of Open vSwitch (type='bridge' or "
				 "'network', virtualport 'openvswitch'), at no other switch", type, conf_enum_name(&domain_vport_type_names, def->vport->type));
	if (def->vlan && !at_bridge)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<interface type='%s'> with <vlan>: tags are a bridge's business, and this is at none", type);
	if (def->script)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<interface type='%s'> with <script>: no script is run for a container's interface (see <ip> and <route> "
				 "of <source>, and hooks)", type);
	if (def->bandwidth && def->type != DOMAIN_NET_BRIDGE && def->type != DOMAIN_NET_ETHERNET && def->type != DOMAIN_NET_NETWORK)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<interface type='%s'> with <bandwidth>: the container's root could lift the limit", type);
	if (def->bandwidth && def->bandwidth->inbound && def->bandwidth->inbound->floor && def->type != DOMAIN_NET_NETWORK)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<bandwidth> with floor: only a network can guarantee one (type='network')");
	return 0;
}

static int take_type(const struct domain_net *def, struct lxc_net *net, struct error *err)
{
	static const enum netlink_macvlan modes[] = {
		[DOMAIN_NET_MODE_VEPA] = NETLINK_MACVLAN_VEPA, [DOMAIN_NET_MODE_PRIVATE] = NETLINK_MACVLAN_PRIVATE,
		[DOMAIN_NET_MODE_BRIDGE] = NETLINK_MACVLAN_BRIDGE, [DOMAIN_NET_MODE_PASSTHROUGH] = NETLINK_MACVLAN_PASSTHRU,
	};
	const char *type = conf_enum_name(&domain_net_type_names, def->type);

	switch (def->type) {
	case DOMAIN_NET_BRIDGE:
		net->type = LXC_NET_VETH;
		if (!def->bridge)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "<interface type='bridge'> without <source bridge='...'/>");
		return copy(&net->bridge, def->bridge) < 0 || copy(&net->host, def->target) < 0 ? error_errno(err, "interface") : 0;
	case DOMAIN_NET_ETHERNET:
		net->type = def->target_managed == CONF_NO ? LXC_NET_DEVICE : LXC_NET_VETH;
		if (net->type == LXC_NET_DEVICE && !def->target)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "<interface type='ethernet'>: <target managed='no'/> needs the name of an interface of the host");
		return copy(&net->host, def->target) < 0 ? error_errno(err, "interface") : 0;
	case DOMAIN_NET_DIRECT:
		net->type = LXC_NET_MACVLAN;
		net->mode = modes[def->mode];
		if (!def->dev)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "<interface type='direct'> without <source dev='...'/>");
		return copy(&net->host, def->dev) < 0 ? error_errno(err, "interface") : 0;
	case DOMAIN_NET_NETWORK:
		/* what its port of the network is plugged into, once it has one */
		if (def->hostdev.type)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "network '%s' gives its guests PCI devices, which a container cannot have", def->network);
		net->type = def->dev ? LXC_NET_MACVLAN : LXC_NET_VETH;
		net->mode = def->dev ? modes[def->mode] : 0;
		return copy(&net->network, def->network) < 0 || copy(&net->bridge, def->bridge) < 0 ||
		       copy(&net->host, def->dev ? def->dev : def->target) < 0 ? error_errno(err, "interface") : 0;
	case DOMAIN_NET_HOSTDEV:
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<interface type='hostdev'>: a container gets an interface of the host by its name "
				 "(<hostdev mode='capabilities' type='net'>)");
	case DOMAIN_NET_USER:
		net->type = LXC_NET_USER;
		return 0;
	default:
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<interface type='%s'>: a container's are of type bridge, network, direct, ethernet and user", type);
	}
}

int lxc_net_from_domain(const struct domain_net *def, struct lxc_net *net, struct error *err)
{
	memset(net, 0, sizeof(*net));
	if (check_extras(def, conf_enum_name(&domain_net_type_names, def->type), err) < 0 || take_type(def, net, err) < 0 ||
	    TAKE_ADDRESSES(def->ips, def->routes, &net->at_guest, err) < 0 || TAKE_ADDRESSES(def->host_ips, def->host_routes, &net->at_host, err) < 0) {
		lxc_net_clear(net);
		return -1;
	}
	memcpy(net->mac, def->mac.addr, sizeof(net->mac));
	net->mtu = def->mtu;
	net->down = def->link == DOMAIN_LINK_DOWN;
	net->isolated = def->isolated == CONF_YES;
	net->fixed = def->mac_table == DOMAIN_MAC_TABLE_LIBVIRT;
	if ((def->filterref && def->filterref->filter && !(net->filter = conf_copy(&domain_filterref_elem, def->filterref, err))) ||
	    (def->vlan && !(net->vlan = conf_copy(&domain_vlan_elem, def->vlan, err))) ||
	    (def->vport && !(net->vport = conf_copy(&domain_vport_elem, def->vport, err)))) {
		lxc_net_clear(net);
		return -1;
	}
	if (def->bandwidth) {
		take_rate(def->bandwidth->inbound, &net->in);
		take_rate(def->bandwidth->outbound, &net->out);
	}
	if (copy(&net->guest, def->guest_actual ? def->guest_actual : def->guest_dev) < 0) {
		lxc_net_clear(net);
		return error_errno(err, "interface");
	}
	return 0;
}

static int device_from_hostdev(const struct domain_hostdev *def, struct lxc_net *net, struct error *err)
{
	memset(net, 0, sizeof(*net));
	net->type = LXC_NET_DEVICE;
	if (copy(&net->host, def->interface) < 0 || copy(&net->guest, def->interface) < 0)
		return error_errno(err, "interface");
	return TAKE_ADDRESSES(def->ips, def->routes, &net->at_guest, err);
}

static bool name_taken(const struct lxc_net *nets, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (nets[i].guest && !strcmp(nets[i].guest, name))
			return true;
	return false;
}

/* Those without a name of their own are eth0, eth1 ... in their order. */
static int name_all(struct lxc_net *nets, size_t n, struct error *err)
{
	unsigned next = 0;

	for (size_t i = 0; i < n; i++) {
		char name[IF_NAMESIZE];
		if (nets[i].guest) {
			for (size_t j = 0; j < i; j++)
				if (!strcmp(nets[i].guest, nets[j].guest))
					return error_set(err, ERR_CONFIG_UNSUPPORTED, "two interfaces are called '%s' in the container", nets[i].guest);
			continue;
		}
		do
			snprintf(name, sizeof(name), "eth%u", next++);
		while (name_taken(nets, n, name));
		if (copy(&nets[i].guest, name) < 0)
			return error_errno(err, "interface");
	}
	return 0;
}

int lxc_nets_from_domain(const struct domain *def, struct lxc_net **nets, size_t *n, struct error *err)
{
	size_t most = def->devices.interfaces.n + def->devices.hostdevs.n;
	struct lxc_net *all = calloc(most + 1, sizeof(*all));
	size_t k = 0;
	int r = 0;

	*nets = NULL;
	*n = 0;
	if (!all)
		return error_errno(err, "interfaces");
	for (size_t i = 0; i < def->devices.interfaces.n && r == 0; i++)
		r = lxc_net_from_domain(def->devices.interfaces.items[i], &all[k++], err);
	for (size_t i = 0; i < def->devices.hostdevs.n && r == 0; i++)
		if (def->devices.hostdevs.items[i]->type == DOMAIN_HOSTDEV_NET)
			r = device_from_hostdev(def->devices.hostdevs.items[i], &all[k++], err);
	if (r < 0 || name_all(all, k, err) < 0) {
		lxc_nets_free(all, k);
		return -1;
	}
	*nets = all;
	*n = k;
	return 0;
}
