/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/display.h"

#include <string.h>

/* VIR_DOMAIN_XML_SECURE */
enum { XML_SECURE = 1 };

/* VNC counts its ports from here. */
#define VNC_PORT 5900

struct domain *cli_live_definition(struct cli *cli, bool secrets, struct error *err)
{
	static const struct rpc_row uses[] = { HV(domain_get_xml_desc), RPC_ROW_END };
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_get_xml_desc_ret ret = { 0 };
	struct domain *def = NULL;
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);

	if (!conn)
		return NULL;
	wire_domain_get_xml_desc_args args = { .dom = cli_domain(&guest), .flags = secrets ? XML_SECURE : 0 };
	if (!guest_is_active(&guest))
		error_set(err, ERR_OPERATION_INVALID, "domain '%s' is not running (start it with: vm-start %s)", guest.name, guest.name);
	else if (cli_call(conn, &rpc_domain_get_xml_desc, &args, &ret, err) == 0)
		def = domain_parse(ret.xml, strlen(ret.xml), DOMAIN_PARSE_LIVE, err);
	xdr_free(rpc_domain_get_xml_desc.ret, &ret);
	return def;
}

/* The host of a URI "qemu+ssh://user@host:22/system"; false: it is this one. */
static bool uri_host(const char *uri, char *host, size_t size)
{
	const char *begin = uri ? strstr(uri, "://") : NULL, *end, *at;

	if (!begin)
		return false;
	begin += 3;
	end = begin + strcspn(begin, "/?");
	at = memchr(begin, '@', end - begin);
	begin = at ? at + 1 : begin;
	if (*begin == '[')
		end = begin + 1 + strcspn(begin, "]");
	else
		end = begin + strcspn(begin, ":/?");
	snprintf(host, size, "%.*s%s", (int)(end - begin), begin, *begin == '[' ? "]" : "");
	return end > begin;
}

const char *cli_display_host(const struct cli *cli, const struct domain_graphics *g, bool *is_socket)
{
	static char host[256];
	const struct domain_listen *l = g->listens.n ? g->listens.items[0] : NULL;
	bool remote = uri_host(cli->uri, host, sizeof(host));

	*is_socket = l && l->type == DOMAIN_LISTEN_SOCKET;
	if (*is_socket || (g->socket && !l))
		return l ? l->socket : g->socket;
	if (!l || l->type == DOMAIN_LISTEN_NONE)
		return NULL;
	/* all of the machine's addresses: the one by which it was reached */
	if (l->address && strcmp(l->address, "0.0.0.0") != 0 && strcmp(l->address, "::") != 0)
		return l->address;
	return remote ? host : "localhost";
}

static void put_address(struct buf *b, const char *host)
{
	buf_printf(b, strchr(host, ':') && *host != '[' ? "[%s]" : "%s", host);
}

char *cli_display_uri(const struct cli *cli, const struct domain_graphics *g, bool password)
{
	const char *type = conf_enum_name(&domain_graphics_type_names, g->type), *host;
	long long port = g->port.set && g->port.value > 0 ? g->port.value : 0, tls = g->tls_port.set && g->tls_port.value > 0 ? g->tls_port.value : 0;
	AUTO_BUF struct buf b = { 0 };
	bool is_socket;

	if (g->type != DOMAIN_GRAPHICS_VNC && g->type != DOMAIN_GRAPHICS_SPICE && g->type != DOMAIN_GRAPHICS_RDP)
		return NULL;
	host = cli_display_host(cli, g, &is_socket);
	if (!host || (!is_socket && !port && !tls))
		return NULL;
	buf_printf(&b, "%s%s://", type, is_socket ? "+unix" : "");
	if (password && g->passwd && g->type == DOMAIN_GRAPHICS_VNC)
		buf_printf(&b, ":%s@", g->passwd);
	if (is_socket)
		buf_str(&b, host);
	else
		put_address(&b, host);
	if (!is_socket && port)
		buf_printf(&b, ":%lld", g->type == DOMAIN_GRAPHICS_VNC ? port - VNC_PORT : port);
	if (!is_socket && tls)
		buf_printf(&b, "?tls-port=%lld", tls);
	if (password && g->passwd && g->type == DOMAIN_GRAPHICS_SPICE)
		buf_printf(&b, "%cpassword=%s", tls ? '&' : '?', g->passwd);
	return buf_finish(&b);
}
