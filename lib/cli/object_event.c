/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object_event.h"
#include "cli/json.h"

#include "hypervisor/watch.h"
#include "rpc/client.h"

#include <poll.h>
#include <string.h>
#include <time.h>

static int loop, list, timestamp, all;
static char *event_name, *timeout_text;

const struct poptOption cli_event_options[] = {
	{ "event", 0, POPT_ARG_STRING, &event_name, 0, "which event to wait for (default: lifecycle)", "EVENT" },
	{ "all", 0, POPT_ARG_NONE, &all, 0, "wait for all events", NULL },
	{ "loop", 0, POPT_ARG_NONE, &loop, 0, "go on after the first", NULL },
	{ "timeout", 0, POPT_ARG_STRING, &timeout_text, 0, "give up after so many seconds", "SECONDS" },
	{ "list", 0, POPT_ARG_NONE, &list, 0, "list the events that there are", NULL },
	{ "timestamp", 0, POPT_ARG_NONE, &timestamp, 0, "print the time of each", NULL },
	POPT_TABLEEND
};

/* Messages are read by their layout, the same for all: callback id, reference, event, detail. */
static const char *word_of(const struct cli_object_events *events, const struct cli_object_event *event, const char *msg)
{
	size_t at = sizeof(void *) + events->type->size;
	int number;

	if (!event->words || event->proc->args_size < at + sizeof(number))
		return NULL;
	memcpy(&number, msg + at, sizeof(number));
	for (int i = 0; event->words[i]; i++)
		if (i == number)
			return event->words[i];
	return "unknown";
}

static int tell(struct cli *cli, const struct cli_object_events *events, const struct cli_object_event *event, const char *msg, struct error *err)
{
	char uuid[UUID_TEXT], when[40] = "";
	const char *name = cli_object_name(events->type, msg + sizeof(void *), uuid), *word = word_of(events, event, msg);
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	if (timestamp && localtime_r(&now.tv_sec, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S%z: ", &tm);
	if (cli->json) {
		if (cli_json_print(json_pack("{s:s, s:o, s:o}", "event", event->name, events->option, cli_json_string(name), "detail",
					     cli_json_string(word)), err) < 0)
			return -1;
	} else {
		printf("%sevent '%s' for %s ", when, event->name, events->type->noun);
		cli_put_safe(stdout, name);
		printf(word ? ": %s\n" : "\n", word);
	}
	return fflush(stdout) ? cli_output_lost(err) : 0;
}

/* 1 when it was one of ours */
static int take(struct cli *cli, const struct cli_object_events *events, const struct rpc_event *ev, struct error *err)
{
	for (const struct cli_object_event *e = events->events; e->name; e++) {
		if (!rpc_event_is(ev, e->proc))
			continue;
		AUTO_FREE char *msg = calloc(1, e->proc->args_size);
		if (!msg || rpc_event_decode(ev, e->proc, msg, err) < 0)
			return -1;
		int rc = tell(cli, events, e, msg, err);
		xdr_free(e->proc->args, msg);
		return rc < 0 ? -1 : 1;
	}
	return 0;
}

static int subscribe(struct cli *cli, struct cli_conn *conn, const struct cli_object_events *events, struct error *err)
{
	struct { int event_id; void *object; } args = { 0 };
	AUTO_FREE void *ref = calloc(1, events->type->size);
	bool found = event_name == NULL;
	int id = 0, rc = 0, done = 0;

	if (!ref)
		return error_errno(err, "%s", events->option);
	if (cli->n_args) {
		if (cli_object_find(conn, events->type, NULL, cli->args[0], ref, err) < 0)
			return -1;
		args.object = ref;
	}
	for (const struct cli_object_event *e = events->events; rc == 0 && e->name; e++, id++) {
		if (!all && strcmp(e->name, event_name ? event_name : "lifecycle") != 0)
			continue;
		found = true;
		args.event_id = id;
		rc = cli_call(conn, events->subscribe, &args, NULL, err);
		done += rc == 0;
		/* with --all an event that the other side does not know yet is no loss */
		if (rc < 0 && all && done && err->code != ERR_NO_CONNECT && err->code != ERR_RPC)
			rc = 0;
	}
	if (cli->n_args)
		cli_object_clear(events->type, ref);
	return rc < 0 || found ? rc : cli_usage(err, "there is no event '%s' (see --list)", event_name);
}

/* ---- objects of this machine ---- */

struct local {
	struct cli *cli;
	const struct cli_object_events *events;
	unsigned char uuid[UUID_BYTES];   /* of the only one that is wanted, where one was named */
	uint64_t types;                   /* that are wanted */
	int told;
};

static int number_of(const struct local *l, const struct hv_event *event)
{
	if (event->type->id == HV_EVENT_METADATA_CHANGE)
		return ((const wire_domain_event_callback_metadata_change_msg *)event->msg)->type;
	return l->events->number(((const wire_domain_event_callback_lifecycle_msg *)event->msg)->msg.event);
}

static int tell_local(const struct hv_event *event, void *arg, struct error *err)
{
	struct local *l = arg;
	const struct cli_object_event *as = l->events->events;
	const struct cli_object_type *type = l->events->type;
	int number = number_of(l, event), rc;

	while (as->watched != event->type->id)
		as++;
	if (number < 0 || (l->cli->n_args && memcmp(event->dom->uuid, l->uuid, sizeof(l->uuid)) != 0))
		return 0;
	/* as a message is laid out: callback id, reference, event, detail */
	AUTO_FREE char *msg = calloc(1, sizeof(void *) + type->size + 2 * sizeof(int));
	if (!msg)
		return error_errno(err, "no memory for an event");
	if (type->name != CLI_NO_MEMBER)
		memcpy(msg + sizeof(void *) + type->name, &event->dom->name, sizeof(event->dom->name));
	memcpy(msg + sizeof(void *) + type->uuid, event->dom->uuid, UUID_BYTES);
	memcpy(msg + sizeof(void *) + type->size, &number, sizeof(number));
	l->told++;
	rc = tell(l->cli, l->events, as, msg, err);
	return rc < 0 ? -1 : !loop;
}

static void warn_local(void *arg, const char *text)
{
	cli_warn(((struct local *)arg)->cli, "%s", text);
}

static int find_local(struct local *l, struct cli_conn *conn, struct error *err)
{
	AUTO_FREE char *ref = calloc(1, l->events->type->size);

	if (!ref)
		return error_errno(err, "%s", l->events->option);
	for (const struct cli_object_event *e = l->events->events; e->name; e++)
		if (all || !strcmp(e->name, event_name ? event_name : "lifecycle"))
			l->types |= UINT64_C(1) << e->watched;
	if (!l->types)
		return cli_usage(err, "there is no event '%s' (see --list)", event_name);
	if (!l->cli->n_args)
		return 0;
	if (cli_object_find(conn, l->events->type, NULL, l->cli->args[0], ref, err) < 0)
		return -1;
	memcpy(l->uuid, ref + l->events->type->uuid, sizeof(l->uuid));
	cli_object_clear(l->events->type, ref);
	return 0;
}

static int watch_local(struct cli *cli, struct cli_conn *conn, const struct cli_object_events *events, int timeout_ms, struct error *err)
{
	static const struct hv_watch_ops ops = { .tell = tell_local, .warn = warn_local };
	struct local l = { .cli = cli, .events = events };
	int64_t start = cli_now_ms();
	struct hv hv = conn->hv;
	struct hv_watch *w;
	int rc = 0;

	hv.kind = events->local;
	if (find_local(&l, conn, err) < 0)
		return -1;
	w = hv_watch_new(&hv, &ops, &l, err);
	if (!w)
		return -1;
	rc = hv_watch_want(w, l.types, err);
	while (rc == 0 && (rc = hv_watch_take(w, err)) == 0) {
		struct pollfd p = { .fd = hv_watch_fd(w), .events = POLLIN };
		int n = poll(&p, 1, cli_time_left(start, timeout_ms));

		if (n < 0 && errno != EINTR)
			rc = error_errno(err, "waiting for events");
		if (n == 0)
			rc = l.told ? 1 : error_set(err, ERR_OPERATION_TIMEOUT, "no event came in time");
	}
	hv_watch_free(w);
	return rc < 0 ? -1 : EXIT_DONE;
}

/* ---- both ---- */

int cli_object_watch(struct cli *cli, const struct cli_object_events *events, const struct rpc_row *uses, struct error *err)
{
	const struct cli_given given[] = { { "--event", event_name != NULL }, { "--all", all }, { "--list", list }, { NULL, 0 } };
	int64_t start = cli_now_ms();
	struct cli_conn *conn;
	int timeout_ms, told = 0;

	if (cli_at_most_one(given, err) < 0 || cli_timeout(timeout_text, &timeout_ms, err) < 0)
		return -1;
	if (list) {
		for (const struct cli_object_event *e = events->events; e->name; e++)
			puts(e->name);
		return EXIT_DONE;
	}
	conn = cli_object_open(cli, events->type, uses, err);
	if (conn && !conn->remote)
		return watch_local(cli, conn, events, timeout_ms, err);
	if (!conn || subscribe(cli, conn, events, err) < 0)
		return -1;
	while (!told || loop) {
		struct rpc_event ev = { 0 };
		int rc = rpc_next_event(conn->remote, &ev, cli_time_left(start, timeout_ms), err);

		if (rc == 0 && told)
			return EXIT_DONE;
		if (rc == 0)
			return error_set(err, ERR_OPERATION_TIMEOUT, "no event came in time");
		if (rc > 0)
			rc = take(cli, events, &ev, err);
		rpc_event_clear(&ev);
		if (rc < 0)
			return -1;
		told += rc;
	}
	return EXIT_DONE;
}
