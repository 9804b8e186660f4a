/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_platform.h"

CONF_ENUM_NAMES(domain_watchdog_model, DOMAIN_WATCHDOG_MODELS);
CONF_ENUM_NAMES(domain_watchdog_action, DOMAIN_WATCHDOG_ACTIONS);
CONF_ENUM_NAMES(domain_panic_model, DOMAIN_PANIC_MODELS);
CONF_ENUM_NAMES(domain_iommu_model, DOMAIN_IOMMU_MODELS);
CONF_ENUM_NAMES(domain_crypto_model, DOMAIN_CRYPTO_MODELS);
CONF_ENUM_NAMES(domain_crypto_type, DOMAIN_CRYPTO_TYPES);
CONF_ENUM_NAMES(domain_crypto_backend, DOMAIN_CRYPTO_BACKENDS);

/* --- <watchdog>, <panic>, <nvram> ------------------------------------------------------------------------------ */

static int watchdog_fill(struct conf_reader *r UNUSED, void *obj)
{
	struct domain_watchdog *w = obj;

	if (!w->action)
		w->action = DOMAIN_WATCHDOG_RESET;
	return 0;
}

static const struct conf_row watchdog_rows[] = {
	ATTR_ENUM("model", struct domain_watchdog, model, domain_watchdog_model, .flags = CONF_REQUIRED),
	ATTR_ENUM("action", struct domain_watchdog, action, domain_watchdog_action),
	INCLUDE(struct domain_watchdog, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_watchdog_elem = ELEM(struct domain_watchdog, watchdog_rows, .fill = watchdog_fill);

static const struct conf_row panic_rows[] = {
	ATTR_ENUM("model", struct domain_panic, model, domain_panic_model),
	INCLUDE(struct domain_panic, info, struct domain_info, domain_info_elem),
	CONF_END
};

/* libvirt does not write one that says nothing; a driver that has a panic device gives it a model. */
static bool panic_hidden(const struct conf_writer *w, const void *obj)
{
	const struct domain_panic *p = obj;

	return !p->model && !p->info.address.type && (!p->info.alias.name || ((w->flags & CONF_FORMAT_INACTIVE) && strncmp(p->info.alias.name, "ua-", 3) != 0));
}

const struct conf_elem domain_panic_elem = ELEM(struct domain_panic, panic_rows, .hidden = panic_hidden);

static const struct conf_row nvram_rows[] = {
	INCLUDE(struct domain_nvram_device, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_nvram_device_elem = ELEM(struct domain_nvram_device, nvram_rows);

/* --- <iommu> --------------------------------------------------------------------------------------------------- */

static const struct conf_row iommu_driver_rows[] = {
	ATTR_ONOFF("intremap", struct domain_iommu, intremap),
	ATTR_ONOFF("caching_mode", struct domain_iommu, caching_mode),
	ATTR_ONOFF("eim", struct domain_iommu, eim),
	ATTR_ONOFF("iotlb", struct domain_iommu, iotlb),
	ATTR_UINT("aw_bits", struct domain_iommu, aw_bits),
	CONF_END
};

static int iommu_fill(struct conf_reader *r, void *obj)
{
	const struct domain_iommu *i = obj;

	if (i->model != DOMAIN_IOMMU_VIRTIO && i->info.address.type)
		return conf_fail(r, "model '%s' has no <address>", conf_enum_name(&domain_iommu_model_names, i->model));
	if (i->model != DOMAIN_IOMMU_INTEL && (i->intremap || i->caching_mode || i->eim || i->iotlb || i->aw_bits))
		return conf_unsupported(r, "<driver> goes with model 'intel' alone");
	return 0;
}

static const struct conf_row iommu_rows[] = {
	ATTR_ENUM("model", struct domain_iommu, model, domain_iommu_model, .flags = CONF_REQUIRED),
	GROUP("driver", iommu_driver_rows),
	INCLUDE(struct domain_iommu, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_iommu_elem = ELEM(struct domain_iommu, iommu_rows, .fill = iommu_fill);

/* --- <vsock> --------------------------------------------------------------------------------------------------- */

static const struct conf_row cid_rows[] = {
	ATTR_YESNO("auto", struct domain_vsock, auto_cid),
	ATTR_UINT("address", struct domain_vsock, cid),
	CONF_END
};

static const struct conf_row vsock_driver_rows[] = {
	INCLUDE(struct domain_vsock, virtio, struct domain_virtio, domain_virtio_elem),
	CONF_END
};

static int vsock_fill(struct conf_reader *r, void *obj)
{
	struct domain_vsock *v = obj;

	if (!v->model && (v->virtio.iommu || v->virtio.ats || v->virtio.packed || v->virtio.page_per_vq))
		return conf_unsupported(r, "'iommu', 'ats', 'packed' and 'page_per_vq' of <driver> need a 'model'");
	if (!v->auto_cid)
		v->auto_cid = v->cid ? CONF_NO : CONF_YES;
	if (v->cid && v->cid < 3)
		return conf_fail(r, "<cid address='%u'>: numbers below 3 are not for guests", v->cid);
	if (!v->cid && r->node && xml_child(r->node, "cid") && xml_attr(xml_child(r->node, "cid"), "address"))
		return conf_fail(r, "<cid address='0'>: numbers below 3 are not for guests");
	return 0;
}

static const struct conf_row vsock_rows[] = {
	ATTR_ENUM("model", struct domain_vsock, model, domain_virtio_model),
	GROUP("cid", cid_rows),
	INCLUDE(struct domain_vsock, info, struct domain_info, domain_info_elem),
	GROUP("driver", vsock_driver_rows),
	CONF_END
};

const struct conf_elem domain_vsock_elem = ELEM(struct domain_vsock, vsock_rows, .fill = vsock_fill);

/* --- <crypto> -------------------------------------------------------------------------------------------------- */

static const struct conf_row crypto_backend_rows[] = {
	ATTR_ENUM("model", struct domain_crypto, backend, domain_crypto_backend, .flags = CONF_REQUIRED),
	ATTR_UINT("queues", struct domain_crypto, queues),
	CONF_END
};

static const struct conf_row crypto_driver_rows[] = {
	INCLUDE(struct domain_crypto, virtio, struct domain_virtio, domain_virtio_elem),
	CONF_END
};

static const struct conf_row crypto_rows[] = {
	ATTR_ENUM("model", struct domain_crypto, model, domain_crypto_model, .flags = CONF_REQUIRED),
	ATTR_ENUM("type", struct domain_crypto, type, domain_crypto_type, .flags = CONF_REQUIRED),
	GROUP("backend", crypto_backend_rows, .flags = CONF_REQUIRED),
	GROUP("driver", crypto_driver_rows),
	INCLUDE(struct domain_crypto, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_crypto_elem = ELEM(struct domain_crypto, crypto_rows);

/* --- <lease> --------------------------------------------------------------------------------------------------- */

static const struct conf_row lease_target_rows[] = {
	ATTR_STRING("path", struct domain_lease, path, .flags = CONF_REQUIRED),
	ATTR_UINT("offset", struct domain_lease, offset),
	CONF_END
};

static const struct conf_row lease_rows[] = {
	CHILD_STRING("lockspace", struct domain_lease, lockspace, .flags = CONF_REQUIRED),
	CHILD_STRING("key", struct domain_lease, key, .flags = CONF_REQUIRED),
	GROUP("target", lease_target_rows, .flags = CONF_REQUIRED),
	CONF_END
};

const struct conf_elem domain_lease_elem = ELEM(struct domain_lease, lease_rows);
