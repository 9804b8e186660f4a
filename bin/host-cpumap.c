/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cpulist.h"
#include "cli/json.h"

static int pretty;

static const struct poptOption options[] = {
	{ "pretty", 0, POPT_ARG_NONE, &pretty, 0, "the map as a list", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(node_get_cpu_map), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	wire_node_get_cpu_map_args args = { .need_map = 1, .need_online = 1 };
	wire_node_get_cpu_map_ret ret = { 0 };
	AUTO_FREE char *list = NULL;

	if (!conn || cli_call(conn, &rpc_node_get_cpu_map, &args, &ret, err) < 0)
		return -1;
	list = cli_cpulist_text(ret.cpumap.cpumap_val, ret.cpumap.cpumap_len, err);
	if (list && !cli->json) {
		printf("CPUs present:   %d\nCPUs online:    %u\nCPU map:        ", ret.ret, ret.online);
		for (int i = 0; i < ret.ret && !pretty && (u_int)i / 8 < ret.cpumap.cpumap_len; i++)
			putchar(ret.cpumap.cpumap_val[i / 8] & 1 << i % 8 ? 'y' : '-');
		puts(pretty ? list : "");
	}
	xdr_free(rpc_node_get_cpu_map.ret, &ret);
	if (!list || !cli->json)
		return list ? 0 : -1;
	return cli_json_print(json_pack("{s:i, s:i, s:s}", "present", ret.ret, "online", (int)ret.online, "map", list), err);
}

static const struct cli_program program = {
	.name = "host-cpumap", .summary = "print which processors the host has and uses", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
