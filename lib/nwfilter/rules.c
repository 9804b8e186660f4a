/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A binding as a table of nftables. In each direction frames pass the chain "root", where rules and jumps to the other chains stand in the order of their priorities;
 * what is accepted there goes on to the rules about IP packets, as with libvirt, where these are iptables' and those ebtables'. A rule is named by what the guest
 * sees: "out" is what comes from it.
 */
#include "nwfilter/rules_impl.h"

#include "state/state.h"
#include "util/addr.h"

#include <ctype.h>
#include <string.h>

enum { OUT, IN, DIRECTIONS };
static const char *const words[DIRECTIONS] = { "out", "in" };

/* A line of the root chain: a rule, or a jump to a chain. */
struct line {
	int64_t priority;
	size_t order;
	char *text;
};

/* Another chain than root. */
struct chain {
	const char *name;
	int64_t priority;
	CONF_LIST(struct line) lines[DIRECTIONS];
};

struct maker {
	bool stateful, gratuitous;
	size_t order;
	CONF_LIST(struct line) root[DIRECTIONS], upper[DIRECTIONS];
	CONF_LIST(struct chain) chains;
};

static void free_lines(struct conf_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct line *l = list->items[i];

		free(l->text);
		free(l);
	}
	free(list->items);
}

static void maker_clear(struct maker *m)
{
	for (int d = 0; d < DIRECTIONS; d++) {
		free_lines((struct conf_list *)&m->root[d]);
		free_lines((struct conf_list *)&m->upper[d]);
		for (size_t i = 0; i < m->chains.n; i++)
			free_lines((struct conf_list *)&m->chains.items[i]->lines[d]);
	}
	for (size_t i = 0; i < m->chains.n; i++)
		free(m->chains.items[i]);
	free(m->chains.items);
}

static void write_identifier(const char *s, struct buf *b)
{
	for (; *s; s++) {
		if (isalnum((unsigned char)*s))
			buf_add(b, s, 1);
		else
			buf_printf(b, "_%02x", (unsigned char)*s);
	}
}

char *nwfilter_table(const char *portdev, struct error *err)
{
	AUTO_BUF struct buf b = { 0 };
	char *name;

	buf_str(&b, "bridge ");
	for (const char *s = state_tag(); *s; s++)
		buf_add(&b, *s == '-' ? "_" : s, 1);
	buf_str(&b, "_nwf_");
	write_identifier(portdev, &b);
	name = buf_finish(&b);
	if (!name)
		error_set(err, ERR_NO_MEMORY, "%s: no memory", portdev);
	return name;
}

static struct chain *chain_of(struct maker *m, const struct nwfilter *f)
{
	struct chain *c;

	for (size_t i = 0; i < m->chains.n; i++)
		if (!strcmp(m->chains.items[i]->name, f->chain))
			return m->chains.items[i];
	c = CONF_LIST_ADD(&m->chains);
	if (c) {
		c->name = f->chain;
		c->priority = f->priority.value;
	}
	return c;
}

static int add(struct maker *m, struct conf_list *list, int64_t priority, struct buf *text, struct error *err)
{
	struct line *l = conf_list_add(list, sizeof(*l));

	if (l)
		*l = (struct line){ .priority = priority, .order = m->order++, .text = buf_finish(text) };
	return l && l->text ? 0 : error_set(err, ERR_NO_MEMORY, "no memory for the rules of a filter");
}

/* A comment as nftables takes it: without quotes, 128 bytes at most. */
static void write_comment(const char *text, struct buf *b)
{
	if (!text)
		return;
	buf_str(b, " comment \"");
	for (size_t n = 0; *text && n < 120; text++, n++)
		buf_add(b, *text == '"' || *text == '\\' || (unsigned char)*text < 32 ? "'" : text, 1);
	buf_str(b, "\"");
}

static const char *verdict(const struct maker *m, enum nwfilter_action action, int direction, bool upper)
{
	switch (action) {
	case NWFILTER_ACCEPT:
		return upper ? "accept" : direction == OUT ? "goto out_upper" : "goto in_upper";
	case NWFILTER_REJECT:
		/* ebtables, where rules about frames came from, drops too */
		return upper && m->stateful ? "reject" : "drop";
	case NWFILTER_RETURN:
		return "return";
	case NWFILTER_CONTINUE:
		return "continue";
	default:
		return "drop";
	}
}

/* A rule that asked whether a packet is gratuitous and did not match has left its sender in the set. */
static int add_forget(struct maker *m, struct conf_list *list, int64_t priority, struct error *err)
{
	AUTO_BUF struct buf b = { 0 };

	m->gratuitous = true;
	buf_str(&b, "ether type { 0x0806, 0x8035 } delete @gratuitous { " NWF_ARP_SENDER " }");
	return add(m, list, priority, &b, err);
}

struct making {
	struct maker *m;
	struct conf_list *lists[DIRECTIONS];
};

static int write_rule(struct making *mk, const struct nwf_rule *rule, const char *const values[], int direction, bool reverse, const char *state,
		      struct error *err)
{
	static const struct nwfilter_match all = { .protocol = NWFILTER_MAC };
	const struct nwfilter_match *match = rule->entry->matches.n ? rule->entry->matches.items[0] : &all;
	AUTO_BUF struct buf b = { 0 };

	if (nwf_write_match(match, values, reverse, mk->m->stateful, &b, err) < 0)
		return -1;
	if (state && mk->m->stateful)
		buf_str(&b, state);
	buf_str(&b, verdict(mk->m, rule->entry->action, direction, nwf_is_upper(rule->entry)));
	write_comment(values[NWFILTER_COMMENT], &b);
	if (add(mk->m, mk->lists[direction], rule->entry->priority.value, &b, err) < 0)
		return -1;
	return values[NWFILTER_GRATUITOUS] ? add_forget(mk->m, mk->lists[direction], rule->entry->priority.value, err) : 0;
}

/* What has no mirror: a sender's MAC address alone (answers may go to another one than questions came from), a type of ICMP, which says which of question
 * and answer is meant, and connections counted, which is done where they begin. */
static bool has_mirror(const struct nwfilter_entry *e, const char *const values[])
{
	bool any = !values[NWFILTER_SRCMACADDR];

	for (int i = 0; i < NWFILTER_N_ATTRS && !any; i++)
		any = values[i] && i != NWFILTER_SRCMACADDR && i != NWFILTER_SRCMACMASK && i != NWFILTER_COMMENT;
	return any && !values[NWFILTER_CONNLIMIT] && (!values[NWFILTER_ICMP_TYPE] || e->direction == NWFILTER_INOUT);
}

/*
 * As libvirt has it: a rule about packets is one about both directions, its mirror being made for the other, unless it names states itself. One of a
 * single direction that accepts takes connections from there and their answers from the other. One of both directions says what comes in. A rule about
 * frames is about what it says.
 */
static int make_rule(void *ctx, const struct nwf_rule *rule, const char *const values[NWFILTER_N_ATTRS], struct error *err)
{
	struct making *mk = ctx;
	const struct nwfilter_entry *e = rule->entry;
	int direction = e->direction == NWFILTER_OUT ? OUT : IN;
	bool upper = nwf_is_upper(e), ignored = e->statematch == NWFILTER_FALSE, both = e->direction == NWFILTER_INOUT;
	bool mirror = both || (upper && (ignored || !values[NWFILTER_STATE]));
	bool answers = mirror && !both && e->action == NWFILTER_ACCEPT && !ignored && !values[NWFILTER_CONNLIMIT];
	const char *asking = values[NWFILTER_ICMP_TYPE] ? "ct state { new, established } " : "ct state { new, established } ct direction original ";

	if (write_rule(mk, rule, values, direction, false, answers ? asking : NULL, err) < 0)
		return -1;
	if (!mirror || (upper && !has_mirror(e, values)))
		return 0;
	return write_rule(mk, rule, values, !direction, true, answers ? "ct state { established } ct direction reply " : NULL, err);
}

static int make_rules(struct maker *m, const struct nwf_set *set, struct error *err)
{
	for (size_t i = 0; i < set->rules.n; i++) {
		const struct nwf_rule *rule = set->rules.items[i];
		bool upper = nwf_is_upper(rule->entry), root = !strcmp(rule->filter->chain, "root");
		struct chain *c = upper || root ? NULL : chain_of(m, rule->filter);
		struct making mk = { .m = m };

		if (!upper && !root && !c)
			return error_set(err, ERR_NO_MEMORY, "no memory for the rules of a filter");
		for (int d = 0; d < DIRECTIONS; d++)
			mk.lists[d] = upper ? (struct conf_list *)&m->upper[d] : root ? (struct conf_list *)&m->root[d] : (struct conf_list *)&c->lines[d];
		if (nwf_each_values(rule, make_rule, &mk, err) < 0)
			return -1;
	}
	return 0;
}

/* What gets into a chain: by the beginning of its name. */
static const char *chain_condition(const char *name)
{
	static const struct {
		const char word[5], *condition;
	} chains[] = {
		{ "mac", "" }, { "vlan", "ether type 0x8100 " }, { "stp", "ether daddr 01:80:c2:00:00:00 " }, { "ipv4", "ether type ip " },
		{ "ipv6", "ether type ip6 " }, { "arp", "ether type 0x0806 " }, { "rarp", "ether type 0x8035 " },
	};

	for (size_t i = 0; i < ARRAY_LEN(chains); i++)
		if (!strncmp(name, chains[i].word, strlen(chains[i].word)))
			return chains[i].condition;
	return "";
}

static int add_jumps(struct maker *m, struct error *err)
{
	for (size_t i = 0; i < m->chains.n; i++) {
		struct chain *c = m->chains.items[i];

		for (int d = 0; d < DIRECTIONS; d++) {
			AUTO_BUF struct buf b = { 0 };

			if (!c->lines[d].n)
				continue;
			buf_printf(&b, "%sjump %s_", chain_condition(c->name), words[d]);
			write_identifier(c->name, &b);
			if (add(m, (struct conf_list *)&m->root[d], c->priority, &b, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int by_priority(const void *a, const void *b)
{
	const struct line *x = *(struct line *const *)a, *y = *(struct line *const *)b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void write_chain(const char *direction, const char *name, const struct conf_list *lines, const char *end, struct buf *b)
{
	if (lines->n)
		qsort(lines->items, lines->n, sizeof(*lines->items), by_priority);
	buf_printf(b, "\tchain %s_", direction);
	write_identifier(name, b);
	buf_str(b, " {\n");
	for (size_t i = 0; i < lines->n; i++)
		buf_printf(b, "\t\t%s\n", ((struct line *)lines->items[i])->text);
	buf_printf(b, "%s\t}\n", end);
}

/* Right behind the kernel's connection tracking, which is at -200. */
static void write_hooks(const char *portdev, struct buf *b)
{
	buf_printf(b, "\tchain from {\n\t\ttype filter hook prerouting priority -190; policy accept;\n\t\tiifname \"%s\" jump out_root\n\t}\n", portdev);
	buf_printf(b, "\tchain to {\n\t\ttype filter hook postrouting priority -190; policy accept;\n\t\toifname \"%s\" jump in_root\n\t}\n}\n", portdev);
}

/* Chains come before those that jump to them. */
static char *write_table(struct maker *m, const char *portdev, struct error *err)
{
	AUTO_FREE char *table = nwfilter_table(portdev, err);
	AUTO_BUF struct buf b = { 0 };
	char *text;

	if (!table)
		return NULL;
	buf_printf(&b, "add table %s\ndelete table %s\ntable %s {\n", table, table, table);
	if (m->gratuitous)
		buf_str(&b, "\tset gratuitous {\n\t\ttypeof " NWF_ARP_SENDER "\n\t\tsize 65535\n\t\tflags dynamic,timeout\n\t\ttimeout 1s\n\t}\n");
	for (int d = 0; d < DIRECTIONS; d++) {
		char end[40];

		write_chain(words[d], "upper", (struct conf_list *)&m->upper[d], "\t\taccept\n", &b);
		for (size_t i = 0; i < m->chains.n; i++)
			if (m->chains.items[i]->lines[d].n)
				write_chain(words[d], m->chains.items[i]->name, (struct conf_list *)&m->chains.items[i]->lines[d], "", &b);
		snprintf(end, sizeof(end), "\t\tgoto %s_upper\n", words[d]);
		write_chain(words[d], "root", (struct conf_list *)&m->root[d], end, &b);
	}
	write_hooks(portdev, &b);
	text = buf_finish(&b);
	if (!text)
		error_set(err, ERR_NO_MEMORY, "no memory for the rules of a filter");
	return text;
}

char *nwfilter_rules(const struct nwfilter_binding *binding, nwfilter_load_fn *load, bool stateful, struct error *err)
{
	struct maker m = { .stateful = stateful };
	struct nwf_set set = { 0 };
	char *text = NULL;

	if (strchr(binding->portdev, '"'))
		error_set(err, ERR_CONFIG_UNSUPPORTED, "an interface with a quote in its name cannot be told to nftables");
	else if (nwf_gather(&set, binding->ref.filter, &binding->ref, load, err) == 0 && make_rules(&m, &set, err) == 0 && add_jumps(&m, err) == 0)
		text = write_table(&m, binding->portdev, err);
	maker_clear(&m);
	nwf_set_clear(&set);
	return text;
}

int nwfilter_needs_ip(const struct nwfilter_binding *binding, nwfilter_load_fn *load, struct error *err)
{
	struct nwf_set set = { 0 };
	int needs = nwf_gather(&set, binding->ref.filter, &binding->ref, load, err) < 0 ? -1 : 0;

	for (size_t i = 0; needs == 0 && i < set.rules.n; i++)
		needs = nwf_lacks(set.rules.items[i], "IP");
	nwf_set_clear(&set);
	return needs;
}

/* Who may tell the guest its address. */
static void write_servers(const struct nwfilter_binding *binding, struct buf *b)
{
	const char *before = "ip saddr { ";

	for (size_t i = 0; i < binding->ref.params.n; i++) {
		const struct domain_filter_param *p = binding->ref.params.items[i];
		struct addr a;

		if (strcmp(p->name, "DHCPSERVER") || addr_parse(p->value, AF_INET, &a) < 0)
			continue;
		buf_printf(b, "%s%s", before, p->value);
		before = ", ";
	}
	buf_str(b, *before == ',' ? " } " : "");
}

char *nwfilter_learning_rules(const struct nwfilter_binding *binding, bool dhcp, struct error *err)
{
	AUTO_FREE char *table = nwfilter_table(binding->portdev, err);
	AUTO_BUF struct buf b = { 0 };
	const unsigned char *m = binding->mac.addr;
	char mac[18], *text;

	if (!table)
		return NULL;
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
	buf_printf(&b, "add table %s\ndelete table %s\ntable %s {\n", table, table, table);
	buf_printf(&b, "\tchain out_root {\n\t\tether saddr %s ether type %s accept\n\t\tdrop\n\t}\n", mac,
		   dhcp ? "ip udp sport 68 udp dport 67" : "{ ip, arp }");
	buf_str(&b, "\tchain in_root {\n");
	if (dhcp) {
		buf_printf(&b, "\t\tether daddr { %s, ff:ff:ff:ff:ff:ff } ether type ip ", mac);
		write_servers(binding, &b);
		buf_str(&b, "udp sport 67 udp dport 68 accept\n");
	} else {
		buf_str(&b, "\t\tether type { ip, arp } accept\n");
	}
	buf_str(&b, "\t\tdrop\n\t}\n");
	write_hooks(binding->portdev, &b);
	text = buf_finish(&b);
	if (!text)
		error_set(err, ERR_NO_MEMORY, "no memory for the rules of a filter");
	return text;
}
