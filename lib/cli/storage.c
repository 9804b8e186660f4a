/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/define.h"
#include "cli/storage.h"

#include "conf/storage.h"
#include "util/uuid.h"

#include <string.h>

static int build, overwrite, no_overwrite;

const struct poptOption cli_pool_build_options[] = {
	{ "build", 0, POPT_ARG_NONE, &build, 0, "make what the pool is in first", NULL },
	{ "overwrite", 0, POPT_ARG_NONE, &overwrite, 0, "with --build: also over what is there", NULL },
	{ "no-overwrite", 0, POPT_ARG_NONE, &no_overwrite, 0, "with --build: only where nothing is", NULL },
	POPT_TABLEEND
};

int cli_pool_build_flags(unsigned *flags, struct error *err)
{
	const struct cli_given given[] = { { "--overwrite", overwrite }, { "--no-overwrite", no_overwrite }, { NULL, 0 } };

	*flags = build ? 1 : 0;
	if (overwrite)
		*flags = 2;
	if (no_overwrite)
		*flags = 4;
	return cli_at_most_one(given, err);
}

const wire_storage_pool *cli_pool_find(struct cli_conn *conn, const char *word, struct error *err)
{
	static wire_storage_pool pool;

	return cli_object_find(conn, &cli_pool, NULL, word, &pool, err) < 0 ? NULL : &pool;
}

const char *cli_vol_type(int type)
{
	static const char *const names[] = { "file", "block", "dir", "network", "netdir", "ploop" };

	return type >= 0 && (size_t)type < ARRAY_LEN(names) ? names[type] : "unknown";
}

char *cli_vol_path(struct cli_conn *conn, const void *vol, struct error *err)
{
	wire_storage_vol_get_path_ret ret = { 0 };

	return cli_object_call(conn, &rpc_storage_vol_get_path, vol, sizeof(wire_storage_vol), 0, &ret, err) < 0 ? NULL : ret.name;
}

const char *cli_pool_state(int state)
{
	static const char *const names[] = { "inactive", "building", "running", "degraded", "inaccessible" };

	return state >= 0 && (size_t)state < ARRAY_LEN(names) ? names[state] : "unknown";
}

/* --- pools from options ------------------------------------------------------------------------------------------ */

static struct {
	int print_xml;
	char *host, *path, *dev, *source_name, *target, *format, *auth_type, *auth_username, *secret_usage, *secret_uuid, *adapter_name,
		*adapter_wwnn, *adapter_wwpn, *adapter_parent, *adapter_parent_wwnn, *adapter_parent_wwpn, *adapter_parent_fabric_wwn,
		*protocol_ver, *initiator;
} o;

#define TEXT(name, member, help, word) { name, 0, POPT_ARG_STRING, &o.member, 0, help, word }

const struct poptOption cli_pool_as_options[] = {
	{ "print-xml", 0, POPT_ARG_NONE, &o.print_xml, 0, "print the XML and do nothing else", NULL },
	TEXT("source-host", host, "the host that the storage is on", "HOST"),
	TEXT("source-path", path, "the directory on it", "PATH"),
	TEXT("source-dev", dev, "the device", "DEVICE"),
	TEXT("source-name", source_name, "the name of the source", "NAME"),
	TEXT("target", target, "where it is found here", "PATH"),
	TEXT("source-format", format, "the format of the source", "FORMAT"),
	TEXT("auth-type", auth_type, "how to authenticate: chap or ceph", "TYPE"),
	TEXT("auth-username", auth_username, "as whom", "NAME"),
	TEXT("secret-usage", secret_usage, "the secret by its usage", "USAGE"),
	TEXT("secret-uuid", secret_uuid, "the secret by its UUID", "UUID"),
	TEXT("adapter-name", adapter_name, "a SCSI adapter by name", "NAME"),
	TEXT("adapter-wwnn", adapter_wwnn, "a Fibre Channel adapter by its node's name", "WWNN"),
	TEXT("adapter-wwpn", adapter_wwpn, "and its port's", "WWPN"),
	TEXT("adapter-parent", adapter_parent, "the adapter's parent by name", "NAME"),
	TEXT("adapter-parent-wwnn", adapter_parent_wwnn, "the parent by its node's name", "WWNN"),
	TEXT("adapter-parent-wwpn", adapter_parent_wwpn, "and its port's", "WWPN"),
	TEXT("adapter-parent-fabric-wwn", adapter_parent_fabric_wwn, "the parent by its fabric", "WWN"),
	TEXT("source-protocol-ver", protocol_ver, "the version of the protocol", "VERSION"),
	TEXT("source-initiator", initiator, "the initiator's IQN", "IQN"),
	POPT_TABLEEND
};

/* Borrows the options' strings: the struct is only formatted. */
static int fill_auth(struct storage_auth *auth, struct error *err)
{
	int type = conf_enum_value(&storage_auth_type_names, o.auth_type ? o.auth_type : "");

	if (type <= 0 || !o.auth_username)
		return cli_usage(err, "--auth-type (chap or ceph) and --auth-username go together");
	if (!o.secret_usage == !o.secret_uuid)
		return cli_usage(err, "one of --secret-usage and --secret-uuid is needed");
	*auth = (struct storage_auth){ .type = (enum storage_auth_type)type, .username = o.auth_username };
	auth->secret.usage = o.secret_usage;
	if (o.secret_uuid && uuid_parse(o.secret_uuid, auth->secret.uuid) < 0)
		return cli_usage(err, "'%s' is no UUID", o.secret_uuid);
	return 0;
}

static char *pool_xml(const char *name, const char *type_name, struct error *err)
{
	int type = conf_enum_value(&storage_pool_type_names, type_name);
	struct storage_host host = { .name = o.host }, *hosts[] = { &host };
	struct storage_device device = { .path = o.dev }, *devices[] = { &device };
	struct storage_adapter adapter = {
		.type = o.adapter_wwnn ? STORAGE_ADAPTER_FC_HOST : STORAGE_ADAPTER_SCSI_HOST, .name = o.adapter_name, .wwnn = o.adapter_wwnn,
		.wwpn = o.adapter_wwpn, .parent = o.adapter_parent, .parent_wwnn = o.adapter_parent_wwnn, .parent_wwpn = o.adapter_parent_wwpn,
		.parent_fabric_wwn = o.adapter_parent_fabric_wwn,
	};
	struct storage_auth auth = { 0 };
	struct storage_pool pool = { .type = (enum storage_pool_type)type, .name = (char *)name };

	if (type <= 0) {
		cli_usage(err, "there is no type of pool '%s'", type_name);
		return NULL;
	}
	if (o.host)
		pool.source.hosts.items = hosts, pool.source.hosts.n = 1;
	if (o.dev)
		pool.source.devices.items = devices, pool.source.devices.n = 1;
	if (o.adapter_name || o.adapter_wwnn)
		pool.source.adapter = &adapter;
	if (o.auth_type || o.auth_username) {
		if (fill_auth(&auth, err) < 0)
			return NULL;
		pool.source.auth = &auth;
	}
	pool.source.dir = o.path;
	pool.source.name = o.source_name;
	pool.source.format = o.format;
	pool.source.initiator = o.initiator;
	pool.source.protocol_ver = o.protocol_ver;
	pool.target.path = o.target;
	return conf_format(&storage_pool_elem, "pool", &pool, 0, err);
}

int cli_pool_as(struct cli *cli, const struct rpc_row *uses, const struct rpc_proc *proc, unsigned flags, const char *done, struct error *err)
{
	AUTO_FREE char *xml = pool_xml(cli->args[0], cli->args[1], err);
	struct cli_conn *conn;
	wire_storage_pool pool = { 0 };

	if (!xml)
		return -1;
	if (o.print_xml) {
		fputs(xml, stdout);
		return EXIT_DONE;
	}
	conn = cli_object_open(cli, &cli_pool, uses, err);
	if (!conn)
		return -1;
	if (cli_object_call(conn, proc, &xml, sizeof(xml), flags, &pool, err) < 0) {
		cli_forget_line(err);
		return error_wrap(err, "%s", cli->args[0]);
	}
	cli_say(cli, "Pool '%s' %s", pool.name, done);
	cli_object_clear(&cli_pool, &pool);
	return EXIT_DONE;
}
