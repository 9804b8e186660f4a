/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a running machine can be asked: the tables, and its states. */
#include "qemu/operation.h"

#include "util/cgroup.h"
#include "util/process.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#define ASK_MS 10000

/* virDomainShutdownFlagValues and virDomainRebootFlagValues, virDomainDestroyFlagsValues */
enum { BY_ACPI = 1, BY_AGENT = 2, BY_INITCTL = 4, BY_SIGNAL = 8, BY_PARAVIRT = 16 };
enum { DESTROY_GRACEFUL = 1, DESTROY_REMOVE_LOGS = 2 };

struct qemu_guest *qemu_of_call(struct rpc_call *call, const wire_domain *dom, struct error *err)
{
	struct supervisor *sv = call->ctx;

	if (supervisor_check_domain(sv, dom, err) < 0)
		return NULL;
	if (!qemu_guest(sv) || !qemu_guest(sv)->lives) {
		error_set(err, ERR_OPERATION_INVALID, "%s: the guest is not running", sv->name);
		return NULL;
	}
	return qemu_guest(sv);
}

int qemu_change_begin(struct qemu_guest *g, struct error *err)
{
	if (supervisor_turn_take(g->sv, err) < 0)
		return -1;
	if (g->lives)
		return 0;
	supervisor_turn_give(g->sv);
	return error_set(err, ERR_OPERATION_INVALID, "%s: the guest is not running", g->sv->name);
}

void qemu_change_end(struct qemu_guest *g)
{
	supervisor_turn_give(g->sv);
}

static int ask_monitor(struct qemu_guest *g, const char *command, struct error *err)
{
	return qmp_do(g->qmp, command, NULL, ASK_MS, err) < 0 ? error_wrap(err, "%s", g->sv->name) : 0;
}

static int suspend(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	struct qemu_guest *g = qemu_of_call(call, &((const wire_domain_suspend_args *)args)->dom, err);
	int r;

	(void)ret;
	if (!g || qemu_change_begin(g, err) < 0)
		return -1;
	if (sv->state == GUEST_PAUSED) {
		r = error_set(err, ERR_OPERATION_INVALID, "%s: the guest is already paused", sv->name);
	} else if (sv->state != GUEST_RUNNING) {
		r = error_set(err, ERR_OPERATION_INVALID, "%s: the guest is not running", sv->name);
	} else {
		/* the event comes before the reply and tells it */
		g->pause_reason = PAUSED_USER;
		r = ask_monitor(g, "stop", err);
	}
	qemu_change_end(g);
	return r;
}

static int resume(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	struct qemu_guest *g = qemu_of_call(call, &((const wire_domain_resume_args *)args)->dom, err);
	int r;

	(void)ret;
	if (!g || qemu_change_begin(g, err) < 0)
		return -1;
	if (sv->state == GUEST_PMSUSPENDED)
		r = error_set(err, ERR_OPERATION_INVALID, "%s: the guest sleeps (wake it with: vm-pmwakeup %s)", sv->name, sv->name);
	else if (sv->state != GUEST_PAUSED)
		r = error_set(err, ERR_OPERATION_INVALID, "%s: the guest is not paused", sv->name);
	else
		r = ask_monitor(g, "cont", err);
	qemu_change_end(g);
	return r;
}

static int refuse_paused(const struct supervisor *sv, struct error *err)
{
	if (sv->state == GUEST_PAUSED)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the guest is paused and cannot hear (resume it with: vm-resume %s)", sv->name,
				 sv->name);
	return 0;
}

static int check_modes(const struct supervisor *sv, unsigned flags, struct error *err)
{
	if (flags & ~(unsigned)(BY_ACPI | BY_AGENT | BY_INITCTL | BY_SIGNAL | BY_PARAVIRT))
		return error_set(err, ERR_INVALID_ARG, "%s: unknown flags 0x%x", sv->name, flags);
	if (flags && !(flags & (BY_ACPI | BY_AGENT)))
		return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "%s: a machine is asked by ACPI or by its guest agent", sv->name);
	return 0;
}

/* The agent where it was asked for, then the power button. */
static int ask(struct qemu_guest *g, unsigned flags, const char *mode, bool reboot, struct error *err)
{
	if (flags & BY_AGENT) {
		g->reboot_wanted = false;
		if (agent_last_words(&g->agent, "guest-shutdown", json_pack("{s:s}", "mode", mode), 5, err) == 0)
			return 0;
		if (!(flags & BY_ACPI))
			return error_wrap(err, "%s", g->sv->name);
	}
	g->reboot_wanted = reboot;
	return ask_monitor(g, "system_powerdown", err);
}

static int shutdown_guest(struct rpc_call *call, const wire_domain *dom, unsigned flags, struct error *err)
{
	struct qemu_guest *g = qemu_of_call(call, dom, err);

	if (!g || check_modes(g->sv, flags, err) < 0 || refuse_paused(g->sv, err) < 0)
		return -1;
	return ask(g, flags, "powerdown", false, err);
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

static int do_reboot(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_reboot_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);

	(void)ret;
	if (!g || check_modes(g->sv, a->flags, err) < 0 || refuse_paused(g->sv, err) < 0)
		return -1;
	return ask(g, a->flags, "reboot", true, err);
}

static int do_reset(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_reset_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);

	(void)ret;
	if (!g)
		return -1;
	return ask_monitor(g, "system_reset", err);
}

static int do_pm_wakeup(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_pm_wakeup_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);

	(void)ret;
	if (!g)
		return -1;
	if (g->sv->state != GUEST_PMSUSPENDED)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the guest does not sleep", g->sv->name);
	return ask_monitor(g, "system_wakeup", err);
}

static int get_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	wire_domain_get_info_ret *r = ret;
	uint64_t cpu = 0, memory = 0;
	struct qemu_guest *g = qemu_of_call(call, &((const wire_domain_get_info_args *)args)->dom, err);

	if (!g || (g->cgroup && cgroup_usage(g->cgroup, &cpu, &memory, err) < 0))
		return -1;
	/* a user's machine may have no control group to ask */
	if (!g->cgroup)
		process_tree_use(g->pid, &cpu, &memory);
	r->state = sv->state;
	r->max_mem = sv->def->memory.value;
	r->memory = sv->def->current_memory.value;
	r->nr_virt_cpu = sv->def->vcpus.current ? sv->def->vcpus.current : sv->def->vcpus.n;
	r->cpu_time = cpu;
	return 0;
}

/* virDomainControlState: ok, job, occupied, error; and its reason for the last: unknown, monitor. */
static int get_control_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_get_control_info_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &((const wire_domain_get_control_info_args *)args)->dom, err);

	if (!g)
		return -1;
	if (!qmp_is_open(g->qmp)) {
		r->state = 3;
		r->details = 2;
	} else if (g->job.type) {
		r->state = 1;
		r->state_time = (uint64_t)(qemu_now() - g->job.began);
	} else {
		r->state = supervisor_turn_taken(g->sv) ? 2 : 0;
	}
	return 0;
}

const struct rpc_row qemu_rows[] = {
	RPC_ROW(domain_suspend, suspend),
	RPC_ROW(domain_resume, resume),
	RPC_ROW(domain_shutdown, do_shutdown),
	RPC_ROW(domain_shutdown_flags, do_shutdown_flags),
	RPC_ROW(domain_reboot, do_reboot),
	RPC_ROW(domain_reset, do_reset),
	RPC_ROW(domain_get_info, get_info),
	RPC_ROW(domain_get_control_info, get_control_info),
	RPC_ROW(domain_pm_wakeup, do_pm_wakeup),
	RPC_ROW(domain_block_stats, qemu_block_stats),
	RPC_ROW(domain_block_stats_flags, qemu_block_stats_flags),
	RPC_ROW(domain_get_block_info, qemu_get_block_info),
	RPC_ROW(domain_get_disk_errors, qemu_get_disk_errors),
	RPC_ROW(domain_block_resize, qemu_block_resize),
	RPC_ROW(domain_set_block_threshold, qemu_block_threshold),
	RPC_ROW(domain_memory_stats, qemu_memory_stats),
	RPC_ROW(domain_get_cpu_stats, qemu_cpu_stats),
	RPC_ROW(domain_get_vcpus, qemu_get_vcpus),
	RPC_ROW(domain_interface_stats, qemu_interface_stats),
	RPC_ROW(domain_start_dirty_rate_calc, qemu_start_dirty_rate),
	RPC_ROW(domain_save, qemu_save),
	RPC_ROW(domain_save_flags, qemu_save_flags),
	RPC_ROW(domain_save_params, qemu_save_params),
	RPC_ROW(domain_managed_save, qemu_managed_save),
	RPC_ROW(domain_has_managed_save_image, qemu_has_managed_save),
	RPC_ROW(domain_core_dump, qemu_core_dump),
	RPC_ROW(domain_core_dump_with_format, qemu_core_dump_format),
	RPC_ROW(domain_get_job_info, qemu_get_job_info),
	RPC_ROW(domain_get_job_stats, qemu_get_job_stats),
	RPC_ROW(domain_abort_job, qemu_abort_job),
	RPC_ROW(domain_abort_job_flags, qemu_abort_job),
	RPC_ROW(domain_open_console, qemu_open_console),
	RPC_ROW(domain_open_channel, qemu_open_channel),
	RPC_ROW(domain_send_key, qemu_send_key),
	RPC_ROW(domain_inject_nmi, qemu_inject_nmi),
	RPC_ROW(domain_screenshot, qemu_screenshot),
	RPC_ROW(domain_graphics_reload, qemu_graphics_reload),
	RPC_ROW(domain_get_launch_security_info, qemu_get_launch_security),
	RPC_ROW(domain_set_launch_security_state, qemu_set_launch_security),
	RPC_ROW(domain_fsfreeze, qemu_fsfreeze),
	RPC_ROW(domain_fsthaw, qemu_fsthaw),
	RPC_ROW(domain_fstrim, qemu_fstrim),
	RPC_ROW(domain_get_fsinfo, qemu_get_fsinfo),
	RPC_ROW(domain_get_time, qemu_get_time),
	RPC_ROW(domain_set_time, qemu_set_time),
	RPC_ROW(domain_get_hostname, qemu_get_hostname),
	RPC_ROW(domain_interface_addresses, qemu_interface_addresses),
	RPC_ROW(domain_set_user_password, qemu_set_user_password),
	RPC_ROW(domain_authorized_ssh_keys_get, qemu_get_ssh_keys),
	RPC_ROW(domain_authorized_ssh_keys_set, qemu_set_ssh_keys),
	RPC_ROW(domain_get_guest_vcpus, qemu_get_guest_vcpus),
	RPC_ROW(domain_set_guest_vcpus, qemu_set_guest_vcpus),
	RPC_ROW(domain_get_guest_info, qemu_get_guest_info),
	RPC_ROW(domain_pm_suspend_for_duration, qemu_pm_suspend),
	RPC_ROW(domain_agent_set_response_timeout, qemu_agent_timeout),
	RPC_ROW_END,
};

const struct rpc_row qemu_own_rows[] = {
	RPC_ROW(qemu_domain_monitor_command, qemu_monitor_command),
	RPC_ROW(qemu_domain_agent_command, qemu_agent_command),
	RPC_ROW(qemu_connect_domain_monitor_event_register, qemu_monitor_event_register),
	RPC_ROW(qemu_connect_domain_monitor_event_deregister, qemu_monitor_event_deregister),
	RPC_ROW_END,
};
