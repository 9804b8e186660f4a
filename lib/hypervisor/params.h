/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Typed parameters: libvirt's names for what can be tuned, and the members of a definition that they are. One table; adding a parameter is
 * adding a row. */
#ifndef BERTH_HYPERVISOR_PARAMS_H
#define BERTH_HYPERVISOR_PARAMS_H

#include "conf/domain.h"
#include "rpc/procs.h"

/* The layout of every `wire_typed_param params<>` that rpcgen makes: (struct params *)&args->params. */
struct params {
	u_int len;
	wire_typed_param *val;
};
#define PARAMS(member) ((struct params *)&(member))

enum param_group {
	PARAMS_MEMORY,      /* base: struct domain */
	PARAMS_BLKIO,       /* struct domain */
	PARAMS_SCHEDULER,   /* struct domain */
	PARAMS_NUMA,        /* struct domain */
	PARAMS_INTERFACE,   /* struct domain_net */
	PARAMS_IOTUNE,      /* struct domain_iotune */
	PARAMS_IOTHREAD,    /* struct domain_iothread */
};

/* libvirt's VIR_DOMAIN_MEMORY_PARAM_UNLIMITED, in KiB. */
#define PARAM_UNLIMITED UINT64_C(9007199254740991)

/* Adds a parameter of one type; the name is copied. 0, or -1: no memory. */
int params_add_int(struct params *p, const char *name, int value, struct error *err) NODISCARD;
int params_add_uint(struct params *p, const char *name, unsigned value, struct error *err) NODISCARD;
int params_add_llong(struct params *p, const char *name, int64_t value, struct error *err) NODISCARD;
int params_add_ullong(struct params *p, const char *name, uint64_t value, struct error *err) NODISCARD;
int params_add_bool(struct params *p, const char *name, bool value, struct error *err) NODISCARD;
int params_add_string(struct params *p, const char *name, const char *value, struct error *err) NODISCARD;

/* A copy of a value of any type. */
int params_add_value(struct params *p, const char *name, const wire_typed_param_value *value, struct error *err) NODISCARD;

/* Frees what was added. */
void params_clear(struct params *p);

/* How many there are of a group, and what they are in a definition: the first `max` rows, 0: all. */
size_t params_count(enum param_group group, unsigned max);
int params_read(enum param_group group, const void *base, unsigned max, struct params *out, struct error *err) NODISCARD;

/* Puts parameters into a definition; one that the group has not, that is given twice, or that is of another type, is ERR_INVALID_ARG. */
int params_write(enum param_group group, void *base, unsigned max, const struct params *in, struct error *err) NODISCARD;

/* Whether a parameter is among them. */
bool params_has(const struct params *in, const char *name);

#endif
