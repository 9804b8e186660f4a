/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SASL as libvirtd asks for it: by procedures of the protocol, with encryption where nothing below has any. */
#include "remote/link.h"

#include "rpc/procs.h"
#include "util/str.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

/* Bits of strength below which a password must not cross a network. */
#define SSF_MIN 56
#define SSF_MAX 100000

static int sasl_error(struct error *err, sasl_conn_t *sasl, const char *what)
{
	return error_set(err, ERR_AUTH_FAILED, "%s: %s", what, sasl ? sasl_errdetail(sasl) : "SASL");
}

/* ADDRESS;PORT, as the mechanisms want it; NULL for a socket without such. */
static char *address(int fd, bool peer)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char host[NI_MAXHOST], port[NI_MAXSERV];

	if ((peer ? getpeername : getsockname)(fd, (struct sockaddr *)&ss, &len) < 0 || ss.ss_family == AF_UNIX)
		return NULL;
	if (getnameinfo((struct sockaddr *)&ss, len, host, sizeof(host), port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return NULL;
	return str_printf("%s;%s", host, port);
}

/* Whether what lies below keeps strangers out: TLS, a socket of this machine, ssh. */
static bool is_private(const struct remote_link *l)
{
	const char *transport = l->target->uri.transport;

	return l->tls || (transport && strcmp(transport, "tcp") != 0);
}

static int set_up(struct remote_link *l, struct error *err)
{
	static const sasl_callback_t callbacks[] = {
		{ SASL_CB_USER, NULL, NULL }, { SASL_CB_AUTHNAME, NULL, NULL }, { SASL_CB_PASS, NULL, NULL }, { SASL_CB_LIST_END, NULL, NULL },
	};
	AUTO_FREE char *local = address(l->fd, false), *peer = address(l->fd, true);
	bool safe = is_private(l);
	sasl_security_properties_t want = {
		.min_ssf = safe ? 0 : SSF_MIN, .max_ssf = safe ? 0 : SSF_MAX, .maxbufsize = 65536,
		.security_flags = safe ? 0 : SASL_SEC_NOANONYMOUS | SASL_SEC_NOPLAINTEXT,
	};
	const char *host = l->target->uri.host ? l->target->uri.host : "localhost";

	if (sasl_client_init(NULL) != SASL_OK || sasl_client_new("libvirt", host, local, peer, callbacks, SASL_SUCCESS_DATA, &l->sasl) != SASL_OK)
		return sasl_error(err, NULL, "SASL cannot be used");
	if (l->tls) {
		sasl_ssf_t bits = 8 * (sasl_ssf_t)gnutls_cipher_get_key_size(gnutls_cipher_get(l->tls));

		if (sasl_setprop(l->sasl, SASL_SSF_EXTERNAL, &bits) != SASL_OK)
			return sasl_error(err, l->sasl, "SASL");
	}
	return sasl_setprop(l->sasl, SASL_SEC_PROPS, &want) == SASL_OK ? 0 : sasl_error(err, l->sasl, "SASL");
}

struct answers {
	char *text[8];
	size_t n;
};

static void answers_clear(struct answers *a)
{
	for (size_t i = 0; i < a->n; i++) {
		explicit_bzero(a->text[i], strlen(a->text[i]));
		free(a->text[i]);
	}
}

static const char *key_of(unsigned long id)
{
	return id == SASL_CB_AUTHNAME ? "authname" : id == SASL_CB_PASS ? "password" : "username";
}

/* Answers what a mechanism wants to know. */
static int interact(const struct remote_link *l, sasl_interact_t *asked, struct answers *a, struct error *err)
{
	for (; asked->id != SASL_CB_LIST_END; asked++) {
		char *text;

		if (a->n == ARRAY_LEN(a->text))
			return error_set(err, ERR_AUTH_FAILED, "SASL asks for too much");
		text = remote_credential(l->target, key_of(asked->id), asked->prompt ? asked->prompt : "Password", err);
		if (!text)
			return -1;
		a->text[a->n++] = text;
		asked->result = text;
		asked->len = (unsigned)strlen(text);
	}
	return 0;
}

/* One round of either kind: the mechanism's next word, or SASL_OK when it has none to add. */
static int word(struct remote_link *l, const char *mechanisms, const char *in, unsigned in_len, const char **out, unsigned *out_len,
		const char **mechanism, struct answers *a, struct error *err)
{
	sasl_interact_t *asked = NULL;
	int rc;

	do {
		rc = mechanisms ? sasl_client_start(l->sasl, mechanisms, &asked, out, out_len, mechanism) :
				  sasl_client_step(l->sasl, in, in_len, &asked, out, out_len);
		if (rc == SASL_INTERACT && interact(l, asked, a, err) < 0)
			return -1;
	} while (rc == SASL_INTERACT);
	if (rc != SASL_OK && rc != SASL_CONTINUE)
		return sasl_error(err, l->sasl, mechanisms ? mechanisms : "SASL");
	return rc;
}

static int start(struct remote_link *l, struct rpc_conn *conn, wire_auth_sasl_start_ret *first, struct answers *a, int *state, struct error *err)
{
	wire_auth_sasl_init_ret offer = { 0 };
	const char *out = NULL, *mechanism = NULL;
	unsigned len = 0;
	int rc;

	if (rpc_conn_call(conn, &rpc_auth_sasl_init, NULL, &offer, l->target->timeout_ms, err) < 0)
		return -1;
	*state = word(l, offer.mechlist, NULL, 0, &out, &len, &mechanism, a, err);
	xdr_free(rpc_auth_sasl_init.ret, &offer);
	if (*state < 0)
		return -1;
	wire_auth_sasl_start_args args = { .mech = (char *)mechanism, .nil = !out, .data = { .data_val = (char *)out, .data_len = out ? len : 0 } };
	rc = rpc_conn_call(conn, &rpc_auth_sasl_start, &args, first, l->target->timeout_ms, err);
	return rc;
}

static int go_on(struct remote_link *l, struct rpc_conn *conn, struct answers *a, struct error *err)
{
	wire_auth_sasl_step_ret got = { 0 };
	wire_auth_sasl_start_ret first = { 0 };
	int state, rc = 0;

	if (start(l, conn, &first, a, &state, err) < 0)
		return -1;
	got.complete = first.complete;
	got.nil = first.nil;
	got.data.data_val = first.data.data_val;
	got.data.data_len = first.data.data_len;
	/* both sides must have had enough */
	while (rc == 0 && !(got.complete && state == SASL_OK)) {
		wire_auth_sasl_step_args args = { 0 };
		const char *out = NULL;
		unsigned len = 0;

		state = word(l, NULL, got.nil ? NULL : got.data.data_val ? got.data.data_val : "", got.data.data_len, &out, &len, NULL, a, err);
		if (state < 0)
			rc = -1;
		else if (got.complete && state != SASL_OK)
			rc = error_set(err, ERR_AUTH_FAILED, "the server says that SASL is done, and it is not");
		if (rc < 0 || got.complete)
			break;
		args = (wire_auth_sasl_step_args){ .nil = !out, .data = { .data_val = (char *)out, .data_len = out ? len : 0 } };
		xdr_free(rpc_auth_sasl_step.ret, &got);
		got = (wire_auth_sasl_step_ret){ 0 };
		rc = rpc_conn_call(conn, &rpc_auth_sasl_step, &args, &got, l->target->timeout_ms, err);
	}
	xdr_free(rpc_auth_sasl_step.ret, &got);
	return rc;
}

int remote_sasl_start(struct remote_link *l, struct rpc_conn *conn, struct error *err)
{
	AUTO(answers_clear) struct answers a = { .n = 0 };
	const void *value;

	if (set_up(l, err) < 0 || go_on(l, conn, &a, err) < 0)
		return -1;
	if (sasl_getprop(l->sasl, SASL_SSF, &value) != SASL_OK)
		return sasl_error(err, l->sasl, "SASL");
	sasl_ssf_t bits = *(const sasl_ssf_t *)value;
	if (!is_private(l) && bits < SSF_MIN)
		return error_set(err, ERR_AUTH_FAILED, "SASL came to %u bits of encryption: too few for a network", (unsigned)bits);
	if (bits == 0)
		return 0;
	if (sasl_getprop(l->sasl, SASL_MAXOUTBUF, &value) != SASL_OK)
		return sasl_error(err, l->sasl, "SASL");
	l->sasl_max = *(const unsigned *)value ? *(const unsigned *)value : 4096;
	l->sasl_layer = true;
	return 0;
}
