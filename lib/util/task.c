/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/task.h"

#include <ev.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TASK_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define TASK_ASAN 1
#endif

#ifdef TASK_ASAN
#include <dlfcn.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define STACK_SIZE (4 * TASK_STACK_SIZE)   /* instrumented frames are larger */
#else
#define STACK_SIZE TASK_STACK_SIZE
#endif
#define GUARD_SIZE 4096
#define KEEP_SIZE 8192   /* what a short call touches: kept in memory between calls */

#ifdef TASK_ASAN
/* The C library's own: the sanitizer's says on standard error that it is not sure of itself. It is told all there is to know below. */
static int switch_to(ucontext_t *from, const ucontext_t *to)
{
	static int (*real)(ucontext_t *, const ucontext_t *);

	if (!real)
		real = (int (*)(ucontext_t *, const ucontext_t *))dlsym(dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD), "swapcontext");
	return real(from, to);
}
#else
#define switch_to swapcontext
#endif

struct task {
	ucontext_t ctx;      /* where the task goes on */
	ucontext_t from;     /* where whoever let it run goes on */
	struct task *parent; /* the task that let it run, or NULL */
	struct ev_loop *loop;
	task_fn *fn;
	void *arg;
	void *stack;         /* the mapping, guard page first */
	ev_timer timer;      /* the end of its wait: its deadline, or at once when woken */
	bool parked, woken, done;
#ifdef TASK_ASAN
	void *fake;          /* the sanitizer's part of the task's context */
	void *from_fake;
	const void *from_bottom;
	size_t from_size;
#endif
};

static struct task *current;
static struct task *starting;
static unsigned running;
static void *spare;          /* one stack kept for the next task */

static void *stack_get(void)
{
#ifdef TASK_ASAN
	/* what the task before left in the middle of */
	if (spare)
		__asan_unpoison_memory_region((char *)spare + GUARD_SIZE, STACK_SIZE);
#endif
	if (spare)
		return STEAL_PTR(spare);
	void *stack = mmap(NULL, STACK_SIZE + GUARD_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
	if (stack == MAP_FAILED)
		return NULL;
	if (mprotect(stack, GUARD_SIZE, PROT_NONE) < 0) {
		int saved = errno;
		munmap(stack, STACK_SIZE + GUARD_SIZE);
		errno = saved;
		return NULL;
	}
	return stack;
}

static void stack_put(void *stack)
{
	if (spare) {
		munmap(stack, STACK_SIZE + GUARD_SIZE);
		return;
	}
	/* a deep call is rare: what it touched goes back, what every call touches stays */
	madvise((char *)stack + GUARD_SIZE, STACK_SIZE - KEEP_SIZE, MADV_DONTNEED);
	spare = stack;
}

static void enter_done(struct task *t UNUSED)
{
#ifdef TASK_ASAN
	__sanitizer_finish_switch_fiber(t->fake, &t->from_bottom, &t->from_size);
#endif
}

/* Back to whoever let the task run. */
static void leave(struct task *t)
{
	current = t->parent;
#ifdef TASK_ASAN
	__sanitizer_start_switch_fiber(t->done ? NULL : &t->fake, t->from_bottom, t->from_size);
#endif
	if (t->done)
		setcontext(&t->from);
	else
		switch_to(&t->ctx, &t->from);
	enter_done(t);
}

static void trampoline(void)
{
	struct task *t = starting;

	enter_done(t);
	t->fn(t->arg);
	t->done = true;
	leave(t);
}

/* Lets a task run until it waits or ends. */
static void enter(struct task *t)
{
	t->parent = current;
	current = t;
#ifdef TASK_ASAN
	__sanitizer_start_switch_fiber(&t->from_fake, (char *)t->stack + GUARD_SIZE, STACK_SIZE);
#endif
	switch_to(&t->from, &t->ctx);
#ifdef TASK_ASAN
	__sanitizer_finish_switch_fiber(t->from_fake, NULL, NULL);
#endif
	if (!t->done)
		return;
	stack_put(t->stack);
	free(t);
	running--;
}

static void on_timer(struct ev_loop *loop UNUSED, ev_timer *w, int revents UNUSED)
{
	struct task *t = w->data;

	t->parked = false;
	enter(t);
}

int task_spawn(struct ev_loop *loop, task_fn *fn, void *arg, struct error *err)
{
	struct task *t = calloc(1, sizeof(*t));

	if (!t)
		return error_errno(err, "cannot start a task");
	t->stack = stack_get();
	if (!t->stack || getcontext(&t->ctx) < 0) {
		error_errno(err, "cannot make a task's stack");
		if (t->stack)
			stack_put(t->stack);
		free(t);
		return -1;
	}
	t->loop = loop;
	t->fn = fn;
	t->arg = arg;
	ev_timer_init(&t->timer, on_timer, 0., 0.);
	t->timer.data = t;
	t->ctx.uc_stack.ss_sp = (char *)t->stack + GUARD_SIZE;
	t->ctx.uc_stack.ss_size = STACK_SIZE;
	t->ctx.uc_link = NULL;
	makecontext(&t->ctx, trampoline, 0);
	running++;
	starting = t;
	enter(t);
	return 0;
}

struct task *task_self(void)
{
	return current;
}

unsigned task_count(void)
{
	return running;
}

bool task_park(int timeout_ms)
{
	struct task *t = current;

	t->woken = false;
	t->parked = true;
	if (timeout_ms >= 0) {
		/* the loop's idea of now can be as old as this round; a wait must not be shorter than asked for */
		ev_now_update(t->loop);
		ev_timer_set(&t->timer, timeout_ms / 1000., 0.);
		ev_timer_start(t->loop, &t->timer);
	}
	leave(t);
	return t->woken;
}

void task_wake(struct task *t)
{
	if (!t->parked || t->woken)
		return;
	t->woken = true;
	ev_timer_stop(t->loop, &t->timer);
	ev_timer_set(&t->timer, 0., 0.);
	ev_timer_start(t->loop, &t->timer);
}

struct fd_wait {
	struct task *task;
	int revents;
};

static void on_io(struct ev_loop *loop, ev_io *w, int revents)
{
	struct fd_wait *wait = w->data;
	struct task *t = wait->task;

	ev_io_stop(loop, w);
	wait->revents = revents;
	ev_timer_stop(loop, &t->timer);
	t->woken = true;
	t->parked = false;
	enter(t);
}

static int poll_fd(int fd, int events, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = (short)events };
	struct timespec start, now;
	int left = timeout_ms;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (;;) {
		int n = poll(&p, 1, left);

		if (n > 0)
			return p.revents & (POLLERR | POLLHUP | POLLNVAL) ? (p.revents & events) | events : p.revents;
		if (n == 0 || errno != EINTR)
			return n;
		if (timeout_ms < 0)
			continue;
		clock_gettime(CLOCK_MONOTONIC, &now);
		long long passed = (now.tv_sec - start.tv_sec) * 1000LL + (now.tv_nsec - start.tv_nsec) / 1000000;
		left = passed >= timeout_ms ? 0 : timeout_ms - (int)passed;
	}
}

int task_wait_fd(int fd, int events, int timeout_ms)
{
	struct fd_wait wait = { current, 0 };
	ev_io io;

	if (!current)
		return poll_fd(fd, events, timeout_ms);
	ev_io_init(&io, on_io, fd, (events & POLLIN ? EV_READ : 0) | (events & POLLOUT ? EV_WRITE : 0));
	io.data = &wait;
	ev_io_start(current->loop, &io);
	task_park(timeout_ms);
	ev_io_stop(current->loop, &io);
	/* a descriptor that epoll refuses comes back as EV_ERROR: let the caller's read or write tell what it is */
	if (wait.revents & EV_ERROR)
		return events;
	return (wait.revents & EV_READ ? POLLIN : 0) | (wait.revents & EV_WRITE ? POLLOUT : 0);
}

int task_wait_process(pid_t pid, int pidfd, int timeout_ms)
{
	int status = 0;

	if (task_wait_fd(pidfd, POLLIN, timeout_ms) == 0)
		kill(pid, SIGKILL);
	RETRY_EINTR(waitpid(pid, &status, 0));
	return status;
}

void task_sleep(int timeout_ms)
{
	if (current) {
		task_park(timeout_ms);
	} else {
		struct timespec ts = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };

		while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
			;
	}
}

void task_yield(void)
{
	if (current)
		task_park(0);
}

struct task_waiter {
	struct task *task;
	struct task_waiter *next;
	bool woken;
};

bool task_queue_wait(struct task_queue *q, int timeout_ms)
{
	struct task_waiter w = { current, NULL, false };

	if (!q->last || !q->first)
		q->last = &q->first;
	*q->last = &w;
	q->last = &w.next;
	task_park(timeout_ms);
	if (w.woken)
		return true;
	for (struct task_waiter **p = &q->first; *p; p = &(*p)->next) {
		if (*p != &w)
			continue;
		*p = w.next;
		if (!w.next)
			q->last = p;
		break;
	}
	return false;
}

void task_queue_wake_one(struct task_queue *q)
{
	struct task_waiter *w = q->first;

	if (!w)
		return;
	q->first = w->next;
	if (!q->first)
		q->last = &q->first;
	w->woken = true;
	task_wake(w->task);
}

void task_queue_wake_all(struct task_queue *q)
{
	while (q->first)
		task_queue_wake_one(q);
}

int task_lock(struct task_mutex *m, int timeout_ms)
{
	if (!m->locked) {
		m->locked = true;
		return 0;
	}
	if (!current) {
		errno = EDEADLK;
		return -1;
	}
	if (timeout_ms == 0 || !task_queue_wait(&m->waiters, timeout_ms)) {
		errno = ETIMEDOUT;
		return -1;
	}
	return 0;   /* handed over locked */
}

void task_unlock(struct task_mutex *m)
{
	if (m->waiters.first)
		task_queue_wake_one(&m->waiters);
	else
		m->locked = false;
}
