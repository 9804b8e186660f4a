/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The event "tunable": what of a running guest was tuned, by libvirt's names for it (VIR_DOMAIN_TUNABLE_x). */
#include "hypervisor/change.h"
#include "hypervisor/params.h"
#include "hypervisor/supervisor_core.h"

#include "rpc/server.h"
#include "rpc/subscribe.h"
#include "util/str.h"

#include <string.h>

/* Number of libvirt's virDomainEventID. */
enum { EVENT_ID_TUNABLE = 17 };

static void send_tunable(struct rpc_peer *peer, int callback_id, void *arg)
{
	wire_domain_event_callback_tunable_msg msg = *(wire_domain_event_callback_tunable_msg *)arg;

	msg.callback_id = callback_id;
	if (callback_id != RPC_NO_CALLBACK)
		rpc_peer_event(peer, &rpc_domain_event_callback_tunable, &msg);
}

/* Copies of parameters, with longer names. */
static int add_all(struct params *out, const char *prefix, const wire_typed_param *p, u_int n, struct error *err)
{
	int r = 0;

	for (u_int i = 0; i < n && r == 0; i++) {
		AUTO_FREE char *name = str_printf("%s%s", prefix, p[i].field);

		r = name ? params_add_value(out, name, &p[i].value, err) : error_errno(err, "parameter %s", p[i].field);
	}
	return r;
}

static int add_pin(struct params *out, const char *name, int number, const struct conf_bitmap *map, struct error *err)
{
	AUTO_BUF struct buf text = { 0 };
	AUTO_FREE char *list = NULL, *whole = number < 0 ? strdup(name) : str_printf("%s%d", name, number);

	buf_str(&text, "");
	if (map)
		conf_bitmap_format(map, &text);
	list = buf_finish(&text);
	return list && whole ? params_add_string(out, whole, list, err) : error_set(err, ERR_NO_MEMORY, "an event");
}

static int describe(const struct domain *def, const struct change *c, struct params *out, struct error *err)
{
	const wire_domain_set_scheduler_parameters_args *scheduler = c->args;
	const wire_domain_set_block_io_tune_args *iotune = c->args;
	const wire_domain_pin_vcpu_args *vcpu = c->args;
	const wire_domain_pin_iothread_args *iothread = c->args;

	switch (c->what) {
	case CHANGE_SCHEDULER:
		return add_all(out, "cputune.", scheduler->params.params_val, scheduler->params.params_len, err);
	case CHANGE_IOTUNE:
		if (params_add_string(out, "blkdeviotune.disk", iotune->disk, err) < 0)
			return -1;
		return add_all(out, "blkdeviotune.", iotune->params.params_val, iotune->params.params_len, err);
	case CHANGE_VCPU_PIN:
		return add_pin(out, "cputune.vcpupin", (int)vcpu->vcpu, domain_vcpu_cpuset(def, vcpu->vcpu), err);
	case CHANGE_EMULATOR_PIN:
		return add_pin(out, "cputune.emulatorpin", -1, def->cputune.emulatorpin ? def->cputune.emulatorpin : def->vcpus.cpuset, err);
	case CHANGE_IOTHREAD_PIN:
		return add_pin(out, "cputune.iothreadpin", (int)iothread->iothreads_id, domain_iothread_cpuset(def, iothread->iothreads_id), err);
	default:
		return 0;
	}
}

void sv_event_tunable(struct supervisor *sv, const struct change *c)
{
	wire_domain_event_callback_tunable_msg msg = { 0 };
	struct params tuned = { 0 };
	struct error err;

	if (describe(sv->def, c, &tuned, &err) < 0 || (tuned.len && supervisor_wire_domain(sv, &msg.dom, &err) < 0)) {
		supervisor_log(sv, "an event is lost: %s", err.text);
	} else if (tuned.len) {
		msg.params.params_len = tuned.len;
		msg.params.params_val = tuned.val;
		rpc_publish(sv->server, RPC_EVENTS_DOMAIN, EVENT_ID_TUNABLE, sv->uuid, send_tunable, &msg);
		xdr_free((xdrproc_t)xdr_wire_domain, (char *)&msg.dom);
	}
	params_clear(&tuned);
}
