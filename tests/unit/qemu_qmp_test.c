/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* G1: a monitor whose other end does as it likes. The fake QEMU is a task on the other end of a socket pair. */
#include "qemu/line.h"
#include "qemu/qmp.h"
#include "util/task.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cmocka.h>

static struct {
	struct ev_loop *loop;
	struct qmp *q;
	int peer;
	unsigned events, closed, closed_within;   /* the last: before the test itself hung up */
	char last_event[64], why[400];
	void (*body)(void);
	const char *script;      /* what the fake answers each command with; NULL: nothing */
	char asked[2000];
} t;

static void on_event(void *arg UNUSED, const char *name, const json_t *data, int64_t seconds UNUSED, unsigned micros UNUSED)
{
	assert_true(json_is_object(data));
	t.events++;
	snprintf(t.last_event, sizeof(t.last_event), "%s", name);
}

static void on_closed(void *arg UNUSED, const struct error *why)
{
	t.closed++;
	snprintf(t.why, sizeof(t.why), "%.300s", why->text);
}

static const struct qmp_ops ops = { on_event, on_closed };

static int setup(void **state UNUSED)
{
	int fds[2];
	struct error err;

	memset(&t, 0, sizeof(t));
	t.loop = ev_loop_new(0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	t.peer = fds[1];
	t.q = qmp_new(t.loop, fds[0], &ops, NULL, &err);
	return t.q ? 0 : -1;
}

static int teardown(void **state UNUSED)
{
	qmp_free(t.q);
	if (t.peer >= 0)
		close(t.peer);
	ev_loop_destroy(t.loop);
	return task_count() == 0 ? 0 : -1;
}

static void say(const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = write(t.peer, text, len);

		if (n < 0 && errno != EAGAIN)
			return;
		if (n < 0 && !(task_wait_fd(t.peer, 4, 5000)))
			return;
		if (n > 0) {
			text += n;
			len -= n;
		}
	}
}

/* Answers each line as `script` says, where a %s gets the command's id. */
static void fake(void *arg UNUSED)
{
	char buf[2000];

	say("{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n");
	while (task_wait_fd(t.peer, 1, 5000) > 0) {
		ssize_t n = read(t.peer, buf, sizeof(buf) - 1);

		if (n <= 0)
			return;
		buf[n] = '\0';
		for (char *save, *line = strtok_r(buf, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
			char out[2000], *id = strstr(line, "\"id\":");

			snprintf(t.asked, sizeof(t.asked), "%s", line);
			assert_non_null(id);
			if (strstr(line, "qmp_capabilities"))
				snprintf(out, sizeof(out), "{\"return\": {}, \"id\": %d}\n", (int)strtol(id + 5, NULL, 10));
			else if (t.script)
				snprintf(out, sizeof(out), t.script, (int)strtol(id + 5, NULL, 10));
			else
				continue;
			say(out);
		}
	}
}

static void body_task(void *arg UNUSED)
{
	t.body();
	ev_break(t.loop, EVBREAK_ALL);
}

static void run(void (*body)(void))
{
	struct error err;

	t.body = body;
	assert_int_equal(task_spawn(t.loop, fake, NULL, &err), 0);
	assert_int_equal(task_spawn(t.loop, body_task, NULL, &err), 0);
	ev_run(t.loop, 0);
	t.closed_within = t.closed;
	shutdown(t.peer, SHUT_RDWR);
	while (task_count() > 0)
		ev_run(t.loop, EVRUN_ONCE);
}

static void greeted(void)
{
	struct error err;

	assert_int_equal(qmp_greet(t.q, 5000, &err), 0);
}

static void ask_well(void)
{
	struct error err;
	json_t *r;

	greeted();
	r = qmp_execute(t.q, "query-status", json_pack("{s:i}", "x", 1), 5000, &err);
	assert_non_null(r);
	assert_string_equal(json_string_value(json_object_get(r, "status")), "running");
	json_decref(r);
	assert_non_null(strstr(t.asked, "\"arguments\":{\"x\":1}"));
	assert_int_equal(t.events, 1);
	assert_string_equal(t.last_event, "STOP");
}

static void a_command_gets_its_result(void **state UNUSED)
{
	t.script = "{\"event\": \"STOP\"}\n{\"return\": {\"status\": \"running\"}, \"id\": %d}\n";
	run(ask_well);
	assert_int_equal(t.closed_within, 0);
}

static void ask_refused(void)
{
	struct error err;

	greeted();
	assert_int_equal(qmp_do(t.q, "cont", NULL, 5000, &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_UNSUPPORTED);
	assert_string_equal(err.text, "QEMU refused 'cont': no [31m such");
}

static void an_error_is_told_without_its_control_characters(void **state UNUSED)
{
	t.script = "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no\\u001b[31m such\"}, \"id\": %d}\n";
	run(ask_refused);
}

static void ask_silent(void)
{
	struct error err;

	greeted();
	assert_int_equal(qmp_do(t.q, "stop", NULL, 50, &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_TIMEOUT);
	/* the late reply is dropped, the next command has its own */
	t.script = "{\"return\": {}, \"id\": 2}\n{\"return\": {}, \"id\": %d}\n";
	assert_int_equal(qmp_do(t.q, "cont", NULL, 5000, &err), 0);
	assert_int_equal(t.closed, 0);
}

static void g1_silence_costs_a_timeout_and_a_late_reply_is_dropped(void **state UNUSED)
{
	run(ask_silent);
}

static void ask_two(void)
{
	struct qmp_call a, b;
	struct error err;
	json_t *r;

	greeted();
	qmp_begin(t.q, &a, "query-cpus-fast", NULL);
	qmp_begin(t.q, &b, "query-chardev", NULL);
	r = qmp_finish(&b, 5000, &err);
	assert_int_equal(json_integer_value(r), 3);
	json_decref(r);
	r = qmp_finish(&a, 5000, &err);
	assert_int_equal(json_integer_value(r), 2);
	json_decref(r);
}

static void commands_in_a_row_need_one_wait(void **state UNUSED)
{
	t.script = "{\"return\": %1$d, \"id\": %1$d}\n";
	run(ask_two);
}

static void ask_broken(void)
{
	struct error err;

	greeted();
	assert_int_equal(qmp_do(t.q, "cont", NULL, 5000, &err), -1);
	assert_false(qmp_is_open(t.q));
	assert_int_equal(qmp_do(t.q, "cont", NULL, 5000, &err), -1);
	assert_non_null(strstr(err.text, t.why));
}

static void broken(const char *script, const char *why)
{
	t.script = script;
	run(ask_broken);
	assert_int_equal(t.closed, 1);
	if (!strstr(t.why, why))
		fail_msg("'%s' where '%s' was to be told", t.why, why);
}

static void g1_a_reply_that_nobody_asked_for_ends_it(void **state UNUSED)
{
	broken("{\"return\": {}, \"id\": 99%d}\n", "what nobody asked");
}

static void g1_a_reply_without_id_ends_it(void **state UNUSED)
{
	broken("{\"return\": {}}\n%%d", "what nobody asked");
}

static void g1_a_reply_twice_ends_it(void **state UNUSED)
{
	broken("{\"return\": {}, \"id\": 1}\n", "what nobody asked");
}

static void g1_invalid_utf8_ends_it(void **state UNUSED)
{
	broken("{\"return\": \"\xff\xfe\", \"id\": %d}\n", "no JSON");
}

static void g1_no_object_ends_it(void **state UNUSED)
{
	broken("[%d]\n", "no JSON object");
}

static void g1_one_member_twice_ends_it(void **state UNUSED)
{
	broken("{\"return\": {}, \"id\": %1$d, \"id\": %1$d}\n", "no JSON");
}

static char deep[1200];

static void g1_deep_nesting_ends_it(void **state UNUSED)
{
	int n = snprintf(deep, sizeof(deep), "{\"return\": ");

	memset(deep + n, '[', 1000);
	deep[n + 1000] = '\n';
	broken(deep, "levels deep");
}

static void flood(const char *chunk, unsigned long long total)
{
	struct rusage before, after;

	greeted();
	getrusage(RUSAGE_SELF, &before);
	for (unsigned long long n = 0; n < total && qmp_is_open(t.q); n += strlen(chunk)) {
		say(chunk);
		task_yield();
	}
	getrusage(RUSAGE_SELF, &after);
#ifndef __SANITIZE_ADDRESS__   /* which keeps what was freed */
	assert_true(after.ru_maxrss - before.ru_maxrss < 24 << 10);
#else
	(void)before;
#endif
}

static char zeros[65537];

static void flood_line(void)
{
	flood(zeros, 1ULL << 30);
	assert_false(qmp_is_open(t.q));
}

static void g1_a_line_without_end_is_cut_off(void **state UNUSED)
{
	memset(zeros, '0', sizeof(zeros) - 1);
	run(flood_line);
	assert_non_null(strstr(t.why, "a line of more than"));
}

static char storm[65000];

static void flood_events(void)
{
	flood(storm, 3 << 20);
	/* and in between it still gets its word */
	t.script = "{\"return\": {}, \"id\": %d}\n";
	assert_int_equal(qmp_do(t.q, "query-status", NULL, 20000, NULL), 0);
}

static void g1_a_storm_of_events_takes_no_memory_and_ends(void **state UNUSED)
{
	size_t n = 0;
	while (n + 40 < sizeof(storm))
		n += snprintf(storm + n, sizeof(storm) - n, "{\"event\":\"RESET\",\"data\":{}}\n");
	run(flood_events);
	assert_true(t.events > 10000);
	assert_int_equal(t.closed_within, 0);
}

static void flood_commands(void)
{
	struct error err = { 0 };
	int refused = 0;

	greeted();
	for (int i = 0; i < 200; i++)
		refused += qmp_do(t.q, "query-status", NULL, 0, &err) < 0 && err.code == ERR_RESOURCE_BUSY;
	assert_int_equal(refused, 200 - QMP_PENDING_MAX);
}

static void g1_what_waits_for_an_answer_is_bounded(void **state UNUSED)
{
	run(flood_commands);
}

static void hang_up(void)
{
	struct qmp_call call;
	struct error err;

	greeted();
	qmp_begin(t.q, &call, "stop", NULL);
	shutdown(t.peer, SHUT_RDWR);
	assert_null(qmp_finish(&call, 5000, &err));
	assert_int_equal(err.code, ERR_OPERATION_FAILED);
	assert_int_equal(t.closed, 1);
}

static void an_end_is_told_to_who_waits(void **state UNUSED)
{
	run(hang_up);
}

/* QEMU's "not known" is the largest number of 64 bits. */
static void numbers_without_sign(void **state)
{
	static const struct { const char *text; json_int_t a; } cases[] = {
		{ "{\"a\": 18446744073709551615, \"b\": \"18446744073709551615\"}", -1 },
		{ "{\"a\": 9223372036854775807, \"b\": \"18446744073709551615\"}", INT64_MAX },
		{ "{\"a\": 9223372036854775808, \"b\": \"18446744073709551615\"}", -1 },
		{ "{\"a\": -9223372036854775808, \"b\": \"18446744073709551615\"}", INT64_MIN },
		{ "{\"c\": 12345678901234567890.5, \"a\": 7, \"d\": \"\\\"99999999999999999999\", \"b\": \"18446744073709551615\"}", 7 },
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *o = line_parse(cases[i].text, strlen(cases[i].text), &err);

		assert_non_null(o);
		assert_int_equal(json_integer_value(json_object_get(o, "a")), cases[i].a);
		assert_string_equal(json_string_value(json_object_get(o, "b")), "18446744073709551615");
		json_decref(o);
	}
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_without_sign),
		T(a_command_gets_its_result),
		T(an_error_is_told_without_its_control_characters),
		T(g1_silence_costs_a_timeout_and_a_late_reply_is_dropped),
		T(commands_in_a_row_need_one_wait),
		T(g1_a_reply_that_nobody_asked_for_ends_it),
		T(g1_a_reply_without_id_ends_it),
		T(g1_a_reply_twice_ends_it),
		T(g1_invalid_utf8_ends_it),
		T(g1_no_object_ends_it),
		T(g1_one_member_twice_ends_it),
		T(g1_deep_nesting_ends_it),
		T(g1_a_line_without_end_is_cut_off),
		T(g1_a_storm_of_events_takes_no_memory_and_ends),
		T(g1_what_waits_for_an_answer_is_bounded),
		T(an_end_is_told_to_who_waits),
	};

	return cmocka_run_group_tests_name("qmp", tests, NULL, NULL);
}
