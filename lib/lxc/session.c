/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/session.h"

#include "lxc/lxc.h"
#include "state/state.h"
#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <pwd.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define RUN_FD 3   /* where a supervisor has its run directory (hypervisor/supervisor.h) */
#define IDS_MIN 1u
#define MAPPER "/usr/bin/newuidmap"   /* uidmap's place; its sister newgidmap is beside it */

struct range {
	uint32_t first, count;
};

static struct error refused;

/* The first range that subuid(5) or subgid(5) gives a user, by name or number. False: none. */
static bool find_range(const char *file, uid_t uid, const char *name, struct range *r)
{
	char line[512], number[16];

	AUTO_FCLOSE FILE *f = fopen(file, "re");
	snprintf(number, sizeof(number), "%u", uid);
	while (f && fgets(line, sizeof(line), f)) {
		char *first = strchr(line, ':'), *count = first ? strchr(first + 1, ':') : NULL;
		uint64_t a, n;
		if (!count)
			continue;
		*first++ = *count++ = '\0';
		count[strcspn(count, "\n")] = '\0';
		if (strcmp(line, number) != 0 && (!name || strcmp(line, name) != 0))
			continue;
		if (str_to_u64(first, UINT32_MAX - 1, &a) < 0 || str_to_u64(count, UINT32_MAX - 1, &n) < 0 || n < IDS_MIN)
			continue;
		*r = (struct range){ (uint32_t)a, (uint32_t)n };
		return true;
	}
	return false;
}

static bool subordinate(uid_t uid, struct range *users, struct range *groups)
{
	const struct passwd *pw = getpwuid(uid);
	const char *name = pw ? pw->pw_name : NULL;

	return access(MAPPER, X_OK) == 0 && find_range("/etc/subuid", uid, name, users) && find_range("/etc/subgid", uid, name, groups);
}

/* In a child outside of the new namespace: "0 own 1, 1 first count" by the program that may. Never returns. */
static void run_mapper(const char *program, const char *pid, unsigned own, const struct range *r)
{
	char id[16], first[16], count[16];

	snprintf(id, sizeof(id), "%u", own);
	snprintf(first, sizeof(first), "%u", r->first);
	snprintf(count, sizeof(count), "%u", r->count);
	execl(program, program, pid, "0", id, "1", "1", first, count, NULL);
	_exit(127);
}

/* Waits until its parent is in the new namespace; then maps its ids. */
static void map_from_outside(int go, pid_t parent, const struct range *users, const struct range *groups)
{
	const unsigned uid = getuid(), gid = getgid();
	char c, pid[16];
	int status = -1;

	snprintf(pid, sizeof(pid), "%d", (int)parent);
	if (RETRY_EINTR(read(go, &c, 1)) != 1)
		_exit(126);
	pid_t child = fork();
	if (child == 0)
		run_mapper(MAPPER, pid, uid, users);
	if (child < 0 || RETRY_EINTR(waitpid(child, &status, 0)) < 0 || status != 0)
		_exit(125);
	run_mapper("/usr/bin/newgidmap", pid, gid, groups);
}

/* Itself and nobody else, which needs nobody's help. */
static int map_alone(unsigned uid, unsigned gid)
{
	char users[40], groups[40];

	snprintf(users, sizeof(users), "0 %u 1\n", uid);
	snprintf(groups, sizeof(groups), "0 %u 1\n", gid);
	return file_write_path("/proc/self/setgroups", "deny") < 0 || file_write_path("/proc/self/uid_map", users) < 0 ||
	       file_write_path("/proc/self/gid_map", groups) < 0 ? -1 : 0;
}

static int new_namespaces(struct error *err)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0)
		return 0;
	return error_errno(err, "cannot make a user namespace%s", errno == EPERM || errno == ENOSPC ?
			   " (does /proc/sys/user/max_user_namespaces or the distribution forbid it to users?)" : "");
}

static int make(struct error *err)
{
	const unsigned uid = geteuid(), gid = getegid();
	struct range users, groups;
	int go[2], status = 0;
	pid_t child;

	if (!subordinate(uid, &users, &groups)) {
		if (new_namespaces(err) < 0)
			return -1;
		return map_alone(uid, gid) < 0 ? error_errno(err, "cannot map the ids of a user namespace") : 0;
	}
	if (pipe2(go, O_CLOEXEC) < 0)
		return error_errno(err, "a user namespace");
	AUTO_CLOSE int in = go[0];
	AUTO_CLOSE int out = go[1];
	const pid_t self = getpid();
	child = fork();
	if (child == 0) {
		close(go[1]);
		map_from_outside(go[0], self, &users, &groups);
	}
	if (child < 0)
		return error_errno(err, "a user namespace");
	int r = new_namespaces(err);
	if (r < 0 || write(out, "g", 1) != 1)
		close(STEAL_FD(out));
	RETRY_EINTR(waitpid(child, &status, 0));
	if (r == 0 && status != 0)
		return error_set(err, ERR_OPERATION_FAILED, "cannot map the ids that /etc/subuid and /etc/subgid give (try: newuidmap, newgidmap of the package uidmap)");
	return r;
}

static int join(pid_t init, struct error *err)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)init);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWUSER) < 0 || unshare(CLONE_NEWNS) < 0)
		return error_errno(err, "cannot enter the container's user namespace");
	return 0;
}

static int enter(pid_t init, struct error *err)
{
	if ((init > 0 ? join(init, err) : make(err)) < 0)
		return -1;
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return error_errno(err, "cannot become root of the user namespace");
	/* or /proc/self would belong to nobody that is known in here */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return error_errno(err, "the user namespace");
	return 0;
}

void lxc_session_enter(int argc, char **argv)
{
	struct state_status status = { .pid = 0 };

	if (geteuid() == 0)
		return;
	for (int i = 2; i < argc; i++)
		if (!strcmp(argv[i], "--adopt"))
			state_status_read(RUN_FD, &status);
	if (state_enter_session(&refused) < 0 || enter(status.pid, &refused) < 0)
		return;
}

int lxc_session_ready(struct error *err)
{
	if (!refused.code)
		return 0;
	*err = refused;
	return -1;
}

bool lxc_session_single(void)
{
	char text[8] = "";
	AUTO_CLOSE int fd = open("/proc/self/setgroups", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && !strncmp(text, "deny", 4);
}

const char *lxc_session_lacks(void)
{
	struct range users, groups;

	if (!state_is_session())
		return NULL;
	if (!subordinate(geteuid(), &users, &groups))
		return "without limits, since control groups are root's, and without other users than root, since the package uidmap or a line of yours in /etc/subuid "
		       "and /etc/subgid is missing";
	return "without limits, since control groups are root's";
}

static int check_mount(const struct lxc_mount *m, struct error *err)
{
	if (m->type == LXC_MOUNT_IMAGE || m->type == LXC_MOUNT_BLOCK)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "file system for %s: only root can mount %s (a directory can be had: type='mount')", m->target, m->source);
	return 0;
}

int lxc_session_fit(struct lxc_spec *spec, struct error *err)
{
	if (!state_is_session())
		return 0;
	if (spec->n_uid_map || spec->n_gid_map)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<idmap> takes root: a user's containers have the user as root and the ids of /etc/subuid as others");
	if (spec->n_devices)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "devices of the host take root: %s", spec->devices[0].source);
	for (size_t i = 0; i < spec->n_nets; i++)
		if (spec->nets[i].type != LXC_NET_USER)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "interfaces on the host's network take root: a user's containers have <interface type='user'/>");
	for (size_t i = 0; i < LXC_SHARED; i++)
		if (spec->shares[i].with)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "<lxc:namespace> takes root");
	if (check_mount(&spec->root, err) < 0)
		return -1;
	for (size_t i = 0; i < spec->n_mounts; i++)
		if (check_mount(&spec->mounts[i], err) < 0)
			return -1;
	free((char *)spec->limits.cpuset);
	free((char *)spec->limits.cpuset_nodes);
	spec->limits = (struct cgroup_limits){ 0 };
	spec->private_net = true;
	return 0;
}
