/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an agent in the guest would answer: every guest has the same two file systems, a clock that stands still, and a name made of its own. */
#include "test/guest.h"
#include "test/world.h"

#include "conf/network.h"
#include "util/addr.h"
#include "util/str.h"

#include <string.h>

static const struct { const char *mount, *device, *disk; } file_systems[TEST_FILE_SYSTEMS] = {
	[TEST_FS_ROOT] = { "/", "vda1", "vda" },
	[TEST_FS_BOOT] = { "/boot", "vda2", "vda" },
};

static int find_fs(const char *mount, struct error *err)
{
	for (int i = 0; i < TEST_FILE_SYSTEMS; i++)
		if (!strcmp(file_systems[i].mount, mount))
			return i;
	return error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: mount point not found: %s", mount);
}

/* Those that are named, or all, as bits; freeze and thaw have the same arguments. */
static int fs_set(const wire_domain_fsfreeze_args *a, unsigned *set, struct error *err)
{
	*set = a->mountpoints.mountpoints_len ? 0 : (1u << TEST_FILE_SYSTEMS) - 1;
	for (u_int i = 0; i < a->mountpoints.mountpoints_len; i++) {
		int fs = find_fs(a->mountpoints.mountpoints_val[i], err);

		if (fs < 0)
			return -1;
		*set |= 1u << fs;
	}
	return 0;
}

int test_freeze(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct test_guest *g = test_guest_called(call, args, err);
	unsigned set;

	if (!g || fs_set(args, &set, err) < 0)
		return -1;
	*(int *)ret = __builtin_popcount(set & ~g->frozen);
	g->frozen |= set;
	return 0;
}

int test_thaw(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct test_guest *g = test_guest_called(call, args, err);
	unsigned set;

	if (!g || fs_set(args, &set, err) < 0)
		return -1;
	*(int *)ret = __builtin_popcount(set & g->frozen);
	g->frozen &= ~set;
	return 0;
}

int test_trim(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_fstrim_args *a = args;

	(void)ret;
	return test_guest_called(call, args, err) && (!a->mount_point || find_fs(*a->mount_point, err) >= 0) ? 0 : -1;
}

static int fill_fs(int i, wire_domain_fsinfo *out, struct error *err)
{
	out->mountpoint = strdup(file_systems[i].mount);
	out->name = strdup(file_systems[i].device);
	out->fstype = strdup("ext4");
	out->dev_aliases.dev_aliases_val = calloc(1, sizeof(*out->dev_aliases.dev_aliases_val));
	out->dev_aliases.dev_aliases_len = out->dev_aliases.dev_aliases_val ? 1 : 0;
	if (out->dev_aliases.dev_aliases_val)
		*out->dev_aliases.dev_aliases_val = strdup(file_systems[i].disk);
	return out->mountpoint && out->name && out->fstype && out->dev_aliases.dev_aliases_val && *out->dev_aliases.dev_aliases_val ? 0 :
	       error_errno(err, "file systems");
}

int test_fsinfo(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_get_fsinfo_ret *r = ret;
	struct test_guest *g = test_guest_called(call, args, err);
	bool vda = false;

	for (size_t i = 0; g && i < g->sv->def->devices.disks.n; i++)
		vda |= !strcmp(g->sv->def->devices.disks.items[i]->dst, "vda");
	if (!g || !vda)
		return g ? 0 : -1;
	r->info.info_val = calloc(TEST_FILE_SYSTEMS, sizeof(*r->info.info_val));
	if (!r->info.info_val)
		return error_errno(err, "file systems");
	for (int i = 0; i < TEST_FILE_SYSTEMS; i++) {
		r->info.info_len++;
		if (fill_fs(i, &r->info.info_val[i], err) < 0)
			return -1;
	}
	r->ret = r->info.info_len;
	return 0;
}

int test_get_time(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct test_guest *g = test_guest_called(call, args, err);

	if (g)
		*(wire_domain_get_time_ret *)ret = g->clock;
	return g ? 0 : -1;
}

int test_set_time(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	enum { FROM_CLOCK = 1 };
	const wire_domain_set_time_args *a = args;
	struct test_guest *g = test_guest_called(call, args, err);

	(void)ret;
	if (g)
		g->clock = a->flags & FROM_CLOCK ? (wire_domain_get_time_ret){ 0 } : (wire_domain_get_time_ret){ a->seconds, a->nseconds };
	return g ? 0 : -1;
}

int test_hostname(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	enum { FROM_LEASE = 1, FROM_AGENT = 2 };
	const wire_domain_get_hostname_args *a = args;
	const struct test_guest *g = test_guest_called(call, args, err);
	char **out = ret;

	if (!g)
		return -1;
	if (a->flags & ~(FROM_LEASE | FROM_AGENT))
		return error_set(err, ERR_INVALID_ARG, "invalid argument: unknown flags 0x%x", a->flags);
	*out = str_printf("%shost", g->sv->name);
	return *out ? 0 : error_errno(err, "the name");
}

int test_set_password(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	return test_guest_called(call, args, err) ? 0 : -1;
}

int test_send_signal(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	enum { SIGNALS = 65, ENDS_IT = 9, ENDS_IT_KINDLY = 15, ABORTS_IT = 6 };
	const wire_domain_send_process_signal_args *a = args;
	struct test_guest *g = test_guest_called(call, args, err);

	(void)ret;
	if (!g)
		return -1;
	if (a->pid_value != 1)
		return error_set(err, ERR_INVALID_ARG, "invalid argument: only sending a signal to pid 1 is supported");
	if (a->signum >= SIGNALS)
		return error_set(err, ERR_INVALID_ARG, "invalid argument: signum value %u is out of range", a->signum);
	/* the first process is the guest */
	if (a->signum == ENDS_IT || a->signum == ENDS_IT_KINDLY || a->signum == ABORTS_IT)
		ev_timer_start(g->sv->loop, &g->end);
	return 0;
}

/* ---- addresses ---- */

/* The first that the network gives away, and one further for each id. */
static bool network_address(const char *name, int id, struct addr *out, unsigned *prefix)
{
	struct world w;
	struct error ignored;
	json_t *object = world_begin(&w, &ignored) == 0 ? world_find(&w, "network", "name", name) : NULL;
	const char *xml = object ? world_text(object, "xml") : NULL;
	struct network *net = xml ? conf_document_parse(&network_document, xml, strlen(xml), 0, NULL, NULL, &ignored) : NULL;
	const struct network_ip *ip = net && net->ips.n ? net->ips.items[0] : NULL;
	struct addr own;
	bool found = ip && ip->ranges.n && addr_parse(ip->ranges.items[0]->start, AF_UNSPEC, out) == 0;

	if (found) {
		network_ip_address(ip, &own, prefix);
		*out = addr_add(out, (uint64_t)id);
	}
	conf_free(network_document.elem, net);
	world_end(&w);
	return found;
}

static int fill_interface(const struct test_guest *g, size_t i, wire_domain_interface *out, struct error *err)
{
	const struct domain_net *net = g->sv->def->devices.interfaces.items[i];
	struct addr address;
	unsigned prefix = 24;
	char text[ADDR_TEXT];
	bool known = net->type == DOMAIN_NET_NETWORK && net->network && network_address(net->network, g->sv->id, &address, &prefix);

	if (!known && addr_parse("192.168.0.1", AF_INET, &address) == 0)
		address = addr_add(&address, i);
	out->name = strdup(net->target ? net->target : "");
	out->hwaddr = calloc(1, sizeof(*out->hwaddr));
	if (out->hwaddr)
		*out->hwaddr = str_printf("%02x:%02x:%02x:%02x:%02x:%02x", net->mac.addr[0], net->mac.addr[1], net->mac.addr[2], net->mac.addr[3], net->mac.addr[4],
					  net->mac.addr[5]);
	out->addrs.addrs_val = calloc(1, sizeof(*out->addrs.addrs_val));
	out->addrs.addrs_len = out->addrs.addrs_val ? 1 : 0;
	if (out->addrs.addrs_val)
		*out->addrs.addrs_val = (wire_domain_ip_addr){ address.family == AF_INET6, strdup(addr_format(&address, text)), prefix };
	return out->name && out->hwaddr && *out->hwaddr && out->addrs.addrs_val && out->addrs.addrs_val->addr ? 0 : error_errno(err, "addresses");
}

int test_addresses(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_interface_addresses_ret *r = ret;
	const struct test_guest *g = test_guest_called(call, args, err);

	if (!g)
		return -1;
	r->ifaces.ifaces_val = calloc(g->sv->def->devices.interfaces.n + 1, sizeof(*r->ifaces.ifaces_val));
	if (!r->ifaces.ifaces_val)
		return error_errno(err, "addresses");
	for (size_t i = 0; i < g->sv->def->devices.interfaces.n && i < WIRE_DOMAIN_INTERFACE_MAX; i++) {
		r->ifaces.ifaces_len++;
		if (fill_interface(g, i, &r->ifaces.ifaces_val[i], err) < 0)
			return -1;
	}
	return 0;
}
