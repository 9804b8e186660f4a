/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames: what is the same for client and server. A frame is a length of four bytes that counts itself, a header of six
 * words, and the body; all numbers big-endian.
 */
#ifndef BERTH_RPC_FRAME_H
#define BERTH_RPC_FRAME_H

#include "rpc/proc.h"

#define RPC_FRAME_MAX (33554432u + 4u)   /* length field included */
#define RPC_HEADER_LEN 28u               /* length field included */
#define RPC_FDS_MAX 32u                  /* descriptors with one message */
#define RPC_STREAM_CHUNK 262120u         /* most bytes of a stream in one frame */

enum rpc_type {
	RPC_CALL = 0,
	RPC_REPLY = 1,
	RPC_MESSAGE = 2,
	RPC_STREAM = 3,
	RPC_CALL_FDS = 4,
	RPC_REPLY_FDS = 5,
	RPC_STREAM_HOLE = 6,
};

enum rpc_status {
	RPC_OK = 0,      /* of a stream: finished */
	RPC_ERROR = 1,   /* of a stream: aborted */
	RPC_CONTINUE = 2,
};

enum rpc_keepalive {
	RPC_PING = 1,
	RPC_PONG = 2,
};

struct rpc_header {
	uint32_t length, program, version, procedure, type, serial, status;
};

void rpc_header_put(unsigned char out[RPC_HEADER_LEN], const struct rpc_header *h);
void rpc_header_get(struct rpc_header *h, const unsigned char in[RPC_HEADER_LEN]);

/* Whether length, type and status can be those of a frame at all; *err says what is wrong. */
int rpc_header_check(const struct rpc_header *h, uint32_t max_length, struct error *err) NODISCARD;

/*
 * A whole frame in memory of the caller's (*frame): h->length is filled in. `body` may be NULL (none). With n_fds > 0 the
 * body starts with their number.
 */
int rpc_encode(struct rpc_header *h, xdrproc_t body, const void *data, size_t n_fds, unsigned char **frame,
	       struct error *err) NODISCARD;

/* A frame with these bytes as its body. */
int rpc_encode_raw(struct rpc_header *h, const void *data, size_t len, unsigned char **frame, struct error *err) NODISCARD;

/* A hole of a stream: h->type is set. */
int rpc_encode_hole(struct rpc_header *h, uint64_t length, unsigned char **frame, struct error *err) NODISCARD;

/* The length of a hole; -1: the body is none. */
int rpc_decode_hole(const unsigned char *body, size_t len, uint64_t *length) NODISCARD;

/* Decodes a whole body into the zeroed *data. After an error nothing is left to free. Bytes left over are an error. */
int rpc_decode(xdrproc_t proc, const unsigned char *body, size_t len, void *data, struct error *err) NODISCARD;

/* An error as a body: level 2 (error), libvirt's number of the reporting driver. */
int rpc_encode_error(struct rpc_header *h, const struct error *e, enum error_from from, unsigned char **frame, struct error *err) NODISCARD;

/* The reverse: *e gets what the other side reports. */
void rpc_decode_error(const unsigned char *body, size_t len, struct error *e);

/* One descriptor in a message of one zero byte. send: 0, or -1 with errno. recv: the new descriptor (close-on-exec), or -1 with
 * errno (EAGAIN; EBADMSG for a message without exactly one descriptor; ECONNRESET at the end). */
int rpc_send_fd(int sock, int fd) NODISCARD;
int rpc_recv_fd(int sock) NODISCARD;

#endif
