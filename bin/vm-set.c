/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/define.h"
#include "cli/drivers.h"
#include "cli/edit.h"
#include "cli/json.h"
#include "cli/setpath.h"

#include "conf/domain.h"

#include <libxml/parser.h>
#include <string.h>

static int dry_run, list;

static const struct poptOption options[] = {
	{ "dry-run", 0, POPT_ARG_NONE, &dry_run, 0, "change nothing, show what would change", NULL },
	{ "list", 0, POPT_ARG_NONE, &list, 0, "print the paths that there are, all or those that begin with an argument", NULL },
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = {
	HV(domain_get_xml_desc), HV(domain_define_xml_flags), HV(domain_update_device_flags), HV(domain_set_metadata), HV(domain_set_lifecycle_action),
	HV(domain_set_memory_flags), HV(domain_set_memory_parameters), HV(domain_set_scheduler_parameters_flags), HV(domain_set_vcpus_flags), RPC_ROW_END
};

enum { LIVE = 1, CONFIG = 2 };

struct job {
	struct cli *cli;
	struct cli_conn *conn;
	struct guest guest;
	char *xml;
	xmlDocPtr doc;
};

static void print_path(void *ctx, const char *path)
{
	(void)ctx;
	puts(path);
}

/* "PATH=VALUE"; what is in brackets may hold a "=". */
static int split(const char *word, char **path, const char **value, struct error *err)
{
	bool inside = false;
	const char *p = word;

	for (; *p && (inside || *p != '='); p++)
		inside = inside ? *p != ']' : *p == '[';
	if (*p != '=' || p == word)
		return cli_usage(err, "'%.100s' is no PATH=VALUE", word);
	if (!(*path = strndup(word, (size_t)(p - word))))
		return error_errno(err, "%s", word);
	*value = p + 1;
	return 0;
}

static int read_definition(struct job *job, bool live, struct error *err)
{
	wire_domain_get_xml_desc_args args = { .dom = cli_domain(&job->guest), .flags = 1 | (live ? 0 : 2) };   /* secure, inactive */
	wire_domain_get_xml_desc_ret ret = { 0 };

	if (cli_call(job->conn, &rpc_domain_get_xml_desc, &args, &ret, err) < 0)
		return -1;
	job->xml = ret.xml;
	job->doc = xmlReadMemory(ret.xml, (int)strlen(ret.xml), NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	return job->doc ? 0 : error_set(err, ERR_OPERATION_FAILED, "%s: its definition cannot be read", job->guest.name);
}

static void forget_definition(struct job *job)
{
	xmlFreeDoc(job->doc);
	free(job->xml);
	job->doc = NULL;
	job->xml = NULL;
}

static int set_one(struct job *job, const char *word, bool live, struct error *err)
{
	AUTO_FREE char *path = NULL, *plain = NULL;
	xmlNodePtr device;
	const char *value = NULL;

	if (split(word, &path, &value, err) < 0 || !(plain = cli_path_plain(path, err)) || cli_path_set(job->doc, path, value, &device, err) < 0)
		return -1;
	return live && !dry_run ? cli_path_live(job->conn, &job->guest, plain, job->doc, device, err) : 0;
}

static char *written(const char *text, size_t len, bool live, struct error *err)
{
	AUTO_DOMAIN struct domain *def = domain_parse(text, len, live ? DOMAIN_PARSE_LIVE : DOMAIN_PARSE_VALIDATE, err);

	if (def)
		return domain_format(def, DOMAIN_FORMAT_SECURE | (live ? 0 : DOMAIN_FORMAT_INACTIVE), err);
	cli_forget_line(err);
	return NULL;
}

/* 1: something is (or would be) other than before. */
static int set_all(struct job *job, bool live, struct error *err)
{
	AUTO_FREE char *canonical = NULL;
	xmlChar *text = NULL;
	int len = 0, changed;

	for (int i = 1; i < job->cli->n_args; i++)
		if (set_one(job, job->cli->args[i], live, err) < 0)
			return -1;
	xmlDocDumpMemory(job->doc, &text, &len);
	canonical = text ? written((const char *)text, (size_t)len, live, err) : NULL;
	xmlFree(text);
	if (!canonical)
		return -1;
	changed = strcmp(canonical, job->xml) != 0;
	if (dry_run && job->cli->json)
		return changed;
	if (dry_run)
		return cli_diff(job->cli, job->guest.name, live ? "live" : "changed", job->xml, canonical);
	if (live || !changed)
		return changed;
	const wire_domain_define_xml_flags_args args = { .xml = canonical, .flags = HV_DEFINE_VALIDATE };
	return cli_call(job->conn, &rpc_domain_define_xml_flags, &args, NULL, err) < 0 ? -1 : 1;
}

static int set_in(struct job *job, bool live, struct error *err)
{
	int r = read_definition(job, live, err) < 0 ? -1 : set_all(job, live, err);

	forget_definition(job);
	return r < 0 ? error_wrap(err, "%s", job->guest.name) : r;
}

static int run_on(struct job *job, unsigned flags, struct error *err)
{
	bool active = job->guest.id >= 0;
	int live = 0, config = 0;

	if (!(flags & (LIVE | CONFIG)))
		flags = active ? LIVE : CONFIG;
	if ((flags & LIVE) && !active)
		return error_set(err, ERR_OPERATION_INVALID, "domain '%s' is not running (start it with: vm-start %s)", job->guest.name, job->guest.name);
	if ((flags & CONFIG) && !job->guest.persistent)
		return error_set(err, ERR_OPERATION_INVALID, "domain '%s' is transient: it has no stored definition", job->guest.name);
	/* the definition first: it refuses what is nonsense before anything has happened */
	if ((flags & CONFIG) && (config = set_in(job, false, err)) < 0)
		return -1;
	if ((flags & LIVE) && (live = set_in(job, true, err)) < 0)
		return -1;
	if (job->cli->json)
		return cli_json_print(json_pack("{s:o,s:b}", "name", cli_json_string(job->guest.name), "changed", live || config), err) < 0 ? -1 : EXIT_DONE;
	cli_say(job->cli, "Domain '%s' %s", job->guest.name, live || config ? dry_run ? "would be changed" : "changed" : "unchanged");
	return EXIT_DONE;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct job job = { .cli = cli };
	unsigned flags;

	if (list)
		return cli->n_args > 1 ? cli_usage(err, "--list takes one argument at most") : cli_paths_each(cli->n_args ? cli->args[0] : NULL, print_path, NULL, err);
	if (cli->n_args < 2)
		return cli_usage(err, "a guest and at least one PATH=VALUE are needed");
	if (cli_affect_flags(&flags, err) < 0 || !(job.conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)))
		return -1;
	job.guest = guest;
	return run_on(&job, flags, err);
}

static const struct cli_program program = {
	.name = "vm-set", .summary = "set elements of a guest's definition", .args = "GUEST PATH=VALUE...", .options = options, .max_args = -1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
