/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the guest agent does. Everything that it says is the guest's word: counted, bounded, made harmless. */
#include "qemu/operation.h"

#include "hypervisor/params.h"
#include "hypervisor/secondary.h"
#include "hypervisor/stats.h"
#include "util/str.h"

#include <string.h>

/* Flags and numbers of libvirt. */
enum { SET_TIME_SYNC = 1 };
enum { PASSWORD_ENCRYPTED = 1 };
enum { KEYS_APPEND = 1, KEYS_REMOVE = 2 };
enum { SUSPEND_MEM = 0, SUSPEND_DISK = 1, SUSPEND_HYBRID = 2 };
enum { INFO_USERS = 1, INFO_OS = 2, INFO_TIMEZONE = 4, INFO_HOSTNAME = 8, INFO_FILESYSTEM = 16, INFO_DISKS = 32, INFO_INTERFACES = 64 };

#define TEXT_MAX 4000
#define FSINFO_MAX 256
#define ITEMS_MAX 256      /* of a list in guest_info */
#define FREEZE_S 60        /* flushing a file system takes its time */

/* Asks the agent of the guest that the call is about. */
static json_t *ask(struct qemu_guest *g, const char *command, json_t *args, struct error *err)
{
	json_t *r = agent_execute(&g->agent, command, args, AGENT_DEFAULT, err);

	if (!r)
		error_wrap(err, "%s", g->sv->name);
	return r;
}

static int tell(struct qemu_guest *g, const char *command, json_t *args, struct error *err)
{
	json_t *r = ask(g, command, args, err);

	json_decref(r);
	return r ? 0 : -1;
}

static char *copy(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	char tame[TEXT_MAX];

	line_tame(tame, sizeof(tame), s ? s : "");
	return strdup(tame);
}

static int lies(const struct qemu_guest *g, struct error *err)
{
	return error_set(err, ERR_INTERNAL, "%s: the guest agent's answer makes no sense", g->sv->name);
}

/* ---- file systems ---- */

static json_t *freeze_args(const wire_string *points, unsigned n)
{
	json_t *list;

	if (n == 0)
		return NULL;
	list = json_array();
	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, json_string(points[i]));
	return json_pack("{s:o}", "mountpoints", list);
}

int qemu_fsfreeze(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_fsfreeze_args *a = args;
	wire_domain_fsfreeze_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	bool some = a->mountpoints.mountpoints_len > 0;
	json_t *n;

	if (!g)
		return -1;
	n = agent_execute(&g->agent, some ? "guest-fsfreeze-freeze-list" : "guest-fsfreeze-freeze",
			  freeze_args(a->mountpoints.mountpoints_val, a->mountpoints.mountpoints_len), FREEZE_S, err);
	if (!n)
		return error_wrap(err, "%s", g->sv->name);
	r->filesystems = (int)json_integer_value(n);
	json_decref(n);
	return 0;
}

int qemu_fsthaw(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_fsthaw_args *a = args;
	wire_domain_fsthaw_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	json_t *n;

	if (!g)
		return -1;
	if (!(n = ask(g, "guest-fsfreeze-thaw", NULL, err)))
		return -1;
	r->filesystems = (int)json_integer_value(n);
	json_decref(n);
	return 0;
}

int qemu_fstrim(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_fstrim_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);

	(void)ret;
	if (!g)
		return -1;
	if (a->mount_point)
		return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "%s: the guest agent trims all file systems, not a single one", g->sv->name);
	return tell(g, "guest-fstrim", a->minimum ? json_pack("{s:I}", "minimum", (json_int_t)a->minimum) : NULL, err);
}

/* The target ("vda") of the disk that the agent means by its address. */
static const char *target_of(const struct domain *def, const json_t *disk)
{
	const json_t *pci = json_object_get(disk, "pci-controller");

	for (size_t i = 0; i < def->devices.disks.n; i++) {
		const struct domain_disk *d = def->devices.disks.items[i];
		const struct domain_address *a = &d->info.address;

		if (a->type == DOMAIN_ADDRESS_PCI && (json_int_t)a->bus.value == json_integer_value(json_object_get(pci, "bus")) &&
		    (json_int_t)a->slot.value == json_integer_value(json_object_get(pci, "slot")) &&
		    (json_int_t)a->function.value == json_integer_value(json_object_get(pci, "function")))
			return d->dst;
		if (a->type == DOMAIN_ADDRESS_DRIVE && (json_int_t)a->bus.value == json_integer_value(json_object_get(disk, "bus")) &&
		    (json_int_t)a->target.value == json_integer_value(json_object_get(disk, "target")) &&
		    (json_int_t)a->unit.value == json_integer_value(json_object_get(disk, "unit")))
			return d->dst;
	}
	return NULL;
}

static int fill_fs(const struct qemu_guest *g, const json_t *o, wire_domain_fsinfo *out, struct error *err)
{
	const json_t *disks = json_object_get(o, "disk");
	size_t n = json_array_size(disks);

	out->mountpoint = copy(o, "mountpoint");
	out->name = copy(o, "name");
	out->fstype = copy(o, "type");
	if (!out->mountpoint || !out->name || !out->fstype)
		return error_errno(err, "%s", g->sv->name);
	if (n > WIRE_DOMAIN_FSINFO_DISKS_MAX)
		return lies(g, err);
	out->dev_aliases.dev_aliases_val = calloc(n + 1, sizeof(char *));
	for (size_t i = 0; i < n && out->dev_aliases.dev_aliases_val; i++) {
		const char *target = target_of(g->sv->def, json_array_get(disks, i));

		if (target)
			out->dev_aliases.dev_aliases_val[out->dev_aliases.dev_aliases_len++] = strdup(target);
	}
	return 0;
}

int qemu_get_fsinfo(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_fsinfo_args *a = args;
	wire_domain_get_fsinfo_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	json_t *list = g ? ask(g, "guest-get-fsinfo", NULL, err) : NULL;
	size_t n = json_array_size(list);
	int result = list ? 0 : -1;

	if (list && n > FSINFO_MAX)
		result = lies(g, err);
	if (result == 0 && n > 0 && !(r->info.info_val = calloc(n, sizeof(*r->info.info_val))))
		result = error_errno(err, "%s", g->sv->name);
	for (size_t i = 0; i < n && result == 0; i++) {
		r->info.info_len++;
		result = fill_fs(g, json_array_get(list, i), &r->info.info_val[i], err);
	}
	r->ret = r->info.info_len;
	json_decref(list);
	return result;
}

/* ---- time, name, users ---- */

int qemu_get_time(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_time_args *a = args;
	wire_domain_get_time_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	json_t *ns = g ? ask(g, "guest-get-time", NULL, err) : NULL;

	if (!ns)
		return -1;
	r->seconds = json_integer_value(ns) / 1000000000;
	r->nseconds = (unsigned)(json_integer_value(ns) % 1000000000);
	json_decref(ns);
	return 0;
}

int qemu_set_time(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_set_time_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	json_t *o = NULL;

	(void)ret;
	if (!g)
		return -1;
	if (a->seconds > INT64_MAX / 1000000000 - 1 || a->seconds < 0)
		return error_set(err, ERR_INVALID_ARG, "%s: the agent cannot be told that time", g->sv->name);
	/* without a time the guest takes that of its clock */
	if (!(a->flags & SET_TIME_SYNC))
		o = json_pack("{s:I}", "time", (json_int_t)(a->seconds * 1000000000 + a->nseconds));
	if (tell(g, "guest-set-time", o, err) < 0)
		return -1;
	/* the clock must not make up by interrupts for what was lost; only some machines can */
	return qmp_do(g->qmp, "rtc-reset-reinjection", NULL, QMP_TIMEOUT, err) < 0 && err && err->code != ERR_OPERATION_UNSUPPORTED ? -1 : 0;
}

int qemu_get_hostname(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_hostname_args *a = args;
	wire_domain_get_hostname_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	json_t *o = g ? ask(g, "guest-get-host-name", NULL, err) : NULL;

	if (!o)
		return -1;
	r->hostname = copy(o, "host-name");
	json_decref(o);
	return r->hostname ? 0 : error_errno(err, "%s", g->sv->name);
}

static char *base64(const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = (const unsigned char *)text;
	size_t len = strlen(text);
	char *out = malloc(len / 3 * 4 + 5), *p = out;

	for (size_t i = 0; out && i < len; i += 3) {
		unsigned v = (unsigned)in[i] << 16 | (i + 1 < len ? (unsigned)in[i + 1] << 8 : 0) | (i + 2 < len ? in[i + 2] : 0);

		*p++ = digits[v >> 18];
		*p++ = digits[v >> 12 & 63];
		*p++ = i + 1 < len ? digits[v >> 6 & 63] : '=';
		*p++ = i + 2 < len ? digits[v & 63] : '=';
	}
	if (out)
		*p = '\0';
	return out;
}

int qemu_set_user_password(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_set_user_password_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	char *secret;
	int r;

	(void)ret;
	if (!g)
		return -1;
	if (!a->user || !a->password)
		return error_set(err, ERR_INVALID_ARG, "%s: a user and a password are needed", g->sv->name);
	secret = base64(*a->password);
	if (!secret)
		return error_errno(err, "%s", g->sv->name);
	r = tell(g, "guest-set-user-password",
		 json_pack("{s:s, s:s, s:b}", "username", *a->user, "password", secret, "crypted", a->flags & PASSWORD_ENCRYPTED ? 1 : 0), err);
	explicit_bzero(secret, strlen(secret));
	free(secret);
	return r;
}

int qemu_get_ssh_keys(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_authorized_ssh_keys_get_args *a = args;
	wire_domain_authorized_ssh_keys_get_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	json_t *o = g ? ask(g, "guest-ssh-get-authorized-keys", json_pack("{s:s}", "username", a->user), err) : NULL, *keys;
	size_t n = json_array_size(keys = json_object_get(o, "keys"));

	if (!o)
		return -1;
	if (n > WIRE_DOMAIN_AUTHORIZED_SSH_KEYS_MAX) {
		json_decref(o);
		return lies(g, err);
	}
	r->keys.keys_val = calloc(n + 1, sizeof(char *));
	for (size_t i = 0; i < n && r->keys.keys_val; i++) {
		char tame[TEXT_MAX];
		const char *key = json_string_value(json_array_get(keys, i));

		line_tame(tame, sizeof(tame), key ? key : "");
		r->keys.keys_val[r->keys.keys_len++] = strdup(tame);
	}
	json_decref(o);
	return r->keys.keys_val ? 0 : error_errno(err, "%s", g->sv->name);
}

int qemu_set_ssh_keys(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_authorized_ssh_keys_set_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	json_t *keys, *o;

	(void)ret;
	if (!g)
		return -1;
	if ((a->flags & (KEYS_APPEND | KEYS_REMOVE)) == (KEYS_APPEND | KEYS_REMOVE))
		return error_set(err, ERR_INVALID_ARG, "%s: keys are either added or removed", g->sv->name);
	keys = freeze_args(a->keys.keys_val, a->keys.keys_len);
	o = json_pack("{s:s, s:o}", "username", a->user, "keys", keys ? json_incref(json_object_get(keys, "mountpoints")) : json_array());
	json_decref(keys);
	if (!(a->flags & KEYS_REMOVE))
		json_object_set_new(o, "reset", json_boolean(!(a->flags & KEYS_APPEND)));
	return tell(g, a->flags & KEYS_REMOVE ? "guest-ssh-remove-authorized-keys" : "guest-ssh-add-authorized-keys", o, err);
}

/* ---- processors ---- */

/* "0-2,5" of the vcpus for which the condition holds. */
static char *cpu_list(const json_t *list, const char *key, bool want)
{
	char text[TEXT_MAX] = "";
	size_t used = 0, i;
	json_t *v;

	json_array_foreach((json_t *)list, i, v) {
		if (json_is_true(json_object_get(v, key)) == want && used < sizeof(text) - 24)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%lld", used ? "," : "",
						 (long long)json_integer_value(json_object_get(v, "logical-id")));
	}
	return strdup(text);
}

static char *all_cpus(const json_t *list)
{
	char text[TEXT_MAX] = "";
	size_t used = 0, i;
	json_t *v;

	json_array_foreach((json_t *)list, i, v) {
		if (used < sizeof(text) - 24)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%lld", used ? "," : "",
						 (long long)json_integer_value(json_object_get(v, "logical-id")));
	}
	return strdup(text);
}

int qemu_get_guest_vcpus(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_guest_vcpus_args *a = args;
	wire_domain_get_guest_vcpus_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	json_t *list = g ? ask(g, "guest-get-vcpus", NULL, err) : NULL;
	struct params *p = PARAMS(r->params);

	if (!list)
		return -1;
	AUTO_FREE char *vcpus = all_cpus(list);
	AUTO_FREE char *online = cpu_list(list, "online", true);
	AUTO_FREE char *offlinable = cpu_list(list, "can-offline", true);
	json_decref(list);
	if (!vcpus || !online || !offlinable)
		return error_errno(err, "%s", g->sv->name);
	return params_add_string(p, "vcpus", vcpus, err) < 0 || params_add_string(p, "online", online, err) < 0 ||
			       params_add_string(p, "offlinable", offlinable, err) < 0
		       ? -1
		       : 0;
}

/* It says how many of the first it did; what it refused it says when it is asked for the rest. */
static int set_vcpus_in_turn(struct qemu_guest *g, json_t *list, struct error *err)
{
	while (json_array_size(list) > 0) {
		json_t *done = ask(g, "guest-set-vcpus", json_pack("{s:O}", "vcpus", list), err);
		json_int_t n = json_integer_value(done);

		json_decref(done);
		if (!done)
			return -1;
		if (n < 1 || n > (json_int_t)json_array_size(list))
			return error_set(err, ERR_OPERATION_FAILED, "%s: the guest agent says that it did %lld of %zu processors", g->sv->name,
					 (long long)n, json_array_size(list));
		while (n-- > 0)
			json_array_remove(list, 0);
	}
	return 0;
}

int qemu_set_guest_vcpus(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_set_guest_vcpus_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	AUTO_FREE struct conf_bitmap *map = g ? conf_bitmap_parse(a->cpumap, 4096, err) : NULL;
	json_t *list;
	int r;

	(void)ret;
	if (!map)
		return -1;
	list = json_array();
	for (unsigned i = 0; i < 4096; i++)
		if (conf_bitmap_test(map, i))
			json_array_append_new(list, json_pack("{s:i, s:b}", "logical-id", (int)i, "online", a->state ? 1 : 0));
	r = json_array_size(list) ? set_vcpus_in_turn(g, list, err)
				  : error_set(err, ERR_INVALID_ARG, "%s: no processor is named", g->sv->name);
	json_decref(list);
	return r;
}

/* ---- guest info: a row for each parameter ---- */

static int add(struct params *p, const char *name, const json_t *o, const char *key, struct error *err)
{
	const char *s = json_string_value(json_object_get(o, key));
	char tame[TEXT_MAX];

	if (!s)
		return 0;
	line_tame(tame, sizeof(tame), s);
	return params_add_string(p, name, tame, err);
}

struct item {
	const char *param, *key;
	bool number, bytes;      /* an integer; "number" in seconds is told in ms */
};

static int add_items(struct params *p, const char *prefix, const json_t *o, const struct item *items, struct error *err)
{
	char name[80];

	for (; items->param; items++) {
		const json_t *v = json_object_get(o, items->key);
		int r = 0;

		snprintf(name, sizeof(name), "%s%s", prefix, items->param);
		if (items->bytes && json_is_integer(v))
			r = params_add_ullong(p, name, (uint64_t)json_integer_value(v), err);
		else if (items->number && json_is_number(v))
			r = params_add_ullong(p, name, (uint64_t)(json_number_value(v) * 1000), err);
		else if (!items->number && !items->bytes)
			r = add(p, name, o, items->key, err);
		if (r < 0)
			return -1;
	}
	return 0;
}

static int add_list(struct params *p, const char *word, const json_t *list, const struct item *items, struct error *err)
{
	size_t n = json_array_size(list);
	char name[60];

	if (n > ITEMS_MAX)
		n = ITEMS_MAX;
	snprintf(name, sizeof(name), "%s.count", word);
	if (params_add_uint(p, name, (unsigned)n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s.%zu.", word, i);
		if (add_items(p, name, json_array_get(list, i), items, err) < 0)
			return -1;
	}
	return 0;
}

static const struct item user_items[] = { { "name", "user", false, false }, { "domain", "domain", false, false }, { "login-time", "login-time", true, false }, { 0 } };
static const struct item os_items[] = {
	{ "id", "id", false, false }, { "name", "name", false, false }, { "pretty-name", "pretty-name", false, false },
	{ "version", "version", false, false }, { "version-id", "version-id", false, false }, { "kernel-release", "kernel-release", false, false },
	{ "kernel-version", "kernel-version", false, false }, { "machine", "machine", false, false }, { "variant", "variant", false, false },
	{ "variant-id", "variant-id", false, false }, { 0 }
};
static const struct item fs_items[] = {
	{ "name", "name", false, false }, { "mountpoint", "mountpoint", false, false }, { "fstype", "type", false, false },
	{ "total-bytes", "total-bytes", false, true }, { "used-bytes", "used-bytes", false, true }, { 0 }
};
static const struct item disk_items[] = { { "name", "name", false, false }, { "alias", "alias", false, false }, { 0 } };
static const struct item if_items[] = { { "name", "name", false, false }, { "hwaddr", "hardware-address", false, false }, { 0 } };

static int add_timezone(struct params *p, const json_t *o, struct error *err)
{
	return add(p, "timezone.name", o, "zone", err) < 0 ||
			       params_add_int(p, "timezone.offset", (int)json_integer_value(json_object_get(o, "offset")), err) < 0
		       ? -1
		       : 0;
}

static int add_addresses(struct params *p, const json_t *list, struct error *err)
{
	char name[80];
	size_t i, j;
	json_t *o, *ip;

	json_array_foreach((json_t *)list, i, o) {
		const json_t *ips = json_object_get(o, "ip-addresses");

		if (i == ITEMS_MAX)
			break;
		snprintf(name, sizeof(name), "if.%zu.addr.count", i);
		if (params_add_uint(p, name, (unsigned)(json_array_size(ips) > ITEMS_MAX ? ITEMS_MAX : json_array_size(ips)), err) < 0)
			return -1;
		json_array_foreach((json_t *)ips, j, ip) {
			static const struct item items[] = { { "type", "ip-address-type", false, false }, { "addr", "ip-address", false, false }, { 0 } };

			if (j == ITEMS_MAX)
				break;
			snprintf(name, sizeof(name), "if.%zu.addr.%zu.", i, j);
			if (add_items(p, name, ip, items, err) < 0)
				return -1;
			snprintf(name, sizeof(name), "if.%zu.addr.%zu.prefix", i, j);
			if (params_add_uint(p, name, (unsigned)json_integer_value(json_object_get(ip, "prefix")), err) < 0)
				return -1;
		}
	}
	return 0;
}

static int take_info(struct params *p, unsigned type, const json_t *o, struct error *err)
{
	switch (type) {
	case INFO_USERS:
		return add_list(p, "user", o, user_items, err);
	case INFO_OS:
		return add_items(p, "os.", o, os_items, err);
	case INFO_TIMEZONE:
		return add_timezone(p, o, err);
	case INFO_HOSTNAME:
		return add(p, "hostname", o, "host-name", err);
	case INFO_FILESYSTEM:
		return add_list(p, "fs", o, fs_items, err);
	case INFO_DISKS:
		return add_list(p, "disk", o, disk_items, err);
	default:
		return add_list(p, "if", o, if_items, err) < 0 ? -1 : add_addresses(p, o, err);
	}
}

int qemu_get_guest_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	static const struct { unsigned type; const char *command; } kinds[] = {
		{ INFO_USERS, "guest-get-users" }, { INFO_OS, "guest-get-osinfo" }, { INFO_TIMEZONE, "guest-get-timezone" },
		{ INFO_HOSTNAME, "guest-get-host-name" }, { INFO_FILESYSTEM, "guest-get-fsinfo" }, { INFO_DISKS, "guest-get-disks" },
		{ INFO_INTERFACES, "guest-network-get-interfaces" },
	};
	const wire_domain_get_guest_info_args *a = args;
	wire_domain_get_guest_info_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	struct error why = { 0 };

	if (!g)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		json_t *o;
		int added;

		if (a->types && !(a->types & kinds[i].type))
			continue;
		o = ask(g, kinds[i].command, NULL, &why);
		/* asked for everything: what this agent cannot tell is left out */
		if (!o && !a->types && why.code != ERR_AGENT_UNRESPONSIVE)
			continue;
		if (!o) {
			if (err)
				*err = why;
			return -1;
		}
		added = take_info(PARAMS(r->params), kinds[i].type, o, err);
		json_decref(o);
		if (added < 0)
			return -1;
	}
	return 0;
}

/* ---- domain_interface_addresses by the agent's word ---- */

static int add_addr(wire_domain_interface *to, const json_t *o)
{
	const char *type = json_string_value(json_object_get(o, "ip-address-type"));
	wire_domain_ip_addr *more;

	if (to->addrs.addrs_len >= WIRE_DOMAIN_IP_ADDR_MAX || !json_is_string(json_object_get(o, "ip-address")))
		return 0;
	more = reallocarray(to->addrs.addrs_val, to->addrs.addrs_len + 1, sizeof(*more));
	if (!more)
		return -1;
	to->addrs.addrs_val = more;
	more[to->addrs.addrs_len] = (wire_domain_ip_addr){ .type = type && !strcmp(type, "ipv6"), .addr = copy(o, "ip-address"),
							   .prefix = (unsigned)json_integer_value(json_object_get(o, "prefix")) };
	return more[to->addrs.addrs_len++].addr ? 0 : -1;
}

static int add_interface(wire_domain_interface_addresses_ret *r, const json_t *o)
{
	wire_domain_interface *to = &r->ifaces.ifaces_val[r->ifaces.ifaces_len];
	const json_t *address;
	size_t i;

	if (!json_is_string(json_object_get(o, "name")))
		return 0;
	r->ifaces.ifaces_len++;
	to->name = copy(o, "name");
	if (json_is_string(json_object_get(o, "hardware-address"))) {
		to->hwaddr = calloc(1, sizeof(*to->hwaddr));
		if (!to->hwaddr || !(*to->hwaddr = copy(o, "hardware-address")))
			return -1;
	}
	json_array_foreach(json_object_get(o, "ip-addresses"), i, address)
		if (add_addr(to, address) < 0)
			return -1;
	return to->name ? 0 : -1;
}

static int agent_addresses(struct qemu_guest *g, wire_domain_interface_addresses_ret *r, struct error *err)
{
	json_t *list = ask(g, "guest-network-get-interfaces", NULL, err);
	const json_t *o;
	int rc = 0;
	size_t i;

	if (!list)
		return -1;
	if (!json_is_array(list)) {
		json_decref(list);
		return lies(g, err);
	}
	r->ifaces.ifaces_val = calloc(WIRE_DOMAIN_INTERFACE_MAX, sizeof(*r->ifaces.ifaces_val));
	if (!r->ifaces.ifaces_val)
		rc = -1;
	json_array_foreach(list, i, o)
		if (rc == 0 && r->ifaces.ifaces_len < WIRE_DOMAIN_INTERFACE_MAX)
			rc = add_interface(r, o);
	json_decref(list);
	return rc < 0 ? error_errno(err, "%s: its addresses", g->sv->name) : 0;
}

int qemu_interface_addresses(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	enum { LEASE, AGENT, ARP };   /* virDomainInterfaceAddressesSource */
	const wire_domain_interface_addresses_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);

	if (!g)
		return -1;
	switch (a->source) {
	case LEASE:
		return hv_leased_addresses(g->sv, ret, err);
	case AGENT:
		return agent_addresses(g, ret, err);
	case ARP:
		return stats_arp_addresses(g->sv->def, ret, err);
	}
	return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "%s: there is no source %u of addresses", g->sv->name, a->source);
}

/* ---- sleep, raw commands ---- */

int qemu_pm_suspend(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	static const char *const commands[] = { "guest-suspend-ram", "guest-suspend-disk", "guest-suspend-hybrid" };
	const wire_domain_pm_suspend_for_duration_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);

	(void)ret;
	if (!g)
		return -1;
	if (a->duration)
		return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "%s: a machine cannot be told when to wake up", g->sv->name);
	if (a->target >= ARRAY_LEN(commands))
		return error_set(err, ERR_INVALID_ARG, "%s: no such way to sleep: %u", g->sv->name, a->target);
	if (agent_last_words(&g->agent, commands[a->target], NULL, 5, err) < 0)
		return error_wrap(err, "%s", g->sv->name);
	return 0;
}

int qemu_agent_timeout(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_agent_set_response_timeout_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);

	(void)ret;
	if (!g)
		return -1;
	if (a->timeout < AGENT_BLOCK)
		return error_set(err, ERR_INVALID_ARG, "%s: %d is no time", g->sv->name, a->timeout);
	g->agent.timeout_s = a->timeout;
	return 0;
}

int qemu_agent_command(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_qemu_domain_agent_command_args *a = args;
	wire_qemu_domain_agent_command_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	json_t *o = g ? json_loads(a->cmd, JSON_REJECT_DUPLICATES, NULL) : NULL, *reply;

	if (!g)
		return -1;
	if (!json_is_object(o) || a->timeout < AGENT_BLOCK) {
		json_decref(o);
		return error_set(err, ERR_INVALID_ARG, "%s: '%.60s' is no JSON object", g->sv->name, a->cmd);
	}
	reply = agent_pass(&g->agent, o, a->timeout, err);
	if (!reply)
		return error_wrap(err, "%s", g->sv->name);
	r->result = calloc(1, sizeof(*r->result));
	if (r->result)
		*r->result = json_dumps(reply, JSON_COMPACT);
	json_decref(reply);
	return r->result && *r->result ? 0 : error_errno(err, "%s", g->sv->name);
}
