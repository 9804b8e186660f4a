/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/json.h"

static int maximum, active, guest_agent;

static const struct poptOption options[] = {
	{ "maximum", 0, POPT_ARG_NONE, &maximum, 0, "the most that it can have", NULL },
	{ "active", 0, POPT_ARG_NONE, &active, 0, "those that it has", NULL },
	{ "guest", 0, POPT_ARG_NONE, &guest_agent, 0, "what the guest's agent says", NULL },
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_vcpus_flags), RPC_ROW_END };

/* libvirt's virDomainModificationImpact and virDomainVcpuFlags */
enum { LIVE = 1, CONFIG = 2, VCPU_MAXIMUM = 4, VCPU_GUEST = 8 };

static int ask(struct cli_conn *conn, const struct guest *guest, unsigned flags, int *count, struct error *err)
{
	wire_domain_get_vcpus_flags_args args = { .dom = cli_domain(guest), .flags = flags };
	wire_domain_get_vcpus_flags_ret ret = { 0 };

	if (cli_call(conn, &rpc_domain_get_vcpus_flags, &args, &ret, err) < 0)
		return -1;
	*count = ret.num;
	return 0;
}

/* All that there is: a guest that is off has no live ones, a transient one none that are stored. */
static int show_all(struct cli *cli, struct cli_conn *conn, const struct guest *guest, struct error *err)
{
	static const struct { const char *what, *where; unsigned flags; } rows[] = {
		{ "maximum", "config", VCPU_MAXIMUM | CONFIG }, { "maximum", "live", VCPU_MAXIMUM | LIVE },
		{ "current", "config", CONFIG }, { "current", "live", LIVE },
	};
	json_t *object = cli->json ? json_object() : NULL;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct error why = { 0 };
		char key[32];
		int count;
		if (ask(conn, guest, rows[i].flags, &count, &why) < 0) {
			if (why.code == ERR_OPERATION_INVALID)
				continue;
			*err = why;
			return -1;
		}
		snprintf(key, sizeof(key), "%s_%s", rows[i].what, rows[i].where);
		if (object)
			json_object_set_new(object, key, json_integer(count));
		else
			printf("%-12s %-12s %3d\n", rows[i].what, rows[i].where, count);
	}
	return object ? cli_json_print(object, err) : 0;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--maximum", maximum }, { "--active", active }, { "--guest", guest_agent }, { NULL, 0 } };
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn;
	unsigned flags;
	int count;

	if (cli_at_most_one(given, err) < 0 || cli_affect_flags(&flags, err) < 0 || !(conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	if (!flags && !maximum && !active && !guest_agent)
		return show_all(cli, conn, &guest, err);
	if (ask(conn, &guest, flags | (maximum ? VCPU_MAXIMUM : 0) | (guest_agent ? VCPU_GUEST : 0), &count, err) < 0)
		return -1;
	if (cli->json)
		return cli_json_print(json_pack("{s:i}", maximum ? "maximum" : "current", count), err);
	printf("%d\n", count);
	return 0;
}

static const struct cli_program program = {
	.name = "vm-vcpucount", .summary = "count the virtual CPUs of a guest", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
