/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

static int repair;

static const struct poptOption options[] = {
	{ "repair", 0, POPT_ARG_NONE, &repair, 0, "put right what can be", NULL },
	POPT_TABLEEND
};

struct report {
	struct cli *cli;
	json_t *list;
	size_t repaired;
};

static const char *problem_word(enum state_problem problem)
{
	static const char *const words[] = {
		[STATE_PROBLEM_LINK] = "link", [STATE_PROBLEM_TEMP] = "leftover", [STATE_PROBLEM_DAMAGED] = "damaged",
		[STATE_PROBLEM_FOREIGN] = "foreign", [STATE_PROBLEM_MODE] = "mode", [STATE_PROBLEM_STALE] = "stale",
		[STATE_PROBLEM_ORPHAN] = "orphan", [STATE_PROBLEM_UNKNOWN] = "unknown", [STATE_PROBLEM_ID] = "id",
	};

	return problem < ARRAY_LEN(words) && words[problem] ? words[problem] : "unknown";
}

static void tell(void *arg, const struct state_finding *finding)
{
	struct report *report = arg;

	report->repaired += finding->repaired;
	if (report->list) {
		json_array_append_new(report->list, json_pack("{s:s, s:o, s:o, s:o, s:b}", "problem", problem_word(finding->problem),
							      "driver", cli_json_string(finding->kind), "name", cli_json_string(finding->name),
							      "text", cli_json_string(finding->text), "repaired", finding->repaired));
		return;
	}
	printf("%s: ", problem_word(finding->problem));
	if (finding->name) {
		cli_put_safe(stdout, finding->name);
		fputs(": ", stdout);
	}
	cli_put_safe(stdout, finding->text);
	puts(finding->repaired ? " [repaired]" : "");
}

static int run(struct cli *cli, struct error *err)
{
	static const struct rpc_row uses[] = { RPC_ROW_END };
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	struct report report = { .cli = cli, .list = cli->json ? json_array() : NULL };

	if (!conn || cli_only_local(conn, "host-check", err) < 0)
		return -1;
	int left = hv_check(repair, tell, &report, err);
	if (report.list && cli_json_print(report.list, err) < 0)
		return -1;
	if (left < 0)
		return -1;
	if (left == 0 && report.repaired == 0)
		cli_say(cli, "Everything is in order");
	else if (left == 0)
		cli_say(cli, "Everything is in order, %zu repaired", report.repaired);
	else
		cli_say(cli, "%d finding%s%s", left, left == 1 ? "" : "s", repair ? " left" : " (host-check --repair puts right what can be)");
	return left ? EXIT_FAILED : EXIT_DONE;
}

static const struct cli_program program = {
	.name = "host-check", .summary = "check and repair what is on disk", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
