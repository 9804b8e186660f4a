/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "conf/secret.h"

#include <string.h>

static char *pool_option;

const struct poptOption cli_pool_option[] = {
	{ "pool", 0, POPT_ARG_STRING, &pool_option, 0, "the pool that the volume is in", "POOL" },
	POPT_TABLEEND
};

static const void *pool_of_option(struct cli *cli, struct cli_conn *conn, struct error *err)
{
	static wire_storage_pool pool;

	(void)cli;
	return !pool_option || cli_object_find(conn, &cli_pool, NULL, pool_option, &pool, err) < 0 ? NULL : &pool;
}

static const void *guest_of_argument(struct cli *cli, struct cli_conn *conn, struct error *err)
{
	static struct guest guest;
	static wire_domain dom;

	if (!cli->n_args) {
		cli_usage(err, "GUEST is missing");
		return NULL;
	}
	if (cli_find(conn, cli->args[0], &guest, err) < 0)
		return NULL;
	dom = cli_domain(&guest);
	memmove(cli->args, cli->args + 1, cli->n_args * sizeof(*cli->args));
	cli->n_args--;
	return &dom;
}

const struct cli_object_type cli_pool = {
	.noun = "storage pool", .title = "Pool", .missing = ERR_NO_STORAGE_POOL, .size = sizeof(wire_storage_pool),
	.name = offsetof(wire_storage_pool, name), .uuid = offsetof(wire_storage_pool, uuid),
	.lookups = { { &rpc_storage_pool_lookup_by_name, CLI_KEY_TEXT, false }, { &rpc_storage_pool_lookup_by_uuid, CLI_KEY_UUID, false } },
	.list = &rpc_connect_list_all_storage_pools, .get_xml = &rpc_storage_pool_get_xml_desc,
};

const struct cli_object_type cli_vol = {
	.noun = "storage volume", .title = "Vol", .missing = ERR_NO_STORAGE_VOL, .size = sizeof(wire_storage_vol),
	.name = offsetof(wire_storage_vol, name), .uuid = CLI_NO_MEMBER, .parent_size = sizeof(wire_storage_pool),
	.lookups = { { &rpc_storage_vol_lookup_by_name, CLI_KEY_TEXT, true }, { &rpc_storage_vol_lookup_by_key, CLI_KEY_TEXT, false },
		     { &rpc_storage_vol_lookup_by_path, CLI_KEY_TEXT, false } },
	.parent = pool_of_option,
	.list = &rpc_storage_pool_list_all_volumes, .get_xml = &rpc_storage_vol_get_xml_desc,
};

#define USAGE_NAME(id, name) name,
const char *const cli_secret_usages[] = { "none", SECRET_USAGES(USAGE_NAME) NULL };

const struct cli_object_type cli_secret = {
	.noun = "secret", .title = "Secret", .missing = ERR_NO_SECRET, .size = sizeof(wire_secret),
	.name = CLI_NO_MEMBER, .uuid = offsetof(wire_secret, uuid),
	.lookups = { { &rpc_secret_lookup_by_uuid, CLI_KEY_UUID, false }, { &rpc_secret_lookup_by_usage, CLI_KEY_USAGE, false } },
	.list = &rpc_connect_list_all_secrets, .get_xml = &rpc_secret_get_xml_desc,
};

const struct cli_object_type cli_nodedev = {
	.noun = "node device", .title = "Device", .missing = ERR_NO_NODE_DEVICE, .size = sizeof(wire_node_device),
	.name = offsetof(wire_node_device, name), .uuid = CLI_NO_MEMBER,
	.lookups = { { &rpc_node_device_lookup_by_name, CLI_KEY_TEXT, false } },
	.list = &rpc_connect_list_all_node_devices, .get_xml = &rpc_node_device_get_xml_desc,
};

const struct cli_object_type cli_iface = {
	.noun = "interface", .title = "Interface", .missing = ERR_NO_INTERFACE, .size = sizeof(wire_interface),
	.name = offsetof(wire_interface, name), .uuid = CLI_NO_MEMBER,
	.lookups = { { &rpc_interface_lookup_by_name, CLI_KEY_TEXT, false }, { &rpc_interface_lookup_by_mac_string, CLI_KEY_TEXT, false } },
	.list = &rpc_connect_list_all_interfaces, .get_xml = &rpc_interface_get_xml_desc,
};

const struct cli_object_type cli_snapshot = {
	.noun = "domain snapshot", .title = "Domain snapshot", .missing = ERR_NO_DOMAIN_SNAPSHOT, .size = sizeof(wire_domain_snapshot),
	.name = offsetof(wire_domain_snapshot, name), .uuid = CLI_NO_MEMBER, .parent_size = sizeof(wire_domain),
	.lookups = { { &rpc_domain_snapshot_lookup_by_name, CLI_KEY_TEXT, true } },
	.parent = guest_of_argument, .list = &rpc_domain_list_all_snapshots, .get_xml = &rpc_domain_snapshot_get_xml_desc,
};

const struct cli_object_type cli_checkpoint = {
	.noun = "domain checkpoint", .title = "Domain checkpoint", .missing = ERR_NO_DOMAIN_CHECKPOINT, .size = sizeof(wire_domain_checkpoint),
	.name = offsetof(wire_domain_checkpoint, name), .uuid = CLI_NO_MEMBER, .parent_size = sizeof(wire_domain),
	.lookups = { { &rpc_domain_checkpoint_lookup_by_name, CLI_KEY_TEXT, true } },
	.parent = guest_of_argument, .list = &rpc_domain_list_all_checkpoints, .get_xml = &rpc_domain_checkpoint_get_xml_desc,
};
