/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * helpers/nwfilter-learn PORT any|dhcp: looks at what passes a guest's port and tells the binding the guest's addresses. Descriptor 3 is the packet socket, 4 the
 * lock that says that somebody learns. "any" takes the first address that the guest uses or is given and ends; "dhcp" follows leases as long as the binding
 * is there. What it reads a guest has written: nothing is used beyond its length.
 */
#include "nwfilter/store_impl.h"

#include "util/file.h"
#include "util/str.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

enum { SOCKET = 3, LOCK = 4 };
enum { DHCP_DECLINE = 4, DHCP_ACK = 5, DHCP_RELEASE = 7 };
#define LEASE_FOR_EVER UINT32_MAX

struct learner {
	const char *portdev;
	bool dhcp;
	int watch, link;           /* bindings that go; the port that goes */
	unsigned index;            /* of the port: one of the same name may come after it */
	unsigned char mac[6];
	bool done;
};

/* What one frame tells. */
struct news {
	char ip[INET_ADDRSTRLEN];
	int64_t expiry;
	bool gone;
};

static uint32_t number(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* An address that a guest can have. */
static bool take(struct news *news, const unsigned char *ip)
{
	if (ip[0] == 0 || ip[0] == 127 || ip[0] >= 224)
		return false;
	return inet_ntop(AF_INET, ip, news->ip, sizeof(news->ip)) != NULL;
}

/* The options of a DHCP message (RFC 2132): its type, and the lease's seconds. */
static int options(const unsigned char *p, size_t len, uint32_t *lease)
{
	int type = 0;

	for (size_t i = 0; i < len && p[i] != 255;) {
		if (p[i] == 0) {
			i++;
			continue;
		}
		if (i + 2 > len || i + 2 + p[i + 1] > len)
			break;
		if (p[i] == 53 && p[i + 1] == 1)
			type = p[i + 2];
		else if (p[i] == 51 && p[i + 1] == 4)
			*lease = number(&p[i + 2]);
		i += 2u + p[i + 1];
	}
	return type;
}

/* RFC 2131: a server's acknowledgement on its way to the guest, a guest's release on its way from it. */
static bool from_dhcp(const struct learner *l, const unsigned char *p, size_t len, bool to_guest, struct news *news)
{
	static const unsigned char magic[4] = { 99, 130, 83, 99 };
	uint32_t lease = LEASE_FOR_EVER;
	int type;

	if (len < 240 || p[0] != (to_guest ? 2 : 1) || memcmp(&p[28], l->mac, 6) || memcmp(&p[236], magic, 4))
		return false;
	type = options(&p[240], len - 240, &lease);
	news->gone = type == DHCP_RELEASE || type == DHCP_DECLINE;
	if (to_guest ? type != DHCP_ACK : !news->gone)
		return false;
	news->expiry = lease == LEASE_FOR_EVER ? 0 : (int64_t)time(NULL) + lease;
	return take(news, to_guest ? &p[16] : &p[12]);
}

static bool from_ip(const struct learner *l, const unsigned char *p, size_t len, bool to_guest, struct news *news)
{
	size_t head = len >= 20 ? (size_t)(p[0] & 15) * 4 : 0;

	if (head < 20 || p[0] >> 4 != 4 || len < head)
		return false;
	if (p[9] == IPPROTO_UDP && len >= head + 8 && !((p[6] & 0x1f) | p[7])) {
		unsigned from = p[head] << 8 | p[head + 1], to = p[head + 2] << 8 | p[head + 3];

		if (from == (to_guest ? 67 : 68) && to == (to_guest ? 68 : 67))
			return from_dhcp(l, &p[head + 8], len - head - 8, to_guest, news);
	}
	return !l->dhcp && !to_guest && take(news, &p[12]);
}

/* RFC 826, IPv4 over Ethernet: who sends. */
static bool from_arp(const struct learner *l, const unsigned char *p, size_t len, struct news *news)
{
	static const unsigned char head[6] = { 0, 1, 8, 0, 6, 4 };

	return len >= 28 && !memcmp(p, head, sizeof(head)) && !memcmp(&p[8], l->mac, 6) && take(news, &p[14]);
}

static bool look(const struct learner *l, const unsigned char *p, size_t len, bool to_guest, struct news *news)
{
	unsigned type = len > 14 ? p[12] << 8 | p[13] : 0;

	*news = (struct news){ .ip = "" };
	if (!to_guest && len > 14 && memcmp(&p[6], l->mac, 6))
		return false;
	if (type == ETH_P_IP)
		return from_ip(l, &p[14], len - 14, to_guest, news);
	return type == ETH_P_ARP && !to_guest && !l->dhcp && from_arp(l, &p[14], len - 14, news);
}

/* --- telling ------------------------------------------------------------------------------------------------------ */

/* Whether the lock is nobody's any more: the binding went, and another of the port may be there already. */
static bool is_over(void)
{
	struct stat st;

	return fstat(LOCK, &st) == 0 && st.st_nlink == 0;
}

/* The lock is held over both: what was learned, and the rules. */
static int tell(struct learner *l, const struct news *news, int64_t *next, struct error *err)
{
	AUTO_CLOSE int lock = -1, dir = nwf_bindings_dir(&lock, err);
	AUTO_NWFILTER_BINDING struct nwfilter_binding *b = dir < 0 ? NULL : nwf_load_binding(dir, l->portdev, err);
	int changed = 0, expired;

	if (dir >= 0 && is_over()) {
		l->done = true;
		return 0;
	}
	if (!b) {
		l->done = err->code == ERR_NO_NWFILTER_BINDING;
		return l->done ? 0 : -1;
	}
	if (news && (changed = nwf_learned(dir, l->portdev, news->ip, l->dhcp ? news->expiry : 0, news->gone, err)) < 0)
		return -1;
	expired = nwf_learned_expire(dir, l->portdev, next, err);
	if (expired < 0 || (changed + expired && nwf_apply(dir, b, nwf_load_filter, err) < 0))
		return -1;
	l->done = !l->dhcp && changed > 0;
	return 0;
}

static int receive(struct learner *l, int64_t *next, struct error *err)
{
	unsigned char frame[2048];
	struct sockaddr_ll from;
	struct news news;

	for (int i = 0; i < 64 && !l->done; i++) {
		socklen_t size = sizeof(from);
		ssize_t n = RETRY_EINTR(recvfrom(SOCKET, frame, sizeof(frame), 0, (struct sockaddr *)&from, &size));

		if (n < 0) {
			/* the port is down, or gone for good */
			l->done = errno != EAGAIN && if_nametoindex(l->portdev) != l->index;
			return l->done || errno == EAGAIN || errno == ENETDOWN ? 0 : error_errno(err, "%s", l->portdev);
		}
		if (look(l, frame, (size_t)n, from.sll_pkttype == PACKET_OUTGOING, &news) && tell(l, &news, next, err) < 0)
			return -1;
	}
	return 0;
}

/* A socket that wakes us when the port is removed, and for nothing else. The packet socket says only that it went down, when it may still be there. */
static int watch_link(unsigned index, struct error *err)
{
	const struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELLINK), 0, 5),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_family)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNSPEC, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_index)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(index), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 64), BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog prog = { ARRAY_LEN(filter), (struct sock_filter *)filter };
	const struct sockaddr_nl at = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	AUTO_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) < 0 || bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0)
		return error_errno(err, "interfaces cannot be watched");
	return STEAL_FD(fd);
}

static int loop(struct learner *l, struct error *err)
{
	struct pollfd fds[] = { { .fd = SOCKET, .events = POLLIN }, { .fd = l->watch, .events = POLLIN }, { .fd = l->link, .events = POLLIN } };
	char events[4096];
	int64_t next = 0;

	while (!l->done) {
		int64_t wait = next ? next - (int64_t)time(NULL) : -1;
		int ready = RETRY_EINTR(poll(fds, ARRAY_LEN(fds), wait < 0 ? next ? 0 : -1 : wait > 3600 ? 3600000 : (int)wait * 1000 + 100));

		if (ready < 0)
			return error_errno(err, "%s", l->portdev);
		if (fds[2].revents)
			return 0;
		/* the binding may have gone, or an address's time be over */
		if (ready == 0 || fds[1].revents) {
			while (read(l->watch, events, sizeof(events)) > 0)
				;
			if (tell(l, NULL, &next, err) < 0)
				return -1;
		}
		if (fds[0].revents && receive(l, &next, err) < 0)
			return -1;
	}
	return 0;
}

static int learn(int argc, char **argv, struct error *err)
{
	struct learner l = { .portdev = argc == 3 ? argv[1] : "", .dhcp = argc == 3 && !strcmp(argv[2], "dhcp") };
	/* whoever makes the binding holds the lock until it is one */
	AUTO_CLOSE int lock = -1, dir = argc == 3 ? nwf_bindings_dir(&lock, err) : -1, watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), link = -1;
	AUTO_NWFILTER_BINDING struct nwfilter_binding *b = NULL;
	AUTO_FREE char *path = dir < 0 ? NULL : str_printf("/proc/self/fd/%d", dir);

	if (argc != 3)
		return error_set(err, ERR_INVALID_ARG, "this is started for a port's packet filter");
	if (!path)
		return -1;
	if (watch < 0 || inotify_add_watch(watch, path, IN_DELETE | IN_ONLYDIR) < 0)
		return error_errno(err, "%s", l.portdev);
	l.index = if_nametoindex(l.portdev);
	l.watch = watch;
	link = watch_link(l.index, err);
	if (link < 0)
		return -1;
	/* what was removed before is not told */
	if (if_nametoindex(l.portdev) != l.index)
		return 0;
	l.link = link;
	b = nwf_load_binding(dir, l.portdev, err);
	if (!b)
		return err->code == ERR_NO_NWFILTER_BINDING ? 0 : -1;
	memcpy(l.mac, b->mac.addr, sizeof(l.mac));
	close(STEAL_FD(lock));
	return loop(&l, err);
}

int nwfilter_learn_main(int argc, char **argv, struct error *err)
{
	return argc == 2 && !strcmp(argv[1], "--sets") ? nwf_sets_main(err) : learn(argc, argv, err);
}
