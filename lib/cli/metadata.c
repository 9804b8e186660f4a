/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/metadata.h"

#include "cli/edit.h"
#include "cli/json.h"

#include <string.h>

struct cli_metadata_of {
	const char *noun, *title;
	enum error_code missing;   /* there is none of that type */
	/* The calls; optional strings are NULL or point to one. */
	int (*get)(const struct cli_metadata *m, char **text, struct error *err);
	int (*set)(const struct cli_metadata *m, char **text, char **key, char **uri, struct error *err);
};

static int title, edit, remove_it, live, config, current;
static char *set_to, *key;

#define AFFECT_OPTIONS \
	{ "edit", 0, POPT_ARG_NONE, &edit, 0, "change it in an editor", NULL }, \
	{ "live", 0, POPT_ARG_NONE, &live, 0, "of what runs", NULL }, \
	{ "config", 0, POPT_ARG_NONE, &config, 0, "of the stored definition", NULL }, \
	{ "current", 0, POPT_ARG_NONE, &current, 0, "of the live one when it runs, else the stored one (default)", NULL }

const struct poptOption cli_desc_options[] = {
	{ "title", 0, POPT_ARG_NONE, &title, 0, "the title instead of the description", NULL },
	AFFECT_OPTIONS,
	POPT_TABLEEND
};

const struct poptOption cli_metadata_options[] = {
	{ "set", 0, POPT_ARG_STRING, &set_to, 0, "set the element", "XML" },
	{ "key", 0, POPT_ARG_STRING, &key, 0, "the prefix of the namespace", "PREFIX" },
	{ "remove", 0, POPT_ARG_NONE, &remove_it, 0, "remove the element", NULL },
	AFFECT_OPTIONS,
	POPT_TABLEEND
};

/* ---- whose ---- */

static int guest_get(const struct cli_metadata *m, char **text, struct error *err)
{
	char *uri = m->uri;
	wire_domain_get_metadata_args args = { .dom = m->ref.dom, .type = m->type, .uri = uri ? &uri : NULL, .flags = m->flags };
	wire_domain_get_metadata_ret ret = { 0 };
	int rc = cli_call(m->conn, &rpc_domain_get_metadata, &args, &ret, err);

	*text = ret.metadata;
	return rc;
}

static int guest_set(const struct cli_metadata *m, char **text, char **prefix, char **uri, struct error *err)
{
	wire_domain_set_metadata_args args = {
		.dom = m->ref.dom, .type = m->type, .metadata = text, .key = prefix, .uri = uri, .flags = m->flags,
	};

	return cli_call(m->conn, &rpc_domain_set_metadata, &args, NULL, err);
}

const struct cli_metadata_of cli_metadata_of_guest = { "domain", "Domain", ERR_NO_DOMAIN_METADATA, guest_get, guest_set };

static int network_get(const struct cli_metadata *m, char **text, struct error *err)
{
	char *uri = m->uri;
	wire_network_get_metadata_args args = { .opt_network = m->ref.net, .type = m->type, .uri = uri ? &uri : NULL, .flags = m->flags };
	wire_network_get_metadata_ret ret = { 0 };
	int rc = cli_call(m->conn, &rpc_network_get_metadata, &args, &ret, err);

	*text = ret.metadata;
	return rc;
}

static int network_set(const struct cli_metadata *m, char **text, char **prefix, char **uri, struct error *err)
{
	wire_network_set_metadata_args args = {
		.opt_network = m->ref.net, .type = m->type, .metadata = text, .key = prefix, .uri = uri, .flags = m->flags,
	};

	return cli_call(m->conn, &rpc_network_set_metadata, &args, NULL, err);
}

const struct cli_metadata_of cli_metadata_of_network = { "network", "Network", ERR_NO_NETWORK_METADATA, network_get, network_set };

/* ---- what ---- */

/* 1 and *text (the caller's), 0 when there is none, -1. */
static int get(const struct cli_metadata *m, char **text, struct error *err)
{
	struct error why = { 0 };

	if (m->of->get(m, text, &why) == 0)
		return 1;
	if (why.code == m->of->missing)
		return 0;
	*err = why;
	return -1;
}

/* NULL or "" removes it. */
static int set(struct cli_metadata *m, const char *text, struct error *err)
{
	char *value = text && *text ? (char *)text : NULL;

	return m->of->set(m, value ? &value : NULL, m->key ? &m->key : NULL, m->uri ? &m->uri : NULL, err);
}

static int accept_it(struct cli *cli, const char *text, size_t len, void *arg, struct error *err)
{
	AUTO_FREE char *copy = strndup(text, len);

	(void)cli;
	if (!copy)
		return error_errno(err, "the text");
	while (len > 0 && copy[len - 1] == '\n')   /* the editor's, not the person's */
		copy[--len] = '\0';
	return set(arg, copy, err);
}

/* As cli_edit(). */
static int edit_it(struct cli *cli, struct cli_metadata *m, const char *suffix, struct error *err)
{
	AUTO_FREE char *text = NULL;

	if (get(m, &text, err) < 0)
		return -1;
	return cli_edit(cli, text ? text : "", suffix, accept_it, m, err);
}

/* ---- title and description ---- */

static char *joined(const char *const *words)
{
	size_t len = 1;
	char *out, *at;

	for (size_t i = 0; words[i]; i++)
		len += strlen(words[i]) + 1;
	out = at = malloc(len);
	for (size_t i = 0; out && words[i]; i++) {
		if (i)
			*at++ = ' ';
		at = stpcpy(at, words[i]);
	}
	return out;
}

static int desc_show(struct cli *cli, struct cli_metadata *m, struct error *err)
{
	AUTO_FREE char *text = NULL;
	const char *what = title ? "title" : "description";
	int rc = get(m, &text, err);

	if (rc < 0)
		return -1;
	if (cli->json)
		return cli_json_print(json_pack("{s:o, s:o}", "name", cli_json_string(m->name), what, cli_json_string(text)), err);
	if (rc == 0)
		cli_say(cli, "%s '%s' has no %s", m->of->title, m->name, what);
	else
		cli_value(cli, text);
	return 0;
}

int cli_desc_given(const struct cli *cli, struct cli_metadata *m, struct error *err)
{
	m->type = title ? CLI_METADATA_TITLE : CLI_METADATA_DESCRIPTION;
	if (cli_affect(live, config, current, &m->flags, err) < 0)
		return -1;
	if (edit && cli->n_args > 1)
		return cli_usage(err, "--edit and a text cannot be used together");
	return 0;
}

int cli_desc(struct cli *cli, struct cli_metadata *m, struct error *err)
{
	AUTO_FREE char *text = NULL;
	int rc;

	if (!edit && cli->n_args < 2)
		return desc_show(cli, m, err);
	if (edit) {
		rc = edit_it(cli, m, ".txt", err);
	} else {
		text = joined(cli->args + 1);
		rc = !text ? error_errno(err, "the text") : set(m, text, err) < 0 ? -1 : 1;
	}
	if (rc >= 0)
		cli_say(cli, "%s '%s' %s %s", m->of->title, m->name, title ? "title" : "description", rc ? "updated" : "not changed");
	return rc < 0 ? -1 : 0;
}

/* ---- elements ---- */

static int element_show(struct cli *cli, struct cli_metadata *m, struct error *err)
{
	AUTO_FREE char *text = NULL;
	int rc = get(m, &text, err);

	if (rc == 0)
		return error_set(err, m->of->missing, "%s '%s' has no metadata of the namespace '%s'", m->of->noun, m->name, m->uri);
	if (rc < 0)
		return -1;
	if (cli->json)
		return cli_json_print(json_pack("{s:o, s:o, s:o}", "name", cli_json_string(m->name), "uri", cli_json_string(m->uri),
						"metadata", cli_json_string(text)), err);
	fputs(text, stdout);
	if (!*text || text[strlen(text) - 1] != '\n')
		putchar('\n');
	return 0;
}

int cli_metadata_given(const struct cli *cli, struct cli_metadata *m, struct error *err)
{
	const struct cli_given given[] = { { "--set", set_to != NULL }, { "--remove", remove_it }, { "--edit", edit }, { NULL, 0 } };

	m->type = CLI_METADATA_ELEMENT;
	m->key = key;
	m->uri = (char *)cli->args[1];
	if (cli_at_most_one(given, err) < 0 || cli_affect(live, config, current, &m->flags, err) < 0)
		return -1;
	if ((set_to || edit) && !key)
		return cli_usage(err, "%s needs --key, the prefix of the namespace", set_to ? "--set" : "--edit");
	return 0;
}

int cli_metadata(struct cli *cli, struct cli_metadata *m, struct error *err)
{
	int rc = 1;

	if (!edit && !set_to && !remove_it)
		return element_show(cli, m, err);
	if (edit)
		rc = edit_it(cli, m, ".xml", err);
	else if (set(m, remove_it ? NULL : set_to, err) < 0)
		return -1;
	if (rc >= 0)
		cli_say(cli, "%s '%s' metadata %s", m->of->title, m->name, rc == 0 ? "not changed" : remove_it ? "removed" : "modified");
	return rc < 0 ? -1 : 0;
}
