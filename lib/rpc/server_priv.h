/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What server.c (connections come and go), peer.c (bytes), dispatch.c (calls) and stream.c share. */
#ifndef BERTH_RPC_SERVER_PRIV_H
#define BERTH_RPC_SERVER_PRIV_H

#include "rpc/frame.h"
#include "rpc/server.h"

#include <ev.h>

#define RPC_PEER_STREAMS 16              /* of one connection */
#define RPC_STREAM_QUEUED (256u * 1024)  /* bytes queued from which on streams take no more */

struct rpc_server {
	struct ev_loop *loop;
	struct rpc_server_config cfg;
	unsigned refs;                /* the user's, and one per peer that is still referred to */
	struct rpc_peer *first, *last;
	unsigned n_peers;
	uid_t owner;
	int listen_fd;
	ev_io accept;
	ev_timer accept_retry;
	int reserve_fd;               /* given up to accept one more when there are no descriptors left */
	bool draining;
	ev_timer drain_timer;
	void (*done)(void *arg);
	void *done_arg;
};

/* A message that waits to be sent; its bytes follow. */
struct rpc_out {
	struct rpc_out *next;
	unsigned char *data;
	size_t len, sent;
	int *fds;                     /* go after the bytes; ours to close */
	size_t n_fds, fds_sent;
};

struct rpc_in {
	unsigned char head[RPC_HEADER_LEN];
	size_t head_have;
	struct rpc_header h;
	unsigned char *body;
	size_t body_len, body_size, body_have;
	size_t timed;                 /* body_have when its deadline was last put off */
	int *fds;
	size_t fds_want, fds_have;
};

struct rpc_peer {
	struct rpc_server *server;
	struct rpc_peer *next, *prev;
	unsigned refs;                /* the connection's, and one per call in flight and per callback */
	int in, out;
	uid_t uid;
	pid_t pid;
	bool is_socket;               /* send(2) instead of write(2) */
	bool unix_socket;             /* can carry descriptors */
	bool adopted;
	bool read_only;
	bool known;                   /* a whole call has come */
	bool opened;                  /* has called connect_open: a client of libvirt's kind */
	bool gone;
	bool broken;                  /* cannot be written to; ends in the next round */
	bool closing;                 /* nothing more is read; closed when all is answered and sent */
	bool leaving;                 /* except that it may take its leave, for a moment */
	double told;                  /* when it was last answered or sent an event, by steady_now() */
	unsigned calls;               /* in flight */
	unsigned blocked;             /* streams whose data were not taken */
	struct rpc_in input;
	struct rpc_out *out_first, **out_last;
	size_t out_bytes;
	ev_io rd, wr;
	ev_timer frame_timer, stall_timer, leave_timer;
	struct rpc_stream *streams;
	unsigned n_streams;
	unsigned long dropped;
	struct rpc_subscription *subscriptions;   /* subscribe.c */
	void (*free_subscriptions)(struct rpc_peer *peer);   /* set by it, so that only its users link it */
	void *data;
	void (*free_data)(void *data);
};

/* server.c */
void rpc_server_ref(struct rpc_server *server);
void rpc_server_unref(struct rpc_server *server);
void rpc_server_peer_left(struct rpc_server *server);

/* loop_memory.c: the loop shall not end the program when there is no memory for a moment */
void rpc_loop_memory(void);

/* peer.c */
struct rpc_peer *rpc_peer_new(struct rpc_server *server, int in, int out, struct error *err);
void rpc_peer_ref(struct rpc_peer *peer);
void rpc_peer_unref(struct rpc_peer *peer);
void rpc_peer_kill(struct rpc_peer *peer);
/* Takes frame and descriptors over. Never closes the connection at once: one that is lost ends in the loop's next round. */
void rpc_peer_send(struct rpc_peer *peer, unsigned char *frame, size_t len, int *fds, size_t n_fds);
/* Reads or does not read, as the peer's state asks for; ends a closing one that has nothing left. */
void rpc_peer_update(struct rpc_peer *peer);
void rpc_in_reset(struct rpc_in *in);

/* dispatch.c: a whole frame; what is taken out of it is set to NULL there. -1: not to be tolerated, the connection is to be closed. */
int rpc_dispatch(struct rpc_peer *peer, struct rpc_in *in) NODISCARD;

/* What a call in flight consists of; the user sees `call`. */
struct rpc_inflight {
	struct rpc_call call;
	struct rpc_peer *peer;
	struct rpc_header h;
	rpc_fn *fn;
	void *args;
	int *in_fds;
	size_t n_in_fds;
	int *out_fds;
	size_t n_out_fds;
	struct rpc_stream *stream;    /* opened by it */
};

/* stream.c */
void rpc_stream_input(struct rpc_peer *peer, const struct rpc_header *h, const unsigned char *body, size_t len);
void rpc_streams_writable(struct rpc_peer *peer);
void rpc_streams_eof(struct rpc_peer *peer);
void rpc_streams_lost(struct rpc_peer *peer);
void rpc_stream_discard(struct rpc_stream *s);
void rpc_stream_opened(struct rpc_stream *s);   /* the call has succeeded */

#endif
