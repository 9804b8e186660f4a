/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Starting, recovering and destroying, with a supervisor of the test's own: this program again, copied to where it is its own
 * helper. What the supervisor does follows from the guest's name.
 */
#include "hypervisor/hypervisor.h"
#include "scratch.h"
#include "util/process.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

static struct hv hv;

/* ---- the supervisor ---- */

static void say(const char *text)
{
	if (file_write_all(5, text, strlen(text)) < 0)
		_exit(9);
	close(5);
}

/* A guest is a process that outlives its supervisor. */
static pid_t make_guest(void)
{
	char line[64], c;
	int p[2];
	pid_t pid;

	if (pipe(p) < 0 || (pid = fork()) < 0)
		_exit(9);
	if (pid == 0) {
		setsid();
		closefrom(0);
		for (;;)
			pause();
	}
	/* it holds nothing of ours any more when the pipe ends */
	close(p[1]);
	if (read(p[0], &c, 1) != 0)
		_exit(9);
	close(p[0]);
	snprintf(line, sizeof(line), "%d %llu", (int)pid, process_start_time(pid));
	if (state_plan_add(3, "pid", line, NULL) < 0)
		_exit(9);
	return pid;
}

static int guest_of_plan(void *ctx, const char *what, const char *name, struct error *err)
{
	(void)err;
	if (!strcmp(what, "pid"))
		*(int *)ctx = (int)strtol(name, NULL, 10);
	return 0;
}

static int supervisor(int argc, char **argv)
{
	const char *name = argv[1];
	bool adopt = argc > 2 && !strcmp(argv[2], "--adopt");
	struct state_status st = { .state = GUEST_RUNNING, .reason = 1, .id = -1, .supervisor = getpid() };
	int guest = 0;

	signal(SIGCHLD, SIG_IGN);
	if (strncmp(name, "unborn", 6) && state_id_new("lxc", name, &st.id, NULL) < 0)
		return 9;
	if (!strcmp(name, "fails")) {
		state_id_free(st.id, "lxc", name);
		if (state_run_remove("lxc", name, NULL) < 0)
			return 9;
		say("67 2 no root file system: it's missing\n");
		return 1;
	}
	if (!strcmp(name, "dies")) {
		make_guest();
		dprintf(7, "first line\nout of luck\n");
		raise(SIGTERM);
	}
	if (!strcmp(name, "hangs"))
		for (;;)
			pause();
	if (adopt && !strcmp(name, "stubborn")) {
		say("9 0 cannot be adopted\n");
		return 1;
	}
	if (!adopt && !strcmp(name, "unborn")) {
		make_guest();
		raise(SIGKILL);
	}
	if (adopt) {
		if (state_plan_read(3, guest_of_plan, &guest, NULL) < 0 || guest == 0)
			return 9;
	} else {
		guest = make_guest();
	}
	st.pid = guest;
	st.start_time = process_start_time(guest);
	if (state_status_write(3, &st, NULL) < 0)
		return 9;
	say("ok\n");
	for (;;)
		pause();
}

/* ---- the tests ---- */

static const unsigned char uuid[UUID_BYTES] = { 5 };

static int setup(void **state)
{
	struct error err = { 0 };
	int r = scratch_setup(state) < 0 ? -1 : hv_open(&hv, "lxc:///", false, NULL, &err);

	hv.timeout_ms = 10000;
	return r;
}

static void define(const char *name)
{
	struct error err = { 0 };
	unsigned char own[UUID_BYTES] = { 7 };

	memcpy(own + 1, name, strlen(name) < 15 ? strlen(name) : 15);
	assert_int_equal(state_define("lxc", name, own, "<a/>", 4, &err), 0);
}

static int start(const char *name, struct error *err)
{
	return hv_start(&hv, hv_kind_find("lxc"), name, 0, NULL, NULL, err);
}

static struct guest look(const char *name)
{
	struct error err = { 0 };
	struct guest g;

	if (guest_by_name(&hv, name, &g, &err) < 0)
		fail_msg("%s", err.text);
	guest_clear(&g);
	return g;
}

static void wait_gone(pid_t pid)
{
	AUTO_CLOSE int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	assert_true(fd < 0 || poll(&p, 1, 5000) == 1);
	waitpid(pid, NULL, WNOHANG);
}

static void kill_supervisor(const char *name)
{
	struct guest g = look(name);

	assert_true(g.supervisor > 1);
	assert_int_equal(kill(g.supervisor, SIGKILL), 0);
	wait_gone(g.supervisor);
}

static void call_destroy(const char *name, int want)
{
	wire_domain_destroy_args args = { .dom = { .name = (char *)name, .id = -1 } };
	struct error err = { 0 };
	int r = hv_domain_destroy(&(struct rpc_call){ .ctx = &hv, .proc = &rpc_domain_destroy }, &args, NULL, &err);

	if ((r < 0 ? (int)err.code : 0) != want)
		fail_msg("%d %s", err.code, err.text);
}

static void print_finding(void *ctx, const struct state_finding *f)
{
	(void)ctx;
	print_message("%s\n", f->text);
}

static void nothing_left(const char *name)
{
	struct error err = { 0 };

	assert_int_equal(state_probe("lxc", name, NULL, &err), STATE_GONE);
	assert_int_equal(state_check(false, print_finding, NULL, &err), 0);
}

static void starts_once(void **state)
{
	struct error err = { 0 };
	struct guest g;
	pid_t pids[8];
	int status, winners = 0;

	(void)state;
	assert_int_equal(start("web", &err), -1);
	assert_int_equal(err.code, ERR_NO_DOMAIN);
	define("web");
	/* R8: eight at once, one wins, the others are told that it runs */
	for (int i = 0; i < 8; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(start("web", &err) == 0 ? 0 : err.code == ERR_OPERATION_INVALID && strstr(err.text, "already running") ? 4 : 1);
	}
	for (int i = 0; i < 8; i++) {
		waitpid(pids[i], &status, 0);
		winners += status == 0;
		assert_true(status == 0 || WEXITSTATUS(status) == 4);
	}
	assert_int_equal(winners, 1);
	g = look("web");
	assert_int_equal(g.live, STATE_ALIVE);
	assert_int_equal(g.state, GUEST_RUNNING);
	assert_true(g.id > 0);
	assert_int_equal(guest_by_id(&hv, g.id, &g, &err), 0);
	guest_clear(&g);
	/* the supervisor of this test has no socket: the destroy is by force */
	call_destroy("web", 0);
	wait_gone(g.supervisor);
	wait_gone(g.pid);
	nothing_left("web");
	g = look("web");
	assert_int_equal(g.state, GUEST_SHUTOFF);
	assert_string_equal(guest_reason_text(&g), "destroyed");
	call_destroy("web", ERR_OPERATION_INVALID);
}

static void failures_come_back(void **state)
{
	struct error err = { 0 };
	struct guest g;

	(void)state;
	define("fails");
	assert_int_equal(start("fails", &err), -1);
	assert_int_equal(err.code, ERR_CONFIG_UNSUPPORTED);
	assert_int_equal(err.sys, ENOENT);
	assert_string_equal(err.text, "no root file system: it's missing");
	nothing_left("fails");
	define("dies");
	assert_int_equal(start("dies", &err), -1);
	assert_non_null(strstr(err.text, "out of luck"));
	nothing_left("dies");
	g = look("dies");
	assert_string_equal(guest_reason_text(&g), "failed");
	define("hangs");
	hv.timeout_ms = 300;
	assert_int_equal(start("hangs", &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_TIMEOUT);
	nothing_left("hangs");
	hv.timeout_ms = 10000;
	scratch_write("var/lib/berth/lxc/hangs/config.xml", "");
	assert_int_equal(start("hangs", &err), -1);
	assert_non_null(strstr(err.text, "damaged"));
}

/* R2: a killed supervisor is not the end of its guest, and never leads to a second one */
static void R2_adopts(void **state)
{
	struct error err = { 0 };
	struct guest g, later;

	(void)state;
	define("web");
	assert_int_equal(start("web", &err), 0);
	g = look("web");
	kill_supervisor("web");
	later = look("web");
	assert_int_equal(later.live, STATE_ORPHAN);
	assert_int_equal(later.state, GUEST_RUNNING);
	assert_int_equal(later.pid, g.pid);
	assert_int_equal(start("web", &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_INVALID);
	later = look("web");
	assert_int_equal(later.live, STATE_ALIVE);
	assert_int_equal(later.pid, g.pid);
	/* R3: with a damaged state too */
	kill_supervisor("web");
	scratch_write("run/berth/lxc/web/state", "garbage");
	later = look("web");
	assert_int_equal(later.state, GUEST_UNKNOWN);
	assert_string_equal(guest_state_text(&later), "unknown");
	assert_int_equal(hv_recover(&hv, hv_kind_find("lxc"), "web", &err), 1);
	later = look("web");
	assert_int_equal(later.state, GUEST_RUNNING);
	/* both killed: cleaned up, and told as crashed */
	kill_supervisor("web");
	kill(g.pid, SIGKILL);
	wait_gone(g.pid);
	later = look("web");
	assert_int_equal(later.state, GUEST_SHUTOFF);
	assert_string_equal(guest_reason_text(&later), "crashed");
	assert_int_equal(hv_recover(&hv, hv_kind_find("lxc"), "web", &err), 0);
	nothing_left("web");
	later = look("web");
	assert_string_equal(guest_reason_text(&later), "crashed");
}

/* What cannot be adopted is not killed for that, unless it never ran; a destroy ends it. */
static void R3_no_guest_is_killed(void **state)
{
	struct error err = { 0 };
	struct guest g;

	(void)state;
	define("stubborn");
	assert_int_equal(start("stubborn", &err), 0);
	g = look("stubborn");
	kill_supervisor("stubborn");
	assert_int_equal(start("stubborn", &err), -1);
	assert_non_null(strstr(err.text, "vm-destroy"));
	assert_int_equal(kill(g.pid, 0), 0);
	assert_int_equal(hv_check(true, NULL, NULL, &err), 1);
	assert_int_equal(kill(g.pid, 0), 0);
	call_destroy("stubborn", 0);
	wait_gone(g.pid);
	nothing_left("stubborn");
}

static void checker_recovers(void **state)
{
	struct error err = { 0 };
	struct guest g;

	(void)state;
	define("web");
	assert_int_equal(start("web", &err), 0);
	g = look("web");
	kill_supervisor("web");
	assert_int_equal(hv_check(false, NULL, NULL, &err), 1);
	assert_int_equal(hv_check(true, NULL, NULL, &err), 0);
	assert_int_equal(hv_check(false, NULL, NULL, &err), 0);
	assert_int_equal(look("web").pid, g.pid);
	call_destroy("web", 0);
	wait_gone(g.pid);
}

/* R12: a pid that is a stranger's by now is never taken for the guest, and never killed */
static void R12_strangers(void **state)
{
	struct error err = { 0 };
	char line[64];
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	define("web");
	assert_int_equal(start("web", &err), 0);
	struct guest g = look("web");
	kill_supervisor("web");
	kill(g.pid, SIGKILL);
	wait_gone(g.pid);
	int run = state_run_open("lxc", "web", &err);
	snprintf(line, sizeof(line), "%d %llu", (int)pid, process_start_time(pid) - 1);
	assert_int_equal(state_plan_add(run, "pid", line, &err), 0);
	close(run);
	assert_int_equal(guest_lives(hv_kind_find("lxc"), "web", &err), 0);
	call_destroy("web", ERR_OPERATION_INVALID);
	nothing_left("web");
	assert_int_equal(kill(pid, 0), 0);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* R10: a stopped supervisor holds nobody up */
static void R10_stopped(void **state)
{
	struct error err = { 0 };
	struct guest g;
	struct guest_list list;

	(void)state;
	define("web");
	assert_int_equal(start("web", &err), 0);
	g = look("web");
	assert_int_equal(kill(g.supervisor, SIGSTOP), 0);
	assert_int_equal(look("web").state, GUEST_RUNNING);
	assert_int_equal(guest_list(&hv, 0, 7, &list, &err), 0);
	assert_int_equal(list.n, 1);
	guest_list_free(&list);
	assert_int_equal(start("web", &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_INVALID);
	call_destroy("web", 0);
	wait_gone(g.supervisor);
	wait_gone(g.pid);
	nothing_left("web");
}

static void transient(void **state)
{
	struct error err = { 0 };
	struct guest g;

	(void)state;
	define("db");
	assert_int_equal(hv_start(&hv, hv_kind_find("lxc"), "db", 0, "<a/>", uuid, &err), -1);
	assert_int_equal(hv_start(&hv, hv_kind_find("lxc"), "tmp", 0, "<a/>", uuid, &err), 0);
	g = look("tmp");
	assert_false(g.persistent);
	assert_int_equal(guest_by_uuid(&hv, uuid, &g, &err), 0);
	assert_string_equal(g.name, "tmp");
	guest_clear(&g);
	assert_int_equal(hv_start(&hv, hv_kind_find("lxc"), "tmp2", 0, "<a/>", uuid, &err), -1);
	assert_non_null(strstr(err.text, "'tmp'"));
	call_destroy("tmp", 0);
	assert_int_equal(guest_by_name(&hv, "tmp", &g, &err), -1);
	assert_int_equal(err.code, ERR_NO_DOMAIN);
	nothing_left("tmp");
}

/* The run directory is the test's, the guest is real: somebody removed the directory of a guest that lives. */
static void R13_stale(void **state)
{
	struct error err = { 0 };

	(void)state;
	define("web");
	assert_int_equal(mkdir(scratch_path("run"), 0755), 0);
	int run, alive;
	assert_int_equal(state_run_create("lxc", "web", uuid, &run, &alive, &err), 0);
	close(run);
	close(alive);
	scratch_write("run/berth/lxc/web/state", "running 1 3 1 99 11111111-2222-3333-4444-555555555555 1\n");
	scratch_write("run/berth/lxc/web/plan", "boot 11111111-2222-3333-4444-555555555555\n");
	assert_int_equal(look("web").state, GUEST_SHUTOFF);
	assert_int_equal(start("web", &err), 0);
	assert_int_equal(look("web").live, STATE_ALIVE);
	call_destroy("web", 0);
	nothing_left("web");
}

static int copy_self(const char *dir)
{
	char path[200];
	struct stat st;
	AUTO_CLOSE int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	snprintf(path, sizeof(path), "%s/bin", dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/helpers", dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/helpers/lxc-supervisor", dir);
	if (symlink("../bin/test", path) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/bin/test", dir);
	AUTO_CLOSE int out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	if (in < 0 || out < 0 || fstat(in, &st) < 0)
		return -1;
	for (off_t left = st.st_size; left > 0;) {
		ssize_t n = sendfile(out, in, NULL, left);
		if (n <= 0)
			return -1;
		left -= n;
	}
	return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)
static int tests(void)
{
	const struct CMUnitTest all[] = {
		T(starts_once), T(failures_come_back), T(R2_adopts), T(R3_no_guest_is_killed), T(checker_recovers), T(R12_strangers),
		T(R10_stopped), T(transient), T(R13_stale),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/berth-start.XXXXXX", path[64];
	const char *base = strrchr(argv[0], '/');
	int status;
	pid_t pid;

	if (base && !strcmp(base + 1, "lxc-supervisor"))
		return supervisor(argc, argv);
	if (argc > 1)
		return tests();
	if (!mkdtemp(dir) || copy_self(dir) < 0)
		return 1;
	snprintf(path, sizeof(path), "%s/bin/test", dir);
	pid = fork();
	if (pid == 0) {
		/* what a killed supervisor leaves is ours to reap */
		execl(path, path, "run", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	if (file_remove_tree_at(AT_FDCWD, dir, NULL) < 0)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
