/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots and checkpoints of guests. */
#include "test/test.h"
#include "test/open.h"
#include "test/world.h"

#include "conf/domain_moment.h"
#include "hypervisor/guest.h"
#include "hypervisor/hypervisor.h"
#include "util/str.h"
#include "util/uuid.h"

#include <string.h>
#include <time.h>

/* libvirt's virDomainSnapshotCreateFlags, DeleteFlags, ListFlags, virDomainSnapshotRevertFlags; those of checkpoints are alike where they matter. */
enum { CREATE_REDEFINE = 1, CREATE_CURRENT = 2, CREATE_HALT = 8, CREATE_DISK_ONLY = 16 };
enum { DELETE_CHILDREN = 1, DELETE_CHILDREN_ONLY = 4 };
enum { LIST_ROOTS_OR_DESCENDANTS = 1 };
enum { REVERT_RUNNING = 1, REVERT_PAUSED = 2 };

/* A kind of moment; "list" in the world: {"guest": UUID, "name", "parent", "xml", "current", "state": of SNAPSHOT_STATES, "group": filter bits} */
struct moment {
	const char *kind, *noun;
	enum error_code missing;
	unsigned leaves, no_leaves, no_metadata;      /* bits of its list's filter */
};
static const struct moment snapshots = { "snapshot", "domain snapshot", ERR_NO_DOMAIN_SNAPSHOT, 4, 8, 16 };
static const struct moment checkpoints = { "checkpoint", "domain checkpoint", ERR_NO_DOMAIN_CHECKPOINT, 4, 8, 0 };

/* All arguments begin with a guest, or with a moment's name and its guest; what follows is at the same place for both kinds. */
struct of_guest {
	wire_domain dom;
	union { unsigned flags; int number; };
	unsigned flags_after;
};
struct of_moment {
	wire_domain_snapshot ref;
	int number;
	unsigned flags_after;
};

static json_t *find(const struct world *w, const struct moment *m, const wire_domain *dom, const char *name)
{
	char uuid[UUID_TEXT];
	json_t *object;
	size_t i;

	uuid_format((const unsigned char *)dom->uuid, uuid);
	json_array_foreach(world_list(w, m->kind), i, object)
		if (!strcmp(world_text(object, "guest"), uuid) && (name ? !strcmp(world_text(object, "name"), name) : world_is(object, "current")))
			return object;
	return NULL;
}

static json_t *find_or_fail(const struct world *w, const struct moment *m, const wire_domain *dom, const char *name, struct error *err)
{
	json_t *object = find(w, m, dom, name);

	if (!object)
		error_set(err, m->missing, "%s not found: no %s with matching name '%s'", m == &snapshots ? "Domain snapshot" : "Domain checkpoint",
			  m->noun, name);
	return object;
}

static int fill(const json_t *object, const wire_domain *dom, wire_domain_snapshot *out, struct error *err)
{
	*out = (wire_domain_snapshot){ .name = strdup(world_text(object, "name")), .dom = *dom };
	out->dom.name = strdup(dom->name);
	return out->name && out->dom.name ? 0 : error_errno(err, "the answer");
}

static bool is_below(const struct world *w, const struct moment *m, const wire_domain *dom, const json_t *object, const char *name, bool deep)
{
	const char *parent = world_text(object, "parent");

	/* a chain is never longer than the list: no ring goes round for ever */
	for (size_t left = json_array_size(world_list(w, m->kind)); parent && left; left--) {
		const json_t *up = find(w, m, dom, parent);

		if (!strcmp(parent, name))
			return true;
		if (!deep || !up)
			return false;
		parent = world_text(up, "parent");
	}
	return false;
}

/* --- lists -------------------------------------------------------------------------------------------------------- */

static bool selected(const struct world *w, const struct moment *m, const wire_domain *dom, const json_t *object, unsigned flags)
{
	unsigned group = (unsigned)json_integer_value(json_object_get(object, "group"));
	bool leaf = true;
	json_t *other;
	size_t i;

	json_array_foreach(world_list(w, m->kind), i, other)
		leaf = leaf && !is_below(w, m, dom, other, world_text(object, "name"), false);
	if ((flags & (m->leaves | m->no_leaves)) && !(flags & (leaf ? m->leaves : m->no_leaves)))
		return false;
	if (flags & m->no_metadata)
		return false;
	/* state: inactive 32, active 64, disk-only 128; location: internal 256, external 512 */
	return m != &snapshots || ((!(flags & 0xe0) || (flags & group & 0xe0)) && (!(flags & 0x300) || (flags & group & 0x300)));
}

/* Those of a guest, below `from` (NULL: all), as references; the caller's. */
static wire_domain_snapshot *gather(const struct world *w, const struct moment *m, const wire_domain *dom, const char *from, unsigned flags,
				    u_int *n, struct error *err)
{
	json_t *list = world_list(w, m->kind), *object;
	wire_domain_snapshot *items = calloc(json_array_size(list) + 1, sizeof(*items));
	bool deep = flags & LIST_ROOTS_OR_DESCENDANTS;
	char uuid[UUID_TEXT];
	size_t i;

	*n = 0;
	uuid_format((const unsigned char *)dom->uuid, uuid);
	if (!items)
		error_errno(err, "a list");
	json_array_foreach(list, i, object) {
		bool wanted = items && !strcmp(world_text(object, "guest"), uuid) && selected(w, m, dom, object, flags) &&
			      (from ? is_below(w, m, dom, object, from, deep) : !deep || !world_text(object, "parent"));

		if (wanted && fill(object, dom, &items[(*n)++], err) < 0)
			return NULL;
	}
	return items;
}

struct listing {
	u_int n;
	void *items;
	int ret;
};

static int answer_list(const struct moment *m, const wire_domain *dom, const char *from, unsigned flags, void *ret, struct error *err)
{
	struct listing *r = ret;
	struct world w;
	int rc = world_begin(&w, err);

	if (rc == 0 && from)
		rc = find_or_fail(&w, m, dom, from, err) ? 0 : -1;
	if (rc == 0) {
		r->items = gather(&w, m, dom, from, flags, &r->n, err);
		r->ret = (int)r->n;
		rc = r->items ? 0 : -1;
	}
	world_end(&w);
	return rc;
}

static int list_all(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct of_guest *a = args;

	return answer_list(call->proc == &rpc_domain_list_all_snapshots ? &snapshots : &checkpoints, &a->dom, NULL, a->flags_after, ret, err);
}

static int list_all_children(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct of_moment *a = args;

	return answer_list(call->proc == &rpc_domain_snapshot_list_all_children ? &snapshots : &checkpoints, &a->ref.dom, a->ref.name, a->flags_after,
			   ret, err);
}

/* The old forms: numbers and names. */
static int answer_names(const wire_domain *dom, const char *from, unsigned flags, int max, int *num, void *names, struct error *err)
{
	struct listing list = { 0 };
	wire_domain_snapshot_list_names_ret *r = names;

	if (answer_list(&snapshots, dom, from, flags, &list, err) < 0)
		return -1;
	wire_domain_snapshot *items = list.items;
	char **out = r ? calloc(list.n + 1, sizeof(*out)) : NULL;
	for (u_int i = 0; i < list.n; i++) {
		if (out && (int)i < max)
			out[r->names.names_len++] = STEAL_PTR(items[i].name);
		xdr_free((xdrproc_t)xdr_wire_domain_snapshot, (char *)&items[i]);
	}
	free(items);
	if (num)
		*num = (int)list.n;
	if (r)
		r->names.names_val = out;
	return r && !out ? error_errno(err, "a list") : 0;
}

static int num(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct of_guest *a = args;

	(void)call;
	return answer_names(&a->dom, NULL, a->flags, 0, ret, NULL, err);
}

static int names(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct of_guest *a = args;

	(void)call;
	return answer_names(&a->dom, NULL, a->flags_after, a->number, NULL, ret, err);
}

static int num_children(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct of_moment *a = args;

	(void)call;
	return answer_names(&a->ref.dom, a->ref.name, (unsigned)a->number, 0, ret, NULL, err);
}

static int children_names(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct of_moment *a = args;

	(void)call;
	return answer_names(&a->ref.dom, a->ref.name, a->flags_after, a->number, NULL, ret, err);
}

/* --- one ---------------------------------------------------------------------------------------------------------- */

static int lookup(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_snapshot_lookup_by_name_args *a = args;
	const struct moment *m = call->proc == &rpc_domain_snapshot_lookup_by_name ? &snapshots : &checkpoints;
	struct world w;
	int rc = world_begin(&w, err);
	json_t *object = rc == 0 ? find_or_fail(&w, m, &a->dom, a->name, err) : NULL;

	rc = object ? fill(object, &a->dom, ret, err) : -1;
	world_end(&w);
	return rc;
}

static int get_current(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct of_guest *a = args;
	bool ask = call->proc == &rpc_domain_has_current_snapshot;
	struct world w;
	int rc = world_begin(&w, err);
	json_t *object = rc == 0 ? find(&w, &snapshots, &a->dom, NULL) : NULL;

	if (rc == 0 && ask)
		*(int *)ret = object != NULL;
	else if (rc == 0)
		rc = object ? fill(object, &a->dom, ret, err) :
			      error_set(err, ERR_NO_DOMAIN_SNAPSHOT, "Domain snapshot not found: the domain does not have a current snapshot");
	world_end(&w);
	return rc;
}

/* What of a moment is asked for. */
static int look(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct of_moment *a = args;
	const struct rpc_proc *p = call->proc;
	bool checkpoint = p == &rpc_domain_checkpoint_get_xml_desc || p == &rpc_domain_checkpoint_get_parent;
	const struct moment *m = checkpoint ? &checkpoints : &snapshots;
	struct world w;
	int rc = world_begin(&w, err);
	json_t *object = rc == 0 ? find_or_fail(&w, m, &a->ref.dom, a->ref.name, err) : NULL;
	const char *parent = object ? world_text(object, "parent") : NULL;

	rc = object ? 0 : -1;
	if (rc == 0 && (p == &rpc_domain_snapshot_get_xml_desc || p == &rpc_domain_checkpoint_get_xml_desc)) {
		*(char **)ret = strdup(world_text(object, "xml"));
		rc = *(char **)ret ? 0 : error_errno(err, "the answer");
	} else if (rc == 0 && p == &rpc_domain_snapshot_is_current) {
		*(int *)ret = world_is(object, "current");
	} else if (rc == 0 && p == &rpc_domain_snapshot_has_metadata) {
		*(int *)ret = 1;
	} else if (rc == 0) {
		json_t *up = parent ? find(&w, m, &a->ref.dom, parent) : NULL;

		rc = up ? fill(up, &a->ref.dom, ret, err) : error_set(err, m->missing, "%s '%s' does not have a parent", m->noun, a->ref.name);
	}
	world_end(&w);
	return rc;
}

/* --- taking ------------------------------------------------------------------------------------------------------- */

static char *guest_xml(struct rpc_call *call, const wire_domain *dom, struct error *err)
{
	wire_domain_get_xml_desc_args args = { .dom = *dom, .flags = 1 | 2 };   /* secure, inactive */
	struct rpc_call own = { .ctx = call->ctx, .proc = &rpc_domain_get_xml_desc, .uid = call->uid };
	wire_domain_get_xml_desc_ret ret = { 0 };

	return hv_domain_get_xml_desc(&own, &args, &ret, err) < 0 ? NULL : ret.xml;
}

static int guest_state(struct rpc_call *call, const wire_domain *dom, int *state, struct error *err)
{
	wire_domain_get_state_args args = { .dom = *dom };
	struct rpc_call own = { .ctx = call->ctx, .proc = &rpc_domain_get_state, .uid = call->uid };
	wire_domain_get_state_ret ret = { 0 };

	if (hv_domain_get_state(&own, &args, &ret, err) < 0)
		return -1;
	*state = ret.state;
	return 0;
}

static int guest_destroy(struct rpc_call *call, const wire_domain *dom, struct error *err)
{
	wire_domain_destroy_args args = { .dom = *dom };
	struct rpc_call own = { .ctx = call->ctx, .proc = &rpc_domain_destroy, .uid = call->uid };

	return hv_domain_destroy(&own, &args, NULL, err);
}

/* Every disk is in it, as the guest runs: inside of its image. */
static int add_disks(struct domain_snapshot *snap, struct error *err)
{
	for (size_t i = 0; i < snap->domain->devices.disks.n; i++) {
		const char *name = snap->domain->devices.disks.items[i]->dst;
		bool there = false;

		for (size_t j = 0; j < snap->disks.n; j++)
			there |= !strcmp(snap->disks.items[j]->name, name);
		struct snapshot_disk *disk = there ? NULL : CONF_LIST_ADD(&snap->disks);
		if (!there && (!disk || !(disk->name = strdup(name))))
			return error_errno(err, "a disk");
		if (disk)
			disk->snapshot = snap->state == SNAPSHOT_STATE_DISK ? SNAPSHOT_EXTERNAL : SNAPSHOT_INTERNAL;
		if (disk && disk->snapshot == SNAPSHOT_EXTERNAL)
			disk->source.type = DOMAIN_SOURCE_FILE;
	}
	return 0;
}

static int complete(struct rpc_call *call, const wire_domain *dom, struct domain_snapshot *snap, unsigned flags, struct error *err)
{
	AUTO_FREE char *xml = guest_xml(call, dom, err);
	int state;

	if (!xml || guest_state(call, dom, &state, err) < 0)
		return -1;
	snap->domain = domain_parse(xml, strlen(xml), 0, err);
	if (!snap->domain)
		return -1;
	snap->state = flags & CREATE_DISK_ONLY ? SNAPSHOT_STATE_DISK : (enum snapshot_state)(state + 1);
	if (!snap->memory.snapshot)
		snap->memory.snapshot = state != GUEST_SHUTOFF && !(flags & CREATE_DISK_ONLY) ? SNAPSHOT_INTERNAL : SNAPSHOT_NO;
	return add_disks(snap, err);
}

/* A name and a time for what has none. */
static int name_it(char **name, struct conf_int *when, struct error *err)
{
	if (!when->set)
		*when = (struct conf_int){ time(NULL), true };
	if (!*name && !(*name = str_printf("%lld", (long long)when->value)))
		return error_errno(err, "a name");
	return 0;
}

static int note(struct world *w, const struct moment *m, const wire_domain *dom, const char *name, const char *parent, const char *xml,
		unsigned group, bool current)
{
	json_t *object = find(w, m, dom, name), *was = find(w, m, dom, NULL);
	char uuid[UUID_TEXT];

	if (!object) {
		object = json_pack("{s:s, s:s}", "guest", uuid_format((const unsigned char *)dom->uuid, uuid), "name", name);
		json_array_append_new(world_list(w, m->kind), object);
		world_set(object, "current", false);
	}
	world_set_text(object, "parent", parent);
	world_set_text(object, "xml", xml);
	json_object_set_new(object, "group", json_integer(group));
	if (current && was)
		world_set(was, "current", false);
	if (current)
		world_set(object, "current", true);
	return 0;
}

static int refuse_known(const struct world *w, const struct moment *m, const wire_domain *dom, const char *name, bool redefine, struct error *err)
{
	if (!redefine && find(w, m, dom, name))
		return error_set(err, ERR_OPERATION_FAILED, "operation failed: domain moment %s already exists", name);
	return 0;
}

static int take_snapshot(struct rpc_call *call, struct world *w, const wire_domain_snapshot_create_xml_args *a, wire_domain_snapshot *ret,
			 struct error *err)
{
	struct domain_snapshot *snap = conf_document_parse(&domain_snapshot_document, a->xml_desc, strlen(a->xml_desc), 0, NULL, NULL, err);
	bool redefine = a->flags & CREATE_REDEFINE;
	const json_t *current = find(w, &snapshots, &a->dom, NULL);
	unsigned group;
	int rc = snap ? 0 : -1;

	if (rc == 0 && redefine && !snap->creation_time.set)
		rc = error_set(err, ERR_XML, "XML error: missing creationTime from existing snapshot");
	if (rc == 0 && !redefine) {
		/* of an earlier time or not, it is taken now */
		snap->creation_time = (struct conf_int){ 0 };
		free(STEAL_PTR(snap->parent));
		domain_free(STEAL_PTR(snap->domain));
	}
	if (rc == 0)
		rc = name_it(&snap->name, &snap->creation_time, err);
	if (rc == 0)
		rc = refuse_known(w, &snapshots, &a->dom, snap->name, redefine, err);
	if (rc == 0 && !redefine)
		rc = complete(call, &a->dom, snap, a->flags, err);
	if (rc == 0 && !redefine && current && !(snap->parent = strdup(world_text(current, "name"))))
		rc = error_errno(err, "the parent");
	AUTO_FREE char *xml = rc == 0 ? conf_document_format(&domain_snapshot_document, snap, 0, err) : NULL;
	if (xml) {
		group = snap->state == SNAPSHOT_STATE_DISK ? 128 | 512 : (snap->state == SNAPSHOT_STATE_SHUTOFF ? 32 : 64) | 256;
		note(w, &snapshots, &a->dom, snap->name, snap->parent, xml, group, !redefine || (a->flags & CREATE_CURRENT));
		rc = fill(find(w, &snapshots, &a->dom, snap->name), &a->dom, ret, err);
	}
	conf_free(&domain_snapshot_elem, snap);
	return xml ? rc : -1;
}

static int take_checkpoint(struct rpc_call *call, struct world *w, const wire_domain_snapshot_create_xml_args *a, wire_domain_snapshot *ret,
			   struct error *err)
{
	struct domain_checkpoint *point;
	const json_t *current = find(w, &checkpoints, &a->dom, NULL);
	bool redefine = a->flags & CREATE_REDEFINE;
	int state, rc;

	if (guest_state(call, &a->dom, &state, err) < 0)
		return -1;
	if (find(w, &snapshots, &a->dom, NULL))
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "Operation not supported: cannot create checkpoint while snapshot exists");
	if (state == GUEST_SHUTOFF && !redefine)
		return error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: cannot create checkpoint for inactive domain");
	AUTO_FREE char *guest = guest_xml(call, &a->dom, err);
	point = guest ? conf_document_parse(&domain_checkpoint_document, a->xml_desc, strlen(a->xml_desc), 0, NULL, NULL, err) : NULL;
	rc = point ? name_it(&point->name, &point->creation_time, err) : -1;
	if (rc == 0)
		rc = refuse_known(w, &checkpoints, &a->dom, point->name, redefine, err);
	if (rc == 0 && !point->domain && !(point->domain = domain_parse(guest, strlen(guest), 0, err)))
		rc = -1;
	for (size_t i = 0; rc == 0 && !point->disks.n && i < point->domain->devices.disks.n; i++) {
		struct checkpoint_disk *disk = CONF_LIST_ADD(&point->disks);

		if (!disk || !(disk->name = strdup(point->domain->devices.disks.items[i]->dst)) || !(disk->bitmap = strdup(point->name)))
			rc = error_errno(err, "a disk");
		else
			disk->checkpoint = CHECKPOINT_BITMAP;
	}
	if (rc == 0 && !redefine && current) {
		free(point->parent);
		point->parent = strdup(world_text(current, "name"));
	}
	AUTO_FREE char *xml = rc == 0 ? conf_document_format(&domain_checkpoint_document, point, 0, err) : NULL;
	if (xml) {
		note(w, &checkpoints, &a->dom, point->name, point->parent, xml, 0, true);
		rc = fill(find(w, &checkpoints, &a->dom, point->name), &a->dom, ret, err);
	}
	conf_free(&domain_checkpoint_elem, point);
	return xml ? rc : -1;
}

static int create(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_snapshot_create_xml_args *a = args;
	bool snapshot = call->proc == &rpc_domain_snapshot_create_xml;
	struct world w;
	int rc = world_begin(&w, err);

	if (rc == 0)
		rc = snapshot ? take_snapshot(call, &w, a, ret, err) : take_checkpoint(call, &w, a, ret, err);
	if (rc == 0)
		rc = world_store(&w, err);
	world_end(&w);
	if (rc == 0 && snapshot && (a->flags & CREATE_HALT))
		rc = guest_destroy(call, &a->dom, err);
	return rc;
}

int test_add_snapshot(const struct hv *hv, struct world *w, const char *name, const unsigned char uuid[UUID_BYTES], char *xml, struct error *err)
{
	struct rpc_call call = { .ctx = (void *)hv, .proc = &rpc_domain_snapshot_create_xml, .uid = geteuid() };
	wire_domain_snapshot_create_xml_args args = { .dom = { .name = (char *)name, .id = -1 }, .xml_desc = xml, .flags = CREATE_REDEFINE };
	struct domain_snapshot *snap = conf_document_parse(&domain_snapshot_document, xml, strlen(xml), 0, NULL, NULL, err);
	wire_domain_snapshot ret = { 0 };

	if (!snap)
		return -1;
	/* a redefined one is the current one where it says so */
	if (snap->active.value == 1)
		args.flags |= CREATE_CURRENT;
	conf_free(&domain_snapshot_elem, snap);
	memcpy(args.dom.uuid, uuid, UUID_BYTES);
	if (take_snapshot(&call, w, &args, &ret, err) < 0)
		return -1;
	xdr_free((xdrproc_t)xdr_wire_domain_snapshot, (char *)&ret);
	return 0;
}

/* --- going back, deleting ----------------------------------------------------------------------------------------- */

static int revert_to(struct rpc_call *call, const wire_domain *dom, const char *xml, unsigned flags, struct error *err)
{
	struct domain_snapshot *snap = conf_document_parse(&domain_snapshot_document, xml, strlen(xml), 0, NULL, NULL, err);
	AUTO_FREE char *guest = snap && snap->domain ? domain_format(snap->domain, DOMAIN_FORMAT_SECURE | DOMAIN_FORMAT_INACTIVE, err) : NULL;
	bool paused = snap && ((snap->state == SNAPSHOT_STATE_PAUSED && !(flags & REVERT_RUNNING)) || (flags & REVERT_PAUSED));
	bool runs = snap && (snap->state == SNAPSHOT_STATE_RUNNING || snap->state == SNAPSHOT_STATE_PAUSED || (flags & 3));
	struct hv_defined d = { 0 };
	int state, rc = guest ? 0 : -1;

	if (snap && !guest)
		error_set(err, ERR_CONFIG_UNSUPPORTED, "unsupported configuration: the snapshot does not have the guest's definition");
	conf_free(&domain_snapshot_elem, snap);
	if (rc == 0)
		rc = guest_state(call, dom, &state, err);
	if (rc == 0 && state != GUEST_SHUTOFF)
		rc = guest_destroy(call, dom, err);
	if (rc == 0)
		rc = hv_define(call->ctx, guest, 0, &d, err);
	if (rc == 0 && runs)
		rc = hv_start(call->ctx, d.kind, d.name, paused ? HV_START_PAUSED : 0, NULL, d.uuid, err);
	hv_defined_clear(&d);
	return rc;
}

static int revert(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_revert_to_snapshot_args *a = args;
	struct world w;
	int rc = world_begin(&w, err);
	json_t *object = rc == 0 ? find_or_fail(&w, &snapshots, &a->snap.dom, a->snap.name, err) : NULL;
	json_t *was = object ? find(&w, &snapshots, &a->snap.dom, NULL) : NULL;

	(void)ret;
	rc = object ? revert_to(call, &a->snap.dom, world_text(object, "xml"), a->flags, err) : -1;
	if (rc == 0) {
		if (was)
			world_set(was, "current", false);
		world_set(object, "current", true);
		rc = world_store(&w, err);
	}
	world_end(&w);
	return rc;
}

/* The document says its parent, too. */
static int set_parent(const struct moment *m, json_t *object, const char *parent, struct error *err)
{
	const struct conf_document *document = m == &snapshots ? &domain_snapshot_document : &domain_checkpoint_document;
	const char *text = world_text(object, "xml");
	void *def = conf_document_parse(document, text, strlen(text), 0, NULL, NULL, err);
	char **member = !def ? NULL : m == &snapshots ? &((struct domain_snapshot *)def)->parent : &((struct domain_checkpoint *)def)->parent;

	if (!def)
		return -1;
	free(*member);
	*member = parent ? strdup(parent) : NULL;
	AUTO_FREE char *xml = conf_document_format(document, def, 0, err);
	conf_free(document->elem, def);
	if (!xml)
		return -1;
	world_set_text(object, "xml", xml);
	world_set_text(object, "parent", parent);
	return 0;
}

static int remove_it(struct world *w, const struct moment *m, const wire_domain *dom, json_t *object, unsigned flags, struct error *err)
{
	AUTO_FREE char *name = strdup(world_text(object, "name")), *parent = world_text(object, "parent") ? strdup(world_text(object, "parent")) : NULL;
	bool children = flags & (DELETE_CHILDREN | DELETE_CHILDREN_ONLY), current = world_is(object, "current");
	json_t *list = world_list(w, m->kind);

	if (!name)
		return error_errno(err, "%s", m->noun);
	for (size_t i = json_array_size(list); i-- > 0;) {
		json_t *other = json_array_get(list, i);
		bool below = other != object && is_below(w, m, dom, other, name, children);

		if (below && children) {
			current |= world_is(other, "current");
			json_array_remove(list, i);
		} else if (below && set_parent(m, other, parent, err) < 0) {
			return -1;
		}
	}
	if (!(flags & DELETE_CHILDREN_ONLY))
		world_remove(w, m->kind, object);
	json_t *next = find(w, m, dom, flags & DELETE_CHILDREN_ONLY || !parent ? name : parent);
	if (current && next)
		world_set(next, "current", true);
	return 0;
}

static int delete(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct of_moment *a = args;
	const struct moment *m = call->proc == &rpc_domain_snapshot_delete ? &snapshots : &checkpoints;
	struct world w;
	int rc = world_begin(&w, err);
	json_t *object = rc == 0 ? find_or_fail(&w, m, &a->ref.dom, a->ref.name, err) : NULL;

	(void)ret;
	rc = object ? remove_it(&w, m, &a->ref.dom, object, (unsigned)a->number, err) : -1;
	if (rc == 0)
		rc = world_store(&w, err);
	world_end(&w);
	return rc;
}

/* libvirt's virDomainUndefineFlagsValues; ours are not told of what is gone before they see them */
enum { UNDEFINE_SNAPSHOTS = 2, UNDEFINE_CHECKPOINTS = 16 };

static unsigned forget(struct world *w, const struct moment *m, const wire_domain *dom, bool do_it)
{
	json_t *list = world_list(w, m->kind);
	char uuid[UUID_TEXT];
	unsigned n = 0;

	uuid_format((const unsigned char *)dom->uuid, uuid);
	for (size_t i = json_array_size(list); i-- > 0;)
		if (!strcmp(world_text(json_array_get(list, i), "guest"), uuid)) {
			n++;
			if (do_it)
				json_array_remove(list, i);
		}
	return n;
}

/* A guest that is off is not forgotten while there is something of it to go back to, unless that is to go too. */
static int undefine(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct of_guest *a = args;
	bool flagged = call->proc == &rpc_domain_undefine_flags;
	unsigned flags = flagged ? a->flags : 0, n;
	struct world w;
	int state, rc = guest_state(call, &a->dom, &state, err);

	if (rc < 0 || world_begin(&w, err) < 0)
		return -1;
	if (state == GUEST_SHUTOFF) {
		n = forget(&w, &snapshots, &a->dom, flags & UNDEFINE_SNAPSHOTS);
		if (n && !(flags & UNDEFINE_SNAPSHOTS))
			rc = error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: cannot delete inactive domain with %u snapshots", n);
		n = rc == 0 ? forget(&w, &checkpoints, &a->dom, flags & UNDEFINE_CHECKPOINTS) : 0;
		if (n && !(flags & UNDEFINE_CHECKPOINTS))
			rc = error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: cannot delete inactive domain with %u checkpoints", n);
	}
	if (rc == 0)
		rc = flagged ? hv_domain_undefine_flags(call, args, ret, err) : hv_domain_undefine(call, args, ret, err);
	if (rc == 0)
		rc = world_store(&w, err);
	world_end(&w);
	return rc;
}

const struct rpc_row test_moment_rows[] = {
	RPC_ROW(domain_undefine, undefine), RPC_ROW(domain_undefine_flags, undefine),
	RPC_ROW(domain_snapshot_create_xml, create), RPC_ROW(domain_snapshot_get_xml_desc, look), RPC_ROW(domain_snapshot_num, num),
	RPC_ROW(domain_snapshot_list_names, names), RPC_ROW(domain_snapshot_lookup_by_name, lookup), RPC_ROW(domain_has_current_snapshot, get_current),
	RPC_ROW(domain_snapshot_current, get_current), RPC_ROW(domain_revert_to_snapshot, revert), RPC_ROW(domain_snapshot_delete, delete),
	RPC_ROW(domain_snapshot_get_parent, look), RPC_ROW(domain_snapshot_num_children, num_children),
	RPC_ROW(domain_snapshot_list_children_names, children_names), RPC_ROW(domain_snapshot_is_current, look),
	RPC_ROW(domain_snapshot_has_metadata, look), RPC_ROW(domain_list_all_snapshots, list_all),
	RPC_ROW(domain_snapshot_list_all_children, list_all_children), RPC_ROW(domain_checkpoint_create_xml, create),
	RPC_ROW(domain_checkpoint_get_xml_desc, look), RPC_ROW(domain_list_all_checkpoints, list_all),
	RPC_ROW(domain_checkpoint_list_all_children, list_all_children), RPC_ROW(domain_checkpoint_lookup_by_name, lookup),
	RPC_ROW(domain_checkpoint_get_parent, look), RPC_ROW(domain_checkpoint_delete, delete), RPC_ROW_END,
};
