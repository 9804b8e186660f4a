/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packet filters. A filter is a definition on disk; a binding is a filter at work on one interface of the host (a port of a bridge with a guest behind it): one table
 * of nftables' bridge family, put in place and replaced in one transaction. Nothing has to run for it.
 */
#ifndef BERTH_NWFILTER_NWFILTER_H
#define BERTH_NWFILTER_NWFILTER_H

#include "conf/nwfilter.h"
#include "rpc/procs.h"

/* The procedures of the program remote that are about filters and bindings; call->ctx is a struct hv. */
extern const struct rpc_row nwfilter_rows[];

rpc_fn nwf_connect_list_all_nwfilters, nwf_connect_list_nwfilters, nwf_connect_num_of_nwfilters, nwf_nwfilter_lookup_by_name,
	nwf_nwfilter_lookup_by_uuid, nwf_nwfilter_define_xml, nwf_nwfilter_define_xml_flags, nwf_nwfilter_undefine, nwf_nwfilter_get_xml_desc,
	nwf_connect_list_all_nwfilter_bindings, nwf_nwfilter_binding_lookup_by_port_dev, nwf_nwfilter_binding_create_xml, nwf_nwfilter_binding_delete,
	nwf_nwfilter_binding_get_xml_desc;

#define NWF(x) RPC_ROW(x, nwf_##x)

/* What a binding comes to: the commands for nft(8) that put its table in place, the caller's. `stateful`: with connection tracking and answers to what is
 * rejected, which not every kernel has for bridges. `load` gives filters by name (NULL with *err set). */
typedef struct nwfilter *nwfilter_load_fn(const char *name, struct error *err);
char *nwfilter_rules(const struct nwfilter_binding *binding, nwfilter_load_fn *load, bool stateful, struct error *err) NODISCARD;

/* Whether the filter cannot be had without a value of IP that the binding does not have: 1, 0, or -1. */
int nwfilter_needs_ip(const struct nwfilter_binding *binding, nwfilter_load_fn *load, struct error *err) NODISCARD;

/* The rules of a port whose guest's addresses are not known yet: its MAC address alone; of that IPv4 and ARP, or, `dhcp`, DHCP alone. */
char *nwfilter_learning_rules(const struct nwfilter_binding *binding, bool dhcp, struct error *err) NODISCARD;

/* "bridge berth_nwf_vnet0"; the caller's. */
char *nwfilter_table(const char *portdev, struct error *err) NODISCARD;

/* For helpers/nwfilter-bind: does what a guest's supervisor asks for. Binds by a <filterbinding> on standard input; with a port's name: takes its binding away. */
int nwfilter_bind_main(int argc, char **argv, struct error *err) NODISCARD;

/* The whole of helpers/nwfilter-learn. */
int nwfilter_learn_main(int argc, char **argv, struct error *err) NODISCARD;

#endif
