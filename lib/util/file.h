/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files, always relative to a directory descriptor, never following a symbolic link at the end of the path. */
#ifndef BERTH_UTIL_FILE_H
#define BERTH_UTIL_FILE_H

#include "util/error.h"

#include <limits.h>
#include <sys/types.h>

/* Reads a regular file of at most `max` bytes. *data is allocated, ends in a NUL that is not counted in
 * *len (len may be NULL), and belongs to the caller. A FIFO, a device, a symbolic link or a larger file is
 * an error: nothing that someone put in the place of a state file is followed or waited for. */
int file_read_at(int dirfd, const char *name, size_t max, char **data, size_t *len, struct error *err) NODISCARD;

/* Reads what is left of an open descriptor, at most `max` bytes, as above. */
int file_read_fd(int fd, size_t max, char **data, size_t *len, struct error *err) NODISCARD;

enum file_durability {
	FILE_VOLATILE,   /* run-time state on a tmpfs: replaced atomically, not synced */
	FILE_DURABLE,    /* synced, renamed, directory synced: old or new after a power cut, never neither */
};

/* Replaces `name` with data by way of a temporary file beside it. The mode does not depend on the umask. On failure the
 * old file is there, byte for byte, and no temporary is left. */
int file_replace_at(int dirfd, const char *name, const void *data, size_t len, mode_t mode,
		    enum file_durability how, struct error *err) NODISCARD;

/* Writes all of data, retrying short writes and EINTR. Returns 0, or -1 with errno set. */
int file_write_all(int fd, const void *data, size_t len) NODISCARD;

/* Writes a text to a file that is there: how a setting of the kernel's is made (proc(5), sysfs(5)). 0, or -1 with errno set. */
int file_write_path(const char *path, const char *text) NODISCARD;

/* The first line of a file from its start, cut at size - 1 bytes; "" where it cannot be read. For what a program that failed has said. */
void file_first_line(int fd, char *text, size_t size);

/* Takes an exclusive open-file-description lock (fcntl(2), F_OFD_SETLK) on the whole file. Returns 0, or -1
 * with errno EAGAIN when somebody else holds it. The lock ends with the last duplicate of the descriptor. */
int file_try_lock(int fd) NODISCARD;

/* The same, waiting at most timeout_ms (-1: for ever) without polling the processor; errno ETIMEDOUT. */
int file_lock(int fd, int timeout_ms) NODISCARD;

/* What file_lock() does between two looks at a lock that somebody has: NULL sleeps; a server whose own tasks can have the lock
 * sets task_sleep(). Of the whole process. */
void file_set_lock_nap(void (*nap)(int ms));

/* Whether somebody else holds the lock: 1 yes, 0 no, -1 with errno set. Never takes it. */
int file_is_locked(int fd) NODISCARD;

/* Opens (creating with `mode` where needed) the directory `name` and checks that it is a real directory that belongs to us or root and
 * that nobody else can write to. Returns the descriptor or -1. */
int file_open_dir_at(int dirfd, const char *name, mode_t mode, bool create, struct error *err) NODISCARD;

/* Removes a directory tree below dirfd, staying on its file system and following no link. A missing tree is fine. */
int file_remove_tree_at(int dirfd, const char *name, struct error *err) NODISCARD;

/* The last part of what the symbolic link NAME in a directory points to, in `target`; "": there is no such link. */
const char *file_link_name(const char *dir, const char *name, char target[PATH_MAX]);

#endif
