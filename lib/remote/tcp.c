/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection over the network: every address of the host is tried in turn. */
#include "remote/link.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* libvirtd's ports. */
#define PORT_TLS 16514
#define PORT_TCP 16509

static int connect_one(const struct addrinfo *to, int timeout_ms)
{
	AUTO_CLOSE int fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int on = 1, e = 0;
	socklen_t len = sizeof(e);

	if (fd < 0)
		return -1;
	if (connect(fd, to->ai_addr, to->ai_addrlen) < 0) {
		if (errno != EINPROGRESS)
			return -1;
		int n = RETRY_EINTR(poll(&p, 1, timeout_ms));
		if (n == 0)
			errno = ETIMEDOUT;
		if (n <= 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &len) < 0)
			return -1;
		if (e) {
			errno = e;
			return -1;
		}
	}
	/* calls are small and each waits for its answer */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return STEAL_FD(fd);
}

int remote_open_tcp(const struct remote_target *t, bool tls, struct error *err)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	struct addrinfo *list = NULL;
	const char *host = t->uri.host ? t->uri.host : "localhost";
	int port = t->uri.port ? t->uri.port : tls ? PORT_TLS : PORT_TCP, fd = -1, rc;
	char service[16];

	snprintf(service, sizeof(service), "%d", port);
	rc = getaddrinfo(host, service, &hints, &list);
	if (rc != 0)
		return error_set(err, ERR_UNKNOWN_HOST, "the host '%s' is not known: %s", host, rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc));
	for (const struct addrinfo *a = list; a && fd < 0; a = a->ai_next)
		fd = connect_one(a, t->timeout_ms);
	if (fd < 0) {
		error_errno(err, "cannot connect to %s, port %d", host, port);
		err->code = ERR_NO_CONNECT;
	}
	freeaddrinfo(list);
	return fd;
}
