/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filters and bindings on disk, and the procedures about them. A binding lasts as long as its interface, at most until the next boot: it is a file among the
 * run-time state. */
#include "nwfilter/store_impl.h"

#include "hypervisor/local.h"
#include "util/file.h"
#include "util/nft.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>

#define BINDINGS ".nwfilter-binding"
#define KIND "nwfilter"
#define VALIDATE 1u
#define BINDING_MAX (1u << 20)
#define LOCK_MS 20000

/* --- filters ------------------------------------------------------------------------------------------------------ */

struct nwfilter *nwf_load_filter(const char *name, struct error *err)
{
	AUTO_FREE char *xml = NULL;
	struct error why = { 0 };
	size_t len;

	if (state_read_config(KIND, name, &xml, &len, &why) == 0)
		return nwfilter_parse(xml, len, 0, err);
	if (why.sys == ENOENT)
		error_set(err, ERR_NO_NWFILTER, "there is no packet filter '%s'", name);
	else
		*err = why;
	return NULL;
}

static int find(const wire_nwfilter *asked, char **name, unsigned char uuid[UUID_BYTES], struct error *err)
{
	static const unsigned char none[UUID_BYTES];
	char text[UUID_TEXT];
	int found;

	memcpy(uuid, asked->uuid, UUID_BYTES);
	if (!memcmp(uuid, none, sizeof(none)) || (asked->name && state_is_defined(KIND, asked->name, NULL) == 1)) {
		*name = strdup(asked->name ? asked->name : "");
		found = *name ? state_is_defined(KIND, *name, err) : error_errno(err, "filter");
		if (found > 0)
			return state_uuid_of(KIND, *name, uuid, err);
		return found < 0 ? -1 : error_set(err, ERR_NO_NWFILTER, "there is no packet filter '%s'", *name);
	}
	found = state_find_uuid(KIND, uuid, name, err);
	return found == 0 ? error_set(err, ERR_NO_NWFILTER, "there is no packet filter with UUID %s", uuid_format(uuid, text)) : found < 0 ? -1 : 0;
}

static int give(const char *name, const unsigned char uuid[UUID_BYTES], wire_nwfilter *out, struct error *err)
{
	out->name = strdup(name);
	memcpy(out->uuid, uuid, UUID_BYTES);
	return out->name ? 0 : error_errno(err, "no memory for the answer");
}

static int look_up(const wire_nwfilter *asked, wire_nwfilter *out, struct error *err)
{
	AUTO_FREE char *name = NULL;
	unsigned char uuid[UUID_BYTES];

	return find(asked, &name, uuid, err) < 0 ? -1 : give(name, uuid, out, err);
}

int nwf_nwfilter_lookup_by_name(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_nwfilter asked = { .name = ((const wire_nwfilter_lookup_by_name_args *)args)->name };

	(void)call;
	return look_up(&asked, &((wire_nwfilter_lookup_by_name_ret *)ret)->opt_nwfilter, err);
}

int nwf_nwfilter_lookup_by_uuid(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_nwfilter asked = { .name = NULL };

	(void)call;
	memcpy(asked.uuid, ((const wire_nwfilter_lookup_by_uuid_args *)args)->uuid, sizeof(asked.uuid));
	return look_up(&asked, &((wire_nwfilter_lookup_by_uuid_ret *)ret)->opt_nwfilter, err);
}

int nwf_connect_list_all_nwfilters(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_list_all_nwfilters_args *a = args;
	wire_connect_list_all_nwfilters_ret *r = ret;
	struct state_list list;
	int rc = 0;

	if (hv_flags(call, a->flags, 0, err) < 0 || state_list(&list, KIND, STATE_LIST_DEFINED, err) < 0)
		return -1;
	r->ret = (unsigned)list.n;
	r->filters.filters_val = a->need_results ? calloc(list.n + 1, sizeof(*r->filters.filters_val)) : NULL;
	if (a->need_results && !r->filters.filters_val)
		rc = error_errno(err, "no memory for the answer");
	for (size_t i = 0; a->need_results && rc == 0 && i < list.n; i++) {
		unsigned char uuid[UUID_BYTES] = { 0 };

		if (list.entry[i].damaged || state_uuid_of(KIND, list.entry[i].name, uuid, NULL) < 0)
			memset(uuid, 0, sizeof(uuid));
		rc = give(list.entry[i].name, uuid, &r->filters.filters_val[r->filters.filters_len++], err);
	}
	state_list_free(&list);
	return rc;
}

int nwf_connect_num_of_nwfilters(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct state_list list;

	(void)call;
	(void)args;
	if (state_list(&list, KIND, STATE_LIST_DEFINED, err) < 0)
		return -1;
	((wire_connect_num_of_nwfilters_ret *)ret)->num = (int)list.n;
	state_list_free(&list);
	return 0;
}

int nwf_connect_list_nwfilters(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_list_nwfilters_args *a = args;
	wire_connect_list_nwfilters_ret *r = ret;
	struct state_list list;
	int rc = 0;

	(void)call;
	if (state_list(&list, KIND, STATE_LIST_DEFINED, err) < 0)
		return -1;
	r->names.names_val = calloc(list.n + 1, sizeof(*r->names.names_val));
	rc = r->names.names_val ? 0 : error_errno(err, "no memory for the answer");
	for (size_t i = 0; rc == 0 && i < list.n && (int)i < a->maxnames; i++) {
		r->names.names_val[i] = strdup(list.entry[i].name);
		rc = r->names.names_val[i] ? 0 : error_errno(err, "no memory for the answer");
		r->names.names_len += rc == 0;
	}
	state_list_free(&list);
	return rc;
}

/* --- bindings ----------------------------------------------------------------------------------------------------- */

/* 1: it is in another namespace, and stays. */
static int remove_table(int dir, const char *portdev, struct error *err)
{
	enum nwf_place place;
	AUTO_FREE char *table = nwfilter_table(portdev, err);
	AUTO_FREE char *commands = table ? str_printf("add table %s\ndelete table %s\n", table, table) : NULL;

	if (!commands)
		return table ? error_errno(err, "filter") : -1;
	if (nwf_where(dir, portdev, &place, err) < 0)
		return -1;
	return place == NWF_HERE ? nft_run(commands, err) : place == NWF_ELSEWHERE;
}

/* A binding that is on its way in or out has this before its name: it is none, but its table may be there. */
#define HALF ".half-"

static char *half_of(const char *file, struct error *err)
{
	char *half = str_printf(HALF "%s", file);

	if (!half)
		error_errno(err, "filter binding");
	return half;
}

/* Takes away what somebody left who was killed on the way. The lock is held. */
static int sweep(int dir, struct error *err)
{
	int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSEDIR DIR *d = own < 0 ? NULL : fdopendir(own);
	struct dirent *e;

	if (!d)
		return error_errno(err, "filter bindings");
	while ((e = readdir(d))) {
		AUTO_FREE char *portdev = strncmp(e->d_name, HALF, strlen(HALF)) ? NULL : str_decode_name(e->d_name + strlen(HALF));
		int elsewhere;

		/* half a file, of a name that begins with a dot */
		if (!strncmp(e->d_name, "..", 2) && e->d_name[2])
			(void)!unlinkat(dir, e->d_name, 0);
		if (!portdev)
			continue;
		elsewhere = remove_table(dir, portdev, err);
		if (elsewhere < 0)
			return -1;
		if (elsewhere)
			continue;
		nwf_forget_learned(dir, portdev);
		nwf_forget_namespace(dir, portdev);
		if (unlinkat(dir, e->d_name, 0) < 0 && errno != ENOENT)
			return error_errno(err, "filter binding '%s'", portdev);
	}
	return 0;
}

int nwf_bindings_dir(int *lock, struct error *err)
{
	AUTO_CLOSE int dir = state_open_dir(STATE_RUN, BINDINGS, true, err);
	AUTO_CLOSE int own = dir < 0 ? -1 : openat(dir, ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct error ignored;

	if (dir < 0)
		return -1;
	if (lock) {
		if (own < 0 || file_lock(own, LOCK_MS) < 0)
			return error_errno(err, "filter bindings");
		*lock = STEAL_FD(own);
		return sweep(dir, err) < 0 ? -1 : STEAL_FD(dir);
	}
	/* who only looks takes nothing away while somebody works */
	if (own >= 0 && file_try_lock(own) == 0)
		(void)!sweep(dir, &ignored);
	return STEAL_FD(dir);
}

struct nwfilter_binding *nwf_load_binding(int dir, const char *portdev, struct error *err)
{
	AUTO_FREE char *file = str_encode_name(portdev, err);
	AUTO_FREE char *xml = NULL;
	struct error why = { 0 };
	size_t len;

	if (!file)
		return NULL;
	if (file_read_at(dir, file, BINDING_MAX, &xml, &len, &why) == 0)
		return nwfilter_binding_parse(xml, len, 0, err);
	if (why.sys == ENOENT)
		error_set(err, ERR_NO_NWFILTER_BINDING, "there is no filter binding for '%s'", portdev);
	else
		*err = why;
	return NULL;
}

int nwf_each_binding(int dir, int (*fn)(void *ctx, const char *portdev, struct error *err), void *ctx, struct error *err)
{
	int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
	AUTO_CLOSEDIR DIR *d = own < 0 ? NULL : fdopendir(own);
	struct dirent *e;

	if (!d)
		return error_errno(err, "filter bindings");
	while (rc == 0 && (e = readdir(d))) {
		AUTO_FREE char *name = e->d_name[0] == '.' ? NULL : str_decode_name(e->d_name);

		rc = name ? fn(ctx, name, err) : 0;
	}
	return rc;
}

/* With connection tracking where the kernel has it for bridges; a kernel without it gets rules that let answers pass by their addresses and ports. */
static int write_rules(const struct nwfilter_binding *b, nwfilter_load_fn *with, struct error *err)
{
	AUTO_FREE char *stateful = nwfilter_rules(b, with, true, err), *stateless = NULL;
	struct error why = { 0 };

	if (!stateful)
		return -1;
	if (nft_run(stateful, &why) == 0)
		return 0;
	stateless = nwfilter_rules(b, with, false, err);
	if (!stateless)
		return -1;
	return strcmp(stateful, stateless) && nft_run(stateless, err) == 0 ? 0 : error_set(err, ERR_OPERATION_FAILED, "filter '%s': %s", b->ref.filter, why.text);
}

static int put_in_place(int dir, const struct nwfilter_binding *b, nwfilter_load_fn *with, struct error *err)
{
	int sets = write_rules(b, with, err) < 0 ? -1 : nwfilter_uses_sets(b, with, err);

	return sets > 0 ? nwf_follow_sets(dir, err) : sets;
}

int nwf_apply(int dir, const struct nwfilter_binding *b, nwfilter_load_fn *with, struct error *err)
{
	AUTO_NWFILTER_BINDING struct nwfilter_binding *told = NULL;
	AUTO_FREE char *rules = NULL;
	enum nwf_learning how;
	size_t known = 0;
	int needs = nwf_learning(b, &how, err) < 0 ? -1 : nwfilter_needs_ip(b, with, err);

	/* without learning it is told which variable lacks a value */
	if (needs <= 0 || how == NWF_LEARN_NONE)
		return needs < 0 ? -1 : put_in_place(dir, b, with, err);
	told = nwf_with_learned(dir, b, &known, err);
	if (!told)
		return -1;
	if (known)
		return put_in_place(dir, told, with, err) < 0 ? -1 : how == NWF_LEARN_DHCP ? nwf_learn(dir, b, how, err) : 0;
	rules = nwfilter_learning_rules(b, how == NWF_LEARN_DHCP, err);
	return rules && nft_run(rules, err) == 0 ? nwf_learn(dir, b, how, err) : -1;
}

static int bind_port(const char *xml, unsigned flags, char **portdev, char **filter, struct error *err)
{
	AUTO_NWFILTER_BINDING struct nwfilter_binding *b = nwfilter_binding_parse(xml, strlen(xml), flags & VALIDATE ? CONF_PARSE_VALIDATE : 0, err);
	AUTO_FREE char *file = b ? str_encode_name(b->portdev, err) : NULL;
	AUTO_FREE char *half = file ? half_of(file, err) : NULL;
	AUTO_FREE char *text = half ? nwfilter_binding_format(b, err) : NULL;
	AUTO_CLOSE int lock = -1, dir = text ? nwf_bindings_dir(&lock, err) : -1;

	if (dir < 0)
		return -1;
	if (faccessat(dir, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return error_set(err, ERR_OPERATION_INVALID, "'%s' has a filter binding already", b->portdev);
	/* the file first: who finds it takes the table away */
	if (file_replace_at(dir, half, text, strlen(text), 0600, FILE_VOLATILE, err) < 0)
		return -1;
	nwf_forget_learned(dir, b->portdev);
	if (nwf_note_namespace(dir, b->portdev, err) < 0 || nwf_apply(dir, b, nwf_load_filter, err) < 0 || (renameat(dir, half, dir, file) < 0 && error_errno(err, "filter binding '%s'", b->portdev) < 0)) {
		struct error ignored;

		/* what cannot be taken away now is so the next time */
		(void)!sweep(dir, &ignored);
		return -1;
	}
	*portdev = strdup(b->portdev);
	*filter = strdup(b->ref.filter);
	return *portdev && *filter ? 0 : error_errno(err, "no memory for the answer");
}

static int unbind_port(const char *portdev, struct error *err)
{
	AUTO_FREE char *file = str_encode_name(portdev, err);
	AUTO_FREE char *half = file ? half_of(file, err) : NULL;
	AUTO_CLOSE int lock = -1, dir = half ? nwf_bindings_dir(&lock, err) : -1;
	struct error ignored;
	int elsewhere;

	if (dir < 0)
		return -1;
	if (renameat(dir, file, dir, half) < 0)
		return errno == ENOENT ? error_set(err, ERR_NO_NWFILTER_BINDING, "there is no filter binding for '%s'", portdev) :
					 error_errno(err, "filter binding '%s'", portdev);
	elsewhere = remove_table(dir, portdev, err);
	if (elsewhere) {
		(void)!renameat(dir, half, dir, file);
		return elsewhere < 0 ? -1 : error_set(err, ERR_OPERATION_INVALID, "the filter of '%s' is at work in another network namespace: take it away there (nsenter --net=...)", portdev);
	}
	/* by now it is none, whether or not its file goes */
	(void)!sweep(dir, &ignored);
	return 0;
}

int nwf_nwfilter_binding_create_xml(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_nwfilter_binding_create_xml_args *a = args;
	wire_nwfilter_binding_create_xml_ret *r = ret;

	if (hv_may(call, err) < 0 || hv_flags(call, a->flags, VALIDATE, err) < 0)
		return -1;
	return bind_port(a->xml, a->flags, &r->opt_nwfilter.portdev, &r->opt_nwfilter.filtername, err);
}

int nwf_nwfilter_binding_delete(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_nwfilter_binding_delete_args *a = args;

	(void)ret;
	return hv_may(call, err) < 0 ? -1 : unbind_port(a->opt_nwfilter.portdev, err);
}

static int give_binding(int dir, const char *portdev, wire_nwfilter_binding *out, struct error *err)
{
	AUTO_NWFILTER_BINDING struct nwfilter_binding *b = nwf_load_binding(dir, portdev, err);

	if (!b)
		return -1;
	out->portdev = strdup(b->portdev);
	out->filtername = strdup(b->ref.filter);
	return out->portdev && out->filtername ? 0 : error_errno(err, "no memory for the answer");
}

int nwf_nwfilter_binding_lookup_by_port_dev(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	AUTO_CLOSE int dir = nwf_bindings_dir(NULL, err);

	(void)call;
	if (dir < 0)
		return -1;
	return give_binding(dir, ((const wire_nwfilter_binding_lookup_by_port_dev_args *)args)->name,
			    &((wire_nwfilter_binding_lookup_by_port_dev_ret *)ret)->opt_nwfilter, err);
}

int nwf_nwfilter_binding_get_xml_desc(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_nwfilter_binding_get_xml_desc_args *a = args;
	wire_nwfilter_binding_get_xml_desc_ret *r = ret;
	AUTO_CLOSE int dir = nwf_bindings_dir(NULL, err);
	AUTO_NWFILTER_BINDING struct nwfilter_binding *b = NULL;

	if (hv_flags(call, a->flags, 0, err) < 0 || dir < 0 || !(b = nwf_load_binding(dir, a->opt_nwfilter.portdev, err)))
		return -1;
	r->xml = nwfilter_binding_format(b, err);
	return r->xml ? 0 : -1;
}

struct listing {
	int dir;
	wire_connect_list_all_nwfilter_bindings_ret *ret;
};

static int list_one(void *ctx, const char *portdev, struct error *err)
{
	struct listing *l = ctx;
	wire_nwfilter_binding *more = reallocarray(l->ret->bindings.bindings_val, l->ret->bindings.bindings_len + 1, sizeof(*more));
	struct error why;

	if (!more)
		return error_errno(err, "no memory for the answer");
	l->ret->bindings.bindings_val = more;
	more[l->ret->bindings.bindings_len] = (wire_nwfilter_binding){ 0 };
	/* one that goes in this moment, or is damaged, hides no other */
	if (give_binding(l->dir, portdev, &more[l->ret->bindings.bindings_len], &why) == 0)
		l->ret->bindings.bindings_len++;
	return 0;
}

int nwf_connect_list_all_nwfilter_bindings(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_list_all_nwfilter_bindings_args *a = args;
	wire_connect_list_all_nwfilter_bindings_ret *r = ret;
	AUTO_CLOSE int dir = nwf_bindings_dir(NULL, err);
	struct listing l = { .dir = dir, .ret = r };

	if (hv_flags(call, a->flags, 0, err) < 0 || dir < 0 || nwf_each_binding(dir, list_one, &l, err) < 0)
		return -1;
	r->ret = r->bindings.bindings_len;
	return 0;
}

/* --- changing filters --------------------------------------------------------------------------------------------- */

/* The filter that is about to be defined stands in for what is stored. */
static const struct nwfilter *tried;

static struct nwfilter *load_or_tried(const char *name, struct error *err)
{
	return tried && !strcmp(name, tried->name) ? conf_copy(nwfilter_document.elem, tried, err) : nwf_load_filter(name, err);
}

struct reach {
	int dir;
	const char *name;      /* of the filter that changes */
	bool dry;
	char user[64];         /* a port that has it */
};

static bool refers_to(const char *from, const char *name, int depth)
{
	AUTO_NWFILTER struct nwfilter *f = NULL;
	struct error ignored;

	if (!strcmp(from, name))
		return true;
	f = depth < 16 ? load_or_tried(from, &ignored) : NULL;
	for (size_t i = 0; f && i < f->entries.n; i++)
		if (f->entries.items[i]->type == NWFILTER_FILTERREF && refers_to(f->entries.items[i]->ref.filter, name, depth + 1))
			return true;
	return false;
}

/* Every binding that the filter is in gets its new rules; dry: it is only seen whether it could. */
static int renew(void *ctx, const char *portdev, struct error *err)
{
	struct reach *r = ctx;
	AUTO_NWFILTER_BINDING struct nwfilter_binding *b = nwf_load_binding(r->dir, portdev, NULL), *told = NULL;
	AUTO_FREE char *rules = NULL;
	enum nwf_learning how;
	enum nwf_place place;
	size_t known = 0;

	if (!b || !refers_to(b->ref.filter, r->name, 0))
		return 0;
	if (nwf_where(r->dir, portdev, &place, err) < 0)
		return -1;
	if (place == NWF_GONE)
		return 0;
	snprintf(r->user, sizeof(r->user), "%s", portdev);
	if (place == NWF_ELSEWHERE)
		return error_set(err, ERR_OPERATION_INVALID, "filter '%s' is at work for '%s' in another network namespace: change it in that one (nsenter --net=...)", r->name, portdev);
	if (!r->dry)
		return nwf_apply(r->dir, b, load_or_tried, err);
	told = nwf_with_learned(r->dir, b, &known, err);
	/* what is still to be learned may be any address */
	if (told && !known && nwfilter_needs_ip(b, load_or_tried, err) > 0 && nwf_learning(b, &how, err) == 0 && how != NWF_LEARN_NONE)
		return 0;
	rules = told ? nwfilter_rules(told, load_or_tried, true, err) : NULL;
	return rules ? 0 : error_wrap(err, "for '%s'", portdev);
}

static int check_loop(const struct nwfilter *f, struct error *err)
{
	for (size_t i = 0; i < f->entries.n; i++)
		if (f->entries.items[i]->type == NWFILTER_FILTERREF && refers_to(f->entries.items[i]->ref.filter, f->name, 0))
			return error_set(err, ERR_OPERATION_FAILED, "filter '%s' would refer to itself by way of '%s'", f->name, f->entries.items[i]->ref.filter);
	return 0;
}

static int settle_uuid(struct nwfilter *f, struct error *err)
{
	unsigned char known[UUID_BYTES];
	AUTO_FREE char *other = NULL;
	char text[UUID_TEXT];

	if (state_is_defined(KIND, f->name, NULL) == 1 && state_uuid_of(KIND, f->name, known, NULL) == 0) {
		if (f->uuid_made)
			memcpy(f->uuid, known, sizeof(known));
		return memcmp(f->uuid, known, sizeof(known)) == 0 ? 0 :
			error_set(err, ERR_OPERATION_FAILED, "filter '%s' is there already with UUID %s (leave the UUID out, or undefine it first)", f->name,
				  uuid_format(known, text));
	}
	return state_find_uuid(KIND, f->uuid, &other, err) > 0 ? error_set(err, ERR_OPERATION_FAILED, "filter '%s' cannot have the UUID of filter '%s'", f->name, other) : 0;
}

static int define(struct rpc_call *call, const char *xml, unsigned flags, wire_nwfilter *out, struct error *err)
{
	const struct hv *hv = call->ctx;
	AUTO_NWFILTER struct nwfilter *f = NULL;
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_FREE char *text = NULL;
	AUTO_CLOSE int bindings = -1, dir = -1;
	struct reach r;
	int rc;

	if (hv_may(call, err) < 0 || hv_flags(call, flags, VALIDATE, err) < 0 ||
	    !(f = conf_document_parse(&nwfilter_document, xml, strlen(xml), flags & VALIDATE ? CONF_PARSE_VALIDATE : 0, hv->warn, hv->warn_ctx, err)) ||
	    state_lock(&lock, KIND, f->name, hv->timeout_ms, err) < 0 || settle_uuid(f, err) < 0 || check_loop(f, err) < 0 ||
	    !(text = nwfilter_format(f, err)) || (dir = nwf_bindings_dir(&bindings, err)) < 0)
		return -1;
	r = (struct reach){ .dir = dir, .name = f->name, .dry = true };
	tried = f;
	rc = nwf_each_binding(dir, renew, &r, err);
	if (rc == 0)
		rc = state_define(KIND, f->name, f->uuid, text, strlen(text), err);
	r.dry = false;
	if (rc == 0)
		rc = nwf_each_binding(dir, renew, &r, err);
	tried = NULL;
	return rc < 0 ? -1 : give(f->name, f->uuid, out, err);
}

int nwf_nwfilter_define_xml(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	return define(call, ((const wire_nwfilter_define_xml_args *)args)->xml, 0, &((wire_nwfilter_define_xml_ret *)ret)->opt_nwfilter, err);
}

int nwf_nwfilter_define_xml_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_nwfilter_define_xml_flags_args *a = args;

	return define(call, a->xml, a->flags, &((wire_nwfilter_define_xml_flags_ret *)ret)->opt_nwfilter, err);
}

/* A filter that another refers to stays. */
static int check_users(const char *name, struct error *err)
{
	struct state_list list;
	int rc = 0;

	if (state_list(&list, KIND, STATE_LIST_DEFINED, err) < 0)
		return -1;
	for (size_t i = 0; i < list.n && rc == 0; i++)
		if (strcmp(list.entry[i].name, name) && refers_to(list.entry[i].name, name, 0))
			rc = error_set(err, ERR_OPERATION_INVALID, "filter '%s' is in use by filter '%s'", name, list.entry[i].name);
	state_list_free(&list);
	return rc;
}

int nwf_nwfilter_undefine(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_nwfilter_undefine_args *a = args;
	AUTO_FREE char *name = NULL;
	unsigned char uuid[UUID_BYTES];
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_CLOSE int bindings = -1, dir = -1;
	struct reach r;

	(void)ret;
	if (hv_may(call, err) < 0 || find(&a->opt_nwfilter, &name, uuid, err) < 0 ||
	    state_lock(&lock, KIND, name, ((const struct hv *)call->ctx)->timeout_ms, err) < 0 || check_users(name, err) < 0 ||
	    (dir = nwf_bindings_dir(&bindings, err)) < 0)
		return -1;
	r = (struct reach){ .dir = dir, .name = name, .dry = true };
	if (nwf_each_binding(dir, renew, &r, err) < 0 || *r.user)
		return error_set(err, ERR_OPERATION_INVALID, "filter '%s' is in use by '%s' (nwfilter-binding-delete takes it away from there)", name, r.user);
	return state_undefine(KIND, name, err);
}

int nwf_nwfilter_get_xml_desc(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_nwfilter_get_xml_desc_args *a = args;
	wire_nwfilter_get_xml_desc_ret *r = ret;
	AUTO_FREE char *name = NULL;
	AUTO_NWFILTER struct nwfilter *f = NULL;
	unsigned char uuid[UUID_BYTES];

	if (hv_flags(call, a->flags, 0, err) < 0 || find(&a->opt_nwfilter, &name, uuid, err) < 0 || !(f = nwf_load_filter(name, err)))
		return -1;
	memcpy(f->uuid, uuid, sizeof(uuid));
	r->xml = nwfilter_format(f, err);
	return r->xml ? 0 : -1;
}

int nwfilter_bind_main(int argc, char **argv, struct error *err)
{
	AUTO_FREE char *xml = NULL, *portdev = NULL, *filter = NULL;
	struct error why = { 0 };

	if (argc == 2) {
		if (unbind_port(argv[1], &why) == 0 || why.code == ERR_NO_NWFILTER_BINDING)
			return 0;
		*err = why;
		return -1;
	}
	return file_read_fd(STDIN_FILENO, BINDING_MAX, &xml, NULL, err) < 0 ? -1 : bind_port(xml, 0, &portdev, &filter, err);
}

const struct rpc_row nwfilter_rows[] = {
	NWF(connect_list_all_nwfilters),
	NWF(connect_list_nwfilters),
	NWF(connect_num_of_nwfilters),
	NWF(nwfilter_lookup_by_name),
	NWF(nwfilter_lookup_by_uuid),
	NWF(nwfilter_define_xml),
	NWF(nwfilter_define_xml_flags),
	NWF(nwfilter_undefine),
	NWF(nwfilter_get_xml_desc),
	NWF(connect_list_all_nwfilter_bindings),
	NWF(nwfilter_binding_lookup_by_port_dev),
	NWF(nwfilter_binding_create_xml),
	NWF(nwfilter_binding_delete),
	NWF(nwfilter_binding_get_xml_desc),
	RPC_ROW_END,
};
