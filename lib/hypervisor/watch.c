/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The directories that tell of guests that come, go and are defined. */
#include "hypervisor/watch_priv.h"

#include "rpc/client.h"
#include "util/str.h"

#include <fcntl.h>
#include <poll.h>
#include <search.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <time.h>

/* How long all supervisors together may take to confirm a subscription; one that takes longer confirms it later. */
#define CONFIRM_MS 1000

/* Details by libvirt's numbers. */
enum { DEFINED_ADDED = 0, DEFINED_UPDATED = 1, DEFINED_RENAMED = 2, UNDEFINED_REMOVED = 0, UNDEFINED_RENAMED = 1 };

#define ROOT_MASK (IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_ONLYDIR)

/* ---- watch descriptors ---- */

static size_t wd_place(const struct hv_watch *w, int wd)
{
	size_t low = 0, high = w->n_wds;

	while (low < high) {
		size_t mid = (low + high) / 2;
		if (w->wds[mid].wd < wd)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct watch_wd *wd_find(struct hv_watch *w, int wd)
{
	size_t at = wd_place(w, wd);

	return at < w->n_wds && w->wds[at].wd == wd ? &w->wds[at] : NULL;
}

int watch_add(struct hv_watch *w, int dir_fd, uint32_t mask, const struct watch_wd *as)
{
	char path[64];
	int wd;
	size_t at;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir_fd);
	wd = inotify_add_watch(w->inotify, path, mask);
	if (wd < 0)
		return -1;
	at = wd_place(w, wd);
	if (at == w->n_wds || w->wds[at].wd != wd) {
		/* grows by doubling */
		if ((w->n_wds & (w->n_wds - 1)) == 0) {
			struct watch_wd *more = reallocarray(w->wds, w->n_wds ? w->n_wds * 2 : 1, sizeof(*more));

			if (!more) {
				inotify_rm_watch(w->inotify, wd);
				return -1;
			}
			w->wds = more;
		}
		memmove(&w->wds[at + 1], &w->wds[at], (w->n_wds - at) * sizeof(*w->wds));
		w->n_wds++;
	}
	w->wds[at] = *as;
	w->wds[at].wd = wd;
	return wd;
}

static void wd_forget(struct hv_watch *w, struct watch_wd *entry)
{
	size_t at = (size_t)(entry - w->wds);

	memmove(entry, entry + 1, (w->n_wds - at - 1) * sizeof(*entry));
	w->n_wds--;
}

void watch_remove(struct hv_watch *w, int *wd)
{
	struct watch_wd *entry = *wd < 0 ? NULL : wd_find(w, *wd);

	if (entry) {
		inotify_rm_watch(w->inotify, *wd);
		wd_forget(w, entry);
	}
	*wd = -1;
}

/* ---- the guests ---- */

static int in_order(const void *a, const void *b)
{
	const struct watched *x = a, *y = b;

	return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : strcmp(x->name, y->name);
}

static struct watched *find(struct hv_watch *w, const struct hv_kind *kind, const char *name)
{
	struct watched key = { .kind = kind, .name = (char *)name };
	struct watched **found = tfind(&key, &w->guests, in_order);

	return found ? *found : NULL;
}

static struct watched *find_or_add(struct hv_watch *w, const struct hv_kind *kind, const char *name, struct error *err)
{
	struct watched *g = find(w, kind, name);

	if (g)
		return g;
	g = calloc(1, sizeof(*g));
	if (g) {
		*g = (struct watched){ .kind = kind, .name = strdup(name), .id = -1, .lib_wd = -1, .run_wd = -1, .pidfd = -1, .told = GUEST_SHUTOFF };
		if (g->name && tsearch(g, &w->guests, in_order))
			return g;
		free(g->name);
		free(g);
	}
	error_errno(err, "no memory to watch '%s'", name);
	return NULL;
}

static void free_guest(struct watched *g)
{
	rpc_conn_free(g->conn);
	if (g->pidfd >= 0)
		close(g->pidfd);
	free(g->name);
	free(g);
}

void watch_bury(struct hv_watch *w, struct watched *g)
{
	if (g->dead)
		return;
	tdelete(g, &w->guests, in_order);
	watch_remove(w, &g->lib_wd);
	watch_remove(w, &g->run_wd);
	watch_disconnect(g);
	if (g->pidfd >= 0)
		close(STEAL_FD(g->pidfd));
	g->dead = true;
	g->next_dead = w->dead;
	w->dead = g;
}

struct collected {
	struct watched **guest;
	size_t n;
};

static void count_one(const void *node, VISIT visit, void *arg)
{
	(void)node;
	if (visit == postorder || visit == leaf)
		((struct collected *)arg)->n++;
}

static void collect_one(const void *node, VISIT visit, void *arg)
{
	struct collected *c = arg;

	if (visit == postorder || visit == leaf)
		c->guest[c->n++] = *(struct watched *const *)node;
}

int watch_each(struct hv_watch *w, watch_each_fn *fn, void *arg, struct error *err)
{
	struct collected c = { 0 };
	AUTO_FREE struct watched **guests = NULL;
	int rc = 0;

	twalk_r(w->guests, count_one, &c);
	guests = c.guest = calloc(c.n ? c.n : 1, sizeof(*guests));
	if (!guests)
		return error_errno(err, "no memory to watch guests");
	c.n = 0;
	twalk_r(w->guests, collect_one, &c);
	for (size_t i = 0; rc == 0 && i < c.n; i++)
		if (!guests[i]->dead)
			rc = fn(w, guests[i], arg, err);
	return rc;
}

/* ---- definitions ---- */

static void watch_definition(struct hv_watch *w, struct watched *g)
{
	struct watch_wd as = { .what = WATCH_OBJECT, .kind = g->kind, .guest = g };
	struct error why;
	AUTO_CLOSE int dir = state_open_object(g->kind->name, g->name, &why);

	g->defined = true;
	if (dir >= 0 && g->lib_wd < 0) {
		g->lib_wd = watch_add(w, dir, IN_MOVED_TO | IN_ONLYDIR, &as);
		if (g->lib_wd < 0 && w->ops->warn)
			w->ops->warn(w->arg, "not every definition can be watched (raise fs.inotify.max_user_watches)");
	}
}

/* Whether a secret has a value; what was written before it was watched is told, too. */
static bool has_value(const struct watched *g)
{
	AUTO_CLOSE int dir = g->kind->supervisor ? -1 : state_open_object(g->kind->name, g->name, NULL);

	return dir >= 0 && faccessat(dir, STATE_SECRET_VALUE, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int defined(struct hv_watch *w, const struct hv_kind *kind, const char *name, struct error *err)
{
	struct watched *g = find_or_add(w, kind, name, err);
	struct error why;
	int rc;

	if (!g)
		return -1;
	if (g->defined)
		return 0;
	watch_definition(w, g);
	if (state_uuid_of(kind->name, name, g->uuid, &why) < 0)
		memset(g->uuid, 0, sizeof(g->uuid));
	rc = watch_tell_lifecycle(w, g, HV_LIFECYCLE_DEFINED, DEFINED_ADDED, err);
	return rc == 0 && has_value(g) ? watch_tell_value(w, g, err) : rc;
}

/* A secret that became ephemeral, or ceased to be so, is still there. */
static bool is_elsewhere(const struct hv_watch *w, const struct watched *g)
{
	for (const struct hv_kind *k = hv_next(&w->hv, NULL); k && !g->kind->supervisor; k = hv_next(&w->hv, k))
		if (k != g->kind && state_is_defined(k->name, g->name, NULL) == 1)
			return true;
	return false;
}

static int undefined(struct hv_watch *w, const struct hv_kind *kind, const char *name, int detail, struct error *err)
{
	struct watched *g = find(w, kind, name);
	int rc;

	if (!g || !g->defined)
		return 0;
	g->defined = false;
	watch_remove(w, &g->lib_wd);
	rc = is_elsewhere(w, g) ? 0 : watch_tell_lifecycle(w, g, HV_LIFECYCLE_UNDEFINED, detail, err);
	if (!g->conn && g->told == GUEST_SHUTOFF)
		watch_bury(w, g);
	return rc;
}

/* The directory keeps its watch, which then is its new name's. */
static int renamed(struct hv_watch *w, const struct hv_kind *kind, const char *from, const char *to, struct error *err)
{
	struct watched *old = find(w, kind, from), *g = find_or_add(w, kind, to, err);
	struct watch_wd *entry;
	struct error why;
	int rc;

	if (!g)
		return -1;
	g->defined = g->renamed = true;
	if (old && old->lib_wd >= 0 && (entry = wd_find(w, old->lib_wd))) {
		entry->guest = g;
		g->lib_wd = old->lib_wd;
		old->lib_wd = -1;
	}
	if (state_uuid_of(kind->name, to, g->uuid, &why) < 0 && old)
		memcpy(g->uuid, old->uuid, sizeof(g->uuid));
	rc = undefined(w, kind, from, UNDEFINED_RENAMED, err);
	return rc != 0 ? rc : watch_tell_lifecycle(w, g, HV_LIFECYCLE_DEFINED, DEFINED_RENAMED, err);
}

static int redefined(struct hv_watch *w, struct watched *g, struct error *err)
{
	if (!g->renamed)
		return watch_tell_lifecycle(w, g, HV_LIFECYCLE_DEFINED, DEFINED_UPDATED, err);
	g->renamed = false;
	return 0;
}

/* ---- inotify ---- */

/* The object that a directory entry is; NULL for what is on its way in or out, or none of ours. */
static char *object_name(const struct inotify_event *e)
{
	return e->len && (e->mask & IN_ISDIR) && e->name[0] != '.' ? str_decode_name(e->name) : NULL;
}

static int on_definitions(struct hv_watch *w, const struct hv_kind *kind, const struct inotify_event *e, const struct inotify_event *next,
			  bool *pair, struct error *err)
{
	AUTO_FREE char *name = object_name(e);
	AUTO_FREE char *to = NULL;

	if (!name)
		return 0;
	if (next && (e->mask & IN_MOVED_FROM) && (next->mask & IN_MOVED_TO) && next->cookie == e->cookie)
		to = object_name(next);
	*pair = to != NULL;
	if (to)
		return renamed(w, kind, name, to, err);
	if (e->mask & (IN_CREATE | IN_MOVED_TO))
		return defined(w, kind, name, err);
	return undefined(w, kind, name, UNDEFINED_REMOVED, err);
}

/* Looked at once for all that has come of it. */
static void due(struct hv_watch *w, struct watched *g)
{
	if (g->due || !g->kind->supervisor)
		return;
	g->due = true;
	g->next_due = w->due;
	w->due = g;
}

static int on_runs(struct hv_watch *w, const struct hv_kind *kind, const struct inotify_event *e, struct error *err)
{
	AUTO_FREE char *name = object_name(e);
	struct watched *g;
	int rc = 0;

	if (!name)
		return 0;
	g = e->mask & (IN_CREATE | IN_MOVED_TO) ? find_or_add(w, kind, name, err) : find(w, kind, name);
	if (g && (e->mask & (IN_CREATE | IN_MOVED_TO)))
		g->appeared = (int64_t)time(NULL);
	/* it may be there again by the time that somebody looks */
	else if (g && !kind->domain_types)
		rc = watch_run_gone(w, g, err);
	if (g && !g->dead)
		due(w, g);
	return rc ? rc : g || !(e->mask & (IN_CREATE | IN_MOVED_TO)) ? 0 : -1;
}

static int look_again(struct hv_watch *w, struct watched *g, void *arg, struct error *err)
{
	struct error why;
	int rc = 0;

	(void)arg;
	if (g->defined && state_is_defined(g->kind->name, g->name, &why) == 0)
		rc = undefined(w, g->kind, g->name, UNDEFINED_REMOVED, err);
	if (!g->dead)
		due(w, g);
	return rc;
}

/* More came than the kernel keeps: everything is looked at. */
static int rescan(struct hv_watch *w, struct error *err)
{
	struct guest_list list = { 0 };
	int rc = watch_each(w, look_again, NULL, err);

	if (rc != 0 || guest_list(&w->hv, 0, 0, &list, err) < 0)
		return rc ? rc : -1;
	for (size_t i = 0; rc == 0 && i < list.n; i++) {
		struct watched *g = NULL;

		if (list.guest[i].persistent)
			rc = defined(w, list.guest[i].kind, list.guest[i].name, err);
		if (rc == 0 && !(g = find_or_add(w, list.guest[i].kind, list.guest[i].name, err)))
			rc = -1;
		if (g)
			due(w, g);
	}
	guest_list_free(&list);
	return rc;
}

static int annotated(struct hv_watch *w, struct watched *g, int (*open_dir)(const char *kind, const char *name, struct error *err), struct error *err)
{
	struct error why;
	AUTO_CLOSE int dir = open_dir(g->kind->name, g->name, &why);

	return watch_tell_annotated(w, g, dir, err);
}

static int on_event(struct hv_watch *w, const struct inotify_event *e, const struct inotify_event *next, bool *pair, struct error *err)
{
	struct watch_wd *entry;

	if (e->mask & IN_Q_OVERFLOW)
		return rescan(w, err);
	entry = wd_find(w, e->wd);
	if (!entry)
		return 0;
	if (e->mask & IN_IGNORED) {
		if (entry->what == WATCH_OBJECT)
			entry->guest->lib_wd = -1;
		else if (entry->what == WATCH_GUEST)
			entry->guest->run_wd = -1;
		wd_forget(w, entry);
		return 0;
	}
	switch (entry->what) {
	case WATCH_LIB:
		return on_definitions(w, entry->kind, e, next, pair, err);
	case WATCH_RUN:
		return on_runs(w, entry->kind, e, err);
	case WATCH_OBJECT:
		if (e->len && !strcmp(e->name, STATE_ANNOTATED))
			return annotated(w, entry->guest, state_open_object, err);
		if (e->len && !entry->kind->supervisor && !strcmp(e->name, STATE_SECRET_VALUE))
			return watch_tell_value(w, entry->guest, err);
		return e->len && !strcmp(e->name, "config.xml") ? redefined(w, entry->guest, err) : 0;
	case WATCH_GUEST:
		if (e->len && !strcmp(e->name, STATE_ANNOTATED))
			return annotated(w, entry->guest, state_run_open, err);
		due(w, entry->guest);
	}
	return 0;
}

static int look_at_due(struct hv_watch *w, struct error *err)
{
	int rc = 0;

	while (w->due) {
		struct watched *g = w->due;

		w->due = g->next_due;
		g->due = false;
		if (rc == 0 && !g->dead)
			rc = watch_drain(w, g, err);
		if (rc == 0 && !g->dead)
			rc = watch_look(w, g, err);
	}
	return rc;
}

static int directories(struct hv_watch *w, struct error *err)
{
	char buffer[8192] __attribute__((aligned(8)));
	ssize_t n;
	int rc = 0;

	while (rc == 0 && (n = RETRY_EINTR(read(w->inotify, buffer, sizeof(buffer)))) > 0) {
		for (ssize_t at = 0; rc == 0 && at < n;) {
			const struct inotify_event *e = (const void *)(buffer + at), *next;
			bool pair = false;

			at += (ssize_t)sizeof(*e) + e->len;
			next = at < n ? (const void *)(buffer + at) : NULL;
			rc = on_event(w, e, next, &pair, err);
			if (pair)
				at += (ssize_t)sizeof(*next) + next->len;
		}
	}
	return rc != 0 ? rc : look_at_due(w, err);
}

/* ---- the beginning and the end ---- */

static int watch_kinds(struct hv_watch *w, struct error *err)
{
	for (const struct hv_kind *k = hv_next(&w->hv, NULL); k; k = hv_next(&w->hv, k)) {
		struct watch_wd lib_as = { .what = WATCH_LIB, .kind = k }, run_as = { .what = WATCH_RUN, .kind = k };
		AUTO_CLOSE int run = k->supervisor ? state_open_dir(STATE_RUN, k->name, true, err) : -1;
		AUTO_CLOSE int lib = k->supervisor && run < 0 ? -1 : state_open_kind(k->name, true, err);

		if (lib < 0)
			return -1;
		if (watch_add(w, lib, ROOT_MASK, &lib_as) < 0 || (k->supervisor && watch_add(w, run, ROOT_MASK, &run_as) < 0))
			return error_errno(err, "watching the state of guests (raise fs.inotify.max_user_watches)");
	}
	return 0;
}

static int watch_guests(struct hv_watch *w, struct error *err)
{
	struct guest_list list = { 0 };
	int rc = 0;

	if (guest_list(&w->hv, 0, GUEST_WANT_UUID, &list, err) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < list.n; i++) {
		const struct guest *from = &list.guest[i];
		struct watched *g = find_or_add(w, from->kind, from->name, err);

		if (!g) {
			rc = -1;
			break;
		}
		memcpy(g->uuid, from->uuid, sizeof(g->uuid));
		if (from->persistent)
			watch_definition(w, g);
		if (from->live != STATE_GONE)
			rc = watch_look(w, g, err);
	}
	guest_list_free(&list);
	return rc;
}

struct hv_watch *hv_watch_new(const struct hv *hv, const struct hv_watch_ops *ops, void *arg, struct error *err)
{
	struct hv_watch *w = calloc(1, sizeof(*w));
	struct epoll_event ev = { .events = EPOLLIN };

	if (!w) {
		error_errno(err, "no memory to watch guests");
		return NULL;
	}
	w->hv = *hv;
	w->ops = ops;
	w->arg = arg;
	w->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (w->inotify < 0 || w->epoll < 0 || epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->inotify, &ev) < 0)
		error_errno(err, "cannot watch guests (raise fs.inotify.max_user_instances)");
	else if (watch_kinds(w, err) == 0 && watch_guests(w, err) == 0)
		return w;
	hv_watch_free(w);
	return NULL;
}

static void free_buried(struct hv_watch *w)
{
	struct watched *g;

	while ((g = w->dead)) {
		w->dead = g->next_dead;
		free_guest(g);
	}
}

static void free_node(void *node)
{
	free_guest(node);
}

void hv_watch_free(struct hv_watch *w)
{
	if (!w)
		return;
	free_buried(w);
	tdestroy(w->guests, free_node);
	if (w->inotify >= 0)
		close(w->inotify);
	if (w->epoll >= 0)
		close(w->epoll);
	free(w->wds);
	free(w);
}

static int ask(struct hv_watch *w, struct watched *g, void *arg, struct error *err)
{
	(void)arg;
	(void)err;
	if (g->conn)
		watch_subscribe(w, g);
	return 0;
}

/* A supervisor takes calls in their order: its answer to any is one to all before it. */
static int confirm(struct hv_watch *w, struct watched *g, void *arg, struct error *err)
{
	const struct timespec *begin = arg;
	wire_connect_supports_feature_args args = { .feature = 14 };
	wire_connect_supports_feature_ret ret = { 0 };
	struct timespec now;
	struct error why;
	int64_t passed;

	(void)w;
	(void)err;
	clock_gettime(CLOCK_MONOTONIC, &now);
	passed = (now.tv_sec - begin->tv_sec) * 1000LL + (now.tv_nsec - begin->tv_nsec) / 1000000;
	/* what is wrong with a connection is found when it is read */
	if (g->conn && passed < CONFIRM_MS &&
	    rpc_conn_call(g->conn, &rpc_connect_supports_feature, &args, &ret, (int)(CONFIRM_MS - passed), &why) < 0)
		return 0;
	return 0;
}

int hv_watch_want(struct hv_watch *w, uint64_t types, struct error *err)
{
	struct timespec begin;

	if (!(types & ~w->types))
		return 0;
	w->types |= types;
	w->pending = true;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (watch_each(w, ask, NULL, err) < 0)
		return -1;
	return watch_each(w, confirm, &begin, err);
}

int hv_watch_fd(const struct hv_watch *w)
{
	return w->epoll;
}

static int drain_and_look(struct hv_watch *w, struct watched *g, void *arg, struct error *err)
{
	bool had = g->conn != NULL;
	int rc = watch_drain(w, g, err);

	(void)arg;
	return rc != 0 || g->conn || !had || g->dead ? rc : watch_look(w, g, err);
}

/* Its supervisor has sent something or is gone, or the process has ended that was waited for. */
static int on_guest(struct hv_watch *w, struct watched *g, struct error *err)
{
	struct pollfd p = { .fd = g->pidfd, .events = POLLIN };

	if (g->pidfd < 0 || poll(&p, 1, 0) != 1)
		return drain_and_look(w, g, NULL, err);
	close(STEAL_FD(g->pidfd));
	return watch_look(w, g, err);
}

int hv_watch_take(struct hv_watch *w, struct error *err)
{
	struct epoll_event ev[64];
	int rc = 0, n;

	if (w->pending) {
		w->pending = false;
		rc = watch_each(w, drain_and_look, NULL, err);
	}
	while (rc == 0 && (n = RETRY_EINTR(epoll_wait(w->epoll, ev, (int)ARRAY_LEN(ev), 0))) > 0) {
		for (int i = 0; rc == 0 && i < n; i++) {
			struct watched *g = ev[i].data.ptr;

			if (!g)
				rc = directories(w, err);
			else if (!g->dead)
				rc = on_guest(w, g, err);
		}
	}
	free_buried(w);
	return rc;
}
