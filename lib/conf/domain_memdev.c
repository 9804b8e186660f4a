/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_memdev.h"

CONF_ENUM_NAMES(domain_memdev_model, DOMAIN_MEMDEV_MODELS);
CONF_ENUM_NAMES(domain_memballoon_model, DOMAIN_MEMBALLOON_MODELS);
CONF_ENUM_NAMES(domain_shmem_model, DOMAIN_SHMEM_MODELS);
CONF_ENUM_NAMES(domain_shmem_role, DOMAIN_SHMEM_ROLES);

/* --- <memory> -------------------------------------------------------------------------------------------------- */

#define DIMM BIT(DOMAIN_MEMDEV_DIMM)
#define NVDIMM BIT(DOMAIN_MEMDEV_NVDIMM)
#define PMEM BIT(DOMAIN_MEMDEV_VIRTIO_PMEM)
#define VMEM BIT(DOMAIN_MEMDEV_VIRTIO_MEM)
#define SGX BIT(DOMAIN_MEMDEV_SGX_EPC)

static const struct conf_row memory_source_rows[] = {
	CHILD_BITMAP("nodemask", struct domain_memdev, nodemask, .when = DIMM | VMEM | SGX),
	CHILD_SCALED("pagesize", struct domain_memdev, pagesize, 1024, .when = DIMM | VMEM),
	CHILD_STRING("path", struct domain_memdev, path, .when = NVDIMM | PMEM),
	CHILD_SCALED("alignsize", struct domain_memdev, alignsize, 1024, .when = NVDIMM),
	FLAG("pmem", struct domain_memdev, pmem, .when = NVDIMM),
	CONF_END
};

static const struct conf_row label_rows[] = {
	CHILD_SCALED("size", struct domain_memdev, label_size, 1024, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row memory_target_rows[] = {
	CHILD_SCALED("size", struct domain_memdev, size, 1024, .flags = CONF_REQUIRED),
	CHILD_NUM("node", struct domain_memdev, node, .max = INT32_MAX),
	GROUP("label", label_rows, .when = NVDIMM),
	FLAG("readonly", struct domain_memdev, readonly, .when = NVDIMM),
	CHILD_SCALED("block", struct domain_memdev, block, 1024, .when = VMEM),
	CHILD_SCALED("requested", struct domain_memdev, requested, 1024, .when = VMEM),
	CHILD_SCALED("current", struct domain_memdev, current, 1024, .when = VMEM, .flags = CONF_LIVE),
	CONF_END
};

static const struct conf_row memory_rows[] = {
	ATTR_ENUM("model", struct domain_memdev, model, domain_memdev_model, .flags = CONF_REQUIRED),
	ATTR_ENUM("access", struct domain_memdev, access, domain_memaccess),
	ATTR_YESNO("discard", struct domain_memdev, discard),
	CHILD_UUID("uuid", struct domain_memdev, uuid, .when = NVDIMM),
	GROUP("source", memory_source_rows),
	GROUP("target", memory_target_rows, .flags = CONF_REQUIRED),
	INCLUDE(struct domain_memdev, info, struct domain_info, domain_info_elem),
	CONF_END
};

static int memory_fill(struct conf_reader *r, void *obj)
{
	struct domain_memdev *m = obj;

	if (!m->size.value)
		return conf_fail(r, "<target><size>...</size></target> is missing or 0");
	switch (m->model) {
	case DOMAIN_MEMDEV_NVDIMM:
		if (!m->path)
			return conf_fail(r, "<source><path>...</path></source> is missing");
		if (m->discard)
			return conf_unsupported(r, "discard does not go with model 'nvdimm'");
		if (m->label_size.set && m->label_size.value >= m->size.value)
			return conf_fail(r, "the label is as large as the device");
		return 0;
	case DOMAIN_MEMDEV_VIRTIO_PMEM:
		if (!m->path)
			return conf_fail(r, "<source><path>...</path></source> is missing");
		if (m->node.set)
			return conf_unsupported(r, "model 'virtio-pmem' has no <node>");
		if (m->access && m->access != DOMAIN_MEMACCESS_SHARED)
			return conf_unsupported(r, "model 'virtio-pmem' is always shared");
		m->access = DOMAIN_MEMACCESS_SHARED;
		return 0;
	case DOMAIN_MEMDEV_VIRTIO_MEM:
		if (!m->block.value)
			return conf_fail(r, "<target><block>...</block></target> is missing");
		if (m->requested.value > m->size.value)
			return conf_fail(r, "<requested> is more than <size>");
		if (m->requested.value % m->block.value)
			return conf_fail(r, "<requested> is not a multiple of <block>");
		if (m->block.value & (m->block.value - 1))
			return conf_fail(r, "<block> is not a power of two");
		if (m->block.value < 2048)
			return conf_fail(r, "<block> is less than 2 MiB");
		m->requested.set = true;
		return 0;
	default:
		return 0;
	}
}

const struct conf_elem domain_memdev_elem = ELEM_KIND(struct domain_memdev, model, memory_rows, .fill = memory_fill);

/* --- <memballoon> ---------------------------------------------------------------------------------------------- */

static const struct conf_row stats_rows[] = {
	ATTR_UINT("period", struct domain_memballoon, stats_period),
	CONF_END
};

static const struct conf_row balloon_driver_rows[] = {
	INCLUDE(struct domain_memballoon, virtio, struct domain_virtio, domain_virtio_elem),
	CONF_END
};

static const struct conf_row memballoon_rows[] = {
	ATTR_ENUM("model", struct domain_memballoon, model, domain_memballoon_model, .flags = CONF_REQUIRED),
	ATTR_ONOFF("autodeflate", struct domain_memballoon, autodeflate),
	ATTR_ONOFF("freePageReporting", struct domain_memballoon, free_page_reporting),
	GROUP("stats", stats_rows),
	INCLUDE(struct domain_memballoon, info, struct domain_info, domain_info_elem),
	GROUP("driver", balloon_driver_rows),
	CONF_END
};

static int memballoon_fill(struct conf_reader *r UNUSED, void *obj)
{
	struct domain_memballoon *b = obj;

	if (b->model == DOMAIN_MEMBALLOON_NONE) {
		conf_clear(&domain_address_elem, &b->info.address);
		memset(&b->info.address, 0, sizeof(b->info.address));
	}
	return 0;
}

const struct conf_elem domain_memballoon_elem = ELEM(struct domain_memballoon, memballoon_rows, .fill = memballoon_fill);

/* --- <shmem> --------------------------------------------------------------------------------------------------- */

static const struct conf_row shmem_server_rows[] = {
	ATTR_STRING("path", struct domain_shmem_server, path),
	CONF_END
};

static const struct conf_row shmem_msi_rows[] = {
	ATTR_UINT("vectors", struct domain_shmem_msi, vectors),
	ATTR_ONOFF("ioeventfd", struct domain_shmem_msi, ioeventfd),
	CONF_END
};

static const struct conf_elem shmem_server_elem = ELEM(struct domain_shmem_server, shmem_server_rows);
static const struct conf_elem shmem_msi_elem = ELEM(struct domain_shmem_msi, shmem_msi_rows);

static const char *wrong_shmem_name(const char *s)
{
	return strchr(s, '/') ? "has a slash" : !strcmp(s, ".") || !strcmp(s, "..") ? "is the name of a directory" : NULL;
}

/* Whole MiB, rounded down, as libvirt has it. */
static void write_shmem_size(struct conf_writer *w, const void *obj, const void *member UNUSED)
{
	const struct domain_shmem *s = obj;

	if (!s->size.set)
		return;
	buf_indent(&w->out, w->depth);
	buf_printf(&w->out, "<size unit='M'>%llu</size>\n", (unsigned long long)s->size.value >> 20);
}

static const struct conf_hook shmem_size_hook = { .write = write_shmem_size };

static const struct conf_row shmem_model_rows[] = {
	ATTR_ENUM("type", struct domain_shmem, model, domain_shmem_model),
	CONF_END
};

static const struct conf_row shmem_rows[] = {
	ATTR_STRING("name", struct domain_shmem, name, .flags = CONF_REQUIRED, .check = wrong_shmem_name),
	ATTR_ENUM("role", struct domain_shmem, role, domain_shmem_role),
	GROUP("model", shmem_model_rows),
	CHILD_SCALED("size", struct domain_shmem, size, 1, .flags = CONF_READ_ONLY | CONF_UNIT_BYTES),
	HOOK("size", struct domain_shmem, size, shmem_size_hook),
	NODE("server", struct domain_shmem, server, struct domain_shmem_server, shmem_server_elem),
	NODE("msi", struct domain_shmem, msi, struct domain_shmem_msi, shmem_msi_elem),
	INCLUDE(struct domain_shmem, info, struct domain_info, domain_info_elem),
	CONF_END
};

static int shmem_fill(struct conf_reader *r, void *obj)
{
	struct domain_shmem *s = obj;

	if (!s->model)
		s->model = DOMAIN_SHMEM_IVSHMEM;
	if (s->model == DOMAIN_SHMEM_IVSHMEM)
		s->role = domain_shmem_role_unset;
	if (s->msi && !s->server)
		return conf_fail(r, "<msi> goes with a <server> alone");
	s->size.value &= ~((UINT64_C(1) << 20) - 1);
	return 0;
}

const struct conf_elem domain_shmem_elem = ELEM(struct domain_shmem, shmem_rows, .fill = shmem_fill);
