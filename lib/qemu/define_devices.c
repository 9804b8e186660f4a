/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices of a machine: those that every one has, and what each means where it says nothing. */
#include "qemu/define.h"

#include "qemu/address.h"

#include <string.h>

static int no_memory(struct error *err)
{
	return error_set(err, ERR_NO_MEMORY, "no memory for the definition");
}

static int set_default(char **to, const char *value, struct error *err)
{
	if (!*to)
		*to = strdup(value);
	return *to ? 0 : no_memory(err);
}

/* --- controllers that a machine has by itself ------------------------------------------------------------------- */

static bool has_type(const struct domain *def, enum domain_controller_type type)
{
	for (size_t i = 0; i < def->devices.controllers.n; i++)
		if (def->devices.controllers.items[i]->type == type)
			return true;
	return false;
}

/* The first bus is the machine's own: what was numbered before that was known moves on. */
static void make_way_for_root(struct domain *def)
{
	struct domain_devices *d = &def->devices;
	struct domain_controller *first = qemu_find_controller(def, DOMAIN_CONTROLLER_PCI, 0);
	uint64_t next = 1;

	if (!first || !first->index_made || !first->pci_model || first->pci_model == DOMAIN_PCI_ROOT || first->pci_model == DOMAIN_PCIE_ROOT)
		return;
	for (size_t i = 0; i < d->controllers.n; i++)
		if (d->controllers.items[i]->type == DOMAIN_CONTROLLER_PCI && d->controllers.items[i]->index_made)
			d->controllers.items[i]->index.value = UINT64_MAX;
	for (size_t i = 0; i < d->controllers.n; i++) {
		struct domain_controller *c = d->controllers.items[i];

		if (c->type != DOMAIN_CONTROLLER_PCI || !c->index_made)
			continue;
		while (qemu_find_controller(def, DOMAIN_CONTROLLER_PCI, next))
			next++;
		c->index.value = next;
	}
}

static int need_pci_root(struct domain *def, enum domain_pci_model model, struct error *err)
{
	make_way_for_root(def);
	struct domain_controller *c = qemu_find_controller(def, DOMAIN_CONTROLLER_PCI, 0);

	if (c && !c->pci_model)
		c->pci_model = model;
	if (c)
		return c->pci_model == model ? 0
					     : error_set(err, ERR_XML, "the first PCI controller of machine '%s' is of model '%s', not '%s'", def->os.machine,
							 conf_enum_name(&domain_pci_model_names, model), conf_enum_name(&domain_pci_model_names, c->pci_model));
	c = qemu_add_controller(def, DOMAIN_CONTROLLER_PCI, 0);
	if (!c)
		return no_memory(err);
	c->pci_model = model;
	return 0;
}

static int need_usb(struct domain *def, struct error *err)
{
	struct domain_controller *c = has_type(def, DOMAIN_CONTROLLER_USB) ? NULL : qemu_add_controller(def, DOMAIN_CONTROLLER_USB, 0);

	if (!c)
		return has_type(def, DOMAIN_CONTROLLER_USB) ? 0 : no_memory(err);
	if (qemu_is_q35(def))
		c->usb_model = DOMAIN_USB_QEMU_XHCI;
	return 0;
}

/* What a family of machines has without saying: its first bus, USB, SATA. */
static int add_machine_controllers(struct domain *def, struct error *err)
{
	static const char *const ppc_pci[] = { "g3beige", "mac99", "prep", "bamboo", "ppce500" };
	bool usb = false;
	enum domain_pci_model root = 0;

	if (qemu_is_x86(def)) {
		usb = strcmp(def->os.machine, "isapc") && strncmp(def->os.machine, "microvm", 7);
		root = qemu_is_q35(def) ? DOMAIN_PCIE_ROOT : qemu_is_i440fx(def) ? DOMAIN_PCI_ROOT : 0;
	} else if (qemu_is_virt(def)) {
		root = DOMAIN_PCIE_ROOT;
	} else if (qemu_is_ppc64(def) || def->os.arch == DOMAIN_ARCH_PPC) {
		usb = true;
		root = qemu_is_pseries(def) ? DOMAIN_PCI_ROOT : 0;
		for (size_t i = 0; i < ARRAY_LEN(ppc_pci); i++)
			if (!strncmp(def->os.machine, ppc_pci[i], strlen(ppc_pci[i])))
				root = DOMAIN_PCI_ROOT;
	} else if (qemu_is_s390_ccw(def)) {
		root = DOMAIN_PCI_ROOT;
	} else if (qemu_is_arm(def)) {
		root = !strncmp(def->os.machine, "versatile", 9) || !strncmp(def->os.machine, "realview", 8) ? DOMAIN_PCI_ROOT : 0;
	} else if (!qemu_is_s390(def)) {
		usb = true;
		root = DOMAIN_PCI_ROOT;
	}
	if (usb && need_usb(def, err) < 0)
		return -1;
	if (qemu_is_q35(def) && !qemu_find_controller(def, DOMAIN_CONTROLLER_SATA, 0) && !qemu_add_controller(def, DOMAIN_CONTROLLER_SATA, 0))
		return no_memory(err);
	return root ? need_pci_root(def, root, err) : 0;
}

/* What the machine has by itself stands before what devices need, as in libvirt; those of one type stay together. */
static void sort_implied(struct domain *def)
{
	struct domain_controller **list = def->devices.controllers.items;
	size_t n = def->devices.controllers.n;

	for (size_t i = 0, left = n; left > 0; left--) {
		struct domain_controller *c = list[i];
		bool alone = c->implied;

		for (size_t j = 0; j < n; j++)
			alone &= list[j]->type != c->type || list[j]->implied;
		if (!alone) {
			i++;
			continue;
		}
		memmove(list + i, list + i + 1, (n - i - 1) * sizeof(*list));
		list[n - 1] = c;
	}
}

/* --- what each controller is ----------------------------------------------------------------------------------- */

static enum domain_usb_model default_usb(const struct domain *def)
{
	if (qemu_is_x86(def))
		return DOMAIN_USB_PIIX3_UHCI;
	if (qemu_is_pseries(def) || qemu_is_virt(def))
		return DOMAIN_USB_QEMU_XHCI;
	return qemu_is_ppc64(def) || def->os.arch == DOMAIN_ARCH_PPC ? DOMAIN_USB_PCI_OHCI : qemu_is_s390(def) ? DOMAIN_USB_NONE : 0;
}

static enum domain_scsi_model default_scsi(const struct domain *def)
{
	if (qemu_is_pseries(def))
		return DOMAIN_SCSI_IBMVSCSI;
	return qemu_is_s390(def) || qemu_is_virt(def) ? DOMAIN_SCSI_VIRTIO_SCSI : DOMAIN_SCSI_LSILOGIC;
}

/* The device behind a bridge's model is told when addresses are given (address_pci.c). */
static int fill_controllers(struct domain *def, struct error *err)
{
	for (size_t i = 0; i < def->devices.controllers.n; i++) {
		struct domain_controller *c = def->devices.controllers.items[i];

		if (c->type == DOMAIN_CONTROLLER_USB && !c->usb_model)
			c->usb_model = default_usb(def);
		if (c->type == DOMAIN_CONTROLLER_SCSI && (!c->scsi_model || c->scsi_model == DOMAIN_SCSI_AUTO))
			c->scsi_model = default_scsi(def);
		if (c->type == DOMAIN_CONTROLLER_PCI && !c->pci_model)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "<controller type='pci' index='%llu'>: 'model' is missing",
					 (unsigned long long)c->index.value);
		if (c->type == DOMAIN_CONTROLLER_USB && (c->usb_model == DOMAIN_USB_NEC_XHCI || c->usb_model == DOMAIN_USB_QEMU_XHCI) &&
		    c->ports.value > 15)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "an xHCI controller has 15 ports at most, not %llu",
					 (unsigned long long)c->ports.value);
	}
	return 0;
}

/* --- disks and interfaces -------------------------------------------------------------------------------------- */

static int fill_disk(struct domain_disk *d, struct error *err)
{
	if (d->src.type == DOMAIN_SOURCE_VHOSTUSER)
		return 0;
	if (set_default(&d->driver.name, "qemu", err) < 0)
		return -1;
	if (strcmp(d->driver.name, "qemu") != 0)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "disk %s: <driver name='%s'>: a machine has 'qemu' alone", d->dst, d->driver.name);
	if (!d->driver.type)
		d->driver.type = DOMAIN_STORAGE_RAW;
	return 0;
}

static int fill_net(const struct domain *def, const struct qemu_caps *caps, struct domain_net *n, struct error *err)
{
	static const char *const order[] = { "rtl8139", "e1000", "virtio" };
	const char *model = NULL;

	if (n->model || n->type == DOMAIN_NET_HOSTDEV)
		return 0;
	if (qemu_is_s390(def) || qemu_is_virt(def))
		model = "virtio";
	else if (qemu_is_arm(def))
		model = !strcmp(def->os.machine, "versatilepb") ? "smc91c111" : "lan9118";
	for (size_t i = 0; !model && i < ARRAY_LEN(order); i++)
		if (!caps || qemu_caps_has(caps, i == 2 ? "virtio-net-pci" : order[i]))
			model = order[i];
	return set_default(&n->model, model ? model : "virtio", err);
}

/* --- character devices ----------------------------------------------------------------------------------------- */

void qemu_fill_serial(const struct domain *def, struct domain_serial *s)
{
	static const struct { enum domain_serial_target target; enum domain_serial_model model; } models[] = {
		{ DOMAIN_SERIAL_ISA, DOMAIN_SERIAL_MODEL_ISA_SERIAL }, { DOMAIN_SERIAL_USB, DOMAIN_SERIAL_MODEL_USB_SERIAL },
		{ DOMAIN_SERIAL_PCI, DOMAIN_SERIAL_MODEL_PCI_SERIAL }, { DOMAIN_SERIAL_SPAPR_VIO, DOMAIN_SERIAL_MODEL_SPAPR_VTY },
		{ DOMAIN_SERIAL_SCLP, DOMAIN_SERIAL_MODEL_SCLPCONSOLE }, { DOMAIN_SERIAL_ISA_DEBUG, DOMAIN_SERIAL_MODEL_ISA_DEBUGCON },
	};

	/* an old spelling of "the serial port that the machine has" */
	if (s->target == DOMAIN_SERIAL_ISA && !s->model && !qemu_is_x86(def) && !s->info.address.type)
		s->target = 0;
	if (!s->target) {
		switch (s->info.address.type) {
		case DOMAIN_ADDRESS_USB:
			s->target = DOMAIN_SERIAL_USB;
			break;
		case DOMAIN_ADDRESS_PCI:
			s->target = DOMAIN_SERIAL_PCI;
			break;
		case DOMAIN_ADDRESS_SPAPR_VIO:
			s->target = DOMAIN_SERIAL_SPAPR_VIO;
			break;
		default:
			if (qemu_is_x86(def))
				s->target = DOMAIN_SERIAL_ISA;
			else if (qemu_is_pseries(def))
				s->target = DOMAIN_SERIAL_SPAPR_VIO;
			else if (qemu_is_s390(def))
				s->target = DOMAIN_SERIAL_SCLP;
			else if (qemu_is_virt(def))
				s->target = DOMAIN_SERIAL_SYSTEM;
		}
	}
	for (size_t i = 0; !s->model && i < ARRAY_LEN(models); i++)
		if (models[i].target == s->target)
			s->model = models[i].model;
	if (!s->model && s->target == DOMAIN_SERIAL_SYSTEM)
		s->model = qemu_is_arm(def) ? DOMAIN_SERIAL_MODEL_PL011 : DOMAIN_SERIAL_MODEL_16550A;
}

/* --- the rest -------------------------------------------------------------------------------------------------- */

static uint32_t power_of_two(uint32_t n)
{
	uint32_t p = 1;

	while (p < n && p < 1u << 31)
		p <<= 1;
	return p;
}

static void fill_video(const struct domain *def, struct domain_video *v)
{
	if (v->type == DOMAIN_VIDEO_CIRRUS && (qemu_is_virt(def) || qemu_is_s390(def)) && !v->info.address.type)
		v->type = DOMAIN_VIDEO_VIRTIO;
	if (v->type == DOMAIN_VIDEO_VIRTIO)
		v->vram = 0;
	if (v->type != DOMAIN_VIDEO_QXL)
		return;
	v->vgamem = power_of_two(v->vgamem ? v->vgamem : 16 * 1024);
	v->ram = power_of_two(v->ram);
	v->vram = power_of_two(v->vram);
}

static void fill_panics(struct domain *def)
{
	for (size_t i = 0; i < def->devices.panics.n; i++) {
		struct domain_panic *p = def->devices.panics.items[i];

		if (!p->model)
			p->model = qemu_is_pseries(def) ? DOMAIN_PANIC_PSERIES : qemu_is_s390(def) ? DOMAIN_PANIC_S390 : DOMAIN_PANIC_ISA;
	}
}

static int add_panic(struct domain *def, struct error *err)
{
	if ((!qemu_is_pseries(def) && !qemu_is_s390(def)) || def->devices.panics.n)
		return 0;
	return CONF_LIST_ADD(&def->devices.panics) ? 0 : no_memory(err);
}

static int add_balloon(struct domain *def, struct error *err)
{
	struct domain_memballoon **m = &def->devices.memballoon;

	/* Arm's machines have none by themselves */
	if (*m || qemu_is_arm(def) || (qemu_is_x86(def) && !qemu_has_pci(def)))
		return 0;
	*m = calloc(1, sizeof(**m));
	if (!*m)
		return no_memory(err);
	(*m)->model = DOMAIN_MEMBALLOON_VIRTIO;
	return 0;
}

/* A PC has a mouse and a keyboard. */
static int add_inputs(struct domain *def, struct error *err)
{
	static const enum domain_input_type types[] = { DOMAIN_INPUT_MOUSE, DOMAIN_INPUT_KEYBOARD };
	struct domain_devices *d = &def->devices;

	if (!qemu_is_x86(def))
		return 0;
	for (size_t t = 0; t < ARRAY_LEN(types); t++) {
		struct domain_input *in = NULL;

		for (size_t i = 0; !in && i < d->inputs.n; i++)
			if (d->inputs.items[i]->type == types[t] && d->inputs.items[i]->bus == DOMAIN_INPUT_BUS_PS2)
				in = d->inputs.items[i];
		if (in)
			continue;
		in = CONF_LIST_ADD(&d->inputs);
		if (!in)
			return no_memory(err);
		in->type = types[t];
		in->bus = DOMAIN_INPUT_BUS_PS2;
	}
	return 0;
}

/* Where sound is heard: with the client that shows the screen, else nowhere. */
static int add_audio(struct domain *def, struct error *err)
{
	struct domain_devices *d = &def->devices;
	enum domain_audio_type type = DOMAIN_AUDIO_NONE;
	struct domain_audio *a;

	for (size_t i = 0; i < d->graphics.n && type == DOMAIN_AUDIO_NONE; i++) {
		enum domain_graphics_type g = d->graphics.items[i]->type;

		if (g == DOMAIN_GRAPHICS_VNC)
			break;
		type = g == DOMAIN_GRAPHICS_SPICE ? DOMAIN_AUDIO_SPICE : g == DOMAIN_GRAPHICS_DBUS ? DOMAIN_AUDIO_DBUS : type;
		/* SDL plays by itself */
		if (g == DOMAIN_GRAPHICS_SDL)
			return 0;
	}
	if (d->audios.n)
		return 0;
	a = CONF_LIST_ADD(&d->audios);
	if (!a)
		return no_memory(err);
	a->id = 1;
	a->type = type;
	return 0;
}

static void fill_tpm(const struct domain *def, struct domain_tpm *t)
{
	if (!t->model)
		t->model = qemu_is_pseries(def) ? DOMAIN_TPM_SPAPR : DOMAIN_TPM_TIS;
	if (!t->version && t->backend == DOMAIN_TPM_EMULATOR)
		t->version = DOMAIN_TPM_2_0;
}

/* A channel's socket that libvirt or this driver made up for a run ("…/channel/target/domain-7-web/NAME", "…/channel/target/web.NAME") is no part of the definition. */
static void fill_channel(const struct domain *def, struct domain_channel *c)
{
	const char *path = c->source.type == DOMAIN_CHARDEV_UNIX && c->target == DOMAIN_CHANNEL_VIRTIO && c->name ? c->source.path : NULL;
	const char *rest = path ? strstr(path, "/channel/") : NULL, *slash;
	size_t len = strlen(def->name);

	if (!rest)
		return;
	rest += strlen("/channel/");
	rest += !strncmp(rest, "target/", 7) ? 7 : 0;
	slash = strchr(rest, '/');
	if (slash ? strncmp(rest, "domain-", 7) != 0 || strcmp(slash + 1, c->name) != 0
		  : strncmp(rest, def->name, len) != 0 || rest[len] != '.' || strcmp(rest + len + 1, c->name) != 0)
		return;
	free(c->source.path);
	c->source.path = NULL;
	c->source.mode = 0;
}

static int fill_each(struct domain *def, const struct qemu_caps *caps, struct error *err)
{
	struct domain_devices *d = &def->devices;

	for (size_t i = 0; i < d->disks.n; i++)
		if (fill_disk(d->disks.items[i], err) < 0)
			return -1;
	for (size_t i = 0; i < d->interfaces.n; i++)
		if (fill_net(def, caps, d->interfaces.items[i], err) < 0)
			return -1;
	for (size_t i = 0; i < d->serials.n; i++)
		qemu_fill_serial(def, d->serials.items[i]);
	for (size_t i = 0; i < d->channels.n; i++)
		fill_channel(def, d->channels.items[i]);
	for (size_t i = 0; i < d->videos.n; i++)
		fill_video(def, d->videos.items[i]);
	for (size_t i = 0; i < d->tpms.n; i++)
		fill_tpm(def, d->tpms.items[i]);
	for (size_t i = 0; i < d->hostdevs.n; i++)
		if (d->hostdevs.items[i]->type == DOMAIN_HOSTDEV_MDEV && d->hostdevs.items[i]->mdev_model == DOMAIN_MDEV_VFIO_PCI &&
		    !d->hostdevs.items[i]->display)
			d->hostdevs.items[i]->display = CONF_OFF;
	if (d->watchdog && !d->watchdog->model)
		d->watchdog->model = qemu_is_s390(def) ? DOMAIN_WATCHDOG_DIAG288 : DOMAIN_WATCHDOG_I6300ESB;
	if (d->vsock && !d->vsock->model)
		d->vsock->model = DOMAIN_VIRTIO_MODEL_VIRTIO;
	fill_panics(def);
	return 0;
}

int qemu_fill_devices(struct domain *def, const struct qemu_caps *caps, struct error *err)
{
	if (add_machine_controllers(def, err) < 0)
		return -1;
	sort_implied(def);
	if (fill_controllers(def, err) < 0 || add_inputs(def, err) < 0 || add_panic(def, err) < 0 ||
	    add_balloon(def, err) < 0 || add_audio(def, err) < 0)
		return -1;
	return fill_each(def, caps, err);
}
