/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection of a program, its calls, and the guests that its arguments name. Light: needs no XML. */
#ifndef BERTH_CLI_GUESTS_H
#define BERTH_CLI_GUESTS_H

#include "cli/cli.h"

#include "hypervisor/hypervisor.h"

struct rpc_conn;

/* The one connection of a program. */
struct cli_conn {
	struct hv hv;                  /* local drivers */
	struct rpc_conn *remote;       /* another machine or process; NULL: local */
	int remote_ms;                 /* how long its answers may take; -1: as long as it lives */
	const struct rpc_row *uses;    /* how procedures are answered locally */
};

/*
 * Connects as -c says. `uses` names every procedure that the program calls, with its local function; `drivers` as in struct hv, NULL for
 * programs that define nothing. Local: costs nothing. The connection is the program's to its end.
 */
struct cli_conn *cli_open(struct cli *cli, const struct rpc_row *uses, const struct hv_driver *const *drivers, struct error *err) NODISCARD;

/* Whether the connection is to somebody else; refuses what only works on this machine. */
bool cli_is_remote(const struct cli_conn *conn);
int cli_only_local(const struct cli_conn *conn, const char *what, struct error *err) NODISCARD;

/* Calls a procedure. ret: zeroed, freed by the caller with xdr_free(proc->ret, ret) after success; NULL when the result does not matter. */
int cli_call(struct cli_conn *conn, const struct rpc_proc *proc, const void *args, void *ret, struct error *err) NODISCARD;

/*
 * The same for a procedure that first says how many values it has: `room`, in args, is made as large as `n`, in ret, says when it is 0. ret: `size` bytes.
 */
int cli_call_counted(struct cli_conn *conn, const struct rpc_proc *proc, const void *args, int *room, void *ret, size_t size, const int *n,
		     struct error *err) NODISCARD;

/* A connection for streams and events: to the supervisor of a guest that runs (adopted first where it has none), or the remote one. Give it back
 * with cli_guest_disconnect(). */
struct rpc_conn *cli_guest_connect(struct cli_conn *conn, const struct guest *guest, struct error *err) NODISCARD;
void cli_guest_disconnect(struct cli_conn *conn, struct rpc_conn *rpc);

/* The guest that a name, UUID or id means; guest_clear() after use. `kind` is NULL for a guest that is not local. */
int cli_find(struct cli_conn *conn, const char *word, struct guest *guest, struct error *err) NODISCARD;

/* Opens the connection and finds the guest that the first argument names. `guest` is cleared with guest_clear(). */
struct cli_conn *cli_open_guest(struct cli *cli, const struct rpc_row *uses, const struct hv_driver *const *drivers, struct guest *guest,
				struct error *err) NODISCARD;
#define AUTO_CLI_GUEST AUTO(guest_clear)

/* The guests that a filter selects (enum guest_filter); guest_list_free() after use. */
int cli_list(struct cli_conn *conn, unsigned filter, unsigned want, struct guest_list *list, struct error *err) NODISCARD;

/* How a guest is named in calls; valid as long as the guest. */
wire_domain cli_domain(const struct guest *guest);

/*
 * Calls fn for each guest that the arguments name, or, with `all`, for each that the filter selects; prints each error and goes on. Returns the
 * exit status (see cli_each()), or -1.
 */
typedef int cli_guest_fn(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err);
int cli_guests(struct cli *cli, struct cli_conn *conn, bool all, unsigned filter, cli_guest_fn *fn, void *arg, struct error *err) NODISCARD;

/* As cli_guests(), for programs that print results: no outcome is printed in JSON, fn gathers its own. */
int cli_guests_show(struct cli *cli, struct cli_conn *conn, cli_guest_fn *fn, void *arg, struct error *err) NODISCARD;

/* The options --live, --config, --current as libvirt's flags (2 is config, 1 live); -1 by cli_usage() for more than one. */
int cli_affect(int live, int config, int current, unsigned *flags, struct error *err) NODISCARD;

/* A list "acpi,agent" of ways to shut down or reboot as libvirt's flags. NULL is 0. */
int cli_shutdown_mode(const char *modes, unsigned *flags, struct error *err) NODISCARD;

/* Ways to sleep, "mem", "disk", "hybrid", as libvirt's VIR_NODE_SUSPEND_TARGET_x; -1 by cli_usage(). */
int cli_sleep_target(const char *word, unsigned *target, struct error *err) NODISCARD;

/* How a wait for a guest is told whether to go on: `guest` is NULL when there is no such guest (any more). Returns 1 to end it, 0 to go on, -1. */
typedef int cli_condition(const struct guest *guest, void *arg, struct error *err);

/* Waits until the condition holds, at once when it does, told of each change by the kernel (inotify, pidfd) or by the other side's events. `name` may be a name
 * that nobody has yet. ERR_OPERATION_TIMEOUT when timeout_ms (-1: none) is over. */
int cli_wait(struct cli_conn *conn, const char *name, cli_condition *condition, void *arg, int timeout_ms, struct error *err) NODISCARD;

/* The condition "it does not run". */
cli_condition cli_has_ended;

#endif
