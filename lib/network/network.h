/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Virtual networks. A network is an object that lives under a supervisor of its own (helpers/net-supervisor), which owns its bridge, its dnsmasq and its rules
 * in the firewall, and hands out ports. Everybody else, drivers too, reaches it by the procedures below.
 */
#ifndef BERTH_NETWORK_NETWORK_H
#define BERTH_NETWORK_NETWORK_H

#include "conf/network.h"
#include "rpc/procs.h"

struct supervisor_driver;
extern const struct supervisor_driver network_supervisor_driver;

/* The procedures of the program remote that are about networks; call->ctx is a struct hv. Those that change or look at what runs go to the network's
 * supervisor. */
extern const struct rpc_row network_rows[];

rpc_fn net_connect_list_all_networks, net_connect_list_networks, net_connect_num_of_networks, net_connect_list_defined_networks,
	net_connect_num_of_defined_networks, net_network_lookup_by_name, net_network_lookup_by_uuid, net_network_define_xml, net_network_define_xml_flags,
	net_network_undefine, net_network_create, net_network_create_xml, net_network_create_xml_flags, net_network_destroy, net_network_get_xml_desc,
	net_network_get_bridge_name, net_network_get_autostart, net_network_set_autostart, net_network_is_active, net_network_is_persistent,
	net_network_update, net_network_set_metadata, net_network_get_metadata, net_network_get_dhcp_leases, net_forward;

#define NET(x) RPC_ROW(x, net_##x)

/* What only a running network answers. */
#define net_network_list_all_ports net_forward
#define net_network_port_lookup_by_uuid net_forward
#define net_network_port_create_xml net_forward
#define net_network_port_get_xml_desc net_forward
#define net_network_port_delete net_forward
#define net_network_port_get_parameters net_forward
#define net_network_port_set_parameters net_forward

/* A subnet 192.168.N.0/24 that neither the host nor a network other than `except` (may be NULL) has: *third is N. For `net-define --default`. */
int network_choose_subnet(unsigned *third, const char *except, struct error *err) NODISCARD;

/* The whole of dnsmasq's script: notes a lease (arguments as dnsmasq gives them). */
int network_lease_main(int argc, char **argv, struct error *err) NODISCARD;

#endif
