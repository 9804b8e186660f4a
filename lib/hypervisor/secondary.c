/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hypervisor/secondary.h"

#include "conf/domain.h"
#include "conf/network.h"
#include "hypervisor/local.h"
#include "rpc/client.h"
#include "util/netlink.h"
#include "util/str.h"
#include "util/task.h"
#include "util/uuid.h"

#include <string.h>

#define PORT_MS 20000

static struct rpc_conn *connect_network(const char *name, struct error *err)
{
	struct hv hv = { .kind = &hv_network_kind, .timeout_ms = PORT_MS, .wait = task_self() ? task_wait_fd : NULL };
	wire_domain network = { .name = (char *)name, .id = -1 };
	struct rpc_conn *conn = hv_connect_supervisor(&hv, &network, err);

	if (!conn && err && err->code == ERR_OPERATION_INVALID)
		error_set(err, ERR_OPERATION_INVALID, "network '%s' is not active (start it with: net-start %s)", name, name);
	return conn;
}

/* A bridge of another network namespace is none that the guest's cable could reach. */
static int check_namespace(const char *name, struct error *err)
{
	struct error why = { 0 };
	AUTO_CLOSE int run = state_run_open(hv_network_kind.name, name, &why), netns = -1;

	if (run < 0 || hv_namespace_of(run, &netns, &why) == 0)
		return 0;
	return error_set(err, ERR_OPERATION_INVALID, "network '%s' is active in another network namespace than this one (net-destroy %s and net-start %s make it here)", name,
			 name, name);
}

/* What the guest's interface asks of the network, as <networkport>. */
static char *request(const struct supervisor *sv, const struct domain_net *net, unsigned char uuid[16], struct error *err)
{
	struct network_port port = { .owner = { .name = sv->name }, .group = net->portgroup, .mac = net->mac, .isolated = net->isolated,
				     .bandwidth = net->bandwidth, .vlan = net->vlan, .vport = net->vport,
				     .trust_guest_rx_filters = net->trust_guest_rx_filters };

	memcpy(port.uuid, uuid, sizeof(port.uuid));
	memcpy(port.owner.uuid, sv->uuid, sizeof(port.owner.uuid));
	return network_port_format(&port, err);
}

static int give(char **to, const char *text)
{
	free(*to);
	*to = text ? strdup(text) : NULL;
	return text && !*to ? -1 : 0;
}

/* The answer, into the guest's live definition. */
static int take(struct domain_net *net, struct network_port *port, struct error *err)
{
	const struct network_plug *plug = &port->plug;

	if (give(&net->bridge, plug->bridge) < 0 || give(&net->dev, plug->dev) < 0)
		return error_errno(err, "port");
	net->mac_table = plug->mac_table;
	net->mode = plug->mode;
	if (plug->type == NETWORK_PLUG_HOSTDEV) {
		net->hostdev = (struct domain_net_hostdev){ .type = DOMAIN_NET_HOSTDEV_PCI, .domain = plug->pci.domain, .bus = plug->pci.bus,
							    .slot = plug->pci.slot, .function = plug->pci.function };
		net->managed = plug->managed;
		net->driver.hostdev = plug->driver;
	}
	if (!net->bandwidth)
		net->bandwidth = STEAL_PTR(port->bandwidth);
	if (!net->vlan)
		net->vlan = STEAL_PTR(port->vlan);
	if (!net->vport)
		net->vport = STEAL_PTR(port->vport);
	if (!net->isolated)
		net->isolated = port->isolated;
	net->trust_guest_rx_filters = port->trust_guest_rx_filters;
	memcpy(net->portid, port->uuid, sizeof(net->portid));
	return 0;
}

static int ask(struct rpc_conn *conn, const struct domain_net *net, char *xml, struct network_port **port, struct error *err)
{
	wire_network_port_create_xml_args create = { .opt_network = { .name = net->network }, .xml = xml };
	wire_network_port_create_xml_ret made = { 0 };
	wire_network_port_get_xml_desc_args show;
	wire_network_port_get_xml_desc_ret shown = { 0 };
	int rc;

	if (rpc_conn_call(conn, &rpc_network_port_create_xml, &create, &made, PORT_MS, err) < 0)
		return -1;
	show = (wire_network_port_get_xml_desc_args){ .port = made.port };
	rc = rpc_conn_call(conn, &rpc_network_port_get_xml_desc, &show, &shown, PORT_MS, err);
	if (rc == 0) {
		*port = network_port_parse(shown.xml, strlen(shown.xml), CONF_PARSE_LIVE, err);
		xdr_free(rpc_network_port_get_xml_desc.ret, &shown);
	}
	xdr_free(rpc_network_port_create_xml.ret, &made);
	return rc < 0 || !*port ? -1 : 0;
}

int hv_port_create(struct supervisor *sv, struct domain_net *net, struct error *err)
{
	AUTO_NETWORK_PORT struct network_port *port = NULL;
	AUTO_FREE char *xml = NULL, *line = NULL;
	unsigned char uuid[16];
	char text[UUID_TEXT];

	if (net->type != DOMAIN_NET_NETWORK)
		return 0;
	AUTO_CONN struct rpc_conn *conn = connect_network(net->network, err);
	if (!conn || check_namespace(net->network, err) < 0 || uuid_generate(uuid, err) < 0 || !(xml = request(sv, net, uuid, err)))
		return -1;
	line = str_printf("%s %s", uuid_format(uuid, text), net->network);
	if (!line || supervisor_plan(sv, "port", line, err) < 0)
		return line ? -1 : error_errno(err, "port");
	if (ask(conn, net, xml, &port, err) < 0)
		return error_wrap(err, "network '%s'", net->network);
	return take(net, port, err);
}

int hv_ports_create(struct supervisor *sv, struct error *err)
{
	for (size_t i = 0; i < sv->def->devices.interfaces.n; i++) {
		if (hv_port_create(sv, sv->def->devices.interfaces.items[i], err) == 0)
			continue;
		hv_ports_delete(sv);
		return -1;
	}
	return 0;
}

static int delete(const char *network, const unsigned char uuid[16], struct error *err)
{
	AUTO_CONN struct rpc_conn *conn = connect_network(network, err);
	wire_network_port_delete_args args = { .port = { .net = { .name = (char *)network } } };

	memcpy(args.port.uuid, uuid, sizeof(args.port.uuid));
	return conn ? rpc_conn_call(conn, &rpc_network_port_delete, &args, NULL, PORT_MS, err) : -1;
}

/* Without the network there is no port, and that is what was wanted. */
static bool is_gone(const struct error *err)
{
	return err->code == ERR_NO_NETWORK || err->code == ERR_NO_NETWORK_PORT || err->code == ERR_OPERATION_INVALID;
}

void hv_port_delete(struct supervisor *sv, struct domain_net *net)
{
	static const unsigned char none[16];
	struct error err = { 0 };

	if (net->type != DOMAIN_NET_NETWORK || !memcmp(net->portid, none, sizeof(none)))
		return;
	if (delete(net->network, net->portid, &err) < 0 && !is_gone(&err))
		supervisor_log(sv, "%s: its port of network '%s' cannot be given back: %s", sv->name, net->network, err.text);
	memset(net->portid, 0, sizeof(net->portid));
	free(net->bridge);
	net->bridge = NULL;
}

void hv_ports_delete(struct supervisor *sv)
{
	for (size_t i = 0; i < sv->def->devices.interfaces.n; i++)
		hv_port_delete(sv, sv->def->devices.interfaces.items[i]);
}

int hv_port_undo(const char *line, struct error *err)
{
	const char *network = strchr(line, ' ');
	unsigned char uuid[16];
	char text[UUID_TEXT] = "";
	struct error why = { 0 };

	if (network && network - line < (ptrdiff_t)sizeof(text))
		memcpy(text, line, network - line);
	if (!network || uuid_parse(text, uuid) < 0)
		return error_set(err, ERR_OPERATION_FAILED, "'%s' is no port", line);
	if (delete(network + 1, uuid, &why) == 0 || is_gone(&why))
		return 0;
	*err = why;
	return -1;
}

/* --- leases ------------------------------------------------------------------------------------------------------- */

static int add_lease(wire_domain_interface *to, const wire_network_dhcp_lease *lease)
{
	wire_domain_ip_addr *more = reallocarray(to->addrs.addrs_val, to->addrs.addrs_len + 1, sizeof(*more));

	if (!more)
		return -1;
	to->addrs.addrs_val = more;
	more[to->addrs.addrs_len] = (wire_domain_ip_addr){ .type = lease->type, .addr = strdup(lease->ipaddr), .prefix = lease->prefix };
	return more[to->addrs.addrs_len++].addr ? 0 : -1;
}

static int add_leases(const struct domain_net *net, const char *mac, const wire_network_get_dhcp_leases_ret *leases,
		      wire_domain_interface_addresses_ret *ret)
{
	wire_domain_interface *to = &ret->ifaces.ifaces_val[ret->ifaces.ifaces_len];

	if (!leases->leases.leases_len)
		return 0;
	ret->ifaces.ifaces_len++;
	to->name = strdup(net->target ? net->target : mac);
	to->hwaddr = calloc(1, sizeof(*to->hwaddr));
	if (!to->name || !to->hwaddr || !(*to->hwaddr = strdup(mac)))
		return -1;
	for (u_int i = 0; i < leases->leases.leases_len && i < WIRE_DOMAIN_IP_ADDR_MAX; i++)
		if (add_lease(to, &leases->leases.leases_val[i]) < 0)
			return -1;
	return 0;
}

int hv_leased_addresses(struct supervisor *sv, wire_domain_interface_addresses_ret *ret, struct error *err)
{
	ret->ifaces.ifaces_val = calloc(sv->def->devices.interfaces.n + 1, sizeof(*ret->ifaces.ifaces_val));
	if (!ret->ifaces.ifaces_val)
		return error_errno(err, "the addresses");
	for (size_t i = 0; i < sv->def->devices.interfaces.n && i < WIRE_DOMAIN_INTERFACE_MAX; i++) {
		struct domain_net *net = sv->def->devices.interfaces.items[i];
		char text[NETLINK_MAC_TEXT], *mac = text;
		wire_network_get_dhcp_leases_args args = { .net = { .name = net->network }, .mac = &mac, .need_results = 1 };
		wire_network_get_dhcp_leases_ret leases = { 0 };
		struct error why = { 0 };
		int rc;

		if (net->type != DOMAIN_NET_NETWORK)
			continue;
		netlink_mac_format(net->mac.addr, text);
		AUTO_CONN struct rpc_conn *conn = connect_network(net->network, &why);
		rc = conn ? rpc_conn_call(conn, &rpc_network_get_dhcp_leases, &args, &leases, PORT_MS, &why) : -1;
		if (rc < 0 && !is_gone(&why)) {
			*err = why;
			return -1;
		}
		if (rc < 0)
			continue;
		rc = add_leases(net, mac, &leases, ret);
		xdr_free(rpc_network_get_dhcp_leases.ret, &leases);
		if (rc < 0)
			return error_errno(err, "the addresses");
	}
	return 0;
}
