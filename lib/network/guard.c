/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Somebody else's `nft flush ruleset` (a firewall that is reloaded) takes our table with it: it is put back when the kernel tells of that. */
#include "network/network_impl.h"

#include "util/file.h"
#include "util/task.h"

#include <ev.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

/* Time for whoever it was to finish. */
#define PATIENCE 0.05

static void mend_task(void *arg)
{
	struct net_sup *n = arg;
	struct error err;

	if (n->sv->ending || !n->table_gone)
		return;
	n->table_gone = false;
	if (net_apply_rules(n, &err) == 0) {
		supervisor_log(n->sv, "%s: somebody removed the firewall's rules of this network: they are back", n->sv->name);
		return;
	}
	supervisor_log(n->sv, "%s: %s", n->sv->name, err.text);
	n->table_gone = true;
	ev_timer_set(&n->guard_again, 1.0, 0);
	ev_timer_start(n->sv->loop, &n->guard_again);
}

static void on_again(struct ev_loop *loop, struct ev_timer *w, int revents)
{
	struct error err;

	(void)revents;
	if (task_spawn(loop, mend_task, w->data, &err) < 0)
		ev_timer_start(loop, w);
}

/* The name of the table that a message is about, or NULL. */
static const char *table_of(const struct nlmsghdr *h)
{
	const char *at = (const char *)h + NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct nfgenmsg)), *end = (const char *)h + h->nlmsg_len;

	while (end - at >= (ptrdiff_t)sizeof(struct nlattr)) {
		const struct nlattr *a = (const struct nlattr *)at;

		if (a->nla_len < sizeof(*a) || a->nla_len > end - at)
			return NULL;
		if ((a->nla_type & NLA_TYPE_MASK) == NFTA_TABLE_NAME && memchr(a + 1, 0, a->nla_len - sizeof(*a)))
			return (const char *)(a + 1);
		at += NLA_ALIGN(a->nla_len);
	}
	return NULL;
}

static void look(struct net_sup *n, const struct nlmsghdr *h, const char *table)
{
	int type = h->nlmsg_type & 0xff;
	const char *name;

	if (h->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES || (type != NFT_MSG_DELTABLE && type != NFT_MSG_NEWTABLE))
		return;
	name = table_of(h);
	/* ours is replaced by a removal and a making: the last word counts */
	if (name && !strcmp(name, table))
		n->table_gone = type == NFT_MSG_DELTABLE;
}

static void on_message(struct ev_loop *loop, struct ev_io *w, int revents)
{
	struct net_sup *n = w->data;
	AUTO_FREE char *table = net_table_name(n->def, NULL);
	const char *name = table ? strchr(table, ' ') + 1 : "";
	char buf[16384] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t got;

	(void)revents;
	while ((got = recv(w->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		size_t len = (size_t)got;

		for (const struct nlmsghdr *h = (const struct nlmsghdr *)buf; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len))
			look(n, h, name);
	}
	/* messages were lost: nobody knows, so it is put in place again */
	if (got < 0 && errno == ENOBUFS)
		n->table_gone = true;
	if (n->table_gone) {
		ev_timer_set(&n->guard_again, PATIENCE, 0);
		ev_timer_start(loop, &n->guard_again);
	}
}

int net_guard_start(struct net_sup *n, struct error *err)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK };
	int group = NFNLGRP_NFTABLES;
	AUTO_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);

	if (fd < 0 || bind(fd, (struct sockaddr *)&nl, sizeof(nl)) < 0 || setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return error_errno(err, "the firewall cannot be watched");
	n->guard_fd = STEAL_FD(fd);
	ev_timer_init(&n->guard_again, on_again, PATIENCE, 0);
	n->guard_again.data = n;
	ev_io_init(&n->guard, on_message, n->guard_fd, EV_READ);
	n->guard.data = n;
	ev_io_start(n->sv->loop, &n->guard);
	return 0;
}

void net_guard_stop(struct net_sup *n)
{
	if (n->guard_fd < 0)
		return;
	ev_timer_stop(n->sv->loop, &n->guard_again);
	ev_io_stop(n->sv->loop, &n->guard);
	close(STEAL_FD(n->guard_fd));
}
