/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/json.h"
#include "cli/network.h"
#include "network/network.h"
#include "util/netlink.h"
#include "util/str.h"

#include <time.h>

static char *mac;

static const struct poptOption options[] = {
	{ "mac", 0, POPT_ARG_STRING, &mac, 0, "only leases of this MAC address", "MAC" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), NET(network_get_dhcp_leases), RPC_ROW_END };

static const char *text(char *const *s)
{
	return s && *s ? *s : "-";
}

static int row(struct cli_table *table, const wire_network_dhcp_lease *l, struct error *err)
{
	AUTO_FREE char *ip = str_printf("%s/%u", l->ipaddr, l->prefix);
	time_t expiry = (time_t)l->expirytime;
	char when[32] = "never";
	struct tm tm;
	const char *cells[] = { when, text(l->mac), l->type == 1 ? "ipv6" : "ipv4", ip, text(l->hostname), text(l->clientid) };

	if (expiry)
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", localtime_r(&expiry, &tm));
	return ip ? cli_table_row(table, cells, err) : error_errno(err, "lease");
}

static json_t *json(const wire_network_dhcp_lease *l)
{
	return json_pack("{s:o, s:o, s:s, s:o, s:i, s:o, s:o, s:I}", "interface", cli_json_string(l->iface), "mac", cli_json_string(l->mac ? *l->mac : NULL),
			 "type", l->type == 1 ? "ipv6" : "ipv4", "address", cli_json_string(l->ipaddr), "prefix", (int)l->prefix,
			 "hostname", cli_json_string(l->hostname ? *l->hostname : NULL), "client-id", cli_json_string(l->clientid ? *l->clientid : NULL),
			 "expiry-time", (json_int_t)l->expirytime);
}

static int print(struct cli *cli, const wire_network_get_dhcp_leases_ret *ret, struct error *err)
{
	static const char *const titles[] = { "Expiry Time", "MAC address", "Protocol", "IP address", "Hostname", "Client ID or DUID" };
	struct cli_table *table;
	json_t *array;
	int rc = 0;

	if (cli->json) {
		array = json_array();
		for (u_int i = 0; i < ret->leases.leases_len; i++)
			json_array_append_new(array, json(&ret->leases.leases_val[i]));
		return cli_json_print(array, err);
	}
	table = cli_table_new(cli, titles, ARRAY_LEN(titles), err);
	for (u_int i = 0; table && rc == 0 && i < ret->leases.leases_len; i++)
		rc = row(table, &ret->leases.leases_val[i], err);
	if (table)
		cli_table_end(table);
	return table ? rc : -1;
}

static int run(struct cli *cli, struct error *err)
{
	unsigned char ignored[NETLINK_MAC_BYTES];
	struct cli_conn *conn;
	wire_network_get_dhcp_leases_args args = { .need_results = 1, .mac = mac ? &mac : NULL };
	wire_network_get_dhcp_leases_ret ret = { 0 };
	int rc;

	if (mac && netlink_mac_parse(mac, ignored) < 0)
		return cli_usage(err, "'%.100s' is no MAC address", mac);
	conn = cli_object_open(cli, &cli_network, uses, err);
	if (!conn || cli_object_find(conn, &cli_network, NULL, cli->args[0], &args.net, err) < 0)
		return -1;
	rc = cli_call(conn, &rpc_network_get_dhcp_leases, &args, &ret, err);
	if (rc == 0) {
		rc = print(cli, &ret, err);
		xdr_free(rpc_network_get_dhcp_leases.ret, &ret);
	}
	cli_object_clear(&cli_network, &args.net);
	return rc;
}

static const struct cli_program program = {
	.name = "net-dhcp-leases", .summary = "list the DHCP leases of a network", .args = "NETWORK", .options = options, .min_args = 1,
	.max_args = 1, .object = "network", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
