/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a definition means where it says nothing, as far as more than one element decides it. */
#include "conf/domain_fill.h"

#include "util/uuid.h"

#include <sys/utsname.h>

static int fill_uuid(struct conf_reader *r, struct domain *def)
{
	static const unsigned char none[16];

	def->uuid_made = !memcmp(def->uuid, none, sizeof(none));
	return def->uuid_made ? uuid_generate(def->uuid, r->err) : 0;
}

static int fill_memory(struct conf_reader *r, struct domain *def)
{
	if (!def->memory.set)
		def->memory = def->max_memory.size;
	if (!def->memory.set)
		return conf_fail(r, "element <memory> is missing");
	if (!def->current_memory.set || def->current_memory.value > def->memory.value)
		def->current_memory = def->memory;
	return 0;
}

/* A container is of the host's architecture. For the others it is what libvirt's parser takes when no driver tells better. */
static void fill_arch(struct domain *def)
{
	struct utsname uts;
	int arch = DOMAIN_ARCH_I686;

	if (def->virt == DOMAIN_VIRT_LXC && uname(&uts) == 0)
		arch = conf_enum_value(&domain_arch_names, uts.machine);
	if (!def->os.arch && arch > 0)
		def->os.arch = arch;
}

static int fill_os(struct conf_reader *r, struct domain *def)
{
	struct domain_os *os = &def->os;

	if (!os->type && def->bootloader)
		os->type = DOMAIN_OS_XEN;
	if (!os->type)
		return conf_fail(r, "<os><type>...</type></os> is missing");
	/* Xen's paravirtual guests are called "linux" since the first versions. */
	if (os->type == DOMAIN_OS_XEN && def->virt == DOMAIN_VIRT_XEN)
		os->type = DOMAIN_OS_LINUX;
	if (os->type == DOMAIN_OS_EXE && def->virt == DOMAIN_VIRT_LXC && !os->init) {
		os->init = strdup("/sbin/init");
		if (!os->init)
			return conf_no_memory(r);
	}
	fill_arch(def);
	return 0;
}

static int add_boot_order(struct conf_reader *r, const struct domain_info *info, struct conf_bitmap *seen, size_t *n)
{
	size_t word = info->boot_order / (8 * sizeof(long)), bit = info->boot_order % (8 * sizeof(long));

	if (!info->boot_order)
		return 0;
	if (info->boot_order >= seen->bits)
		return conf_fail(r, "<boot order='%u'/>: %u is the highest that is possible", info->boot_order, seen->bits - 1);
	if (seen->words[word] >> bit & 1)
		return conf_fail(r, "<boot order='%u'/> is given to two devices", info->boot_order);
	seen->words[word] |= 1UL << bit;
	(*n)++;
	return 0;
}

/* Devices with <boot order> and <os><boot dev> exclude each other; without either a machine boots from its disk. */
static int fill_boot(struct conf_reader *r, struct domain *def)
{
	AUTO_FREE struct conf_bitmap *seen = calloc(1, sizeof(*seen) + CONF_BITMAP_MAX / 8);
	const struct domain_devices *d = &def->devices;
	struct domain_boot *boot;
	size_t n = 0;

	if (!seen)
		return conf_no_memory(r);
	seen->bits = CONF_BITMAP_MAX;
#define ORDERS(list) \
	for (size_t i = 0; i < d->list.n; i++) \
		if (add_boot_order(r, &d->list.items[i]->info, seen, &n) < 0) \
			return -1
	ORDERS(disks);
	ORDERS(interfaces);
	ORDERS(hostdevs);
	ORDERS(redirdevs);
#undef ORDERS
	if (n && def->os.boot.n)
		return conf_unsupported(r, "<boot order> of devices and <os><boot dev> exclude each other");
	if (n || def->os.boot.n || def->os.type != DOMAIN_OS_HVM)
		return 0;
	boot = CONF_LIST_ADD(&def->os.boot);
	if (!boot)
		return conf_no_memory(r);
	boot->dev = DOMAIN_BOOT_HD;
	return 0;
}

int domain_fill(struct conf_reader *r, struct domain *def)
{
	if (fill_uuid(r, def) < 0 || fill_memory(r, def) < 0 || fill_os(r, def) < 0 || domain_fill_devices(r, def) < 0 ||
	    domain_fill_buses(r, def) < 0 || fill_boot(r, def) < 0 || domain_check_devices(r, def) < 0)
		return -1;
	if (!def->vcpus.n)
		def->vcpus.n = 1;
	if (!def->vcpus.placement)
		def->vcpus.placement = DOMAIN_PLACEMENT_STATIC;
	if (!def->clock.offset)
		def->clock.offset = DOMAIN_CLOCK_UTC;
	if (!def->on_poweroff)
		def->on_poweroff = DOMAIN_ACTION_DESTROY;
	if (!def->on_reboot)
		def->on_reboot = DOMAIN_ACTION_RESTART;
	if (!def->on_crash)
		def->on_crash = DOMAIN_CRASH_DESTROY;
	return 0;
}
