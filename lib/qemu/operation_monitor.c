/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QEMU's monitor as it is: commands and events of the program qemu, which libvirt's own clients use. */
#include "qemu/operation.h"

#include "rpc/subscribe.h"

#include <regex.h>
#include <string.h>

/* VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP, virConnectDomainQemuMonitorEventRegisterFlags */
enum { COMMAND_HMP = 1 };
enum { EVENT_REGEX = 1, EVENT_NOCASE = 2 };

#define COMMAND_MS 120000
#define SUBSCRIPTIONS_MAX 64

/* The number of these events beside libvirt's virDomainEventID in our own book-keeping. */
#define EVENT_ID_MONITOR 1000

/* What a subscription is to; that it is alive, rpc/subscribe.h knows. */
struct subscription {
	int id;
	char *name;            /* NULL: all */
	bool pattern, nocase, alive;
	regex_t regex;
	struct subscription *next;
};

static struct subscription *subscriptions;

static char *by_qmp(struct qemu_guest *g, const char *text, struct error *err)
{
	json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *reply;
	char *out;

	if (!json_is_object(o)) {
		json_decref(o);
		error_set(err, ERR_INVALID_ARG, "%s: '%.60s' is no JSON object (an HMP command needs --hmp)", g->sv->name, text);
		return NULL;
	}
	reply = qmp_pass(g->qmp, o, -1, COMMAND_MS, err);
	out = reply ? json_dumps(reply, JSON_COMPACT) : NULL;
	if (reply && !out)
		error_set(err, ERR_NO_MEMORY, "%s: no memory for the answer", g->sv->name);
	json_decref(reply);
	return out;
}

int qemu_monitor_command(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_qemu_domain_monitor_command_args *a = args;
	wire_qemu_domain_monitor_command_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);

	if (!g)
		return -1;
	if (a->flags & ~(unsigned)COMMAND_HMP)
		return error_set(err, ERR_INVALID_ARG, "%s: unknown flags 0x%x", g->sv->name, a->flags);
	r->result = a->flags & COMMAND_HMP ? qmp_human(g->qmp, a->cmd, COMMAND_MS, err) : by_qmp(g, a->cmd, err);
	return r->result ? 0 : -1;
}

static void drop(struct subscription **at)
{
	struct subscription *s = *at;

	*at = s->next;
	if (s->pattern)
		regfree(&s->regex);
	free(s->name);
	free(s);
}

static struct subscription *find(int id)
{
	struct subscription *s = subscriptions;

	while (s && s->id != id)
		s = s->next;
	return s;
}

static void mark(struct rpc_peer *peer, int callback_id, void *arg)
{
	struct subscription *s = find(callback_id);

	(void)peer;
	(void)arg;
	if (s)
		s->alive = true;
}

/* Connections that have ended take theirs with them. */
static unsigned sweep(struct supervisor *sv)
{
	unsigned n = 0;

	for (struct subscription *s = subscriptions; s; s = s->next)
		s->alive = false;
	rpc_publish(sv->server, RPC_EVENTS_DOMAIN, EVENT_ID_MONITOR, sv->uuid, mark, NULL);
	for (struct subscription **p = &subscriptions; *p;) {
		if (!(*p)->alive) {
			drop(p);
			continue;
		}
		p = &(*p)->next;
		n++;
	}
	return n;
}

static bool matches(const struct subscription *s, const char *name)
{
	if (!s->name)
		return true;
	if (s->pattern)
		return regexec(&s->regex, name, 0, NULL, 0) == 0;
	return (s->nocase ? strcasecmp(s->name, name) : strcmp(s->name, name)) == 0;
}

static void send_event(struct rpc_peer *peer, int callback_id, void *arg)
{
	wire_qemu_domain_monitor_event_msg *msg = arg;
	const struct subscription *s = find(callback_id);

	msg->callback_id = callback_id;
	if (s && matches(s, msg->event))
		rpc_peer_event(peer, &rpc_qemu_domain_monitor_event, msg);
}

void qemu_tell_monitor_event(struct qemu_guest *g, const char *name, const json_t *data, int64_t seconds, unsigned micros)
{
	AUTO_FREE char *details = NULL;
	wire_qemu_domain_monitor_event_msg msg = { .event = (char *)name, .seconds = seconds, .micros = micros };
	struct error err;

	if (!subscriptions || supervisor_wire_domain(g->sv, &msg.dom, &err) < 0)
		return;
	details = json_dumps(data, JSON_COMPACT);
	msg.details = details ? &details : NULL;
	rpc_publish(g->sv->server, RPC_EVENTS_DOMAIN, EVENT_ID_MONITOR, g->sv->uuid, send_event, &msg);
	xdr_free((xdrproc_t)xdr_wire_domain, (char *)&msg.dom);
}

int qemu_monitor_event_register(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_qemu_connect_domain_monitor_event_register_args *a = args;
	wire_qemu_connect_domain_monitor_event_register_ret *r = ret;
	struct supervisor *sv = call->ctx;
	struct subscription *s;

	if (a->dom && supervisor_check_domain(sv, a->dom, err) < 0)
		return -1;
	if (a->flags & ~(unsigned)(EVENT_REGEX | EVENT_NOCASE))
		return error_set(err, ERR_INVALID_ARG, "%s: unknown flags 0x%x", sv->name, a->flags);
	if (!call->peer || sweep(sv) >= SUBSCRIPTIONS_MAX)
		return error_set(err, ERR_RESOURCE_BUSY, "%s: %d clients follow QEMU's events already", sv->name, SUBSCRIPTIONS_MAX);
	s = calloc(1, sizeof(*s));
	if (!s || (a->event && !(s->name = strdup(*a->event)))) {
		free(s);
		return error_errno(err, "%s", sv->name);
	}
	s->nocase = a->flags & EVENT_NOCASE;
	if (s->name && a->flags & EVENT_REGEX) {
		if (regcomp(&s->regex, s->name, REG_EXTENDED | REG_NOSUB | (s->nocase ? REG_ICASE : 0)) != 0) {
			free(s->name);
			free(s);
			return error_set(err, ERR_INVALID_ARG, "'%.100s' is no regular expression", *a->event);
		}
		s->pattern = true;
	}
	s->next = subscriptions;
	subscriptions = s;
	if (rpc_subscribe(call->peer, RPC_EVENTS_DOMAIN, EVENT_ID_MONITOR, a->dom ? sv->uuid : NULL, true, &s->id, err) < 0) {
		drop(&subscriptions);
		return -1;
	}
	r->callback_id = s->id;
	return 0;
}

int qemu_monitor_event_deregister(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_qemu_connect_domain_monitor_event_deregister_args *a = args;

	(void)ret;
	if (rpc_unsubscribe(call->peer, RPC_EVENTS_DOMAIN, a->callback_id, err) < 0)
		return -1;
	for (struct subscription **p = &subscriptions; *p; p = &(*p)->next) {
		if ((*p)->id != a->callback_id)
			continue;
		drop(p);
		break;
	}
	return 0;
}
