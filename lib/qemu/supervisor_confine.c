/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a machine's supervisor gives up once QEMU runs; berth-security(7) says it in words, tests/qemu compares it with /proc. What no later operation needs is gone for good. What
 * plugging devices in and out needs (lending files, nodes in QEMU's view, taps) is laid aside, permitted and not in effect, but while such an operation has the turn.
 */
#include "qemu/supervisor_impl.h"

#include "util/seccomp.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CAP(c) (1ULL << (c))

/* Killing processes of another user, opening files of others: always in effect. */
#define ALWAYS (CAP(CAP_KILL) | CAP(CAP_DAC_OVERRIDE))

/* Lending files, QEMU's view and its nodes, its mount namespace, its threads, interfaces and filters. */
#define OPERATIONS (ALWAYS | CAP(CAP_CHOWN) | CAP(CAP_FOWNER) | CAP(CAP_SYS_ADMIN) | CAP(CAP_SYS_CHROOT) | CAP(CAP_SYS_PTRACE) | CAP(CAP_MKNOD) | \
		    CAP(CAP_SYS_NICE) | CAP(CAP_NET_ADMIN) | CAP(CAP_NET_RAW))

/* Starting another QEMU, and what it has beside it. */
#define STARTS (OPERATIONS | CAP(CAP_SETUID) | CAP(CAP_SETGID) | CAP(CAP_SETPCAP) | CAP(CAP_SYS_RESOURCE) | CAP(CAP_IPC_LOCK))

/* A reboot is none: it is the same process. */
static bool can_start_again(const struct domain *def)
{
	return def->on_poweroff == DOMAIN_ACTION_RESTART || def->on_crash == DOMAIN_CRASH_RESTART || def->on_crash == DOMAIN_CRASH_COREDUMP_RESTART;
}

static int set_capabilities(uint64_t effective, uint64_t permitted)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2];

	if (syscall(SYS_capget, &h, d) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		d[i].permitted &= (uint32_t)(permitted >> 32 * i);
		d[i].effective = d[i].permitted & (uint32_t)(effective >> 32 * i);
		d[i].inheritable = 0;
	}
	return (int)syscall(SYS_capset, &h, d);
}

static int drop_bounding(uint64_t keep)
{
	for (int c = 0; c < 64 && prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		if (!(keep & CAP(c)) && prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0)
			return -1;
	return 0;
}

/* Modules, kexec, file handles, BPF, keyrings, the clock, swap; performance events are counted (supervisor_perf.c). A QEMU that is started later inherits the filter and may want io_uring, which it
 * refuses, too. */
static int filter(const struct domain *def, struct error *err)
{
	AUTO_FREE struct seccomp_program *prog = can_start_again(def) ? NULL : malloc(sizeof(*prog));

	if (can_start_again(def))
		return 0;
	if (!prog)
		return error_errno(err, "cannot confine");
	if (seccomp_guest(CAP(CAP_PERFMON), prog, err) < 0)
		return -1;
	return seccomp_install(prog) < 0 ? error_errno(err, "cannot confine") : 0;
}

static int lock_down(const struct domain *def, struct error *err)
{
	uint64_t keep = can_start_again(def) ? STARTS | qemu_helper_capabilities(def) : OPERATIONS;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || (geteuid() == 0 && drop_bounding(keep) < 0))
		return error_errno(err, "cannot confine");
	if (filter(def, err) < 0)
		return -1;
	return set_capabilities(keep, keep) < 0 ? error_errno(err, "cannot confine") : 0;
}

void qemu_confine(struct qemu_guest *g)
{
	struct error err;

	if (!g->confined && lock_down(g->sv->def, &err) < 0)
		supervisor_log(g->sv, "%s: %s", g->sv->name, err.text);
	g->confined = true;
	if (g->raised == 0 && set_capabilities(ALWAYS, ~0ULL) < 0)
		supervisor_log(g->sv, "%s: cannot lay privileges aside: %s", g->sv->name, strerror(errno));
}

void qemu_raise(struct qemu_guest *g)
{
	g->raised++;
	if (g->confined && set_capabilities(~0ULL, ~0ULL) < 0)
		supervisor_log(g->sv, "%s: cannot take up privileges: %s", g->sv->name, strerror(errno));
}

void qemu_lower(struct qemu_guest *g)
{
	if (g->raised > 0 && --g->raised == 0 && g->confined && g->lives && set_capabilities(ALWAYS, ~0ULL) < 0)
		supervisor_log(g->sv, "%s: cannot lay privileges aside: %s", g->sv->name, strerror(errno));
}
