/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A <cpu> that stands alone: a host's, as capabilities tell it (<arch>), or a guest's, as in a definition. */
#ifndef BERTH_CONF_CPU_H
#define BERTH_CONF_CPU_H

#include "conf/document.h"
#include "conf/domain.h"

struct cpu {
	enum domain_arch arch;       /* of a host's; 0: not said */
	struct domain_cpu cpu;
};

extern const struct conf_elem cpu_elem;
extern const struct conf_document cpu_document;

#endif
