/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small devices of a machine: <watchdog>, <panic>, <iommu>, <vsock>, <crypto>, <nvram>, and <lease> */
#ifndef BERTH_CONF_DOMAIN_PLATFORM_H
#define BERTH_CONF_DOMAIN_PLATFORM_H

#include "conf/domain_info.h"
#include "conf/domain_virtio.h"

#define DOMAIN_WATCHDOG_MODELS(X) \
	X(DOMAIN_WATCHDOG_I6300ESB, "i6300esb") \
	X(DOMAIN_WATCHDOG_IB700, "ib700") \
	X(DOMAIN_WATCHDOG_DIAG288, "diag288")
CONF_ENUM(domain_watchdog_model, DOMAIN_WATCHDOG_MODELS);

#define DOMAIN_WATCHDOG_ACTIONS(X) \
	X(DOMAIN_WATCHDOG_RESET, "reset") \
	X(DOMAIN_WATCHDOG_SHUTDOWN, "shutdown") \
	X(DOMAIN_WATCHDOG_POWEROFF, "poweroff") \
	X(DOMAIN_WATCHDOG_PAUSE, "pause") \
	X(DOMAIN_WATCHDOG_DUMP, "dump") \
	X(DOMAIN_WATCHDOG_NONE, "none") \
	X(DOMAIN_WATCHDOG_INJECT_NMI, "inject-nmi")
CONF_ENUM(domain_watchdog_action, DOMAIN_WATCHDOG_ACTIONS);

struct domain_watchdog {
	enum domain_watchdog_model model;
	enum domain_watchdog_action action;    /* always set after parsing */
	struct domain_info info;
};

#define DOMAIN_PANIC_MODELS(X) \
	X(DOMAIN_PANIC_ISA, "isa") \
	X(DOMAIN_PANIC_PSERIES, "pseries") \
	X(DOMAIN_PANIC_HYPERV, "hyperv") \
	X(DOMAIN_PANIC_S390, "s390")
CONF_ENUM(domain_panic_model, DOMAIN_PANIC_MODELS);

struct domain_panic {
	enum domain_panic_model model;         /* 0: the driver's choice */
	struct domain_info info;
};

#define DOMAIN_IOMMU_MODELS(X) \
	X(DOMAIN_IOMMU_INTEL, "intel") \
	X(DOMAIN_IOMMU_SMMUV3, "smmuv3") \
	X(DOMAIN_IOMMU_VIRTIO, "virtio")
CONF_ENUM(domain_iommu_model, DOMAIN_IOMMU_MODELS);

struct domain_iommu {
	enum domain_iommu_model model;
	enum conf_onoff intremap, caching_mode, eim, iotlb;
	uint32_t aw_bits;
	struct domain_info info;
};

struct domain_vsock {
	enum domain_virtio_model model;
	enum conf_yesno auto_cid;              /* always set after parsing */
	uint32_t cid;                          /* 0: none yet */
	struct domain_virtio virtio;
	struct domain_info info;
};

#define DOMAIN_CRYPTO_MODELS(X) X(DOMAIN_CRYPTO_VIRTIO, "virtio")
CONF_ENUM(domain_crypto_model, DOMAIN_CRYPTO_MODELS);

#define DOMAIN_CRYPTO_TYPES(X) X(DOMAIN_CRYPTO_QEMU, "qemu")
CONF_ENUM(domain_crypto_type, DOMAIN_CRYPTO_TYPES);

#define DOMAIN_CRYPTO_BACKENDS(X) X(DOMAIN_CRYPTO_BUILTIN, "builtin") X(DOMAIN_CRYPTO_LKCF, "lkcf")
CONF_ENUM(domain_crypto_backend, DOMAIN_CRYPTO_BACKENDS);

struct domain_crypto {
	enum domain_crypto_model model;
	enum domain_crypto_type type;
	enum domain_crypto_backend backend;
	uint32_t queues;
	struct domain_virtio virtio;
	struct domain_info info;
};

/* <nvram> of pseries machines */
struct domain_nvram_device {
	struct domain_info info;
};

struct domain_lease {
	char *lockspace, *key, *path;
	uint64_t offset;
};

extern const struct conf_elem domain_watchdog_elem, domain_panic_elem, domain_iommu_elem, domain_vsock_elem, domain_crypto_elem,
	domain_nvram_device_elem, domain_lease_elem;

#endif
