/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's ends of network interfaces: tap and macvtap devices, opened here and passed to QEMU. A tap goes with its last descriptor, so that
 * nothing of it is left when QEMU is gone. */
#include "qemu/supervisor_impl.h"

#include "hypervisor/secondary.h"
#include "util/netlink.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define QUEUES_MAX 16
#define TAP_NAME "vnet"       /* libvirt's */
#define MACVTAP_NAME "macvtap"

static unsigned queues_of(const struct domain_net *net)
{
	return net->driver.queues > 1 ? net->driver.queues : 1;
}

static bool is_virtio(const struct domain_net *net)
{
	return net->model && !strncmp(net->model, "virtio", 6);
}

/* Opens one queue of the tap; the first one makes it. */
static int open_queue(const char *name, unsigned queues, bool header, struct error *err)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	AUTO_CLOSE int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return error_errno(err, "cannot open /dev/net/tun");
	if (queues > 1)
		ifr.ifr_flags |= IFF_MULTI_QUEUE;
	if (header)
		ifr.ifr_flags |= IFF_VNET_HDR;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &ifr) < 0)
		return error_errno(err, "cannot make the tap device %s", name);
	return STEAL_FD(fd);
}

/* The name that the definition gives, or the first free one. The first queue's descriptor. */
static int make_tap(struct netlink *nl, struct domain_net *net, struct error *err)
{
	char name[IF_NAMESIZE];
	int n = 0, fd;

	if (net->target)
		return open_queue(net->target, queues_of(net), is_virtio(net), err);
	for (;;) {
		if ((n = netlink_free_name(nl, TAP_NAME, (unsigned)n, name, err)) < 0)
			return -1;
		fd = open_queue(name, queues_of(net), is_virtio(net), err);
		if (fd >= 0 || !err || err->sys != EBUSY)
			break;
		n++;
	}
	if (fd >= 0 && !(net->target = strdup(name))) {
		close(fd);
		return error_errno(err, "%s", name);
	}
	return fd;
}

static struct netlink_rate rate(const struct domain_rate *r)
{
	return r ? (struct netlink_rate){ r->average, r->peak, r->burst } : (struct netlink_rate){ 0 };
}

/* What limits the way out of the guest, if there is such an interface: it has the host end's MAC address. */
static int is_ifb(void *ctx, const struct netlink_link *link)
{
	struct netlink_link *want = ctx;

	if (strcmp(link->kind, "ifb") != 0 || memcmp(link->mac, want->mac, sizeof(want->mac)) != 0)
		return 0;
	*want = *link;
	return 1;
}

/* What the guest is to receive leaves by the tap; what it sends comes in there, and is limited by way of an interface of its own. */
static int limit(struct qemu_guest *g, struct netlink *nl, const struct domain_net *net, const unsigned char *mac, struct error *err)
{
	struct netlink_rate in = rate(net->bandwidth ? net->bandwidth->inbound : NULL), out = rate(net->bandwidth ? net->bandwidth->outbound : NULL);
	char name[IF_NAMESIZE], line[NETLINK_PLAN_TEXT];
	struct netlink_new ifb = { .name = name, .mac = mac };

	if (in.average && netlink_limit(nl, net->target, &in, err) < 0)
		return -1;
	if (!out.average)
		return 0;
	for (int n = 0;; n++) {
		struct error why = { 0 };

		if ((n = netlink_free_name(nl, "vifb", (unsigned)n, name, err)) < 0)
			return -1;
		netlink_plan_format(name, mac, line);
		if (supervisor_plan(g->sv, "link", line, err) < 0)
			return -1;
		if (netlink_add(nl, "ifb", &ifb, &why) == 0)
			return netlink_limit_incoming(nl, net->target, name, &out, err);
		if (why.sys != EEXIST) {
			*err = why;
			return -1;
		}
	}
}

int qemu_change_bandwidth(struct qemu_guest *g, const struct domain_net *net, struct error *err)
{
	AUTO_NETLINK struct netlink *nl = NULL;
	const struct netlink_rate none = { 0 };
	struct netlink_link ifb = { 0 };
	int r;

	if (!net->target)
		return error_set(err, ERR_OPERATION_INVALID, "the interface has no end on the host that could be limited");
	if (!(nl = netlink_open(err)))
		return -1;
	netlink_mac_host_end(net->mac.addr, ifb.mac);
	if ((r = netlink_each(nl, is_ifb, &ifb, err)) < 0)
		return -1;
	if (r > 0 && (netlink_limit_incoming(nl, net->target, ifb.name, &none, err) < 0 || netlink_delete_own(nl, ifb.name, ifb.mac, err) < 0))
		return -1;
	return netlink_limit(nl, net->target, &none, err) < 0 ? -1 : limit(g, nl, net, ifb.mac, err);
}

/* The host's end of a tap. */
static struct hv_cable cable_of(const struct domain_net *net)
{
	return (struct hv_cable){ .portdev = net->target, .bridge = net->type == DOMAIN_NET_ETHERNET ? NULL : net->bridge, .mac = net->mac.addr, .vlan = net->vlan,
				  .vport = net->vport, .filter = net->filterref, .isolated = net->isolated == CONF_YES,
				  .fixed = net->mac_table == DOMAIN_MAC_TABLE_LIBVIRT };
}

void qemu_close_net(struct qemu_guest *g, const struct domain_net *net)
{
	const struct hv_cable cable = cable_of(net);
	struct netlink_link ifb = { 0 };
	struct error err;

	if (!net->target)
		return;
	hv_cable_release(g->sv, &cable);
	if (!net->bandwidth || !net->bandwidth->outbound)
		return;
	AUTO_NETLINK struct netlink *nl = netlink_open(&err);
	netlink_mac_host_end(net->mac.addr, ifb.mac);
	if (nl && netlink_each(nl, is_ifb, &ifb, &err) > 0 && netlink_delete_own(nl, ifb.name, ifb.mac, &err) < 0)
		supervisor_log(g->sv, "%s: %s", g->sv->name, err.text);
}

static int set_up_tap(struct qemu_guest *g, struct netlink *nl, const struct domain_net *net, struct error *err)
{
	const struct hv_cable cable = cable_of(net);
	unsigned char host[NETLINK_MAC_BYTES];

	netlink_mac_host_end(net->mac.addr, host);
	if (netlink_set_mac(nl, net->target, host, err) < 0)
		return -1;
	if (net->mtu && netlink_set_mtu(nl, net->target, net->mtu, err) < 0)
		return -1;
	if (hv_cable_connect(g->sv, nl, &cable, err) < 0)
		return -1;
	return limit(g, nl, net, host, err) < 0 ? -1 : netlink_set_up(nl, net->target, net->link != DOMAIN_LINK_DOWN, err);
}

static int add(struct qemu_pass *pass, int fd, int *list, size_t *n, struct error *err)
{
	int number = qemu_pass_add(pass, fd, err);

	if (number < 0)
		return -1;
	list[(*n)++] = number;
	return 0;
}

static int open_tap(struct qemu_guest *g, struct netlink *nl, struct domain_net *net, struct qemu_pass *pass, struct qemu_tap *out, struct error *err)
{
	int fd = make_tap(nl, net, err);

	if (fd < 0 || add(pass, fd, out->tap, &out->n, err) < 0)
		return -1;
	while (out->n < queues_of(net))
		if ((fd = open_queue(net->target, queues_of(net), is_virtio(net), err)) < 0 || add(pass, fd, out->tap, &out->n, err) < 0)
			return -1;
	return set_up_tap(g, nl, net, err);
}

/* An interface of its own on the wire of the host's; the device file is the guest's end. */
static int open_macvtap(struct qemu_guest *g, struct netlink *nl, struct domain_net *net, struct qemu_pass *pass, struct qemu_tap *out, struct error *err)
{
	static const enum netlink_macvlan modes[] = {
		[DOMAIN_NET_MODE_VEPA] = NETLINK_MACVLAN_VEPA, [DOMAIN_NET_MODE_PRIVATE] = NETLINK_MACVLAN_PRIVATE,
		[DOMAIN_NET_MODE_BRIDGE] = NETLINK_MACVLAN_BRIDGE, [DOMAIN_NET_MODE_PASSTHROUGH] = NETLINK_MACVLAN_PASSTHRU,
	};
	char name[IF_NAMESIZE], line[NETLINK_PLAN_TEXT], path[40];
	struct netlink_new link = { .name = net->target, .mac = net->mac.addr, .mtu = net->mtu };
	struct netlink_link made;

	if ((net->vport && net->vport->type) || (net->vlan && net->vlan->tags.n))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "a guest's interface on the wire of '%s' (macvtap) can have neither <virtualport> nor <vlan>: these are a "
				 "bridge's", net->dev);
	if (!net->target) {
		if (netlink_free_name(nl, MACVTAP_NAME, 0, name, err) < 0)
			return -1;
		link.name = name;
	}
	netlink_plan_format(link.name, net->mac.addr, line);
	if (supervisor_plan(g->sv, "link", line, err) < 0 || netlink_add_macvlan(nl, net->dev, modes[net->mode], true, &link, err) < 0)
		return -1;
	if (!net->target && !(net->target = strdup(name)))
		return error_errno(err, "%s", name);
	if (netlink_set_up(nl, net->target, true, err) < 0 || netlink_get(nl, net->target, &made, err) < 0)
		return -1;
	snprintf(path, sizeof(path), "/dev/tap%d", made.index);
	while (out->n < queues_of(net)) {
		int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

		if (fd < 0)
			return error_errno(err, "cannot open %s", path);
		if (add(pass, fd, out->tap, &out->n, err) < 0)
			return -1;
	}
	return 0;
}

/* The kernel's own virtio back end, where there is one and nobody said "qemu". */
static int open_vhost(const struct domain_net *net, struct qemu_pass *pass, struct qemu_tap *out, struct error *err)
{
	if (!is_virtio(net) || net->driver.name == DOMAIN_NET_DRIVER_QEMU)
		return 0;
	while (out->n_vhost < out->n) {
		int fd = open(net->backend_vhost ? net->backend_vhost : "/dev/vhost-net", O_RDWR | O_CLOEXEC);

		if (fd < 0 && net->driver.name == DOMAIN_NET_DRIVER_VHOST)
			return error_errno(err, "vhost-net");
		if (fd < 0)
			return 0;
		if (add(pass, fd, out->vhost, &out->n_vhost, err) < 0)
			return -1;
	}
	return 0;
}

int qemu_open_taps(struct qemu_guest *g, struct domain_net *net, struct qemu_pass *pass, struct qemu_tap *out, struct error *err)
{
	AUTO_NETLINK struct netlink *nl = NULL;
	bool direct;
	int r;

	*out = (struct qemu_tap){ 0 };
	if (queues_of(net) > QUEUES_MAX)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "more than %d queues", QUEUES_MAX);
	switch (net->type) {
	case DOMAIN_NET_BRIDGE:
	case DOMAIN_NET_ETHERNET:
	case DOMAIN_NET_NETWORK:
	case DOMAIN_NET_DIRECT:
		break;
	default:
		return 0;
	}
	/* what the network's port is plugged into; anything else than a bridge or an interface of the host's is not a descriptor */
	direct = net->type == DOMAIN_NET_DIRECT || (net->type == DOMAIN_NET_NETWORK && !net->bridge && net->dev);
	if (net->type == DOMAIN_NET_NETWORK && !net->bridge && !direct)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "network '%s' gives out devices of the host, not places on a bridge", net->network);
	if (!(nl = netlink_open(err)))
		return -1;
	r = direct ? open_macvtap(g, nl, net, pass, out, err) : open_tap(g, nl, net, pass, out, err);
	return r < 0 ? -1 : open_vhost(net, pass, out, err);
}
