/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hearing of events without a daemon: a connection to the supervisor of each guest that runs, and inotify on the directories
 * for guests that come, and for definitions, which have no process that could tell of them.
 */
#include "cli/event.h"

#include "util/str.h"

#include <poll.h>
#include <string.h>
#include <sys/inotify.h>

struct source {
	struct cli_event_source s;   /* .rpc NULL: its supervisor is gone; either another one adopts the guest, or it has ended */
	struct guest guest;
	bool active;                 /* seen by the last scan */
};

struct watcher {
	const struct cli_event_watch *watch;
	struct source *source;
	size_t n;
	int inotify;
	int lib_watch[8];              /* watch descriptors of the directories of definitions */
	size_t n_lib;
	bool later;                    /* guests that come now were not there when the watch began */
};

static int add_watch(struct watcher *w, int fd, uint32_t mask)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return inotify_add_watch(w->inotify, path, mask);
}

static int watch_kinds(struct watcher *w, struct error *err)
{
	const struct hv *hv = &w->watch->conn->hv;
	uint32_t mask = IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM;

	for (const struct hv_kind *k = hv_next(hv, NULL); k; k = hv_next(hv, k)) {
		AUTO_CLOSE int run = state_open_dir(STATE_RUN, k->name, true, err);
		AUTO_CLOSE int lib = run < 0 ? -1 : state_open_dir(STATE_LIB, k->name, true, err);
		if (lib < 0)
			return -1;
		int wd = add_watch(w, lib, mask);
		if (wd < 0 || add_watch(w, run, mask) < 0)
			return error_errno(err, "watching the state of guests");
		if (w->n_lib < ARRAY_LEN(w->lib_watch))
			w->lib_watch[w->n_lib++] = wd;
	}
	return 0;
}

static struct source *find(const struct watcher *w, const struct guest *guest)
{
	for (size_t i = 0; i < w->n; i++) {
		if (w->source[i].guest.kind == guest->kind && strcmp(w->source[i].guest.name, guest->name) == 0)
			return &w->source[i];
	}
	return NULL;
}

static void disconnect(const struct watcher *w, struct source *source)
{
	if (source->s.rpc)
		cli_guest_disconnect(w->watch->conn, source->s.rpc);
	source->s.rpc = NULL;
}

static void drop(struct watcher *w, size_t i)
{
	disconnect(w, &w->source[i]);
	guest_clear(&w->source[i].guest);
	w->source[i] = w->source[--w->n];
}

static int say(struct watcher *w, const char *name, const unsigned char *uuid, const char *detail, struct error *err)
{
	struct cli_event event = { .type = &cli_event_types[0], .domain = name, .uuid = uuid, .detail = detail };

	if ((w->watch->type && w->watch->type != event.type) || !cli_event_wanted(w->watch, name, uuid, -1))
		return 0;
	return w->watch->tell(&event, w->watch->arg, err);
}

/* A guest that came while we watched: had it started before we were connected, nobody told us. What has come is taken
 * first, so that it is told once. */
static int started_before_us(struct watcher *w, struct source *source, struct error *err)
{
	struct guest now = { 0 };
	struct error ignored;
	int rc = 0;

	if (guest_by_name(&w->watch->conn->hv, source->guest.name, &now, &ignored) < 0)
		return 0;
	bool runs = now.state == GUEST_RUNNING || now.state == GUEST_PAUSED;
	if (w->later && runs) {
		rc = cli_event_take(&source->s, err);
		if (rc == 0 && !source->s.started)
			rc = say(w, now.name, now.uuid, "Started Booted", err);
	}
	source->s.started = source->s.started || runs;
	guest_clear(&now);
	return rc;
}

static struct source *new_source(struct watcher *w, const struct guest *guest, struct error *err)
{
	struct source *more = realloc(w->source, (w->n + 1) * sizeof(*more));

	if (more) {
		w->source = more;
		more[w->n] = (struct source){ .s = { .watch = w->watch }, .guest = { .kind = guest->kind, .name = strdup(guest->name) } };
	}
	if (!more || !more[w->n].guest.name) {
		error_errno(err, "guest '%s'", guest->name);
		return NULL;
	}
	return &w->source[w->n++];
}

/* Not listening yet, or gone already: the next change of its directory brings us back. */
static int attach(struct watcher *w, struct source *source, const struct guest *guest, struct error *err)
{
	struct error why = { 0 };

	source->s.rpc = cli_guest_connect(w->watch->conn, guest, &why);
	if (!source->s.rpc)
		return 0;
	if (cli_event_subscribe(&source->s, &why) < 0) {
		disconnect(w, source);
		if (why.code != ERR_NO_CONNECT && why.code != ERR_RPC)
			cli_warn(w->watch->cli, "%s: no events: %s", guest->name, why.text);
		return 0;
	}
	return started_before_us(w, source, err);
}

/* A guest that ended without a word of its supervisor: both were killed. */
static int ended_alone(struct watcher *w, struct source *source, struct error *err)
{
	struct guest now = { 0 };
	struct error ignored;
	const char *detail = "Stopped Crashed";

	if (!source->s.started)
		return 0;
	source->s.started = false;
	if (guest_by_name(&w->watch->conn->hv, source->guest.name, &now, &ignored) == 0 && now.reason == GUEST_END_DESTROYED)
		detail = "Stopped Destroyed";
	guest_clear(&now);
	return say(w, source->guest.name, NULL, detail, err);
}

static int look_at(struct watcher *w, const struct guest *guest, struct error *err)
{
	struct source *source = find(w, guest);
	struct error ignored;

	if (!source && !cli_event_wanted(w->watch, guest->name, guest->uuid, guest->id))
		return 0;
	AUTO_CLOSE int run = state_run_open(guest->kind->name, guest->name, &ignored);
	if (run >= 0 && add_watch(w, run, IN_CREATE | IN_MOVED_TO) < 0)
		cli_warn(w->watch->cli, "%s: cannot be watched (raise fs.inotify.max_user_watches)", guest->name);
	if (!source && !(source = new_source(w, guest, err)))
		return -1;
	source->active = true;
	return source->s.rpc ? 0 : attach(w, source, guest, err);
}

/* Connects to every guest that runs and is not connected, forgets those that have ended. */
static int scan(struct watcher *w, struct error *err)
{
	struct guest_list list = { 0 };
	int rc = 0;

	if (guest_list(&w->watch->conn->hv, GUEST_LIST_ACTIVE, GUEST_WANT_UUID, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < w->n; i++)
		w->source[i].active = false;
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = look_at(w, &list.guest[i], err);
	guest_list_free(&list);
	for (size_t i = w->n; rc == 0 && i-- > 0;) {
		if (w->source[i].active || w->source[i].s.rpc)
			continue;
		rc = ended_alone(w, &w->source[i], err);
		drop(w, i);
	}
	return rc;
}

static bool is_lib(const struct watcher *w, int wd)
{
	for (size_t i = 0; i < w->n_lib; i++) {
		if (w->lib_watch[i] == wd)
			return true;
	}
	return false;
}

/* A change among the definitions. A name that begins with a dot is no object: something on its way in or out. */
static int definition(struct watcher *w, const struct inotify_event *e, const struct inotify_event *next, bool *pair, struct error *err)
{
	AUTO_FREE char *name = e->len && (e->mask & IN_ISDIR) && e->name[0] != '.' ? str_decode_name(e->name) : NULL;
	AUTO_FREE char *new_name = NULL;

	*pair = next && (e->mask & IN_MOVED_FROM) && (next->mask & IN_MOVED_TO) && next->cookie == e->cookie && next->len &&
		next->name[0] != '.';
	if (*pair)
		new_name = str_decode_name(next->name);
	if (name && new_name) {
		int rc = say(w, name, NULL, "Undefined Renamed", err);
		return rc != 0 ? rc : say(w, new_name, NULL, "Defined Renamed", err);
	}
	if (new_name)
		return say(w, new_name, NULL, "Defined Added", err);
	if (!name)
		return 0;
	return say(w, name, NULL, e->mask & (IN_CREATE | IN_MOVED_TO) ? "Defined Added" : "Undefined Removed", err);
}

static const struct inotify_event *event_at(const char *buffer, ssize_t at, ssize_t n)
{
	return at < n ? (const struct inotify_event *)(buffer + at) : NULL;
}

static int directories(struct watcher *w, struct error *err)
{
	char buffer[16384] __attribute__((aligned(8)));
	ssize_t n;

	while ((n = read(w->inotify, buffer, sizeof(buffer))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *e = event_at(buffer, at, n);
			bool pair = false;
			at += sizeof(*e) + e->len;
			const struct inotify_event *next = event_at(buffer, at, n);
			int rc = is_lib(w, e->wd) ? definition(w, e, next, &pair, err) : 0;
			if (rc != 0)
				return rc;
			if (pair)
				at += sizeof(*next) + next->len;
		}
	}
	return scan(w, err);
}

/* Each connection in its turn; when one is gone, its guest is looked for again. */
static int sources(struct watcher *w, struct error *err)
{
	bool lost = false;

	for (size_t i = 0; i < w->n; i++) {
		struct error why = { 0 };
		int rc = w->source[i].s.rpc ? cli_event_take(&w->source[i].s, &why) : 0;
		if (rc > 0)
			return rc;
		if (rc == 0)
			continue;
		if (w->watch->conn->remote || (why.code != ERR_NO_CONNECT && why.code != ERR_RPC)) {
			*err = why;
			return -1;
		}
		disconnect(w, &w->source[i]);
		lost = true;
	}
	return lost ? scan(w, err) : 0;
}

static int wait_for_one(struct watcher *w, int timeout_ms, struct error *err)
{
	AUTO_FREE struct pollfd *fds = calloc(w->n + 1, sizeof(*fds));
	bool pending = false;

	if (!fds)
		return error_errno(err, "%zu guests", w->n);
	for (size_t i = 0; i < w->n; i++) {
		struct rpc_conn *rpc = w->source[i].s.rpc;
		fds[i] = (struct pollfd){ .fd = rpc ? rpc_conn_fd(rpc) : -1, .events = POLLIN };
		pending = pending || (rpc && rpc_conn_pending(rpc));
	}
	fds[w->n] = (struct pollfd){ .fd = w->inotify, .events = POLLIN };
	int rc = poll(fds, w->n + 1, pending ? 0 : timeout_ms);
	if (rc < 0 && errno != EINTR)
		return error_errno(err, "waiting for events");
	if (rc == 0 && !pending)
		return error_set(err, ERR_OPERATION_TIMEOUT, "the time was up");
	return 0;
}

static int loop(struct watcher *w, int timeout_ms, struct error *err)
{
	int64_t start = cli_now_ms();

	for (;;) {
		int rc = w->inotify >= 0 ? directories(w, err) : 0;
		w->later = true;
		if (rc == 0)
			rc = sources(w, err);
		if (rc == 0)
			rc = wait_for_one(w, cli_time_left(start, timeout_ms), err);
		if (rc != 0)
			return rc < 0 ? -1 : 0;
	}
}

static int begin_remote(struct watcher *w, struct error *err)
{
	w->source = calloc(1, sizeof(*w->source));
	if (!w->source)
		return error_errno(err, "a connection");
	w->n = 1;
	w->source[0].s = (struct cli_event_source){ .watch = w->watch, .rpc = w->watch->conn->remote };
	return cli_event_subscribe(&w->source[0].s, err);
}

static int begin_local(struct watcher *w, struct error *err)
{
	w->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->inotify < 0)
		return error_errno(err, "inotify (raise fs.inotify.max_user_instances)");
	return watch_kinds(w, err) < 0 ? -1 : scan(w, err);
}

int cli_event_watch(const struct cli_event_watch *watch, int timeout_ms, struct error *err)
{
	struct watcher w = { .watch = watch, .inotify = -1 };
	int rc = watch->conn->remote ? begin_remote(&w, err) : begin_local(&w, err);

	if (rc == 0)
		rc = loop(&w, timeout_ms, err);
	while (w.n > 0)
		drop(&w, w.n - 1);
	free(w.source);
	if (w.inotify >= 0)
		close(w.inotify);
	return rc < 0 ? -1 : 0;
}
