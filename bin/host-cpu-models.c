/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

static const struct rpc_row uses[] = { HV(connect_get_cpu_model_names), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	wire_connect_get_cpu_model_names_args args = { .arch = (char *)cli->args[0], .need_results = 1 };
	wire_connect_get_cpu_model_names_ret ret = { 0 };
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	json_t *list;
	int rc = 0;

	if (!conn || cli_call(conn, &rpc_connect_get_cpu_model_names, &args, &ret, err) < 0)
		return -1;
	list = cli->json ? json_array() : NULL;
	for (unsigned i = 0; i < ret.models.models_len; i++) {
		if (cli->json)
			json_array_append_new(list, cli_json_string(ret.models.models_val[i]));
		else
			cli_value(cli, ret.models.models_val[i]);
	}
	if (cli->json)
		rc = cli_json_print(list, err);
	else if (ret.ret == 0)
		cli_say(cli, "all CPU models are accepted");
	xdr_free(rpc_connect_get_cpu_model_names.ret, &ret);
	return rc;
}

static const struct cli_program program = {
	.name = "host-cpu-models", .summary = "print the names of an architecture's CPU models", .args = "ARCH", .min_args = 1, .max_args = 1, .object = "arch",
	.run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
