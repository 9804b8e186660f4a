/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/util/cgroup: real groups below a name of the test's own. */
#include "util/cgroup_devices.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

static char name[64];
static struct error err;

static struct cgroup *make(const struct cgroup_limits *limits)
{
	struct cgroup *cg = cgroup_new(name, &err);

	assert_non_null(cg);
	if (cgroup_create(cg, limits, &err) < 0) {
		print_message("%s\n", err.text);
		(void)!cgroup_remove(cg, &err);
		cgroup_free(cg);
		skip();
	}
	return cg;
}

/* A child in the group that waits; version 2 is joined by moving it, as only clone3 does better. */
static pid_t child_in(struct cgroup *cg)
{
	int ready[2], fd;
	char c;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		int v2 = cgroup_v2_fd(cg);
		fd = v2 < 0 ? -1 : openat(v2, "cgroup.procs", O_WRONLY);
		if ((v2 >= 0 && write(fd, "0", 1) != 1) || cgroup_join(cg) < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	return pid;
}

static void names_are_checked(void **state)
{
	(void)state;
	assert_null(cgroup_new("/abs", &err));
	assert_null(cgroup_new("a/../../b", &err));
	assert_null(cgroup_new("", &err));
	struct cgroup *cg = cgroup_new("a/b", &err);
	assert_string_equal(cgroup_name(cg), "a/b");
	cgroup_free(cg);
}

static void nothing_there_is_fine(void **state)
{
	(void)state;
	struct cgroup *cg = cgroup_new(name, &err);

	assert_int_equal(cgroup_open(cg, &err), 0);
	assert_int_equal(cgroup_populated(cg), 0);
	assert_int_equal(cgroup_kill(cg, 100, &err), 0);
	assert_int_equal(cgroup_remove(cg, &err), 0);
	cgroup_free(cg);
	assert_int_equal(cgroup_clean(name, 100, &err), 0);
}

static void life(void **state)
{
	struct cgroup_limits limits = { .memory = 32 << 20, .devices = true };
	struct cgroup *cg = make(&limits), *other;
	uint64_t cpu, memory;
	int status;

	(void)state;
	assert_int_equal(cgroup_populated(cg), 0);
	pid_t pid = child_in(cg);
	assert_int_equal(cgroup_populated(cg), 1);
	assert_int_equal(cgroup_usage(cg, &cpu, &memory, &err), 0);
	assert_int_equal(cgroup_frozen(cg), 0);
	assert_int_equal(cgroup_freeze(cg, true, 2000, &err), 0);
	assert_int_equal(cgroup_frozen(cg), 1);
	assert_int_equal(cgroup_freeze(cg, false, 2000, &err), 0);
	assert_int_equal(cgroup_frozen(cg), 0);
	assert_int_equal(cgroup_remove(cg, &err), -1);

	/* another process finds and ends it by the name alone, frozen as it is */
	assert_int_equal(cgroup_freeze(cg, true, 2000, &err), 0);
	other = cgroup_new(name, &err);
	assert_true(cgroup_open(other, &err) > 0);
	assert_int_equal(cgroup_populated(other), 1);
	cgroup_free(other);
	assert_int_equal(cgroup_clean(name, 5000, &err), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	cgroup_free(cg);
	cg = cgroup_new(name, &err);
	assert_int_equal(cgroup_open(cg, &err), 0);
	cgroup_free(cg);
}

static void devices_are_limited(void **state)
{
	struct cgroup_limits limits = { .devices = true };
	struct cgroup *cg = make(&limits);
	int status;

	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		int v2 = cgroup_v2_fd(cg);
		int fd = v2 < 0 ? -1 : openat(v2, "cgroup.procs", O_WRONLY);
		if ((v2 >= 0 && write(fd, "0", 1) != 1) || cgroup_join(cg) < 0)
			_exit(1);
		if (open("/dev/null", O_RDWR) < 0 || open("/dev/zero", O_RDWR) < 0)
			_exit(2);
		_exit(open("/dev/kmsg", O_RDONLY) >= 0 || errno != EPERM ? 3 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(cgroup_remove(cg, &err), 0);
	cgroup_free(cg);
}

/* Version 2's program by itself, whichever version the host limits devices with. */
static void devices_by_program(void **state)
{
	static const struct cgroup_device more[] = { { .major = 1, .minor = 11, .readonly = true }, { .major = 10, .minor = 229 } };
	struct cgroup_limits limits = { 0 };
	struct cgroup *cg = make(&limits);
	int v2 = cgroup_v2_fd(cg), status;

	(void)state;
	if (v2 < 0 || cgroup_devices_v2(v2, more, ARRAY_LEN(more)) < 0) {
		(void)!cgroup_remove(cg, &err);
		cgroup_free(cg);
		skip();
	}
	pid_t pid = fork();
	if (pid == 0) {
		int fd = openat(v2, "cgroup.procs", O_WRONLY);
		if (write(fd, "0", 1) != 1)
			_exit(1);
		if (open("/dev/null", O_RDWR) < 0 || open("/dev/ptmx", O_RDWR | O_NOCTTY) < 0)
			_exit(2);
		if (open("/dev/kmsg", O_RDONLY) < 0 || open("/dev/kmsg", O_WRONLY) >= 0 || errno != EPERM)
			_exit(3);
		if (access("/dev/fuse", F_OK) == 0 && open("/dev/fuse", O_RDWR) < 0)
			_exit(4);
		_exit(open("/dev/mem", O_RDONLY) >= 0 || (errno != EPERM && errno != ENOENT) ? 5 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(cgroup_remove(cg, &err), 0);
	cgroup_free(cg);
}

static void groups_below_go_too(void **state)
{
	struct cgroup_limits limits = { .memory = 32 << 20 };
	struct cgroup *cg = make(&limits);
	int fd = cgroup_v2_fd(cg);

	(void)state;
	if (fd >= 0) {
		assert_int_equal(mkdirat(fd, "inner", 0755), 0);
		assert_int_equal(mkdirat(fd, "inner/deep", 0755), 0);
	}
	assert_int_equal(cgroup_remove(cg, &err), 0);
	cgroup_free(cg);
}

static int setup(void **state)
{
	(void)state;
	snprintf(name, sizeof(name), "berth-unit-%d/lxc-test", (int)getpid());
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return cgroup_clean(name, 2000, &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_are_checked, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_there_is_fine, setup, teardown),
		cmocka_unit_test_setup_teardown(life, setup, teardown),
		cmocka_unit_test_setup_teardown(devices_are_limited, setup, teardown),
		cmocka_unit_test_setup_teardown(devices_by_program, setup, teardown),
		cmocka_unit_test_setup_teardown(groups_below_go_too, setup, teardown),
	};

	return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
