/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd-networkd (systemd.network(5), systemd.netdev(5)): NAME.netdev makes a link, NAME.network configures one. */
#include "interface/interface_impl.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#define DIR "systemd/network"

/* With the host's /run: whether it runs; without: whether it could. */
static bool is_there(int etc, int run)
{
	return run >= 0 ? faccessat(run, "systemd/netif/state", F_OK, 0) == 0 : faccessat(etc, DIR, X_OK, 0) == 0;
}

/* Whether one of the blank-separated patterns of "Name=" means the interface. */
static bool matches(const char *words, size_t len, const char *name)
{
	char pattern[64];

	while (len) {
		size_t n = 0;

		while (len && isspace((unsigned char)*words))
			words++, len--;
		while (n < len && !isspace((unsigned char)words[n]))
			n++;
		snprintf(pattern, sizeof(pattern), "%.*s", (int)(n < sizeof(pattern) ? n : sizeof(pattern) - 1), words);
		if (n && fnmatch(pattern, name, 0) == 0)
			return true;
		words += n;
		len -= n;
	}
	return false;
}

static bool configures(const char *text, const char *name)
{
	bool in_match = false;

	for (const char *l = text; l; l = strchr(l, '\n') ? strchr(l, '\n') + 1 : NULL) {
		l += strspn(l, " \t");
		if (*l == '[')
			in_match = !strncmp(l, "[Match]", 7) || !strncmp(l, "[NetDev]", 8);
		else if (in_match && !strncmp(l, "Name=", 5) && matches(l + 5, strcspn(l + 5, "\n"), name))
			return true;
	}
	return false;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static struct buf *file(struct host_files *files, const char *name, const char *suffix)
{
	char path[64];
	struct host_file *f;

	snprintf(path, sizeof(path), "10-berth-%s.%s", name, suffix);
	f = host_file(files, path);
	return f ? &f->text : NULL;
}

/* The file that configures a link, up to its section [Network]: more lines may follow. */
static struct buf *network(struct host_files *files, const char *name, const struct host_interface *def)
{
	size_t before = files->list.n;
	struct buf *b = file(files, name, "network");

	if (!b || files->list.n == before)
		return b;
	buf_printf(b, "[Match]\nName=%s\n\n", name);
	if (def && (def->mtu.set || def->start != HOST_INTERFACE_ONBOOT)) {
		buf_str(b, "[Link]\n");
		if (def->mtu.set)
			buf_printf(b, "MTUBytes=%u\n", (unsigned)def->mtu.value);
		if (def->start != HOST_INTERFACE_ONBOOT)
			buf_str(b, "ActivationPolicy=manual\n");
		buf_str(b, "\n");
	}
	buf_str(b, "[Network]\n");
	return b;
}

static void write_bond(const struct host_interface *def, struct buf *b)
{
	const struct host_miimon *m = def->bond.miimon;
	const struct host_arpmon *a = def->bond.arpmon;

	buf_str(b, "\n[Bond]\n");
	if (def->bond.mode)
		buf_printf(b, "Mode=%s\n", conf_enum_name(&host_bond_mode_names, def->bond.mode));
	if (m) {
		buf_printf(b, "MIIMonitorSec=%ums\n", (unsigned)m->freq.value);
		if (m->updelay.set)
			buf_printf(b, "UpDelaySec=%ums\n", (unsigned)m->updelay.value);
		if (m->downdelay.set)
			buf_printf(b, "DownDelaySec=%ums\n", (unsigned)m->downdelay.value);
	}
	if (a) {
		buf_printf(b, "ARPIntervalSec=%ums\nARPIPTargets=%s\n", (unsigned)a->interval.value, a->target);
		if (a->validate)
			buf_printf(b, "ARPValidate=%s\n", conf_enum_name(&host_bond_validate_names, a->validate));
	}
}

static int write_netdev(struct host_files *files, const struct host_interface *def)
{
	struct buf *b;

	if (def->type == HOST_INTERFACE_ETHERNET)
		return 0;
	b = file(files, def->name, "netdev");
	if (!b)
		return -1;
	buf_printf(b, "[NetDev]\nName=%s\nKind=%s\n", def->name, host_type_name(def));
	if (def->mac)
		buf_printf(b, "MACAddress=%s\n", def->mac);
	if (def->type == HOST_INTERFACE_BRIDGE)
		buf_printf(b, "\n[Bridge]\nSTP=%s\nForwardDelaySec=%u.%02u\n", def->bridge.stp == CONF_OFF ? "no" : "yes", host_bridge_delay(def) / 100,
			   host_bridge_delay(def) % 100);
	else if (def->type == HOST_INTERFACE_BOND)
		write_bond(def, b);
	else {
		buf_printf(b, "\n[VLAN]\nId=%u\n", (unsigned)def->vlan.tag.value);
		b = network(files, def->vlan.device, NULL);
		if (b)
			buf_printf(b, "VLAN=%s\n", def->name);
	}
	return b ? 0 : -1;
}

static void write_protocols(const struct host_interface *def, struct buf *b)
{
	bool dhcp[2] = { false, false }, autoconf = false;

	for (size_t i = 0; i < def->protocols.n; i++) {
		const struct host_protocol *p = def->protocols.items[i];

		dhcp[p->family == DOMAIN_IP_IPV6] = p->dhcp != NULL;
		autoconf |= p->autoconf;
		for (size_t j = 0; j < p->ips.n; j++)
			buf_printf(b, "Address=%s/%u\n", p->ips.items[j]->address,
				   p->ips.items[j]->prefix.set ? (unsigned)p->ips.items[j]->prefix.value : p->family == DOMAIN_IP_IPV6 ? 64 : 24);
		if (p->gateway)
			buf_printf(b, "Gateway=%s\n", p->gateway);
	}
	buf_printf(b, "DHCP=%s\nIPv6AcceptRA=%s\n", dhcp[0] ? dhcp[1] ? "yes" : "ipv4" : dhcp[1] ? "ipv6" : "no", autoconf || dhcp[1] ? "yes" : "no");
}

static int write_files(struct host_files *files, const struct host_interface *def, struct error *err)
{
	struct buf *b = write_netdev(files, def) < 0 ? NULL : network(files, def->name, def);

	if (!b)
		return error_errno(err, "%s", def->name);
	write_protocols(def, b);
	for (size_t i = 0; i < def->members.n; i++) {
		const struct host_interface *m = def->members.items[i];

		b = write_netdev(files, m) < 0 ? NULL : network(files, m->name, NULL);
		if (!b)
			return error_errno(err, "%s", m->name);
		buf_printf(b, "%s=%s\n", def->type == HOST_INTERFACE_BOND ? "Bond" : "Bridge", def->name);
		/* what a bridge's bond is made of */
		for (size_t j = 0; j < m->members.n; j++) {
			b = network(files, m->members.items[j]->name, NULL);
			if (!b)
				return error_errno(err, "%s", m->members.items[j]->name);
			buf_printf(b, "Bond=%s\n", m->name);
		}
	}
	return 0;
}

static const char *const up[] = { "networkctl", "up", NULL, NULL }, *const down[] = { "networkctl", "down", NULL, NULL };
static const char *const reload[] = { "networkctl", "reload", NULL, NULL };

const struct host_manager networkd_manager = {
	.name = "systemd-networkd", .dir = DIR, .is_there = is_there, .write = write_files, .configures = configures, .up = up, .down = down, .reload = reload,
};
