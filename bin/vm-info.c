/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guestlist.h"
#include "cli/record.h"

#include <inttypes.h>

static const struct rpc_row uses[] = {
	HV(domain_get_info), HV(domain_get_os_type), HV(domain_is_persistent), HV(domain_get_autostart), RPC_ROW_END
};

struct facts {
	wire_domain_get_info_ret info;
	char *os_type;
	bool persistent, autostart;
};

static int ask(struct cli_conn *conn, const struct guest *guest, struct facts *f, struct error *err)
{
	wire_domain_get_info_args info = { .dom = cli_domain(guest) };
	wire_domain_get_os_type_args os = { .dom = info.dom };
	wire_domain_is_persistent_args persistent = { .dom = info.dom };
	wire_domain_get_autostart_args autostart = { .dom = info.dom };
	wire_domain_get_os_type_ret os_ret = { 0 };
	wire_domain_is_persistent_ret persistent_ret = { 0 };
	wire_domain_get_autostart_ret autostart_ret = { 0 };
	struct error ignored;

	if (cli_call(conn, &rpc_domain_get_info, &info, &f->info, err) < 0 ||
	    cli_call(conn, &rpc_domain_get_os_type, &os, &os_ret, err) < 0)
		return -1;
	f->os_type = os_ret.type;
	if (cli_call(conn, &rpc_domain_is_persistent, &persistent, &persistent_ret, err) < 0)
		return -1;
	f->persistent = persistent_ret.persistent;
	/* a transient guest has no such mark */
	f->autostart = cli_call(conn, &rpc_domain_get_autostart, &autostart, &autostart_ret, &ignored) == 0 && autostart_ret.autostart;
	return 0;
}

static void number(struct cli_record *r, const char *label, const char *key, uint64_t value, const char *unit)
{
	char text[48];

	snprintf(text, sizeof(text), "%" PRIu64 "%s", value, unit);
	cli_record_number(r, label, key, (long long)value, text);
}

static int show(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	json_t **list = arg;
	struct facts f = { 0 };
	struct cli_record r;
	char text[UUID_TEXT], cpu_time[32];

	if (ask(conn, guest, &f, err) < 0)
		return -1;
	if (!cli->json && cli->successes)
		putchar('\n');
	cli_record_begin(&r, cli, 0);
	if (guest->id >= 0)
		cli_record_number(&r, "Id", "id", guest->id, NULL);
	else
		cli_record_text(&r, "Id", "id", cli->json ? NULL : "-");
	cli_record_text(&r, "Name", "name", guest->name);
	cli_record_text(&r, "UUID", "uuid", uuid_format(guest->uuid, text));
	cli_record_text(&r, "Driver", "driver", cli_guest_driver(cli, guest));
	cli_record_text(&r, "OS Type", "os_type", f.os_type);
	cli_record_text(&r, "State", "state", guest_state_text(guest));
	cli_record_number(&r, "CPU(s)", "cpus", f.info.nr_virt_cpu, NULL);
	if (guest->id >= 0) {
		snprintf(cpu_time, sizeof(cpu_time), "%.1fs", (double)f.info.cpu_time / 1e9);
		cli_record_number(&r, "CPU time", "cpu_time_ns", (long long)f.info.cpu_time, cpu_time);
	}
	number(&r, "Max memory", "max_memory_kib", f.info.max_mem, " KiB");
	number(&r, "Used memory", "memory_kib", f.info.memory, " KiB");
	cli_record_bool(&r, "Persistent", "persistent", f.persistent, "yes", "no");
	cli_record_bool(&r, "Autostart", "autostart", f.autostart, "enable", "disable");
	free(f.os_type);
	return cli_record_end(&r, *list, err);
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
	.name = "vm-info", .summary = "print a summary of guests", .args = "GUEST...", .min_args = 1, .max_args = -1, .flags = CLI_GUESTS,
	.run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
