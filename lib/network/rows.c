/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Procedures about networks: answered from files where files know, by the network's supervisor where only that one does. */
#include "network/network.h"
#include "network/network_impl.h"

#include "hypervisor/local.h"

#include <limits.h>
#include <string.h>

/* libvirt's numbers: virNetworkXMLFlags, virNetworkUpdateFlags, virConnectListAllNetworksFlags. */
enum { XML_INACTIVE = 1 };
enum { AFFECT_LIVE = 1, AFFECT_CONFIG = 2 };
enum { LIST_INACTIVE = 1, LIST_ACTIVE = 2, LIST_PERSISTENT = 4, LIST_TRANSIENT = 8, LIST_AUTOSTART = 16, LIST_NO_AUTOSTART = 32 };

/* The connection, as one to networks. */
static struct hv of_networks(const struct rpc_call *call)
{
	struct hv hv = *(const struct hv *)call->ctx;

	hv.kind = &hv_network_kind;
	return hv;
}

/* The network that a call's arguments begin with. */
static int called(const struct rpc_call *call, const void *args, struct guest *net, struct error *err)
{
	const wire_network *asked = args;
	struct hv hv = of_networks(call);
	wire_domain dom = { .name = asked->name, .id = -1 };

	memcpy(dom.uuid, asked->uuid, sizeof(dom.uuid));
	return hv_may(call, err) < 0 ? -1 : hv_guest_of(&hv, &dom, net, err);
}

static int not_active(const struct guest *net, struct error *err)
{
	return error_set(err, ERR_OPERATION_INVALID, "network '%s' is not active (start it with: net-start %s)", net->name, net->name);
}

static int forward_to(struct rpc_call *call, struct guest *net, const void *args, void *ret, struct error *err)
{
	struct hv hv = of_networks(call);
	struct rpc_call inner = *call;

	inner.ctx = &hv;
	if (!guest_is_active(net))
		return not_active(net, err);
	return hv_forward_to(&inner, net, args, ret, hv.timeout_ms, err);
}

int net_forward(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	AUTO_GUEST struct guest net = { 0 };

	return called(call, args, &net, err) < 0 ? -1 : forward_to(call, &net, args, ret, err);
}

static int give(const struct guest *net, wire_network *out, struct error *err)
{
	out->name = strdup(net->name);
	memcpy(out->uuid, net->uuid, sizeof(net->uuid));
	return out->name ? 0 : error_errno(err, "no memory for the answer");
}

int net_network_lookup_by_name(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_lookup_by_name_args *a = args;
	struct hv hv = of_networks(call);
	AUTO_GUEST struct guest net = { 0 };

	return guest_by_name(&hv, a->name, &net, err) < 0 ? -1 : give(&net, &((wire_network_lookup_by_name_ret *)ret)->net, err);
}

int net_network_lookup_by_uuid(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_lookup_by_uuid_args *a = args;
	struct hv hv = of_networks(call);
	AUTO_GUEST struct guest net = { 0 };

	return guest_by_uuid(&hv, (const unsigned char *)a->uuid, &net, err) < 0 ? -1 : give(&net, &((wire_network_lookup_by_uuid_ret *)ret)->net, err);
}

/* --- lists -------------------------------------------------------------------------------------------------------- */

static int list(const struct rpc_call *call, unsigned flags, struct guest_list *out, struct error *err)
{
	static const struct {
		unsigned theirs, ours;
	} bits[] = {
		{ LIST_INACTIVE, GUEST_LIST_INACTIVE }, { LIST_ACTIVE, GUEST_LIST_ACTIVE }, { LIST_PERSISTENT, GUEST_LIST_PERSISTENT },
		{ LIST_TRANSIENT, GUEST_LIST_TRANSIENT }, { LIST_AUTOSTART, GUEST_LIST_AUTOSTART }, { LIST_NO_AUTOSTART, GUEST_LIST_NO_AUTOSTART },
	};
	struct hv hv = of_networks(call);
	unsigned filter = 0;

	for (size_t i = 0; i < ARRAY_LEN(bits); i++)
		filter |= flags & bits[i].theirs ? bits[i].ours : 0;
	return hv_flags(call, flags, 63, err) < 0 ? -1 : guest_list(&hv, filter, GUEST_WANT_UUID, out, err);
}

int net_connect_list_all_networks(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_list_all_networks_args *a = args;
	wire_connect_list_all_networks_ret *r = ret;
	struct guest_list all;
	int rc = 0;

	if (list(call, a->flags, &all, err) < 0)
		return -1;
	r->ret = (unsigned)all.n;
	if (a->need_results && all.n) {
		r->nets.nets_val = calloc(all.n, sizeof(*r->nets.nets_val));
		rc = r->nets.nets_val ? 0 : error_errno(err, "no memory for the answer");
		for (; rc == 0 && r->nets.nets_len < all.n; r->nets.nets_len++)
			rc = give(&all.guest[r->nets.nets_len], &r->nets.nets_val[r->nets.nets_len], err);
	}
	guest_list_free(&all);
	return rc;
}

static int names(const struct rpc_call *call, unsigned flags, int max, u_int *n, wire_string **out, struct error *err)
{
	struct guest_list all;
	int rc = 0;

	if (list(call, flags, &all, err) < 0)
		return -1;
	*out = calloc(all.n + 1, sizeof(**out));
	rc = *out ? 0 : error_errno(err, "no memory for the answer");
	for (size_t i = 0; rc == 0 && i < all.n && (int)*n < max; i++)
		(*out)[(*n)++] = STEAL_PTR(all.guest[i].name);
	guest_list_free(&all);
	return rc;
}

int net_connect_list_networks(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_list_networks_ret *r = ret;

	return names(call, LIST_ACTIVE, ((const wire_connect_list_networks_args *)args)->maxnames, &r->names.names_len, &r->names.names_val, err);
}

int net_connect_list_defined_networks(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_list_defined_networks_ret *r = ret;

	return names(call, LIST_INACTIVE, ((const wire_connect_list_defined_networks_args *)args)->maxnames, &r->names.names_len, &r->names.names_val, err);
}

static int count(const struct rpc_call *call, unsigned flags, int *out, struct error *err)
{
	struct guest_list all;

	if (list(call, flags, &all, err) < 0)
		return -1;
	*out = all.n > INT_MAX ? INT_MAX : (int)all.n;
	guest_list_free(&all);
	return 0;
}

int net_connect_num_of_networks(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)args;
	return count(call, LIST_ACTIVE, &((wire_connect_num_of_networks_ret *)ret)->num, err);
}

int net_connect_num_of_defined_networks(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)args;
	return count(call, LIST_INACTIVE, &((wire_connect_num_of_defined_networks_ret *)ret)->num, err);
}

/* --- one network -------------------------------------------------------------------------------------------------- */

int net_network_is_active(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	AUTO_GUEST struct guest net = { 0 };

	if (called(call, args, &net, err) < 0)
		return -1;
	((wire_network_is_active_ret *)ret)->active = guest_is_active(&net);
	return 0;
}

int net_network_is_persistent(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	AUTO_GUEST struct guest net = { 0 };

	if (called(call, args, &net, err) < 0)
		return -1;
	((wire_network_is_persistent_ret *)ret)->persistent = net.persistent;
	return 0;
}

static int transient(const struct guest *net, struct error *err)
{
	return error_set(err, ERR_OPERATION_INVALID, "network '%s' is transient: it has no definition", net->name);
}

int net_network_get_autostart(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	AUTO_GUEST struct guest net = { 0 };
	int on;

	if (called(call, args, &net, err) < 0)
		return -1;
	on = net.persistent ? state_get_autostart("network", net.name, err) : 0;
	((wire_network_get_autostart_ret *)ret)->autostart = on;
	return on < 0 ? -1 : 0;
}

int net_network_set_autostart(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_set_autostart_args *a = args;
	AUTO_GUEST struct guest net = { 0 };
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;

	(void)ret;
	if (called(call, args, &net, err) < 0)
		return -1;
	if (!net.persistent)
		return transient(&net, err);
	if (state_lock(&lock, "network", net.name, ((const struct hv *)call->ctx)->timeout_ms, err) < 0)
		return -1;
	return state_set_autostart("network", net.name, a->autostart != 0, err);
}

int net_network_undefine(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	AUTO_GUEST struct guest net = { 0 };
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;

	(void)ret;
	if (called(call, args, &net, err) < 0)
		return -1;
	if (!net.persistent)
		return transient(&net, err);
	if (state_lock(&lock, "network", net.name, ((const struct hv *)call->ctx)->timeout_ms, err) < 0)
		return -1;
	return state_undefine("network", net.name, err);
}

int net_network_create(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct hv *hv = call->ctx;
	AUTO_GUEST struct guest net = { 0 };

	(void)ret;
	if (called(call, args, &net, err) < 0)
		return -1;
	if (!net.persistent)
		return error_set(err, ERR_OPERATION_INVALID, "network '%s' is already active", net.name);
	return hv_start(hv, &hv_network_kind, net.name, 0, NULL, NULL, err);
}

int net_network_destroy(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct hv hv = of_networks(call);
	struct rpc_call inner = *call;
	AUTO_GUEST struct guest net = { 0 };

	(void)ret;
	inner.ctx = &hv;
	if (called(call, args, &net, err) < 0)
		return -1;
	return guest_is_active(&net) ? hv_destroy_guest(&inner, &net, args, 0, err) : not_active(&net, err);
}

int net_network_get_xml_desc(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_get_xml_desc_args *a = args;
	wire_network_get_xml_desc_ret *r = ret;
	AUTO_GUEST struct guest net = { 0 };
	AUTO_NETWORK struct network *def = NULL;

	if (hv_flags(call, a->flags, XML_INACTIVE, err) < 0 || called(call, args, &net, err) < 0)
		return -1;
	if (guest_is_active(&net) && (!(a->flags & XML_INACTIVE) || !net.persistent))
		return forward_to(call, &net, args, ret, err);
	def = net_load(net.name, err);
	r->xml = def ? network_format(def, CONF_FORMAT_INACTIVE, err) : NULL;
	return r->xml ? 0 : -1;
}

int net_network_get_bridge_name(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_network_get_bridge_name_ret *r = ret;
	AUTO_GUEST struct guest net = { 0 };
	AUTO_NETWORK struct network *def = NULL;

	if (called(call, args, &net, err) < 0)
		return -1;
	if (guest_is_active(&net))
		return forward_to(call, &net, args, ret, err);
	def = net_load(net.name, err);
	if (!def)
		return -1;
	if (!def->bridge.name)
		return error_set(err, ERR_INTERNAL, "network '%s' has no bridge", net.name);
	r->name = strdup(def->bridge.name);
	return r->name ? 0 : error_errno(err, "no memory for the answer");
}

/* --- changes, live and stored ------------------------------------------------------------------------------------- */

static int affects(const struct guest *net, unsigned flags, bool *live, bool *config, struct error *err)
{
	bool active = guest_is_active(net);

	*live = flags & AFFECT_LIVE || (!(flags & AFFECT_CONFIG) && active);
	*config = flags & AFFECT_CONFIG || (!(flags & AFFECT_LIVE) && !active);
	if (*live && !active)
		return not_active(net, err);
	return *config && !net->persistent ? transient(net, err) : 0;
}

/* Changes what is stored, by a function that is told the call's arguments; `dry`: only tries. */
static int change_stored(const struct rpc_call *call, const char *name, int (*change)(struct network *def, const void *args, struct error *err),
			 const void *args, bool dry, struct error *err)
{
	AUTO_NETWORK struct network *def = NULL;
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_FREE char *xml = NULL;

	if (!dry && state_lock(&lock, "network", name, ((const struct hv *)call->ctx)->timeout_ms, err) < 0)
		return -1;
	if (!(def = net_load(name, err)) || change(def, args, err) < 0 || !(xml = network_format(def, CONF_FORMAT_INACTIVE, err)))
		return -1;
	return dry ? 0 : state_define("network", name, def->uuid, xml, strlen(xml), err);
}

/* Both or none: what is stored is tried first. The lock is not held over the call to the supervisor, which may have to be adopted for it. */
static int change_both(struct rpc_call *call, struct guest *net, unsigned flags, int (*change)(struct network *def, const void *args, struct error *err),
		       const void *args, struct error *err)
{
	bool live, config;

	if (affects(net, flags, &live, &config, err) < 0 || (config && live && change_stored(call, net->name, change, args, true, err) < 0) ||
	    (live && forward_to(call, net, args, NULL, err) < 0))
		return -1;
	return config ? change_stored(call, net->name, change, args, false, err) : 0;
}

static int update(struct network *def, const void *args, struct error *err)
{
	const wire_network_update_args *a = args;

	return net_update_def(def, a->command, a->section, a->parent_index, a->xml, err);
}

int net_network_update(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_update_args *a = args;
	AUTO_GUEST struct guest net = { 0 };

	(void)ret;
	if (hv_flags(call, a->flags, AFFECT_LIVE | AFFECT_CONFIG, err) < 0 || called(call, args, &net, err) < 0)
		return -1;
	return change_both(call, &net, a->flags, update, args, err);
}

static int set_metadata(struct network *def, const void *args, struct error *err)
{
	const wire_network_set_metadata_args *a = args;
	struct annotated what = net_annotated(def);

	return annotate_set(&what, a->type, a->metadata ? *a->metadata : NULL, a->key ? *a->key : NULL, a->uri ? *a->uri : NULL, err);
}

/* For who waits for the event. That it cannot be told does not make it untrue. */
static void tell_annotated(const struct guest *net, int type, const char *uri)
{
	struct error ignored;
	AUTO_CLOSE int dir = net->persistent ? state_open_object("network", net->name, &ignored) : state_run_open("network", net->name, &ignored);

	if (dir >= 0 && state_annotated_write(dir, type, uri, &ignored) < 0)
		return;
}

int net_network_set_metadata(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_set_metadata_args *a = args;
	AUTO_GUEST struct guest net = { 0 };

	(void)ret;
	if (hv_flags(call, a->flags, AFFECT_LIVE | AFFECT_CONFIG, err) < 0 || called(call, args, &net, err) < 0 ||
	    change_both(call, &net, a->flags, set_metadata, args, err) < 0)
		return -1;
	tell_annotated(&net, a->type, a->uri ? *a->uri : NULL);
	return 0;
}

int net_network_get_metadata(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_get_metadata_args *a = args;
	wire_network_get_metadata_ret *r = ret;
	AUTO_GUEST struct guest net = { 0 };
	AUTO_NETWORK struct network *def = NULL;
	struct annotated what;
	bool live, config;

	if (hv_flags(call, a->flags, AFFECT_LIVE | AFFECT_CONFIG, err) < 0 || called(call, args, &net, err) < 0 ||
	    affects(&net, a->flags, &live, &config, err) < 0)
		return -1;
	if (live)
		return forward_to(call, &net, args, ret, err);
	def = net_load(net.name, err);
	if (!def)
		return -1;
	what = net_annotated(def);
	r->metadata = annotate_get(&what, a->type, a->uri ? *a->uri : NULL, err);
	return r->metadata ? 0 : -1;
}

/* The file tells, whether or not the network's supervisor is asked. */
int net_network_get_dhcp_leases(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_get_dhcp_leases_args *a = args;
	AUTO_GUEST struct guest net = { 0 };
	AUTO_NETWORK struct network *def = NULL;
	AUTO_CLOSE int dir = -1;
	wire_network_get_xml_desc_args ask = { .net = a->net };
	wire_network_get_xml_desc_ret xml = { 0 };
	struct error none = { 0 };

	if (hv_flags(call, a->flags, 0, err) < 0 || called(call, args, &net, err) < 0)
		return -1;
	if (net_network_get_xml_desc(&(struct rpc_call){ .ctx = call->ctx, .proc = &rpc_network_get_xml_desc, .uid = call->uid }, &ask, &xml, err) < 0)
		return -1;
	def = network_parse(xml.xml, strlen(xml.xml), CONF_PARSE_LIVE, err);
	free(xml.xml);
	if (!def || !def->bridge.name)
		return def ? 0 : -1;
	dir = net_lease_dir(net.name, false, &none);
	if (dir < 0 && none.sys == ENOENT)
		return 0;
	if (dir < 0) {
		*err = none;
		return -1;
	}
	return net_leases(dir, def, a->mac ? *a->mac : NULL, ret, a->need_results, err);
}

const struct rpc_row network_rows[] = {
	NET(connect_list_all_networks),
	NET(connect_list_networks),
	NET(connect_num_of_networks),
	NET(connect_list_defined_networks),
	NET(connect_num_of_defined_networks),
	NET(network_lookup_by_name),
	NET(network_lookup_by_uuid),
	NET(network_define_xml),
	NET(network_define_xml_flags),
	NET(network_undefine),
	NET(network_create),
	NET(network_create_xml),
	NET(network_create_xml_flags),
	NET(network_destroy),
	NET(network_get_xml_desc),
	NET(network_get_bridge_name),
	NET(network_get_autostart),
	NET(network_set_autostart),
	NET(network_is_active),
	NET(network_is_persistent),
	NET(network_update),
	NET(network_set_metadata),
	NET(network_get_metadata),
	NET(network_get_dhcp_leases),
	NET(network_list_all_ports),
	NET(network_port_lookup_by_uuid),
	NET(network_port_create_xml),
	NET(network_port_get_xml_desc),
	NET(network_port_delete),
	NET(network_port_get_parameters),
	NET(network_port_set_parameters),
	RPC_ROW_END,
};
