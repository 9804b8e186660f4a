/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What networks, pools, interfaces and node devices have in common. */
#include "test/world.h"

#include "conf/host_interface.h"
#include "conf/network.h"
#include "conf/node_device.h"
#include "conf/storage.h"
#include "rpc/subscribe.h"
#include "util/uuid.h"

#include <string.h>

/* libvirt's numbers: virNetworkEventLifecycleType and virStoragePoolEventLifecycleType begin alike. */
enum { EVENT_DEFINED, EVENT_UNDEFINED, EVENT_STARTED, EVENT_STOPPED };

const struct test_type test_network = {
	"network", "network", "Network not found", ERR_NO_NETWORK, &network_document, sizeof(wire_network), RPC_EVENTS_NETWORK
};
const struct test_type test_pool = {
	"pool", "storage pool", "Storage pool not found", ERR_NO_STORAGE_POOL, &storage_pool_document, sizeof(wire_storage_pool), RPC_EVENTS_POOL
};
const struct test_type test_iface = {
	"iface", "interface", "Interface not found", ERR_NO_INTERFACE, &host_interface_document, sizeof(wire_interface), -1
};
const struct test_type test_nodedev = {
	"nodedev", "node device", "Node device not found", ERR_NO_NODE_DEVICE, &node_device_document, sizeof(wire_node_device), RPC_EVENTS_NODEDEV
};

int test_missing(const struct test_type *type, const char *name, struct error *err)
{
	return error_set(err, type->missing, "%s: no %s with matching name '%s'", type->not_found, type->noun, name);
}

int test_answer(const struct test_op *ops, struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct test_op *op = ops;
	json_t *object = NULL;
	struct world w;
	int rc;

	while (op->proc != call->proc)
		op++;
	if (op->changes && call->read_only)
		return error_set(err, ERR_OPERATION_DENIED, "operation %s forbidden for read only access", op->proc->name);
	rc = world_begin(&w, err);
	if (rc == 0 && op->by_ref) {
		const char *name = *(char *const *)args;

		object = world_find(&w, op->type->kind, "name", name);
		if (!object)
			rc = test_missing(op->type, name, err);
	}
	if (rc == 0)
		rc = op->run(op, &w, object, args, ret, err);
	if (rc == 0 && op->changes)
		rc = world_store(&w, err);
	world_end(&w);
	return rc;
}

int test_ref(const struct test_type *type, const json_t *object, void *ref, struct error *err)
{
	/* every reference begins with the name; a UUID or a MAC address follows where there is one */
	struct { char *name; union { unsigned char uuid[UUID_BYTES]; char *mac; }; } r = { .name = strdup(world_text(object, "name")) };
	const char *uuid = world_text(object, "uuid"), *mac = world_text(object, "mac");

	if (!r.name)
		return error_errno(err, "%s", type->noun);
	if (mac && type == &test_iface && !(r.mac = strdup(mac)))
		return error_errno(err, "%s", type->noun);
	if (uuid && type != &test_iface)
		(void)!uuid_parse(uuid, r.uuid);
	memcpy(ref, &r, type->ref_size);
	return 0;
}

/* --- looking ----------------------------------------------------------------------------------------------------- */

int test_lookup_name(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	const char *name = *(char *const *)args;

	object = world_find(w, op->type->kind, op->arg ? "mac" : "name", name);
	if (!object && op->arg)
		return error_set(err, op->type->missing, "%s: no %s with matching mac '%s'", op->type->not_found, op->type->noun, name);
	return object ? test_ref(op->type, object, ret, err) : test_missing(op->type, name, err);
}

int test_lookup_uuid(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	char text[UUID_TEXT];

	object = world_find(w, op->type->kind, "uuid", uuid_format(args, text));
	if (object)
		return test_ref(op->type, object, ret, err);
	return error_set(err, op->type->missing, "%s: no %s with matching uuid '%s'", op->type->not_found, op->type->noun, text);
}

/* op->arg: of those that run (1) or do not (0) */
int test_num(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	json_t *list = world_list(w, op->type->kind);
	int n = 0;
	size_t i;

	(void)args;
	(void)err;
	json_array_foreach(list, i, object)
		n += world_is(object, "active") == op->arg;
	*(int *)ret = n;
	return 0;
}

struct counted {
	u_int len;
	char *items;
};

int test_names(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	json_t *list = world_list(w, op->type->kind);
	int max = *(const int *)args;
	char **names = calloc(json_array_size(list) + 1, sizeof(*names));
	u_int n = 0;
	size_t i;

	if (!names)
		return error_errno(err, "%s", op->type->noun);
	json_array_foreach(list, i, object)
		if (world_is(object, "active") == op->arg && (int)n < max)
			names[n++] = strdup(world_text(object, "name"));
	*(struct counted *)ret = (struct counted){ n, (char *)names };
	return 0;
}

/* libvirt's filters of networks and pools (1 inactive, 2 active, 4 persistent, 8 transient, 16 and 32 autostart); of each pair at least one
 * must hold when one is given. Those of interfaces are the first two. */
static bool selected(const json_t *object, unsigned flags)
{
	bool active = world_is(object, "active"), persistent = world_text(object, "config"), autostart = world_is(object, "autostart");

	return (!(flags & 3) || (flags & (active ? 2 : 1))) && (!(flags & 12) || (flags & (persistent ? 4 : 8))) &&
	       (!(flags & 48) || (flags & (autostart ? 16 : 32)));
}

/* A pool's type and a device's capability are filtered by bits above op->arg, in the order of their enumerations. */
static bool of_type(const struct test_op *op, const json_t *object, unsigned flags)
{
	json_t *bit = json_object_get(object, "bit");

	/* of devices the two highest bits say: those that are off, those that are there; here all are there */
	if (op->type == &test_nodedev && (flags >> 30) == 1)
		return false;
	flags &= op->type == &test_nodedev ? ~(3u << 30) : ~((1u << op->arg) - 1);
	return !flags || (flags & (unsigned)json_integer_value(bit));
}

int test_list_all(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	const struct { int need_results; unsigned flags; } *a = args;
	json_t *list = world_list(w, op->type->kind);
	char *items = calloc(json_array_size(list) + 1, op->type->ref_size);
	u_int n = 0;
	size_t i;
	int rc = 0;

	if (!items)
		return error_errno(err, "%s", op->type->noun);
	*(struct counted *)ret = (struct counted){ 0, items };
	json_array_foreach(list, i, object) {
		if (rc < 0 || (op->arg && !selected(object, a->flags)) || !of_type(op, object, a->flags))
			continue;
		if (a->need_results)
			rc = test_ref(op->type, object, items + n * op->type->ref_size, err);
		n += rc == 0;
	}
	((struct counted *)ret)->len = a->need_results ? n : 0;
	memcpy((char *)ret + sizeof(struct counted), &n, sizeof(n));
	return rc;
}

/* op->arg: the flag that asks for the definition */
int test_xml(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	unsigned flags;
	const char *text;

	(void)w;
	memcpy(&flags, (const char *)args + op->type->ref_size, sizeof(flags));
	text = (flags & (unsigned)op->arg) && world_text(object, "config") ? world_text(object, "config") : world_text(object, "xml");
	*(char **)ret = strdup(text);
	return *(char **)ret ? 0 : error_errno(err, "%s", op->type->noun);
}

int test_is_active(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	(void)op;
	(void)w;
	(void)args;
	(void)err;
	*(int *)ret = world_is(object, "active");
	return 0;
}

int test_is_persistent(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	(void)op;
	(void)w;
	(void)args;
	(void)err;
	*(int *)ret = world_text(object, "config") != NULL;
	return 0;
}

int test_get_autostart(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	(void)op;
	(void)w;
	(void)args;
	(void)err;
	*(int *)ret = world_is(object, "autostart");
	return 0;
}

int test_set_autostart(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	int mark;

	(void)w;
	(void)ret;
	memcpy(&mark, (const char *)args + op->type->ref_size, sizeof(mark));
	if (!world_text(object, "config"))
		return error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: cannot set autostart for transient %s", op->type->noun);
	world_set(object, "autostart", mark);
	return 0;
}

/* --- changing ---------------------------------------------------------------------------------------------------- */

static void lifecycle(const struct test_op *op, struct world *w, json_t *object, int event)
{
	if (op->type->event_class >= 0)
		world_event(w, op->type->event_class, 0, object, event, 0);
}

/* What is known of an object by its document: name, UUID, MAC address, the bit of its type. */
struct facts {
	const char *name, *mac;
	const unsigned char *uuid;
	unsigned bit;
};

static struct facts facts_of(const struct test_type *type, const void *obj)
{
	const struct network *net = obj;
	const struct storage_pool *pool = obj;
	const struct host_interface *iface = obj;
	const struct node_device *dev = obj;
	/* libvirt's bits of virConnectListAllStoragePoolsFlags and virConnectListAllNodeDeviceFlags, in the order of our enumerations */
	static const unsigned char pools[] = { 0, 6, 7, 8, 9, 10, 11, 19, 12, 13, 14, 15, 16, 17, 18 };
	static const unsigned char devices[] = { 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20 };

	if (type == &test_network)
		return (struct facts){ net->name, NULL, net->uuid, 0 };
	if (type == &test_pool)
		return (struct facts){ pool->name, NULL, pool->uuid, 1u << pools[pool->type] };
	if (type == &test_iface)
		return (struct facts){ iface->name, iface->mac ? iface->mac : "", NULL, 0 };
	enum node_device_cap_type cap = dev->caps.items[0]->type;
	return (struct facts){ dev->name, NULL, NULL, cap < ARRAY_LEN(devices) ? 1u << devices[cap] : 0 };
}

/* A pool that runs has room; one that does not has none. */
static char *format(const struct test_type *type, void *obj, bool active, struct error *err)
{
	struct storage_pool *pool = obj;

	if (type == &test_pool) {
		uint64_t size = active ? UINT64_C(100) << 30 : 0;

		pool->capacity = pool->available = (struct conf_num){ size, true };
		pool->allocation = (struct conf_num){ 0, true };
	}
	return conf_document_format(type->document, obj, 0, err);
}

/* The same UUID and name, or neither. */
static int check_identity(const struct test_type *type, const struct world *w, const struct facts *f, json_t **old, struct error *err)
{
	char text[UUID_TEXT] = "";
	const json_t *other;

	*old = world_find(w, type->kind, "name", f->name);
	if (!f->uuid)
		return 0;
	uuid_format(f->uuid, text);
	other = world_find(w, type->kind, "uuid", text);
	if (other && other != *old)
		return error_set(err, ERR_OPERATION_FAILED, "operation failed: %s '%s' is already defined with uuid %s", type->noun,
				 world_text(other, "name"), text);
	if (*old && strcmp(world_text(*old, "uuid"), text) != 0)
		return error_set(err, ERR_OPERATION_FAILED, "operation failed: %s '%s' already exists with uuid %s", type->noun, f->name,
				 world_text(*old, "uuid"));
	return 0;
}

static json_t *add(const struct test_type *type, struct world *w, void *obj, bool active, struct error *err)
{
	struct facts f = facts_of(type, obj);
	json_t *object = NULL;
	char uuid[UUID_TEXT];

	if (check_identity(type, w, &f, &object, err) < 0)
		return NULL;
	if (object && active && world_is(object, "active")) {
		error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: %s '%s' is already active", type->noun, f.name);
		return NULL;
	}
	AUTO_FREE char *xml = format(type, obj, active, err);
	if (!xml)
		return NULL;
	if (!object) {
		object = json_object();
		world_set_text(object, "name", f.name);
		if (f.uuid)
			world_set_text(object, "uuid", uuid_format(f.uuid, uuid));
		json_array_append_new(world_list(w, type->kind), object);
		world_set(object, "active", false);
	}
	if (f.mac)
		world_set_text(object, "mac", f.mac);
	json_object_set_new(object, "bit", json_integer(f.bit));
	if (!active)
		world_set_text(object, "config", xml);
	if (active || !world_is(object, "active"))
		world_set_text(object, "xml", xml);
	if (active)
		world_set(object, "active", true);
	return object;
}

json_t *test_add(const struct test_type *type, struct world *w, const char *xml, bool active, struct error *err)
{
	void *obj = conf_document_parse(type->document, xml, strlen(xml), 0, NULL, NULL, err);
	json_t *object = obj ? add(type, w, obj, active, err) : NULL;

	conf_free(type->document->elem, obj);
	return object;
}

int test_define(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	object = test_add(op->type, w, *(char *const *)args, false, err);
	if (!object)
		return -1;
	lifecycle(op, w, object, EVENT_DEFINED);
	return test_ref(op->type, object, ret, err);
}

int test_create(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	object = test_add(op->type, w, *(char *const *)args, true, err);
	if (!object)
		return -1;
	lifecycle(op, w, object, EVENT_STARTED);
	return test_ref(op->type, object, ret, err);
}

/* The text with which it runs, or does not. */
static int set_active(const struct test_op *op, json_t *object, bool active, struct error *err)
{
	const char *text = world_text(object, "config");
	void *obj = text ? conf_document_parse(op->type->document, text, strlen(text), 0, NULL, NULL, err) : NULL;
	AUTO_FREE char *xml = obj ? format(op->type, obj, active, err) : NULL;

	conf_free(op->type->document->elem, obj);
	if (text && !xml)
		return -1;
	if (xml)
		world_set_text(object, "xml", xml);
	world_set(object, "active", active);
	return 0;
}

int test_start(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	(void)args;
	(void)ret;
	if (world_is(object, "active") && op->type == &test_pool)
		return error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: storage pool '%s' is already active",
				 world_text(object, "name"));
	if (world_is(object, "active"))
		return error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: %s is already active", op->type->noun);
	if (set_active(op, object, true, err) < 0)
		return -1;
	lifecycle(op, w, object, EVENT_STARTED);
	return 0;
}

static int refuse_inactive(const struct test_op *op, const json_t *object, struct error *err)
{
	if (world_is(object, "active"))
		return 0;
	if (op->type == &test_iface)
		return error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: interface '%s' is not running", world_text(object, "name"));
	return error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: %s '%s' is not active", op->type->noun,
			 world_text(object, "name"));
}

int test_stop(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	(void)args;
	(void)ret;
	/* libvirt's test driver takes it as done that a network does not run */
	if (op->type == &test_network && !world_is(object, "active"))
		return 0;
	if (refuse_inactive(op, object, err) < 0)
		return -1;
	lifecycle(op, w, object, EVENT_STOPPED);
	if (world_text(object, "config"))
		return set_active(op, object, false, err);
	world_remove(w, op->type->kind, object);
	return 0;
}

/* op->arg: it may run meanwhile, and is transient then */
int test_undefine(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	(void)args;
	(void)ret;
	if (!world_text(object, "config"))
		return error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: cannot undefine transient %s", op->type->noun);
	if (world_is(object, "active") && op->type == &test_network)
		return error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: Network '%s' is still running", world_text(object, "name"));
	if (world_is(object, "active") && !op->arg)
		return error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: %s '%s' is still active", op->type->noun,
				 world_text(object, "name"));
	lifecycle(op, w, object, EVENT_UNDEFINED);
	if (!world_is(object, "active") || op->type == &test_iface) {
		world_remove(w, op->type->kind, object);
		return 0;
	}
	world_set_text(object, "config", NULL);
	world_set(object, "autostart", false);
	return 0;
}
