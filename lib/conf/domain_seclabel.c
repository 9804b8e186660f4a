/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_seclabel.h"

CONF_ENUM_NAMES(domain_seclabel_type, DOMAIN_SECLABEL_TYPES);

static const struct conf_row seclabel_rows[] = {
	ATTR_ENUM("type", struct domain_seclabel, type, domain_seclabel_type),
	ATTR_STRING("model", struct domain_seclabel, model),
	ATTR_YESNO("relabel", struct domain_seclabel, relabel),
	CHILD_STRING("label", struct domain_seclabel, label),
	CHILD_STRING("imagelabel", struct domain_seclabel, imagelabel, .flags = CONF_LIVE),
	CHILD_STRING("baselabel", struct domain_seclabel, baselabel),
	CONF_END
};

const struct conf_elem domain_seclabel_elem = ELEM(struct domain_seclabel, seclabel_rows);
