/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Title, description and applications' elements of a guest or a network: what vm-desc, vm-metadata, net-desc and net-metadata share. */
#ifndef BERTH_CLI_METADATA_H
#define BERTH_CLI_METADATA_H

#include "cli/guests.h"

/* Numbers as in libvirt's virDomainMetadataType; virNetworkMetadataType has the same. */
enum cli_metadata_type { CLI_METADATA_DESCRIPTION, CLI_METADATA_TITLE, CLI_METADATA_ELEMENT };

struct cli_metadata_of;
extern const struct cli_metadata_of cli_metadata_of_guest, cli_metadata_of_network;

struct cli_metadata {
	const struct cli_metadata_of *of;
	struct cli_conn *conn;
	union {
		wire_domain dom;
		wire_network net;
	} ref;                 /* whose; by `of` */
	const char *name;      /* its name, for people */
	enum cli_metadata_type type;
	unsigned flags;        /* cli_affect() */
	char *uri, *key;       /* of an element */
};

/* The options of *-desc and of *-metadata; for POPT_ARG_INCLUDE_TABLE (CLI_DESC_OPTIONS, CLI_METADATA_OPTIONS). */
extern const struct poptOption cli_desc_options[], cli_metadata_options[];
#define CLI_DESC_OPTIONS { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_desc_options, 0, NULL, NULL }
#define CLI_METADATA_OPTIONS { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_metadata_options, 0, NULL, NULL }

/* Check what the options and arguments say and note it in *m: before a connection is made. */
int cli_desc_given(const struct cli *cli, struct cli_metadata *m, struct error *err) NODISCARD;
int cli_metadata_given(const struct cli *cli, struct cli_metadata *m, struct error *err) NODISCARD;

/* Show or change it, as the options say; conn, ref and name are set by now. */
int cli_desc(struct cli *cli, struct cli_metadata *m, struct error *err) NODISCARD;
int cli_metadata(struct cli *cli, struct cli_metadata *m, struct error *err) NODISCARD;

#endif
