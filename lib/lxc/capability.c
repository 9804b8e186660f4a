/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/lxc.h"

#include <linux/capability.h>
#include <string.h>

/* libvirt's names are the kernel's in small letters, without the prefix; capabilities(7). */
static const char *const names[] = {
	[CAP_CHOWN] = "chown", [CAP_DAC_OVERRIDE] = "dac_override", [CAP_DAC_READ_SEARCH] = "dac_read_search",
	[CAP_FOWNER] = "fowner", [CAP_FSETID] = "fsetid", [CAP_KILL] = "kill", [CAP_SETGID] = "setgid",
	[CAP_SETUID] = "setuid", [CAP_SETPCAP] = "setpcap", [CAP_LINUX_IMMUTABLE] = "linux_immutable",
	[CAP_NET_BIND_SERVICE] = "net_bind_service", [CAP_NET_BROADCAST] = "net_broadcast", [CAP_NET_ADMIN] = "net_admin",
	[CAP_NET_RAW] = "net_raw", [CAP_IPC_LOCK] = "ipc_lock", [CAP_IPC_OWNER] = "ipc_owner",
	[CAP_SYS_MODULE] = "sys_module", [CAP_SYS_RAWIO] = "sys_rawio", [CAP_SYS_CHROOT] = "sys_chroot",
	[CAP_SYS_PTRACE] = "sys_ptrace", [CAP_SYS_PACCT] = "sys_pacct", [CAP_SYS_ADMIN] = "sys_admin",
	[CAP_SYS_BOOT] = "sys_boot", [CAP_SYS_NICE] = "sys_nice", [CAP_SYS_RESOURCE] = "sys_resource",
	[CAP_SYS_TIME] = "sys_time", [CAP_SYS_TTY_CONFIG] = "sys_tty_config", [CAP_MKNOD] = "mknod", [CAP_LEASE] = "lease",
	[CAP_AUDIT_WRITE] = "audit_write", [CAP_AUDIT_CONTROL] = "audit_control", [CAP_SETFCAP] = "setfcap",
	[CAP_MAC_OVERRIDE] = "mac_override", [CAP_MAC_ADMIN] = "mac_admin", [CAP_SYSLOG] = "syslog",
	[CAP_WAKE_ALARM] = "wake_alarm", [CAP_BLOCK_SUSPEND] = "block_suspend", [CAP_AUDIT_READ] = "audit_read",
	[CAP_PERFMON] = "perfmon", [CAP_BPF] = "bpf", [CAP_CHECKPOINT_RESTORE] = "checkpoint_restore",
};

int lxc_capability_number(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(names[i], name))
			return (int)i;
	return -1;
}

#define BIT(c) (1ULL << (c))

uint64_t lxc_capabilities_default(void)
{
	/* The first five are what libvirt takes away, too; the others reach past every namespace and no container needs them. */
	const uint64_t never = BIT(CAP_SYS_MODULE) | BIT(CAP_SYS_TIME) | BIT(CAP_MKNOD) | BIT(CAP_AUDIT_CONTROL) | BIT(CAP_MAC_ADMIN) |
		BIT(CAP_MAC_OVERRIDE) | BIT(CAP_SYS_RAWIO) | BIT(CAP_SYSLOG) | BIT(CAP_WAKE_ALARM) | BIT(CAP_BLOCK_SUSPEND) |
		BIT(CAP_AUDIT_READ) | BIT(CAP_PERFMON) | BIT(CAP_BPF) | BIT(CAP_CHECKPOINT_RESTORE) | BIT(CAP_LINUX_IMMUTABLE) |
		BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_SYS_PACCT);

	return (BIT(ARRAY_LEN(names)) - 1) & ~never;
}
