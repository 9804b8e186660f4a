/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_hostdev.h"

CONF_ENUM_NAMES(domain_hostdev_mode, DOMAIN_HOSTDEV_MODES);
CONF_ENUM_NAMES(domain_hostdev_type, DOMAIN_HOSTDEV_TYPES);

static const struct conf_row source_rows[] = {
	CHILD_STRING("block", struct domain_hostdev, block, .when = BIT(DOMAIN_HOSTDEV_STORAGE), .flags = CONF_REQUIRED),
	CHILD_STRING("char", struct domain_hostdev, chardev, .when = BIT(DOMAIN_HOSTDEV_MISC), .flags = CONF_REQUIRED),
	CHILD_STRING("interface", struct domain_hostdev, interface, .when = BIT(DOMAIN_HOSTDEV_NET), .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row hostdev_rows[] = {
	ATTR_ENUM("mode", struct domain_hostdev, mode, domain_hostdev_mode),
	ATTR_ENUM("type", struct domain_hostdev, type, domain_hostdev_type, .flags = CONF_REQUIRED),
	GROUP("source", source_rows, .flags = CONF_REQUIRED),
	INCLUDE(struct domain_hostdev, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_hostdev_elem = ELEM_KIND(struct domain_hostdev, type, hostdev_rows);
