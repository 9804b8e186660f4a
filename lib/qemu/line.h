/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of JSON over a socket whose other end is not trusted: the transport under qmp.h and agent.h. What is kept of the other end's output is
 * bounded, how much of it is read in an interval too, and nothing that it does blocks.
 */
#ifndef BERTH_QEMU_LINE_H
#define BERTH_QEMU_LINE_H

#include "util/error.h"

#include <ev.h>
#include <jansson.h>

#define LINE_DEPTH_MAX 64   /* of nested arrays and objects; QMP's deepest replies have about 12 */

struct line_ops {
	/* A line without its newline, ending in NUL; it may be written to. Must not free the connection. */
	void (*line)(void *arg, char *text, size_t len);
	/* Told once: the other end has closed, or broke the rules. The descriptor is closed after it. */
	void (*closed)(void *arg, const struct error *why);
};

struct line {
	struct ev_loop *loop;
	int fd;                     /* -1: closed */
	const struct line_ops *ops;
	void *arg;
	size_t max;                 /* bytes of a line */
	char *in;
	size_t in_len, in_size;
	char *out;
	size_t out_len;
	int out_fd;                 /* goes with the first byte of `out`; -1 */
	size_t budget;              /* bytes that may still be read in the interval that began at `began` */
	double began;
	struct ev_io readable, writable;
	struct ev_timer pause;
};

/* Takes the descriptor (made non-blocking). `max`: longest line that is accepted. */
void line_open(struct line *l, struct ev_loop *loop, int fd, size_t max, const struct line_ops *ops, void *arg);

/* Closes without a word to the callbacks; harmless on one that is closed or all zero but for fd -1. */
void line_close(struct line *l);

/* Sends bytes as they are, and with their first a descriptor (-1: none; stays the caller's). Never waits: what the socket does not take is kept, at
 * most LINE_OUT_MAX; a peer that reads nothing is ERR_OPERATION_TIMEOUT. */
#define LINE_OUT_MAX (1u << 20)
int line_send(struct line *l, const void *data, size_t len, int fd, struct error *err) NODISCARD;

/* A JSON object from text; NULL for anything else, for what is nested deeper than LINE_DEPTH_MAX, is not UTF-8 or names a member twice. A whole number that 63 bits do not
 * hold is -1. */
json_t *line_parse(const char *text, size_t len, struct error *err) NODISCARD;

/* Copies what the other end said for people's eyes: without control characters, at most size - 1 bytes. */
void line_tame(char *out, size_t size, const char *text);

#endif
