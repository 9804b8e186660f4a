/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cpulist.h"

static const struct poptOption options[] = { CLI_AFFECT, POPT_TABLEEND };

static const struct rpc_row uses[] = { HV(domain_get_iothread_info), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_get_iothread_info_args args = { 0 };
	wire_domain_get_iothread_info_ret ret = { 0 };
	struct cli_conn *conn;
	struct cli_pins *pins;
	char label[16];
	int rc = 0;

	if (cli_affect_flags(&args.flags, err) < 0 || !(conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	if (cli_call(conn, &rpc_domain_get_iothread_info, &args, &ret, err) < 0)
		return -1;
	if (!ret.info.info_len)
		cli_say(cli, "Domain '%s' has no I/O threads", guest.name);
	pins = ret.info.info_len || cli->json ? cli_pins_new(cli, "IOThread ID", "iothread", err) : NULL;
	for (u_int i = 0; pins && i < ret.info.info_len && rc == 0; i++) {
		const wire_domain_iothread_info *t = &ret.info.info_val[i];
		snprintf(label, sizeof(label), "%u", t->iothread_id);
		rc = cli_pins_add(pins, label, t->cpumap.cpumap_val, t->cpumap.cpumap_len, err);
	}
	xdr_free(rpc_domain_get_iothread_info.ret, &ret);
	return pins && cli_pins_end(pins, err) < 0 ? -1 : rc;
}

static const struct cli_program program = {
	.name = "vm-iothreadinfo", .summary = "list the I/O threads of a guest", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
