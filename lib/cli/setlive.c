/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a definition can be changed while the guest runs, and by which procedure. */
#include "cli/setpath.h"

#include "conf/domain.h"
#include "util/str.h"

#include <string.h>

#define LIVE 1u

struct live {
	struct cli_conn *conn;
	const struct guest *guest;
	const struct domain *def;     /* as it is to be */
};

static int lifecycle(struct live *l, unsigned type, int action, struct error *err)
{
	const wire_domain_set_lifecycle_action_args args = { .dom = cli_domain(l->guest), .type = type, .action = (unsigned)action, .flags = LIVE };

	return cli_call(l->conn, &rpc_domain_set_lifecycle_action, &args, NULL, err);
}

/* libvirt's virDomainLifecycleAction: destroy, restart, rename-restart, preserve, coredump-destroy, coredump-restart */
static int poweroff(struct live *l, struct error *err)
{
	return lifecycle(l, 0, (int)l->def->on_poweroff - DOMAIN_ACTION_DESTROY, err);
}

static int reboot(struct live *l, struct error *err)
{
	return lifecycle(l, 1, (int)l->def->on_reboot - DOMAIN_ACTION_DESTROY, err);
}

static int crash(struct live *l, struct error *err)
{
	static const int actions[] = {
		[DOMAIN_CRASH_DESTROY] = 0, [DOMAIN_CRASH_RESTART] = 1, [DOMAIN_CRASH_RENAME_RESTART] = 2, [DOMAIN_CRASH_PRESERVE] = 3,
		[DOMAIN_CRASH_COREDUMP_DESTROY] = 4, [DOMAIN_CRASH_COREDUMP_RESTART] = 5,
	};

	return lifecycle(l, 2, actions[l->def->on_crash], err);
}

static int words(struct live *l, int type, char *text, struct error *err)
{
	wire_domain_set_metadata_args args = { .dom = cli_domain(l->guest), .type = type, .metadata = text ? &text : NULL, .flags = LIVE };

	return cli_call(l->conn, &rpc_domain_set_metadata, &args, NULL, err);
}

static int description(struct live *l, struct error *err)
{
	return words(l, 0, l->def->description, err);
}

static int title(struct live *l, struct error *err)
{
	return words(l, 1, l->def->title, err);
}

static int memory(struct live *l, struct error *err)
{
	const wire_domain_set_memory_flags_args args = { .dom = cli_domain(l->guest), .memory = l->def->current_memory.value, .flags = LIVE };

	return cli_call(l->conn, &rpc_domain_set_memory_flags, &args, NULL, err);
}

static wire_typed_param number(const char *field, uint64_t value)
{
	wire_typed_param p = { .field = (char *)field, .value = { .type = WIRE_PARAM_ULLONG } };

	p.value.wire_typed_param_value_u.ul = value;
	return p;
}

/* Not limited is said by the greatest number there is room for; libvirt's VIR_DOMAIN_MEMORY_PARAM_UNLIMITED */
static int limit(struct live *l, const char *field, const struct conf_num *value, struct error *err)
{
	wire_typed_param p = number(field, value->set ? value->value : INT64_MAX >> 10);
	const wire_domain_set_memory_parameters_args args = { .dom = cli_domain(l->guest), .params = { 1, &p }, .flags = LIVE };

	return cli_call(l->conn, &rpc_domain_set_memory_parameters, &args, NULL, err);
}

static int hard_limit(struct live *l, struct error *err)
{
	return limit(l, "hard_limit", &l->def->memtune.hard_limit, err);
}

static int soft_limit(struct live *l, struct error *err)
{
	return limit(l, "soft_limit", &l->def->memtune.soft_limit, err);
}

static int swap_limit(struct live *l, struct error *err)
{
	return limit(l, "swap_hard_limit", &l->def->memtune.swap_hard_limit, err);
}

static int schedule(struct live *l, wire_typed_param p, struct error *err)
{
	const wire_domain_set_scheduler_parameters_flags_args args = { .dom = cli_domain(l->guest), .params = { 1, &p }, .flags = LIVE };

	return cli_call(l->conn, &rpc_domain_set_scheduler_parameters_flags, &args, NULL, err);
}

static int shares(struct live *l, struct error *err)
{
	return schedule(l, number("cpu_shares", l->def->cputune.shares.value), err);
}

static int period(struct live *l, struct error *err)
{
	return schedule(l, number("vcpu_period", l->def->cputune.period.value), err);
}

static int quota(struct live *l, struct error *err)
{
	wire_typed_param p = { .field = (char *)"vcpu_quota", .value = { .type = WIRE_PARAM_LLONG } };

	p.value.wire_typed_param_value_u.l = l->def->cputune.quota.value;
	return schedule(l, p, err);
}

static int vcpus(struct live *l, struct error *err)
{
	const wire_domain_set_vcpus_flags_args args = {
		.dom = cli_domain(l->guest), .nvcpus = l->def->vcpus.current ? l->def->vcpus.current : l->def->vcpus.n, .flags = LIVE,
	};

	return cli_call(l->conn, &rpc_domain_set_vcpus_flags, &args, NULL, err);
}

static const struct {
	const char *path;
	int (*fn)(struct live *l, struct error *err);
} live_paths[] = {
	{ "title", title }, { "description", description }, { "on_poweroff", poweroff }, { "on_reboot", reboot }, { "on_crash", crash },
	{ "currentMemory", memory }, { "vcpu/@current", vcpus }, { "memtune/hard_limit", hard_limit }, { "memtune/soft_limit", soft_limit },
	{ "memtune/swap_hard_limit", swap_limit }, { "cputune/shares", shares }, { "cputune/period", period }, { "cputune/quota", quota },
};

static int device_changed(struct cli_conn *conn, const struct guest *guest, xmlDocPtr doc, xmlNodePtr device, struct error *err)
{
	xmlBufferPtr text = xmlBufferCreate();
	int r;

	if (!text || xmlNodeDump(text, doc, device, 0, 0) < 0) {
		xmlBufferFree(text);
		return error_set(err, ERR_NO_MEMORY, "no memory for a device");
	}
	const wire_domain_update_device_flags_args args = { .dom = cli_domain(guest), .xml = (char *)xmlBufferContent(text), .flags = LIVE };
	r = cli_call(conn, &rpc_domain_update_device_flags, &args, NULL, err);
	xmlBufferFree(text);
	return r;
}

int cli_path_live(struct cli_conn *conn, const struct guest *guest, const char *path, xmlDocPtr doc, xmlNodePtr device, struct error *err)
{
	struct live l = { .conn = conn, .guest = guest };
	AUTO_DOMAIN struct domain *def = NULL;
	xmlChar *text = NULL;
	int len = 0;
	size_t i = 0;

	if (device)
		return device_changed(conn, guest, doc, device, err);
	while (i < ARRAY_LEN(live_paths) && strcmp(live_paths[i].path, path) != 0)
		i++;
	if (i == ARRAY_LEN(live_paths))
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "'%s' of a running guest cannot be set (set it in its definition: --config)", path);
	xmlDocDumpMemory(doc, &text, &len);
	l.def = def = text ? domain_parse((const char *)text, (size_t)len, DOMAIN_PARSE_LIVE, err) : NULL;
	xmlFree(text);
	return def ? live_paths[i].fn(&l, err) : -1;
}
