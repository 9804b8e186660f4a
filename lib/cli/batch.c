/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/batch.h"
#include "cli/json.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

struct child {
	pid_t pid;
	int pidfd;
	const struct guest *guest;
};

struct run {
	struct cli *cli;
	struct cli_conn *conn;
	const struct cli_batch *batch;
	struct child *child;   /* those that run */
	size_t n;
	const struct guest_list *list;
	struct error *errors;  /* one for each guest of the list; shared with the children, which write them */
	json_t *outcomes;      /* with --json */
	int64_t start;
	int status;
	bool timed_out;
};

static struct error *error_of(const struct run *r, const struct guest *guest)
{
	return &r->errors[guest - r->list->guest];
}

static void note(struct run *r, const struct guest *guest, int status)
{
	struct error *why = error_of(r, guest);

	if (status != EXIT_DONE && why->code == ERR_OK)
		error_set(why, ERR_INTERNAL, "%s: the process that worked on it died", guest->name);
	if (r->outcomes)
		cli_json_outcome(r->outcomes, guest->name, status == EXIT_DONE ? NULL : why);
	if (status == EXIT_DONE) {
		r->cli->successes++;
		return;
	}
	r->status = r->cli->failures++ == 0 || r->status == status ? status : EXIT_FAILED;
}

/* The child's whole life; a call that waits holds up nobody else. */
static int work(struct run *r, const struct guest *guest)
{
	struct error err = { 0 };

	if (r->batch->fn(r->cli, r->conn, guest, NULL, &err) >= 0)
		return EXIT_DONE;
	cli_name_error(&err, guest->name);
	cli_print_error(r->cli, &err);
	*error_of(r, guest) = err;
	return cli_status(&err);
}

static int begin(struct run *r, const struct guest *guest, struct error *err)
{
	struct child *child = &r->child[r->n];

	fflush(stdout);
	fflush(stderr);
	*child = (struct child){ .pid = fork(), .guest = guest };
	if (child->pid < 0)
		return error_errno(err, "domain '%s'", guest->name);
	if (child->pid == 0)
		_exit(work(r, guest));
	child->pidfd = syscall(SYS_pidfd_open, child->pid, 0);
	if (child->pidfd < 0) {
		int status = 0;
		waitpid(child->pid, &status, 0);
		note(r, guest, WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED);
		return 0;
	}
	r->n++;
	return 0;
}

static void end(struct run *r, size_t i)
{
	int status = 0;

	RETRY_EINTR(waitpid(r->child[i].pid, &status, 0));
	close(r->child[i].pidfd);
	note(r, r->child[i].guest, WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED);
	r->child[i] = r->child[--r->n];
}

/* The time is up: whoever waits for a guest stops waiting. */
static void give_up(struct run *r)
{
	r->timed_out = true;
	for (size_t i = 0; i < r->n; i++)
		kill(r->child[i].pid, SIGKILL);
	while (r->n > 0) {
		const struct guest *guest = r->child[0].guest;
		RETRY_EINTR(waitpid(r->child[0].pid, NULL, 0));
		close(r->child[0].pidfd);
		error_set(error_of(r, guest), ERR_OPERATION_TIMEOUT, "%s: the time was up", guest->name);
		cli_print_error(r->cli, error_of(r, guest));
		note(r, guest, EXIT_TIMEOUT);
		r->child[0] = r->child[--r->n];
	}
}

/* Waits until at most `most` children run. */
static int settle(struct run *r, size_t most, struct error *err)
{
	while (r->n > most) {
		AUTO_FREE struct pollfd *fds = calloc(r->n, sizeof(*fds));
		if (!fds)
			return error_errno(err, "%zu guests", r->n);
		for (size_t i = 0; i < r->n; i++)
			fds[i] = (struct pollfd){ .fd = r->child[i].pidfd, .events = POLLIN };
		int rc = poll(fds, r->n, cli_time_left(r->start, r->batch->timeout_ms));
		if (rc < 0 && errno != EINTR)
			return error_errno(err, "waiting for guests");
		if (rc == 0) {
			give_up(r);
			return 0;
		}
		for (size_t i = r->n; rc > 0 && i-- > 0;) {
			if (fds[i].revents)
				end(r, i);
		}
	}
	return 0;
}

static int one_more(struct run *r, const struct guest *guest, size_t most, struct error *err)
{
	if (r->timed_out) {
		error_set(error_of(r, guest), ERR_OPERATION_TIMEOUT, "%s: the time was up before its turn", guest->name);
		note(r, guest, EXIT_TIMEOUT);
		return 0;
	}
	return begin(r, guest, err) < 0 ? -1 : settle(r, most, err);
}

static const struct guest *named(const struct guest_list *list, const char *name, size_t len)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strlen(list->guest[i].name) == len && memcmp(list->guest[i].name, name, len) == 0)
			return &list->guest[i];
	}
	return NULL;
}

/* That one is not in the list is as good as done; that there is none of the name is a slip that somebody wants to know of. It does not keep the
 * others waiting. */
static void tell_unknown(const struct run *r, const char *word, size_t len)
{
	AUTO_FREE char *name = strndup(word, len);
	struct guest guest = { 0 };
	struct error err = { 0 };

	if (name && *name && cli_find(r->conn, name, &guest, &err) < 0)
		cli_warn(r->cli, "--order: %s", err.text);
	guest_clear(&guest);
}

/* The guests of the order that are in the list, each once. Returns their number. */
static size_t pick(const struct run *r, const struct guest_list *list, const char *order, const struct guest **picked)
{
	size_t n = 0;

	while (order && *order) {
		size_t len = strcspn(order, ",");
		const struct guest *guest = named(list, order, len);
		if (!guest)
			tell_unknown(r, order, len);
		for (size_t i = 0; i < n; i++)
			guest = picked[i] == guest ? NULL : guest;
		if (guest)
			picked[n++] = guest;
		order += len;
		order += *order == ',';
	}
	return n;
}

static bool among(const struct guest *guest, const struct guest *const *picked, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (picked[i] == guest)
			return true;
	}
	return false;
}

static int ordered(struct run *r, const struct guest *const *picked, size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		if (one_more(r, picked[r->batch->ordered_last ? n - 1 - i : i], 0, err) < 0)
			return -1;
	}
	return 0;
}

static int others(struct run *r, const struct guest_list *list, const struct guest *const *picked, size_t n, struct error *err)
{
	size_t most = r->batch->parallel ? r->batch->parallel - 1 : list->n;

	for (size_t i = 0; i < list->n; i++) {
		if (!among(&list->guest[i], picked, n) && one_more(r, &list->guest[i], most, err) < 0)
			return -1;
	}
	return settle(r, 0, err);
}

static int in_order(struct run *r, const struct guest_list *list, struct error *err)
{
	const struct cli_batch *batch = r->batch;
	AUTO_FREE const struct guest **picked = calloc(list->n + 1, sizeof(*picked));
	AUTO_FREE struct child *child = calloc(list->n + 1, sizeof(*child));
	size_t n;

	if (!picked || !child)
		return error_errno(err, "%zu guests", list->n);
	r->child = child;
	n = pick(r, list, batch->order, picked);
	if (!batch->ordered_last && ordered(r, picked, n, err) < 0)
		return -1;
	if (others(r, list, picked, n, err) < 0)
		return -1;
	return batch->ordered_last ? ordered(r, picked, n, err) : 0;
}

int cli_batch(struct cli *cli, struct cli_conn *conn, const struct guest_list *list, const struct cli_batch *batch, struct error *err)
{
	struct run r = { .cli = cli, .conn = conn, .batch = batch, .list = list, .start = cli_now_ms() };
	size_t size = (list->n + 1) * sizeof(*r.errors);

	r.errors = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r.errors == MAP_FAILED)
		return error_errno(err, "%zu guests", list->n);
	r.outcomes = cli->json ? json_array() : NULL;
	int rc = in_order(&r, list, err);
	munmap(r.errors, size);
	if (rc < 0) {
		json_decref(r.outcomes);
		return -1;
	}
	if (cli->json && cli_json_print(r.outcomes, err) < 0)
		return -1;
	return cli->failures && cli->successes ? EXIT_PARTLY : r.status;
}
