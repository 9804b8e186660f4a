/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network's dnsmasq(8): started, watched, started again when it dies, found again after an adoption. */
#include "network/network_impl.h"

#include "util/file.h"
#include "util/process.h"
#include "util/str.h"
#include "util/task.h"

#include <ev.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define CONF_FILE "dnsmasq.conf"
#define PID_FILE "dnsmasq.pid"
#define START_MS 15000
#define STOP_MS 5000
#define AGAIN_SECONDS_MAX 30.0
#define WELL_SECONDS 60.0     /* who has lived so long has not failed */

static const char *find_program(void)
{
	static const char *const places[] = { "/usr/sbin/dnsmasq", "/usr/local/sbin/dnsmasq", "/usr/bin/dnsmasq" };

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

int net_dnsmasq_find(struct error *err)
{
	return find_program() ? 0 : error_set(err, ERR_OPERATION_FAILED, "dnsmasq, which gives guests their addresses and names, is not installed "
									   "(apt-get install dnsmasq-base)");
}

/* Whose rights it has once it has begun: a user of its own where there is one. */
static const char *user(void)
{
	return getpwnam("dnsmasq") ? "dnsmasq" : "nobody";
}

static char *conf_option(const struct net_sup *n, struct error *err)
{
	AUTO_FREE char *path = state_path(STATE_RUN, "network", n->sv->name, CONF_FILE, err);
	char *option = path ? str_printf("--conf-file=%s", path) : NULL;

	if (path && !option)
		error_errno(err, "dnsmasq");
	return option;
}

static int write_conf(const struct net_sup *n, struct error *err)
{
	AUTO_FREE char *text = net_dnsmasq_conf(n->def, err);

	return text ? file_replace_at(n->sv->run_fd, CONF_FILE, text, strlen(text), 0600, FILE_VOLATILE, err) : -1;
}

/* Whether a process is our dnsmasq: its command line has our file. */
static bool is_ours(const struct net_sup *n, pid_t pid)
{
	AUTO_FREE char *option = conf_option(n, NULL);

	return option && process_has_argument(pid, option);
}

static pid_t read_pid(const struct net_sup *n)
{
	AUTO_FREE char *text = NULL;
	uint64_t pid;

	if (file_read_at(n->sv->run_fd, PID_FILE, 32, &text, NULL, NULL) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return str_to_u64(text, INT32_MAX, &pid) < 0 ? 0 : (pid_t)pid;
}

/* The environment of its script, which notes the leases. */
static char **script_environment(const struct net_sup *n, struct error *err)
{
	char **env = state_environment(err);
	size_t count = 0;
	char **more;

	if (!env)
		return NULL;
	while (env[count])
		count++;
	more = reallocarray(env, count + 3, sizeof(*env));
	if (!more) {
		state_environment_free(env);
		error_errno(err, "dnsmasq");
		return NULL;
	}
	more[count] = str_printf("BERTH_NETWORK=%s", n->sv->name);
	more[count + 1] = more[count] ? str_printf("BERTH_BRIDGE=%s", n->def->bridge.name) : NULL;
	more[count + 2] = NULL;
	if (more[count + 1])
		return more;
	state_environment_free(more);
	error_errno(err, "dnsmasq");
	return NULL;
}

static pid_t spawn(const struct net_sup *n, int out, int *pidfd, struct error *err)
{
	AUTO_FREE char *option = conf_option(n, err);
	AUTO_FREE char *pid_path = option ? state_path(STATE_RUN, "network", n->sv->name, PID_FILE, err) : NULL;
	AUTO_FREE char *script = pid_path ? process_helper_path("net-lease", err) : NULL;
	AUTO_FREE char *pid_option = script ? str_printf("--pid-file=%s", pid_path) : NULL;
	AUTO_FREE char *user_option = str_printf("--user=%s", user());
	AUTO_FREE char *script_option = script ? str_printf("--dhcp-script=%s", script) : NULL;
	char **env = script_option && pid_option && user_option ? script_environment(n, err) : NULL;
	const char *program = find_program();
	char *const argv[] = { (char *)"dnsmasq", option, pid_option, user_option, (char *)"--leasefile-ro", script_option, NULL };
	const struct process_fd fds[] = { { out, 2 } };
	struct process_spec spec = { .path = program, .argv = argv, .envp = env, .fds = fds, .n_fds = 1, .new_session = true,
		/* until it is dnsmasq, whom the plan names, and has gone into the background */
		.ends_with_us = true };
	pid_t pid;

	if (!env)
		return -1;
	pid = program ? process_spawn(&spec, pidfd, err) : net_dnsmasq_find(err);
	state_environment_free(env);
	return pid;
}

static void watch(struct net_sup *n, pid_t pid);

/* Its first process ends when it is ready, or says why not: then it has opened its sockets and given up its rights. */
static int launch(struct net_sup *n, struct error *err)
{
	AUTO_CLOSE int out = memfd_create("dnsmasq-says", MFD_CLOEXEC), pidfd = -1;
	char words[300];
	int status;
	pid_t pid;

	if (out < 0)
		return error_errno(err, "dnsmasq");
	unlinkat(n->sv->run_fd, PID_FILE, 0);
	pid = spawn(n, out, &pidfd, err);
	if (pid < 0)
		return -1;
	status = task_wait_process(pid, pidfd, START_MS);
	if (status != 0) {
		file_first_line(out, words, sizeof(words));
		if (WIFSIGNALED(status))
			return error_set(err, ERR_OPERATION_FAILED, "dnsmasq does not start: signal %d ended it", WTERMSIG(status));
		return error_set(err, ERR_OPERATION_FAILED, "dnsmasq does not start: %s", *words ? words : "it does not say why");
	}
	pid = read_pid(n);
	if (pid <= 0 || !is_ours(n, pid))
		return error_set(err, ERR_OPERATION_FAILED, "dnsmasq went as soon as it had started");
	watch(n, pid);
	if (!n->sv->ending)
		return 0;
	net_dnsmasq_stop(n);
	return error_set(err, ERR_OPERATION_INVALID, "network '%s' is not active", n->sv->name);
}

static void again_task(void *arg)
{
	struct net_sup *n = arg;
	struct error err;
	int rc = supervisor_turn_take(n->sv, &err);

	if (rc == 0) {
		/* whoever had the turn may have started one, or come to need none */
		bool wanted = !n->sv->ending && !n->dnsmasq && net_needs_dnsmasq(n->def);

		rc = wanted ? launch(n, &err) : 0;
		if (rc == 0 && wanted)
			supervisor_log(n->sv, "%s: dnsmasq runs again", n->sv->name);
		supervisor_turn_give(n->sv);
	}
	if (rc == 0 || n->sv->ending)
		return;
	supervisor_log(n->sv, "%s: %s", n->sv->name, err.text);
	ev_timer_set(&n->dnsmasq_again, AGAIN_SECONDS_MAX, 0);
	ev_timer_start(n->sv->loop, &n->dnsmasq_again);
}

static void on_again(struct ev_loop *loop, struct ev_timer *w, int revents)
{
	struct net_sup *n = w->data;
	struct error err;

	(void)revents;
	if (task_spawn(loop, again_task, n, &err) == 0)
		return;
	ev_timer_set(w, AGAIN_SECONDS_MAX, 0);
	ev_timer_start(loop, w);
}

static void forget(struct net_sup *n)
{
	ev_io_stop(n->sv->loop, &n->dnsmasq_gone);
	if (n->dnsmasq_pidfd >= 0)
		close(STEAL_FD(n->dnsmasq_pidfd));
	n->dnsmasq = 0;
}

/* At once, and later and later when it dies again and again. */
static void on_gone(struct ev_loop *loop, struct ev_io *w, int revents)
{
	struct net_sup *n = w->data;
	double wait;

	if (steady_now() - n->dnsmasq_since > WELL_SECONDS)
		n->dnsmasq_failures = 0;
	wait = n->dnsmasq_failures ? (double)(1u << (n->dnsmasq_failures < 5 ? n->dnsmasq_failures : 5)) / 2 : 0.01;

	(void)revents;
	supervisor_log(n->sv, "%s: dnsmasq died", n->sv->name);
	forget(n);
	n->dnsmasq_failures++;
	ev_timer_init(&n->dnsmasq_again, on_again, wait < AGAIN_SECONDS_MAX ? wait : AGAIN_SECONDS_MAX, 0);
	n->dnsmasq_again.data = n;
	ev_timer_start(loop, &n->dnsmasq_again);
}

static void watch(struct net_sup *n, pid_t pid)
{
	n->dnsmasq = pid;
	n->dnsmasq_since = steady_now();
	n->dnsmasq_pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (n->dnsmasq_pidfd < 0) {
		supervisor_log(n->sv, "%s: dnsmasq cannot be watched: %s", n->sv->name, strerror(errno));
		return;
	}
	ev_io_init(&n->dnsmasq_gone, on_gone, n->dnsmasq_pidfd, EV_READ);
	n->dnsmasq_gone.data = n;
	ev_io_start(n->sv->loop, &n->dnsmasq_gone);
}

int net_dnsmasq_start(struct net_sup *n, struct error *err)
{
	AUTO_FREE char *option = conf_option(n, err);

	if (!option || supervisor_plan(n->sv, "command", option, err) < 0 || write_conf(n, err) < 0)
		return -1;
	return launch(n, err);
}

int net_dnsmasq_adopt(struct net_sup *n, struct error *err)
{
	pid_t pid = read_pid(n);

	if (pid <= 0 || !is_ours(n, pid))
		return net_dnsmasq_start(n, err);
	watch(n, pid);
	return 0;
}

void net_dnsmasq_stop(struct net_sup *n)
{
	struct pollfd p = { .fd = n->dnsmasq_pidfd, .events = POLLIN };

	ev_timer_stop(n->sv->loop, &n->dnsmasq_again);
	if (n->dnsmasq_pidfd >= 0) {
		ev_io_stop(n->sv->loop, &n->dnsmasq_gone);
		/* it keeps nothing that would need a kinder end: the leases are noted as they are made */
		syscall(SYS_pidfd_send_signal, n->dnsmasq_pidfd, SIGKILL, NULL, 0);
		if (RETRY_EINTR(poll(&p, 1, STOP_MS)) != 1)
			supervisor_log(n->sv, "%s: dnsmasq does not die", n->sv->name);
	}
	forget(n);
}
