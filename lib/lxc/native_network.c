/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/native.h"

#include "util/str.h"

#include <string.h>

/* One section: "lxc.network.type" begins one in the old form, in the new one its number names it. */
struct section {
	unsigned long number;
	bool old;
	const char *type, *link, *flags, *hwaddr, *name, *macvlan_mode, *vlan_id, *gateway4, *gateway6;
	const char *ips[32];
	size_t n_ips;
};

static const struct {
	const char *key;
	size_t at;
} members[] = {
	{ "type", offsetof(struct section, type) }, { "link", offsetof(struct section, link) }, { "flags", offsetof(struct section, flags) },
	{ "hwaddr", offsetof(struct section, hwaddr) }, { "name", offsetof(struct section, name) },
	{ "macvlan.mode", offsetof(struct section, macvlan_mode) }, { "vlan.id", offsetof(struct section, vlan_id) },
	{ "ipv4.gateway", offsetof(struct section, gateway4) }, { "ipv6.gateway", offsetof(struct section, gateway6) },
};

static int set_member(struct section *s, const char *key, const char *value, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (!strcmp(members[i].key, key)) {
			*(const char **)((char *)s + members[i].at) = value;
			return 0;
		}
	if (!strcmp(key, "ipv4") || !strcmp(key, "ipv6") || !strcmp(key, "ipv4.address") || !strcmp(key, "ipv6.address")) {
		if (s->n_ips == ARRAY_LEN(s->ips))
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "more than %zu addresses of one network interface", ARRAY_LEN(s->ips));
		s->ips[s->n_ips++] = value;
	}
	return 0;
}

static void put_attribute(struct buf *b, const char *name, const char *value, size_t len)
{
	AUTO_FREE char *text = strndup(value, len);

	if (!text) {
		b->failed = true;
		return;
	}
	buf_printf(b, " %s='", name);
	buf_escaped(b, text, true);
	buf_str(b, "'");
}

#define PUT(b, name, value) put_attribute(b, name, value, strlen(value))

static void put_addresses(const struct section *s, struct buf *b)
{
	for (size_t i = 0; i < s->n_ips; i++) {
		/* "ADDRESS/PREFIX BROADCAST": the last is the kernel's to know */
		size_t len = strcspn(s->ips[i], " \t"), slash = strcspn(s->ips[i], "/ \t");
		buf_str(b, "<ip");
		put_attribute(b, "address", s->ips[i], slash);
		if (slash < len)
			put_attribute(b, "prefix", s->ips[i] + slash + 1, len - slash - 1);
		buf_str(b, "/>");
	}
	const struct { const char *gateway, *family, *to; } routes[] = { { s->gateway4, "ipv4", "0.0.0.0" }, { s->gateway6, "ipv6", "::" } };
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		/* "auto" is the link's own address, which a bridge here has or has not */
		if (!routes[i].gateway || !strcmp(routes[i].gateway, "auto"))
			continue;
		buf_printf(b, "<route family='%s' address='%s'", routes[i].family, routes[i].to);
		PUT(b, "gateway", routes[i].gateway);
		buf_str(b, "/>");
	}
}

static int put_hostdev(const struct section *s, struct buf *b, struct error *err)
{
	if (!s->link)
		return error_set(err, ERR_INVALID_ARG, "a network section of type '%s' without a link", s->type);
	buf_str(b, "<hostdev mode='capabilities' type='net'><source><interface>");
	buf_escaped(b, s->link, false);
	/* the VLAN's interface is the host's to make */
	if (!strcmp(s->type, "vlan") && s->vlan_id) {
		buf_str(b, ".");
		buf_escaped(b, s->vlan_id, false);
	}
	buf_str(b, "</interface></source>");
	put_addresses(s, b);
	buf_str(b, "</hostdev>");
	return 0;
}

static int put_source(const struct section *s, struct buf *b, struct error *err)
{
	static const char *const modes[][2] = {
		{ "private", "private" }, { "vepa", "vepa" }, { "bridge", "bridge" }, { "passthru", "passthrough" },
	};
	const char *mode = s->macvlan_mode ? s->macvlan_mode : "private";
	size_t i = 0;

	if (!strcmp(s->type, "veth")) {
		buf_printf(b, "<interface type='%s'>", s->link ? "bridge" : "ethernet");
		if (s->link) {
			buf_str(b, "<source");
			PUT(b, "bridge", s->link);
			buf_str(b, "/>");
		}
		return 0;
	}
	if (strcmp(s->type, "macvlan"))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "a network section of type '%s': none, empty, veth, macvlan, vlan and phys are known", s->type);
	if (!s->link)
		return error_set(err, ERR_INVALID_ARG, "a network section of type '%s' without a link", s->type);
	while (i < ARRAY_LEN(modes) && strcmp(modes[i][0], mode))
		i++;
	if (i == ARRAY_LEN(modes))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "macvlan mode '%s' is not known", mode);
	buf_str(b, "<interface type='direct'><source");
	PUT(b, "dev", s->link);
	buf_printf(b, " mode='%s'/>", modes[i][1]);
	return 0;
}

static int put_interface(const struct section *s, struct buf *b, struct error *err)
{
	if (put_source(s, b, err) < 0)
		return -1;
	if (s->hwaddr) {
		buf_str(b, "<mac");
		PUT(b, "address", s->hwaddr);
		buf_str(b, "/>");
	}
	put_addresses(s, b);
	if (s->name) {
		buf_str(b, "<guest");
		PUT(b, "dev", s->name);
		buf_str(b, "/>");
	}
	buf_printf(b, "<link state='%s'/></interface>", s->flags && !strcmp(s->flags, "up") ? "up" : "down");
	return 0;
}

/* Ends a section. *private_net stays true as long as none gave or shared a network. */
static int finish(const struct section *s, struct buf *interfaces, struct buf *hostdevs, bool *private_net, struct error *err)
{
	if (s->type && !strcmp(s->type, "none"))
		*private_net = false;
	if (!s->type || !*s->type || !strcmp(s->type, "empty") || !strcmp(s->type, "none"))
		return 0;
	*private_net = false;
	if (!strcmp(s->type, "phys") || !strcmp(s->type, "vlan"))
		return put_hostdev(s, hostdevs, err);
	return put_interface(s, interfaces, err);
}

/* The section that a key is of; *rest is what follows in it. NULL: of none. */
static struct section *section_of(struct section *all, size_t *n, size_t max, const char *key, const char **rest)
{
	char *end;
	unsigned long number = 0;
	bool old = !strncmp(key, "lxc.network.", 12);

	if (old) {
		*rest = key + 12;
	} else {
		if (strncmp(key, "lxc.net.", 8))
			return NULL;
		number = strtoul(key + 8, &end, 10);
		if (end == key + 8 || *end != '.')
			return NULL;
		*rest = end + 1;
	}
	for (size_t i = *n; i-- > 0; ) {
		if (old && all[i].old && strcmp(*rest, "type"))
			return &all[i];
		if (!old && !all[i].old && all[i].number == number)
			return &all[i];
	}
	if (*n == max)
		return NULL;
	all[*n] = (struct section){ .old = old, .number = number };
	return &all[(*n)++];
}

int lxc_native_networks(const struct lxc_settings *settings, struct buf *devices, bool *private_net, struct error *err)
{
	AUTO_FREE struct section *all = calloc(settings->n + 1, sizeof(*all));
	AUTO_BUF struct buf hostdevs = { 0 };
	size_t n = 0;
	int r = 0;

	*private_net = true;
	if (!all)
		return error_errno(err, "networks");
	for (size_t i = 0; i < settings->n; i++) {
		const char *rest;
		struct section *s = section_of(all, &n, settings->n, settings->items[i].key, &rest);
		if (s && set_member(s, rest, settings->items[i].value, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < n && r == 0; i++)
		r = finish(&all[i], devices, &hostdevs, private_net, err);
	if (r == 0 && hostdevs.len)
		buf_add(devices, hostdevs.data, hostdevs.len);
	if (hostdevs.failed)
		devices->failed = true;
	return r;
}
