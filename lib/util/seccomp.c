/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/seccomp.h"

#include "util/seccomp_table.h"

#include <linux/capability.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define TIOCL_ANY 0x541c   /* TIOCLINUX */

/* Refused for containers; a capability that allows it again, or -1. */
static const struct {
	const char *name;
	int capability;
} refused[] = {
	{ "init_module", CAP_SYS_MODULE }, { "finit_module", CAP_SYS_MODULE }, { "delete_module", CAP_SYS_MODULE },
	{ "create_module", CAP_SYS_MODULE }, { "query_module", CAP_SYS_MODULE }, { "get_kernel_syms", CAP_SYS_MODULE },
	{ "kexec_load", -1 }, { "kexec_file_load", -1 }, { "open_by_handle_at", -1 },
	{ "settimeofday", CAP_SYS_TIME }, { "stime", CAP_SYS_TIME }, { "clock_settime", CAP_SYS_TIME },
	{ "clock_settime64", CAP_SYS_TIME }, { "adjtimex", CAP_SYS_TIME }, { "clock_adjtime", CAP_SYS_TIME },
	{ "clock_adjtime64", CAP_SYS_TIME },
	{ "iopl", CAP_SYS_RAWIO }, { "ioperm", CAP_SYS_RAWIO },
	{ "bpf", CAP_BPF }, { "perf_event_open", CAP_PERFMON }, { "lookup_dcookie", -1 },
	{ "syslog", CAP_SYSLOG }, { "acct", CAP_SYS_PACCT }, { "swapon", -1 }, { "swapoff", -1 },
	{ "add_key", -1 }, { "request_key", -1 }, { "keyctl", -1 },
	{ "userfaultfd", -1 }, { "uselib", -1 }, { "nfsservctl", -1 }, { "quotactl", -1 }, { "quotactl_fd", -1 },
	{ "vm86", -1 }, { "vm86old", -1 }, { "_sysctl", -1 }, { "sysfs", -1 },
};

/* Refused as "not implemented", so that programs take their other way. */
static const char *const absent[] = { "io_uring_setup", "io_uring_enter", "io_uring_register" };

/* libseccomp writes to a descriptor only. */
static int export_program(scmp_filter_ctx ctx, struct seccomp_program *prog, struct error *err)
{
	AUTO_CLOSE int fd = memfd_create("filter", MFD_CLOEXEC);
	ssize_t n;
	int r;

	if (fd < 0)
		return error_errno(err, "cannot make a system-call filter");
	r = seccomp_export_bpf(ctx, fd);
	if (r == 0) {
		n = pread(fd, prog->filter, sizeof(prog->filter), 0);
		if (n > 0 && (size_t)n < sizeof(prog->filter) && n % sizeof(prog->filter[0]) == 0) {
			prog->len = n / sizeof(prog->filter[0]);
			return 0;
		}
		r = n < 0 ? -errno : -E2BIG;
	}
	errno = -r;
	return error_errno(err, "cannot make a system-call filter");
}

static int add(scmp_filter_ctx ctx, uint32_t action, const char *name)
{
	int nr = seccomp_syscall_resolve_name(name);
	int r = nr == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(ctx, action, nr, 0);

	/* a call that one of the architectures does not have is no error */
	return r == -EDOM || r == -EEXIST ? 0 : r;
}

/* The word sizes that the machine runs beside its own; a call of any other is killed. */
static int add_architectures(scmp_filter_ctx ctx)
{
	int r = 0;

#if defined(__x86_64__)
	r = seccomp_arch_add(ctx, SCMP_ARCH_X86);
	if (r == 0 || r == -EEXIST)
		r = seccomp_arch_add(ctx, SCMP_ARCH_X32);
#elif defined(__aarch64__)
	r = seccomp_arch_add(ctx, SCMP_ARCH_ARM);
#endif
	return r == -EEXIST ? 0 : r;
}

static int guest_rules(scmp_filter_ctx ctx, uint64_t capabilities)
{
	static const uint64_t typing[] = { TIOCSTI, TIOCL_ANY };
	int r = add_architectures(ctx);

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(refused); i++)
		if (refused[i].capability < 0 || !(capabilities & 1ULL << refused[i].capability))
			r = add(ctx, SCMP_ACT_ERRNO(EPERM), refused[i].name);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(absent); i++)
		r = add(ctx, SCMP_ACT_ERRNO(ENOSYS), absent[i]);
	/* the kernel looks at the low 32 bits alone */
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(typing); i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
				     SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, typing[i]));
	return r;
}

int seccomp_guest_generate(uint64_t capabilities, struct seccomp_program *prog, struct error *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int r;

	if (!ctx)
		return error_set(err, ERR_NO_MEMORY, "cannot make a system-call filter");
	/* a tree of comparisons: half the time at each call and at installation */
	r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0)
		r = guest_rules(ctx, capabilities);
	if (r < 0) {
		errno = -r;
		error_errno(err, "cannot make a system-call filter");
		seccomp_release(ctx);
		return -1;
	}
	r = export_program(ctx, prog, err);
	seccomp_release(ctx);
	return r;
}

int seccomp_guest(uint64_t capabilities, struct seccomp_program *prog, struct error *err)
{
#ifdef __x86_64__
	if (capabilities == SECCOMP_TABLE_CAPABILITIES) {
		prog->len = ARRAY_LEN(guest_table);
		memcpy(prog->filter, guest_table, sizeof(guest_table));
		return 0;
	}
#endif
	return seccomp_guest_generate(capabilities, prog, err);
}

int seccomp_allow_list(const char *const *allow, struct seccomp_program *prog, struct error *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r;

	if (!ctx)
		return error_set(err, ERR_NO_MEMORY, "cannot make a system-call filter");
	r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (; r == 0 && *allow; allow++)
		r = add(ctx, SCMP_ACT_ALLOW, *allow);
	if (r < 0) {
		errno = -r;
		error_errno(err, "cannot make a system-call filter");
	} else {
		r = export_program(ctx, prog, err);
	}
	seccomp_release(ctx);
	return r < 0 ? -1 : 0;
}

int seccomp_install(const struct seccomp_program *prog)
{
	struct sock_fprog p = { .len = prog->len, .filter = (struct sock_filter *)prog->filter };

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p);
}
