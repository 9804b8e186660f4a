/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu/agent.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#define BLOCK_SECONDS 3600   /* "for ever" has an end, too */
#define STALE_MAX 64         /* answers to earlier commands that are dropped before a sync; a flood is no late answer */

static void wake(struct agent *a)
{
	if (a->waiter)
		task_wake(a->waiter);
}

static void on_line(void *arg, char *text, size_t len)
{
	struct agent *a = arg;
	struct error why;
	char *mark = memrchr(text, '\xff', len);

	json_t *answer;

	/* nobody waits: a late answer. Of several at once the last counts: those before were for questions before. */
	if (!a->waiter)
		return;
	if (mark) {
		len -= mark + 1 - text;
		text = mark + 1;
	}
	/* what an earlier reader left half read is no JSON: the sync tells what is ours */
	answer = line_parse(text, len, &why);
	if (!answer)
		return;
	json_decref(a->answer);
	a->answer = answer;
	a->delimited = mark != NULL;
	wake(a);
}

static void on_closed(void *arg, const struct error *why)
{
	struct agent *a = arg;

	a->why = *why;
	a->closed = true;
	wake(a);
}

void agent_init(struct agent *a, struct ev_loop *loop)
{
	*a = (struct agent){ .loop = loop, .line = { .fd = -1 }, .timeout_s = AGENT_DEFAULT };
}

void agent_close(struct agent *a)
{
	line_close(&a->line);
	error_set(&a->why, ERR_OPERATION_INVALID, "the guest is not running");
	a->closed = true;
	a->present = false;
	wake(a);
}

bool agent_connected(const struct agent *a)
{
	return a->line.fd >= 0;
}

void agent_connect(struct agent *a, int fd)
{
	static const struct line_ops ops = { .line = on_line, .closed = on_closed };

	line_close(&a->line);
	a->closed = false;
	line_open(&a->line, a->loop, fd, AGENT_LINE_MAX, &ops, a);
}

void agent_set_present(struct agent *a, bool present)
{
	a->present = present;
	if (!present)
		wake(a);
}

/* The next answer; NULL when the time is over or the agent gone. */
static json_t *next_answer(struct agent *a, int64_t until, const char *command, struct error *err)
{
	json_t *answer;

	a->waiter = task_self();
	while (!a->answer && !a->closed && a->present) {
		struct timespec ts;
		int64_t left;

		clock_gettime(CLOCK_MONOTONIC, &ts);
		left = until - (ts.tv_sec * 1000LL + ts.tv_nsec / 1000000);
		if (left <= 0 || !task_park((int)left))
			break;
	}
	a->waiter = NULL;
	answer = STEAL_PTR(a->answer);
	if (answer)
		return answer;
	if (a->closed)
		error_set(err, ERR_AGENT_UNRESPONSIVE, "the guest agent's channel: %s", a->why.text);
	else if (!a->present)
		error_set(err, ERR_AGENT_UNRESPONSIVE, "the guest agent went away while it was asked '%s'", command);
	else
		error_set(err, ERR_AGENT_UNRESPONSIVE, "the guest agent did not answer '%s' in time", command);
	return NULL;
}

static int send_object(struct agent *a, json_t *o, const char *before, struct error *err)
{
	AUTO_FREE char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	AUTO_FREE char *all = NULL;
	int n;

	json_decref(o);
	if (!text || (n = asprintf(&all, "%s%s\n", before, text)) < 0) {
		all = NULL;
		return error_set(err, ERR_NO_MEMORY, "the guest agent: no memory for a command");
	}
	if (line_send(&a->line, all, n, -1, err) < 0)
		return error_set(err, ERR_AGENT_UNRESPONSIVE, "the guest agent's channel: %s", "it does not read what it is sent");
	return 0;
}

static int64_t deadline(int ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000 + ms;
}

/* A number that only an agent that has read this question knows. */
static int sync_up(struct agent *a, int ms, struct error *err)
{
	int64_t until = deadline(ms);
	bool ours = false;

	if (getrandom(&a->sync, sizeof(a->sync), GRND_NONBLOCK) != sizeof(a->sync))
		a->sync += 0x9e3779b9;
	a->sync &= 0x7fffffffffffULL;
	/* the agent's parser begins anew at 0xff */
	if (send_object(a, json_pack("{s:s, s:{s:I}}", "execute", "guest-sync-delimited", "arguments", "id", (json_int_t)a->sync), "\xff", err) < 0)
		return -1;
	for (int i = 0; i < STALE_MAX && !ours; i++) {
		json_t *r = next_answer(a, until, "guest-sync", err);

		if (!r)
			return -1;
		ours = a->delimited && (uint64_t)json_integer_value(json_object_get(r, "return")) == a->sync;
		json_decref(r);
	}
	return ours ? 0 : error_set(err, ERR_AGENT_UNRESPONSIVE, "the guest agent does not answer what it is asked");
}

static json_t *pass_locked(struct agent *a, json_t *command, int seconds, struct error *err)
{
	int sync_ms = a->timeout_s == AGENT_DEFAULT ? AGENT_SYNC_MS : a->timeout_s == AGENT_BLOCK ? BLOCK_SECONDS * 1000 : a->timeout_s * 1000;
	int ms = seconds == AGENT_BLOCK ? BLOCK_SECONDS * 1000 : seconds == AGENT_DEFAULT ? AGENT_TIMEOUT : seconds * 1000;
	const char *name = json_string_value(json_object_get(command, "execute"));
	char what[64];

	snprintf(what, sizeof(what), "%s", name ? name : "a command");
	json_decref(STEAL_PTR(a->answer));
	if (sync_up(a, sync_ms, err) < 0) {
		json_decref(command);
		return NULL;
	}
	if (send_object(a, command, "", err) < 0)
		return NULL;
	return seconds == AGENT_NOWAIT ? json_object() : next_answer(a, deadline(ms), what, err);
}

json_t *agent_pass(struct agent *a, json_t *command, int seconds, struct error *err)
{
	json_t *r = NULL;

	if (!agent_connected(a))
		error_set(err, ERR_AGENT_UNRESPONSIVE, "the guest has no channel to a guest agent (a <channel> of the name org.qemu.guest_agent.0)");
	else if (!a->present)
		error_set(err, ERR_AGENT_UNRESPONSIVE, "no guest agent runs in the guest (install and start qemu-guest-agent there)");
	else if (task_lock(&a->busy, AGENT_TIMEOUT) < 0)
		error_set(err, ERR_AGENT_UNRESPONSIVE, "the guest agent is busy with another command");
	else {
		r = pass_locked(a, command, seconds, err);
		task_unlock(&a->busy);
		return r;
	}
	json_decref(command);
	return r;
}

json_t *agent_execute(struct agent *a, const char *command, json_t *args, int seconds, struct error *err)
{
	json_t *o = json_pack("{s:s}", "execute", command), *reply, *r, *e;
	char text[400];

	if (args)
		json_object_set_new(o, "arguments", args);
	reply = agent_pass(a, o, seconds, err);
	if (!reply)
		return NULL;
	r = json_object_get(reply, "return");
	e = json_object_get(reply, "error");
	if (r && !e) {
		json_incref(r);
	} else {
		const char *desc = json_string_value(json_object_get(e, "desc")), *class = json_string_value(json_object_get(e, "class"));
		bool unknown = class && !strcmp(class, "CommandNotFound");

		line_tame(text, sizeof(text), desc ? desc : "it gave no reason");
		error_set(err, unknown ? ERR_OPERATION_UNSUPPORTED : ERR_INTERNAL, "the guest agent refused '%s': %s", command, text);
		r = NULL;
	}
	json_decref(reply);
	return r;
}

int agent_do(struct agent *a, const char *command, json_t *args, int seconds, struct error *err)
{
	json_t *r = agent_execute(a, command, args, seconds, err);

	json_decref(r);
	return r ? 0 : -1;
}

int agent_last_words(struct agent *a, const char *command, json_t *args, int seconds, struct error *err)
{
	struct error why = { 0 };

	if (!agent_connected(a) || !a->present) {
		json_decref(args);
		return error_set(err, ERR_AGENT_UNRESPONSIVE, "no guest agent runs in the guest (install and start qemu-guest-agent there)");
	}
	if (agent_do(a, command, args, seconds, &why) == 0 || !a->present || a->closed)
		return 0;
	/* it did as it was told and said nothing: these commands have no answer */
	if (why.code == ERR_AGENT_UNRESPONSIVE && strstr(why.text, command))
		return 0;
	if (err)
		*err = why;
	return -1;
}
