/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What QEMU says on its standard error, in the guest's log. It may say as much as it likes (a guest may make it): it writes to a pipe that does not block, we read from that at a
 * bounded rate, and what does not fit is lost to QEMU. The pipe has a name in the run directory and QEMU holds both of its ends, so that it outlives a supervisor.
 */
#include "qemu/supervisor_impl.h"

#include <fcntl.h>
#include <sys/stat.h>

#define FILE_NAME "words"
#define INTERVAL 1.0
#define BUDGET (64u << 10)    /* bytes an interval */
#define CHUNK 4096
#define LAST (256u << 10)     /* at most, of one that is dead */

/* Up to `most` bytes; false: there is no more, and nobody who could write any. */
static bool take(struct qemu_guest *g, size_t most, size_t *taken)
{
	struct qemu_words *w = &g->words;
	char buf[CHUNK];

	for (*taken = 0; *taken < most;) {
		ssize_t n = RETRY_EINTR(read(w->fd, buf, most - *taken < sizeof(buf) ? most - *taken : sizeof(buf)));

		if (n <= 0)
			return n < 0 && errno == EAGAIN;
		supervisor_log_words(g->sv, buf, (size_t)n);
		*taken += (size_t)n;
	}
	return true;
}

static void on_interval(struct ev_loop *loop, struct ev_timer *t, int revents)
{
	struct qemu_guest *g = t->data;

	(void)revents;
	g->words.budget = BUDGET;
	ev_io_start(loop, &g->words.readable);
}

static void on_readable(struct ev_loop *loop, struct ev_io *io, int revents)
{
	struct qemu_guest *g = io->data;
	struct qemu_words *w = &g->words;
	size_t taken;

	(void)revents;
	if (steady_now() - w->began > INTERVAL) {
		w->began = steady_now();
		w->budget = BUDGET;
	}
	if (!take(g, w->budget, &taken)) {
		ev_io_stop(loop, io);
		return;
	}
	w->budget -= taken;
	if (w->budget > 0)
		return;
	supervisor_log(g->sv, "%s: QEMU says more than can be kept: the rest is lost", g->sv->name);
	ev_io_stop(loop, io);
	ev_timer_init(&w->pause, on_interval, INTERVAL, 0);
	w->pause.data = g;
	ev_timer_start(loop, &w->pause);
}

static void listen_to(struct qemu_guest *g)
{
	struct qemu_words *w = &g->words;

	w->budget = BUDGET;
	w->began = steady_now();
	ev_io_init(&w->readable, on_readable, w->fd, EV_READ);
	w->readable.data = g;
	ev_io_start(g->sv->loop, &w->readable);
	w->open = true;
}

int qemu_words_open(struct qemu_guest *g, struct error *err)
{
	int run = g->sv->run_fd;
	AUTO_CLOSE int ours = -1, its = -1;

	qemu_words_close(g);
	if (mkfifoat(run, FILE_NAME, 0600) < 0 && errno != EEXIST)
		return error_errno(err, "cannot make the pipe '%s'", FILE_NAME);
	ours = RETRY_EINTR(openat(run, FILE_NAME, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
	its = RETRY_EINTR(openat(run, FILE_NAME, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
	if (ours < 0 || its < 0)
		return error_errno(err, "cannot open the pipe '%s'", FILE_NAME);
	g->words.fd = STEAL_FD(ours);
	listen_to(g);
	return STEAL_FD(its);
}

int qemu_words_share(struct qemu_guest *g, struct error *err)
{
	int fd = RETRY_EINTR(openat(g->sv->run_fd, FILE_NAME, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));

	return fd < 0 ? error_errno(err, "cannot open the pipe '%s'", FILE_NAME) : fd;
}

void qemu_words_adopt(struct qemu_guest *g)
{
	struct stat st;
	AUTO_CLOSE int fd = RETRY_EINTR(openat(g->sv->run_fd, FILE_NAME, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode))
		return;
	g->words.fd = STEAL_FD(fd);
	listen_to(g);
}

void qemu_words_last(struct qemu_guest *g)
{
	size_t taken;

	if (g->words.open && !take(g, LAST, &taken))
		ev_io_stop(g->sv->loop, &g->words.readable);
}

void qemu_words_close(struct qemu_guest *g)
{
	struct qemu_words *w = &g->words;

	if (!w->open)
		return;
	ev_io_stop(g->sv->loop, &w->readable);
	ev_timer_stop(g->sv->loop, &w->pause);
	close(STEAL_FD(w->fd));
	w->open = false;
}
