/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/console.h"
#include "cli/define.h"
#include "cli/drivers.h"
#include "cli/edit.h"
#include "cli/json.h"

#include <string.h>

static int console, paused, autodestroy, validate, reset_nvram, host_root;

static const struct poptOption options[] = {
	{ "console", 0, POPT_ARG_NONE, &console, 0, "join the console at once", NULL },
	{ "paused", 0, POPT_ARG_NONE, &paused, 0, "leave the guest paused", NULL },
	{ "autodestroy", 0, POPT_ARG_NONE, &autodestroy, 0, "destroy the guest when this program ends", NULL },
	{ "validate", 0, POPT_ARG_NONE, &validate, 0, "refuse what the format does not know", NULL },
	{ "reset-nvram", 0, POPT_ARG_NONE, &reset_nvram, 0, "set firmware variables back to their template", NULL },
	{ "host-root", 0, POPT_ARG_NONE, &host_root, 0, "a container without a root file system may have the host's", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_create_xml), RPC_ROW_END };

/* libvirt's virDomainCreateFlags, and ours */
static unsigned flags(void)
{
	return (paused ? HV_START_PAUSED : 0) | (autodestroy ? HV_START_AUTODESTROY : 0) | (validate ? 16 : 0) | (reset_nvram ? 32 : 0) |
	       (host_root ? HV_START_HOST_ROOT : 0);
}

static int outcome(struct cli *cli, const wire_domain *dom, struct error *err)
{
	char uuid[UUID_TEXT];

	cli_say(cli, "Domain '%s' created", dom->name);
	if (!cli->json)
		return 0;
	return cli_json_print(json_pack("{s:o, s:s, s:i}", "name", cli_json_string(dom->name), "uuid",
					uuid_format((const unsigned char *)dom->uuid, uuid), "id", dom->id), err);
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, cli_drivers, err);
	AUTO_FREE char *xml = NULL;
	wire_domain_create_xml_ret ret = { 0 };
	size_t len;

	if (!conn || (host_root && cli_only_local(conn, "--host-root", err) < 0) || cli_read_file(cli->args[0], &xml, &len, err) < 0)
		return -1;
	if (!validate)
		cli_warn_unknown(cli, cli->args[0], xml, len);
	wire_domain_create_xml_args args = { .xml_desc = xml, .flags = flags() };
	if (cli_call(conn, &rpc_domain_create_xml, &args, &ret, err) < 0)
		return error_wrap(err, "%s", strcmp(cli->args[0], "-") == 0 ? "standard input" : cli->args[0]);
	int rc = outcome(cli, &ret.dom, err);
	if (rc == 0 && (console || autodestroy))
		rc = cli_attend(cli, conn, ret.dom.name, console, autodestroy, err);
	xdr_free(rpc_domain_create_xml.ret, &ret);
	return rc;
}

static const struct cli_program program = {
	.name = "vm-create", .summary = "run a transient guest from XML", .args = "FILE", .options = options, .min_args = 1, .max_args = 1,
	.flags = CLI_FILES | CLI_SLOW, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
