/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Serial and parallel ports, channels, consoles, smartcards, redirected USB, and the host's ends of them. */
#include "qemu/command_impl.h"

#include "util/str.h"

#include <string.h>

/* --- -chardev -------------------------------------------------------------------------------------------------- */

static void add_reconnect(struct buf *text, const struct domain_chardev_source *s)
{
	if (s->reconnect.enabled && s->mode != DOMAIN_CHARDEV_BIND)
		qemu_optf(text, "reconnect=%llu", s->reconnect.enabled == CONF_YES ? (unsigned long long)s->reconnect.timeout.value : 0);
}

static void add_log(struct qemu_build *b, struct buf *text, const struct domain_chardev_source *s, const char *alias)
{
	const struct qemu_fds *log = qemu_find_fds(b, alias, QEMU_FD_LOG);

	if (!s->log_file)
		return;
	if (log)
		qemu_optf(text, "logfile=/dev/fdset/%d", log->fds[0]);
	else
		qemu_opt(text, "logfile", s->log_file);
	qemu_optf(text, "logappend=%s", s->log_append == CONF_ON || log ? "on" : "off");
}

void qemu_build_chardev_creds(struct qemu_build *b, const char *alias, bool server)
{
	json_t *o = json_pack("{s:s}", "qom-type", "tls-creds-x509");

	qemu_putf(o, "id", "objchar%s_tls0", alias);
	qemu_put(o, "dir", QEMU_CHARDEV_TLS_DIR);
	qemu_put(o, "endpoint", server ? "server" : "client");
	qemu_put_bool(o, "verify-peer", !server);
	qemu_build_object(b, o);
}

static int add_tcp(struct qemu_build *b, struct buf *text, const struct domain_chardev_source *s, const char *alias)
{
	bool telnet = s->protocol == DOMAIN_CHARDEV_TELNET, server = s->mode == DOMAIN_CHARDEV_BIND;
	bool tls = s->tls == CONF_YES || s->protocol == DOMAIN_CHARDEV_TLS;

	qemu_optf(text, "socket,id=char%s", alias);
	qemu_opt(text, "host", s->host ? s->host : "");
	qemu_opt(text, "port", s->service ? s->service : "");
	if (telnet)
		qemu_optf(text, "telnet=on");
	if (server)
		qemu_optf(text, "server=on,wait=off");
	add_reconnect(text, s);
	if (tls) {
		qemu_build_chardev_creds(b, alias, server);
		qemu_optf(text, "tls-creds=objchar%s_tls0", alias);
	}
	return 0;
}

static void add_udp(struct buf *text, const struct domain_chardev_source *s, const char *alias)
{
	const struct domain_chardev_udp *own = NULL, *other = NULL;

	for (size_t i = 0; i < s->udp.n; i++) {
		if (s->udp.items[i]->mode == DOMAIN_CHARDEV_BIND)
			own = s->udp.items[i];
		else
			other = s->udp.items[i];
	}
	qemu_optf(text, "udp,id=char%s", alias);
	qemu_opt(text, "host", other && other->host ? other->host : "");
	qemu_opt(text, "port", other && other->service ? other->service : "");
	qemu_opt(text, "localaddr", own && own->host ? own->host : "");
	qemu_opt(text, "localport", own && own->service ? own->service : "0");
}

static int add_unix(struct qemu_build *b, struct buf *text, const struct domain_chardev_source *s, const char *alias)
{
	const struct qemu_fds *fd = qemu_find_fds(b, alias, QEMU_FD_CHARDEV);

	qemu_optf(text, "socket,id=char%s", alias);
	if (fd)
		qemu_optf(text, "fd=%d", fd->fds[0]);
	else
		qemu_opt(text, "path", s->path);
	if (s->mode == DOMAIN_CHARDEV_BIND)
		qemu_optf(text, "server=on,wait=off");
	add_reconnect(text, s);
	return s->path || fd ? 0 : qemu_unsupported(b, "%s: a socket needs a path", alias);
}

/* Channels that only name something. */
static const char *spice_name(const char *alias, const char *name)
{
	return name ? name : !strncmp(alias, "smartcard", 9) ? "smartcard" : !strncmp(alias, "redir", 5) ? "usbredir" : "vdagent";
}

int qemu_build_chardev(struct qemu_build *b, const struct domain_chardev_source *s, const char *alias)
{
	AUTO_BUF struct buf text = { 0 };
	const char *word = conf_enum_name(&domain_chardev_type_names, s->type);

	if (b->parts)
		return qemu_build_chardev_part(b, s, alias);
	switch (s->type) {
	case DOMAIN_CHARDEV_NULL:
	case DOMAIN_CHARDEV_VC:
	case DOMAIN_CHARDEV_PTY:
	case DOMAIN_CHARDEV_STDIO:
		qemu_optf(&text, "%s,id=char%s", word, alias);
		break;
	case DOMAIN_CHARDEV_DEV:
		qemu_optf(&text, "%s,id=char%s", !strncmp(alias, "parallel", 8) ? "parallel" : "serial", alias);
		qemu_opt(&text, "path", s->path);
		break;
	case DOMAIN_CHARDEV_FILE:
		qemu_optf(&text, "file,id=char%s", alias);
		qemu_opt(&text, "path", s->path);
		if (s->append)
			qemu_optf(&text, "append=%s", conf_enum_name(&conf_onoff_names, s->append));
		break;
	case DOMAIN_CHARDEV_PIPE:
		qemu_optf(&text, "pipe,id=char%s", alias);
		qemu_opt(&text, "path", s->path);
		break;
	case DOMAIN_CHARDEV_UDP:
		add_udp(&text, s, alias);
		break;
	case DOMAIN_CHARDEV_TCP:
		if (add_tcp(b, &text, s, alias) < 0)
			return -1;
		break;
	case DOMAIN_CHARDEV_UNIX:
		if (add_unix(b, &text, s, alias) < 0)
			return -1;
		break;
	case DOMAIN_CHARDEV_SPICEVMC:
		qemu_optf(&text, "spicevmc,id=char%s", alias);
		qemu_opt(&text, "name", spice_name(alias, NULL));
		break;
	case DOMAIN_CHARDEV_SPICEPORT:
		qemu_optf(&text, "spiceport,id=char%s", alias);
		qemu_opt(&text, "name", s->channel);
		break;
	case DOMAIN_CHARDEV_DBUS:
		qemu_optf(&text, "dbus,id=char%s", alias);
		qemu_opt(&text, "name", s->channel);
		break;
	case DOMAIN_CHARDEV_QEMU_VDAGENT:
		qemu_optf(&text, "qemu-vdagent,id=char%s,name=vdagent", alias);
		if (s->clipboard)
			qemu_optf(&text, "clipboard=%s", s->clipboard == CONF_YES ? "on" : "off");
		if (s->mouse)
			qemu_optf(&text, "mouse=%s", s->mouse == DOMAIN_MOUSE_CLIENT ? "on" : "off");
		break;
	default:
		return qemu_unsupported(b, "%s: QEMU has no character device of type '%s'", alias, word);
	}
	add_log(b, &text, s, alias);
	qemu_arg_buf(&b->args, "-chardev", &text);
	return 0;
}

/* --- serial and parallel --------------------------------------------------------------------------------------- */

/* Ports that boards have: they take no -device. */
static bool is_board_serial(const struct domain *def, const struct domain_serial *s)
{
	return s->model == DOMAIN_SERIAL_MODEL_PL011 || s->model == DOMAIN_SERIAL_MODEL_16550A || (!s->model && qemu_is_arm(def));
}

static const char *serial_driver(const struct domain_serial *s)
{
	static const char *const drivers[] = {
		[DOMAIN_SERIAL_MODEL_ISA_SERIAL] = "isa-serial", [DOMAIN_SERIAL_MODEL_USB_SERIAL] = "usb-serial",
		[DOMAIN_SERIAL_MODEL_PCI_SERIAL] = "pci-serial", [DOMAIN_SERIAL_MODEL_SPAPR_VTY] = "spapr-vty",
		[DOMAIN_SERIAL_MODEL_SCLPCONSOLE] = "sclpconsole", [DOMAIN_SERIAL_MODEL_SCLPLMCONSOLE] = "sclplmconsole",
		[DOMAIN_SERIAL_MODEL_ISA_DEBUGCON] = "isa-debugcon",
	};

	return s->model < ARRAY_LEN(drivers) && drivers[s->model] ? drivers[s->model] : "isa-serial";
}

int qemu_build_serial(struct qemu_build *b, const struct domain_serial *s)
{
	const char *alias = s->info.alias.name, *driver = serial_driver(s);
	json_t *o;

	if (qemu_build_chardev(b, &s->source, alias) < 0)
		return -1;
	if (is_board_serial(b->def, s)) {
		qemu_argf(&b->args, "-serial", "chardev:char%s", alias);
		return 0;
	}
	o = json_pack("{s:s}", "driver", driver);
	qemu_putf(o, "chardev", "char%s", alias);
	qemu_put(o, "id", alias);
	if (!strcmp(driver, "isa-serial"))
		qemu_put_num(o, "index", s->port);
	if (qemu_put_address(b, o, &s->info) < 0) {
		json_decref(o);
		return -1;
	}
	return qemu_build_device(b, o);
}

int qemu_build_parallel(struct qemu_build *b, const struct domain_parallel *p)
{
	json_t *o;

	if (qemu_build_chardev(b, &p->source, p->info.alias.name) < 0)
		return -1;
	o = json_pack("{s:s}", "driver", "isa-parallel");
	qemu_putf(o, "chardev", "char%s", p->info.alias.name);
	qemu_put(o, "id", p->info.alias.name);
	if (qemu_put_address(b, o, &p->info) < 0) {
		json_decref(o);
		return -1;
	}
	return qemu_build_device(b, o);
}

/* --- channels and consoles ------------------------------------------------------------------------------------- */

static void put_virtio_port(struct qemu_build *b, json_t *o, const struct domain_address *a)
{
	const struct domain_controller *c = qemu_find_controller(b->def, DOMAIN_CONTROLLER_VIRTIO_SERIAL, a->controller.value);

	if (a->type != DOMAIN_ADDRESS_VIRTIO_SERIAL)
		return;
	qemu_putf(o, "bus", "%s.%llu", c && c->info.alias.name ? c->info.alias.name : "virtio-serial0", (unsigned long long)a->bus.value);
	qemu_put_int(o, "nr", a->port.value);
}

static int build_guestfwd(struct qemu_build *b, const struct domain_channel *c)
{
	json_t *o = json_pack("{s:s}", "type", "user");

	json_object_set_new(o, "guestfwd", json_pack("[{s:o}]", "str", json_sprintf("tcp:%s:%s-chardev:char%s", c->address, c->port,
										       c->info.alias.name)));
	qemu_put(o, "id", c->info.alias.name);
	qemu_build_netdev(b, o);
	return 0;
}

/* A channel whose socket is left to us has it beside the guest's other files. */
static int build_channel_chardev(struct qemu_build *b, const struct domain_channel *c)
{
	struct domain_chardev_source source = c->source;
	AUTO_FREE char *path = NULL;

	if (source.type != DOMAIN_CHARDEV_UNIX || source.path)
		return qemu_build_chardev(b, &c->source, c->info.alias.name);
	path = str_printf("%s/%s", b->rt->channel_dir ? b->rt->channel_dir : b->rt->dir, c->name ? c->name : c->info.alias.name);
	if (!path)
		return error_set(b->err, ERR_NO_MEMORY, "%s: no memory", c->info.alias.name);
	source.path = path;
	source.mode = DOMAIN_CHARDEV_BIND;
	return qemu_build_chardev(b, &source, c->info.alias.name);
}

int qemu_build_channel(struct qemu_build *b, const struct domain_channel *c)
{
	json_t *o;

	if (build_channel_chardev(b, c) < 0)
		return -1;
	if (c->target == DOMAIN_CHANNEL_GUESTFWD)
		return build_guestfwd(b, c);
	if (c->target != DOMAIN_CHANNEL_VIRTIO)
		return qemu_unsupported(b, "QEMU has no channel of type '%s'", conf_enum_name(&domain_channel_target_names, c->target));
	o = json_pack("{s:s}", "driver", "virtserialport");
	put_virtio_port(b, o, &c->info.address);
	qemu_putf(o, "chardev", "char%s", c->info.alias.name);
	qemu_put(o, "id", c->info.alias.name);
	if (c->name)
		qemu_put(o, "name", c->name);
	else if (c->source.type == DOMAIN_CHARDEV_SPICEVMC)
		qemu_put(o, "name", "com.redhat.spice.0");
	return qemu_build_device(b, o);
}

int qemu_build_console(struct qemu_build *b, const struct domain_console *c)
{
	static const char *const drivers[] = {
		[DOMAIN_CONSOLE_VIRTIO] = "virtconsole", [DOMAIN_CONSOLE_SCLP] = "sclpconsole", [DOMAIN_CONSOLE_SCLPLM] = "sclplmconsole",
	};
	json_t *o;

	if (c->target >= ARRAY_LEN(drivers) || !drivers[c->target])
		return c->target == DOMAIN_CONSOLE_SERIAL ? 0
							  : qemu_unsupported(b, "QEMU has no console of type '%s'",
									     conf_enum_name(&domain_console_target_names, c->target));
	if (qemu_build_chardev(b, &c->source, c->info.alias.name) < 0)
		return -1;
	o = json_pack("{s:s}", "driver", drivers[c->target]);
	if (c->target == DOMAIN_CONSOLE_VIRTIO)
		put_virtio_port(b, o, &c->info.address);
	qemu_putf(o, "chardev", "char%s", c->info.alias.name);
	qemu_put(o, "id", c->info.alias.name);
	return qemu_build_device(b, o);
}

int qemu_build_chardevs(struct qemu_build *b)
{
	const struct domain_devices *d = &b->def->devices;
	int r = 0;

	for (size_t i = 0; r == 0 && i < d->serials.n; i++)
		r = qemu_build_serial(b, d->serials.items[i]);
	for (size_t i = 0; r == 0 && i < d->parallels.n; i++)
		r = qemu_build_parallel(b, d->parallels.items[i]);
	for (size_t i = 0; r == 0 && i < d->channels.n; i++)
		r = qemu_build_channel(b, d->channels.items[i]);
	for (size_t i = 0; r == 0 && i < d->consoles.n; i++)
		r = qemu_build_console(b, d->consoles.items[i]);
	return r;
}

/* --- smartcards, redirected USB -------------------------------------------------------------------------------- */

static json_t *certificates(const struct domain_smartcard *s)
{
	static const char *const keys[] = { "cert1", "cert2", "cert3" };
	json_t *o = json_pack("{s:s, s:s}", "driver", "ccid-card-emulated", "backend", "certificates");

	for (size_t i = 0; i < s->certificates.n && i < ARRAY_LEN(keys); i++)
		qemu_put(o, keys[i], s->certificates.items[i]);
	qemu_put(o, "db", s->database ? s->database : "/etc/pki/nssdb");
	return o;
}

int qemu_build_smartcards(struct qemu_build *b)
{
	const struct domain_devices *d = &b->def->devices;

	for (size_t i = 0; i < d->smartcards.n; i++) {
		const struct domain_smartcard *s = d->smartcards.items[i];
		json_t *o;

		switch (s->mode) {
		case DOMAIN_SMARTCARD_HOST:
			o = json_pack("{s:s, s:s}", "driver", "ccid-card-emulated", "backend", "nss-emulated");
			break;
		case DOMAIN_SMARTCARD_CERTIFICATES:
			o = certificates(s);
			break;
		default:
			if (qemu_build_chardev(b, &s->source, s->info.alias.name) < 0)
				return -1;
			o = json_pack("{s:s}", "driver", "ccid-card-passthru");
			qemu_putf(o, "chardev", "char%s", s->info.alias.name);
			break;
		}
		qemu_put(o, "id", s->info.alias.name);
		qemu_putf(o, "bus", "ccid%llu.0", (unsigned long long)s->info.address.controller.value);
		if (qemu_build_device(b, o) < 0)
			return -1;
	}
	return 0;
}

/* "class:vendor:product:version:allow|..." */
static char *redirfilter(const struct domain_redirfilter *f)
{
	AUTO_BUF struct buf text = { 0 };

	for (size_t i = 0; f && i < f->usbdevs.n; i++) {
		const struct domain_usbdev *u = f->usbdevs.items[i];
		const char *dot = u->version ? strchr(u->version, '.') : NULL;

		buf_printf(&text, "%s%s:%s:%s:", i ? "|" : "", u->class ? u->class : "-1", u->vendor ? u->vendor : "-1",
			   u->product ? u->product : "-1");
		if (u->version)
			buf_printf(&text, "0x%02lX%02lX", strtoul(u->version, NULL, 10), dot ? strtoul(dot + 1, NULL, 10) : 0);
		else
			buf_str(&text, "-1");
		buf_printf(&text, ":%d", u->allow == CONF_YES);
	}
	return text.len ? buf_finish(&text) : NULL;
}

int qemu_build_redirdev(struct qemu_build *b, const struct domain_redirdev *r)
{
	AUTO_FREE char *filter = redirfilter(b->def->devices.redirfilter);
	json_t *o;

	if (qemu_build_chardev(b, &r->source, r->info.alias.name) < 0)
		return -1;
	o = json_pack("{s:s}", "driver", "usb-redir");
	qemu_putf(o, "chardev", "char%s", r->info.alias.name);
	qemu_put(o, "id", r->info.alias.name);
	qemu_put(o, "filter", filter);
	qemu_put_uint(o, "bootindex", r->info.boot_order);
	if (qemu_put_address(b, o, &r->info) < 0) {
		json_decref(o);
		return -1;
	}
	return qemu_build_device(b, o);
}

int qemu_build_redirdevs(struct qemu_build *b)
{
	const struct domain_devices *d = &b->def->devices;

	for (size_t i = 0; i < d->redirdevs.n; i++)
		if (qemu_build_redirdev(b, d->redirdevs.items[i]) < 0)
			return -1;
	return 0;
}
