/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hypervisor/params.h"

#include "util/str.h"

#include <inttypes.h>
#include <string.h>

/* What the member is. */
enum param_value {
	P_NUM,        /* struct conf_num */
	P_INT,        /* struct conf_int */
	P_UINT32,
	P_UINT64,
	P_STRING,
	P_NODESET,    /* struct conf_bitmap *, as text */
	P_ENUM,       /* one less than our number is libvirt's */
	P_DEVICES32,  /* "path,value,path,value" of all <device> of <blkiotune>; the member is of struct domain_blkiodevice */
	P_DEVICES64,
};

/* The structure that has the member, made where it is missing and `make` says so; NULL: missing (or no memory). */
typedef void *reach_fn(void *base, bool make);

struct param_row {
	const char *name;
	wire_typed_param_type type;
	enum param_value value;
	size_t at;
	reach_fn *reach;        /* NULL: the base itself */
	uint64_t unset;         /* what is told when it is not given */
	bool limit;             /* `unset` and more takes it away */
	bool optional;          /* not told when it is not given */
};

static void *reach_inbound(void *base, bool make)
{
	struct domain_net *net = base;

	if (!net->bandwidth && make)
		net->bandwidth = calloc(1, sizeof(*net->bandwidth));
	if (net->bandwidth && !net->bandwidth->inbound && make)
		net->bandwidth->inbound = calloc(1, sizeof(*net->bandwidth->inbound));
	return net->bandwidth ? net->bandwidth->inbound : NULL;
}

static void *reach_outbound(void *base, bool make)
{
	struct domain_net *net = base;

	if (!net->bandwidth && make)
		net->bandwidth = calloc(1, sizeof(*net->bandwidth));
	if (net->bandwidth && !net->bandwidth->outbound && make)
		net->bandwidth->outbound = calloc(1, sizeof(*net->bandwidth->outbound));
	return net->bandwidth ? net->bandwidth->outbound : NULL;
}

#define ROW(n, wire, kind, ...) { .name = n, .type = WIRE_PARAM_##wire, .value = kind, ##__VA_ARGS__ }
#define ROWS_END { .name = NULL }
#define DOMAIN(member) .at = offsetof(struct domain, member)
#define LIMIT(n, member, ...) ROW(n, ULLONG, P_NUM, DOMAIN(member), .unset = PARAM_UNLIMITED, .limit = true, ##__VA_ARGS__)
#define PERIOD(n, member) ROW(n, ULLONG, P_NUM, DOMAIN(member))
#define QUOTA(n, member) ROW(n, LLONG, P_INT, DOMAIN(member))
#define DEVICES(n, kind, member) ROW(n, STRING, kind, .at = offsetof(struct domain_blkiodevice, member))
#define RATE(n, end, member) ROW(n, UINT, P_UINT64, .at = offsetof(struct domain_rate, member), .reach = reach_##end)

static const struct param_row memory_rows[] = {
	LIMIT("hard_limit", memtune.hard_limit),
	LIMIT("soft_limit", memtune.soft_limit),
	LIMIT("swap_hard_limit", memtune.swap_hard_limit),
	LIMIT("min_guarantee", memtune.min_guarantee, .optional = true),
	ROWS_END
};

static const struct param_row blkio_rows[] = {
	ROW("weight", UINT, P_UINT32, DOMAIN(blkiotune.weight)),
	DEVICES("device_weight", P_DEVICES32, weight),
	DEVICES("device_read_iops_sec", P_DEVICES32, read_iops_sec),
	DEVICES("device_write_iops_sec", P_DEVICES32, write_iops_sec),
	DEVICES("device_read_bytes_sec", P_DEVICES64, read_bytes_sec),
	DEVICES("device_write_bytes_sec", P_DEVICES64, write_bytes_sec),
	ROWS_END
};

/* The order is libvirt's: a container has the first three. */
static const struct param_row scheduler_rows[] = {
	ROW("cpu_shares", ULLONG, P_NUM, DOMAIN(cputune.shares), .unset = 1024),
	PERIOD("vcpu_period", cputune.period),
	QUOTA("vcpu_quota", cputune.quota),
	PERIOD("emulator_period", cputune.emulator_period),
	QUOTA("emulator_quota", cputune.emulator_quota),
	PERIOD("global_period", cputune.global_period),
	QUOTA("global_quota", cputune.global_quota),
	PERIOD("iothread_period", cputune.iothread_period),
	QUOTA("iothread_quota", cputune.iothread_quota),
	ROWS_END
};

static const struct param_row numa_rows[] = {
	ROW("numa_mode", INT, P_ENUM, DOMAIN(numatune.memory.mode)),
	ROW("numa_nodeset", STRING, P_NODESET, DOMAIN(numatune.memory.nodeset)),
	ROWS_END
};

static const struct param_row interface_rows[] = {
	RATE("inbound.average", inbound, average), RATE("inbound.peak", inbound, peak), RATE("inbound.burst", inbound, burst),
	RATE("inbound.floor", inbound, floor),
	RATE("outbound.average", outbound, average), RATE("outbound.peak", outbound, peak), RATE("outbound.burst", outbound, burst),
	ROWS_END
};

static const struct param_row iotune_rows[] = {
#define X(member) ROW(#member, ULLONG, P_UINT64, .at = offsetof(struct domain_iotune, member)),
	DOMAIN_IOTUNES(X)
#undef X
	ROW("group_name", STRING, P_STRING, .at = offsetof(struct domain_iotune, group_name)),
	ROWS_END
};

static const struct param_row iothread_rows[] = {
	ROW("thread_pool_min", INT, P_INT, .at = offsetof(struct domain_iothread, pool_min)),
	ROW("thread_pool_max", INT, P_INT, .at = offsetof(struct domain_iothread, pool_max)),
	ROWS_END
};

static const struct param_row *const groups[] = {
	[PARAMS_MEMORY] = memory_rows, [PARAMS_BLKIO] = blkio_rows, [PARAMS_SCHEDULER] = scheduler_rows, [PARAMS_NUMA] = numa_rows,
	[PARAMS_INTERFACE] = interface_rows, [PARAMS_IOTUNE] = iotune_rows, [PARAMS_IOTHREAD] = iothread_rows,
};

size_t params_count(enum param_group group, unsigned max)
{
	size_t n = 0;

	for (const struct param_row *row = groups[group]; row->name; row++)
		n += !row->optional;
	return max && max < n ? max : n;
}

/* --- adding ------------------------------------------------------------------------------------------------------ */

static wire_typed_param *add(struct params *p, const char *name, wire_typed_param_type type, struct error *err)
{
	wire_typed_param *more = reallocarray(p->val, p->len + 1, sizeof(*more)), *at;

	if (!more) {
		error_errno(err, "parameter %s", name);
		return NULL;
	}
	p->val = more;
	at = &more[p->len];
	*at = (wire_typed_param){ .field = strdup(name), .value = { .type = type } };
	if (!at->field) {
		error_errno(err, "parameter %s", name);
		return NULL;
	}
	if (type == WIRE_PARAM_STRING)
		at->value.wire_typed_param_value_u.s = NULL;
	p->len++;
	return at;
}

#define ADD(function, ctype, wire, field) \
	int function(struct params *p, const char *name, ctype value, struct error *err) \
	{ \
		wire_typed_param *at = add(p, name, wire, err); \
		if (at) \
			at->value.wire_typed_param_value_u.field = value; \
		return at ? 0 : -1; \
	}
ADD(params_add_int, int, WIRE_PARAM_INT, i)
ADD(params_add_uint, unsigned, WIRE_PARAM_UINT, ui)
ADD(params_add_llong, int64_t, WIRE_PARAM_LLONG, l)
ADD(params_add_ullong, uint64_t, WIRE_PARAM_ULLONG, ul)
ADD(params_add_bool, bool, WIRE_PARAM_BOOLEAN, b)

int params_add_string(struct params *p, const char *name, const char *value, struct error *err)
{
	char *copy = strdup(value ? value : "");
	wire_typed_param *at = copy ? add(p, name, WIRE_PARAM_STRING, err) : NULL;

	if (!copy)
		return error_errno(err, "parameter %s", name);
	if (!at) {
		free(copy);
		return -1;
	}
	at->value.wire_typed_param_value_u.s = copy;
	return 0;
}

int params_add_value(struct params *p, const char *name, const wire_typed_param_value *value, struct error *err)
{
	wire_typed_param *at;

	if (value->type == WIRE_PARAM_STRING)
		return params_add_string(p, name, value->wire_typed_param_value_u.s, err);
	at = add(p, name, value->type, err);
	if (at)
		at->value = *value;
	return at ? 0 : -1;
}

void params_clear(struct params *p)
{
	for (u_int i = 0; i < p->len; i++) {
		free(p->val[i].field);
		if (p->val[i].value.type == WIRE_PARAM_STRING)
			free(p->val[i].value.wire_typed_param_value_u.s);
	}
	free(p->val);
	*p = (struct params){ 0 };
}

static int add_number(struct params *p, const struct param_row *row, uint64_t value, struct error *err)
{
	switch (row->type) {
	case WIRE_PARAM_INT:
		return params_add_int(p, row->name, (int)value, err);
	case WIRE_PARAM_UINT:
		return params_add_uint(p, row->name, value > UINT32_MAX ? UINT32_MAX : (unsigned)value, err);
	case WIRE_PARAM_LLONG:
		return params_add_llong(p, row->name, (int64_t)value, err);
	default:
		return params_add_ullong(p, row->name, value, err);
	}
}

/* --- from a definition ------------------------------------------------------------------------------------------- */

static int read_devices(const struct domain *def, const struct param_row *row, struct params *out, struct error *err)
{
	AUTO_BUF struct buf text = { 0 };
	AUTO_FREE char *whole = NULL;

	for (size_t i = 0; i < def->blkiotune.devices.n; i++) {
		const struct domain_blkiodevice *d = def->blkiotune.devices.items[i];
		const void *member = (const char *)d + row->at;
		uint64_t value = row->value == P_DEVICES32 ? *(const uint32_t *)member : *(const uint64_t *)member;

		if (value)
			buf_printf(&text, "%s%s,%" PRIu64, text.len ? "," : "", d->path, value);
	}
	buf_str(&text, "");
	whole = buf_finish(&text);
	return whole ? params_add_string(out, row->name, whole, err) : error_set(err, ERR_NO_MEMORY, "parameter %s", row->name);
}

static int read_nodeset(const struct conf_bitmap *map, const struct param_row *row, struct params *out, struct error *err)
{
	AUTO_BUF struct buf text = { 0 };
	AUTO_FREE char *whole = NULL;

	buf_str(&text, "");
	if (map)
		conf_bitmap_format(map, &text);
	whole = buf_finish(&text);
	return whole ? params_add_string(out, row->name, whole, err) : error_set(err, ERR_NO_MEMORY, "parameter %s", row->name);
}

static int read_row(const struct param_row *row, const void *base, struct params *out, struct error *err)
{
	const char *at = row->reach ? row->reach((void *)base, false) : base;
	const struct conf_num *num;
	const struct conf_int *integer;

	if (!at)
		return add_number(out, row, row->unset, err);
	switch (row->value) {
	case P_NUM:
		num = (const struct conf_num *)(at + row->at);
		return row->optional && !num->set ? 0 : add_number(out, row, num->set ? num->value : row->unset, err);
	case P_INT:
		integer = (const struct conf_int *)(at + row->at);
		return add_number(out, row, integer->set ? (uint64_t)integer->value : row->unset, err);
	case P_UINT32:
		return add_number(out, row, *(const uint32_t *)(at + row->at), err);
	case P_UINT64:
		return add_number(out, row, *(const uint64_t *)(at + row->at), err);
	case P_STRING:
		return params_add_string(out, row->name, *(char *const *)(at + row->at), err);
	case P_NODESET:
		return read_nodeset(*(struct conf_bitmap *const *)(at + row->at), row, out, err);
	case P_ENUM:
		return params_add_int(out, row->name, *(const int *)(at + row->at) ? *(const int *)(at + row->at) - 1 : 0, err);
	case P_DEVICES32:
	case P_DEVICES64:
		return read_devices(base, row, out, err);
	}
	return 0;
}

int params_read(enum param_group group, const void *base, unsigned max, struct params *out, struct error *err)
{
	unsigned n = 0;

	for (const struct param_row *row = groups[group]; row->name && (!max || n < max); row++, n++)
		if (read_row(row, base, out, err) < 0)
			return -1;
	return 0;
}

/* --- into a definition ------------------------------------------------------------------------------------------- */

static struct domain_blkiodevice *blkio_device(struct domain *def, const char *path, size_t len)
{
	struct domain_blkiodevice *d;

	for (size_t i = 0; i < def->blkiotune.devices.n; i++) {
		d = def->blkiotune.devices.items[i];
		if (strlen(d->path) == len && !memcmp(d->path, path, len))
			return d;
	}
	d = CONF_LIST_ADD(&def->blkiotune.devices);
	if (d && !(d->path = strndup(path, len))) {
		def->blkiotune.devices.n--;
		free(d);
		d = NULL;
	}
	return d;
}

/* A device that has nothing set any more is not mentioned any more. */
static void drop_idle_devices(struct domain *def)
{
	size_t kept = 0;

	for (size_t i = 0; i < def->blkiotune.devices.n; i++) {
		struct domain_blkiodevice *d = def->blkiotune.devices.items[i];
		if (d->weight || d->read_iops_sec || d->write_iops_sec || d->read_bytes_sec || d->write_bytes_sec) {
			def->blkiotune.devices.items[kept++] = d;
			continue;
		}
		free(d->path);
		free(d);
	}
	def->blkiotune.devices.n = kept;
}

static int write_devices(struct domain *def, const struct param_row *row, const char *text, struct error *err)
{
	for (const char *at = text; *at;) {
		size_t path = strcspn(at, ","), digits = at[path] ? strcspn(at + path + 1, ",") : 0;
		char number[24];
		struct domain_blkiodevice *d;
		uint64_t value;

		snprintf(number, sizeof(number), "%.*s", (int)digits, at[path] ? at + path + 1 : "");
		if (*at != '/' || digits >= sizeof(number) ||
		    str_to_u64(number, row->value == P_DEVICES32 ? UINT32_MAX : UINT64_MAX, &value) < 0)
			return error_set(err, ERR_INVALID_ARG, "%s: '%.200s' is not a list PATH,NUMBER,PATH,NUMBER...", row->name, text);
		d = blkio_device(def, at, path);
		if (!d)
			return error_errno(err, "parameter %s", row->name);
		if (row->value == P_DEVICES32)
			*(uint32_t *)((char *)d + row->at) = (uint32_t)value;
		else
			*(uint64_t *)((char *)d + row->at) = value;
		at += path + 1 + digits;
		at += *at == ',';
	}
	drop_idle_devices(def);
	return 0;
}

static int write_string(const struct param_row *row, char **member, const char *text, struct error *err)
{
	char *copy = text && *text ? strdup(text) : NULL;

	if (text && *text && !copy)
		return error_errno(err, "parameter %s", row->name);
	free(*member);
	*member = copy;
	return 0;
}

static int write_nodeset(const struct param_row *row, struct conf_bitmap **member, const char *text, struct error *err)
{
	struct conf_bitmap *map = text && *text ? conf_bitmap_parse(text, CONF_BITMAP_MAX, err) : NULL;

	if (text && *text && !map)
		return error_wrap(err, "%s", row->name);
	free(*member);
	*member = map;
	return 0;
}

static int write_number(const struct param_row *row, char *at, const wire_typed_param_value *v, struct error *err)
{
	int64_t value = v->type == WIRE_PARAM_INT ? v->wire_typed_param_value_u.i
			: v->type == WIRE_PARAM_UINT ? (int64_t)v->wire_typed_param_value_u.ui : v->wire_typed_param_value_u.l;
	bool given = !row->limit || (uint64_t)value < row->unset;

	switch (row->value) {
	case P_NUM:
		*(struct conf_num *)at = (struct conf_num){ given ? (uint64_t)value : 0, given };
		return 0;
	case P_INT:
		*(struct conf_int *)at = (struct conf_int){ value, true };
		return 0;
	case P_UINT32:
		*(uint32_t *)at = (uint32_t)value;
		return 0;
	case P_ENUM:
		if (value < 0 || value >= domain_numatune_mode_end - 1)
			return error_set(err, ERR_INVALID_ARG, "%s: there is no mode %lld", row->name, (long long)value);
		*(int *)at = (int)value + 1;
		return 0;
	default:
		*(uint64_t *)at = (uint64_t)value;
		return 0;
	}
}

static int write_row(const struct param_row *row, void *base, const wire_typed_param_value *v, struct error *err)
{
	char *at = row->reach ? row->reach(base, true) : base;
	const char *text = v->type == WIRE_PARAM_STRING ? v->wire_typed_param_value_u.s : NULL;

	if (!at)
		return error_errno(err, "parameter %s", row->name);
	switch (row->value) {
	case P_STRING:
		return write_string(row, (char **)(at + row->at), text, err);
	case P_NODESET:
		return write_nodeset(row, (struct conf_bitmap **)(at + row->at), text, err);
	case P_DEVICES32:
	case P_DEVICES64:
		return write_devices(base, row, text, err);
	default:
		return write_number(row, at + row->at, v, err);
	}
}

bool params_has(const struct params *in, const char *name)
{
	for (u_int i = 0; i < in->len; i++)
		if (!strcmp(in->val[i].field, name))
			return true;
	return false;
}

int params_write(enum param_group group, void *base, unsigned max, const struct params *in, struct error *err)
{
	static const char *const types[] = { "", "int", "uint", "llong", "ullong", "double", "boolean", "string" };

	for (u_int i = 0; i < in->len; i++) {
		const wire_typed_param *p = &in->val[i];
		const struct param_row *row = groups[group];
		unsigned n = 0;

		while (row->name && strcmp(row->name, p->field) != 0)
			row++, n++;
		if (!row->name || (max && n >= max))
			return error_set(err, ERR_INVALID_ARG, "there is no parameter '%.100s' here", p->field);
		if (p->value.type != (int)row->type)
			return error_set(err, ERR_INVALID_ARG, "the parameter '%s' is of the type %s", row->name, types[row->type]);
		for (u_int j = 0; j < i; j++)
			if (!strcmp(in->val[j].field, p->field))
				return error_set(err, ERR_INVALID_ARG, "the parameter '%s' is given twice", row->name);
		if (write_row(row, base, &p->value, err) < 0)
			return -1;
	}
	return 0;
}
