/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <os>, <idmap>, <bootloader> */
#ifndef BERTH_CONF_DOMAIN_OS_H
#define BERTH_CONF_DOMAIN_OS_H

#include "conf/domain_source.h"

#define DOMAIN_OS_TYPES(X) \
	X(DOMAIN_OS_HVM, "hvm") \
	X(DOMAIN_OS_XEN, "xen") \
	X(DOMAIN_OS_LINUX, "linux") \
	X(DOMAIN_OS_EXE, "exe") \
	X(DOMAIN_OS_UML, "uml") \
	X(DOMAIN_OS_XENPVH, "xenpvh")
CONF_ENUM(domain_os_type, DOMAIN_OS_TYPES);

#define DOMAIN_ARCHS(X) \
	X(DOMAIN_ARCH_ALPHA, "alpha") \
	X(DOMAIN_ARCH_ARMV6L, "armv6l") \
	X(DOMAIN_ARCH_ARMV7L, "armv7l") \
	X(DOMAIN_ARCH_ARMV7B, "armv7b") \
	X(DOMAIN_ARCH_AARCH64, "aarch64") \
	X(DOMAIN_ARCH_CRIS, "cris") \
	X(DOMAIN_ARCH_I686, "i686") \
	X(DOMAIN_ARCH_ITANIUM, "ia64") \
	X(DOMAIN_ARCH_LM32, "lm32") \
	X(DOMAIN_ARCH_LOONGARCH64, "loongarch64") \
	X(DOMAIN_ARCH_M68K, "m68k") \
	X(DOMAIN_ARCH_MICROBLAZE, "microblaze") \
	X(DOMAIN_ARCH_MICROBLAZEEL, "microblazeel") \
	X(DOMAIN_ARCH_MIPS, "mips") \
	X(DOMAIN_ARCH_MIPSEL, "mipsel") \
	X(DOMAIN_ARCH_MIPS64, "mips64") \
	X(DOMAIN_ARCH_MIPS64EL, "mips64el") \
	X(DOMAIN_ARCH_OR32, "or32") \
	X(DOMAIN_ARCH_PARISC, "parisc") \
	X(DOMAIN_ARCH_PARISC64, "parisc64") \
	X(DOMAIN_ARCH_PPC, "ppc") \
	X(DOMAIN_ARCH_PPCLE, "ppcle") \
	X(DOMAIN_ARCH_PPC64, "ppc64") \
	X(DOMAIN_ARCH_PPC64LE, "ppc64le") \
	X(DOMAIN_ARCH_PPCEMB, "ppcemb") \
	X(DOMAIN_ARCH_RISCV32, "riscv32") \
	X(DOMAIN_ARCH_RISCV64, "riscv64") \
	X(DOMAIN_ARCH_S390, "s390") \
	X(DOMAIN_ARCH_S390X, "s390x") \
	X(DOMAIN_ARCH_SH4, "sh4") \
	X(DOMAIN_ARCH_SH4EB, "sh4eb") \
	X(DOMAIN_ARCH_SPARC, "sparc") \
	X(DOMAIN_ARCH_SPARC64, "sparc64") \
	X(DOMAIN_ARCH_UNICORE32, "unicore32") \
	X(DOMAIN_ARCH_X86_64, "x86_64") \
	X(DOMAIN_ARCH_XTENSA, "xtensa") \
	X(DOMAIN_ARCH_XTENSAEB, "xtensaeb")
CONF_ENUM(domain_arch, DOMAIN_ARCHS);

#define DOMAIN_FIRMWARES(X) X(DOMAIN_FIRMWARE_BIOS, "bios") X(DOMAIN_FIRMWARE_EFI, "efi")
CONF_ENUM(domain_firmware, DOMAIN_FIRMWARES);

#define DOMAIN_FIRMWARE_FEATURES(X) \
	X(DOMAIN_FIRMWARE_ENROLLED_KEYS, "enrolled-keys") \
	X(DOMAIN_FIRMWARE_SECURE_BOOT, "secure-boot")
CONF_ENUM(domain_firmware_feature_name, DOMAIN_FIRMWARE_FEATURES);

#define DOMAIN_LOADER_TYPES(X) X(DOMAIN_LOADER_ROM, "rom") X(DOMAIN_LOADER_PFLASH, "pflash")
CONF_ENUM(domain_loader_type, DOMAIN_LOADER_TYPES);

#define DOMAIN_BOOT_DEVS(X) \
	X(DOMAIN_BOOT_FD, "fd") \
	X(DOMAIN_BOOT_CDROM, "cdrom") \
	X(DOMAIN_BOOT_HD, "hd") \
	X(DOMAIN_BOOT_NETWORK, "network")
CONF_ENUM(domain_boot_dev, DOMAIN_BOOT_DEVS);

#define DOMAIN_SMBIOS_MODES(X) \
	X(DOMAIN_SMBIOS_EMULATE, "emulate") \
	X(DOMAIN_SMBIOS_HOST, "host") \
	X(DOMAIN_SMBIOS_SYSINFO, "sysinfo")
CONF_ENUM(domain_smbios_mode, DOMAIN_SMBIOS_MODES);

#define DOMAIN_ACPI_TABLES(X) X(DOMAIN_ACPI_TABLE_SLIC, "slic")
CONF_ENUM(domain_acpi_table_type, DOMAIN_ACPI_TABLES);

struct domain_initenv {
	char *name, *value;
};

struct domain_firmware_feature {
	enum conf_yesno enabled;
	enum domain_firmware_feature_name name;
};

struct domain_loader {
	enum conf_yesno readonly, secure, stateless;
	enum domain_loader_type type;
	char *path;
};

struct domain_nvram {
	char *template;
	char *path;                    /* as text of the element; with src.type unset */
	struct domain_source src;
};

struct domain_boot {
	enum domain_boot_dev dev;
};

struct domain_acpi_table {
	enum domain_acpi_table_type type;
	char *path;
};

struct domain_os {
	enum domain_os_type type;
	enum domain_arch arch;
	char *machine;
	enum domain_firmware firmware;
	CONF_LIST(struct domain_firmware_feature) firmware_features;
	/* of a container */
	char *init;                             /* absolute path in the container; "/sbin/init" when nothing was said (lxc) */
	CONF_LIST(char) initargs;               /* without init itself */
	CONF_LIST(struct domain_initenv) initenv;
	char *initdir, *inituser, *initgroup;   /* user and group: name or number */
	/* of a machine */
	struct domain_loader loader;
	struct domain_nvram *nvram;
	char *kernel, *initrd, *cmdline, *dtb, *root;
	CONF_LIST(struct domain_boot) boot;
	enum conf_yesno bootmenu;
	struct conf_num bootmenu_timeout;       /* ms */
	enum conf_yesno useserial;
	struct conf_int reboot_timeout;         /* ms; -1: never */
	CONF_LIST(struct domain_acpi_table) acpi_tables;
	enum domain_smbios_mode smbios;
};

/* A range of ids of the guest (start ...) that is a range of the host (target ...). */
struct domain_idrange {
	uint32_t start, target, count;
};

struct domain_idmap {
	CONF_LIST(struct domain_idrange) uids, gids;   /* sorted by start after parsing; the first starts at 0 */
};

extern const struct conf_elem domain_os_elem, domain_idmap_elem;

#endif
