/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the hand and the supervisor say to each other (hand.c hand_call.c); nobody else's. */
#ifndef BERTH_LXC_HAND_IMPL_H
#define BERTH_LXC_HAND_IMPL_H

#include "lxc/hand.h"

enum hand_errand { HAND_START, HAND_CHANGE, HAND_ADDRESSES, HAND_INITCTL, HAND_UNDO, HAND_ERRANDS };

#define HAND_TEXT_MAX (64u << 20)
#define HAND_NETS_MAX 1024
#define HAND_NO_DEVICE UINT32_MAX

/* What is known of an interface beside its definition: of a device of the host's that has moved in, how it was. */
struct hand_net {
	int index;
	unsigned char mac[NETLINK_MAC_BYTES];
	uint32_t mtu;
	bool up;
};

/* With a memory file: the definition, the changed one (CHANGE), both as XML, then what is known of the interfaces. */
struct hand_request {
	enum hand_errand errand;
	pid_t init;
	unsigned long long init_start;
	int id, state;
	bool host_root;
	enum change_what what;         /* CHANGE */
	enum domain_device_kind kind;
	char runlevel;                 /* INITCTL */
	uint32_t old, dev;             /* the device's place in its list, HAND_NO_DEVICE: none */
	uint32_t now_len, next_len;
	uint32_t nets;
};

/* The descriptors of an answer, each that is there in this order: `has` is a set of bits. The masters come last. */
enum hand_fd { HAND_FD_MEMORY, HAND_FD_INIT, HAND_FD_ROOT, HAND_FD_INSIDE, HAND_FD_HOLDER, HAND_FD_NS, HAND_FDS = HAND_FD_NS + LXC_NAMESPACES };

/* First `pid` alone comes, when the hand is there. Then all of it; the memory file has the definition, the interfaces and the addresses. */
struct hand_answer {
	pid_t pid;
	bool failed;
	struct error error;
	int result;                    /* INITCTL */
	pid_t init, holder;
	uint64_t capabilities;
	uint32_t def_len, nets, addresses;
	uint32_t has;
	uint32_t masters;
};

/* A message with descriptors (-1: left out). 0, or -1 with errno. */
int hand_send(int socket, const void *data, size_t size, const int *fds, size_t n_fds) NODISCARD;

/* Receives at most `max` descriptors; *n_fds: how many came. The size, 0: the other side is gone; -1 with errno. */
ssize_t hand_receive(int socket, void *data, size_t size, int *fds, size_t max, size_t *n_fds) NODISCARD;

/* Gives a list of interfaces what is known of them, and asks for it. */
void hand_nets_set(struct lxc_net *nets, size_t n, const struct hand_net *known, size_t n_known);
void hand_nets_get(const struct lxc_net *nets, size_t n, struct hand_net *known);

/* Reads exactly `size` bytes at an offset into memory of the caller's, with a NUL behind; NULL with *err set. */
void *hand_read(int fd, size_t offset, size_t size, struct error *err) NODISCARD;

#endif
