/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's interfaces as definitions. What udev knows of them comes from the same place; asked directly it is told of the namespace that one is in. */
#include "interface/interface_impl.h"

#include "util/str.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>

int kernel_links(struct netlink *nl, struct kernel_links *links, struct error *err)
{
	*links = (struct kernel_links){ 0 };
	return netlink_details(nl, &links->items, &links->n, err);
}

const struct netlink_details *kernel_find(const struct kernel_links *links, const char *name)
{
	for (size_t i = 0; i < links->n; i++)
		if (!strcmp(links->items[i].link.name, name))
			return &links->items[i];
	return NULL;
}

bool kernel_is_hosts(const struct netlink_details *d)
{
	static const char *const guests[] = { "tun", "ifb", "macvtap" };

	for (size_t i = 0; i < ARRAY_LEN(guests); i++)
		if (!strcmp(d->link.kind, guests[i]))
			return false;
	return strcmp(d->link.kind, "veth") || strncmp(d->link.name, "vnet", 4);
}

void kernel_mac(const struct netlink_details *d, char text[NETLINK_MAC_TEXT])
{
	static const unsigned char none[NETLINK_MAC_BYTES];

	text[0] = '\0';
	if (d->loopback || memcmp(d->link.mac, none, sizeof(none)))
		netlink_mac_format(d->link.mac, text);
}

static enum host_interface_type type_of(const struct netlink_details *d)
{
	static const struct {
		const char kind[8];
		enum host_interface_type type;
	} types[] = { { "bridge", HOST_INTERFACE_BRIDGE }, { "bond", HOST_INTERFACE_BOND }, { "vlan", HOST_INTERFACE_VLAN } };

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (!strcmp(d->link.kind, types[i].kind))
			return types[i].type;
	return HOST_INTERFACE_ETHERNET;
}

static void fill_link(const struct netlink_details *d, struct host_link *link)
{
	struct ethtool_cmd cmd = { .cmd = ETHTOOL_GSET };
	struct ifreq req = { .ifr_data = (void *)&cmd };
	AUTO_CLOSE int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint32_t speed;

	/* the enumeration has the kernel's order, after "not given" */
	link->state = d->operstate <= 6 ? (enum host_link_state)(d->operstate + 1) : HOST_LINK_UNKNOWN;
	memcpy(req.ifr_name, d->link.name, sizeof(req.ifr_name));
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &req) < 0)
		return;
	speed = ethtool_cmd_speed(&cmd);
	if (speed && speed != (uint16_t)-1 && speed != (uint32_t)-1)
		link->speed = (struct conf_num){ speed, true };
}

static int fill_bond(const struct netlink_bond *b, struct host_interface *def)
{
	def->bond.mode = (enum host_bond_mode)(b->mode + 1);
	if (b->miimon) {
		struct host_miimon *m = def->bond.miimon = calloc(1, sizeof(*m));

		if (!m)
			return -1;
		*m = (struct host_miimon){ { b->miimon, true }, { b->downdelay, b->downdelay != 0 }, { b->updelay, b->updelay != 0 },
					   b->use_carrier ? HOST_BOND_NETIF : HOST_BOND_IOCTL };
	} else if (b->arp_interval) {
		struct host_arpmon *m = def->bond.arpmon = calloc(1, sizeof(*m));

		if (!m)
			return -1;
		*m = (struct host_arpmon){ { b->arp_interval, true }, strdup(b->arp_target),
					   b->arp_validate <= 3 ? (enum host_bond_validate)(b->arp_validate + 1) : HOST_BOND_VALIDATE_ALL };
		return m->target ? 0 : -1;
	}
	return 0;
}

static int fill_kind(const struct kernel_links *links, const struct netlink_details *d, struct host_interface *def)
{
	switch (def->type) {
	case HOST_INTERFACE_BRIDGE:
		def->bridge.stp = d->bridge.stp ? CONF_ON : CONF_OFF;
		def->bridge.delay = d->bridge.delay % 100 ? str_printf("%u.%02u", d->bridge.delay / 100, d->bridge.delay % 100) :
							    str_printf("%u", d->bridge.delay / 100);
		return def->bridge.delay ? 0 : -1;
	case HOST_INTERFACE_BOND:
		return fill_bond(&d->bond, def);
	case HOST_INTERFACE_VLAN:
		def->vlan.tag = (struct conf_num){ d->vlan, true };
		for (size_t i = 0; i < links->n; i++)
			if (links->items[i].link.index == d->lower)
				def->vlan.device = strdup(links->items[i].link.name);
		if (!def->vlan.device)
			def->vlan.device = strdup("?");   /* in another namespace */
		return def->vlan.device ? 0 : -1;
	default:
		return 0;
	}
}

static int fill(const struct kernel_links *links, const struct netlink_details *d, struct host_interface *def, bool member);

static int fill_members(const struct kernel_links *links, const struct netlink_details *d, struct host_interface *def)
{
	for (size_t i = 0; i < links->n; i++) {
		const struct netlink_details *port = &links->items[i];
		struct host_interface *m;

		if (port->link.master != d->link.index || !kernel_is_hosts(port))
			continue;
		m = CONF_LIST_ADD(&def->members);
		if (!m || fill(links, port, m, true) < 0)
			return -1;
	}
	return 0;
}

static int fill(const struct kernel_links *links, const struct netlink_details *d, struct host_interface *def, bool member)
{
	char mac[NETLINK_MAC_TEXT];

	def->type = type_of(d);
	def->name = strdup(d->link.name);
	kernel_mac(d, mac);
	if (!def->name || (*mac && !d->loopback && !(def->mac = strdup(mac))))
		return -1;
	fill_link(d, &def->link);
	if (!member)
		def->mtu = (struct conf_num){ d->link.mtu, true };
	if (fill_kind(links, d, def) < 0)
		return -1;
	return def->type == HOST_INTERFACE_BRIDGE || def->type == HOST_INTERFACE_BOND ? fill_members(links, d, def) : 0;
}

/* --- addresses ---------------------------------------------------------------------------------------------------- */

static struct host_protocol *protocol(struct host_interface *def, enum domain_ip_family family)
{
	struct host_protocol *p;

	for (size_t i = 0; i < def->protocols.n; i++)
		if (def->protocols.items[i]->family == family)
			return def->protocols.items[i];
	p = CONF_LIST_ADD(&def->protocols);
	if (p)
		p->family = family;
	return p;
}

static int add_address(const struct ifaddrs *a, struct host_interface *def)
{
	bool v6 = a->ifa_addr->sa_family == AF_INET6;
	const unsigned char *mask = v6 ? ((const struct sockaddr_in6 *)a->ifa_netmask)->sin6_addr.s6_addr :
					 (const unsigned char *)&((const struct sockaddr_in *)a->ifa_netmask)->sin_addr;
	struct host_protocol *p = protocol(def, v6 ? DOMAIN_IP_IPV6 : DOMAIN_IP_IPV4);
	struct host_interface_ip *ip = p ? CONF_LIST_ADD(&p->ips) : NULL;
	char text[INET6_ADDRSTRLEN];

	if (!ip || !inet_ntop(a->ifa_addr->sa_family, v6 ? (const void *)&((const struct sockaddr_in6 *)a->ifa_addr)->sin6_addr :
							   (const void *)&((const struct sockaddr_in *)a->ifa_addr)->sin_addr, text, sizeof(text)))
		return -1;
	ip->prefix.set = true;
	for (size_t i = 0; i < (v6 ? 16u : 4u); i++)
		ip->prefix.value += (uint64_t)__builtin_popcount(mask[i]);
	ip->address = strdup(text);
	return ip->address ? 0 : -1;
}

/* The default route by this interface, as /proc/net/route (IPv4) has it. */
static int add_gateway(struct host_interface *def)
{
	AUTO_FCLOSE FILE *f = fopen("/proc/thread-self/net/route", "re");
	char line[256], name[IF_NAMESIZE];
	unsigned to, by, flags, mask, rest[3];

	while (f && fgets(line, sizeof(line), f)) {
		struct in_addr gateway;
		char text[INET_ADDRSTRLEN];
		struct host_protocol *p;

		if (sscanf(line, "%15s %x %x %x %u %u %u %x", name, &to, &by, &flags, &rest[0], &rest[1], &rest[2], &mask) != 8 || to || mask || !by ||
		    strcmp(name, def->name))
			continue;
		gateway.s_addr = by;
		p = protocol(def, DOMAIN_IP_IPV4);
		return p && inet_ntop(AF_INET, &gateway, text, sizeof(text)) && (p->gateway = strdup(text)) ? 0 : -1;
	}
	return 0;
}

/* The link's own IPv6 address comes and goes with the link. */
static bool is_given(const struct sockaddr *a)
{
	return a->sa_family == AF_INET || (a->sa_family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&((const struct sockaddr_in6 *)a)->sin6_addr));
}

static int fill_protocols(struct host_interface *def)
{
	struct ifaddrs *all = NULL;
	int rc = 0;

	if (getifaddrs(&all) < 0)
		return -1;
	for (const struct ifaddrs *a = all; a && rc == 0; a = a->ifa_next)
		if (a->ifa_addr && a->ifa_netmask && !strcmp(a->ifa_name, def->name) && is_given(a->ifa_addr))
			rc = add_address(a, def);
	freeifaddrs(all);
	return rc < 0 ? -1 : add_gateway(def);
}

struct host_interface *kernel_describe(const struct kernel_links *links, const struct netlink_details *d, struct error *err)
{
	struct host_interface *def = calloc(1, sizeof(*def));

	if (def && fill(links, d, def, false) == 0 && fill_protocols(def) == 0)
		return def;
	error_errno(err, "interface '%s'", d->link.name);
	conf_free(&host_interface_elem, def);
	return NULL;
}
