/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a definition must not say about devices, as far as more than one element decides it. */
#include "conf/domain_fill.h"

/* --- aliases --------------------------------------------------------------------------------------------------- */

struct aliases {
	const struct domain_info *twin;   /* of the first console, which is the first serial port */
	const char **names;
	size_t n;
};

static int count_alias(void *ctx, const char *element UNUSED, const struct domain_info *info)
{
	struct aliases *a = ctx;

	if (info != a->twin && info->alias.name && !strncmp(info->alias.name, "ua-", 3)) {
		if (a->names)
			a->names[a->n] = info->alias.name;
		a->n++;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_aliases(struct conf_reader *r, const struct domain_devices *d)
{
	struct aliases a = { 0 };
	AUTO_FREE const char **names = NULL;

	if (d->consoles.n && d->serials.n && d->consoles.items[0]->target == DOMAIN_CONSOLE_SERIAL)
		a.twin = &d->consoles.items[0]->info;
	domain_each_info(d, count_alias, &a);
	if (a.n < 2)
		return 0;
	a.names = names = calloc(a.n, sizeof(*names));
	if (!names)
		return conf_no_memory(r);
	a.n = 0;
	domain_each_info(d, count_alias, &a);
	qsort(names, a.n, sizeof(*names), by_name);
	for (size_t i = 1; i < a.n; i++)
		if (!strcmp(names[i - 1], names[i]))
			return conf_unsupported(r, "two devices have the alias '%.100s'", names[i]);
	return 0;
}

/* --- addresses ------------------------------------------------------------------------------------------------- */

static int check_address(void *ctx, const char *element, const struct domain_info *info)
{
	return info->address.type != DOMAIN_ADDRESS_UNASSIGNED || !strcmp(element, "hostdev") ? 0 :
		conf_unsupported(ctx, "<%s>: <address type='unassigned'> is for host devices alone", element);
}

/* --- USB ------------------------------------------------------------------------------------------------------- */

static int usb_place(void *ctx, const char *element, const struct domain_info *info)
{
	if (info->address.type != DOMAIN_ADDRESS_USB)
		return 0;
	*(const char **)ctx = element;
	return 1;
}

/* The element of a device on USB; NULL: there is none. */
static const char *find_usb(const struct domain_devices *d)
{
	const char *element = NULL;

	for (size_t i = 0; i < d->disks.n; i++)
		if (d->disks.items[i]->bus == DOMAIN_DISK_USB)
			return "disk";
	for (size_t i = 0; i < d->inputs.n; i++)
		if (d->inputs.items[i]->bus == DOMAIN_INPUT_BUS_USB)
			return "input";
	for (size_t i = 0; i < d->hostdevs.n; i++)
		if (d->hostdevs.items[i]->type == DOMAIN_HOSTDEV_USB && d->hostdevs.items[i]->mode == DOMAIN_HOSTDEV_SUBSYSTEM)
			return "hostdev";
	for (size_t i = 0; i < d->sounds.n; i++)
		if (d->sounds.items[i]->model == DOMAIN_SOUND_USB)
			return "sound";
	if (d->hubs.n)
		return "hub";
	if (d->redirdevs.n)
		return "redirdev";
	domain_each_info(d, usb_place, &element);
	return element;
}

static int check_usb(struct conf_reader *r, const struct domain_devices *d)
{
	const char *element;

	for (size_t i = 0; i < d->controllers.n; i++) {
		if (d->controllers.items[i]->type != DOMAIN_CONTROLLER_USB || d->controllers.items[i]->usb_model != DOMAIN_USB_NONE)
			continue;
		element = find_usb(d);
		if (element)
			return conf_unsupported(r, "there is no USB (<controller type='usb' model='none'>), but a <%s> is on it", element);
	}
	return 0;
}

/* --- the rest -------------------------------------------------------------------------------------------------- */

static int check_audio_id(struct conf_reader *r, const struct domain_devices *d, struct conf_num id)
{
	bool found = !id.value;

	for (size_t i = 0; i < d->audios.n; i++)
		found |= d->audios.items[i]->id == id.value;
	return found ? 0 : conf_fail(r, "there is no <audio id='%llu'>, but a device names it", (unsigned long long)id.value);
}

static int check_audios(struct conf_reader *r, const struct domain_devices *d)
{
	for (size_t i = 0; i < d->sounds.n; i++)
		if (check_audio_id(r, d, d->sounds.items[i]->audio) < 0)
			return -1;
	for (size_t i = 0; i < d->graphics.n; i++)
		if (d->graphics.items[i]->type == DOMAIN_GRAPHICS_VNC && check_audio_id(r, d, d->graphics.items[i]->audio) < 0)
			return -1;
	for (size_t i = 0; i < d->audios.n; i++)
		for (size_t j = 0; j < i; j++)
			if (d->audios.items[i]->id == d->audios.items[j]->id)
				return conf_fail(r, "two <audio> have the id %u", d->audios.items[i]->id);
	return 0;
}

static int check_panics(struct conf_reader *r, const struct domain_devices *d)
{
	for (size_t i = 0; i < d->panics.n; i++)
		for (size_t j = 0; j < i; j++)
			if (d->panics.items[i]->model == d->panics.items[j]->model)
				return conf_fail(r, "two <panic> have the same model");
	return 0;
}

static int check_memdevs(struct conf_reader *r, const struct domain *def)
{
	for (size_t i = 0; i < def->devices.memdevs.n; i++) {
		const struct domain_memdev *m = def->devices.memdevs.items[i];
		bool ppc = def->os.arch == DOMAIN_ARCH_PPC64 || def->os.arch == DOMAIN_ARCH_PPC64LE;

		if (m->node.set && (!def->cpu || !def->cpu->cells.n))
			return conf_fail(r, "a memory device names a node of the guest, which has none (<cpu><numa>)");
		if (ppc && m->model == DOMAIN_MEMDEV_NVDIMM && !m->label_size.set)
			return conf_unsupported(r, "an NVDIMM of a pseries machine needs <label><size>...</size></label>");
	}
	return 0;
}

int domain_check_devices(struct conf_reader *r, const struct domain *def)
{
	const struct domain_devices *d = &def->devices;

	if (check_aliases(r, d) < 0 || domain_each_info(d, check_address, r) < 0)
		return -1;
	if (check_usb(r, d) < 0 || check_audios(r, d) < 0 || check_panics(r, d) < 0)
		return -1;
	if (d->iommu && d->iommu->intremap == CONF_ON && def->features.ioapic != DOMAIN_IOAPIC_QEMU)
		return conf_unsupported(r, "<iommu><driver intremap='on'/></iommu> needs <features><ioapic driver='qemu'/></features>");
	return check_memdevs(r, def);
}
