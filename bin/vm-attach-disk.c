/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"
#include "cli/drivers.h"
#include "conf/buf.h"

#include <string.h>
#include <sys/stat.h>

static char *bus, *driver, *format, *iothread, *cache, *io, *device, *mode, *sourcetype, *serial, *wwn, *alias, *address, *protocol, *host,
	*transport, *socket_path;
static int rawio, multifunction, print_xml;

static const struct poptOption options[] = {
	{ "targetbus", 0, POPT_ARG_STRING, &bus, 0, "the bus: virtio, scsi, sata, ide, usb ...", "BUS" },
	{ "driver", 0, POPT_ARG_STRING, &driver, 0, "the driver: qemu, phy ...", "NAME" },
	{ "subdriver", 0, POPT_ARG_STRING, &format, 0, "the format: raw, qcow2 ...", "FORMAT" },
	{ "iothread", 0, POPT_ARG_STRING, &iothread, 0, "the I/O thread that serves it", "NUMBER" },
	{ "cache", 0, POPT_ARG_STRING, &cache, 0, "how it is cached", "MODE" },
	{ "io", 0, POPT_ARG_STRING, &io, 0, "how it is read and written: threads, native, io_uring", "MODE" },
	{ "type", 0, POPT_ARG_STRING, &device, 0, "what it is: disk, cdrom, floppy, lun", "DEVICE" },
	{ "mode", 0, POPT_ARG_STRING, &mode, 0, "readonly or shareable", "MODE" },
	{ "sourcetype", 0, POPT_ARG_STRING, &sourcetype, 0, "what the source is: file, block or network", "TYPE" },
	{ "serial", 0, POPT_ARG_STRING, &serial, 0, "its serial number", "TEXT" },
	{ "wwn", 0, POPT_ARG_STRING, &wwn, 0, "its World Wide Name", "NUMBER" },
	{ "alias", 0, POPT_ARG_STRING, &alias, 0, "its alias, from ua-", "NAME" },
	{ "rawio", 0, POPT_ARG_NONE, &rawio, 0, "it needs raw access", NULL },
	{ "address", 0, POPT_ARG_STRING, &address, 0, "where it is: pci:0000.00.05.0, scsi:0.0.1, ide:0.0.0, usb:0.0", "ADDRESS" },
	{ "multifunction", 0, POPT_ARG_NONE, &multifunction, 0, "its PCI slot has more than one function", NULL },
	{ "source-protocol", 0, POPT_ARG_STRING, &protocol, 0, "of a network source: nbd, rbd, iscsi, http ...", "NAME" },
	{ "source-host-name", 0, POPT_ARG_STRING, &host, 0, "its host", "NAME" },
	{ "source-host-transport", 0, POPT_ARG_STRING, &transport, 0, "how it is reached: tcp, unix, rdma", "NAME" },
	{ "source-host-socket", 0, POPT_ARG_STRING, &socket_path, 0, "its socket", "PATH" },
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the device and do nothing", NULL },
	CLI_PERSISTENT,
	POPT_TABLEEND
};

/* "pci:0000.00.05.0" and its like as <address>: libvirt's attributes in the order of the numbers. */
static const struct { const char *type, *element, *names[4]; int n; } addresses[] = {
	{ "pci", "pci", { "domain", "bus", "slot", "function" }, 4 },
	{ "scsi", "drive", { "controller", "bus", "unit", NULL }, 3 },
	{ "ide", "drive", { "controller", "bus", "unit", NULL }, 3 },
	{ "sata", "drive", { "controller", "bus", "unit", NULL }, 3 },
	{ "usb", "usb", { "bus", "port", NULL, NULL }, 2 },
	{ "ccw", "ccw", { "cssid", "ssid", "devno", NULL }, 3 },
};

static int put_address(struct buf *out, struct error *err)
{
	size_t len = address ? strcspn(address, ":") : 0;
	char *rest = address && address[len] ? address + len + 1 : NULL;

	for (size_t i = 0; rest && i < ARRAY_LEN(addresses); i++) {
		if (strlen(addresses[i].type) != len || strncmp(addresses[i].type, address, len) != 0)
			continue;
		buf_printf(out, "  <address type='%s'", addresses[i].element);
		for (int n = 0; n < addresses[i].n; n++) {
			char *part = strsep(&rest, ".");
			if (!part || part[strspn(part, "0123456789abcdefABCDEFx")])
				return cli_usage(err, "'%.100s' is no address", address);
			buf_printf(out, !strcmp(addresses[i].element, "pci") || !strcmp(addresses[i].element, "ccw") ? " %s='0x%s'" : " %s='%s'",
				   addresses[i].names[n], part);
		}
		buf_str(out, multifunction ? " multifunction='on'/>\n" : "/>\n");
		return 0;
	}
	return address ? cli_usage(err, "'%.100s' is no address (such as pci:0000.00.05.0)", address) : 0;
}

static void put(struct buf *out, const char *before, const char *value)
{
	if (!value)
		return;
	buf_str(out, before);
	buf_escaped(out, value, true);
	buf_str(out, "'");
}

/* What it is decides; of what is not there (yet), where it would be. */
static const char *type_of(const char *source)
{
	struct stat st;

	if (sourcetype)
		return sourcetype;
	if (protocol)
		return "network";
	if (stat(source, &st) == 0)
		return S_ISBLK(st.st_mode) ? "block" : "file";
	return strncmp(source, "/dev/", 5) ? "file" : "block";
}

static void put_source(struct buf *out, const char *type, const char *source)
{
	if (!*source)
		return;
	if (!strcmp(type, "network")) {
		put(out, "  <source protocol='", protocol);
		put(out, " name='", source);
		buf_str(out, ">\n    <host");
		put(out, " name='", host);
		put(out, " transport='", transport);
		put(out, " socket='", socket_path);
		buf_str(out, "/>\n  </source>\n");
		return;
	}
	put(out, !strcmp(type, "block") ? "  <source dev='" : "  <source file='", source);
	buf_str(out, "/>\n");
}

static char *disk_xml(const char *source, const char *target, struct error *err)
{
	AUTO_BUF struct buf out = { 0 };
	const char *type = type_of(source);
	char *xml;

	if (mode && strcmp(mode, "readonly") && strcmp(mode, "shareable")) {
		cli_usage(err, "'%.100s' is no mode (readonly, shareable)", mode);
		return NULL;
	}
	put(&out, "<disk type='", type);
	put(&out, " device='", device ? device : "disk");
	buf_str(&out, rawio ? " rawio='yes'>\n" : ">\n");
	if (driver || format || iothread || cache || io) {
		buf_str(&out, "  <driver");
		put(&out, " name='", driver);
		put(&out, " type='", format);
		put(&out, " iothread='", iothread);
		put(&out, " cache='", cache);
		put(&out, " io='", io);
		buf_str(&out, "/>\n");
	}
	put_source(&out, type, source);
	put(&out, "  <target dev='", target);
	put(&out, " bus='", bus);
	buf_str(&out, "/>\n");
	if (mode)
		buf_printf(&out, "  <%s/>\n", mode);
	if (serial) {
		buf_str(&out, "  <serial>");
		buf_escaped(&out, serial, false);
		buf_str(&out, "</serial>\n");
	}
	if (wwn) {
		buf_str(&out, "  <wwn>");
		buf_escaped(&out, wwn, false);
		buf_str(&out, "</wwn>\n");
	}
	if (alias) {
		put(&out, "  <alias name='", alias);
		buf_str(&out, "/>\n");
	}
	if (put_address(&out, err) < 0)
		return NULL;
	buf_str(&out, "</disk>\n");
	xml = buf_finish(&out);
	if (!xml)
		error_set(err, ERR_NO_MEMORY, "the disk");
	return xml;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_FREE char *xml = disk_xml(cli->args[1], cli->args[2], err);
	struct cli_conn *conn;
	unsigned flags;

	if (!xml || !(conn = cli_open_guest(cli, cli_device_uses, cli_drivers, &guest, err)) || cli_persistent_flags(&guest, &flags, err) < 0)
		return -1;
	return cli_device_do(cli, conn, &guest, CLI_DEVICE_ATTACH, xml, flags, print_xml, err);
}

static const struct cli_program program = {
	.name = "vm-attach-disk", .summary = "attach a disk to a guest", .args = "GUEST SOURCE TARGET", .options = options,
	.min_args = 3, .max_args = 3, .flags = CLI_GUESTS, .more = "source target", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
