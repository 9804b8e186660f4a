/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the store side share that read definitions. */
#ifndef BERTH_HYPERVISOR_LOCAL_XML_H
#define BERTH_HYPERVISOR_LOCAL_XML_H

#include "conf/domain.h"
#include "hypervisor/local.h"

/* How a definition is kept. */
#define HV_STORED (DOMAIN_FORMAT_SECURE | DOMAIN_FORMAT_INACTIVE)

/* Reads XML for the driver that it is for, with the driver's defaults and checks. */
struct domain *hv_parse(const struct hv *hv, const char *xml, unsigned parse_flags, const struct hv_kind **kind, struct error *err) NODISCARD;

/* Reads a guest's definition. */
struct domain *hv_load(const struct hv_kind *kind, const char *name, struct error *err) NODISCARD;

/* What a kind's driver adds to definitions, if this connection knows it. */
const struct hv_driver *hv_driver_of(const struct hv *hv, const struct hv_kind *kind, struct error *err) NODISCARD;

#endif
