/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "remote/uri.h"

#include "util/str.h"

#include <string.h>

#define PARAMETER(x) { #x, offsetof(struct remote_uri, x) }

static const struct {
	const char *name;
	size_t offset;
} parameters[] = {
	PARAMETER(name), PARAMETER(command), PARAMETER(socket), PARAMETER(netcat), PARAMETER(keyfile), PARAMETER(known_hosts),
	PARAMETER(pkipath), PARAMETER(authfile), PARAMETER(mode), PARAMETER(proxy), PARAMETER(no_verify), PARAMETER(no_tty),
	PARAMETER(tls_priority),
};

void remote_uri_clear(struct remote_uri *uri)
{
	for (size_t i = 0; i < ARRAY_LEN(parameters); i++)
		free(*(char **)((char *)uri + parameters[i].offset));
	free(uri->driver);
	free(uri->transport);
	free(uri->user);
	free(uri->host);
	free(uri->path);
	free(uri->query);
	*uri = (struct remote_uri){ .driver = NULL };
}

bool remote_uri_on(const char *parameter)
{
	return parameter && strcmp(parameter, "0") != 0;
}

static int hex(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* A piece of a URI with its %XX undone; NULL without memory or for what stands for a NUL. */
static char *unescape(const char *text, size_t len)
{
	char *out = malloc(len + 1);
	size_t n = 0;

	for (size_t i = 0; out && i < len; i++) {
		int high = text[i] == '%' && i + 2 < len ? hex(text[i + 1]) : -1;
		int low = high >= 0 ? hex(text[i + 2]) : -1;

		if (low < 0) {
			out[n++] = text[i];
			continue;
		}
		if (high == 0 && low == 0) {
			free(out);
			return NULL;
		}
		out[n++] = (char)(high << 4 | low);
		i += 2;
	}
	if (out)
		out[n] = '\0';
	return out;
}

static int bad(const char *text, struct error *err, const char *why)
{
	return error_set(err, ERR_NO_CONNECT, "'%.300s' is no URI of a connection: %s", text, why);
}

static int keep(char **where, const char *text, size_t len, const char *uri, struct error *err)
{
	*where = unescape(text, len);
	return *where ? 0 : bad(uri, err, "it cannot be decoded");
}

/* [USER@][HOST][:PORT], with [ ] around an address of IPv6 */
static int parse_server(const char *text, size_t len, struct remote_uri *uri, const char *whole, struct error *err)
{
	const char *at = memchr(text, '@', len), *end = text + len, *host = at ? at + 1 : text, *host_end, *colon;
	size_t left = at ? len - (size_t)(at - text) - 1 : len;
	uint64_t port;

	if (at && keep(&uri->user, text, (size_t)(at - text), whole, err) < 0)
		return -1;
	if (left && *host == '[') {
		host++;
		host_end = memchr(host, ']', left - 1);
		if (!host_end)
			return bad(whole, err, "the bracket around its address is not closed");
		colon = host_end + 1;
	} else {
		colon = memchr(host, ':', left);
		host_end = colon = colon ? colon : end;
	}
	if (host_end > host && keep(&uri->host, host, (size_t)(host_end - host), whole, err) < 0)
		return -1;
	if (colon < end) {
		AUTO_FREE char *number = strndup(colon + 1, (size_t)(end - colon - 1));

		if (!number)
			return error_errno(err, "the URI '%s'", whole);
		if (*colon != ':' || str_to_u64(number, 65535, &port) < 0 || port == 0)
			return bad(whole, err, "its port is no number from 1 to 65535");
		uri->port = (int)port;
	}
	/* they become words of a command line */
	if ((uri->host && *uri->host == '-') || (uri->user && (*uri->user == '-' || !*uri->user)))
		return bad(whole, err, "a user or host begins with a dash or is empty");
	return 0;
}

static int parse_query(const char *query, struct remote_uri *uri, const char *whole, struct error *err)
{
	size_t used = 0;

	uri->query = calloc(1, strlen(query) + 1);
	if (!uri->query)
		return error_errno(err, "the URI '%s'", whole);
	while (*query) {
		size_t len = strcspn(query, "&;"), key = strcspn(query, "=");
		char **where = NULL;

		for (size_t i = 0; i < ARRAY_LEN(parameters) && key < len; i++)
			if (strlen(parameters[i].name) == key && strncmp(parameters[i].name, query, key) == 0)
				where = (char **)((char *)uri + parameters[i].offset);
		if (where && *where)
			return bad(whole, err, "it has a parameter twice");
		if (where && keep(where, query + key + 1, len - key - 1, whole, err) < 0)
			return -1;
		if (!where && len) {
			if (used)
				uri->query[used++] = '&';
			memcpy(uri->query + used, query, len);
			used += len;
		}
		query += len + (query[len] != '\0');
	}
	return 0;
}

int remote_uri_parse(const char *text, struct remote_uri *uri, struct error *err)
{
	const char *colon = strchr(text, ':'), *server, *path, *query;
	size_t driver = strcspn(text, "+:"), scheme = colon ? (size_t)(colon - text) : 0;

	*uri = (struct remote_uri){ .driver = NULL };
	if (!colon || driver == 0 || strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") != scheme)
		return bad(text, err, "it has no driver in front of '://', nor is it an alias in libvirt.conf");
	server = strncmp(colon, "://", 3) == 0 ? colon + 3 : colon + 1;
	path = server + strcspn(server, "/?#");
	query = path + strcspn(path, "?#");
	uri->driver = strndup(text, driver);
	if (!uri->driver)
		return error_errno(err, "the URI '%s'", text);
	if (driver < scheme && keep(&uri->transport, text + driver + 1, scheme - driver - 1, text, err) < 0)
		return -1;
	if (parse_server(server, (size_t)(path - server), uri, text, err) < 0 ||
	    keep(&uri->path, path, (size_t)(query - path), text, err) < 0)
		return -1;
	AUTO_FREE char *rest = *query == '?' ? strndup(query + 1, strcspn(query + 1, "#")) : strdup("");
	if (!rest)
		return error_errno(err, "the URI '%s'", text);
	return parse_query(rest, uri, text, err);
}

char *remote_uri_name(const struct remote_uri *uri, struct error *err)
{
	char *name = uri->name ? strdup(uri->name) :
		     str_printf("%s://%s%s%s", uri->driver, uri->path, *uri->query ? "?" : "", uri->query);

	if (!name)
		error_errno(err, "the URI");
	return name;
}
