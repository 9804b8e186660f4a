/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Definitions of networks: what is completed and kept, what is refused. */
#include "network/network.h"
#include "network/network_impl.h"

#include "hypervisor/local.h"
#include "util/file.h"
#include "util/netlink.h"

#include <fcntl.h>
#include <ifaddrs.h>
#include <string.h>
#include <sys/random.h>

/* libvirt's VIR_NETWORK_DEFINE_VALIDATE and VIR_NETWORK_CREATE_VALIDATE. */
#define VALIDATE 1u

struct network *net_load(const char *name, struct error *err)
{
	AUTO_FREE char *xml = NULL;
	size_t len;
	struct network *def;

	if (state_read_config("network", name, &xml, &len, err) < 0)
		return NULL;
	def = network_parse(xml, len, 0, err);
	if (!def)
		error_wrap(err, "network '%s'", name);
	return def;
}

/* Calls fn for each other network, as it runs or else as it is defined, until it returns other than 0. */
static int each_network(int (*fn)(void *ctx, const struct network *def), void *ctx, struct error *err)
{
	struct state_list list;
	int rc = 0;

	if (state_list(&list, "network", STATE_LIST_DEFINED | STATE_LIST_RUNNING, err) < 0)
		return -1;
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		const struct state_entry *e = &list.entry[i];
		AUTO_NETWORK struct network *def = e->defined && !e->damaged ? net_load(e->name, NULL) : NULL;

		if (!def && e->running) {
			AUTO_CLOSE int run = state_run_open("network", e->name, NULL);
			AUTO_FREE char *xml = NULL;
			size_t len;
			if (run >= 0 && file_read_at(run, "live.xml", 1 << 20, &xml, &len, NULL) == 0)
				def = network_parse(xml, len, CONF_PARSE_LIVE, NULL);
		}
		rc = def ? fn(ctx, def) : 0;
	}
	state_list_free(&list);
	return rc;
}

struct bridge_use {
	const char *name, *bridge;    /* of the network that asks */
	char owner[256];
};

static int uses_bridge(void *ctx, const struct network *def)
{
	struct bridge_use *u = ctx;

	if (!network_has_own_bridge(def) || !def->bridge.name || strcmp(def->bridge.name, u->bridge) || !strcmp(def->name, u->name))
		return 0;
	snprintf(u->owner, sizeof(u->owner), "%s", def->name);
	return 1;
}

static int choose_bridge(struct network *def, struct error *err)
{
	AUTO_NETLINK struct netlink *nl = netlink_open(err);
	unsigned next = 0;

	while (nl) {
		char name[IF_NAMESIZE];
		struct bridge_use u = { .name = def->name, .bridge = name };
		int number = netlink_free_name(nl, "virbr", next, name, err), used = number < 0 ? -1 : each_network(uses_bridge, &u, err);

		if (used < 0)
			return -1;
		if (used == 0) {
			def->bridge.name = strdup(name);
			return def->bridge.name ? 0 : error_errno(err, "bridge");
		}
		next = (unsigned)number + 1;
	}
	return -1;
}

static int check_bridge(const struct network *def, struct error *err)
{
	struct bridge_use u = { .name = def->name, .bridge = def->bridge.name };
	int used = each_network(uses_bridge, &u, err);

	return used > 0 ? error_set(err, ERR_OPERATION_FAILED, "network '%s': the bridge %s is that of network '%s' (choose another name, or leave it out)",
				    def->name, def->bridge.name, u.owner) : used;
}

static int choose_mac(struct network *def, struct error *err)
{
	static const unsigned char prefix[3] = { 0x52, 0x54, 0x00 };

	memcpy(def->mac.addr, prefix, sizeof(prefix));
	if (getrandom(def->mac.addr + 3, 3, 0) != 3)
		return error_errno(err, "a MAC address");
	def->mac.set = true;
	return 0;
}

static int inherit(struct network *def, const struct network *old, struct error *err)
{
	if (!old || !network_has_own_bridge(old))
		return 0;
	if (!def->mac.set)
		def->mac = old->mac;
	if (!def->bridge.name && old->bridge.name && !(def->bridge.name = strdup(old->bridge.name)))
		return error_errno(err, "bridge");
	return 0;
}

int net_complete(struct network *def, const struct network *old, struct error *err)
{
	if (!network_has_own_bridge(def))
		return 0;
	if (inherit(def, old, err) < 0 || (!def->mac.set && choose_mac(def, err) < 0))
		return -1;
	return def->bridge.name ? check_bridge(def, err) : choose_bridge(def, err);
}

/* A network has one UUID for as long as it is there, and no two have the same. */
static int settle_uuid(struct network *def, const struct network *old, struct error *err)
{
	const struct hv only = { .kind = &hv_network_kind };
	unsigned char known[UUID_BYTES];
	struct error none = { 0 };
	char text[UUID_TEXT];
	AUTO_GUEST struct guest other = { 0 };

	if (old)
		memcpy(known, old->uuid, sizeof(known));
	if (old || state_uuid_of("network", def->name, known, NULL) == 0 || state_run_uuid("network", def->name, known, NULL) == 0) {
		if (def->uuid_made)
			memcpy(def->uuid, known, sizeof(known));
		return memcmp(def->uuid, known, sizeof(known)) == 0 ? 0 :
			error_set(err, ERR_OPERATION_FAILED, "network '%s' is there already with UUID %s (leave the UUID out, or undefine it first)", def->name,
				  uuid_format(known, text));
	}
	if (guest_by_uuid(&only, def->uuid, &other, &none) == 0)
		return error_set(err, ERR_OPERATION_FAILED, "network '%s' cannot have the UUID of network '%s'", def->name, other.name);
	if (none.code == ERR_NO_NETWORK)
		return 0;
	*err = none;
	return -1;
}

static struct network *parse(const struct hv *hv, const char *xml, unsigned flags, struct error *err)
{
	return network_parse_warn(xml, strlen(xml), flags & VALIDATE ? CONF_PARSE_VALIDATE : 0, hv->warn, hv->warn_ctx, err);
}

static int give(const struct network *def, wire_network *out, struct error *err)
{
	out->name = strdup(def->name);
	memcpy(out->uuid, def->uuid, sizeof(def->uuid));
	return out->name ? 0 : error_errno(err, "no memory for the answer");
}

static int define(struct rpc_call *call, const char *xml, unsigned flags, wire_network *out, struct error *err)
{
	const struct hv *hv = call->ctx;
	AUTO_NETWORK struct network *def = NULL, *old = NULL;
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_FREE char *text = NULL;

	if (hv_may(call, err) < 0 || hv_flags(call, flags, VALIDATE, err) < 0 || !(def = parse(hv, xml, flags, err)) ||
	    state_lock(&lock, "network", def->name, hv->timeout_ms, err) < 0)
		return -1;
	/* a damaged one is replaced: defining is how it is put right */
	if (state_definition("network", def->name, NULL) == STATE_DEFINED)
		old = net_load(def->name, NULL);
	if (settle_uuid(def, old, err) < 0 || net_complete(def, old, err) < 0 || !(text = network_format(def, CONF_FORMAT_INACTIVE, err)) ||
	    state_define("network", def->name, def->uuid, text, strlen(text), err) < 0)
		return -1;
	return give(def, out, err);
}

int net_network_define_xml(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	return define(call, ((const wire_network_define_xml_args *)args)->xml, 0, &((wire_network_define_xml_ret *)ret)->net, err);
}

int net_network_define_xml_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_define_xml_flags_args *a = args;

	return define(call, a->xml, a->flags, &((wire_network_define_xml_flags_ret *)ret)->net, err);
}

static int create(struct rpc_call *call, const char *xml, unsigned flags, wire_network *out, struct error *err)
{
	const struct hv *hv = call->ctx;
	AUTO_NETWORK struct network *def = NULL;
	AUTO_FREE char *text = NULL;

	if (hv_may(call, err) < 0 || hv_flags(call, flags, VALIDATE, err) < 0 || !(def = parse(hv, xml, flags, err)) ||
	    net_complete(def, NULL, err) < 0 || !(text = network_format(def, CONF_FORMAT_INACTIVE, err)) ||
	    hv_start(hv, &hv_network_kind, def->name, 0, text, def->uuid, err) < 0)
		return -1;
	return give(def, out, err);
}

int net_network_create_xml(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	return create(call, ((const wire_network_create_xml_args *)args)->xml, 0, &((wire_network_create_xml_ret *)ret)->net, err);
}

int net_network_create_xml_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_create_xml_flags_args *a = args;

	return create(call, a->xml, a->flags, &((wire_network_create_xml_flags_ret *)ret)->net, err);
}

/* --- a free subnet ------------------------------------------------------------------------------------------------ */

struct subnet {
	struct addr addr;
	const char *except;      /* this network may have it */
};

static int overlaps(void *ctx, const struct network *def)
{
	const struct subnet *s = ctx;
	const struct addr *a = &s->addr;

	if (s->except && !strcmp(def->name, s->except))
		return 0;
	for (size_t i = 0; i < def->ips.n; i++) {
		struct addr theirs;
		unsigned prefix;

		network_ip_address(def->ips.items[i], &theirs, &prefix);
		if (addr_same_network(a, &theirs, prefix < 24 ? prefix : 24))
			return 1;
	}
	return 0;
}

static bool host_has(const struct addr *a)
{
	struct ifaddrs *list = NULL;
	bool found = false;

	if (getifaddrs(&list) < 0)
		return false;
	for (const struct ifaddrs *i = list; i && !found; i = i->ifa_next) {
		struct addr theirs = { .family = AF_INET };

		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET)
			continue;
		memcpy(theirs.b, &((struct sockaddr_in *)i->ifa_addr)->sin_addr, 4);
		found = addr_same_network(a, &theirs, 24);
	}
	freeifaddrs(list);
	return found;
}

static int is_routed(void *ctx, const struct netlink_route *route)
{
	return route->prefix >= 24 && addr_same_network(&route->addr, ctx, 24);
}

int network_choose_subnet(unsigned *third, const char *except, struct error *err)
{
	AUTO_NETLINK struct netlink *nl = netlink_open(err);

	if (!nl)
		return -1;
	/* libvirt's own first, then its neighbours */
	for (unsigned tries = 0; tries < 256; tries++) {
		struct subnet s = { { .family = AF_INET, .b = { 192, 168, (unsigned char)(122 + tries), 1 } }, except };
		int used = host_has(&s.addr) ? 1 : netlink_each_route(nl, is_routed, &s.addr, err);

		if (used == 0)
			used = each_network(overlaps, &s, err);
		if (used < 0)
			return -1;
		*third = s.addr.b[2];
		if (!used)
			return 0;
	}
	return error_set(err, ERR_OPERATION_FAILED, "no subnet of 192.168.0.0/16 is free: define a network with an <ip> of your choice");
}
