/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

#include <string.h>

static int hmp;
static int pretty;
static int value;

static const struct poptOption options[] = {
	{ "hmp", 0, POPT_ARG_NONE, &hmp, 0, "the command is one of the human monitor", NULL },
	{ "pretty", 0, POPT_ARG_NONE, &pretty, 0, "print the answer on several lines", NULL },
	{ "return-value", 0, POPT_ARG_NONE, &value, 0, "print what the command returned, not the whole answer", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(qemu_domain_monitor_command), RPC_ROW_END };

/* The arguments with blanks between them. */
static char *join(struct cli *cli, struct error *err)
{
	size_t len = 1;
	char *out, *p;

	for (int i = 1; i < cli->n_args; i++)
		len += strlen(cli->args[i]) + 1;
	out = p = malloc(len);
	if (!out) {
		error_errno(err, "no memory");
		return NULL;
	}
	for (int i = 1; i < cli->n_args; i++) {
		p = stpcpy(p, cli->args[i]);
		if (i + 1 < cli->n_args)
			*p++ = ' ';
	}
	return out;
}

static void show_lines(const struct cli *cli, char *text)
{
	for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		cli_value(cli, line);
}

static int show(struct cli *cli, char *text, struct error *err)
{
	json_t *o = hmp ? NULL : json_loads(text, 0, NULL), *part = json_object_get(o, "return");

	if (hmp && cli->json)
		return cli_json_print(cli_json_string(text), err);
	if (!o) {
		show_lines(cli, text);
		return 0;
	}
	if (value && part) {
		json_incref(part);
		json_decref(o);
		o = part;
	}
	if (pretty || cli->json)
		return cli_json_print(o, err);
	AUTO_FREE char *line = json_dumps(o, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(o);
	cli_value(cli, line ? line : "");
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	wire_qemu_domain_monitor_command_args args = { .dom = cli_domain(&guest) };
	wire_qemu_domain_monitor_command_ret ret = { 0 };
	int r = 0;
	AUTO_FREE char *words = NULL;

	if (!conn)
		return -1;
	if (!(words = join(cli, err)))
		return -1;
	args.cmd = words;
	args.flags = hmp ? 1 : 0;
	if (cli_call(conn, &rpc_qemu_domain_monitor_command, &args, &ret, err) < 0)
		return -1;
	r = show(cli, ret.result, err);
	xdr_free(rpc_qemu_domain_monitor_command.ret, &ret);
	return r;
}

static const struct cli_program program = {
	.name = "vm-qemu-monitor-command", .summary = "send a command to QEMU's monitor", .args = "GUEST COMMAND...", .options = options, .min_args = 2, .max_args = -1,
	.flags = CLI_GUESTS, .more = "cmd", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
