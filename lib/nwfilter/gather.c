/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a filter to its rules: references are followed, variables inherited, and rules repeated for each of their values. */
#include "nwfilter/rules_impl.h"

#include <string.h>

#define DEPTH_MAX 16
#define RULES_MAX 4096
#define VALUES_MAX 4096

void nwf_set_clear(struct nwf_set *set)
{
	for (size_t i = 0; i < set->rules.n; i++)
		free(set->rules.items[i]);
	for (size_t i = 0; i < set->filters.n; i++)
		nwfilter_free(set->filters.items[i]);
	for (size_t i = 0; i < set->scopes.n; i++)
		conf_free(&domain_filterref_elem, set->scopes.items[i]);
	free(set->rules.items);
	free(set->filters.items);
	free(set->scopes.items);
	*set = (struct nwf_set){ 0 };
}

static int keep(struct conf_list *list, void *item, struct error *err)
{
	void **items = reallocarray(list->items, list->n + 1, sizeof(*items));

	if (!items)
		return error_errno(err, "packet filter");
	list->items = items;
	items[list->n++] = item;
	return 0;
}

static bool has(const struct domain_filterref *ref, const char *name)
{
	for (size_t i = 0; i < ref->params.n; i++)
		if (!strcmp(ref->params.items[i]->name, name))
			return true;
	return false;
}

/* What a reference says of a variable counts; of all others, what is valid where the reference is. */
static struct domain_filterref *scope(struct nwf_set *set, const struct domain_filterref *inner, const struct domain_filterref *outer, struct error *err)
{
	struct domain_filterref *s = conf_copy(&domain_filterref_elem, inner, err);

	if (!s)
		return NULL;
	for (size_t i = 0; i < outer->params.n; i++) {
		struct domain_filter_param *p;

		if (has(inner, outer->params.items[i]->name))
			continue;
		p = CONF_LIST_ADD(&s->params);
		if (!p || !(p->name = strdup(outer->params.items[i]->name)) || !(p->value = strdup(outer->params.items[i]->value))) {
			conf_free(&domain_filterref_elem, s);
			error_errno(err, "packet filter");
			return NULL;
		}
	}
	if (keep((struct conf_list *)&set->scopes, s, err) == 0)
		return s;
	conf_free(&domain_filterref_elem, s);
	return NULL;
}

static int gather(struct nwf_set *set, const char *name, const struct domain_filterref *vars, nwfilter_load_fn *load, int depth, struct error *err)
{
	struct nwfilter *f = depth < DEPTH_MAX ? load(name, err) : NULL;

	if (depth >= DEPTH_MAX)
		return error_set(err, ERR_OPERATION_FAILED, "filter '%s' refers to itself, or filters refer to each other more than %d deep", name, DEPTH_MAX);
	if (!f)
		return error_wrap(err, "filter '%s'", name);
	if (keep((struct conf_list *)&set->filters, f, err) < 0) {
		nwfilter_free(f);
		return -1;
	}
	for (size_t i = 0; i < f->entries.n; i++) {
		const struct nwfilter_entry *e = f->entries.items[i];

		if (e->type == NWFILTER_FILTERREF) {
			struct domain_filterref *inner = scope(set, &e->ref, vars, err);
			if (!inner || gather(set, e->ref.filter, inner, load, depth + 1, err) < 0)
				return -1;
			continue;
		}
		struct nwf_rule *rule = set->rules.n < RULES_MAX ? CONF_LIST_ADD(&set->rules) : NULL;
		if (!rule)
			return error_set(err, ERR_OPERATION_FAILED, "filter '%s' comes to more than %d rules", name, RULES_MAX);
		*rule = (struct nwf_rule){ .filter = f, .entry = e, .vars = vars };
	}
	return 0;
}

int nwf_gather(struct nwf_set *set, const char *filter, const struct domain_filterref *vars, nwfilter_load_fn *load, struct error *err)
{
	return gather(set, filter, vars, load, 0, err);
}

/* --- values ------------------------------------------------------------------------------------------------------- */

static const char *value_at(const struct domain_filterref *vars, const char *name, unsigned index)
{
	for (size_t i = 0; i < vars->params.n; i++)
		if (!strcmp(vars->params.items[i]->name, name) && index-- == 0)
			return vars->params.items[i]->value;
	return NULL;
}

static unsigned count_values(const struct domain_filterref *vars, const char *name)
{
	unsigned n = 0;

	while (value_at(vars, name, n))
		n++;
	return n;
}

/* The iterators of a rule: variables of one iterator go in step, those of different ones in every combination. */
struct iterators {
	int id[NWFILTER_N_ATTRS];
	unsigned size[NWFILTER_N_ATTRS], at[NWFILTER_N_ATTRS];
	size_t n;
};

static int add_iterator(struct iterators *it, const struct nwf_rule *rule, const struct nwfilter_access *a, struct error *err)
{
	unsigned size = count_values(rule->vars, a->name);
	size_t i = 0;

	if (!size)
		return error_set(err, ERR_OPERATION_FAILED, "filter '%s' needs the variable %s, which has no value (give it by <parameter name='%s' .../>)",
				 rule->filter->name, a->name, a->name);
	while (i < it->n && it->id[i] != a->iterator)
		i++;
	if (i < it->n && it->size[i] != size)
		return error_set(err, ERR_OPERATION_FAILED, "filter '%s': variables that go in step (iterator %d) need as many values as each other: %s has %u, not %u",
				 rule->filter->name, a->iterator, a->name, size, it->size[i]);
	if (i == it->n) {
		it->id[i] = a->iterator;
		it->size[i] = size;
		it->n++;
	}
	return 0;
}

static int find_iterators(struct iterators *it, const struct nwf_rule *rule, const struct nwfilter_match *m, struct error *err)
{
	struct nwfilter_access a;

	for (int i = 0; i < NWFILTER_N_ATTRS; i++)
		if (i != NWFILTER_COMMENT && m->attr[i] && nwfilter_access_parse(m->attr[i], &a) == 0 && a.iterator >= 0 &&
		    add_iterator(it, rule, &a, err) < 0)
			return -1;
	return 0;
}

static const char *resolve(const struct iterators *it, const struct nwf_rule *rule, const char *text, struct error *err)
{
	struct nwfilter_access a;
	const char *value;
	size_t i = 0;

	if (nwfilter_access_parse(text, &a) < 0)
		return text;
	while (a.iterator >= 0 && it->id[i] != a.iterator)
		i++;
	value = value_at(rule->vars, a.name, a.iterator >= 0 ? it->at[i] : a.index);
	if (!value)
		error_set(err, ERR_OPERATION_FAILED, "filter '%s': %s has no value", rule->filter->name, text);
	return value;
}

static bool advance(struct iterators *it)
{
	for (size_t i = 0; i < it->n; i++) {
		if (++it->at[i] < it->size[i])
			return true;
		it->at[i] = 0;
	}
	return false;
}

/* A value of a variable is checked where it is used: only there its type is known. */
static int one(const struct iterators *it, const struct nwf_rule *rule, const struct nwfilter_match *m, nwf_values_fn *fn, void *ctx, struct error *err)
{
	const char *values[NWFILTER_N_ATTRS] = { NULL }, *why = NULL;
	char *made[NWFILTER_N_ATTRS] = { NULL };
	int rc = 0;

	for (int i = 0; i < NWFILTER_N_ATTRS && rc == 0; i++) {
		const char *text = m->attr[i] && i != NWFILTER_COMMENT ? resolve(it, rule, m->attr[i], err) : m->attr[i];

		if (!m->attr[i])
			continue;
		if (!text)
			rc = -1;
		else if (!(made[i] = nwfilter_value((enum nwfilter_attr)i, text, &why)))
			rc = error_set(err, ERR_OPERATION_FAILED, "filter '%s': '%.60s' is not %s", rule->filter->name, text, why ? why : "to be had");
		values[i] = made[i];
	}
	if (rc == 0)
		rc = fn(ctx, rule, values, err);
	for (int i = 0; i < NWFILTER_N_ATTRS; i++)
		free(made[i]);
	return rc;
}

int nwf_each_values(const struct nwf_rule *rule, nwf_values_fn *fn, void *ctx, struct error *err)
{
	static const struct nwfilter_match all = { .protocol = NWFILTER_MAC };
	const struct nwfilter_match *m = rule->entry->matches.n ? rule->entry->matches.items[0] : &all;
	struct iterators it = { .n = 0 };
	unsigned n = 0;

	if (find_iterators(&it, rule, m, err) < 0)
		return -1;
	do {
		if (++n > VALUES_MAX)
			return error_set(err, ERR_OPERATION_FAILED, "filter '%s': a rule comes to more than %d combinations of values", rule->filter->name, VALUES_MAX);
		if (one(&it, rule, m, fn, ctx, err) < 0)
			return -1;
	} while (advance(&it));
	return 0;
}

bool nwf_lacks(const struct nwf_rule *rule, const char *name)
{
	const struct nwfilter_match *m = rule->entry->matches.n ? rule->entry->matches.items[0] : NULL;
	struct nwfilter_access a;

	if (!m || value_at(rule->vars, name, 0))
		return false;
	for (int i = 0; i < NWFILTER_N_ATTRS; i++)
		if (i != NWFILTER_COMMENT && m->attr[i] && nwfilter_access_parse(m->attr[i], &a) == 0 && !strcmp(a.name, name))
			return true;
	return false;
}
