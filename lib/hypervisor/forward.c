/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls to the supervisor of a running guest. */
#include "hypervisor/local.h"

#include "rpc/client.h"

#include <string.h>

/* A supervisor that is still building its guest does not listen yet: whoever starts it holds the lock until it does. */
static int wait_for_start(const struct hv *hv, struct guest *guest, struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	struct state_status status;
	int live;

	if (state_lock(&lock, guest->kind->name, guest->name, hv->timeout_ms, err) < 0)
		return error_wrap(err, "'%s' is being started", guest->name);
	live = hv_recover_locked(hv, guest->kind, guest->name, err);
	if (live <= 0)
		return live;
	if (state_probe(guest->kind->name, guest->name, &status, err) < 0)
		return -1;
	guest->live = STATE_ALIVE;
	guest->id = status.id;
	guest->supervisor = status.supervisor;
	return 1;
}

static struct rpc_conn *open_socket(const struct hv *hv, const struct guest *guest, struct error *err)
{
	AUTO_CLOSE int run = state_run_open(guest->kind->name, guest->name, err);
	struct rpc_conn *conn = run < 0 ? NULL : rpc_connect_unix(run, "socket", hv->timeout_ms, err);

	if (conn && hv->wait)
		rpc_conn_set_wait(conn, hv->wait);
	return conn;
}

static struct rpc_conn *connect_guest(const struct hv *hv, struct guest *guest, struct error *err)
{
	struct error why = { 0 };
	struct rpc_conn *conn;
	int r = 1;

	if (guest->live == STATE_ORPHAN)
		r = hv_recover(hv, guest->kind, guest->name, err);
	else if (guest->live == STATE_STARTING)
		r = wait_for_start(hv, guest, err);
	else if (guest->live != STATE_ALIVE)
		r = 0;
	conn = r > 0 ? open_socket(hv, guest, &why) : NULL;
	/* it ends in this moment, or it runs and its supervisor is about to listen */
	if (r > 0 && !conn && (why.sys == ENOENT || why.sys == ECONNREFUSED)) {
		r = wait_for_start(hv, guest, err);
		conn = r > 0 ? open_socket(hv, guest, &why) : NULL;
	}
	if (conn || r < 0)
		return conn;
	if (r == 0 || state_probe(guest->kind->name, guest->name, NULL, NULL) == STATE_GONE) {
		hv_not_running(guest->name, err);
		return NULL;
	}
	if (err)
		*err = why;
	error_wrap(err, "'%s': its supervisor cannot be reached", guest->name);
	return NULL;
}

struct rpc_conn *hv_connect_supervisor(const struct hv *hv, const wire_domain *dom, struct error *err)
{
	AUTO_GUEST struct guest guest = { 0 };

	return hv_guest_of(hv, dom, &guest, err) < 0 ? NULL : connect_guest(hv, &guest, err);
}

int hv_forward_to(struct rpc_call *call, struct guest *guest, const void *args, void *ret, int timeout_ms, struct error *err)
{
	AUTO_CONN struct rpc_conn *conn = connect_guest(call->ctx, guest, err);
	char api[RPC_API_NAME];

	if (!conn)
		return -1;
	if (rpc_conn_call(conn, call->proc, args, ret, timeout_ms, err) == 0)
		return 0;
	if (err && err->code == ERR_NO_SUPPORT && strstr(err->text, rpc_api_name(call->proc->name, api)))
		return error_set(err, ERR_NO_SUPPORT, "'%s': the driver %s cannot do this with a guest that runs: %s", guest->name, guest->kind->name, api);
	return err && err->code == ERR_OPERATION_TIMEOUT ? error_wrap(err, "'%s': its supervisor does not answer", guest->name) : -1;
}

int hv_forward_long(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	AUTO_GUEST struct guest guest = { 0 };

	return hv_guest_called(call, args, &guest, err) < 0 ? -1 : hv_forward_to(call, &guest, args, ret, -1, err);
}

int hv_forward(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct hv *hv = call->ctx;
	AUTO_GUEST struct guest guest = { 0 };

	if (hv_guest_called(call, args, &guest, err) < 0)
		return -1;
	return hv_forward_to(call, &guest, args, ret, hv->timeout_ms, err);
}
