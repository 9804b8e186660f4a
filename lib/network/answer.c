/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the supervisor of a network answers of the network as a whole. */
#include "network/network_impl.h"

#include "hypervisor/annotate.h"
#include "rpc/server.h"
#include "util/file.h"

#include <string.h>

/* libvirt's virNetworkUpdateFlags and virNetworkXMLFlags. */
enum { AFFECT_LIVE = 1, AFFECT_CONFIG = 2 };
enum { XML_INACTIVE = 1 };

int net_check_called(const struct supervisor *sv, const wire_network *net, struct error *err)
{
	static const unsigned char none[16];
	bool ours = memcmp(net->uuid, none, sizeof(none)) ? !memcmp(net->uuid, sv->uuid, sizeof(sv->uuid)) : net->name && !strcmp(net->name, sv->name);

	if (!ours)
		return error_set(err, ERR_NO_NETWORK, "no network '%s' here: this is the supervisor of '%s'", net->name ? net->name : "", sv->name);
	return sv->ending ? error_set(err, ERR_OPERATION_INVALID, "network '%s' is not active", sv->name) : 0;
}

int net_wire(const struct supervisor *sv, wire_network *out, struct error *err)
{
	out->name = strdup(sv->name);
	memcpy(out->uuid, sv->uuid, sizeof(sv->uuid));
	return out->name ? 0 : error_errno(err, "no memory for the answer");
}

/* Takes the turn (supervisor.h): what changes a network waits for nft and dnsmasq half way. Whoever had it before may have ended the network. */
static int take_turn(struct supervisor *sv, const wire_network *net, struct error *err)
{
	if (net_check_called(sv, net, err) < 0 || supervisor_turn_take(sv, err) < 0)
		return -1;
	if (net_check_called(sv, net, err) == 0)
		return 0;
	supervisor_turn_give(sv);
	return -1;
}

/* What is being changed is finished first, but a change that hangs keeps no network alive. */
static int answer_destroy(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	bool turn = take_turn(sv, args, err) == 0;
	int rc;

	(void)ret;
	if (!turn && err->code != ERR_OPERATION_TIMEOUT)
		return -1;
	rc = sv->driver->destroy(sv, err);
	if (turn)
		supervisor_turn_give(sv);
	return rc;
}

static int answer_xml(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_network_get_xml_desc_args *a = args;
	wire_network_get_xml_desc_ret *r = ret;
	struct net_sup *n = net_of(sv);

	if (net_check_called(sv, &a->net, err) < 0)
		return -1;
	net_ports_count(n);
	r->xml = network_format(n->def, a->flags & XML_INACTIVE ? CONF_FORMAT_INACTIVE : 0, err);
	return r->xml ? 0 : -1;
}

static int answer_bridge(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	wire_network_get_bridge_name_ret *r = ret;
	const char *name = net_of(sv)->def->bridge.name;

	if (net_check_called(sv, args, err) < 0)
		return -1;
	if (!name)
		return error_set(err, ERR_INTERNAL, "network '%s' has no bridge", sv->name);
	r->name = strdup(name);
	return r->name ? 0 : error_errno(err, "no memory for the answer");
}

static int update(struct net_sup *n, const wire_network_update_args *a, struct error *err)
{
	struct network *next = network_copy(n->def, err);

	if (!next || net_update_def(next, a->command, a->section, a->parent_index, a->xml, err) < 0 || net_change(n, next, err) < 0) {
		network_free(next);
		return -1;
	}
	return net_write_live(n->sv, err);
}

static int answer_update(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_network_update_args *a = args;
	int rc;

	(void)ret;
	if (take_turn(sv, &a->net, err) < 0)
		return -1;
	rc = update(net_of(sv), a, err);
	supervisor_turn_give(sv);
	return rc;
}

int net_write_live(struct supervisor *sv, struct error *err)
{
	AUTO_FREE char *xml = network_format(net_of(sv)->def, 0, err);

	return xml ? file_replace_at(sv->run_fd, "live.xml", xml, strlen(xml), 0600, FILE_VOLATILE, err) : -1;
}

static int answer_set_metadata(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_network_set_metadata_args *a = args;
	struct annotated what;
	int rc;

	(void)ret;
	if (take_turn(sv, &a->opt_network, err) < 0)
		return -1;
	what = net_annotated(net_of(sv)->def);
	rc = annotate_set(&what, a->type, a->metadata ? *a->metadata : NULL, a->key ? *a->key : NULL, a->uri ? *a->uri : NULL, err);
	if (rc == 0)
		rc = net_write_live(sv, err);
	supervisor_turn_give(sv);
	return rc;
}

static int answer_get_metadata(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_network_get_metadata_args *a = args;
	wire_network_get_metadata_ret *r = ret;
	struct annotated what = net_annotated(net_of(sv)->def);

	if (net_check_called(sv, &a->opt_network, err) < 0)
		return -1;
	r->metadata = annotate_get(&what, a->type, a->uri ? *a->uri : NULL, err);
	return r->metadata ? 0 : -1;
}

/* For supervisors of guests, which know a network by its own alone. */
static int answer_leases(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_network_get_dhcp_leases_args *a = args;
	struct error why = { 0 };
	AUTO_CLOSE int dir = -1;

	if (net_check_called(sv, &a->net, err) < 0)
		return -1;
	dir = net_lease_dir(sv->name, false, &why);
	if (dir >= 0)
		return net_leases(dir, net_of(sv)->def, a->mac ? *a->mac : NULL, ret, a->need_results, err);
	if (why.sys == ENOENT)
		return 0;
	*err = why;
	return -1;
}

const struct rpc_row net_answer_rows[] = {
	RPC_ROW(network_destroy, answer_destroy),
	RPC_ROW(network_get_xml_desc, answer_xml),
	RPC_ROW(network_get_bridge_name, answer_bridge),
	RPC_ROW(network_update, answer_update),
	RPC_ROW(network_set_metadata, answer_set_metadata),
	RPC_ROW(network_get_metadata, answer_get_metadata),
	RPC_ROW(network_get_dhcp_leases, answer_leases),
	RPC_ROW_END,
};
