/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks: what they have done, how large they are, whether they fail; their size and threshold. */
#include "qemu/operation.h"

#include "hypervisor/change.h"
#include "hypervisor/params.h"
#include "hypervisor/stats.h"

#include <string.h>
#include <sys/stat.h>

#define ASK_MS 10000

/* libvirt's virDomainBlockResizeFlags, virDomainDiskErrorCode */
enum { RESIZE_BYTES = 1, RESIZE_CAPACITY = 2 };
enum { DISK_ERROR_UNSPEC = 1, DISK_ERROR_NO_SPACE = 2 };

bool qemu_qdev_is(const char *qdev, const char *alias)
{
	size_t len = strlen(alias);

	/* "/machine/peripheral/virtio-disk0/virtio-backend" */
	for (const char *p = qdev; p && len; p = strchr(p, '/')) {
		p += *p == '/';
		if (!strncmp(p, alias, len) && (p[len] == '/' || p[len] == '\0'))
			return true;
	}
	return false;
}

static json_int_t number_in(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 ? n : 0;
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* What a list of QEMU's (query-block, query-blockstats) has of a disk; borrowed from `list`. */
static const json_t *entry_of(const json_t *list, const struct domain_disk *disk)
{
	size_t i;
	json_t *e;

	json_array_foreach((json_t *)list, i, e)
		if (disk->info.alias.name && qemu_qdev_is(text_of(e, "qdev"), disk->info.alias.name))
			return e;
	return NULL;
}

/* ---- what they have done ---- */

struct done {
	json_int_t requests[3], bytes[2], ns[3];   /* reads, writes, flushes */
	json_int_t errors;
};

static void add_entry(struct done *d, const json_t *entry)
{
	static const char *const words[] = { "rd", "wr", "flush" };
	const json_t *s = json_object_get(entry, "stats");
	char key[40];

	for (int i = 0; i < 3; i++) {
		snprintf(key, sizeof(key), "%s_operations", words[i]);
		d->requests[i] += number_in(s, key);
		snprintf(key, sizeof(key), "%s_total_time_ns", words[i]);
		d->ns[i] += number_in(s, key);
		snprintf(key, sizeof(key), "%s_bytes", words[i]);
		if (i < 2)
			d->bytes[i] += number_in(s, key);
		snprintf(key, sizeof(key), "failed_%s_operations", words[i]);
		d->errors += number_in(s, key);
	}
}

/* Of one disk, or, without a name, of all. */
static int ask_done(struct qemu_guest *g, const char *name, struct done *d, struct error *err)
{
	const struct domain_disk *disk = name && *name ? change_find_disk(g->sv->def, name, err) : NULL;
	json_t *list, *e;
	size_t i;
	int r = 0;

	*d = (struct done){ 0 };
	if (name && *name && !disk)
		return -1;
	list = qmp_execute(g->qmp, "query-blockstats", NULL, ASK_MS, err);
	if (!list)
		return error_wrap(err, "%s", g->sv->name);
	if (disk && !entry_of(list, disk))
		r = error_set(err, ERR_OPERATION_FAILED, "%s: QEMU tells nothing of disk '%s'", g->sv->name, name);
	else if (disk)
		add_entry(d, entry_of(list, disk));
	json_array_foreach(list, i, e)
		if (!disk)
			add_entry(d, e);
	json_decref(list);
	return r;
}

int qemu_block_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_block_stats_args *a = args;
	wire_domain_block_stats_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	struct done d;

	if (!g || ask_done(g, a->path, &d, err) < 0)
		return -1;
	*r = (wire_domain_block_stats_ret){
		.rd_req = d.requests[0], .wr_req = d.requests[1], .rd_bytes = d.bytes[0], .wr_bytes = d.bytes[1], .errs = d.errors,
	};
	return 0;
}

int qemu_block_stats_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_block_stats_flags_args *a = args;
	wire_domain_block_stats_flags_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	struct done d;

	if (!g)
		return -1;
	if (a->nparams == 0) {
		r->nparams = 9;
		return 0;
	}
	if (ask_done(g, a->path, &d, err) < 0)
		return -1;
	const struct { const char *name; json_int_t value; } all[] = {
		{ "wr_bytes", d.bytes[1] }, { "wr_operations", d.requests[1] }, { "rd_bytes", d.bytes[0] }, { "rd_operations", d.requests[0] },
		{ "flush_operations", d.requests[2] }, { "wr_total_times", d.ns[1] }, { "rd_total_times", d.ns[0] }, { "flush_total_times", d.ns[2] },
		{ "errs", d.errors },
	};
	for (size_t i = 0; i < ARRAY_LEN(all) && (int)i < a->nparams; i++, r->nparams++)
		if (params_add_llong(PARAMS(r->params), all[i].name, all[i].value, err) < 0)
			return -1;
	return 0;
}

/* Values of one image, "block.N.name". */
struct value {
	const char *name;
	json_int_t value;
};

static int add_values(struct params *out, size_t number, const struct value *values, size_t n, struct error *err)
{
	char name[60];
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		snprintf(name, sizeof(name), "block.%zu.%s", number, values[i].name);
		r = params_add_ullong(out, name, (uint64_t)values[i].value, err);
	}
	return r;
}

static const json_t *node_in(const json_t *nodes, unsigned index, const char *what)
{
	char name[40];
	size_t i;
	json_t *n;

	snprintf(name, sizeof(name), "libvirt-%u-%s", index, what);
	json_array_foreach((json_t *)nodes, i, n)
		if (!strcmp(text_of(n, "node-name"), name))
			return n;
	return NULL;
}

/* The place in an image where an event was asked for. */
static int add_threshold(struct params *out, size_t number, const json_t *nodes, unsigned index, struct error *err)
{
	const struct value v = { "threshold", number_in(node_in(nodes, index, "storage"), "write_threshold") };

	return v.value ? add_values(out, number, &v, 1, err) : 0;
}

/* An image below a disk's own. */
static int add_backing(struct params *out, size_t number, const json_t *nodes, const struct domain_backing *b, struct error *err)
{
	const json_t *format = node_in(nodes, b->index, "format"), *image = json_object_get(format ? format : node_in(nodes, b->index, "storage"), "image");
	struct value values[] = { { "allocation", number_in(image, "actual-size") }, { "capacity", number_in(image, "virtual-size") }, { "physical", 0 } };
	struct stat st;

	if (!image)
		return 0;
	values[2].value = b->src.type == DOMAIN_SOURCE_FILE && stat(b->src.path, &st) == 0 ? (json_int_t)st.st_size : values[0].value;
	return add_values(out, number, values, ARRAY_LEN(values), err) < 0 ? -1 : add_threshold(out, number, nodes, b->index, err);
}

int qemu_block_more_stats(struct qemu_guest *g, unsigned groups, struct params *out, struct error *err)
{
	const struct domain *def = g->sv->def;
	json_t *list = qmp_execute(g->qmp, "query-blockstats", NULL, ASK_MS, err);
	json_t *nodes = list ? qmp_execute(g->qmp, "query-named-block-nodes", json_pack("{s:b}", "flat", true), ASK_MS, err) : NULL;
	int r = nodes ? 0 : -1;

	for (size_t i = 0; i < def->devices.disks.n && r == 0; i++) {
		const struct domain_disk *disk = def->devices.disks.items[i];
		size_t number = stats_block_number(def, i, groups);
		struct done of = { 0 };

		add_entry(&of, entry_of(list, disk));
		const struct value values[] = {
			{ "rd.times", of.ns[0] }, { "wr.times", of.ns[1] }, { "fl.reqs", of.requests[2] }, { "fl.times", of.ns[2] },
		};
		r = add_values(out, number, values, ARRAY_LEN(values), err) < 0 ? -1 : add_threshold(out, number, nodes, disk->src.index, err);
		for (const struct domain_backing *b = disk->backing; groups & STATS_BACKING && b && b->src.path && r == 0; b = b->backing)
			r = add_backing(out, ++number, nodes, b, err);
	}
	json_decref(list);
	json_decref(nodes);
	return r;
}

/* ---- size and errors ---- */

int qemu_get_block_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_block_info_args *a = args;
	wire_domain_get_block_info_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	const struct domain_disk *disk = g ? change_find_disk(g->sv->def, a->path, err) : NULL;
	const json_t *image;
	struct error none;
	json_t *list;

	if (!disk || !(list = qmp_execute(g->qmp, "query-block", NULL, ASK_MS, err)))
		return -1;
	image = json_object_get(json_object_get(entry_of(list, disk), "inserted"), "image");
	/* what is on another machine QEMU alone knows */
	if (stats_block_info(g->sv->def, a->path, ret, image ? &none : err) < 0) {
		if (!image) {
			json_decref(list);
			return -1;
		}
		r->allocation = r->physical = (uint64_t)number_in(image, "actual-size");
	}
	/* what the guest sees of an image of another format than raw */
	if (number_in(image, "virtual-size"))
		r->capacity = (uint64_t)number_in(image, "virtual-size");
	json_decref(list);
	return 0;
}

int qemu_get_disk_errors(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_disk_errors_args *a = args;
	wire_domain_get_disk_errors_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	const struct domain_devices *d = g ? &g->sv->def->devices : NULL;
	json_t *list;

	if (!g)
		return -1;
	r->nerrors = (int)d->disks.n;
	if (a->maxerrors == 0)
		return 0;
	list = qmp_execute(g->qmp, "query-block", NULL, ASK_MS, err);
	r->errors.errors_val = list ? calloc(d->disks.n + 1, sizeof(*r->errors.errors_val)) : NULL;
	if (list && !r->errors.errors_val)
		error_errno(err, "%s", g->sv->name);
	for (size_t i = 0; r->errors.errors_val && i < d->disks.n && r->errors.errors_len < a->maxerrors; i++) {
		const char *status = text_of(entry_of(list, d->disks.items[i]), "io-status");
		int code = !strcmp(status, "nospace") ? DISK_ERROR_NO_SPACE : !strcmp(status, "failed") ? DISK_ERROR_UNSPEC : 0;

		if (code)
			r->errors.errors_val[r->errors.errors_len++] = (wire_domain_disk_error){ .disk = strdup(d->disks.items[i]->dst), .error = code };
	}
	json_decref(list);
	r->nerrors = (int)r->errors.errors_len;
	return r->errors.errors_val ? 0 : -1;
}

/* ---- changes ---- */

/* The node of a disk's image; of its top one as the guest sees it, or of what stores it ("vda[2]": of the one with that number). */
static int node_of(struct qemu_guest *g, const char *name, const char *what, char node[40], const struct domain_disk **out, struct error *err)
{
	char target[100];
	unsigned index;
	const struct domain_disk *disk;

	if (sscanf(name, "%99[^][][%u]", target, &index) == 2)
		name = target;
	else
		index = 0;
	disk = change_find_disk(g->sv->def, name, err);
	if (!disk)
		return -1;
	if (!disk->src.path && disk->src.type != DOMAIN_SOURCE_NETWORK)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the drive '%s' is empty", g->sv->name, name);
	snprintf(node, 40, "libvirt-%u-%s", index ? index : disk->src.index, what);
	*out = disk;
	return 0;
}

int qemu_block_resize(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_block_resize_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	wire_domain_get_block_info_ret info = { 0 };
	const struct domain_disk *disk;
	uint64_t size = a->size;
	char node[40];
	int r;

	(void)ret;
	if (!g || node_of(g, a->disk, "format", node, &disk, err) < 0)
		return -1;
	if (a->flags & ~(unsigned)(RESIZE_BYTES | RESIZE_CAPACITY))
		return error_set(err, ERR_INVALID_ARG, "%s: unknown flags 0x%x", g->sv->name, a->flags);
	if (a->flags & RESIZE_CAPACITY) {
		if (disk->src.type != DOMAIN_SOURCE_BLOCK || stats_block_info(g->sv->def, a->disk, &info, err) < 0)
			return error_set(err, ERR_OPERATION_INVALID, "%s: disk '%s' is no block device with a size of its own", g->sv->name, a->disk);
		size = info.capacity;
	} else if (!(a->flags & RESIZE_BYTES)) {
		if (size > UINT64_MAX / 1024)
			return error_set(err, ERR_INVALID_ARG, "%s: %llu KiB are too much", g->sv->name, (unsigned long long)size);
		size *= 1024;
	}
	if (size > INT64_MAX || size == 0)
		return error_set(err, ERR_INVALID_ARG, "%s: a disk cannot have %llu bytes", g->sv->name, (unsigned long long)size);
	if (qemu_change_begin(g, err) < 0)
		return -1;
	r = qmp_do(g->qmp, "block_resize", json_pack("{s:s, s:I}", "node-name", node, "size", (json_int_t)size), QMP_TIMEOUT, err);
	qemu_change_end(g);
	return r < 0 ? error_wrap(err, "%s: disk '%s'", g->sv->name, a->disk) : 0;
}

int qemu_block_threshold(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_set_block_threshold_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	const struct domain_disk *disk;
	char node[40];

	(void)ret;
	if (!g || node_of(g, a->dev, "storage", node, &disk, err) < 0)
		return -1;
	if (a->flags || a->threshold > INT64_MAX)
		return error_set(err, ERR_INVALID_ARG, "%s: flags 0x%x or a threshold of %llu bytes", g->sv->name, a->flags, (unsigned long long)a->threshold);
	if (qmp_do(g->qmp, "block-set-write-threshold", json_pack("{s:s, s:I}", "node-name", node, "write-threshold", (json_int_t)a->threshold), QMP_TIMEOUT,
		   err) < 0)
		return error_wrap(err, "%s: disk '%s'", g->sv->name, a->dev);
	return 0;
}
