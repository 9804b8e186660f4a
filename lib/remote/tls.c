/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TLS as libvirtd speaks it. The server's certificate must be signed by the authority that is configured, and bear the host's name. */
#include "remote/link.h"

#include "util/str.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>

struct pki {
	char *ca, *revoked, *certificate, *key;
};

static void pki_clear(struct pki *p)
{
	free(p->ca);
	free(p->revoked);
	free(p->certificate);
	free(p->key);
}

/* libvirt's places for a user's own file; NULL: he has none. */
static char *own_file(const char *name)
{
	const char *home = geteuid() ? getenv("HOME") : NULL;
	char *path = home ? str_printf("%s/.pki/libvirt/%s", home, name) : NULL;

	if (path && access(path, F_OK) < 0) {
		free(path);
		return NULL;
	}
	return path;
}

static int place(char **out, const char *dir, const char *name, const char *system, struct error *err)
{
	*out = dir ? str_printf("%s/%s", dir, name) : own_file(name);
	if (!*out && !dir)
		*out = strdup(system);
	return *out ? 0 : error_errno(err, "%s", name);
}

static int find_pki(const char *dir, struct pki *p, struct error *err)
{
	return place(&p->ca, dir, "cacert.pem", "/etc/pki/CA/cacert.pem", err) < 0 ||
	       place(&p->revoked, dir, "cacrl.pem", "/etc/pki/CA/cacrl.pem", err) < 0 ||
	       place(&p->certificate, dir, "clientcert.pem", "/etc/pki/libvirt/clientcert.pem", err) < 0 ||
	       place(&p->key, dir, "clientkey.pem", "/etc/pki/libvirt/private/clientkey.pem", err) < 0 ? -1 : 0;
}

static int tls_error(struct error *err, int code, const char *what)
{
	return error_set(err, ERR_AUTH_FAILED, "%s: %s", what, gnutls_strerror(code));
}

static int load(struct remote_link *l, struct error *err)
{
	AUTO(pki_clear) struct pki p = { 0 };
	bool verify = !remote_uri_on(l->target->uri.no_verify);
	int rc;

	if (find_pki(l->target->uri.pkipath, &p, err) < 0)
		return -1;
	rc = gnutls_certificate_allocate_credentials(&l->certificates);
	if (rc < 0)
		return tls_error(err, rc, "TLS");
	rc = verify ? gnutls_certificate_set_x509_trust_file(l->certificates, p.ca, GNUTLS_X509_FMT_PEM) : 1;
	if (rc <= 0)
		return error_set(err, ERR_AUTH_FAILED, "%s %s: without the authority's certificate the server cannot be verified (see berth-uri(7))", p.ca,
				 rc == GNUTLS_E_FILE_ERROR ? "cannot be read" : "holds no certificate");
	if (verify && access(p.revoked, F_OK) == 0) {
		rc = gnutls_certificate_set_x509_crl_file(l->certificates, p.revoked, GNUTLS_X509_FMT_PEM);
		if (rc < 0)
			return tls_error(err, rc, p.revoked);
	}
	/* many servers want none */
	if (access(p.certificate, F_OK) < 0 && access(p.key, F_OK) < 0)
		return 0;
	rc = gnutls_certificate_set_x509_key_file(l->certificates, p.certificate, p.key, GNUTLS_X509_FMT_PEM);
	if (rc == GNUTLS_E_FILE_ERROR)
		return error_set(err, ERR_AUTH_FAILED, "%s and %s: both are needed, and must be readable", p.certificate, p.key);
	return rc < 0 ? tls_error(err, rc, p.certificate) : 0;
}

static int set_up(struct remote_link *l, struct error *err)
{
	const struct remote_uri *u = &l->target->uri;
	unsigned char address[16];
	const char *at = NULL;
	int rc = gnutls_init(&l->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK);

	if (rc == 0)
		rc = u->tls_priority ? gnutls_priority_set_direct(l->tls, u->tls_priority, &at) : gnutls_set_default_priority(l->tls);
	if (rc == 0)
		rc = gnutls_credentials_set(l->tls, GNUTLS_CRD_CERTIFICATE, l->certificates);
	if (rc == 0 && inet_pton(AF_INET, u->host, address) != 1 && inet_pton(AF_INET6, u->host, address) != 1)
		rc = gnutls_server_name_set(l->tls, GNUTLS_NAME_DNS, u->host, strlen(u->host));
	if (rc < 0)
		return tls_error(err, rc, at ? at : "TLS");
	if (!remote_uri_on(u->no_verify))
		gnutls_session_set_verify_cert(l->tls, u->host, 0);
	gnutls_transport_set_int(l->tls, l->fd);
	return 0;
}

/* Why the certificate was not good, in gnutls's words. */
static int not_verified(struct remote_link *l, struct error *err)
{
	gnutls_datum_t words = { 0 };
	unsigned status = gnutls_session_get_verify_cert_status(l->tls);

	if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &words, 0) < 0)
		return error_set(err, ERR_AUTH_FAILED, "the certificate of %s cannot be verified", l->target->uri.host);
	error_set(err, ERR_AUTH_FAILED, "the certificate of %s is not accepted: %s", l->target->uri.host, (const char *)words.data);
	gnutls_free(words.data);
	return -1;
}

static int wait_for(struct remote_link *l, short events, struct error *err)
{
	struct pollfd p = { .fd = l->fd, .events = events };
	int n = RETRY_EINTR(poll(&p, 1, l->target->timeout_ms));

	if (n == 0)
		return error_set(err, ERR_OPERATION_TIMEOUT, "%s does not answer in TLS", l->target->uri.host);
	return n < 0 ? error_errno(err, "poll") : 0;
}

int remote_tls_start(struct remote_link *l, struct error *err)
{
	char verdict = 0;
	ssize_t n;
	int rc;

	if (load(l, err) < 0 || set_up(l, err) < 0)
		return -1;
	while ((rc = gnutls_handshake(l->tls)) < 0) {
		if (rc == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
			return not_verified(l, err);
		if (rc == GNUTLS_E_WARNING_ALERT_RECEIVED || rc == GNUTLS_E_INTERRUPTED)
			continue;
		if (rc != GNUTLS_E_AGAIN)
			return error_set(err, ERR_AUTH_FAILED, "TLS with %s: %s", l->target->uri.host, gnutls_strerror(rc));
		if (wait_for(l, gnutls_record_get_direction(l->tls) ? POLLOUT : POLLIN, err) < 0)
			return -1;
	}
	/* libvirtd has looked at our certificate by now, and says with one byte whether it likes it */
	while ((n = remote_link_read(l, &verdict, 1)) < 0 && errno == EAGAIN)
		if (wait_for(l, POLLIN, err) < 0)
			return -1;
	if (n != 1 || verdict != 1)
		return error_set(err, ERR_AUTH_FAILED, "%s does not accept our certificate", l->target->uri.host);
	return 0;
}
