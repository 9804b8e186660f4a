/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What defining a container needs. Its defaults are the format's own. What no container can have is refused here; what this host cannot give at
 * the moment is told when it is started, for a definition may be meant for later or for another host. */
#include "lxc/lxc.h"
#include "lxc/native.h"

#include "conf/domain.h"
#include "hypervisor/kinds.h"

static int validate(const struct domain *def, struct error *err)
{
	struct lxc_spec spec;

	if (def->os.type != DOMAIN_OS_EXE)
		return error_set(err, ERR_OS_TYPE, "the <os><type> of a container is exe");
	if (lxc_spec_from_domain(def, true, &spec, err) < 0)
		return -1;
	lxc_spec_clear(&spec);
	return 0;
}

static const struct hv_native natives[] = { { .format = "lxc-tools", .from = lxc_from_native }, { .format = NULL } };

const struct hv_driver lxc_hv_driver = { .kind = "lxc", .validate = validate, .natives = natives };
