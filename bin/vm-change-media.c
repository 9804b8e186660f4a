/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"
#include "cli/drivers.h"

#include <string.h>
#include <sys/stat.h>

static int eject, insert, update, force, print_xml, block;

static const struct poptOption options[] = {
	{ "eject", 0, POPT_ARG_NONE, &eject, 0, "take the medium out", NULL },
	{ "insert", 0, POPT_ARG_NONE, &insert, 0, "put one into an empty drive", NULL },
	{ "update", 0, POPT_ARG_NONE, &update, 0, "put one in, whatever is in it", NULL },
	{ "force", 0, POPT_ARG_NONE, &force, 0, "even if the guest has locked it", NULL },
	{ "block", 0, POPT_ARG_NONE, &block, 0, "the medium is a block device", NULL },
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the device and do nothing", NULL },
	CLI_AFFECT,
	POPT_TABLEEND
};

static int set_source(struct domain_disk *disk, const char *source, struct error *err)
{
	struct stat st;
	bool is_block = block || (source && stat(source, &st) == 0 && S_ISBLK(st.st_mode));
	char *copy = source ? strdup(source) : NULL;

	if (source && !copy)
		return error_errno(err, "the medium");
	conf_clear(&domain_source_elem, &disk->src);
	memset(&disk->src, 0, sizeof(disk->src));
	disk->src.type = is_block ? DOMAIN_SOURCE_BLOCK : DOMAIN_SOURCE_FILE;
	disk->src.path = copy;
	return 0;
}

static int check(const struct domain_disk *disk, const char *source, struct error *err)
{
	if (disk->device != DOMAIN_DISK_CDROM && disk->device != DOMAIN_DISK_FLOPPY)
		return error_set(err, ERR_OPERATION_INVALID, "'%s' is no drive with a medium that could be changed", disk->dst);
	if (eject && !disk->src.path && !force)
		return error_set(err, ERR_OPERATION_FAILED, "the drive '%s' has no medium", disk->dst);
	if (insert && disk->src.path)
		return error_set(err, ERR_OPERATION_FAILED, "the drive '%s' has a medium (use --update)", disk->dst);
	if (!eject && !source)
		return cli_usage(err, "the new medium is missing");
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--eject", eject }, { "--insert", insert }, { "--update", update }, { NULL, 0 } };
	const char *source = cli->args[2];
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;
	struct domain_device dev = { .kind = DOMAIN_DEVICE_DISK };
	struct domain_disk *disk;
	struct cli_conn *conn;
	unsigned flags;

	if (cli_at_most_one(given, err) < 0 || cli_affect_flags(&flags, err) < 0)
		return -1;
	if (eject && source)
		return cli_usage(err, "--eject and a medium cannot be used together");
	if (!(conn = cli_open_guest(cli, cli_device_uses, cli_drivers, &guest, err)) || !(def = cli_device_domain(conn, &guest, flags, err)) ||
	    !(disk = cli_find_disk(def, cli->args[1], err)) || check(disk, source, err) < 0 || set_source(disk, source, err) < 0)
		return -1;
	dev.obj = disk;
	/* libvirt's VIR_DOMAIN_DEVICE_MODIFY_FORCE */
	return cli_device_do_one(cli, conn, &guest, CLI_DEVICE_UPDATE, &dev, flags | (force ? 4 : 0), print_xml, err);
}

static const struct cli_program program = {
	.name = "vm-change-media", .summary = "change the medium of a drive", .args = "GUEST DRIVE [SOURCE]", .options = options,
	.min_args = 2, .max_args = 3, .flags = CLI_GUESTS, .more = "path source", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
