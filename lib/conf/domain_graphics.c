/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_graphics.h"

#include <time.h>

CONF_ENUM_NAMES(domain_graphics_type, DOMAIN_GRAPHICS_TYPES);
CONF_ENUM_NAMES(domain_listen_type, DOMAIN_LISTEN_TYPES);
CONF_ENUM_NAMES(domain_vnc_share, DOMAIN_VNC_SHARES);
CONF_ENUM_NAMES(domain_graphics_connected, DOMAIN_GRAPHICS_CONNECTEDS);
CONF_ENUM_NAMES(domain_spice_mode, DOMAIN_SPICE_MODES, .unset = "any");
CONF_ENUM_NAMES(domain_spice_channel_name, DOMAIN_SPICE_CHANNELS);
CONF_ENUM_NAMES(domain_spice_image, DOMAIN_SPICE_IMAGES);
CONF_ENUM_NAMES(domain_spice_compression, DOMAIN_SPICE_COMPRESSIONS);
CONF_ENUM_NAMES(domain_spice_streaming, DOMAIN_SPICE_STREAMINGS);

#define SDL BIT(DOMAIN_GRAPHICS_SDL)
#define VNC BIT(DOMAIN_GRAPHICS_VNC)
#define RDP BIT(DOMAIN_GRAPHICS_RDP)
#define DESKTOP BIT(DOMAIN_GRAPHICS_DESKTOP)
#define SPICE BIT(DOMAIN_GRAPHICS_SPICE)
#define EGL BIT(DOMAIN_GRAPHICS_EGL_HEADLESS)
#define DBUS BIT(DOMAIN_GRAPHICS_DBUS)

/* --- <listen> -------------------------------------------------------------------------------------------------- */

static int listen_fill(struct conf_reader *r, void *obj)
{
	const struct domain_listen *l = obj;

	if (!l->type)
		return conf_fail(r, "attribute 'type' is missing");
	if (l->type == DOMAIN_LISTEN_NETWORK && !l->network)
		return conf_fail(r, "attribute 'network' is missing");
	return 0;
}

static const struct conf_row listen_rows[] = {
	ATTR_ENUM("type", struct domain_listen, type, domain_listen_type),
	ATTR_STRING("address", struct domain_listen, address, .when = BIT(DOMAIN_LISTEN_ADDRESS), .flags = CONF_DROP_EMPTY),
	ATTR_STRING("network", struct domain_listen, network, .when = BIT(DOMAIN_LISTEN_NETWORK), .flags = CONF_DROP_EMPTY),
	ATTR_STRING("address", struct domain_listen, address, .when = BIT(DOMAIN_LISTEN_NETWORK), .flags = CONF_LIVE),
	ATTR_STRING("socket", struct domain_listen, socket, .when = BIT(DOMAIN_LISTEN_SOCKET), .flags = CONF_DROP_EMPTY),
	CONF_END
};

static const struct conf_elem listen_elem = ELEM_KIND(struct domain_listen, type, listen_rows, .fill = listen_fill);

/* The first <listen>, made of the old attributes when there is none. */
static struct domain_listen *first_listen(struct conf_reader *r, struct domain_graphics *g, enum domain_listen_type type)
{
	struct domain_listen *l;

	if (g->listens.n)
		return g->listens.items[0];
	l = CONF_LIST_ADD(&g->listens);
	if (!l) {
		conf_no_memory(r);
		return NULL;
	}
	l->type = type;
	return l;
}

/* The attribute and the <listen> say the same: what one lacks comes from the other. 0, or -1: they differ. */
static int match(struct conf_reader *r, char **attribute, char **child, const char *what)
{
	if (*attribute && *child && strcmp(*attribute, *child) != 0)
		return conf_unsupported(r, "attribute '%s' is '%.60s', the first <listen> says '%.60s'", what, *attribute, *child);
	if (*attribute && !*child)
		*child = strdup(*attribute);
	else if (*child && !*attribute)
		*attribute = strdup(*child);
	return !*attribute != !*child ? conf_no_memory(r) : 0;
}

static void forget(char **s)
{
	free(*s);
	*s = NULL;
}

static int by_channel(const void *a, const void *b)
{
	const struct domain_spice_channel *const *x = a, *const *y = b;

	return ((*x)->name > (*y)->name) - ((*x)->name < (*y)->name);
}

/* One mode for each channel, the last that is given; what may have any mode is not named. */
static void fill_channels(struct domain_graphics *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->channels.n; i++) {
		struct domain_spice_channel *c = g->channels.items[i];
		bool again = false;

		for (size_t j = i + 1; j < g->channels.n; j++)
			again |= g->channels.items[j]->name == c->name;
		if (again || !c->mode)
			free(c);
		else
			g->channels.items[n++] = c;
	}
	g->channels.n = n;
	if (n)
		qsort(g->channels.items, n, sizeof(*g->channels.items), by_channel);
}

static int fill_listens(struct conf_reader *r, struct domain_graphics *g)
{
	bool silent = g->type == DOMAIN_GRAPHICS_SPICE && !g->port.set && !g->tls_port.set && g->autoport != CONF_YES;
	enum domain_listen_type type = g->socket ? DOMAIN_LISTEN_SOCKET : silent ? DOMAIN_LISTEN_NONE : DOMAIN_LISTEN_ADDRESS;
	struct domain_listen *l;

	l = first_listen(r, g, type);
	if (!l)
		return -1;
	/* the old attribute 'socket' stands for the first <listen> */
	if (g->socket && l->type != DOMAIN_LISTEN_SOCKET) {
		conf_clear(&listen_elem, l);
		l->type = DOMAIN_LISTEN_SOCKET;
	}
	for (size_t i = 0; i < g->listens.n; i++) {
		enum domain_listen_type t = g->listens.items[i]->type;

		if ((t == DOMAIN_LISTEN_SOCKET || t == DOMAIN_LISTEN_NONE) && g->type == DOMAIN_GRAPHICS_RDP)
			return conf_unsupported(r, "<listen type='%s'> does not go with type 'rdp'",
						conf_enum_name(&domain_listen_type_names, t));
	}
	if (l->type == DOMAIN_LISTEN_ADDRESS) {
		forget(&g->socket);
		return match(r, &g->listen, &l->address, "listen");
	}
	if (l->type == DOMAIN_LISTEN_SOCKET && g->type == DOMAIN_GRAPHICS_VNC) {
		forget(&g->listen);
		return match(r, &g->socket, &l->socket, "socket");
	}
	forget(&g->listen);
	forget(&g->socket);
	return 0;
}

/* --- ports ----------------------------------------------------------------------------------------------------- */

static int check_port(struct conf_reader *r, const struct conf_int *port, const char *what)
{
	return !port->set || (port->value >= -1 && port->value <= 65535) ? 0 :
		conf_fail(r, "attribute '%s': %lld is no port", what, (long long)port->value);
}

static void no_ports(struct domain_graphics *g)
{
	g->port = g->tls_port = (struct conf_int){ 0 };
	g->autoport = conf_yesno_unset;
}

static void fill_vnc(const struct conf_reader *r, struct domain_graphics *g)
{
	enum domain_listen_type type = g->listens.items[0]->type;

	if (type == DOMAIN_LISTEN_SOCKET || type == DOMAIN_LISTEN_NONE) {
		no_ports(g);
		g->websocket = (struct conf_int){ 0 };
		return;
	}
	if (!g->autoport)
		g->autoport = !g->port.set || g->port.value == -1 ? CONF_YES : CONF_NO;
	if (g->autoport == CONF_YES && (!(r->flags & CONF_PARSE_LIVE) || g->port.value <= 0))
		g->port = (struct conf_int){ -1, true };
	else if (g->port.value <= 0)
		g->port = (struct conf_int){ 0 };
	if (g->websocket.set && !g->websocket.value)
		g->websocket.set = false;
}

static void fill_spice(const struct conf_reader *r, struct domain_graphics *g)
{
	enum domain_listen_type type = g->listens.items[0]->type;

	if (type == DOMAIN_LISTEN_SOCKET || type == DOMAIN_LISTEN_NONE) {
		no_ports(g);
		return;
	}
	if (g->port.value == -1 && g->tls_port.value == -1)
		g->autoport = CONF_YES;
	if (!g->autoport)
		g->autoport = CONF_NO;
	if (g->autoport == CONF_YES && !(r->flags & CONF_PARSE_LIVE))
		g->port = g->tls_port = (struct conf_int){ 0 };
	if (!g->port.value)
		g->port.set = false;
	if (!g->tls_port.value)
		g->tls_port.set = false;
}

static void fill_rdp(const struct conf_reader *r, struct domain_graphics *g)
{
	if (!g->port.set || g->port.value == -1)
		g->autoport = CONF_YES;
	if (g->autoport == CONF_NO)
		g->autoport = conf_yesno_unset;
	if (g->port.value == -1 || (g->autoport == CONF_YES && !(r->flags & CONF_PARSE_LIVE)))
		g->port.value = 0;
	g->port.set = true;
	if (g->replace_user == CONF_NO)
		g->replace_user = conf_yesno_unset;
	if (g->multi_user == CONF_NO)
		g->multi_user = conf_yesno_unset;
}

/* A password can end: at a time in UTC. */
static int fill_passwd(struct conf_reader *r, struct domain_graphics *g)
{
	struct tm tm;
	const char *end;

	if (!g->passwd)
		forget(&g->passwd_valid_to);
	if (g->passwd_valid_to) {
		end = strptime(g->passwd_valid_to, "%Y-%m-%dT%H:%M:%S", &tm);
		if (!end || *end)
			return conf_fail(r, "attribute 'passwdValidTo': '%.40s' is not a time such as 2030-01-31T12:00:00",
					 g->passwd_valid_to);
	}
	if (g->type == DOMAIN_GRAPHICS_VNC && g->connected && g->connected != DOMAIN_CONNECTED_KEEP)
		return conf_unsupported(r, "connected='%s' goes with type 'spice' alone",
					conf_enum_name(&domain_graphics_connected_names, g->connected));
	return 0;
}

static int graphics_fill(struct conf_reader *r, void *obj)
{
	struct domain_graphics *g = obj;

	if (check_port(r, &g->port, "port") < 0 || check_port(r, &g->tls_port, "tlsPort") < 0 || check_port(r, &g->websocket, "websocket") < 0)
		return -1;
	switch (g->type) {
	case DOMAIN_GRAPHICS_VNC:
	case DOMAIN_GRAPHICS_SPICE:
	case DOMAIN_GRAPHICS_RDP:
		fill_channels(g);
		if (fill_listens(r, g) < 0 || fill_passwd(r, g) < 0)
			return -1;
		if (g->type == DOMAIN_GRAPHICS_VNC)
			fill_vnc(r, g);
		else if (g->type == DOMAIN_GRAPHICS_SPICE)
			fill_spice(r, g);
		else
			fill_rdp(r, g);
		return 0;
	case DOMAIN_GRAPHICS_SDL:
	case DOMAIN_GRAPHICS_DESKTOP:
		if (g->fullscreen == CONF_NO)
			g->fullscreen = conf_yesno_unset;
		return 0;
	case DOMAIN_GRAPHICS_DBUS:
		if (g->p2p == CONF_NO)
			g->p2p = conf_yesno_unset;
		if (g->p2p == CONF_YES && g->dbus_address)
			return conf_unsupported(r, "p2p='yes' excludes 'address'");
		return 0;
	default:
		return 0;
	}
}

/* --- children -------------------------------------------------------------------------------------------------- */

static const struct conf_row channel_rows[] = {
	ATTR_ENUM("name", struct domain_spice_channel, name, domain_spice_channel_name, .flags = CONF_REQUIRED),
	ATTR_ENUM("mode", struct domain_spice_channel, mode, domain_spice_mode, .flags = CONF_REQUIRED | CONF_ZERO_OK),
	CONF_END
};

static const struct conf_elem channel_elem = ELEM(struct domain_spice_channel, channel_rows);

static const struct conf_row gl_rows[] = {
	ATTR_YESNO("enable", struct domain_graphics, gl, .when = SDL | SPICE | DBUS, .flags = CONF_REQUIRED),
	ATTR_STRING("rendernode", struct domain_graphics, rendernode, .when = SPICE | EGL | DBUS),
	CONF_END
};

static const struct conf_row audio_rows[] = {
	ATTR_NUM("id", struct domain_graphics, audio, .max = 255),
	CONF_END
};

static const struct conf_row image_rows[] = {
	ATTR_ENUM("compression", struct domain_graphics, image, domain_spice_image, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row jpeg_rows[] = {
	ATTR_ENUM("compression", struct domain_graphics, jpeg, domain_spice_compression, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row zlib_rows[] = {
	ATTR_ENUM("compression", struct domain_graphics, zlib, domain_spice_compression, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row playback_rows[] = {
	ATTR_ONOFF("compression", struct domain_graphics, playback, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row streaming_rows[] = {
	ATTR_ENUM("mode", struct domain_graphics, streaming, domain_spice_streaming, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row mouse_rows[] = {
	ATTR_ENUM("mode", struct domain_graphics, mouse, domain_mouse_mode, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row clipboard_rows[] = {
	ATTR_YESNO("copypaste", struct domain_graphics, copypaste, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row filetransfer_rows[] = {
	ATTR_YESNO("enable", struct domain_graphics, filetransfer, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row graphics_rows[] = {
	ATTR_ENUM("type", struct domain_graphics, type, domain_graphics_type, .flags = CONF_REQUIRED),
	ATTR_STRING("socket", struct domain_graphics, socket, .when = VNC, .flags = CONF_DROP_EMPTY),
	ATTR_INT("port", struct domain_graphics, port, .when = VNC | SPICE | RDP),
	ATTR_INT("tlsPort", struct domain_graphics, tls_port, .when = SPICE),
	ATTR_YESNO("autoport", struct domain_graphics, autoport, .when = VNC | SPICE | RDP),
	ATTR_INT("websocket", struct domain_graphics, websocket, .when = VNC),
	ATTR_YESNO("replaceUser", struct domain_graphics, replace_user, .when = RDP),
	ATTR_YESNO("multiUser", struct domain_graphics, multi_user, .when = RDP),
	ATTR_STRING("listen", struct domain_graphics, listen, .when = VNC | SPICE | RDP, .flags = CONF_DROP_EMPTY),
	ATTR_STRING("keymap", struct domain_graphics, keymap, .when = VNC | SPICE),
	ATTR_ENUM("sharePolicy", struct domain_graphics, share_policy, domain_vnc_share, .when = VNC),
	ATTR_YESNO("powerControl", struct domain_graphics, power_control, .when = VNC),
	ATTR_STRING("display", struct domain_graphics, display, .when = SDL | DESKTOP),
	ATTR_STRING("xauth", struct domain_graphics, xauth, .when = SDL),
	ATTR_YESNO("fullscreen", struct domain_graphics, fullscreen, .when = SDL | DESKTOP),
	ATTR_YESNO("p2p", struct domain_graphics, p2p, .when = DBUS),
	ATTR_STRING("address", struct domain_graphics, dbus_address, .when = DBUS),
	ATTR_STRING("passwd", struct domain_graphics, passwd, .when = VNC | SPICE, .flags = CONF_SECRET),
	ATTR_STRING("passwdValidTo", struct domain_graphics, passwd_valid_to, .when = VNC | SPICE, .flags = CONF_SECRET),
	ATTR_ENUM("connected", struct domain_graphics, connected, domain_graphics_connected, .when = VNC | SPICE),
	ATTR_ENUM("defaultMode", struct domain_graphics, default_mode, domain_spice_mode, .when = SPICE),
	LIST("listen", struct domain_graphics, listens, struct domain_listen, listen_elem, .when = VNC | SPICE | RDP),
	LIST("channel", struct domain_graphics, channels, struct domain_spice_channel, channel_elem, .when = SPICE),
	GROUP("image", image_rows, .when = SPICE),
	GROUP("jpeg", jpeg_rows, .when = SPICE),
	GROUP("zlib", zlib_rows, .when = SPICE),
	GROUP("playback", playback_rows, .when = SPICE),
	GROUP("streaming", streaming_rows, .when = SPICE),
	GROUP("mouse", mouse_rows, .when = SPICE),
	GROUP("clipboard", clipboard_rows, .when = SPICE),
	GROUP("filetransfer", filetransfer_rows, .when = SPICE),
	GROUP("gl", gl_rows, .when = SDL | SPICE | EGL | DBUS),
	GROUP("audio", audio_rows, .when = VNC | DBUS),
	CONF_END
};

const struct conf_elem domain_graphics_elem = ELEM_KIND(struct domain_graphics, type, graphics_rows, .fill = graphics_fill);
