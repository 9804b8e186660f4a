/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

#include "remote/remote.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>

/* A supervisor that hangs must not hold up whoever asks it for something that takes no time. */
#define QUICK_MS 10000

static struct cli_conn the_conn;

struct cli_conn *cli_open(struct cli *cli, const struct rpc_row *uses, const struct hv_driver *const *drivers, struct error *err)
{
	struct cli_conn *conn = &the_conn;

	conn->uses = uses;
	if (hv_uri_kind(cli->uri) == HV_URI_REMOTE) {
		conn->remote = remote_open(cli->uri, false, HV_TIMEOUT_DEFAULT, err);
		/* what takes long there takes as long as the other side gives signs of life */
		conn->remote_ms = cli->program->flags & CLI_SLOW ? -1 : HV_TIMEOUT_DEFAULT;
		return conn->remote ? conn : NULL;
	}
	if (hv_open(&conn->hv, cli->uri, false, drivers, err) < 0)
		return NULL;
	if (!(cli->program->flags & CLI_SLOW))
		conn->hv.timeout_ms = QUICK_MS;
	return conn;
}

bool cli_is_remote(const struct cli_conn *conn)
{
	return conn->remote != NULL;
}

int cli_only_local(const struct cli_conn *conn, const char *what, struct error *err)
{
	if (conn->remote)
		return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "%s works on this machine's own guests only", what);
	return 0;
}

static int call_local(struct cli_conn *conn, const struct rpc_proc *proc, const void *args, void *ret, struct error *err)
{
	struct rpc_call call = { .ctx = &conn->hv, .proc = proc, .uid = geteuid() };

	for (const struct rpc_row *row = conn->uses; row->proc; row++) {
		if (row->proc == proc)
			return row->fn(&call, args, ret, err);
	}
	return error_set(err, ERR_INTERNAL, "the procedure %s is not in the program's table", proc->name);
}

int cli_call(struct cli_conn *conn, const struct rpc_proc *proc, const void *args, void *ret, struct error *err)
{
	AUTO_FREE void *own = NULL;
	int rc;

	if (!ret && proc->ret_size) {
		own = calloc(1, proc->ret_size);
		if (!own)
			return error_errno(err, "%s", proc->name);
	}
	if (conn->remote)
		return rpc_conn_call(conn->remote, proc, args, ret, conn->remote_ms, err);
	void *result = ret ? ret : own;
	rc = call_local(conn, proc, args, result, err);
	if (result && (own || rc < 0))
		xdr_free(proc->ret, result);
	return rc;
}

static int fill(struct cli_conn *conn, const wire_domain *dom, struct guest *guest, struct error *err)
{
	wire_domain_get_state_args args = { .dom = *dom };
	wire_domain_get_state_ret state = { 0 };

	if (rpc_conn_call(conn->remote, &rpc_domain_get_state, &args, &state, HV_TIMEOUT_DEFAULT, err) < 0)
		return -1;
	*guest = (struct guest){ .name = strdup(dom->name), .id = dom->id, .state = (enum guest_state)state.state, .reason = state.reason,
				 .live = dom->id >= 0 ? STATE_ALIVE : STATE_GONE };
	memcpy(guest->uuid, dom->uuid, sizeof(guest->uuid));
	return guest->name ? 0 : error_errno(err, "domain");
}

static int look_up(struct cli_conn *conn, const char *word, wire_domain *dom, struct error *err)
{
	wire_domain_lookup_by_name_args by_name = { .name = (char *)word };
	wire_domain_lookup_by_uuid_args by_uuid;
	wire_domain_lookup_by_id_args by_id;
	struct error first = { 0 }, ignored;
	uint64_t id;

	if (rpc_conn_call(conn->remote, &rpc_domain_lookup_by_name, &by_name, dom, HV_TIMEOUT_DEFAULT, &first) == 0)
		return 0;
	if (first.code == ERR_NO_DOMAIN) {
		unsigned char uuid[UUID_BYTES];
		if (uuid_parse(word, uuid) == 0) {
			memcpy(by_uuid.uuid, uuid, sizeof(uuid));
			if (rpc_conn_call(conn->remote, &rpc_domain_lookup_by_uuid, &by_uuid, dom, HV_TIMEOUT_DEFAULT, &ignored) == 0)
				return 0;
		}
		if (str_to_u64(word, INT32_MAX, &id) == 0) {
			by_id.id = (int)id;
			if (rpc_conn_call(conn->remote, &rpc_domain_lookup_by_id, &by_id, dom, HV_TIMEOUT_DEFAULT, &ignored) == 0)
				return 0;
		}
	}
	*err = first;
	return -1;
}

int cli_find(struct cli_conn *conn, const char *word, struct guest *guest, struct error *err)
{
	wire_domain dom = { 0 };

	if (!conn->remote)
		return guest_find(&conn->hv, word, guest, err);
	/* the structures that a look-up returns are one domain each */
	if (look_up(conn, word, &dom, err) < 0)
		return -1;
	int rc = fill(conn, &dom, guest, err);
	xdr_free((xdrproc_t)xdr_wire_domain, &dom);
	return rc;
}

int cli_call_counted(struct cli_conn *conn, const struct rpc_proc *proc, const void *args, int *room, void *ret, size_t size, const int *n,
		     struct error *err)
{
	if (cli_call(conn, proc, args, ret, err) < 0)
		return -1;
	*room = *n;
	xdr_free(proc->ret, ret);
	memset(ret, 0, size);
	return cli_call(conn, proc, args, ret, err);
}

struct cli_conn *cli_open_guest(struct cli *cli, const struct rpc_row *uses, const struct hv_driver *const *drivers, struct guest *guest,
				struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, drivers, err);

	return conn && cli_find(conn, cli->args[0], guest, err) == 0 ? conn : NULL;
}

int cli_list(struct cli_conn *conn, unsigned filter, unsigned want, struct guest_list *list, struct error *err)
{
	wire_connect_list_all_domains_args args = { .need_results = 1, .flags = filter };
	wire_connect_list_all_domains_ret ret = { 0 };
	int rc = 0;

	if (!conn->remote)
		return guest_list(&conn->hv, filter, want, list, err);
	if (rpc_conn_call(conn->remote, &rpc_connect_list_all_domains, &args, &ret, HV_TIMEOUT_DEFAULT, err) < 0)
		return -1;
	*list = (struct guest_list){ .guest = calloc(ret.domains.domains_len + 1, sizeof(*list->guest)) };
	if (!list->guest)
		rc = error_errno(err, "a list of %u domains", ret.domains.domains_len);
	for (u_int i = 0; rc == 0 && i < ret.domains.domains_len; i++) {
		struct guest guest = { 0 };
		struct error why = { 0 };
		if (fill(conn, &ret.domains.domains_val[i], &guest, &why) == 0)
			list->guest[list->n++] = guest;
		else if (why.code != ERR_NO_DOMAIN)   /* it may just have gone */
			*err = why, rc = -1;
	}
	xdr_free(rpc_connect_list_all_domains.ret, &ret);
	if (rc < 0)
		guest_list_free(list);
	return rc;
}
