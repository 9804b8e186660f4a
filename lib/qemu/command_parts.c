/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One device for hot-plug: what would be arguments, as those of QMP's commands. */
#include "qemu/command_impl.h"

#include "util/str.h"

#include <string.h>

/* --- chardev-add: qapi/char.json --------------------------------------------------------------------------------- */

static json_t *inet(const char *host, const char *port)
{
	return json_pack("{s:s, s:{s:s, s:s}}", "type", "inet", "data", "host", host ? host : "", "port", port ? port : "");
}

static json_t *tcp(struct qemu_build *b, const struct domain_chardev_source *s, const char *alias)
{
	bool server = s->mode == DOMAIN_CHARDEV_BIND;
	json_t *o = json_pack("{s:o, s:b}", "addr", inet(s->host, s->service), "server", server);

	if (server)
		qemu_put_bool(o, "wait", false);
	qemu_put_true(o, "telnet", s->protocol == DOMAIN_CHARDEV_TELNET);
	if (s->tls == CONF_YES || s->protocol == DOMAIN_CHARDEV_TLS) {
		qemu_build_chardev_creds(b, alias, server);
		qemu_putf(o, "tls-creds", "objchar%s_tls0", alias);
	}
	return o;
}

static json_t *udp(const struct domain_chardev_source *s)
{
	json_t *o = json_object();

	for (size_t i = 0; i < s->udp.n; i++) {
		const struct domain_chardev_udp *u = s->udp.items[i];
		bool own = u->mode == DOMAIN_CHARDEV_BIND;

		json_object_set_new(o, own ? "local" : "remote", inet(u->host, u->service ? u->service : own ? "0" : ""));
	}
	return o;
}

static json_t *unix_socket(struct qemu_build *b, const struct domain_chardev_source *s, const char *alias)
{
	bool server = s->mode == DOMAIN_CHARDEV_BIND, handed = qemu_find_fds(b, alias, QEMU_FD_CHARDEV) != NULL;
	json_t *addr = handed ? json_pack("{s:s, s:{s:s}}", "type", "fd", "data", "str", QEMU_FDNAME)
			      : json_pack("{s:s, s:{s:s}}", "type", "unix", "data", "path", s->path ? s->path : "");
	json_t *o = json_pack("{s:o, s:b}", "addr", addr, "server", server);

	if (server)
		qemu_put_bool(o, "wait", false);
	return o;
}

static json_t *vdagent(const struct domain_chardev_source *s)
{
	json_t *o = json_object();

	if (s->clipboard)
		qemu_put_bool(o, "clipboard", s->clipboard == CONF_YES);
	if (s->mouse)
		qemu_put_bool(o, "mouse", s->mouse == DOMAIN_MOUSE_CLIENT);
	return o;
}

static json_t *file(const struct domain_chardev_source *s)
{
	json_t *o = json_object();

	qemu_put(o, "out", s->path);
	qemu_put_onoff(o, "append", s->append);
	return o;
}

static json_t *named(const char *key, const char *value)
{
	json_t *o = json_object();

	qemu_put(o, key, value);
	return o;
}

/* The data of a backend; NULL: QEMU has none of that type that could come later. *type is its name. */
static json_t *backend(struct qemu_build *b, const struct domain_chardev_source *s, const char *alias, const char **type)
{
	*type = conf_enum_name(&domain_chardev_type_names, s->type);
	switch (s->type) {
	case DOMAIN_CHARDEV_NULL:
	case DOMAIN_CHARDEV_PTY:
	case DOMAIN_CHARDEV_VC:
		return json_object();
	case DOMAIN_CHARDEV_DEV:
		*type = !strncmp(alias, "parallel", 8) ? "parallel" : "serial";
		return named("device", s->path);
	case DOMAIN_CHARDEV_FILE:
		return file(s);
	case DOMAIN_CHARDEV_PIPE:
		return named("device", s->path);
	case DOMAIN_CHARDEV_UDP:
		return udp(s);
	case DOMAIN_CHARDEV_TCP:
		*type = "socket";
		return tcp(b, s, alias);
	case DOMAIN_CHARDEV_UNIX:
		*type = "socket";
		return unix_socket(b, s, alias);
	case DOMAIN_CHARDEV_SPICEVMC:
		return named("type", !strncmp(alias, "smartcard", 9) ? "smartcard" : !strncmp(alias, "redir", 5) ? "usbredir" : "vdagent");
	case DOMAIN_CHARDEV_SPICEPORT:
		return named("fqdn", s->channel);
	case DOMAIN_CHARDEV_DBUS:
		return named("name", s->channel);
	case DOMAIN_CHARDEV_QEMU_VDAGENT:
		return vdagent(s);
	default:
		return NULL;
	}
}

int qemu_build_chardev_part(struct qemu_build *b, const struct domain_chardev_source *s, const char *alias)
{
	const char *type;
	json_t *data = backend(b, s, alias, &type), *o;

	if (!data)
		return qemu_unsupported(b, "%s: QEMU has no character device of type '%s' that could be plugged in", alias, type);
	if (s->reconnect.enabled && s->mode != DOMAIN_CHARDEV_BIND && (s->type == DOMAIN_CHARDEV_TCP || s->type == DOMAIN_CHARDEV_UNIX))
		qemu_put_int(data, "reconnect", s->reconnect.enabled == CONF_YES ? s->reconnect.timeout.value : 0);
	if (s->log_file) {
		qemu_put(data, "logfile", s->log_file);
		qemu_put_bool(data, "logappend", s->log_append == CONF_ON);
	}
	o = json_pack("{s:{s:s, s:o}}", "backend", "type", type, "data", data);
	qemu_putf(o, "id", "char%s", alias);
	json_array_append_new(b->parts->chardevs, o);
	return 0;
}

void qemu_build_socket(struct qemu_build *b, const char *id, const char *path)
{
	AUTO_BUF struct buf text = { 0 };

	if (b->parts) {
		json_array_append_new(b->parts->chardevs, json_pack("{s:s, s:{s:s, s:{s:{s:s, s:{s:s}}, s:b}}}", "id", id ? id : "", "backend", "type", "socket",
								    "data", "addr", "type", "unix", "data", "path", path ? path : "", "server", false));
		return;
	}
	qemu_optf(&text, "socket,id=%s", id);
	qemu_opt(&text, "path", path);
	qemu_arg_buf(&b->args, "-chardev", &text);
}

/* --- all of a device ---------------------------------------------------------------------------------------------- */

void qemu_parts_clear(struct qemu_parts *p)
{
	json_decref(p->blockdevs);
	json_decref(p->objects);
	json_decref(p->chardevs);
	json_decref(p->netdev);
	json_decref(p->device);
	*p = (struct qemu_parts){ 0 };
}

#define BUILDER(name, type) \
	static int name(struct qemu_build *b, const void *dev) \
	{ \
		return qemu_build_##name(b, (const struct domain_##type *)dev); \
	}
BUILDER(disk, disk) BUILDER(controller, controller) BUILDER(filesystem, fs) BUILDER(net, net) BUILDER(serial, serial) BUILDER(parallel, parallel)
BUILDER(console, console) BUILDER(channel, channel) BUILDER(input, input) BUILDER(hostdev, hostdev) BUILDER(redirdev, redirdev) BUILDER(hub, hub)
BUILDER(watchdog, watchdog) BUILDER(rng, rng) BUILDER(shmem, shmem) BUILDER(memdev, memdev) BUILDER(vsock, vsock) BUILDER(crypto, crypto)
#undef BUILDER

static int (*const builders[DOMAIN_DEVICE_KINDS_END])(struct qemu_build *b, const void *dev) = {
	[DOMAIN_DEVICE_DISK] = disk,         [DOMAIN_DEVICE_CONTROLLER] = controller, [DOMAIN_DEVICE_FILESYSTEM] = filesystem,
	[DOMAIN_DEVICE_INTERFACE] = net,     [DOMAIN_DEVICE_SERIAL] = serial,         [DOMAIN_DEVICE_PARALLEL] = parallel,
	[DOMAIN_DEVICE_CONSOLE] = console,   [DOMAIN_DEVICE_CHANNEL] = channel,       [DOMAIN_DEVICE_INPUT] = input,
	[DOMAIN_DEVICE_HOSTDEV] = hostdev,   [DOMAIN_DEVICE_REDIRDEV] = redirdev,     [DOMAIN_DEVICE_HUB] = hub,
	[DOMAIN_DEVICE_WATCHDOG] = watchdog, [DOMAIN_DEVICE_RNG] = rng,               [DOMAIN_DEVICE_SHMEM] = shmem,
	[DOMAIN_DEVICE_MEMORY] = memdev,     [DOMAIN_DEVICE_VSOCK] = vsock,           [DOMAIN_DEVICE_CRYPTO] = crypto,
};

int qemu_device_parts(const struct domain *def, const struct qemu_caps *caps, const struct qemu_runtime *rt, enum domain_device_kind kind,
		      const void *dev, struct qemu_parts *out, struct error *err)
{
	struct qemu_build b = { .def = def, .caps = caps, .rt = rt, .err = err, .parts = out };
	int r;

	*out = (struct qemu_parts){ .blockdevs = json_array(), .objects = json_array(), .chardevs = json_array() };
	if (!builders[kind])
		r = error_set(err, ERR_OPERATION_UNSUPPORTED, "a <%s> can neither come nor go while the machine runs (change its definition: --config)",
			      domain_device_name(kind));
	else if (!out->blockdevs || !out->objects || !out->chardevs)
		r = error_set(err, ERR_NO_MEMORY, "no memory for the device");
	else
		r = builders[kind](&b, dev);
	qemu_args_clear(&b.args);
	if (r < 0)
		qemu_parts_clear(out);
	return r;
}
