/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How it starts: firmware, kernel, boot menu, SMBIOS; clock and power. */
#include "qemu/command_impl.h"

#include "util/str.h"
#include "util/uuid.h"

#include <string.h>
#include <time.h>

/* --- firmware -------------------------------------------------------------------------------------------------- */

static void build_flash(struct qemu_build *b, int number, const char *path, bool readonly)
{
	json_t *file = json_pack("{s:s, s:s}", "driver", "file", "filename", path), *format;

	qemu_putf(file, "node-name", "libvirt-pflash%d-storage", number);
	qemu_put_bool(file, "auto-read-only", true);
	qemu_put(file, "discard", "unmap");
	qemu_build_blockdev(b, file);
	format = json_object();
	qemu_putf(format, "node-name", "libvirt-pflash%d-format", number);
	qemu_put_bool(format, "read-only", readonly);
	qemu_put(format, "driver", "raw");
	qemu_putf(format, "file", "libvirt-pflash%d-storage", number);
	qemu_build_blockdev(b, format);
}

int qemu_build_firmware(struct qemu_build *b)
{
	const struct domain_os *os = &b->def->os;
	const char *nvram = os->nvram ? (os->nvram->path ? os->nvram->path : os->nvram->src.path) : NULL;

	if (os->loader.type != DOMAIN_LOADER_PFLASH || !os->loader.path)
		return 0;
	build_flash(b, 0, os->loader.path, os->loader.readonly == CONF_YES);
	if (nvram)
		build_flash(b, 1, nvram, false);
	if (os->loader.secure == CONF_YES)
		qemu_arg2(&b->args, "-global", "driver=cfi.pflash01,property=secure,value=on");
	return 0;
}

/* --- boot ------------------------------------------------------------------------------------------------------ */

static void build_kernel(struct qemu_build *b)
{
	const struct domain_os *os = &b->def->os;

	if (os->loader.path && os->loader.type != DOMAIN_LOADER_PFLASH)
		qemu_arg2(&b->args, "-bios", os->loader.path);
	if (os->kernel)
		qemu_arg2(&b->args, "-kernel", os->kernel);
	if (os->initrd)
		qemu_arg2(&b->args, "-initrd", os->initrd);
	if (os->cmdline)
		qemu_arg2(&b->args, "-append", os->cmdline);
	if (os->dtb)
		qemu_arg2(&b->args, "-dtb", os->dtb);
	for (size_t i = 0; i < os->acpi_tables.n; i++) {
		AUTO_BUF struct buf text = { 0 };

		qemu_optf(&text, "sig=SLIC");
		qemu_opt(&text, "file", os->acpi_tables.items[i]->path);
		qemu_arg_buf(&b->args, "-acpitable", &text);
	}
}

static enum domain_boot_dev boot_class(const struct domain_disk *disk)
{
	return disk->device == DOMAIN_DISK_CDROM ? DOMAIN_BOOT_CDROM : disk->device == DOMAIN_DISK_FLOPPY ? DOMAIN_BOOT_FD : DOMAIN_BOOT_HD;
}

static uint32_t boot_order_of(const struct domain *def, enum domain_boot_dev class)
{
	for (size_t i = 0; i < def->os.boot.n; i++)
		if (def->os.boot.items[i]->dev == class)
			return i + 1;
	return 0;
}

uint32_t qemu_boot_disk(const struct domain *def, const struct domain_disk *disk)
{
	if (disk->info.boot_order)
		return disk->info.boot_order;
	for (size_t i = 0; i < def->devices.disks.n; i++)
		if (boot_class(def->devices.disks.items[i]) == boot_class(disk))
			return def->devices.disks.items[i] == disk ? boot_order_of(def, boot_class(disk)) : 0;
	return 0;
}

uint32_t qemu_boot_net(const struct domain *def, const struct domain_net *net)
{
	if (net->info.boot_order)
		return net->info.boot_order;
	return def->devices.interfaces.n && def->devices.interfaces.items[0] == net ? boot_order_of(def, DOMAIN_BOOT_NETWORK) : 0;
}

int qemu_build_boot(struct qemu_build *b)
{
	const struct domain_os *os = &b->def->os;
	AUTO_BUF struct buf text = { 0 };

	if (os->bootmenu)
		qemu_optf(&text, "menu=%s", os->bootmenu == CONF_YES ? "on" : "off");
	if (os->bootmenu == CONF_YES && os->bootmenu_timeout.set)
		qemu_optf(&text, "splash-time=%llu", (unsigned long long)os->bootmenu_timeout.value);
	if (os->reboot_timeout.set)
		qemu_optf(&text, "reboot-timeout=%lld", (long long)os->reboot_timeout.value);
	if (!os->kernel || text.len || !qemu_is_s390(b->def))
		qemu_optf(&text, "strict=on");
	qemu_arg_buf(&b->args, "-boot", &text);
	build_kernel(b);
	if (b->def->features.vmcoreinfo.state == CONF_ON)
		qemu_arg_json(&b->args, "-device", json_pack("{s:s}", "driver", "vmcoreinfo"));
	return 0;
}

/* --- SMBIOS ---------------------------------------------------------------------------------------------------- */

/* QEMU's words for libvirt's, where they differ; block by block. */
static void add_entries(struct qemu_build *b, const char *type, const struct domain_sysinfo_block *block)
{
	AUTO_BUF struct buf text = { 0 };

	if (!block->entries.n)
		return;
	qemu_optf(&text, "type=%s", type);
	for (size_t i = 0; i < block->entries.n; i++) {
		const struct domain_sysinfo_entry *e = block->entries.items[i];

		qemu_opt(&text, conf_enum_name(&domain_sysinfo_entry_name_names, e->name), e->value);
	}
	qemu_arg_buf(&b->args, "-smbios", &text);
}

static void build_smbios(struct qemu_build *b, const struct domain_sysinfo *s)
{
	add_entries(b, "0", &s->bios);
	add_entries(b, "1", &s->system);
	for (size_t i = 0; i < s->base_boards.n; i++)
		add_entries(b, "2", s->base_boards.items[i]);
	add_entries(b, "3", &s->chassis);
	if (s->oem_strings.n) {
		AUTO_BUF struct buf text = { 0 };

		qemu_optf(&text, "type=11");
		for (size_t i = 0; i < s->oem_strings.n; i++)
			qemu_opt(&text, "value", s->oem_strings.items[i]);
		qemu_arg_buf(&b->args, "-smbios", &text);
	}
}

static void build_fwcfg(struct qemu_build *b, const struct domain_sysinfo *s)
{
	for (size_t i = 0; i < s->fwcfg.n; i++) {
		const struct domain_fwcfg *f = s->fwcfg.items[i];
		AUTO_BUF struct buf text = { 0 };

		qemu_opt(&text, "name", f->name);
		qemu_opt(&text, "string", f->value);
		qemu_opt(&text, "file", f->file);
		qemu_arg_buf(&b->args, "-fw_cfg", &text);
	}
}

/* The host's own words, for <smbios mode='host'/>. */
static void build_host_smbios(struct qemu_build *b)
{
	static const struct { const char *type, *key, *file; } rows[] = {
		{ "0", "vendor", "bios_vendor" }, { "0", "version", "bios_version" }, { "0", "date", "bios_date" }, { "0", "release", "bios_release" },
		{ "1", "manufacturer", "sys_vendor" }, { "1", "product", "product_name" }, { "1", "version", "product_version" },
		{ "1", "serial", "product_serial" }, { "1", "sku", "product_sku" }, { "1", "family", "product_family" },
		{ "2", "manufacturer", "board_vendor" }, { "2", "product", "board_name" }, { "2", "version", "board_version" },
	};
	AUTO_BUF struct buf text = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_FREE char *path = str_printf("/sys/class/dmi/id/%s", rows[i].file);
		AUTO_FCLOSE FILE *in = path ? fopen(path, "re") : NULL;
		char line[256];

		if (!in || !fgets(line, sizeof(line), in))
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (!*line)
			continue;
		if (!text.len)
			qemu_optf(&text, "type=%s", rows[i].type);
		qemu_opt(&text, rows[i].key, line);
		if (i + 1 == ARRAY_LEN(rows) || strcmp(rows[i + 1].type, rows[i].type) != 0)
			qemu_arg_buf(&b->args, "-smbios", &text);
	}
	if (text.len)
		qemu_arg_buf(&b->args, "-smbios", &text);
}

int qemu_build_sysinfo(struct qemu_build *b)
{
	const struct domain *def = b->def;

	if (def->os.smbios == DOMAIN_SMBIOS_HOST)
		build_host_smbios(b);
	for (size_t i = 0; i < def->sysinfo.n; i++) {
		const struct domain_sysinfo *s = def->sysinfo.items[i];

		if (s->type == DOMAIN_SYSINFO_FWCFG)
			build_fwcfg(b, s);
		else if (def->os.smbios == DOMAIN_SMBIOS_SYSINFO)
			build_smbios(b, s);
	}
	return 0;
}

/* --- clock and power ------------------------------------------------------------------------------------------- */

static int add_rtc_base(struct qemu_build *b, struct buf *text)
{
	const struct domain_clock *c = &b->def->clock;
	time_t when;
	struct tm tm;

	switch (c->offset) {
	case DOMAIN_CLOCK_LOCALTIME:
	case DOMAIN_CLOCK_TIMEZONE:
		qemu_optf(text, "base=localtime");
		return 0;
	case DOMAIN_CLOCK_VARIABLE:
	case DOMAIN_CLOCK_ABSOLUTE:
		when = c->offset == DOMAIN_CLOCK_ABSOLUTE ? (time_t)c->start.value : time(NULL) + (c->adjustment ? atoll(c->adjustment) : 0);
		if (c->offset == DOMAIN_CLOCK_VARIABLE && c->basis == DOMAIN_CLOCK_BASIS_LOCALTIME && localtime_r(&when, &tm))
			when += tm.tm_gmtoff;
		if (!gmtime_r(&when, &tm))
			return error_set(b->err, ERR_XML, "the clock's time is none");
		qemu_optf(text, "base=%d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
		return 0;
	default:
		qemu_optf(text, "base=utc");
		return 0;
	}
}

int qemu_build_clock(struct qemu_build *b)
{
	const struct domain_clock *c = &b->def->clock;
	AUTO_BUF struct buf text = { 0 };

	if (add_rtc_base(b, &text) < 0)
		return -1;
	for (size_t i = 0; i < c->timers.n; i++) {
		const struct domain_timer *t = c->timers.items[i];

		if (t->name != DOMAIN_TIMER_RTC)
			continue;
		if (t->track == DOMAIN_TIMER_GUEST)
			qemu_optf(&text, "clock=vm");
		else if (t->track == DOMAIN_TIMER_REALTIME)
			qemu_optf(&text, "clock=rt");
		if (t->tickpolicy == DOMAIN_TIMER_CATCHUP)
			qemu_optf(&text, "driftfix=slew");
	}
	qemu_arg_buf(&b->args, "-rtc", &text);
	for (size_t i = 0; i < c->timers.n; i++) {
		const struct domain_timer *t = c->timers.items[i];

		if (t->name == DOMAIN_TIMER_PIT && (t->tickpolicy == DOMAIN_TIMER_DELAY || t->tickpolicy == DOMAIN_TIMER_DISCARD) &&
		    qemu_caps_has(b->caps, "kvm-pit"))
			qemu_argf(&b->args, "-global", "kvm-pit.lost_tick_policy=%s", t->tickpolicy == DOMAIN_TIMER_DISCARD ? "discard" : "delay");
		else if (t->name == DOMAIN_TIMER_HPET && t->present == CONF_NO && qemu_is_x86(b->def))
			qemu_arg(&b->args, "-no-hpet");
	}
	return 0;
}

static bool allows_reboot(const struct domain *def)
{
	/* with all three the same, QEMU itself does it */
	return !(def->on_reboot == DOMAIN_ACTION_DESTROY && def->on_poweroff == DOMAIN_ACTION_DESTROY &&
		 (def->on_crash == DOMAIN_CRASH_DESTROY || def->on_crash == DOMAIN_CRASH_COREDUMP_DESTROY));
}

int qemu_build_power(struct qemu_build *b)
{
	const struct domain *def = b->def;
	const char *chip = qemu_is_q35(def) ? "ICH9-LPC" : "PIIX4_PM";

	qemu_arg(&b->args, allows_reboot(def) ? "-no-shutdown" : "-no-reboot");
	if (!def->features.acpi && (qemu_is_x86(def) || def->os.arch == DOMAIN_ARCH_AARCH64 || def->os.arch == DOMAIN_ARCH_ARMV7L))
		qemu_arg(&b->args, "-no-acpi");
	if (def->pm.suspend_to_mem)
		qemu_argf(&b->args, "-global", "%s.disable_s3=%d", chip, def->pm.suspend_to_mem == CONF_NO);
	if (def->pm.suspend_to_disk)
		qemu_argf(&b->args, "-global", "%s.disable_s4=%d", chip, def->pm.suspend_to_disk == CONF_NO);
	return 0;
}
