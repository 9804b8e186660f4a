/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guestlist.h"

static int all, inactive, only_name, only_uuid, only_id, table, title, saved;
static int filter;

#define FILTER(name, bit, text) { name, 0, POPT_BIT_SET, &filter, bit, text, NULL }

static const struct poptOption options[] = {
	{ "all", 0, POPT_ARG_NONE, &all, 0, "guests that run and guests that do not", NULL },
	{ "inactive", 0, POPT_ARG_NONE, &inactive, 0, "guests that do not run", NULL },
	FILTER("persistent", GUEST_LIST_PERSISTENT, "guests that are defined"),
	FILTER("transient", GUEST_LIST_TRANSIENT, "guests that run without being defined"),
	FILTER("state-running", GUEST_LIST_RUNNING, "guests that run"),
	FILTER("state-paused", GUEST_LIST_PAUSED, "guests that are paused"),
	FILTER("state-shutoff", GUEST_LIST_SHUTOFF, "guests that are shut off"),
	FILTER("state-other", GUEST_LIST_OTHER, "guests in any other state"),
	FILTER("autostart", GUEST_LIST_AUTOSTART, "guests that start with the host"),
	FILTER("no-autostart", GUEST_LIST_NO_AUTOSTART, "guests that do not"),
	FILTER("with-managed-save", GUEST_LIST_MANAGEDSAVE, "guests with saved memory"),
	FILTER("without-managed-save", GUEST_LIST_NO_MANAGEDSAVE, "guests without"),
	FILTER("with-snapshot", GUEST_LIST_HAS_SNAPSHOT, "guests with snapshots"),
	FILTER("without-snapshot", GUEST_LIST_NO_SNAPSHOT, "guests without"),
	FILTER("with-checkpoint", GUEST_LIST_HAS_CHECKPOINT, "guests with checkpoints"),
	FILTER("without-checkpoint", GUEST_LIST_NO_CHECKPOINT, "guests without"),
	{ "name", 0, POPT_ARG_NONE, &only_name, 0, "print names alone", NULL },
	{ "uuid", 0, POPT_ARG_NONE, &only_uuid, 0, "print UUIDs alone", NULL },
	{ "id", 0, POPT_ARG_NONE, &only_id, 0, "print ids alone", NULL },
	{ "table", 0, POPT_ARG_NONE, &table, 0, "print the table (default)", NULL },
	{ "title", 0, POPT_ARG_NONE, &title, 0, "show titles in the table", NULL },
	{ "managed-save", 0, POPT_ARG_NONE, &saved, 0, "mark guests with saved memory", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_has_managed_save_image), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given forms[] = {
		{ "--table", table }, { only_name ? "--name" : "--uuid", only_name || only_uuid }, { "--id", only_id }, { NULL, 0 }
	};
	struct cli_guest_list show = { .name = only_name, .uuid = only_uuid, .id = only_id, .title = title, .saved = saved };
	struct cli_conn *conn;

	if (cli_at_most_one(forms, err) < 0)
		return -1;
	if (inactive && !all)
		filter |= GUEST_LIST_INACTIVE;
	else if (!all)
		filter |= GUEST_LIST_ACTIVE;
	conn = cli_open(cli, uses, NULL, err);
	return conn ? cli_guest_list(cli, conn, filter, &show, err) : -1;
}

static const struct cli_program program = {
	.name = "vm-list", .summary = "list guests", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
