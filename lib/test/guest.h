/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of a test guest's supervisor share. */
#ifndef BERTH_TEST_GUEST_H
#define BERTH_TEST_GUEST_H

#include "hypervisor/supervisor.h"

#include "conf/domain.h"

#include <time.h>

/* The CPUs of the host that is none (nodeinfo), and how many of them it says to have in its map. */
#define TEST_HOST_CPUS 16
#define TEST_MAP_CPUS 8

/* The file systems that every guest has, as a bit of `frozen`. */
enum { TEST_FS_ROOT, TEST_FS_BOOT, TEST_FILE_SYSTEMS };

struct test_guest {
	struct supervisor *sv;
	struct ev_timer end;        /* after the call that asked for it */
	enum monitor_exit how;
	struct timespec since;
	bool lives;
	unsigned frozen;            /* file systems */
	wire_domain_get_time_ret clock;   /* the guest's own, which stands still */
};

/* The guest that a call means by the reference that its arguments begin with, and which runs; NULL with *err set. */
struct test_guest *test_guest_called(struct rpc_call *call, const void *args, struct error *err) NODISCARD;

/* How long it has run, in nanoseconds. */
uint64_t test_guest_age(const struct test_guest *g);

/* guest_stats.c: what would be measured. guest_inside.c: what an agent in the guest would answer. */
rpc_fn test_block_stats, test_interface_stats, test_memory_stats, test_get_vcpus, test_get_block_info, test_disk_errors, test_cpu_stats, test_screenshot;
rpc_fn test_freeze, test_thaw, test_trim, test_fsinfo, test_get_time, test_set_time, test_hostname, test_set_password, test_send_signal, test_addresses;

/* guest_save.c: images and dumps. test_guest_restored(): it has begun from an image, and a managed one of its own is used up. */
rpc_fn test_save, test_save_flags, test_save_params, test_managed_save, test_has_managed_save, test_core_dump, test_core_dump_format;
void test_guest_restored(struct supervisor *sv);

#endif
