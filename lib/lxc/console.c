/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/console.h"

#include "state/state.h"
#include "util/str.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

/* How much is read in an interval: a container that writes without end gets what a fast serial line would, not a processor of ours. */
#define INTERVAL 0.1
#define BUDGET (512u << 10)
#define CHUNK 4096

void console_log_init(struct console_log *log, struct ev_loop *loop, const char *kind, const char *name)
{
	*log = (struct console_log){ .loop = loop, .kind = kind, .name = name, .dir = -1, .fd = -1 };
}

void console_log_close(struct console_log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	if (log->dir >= 0)
		close(log->dir);
	log->dir = log->fd = -1;
}

void console_log_prepare(struct console_log *log)
{
	struct error ignored;

	if (log->dir < 0)
		log->dir = state_open_dir(STATE_LOG, log->kind, true, &ignored);
}

static bool log_name(const struct console_log *log, unsigned n, char *out)
{
	AUTO_FREE char *enc = str_encode_name(log->name, NULL);

	if (!enc)
		return false;
	if (n)
		snprintf(out, NAME_MAX + 1, "%s.console.log.%u", enc, n);
	else
		snprintf(out, NAME_MAX + 1, "%s.console.log", enc);
	return true;
}

static bool log_open(struct console_log *log)
{
	char name[NAME_MAX + 1];
	struct stat st;

	if (log->fd >= 0)
		return true;
	console_log_prepare(log);
	if (log->dir < 0 || !log_name(log, 0, name))
		return false;
	log->fd = openat(log->dir, name, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	if (log->fd < 0)
		return false;
	if (fstat(log->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(STEAL_FD(log->fd));
		return false;
	}
	log->size = st.st_size;
	return true;
}

static void log_rotate(struct console_log *log)
{
	char from[NAME_MAX + 1], to[NAME_MAX + 1];

	for (unsigned n = CONSOLE_LOG_BACKUPS; n > 0; n--)
		if (log_name(log, n - 1, from) && log_name(log, n, to))
			renameat(log->dir, from, log->dir, to);
	close(STEAL_FD(log->fd));
}

static void log_write(struct console_log *log, const char *data, size_t len)
{
	char note[80];
	ssize_t n;

	if (log->fd >= 0 && log->size + (off_t)len > CONSOLE_LOG_MAX)
		log_rotate(log);
	if (!log_open(log)) {
		log->lost += len;
		return;
	}
	if (log->lost) {
		snprintf(note, sizeof(note), "\n[%" PRIu64 " bytes lost]\n", log->lost);
		n = write(log->fd, note, strlen(note));
		if (n > 0) {
			log->size += n;
			log->lost = 0;
		}
	}
	n = log->lost ? -1 : write(log->fd, data, len);
	if (n > 0)
		log->size += n;
	log->lost += len - (n > 0 ? (size_t)n : 0);
}

static void remember(struct console *c, const char *data, size_t len)
{
	if (!c->recent && !(c->recent = malloc(CONSOLE_RECENT)))
		return;
	if (len > CONSOLE_RECENT) {
		data += len - CONSOLE_RECENT;
		len = CONSOLE_RECENT;
	}
	while (len > 0) {
		size_t n = CONSOLE_RECENT - c->recent_at;
		if (n > len)
			n = len;
		memcpy(c->recent + c->recent_at, data, n);
		c->recent_at = (c->recent_at + n) % CONSOLE_RECENT;
		c->recent_len = c->recent_len + n > CONSOLE_RECENT ? CONSOLE_RECENT : c->recent_len + n;
		data += n;
		len -= n;
	}
}

/* What a slow client does not take is lost to it, and it is told how much as soon as it reads again. */
static void give(struct console *c, const char *data, size_t len)
{
	char note[80];
	size_t n;

	if (!c->client || ev_is_active(&c->greeting))
		return;
	if (c->client_lost) {
		snprintf(note, sizeof(note), "\r\n[%" PRIu64 " bytes lost]\r\n", c->client_lost);
		n = strlen(note);
		if (rpc_stream_write(c->client, note, n) < n) {
			c->client_lost += len;
			return;
		}
		c->client_lost = 0;
	}
	n = rpc_stream_write(c->client, data, len);
	c->client_lost += len - n;
}

static bool read_some(struct console *c)
{
	char data[CHUNK];
	ssize_t n = RETRY_EINTR(read(c->master, data, sizeof(data)));

	if (n <= 0)
		return false;
	log_write(c->log, data, n);
	remember(c, data, n);
	give(c, data, n);
	c->budget = c->budget > (size_t)n ? c->budget - n : 0;
	return true;
}

static void on_interval(struct ev_loop *loop, struct ev_timer *w, int revents)
{
	struct console *c = w->data;

	(void)revents;
	c->began = steady_now();
	c->budget = BUDGET;
	ev_io_start(loop, &c->in);
}

static void on_output(struct ev_loop *loop, struct ev_io *w, int revents)
{
	struct console *c = w->data;

	(void)revents;
	if (steady_now() - c->began > INTERVAL) {
		c->began = steady_now();
		c->budget = BUDGET;
	}
	if (!read_some(c) && errno != EAGAIN && errno != EIO)
		ev_io_stop(loop, w);
	if (c->budget > 0)
		return;
	/* its share of this interval is used up: the container waits in its own write, as on a real line */
	ev_io_stop(loop, w);
	ev_timer_init(&c->pause, on_interval, INTERVAL, 0);
	c->pause.data = c;
	ev_timer_start(loop, &c->pause);
}

static void on_room(struct ev_loop *loop, struct ev_io *w, int revents)
{
	struct console *c = w->data;

	(void)revents;
	ev_io_stop(loop, w);
	if (c->client)
		rpc_stream_resume(c->client);
}

static void on_greeting(struct ev_loop *loop, struct ev_timer *w, int revents)
{
	struct console *c = w->data;
	size_t start = (c->recent_at + CONSOLE_RECENT - c->recent_len) % CONSOLE_RECENT;
	size_t first = start + c->recent_len > CONSOLE_RECENT ? CONSOLE_RECENT - start : c->recent_len;

	(void)loop;
	(void)revents;
	if (c->recent_len) {
		give(c, c->recent + start, first);
		give(c, c->recent, c->recent_len - first);
	}
}

void console_start(struct console *c, struct ev_loop *loop, struct console_log *log, int master)
{
	c->loop = loop;
	c->log = log;
	c->master = master;
	c->budget = BUDGET;
	c->slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	ev_io_init(&c->in, on_output, master, EV_READ);
	ev_io_init(&c->out, on_room, master, EV_WRITE);
	ev_timer_init(&c->pause, on_interval, INTERVAL, 0);
	ev_timer_init(&c->greeting, on_greeting, 0, 0);
	c->in.data = c->out.data = c->pause.data = c->greeting.data = c;
	ev_io_start(loop, &c->in);
}

void console_stop(struct console *c)
{
	if (c->master < 0)
		return;
	/* the container's last words, however many it queued: a pty holds no more than a few pages */
	for (int i = 0; i < 64 && read_some(c); i++)
		;
	ev_io_stop(c->loop, &c->in);
	ev_io_stop(c->loop, &c->out);
	ev_timer_stop(c->loop, &c->pause);
	ev_timer_stop(c->loop, &c->greeting);
	if (c->client)
		rpc_stream_close(STEAL_PTR(c->client), NULL);
	if (c->slave >= 0)
		close(c->slave);
	free(STEAL_PTR(c->recent));
	c->recent_at = c->recent_len = 0;
	c->master = c->slave = -1;
}

static size_t on_data(struct rpc_stream *s, void *arg, const void *buf, size_t len)
{
	struct console *c = arg;
	ssize_t n;

	if (s != c->client || c->master < 0)
		return len;   /* nobody to type to any more */
	n = RETRY_EINTR(write(c->master, buf, len));
	if (n < 0)
		n = errno == EAGAIN ? 0 : (ssize_t)len;
	if ((size_t)n < len)
		ev_io_start(c->loop, &c->out);
	return n;
}

static void on_closed(struct rpc_stream *s, void *arg)
{
	struct console *c = arg;

	if (s == c->client) {
		c->client = NULL;
		c->client_lost = 0;
		ev_io_stop(c->loop, &c->out);
	}
}

int console_open(struct console *c, struct rpc_call *call, bool force, const char *guest, struct error *err)
{
	static const struct rpc_stream_ops ops = { .data = on_data, .closed = on_closed };
	struct error why;

	if (c->client && !force)
		return error_set(err, ERR_OPERATION_FAILED, "%s: somebody else has the console open (take it over with --force)", guest);
	struct rpc_stream *s = rpc_stream_open(call, &ops, c, err);
	if (!s)
		return -1;
	if (c->client) {
		error_set(&why, ERR_OPERATION_ABORTED, "%s: the console was taken over by another client", guest);
		rpc_stream_close(STEAL_PTR(c->client), &why);
	}
	c->client = s;
	c->client_lost = 0;
	/* after the call's answer */
	ev_timer_start(c->loop, &c->greeting);
	return 0;
}
