/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/task.h"

#include <ev.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct ev_loop *loop;
static char trace[64];

static void note(char c)
{
	size_t n = strlen(trace);

	assert_true(n + 1 < sizeof(trace));
	trace[n] = c;
}

static int setup(void **state)
{
	(void)state;
	loop = ev_loop_new(0);
	memset(trace, 0, sizeof(trace));
	return loop ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	ev_loop_destroy(loop);
	return task_count() == 0 ? 0 : -1;
}

static long long ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void straight(void *arg)
{
	assert_non_null(task_self());
	*(int *)arg = 1;
}

static void runs_at_once(void **state)
{
	int ran = 0;
	struct error err;

	(void)state;
	assert_int_equal(task_spawn(loop, straight, &ran, &err), 0);
	assert_int_equal(ran, 1);
	assert_null(task_self());
	assert_int_equal(task_count(), 0);
}

static void yielder(void *arg)
{
	const char *name = arg;

	for (int i = 0; i < 3; i++) {
		note(*name);
		task_yield();
	}
}

static void yields_in_turn(void **state)
{
	(void)state;
	assert_int_equal(task_spawn(loop, yielder, "a", NULL), 0);
	assert_int_equal(task_spawn(loop, yielder, "b", NULL), 0);
	ev_run(loop, 0);
	assert_int_equal(strlen(trace), 6);
	assert_int_equal(trace[0], 'a');
	assert_int_equal(trace[1], 'b');
}

static void nested_child(void *arg)
{
	(void)arg;
	note('c');
	task_sleep(1);
	note('d');
}

static void nested_parent(void *arg)
{
	struct task *me = task_self();

	(void)arg;
	note('p');
	assert_int_equal(task_spawn(loop, nested_child, NULL, NULL), 0);
	assert_ptr_equal(task_self(), me);
	note('q');
	task_sleep(20);
	note('r');
}

static void spawns_from_within(void **state)
{
	(void)state;
	assert_int_equal(task_spawn(loop, nested_parent, NULL, NULL), 0);
	ev_run(loop, 0);
	assert_string_equal(trace, "pcqdr");
}

static int pipe_fds[2];

static void reader(void *arg)
{
	char c;
	long long before = ms();

	(void)arg;
	assert_int_equal(task_wait_fd(pipe_fds[0], POLLIN, 30), 0);
	assert_true(ms() - before >= 29);
	note('t');
	assert_int_equal(task_wait_fd(pipe_fds[0], POLLIN, -1), POLLIN);
	assert_int_equal(read(pipe_fds[0], &c, 1), 1);
	note(c);
	assert_int_equal(task_wait_fd(pipe_fds[0], POLLIN, 5000), POLLIN);   /* end of file counts as ready */
	assert_int_equal(read(pipe_fds[0], &c, 1), 0);
	note('e');
}

static void writer(void *arg)
{
	(void)arg;
	task_sleep(60);
	assert_int_equal(write(pipe_fds[1], "x", 1), 1);
	task_sleep(5);
	close(pipe_fds[1]);
}

static void waits_for_descriptors(void **state)
{
	(void)state;
	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(task_spawn(loop, reader, NULL, NULL), 0);
	assert_int_equal(task_spawn(loop, writer, NULL, NULL), 0);
	ev_run(loop, 0);
	assert_string_equal(trace, "txe");
	close(pipe_fds[0]);
}

static void waits_outside_of_tasks(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(task_wait_fd(fds[0], POLLIN, 1), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(task_wait_fd(fds[0], POLLIN, 1000), POLLIN);
	close(fds[0]);
	close(fds[1]);
	assert_true(task_wait_fd(fds[0], POLLIN, 0) != 0);
}

static struct task_mutex mutex;

static void locker(void *arg)
{
	const char *name = arg;

	assert_int_equal(task_lock(&mutex, -1), 0);
	note(*name);
	task_sleep(2);
	note(*name);
	task_unlock(&mutex);
}

static void impatient(void *arg)
{
	(void)arg;
	assert_int_equal(task_lock(&mutex, 1), -1);
	assert_int_equal(errno, ETIMEDOUT);
	note('!');
}

static void locks_in_order(void **state)
{
	(void)state;
	assert_int_equal(task_spawn(loop, locker, "a", NULL), 0);
	assert_int_equal(task_spawn(loop, impatient, NULL, NULL), 0);
	assert_int_equal(task_spawn(loop, locker, "b", NULL), 0);
	assert_int_equal(task_spawn(loop, locker, "c", NULL), 0);
	ev_run(loop, 0);
	assert_string_equal(trace, "a!abbcc");
	assert_false(mutex.locked);
	assert_int_equal(task_lock(&mutex, 0), 0);
	assert_int_equal(task_lock(&mutex, 0), -1);
	task_unlock(&mutex);
}

static struct task_queue queue;
static int woken, late;

static void waiter(void *arg)
{
	if (task_queue_wait(&queue, *(int *)arg))
		woken++;
	else
		late++;
}

static void waker(void *arg)
{
	(void)arg;
	task_sleep(20);
	task_queue_wake_one(&queue);
	task_sleep(1);
	assert_int_equal(woken, 1);
	task_queue_wake_all(&queue);
	task_queue_wake_all(&queue);
}

static void queues(void **state)
{
	int ever = -1, soon = 1;

	(void)state;
	assert_int_equal(task_spawn(loop, waiter, &soon, NULL), 0);
	assert_int_equal(task_spawn(loop, waiter, &ever, NULL), 0);
	assert_int_equal(task_spawn(loop, waiter, &soon, NULL), 0);
	assert_int_equal(task_spawn(loop, waiter, &ever, NULL), 0);
	assert_int_equal(task_spawn(loop, waiter, &soon, NULL), 0);
	assert_int_equal(task_spawn(loop, waker, NULL, NULL), 0);
	ev_run(loop, 0);
	assert_int_equal(woken, 2);
	assert_int_equal(late, 3);
	assert_null(queue.first);
}

static int deep(int n)
{
	volatile char page[1024];

	page[0] = (char)n;
	return n ? deep(n - 1) + page[0] - (char)n : 0;
}

static void digger(void *arg)
{
	*(int *)arg = deep(150) == 0;   /* most of the stack */
	task_yield();
}

static void many_and_deep(void **state)
{
	int ok[100] = { 0 };

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < ARRAY_LEN(ok); i++)
			assert_int_equal(task_spawn(loop, digger, &ok[i], NULL), 0);
		assert_int_equal(task_count(), ARRAY_LEN(ok));
		ev_run(loop, 0);
		for (size_t i = 0; i < ARRAY_LEN(ok); i++)
			assert_true(ok[i]);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(runs_at_once), T(yields_in_turn), T(spawns_from_within), T(waits_for_descriptors),
		T(waits_outside_of_tasks), T(locks_in_order), T(queues), T(many_and_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
