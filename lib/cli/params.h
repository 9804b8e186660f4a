/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Programs that show typed parameters, or set those that options give: vm-memtune, vm-blkiotune, vm-numatune, vm-iftune ...
 *
 *     static char *hard;
 *     static const struct cli_param params[] = { { "hard_limit", &hard, CLI_PARAM_KIB }, { NULL } };
 *     static const struct cli_params memtune = { CLI_PARAMS(memory_parameters), .params = params };
 *     ...
 *     return cli_params_run(cli, &memtune, err);
 */
#ifndef BERTH_CLI_PARAMS_H
#define BERTH_CLI_PARAMS_H

#include "cli/affect.h"

#include <jansson.h>

enum cli_param_kind {
	CLI_PARAM_NUMBER,     /* ULLONG */
	CLI_PARAM_UINT,
	CLI_PARAM_SIGNED,     /* LLONG */
	CLI_PARAM_KIB,        /* ULLONG, a size; -1 and "unlimited" take it away */
	CLI_PARAM_BYTES,      /* ULLONG, a size */
	CLI_PARAM_STRING,
	CLI_PARAM_MODE,       /* INT, a word of `words` or its number */
};

struct cli_param {
	const char *field;          /* libvirt's name */
	char **given;               /* the option's text, NULL: not given */
	enum cli_param_kind kind;
	const char *const *words;   /* MODE: ends in NULL */
};

struct cli_params {
	const struct rpc_proc *get, *set;
	size_t get_nparams, get_flags, ret_params, ret_nparams, set_params, set_flags;
	size_t get_device, set_device;      /* 0: none; the second argument names it */
	bool device_optional;               /* the argument struct of `get` holds a pointer to the name's pointer */
	const struct cli_param *params;
};

#define CLI_PARAMS(name) \
	.get = &rpc_domain_get_##name, .set = &rpc_domain_set_##name, \
	.get_nparams = offsetof(wire_domain_get_##name##_args, nparams), .get_flags = offsetof(wire_domain_get_##name##_args, flags), \
	.ret_params = offsetof(wire_domain_get_##name##_ret, params), .ret_nparams = offsetof(wire_domain_get_##name##_ret, nparams), \
	.set_params = offsetof(wire_domain_set_##name##_args, params), .set_flags = offsetof(wire_domain_set_##name##_args, flags)
#define CLI_PARAMS_DEVICE(name, member) \
	CLI_PARAMS(name), .get_device = offsetof(wire_domain_get_##name##_args, member), \
	.set_device = offsetof(wire_domain_set_##name##_args, member)

/* The rows that such a program names. */
#define CLI_PARAMS_USES(name) HV(domain_get_##name), HV(domain_set_##name)

/* Sets what was given; nothing given: prints all, "name           : value" a line. `uses` as in cli_open(). */
int cli_params_run(struct cli *cli, const struct cli_params *spec, const struct rpc_row *uses, struct error *err) NODISCARD;

/* ---- parts, for programs that do it their own way ---- */

/* One parameter's value as text; the caller's. */
char *cli_param_text(const wire_typed_param *p, const struct cli_param *known, struct error *err) NODISCARD;

/* A parameter of a field that is known (its type is that of `like`) from text. */
int cli_param_from_text(const char *text, const wire_typed_param *like, wire_typed_param *out, struct error *err) NODISCARD;

/* Prints parameters, or adds them to a JSON object (`name` and `device` first, where given). */
int cli_params_print(struct cli *cli, const char *name, const char *device, const wire_typed_param *p, size_t n, const struct cli_param *known,
		     struct error *err) NODISCARD;

/* The same as a JSON object of the caller's. */
json_t *cli_params_json(const char *name, const wire_typed_param *p, size_t n);

#endif
