/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guests of local drivers: the procedures, as functions on files where files know the answer and as calls to the guest's
 * supervisor where only that one does. A program's table names the ones it uses:
 *
 *     static const struct rpc_row uses[] = { HV(domain_create_with_flags), RPC_ROW_END };
 *
 * and calls them with ctx = a struct hv (kinds.h). Every function is an rpc_fn (rpc/proc.h). The first member of a domain
 * procedure's arguments is the wire_domain: looked up by its UUID, or, where that is all zero, by its name.
 */
#ifndef BERTH_HYPERVISOR_HYPERVISOR_H
#define BERTH_HYPERVISOR_HYPERVISOR_H

#include "hypervisor/guest.h"
#include "rpc/procs.h"

#define HV(x) RPC_ROW(x, hv_##x)

/* Sends the call to the supervisor of the guest that the arguments name. Not running: ERR_OPERATION_INVALID. A guest whose supervisor is
 * dead is adopted first. A supervisor that does not answer within hv->timeout_ms: ERR_OPERATION_TIMEOUT. */
rpc_fn hv_forward;

/* The same for what takes as long as it takes: there is no timeout; who waits cancels it by domain_abort_job. */
rpc_fn hv_forward_long;

/* A connection to the supervisor of the guest that `dom` names, under the same rules: for streams, descriptors and events. */
struct rpc_conn;
struct rpc_conn *hv_connect_supervisor(const struct hv *hv, const wire_domain *dom, struct error *err) NODISCARD;

/* connect.c: neither XML nor a guest */
rpc_fn hv_connect_open, hv_connect_close, hv_connect_get_type, hv_connect_get_version, hv_connect_get_lib_version,
	hv_connect_get_hostname, hv_connect_get_uri, hv_connect_supports_feature, hv_connect_is_secure, hv_connect_get_max_vcpus,
	hv_auth_list;

/* host.c, capabilities.c */
rpc_fn hv_node_get_info, hv_connect_get_capabilities;

/* node.c: what changes from moment to moment */
rpc_fn hv_node_get_cpu_stats, hv_node_get_cpu_map, hv_node_get_memory_stats, hv_node_get_free_memory,
	hv_node_get_cells_free_memory, hv_node_get_free_pages;

/* node_set.c: what is set of the host. A host that sleeps answers when it is awake again */
rpc_fn hv_node_alloc_pages, hv_node_get_memory_parameters, hv_node_set_memory_parameters, hv_node_suspend_for_duration, hv_node_get_sev_info;

/* sysinfo.c */
rpc_fn hv_connect_get_sysinfo;

/* lookup.c */
rpc_fn hv_domain_lookup_by_name, hv_domain_lookup_by_uuid, hv_domain_lookup_by_id, hv_connect_list_all_domains,
	hv_connect_list_domains, hv_connect_num_of_domains, hv_connect_list_defined_domains, hv_connect_num_of_defined_domains,
	hv_domain_get_state, hv_domain_is_active, hv_domain_is_persistent, hv_domain_is_updated, hv_domain_get_autostart,
	hv_domain_set_autostart, hv_domain_has_managed_save_image, hv_domain_has_current_snapshot, hv_domain_get_os_type;

/* define.c, inspect.c, metadata.c: need XML */
rpc_fn hv_domain_define_xml, hv_domain_define_xml_flags, hv_domain_rename, hv_domain_get_xml_desc, hv_domain_get_info,
	hv_domain_get_max_memory, hv_domain_get_max_vcpus, hv_domain_set_metadata, hv_domain_get_metadata, hv_domain_create_xml;

/* native.c */
rpc_fn hv_connect_domain_xml_from_native, hv_connect_domain_xml_to_native;

/* undefine.c, start.c, destroy.c: need no XML */
rpc_fn hv_domain_undefine, hv_domain_undefine_flags, hv_domain_create, hv_domain_create_with_flags, hv_domain_destroy,
	hv_domain_destroy_flags;

/* What only a running guest answers. */
#define hv_domain_suspend hv_forward
#define hv_domain_resume hv_forward
#define hv_domain_shutdown hv_forward
#define hv_domain_shutdown_flags hv_forward
#define hv_domain_reboot hv_forward
#define hv_domain_reset hv_forward
#define hv_domain_fsfreeze hv_forward
#define hv_domain_fsthaw hv_forward
#define hv_domain_fstrim hv_forward
#define hv_domain_get_fsinfo hv_forward
#define hv_domain_get_time hv_forward
#define hv_domain_set_time hv_forward
#define hv_domain_get_hostname hv_forward
#define hv_domain_set_user_password hv_forward
#define hv_domain_authorized_ssh_keys_get hv_forward
#define hv_domain_authorized_ssh_keys_set hv_forward
#define hv_domain_get_guest_vcpus hv_forward
#define hv_domain_set_guest_vcpus hv_forward
#define hv_domain_get_guest_info hv_forward
#define hv_domain_pm_suspend_for_duration hv_forward
#define hv_domain_pm_wakeup hv_forward
#define hv_domain_agent_set_response_timeout hv_forward
#define hv_domain_send_key hv_forward
#define hv_domain_inject_nmi hv_forward
#define hv_domain_open_channel hv_forward
#define hv_domain_screenshot hv_forward
#define hv_qemu_domain_monitor_command hv_forward
#define hv_qemu_domain_agent_command hv_forward
#define hv_domain_open_console hv_forward
#define hv_lxc_domain_open_namespace hv_forward
#define hv_domain_send_process_signal hv_forward

/* What changes a definition, the stored or the live one (change.c), and what tells of one (view.c): one function for all, led by tables. */
rpc_fn hv_change, hv_view;
#define hv_domain_attach_device hv_change
#define hv_domain_attach_device_flags hv_change
#define hv_domain_detach_device hv_change
#define hv_domain_detach_device_flags hv_change
#define hv_domain_detach_device_alias hv_change
#define hv_domain_update_device_flags hv_change
#define hv_domain_set_memory hv_change
#define hv_domain_set_memory_flags hv_change
#define hv_domain_set_max_memory hv_change
#define hv_domain_set_memory_stats_period hv_change
#define hv_domain_set_vcpus hv_change
#define hv_domain_set_vcpus_flags hv_change
#define hv_domain_set_vcpu hv_change
#define hv_domain_pin_vcpu hv_change
#define hv_domain_pin_vcpu_flags hv_change
#define hv_domain_pin_emulator hv_change
#define hv_domain_pin_iothread hv_change
#define hv_domain_add_iothread hv_change
#define hv_domain_del_iothread hv_change
#define hv_domain_set_iothread_params hv_change
#define hv_domain_set_memory_parameters hv_change
#define hv_domain_set_blkio_parameters hv_change
#define hv_domain_set_scheduler_parameters hv_change
#define hv_domain_set_scheduler_parameters_flags hv_change
#define hv_domain_set_numa_parameters hv_change
#define hv_domain_set_interface_parameters hv_change
#define hv_domain_set_block_io_tune hv_change
#define hv_domain_set_throttle_group hv_change
#define hv_domain_del_throttle_group hv_change
#define hv_domain_set_perf_events hv_change
#define hv_domain_set_lifecycle_action hv_change
#define hv_domain_get_vcpus_flags hv_view
#define hv_domain_get_vcpu_pin_info hv_view
#define hv_domain_get_emulator_pin_info hv_view
#define hv_domain_get_iothread_info hv_view
#define hv_domain_get_memory_parameters hv_view
#define hv_domain_get_blkio_parameters hv_view
#define hv_domain_get_scheduler_type hv_view
#define hv_domain_get_scheduler_parameters hv_view
#define hv_domain_get_scheduler_parameters_flags hv_view
#define hv_domain_get_numa_parameters hv_view
#define hv_domain_get_interface_parameters hv_view
#define hv_domain_get_block_io_tune hv_view
#define hv_domain_get_perf_events hv_view

/* Processors and emulators (cpu.c) */
rpc_fn hv_connect_get_cpu_model_names, hv_connect_compare_cpu, hv_connect_baseline_cpu, hv_connect_get_domain_capabilities,
	hv_connect_compare_hypervisor_cpu, hv_connect_baseline_hypervisor_cpu;

/* restore.c: what begins with an image of saved memory, or is about one */
rpc_fn hv_domain_restore, hv_domain_restore_flags, hv_domain_restore_params, hv_domain_save_image_get_xml_desc, hv_domain_save_image_define_xml,
	hv_domain_managed_save_remove, hv_domain_managed_save_get_xml_desc, hv_domain_managed_save_define_xml;
#define hv_domain_save hv_forward_long
#define hv_domain_save_flags hv_forward_long
#define hv_domain_save_params hv_forward_long
#define hv_domain_managed_save hv_forward_long
#define hv_domain_core_dump hv_forward_long
#define hv_domain_core_dump_with_format hv_forward_long

/* Statistics (stats_local.c), and what else only a running guest answers. */
rpc_fn hv_connect_get_all_domain_stats, hv_domain_get_block_info;
#define hv_domain_block_stats hv_forward
#define hv_domain_block_stats_flags hv_forward
#define hv_domain_interface_stats hv_forward
#define hv_domain_memory_stats hv_forward
#define hv_domain_get_cpu_stats hv_forward
#define hv_domain_get_vcpus hv_forward
#define hv_domain_interface_addresses hv_forward
#define hv_domain_get_control_info hv_forward
#define hv_domain_get_job_info hv_forward
#define hv_domain_get_job_stats hv_forward
#define hv_domain_abort_job hv_forward
#define hv_domain_abort_job_flags hv_forward
#define hv_domain_get_disk_errors hv_forward
#define hv_domain_start_dirty_rate_calc hv_forward
#define hv_domain_set_block_threshold hv_forward
#define hv_domain_graphics_reload hv_forward
#define hv_domain_get_launch_security_info hv_forward
#define hv_domain_set_launch_security_state hv_forward
#define hv_domain_block_resize hv_forward

/* Everything above in one table, for servers. */
extern const struct rpc_row hv_rows[];

/* ---- what the procedures are made of, for programs that show more than a procedure returns ---- */

/* What a definition changed. */
enum hv_change { HV_CREATED, HV_CHANGED, HV_UNCHANGED };

#define HV_DEFINE_VALIDATE 1u    /* libvirt's VIR_DOMAIN_DEFINE_VALIDATE */
#define HV_DEFINE_DRY_RUN (1u << 30)   /* ours: checks everything, changes nothing */

struct hv_defined {
	const struct hv_kind *kind;
	char *name;
	unsigned char uuid[UUID_BYTES];
	enum hv_change change;
	char *old_xml, *new_xml;   /* canonical; old_xml NULL when it is new or was damaged */
};

/*
 * Defines a guest from XML. A UUID that the XML lacks is kept from the guest of that name, or generated. Same name and UUID: replaced.
 * Same name, other UUID, or the UUID of another guest: ERR_OPERATION_FAILED naming it. The result is cleared with
 * hv_defined_clear(), also after an error.
 */
int hv_define(const struct hv *hv, const char *xml, unsigned flags, struct hv_defined *out, struct error *err) NODISCARD;
void hv_defined_clear(struct hv_defined *d);

/* Flags of domain_create_with_flags and domain_create_xml: libvirt's, and one of ours that no wire carries. */
#define HV_START_PAUSED 1u
#define HV_START_AUTODESTROY 2u
#define HV_START_BYPASS_CACHE 4u       /* a saved state is read past the page cache */
#define HV_START_FORCE_BOOT 8u         /* a saved state is thrown away */
#define HV_START_RESET_NVRAM 32u       /* firmware variables begin anew from their template */
#define HV_START_HOST_ROOT (1u << 30)   /* a container without a root file system of its own may have the host's */

#define HV_START_FLAGS (HV_START_PAUSED | HV_START_AUTODESTROY | HV_START_BYPASS_CACHE | HV_START_FORCE_BOOT | HV_START_RESET_NVRAM | HV_START_HOST_ROOT)

/* Starts a defined guest; with `xml` (canonical) a transient one. Returns when it runs. Already running: ERR_OPERATION_INVALID. */
int hv_start(const struct hv *hv, const struct hv_kind *kind, const char *name, unsigned flags, const char *xml,
	     const unsigned char uuid[UUID_BYTES], struct error *err) NODISCARD;

/* The same from an image whose head was read, with the definition image->xml (canonical): a guest that is defined runs by it and keeps its own for the next start,
 * one that is not is transient. `fd` stays the caller's. */
struct save_image;
int hv_start_image(const struct hv *hv, const struct hv_kind *kind, const char *name, unsigned flags, const struct save_image *image, int fd,
		   const unsigned char uuid[UUID_BYTES], struct error *err) NODISCARD;

/*
 * Puts right what a dead supervisor left: a guest that lives gets a new supervisor (1), what is left of a dead one is removed by its
 * plan and its end noted as crashed (0). A guest that lives and cannot be adopted is an error and goes on living, unless it was still being
 * built. Does nothing for a guest that is gone (0) or has its supervisor (1).
 */
int hv_recover(const struct hv *hv, const struct hv_kind *kind, const char *name, struct error *err) NODISCARD;

/* Kills what of the guest lives, by its plan, and removes what it left: the last resort of destroy. The caller holds `alive`. */
int hv_cleanup(const struct hv_kind *kind, const char *name, int run_fd, const struct state_last_exit *last, bool kill_it,
	       struct error *err) NODISCARD;

/* The capabilities document in libvirt's format; the caller's. */
char *hv_capabilities(const struct hv *hv, struct error *err) NODISCARD;

/* state_check() and, with `repair`, hv_recover() of each orphan. */
int hv_check(bool repair, state_report *report, void *ctx, struct error *err) NODISCARD;

#endif
