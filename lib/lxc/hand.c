/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process that does an errand. It believes the supervisor what the guest is, and nothing about sizes and places. */
#include "lxc/hand_impl.h"

#include "conf/domain.h"
#include "lxc/holder.h"
#include "state/state.h"
#include "util/file.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define SOCKET 3

int hand_send(int socket, const void *data, size_t size, const int *fds, size_t n_fds)
{
	union {
		char buf[CMSG_SPACE((HAND_FDS + LXC_CONSOLES_MAX) * sizeof(int))];
		struct cmsghdr align;
	} control = { .align = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct iovec iov = { (void *)data, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int there[HAND_FDS + LXC_CONSOLES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < n_fds; i++)
		if (fds[i] >= 0)
			there[n++] = fds[i];
	if (n) {
		control.align.cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(&control.align), there, n * sizeof(int));
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
	}
	return RETRY_EINTR(sendmsg(socket, &msg, MSG_NOSIGNAL)) == (ssize_t)size ? 0 : -1;
}

ssize_t hand_receive(int socket, void *data, size_t size, int *fds, size_t max, size_t *n_fds)
{
	union {
		char buf[CMSG_SPACE((HAND_FDS + LXC_CONSOLES_MAX) * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { data, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	ssize_t n = RETRY_EINTR(recvmsg(socket, &msg, MSG_CMSG_CLOEXEC));
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;

	*n_fds = 0;
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return n;
	size_t came = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	for (size_t i = 0; i < came; i++) {
		int fd;
		memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
		if (i < max)
			fds[(*n_fds)++] = fd;
		else
			close(fd);
	}
	return n;
}

void hand_nets_set(struct lxc_net *nets, size_t n, const struct hand_net *known, size_t n_known)
{
	for (size_t i = 0; i < n && i < n_known; i++) {
		nets[i].index = known[i].index;
		nets[i].host_mtu = known[i].mtu;
		nets[i].host_up = known[i].up;
		memcpy(nets[i].host_mac, known[i].mac, sizeof(known[i].mac));
	}
}

void hand_nets_get(const struct lxc_net *nets, size_t n, struct hand_net *known)
{
	for (size_t i = 0; i < n; i++) {
		known[i] = (struct hand_net){ .index = nets[i].index, .mtu = nets[i].host_mtu, .up = nets[i].host_up };
		memcpy(known[i].mac, nets[i].host_mac, sizeof(known[i].mac));
	}
}

void *hand_read(int fd, size_t offset, size_t size, struct error *err)
{
	char *data = size <= HAND_TEXT_MAX ? malloc(size + 1) : NULL;

	if (!data || pread(fd, data, size, (off_t)offset) != (ssize_t)size) {
		error_set(err, ERR_INTERNAL, "a supervisor and its hand do not understand each other");
		free(data);
		return NULL;
	}
	data[size] = '\0';
	return data;
}

/* --- what it begins with ------------------------------------------------------------------------------------------ */

struct hand {
	struct supervisor sv;
	struct lxc_guest *g;
	struct hand_request q;
	struct domain *next;
	struct lxc_ifaddr *addresses;
	size_t n_addresses;
	int result;
	int holder;               /* our socket to the one that it has started */
};

static struct domain *read_definition(int memory, size_t offset, size_t len, struct error *err)
{
	AUTO_FREE char *xml = hand_read(memory, offset, len, err);

	return xml ? domain_parse(xml, len, DOMAIN_PARSE_LIVE, err) : NULL;
}

static int read_guest(struct hand *h, int memory, struct error *err)
{
	const struct hand_request *q = &h->q;

	if (q->nets > HAND_NETS_MAX || q->errand >= HAND_ERRANDS)
		return error_set(err, ERR_INTERNAL, "a supervisor and its hand do not understand each other");
	h->sv.def = read_definition(memory, 0, q->now_len, err);
	if (!h->sv.def || (q->next_len && !(h->next = read_definition(memory, q->now_len, q->next_len, err))))
		return -1;
	AUTO_FREE struct hand_net *known = hand_read(memory, (size_t)q->now_len + q->next_len, q->nets * sizeof(*known), err);
	if (!known)
		return -1;
	memcpy(h->sv.uuid, h->sv.def->uuid, sizeof(h->sv.uuid));
	h->sv.id = q->id;
	h->sv.state = q->state;
	h->sv.host_root = q->host_root;
	h->sv.guest_pid = q->init;
	h->sv.guest_start_time = q->init_start;
	if (!(h->g = lxc_guest_new(&h->sv, err)))
		return -1;
	if (q->errand == HAND_START)
		return 0;
	if (q->errand != HAND_UNDO && lxc_find_running(h->g, err) < 0)
		return -1;
	if (!h->g->nets && lxc_nets_from_domain(h->sv.def, &h->g->nets, &h->g->n_nets, err) < 0)
		return -1;
	hand_nets_set(h->g->nets, h->g->n_nets, known, q->nets);
	lxc_open_namespaces(h->g);
	return 0;
}

/* --- errands ------------------------------------------------------------------------------------------------------- */

static int do_start(struct hand *h, struct error *err)
{
	struct lxc_guest *g = h->g;

	if (lxc_build_life(g, false, err) < 0)
		return -1;
	lxc_open_namespaces(g);
	g->holder = holder_start(h->sv.run_fd, g->ct.pidfd, g->ct.master, g->ct.consoles, h->sv.name, &h->holder, err);
	return g->holder < 0 ? -1 : 0;
}

static int do_change(struct hand *h, struct error *err)
{
	struct change c = { .what = h->q.what, .kind = h->q.kind, .live = true, .now = h->sv.def, .next = h->next };

	if (!h->next || c.kind >= DOMAIN_DEVICE_KINDS_END)
		return error_set(err, ERR_INTERNAL, "a supervisor and its hand do not understand each other");
	if (h->q.old < domain_device_count(&h->sv.def->devices, c.kind))
		c.old = domain_device_at(&h->sv.def->devices, c.kind, c.index = h->q.old);
	if (h->q.dev < domain_device_count(&h->next->devices, c.kind))
		c.dev = domain_device_at(&h->next->devices, c.kind, h->q.dev);
	if (!c.old && !c.dev)
		return error_set(err, ERR_INTERNAL, "a supervisor and its hand do not understand each other");
	return lxc_change_running(h->g, &c, err);
}

static int do_addresses(struct hand *h, struct error *err)
{
	return lxc_look_inside(h->g, &h->addresses, &h->n_addresses, err);
}

static int do_initctl(struct hand *h, struct error *err)
{
	h->result = lxc_write_initctl(h->g, h->q.runlevel, err);
	return h->result;
}

static int do_undo(struct hand *h, struct error *err)
{
	return lxc_undo(h->g, err);
}

static int (*const errands[HAND_ERRANDS])(struct hand *h, struct error *err) = {
	[HAND_START] = do_start, [HAND_CHANGE] = do_change, [HAND_ADDRESSES] = do_addresses, [HAND_INITCTL] = do_initctl,
	[HAND_UNDO] = do_undo,
};

/* --- the answer ---------------------------------------------------------------------------------------------------- */

static int write_answer(struct hand *h, struct hand_answer *a, struct error *err)
{
	struct lxc_guest *g = h->g;
	AUTO_FREE char *xml = domain_format(h->next ? h->next : h->sv.def, DOMAIN_FORMAT_SECURE, err);
	AUTO_FREE struct hand_net *known = calloc(g->n_nets + 1, sizeof(*known));
	AUTO_CLOSE int memory = xml && known ? memfd_create("answer", MFD_CLOEXEC) : -1;

	if (!xml)
		return -1;
	if (memory < 0)
		return error_errno(err, "the hand's answer");
	hand_nets_get(g->nets, g->n_nets, known);
	a->def_len = (uint32_t)strlen(xml);
	a->nets = (uint32_t)g->n_nets;
	a->addresses = (uint32_t)h->n_addresses;
	if (file_write_all(memory, xml, a->def_len) < 0 || file_write_all(memory, known, g->n_nets * sizeof(*known)) < 0 ||
	    file_write_all(memory, h->addresses, h->n_addresses * sizeof(*h->addresses)) < 0)
		return error_errno(err, "the hand's answer");
	return STEAL_FD(memory);
}

static int answer(struct hand *h, struct error *err)
{
	struct lxc_guest *g = h->g;
	struct hand_answer a = { .pid = getpid(), .result = h->result };
	int fds[HAND_FDS + LXC_CONSOLES_MAX];

	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = -1;
	AUTO_CLOSE int memory = write_answer(h, &a, err);
	if (memory < 0)
		return -1;
	fds[HAND_FD_MEMORY] = memory;
	fds[HAND_FD_INSIDE] = netlink_fd(g->ct.inside);
	if (h->q.errand == HAND_START) {
		a.init = g->ct.pid;
		a.holder = g->holder;
		a.capabilities = g->capabilities;
		a.masters = g->ct.consoles;
		fds[HAND_FD_INIT] = g->ct.pidfd;
		fds[HAND_FD_ROOT] = g->ct.root;
		fds[HAND_FD_HOLDER] = h->holder;
		memcpy(fds + HAND_FD_NS, g->ns, sizeof(g->ns));
		memcpy(fds + HAND_FDS, g->ct.master, g->ct.consoles * sizeof(int));
	}
	for (unsigned i = 0; i < HAND_FDS; i++)
		a.has |= fds[i] >= 0 ? 1u << i : 0;
	return hand_send(SOCKET, &a, sizeof(a), fds, HAND_FDS + a.masters) < 0 ? error_errno(err, "the supervisor is gone") : 0;
}

static int serve(struct hand *h, struct error *err)
{
	struct hand_answer hello = { .pid = getpid() };
	size_t n_fds = 0;
	int memory = -1;

	h->sv.run_fd = state_run_open("lxc", h->sv.name, err);
	if (h->sv.run_fd < 0)
		return -1;
	if (hand_send(SOCKET, &hello.pid, sizeof(hello.pid), NULL, 0) < 0 ||
	    hand_receive(SOCKET, &h->q, sizeof(h->q), &memory, 1, &n_fds) != sizeof(h->q) || n_fds != 1)
		return error_set(err, ERR_INTERNAL, "a supervisor and its hand do not understand each other");
	if (read_guest(h, memory, err) < 0)
		return -1;
	close(memory);
	return errands[h->q.errand](h, err) < 0 ? -1 : 0;
}

int lxc_hand_main(int argc, char **argv)
{
	static struct hand h = { .holder = -1 };
	struct hand_answer refusal = { .failed = true, .pid = getpid() };
	const pid_t supervisor = getppid();
	AUTO_CLOSE int log = -1;

	if (argc != 2)
		return EXIT_USAGE;
	h.sv = (struct supervisor){ .driver = &lxc_supervisor_driver, .name = argv[1], .id = -1, .run_fd = -1, .alive_fd = -1, .config_fd = -1 };
	/* what it does is worth nothing without who asked for it */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != supervisor)
		return EXIT_FAILED;
	fcntl(SOCKET, F_SETFD, FD_CLOEXEC);
	log = state_open_log("lxc", h.sv.name, ".log", NULL);
	if (log >= 0 && dup2(log, STDERR_FILENO) < 0)
		return EXIT_FAILED;
	if (serve(&h, &refusal.error) == 0 && answer(&h, &refusal.error) == 0)
		return EXIT_DONE;
	/* a life that could not be handed over ends here */
	if (h.q.errand == HAND_START && h.g)
		h.sv.driver->teardown(&h.sv);
	return hand_send(SOCKET, &refusal, sizeof(refusal), NULL, 0) < 0 ? EXIT_FAILED : EXIT_DONE;
}
