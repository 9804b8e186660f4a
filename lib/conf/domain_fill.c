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

/* The whole memory may be told by the NUMA cells alone; memory devices are part of it. */
static int fill_memory(struct conf_reader *r, struct domain *def)
{
	uint64_t cells = 0, devices = 0;

	for (size_t i = 0; def->cpu && i < def->cpu->cells.n; i++)
		if (__builtin_add_overflow(cells, def->cpu->cells.items[i]->memory.value, &cells))
			return conf_fail(r, "the cells of <numa> have more memory than can be counted");
	for (size_t i = 0; i < def->devices.memdevs.n; i++)
		if (__builtin_add_overflow(devices, def->devices.memdevs.items[i]->size.value, &devices))
			return conf_fail(r, "the memory devices have more memory than can be counted");
	if (!def->memory.value && cells && !__builtin_add_overflow(cells, devices, &cells))
		def->memory = (struct conf_num){ cells, true };
	if (!def->memory.value)
		return conf_fail(r, "element <memory> is missing or 0");
	if (!cells && devices > def->memory.value)
		return conf_fail(r, "the memory devices have %llu KiB, more than the whole <memory>", (unsigned long long)devices);
	if (!def->current_memory.value || def->current_memory.value > def->memory.value)
		def->current_memory = def->memory;
	if (!def->max_memory.size.value != !def->max_memory.slots)
		return conf_fail(r, "<maxMemory> needs both a size and 'slots'");
	if (def->max_memory.size.value && def->max_memory.size.value < def->memory.value)
		return conf_fail(r, "<maxMemory> is less than <memory>");
	return 0;
}

/* Of a guest without NUMA cells, huge pages for "node 0" are those of the guest. */
static void fill_hugepages(struct domain *def)
{
	struct domain_hugepages *huge = def->memory_backing.hugepages;

	if (def->cpu && def->cpu->cells.n)
		return;
	for (size_t i = 0; huge && i < huge->pages.n; i++) {
		struct conf_bitmap *nodes = huge->pages.items[i]->nodeset;

		if (nodes && nodes->bits == 1) {
			free(nodes);
			huge->pages.items[i]->nodeset = NULL;
		}
	}
}

/* CPUs that are placed automatically have their memory beside them. */
static void fill_numatune(struct domain *def)
{
	struct domain_numatune *t = &def->numatune;

	if (def->vcpus.placement != DOMAIN_PLACEMENT_AUTO || t->memory.mode || t->memnodes.n)
		return;
	t->memory.mode = DOMAIN_NUMATUNE_STRICT;
	t->memory.placement = DOMAIN_NUMATUNE_AUTO;
}

static bool has_iothread(const struct domain *def, uint32_t id)
{
	for (size_t i = 0; i < def->iothreadids.n; i++)
		if (def->iothreadids.items[i]->id == id)
			return true;
	return false;
}

/* I/O threads have the ids that <iothreadids> gives, then the lowest free ones. The list stays empty if nobody gave ids. */
static int fill_iothreads(struct conf_reader *r, struct domain *def)
{
	for (size_t i = 0; i < def->iothreadids.n; i++)
		for (size_t j = 0; j < i; j++)
			if (def->iothreadids.items[i]->id == def->iothreadids.items[j]->id)
				return conf_fail(r, "<iothread id='%u'> is given twice", def->iothreadids.items[i]->id);
	if (def->iothreads > CONF_BITMAP_MAX)
		return conf_fail(r, "<iothreads>: %u are possible", CONF_BITMAP_MAX);
	if (def->iothreads < def->iothreadids.n)
		def->iothreads = def->iothreadids.n;
	for (uint32_t id = 1; def->iothreadids.n && def->iothreadids.n < def->iothreads; id++) {
		struct domain_iothread *t;

		if (has_iothread(def, id))
			continue;
		t = CONF_LIST_ADD(&def->iothreadids);
		if (!t)
			return conf_no_memory(r);
		t->id = id;
	}
	for (size_t i = 0; i < def->cputune.iothreadscheds.n; i++) {
		unsigned id = def->cputune.iothreadscheds.items[i]->ids->bits - 1;   /* each has one */

		if (!(def->iothreadids.n ? has_iothread(def, id) : id && id <= def->iothreads))
			return conf_fail(r, "<iothreadsched>: there is no I/O thread %u", id);
	}
	for (size_t i = 0; i < def->cputune.iothreadpins.n; i++) {
		uint64_t id = def->cputune.iothreadpins.items[i]->iothread.value;

		if (!(def->iothreadids.n ? has_iothread(def, id) : id && id <= def->iothreads))
			return conf_fail(r, "<iothreadpin iothread='%llu'>: there is no such I/O thread", (unsigned long long)id);
	}
	return 0;
}

/* The guest's UUID is also told in its SMBIOS tables. */
static int fill_smbios_uuid(struct conf_reader *r, struct domain *def)
{
	for (size_t s = 0; s < def->sysinfo.n; s++) {
		const struct domain_sysinfo_block *block = &def->sysinfo.items[s]->system;

		for (size_t i = 0; i < block->entries.n; i++) {
			const struct domain_sysinfo_entry *e = block->entries.items[i];
			unsigned char uuid[UUID_BYTES];

			if (e->name != DOMAIN_SYSINFO_UUID || !e->value)
				continue;
			if (uuid_parse(e->value, uuid) < 0)
				return conf_fail(r, "<sysinfo>: '%.60s' is not a UUID", e->value);
			if (def->uuid_made)
				memcpy(def->uuid, uuid, sizeof(uuid));
			else if (memcmp(def->uuid, uuid, sizeof(uuid)) != 0)
				return conf_fail(r, "<sysinfo>: the UUID '%.60s' is not the guest's <uuid>", e->value);
		}
	}
	return 0;
}

/* A pin of a vCPU that the guest does not have is left out. */
static void drop_pins(struct conf_reader *r, struct domain *def)
{
	struct domain_cputune *t = &def->cputune;

	/* sorted by vCPU */
	while (t->vcpupins.n && t->vcpupins.items[t->vcpupins.n - 1]->vcpu.value >= def->vcpus.n) {
		struct domain_vcpupin *pin = t->vcpupins.items[--t->vcpupins.n];
		char text[100];

		snprintf(text, sizeof(text), "<vcpupin vcpu='%llu'> is left out: the guest has %u", (unsigned long long)pin->vcpu.value,
			 def->vcpus.n);
		if (r->warn)
			r->warn(r->warn_ctx, text);
		free(pin->cpuset);
		free(pin);
	}
}

static int by_id(const void *a, const void *b)
{
	uint64_t x = (*(struct domain_vcpu *const *)a)->id.value, y = (*(struct domain_vcpu *const *)b)->id.value;

	return (x > y) - (x < y);
}

/* Single processors that are listed: all of them in their order, and the count is theirs. One that is not mentioned is off. */
static int fill_vcpus(struct conf_reader *r, struct domain *def)
{
	uint32_t on = 0, listed = (uint32_t)def->vcpu_list.n;

	if (!listed)
		return 0;
	if (def->vcpus.n > CONF_BITMAP_MAX)
		return conf_fail(r, "<vcpus>: %u processors are too many to be listed", def->vcpus.n);
	qsort(def->vcpu_list.items, listed, sizeof(def->vcpu_list.items[0]), by_id);
	for (uint32_t i = 0, at = 0; i < def->vcpus.n; i++) {
		struct domain_vcpu *v = at < listed && def->vcpu_list.items[at]->id.value == i ? def->vcpu_list.items[at++] : NULL;

		if (!v && (v = CONF_LIST_ADD(&def->vcpu_list)))
			*v = (struct domain_vcpu){ .id = { i, true }, .enabled = CONF_NO };
		if (!v)
			return conf_no_memory(r);
		if (!v->hotpluggable)
			v->hotpluggable = v->enabled == CONF_YES ? CONF_NO : CONF_YES;
		on += v->enabled == CONF_YES;
	}
	if (def->vcpu_list.n != def->vcpus.n)
		return conf_fail(r, "<vcpus>: a processor is listed twice, or has a number beyond the %u that there are", def->vcpus.n);
	if (!on)
		return conf_fail(r, "<vcpus>: no processor is enabled");
	qsort(def->vcpu_list.items, def->vcpu_list.n, sizeof(def->vcpu_list.items[0]), by_id);
	def->vcpus.current = on == def->vcpus.n ? 0 : on;
	return 0;
}

static int check_vcpus(struct conf_reader *r, const struct domain *def)
{
	const struct domain_cpu *cpu = def->cpu;

	for (size_t i = 0; i < def->cputune.vcpuscheds.n; i++)
		if (def->cputune.vcpuscheds.items[i]->ids->bits > def->vcpus.n)
			return conf_fail(r, "<vcpusched>: there is no vCPU %u", def->cputune.vcpuscheds.items[i]->ids->bits - 1);
	for (size_t i = 0; cpu && i < cpu->cells.n; i++)
		if (cpu->cells.items[i]->cpus && cpu->cells.items[i]->cpus->bits > def->vcpus.n)
			return conf_fail(r, "<numa>: cell %zu has vCPU %u, there are %u", i, cpu->cells.items[i]->cpus->bits - 1, def->vcpus.n);
	return 0;
}

/* A container is of the host's architecture. */
static void fill_arch(struct domain *def)
{
	struct utsname uts;
	int arch = 0;

	if (def->virt == DOMAIN_VIRT_LXC && uname(&uts) == 0)
		arch = conf_enum_value(&domain_arch_names, uts.machine);
	if (!def->os.arch && arch > 0)
		def->os.arch = arch;
}

static bool has_target(const struct domain_devices *d, const char *name)
{
	for (size_t i = 0; i < d->interfaces.n; i++)
		if (d->interfaces.items[i]->target && !strcmp(d->interfaces.items[i]->target, name))
			return true;
	return false;
}

int domain_fill_generic(struct domain *def, struct error *err)
{
	struct domain_devices *d = &def->devices;
	unsigned n = 0;

	if (!def->os.arch)
		def->os.arch = DOMAIN_ARCH_I686;
	for (size_t i = 0; i < d->interfaces.n && def->virt != DOMAIN_VIRT_LXC; i++) {
		char name[24];

		if (d->interfaces.items[i]->target)
			continue;
		do
			snprintf(name, sizeof(name), "testnet%u", n++);
		while (has_target(d, name));
		d->interfaces.items[i]->target = strdup(name);
		if (!d->interfaces.items[i]->target)
			return error_set(err, ERR_NO_MEMORY, "out of memory");
	}
	return 0;
}

static int fill_os(struct conf_reader *r, struct domain *def)
{
	struct domain_os *os = &def->os;

	if (!os->type && def->bootloader)
		os->type = DOMAIN_OS_XEN;
	if (!os->type && def->virt != DOMAIN_VIRT_LXC)
		os->type = DOMAIN_OS_HVM;
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
	if (n || def->os.boot.n || def->os.type != DOMAIN_OS_HVM || def->bootloader)
		return 0;
	boot = CONF_LIST_ADD(&def->os.boot);
	if (!boot)
		return conf_no_memory(r);
	boot->dev = DOMAIN_BOOT_HD;
	return 0;
}

int domain_fill(struct conf_reader *r, struct domain *def)
{
	if (!def->vcpus.n)
		def->vcpus.n = 1;
	if (!def->vcpus.placement)
		def->vcpus.placement = DOMAIN_PLACEMENT_STATIC;
	fill_hugepages(def);
	fill_numatune(def);
	drop_pins(r, def);
	if (fill_uuid(r, def) < 0 || fill_smbios_uuid(r, def) < 0 || fill_memory(r, def) < 0 || fill_vcpus(r, def) < 0 || check_vcpus(r, def) < 0 ||
	    fill_iothreads(r, def) < 0 || fill_os(r, def) < 0 || domain_fill_devices(r, def) < 0 ||
	    domain_fill_buses(r, def) < 0 || fill_boot(r, def) < 0)
		return -1;
	if (!def->clock.offset)
		def->clock.offset = DOMAIN_CLOCK_UTC;
	if (!def->on_poweroff)
		def->on_poweroff = DOMAIN_ACTION_DESTROY;
	if (!def->on_reboot)
		def->on_reboot = DOMAIN_ACTION_RESTART;
	if (!def->on_crash)
		def->on_crash = DOMAIN_CRASH_DESTROY;
	return domain_check_devices(r, def) < 0 ? -1 : domain_check(r, def);
}
