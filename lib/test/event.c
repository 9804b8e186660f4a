/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of networks, pools and node devices: whoever changes one adds a line to the world's log, whoever wants them reads it. Those of guests are
 * lib/hypervisor's. */
#include "test/test.h"
#include "test/world.h"

#include "hypervisor/hypervisor.h"
#include "hypervisor/serve.h"
#include "rpc/subscribe.h"
#include "util/uuid.h"

#include <ev.h>
#include <string.h>
#include <sys/stat.h>

/* Each connection is a process: there is one of these. */
static struct {
	struct rpc_server *server;
	struct ev_io io;
	int log;
	off_t at;          /* how far the log was read */
	bool watching;
} watch = { .log = -1 };

static const struct {
	int class, id;
	const struct rpc_proc *proc;
} events[] = {
	{ RPC_EVENTS_NETWORK, 0, &rpc_network_event_lifecycle },
	{ RPC_EVENTS_POOL, 0, &rpc_storage_pool_event_lifecycle },
	{ RPC_EVENTS_POOL, 1, &rpc_storage_pool_event_refresh },
	{ RPC_EVENTS_NODEDEV, 0, &rpc_node_device_event_lifecycle },
};

struct message {
	const struct rpc_proc *proc;
	const json_t *line;
};

/* All messages begin with the callback's number, then the reference; a lifecycle event's number and detail follow it. */
static void send_one(struct rpc_peer *peer, int callback_id, void *arg)
{
	const struct message *m = arg;
	const char *name = world_text(m->line, "name"), *uuid = world_text(m->line, "uuid");
	char msg[64] = { 0 };
	bool has_uuid = m->proc != &rpc_node_device_event_lifecycle;
	size_t at = sizeof(void *) + (has_uuid ? sizeof(wire_network) : sizeof(wire_node_device));
	int numbers[2] = { (int)json_integer_value(json_object_get(m->line, "event")), (int)json_integer_value(json_object_get(m->line, "detail")) };

	memcpy(msg, &callback_id, sizeof(callback_id));
	memcpy(msg + sizeof(void *), &name, sizeof(name));
	if (has_uuid && uuid)
		(void)!uuid_parse(uuid, (unsigned char *)msg + sizeof(void *) + offsetof(wire_network, uuid));
	memcpy(msg + at, numbers, sizeof(numbers));
	rpc_peer_event(peer, m->proc, msg);
}

static void publish(const json_t *line)
{
	int class = (int)json_integer_value(json_object_get(line, "class")), id = (int)json_integer_value(json_object_get(line, "id"));
	unsigned char uuid[UUID_BYTES] = { 0 };
	const char *text = world_text(line, "uuid");

	if (text)
		(void)!uuid_parse(text, uuid);
	for (size_t i = 0; i < ARRAY_LEN(events) && world_text(line, "name"); i++)
		if (events[i].class == class && events[i].id == id)
			rpc_publish(watch.server, (enum rpc_event_class)class, id, uuid, send_one, &(struct message){ events[i].proc, line });
}

static void read_log(void)
{
	char buffer[8192];
	struct stat st;
	ssize_t n;

	if (fstat(watch.log, &st) == 0 && st.st_size < watch.at)
		watch.at = 0;
	while ((n = pread(watch.log, buffer, sizeof(buffer), watch.at)) > 0) {
		char *line = buffer, *end;

		for (; (end = memchr(line, '\n', (size_t)(buffer + n - line))); line = end + 1) {
			json_t *json = json_loadb(line, (size_t)(end - line), 0, NULL);

			if (json)
				publish(json);
			json_decref(json);
		}
		if (line == buffer)
			break;   /* half a line: its end is still to come */
		watch.at += line - buffer;
	}
}

static void on_log(struct ev_loop *loop, struct ev_io *w, int revents)
{
	char buffer[4096];

	(void)loop;
	(void)revents;
	while (read(w->fd, buffer, sizeof(buffer)) > 0)
		;
	read_log();
}

static int begin(const struct hv *hv, struct error *err)
{
	struct stat st;
	int fd;

	if (watch.watching)
		return 0;
	watch.log = world_log_open(err);
	fd = watch.log < 0 ? -1 : world_log_watch(err);
	if (fd < 0 || fstat(watch.log, &st) < 0)
		return fd < 0 ? -1 : error_errno(err, "the test driver's events");
	watch.at = st.st_size;
	watch.server = hv_serve_server(hv);
	ev_io_init(&watch.io, on_log, fd, EV_READ);
	ev_io_start(hv_serve_loop(hv), &watch.io);
	/* it does not keep the process: that goes with its client */
	ev_unref(hv_serve_loop(hv));
	watch.watching = true;
	return 0;
}

/* Arguments and results are alike for all: event id and perhaps an object; the callback's number. */
static int subscribe(struct rpc_call *call, enum rpc_event_class class, const void *args, const unsigned char *uuid, void *ret, struct error *err)
{
	int id = *(const int *)args;

	if (begin(call->ctx, err) < 0)
		return -1;
	return rpc_subscribe(call->peer, class, id, uuid, true, ret, err);
}

static int network_register(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_network_event_register_any_args *a = args;

	return subscribe(call, RPC_EVENTS_NETWORK, args, a->net ? (const unsigned char *)a->net->uuid : NULL, ret, err);
}

static int pool_register(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_storage_pool_event_register_any_args *a = args;

	return subscribe(call, RPC_EVENTS_POOL, args, a->pool ? (const unsigned char *)a->pool->uuid : NULL, ret, err);
}

static int nodedev_register(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	return subscribe(call, RPC_EVENTS_NODEDEV, args, NULL, ret, err);
}

static int network_deregister(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	return rpc_unsubscribe(call->peer, RPC_EVENTS_NETWORK, *(const int *)args, err);
}

static int pool_deregister(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	return rpc_unsubscribe(call->peer, RPC_EVENTS_POOL, *(const int *)args, err);
}

static int nodedev_deregister(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	return rpc_unsubscribe(call->peer, RPC_EVENTS_NODEDEV, *(const int *)args, err);
}

const struct rpc_row test_event_rows[] = {
	RPC_ROW(connect_network_event_register_any, network_register),
	RPC_ROW(connect_network_event_deregister_any, network_deregister),
	RPC_ROW(connect_storage_pool_event_register_any, pool_register),
	RPC_ROW(connect_storage_pool_event_deregister_any, pool_deregister),
	RPC_ROW(connect_node_device_event_register_any, nodedev_register),
	RPC_ROW(connect_node_device_event_deregister_any, nodedev_deregister),
	RPC_ROW_END,
};
