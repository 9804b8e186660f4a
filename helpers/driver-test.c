/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* driver-test: answers libvirt's protocol for test:///default and test:///PATH.xml on standard input and output; see berth-test(7). */
#include "hypervisor/hypervisor.h"
#include "hypervisor/serve.h"
#include "test/test.h"

static const struct hv_driver *const drivers[] = { &test_hv_driver, NULL };

static const struct rpc_row *const tables[] = {
	test_connect_rows, test_network_rows, test_storage_rows, test_volume_rows, test_interface_rows, test_nodedev_rows, test_event_rows,
	test_moment_rows, hv_rows, NULL
};

int main(int argc, char **argv)
{
	struct hv_serve_opening opening;
	struct hv_serve spec = {
		.in = STDIN_FILENO, .out = STDOUT_FILENO, .kind = hv_kind_find("test"), .open = test_open, .drivers = drivers, .tables = tables,
	};
	struct error err;

	if (hv_serve_taken_over(argc, argv, &opening, &spec.uri))
		spec.opening = &opening;
	if (hv_serve(&spec, &err) == 0)
		return EXIT_DONE;
	fprintf(stderr, "driver-test: %s\n", err.text);
	return error_exit_status(err.code);
}
