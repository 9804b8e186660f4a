/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's own interfaces: what the kernel has, and definitions that outlive the next boot. A definition is an object of the kind "interface"; from all of
 * them together the files are made that the host's own manager of networks reads (ifupdown, systemd-networkd), and no other file is touched.
 */
#ifndef BERTH_INTERFACE_INTERFACE_H
#define BERTH_INTERFACE_INTERFACE_H

#include "rpc/procs.h"

/* The procedures of the program remote that are about host interfaces; call->ctx is a struct hv. */
extern const struct rpc_row interface_rows[];

rpc_fn iface_connect_list_all_interfaces, iface_connect_list_interfaces, iface_connect_num_of_interfaces, iface_connect_list_defined_interfaces,
	iface_connect_num_of_defined_interfaces, iface_interface_lookup_by_name, iface_interface_lookup_by_mac_string, iface_interface_get_xml_desc,
	iface_interface_is_active, iface_interface_define_xml, iface_interface_undefine, iface_interface_create, iface_interface_destroy,
	iface_interface_change_begin, iface_interface_change_commit, iface_interface_change_rollback;

#define IFACE(x) RPC_ROW(x, iface_##x)

/* What every program about interfaces looks them up with. */
#define IFACE_LOOKUPS IFACE(interface_lookup_by_name), IFACE(interface_lookup_by_mac_string)

#endif
