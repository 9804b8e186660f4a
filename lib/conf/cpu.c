/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/cpu.h"

static const struct conf_row cpu_rows[] = {
	CHILD_ENUM("arch", struct cpu, arch, domain_arch),
	INCLUDE(struct cpu, cpu, struct domain_cpu, domain_cpu_elem),
	CONF_END
};

const struct conf_elem cpu_elem = ELEM(struct cpu, cpu_rows);
const struct conf_document cpu_document = { "cpu", &cpu_elem, 0 };
