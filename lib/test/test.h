/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test driver: test:///default and test:///PATH.xml, a host that is none. Everything is real but what guests would run: state is kept,
 * errors are libvirt's, nothing is random.
 *
 * Each URI is a world of its own, a state root below the run directory (.test/default, .test/%2Fpath.xml): files there are what
 * the objects are, so that they outlive whoever asks, and go with a reboot. Guests are those of lib/hypervisor, with a supervisor
 * that only keeps their state; networks, pools, volumes, interfaces and node devices are one JSON document under a lock. Whoever
 * connects has a process, helpers/driver-test.
 */
#ifndef BERTH_TEST_TEST_H
#define BERTH_TEST_TEST_H

#include "hypervisor/kinds.h"
#include "rpc/proc.h"

extern const struct hv_driver test_hv_driver;
extern const struct supervisor_driver test_supervisor_driver;

/* Makes the world of a URI the process's own (BERTH_ROOT), and fills it when it is new. For hv_serve.open. ERR_INVALID_ARG, ERR_XML ... */
int test_open(const struct hv *hv, const char *uri, struct error *err) NODISCARD;

/* Takes the worlds' guests and files away: of one URI, or (NULL) all. */
int test_reset(const char *uri, struct error *err) NODISCARD;

/* What the driver answers beside hv_rows: served before it. */
extern const struct rpc_row test_connect_rows[], test_network_rows[], test_storage_rows[], test_interface_rows[], test_nodedev_rows[],
	test_volume_rows[], test_event_rows[], test_moment_rows[];

#endif
