/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ports of a network: who is plugged in, and into what. Each is a file in the run directory, so that the next supervisor knows them too. */
#include "network/network_impl.h"

#include "hypervisor/params.h"
#include "state/state.h"
#include "util/file.h"
#include "util/netlink.h"
#include "util/str.h"
#include "util/uuid.h"

#include <fcntl.h>
#include <string.h>

enum { CREATE_RECLAIM = 1, CREATE_VALIDATE = 2 };

#define PORTS_DIR "ports"
#define PORTS_MAX 4096
#define CLASS_FIRST 3   /* 1 is the whole, 2 what has no class of its own */

/* --- files -------------------------------------------------------------------------------------------------------- */

static int ports_dir(const struct net_sup *n, struct error *err)
{
	return file_open_dir_at(n->sv->run_fd, PORTS_DIR, 0700, true, err);
}

static int save(const struct net_sup *n, const struct net_port *p, struct error *err)
{
	AUTO_CLOSE int dir = ports_dir(n, err);
	AUTO_FREE char *xml = dir < 0 ? NULL : network_port_format(p->def, err);
	char name[UUID_TEXT];

	return xml ? file_replace_at(dir, uuid_format(p->def->uuid, name), xml, strlen(xml), 0600, FILE_VOLATILE, err) : -1;
}

static void unsave(const struct net_sup *n, const struct net_port *p)
{
	AUTO_CLOSE int dir = ports_dir(n, NULL);
	char name[UUID_TEXT];

	if (dir >= 0 && unlinkat(dir, uuid_format(p->def->uuid, name), 0) < 0 && errno != ENOENT)
		supervisor_log(n->sv, "%s: the file of port %s cannot be removed: %s", n->sv->name, name, strerror(errno));
}

static void port_free(struct net_port *p)
{
	if (p)
		network_port_free(p->def);
	free(p);
}

static int load_one(struct net_sup *n, int dir, const char *name, struct error *err)
{
	AUTO_FREE char *xml = NULL;
	struct net_port *p;
	size_t len;

	if (file_read_at(dir, name, 1 << 20, &xml, &len, err) < 0)
		return -1;
	p = CONF_LIST_ADD(&n->ports);
	if (!p)
		return error_errno(err, "port");
	p->def = network_port_parse(xml, len, CONF_PARSE_LIVE, err);
	if (p->def) {
		p->class_minor = p->def->bandwidth && p->def->bandwidth->class_id.set ? (uint16_t)p->def->bandwidth->class_id.value : 0;
		return 0;
	}
	n->ports.n--;
	port_free(p);
	return -1;
}

int net_ports_load(struct net_sup *n, struct error *err)
{
	int fd = ports_dir(n, err);
	AUTO_CLOSEDIR DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct error why;
	struct dirent *e;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return fd < 0 ? -1 : error_errno(err, "ports");
	}
	while ((e = readdir(dir)))
		if (uuid_is_text(e->d_name) && load_one(n, dirfd(dir), e->d_name, &why) < 0)
			supervisor_log(n->sv, "%s: port %s is lost: %s", n->sv->name, e->d_name, why.text);
	return 0;
}

void net_ports_free(struct net_sup *n)
{
	for (size_t i = 0; i < n->ports.n; i++)
		port_free(n->ports.items[i]);
	free(n->ports.items);
	n->ports.items = NULL;
	n->ports.n = 0;
}

static struct net_port *find(struct net_sup *n, const unsigned char uuid[16])
{
	for (size_t i = 0; i < n->ports.n; i++)
		if (!memcmp(n->ports.items[i]->def->uuid, uuid, 16))
			return n->ports.items[i];
	return NULL;
}

static void drop(struct net_sup *n, struct net_port *p)
{
	size_t i = 0;

	while (n->ports.items[i] != p)
		i++;
	memmove(&n->ports.items[i], &n->ports.items[i + 1], (n->ports.n - i - 1) * sizeof(*n->ports.items));
	n->ports.n--;
	port_free(p);
}

/* --- bandwidth that is promised ----------------------------------------------------------------------------------- */

static uint64_t floor_of(const struct network_port *p)
{
	return p->bandwidth && p->bandwidth->inbound ? p->bandwidth->inbound->floor : 0;
}

static struct netlink_rate whole(const struct network *def)
{
	const struct domain_rate *in = def->bandwidth->inbound;

	return (struct netlink_rate){ in->average, in->peak, in->burst };
}

static uint16_t free_class(const struct net_sup *n)
{
	for (uint16_t minor = CLASS_FIRST;; minor++) {
		size_t i = 0;

		while (i < n->ports.n && n->ports.items[i]->class_minor != minor)
			i++;
		if (i == n->ports.n)
			return minor;
	}
}

/* No more is promised to all together than the network has. */
static int check_floor(const struct net_sup *n, const struct network_port *port, const struct net_port *except, struct error *err)
{
	const struct domain_rate *in = n->def->bandwidth ? n->def->bandwidth->inbound : NULL;
	uint64_t sum = floor_of(port);

	if (!sum)
		return 0;
	if (!network_has_own_bridge(n->def) || !in || !in->average)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "a floor of bandwidth needs network '%s' to have <bandwidth><inbound average='...'/>", n->sv->name);
	for (size_t i = 0; i < n->ports.n; i++)
		if (n->ports.items[i] != except)
			sum += floor_of(n->ports.items[i]->def);
	if (sum > in->average)
		return error_set(err, ERR_OPERATION_FAILED, "network '%s' would promise %llu kB/s and has %llu", n->sv->name, (unsigned long long)sum,
				 (unsigned long long)in->average);
	return 0;
}

static int promise(struct net_sup *n, struct net_port *p, struct error *err)
{
	struct netlink_rate all;

	if (!floor_of(p->def))
		return 0;
	if (!p->class_minor)
		p->class_minor = free_class(n);
	p->def->bandwidth->class_id = (struct conf_num){ .value = p->class_minor, .set = true };
	all = whole(n->def);
	if (netlink_limit_class(n->nl, n->def->bridge.name, p->class_minor, floor_of(p->def), &all, err) < 0)
		return -1;
	return netlink_limit_filter(n->nl, n->def->bridge.name, p->class_minor, p->def->mac.addr, false, err);
}

static void unpromise(struct net_sup *n, struct net_port *p)
{
	struct netlink_rate all;
	struct error err;

	if (!p->class_minor || !n->def->bandwidth || !n->def->bandwidth->inbound)
		return;
	all = whole(n->def);
	if (netlink_limit_filter(n->nl, n->def->bridge.name, p->class_minor, p->def->mac.addr, true, &err) < 0 ||
	    netlink_limit_class(n->nl, n->def->bridge.name, p->class_minor, 0, &all, &err) < 0)
		supervisor_log(n->sv, "%s: %s", n->sv->name, err.text);
	p->class_minor = 0;
}

/* --- what a port is plugged into ---------------------------------------------------------------------------------- */

static bool same_pci(const struct network_pci *a, const struct network_pci *b)
{
	return a->domain.value == b->domain.value && a->bus.value == b->bus.value && a->slot.value == b->slot.value && a->function.value == b->function.value;
}

static unsigned uses(const struct net_sup *n, const struct network_device *d)
{
	unsigned count = 0;

	for (size_t i = 0; i < n->ports.n; i++) {
		const struct network_plug *plug = &n->ports.items[i]->def->plug;

		if (d->type)
			count += plug->type == NETWORK_PLUG_HOSTDEV && same_pci(&plug->pci, &d->pci);
		else
			count += plug->type == NETWORK_PLUG_DIRECT && !strcmp(plug->dev, d->dev);
	}
	return count;
}

void net_ports_count(struct net_sup *n)
{
	struct network_forward *f = &n->def->forward;

	n->def->connections = (uint32_t)n->ports.n;
	for (size_t i = 0; i < f->interfaces.n; i++)
		f->interfaces.items[i]->connections = uses(n, f->interfaces.items[i]);
	for (size_t i = 0; i < f->addresses.n; i++)
		f->addresses.items[i]->connections = uses(n, f->addresses.items[i]);
}

/* The device that the fewest have; of those that take one alone, one that nobody has. */
static const struct network_device *choose(const struct net_sup *n, const struct conf_list *pool, bool alone, struct error *err)
{
	const struct network_device *best = NULL;
	unsigned least = 0;

	for (size_t i = 0; i < pool->n; i++) {
		unsigned used = uses(n, pool->items[i]);

		if (!best || used < least) {
			best = pool->items[i];
			least = used;
		}
	}
	if (best && !(alone && least))
		return best;
	error_set(err, ERR_OPERATION_FAILED, "network '%s' has no free device: %s", n->sv->name,
		  pool->n ? "each is in use" : n->def->forward.mode == NETWORK_FORWARD_HOSTDEV ? "it names none (<forward><address type='pci' .../> or <pf dev='...'/>)" :
		  "it names none (<forward><interface dev='...'/>)");
	return NULL;
}

static int plug_direct(const struct net_sup *n, struct network_plug *plug, enum domain_net_mode mode, struct error *err)
{
	const struct network_device *d = choose(n, (const struct conf_list *)&n->def->forward.interfaces, mode == DOMAIN_NET_MODE_PASSTHROUGH, err);

	if (!d)
		return -1;
	*plug = (struct network_plug){ .type = NETWORK_PLUG_DIRECT, .dev = strdup(d->dev), .mode = mode };
	return plug->dev ? 0 : error_errno(err, "port");
}

static int plug_hostdev(const struct net_sup *n, struct network_plug *plug, struct error *err)
{
	const struct network_device *d = choose(n, (const struct conf_list *)&n->def->forward.addresses, true, err);

	if (!d)
		return -1;
	*plug = (struct network_plug){ .type = NETWORK_PLUG_HOSTDEV, .managed = n->def->forward.managed, .driver = n->def->forward.driver, .pci = d->pci };
	return 0;
}

static int plug_in(const struct net_sup *n, struct network_plug *plug, struct error *err)
{
	const struct network *def = n->def;

	switch (def->forward.mode) {
	case NETWORK_FORWARD_PRIVATE:
		return plug_direct(n, plug, DOMAIN_NET_MODE_PRIVATE, err);
	case NETWORK_FORWARD_VEPA:
		return plug_direct(n, plug, DOMAIN_NET_MODE_VEPA, err);
	case NETWORK_FORWARD_PASSTHROUGH:
		return plug_direct(n, plug, DOMAIN_NET_MODE_PASSTHROUGH, err);
	case NETWORK_FORWARD_HOSTDEV:
		return plug_hostdev(n, plug, err);
	case NETWORK_FORWARD_BRIDGE:
		if (!def->bridge.name)
			return plug_direct(n, plug, DOMAIN_NET_MODE_BRIDGE, err);
		/* fallthrough */
	default:
		*plug = (struct network_plug){ .type = network_has_own_bridge(def) ? NETWORK_PLUG_NETWORK : NETWORK_PLUG_BRIDGE,
					       .bridge = strdup(def->bridge.name), .mac_table = def->bridge.mac_table };
		return plug->bridge ? 0 : error_errno(err, "port");
	}
}

/* What the port does not say itself is its group's or the network's. */
static int inherit(const struct network *def, struct network_port *port, struct error *err)
{
	const struct network_portgroup *g = network_portgroup_find(def, port->group);
	const struct domain_vlan *vlan = g && g->vlan ? g->vlan : def->vlan;
	const struct domain_vport *vport = g && g->vport ? g->vport : def->vport;

	if (port->group && !g)
		return error_set(err, ERR_INVALID_ARG, "network '%s' has no portgroup '%s'", def->name, port->group);
	if (!port->bandwidth && g && g->bandwidth && !(port->bandwidth = conf_copy(&domain_bandwidth_elem, g->bandwidth, err)))
		return -1;
	if (!port->vlan && vlan && !(port->vlan = conf_copy(&domain_vlan_elem, vlan, err)))
		return -1;
	if (!port->vport && vport && !(port->vport = conf_copy(&domain_vport_elem, vport, err)))
		return -1;
	if (port->vport && port->vport->type && domain_vport_generate(&(struct conf_reader){ .err = err }, port->vport) < 0)
		return -1;
	if (!port->trust_guest_rx_filters)
		port->trust_guest_rx_filters = g && g->trust_guest_rx_filters ? g->trust_guest_rx_filters : def->trust_guest_rx_filters;
	if (!port->isolated)
		port->isolated = def->isolated;
	return 0;
}

static int check_new(struct net_sup *n, const struct network_port *port, struct error *err)
{
	char text[UUID_TEXT];

	if (n->ports.n >= PORTS_MAX)
		return error_set(err, ERR_OPERATION_FAILED, "network '%s' has %u ports already", n->sv->name, PORTS_MAX);
	if (find(n, port->uuid))
		return error_set(err, ERR_OPERATION_FAILED, "network '%s' has a port %s already", n->sv->name, uuid_format(port->uuid, text));
	if (port->vport && port->vport->type == DOMAIN_VPORT_OPENVSWITCH && port->plug.type != NETWORK_PLUG_BRIDGE)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "network '%s': a port of Open vSwitch needs a bridge of it (<forward mode='bridge'/><bridge name='...'/>)",
				 n->sv->name);
	return check_floor(n, port, NULL, err);
}

/* Names that cannot be told are no reason to refuse a guest. */
static void tell_names(struct net_sup *n)
{
	struct error err;

	if (net_publish_macs(n, &err) < 0)
		supervisor_log(n->sv, "%s: %s", n->sv->name, err.text);
}

static int create(struct net_sup *n, const char *xml, unsigned flags, struct net_port **made, struct error *err)
{
	AUTO_NETWORK_PORT struct network_port *port = network_port_parse(xml, strlen(xml), flags & CREATE_VALIDATE ? CONF_PARSE_VALIDATE : 0, err);
	struct net_port *p;

	if (!port)
		return -1;
	if (!(flags & CREATE_RECLAIM) && port->plug.type)
		return error_set(err, ERR_INVALID_ARG, "the port has a <plug>, which the network gives it");
	if (inherit(n->def, port, err) < 0 || (!port->plug.type && plug_in(n, &port->plug, err) < 0) || check_new(n, port, err) < 0)
		return -1;
	p = CONF_LIST_ADD(&n->ports);
	if (!p)
		return error_errno(err, "port");
	p->def = STEAL_PTR(port);
	if (promise(n, p, err) < 0 || save(n, p, err) < 0) {
		unpromise(n, p);
		drop(n, p);
		return -1;
	}
	*made = p;
	tell_names(n);
	return 0;
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static int wire_port(const struct net_sup *n, const struct net_port *p, wire_network_port *out, struct error *err)
{
	memcpy(out->uuid, p->def->uuid, sizeof(p->def->uuid));
	return net_wire(n->sv, &out->net, err);
}

static struct net_port *called(const struct rpc_call *call, const wire_network_port *port, struct error *err)
{
	struct supervisor *sv = call->ctx;
	unsigned char uuid[16];
	struct net_port *p;
	char text[UUID_TEXT];

	if (net_check_called(sv, &port->net, err) < 0)
		return NULL;
	memcpy(uuid, port->uuid, sizeof(uuid));
	p = find(net_of(sv), uuid);
	if (!p)
		error_set(err, ERR_NO_NETWORK_PORT, "network '%s' has no port %s", sv->name, uuid_format(uuid, text));
	return p;
}

static int answer_list(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_network_list_all_ports_args *a = args;
	wire_network_list_all_ports_ret *r = ret;
	struct net_sup *n = net_of(sv);

	if (net_check_called(sv, &a->opt_network, err) < 0)
		return -1;
	r->ret = (unsigned)n->ports.n;
	if (!a->need_results || !n->ports.n)
		return 0;
	r->ports.ports_val = calloc(n->ports.n, sizeof(*r->ports.ports_val));
	if (!r->ports.ports_val)
		return error_errno(err, "no memory for the answer");
	for (; r->ports.ports_len < n->ports.n; r->ports.ports_len++)
		if (wire_port(n, n->ports.items[r->ports.ports_len], &r->ports.ports_val[r->ports.ports_len], err) < 0)
			return -1;
	return 0;
}

static int answer_lookup(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_port_lookup_by_uuid_args *a = args;
	wire_network_port_lookup_by_uuid_ret *r = ret;
	wire_network_port asked = { .net = a->opt_network };
	const struct net_port *p;

	memcpy(asked.uuid, a->uuid, sizeof(asked.uuid));
	p = called(call, &asked, err);
	return p ? wire_port(net_of(call->ctx), p, &r->port, err) : -1;
}

static int answer_create(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_network_port_create_xml_args *a = args;
	wire_network_port_create_xml_ret *r = ret;
	struct net_port *p = NULL;

	if (net_check_called(sv, &a->opt_network, err) < 0 || create(net_of(sv), a->xml, a->flags, &p, err) < 0)
		return -1;
	return wire_port(net_of(sv), p, &r->port, err);
}

static int answer_xml(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_port_get_xml_desc_args *a = args;
	wire_network_port_get_xml_desc_ret *r = ret;
	const struct net_port *p = called(call, &a->port, err);

	r->xml = p ? network_port_format(p->def, err) : NULL;
	return r->xml ? 0 : -1;
}

static int answer_delete(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_port_delete_args *a = args;
	struct net_sup *n = net_of(call->ctx);
	struct net_port *p = called(call, &a->port, err);

	(void)ret;
	if (!p)
		return -1;
	unpromise(n, p);
	unsave(n, p);
	drop(n, p);
	tell_names(n);
	return 0;
}

static int answer_get_parameters(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_port_get_parameters_args *a = args;
	wire_network_port_get_parameters_ret *r = ret;
	const struct net_port *p = called(call, &a->port, err);
	struct domain_net net = { .bandwidth = p ? p->def->bandwidth : NULL };

	if (!p)
		return -1;
	r->nparams = (int)params_count(PARAMS_INTERFACE, 0);
	if (a->nparams == 0)
		return 0;
	return params_read(PARAMS_INTERFACE, &net, (unsigned)a->nparams, PARAMS(r->params), err);
}

static int answer_set_parameters(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_network_port_set_parameters_args *a = args;
	struct net_sup *n = net_of(call->ctx);
	struct net_port *p = called(call, &a->port, err);
	struct domain_net net = { 0 };
	struct network_port asked;
	struct domain_bandwidth *old;

	(void)ret;
	if (!p)
		return -1;
	old = p->def->bandwidth;
	if (old && !(net.bandwidth = conf_copy(&domain_bandwidth_elem, old, err)))
		return -1;
	asked = (struct network_port){ .bandwidth = net.bandwidth };
	if (params_write(PARAMS_INTERFACE, &net, 0, PARAMS(a->params), err) == 0) {
		asked.bandwidth = net.bandwidth;
		if (check_floor(n, &asked, p, err) == 0) {
			unpromise(n, p);
			p->def->bandwidth = STEAL_PTR(net.bandwidth);
			if (promise(n, p, err) == 0 && save(n, p, err) == 0) {
				conf_free(&domain_bandwidth_elem, old);
				return 0;
			}
			net.bandwidth = p->def->bandwidth;
			p->def->bandwidth = old;
		}
	}
	conf_free(&domain_bandwidth_elem, net.bandwidth);
	return -1;
}

const struct rpc_row net_port_rows[] = {
	RPC_ROW(network_list_all_ports, answer_list),
	RPC_ROW(network_port_lookup_by_uuid, answer_lookup),
	RPC_ROW(network_port_create_xml, answer_create),
	RPC_ROW(network_port_get_xml_desc, answer_xml),
	RPC_ROW(network_port_delete, answer_delete),
	RPC_ROW(network_port_get_parameters, answer_get_parameters),
	RPC_ROW(network_port_set_parameters, answer_set_parameters),
	RPC_ROW_END,
};
