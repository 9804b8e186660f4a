/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of lib/state share; nobody else includes this. */
#ifndef BERTH_STATE_INTERNAL_H
#define BERTH_STATE_INTERNAL_H

#include "state/state.h"

#include <sys/stat.h>

#define STATE_CONFIG "config.xml"
#define STATE_CONFIG_MAX (16u << 20)
#define STATE_INDEX ".uuid"
#define STATE_UUID "uuid"
#define STATE_NEW ".new."      /* + file name: being made */
#define STATE_DEL ".del."      /* + file name: being removed */
#define STATE_BOOT_ID 37

/* Opens the directory `name` and checks that it is ours and that nobody else can write to it; made (0700) where wanted. errno
 * says ENOENT only when there is none. */
int state_private_at(int dirfd, const char *name, bool create, struct error *err) NODISCARD;

/* Reads a small regular file into a buffer: its length, or -1 with errno (EINVAL: no regular file, EFBIG: does not fit). */
ssize_t state_read_small(int dirfd, const char *name, char *buf, size_t size);

/* This boot's id, from the kernel; "" where it cannot be read. */
const char *state_boot_id(void);

/* prefix + file, on the stack of the caller. */
#define STATE_NAME_BUF 256
const char *state_prefixed(char buf[STATE_NAME_BUF], const char *prefix, const char *file);

/* Removes the temporaries of dead programs (".X.PID.tmp", see file_replace_at()) from a directory; returns how many there were. With
 * `keep` they are only counted. */
int state_sweep(int dirfd, bool keep);

/* Renames `file` out of sight and removes it. */
int state_remove_dir(int kind_fd, const char *file, bool durable, struct error *err) NODISCARD;

/* ---- index.c: KIND/.uuid and the `uuid` links ---- */

/* Claims the UUID for the object `file`. ERR_DOM_EXIST when another one has it. */
int index_take(int kind_fd, const char *kind, const unsigned char uuid[UUID_BYTES], const char *file, struct error *err) NODISCARD;

/* Gives it up, if it leads to `file`. */
void index_drop(int kind_fd, const unsigned char uuid[UUID_BYTES], const char *file);

/* Drops every link to `file` but keep's (NULL: every one). */
void index_drop_all(int kind_fd, const char *file, const unsigned char *keep);

/* Makes it lead to another file, atomically. */
int index_move(int kind_fd, const unsigned char uuid[UUID_BYTES], const char *file, struct error *err) NODISCARD;

/* Writes and reads the `uuid` link in an object's or a run directory, `dir` being "." or its name below dirfd. 1 read, 0 none (or damaged). */
int index_mark(int dirfd, const unsigned char uuid[UUID_BYTES], struct error *err) NODISCARD;
int index_marked(int dirfd, const char *dir, unsigned char uuid[UUID_BYTES]);

/* The UUID of a defined object, from the link or the definition's text: 1 or 0. */
int index_uuid_of(int kind_fd, const char *file, unsigned char uuid[UUID_BYTES]);

int index_sync(int kind_fd, struct error *err) NODISCARD;

/* ---- status.c ---- */

/* The line in a `state` file: 1 and the boot it is of, 0 no file, -1 damaged. *status is filled in each case. */
int state_status_load(int dirfd, const char *path, struct state_status *status, char boot[STATE_BOOT_ID]);

/* ---- run.c ---- */
enum state_live state_probe_at(int kind_fd, const char *kind, const char *file, struct state_status *status);

#endif
