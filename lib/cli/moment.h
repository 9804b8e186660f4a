/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots and checkpoints: what their programs share. */
#ifndef BERTH_CLI_MOMENT_H
#define BERTH_CLI_MOMENT_H

#include "cli/object.h"

struct cli_moments {
	const struct cli_object_type *type;      /* cli_snapshot or cli_checkpoint */
	const char *current;                     /* the word in messages: "snapshot" */
	const struct rpc_proc *create, *parent, *children;
};
extern const struct cli_moments cli_snapshots, cli_checkpoints;

/* Takes one: XML as an argument of `create`; with --print-xml prints its canonical form. `how` has the flags and what is said. */
int cli_moment_create(struct cli *cli, const struct cli_moments *m, const char *xml, const char *file, unsigned flags,
		      const struct conf_document *document, struct error *err) NODISCARD;

/* A snapshot's or checkpoint's parent; NULL without error: none. The caller's. */
char *cli_moment_parent(struct cli_conn *conn, const struct cli_moments *m, const void *ref, struct error *err) NODISCARD;

struct cli_moment_list {
	unsigned filter;
	int parent, tree, name, roots;
	const char *from;      /* only those below this one */
};

/* Lists those of the guest that the first argument names. */
int cli_moment_list(struct cli *cli, const struct cli_moments *m, const struct cli_moment_list *how, struct error *err) NODISCARD;

/* The current snapshot of a guest (--current); found through `ref`. */
int cli_snapshot_current(struct cli_conn *conn, const wire_domain *dom, wire_domain_snapshot *ref, struct error *err) NODISCARD;

/* For programs whose arguments are GUEST [SNAPSHOT]: finds the guest, then the named or (with `current`) the current snapshot. */
int cli_snapshot_argument(struct cli *cli, struct cli_conn *conn, bool current, wire_domain_snapshot *ref, struct error *err) NODISCARD;

#endif
