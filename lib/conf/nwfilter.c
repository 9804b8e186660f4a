/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/nwfilter.h"

#include "util/str.h"
#include "util/uuid.h"

CONF_ENUM_NAMES(nwfilter_action, NWFILTER_ACTIONS);
CONF_ENUM_NAMES(nwfilter_direction, NWFILTER_DIRECTIONS);
CONF_ENUM_NAMES(nwfilter_protocol, NWFILTER_PROTOCOLS);
CONF_ENUM_NAMES(nwfilter_entry_type, NWFILTER_ENTRIES);
CONF_ENUM_NAMES(nwfilter_false, NWFILTER_FALSES);

/* --- a rule's match -------------------------------------------------------------------------------------------- */

#define ATTR_ROW(constant, word, type, protocols) ATTR_STRING(word, struct nwfilter_match, attr[constant], .when = protocols),

static const struct conf_row match_rows[] = {
	TAG_ENUM(struct nwfilter_match, protocol, nwfilter_protocol),
	ATTR_YESNO("match", struct nwfilter_match, match),
	NWFILTER_ATTRS(ATTR_ROW)
	CONF_END
};

static const char *attr_name(enum nwfilter_attr attr)
{
#define ATTR_NAME(constant, word, type, protocols) [constant] = word,
	static const char *const names[] = { NWFILTER_ATTRS(ATTR_NAME) };

	return names[attr];
}

static int match_fill(struct conf_reader *r, void *obj)
{
	struct nwfilter_match *m = obj;
	bool any = false;

	for (int i = 0; i < NWFILTER_N_ATTRS; i++) {
		const char *why = NULL;
		char *value;

		if (!m->attr[i])
			continue;
		value = nwfilter_value((enum nwfilter_attr)i, m->attr[i], &why);
		if (!value)
			return why ? conf_fail(r, "attribute '%s': '%.60s' is not %s", attr_name((enum nwfilter_attr)i), m->attr[i], why) : conf_no_memory(r);
		free(m->attr[i]);
		m->attr[i] = value;
		any |= i != NWFILTER_COMMENT;
	}
	if (m->attr[NWFILTER_IPSET] && !m->attr[NWFILTER_IPSETFLAGS])
		return conf_fail(r, "'ipset' needs 'ipsetflags'");
	if (m->match == CONF_YES || !any)
		m->match = 0;
	return 0;
}

static const struct conf_elem match_elem = ELEM_KIND(struct nwfilter_match, protocol, match_rows, .fill = match_fill);

/* --- entries --------------------------------------------------------------------------------------------------- */

#define REF BIT(NWFILTER_FILTERREF)
#define RULE BIT(NWFILTER_RULE)

static const char *wrong_statematch(const char *s)
{
	return strcasecmp(s, "false") && strcmp(s, "0") && strcasecmp(s, "true") && strcmp(s, "1") ? "is not 'false' or 'true'" : NULL;
}

static const struct conf_row entry_rows[] = {
	TAG_ENUM(struct nwfilter_entry, type, nwfilter_entry_type),
	INCLUDE(struct nwfilter_entry, ref, struct domain_filterref, domain_filterref_elem, .when = REF),
	ATTR_ENUM("action", struct nwfilter_entry, action, nwfilter_action, .when = RULE, .flags = CONF_REQUIRED),
	ATTR_ENUM("direction", struct nwfilter_entry, direction, nwfilter_direction, .when = RULE, .flags = CONF_REQUIRED),
	ATTR_INT("priority", struct nwfilter_entry, priority, .when = RULE),
	ATTR_STRING("statematch", struct nwfilter_entry, statematch_text, .when = RULE, .flags = CONF_READ_ONLY, .check = wrong_statematch),
	ATTR_ENUM("statematch", struct nwfilter_entry, statematch, nwfilter_false, .when = RULE, .flags = CONF_WRITE_ONLY),
	LIST("*", struct nwfilter_entry, matches, struct nwfilter_match, match_elem, .when = RULE, .max = 1),
	CONF_END
};

static bool out_of_range(struct conf_int priority)
{
	return priority.set && (priority.value < -NWFILTER_PRIORITY_MAX || priority.value > NWFILTER_PRIORITY_MAX);
}

static int entry_fill(struct conf_reader *r, void *obj)
{
	struct nwfilter_entry *e = obj;

	if (e->type == NWFILTER_FILTERREF)
		return e->ref.filter ? 0 : conf_fail(r, "attribute 'filter' is missing");
	if (out_of_range(e->priority))
		return conf_fail(r, "a priority is from -%d to %d", NWFILTER_PRIORITY_MAX, NWFILTER_PRIORITY_MAX);
	if (!e->priority.set)
		e->priority = (struct conf_int){ NWFILTER_PRIORITY_DEFAULT, true };
	if (e->statematch_text && (!strcmp(e->statematch_text, "0") || !strcasecmp(e->statematch_text, "false")))
		e->statematch = NWFILTER_FALSE;
	free(e->statematch_text);
	e->statematch_text = NULL;
	return 0;
}

static const struct conf_elem entry_elem = ELEM_KIND(struct nwfilter_entry, type, entry_rows, .fill = entry_fill);

/* --- <filter> -------------------------------------------------------------------------------------------------- */

static const struct {
	const char word[5];
	int priority;
} chains[] = { { "mac", -800 }, { "vlan", -750 }, { "stp", 0 }, { "ipv4", -700 }, { "ipv6", -600 }, { "arp", -500 }, { "rarp", -400 } };

int nwfilter_chain_priority(const char *chain)
{
	for (size_t i = 0; i < ARRAY_LEN(chains); i++)
		if (!strncmp(chain, chains[i].word, strlen(chains[i].word)))
			return chains[i].priority;
	return 0;
}

static const char *wrong_chain(const char *s)
{
	if (strlen(s) > 12)
		return "is longer than 12 characters";
	if (!strcmp(s, "root"))
		return NULL;
	if (s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-")])
		return "has a character other than letters, digits and _.:-";
	for (size_t i = 0; i < ARRAY_LEN(chains); i++)
		if (!strncmp(s, chains[i].word, strlen(chains[i].word)))
			return NULL;
	return "is not root, or mac, vlan, stp, arp, rarp, ipv4, ipv6 or such with something behind it";
}

static int filter_fill(struct conf_reader *r, void *obj)
{
	static const unsigned char none[16];
	struct nwfilter *f = obj;

	if (out_of_range(f->priority))
		return conf_fail(r, "a priority is from -%d to %d", NWFILTER_PRIORITY_MAX, NWFILTER_PRIORITY_MAX);
	if (!f->chain && !(f->chain = strdup("root")))
		return conf_no_memory(r);
	if (!f->priority.set)
		f->priority.value = nwfilter_chain_priority(f->chain);
	f->priority.set = f->priority.value != 0;
	if (!memcmp(f->uuid, none, sizeof(none))) {
		if (uuid_generate(f->uuid, r->err) < 0)
			return -1;
		f->uuid_made = true;
	}
	return 0;
}

static const struct conf_row filter_rows[] = {
	ATTR_STRING("name", struct nwfilter, name, .flags = CONF_REQUIRED, .check = conf_check_name),
	ATTR_STRING("chain", struct nwfilter, chain, .check = wrong_chain),
	ATTR_INT("priority", struct nwfilter, priority),
	CHILD_UUID("uuid", struct nwfilter, uuid),
	LIST("*", struct nwfilter, entries, struct nwfilter_entry, entry_elem),
	CONF_END
};

static const struct conf_elem filter_elem = ELEM(struct nwfilter, filter_rows, .fill = filter_fill);
const struct conf_document nwfilter_document = { .root = "filter", .elem = &filter_elem };

/* --- <filterbinding> ------------------------------------------------------------------------------------------- */

static const struct conf_row owner_rows[] = {
	CHILD_STRING("name", struct nwfilter_binding, owner.name, .flags = CONF_REQUIRED),
	CHILD_UUID("uuid", struct nwfilter_binding, owner.uuid, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row portdev_rows[] = {
	ATTR_STRING("name", struct nwfilter_binding, portdev, .flags = CONF_REQUIRED, .check = conf_check_name),
	CONF_END
};

static const struct conf_row linkdev_rows[] = {
	ATTR_STRING("name", struct nwfilter_binding, linkdev, .flags = CONF_REQUIRED, .check = conf_check_name),
	CONF_END
};

static const struct conf_row mac_rows[] = {
	ATTR_MAC("address", struct nwfilter_binding, mac, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row binding_rows[] = {
	GROUP("owner", owner_rows, .flags = CONF_REQUIRED),
	GROUP("portdev", portdev_rows, .flags = CONF_REQUIRED),
	GROUP("linkdev", linkdev_rows),
	GROUP("mac", mac_rows, .flags = CONF_REQUIRED),
	EMBED("filterref", struct nwfilter_binding, ref, struct domain_filterref, domain_filterref_elem, .flags = CONF_REQUIRED),
	CONF_END
};

/* The variable MAC is there whether it was given or not, in the order of names. */
static int add_mac(struct conf_reader *r, struct nwfilter_binding *b)
{
	const unsigned char *m = b->mac.addr;
	struct domain_filter_param *param;
	size_t at = 0;

	for (; at < b->ref.params.n && strcmp(b->ref.params.items[at]->name, "MAC") <= 0; at++)
		if (!strcmp(b->ref.params.items[at]->name, "MAC"))
			return 0;
	param = CONF_LIST_ADD(&b->ref.params);
	if (!param || !(param->name = strdup("MAC")) ||
	    !(param->value = str_printf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5])))
		return conf_no_memory(r);
	for (size_t i = b->ref.params.n - 1; i > at; i--)
		b->ref.params.items[i] = b->ref.params.items[i - 1];
	b->ref.params.items[at] = param;
	return 0;
}

static int binding_fill(struct conf_reader *r, void *obj)
{
	struct nwfilter_binding *b = obj;

	return b->ref.filter ? add_mac(r, b) : conf_fail(r, "<filterref> needs 'filter'");
}

static const struct conf_elem binding_elem = ELEM(struct nwfilter_binding, binding_rows, .fill = binding_fill);
const struct conf_document nwfilter_binding_document = { .root = "filterbinding", .elem = &binding_elem };

struct nwfilter *nwfilter_parse(const char *xml, size_t len, unsigned flags, struct error *err)
{
	return conf_document_parse(&nwfilter_document, xml, len, flags, NULL, NULL, err);
}

char *nwfilter_format(const struct nwfilter *def, struct error *err)
{
	return conf_document_format(&nwfilter_document, def, 0, err);
}

void nwfilter_free(struct nwfilter *def)
{
	conf_free(&filter_elem, def);
}

struct nwfilter_binding *nwfilter_binding_parse(const char *xml, size_t len, unsigned flags, struct error *err)
{
	return conf_document_parse(&nwfilter_binding_document, xml, len, flags, NULL, NULL, err);
}

char *nwfilter_binding_format(const struct nwfilter_binding *def, struct error *err)
{
	return conf_document_format(&nwfilter_binding_document, def, 0, err);
}

void nwfilter_binding_free(struct nwfilter_binding *def)
{
	conf_free(&binding_elem, def);
}
