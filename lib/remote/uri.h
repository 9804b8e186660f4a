/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libvirt's connection URIs: DRIVER[+TRANSPORT]://[USER@][HOST][:PORT]/PATH[?PARAMETERS]. */
#ifndef BERTH_REMOTE_URI_H
#define BERTH_REMOTE_URI_H

#include "util/error.h"

struct remote_uri {
	char *driver;
	char *transport;      /* NULL: none is named */
	char *user, *host;    /* NULL: none */
	int port;             /* 0: none */
	char *path;           /* "" or with its slash, unescaped */
	char *query;          /* the parameters that are the driver's own, as they came; "" */

	/* Parameters of the transport; NULL: not given. */
	char *name;           /* what to open at the other end */
	char *command, *socket, *netcat;
	char *keyfile, *known_hosts, *pkipath, *authfile;
	char *mode;           /* auto direct legacy */
	char *proxy;          /* auto netcat native */
	char *no_verify, *no_tty, *tls_priority;
};

/* Takes a URI apart. ERR_NO_CONNECT says what is wrong with it. Free with remote_uri_clear(), also after an error. */
int remote_uri_parse(const char *text, struct remote_uri *uri, struct error *err) NODISCARD;
void remote_uri_clear(struct remote_uri *uri);

/* What the other end is asked to open: without transport, server and the transport's parameters. The caller's. */
char *remote_uri_name(const struct remote_uri *uri, struct error *err) NODISCARD;

/* Whether a parameter like no_verify is on: given and not 0. */
bool remote_uri_on(const char *parameter);

#define AUTO_URI AUTO(remote_uri_clear)

#endif
