/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/rows.h"
#include "conf/domain.h"
#include "util/str.h"

#include <string.h>

static char *source;
static int full;

static const struct poptOption options[] = {
	{ "full", 0, POPT_ARG_NONE, &full, 0, "with the name in every line", NULL },
	{ "source", 0, POPT_ARG_STRING, &source, 0, "who is asked: lease (default), agent or arp", "SOURCE" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_interface_addresses), HV(domain_get_xml_desc), RPC_ROW_END };

/* libvirt's virDomainInterfaceAddressesSource */
static const char *const sources[] = { "lease", "agent", "arp" };

static int add(struct cli_rows *rows, const wire_domain_interface *i, struct error *err)
{
	for (u_int a = 0; a < i->addrs.addrs_len; a++) {
		const wire_domain_ip_addr *ip = &i->addrs.addrs_val[a];
		AUTO_FREE char *address = str_printf("%s/%u", ip->addr, ip->prefix);
		bool again = a > 0 && !full && !cli_rows_json(rows);
		const char *cells[] = { again ? "-" : i->name, again ? "-" : i->hwaddr ? *i->hwaddr : NULL, ip->type ? "ipv6" : "ipv4", address };
		if (!address)
			return error_errno(err, "the addresses");
		if (cli_rows_add(rows, cells, err) < 0)
			return -1;
	}
	return 0;
}

/* Nothing was told of it: whether there is such an interface at all. */
static int must_be_there(struct cli_conn *conn, const struct guest *guest, const char *name, struct error *err)
{
	wire_domain_get_xml_desc_args args = { .dom = cli_domain(guest) };
	wire_domain_get_xml_desc_ret ret = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;

	if (cli_call(conn, &rpc_domain_get_xml_desc, &args, &ret, err) < 0)
		return -1;
	def = domain_parse(ret.xml, strlen(ret.xml), DOMAIN_PARSE_LIVE, err);
	free(ret.xml);
	for (size_t i = 0; def && i < def->devices.interfaces.n; i++) {
		const struct domain_net *net = def->devices.interfaces.items[i];
		if ((net->target && !strcmp(net->target, name)) || (net->guest_actual && !strcmp(net->guest_actual, name)))
			return 0;
	}
	return def ? error_set(err, ERR_DEVICE_MISSING, "domain '%s' has no interface '%s'", guest->name, name) : -1;
}

static int run(struct cli *cli, struct error *err)
{
	static const char *const titles[] = { "Name", "MAC address", "Protocol", "Address" }, *const keys[] = { "name", "mac", "protocol", "address" };
	const char *only = cli->args[1];
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_interface_addresses_args args = { 0 };
	wire_domain_interface_addresses_ret ret = { 0 };
	struct cli_rows *rows;
	struct cli_conn *conn;
	bool found = false;
	int rc = 0;

	while (source && strcmp(source, sources[args.source]) != 0)
		if (++args.source >= ARRAY_LEN(sources))
			return cli_usage(err, "'%.100s' is no source (lease, agent, arp)", source);
	if (!(conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	if (cli_call(conn, &rpc_domain_interface_addresses, &args, &ret, err) < 0)
		return -1;
	for (u_int i = 0; only && i < ret.ifaces.ifaces_len && !found; i++)
		found = !strcmp(only, ret.ifaces.ifaces_val[i].name);
	if (only && !found && must_be_there(conn, &guest, only, err) < 0) {
		xdr_free(rpc_domain_interface_addresses.ret, &ret);
		return -1;
	}
	rows = cli_rows_new(cli, titles, keys, 4, err);
	for (u_int i = 0; rows && i < ret.ifaces.ifaces_len && rc == 0; i++)
		if (!only || !strcmp(only, ret.ifaces.ifaces_val[i].name))
			rc = add(rows, &ret.ifaces.ifaces_val[i], err);
	xdr_free(rpc_domain_interface_addresses.ret, &ret);
	return rows && cli_rows_end(rows, err) == 0 ? rc : -1;
}

static const struct cli_program program = {
	.name = "vm-ifaddr", .summary = "print the addresses of a guest by interface", .args = "GUEST [INTERFACE]",
	.options = options, .min_args = 1, .max_args = 2, .flags = CLI_GUESTS, .more = "interface", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
