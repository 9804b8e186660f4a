/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory as devices: <memory> (DIMMs and the like), <memballoon>, <shmem> */
#ifndef BERTH_CONF_DOMAIN_MEMDEV_H
#define BERTH_CONF_DOMAIN_MEMDEV_H

#include "conf/domain_cpu.h"
#include "conf/domain_info.h"
#include "conf/domain_virtio.h"

#define DOMAIN_MEMDEV_MODELS(X) \
	X(DOMAIN_MEMDEV_DIMM, "dimm") \
	X(DOMAIN_MEMDEV_NVDIMM, "nvdimm") \
	X(DOMAIN_MEMDEV_VIRTIO_PMEM, "virtio-pmem") \
	X(DOMAIN_MEMDEV_VIRTIO_MEM, "virtio-mem") \
	X(DOMAIN_MEMDEV_SGX_EPC, "sgx-epc")
CONF_ENUM(domain_memdev_model, DOMAIN_MEMDEV_MODELS);

/* Sizes are in KiB. */
struct domain_memdev {
	enum domain_memdev_model model;
	enum domain_memaccess access;
	enum conf_yesno discard;
	unsigned char uuid[16];                /* NVDIMM of pseries */
	struct conf_num pagesize;              /* DIMM, VIRTIO_MEM */
	struct conf_bitmap *nodemask;          /* DIMM, VIRTIO_MEM, SGX_EPC: of the host */
	char *path;                            /* NVDIMM, VIRTIO_PMEM */
	struct conf_num alignsize;             /* NVDIMM */
	bool pmem;                             /* NVDIMM */
	struct conf_num size;
	struct conf_num node;                  /* of the guest */
	struct conf_num label_size;            /* NVDIMM */
	bool readonly;                         /* NVDIMM */
	struct conf_num block, requested, current;   /* VIRTIO_MEM; current: of a running guest */
	struct domain_info info;
};

#define DOMAIN_MEMBALLOON_MODELS(X) \
	X(DOMAIN_MEMBALLOON_VIRTIO, "virtio") \
	X(DOMAIN_MEMBALLOON_VIRTIO_TRANSITIONAL, "virtio-transitional") \
	X(DOMAIN_MEMBALLOON_VIRTIO_NON_TRANSITIONAL, "virtio-non-transitional") \
	X(DOMAIN_MEMBALLOON_XEN, "xen") \
	X(DOMAIN_MEMBALLOON_NONE, "none")
CONF_ENUM(domain_memballoon_model, DOMAIN_MEMBALLOON_MODELS);

struct domain_memballoon {
	enum domain_memballoon_model model;
	enum conf_onoff autodeflate, free_page_reporting;
	uint32_t stats_period;                 /* seconds */
	struct domain_virtio virtio;
	struct domain_info info;
};

#define DOMAIN_SHMEM_MODELS(X) \
	X(DOMAIN_SHMEM_IVSHMEM, "ivshmem") \
	X(DOMAIN_SHMEM_PLAIN, "ivshmem-plain") \
	X(DOMAIN_SHMEM_DOORBELL, "ivshmem-doorbell")
CONF_ENUM(domain_shmem_model, DOMAIN_SHMEM_MODELS);

#define DOMAIN_SHMEM_ROLES(X) X(DOMAIN_SHMEM_MASTER, "master") X(DOMAIN_SHMEM_PEER, "peer")
CONF_ENUM(domain_shmem_role, DOMAIN_SHMEM_ROLES);

struct domain_shmem_server {
	char *path;
};

struct domain_shmem_msi {
	uint32_t vectors;
	enum conf_onoff ioeventfd;
};

struct domain_shmem {
	char *name;
	enum domain_shmem_model model;         /* always set after parsing */
	enum domain_shmem_role role;
	struct conf_num size;                  /* bytes */
	struct domain_shmem_server *server;
	struct domain_shmem_msi *msi;
	struct domain_info info;
};

extern const struct conf_elem domain_memdev_elem, domain_memballoon_elem, domain_shmem_elem;

#endif
