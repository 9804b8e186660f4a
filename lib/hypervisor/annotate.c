/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hypervisor/annotate.h"

#include "conf/xml.h"

#include <string.h>
#include <strings.h>

/* Numbers by libvirt's virDomainMetadataType. */
enum { METADATA_DESCRIPTION = 0, METADATA_TITLE = 1, METADATA_ELEMENT = 2 };

/* The element as it was given: `prefix` (which means `uri`) goes in front of the outermost name, or away from it. */
static char *write_root(const struct xml_node *root, const char *prefix, const char *uri, struct error *err)
{
	AUTO_BUF struct buf out = { 0 };
	char *text;

	buf_printf(&out, prefix ? "<%s:" : "<%s", prefix ? prefix : "");
	buf_str(&out, root->name);
	if (prefix) {
		buf_printf(&out, " xmlns:%s=\"", prefix);
		buf_escaped(&out, uri, true);
		buf_str(&out, "\"");
	}
	for (const struct xml_attr *a = root->attrs; a; a = a->next) {
		if (a->ns_decl && (!strcmp(a->value, uri) || (prefix && !strcmp(a->name, prefix))))
			continue;
		if (a->ns_decl)
			buf_printf(&out, *a->name ? " xmlns:%s=\"" : " xmlns%s=\"", a->name);
		else
			buf_printf(&out, a->prefix ? " %s:%s=\"" : " %s%s=\"", a->prefix ? a->prefix : "", a->name);
		buf_escaped(&out, a->value, true);
		buf_str(&out, "\"");
	}
	buf_str(&out, root->children ? ">" : "/>");
	for (const struct xml_node *c = root->children; c; c = c->next)
		xml_write(c, &out);
	if (root->children)
		buf_printf(&out, "</%s%s%s>", prefix ? prefix : "", prefix ? ":" : "", root->name);
	text = buf_finish(&out);
	if (!text)
		error_set(err, ERR_NO_MEMORY, "no memory for the metadata");
	return text;
}

static struct conf_raw *find_element(const struct conf_list *list, const char *uri, size_t *at)
{
	for (size_t i = 0; i < list->n; i++) {
		struct conf_raw *raw = list->items[i];

		if (raw->ns && !strcmp(raw->ns, uri)) {
			*at = i;
			return raw;
		}
	}
	return NULL;
}

static void drop_element(struct conf_list *list, const char *uri)
{
	size_t at;
	struct conf_raw *raw = find_element(list, uri, &at);

	if (!raw)
		return;
	memmove(&list->items[at], &list->items[at + 1], (list->n - at - 1) * sizeof(*list->items));
	list->n--;
	free(raw->ns);
	free(raw->name);
	free(raw->xml);
	free(raw);
}

static bool is_prefix(const char *key)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.-";

	return *key && strchr(first, *key) && key[strspn(key, rest)] == '\0' && strncasecmp(key, "xml", 3);
}

static int set_element(struct conf_list *list, const char *xml, const char *key, const char *uri, struct error *err)
{
	AUTO_XML struct xml_doc *doc = NULL;
	AUTO_FREE char *text = NULL;
	struct conf_raw *raw;

	if (!uri || !*uri)
		return error_set(err, ERR_INVALID_ARG, "metadata needs the URI of its namespace");
	if (!xml) {
		drop_element(list, uri);
		return 0;
	}
	if (!key || !is_prefix(key))
		return error_set(err, ERR_INVALID_ARG, "'%.100s' is no namespace prefix", key ? key : "");
	doc = xml_parse(xml, strlen(xml), err);
	if (!doc || !(text = write_root(xml_root(doc), key, uri, err)))
		return -1;
	drop_element(list, uri);
	raw = conf_list_add(list, sizeof(*raw));
	if (raw) {
		raw->ns = strdup(uri);
		raw->name = strdup(xml_root(doc)->name);
		raw->xml = STEAL_PTR(text);
	}
	return raw && raw->ns && raw->name ? 0 : error_set(err, ERR_NO_MEMORY, "no memory for the metadata");
}

static int set_text(char **member, const char *text, struct error *err)
{
	char *copy = text && *text ? strdup(text) : NULL;

	if (text && *text && !copy)
		return error_errno(err, "metadata");
	free(*member);
	*member = copy;
	return 0;
}

int annotate_set(const struct annotated *what, int type, const char *text, const char *key, const char *uri, struct error *err)
{
	switch (type) {
	case METADATA_DESCRIPTION:
		return set_text(what->description, text, err);
	case METADATA_TITLE:
		if (text && strchr(text, '\n'))
			return error_set(err, ERR_INVALID_ARG, "a title is one line");
		return set_text(what->title, text, err);
	case METADATA_ELEMENT:
		return set_element(what->metadata, text, key, uri, err);
	default:
		return error_set(err, ERR_INVALID_ARG, "metadata of type %d is not known", type);
	}
}

static char *give(const struct annotated *what, const char *text, struct error *err)
{
	char *copy;

	if (!text) {
		error_set(err, what->missing, "'%s' has no such metadata", what->name);
		return NULL;
	}
	copy = strdup(text);
	if (!copy)
		error_errno(err, "no memory for the answer");
	return copy;
}

char *annotate_get(const struct annotated *what, int type, const char *uri, struct error *err)
{
	AUTO_XML struct xml_doc *doc = NULL;
	struct conf_raw *raw;
	size_t at;

	if (type == METADATA_DESCRIPTION || type == METADATA_TITLE)
		return give(what, type == METADATA_TITLE ? *what->title : *what->description, err);
	if (type != METADATA_ELEMENT) {
		error_set(err, ERR_INVALID_ARG, "metadata of type %d is not known", type);
		return NULL;
	}
	raw = find_element(what->metadata, uri ? uri : "", &at);
	if (!raw)
		return give(what, NULL, err);
	doc = xml_parse(raw->xml, strlen(raw->xml), err);
	return doc ? write_root(xml_root(doc), NULL, uri, err) : NULL;
}

static struct annotated of_domain(struct domain *def)
{
	return (struct annotated){ def->name, &def->title, &def->description, (struct conf_list *)&def->metadata, ERR_NO_DOMAIN_METADATA };
}

int annotate_domain_set(struct domain *def, const wire_domain_set_metadata_args *a, struct error *err)
{
	struct annotated what = of_domain(def);

	return annotate_set(&what, a->type, a->metadata ? *a->metadata : NULL, a->key ? *a->key : NULL, a->uri ? *a->uri : NULL, err);
}

char *annotate_domain_get(const struct domain *def, int type, const char *uri, struct error *err)
{
	struct annotated what = of_domain((struct domain *)def);

	return annotate_get(&what, type, uri, err);
}
