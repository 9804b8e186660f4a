/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* qemu-supervisor: owns one running machine; started by vm-start, see lib/hypervisor/supervisor.h. */
#include "hypervisor/supervisor.h"
#include "qemu/supervisor.h"

int main(int argc, char **argv)
{
	return supervisor_main(argc, argv, &qemu_supervisor_driver);
}
