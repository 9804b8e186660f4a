/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A connection with what lies between the protocol and the network: TLS below, SASL's own encryption above it. Only for helpers/driver-remote,
 * which links gnutls and libsasl2.
 */
#ifndef BERTH_REMOTE_LINK_H
#define BERTH_REMOTE_LINK_H

#include "remote/priv.h"

#include <gnutls/gnutls.h>
#include <sasl/sasl.h>

/* What SASL has made of our bytes, or of theirs, and nobody has taken yet. */
struct remote_rest {
	char *data;
	size_t len, done;
};

struct remote_link {
	int fd;
	const struct remote_target *target;

	gnutls_certificate_credentials_t certificates;
	gnutls_session_t tls;         /* NULL: none */
	bool tls_owes;                /* a record of ours is not out yet; gnutls has it */

	sasl_conn_t *sasl;            /* NULL: none */
	bool sasl_layer;              /* bytes go through it */
	unsigned sasl_max;            /* bytes that it takes at once */
	struct remote_rest plain, coded;
};

/* Frees it and closes its descriptor. */
void remote_link_clear(struct remote_link *l);

/* As read(2) and write(2) on a non-blocking descriptor: EAGAIN in errno. What write() took may still wait in remote_link_flush(). */
ssize_t remote_link_read(struct remote_link *l, void *buf, size_t len);
ssize_t remote_link_write(struct remote_link *l, const void *buf, size_t len);

/* Sends what still waits: 1 nothing does, 0 try again when the descriptor can be written, -1 errno. */
int remote_link_flush(struct remote_link *l);

/* Whether remote_link_read() has something without looking at the descriptor. */
bool remote_link_pending(const struct remote_link *l);

/* tcp.c: a connected socket. */
int remote_open_tcp(const struct remote_target *t, bool tls, struct error *err) NODISCARD;

/* tls.c: does the handshake and verifies the server by its certificate and name. */
int remote_tls_start(struct remote_link *l, struct error *err) NODISCARD;

/* sasl.c: authenticates over a connection that goes through the link, and switches its encryption on. */
int remote_sasl_start(struct remote_link *l, struct rpc_conn *conn, struct error *err) NODISCARD;

/* credentials.c: what libvirt's auth.conf has for a host, else what a person types; "authname", "username" or "password". The caller's. */
char *remote_credential(const struct remote_target *t, const char *what, const char *prompt, struct error *err) NODISCARD;

/* relay.c: serves the client on two descriptors: opens what its connect_open names, then passes on whatever comes. 0 or -1. */
int remote_serve(int in, int out, struct error *err) NODISCARD;

#endif
