/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/secret.h"
#include "util/uuid.h"

#include <string.h>

CONF_ENUM_NAMES(secret_usage, SECRET_USAGES, .unset = "none");

/* The reader needs the type before the element that depends on it: both are members of the <secret>. */
#define NAMED (BIT(SECRET_USAGE_CEPH) | BIT(SECRET_USAGE_TLS) | BIT(SECRET_USAGE_VTPM))

static const struct conf_row usage_rows[] = {
	ATTR_ENUM("type", struct secret, usage, secret_usage, .flags = CONF_REQUIRED),
	CHILD_STRING("volume", struct secret, usage_id, .when = BIT(SECRET_USAGE_VOLUME), .flags = CONF_REQUIRED),
	CHILD_STRING("name", struct secret, usage_id, .when = NAMED, .flags = CONF_REQUIRED),
	CHILD_STRING("target", struct secret, usage_id, .when = BIT(SECRET_USAGE_ISCSI), .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row secret_rows[] = {
	ATTR_YESNO("ephemeral", struct secret, ephemeral),
	ATTR_YESNO("private", struct secret, private_),
	CHILD_UUID("uuid", struct secret, uuid),
	CHILD_STRING("description", struct secret, description),
	GROUP("usage", usage_rows),
	CONF_END
};

static int secret_fill(struct conf_reader *r, void *obj)
{
	static const unsigned char none[16];
	struct secret *secret = obj;

	if (!secret->ephemeral)
		secret->ephemeral = CONF_NO;
	if (!secret->private_)
		secret->private_ = CONF_NO;
	if (secret->usage && secret->usage_id && !*secret->usage_id)
		return conf_fail(r, "<usage>: what the secret is for is empty");
	secret->uuid_made = !memcmp(secret->uuid, none, sizeof(none));
	return secret->uuid_made ? uuid_generate(secret->uuid, r->err) : 0;
}

const struct conf_elem secret_elem = ELEM_KIND(struct secret, usage, secret_rows, .fill = secret_fill);
const struct conf_document secret_document = { "secret", &secret_elem, 0 };
