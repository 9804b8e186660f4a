/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/job.h"

#include "remote/remote.h"
#include "util/str.h"

#include <poll.h>
#include <signal.h>

#define TICK_MS 500
#define ASK_MS 10000

static int verbose;

const struct poptOption cli_job_options[] = {
	{ "verbose", 0, POPT_ARG_NONE, &verbose, 0, "show the progress", NULL },
	POPT_TABLEEND
};

/* The one job of the program: the functions that wait know no context. */
static struct {
	struct cli *cli;
	struct cli_conn *conn;
	const struct guest *guest;
	const char *title;
	bool cancelled, shown;
} job;

static volatile sig_atomic_t asked_to_end;

static void on_signal(int sig)
{
	(void)sig;
	asked_to_end = 1;
}

/* By a connection of its own: the first one waits for its answer. */
static int ask(const struct rpc_proc *proc, void *args, void *ret, struct error *err)
{
	struct cli_conn *conn = job.conn;
	struct rpc_call call = { .ctx = &conn->hv, .proc = proc, .uid = geteuid() };
	int (*wait)(int, int, int) = conn->hv.wait, timeout = conn->hv.timeout_ms, r;

	if (conn->remote) {
		AUTO_CONN struct rpc_conn *other = remote_open(job.cli->uri, false, ASK_MS, err);
		return other ? rpc_conn_call(other, proc, args, ret, ASK_MS, err) : -1;
	}
	conn->hv.wait = NULL;
	conn->hv.timeout_ms = ASK_MS;
	r = hv_forward(&call, args, ret, err);
	conn->hv.wait = wait;
	conn->hv.timeout_ms = timeout;
	return r;
}

static void show_progress(void)
{
	wire_domain_get_job_info_args args = { .dom = cli_domain(job.guest) };
	wire_domain_get_job_info_ret is = { 0 };
	struct error ignored;
	double done;

	if (!verbose || job.cli->quiet || ask(&rpc_domain_get_job_info, &args, &is, &ignored) < 0 || !is.type || !is.data_total)
		return;
	done = 100.0 * (double)is.data_processed / (double)is.data_total;
	fprintf(stderr, "\r%s: [%3.0f %%]", job.title, done > 100 ? 100 : done);
	job.shown = true;
}

static void cancel(void)
{
	wire_domain_abort_job_args args = { .dom = cli_domain(job.guest) };
	struct error err;

	job.cancelled = true;
	if (ask(&rpc_domain_abort_job, &args, NULL, &err) < 0)
		cli_print_error(job.cli, &err);
}

/* As poll(2) on one descriptor, looking about meanwhile. */
static int attentive_wait(int fd, int events, int timeout_ms)
{
	int64_t start = cli_now_ms();

	for (;;) {
		struct pollfd p = { .fd = fd, .events = (short)events };
		int left = cli_time_left(start, timeout_ms), r = poll(&p, 1, left < 0 || left > TICK_MS ? TICK_MS : left);
		bool interrupted = r < 0 && errno == EINTR;

		if (asked_to_end && !job.cancelled)
			cancel();
		if (r > 0 || (r < 0 && !interrupted))
			return r < 0 ? -1 : p.revents;
		if (r == 0 && left >= 0 && left <= TICK_MS)
			return 0;
		show_progress();
	}
}

static int call(struct cli_conn *conn, const struct rpc_proc *proc, const void *args, struct error *err)
{
	int r;

	if (!conn->remote) {
		conn->hv.wait = attentive_wait;
		r = cli_call(conn, proc, args, NULL, err);
		conn->hv.wait = NULL;
		return r;
	}
	rpc_conn_set_wait(conn->remote, attentive_wait);
	conn->remote_ms = -1;
	r = cli_call(conn, proc, args, NULL, err);
	rpc_conn_set_wait(conn->remote, NULL);
	return r;
}

int cli_job_call(struct cli *cli, struct cli_conn *conn, const struct guest *guest, const char *title, const struct rpc_proc *proc, const void *args,
		 struct error *err)
{
	const struct sigaction act = { .sa_handler = on_signal };
	static const int signals[] = { SIGINT, SIGTERM };
	struct sigaction old[ARRAY_LEN(signals)];
	int r;

	job.cli = cli;
	job.conn = conn;
	job.guest = guest;
	job.title = title;
	job.cancelled = job.shown = false;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &act, &old[i]);
	r = call(conn, proc, args, err);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &old[i], NULL);
	if (job.shown || (verbose && r == 0 && !cli->quiet))
		fprintf(stderr, r == 0 ? "\r%s: [100 %%]\n" : "\n", title);
	return r;
}

char *cli_absolute(const char *path, struct error *err)
{
	AUTO_FREE char *here = NULL;
	char *all;

	if (*path == '/') {
		all = strdup(path);
	} else {
		here = getcwd(NULL, 0);
		all = here ? str_printf("%s/%s", here, path) : NULL;
	}
	if (!all)
		error_errno(err, "%s", path);
	return all;
}
