/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_chardev.h"

CONF_ENUM_NAMES(domain_chardev_type, DOMAIN_CHARDEV_TYPES);
CONF_ENUM_NAMES(domain_console_target, DOMAIN_CONSOLE_TARGETS);

static const struct conf_row source_rows[] = {
	ATTR_STRING("path", struct domain_console, path),
	CONF_END
};

static const struct conf_row target_rows[] = {
	ATTR_ENUM("type", struct domain_console, target, domain_console_target),
	ATTR_NUM("port", struct domain_console, port),
	CONF_END
};

static const struct conf_row console_rows[] = {
	ATTR_ENUM("type", struct domain_console, type, domain_chardev_type, .flags = CONF_REQUIRED),
	ATTR_STRING("tty", struct domain_console, tty, .flags = CONF_LIVE),
	GROUP("source", source_rows, .flags = CONF_LIVE),
	GROUP("target", target_rows),
	INCLUDE(struct domain_console, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_console_elem = ELEM_KIND(struct domain_console, type, console_rows);
