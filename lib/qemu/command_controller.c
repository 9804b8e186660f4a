/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Controllers, IOMMUs */
#include "qemu/command_impl.h"

#include <string.h>

/* --- PCI ------------------------------------------------------------------------------------------------------- */

static const char *pci_driver(const struct domain_controller *c)
{
	static const char *const drivers[] = {
		[DOMAIN_PCI_NAME_PCI_BRIDGE] = "pci-bridge",
		[DOMAIN_PCI_NAME_I82801B11_BRIDGE] = "i82801b11-bridge",
		[DOMAIN_PCI_NAME_IOH3420] = "ioh3420",
		[DOMAIN_PCI_NAME_X3130_UPSTREAM] = "x3130-upstream",
		[DOMAIN_PCI_NAME_XIO3130_DOWNSTREAM] = "xio3130-downstream",
		[DOMAIN_PCI_NAME_PXB] = "pxb",
		[DOMAIN_PCI_NAME_PXB_PCIE] = "pxb-pcie",
		[DOMAIN_PCI_NAME_PCIE_ROOT_PORT] = "pcie-root-port",
		[DOMAIN_PCI_NAME_SPAPR_PCI_HOST_BRIDGE] = "spapr-pci-host-bridge",
		[DOMAIN_PCI_NAME_PCIE_PCI_BRIDGE] = "pcie-pci-bridge",
	};

	return c->model_name < ARRAY_LEN(drivers) ? drivers[c->model_name] : NULL;
}

static bool is_builtin_pci(const struct domain *def, const struct domain_controller *c)
{
	if (c->pci_model == DOMAIN_PCIE_ROOT)
		return true;
	return c->pci_model == DOMAIN_PCI_ROOT && !(qemu_is_pseries(def) && c->target.index.set && c->target.index.value);
}

static void put_hole64(struct qemu_build *b, const struct domain_controller *c)
{
	const char *host = c->pci_model == DOMAIN_PCIE_ROOT ? "q35-pcihost" : "i440FX-pcihost";

	if (c->pcihole64.set && qemu_is_x86(b->def))
		qemu_argf(&b->args, "-global", "%s.pci-hole64-size=%lluK", host, (unsigned long long)c->pcihole64.value);
}

static int put_pci(struct qemu_build *b, json_t *o, const struct domain_controller *c)
{
	const char *driver = pci_driver(c);

	if (!driver)
		return qemu_unsupported(b, "PCI controller %llu of model '%s': which device it is cannot be told", (unsigned long long)c->index.value,
					conf_enum_name(&domain_pci_model_names, c->pci_model));
	qemu_put(o, "driver", driver);
	switch (c->pci_model) {
	case DOMAIN_PCI_BRIDGE:
		qemu_put_num(o, "chassis_nr", c->target.chassis_nr);
		break;
	case DOMAIN_PCI_EXPANDER_BUS:
	case DOMAIN_PCIE_EXPANDER_BUS:
		qemu_put_num(o, "bus_nr", c->target.bus_nr);
		break;
	case DOMAIN_PCIE_ROOT_PORT:
	case DOMAIN_PCIE_SWITCH_DOWNSTREAM_PORT:
		qemu_put_num(o, "port", c->target.port);
		qemu_put_num(o, "chassis", c->target.chassis);
		qemu_put_onoff(o, "hotplug", c->target.hotplug);
		break;
	case DOMAIN_PCI_ROOT:
		qemu_put_num(o, "index", c->target.index);
		break;
	default:
		break;
	}
	qemu_put(o, "id", c->info.alias.name);
	if (c->target.node.set)
		qemu_put_num(o, "numa_node", c->target.node);
	return 0;
}

/* --- USB ------------------------------------------------------------------------------------------------------- */

static const char *usb_driver(enum domain_usb_model model)
{
	static const char *const drivers[] = {
		[DOMAIN_USB_PIIX3_UHCI] = "piix3-usb-uhci",  [DOMAIN_USB_PIIX4_UHCI] = "piix4-usb-uhci", [DOMAIN_USB_EHCI] = "usb-ehci",
		[DOMAIN_USB_ICH9_EHCI1] = "ich9-usb-ehci1",  [DOMAIN_USB_ICH9_UHCI1] = "ich9-usb-uhci1", [DOMAIN_USB_ICH9_UHCI2] = "ich9-usb-uhci2",
		[DOMAIN_USB_ICH9_UHCI3] = "ich9-usb-uhci3",  [DOMAIN_USB_VT82C686B_UHCI] = "vt82c686b-usb-uhci",
		[DOMAIN_USB_PCI_OHCI] = "pci-ohci",          [DOMAIN_USB_NEC_XHCI] = "nec-usb-xhci",     [DOMAIN_USB_QEMU_XHCI] = "qemu-xhci",
	};

	return model < ARRAY_LEN(drivers) ? drivers[model] : NULL;
}

static int put_usb(struct qemu_build *b, json_t *o, const struct domain_controller *c)
{
	const char *driver = usb_driver(c->usb_model ? c->usb_model : DOMAIN_USB_PIIX3_UHCI);

	if (!driver || !qemu_caps_has(b->caps, driver))
		return qemu_unsupported(b, "%s has no USB controller of model '%s'", b->caps->binary,
					conf_enum_name(&domain_usb_model_names, c->usb_model));
	qemu_put(o, "driver", driver);
	if (c->usb_model == DOMAIN_USB_NEC_XHCI || c->usb_model == DOMAIN_USB_QEMU_XHCI) {
		qemu_put_num(o, "p2", c->ports);
		qemu_put_num(o, "p3", c->ports);
	}
	if (c->info.master_startport.set) {
		const struct domain_controller *master = qemu_find_controller(b->def, DOMAIN_CONTROLLER_USB, c->index.value);

		qemu_putf(o, "masterbus", "%s.0", master && master->info.alias.name ? master->info.alias.name : "usb");
		qemu_put_num(o, "firstport", c->info.master_startport);
	} else {
		qemu_put(o, "id", c->info.alias.name);
	}
	return 0;
}

/* --- SCSI and the rest ----------------------------------------------------------------------------------------- */

static const struct qemu_prop virtio_scsi_rows[] = {
	QEMU_PROP(struct domain_controller, driver.queues, "num_queues", U32),
	QEMU_PROP(struct domain_controller, driver.cmd_per_lun, "cmd_per_lun", U32),
	QEMU_PROP(struct domain_controller, driver.max_sectors, "max_sectors", U32),
	QEMU_PROP(struct domain_controller, driver.ioeventfd, "ioeventfd", ONOFF),
	QEMU_PROP_END
};

static int put_scsi(struct qemu_build *b, json_t *o, const struct domain_controller *c)
{
	static const char *const drivers[] = {
		[DOMAIN_SCSI_LSILOGIC] = "lsi", [DOMAIN_SCSI_LSISAS1068] = "mptsas1068", [DOMAIN_SCSI_VMPVSCSI] = "pvscsi",
		[DOMAIN_SCSI_IBMVSCSI] = "spapr-vscsi", [DOMAIN_SCSI_LSISAS1078] = "megasas", [DOMAIN_SCSI_DC390] = "dc390",
		[DOMAIN_SCSI_AM53C974] = "am53c974", [DOMAIN_SCSI_VIRTIO_SCSI] = "virtio-scsi",
	};
	enum domain_scsi_model m = c->scsi_model ? c->scsi_model : DOMAIN_SCSI_LSILOGIC;
	bool virtio = m == DOMAIN_SCSI_VIRTIO_SCSI || m == DOMAIN_SCSI_VIRTIO_TRANSITIONAL || m == DOMAIN_SCSI_VIRTIO_NON_TRANSITIONAL;

	if (!virtio && (m >= ARRAY_LEN(drivers) || !drivers[m]))
		return qemu_unsupported(b, "QEMU has no SCSI controller of model '%s'", conf_enum_name(&domain_scsi_model_names, m));
	if (virtio) {
		enum domain_virtio_model v = m == DOMAIN_SCSI_VIRTIO_TRANSITIONAL       ? DOMAIN_VIRTIO_MODEL_TRANSITIONAL
					     : m == DOMAIN_SCSI_VIRTIO_NON_TRANSITIONAL ? DOMAIN_VIRTIO_MODEL_NON_TRANSITIONAL
											: DOMAIN_VIRTIO_MODEL_VIRTIO;

		if (qemu_put_virtio_driver(b, o, "virtio-scsi", &c->info, v) < 0)
			return -1;
		if (c->driver.iothread)
			qemu_putf(o, "iothread", "iothread%u", c->driver.iothread);
		qemu_put_virtio(o, &c->driver.virtio);
		qemu_put_props(o, virtio_scsi_rows, c);
	} else {
		qemu_put(o, "driver", drivers[m]);
	}
	qemu_put(o, "id", c->info.alias.name);
	return 0;
}

static int put_virtio_serial(struct qemu_build *b, json_t *o, const struct domain_controller *c)
{
	if (qemu_put_virtio_driver(b, o, "virtio-serial", &c->info, c->serial_model) < 0)
		return -1;
	qemu_put_virtio(o, &c->driver.virtio);
	qemu_put(o, "id", c->info.alias.name);
	qemu_put_num(o, "max_ports", c->ports);
	qemu_put_num(o, "vectors", c->vectors);
	return 0;
}

static int put_sata(struct qemu_build *b, json_t *o, const struct domain_controller *c)
{
	(void)b;
	qemu_put(o, "driver", "ahci");
	qemu_put(o, "id", c->info.alias.name);
	return 0;
}

static int put_ccid(struct qemu_build *b, json_t *o, const struct domain_controller *c)
{
	(void)b;
	qemu_put(o, "driver", "usb-ccid");
	qemu_put(o, "id", c->info.alias.name);
	return 0;
}

static int (*const types[])(struct qemu_build *, json_t *, const struct domain_controller *) = {
	[DOMAIN_CONTROLLER_PCI] = put_pci,   [DOMAIN_CONTROLLER_USB] = put_usb,   [DOMAIN_CONTROLLER_SCSI] = put_scsi,
	[DOMAIN_CONTROLLER_SATA] = put_sata, [DOMAIN_CONTROLLER_CCID] = put_ccid, [DOMAIN_CONTROLLER_VIRTIO_SERIAL] = put_virtio_serial,
};

/* Those that come with the machine. */
static bool is_builtin(const struct domain *def, const struct domain_controller *c)
{
	switch (c->type) {
	case DOMAIN_CONTROLLER_PCI:
		return is_builtin_pci(def, c);
	case DOMAIN_CONTROLLER_SATA:
		return qemu_is_q35(def) && c->index.value == 0;
	case DOMAIN_CONTROLLER_USB:
		return c->usb_model == DOMAIN_USB_NONE || (!c->usb_model && c->info.address.type != DOMAIN_ADDRESS_PCI);
	case DOMAIN_CONTROLLER_IDE:
	case DOMAIN_CONTROLLER_FDC:
	case DOMAIN_CONTROLLER_ISA:
	case DOMAIN_CONTROLLER_XENBUS:
		return true;
	default:
		return false;
	}
}

int qemu_build_controller(struct qemu_build *b, const struct domain_controller *c)
{
	json_t *o;

	if (c->type == DOMAIN_CONTROLLER_PCI && is_builtin_pci(b->def, c))
		put_hole64(b, c);
	/* an old board's own USB ports */
	if (c->type == DOMAIN_CONTROLLER_USB && c->usb_model != DOMAIN_USB_NONE && is_builtin(b->def, c))
		qemu_arg(&b->args, "-usb");
	if (is_builtin(b->def, c) || c->type >= ARRAY_LEN(types) || !types[c->type])
		return 0;
	o = json_object();
	if (types[c->type](b, o, c) < 0 || qemu_put_address(b, o, &c->info) < 0) {
		json_decref(o);
		return -1;
	}
	return qemu_build_device(b, o);
}

/* A board that has USB has it without any controller in the definition, too. */
static bool has_board_usb(const struct domain *def)
{
	for (size_t i = 0; i < def->devices.controllers.n; i++)
		if (def->devices.controllers.items[i]->type == DOMAIN_CONTROLLER_USB)
			return false;
	return qemu_is_arm(def) && !qemu_is_virt(def);
}

int qemu_build_controllers(struct qemu_build *b)
{
	/* what others sit on comes first; floppies and IDE disks need nothing */
	static const enum domain_controller_type order[] = {
		DOMAIN_CONTROLLER_PCI, DOMAIN_CONTROLLER_USB, DOMAIN_CONTROLLER_SCSI, DOMAIN_CONTROLLER_IDE, DOMAIN_CONTROLLER_SATA,
		DOMAIN_CONTROLLER_VIRTIO_SERIAL, DOMAIN_CONTROLLER_CCID,
	};
	const struct domain_devices *d = &b->def->devices;

	if (has_board_usb(b->def))
		qemu_arg(&b->args, "-usb");
	for (size_t t = 0; t < ARRAY_LEN(order); t++)
		for (size_t i = 0; i < d->controllers.n; i++)
			if (d->controllers.items[i]->type == order[t] && qemu_build_controller(b, d->controllers.items[i]) < 0)
				return -1;
	return 0;
}

int qemu_build_iommu(struct qemu_build *b)
{
	const struct domain_iommu *i = b->def->devices.iommu;
	json_t *o;

	if (!i || i->model == DOMAIN_IOMMU_SMMUV3)
		return 0;
	o = json_object();
	if (i->model == DOMAIN_IOMMU_VIRTIO) {
		if (qemu_put_virtio_driver(b, o, "virtio-iommu", &i->info, 0) < 0 || qemu_put_address(b, o, &i->info) < 0) {
			json_decref(o);
			return -1;
		}
		qemu_put(o, "id", i->info.alias.name);
		return qemu_build_device(b, o);
	}
	qemu_put(o, "driver", "intel-iommu");
	qemu_put(o, "id", i->info.alias.name);
	qemu_put_onoff_auto(o, "intremap", i->intremap);
	qemu_put_onoff(o, "caching-mode", i->caching_mode);
	qemu_put_onoff_auto(o, "eim", i->eim);
	qemu_put_onoff(o, "device-iotlb", i->iotlb);
	qemu_put_uint(o, "aw-bits", i->aw_bits);
	return qemu_build_device(b, o);
}
