/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_os.h"

CONF_ENUM_NAMES(domain_os_type, DOMAIN_OS_TYPES);
CONF_ENUM_NAMES(domain_arch, DOMAIN_ARCHS);
CONF_ENUM_NAMES(domain_firmware, DOMAIN_FIRMWARES);
CONF_ENUM_NAMES(domain_firmware_feature_name, DOMAIN_FIRMWARE_FEATURES);
CONF_ENUM_NAMES(domain_loader_type, DOMAIN_LOADER_TYPES);
CONF_ENUM_NAMES(domain_boot_dev, DOMAIN_BOOT_DEVS);
CONF_ENUM_NAMES(domain_smbios_mode, DOMAIN_SMBIOS_MODES);
CONF_ENUM_NAMES(domain_acpi_table_type, DOMAIN_ACPI_TABLES);

static const struct conf_row type_rows[] = {
	ATTR_ENUM("arch", struct domain_os, arch, domain_arch),
	ATTR_STRING("machine", struct domain_os, machine, .flags = CONF_DROP_EMPTY),
	TEXT_ENUM(struct domain_os, type, domain_os_type),
	CONF_END
};

static const struct conf_row firmware_feature_rows[] = {
	ATTR_YESNO("enabled", struct domain_firmware_feature, enabled, .flags = CONF_REQUIRED),
	ATTR_ENUM("name", struct domain_firmware_feature, name, domain_firmware_feature_name, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem firmware_feature_elem = ELEM(struct domain_firmware_feature, firmware_feature_rows);

static const struct conf_row firmware_rows[] = {
	LIST("feature", struct domain_os, firmware_features, struct domain_firmware_feature, firmware_feature_elem),
	CONF_END
};

static const struct conf_row initenv_rows[] = {
	ATTR_STRING("name", struct domain_initenv, name, .flags = CONF_REQUIRED),
	TEXT_STRING(struct domain_initenv, value, .flags = CONF_KEEP),
	CONF_END
};

static const struct conf_elem initenv_elem = ELEM(struct domain_initenv, initenv_rows);

static const struct conf_row loader_rows[] = {
	ATTR_YESNO("readonly", struct domain_loader, readonly),
	ATTR_YESNO("secure", struct domain_loader, secure),
	ATTR_ENUM("type", struct domain_loader, type, domain_loader_type),
	ATTR_YESNO("stateless", struct domain_loader, stateless),
	TEXT_STRING(struct domain_loader, path, .check = conf_check_path),
	CONF_END
};

static const struct conf_elem loader_elem = ELEM(struct domain_loader, loader_rows);

static const struct conf_row nvram_rows[] = {
	ATTR_STRING("template", struct domain_nvram, template),
	ATTR_ENUM("type", struct domain_nvram, src.type, domain_source_type),
	TEXT_STRING(struct domain_nvram, path),
	EMBED("source", struct domain_nvram, src, struct domain_source, domain_source_elem),
	CONF_END
};

static const struct conf_elem nvram_elem = ELEM(struct domain_nvram, nvram_rows);

static const struct conf_row boot_rows[] = {
	ATTR_ENUM("dev", struct domain_boot, dev, domain_boot_dev, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem boot_elem = ELEM(struct domain_boot, boot_rows);

static const struct conf_row bootmenu_rows[] = {
	ATTR_YESNO("enable", struct domain_os, bootmenu, .flags = CONF_REQUIRED),
	ATTR_NUM("timeout", struct domain_os, bootmenu_timeout, .max = 65535),
	CONF_END
};

static const struct conf_row bios_rows[] = {
	ATTR_YESNO("useserial", struct domain_os, useserial),
	ATTR_INT("rebootTimeout", struct domain_os, reboot_timeout),
	CONF_END
};

static const struct conf_row acpi_table_rows[] = {
	ATTR_ENUM("type", struct domain_acpi_table, type, domain_acpi_table_type, .flags = CONF_REQUIRED),
	TEXT_STRING(struct domain_acpi_table, path),
	CONF_END
};

static const struct conf_elem acpi_table_elem = ELEM(struct domain_acpi_table, acpi_table_rows);

static const struct conf_row acpi_rows[] = {
	LIST("table", struct domain_os, acpi_tables, struct domain_acpi_table, acpi_table_elem, .max = 1),
	CONF_END
};

static const struct conf_row smbios_rows[] = {
	ATTR_ENUM("mode", struct domain_os, smbios, domain_smbios_mode, .flags = CONF_REQUIRED),
	CONF_END
};

static int os_fill(struct conf_reader *r, void *obj)
{
	struct domain_os *os = obj;

	if (os->reboot_timeout.set && (os->reboot_timeout.value < -1 || os->reboot_timeout.value > 65535))
		return conf_fail(r, "<bios rebootTimeout='%lld'>: -1 to 65535 is possible", (long long)os->reboot_timeout.value);
	if (os->loader.path && !os->loader.type)
		os->loader.type = DOMAIN_LOADER_ROM;
	if (os->loader.type == DOMAIN_LOADER_ROM && os->nvram)
		return conf_unsupported(r, "<nvram> goes with <loader type='pflash'> only");
	return 0;
}

#define CONTAINER BIT(DOMAIN_OS_EXE)
#define MACHINE (~CONTAINER)

static const struct conf_row os_rows[] = {
	GROUP("type", type_rows),
	ATTR_ENUM("firmware", struct domain_os, firmware, domain_firmware, .when = MACHINE),
	GROUP("firmware", firmware_rows, .when = MACHINE),
	CHILD_STRING("init", struct domain_os, init, .when = CONTAINER),
	STRINGS("initarg", struct domain_os, initargs, .when = CONTAINER),
	LIST("initenv", struct domain_os, initenv, struct domain_initenv, initenv_elem, .when = CONTAINER),
	CHILD_STRING("initdir", struct domain_os, initdir, .when = CONTAINER),
	CHILD_STRING("inituser", struct domain_os, inituser, .when = CONTAINER),
	CHILD_STRING("initgroup", struct domain_os, initgroup, .when = CONTAINER),
	EMBED("loader", struct domain_os, loader, struct domain_loader, loader_elem, .when = MACHINE),
	NODE("nvram", struct domain_os, nvram, struct domain_nvram, nvram_elem, .when = MACHINE),
	CHILD_STRING("kernel", struct domain_os, kernel, .when = MACHINE),
	CHILD_STRING("initrd", struct domain_os, initrd, .when = MACHINE),
	CHILD_STRING("cmdline", struct domain_os, cmdline, .when = MACHINE),
	CHILD_STRING("dtb", struct domain_os, dtb, .when = MACHINE),
	CHILD_STRING("root", struct domain_os, root, .when = MACHINE),
	GROUP("acpi", acpi_rows, .when = MACHINE),
	LIST("boot", struct domain_os, boot, struct domain_boot, boot_elem, .max = 4, .when = MACHINE),
	GROUP("bootmenu", bootmenu_rows, .when = MACHINE),
	GROUP("smbios", smbios_rows, .when = MACHINE),
	GROUP("bios", bios_rows, .when = MACHINE),
	CONF_END
};

const struct conf_elem domain_os_elem = ELEM_KIND(struct domain_os, type, os_rows, .kind_default = DOMAIN_OS_XEN, .fill = os_fill);

/* --- <idmap> --------------------------------------------------------------------------------------------------- */

static const struct conf_row idrange_rows[] = {
	ATTR_UINT("start", struct domain_idrange, start, .flags = CONF_REQUIRED | CONF_KEEP),
	ATTR_UINT("target", struct domain_idrange, target, .flags = CONF_REQUIRED | CONF_KEEP),
	ATTR_UINT("count", struct domain_idrange, count, .flags = CONF_REQUIRED | CONF_KEEP),
	CONF_END
};

static const struct conf_elem idrange_elem = ELEM(struct domain_idrange, idrange_rows);

static int by_start(const void *a, const void *b)
{
	const struct domain_idrange *const *x = a, *const *y = b;

	return ((*x)->start > (*y)->start) - ((*x)->start < (*y)->start);
}

static int idmap_fill(struct conf_reader *r, void *obj)
{
	struct domain_idmap *map = obj;

	if (map->uids.n)
		qsort(map->uids.items, map->uids.n, sizeof(*map->uids.items), by_start);
	if (map->gids.n)
		qsort(map->gids.items, map->gids.n, sizeof(*map->gids.items), by_start);
	if ((map->uids.n && map->uids.items[0]->start) || (map->gids.n && map->gids.items[0]->start))
		return conf_unsupported(r, "the first range must start at 0, or the container has no root");
	return 0;
}

static const struct conf_row idmap_rows[] = {
	LIST("uid", struct domain_idmap, uids, struct domain_idrange, idrange_elem, .max = 340),
	LIST("gid", struct domain_idmap, gids, struct domain_idrange, idrange_elem, .max = 340),
	CONF_END
};

const struct conf_elem domain_idmap_elem = ELEM(struct domain_idmap, idmap_rows, .fill = idmap_fill);
