/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu/qmp.h"

#include "qemu/line.h"
#include "util/task.h"

#include <string.h>

struct qmp {
	struct line line;
	const struct qmp_ops *ops;
	void *arg;
	struct qmp_call *pending;           /* in no order */
	unsigned n_pending;
	json_int_t late[QMP_PENDING_MAX];   /* ids whose callers went away: their replies are expected and dropped */
	unsigned n_late;
	json_int_t next_id;
	bool greeted;
	struct task_queue greeting;
	struct error why;                   /* of the end */
};

static void complete(struct qmp_call *call, json_t *reply, const struct error *why)
{
	call->done = true;
	call->reply = reply;
	if (why)
		call->why = *why;
	call->q = NULL;
	if (call->waiter)
		task_wake(call->waiter);
}

static void unlink_call(struct qmp *q, struct qmp_call *call)
{
	for (struct qmp_call **p = &q->pending; *p; p = &(*p)->next) {
		if (*p == call) {
			*p = call->next;
			q->n_pending--;
			return;
		}
	}
}

static void on_closed(void *arg, const struct error *why)
{
	struct qmp *q = arg;

	q->why = *why;
	error_wrap(&q->why, "QEMU's monitor");
	while (q->pending) {
		struct qmp_call *call = q->pending;

		q->pending = call->next;
		complete(call, NULL, &q->why);
	}
	q->n_pending = 0;
	task_queue_wake_all(&q->greeting);
	if (q->ops->closed)
		q->ops->closed(q->arg, &q->why);
}

static void give_up(struct qmp *q, const struct error *why)
{
	on_closed(q, why);
	line_close(&q->line);
}

static void take_event(struct qmp *q, const json_t *o, const char *name)
{
	const json_t *data = json_object_get(o, "data"), *stamp = json_object_get(o, "timestamp");
	json_t *empty = json_is_object(data) ? NULL : json_object();
	json_int_t micros = json_integer_value(json_object_get(stamp, "microseconds"));

	if (data || empty)
		q->ops->event(q->arg, name, empty ? empty : data, json_integer_value(json_object_get(stamp, "seconds")),
			      micros < 0 || micros > 999999 ? 0 : (unsigned)micros);
	json_decref(empty);
}

/* Returns false for a reply to nothing that was asked. */
static bool take_reply(struct qmp *q, json_t *o)
{
	const json_t *idv = json_object_get(o, "id");
	json_int_t id = json_integer_value(idv);

	for (struct qmp_call *call = q->pending; call && json_is_integer(idv); call = call->next) {
		if (call->id == id) {
			unlink_call(q, call);
			complete(call, json_incref(o), NULL);
			return true;
		}
	}
	for (unsigned i = 0; i < q->n_late && json_is_integer(idv); i++) {
		if (q->late[i] == id) {
			q->late[i] = q->late[--q->n_late];
			return true;
		}
	}
	return false;
}

static void on_line(void *arg, char *text, size_t len)
{
	struct qmp *q = arg;
	struct error why;
	json_t *o = line_parse(text, len, &why);
	const char *event = json_string_value(json_object_get(o, "event"));

	if (!o) {
		give_up(q, &why);
		return;
	}
	if (event) {
		if (q->ops->event)
			take_event(q, o, event);
	} else if (json_object_get(o, "QMP")) {
		q->greeted = true;
		task_queue_wake_all(&q->greeting);
	} else if (!take_reply(q, o)) {
		error_set(&why, ERR_RPC, "it answered what nobody asked");
		give_up(q, &why);
	}
	json_decref(o);
}

struct qmp *qmp_new(struct ev_loop *loop, int fd, const struct qmp_ops *ops, void *arg, struct error *err)
{
	static const struct line_ops lines = { .line = on_line, .closed = on_closed };
	struct qmp *q = calloc(1, sizeof(*q));

	if (!q) {
		error_errno(err, "QEMU's monitor");
		close(fd);
		return NULL;
	}
	q->ops = ops;
	q->arg = arg;
	line_open(&q->line, loop, fd, QMP_LINE_MAX, &lines, q);
	return q;
}

bool qmp_is_open(const struct qmp *q)
{
	return q && q->line.fd >= 0;
}

void qmp_free(struct qmp *q)
{
	static const struct qmp_ops nobody;
	struct error why;

	if (!q)
		return;
	q->ops = &nobody;
	if (qmp_is_open(q)) {
		error_set(&why, ERR_OPERATION_INVALID, "it was closed");
		give_up(q, &why);
	}
	free(q);
}

int qmp_greet(struct qmp *q, int timeout_ms, struct error *err)
{
	if (!q->greeted && qmp_is_open(q) && !task_queue_wait(&q->greeting, timeout_ms))
		return error_set(err, ERR_OPERATION_TIMEOUT, "QEMU's monitor: no greeting after %d s", timeout_ms / 1000);
	if (!qmp_is_open(q)) {
		if (err)
			*err = q->why;
		return -1;
	}
	return qmp_do(q, "qmp_capabilities", NULL, timeout_ms, err);
}

static int send_command(struct qmp *q, struct qmp_call *call, json_t *command, int fd, struct error *err)
{
	AUTO_FREE char *text = NULL;
	size_t len;

	if (!qmp_is_open(q)) {
		json_decref(command);
		return error_set(err, ERR_OPERATION_FAILED, "%s", q && q->why.text[0] ? q->why.text : "QEMU's monitor is closed");
	}
	if (q->n_pending + q->n_late >= QMP_PENDING_MAX) {
		json_decref(command);
		return error_set(err, ERR_RESOURCE_BUSY, "QEMU's monitor: %d commands wait for an answer", QMP_PENDING_MAX);
	}
	call->id = ++q->next_id;
	if (!command || json_object_set_new(command, "id", json_integer(call->id)) < 0 || !(text = json_dumps(command, JSON_COMPACT))) {
		json_decref(command);
		return error_set(err, ERR_NO_MEMORY, "QEMU's monitor: no memory for a command");
	}
	json_decref(command);
	/* a line each; the NUL's place is the newline's */
	len = strlen(text);
	text[len] = '\n';
	if (line_send(&q->line, text, len + 1, fd, err) < 0)
		return error_wrap(err, "QEMU's monitor");
	call->q = q;
	call->next = q->pending;
	q->pending = call;
	q->n_pending++;
	return 0;
}

static json_t *command_object(const char *command, json_t *args)
{
	json_t *o = json_pack("{s:s}", "execute", command);

	if (args)
		json_object_set_new(o, "arguments", args);
	return o;
}

/* The whole reply. */
static json_t *wait_reply(struct qmp_call *call, int timeout_ms, struct error *err)
{
	struct qmp *q;

	call->waiter = task_self();
	if (!call->done)
		task_park(timeout_ms);
	if (call->done) {
		if (!call->reply && err)
			*err = call->why;
		return call->reply;
	}
	q = call->q;
	unlink_call(q, call);
	if (q->n_late < QMP_PENDING_MAX)
		q->late[q->n_late++] = call->id;
	error_set(err, ERR_OPERATION_TIMEOUT, "QEMU did not answer '%s' within %d s", call->command, timeout_ms / 1000);
	return NULL;
}

/* The reply's "return", or its error as ours. Takes the reply. */
static json_t *result_of(json_t *reply, const char *command, struct error *err)
{
	static const struct { const char *class; enum error_code code; } classes[] = {
		{ "CommandNotFound", ERR_OPERATION_UNSUPPORTED },
		{ "DeviceNotFound", ERR_INVALID_ARG },
	};
	json_t *r = json_object_get(reply, "return"), *e = json_object_get(reply, "error");
	const char *class = json_string_value(json_object_get(e, "class")), *desc = json_string_value(json_object_get(e, "desc"));
	enum error_code code = ERR_INTERNAL;
	char text[500];

	if (r && !e) {
		json_incref(r);
		json_decref(reply);
		return r;
	}
	for (size_t i = 0; class && i < ARRAY_LEN(classes); i++)
		if (!strcmp(classes[i].class, class))
			code = classes[i].code;
	line_tame(text, sizeof(text), desc ? desc : "it gave no reason");
	error_set(err, code, "QEMU refused '%s': %s", command, text);
	json_decref(reply);
	return NULL;
}

void qmp_begin(struct qmp *q, struct qmp_call *call, const char *command, json_t *args)
{
	*call = (struct qmp_call){ 0 };
	snprintf(call->command, sizeof(call->command), "%s", command);
	call->sent = send_command(q, call, command_object(command, args), -1, &call->why) == 0;
	call->done = !call->sent;
}

json_t *qmp_finish(struct qmp_call *call, int timeout_ms, struct error *err)
{
	json_t *reply = wait_reply(call, timeout_ms, err);

	return reply ? result_of(reply, call->command, err) : NULL;
}

json_t *qmp_pass(struct qmp *q, json_t *command, int fd, int timeout_ms, struct error *err)
{
	const char *name = json_string_value(json_object_get(command, "execute"));
	struct qmp_call call = { 0 };

	snprintf(call.command, sizeof(call.command), "%s", name ? name : "a command");
	if (send_command(q, &call, command, fd, err) < 0)
		return NULL;
	return wait_reply(&call, timeout_ms, err);
}

json_t *qmp_execute_fd(struct qmp *q, const char *command, json_t *args, int fd, int timeout_ms, struct error *err)
{
	json_t *reply = qmp_pass(q, command_object(command, args), fd, timeout_ms, err);

	return reply ? result_of(reply, command, err) : NULL;
}

json_t *qmp_execute(struct qmp *q, const char *command, json_t *args, int timeout_ms, struct error *err)
{
	return qmp_execute_fd(q, command, args, -1, timeout_ms, err);
}

int qmp_do(struct qmp *q, const char *command, json_t *args, int timeout_ms, struct error *err)
{
	json_t *r = qmp_execute(q, command, args, timeout_ms, err);

	json_decref(r);
	return r ? 0 : -1;
}

char *qmp_human(struct qmp *q, const char *text, int timeout_ms, struct error *err)
{
	json_t *r = qmp_execute(q, "human-monitor-command", json_pack("{s:s}", "command-line", text), timeout_ms, err);
	char *out = r ? strdup(json_is_string(r) ? json_string_value(r) : "") : NULL, *to = out;

	/* a terminal's line ends */
	for (const char *from = out; from && *from; from++)
		if (*from != '\r')
			*to++ = *from;
	if (out)
		*to = '\0';

	if (r && !out)
		error_errno(err, "QEMU's monitor");
	json_decref(r);
	return out;
}
