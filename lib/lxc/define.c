/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What defining a container needs. Its defaults are the format's own; what it asks for and this host cannot give is told when it is
 * started, for a definition may be meant for later or for another host. */
#include "lxc/lxc.h"

#include "conf/domain.h"
#include "hypervisor/kinds.h"

static int validate(const struct domain *def, struct error *err)
{
	if (def->os.type != DOMAIN_OS_EXE)
		return error_set(err, ERR_OS_TYPE, "the <os><type> of a container is exe");
	if (!def->os.init || *def->os.init != '/')
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "the <init> '%s' is not an absolute path",
				 def->os.init ? def->os.init : "");
	return 0;
}

const struct hv_driver lxc_hv_driver = { .kind = "lxc", .validate = validate };
