/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu/line.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

/* 10 MB a second: more than any honest reply needs, and no processor of ours. */
#define INTERVAL 0.1
#define BUDGET (1u << 20)
#define CHUNK 65536
#define KEEP 16384   /* a buffer that grew beyond is given back */

static void fail(struct line *l, const struct error *why)
{
	if (l->fd < 0)
		return;
	ev_io_stop(l->loop, &l->readable);
	ev_io_stop(l->loop, &l->writable);
	ev_timer_stop(l->loop, &l->pause);
	l->ops->closed(l->arg, why);
	line_close(l);
}

static bool grow(struct line *l)
{
	size_t size = l->in_size ? l->in_size * 2 : 4096;
	char *more;

	if (l->in_len + 1 < l->in_size)
		return true;
	if (size > l->max + 1)
		size = l->max + 1;
	if (l->in_len + 1 >= size || !(more = realloc(l->in, size)))
		return false;
	l->in = more;
	l->in_size = size;
	return true;
}

/* Hands out every whole line; the rest moves to the front. */
static void take_lines(struct line *l, size_t from)
{
	char *start = l->in, *end = l->in + l->in_len, *nl = l->in + from;

	while (l->fd >= 0 && (nl = memchr(nl, '\n', end - nl))) {
		size_t len = nl - start;

		if (len && start[len - 1] == '\r')
			len--;
		start[len] = '\0';
		if (len)
			l->ops->line(l->arg, start, len);
		start = ++nl;
	}
	if (l->fd < 0)
		return;
	l->in_len = end - start;
	memmove(l->in, start, l->in_len);
	if (l->in_len == 0 && l->in_size > KEEP) {
		free(STEAL_PTR(l->in));
		l->in_size = 0;
	}
}

static void on_interval(struct ev_loop *loop, struct ev_timer *w, int revents)
{
	struct line *l = w->data;

	(void)revents;
	l->began = steady_now();
	l->budget = BUDGET;
	ev_io_start(loop, &l->readable);
}

static void wait_interval(struct line *l)
{
	ev_io_stop(l->loop, &l->readable);
	ev_timer_init(&l->pause, on_interval, INTERVAL, 0);
	l->pause.data = l;
	ev_timer_start(l->loop, &l->pause);
}

static void on_readable(struct ev_loop *loop, struct ev_io *w, int revents)
{
	struct line *l = w->data;
	struct error why;
	size_t before = l->in_len, room;
	ssize_t n;

	(void)loop;
	(void)revents;
	if (steady_now() - l->began > INTERVAL) {
		l->began = steady_now();
		l->budget = BUDGET;
	}
	if (!grow(l)) {
		error_set(&why, ERR_RPC, "it sent a line of more than %zu bytes", l->max);
		fail(l, &why);
		return;
	}
	room = l->in_size - l->in_len - 1;
	n = RETRY_EINTR(read(l->fd, l->in + l->in_len, room > CHUNK ? CHUNK : room));
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		if (n < 0)
			error_errno(&why, "the connection broke");
		else
			error_set(&why, ERR_OPERATION_FAILED, "it closed the connection");
		fail(l, &why);
		return;
	}
	l->in_len += n;
	l->budget -= (size_t)n < l->budget ? (size_t)n : l->budget;
	take_lines(l, before);
	if (l->fd >= 0 && l->budget == 0)
		wait_interval(l);
}

static ssize_t send_some(int fd, const void *data, size_t len, int pass)
{
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (pass >= 0) {
		struct cmsghdr *c;

		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &pass, sizeof(int));
	}
	return RETRY_EINTR(sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT));
}

static void on_writable(struct ev_loop *loop, struct ev_io *w, int revents)
{
	struct line *l = w->data;
	struct error why;
	ssize_t n = send_some(l->fd, l->out, l->out_len, l->out_fd);

	(void)revents;
	if (n < 0 && errno == EAGAIN)
		return;
	if (n < 0) {
		error_errno(&why, "the connection broke");
		fail(l, &why);
		return;
	}
	if (n > 0 && l->out_fd >= 0)
		close(STEAL_FD(l->out_fd));
	l->out_len -= n;
	memmove(l->out, l->out + n, l->out_len);
	if (l->out_len > 0)
		return;
	free(STEAL_PTR(l->out));
	ev_io_stop(loop, w);
}

void line_open(struct line *l, struct ev_loop *loop, int fd, size_t max, const struct line_ops *ops, void *arg)
{
	int flags = fcntl(fd, F_GETFL);

	*l = (struct line){ .loop = loop, .fd = fd, .ops = ops, .arg = arg, .max = max, .out_fd = -1, .budget = BUDGET, .began = steady_now() };
	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	ev_io_init(&l->readable, on_readable, fd, EV_READ);
	ev_io_init(&l->writable, on_writable, fd, EV_WRITE);
	l->readable.data = l->writable.data = l;
	ev_io_start(loop, &l->readable);
}

void line_close(struct line *l)
{
	if (l->fd < 0)
		return;
	ev_io_stop(l->loop, &l->readable);
	ev_io_stop(l->loop, &l->writable);
	ev_timer_stop(l->loop, &l->pause);
	close(STEAL_FD(l->fd));
	if (l->out_fd >= 0)
		close(STEAL_FD(l->out_fd));
	free(STEAL_PTR(l->in));
	free(STEAL_PTR(l->out));
	l->in_len = l->in_size = l->out_len = 0;
}

/* What the socket does not take now. */
static int keep(struct line *l, const char *data, size_t len, int fd, struct error *err)
{
	char *more;

	if (l->out_len + len > LINE_OUT_MAX || (fd >= 0 && l->out_len > 0))
		return error_set(err, ERR_OPERATION_TIMEOUT, "it does not read what it is sent");
	if (fd >= 0 && (l->out_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3)) < 0)
		return error_errno(err, "cannot send a descriptor");
	more = realloc(l->out, l->out_len + len);
	if (!more)
		return error_errno(err, "cannot send a command");
	memcpy(more + l->out_len, data, len);
	l->out = more;
	l->out_len += len;
	ev_io_start(l->loop, &l->writable);
	return 0;
}

int line_send(struct line *l, const void *data, size_t len, int fd, struct error *err)
{
	ssize_t n = 0;

	if (l->fd < 0)
		return error_set(err, ERR_OPERATION_INVALID, "there is no connection");
	if (l->out_len == 0) {
		n = send_some(l->fd, data, len, fd);
		if (n < 0 && errno != EAGAIN)
			return error_errno(err, "cannot send a command");
	}
	if (n < 0)
		n = 0;
	return (size_t)n == len ? 0 : keep(l, (const char *)data + n, len - n, n > 0 ? -1 : fd, err);
}

/* jansson's own limit is 2,048 levels, each a call on a task's stack. */
static bool too_deep(const char *text, size_t len)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			depth++;
		else if (!quoted && (c == '}' || c == ']'))
			depth--;
		if (depth > LINE_DEPTH_MAX)
			return true;
	}
	return false;
}

/* QEMU writes numbers of 64 bits without a sign, and its "not known" is the largest of them; jansson's have one. Such a number becomes -1, in a copy; NULL:
 * there is none (or no memory for it, and it is refused as no JSON). */
static char *tame_numbers(const char *text, size_t len)
{
	static const char largest[] = "9223372036854775807";
	char *copy = NULL;
	bool quoted = false, changed = false;

	for (size_t i = 0, n; i < len; i += n) {
		n = 1;
		if (quoted && text[i] == '\\')
			n = 2;
		else if (text[i] == '"')
			quoted = !quoted;
		if (quoted || text[i] < '0' || text[i] > '9')
			continue;
		while (i + n < len && text[i + n] >= '0' && text[i + n] <= '9')
			n++;
		/* the whole part of a real is no such number */
		if (n < sizeof(largest) - 1 || (n == sizeof(largest) - 1 && memcmp(text + i, largest, n) <= 0) ||
		    (i + n < len && strchr(".eE", text[i + n])) || (i > 0 && strchr(".-+", text[i - 1])))
			continue;
		if (!copy && !(copy = malloc(len)))
			return NULL;
		if (!changed)
			memcpy(copy, text, len);
		changed = true;
		memset(copy + i, ' ', n);
		memcpy(copy + i, "-1", 2);
	}
	return copy;
}

json_t *line_parse(const char *text, size_t len, struct error *err)
{
	AUTO_FREE char *tamed = NULL;
	json_error_t why;
	json_t *o;

	if (too_deep(text, len)) {
		error_set(err, ERR_RPC, "its JSON is nested more than %d levels deep", LINE_DEPTH_MAX);
		return NULL;
	}
	tamed = tame_numbers(text, len);
	o = json_loadb(tamed ? tamed : text, len, JSON_REJECT_DUPLICATES, &why);
	if (!o)
		error_set(err, ERR_RPC, "what it sent is no JSON: %.100s", why.text);
	else if (!json_is_object(o))
		error_set(err, ERR_RPC, "what it sent is no JSON object");
	else
		return o;
	json_decref(o);
	return NULL;
}

void line_tame(char *out, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text && n + 1 < size; text++)
		out[n++] = (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text;
	/* not in the middle of a character */
	if (*text)
		while (n > 0 && ((unsigned char)out[n - 1] & 0xc0) == 0x80)
			n--;
	if (*text && n > 0 && (unsigned char)out[n - 1] >= 0xc0)
		n--;
	out[n] = '\0';
}
