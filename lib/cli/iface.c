/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/iface.h"

#include <string.h>

int cli_iface_define(struct cli *cli, struct cli_conn *conn, const struct host_interface *def, bool start, struct error *err)
{
	AUTO_FREE char *xml = conf_document_format(&host_interface_document, def, 0, err);
	wire_interface iface = { 0 };

	if (!xml || cli_object_call(conn, &rpc_interface_define_xml, &xml, sizeof(xml), 0, &iface, err) < 0)
		return -1;
	int rc = start ? cli_object_call(conn, &rpc_interface_create, &iface, sizeof(iface), 0, NULL, err) : 0;
	if (rc == 0 && start)
		cli_say(cli, "Interface '%s' started", iface.name);
	cli_object_clear(&cli_iface, &iface);
	return rc;
}

struct host_interface *cli_iface_read(struct cli_conn *conn, const wire_interface *iface, struct error *err)
{
	AUTO_FREE char *xml = cli_object_definition(conn, &cli_iface, iface, 1, err);

	return xml ? conf_document_parse(&host_interface_document, xml, strlen(xml), 0, NULL, NULL, err) : NULL;
}
