/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host that is none: facts about it are constants. */
#include "test/open.h"
#include "test/test.h"

#include "hypervisor/hypervisor.h"
#include "hypervisor/params.h"
#include "test/guest.h"

#include <string.h>

static int give(char **out, const char *text, struct error *err)
{
	*out = strdup(text);
	return *out ? 0 : error_errno(err, "no memory for the answer");
}

static int get_uri(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)call;
	(void)args;
	return give(ret, test_uri(), err);
}

static int get_version(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_get_version_ret *r = ret;

	(void)call;
	(void)args;
	(void)err;
	r->hv_ver = 2;
	return 0;
}

static int get_max_vcpus(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_get_max_vcpus_ret *r = ret;

	(void)call;
	(void)args;
	(void)err;
	r->max_vcpus = 32;
	return 0;
}

#define NODES 2
#define CPUS_PER_NODE 8

static int get_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_node_get_info_ret *r = ret;

	(void)call;
	(void)args;
	(void)err;
	memcpy(r->model, "i686", 5);
	r->memory = 3145728;
	r->cpus = NODES * CPUS_PER_NODE;
	r->mhz = 1400;
	r->nodes = NODES;
	r->sockets = r->cores = r->threads = 2;
	return 0;
}

static int get_free_memory(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_node_get_free_memory_ret *r = ret;

	(void)call;
	(void)args;
	(void)err;
	r->free_mem = 3145728;
	return 0;
}

static void put_cells(FILE *out)
{
	fprintf(out, "    <topology>\n      <cells num='%d'>\n", NODES);
	for (int i = 0; i < NODES; i++) {
		fprintf(out, "        <cell id='%d'>\n          <memory unit='KiB'>%d</memory>\n          <pages unit='KiB' size='%d'>524288</pages>\n"
			"          <pages unit='KiB' size='2048'>0</pages>\n          <pages unit='KiB' size='1048576'>0</pages>\n"
			"          <cpus num='%d'>\n", i, 2097152 * (i + 1), 4 * (i + 1), CPUS_PER_NODE);
		for (int j = 0; j < CPUS_PER_NODE; j++)
			fprintf(out, "            <cpu id='%d' socket_id='%d' die_id='0' core_id='%d' siblings='%d'/>\n", i * CPUS_PER_NODE + j, i, j,
				i * CPUS_PER_NODE + j);
		fputs("          </cpus>\n        </cell>\n", out);
	}
	fputs("      </cells>\n    </topology>\n", out);
}

static int get_capabilities(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	static const char *const os_types[] = { "hvm", "xen" };
	size_t size;
	FILE *out = open_memstream(ret, &size);

	(void)call;
	(void)args;
	if (!out)
		return error_errno(err, "capabilities");
	fputs("<capabilities>\n\n  <host>\n    <cpu>\n      <arch>i686</arch>\n      <features>\n        <pae/>\n        <nonpae/>\n      </features>\n"
	      "      <pages unit='KiB' size='4'/>\n      <pages unit='KiB' size='8'/>\n      <pages unit='KiB' size='2048'/>\n"
	      "      <pages unit='KiB' size='1048576'/>\n    </cpu>\n    <power_management/>\n    <iommu support='no'/>\n", out);
	put_cells(out);
	fputs("    <secmodel>\n      <model>testSecurity</model>\n      <doi></doi>\n    </secmodel>\n  </host>\n\n", out);
	for (size_t i = 0; i < ARRAY_LEN(os_types); i++)
		fprintf(out, "  <guest>\n    <os_type>%s</os_type>\n    <arch name='i686'>\n      <wordsize>32</wordsize>\n"
			"      <emulator>/usr/bin/test-hv</emulator>\n      <domain type='test'/>\n    </arch>\n    <features>\n      <pae/>\n"
			"      <nonpae/>\n    </features>\n  </guest>\n\n", os_types[i]);
	fputs("</capabilities>\n", out);
	return fclose(out) ? error_errno(err, "capabilities") : 0;
}

static int get_sysinfo(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)call;
	(void)args;
	return give(ret, "<sysinfo type='smbios'>\n  <bios>\n    <entry name='vendor'>LENOVO</entry>\n    <entry name='version'>G4ETA1WW (2.61 )</entry>\n"
		    "    <entry name='date'>05/07/2014</entry>\n    <entry name='release'>2.61</entry>\n  </bios>\n</sysinfo>\n", err);
}

static int get_cells_free_memory(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_node_get_cells_free_memory_args *a = args;
	wire_node_get_cells_free_memory_ret *r = ret;

	(void)call;
	if (a->start_cell < 0 || a->start_cell >= NODES)
		return error_set(err, ERR_INVALID_ARG, "invalid argument: Range exceeds available cells");
	r->cells.cells_val = calloc(NODES, sizeof(*r->cells.cells_val));
	if (!r->cells.cells_val)
		return error_errno(err, "memory of nodes");
	for (int i = a->start_cell; i < NODES && i - a->start_cell < a->maxcells; i++)
		r->cells.cells_val[r->cells.cells_len++] = UINT64_C(2097152) * (unsigned)(i + 1);
	return 0;
}

static int get_free_pages(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_node_get_free_pages_args *a = args;
	wire_node_get_free_pages_ret *r = ret;
	uint64_t count = 6;

	(void)call;
	if (a->start_cell < 0 || a->start_cell >= NODES)
		return error_set(err, ERR_INVALID_ARG, "invalid argument: Range exceeds available cells");
	r->counts.counts_val = calloc((size_t)a->pages.pages_len * NODES + 1, sizeof(*r->counts.counts_val));
	if (!r->counts.counts_val)
		return error_errno(err, "pages of nodes");
	/* one number after the other, each made of the one before */
	for (int cell = a->start_cell; cell < NODES && (unsigned)(cell - a->start_cell) < a->cell_count; cell++)
		for (u_int i = 0; i < a->pages.pages_len; i++)
			r->counts.counts_val[r->counts.counts_len++] = count = count * 2 + 7;
	return 0;
}

/* The same for each CPU and for all. */
static int get_cpu_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	static const struct { const char *name; uint64_t value; } rows[] = {
		{ "user", UINT64_C(9797400000) }, { "kernel", UINT64_C(34678723400000) }, { "idle", UINT64_C(87264900000) },
		{ "iowait", UINT64_C(763600000) },
	};
	const wire_node_get_cpu_stats_args *a = args;
	wire_node_get_cpu_stats_ret *r = ret;

	(void)call;
	r->nparams = ARRAY_LEN(rows);
	if (!a->nparams)
		return 0;
	r->params.params_val = calloc(ARRAY_LEN(rows), sizeof(*r->params.params_val));
	for (size_t i = 0; r->params.params_val && i < ARRAY_LEN(rows) && (int)i < a->nparams; i++) {
		r->params.params_val[r->params.params_len++].value = rows[i].value;
		if (give(&r->params.params_val[i].field, rows[i].name, err) < 0)
			return -1;
	}
	return r->params.params_val ? 0 : error_errno(err, "statistics");
}

/* Of the eight CPUs that it tells of here, the first, third and fifth are at work. */
static int get_cpu_map(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_node_get_cpu_map_args *a = args;
	wire_node_get_cpu_map_ret *r = ret;

	(void)call;
	r->ret = TEST_MAP_CPUS;
	r->online = a->need_online ? 3 : 0;
	if (!a->need_map)
		return 0;
	r->cpumap.cpumap_val = malloc(1);
	if (!r->cpumap.cpumap_val)
		return error_errno(err, "CPUs");
	*r->cpumap.cpumap_val = 0x15;
	r->cpumap.cpumap_len = 1;
	return 0;
}

static int no_memory_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)args;
	(void)ret;
	return error_set(err, ERR_NO_SUPPORT, "this function is not supported by the connection driver: %s", call->proc->name);
}

/* --- the scheduler: it has one number, which nobody can change but in name ----------------------------------------- */

#define WEIGHT 50

static int scheduler_type(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_get_scheduler_type_ret *r = ret;

	(void)call;
	(void)args;
	r->nparams = 1;
	return give(&r->type, "fair", err);
}

static int scheduler_parameters(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_get_scheduler_parameters_ret *r = ret;

	(void)call;
	(void)args;
	return params_add_uint(PARAMS(r->params), "weight", WEIGHT, err);
}

static int set_scheduler_parameters(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_set_scheduler_parameters_args *a = args;

	(void)call;
	(void)ret;
	for (u_int i = 0; i < a->params.params_len; i++)
		if (strcmp(a->params.params_val[i].field, "weight") != 0)
			return error_set(err, ERR_INVALID_ARG, "invalid argument: parameter '%s' not supported", a->params.params_val[i].field);
	return 0;
}

/* The labels that a client sees where no security driver is. */
static int get_security_model(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_node_get_security_model_ret *r = ret;

	(void)call;
	(void)args;
	if (give(&r->model.model_val, "testSecurity", err) < 0 || give(&r->doi.doi_val, "", err) < 0)
		return -1;
	r->model.model_len = sizeof("testSecurity");
	r->doi.doi_len = 1;
	return 0;
}

static int get_security_label(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_get_security_label_ret *r = ret;
	wire_domain_get_state_args state = { .dom = *(const wire_domain *)args };
	wire_domain_get_state_ret now = { 0 };

	if (hv_domain_get_state(call, &state, &now, err) < 0)
		return -1;
	if (now.state == GUEST_SHUTOFF)
		return 0;
	if (give(&r->label.label_val, "libvirt-test", err) < 0)
		return -1;
	r->label.label_len = sizeof("libvirt-test");
	r->enforcing = 1;
	return 0;
}

const struct rpc_row test_connect_rows[] = {
	RPC_ROW(node_get_security_model, get_security_model),
	RPC_ROW(domain_get_security_label, get_security_label),
	RPC_ROW(connect_get_uri, get_uri),
	RPC_ROW(connect_get_version, get_version),
	RPC_ROW(connect_get_max_vcpus, get_max_vcpus),
	RPC_ROW(connect_get_capabilities, get_capabilities),
	RPC_ROW(connect_get_sysinfo, get_sysinfo),
	RPC_ROW(node_get_info, get_info),
	RPC_ROW(node_get_free_memory, get_free_memory),
	RPC_ROW(node_get_cells_free_memory, get_cells_free_memory),
	RPC_ROW(node_get_free_pages, get_free_pages),
	RPC_ROW(node_get_cpu_stats, get_cpu_stats),
	RPC_ROW(node_get_cpu_map, get_cpu_map),
	RPC_ROW(node_get_memory_stats, no_memory_stats),
	RPC_ROW(domain_get_scheduler_type, scheduler_type),
	RPC_ROW(domain_get_scheduler_parameters, scheduler_parameters),
	RPC_ROW(domain_get_scheduler_parameters_flags, scheduler_parameters),
	RPC_ROW(domain_set_scheduler_parameters, set_scheduler_parameters),
	RPC_ROW(domain_set_scheduler_parameters_flags, set_scheduler_parameters),
	RPC_ROW_END,
};
