/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What <driver> of every virtio device can say. A <driver> table includes it:
 * INCLUDE(struct domain_foo, virtio, struct domain_virtio, domain_virtio_elem). */
#ifndef BERTH_CONF_DOMAIN_VIRTIO_H
#define BERTH_CONF_DOMAIN_VIRTIO_H

#include "conf/conf.h"

/* Most virtio devices come in these forms. */
#define DOMAIN_VIRTIO_MODELS(X) \
	X(DOMAIN_VIRTIO_MODEL_VIRTIO, "virtio") \
	X(DOMAIN_VIRTIO_MODEL_TRANSITIONAL, "virtio-transitional") \
	X(DOMAIN_VIRTIO_MODEL_NON_TRANSITIONAL, "virtio-non-transitional")
CONF_ENUM(domain_virtio_model, DOMAIN_VIRTIO_MODELS);

struct domain_virtio {
	enum conf_onoff iommu, ats, packed, page_per_vq;
};

extern const struct conf_elem domain_virtio_elem;

#endif
