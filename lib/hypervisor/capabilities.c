/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The capabilities document, in libvirt's format (capability.rng). Written, never read: it needs no XML library. */
#include "hypervisor/local.h"

#include "cpu/x86.h"
#include "hypervisor/host.h"
#include "util/process.h"

#include <string.h>
#include <sys/utsname.h>

/* Text as XML; what /proc says of a processor is printable, but not ours. */
static void put(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '\'':
			fputs("&apos;", out);
			break;
		default:
			if ((unsigned char)*text >= ' ')
				fputc(*text, out);
		}
	}
}

/* A whole number from a file of /sys or /proc; 0 where there is none. */
static unsigned long long number_of(const char *path)
{
	AUTO_FCLOSE FILE *in = fopen(path, "re");
	unsigned long long n = 0;

	return in && fscanf(in, "%llu", &n) == 1 ? n : 0;
}

/* The sizes of pages that there can be, and how many of them a node has; `node` -1: the sizes alone. */
static void put_pages(FILE *out, const char *indent, int node, uint64_t memory)
{
	static const unsigned sizes[] = { 2048, 1048576, 64, 16384, 524288, 33554432, 16777216 };
	const unsigned small = (unsigned)(sysconf(_SC_PAGESIZE) / 1024);
	unsigned long long huge = 0;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char path[96];

		snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/hugepages/hugepages-%ukB/nr_hugepages", node < 0 ? 0 : node, sizes[i]);
		huge += number_of(path) * sizes[i];
	}
	fprintf(out, node < 0 ? "%s<pages unit='KiB' size='%u'/>\n" : "%s<pages unit='KiB' size='%u'>%llu</pages>\n", indent, small,
		(unsigned long long)(memory > huge ? memory - huge : 0) / small);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char path[96];

		snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/hugepages/hugepages-%ukB/nr_hugepages", node < 0 ? 0 : node, sizes[i]);
		if (access(path, F_OK) == 0)
			fprintf(out, node < 0 ? "%s<pages unit='KiB' size='%u'/>\n" : "%s<pages unit='KiB' size='%u'>%llu</pages>\n", indent, sizes[i],
				number_of(path));
	}
}

static void put_distances(FILE *out, const struct host_info *info, int node)
{
	char path[64];
	AUTO_FCLOSE FILE *in = NULL;
	unsigned distance;

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/distance", node);
	in = fopen(path, "re");
	if (!in)
		return;
	fputs("          <distances>\n", out);
	for (unsigned i = 0; i < info->nodes && fscanf(in, "%u", &distance) == 1; i++)
		fprintf(out, "            <sibling id='%d' value='%u'/>\n", info->node[i].id, distance);
	fputs("          </distances>\n", out);
}

static void put_topology(FILE *out, const struct host_info *info)
{
	fprintf(out, "    <topology>\n      <cells num='%u'>\n", info->nodes);
	for (unsigned i = 0; i < info->nodes; i++) {
		const struct host_node *node = &info->node[i];
		fprintf(out, "        <cell id='%d'>\n          <memory unit='KiB'>%llu</memory>\n", node->id, (unsigned long long)node->memory);
		put_pages(out, "          ", node->id, node->memory);
		put_distances(out, info, node->id);
		fprintf(out, "          <cpus num='%zu'>\n", node->n_cpus);
		for (size_t j = 0; j < node->n_cpus; j++) {
			const struct host_cpu *cpu = &node->cpu[j];
			fprintf(out, "            <cpu id='%d' socket_id='%d' die_id='%d' core_id='%d' siblings='", cpu->id, cpu->socket, cpu->die,
				cpu->core);
			put(out, cpu->siblings);
			fputs("'/>\n", out);
		}
		fputs("          </cpus>\n        </cell>\n", out);
	}
	fputs("      </cells>\n    </topology>\n", out);
}

/* The processor as one of the models that guests can have, with what it has more. */
static void put_cpu(FILE *out, const struct host_info *info)
{
	struct x86_cpu cpu, base;
	const struct x86_model *model = x86_host(&cpu) ? x86_decode(&cpu, false, NULL, NULL) : NULL;

	fputs("    <cpu>\n      <arch>", out);
	put(out, info->arch);
	fputs("</arch>\n", out);
	if (model) {
		fprintf(out, "      <model>%s</model>\n      <vendor>", model->name);
		put(out, cpu.vendor);
		fprintf(out, "</vendor>\n      <signature family='%u' model='%u' stepping='%u'/>\n", cpu.family, cpu.model, cpu.stepping);
	}
	fprintf(out, "      <topology sockets='%u' dies='%u' cores='%u' threads='%u'/>\n", info->sockets, info->dies ? info->dies : 1, info->cores, info->threads);
	if (model)
		x86_of_model(model, &base);
	for (size_t i = 0; model && i < x86_n_features; i++)
		if (x86_has(&cpu, (int)i) && !x86_has(&base, (int)i))
			fprintf(out, "      <feature name='%s'/>\n", x86_features[i].name);
	put_pages(out, "      ", -1, 0);
	fputs("    </cpu>\n", out);
}

static void put_host(FILE *out, const struct host_info *info)
{
	static const unsigned char none[UUID_BYTES];
	unsigned char uuid[UUID_BYTES];
	char text[UUID_TEXT];

	fputs("  <host>\n", out);
	host_uuid(uuid);
	if (memcmp(uuid, none, sizeof(none)))
		fprintf(out, "    <uuid>%s</uuid>\n", uuid_format(uuid, text));
	put_cpu(out, info);
	fputs("    <power_management/>\n    <migration_features>\n      <uri_transports>\n        <uri_transport>tcp</uri_transport>\n"
	      "      </uri_transports>\n    </migration_features>\n", out);
	put_topology(out, info);
	fputs("    <secmodel>\n      <model>none</model>\n      <doi>0</doi>\n    </secmodel>\n  </host>\n\n", out);
}

static void put_guest(FILE *out, const struct host_info *info, const struct hv_kind *kind)
{
	AUTO_FREE char *path = process_helper_path(kind->supervisor, NULL);

	fprintf(out, "  <guest>\n    <os_type>%s</os_type>\n    <arch name='", kind->os_type);
	put(out, info->arch);
	fprintf(out, "'>\n      <wordsize>%zu</wordsize>\n      <emulator>", sizeof(void *) * 8);
	put(out, path ? path : kind->supervisor);
	fputs("</emulator>\n", out);
	for (size_t i = 0; kind->domain_types[i]; i++)
		fprintf(out, "      <domain type='%s'/>\n", kind->domain_types[i]);
	fputs("    </arch>\n  </guest>\n\n", out);
}

static int put_guests(FILE *out, const struct hv *hv, const struct host_info *info, const struct hv_kind *kind, struct error *err)
{
	for (size_t i = 0; hv->drivers && hv->drivers[i]; i++)
		if (!strcmp(hv->drivers[i]->kind, kind->name) && hv->drivers[i]->guests)
			return hv->drivers[i]->guests(out, err);
	put_guest(out, info, kind);
	return 0;
}

char *hv_capabilities(const struct hv *hv, struct error *err)
{
	struct host_info info;
	char *text = NULL;
	size_t size;
	FILE *out;
	bool failed;
	int r = 0;

	if (host_info(&info, err) < 0)
		return NULL;
	out = open_memstream(&text, &size);
	if (!out) {
		host_info_clear(&info);
		error_errno(err, "capabilities");
		return NULL;
	}
	fputs("<capabilities>\n\n", out);
	put_host(out, &info);
	for (const struct hv_kind *k = hv_next(hv, NULL); k && r == 0; k = hv_next(hv, k))
		r = put_guests(out, hv, &info, k, err);
	fputs("</capabilities>\n", out);
	host_info_clear(&info);
	failed = ferror(out);
	if (fclose(out) != 0 || failed || r < 0) {
		free(text);
		if (r == 0)
			error_set(err, ERR_NO_MEMORY, "no memory for the capabilities");
		return NULL;
	}
	return text;
}

int hv_connect_get_capabilities(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_get_capabilities_ret *r = ret;

	(void)args;
	r->capabilities = hv_capabilities(call->ctx, err);
	return r->capabilities ? 0 : -1;
}
