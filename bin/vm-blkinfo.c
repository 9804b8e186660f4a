/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"
#include "cli/drivers.h"
#include "cli/record.h"
#include "cli/rows.h"

#include <inttypes.h>

static int human, all;

static const struct poptOption options[] = {
	{ "human", 0, POPT_ARG_NONE, &human, 0, "with units", NULL },
	{ "all", 0, POPT_ARG_NONE, &all, 0, "of all disks", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_xml_desc), HV(domain_get_block_info), RPC_ROW_END };

static int ask(struct cli_conn *conn, const struct guest *guest, const char *disk, wire_domain_get_block_info_ret *ret, struct error *err)
{
	wire_domain_get_block_info_args args = { .dom = cli_domain(guest), .path = (char *)disk };

	return cli_call(conn, &rpc_domain_get_block_info, &args, ret, err);
}

static void format(char text[32], uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	double value = (double)bytes;
	size_t unit = 0;

	for (; human && value >= 1024 && unit + 1 < ARRAY_LEN(units); unit++)
		value /= 1024;
	if (human)
		snprintf(text, 32, "%.3f %s", value, units[unit]);
	else
		snprintf(text, 32, "%" PRIu64, bytes);
}

static int one(struct cli *cli, struct cli_conn *conn, const struct guest *guest, const char *disk, struct error *err)
{
	wire_domain_get_block_info_ret s = { 0 };
	struct cli_record r;
	char text[32];

	if (ask(conn, guest, disk, &s, err) < 0)
		return -1;
	const struct { const char *label, *key; uint64_t value; } rows[] = {
		{ "Capacity", "capacity", s.capacity }, { "Allocation", "allocation", s.allocation }, { "Physical", "physical", s.physical },
	};
	cli_record_begin(&r, cli, 16);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		format(text, rows[i].value);
		cli_record_number(&r, rows[i].label, rows[i].key, (long long)rows[i].value, text);
	}
	return cli_record_end(&r, NULL, err);
}

static int each(struct cli *cli, struct cli_conn *conn, const struct guest *guest, struct error *err)
{
	static const char *const titles[] = { "Target", "Capacity", "Allocation", "Physical" },
		*const keys[] = { "target", "capacity", "allocation", "physical" };
	AUTO_DOMAIN struct domain *def = cli_device_domain(conn, guest, 0, err);
	struct cli_rows *rows = def ? cli_rows_new(cli, titles, keys, 4, err) : NULL;

	if (!rows)
		return -1;
	for (size_t i = 0; i < def->devices.disks.n; i++) {
		const char *target = def->devices.disks.items[i]->dst;
		wire_domain_get_block_info_ret s = { 0 };
		struct error ignored;
		char a[32], b[32], c[32];
		bool known = ask(conn, guest, target, &s, &ignored) == 0;
		format(a, s.capacity);
		format(b, s.allocation);
		format(c, s.physical);
		const char *cells[] = { target, known ? a : NULL, known ? b : NULL, known ? c : NULL };
		if (cli_rows_add(rows, cells, err) < 0)
			return -1;
	}
	return cli_rows_end(rows, err);
}

static int run(struct cli *cli, struct error *err)
{
	const char *disk = cli->args[1];
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn;

	if (!disk == !all)
		return cli_usage(err, disk ? "a disk and --all cannot be used together" : "say which disk, or --all");
	if (!(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)))
		return -1;
	return all ? each(cli, conn, &guest, err) : one(cli, conn, &guest, disk, err);
}

static const struct cli_program program = {
	.name = "vm-blkinfo", .summary = "print the size of disks", .args = "GUEST [DEVICE]", .options = options, .min_args = 1,
	.max_args = 2, .flags = CLI_GUESTS, .more = "device", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
