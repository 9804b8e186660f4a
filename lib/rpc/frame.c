/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/frame.h"

#include "rpc/wire.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#pragma GCC diagnostic ignored "-Wcast-function-type"

void rpc_header_put(unsigned char out[RPC_HEADER_LEN], const struct rpc_header *h)
{
	const uint32_t words[] = { htonl(h->length), htonl(h->program), htonl(h->version), htonl(h->procedure),
				   htonl(h->type), htonl(h->serial), htonl(h->status) };

	memcpy(out, words, sizeof(words));
}

void rpc_header_get(struct rpc_header *h, const unsigned char in[RPC_HEADER_LEN])
{
	uint32_t words[7];

	memcpy(words, in, sizeof(words));
	h->length = ntohl(words[0]);
	h->program = ntohl(words[1]);
	h->version = ntohl(words[2]);
	h->procedure = ntohl(words[3]);
	h->type = ntohl(words[4]);
	h->serial = ntohl(words[5]);
	h->status = ntohl(words[6]);
}

int rpc_header_check(const struct rpc_header *h, uint32_t max_length, struct error *err)
{
	if (h->length < RPC_HEADER_LEN || h->length > max_length)
		return error_set(err, ERR_RPC, "a message of %u bytes: not between %u and %u", h->length, RPC_HEADER_LEN,
				 max_length);
	if (h->type > RPC_STREAM_HOLE)
		return error_set(err, ERR_RPC, "a message of the unknown type %u", h->type);
	if (h->status > RPC_CONTINUE)
		return error_set(err, ERR_RPC, "a message with the unknown status %u", h->status);
	if ((h->type == RPC_CALL_FDS || h->type == RPC_REPLY_FDS) && h->length < RPC_HEADER_LEN + 4)
		return error_set(err, ERR_RPC, "a message with descriptors, but without their number");
	return 0;
}

static unsigned char *frame_alloc(struct rpc_header *h, size_t len, struct error *err)
{
	unsigned char *frame;

	if (len > RPC_FRAME_MAX - RPC_HEADER_LEN) {
		error_set(err, ERR_RPC, "a message of %zu bytes is more than the protocol allows (%u)", len, RPC_FRAME_MAX);
		return NULL;
	}
	h->length = RPC_HEADER_LEN + (uint32_t)len;
	frame = malloc(h->length);
	if (!frame) {
		error_errno(err, "no memory for a message of %zu bytes", len);
		return NULL;
	}
	rpc_header_put(frame, h);
	return frame;
}

int rpc_encode(struct rpc_header *h, xdrproc_t body, const void *data, size_t n_fds, unsigned char **frame,
	       struct error *err)
{
	size_t extra = n_fds ? 4 : 0;
	size_t len = body ? xdr_sizeof(body, (void *)data) : 0;
	AUTO_FREE unsigned char *buf = NULL;
	XDR xdr;

	if (body && !len)
		return error_set(err, ERR_RPC, "a message cannot be encoded: a string is missing or too long, or a list has too many elements");
	buf = frame_alloc(h, len + extra, err);
	if (!buf)
		return -1;
	if (extra) {
		uint32_t n = htonl((uint32_t)n_fds);

		memcpy(buf + RPC_HEADER_LEN, &n, sizeof(n));
	}
	if (body) {
		xdrmem_create(&xdr, (char *)buf + RPC_HEADER_LEN + extra, (u_int)len, XDR_ENCODE);
		if (!body(&xdr, (void *)data))
			return error_set(err, ERR_RPC, "a message cannot be encoded");
	}
	*frame = STEAL_PTR(buf);
	return 0;
}

int rpc_encode_raw(struct rpc_header *h, const void *data, size_t len, unsigned char **frame, struct error *err)
{
	unsigned char *buf = frame_alloc(h, len, err);

	if (!buf)
		return -1;
	if (len)
		memcpy(buf + RPC_HEADER_LEN, data, len);
	*frame = buf;
	return 0;
}

int rpc_decode(xdrproc_t proc, const unsigned char *body, size_t len, void *data, struct error *err)
{
	XDR xdr;

	xdrmem_create(&xdr, (char *)body, (u_int)len, XDR_DECODE);
	if (proc(&xdr, data) && xdr_getpos(&xdr) == len)
		return 0;
	xdr_free(proc, data);
	return error_set(err, ERR_RPC, "a message of %zu bytes cannot be decoded", len);
}

int rpc_encode_error(struct rpc_header *h, const struct error *e, enum error_from from, unsigned char **frame, struct error *err)
{
	const char *text = e->text[0] ? e->text : "unknown error";
	char *message = (char *)text;
	wire_error w = {
		.code = (int)e->code ? (int)e->code : ERR_INTERNAL,
		.domain = (int)from,
		.message = &message,
		.level = 2,
		.int1 = e->sys,
		.int2 = -1,
	};

	h->status = RPC_ERROR;
	return rpc_encode(h, (xdrproc_t)xdr_wire_error, &w, 0, frame, err);
}

void rpc_decode_error(const unsigned char *body, size_t len, struct error *e)
{
	wire_error w = { 0 };
	struct error bad;

	if (rpc_decode((xdrproc_t)xdr_wire_error, body, len, &w, &bad) < 0) {
		error_set(e, ERR_RPC, "the other side reports an error that cannot be read: %s", bad.text);
		return;
	}
	error_set(e, w.code > 0 ? (enum error_code)w.code : ERR_INTERNAL, "%s",
		  w.message && *w.message && **w.message ? *w.message : "the other side gives no reason");
	if (e && w.int1 > 0)
		e->sys = w.int1;
	xdr_free((xdrproc_t)xdr_wire_error, &w);
}

union fd_control {
	char buf[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

int rpc_send_fd(int sock, int fd)
{
	union fd_control control = { { 0 } };
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return RETRY_EINTR(sendmsg(sock, &msg, MSG_NOSIGNAL)) == 1 ? 0 : -1;
}

int rpc_recv_fd(int sock)
{
	/* room for more than one, so that a message with several is seen as such and nothing stays open */
	union {
		char buf[CMSG_SPACE(sizeof(int) * RPC_FDS_MAX)];
		struct cmsghdr align;
	} control;
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	ssize_t n = RETRY_EINTR(recvmsg(sock, &msg, MSG_CMSG_CLOEXEC));
	int found = -1, count = 0;

	if (n <= 0) {
		if (n == 0)
			errno = ECONNRESET;
		return -1;
	}
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
			if (count++ == 0)
				found = fd;
			else
				close(fd);
		}
	}
	if (count != 1 || byte != 0 || (msg.msg_flags & MSG_CTRUNC)) {
		if (found >= 0)
			close(found);
		errno = EBADMSG;
		return -1;
	}
	return found;
}

/* A length of eight bytes and flags of four, of which none is known. */
#define HOLE_LEN 12

int rpc_encode_hole(struct rpc_header *h, uint64_t length, unsigned char **frame, struct error *err)
{
	unsigned char body[HOLE_LEN] = { 0 };

	for (int i = 0; i < 8; i++)
		body[i] = (unsigned char)(length >> (56 - 8 * i));
	h->type = RPC_STREAM_HOLE;
	h->status = RPC_CONTINUE;
	return rpc_encode_raw(h, body, sizeof(body), frame, err);
}

int rpc_decode_hole(const unsigned char *body, size_t len, uint64_t *length)
{
	*length = 0;
	if (len != HOLE_LEN)
		return -1;
	for (int i = 0; i < 8; i++)
		*length = *length << 8 | body[i];
	return *length > INT64_MAX ? -1 : 0;
}
