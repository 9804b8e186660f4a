/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <input> and <hub> */
#ifndef BERTH_CONF_DOMAIN_INPUT_H
#define BERTH_CONF_DOMAIN_INPUT_H

#include "conf/domain_info.h"
#include "conf/domain_virtio.h"

#define DOMAIN_INPUT_TYPES(X) \
	X(DOMAIN_INPUT_MOUSE, "mouse") \
	X(DOMAIN_INPUT_TABLET, "tablet") \
	X(DOMAIN_INPUT_KEYBOARD, "keyboard") \
	X(DOMAIN_INPUT_PASSTHROUGH, "passthrough") \
	X(DOMAIN_INPUT_EVDEV, "evdev")
CONF_ENUM(domain_input_type, DOMAIN_INPUT_TYPES);

#define DOMAIN_INPUT_BUSES(X) \
	X(DOMAIN_INPUT_BUS_PS2, "ps2") \
	X(DOMAIN_INPUT_BUS_USB, "usb") \
	X(DOMAIN_INPUT_BUS_XEN, "xen") \
	X(DOMAIN_INPUT_BUS_PARALLELS, "parallels") \
	X(DOMAIN_INPUT_BUS_VIRTIO, "virtio") \
	X(DOMAIN_INPUT_BUS_NONE, "none")
CONF_ENUM(domain_input_bus, DOMAIN_INPUT_BUSES);

#define DOMAIN_INPUT_GRABS(X) X(DOMAIN_INPUT_GRAB_ALL, "all")
CONF_ENUM(domain_input_grab, DOMAIN_INPUT_GRABS);

#define DOMAIN_INPUT_TOGGLES(X) \
	X(DOMAIN_INPUT_CTRL_CTRL, "ctrl-ctrl") \
	X(DOMAIN_INPUT_ALT_ALT, "alt-alt") \
	X(DOMAIN_INPUT_SHIFT_SHIFT, "shift-shift") \
	X(DOMAIN_INPUT_META_META, "meta-meta") \
	X(DOMAIN_INPUT_SCROLLLOCK, "scrolllock") \
	X(DOMAIN_INPUT_CTRL_SCROLLLOCK, "ctrl-scrolllock")
CONF_ENUM(domain_input_toggle, DOMAIN_INPUT_TOGGLES);

struct domain_input {
	enum domain_input_type type;
	enum domain_input_bus bus;             /* always set after parsing but for EVDEV */
	enum domain_virtio_model model;
	char *path;                            /* PASSTHROUGH, EVDEV: the host's /dev/input/event* */
	enum domain_input_grab grab;           /* EVDEV */
	enum domain_input_toggle grab_toggle;  /* EVDEV */
	enum conf_onoff repeat;                /* EVDEV */
	struct domain_virtio virtio;
	struct domain_info info;
};

#define DOMAIN_HUB_TYPES(X) X(DOMAIN_HUB_USB, "usb")
CONF_ENUM(domain_hub_type, DOMAIN_HUB_TYPES);

struct domain_hub {
	enum domain_hub_type type;
	struct domain_info info;
};

extern const struct conf_elem domain_input_elem, domain_hub_elem;

#endif
