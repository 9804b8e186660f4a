/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_rng.h"

CONF_ENUM_NAMES(domain_rng_backend_model, DOMAIN_RNG_BACKENDS);

static int backend_fill(struct conf_reader *r, void *obj)
{
	struct domain_rng_backend *b = obj;

	if (b->model == DOMAIN_RNG_EGD) {
		if (!xml_attr(r->node, "type"))
			return conf_fail(r, "attribute 'type' is missing");
		return domain_chardev_source_check(r, &b->source, false);
	}
	if (b->model == DOMAIN_RNG_RANDOM && !b->path) {
		b->path = strdup("/dev/random");
		if (!b->path)
			return conf_no_memory(r);
	}
	return 0;
}

static const struct conf_row backend_rows[] = {
	ATTR_ENUM("model", struct domain_rng_backend, model, domain_rng_backend_model, .flags = CONF_REQUIRED),
	TEXT_STRING(struct domain_rng_backend, path, .when = BIT(DOMAIN_RNG_RANDOM)),
	INCLUDE(struct domain_rng_backend, source, struct domain_chardev_source, domain_chardev_source_elem, .when = BIT(DOMAIN_RNG_EGD)),
	CONF_END
};

static const struct conf_elem backend_elem = ELEM_KIND(struct domain_rng_backend, model, backend_rows, .fill = backend_fill);

static const struct conf_row driver_rows[] = {
	INCLUDE(struct domain_rng, virtio, struct domain_virtio, domain_virtio_elem),
	CONF_END
};

static const struct conf_row rate_rows[] = {
	ATTR_UINT("bytes", struct domain_rng, rate.bytes),
	ATTR_UINT("period", struct domain_rng, rate.period),
	CONF_END
};

static const struct conf_row rng_rows[] = {
	ATTR_ENUM("model", struct domain_rng, model, domain_virtio_model, .flags = CONF_REQUIRED),
	GROUP("rate", rate_rows),
	EMBED("backend", struct domain_rng, backend, struct domain_rng_backend, backend_elem, .flags = CONF_REQUIRED),
	GROUP("driver", driver_rows),
	INCLUDE(struct domain_rng, info, struct domain_info, domain_info_elem),
	CONF_END
};

static int rng_fill(struct conf_reader *r, void *obj)
{
	struct domain_rng *rng = obj;
	unsigned n = 0;

	for (const struct xml_node *c = r->node->children; c; c = c->next)
		n += c->kind == XML_ELEMENT && !strcmp(c->name, "backend");
	if (!rng->rate.bytes)
		rng->rate.period = 0;
	return n < 2 ? 0 : conf_fail(r, "there are %u <backend>, there can be one", n);
}

const struct conf_elem domain_rng_elem = ELEM(struct domain_rng, rng_rows, .fill = rng_fill);
