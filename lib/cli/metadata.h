/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Title, description and applications' elements of a guest. */
#ifndef BERTH_CLI_METADATA_H
#define BERTH_CLI_METADATA_H

#include "cli/guests.h"

/* Numbers as in libvirt's virDomainMetadataType. */
enum cli_metadata_type { CLI_METADATA_DESCRIPTION, CLI_METADATA_TITLE, CLI_METADATA_ELEMENT };

struct cli_metadata {
	struct cli_conn *conn;
	struct guest guest;
	enum cli_metadata_type type;
	unsigned flags;     /* cli_affect() */
	char *uri, *key;    /* of an element */
};

/* Gets it: 1 and *text (the caller's), 0 when there is none, -1. */
int cli_metadata_get(struct cli_metadata *m, char **text, struct error *err) NODISCARD;

/* Sets it; NULL or "" removes it. */
int cli_metadata_set(struct cli_metadata *m, const char *text, struct error *err) NODISCARD;

/* Lets a person edit it. As cli_edit(). */
int cli_metadata_edit(struct cli *cli, struct cli_metadata *m, const char *suffix, struct error *err) NODISCARD;

#endif
