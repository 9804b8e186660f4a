/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit.h"
#include "cli/object.h"
#include "conf/domain_moment.h"

#include <string.h>

static int reuse;
static char *backup_file, *checkpoint_file;

static const struct poptOption options[] = {
	{ "backupxml", 0, POPT_ARG_STRING, &backup_file, 0, "the same as the argument BACKUP-FILE", "FILE" },
	{ "checkpointxml", 0, POPT_ARG_STRING, &checkpoint_file, 0, "the same as the argument CHECKPOINT-FILE", "FILE" },
	{ "reuse-external", 0, POPT_ARG_NONE, &reuse, 0, "the files are there already", NULL },
	CLI_DEFINE_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	/* with --print-xml there is no guest to name */
	const char *file = backup_file ? backup_file : cli->n_args > 1 ? cli->args[1] : cli_print_xml_given() ? cli->args[0] : NULL;
	const char *point = checkpoint_file ? checkpoint_file : cli->n_args > 2 ? cli->args[2] : NULL;
	AUTO_FREE char *xml = NULL, *checkpoint = NULL;
	struct guest guest = { 0 };
	struct cli_conn *conn;
	size_t len;
	int rc;

	if (file ? cli_read_file(file, &xml, &len, err) < 0 : !(xml = strdup("<domainbackup/>")))
		return -1;
	if (point && cli_read_file(point, &checkpoint, &len, err) < 0)
		return -1;
	rc = cli_document_check(cli, &domain_backup_document, file ? file : "backup", xml, strlen(xml), err);
	if (rc)
		return rc < 0 ? -1 : EXIT_DONE;
	conn = cli_object_open(cli, &cli_checkpoint, uses, err);
	if (!conn || cli_find(conn, cli->args[0], &guest, err) < 0)
		return -1;
	wire_domain_backup_begin_args args = {
		.dom = cli_domain(&guest), .backup_xml = xml, .checkpoint_xml = checkpoint ? &checkpoint : NULL, .flags = reuse ? 1 : 0
	};
	rc = cli_call(conn, &rpc_domain_backup_begin, &args, NULL, err);
	if (rc == 0)
		cli_say(cli, "Backup started");
	guest_clear(&guest);
	return rc;
}

static const struct cli_program program = {
	.name = "backup-begin", .summary = "begin a backup of disks", .args = "GUEST [BACKUP-FILE [CHECKPOINT-FILE]]", .options = options,
	.min_args = 1, .max_args = 3, .flags = CLI_SLOW, .object = "domain", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
