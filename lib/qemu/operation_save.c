/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guest's memory in a file: saved, so that it can go on from there, or dumped, so that somebody can look at it. */
#include "qemu/operation.h"

#include "hypervisor/save_image.h"
#include "qemu/output.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>

/* libvirt's virDomainSaveRestoreFlags, virDomainJobOperation */
enum { BYPASS_CACHE = 1, AS_RUNNING = 2, AS_PAUSED = 4 };
enum { OPERATION_SAVE = 2, OPERATION_DUMP = 8 };
/* virDomainCoreDumpFlags, virDomainCoreDumpFormat */
enum { DUMP_CRASH = 1, DUMP_LIVE = 2, DUMP_BYPASS_CACHE = 4, DUMP_RESET = 8, DUMP_MEMORY_ONLY = 16 };

#define COMMAND_MS 30000
#define END_MS 30000
/* "No limit" is no word of QEMU's. */
#define BANDWIDTH ((json_int_t)(INT64_MAX >> 20) << 20)
#define FD_NAME "berth-job"

/* What is under way. */
struct writing {
	struct qemu_output out;
	bool paused_it;         /* it ran before */
};

/* QEMU may be waiting for what reads from it. */
static int cancel_migration(struct qemu_guest *g, struct error *err)
{
	qemu_output_stop(&((struct writing *)g->job.own)->out);
	return qmp_do(g->qmp, "migrate_cancel", NULL, COMMAND_MS, err);
}

static void lose_file(struct qemu_guest *g)
{
	qemu_output_lost(&((struct writing *)g->job.own)->out);
}

static const struct qemu_job_type saving = { OPERATION_SAVE, "being saved", qemu_ask_migration, cancel_migration, lose_file };

/* ---- the guest stands still meanwhile ---- */

static int stand_still(struct qemu_guest *g, struct writing *w, int reason, struct error *err)
{
	if (g->sv->state != GUEST_RUNNING)
		return 0;
	g->pause_reason = reason;
	if (qmp_do(g->qmp, "stop", NULL, COMMAND_MS, err) < 0)
		return -1;
	w->paused_it = true;
	return 0;
}

static void go_on(struct qemu_guest *g, const struct writing *w, int reason)
{
	struct error err;

	if (!w->paused_it || !g->lives || g->sv->ending || g->sv->state != GUEST_PAUSED)
		return;
	g->resume_reason = reason;
	if (qmp_do(g->qmp, "cont", NULL, COMMAND_MS, &err) < 0)
		supervisor_log(g->sv, "%s: cannot go on: %s", g->sv->name, err.text);
}

/* ---- memory as QEMU's own stream ---- */

static int hand_over(struct qemu_guest *g, struct qemu_output *out, struct error *err)
{
	json_t *r = qmp_execute_fd(g->qmp, "getfd", json_pack("{s:s}", "fdname", FD_NAME), qemu_output_fd(out), COMMAND_MS, err);

	json_decref(r);
	return r ? 0 : -1;
}

static void take_back(struct qemu_guest *g)
{
	struct error ignored;

	(void)!qmp_do(g->qmp, "closefd", json_pack("{s:s}", "fdname", FD_NAME), COMMAND_MS, &ignored);
}

int qemu_enable_migration_events(struct qemu_guest *g, struct error *err)
{
	return qmp_do(g->qmp, "migrate-set-capabilities", json_pack("{s:[{s:s, s:b}]}", "capabilities", "capability", "events", "state", 1), COMMAND_MS,
		      err);
}

/* What is between QEMU and the file knows more of that than QEMU. r: QEMU's word. */
static int drain(struct qemu_guest *g, struct writing *w, int r, struct error *err)
{
	struct error why;

	if (!w->out.pump || qemu_output_drain(&w->out, &why) == 0)
		return r;
	if (g->job.cancel)
		return error_set(err, ERR_OPERATION_ABORTED, "it was cancelled");
	*err = why;
	return -1;
}

static int stream(struct qemu_guest *g, struct writing *w, struct error *err)
{
	int r;

	if (qemu_enable_migration_events(g, err) < 0 ||
	    qmp_do(g->qmp, "migrate-set-parameters", json_pack("{s:I}", "max-bandwidth", BANDWIDTH), COMMAND_MS, err) < 0 || hand_over(g, &w->out, err) < 0)
		return -1;
	if (g->job.cancel) {
		take_back(g);
		return error_set(err, ERR_OPERATION_ABORTED, "it was cancelled");
	}
	g->job.status[0] = '\0';
	if (qmp_do(g->qmp, "migrate", json_pack("{s:s}", "uri", "fd:" FD_NAME), COMMAND_MS, err) < 0) {
		take_back(g);
		return -1;
	}
	qemu_output_handed_over(&w->out);
	r = qemu_job_wait(g, err);
	if (g->lives)
		qemu_job_note(g);
	/* why it failed QEMU tells when it is asked */
	if (r < 0 && *g->job.why && err->code == ERR_OPERATION_FAILED && !strstr(err->text, g->job.why))
		error_set(err, ERR_OPERATION_FAILED, "QEMU could not do it: %s", g->job.why);
	return drain(g, w, r, err);
}

/* Bytes of the guest's memory that are really there: of QEMU's mapping that is as large as it, or larger by little. 0: not known. */
static uint64_t resident(const struct qemu_guest *g)
{
	char path[40], line[256];
	unsigned long long from, to, size = 0, kib, best = ~0ULL, there = 0, memory = g->sv->def->memory.value << 10;

	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)g->pid);
	AUTO_FCLOSE FILE *f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx-%llx ", &from, &to) == 2)
			size = to - from;
		else if (size >= memory && size < best && sscanf(line, "Rss: %llu kB", &kib) == 1)
			there = kib << 10, best = size;
		else if (size == best && sscanf(line, "Swap: %llu kB", &kib) == 1)
			there += kib << 10;
	}
	return there;
}

/* ---- save ---- */

struct save {
	struct writing w;
	const char *path;
	int dir;
	const char *xml;       /* another definition to keep with it; NULL: the guest's own */
	unsigned flags, format;
};

static char *saved_definition(struct qemu_guest *g, const struct save *s, struct error *err)
{
	AUTO_DOMAIN struct domain *other = NULL;
	struct domain *own = g->sv->def;

	if (!s->xml)
		return domain_format(own, DOMAIN_FORMAT_SECURE | DOMAIN_FORMAT_INACTIVE, err);
	other = domain_parse(s->xml, strlen(s->xml), 0, err);
	if (!other)
		return NULL;
	if (memcmp(other->uuid, own->uuid, sizeof(own->uuid)) || strcmp(other->name, own->name) || other->memory.value != own->memory.value ||
	    other->vcpus.n != own->vcpus.n || other->devices.disks.n != own->devices.disks.n) {
		error_set(err, ERR_CONFIG_UNSUPPORTED, "the other definition must have the guest's name, UUID, memory, processors and number of disks");
		return NULL;
	}
	return domain_format(other, DOMAIN_FORMAT_SECURE | DOMAIN_FORMAT_INACTIVE, err);
}

static int write_image(struct qemu_guest *g, struct save *s, struct error *err)
{
	const char *packer = s->format ? save_format_name(s->format) : NULL;
	struct save_image image = { .format = s->format, .running = g->sv->state == GUEST_RUNNING };
	AUTO_FREE char *xml = saved_definition(g, s, err);
	int r;

	if (!xml)
		return -1;
	image.xml = xml;
	image.running = s->flags & AS_RUNNING || (image.running && !(s->flags & AS_PAUSED));
	if (qemu_output_open(g, s->dir, s->path, &s->w.out, err) < 0)
		return -1;
	if (!packer && qemu_output_check_room(&s->w.out, resident(g), err) < 0)
		return -1;
	r = stand_still(g, &s->w, PAUSED_SAVE, err);
	if (r == 0 && save_image_begin(s->w.out.fd, &image, err) < 0)
		r = error_wrap(err, "%s", s->path);
	if (r == 0)
		r = qemu_output_pump(&s->w.out, s->flags & BYPASS_CACHE, packer, err);
	if (r == 0)
		r = stream(g, &s->w, err);
	if (r == 0 && save_image_finish(s->w.out.fd, err) < 0)
		r = error_wrap(err, "%s", s->path);
	return r < 0 ? -1 : qemu_output_commit(&s->w.out, err);
}

/* Whole or not at all: the guest is off and its memory in the file, or it goes on. */
static int save(struct qemu_guest *g, struct save *s, struct error *err)
{
	struct supervisor *sv = g->sv;

	if ((s->flags & AS_RUNNING) && (s->flags & AS_PAUSED))
		return error_set(err, ERR_INVALID_ARG, "%s: a guest cannot be both running and paused", sv->name);
	if (sv->state != GUEST_RUNNING && sv->state != GUEST_PAUSED)
		return error_set(err, ERR_OPERATION_INVALID, "%s: a guest that is %s cannot be saved", sv->name, guest_state_word(sv->state));
	if (qemu_job_begin(g, &saving, s, err) < 0)
		return -1;
	if (write_image(g, s, err) < 0) {
		qemu_output_abandon(&s->w.out);
		go_on(g, &s->w, RUNNING_SAVE_CANCELED);
		qemu_job_end(g, err);
		return error_wrap(err, "%s", sv->name);
	}
	qemu_job_end(g, NULL);
	g->saved = true;
	if (sv->driver->destroy(sv, err) < 0)
		return -1;
	return supervisor_wait_end(sv, END_MS, err);
}

int qemu_save(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_save_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	struct save s = { .w = { .out = QEMU_OUTPUT_INIT }, .path = a->to, .dir = AT_FDCWD };

	(void)ret;
	return g ? save(g, &s, err) : -1;
}

int qemu_save_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_save_flags_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	struct save s = { .w = { .out = QEMU_OUTPUT_INIT }, .path = a->to, .dir = AT_FDCWD, .xml = a->dxml ? *a->dxml : NULL, .flags = a->flags };

	(void)ret;
	if (g && a->flags & ~(unsigned)(BYPASS_CACHE | AS_RUNNING | AS_PAUSED))
		return error_set(err, ERR_INVALID_ARG, "%s: unknown flags 0x%x", g->sv->name, a->flags);
	return g ? save(g, &s, err) : -1;
}

static int take_param(struct save *s, const wire_typed_param *p, struct error *err)
{
	const char *text = p->value.type == WIRE_PARAM_STRING ? p->value.wire_typed_param_value_u.s : NULL;

	if (text && !strcmp(p->field, "file"))
		s->path = text;
	else if (text && !strcmp(p->field, "dxml"))
		s->xml = text;
	else if (text && !strcmp(p->field, "image_format")) {
		while (s->format < SAVE_FORMATS && strcmp(save_format_name(s->format), text))
			s->format++;
		if (s->format == SAVE_FORMATS)
			return error_set(err, ERR_INVALID_ARG, "there is no image format '%s' (raw, gzip, bzip2, xz, lzop and zstd are)", text);
	} else {
		return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "saving has no parameter '%s'", p->field);
	}
	return 0;
}

static int managed_save(struct qemu_guest *g, struct save *s, struct error *err)
{
	if (!supervisor_is_persistent(g->sv) || g->sv->config_fd < 0)
		return error_set(err, ERR_OPERATION_INVALID, "%s: a transient guest has no place to keep its saved state (save it to a file: vm-save)",
				 g->sv->name);
	s->path = "save";
	s->dir = g->sv->config_fd;
	return save(g, s, err);
}

/* Without a file it is the guest's own saved state, as in libvirt. */
int qemu_save_params(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_save_params_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	struct save s = { .w = { .out = QEMU_OUTPUT_INIT }, .dir = AT_FDCWD, .flags = a->flags };

	(void)ret;
	if (g && a->flags & ~(unsigned)(BYPASS_CACHE | AS_RUNNING | AS_PAUSED))
		return error_set(err, ERR_INVALID_ARG, "%s: unknown flags 0x%x", g->sv->name, a->flags);
	for (u_int i = 0; g && i < a->params.params_len; i++)
		if (take_param(&s, &a->params.params_val[i], err) < 0)
			return error_wrap(err, "%s", g->sv->name);
	if (!g)
		return -1;
	return s.path ? save(g, &s, err) : managed_save(g, &s, err);
}

int qemu_managed_save(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_managed_save_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	struct save s = { .w = { .out = QEMU_OUTPUT_INIT }, .flags = a->flags };

	(void)ret;
	if (g && a->flags & ~(unsigned)(BYPASS_CACHE | AS_RUNNING | AS_PAUSED))
		return error_set(err, ERR_INVALID_ARG, "%s: unknown flags 0x%x", g->sv->name, a->flags);
	return g ? managed_save(g, &s, err) : -1;
}

int qemu_has_managed_save(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_has_managed_save_image_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, args, err);

	if (!g)
		return -1;
	r->result = g->sv->config_fd >= 0 && faccessat(g->sv->config_fd, "save", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	return 0;
}

/* ---- dump ---- */

static int ask_dump(struct qemu_guest *g, struct qemu_progress *out, struct error *err)
{
	json_t *r = qmp_execute(g->qmp, "query-dump", NULL, COMMAND_MS, err);
	json_int_t total = json_integer_value(json_object_get(r, "total")), done = json_integer_value(json_object_get(r, "completed"));

	if (!r)
		return -1;
	*out = (struct qemu_progress){ .memory = true, .total = total > 0 ? (uint64_t)total : 0, .processed = done > 0 ? (uint64_t)done : 0 };
	out->remaining = out->total > out->processed ? out->total - out->processed : 0;
	json_decref(r);
	return 0;
}

/* QEMU has no command for it: what it writes to is taken away. */
static int cancel_dump(struct qemu_guest *g, struct error *err)
{
	(void)err;
	qemu_output_stop(&((struct writing *)g->job.own)->out);
	return 0;
}

static const struct qemu_job_type dumping = { OPERATION_DUMP, "being dumped", qemu_ask_migration, cancel_migration, lose_file };
static const struct qemu_job_type dumping_memory = { OPERATION_DUMP, "being dumped", ask_dump, cancel_dump, lose_file };

static const char *dump_format(unsigned format, bool *raw)
{
	static const char *const names[] = { "elf", "kdump-zlib", "kdump-lzo", "kdump-snappy", "win-dmp", "kdump-raw-zlib", "kdump-raw-lzo",
					     "kdump-raw-snappy" };

	*raw = format >= 5;
	return format < ARRAY_LEN(names) ? names[format] : NULL;
}

static int check_format(struct qemu_guest *g, const char *format, struct error *err)
{
	json_t *r = qmp_execute(g->qmp, "query-dump-guest-memory-capability", NULL, COMMAND_MS, err), *f;
	bool found = false;
	size_t i;

	if (!r)
		return -1;
	json_array_foreach(json_object_get(r, "formats"), i, f)
		found |= json_is_string(f) && !strcmp(json_string_value(f), format);
	json_decref(r);
	return found ? 0 : error_set(err, ERR_CONFIG_UNSUPPORTED, "QEMU cannot dump this guest's memory in the format %s%s", format,
				     strcmp(format, "win-dmp") ? "" : " (it needs a Windows guest with <vmcoreinfo/> and its driver)");
}

/* Through a process of ours also where that has nothing to do: so it can be cancelled. */
static int dump_memory(struct qemu_guest *g, struct writing *w, unsigned number, bool direct, struct error *err)
{
	bool raw;
	const char *format = dump_format(number, &raw);
	int r;

	if (number == 0 && qemu_output_check_room(&w->out, g->sv->def->memory.value << 10, err) < 0)
		return -1;
	if (!raw && qemu_output_pump_always(&w->out, direct, err) < 0)
		return -1;
	if (hand_over(g, &w->out, err) < 0)
		return -1;
	g->job.status[0] = '\0';
	g->pause_reason = PAUSED_DUMP;
	if (qmp_do(g->qmp, "dump-guest-memory", json_pack("{s:b, s:s, s:s, s:b}", "paging", 0, "protocol", "fd:" FD_NAME, "format", format, "detach", 1),
		   COMMAND_MS, err) < 0) {
		take_back(g);
		return -1;
	}
	qemu_output_handed_over(&w->out);
	r = qemu_job_wait(g, err);
	if (g->lives)
		qemu_job_note(g);
	return drain(g, w, r, err);
}

static int dump_to_file(struct qemu_guest *g, struct writing *w, const char *path, unsigned format, unsigned flags, struct error *err)
{
	int r;

	if (qemu_output_open(g, AT_FDCWD, path, &w->out, err) < 0)
		return -1;
	if (!(flags & DUMP_LIVE) && stand_still(g, w, PAUSED_DUMP, err) < 0)
		return -1;
	/* that stops it by itself at last */
	if (flags & DUMP_LIVE && !(flags & DUMP_MEMORY_ONLY) && g->sv->state == GUEST_RUNNING) {
		g->pause_reason = PAUSED_DUMP;
		w->paused_it = true;
	}
	if (flags & DUMP_MEMORY_ONLY)
		r = dump_memory(g, w, format, flags & DUMP_BYPASS_CACHE, err);
	else if (qemu_output_check_room(&w->out, resident(g), err) < 0 || qemu_output_pump(&w->out, flags & DUMP_BYPASS_CACHE, NULL, err) < 0)
		r = -1;
	else
		r = stream(g, w, err);
	return r < 0 ? -1 : qemu_output_commit(&w->out, err);
}

/* After it: the guest ends as one that crashed, begins again, or goes on. */
static int after_dump(struct qemu_guest *g, const struct writing *w, unsigned flags, struct error *err)
{
	struct supervisor *sv = g->sv;

	if (flags & DUMP_CRASH) {
		/* whatever on_crash says: it is the end that was asked for */
		sv->def->on_crash = DOMAIN_CRASH_DESTROY;
		g->panicked = true;
		return sv->driver->destroy(sv, err) < 0 ? -1 : supervisor_wait_end(sv, END_MS, err);
	}
	if (flags & DUMP_RESET && qmp_do(g->qmp, "system_reset", NULL, COMMAND_MS, err) < 0)
		return error_wrap(err, "%s", sv->name);
	go_on(g, w, RUNNING_UNPAUSED);
	return 0;
}

static int dump(struct rpc_call *call, const wire_domain *dom, const char *path, unsigned format, unsigned flags, struct error *err)
{
	struct qemu_guest *g = qemu_of_call(call, dom, err);
	struct writing w = { .out = QEMU_OUTPUT_INIT };
	bool raw;
	const char *name = dump_format(format, &raw);
	int r;

	if (!g)
		return -1;
	if (flags & ~(unsigned)(DUMP_CRASH | DUMP_LIVE | DUMP_BYPASS_CACHE | DUMP_RESET | DUMP_MEMORY_ONLY) || !name)
		return error_set(err, ERR_INVALID_ARG, "%s: unknown flags 0x%x or format %u", g->sv->name, flags, format);
	if (format && !(flags & DUMP_MEMORY_ONLY))
		return error_set(err, ERR_INVALID_ARG, "%s: the format %s is for dumps of memory alone (--memory-only)", g->sv->name, name);
	if (g->sv->state != GUEST_RUNNING && g->sv->state != GUEST_PAUSED && g->sv->state != GUEST_CRASHED)
		return error_set(err, ERR_OPERATION_INVALID, "%s: a guest that is %s cannot be dumped", g->sv->name, guest_state_word(g->sv->state));
	if (qemu_job_begin(g, flags & DUMP_MEMORY_ONLY ? &dumping_memory : &dumping, &w, err) < 0)
		return -1;
	r = flags & DUMP_MEMORY_ONLY ? check_format(g, name, err) : 0;
	if (r == 0)
		r = dump_to_file(g, &w, path, format, flags, err);
	qemu_output_abandon(&w.out);
	if (r < 0)
		go_on(g, &w, RUNNING_UNPAUSED);
	qemu_job_end(g, r < 0 ? err : NULL);
	return r < 0 ? error_wrap(err, "%s", g->sv->name) : after_dump(g, &w, flags, err);
}

int qemu_core_dump(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_core_dump_args *a = args;

	(void)ret;
	return dump(call, &a->dom, a->to, 0, a->flags, err);
}

int qemu_core_dump_format(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_core_dump_with_format_args *a = args;

	(void)ret;
	return dump(call, &a->dom, a->to, a->dumpformat, a->flags, err);
}
