/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What devices mean where the definition says nothing, as far as other devices or the machine decide it. */
#include "conf/domain_fill.h"

#include <sys/random.h>

/* --- interfaces ------------------------------------------------------------------------------------------------ */

static int fill_mac(struct conf_reader *r, const struct domain *def, struct domain_net *net)
{
	bool xen = def->virt == DOMAIN_VIRT_XEN || def->virt == DOMAIN_VIRT_LXC;
	static const unsigned char prefixes[2][3] = { { 0x52, 0x54, 0x00 }, { 0x00, 0x16, 0x3e } };

	if (net->mac.set)
		return 0;
	memcpy(net->mac.addr, prefixes[xen], 3);
	if (getrandom(net->mac.addr + 3, 3, 0) != 3)
		return error_errno(r->err, "cannot make up a MAC address");
	net->mac.set = net->mac.made = true;
	return 0;
}

/* --- character devices ----------------------------------------------------------------------------------------- */

/* Ports not given follow the highest so far. */
static void fill_ports(struct conf_num *(*port)(void *), void **items, size_t n)
{
	uint64_t next = 0;

	for (size_t i = 0; i < n; i++) {
		const struct conf_num *p = port(items[i]);

		if (p->set && p->value >= next)
			next = p->value + 1;
	}
	for (size_t i = 0; i < n; i++) {
		struct conf_num *p = port(items[i]);

		if (!p->set)
			*p = (struct conf_num){ next++, true };
	}
}

static struct conf_num *serial_port(void *item)
{
	return &((struct domain_serial *)item)->port;
}

static struct conf_num *parallel_port(void *item)
{
	return &((struct domain_parallel *)item)->port;
}

static int copy_chardev(struct conf_reader *r, struct domain_chardev_source *to, const struct domain_chardev_source *from,
			struct domain_info *info, const struct domain_info *from_info)
{
	conf_clear(&domain_chardev_source_elem, to);
	conf_clear(&domain_info_elem, info);
	memset(to, 0, sizeof(*to));
	memset(info, 0, sizeof(*info));
	if (conf_copy_into(&domain_chardev_source_elem, to, from) < 0 || conf_copy_into(&domain_info_elem, info, from_info) < 0)
		return conf_no_memory(r);
	return 0;
}

static bool has_console(const struct domain_serial *s)
{
	return s->target != DOMAIN_SERIAL_USB && s->target != DOMAIN_SERIAL_PCI && s->target != DOMAIN_SERIAL_ISA_DEBUG;
}

/* Of a machine, the first console and the first serial port are one device: what one lacks is made of the other. */
static int pair_console(struct conf_reader *r, struct domain_devices *d)
{
	struct domain_console *c = d->consoles.n ? d->consoles.items[0] : NULL;
	struct domain_serial *s = d->serials.n ? d->serials.items[0] : NULL;

	if (c && c->target != DOMAIN_CONSOLE_SERIAL)
		return 0;
	if (c && !s) {
		s = CONF_LIST_ADD(&d->serials);
		return s ? copy_chardev(r, &s->source, &c->source, &s->info, &c->info) : conf_no_memory(r);
	}
	if (!s || (!c && !has_console(s)))
		return 0;
	if (!c) {
		c = CONF_LIST_ADD(&d->consoles);
		if (!c)
			return conf_no_memory(r);
		c->target = DOMAIN_CONSOLE_SERIAL;
	}
	return copy_chardev(r, &c->source, &s->source, &c->info, &s->info);
}

static bool is_paired(const struct domain *def)
{
	const struct domain_devices *d = &def->devices;

	return def->os.type == DOMAIN_OS_HVM && d->consoles.n && d->serials.n && d->consoles.items[0]->target == DOMAIN_CONSOLE_SERIAL;
}

static int fill_chardevs(struct conf_reader *r, struct domain *def)
{
	struct domain_devices *d = &def->devices;

	for (size_t i = 0; i < d->consoles.n; i++)
		if (!d->consoles.items[i]->target)
			d->consoles.items[i]->target = def->virt == DOMAIN_VIRT_LXC ? DOMAIN_CONSOLE_LXC : DOMAIN_CONSOLE_SERIAL;
	if (def->os.type == DOMAIN_OS_HVM && pair_console(r, d) < 0)
		return -1;
	fill_ports(serial_port, (void **)d->serials.items, d->serials.n);
	fill_ports(parallel_port, (void **)d->parallels.items, d->parallels.n);
	for (size_t i = 0; i < d->consoles.n; i++) {
		struct domain_console *c = d->consoles.items[i];

		c->port = (struct conf_num){ i, true };
		if (i && c->target == DOMAIN_CONSOLE_SERIAL)
			return conf_unsupported(r, "only the first <console> can be a serial port");
		if (domain_port_check(r, &c->source) < 0)
			return -1;
	}
	if (is_paired(def))
		d->consoles.items[0]->port = d->serials.items[0]->port;
	return 0;
}

/* --- video ----------------------------------------------------------------------------------------------------- */

static enum domain_video_type default_video(const struct domain *def)
{
	if (def->virt == DOMAIN_VIRT_XEN && def->os.type != DOMAIN_OS_HVM)
		return DOMAIN_VIDEO_XEN;
	if (def->os.arch == DOMAIN_ARCH_PPC64 || def->os.arch == DOMAIN_ARCH_PPC64LE)
		return DOMAIN_VIDEO_VGA;
	return DOMAIN_VIDEO_CIRRUS;
}

/* In KiB. */
static uint32_t default_vram(const struct domain *def, enum domain_video_type type)
{
	switch (type) {
	case DOMAIN_VIDEO_VGA:
	case DOMAIN_VIDEO_CIRRUS:
	case DOMAIN_VIDEO_VMVGA:
		return def->virt == DOMAIN_VIRT_VBOX ? 8192 : def->virt == DOMAIN_VIRT_VMWARE ? 4096 : 16384;
	case DOMAIN_VIDEO_XEN:
		return 4096;
	case DOMAIN_VIDEO_QXL:
		return 65536;
	case DOMAIN_VIDEO_BOCHS:
		return 16384;
	default:
		return 0;
	}
}

/* type 'none' stands alone and says nothing else. */
static int fill_no_video(struct conf_reader *r, struct domain_devices *d)
{
	struct domain_video *v = d->videos.items[0];
	struct domain_alias alias = v->info.alias;

	if (d->videos.n > 1)
		return conf_unsupported(r, "a video device of type 'none' must be the only one");
	v->info.alias.name = NULL;
	conf_clear(&domain_video_elem, v);
	*v = (struct domain_video){ .type = DOMAIN_VIDEO_NONE, .info.alias = alias };
	return 0;
}

static int fill_primary(struct conf_reader *r, struct domain_devices *d)
{
	struct domain_video *first = NULL;
	size_t at = 0;

	for (size_t i = 0; i < d->videos.n; i++) {
		struct domain_video *v = d->videos.items[i];

		if (v->type == DOMAIN_VIDEO_NONE)
			return fill_no_video(r, d);
		if (v->primary != CONF_YES)
			continue;
		if (first)
			return conf_unsupported(r, "more than one video device is primary");
		first = v;
		at = i;
	}
	if (!first)
		first = d->videos.items[0];
	for (; at; at--)
		d->videos.items[at] = d->videos.items[at - 1];
	d->videos.items[0] = first;
	first->primary = CONF_YES;
	return 0;
}

static int check_video(struct conf_reader *r, const struct domain_video *v)
{
	const struct domain_virtio *o = &v->virtio;

	if (v->type != DOMAIN_VIDEO_VIRTIO && (o->iommu || o->ats || o->packed || o->page_per_vq))
		return conf_unsupported(r, "'iommu', 'ats', 'packed' and 'page_per_vq' of a video device's <driver> go with type 'virtio' alone");
	if (v->type != DOMAIN_VIDEO_VIRTIO && v->backend == DOMAIN_VIDEO_BACKEND_VHOSTUSER)
		return conf_unsupported(r, "<driver name='vhostuser'> of a video device goes with type 'virtio' alone");
	return 0;
}

static int fill_videos(struct conf_reader *r, struct domain *def)
{
	struct domain_devices *d = &def->devices;

	if (d->graphics.n && !d->videos.n && !CONF_LIST_ADD(&d->videos))
		return conf_no_memory(r);
	if (!d->videos.n)
		return 0;
	for (size_t i = 0; i < d->videos.n; i++) {
		struct domain_video *v = d->videos.items[i];

		if (!v->type)
			v->type = default_video(def);
		if (!v->vram)
			v->vram = default_vram(def, v->type);
		if (v->type == DOMAIN_VIDEO_QXL && !v->ram)
			v->ram = 65536;
		if (!v->heads)
			v->heads = 1;
		if (check_video(r, v) < 0)
			return -1;
	}
	return fill_primary(r, d);
}

/* --- the rest -------------------------------------------------------------------------------------------------- */

static bool is_x86(const struct domain *def)
{
	return !def->os.arch || def->os.arch == DOMAIN_ARCH_X86_64 || def->os.arch == DOMAIN_ARCH_I686;
}

static int fill_input(struct conf_reader *r, const struct domain *def, struct domain_input *in)
{
	bool xen = def->virt == DOMAIN_VIRT_XEN && def->os.type != DOMAIN_OS_HVM;

	if (in->type == DOMAIN_INPUT_EVDEV)
		return 0;
	if (in->bus == DOMAIN_INPUT_BUS_XEN && def->os.type == DOMAIN_OS_HVM)
		return conf_unsupported(r, "an input device on bus 'xen' needs a paravirtual guest");
	if (xen && in->bus && in->bus != DOMAIN_INPUT_BUS_XEN)
		return conf_unsupported(r, "a paravirtual Xen guest has input devices on bus 'xen' alone");
	if (xen && in->type != DOMAIN_INPUT_MOUSE && in->type != DOMAIN_INPUT_KEYBOARD)
		return conf_unsupported(r, "bus 'xen' has no %s", conf_enum_name(&domain_input_type_names, in->type));
	if (in->bus)
		return 0;
	if (xen)
		in->bus = DOMAIN_INPUT_BUS_XEN;
	else if (in->type == DOMAIN_INPUT_PASSTHROUGH || def->os.arch == DOMAIN_ARCH_S390X || def->os.arch == DOMAIN_ARCH_S390)
		in->bus = DOMAIN_INPUT_BUS_VIRTIO;
	else if (in->type != DOMAIN_INPUT_TABLET && is_x86(def))
		in->bus = DOMAIN_INPUT_BUS_PS2;
	else
		in->bus = DOMAIN_INPUT_BUS_USB;
	return 0;
}

/* Smartcards that are not placed follow the others on the first reader. */
static void place_smartcards(struct domain_devices *d)
{
	for (size_t i = 0; i < d->smartcards.n; i++) {
		struct domain_address *a = &d->smartcards.items[i]->info.address;
		uint64_t slot = 0;

		if (a->type)
			continue;
		for (size_t j = 0; j < d->smartcards.n; j++) {
			const struct domain_address *other = &d->smartcards.items[j]->info.address;

			if (other->type && !other->controller.value && other->slot.value >= slot)
				slot = other->slot.value + 1;
		}
		a->type = DOMAIN_ADDRESS_CCID;
		a->controller = (struct conf_num){ 0, true };
		a->slot = (struct conf_num){ slot, true };
	}
}

int domain_fill_devices(struct conf_reader *r, struct domain *def)
{
	struct domain_devices *d = &def->devices;

	for (size_t i = 0; i < d->interfaces.n; i++)
		if (fill_mac(r, def, d->interfaces.items[i]) < 0)
			return -1;
	for (size_t i = 0; i < d->inputs.n; i++)
		if (fill_input(r, def, d->inputs.items[i]) < 0)
			return -1;
	place_smartcards(d);
	return fill_chardevs(r, def) < 0 ? -1 : fill_videos(r, def);
}
