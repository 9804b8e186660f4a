/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/test.h"

#include "conf/domain.h"

static int defaults(struct domain *def, struct error *err)
{
	return domain_fill_generic(def, err);
}

const struct hv_driver test_hv_driver = { .kind = "test", .defaults = defaults };
