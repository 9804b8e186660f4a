/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a supervisor gives up once its guest runs, every one the same and for good: what takes privileges later is done by its hand (hand.h).
 * berth-security(7) says it in words; tests/lxc/confine.bats compares it with /proc.
 */
#include "lxc/confine_filter.h"
#include "lxc/driver_impl.h"

#include "conf/domain.h"
#include "state/state.h"
#include "util/seccomp.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define CAP(c) (1ULL << (c))

/* A guest's processes may be other users', and so may its FIFOs be; its interfaces, which it can get while it runs, are taken away when it ends. */
static uint64_t kept(const struct lxc_guest *g)
{
	return CAP(CAP_KILL) | CAP(CAP_DAC_OVERRIDE) | (g->n_nets || g->sv->def->features.privnet ? CAP(CAP_NET_ADMIN) : 0);
}

static int set_capabilities(uint64_t keep)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2];

	if (syscall(SYS_capget, &h, d) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		d[i].permitted &= (uint32_t)(keep >> 32 * i);
		d[i].effective = d[i].permitted;
		d[i].inheritable = 0;
	}
	return (int)syscall(SYS_capset, &h, d);
}

static int allow_below(int rules, int dir, uint64_t rights)
{
	struct landlock_path_beneath_attr a = { .allowed_access = rights, .parent_fd = dir };

	return (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &a, 0);
}

/* Writing below our own directories and the control groups, reading also /proc and /sys: nothing else of the file system. A kernel without Landlock is no error. */
static int restrict_files(void)
{
	const uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
	const uint64_t all = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
	static const enum state_root own[] = { STATE_LIB, STATE_RUN, STATE_LOG };
	static const char *const others[] = { "/proc", "/sys", "/dev/null" };
	struct landlock_ruleset_attr attr = { .handled_access_fs = all };
	AUTO_CLOSE int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (rules < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -1;
	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		AUTO_CLOSE int dir = state_open_dir(own[i], NULL, false, NULL);
		if (dir >= 0 && allow_below(rules, dir, all) < 0)
			return -1;
	}
	AUTO_CLOSE int groups = open("/sys/fs/cgroup", O_PATH | O_CLOEXEC);
	if (groups >= 0 && allow_below(rules, groups, all) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		AUTO_CLOSE int dir = open(others[i], O_PATH | O_CLOEXEC);
		bool file = !strcmp(others[i], "/dev/null");
		if (dir >= 0 && allow_below(rules, dir, file ? LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE : reading) < 0)
			return -1;
	}
	return (int)syscall(SYS_landlock_restrict_self, rules, 0);
}

static int drop_bounding(uint64_t keep)
{
	for (int c = 0; c < 64 && prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		if (!(keep & CAP(c)) && prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0)
			return -1;
	return 0;
}

static int lock_down(uint64_t keep, struct error *err)
{
	/* not allocated: for want of memory a supervisor must not stay as it is */
	struct seccomp_program prog;

	if (lxc_filter(&prog, err) < 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || restrict_files() < 0 || drop_bounding(keep) < 0 ||
	    set_capabilities(keep) < 0 || seccomp_install(&prog) < 0)
		return error_errno(err, "cannot confine");
	return 0;
}

void lxc_confine(struct lxc_guest *g)
{
	struct error err;

	if (g->confined)
		return;
	if (lock_down(kept(g), &err) < 0)
		supervisor_log(g->sv, "%s: %s", g->sv->name, err.text);
	else
		g->confined = true;
}
