/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"
#include "cli/drivers.h"
#include "conf/buf.h"

#include <string.h>

static char *target, *mac, *script, *model, *alias, *inbound, *outbound, *source_mode;
static int managed, print_xml;

static const struct poptOption options[] = {
	{ "target", 0, POPT_ARG_STRING, &target, 0, "the name of its end on the host", "NAME" },
	{ "mac", 0, POPT_ARG_STRING, &mac, 0, "its MAC address", "MAC" },
	{ "script", 0, POPT_ARG_STRING, &script, 0, "the script that connects it", "PATH" },
	{ "model", 0, POPT_ARG_STRING, &model, 0, "the card: virtio, e1000 ...", "MODEL" },
	{ "alias", 0, POPT_ARG_STRING, &alias, 0, "its alias, from ua-", "NAME" },
	{ "inbound", 0, POPT_ARG_STRING, &inbound, 0, "the bandwidth to the guest", "AVERAGE,PEAK,BURST,FLOOR" },
	{ "outbound", 0, POPT_ARG_STRING, &outbound, 0, "the bandwidth from the guest", "AVERAGE,PEAK,BURST" },
	{ "managed", 0, POPT_ARG_NONE, &managed, 0, "take the host device from its driver", NULL },
	{ "source-mode", 0, POPT_ARG_STRING, &source_mode, 0, "of type direct: vepa, bridge, private, passthrough", "MODE" },
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the device and do nothing", NULL },
	CLI_PERSISTENT,
	POPT_TABLEEND
};

/* What the source is called, by type. */
static const struct { const char *type, *attribute; } sources[] = {
	{ "network", "network" }, { "bridge", "bridge" }, { "direct", "dev" }, { "ethernet", NULL }, { "user", NULL }, { "hostdev", "" },
};

static void put(struct buf *out, const char *before, const char *value, const char *after)
{
	if (!value)
		return;
	buf_str(out, before);
	buf_escaped(out, value, true);
	buf_str(out, after);
}

static int put_rate(struct buf *out, const char *element, char *text, struct error *err)
{
	static const char *const names[] = { "average", "peak", "burst", "floor" };

	if (!text)
		return 0;
	buf_printf(out, "    <%s", element);
	for (size_t i = 0; text; i++) {
		char *part = strsep(&text, ",");
		if (i >= ARRAY_LEN(names) || part[strspn(part, "0123456789")])
			return cli_usage(err, "--%s: '%.50s' is no rate (AVERAGE,PEAK,BURST)", element, part);
		if (*part)
			buf_printf(out, " %s='%s'", names[i], part);
	}
	buf_str(out, "/>\n");
	return 0;
}

static int put_source(struct buf *out, const char *type, const char *source, struct error *err)
{
	unsigned a, b, c, d;

	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		if (strcmp(sources[i].type, type) != 0)
			continue;
		if (!sources[i].attribute)
			return 0;
		if (!*sources[i].attribute) {
			if (sscanf(source, "%x:%x:%x.%x", &a, &b, &c, &d) != 4)
				return cli_usage(err, "'%.100s' is no PCI address (such as 0000:03:00.1)", source);
			buf_printf(out, "  <source>\n    <address type='pci' domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'/>\n  </source>\n",
				   a, b, c, d);
			return 0;
		}
		buf_printf(out, "  <source %s='", sources[i].attribute);
		buf_escaped(out, source, true);
		put(out, "' mode='", source_mode, "");
		buf_str(out, "'/>\n");
		return 0;
	}
	return cli_usage(err, "'%.100s' is no type (network, bridge, direct, ethernet, user, hostdev)", type);
}

static char *interface_xml(const char *type, const char *source, struct error *err)
{
	AUTO_BUF struct buf out = { 0 };
	char *xml;

	buf_printf(&out, "<interface type='%s'%s>\n", type, managed ? " managed='yes'" : "");
	put(&out, "  <mac address='", mac, "'/>\n");
	if (put_source(&out, type, source, err) < 0)
		return NULL;
	put(&out, "  <script path='", script, "'/>\n");
	put(&out, "  <target dev='", target, "'/>\n");
	put(&out, "  <model type='", model, "'/>\n");
	put(&out, "  <alias name='", alias, "'/>\n");
	if (inbound || outbound) {
		buf_str(&out, "  <bandwidth>\n");
		if (put_rate(&out, "inbound", inbound, err) < 0 || put_rate(&out, "outbound", outbound, err) < 0)
			return NULL;
		buf_str(&out, "  </bandwidth>\n");
	}
	buf_str(&out, "</interface>\n");
	xml = buf_finish(&out);
	if (!xml)
		error_set(err, ERR_NO_MEMORY, "the interface");
	return xml;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_FREE char *xml = interface_xml(cli->args[1], cli->args[2], err);
	struct cli_conn *conn;
	unsigned flags;

	if (!xml || !(conn = cli_open_guest(cli, cli_device_uses, cli_drivers, &guest, err)) || cli_persistent_flags(&guest, &flags, err) < 0)
		return -1;
	return cli_device_do(cli, conn, &guest, CLI_DEVICE_ATTACH, xml, flags, print_xml, err);
}

static const struct cli_program program = {
	.name = "vm-attach-interface", .summary = "attach a network interface to a guest", .args = "GUEST TYPE SOURCE",
	.options = options, .min_args = 3, .max_args = 3, .flags = CLI_GUESTS, .more = "type source", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
