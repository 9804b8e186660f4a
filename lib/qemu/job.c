/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs: their life, and what clients ask about them. */
#include "qemu/operation.h"

#include "hypervisor/params.h"

#include <string.h>

#define ASK_MS 10000

/* libvirt's virDomainJobType, virDomainGetJobStatsFlags, virDomainEventID */
enum { JOB_NONE = 0, JOB_UNBOUNDED = 2 };
enum { STATS_COMPLETED = 1, STATS_KEEP = 2 };
enum { ID_JOB_COMPLETED = 21 };

int qemu_job_begin(struct qemu_guest *g, const struct qemu_job_type *type, void *own, struct error *err)
{
	struct qemu_job *job = &g->job;

	if (qemu_change_begin(g, err) < 0)
		return -1;
	job->type = type;
	job->own = own;
	job->began = qemu_now();
	job->cancel = false;
	job->status[0] = job->why[0] = '\0';
	g->sv->busy = type->doing;
	return 0;
}

int qemu_job_wait(struct qemu_guest *g, struct error *err)
{
	static const char *const ends[] = { "completed", "failed", "cancelled" };
	struct qemu_job *job = &g->job;
	size_t end;

	for (;;) {
		for (end = 0; end < ARRAY_LEN(ends) && strcmp(job->status, ends[end]); end++)
			;
		if (end < ARRAY_LEN(ends) || !qmp_is_open(g->qmp) || !g->lives)
			break;
		task_queue_wait(&job->changed, -1);
	}
	if (end == 0)
		return 0;
	if (job->cancel)
		return error_set(err, ERR_OPERATION_ABORTED, "it was cancelled");
	if (end == ARRAY_LEN(ends))
		return error_set(err, ERR_OPERATION_FAILED, "the guest ended meanwhile");
	return error_set(err, ERR_OPERATION_FAILED, "QEMU could not do it%s%s", *job->why ? ": " : "", job->why);
}

void qemu_job_lost(struct qemu_guest *g)
{
	if (g->job.type && g->job.type->lost)
		g->job.type->lost(g);
	task_queue_wake_all(&g->job.changed);
}

void qemu_job_note(struct qemu_guest *g)
{
	struct error ignored;

	if (!g->job.type->ask || g->job.type->ask(g, &g->job.done, &ignored) < 0)
		return;
}

static int add_stats(struct params *p, const struct qemu_job_type *type, int64_t ms, const struct qemu_progress *is, struct error *err)
{
	const struct { const char *name; uint64_t value; bool always; } fields[] = {
		{ "time_elapsed", (uint64_t)ms, true },
		{ "downtime", is->downtime_ms, false },
		{ "setup_time", is->setup_ms, false },
		{ "data_total", is->total, true },
		{ "data_processed", is->processed, true },
		{ "data_remaining", is->remaining, true },
		{ "memory_total", is->memory ? is->total : 0, is->memory },
		{ "memory_processed", is->memory ? is->processed : 0, is->memory },
		{ "memory_remaining", is->memory ? is->remaining : 0, is->memory },
		{ "memory_bps", is->bytes_per_second, false },
		{ "memory_constant", is->constant, false },
		{ "memory_normal", is->normal, false },
		{ "memory_normal_bytes", is->normal_bytes, false },
		{ "memory_dirty_rate", is->dirty_rate, false },
		{ "memory_iteration", is->iteration, false },
		{ "memory_page_size", is->page_size, false },
	};

	if (params_add_int(p, "operation", type->operation, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if ((fields[i].value || fields[i].always) && params_add_ullong(p, fields[i].name, fields[i].value, err) < 0)
			return -1;
	return 0;
}

static int add_outcome(struct params *p, const struct qemu_job *job, struct error *err)
{
	if (add_stats(p, job->last, job->lasted, &job->done, err) < 0 || params_add_bool(p, "success", job->end == QEMU_JOB_COMPLETED, err) < 0)
		return -1;
	return *job->failure ? params_add_string(p, "errmsg", job->failure, err) : 0;
}

static void tell_end(struct qemu_guest *g)
{
	struct { wire_domain dom; struct params params; } plain = { .params = { 0 } };
	struct error err;

	if (add_outcome(&plain.params, &g->job, &err) == 0)
		supervisor_publish(g->sv, ID_JOB_COMPLETED, NULL, &rpc_domain_event_callback_job_completed, &plain, sizeof(plain));
	for (u_int i = 0; i < plain.params.len; i++)
		xdr_free((xdrproc_t)xdr_wire_typed_param, (char *)&plain.params.val[i]);
	free(plain.params.val);
}

void qemu_job_end(struct qemu_guest *g, const struct error *why)
{
	struct qemu_job *job = &g->job;

	job->lasted = qemu_now() - job->began;
	job->last = job->type;
	job->end = !why ? QEMU_JOB_COMPLETED : job->cancel ? QEMU_JOB_CANCELLED : QEMU_JOB_FAILED;
	snprintf(job->failure, sizeof(job->failure), "%.199s", why ? why->text : "");
	job->type = NULL;
	job->own = NULL;
	g->sv->busy = NULL;
	tell_end(g);
	supervisor_turn_give(g->sv);
}

/* ---- QEMU's own word ---- */

static uint64_t number(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 ? (uint64_t)n : 0;
}

int qemu_ask_migration(struct qemu_guest *g, struct qemu_progress *out, struct error *err)
{
	json_t *r = qmp_execute(g->qmp, "query-migrate", NULL, ASK_MS, err);
	const json_t *ram = json_object_get(r, "ram");
	const char *why = json_string_value(json_object_get(r, "error-desc"));

	if (!r)
		return -1;
	if (why)
		line_tame(g->job.why, sizeof(g->job.why), why);
	*out = (struct qemu_progress){
		.memory = true, .total = number(ram, "total"), .remaining = number(ram, "remaining"), .constant = number(ram, "duplicate"),
		.normal = number(ram, "normal"), .normal_bytes = number(ram, "normal-bytes"), .iteration = number(ram, "dirty-sync-count"),
		.page_size = number(ram, "page-size"), .dirty_rate = number(ram, "dirty-pages-rate"), .setup_ms = number(r, "setup-time"),
		.downtime_ms = number(r, "downtime"), .bytes_per_second = (uint64_t)(json_number_value(json_object_get(ram, "mbps")) * 1000000 / 8),
	};
	out->processed = out->total > out->remaining ? out->total - out->remaining : 0;
	json_decref(r);
	return 0;
}

/* ---- what clients ask ---- */

int qemu_get_job_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_get_job_info_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, args, err);
	struct qemu_progress is = { 0 };
	const struct qemu_job_type *type;

	if (!g)
		return -1;
	type = g->job.type;
	if (!type)
		return 0;
	if (type->ask && type->ask(g, &is, err) < 0)
		return -1;
	r->type = JOB_UNBOUNDED;
	r->time_elapsed = (uint64_t)(qemu_now() - g->job.began);
	r->data_total = is.total;
	r->data_processed = is.processed;
	r->data_remaining = is.remaining;
	if (is.memory) {
		r->mem_total = is.total;
		r->mem_processed = is.processed;
		r->mem_remaining = is.remaining;
	}
	return 0;
}

int qemu_get_job_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_job_stats_args *a = args;
	wire_domain_get_job_stats_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	struct qemu_progress is = { 0 };
	const struct qemu_job_type *type;

	if (!g)
		return -1;
	if (a->flags & STATS_COMPLETED) {
		if (!g->job.last)
			return 0;
		r->type = (int)g->job.end;
		if (add_outcome(PARAMS(r->params), &g->job, err) < 0)
			return -1;
		if (!(a->flags & STATS_KEEP))
			g->job.last = NULL;
		return 0;
	}
	type = g->job.type;
	if (!type)
		return 0;
	if (type->ask && type->ask(g, &is, err) < 0)
		return -1;
	r->type = JOB_UNBOUNDED;
	return add_stats(PARAMS(r->params), type, qemu_now() - g->job.began, &is, err);
}

int qemu_abort_job(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct qemu_guest *g = qemu_of_call(call, args, err);

	(void)ret;
	if (!g)
		return -1;
	if (!g->job.type)
		return error_set(err, ERR_OPERATION_INVALID, "%s: no job is running", g->sv->name);
	if (!g->job.type->cancel)
		return error_set(err, ERR_OPERATION_INVALID, "%s: what is being done to the guest (it is %s) cannot be cancelled", g->sv->name,
				 g->job.type->doing);
	g->job.cancel = true;
	return g->job.type->cancel(g, err) < 0 ? error_wrap(err, "%s", g->sv->name) : 0;
}
