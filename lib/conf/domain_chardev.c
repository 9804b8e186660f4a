/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_chardev.h"

#include <arpa/inet.h>

CONF_ENUM_NAMES(domain_serial_target, DOMAIN_SERIAL_TARGETS);
CONF_ENUM_NAMES(domain_serial_model, DOMAIN_SERIAL_MODELS);
CONF_ENUM_NAMES(domain_console_target, DOMAIN_CONSOLE_TARGETS);
CONF_ENUM_NAMES(domain_channel_target, DOMAIN_CHANNEL_TARGETS);
CONF_ENUM_NAMES(domain_channel_state, DOMAIN_CHANNEL_STATES);

int domain_port_check(struct conf_reader *r, const struct domain_chardev_source *source)
{
	if (source->type == DOMAIN_CHARDEV_SPICEVMC)
		return conf_unsupported(r, "type 'spicevmc' goes with <channel><target type='virtio'/></channel> alone");
	return domain_chardev_source_check(r, source, false);
}

/* --- <serial> -------------------------------------------------------------------------------------------------- */

static int serial_fill(struct conf_reader *r, void *obj)
{
	const struct domain_serial *s = obj;

	return domain_port_check(r, &s->source);
}

static const struct conf_row serial_model_rows[] = {
	ATTR_ENUM("name", struct domain_serial, model, domain_serial_model),
	CONF_END
};

static const struct conf_row serial_target_rows[] = {
	ATTR_ENUM("type", struct domain_serial, target, domain_serial_target),
	ATTR_NUM("port", struct domain_serial, port, .max = INT32_MAX),
	GROUP("model", serial_model_rows),
	CONF_END
};

static const struct conf_row serial_rows[] = {
	INCLUDE(struct domain_serial, source, struct domain_chardev_source, domain_chardev_source_elem),
	GROUP("target", serial_target_rows),
	INCLUDE(struct domain_serial, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_serial_elem = ELEM(struct domain_serial, serial_rows, .fill = serial_fill);

/* --- <parallel> ------------------------------------------------------------------------------------------------ */

static int parallel_fill(struct conf_reader *r, void *obj)
{
	const struct domain_parallel *p = obj;

	return domain_port_check(r, &p->source);
}

static const struct conf_row parallel_target_rows[] = {
	ATTR_NUM("port", struct domain_parallel, port, .max = INT32_MAX),
	CONF_END
};

static const struct conf_row parallel_rows[] = {
	INCLUDE(struct domain_parallel, source, struct domain_chardev_source, domain_chardev_source_elem),
	GROUP("target", parallel_target_rows),
	INCLUDE(struct domain_parallel, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_parallel_elem = ELEM(struct domain_parallel, parallel_rows, .fill = parallel_fill);

/* --- <console> ------------------------------------------------------------------------------------------------- */

static const struct conf_row console_target_rows[] = {
	ATTR_ENUM("type", struct domain_console, target, domain_console_target),
	ATTR_NUM("port", struct domain_console, port, .max = INT32_MAX),
	CONF_END
};

static const struct conf_row console_rows[] = {
	INCLUDE(struct domain_console, source, struct domain_chardev_source, domain_chardev_source_elem),
	ATTR_STRING("tty", struct domain_console, tty, .flags = CONF_LIVE),
	GROUP("target", console_target_rows),
	INCLUDE(struct domain_console, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_console_elem = ELEM(struct domain_console, console_rows);

/* --- <channel> ------------------------------------------------------------------------------------------------- */

static int check_guestfwd(struct conf_reader *r, const struct domain_channel *c)
{
	struct in_addr in;
	char *end;
	unsigned long port;

	if (!c->address || !c->port)
		return conf_fail(r, "<target type='guestfwd'> needs the attributes 'address' and 'port'");
	if (inet_pton(AF_INET, c->address, &in) != 1)
		return conf_unsupported(r, "<target address='%.60s'> is not an IPv4 address", c->address);
	port = strtoul(c->port, &end, 10);
	if (*end || end == c->port || port > 65535)
		return conf_fail(r, "<target port='%.60s'> is not a port", c->port);
	return 0;
}

static int channel_fill(struct conf_reader *r, void *obj)
{
	const struct domain_channel *c = obj;

	if (!c->target)
		return conf_fail(r, "<target type='...'/> is missing");
	if (c->target == DOMAIN_CHANNEL_GUESTFWD && check_guestfwd(r, c) < 0)
		return -1;
	if (c->target != DOMAIN_CHANNEL_VIRTIO && c->source.type == DOMAIN_CHARDEV_SPICEVMC)
		return conf_unsupported(r, "type 'spicevmc' goes with <target type='virtio'> alone");
	return domain_chardev_source_check(r, &c->source, c->target != DOMAIN_CHANNEL_GUESTFWD);
}

static const struct conf_row channel_target_rows[] = {
	ATTR_ENUM("type", struct domain_channel, target, domain_channel_target),
	ATTR_STRING("name", struct domain_channel, name, .when = BIT(DOMAIN_CHANNEL_VIRTIO) | BIT(DOMAIN_CHANNEL_XEN)),
	ATTR_ENUM("state", struct domain_channel, state, domain_channel_state, .when = BIT(DOMAIN_CHANNEL_VIRTIO), .flags = CONF_LIVE),
	ATTR_STRING("address", struct domain_channel, address, .when = BIT(DOMAIN_CHANNEL_GUESTFWD)),
	ATTR_STRING("port", struct domain_channel, port, .when = BIT(DOMAIN_CHANNEL_GUESTFWD)),
	CONF_END
};

static const struct conf_row channel_rows[] = {
	INCLUDE(struct domain_channel, source, struct domain_chardev_source, domain_chardev_source_elem),
	GROUP("target", channel_target_rows),
	INCLUDE(struct domain_channel, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_channel_elem = ELEM_KIND(struct domain_channel, target, channel_rows, .fill = channel_fill);
