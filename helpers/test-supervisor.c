/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-supervisor: keeps the state of one guest of the test driver, see lib/hypervisor/supervisor.h. */
#include "hypervisor/supervisor.h"
#include "test/test.h"

int main(int argc, char **argv)
{
	return supervisor_main(argc, argv, &test_supervisor_driver);
}
