/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/define.h"
#include "cli/drivers.h"
#include "cli/edit.h"
#include "cli/json.h"

#include <string.h>

static char *format, *guest_name, *xml_file;

static const struct poptOption options[] = {
	{ "format", 0, POPT_ARG_STRING, &format, 0, "as virsh spells the first argument", "FORMAT" },
	{ "domain", 0, POPT_ARG_STRING, &guest_name, 0, "take the definition of this guest", "GUEST" },
	{ "xml", 0, POPT_ARG_STRING, &xml_file, 0, "as virsh spells the second argument", "FILE" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(connect_domain_xml_to_native), HV(domain_get_xml_desc), RPC_ROW_END };

/* The inactive definition, with its secrets. */
static char *xml_of_guest(struct cli_conn *conn, const char *name, struct error *err)
{
	wire_domain_get_xml_desc_ret ret = { 0 };
	struct guest guest = { 0 };

	if (cli_find(conn, name, &guest, err) < 0)
		return NULL;
	wire_domain_get_xml_desc_args args = { .dom = cli_domain(&guest), .flags = 1 | 2 };
	int rc = cli_call(conn, &rpc_domain_get_xml_desc, &args, &ret, err);
	guest_clear(&guest);
	return rc < 0 ? NULL : ret.xml;
}

static int run(struct cli *cli, struct error *err)
{
	int given = 0;
	const char *name = format ? format : cli->n_args > given ? cli->args[given++] : NULL;
	const char *file = xml_file ? xml_file : !guest_name && cli->n_args > given ? cli->args[given++] : NULL;
	wire_connect_domain_xml_to_native_ret ret = { 0 };
	AUTO_FREE char *xml = NULL;
	struct cli_conn *conn;

	if (!name || (!file && !guest_name))
		return cli_usage(err, !name ? "FORMAT is missing" : "FILE is missing (or --domain GUEST)");
	if (given != cli->n_args || (file && guest_name))
		return cli_usage(err, "too many arguments: one FILE, or --domain GUEST");
	conn = cli_open(cli, uses, cli_drivers, err);
	if (!conn)
		return -1;
	if (guest_name)
		xml = xml_of_guest(conn, guest_name, err);
	else if (cli_read_file(file, &xml, NULL, err) < 0)
		return -1;
	if (!xml)
		return -1;
	wire_connect_domain_xml_to_native_args args = { .native_format = (char *)name, .domain_xml = xml };
	if (cli_call(conn, &rpc_connect_domain_xml_to_native, &args, &ret, err) < 0)
		return error_wrap(err, "%s", guest_name ? guest_name : strcmp(file, "-") ? file : "standard input");
	if (cli->json) {
		int rc = cli_json_print(json_pack("{s:s, s:o}", "format", name, "config", cli_json_string(ret.native_config)), err);

		free(ret.native_config);
		return rc;
	}
	fputs(ret.native_config, stdout);
	free(ret.native_config);
	return EXIT_DONE;
}

static const struct cli_program program = {
	.name = "vm-xml-to-native", .summary = "make a hypervisor's own configuration of XML", .args = "FORMAT FILE", .options = options,
	.max_args = 2, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
