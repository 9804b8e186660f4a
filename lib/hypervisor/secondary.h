/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest gets of the secondary drivers, for supervisors. Of networks: ports, asked for before they make a guest's interfaces and given back after they have taken
 * them away; a network is reached by procedure calls on its own supervisor. Of filters and secrets, which no process has: by helper programs. Nothing here knows how
 * they work.
 */
#ifndef BERTH_HYPERVISOR_SECONDARY_H
#define BERTH_HYPERVISOR_SECONDARY_H

#include "hypervisor/supervisor.h"

#include "conf/secret.h"
#include "rpc/procs.h"

struct domain_filterref;
struct domain_secret_ref;
struct domain_net;
struct domain_vlan;
struct domain_vport;
struct netlink;

/*
 * Creates a port for an <interface type='network'> of the supervised guest and notes in the (live) definition what it is plugged into: `portid`; `bridge` and
 * `mac_table` for a bridge, `dev` and `mode` for one of the host's interfaces (macvlan), `hostdev` for a PCI device; and what the network or its portgroup adds:
 * `bandwidth`, `vlan`, `vport`, `isolated`, `trust_guest_rx_filters`. The port is in the plan before it is made. Other interfaces: nothing. A network
 * that is not active is ERR_OPERATION_INVALID, with what to do.
 */
int hv_port_create(struct supervisor *sv, struct domain_net *net, struct error *err) NODISCARD;

/* The same for every interface of the definition; on failure what was created is deleted again. */
int hv_ports_create(struct supervisor *sv, struct error *err) NODISCARD;

/* Gives ports back. What cannot be told to a network (it is gone, and the port with it) is noted in the log alone. */
void hv_port_delete(struct supervisor *sv, struct domain_net *net);
void hv_ports_delete(struct supervisor *sv);

/* Adds to `ret` the addresses that the guest's networks have leased to its interfaces: domain_interface_addresses with the source LEASE. A network that is
 * not active has leased nothing. */
int hv_leased_addresses(struct supervisor *sv, wire_domain_interface_addresses_ret *ret, struct error *err) NODISCARD;

/* By what a plan says of a port, "UUID NETWORK"; one that is not there is fine. */
int hv_port_undo(const char *line, struct error *err) NODISCARD;

/* Puts a packet filter to work on a port of the host's (the end of a guest's cable), before that is up: whole, or not at all. It is in the plan before. */
int hv_filter_bind(struct supervisor *sv, const char *portdev, const unsigned char mac[6], const struct domain_filterref *filter, struct error *err) NODISCARD;

/* Takes it away again; what goes wrong is noted in the log alone. */
void hv_filter_unbind(struct supervisor *sv, const char *portdev);

/* The host's end of a guest's cable and what is asked of it. Pointers are borrowed. */
struct hv_cable {
	const char *portdev;
	const char *bridge;                     /* or NULL */
	const unsigned char *mac;               /* of the guest's end */
	const struct domain_vlan *vlan;         /* these three may be NULL */
	const struct domain_vport *vport;       /* of the type openvswitch: the bridge is one of Open vSwitch */
	const struct domain_filterref *filter;
	bool isolated;                          /* from the bridge's other isolated ports */
	bool fixed;                             /* the bridge is told who is there and learns nothing (macTableManager='libvirt') */
};

/* Makes it a port of its bridge and puts its filter to work, before it is up. What its going alone would not undo is in the plan before. */
int hv_cable_connect(struct supervisor *sv, struct netlink *nl, const struct hv_cable *cable, struct error *err) NODISCARD;

/* Undoes what its going alone does not undo; what goes wrong is noted in the log alone. */
bool hv_cable_needs_release(const struct hv_cable *cable);
void hv_cable_release(struct supervisor *sv, const struct hv_cable *cable);

/* Before an interface of a running guest becomes `now`: refuses what its bridge would have to be told anew, and keeps what `now` does not say and the bridge was
 * told, and its port. */
int hv_cable_keep(const struct domain_net *old, struct domain_net *now, struct error *err) NODISCARD;

/* Takes a port from Open vSwitch by what a plan says of it, "PORT MAC"; one that is not there is fine. */
int hv_switch_undo(const char *line, struct error *err) NODISCARD;

/*
 * The value of the secret that a definition names by its UUID, or by what it is for (`usage` says of which type, where the reference has a usage: SECRET_USAGE_VOLUME in
 * <encryption>, SECRET_USAGE_CEPH or SECRET_USAGE_ISCSI in <auth>); also that of a private one. A NUL that *len does not count is behind it. It is to be given back with
 * hv_secret_free(), which wipes it. ERR_NO_SECRET: there is none, or it has no value yet. Waits as tasks do; also outside any.
 */
int hv_secret_value(const struct domain_secret_ref *ref, enum secret_usage usage, char **value, size_t *len, struct error *err) NODISCARD;
void hv_secret_free(char *value, size_t len);

#endif
