/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

#define AGENT_DEFAULT (-1)

static int timeout = AGENT_DEFAULT;
static int async;
static int block;
static int pretty;

static const struct poptOption options[] = {
	{ "timeout", 0, POPT_ARG_INT, &timeout, 0, "wait at most so long", "SECONDS" },
	{ "async", 0, POPT_ARG_NONE, &async, 0, "do not wait for the answer", NULL },
	{ "block", 0, POPT_ARG_NONE, &block, 0, "wait for ever", NULL },
	{ "pretty", 0, POPT_ARG_NONE, &pretty, 0, "print the answer on several lines", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(qemu_domain_agent_command), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	wire_qemu_domain_agent_command_args args = { .dom = cli_domain(&guest) };
	wire_qemu_domain_agent_command_ret ret = { 0 };
	int r = 0;

	if (!conn)
		return -1;
	const struct cli_given given[] = { { "timeout", timeout != AGENT_DEFAULT }, { "async", async }, { "block", block }, { NULL, 0 } };

	if (cli_at_most_one(given, err) < 0)
		return -1;
	args.cmd = (char *)cli->args[1];
	args.timeout = async ? 0 : block ? -2 : timeout;
	if (cli_call(conn, &rpc_qemu_domain_agent_command, &args, &ret, err) < 0)
		return -1;
	if (ret.result && !async) {
		json_t *o = pretty || cli->json ? json_loads(*ret.result, 0, NULL) : NULL;

		if (o)
			r = cli_json_print(o, err);
		else
			cli_value(cli, *ret.result);
	}
	xdr_free(rpc_qemu_domain_agent_command.ret, &ret);
	return r;
}

static const struct cli_program program = {
	.name = "vm-qemu-agent-command", .summary = "send a command to a guest agent", .args = "GUEST COMMAND", .options = options, .min_args = 2, .max_args = 2,
	.flags = CLI_GUESTS, .more = "cmd", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
