/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Title, description and other programs' elements in a definition, stored or live. */
#ifndef BERTH_HYPERVISOR_ANNOTATE_H
#define BERTH_HYPERVISOR_ANNOTATE_H

#include "conf/domain.h"
#include "rpc/procs.h"

/* What can be annotated: a guest's definition, a network's. */
struct annotated {
	const char *name;              /* for errors */
	char **title, **description;
	struct conf_list *metadata;    /* of struct conf_raw */
	enum error_code missing;       /* there is none */
};

/* Changes one annotation of a type (libvirt's virDomainMetadataType; virNetworkMetadataType has the same). text NULL: takes it away. An element needs
 * the prefix (key) and the URI of its namespace. */
int annotate_set(const struct annotated *what, int type, const char *text, const char *key, const char *uri, struct error *err) NODISCARD;

/* The text of a type, of an element by its namespace's URI; the caller's. what->missing when there is none. */
char *annotate_get(const struct annotated *what, int type, const char *uri, struct error *err) NODISCARD;

/* The same of a guest, as domain_set_metadata's arguments say. */
int annotate_domain_set(struct domain *def, const wire_domain_set_metadata_args *args, struct error *err) NODISCARD;
char *annotate_domain_get(const struct domain *def, int type, const char *uri, struct error *err) NODISCARD;

#endif
