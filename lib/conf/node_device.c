/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/node_device.h"

#include <string.h>

CONF_ENUM_NAMES(node_device_cap_type, NODE_DEVICE_CAPS);
CONF_ENUM_NAMES(node_device_node_type, NODE_DEVICE_NODES);
CONF_ENUM_NAMES(node_device_drm, NODE_DEVICE_DRMS);
CONF_ENUM_NAMES(node_device_link_validity, NODE_DEVICE_LINKS);
CONF_ENUM_NAMES(node_device_vpd_access, NODE_DEVICE_VPD_ACCESSES);

static const struct conf_elem cap_elem;

#define CAP struct node_device_cap
#define IS(type) BIT(NODE_DEVICE_##type)

/* --- parts of capabilities --------------------------------------------------------------------------------------- */

static const struct conf_row id_rows[] = {
	ATTR_NUM("id", struct node_device_id, id, .width = 4, .max = 0xffff),
	TEXT_STRING(struct node_device_id, name),
	CONF_END
};
static const struct conf_elem id_elem = ELEM(struct node_device_id, id_rows);

static const struct conf_row iommu_rows[] = {
	ATTR_NUM("number", struct node_device_iommu, number, .flags = CONF_REQUIRED),
	LIST("address", struct node_device_iommu, addresses, struct domain_pci_source, domain_pci_source_elem),
	CONF_END
};
static const struct conf_elem iommu_elem = ELEM(struct node_device_iommu, iommu_rows);

static const struct conf_row link_rows[] = {
	ATTR_ENUM("validity", struct node_device_pcie_link, validity, node_device_link_validity, .flags = CONF_REQUIRED),
	ATTR_NUM("port", struct node_device_pcie_link, port, .max = UINT32_MAX),
	ATTR_STRING("speed", struct node_device_pcie_link, speed),
	ATTR_NUM("width", struct node_device_pcie_link, width, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	CONF_END
};
static const struct conf_elem link_elem = ELEM(struct node_device_pcie_link, link_rows);

static const struct conf_row pcie_rows[] = {
	LIST("link", struct node_device_pcie, links, struct node_device_pcie_link, link_elem, .max = 64),
	CONF_END
};
static const struct conf_elem pcie_elem = ELEM(struct node_device_pcie, pcie_rows);

static const struct conf_row named_rows[] = { ATTR_STRING("name", struct node_device_named, name, .flags = CONF_REQUIRED), CONF_END };
static const struct conf_elem named_elem = ELEM(struct node_device_named, named_rows);

static const struct conf_row attr_rows[] = {
	ATTR_STRING("name", struct node_device_named, name, .flags = CONF_REQUIRED),
	ATTR_STRING("value", struct node_device_named, value, .flags = CONF_REQUIRED),
	CONF_END
};
static const struct conf_elem attr_elem = ELEM(struct node_device_named, attr_rows);

static const struct conf_row mdev_type_rows[] = {
	ATTR_STRING("id", struct node_device_mdev_type, id, .flags = CONF_REQUIRED),
	CHILD_STRING("name", struct node_device_mdev_type, name),
	CHILD_STRING("deviceAPI", struct node_device_mdev_type, api, .flags = CONF_REQUIRED),
	CHILD_NUM("availableInstances", struct node_device_mdev_type, available, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	CONF_END
};
static const struct conf_elem mdev_type_elem = ELEM(struct node_device_mdev_type, mdev_type_rows);

static const struct conf_row vpd_field_rows[] = {
	ATTR_STRING("index", struct node_device_vpd_field, index, .flags = CONF_REQUIRED),
	TEXT_STRING(struct node_device_vpd_field, value),
	CONF_END
};
static const struct conf_elem vpd_field_elem = ELEM(struct node_device_vpd_field, vpd_field_rows);

#define READONLY BIT(NODE_DEVICE_VPD_READONLY)
#define READWRITE BIT(NODE_DEVICE_VPD_READWRITE)

static const struct conf_row vpd_rows[] = {
	ATTR_ENUM("access", struct node_device_vpd_fields, access, node_device_vpd_access, .flags = CONF_REQUIRED),
	CHILD_STRING("change_level", struct node_device_vpd_fields, change_level, .when = READONLY),
	CHILD_STRING("manufacture_id", struct node_device_vpd_fields, manufacture_id, .when = READONLY),
	CHILD_STRING("part_number", struct node_device_vpd_fields, part_number, .when = READONLY),
	CHILD_STRING("serial_number", struct node_device_vpd_fields, serial_number, .when = READONLY),
	CHILD_STRING("asset_tag", struct node_device_vpd_fields, asset_tag, .when = READWRITE),
	LIST("vendor_field", struct node_device_vpd_fields, vendor, struct node_device_vpd_field, vpd_field_elem, .max = 64),
	LIST("system_field", struct node_device_vpd_fields, system, struct node_device_vpd_field, vpd_field_elem, .max = 64,
	     .when = READWRITE),
	CONF_END
};
static const struct conf_elem vpd_elem = ELEM_KIND(struct node_device_vpd_fields, access, vpd_rows);

static const struct conf_row ccw_rows[] = {
	CHILD_NUM("cssid", struct node_device_ccw, cssid, .flags = CONF_REQUIRED, .width = 1, .max = 0xfe),
	CHILD_NUM("ssid", struct node_device_ccw, ssid, .flags = CONF_REQUIRED, .width = 1, .max = 3),
	CHILD_NUM("devno", struct node_device_ccw, devno, .flags = CONF_REQUIRED, .width = 4, .max = 0xffff),
	CONF_END
};
static const struct conf_elem ccw_elem = ELEM(struct node_device_ccw, ccw_rows);

/* --- <capability> ------------------------------------------------------------------------------------------------ */

static const struct conf_row hardware_rows[] = {
	CHILD_STRING("vendor", CAP, vendor_name),
	CHILD_STRING("version", CAP, version),
	CHILD_STRING("serial", CAP, serial),
	CHILD_UUID("uuid", CAP, uuid),
	CONF_END
};

static const struct conf_row firmware_rows[] = {
	CHILD_STRING("vendor", CAP, firmware_vendor),
	CHILD_STRING("version", CAP, firmware_version),
	CHILD_STRING("release_date", CAP, firmware_date),
	CONF_END
};

static const struct conf_row numa_rows[] = { ATTR_INT("node", CAP, numa_node), CONF_END };
static const struct conf_row mdev_type_id_rows[] = { ATTR_STRING("id", CAP, mdev_type, .flags = CONF_REQUIRED), CONF_END };

static const struct conf_row cap_rows[] = {
	ATTR_ENUM("type", CAP, type, node_device_cap_type, .flags = CONF_REQUIRED),
	ATTR_NUM("maxCount", CAP, max_count, .when = IS(VIRT_FUNCTIONS), .max = UINT32_MAX),
	/* system */
	CHILD_STRING("product", CAP, product_name, .when = IS(SYSTEM)),
	GROUP("hardware", hardware_rows, .when = IS(SYSTEM)),
	GROUP("firmware", firmware_rows, .when = IS(SYSTEM)),
	/* PCI, USB, SCSI and other addresses */
	CHILD_NUM("class", CAP, class_, .when = IS(PCI), .width = 6, .max = 0xffffff),
	CHILD_NUM("domain", CAP, domain, .when = IS(PCI), .flags = CONF_ANY_BASE | CONF_REQUIRED),
	CHILD_NUM("host", CAP, host, .when = IS(SCSI_HOST) | IS(SCSI), .flags = CONF_ANY_BASE | CONF_REQUIRED),
	CHILD_NUM("bus", CAP, bus, .when = IS(PCI) | IS(USB_DEVICE) | IS(SCSI), .flags = CONF_ANY_BASE | CONF_REQUIRED),
	CHILD_NUM("slot", CAP, slot, .when = IS(PCI), .flags = CONF_ANY_BASE | CONF_REQUIRED),
	CHILD_NUM("function", CAP, function, .when = IS(PCI), .flags = CONF_ANY_BASE | CONF_REQUIRED),
	CHILD_NUM("device", CAP, device, .when = IS(USB_DEVICE), .flags = CONF_ANY_BASE | CONF_REQUIRED),
	EMBED("product", CAP, product, struct node_device_id, id_elem, .when = IS(PCI) | IS(USB_DEVICE)),
	EMBED("vendor", CAP, vendor, struct node_device_id, id_elem, .when = IS(PCI) | IS(USB_DEVICE)),
	CHILD_NUM("number", CAP, number, .when = IS(USB), .flags = CONF_ANY_BASE | CONF_REQUIRED),
	CHILD_NUM("class", CAP, class_, .when = IS(USB), .flags = CONF_ANY_BASE | CONF_REQUIRED),
	CHILD_NUM("subclass", CAP, subclass, .when = IS(USB), .flags = CONF_ANY_BASE | CONF_REQUIRED),
	CHILD_NUM("protocol", CAP, protocol, .when = IS(USB), .flags = CONF_ANY_BASE | CONF_REQUIRED),
	CHILD_STRING("description", CAP, description, .when = IS(USB)),
	CHILD_NUM("unique_id", CAP, unique_id, .when = IS(SCSI_HOST), .max = INT32_MAX),
	CHILD_NUM("target", CAP, target, .when = IS(SCSI), .flags = CONF_ANY_BASE | CONF_REQUIRED),
	CHILD_STRING("target", CAP, name, .when = IS(SCSI_TARGET), .flags = CONF_REQUIRED),
	CHILD_NUM("lun", CAP, lun, .when = IS(SCSI), .flags = CONF_ANY_BASE | CONF_REQUIRED),
	CHILD_STRING("type", CAP, drive_type, .when = IS(SCSI)),
	CHILD_STRING("char", CAP, path, .when = IS(SCSI_GENERIC), .flags = CONF_REQUIRED),
	CHILD_STRING("chardev", CAP, path, .when = IS(VDPA), .flags = CONF_REQUIRED),
	INCLUDE(CAP, ccw, struct node_device_ccw, ccw_elem, .when = IS(CCW) | IS(CSS)),
	EMBED("channel_dev_addr", CAP, channel, struct node_device_ccw, ccw_elem, .when = IS(CSS)),
	CHILD_NUM("ap-adapter", CAP, adapter, .when = IS(AP_CARD) | IS(AP_QUEUE), .flags = CONF_REQUIRED, .width = 2, .max = 255),
	CHILD_NUM("ap-domain", CAP, ap_domain, .when = IS(AP_QUEUE), .flags = CONF_REQUIRED, .width = 4, .max = 255),
	CHILD_ENUM("type", CAP, drm, node_device_drm, .when = IS(DRM), .flags = CONF_REQUIRED),
	/* mediated devices */
	GROUP("type", mdev_type_id_rows, .when = IS(MDEV), .flags = CONF_REQUIRED),
	CHILD_STRING("uuid", CAP, mdev_uuid, .when = IS(MDEV)),
	CHILD_STRING("parent_addr", CAP, parent_addr, .when = IS(MDEV)),
	LIST("attr", CAP, attrs, struct node_device_named, attr_elem, .when = IS(MDEV), .max = 1024),
	LIST("type", CAP, mdev_types, struct node_device_mdev_type, mdev_type_elem, .when = IS(MDEV_TYPES), .max = 1024),
	/* network interfaces */
	CHILD_STRING("interface", CAP, interface, .when = IS(NET), .flags = CONF_REQUIRED),
	CHILD_STRING("address", CAP, mac, .when = IS(NET)),
	EMBED("link", CAP, link, struct host_link, host_link_elem, .when = IS(NET)),
	LIST("feature", CAP, features, struct node_device_named, named_elem, .when = IS(NET), .max = 1024),
	/* storage */
	CHILD_STRING("block", CAP, path, .when = IS(STORAGE), .flags = CONF_REQUIRED),
	CHILD_STRING("bus", CAP, interface, .when = IS(STORAGE)),
	CHILD_STRING("drive_type", CAP, drive_type, .when = IS(STORAGE)),
	CHILD_STRING("model", CAP, model, .when = IS(STORAGE)),
	CHILD_STRING("vendor", CAP, vendor_name, .when = IS(STORAGE)),
	CHILD_STRING("serial", CAP, serial, .when = IS(STORAGE)),
	CHILD_NUM("size", CAP, size, .when = IS(STORAGE)),
	CHILD_NUM("media_available", CAP, media_available, .when = IS(REMOVABLE), .max = 1),
	CHILD_NUM("media_size", CAP, size, .when = IS(REMOVABLE)),
	CHILD_STRING("media_label", CAP, media_label, .when = IS(REMOVABLE)),
	CHILD_NUM("logical_block_size", CAP, logical_block_size, .when = IS(STORAGE) | IS(REMOVABLE)),
	CHILD_NUM("num_blocks", CAP, num_blocks, .when = IS(STORAGE) | IS(REMOVABLE)),
	/* Fibre Channel */
	CHILD_STRING("rport", CAP, name, .when = IS(FC_REMOTE_PORT), .flags = CONF_REQUIRED),
	CHILD_STRING("wwnn", CAP, wwnn, .when = IS(FC_HOST)),
	CHILD_STRING("wwpn", CAP, wwpn, .when = IS(FC_HOST) | IS(FC_REMOTE_PORT)),
	CHILD_STRING("fabric_wwn", CAP, fabric_wwn, .when = IS(FC_HOST)),
	CHILD_NUM("max_vports", CAP, max_vports, .when = IS(VPORTS), .flags = CONF_REQUIRED),
	CHILD_NUM("vports", CAP, vports, .when = IS(VPORTS), .flags = CONF_REQUIRED),
	/* inside of PCI */
	LIST("address", CAP, addresses, struct domain_pci_source, domain_pci_source_elem, .when = IS(PHYS_FUNCTION) | IS(VIRT_FUNCTIONS)),
	CHILD_STRING("name", CAP, name, .when = IS(VPD)),
	LIST("fields", CAP, vpd, struct node_device_vpd_fields, vpd_elem, .when = IS(VPD), .max = 2),
	LIST("capability", CAP, caps, CAP, cap_elem, .max = 64),
	NODE("iommuGroup", CAP, iommu, struct node_device_iommu, iommu_elem, .when = IS(PCI) | IS(MDEV)),
	GROUP("numa", numa_rows, .when = IS(PCI)),
	NODE("pci-express", CAP, pcie, struct node_device_pcie, pcie_elem, .when = IS(PCI)),
	CONF_END
};

static bool inner(enum node_device_cap_type type)
{
	return type >= NODE_DEVICE_PHYS_FUNCTION;
}

static int cap_fill(struct conf_reader *r, void *obj)
{
	const struct node_device_cap *cap = obj;

	for (size_t i = 0; i < cap->caps.n; i++)
		if (!inner(cap->caps.items[i]->type))
			return conf_fail(r, "a capability '%s' cannot be part of another",
					 conf_enum_name(&node_device_cap_type_names, cap->caps.items[i]->type));
	return 0;
}

static const struct conf_elem cap_elem = ELEM_KIND(CAP, type, cap_rows, .fill = cap_fill);

/* --- <device> ---------------------------------------------------------------------------------------------------- */

static const struct conf_row node_rows[] = {
	ATTR_ENUM("type", struct node_device_node, type, node_device_node_type, .flags = CONF_REQUIRED),
	TEXT_STRING(struct node_device_node, path),
	CONF_END
};
static const struct conf_elem node_elem = ELEM(struct node_device_node, node_rows);

static const struct conf_row parent_rows[] = {
	ATTR_STRING("wwnn", struct node_device, parent.wwnn),
	ATTR_STRING("wwpn", struct node_device, parent.wwpn),
	ATTR_STRING("fabric_wwn", struct node_device, parent.fabric_wwn),
	TEXT_STRING(struct node_device, parent.name),
	CONF_END
};

static const struct conf_row driver_rows[] = { CHILD_STRING("name", struct node_device, driver), CONF_END };

static const struct conf_row device_rows[] = {
	CHILD_STRING("name", struct node_device, name, .flags = CONF_KEEP),
	CHILD_STRING("path", struct node_device, path),
	LIST("devnode", struct node_device, nodes, struct node_device_node, node_elem, .max = 1024),
	GROUP("parent", parent_rows),
	GROUP("driver", driver_rows),
	LIST("capability", struct node_device, caps, CAP, cap_elem, .max = 64),
	CONF_END
};

static int device_fill(struct conf_reader *r, void *obj)
{
	struct node_device *dev = obj;

	/* what is about to be made gets its name later */
	if (!dev->name && !(dev->name = strdup("new device")))
		return conf_no_memory(r);
	if (!dev->caps.n)
		return conf_fail(r, "element <capability> is missing");
	for (size_t i = 0; i < dev->caps.n; i++)
		if (inner(dev->caps.items[i]->type))
			return conf_fail(r, "a capability '%s' is only part of another",
					 conf_enum_name(&node_device_cap_type_names, dev->caps.items[i]->type));
	if (!dev->parent.wwnn != !dev->parent.wwpn)
		return conf_fail(r, "<parent>: 'wwnn' and 'wwpn' go together");
	return 0;
}

const struct conf_elem node_device_elem = ELEM(struct node_device, device_rows, .fill = device_fill);
const struct conf_document node_device_document = { "device", &node_device_elem, 0 };
