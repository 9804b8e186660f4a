/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

#include <string.h>
#include <strings.h>

static int all;

static const struct poptOption options[] = {
	{ "all", 0, POPT_ARG_NONE, &all, 0, "with those of the loopback and of one link alone", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_interface_addresses), RPC_ROW_END };

/* What is reached from elsewhere: neither the loopback's addresses nor those that hold on one link alone. */
static bool is_of_use(const wire_domain_interface *i, const char *address)
{
	return all || (strcmp(i->name, "lo") != 0 && strncmp(address, "127.", 4) != 0 && strcmp(address, "::1") != 0 &&
		       strncasecmp(address, "fe80:", 5) != 0);
}

static void put(struct cli *cli, const wire_domain_interface_addresses_ret *ret, json_t *list)
{
	for (u_int i = 0; i < ret->ifaces.ifaces_len; i++) {
		const wire_domain_interface *f = &ret->ifaces.ifaces_val[i];
		for (u_int a = 0; a < f->addrs.addrs_len; a++) {
			const char *address = f->addrs.addrs_val[a].addr;
			if (!is_of_use(f, address))
				continue;
			if (list)
				json_array_append_new(list, cli_json_string(address));
			else
				cli_value(cli, address);
		}
	}
}

/* Each source that knows something, until one does. */
static int show(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	json_t *document = *(json_t **)arg, *list = document ? json_array() : NULL;
	bool answered = false;
	struct error why = { 0 };

	for (unsigned source = 0; source < 3 && !answered; source++) {
		wire_domain_interface_addresses_args args = { .dom = cli_domain(guest), .source = source };
		wire_domain_interface_addresses_ret ret = { 0 };
		struct error *first = source ? &(struct error){ 0 } : &why;
		if (cli_call(conn, &rpc_domain_interface_addresses, &args, &ret, first) < 0)
			continue;
		answered = ret.ifaces.ifaces_len > 0 || source == 2;
		put(cli, &ret, list);
		xdr_free(rpc_domain_interface_addresses.ret, &ret);
	}
	if (document)
		json_array_append_new(document, json_pack("{s:o, s:o}", "name", cli_json_string(guest->name), "addresses", list));
	if (answered)
		return 0;
	*err = why;
	return -1;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	json_t *list = cli->json ? json_array() : NULL;

	if (!conn)
		return -1;
	int status = cli_guests_show(cli, conn, show, &list, err);
	return cli->json && cli_json_print(list, err) < 0 ? -1 : status;
}

static const struct cli_program program = {
	.name = "vm-ip", .summary = "print the addresses of guests", .args = "GUEST...", .options = options, .min_args = 1,
	.max_args = -1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
