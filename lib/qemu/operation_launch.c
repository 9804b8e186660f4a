/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Confidential guests (AMD's SEV): what their launch was measured as, and the secret that they get before they run. */
#include "qemu/operation.h"

#include "hypervisor/change.h"
#include "hypervisor/params.h"

#include <string.h>

#define ASK_MS 10000

static bool is_sev(const struct qemu_guest *g)
{
	const struct domain_launch_security *l = g->sv->def->launch_security;

	return l && l->type == DOMAIN_LAUNCH_SEV;
}

int qemu_get_launch_security(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	static const struct { const char *name, *key; } numbers[] = {
		{ "sev-api-major", "api-major" }, { "sev-api-minor", "api-minor" }, { "sev-build-id", "build-id" }, { "sev-policy", "policy" },
	};
	const wire_domain_get_launch_security_info_args *a = args;
	wire_domain_get_launch_security_info_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	json_t *measure, *sev = NULL;
	int rc = -1;

	if (!g)
		return -1;
	if (a->flags & ~VIEW_STRINGS)
		return error_set(err, ERR_INVALID_ARG, "%s: unknown flags 0x%x", g->sv->name, a->flags);
	if (!is_sev(g))
		return 0;
	measure = qmp_execute(g->qmp, "query-sev-launch-measure", NULL, ASK_MS, err);
	if (measure && (sev = qmp_execute(g->qmp, "query-sev", NULL, ASK_MS, err)))
		rc = params_add_string(PARAMS(r->params), "sev-measurement", json_string_value(json_object_get(measure, "data")), err);
	for (size_t i = 0; i < ARRAY_LEN(numbers) && rc == 0; i++)
		rc = params_add_uint(PARAMS(r->params), numbers[i].name, (unsigned)json_integer_value(json_object_get(sev, numbers[i].key)), err);
	json_decref(measure);
	json_decref(sev);
	return rc < 0 ? error_wrap(err, "%s", g->sv->name) : 0;
}

/* libvirt's names of the parameters, and those of sev-inject-launch-secret. */
static json_t *secret_args(const wire_typed_param *params, size_t n, struct error *err)
{
	json_t *o = json_object();

	for (size_t i = 0; i < n; i++) {
		const wire_typed_param_value *v = &params[i].value;

		if (!strcmp(params[i].field, "sev-secret-header") && v->type == WIRE_PARAM_STRING)
			json_object_set_new(o, "packet-header", json_string(v->wire_typed_param_value_u.s));
		else if (!strcmp(params[i].field, "sev-secret") && v->type == WIRE_PARAM_STRING)
			json_object_set_new(o, "secret", json_string(v->wire_typed_param_value_u.s));
		else if (!strcmp(params[i].field, "sev-secret-set-address") && v->type == WIRE_PARAM_ULLONG)
			json_object_set_new(o, "gpa", json_integer((json_int_t)v->wire_typed_param_value_u.ul));
		else
			error_set(err, ERR_INVALID_ARG, "the state of a launch has no parameter '%.60s' of this type", params[i].field);
		if (err->code)
			break;
	}
	if (!err->code && (!json_object_get(o, "packet-header") || !json_object_get(o, "secret")))
		error_set(err, ERR_INVALID_ARG, "both 'sev-secret-header' and 'sev-secret' are needed");
	if (!err->code)
		return o;
	json_decref(o);
	return NULL;
}

int qemu_set_launch_security(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_set_launch_security_state_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	json_t *o;
	int r;

	(void)ret;
	if (!g)
		return -1;
	if (a->flags)
		return error_set(err, ERR_INVALID_ARG, "%s: unknown flags 0x%x", g->sv->name, a->flags);
	if (!is_sev(g))
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "%s: the guest is no confidential one: its definition has no <launchSecurity type='sev'>", g->sv->name);
	*err = (struct error){ 0 };
	if (!(o = secret_args(a->params.params_val, a->params.params_len, err)))
		return error_wrap(err, "%s", g->sv->name);
	if (qemu_change_begin(g, err) < 0) {
		json_decref(o);
		return -1;
	}
	if (g->sv->state != GUEST_PAUSED) {
		json_decref(o);
		r = error_set(err, ERR_OPERATION_INVALID, "%s: a secret is handed over before the guest runs (start it with: vm-start --paused %s)", g->sv->name,
			      g->sv->name);
	} else {
		r = qmp_do(g->qmp, "sev-inject-launch-secret", o, ASK_MS, err);
	}
	qemu_change_end(g);
	return r;
}
