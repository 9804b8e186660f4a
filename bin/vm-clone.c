/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/guests.h"
#include "cli/json.h"
#include "cli/tool.h"

#include "conf/domain.h"
#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>

static char *disks, *skip;
static int print_xml;

static const struct poptOption options[] = {
	{ "disk", 0, POPT_ARG_STRING, &disks, 0, "where the copy of a disk goes: TARGET=FILE, more of them with commas", "TARGET=FILE" },
	{ "skip", 0, POPT_ARG_STRING, &skip, 0, "disks that both guests have, by target, with commas", "TARGETS" },
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the clone's definition and do nothing else", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_xml_desc), HV(domain_define_xml_flags), RPC_ROW_END };

/* VIR_DOMAIN_XML_SECURE | VIR_DOMAIN_XML_INACTIVE */
enum { WHOLE = 3 };

#define COPIES_MAX 64

struct copies {
	struct { char *from, *to; const char *format; bool done; } list[COPIES_MAX];
	size_t n;
};

/* The word after "KEY=" in "a=x,b=y", or whether "KEY" is in "a,b"; the caller's. */
static char *named(const char *list, const char *key, bool value)
{
	size_t len = strlen(key);

	for (const char *p = list; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
		if (strncmp(p, key, len) != 0)
			continue;
		if (value && p[len] == '=')
			return strndup(p + len + 1, strcspn(p + len + 1, ","));
		if (!value && (p[len] == ',' || !p[len]))
			return strdup(key);
	}
	return NULL;
}

/* "/images/web.qcow2" of web becomes "/images/shop.qcow2", any other "/images/shop-vda.qcow2". */
static char *usual_file(const char *path, const char *old, const char *new, const char *target)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
	size_t len = strlen(old);

	if (!strncmp(base, old, len) && (!base[len] || strchr(".-_", base[len])))
		return str_printf("%.*s%s%s", (int)(base - path), path, new, base + len);
	return str_printf("%.*s%s-%s%s", (int)(base - path), path, new, target, dot ? dot : "");
}

static int plan_disk(struct domain_disk *d, const char *old, const char *new, struct copies *c, struct error *err)
{
	AUTO_FREE char *given = named(disks, d->dst, true), *both = named(skip, d->dst, false);
	bool empty = !d->src.path && d->src.type == DOMAIN_SOURCE_FILE;
	char *to;

	if (both || empty || d->readonly || d->shareable || d->device == DOMAIN_DISK_CDROM)
		return 0;
	if (d->src.type != DOMAIN_SOURCE_FILE)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "disk %s is no file: it is not copied (--skip %s: both guests have it)", d->dst, d->dst);
	if (c->n == COPIES_MAX)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "more than %d disks", COPIES_MAX);
	to = given ? STEAL_PTR(given) : usual_file(d->src.path, old, new, d->dst);
	if (!to)
		return error_set(err, ERR_NO_MEMORY, "no memory for the name of a disk");
	c->list[c->n].from = d->src.path;
	c->list[c->n].to = strdup(to);
	c->list[c->n++].format = conf_enum_name(&domain_storage_format_names, d->driver.type ? d->driver.type : DOMAIN_STORAGE_RAW);
	d->src.path = to;
	return 0;
}

/* What may be only once becomes the clone's own. */
static int change(struct domain *def, const char *new, struct copies *c, struct error *err)
{
	static const unsigned char none[16];

	for (size_t i = 0; i < def->devices.disks.n; i++)
		if (plan_disk(def->devices.disks.items[i], def->name, new, c, err) < 0)
			return -1;
	for (size_t i = 0; i < def->devices.interfaces.n; i++)
		def->devices.interfaces.items[i]->mac = (struct conf_mac){ 0 };
	if (memcmp(def->genid, none, sizeof(none)) && uuid_generate(def->genid, err) < 0)
		return -1;
	free(def->name);
	def->name = strdup(new);
	return def->name ? uuid_generate(def->uuid, err) : error_set(err, ERR_NO_MEMORY, "no memory for the clone");
}

static int copy_disks(struct cli *cli, struct copies *c, struct error *err)
{
	for (size_t i = 0; i < c->n; i++) {
		cli_say(cli, "Copying %s to %s", c->list[i].from, c->list[i].to);
		if (cli_image_copy(c->list[i].from, c->list[i].format, c->list[i].to, c->list[i].format, err) < 0)
			return -1;
		c->list[i].done = true;
	}
	return 0;
}

/* The firmware's variables, where the guest has its own. */
static int copy_nvram(const struct guest *from, const char *to, struct error *err)
{
	AUTO_CLOSE int old = state_open_object(from->kind->name, from->name, err);
	AUTO_CLOSE int new = old < 0 ? -1 : state_open_object(from->kind->name, to, err);
	AUTO_FREE char *data = NULL;
	size_t len;

	if (new < 0)
		return -1;
	if (faccessat(old, "nvram", F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return file_read_at(old, "nvram", 64u << 20, &data, &len, err) < 0 ? -1 : file_replace_at(new, "nvram", data, len, 0600, FILE_DURABLE, err);
}

static int define(struct cli *cli, struct cli_conn *conn, const struct guest *from, char *xml, const char *new, struct error *err)
{
	wire_domain_define_xml_flags_args args = { .xml = xml };
	wire_domain_define_xml_flags_ret ret = { 0 };

	if (cli_call(conn, &rpc_domain_define_xml_flags, &args, &ret, err) < 0)
		return -1;
	xdr_free(rpc_domain_define_xml_flags.ret, &ret);
	if (copy_nvram(from, new, err) < 0)
		return -1;
	if (cli->json)
		return cli_json_print(json_pack("{s:o, s:o}", "name", cli_json_string(new), "clone_of", cli_json_string(from->name)), err);
	cli_say(cli, "Domain '%s' is a clone of '%s'", new, from->name);
	return 0;
}

static int clone_guest(struct cli *cli, struct cli_conn *conn, const struct guest *from, const char *new, struct copies *c, struct error *err)
{
	wire_domain_get_xml_desc_args args = { .dom = cli_domain(from), .flags = WHOLE };
	wire_domain_get_xml_desc_ret ret = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;
	AUTO_FREE char *xml = NULL;
	int r;

	if (cli_call(conn, &rpc_domain_get_xml_desc, &args, &ret, err) < 0)
		return -1;
	def = domain_parse(ret.xml, strlen(ret.xml), 0, err);
	xdr_free(rpc_domain_get_xml_desc.ret, &ret);
	if (!def || change(def, new, c, err) < 0 || !(xml = domain_format(def, DOMAIN_FORMAT_SECURE | DOMAIN_FORMAT_INACTIVE, err)))
		return -1;
	if (print_xml) {
		fputs(xml, stdout);
		return 0;
	}
	r = copy_disks(cli, c, err) < 0 ? -1 : define(cli, conn, from, xml, new, err);
	for (size_t i = 0; r < 0 && i < c->n; i++)
		if (c->list[i].done)
			unlink(c->list[i].to);
	return r;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_CLI_GUEST struct guest there = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, cli_drivers, &guest, err);
	const char *new = cli->args[1];
	struct copies c = { 0 };
	int r;

	if (!conn || cli_only_local(conn, "vm-clone", err) < 0)
		return -1;
	if (conf_check_name(new))
		return cli_usage(err, "'%s' is no name: it %s", new, conf_check_name(new));
	if (guest_is_active(&guest))
		return error_set(err, ERR_OPERATION_INVALID, "domain '%s' is running: its disks change while they are copied (shut it down first)", guest.name);
	if (cli_find(conn, new, &there, NULL) == 0)
		return error_set(err, ERR_OPERATION_FAILED, "there is a domain '%s' already", new);
	r = clone_guest(cli, conn, &guest, new, &c, err);
	for (size_t i = 0; i < c.n; i++) {
		free(c.list[i].from);
		free(c.list[i].to);
	}
	return r;
}

static const struct cli_program program = {
	.name = "vm-clone", .summary = "make a guest of another one, with copies of its disks", .args = "GUEST NAME", .options = options, .min_args = 2,
	.max_args = 2, .flags = CLI_GUESTS | CLI_SLOW, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
