/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* net-update: one item of one list of a definition, added, replaced or taken away. A table of the lists; what each has of its own is what makes two items
 * the same one. */
#include "network/network_impl.h"

#include <string.h>

/* libvirt's virNetworkUpdateCommand. */
enum { MODIFY = 1, DELETE = 2, ADD_LAST = 3, ADD_FIRST = 4 };

struct target {
	struct network *def;
	struct network_ip *ip;    /* of the sections within <ip> */
	struct conf_list *list;
};

struct section {
	const char *what, *root;                  /* for people; the XML's root */
	const struct conf_elem *elem;
	bool in_ip;
	struct conf_list *(*list)(struct target *t);
	/* Refuses what it cannot be; partial: it only has to name an item. */
	int (*check)(struct conf_reader *r, const struct target *t, const void *item, bool partial);
	/* Whether `item` means this one: for modify and delete; and for add, whether the two cannot both be there. */
	bool (*names)(const void *item, const void *have);
	bool (*clashes)(const void *item, const void *have);
	bool no_modify;
};

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static bool same_mac(const char *a, const char *b)
{
	return a && b && !strcasecmp(a, b);
}

static bool fits(const char *asked, const char *have)
{
	return !asked || (have && !strcmp(asked, have));
}

/* --- dhcp host ---- */

static struct conf_list *hosts(struct target *t)
{
	return (struct conf_list *)&t->ip->hosts;
}

static int check_host(struct conf_reader *r, const struct target *t, const void *item, bool partial)
{
	return network_check_dhcp_host(r, t->ip, item, partial);
}

static bool names_host(const void *item, const void *have)
{
	const struct network_dhcp_host *a = item, *b = have;

	return same_mac(a->mac, b->mac) || same(a->name, b->name) || same(a->id, b->id) || (!a->mac && !a->name && !a->id && same(a->ip, b->ip));
}

static bool clashes_host(const void *item, const void *have)
{
	const struct network_dhcp_host *a = item, *b = have;

	return same_mac(a->mac, b->mac) || same(a->id, b->id) || same(a->ip, b->ip) || same(a->name, b->name);
}

/* --- dhcp range ---- */

static struct conf_list *ranges(struct target *t)
{
	return (struct conf_list *)&t->ip->ranges;
}

static int check_range(struct conf_reader *r, const struct target *t, const void *item, bool partial)
{
	return partial ? 0 : network_check_range(r, t->ip, item);
}

static bool names_range(const void *item, const void *have)
{
	const struct network_range *a = item, *b = have;

	return same(a->start, b->start) && same(a->end, b->end);
}

/* --- forward interface ---- */

static struct conf_list *interfaces(struct target *t)
{
	return (struct conf_list *)&t->def->forward.interfaces;
}

static bool names_device(const void *item, const void *have)
{
	return same(((const struct network_device *)item)->dev, ((const struct network_device *)have)->dev);
}

/* --- portgroup ---- */

static struct conf_list *portgroups(struct target *t)
{
	return (struct conf_list *)&t->def->portgroups;
}

static bool names_portgroup(const void *item, const void *have)
{
	return same(((const struct network_portgroup *)item)->name, ((const struct network_portgroup *)have)->name);
}

/* --- dns ---- */

static struct conf_list *dns_hosts(struct target *t)
{
	return (struct conf_list *)&t->def->dns.hosts;
}

static int check_dns_host(struct conf_reader *r, const struct target *t, const void *item, bool partial)
{
	(void)t;
	return network_check_dns_host(r, item, partial);
}

static bool shares_name(const struct network_dns_host *a, const struct network_dns_host *b)
{
	for (size_t i = 0; i < a->names.n; i++)
		for (size_t j = 0; j < b->names.n; j++)
			if (!strcmp(a->names.items[i], b->names.items[j]))
				return true;
	return false;
}

static bool names_dns_host(const void *item, const void *have)
{
	const struct network_dns_host *a = item, *b = have;

	return a->ip ? same(a->ip, b->ip) && (!a->names.n || shares_name(a, b)) : shares_name(a, b);
}

static bool clashes_dns_host(const void *item, const void *have)
{
	return same(((const struct network_dns_host *)item)->ip, ((const struct network_dns_host *)have)->ip);
}

static struct conf_list *dns_txts(struct target *t)
{
	return (struct conf_list *)&t->def->dns.txts;
}

static int check_dns_txt(struct conf_reader *r, const struct target *t, const void *item, bool partial)
{
	(void)t;
	return network_check_dns_txt(r, item, partial);
}

static bool names_dns_txt(const void *item, const void *have)
{
	return same(((const struct network_dns_txt *)item)->name, ((const struct network_dns_txt *)have)->name);
}

static struct conf_list *dns_srvs(struct target *t)
{
	return (struct conf_list *)&t->def->dns.srvs;
}

static int check_dns_srv(struct conf_reader *r, const struct target *t, const void *item, bool partial)
{
	(void)t;
	return network_check_dns_srv(r, item, partial);
}

static bool names_dns_srv(const void *item, const void *have)
{
	const struct network_dns_srv *a = item, *b = have;

	return fits(a->domain, b->domain) && fits(a->service, b->service) && fits(a->protocol, b->protocol) && fits(a->target, b->target);
}

static bool clashes_dns_srv(const void *item, const void *have)
{
	const struct network_dns_srv *a = item, *b = have;

	return same(a->domain, b->domain) && same(a->service, b->service) && same(a->protocol, b->protocol) && same(a->target, b->target);
}

/* By libvirt's virNetworkUpdateSection. */
static const struct section sections[] = {
	[4] = { "DHCP host", "host", &network_dhcp_host_elem, true, hosts, check_host, names_host, clashes_host, false },
	[5] = { "DHCP range", "range", &network_range_elem, true, ranges, check_range, names_range, names_range, true },
	[7] = { "forward interface", "interface", &network_device_elem, false, interfaces, NULL, names_device, names_device, true },
	[9] = { "portgroup", "portgroup", &network_portgroup_elem, false, portgroups, NULL, names_portgroup, names_portgroup, false },
	[10] = { "DNS host", "host", &network_dns_host_elem, false, dns_hosts, check_dns_host, names_dns_host, clashes_dns_host, true },
	[11] = { "DNS TXT record", "txt", &network_dns_txt_elem, false, dns_txts, check_dns_txt, names_dns_txt, names_dns_txt, true },
	[12] = { "DNS SRV record", "srv", &network_dns_srv_elem, false, dns_srvs, check_dns_srv, names_dns_srv, clashes_dns_srv, true },
};

static const char *const commands[] = { NULL, "modify", "delete", "add-last", "add-first" };

/* The <ip> that an index means; -1: the one that has DHCP, else the first that could. */
static struct network_ip *choose_ip(struct network *def, int parent)
{
	if (parent >= 0)
		return (size_t)parent < def->ips.n ? def->ips.items[parent] : NULL;
	for (size_t i = 0; i < def->ips.n; i++)
		if (def->ips.items[i]->ranges.n || def->ips.items[i]->hosts.n)
			return def->ips.items[i];
	return def->ips.n ? def->ips.items[0] : NULL;
}

static int insert(struct conf_list *list, size_t at, void *item, struct error *err)
{
	void **items = reallocarray(list->items, list->n + 1, sizeof(*items));

	if (!items)
		return error_errno(err, "network");
	list->items = items;
	memmove(&items[at + 1], &items[at], (list->n - at) * sizeof(*items));
	items[at] = item;
	list->n++;
	return 0;
}

/* Puts the item in its place, or takes one away. *taken: the item is the list's by now. */
static int apply(const struct section *s, struct target *t, unsigned command, void *item, bool *taken, struct error *err)
{
	struct conf_list *list = t->list;
	size_t at = list->n, clash = list->n, matches = 0;

	for (size_t i = list->n; i-- > 0;) {
		bool named = s->names(item, list->items[i]);

		matches += named;
		at = named ? i : at;
		clash = s->clashes(item, list->items[i]) ? i : clash;
	}
	if (command == ADD_LAST || command == ADD_FIRST) {
		if (clash < list->n)
			return error_set(err, ERR_OPERATION_INVALID, "network '%s' has such a %s already", t->def->name, s->what);
		*taken = insert(list, command == ADD_FIRST ? 0 : list->n, item, err) == 0;
		return *taken ? 0 : -1;
	}
	if (command == MODIFY && s->no_modify)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "a %s cannot be modified: delete it and add it", s->what);
	if (!matches)
		return error_set(err, ERR_OPERATION_INVALID, "network '%s' has no such %s", t->def->name, s->what);
	if (matches > 1)
		return error_set(err, ERR_OPERATION_INVALID, "network '%s' has %zu of such a %s: say more of the one that you mean", t->def->name, matches, s->what);
	conf_free(s->elem, list->items[at]);
	if (command == MODIFY) {
		list->items[at] = item;
		*taken = true;
		return 0;
	}
	memmove(&list->items[at], &list->items[at + 1], (list->n - at - 1) * sizeof(*list->items));
	list->n--;
	return 0;
}

/* The definition as a whole must be one still; forward's first interface is its "dev" as well. */
static int settle(struct conf_reader *r, struct network *def)
{
	AUTO_FREE char *xml = NULL;
	struct network *again;

	free(def->forward.dev);
	def->forward.dev = NULL;
	if (def->forward.interfaces.n && !(def->forward.dev = strdup(def->forward.interfaces.items[0]->dev)))
		return conf_no_memory(r);
	xml = network_format(def, 0, r->err);
	again = xml ? network_parse(xml, strlen(xml), CONF_PARSE_LIVE, r->err) : NULL;
	network_free(again);
	return again ? 0 : -1;
}

int net_update_def(struct network *def, unsigned command, unsigned section, int parent, const char *xml, struct error *err)
{
	const struct section *s = section < ARRAY_LEN(sections) && sections[section].what ? &sections[section] : NULL;
	struct target t = { .def = def };
	struct conf_reader r = { .err = err };
	AUTO_XML struct xml_doc *doc = NULL;
	bool taken = false;
	void *item;
	int rc;

	if (!s)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "that section of a network cannot be updated (define it anew)");
	if (command < MODIFY || command > ADD_FIRST)
		return error_set(err, ERR_INVALID_ARG, "update command %u is not known", command);
	if (s->in_ip && !(t.ip = choose_ip(def, parent)))
		return error_set(err, ERR_OPERATION_INVALID, "network '%s' has no <ip> with index %d", def->name, parent);
	t.list = s->list(&t);
	doc = xml_parse(xml, strlen(xml), err);
	if (!doc)
		return -1;
	if (strcmp(xml_root(doc)->name, s->root))
		return error_set(err, ERR_XML, "a %s is a <%s>, not a <%s> (%s)", s->what, s->root, xml_root(doc)->name, commands[command]);
	item = conf_parse(&r, s->elem, xml_root(doc));
	if (!item)
		return -1;
	rc = s->check && s->check(&r, &t, item, command == DELETE) < 0 ? -1 : apply(s, &t, command, item, &taken, err);
	if (!taken)
		conf_free(s->elem, item);
	return rc < 0 ? -1 : settle(&r, def);
}
