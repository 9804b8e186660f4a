/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the network driver share. */
#ifndef BERTH_NETWORK_NETWORK_IMPL_H
#define BERTH_NETWORK_NETWORK_IMPL_H

#include "conf/network.h"
#include "hypervisor/annotate.h"
#include "hypervisor/supervisor.h"
#include "rpc/procs.h"

struct guest;
struct hv;
struct netlink;
struct rpc_call;

/* --- what a network is made of, as text: firewall.c, dnsmasq_conf.c ------------------------------------------------- */

/* The name of the network's table in nftables, "inet berth_net_virbr0", as a plan has it; the caller's. */
char *net_table_name(const struct network *def, struct error *err) NODISCARD;

/* nft(8) commands that put the table in place, whole, whatever was there before; NULL with *err set. An open network has an empty one. */
char *net_table_rules(const struct network *def, struct error *err) NODISCARD;

/* Whether there is anything for dnsmasq to do. */
bool net_needs_dnsmasq(const struct network *def);

/* The first subnet of the family in which addresses are given out, or NULL. */
const struct network_ip *net_ip_with_dhcp(const struct network *def, bool v6);

/* The text of its configuration; the caller's. It holds everything: no file is read later, when dnsmasq has given up its rights. */
char *net_dnsmasq_conf(const struct network *def, struct error *err) NODISCARD;

/* --- update.c ----------------------------------------------------------------------------------------------------- */

/* Changes one section of a definition (network_update's command, section and index, by libvirt's numbers). Whole or not at all. */
int net_update_def(struct network *def, unsigned command, unsigned section, int parent, const char *xml, struct error *err) NODISCARD;

/* --- lease.c: the leases of a network, in the file that libvirt's tools know, BRIDGE.status ------------------------- */

/* Whether the answer changed: add, old or del, as dnsmasq's script gets it; details come by its environment. */
int net_lease_change(int dir, const char *bridge, const char *action, const char *mac, const char *ip, const char *hostname, struct error *err) NODISCARD;

/* Prints them as a lease file of dnsmasq on standard output: what it asks its script for when it starts. */
int net_lease_print(int dir, const char *bridge, struct error *err) NODISCARD;

/* Answers network_get_dhcp_leases; mac NULL: all. */
int net_leases(int dir, const struct network *def, const char *mac, wire_network_get_dhcp_leases_ret *ret, bool need_results, struct error *err) NODISCARD;

/* The directory of a network's leases, opened (made where needed): of its definition, of a transient network below its run directory. */
int net_lease_dir(const char *name, bool create, struct error *err) NODISCARD;

/* --- publish.c: for libnss-libvirt, where its directory is ---------------------------------------------------------- */

struct net_sup;
int net_publish_leases(int dir, const char *bridge, struct error *err) NODISCARD;
int net_publish_macs(const struct net_sup *n, struct error *err) NODISCARD;
void net_unpublish(const char *bridge);

/* --- defining: define.c ------------------------------------------------------------------------------------------- */

/* Refuses what cannot be had together with the other networks (a bridge's name, subnets), chooses a bridge's name and MAC address where
 * none is given. `old`: what the network was defined as, NULL. */
int net_complete(struct network *def, const struct network *old, struct error *err) NODISCARD;

/* Loads a definition; NULL with *err set. */
struct network *net_load(const char *name, struct error *err) NODISCARD;

/* Refuses a network that overlaps with what the host has already, or whose bridge is there: right before it is made. */
int net_check_host(struct netlink *nl, const struct network *def, struct error *err) NODISCARD;

/* --- the supervisor ----------------------------------------------------------------------------------------------- */

struct net_port {
	struct network_port *def;
	uint16_t class_minor;      /* of the bridge's queue, 0: none */
};

struct net_sup {
	struct supervisor *sv;
	struct network *def;       /* the live definition */
	struct netlink *nl;
	CONF_LIST(struct net_port) ports;
	/* dnsmasq.c */
	pid_t dnsmasq;             /* 0: none */
	int dnsmasq_pidfd;
	struct ev_io dnsmasq_gone;
	struct ev_timer dnsmasq_again;
	unsigned dnsmasq_failures; /* one after the other */
	double dnsmasq_since;      /* when it began, by steady_now() */
	/* guard.c */
	int guard_fd;
	struct ev_io guard;
	struct ev_timer guard_again;
	bool table_gone;
};

static inline struct net_sup *net_of(const struct supervisor *sv)
{
	return sv->priv;
}

/* run.c */
int net_apply_rules(struct net_sup *n, struct error *err) NODISCARD;
int net_change(struct net_sup *n, struct network *def, struct error *err) NODISCARD;   /* takes def, or leaves all as it was */

/* dnsmasq.c */
int net_dnsmasq_find(struct error *err) NODISCARD;     /* 0: it is installed; -1 says what to install */
int net_dnsmasq_start(struct net_sup *n, struct error *err) NODISCARD;
int net_dnsmasq_adopt(struct net_sup *n, struct error *err) NODISCARD;
void net_dnsmasq_stop(struct net_sup *n);

/* guard.c: puts the table back when somebody else has flushed it */
int net_guard_start(struct net_sup *n, struct error *err) NODISCARD;
void net_guard_stop(struct net_sup *n);

/* pool.c: the virtual functions of <pf>, into the live definition */
int net_pool_fill(struct network *def, struct error *err) NODISCARD;

/* bridge.c */
int net_bridge_make(struct net_sup *n, struct error *err) NODISCARD;
int net_bridge_mend(struct net_sup *n, struct error *err) NODISCARD;
int net_bridge_change(struct net_sup *n, const struct network *old, struct error *err) NODISCARD;   /* from `old` to n->def */
int net_bridge_limit(struct net_sup *n, struct error *err) NODISCARD;
void net_bridge_remove(struct net_sup *n);

/* port.c */
int net_ports_load(struct net_sup *n, struct error *err) NODISCARD;
void net_ports_free(struct net_sup *n);
void net_ports_count(struct net_sup *n);      /* into the live definition */
extern const struct rpc_row net_port_rows[];

/* answer.c */
extern const struct rpc_row net_answer_rows[];
int net_check_called(const struct supervisor *sv, const wire_network *net, struct error *err) NODISCARD;
int net_write_live(struct supervisor *sv, struct error *err) NODISCARD;

static inline struct annotated net_annotated(struct network *def)
{
	return (struct annotated){ def->name, &def->title, &def->description, (struct conf_list *)&def->metadata, ERR_NO_NETWORK_METADATA };
}

int net_wire(const struct supervisor *sv, wire_network *out, struct error *err) NODISCARD;

/* event.c */
void net_tell(struct supervisor *sv, bool runs);
void net_tell_event(struct supervisor *sv, int event);
extern const struct rpc_row net_event_rows[];

#endif
