/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

#include "conf/domain.h"

#include <string.h>

static const struct poptOption options[] = { POPT_TABLEEND };

static const struct rpc_row uses[] = { HV(domain_get_xml_desc), RPC_ROW_END };

static int print(struct cli *cli, const struct guest *guest, const char *xml, struct error *err)
{
	AUTO_DOMAIN struct domain *def = domain_parse(xml, strlen(xml), DOMAIN_PARSE_LIVE, err);

	if (!def)
		return -1;
	for (size_t i = 0; i < def->devices.consoles.n; i++) {
		const struct domain_chardev_source *source = &def->devices.consoles.items[i]->source;
		if (source->type != DOMAIN_CHARDEV_PTY || !source->path)
			continue;
		if (cli->json)
			return cli_json_print(json_pack("{s:o, s:o}", "name", cli_json_string(guest->name), "tty", cli_json_string(source->path)), err);
		puts(source->path);
		return 0;
	}
	return error_set(err, ERR_OPERATION_FAILED, "domain '%s' has no console that is a terminal", guest->name);
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	wire_domain_get_xml_desc_ret ret = { 0 };
	struct guest guest = { 0 };
	int r = -1;

	if (!conn || cli_find(conn, cli->args[0], &guest, err) < 0)
		return -1;
	wire_domain_get_xml_desc_args args = { .dom = cli_domain(&guest) };
	if (!guest_is_active(&guest))
		error_set(err, ERR_OPERATION_INVALID, "domain '%s' is not running (start it with: vm-start %s)", guest.name, guest.name);
	else if (cli_call(conn, &rpc_domain_get_xml_desc, &args, &ret, err) == 0)
		r = print(cli, &guest, ret.xml, err);
	xdr_free(rpc_domain_get_xml_desc.ret, &ret);
	guest_clear(&guest);
	return r;
}

static const struct cli_program program = {
	.name = "vm-ttyconsole", .summary = "print the terminal of a guest's console", .args = "GUEST", .options = options, .min_args = 1, .max_args = 1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
