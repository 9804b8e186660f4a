/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A supervisor's frame: what it was given, its loop, its end. */
#include "hypervisor/supervisor_core.h"

#include "conf/domain.h"
#include "hypervisor/kinds.h"
#include "rpc/server.h"
#include "util/file.h"
#include "util/process.h"
#include "util/str.h"
#include "util/task.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

/* One that cannot be turned over goes on growing: who reads it must not miss the reason. */
static void turn_over(struct supervisor *sv)
{
	struct error ignored;
	struct stat st;
	int fd;

	if (fstat(STDERR_FILENO, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < SUPERVISOR_LOG_MAX ||
	    state_rotate_log(sv->driver->kind, sv->name, ".log", &ignored) < 0 || (fd = state_open_log(sv->driver->kind, sv->name, ".log", &ignored)) < 0)
		return;
	dup2(fd, STDERR_FILENO);
	close(fd);
}

void supervisor_log_words(struct supervisor *sv, const char *text, size_t len)
{
	turn_over(sv);
	/* a regular file: it does not block; a full disk loses the words */
	if (write(STDERR_FILENO, text, len) < 0)
		return;
}

void supervisor_log(struct supervisor *sv, const char *fmt, ...)
{
	char line[1200];
	struct timespec now;
	struct tm tm;
	va_list ap;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%SZ ", &tm);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);
	va_end(ap);
	n = strlen(line);
	line[n++] = '\n';
	supervisor_log_words(sv, line, n);
}

bool supervisor_is_persistent(const struct supervisor *sv)
{
	return state_is_defined(sv->driver->kind, sv->name, NULL) == 1;
}

int supervisor_plan(struct supervisor *sv, const char *what, const char *name, struct error *err)
{
	return sv_plan_namespace(sv, what, err) < 0 ? -1 : state_plan_add(sv->run_fd, what, name, err);
}

static bool parse_arguments(struct supervisor *sv, int argc, char **argv)
{
	const struct {
		const char *word;
		bool *flag;
	} flags[] = {
		{ "--paused", &sv->start_paused },
		{ "--autodestroy", &sv->autodestroy },
		{ "--host-root", &sv->host_root },
		{ "--adopt", &sv->core->adopt },
		{ "--transient", &sv->core->transient },
		{ "--restore", &sv->core->restore },
		{ "--reset-nvram", &sv->reset_nvram },
	};

	if (argc < 2)
		return false;
	sv->core->program = argv[0];
	process_set_path(argv[0]);
	sv->name = argv[1];
	for (int i = 2; i < argc; i++) {
		size_t f = 0;
		while (f < ARRAY_LEN(flags) && strcmp(argv[i], flags[f].word))
			f++;
		if (f == ARRAY_LEN(flags))
			return false;
		*flags[f].flag = true;
	}
	return true;
}

/* What was handed over is checked, so that a supervisor started by hand says so instead of doing harm. */
static int take_descriptors(struct supervisor *sv, struct error *err)
{
	struct stat st;

	sv->run_fd = SV_RUN_FD;
	sv->alive_fd = SV_ALIVE_FD;
	sv->core->report_fd = fcntl(SV_REPORT_FD, F_GETFD) < 0 ? -1 : SV_REPORT_FD;
	sv->config_fd = fcntl(SV_OBJECT_FD, F_GETFD) < 0 ? -1 : SV_OBJECT_FD;
	if (fstat(SV_RUN_FD, &st) < 0 || !S_ISDIR(st.st_mode) || fstat(SV_ALIVE_FD, &st) < 0 || !S_ISREG(st.st_mode))
		return error_set(err, ERR_INTERNAL, "this program is started by vm-start, not by hand");
	if (file_try_lock(SV_ALIVE_FD) < 0)
		return error_set(err, ERR_RESOURCE_BUSY, "%s: another supervisor owns this guest", sv->name);
	sv->image_fd = sv->core->restore ? SV_IMAGE_FD : -1;
	for (int fd = SV_RUN_FD; fd <= (sv->core->restore ? SV_IMAGE_FD : SV_LOG_FD); fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (dup2(SV_LOG_FD, STDERR_FILENO) >= 0)
		close(SV_LOG_FD);
	return 0;
}

/* The driver's rows come first, so that they win over the common ones. */
static int make_server(struct supervisor *sv, struct error *err)
{
	static const struct rpc_row *const monitor[] = { sv_monitor_rows, NULL };
	static const struct rpc_row *const guest[] = { sv_domain_rows, sv_host_rows, sv_event_rows, sv_metadata_rows, sv_change_rows, sv_stats_rows,
						NULL };
	static const struct rpc_row *remote[16];
	const struct rpc_row *const *more = sv->driver->object ? sv->driver->object->tables : guest;
	size_t n = 0;
	static const struct rpc_row *own[] = { NULL, NULL };
	static struct rpc_program programs[] = {
		{ RPC_REMOTE_PROGRAM, RPC_REMOTE_VERSION, remote },
		{ RPC_MONITOR_PROGRAM, RPC_MONITOR_VERSION, monitor },
		{ 0, 0, own },
	};
	struct rpc_server_config config = { .programs = programs, .n_programs = 2, .ctx = sv };

	if (sv->driver->rows)
		remote[n++] = sv->driver->rows;
	remote[n++] = sv_connect_rows;
	for (size_t i = 0; more[i] && n < ARRAY_LEN(remote) - 1; i++)
		remote[n++] = more[i];
	if (sv->driver->own_rows) {
		own[0] = sv->driver->own_rows;
		programs[2].program = sv->driver->own_program;
		programs[2].version = sv->driver->own_version;
		config.n_programs = 3;
	}
	config.from = hv_kind_of_directory(sv->driver->kind)->from;
	/* not libev's default loop: that one reaps every child of the process, the guest's first process too */
	sv->loop = ev_loop_new(EVFLAG_NOENV);
	if (!sv->loop)
		return error_set(err, ERR_NO_MEMORY, "%s: no memory for the supervisor", sv->name);
	sv->server = rpc_server_new(sv->loop, &config, err);
	return sv->server ? 0 : -1;
}

static void on_term(struct ev_loop *loop, struct ev_signal *w, int revents)
{
	struct supervisor *sv = w->data;

	(void)loop;
	(void)revents;
	supervisor_log(sv, "SIGTERM ignored: a supervisor ends with its guest (stop it with: vm-shutdown %s)", sv->name);
}

static const char *program_name(const struct supervisor *sv)
{
	const char *slash = strrchr(sv->core->program, '/');

	return slash ? slash + 1 : sv->core->program;
}

/* What a starter's shell left behind must not matter. */
static void settle(struct supervisor *sv)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct rlimit no_core = { 0, 0 };

	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGHUP, &ignore, NULL);
	sigaction(SIGINT, &ignore, NULL);
	umask(077);
	setrlimit(RLIMIT_CORE, &no_core);
	prctl(PR_SET_NAME, program_name(sv));
	if (chdir("/") < 0)
		supervisor_log(sv, "cannot change to /: %s", strerror(errno));
	ev_signal_init(&sv->core->term, on_term, SIGTERM);
	sv->core->term.data = sv;
	ev_signal_start(sv->loop, &sv->core->term);
	ev_unref(sv->loop);
}

int supervisor_main(int argc, char **argv, const struct supervisor_driver *driver)
{
	static struct supervisor_core core = { .report_fd = -1 };
	static struct supervisor sv = { .id = -1, .image_fd = -1, .core = &core };
	struct error err = { 0 };

	sv.driver = driver;
	state_forget_open();
	if (!parse_arguments(&sv, argc, argv)) {
		fprintf(stderr, "usage: %s NAME [--paused] [--autodestroy] [--adopt] [--host-root] [--transient] [--restore] [--reset-nvram]\n"
				"This program owns one running guest; vm-start starts it.\n", argc ? argv[0] : driver->kind);
		return EXIT_USAGE;
	}
	if (take_descriptors(&sv, &err) < 0 || make_server(&sv, &err) < 0) {
		fprintf(stderr, "%s: %s\n", argv[0], err.text);
		return error_exit_status(err.code);
	}
	settle(&sv);
	if (task_spawn(sv.loop, sv_start_task, &sv, &err) < 0) {
		fprintf(stderr, "%s: %s\n", argv[0], err.text);
		return EXIT_FAILED;
	}
	ev_run(sv.loop, 0);
	return core.start_failed ? EXIT_FAILED : EXIT_DONE;
}
