/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nwfilter-learn: learns the addresses of the guest behind a port for its packet filter; see lib/nwfilter/learner.c. */
#include "nwfilter/nwfilter.h"

int main(int argc, char **argv)
{
	struct error err = { 0 };

	if (nwfilter_learn_main(argc, argv, &err) == 0)
		return EXIT_DONE;
	fprintf(stderr, "nwfilter-learn: %s\n", err.text);
	return error_exit_status(err.code);
}
