/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * x86 processors as sets of features: the map of features to CPUID bits and of model names to sets, and what can be asked of it.
 * Names are libvirt's.
 */
#ifndef BERTH_CPU_X86_H
#define BERTH_CPU_X86_H

#include "util/common.h"

enum x86_register { X86_EAX, X86_EBX, X86_ECX, X86_EDX, X86_MSR };

struct x86_feature {
	const char *name;
	const char *qemu;        /* QEMU's name where it is another; NULL: the same */
	uint32_t leaf, subleaf;  /* of the CPUID instruction; of an X86_MSR the register's number */
	uint8_t reg, bit;
	bool fixed;              /* a guest that has it cannot be migrated */
	bool host_only;          /* no guest has it */
};

/* In the order of the instruction's leaves. */
extern const struct x86_feature x86_features[];
extern const size_t x86_n_features;

struct x86_model {
	const char *name;
	const char *vendor;      /* "Intel"; NULL: anybody's */
	unsigned family, model, stepping;
	const char *features;    /* names between blanks */
};

/* By name. */
extern const struct x86_model x86_models[];
extern const size_t x86_n_models;

#define X86_MAX_FEATURES 256

struct x86_cpu {
	uint64_t bits[X86_MAX_FEATURES / 64];   /* by index in x86_features */
	char vendor[16];                        /* "" : not known */
	unsigned family, model, stepping;       /* 0: not known */
};

/* The index of a feature by libvirt's or QEMU's name; -1: unknown. */
int x86_feature_find(const char *name);
/* QEMU's name of a feature; the name itself where it is no feature of the map. */
const char *x86_feature_qemu(const char *name);

const struct x86_model *x86_model_find(const char *name);
void x86_of_model(const struct x86_model *model, struct x86_cpu *out);

static inline bool x86_has(const struct x86_cpu *cpu, int feature)
{
	return cpu->bits[feature / 64] >> (feature % 64) & 1;
}
static inline void x86_set(struct x86_cpu *cpu, int feature, bool on)
{
	if (on)
		cpu->bits[feature / 64] |= UINT64_C(1) << (feature % 64);
	else
		cpu->bits[feature / 64] &= ~(UINT64_C(1) << (feature % 64));
}

/* libvirt's name of a vendor by the twelve characters of CPUID, themselves where it has none. */
const char *x86_vendor_name(const char *signature);

/* The processor that this program runs on. false: it is no x86. */
bool x86_host(struct x86_cpu *out);

/* How many SEV guests the host can have, with encrypted state (SEV-ES) or without (AMD64 Architecture Programmer's Manual, CPUID 8000_001f); 0: none. */
void x86_host_sev(unsigned *guests, unsigned *es_guests);

/*
 * The model that tells the processor with the fewest additional features. `usable` decides of a model's name (NULL: all may be); `removing`: the features that the
 * model has and the processor has not are taken away, otherwise such a model is none. NULL: there is no such model.
 */
const struct x86_model *x86_decode(const struct x86_cpu *cpu, bool removing, bool (*usable)(void *ctx, const char *name), void *ctx);

#endif
