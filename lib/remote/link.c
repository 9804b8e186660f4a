/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "remote/link.h"

#include <string.h>
#include <sys/socket.h>

static void rest_clear(struct remote_rest *r)
{
	free(r->data);
	*r = (struct remote_rest){ .data = NULL };
}

static int rest_set(struct remote_rest *r, const char *data, size_t len)
{
	rest_clear(r);
	r->data = malloc(len + 1);
	if (!r->data)
		return -1;
	memcpy(r->data, data, len);
	r->len = len;
	return 0;
}

static size_t rest_left(const struct remote_rest *r)
{
	return r->len - r->done;
}

void remote_link_clear(struct remote_link *l)
{
	if (l->tls) {
		/* where the other side takes it at once it is told that this is no accident */
		gnutls_bye(l->tls, GNUTLS_SHUT_WR);
		gnutls_deinit(l->tls);
	}
	if (l->certificates)
		gnutls_certificate_free_credentials(l->certificates);
	if (l->sasl)
		sasl_dispose(&l->sasl);
	rest_clear(&l->plain);
	rest_clear(&l->coded);
	if (l->fd >= 0)
		close(l->fd);
	*l = (struct remote_link){ .fd = -1 };
}

/* ---- the network, or TLS over it ---- */

static ssize_t tls_result(ssize_t n)
{
	if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
		errno = EAGAIN;
	else if (n == GNUTLS_E_PREMATURE_TERMINATION)
		return 0;
	else if (n < 0)
		errno = EPROTO;
	return n < 0 ? -1 : n;
}

static ssize_t lower_read(struct remote_link *l, void *buf, size_t len)
{
	return l->tls ? tls_result(gnutls_record_recv(l->tls, buf, len)) : RETRY_EINTR(recv(l->fd, buf, len, 0));
}

static ssize_t lower_write(struct remote_link *l, const void *buf, size_t len)
{
	ssize_t n;

	if (!l->tls)
		return RETRY_EINTR(send(l->fd, buf, len, MSG_NOSIGNAL));
	/* a record that could not be sent in whole is gnutls's to keep: it wants to be asked for it, not to be given it again */
	n = l->tls_owes ? gnutls_record_send(l->tls, NULL, 0) : gnutls_record_send(l->tls, buf, len);
	l->tls_owes = n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED;
	return tls_result(n);
}

/* ---- SASL over that ---- */

int remote_link_flush(struct remote_link *l)
{
	while (rest_left(&l->coded)) {
		ssize_t n = lower_write(l, l->coded.data + l->coded.done, rest_left(&l->coded));

		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		l->coded.done += (size_t)n;
	}
	return 1;
}

static ssize_t sasl_write(struct remote_link *l, const void *buf, size_t len)
{
	const char *coded;
	unsigned n;
	int ready = remote_link_flush(l);

	if (ready <= 0) {
		errno = ready < 0 ? errno : EAGAIN;
		return -1;
	}
	if (len > l->sasl_max)
		len = l->sasl_max;
	if (sasl_encode(l->sasl, buf, (unsigned)len, &coded, &n) != SASL_OK || rest_set(&l->coded, coded, n) < 0) {
		errno = EPROTO;
		return -1;
	}
	return remote_link_flush(l) < 0 ? -1 : (ssize_t)len;
}

static ssize_t sasl_read(struct remote_link *l, void *buf, size_t len)
{
	char coded[16384];

	while (!rest_left(&l->plain)) {
		ssize_t n = lower_read(l, coded, sizeof(coded));
		const char *plain;
		unsigned n_plain;

		if (n <= 0)
			return n;
		if (sasl_decode(l->sasl, coded, (unsigned)n, &plain, &n_plain) != SASL_OK || rest_set(&l->plain, plain ? plain : "", n_plain) < 0) {
			errno = EPROTO;
			return -1;
		}
	}
	if (len > rest_left(&l->plain))
		len = rest_left(&l->plain);
	memcpy(buf, l->plain.data + l->plain.done, len);
	l->plain.done += len;
	return (ssize_t)len;
}

ssize_t remote_link_read(struct remote_link *l, void *buf, size_t len)
{
	return l->sasl_layer ? sasl_read(l, buf, len) : lower_read(l, buf, len);
}

ssize_t remote_link_write(struct remote_link *l, const void *buf, size_t len)
{
	return l->sasl_layer ? sasl_write(l, buf, len) : lower_write(l, buf, len);
}

bool remote_link_pending(const struct remote_link *l)
{
	return rest_left(&l->plain) || (l->tls && gnutls_record_check_pending(l->tls));
}
