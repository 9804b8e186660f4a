/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_virtio.h"

CONF_ENUM_NAMES(domain_virtio_model, DOMAIN_VIRTIO_MODELS);

static const struct conf_row virtio_rows[] = {
	ATTR_ONOFF("iommu", struct domain_virtio, iommu),
	ATTR_ONOFF("ats", struct domain_virtio, ats),
	ATTR_ONOFF("packed", struct domain_virtio, packed),
	ATTR_ONOFF("page_per_vq", struct domain_virtio, page_per_vq),
	CONF_END
};

const struct conf_elem domain_virtio_elem = ELEM(struct domain_virtio, virtio_rows);
