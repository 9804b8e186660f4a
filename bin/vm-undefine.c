/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

static int managed_save, snapshots, checkpoints, nvram, keep_nvram, tpm, keep_tpm;

static const struct poptOption options[] = {
	{ "managed-save", 0, POPT_ARG_NONE, &managed_save, 0, "remove saved memory too", NULL },
	{ "snapshots-metadata", 0, POPT_ARG_NONE, &snapshots, 0, "remove the descriptions of snapshots too", NULL },
	{ "checkpoints-metadata", 0, POPT_ARG_NONE, &checkpoints, 0, "remove the descriptions of checkpoints too", NULL },
	{ "nvram", 0, POPT_ARG_NONE, &nvram, 0, "remove firmware variables too", NULL },
	{ "keep-nvram", 0, POPT_ARG_NONE, &keep_nvram, 0, "leave firmware variables", NULL },
	{ "tpm", 0, POPT_ARG_NONE, &tpm, 0, "remove the state of the TPM too", NULL },
	{ "keep-tpm", 0, POPT_ARG_NONE, &keep_tpm, 0, "leave the state of the TPM", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_undefine_flags), RPC_ROW_END };

/* libvirt's virDomainUndefineFlagsValues */
static unsigned flags(void)
{
	return (managed_save ? 1 : 0) | (snapshots ? 2 : 0) | (nvram ? 4 : 0) | (keep_nvram ? 8 : 0) | (checkpoints ? 16 : 0) |
	       (tpm ? 32 : 0) | (keep_tpm ? 64 : 0);
}

static int act(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	wire_domain_undefine_flags_args args = { .dom = cli_domain(guest), .flags = flags() };

	(void)arg;
	if (cli_call(conn, &rpc_domain_undefine_flags, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Domain '%s' has been undefined", guest->name);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given nvrams[] = { { "--nvram", nvram }, { "--keep-nvram", keep_nvram }, { NULL, 0 } };
	const struct cli_given tpms[] = { { "--tpm", tpm }, { "--keep-tpm", keep_tpm }, { NULL, 0 } };
	struct cli_conn *conn;

	if (cli_at_most_one(nvrams, err) < 0 || cli_at_most_one(tpms, err) < 0)
		return -1;
	conn = cli_open(cli, uses, NULL, err);
	return conn ? cli_guests(cli, conn, false, 0, act, NULL, err) : -1;
}

static const struct cli_program program = {
	.name = "vm-undefine", .summary = "forget guest definitions", .args = "GUEST...", .options = options, .min_args = 1, .max_args = -1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
