/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a running container has used, by its control group, its interfaces and its network namespace. */
#include "lxc/hand.h"
#include "lxc/live.h"
#include "lxc/network.h"

#include "conf/domain.h"
#include "hypervisor/change.h"
#include "hypervisor/stats.h"
#include "lxc/device.h"
#include "state/state.h"
#include "util/cgroup_tune.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netpacket/packet.h>
#include <sched.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { NS_NET = 3 };   /* of lxc_guest.ns */

static struct lxc_guest *of_call(struct rpc_call *call, const wire_domain *dom, struct error *err)
{
	struct supervisor *sv = call->ctx;

	if (supervisor_check_domain(sv, dom, err) < 0)
		return NULL;
	if (!lxc_guest(sv) || !lxc_guest(sv)->lives) {
		error_set(err, ERR_OPERATION_INVALID, "%s: the guest is not running", sv->name);
		return NULL;
	}
	return lxc_guest(sv);
}

/* --- memory and CPUs --------------------------------------------------------------------------------------------- */

int lxc_memory_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	/* virDomainMemoryStatTags */
	enum { SWAP_IN = 0, MAJOR_FAULT = 2, MINOR_FAULT = 3, AVAILABLE = 5, ACTUAL = 6, RSS = 7, DISK_CACHES = 10 };
	const wire_domain_memory_stats_args *a = args;
	wire_domain_memory_stats_ret *r = ret;
	struct lxc_guest *g = of_call(call, &a->dom, err);
	struct cgroup_memory m;
	u_int n;

	if (!g || cgroup_memory_use(g->ct.cgroup, &m, err) < 0)
		return -1;
	const wire_domain_memory_stat all[] = {
		{ ACTUAL, g->sv->def->current_memory.value }, { SWAP_IN, m.swap / 1024 }, { MAJOR_FAULT, m.major_faults },
		{ MINOR_FAULT, m.faults }, { AVAILABLE, m.limit ? m.limit / 1024 : g->sv->def->memory.value }, { RSS, m.usage / 1024 },
		{ DISK_CACHES, m.cache / 1024 },
	};
	n = a->max_stats < ARRAY_LEN(all) ? a->max_stats : (u_int)ARRAY_LEN(all);
	r->stats.stats_val = calloc(n + 1, sizeof(*all));
	if (!r->stats.stats_val)
		return error_errno(err, "%s: the statistics", g->sv->name);
	memcpy(r->stats.stats_val, all, n * sizeof(*all));
	r->stats.stats_len = n;
	return 0;
}

int lxc_cpu_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_cpu_stats_args *a = args;
	struct lxc_guest *g = of_call(call, &a->dom, err);

	return !g ? -1 : stats_of_cpus(g->ct.cgroup, a, ret, err) < 0 ? error_wrap(err, "%s", g->sv->name) : 0;
}

/* --- disks ------------------------------------------------------------------------------------------------------- */

static int block_io(struct lxc_guest *g, const char *path, struct cgroup_io *io, struct error *err)
{
	struct domain_disk *disk = path && *path ? change_find_disk(g->sv->def, path, err) : NULL;
	struct lxc_device device = { 0 };
	struct stat st = { 0 };
	bool gone;

	if (path && *path && !disk)
		return -1;
	gone = disk && (lxc_device_from_disk(disk, &device, err) < 0 || lxc_device_find(&device, g->sv->run_fd, err) < 0 ||
			stat(device.source, &st) < 0 || !S_ISBLK(st.st_mode));
	lxc_device_clear(&device);
	if (gone)
		return error_set(err, ERR_OPERATION_FAILED, "%s: the device of disk '%s' is gone", g->sv->name, path);
	return cgroup_block_io(g->ct.cgroup, disk ? major(st.st_rdev) : 0, disk ? minor(st.st_rdev) : 0, io, err) < 0
		? error_wrap(err, "%s", g->sv->name) : 0;
}

int lxc_block_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_block_stats_args *a = args;
	wire_domain_block_stats_ret *r = ret;
	struct lxc_guest *g = of_call(call, &a->dom, err);
	struct cgroup_io io;

	if (!g || block_io(g, a->path, &io, err) < 0)
		return -1;
	r->rd_req = (int64_t)io.read_requests;
	r->rd_bytes = (int64_t)io.read_bytes;
	r->wr_req = (int64_t)io.write_requests;
	r->wr_bytes = (int64_t)io.write_bytes;
	r->errs = -1;   /* nobody counts them */
	return 0;
}

int lxc_block_stats_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_block_stats_flags_args *a = args;
	wire_domain_block_stats_flags_ret *r = ret;
	struct lxc_guest *g = of_call(call, &a->dom, err);
	struct cgroup_io io;

	if (!g)
		return -1;
	if (a->nparams == 0) {
		r->nparams = 4;
		return 0;
	}
	if (block_io(g, a->path, &io, err) < 0)
		return -1;
	const struct { const char *name; uint64_t value; } all[] = {
		{ "wr_bytes", io.write_bytes }, { "wr_operations", io.write_requests }, { "rd_bytes", io.read_bytes }, { "rd_operations", io.read_requests },
	};
	for (size_t i = 0; i < ARRAY_LEN(all) && (int)i < a->nparams; i++, r->nparams++)
		if (params_add_llong(PARAMS(r->params), all[i].name, (int64_t)all[i].value, err) < 0)
			return -1;
	return 0;
}

/* --- interfaces -------------------------------------------------------------------------------------------------- */

int lxc_interface_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_interface_stats_args *a = args;
	wire_domain_interface_stats_ret *r = ret;
	struct lxc_guest *g = of_call(call, &a->dom, err);
	const struct domain_net *net = g ? change_find_net(g->sv->def, a->device, err) : NULL;
	int64_t rx[4], tx[4];

	if (!net)
		return -1;
	/* what the host's end sends is what the guest gets; an interface without a host's end is looked at inside */
	if (!net->target || stats_of_interface(getpid(), net->target, tx, rx) < 0) {
		if (!net->guest_actual || stats_of_interface(g->ct.pid, net->guest_actual, rx, tx) < 0)
			return error_set(err, ERR_OPERATION_FAILED, "%s: the interface '%s' cannot be found", g->sv->name, a->device);
	}
	*r = (wire_domain_interface_stats_ret){
		.rx_bytes = rx[0], .rx_packets = rx[1], .rx_errs = rx[2], .rx_drop = rx[3],
		.tx_bytes = tx[0], .tx_packets = tx[1], .tx_errs = tx[2], .tx_drop = tx[3],
	};
	return 0;
}

static unsigned prefix_of(const struct sockaddr *mask)
{
	const unsigned char *bytes = NULL;
	size_t len = 0;
	unsigned n = 0;

	if (mask && mask->sa_family == AF_INET)
		bytes = (const unsigned char *)&((const struct sockaddr_in *)mask)->sin_addr, len = 4;
	else if (mask && mask->sa_family == AF_INET6)
		bytes = (const unsigned char *)&((const struct sockaddr_in6 *)mask)->sin6_addr, len = 16;
	for (size_t i = 0; i < len; i++)
		n += (unsigned)__builtin_popcount(bytes[i]);
	return n;
}

static bool plain(const struct ifaddrs *a, struct lxc_ifaddr *to)
{
	const struct sockaddr_ll *ll = (const struct sockaddr_ll *)a->ifa_addr;

	if (!ll)
		return false;
	*to = (struct lxc_ifaddr){ .family = a->ifa_addr->sa_family, .prefix = prefix_of(a->ifa_netmask) };
	snprintf(to->name, sizeof(to->name), "%s", a->ifa_name);
	if (to->family == AF_PACKET && ll->sll_halen == 6)
		memcpy(to->address, ll->sll_addr, 6);
	else if (to->family == AF_INET)
		memcpy(to->address, &((const struct sockaddr_in *)a->ifa_addr)->sin_addr, 4);
	else if (to->family == AF_INET6)
		memcpy(to->address, &((const struct sockaddr_in6 *)a->ifa_addr)->sin6_addr, 16);
	else
		to->family = AF_UNSPEC;
	return true;
}

/* The addresses as the kernel of the container tells them; the hand, which goes into its network for that, is never needed for anything after. */
int lxc_look_inside(struct lxc_guest *g, struct lxc_ifaddr **list, size_t *n, struct error *err)
{
	struct ifaddrs *all;
	size_t count = 0;

	if (g->ns[NS_NET] < 0 || setns(g->ns[NS_NET], CLONE_NEWNET) < 0)
		return error_errno(err, "its network cannot be looked into");
	if (getifaddrs(&all) < 0)
		return error_errno(err, "its addresses");
	for (const struct ifaddrs *a = all; a; a = a->ifa_next)
		count++;
	*list = calloc(count + 1, sizeof(**list));
	for (const struct ifaddrs *a = all; a && *list; a = a->ifa_next)
		*n += plain(a, &(*list)[*n]);
	freeifaddrs(all);
	return *list ? 0 : error_errno(err, "its addresses");
}

static wire_domain_interface *interface_of(wire_domain_interface_addresses_ret *r, const char *name)
{
	wire_domain_interface *more;

	for (u_int i = 0; i < r->ifaces.ifaces_len; i++)
		if (!strcmp(r->ifaces.ifaces_val[i].name, name))
			return &r->ifaces.ifaces_val[i];
	if (r->ifaces.ifaces_len >= WIRE_DOMAIN_INTERFACE_MAX ||
	    !(more = reallocarray(r->ifaces.ifaces_val, r->ifaces.ifaces_len + 1, sizeof(*more))))
		return NULL;
	r->ifaces.ifaces_val = more;
	more[r->ifaces.ifaces_len] = (wire_domain_interface){ .name = strdup(name) };
	return more[r->ifaces.ifaces_len].name ? &more[r->ifaces.ifaces_len++] : NULL;
}

static int add_one(wire_domain_interface *to, const struct lxc_ifaddr *a)
{
	char text[INET6_ADDRSTRLEN];

	if (a->family == AF_PACKET) {
		if (to->hwaddr)
			return 0;
		netlink_mac_format(a->address, text);
		to->hwaddr = calloc(1, sizeof(*to->hwaddr));
		return to->hwaddr && (*to->hwaddr = strdup(text)) ? 0 : -1;
	}
	if (a->family == AF_UNSPEC || to->addrs.addrs_len >= WIRE_DOMAIN_IP_ADDR_MAX)
		return 0;
	wire_domain_ip_addr *more = reallocarray(to->addrs.addrs_val, to->addrs.addrs_len + 1, sizeof(*more));
	if (!more)
		return -1;
	to->addrs.addrs_val = more;
	more[to->addrs.addrs_len] = (wire_domain_ip_addr){
		.type = a->family == AF_INET ? 0 : 1, .addr = inet_ntop(a->family, a->address, text, sizeof(text)) ? strdup(text) : NULL, .prefix = a->prefix,
	};
	if (!more[to->addrs.addrs_len].addr)
		return -1;
	to->addrs.addrs_len++;
	return 0;
}

int lxc_interface_addresses(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	enum { ARP = 2 };   /* virDomainInterfaceAddressesSource; leases and agents are beside the kernel's own word */
	const wire_domain_interface_addresses_args *a = args;
	wire_domain_interface_addresses_ret *r = ret;
	struct lxc_guest *g = of_call(call, &a->dom, err);
	AUTO_FREE struct lxc_ifaddr *list = NULL;
	size_t n = 0;

	if (!g)
		return -1;
	if (a->source == ARP)
		return stats_arp_addresses(g->sv->def, r, err);
	if (!g->sv->def->features.privnet && !g->n_nets && !state_is_session())
		return error_set(err, ERR_OPERATION_INVALID, "%s: it has the host's network, and no address of its own", g->sv->name);
	if (lxc_hand_addresses(g, &list, &n, err) < 0)
		return error_wrap(err, "%s", g->sv->name);
	for (size_t i = 0; i < n; i++) {
		wire_domain_interface *to = interface_of(r, list[i].name);
		if (!to || add_one(to, &list[i]) < 0)
			return error_set(err, ERR_NO_MEMORY, "%s: its addresses", g->sv->name);
	}
	return 0;
}
