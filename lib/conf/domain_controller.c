/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_controller.h"

CONF_ENUM_NAMES(domain_controller_type, DOMAIN_CONTROLLER_TYPES);
CONF_ENUM_NAMES(domain_scsi_model, DOMAIN_SCSI_MODELS);
CONF_ENUM_NAMES(domain_usb_model, DOMAIN_USB_MODELS);
CONF_ENUM_NAMES(domain_pci_model, DOMAIN_PCI_MODELS);
CONF_ENUM_NAMES(domain_pci_model_name, DOMAIN_PCI_MODEL_NAMES);
CONF_ENUM_NAMES(domain_ide_model, DOMAIN_IDE_MODELS);

#define SCSI BIT(DOMAIN_CONTROLLER_SCSI)
#define USB BIT(DOMAIN_CONTROLLER_USB)
#define PCI BIT(DOMAIN_CONTROLLER_PCI)
#define IDE BIT(DOMAIN_CONTROLLER_IDE)
#define VSERIAL BIT(DOMAIN_CONTROLLER_VIRTIO_SERIAL)
#define XENBUS BIT(DOMAIN_CONTROLLER_XENBUS)

static const struct conf_row driver_rows[] = {
	ATTR_UINT("queues", struct domain_controller, driver.queues),
	ATTR_UINT("cmd_per_lun", struct domain_controller, driver.cmd_per_lun),
	ATTR_UINT("max_sectors", struct domain_controller, driver.max_sectors),
	ATTR_ONOFF("ioeventfd", struct domain_controller, driver.ioeventfd),
	ATTR_UINT("iothread", struct domain_controller, driver.iothread),
	INCLUDE(struct domain_controller, driver.virtio, struct domain_virtio, domain_virtio_elem),
	CONF_END
};

static const struct conf_row model_rows[] = {
	ATTR_ENUM("name", struct domain_controller, model_name, domain_pci_model_name),
	CONF_END
};

static const struct conf_row target_rows[] = {
	ATTR_NUM("chassisNr", struct domain_controller, target.chassis_nr, .max = 255),
	ATTR_NUM("chassis", struct domain_controller, target.chassis, .max = 255),
	ATTR_NUM("port", struct domain_controller, target.port, .width = 1, .max = 255),
	ATTR_NUM("busNr", struct domain_controller, target.bus_nr, .max = 254),
	ATTR_NUM("index", struct domain_controller, target.index, .max = 30),
	ATTR_ONOFF("hotplug", struct domain_controller, target.hotplug),
	CHILD_NUM("node", struct domain_controller, target.node, .max = UINT32_MAX),
	CONF_END
};

static int controller_fill(struct conf_reader *r, void *obj)
{
	struct domain_controller *c = obj;
	enum domain_pci_model m = c->pci_model;

	if (!c->type)
		c->type = DOMAIN_CONTROLLER_IDE;
	if (c->target.chassis_nr.set && !c->target.chassis_nr.value)
		return conf_fail(r, "<target chassisNr='0'>: 1 to 255 is possible");
	if (c->target.bus_nr.set && !c->target.bus_nr.value)
		return conf_fail(r, "<target busNr='0'>: 1 to 254 is possible");
	if (c->type == DOMAIN_CONTROLLER_USB && c->usb_model && c->ports.set) {
		if (c->usb_model != DOMAIN_USB_NEC_XHCI && c->usb_model != DOMAIN_USB_QEMU_XHCI && c->usb_model != DOMAIN_USB_QUSB1 &&
		    c->usb_model != DOMAIN_USB_QUSB2)
			return conf_fail(r, "'ports' is for the models nec-xhci, qemu-xhci, qusb1 and qusb2");
	}
	if (c->type == DOMAIN_CONTROLLER_PCI && (m == DOMAIN_PCI_ROOT || m == DOMAIN_PCIE_ROOT) && c->info.address.type)
		return conf_fail(r, "%s cannot have an <address>", conf_enum_name(&domain_pci_model_names, m));
	if (c->type == DOMAIN_CONTROLLER_PCI && (m == DOMAIN_PCI_ROOT || m == DOMAIN_PCIE_ROOT) && c->index.value &&
	    m == DOMAIN_PCIE_ROOT)
		return conf_fail(r, "pcie-root has the index 0, not %llu", (unsigned long long)c->index.value);
	if (c->pcihole64.set && m != DOMAIN_PCI_ROOT && m != DOMAIN_PCIE_ROOT)
		return conf_fail(r, "<pcihole64> is for pci-root and pcie-root");
	return 0;
}

static const struct conf_row controller_rows[] = {
	ATTR_ENUM("type", struct domain_controller, type, domain_controller_type),
	ATTR_NUM("index", struct domain_controller, index, .max = INT32_MAX),
	ATTR_ENUM("model", struct domain_controller, scsi_model, domain_scsi_model, .when = SCSI),
	ATTR_ENUM("model", struct domain_controller, usb_model, domain_usb_model, .when = USB),
	ATTR_ENUM("model", struct domain_controller, pci_model, domain_pci_model, .when = PCI),
	ATTR_ENUM("model", struct domain_controller, ide_model, domain_ide_model, .when = IDE),
	ATTR_ENUM("model", struct domain_controller, serial_model, domain_virtio_model, .when = VSERIAL),
	ATTR_NUM("ports", struct domain_controller, ports, .when = USB | VSERIAL, .max = INT32_MAX),
	ATTR_NUM("vectors", struct domain_controller, vectors, .when = VSERIAL, .max = INT32_MAX),
	ATTR_NUM("maxGrantFrames", struct domain_controller, max_grant_frames, .when = XENBUS, .max = INT32_MAX),
	ATTR_NUM("maxEventChannels", struct domain_controller, max_event_channels, .when = XENBUS, .max = INT32_MAX),
	GROUP("driver", driver_rows),
	GROUP("model", model_rows, .when = PCI),
	GROUP("target", target_rows, .when = PCI),
	CHILD_SCALED("pcihole64", struct domain_controller, pcihole64, 1024, .when = PCI),
	INCLUDE(struct domain_controller, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_controller_elem = ELEM_KIND(struct domain_controller, type, controller_rows, .kind_default = DOMAIN_CONTROLLER_IDE, .fill = controller_fill);
