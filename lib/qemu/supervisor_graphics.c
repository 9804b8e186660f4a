/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Displays: their ports and passwords. */
#include "qemu/supervisor_impl.h"

#include "util/str.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* libvirt's: remote_display_port_min and _max, remote_websocket_port_min */
#define DISPLAY_PORT_FIRST 5900
#define WEBSOCKET_PORT_FIRST 5700
#define PORTS 6000

static bool port_is_free(int port)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	AUTO_CLOSE int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int one = 1;

	return fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 && bind(fd, (struct sockaddr *)&any, sizeof(any)) == 0;
}

static int choose(struct conf_int *port, int *next, struct error *err)
{
	for (int end = *next + PORTS; *next < end && *next < 65536; (*next)++) {
		if (!port_is_free(*next))
			continue;
		*port = (struct conf_int){ .value = (*next)++, .set = true };
		return 0;
	}
	return error_set(err, ERR_OPERATION_FAILED, "there is no free port for the guest's display");
}

/* A display on sockets alone needs no port. */
static bool listens_on_network(const struct domain_graphics *g)
{
	for (size_t i = 0; i < g->listens.n; i++)
		if (g->listens.items[i]->type == DOMAIN_LISTEN_ADDRESS || g->listens.items[i]->type == DOMAIN_LISTEN_NETWORK)
			return true;
	return g->listens.n == 0;
}

/* A display that does not say where it listens is for this host alone. */
static int choose_address(struct domain_graphics *g, struct error *err)
{
	struct domain_listen *l = g->listens.n ? g->listens.items[0] : CONF_LIST_ADD(&g->listens);

	if (l && !l->type)
		l->type = DOMAIN_LISTEN_ADDRESS;
	if (l && !l->address)
		l->address = strdup("127.0.0.1");
	if (l && l->address && !g->listen && l->type == DOMAIN_LISTEN_ADDRESS)
		g->listen = strdup(l->address);
	return l && l->address ? 0 : error_set(err, ERR_NO_MEMORY, "no memory for a display's address");
}

int qemu_assign_ports(struct domain *def, struct error *err)
{
	int next = DISPLAY_PORT_FIRST, socket = WEBSOCKET_PORT_FIRST;

	for (size_t i = 0; i < def->devices.graphics.n; i++) {
		struct domain_graphics *g = def->devices.graphics.items[i];
		bool wants = !g->port.set || g->port.value < 0 || g->autoport == CONF_YES;

		if ((g->type != DOMAIN_GRAPHICS_VNC && g->type != DOMAIN_GRAPHICS_SPICE) || !listens_on_network(g))
			continue;
		if (choose_address(g, err) < 0)
			return -1;
		if (wants && choose(&g->port, &next, err) < 0)
			return -1;
		if (g->websocket.set && g->websocket.value < 0 && choose(&g->websocket, &socket, err) < 0)
			return -1;
	}
	return 0;
}

/* "2010-04-09T15:51:00" in UTC, as seconds; QEMU takes "never", "now" or a number. */
static void expiry(const char *valid_to, char text[32])
{
	struct tm tm = { 0 };

	if (!valid_to || !strptime(valid_to, "%Y-%m-%dT%H:%M:%S", &tm))
		snprintf(text, 32, "never");
	else
		snprintf(text, 32, "%lld", (long long)timegm(&tm));
}

static int set_password(struct qemu_guest *g, const struct domain_graphics *d, struct error *err)
{
	const char *protocol = d->type == DOMAIN_GRAPHICS_VNC ? "vnc" : "spice";
	static const char *const connected[] = { [DOMAIN_CONNECTED_FAIL] = "fail", [DOMAIN_CONNECTED_DISCONNECT] = "disconnect",
						 [DOMAIN_CONNECTED_KEEP] = "keep" };
	json_t *args = json_pack("{s:s, s:s}", "protocol", protocol, "password", d->passwd);
	char until[32];

	if (d->connected)
		json_object_set_new(args, "connected", json_string(connected[d->connected]));
	expiry(d->passwd_valid_to, until);
	/* an empty password lets nobody in: P8 */
	if (!*d->passwd)
		snprintf(until, sizeof(until), "now");
	if (qmp_do(g->qmp, "set_password", args, QMP_TIMEOUT, err) < 0)
		return -1;
	return qmp_do(g->qmp, "expire_password", json_pack("{s:s, s:s}", "protocol", protocol, "time", until), QMP_TIMEOUT, err);
}

static bool has_password(const struct domain_graphics *d)
{
	return (d->type == DOMAIN_GRAPHICS_VNC || d->type == DOMAIN_GRAPHICS_SPICE) && d->passwd;
}

bool qemu_has_graphics_passwords(const struct domain *def)
{
	for (size_t i = 0; i < def->devices.graphics.n; i++)
		if (has_password(def->devices.graphics.items[i]))
			return true;
	return false;
}

int qemu_set_graphics_passwords(struct qemu_guest *g, struct error *err)
{
	const struct domain *def = g->sv->def;

	for (size_t i = 0; i < def->devices.graphics.n; i++)
		if (has_password(def->devices.graphics.items[i]) && set_password(g, def->devices.graphics.items[i], err) < 0)
			return -1;
	return 0;
}

static bool differs(const char *was, const char *is)
{
	return is && *is && (!was || strcmp(was, is) != 0);
}

/* Whether it would be another display than the one that runs; what is not said stays. */
static const char *what_differs(const struct domain_graphics *old, const struct domain_graphics *now)
{
	const struct domain_listen *was = old->listens.n ? old->listens.items[0] : NULL, *is = now->listens.n ? now->listens.items[0] : NULL;
	bool any = now->autoport == CONF_YES || !now->port.set || now->port.value <= 0;

	if (!any && now->port.value != old->port.value)
		return "port";
	if (was && is && (was->type != is->type || differs(was->address, is->address) || differs(was->socket, is->socket) || differs(was->network, is->network)))
		return "address";
	return differs(old->keymap, now->keymap) ? "keymap" : NULL;
}

int qemu_update_graphics(struct qemu_guest *g, const struct domain_graphics *old, struct domain_graphics *now, struct error *err)
{
	const char *what = what_differs(old, now);

	if (old->type != DOMAIN_GRAPHICS_VNC && old->type != DOMAIN_GRAPHICS_SPICE)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "a display of type '%s' cannot be changed while the machine runs",
				 conf_enum_name(&domain_graphics_type_names, old->type));
	if (what)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "the display's %s cannot be changed while the machine runs, only its password", what);
	now->port = old->port;
	now->tls_port = old->tls_port;
	now->websocket = old->websocket;
	for (size_t i = 0; i < now->listens.n && i < old->listens.n; i++) {
		char **to = &now->listens.items[i]->address;

		if (!*to && old->listens.items[i]->address && !(*to = strdup(old->listens.items[i]->address)))
			return error_errno(err, "the display");
	}
	return now->passwd ? set_password(g, now, err) : 0;
}
