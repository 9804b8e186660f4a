/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be set of the host: pools of huge pages, the merging of equal pages (KSM), sleep; and what it has for confidential guests. */
#include "hypervisor/kinds.h"
#include "hypervisor/local.h"
#include "hypervisor/params.h"

#include "util/file.h"

#include <inttypes.h>
#include <string.h>

/* libvirt's VIR_NODE_ALLOC_PAGES_ADD, VIR_TYPED_PARAM_STRING_OKAY */
enum { ALLOC_ADD = 1, STRINGS_OKAY = 4 };

/* The kernel's files hold one number or word. */
static int read_number(const char *path, uint64_t *value, struct error *err)
{
	AUTO_FCLOSE FILE *f = fopen(path, "re");
	unsigned long long number;

	if (!f)
		return error_errno(err, "cannot read %s", path);
	if (fscanf(f, "%llu", &number) != 1)
		return error_set(err, ERR_OPERATION_FAILED, "%s holds no number", path);
	*value = number;
	return 0;
}

static int write_word(const char *path, const char *word, struct error *err)
{
	return file_write_path(path, word) < 0 ? error_errno(err, "cannot write '%s' to %s", word, path) : 0;
}

static int write_number(const char *path, uint64_t number, struct error *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	return write_word(path, text, err);
}

/* ---- huge pages ---- */

/* The pool of pages of `size` KiB of a node, or (-1) of the host. A host without NUMA is one node. */
static int pool_file(int node, unsigned size, char path[128], struct error *err)
{
	if (size == (unsigned)sysconf(_SC_PAGESIZE) / 1024)
		return error_set(err, ERR_OPERATION_INVALID, "pages of %u KiB are the system's own: only huge pages have a pool", size);
	snprintf(path, 128, "/sys/devices/system/node/node%d/hugepages/hugepages-%ukB/nr_hugepages", node, size);
	if (node < 0 || (node == 0 && access("/sys/devices/system/node/node0", F_OK) < 0))
		snprintf(path, 128, "/sys/kernel/mm/hugepages/hugepages-%ukB/nr_hugepages", size);
	if (access(path, F_OK) < 0)
		return error_set(err, ERR_OPERATION_FAILED, node < 0 ? "this host has no pages of %u KiB" : "this host has no pages of %u KiB on node %d", size, node);
	return 0;
}

/* The kernel gives and takes as many as it can: another number is an error, and what was there before is there again. */
static int set_pool(int node, unsigned size, uint64_t count, bool add, struct error *err)
{
	uint64_t before, after;
	char path[128];

	if (pool_file(node, size, path, err) < 0 || read_number(path, &before, err) < 0)
		return -1;
	if (add && count > UINT64_MAX - before)
		return error_set(err, ERR_INVALID_ARG, "%" PRIu64 " pages more than the %" PRIu64 " that there are", count, before);
	count += add ? before : 0;
	if (write_number(path, count, err) < 0 || read_number(path, &after, err) < 0)
		return -1;
	if (after == count)
		return 0;
	if (write_number(path, before, err) < 0)
		return error_wrap(err, "there are %" PRIu64 " pages of %u KiB now", after, size);
	if (after > count)
		return error_set(err, ERR_OPERATION_FAILED, "%" PRIu64 " pages of %u KiB are in use: nothing was changed", after, size);
	return error_set(err, ERR_OPERATION_FAILED, "only %" PRIu64 " of %" PRIu64 " pages of %u KiB could be had: nothing was changed", after, count, size);
}

int hv_node_alloc_pages(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_node_alloc_pages_args *a = args;
	wire_node_alloc_pages_ret *r = ret;

	if (hv_may(call, err) < 0 || hv_flags(call, a->flags, ALLOC_ADD, err) < 0)
		return -1;
	if (!a->page_sizes.page_sizes_len || a->page_sizes.page_sizes_len != a->page_counts.page_counts_len || !a->cell_count || a->start_cell < -1 ||
	    a->cell_count > WIRE_NODE_MAX_CELLS)
		return error_set(err, ERR_INVALID_ARG, "%u sizes and %u counts of pages for %u NUMA nodes from node %d on", a->page_sizes.page_sizes_len,
				 a->page_counts.page_counts_len, a->cell_count, a->start_cell);
	for (unsigned cell = 0; cell < a->cell_count; cell++)
		for (u_int i = 0; i < a->page_sizes.page_sizes_len; i++, r->ret++)
			if (set_pool(a->start_cell + (int)cell, a->page_sizes.page_sizes_val[i], a->page_counts.page_counts_val[i], a->flags & ALLOC_ADD, err) < 0)
				return -1;
	return 0;
}

/* ---- KSM ---- */

#define KSM "/sys/kernel/mm/ksm/"

/* libvirt's names, in its order, of the kernel's files. */
static const struct {
	const char *name, *file;
	bool settable;   /* and of 32 bits */
} merging[] = {
	{ "shm_pages_to_scan", "pages_to_scan", true }, { "shm_sleep_millisecs", "sleep_millisecs", true }, { "shm_pages_shared", "pages_shared", false },
	{ "shm_pages_sharing", "pages_sharing", false }, { "shm_pages_unshared", "pages_unshared", false }, { "shm_pages_volatile", "pages_volatile", false },
	{ "shm_full_scans", "full_scans", false }, { "shm_merge_across_nodes", "merge_across_nodes", true },
};

static int has_ksm(struct error *err)
{
	return access(KSM "run", F_OK) == 0 ? 0
		: error_set(err, ERR_NO_SUPPORT, "this host's kernel merges no equal pages (it has no KSM)");
}

static size_t settable_row(const char *name)
{
	size_t i = 0;

	while (i < ARRAY_LEN(merging) && (!merging[i].settable || strcmp(merging[i].name, name)))
		i++;
	return i;
}

int hv_node_get_memory_parameters(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_node_get_memory_parameters_args *a = args;
	wire_node_get_memory_parameters_ret *r = ret;
	char path[64];

	if (hv_flags(call, a->flags, STRINGS_OKAY, err) < 0 || has_ksm(err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(merging); i++) {
		uint64_t value;

		snprintf(path, sizeof(path), KSM "%s", merging[i].file);
		/* a kernel without NUMA has no merge_across_nodes */
		if (access(path, F_OK) < 0)
			continue;
		r->nparams++;
		if (a->nparams == 0)
			continue;
		if (a->nparams < r->nparams)
			return error_set(err, ERR_INVALID_ARG, "room for %d parameters, where there are more", a->nparams);
		if (read_number(path, &value, err) < 0 ||
		    (merging[i].settable ? params_add_uint(PARAMS(r->params), merging[i].name, (unsigned)value, err) :
					   params_add_ullong(PARAMS(r->params), merging[i].name, value, err)) < 0)
			return -1;
	}
	return 0;
}

/* All are looked at before the first is set. */
static int check_merging(const wire_typed_param *p, struct error *err)
{
	size_t i = settable_row(p->field);
	char path[64];

	if (i == ARRAY_LEN(merging))
		return error_set(err, ERR_INVALID_ARG, "'%.60s' is no parameter that can be set of the host's memory", p->field);
	if (p->value.type != WIRE_PARAM_UINT)
		return error_set(err, ERR_INVALID_ARG, "'%s' is not of type unsigned int", p->field);
	snprintf(path, sizeof(path), KSM "%s", merging[i].file);
	return access(path, F_OK) == 0 ? 0 : error_set(err, ERR_OPERATION_INVALID, "this host's kernel has no %s", path);
}

int hv_node_set_memory_parameters(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_node_set_memory_parameters_args *a = args;
	char path[64];

	(void)ret;
	if (hv_may(call, err) < 0 || hv_flags(call, a->flags, 0, err) < 0 || has_ksm(err) < 0)
		return -1;
	for (u_int i = 0; i < a->params.params_len; i++)
		if (check_merging(&a->params.params_val[i], err) < 0)
			return -1;
	for (u_int i = 0; i < a->params.params_len; i++) {
		const wire_typed_param *p = &a->params.params_val[i];

		snprintf(path, sizeof(path), KSM "%s", merging[settable_row(p->field)].file);
		if (write_number(path, p->value.wire_typed_param_value_u.ui, err) < 0)
			return errno == EBUSY ? error_wrap(err, "there are merged pages (echo 2 >" KSM "run takes them apart)") : -1;
	}
	return 0;
}

/* ---- sleep ---- */

#define SLEEP_MIN 60   /* seconds: libvirt's own bound */
#define ALARM "/sys/class/rtc/rtc0/wakealarm"

/* libvirt's VIR_NODE_SUSPEND_TARGET_x, in the words of /sys/power (the kernel's Documentation/admin-guide/pm/sleep-states.rst). */
static const struct {
	const char *name, *state, *disk;   /* disk: what /sys/power/disk is set to, or NULL */
} sleeps[] = { { "mem", "mem", NULL }, { "disk", "disk", "platform" }, { "hybrid", "disk", "suspend" } };

/* Whether the kernel offers the word in a file; [in brackets]: the one that is chosen. */
static bool offers(const char *path, const char *word)
{
	AUTO_FCLOSE FILE *f = fopen(path, "re");
	char found[40];

	while (f && fscanf(f, "%39s", found) == 1) {
		char *w = found + (*found == '[');
		w[strcspn(w, "]")] = '\0';
		if (!strcmp(w, word))
			return true;
	}
	return false;
}

int hv_node_suspend_for_duration(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_node_suspend_for_duration_args *a = args;
	struct error ignored;
	char alarm[24];

	(void)ret;
	if (hv_may(call, err) < 0 || hv_flags(call, a->flags, 0, err) < 0)
		return -1;
	if (a->target >= ARRAY_LEN(sleeps))
		return error_set(err, ERR_INVALID_ARG, "%u is no way to sleep", a->target);
	if (a->duration < SLEEP_MIN || a->duration > UINT32_MAX)
		return error_set(err, ERR_INVALID_ARG, "a host sleeps for at least %d seconds, not for %" PRIu64, SLEEP_MIN, (uint64_t)a->duration);
	if (!offers("/sys/power/state", sleeps[a->target].state) || (a->target == 2 && !offers("/sys/power/disk", "suspend")))
		return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "this host cannot sleep so: its kernel does not offer '%s' (see /sys/power)", sleeps[a->target].name);
	if (access(ALARM, F_OK) < 0)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "this host has no clock that would wake it (" ALARM ")");
	snprintf(alarm, sizeof(alarm), "+%" PRIu64, (uint64_t)a->duration);
	if (write_word(ALARM, "0", err) < 0 || write_word(ALARM, alarm, err) < 0)
		return -1;
	if ((!sleeps[a->target].disk || !offers("/sys/power/disk", sleeps[a->target].disk) || write_word("/sys/power/disk", sleeps[a->target].disk, err) == 0) &&
	    write_word("/sys/power/state", sleeps[a->target].state, err) == 0)
		return 0;
	/* it did not sleep: it needs no waking */
	if (write_word(ALARM, "0", &ignored) < 0)
		return error_wrap(err, "the alarm in %" PRIu64 " s stays set", (uint64_t)a->duration);
	return -1;
}

/* ---- confidential guests ---- */

/* The connection's driver that has confidential guests. */
static const struct hv_driver *driver_of(const struct hv *hv, struct error *err)
{
	for (const struct hv_driver *const *d = hv->drivers; d && *d; d++)
		if ((*d)->emulator_sev && (!hv->kind || !strcmp(hv->kind->name, (*d)->kind)))
			return *d;
	error_set(err, ERR_NO_SUPPORT, "%s has no confidential guests", hv->kind ? hv->kind->title : "this connection");
	return NULL;
}

int hv_node_get_sev_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_node_get_sev_info_args *a = args;
	wire_node_get_sev_info_ret *r = ret;
	const struct hv_driver *driver = hv_flags(call, a->flags, STRINGS_OKAY, err) < 0 ? NULL : driver_of(call->ctx, err);
	struct params all = { 0 };
	int rc = driver ? driver->emulator_sev(&all, err) : -1;

	if (rc == 0 && a->nparams && (u_int)a->nparams < all.len)
		rc = error_set(err, ERR_INVALID_ARG, "room for %d values, where there are %u", a->nparams, all.len);
	if (rc == 0)
		r->nparams = (int)all.len;
	if (rc < 0 || !a->nparams) {
		params_clear(&all);
		return rc;
	}
	r->params.params_len = all.len;
	r->params.params_val = all.val;
	return 0;
}
