/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "util/keycode.h"

static char *codeset;
static int holdtime;

static const struct poptOption options[] = {
	{ "codeset", 0, POPT_ARG_STRING, &codeset, 0, "what the keys are numbered by: linux (the default), xt, atset1, atset2, atset3, os_x, xt_kbd, win32, usb, qnum", "SET" },
	{ "holdtime", 0, POPT_ARG_INT, &holdtime, 0, "hold them so long", "MS" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_send_key), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	wire_domain_send_key_args args = { .dom = cli_domain(&guest) };
	unsigned keys[WIRE_DOMAIN_SEND_KEY_MAX];
	int set = keycode_set_of(codeset ? codeset : "linux");

	if (!conn)
		return -1;
	if (set < 0)
		return cli_usage(err, "'%s' is no code set", codeset);
	if (cli->n_args - 1 > WIRE_DOMAIN_SEND_KEY_MAX)
		return cli_usage(err, "no more than %d keys can be pressed at once", WIRE_DOMAIN_SEND_KEY_MAX);
	for (int i = 1; i < cli->n_args; i++) {
		char *end;
		long code = strtol(cli->args[i], &end, 0);

		if (*end || end == cli->args[i] || code < 0 || code > 0xffff)
			code = keycode_of_name((unsigned)set, cli->args[i]);
		if (code < 0)
			return cli_usage(err, "code set %s has no key '%s'", codeset ? codeset : "linux", cli->args[i]);
		keys[i - 1] = (unsigned)code;
	}
	args.codeset = (unsigned)set;
	args.holdtime = holdtime > 0 ? (unsigned)holdtime : 0;
	args.keycodes.keycodes_val = keys;
	args.keycodes.keycodes_len = (unsigned)cli->n_args - 1;
	return cli_call(conn, &rpc_domain_send_key, &args, NULL, err);
}

static const struct cli_program program = {
	.name = "vm-send-key", .summary = "press keys of a machine", .args = "GUEST KEY...", .options = options, .min_args = 2, .max_args = -1,
	.flags = CLI_GUESTS, .more = "keycode", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
