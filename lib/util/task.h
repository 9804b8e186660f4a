/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tasks: functions with a stack of their own on one thread's event loop (libev), so that what waits still reads as
 * straight-line code. A task runs until it waits or returns; nothing interrupts it in between, so data need no locks
 * except across waits (struct task_mutex). A task that never waits costs two switches and no allocation beyond the cached stack.
 *
 * The waiting functions may also be called outside any task: they then block the thread (poll(2)), which is what a program
 * without a loop wants.
 */
#ifndef BERTH_UTIL_TASK_H
#define BERTH_UTIL_TASK_H

#include "util/error.h"

#include <sys/types.h>

struct ev_loop;
struct task;

typedef void task_fn(void *arg);

/* Bytes of stack; only pages that are touched cost memory, and a guard page ends it. */
#define TASK_STACK_SIZE (256 * 1024)

/*
 * Runs fn(arg) as a task, at once, until it waits for the first time or returns; then task_spawn() returns. May be called
 * from within a task. Returns -1 when there is no memory for a stack; fn has not run then.
 */
int task_spawn(struct ev_loop *loop, task_fn *fn, void *arg, struct error *err) NODISCARD;

/* The running task; NULL outside any. */
struct task *task_self(void);

/* How many tasks have started and not ended; for the end of a program and for tests. */
unsigned task_count(void);

/*
 * Waits until fd is ready for one of `events` (POLLIN, POLLOUT of poll(2)) or timeout_ms has passed (-1: for ever).
 * Returns the ready events, 0 when the time has passed, -1 with errno (outside a task only). An error or end of file counts as ready.
 */
int task_wait_fd(int fd, int events, int timeout_ms) NODISCARD;

/* Waits for a child of ours to end, and kills it when timeout_ms has passed. Its status, as of waitpid(2). */
int task_wait_process(pid_t pid, int pidfd, int timeout_ms) NODISCARD;

/* Waits timeout_ms; for back-off after errors, never to wait for an event. */
void task_sleep(int timeout_ms);

/* Lets everything else run that is ready, then goes on. */
void task_yield(void);

/*
 * The building block of other waits: suspends the running task until task_wake() is called on it, or timeout_ms has passed
 * (-1: for ever). Returns true when woken. Must be called within a task.
 */
bool task_park(int timeout_ms);

/* Makes a parked task run from the loop's next round; harmless on one that is already woken. Never switches itself. */
void task_wake(struct task *task);

/* Waiters in the order of their coming. Zero-initialised is ready for use. */
struct task_queue {
	struct task_waiter *first, **last;
};

/* Waits in the queue. Returns true when woken, false when timeout_ms has passed. Within a task only. */
bool task_queue_wait(struct task_queue *q, int timeout_ms);
void task_queue_wake_one(struct task_queue *q);
void task_queue_wake_all(struct task_queue *q);

/* One task at a time, first come first served, across waits: a guest's job lock. Zero-initialised is unlocked. */
struct task_mutex {
	bool locked;
	struct task_queue waiters;
};

/* Returns 0, or -1 with errno ETIMEDOUT (outside a task: EDEADLK where it would have to wait). */
int task_lock(struct task_mutex *m, int timeout_ms) NODISCARD;
void task_unlock(struct task_mutex *m);

#endif
