/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_info.h"

#include <ctype.h>

CONF_ENUM_NAMES(domain_address_type, DOMAIN_ADDRESS_TYPES);

/* --- <address> ------------------------------------------------------------------------------------------------- */

#define PCI BIT(DOMAIN_ADDRESS_PCI)
#define DRIVE BIT(DOMAIN_ADDRESS_DRIVE)
#define VSERIAL BIT(DOMAIN_ADDRESS_VIRTIO_SERIAL)
#define CCID BIT(DOMAIN_ADDRESS_CCID)
#define USB BIT(DOMAIN_ADDRESS_USB)
#define CCW BIT(DOMAIN_ADDRESS_CCW)
#define ISA BIT(DOMAIN_ADDRESS_ISA)
#define DIMM BIT(DOMAIN_ADDRESS_DIMM)

static const struct conf_row zpci_rows[] = {
	ATTR_NUM("uid", struct domain_address, zpci_uid, .width = 4, .max = UINT32_MAX),
	ATTR_NUM("fid", struct domain_address, zpci_fid, .width = 8, .max = UINT32_MAX),
	CONF_END
};

static const struct conf_row address_rows[] = {
	ATTR_ENUM("type", struct domain_address, type, domain_address_type, .flags = CONF_REQUIRED),
	ATTR_NUM("domain", struct domain_address, domain, .when = PCI, .width = 4, .max = UINT32_MAX),
	ATTR_NUM("controller", struct domain_address, controller, .when = DRIVE | VSERIAL | CCID, .max = UINT32_MAX),
	ATTR_NUM("bus", struct domain_address, bus, .when = PCI, .width = 2, .max = 0xff),
	ATTR_NUM("bus", struct domain_address, bus, .when = DRIVE | VSERIAL | USB, .max = UINT32_MAX),
	ATTR_NUM("slot", struct domain_address, slot, .when = PCI, .width = 2, .max = 0x1f),
	ATTR_NUM("slot", struct domain_address, slot, .when = CCID | DIMM, .max = UINT32_MAX),
	ATTR_NUM("function", struct domain_address, function, .when = PCI, .width = 1, .max = 7),
	ATTR_ONOFF("multifunction", struct domain_address, multifunction, .when = PCI),
	ATTR_NUM("target", struct domain_address, target, .when = DRIVE, .max = UINT32_MAX),
	ATTR_NUM("unit", struct domain_address, unit, .when = DRIVE, .max = UINT32_MAX),
	ATTR_NUM("port", struct domain_address, port, .when = VSERIAL, .max = UINT32_MAX),
	ATTR_STRING("port", struct domain_address, usb_port, .when = USB),
	ATTR_NUM("reg", struct domain_address, reg, .when = BIT(DOMAIN_ADDRESS_SPAPR_VIO), .width = 8, .flags = CONF_BASE16),
	ATTR_NUM("cssid", struct domain_address, cssid, .when = CCW, .width = 1, .max = 0xfe),
	ATTR_NUM("ssid", struct domain_address, ssid, .when = CCW, .width = 1, .max = 3),
	ATTR_NUM("devno", struct domain_address, devno, .when = CCW, .width = 4, .max = 0xffff),
	ATTR_NUM("iobase", struct domain_address, iobase, .when = ISA, .width = 1, .flags = CONF_BASE16),
	ATTR_NUM("irq", struct domain_address, irq, .when = ISA, .width = 1, .flags = CONF_BASE16),
	ATTR_NUM("base", struct domain_address, base, .when = DIMM, .width = 1, .flags = CONF_BASE16),
	GROUP("zpci", zpci_rows, .when = PCI),
	CONF_END
};

/* Numbers that belong together: once one is given, the others are 0. */
static void all_or_none(struct conf_num *const nums[], size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++)
		any |= nums[i]->set;
	for (size_t i = 0; i < n; i++)
		nums[i]->set = any;
}

static const char *wrong_usb_port(const char *s)
{
	for (unsigned level = 0; level < 4; level++) {
		size_t digits = strspn(s, "0123456789");

		if (!digits || digits > 3)
			break;
		if (!s[digits])
			return NULL;
		if (s[digits] != '.')
			break;
		s += digits + 1;
	}
	return "is not a USB port such as 1 or 1.2";
}

static int address_fill(struct conf_reader *r, void *obj)
{
	struct domain_address *a = obj;
	struct conf_num *const pci[] = { &a->domain, &a->bus, &a->slot, &a->function };
	struct conf_num *const zpci[] = { &a->zpci_uid, &a->zpci_fid };
	struct conf_num *const ccw[] = { &a->cssid, &a->ssid, &a->devno };
	const char *wrong;

	switch (a->type) {
	case DOMAIN_ADDRESS_PCI:
		all_or_none(pci, ARRAY_LEN(pci));
		if (a->bus.set && !a->domain.value && !a->bus.value && !a->slot.value)
			a->domain.set = a->bus.set = a->slot.set = a->function.set = false;
		all_or_none(zpci, ARRAY_LEN(zpci));
		return 0;
	case DOMAIN_ADDRESS_CCW:
		if (a->cssid.set + a->ssid.set + a->devno.set != (a->cssid.set ? 3 : 0))
			return conf_fail(r, "'cssid', 'ssid' and 'devno' go together");
		for (size_t i = 0; i < ARRAY_LEN(ccw); i++)
			ccw[i]->set = true;
		return 0;
	case DOMAIN_ADDRESS_DRIVE:
		a->target.set = a->unit.set = true;
		/* fallthrough */
	case DOMAIN_ADDRESS_VIRTIO_SERIAL:
		a->port.set = a->bus.set = a->controller.set = true;
		return 0;
	case DOMAIN_ADDRESS_CCID:
		a->controller.set = a->slot.set = true;
		return 0;
	case DOMAIN_ADDRESS_USB:
		a->bus.set = true;
		wrong = a->usb_port ? wrong_usb_port(a->usb_port) : NULL;
		if (wrong)
			return conf_fail(r, "attribute 'port': '%.40s' %s", a->usb_port, wrong);
		if (a->usb_port && !strtoul(a->usb_port, NULL, 10)) {
			free(a->usb_port);
			a->usb_port = NULL;
		}
		return 0;
	case DOMAIN_ADDRESS_VIRTIO_S390:
		return conf_fail(r, "devices on the bus virtio-s390 have no address");
	case DOMAIN_ADDRESS_DIMM:
		return a->slot.set ? 0 : conf_fail(r, "attribute 'slot' is missing");
	default:
		return 0;
	}
}

const struct conf_elem domain_address_elem = ELEM_KIND(struct domain_address, type, address_rows, .fill = address_fill);

/* --- what all devices share ------------------------------------------------------------------------------------ */

static bool is_users(const struct domain_alias *alias)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

	return alias->name && !strncmp(alias->name, "ua-", 3) && !alias->name[strspn(alias->name, chars)];
}

static int alias_fill(struct conf_reader *r, void *obj)
{
	struct domain_alias *alias = obj;

	if (!(r->flags & CONF_PARSE_LIVE) && !is_users(alias)) {
		free(alias->name);
		alias->name = NULL;
	}
	return 0;
}

static bool alias_hidden(const struct conf_writer *w, const void *obj)
{
	return (w->flags & CONF_FORMAT_INACTIVE) && !is_users(obj);
}

static const struct conf_row alias_rows[] = {
	ATTR_STRING("name", struct domain_alias, name),
	CONF_END
};

static const struct conf_elem alias_elem = ELEM(struct domain_alias, alias_rows, .fill = alias_fill, .hidden = alias_hidden);

static const char *wrong_loadparm(const char *s)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789. ";

	return strlen(s) > 8 || !*s ? "is not 1 to 8 characters long" :
	       s[strspn(s, chars)] ? "has a character other than letters, digits, '.' and blank" : NULL;
}

static const struct conf_row boot_rows[] = {
	ATTR_UINT("order", struct domain_info, boot_order, .flags = CONF_REQUIRED | CONF_POSITIVE),
	ATTR_STRING("loadparm", struct domain_info, loadparm, .check = wrong_loadparm),
	CONF_END
};

static const struct conf_row rom_rows[] = {
	ATTR_YESNO("enabled", struct domain_info, rom_enabled),
	ATTR_ONOFF("bar", struct domain_info, rom_bar),
	ATTR_STRING("file", struct domain_info, rom_file),
	CONF_END
};

static const struct conf_row acpi_rows[] = {
	ATTR_UINT("index", struct domain_info, acpi_index),
	CONF_END
};

static const struct conf_row master_rows[] = {
	ATTR_NUM("startport", struct domain_info, master_startport),
	CONF_END
};

static int info_fill(struct conf_reader *r, void *obj)
{
	const struct domain_info *info = obj;
	const struct xml_node *acpi = xml_child(r->node, "acpi");

	if (acpi && xml_attr(acpi, "index") && !info->acpi_index)
		return conf_fail(r, "<acpi index='...'> must be 1 or more");
	return 0;
}

static const struct conf_row info_rows[] = {
	EMBED("alias", struct domain_info, alias, struct domain_alias, alias_elem),
	GROUP("master", master_rows),
	GROUP("acpi", acpi_rows),
	EMBED("address", struct domain_info, address, struct domain_address, domain_address_elem),
	CONF_END
};

const struct conf_elem domain_info_elem = ELEM(struct domain_info, info_rows, .fill = info_fill);

static int boot_fill(struct conf_reader *r UNUSED, void *obj)
{
	struct domain_info *info = obj;

	for (char *c = info->loadparm; c && *c; c++)
		*c = toupper((unsigned char)*c);
	return 0;
}

static const struct conf_row with_boot_rows[] = {
	GROUP("boot", boot_rows),
	CONF_END
};

const struct conf_elem domain_boot_elem = ELEM(struct domain_info, with_boot_rows, .fill = boot_fill);

static int rom_fill(struct conf_reader *r, void *obj)
{
	const struct domain_info *info = obj;

	if (info->rom_enabled == CONF_NO && (info->rom_bar || info->rom_file))
		return conf_fail(r, "<rom enabled='no'> excludes 'bar' and 'file'");
	return 0;
}

static const struct conf_row with_rom_rows[] = {
	GROUP("rom", rom_rows),
	CONF_END
};

const struct conf_elem domain_rom_elem = ELEM(struct domain_info, with_rom_rows, .fill = rom_fill);
