/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errands, as the supervisor asks for them. */
#include "lxc/hand_impl.h"

#include "conf/domain.h"
#include "lxc/holder.h"
#include "util/file.h"
#include "util/task.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define START_MS 60000
#define PATIENCE_MS 30000

/* An errand under way. */
struct errand {
	struct hand_request q;
	const struct domain *now, *next;
	struct hand_answer a;
	int fds[HAND_FDS];                  /* -1: not there */
	int masters[LXC_CONSOLES_MAX];
	struct domain *def;                 /* the answer's */
	struct hand_net *nets;
	struct lxc_ifaddr *addresses;
};

static void errand_clear(struct errand *e)
{
	for (size_t i = 0; i < HAND_FDS; i++)
		if (e->fds[i] >= 0)
			close(e->fds[i]);
	for (size_t i = 0; i < LXC_CONSOLES_MAX; i++)
		if (e->masters[i] >= 0)
			close(e->masters[i]);
	domain_free(e->def);
	free(e->nets);
	free(e->addresses);
}
#define AUTO_ERRAND AUTO(errand_clear)

static void errand_init(struct errand *e, struct lxc_guest *g, enum hand_errand what)
{
	struct supervisor *sv = g->sv;

	*e = (struct errand){ .now = sv->def, .q = { .errand = what, .init = g->ct.pid, .init_start = sv->guest_start_time, .id = sv->id, .state = sv->state,
						     .host_root = sv->host_root, .old = HAND_NO_DEVICE, .dev = HAND_NO_DEVICE } };
	for (size_t i = 0; i < HAND_FDS; i++)
		e->fds[i] = -1;
	for (size_t i = 0; i < LXC_CONSOLES_MAX; i++)
		e->masters[i] = -1;
}

static int write_request(struct lxc_guest *g, struct errand *e, struct error *err)
{
	AUTO_FREE char *now = domain_format(e->now, DOMAIN_FORMAT_SECURE, err);
	AUTO_FREE char *next = now && e->next ? domain_format(e->next, DOMAIN_FORMAT_SECURE, err) : NULL;
	AUTO_FREE struct hand_net *known = calloc(g->n_nets + 1, sizeof(*known));
	AUTO_CLOSE int memory = -1;

	if (!now || (e->next && !next))
		return -1;
	memory = known ? memfd_create("errand", MFD_CLOEXEC) : -1;
	if (memory < 0)
		return error_errno(err, "an errand");
	hand_nets_get(g->nets, g->n_nets, known);
	e->q.now_len = (uint32_t)strlen(now);
	e->q.next_len = next ? (uint32_t)strlen(next) : 0;
	e->q.nets = (uint32_t)g->n_nets;
	if (file_write_all(memory, now, e->q.now_len) < 0 || (next && file_write_all(memory, next, e->q.next_len) < 0) ||
	    file_write_all(memory, known, g->n_nets * sizeof(*known)) < 0)
		return error_errno(err, "an errand");
	return STEAL_FD(memory);
}

static int take_answer(struct errand *e, const int *fds, size_t n_fds, struct error *err)
{
	struct hand_answer *a = &e->a;
	size_t n = 0;

	for (unsigned i = 0; i < HAND_FDS; i++)
		if (a->has & 1u << i && n < n_fds)
			e->fds[i] = fds[n++];
	for (unsigned i = 0; i < a->masters && n < n_fds; i++)
		e->masters[i] = fds[n++];
	if (a->failed) {
		a->error.text[sizeof(a->error.text) - 1] = '\0';
		if (err)
			*err = a->error;
		return -1;
	}
	int memory = e->fds[HAND_FD_MEMORY];
	AUTO_FREE char *xml = hand_read(memory, 0, a->def_len, err);
	if (!xml || !(e->def = domain_parse(xml, a->def_len, DOMAIN_PARSE_LIVE, err)))
		return -1;
	e->nets = hand_read(memory, a->def_len, a->nets * sizeof(*e->nets), err);
	e->addresses = e->nets ? hand_read(memory, a->def_len + a->nets * sizeof(*e->nets), a->addresses * sizeof(*e->addresses), err) : NULL;
	return e->addresses ? 0 : -1;
}

static int hear(int socket, struct errand *e, int timeout_ms, pid_t *pid, struct error *err)
{
	int fds[HAND_FDS + LXC_CONSOLES_MAX];
	size_t n_fds = 0;
	ssize_t n;

	do {
		if (task_wait_fd(socket, POLLIN, timeout_ms) == 0)
			return error_set(err, ERR_OPERATION_TIMEOUT, "what takes privileges was not done in %d s: given up", timeout_ms / 1000);
		n = hand_receive(socket, &e->a, sizeof(e->a), fds, ARRAY_LEN(fds), &n_fds);
		if (n == (ssize_t)sizeof(e->a.pid))
			*pid = e->a.pid;
	} while (n == (ssize_t)sizeof(e->a.pid));
	if (n != (ssize_t)sizeof(e->a))
		return error_set(err, ERR_OPERATION_FAILED, "what does what takes privileges has died (vm-log tells more)");
	*pid = e->a.pid;
	return take_answer(e, fds, n_fds, err);
}

/* A process that the hand leaves behind (the init, its holder) is to be ours. */
static int run(struct lxc_guest *g, struct errand *e, struct error *err)
{
	const bool start = e->q.errand == HAND_START;
	AUTO_CLOSE int memory = write_request(g, e, err);
	pid_t pid = 0;
	int pair[2], r;

	if (memory < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, "an errand");
	AUTO_CLOSE int ours = pair[0];
	if (start)
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	r = holder_call(g->keeper, pair[1], err);
	close(pair[1]);
	if (r == 0 && hand_send(ours, &e->q, sizeof(e->q), &memory, 1) < 0)
		r = error_errno(err, "an errand");
	if (r == 0)
		r = hear(ours, e, start ? START_MS : PATIENCE_MS, &pid, err);
	if (pid > 0 && r < 0)
		kill(pid, SIGKILL);
	if (pid > 0)
		RETRY_EINTR(waitpid(pid, NULL, 0));
	if (start)
		prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	return r;
}

/* The interfaces that the answer tells of, instead of those before. */
static int take_nets(struct lxc_guest *g, struct errand *e, const struct domain *def, struct error *err)
{
	struct lxc_net *nets;
	size_t n;

	if (lxc_nets_from_domain(def, &nets, &n, err) < 0)
		return -1;
	hand_nets_set(nets, n, e->nets, e->a.nets);
	lxc_nets_free(g->nets, g->n_nets);
	g->nets = nets;
	g->n_nets = n;
	if (e->fds[HAND_FD_INSIDE] < 0)
		return 0;
	netlink_close(g->ct.inside);
	g->ct.inside = netlink_of_fd(STEAL_FD(e->fds[HAND_FD_INSIDE]), err);
	return g->ct.inside ? 0 : -1;
}

int lxc_hand_start(struct lxc_guest *g, struct error *err)
{
	AUTO_ERRAND struct errand e;
	struct domain *was = g->sv->def;

	errand_init(&e, g, HAND_START);
	e.q.init = 0;
	if (run(g, &e, err) < 0)
		return -1;
	g->sv->def = STEAL_PTR(e.def);
	domain_free(was);
	g->ct.pid = e.a.init;
	g->ct.pidfd = STEAL_FD(e.fds[HAND_FD_INIT]);
	g->ct.root = STEAL_FD(e.fds[HAND_FD_ROOT]);
	g->ct.consoles = e.a.masters;
	for (unsigned i = 0; i < e.a.masters; i++)
		g->ct.master[i] = STEAL_FD(e.masters[i]);
	for (unsigned i = 0; i < LXC_NAMESPACES; i++)
		g->ns[i] = STEAL_FD(e.fds[HAND_FD_NS + i]);
	g->capabilities = e.a.capabilities;
	lxc_end_holder(g);
	g->holder = e.a.holder;
	g->keeper = STEAL_FD(e.fds[HAND_FD_HOLDER]);
	return take_nets(g, &e, g->sv->def, err);
}

static uint32_t place_of(const struct domain *def, enum domain_device_kind kind, const void *dev)
{
	for (size_t i = 0; dev && i < domain_device_count(&def->devices, kind); i++)
		if (domain_device_at(&def->devices, kind, i) == dev)
			return (uint32_t)i;
	return HAND_NO_DEVICE;
}

int lxc_hand_change(struct lxc_guest *g, struct change *c, struct error *err)
{
	const pid_t init = g->ct.pid;
	AUTO_ERRAND struct errand e;

	errand_init(&e, g, HAND_CHANGE);
	e.next = c->next;
	e.q.what = c->what;
	e.q.kind = c->kind;
	e.q.old = place_of(c->now, c->kind, c->old);
	e.q.dev = place_of(c->next, c->kind, c->dev);
	if (run(g, &e, err) < 0)
		return -1;
	if (!g->lives || g->ct.pid != init)
		return error_set(err, ERR_OPERATION_INVALID, "the guest has ended meanwhile");
	domain_free(c->next);
	c->next = STEAL_PTR(e.def);
	if (e.q.dev != HAND_NO_DEVICE && e.q.dev < domain_device_count(&c->next->devices, c->kind))
		c->dev = domain_device_at(&c->next->devices, c->kind, e.q.dev);
	else
		c->dev = NULL;
	/* the group that counts it may be new */
	if (c->kind == DOMAIN_DEVICE_DISK && cgroup_open(g->ct.cgroup, err) < 0)
		return -1;
	return take_nets(g, &e, c->next, err);
}

int lxc_hand_addresses(struct lxc_guest *g, struct lxc_ifaddr **list, size_t *n, struct error *err)
{
	AUTO_ERRAND struct errand e;

	errand_init(&e, g, HAND_ADDRESSES);
	if (run(g, &e, err) < 0)
		return -1;
	*n = e.a.addresses;
	*list = STEAL_PTR(e.addresses);
	return 0;
}

int lxc_hand_initctl(struct lxc_guest *g, char runlevel, struct error *err)
{
	AUTO_ERRAND struct errand e;

	errand_init(&e, g, HAND_INITCTL);
	e.q.runlevel = runlevel;
	return run(g, &e, err) < 0 ? -1 : e.a.result;
}

int lxc_hand_undo(struct lxc_guest *g, struct error *err)
{
	AUTO_ERRAND struct errand e;

	errand_init(&e, g, HAND_UNDO);
	return run(g, &e, err);
}
