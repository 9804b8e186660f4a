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

/* Takes one of XML that was made from options, or only prints it. */
int cli_moment_create_as(struct cli *cli, const struct cli_moments *m, const char *xml, bool print, unsigned flags,
			 const struct conf_document *document, struct error *err) NODISCARD;

/*
 * For programs whose arguments are GUEST and which one: calls `proc` on the named or (with `current`) the current one and says that it was
 * `done`, after its name.
 */
int cli_moment_do(struct cli *cli, const struct cli_moments *m, bool current, const struct rpc_proc *proc, unsigned flags,
		  const char *done, struct error *err) NODISCARD;

/* A snapshot's or checkpoint's parent; NULL without error: none. The caller's. */
char *cli_moment_parent(struct cli_conn *conn, const struct cli_moments *m, const void *ref, struct error *err) NODISCARD;

struct cli_moment_list {
	int filter;            /* libvirt's flags */
	int parent, tree, name, roots, descendants;
	int current;           /* only those below the guest's current one; snapshots alone have it */
	const char *from;      /* only those below this one */
};

/* The options that snapshot-list and checkpoint-list share; `what` is the word for one. */
#define CLI_MOMENT_LIST_OPTIONS(how, what) \
	{ "parent", 0, POPT_ARG_NONE, &(how).parent, 0, "show the parents", NULL }, \
	{ "roots", 0, POPT_ARG_NONE, &(how).roots, 0, "those without a parent", NULL }, \
	{ "leaves", 0, POPT_BIT_SET, &(how).filter, 4, "those without children", NULL }, \
	{ "no-leaves", 0, POPT_BIT_SET, &(how).filter, 8, "those with children", NULL }, \
	{ "tree", 0, POPT_ARG_NONE, &(how).tree, 0, "draw which came after which", NULL }, \
	{ "from", 0, POPT_ARG_STRING, &(how).from, 0, "those that were taken after this one", what }, \
	{ "descendants", 0, POPT_ARG_NONE, &(how).descendants, 0, "with --from: the later ones too", NULL }, \
	{ "name", 0, POPT_ARG_NONE, &(how).name, 0, "print names alone", NULL }

/* Lists those of the guest that the first argument names; options that exclude each other by cli_usage(). */
int cli_moment_list(struct cli *cli, const struct cli_moments *m, struct cli_moment_list *how, struct error *err) NODISCARD;

/* The current snapshot of a guest (--current); found through `ref`. */
int cli_snapshot_current(struct cli_conn *conn, const wire_domain *dom, wire_domain_snapshot *ref, struct error *err) NODISCARD;

/* For programs whose arguments are GUEST [SNAPSHOT]: finds the guest, then the named or (with `current`) the current snapshot. */
int cli_snapshot_argument(struct cli *cli, struct cli_conn *conn, bool current, wire_domain_snapshot *ref, struct error *err) NODISCARD;

#endif
