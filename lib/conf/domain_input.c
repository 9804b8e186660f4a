/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_input.h"

CONF_ENUM_NAMES(domain_input_type, DOMAIN_INPUT_TYPES);
CONF_ENUM_NAMES(domain_input_bus, DOMAIN_INPUT_BUSES);
CONF_ENUM_NAMES(domain_input_grab, DOMAIN_INPUT_GRABS);
CONF_ENUM_NAMES(domain_input_toggle, DOMAIN_INPUT_TOGGLES);
CONF_ENUM_NAMES(domain_hub_type, DOMAIN_HUB_TYPES);

#define EVDEV BIT(DOMAIN_INPUT_EVDEV)

static const struct conf_row driver_rows[] = {
	INCLUDE(struct domain_input, virtio, struct domain_virtio, domain_virtio_elem),
	CONF_END
};

static const struct conf_row source_rows[] = {
	ATTR_STRING("evdev", struct domain_input, path, .when = BIT(DOMAIN_INPUT_PASSTHROUGH)),
	ATTR_STRING("dev", struct domain_input, path, .when = EVDEV),
	ATTR_ENUM("grab", struct domain_input, grab, domain_input_grab, .when = EVDEV),
	ATTR_ENUM("grabToggle", struct domain_input, grab_toggle, domain_input_toggle, .when = EVDEV),
	ATTR_ONOFF("repeat", struct domain_input, repeat, .when = EVDEV),
	CONF_END
};

static const struct conf_row input_rows[] = {
	ATTR_ENUM("type", struct domain_input, type, domain_input_type, .flags = CONF_REQUIRED),
	ATTR_ENUM("bus", struct domain_input, bus, domain_input_bus),
	ATTR_ENUM("model", struct domain_input, model, domain_virtio_model),
	GROUP("driver", driver_rows),
	INCLUDE(struct domain_input, info, struct domain_info, domain_info_elem),
	GROUP("source", source_rows, .when = BIT(DOMAIN_INPUT_PASSTHROUGH) | EVDEV),
	CONF_END
};

static int input_fill(struct conf_reader *r, void *obj)
{
	const struct domain_input *in = obj;

	if (in->type == DOMAIN_INPUT_PASSTHROUGH && in->bus && in->bus != DOMAIN_INPUT_BUS_VIRTIO)
		return conf_unsupported(r, "type 'passthrough' goes with bus 'virtio' alone");
	if ((in->type == DOMAIN_INPUT_PASSTHROUGH || in->type == DOMAIN_INPUT_EVDEV) && !in->path && xml_child(r->node, "source"))
		return conf_fail(r, "<source> does not name the host's device");
	if (in->type == DOMAIN_INPUT_EVDEV && in->bus)
		return conf_unsupported(r, "type 'evdev' has no bus");
	if (in->model && in->bus != DOMAIN_INPUT_BUS_VIRTIO)
		return conf_unsupported(r, "'model' goes with bus 'virtio' alone");
	if (in->bus == DOMAIN_INPUT_BUS_PS2 && in->type != DOMAIN_INPUT_MOUSE && in->type != DOMAIN_INPUT_KEYBOARD)
		return conf_unsupported(r, "bus 'ps2' has no %s", conf_enum_name(&domain_input_type_names, in->type));
	if (in->bus == DOMAIN_INPUT_BUS_USB && in->info.address.type && in->info.address.type != DOMAIN_ADDRESS_USB)
		return conf_fail(r, "a device on bus 'usb' has an <address type='usb'>");
	return 0;
}

const struct conf_elem domain_input_elem = ELEM_KIND(struct domain_input, type, input_rows, .fill = input_fill);

static const struct conf_row hub_rows[] = {
	ATTR_ENUM("type", struct domain_hub, type, domain_hub_type, .flags = CONF_REQUIRED),
	INCLUDE(struct domain_hub, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_hub_elem = ELEM(struct domain_hub, hub_rows);
