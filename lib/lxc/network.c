/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/network.h"

#include "state/state.h"
#include "util/file.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIES 64
#define RELAY_NET_FD 3
#define LXC_PASTA "/usr/bin/pasta"

static int add_addresses(struct netlink *nl, const char *name, const struct lxc_net_addresses *a, struct error *err)
{
	for (size_t i = 0; i < a->n_ips; i++)
		if (netlink_add_address(nl, name, a->ips[i].address, a->ips[i].prefix, a->ips[i].peer, err) < 0)
			return -1;
	return 0;
}

static int add_routes(struct netlink *nl, const char *name, const struct lxc_net_addresses *a, struct error *err)
{
	for (size_t i = 0; i < a->n_routes; i++)
		if (netlink_add_route(nl, name, a->routes[i].address, a->routes[i].prefix, a->routes[i].gateway, a->routes[i].metric, err) < 0)
			return -1;
	return 0;
}

static int plan(const struct lxc_planner *planner, const char *name, const unsigned char *mac, struct error *err)
{
	char line[NETLINK_PLAN_TEXT];

	netlink_plan_format(name, mac, line);
	return planner->plan(planner->ctx, "link", line, err);
}

/* Makes something under the first free name of a kind; somebody may be faster. name: where the choice is kept. */
static int make_numbered(struct netlink *nl, const char *prefix, const unsigned char *mac, const struct lxc_planner *planner, char name[IF_NAMESIZE],
			 int (*make)(struct netlink *nl, const char *name, void *ctx, struct error *err), void *ctx, struct error *err)
{
	struct error why = { 0 };
	int n = 0;

	for (int i = 0; i < TRIES; i++) {
		n = netlink_free_name(nl, prefix, (unsigned)n, name, err);
		if (n < 0 || plan(planner, name, mac, err) < 0)
			return -1;
		if (make(nl, name, ctx, &why) == 0)
			return 0;
		if (why.sys != EEXIST)
			break;
		n++;
	}
	if (err)
		*err = why;
	return -1;
}

struct veth {
	const struct lxc_net *net;
	pid_t pid;
	uint32_t mtu;
	const unsigned char *mac;
};

static int make_veth(struct netlink *nl, const char *name, void *ctx, struct error *err)
{
	const struct veth *v = ctx;
	struct netlink_new end = { .name = name, .mac = v->mac, .mtu = v->mtu };
	struct netlink_new peer = { .name = v->net->guest, .mac = v->net->mac, .mtu = v->mtu, .ns_pid = v->pid };

	return netlink_add_veth(nl, &end, &peer, err);
}

static int make_ifb(struct netlink *nl, const char *name, void *ctx, struct error *err)
{
	return netlink_add(nl, "ifb", &(struct netlink_new){ .name = name, .mac = ctx }, err);
}

/* What comes out of the container comes in at the host's end. */
static int limit(struct netlink *nl, const struct lxc_net *net, unsigned char *mac, const struct lxc_planner *planner, struct error *err)
{
	char ifb[IF_NAMESIZE];

	if (net->in.average && netlink_limit(nl, net->host, &net->in, err) < 0)
		return -1;
	if (!net->out.average)
		return 0;
	if (make_numbered(nl, "vifb", mac, planner, ifb, make_ifb, mac, err) < 0)
		return -1;
	return netlink_limit_incoming(nl, net->host, ifb, &net->out, err);
}

static int cable(struct netlink *nl, struct lxc_net *net, pid_t pid, const struct lxc_planner *planner, struct error *err)
{
	unsigned char mac[NETLINK_MAC_BYTES];
	struct veth v = { .net = net, .pid = pid, .mtu = net->mtu, .mac = mac };
	struct netlink_link bridge;
	char name[IF_NAMESIZE];

	netlink_mac_host_end(net->mac, mac);
	if (net->bridge && netlink_get(nl, net->bridge, &bridge, err) < 0)
		return error_wrap(err, "bridge '%s'", net->bridge);
	if (net->bridge && !v.mtu)
		v.mtu = bridge.mtu;
	/* the format keeps the names that are ours to give away */
	if (net->host && (plan(planner, net->host, mac, err) < 0 || make_veth(nl, net->host, &v, err) < 0))
		return -1;
	if (!net->host) {
		if (make_numbered(nl, "vnet", mac, planner, name, make_veth, &v, err) < 0)
			return -1;
		if (!(net->host = strdup(name)))
			return error_errno(err, "interface");
	}
	if (planner->connect(planner->ctx, nl, net, err) < 0)
		return -1;
	if (limit(nl, net, mac, planner, err) < 0 || add_addresses(nl, net->host, &net->at_host, err) < 0)
		return -1;
	if (net->down)
		return 0;
	return netlink_set_up(nl, net->host, true, err) < 0 ? -1 : add_routes(nl, net->host, &net->at_host, err);
}

static int move_in(struct netlink *nl, struct lxc_net *net, pid_t pid, struct error *err)
{
	struct netlink_link link;

	if (netlink_get(nl, net->host, &link, err) < 0)
		return -1;
	if (link.master)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "the host's interface '%s' is a port of a bridge", net->host);
	memcpy(net->host_mac, link.mac, sizeof(net->host_mac));
	net->host_mtu = link.mtu;
	net->host_up = link.up;
	if (link.up && netlink_set_up(nl, net->host, false, err) < 0)
		return -1;
	return netlink_move(nl, net->host, pid, -1, net->guest, err);
}

static bool any_device(const struct lxc_net *nets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (nets[i].type == LXC_NET_DEVICE)
			return true;
	return false;
}

static struct netlink *open_inside(pid_t pid, struct error *err)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	AUTO_CLOSE int ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0) {
		error_errno(err, "the container's network");
		return NULL;
	}
	return netlink_open_in(ns, err);
}

/* The last line that is not about the system's log, which nobody asked about. */
static const char *last_words(char *said)
{
	const char *last = "it failed without a word";

	for (char *line; (line = strsep(&said, "\n"));)
		if (*line && !strstr(line, "syslog"))
			last = line;
	return last;
}

/* pasta(1) makes the interface in the container's network and is ready when it has put itself into the background. */
static int relay(const struct lxc_net *net, pid_t pid, const struct lxc_planner *planner, struct error *err)
{
	char path[40], mac[NETLINK_MAC_TEXT], where[24];
	char *const argv[] = { (char *)"pasta", (char *)"--quiet", (char *)"--stderr", (char *)"--config-net", (char *)"--no-map-gw", (char *)"--tcp-ports", (char *)"none",
			       (char *)"--udp-ports", (char *)"none", (char *)"--tcp-ns", (char *)"none", (char *)"--udp-ns", (char *)"none",
			       (char *)"--ns-ifname", net->guest, (char *)"--ns-mac-addr", mac, (char *)"--netns-only", (char *)"--netns", where, NULL };
	AUTO_CLOSE int words = memfd_create("words", MFD_CLOEXEC);
	AUTO_CLOSE int net_ns = -1;
	struct process_fd fds[] = { { words, STDERR_FILENO }, { -1, RELAY_NET_FD } };
	const struct process_spec spec = { .path = LXC_PASTA, .argv = argv, .fds = fds, .n_fds = 2, .new_session = true };
	char said[2000] = "";
	int status = 0;
	pid_t child;

	if (access(LXC_PASTA, X_OK) < 0)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<interface type='user'> needs " LXC_PASTA " (Debian's package passt)");
	/* by descriptor: it gives up early what it would take to look at the container's process */
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	snprintf(where, sizeof(where), "/proc/self/fd/%d", RELAY_NET_FD);
	netlink_mac_format(net->mac, mac);
	fds[1].from = net_ns = open(path, O_RDONLY | O_CLOEXEC);
	if (words < 0 || net_ns < 0)
		return error_errno(err, "pasta");
	if (planner->plan(planner->ctx, "command", mac, err) < 0)
		return -1;
	child = process_spawn(&spec, NULL, err);
	if (child < 0)
		return -1;
	RETRY_EINTR(waitpid(child, &status, 0));
	if (status == 0)
		return 0;
	if (pread(words, said, sizeof(said) - 1, 0) < 0)
		said[0] = '\0';
	return error_set(err, ERR_OPERATION_FAILED, "pasta: %s", last_words(said));
}

void lxc_net_relay_end(const struct lxc_net *net)
{
	char mac[NETLINK_MAC_TEXT];
	AUTO_CLOSEDIR DIR *proc = opendir("/proc");
	struct dirent *e;
	uint64_t pid;

	netlink_mac_format(net->mac, mac);
	while (proc && (e = readdir(proc)))
		if (str_to_u64(e->d_name, INT_MAX, &pid) == 0 && process_has_argument((pid_t)pid, mac))
			kill((pid_t)pid, SIGTERM);
}

static int make(struct netlink *nl, struct lxc_net *net, pid_t pid, const struct lxc_planner *planner, struct netlink *inside, struct error *err)
{
	struct netlink_new new = { .name = net->guest, .mac = net->mac, .mtu = net->mtu, .ns_pid = pid };
	struct netlink_link link;

	if (net->type == LXC_NET_USER)
		return relay(net, pid, planner, err);
	if (net->type == LXC_NET_VETH)
		return cable(nl, net, pid, planner, err);
	if (net->type == LXC_NET_MACVLAN)
		return netlink_add_macvlan(nl, net->host, net->mode, false, &new, err);
	if (move_in(nl, net, pid, err) < 0 || netlink_get(inside, net->guest, &link, err) < 0)
		return -1;
	net->index = link.index;
	return 0;
}

int lxc_nets_make(struct lxc_net *nets, size_t n, pid_t pid, const struct lxc_planner *planner, struct netlink **inside, struct error *err)
{
	AUTO_NETLINK struct netlink *nl = netlink_open(err);

	*inside = NULL;
	if (!nl || (any_device(nets, n) && !(*inside = open_inside(pid, err))))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (make(nl, &nets[i], pid, planner, *inside, err) < 0)
			return error_wrap(err, "interface %s", nets[i].guest);
	return 0;
}

int lxc_nets_find(struct lxc_net *nets, size_t n, pid_t pid, struct netlink **inside, struct error *err)
{
	struct netlink_link link;

	*inside = NULL;
	if (!any_device(nets, n))
		return 0;
	if (!(*inside = open_inside(pid, err)))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (nets[i].type == LXC_NET_DEVICE && netlink_get(*inside, nets[i].guest, &link, NULL) == 0)
			nets[i].index = link.index;
	return 0;
}

int lxc_net_settle(struct netlink *inside, const struct lxc_net *net, struct error *err)
{
	static const unsigned char none[NETLINK_MAC_BYTES];
	bool device = net->type == LXC_NET_DEVICE;

	/* whoever relays it has set it up */
	if (net->type == LXC_NET_USER)
		return 0;
	if (device && memcmp(net->mac, none, sizeof(none)) && netlink_set_mac(inside, net->guest, net->mac, err) < 0)
		return -1;
	/* the address of one that takes its parent's over is set once there is a parent */
	if (net->type == LXC_NET_MACVLAN && net->mode == NETLINK_MACVLAN_PASSTHRU && netlink_set_mac(inside, net->guest, net->mac, err) < 0)
		return -1;
	if (device && net->mtu && netlink_set_mtu(inside, net->guest, net->mtu, err) < 0)
		return -1;
	if (add_addresses(inside, net->guest, &net->at_guest, err) < 0)
		return -1;
	if (net->down)
		return 0;
	return netlink_set_up(inside, net->guest, true, err) < 0 ? -1 : add_routes(inside, net->guest, &net->at_guest, err);
}

/* What limits the way out of the container, if there is such an interface: it has the host end's MAC address. */
static int is_ifb(void *ctx, const struct netlink_link *link)
{
	struct netlink_link *want = ctx;

	if (strcmp(link->kind, "ifb") != 0 || memcmp(link->mac, want->mac, sizeof(want->mac)) != 0)
		return 0;
	*want = *link;
	return 1;
}

int lxc_net_limit(const struct lxc_net *net, const struct lxc_planner *planner, struct error *err)
{
	AUTO_NETLINK struct netlink *nl = netlink_open(err);
	const struct netlink_rate none = { 0 };
	struct netlink_link ifb = { 0 };
	unsigned char mac[NETLINK_MAC_BYTES];
	int r;

	if (!nl)
		return -1;
	netlink_mac_host_end(net->mac, mac);
	memcpy(ifb.mac, mac, sizeof(mac));
	if ((r = netlink_each(nl, is_ifb, &ifb, err)) < 0)
		return -1;
	if (r > 0 && (netlink_limit_incoming(nl, net->host, ifb.name, &none, err) < 0 || netlink_delete_own(nl, ifb.name, mac, err) < 0))
		return -1;
	if (netlink_limit(nl, net->host, &none, err) < 0)
		return -1;
	return limit(nl, net, mac, planner, err);
}

int lxc_net_link(const struct lxc_net *net, bool up, struct error *err)
{
	AUTO_NETLINK struct netlink *nl = netlink_open(err);

	return nl ? netlink_set_up(nl, net->host, up, err) : -1;
}

int lxc_net_remove(const struct lxc_net *net, int netns, struct error *err)
{
	AUTO_NETLINK struct netlink *nl = net->type == LXC_NET_VETH ? netlink_open(err) : netlink_open_in(netns, err);
	struct netlink_link ifb = { 0 };
	unsigned char mac[NETLINK_MAC_BYTES];

	if (!nl)
		return -1;
	if (net->type != LXC_NET_VETH)
		return netlink_delete(nl, net->guest, err);
	netlink_mac_host_end(net->mac, mac);
	memcpy(ifb.mac, mac, sizeof(mac));
	if (netlink_each(nl, is_ifb, &ifb, err) > 0 && netlink_delete_own(nl, ifb.name, mac, err) < 0)
		return -1;
	return net->host ? netlink_delete_own(nl, net->host, mac, err) : 0;
}

struct search {
	int index;
	char name[IF_NAMESIZE];
};

static int by_index(void *ctx, const struct netlink_link *link)
{
	struct search *s = ctx;

	if (link->index != s->index)
		return 0;
	memcpy(s->name, link->name, sizeof(s->name));
	return 1;
}

static int give_back(struct netlink *inside, const struct lxc_net *net, int home, struct error *err)
{
	struct search s = { .index = net->index };
	struct error why;
	/* the container may have renamed it */
	int found = netlink_each(inside, by_index, &s, err);

	if (found <= 0)
		return found < 0 ? -1 : error_set(err, ERR_NO_INTERFACE, "the host's interface '%s' is not in the container any more", net->host);
	if (netlink_set_up(inside, s.name, false, err) < 0)
		return -1;
	/* as it was; what cannot be put right must not keep it in there */
	if (net->host_mtu && (netlink_set_mac(inside, s.name, net->host_mac, &why) < 0 || netlink_set_mtu(inside, s.name, net->host_mtu, &why) < 0))
		why.text[0] = '\0';
	if (netlink_move(inside, s.name, 0, home, net->host, err) < 0)
		return -1;
	AUTO_NETLINK struct netlink *nl = net->host_up ? netlink_open(err) : NULL;
	return nl ? netlink_set_up(nl, net->host, true, err) : net->host_up ? -1 : 0;
}

int lxc_nets_return(struct netlink *inside, struct lxc_net *nets, size_t n, struct error *err)
{
	AUTO_CLOSE int home = inside ? open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC) : -1;
	int r = 0;

	if (inside && home < 0)
		return error_errno(err, "our network");
	for (size_t i = 0; i < n && inside; i++) {
		if (nets[i].type != LXC_NET_DEVICE || !nets[i].index)
			continue;
		if (give_back(inside, &nets[i], home, err) < 0)
			r = -1;
		nets[i].index = 0;
	}
	return r;
}

struct undoing {
	struct netlink *nl;
	struct error first;   /* the rest is removed all the same */
};

static int undo_line(void *ctx, const char *what, const char *name, struct error *err)
{
	struct undoing *u = ctx;
	struct error why;

	(void)err;
	if (!strcmp(what, "link") && netlink_plan_undo(u->nl, name, &why) < 0 && !u->first.code)
		u->first = why;
	return 0;
}

int lxc_nets_undo(int run_fd, struct error *err)
{
	AUTO_NETLINK struct netlink *nl = netlink_open(err);
	struct undoing u = { .nl = nl };

	if (!nl || state_plan_read(run_fd, undo_line, &u, err) < 0)
		return -1;
	if (u.first.code && err)
		*err = u.first;
	return u.first.code ? -1 : 0;
}
