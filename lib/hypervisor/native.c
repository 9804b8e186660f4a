/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hypervisors' own configurations: every driver names the formats that it knows. */
#include "hypervisor/local_xml.h"

#include <string.h>

static const struct hv_native *find(const struct hv *hv, const char *format, const struct hv_driver **of, struct error *err)
{
	char known[300] = "";
	size_t len = 0;

	for (const struct hv_driver *const *d = hv->drivers; d && *d; d++) {
		if (hv->kind && strcmp((*d)->kind, hv->kind->name))
			continue;
		for (const struct hv_native *n = (*d)->natives; n && n->format; n++) {
			*of = *d;
			if (!strcmp(n->format, format))
				return n;
			len += (size_t)snprintf(known + len, len < sizeof(known) ? sizeof(known) - len : 0, "%s%s", len ? ", " : "", n->format);
		}
	}
	error_set(err, ERR_INVALID_ARG, "the format '%.60s' is not known: %s%s", format, *known ? "there are " : "there is none", known);
	return NULL;
}

int hv_connect_domain_xml_from_native(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_domain_xml_from_native_args *a = args;
	wire_connect_domain_xml_from_native_ret *r = ret;
	const struct hv_driver *driver;
	const struct hv_native *n = find(call->ctx, a->native_format, &driver, err);

	if (!n)
		return -1;
	if (!n->from)
		return error_set(err, ERR_NO_SUPPORT, "driver %s cannot read the format '%s'", driver->kind, n->format);
	r->domain_xml = n->from(a->native_config, a->flags, err);
	return r->domain_xml ? 0 : -1;
}

int hv_connect_domain_xml_to_native(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_domain_xml_to_native_args *a = args;
	wire_connect_domain_xml_to_native_ret *r = ret;
	const struct hv_driver *driver;
	const struct hv_native *n = find(call->ctx, a->native_format, &driver, err);

	if (!n)
		return -1;
	if (!n->to)
		return error_set(err, ERR_NO_SUPPORT, "driver %s cannot write the format '%s'", driver->kind, n->format);
	r->native_config = n->to(a->domain_xml, a->flags, err);
	return r->native_config ? 0 : -1;
}
