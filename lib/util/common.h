/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ownership that is visible in the declaration, and the few macros that everything uses.
 *
 *     AUTO_FREE char *name = str_printf(...);      freed when the scope is left
 *     AUTO_CLOSE int fd = open(...);               closed when the scope is left, errno kept
 *     return STEAL_PTR(name);                      ownership moves to the caller
 */
#ifndef BERTH_UTIL_COMMON_H
#define BERTH_UTIL_COMMON_H

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NODISCARD __attribute__((warn_unused_result))
#define UNUSED __attribute__((unused))

static inline void auto_free_(void *p)
{
	free(*(void **)p);
}

static inline void auto_close_(int *fd)
{
	if (*fd >= 0) {
		int saved = errno;
		close(*fd);
		errno = saved;
	}
}

static inline void auto_fclose_(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void auto_closedir_(DIR **d)
{
	if (*d)
		closedir(*d);
}

#define AUTO(fn) __attribute__((cleanup(fn)))
#define AUTO_FREE AUTO(auto_free_)
#define AUTO_CLOSE AUTO(auto_close_)
#define AUTO_FCLOSE AUTO(auto_fclose_)
#define AUTO_CLOSEDIR AUTO(auto_closedir_)

static inline int steal_fd_(int *fd)
{
	int v = *fd;
	*fd = -1;
	return v;
}
#define STEAL_FD(fd) steal_fd_(&(fd))
#define STEAL_PTR(p) ({ __typeof__(p) steal_ = (p); (p) = NULL; steal_; })

/* Repeats a system call while a signal interrupts it. */
#define RETRY_EINTR(expr) ({ __typeof__(expr) r_; do r_ = (expr); while (r_ == -1 && errno == EINTR); r_; })

/* Seconds of a clock that nobody sets, for how long something lasts: ev_now() jumps with the time of day. */
static inline double steady_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#endif
