/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/json.h"

static const struct rpc_row uses[] = { HV(domain_get_disk_errors), RPC_ROW_END };

/* libvirt's virDomainDiskErrorCode */
static const char *const words[] = { "no error", "unspecified error", "no space" };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_get_disk_errors_args args = { .maxerrors = WIRE_DOMAIN_DISK_ERRORS_MAX };
	wire_domain_get_disk_errors_ret ret = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	json_t *list = cli->json ? json_array() : NULL;

	if (!conn)
		return -1;
	args.dom = cli_domain(&guest);
	if (cli_call(conn, &rpc_domain_get_disk_errors, &args, &ret, err) < 0)
		return -1;
	for (u_int i = 0; i < ret.errors.errors_len; i++) {
		const wire_domain_disk_error *e = &ret.errors.errors_val[i];
		const char *word = words[e->error < 0 || (size_t)e->error >= ARRAY_LEN(words) ? 1 : e->error];
		if (list)
			json_array_append_new(list, json_pack("{s:o, s:s}", "disk", cli_json_string(e->disk), "error", word));
		else
			printf("%s: %s\n", e->disk, word);
	}
	if (!ret.errors.errors_len)
		cli_say(cli, "No errors found");
	xdr_free(rpc_domain_get_disk_errors.ret, &ret);
	return list ? cli_json_print(list, err) : 0;
}

static const struct cli_program program = {
	.name = "vm-blkerror", .summary = "list the disks of a guest that have failed", .args = "GUEST", .min_args = 1,
	.max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
