/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

static const struct rpc_row uses[] = { HV(domain_authorized_ssh_keys_get), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	wire_domain_authorized_ssh_keys_get_args args = { .dom = cli_domain(&guest) };
	wire_domain_authorized_ssh_keys_get_ret ret = { 0 };
	int r = 0;

	if (!conn)
		return -1;
	json_t *list = json_array();

	args.user = (char *)cli->args[1];
	if (cli_call(conn, &rpc_domain_authorized_ssh_keys_get, &args, &ret, err) < 0)
		return -1;
	for (unsigned i = 0; i < ret.keys.keys_len; i++) {
		if (cli->json)
			json_array_append_new(list, cli_json_string(ret.keys.keys_val[i]));
		else
			cli_value(cli, ret.keys.keys_val[i]);
	}
	if (cli->json)
		r = cli_json_print(json_incref(list), err);
	json_decref(list);
	xdr_free(rpc_domain_authorized_ssh_keys_get.ret, &ret);
	return r;
}

static const struct cli_program program = {
	.name = "vm-get-user-sshkeys", .summary = "print the ssh keys of a user in a guest", .args = "GUEST USER", .min_args = 2, .max_args = 2,
	.flags = CLI_GUESTS, .more = "user", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
