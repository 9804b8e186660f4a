/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/metadata.h"

#include "cli/edit.h"

#include <string.h>

int cli_metadata_get(struct cli_metadata *m, char **text, struct error *err)
{
	wire_domain_get_metadata_args args = { .dom = cli_domain(&m->guest), .type = m->type, .uri = m->uri ? &m->uri : NULL, .flags = m->flags };
	wire_domain_get_metadata_ret ret = { 0 };
	struct error why = { 0 };

	if (cli_call(m->conn, &rpc_domain_get_metadata, &args, &ret, &why) < 0) {
		if (why.code == ERR_NO_DOMAIN_METADATA)
			return 0;
		*err = why;
		return -1;
	}
	*text = ret.metadata;
	return 1;
}

int cli_metadata_set(struct cli_metadata *m, const char *text, struct error *err)
{
	char *value = text && *text ? (char *)text : NULL;
	wire_domain_set_metadata_args args = {
		.dom = cli_domain(&m->guest), .type = m->type, .metadata = value ? &value : NULL, .key = m->key ? &m->key : NULL,
		.uri = m->uri ? &m->uri : NULL, .flags = m->flags,
	};

	return cli_call(m->conn, &rpc_domain_set_metadata, &args, NULL, err);
}

static int accept_it(struct cli *cli, const char *text, size_t len, void *arg, struct error *err)
{
	AUTO_FREE char *copy = strndup(text, len);

	(void)cli;
	if (!copy)
		return error_errno(err, "the text");
	while (len > 0 && copy[len - 1] == '\n')   /* the editor's, not the person's */
		copy[--len] = '\0';
	return cli_metadata_set(arg, copy, err);
}

int cli_metadata_edit(struct cli *cli, struct cli_metadata *m, const char *suffix, struct error *err)
{
	AUTO_FREE char *text = NULL;

	if (cli_metadata_get(m, &text, err) < 0)
		return -1;
	return cli_edit(cli, text ? text : "", suffix, accept_it, m, err);
}
