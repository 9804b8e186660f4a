/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/json.h"
#include "rpc/client.h"

#include <poll.h>
#include <string.h>
#include <time.h>

static int loop, pretty, regex, nocase, timestamp;
static char *event, *timeout;

static const struct poptOption options[] = {
	{ "event", 0, POPT_ARG_STRING, &event, 0, "only events of this name", "NAME" },
	{ "pretty", 0, POPT_ARG_NONE, &pretty, 0, "indent what comes with an event", NULL },
	{ "loop", 0, POPT_ARG_NONE, &loop, 0, "go on after the first event", NULL },
	{ "timeout", 0, POPT_ARG_STRING, &timeout, 0, "end after this time", "SECONDS" },
	{ "regex", 0, POPT_ARG_NONE, &regex, 0, "NAME is a regular expression", NULL },
	{ "no-case", 0, POPT_ARG_NONE, &nocase, 0, "NAME in capital or small letters", NULL },
	{ "timestamp", 0, POPT_ARG_NONE, &timestamp, 0, "print the time before each event", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static json_t *event_json(const wire_qemu_domain_monitor_event_msg *msg)
{
	json_t *details = msg->details ? json_loads(*msg->details, 0, NULL) : NULL;

	return json_pack("{s:o, s:o, s:I, s:i, s:o}", "domain", cli_json_string(msg->dom.name), "event", cli_json_string(msg->event), "seconds",
			 (json_int_t)msg->seconds, "micros", (int)msg->micros, "details", details ? details : json_null());
}

static void print_text(const wire_qemu_domain_monitor_event_msg *msg)
{
	json_t *details = msg->details ? json_loads(*msg->details, 0, NULL) : NULL;
	AUTO_FREE char *text = details ? json_dumps(details, pretty ? JSON_INDENT(2) : JSON_COMPACT) : NULL;
	time_t seconds = (time_t)msg->seconds;
	char date[40] = "";
	struct tm tm;

	json_decref(details);
	if (timestamp && gmtime_r(&seconds, &tm) && strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm) > 0)
		printf("%s.%06u+0000: ", date, msg->micros);
	printf("event ");
	cli_put_safe(stdout, msg->event);
	printf(" at %lld.%06u for domain '", (long long)msg->seconds, msg->micros);
	cli_put_safe(stdout, msg->dom.name);
	printf("': ");
	cli_put_safe(stdout, text ? text : "");
	putchar('\n');
}

static int tell(struct cli *cli, const wire_qemu_domain_monitor_event_msg *msg, struct error *err)
{
	if (cli->json) {
		if (cli_json_print(event_json(msg), err) < 0)
			return -1;
	} else {
		print_text(msg);
	}
	return fflush(stdout) == 0 ? 0 : cli_output_lost(err);
}

/* Takes what has come: how many events, or -1. */
static int take(struct cli *cli, struct rpc_conn *rpc, struct error *err)
{
	struct rpc_event ev;
	int r, n = 0;

	while ((r = rpc_next_event(rpc, &ev, 0, err)) > 0) {
		wire_qemu_domain_monitor_event_msg msg = { 0 };

		if (rpc_event_is(&ev, &rpc_qemu_domain_monitor_event) && (loop || n == 0)) {
			r = rpc_event_decode(&ev, &rpc_qemu_domain_monitor_event, &msg, err);
			if (r == 0 && (r = tell(cli, &msg, err)) == 0)
				n++;
			xdr_free(rpc_qemu_domain_monitor_event.args, &msg);
		}
		rpc_event_clear(&ev);
		if (r < 0)
			return -1;
	}
	return r < 0 ? -1 : n;
}

static int follow(struct cli *cli, struct rpc_conn *rpc, int timeout_ms, struct error *err)
{
	struct pollfd p = { .fd = rpc_conn_fd(rpc), .events = POLLIN };
	int64_t start = cli_now_ms();
	int n;

	for (;;) {
		if ((n = take(cli, rpc, err)) < 0)
			return -1;
		if (n > 0 && !loop)
			return 0;
		if (poll(&p, 1, cli_time_left(start, timeout_ms)) == 0)
			return loop ? 0 : error_set(err, ERR_OPERATION_TIMEOUT, "no event came");
	}
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	/* libvirt's virConnectDomainQemuMonitorEventRegisterFlags */
	wire_qemu_connect_domain_monitor_event_register_args args = { .event = event ? &event : NULL, .flags = (regex ? 1 : 0) | (nocase ? 2 : 0) };
	wire_qemu_connect_domain_monitor_event_register_ret ret = { 0 };
	struct cli_conn *conn;
	struct rpc_conn *rpc;
	wire_domain dom;
	int ms, r;

	if ((regex || nocase) && !event)
		return cli_usage(err, "--regex and --no-case need --event");
	if (cli_timeout(timeout, &ms, err) < 0 || !(conn = cli_open_guest(cli, uses, NULL, &guest, err)) || !(rpc = cli_guest_connect(conn, &guest, err)))
		return -1;
	dom = cli_domain(&guest);
	args.dom = &dom;
	r = rpc_conn_call(rpc, &rpc_qemu_connect_domain_monitor_event_register, &args, &ret, HV_TIMEOUT_DEFAULT, err);
	if (r == 0)
		r = follow(cli, rpc, ms, err);
	cli_guest_disconnect(conn, rpc);
	return r < 0 ? error_wrap(err, "%s", guest.name) : 0;
}

static const struct cli_program program = {
	.name = "vm-qemu-monitor-event", .summary = "follow the events of a machine's QEMU", .args = "GUEST", .options = options, .min_args = 1,
	.max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
