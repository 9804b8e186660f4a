/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who a process of the container is, and the exact list of what it gets. */
#include "lxc/build_impl.h"
#include "lxc/mount.h"
#include "lxc/session.h"
#include "util/file.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define ACCOUNT_FILE_MAX (1024 * 1024)
#define PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct account {
	uint64_t id, gid;
	char home[256];
};

/* Splits a line at its colons, in place. Returns how many fields there are, at most `max`. */
static size_t split(char *line, char **field, size_t max)
{
	size_t n = 0;

	while (n < max) {
		field[n++] = line;
		line = strchr(line, ':');
		if (!line)
			break;
		*line++ = '\0';
	}
	return n;
}

/* Finds the line of passwd or group with this name, or (name NULL) with this id. 1, 0, or -1 with *err when the file cannot be read. */
static int find_account(int root, const char *file, bool group, const char *name, uint64_t id, struct account *a, struct error *err)
{
	AUTO_FREE char *text = NULL;
	AUTO_CLOSE int fd = mount_open_file_inside(root, file);
	char *field[7], *next;
	uint64_t n;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : error_errno(err, "the container's %s", file);
	if (file_read_fd(fd, ACCOUNT_FILE_MAX, &text, NULL, err) < 0)
		return error_wrap(err, "the container's %s", file);
	for (char *line = text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		size_t fields = split(line, field, ARRAY_LEN(field));
		if (fields < (group ? 3 : 6) || str_to_u64(field[2], UINT32_MAX - 1, &n) < 0)
			continue;
		if (name ? strcmp(field[0], name) : n != id)
			continue;
		a->id = n;
		a->gid = n;
		if (group)
			return 1;
		if (str_to_u64(field[3], UINT32_MAX - 1, &a->gid) < 0)
			continue;
		snprintf(a->home, sizeof(a->home), "%s", field[5][0] == '/' ? field[5] : "/");
		return 1;
	}
	return 0;
}

static int find_ids(int root, const char *user, const char *group, struct lxc_identity *id, struct error *err)
{
	struct account a = { .home = "/" };
	uint64_t n = 0;
	int r;

	if (user) {
		bool number = str_to_u64(user, UINT32_MAX - 1, &n) == 0;
		a.id = a.gid = n;
		r = find_account(root, "/etc/passwd", false, number ? NULL : user, n, &a, err);
		if (r < 0)
			return -1;
		if (r == 0 && !number)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "the container has no user '%s'", user);
		id->uid = a.id;
		id->gid = a.gid;
		memcpy(id->home, a.home, sizeof(id->home));
	}
	if (group) {
		bool number = str_to_u64(group, UINT32_MAX - 1, &n) == 0;
		a.id = n;
		if (!number) {
			r = find_account(root, "/etc/group", true, group, 0, &a, err);
			if (r < 0)
				return -1;
			if (r == 0)
				return error_set(err, ERR_CONFIG_UNSUPPORTED, "the container has no group '%s'", group);
		}
		id->gid = a.id;
	}
	return 0;
}

/* Sets or replaces NAME=value in the list. */
static int put_env(char **env, size_t *n, const char *text)
{
	size_t name = strcspn(text, "=");
	char *copy = strdup(text);

	if (!copy)
		return -1;
	for (size_t i = 0; i < *n; i++)
		if (!strncmp(env[i], text, name) && env[i][name] == '=') {
			free(env[i]);
			env[i] = copy;
			return 0;
		}
	env[(*n)++] = copy;
	env[*n] = NULL;
	return 0;
}

int lxc_identity_find(int root, const char *user, const char *group, const char *name, const char *uuid, const char *cmdline,
		      char *const *extra, struct lxc_identity *id, struct error *err)
{
	char home[300], u1[64], u2[64], term[] = "TERM=linux", kind[] = "container=lxc-libvirt";
	AUTO_FREE char *n1 = str_printf("LIBVIRT_LXC_NAME=%s", name);
	AUTO_FREE char *c1 = cmdline ? str_printf("LIBVIRT_LXC_CMDLINE=%s", cmdline) : NULL;
	size_t n = 0, count = 0;

	*id = (struct lxc_identity){ .home = "/" };
	if (find_ids(root, user, group, id, err) < 0)
		return -1;
	snprintf(home, sizeof(home), "HOME=%s", id->home);
	snprintf(u1, sizeof(u1), "container_uuid=%s", uuid);
	snprintf(u2, sizeof(u2), "LIBVIRT_LXC_UUID=%s", uuid);
	const char *standard[] = { "PATH=" PATH_DEFAULT, term, kind, home, u1, u2, n1, c1 };
	while (extra && extra[count])
		count++;
	id->env = calloc(ARRAY_LEN(standard) + count + 1, sizeof(char *));
	if (!id->env || !n1 || (cmdline && !c1))
		return error_errno(err, "environment");
	for (size_t i = 0; i < ARRAY_LEN(standard); i++)
		if (standard[i] && put_env(id->env, &n, standard[i]) < 0)
			return error_errno(err, "environment");
	for (size_t i = 0; i < count; i++)
		if (put_env(id->env, &n, extra[i]) < 0)
			return error_errno(err, "environment");
	return 0;
}

/* The kernel's own defaults for the first process, with the number of descriptors as systemd hands it to init. */
static int set_limits(void)
{
	static const struct { int what; rlim_t soft, hard; } limits[] = {
		{ RLIMIT_CPU, RLIM_INFINITY, RLIM_INFINITY }, { RLIMIT_FSIZE, RLIM_INFINITY, RLIM_INFINITY },
		{ RLIMIT_DATA, RLIM_INFINITY, RLIM_INFINITY }, { RLIMIT_STACK, 8 << 20, RLIM_INFINITY },
		{ RLIMIT_CORE, 0, RLIM_INFINITY }, { RLIMIT_RSS, RLIM_INFINITY, RLIM_INFINITY },
		{ RLIMIT_NOFILE, 1024, 524288 }, { RLIMIT_AS, RLIM_INFINITY, RLIM_INFINITY },
		{ RLIMIT_NPROC, RLIM_INFINITY, RLIM_INFINITY }, { RLIMIT_MEMLOCK, 8 << 20, 8 << 20 },
		{ RLIMIT_LOCKS, RLIM_INFINITY, RLIM_INFINITY }, { RLIMIT_MSGQUEUE, 819200, 819200 },
		{ RLIMIT_NICE, 0, 0 }, { RLIMIT_RTPRIO, 0, 0 }, { RLIMIT_RTTIME, RLIM_INFINITY, RLIM_INFINITY },
	};

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		struct rlimit l = { limits[i].soft, limits[i].hard };
		/* who has no CAP_SYS_RESOURCE on the host (a user namespace's root) keeps the hard limit it was born with */
		if (setrlimit(limits[i].what, &l) < 0) {
			struct rlimit now;
			if (errno != EPERM || getrlimit(limits[i].what, &now) < 0)
				return -1;
			l.rlim_max = now.rlim_max;
			if (l.rlim_cur > l.rlim_max)
				l.rlim_cur = l.rlim_max;
			if (setrlimit(limits[i].what, &l) < 0)
				return -1;
		}
	}
	return 0;
}

static int drop_bounding(uint64_t keep)
{
	for (int c = 0; c < 64 && prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		if (!(keep & 1ULL << c) && prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0)
			return -1;
	return 0;
}

/* Leaves at most `keep` (of what we have) permitted and effective, nothing inheritable, nothing ambient. */
static int set_capabilities(uint64_t keep)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2];

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capget, &h, d) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		d[i].permitted &= (uint32_t)(keep >> 32 * i);
		d[i].effective = d[i].permitted;
		d[i].inheritable = 0;
	}
	return (int)syscall(SYS_capset, &h, d);
}

int lxc_identity_become(const struct lxc_identity *id, uint64_t capabilities, const struct seccomp_program *filter, struct error *err)
{
	/* a kernel without keyrings has none to leak */
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0) < 0 && errno != ENOSYS)
		return error_errno(err, "cannot make a session keyring");
	if (set_limits() < 0)
		return error_errno(err, "cannot set the limits of a process");
	process_reset_signals();
	umask(022);
	if (drop_bounding(capabilities) < 0)
		return error_errno(err, "cannot drop capabilities");
	/* a user namespace of a single user has none to lose */
	if (setgroups(0, NULL) < 0 && !(errno == EPERM && lxc_session_single()))
		return error_errno(err, "cannot drop supplementary groups");
	if (setresgid(id->gid, id->gid, id->gid) < 0)
		return error_errno(err, "cannot become group %u", id->gid);
	/* the filter needs CAP_SYS_ADMIN, which another user no longer has */
	if (seccomp_install(filter) < 0)
		return error_errno(err, "cannot install the system-call filter");
	if (setresuid(id->uid, id->uid, id->uid) < 0)
		return error_errno(err, "cannot become user %u", id->uid);
	if (set_capabilities(id->uid ? 0 : capabilities) < 0)
		return error_errno(err, "cannot drop capabilities");
	return 0;
}

static const char *env_value(char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; *env; env++)
		if (!strncmp(*env, name, n) && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

int lxc_identity_exec(const char *program, char *const *argv, const struct lxc_identity *id, struct error *err)
{
	const char *path = env_value(id->env, "PATH");
	char file[PATH_MAX];
	int e = ENOENT;

	if (strchr(program, '/') || !path) {
		execve(program, argv, id->env);
		return error_errno(err, "cannot run %s in the container", program);
	}
	for (; *path; path += *path == ':') {
		size_t n = strcspn(path, ":");
		int len = snprintf(file, sizeof(file), "%.*s/%s", n ? (int)n : 1, n ? path : ".", program);
		path += n;
		if (len < 0 || (size_t)len >= sizeof(file))
			continue;
		execve(file, argv, id->env);
		if (errno != ENOENT && errno != ENOTDIR)
			e = errno;
	}
	errno = e;
	return error_errno(err, "cannot run %s in the container", program);
}
