/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What would be measured of a guest. All of it is made of the time that it has run, or constant: the numbers and proportions are those of libvirt's test driver. */
#include "test/guest.h"

#include "hypervisor/change.h"
#include "hypervisor/params.h"
#include "rpc/stream_file.h"
#include "util/file.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#define NS_PER_S UINT64_C(1000000000)
#define VCPU_RUNNING 1                    /* virVcpuState */
#define DISK_SIZE (UINT64_C(1) << 40)     /* of every disk, of which a little is data's description */
#define DISK_OVERHEAD 5177344u
#define CPU_TIME UINT64_C(48772617035)
#define USER_TIME UINT64_C(5540000000)
#define SYSTEM_TIME UINT64_C(6460000000)
#define CPU0_TIME UINT64_C(24386308517)
#define VCPU0_TIME UINT64_C(23151740627)

int test_block_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_block_stats_args *a = args;
	wire_domain_block_stats_ret *r = ret;
	const struct test_guest *g = test_guest_called(call, args, err);
	int64_t us;

	if (!g)
		return -1;
	if (!*a->path)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "Operation not supported: summary statistics are not supported yet");
	if (!change_find_disk(g->sv->def, a->path, NULL))
		return error_set(err, ERR_INVALID_ARG, "invalid argument: invalid path: %s", a->path);
	us = (int64_t)(test_guest_age(g) / 1000);
	*r = (wire_domain_block_stats_ret){
		.rd_req = us / 10, .rd_bytes = us / 20, .wr_req = us / 30, .wr_bytes = us / 40, .errs = us / 2000000,
	};
	return 0;
}

int test_interface_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_interface_stats_args *a = args;
	wire_domain_interface_stats_ret *r = ret;
	const struct test_guest *g = test_guest_called(call, args, err);
	int64_t us;

	if (!g)
		return -1;
	if (!change_find_net(g->sv->def, a->device, NULL))
		return error_set(err, ERR_INVALID_ARG, "invalid argument: '%s' is not a known interface", a->device);
	us = (int64_t)(test_guest_age(g) / 1000);
	*r = (wire_domain_interface_stats_ret){
		.rx_bytes = us / 10, .rx_packets = us / 100, .rx_errs = us / 1000000, .rx_drop = us / 2000000,
		.tx_bytes = us / 20, .tx_packets = us / 110, .tx_errs = us / 3000000, .tx_drop = us / 4000000,
	};
	return 0;
}

int test_memory_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	/* virDomainMemoryStatTags; the share of the guest's memory in eighths */
	static const struct { int tag; unsigned eighths; } shares[] = {
		{ 6, 8 }, { 0, 0 }, { 1, 0 }, { 2, 0 }, { 3, 0 }, { 4, 4 }, { 5, 8 }, { 8, 4 }, { 9, 0 }, { 10, 1 }, { 11, 0 }, { 12, 0 }, { 7, 4 },
	};
	enum { LAST_UPDATE = 9, MOMENT = 627319920 };
	const wire_domain_memory_stats_args *a = args;
	wire_domain_memory_stats_ret *r = ret;
	const struct test_guest *g = test_guest_called(call, args, err);

	if (!g)
		return -1;
	r->stats.stats_val = calloc(ARRAY_LEN(shares), sizeof(*r->stats.stats_val));
	if (!r->stats.stats_val)
		return error_errno(err, "statistics");
	for (size_t i = 0; i < ARRAY_LEN(shares) && i < a->max_stats; i++)
		r->stats.stats_val[r->stats.stats_len++] = (wire_domain_memory_stat){
			shares[i].tag, shares[i].tag == LAST_UPDATE ? MOMENT : g->sv->def->current_memory.value / 8 * shares[i].eighths
		};
	return 0;
}

/* Where a vCPU may run: its own pinning, the guest's, all. */
static bool may_run(const struct domain *def, unsigned vcpu, unsigned cpu)
{
	const struct conf_bitmap *set = domain_vcpu_cpuset(def, vcpu);

	return !set || conf_bitmap_test(set, cpu);
}

/* It runs on the last CPU of those. */
static void describe_vcpu(const struct test_guest *g, unsigned n, wire_vcpu_info *out, unsigned char *map, size_t maplen)
{
	*out = (wire_vcpu_info){ .number = n, .state = VCPU_RUNNING, .cpu_time = test_guest_age(g) / 10 };
	for (unsigned cpu = 0; cpu < TEST_HOST_CPUS; cpu++) {
		if (!may_run(g->sv->def, n, cpu))
			continue;
		out->cpu = (int)cpu;
		if (cpu / 8 < maplen)
			map[cpu / 8] |= (unsigned char)(1u << cpu % 8);
	}
}

static unsigned current_vcpus(const struct domain *def)
{
	return def->vcpus.current ? def->vcpus.current : def->vcpus.n;
}

int test_get_vcpus(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_vcpus_args *a = args;
	wire_domain_get_vcpus_ret *r = ret;
	const struct test_guest *g = test_guest_called(call, args, err);
	unsigned n;

	if (!g)
		return -1;
	if (a->maxinfo < 0 || a->maplen < 0 || a->maplen > 4096)
		return error_set(err, ERR_INVALID_ARG, "invalid argument: %d vCPUs, maps of %d bytes", a->maxinfo, a->maplen);
	n = current_vcpus(g->sv->def);
	if (n > (unsigned)a->maxinfo)
		n = (unsigned)a->maxinfo;
	if (n > WIRE_VCPUINFO_MAX)
		n = WIRE_VCPUINFO_MAX;
	r->info.info_val = calloc(n + 1, sizeof(*r->info.info_val));
	r->cpumaps.cpumaps_val = calloc((size_t)n * (size_t)a->maplen + 1, 1);
	if (!r->info.info_val || !r->cpumaps.cpumaps_val)
		return error_errno(err, "%u vCPUs", n);
	for (unsigned i = 0; i < n; i++)
		describe_vcpu(g, i, &r->info.info_val[i], (unsigned char *)r->cpumaps.cpumaps_val + (size_t)i * (size_t)a->maplen, (size_t)a->maplen);
	r->info.info_len = n;
	r->cpumaps.cpumaps_len = n * (u_int)a->maplen;
	return 0;
}

int test_get_block_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_block_info_args *a = args;
	wire_domain_get_block_info_ret *r = ret;
	const struct test_guest *g = test_guest_called(call, args, err);

	if (!g)
		return -1;
	if (!change_find_disk(g->sv->def, a->path, NULL))
		return error_set(err, ERR_INVALID_ARG, "invalid argument: invalid path %s not assigned to domain", a->path);
	*r = (wire_domain_get_block_info_ret){ .capacity = DISK_SIZE - DISK_OVERHEAD, .allocation = DISK_SIZE, .physical = DISK_SIZE };
	return 0;
}

/* One disk after the other has an unspecified error and no space (virDomainDiskErrorCode). */
int test_disk_errors(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_disk_errors_args *a = args;
	wire_domain_get_disk_errors_ret *r = ret;
	const struct test_guest *g = test_guest_called(call, args, err);

	if (!g)
		return -1;
	r->nerrors = (int)g->sv->def->devices.disks.n;
	if (!a->maxerrors)
		return 0;
	r->errors.errors_val = calloc(g->sv->def->devices.disks.n + 1, sizeof(*r->errors.errors_val));
	for (size_t i = 0; r->errors.errors_val && i < g->sv->def->devices.disks.n && i < a->maxerrors && i < WIRE_DOMAIN_DISK_ERRORS_MAX; i++) {
		wire_domain_disk_error *e = &r->errors.errors_val[r->errors.errors_len++];

		e->disk = strdup(g->sv->def->devices.disks.items[i]->dst);
		e->error = (int)(i % 2) + 1;
		if (!e->disk)
			return error_errno(err, "disks");
	}
	r->nerrors = (int)r->errors.errors_len;
	return r->errors.errors_val ? 0 : error_errno(err, "disks");
}

static int total_cpu_stats(wire_domain_get_cpu_stats_ret *r, unsigned max, struct error *err)
{
	static const struct { const char *name; uint64_t value; } rows[] = {
		{ "cpu_time", CPU_TIME }, { "user_time", USER_TIME }, { "system_time", SYSTEM_TIME },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows) && i < max; i++)
		if (params_add_ullong(PARAMS(r->params), rows[i].name, rows[i].value, err) < 0)
			return -1;
	r->nparams = (int)ARRAY_LEN(rows);
	return 0;
}

/* start_cpu -1: of the guest as a whole; no parameters asked for: how many there are, or (ncpus 0) of how many CPUs. */
int test_cpu_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_cpu_stats_args *a = args;
	wire_domain_get_cpu_stats_ret *r = ret;
	const struct test_guest *g = test_guest_called(call, args, err);
	unsigned n = g ? current_vcpus(g->sv->def) : 0;

	if (!g)
		return -1;
	if (a->start_cpu == -1)
		return total_cpu_stats(r, a->nparams, err);
	if (!a->nparams) {
		r->nparams = a->ncpus ? 2 : (int)n;
		return 0;
	}
	if (a->start_cpu < 0 || (unsigned)a->start_cpu >= n)
		return error_set(err, ERR_INVALID_ARG, "invalid argument: start_cpu %d larger than maximum of %u", a->start_cpu, n - 1);
	for (unsigned cpu = (unsigned)a->start_cpu; cpu < n && cpu - (unsigned)a->start_cpu < a->ncpus; cpu++) {
		if (params_add_ullong(PARAMS(r->params), "cpu_time", CPU0_TIME + cpu, err) < 0 ||
		    (a->nparams > 1 && params_add_ullong(PARAMS(r->params), "vcpu_time", VCPU0_TIME + cpu, err) < 0))
			return -1;
	}
	r->nparams = a->nparams > 1 ? 2 : 1;
	return 0;
}

/* A picture of what such a guest shows: light that grows from one corner to the other. */
int test_screenshot(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	static const char head[] = "P5\n320 200\n255\n";
	const wire_domain_screenshot_args *a = args;
	wire_domain_screenshot_ret *r = ret;
	AUTO_CLOSE int fd = memfd_create("screenshot", MFD_CLOEXEC);
	unsigned char line[320];

	if (!test_guest_called(call, args, err))
		return -1;
	if (a->screen)
		return error_set(err, ERR_INVALID_ARG, "invalid argument: there is no screen %u", a->screen);
	if (fd < 0 || file_write_all(fd, head, sizeof(head) - 1) < 0)
		return error_errno(err, "a picture");
	for (unsigned y = 0; y < 200; y++) {
		for (unsigned x = 0; x < sizeof(line); x++)
			line[x] = (unsigned char)((x + y) * 255 / (sizeof(line) + 200));
		if (file_write_all(fd, line, sizeof(line)) < 0)
			return error_errno(err, "a picture");
	}
	r->mime = calloc(1, sizeof(*r->mime));
	if (!r->mime || !(*r->mime = strdup("image/x-portable-graymap")))
		return error_errno(err, "a picture");
	return rpc_stream_send_file(call, &(struct rpc_file_part){ .fd = STEAL_FD(fd) }, err);
}
