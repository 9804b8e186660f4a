/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"

#include "cli/drivers.h"
#include "cli/edit.h"
#include "cli/json.h"

#include <string.h>
#include <strings.h>

/* libvirt's VIR_DOMAIN_XML_SECURE and VIR_DOMAIN_XML_INACTIVE */
enum { XML_SECURE = 1, XML_INACTIVE = 2 };

const struct rpc_row cli_device_uses[] = {
	HV(domain_get_xml_desc), HV(domain_attach_device_flags), HV(domain_detach_device_flags), HV(domain_update_device_flags),
	HV(domain_detach_device_alias), RPC_ROW_END
};

static const struct {
	const struct rpc_proc *proc;
	const char *done;
} acts[] = {
	[CLI_DEVICE_ATTACH] = { &rpc_domain_attach_device_flags, "attached" },
	[CLI_DEVICE_DETACH] = { &rpc_domain_detach_device_flags, "detached" },
	[CLI_DEVICE_UPDATE] = { &rpc_domain_update_device_flags, "updated" },
};

int cli_device_do(struct cli *cli, struct cli_conn *conn, const struct guest *guest, enum cli_device_act act, const char *xml, unsigned flags,
		  bool print, struct error *err)
{
	/* the arguments of all three are the same */
	wire_domain_attach_device_flags_args args = { .dom = cli_domain(guest), .xml = (char *)xml, .flags = flags };

	if (print) {
		fputs(xml, stdout);
		return 0;
	}
	if (cli_call(conn, acts[act].proc, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Device %s", acts[act].done);
	return 0;
}

int cli_device_do_one(struct cli *cli, struct cli_conn *conn, const struct guest *guest, enum cli_device_act act, const struct domain_device *dev,
		      unsigned flags, bool print, struct error *err)
{
	AUTO_FREE char *xml = domain_device_format(dev->kind, dev->obj, DOMAIN_FORMAT_SECURE, err);

	return xml ? cli_device_do(cli, conn, guest, act, xml, flags, print, err) : -1;
}

struct domain *cli_device_domain(struct cli_conn *conn, const struct guest *guest, unsigned flags, struct error *err)
{
	bool stored = flags == 2;
	wire_domain_get_xml_desc_args args = { .dom = cli_domain(guest), .flags = XML_SECURE | (stored ? XML_INACTIVE : 0) };
	wire_domain_get_xml_desc_ret ret = { 0 };
	struct domain *def;

	if (cli_call(conn, &rpc_domain_get_xml_desc, &args, &ret, err) < 0)
		return NULL;
	def = domain_parse(ret.xml, strlen(ret.xml), stored ? 0 : DOMAIN_PARSE_LIVE, err);
	free(ret.xml);
	return def;
}

int cli_device_run(struct cli *cli, enum cli_device_act act, unsigned more_flags, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_FREE char *xml = NULL;
	struct cli_conn *conn;
	unsigned flags;
	size_t len;

	if (cli_read_file(cli->args[1], &xml, &len, err) < 0 || !(conn = cli_open_guest(cli, cli_device_uses, cli_drivers, &guest, err)) ||
	    cli_persistent_flags(&guest, &flags, err) < 0)
		return -1;
	if (cli_device_do(cli, conn, &guest, act, xml, flags | more_flags, false, err) == 0)
		return 0;
	return err->code == ERR_XML || err->code == ERR_XML_DETAIL || err->code == ERR_XML_INVALID_SCHEMA ? error_wrap(err, "%s", cli->args[1]) : -1;
}

const char *cli_mac(const struct conf_mac *mac, char text[CLI_MAC_TEXT])
{
	const unsigned char *a = mac->addr;

	*text = '\0';
	if (mac->set)
		snprintf(text, CLI_MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4], a[5]);
	return text;
}

struct domain_net *cli_find_net(const struct domain *def, const char *name, struct error *err)
{
	for (size_t i = 0; i < def->devices.interfaces.n; i++) {
		struct domain_net *net = def->devices.interfaces.items[i];
		char mac[CLI_MAC_TEXT];
		if ((net->target && !strcmp(net->target, name)) || !strcasecmp(cli_mac(&net->mac, mac), name))
			return net;
	}
	error_set(err, ERR_DEVICE_MISSING, "domain '%s' has no interface '%.100s'", def->name, name);
	return NULL;
}

struct domain_disk *cli_find_disk(const struct domain *def, const char *name, struct error *err)
{
	for (size_t i = 0; i < def->devices.disks.n; i++) {
		struct domain_disk *d = def->devices.disks.items[i];
		if ((d->dst && !strcmp(d->dst, name)) || (d->src.path && !strcmp(d->src.path, name)))
			return d;
	}
	error_set(err, ERR_DEVICE_MISSING, "domain '%s' has no disk '%.200s'", def->name, name);
	return NULL;
}

const char *cli_net_source(const struct domain_net *net)
{
	const char *const names[] = { net->network, net->bridge, net->dev, net->name, net->path };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i])
			return names[i];
	return NULL;
}
