/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Documents of objects: define, dumpxml, edit. */
#include "cli/object.h"

#include "cli/define.h"
#include "cli/edit.h"
#include "cli/json.h"
#include "conf/document.h"

#include <string.h>

static int print_xml, validate, wrap;
static char *xpath;

const struct poptOption cli_define_options[] = {
	{ "validate", 0, POPT_ARG_NONE, &validate, 0, "refuse what the format does not know", NULL },
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the canonical form and do nothing else", NULL },
	POPT_TABLEEND
};

const struct poptOption cli_dumpxml_options[] = {
	{ "xpath", 0, POPT_ARG_STRING, &xpath, 0, "print what this XPath expression selects", "EXPRESSION" },
	{ "wrap", 0, POPT_ARG_NONE, &wrap, 0, "put the elements found into one element", NULL },
	POPT_TABLEEND
};

bool cli_print_xml_given(void)
{
	return print_xml;
}

bool cli_validate_given(void)
{
	return validate;
}

struct warning {
	const struct cli *cli;
	const char *name;
};

static void warn(void *ctx, const char *text)
{
	struct warning *w = ctx;

	cli_warn(w->cli, "%s: %s", w->name, text);
}

int cli_document_check(struct cli *cli, const struct conf_document *document, const char *name, const char *xml, size_t len,
		       struct error *err)
{
	struct warning w = { cli, name };
	AUTO_FREE char *canonical = conf_document_canonical(document, xml, len, validate ? CONF_PARSE_VALIDATE : 0, validate ? NULL : warn, &w, err);

	if (print_xml && canonical) {
		fputs(canonical, stdout);
		return 1;
	}
	/* what cannot be read at all is left to whoever defines it: he knows best what he takes */
	return canonical || (!print_xml && !validate) ? 0 : -1;
}

struct defining {
	struct cli_conn *conn;
	const struct cli_object_type *type;
	const struct cli_object_define *how;
	json_t *list;
};

static void report(struct cli *cli, const struct defining *d, const char *file, const char *name)
{
	if (d->list)
		json_array_append_new(d->list, json_pack("{s:o, s:o, s:s}", "file", cli_json_string(file), "name", cli_json_string(name), "result",
							 d->how->done));
	cli_say(cli, "%s '%s' %s from %s", d->type->title, name, d->how->done, file);
}

static int define_one(struct cli *cli, size_t i, const char *file, void *arg, struct error *err)
{
	struct defining *d = arg;
	AUTO_FREE char *xml = NULL;
	AUTO_FREE void *ref = calloc(1, d->type->size);
	char text[UUID_TEXT];
	size_t len;

	if (!ref)
		return error_errno(err, "%s", d->type->noun);
	if (cli_read_file(cli->args[i], &xml, &len, err) < 0)
		return -1;
	int rc = cli_document_check(cli, d->how->document, file, xml, len, err);
	if (rc)
		return rc < 0 ? -1 : 0;
	if (cli_object_call(d->conn, d->how->proc, &xml, sizeof(xml), d->how->flags | (validate ? d->how->validate : 0), ref, err) < 0)
		return -1;
	report(cli, d, file, cli_object_name(d->type, ref, text));
	cli_object_clear(d->type, ref);
	return 0;
}

int cli_object_define(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, const struct cli_object_define *how,
		      struct error *err)
{
	struct defining d = { .type = type, .how = how };

	if (!print_xml && !(d.conn = cli_object_open(cli, type, uses, err)))
		return -1;
	AUTO_FREE const char **names = calloc(cli->n_args + 1, sizeof(*names));
	if (!names)
		return error_errno(err, "%d files", cli->n_args);
	d.list = cli->json && !print_xml ? json_array() : NULL;
	for (int i = 0; i < cli->n_args; i++)
		names[i] = strcmp(cli->args[i], "-") == 0 ? "standard input" : cli->args[i];
	int status = cli_each(cli, names, cli->n_args, false, define_one, &d);
	return d.list && cli_json_print(d.list, err) < 0 ? -1 : status;
}

int cli_dumpxml_print(struct cli *cli, const char *name, const char *xml, struct error *err)
{
	if (wrap && !xpath)
		return cli_usage(err, "--wrap needs --xpath");
	if (cli->json && xpath)
		return cli_usage(err, "--json and --xpath cannot be used together");
	if (cli->json && name)
		return cli_json_print(json_pack("{s:o, s:o}", "name", cli_json_string(name), "xml", cli_json_string(xml)), err);
	if (cli->json)
		return cli_xml_print(cli, xml, err);
	if (xpath)
		return cli_xpath(xml, xpath, wrap, err);
	fputs(xml, stdout);
	if (*xml && xml[strlen(xml) - 1] != '\n')
		putchar('\n');
	return 0;
}

int cli_object_dumpxml(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, unsigned flags, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, type, uses, err);
	AUTO_FREE void *ref = calloc(1, type->size);
	char text[UUID_TEXT];

	if (!conn || !ref || cli_object_argument(cli, conn, type, ref, err) < 0)
		return -1;
	AUTO_FREE char *xml = cli_object_xml(conn, type, ref, flags, err);
	int rc = xml ? cli_dumpxml_print(cli, cli_object_name(type, ref, text), xml, err) : -1;
	cli_object_clear(type, ref);
	return rc;
}

char *cli_object_definition(struct cli_conn *conn, const struct cli_object_type *type, const void *ref, unsigned flags, struct error *err)
{
	char *xml = cli_object_xml(conn, type, ref, flags, err);

	return xml || !flags || err->code != ERR_INVALID_ARG ? xml : cli_object_xml(conn, type, ref, 0, err);
}

struct editing {
	struct cli_conn *conn;
	const struct cli_object_type *type;
	const struct rpc_proc *define;
	const void *ref;
	unsigned flags;
	const char *xml;   /* as it was given to the editor */
};

static int accept_it(struct cli *cli, const char *text, size_t len, void *arg, struct error *err)
{
	struct editing *e = arg;
	AUTO_FREE char *now = cli_object_definition(e->conn, e->type, e->ref, e->flags, err);
	AUTO_FREE void *defined = calloc(1, e->type->size);

	(void)cli;
	(void)len;
	if (!now || !defined)
		return -1;
	if (strcmp(now, e->xml) != 0)
		return error_set(err, ERR_OPERATION_FAILED, "the definition was changed by somebody else meanwhile");
	if (cli_object_call(e->conn, e->define, &text, sizeof(text), 0, defined, err) < 0)
		return -1;
	cli_object_clear(e->type, defined);
	return 0;
}

int cli_object_edit(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, unsigned flags,
		    const struct rpc_proc *define, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, type, uses, err);
	AUTO_FREE void *ref = calloc(1, type->size);
	char text[UUID_TEXT];

	if (!conn || !ref || cli_object_argument(cli, conn, type, ref, err) < 0)
		return -1;
	AUTO_FREE char *xml = cli_object_definition(conn, type, ref, flags, err);
	struct editing e = { conn, type, define, ref, flags, xml };
	int rc = xml ? cli_edit(cli, xml, ".xml", accept_it, &e, err) : -1;
	if (rc >= 0)
		cli_say(cli, "%s '%s' XML configuration %s", type->title, cli_object_name(type, ref, text), rc ? "edited" : "not changed");
	cli_object_clear(type, ref);
	return rc < 0 ? -1 : EXIT_DONE;
}
