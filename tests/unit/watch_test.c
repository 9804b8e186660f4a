/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the directories alone tell of guests; tests/wire has the supervisors. */
#include "hypervisor/watch.h"
#include "scratch.h"

#include <poll.h>

static const unsigned char u1[UUID_BYTES] = { 1, 2, 3 }, u2[UUID_BYTES] = { 4, 5, 6 };
static const char xml[] = "<domain type='lxc'/>";

static char told[4096];
static struct hv hv;
static struct hv_watch *watch;

static int tell(const struct hv_event *event, void *arg, struct error *err)
{
	const wire_domain_event_callback_lifecycle_msg *m = event->msg;
	size_t n = strlen(told);

	(void)arg;
	(void)err;
	if (event->type->id == HV_EVENT_VALUE_CHANGE) {
		snprintf(told + n, sizeof(told) - n, "%s value\n", event->dom->name);
		return 0;
	}
	assert_int_equal(event->type->id, 0);
	snprintf(told + n, sizeof(told) - n, "%s/%d %d:%d\n", event->dom->name, event->dom->uuid[0], m->msg.event, m->msg.detail);
	return 0;
}

static bool not_secret(void *arg, const char *name, const unsigned char *uuid, int id)
{
	(void)arg;
	(void)uuid;
	(void)id;
	return strcmp(name, "secret") != 0;
}

static void expect_told(const char *want)
{
	struct pollfd p = { .fd = hv_watch_fd(watch), .events = POLLIN };
	struct error err = { 0 };

	if (*want)
		assert_int_equal(poll(&p, 1, 2000), 1);
	if (hv_watch_take(watch, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(told, want);
	told[0] = '\0';
	assert_int_equal(poll(&p, 1, 0), 0);
}

static void begin_with(const struct hv_kind *kind, uint64_t types)
{
	static const struct hv_watch_ops ops = { .tell = tell, .wanted = not_secret };
	struct error err = { 0 };

	assert_int_equal(hv_open(&hv, NULL, false, NULL, &err), 0);
	hv.kind = kind;
	watch = hv_watch_new(&hv, &ops, NULL, &err);
	if (!watch || (types && hv_watch_want(watch, types, &err) < 0))
		fail_msg("%s", err.text);
	expect_told("");
}

static void begin(uint64_t types)
{
	begin_with(NULL, types);
}

static void define(const char *name, const unsigned char *uuid)
{
	struct error err = { 0 };

	if (state_define("lxc", name, uuid, xml, strlen(xml), &err) < 0)
		fail_msg("%s", err.text);
}

static int teardown(void **state)
{
	hv_watch_free(watch);
	watch = NULL;
	told[0] = '\0';
	return scratch_teardown(state);
}

static void definitions(void **state)
{
	(void)state;
	define("old", u2);
	begin(1);
	define("web", u1);
	expect_told("web/1 0:0\n");
	define("web", u1);
	expect_told("web/1 0:1\n");
	assert_int_equal(state_set_autostart("lxc", "web", true, NULL), 0);
	expect_told("");
	assert_int_equal(state_rename("lxc", "web", "site", xml, strlen(xml), NULL), 0);
	expect_told("web/1 1:1\nsite/1 0:2\n");
	define("site", u1);
	expect_told("site/1 0:1\n");
	assert_int_equal(state_undefine("lxc", "site", NULL), 0);
	expect_told("site/1 1:0\n");
	assert_int_equal(state_undefine("lxc", "old", NULL), 0);
	expect_told("old/4 1:0\n");
	define("old", u2);
	assert_int_equal(state_undefine("lxc", "old", NULL), 0);
	define("old", u1);
	assert_int_equal(hv_watch_take(watch, NULL), 0);
	/* how often is not said when it goes that fast; what is so at the end is */
	assert_non_null(strstr(told, "old/1 0:0\n"));
}

static void nothing_unasked(void **state)
{
	(void)state;
	begin(0);
	define("web", u1);
	expect_told("");
	assert_int_equal(hv_watch_want(watch, 1, NULL), 0);
	define("secret", u2);
	define("web", u1);
	expect_told("web/1 0:1\n");
}

static void run(const char *name, const unsigned char *uuid, int *run_fd, int *alive_fd)
{
	struct error err = { 0 };

	if (state_run_create("lxc", name, uuid, run_fd, alive_fd, &err) < 0)
		fail_msg("%s", err.text);
}

static void is(int run_fd, enum guest_state now)
{
	struct state_status status = { .state = now, .reason = 1, .id = 7, .supervisor = getpid() };

	assert_int_equal(state_status_write(run_fd, &status, NULL), 0);
}

static void end(const char *name, int run_fd, int alive_fd, enum guest_end how)
{
	struct state_last_exit last = { .end = how, .time = INT32_MAX };
	AUTO_CLOSE int object = state_open_object("lxc", name, NULL);

	if (object >= 0)
		assert_int_equal(state_last_exit_write(object, &last, NULL), 0);
	assert_int_equal(state_run_remove("lxc", name, NULL), 0);
	close(run_fd);
	close(alive_fd);
}

static void runs(void **state)
{
	int run_fd, alive_fd;

	(void)state;
	define("web", u1);
	begin(1);
	run("web", u1, &run_fd, &alive_fd);
	expect_told("");
	is(run_fd, GUEST_RUNNING);
	expect_told("web/1 2:0\n");
	is(run_fd, GUEST_RUNNING);
	expect_told("");
	is(run_fd, GUEST_PAUSED);
	expect_told("web/1 3:0\n");
	is(run_fd, GUEST_RUNNING);
	expect_told("web/1 4:0\n");
	end("web", run_fd, alive_fd, GUEST_END_DESTROYED);
	expect_told("web/1 5:1\n");
	/* paused from the beginning; transient; its end without a word */
	run("brief", u2, &run_fd, &alive_fd);
	is(run_fd, GUEST_PAUSED);
	expect_told("brief/4 2:0\nbrief/4 3:0\n");
	end("brief", run_fd, alive_fd, GUEST_END_SHUTDOWN);
	expect_told("brief/4 5:5\n");
	/* came and went before anybody looked; and one that never ran */
	run("web", u1, &run_fd, &alive_fd);
	end("web", run_fd, alive_fd, GUEST_END_SHUTDOWN);
	expect_told("web/1 2:0\nweb/1 5:0\n");
	run("web", u1, &run_fd, &alive_fd);
	end("web", run_fd, alive_fd, GUEST_END_FAILED);
	assert_int_equal(hv_watch_take(watch, NULL), 0);
	assert_string_equal(told, "");
}

static void seen_at_the_beginning(void **state)
{
	int run_fd, alive_fd;

	(void)state;
	run("brief", u2, &run_fd, &alive_fd);
	is(run_fd, GUEST_PAUSED);
	begin(1);
	is(run_fd, GUEST_RUNNING);
	expect_told("brief/4 4:0\n");
	end("brief", run_fd, alive_fd, GUEST_END_SHUTDOWN);
	expect_told("brief/4 5:5\n");
}

/* Secrets have no supervisor, and two places: one that changes its place is not gone. */
static void secrets(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(state_define("secret", "old", u2, xml, strlen(xml), &err), 0);
	begin_with(&hv_secret_kind, UINT64_C(1) << HV_EVENT_LIFECYCLE | UINT64_C(1) << HV_EVENT_VALUE_CHANGE);
	assert_int_equal(state_write_file("secret", "old", STATE_SECRET_VALUE, "x", 1, &err), 0);
	expect_told("old value\n");
	assert_int_equal(state_define(".secret", "brief", u1, xml, strlen(xml), &err), 0);
	expect_told("brief/1 0:0\n");
	assert_int_equal(state_write_file(".secret", "brief", STATE_SECRET_VALUE, "x", 1, &err), 0);
	expect_told("brief value\n");
	assert_int_equal(state_define("secret", "brief", u1, xml, strlen(xml), &err), 0);
	assert_int_equal(state_undefine(".secret", "brief", &err), 0);
	expect_told("brief/1 0:0\n");
	assert_int_equal(state_undefine("secret", "brief", &err), 0);
	assert_int_equal(state_undefine("secret", "old", &err), 0);
	expect_told("brief/1 1:0\nold/4 1:0\n");
	/* a value that was there before anybody could look */
	assert_int_equal(state_define("secret", "old", u2, xml, strlen(xml), &err), 0);
	assert_int_equal(state_write_file("secret", "old", STATE_SECRET_VALUE, "x", 1, &err), 0);
	expect_told("old/4 0:0\nold value\n");
}

/* More than the kernel keeps is not lost: what is so is told. */
static void overflow(void **state)
{
	const char *dir;

	(void)state;
	define("old", u2);
	begin(1);
	dir = scratch_path("run/berth/lxc/.noise");
	for (int i = 0; i < 20000; i++) {
		assert_int_equal(mkdir(dir, 0700), 0);
		assert_int_equal(rmdir(dir), 0);
	}
	define("web", u1);
	assert_int_equal(state_undefine("lxc", "old", NULL), 0);
	expect_told("old/4 1:0\nweb/1 0:0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(definitions, scratch_setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_unasked, scratch_setup, teardown),
		cmocka_unit_test_setup_teardown(runs, scratch_setup, teardown),
		cmocka_unit_test_setup_teardown(seen_at_the_beginning, scratch_setup, teardown),
		cmocka_unit_test_setup_teardown(secrets, scratch_setup, teardown),
		cmocka_unit_test_setup_teardown(overflow, scratch_setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
