/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <features> */
#ifndef BERTH_CONF_DOMAIN_FEATURES_H
#define BERTH_CONF_DOMAIN_FEATURES_H

#include "conf/conf.h"

/* Of a container: which capabilities(7) it starts from. */
#define DOMAIN_CAPABILITIES_POLICIES(X) \
	X(DOMAIN_CAPABILITIES_DEFAULT, "default") \
	X(DOMAIN_CAPABILITIES_ALLOW, "allow") \
	X(DOMAIN_CAPABILITIES_DENY, "deny")
CONF_ENUM(domain_capabilities_policy, DOMAIN_CAPABILITIES_POLICIES);

/* Names are those of capabilities(7) without CAP_; the order is that of libvirt's output, then ours. */
#define DOMAIN_CAPABILITIES(X) \
	X(DOMAIN_CAP_AUDIT_CONTROL, "audit_control") \
	X(DOMAIN_CAP_AUDIT_WRITE, "audit_write") \
	X(DOMAIN_CAP_BLOCK_SUSPEND, "block_suspend") \
	X(DOMAIN_CAP_CHOWN, "chown") \
	X(DOMAIN_CAP_DAC_OVERRIDE, "dac_override") \
	X(DOMAIN_CAP_DAC_READ_SEARCH, "dac_read_search") \
	X(DOMAIN_CAP_FOWNER, "fowner") \
	X(DOMAIN_CAP_FSETID, "fsetid") \
	X(DOMAIN_CAP_IPC_LOCK, "ipc_lock") \
	X(DOMAIN_CAP_IPC_OWNER, "ipc_owner") \
	X(DOMAIN_CAP_KILL, "kill") \
	X(DOMAIN_CAP_LEASE, "lease") \
	X(DOMAIN_CAP_LINUX_IMMUTABLE, "linux_immutable") \
	X(DOMAIN_CAP_MAC_ADMIN, "mac_admin") \
	X(DOMAIN_CAP_MAC_OVERRIDE, "mac_override") \
	X(DOMAIN_CAP_MKNOD, "mknod") \
	X(DOMAIN_CAP_NET_ADMIN, "net_admin") \
	X(DOMAIN_CAP_NET_BIND_SERVICE, "net_bind_service") \
	X(DOMAIN_CAP_NET_BROADCAST, "net_broadcast") \
	X(DOMAIN_CAP_NET_RAW, "net_raw") \
	X(DOMAIN_CAP_SETGID, "setgid") \
	X(DOMAIN_CAP_SETFCAP, "setfcap") \
	X(DOMAIN_CAP_SETPCAP, "setpcap") \
	X(DOMAIN_CAP_SETUID, "setuid") \
	X(DOMAIN_CAP_SYS_ADMIN, "sys_admin") \
	X(DOMAIN_CAP_SYS_BOOT, "sys_boot") \
	X(DOMAIN_CAP_SYS_CHROOT, "sys_chroot") \
	X(DOMAIN_CAP_SYS_MODULE, "sys_module") \
	X(DOMAIN_CAP_SYS_NICE, "sys_nice") \
	X(DOMAIN_CAP_SYS_PACCT, "sys_pacct") \
	X(DOMAIN_CAP_SYS_PTRACE, "sys_ptrace") \
	X(DOMAIN_CAP_SYS_RAWIO, "sys_rawio") \
	X(DOMAIN_CAP_SYS_RESOURCE, "sys_resource") \
	X(DOMAIN_CAP_SYS_TIME, "sys_time") \
	X(DOMAIN_CAP_SYS_TTY_CONFIG, "sys_tty_config") \
	X(DOMAIN_CAP_SYSLOG, "syslog") \
	X(DOMAIN_CAP_WAKE_ALARM, "wake_alarm") \
	X(DOMAIN_CAP_AUDIT_READ, "audit_read") \
	X(DOMAIN_CAP_PERFMON, "perfmon") \
	X(DOMAIN_CAP_BPF, "bpf") \
	X(DOMAIN_CAP_CHECKPOINT_RESTORE, "checkpoint_restore")
CONF_ENUM(domain_cap, DOMAIN_CAPABILITIES);

struct domain_capability {
	enum domain_cap cap;       /* conf_enum_name(&domain_cap_names, cap) is "sys_admin" */
	enum conf_onoff state;     /* always set after parsing */
};

struct domain_capabilities {
	enum domain_capabilities_policy policy;
	CONF_LIST(struct domain_capability) caps;   /* in the order of enum domain_cap */
};

/* <name state='on'/> */
struct domain_switch {
	enum conf_onoff state;
};

#define DOMAIN_HYPERV_MODES(X) X(DOMAIN_HYPERV_CUSTOM, "custom") X(DOMAIN_HYPERV_PASSTHROUGH, "passthrough")
CONF_ENUM(domain_hyperv_mode, DOMAIN_HYPERV_MODES);

struct domain_hyperv {
	enum domain_hyperv_mode mode;
	struct domain_switch relaxed, vapic;
	struct { enum conf_onoff state; uint32_t retries; } spinlocks;
	struct domain_switch vpindex, runtime, synic;
	struct domain_stimer { enum conf_onoff state; struct domain_switch direct; } stimer;
	struct domain_switch reset;
	struct { enum conf_onoff state; char *value; } vendor_id;
	struct domain_switch frequencies, reenlightenment, tlbflush, ipi, evmcs, avic;
};

struct domain_kvm {
	struct domain_switch hidden, hint_dedicated, poll_control, pv_ipi;
	struct { enum conf_onoff state; uint32_t size; } dirty_ring;
};

#define DOMAIN_XEN_PASSTHROUGH_MODES(X) \
	X(DOMAIN_XEN_PASSTHROUGH_SYNC_PT, "sync_pt") \
	X(DOMAIN_XEN_PASSTHROUGH_SHARE_PT, "share_pt")
CONF_ENUM(domain_xen_passthrough_mode, DOMAIN_XEN_PASSTHROUGH_MODES);

struct domain_xen_features {
	struct domain_switch e820_host;
	struct { enum conf_onoff state; enum domain_xen_passthrough_mode mode; } passthrough;
};

#define DOMAIN_GIC_VERSIONS(X) X(DOMAIN_GIC_2, "2") X(DOMAIN_GIC_3, "3") X(DOMAIN_GIC_HOST, "host")
CONF_ENUM(domain_gic_version, DOMAIN_GIC_VERSIONS);
#define DOMAIN_IOAPIC_DRIVERS(X) X(DOMAIN_IOAPIC_QEMU, "qemu") X(DOMAIN_IOAPIC_KVM, "kvm")
CONF_ENUM(domain_ioapic_driver, DOMAIN_IOAPIC_DRIVERS);
#define DOMAIN_HPT_RESIZINGS(X) X(DOMAIN_HPT_ENABLED, "enabled") X(DOMAIN_HPT_DISABLED, "disabled") X(DOMAIN_HPT_REQUIRED, "required")
CONF_ENUM(domain_hpt_resizing, DOMAIN_HPT_RESIZINGS);
#define DOMAIN_MSRS_UNKNOWNS(X) X(DOMAIN_MSRS_IGNORE, "ignore") X(DOMAIN_MSRS_FAULT, "fault")
CONF_ENUM(domain_msrs_unknown, DOMAIN_MSRS_UNKNOWNS);
#define DOMAIN_MITIGATIONS(X) X(DOMAIN_MITIGATION_BROKEN, "broken") X(DOMAIN_MITIGATION_WORKAROUND, "workaround") X(DOMAIN_MITIGATION_FIXED, "fixed")
CONF_ENUM(domain_mitigation, DOMAIN_MITIGATIONS);
#define DOMAIN_IBS_VALUES(X) \
	X(DOMAIN_IBS_BROKEN, "broken") \
	X(DOMAIN_IBS_WORKAROUND, "workaround") \
	X(DOMAIN_IBS_FIXED_IBS, "fixed-ibs") \
	X(DOMAIN_IBS_FIXED_CCD, "fixed-ccd") \
	X(DOMAIN_IBS_FIXED_NA, "fixed-na")
CONF_ENUM(domain_ibs, DOMAIN_IBS_VALUES);

struct domain_features {
	bool acpi, pae, viridian, privnet;
	struct domain_apic { enum conf_onoff eoi; } *apic;
	struct domain_switch hap, pvspinlock, pmu, vmport, vmcoreinfo, htm, nested_hv, ccf_assist;
	struct domain_hyperv *hyperv;
	struct domain_kvm *kvm;
	struct domain_xen_features *xen;
	struct domain_capabilities *capabilities;   /* NULL: nothing said, the default policy */
	struct domain_gic { enum domain_gic_version version; } *gic;
	struct domain_smm { enum conf_onoff state; struct conf_num tseg; } smm;   /* tseg in bytes */
	enum domain_ioapic_driver ioapic;
	struct domain_hpt { enum domain_hpt_resizing resizing; struct conf_num maxpagesize; } hpt;   /* KiB */
	enum domain_msrs_unknown msrs;
	enum domain_mitigation cfpc, sbbc;
	enum domain_ibs ibs;
	struct domain_tcg { struct conf_num tb_cache; } *tcg;   /* KiB */
};

extern const struct conf_elem domain_features_elem;

#endif
