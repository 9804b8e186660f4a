/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys, NMI, screenshots, consoles and channels. */
#include "qemu/operation.h"

#include "qemu/relay.h"
#include "util/keycode.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>

enum { CONSOLE_FORCE = 1, CONSOLE_SAFE = 2, CHANNEL_FORCE = 1 };

#define KEYS_MAX 16
#define SCREENSHOT_MAX (256 << 20)   /* bytes */

int qemu_fdset_add(struct qemu_guest *g, int fd, char name[32], struct error *err)
{
	json_t *r = qmp_execute_fd(g->qmp, "add-fd", NULL, fd, QMP_TIMEOUT, err);
	json_int_t set = json_integer_value(json_object_get(r, "fdset-id"));

	json_decref(r);
	if (!r)
		return -1;
	snprintf(name, 32, "/dev/fdset/%lld", (long long)set);
	return 0;
}

void qemu_fdset_drop(struct qemu_guest *g, const char *name)
{
	struct error ignored;

	(void)!qmp_do(g->qmp, "remove-fd", json_pack("{s:I}", "fdset-id", (json_int_t)strtoll(name + strlen("/dev/fdset/"), NULL, 10)), QMP_TIMEOUT,
		      &ignored);
}

int qemu_send_key(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_send_key_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	json_t *keys = json_array(), *o;
	int number;

	(void)ret;
	if (!g || a->keycodes.keycodes_len == 0 || a->keycodes.keycodes_len > KEYS_MAX) {
		json_decref(keys);
		return g ? error_set(err, ERR_INVALID_ARG, "%s: 1 to %d keys can be pressed at once", g->sv->name, KEYS_MAX) : -1;
	}
	for (unsigned i = 0; i < a->keycodes.keycodes_len; i++) {
		number = keycode_to_qnum(a->codeset, a->keycodes.keycodes_val[i]);
		if (number < 0) {
			json_decref(keys);
			return error_set(err, ERR_INVALID_ARG, "%s: code set %u has no key %u", g->sv->name, a->codeset, a->keycodes.keycodes_val[i]);
		}
		json_array_append_new(keys, json_pack("{s:s, s:i}", "type", "number", "data", number));
	}
	o = json_pack("{s:o}", "keys", keys);
	if (a->holdtime)
		json_object_set_new(o, "hold-time", json_integer(a->holdtime));
	return qmp_do(g->qmp, "send-key", o, QMP_TIMEOUT, err) < 0 ? error_wrap(err, "%s", g->sv->name) : 0;
}

int qemu_inject_nmi(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_inject_nmi_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);

	(void)ret;
	if (!g)
		return -1;
	return qmp_do(g->qmp, "inject-nmi", NULL, QMP_TIMEOUT, err) < 0 ? error_wrap(err, "%s", g->sv->name) : 0;
}

/* The alias of the video card that has the n-th screen. */
static const char *screen_of(const struct domain *def, unsigned screen, unsigned *head)
{
	for (size_t i = 0; i < def->devices.videos.n; i++) {
		const struct domain_video *v = def->devices.videos.items[i];
		unsigned heads = v->heads ? v->heads : 1;

		if (screen < heads) {
			*head = screen;
			return v->info.alias.name;
		}
		screen -= heads;
	}
	return NULL;
}

/* QEMU writes into memory of ours; nothing of it touches a disk. */
int qemu_screenshot(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_screenshot_args *a = args;
	wire_domain_screenshot_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	unsigned head = 0;
	const char *video = g ? screen_of(g->sv->def, a->screen, &head) : NULL;
	char path[40], set[32];
	json_t *o;
	int done;

	if (!g)
		return -1;
	if (!video)
		return error_set(err, ERR_INVALID_ARG, "%s: the guest has no screen %u", g->sv->name, a->screen);
	AUTO_CLOSE int memory = memfd_create("screenshot", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", memory);
	/* QEMU asks its sets for a descriptor that can do no more than it needs */
	AUTO_CLOSE int out = memory < 0 ? -1 : open(path, O_WRONLY | O_CLOEXEC);
	if (out < 0)
		return error_errno(err, "%s: no memory for the picture", g->sv->name);
	if (qemu_fdset_add(g, out, set, err) < 0)
		return error_wrap(err, "%s", g->sv->name);
	o = json_pack("{s:s}", "filename", set);
	if (a->screen) {
		json_object_set_new(o, "device", json_string(video));
		json_object_set_new(o, "head", json_integer(head));
	}
	done = qmp_do(g->qmp, "screendump", o, QMP_TIMEOUT, err);
	qemu_fdset_drop(g, set);
	if (done < 0)
		return error_wrap(err, "%s", g->sv->name);
	struct stat st;
	if (fstat(memory, &st) < 0 || st.st_size > SCREENSHOT_MAX)
		return error_set(err, ERR_OPERATION_FAILED, "%s: the picture is larger than %d MiB", g->sv->name, SCREENSHOT_MAX >> 20);
	r->mime = calloc(1, sizeof(*r->mime));
	if (!r->mime || !(*r->mime = strdup("image/x-portable-pixmap")))
		return error_errno(err, "%s", g->sv->name);
	return relay_open(call, g->sv->loop, STEAL_FD(memory), NULL, err);
}

/* ---- consoles and channels ---- */

/* What a console is called: by alias, "serial0", or by number; none: the first. */
static const struct domain_chardev_source *find_console(const struct domain *def, const char *name)
{
	const struct domain_devices *d = &def->devices;

	if (!name)
		return d->consoles.n ? &d->consoles.items[0]->source : d->serials.n ? &d->serials.items[0]->source : NULL;
#define FIND(list) \
	for (size_t i = 0; i < d->list.n; i++) \
		if (d->list.items[i]->info.alias.name && !strcmp(d->list.items[i]->info.alias.name, name)) \
			return &d->list.items[i]->source
	FIND(consoles);
	FIND(serials);
	FIND(parallels);
#undef FIND
	return NULL;
}

/* The terminal is QEMU's word: it must be one, and QEMU's own. */
static int open_pty(const struct qemu_guest *g, const char *path, struct error *err)
{
	AUTO_CLOSE int fd = open(path, O_RDWR | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, "%s: cannot open its console %s", g->sv->name, path);
	if (!S_ISCHR(st.st_mode) || !isatty(fd) || st.st_uid != g->user.uid)
		return error_set(err, ERR_OPERATION_FAILED, "%s: %s is not the guest's", g->sv->name, path);
	return STEAL_FD(fd);
}

/* What a client types goes through as it is, and comes back only if the guest echoes it. */
static void make_raw(int fd)
{
	struct termios t;

	if (tcgetattr(fd, &t) < 0)
		return;
	cfmakeraw(&t);
	tcsetattr(fd, TCSANOW, &t);
}

static int take_slot(struct qemu_guest *g, bool force, struct relay ***slot, const char *what, struct error *err)
{
	struct error why;

	*slot = NULL;
	for (size_t i = 0; i < QEMU_RELAYS_MAX; i++) {
		if (g->relays[i].relay && !strcmp(g->relays[i].name, what)) {
			if (!force)
				return error_set(err, ERR_OPERATION_FAILED, "%s: somebody else has %s open (take it over with --force)", g->sv->name, what);
			error_set(&why, ERR_OPERATION_ABORTED, "%s: %s was taken over by another client", g->sv->name, what);
			relay_close(g->relays[i].relay, &why);
		}
	}
	for (size_t i = 0; i < QEMU_RELAYS_MAX && !*slot; i++) {
		if (g->relays[i].relay)
			continue;
		snprintf(g->relays[i].name, sizeof(g->relays[i].name), "%s", what);
		*slot = &g->relays[i].relay;
	}
	return *slot ? 0 : error_set(err, ERR_RESOURCE_BUSY, "%s: %d consoles and channels are open already", g->sv->name, QEMU_RELAYS_MAX);
}

int qemu_open_console(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_open_console_args *a = args;
	const char *name = a->dev_name ? *a->dev_name : NULL;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	const struct domain_chardev_source *src = g ? find_console(g->sv->def, name) : NULL;
	struct relay **slot;
	int fd;

	(void)ret;
	if (!g)
		return -1;
	if (!src)
		return error_set(err, ERR_INVALID_ARG, "%s: the guest has no console%s%s", g->sv->name, name ? " " : "", name ? name : "");
	if (src->type != DOMAIN_CHARDEV_PTY || !src->path)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "%s: its console is of type %s; only one of type pty can be opened", g->sv->name,
				 conf_enum_name(&domain_chardev_type_names, src->type));
	if (take_slot(g, a->flags & CONSOLE_FORCE, &slot, src->path, err) < 0 || (fd = open_pty(g, src->path, err)) < 0)
		return -1;
	make_raw(fd);
	return relay_open(call, g->sv->loop, fd, slot, err);
}

int qemu_open_channel(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_open_channel_args *a = args;
	const char *name = a->name ? *a->name : NULL;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	const struct domain_channel *found = NULL;
	struct relay **slot;
	char file[100];
	int fd;

	(void)ret;
	if (!g)
		return -1;
	for (size_t i = 0; i < g->sv->def->devices.channels.n && !found; i++) {
		const struct domain_channel *c = g->sv->def->devices.channels.items[i];

		if (!name || (c->name && !strcmp(c->name, name)) || (c->info.alias.name && !strcmp(c->info.alias.name, name)))
			found = c;
	}
	if (!found)
		return error_set(err, ERR_INVALID_ARG, "%s: the guest has no channel%s%s", g->sv->name, name ? " " : "", name ? name : "");
	if (found->source.type != DOMAIN_CHARDEV_UNIX || found->source.mode == DOMAIN_CHARDEV_CONNECT)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "%s: only a channel of type unix can be opened", g->sv->name);
	if (found->name && !strcmp(found->name, "org.qemu.guest_agent.0"))
		return error_set(err, ERR_OPERATION_DENIED, "%s: this channel is the guest agent's (vm-qemu-agent-command speaks with it)", g->sv->name);
	snprintf(file, sizeof(file), "%.80s.sock", found->info.alias.name);
	if (take_slot(g, a->flags & CHANNEL_FORCE, &slot, file, err) < 0 || (fd = qemu_connect(g->sv, file, err)) < 0)
		return -1;
	return relay_open(call, g->sv->loop, fd, slot, err);
}

/* ---- displays ---- */

/* QEMU reads the certificates of a VNC server anew; those who are connected stay so. */
int qemu_graphics_reload(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	enum { TYPE_ANY, TYPE_VNC };   /* virDomainGraphicsReloadType */
	const wire_domain_graphics_reload_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	const struct domain_devices *d;
	bool vnc = false;

	(void)ret;
	if (!g)
		return -1;
	if (a->flags || a->type > TYPE_VNC)
		return error_set(err, ERR_INVALID_ARG, "%s: flags 0x%x or displays of type %u", g->sv->name, a->flags, a->type);
	d = &g->sv->def->devices;
	for (size_t i = 0; i < d->graphics.n; i++)
		vnc |= d->graphics.items[i]->type == DOMAIN_GRAPHICS_VNC;
	if (!vnc)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the guest has no VNC display, the only kind whose certificates can be read anew", g->sv->name);
	return qmp_do(g->qmp, "display-reload", json_pack("{s:s, s:b}", "type", "vnc", "tls-certs", true), QMP_TIMEOUT, err) < 0 ? error_wrap(err, "%s", g->sv->name) : 0;
}
