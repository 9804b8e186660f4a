/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu/process.h"

#include "conf/domain.h"
#include "util/cgroup.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* The number of the guest's lock there: after the three standard ones. */
#define LOCK_FD 3

/* The files are read as they are: no name service is loaded into a supervisor. 1: found, 0: not. */
static int find_user(const char *name, uid_t *uid, gid_t *gid)
{
	AUTO_FCLOSE FILE *f = fopen("/etc/passwd", "re");
	struct passwd *pw;

	while (f && (pw = fgetpwent(f))) {
		if (strcmp(pw->pw_name, name))
			continue;
		*uid = pw->pw_uid;
		*gid = pw->pw_gid;
		return 1;
	}
	return 0;
}

static int find_group(const char *name, gid_t *gid)
{
	AUTO_FCLOSE FILE *f = fopen("/etc/group", "re");
	struct group *gr;

	while (f && (gr = fgetgrent(f))) {
		if (strcmp(gr->gr_name, name))
			continue;
		*gid = gr->gr_gid;
		return 1;
	}
	return 0;
}

/* "+107:+107", "libvirt-qemu:kvm", as libvirt writes them; a number may lack its sign. */
static int parse_label(const char *label, struct qemu_user *user, struct error *err)
{
	AUTO_FREE char *name = strdup(label);
	char *group = name ? strchr(name, ':') : NULL;
	uint64_t n;

	if (!name)
		return error_errno(err, "the guest's user");
	if (group)
		*group++ = '\0';
	if (str_to_u64(name + (*name == '+'), UINT32_MAX - 1, &n) == 0)
		user->uid = user->gid = (uid_t)n;
	else if (!find_user(name, &user->uid, &user->gid))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<seclabel model='dac'>: there is no user '%s'", name);
	if (!group)
		return 0;
	if (str_to_u64(group + (*group == '+'), UINT32_MAX - 1, &n) == 0)
		user->gid = (gid_t)n;
	else if (!find_group(group, &user->gid))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<seclabel model='dac'>: there is no group '%s'", group);
	return 0;
}

int qemu_user_find(const struct domain *def, struct qemu_user *user, struct error *err)
{
	static const char *const names[] = { "berth-qemu", "libvirt-qemu", "nobody" };
	int r = 0;

	*user = (struct qemu_user){ .uid = geteuid(), .gid = getegid() };
	if (geteuid() != 0)
		return 0;
	user->change = user->relabel = true;
	for (size_t i = 0; i < def->seclabels.n; i++) {
		const struct domain_seclabel *l = def->seclabels.items[i];

		if (!l->model || strcmp(l->model, "dac"))
			continue;
		user->relabel = l->relabel != CONF_NO;
		if (l->type == DOMAIN_SECLABEL_NONE) {
			user->change = user->relabel = false;
			return 0;
		}
		if (!l->label)
			continue;
		r = parse_label(l->label, user, err);
		user->change = user->uid != 0;
		return r;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (find_user(names[i], &user->uid, &user->gid))
			return 0;
	return error_set(err, ERR_OPERATION_FAILED, "there is no user to run guests as (make one: useradd --system berth-qemu)");
}

int qemu_pass_add(struct qemu_pass *p, int fd, struct error *err)
{
	if (fd < 0)
		return -1;
	if (p->n == QEMU_FDS_MAX) {
		close(fd);
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "a guest cannot have more than %d descriptors passed", QEMU_FDS_MAX);
	}
	p->from[p->n] = fd;
	return QEMU_PASS_FIRST + (int)p->n++;
}

void qemu_pass_close(struct qemu_pass *p)
{
	while (p->n > 0)
		close(p->from[--p->n]);
}

struct prepared {
	const struct qemu_start *s;
	int join[CGROUP_JOIN_MAX];
	size_t n_join;
	const char *what;    /* what failed, written by the child */
};

static int bound_capabilities(uint64_t keep)
{
	for (int c = 0; c < 64 && prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		if (!(keep & 1ULL << c) && prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0)
			return -1;
	return 0;
}

static int drop_privileges(const struct qemu_user *user)
{
	if (bound_capabilities(0) < 0)
		return -1;
	/* the calls themselves: the C library's would look for other threads */
	if (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, user->gid, user->gid, user->gid) < 0 ||
	    syscall(SYS_setresuid, user->uid, user->uid, user->uid) < 0)
		return -1;
	return 0;
}

static int limit(const struct qemu_start *s)
{
	struct rlimit none = { 0, 0 }, lock = { s->lock_memory, s->lock_memory };

	if (setrlimit(RLIMIT_CORE, &none) < 0)
		return -1;
	return s->lock_memory ? setrlimit(RLIMIT_MEMLOCK, &lock) : 0;
}

static int prepare(void *arg)
{
	struct prepared *p = arg;
	const struct qemu_start *s = p->s;

	p->what = "join its control group";
	if (cgroup_join_each(p->join, p->n_join) < 0)
		return -1;
	p->what = "set its limits";
	if (limit(s) < 0)
		return -1;
	p->what = "make its view of the file system";
	if (s->view->user.change && qemu_view_enter(s->view) < 0)
		return -1;
	p->what = "become its user";
	if (s->view->user.change && drop_privileges(&s->view->user) < 0)
		return -1;
	p->what = "bound its capabilities";
	if (!s->view->user.change && s->capabilities && bound_capabilities(s->capabilities) < 0)
		return -1;
	p->what = "refuse privileges";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	p->what = NULL;
	return chdir("/");
}

pid_t qemu_start_process(const struct qemu_start *s, int *pidfd, struct error *err)
{
	struct process_fd fds[QEMU_FDS_MAX + 3] = { { s->log, STDOUT_FILENO }, { s->log, STDERR_FILENO } };
	/* shared: what failed comes back */
	struct prepared *p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct process_spec spec = {
		.path = s->path, .argv = s->argv, .envp = s->env, .fds = fds, .n_fds = 2, .new_session = true, .prepare = prepare, .prepare_arg = p,
	};
	pid_t pid;

	if (p == MAP_FAILED)
		return error_errno(err, "cannot start %s", s->path);
	p->s = s;
	if (s->lock >= 0)
		fds[spec.n_fds++] = (struct process_fd){ s->lock, LOCK_FD };
	for (size_t i = 0; s->pass && i < s->pass->n; i++)
		fds[spec.n_fds++] = (struct process_fd){ s->pass->from[i], QEMU_PASS_FIRST + (int)i };
	if (s->cgroup) {
		p->n_join = cgroup_join_list(s->cgroup, p->join);
		spec.cgroup = cgroup_v2_fd(s->cgroup);
	}
	pid = process_spawn(&spec, pidfd, err);
	if (pid < 0 && p->what)
		error_wrap(err, "cannot %s", p->what);
	munmap(p, sizeof(*p));
	return pid;
}
