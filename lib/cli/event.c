/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection that events come from. */
#include "cli/event.h"

#include <string.h>

#define LIFECYCLE_STARTED 2
#define LIFECYCLE_STOPPED 5

bool cli_event_wanted(const struct cli_event_watch *watch, const char *name, const unsigned char *uuid, int id)
{
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

int cli_event_subscribe(struct cli_event_source *s, struct error *err)
{
	int wanted = 0, done = 0;
	struct error why = { 0 };

	for (const struct cli_event_type *t = cli_event_types; t->name; t++) {
		wire_connect_domain_event_callback_register_any_args args = { .event_id = t->id };
		wire_connect_domain_event_callback_register_any_ret ret = { 0 };

		if (s->watch->type && s->watch->type != t)
			continue;
		wanted++;
		if (rpc_conn_call(s->rpc, &rpc_connect_domain_event_callback_register_any, &args, &ret, HV_TIMEOUT_DEFAULT, &why) == 0)
			done++;
		else if (why.code == ERR_NO_CONNECT || why.code == ERR_RPC)
			break;
	}
	/* with --all a type that the other side does not know is no loss */
	if (done == 0 && wanted > 0) {
		*err = why;
		return -1;
	}
	return 0;
}

/* "Started" can be known from two sides, from files and by an event: told once. */
static bool repeated(struct cli_event_source *s, const struct cli_event_type *type, const void *msg)
{
	const wire_domain_event_callback_lifecycle_msg *m = msg;

	if (type->id != 0 || s->watch->conn->remote)
		return false;
	if (m->msg.event == LIFECYCLE_STARTED) {
		bool was = s->started;
		s->started = true;
		return was;
	}
	if (m->msg.event == LIFECYCLE_STOPPED)
		s->started = false;
	return false;
}

static int tell(struct cli_event_source *s, const struct cli_event_type *type, const void *msg, struct error *err)
{
	const wire_domain *dom = (const void *)((const char *)msg + type->dom_offset);
	char detail[256];
	struct cli_event event = { .type = type, .domain = dom->name, .uuid = (const unsigned char *)dom->uuid, .detail = detail };

	if (repeated(s, type, msg) || !cli_event_wanted(s->watch, dom->name, event.uuid, dom->id))
		return 0;
	type->describe(msg, detail);
	return s->watch->tell(&event, s->watch->arg, err);
}

static int decode(struct cli_event_source *s, const struct rpc_event *ev, struct error *err)
{
	for (const struct cli_event_type *t = cli_event_types; t->name; t++) {
		if (!rpc_event_is(ev, t->proc))
			continue;
		AUTO_FREE void *msg = calloc(1, t->proc->args_size);
		if (!msg)
			return error_errno(err, "an event");
		if (rpc_event_decode(ev, t->proc, msg, err) < 0)
			return -1;
		int rc = tell(s, t, msg, err);
		xdr_free(t->proc->args, msg);
		return rc;
	}
	return 0;   /* what nobody asked for */
}

int cli_event_take(struct cli_event_source *s, struct error *err)
{
	for (;;) {
		struct rpc_event ev = { 0 };
		int rc = rpc_next_event(s->rpc, &ev, 0, err);

		if (rc <= 0)
			return rc;
		rc = decode(s, &ev, err);
		rpc_event_clear(&ev);
		if (rc != 0)
			return rc;
	}
}
