/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <graphics> */
#ifndef BERTH_CONF_DOMAIN_GRAPHICS_H
#define BERTH_CONF_DOMAIN_GRAPHICS_H

#include "conf/domain_chardev_source.h"

#define DOMAIN_GRAPHICS_TYPES(X) \
	X(DOMAIN_GRAPHICS_SDL, "sdl") \
	X(DOMAIN_GRAPHICS_VNC, "vnc") \
	X(DOMAIN_GRAPHICS_RDP, "rdp") \
	X(DOMAIN_GRAPHICS_DESKTOP, "desktop") \
	X(DOMAIN_GRAPHICS_SPICE, "spice") \
	X(DOMAIN_GRAPHICS_EGL_HEADLESS, "egl-headless") \
	X(DOMAIN_GRAPHICS_DBUS, "dbus")
CONF_ENUM(domain_graphics_type, DOMAIN_GRAPHICS_TYPES);

#define DOMAIN_LISTEN_TYPES(X) \
	X(DOMAIN_LISTEN_NONE, "none") \
	X(DOMAIN_LISTEN_ADDRESS, "address") \
	X(DOMAIN_LISTEN_NETWORK, "network") \
	X(DOMAIN_LISTEN_SOCKET, "socket")
CONF_ENUM(domain_listen_type, DOMAIN_LISTEN_TYPES);

#define DOMAIN_VNC_SHARES(X) \
	X(DOMAIN_VNC_ALLOW_EXCLUSIVE, "allow-exclusive") \
	X(DOMAIN_VNC_FORCE_SHARED, "force-shared") \
	X(DOMAIN_VNC_IGNORE, "ignore")
CONF_ENUM(domain_vnc_share, DOMAIN_VNC_SHARES);

#define DOMAIN_GRAPHICS_CONNECTEDS(X) \
	X(DOMAIN_CONNECTED_FAIL, "fail") \
	X(DOMAIN_CONNECTED_DISCONNECT, "disconnect") \
	X(DOMAIN_CONNECTED_KEEP, "keep")
CONF_ENUM(domain_graphics_connected, DOMAIN_GRAPHICS_CONNECTEDS);

#define DOMAIN_SPICE_MODES(X) \
	X(DOMAIN_SPICE_SECURE, "secure") \
	X(DOMAIN_SPICE_INSECURE, "insecure")
CONF_ENUM(domain_spice_mode, DOMAIN_SPICE_MODES);

#define DOMAIN_SPICE_CHANNELS(X) \
	X(DOMAIN_SPICE_MAIN, "main") \
	X(DOMAIN_SPICE_DISPLAY, "display") \
	X(DOMAIN_SPICE_INPUTS, "inputs") \
	X(DOMAIN_SPICE_CURSOR, "cursor") \
	X(DOMAIN_SPICE_PLAYBACK, "playback") \
	X(DOMAIN_SPICE_RECORD, "record") \
	X(DOMAIN_SPICE_SMARTCARD, "smartcard") \
	X(DOMAIN_SPICE_USBREDIR, "usbredir")
CONF_ENUM(domain_spice_channel_name, DOMAIN_SPICE_CHANNELS);

#define DOMAIN_SPICE_IMAGES(X) \
	X(DOMAIN_SPICE_IMAGE_AUTO_GLZ, "auto_glz") \
	X(DOMAIN_SPICE_IMAGE_AUTO_LZ, "auto_lz") \
	X(DOMAIN_SPICE_IMAGE_QUIC, "quic") \
	X(DOMAIN_SPICE_IMAGE_GLZ, "glz") \
	X(DOMAIN_SPICE_IMAGE_LZ, "lz") \
	X(DOMAIN_SPICE_IMAGE_OFF, "off")
CONF_ENUM(domain_spice_image, DOMAIN_SPICE_IMAGES);

#define DOMAIN_SPICE_COMPRESSIONS(X) \
	X(DOMAIN_SPICE_COMPRESSION_AUTO, "auto") \
	X(DOMAIN_SPICE_COMPRESSION_NEVER, "never") \
	X(DOMAIN_SPICE_COMPRESSION_ALWAYS, "always")
CONF_ENUM(domain_spice_compression, DOMAIN_SPICE_COMPRESSIONS);

#define DOMAIN_SPICE_STREAMINGS(X) \
	X(DOMAIN_SPICE_STREAMING_FILTER, "filter") \
	X(DOMAIN_SPICE_STREAMING_ALL, "all") \
	X(DOMAIN_SPICE_STREAMING_OFF, "off")
CONF_ENUM(domain_spice_streaming, DOMAIN_SPICE_STREAMINGS);

struct domain_listen {
	enum domain_listen_type type;
	char *address;           /* ADDRESS; NETWORK: while the guest runs */
	char *network;           /* NETWORK */
	char *socket;            /* SOCKET: NULL leaves it to the driver */
};

struct domain_spice_channel {
	enum domain_spice_channel_name name;
	enum domain_spice_mode mode;           /* 0: any */
};

struct domain_graphics {
	enum domain_graphics_type type;
	CONF_LIST(struct domain_listen) listens;   /* VNC, SPICE, RDP: at least one after parsing */
	char *listen;                          /* the old spelling of the first listen's address; the same after parsing */
	char *socket;                          /* VNC: likewise of its socket */
	struct conf_int port;                  /* VNC: -1: any free one; SPICE: unset with autoport; RDP: 0 with autoport */
	struct conf_int tls_port;              /* SPICE */
	struct conf_int websocket;             /* VNC: -1: any */
	enum conf_yesno autoport;
	char *passwd;
	char *passwd_valid_to;                 /* "2010-04-09T15:51:00" */
	enum domain_graphics_connected connected;
	char *keymap;                          /* VNC, SPICE */
	enum domain_vnc_share share_policy;    /* VNC */
	enum conf_yesno power_control;         /* VNC */
	struct conf_num audio;                 /* VNC, DBUS: id of an <audio> */
	char *display, *xauth;                 /* SDL; DESKTOP: display */
	enum conf_yesno fullscreen;            /* SDL, DESKTOP */
	enum conf_yesno replace_user, multi_user;  /* RDP */
	enum conf_yesno gl;                    /* SDL, SPICE, DBUS */
	char *rendernode;                      /* SPICE, EGL_HEADLESS, DBUS */
	enum conf_yesno p2p;                   /* DBUS */
	char *dbus_address;                    /* DBUS */
	/* SPICE */
	enum domain_spice_mode default_mode;   /* 0: any */
	CONF_LIST(struct domain_spice_channel) channels;
	enum domain_spice_image image;
	enum domain_spice_compression jpeg, zlib;
	enum conf_onoff playback;
	enum domain_spice_streaming streaming;
	enum domain_mouse_mode mouse;
	enum conf_yesno copypaste, filetransfer;
};

extern const struct conf_elem domain_graphics_elem;

#endif
