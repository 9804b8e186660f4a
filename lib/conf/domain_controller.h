/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <controller> */
#ifndef BERTH_CONF_DOMAIN_CONTROLLER_H
#define BERTH_CONF_DOMAIN_CONTROLLER_H

#include "conf/domain_info.h"
#include "conf/domain_virtio.h"

#define DOMAIN_CONTROLLER_TYPES(X) \
	X(DOMAIN_CONTROLLER_IDE, "ide") \
	X(DOMAIN_CONTROLLER_FDC, "fdc") \
	X(DOMAIN_CONTROLLER_SCSI, "scsi") \
	X(DOMAIN_CONTROLLER_SATA, "sata") \
	X(DOMAIN_CONTROLLER_VIRTIO_SERIAL, "virtio-serial") \
	X(DOMAIN_CONTROLLER_CCID, "ccid") \
	X(DOMAIN_CONTROLLER_USB, "usb") \
	X(DOMAIN_CONTROLLER_PCI, "pci") \
	X(DOMAIN_CONTROLLER_XENBUS, "xenbus") \
	X(DOMAIN_CONTROLLER_ISA, "isa")
CONF_ENUM(domain_controller_type, DOMAIN_CONTROLLER_TYPES);

#define DOMAIN_SCSI_MODELS(X) \
	X(DOMAIN_SCSI_AUTO, "auto") \
	X(DOMAIN_SCSI_BUSLOGIC, "buslogic") \
	X(DOMAIN_SCSI_LSILOGIC, "lsilogic") \
	X(DOMAIN_SCSI_LSISAS1068, "lsisas1068") \
	X(DOMAIN_SCSI_VMPVSCSI, "vmpvscsi") \
	X(DOMAIN_SCSI_IBMVSCSI, "ibmvscsi") \
	X(DOMAIN_SCSI_VIRTIO_SCSI, "virtio-scsi") \
	X(DOMAIN_SCSI_LSISAS1078, "lsisas1078") \
	X(DOMAIN_SCSI_VIRTIO_TRANSITIONAL, "virtio-transitional") \
	X(DOMAIN_SCSI_VIRTIO_NON_TRANSITIONAL, "virtio-non-transitional") \
	X(DOMAIN_SCSI_NCR53C90, "ncr53c90") \
	X(DOMAIN_SCSI_DC390, "dc390") \
	X(DOMAIN_SCSI_AM53C974, "am53c974")
CONF_ENUM(domain_scsi_model, DOMAIN_SCSI_MODELS);

#define DOMAIN_USB_MODELS(X) \
	X(DOMAIN_USB_PIIX3_UHCI, "piix3-uhci") \
	X(DOMAIN_USB_PIIX4_UHCI, "piix4-uhci") \
	X(DOMAIN_USB_EHCI, "ehci") \
	X(DOMAIN_USB_ICH9_EHCI1, "ich9-ehci1") \
	X(DOMAIN_USB_ICH9_UHCI1, "ich9-uhci1") \
	X(DOMAIN_USB_ICH9_UHCI2, "ich9-uhci2") \
	X(DOMAIN_USB_ICH9_UHCI3, "ich9-uhci3") \
	X(DOMAIN_USB_VT82C686B_UHCI, "vt82c686b-uhci") \
	X(DOMAIN_USB_PCI_OHCI, "pci-ohci") \
	X(DOMAIN_USB_NEC_XHCI, "nec-xhci") \
	X(DOMAIN_USB_QUSB1, "qusb1") \
	X(DOMAIN_USB_QUSB2, "qusb2") \
	X(DOMAIN_USB_QEMU_XHCI, "qemu-xhci") \
	X(DOMAIN_USB_NONE, "none")
CONF_ENUM(domain_usb_model, DOMAIN_USB_MODELS);

#define DOMAIN_PCI_MODELS(X) \
	X(DOMAIN_PCI_ROOT, "pci-root") \
	X(DOMAIN_PCIE_ROOT, "pcie-root") \
	X(DOMAIN_PCI_BRIDGE, "pci-bridge") \
	X(DOMAIN_PCI_DMI_TO_PCI_BRIDGE, "dmi-to-pci-bridge") \
	X(DOMAIN_PCIE_TO_PCI_BRIDGE, "pcie-to-pci-bridge") \
	X(DOMAIN_PCIE_ROOT_PORT, "pcie-root-port") \
	X(DOMAIN_PCIE_SWITCH_UPSTREAM_PORT, "pcie-switch-upstream-port") \
	X(DOMAIN_PCIE_SWITCH_DOWNSTREAM_PORT, "pcie-switch-downstream-port") \
	X(DOMAIN_PCI_EXPANDER_BUS, "pci-expander-bus") \
	X(DOMAIN_PCIE_EXPANDER_BUS, "pcie-expander-bus")
CONF_ENUM(domain_pci_model, DOMAIN_PCI_MODELS);

#define DOMAIN_PCI_MODEL_NAMES(X) \
	X(DOMAIN_PCI_NAME_PCI_BRIDGE, "pci-bridge") \
	X(DOMAIN_PCI_NAME_I82801B11_BRIDGE, "i82801b11-bridge") \
	X(DOMAIN_PCI_NAME_IOH3420, "ioh3420") \
	X(DOMAIN_PCI_NAME_X3130_UPSTREAM, "x3130-upstream") \
	X(DOMAIN_PCI_NAME_XIO3130_DOWNSTREAM, "xio3130-downstream") \
	X(DOMAIN_PCI_NAME_PXB, "pxb") \
	X(DOMAIN_PCI_NAME_PXB_PCIE, "pxb-pcie") \
	X(DOMAIN_PCI_NAME_PCIE_ROOT_PORT, "pcie-root-port") \
	X(DOMAIN_PCI_NAME_SPAPR_PCI_HOST_BRIDGE, "spapr-pci-host-bridge") \
	X(DOMAIN_PCI_NAME_PCIE_PCI_BRIDGE, "pcie-pci-bridge")
CONF_ENUM(domain_pci_model_name, DOMAIN_PCI_MODEL_NAMES);

#define DOMAIN_IDE_MODELS(X) X(DOMAIN_IDE_PIIX3, "piix3") X(DOMAIN_IDE_PIIX4, "piix4") X(DOMAIN_IDE_ICH6, "ich6")
CONF_ENUM(domain_ide_model, DOMAIN_IDE_MODELS);

struct domain_controller {
	enum domain_controller_type type;       /* always set after parsing */
	struct conf_num index;                 /* always set after parsing */
	bool index_made;                       /* the definition left it out */
	/* One of these, by type. */
	enum domain_scsi_model scsi_model;
	enum domain_usb_model usb_model;
	enum domain_pci_model pci_model;
	enum domain_ide_model ide_model;
	enum domain_virtio_model serial_model;
	struct conf_num ports;                 /* USB, VIRTIO_SERIAL */
	struct conf_num vectors;               /* VIRTIO_SERIAL */
	struct conf_num max_grant_frames, max_event_channels;   /* XENBUS */
	struct {
		uint32_t queues, cmd_per_lun, max_sectors, iothread;
		enum conf_onoff ioeventfd;
		struct domain_virtio virtio;
	} driver;
	/* PCI */
	struct conf_num pcihole64;             /* KiB */
	enum domain_pci_model_name model_name;
	struct { struct conf_num chassis_nr, chassis, port, bus_nr, index, node; enum conf_onoff hotplug; } target;
	struct domain_info info;
	bool implied;                          /* not in the XML: a device needs it */
};

extern const struct conf_elem domain_controller_elem;

#endif
