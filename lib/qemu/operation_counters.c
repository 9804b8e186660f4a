/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the accelerator (KVM) counts of a machine and of each of its processors; QEMU knows since 7.1, and counts nothing that it emulates. */
#include "qemu/operation.h"

#include "hypervisor/params.h"
#include "hypervisor/stats.h"

#include <string.h>

#define ASK_MS 10000
#define NAME_MAX_ 120

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* How a value is to be read, by libvirt's word for it: "sum", "cur", "max"; NULL: it is none of these (a histogram). */
static const char *kind_of(const json_t *schemas, const char *target, const char *provider, const char *name)
{
	static const char *const words[][2] = { { "cumulative", "sum" }, { "instant", "cur" }, { "peak", "max" } };
	json_t *schema, *s;
	size_t i, k;

	json_array_foreach((json_t *)schemas, i, schema) {
		if (strcmp(text_of(schema, "target"), target) != 0 || strcmp(text_of(schema, "provider"), provider) != 0)
			continue;
		json_array_foreach(json_object_get(schema, "stats"), k, s)
			for (size_t w = 0; !strcmp(text_of(s, "name"), name) && w < ARRAY_LEN(words); w++)
				if (!strcmp(text_of(s, "type"), words[w][0]))
					return words[w][1];
	}
	return NULL;
}

static int add(struct params *out, const char *prefix, const json_t *stats, const json_t *schemas, const char *target, struct error *err)
{
	char name[NAME_MAX_];
	json_t *s;
	size_t i;
	int r = 0;

	json_array_foreach(json_object_get(stats, "stats"), i, s) {
		const char *key = text_of(s, "name"), *kind = kind_of(schemas, target, text_of(stats, "provider"), key);
		const json_t *value = json_object_get(s, "value");

		if (!kind || snprintf(name, sizeof(name), "%s.%s.%s", prefix, key, kind) >= (int)sizeof(name))
			continue;
		if (json_is_boolean(value))
			r = params_add_bool(out, name, json_is_true(value), err);
		else if (json_is_integer(value))
			r = params_add_ullong(out, name, (uint64_t)json_integer_value(value), err);
		if (r < 0)
			return -1;
	}
	return 0;
}

/* The number of the processor at a place of QEMU's; -1: none. */
static json_int_t number_of(const json_t *cpus, const char *qom_path)
{
	json_t *c;
	size_t i;

	json_array_foreach((json_t *)cpus, i, c)
		if (!strcmp(text_of(c, "qom-path"), qom_path))
			return json_integer_value(json_object_get(c, "cpu-index"));
	return -1;
}

static uint64_t value_of(const json_t *stats, const char *name)
{
	json_t *s;
	size_t i;

	json_array_foreach(json_object_get(stats, "stats"), i, s)
		if (!strcmp(text_of(s, "name"), name) && json_integer_value(json_object_get(s, "value")) > 0)
			return (uint64_t)json_integer_value(json_object_get(s, "value"));
	return 0;
}

/* How long processors that halted were polled for, with success and without: of all together. */
static int add_polling(struct params *out, const json_t *all, struct error *err)
{
	uint64_t success = 0, fail = 0;
	json_t *stats;
	size_t i;

	json_array_foreach((json_t *)all, i, stats) {
		success += value_of(stats, "halt_poll_success_ns");
		fail += value_of(stats, "halt_poll_fail_ns");
	}
	return params_add_ullong(out, "cpu.haltpoll.success.time", success, err) < 0 ? -1 : params_add_ullong(out, "cpu.haltpoll.fail.time", fail, err);
}

static int add_vcpus(struct qemu_guest *g, const json_t *all, const json_t *schemas, struct params *out, struct error *err)
{
	json_t *cpus = qmp_execute(g->qmp, "query-cpus-fast", NULL, ASK_MS, err), *stats;
	int r = cpus ? 0 : -1;
	char prefix[30];
	size_t i;

	json_array_foreach((json_t *)all, i, stats) {
		json_int_t number = number_of(cpus, text_of(stats, "qom-path"));

		snprintf(prefix, sizeof(prefix), "vcpu.%lld", (long long)number);
		if (r == 0 && number >= 0)
			r = add(out, prefix, stats, schemas, "vcpu", err);
	}
	json_decref(cpus);
	return r;
}

static json_t *ask(struct qemu_guest *g, const char *target, struct error *err)
{
	return qmp_execute(g->qmp, "query-stats", json_pack("{s:s}", "target", target), ASK_MS, err);
}

int qemu_counters(struct qemu_guest *g, unsigned groups, struct params *out, struct error *err)
{
	json_t *schemas, *vm = NULL, *vcpus = NULL, *stats;
	struct error none;
	size_t i;
	int r = 0;

	if (g->sv->def->virt != DOMAIN_VIRT_KVM || !(groups & (STATS_VM | STATS_VCPU | STATS_CPU)))
		return 0;
	/* an older QEMU does not have it */
	if (!(schemas = qmp_execute(g->qmp, "query-stats-schemas", NULL, ASK_MS, &none)))
		return 0;
	if (groups & STATS_VM && !(vm = ask(g, "vm", err)))
		r = -1;
	if (r == 0 && groups & (STATS_VCPU | STATS_CPU) && !(vcpus = ask(g, "vcpu", err)))
		r = -1;
	json_array_foreach(vm, i, stats)
		if (r == 0)
			r = add(out, "vm", stats, schemas, "vm", err);
	if (r == 0 && groups & STATS_CPU && json_array_size(vcpus))
		r = add_polling(out, vcpus, err);
	if (r == 0 && groups & STATS_VCPU)
		r = add_vcpus(g, vcpus, schemas, out, err);
	json_decref(schemas);
	json_decref(vm);
	json_decref(vcpus);
	return r;
}
