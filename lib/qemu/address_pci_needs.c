/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which kind of slot a device needs, and which slots the chipset has for itself. */
#include "qemu/address_pci.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

unsigned pci_needs_plain(const struct domain *def)
{
	(void)def;
	return PCI_DEVICE | PCI_HOTPLUG;
}

unsigned pci_needs_express(const struct domain *def)
{
	return (qemu_has_pcie(def) ? PCIE_DEVICE : PCI_DEVICE) | PCI_HOTPLUG;
}

unsigned pci_needs_virtio(const struct domain *def)
{
	return pci_needs_express(def);
}

/* A model that speaks the old interface, too, needs a conventional slot. */
static unsigned needs_model(const struct domain *def, enum domain_virtio_model model)
{
	return model == DOMAIN_VIRTIO_MODEL_TRANSITIONAL ? pci_needs_plain(def) : pci_needs_virtio(def);
}

static unsigned needs_bridge(const struct domain_controller *c)
{
	static const unsigned needs[] = {
		[DOMAIN_PCI_BRIDGE] = PCI_BRIDGES,
		[DOMAIN_PCI_DMI_TO_PCI_BRIDGE] = PCI_DMI_BRIDGE,
		[DOMAIN_PCIE_TO_PCI_BRIDGE] = PCIE_PCI_BRIDGE | PCI_HOTPLUG,
		[DOMAIN_PCIE_ROOT_PORT] = PCIE_ROOT_PORTS | PCI_AGGREGATE,
		[DOMAIN_PCIE_SWITCH_UPSTREAM_PORT] = PCIE_UPSTREAM,
		[DOMAIN_PCIE_SWITCH_DOWNSTREAM_PORT] = PCIE_DOWNSTREAM,
		[DOMAIN_PCI_EXPANDER_BUS] = PCI_EXPANDER,
		[DOMAIN_PCIE_EXPANDER_BUS] = PCIE_EXPANDER,
	};

	return c->pci_model < ARRAY_LEN(needs) ? needs[c->pci_model] : 0;
}

unsigned pci_needs_controller(const struct domain *def, const struct domain_controller *c)
{
	switch (c->type) {
	case DOMAIN_CONTROLLER_PCI:
		return needs_bridge(c);
	case DOMAIN_CONTROLLER_USB:
		if (c->usb_model == DOMAIN_USB_NONE || (!c->usb_model && !qemu_is_x86(def)))
			return 0;
		return c->usb_model == DOMAIN_USB_QEMU_XHCI || c->usb_model == DOMAIN_USB_NEC_XHCI ? pci_needs_express(def) : pci_needs_plain(def);
	case DOMAIN_CONTROLLER_SCSI:
		if (c->scsi_model == DOMAIN_SCSI_IBMVSCSI)
			return 0;
		return c->scsi_model == DOMAIN_SCSI_VIRTIO_SCSI || c->scsi_model == DOMAIN_SCSI_VIRTIO_NON_TRANSITIONAL ? pci_needs_virtio(def)
														   : pci_needs_plain(def);
	case DOMAIN_CONTROLLER_VIRTIO_SERIAL:
		return needs_model(def, c->serial_model);
	case DOMAIN_CONTROLLER_SATA:
	case DOMAIN_CONTROLLER_IDE:
		return pci_needs_plain(def);
	default:
		return 0;
	}
}

unsigned pci_needs_disk(const struct domain *def, const struct domain_disk *d)
{
	return d->bus == DOMAIN_DISK_VIRTIO ? needs_model(def, d->model) : 0;
}

/* Whether a PCI device of the host is express: it has more than the conventional 256 bytes of configuration space. What is not there, or must
 * not be read, is taken for one. */
static bool is_express(const char *address)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", address);
	return stat(path, &st) < 0 || st.st_size != 256;
}

unsigned pci_needs_hostdev(const struct domain *def, const struct domain_hostdev *h)
{
	char address[32];

	if (h->type == DOMAIN_HOSTDEV_SCSI_HOST)
		return needs_model(def, h->vhost_model);
	if (h->type == DOMAIN_HOSTDEV_MDEV)
		return h->mdev_model == DOMAIN_MDEV_VFIO_CCW || h->mdev_model == DOMAIN_MDEV_VFIO_AP ? 0 : pci_needs_express(def);
	if (h->type != DOMAIN_HOSTDEV_PCI)
		return 0;
	snprintf(address, sizeof(address), "%04llx:%02llx:%02llx.%llx", (unsigned long long)h->pci.domain.value,
		 (unsigned long long)h->pci.bus.value, (unsigned long long)h->pci.slot.value, (unsigned long long)h->pci.function.value);
	return is_express(address) ? pci_needs_express(def) : pci_needs_plain(def);
}

unsigned pci_needs_net(const struct domain *def, const struct domain_net *n)
{
	int virtio = n->model ? conf_enum_value(&domain_virtio_model_names, n->model) : 0;

	if (n->type == DOMAIN_NET_HOSTDEV)
		return n->hostdev.type == DOMAIN_NET_HOSTDEV_USB ? 0 : pci_needs_express(def);
	if (n->model && (!strcmp(n->model, "usb-net") || !strcmp(n->model, "spapr-vlan") || !strcmp(n->model, "lan9118") ||
			 !strcmp(n->model, "smc91c111") || !strcmp(n->model, "ne2k_isa")))
		return 0;
	if (virtio > 0)
		return needs_model(def, virtio);
	return n->model && !strcmp(n->model, "e1000e") ? pci_needs_express(def) : pci_needs_plain(def);
}

unsigned pci_needs_sound(const struct domain *def, const struct domain_sound *s)
{
	return s->model == DOMAIN_SOUND_SB16 || s->model == DOMAIN_SOUND_PCSPK || s->model == DOMAIN_SOUND_USB ? 0 : pci_needs_plain(def);
}

unsigned pci_needs_video(const struct domain *def, const struct domain_video *v)
{
	switch (v->type) {
	case DOMAIN_VIDEO_NONE:
	case DOMAIN_VIDEO_RAMFB:
	case DOMAIN_VIDEO_XEN:
		return 0;
	case DOMAIN_VIDEO_VIRTIO:
		return pci_needs_virtio(def);
	case DOMAIN_VIDEO_BOCHS:
		return pci_needs_express(def);
	default:
		return pci_needs_plain(def);
	}
}

/* --- chipsets -------------------------------------------------------------------------------------------------- */

static void reserve(struct pci_set *s, unsigned slot, unsigned function)
{
	s->bus[0].used[slot] |= 1u << function;
}

/* The first video card belongs in a slot of its own, which is kept free for one on q35 and pc alike once there is any. */
static void reserve_video(struct pci_set *s, unsigned slot)
{
	struct domain_devices *d = &s->def->devices;
	struct domain_video *v = d->videos.n ? d->videos.items[0] : NULL;

	if (!v || !pci_needs_video(s->def, v) || !pci_is_wanted(&v->info) || !pci_slot_is_free(s, 0, slot))
		return;
	pci_place_at(s, &v->info, 0, slot, 0);
}

static int reserve_i440fx(struct pci_set *s)
{
	struct domain_controller *ide = qemu_find_controller(s->def, DOMAIN_CONTROLLER_IDE, 0);
	struct domain_controller *usb = qemu_find_controller(s->def, DOMAIN_CONTROLLER_USB, 0);

	/* 01.0 is the ISA bridge, 01.1 IDE, 01.2 USB, 01.3 power management */
	if (ide && pci_is_wanted(&ide->info) && pci_is_free(s, 0, 1, 1))
		pci_place_at(s, &ide->info, 0, 1, 1);
	if (ide && ide->info.address.type == DOMAIN_ADDRESS_PCI && ide->info.address.slot.set &&
	    (ide->info.address.slot.value != 1 || ide->info.address.function.value != 1 || ide->info.address.bus.value))
		return error_set(s->err, ERR_CONFIG_UNSUPPORTED, "the first IDE controller of this machine is at 0:0:1.1 and nowhere else");
	if (usb && (usb->usb_model == DOMAIN_USB_PIIX3_UHCI || !usb->usb_model) && pci_is_wanted(&usb->info) && pci_is_free(s, 0, 1, 2))
		pci_place_at(s, &usb->info, 0, 1, 2);
	for (unsigned function = 0; function < 8; function++)
		reserve(s, 1, function);
	reserve_video(s, 2);
	return 0;
}

static bool is_ich9_usb(const struct domain_controller *c, unsigned *function)
{
	if (c->type != DOMAIN_CONTROLLER_USB || c->usb_model < DOMAIN_USB_ICH9_EHCI1 || c->usb_model > DOMAIN_USB_ICH9_UHCI3)
		return false;
	*function = c->usb_model == DOMAIN_USB_ICH9_EHCI1 ? 7 : c->usb_model - DOMAIN_USB_ICH9_UHCI1;
	return true;
}

/* The USB 2 controllers of an ICH9 with their companions: two slots for two sets. */
static void reserve_ich9_usb(struct pci_set *s, uint64_t index, unsigned slot)
{
	struct domain_devices *d = &s->def->devices;

	for (size_t i = 0; i < d->controllers.n; i++) {
		struct domain_controller *c = d->controllers.items[i];
		unsigned function;

		if (c->index.value != index || !is_ich9_usb(c, &function) || !pci_is_wanted(&c->info) || !pci_is_free(s, 0, slot, function))
			continue;
		pci_place_at(s, &c->info, 0, slot, function);
		if (!function)
			c->info.address.multifunction = CONF_ON;
	}
}

static int reserve_q35(struct pci_set *s)
{
	struct domain_controller *sata = qemu_find_controller(s->def, DOMAIN_CONTROLLER_SATA, 0);
	struct domain_devices *d = &s->def->devices;

	if (sata && pci_is_wanted(&sata->info) && pci_is_free(s, 0, 0x1f, 2))
		pci_place_at(s, &sata->info, 0, 0x1f, 2);
	if (sata && sata->info.address.type == DOMAIN_ADDRESS_PCI && sata->info.address.slot.set &&
	    (sata->info.address.slot.value != 0x1f || sata->info.address.function.value != 2 || sata->info.address.bus.value))
		return error_set(s->err, ERR_CONFIG_UNSUPPORTED, "the first SATA controller of this machine is at 0:0:1f.2 and nowhere else");
	/* 1f.0 is the LPC bridge, 1f.3 SMBus */
	reserve(s, 0x1f, 0);
	reserve(s, 0x1f, 3);
	reserve_ich9_usb(s, 0, 0x1d);
	reserve_ich9_usb(s, 1, 0x1a);
	for (size_t i = 0; i < d->controllers.n; i++) {
		struct domain_controller *c = d->controllers.items[i];

		if (c->type == DOMAIN_CONTROLLER_PCI && c->pci_model == DOMAIN_PCI_DMI_TO_PCI_BRIDGE && pci_is_wanted(&c->info) &&
		    pci_slot_is_free(s, 0, 0x1e))
			pci_place_at(s, &c->info, 0, 0x1e, 0);
	}
	for (size_t i = 0; i < d->sounds.n; i++) {
		struct domain_sound *sound = d->sounds.items[i];

		if (sound->model == DOMAIN_SOUND_ICH9 && pci_is_wanted(&sound->info) && pci_slot_is_free(s, 0, 0x1b))
			pci_place_at(s, &sound->info, 0, 0x1b, 0);
	}
	reserve_video(s, 1);
	return 0;
}

int pci_reserve_chipset(struct pci_set *s)
{
	if (!s->n)
		return 0;
	if (qemu_is_i440fx(s->def))
		return reserve_i440fx(s);
	return qemu_is_q35(s->def) ? reserve_q35(s) : 0;
}
