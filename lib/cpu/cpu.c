/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cpu/cpu.h"

#include <string.h>

static const char *const ppc64_models[] = { "POWER6", "POWER7", "POWER8", "POWER9", "POWER10" };

int cpu_models(enum domain_arch arch, const char **names, size_t max, struct error *err)
{
	bool x86 = cpu_is_x86(arch), ppc = arch == DOMAIN_ARCH_PPC64 || arch == DOMAIN_ARCH_PPC64LE;
	size_t n = x86 ? x86_n_models : ppc ? ARRAY_LEN(ppc64_models) : 0;

	if (!x86 && !ppc && arch != DOMAIN_ARCH_S390X && arch != DOMAIN_ARCH_AARCH64 && arch != DOMAIN_ARCH_ARMV7L && arch != DOMAIN_ARCH_ARMV6L)
		return error_set(err, ERR_NO_SUPPORT, "there is no map of CPU models for %s", conf_enum_name(&domain_arch_names, arch));
	for (size_t i = 0; i < n && i < max; i++)
		names[i] = x86 ? x86_models[i].name : ppc64_models[i];
	return (int)(n < max ? n : max);
}

static bool adds(enum domain_cpu_policy policy)
{
	return policy != DOMAIN_CPU_DISABLE && policy != DOMAIN_CPU_FORBID && policy != DOMAIN_CPU_OPTIONAL;
}

static int feature_of(const char *name, struct error *err)
{
	int i = x86_feature_find(name);

	return i >= 0 ? i : error_set(err, ERR_CONFIG_UNSUPPORTED, "unknown CPU feature '%.60s'", name);
}

int cpu_x86_of(const struct domain_cpu *cpu, struct x86_cpu *out, struct error *err)
{
	const struct x86_model *model = cpu->model ? x86_model_find(cpu->model) : NULL;

	*out = (struct x86_cpu){ 0 };
	if (cpu->model && !model)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "unknown CPU model '%.60s'", cpu->model);
	if (model)
		x86_of_model(model, out);
	if (cpu->vendor)
		snprintf(out->vendor, sizeof(out->vendor), "%.15s", cpu->vendor);
	for (size_t i = 0; i < cpu->features.n; i++) {
		const struct domain_cpu_feature *f = cpu->features.items[i];
		int bit = feature_of(f->name, err);

		if (bit < 0)
			return -1;
		if (f->policy != DOMAIN_CPU_OPTIONAL)
			x86_set(out, bit, adds(f->policy));
	}
	return 0;
}

static void add_name(struct buf *why, const char *intro, const char *name)
{
	if (why)
		buf_printf(why, "%s%s", why->len ? ", " : intro, name);
}

/* A feature that is forced need not be there. */
static int compare_features(const struct x86_cpu *host, const struct domain_cpu *guest, struct x86_cpu *wanted, struct x86_cpu *told, struct buf *why,
			    struct error *err)
{
	for (size_t i = 0; i < guest->features.n; i++) {
		const struct domain_cpu_feature *f = guest->features.items[i];
		int bit = feature_of(f->name, err);

		if (bit < 0)
			return -1;
		x86_set(told, bit, true);
		if (f->policy == DOMAIN_CPU_FORCE)
			x86_set(wanted, bit, false);
		if (f->policy == DOMAIN_CPU_FORBID && x86_has(host, bit)) {
			add_name(why, "forbidden features: ", f->name);
			return CPU_INCOMPATIBLE;
		}
	}
	for (size_t i = 0; i < x86_n_features; i++)
		if (x86_has(wanted, (int)i) && !x86_has(host, (int)i))
			add_name(why, "missing features: ", x86_features[i].name);
	return CPU_SUPERSET;
}

int cpu_compare(const struct x86_cpu *host, const struct domain_cpu *guest, struct buf *why, struct error *err)
{
	struct x86_cpu wanted, told;
	bool more = false;
	int r;

	if (guest->mode && guest->mode != DOMAIN_CPU_CUSTOM)
		return CPU_IDENTICAL;
	if (cpu_x86_of(guest, &wanted, err) < 0)
		return -1;
	if (guest->vendor && strcmp(guest->vendor, host->vendor) != 0) {
		add_name(why, "the vendor is not ", guest->vendor);
		return CPU_INCOMPATIBLE;
	}
	told = wanted;
	r = compare_features(host, guest, &wanted, &told, why, err);
	if (r != CPU_SUPERSET)
		return r;
	for (size_t i = 0; i < ARRAY_LEN(wanted.bits); i++) {
		if (wanted.bits[i] & ~host->bits[i])
			return CPU_INCOMPATIBLE;
		more |= (host->bits[i] & ~told.bits[i]) != 0;
	}
	if (more && guest->match == DOMAIN_CPU_MATCH_STRICT) {
		add_name(why, "", "the host has more features than the strict match allows");
		return CPU_INCOMPATIBLE;
	}
	return more ? CPU_SUPERSET : CPU_IDENTICAL;
}

static int add_feature(struct domain_cpu *cpu, const char *name, enum domain_cpu_policy policy)
{
	struct domain_cpu_feature *f = calloc(1, sizeof(*f)), **items;

	if (f)
		f->name = strdup(name);
	items = f && f->name ? realloc(cpu->features.items, (cpu->features.n + 1) * sizeof(*items)) : NULL;
	if (!items) {
		if (f)
			free(f->name);
		free(f);
		return -1;
	}
	f->policy = policy;
	cpu->features.items = items;
	items[cpu->features.n++] = f;
	return 0;
}

static int add_difference(struct domain_cpu *out, const struct x86_cpu *more, const struct x86_cpu *less, enum domain_cpu_policy policy)
{
	for (size_t i = 0; i < x86_n_features; i++)
		if (x86_has(more, (int)i) && !x86_has(less, (int)i) && add_feature(out, x86_features[i].name, policy) < 0)
			return -1;
	return 0;
}

static struct domain_cpu *describe(const struct x86_cpu *cpu, const struct x86_model *model, bool expand, struct error *err)
{
	struct domain_cpu *out = calloc(1, sizeof(*out));
	struct x86_cpu base, none = { 0 };

	x86_of_model(model, &base);
	if (out) {
		*out = (struct domain_cpu){ .mode = DOMAIN_CPU_CUSTOM, .match = DOMAIN_CPU_MATCH_EXACT, .fallback = DOMAIN_CPU_FALLBACK_FORBID,
					    .model = strdup(model->name), .vendor = *cpu->vendor ? strdup(cpu->vendor) : NULL };
		if (out->model && !(*cpu->vendor && !out->vendor) &&
		    add_difference(out, cpu, expand ? &none : &base, DOMAIN_CPU_REQUIRE) == 0 && add_difference(out, &base, cpu, DOMAIN_CPU_DISABLE) == 0)
			return out;
		conf_free(&domain_cpu_elem, out);
	}
	error_set(err, ERR_NO_MEMORY, "no memory to describe a CPU");
	return NULL;
}

struct domain_cpu *cpu_describe(const struct x86_cpu *cpu, bool guest, bool (*usable)(void *ctx, const char *name), void *ctx, struct error *err)
{
	const struct x86_model *model = x86_decode(cpu, guest, usable, ctx);

	if (model)
		return describe(cpu, model, false, err);
	error_set(err, ERR_OPERATION_FAILED, "no CPU model of the map is like this processor");
	return NULL;
}

/* What all have; `vendors`: each tells its vendor. */
static int common(struct cpu *const *cpus, size_t n, struct x86_cpu *out, bool *vendors, struct error *err)
{
	*vendors = true;
	for (size_t i = 0; i < n; i++) {
		struct x86_cpu one;

		if (cpus[i]->arch && cpus[0]->arch && cpus[i]->arch != cpus[0]->arch)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "the CPUs are of different architectures: %s and %s",
					 conf_enum_name(&domain_arch_names, cpus[0]->arch), conf_enum_name(&domain_arch_names, cpus[i]->arch));
		*vendors &= cpus[i]->cpu.vendor != NULL;
		if (!cpus[i]->cpu.model)
			return error_set(err, ERR_INVALID_ARG, "CPU %zu has no <model>", i + 1);
		if (cpu_x86_of(&cpus[i]->cpu, &one, err) < 0)
			return -1;
		if (*out->vendor && *one.vendor && strcmp(out->vendor, one.vendor) != 0)
			return error_set(err, ERR_OPERATION_FAILED, "the CPUs are of different vendors: %s and %s", out->vendor, one.vendor);
		if (*one.vendor)
			memcpy(out->vendor, one.vendor, sizeof(out->vendor));
		for (size_t w = 0; w < ARRAY_LEN(out->bits); w++)
			out->bits[w] &= one.bits[w];
		if (i == 0)
			out->family = one.family, out->model = one.model, out->stepping = one.stepping;
		else if (out->family != one.family || out->model != one.model)
			out->family = out->model = 0;
	}
	return 0;
}

struct domain_cpu *cpu_baseline(struct cpu *const *cpus, size_t n, const struct x86_cpu *start, unsigned flags,
				bool (*usable)(void *ctx, const char *name), void *ctx, struct error *err)
{
	struct x86_cpu data = { 0 };
	const struct x86_model *model;
	bool vendors;

	if (!n) {
		error_set(err, ERR_INVALID_ARG, "there is no <cpu> to find a baseline of");
		return NULL;
	}
	memset(data.bits, 0xff, sizeof(data.bits));
	if (start)
		memcpy(data.bits, start->bits, sizeof(data.bits));
	if (common(cpus, n, &data, &vendors, err) < 0)
		return NULL;
	for (size_t i = 0; i < x86_n_features; i++)
		if ((flags & CPU_BASELINE_MIGRATABLE) && x86_features[i].fixed)
			x86_set(&data, (int)i, false);
	model = x86_decode(&data, true, usable, ctx);
	if (!model) {
		error_set(err, ERR_OPERATION_FAILED, "no CPU model of the map is in all of them");
		return NULL;
	}
	/* it is told where each tells its own */
	if (!vendors)
		*data.vendor = '\0';
	return describe(&data, model, flags & CPU_BASELINE_EXPAND, err);
}
