/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BERTH_NWFILTER_RULES_IMPL_H
#define BERTH_NWFILTER_RULES_IMPL_H

#include "nwfilter/nwfilter.h"

/* A rule of the binding's filter or one that it refers to, with the variables that are valid there. */
struct nwf_rule {
	const struct nwfilter *filter;
	const struct nwfilter_entry *entry;
	const struct domain_filterref *vars;
};

/* All rules, in the order in which they come. The filters and the variables belong to it. */
struct nwf_set {
	CONF_LIST(struct nwf_rule) rules;
	CONF_LIST(struct nwfilter) filters;
	CONF_LIST(struct domain_filterref) scopes;
};

/* Gathers them, following references. A reference to what is not there, or in a circle, is an error. */
int nwf_gather(struct nwf_set *set, const char *filter, const struct domain_filterref *vars, nwfilter_load_fn *load, struct error *err) NODISCARD;
void nwf_set_clear(struct nwf_set *set);

/* Calls fn for each combination of values of the rule's variables, each once: `values` are the attributes with values in the place of variables. */
typedef int nwf_values_fn(void *ctx, const struct nwf_rule *rule, const char *const values[NWFILTER_N_ATTRS], struct error *err);
int nwf_each_values(const struct nwf_rule *rule, nwf_values_fn *fn, void *ctx, struct error *err) NODISCARD;

/* Whether a rule uses a variable that has no value. */
bool nwf_lacks(const struct nwf_rule *rule, const char *name);

/* The sender's address in an ARP or RARP packet: what the table's set "gratuitous" has for as long as a rule looks at a packet. */
#define NWF_ARP_SENDER "@nh,112,32"

/* The conditions of a match as nft(8) has them; reverse: as the other direction sees it. 0, or -1: something that nftables cannot do. */
int nwf_write_match(const struct nwfilter_match *m, const char *const values[NWFILTER_N_ATTRS], bool reverse, bool stateful, struct buf *out,
		    struct error *err) NODISCARD;

/* ipset.c: the condition that a packet is in a set of ipset(8), by the members that this has now. */
int nwf_write_ipset(const char *name, const char *flags, bool v6, bool no, bool reverse, struct buf *out, struct error *err) NODISCARD;

/* Whether a rule is about what is in IP packets, and so comes after those about frames. */
static inline bool nwf_is_upper(const struct nwfilter_entry *e)
{
	return e->matches.n && e->matches.items[0]->protocol >= NWFILTER_TCP;
}

#endif
