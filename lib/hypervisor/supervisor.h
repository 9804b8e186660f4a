/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The supervisor of one running guest, or of another object that lives (a network): what is the same for all. helpers/KIND-supervisor.c is
 * `return supervisor_main(argc, argv, &KIND_supervisor_driver);`.
 *
 * Descriptors that the starter hands over: 3 the run directory, 4 the held `alive` lock, 5 the start report (a pipe:
 * nothing and end of file means failure without a word; see supervisor_report()), 6 the object's state directory or
 * closed for a transient guest, 7 the log file (also as standard error), 8 the image of a guest that is restored (save_image.h).
 */
#ifndef BERTH_HYPERVISOR_SUPERVISOR_H
#define BERTH_HYPERVISOR_SUPERVISOR_H

#include "rpc/procs.h"
#include "state/state.h"   /* enum guest_state, enum guest_end */

#include <ev.h>
#include <sys/types.h>

struct domain;       /* conf/domain.h */
struct hv_driver;    /* hypervisor/kinds.h */
struct rpc_server;
struct rpc_peer;

/* Status of the monitor program's EXIT event. */
enum monitor_exit {
	MONITOR_EXIT_ERROR = 0,
	MONITOR_EXIT_SHUTDOWN = 1,
	MONITOR_EXIT_REBOOT = 2,
};

struct supervisor;

/* What is supervised where it is no guest. It has a state, a run directory, a socket and an end like a guest, and neither an id nor a process that
 * it stands and falls with. */
struct supervisor_object {
	/* Takes the definition from its text (live: from live.xml), once, before start() or adopt(); sets sv->uuid. */
	int (*load)(struct supervisor *sv, const char *xml, size_t len, bool live, struct error *err);

	/* The text of live.xml; the caller's. */
	char *(*live_xml)(const struct supervisor *sv, struct error *err);

	/* It runs, or has ended: sends the object's events. */
	void (*tell)(struct supervisor *sv, bool runs);

	/* Everything that it answers of the program remote beside getting connected; ends in NULL. */
	const struct rpc_row *const *tables;
};

struct params;       /* hypervisor/params.h */
struct change;       /* hypervisor/change.h */

/*
 * Makes a change of a running guest true (change.h says what c tells): c->now is sv->def, which takes c->next's content after success, so that pointers
 * into sv->def hold no longer than until the next wait. Whole or not at all. One change of a guest is made at a time. Returns 0; 1: it was
 * asked for and is not done yet (a device that the guest has to let go): nothing is noted, the driver says it later by
 * supervisor_device_removed(); -1.
 */
typedef int supervisor_change_fn(struct supervisor *sv, struct change *c, struct error *err);

/* One hypervisor's part. Every function runs on the supervisor's only thread, start() and the table's functions as tasks. */
struct supervisor_driver {
	const char *kind;      /* "lxc" */
	const struct supervisor_object *object;   /* NULL: a guest */

	/* Builds the guest and lets it run (or leaves it paused). On failure everything done is undone. Sets the guest's pid by
	 * supervisor_guest_started(). Each name of a thing it is about to make goes into the plan first. */
	int (*start)(struct supervisor *sv, bool paused, struct error *err);

	/* Takes over a guest that runs without a supervisor. */
	int (*adopt)(struct supervisor *sv, struct error *err);

	/* Ends the guest now, whatever state it is in; the end is then told by supervisor_guest_ended(). */
	int (*destroy)(struct supervisor *sv, struct error *err);

	/* The starter has its answer: time for what nobody waits for (giving up privileges and memory, the holder). May be NULL. */
	void (*settled)(struct supervisor *sv);

	/* Somebody takes or gives back the turn (supervisor_turn_take()): time to take up privileges that are laid aside, and to lay them aside. May be NULL. */
	void (*turn)(struct supervisor *sv, bool taken);

	/* Undoes what start() made once the guest is dead; must succeed half way through too. */
	void (*teardown)(struct supervisor *sv);

	/* What defining adds and checks; changes are completed and checked by it too. */
	const struct hv_driver *definitions;

	/* The changes that it can make while the guest runs: CHANGES entries, by enum change_what (hypervisor/change.h). NULL: none. */
	supervisor_change_fn *const *changes;

	/* Puts into `view`, a copy of the live definition, what the guest really has of what c->what is about (limits as the kernel has them). May be
	 * NULL: the live definition is the truth. */
	int (*look)(struct supervisor *sv, int what, struct domain *view, struct error *err);

	/* Adds groups of statistics (hypervisor/stats.h) that no other procedure's answer tells; may be NULL. */
	int (*stats)(struct supervisor *sv, unsigned groups, struct params *out, struct error *err);

	/* It gives up its privileges for good and cannot take the guest over itself: vm-reexec is an adoption by a new process. */
	bool confined;

	/* Rows of the driver's own procedures: suspend, resume, shutdown, reboot, get_info, open_console ... They are looked up
	 * before the common ones. */
	const struct rpc_row *rows;       /* program remote */
	const struct rpc_row *own_rows;   /* the driver's own program, or NULL */
	uint32_t own_program, own_version;
};

struct supervisor {
	const struct supervisor_driver *driver;
	struct ev_loop *loop;
	struct rpc_server *server;
	struct domain *def;            /* the live definition */
	char *name;
	unsigned char uuid[16];
	int id;
	int run_fd;                    /* the guest's run directory */
	int alive_fd;
	int config_fd;                 /* its state directory, or -1: transient */
	enum guest_state state;
	int reason;                    /* libvirt's reason number for the state */
	pid_t guest_pid;
	unsigned long long guest_start_time;
	bool start_paused;
	int image_fd;                  /* start(): its saved memory, to be restored (save_image.h), at whatever offset; -1: it boots */
	bool autodestroy;
	bool reset_nvram;              /* start(): firmware variables begin anew from their template */
	bool host_root;                /* the guest may have the host's root file system */
	const char *busy;              /* what a long job does to the guest, which nothing else may change meanwhile ("being saved"); NULL: nothing */
	bool ending;                   /* the guest is dead, clients are being told */
	bool restarting;               /* between two lives; who destroys the guest now has the next one destroyed (destroyed) */
	bool destroyed;                /* by force: tells destroy from shutdown when the guest ends */
	void *priv;                    /* the driver's */
	struct supervisor_core *core;  /* supervisor_core.h */
};

/* The object lives no more: teardown, clients are told, end of the loop. For objects alone; guests have supervisor_guest_ended(). */
void supervisor_object_ended(struct supervisor *sv, enum guest_end end, const char *text);

int supervisor_main(int argc, char **argv, const struct supervisor_driver *driver);

/* The guest's first process runs: state and INIT event. */
void supervisor_guest_started(struct supervisor *sv, pid_t pid, bool paused);

/* A new state of a living guest: written to `state` (retried when the disk is full, never fatal), lifecycle event sent. */
void supervisor_set_state(struct supervisor *sv, enum guest_state state, int reason, int event, int detail);

/* A device is gone from the running guest: taken out of the live definition, which is written, and told by an event. `kind` is an enum
 * domain_device_kind, `dev` what is in sv->def. */
void supervisor_device_removed(struct supervisor *sv, int kind, void *dev);

/*
 * Sends an event to everyone who asked for it. event_id: libvirt's virDomainEventID; plain, numbered: its procedures for subscriptions without
 * and with a callback's number (NULL: there is none such); msg: the plain one's structure, whose first member (the domain) is filled in here.
 */
void supervisor_publish(struct supervisor *sv, int event_id, const struct rpc_proc *plain, const struct rpc_proc *numbered, const void *msg,
			size_t size);

/* The guest rebooted by itself, in the same process: libvirt's reboot event. */
void supervisor_event_reboot(struct supervisor *sv);

/* Writes the state that was found out, without an event. */
void supervisor_state_known(struct supervisor *sv);

/* Writes the live definition again after it has changed. A full disk is logged, no more. */
void supervisor_live_changed(struct supervisor *sv);

/*
 * The turn to change the guest: one task at a time has it, first come first served. Refused at once while a job is at it (sv->busy), and ERR_OPERATION_TIMEOUT when
 * whoever has it keeps it. Changes of definitions take it by themselves.
 */
int supervisor_turn_take(struct supervisor *sv, struct error *err) NODISCARD;
void supervisor_turn_give(struct supervisor *sv);
bool supervisor_turn_taken(const struct supervisor *sv);

/* Waits, within a task, until the guest is gone and what it used is undone. */
int supervisor_wait_end(struct supervisor *sv, int timeout_ms, struct error *err) NODISCARD;

/* The guest is dead. `status` is what wait(2) told of its init or -1. Decides by on_poweroff, on_reboot and on_crash whether it starts again;
 * if not: teardown, last-exit, EXIT to every client, delayed close, end of the loop. */
void supervisor_guest_ended(struct supervisor *sv, enum guest_end end, enum monitor_exit how, int status);

/* Whether the guest is defined: a transient one is not, nor one that was undefined while it ran. */
bool supervisor_is_persistent(const struct supervisor *sv);

/* Refuses arguments that name another guest than ours. */
int supervisor_check_domain(const struct supervisor *sv, const wire_domain *dom, struct error *err) NODISCARD;

/* Fills a wire_domain with strings of the caller's. */
int supervisor_wire_domain(const struct supervisor *sv, wire_domain *out, struct error *err) NODISCARD;

/* Adds a line to the run directory's `plan`, before the thing it names is made. */
int supervisor_plan(struct supervisor *sv, const char *what, const char *name, struct error *err) NODISCARD;

/* A line in the guest's log, with the time; never blocks, never fails. */
void supervisor_log(struct supervisor *sv, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Words of another in the guest's log, as they are. Never blocks, never fails. The log is turned over when it has grown
 * to SUPERVISOR_LOG_MAX: NAME.log.1 is what was there before. */
#define SUPERVISOR_LOG_MAX (2 << 20)
void supervisor_log_words(struct supervisor *sv, const char *text, size_t len);

#endif
