/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Title, description and other programs' elements in a definition, stored or live. */
#ifndef BERTH_HYPERVISOR_ANNOTATE_H
#define BERTH_HYPERVISOR_ANNOTATE_H

#include "conf/domain.h"
#include "rpc/procs.h"

/* Changes a definition as domain_set_metadata's arguments say; which definition is the caller's choice. */
int annotate_set(struct domain *def, const wire_domain_set_metadata_args *args, struct error *err) NODISCARD;

/* The text of a type (libvirt's virDomainMetadataType), of an element by its namespace's URI; the caller's. ERR_NO_DOMAIN_METADATA when there
 * is none. */
char *annotate_get(const struct domain *def, int type, const char *uri, struct error *err) NODISCARD;

#endif
