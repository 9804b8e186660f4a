/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/netlink_impl.h"

#include <fcntl.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/route/link.h>
#include <netlink/route/link/macvlan.h>
#include <netlink/route/link/macvtap.h>
#include <netlink/route/link/veth.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#ifndef NLM_F_ACK_TLVS
#define NLM_F_ACK_TLVS 0x200
#endif

static inline void put_link_(struct rtnl_link **link)
{
	if (*link)
		rtnl_link_put(*link);
}
#define AUTO_LINK AUTO(put_link_)

/* --- the socket --------------------------------------------------------------------------------------------------- */

/* The kernel refuses: its errno, and its words where it has them (netlink(7), NETLINK_EXT_ACK). */
static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct netlink *nl = arg;
	struct nlmsghdr *h = (struct nlmsghdr *)((char *)e - NLMSG_HDRLEN);
	size_t skip = sizeof(*e);
	struct nlattr *words;

	(void)from;
	nl->error = -e->error;
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return NL_STOP;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - sizeof(e->msg);
	if (h->nlmsg_len < NLMSG_HDRLEN + NLMSG_ALIGN(skip))
		return NL_STOP;
	words = nla_find((struct nlattr *)((char *)e + NLMSG_ALIGN(skip)), (int)(h->nlmsg_len - NLMSG_HDRLEN - NLMSG_ALIGN(skip)), NLMSGERR_ATTR_MSG);
	if (words)
		nla_strlcpy(nl->reason, words, sizeof(nl->reason));
	return NL_STOP;
}

/* By a socket that is there already, or a new one: -1. */
static struct netlink *make(int fd, struct error *err)
{
	struct netlink *nl = calloc(1, sizeof(*nl));
	int on = 1, r;

	if (!nl || !(nl->sock = nl_socket_alloc())) {
		error_errno(err, "netlink");
		free(nl);
		return NULL;
	}
	r = fd < 0 ? nl_connect(nl->sock, NETLINK_ROUTE) : nl_socket_set_fd(nl->sock, NETLINK_ROUTE, fd);
	if (r < 0) {
		netlink_failed(nl, r, err, "cannot open a netlink socket");
		netlink_close(nl);
		return NULL;
	}
	setsockopt(nl_socket_get_fd(nl->sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	fcntl(nl_socket_get_fd(nl->sock), F_SETFD, FD_CLOEXEC);
	nl_socket_modify_err_cb(nl->sock, NL_CB_CUSTOM, on_error, nl);
	return nl;
}

struct netlink *netlink_open(struct error *err)
{
	return make(-1, err);
}

int netlink_fd(const struct netlink *nl)
{
	return nl ? nl_socket_get_fd(nl->sock) : -1;
}

struct netlink *netlink_of_fd(int fd, struct error *err)
{
	struct netlink *nl = make(fd, err);

	if (!nl)
		close(fd);
	return nl;
}

struct netlink *netlink_open_in(int netns, struct error *err)
{
	AUTO_CLOSE int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	struct netlink *nl = NULL;

	if (own < 0 || setns(netns, CLONE_NEWNET) < 0) {
		error_errno(err, "cannot enter a network namespace");
		return NULL;
	}
	nl = netlink_open(err);
	/* nothing may go on in another's network */
	if (setns(own, CLONE_NEWNET) < 0)
		abort();
	return nl;
}

void netlink_close(struct netlink *nl)
{
	if (!nl)
		return;
	nl_socket_free(nl->sock);
	free(nl);
}

void netlink_ask(struct netlink *nl)
{
	nl->error = 0;
	nl->reason[0] = '\0';
}

int netlink_failed(const struct netlink *nl, int r, struct error *err, const char *fmt, ...)
{
	char what[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (!nl->error)
		return error_set(err, ERR_SYSTEM, "%s: %s", what, nl_geterror(r));
	errno = nl->error;
	error_errno(err, "%s%s%s%s", what, nl->reason[0] ? " (" : "", nl->reason, nl->reason[0] ? ")" : "");
	if (err && nl->error == ENODEV)
		err->code = ERR_NO_INTERFACE;
	return -1;
}

int netlink_talk(struct netlink *nl, struct nl_msg *msg)
{
	netlink_ask(nl);
	int r = nl_send_auto(nl->sock, msg);

	nlmsg_free(msg);
	return r < 0 ? r : nl_wait_for_ack(nl->sock);
}

/* --- looking ------------------------------------------------------------------------------------------------------ */

static void describe(struct rtnl_link *from, struct netlink_link *to)
{
	struct nl_addr *mac = rtnl_link_get_addr(from);
	const char *kind = rtnl_link_get_type(from), *name = rtnl_link_get_name(from);

	*to = (struct netlink_link){
		.index = rtnl_link_get_ifindex(from), .mtu = rtnl_link_get_mtu(from), .master = rtnl_link_get_master(from),
		.up = rtnl_link_get_flags(from) & IFF_UP, .carrier = rtnl_link_get_carrier(from),
	};
	snprintf(to->name, sizeof(to->name), "%s", name ? name : "");
	snprintf(to->kind, sizeof(to->kind), "%s", kind ? kind : "");
	if (mac && nl_addr_get_len(mac) == NETLINK_MAC_BYTES)
		memcpy(to->mac, nl_addr_get_binary_addr(mac), NETLINK_MAC_BYTES);
}

int netlink_check_name(const char *name, struct error *err)
{
	size_t n = strlen(name);

	/* the kernel's own rule, so that nothing is looked up under a shortened name */
	if (n == 0 || n >= IF_NAMESIZE || strpbrk(name, "/: \t\n") || !strcmp(name, ".") || !strcmp(name, ".."))
		return error_set(err, ERR_INVALID_ARG, "'%.60s' cannot be the name of a network interface (at most %d characters, no blank, '/' or ':')", name,
				 IF_NAMESIZE - 1);
	return 0;
}

int netlink_get(struct netlink *nl, const char *name, struct netlink_link *link, struct error *err)
{
	AUTO_LINK struct rtnl_link *found = NULL;

	if (netlink_check_name(name, err) < 0)
		return -1;
	netlink_ask(nl);
	int r = rtnl_link_get_kernel(nl->sock, 0, name, &found);
	if (r == -NLE_NODEV || r == -NLE_OBJ_NOTFOUND) {
		error_set(err, ERR_NO_INTERFACE, "there is no network interface '%s'", name);
		if (err)
			err->sys = ENODEV;
		return -1;
	}
	if (r < 0)
		return netlink_failed(nl, r, err, "cannot look up the network interface '%s'", name);
	describe(found, link);
	return 0;
}

int netlink_each(struct netlink *nl, int (*fn)(void *ctx, const struct netlink_link *link), void *ctx, struct error *err)
{
	struct nl_cache *all = NULL;
	struct netlink_link link;

	netlink_ask(nl);
	int r = rtnl_link_alloc_cache(nl->sock, AF_UNSPEC, &all);

	if (r < 0)
		return netlink_failed(nl, r, err, "cannot list the network interfaces");
	for (struct nl_object *o = nl_cache_get_first(all); o && r == 0; o = nl_cache_get_next(o)) {
		describe((struct rtnl_link *)o, &link);
		r = fn(ctx, &link);
	}
	nl_cache_free(all);
	return r;
}

int netlink_index(struct netlink *nl, const char *name, struct error *err)
{
	struct netlink_link link;

	return netlink_get(nl, name, &link, err) < 0 ? -1 : link.index;
}

int netlink_free_name(struct netlink *nl, const char *prefix, unsigned first, char name[IF_NAMESIZE], struct error *err)
{
	struct netlink_link link;
	struct error why = { 0 };

	for (unsigned n = first; n < 1000000; n++) {
		snprintf(name, IF_NAMESIZE, "%s%u", prefix, n);
		if (netlink_get(nl, name, &link, &why) == 0)
			continue;
		if (why.code == ERR_NO_INTERFACE)
			return (int)n;
		if (err)
			*err = why;
		return -1;
	}
	return error_set(err, ERR_OPERATION_FAILED, "no name '%sN' of a network interface is free", prefix);
}

void netlink_mac_format(const unsigned char mac[NETLINK_MAC_BYTES], char text[NETLINK_MAC_TEXT])
{
	snprintf(text, NETLINK_MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

int netlink_mac_parse(const char *text, unsigned char mac[NETLINK_MAC_BYTES])
{
	unsigned b[NETLINK_MAC_BYTES];
	int end = 0;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &end) != NETLINK_MAC_BYTES || text[end])
		return -1;
	for (int i = 0; i < NETLINK_MAC_BYTES; i++)
		mac[i] = (unsigned char)b[i];
	return 0;
}

void netlink_mac_host_end(const unsigned char guest[NETLINK_MAC_BYTES], unsigned char host[NETLINK_MAC_BYTES])
{
	memcpy(host, guest, NETLINK_MAC_BYTES);
	/* a guest's that begins so itself must not meet its own */
	host[0] = guest[0] == 0xfe ? 0xfa : 0xfe;
}

/* --- making ------------------------------------------------------------------------------------------------------- */

static int describe_new(struct rtnl_link *link, const struct netlink_new *new, struct error *err)
{
	if (new->name && netlink_check_name(new->name, err) < 0)
		return -1;
	if (new->name)
		rtnl_link_set_name(link, new->name);
	if (new->mac) {
		struct nl_addr *mac = nl_addr_build(AF_LLC, (void *)new->mac, NETLINK_MAC_BYTES);
		if (!mac)
			return error_set(err, ERR_NO_MEMORY, "network interface %s: out of memory", new->name ? new->name : "");
		rtnl_link_set_addr(link, mac);
		nl_addr_put(mac);
	}
	if (new->mtu)
		rtnl_link_set_mtu(link, new->mtu);
	if (new->ns_pid)
		rtnl_link_set_ns_pid(link, new->ns_pid);
	return 0;
}

static int create(struct netlink *nl, struct rtnl_link *link, const char *kind, const char *name, struct error *err)
{
	netlink_ask(nl);
	int r = rtnl_link_add(nl->sock, link, NLM_F_CREATE | NLM_F_EXCL);

	return r < 0 ? netlink_failed(nl, r, err, "cannot make the network interface '%s' (%s)", name ? name : "?", kind) : 0;
}

int netlink_add_veth(struct netlink *nl, const struct netlink_new *end, const struct netlink_new *peer, struct error *err)
{
	AUTO_LINK struct rtnl_link *link = rtnl_link_veth_alloc();
	AUTO_LINK struct rtnl_link *other = link ? rtnl_link_veth_get_peer(link) : NULL;

	if (!other)
		return error_set(err, ERR_NO_MEMORY, "network interface %s: out of memory", end->name);
	if (describe_new(link, end, err) < 0 || describe_new(other, peer, err) < 0)
		return -1;
	return create(nl, link, "veth", end->name, err);
}

int netlink_add_macvlan(struct netlink *nl, const char *parent, enum netlink_macvlan mode, bool tap, const struct netlink_new *new,
			struct error *err)
{
	static const uint32_t modes[] = {
		[NETLINK_MACVLAN_VEPA] = MACVLAN_MODE_VEPA, [NETLINK_MACVLAN_PRIVATE] = MACVLAN_MODE_PRIVATE,
		[NETLINK_MACVLAN_BRIDGE] = MACVLAN_MODE_BRIDGE, [NETLINK_MACVLAN_PASSTHRU] = MACVLAN_MODE_PASSTHRU,
	};
	AUTO_LINK struct rtnl_link *link = tap ? rtnl_link_macvtap_alloc() : rtnl_link_macvlan_alloc();
	int index = netlink_index(nl, parent, err);

	if (index < 0)
		return -1;
	if (!link)
		return error_set(err, ERR_NO_MEMORY, "network interface %s: out of memory", new->name);
	rtnl_link_set_link(link, index);
	if (tap)
		rtnl_link_macvtap_set_mode(link, modes[mode]);
	else
		rtnl_link_macvlan_set_mode(link, modes[mode]);
	if (describe_new(link, new, err) < 0)
		return -1;
	return create(nl, link, tap ? "macvtap" : "macvlan", new->name, err);
}

int netlink_add(struct netlink *nl, const char *kind, const struct netlink_new *new, struct error *err)
{
	AUTO_LINK struct rtnl_link *link = rtnl_link_alloc();

	if (!link || rtnl_link_set_type(link, kind) < 0)
		return error_set(err, ERR_NO_MEMORY, "network interface %s: out of memory", new->name);
	if (describe_new(link, new, err) < 0)
		return -1;
	return create(nl, link, kind, new->name, err);
}

static int delete(struct netlink *nl, const char *name, int index, struct error *err)
{
	AUTO_LINK struct rtnl_link *link = rtnl_link_alloc();
	int r;

	if (!link)
		return error_set(err, ERR_NO_MEMORY, "network interface %s: out of memory", name);
	rtnl_link_set_ifindex(link, index);
	netlink_ask(nl);
	r = rtnl_link_delete(nl->sock, link);
	return r < 0 && nl->error != ENODEV ? netlink_failed(nl, r, err, "cannot remove the network interface '%s'", name) : 0;
}

int netlink_delete(struct netlink *nl, const char *name, struct error *err)
{
	struct netlink_link link;
	struct error why = { 0 };

	if (netlink_get(nl, name, &link, &why) == 0)
		return delete(nl, name, link.index, err);
	if (why.code != ERR_NO_INTERFACE && err)
		*err = why;
	return why.code == ERR_NO_INTERFACE ? 0 : -1;
}

int netlink_delete_own(struct netlink *nl, const char *name, const unsigned char mac[NETLINK_MAC_BYTES], struct error *err)
{
	struct netlink_link link;
	struct error why = { 0 };

	if (netlink_get(nl, name, &link, &why) == 0)
		return memcmp(link.mac, mac, NETLINK_MAC_BYTES) ? 0 : delete(nl, name, link.index, err);
	if (why.code != ERR_NO_INTERFACE && err)
		*err = why;
	return why.code == ERR_NO_INTERFACE ? 0 : -1;
}

void netlink_plan_format(const char *name, const unsigned char mac[NETLINK_MAC_BYTES], char line[NETLINK_PLAN_TEXT])
{
	char text[NETLINK_MAC_TEXT];

	netlink_mac_format(mac, text);
	snprintf(line, NETLINK_PLAN_TEXT, "%s %s", name, text);
}

int netlink_plan_undo(struct netlink *nl, const char *line, struct error *err)
{
	AUTO_NETLINK struct netlink *own = NULL;
	unsigned char mac[NETLINK_MAC_BYTES];
	char name[IF_NAMESIZE];
	size_t n = strcspn(line, " ");

	if (n == 0 || n >= sizeof(name) || line[n] != ' ' || netlink_mac_parse(line + n + 1, mac) < 0)
		return error_set(err, ERR_INVALID_ARG, "'%.60s' names no network interface", line);
	snprintf(name, sizeof(name), "%.*s", (int)n, line);
	if (!nl && !(nl = own = netlink_open(err)))
		return -1;
	return netlink_delete_own(nl, name, mac, err);
}

/* --- changing ----------------------------------------------------------------------------------------------------- */

/* Changes an interface: `attr` and its value go into one message, beside the flag. */
static int change(struct netlink *nl, const char *name, unsigned flags, unsigned mask, int attr, const void *value, size_t size,
		  const char *new_name, struct error *err)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC, .ifi_flags = flags, .ifi_change = mask };
	struct nl_msg *msg;
	int r;

	if ((new_name && netlink_check_name(new_name, err) < 0) || (head.ifi_index = netlink_index(nl, name, err)) < 0)
		return -1;
	msg = nlmsg_alloc_simple(RTM_SETLINK, NLM_F_REQUEST);
	if (!msg || nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO) < 0 || (attr && nla_put(msg, attr, (int)size, value) < 0) ||
	    (new_name && nla_put_string(msg, IFLA_IFNAME, new_name) < 0)) {
		if (msg)
			nlmsg_free(msg);
		return error_set(err, ERR_NO_MEMORY, "network interface %s: out of memory", name);
	}
	r = netlink_talk(nl, msg);
	return r < 0 ? netlink_failed(nl, r, err, "network interface '%s'", name) : 0;
}

int netlink_set_up(struct netlink *nl, const char *name, bool up, struct error *err)
{
	return change(nl, name, up ? IFF_UP : 0, IFF_UP, 0, NULL, 0, NULL, err) < 0 ? error_wrap(err, "cannot be %s", up ? "brought up" : "taken down") : 0;
}

int netlink_set_mtu(struct netlink *nl, const char *name, uint32_t mtu, struct error *err)
{
	return change(nl, name, 0, 0, IFLA_MTU, &mtu, sizeof(mtu), NULL, err) < 0 ? error_wrap(err, "cannot set the MTU to %u", mtu) : 0;
}

int netlink_set_mac(struct netlink *nl, const char *name, const unsigned char mac[NETLINK_MAC_BYTES], struct error *err)
{
	return change(nl, name, 0, 0, IFLA_ADDRESS, mac, NETLINK_MAC_BYTES, NULL, err) < 0 ? error_wrap(err, "cannot set the MAC address") : 0;
}

int netlink_rename(struct netlink *nl, const char *name, const char *new_name, struct error *err)
{
	return change(nl, name, 0, 0, 0, NULL, 0, new_name, err) < 0 ? error_wrap(err, "cannot rename to '%s'", new_name) : 0;
}

int netlink_move(struct netlink *nl, const char *name, pid_t pid, int netns, const char *new_name, struct error *err)
{
	uint32_t where = pid ? (uint32_t)pid : (uint32_t)netns;

	return change(nl, name, 0, 0, pid ? IFLA_NET_NS_PID : IFLA_NET_NS_FD, &where, sizeof(where), new_name, err) < 0 ?
		error_wrap(err, "cannot move to another network namespace") : 0;
}

int netlink_set_bridge(struct netlink *nl, const char *name, const char *bridge, struct error *err)
{
	struct netlink_link link = { 0 };
	uint32_t index;

	if (bridge && netlink_get(nl, bridge, &link, err) < 0)
		return -1;
	if (bridge && !strcmp(link.kind, "openvswitch"))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "'%s' is a bridge of Open vSwitch: its ports need <virtualport type='openvswitch'/>", bridge);
	if (bridge && strcmp(link.kind, "bridge"))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "'%s' is no bridge", bridge);
	index = (uint32_t)link.index;
	return change(nl, name, 0, 0, IFLA_MASTER, &index, sizeof(index), NULL, err) < 0 ?
		error_wrap(err, "cannot make a port of bridge '%s'", bridge ? bridge : "none") : 0;
}
