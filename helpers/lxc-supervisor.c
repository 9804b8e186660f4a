/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lxc-supervisor: owns one running container; started by vm-start, see lib/hypervisor/supervisor.h. */
#include "hypervisor/supervisor.h"
#include "lxc/lxc.h"

int main(int argc, char **argv)
{
	return supervisor_main(argc, argv, &lxc_supervisor_driver);
}
