/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the supervisor's own files share; drivers do not see it. */
#ifndef BERTH_HYPERVISOR_SUPERVISOR_CORE_H
#define BERTH_HYPERVISOR_SUPERVISOR_CORE_H

#include "hypervisor/supervisor.h"
#include "hypervisor/hook.h"
#include "util/task.h"

/* The descriptors that a starter hands over. */
enum { SV_RUN_FD = 3, SV_ALIVE_FD = 4, SV_REPORT_FD = 5, SV_OBJECT_FD = 6, SV_LOG_FD = 7, SV_IMAGE_FD = 8 };

struct supervisor_core {
	bool adopt, transient, restore;
	char *program;             /* how this program was started, for reexec */
	int report_fd;             /* to the starter, -1 when it has been told */
	struct error start_error;
	bool start_failed;
	struct hook hook;
	bool hooked;               /* its first hooks were run, its last have yet to be */
	bool state_dirty;          /* `state` could not be written and waits for space */
	struct ev_timer retry;
	struct ev_io starter;      /* autodestroy: sees the starter go away */
	struct ev_signal term;
	struct ev_timer drain;
	struct task_queue end_waiters;   /* calls that answer when the guest is gone */
	struct task_mutex changing;      /* held while the definition is changed */
};

/* supervisor_guest.c */
void sv_write_status(struct supervisor *sv);
int sv_write_live(struct supervisor *sv, struct error *err) NODISCARD;

/* Notes how the guest ended, where it is defined. */
void sv_write_last_exit(struct supervisor *sv, enum guest_end end, const char *text);

/* The last act: teardown, last-exit, EXIT to every client, delayed close, end of the loop. */
void sv_end(struct supervisor *sv, enum guest_end end, enum monitor_exit how, const char *text);

/* namespace.c: before the first line of a plan that names a thing of the network: in which namespace that is. */
int sv_plan_namespace(struct supervisor *sv, const char *what, struct error *err) NODISCARD;

/* The hooks of an operation, for guests alone. sv_hook_end(): what belongs to a guest's end, before and after it is undone; what fails then is logged. */
int sv_hook(struct supervisor *sv, const char *operation, struct error *err) NODISCARD;
void sv_hook_end(struct supervisor *sv, const char *operation);

/* supervisor_start.c: loads the definition; begins the guest's life, as a task */
int sv_load(struct supervisor *sv, struct error *err) NODISCARD;
void sv_start_task(void *arg);
void sv_restart_task(void *arg);
int sv_reexec(struct supervisor *sv, struct error *err) NODISCARD;

/* supervisor_connect.c, supervisor_domain.c, supervisor_event.c: what every supervisor answers */
extern const struct rpc_row sv_connect_rows[], sv_host_rows[], sv_domain_rows[], sv_event_rows[], sv_metadata_rows[], sv_change_rows[], sv_stats_rows[],
	sv_monitor_rows[];

/* Sends a lifecycle event to everyone who asked for it. */
void sv_event_lifecycle(struct supervisor *sv, int event, int detail);
struct change;
void sv_event_tunable(struct supervisor *sv, const struct change *c);   /* supervisor_tunable.c: after a change that is no tuning: nothing */

/* The monitor program's events, to every connected client. */
void sv_event_monitor_init(struct supervisor *sv);
void sv_event_monitor_exit(struct supervisor *sv, enum monitor_exit how);

#endif
