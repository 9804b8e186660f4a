/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a supervisor cannot do any more once its guest runs, tried by a process that has been confined like one. */
#include "conf/domain.h"
#include "lxc/driver_impl.h"
#include "state/state.h"

#include "scratch.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static const char xml[] = "<domain type='lxc'><name>c</name><memory>1024</memory><os><type>exe</type><init>/bin/true</init></os>"
			  "<on_reboot>restart</on_reboot></domain>";

/* What was expected and did not come, as an exit status: the line. */
#define MUST(what) do { if (!(what)) _exit(__LINE__ % 256 ? __LINE__ % 256 : 255); } while (0)

static void confined(void)
{
	struct error err;
	struct supervisor sv = { .name = (char *)"c", .driver = &lxc_supervisor_driver };
	struct lxc_guest g = { .sv = &sv };
	const bool landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;

	sv.def = domain_parse(xml, strlen(xml), 0, &err);
	MUST(sv.def);
	lxc_confine(&g);
	MUST(g.confined);
	MUST(fork() < 0 && errno == EPERM);
	MUST(execl("/bin/true", "true", NULL) < 0 && errno == EPERM);
	MUST(mount("none", "/tmp", "tmpfs", 0, NULL) < 0 && errno == EPERM);
	MUST(unshare(CLONE_NEWNS) < 0 && errno == EPERM);
	MUST(ptrace(PTRACE_ATTACH, 1, NULL, NULL) < 0 && errno == EPERM);
	MUST(setuid(0) < 0 && errno == EPERM);
	MUST(mknod("/tmp/berth-null", S_IFCHR, 0x103) < 0);
	/* where it works, it goes on working */
	int dir = state_open_dir(STATE_RUN, "lxc", false, &err);
	MUST(dir >= 0);
	int fd = openat(dir, "file", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	MUST(fd >= 0 && unlinkat(dir, "file", 0) == 0);
	MUST(open("/proc/self/status", O_RDONLY | O_CLOEXEC) >= 0);
	/* and nowhere else */
	if (!landlock)
		_exit(0);
	MUST(open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES);
	MUST(open("/tmp/berth-elsewhere", O_CREAT | O_WRONLY | O_CLOEXEC, 0600) < 0 && errno == EACCES);
	MUST(mkdir("/berth-elsewhere", 0700) < 0 && errno == EACCES);
	MUST(unlink("/etc/hostname") < 0 && errno == EACCES);
	_exit(0);
}

static void p1_p2_what_is_given_up_is_gone(void **state)
{
	struct error err;
	int status = 0;
	pid_t pid;

	(void)state;
	if (geteuid() != 0) {
		skip();
		return;
	}
	int dir = state_open_dir(STATE_RUN, "lxc", true, &err);
	assert_true(dir >= 0);
	close(dir);
	assert_true((dir = state_open_dir(STATE_LIB, "lxc", true, &err)) >= 0);
	close(dir);
	pid = fork();
	if (pid == 0)
		confined();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	/* else the number of the line that did not hold */
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(p1_p2_what_is_given_up_is_gone, scratch_setup, scratch_teardown) };

	return cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
