/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/record.h"

static int other_side;

static const struct poptOption options[] = {
	{ "daemon", 0, POPT_ARG_NONE, &other_side, 0, "print the version of the other side too", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(connect_get_lib_version), HV(connect_get_version), HV(connect_get_type), RPC_ROW_END };

/* libvirt's way to put a version into a number */
static char *dotted(uint64_t version, char text[64])
{
	snprintf(text, 64, "%u.%u.%u", (unsigned)(version / 1000000), (unsigned)(version / 1000 % 1000), (unsigned)(version % 1000));
	return text;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	wire_connect_get_lib_version_ret lib = { 0 };
	wire_connect_get_version_ret hv = { 0 };
	wire_connect_get_type_ret type = { 0 };
	struct cli_record r;
	char text[64];

	if (!conn || cli_call(conn, &rpc_connect_get_lib_version, NULL, &lib, err) < 0 ||
	    cli_call(conn, &rpc_connect_get_version, NULL, &hv, err) < 0 || cli_call(conn, &rpc_connect_get_type, NULL, &type, err) < 0)
		return -1;
	cli_record_begin(&r, cli, 24);
	cli_record_text(&r, "berth", "berth", BERTH_VERSION);
	cli_record_text(&r, "libvirt interface", "libvirt", dotted(lib.lib_ver, text));
	cli_record_text(&r, "Running hypervisor", "hypervisor", type.type);
	cli_record_text(&r, "Hypervisor version", "hypervisor_version", dotted(hv.hv_ver, text));
	if (other_side)
		cli_record_text(&r, "Other side", "daemon", cli_is_remote(conn) ? dotted(lib.lib_ver, text) : BERTH_VERSION);
	xdr_free(rpc_connect_get_type.ret, &type);
	return cli_record_end(&r, NULL, err);
}

static const struct cli_program program = {
	.name = "host-version", .summary = "print versions", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
