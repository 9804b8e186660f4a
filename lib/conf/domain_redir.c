/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_redir.h"

CONF_ENUM_NAMES(domain_redir_bus, DOMAIN_REDIR_BUSES);
CONF_ENUM_NAMES(domain_smartcard_mode, DOMAIN_SMARTCARD_MODES);

/* --- <redirdev> ------------------------------------------------------------------------------------------------ */

static int redirdev_fill(struct conf_reader *r, void *obj)
{
	struct domain_redirdev *d = obj;

	if (!d->bus)
		d->bus = DOMAIN_REDIR_USB;
	if (!xml_attr(r->node, "type"))
		return conf_fail(r, "attribute 'type' is missing");
	if (d->info.address.type && d->info.address.type != DOMAIN_ADDRESS_USB)
		return conf_fail(r, "a redirected USB device has an <address type='usb'>");
	return domain_chardev_source_check(r, &d->source, false);
}

static const struct conf_row redirdev_rows[] = {
	ATTR_ENUM("bus", struct domain_redirdev, bus, domain_redir_bus),
	INCLUDE(struct domain_redirdev, source, struct domain_chardev_source, domain_chardev_source_elem),
	INCLUDE(struct domain_redirdev, info, struct domain_info, domain_boot_elem),
	INCLUDE(struct domain_redirdev, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_redirdev_elem = ELEM(struct domain_redirdev, redirdev_rows, .fill = redirdev_fill);

/* --- <redirfilter> --------------------------------------------------------------------------------------------- */

/* "0x8", "8", "-1": as a number of so many digits, or NULL for -1. */
static int usb_number(struct conf_reader *r, char **member, int width, const char *what)
{
	char text[16], *end;
	unsigned long v;

	if (!*member)
		return 0;
	if (!strcmp(*member, "-1")) {
		free(*member);
		*member = NULL;
		return 0;
	}
	v = strtoul(*member, &end, 0);
	if (end == *member || *end || strchr(*member, '-') || v >= 1UL << (4 * width))
		return conf_fail(r, "attribute '%s': '%.40s' is not a number of %d hexadecimal digits", what, *member, width);
	snprintf(text, sizeof(text), "0x%0*lX", width, v);
	free(*member);
	*member = strdup(text);
	return *member ? 0 : conf_no_memory(r);
}

/* "9.4" is 9.40 (the digits are those of the binary-coded decimal in the device's descriptor). */
static int usb_version(struct conf_reader *r, char **member)
{
	char text[16];
	unsigned major, minor;
	int n = 0, digits = 0;

	if (!*member)
		return 0;
	if (!strcmp(*member, "-1")) {
		free(*member);
		*member = NULL;
		return 0;
	}
	if (sscanf(*member, "%2u.%n%2u%n", &major, &digits, &minor, &n) != 2 || (*member)[n])
		return conf_fail(r, "attribute 'version': '%.40s' is not a version such as 1.10", *member);
	if (n - digits == 1)
		minor *= 10;
	snprintf(text, sizeof(text), "%u.%02u", major, minor);
	free(*member);
	*member = strdup(text);
	return *member ? 0 : conf_no_memory(r);
}

static int usbdev_fill(struct conf_reader *r, void *obj)
{
	struct domain_usbdev *d = obj;

	return usb_number(r, &d->class, 2, "class") < 0 || usb_number(r, &d->vendor, 4, "vendor") < 0 ||
	       usb_number(r, &d->product, 4, "product") < 0 || usb_version(r, &d->version) < 0 ? -1 : 0;
}

static const struct conf_row usbdev_rows[] = {
	ATTR_STRING("class", struct domain_usbdev, class),
	ATTR_STRING("vendor", struct domain_usbdev, vendor),
	ATTR_STRING("product", struct domain_usbdev, product),
	ATTR_STRING("version", struct domain_usbdev, version),
	ATTR_YESNO("allow", struct domain_usbdev, allow, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem usbdev_elem = ELEM(struct domain_usbdev, usbdev_rows, .fill = usbdev_fill);

static const struct conf_row redirfilter_rows[] = {
	LIST("usbdev", struct domain_redirfilter, usbdevs, struct domain_usbdev, usbdev_elem),
	CONF_END
};

static bool redirfilter_hidden(const struct conf_writer *w UNUSED, const void *obj)
{
	return !((const struct domain_redirfilter *)obj)->usbdevs.n;
}

const struct conf_elem domain_redirfilter_elem = ELEM(struct domain_redirfilter, redirfilter_rows, .hidden = redirfilter_hidden);

/* --- <smartcard> ----------------------------------------------------------------------------------------------- */

static int smartcard_fill(struct conf_reader *r, void *obj)
{
	const struct domain_smartcard *s = obj;
	const struct domain_address *a = &s->info.address;

	if (s->mode == DOMAIN_SMARTCARD_CERTIFICATES && s->certificates.n != 3)
		return conf_fail(r, "mode 'host-certificates' takes three <certificate>, there are %zu", s->certificates.n);
	if (s->mode == DOMAIN_SMARTCARD_PASSTHROUGH) {
		if (!xml_attr(r->node, "type"))
			return conf_fail(r, "attribute 'type' is missing");
		if (domain_chardev_source_check(r, &s->source, false) < 0)
			return -1;
	}
	return !a->type || a->type == DOMAIN_ADDRESS_CCID ? 0 : conf_fail(r, "a smartcard has an <address type='ccid'>");
}

#define CERTIFICATES BIT(DOMAIN_SMARTCARD_CERTIFICATES)

static const struct conf_row smartcard_rows[] = {
	ATTR_ENUM("mode", struct domain_smartcard, mode, domain_smartcard_mode, .flags = CONF_REQUIRED),
	STRINGS("certificate", struct domain_smartcard, certificates, .when = CERTIFICATES),
	CHILD_STRING("database", struct domain_smartcard, database, .when = CERTIFICATES, .check = conf_check_path),
	INCLUDE(struct domain_smartcard, source, struct domain_chardev_source, domain_chardev_source_elem,
		.when = BIT(DOMAIN_SMARTCARD_PASSTHROUGH)),
	INCLUDE(struct domain_smartcard, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_smartcard_elem = ELEM_KIND(struct domain_smartcard, mode, smartcard_rows, .fill = smartcard_fill);
