/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting and stopping: by the host's own manager where one runs, else by ourselves. What is there already is taken as it is, so that a start that was cut off can
 * be done again; a start that fails takes away what it made. */
#include "interface/interface_impl.h"

#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>

struct start {
	struct netlink *nl;
	CONF_LIST(char) made;      /* names, in the order in which they were made */
	struct error *err;
};

/* --- starting ----------------------------------------------------------------------------------------------------- */

static int make_link(struct start *s, const struct host_interface *def)
{
	unsigned char mac[NETLINK_MAC_BYTES];
	struct netlink_new new = { .name = def->name, .mac = def->mac && netlink_mac_parse(def->mac, mac) == 0 ? mac : NULL };
	const struct host_miimon *m = def->bond.miimon;
	const struct host_arpmon *a = def->bond.arpmon;
	struct netlink_bond bond = { .mode = def->bond.mode ? (uint8_t)(def->bond.mode - 1) : 0 };
	unsigned delay = host_bridge_delay(def);

	switch (def->type) {
	case HOST_INTERFACE_BRIDGE:
		return netlink_add_bridge(s->nl, &new, def->bridge.stp != CONF_OFF, (delay + 99) / 100, s->err);
	case HOST_INTERFACE_BOND:
		if (m)
			bond.miimon = (uint32_t)m->freq.value, bond.updelay = (uint32_t)m->updelay.value, bond.downdelay = (uint32_t)m->downdelay.value,
			bond.use_carrier = m->carrier != HOST_BOND_IOCTL;
		if (a) {
			bond.arp_interval = (uint32_t)a->interval.value;
			bond.arp_validate = a->validate ? a->validate - 1 : 0;
			snprintf(bond.arp_target, sizeof(bond.arp_target), "%s", a->target);
		}
		return netlink_add_bond(s->nl, &new, &bond, s->err);
	case HOST_INTERFACE_VLAN:
		return netlink_add_vlan(s->nl, &new, def->vlan.device, (uint16_t)def->vlan.tag.value, s->err);
	default:
		return error_set(s->err, ERR_NO_INTERFACE, "there is no network interface '%s'", def->name);
	}
}

static int note(struct start *s, const char *name)
{
	char **items = reallocarray(s->made.items, s->made.n + 1, sizeof(*items));

	if (items)
		s->made.items = items;
	if (!items || !(items[s->made.n] = strdup(name)))
		return error_errno(s->err, "%s", name);
	s->made.n++;
	return 0;
}

static int make(struct start *s, const struct host_interface *def);

/* A member is nobody's any more when it becomes one: its addresses go, as they are the whole's. */
static int join(struct start *s, const struct host_interface *whole, const struct host_interface *member)
{
	return make(s, member) < 0 || netlink_flush_addresses(s->nl, member->name, s->err) < 0 ||
	       (whole->type == HOST_INTERFACE_BOND && netlink_set_up(s->nl, member->name, false, s->err) < 0) ||
	       netlink_set_bridge(s->nl, member->name, whole->name, s->err) < 0 || netlink_set_up(s->nl, member->name, true, s->err) < 0 ? -1 : 0;
}

static int make(struct start *s, const struct host_interface *def)
{
	struct netlink_link link;
	struct error why = { 0 };

	if (netlink_get(s->nl, def->name, &link, &why) < 0) {
		if (why.code != ERR_NO_INTERFACE) {
			*s->err = why;
			return -1;
		}
		if (make_link(s, def) < 0 || note(s, def->name) < 0)
			return -1;
	} else if (strcmp(link.kind, def->type == HOST_INTERFACE_ETHERNET ? link.kind : host_type_name(def))) {
		return error_set(s->err, ERR_OPERATION_INVALID, "there is an interface '%s' already, and it is no %s", def->name, host_type_name(def));
	}
	for (size_t i = 0; i < def->members.n; i++)
		if (join(s, def, def->members.items[i]) < 0)
			return -1;
	if (def->type == HOST_INTERFACE_VLAN && netlink_set_up(s->nl, def->vlan.device, true, s->err) < 0)
		return -1;
	return def->mtu.set ? netlink_set_mtu(s->nl, def->name, (uint32_t)def->mtu.value, s->err) : 0;
}

static int set_autoconf(const char *name, bool on, struct error *err)
{
	AUTO_FREE char *path = str_printf("/proc/sys/net/ipv6/conf/%s/accept_ra", name);
	AUTO_CLOSE int fd = path ? open(path, O_WRONLY | O_CLOEXEC) : -1;

	/* 2: also where the host forwards */
	if (fd >= 0 && file_write_all(fd, on ? "2" : "0", 1) == 0)
		return 0;
	return errno == ENOENT && !on ? 0 : error_errno(err, "%s: IPv6 autoconfiguration", name);
}

static int address(struct start *s, const struct host_interface *def)
{
	for (size_t i = 0; i < def->protocols.n; i++) {
		const struct host_protocol *p = def->protocols.items[i];
		bool v6 = p->family == DOMAIN_IP_IPV6;

		if (v6 && set_autoconf(def->name, p->autoconf, s->err) < 0)
			return -1;
		for (size_t j = 0; j < p->ips.n; j++)
			if (netlink_add_address(s->nl, def->name, p->ips.items[j]->address,
						p->ips.items[j]->prefix.set ? (unsigned)p->ips.items[j]->prefix.value : v6 ? 64 : 24, NULL, s->err) < 0)
				return -1;
	}
	if (netlink_set_up(s->nl, def->name, true, s->err) < 0)
		return -1;
	for (size_t i = 0; i < def->protocols.n; i++) {
		const struct host_protocol *p = def->protocols.items[i];

		if (p->gateway && netlink_add_route(s->nl, def->name, p->family == DOMAIN_IP_IPV6 ? "::" : "0.0.0.0", 0, p->gateway, 0, s->err) < 0)
			return -1;
	}
	return 0;
}

static int check_dhcp(const struct host_interface *def, struct error *err)
{
	for (size_t i = 0; i < def->protocols.n; i++)
		if (def->protocols.items[i]->dhcp)
			return error_set(err, ERR_OPERATION_UNSUPPORTED, "interface '%s' is to get its address by DHCP, and neither ifupdown nor systemd-networkd "
									 "runs here to ask for it", def->name);
	return 0;
}

int interface_start(const struct host_interface *def, struct error *err)
{
	int managed = host_manager_set(def->name, true, err), rc;
	struct start s = { .err = err };

	if (managed)
		return managed < 0 ? -1 : 0;
	if (check_dhcp(def, err) < 0 || !(s.nl = netlink_open(err)))
		return -1;
	rc = make(&s, def) < 0 ? -1 : address(&s, def);
	while (s.made.n) {
		AUTO_FREE char *name = s.made.items[--s.made.n];

		if (rc < 0 && netlink_delete(s.nl, name, NULL) < 0)
			continue;
	}
	free(s.made.items);
	netlink_close(s.nl);
	return rc;
}

/* --- stopping ----------------------------------------------------------------------------------------------------- */

static int unmake(struct netlink *nl, const struct host_interface *def, struct error *err)
{
	for (size_t i = 0; i < def->members.n; i++) {
		const struct host_interface *m = def->members.items[i];
		struct error why = { 0 };

		/* what was unplugged meanwhile is no member */
		if ((netlink_set_bridge(nl, m->name, NULL, &why) < 0 || unmake(nl, m, &why) < 0) && why.code != ERR_NO_INTERFACE) {
			*err = why;
			return -1;
		}
	}
	if (def->type != HOST_INTERFACE_ETHERNET)
		return netlink_delete(nl, def->name, err);
	return netlink_flush_addresses(nl, def->name, err) < 0 ? -1 : netlink_set_up(nl, def->name, false, err);
}

int interface_stop(const char *name, const struct host_interface *def, struct error *err)
{
	int managed = def ? host_manager_set(name, false, err) : 0;
	AUTO_NETLINK struct netlink *nl = managed ? NULL : netlink_open(err);

	if (managed)
		return managed < 0 ? -1 : 0;
	if (!nl)
		return -1;
	return def ? unmake(nl, def, err) : netlink_set_up(nl, name, false, err);
}
