/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Network interfaces: the host's end as -netdev, the guest's as -device. */
#include "qemu/command_impl.h"

#include "util/str.h"

#include <string.h>

/* --- the host's end -------------------------------------------------------------------------------------------- */

/* Descriptors as QEMU wants them: "fd" of one, "fds" of several. */
static void put_fds(json_t *o, const char *one, const char *several, const struct qemu_fds *fds)
{
	AUTO_BUF struct buf text = { 0 };

	for (size_t i = 0; i < fds->n; i++)
		buf_printf(&text, "%s%d", i ? ":" : "", fds->fds[i]);
	qemu_put(o, fds->n == 1 ? one : several, text.data);
}

static int put_tap(struct qemu_build *b, json_t *o, const struct domain_net *n)
{
	const struct qemu_fds *tap = qemu_find_fds(b, n->info.alias.name, QEMU_FD_TAP);
	const struct qemu_fds *vhost = qemu_find_fds(b, n->info.alias.name, QEMU_FD_VHOST);

	if (!tap)
		return error_set(b->err, ERR_INTERNAL, "interface %s: its tap device is not open", n->info.alias.name);
	qemu_put(o, "type", "tap");
	put_fds(o, "fd", "fds", tap);
	if (vhost) {
		qemu_put_bool(o, "vhost", true);
		put_fds(o, "vhostfd", "vhostfds", vhost);
	}
	qemu_put_num(o, "sndbuf", n->sndbuf);
	return 0;
}

/* QEMU's socket network: other guests as peers. */
static int put_socket(struct qemu_build *b, json_t *o, const struct domain_net *n)
{
	static const char *const keys[] = {
		[DOMAIN_NET_SERVER] = "listen", [DOMAIN_NET_CLIENT] = "connect", [DOMAIN_NET_MCAST] = "mcast", [DOMAIN_NET_UDP] = "udp",
	};

	(void)b;
	qemu_put(o, "type", "socket");
	qemu_putf(o, keys[n->type], "%s:%llu", n->remote.address ? n->remote.address : "", (unsigned long long)n->remote.port.value);
	if (n->type == DOMAIN_NET_UDP)
		qemu_putf(o, "localaddr", "%s:%llu", n->local.address ? n->local.address : "", (unsigned long long)n->local.port.value);
	return 0;
}

static int put_user(struct qemu_build *b, json_t *o, const struct domain_net *n)
{
	if (n->backend == DOMAIN_NET_BACKEND_PASST) {
		const struct qemu_fds *fd = qemu_find_fds(b, n->info.alias.name, QEMU_FD_HELPER);

		qemu_put(o, "type", "stream");
		json_object_set_new(o, "addr", fd ? json_pack("{s:s, s:o}", "type", "fd", "str", json_sprintf("%d", fd->fds[0]))
						  : json_pack("{s:s, s:o}", "type", "unix", "path", json_sprintf("%s/passt-%s.socket", b->rt->dir,
														   n->info.alias.name)));
		qemu_put_bool(o, "server", false);
		return 0;
	}
	qemu_put(o, "type", "user");
	for (size_t i = 0; i < n->ips.n; i++) {
		const struct domain_ip *ip = n->ips.items[i];
		bool v6 = ip->address && strchr(ip->address, ':');

		if (v6) {
			qemu_put(o, "ipv6-prefix", ip->address);
			if (ip->prefix.set)
				qemu_put_int(o, "ipv6-prefixlen", ip->prefix.value);
		} else {
			qemu_putf(o, "net", ip->prefix.set ? "%s/%llu" : "%s", ip->address, (unsigned long long)ip->prefix.value);
		}
	}
	return 0;
}

static int put_vhost_user(struct qemu_build *b, json_t *o, const struct domain_net *n)
{
	AUTO_BUF struct buf text = { 0 };

	qemu_optf(&text, "socket,id=char%s", n->info.alias.name);
	qemu_opt(&text, "path", n->path);
	if (n->socket == DOMAIN_NET_SOCKET_SERVER)
		qemu_optf(&text, "server=on");
	else if (n->reconnect.enabled)
		qemu_optf(&text, "reconnect=%llu", n->reconnect.enabled == CONF_YES ? (unsigned long long)n->reconnect.timeout.value : 0);
	qemu_arg_buf(&b->args, "-chardev", &text);
	qemu_put(o, "type", "vhost-user");
	qemu_putf(o, "chardev", "char%s", n->info.alias.name);
	if (n->driver.queues > 1)
		qemu_put_int(o, "queues", n->driver.queues);
	return 0;
}

static int put_vdpa(struct qemu_build *b, json_t *o, const struct domain_net *n)
{
	const struct qemu_fds *fds = qemu_find_fds(b, n->info.alias.name, QEMU_FD_VDPA);

	qemu_put(o, "type", "vhost-vdpa");
	if (fds)
		qemu_putf(o, "vhostdev", "/proc/self/fd/%d", fds->fds[0]);
	else
		qemu_put(o, "vhostdev", n->dev);
	if (n->driver.queues > 1)
		qemu_put_int(o, "queues", n->driver.queues);
	return 0;
}

static int put_null(struct qemu_build *b, json_t *o, const struct domain_net *n)
{
	(void)b;
	(void)n;
	qemu_put(o, "type", "user");
	qemu_put_bool(o, "restrict", true);
	return 0;
}

static int (*const host_ends[])(struct qemu_build *, json_t *, const struct domain_net *) = {
	[DOMAIN_NET_USER] = put_user,     [DOMAIN_NET_ETHERNET] = put_tap,      [DOMAIN_NET_BRIDGE] = put_tap, [DOMAIN_NET_NETWORK] = put_tap,
	[DOMAIN_NET_DIRECT] = put_tap,    [DOMAIN_NET_SERVER] = put_socket,     [DOMAIN_NET_CLIENT] = put_socket, [DOMAIN_NET_MCAST] = put_socket,
	[DOMAIN_NET_UDP] = put_socket,    [DOMAIN_NET_VHOSTUSER] = put_vhost_user, [DOMAIN_NET_VDPA] = put_vdpa, [DOMAIN_NET_NULL] = put_null,
	[DOMAIN_NET_INTERNAL] = put_null,
};

/* --- the guest's end ------------------------------------------------------------------------------------------- */

static const struct qemu_prop virtio_net_rows[] = {
	QEMU_PROP(struct domain_net, driver.ioeventfd, "ioeventfd", ONOFF),
	QEMU_PROP(struct domain_net, driver.event_idx, "event_idx", ONOFF),
	QEMU_PROP(struct domain_net, driver.host.csum, "csum", ONOFF),
	QEMU_PROP(struct domain_net, driver.host.gso, "gso", ONOFF),
	QEMU_PROP(struct domain_net, driver.host.tso4, "host_tso4", ONOFF),
	QEMU_PROP(struct domain_net, driver.host.tso6, "host_tso6", ONOFF),
	QEMU_PROP(struct domain_net, driver.host.ecn, "host_ecn", ONOFF),
	QEMU_PROP(struct domain_net, driver.host.ufo, "host_ufo", ONOFF),
	QEMU_PROP(struct domain_net, driver.host.mrg_rxbuf, "mrg_rxbuf", ONOFF),
	QEMU_PROP(struct domain_net, driver.guest.csum, "guest_csum", ONOFF),
	QEMU_PROP(struct domain_net, driver.guest.tso4, "guest_tso4", ONOFF),
	QEMU_PROP(struct domain_net, driver.guest.tso6, "guest_tso6", ONOFF),
	QEMU_PROP(struct domain_net, driver.guest.ecn, "guest_ecn", ONOFF),
	QEMU_PROP(struct domain_net, driver.guest.ufo, "guest_ufo", ONOFF),
	QEMU_PROP(struct domain_net, driver.rss, "rss", ONOFF),
	QEMU_PROP(struct domain_net, driver.rss_hash_report, "hash", ONOFF),
	QEMU_PROP(struct domain_net, driver.rx_queue_size, "rx_queue_size", U32),
	QEMU_PROP(struct domain_net, driver.tx_queue_size, "tx_queue_size", U32),
	QEMU_PROP(struct domain_net, mtu, "host_mtu", U32),
	QEMU_PROP_END
};

static int put_virtio_net(struct qemu_build *b, json_t *o, const struct domain_net *n, enum domain_virtio_model model)
{
	if (qemu_put_virtio_driver(b, o, "virtio-net", &n->info, model) < 0)
		return -1;
	if (n->driver.txmode)
		qemu_put(o, "tx", n->driver.txmode == DOMAIN_NET_TXMODE_IOTHREAD ? "bh" : "timer");
	qemu_put_props(o, virtio_net_rows, n);
	if (n->driver.queues > 1 && n->info.address.type == DOMAIN_ADDRESS_CCW) {
		qemu_put_bool(o, "mq", true);
	} else if (n->driver.queues > 1) {
		qemu_put_bool(o, "mq", true);
		/* one for each direction of each queue, one for the control queue, one for changes of the configuration */
		qemu_put_int(o, "vectors", 2 * n->driver.queues + 2);
	}
	if (n->teaming && n->teaming->type == DOMAIN_TEAMING_PERSISTENT)
		qemu_put_bool(o, "failover", true);
	qemu_put_virtio(o, &n->driver.virtio);
	return 0;
}

static json_t *net_device(struct qemu_build *b, const struct domain_net *n)
{
	const char *model = n->model ? n->model : "rtl8139";
	json_t *o = json_object();
	int virtio = conf_enum_value(&domain_virtio_model_names, model), r = 0;
	const unsigned char *m = n->mac.addr;

	if (virtio > 0)
		r = put_virtio_net(b, o, n, virtio);
	else
		qemu_put(o, "driver", model);
	if (r == 0 && n->type != DOMAIN_NET_VDPA && !strcmp(model, "usb-net"))
		qemu_put(o, "driver", "usb-net");
	qemu_putf(o, "netdev", "host%s", n->info.alias.name);
	qemu_put(o, "id", n->info.alias.name);
	qemu_putf(o, "mac", "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
	qemu_put_uint(o, "bootindex", qemu_boot_net(b->def, n));
	qemu_put_rom(o, &n->info);
	if (r < 0 || qemu_put_address(b, o, &n->info) < 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

/* The interfaces that boards have take no -device. */
static bool is_board_net(const struct domain_net *n)
{
	return n->model && (!strcmp(n->model, "lan9118") || !strcmp(n->model, "smc91c111"));
}

static int build_board_net(struct qemu_build *b, const struct domain_net *n)
{
	const unsigned char *m = n->mac.addr;

	qemu_argf(&b->args, "-net", "nic,macaddr=%02x:%02x:%02x:%02x:%02x:%02x,netdev=host%s,model=%s,id=%s", m[0], m[1], m[2], m[3], m[4], m[5],
		  n->info.alias.name, n->model, n->info.alias.name);
	return 0;
}

int qemu_build_net(struct qemu_build *b, const struct domain_net *net)
{
	json_t *host = json_object(), *guest;

	if (net->type >= ARRAY_LEN(host_ends) || !host_ends[net->type]) {
		json_decref(host);
		return qemu_unsupported(b, "QEMU has no interface of type '%s'", conf_enum_name(&domain_net_type_names, net->type));
	}
	if (host_ends[net->type](b, host, net) < 0) {
		json_decref(host);
		return -1;
	}
	qemu_putf(host, "id", "host%s", net->info.alias.name);
	qemu_build_netdev(b, host);
	if (is_board_net(net))
		return build_board_net(b, net);
	guest = net_device(b, net);
	return guest ? qemu_build_device(b, guest) : -1;
}

static int build_hostdev_net(struct qemu_build *b, const struct domain_net *n)
{
	json_t *o = json_pack("{s:s}", "driver", "vfio-pci");
	const struct domain_net_hostdev *h = &n->hostdev;

	qemu_putf(o, "host", "%04llx:%02llx:%02llx.%llx", (unsigned long long)h->domain.value, (unsigned long long)h->bus.value,
		  (unsigned long long)h->slot.value, (unsigned long long)h->function.value);
	qemu_put(o, "id", n->info.alias.name);
	qemu_put_uint(o, "bootindex", qemu_boot_net(b->def, n));
	if (n->teaming && n->teaming->type == DOMAIN_TEAMING_TRANSIENT)
		qemu_put(o, "failover_pair_id", n->teaming->persistent);
	qemu_put_rom(o, &n->info);
	if (qemu_put_address(b, o, &n->info) < 0) {
		json_decref(o);
		return -1;
	}
	return qemu_build_device(b, o);
}

int qemu_build_nets(struct qemu_build *b)
{
	const struct domain_devices *d = &b->def->devices;

	for (size_t i = 0; i < d->interfaces.n; i++) {
		const struct domain_net *n = d->interfaces.items[i];

		if ((n->type == DOMAIN_NET_HOSTDEV ? build_hostdev_net(b, n) : qemu_build_net(b, n)) < 0)
			return error_wrap(b->err, "interface %s", n->info.alias.name);
	}
	return 0;
}
