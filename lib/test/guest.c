/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest that runs in name only: its supervisor keeps its state. */
#include "hypervisor/change.h"
#include "test/guest.h"
#include "test/test.h"

#include <string.h>

/* Where the clocks of guests stand: the one of libvirt's test driver. */
#define FIRST_MOMENT 627319920

/* Numbers of libvirt's virDomainEventType, virDomainPausedReason, virDomainRunningReason. */
enum { EVENT_SUSPENDED = 3, EVENT_RESUMED = 4 };
enum { PAUSED_USER = 1, RUNNING_UNPAUSED = 5 };

static struct test_guest *guest_of(const struct supervisor *sv)
{
	return sv->priv;
}

static void on_end(struct ev_loop *loop, struct ev_timer *w, int revents)
{
	struct test_guest *g = w->data;

	(void)loop;
	(void)revents;
	g->lives = false;
	supervisor_guest_ended(g->sv, GUEST_END_SHUTDOWN, g->how, 0);
}

static void end_soon(struct test_guest *g, enum monitor_exit how)
{
	g->how = how;
	ev_timer_start(g->sv->loop, &g->end);
}

static struct test_guest *guest_new(struct supervisor *sv, struct error *err)
{
	struct test_guest *g = sv->priv;

	if (!g && !(g = sv->priv = calloc(1, sizeof(*g)))) {
		error_errno(err, "%s", sv->name);
		return NULL;
	}
	g->sv = sv;
	g->lives = true;
	g->clock.seconds = FIRST_MOMENT;
	clock_gettime(CLOCK_BOOTTIME, &g->since);
	ev_timer_init(&g->end, on_end, 0, 0);
	g->end.data = g;
	return g;
}

/* Interfaces get the names of host devices that there would be. */
static int name_targets(struct domain *def, struct error *err)
{
	for (size_t i = 0; i < def->devices.interfaces.n; i++) {
		struct domain_net *net = def->devices.interfaces.items[i];

		if (!net->target && asprintf(&net->target, "testnet%zu", i) < 0) {
			net->target = NULL;
			return error_errno(err, "%s", def->name);
		}
	}
	return 0;
}

static int start(struct supervisor *sv, bool paused, struct error *err)
{
	if (!guest_new(sv, err) || name_targets(sv->def, err) < 0)
		return -1;
	supervisor_guest_started(sv, getpid(), paused);
	test_guest_restored(sv);
	return 0;
}

/* What it is is in its files; there is nothing else to find again. */
static int adopt(struct supervisor *sv, struct error *err)
{
	if (!guest_new(sv, err))
		return -1;
	sv->guest_pid = getpid();
	return 0;
}

static int destroy(struct supervisor *sv, struct error *err)
{
	struct test_guest *g = guest_of(sv);

	if (!g || !g->lives)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the guest is not running", sv->name);
	end_soon(g, MONITOR_EXIT_SHUTDOWN);
	return 0;
}

static void teardown(struct supervisor *sv)
{
	struct test_guest *g = guest_of(sv);

	if (!g)
		return;
	ev_timer_stop(sv->loop, &g->end);
	g->lives = false;
}

/* --- procedures -------------------------------------------------------------------------------------------------- */

struct test_guest *test_guest_called(struct rpc_call *call, const void *args, struct error *err)
{
	struct supervisor *sv = call->ctx;

	if (supervisor_check_domain(sv, args, err) < 0)
		return NULL;
	if (!guest_of(sv) || !guest_of(sv)->lives) {
		error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: domain is not running");
		return NULL;
	}
	return guest_of(sv);
}

uint64_t test_guest_age(const struct test_guest *g)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)(now.tv_sec - g->since.tv_sec) * 1000000000u + (uint64_t)now.tv_nsec - (uint64_t)g->since.tv_nsec;
}

static int suspend(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct test_guest *g = test_guest_called(call, args, err);

	(void)ret;
	if (!g)
		return -1;
	if (g->sv->state != GUEST_PAUSED)
		supervisor_set_state(g->sv, GUEST_PAUSED, PAUSED_USER, EVENT_SUSPENDED, 0);
	return 0;
}

static int resume(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct test_guest *g = test_guest_called(call, args, err);

	(void)ret;
	if (!g)
		return -1;
	if (g->sv->state != GUEST_PAUSED)
		return error_set(err, ERR_INTERNAL, "domain '%s' not paused", g->sv->name);
	supervisor_set_state(g->sv, GUEST_RUNNING, RUNNING_UNPAUSED, EVENT_RESUMED, 0);
	return 0;
}

static int stop(struct rpc_call *call, const wire_domain *dom, enum monitor_exit how, struct error *err)
{
	struct test_guest *g = test_guest_called(call, dom, err);

	if (!g)
		return -1;
	g->lives = false;
	supervisor_guest_ended(g->sv, GUEST_END_SHUTDOWN, how, 0);
	return 0;
}

static int do_shutdown(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	return stop(call, &((const wire_domain_shutdown_args *)args)->dom, MONITOR_EXIT_SHUTDOWN, err);
}

static int do_shutdown_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	return stop(call, &((const wire_domain_shutdown_flags_args *)args)->dom, MONITOR_EXIT_SHUTDOWN, err);
}

static int do_reboot(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	return stop(call, &((const wire_domain_reboot_args *)args)->dom, MONITOR_EXIT_REBOOT, err);
}

static int do_reset(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	return test_guest_called(call, args, err) ? 0 : -1;
}

static int get_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct test_guest *g = test_guest_called(call, args, err);
	wire_domain_get_info_ret *r = ret;

	if (!g)
		return -1;
	r->state = g->sv->state;
	r->max_mem = g->sv->def->memory.value;
	r->memory = g->sv->def->current_memory.value;
	r->nr_virt_cpu = g->sv->def->vcpus.current ? g->sv->def->vcpus.current : g->sv->def->vcpus.n;
	r->cpu_time = test_guest_age(g);
	return 0;
}

/* Nobody is there to take it. */
static int take_it(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	return test_guest_called(call, args, err) ? 0 : -1;
}

static const struct rpc_row rows[] = {
	RPC_ROW(domain_suspend, suspend),
	RPC_ROW(domain_resume, resume),
	RPC_ROW(domain_shutdown, do_shutdown),
	RPC_ROW(domain_shutdown_flags, do_shutdown_flags),
	RPC_ROW(domain_reboot, do_reboot),
	RPC_ROW(domain_reset, do_reset),
	RPC_ROW(domain_get_info, get_info),
	RPC_ROW(domain_send_key, take_it),
	RPC_ROW(domain_inject_nmi, take_it),
	RPC_ROW(domain_block_stats, test_block_stats),
	RPC_ROW(domain_interface_stats, test_interface_stats),
	RPC_ROW(domain_memory_stats, test_memory_stats),
	RPC_ROW(domain_get_vcpus, test_get_vcpus),
	RPC_ROW(domain_get_block_info, test_get_block_info),
	RPC_ROW(domain_get_disk_errors, test_disk_errors),
	RPC_ROW(domain_get_cpu_stats, test_cpu_stats),
	RPC_ROW(domain_screenshot, test_screenshot),
	RPC_ROW(domain_fsfreeze, test_freeze),
	RPC_ROW(domain_fsthaw, test_thaw),
	RPC_ROW(domain_fstrim, test_trim),
	RPC_ROW(domain_get_fsinfo, test_fsinfo),
	RPC_ROW(domain_get_time, test_get_time),
	RPC_ROW(domain_set_time, test_set_time),
	RPC_ROW(domain_get_hostname, test_hostname),
	RPC_ROW(domain_set_user_password, test_set_password),
	RPC_ROW(domain_send_process_signal, test_send_signal),
	RPC_ROW(domain_interface_addresses, test_addresses),
	RPC_ROW(domain_save, test_save),
	RPC_ROW(domain_save_flags, test_save_flags),
	RPC_ROW(domain_save_params, test_save_params),
	RPC_ROW(domain_managed_save, test_managed_save),
	RPC_ROW(domain_has_managed_save_image, test_has_managed_save),
	RPC_ROW(domain_core_dump, test_core_dump),
	RPC_ROW(domain_core_dump_with_format, test_core_dump_format),
	RPC_ROW_END,
};

/* Nothing stands behind the definition: what it says is so. */
static int changed(struct supervisor *sv, struct change *c, struct error *err)
{
	(void)sv;
	(void)c;
	(void)err;
	return 0;
}

static int refuse_maximum(struct supervisor *sv, struct change *c, struct error *err)
{
	(void)sv;
	(void)c;
	return error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: cannot resize the maximum memory on an active domain");
}

static supervisor_change_fn *const changes[CHANGES] = {
	[0 ... CHANGE_MAX_MEMORY - 1] = changed,
	[CHANGE_MAX_MEMORY] = refuse_maximum,
	[CHANGE_MAX_MEMORY + 1 ... CHANGES - 1] = changed,
};

const struct supervisor_driver test_supervisor_driver = {
	.kind = "test",
	.start = start,
	.adopt = adopt,
	.destroy = destroy,
	.teardown = teardown,
	.definitions = &test_hv_driver,
	.changes = changes,
	.rows = rows,
};
