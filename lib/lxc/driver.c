/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The supervisor's driver: a container's life from start or adoption to teardown. */
#include "hypervisor/secondary.h"
#include "lxc/driver_impl.h"

#include "conf/domain.h"
#include "lxc/hand.h"
#include "lxc/holder.h"
#include "lxc/live.h"
#include "lxc/session.h"
#include "state/state.h"
#include "util/cgroup_tune.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define DEATH_MS 5000      /* how long teardown waits for a killed init */
#define REAPED_MS 500      /* how long an adopted init's own parent may take to reap it */

/* pidfs ioctl(2) since Linux 6.15: how a process that is not our child ended. */
struct pidfd_end {
	uint64_t mask, cgroup;
	uint32_t pid, tgid, ppid, ids[8];
	int32_t exit_code;
};
#define PIDFD_END_KNOWN (1ULL << 3)
#define PIDFD_GET_END _IOWR(0xff, 11, struct pidfd_end)

/* What wait(2) would tell of the init, or -1. */
static int exit_status(int pidfd)
{
	struct pidfd_end end = { .mask = PIDFD_END_KNOWN };
	struct pollfd reaped = { .fd = pidfd };
	siginfo_t info = { 0 };

	if (RETRY_EINTR(waitid(P_PIDFD, pidfd, &info, WEXITED)) == 0)
		return info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
	/* not ours: adopted. The kernel tells once its parent has reaped it, and a hang-up of the pidfd tells that. */
	RETRY_EINTR(poll(&reaped, 1, REAPED_MS));
	if (ioctl(pidfd, PIDFD_GET_END, &end) == 0 && (end.mask & PIDFD_END_KNOWN))
		return end.exit_code;
	return -1;
}

/* reboot(2) in a pid namespace ends its init by SIGHUP (restart) or SIGINT (halt, power off): reboot(2), "Behavior inside PID namespaces". */
static void on_init_exit(struct ev_loop *loop, struct ev_io *w, int revents)
{
	struct lxc_guest *g = w->data;
	int status = exit_status(g->ct.pidfd);

	(void)revents;
	ev_io_stop(loop, w);
	g->lives = false;
	if (status == -1)
		supervisor_guest_ended(g->sv, GUEST_END_SHUTDOWN, MONITOR_EXIT_SHUTDOWN, status);
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP)
		supervisor_guest_ended(g->sv, GUEST_END_SHUTDOWN, MONITOR_EXIT_REBOOT, status);
	else if ((WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		supervisor_guest_ended(g->sv, GUEST_END_SHUTDOWN, MONITOR_EXIT_SHUTDOWN, status);
	else
		supervisor_guest_ended(g->sv, GUEST_END_CRASHED, MONITOR_EXIT_ERROR, status);
}

struct lxc_guest *lxc_guest_new(struct supervisor *sv, struct error *err)
{
	struct lxc_guest *g = sv->priv;

	if (!g) {
		if (!(g = sv->priv = calloc(1, sizeof(*g)))) {
			error_errno(err, "%s", sv->name);
			return NULL;
		}
		g->keeper = g->old_holder = -1;
	}
	g->sv = sv;
	g->ct = (struct lxc_container){ .pidfd = -1, .root = -1, .hold = -1 };
	if (state_is_session())
		cgroup_do_without();
	for (int i = 0; i < LXC_CONSOLES_MAX; i++)
		g->console[i].master = g->console[i].slave = -1;
	for (int i = 0; i < LXC_NAMESPACES; i++)
		g->ns[i] = -1;
	console_log_init(&g->log, sv->loop, sv->driver->kind, sv->name);
	return g;
}

static struct cgroup *guest_cgroup(const struct supervisor *sv, struct error *err)
{
	AUTO_FREE char *enc = str_encode_name(sv->name, err);
	AUTO_FREE char *name = enc ? str_printf("%s/%s-%s", state_tag(), sv->driver->kind, enc) : NULL;

	if (!name) {
		if (enc)
			error_errno(err, "control group");
		return NULL;
	}
	return cgroup_new(name, err);
}

/* It runs: its consoles are read, its end is watched. */
static void guest_runs(struct lxc_guest *g)
{
	g->lives = true;
	for (unsigned i = 0; i < g->ct.consoles; i++)
		console_start(&g->console[i], g->sv->loop, &g->log, g->ct.master[i]);
	ev_io_init(&g->exit, on_init_exit, g->ct.pidfd, EV_READ);
	g->exit.data = g;
	ev_io_start(g->sv->loop, &g->exit);
}

/* What of the running guest its definition shows: the consoles' names in the container. */
static void note_consoles(struct supervisor *sv)
{
	for (size_t i = 0; i < sv->def->devices.consoles.n; i++) {
		struct domain_console *c = sv->def->devices.consoles.items[i];
		AUTO_FREE char *path = str_printf("/dev/pts/%zu", i);
		if (path && !c->source.path)
			c->source.path = STEAL_PTR(path);
	}
}

static int plan(void *ctx, const char *what, const char *name, struct error *err)
{
	return supervisor_plan(ctx, what, name, err);
}

static struct hv_cable cable_of(const struct lxc_net *net)
{
	return (struct hv_cable){ .portdev = net->type == LXC_NET_VETH ? net->host : NULL, .bridge = net->bridge, .mac = net->mac, .vlan = net->vlan,
				  .vport = net->vport, .filter = net->filter, .isolated = net->isolated, .fixed = net->fixed };
}

static int connect_net(void *ctx, struct netlink *nl, const struct lxc_net *net, struct error *err)
{
	const struct hv_cable cable = cable_of(net);

	return hv_cable_connect(ctx, nl, &cable, err);
}

struct lxc_planner lxc_planner_of(struct supervisor *sv)
{
	return (struct lxc_planner){ plan, connect_net, sv };
}

void lxc_release_net(struct lxc_guest *g, const struct lxc_net *net)
{
	const struct hv_cable cable = cable_of(net);

	hv_cable_release(g->sv, &cable);
}

/* The interfaces belong to the guest from here on; its definition tells of them what libvirt's does. */
static void note_nets(struct lxc_guest *g, struct lxc_spec *spec)
{
	const struct domain *def = g->sv->def;

	g->nets = STEAL_PTR(spec->nets);
	g->n_nets = spec->n_nets;
	spec->n_nets = 0;
	/* the first ones are those of <interface>, in its order */
	for (size_t i = 0; i < def->devices.interfaces.n && i < g->n_nets; i++) {
		struct domain_net *net = def->devices.interfaces.items[i];
		if (g->nets[i].type == LXC_NET_VETH && !net->target)
			net->target = strdup(g->nets[i].host);
		if (!net->guest_actual)
			net->guest_actual = strdup(g->nets[i].guest);
	}
}

static int undo(struct lxc_guest *g, const struct lxc_net *nets, size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++)
		lxc_release_net(g, &nets[i]);
	return lxc_devices_undo(g->sv->run_fd, err);
}

int lxc_undo(struct lxc_guest *g, struct error *err)
{
	return undo(g, g->nets, g->n_nets, err);
}

static bool any_release(const struct lxc_net *nets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct hv_cable cable = cable_of(&nets[i]);

		if (hv_cable_needs_release(&cable))
			return true;
	}
	return false;
}

static bool any_image(const struct domain *def)
{
	for (size_t i = 0; i < def->devices.disks.n; i++)
		if (((const struct domain_disk *)def->devices.disks.items[i])->src.type == DOMAIN_SOURCE_FILE)
			return true;
	return false;
}

/* Takes away what a dead container had and only who has privileges can take away. */
static void drop_privileged(struct lxc_guest *g, const struct lxc_net *nets, size_t n)
{
	struct error err;

	if ((any_release(nets, n) || any_image(g->sv->def)) && (g->confined ? lxc_hand_undo(g, &err) : undo(g, nets, n, &err)) < 0)
		supervisor_log(g->sv, "%s: its packet filters, ports of switches and loop devices: %s", g->sv->name, err.text);
}

/* Takes away what the container had of networks: first the devices, which would die with it. */
static void drop_nets(struct lxc_guest *g, struct lxc_net *nets, size_t n)
{
	struct error err;

	drop_privileged(g, nets, n);
	if (!n)
		return;
	for (size_t i = 0; i < n; i++)
		if (nets[i].type == LXC_NET_USER)
			lxc_net_relay_end(&nets[i]);
	if (lxc_nets_return(g->ct.inside, nets, n, &err) < 0)
		supervisor_log(g->sv, "%s: %s", g->sv->name, err.text);
	if (lxc_nets_undo(g->sv->run_fd, &err) < 0)
		supervisor_log(g->sv, "%s: %s", g->sv->name, err.text);
}

/* Control groups' settings that need the groups, and devices that are known once they are there. */
static int tune_devices(struct lxc_guest *g, struct error *err)
{
	const struct domain *def = g->sv->def;

	if (!def->blkiotune.devices.n && !def->devices.disks.n)
		return 0;
	return cgroup_tune_count(g->ct.cgroup, err) < 0 ? -1 : lxc_tune_devices(g->ct.cgroup, def, err);
}

int lxc_build_life(struct lxc_guest *g, bool paused, struct error *err)
{
	struct supervisor *sv = g->sv;
	struct cgroup *cg = guest_cgroup(sv, err);
	const struct lxc_planner planner = lxc_planner_of(sv);
	struct lxc_spec spec;
	int r;

	if (!cg)
		return -1;
	if (hv_ports_create(sv, err) < 0) {
		cgroup_free(cg);
		return -1;
	}
	if (lxc_spec_from_domain(sv->def, sv->host_root, &spec, err) < 0 || lxc_session_fit(&spec, err) < 0 || supervisor_plan(sv, "cgroup", cgroup_name(cg), err) < 0) {
		hv_ports_delete(sv);
		cgroup_free(cg);
		lxc_spec_clear(&spec);
		return -1;
	}
	r = lxc_build(&spec, cg, paused, &planner, &g->ct, err);
	g->capabilities = spec.capabilities;
	if (r < 0)
		drop_nets(g, spec.nets, spec.n_nets);
	else
		note_nets(g, &spec);
	lxc_spec_clear(&spec);
	if (r < 0) {
		hv_ports_delete(sv);
		return -1;
	}
	g->lives = true;
	if (tune_devices(g, err) == 0)
		return 0;
	sv->driver->teardown(sv);
	return -1;
}

/* The next life of a guest is built by the hand. */
static int start_again(struct lxc_guest *g, struct error *err)
{
	g->ct.cgroup = guest_cgroup(g->sv, err);
	if (!g->ct.cgroup || lxc_hand_start(g, err) < 0)
		return -1;
	g->lives = true;
	return cgroup_open(g->ct.cgroup, err);
}

static int lxc_start(struct supervisor *sv, bool paused, struct error *err)
{
	struct lxc_guest *g = lxc_guest_new(sv, err);

	if (!g || lxc_session_ready(err) < 0)
		return -1;
	if (g->confined ? start_again(g, err) < 0 : lxc_build_life(g, paused, err) < 0)
		return -1;
	guest_runs(g);
	note_consoles(sv);
	supervisor_guest_started(sv, g->ct.pid, paused);
	return 0;
}

int lxc_find_running(struct lxc_guest *g, struct error *err)
{
	struct supervisor *sv = g->sv;
	struct error why;
	char path[40];

	if (!(g->ct.cgroup = guest_cgroup(sv, err)))
		return -1;
	if (sv->guest_pid <= 0)
		return error_set(err, ERR_OPERATION_FAILED, "the state file names no process");
	g->ct.pid = sv->guest_pid;
	g->ct.pidfd = (int)syscall(SYS_pidfd_open, g->ct.pid, 0);
	if (g->ct.pidfd < 0)
		return error_errno(err, "process %d", (int)g->ct.pid);
	/* looked at after the pidfd is open: the number cannot be given to a stranger any more without its start time being another */
	if (!sv->guest_start_time || process_start_time(g->ct.pid) != sv->guest_start_time)
		return error_set(err, ERR_OPERATION_FAILED, "process %d is not the container's init any more", (int)g->ct.pid);
	if (cgroup_open(g->ct.cgroup, err) < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/root", (int)g->ct.pid);
	g->ct.root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lxc_nets_from_domain(sv->def, &g->nets, &g->n_nets, &why) < 0 || lxc_nets_find(g->nets, g->n_nets, g->ct.pid, &g->ct.inside, &why) < 0)
		supervisor_log(sv, "%s: its interfaces: %s", sv->name, why.text);
	return 0;
}

static int lxc_adopt(struct supervisor *sv, struct error *err)
{
	struct lxc_guest *g = lxc_guest_new(sv, err);
	struct error why;
	pid_t holder = 0;
	int n;

	if (!g || lxc_session_ready(err) < 0 || lxc_find_running(g, err) < 0)
		return -1;
	n = holder_fetch(sv->run_fd, g->ct.master, LXC_CONSOLES_MAX, &holder, &why);
	if (n < 0)
		supervisor_log(sv, "%s: its consoles are lost: %s", sv->name, why.text);
	else if (holder > 0)
		g->old_holder = (int)syscall(SYS_pidfd_open, holder, 0);
	g->ct.consoles = n < 0 ? 0 : n;
	n = cgroup_frozen(g->ct.cgroup);
	if (n >= 0 && (sv->state == GUEST_PAUSED) != (n == 1)) {
		sv->state = n ? GUEST_PAUSED : GUEST_RUNNING;
		sv->reason = 0;
	}
	guest_runs(g);
	return 0;
}

/* SIGKILL to a pid namespace's init ends every process in it, however many and whatever they ignore. */
static int lxc_destroy(struct supervisor *sv, struct error *err)
{
	struct lxc_guest *g = lxc_guest(sv);
	struct error ignored;

	/* between two lives: the next one is ended as soon as it has begun */
	if (g && sv->restarting)
		return 0;
	if (!g || g->ct.pidfd < 0)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the guest is not running", sv->name);
	if (syscall(SYS_pidfd_send_signal, g->ct.pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		return error_errno(err, "%s: cannot kill its init", sv->name);
	/* a version 1 freezer keeps even the killed */
	if (sv->state == GUEST_PAUSED && g->ct.cgroup)
		(void)!cgroup_freeze(g->ct.cgroup, false, 0, &ignored);
	return 0;
}

void lxc_open_namespaces(struct lxc_guest *g)
{
	static const char *const names[LXC_NAMESPACES] = { "user", "ipc", "uts", "net", "pid", "mnt", "cgroup" };
	char path[64];

	for (int i = 0; i < LXC_NAMESPACES; i++) {
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)g->ct.pid, names[i]);
		g->ns[i] = open(path, O_RDONLY | O_CLOEXEC);
	}
}

/* One of ours takes the place of a holder that was found: only ours can start the hand. */
static void start_holder(struct lxc_guest *g)
{
	struct error err;
	pid_t holder = holder_start(g->sv->run_fd, g->ct.pidfd, g->ct.master, g->ct.consoles, g->sv->name, &g->keeper, &err);

	if (holder < 0) {
		supervisor_log(g->sv, "%s: no holder: its consoles would be lost with this supervisor, and it cannot start again: %s", g->sv->name, err.text);
		return;
	}
	g->holder = holder;
	if (g->old_holder >= 0) {
		syscall(SYS_pidfd_send_signal, g->old_holder, SIGKILL, NULL, 0);
		close(STEAL_FD(g->old_holder));
	}
}

/* What nobody waited for. A life that the hand has built comes with all of this. */
static void lxc_settled(struct supervisor *sv)
{
	struct lxc_guest *g = lxc_guest(sv);

	if (!g || !g->lives || g->confined)
		return;
	console_log_prepare(&g->log);
	lxc_open_namespaces(g);
	start_holder(g);
	lxc_confine(g);
	malloc_trim(0);
}

void lxc_end_holder(struct lxc_guest *g)
{
	if (g->keeper >= 0)
		close(STEAL_FD(g->keeper));
	if (g->holder > 0)
		RETRY_EINTR(waitpid(g->holder, NULL, 0));
	g->holder = 0;
}

static void end_process(struct lxc_guest *g)
{
	struct pollfd p = { .fd = g->ct.pidfd, .events = POLLIN };

	if (g->ct.pidfd < 0)
		return;
	if (g->lives) {
		if (ev_is_active(&g->exit))
			ev_io_stop(g->sv->loop, &g->exit);
		(void)!lxc_destroy(g->sv, NULL);
		if (poll(&p, 1, DEATH_MS) == 1)
			exit_status(g->ct.pidfd);
		g->lives = false;
	}
}

static void lxc_teardown(struct supervisor *sv)
{
	struct lxc_guest *g = lxc_guest(sv);
	struct error err;

	if (!g)
		return;
	end_process(g);
	drop_nets(g, g->nets, g->n_nets);
	hv_ports_delete(sv);
	lxc_nets_free(STEAL_PTR(g->nets), g->n_nets);
	g->n_nets = 0;
	for (unsigned i = 0; i < g->ct.consoles; i++)
		console_stop(&g->console[i]);
	console_log_close(&g->log);
	if (g->ct.cgroup && cgroup_remove(g->ct.cgroup, &err) < 0)
		supervisor_log(sv, "%s: %s", sv->name, err.text);
	for (int i = 0; i < LXC_NAMESPACES; i++)
		if (g->ns[i] >= 0)
			close(STEAL_FD(g->ns[i]));
	lxc_container_clear(&g->ct);
}

const struct supervisor_driver lxc_supervisor_driver = {
	.kind = "lxc",
	.start = lxc_start,
	.adopt = lxc_adopt,
	.destroy = lxc_destroy,
	.settled = lxc_settled,
	.teardown = lxc_teardown,
	.definitions = &lxc_hv_driver,
	.changes = lxc_changes,
	.look = lxc_look,
	.confined = true,
	.rows = lxc_rows,
	.own_rows = lxc_own_rows,
	.own_program = RPC_LXC_PROGRAM,
	.own_version = RPC_LXC_VERSION,
};
