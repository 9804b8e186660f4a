/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The supervisor's frame with the smallest guest there is: a child that waits on a pipe. What is tested is what every
 * driver gets from it: the start's report, states, EXIT to every kind of client, policies, undoing.
 */
#include "hypervisor/supervisor.h"
#include "rpc/client.h"
#include "state/state.h"
#include "util/file.h"
#include "util/process.h"
#include "util/str.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

static const char definition[] =
	"<domain type='lxc'><name>g</name><uuid>6f70e1a2-7d6c-4a4f-9d7b-0d4a1c5e9b11</uuid><memory>1024</memory>"
	"<os><type>exe</type><init>/init</init></os>%s</domain>";

/* ---- the guest: one child, watched through its pidfd as real drivers do ---- */

static struct ev_io child_watch;
static pid_t child;
static int fail_start;

static void on_child(struct ev_loop *loop, struct ev_io *w, int revents)
{
	struct supervisor *sv = w->data;
	int status = 0;
	enum guest_end end = GUEST_END_SHUTDOWN;
	enum monitor_exit how = MONITOR_EXIT_SHUTDOWN;

	(void)revents;
	ev_io_stop(loop, w);
	close(w->fd);
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP) {
		how = MONITOR_EXIT_REBOOT;
	} else if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		end = GUEST_END_CRASHED;
		how = MONITOR_EXIT_ERROR;
	}
	supervisor_guest_ended(sv, end, how, status);
}

static int child_start(struct supervisor *sv, bool paused, struct error *err)
{
	if (fail_start)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "no such thing as a guest");
	/* a signal that comes before the child takes it as a guest does must wait, not be ignored as its parent ignores it */
	sigset_t ends, before;
	sigemptyset(&ends);
	sigaddset(&ends, SIGHUP);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, &before);
	child = fork();
	if (child == 0) {
		signal(SIGHUP, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		for (;;)
			pause();
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	ev_io_init(&child_watch, on_child, (int)syscall(SYS_pidfd_open, child, 0), EV_READ);
	child_watch.data = sv;
	ev_io_start(sv->loop, &child_watch);
	supervisor_guest_started(sv, child, paused);
	return 0;
}

static int child_destroy(struct supervisor *sv, struct error *err)
{
	(void)sv;
	return kill(child, SIGKILL) < 0 ? error_errno(err, "kill") : 0;
}

static void child_teardown(struct supervisor *sv)
{
	(void)sv;
}

static const struct rpc_row no_rows[] = { RPC_ROW_END };
static const struct supervisor_driver child_driver = {
	.kind = "lxc", .start = child_start, .adopt = NULL, .destroy = child_destroy, .teardown = child_teardown,
	.rows = no_rows,
};

/* ---- a starter ---- */

static char root[] = "/tmp/berth-sv-XXXXXX";

static pid_t start(const char *more, char *report, size_t size)
{
	unsigned char uuid[UUID_BYTES];
	struct error err;
	AUTO_FREE char *xml = str_printf(definition, more);
	int run_fd, alive_fd, p[2], object_fd, log_fd;
	char *argv[] = { (char *)"lxc-supervisor", (char *)"g", NULL };
	pid_t pid;

	assert_int_equal(uuid_parse("6f70e1a2-7d6c-4a4f-9d7b-0d4a1c5e9b11", uuid), 0);
	assert_int_equal(state_define("lxc", "g", uuid, xml, strlen(xml), &err), 0);
	assert_int_equal(state_run_create("lxc", "g", uuid, &run_fd, &alive_fd, &err), 0);
	object_fd = state_open_object("lxc", "g", &err);
	log_fd = state_open_log("lxc", "g", ".log", &err);
	assert_true(object_fd >= 0 && log_fd >= 0);
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		const int from[] = { run_fd, alive_fd, p[1], object_fd, log_fd };
		for (int i = 0; i < 5; i++)
			dup2(fcntl(from[i], F_DUPFD, 50), 20 + i);
		for (int i = 0; i < 5; i++)
			dup2(20 + i, 3 + i);
		for (int fd = 8; fd < 100; fd++)
			close(fd);
		_exit(supervisor_main(2, argv, &child_driver));
	}
	close(run_fd);
	close(alive_fd);
	close(object_fd);
	close(log_fd);
	close(p[1]);
	ssize_t n = RETRY_EINTR(read(p[0], report, size - 1));
	report[n > 0 ? n : 0] = '\0';
	close(p[0]);
	return pid;
}

static void wait_gone(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(state_probe("lxc", "g", NULL, NULL), STATE_GONE);
}

static int raw_client(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct error err;
	AUTO_FREE char *path = state_path(STATE_RUN, "lxc", "g", "socket", &err);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	return fd;
}

static struct rpc_conn *client(void)
{
	struct error err;
	AUTO_FREE char *path = state_path(STATE_RUN, "lxc", "g", "socket", &err);
	struct rpc_conn *conn = rpc_connect_unix(AT_FDCWD, path, 5000, &err);

	assert_non_null(conn);
	return conn;
}

static wire_domain guest(void)
{
	wire_domain dom = { .name = (char *)"g", .id = -1 };

	return dom;
}

/* An idle connection must have been accepted before the guest ends. */
static void settle_connection(struct rpc_conn *conn)
{
	wire_domain_is_active_args args = { .dom = guest() };
	wire_domain_is_active_ret ret = { 0 };
	struct error err;

	assert_int_equal(rpc_conn_call(conn, &rpc_domain_is_active, &args, &ret, 5000, &err), 0);
	assert_int_equal(ret.active, 1);
}

static void expect_exit(struct rpc_conn *conn, int status)
{
	wire_monitor_exit_msg msg = { 0 };
	struct rpc_event ev;
	struct error err;

	assert_int_equal(rpc_next_event(conn, &ev, 8000, &err), 1);
	assert_true(rpc_event_is(&ev, &rpc_monitor_exit));
	assert_int_equal(rpc_event_decode(&ev, &rpc_monitor_exit, &msg, &err), 0);
	assert_int_equal(msg.status, status);
	rpc_event_clear(&ev);
	assert_int_equal(rpc_next_event(conn, &ev, 8000, &err), -1);   /* then the connection ends */
}

static void destroy_by(struct rpc_conn *conn)
{
	wire_domain_destroy_args args = { .dom = guest() };
	struct error err;

	assert_int_equal(rpc_conn_call(conn, &rpc_domain_destroy, &args, NULL, 10000, &err), 0);
	/* the answer means that it is gone, for everyone who looks */
	assert_int_equal(state_probe("lxc", "g", NULL, NULL), STATE_GONE);
}

static enum guest_end last_end(void)
{
	struct state_last_exit last = { 0 };
	struct error err;

	assert_int_equal(state_last_exit_read("lxc", "g", &last, &err), 1);
	return last.end;
}

static void test_start_and_destroy(void **state)
{
	char report[2000];
	pid_t pid = start("", report, sizeof(report));
	struct state_status status;

	(void)state;
	assert_string_equal(report, "ok\n");
	assert_int_equal(state_probe("lxc", "g", &status, NULL), STATE_ALIVE);
	assert_int_equal(status.state, GUEST_RUNNING);
	assert_int_equal(status.supervisor, pid);
	assert_true(status.pid > 0 && status.start_time == process_start_time(status.pid));
	struct rpc_conn *conn = client();
	destroy_by(conn);
	expect_exit(conn, MONITOR_EXIT_SHUTDOWN);
	rpc_conn_free(conn);
	wait_gone(pid);
	assert_int_equal(last_end(), GUEST_END_DESTROYED);
}

static void test_failed_start_leaves_nothing(void **state)
{
	char report[2000];
	pid_t pid;

	(void)state;
	fail_start = 1;
	pid = start("", report, sizeof(report));
	fail_start = 0;
	assert_non_null(strstr(report, "67 0 "));
	assert_non_null(strstr(report, "g: no such thing as a guest"));
	wait_gone(pid);
}

static void test_crash_is_told(void **state)
{
	char report[2000];
	pid_t pid = start("", report, sizeof(report));
	struct rpc_conn *conn = client();
	struct state_status status;

	(void)state;
	settle_connection(conn);
	assert_int_equal(state_probe("lxc", "g", &status, NULL), STATE_ALIVE);
	kill(status.pid, SIGUSR1);
	expect_exit(conn, MONITOR_EXIT_ERROR);
	rpc_conn_free(conn);
	wait_gone(pid);
	assert_int_equal(last_end(), GUEST_END_CRASHED);
}

static void test_reboot_keeps_clients(void **state)
{
	char report[2000];
	pid_t pid = start("<on_reboot>restart</on_reboot>", report, sizeof(report));
	struct rpc_conn *conn = client();
	struct state_status before, after;
	wire_monitor_init_msg msg = { 0 };
	struct rpc_event ev;
	struct error err;

	(void)state;
	settle_connection(conn);
	assert_int_equal(state_probe("lxc", "g", &before, NULL), STATE_ALIVE);
	kill(before.pid, SIGHUP);
	assert_int_equal(rpc_next_event(conn, &ev, 8000, &err), 1);
	assert_true(rpc_event_is(&ev, &rpc_monitor_init));
	assert_int_equal(rpc_event_decode(&ev, &rpc_monitor_init, &msg, &err), 0);
	rpc_event_clear(&ev);
	assert_int_equal(state_probe("lxc", "g", &after, NULL), STATE_ALIVE);
	assert_int_equal(msg.initpid, after.pid);
	assert_int_not_equal(before.pid, after.pid);
	assert_int_equal(before.id, after.id);
	destroy_by(conn);
	rpc_conn_free(conn);
	wait_gone(pid);
}

static void test_reboot_can_end_it(void **state)
{
	char report[2000];
	pid_t pid = start("<on_reboot>destroy</on_reboot>", report, sizeof(report));
	struct rpc_conn *conn = client();
	struct state_status status;

	(void)state;
	settle_connection(conn);
	assert_int_equal(state_probe("lxc", "g", &status, NULL), STATE_ALIVE);
	kill(status.pid, SIGHUP);
	expect_exit(conn, MONITOR_EXIT_REBOOT);
	rpc_conn_free(conn);
	wait_gone(pid);
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Ten clients: eight that read, one that reads a byte at a time, one that never reads and has asked for more than its socket holds. */
static void test_exit_reaches_ten_clients(void **state)
{
	char report[2000], byte, tail[28];
	pid_t pid = start("", report, sizeof(report));
	struct rpc_conn *conns[8];
	int slow = raw_client(), deaf = raw_client();
	static const uint32_t call[] = { 0x1c000000, 0x86800020, 0x01000000, 0x42000000, 0, 0x01000000, 0 };
	struct state_status status;
	long long begin;
	size_t got = 0;

	(void)state;
	for (int i = 0; i < 8; i++)
		settle_connection(conns[i] = client());
	/* auth_list, again and again, unread; the socket fills up */
	fcntl(deaf, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 20000 && write(deaf, call, sizeof(call)) == sizeof(call); i++)
		;
	settle_connection(conns[0]);
	assert_int_equal(state_probe("lxc", "g", &status, NULL), STATE_ALIVE);
	begin = now_ms();
	kill(status.pid, SIGTERM);
	for (int i = 0; i < 8; i++) {
		expect_exit(conns[i], MONITOR_EXIT_ERROR);
		rpc_conn_free(conns[i]);
	}
	assert_true(now_ms() - begin < 4000);   /* nobody waits for the deaf one */
	memset(tail, 0, sizeof(tail));
	while (read(slow, &byte, 1) == 1) {
		poll(NULL, 0, 2);
		tail[got % sizeof(tail)] = byte;
		got++;
	}
	/* 4 length + 24 header + 4 status: program 0x12341234, version 1, procedure 1, type 2, serial 0, status 0, status 0 */
	assert_int_equal(got, 32);
	close(slow);
	wait_gone(pid);
	assert_true(now_ms() - begin < 7000);   /* the deaf one holds the supervisor for 5 s at most */
	close(deaf);
}

static void test_full_run_directory_harms_nobody(void **state)
{
	char report[2000];
	pid_t pid = start("", report, sizeof(report));
	struct rpc_conn *conn = client();

	(void)state;
	/* what is on disk is lost; what is asked is still answered */
	AUTO_FREE char *path = state_path(STATE_RUN, "lxc", "g", "state", NULL);
	assert_int_equal(unlink(path), 0);
	settle_connection(conn);
	destroy_by(conn);
	rpc_conn_free(conn);
	wait_gone(pid);
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(root))
		return -1;
	setenv("BERTH_ROOT", root, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return file_remove_tree_at(AT_FDCWD, root, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start_and_destroy),
		cmocka_unit_test(test_failed_start_leaves_nothing),
		cmocka_unit_test(test_crash_is_told),
		cmocka_unit_test(test_reboot_keeps_clients),
		cmocka_unit_test(test_reboot_can_end_it),
		cmocka_unit_test(test_exit_reaches_ten_clients),
		cmocka_unit_test(test_full_run_directory_harms_nobody),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
