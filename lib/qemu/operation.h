/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a running machine can be asked, by subject; the tables are in operation.c. For operation*.c alone. */
#ifndef BERTH_QEMU_OPERATION_H
#define BERTH_QEMU_OPERATION_H

#include "qemu/supervisor_impl.h"
#include "rpc/server.h"

/* operation.c: states */
/* operation_input.c: keys, NMI, screenshots, consoles and channels */
rpc_fn qemu_send_key, qemu_inject_nmi, qemu_screenshot, qemu_graphics_reload, qemu_open_console, qemu_open_channel;

/* operation_agent.c */
rpc_fn qemu_fsfreeze, qemu_fsthaw, qemu_fstrim, qemu_get_fsinfo, qemu_get_time, qemu_set_time, qemu_get_hostname, qemu_interface_addresses, qemu_set_user_password,
	qemu_get_ssh_keys, qemu_set_ssh_keys, qemu_get_guest_vcpus, qemu_set_guest_vcpus, qemu_get_guest_info, qemu_agent_timeout,
	qemu_pm_suspend, qemu_agent_command;

/* operation_monitor.c: the monitor as it is */
rpc_fn qemu_monitor_command, qemu_monitor_event_register, qemu_monitor_event_deregister;

/* operation_block.c */
rpc_fn qemu_block_resize, qemu_block_threshold, qemu_block_stats, qemu_block_stats_flags, qemu_get_block_info, qemu_get_disk_errors;

/* operation_stats.c */
rpc_fn qemu_memory_stats, qemu_cpu_stats, qemu_get_vcpus, qemu_interface_stats, qemu_start_dirty_rate;

/* operation_launch.c */
rpc_fn qemu_get_launch_security, qemu_set_launch_security;

/* operation_save.c */
rpc_fn qemu_save, qemu_save_flags, qemu_save_params, qemu_managed_save, qemu_has_managed_save, qemu_core_dump, qemu_core_dump_format;

/* job.c */
rpc_fn qemu_get_job_info, qemu_get_job_stats, qemu_abort_job;

/* A file of a client's naming that QEMU is to read or write: its name in a command, "/dev/fdset/3". The set is removed by qemu_fdset_drop(). */
int qemu_fdset_add(struct qemu_guest *g, int fd, char name[32], struct error *err) NODISCARD;
void qemu_fdset_drop(struct qemu_guest *g, const char *name);

/* Takes the guest's lock for changes; ERR_OPERATION_TIMEOUT when somebody else has it. */
int qemu_change_begin(struct qemu_guest *g, struct error *err) NODISCARD;
void qemu_change_end(struct qemu_guest *g);

#endif
