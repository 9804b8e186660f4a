/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hearing of events: of local guests by hypervisor/watch.h, of a server's by its own word. */
#include "cli/event.h"

#include "hypervisor/watch.h"
#include "rpc/client.h"

#include <poll.h>
#include <string.h>

static bool wanted(void *arg, const char *name, const unsigned char *uuid, int id)
{
	const struct cli_event_watch *watch = arg;
	char text[UUID_TEXT] = "", number[16];

	if (watch->n_guests == 0)
		return true;
	if (uuid)
		uuid_format(uuid, text);
	snprintf(number, sizeof(number), "%d", id);
	for (size_t i = 0; i < watch->n_guests; i++) {
		const char *word = watch->guests[i];
		if (strcmp(word, name) == 0 || (uuid && strcasecmp(word, text) == 0) || (id >= 0 && strcmp(word, number) == 0))
			return true;
	}
	return false;
}

static int tell(const struct hv_event *event, void *arg, struct error *err)
{
	static const unsigned char none[UUID_BYTES];
	const struct cli_event_watch *watch = arg;
	const unsigned char *uuid = (const unsigned char *)event->dom->uuid;
	const struct cli_event_type *type = cli_event_types;
	char detail[256];

	while (type->name && type->id != event->type->id)
		type++;
	if (!type->name || !wanted(arg, event->dom->name, uuid, event->dom->id))
		return 0;
	type->describe(event->msg, detail);
	struct cli_event told = {
		.type = type, .domain = event->dom->name, .uuid = memcmp(uuid, none, sizeof(none)) ? uuid : NULL, .detail = detail,
	};
	return watch->tell(&told, watch->arg, err);
}

/* ---- another server ---- */

static int subscribe(const struct cli_event_watch *watch, struct rpc_conn *rpc, struct error *err)
{
	int asked = 0, done = 0;
	struct error why = { 0 };

	for (const struct cli_event_type *t = cli_event_types; t->name; t++) {
		wire_connect_domain_event_callback_register_any_args args = { .event_id = t->id };
		wire_connect_domain_event_callback_register_any_ret ret = { 0 };

		if (watch->type && watch->type != t)
			continue;
		asked++;
		if (rpc_conn_call(rpc, &rpc_connect_domain_event_callback_register_any, &args, &ret, HV_TIMEOUT_DEFAULT, &why) == 0)
			done++;
		else if (why.code == ERR_NO_CONNECT || why.code == ERR_RPC)
			break;
	}
	/* with --all a type that the other side does not know is no loss */
	if (done == 0 && asked > 0) {
		*err = why;
		return -1;
	}
	return 0;
}

static int decode(const struct cli_event_watch *watch, const struct rpc_event *ev, struct error *err)
{
	for (const struct hv_event_type *t = hv_event_types; t->proc; t++) {
		if (!rpc_event_is(ev, t->proc))
			continue;
		AUTO_FREE void *msg = calloc(1, t->proc->args_size);
		if (!msg)
			return error_errno(err, "no memory for an event");
		if (rpc_event_decode(ev, t->proc, msg, err) < 0)
			return -1;
		struct hv_event event = { .type = t, .msg = msg, .dom = (const void *)((char *)msg + t->dom_offset) };
		int rc = tell(&event, (void *)watch, err);
		xdr_free(t->proc->args, msg);
		return rc;
	}
	return 0;   /* what nobody asked for */
}

static int watch_remote(const struct cli_event_watch *watch, int timeout_ms, struct error *err)
{
	struct rpc_conn *rpc = watch->conn->remote;
	int64_t start = cli_now_ms();

	int rc = subscribe(watch, rpc, err);

	if (rc == 0 && watch->ready)
		rc = watch->ready(watch->arg, err);
	while (rc == 0) {
		struct rpc_event ev = { 0 };

		rc = rpc_next_event(rpc, &ev, cli_time_left(start, timeout_ms), err);

		if (rc == 0)
			return error_set(err, ERR_OPERATION_TIMEOUT, "the time was up");
		if (rc > 0) {
			rc = decode(watch, &ev, err);
			rpc_event_clear(&ev);
		}
	}
	return rc;
}

/* ---- local guests ---- */

static void warn(void *arg, const char *text)
{
	const struct cli_event_watch *watch = arg;

	cli_warn(watch->cli, "%s", text);
}

static int watch_local(const struct cli_event_watch *watch, struct hv_watch *w, int timeout_ms, struct error *err)
{
	int64_t start = cli_now_ms();
	uint64_t types = 0;

	for (const struct cli_event_type *t = cli_event_types; t->name; t++)
		if (!watch->type || watch->type == t)
			types |= UINT64_C(1) << t->id;
	int rc = hv_watch_want(w, types, err);

	if (rc == 0 && watch->ready)
		rc = watch->ready(watch->arg, err);
	while (rc == 0) {
		struct pollfd p = { .fd = hv_watch_fd(w), .events = POLLIN };

		rc = hv_watch_take(w, err);
		if (rc != 0)
			break;
		rc = poll(&p, 1, cli_time_left(start, timeout_ms));
		if (rc < 0 && errno != EINTR)
			return error_errno(err, "waiting for events");
		if (rc == 0)
			return error_set(err, ERR_OPERATION_TIMEOUT, "the time was up");
		rc = 0;
	}
	return rc;
}

int cli_event_watch(const struct cli_event_watch *watch, int timeout_ms, struct error *err)
{
	static const struct hv_watch_ops ops = { .tell = tell, .wanted = wanted, .warn = warn };
	struct hv_watch *w;
	int rc;

	if (watch->conn->remote)
		return watch_remote(watch, timeout_ms, err) < 0 ? -1 : 0;
	w = hv_watch_new(&watch->conn->hv, &ops, (void *)watch, err);
	if (!w)
		return -1;
	rc = watch_local(watch, w, timeout_ms, err);
	hv_watch_free(w);
	return rc < 0 ? -1 : 0;
}
