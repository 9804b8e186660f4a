/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_hostdev.h"

CONF_ENUM_NAMES(domain_hostdev_mode, DOMAIN_HOSTDEV_MODES);
CONF_ENUM_NAMES(domain_hostdev_type, DOMAIN_HOSTDEV_TYPES);
CONF_ENUM_NAMES(domain_hostdev_driver, DOMAIN_HOSTDEV_DRIVERS);
CONF_ENUM_NAMES(domain_mdev_model, DOMAIN_MDEV_MODELS);
CONF_ENUM_NAMES(domain_guest_reset, DOMAIN_GUEST_RESETS);
CONF_ENUM_NAMES(domain_hostdev_protocol, DOMAIN_HOSTDEV_PROTOCOLS);
CONF_ENUM_NAMES(domain_teaming_type, DOMAIN_TEAMINGS);

#define USB BIT(DOMAIN_HOSTDEV_USB)
#define PCI BIT(DOMAIN_HOSTDEV_PCI)
#define SCSI BIT(DOMAIN_HOSTDEV_SCSI)
#define VHOST BIT(DOMAIN_HOSTDEV_SCSI_HOST)
#define MDEV BIT(DOMAIN_HOSTDEV_MDEV)
#define STORAGE BIT(DOMAIN_HOSTDEV_STORAGE)
#define MISC BIT(DOMAIN_HOSTDEV_MISC)
#define NET BIT(DOMAIN_HOSTDEV_NET)

static const struct conf_row teaming_rows[] = {
	ATTR_ENUM("type", struct domain_teaming, type, domain_teaming_type, .flags = CONF_REQUIRED),
	ATTR_STRING("persistent", struct domain_teaming, persistent),
	CONF_END
};

static int teaming_fill(struct conf_reader *r, void *obj)
{
	const struct domain_teaming *t = obj;

	if (t->type == DOMAIN_TEAMING_TRANSIENT && !t->persistent)
		return conf_fail(r, "type='transient' needs 'persistent'");
	if (t->type == DOMAIN_TEAMING_PERSISTENT && t->persistent)
		return conf_fail(r, "type='persistent' and the attribute 'persistent' exclude each other");
	return 0;
}

const struct conf_elem domain_teaming_elem = ELEM(struct domain_teaming, teaming_rows, .fill = teaming_fill);

/* --- <source> -------------------------------------------------------------------------------------------------- */

static const struct conf_row vendor_rows[] = {
	ATTR_NUM("id", struct domain_hostdev, usb.vendor, .width = 4, .max = 0xffff, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row product_rows[] = {
	ATTR_NUM("id", struct domain_hostdev, usb.product, .width = 4, .max = 0xffff, .flags = CONF_REQUIRED),
	CONF_END
};

/* The address of one of: USB device, LUN, mediated device. */
static const struct conf_row address_rows[] = {
	ATTR_NUM("bus", struct domain_hostdev, usb.bus, .when = USB, .flags = CONF_REQUIRED | CONF_ANY_BASE, .max = UINT32_MAX),
	ATTR_NUM("device", struct domain_hostdev, usb.device, .when = USB, .flags = CONF_REQUIRED | CONF_ANY_BASE, .max = UINT32_MAX),
	ATTR_NUM("bus", struct domain_hostdev, scsi.bus, .when = SCSI, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	ATTR_NUM("target", struct domain_hostdev, scsi.target, .when = SCSI, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	ATTR_NUM("unit", struct domain_hostdev, scsi.unit, .when = SCSI, .flags = CONF_REQUIRED),
	ATTR_UUID("uuid", struct domain_hostdev, mdev, .when = MDEV, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row adapter_rows[] = {
	ATTR_STRING("name", struct domain_hostdev, scsi.adapter, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row iqn_rows[] = {
	ATTR_STRING("name", struct domain_hostdev, iscsi.initiator_iqn, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row initiator_rows[] = {
	GROUP("iqn", iqn_rows),
	CONF_END
};

static const struct conf_row source_rows[] = {
	ATTR_ENUM("startupPolicy", struct domain_hostdev, startup_policy, domain_startup_policy, .when = USB | PCI),
	ATTR_ENUM("guestReset", struct domain_hostdev, guest_reset, domain_guest_reset, .when = USB),
	GROUP("vendor", vendor_rows, .when = USB),
	GROUP("product", product_rows, .when = USB),
	ATTR_YESNO("writeFiltering", struct domain_hostdev, write_filtering, .when = PCI),
	EMBED("address", struct domain_hostdev, pci, struct domain_pci_source, domain_pci_source_elem, .when = PCI, .flags = CONF_REQUIRED),
	ATTR_ENUM("protocol", struct domain_hostdev, protocol, domain_hostdev_protocol, .when = SCSI | VHOST),
	ATTR_STRING("wwpn", struct domain_hostdev, wwpn, .when = VHOST),
	ATTR_STRING("name", struct domain_hostdev, iscsi.name, .when = SCSI),
	GROUP("adapter", adapter_rows, .when = SCSI),
	GROUP("address", address_rows, .when = USB | SCSI | MDEV),
	LIST("host", struct domain_hostdev, iscsi.hosts, struct domain_host, domain_host_elem, .when = SCSI),
	NODE("auth", struct domain_hostdev, iscsi.auth, struct domain_auth, domain_auth_elem, .when = SCSI),
	GROUP("initiator", initiator_rows, .when = SCSI),
	CHILD_STRING("block", struct domain_hostdev, block, .when = STORAGE, .flags = CONF_REQUIRED),
	CHILD_STRING("char", struct domain_hostdev, chardev, .when = MISC, .flags = CONF_REQUIRED),
	CHILD_STRING("interface", struct domain_hostdev, interface, .when = NET, .flags = CONF_REQUIRED),
	CONF_END
};

/* --- <hostdev> ------------------------------------------------------------------------------------------------- */

static const struct conf_row driver_rows[] = {
	ATTR_ENUM("name", struct domain_hostdev, driver, domain_hostdev_driver, .flags = CONF_REQUIRED),
	CONF_END
};

static int check_source(struct conf_reader *r, struct domain_hostdev *h)
{
	switch (h->type) {
	case DOMAIN_HOSTDEV_USB:
		if (h->usb.vendor.set != h->usb.product.set)
			return conf_fail(r, "<vendor> and <product> go together");
		if (h->usb.vendor.set && !h->usb.vendor.value)
			return conf_fail(r, "<vendor id='0'> is no vendor");
		if (!h->usb.vendor.set && !h->usb.bus.set)
			return conf_fail(r, "<source> needs <vendor> and <product>, or <address>");
		return 0;
	case DOMAIN_HOSTDEV_SCSI:
		if (h->protocol == DOMAIN_HOSTDEV_ISCSI) {
			if (!h->iscsi.name)
				return conf_fail(r, "<source protocol='iscsi'> needs a 'name'");
			if (h->iscsi.hosts.n != 1)
				return conf_fail(r, "<source protocol='iscsi'> needs one <host>");
			return domain_iscsi_name(r, &h->iscsi.name);
		}
		if (!h->scsi.adapter || !h->scsi.bus.set)
			return conf_fail(r, "<source> needs <adapter> and <address>");
		return 0;
	case DOMAIN_HOSTDEV_SCSI_HOST:
		if (h->protocol != DOMAIN_HOSTDEV_VHOST)
			return conf_fail(r, "<source protocol='vhost' wwpn='...'> is needed");
		if (!h->wwpn || strncmp(h->wwpn, "naa.", 4) || strlen(h->wwpn) != 20 ||
		    h->wwpn[4 + strspn(h->wwpn + 4, "0123456789abcdefABCDEF")])
			return conf_fail(r, "<source wwpn='%.60s'>: 'naa.' and 16 hexadecimal digits are needed", h->wwpn ? h->wwpn : "");
		return 0;
	case DOMAIN_HOSTDEV_MDEV:
		return h->mdev_model ? 0 : conf_fail(r, "attribute 'model' is missing");
	default:
		return 0;
	}
}

static int hostdev_fill(struct conf_reader *r, void *obj)
{
	struct domain_hostdev *h = obj;
	bool capability = BIT(h->type) & (STORAGE | MISC | NET);

	if (!h->mode)
		h->mode = DOMAIN_HOSTDEV_SUBSYSTEM;
	if (capability != (h->mode == DOMAIN_HOSTDEV_CAPABILITIES))
		return conf_fail(r, "mode='%s' and type='%s' do not go together", conf_enum_name(&domain_hostdev_mode_names, h->mode),
				 conf_enum_name(&domain_hostdev_type_names, h->type));
	if (!capability && !h->managed)
		h->managed = CONF_NO;
	if (h->protocol == DOMAIN_HOSTDEV_ADAPTER)
		h->protocol = 0;
	return check_source(r, h);
}

static const struct conf_row hostdev_rows[] = {
	ATTR_ENUM("mode", struct domain_hostdev, mode, domain_hostdev_mode),
	ATTR_ENUM("type", struct domain_hostdev, type, domain_hostdev_type, .flags = CONF_REQUIRED),
	ATTR_YESNO("managed", struct domain_hostdev, managed),
	ATTR_ENUM("sgio", struct domain_hostdev, sgio, domain_sgio, .when = SCSI),
	ATTR_YESNO("rawio", struct domain_hostdev, rawio, .when = SCSI),
	ATTR_ENUM("model", struct domain_hostdev, vhost_model, domain_virtio_model, .when = VHOST),
	ATTR_ENUM("model", struct domain_hostdev, mdev_model, domain_mdev_model, .when = MDEV),
	ATTR_ONOFF("display", struct domain_hostdev, display, .when = MDEV),
	ATTR_ONOFF("ramfb", struct domain_hostdev, ramfb, .when = MDEV),
	GROUP("driver", driver_rows, .when = PCI),
	GROUP("source", source_rows, .flags = CONF_REQUIRED),
	NODE("teaming", struct domain_hostdev, teaming, struct domain_teaming, domain_teaming_elem, .when = PCI),
	LIST("ip", struct domain_hostdev, ips, struct domain_ip, domain_ip_elem, .when = NET),
	LIST("route", struct domain_hostdev, routes, struct domain_route, domain_route_elem, .when = NET),
	FLAG("readonly", struct domain_hostdev, readonly),
	FLAG("shareable", struct domain_hostdev, shareable),
	INCLUDE(struct domain_hostdev, info, struct domain_info, domain_boot_elem),
	INCLUDE(struct domain_hostdev, info, struct domain_info, domain_info_elem),
	INCLUDE(struct domain_hostdev, info, struct domain_info, domain_rom_elem),
	CONF_END
};

const struct conf_elem domain_hostdev_elem = ELEM_KIND(struct domain_hostdev, type, hostdev_rows, .fill = hostdev_fill);
