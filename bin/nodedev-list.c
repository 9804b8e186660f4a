/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

#include <string.h>

static int tree, all, inactive;
static char *cap;

static const struct poptOption options[] = {
	{ "tree", 0, POPT_ARG_NONE, &tree, 0, "draw which is behind which", NULL },
	{ "cap", 0, POPT_ARG_STRING, &cap, 0, "devices with one of these capabilities", "NAME,..." },
	{ "inactive", 0, POPT_ARG_NONE, &inactive, 0, "devices that are defined and not there", NULL },
	{ "all", 0, POPT_ARG_NONE, &all, 0, "these and those that are there", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

/* libvirt's bits in their order */
static const char *const capabilities[] = {
	"system", "pci", "usb_device", "usb", "net", "scsi_host", "scsi_target", "scsi", "storage", "fc_host", "vports", "scsi_generic", "drm",
	"mdev_types", "mdev", "ccw", "css", "vdpa", "ap_card", "ap_queue", "ap_matrix", "vpd"
};

static int add_capabilities(unsigned *filter, struct error *err)
{
	for (const char *at = cap; at && *at; at += strspn(at, ",")) {
		size_t len = strcspn(at, ","), i;

		for (i = 0; i < ARRAY_LEN(capabilities); i++)
			if (strlen(capabilities[i]) == len && memcmp(capabilities[i], at, len) == 0)
				break;
		if (i == ARRAY_LEN(capabilities))
			return cli_usage(err, "there is no capability '%.*s'", (int)len, at);
		*filter |= 1u << i;
		at += len;
	}
	return 0;
}

static char *parent_of(struct cli_conn *conn, const void *ref, struct error *err)
{
	wire_node_device_get_parent_ret ret = { 0 };

	if (cli_object_call(conn, &rpc_node_device_get_parent, ref, sizeof(wire_node_device), 0, &ret, err) < 0)
		return NULL;
	char *name = ret.parent_name ? strdup(*ret.parent_name) : NULL;
	xdr_free(rpc_node_device_get_parent.ret, &ret);
	return name;
}

static int draw(struct cli_conn *conn, const struct cli_objects *list, struct error *err)
{
	AUTO_FREE const char **names = calloc(list->n + 1, sizeof(*names));
	AUTO_FREE char **parents = calloc(list->n + 1, sizeof(*parents));

	if (!names || !parents)
		return error_errno(err, "%zu devices", list->n);
	for (size_t i = 0; i < list->n; i++) {
		const wire_node_device *dev = cli_object_at(list, i);
		struct error why = { 0 };

		names[i] = dev->name;
		parents[i] = parent_of(conn, dev, &why);
	}
	cli_tree(names, (const char *const *)parents, list->n);
	for (size_t i = 0; i < list->n; i++)
		free(parents[i]);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	/* a server of before 7.3 has no devices that are off, and does not know these two bits */
	unsigned filter = all ? 0 : inactive ? 1u << 30 : 1u << 31;
	struct cli_objects list;
	struct cli_conn *conn;

	if (tree && (cap || inactive))
		return cli_usage(err, "--tree cannot be used together with --cap or --inactive");
	if (add_capabilities(&filter, err) < 0)
		return -1;
	conn = cli_object_open(cli, &cli_nodedev, uses, err);
	if (!conn)
		return -1;
	int rc = cli_object_list(conn, &cli_nodedev, NULL, filter, &list, err);
	if (rc < 0 && !inactive && err->code == ERR_INVALID_ARG)
		rc = cli_object_list(conn, &cli_nodedev, NULL, filter & ~(1u << 31), &list, err);
	if (rc < 0)
		return -1;
	rc = tree && !cli->json ? draw(conn, &list, err) : cli_objects_print(cli, &list, false, err);
	cli_objects_clear(&list);
	return rc;
}

static const struct cli_program program = {
	.name = "nodedev-list", .summary = "list host devices", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
