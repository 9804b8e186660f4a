/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit.h"
#include "cli/network.h"
#include "network/network.h"

#include <string.h>

static int live, config, current, parent_index = -1;

static const struct poptOption options[] = {
	{ "parent-index", 0, POPT_ARG_INT, &parent_index, 0, "which <ip> is meant, counted from 0", "N" },
	{ "live", 0, POPT_ARG_NONE, &live, 0, "change the running network", NULL },
	{ "config", 0, POPT_ARG_NONE, &config, 0, "change the stored definition", NULL },
	{ "current", 0, POPT_ARG_NONE, &current, 0, "change what runs, else what is stored", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), NET(network_update), RPC_ROW_END };

/* By libvirt's numbers, virNetworkUpdateCommand and virNetworkUpdateSection. */
static const char *const commands[] = { "none", "modify", "delete", "add-last", "add-first", NULL };
static const char *const sections[] = { "none", "bridge", "domain", "ip", "ip-dhcp-host", "ip-dhcp-range", "forward", "forward-interface", "forward-pf",
					"portgroup", "dns-host", "dns-txt", "dns-srv", NULL };

static int number(const char *const *words, const char *what, const char *word, unsigned *out, struct error *err)
{
	for (unsigned i = 1; words[i]; i++) {
		if (!strcmp(words[i], word)) {
			*out = i;
			return 0;
		}
	}
	return cli_usage(err, "'%s' is no %s", word, what);
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given forms[] = { { "--current", current }, { "--live or --config", live || config }, { NULL, 0 } };
	wire_network_update_args args = { .parent_index = parent_index, .flags = (live ? 1u : 0) | (config ? 2u : 0) };
	const char *command = !strcmp(cli->args[1], "add") ? "add-last" : cli->args[1];
	AUTO_FREE char *text = NULL;
	struct cli_conn *conn;
	size_t len;
	int rc;

	if (cli_at_most_one(forms, err) < 0 || number(commands, "command", command, &args.command, err) < 0 ||
	    number(sections, "section", cli->args[2], &args.section, err) < 0)
		return -1;
	/* a file, or the XML itself */
	if (cli->args[3][0] != '<' && cli_read_file(cli->args[3], &text, &len, err) < 0)
		return -1;
	args.xml = text ? text : (char *)cli->args[3];
	conn = cli_object_open(cli, &cli_network, uses, err);
	if (!conn || cli_object_find(conn, &cli_network, NULL, cli->args[0], &args.net, err) < 0)
		return -1;
	rc = cli_call(conn, &rpc_network_update, &args, NULL, err);
	if (rc == 0)
		cli_say(cli, "Updated network %s %s%s%s", args.net.name, config && !live ? "persistent config" : "", config && live ? "persistent config and " : "",
			config && !live ? "" : "live state");
	cli_object_clear(&cli_network, &args.net);
	return rc;
}

static const struct cli_program program = {
	.name = "net-update", .summary = "change a part of a network, running or stored", .args = "NETWORK COMMAND SECTION XML", .options = options, .min_args = 4,
	.max_args = 4, .object = "network", .more = "command section xml", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
