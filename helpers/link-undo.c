/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* link-undo "NAME MAC": removes a network interface that a plan names. A program of its own, so that those that clean up after a dead guest, which is
 * seldom, are not linked with what they need for it alone. Its exit status is an errno. */
#include "util/netlink.h"

int main(int argc, char **argv)
{
	struct error err = { 0 };

	if (argc != 2 || netlink_plan_undo(NULL, argv[1], &err) < 0)
		return err.sys ? err.sys : EINVAL;
	return 0;
}
