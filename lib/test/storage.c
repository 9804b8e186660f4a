/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Storage pools and their volumes. */
#include "test/test.h"
#include "test/open.h"

#include "conf/storage.h"
#include "hypervisor/hypervisor.h"
#include "rpc/subscribe.h"

#include <string.h>

enum { STATE_INACTIVE = 0, STATE_RUNNING = 2 };          /* virStoragePoolState */
enum { EVENT_CREATED = 4, EVENT_DELETED = 5, EVENT_ID_REFRESH = 1 };

static struct storage_pool *read_pool(const json_t *object, struct error *err)
{
	const char *text = world_text(object, "xml");

	return conf_document_parse(&storage_pool_document, text, strlen(text), CONF_PARSE_LIVE, NULL, NULL, err);
}

static struct storage_vol *read_vol(const json_t *vol, struct error *err)
{
	const char *text = world_text(vol, "xml");

	return conf_document_parse(&storage_vol_document, text, strlen(text), 0, NULL, NULL, err);
}

static json_t *vols_of(json_t *pool)
{
	json_t *vols = json_object_get(pool, "vols");

	if (!vols) {
		vols = json_array();
		json_object_set_new(pool, "vols", vols);
	}
	return vols;
}

static json_t *find_vol(json_t *pool, const char *member, const char *value)
{
	json_t *vol;
	size_t i;

	json_array_foreach(vols_of(pool), i, vol)
		if (!strcmp(world_text(vol, member), value))
			return vol;
	return NULL;
}

static int refuse_inactive(const json_t *pool, struct error *err)
{
	return world_is(pool, "active") ? 0 : error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: storage pool '%s' is not active",
							world_text(pool, "name"));
}

static int refuse_active(const json_t *pool, struct error *err)
{
	return world_is(pool, "active") ? error_set(err, ERR_OPERATION_INVALID,
						    "Requested operation is not valid: storage pool '%s' is already active",
						    world_text(pool, "name")) : 0;
}

/* --- pools ------------------------------------------------------------------------------------------------------- */

static int pool_info(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	wire_storage_pool_get_info_ret *r = ret;
	struct storage_pool *pool = read_pool(object, err);

	(void)op;
	(void)w;
	(void)args;
	if (!pool)
		return -1;
	r->state = world_is(object, "active") ? STATE_RUNNING : STATE_INACTIVE;
	r->capacity = pool->capacity.value;
	r->allocation = pool->allocation.value;
	r->available = pool->available.value;
	conf_free(&storage_pool_elem, pool);
	return 0;
}

/* op->arg: the event that tells of it; the pool must not run */
static int pool_backing(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	(void)args;
	(void)ret;
	if (refuse_active(object, err) < 0)
		return -1;
	world_event(w, RPC_EVENTS_POOL, 0, object, op->arg, 0);
	return 0;
}

static int pool_refresh(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	(void)op;
	(void)args;
	(void)ret;
	if (refuse_inactive(object, err) < 0)
		return -1;
	world_event(w, RPC_EVENTS_POOL, EVENT_ID_REFRESH, object, 0, 0);
	return 0;
}

static int num_of_volumes(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	(void)op;
	(void)w;
	(void)args;
	if (refuse_inactive(object, err) < 0)
		return -1;
	*(int *)ret = (int)json_array_size(vols_of(object));
	return 0;
}

static int fill_vol(const json_t *pool, const json_t *vol, wire_storage_vol *out, struct error *err)
{
	*out = (wire_storage_vol){ strdup(world_text(pool, "name")), strdup(world_text(vol, "name")), strdup(world_text(vol, "key")) };
	return out->pool && out->name && out->key ? 0 : error_errno(err, "a volume");
}

static int list_volumes(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	const wire_storage_pool_list_volumes_args *a = args;
	wire_storage_pool_list_volumes_ret *r = ret;
	json_t *vol;
	size_t i;

	(void)op;
	(void)w;
	if (refuse_inactive(object, err) < 0)
		return -1;
	r->names.names_val = calloc(json_array_size(vols_of(object)) + 1, sizeof(*r->names.names_val));
	if (!r->names.names_val)
		return error_errno(err, "volumes");
	json_array_foreach(vols_of(object), i, vol)
		if ((int)i < a->maxnames)
			r->names.names_val[r->names.names_len++] = strdup(world_text(vol, "name"));
	return 0;
}

static int list_all_volumes(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	const wire_storage_pool_list_all_volumes_args *a = args;
	wire_storage_pool_list_all_volumes_ret *r = ret;
	json_t *vol;
	size_t i;

	(void)op;
	(void)w;
	if (refuse_inactive(object, err) < 0)
		return -1;
	r->ret = (u_int)json_array_size(vols_of(object));
	if (!a->need_results)
		return 0;
	r->vols.vols_val = calloc(r->ret + 1, sizeof(*r->vols.vols_val));
	if (!r->vols.vols_val)
		return error_errno(err, "volumes");
	json_array_foreach(vols_of(object), i, vol)
		if (fill_vol(object, vol, &r->vols.vols_val[r->vols.vols_len++], err) < 0)
			return -1;
	return 0;
}

/* --- volumes ----------------------------------------------------------------------------------------------------- */

static int vol_by_name(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	const wire_storage_vol_lookup_by_name_args *a = args;
	json_t *vol;

	(void)op;
	(void)w;
	if (refuse_inactive(object, err) < 0)
		return -1;
	vol = find_vol(object, "name", a->name);
	if (!vol)
		return error_set(err, ERR_NO_STORAGE_VOL, "Storage volume not found: no storage vol with matching name '%s'", a->name);
	return fill_vol(object, vol, ret, err);
}

/* The key of a volume is its path. op->arg: which of the two was asked for */
static int vol_by_key(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	const char *key = *(char *const *)args;
	size_t i;

	json_array_foreach(world_list(w, "pool"), i, object) {
		json_t *vol = world_is(object, "active") ? find_vol(object, "key", key) : NULL;

		if (vol)
			return fill_vol(object, vol, ret, err);
	}
	return error_set(err, ERR_NO_STORAGE_VOL, "Storage volume not found: no storage vol with matching %s '%s'", op->arg ? "path" : "key", key);
}

json_t *test_called_vol(struct world *w, const wire_storage_vol *ref, json_t **pool, struct error *err)
{
	json_t *vol;

	*pool = world_find(w, "pool", "name", ref->pool);
	if (!*pool)
		test_missing(&test_pool, ref->pool, err);
	if (!*pool || refuse_inactive(*pool, err) < 0)
		return NULL;
	vol = find_vol(*pool, "name", ref->name);
	if (!vol)
		error_set(err, ERR_NO_STORAGE_VOL, "Storage volume not found: no storage vol with matching name '%s'", ref->name);
	return vol;
}

static int pool_of_vol(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	return test_called_vol(w, args, &object, err) ? test_ref(op->type, object, ret, err) : -1;
}

static int vol_info(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	wire_storage_vol_get_info_ret *r = ret;
	json_t *json = test_called_vol(w, args, &object, err);
	struct storage_vol *vol = json ? read_vol(json, err) : NULL;

	(void)op;
	if (!vol)
		return -1;
	r->type = (char)(vol->type - 1);
	r->capacity = vol->capacity.value;
	r->allocation = vol->allocation.value;
	conf_free(&storage_vol_elem, vol);
	return 0;
}

/* op->arg: the member that is the answer */
static int vol_text(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	json_t *vol = test_called_vol(w, args, &object, err);

	if (!vol)
		return -1;
	*(char **)ret = strdup(world_text(vol, op->arg ? "xml" : "key"));
	return *(char **)ret ? 0 : error_errno(err, "a volume");
}

/* What is allocated comes out of the pool's room. */
static int take_room(json_t *object, int64_t bytes, struct error *err)
{
	struct storage_pool *pool = read_pool(object, err);

	if (!pool)
		return -1;
	pool->allocation.value += (uint64_t)bytes;
	pool->available.value = pool->capacity.value - pool->allocation.value;
	AUTO_FREE char *xml = conf_document_format(&storage_pool_document, pool, 0, err);
	conf_free(&storage_pool_elem, pool);
	if (xml)
		world_set_text(object, "xml", xml);
	return xml ? 0 : -1;
}

int test_add_vol(json_t *object, const char *xml, wire_storage_vol *ret, struct error *err)
{
	struct storage_pool *pool = read_pool(object, err);
	struct storage_vol *vol = pool ? conf_document_parse(&storage_vol_document, xml, strlen(xml), 0, NULL, NULL, err) : NULL;
	int rc = vol ? storage_vol_place(vol, pool, err) : -1;

	if (rc == 0 && find_vol(object, "name", vol->name))
		rc = error_set(err, ERR_STORAGE_VOL_EXIST, "storage volume '%s' exists already", vol->name);
	if (rc == 0 && pool->allocation.value + vol->allocation.value > pool->capacity.value)
		rc = error_set(err, ERR_INTERNAL, "internal error: Not enough free space in pool for volume '%s'", vol->name);
	AUTO_FREE char *text = rc == 0 ? conf_document_format(&storage_vol_document, vol, 0, err) : NULL;
	if (text && take_room(object, (int64_t)vol->allocation.value, err) == 0) {
		json_t *json = json_pack("{s:s, s:s, s:s}", "name", vol->name, "key", vol->key ? vol->key : vol->name, "xml", text);

		json_array_append_new(vols_of(object), json);
		rc = fill_vol(object, json, ret, err);
	} else {
		rc = -1;
	}
	conf_free(&storage_pool_elem, pool);
	conf_free(&storage_vol_elem, vol);
	return rc;
}

static int vol_create(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	(void)op;
	(void)w;
	return refuse_inactive(object, err) < 0 ? -1 : test_add_vol(object, ((const wire_storage_vol_create_xml_args *)args)->xml, ret, err);
}

static int vol_create_from(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	const wire_storage_vol_create_xml_from_args *a = args;
	json_t *pool, *from;

	(void)op;
	if (refuse_inactive(object, err) < 0 || !(from = test_called_vol(w, &a->clonevol, &pool, err)) || test_add_vol(object, a->xml, ret, err) < 0)
		return -1;
	return world_volume_copy(world_text(from, "key"), ((const wire_storage_vol *)ret)->key, err);
}

static int vol_delete(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	json_t *json = test_called_vol(w, args, &object, err), *vols;
	struct storage_vol *vol = json ? read_vol(json, err) : NULL;
	int rc;

	(void)op;
	(void)ret;
	if (!vol)
		return -1;
	rc = take_room(object, -(int64_t)vol->allocation.value, err);
	conf_free(&storage_vol_elem, vol);
	vols = vols_of(object);
	for (size_t i = json_array_size(vols); rc == 0 && i-- > 0;)
		if (json_array_get(vols, i) == json) {
			world_volume_remove(world_text(json, "key"));
			json_array_remove(vols, i);
		}
	return rc;
}

static int find_sources(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	const wire_connect_find_storage_pool_sources_args *a = args;
	int type = conf_enum_value(&storage_pool_type_names, a->type);
	const char *xml;

	(void)op;
	(void)w;
	(void)object;
	if (type <= 0)
		return error_set(err, ERR_INTERNAL, "internal error: unknown storage pool type %s", a->type);
	if (type == STORAGE_POOL_NETFS && !a->src_spec)
		return error_set(err, ERR_INVALID_ARG, "invalid argument: hostname must be specified for netfs sources");
	if (type == STORAGE_POOL_LOGICAL)
		xml = "<sources>\n  <source>\n    <device path='/dev/sda20'/>\n    <name>testvg1</name>\n    <format type='lvm2'/>\n  </source>\n"
		      "  <source>\n    <device path='/dev/sda21'/>\n    <name>testvg2</name>\n    <format type='lvm2'/>\n  </source>\n</sources>\n";
	else if (type == STORAGE_POOL_NETFS)
		xml = "<sources>\n  <source>\n    <host name='localhost'/>\n    <dir path='/testshare'/>\n    <format type='nfs'/>\n  </source>\n</sources>\n";
	else
		return error_set(err, ERR_NO_SUPPORT, "pool type '%s' does not support source discovery", a->type);
	*(char **)ret = strdup(xml);
	return *(char **)ret ? 0 : error_errno(err, "sources");
}

static const struct test_op storage_ops[] = {
	{ &rpc_storage_pool_lookup_by_name, &test_pool, false, false, test_lookup_name, 0 },
	{ &rpc_storage_pool_lookup_by_uuid, &test_pool, false, false, test_lookup_uuid, 0 },
	{ &rpc_connect_num_of_storage_pools, &test_pool, false, false, test_num, 1 },
	{ &rpc_connect_num_of_defined_storage_pools, &test_pool, false, false, test_num, 0 },
	{ &rpc_connect_list_storage_pools, &test_pool, false, false, test_names, 1 },
	{ &rpc_connect_list_defined_storage_pools, &test_pool, false, false, test_names, 0 },
	{ &rpc_connect_list_all_storage_pools, &test_pool, false, false, test_list_all, 6 },
	{ &rpc_storage_pool_get_xml_desc, &test_pool, true, false, test_xml, 1 },
	{ &rpc_storage_pool_get_info, &test_pool, true, false, pool_info, 0 },
	{ &rpc_storage_pool_is_active, &test_pool, true, false, test_is_active, 0 },
	{ &rpc_storage_pool_is_persistent, &test_pool, true, false, test_is_persistent, 0 },
	{ &rpc_storage_pool_get_autostart, &test_pool, true, false, test_get_autostart, 0 },
	{ &rpc_storage_pool_set_autostart, &test_pool, true, true, test_set_autostart, 0 },
	{ &rpc_storage_pool_define_xml, &test_pool, false, true, test_define, 0 },
	{ &rpc_storage_pool_create_xml, &test_pool, false, true, test_create, 0 },
	{ &rpc_storage_pool_create, &test_pool, true, true, test_start, 0 },
	{ &rpc_storage_pool_destroy, &test_pool, true, true, test_stop, 0 },
	{ &rpc_storage_pool_undefine, &test_pool, true, true, test_undefine, 0 },
	{ &rpc_storage_pool_build, &test_pool, true, true, pool_backing, EVENT_CREATED },
	{ &rpc_storage_pool_delete, &test_pool, true, true, pool_backing, EVENT_DELETED },
	{ &rpc_storage_pool_refresh, &test_pool, true, true, pool_refresh, 0 },
	{ &rpc_storage_pool_num_of_volumes, &test_pool, true, false, num_of_volumes, 0 },
	{ &rpc_storage_pool_list_volumes, &test_pool, true, false, list_volumes, 0 },
	{ &rpc_storage_pool_list_all_volumes, &test_pool, true, false, list_all_volumes, 0 },
	{ &rpc_storage_pool_lookup_by_volume, &test_pool, false, false, pool_of_vol, 0 },
	{ &rpc_connect_find_storage_pool_sources, &test_pool, false, false, find_sources, 0 },
	{ &rpc_storage_vol_lookup_by_name, &test_pool, true, false, vol_by_name, 0 },
	{ &rpc_storage_vol_lookup_by_key, &test_pool, false, false, vol_by_key, 0 },
	{ &rpc_storage_vol_lookup_by_path, &test_pool, false, false, vol_by_key, 1 },
	{ &rpc_storage_vol_get_info, &test_pool, false, false, vol_info, 0 },
	{ &rpc_storage_vol_get_xml_desc, &test_pool, false, false, vol_text, 1 },
	{ &rpc_storage_vol_get_path, &test_pool, false, false, vol_text, 0 },
	{ &rpc_storage_vol_create_xml, &test_pool, true, true, vol_create, 0 },
	{ &rpc_storage_vol_create_xml_from, &test_pool, true, true, vol_create_from, 0 },
	{ &rpc_storage_vol_delete, &test_pool, false, true, vol_delete, 0 },
	{ 0 },
};

static int storage(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	return test_answer(storage_ops, call, args, ret, err);
}

#define ROW(name) RPC_ROW(name, storage)
const struct rpc_row test_storage_rows[] = {
	ROW(storage_pool_lookup_by_name), ROW(storage_pool_lookup_by_uuid), ROW(connect_num_of_storage_pools),
	ROW(connect_num_of_defined_storage_pools), ROW(connect_list_storage_pools), ROW(connect_list_defined_storage_pools),
	ROW(connect_list_all_storage_pools), ROW(storage_pool_get_xml_desc), ROW(storage_pool_get_info), ROW(storage_pool_is_active),
	ROW(storage_pool_is_persistent), ROW(storage_pool_get_autostart), ROW(storage_pool_set_autostart), ROW(storage_pool_define_xml),
	ROW(storage_pool_create_xml), ROW(storage_pool_create), ROW(storage_pool_destroy), ROW(storage_pool_undefine), ROW(storage_pool_build),
	ROW(storage_pool_delete), ROW(storage_pool_refresh), ROW(storage_pool_num_of_volumes), ROW(storage_pool_list_volumes),
	ROW(storage_pool_list_all_volumes), ROW(storage_pool_lookup_by_volume), ROW(connect_find_storage_pool_sources),
	ROW(storage_vol_lookup_by_name), ROW(storage_vol_lookup_by_key), ROW(storage_vol_lookup_by_path), ROW(storage_vol_get_info),
	ROW(storage_vol_get_xml_desc), ROW(storage_vol_get_path), ROW(storage_vol_create_xml), ROW(storage_vol_create_xml_from),
	ROW(storage_vol_delete), RPC_ROW_END,
};
