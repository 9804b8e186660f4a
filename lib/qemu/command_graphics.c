/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Displays and video cards */
#include "qemu/command_impl.h"

#include "util/str.h"

#include <string.h>

/* --- VNC, SPICE and others ------------------------------------------------------------------------------------- */

#define VNC_FIRST_PORT 5900

static const struct domain_listen *first_listen(const struct domain_graphics *g)
{
	return g->listens.n ? g->listens.items[0] : NULL;
}

static char *socket_path(struct qemu_build *b, const struct domain_graphics *g, const char *name)
{
	const struct domain_listen *l = first_listen(g);

	return l && l->socket ? strdup(l->socket) : g->socket ? strdup(g->socket) : str_printf("%s/%s", b->rt->dir, name);
}

static void add_vnc_address(struct qemu_build *b, const struct domain_graphics *g, struct buf *text)
{
	const struct domain_listen *l = first_listen(g);
	AUTO_FREE char *path = NULL;
	const char *address = l && l->address ? l->address : "";
	bool v6 = strchr(address, ':') != NULL;

	if (l && l->type == DOMAIN_LISTEN_SOCKET) {
		path = socket_path(b, g, "vnc.sock");
		qemu_optf(text, "vnc=unix:");
		qemu_opt_value(text, path ? path : "");
		return;
	}
	if (l && l->type == DOMAIN_LISTEN_NONE) {
		qemu_optf(text, "none");
		return;
	}
	qemu_optf(text, "%s%s%s:%lld", v6 ? "[" : "", address, v6 ? "]" : "",
		  g->port.set && g->port.value >= VNC_FIRST_PORT ? (long long)g->port.value - VNC_FIRST_PORT : 0);
	if (g->websocket.set)
		qemu_optf(text, g->websocket.value > 0 ? "websocket=%lld" : "websocket=on", (long long)g->websocket.value);
}

static int build_vnc(struct qemu_build *b, const struct domain_graphics *g)
{
	AUTO_BUF struct buf text = { 0 };
	uint64_t audio = g->audio.set ? g->audio.value : 1;

	add_vnc_address(b, g, &text);
	qemu_opt(&text, "share", conf_enum_name(&domain_vnc_share_names, g->share_policy));
	if (g->passwd)
		qemu_optf(&text, "password=on");
	if (g->power_control)
		qemu_optf(&text, "power-control=%s", g->power_control == CONF_YES ? "on" : "off");
	if (b->def->devices.audios.n)
		qemu_optf(&text, "audiodev=audio%llu", (unsigned long long)audio);
	qemu_arg_buf(&b->args, "-vnc", &text);
	if (g->keymap)
		qemu_arg2(&b->args, "-k", g->keymap);
	return 0;
}

static void add_spice_address(struct qemu_build *b, const struct domain_graphics *g, struct buf *text)
{
	const struct domain_listen *l = first_listen(g);
	AUTO_FREE char *path = NULL;

	if (l && l->type == DOMAIN_LISTEN_SOCKET) {
		path = socket_path(b, g, "spice.sock");
		qemu_optf(text, "unix");
		qemu_opt(text, "addr", path);
		return;
	}
	if (l && l->type == DOMAIN_LISTEN_NONE) {
		qemu_optf(text, "port=0");
		return;
	}
	if (g->port.set && g->port.value > 0)
		qemu_optf(text, "port=%lld", (long long)g->port.value);
	else if (!(g->tls_port.set && g->tls_port.value > 0))
		qemu_optf(text, "port=0");
	if (g->tls_port.set && g->tls_port.value > 0)
		qemu_optf(text, "tls-port=%lld", (long long)g->tls_port.value);
	if (l && l->address)
		qemu_opt(text, "addr", l->address);
	if (g->tls_port.set && g->tls_port.value > 0)
		qemu_opt(text, "x509-dir", "/etc/pki/libvirt-spice");
}

static void add_spice_channels(const struct domain_graphics *g, struct buf *text)
{
	if (g->default_mode)
		qemu_optf(text, "%s-channel=default", g->default_mode == DOMAIN_SPICE_SECURE ? "tls" : "plaintext");
	for (size_t i = 0; i < g->channels.n; i++) {
		const struct domain_spice_channel *c = g->channels.items[i];

		if (c->mode)
			qemu_optf(text, "%s-channel=%s", c->mode == DOMAIN_SPICE_SECURE ? "tls" : "plaintext",
				  conf_enum_name(&domain_spice_channel_name_names, c->name));
	}
}

static int build_spice(struct qemu_build *b, const struct domain_graphics *g)
{
	AUTO_BUF struct buf text = { 0 };

	add_spice_address(b, g, &text);
	if (!g->passwd)
		qemu_optf(&text, "disable-ticketing=on");
	add_spice_channels(g, &text);
	qemu_opt(&text, "image-compression", conf_enum_name(&domain_spice_image_names, g->image));
	qemu_opt(&text, "jpeg-wan-compression", conf_enum_name(&domain_spice_compression_names, g->jpeg));
	qemu_opt(&text, "zlib-glz-wan-compression", conf_enum_name(&domain_spice_compression_names, g->zlib));
	qemu_opt(&text, "playback-compression", conf_enum_name(&conf_onoff_names, g->playback));
	qemu_opt(&text, "streaming-video", conf_enum_name(&domain_spice_streaming_names, g->streaming));
	if (g->mouse)
		qemu_optf(&text, "agent-mouse=%s", g->mouse == DOMAIN_MOUSE_CLIENT ? "on" : "off");
	if (g->copypaste == CONF_NO)
		qemu_optf(&text, "disable-copy-paste=on");
	if (g->filetransfer == CONF_NO)
		qemu_optf(&text, "disable-agent-file-xfer=on");
	if (g->gl == CONF_YES) {
		qemu_optf(&text, "gl=on");
		qemu_opt(&text, "rendernode", g->rendernode);
	}
	qemu_optf(&text, "seamless-migration=on");
	if (g->keymap)
		qemu_arg2(&b->args, "-k", g->keymap);
	qemu_arg_buf(&b->args, "-spice", &text);
	return 0;
}

static int build_dbus(struct qemu_build *b, const struct domain_graphics *g)
{
	AUTO_BUF struct buf text = { 0 };

	qemu_optf(&text, "dbus");
	if (g->p2p == CONF_YES) {
		qemu_optf(&text, "p2p=on");
	} else if (g->dbus_address) {
		qemu_opt(&text, "addr", g->dbus_address);
	} else {
		AUTO_FREE char *address = str_printf("unix:path=%s/dbus.sock", b->rt->dir);

		qemu_opt(&text, "addr", address);
	}
	if (g->gl == CONF_YES) {
		qemu_optf(&text, "gl=on");
		qemu_opt(&text, "rendernode", g->rendernode);
	}
	if (g->audio.set)
		qemu_optf(&text, "audiodev=audio%llu", (unsigned long long)g->audio.value);
	qemu_arg_buf(&b->args, "-display", &text);
	return 0;
}

static int build_sdl(struct qemu_build *b, const struct domain_graphics *g)
{
	AUTO_BUF struct buf text = { 0 };

	qemu_optf(&text, "sdl");
	if (g->gl)
		qemu_optf(&text, "gl=%s", g->gl == CONF_YES ? "on" : "off");
	qemu_arg_buf(&b->args, "-display", &text);
	if (g->fullscreen == CONF_YES)
		qemu_arg(&b->args, "-full-screen");
	return 0;
}

static int build_egl(struct qemu_build *b, const struct domain_graphics *g)
{
	AUTO_BUF struct buf text = { 0 };

	qemu_optf(&text, "egl-headless");
	qemu_opt(&text, "rendernode", g->rendernode);
	qemu_arg_buf(&b->args, "-display", &text);
	return 0;
}

int qemu_build_graphics(struct qemu_build *b)
{
	static int (*const types[])(struct qemu_build *, const struct domain_graphics *) = {
		[DOMAIN_GRAPHICS_SDL] = build_sdl,   [DOMAIN_GRAPHICS_VNC] = build_vnc,          [DOMAIN_GRAPHICS_SPICE] = build_spice,
		[DOMAIN_GRAPHICS_DBUS] = build_dbus, [DOMAIN_GRAPHICS_EGL_HEADLESS] = build_egl,
	};
	const struct domain_devices *d = &b->def->devices;

	for (size_t i = 0; i < d->graphics.n; i++) {
		const struct domain_graphics *g = d->graphics.items[i];

		if (g->type >= ARRAY_LEN(types) || !types[g->type])
			return qemu_unsupported(b, "QEMU has no graphics of type '%s'", conf_enum_name(&domain_graphics_type_names, g->type));
		if (types[g->type](b, g) < 0)
			return -1;
	}
	return 0;
}

/* --- video ----------------------------------------------------------------------------------------------------- */

/* The devices of a model: as the first card with a VGA window, without one. */
static const struct { const char *primary, *secondary; } cards[] = {
	[DOMAIN_VIDEO_VGA] = { "VGA", NULL },
	[DOMAIN_VIDEO_CIRRUS] = { "cirrus-vga", NULL },
	[DOMAIN_VIDEO_VMVGA] = { "vmware-svga", NULL },
	[DOMAIN_VIDEO_QXL] = { "qxl-vga", "qxl" },
	[DOMAIN_VIDEO_VIRTIO] = { "virtio-vga", "virtio-gpu" },
	[DOMAIN_VIDEO_BOCHS] = { "bochs-display", "bochs-display" },
	[DOMAIN_VIDEO_RAMFB] = { "ramfb", NULL },
};

static void put_qxl(json_t *o, const struct domain_video *v)
{
	qemu_put_int(o, "max_outputs", v->heads);
	qemu_put_int(o, "ram_size", (uint64_t)v->ram << 10);
	qemu_put_int(o, "vram_size", (uint64_t)v->vram << 10);
	qemu_put_int(o, "vram64_size_mb", v->vram64 >> 10);
	qemu_put_int(o, "vgamem_mb", v->vgamem >> 10);
}

static int put_virtio_gpu(struct qemu_build *b, json_t *o, const struct domain_video *v, bool primary)
{
	bool accel = v->acceleration.accel3d == CONF_YES, vhost = v->backend == DOMAIN_VIDEO_BACKEND_VHOSTUSER;
	/* only a PC has a VGA window */
	bool vga = primary && qemu_is_x86(b->def) && v->info.address.type == DOMAIN_ADDRESS_PCI;

	if (vga && vhost)
		qemu_put(o, "driver", "vhost-user-vga");
	else if (vga)
		qemu_put(o, "driver", accel ? "virtio-vga-gl" : "virtio-vga");
	else if (qemu_put_virtio_driver(b, o, vhost ? "vhost-user-gpu" : accel ? "virtio-gpu-gl" : "virtio-gpu", &v->info, 0) < 0)
		return -1;
	qemu_put_virtio(o, &v->virtio);
	qemu_put(o, "id", v->info.alias.name);
	qemu_put_int(o, "max_outputs", v->heads);
	if (vhost)
		qemu_putf(o, "chardev", "chr-vu-%s", v->info.alias.name);
	return 0;
}

static int build_vhost_gpu(struct qemu_build *b, const struct domain_video *v)
{
	AUTO_FREE char *path = str_printf("%s/%s-vhost-user-gpu.sock", b->rt->dir, v->info.alias.name);
	AUTO_BUF struct buf text = { 0 };

	qemu_optf(&text, "socket,id=chr-vu-%s", v->info.alias.name);
	qemu_opt(&text, "path", path);
	qemu_arg_buf(&b->args, "-chardev", &text);
	return 0;
}

static int build_video(struct qemu_build *b, const struct domain_video *v, bool primary)
{
	const char *driver = v->type < ARRAY_LEN(cards) ? (primary ? cards[v->type].primary : cards[v->type].secondary) : NULL;
	json_t *o;
	int r = 0;

	if (!driver)
		return qemu_unsupported(b, "QEMU has no video card of type '%s'%s", conf_enum_name(&domain_video_type_names, v->type),
					primary ? "" : " beside another one");
	if (v->type == DOMAIN_VIDEO_VIRTIO && v->backend == DOMAIN_VIDEO_BACKEND_VHOSTUSER)
		build_vhost_gpu(b, v);
	o = json_object();
	if (v->type == DOMAIN_VIDEO_VIRTIO) {
		r = put_virtio_gpu(b, o, v, primary);
	} else {
		qemu_put(o, "driver", driver);
		qemu_put(o, "id", v->info.alias.name);
		if (v->type == DOMAIN_VIDEO_QXL)
			put_qxl(o, v);
		else if (v->type == DOMAIN_VIDEO_BOCHS)
			qemu_put_int(o, "vgamem", (uint64_t)v->vram << 10);
		else if ((v->type == DOMAIN_VIDEO_VGA || v->type == DOMAIN_VIDEO_VMVGA) && v->vram)
			qemu_put_int(o, "vgamem_mb", v->vram >> 10);
	}
	if (v->resolution.x && v->resolution.y) {
		qemu_put_int(o, "xres", v->resolution.x);
		qemu_put_int(o, "yres", v->resolution.y);
	}
	if (r < 0 || qemu_put_address(b, o, &v->info) < 0) {
		json_decref(o);
		return -1;
	}
	return qemu_build_device(b, o);
}

int qemu_build_videos(struct qemu_build *b)
{
	const struct domain_devices *d = &b->def->devices;

	for (size_t i = 0; i < d->videos.n; i++)
		if (d->videos.items[i]->type != DOMAIN_VIDEO_NONE && build_video(b, d->videos.items[i], i == 0) < 0)
			return -1;
	return 0;
}
