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

struct domain_features {
	bool acpi, apic, pae, privnet;
	struct domain_capabilities *capabilities;   /* NULL: nothing said, the default policy */
};

extern const struct conf_elem domain_features_elem;

#endif
