/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client's server watches for it, in the server's own loop. */
#include "hypervisor/serve_priv.h"

/* For whoever reads our standard error: over ext and ssh that is the client. */
static void warn(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "berth-serve: %s\n", text);
}

static void take(void *arg)
{
	struct serve_watch *w = arg;
	struct error why;

	if (task_lock(&w->lock, -1) < 0)
		return;
	/* tell() never ends it; what it lacked memory for is lost and the rest goes on */
	if (w->watch && hv_watch_take(w->watch, &why) < 0)
		fprintf(stderr, "berth-serve: events are lost: %s\n", why.text);
	task_unlock(&w->lock);
	if (w->watch && !w->s->left)
		ev_io_start(w->s->loop, &w->io);
}

/* In a task of its own: adopting an object whose supervisor was killed takes a moment. */
static void on_watch(struct ev_loop *loop, struct ev_io *io, int revents)
{
	struct serve_watch *w = io->data;
	struct error why;

	(void)revents;
	ev_io_stop(loop, io);
	if (task_spawn(loop, take, w, &why) < 0)
		take(w);
}

int serve_watch_want(struct serve_watch *w, struct serving *s, const struct hv *hv, serve_tell_fn *tell, uint64_t types, struct error *err)
{
	int rc = 0;

	if (task_lock(&w->lock, s->hv.timeout_ms) < 0)
		return error_set(err, ERR_OPERATION_TIMEOUT, "events cannot be watched: an adoption takes too long");
	if (!w->watch) {
		w->s = s;
		w->ops = (struct hv_watch_ops){ .tell = tell, .warn = warn };
		w->watch = hv_watch_new(hv, &w->ops, s, err);
		if (w->watch) {
			ev_io_init(&w->io, on_watch, hv_watch_fd(w->watch), EV_READ);
			w->io.data = w;
		}
	}
	rc = w->watch ? hv_watch_want(w->watch, types, err) : -1;
	task_unlock(&w->lock);
	return rc;
}

void serve_watch_begin(struct serve_watch *w)
{
	if (!w->s->left)
		ev_feed_event(w->s->loop, &w->io, EV_READ);
}

void serve_watch_stop(struct serve_watch *w)
{
	if (w->watch)
		ev_io_stop(w->s->loop, &w->io);
}
