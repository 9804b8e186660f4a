/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nwfilter-bind: puts a filter to work on a port (a <filterbinding> on standard input), or takes it away (its name). For supervisors of guests, which know
 * nothing of filters themselves. */
#include "nwfilter/nwfilter.h"

int main(int argc, char **argv)
{
	struct error err = { 0 };

	if (argc <= 2 && nwfilter_bind_main(argc, argv, &err) == 0)
		return 0;
	fprintf(stderr, "%s\n", err.text);
	return err.sys ? err.sys : EINVAL;
}
