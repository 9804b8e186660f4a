/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

static int encrypted;

static const struct poptOption options[] = {
	{ "encrypted", 0, POPT_ARG_NONE, &encrypted, 0, "the password is one that crypt(3) has hashed", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_set_user_password), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	wire_domain_set_user_password_args args = { .dom = cli_domain(&guest) };
	char *user = (char *)cli->args[1], *password = (char *)cli->args[2];

	if (!conn)
		return -1;
	args.user = &user;
	args.password = &password;
	args.flags = encrypted ? 1 : 0;
	if (cli_call(conn, &rpc_domain_set_user_password, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Password set successfully for %s in %s", user, guest.name);
	return 0;
}

static const struct cli_program program = {
	.name = "vm-set-user-password", .summary = "set the password of a user in a guest", .args = "GUEST USER PASSWORD", .options = options, .min_args = 3, .max_args = 3,
	.flags = CLI_GUESTS, .more = "user password", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
