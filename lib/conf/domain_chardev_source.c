/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_chardev_source.h"

CONF_ENUM_NAMES(domain_chardev_type, DOMAIN_CHARDEV_TYPES);
CONF_ENUM_NAMES(domain_chardev_mode, DOMAIN_CHARDEV_MODES);
CONF_ENUM_NAMES(domain_chardev_protocol, DOMAIN_CHARDEV_PROTOCOLS);
CONF_ENUM_NAMES(domain_mouse_mode, DOMAIN_MOUSE_MODES);

#define PTY BIT(DOMAIN_CHARDEV_PTY)
#define DEV BIT(DOMAIN_CHARDEV_DEV)
#define FILES BIT(DOMAIN_CHARDEV_FILE)
#define PIPE BIT(DOMAIN_CHARDEV_PIPE)
#define UDP BIT(DOMAIN_CHARDEV_UDP)
#define TCP BIT(DOMAIN_CHARDEV_TCP)
#define UNIX BIT(DOMAIN_CHARDEV_UNIX)
#define SPICEPORT BIT(DOMAIN_CHARDEV_SPICEPORT)
#define NMDM BIT(DOMAIN_CHARDEV_NMDM)
#define VDAGENT BIT(DOMAIN_CHARDEV_QEMU_VDAGENT)
#define DBUS BIT(DOMAIN_CHARDEV_DBUS)

static const struct conf_row udp_rows[] = {
	ATTR_ENUM("mode", struct domain_chardev_udp, mode, domain_chardev_mode),
	ATTR_STRING("host", struct domain_chardev_udp, host),
	ATTR_STRING("service", struct domain_chardev_udp, service),
	CONF_END
};

static int udp_fill(struct conf_reader *r UNUSED, void *obj)
{
	struct domain_chardev_udp *udp = obj;

	if (!udp->mode)
		udp->mode = DOMAIN_CHARDEV_CONNECT;
	return 0;
}

static const struct conf_elem udp_elem = ELEM(struct domain_chardev_udp, udp_rows, .fill = udp_fill);

static const struct conf_row clipboard_rows[] = {
	ATTR_YESNO("copypaste", struct domain_chardev_source, clipboard),
	CONF_END
};

static const struct conf_row mouse_rows[] = {
	ATTR_ENUM("mode", struct domain_chardev_source, mouse, domain_mouse_mode),
	CONF_END
};

static const struct conf_row source_rows[] = {
	ATTR_ENUM("mode", struct domain_chardev_source, mode, domain_chardev_mode, .when = UNIX | TCP),
	ATTR_STRING("path", struct domain_chardev_source, path, .when = PTY, .flags = CONF_LIVE),
	ATTR_STRING("path", struct domain_chardev_source, path, .when = DEV | FILES | PIPE | UNIX),
	ATTR_ONOFF("append", struct domain_chardev_source, append, .when = FILES),
	ATTR_STRING("host", struct domain_chardev_source, host, .when = TCP),
	ATTR_STRING("service", struct domain_chardev_source, service, .when = TCP),
	ATTR_YESNO("tls", struct domain_chardev_source, tls, .when = TCP),
	ATTR_STRING("channel", struct domain_chardev_source, channel, .when = SPICEPORT | DBUS),
	ATTR_STRING("master", struct domain_chardev_source, master, .when = NMDM),
	ATTR_STRING("slave", struct domain_chardev_source, slave, .when = NMDM),
	EMBED("reconnect", struct domain_chardev_source, reconnect, struct domain_reconnect, domain_reconnect_elem, .when = UNIX | TCP),
	LIST("seclabel", struct domain_chardev_source, seclabels, struct domain_device_seclabel, domain_device_seclabel_elem,
	     .when = DEV | FILES | PIPE | UNIX),
	LIST("seclabel", struct domain_chardev_source, seclabels, struct domain_device_seclabel, domain_device_seclabel_elem,
	     .when = PTY, .flags = CONF_LIVE),
	GROUP("clipboard", clipboard_rows, .when = VDAGENT),
	GROUP("mouse", mouse_rows, .when = VDAGENT),
	CONF_END
};

static const struct conf_row protocol_rows[] = {
	ATTR_ENUM("type", struct domain_chardev_source, protocol, domain_chardev_protocol),
	CONF_END
};

static const struct conf_row log_rows[] = {
	ATTR_STRING("file", struct domain_chardev_source, log_file),
	ATTR_ONOFF("append", struct domain_chardev_source, log_append),
	CONF_END
};

static int check_count(struct conf_reader *r, const struct domain_chardev_source *s)
{
	unsigned max = s->type == DOMAIN_CHARDEV_UDP ? 2 : 1, n = 0;

	for (const struct xml_node *c = r->node->children; c; c = c->next)
		n += c->kind == XML_ELEMENT && !c->ns && !strcmp(c->name, "source");
	return n <= max ? 0 : conf_fail(r, "there are %u <source>, type '%s' has %s", n,
					conf_enum_name(&domain_chardev_type_names, s->type), max == 1 ? "one" : "two at most");
}

/* The first of each mode counts; the host's own end stands first. */
static void fill_udp(struct domain_chardev_source *s)
{
	struct domain_chardev_udp *ends[2] = { NULL, NULL };
	size_t n = 0;

	for (size_t i = 0; i < s->udp.n; i++) {
		struct domain_chardev_udp *end = s->udp.items[i], **place = &ends[end->mode == DOMAIN_CHARDEV_CONNECT];

		if (*place || (!end->host && !end->service))
			conf_free(&udp_elem, end);
		else
			*place = end;
	}
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (ends[i])
			s->udp.items[n++] = ends[i];
	s->udp.n = n;
}

static int source_fill(struct conf_reader *r, void *obj)
{
	struct domain_chardev_source *s = obj;

	if (!s->type)
		s->type = DOMAIN_CHARDEV_PTY;
	if (check_count(r, s) < 0)
		return -1;
	switch (s->type) {
	case DOMAIN_CHARDEV_UDP:
		fill_udp(s);
		break;
	case DOMAIN_CHARDEV_UNIX:
		if (!s->path)   /* the driver chooses both */
			s->mode = domain_chardev_mode_unset;
		else if (!s->mode)
			s->mode = DOMAIN_CHARDEV_CONNECT;
		break;
	case DOMAIN_CHARDEV_TCP:
		if (!s->mode)
			s->mode = DOMAIN_CHARDEV_CONNECT;
		if (!s->protocol)
			s->protocol = DOMAIN_CHARDEV_RAW;
		break;
	case DOMAIN_CHARDEV_NMDM:
		if (!s->master != !s->slave)
			return conf_fail(r, "<source> needs both 'master' and 'slave'");
		break;
	default:
		break;
	}
	if (!s->log_file)
		s->log_append = conf_onoff_unset;
	if (s->reconnect.enabled && s->mode == DOMAIN_CHARDEV_BIND)
		return conf_fail(r, "<reconnect> goes with mode='connect' alone");
	return 0;
}

static int missing(struct conf_reader *r, const struct domain_chardev_source *s, const char *what)
{
	return conf_fail(r, "<source> needs the attribute '%s' for type '%s'", what, conf_enum_name(&domain_chardev_type_names, s->type));
}

static int check_udp(struct conf_reader *r, const struct domain_chardev_source *s)
{
	for (size_t i = 0; i < s->udp.n; i++)
		if (s->udp.items[i]->mode == DOMAIN_CHARDEV_CONNECT)
			return s->udp.items[i]->service ? 0 : missing(r, s, "service");
	return conf_fail(r, "<source mode='connect' service='...'/> is missing");
}

static int check_channel(struct conf_reader *r, const struct domain_chardev_source *s)
{
	static const char chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

	if (!s->channel)
		return missing(r, s, "channel");
	if (s->channel[strspn(s->channel, chars)])
		return conf_fail(r, "channel='%.60s' has a character other than letters, digits, '-', '_' and '.'", s->channel);
	return 0;
}

int domain_chardev_source_check(struct conf_reader *r, const struct domain_chardev_source *s, bool path_optional)
{
	switch (s->type) {
	case DOMAIN_CHARDEV_FILE:
	case DOMAIN_CHARDEV_PIPE:
	case DOMAIN_CHARDEV_DEV:
		return s->path ? 0 : missing(r, s, "path");
	case DOMAIN_CHARDEV_UNIX:
		return s->path || path_optional ? 0 : missing(r, s, "path");
	case DOMAIN_CHARDEV_TCP:
		return !s->host ? missing(r, s, "host") : !s->service ? missing(r, s, "service") : 0;
	case DOMAIN_CHARDEV_UDP:
		return check_udp(r, s);
	case DOMAIN_CHARDEV_SPICEPORT:
	case DOMAIN_CHARDEV_DBUS:
		return check_channel(r, s);
	default:
		return 0;
	}
}

static const struct conf_row chardev_source_rows[] = {
	ATTR_ENUM("type", struct domain_chardev_source, type, domain_chardev_type),
	GROUP("source", source_rows, .when = PTY | DEV | FILES | PIPE | TCP | UNIX | SPICEPORT | NMDM | VDAGENT | DBUS),
	LIST("source", struct domain_chardev_source, udp, struct domain_chardev_udp, udp_elem, .when = UDP, .max = 2),
	GROUP("protocol", protocol_rows, .when = TCP),
	GROUP("log", log_rows),
	CONF_END
};

const struct conf_elem domain_chardev_source_elem =
	ELEM_KIND(struct domain_chardev_source, type, chardev_source_rows, .kind_default = DOMAIN_CHARDEV_PTY, .fill = source_fill);
