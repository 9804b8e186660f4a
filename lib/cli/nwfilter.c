/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/nwfilter.h"

const struct cli_object_type cli_nwfilter = {
	.noun = "packet filter", .title = "Network filter", .missing = ERR_NO_NWFILTER, .size = sizeof(wire_nwfilter),
	.name = offsetof(wire_nwfilter, name), .uuid = offsetof(wire_nwfilter, uuid),
	.lookups = { { &rpc_nwfilter_lookup_by_name, CLI_KEY_TEXT, false }, { &rpc_nwfilter_lookup_by_uuid, CLI_KEY_UUID, false } },
	.list = &rpc_connect_list_all_nwfilters, .get_xml = &rpc_nwfilter_get_xml_desc,
};

const struct cli_object_type cli_nwfilter_binding = {
	.noun = "filter binding", .title = "Network filter binding", .missing = ERR_NO_NWFILTER_BINDING, .size = sizeof(wire_nwfilter_binding),
	.name = offsetof(wire_nwfilter_binding, portdev), .uuid = CLI_NO_MEMBER,
	.lookups = { { &rpc_nwfilter_binding_lookup_by_port_dev, CLI_KEY_TEXT, false } },
	.list = &rpc_connect_list_all_nwfilter_bindings, .get_xml = &rpc_nwfilter_binding_get_xml_desc,
};
