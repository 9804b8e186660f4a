/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The procedures that only a running container's supervisor answers. */
#include "lxc/driver_impl.h"
#include "lxc/live.h"

#include "conf/domain.h"
#include "state/state.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#define FREEZE_MS 3000

/* Numbers of libvirt's virDomainEventType, virDomainPausedReason, virDomainRunningReason, virDomainConsoleFlags. */
enum { EVENT_SUSPENDED = 3, EVENT_RESUMED = 4 };
enum { PAUSED_USER = 1, RUNNING_UNPAUSED = 5 };
enum { CONSOLE_FORCE = 1, CONSOLE_SAFE = 2 };

/* The container that the call is about, when it is ours and runs. */
static struct lxc_guest *of_call(struct rpc_call *call, const wire_domain *dom, struct error *err)
{
	struct supervisor *sv = call->ctx;

	if (supervisor_check_domain(sv, dom, err) < 0)
		return NULL;
	if (!lxc_guest(sv) || !lxc_guest(sv)->lives) {
		error_set(err, ERR_OPERATION_INVALID, "%s: the guest is not running", sv->name);
		return NULL;
	}
	return lxc_guest(sv);
}

static int suspend(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	struct lxc_guest *g = of_call(call, &((const wire_domain_suspend_args *)args)->dom, err);

	(void)ret;
	if (!g)
		return -1;
	if (sv->state == GUEST_PAUSED)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the guest is already paused", sv->name);
	if (cgroup_freeze(g->ct.cgroup, true, FREEZE_MS, err) < 0)
		return error_wrap(err, "%s", sv->name);
	supervisor_set_state(sv, GUEST_PAUSED, PAUSED_USER, EVENT_SUSPENDED, 0);
	return 0;
}

static int resume(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	struct lxc_guest *g = of_call(call, &((const wire_domain_resume_args *)args)->dom, err);

	(void)ret;
	if (!g)
		return -1;
	if (sv->state != GUEST_PAUSED)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the guest is not paused", sv->name);
	if ((g->ct.hold >= 0 ? lxc_release(&g->ct, err) : cgroup_freeze(g->ct.cgroup, false, FREEZE_MS, err)) < 0)
		return error_wrap(err, "%s", sv->name);
	supervisor_set_state(sv, GUEST_RUNNING, RUNNING_UNPAUSED, EVENT_RESUMED, 0);
	return 0;
}

static int refuse_paused(const struct supervisor *sv, struct error *err)
{
	if (sv->state == GUEST_PAUSED)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the guest is paused and cannot hear (resume it with: vm-resume %s)", sv->name,
				 sv->name);
	return 0;
}

static int shutdown_guest(struct rpc_call *call, const wire_domain *dom, unsigned flags, struct error *err)
{
	struct lxc_guest *g = of_call(call, dom, err);

	if (!g || refuse_paused(call->ctx, err) < 0)
		return -1;
	return lxc_ask_shutdown(g, flags, err);
}

static int do_shutdown(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	return shutdown_guest(call, &((const wire_domain_shutdown_args *)args)->dom, 0, err);
}

static int do_shutdown_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_shutdown_flags_args *a = args;

	(void)ret;
	return shutdown_guest(call, &a->dom, a->flags, err);
}

static int reboot_guest(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_reboot_args *a = args;
	struct lxc_guest *g = of_call(call, &a->dom, err);

	(void)ret;
	if (!g || refuse_paused(call->ctx, err) < 0)
		return -1;
	return lxc_ask_reboot(g, a->flags, err);
}

static int get_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	wire_domain_get_info_ret *r = ret;
	uint64_t cpu = 0, memory = 0;
	struct lxc_guest *g = of_call(call, &((const wire_domain_get_info_args *)args)->dom, err);

	if (!g)
		return -1;
	/* a user's container has no control group to ask */
	if (state_is_session())
		process_tree_use(g->ct.pid, &cpu, &memory);
	else if (cgroup_usage(g->ct.cgroup, &cpu, &memory, err) < 0)
		return -1;
	r->state = sv->state;
	r->max_mem = sv->def->memory.value;
	r->memory = memory / 1024;
	r->nr_virt_cpu = sv->def->vcpus.n;
	r->cpu_time = cpu;
	return 0;
}

/* Which console: by alias ("console1"), by its name in the container ("tty2"), by number; none: the first. -1 for an unknown one. */
static int console_number(const struct supervisor *sv, const char *name)
{
	static const char *const prefixes[] = { "console", "tty", "" };
	static const int first[] = { 0, 1, 0 };
	uint64_t n;

	if (!name)
		return 0;
	for (size_t i = 0; i < sv->def->devices.consoles.n; i++) {
		const char *alias = sv->def->devices.consoles.items[i]->info.alias.name;
		if (alias && !strcmp(alias, name))
			return (int)i;
	}
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t len = strlen(prefixes[i]);
		if (!strncmp(name, prefixes[i], len) && str_to_u64(name + len, LXC_CONSOLES_MAX, &n) == 0 && (int)n >= first[i])
			return (int)n - first[i];
	}
	return -1;
}

static int open_console(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_open_console_args *a = args;
	struct lxc_guest *g = of_call(call, &a->dom, err);
	const char *name = a->dev_name ? *a->dev_name : NULL;
	int n = g ? console_number(sv, name) : -1;

	(void)ret;
	if (!g)
		return -1;
	if (g->ct.consoles == 0)
		return error_set(err, ERR_OPERATION_FAILED, "%s: its consoles were lost with a supervisor and its holder; restart the guest", sv->name);
	if (n < 0 || (unsigned)n >= g->ct.consoles)
		return error_set(err, ERR_INVALID_ARG, "%s: no console '%s'", sv->name, name ? name : "0");
	return console_open(&g->console[n], call, a->flags & CONSOLE_FORCE, sv->name, err);
}

static int send_signal(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_send_process_signal_args *a = args;
	struct lxc_guest *g = of_call(call, &a->dom, err);

	(void)ret;
	if (!g)
		return -1;
	if (a->pid_value != 1)
		return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "%s: a signal can be sent to the container's first process (1) only", g->sv->name);
	/* libvirt numbers signals as x86 does; real-time ones begin at 32 */
	unsigned s = a->signum >= 32 ? a->signum - 32 + (unsigned)SIGRTMIN : a->signum;
	if (s > (unsigned)SIGRTMAX)
		return error_set(err, ERR_INVALID_ARG, "%s: no signal %u", g->sv->name, a->signum);
	if (syscall(SYS_pidfd_send_signal, g->ct.pidfd, (int)s, NULL, 0) < 0)
		return error_errno(err, "%s: cannot signal its init", g->sv->name);
	return 0;
}

static int open_namespace(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_lxc_domain_open_namespace_args *a = args;
	struct lxc_guest *g = of_call(call, &a->dom, err);
	unsigned n = 0;

	(void)ret;
	if (!g)
		return -1;
	for (int i = 0; i < LXC_NAMESPACES; i++) {
		int fd = g->ns[i] < 0 ? -1 : fcntl(g->ns[i], F_DUPFD_CLOEXEC, 3);
		if (fd < 0)
			continue;
		if (rpc_call_attach_fd(call, fd, err) < 0)
			return error_wrap(err, "%s", g->sv->name);
		n++;
	}
	if (n == 0)
		return error_set(err, ERR_OPERATION_FAILED, "%s: its namespaces cannot be opened", g->sv->name);
	return 0;
}

const struct rpc_row lxc_rows[] = {
	RPC_ROW(domain_suspend, suspend),
	RPC_ROW(domain_resume, resume),
	RPC_ROW(domain_shutdown, do_shutdown),
	RPC_ROW(domain_shutdown_flags, do_shutdown_flags),
	RPC_ROW(domain_reboot, reboot_guest),
	RPC_ROW(domain_get_info, get_info),
	RPC_ROW(domain_memory_stats, lxc_memory_stats),
	RPC_ROW(domain_get_cpu_stats, lxc_cpu_stats),
	RPC_ROW(domain_block_stats, lxc_block_stats),
	RPC_ROW(domain_block_stats_flags, lxc_block_stats_flags),
	RPC_ROW(domain_interface_stats, lxc_interface_stats),
	RPC_ROW(domain_interface_addresses, lxc_interface_addresses),
	RPC_ROW(domain_open_console, open_console),
	RPC_ROW(domain_send_process_signal, send_signal),
	RPC_ROW_END,
};

const struct rpc_row lxc_own_rows[] = {
	RPC_ROW(lxc_domain_open_namespace, open_namespace),
	RPC_ROW_END,
};
