/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Debian's ifupdown (interfaces(5)): a file for each definition. Bridges, bonds and VLANs are made by ip(8), so that no package of ifupdown's helpers is needed. */
#include "interface/interface_impl.h"

#include "util/file.h"

#include <ctype.h>
#include <string.h>

#define MAIN_FILE "network/interfaces"

static bool is_there(int etc, int run)
{
	(void)run;
	return faccessat(etc, MAIN_FILE, R_OK, 0) == 0;
}

/* A line that begins with a word: what follows it; else NULL. */
static const char *after(const char *line, const char *word)
{
	size_t n = strlen(word);

	line += strspn(line, " \t");
	if (strncmp(line, word, n) || !isspace((unsigned char)line[n]))
		return NULL;
	return line + n + strspn(line + n, " \t");
}

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : NULL;
}

static int check(int etc, struct error *err)
{
	AUTO_FREE char *text = NULL;

	if (file_read_at(etc, MAIN_FILE, 1u << 20, &text, NULL, err) < 0)
		return -1;
	for (const char *l = text; l; l = next_line(l)) {
		const char *what = after(l, "source") ? after(l, "source") : after(l, "source-directory");
		const char *at = what ? strstr(what, "interfaces.d") : NULL;

		if (at && at < what + strcspn(what, "\n"))
			return 0;
	}
	return error_set(err, ERR_OPERATION_INVALID, "/etc/network/interfaces does not read /etc/network/interfaces.d: add the line 'source /etc/network/interfaces.d/*'");
}

static bool configures(const char *text, const char *name)
{
	for (const char *l = text; l; l = next_line(l)) {
		const char *what = after(l, "iface");

		if (what && strcspn(what, " \t\n") == strlen(name) && !strncmp(what, name, strlen(name)))
			return true;
	}
	return false;
}

/* --- writing: a line `pre-up` for each step ----------------------------------------------------------------------- */

static void write_new(const struct host_interface *def, const char *kind, struct buf *b)
{
	bool vlan = def->type == HOST_INTERFACE_VLAN;

	buf_printf(b, "\tpre-up ip link show dev %s >/dev/null 2>&1 || ip link add %s%s name %s type %s", def->name, vlan ? "link " : "",
		   vlan ? def->vlan.device : "", def->name, kind);
}

static void write_bond(const struct host_interface *def, struct buf *b)
{
	const struct host_miimon *m = def->bond.miimon;
	const struct host_arpmon *a = def->bond.arpmon;

	write_new(def, "bond", b);
	if (def->bond.mode)
		buf_printf(b, " mode %s", conf_enum_name(&host_bond_mode_names, def->bond.mode));
	if (m) {
		buf_printf(b, " miimon %u", (unsigned)m->freq.value);
		if (m->downdelay.set)
			buf_printf(b, " downdelay %u", (unsigned)m->downdelay.value);
		if (m->updelay.set)
			buf_printf(b, " updelay %u", (unsigned)m->updelay.value);
		if (m->carrier)
			buf_printf(b, " use_carrier %d", m->carrier == HOST_BOND_NETIF);
	}
	if (a) {
		buf_printf(b, " arp_interval %u arp_ip_target %s", (unsigned)a->interval.value, a->target);
		if (a->validate)
			buf_printf(b, " arp_validate %s", conf_enum_name(&host_bond_validate_names, a->validate));
	}
	buf_str(b, "\n");
}

static void write_make(const struct host_interface *def, struct buf *b)
{
	char kind[80];

	switch (def->type) {
	case HOST_INTERFACE_BRIDGE:
		snprintf(kind, sizeof(kind), "bridge stp_state %d forward_delay %u\n", def->bridge.stp != CONF_OFF, host_bridge_delay(def));
		write_new(def, kind, b);
		break;
	case HOST_INTERFACE_BOND:
		write_bond(def, b);
		break;
	case HOST_INTERFACE_VLAN:
		snprintf(kind, sizeof(kind), "vlan id %u\n", (unsigned)def->vlan.tag.value);
		buf_printf(b, "\tpre-up ip link set dev %s up\n", def->vlan.device);
		write_new(def, kind, b);
		break;
	default:
		break;
	}
	if (def->mac && def->type != HOST_INTERFACE_ETHERNET)
		buf_printf(b, "\tpre-up ip link set dev %s address %s\n", def->name, def->mac);
	if (def->mtu.set)
		buf_printf(b, "\tpre-up ip link set dev %s mtu %u\n", def->name, (unsigned)def->mtu.value);
	for (size_t i = 0; i < def->members.n; i++) {
		const struct host_interface *m = def->members.items[i];

		write_make(m, b);
		/* a bond takes only what is down */
		if (def->type == HOST_INTERFACE_BOND)
			buf_printf(b, "\tpre-up ip link set dev %s down\n", m->name);
		buf_printf(b, "\tpre-up ip link set dev %s master %s\n\tpre-up ip link set dev %s up\n", m->name, def->name, m->name);
	}
}

static void write_unmake(const struct host_interface *def, struct buf *b)
{
	for (size_t i = 0; i < def->members.n; i++)
		buf_printf(b, "\tpost-down ip link set dev %s nomaster\n", def->members.items[i]->name);
	if (def->type != HOST_INTERFACE_ETHERNET)
		buf_printf(b, "\tpost-down ip link del dev %s\n", def->name);
	for (size_t i = 0; i < def->members.n; i++)
		write_unmake(def->members.items[i], b);
}

/* One stanza; the first of an interface makes it. */
static void write_stanza(const struct host_interface *def, const char *family, const char *method, bool first, struct buf *b)
{
	buf_printf(b, "iface %s %s %s\n", def->name, family, method);
	if (!first)
		return;
	write_make(def, b);
	write_unmake(def, b);
}

static bool write_protocol(const struct host_interface *def, const struct host_protocol *p, bool first, struct buf *b)
{
	const char *family = p->family == DOMAIN_IP_IPV6 ? "inet6" : "inet";
	const char *gateway = p->gateway;

	if (p->dhcp || p->autoconf) {
		write_stanza(def, family, p->dhcp ? "dhcp" : "auto", first, b);
		if (p->dhcp && p->autoconf)
			buf_str(b, "\tautoconf 1\n");
		first = false;
	}
	for (size_t i = 0; i < p->ips.n; i++) {
		const struct host_interface_ip *ip = p->ips.items[i];

		write_stanza(def, family, "static", first, b);
		first = false;
		buf_printf(b, "\taddress %s/%u\n", ip->address, ip->prefix.set ? (unsigned)ip->prefix.value : p->family == DOMAIN_IP_IPV6 ? 64 : 24);
		if (gateway)
			buf_printf(b, "\tgateway %s\n", STEAL_PTR(gateway));
	}
	return first;
}

static int write_files(struct host_files *files, const struct host_interface *def, struct error *err)
{
	char name[64] = "berth-";
	bool first = true;
	struct host_file *f;

	/* source-directory reads names of letters, digits, - and _ alone, and a VLAN's has a dot */
	for (const char *s = def->name; *s && strlen(name) + 4 < sizeof(name); s++)
		snprintf(name + strlen(name), 4, isalnum((unsigned char)*s) || *s == '-' ? "%c" : "_%02x", (unsigned char)*s);
	f = host_file(files, name);
	if (!f)
		return error_errno(err, "%s", def->name);
	if (def->start == HOST_INTERFACE_ONBOOT || def->start == HOST_INTERFACE_HOTPLUG)
		buf_printf(&f->text, "%s %s\n", def->start == HOST_INTERFACE_ONBOOT ? "auto" : "allow-hotplug", def->name);
	for (size_t i = 0; i < def->protocols.n; i++)
		first = write_protocol(def, def->protocols.items[i], first, &f->text);
	if (first)
		write_stanza(def, "inet", "manual", true, &f->text);
	return 0;
}

static const char *const up[] = { "ifup", NULL, NULL }, *const down[] = { "ifdown", NULL, NULL };

const struct host_manager ifupdown_manager = {
	.name = "ifupdown", .dir = "network/interfaces.d", .main_file = MAIN_FILE, .is_there = is_there, .check = check, .write = write_files,
	.configures = configures, .up = up, .down = down,
};
