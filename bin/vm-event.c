/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/event.h"
#include "cli/json.h"

#include <string.h>
#include <time.h>

static int all, list, loop, timestamp;
static char *type_name, *timeout_text;
static unsigned long told;

static const struct poptOption options[] = {
	{ "event", 0, POPT_ARG_STRING, &type_name, 0, "the type of event to wait for, lifecycle unless given", "TYPE" },
	{ "all", 0, POPT_ARG_NONE, &all, 0, "events of every type", NULL },
	{ "loop", 0, POPT_ARG_NONE, &loop, 0, "go on until the time is up or interrupted", NULL },
	{ "timeout", 0, POPT_ARG_STRING, &timeout_text, 0, "wait at most this long (seconds, or with ms, s, m, h)", "TIME" },
	{ "timestamp", 0, POPT_ARG_NONE, &timestamp, 0, "begin each line with date and time", NULL },
	{ "list", 0, POPT_ARG_NONE, &list, 0, "print the types of events and end", NULL },
	POPT_TABLEEND
};

static int print_types(struct cli *cli, struct error *err)
{
	json_t *names = cli->json ? json_array() : NULL;

	for (const struct cli_event_type *t = cli_event_types; t->name; t++) {
		if (names)
			json_array_append_new(names, json_string(t->name));
		else
			puts(t->name);
	}
	return names ? cli_json_print(names, err) : 0;
}

static const struct cli_event_type *find_type(const char *name)
{
	for (const struct cli_event_type *t = cli_event_types; t->name; t++) {
		if (strcmp(t->name, name) == 0)
			return t;
	}
	return NULL;
}

static char *now(char text[64])
{
	struct timespec t;
	struct tm tm;
	char date[32];

	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(text, 64, "%s.%03d+0000", date, (int)(t.tv_nsec / 1000000));
	return text;
}

static void print_json(const struct cli_event *event)
{
	char when[64], uuid[UUID_TEXT];
	json_t *one = json_pack("{s:s, s:o, s:s}", "event", event->type->name, "domain", cli_json_string(event->domain), "time", now(when));

	if (event->uuid)
		json_object_set_new(one, "uuid", json_string(uuid_format(event->uuid, uuid)));
	if (*event->detail)
		json_object_set_new(one, "detail", cli_json_string(event->detail));
	json_dumpf(one, stdout, JSON_ENSURE_ASCII);
	json_decref(one);
	putchar('\n');
}

static int tell(const struct cli_event *event, void *arg, struct error *err)
{
	struct cli *cli = arg;
	char when[64];

	told++;
	if (cli->json) {
		print_json(event);
	} else {
		if (timestamp)
			printf("%s: ", now(when));
		printf("event '%s' for domain '", event->type->name);
		cli_put_safe(stdout, event->domain);
		fputs(*event->detail ? "': " : "'", stdout);
		cli_put_safe(stdout, event->detail);
		putchar('\n');
	}
	if (fflush(stdout) != 0)
		return cli_output_lost(err);
	return !loop;
}

static int run(struct cli *cli, struct error *err)
{
	static const struct rpc_row uses[] = { RPC_ROW_END };
	const struct cli_given given[] = { { "--event", type_name != NULL }, { "--all", all }, { "--list", list }, { NULL, 0 } };
	struct cli_event_watch watch = { .cli = cli, .guests = cli->args, .n_guests = cli->n_args, .tell = tell, .arg = cli };
	int timeout_ms;

	if (cli_at_most_one(given, err) < 0 || cli_timeout(timeout_text, &timeout_ms, err) < 0)
		return -1;
	if (list)
		return print_types(cli, err);
	watch.type = all ? NULL : find_type(type_name ? type_name : "lifecycle");
	if (!all && !watch.type)
		return cli_usage(err, "there is no event '%s' (see --list)", type_name);
	watch.conn = cli_open(cli, uses, NULL, err);
	if (!watch.conn)
		return -1;
	for (int i = 0; i < cli->n_args; i++) {
		AUTO_CLI_GUEST struct guest guest = { 0 };
		if (cli_find(watch.conn, cli->args[i], &guest, err) < 0)
			return -1;
	}
	if (cli_event_watch(&watch, timeout_ms, err) == 0)
		return EXIT_DONE;
	return err->code == ERR_OPERATION_TIMEOUT && loop && told ? EXIT_DONE : -1;
}

static const struct cli_program program = {
	.name = "vm-event", .summary = "wait for events of guests", .args = "[GUEST...]", .options = options, .max_args = -1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
