/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a definition tells of a guest; of a running one its supervisor knows better. */
#include "hypervisor/local_xml.h"

#include <limits.h>
#include <string.h>

/* libvirt's flags of domain_get_xml_desc. */
enum { XML_SECURE = 1, XML_INACTIVE = 2, XML_UPDATE_CPU = 4, XML_MIGRATABLE = 8 };

static int forward(struct rpc_call *call, struct guest *guest, const void *args, void *ret, struct error *err)
{
	return hv_forward_to(call, guest, args, ret, ((const struct hv *)call->ctx)->timeout_ms, err);
}

int hv_domain_get_xml_desc(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_xml_desc_args *a = args;
	const struct hv *hv = call->ctx;
	wire_domain_get_xml_desc_ret *r = ret;
	AUTO_GUEST struct guest guest = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;

	if (hv_flags(call, a->flags, XML_SECURE | XML_INACTIVE | XML_UPDATE_CPU | XML_MIGRATABLE, err) < 0 ||
	    hv_guest_called(call, args, &guest, err) < 0)
		return -1;
	if (a->flags & XML_SECURE && (hv->read_only || call->read_only))
		return error_set(err, ERR_OPERATION_DENIED, "'%s': a read-only connection gets no secrets", guest.name);
	if (guest_is_active(&guest) && (!guest.persistent || !(a->flags & XML_INACTIVE)))
		return forward(call, &guest, args, ret, err);
	def = hv_load(guest.kind, guest.name, err);
	if (!def)
		return -1;
	if (a->flags & XML_UPDATE_CPU) {
		const struct hv_driver *driver = hv_driver_of(hv, guest.kind, err);

		if (!driver || (driver->update_cpu && driver->update_cpu(def, err) < 0))
			return error_wrap(err, "'%s'", guest.name);
	}
	r->xml = domain_format(def, DOMAIN_FORMAT_INACTIVE | (a->flags & XML_SECURE ? DOMAIN_FORMAT_SECURE : 0), err);
	return r->xml ? 0 : -1;
}

/* Who answers: 0 the supervisor of a guest that runs, and has (*ret is filled); 1 the stored definition, now in *def; or -1. */
static int answer_or_load(struct rpc_call *call, const void *args, void *ret, struct domain **def, struct error *err)
{
	AUTO_GUEST struct guest guest = { 0 };

	if (hv_guest_called(call, args, &guest, err) < 0)
		return -1;
	if (guest_is_active(&guest))
		return forward(call, &guest, args, ret, err);
	*def = hv_load(guest.kind, guest.name, err);
	return *def ? 1 : -1;
}

int hv_domain_get_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_get_info_ret *r = ret;
	AUTO_DOMAIN struct domain *def = NULL;
	int which = answer_or_load(call, args, ret, &def, err);

	if (which <= 0)
		return which;
	r->state = GUEST_SHUTOFF;
	r->max_mem = def->memory.value;
	r->memory = def->current_memory.value;
	r->nr_virt_cpu = (unsigned short)(def->vcpus.current ? def->vcpus.current : def->vcpus.n);
	return 0;
}

int hv_domain_get_max_memory(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_get_max_memory_ret *r = ret;
	AUTO_DOMAIN struct domain *def = NULL;
	int which = answer_or_load(call, args, ret, &def, err);

	if (which <= 0)
		return which;
	r->memory = def->memory.value;
	return 0;
}

int hv_domain_get_max_vcpus(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_get_max_vcpus_ret *r = ret;
	AUTO_DOMAIN struct domain *def = NULL;
	int which = answer_or_load(call, args, ret, &def, err);

	if (which <= 0)
		return which;
	r->num = def->vcpus.n > INT_MAX ? INT_MAX : (int)def->vcpus.n;
	return 0;
}
