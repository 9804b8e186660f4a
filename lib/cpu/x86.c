/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cpu/x86.h"

#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

int x86_feature_find(const char *name)
{
	for (size_t i = 0; i < x86_n_features; i++)
		if (!strcmp(x86_features[i].name, name) || (x86_features[i].qemu && !strcmp(x86_features[i].qemu, name)))
			return (int)i;
	return -1;
}

const char *x86_feature_qemu(const char *name)
{
	int i = x86_feature_find(name);

	return i >= 0 && x86_features[i].qemu ? x86_features[i].qemu : name;
}

const struct x86_model *x86_model_find(const char *name)
{
	for (size_t i = 0; i < x86_n_models; i++)
		if (!strcmp(x86_models[i].name, name))
			return &x86_models[i];
	return NULL;
}

void x86_of_model(const struct x86_model *model, struct x86_cpu *out)
{
	*out = (struct x86_cpu){ .family = model->family, .model = model->model, .stepping = model->stepping };
	if (model->vendor)
		snprintf(out->vendor, sizeof(out->vendor), "%s", model->vendor);
	for (const char *p = model->features; *p;) {
		size_t len = strcspn(p, " ");
		char name[32];
		int i;

		snprintf(name, sizeof(name), "%.*s", (int)len, p);
		i = x86_feature_find(name);
		if (i >= 0)
			x86_set(out, i, true);
		p += len + strspn(p + len, " ");
	}
}

const char *x86_vendor_name(const char *signature)
{
	static const char *const names[][2] = {
		{ "GenuineIntel", "Intel" }, { "AuthenticAMD", "AMD" }, { "HygonGenuine", "Hygon" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(names[i][0], signature))
			return names[i][1];
	return signature;
}

bool x86_host(struct x86_cpu *out)
{
	*out = (struct x86_cpu){ 0 };
#if defined(__x86_64__) || defined(__i386__)
	unsigned r[4], base_family, top[3] = { 0 };
	char vendor[13] = "";

	if (!__get_cpuid(0, &r[X86_EAX], &r[X86_EBX], &r[X86_ECX], &r[X86_EDX]))
		return false;
	top[0] = r[X86_EAX];
	memcpy(vendor, &r[X86_EBX], 4);
	memcpy(vendor + 4, &r[X86_EDX], 4);
	memcpy(vendor + 8, &r[X86_ECX], 4);
	snprintf(out->vendor, sizeof(out->vendor), "%s", x86_vendor_name(vendor));
	__cpuid(1, r[X86_EAX], r[X86_EBX], r[X86_ECX], r[X86_EDX]);
	base_family = r[X86_EAX] >> 8 & 15;
	out->stepping = r[X86_EAX] & 15;
	out->family = base_family == 15 ? base_family + (r[X86_EAX] >> 20 & 255) : base_family;
	out->model = (r[X86_EAX] >> 4 & 15) | (base_family == 15 || base_family == 6 ? r[X86_EAX] >> 12 & 0xf0 : 0);
	top[1] = __get_cpuid_max(0x80000000, NULL);
	top[2] = __get_cpuid_max(0xc0000000, NULL);
	for (size_t i = 0; i < x86_n_features; i++) {
		const struct x86_feature *f = &x86_features[i];

		/* model-specific registers are the kernel's */
		if (f->reg == X86_MSR || f->leaf > (f->leaf < 0x80000000 ? top[0] : f->leaf < 0xc0000000 ? top[1] : top[2]))
			continue;
		if (!i || f->leaf != f[-1].leaf || f->subleaf != f[-1].subleaf)
			__cpuid_count(f->leaf, f->subleaf, r[X86_EAX], r[X86_EBX], r[X86_ECX], r[X86_EDX]);
		x86_set(out, (int)i, r[f->reg] >> f->bit & 1);
	}
	return true;
#else
	return false;
#endif
}

void x86_host_sev(unsigned *guests, unsigned *es_guests)
{
	*guests = *es_guests = 0;
#if defined(__x86_64__) || defined(__i386__)
	unsigned a, b, addresses = 0, first_plain = 0;

	if (!__get_cpuid(0x8000001f, &a, &b, &addresses, &first_plain) || !(a & 2) || !first_plain)
		return;
	*guests = addresses - first_plain + 1;
	*es_guests = first_plain - 1;
#endif
}

static unsigned count_difference(const struct x86_cpu *a, const struct x86_cpu *b)
{
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_LEN(a->bits); i++)
		n += (unsigned)__builtin_popcountll(a->bits[i] & ~b->bits[i]);
	return n;
}

const struct x86_model *x86_decode(const struct x86_cpu *cpu, bool removing, bool (*usable)(void *ctx, const char *name), void *ctx)
{
	const struct x86_model *best = NULL;
	unsigned best_cost = 0;
	bool best_same = false;

	for (size_t i = 0; i < x86_n_models; i++) {
		const struct x86_model *m = &x86_models[i];
		bool same = m->family == cpu->family && m->model == cpu->model;
		struct x86_cpu data;
		unsigned missing, cost;

		if ((m->vendor && *cpu->vendor && strcmp(m->vendor, cpu->vendor) != 0) || (usable && !usable(ctx, m->name)))
			continue;
		x86_of_model(m, &data);
		missing = count_difference(&data, cpu);
		if (missing && !removing)
			continue;
		cost = count_difference(cpu, &data) + missing;
		/* the processor's own name first, however its firmware has trimmed it */
		if (best && (best_same > same || (best_same == same && best_cost <= cost)))
			continue;
		best = m;
		best_cost = cost;
		best_same = same;
	}
	return best;
}
