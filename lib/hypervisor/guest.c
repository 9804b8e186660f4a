/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hypervisor/guest.h"

#include "util/cgroup.h"
#include "util/file.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>

void guest_clear(struct guest *guest)
{
	free(guest->name);
	guest->name = NULL;
}

bool guest_is_active(const struct guest *guest)
{
	return guest->live == STATE_STARTING || guest->live == STATE_ALIVE || guest->live == STATE_ORPHAN;
}

const char *guest_state_text(const struct guest *guest)
{
	static const char *const words[] = { "no state", "running", "idle", "paused", "in shutdown", "shut off", "crashed", "pmsuspended" };

	if (guest->live == STATE_STARTING)
		return "starting";
	if (!guest_is_active(guest) && guest->damaged)
		return "damaged";
	return (size_t)guest->state < ARRAY_LEN(words) ? words[guest->state] : "unknown";
}

const char *guest_reason_text(const struct guest *guest)
{
	static const char *const running[] = { "unknown", "booted", "migrated", "restored", "from snapshot", "unpaused", "migration canceled",
					       "save canceled", "event wakeup", "crashed", "post-copy", "post-copy failed" };
	static const char *const paused[] = { "unknown", "user", "migrating", "saving", "dumping", "I/O error", "watchdog", "from snapshot",
					      "shutting down", "creating snapshot", "crashed", "starting up", "post-copy", "post-copy failed" };
	static const char *const shutdown[] = { "unknown", "user" };
	static const char *const shutoff[] = { "unknown", "shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from snapshot",
					       "daemon" };
	static const char *const crashed[] = { "unknown", "panicked" };
	static const struct {
		const char *const *words;
		size_t n;
	} all[] = {
		[GUEST_RUNNING] = { running, ARRAY_LEN(running) },
		[GUEST_PAUSED] = { paused, ARRAY_LEN(paused) },
		[GUEST_SHUTDOWN] = { shutdown, ARRAY_LEN(shutdown) },
		[GUEST_SHUTOFF] = { shutoff, ARRAY_LEN(shutoff) },
		[GUEST_CRASHED] = { crashed, ARRAY_LEN(crashed) },
	};

	if ((size_t)guest->state >= ARRAY_LEN(all) || guest->reason < 0 || (size_t)guest->reason >= all[guest->state].n)
		return "unknown";
	return all[guest->state].words[guest->reason];
}

char *guest_cgroup_name(const struct hv_kind *kind, const char *name, struct error *err)
{
	AUTO_FREE char *file = str_encode_name(name, err);
	char *path = file ? str_printf("%s/%s-%s", state_tag(), kind->name, file) : NULL;

	if (file && !path)
		error_errno(err, "'%s'", name);
	return path;
}

/* Whether there can be such a group: a few names asked for, instead of every hierarchy opened. A guest is in all that there are. */
static bool cgroup_possible(const char *name)
{
	static const char *const tops[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup", "/sys/fs/cgroup/freezer", "/sys/fs/cgroup/pids",
					    "/sys/fs/cgroup/memory" };
	char path[600];

	for (size_t i = 0; i < ARRAY_LEN(tops); i++)
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", tops[i], name) >= sizeof(path) || access(path, F_OK) == 0)
			return true;
	return false;
}

int guest_cgroup_lives(const char *name, struct error *err)
{
	if (!cgroup_possible(name))
		return 0;
	struct cgroup *cg = cgroup_new(name, err);
	int r = cg ? cgroup_open(cg, err) : -1;

	if (r > 0 && (r = cgroup_populated(cg)) < 0)
		error_errno(err, "cannot look into the cgroup %s", name);
	cgroup_free(cg);
	return r;
}

/* A process that is dead and waits for its parent is dead. */
static bool process_lives(pid_t pid, unsigned long long start)
{
	AUTO_CLOSE int fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return fd >= 0 && start != 0 && process_start_time(pid) == start && RETRY_EINTR(poll(&p, 1, 0)) == 0;
}

static int line_lives(void *ctx, const char *what, const char *name, struct error *err)
{
	unsigned long long start;
	int pid;

	(void)ctx;
	if (!strcmp(what, "cgroup"))
		return guest_cgroup_lives(name, err);
	if (!strcmp(what, "pid") && sscanf(name, "%d %llu", &pid, &start) == 2)
		return process_lives(pid, start);
	return 0;
}

/* A network is no process: what was made of it lives in the kernel for as long as the plan is there to take it away. */
static int object_lives(const struct hv_kind *kind, const char *name, struct error *err)
{
	struct state_status status;
	int live = state_probe(kind->name, name, &status, err);

	return live < 0 ? -1 : live != STATE_GONE && live != STATE_STALE && status.state != GUEST_NOSTATE;
}

int guest_lives(const struct hv_kind *kind, const char *name, struct error *err)
{
	if (!kind->domain_types)
		return object_lives(kind, name, err);
	AUTO_FREE char *own = guest_cgroup_name(kind, name, err);
	AUTO_CLOSE int run = -1;
	int r = own ? guest_cgroup_lives(own, err) : -1;

	if (r != 0)
		return r;
	run = state_run_open(kind->name, name, err);
	if (run < 0)
		return errno == ENOENT ? 0 : -1;
	r = state_plan_read(run, line_lives, NULL, err);
	if (r != 0)
		return r;
	AUTO_CLOSE int lock = RETRY_EINTR(openat(run, "guest", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
	return lock >= 0 && file_is_locked(lock) == 1;
}

/* What the run directory says, made true: an orphan lives only if the kernel says so. */
static void look_at_run(struct guest *g)
{
	struct state_status status;
	int live = state_probe(g->kind->name, g->name, &status, NULL);

	g->id = -1;
	g->pid = g->supervisor = 0;
	g->start_time = 0;
	if (live < 0) {
		/* cannot be looked at: never "not running" */
		g->live = STATE_ALIVE;
		g->state = GUEST_UNKNOWN;
		return;
	}
	g->live = (enum state_live)live;
	if (live == STATE_ORPHAN) {
		int lives = guest_lives(g->kind, g->name, NULL);
		if (lives == 0)
			g->live = STATE_GONE;
		else if (lives < 0)
			status.state = GUEST_UNKNOWN;
	}
	if (!guest_is_active(g)) {
		g->state = GUEST_SHUTOFF;
		g->reason = live == STATE_ORPHAN ? GUEST_END_CRASHED : GUEST_END_UNKNOWN;
		return;
	}
	g->state = status.state;
	g->reason = status.reason;
	g->id = status.id;
	g->pid = status.pid;
	g->start_time = status.start_time;
	g->supervisor = live == STATE_ORPHAN ? 0 : status.supervisor;
}

static void look_at_last_exit(struct guest *g)
{
	struct state_last_exit last;

	/* an orphan that is dead has its own reason already */
	if (g->reason == GUEST_END_UNKNOWN && state_last_exit_read(g->kind->name, g->name, &last, NULL) == 1)
		g->reason = last.end;
}

static void look_at_uuid(struct guest *g)
{
	bool known = g->persistent ? state_uuid_of(g->kind->name, g->name, g->uuid, NULL) == 0
				   : state_run_uuid(g->kind->name, g->name, g->uuid, NULL) == 0;

	if (!known)
		memset(g->uuid, 0, sizeof(g->uuid));
}

/* 1: the kind has a guest of that name, 0 not, -1. */
static int find_in(const struct hv_kind *kind, const char *name, struct guest *g, struct error *err)
{
	int definition = state_definition(kind->name, name, err);

	if (definition < 0)
		return -1;
	*g = (struct guest){ .kind = kind, .id = -1, .state = GUEST_SHUTOFF };
	g->persistent = definition != STATE_UNDEFINED;
	g->damaged = definition == STATE_DAMAGED;
	g->name = strdup(name);
	if (!g->name)
		return error_errno(err, "'%s'", name);
	look_at_run(g);
	if (!g->persistent && !guest_is_active(g)) {
		guest_clear(g);
		return 0;
	}
	look_at_uuid(g);
	if (!guest_is_active(g) && g->persistent)
		look_at_last_exit(g);
	return 1;
}

static int no_domain(const struct hv *hv, const char *what, const char *word, struct error *err)
{
	if (hv->kind && !hv->kind->domain_types)
		return error_set(err, hv->kind->missing, "there is no %s with %s '%.200s'", hv->kind->noun, what, word);
	return error_set(err, ERR_NO_DOMAIN, "there is no guest with %s '%.200s'%s%s", what, word, hv->kind ? " in driver " : "",
			 hv->kind ? hv->kind->name : "");
}

/* As guest_by_name(), with 0 for "none". */
static int find_name(const struct hv *hv, const char *name, struct guest *guest, struct error *err)
{
	struct guest other;
	int found = 0;

	for (const struct hv_kind *k = hv_next(hv, NULL); k; k = hv_next(hv, k)) {
		int r = find_in(k, name, found ? &other : guest, err);
		if (r < 0) {
			if (found)
				guest_clear(guest);
			return -1;
		}
		if (r && found) {
			error_set(err, ERR_INVALID_ARG, "'%s' is a guest of two drivers: say which with -c %s:/// or -c %s:///", name,
				  guest->kind->name, other.kind->name);
			guest_clear(guest);
			guest_clear(&other);
			return -1;
		}
		found |= r;
	}
	return found;
}

int guest_by_name(const struct hv *hv, const char *name, struct guest *guest, struct error *err)
{
	int r = *name ? find_name(hv, name, guest, err) : 0;

	return r == 0 ? no_domain(hv, "name", name, err) : r < 0 ? -1 : 0;
}

/* A transient guest's UUID is known by its run directory alone. */
static int find_running_uuid(const struct hv_kind *kind, const unsigned char uuid[UUID_BYTES], char **name, struct error *err)
{
	unsigned char its[UUID_BYTES];
	struct state_list list;
	int r = 0;

	if (state_list(&list, kind->name, STATE_LIST_RUNNING, err) < 0)
		return -1;
	for (size_t i = 0; i < list.n && r == 0; i++) {
		if (state_run_uuid(kind->name, list.entry[i].name, its, NULL) < 0 || memcmp(its, uuid, UUID_BYTES))
			continue;
		*name = strdup(list.entry[i].name);
		r = *name ? 1 : error_errno(err, "UUID");
	}
	state_list_free(&list);
	return r;
}

int guest_by_uuid(const struct hv *hv, const unsigned char uuid[UUID_BYTES], struct guest *guest, struct error *err)
{
	char text[UUID_TEXT];

	for (const struct hv_kind *k = hv_next(hv, NULL); k; k = hv_next(hv, k)) {
		AUTO_FREE char *name = NULL;
		int r = state_find_uuid(k->name, uuid, &name, err);
		if (r == 0)
			r = find_running_uuid(k, uuid, &name, err);
		if (r > 0)
			r = find_in(k, name, guest, err);
		if (r != 0)
			return r < 0 ? -1 : 0;
	}
	return no_domain(hv, "UUID", uuid_format(uuid, text), err);
}

int guest_by_id(const struct hv *hv, int id, struct guest *guest, struct error *err)
{
	AUTO_FREE char *kind_name = NULL;
	AUTO_FREE char *name = NULL;
	char text[16];
	int r = state_find_id(id, &kind_name, &name, err);
	const struct hv_kind *kind = r > 0 ? hv_kind_find(kind_name) : NULL;

	if (r < 0)
		return -1;
	if (kind && (!hv->kind || hv->kind == kind)) {
		r = find_in(kind, name, guest, err);
		if (r < 0)
			return -1;
		if (r > 0 && guest->id == id && guest_is_active(guest))
			return 0;
		if (r > 0)
			guest_clear(guest);
	}
	snprintf(text, sizeof(text), "%d", id);
	return no_domain(hv, "id", text, err);
}

int guest_find(const struct hv *hv, const char *word, struct guest *guest, struct error *err)
{
	unsigned char uuid[UUID_BYTES];
	uint64_t id;
	int r = *word ? find_name(hv, word, guest, err) : 0;

	if (r != 0)
		return r < 0 ? -1 : 0;
	if (uuid_is_text(word) && uuid_parse(word, uuid) == 0)
		return guest_by_uuid(hv, uuid, guest, err);
	if (str_to_u64(word, INT_MAX, &id) == 0)
		return guest_by_id(hv, (int)id, guest, err);
	return no_domain(hv, "name, UUID or id", word, err);
}

/* ---- listing ---- */

static bool any(unsigned filter, unsigned group, unsigned bit)
{
	return !(filter & group) || filter & bit;
}

static bool exists_below(const struct guest *g, const char *what)
{
	AUTO_CLOSE int fd = state_open_object(g->kind->name, g->name, NULL);

	return fd >= 0 && faccessat(fd, what, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool wanted(struct guest *g, unsigned filter)
{
	bool active = guest_is_active(g);
	unsigned state = !active ? GUEST_LIST_SHUTOFF : g->state == GUEST_RUNNING ? GUEST_LIST_RUNNING : g->state == GUEST_PAUSED ? GUEST_LIST_PAUSED
																	 : GUEST_LIST_OTHER;

	if (!any(filter, GUEST_LIST_ACTIVE | GUEST_LIST_INACTIVE, active ? GUEST_LIST_ACTIVE : GUEST_LIST_INACTIVE) ||
	    !any(filter, GUEST_LIST_PERSISTENT | GUEST_LIST_TRANSIENT, g->persistent ? GUEST_LIST_PERSISTENT : GUEST_LIST_TRANSIENT) ||
	    !any(filter, GUEST_LIST_RUNNING | GUEST_LIST_PAUSED | GUEST_LIST_SHUTOFF | GUEST_LIST_OTHER, state) ||
	    !any(filter, GUEST_LIST_AUTOSTART | GUEST_LIST_NO_AUTOSTART, g->autostart ? GUEST_LIST_AUTOSTART : GUEST_LIST_NO_AUTOSTART))
		return false;
	if (filter & (GUEST_LIST_MANAGEDSAVE | GUEST_LIST_NO_MANAGEDSAVE) &&
	    !(filter & (exists_below(g, "save") ? GUEST_LIST_MANAGEDSAVE : GUEST_LIST_NO_MANAGEDSAVE)))
		return false;
	if (filter & (GUEST_LIST_HAS_SNAPSHOT | GUEST_LIST_NO_SNAPSHOT) &&
	    !(filter & (exists_below(g, "snapshots") ? GUEST_LIST_HAS_SNAPSHOT : GUEST_LIST_NO_SNAPSHOT)))
		return false;
	return !(filter & (GUEST_LIST_HAS_CHECKPOINT | GUEST_LIST_NO_CHECKPOINT)) ||
	       filter & (exists_below(g, "checkpoints") ? GUEST_LIST_HAS_CHECKPOINT : GUEST_LIST_NO_CHECKPOINT);
}

static void fill(struct guest *g, const struct state_entry *entry, unsigned filter, unsigned want)
{
	g->persistent = entry->defined;
	g->damaged = entry->damaged;
	g->id = -1;
	g->state = GUEST_SHUTOFF;
	if (entry->running)
		look_at_run(g);
	if (want & GUEST_WANT_UUID)
		look_at_uuid(g);
	if (want & GUEST_WANT_AUTOSTART || filter & (GUEST_LIST_AUTOSTART | GUEST_LIST_NO_AUTOSTART))
		g->autostart = g->persistent && state_get_autostart(g->kind->name, g->name, NULL) == 1;
	if (want & GUEST_WANT_REASON && !guest_is_active(g) && g->persistent)
		look_at_last_exit(g);
}

static int add_kind(struct guest_list *list, const struct hv_kind *kind, unsigned which, unsigned filter, unsigned want, struct error *err)
{
	struct state_list entries;
	struct guest *more;

	if (state_list(&entries, kind->name, which, err) < 0)
		return -1;
	more = realloc(list->guest, (list->n + entries.n + 1) * sizeof(*more));
	if (!more) {
		state_list_free(&entries);
		return error_errno(err, "cannot list");
	}
	list->guest = more;
	for (size_t i = 0; i < entries.n; i++) {
		struct guest *g = &list->guest[list->n];
		*g = (struct guest){ .kind = kind, .name = strdup(entries.entry[i].name) };
		if (!g->name) {
			state_list_free(&entries);
			return error_errno(err, "cannot list");
		}
		fill(g, &entries.entry[i], filter, want);
		if ((!g->persistent && !guest_is_active(g)) || !wanted(g, filter)) {
			guest_clear(g);
			continue;
		}
		list->damaged += g->damaged || g->state == GUEST_UNKNOWN;
		list->n++;
	}
	state_list_free(&entries);
	return 0;
}

static int in_order(const void *a, const void *b)
{
	const struct guest *x = a, *y = b;
	bool x_on = guest_is_active(x), y_on = guest_is_active(y);

	if (x_on != y_on)
		return x_on ? -1 : 1;
	if (x_on && x->id != y->id)
		return x->id < y->id ? -1 : 1;
	int r = strcmp(x->name, y->name);
	return r ? r : strcmp(x->kind->name, y->kind->name);
}

int guest_list(const struct hv *hv, unsigned filter, unsigned want, struct guest_list *list, struct error *err)
{
	unsigned which = STATE_LIST_DEFINED | STATE_LIST_RUNNING, off = GUEST_LIST_INACTIVE | GUEST_LIST_SHUTOFF;
	size_t on = 0, kinds = 0, before;

	*list = (struct guest_list){ 0 };
	/* running ones alone cost what they are, not what is defined */
	if ((filter & (GUEST_LIST_ACTIVE | off)) == GUEST_LIST_ACTIVE || (filter & (GUEST_LIST_PERSISTENT | GUEST_LIST_TRANSIENT)) == GUEST_LIST_TRANSIENT)
		which = STATE_LIST_RUNNING;
	for (const struct hv_kind *k = hv_next(hv, NULL); k; k = hv_next(hv, k)) {
		before = list->n;
		if (add_kind(list, k, which, filter, want, err) < 0) {
			guest_list_free(list);
			return -1;
		}
		kinds += list->n > before;
	}
	for (size_t i = 0; i < list->n; i++)
		on += guest_is_active(&list->guest[i]);
	/* one driver's guests that are all off come sorted */
	if (list->n > 1 && (on > 0 || kinds > 1))
		qsort(list->guest, list->n, sizeof(*list->guest), in_order);
	return 0;
}

void guest_list_free(struct guest_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		guest_clear(&list->guest[i]);
	free(list->guest);
	*list = (struct guest_list){ 0 };
}

char *guest_socket_path(const struct guest *guest, struct error *err)
{
	return state_path(STATE_RUN, guest->kind->name, guest->name, "socket", err);
}
