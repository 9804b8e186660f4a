/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* net-lease: the script of a network's dnsmasq, which notes DHCP leases (dnsmasq(8), --dhcp-script). */
#include "network/network.h"

int main(int argc, char **argv)
{
	struct error err = { 0 };

	if (network_lease_main(argc, argv, &err) == 0)
		return EXIT_DONE;
	fprintf(stderr, "net-lease: %s\n", err.text);
	return error_exit_status(err.code);
}
