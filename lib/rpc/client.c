/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/client_priv.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

int64_t rpc_deadline(int timeout_ms)
{
	return timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
}

static int time_left(int64_t deadline)
{
	if (deadline < 0)
		return -1;
	int64_t left = deadline - now_ms();
	return left < 0 ? 0 : left > 1000000000 ? 1000000000 : (int)left;
}

static int default_wait(int fd, int events, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = (short)events };
	int64_t deadline = rpc_deadline(timeout_ms);
	int n;

	while ((n = poll(&p, 1, time_left(deadline))) < 0 && errno == EINTR)
		;
	if (n <= 0)
		return n;
	/* an error or the end is for the read or write that follows to find */
	return p.revents & (POLLERR | POLLHUP | POLLNVAL) ? (p.revents & events) | events : p.revents;
}

static int conn_dead(struct rpc_conn *conn, struct error *err)
{
	if (err)
		*err = conn->dead;
	return -1;
}

static int conn_fail(struct rpc_conn *conn, struct error *err, const char *what)
{
	int e = errno;

	error_set(&conn->dead, ERR_NO_CONNECT, "%s: %s", what, strerror(e));
	conn->dead.sys = e;
	return conn_dead(conn, err);
}

static int conn_ended(struct rpc_conn *conn, struct error *err)
{
	error_set(&conn->dead, ERR_NO_CONNECT, "the other side closed the connection");
	conn->dead.sys = ECONNRESET;
	return conn_dead(conn, err);
}

/* ---- queues ---- */

int rpc_items_add(struct rpc_items *q, const struct rpc_header *h, unsigned char *body, size_t len)
{
	struct rpc_item *item = calloc(1, sizeof(*item));

	if (!item)
		return -1;
	item->program = h->program;
	item->procedure = h->procedure;
	item->body = body;
	item->len = len;
	if (!q->first)
		q->last = &q->first;
	*q->last = item;
	q->last = &item->next;
	q->bytes += len + sizeof(*item);
	return 0;
}

struct rpc_item *rpc_items_pop(struct rpc_items *q)
{
	struct rpc_item *item = q->first;

	if (!item)
		return NULL;
	q->first = item->next;
	q->bytes -= item->len + sizeof(*item);
	return item;
}

void rpc_items_clear(struct rpc_items *q)
{
	struct rpc_item *item;

	while ((item = rpc_items_pop(q))) {
		free(item->body);
		free(item);
	}
}

/* ---- making and ending a connection ---- */

static struct rpc_conn *conn_new(int in, int out, bool is_socket, struct error *err)
{
	struct rpc_conn *conn = calloc(1, sizeof(*conn));

	if (!conn) {
		error_errno(err, "cannot open a connection");
		return NULL;
	}
	conn->in = in;
	conn->out = out;
	conn->is_socket = is_socket;
	conn->wait = default_wait;
	return conn;
}

/* The socket may not lie where its path is short enough for sockaddr_un: an O_PATH descriptor of it has a short name. */
static int socket_address(int dirfd, const char *path, struct sockaddr_un *addr, int *path_fd, struct error *err)
{
	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((dirfd == AT_FDCWD || path[0] == '/') && strlen(path) < sizeof(addr->sun_path)) {
		memcpy(addr->sun_path, path, strlen(path));
		return 0;
	}
	*path_fd = openat(dirfd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (*path_fd < 0)
		return error_errno(err, "cannot open the socket %s", path);
	snprintf(addr->sun_path, sizeof(addr->sun_path), "/proc/self/fd/%d", *path_fd);
	return 0;
}

static int connect_in_time(int fd, const struct sockaddr_un *addr, int timeout_ms)
{
	if (RETRY_EINTR(connect(fd, (const struct sockaddr *)addr, sizeof(*addr))) == 0)
		return 0;
	if (errno != EAGAIN)
		return -1;
	/* its queue is full: poll(2) does not tell when it is not, a blocking connect(2) waits for it */
	struct timeval tv = { 0 }, none = { 0 };
	int flags = fcntl(fd, F_GETFL);

	if (timeout_ms >= 0) {
		tv.tv_sec = timeout_ms / 1000;
		tv.tv_usec = timeout_ms % 1000 * 1000 + 1;
	}
	if (flags < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return -1;
	if (RETRY_EINTR(connect(fd, (const struct sockaddr *)addr, sizeof(*addr))) < 0) {
		if (errno == EAGAIN)
			errno = ETIMEDOUT;
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof(none));
	return fcntl(fd, F_SETFL, flags);
}

static int check_server(int fd, const char *path, struct error *err)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return error_errno(err, "cannot see who listens on %s", path);
	if (cred.uid != 0 && cred.uid != geteuid())
		return error_set(err, ERR_ACCESS_DENIED, "%s: listened on by user %u, who is neither root nor you: not used", path,
				 (unsigned)cred.uid);
	return 0;
}

int rpc_socket_unix(int dirfd, const char *path, int timeout_ms, struct error *err)
{
	AUTO_CLOSE int path_fd = -1;
	AUTO_CLOSE int fd = -1;
	struct sockaddr_un addr;

	if (socket_address(dirfd, path, &addr, &path_fd, err) < 0)
		goto no_connect;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_errno(err, "cannot make a socket");
	if (connect_in_time(fd, &addr, timeout_ms) < 0) {
		error_errno(err, "cannot connect to %s", path);
		goto no_connect;
	}
	return check_server(fd, path, err) < 0 ? -1 : STEAL_FD(fd);

no_connect:
	if (err && err->code == ERR_SYSTEM)
		err->code = ERR_NO_CONNECT;
	return -1;
}

struct rpc_conn *rpc_connect_unix(int dirfd, const char *path, int timeout_ms, struct error *err)
{
	int fd = rpc_socket_unix(dirfd, path, timeout_ms, err);
	struct rpc_conn *conn = fd < 0 ? NULL : conn_new(fd, fd, true, err);

	if (fd >= 0 && !conn)
		close(fd);
	return conn;
}

struct rpc_conn *rpc_conn_from_fds(int in, int out, struct error *err)
{
	struct rpc_conn *conn = NULL;
	int type;
	socklen_t len = sizeof(type);
	bool is_socket = getsockopt(out, SOL_SOCKET, SO_TYPE, &type, &len) == 0;
	int in_flags = fcntl(in, F_GETFL), out_flags = fcntl(out, F_GETFL);

	if (in_flags < 0 || out_flags < 0 || fcntl(in, F_SETFL, in_flags | O_NONBLOCK) < 0 ||
	    fcntl(out, F_SETFL, out_flags | O_NONBLOCK) < 0)
		error_errno(err, "cannot use the descriptors %d and %d for a connection", in, out);
	else
		conn = conn_new(in, out, is_socket, err);
	if (!conn) {
		close(in);
		if (out != in)
			close(out);
	}
	return conn;
}

static void input_reset(struct rpc_input *in)
{
	for (size_t i = 0; i < in->fds_have; i++)
		close(in->fds[i]);
	free(in->body);
	*in = (struct rpc_input){ .head_have = 0 };
}

void rpc_conn_free(struct rpc_conn *conn)
{
	if (!conn)
		return;
	input_reset(&conn->input);
	rpc_items_clear(&conn->events);
	close(conn->in);
	if (conn->out != conn->in)
		close(conn->out);
	free(conn);
}

void rpc_conn_set_wait(struct rpc_conn *conn, rpc_wait_fn *wait)
{
	conn->wait = wait ? wait : default_wait;
}

void rpc_conn_set_io(struct rpc_conn *conn, const struct rpc_io *io, void *ctx)
{
	conn->io = io;
	conn->io_ctx = ctx;
}

void rpc_conn_set_keepalive(struct rpc_conn *conn, int interval_ms, int count)
{
	conn->ping_ms = interval_ms;
	conn->ping_count = count;
	conn->pings = 0;
	conn->ping_at = rpc_deadline(interval_ms);
}

int rpc_conn_fd(const struct rpc_conn *conn)
{
	return conn->in;
}

unsigned long rpc_conn_dropped(const struct rpc_conn *conn)
{
	return conn->dropped;
}

bool rpc_conn_pending(const struct rpc_conn *conn)
{
	if (conn->events.first || conn->dead.code)
		return true;
	for (const struct rpc_channel *ch = conn->channels; ch; ch = ch->next)
		if (ch->data.first || ch->eof || ch->finished || ch->error.code)
			return true;
	return false;
}

/* ---- sending ---- */

static int wait_to_send(struct rpc_conn *conn, int64_t deadline, struct error *err)
{
	bool both = conn->in == conn->out;
	int left = deadline < 0 && conn->ping_ms ? conn->ping_ms * (conn->ping_count + 1) : time_left(deadline);
	int ready = conn->wait(conn->out, POLLOUT | (both ? POLLIN : 0), left);

	if (ready < 0)
		return conn_fail(conn, err, "cannot wait for the connection");
	if (ready == 0) {
		error_set(&conn->dead, ERR_OPERATION_TIMEOUT, "the other side does not take what is sent to it");
		return conn_dead(conn, err);
	}
	/* taking what comes in meanwhile keeps two sides that both send from waiting for each other */
	if ((ready & POLLIN) && both && rpc_conn_step(conn, rpc_deadline(0), err) < 0)
		return -1;
	return 0;
}

static int send_fds(struct rpc_conn *conn, const int *fds, size_t n_fds, int64_t deadline, struct error *err)
{
	for (size_t i = 0; i < n_fds;) {
		if (rpc_send_fd(conn->out, fds[i]) == 0)
			i++;
		else if (errno != EAGAIN)
			return conn_fail(conn, err, "cannot send a descriptor");
		else if (wait_to_send(conn, deadline, err) < 0)
			return -1;
	}
	return 0;
}

static int send_bytes(struct rpc_conn *conn, const unsigned char *p, size_t len, int64_t deadline, struct error *err)
{
	while (len) {
		ssize_t n = conn->io ? conn->io->write(conn->io_ctx, p, len) :
			    conn->is_socket ? send(conn->out, p, len, MSG_NOSIGNAL) : write(conn->out, p, len);

		if (n >= 0) {
			p += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			if (wait_to_send(conn, deadline, err) < 0)
				return -1;
		} else if (errno == EPIPE || errno == ECONNRESET) {
			return conn_ended(conn, err);
		} else if (errno != EINTR) {
			return conn_fail(conn, err, "cannot send");
		}
	}
	return 0;
}

static int send_keepalive(struct rpc_conn *conn, enum rpc_keepalive what, int64_t deadline, struct error *err)
{
	struct rpc_header h = {
		.length = RPC_HEADER_LEN, .program = RPC_KEEPALIVE_PROGRAM, .version = RPC_KEEPALIVE_VERSION, .procedure = what, .type = RPC_MESSAGE,
	};
	unsigned char frame[RPC_HEADER_LEN];
	int ret;

	rpc_header_put(frame, &h);
	conn->sending = true;
	ret = send_bytes(conn, frame, sizeof(frame), deadline, err);
	conn->sending = false;
	return ret;
}

int rpc_conn_send(struct rpc_conn *conn, const unsigned char *frame, size_t len, const int *fds, size_t n_fds,
		  int64_t deadline, struct error *err)
{
	int ret;

	if (conn->dead.code)
		return conn_dead(conn, err);
	conn->sending = true;
	ret = send_bytes(conn, frame, len, deadline, err);
	if (ret == 0)
		ret = send_fds(conn, fds, n_fds, deadline, err);
	conn->sending = false;
	while (ret == 0 && conn->pongs_due) {
		conn->pongs_due--;
		ret = send_keepalive(conn, RPC_PONG, deadline, err);
	}
	return ret;
}

/* ---- receiving ---- */

/* Reads on: 1 something or all, 0 nothing there yet, -1 dead. */
static int read_some(struct rpc_conn *conn, unsigned char *buf, size_t want, size_t *have, struct error *err)
{
	ssize_t n = RETRY_EINTR(conn->io ? conn->io->read(conn->io_ctx, buf + *have, want - *have) :
					   read(conn->in, buf + *have, want - *have));

	if (n > 0) {
		*have += (size_t)n;
		conn->pings = 0;
		conn->ping_at = rpc_deadline(conn->ping_ms);
		return 1;
	}
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n == 0 || errno == ECONNRESET)
		return conn_ended(conn, err);
	return conn_fail(conn, err, "cannot read from the connection");
}

static int input_head_done(struct rpc_conn *conn, struct error *err)
{
	struct rpc_input *in = &conn->input;

	rpc_header_get(&in->h, in->head);
	if (rpc_header_check(&in->h, RPC_FRAME_MAX, &conn->dead) < 0)
		return conn_dead(conn, err);
	in->body_len = in->h.length - RPC_HEADER_LEN;
	if (in->body_len == 0)
		return 0;
	in->body = malloc(in->body_len);
	if (!in->body) {
		error_errno(&conn->dead, "no memory for a message of %u bytes", in->h.length);
		return conn_dead(conn, err);
	}
	return 0;
}

static int input_body_done(struct rpc_conn *conn, struct error *err)
{
	struct rpc_input *in = &conn->input;
	uint32_t n;

	if (in->h.type != RPC_REPLY_FDS)
		return 0;
	memcpy(&n, in->body, sizeof(n));
	in->fds_want = ntohl(n);
	if (in->fds_want > RPC_FDS_MAX) {
		error_set(&conn->dead, ERR_RPC, "a reply with %zu descriptors: more than %u", in->fds_want, RPC_FDS_MAX);
		in->fds_want = 0;
		return conn_dead(conn, err);
	}
	return 0;
}

/* One step of a frame: 2 it is complete, 1 go on, 0 nothing there, -1 dead. */
static int input_advance(struct rpc_conn *conn, struct error *err)
{
	struct rpc_input *in = &conn->input;
	int ret;

	if (in->head_have < RPC_HEADER_LEN) {
		ret = read_some(conn, in->head, RPC_HEADER_LEN, &in->head_have, err);
		if (ret > 0 && in->head_have == RPC_HEADER_LEN && input_head_done(conn, err) < 0)
			return -1;
		if (ret <= 0 || in->head_have < RPC_HEADER_LEN || in->body_len)
			return ret;
		return 2;
	}
	if (in->body_have < in->body_len) {
		ret = read_some(conn, in->body, in->body_len, &in->body_have, err);
		if (ret > 0 && in->body_have == in->body_len && input_body_done(conn, err) < 0)
			return -1;
		if (ret <= 0 || in->body_have < in->body_len || in->fds_want)
			return ret;
		return 2;
	}
	if (in->fds_have < in->fds_want) {
		int fd = rpc_recv_fd(conn->in);

		if (fd < 0 && errno == EAGAIN)
			return 0;
		if (fd < 0)
			return conn_fail(conn, err, "a descriptor that was announced did not come");
		in->fds[in->fds_have++] = fd;
	}
	return in->fds_have < in->fds_want ? 1 : 2;
}

static void take_event(struct rpc_conn *conn)
{
	struct rpc_input *in = &conn->input;

	if (in->h.program == RPC_KEEPALIVE_PROGRAM) {
		if (in->h.procedure == RPC_PING && conn->pongs_due < 8)
			conn->pongs_due++;
		return;
	}
	if (conn->events.bytes + in->body_len > RPC_EVENTS_KEPT ||
	    rpc_items_add(&conn->events, &in->h, in->body, in->body_len) < 0) {
		conn->dropped++;
		return;
	}
	in->body = NULL;
}

static int dispatch(struct rpc_conn *conn, struct error *err)
{
	struct rpc_input *in = &conn->input;

	switch (in->h.type) {
	case RPC_MESSAGE:
		take_event(conn);
		break;
	case RPC_STREAM:
	case RPC_STREAM_HOLE:
		rpc_channel_input(conn, &in->h, STEAL_PTR(in->body), in->body_len);
		break;
	case RPC_REPLY:
	case RPC_REPLY_FDS:
		/* one that nobody waits for any more belongs to a call that timed out */
		if (conn->awaited && in->h.serial == conn->awaited) {
			conn->answered = true;
			return 1;
		}
		break;
	default:
		error_set(&conn->dead, ERR_RPC, "the other side sent a call instead of an answer");
		return conn_dead(conn, err);
	}
	input_reset(in);
	if (conn->pongs_due && !conn->sending && rpc_conn_send(conn, NULL, 0, NULL, 0, rpc_deadline(5000), err) < 0)
		return -1;
	return 1;
}

/* Nothing has come: asks for a sign of life when it is time for it. *left becomes the time until the next one, where that is sooner. */
static int look_alive(struct rpc_conn *conn, int *left, struct error *err)
{
	int until = time_left(conn->ping_at);

	/* in the middle of a frame of ours no other may begin; whoever sends it has a limit of his own */
	if (!conn->ping_ms || conn->sending)
		return 0;
	if (until == 0) {
		if (conn->pings >= conn->ping_count) {
			error_set(&conn->dead, ERR_NO_CONNECT, "the connection is lost: no sign of life from the other side for %d seconds",
				  conn->ping_ms * (conn->ping_count + 1) / 1000);
			return conn_dead(conn, err);
		}
		conn->pings++;
		conn->ping_at = rpc_deadline(conn->ping_ms);
		if (send_keepalive(conn, RPC_PING, rpc_deadline(conn->ping_ms), err) < 0)
			return -1;
		until = conn->ping_ms;
	}
	if (*left < 0 || *left > until)
		*left = until;
	return 0;
}

int rpc_conn_step(struct rpc_conn *conn, int64_t deadline, struct error *err)
{
	if (conn->dead.code)
		return conn_dead(conn, err);
	if (conn->answered)
		return 1;
	for (;;) {
		int ret = input_advance(conn, err);

		if (ret < 0)
			return -1;
		if (ret == 2)
			return dispatch(conn, err);
		if (ret == 1)
			continue;
		int left = time_left(deadline);
		if (left == 0)
			return 0;
		if (look_alive(conn, &left, err) < 0)
			return -1;
		ret = conn->wait(conn->in, POLLIN, left);
		if (ret < 0)
			return conn_fail(conn, err, "cannot wait for the connection");
	}
}

/* ---- calls ---- */

static int take_reply(struct rpc_conn *conn, const struct rpc_proc *proc, void *ret, int *recv_fds, size_t *n_recv,
		      struct error *err)
{
	struct rpc_input *in = &conn->input;
	size_t skip = in->h.type == RPC_REPLY_FDS ? 4 : 0;
	size_t room = n_recv ? *n_recv : 0;
	int result = 0;

	if (n_recv)
		*n_recv = 0;
	if (in->h.status == RPC_ERROR) {
		rpc_decode_error(skip ? in->body + skip : in->body, in->body_len - skip, err);
		result = -1;
	} else if (in->h.program != proc->program || in->h.procedure != proc->number) {
		result = error_set(err, ERR_RPC, "the answer to %s is one to procedure %u", proc->name, in->h.procedure);
	} else if (proc->ret && ret) {
		result = rpc_decode(proc->ret, skip ? in->body + skip : in->body, in->body_len - skip, ret, err);
		if (result < 0)
			error_wrap(err, "answer to %s", proc->name);
	}
	for (size_t i = 0; result == 0 && i < in->fds_have && i < room; i++) {
		recv_fds[(*n_recv)++] = in->fds[i];
		in->fds[i] = -1;
	}
	size_t given = result == 0 && n_recv ? *n_recv : 0;
	for (size_t i = given; i < in->fds_have; i++)
		close(in->fds[i]);
	in->fds_have = 0;
	input_reset(in);
	return result;
}

int rpc_conn_call_fds(struct rpc_conn *conn, const struct rpc_proc *proc, const void *args, void *ret,
		      const int *send_fd, size_t n_send, int *recv_fds, size_t *n_recv, int timeout_ms, struct error *err)
{
	int64_t deadline = rpc_deadline(timeout_ms);
	AUTO_FREE unsigned char *frame = NULL;
	struct rpc_header h = {
		.program = proc->program, .version = 1, .procedure = proc->number,
		.type = n_send ? RPC_CALL_FDS : RPC_CALL, .status = RPC_OK,
	};

	if (conn->dead.code)
		return conn_dead(conn, err);
	if (n_send > RPC_FDS_MAX || (n_send && !conn->is_socket))
		return error_set(err, ERR_RPC, "%s: cannot send %zu descriptors over this connection", proc->name, n_send);
	if (++conn->serial == 0)
		conn->serial = 1;
	h.serial = conn->serial;
	if (rpc_encode(&h, proc->args, args, n_send, &frame, err) < 0)
		return error_wrap(err, "%s", proc->name);
	conn->awaited = h.serial;
	conn->answered = false;
	int step = rpc_conn_send(conn, frame, h.length, send_fd, n_send, deadline, err);
	while (step >= 0 && !conn->answered) {
		step = rpc_conn_step(conn, deadline, err);
		if (step == 0)
			step = error_set(err, ERR_OPERATION_TIMEOUT, "no answer to %s within %d ms", proc->name, timeout_ms);
	}
	conn->awaited = 0;
	if (!conn->answered)
		return -1;
	conn->answered = false;
	return take_reply(conn, proc, ret, recv_fds, n_recv, err);
}

int rpc_conn_call(struct rpc_conn *conn, const struct rpc_proc *proc, const void *args, void *ret, int timeout_ms,
		  struct error *err)
{
	return rpc_conn_call_fds(conn, proc, args, ret, NULL, 0, NULL, NULL, timeout_ms, err);
}

int rpc_conn_post(struct rpc_conn *conn, const struct rpc_proc *proc, const void *args, struct error *err)
{
	AUTO_FREE unsigned char *frame = NULL;
	struct rpc_header h = {
		.program = proc->program, .version = 1, .procedure = proc->number, .type = RPC_CALL, .status = RPC_OK,
	};

	if (conn->dead.code)
		return conn_dead(conn, err);
	if (++conn->serial == 0)
		conn->serial = 1;
	h.serial = conn->serial;
	if (rpc_encode(&h, proc->args, args, 0, &frame, err) < 0)
		return error_wrap(err, "%s", proc->name);
	return rpc_conn_send(conn, frame, h.length, NULL, 0, rpc_deadline(0), err);
}

/* ---- events ---- */

int rpc_next_event(struct rpc_conn *conn, struct rpc_event *ev, int timeout_ms, struct error *err)
{
	int64_t deadline = rpc_deadline(timeout_ms);
	struct rpc_item *item;

	while (!(item = rpc_items_pop(&conn->events))) {
		int ret = rpc_conn_step(conn, deadline, err);

		if (ret <= 0)
			return ret;
	}
	*ev = (struct rpc_event){ item->program, item->procedure, item->body, item->len };
	free(item);
	return 1;
}

bool rpc_event_is(const struct rpc_event *ev, const struct rpc_proc *proc)
{
	return ev->program == proc->program && ev->procedure == proc->number;
}

int rpc_event_decode(const struct rpc_event *ev, const struct rpc_proc *proc, void *msg, struct error *err)
{
	if (rpc_decode(proc->args, ev->body, ev->len, msg, err) < 0)
		return error_wrap(err, "event %s", proc->name);
	return 0;
}

void rpc_event_clear(struct rpc_event *ev)
{
	free(ev->body);
	ev->body = NULL;
	ev->len = 0;
}
