/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The <device> of a host. */
#ifndef BERTH_CONF_NODE_DEVICE_H
#define BERTH_CONF_NODE_DEVICE_H

#include "conf/document.h"
#include "conf/domain_source.h"
#include "conf/host_interface.h"

/* What a device is, and what it is besides (from PHYS_FUNCTION on: inside of another). */
#define NODE_DEVICE_CAPS(X) \
	X(NODE_DEVICE_SYSTEM, "system") \
	X(NODE_DEVICE_PCI, "pci") \
	X(NODE_DEVICE_USB_DEVICE, "usb_device") \
	X(NODE_DEVICE_USB, "usb") \
	X(NODE_DEVICE_NET, "net") \
	X(NODE_DEVICE_SCSI_HOST, "scsi_host") \
	X(NODE_DEVICE_SCSI_TARGET, "scsi_target") \
	X(NODE_DEVICE_SCSI, "scsi") \
	X(NODE_DEVICE_STORAGE, "storage") \
	X(NODE_DEVICE_SCSI_GENERIC, "scsi_generic") \
	X(NODE_DEVICE_DRM, "drm") \
	X(NODE_DEVICE_MDEV, "mdev") \
	X(NODE_DEVICE_CCW, "ccw") \
	X(NODE_DEVICE_CSS, "css") \
	X(NODE_DEVICE_VDPA, "vdpa") \
	X(NODE_DEVICE_AP_CARD, "ap_card") \
	X(NODE_DEVICE_AP_QUEUE, "ap_queue") \
	X(NODE_DEVICE_AP_MATRIX, "ap_matrix") \
	X(NODE_DEVICE_PHYS_FUNCTION, "phys_function") \
	X(NODE_DEVICE_VIRT_FUNCTIONS, "virt_functions") \
	X(NODE_DEVICE_PCI_BRIDGE, "pci-bridge") \
	X(NODE_DEVICE_CARDBUS_BRIDGE, "cardbus-bridge") \
	X(NODE_DEVICE_MDEV_TYPES, "mdev_types") \
	X(NODE_DEVICE_VPD, "vpd") \
	X(NODE_DEVICE_80203, "80203") \
	X(NODE_DEVICE_80211, "80211") \
	X(NODE_DEVICE_FC_HOST, "fc_host") \
	X(NODE_DEVICE_VPORTS, "vport_ops") \
	X(NODE_DEVICE_FC_REMOTE_PORT, "fc_remote_port") \
	X(NODE_DEVICE_REMOVABLE, "removable") \
	X(NODE_DEVICE_HOTPLUGGABLE, "hotpluggable")
CONF_ENUM(node_device_cap_type, NODE_DEVICE_CAPS);

#define NODE_DEVICE_NODES(X) X(NODE_DEVICE_NODE_DEV, "dev") X(NODE_DEVICE_NODE_LINK, "link")
CONF_ENUM(node_device_node_type, NODE_DEVICE_NODES);

#define NODE_DEVICE_DRMS(X) X(NODE_DEVICE_DRM_PRIMARY, "primary") X(NODE_DEVICE_DRM_CONTROL, "control") X(NODE_DEVICE_DRM_RENDER, "render")
CONF_ENUM(node_device_drm, NODE_DEVICE_DRMS);

#define NODE_DEVICE_LINKS(X) X(NODE_DEVICE_LINK_CAP, "cap") X(NODE_DEVICE_LINK_STA, "sta")
CONF_ENUM(node_device_link_validity, NODE_DEVICE_LINKS);

#define NODE_DEVICE_VPD_ACCESSES(X) X(NODE_DEVICE_VPD_READONLY, "readonly") X(NODE_DEVICE_VPD_READWRITE, "readwrite")
CONF_ENUM(node_device_vpd_access, NODE_DEVICE_VPD_ACCESSES);

struct node_device_node {
	enum node_device_node_type type;
	char *path;
};

struct node_device_id {
	struct conf_num id;
	char *name;
};

struct node_device_named {
	char *name, *value;
};

struct node_device_pcie_link {
	enum node_device_link_validity validity;
	struct conf_num port, width;
	char *speed;
};

struct node_device_pcie {
	CONF_LIST(struct node_device_pcie_link) links;
};

struct node_device_iommu {
	struct conf_num number;
	CONF_LIST(struct domain_pci_source) addresses;
};

struct node_device_mdev_type {
	char *id, *name, *api;
	struct conf_num available;
};

struct node_device_vpd_field {
	char *index, *value;
};

struct node_device_vpd_fields {
	enum node_device_vpd_access access;
	char *change_level, *manufacture_id, *part_number, *serial_number, *asset_tag;
	CONF_LIST(struct node_device_vpd_field) vendor, system;
};

struct node_device_ccw {
	struct conf_num cssid, ssid, devno;
};

/* One <capability>; which members count is told by the rows of node_device.c. */
struct node_device_cap {
	enum node_device_cap_type type;
	CONF_LIST(struct node_device_cap) caps;      /* inside of this one */
	char *product_name, *vendor_name, *serial, *version, *description, *model, *drive_type, *media_label, *path;
	char *firmware_vendor, *firmware_version, *firmware_date;
	unsigned char uuid[16];
	struct conf_num class_, domain, bus, slot, function, device, number, subclass, protocol, host, target, lun, unique_id, max_count;
	struct conf_num size, logical_block_size, num_blocks, media_available, max_vports, vports, adapter, ap_domain;
	struct node_device_id product, vendor;
	CONF_LIST(struct domain_pci_source) addresses;
	struct node_device_iommu *iommu;
	struct conf_int numa_node;
	struct node_device_pcie *pcie;
	char *interface, *mac;
	struct host_link link;
	CONF_LIST(struct node_device_named) features, attrs;
	char *wwnn, *wwpn, *fabric_wwn, *name;       /* name: scsi_target's, rport's */
	enum node_device_drm drm;
	char *mdev_type, *mdev_uuid, *parent_addr;
	struct node_device_ccw ccw, channel;
	CONF_LIST(struct node_device_mdev_type) mdev_types;
	CONF_LIST(struct node_device_vpd_fields) vpd;
};

struct node_device {
	char *name, *path;
	CONF_LIST(struct node_device_node) nodes;
	struct { char *name, *wwnn, *wwpn, *fabric_wwn; } parent;
	char *driver;
	CONF_LIST(struct node_device_cap) caps;
};

extern const struct conf_elem node_device_elem;
extern const struct conf_document node_device_document;

#endif
