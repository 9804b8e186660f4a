/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/setpath.h"

#include "conf/conf.h"
#include "conf/domain.h"
#include "util/str.h"

#include <string.h>

#define ROOT "/domain/"

/* --- the paths there are ------------------------------------------------------------------------------------------ */

struct paths {
	char **items;
	size_t n, room;
	bool failed;
};

static void collect(void *ctx, const char *path)
{
	struct paths *p = ctx;

	if (strncmp(path, ROOT, strlen(ROOT)) != 0)
		return;
	if (p->n == p->room) {
		char **more = reallocarray(p->items, p->room * 2 + 256, sizeof(*more));
		if (!more) {
			p->failed = true;
			return;
		}
		p->items = more;
		p->room = p->room * 2 + 256;
	}
	if ((p->items[p->n] = strdup(path + strlen(ROOT))))
		p->n++;
	else
		p->failed = true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void paths_free(struct paths *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->items[i]);
	free(p->items);
}
#define AUTO_PATHS AUTO(paths_free)

static int all_paths(struct paths *p, struct error *err)
{
	if (conf_paths(&domain_elem, "domain", collect, p, err) < 0)
		return -1;
	if (p->failed)
		return error_set(err, ERR_NO_MEMORY, "no memory for the paths of the format");
	qsort(p->items, p->n, sizeof(*p->items), by_name);
	return 0;
}

int cli_paths_each(const char *prefix, void (*fn)(void *ctx, const char *path), void *ctx, struct error *err)
{
	AUTO_PATHS struct paths p = { 0 };
	size_t len = prefix ? strlen(prefix) : 0;

	if (all_paths(&p, err) < 0)
		return -1;
	for (size_t i = 0; i < p.n; i++)
		if (!strncmp(p.items[i], prefix ? prefix : "", len) && (i == 0 || strcmp(p.items[i], p.items[i - 1]) != 0))
			fn(ctx, p.items[i]);
	return 0;
}

#define FAR 64

/* How many letters are to be changed to make one of the other (Levenshtein's distance), at most FAR. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[FAR * 2 + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la > FAR * 2 || lb > FAR * 2 || (la > lb ? la - lb : lb - la) >= FAR)
		return FAR;
	for (size_t j = 0; j <= lb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned corner = row[0];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned above = row[j], best = corner + (a[i - 1] != b[j - 1]);
			best = above + 1 < best ? above + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			row[j] = best;
			corner = above;
		}
	}
	return row[lb];
}

/* The last step right and the way to it wrong is as likely as a slip of the finger. */
static const char *nearest(const struct paths *p, const char *plain)
{
	const char *best = NULL, *step = strrchr(plain, '/');
	unsigned least = FAR;

	for (size_t i = 0; i < p->n; i++) {
		const char *last = strrchr(p->items[i], '/');
		unsigned d = distance(plain, p->items[i]);
		if (!strcmp(last ? last + 1 : p->items[i], step ? step + 1 : plain) && d > 2)
			d = d / 2 > 2 ? d / 2 : 2;
		if (d < least) {
			least = d;
			best = p->items[i];
		}
	}
	return best;
}

char *cli_path_plain(const char *path, struct error *err)
{
	AUTO_PATHS struct paths p = { 0 };
	AUTO_FREE char *plain = strdup(path);
	char *to = plain;
	bool inside = false;

	for (const char *from = path; plain && *from; from++) {
		inside = inside ? *from != ']' : *from == '[';
		if (!inside && *from != ']')
			*to++ = *from;
	}
	if (!plain) {
		error_errno(err, "%s", path);
		return NULL;
	}
	*to = '\0';
	if (all_paths(&p, err) < 0)
		return NULL;
	for (size_t i = 0; i < p.n; i++)
		if (!strcmp(p.items[i], plain))
			return STEAL_PTR(plain);
	const char *near = nearest(&p, plain);
	error_set(err, ERR_INVALID_ARG, "a definition has no '%s'%s%s%s", plain, near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
	return NULL;
}

/* --- in a document -------------------------------------------------------------------------------------------------- */

/* Elements of other namespaces are written with their prefix. */
static bool is_called(const xmlNode *node, const char *name, size_t len)
{
	const char *prefix = node->ns && node->ns->prefix ? (const char *)node->ns->prefix : "", *local = (const char *)node->name;
	size_t n = strlen(prefix);

	if (node->type != XML_ELEMENT_NODE)
		return false;
	if (!n)
		return !strncmp(local, name, len) && !local[len];
	return len > n && !strncmp(prefix, name, n) && name[n] == ':' && strlen(local) == len - n - 1 && !strncmp(local, name + n + 1, len - n - 1);
}

/* Whether the element, or one in it, has an attribute or a text of this value. */
static bool is_known_by(const xmlNode *node, const char *text)
{
	for (const xmlAttr *a = node->properties; a; a = a->next)
		if (a->children && a->children->content && !strcmp((const char *)a->children->content, text))
			return true;
	for (const xmlNode *c = node->children; c; c = c->next)
		if ((c->type == XML_ELEMENT_NODE && is_known_by(c, text)) || (c->type == XML_TEXT_NODE && !strcmp((const char *)c->content, text)))
			return true;
	return false;
}

/* One step of a path: "disk[vda]" below *node, which it becomes; NULL: it is not there, and is not to be made. */
static int step_to(xmlNodePtr *node, const char *path, const char *step, size_t len, bool make, struct error *err)
{
	const char *bracket = memchr(step, '[', len);
	size_t name = bracket ? (size_t)(bracket - step) : len, n = 0;
	AUTO_FREE char *which = bracket ? strndup(bracket + 1, len - name - 2) : NULL;
	const int so_far = (int)(step + len - path);
	xmlNodePtr found = NULL;
	uint64_t number = 0;
	bool counted = which && str_to_u64(which, UINT32_MAX, &number) == 0;

	for (xmlNodePtr c = (*node)->children; c; c = c->next) {
		if (!is_called(c, step, name))
			continue;
		n++;
		if (!which || (counted && n == number) || (!counted && !found && is_known_by(c, which)))
			found = c;
	}
	if (!which && n > 1)
		return error_set(err, ERR_INVALID_ARG, "there are %zu of '%.*s': say which, by [1] to [%zu] or by what one has, such as [vda]", n, so_far, path, n);
	if (which && !found)
		return error_set(err, ERR_DEVICE_MISSING, "there is no '%.*s' (there %s %zu of them)", so_far, path, n == 1 ? "is" : "are", n);
	if (!found && make && memchr(step, ':', name))
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "'%.*s' is not there yet (add it with: vm-edit)", so_far, path);
	if (!found && make) {
		AUTO_FREE char *word = strndup(step, name);
		found = word ? xmlNewChild(*node, (*node)->ns && (*node)->ns->prefix ? NULL : (*node)->ns, (const xmlChar *)word, NULL) : NULL;
		if (!found)
			return error_set(err, ERR_NO_MEMORY, "no memory for '%s'", path);
	}
	*node = found;
	return 0;
}

static bool has_parts(const xmlNode *node)
{
	for (const xmlNode *c = node->children; c; c = c->next)
		if (c->type == XML_ELEMENT_NODE)
			return true;
	return false;
}

/* "512MiB" where the element says its unit apart. */
static void set_scaled(xmlNodePtr node, const char *value)
{
	size_t digits = strspn(value, "0123456789");
	AUTO_FREE char *number = strndup(value, digits);
	const char *unit = value + digits + strspn(value + digits, " ");

	if (digits && *unit && number) {
		xmlNodeSetContent(node, (const xmlChar *)number);
		xmlSetProp(node, (const xmlChar *)"unit", (const xmlChar *)unit);
		return;
	}
	xmlNodeSetContent(node, NULL);
	xmlNodeAddContent(node, (const xmlChar *)value);
}

static int set_text(xmlNodePtr node, const char *path, const char *value, struct error *err)
{
	if (!*value) {
		xmlUnlinkNode(node);
		xmlFreeNode(node);
		return 0;
	}
	if (has_parts(node))
		return error_set(err, ERR_INVALID_ARG, "'%s' has parts of its own: set one of them (vm-set --list %s/)", path, path);
	set_scaled(node, value);
	return 0;
}

int cli_path_set(xmlDocPtr doc, const char *path, const char *value, xmlNodePtr *device, struct error *err)
{
	xmlNodePtr node = xmlDocGetRootElement(doc);
	unsigned depth = 0;

	*device = NULL;
	for (const char *step = path; node; depth++) {
		bool inside = false;
		size_t len = 0;
		while (step[len] && (inside || step[len] != '/')) {
			inside = inside ? step[len] != ']' : step[len] == '[';
			len++;
		}
		if (inside)
			return error_set(err, ERR_INVALID_ARG, "'%s': a bracket is not closed", path);
		if (*step == '@') {
			if (!*value)
				xmlUnsetProp(node, (const xmlChar *)step + 1);
			else if (!xmlSetProp(node, (const xmlChar *)step + 1, (const xmlChar *)value))
				return error_set(err, ERR_NO_MEMORY, "no memory for '%s'", path);
			return 0;
		}
		if (step_to(&node, path, step, len, *value != '\0', err) < 0)
			return -1;
		/* what is to go and is not there has gone */
		if (!node)
			return 0;
		if (depth == 1 && !strncmp(path, "devices/", 8))
			*device = node;
		if (!step[len])
			break;
		step += len + 1;
	}
	if (*device == node && !*value)
		return error_set(err, ERR_INVALID_ARG, "'%s' is a device (take it away with: vm-detach-device)", path);
	return set_text(node, path, value, err);
}
