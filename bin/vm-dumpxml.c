/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/define.h"
#include "cli/json.h"

static int inactive, secure, update_cpu, migratable, wrap;
static char *xpath;

static const struct poptOption options[] = {
	{ "inactive", 0, POPT_ARG_NONE, &inactive, 0, "print the stored definition", NULL },
	{ "security-info", 0, POPT_ARG_NONE, &secure, 0, "include passwords and the like", NULL },
	{ "update-cpu", 0, POPT_ARG_NONE, &update_cpu, 0, "match the processor with the host's", NULL },
	{ "migratable", 0, POPT_ARG_NONE, &migratable, 0, "print a form fit for another host", NULL },
	{ "xpath", 0, POPT_ARG_STRING, &xpath, 0, "print what this XPath expression selects", "EXPRESSION" },
	{ "wrap", 0, POPT_ARG_NONE, &wrap, 0, "put the elements found into one element", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_xml_desc), RPC_ROW_END };

static int print(struct cli *cli, const char *name, const char *xml, struct error *err)
{
	if (cli->json)
		return cli_json_print(json_pack("{s:o, s:o}", "name", cli_json_string(name), "xml", cli_json_string(xml)), err);
	if (xpath)
		return cli_xpath(xml, xpath, wrap, err);
	fputs(xml, stdout);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn;
	struct guest guest = { 0 };
	wire_domain_get_xml_desc_ret ret = { 0 };

	if (wrap && !xpath)
		return cli_usage(err, "--wrap needs --xpath");
	if (cli->json && xpath)
		return cli_usage(err, "--json and --xpath cannot be used together");
	conn = cli_open(cli, uses, update_cpu ? cli_drivers : NULL, err);
	if (!conn || cli_find(conn, cli->args[0], &guest, err) < 0)
		return -1;
	/* libvirt's virDomainXMLFlags */
	wire_domain_get_xml_desc_args args = {
		.dom = cli_domain(&guest),
		.flags = (secure ? 1 : 0) | (inactive ? 2 : 0) | (update_cpu ? 4 : 0) | (migratable ? 8 : 0),
	};
	int rc = cli_call(conn, &rpc_domain_get_xml_desc, &args, &ret, err);
	if (rc == 0) {
		rc = print(cli, guest.name, ret.xml, err);
		xdr_free(rpc_domain_get_xml_desc.ret, &ret);
	}
	guest_clear(&guest);
	return rc;
}

static const struct cli_program program = {
	.name = "vm-dumpxml", .summary = "print the definition of a guest", .args = "GUEST", .options = options, .min_args = 1,
	.max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
