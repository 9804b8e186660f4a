/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hook-runner: runs hooks for a supervisor; see lib/hypervisor/hook.h. */
#include "hypervisor/hook.h"

int main(int argc, char **argv)
{
	return hook_runner_main(argc, argv);
}
