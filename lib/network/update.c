/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* net-update: one item of one list of a definition, or one of its parts, added, replaced or taken away. A table of the lists, in which each has of its own what
 * makes two items the same one; and a table of the parts. */
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

/* --- ip ---- */

static struct conf_list *ips(struct target *t)
{
	return (struct conf_list *)&t->def->ips;
}

static bool names_ip(const void *item, const void *have)
{
	const struct network_ip *a = item, *b = have;
	struct addr x, y;

	return addr_parse(a->address, AF_UNSPEC, &x) == 0 && addr_parse(b->address, AF_UNSPEC, &y) == 0 && addr_compare(&x, &y) == 0;
}

/* By libvirt's virNetworkUpdateSection. */
static const struct section sections[] = {
	[3] = { "subnet", "ip", &network_ip_elem, false, ips, NULL, names_ip, names_ip, false },
	[4] = { "DHCP host", "host", &network_dhcp_host_elem, true, hosts, check_host, names_host, clashes_host, false },
	[5] = { "DHCP range", "range", &network_range_elem, true, ranges, check_range, names_range, names_range, true },
	[7] = { "forward interface", "interface", &network_device_elem, false, interfaces, NULL, names_device, names_device, true },
	[9] = { "portgroup", "portgroup", &network_portgroup_elem, false, portgroups, NULL, names_portgroup, names_portgroup, false },
	[10] = { "DNS host", "host", &network_dns_host_elem, false, dns_hosts, check_dns_host, names_dns_host, clashes_dns_host, true },
	[11] = { "DNS TXT record", "txt", &network_dns_txt_elem, false, dns_txts, check_dns_txt, names_dns_txt, names_dns_txt, true },
	[12] = { "DNS SRV record", "srv", &network_dns_srv_elem, false, dns_srvs, check_dns_srv, names_dns_srv, clashes_dns_srv, true },
};

/* --- what a network has one of ---- */

/* `item` is of the type of `elem`, and changes places with what is there. */
struct part {
	const char *what, *root;
	const struct conf_elem *elem;
	bool (*given)(const struct network *def);
	void (*swap)(struct network *def, void *item);
	bool always;              /* it cannot be added or taken away */
};

#define SWAP(a, b) \
	do { \
		__typeof__(a) swapped_ = (a); \
		(a) = (b); \
		(b) = swapped_; \
	} while (0)

static bool has_bridge(const struct network *def)
{
	return network_has_own_bridge(def) || def->bridge.name;
}

/* Without a name it is the bridge that it was. */
static void swap_bridge(struct network *def, void *item)
{
	struct network *other = item;

	SWAP(def->bridge, other->bridge);
	if (!def->bridge.name)
		def->bridge.name = STEAL_PTR(other->bridge.name);
	if (!network_has_own_bridge(def))
		return;
	if (!def->bridge.stp)
		def->bridge.stp = CONF_ON;
	def->bridge.delay.set = true;
}

static bool has_domain(const struct network *def)
{
	return def->domain.name;
}

static void swap_domain(struct network *def, void *item)
{
	SWAP(def->domain, ((struct network *)item)->domain);
}

static bool has_forward(const struct network *def)
{
	return def->forward.mode;
}

/* What only a bridge of our own has goes with it. */
static void swap_forward(struct network *def, void *item)
{
	SWAP(def->forward, *(struct network_forward *)item);
	if (network_has_own_bridge(def))
		return;
	def->bridge.stp = 0;
	def->bridge.delay.set = false;
}

static bool has_pf(const struct network *def)
{
	return def->forward.pf;
}

static void drop_devices(struct conf_list *list)
{
	while (list->n)
		conf_free(&network_device_elem, list->items[--list->n]);
}

/* The devices of one that is in use are its functions. */
static void swap_pf(struct network *def, void *item)
{
	drop_devices((struct conf_list *)&def->forward.interfaces);
	drop_devices((struct conf_list *)&def->forward.addresses);
	SWAP(def->forward.pf, ((struct network_forward *)item)->pf);
}

static const struct part parts[] = {
	[1] = { "bridge", "bridge", &network_bridge_elem, has_bridge, swap_bridge, true },
	[2] = { "domain", "domain", &network_domain_elem, has_domain, swap_domain, false },
	[6] = { "way of forwarding", "forward", &network_forward_elem, has_forward, swap_forward, false },
	[8] = { "physical function", "pf", &network_pf_elem, has_pf, swap_pf, false },
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

static int check_part(const struct part *p, const struct network *def, unsigned command, struct error *err)
{
	bool adds = command == ADD_LAST || command == ADD_FIRST;

	if (p->swap == swap_pf && (network_has_own_bridge(def) || (adds && (def->forward.interfaces.n || def->forward.addresses.n))))
		return error_set(err, ERR_OPERATION_INVALID, "network '%s' does not give out devices, or names them: a <pf> goes with neither", def->name);
	if (p->always && command != MODIFY)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "a network has one %s: modify it", p->what);
	if (adds && p->given(def))
		return error_set(err, ERR_OPERATION_INVALID, "network '%s' has a %s already: modify it, or delete it first", def->name, p->what);
	if (!adds && !p->given(def))
		return error_set(err, ERR_OPERATION_INVALID, "network '%s' has no %s", def->name, p->what);
	return 0;
}

static int apply_part(const struct part *p, struct network *def, unsigned command, void *item, struct error *err)
{
	void *none;

	if (command != DELETE) {
		p->swap(def, item);
		return 0;
	}
	none = calloc(1, p->elem->size);
	if (!none)
		return error_errno(err, "network");
	p->swap(def, none);
	conf_free(p->elem, none);
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

/* Reads the item, of the type of `elem`; NULL with the error set. */
static void *read_item(struct conf_reader *r, struct xml_doc *doc, const char *what, const char *root, const struct conf_elem *elem, unsigned command)
{
	if (!strcmp(xml_root(doc)->name, root))
		return conf_parse(r, elem, xml_root(doc));
	error_set(r->err, ERR_XML, "a %s is a <%s>, not a <%s> (%s)", what, root, xml_root(doc)->name, commands[command]);
	return NULL;
}

static int update_list(struct conf_reader *r, const struct section *s, struct network *def, unsigned command, int parent, struct xml_doc *doc)
{
	struct target t = { .def = def };
	bool taken = false;
	void *item;
	int rc;

	if (s->in_ip && !(t.ip = choose_ip(def, parent)))
		return error_set(r->err, ERR_OPERATION_INVALID, "network '%s' has no <ip> with index %d", def->name, parent);
	t.list = s->list(&t);
	item = read_item(r, doc, s->what, s->root, s->elem, command);
	if (!item || (s->check && s->check(r, &t, item, command == DELETE) < 0))
		rc = error_wrap(r->err, "network '%s'", def->name);
	else
		rc = apply(s, &t, command, item, &taken, r->err);
	if (!taken)
		conf_free(s->elem, item);
	return rc;
}

static int update_part(struct conf_reader *r, const struct part *p, struct network *def, unsigned command, struct xml_doc *doc)
{
	void *item = read_item(r, doc, p->what, p->root, p->elem, command);
	int rc = item ? check_part(p, def, command, r->err) : -1;

	if (rc == 0)
		rc = apply_part(p, def, command, item, r->err);
	conf_free(p->elem, item);
	return rc;
}

int net_update_def(struct network *def, unsigned command, unsigned section, int parent, const char *xml, struct error *err)
{
	const struct section *s = section < ARRAY_LEN(sections) && sections[section].what ? &sections[section] : NULL;
	const struct part *p = section < ARRAY_LEN(parts) && parts[section].what ? &parts[section] : NULL;
	struct conf_reader r = { .err = err };
	AUTO_XML struct xml_doc *doc = NULL;

	if (!s && !p)
		return error_set(err, ERR_INVALID_ARG, "section %u of a network is not known", section);
	if (command < MODIFY || command > ADD_FIRST)
		return error_set(err, ERR_INVALID_ARG, "update command %u is not known", command);
	doc = xml_parse(xml, strlen(xml), err);
	if (!doc || (s ? update_list(&r, s, def, command, parent, doc) : update_part(&r, p, def, command, doc)) < 0)
		return -1;
	return settle(&r, def);
}
