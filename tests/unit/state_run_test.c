/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state/state.h"
#include "scratch.h"

#include <sys/wait.h>

static const unsigned char u1[UUID_BYTES] = { 1, 2, 3 };
#define RUN "run/berth/lxc/web"
#define OTHER_BOOT "11111111-2222-3333-4444-555555555555"

static int run_fd = -1, alive_fd = -1;

static void create(void)
{
	struct error err = { 0 };

	if (state_run_create("lxc", "web", u1, &run_fd, &alive_fd, &err) < 0)
		fail_msg("%s", err.text);
}

static void release(void)
{
	close(alive_fd);
	close(run_fd);
	alive_fd = run_fd = -1;
}

static int probe(struct state_status *status)
{
	return state_probe("lxc", "web", status, NULL);
}

/* member by member: what lies between them is nobody's */
static void assert_same_status(const struct state_status *a, const struct state_status *b)
{
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->reason, b->reason);
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->pid, b->pid);
	assert_int_equal(a->start_time, b->start_time);
	assert_int_equal(a->supervisor, b->supervisor);
}

static void lives_and_dies(void **state)
{
	struct error err = { 0 };
	struct state_status status = { GUEST_RUNNING, 1, -1, 4711, 99, 4712 }, got;
	unsigned char uuid[UUID_BYTES];
	int other_run, other_alive;

	(void)state;
	assert_int_equal(probe(&got), STATE_GONE);
	create();
	assert_int_equal(probe(&got), STATE_STARTING);
	assert_int_equal(state_id_new("lxc", "web", &status.id, &err), 0);
	assert_int_equal(status.id, 1);
	assert_int_equal(state_status_write(run_fd, &status, &err), 0);
	assert_int_equal(probe(&got), STATE_ALIVE);
	assert_same_status(&got, &status);
	assert_int_equal(state_run_uuid("lxc", "web", uuid, &err), 0);
	assert_memory_equal(uuid, u1, UUID_BYTES);
	assert_int_equal(state_run_create("lxc", "web", u1, &other_run, &other_alive, &err), -1);
	assert_int_equal(state_run_claim("lxc", "web", &other_run, &other_alive, &err), -1);
	assert_int_equal(err.code, ERR_RESOURCE_BUSY);
	/* the lock lives in whoever inherited it, not in a pid */
	pid_t pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	release();
	assert_int_equal(probe(&got), STATE_ALIVE);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(probe(&got), STATE_ORPHAN);
	assert_int_equal(got.state, GUEST_RUNNING);
	assert_int_equal(got.pid, 4711);
	assert_int_equal(state_check(true, NULL, NULL, &err), 1);
	assert_int_equal(state_run_claim("lxc", "web", &run_fd, &alive_fd, &err), 0);
	assert_int_equal(probe(&got), STATE_ALIVE);
	assert_int_equal(state_run_remove("lxc", "web", &err), 0);
	state_id_free(status.id, "lxc", "web");
	release();
	assert_int_equal(probe(&got), STATE_GONE);
	assert_int_equal(state_check(false, NULL, NULL, &err), 0);
}

/* R3: what is not exactly ours is unknown, and never "not running" */
static void R3_damaged_status(void **state)
{
	static const char *const bad[] = {
		"", "\n", "running", "running 1 7 4711 99 " OTHER_BOOT " 4712", "running 1 -1 4711 99\n", "jogging 1 -1 4711 99 %s 4712\n",
		"running 1 -1 4711 99 %s 4712 more\n", "running  1 -1 4711 99 %s 4712\n", "running 1 -1 4711 -99 %s 4712\n",
		"running 1 -1 99999999999 99 %s 4712\n", "running 1 -1 4711 99 %s 4712\nrunning 1 -1 4711 99 %s 4712\n",
		"running 1 -1 4711 99 nonsense 4712\n", "running 1 -1 0x12 99 %s 4712\n", "running 1 -1 4711 99 " OTHER_BOOT " 4712\n",
	};
	struct error err = { 0 };
	struct state_status status = { GUEST_RUNNING, 1, -1, 4711, 99, 4712 }, got;
	AUTO_FREE char *line = NULL;
	char boot[40];

	(void)state;
	create();
	assert_int_equal(state_status_write(run_fd, &status, &err), 0);
	assert_int_equal(file_read_at(run_fd, "state", 1000, &line, NULL, &err), 0);
	snprintf(boot, sizeof(boot), "%.36s", line + strlen("running 1 -1 4711 99 "));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char text[300], *p = text, *end = text + sizeof(text);
		for (const char *c = bad[i]; *c; c++) {
			if (*c == '%') {
				p += snprintf(p, end - p, "%s", boot);
				c++;
			} else {
				*p++ = *c;
			}
		}
		*p = '\0';
		scratch_write(RUN "/state", text);
		assert_int_equal(probe(&got), STATE_ALIVE);
		assert_int_equal(got.state, GUEST_UNKNOWN);
		state_status_read(run_fd, &got);
		assert_int_equal(got.state, GUEST_UNKNOWN);
	}
	assert_int_equal(state_check(true, NULL, NULL, &err), 1);
	/* X9: nothing followed, nothing waited for */
	unlink(scratch_path(RUN "/state"));
	assert_int_equal(mkfifo(scratch_path(RUN "/state"), 0600), 0);
	assert_int_equal(probe(&got), STATE_ALIVE);
	assert_int_equal(got.state, GUEST_UNKNOWN);
	unlink(scratch_path(RUN "/state"));
	assert_int_equal(symlink("/etc/hostname", scratch_path(RUN "/state")), 0);
	assert_int_equal(probe(&got), STATE_ALIVE);
	assert_int_equal(got.state, GUEST_UNKNOWN);
	/* another guest's file names an id that is not ours */
	assert_int_equal(state_id_new("lxc", "other", &status.id, &err), 0);
	assert_int_equal(state_status_write(run_fd, &status, &err), 0);
	assert_int_equal(probe(&got), STATE_ALIVE);
	assert_int_equal(got.state, GUEST_UNKNOWN);
	release();
	assert_int_equal(probe(&got), STATE_ORPHAN);
	assert_int_equal(got.state, GUEST_UNKNOWN);
}

/* R13: a run directory of another boot, with its state or, where that is lost, its plan to tell */
static void R13_other_boot(void **state)
{
	struct error err = { 0 };
	struct state_status got;

	(void)state;
	create();
	release();
	/* the plan is of this boot: the state is damaged */
	scratch_write(RUN "/state", "running 1 3 4711 99 " OTHER_BOOT " 4712\n");
	assert_int_equal(probe(&got), STATE_ORPHAN);
	assert_int_equal(got.state, GUEST_UNKNOWN);
	scratch_write(RUN "/plan", "");
	assert_int_equal(probe(&got), STATE_STALE);
	unlink(scratch_path(RUN "/state"));
	assert_int_equal(probe(&got), STATE_ORPHAN);
	scratch_write(RUN "/plan", "boot " OTHER_BOOT "\npid 1 1\n");
	assert_int_equal(probe(&got), STATE_STALE);
	scratch_write(RUN "/state", "garbage");
	assert_int_equal(probe(&got), STATE_STALE);
	assert_int_equal(chmod(scratch_path(RUN "/plan"), 0600) | chmod(scratch_path(RUN "/state"), 0600), 0);
	assert_int_equal(state_check(false, NULL, NULL, &err), 1);
	assert_int_equal(state_check(true, NULL, NULL, &err), 0);
	assert_int_equal(probe(&got), STATE_GONE);
}

/* R22: a lock file proves nothing, a held lock does */
static void R22_locks(void **state)
{
	struct error err = { 0 };
	struct state_lock a = STATE_LOCK_INIT, b = STATE_LOCK_INIT;

	(void)state;
	assert_int_equal(state_lock(&a, "lxc", "web", 0, &err), 0);
	assert_int_equal(state_lock(&b, "lxc", "web", 30, &err), -1);
	assert_int_equal(err.code, ERR_RESOURCE_BUSY);
	assert_int_equal(state_lock(&b, "lxc", "db", 0, &err), 0);
	state_unlock(&b);
	state_unlock(&a);
	assert_false(scratch_exists("run/berth/lxc/.lock/web"));
	scratch_write("run/berth/lxc/.lock/web", "pid 4711");
	assert_int_equal(state_lock(&a, "lxc", "web", 0, &err), 0);
	state_unlock(&a);
	pid_t pid = fork();
	if (pid == 0) {
		if (state_lock(&a, "lxc", "web", 0, &err) == 0)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	assert_true(scratch_exists("run/berth/lxc/.lock/web"));
	assert_int_equal(state_lock(&a, "lxc", "web", 0, &err), 0);
	state_unlock(&a);
	/* damaged: something else in its place is never waited for */
	assert_int_equal(mkfifo(scratch_path("run/berth/lxc/.lock/web"), 0600), 0);
	assert_int_equal(state_lock(&a, "lxc", "web", 0, &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_FAILED);
}

static void many_lock(void **state)
{
	AUTO_CLOSE int fd = -1;
	int status;
	pid_t pids[8];

	(void)state;
	scratch_write("count", "");
	fd = open(scratch_path("count"), O_RDWR | O_CLOEXEC);
	for (int i = 0; i < 8; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			for (int n = 0; n < 50; n++) {
				AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
				int count = 0;
				if (state_lock(&lock, "lxc", "web", 20000, NULL) < 0 || pread(fd, &count, sizeof(count), 0) < 0)
					_exit(1);
				count++;
				if (pwrite(fd, &count, sizeof(count), 0) < 0)
					_exit(1);
			}
			_exit(0);
		}
	}
	for (int i = 0; i < 8; i++) {
		waitpid(pids[i], &status, 0);
		assert_int_equal(status, 0);
	}
	int count = 0;
	assert_int_equal(pread(fd, &count, sizeof(count), 0), sizeof(count));
	assert_int_equal(count, 8 * 50);
}

static int note(void *ctx, const char *what, const char *name, struct error *err)
{
	char *text = ctx;

	(void)err;
	snprintf(text + strlen(text), 500 - strlen(text), "[%s|%s]", what, name);
	return 0;
}

static void plans(void **state)
{
	struct error err = { 0 };
	char text[500] = "";

	(void)state;
	create();
	assert_int_equal(state_plan_add(run_fd, "cgroup", "berth/lxc-web", &err), 0);
	assert_int_equal(state_plan_add(run_fd, "mount", "/a b\n%41/c", &err), 0);
	assert_int_equal(state_plan_add(run_fd, "pid", "12 34", &err), 0);
	assert_int_equal(state_plan_read(run_fd, note, text, &err), 0);
	assert_string_equal(text, "[pid|12 34][mount|/a b\n%41/c][cgroup|berth/lxc-web]");
	scratch_write(RUN "/plan", "boot x\ncgroup a\nhalf b");
	text[0] = '\0';
	assert_int_equal(state_plan_read(run_fd, note, text, &err), 0);
	assert_string_equal(text, "[cgroup|a]");
	unlink(scratch_path(RUN "/plan"));
	assert_int_equal(state_plan_read(run_fd, note, text, &err), 0);
	release();
}

static void ids(void **state)
{
	struct error err = { 0 };
	char *kind, *name;
	int a, b, c;

	(void)state;
	assert_int_equal(state_find_id(1, &kind, &name, &err), 0);
	assert_int_equal(state_id_new("lxc", "a b", &a, &err), 0);
	assert_int_equal(state_id_new("qemu", "b", &b, &err), 0);
	assert_int_equal(a, 1);
	assert_int_equal(b, 2);
	assert_int_equal(state_find_id(1, &kind, &name, &err), 1);
	assert_string_equal(kind, "lxc");
	assert_string_equal(name, "a b");
	free(kind);
	free(name);
	state_id_free(b, "lxc", "b");
	assert_true(scratch_exists("run/berth/.id/2"));
	state_id_free(b, "qemu", "b");
	assert_false(scratch_exists("run/berth/.id/2"));
	assert_int_equal(state_id_new("lxc", "c", &c, &err), 0);
	assert_int_equal(c, 3);
	/* a damaged counter costs time, never uniqueness */
	scratch_write("run/berth/.id/.last", "x\xff");
	assert_int_equal(state_id_new("lxc", "c", &c, &err), 0);
	assert_int_equal(c, 2);
	assert_int_equal(state_id_new("lxc", "c", &c, &err), 0);
	assert_int_equal(c, 4);
}

static void lists(void **state)
{
	struct error err = { 0 };
	struct state_list list;

	(void)state;
	assert_int_equal(state_list(&list, "lxc", STATE_LIST_DEFINED | STATE_LIST_RUNNING, &err), 0);
	assert_int_equal(list.n, 0);
	state_list_free(&list);
	assert_int_equal(state_define("lxc", "zoo", u1, "<a/>", 4, &err), 0);
	assert_int_equal(state_define("lxc", "a/b", (unsigned char[UUID_BYTES]){ 9 }, "<a/>", 4, &err), 0);
	create();
	assert_int_equal(state_list(&list, "lxc", STATE_LIST_DEFINED | STATE_LIST_RUNNING, &err), 0);
	assert_int_equal(list.n, 3);
	assert_string_equal(list.entry[0].name, "a/b");
	assert_string_equal(list.entry[1].name, "web");
	assert_true(list.entry[1].running && !list.entry[1].defined && !list.entry[1].damaged);
	assert_true(list.entry[2].defined && !list.entry[2].running);
	state_list_free(&list);
	assert_int_equal(state_list(&list, "lxc", STATE_LIST_RUNNING, &err), 0);
	assert_int_equal(list.n, 1);
	assert_string_equal(list.entry[0].name, "web");
	assert_false(list.entry[0].defined || list.entry[0].damaged);
	state_list_free(&list);
	release();
}

static void logs(void **state)
{
	struct error err = { 0 };
	struct stat st;
	AUTO_CLOSE int fd = state_open_log("lxc", "a/b", ".log", &err);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(scratch_exists("var/log/berth/lxc/a%2Fb.log"));
	assert_int_equal(symlink("/etc/passwd", scratch_path("var/log/berth/lxc/x.log")), 0);
	assert_int_equal(state_open_log("lxc", "x", ".log", &err), -1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(lives_and_dies), T(R3_damaged_status), T(R13_other_boot), T(R22_locks), T(many_lock), T(plans), T(ids), T(lists), T(logs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
