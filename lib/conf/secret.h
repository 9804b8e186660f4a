/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The <secret> format. */
#ifndef BERTH_CONF_SECRET_H
#define BERTH_CONF_SECRET_H

#include "conf/document.h"

#define SECRET_USAGES(X) \
	X(SECRET_USAGE_VOLUME, "volume") \
	X(SECRET_USAGE_CEPH, "ceph") \
	X(SECRET_USAGE_ISCSI, "iscsi") \
	X(SECRET_USAGE_TLS, "tls") \
	X(SECRET_USAGE_VTPM, "vtpm")
CONF_ENUM(secret_usage, SECRET_USAGES);   /* libvirt's virSecretUsageType */

struct secret {
	enum conf_yesno ephemeral, private_;   /* always set after parsing */
	unsigned char uuid[16];
	bool uuid_made;                        /* by us: the definition gave none */
	char *description;
	enum secret_usage usage;               /* 0: none */
	char *usage_id;
};

extern const struct conf_elem secret_elem;
extern const struct conf_document secret_document;

#endif
