/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* net-supervisor: owns one running network; started by net-start, see lib/hypervisor/supervisor.h. */
#include "hypervisor/supervisor.h"
#include "network/network.h"

int main(int argc, char **argv)
{
	return supervisor_main(argc, argv, &network_supervisor_driver);
}
