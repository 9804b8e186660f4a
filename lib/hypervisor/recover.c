/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a dead supervisor left: adopted when the guest lives, removed by its plan when not. */
#include "hypervisor/local.h"
#include "hypervisor/secondary.h"

#include "util/cgroup.h"
#include "util/loop.h"
#include "util/netns.h"
#include "util/owner.h"
#include "util/process.h"
#include "util/str.h"
#include "util/vfio.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define KILL_PATIENCE 10000

struct cleaning {
	bool kill_it;
	int netns;            /* where its interfaces and rules are; -1: here */
	bool unreachable;     /* nobody can go there, or it is gone with all that was in it */
	struct error first;   /* the rest is cleaned all the same */
};

static int clean_cgroup(const struct cleaning *c, const char *name, struct error *err)
{
	if (c->kill_it)
		return cgroup_clean(name, KILL_PATIENCE, err);
	struct cgroup *cg = cgroup_new(name, err);
	int r = !cg || cgroup_open(cg, err) < 0 ? -1 : cgroup_remove(cg, err);
	cgroup_free(cg);
	return r;
}

/* "PID STARTTIME": the process that got this number then, never a later one. */
static int clean_pid(const struct cleaning *c, const char *name, struct error *err)
{
	unsigned long long start;
	int pid;

	if (!c->kill_it || sscanf(name, "%d %llu", &pid, &start) != 2 || pid <= 0)
		return 0;
	AUTO_CLOSE int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	if (fd < 0 || start == 0 || process_start_time(pid) != start)
		return 0;
	if (syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		return error_errno(err, "cannot kill process %d", pid);
	if (RETRY_EINTR(poll(&p, 1, KILL_PATIENCE)) == 0)
		return error_set(err, ERR_OPERATION_TIMEOUT, "process %d does not die", pid);
	return 0;
}

static int clean_mount(const struct cleaning *c, const char *path, struct error *err)
{
	(void)c;
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL && errno != ENOENT)
		return error_errno(err, "cannot unmount %s", path);
	return 0;
}

/* In the object's network namespace. */
static int run_helper(const struct cleaning *c, const char *helper, const char *name, const char *what, struct error *err)
{
	char *const argv[] = { (char *)helper, (char *)name, NULL };
	AUTO_FREE char *path = process_helper_path(helper, err);
	struct process_spec spec = { .path = path, .argv = argv, .prepare = netns_prepare, .prepare_arg = (void *)&c->netns };
	pid_t pid = path ? process_spawn(&spec, NULL, err) : -1;
	int status = 0;

	if (pid < 0)
		return -1;
	RETRY_EINTR(waitpid(pid, &status, 0));
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
	return status ? error_errno(err, "cannot remove the %s %s", what, name) : 0;
}

static int clean_link(const struct cleaning *c, const char *name, struct error *err)
{
	return c->unreachable ? 0 : run_helper(c, "link-undo", name, "network interface", err);
}

/* "FAMILY NAME": a table of nftables that is ours alone */
static int clean_table(const struct cleaning *c, const char *name, struct error *err)
{
	return c->unreachable ? 0 : run_helper(c, "nft-run", name, "firewall table", err);
}

/* Kills whoever has the word in his command line; *n: how many there were. */
static int kill_those_with(const struct cleaning *c, const char *word, unsigned *n, struct error *err)
{
	AUTO_CLOSEDIR DIR *proc = opendir("/proc");
	struct dirent *e;
	uint64_t pid;
	int rc = 0;

	while (proc && (e = readdir(proc))) {
		char line[64];

		if (str_to_u64(e->d_name, INT_MAX, &pid) < 0 || !process_has_argument((pid_t)pid, word))
			continue;
		++*n;
		snprintf(line, sizeof(line), "%d %llu", (int)pid, process_start_time((pid_t)pid));
		if (clean_pid(c, line, err) < 0)
			rc = -1;
	}
	return rc;
}

/* A word of the command line of a process that puts itself into the background, so that nobody knows its pid at first: whoever has it. What was
 * killed may have had a child in the same moment, so that it is looked again until there is none. */
static int clean_command(const struct cleaning *c, const char *word, struct error *err)
{
	/* also of a guest that is dead: what served it may not have noticed */
	const struct cleaning always = { .kill_it = true };

	(void)c;
	for (int i = 0; i < 20; i++) {
		unsigned n = 0;

		if (kill_those_with(&always, word, &n, err) < 0)
			return -1;
		if (!n)
			break;
	}
	return 0;
}

/* "DEVICE PID START": a program that serves a device of a guest; it lives as long as the guest */
static int clean_helper(const struct cleaning *c, const char *line, struct error *err)
{
	const struct cleaning always = { .kill_it = true };
	const char *pid = strchr(line, ' ');

	(void)c;
	return pid ? clean_pid(&always, pid + 1, err) : 0;
}

/* What grew into a file and never was whole. */
static int clean_partial(const struct cleaning *c, const char *path, struct error *err)
{
	(void)c;
	if (unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR)
		return error_errno(err, "cannot remove %s", path);
	return 0;
}

static int clean_filter(const struct cleaning *c, const char *portdev, struct error *err)
{
	return run_helper(c, "nwfilter-bind", portdev, "packet filter of", err);
}

static int clean_port(const struct cleaning *c, const char *line, struct error *err)
{
	(void)c;
	return hv_port_undo(line, err);
}

static int clean_switch(const struct cleaning *c, const char *line, struct error *err)
{
	(void)c;
	return hv_switch_undo(line, err);
}

static int clean_owner(const struct cleaning *c, const char *line, struct error *err)
{
	(void)c;
	return owner_plan_undo(line, err);
}

static int clean_loop(const struct cleaning *c, const char *line, struct error *err)
{
	(void)c;
	return loop_plan_undo(line, err);
}

static int clean_pci(const struct cleaning *c, const char *line, struct error *err)
{
	(void)c;
	return vfio_plan_undo(line, err);
}

/* where all else is: read before */
static int clean_nothing(const struct cleaning *c, const char *line, struct error *err)
{
	(void)c;
	(void)line;
	(void)err;
	return 0;
}

static const struct {
	const char *what;
	int (*clean)(const struct cleaning *c, const char *name, struct error *err);
} kinds_of_line[] = {
	{ "cgroup", clean_cgroup },
	{ "pid", clean_pid },
	{ "mount", clean_mount },
	{ "link", clean_link },
	{ "loop", clean_loop },
	{ "table", clean_table },
	{ "command", clean_command },
	{ "helper", clean_helper },
	{ "port", clean_port },
	{ "switch", clean_switch },
	{ "owner", clean_owner },
	{ "pci", clean_pci },
	{ "filter", clean_filter },
	{ "partial", clean_partial },
	{ "netns", clean_nothing },
};

static int clean_line(void *ctx, const char *what, const char *name, struct error *err)
{
	struct cleaning *c = ctx;
	size_t i = 0;

	while (i < ARRAY_LEN(kinds_of_line) && strcmp(kinds_of_line[i].what, what))
		i++;
	if (i == ARRAY_LEN(kinds_of_line))
		error_set(err, ERR_OPERATION_FAILED, "its plan names '%s %s', which this version does not know", what, name);
	else if (kinds_of_line[i].clean(c, name, err) == 0)
		return 0;
	if (!c->first.code && err)
		c->first = *err;
	return 0;
}

int hv_cleanup(const struct hv_kind *kind, const char *name, int run_fd, const struct state_last_exit *last, bool kill_it,
	       struct error *err)
{
	struct cleaning c = { .kill_it = kill_it, .netns = -1 };
	struct error why = { 0 };
	AUTO_FREE char *own = guest_cgroup_name(kind, name, &why);

	c.unreachable = hv_namespace_of(run_fd, &c.netns, &why) < 0;
	AUTO_CLOSE int netns = c.netns;
	if (!own || state_plan_read(run_fd, clean_line, &c, &why) < 0)
		c.first = why;
	else if (kind->domain_types)
		clean_line(&c, "cgroup", own, &why);
	if (c.first.code) {
		if (err)
			*err = c.first;
		return error_wrap(err, "cannot clean up after '%s'", name);
	}
	AUTO_CLOSE int object = last ? state_open_object(kind->name, name, NULL) : -1;
	/* a full disk must not keep the guest from being put right */
	if (object >= 0 && state_last_exit_write(object, last, NULL) < 0)
		why.code = ERR_OK;
	state_id_free(-1, kind->name, name);
	return state_run_remove(kind->name, name, err);
}

static struct state_last_exit ended(enum guest_end end, int detail, const char *text)
{
	struct state_last_exit last = { .end = end, .event_detail = detail, .time = (int64_t)time(NULL) };

	snprintf(last.text, sizeof(last.text), "%s", text);
	return last;
}

static int remove_stale(const struct hv_kind *kind, const char *name, struct error *err)
{
	struct state_last_exit last = ended(GUEST_END_UNKNOWN, 0, "the host went down");
	AUTO_CLOSE int run = -1, alive = -1;

	AUTO_FREE char *cgroup = guest_cgroup_name(kind, name, err);
	int lives = cgroup ? guest_cgroup_lives(cgroup, err) : -1;

	/* no cgroup outlives a boot: its files lie */
	if (lives > 0)
		error_set(err, ERR_OPERATION_INVALID, "'%s' lives, though its run directory says that it is of another boot (vm-destroy ends it)", name);
	if (lives != 0 || state_run_claim(kind->name, name, &run, &alive, err) < 0)
		return -1;
	/* nothing that its plan names can be left, and its pids are strangers' by now */
	AUTO_CLOSE int object = state_open_object(kind->name, name, NULL);
	if (object >= 0 && state_last_exit_write(object, &last, NULL) < 0)
		last.end = GUEST_END_UNKNOWN;
	state_id_free(-1, kind->name, name);
	return state_run_remove(kind->name, name, err);
}

static int take_over(const struct hv *hv, const struct hv_kind *kind, const char *name, const struct state_status *status, struct error *err)
{
	struct state_last_exit crashed = ended(GUEST_END_CRASHED, 0, "found dead, and so was its supervisor");
	struct state_last_exit failed = ended(GUEST_END_FAILED, 0, "its supervisor died while it was being started");
	AUTO_CLOSE int run = -1, alive = -1;
	struct hv_spawn spec = { .kind = kind, .name = name, .adopt = true, .timeout_ms = hv->timeout_ms, .wait = hv->wait };
	AUTO_CLOSE int netns = -1;
	bool died;
	int lives;

	/* its supervisor was about to go, and has */
	if (state_run_claim(kind->name, name, &run, &alive, err) < 0)
		return state_probe(kind->name, name, NULL, NULL) == STATE_GONE ? 0 : -1;
	lives = guest_lives(kind, name, err);
	if (lives < 0)
		return error_wrap(err, "'%s': cannot tell whether it lives", name);
	/* what is no guest has processes and yet no life of its own */
	if (lives == 0)
		return hv_cleanup(kind, name, run, status->state == GUEST_NOSTATE ? &failed : &crashed, !kind->domain_types, err);
	spec.run_fd = run;
	spec.alive_fd = alive;
	if (hv_namespace_of(run, &netns, err) >= 0) {
		spec.netns = netns;
		if (hv_spawn(&spec, &died, err) == 0)
			return 1;
	}
	/* it never ran: what there is of it is not worth keeping */
	if (status->state == GUEST_NOSTATE)
		return hv_cleanup(kind, name, run, &failed, true, err);
	/* dead by now? */
	lives = guest_lives(kind, name, NULL);
	if (lives == 0)
		return hv_cleanup(kind, name, run, &crashed, false, err);
	return error_wrap(err, "'%s' runs without a supervisor and cannot be adopted (%s ends it)", name, kind->domain_types ? "vm-destroy" : "net-destroy");
}

static int recover_once(const struct hv *hv, const struct hv_kind *kind, const char *name, struct error *err)
{
	struct state_status status;

	switch (state_probe(kind->name, name, &status, err)) {
	case STATE_GONE:
		return 0;
	case STATE_STARTING:
	case STATE_ALIVE:
		return 1;
	case STATE_STALE:
		return remove_stale(kind, name, err);
	case STATE_ORPHAN:
		return take_over(hv, kind, name, &status, err);
	default:
		return -1;
	}
}

int hv_recover_locked(const struct hv *hv, const struct hv_kind *kind, const char *name, struct error *err)
{
	struct error why = { 0 };
	int r = -1;

	/* seen without its holder and gone when we would take it: its supervisor was just ending */
	for (int tries = 0; tries < 20 && r < 0; tries++) {
		why = (struct error){ 0 };
		r = recover_once(hv, kind, name, &why);
		if (why.code != ERR_RESOURCE_BUSY && why.sys != ENOENT)
			break;
	}
	if (r < 0 && err)
		*err = why;
	return r;
}

int hv_recover(const struct hv *hv, const struct hv_kind *kind, const char *name, struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	int live = state_probe(kind->name, name, NULL, err);

	if (live < 0 || live == STATE_GONE)
		return live < 0 ? -1 : 0;
	if (live == STATE_ALIVE)
		return 1;
	/* a start in progress holds the lock: its end is waited for */
	if (state_lock(&lock, kind->name, name, hv->timeout_ms, err) < 0)
		return -1;
	return hv_recover_locked(hv, kind, name, err);
}

struct repairing {
	const struct hv *hv;
	bool repair;
	state_report *report;
	void *ctx;
	int recovered;
};

static void orphans(void *ctx, const struct state_finding *f)
{
	struct repairing *r = ctx;
	const struct hv_kind *kind = f->kind ? hv_kind_of_directory(f->kind) : NULL;
	struct state_finding told = *f;
	struct error why = { 0 };
	char text[1200];

	if (r->repair && f->problem == STATE_PROBLEM_ORPHAN && kind && f->name) {
		int done = hv_recover(r->hv, kind, f->name, &why);
		if (done < 0)
			snprintf(text, sizeof(text), "the supervisor of '%s' is dead: %s", f->name, why.text);
		else
			snprintf(text, sizeof(text), "the supervisor of '%s' was dead: %s", f->name,
				 done ? "the guest has a new one" : "what the dead guest left is removed");
		told.text = text;
		told.repaired = done >= 0;
		r->recovered += done >= 0;
	}
	if (r->report)
		r->report(r->ctx, &told);
}

int hv_check(bool repair, state_report *report, void *ctx, struct error *err)
{
	struct hv hv;
	struct repairing r = { .hv = &hv, .repair = repair, .report = report, .ctx = ctx };
	int left;

	if (hv_open(&hv, NULL, false, NULL, err) < 0)
		return -1;
	left = state_check(repair, orphans, &r, err);
	return left < 0 ? -1 : left - r.recovered;
}
