/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The capabilities document, in libvirt's format (capability.rng). Written, never read: it needs no XML library. */
#include "hypervisor/local.h"

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

static void put_topology(FILE *out, const struct host_info *info)
{
	fprintf(out, "    <topology>\n      <cells num='%u'>\n", info->nodes);
	for (unsigned i = 0; i < info->nodes; i++) {
		const struct host_node *node = &info->node[i];
		fprintf(out, "        <cell id='%d'>\n          <memory unit='KiB'>%llu</memory>\n          <cpus num='%zu'>\n", node->id,
			(unsigned long long)node->memory, node->n_cpus);
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

static void put_host(FILE *out, const struct host_info *info)
{
	static const unsigned char none[UUID_BYTES];
	unsigned char uuid[UUID_BYTES];
	char text[UUID_TEXT];

	fputs("  <host>\n", out);
	host_uuid(uuid);
	if (memcmp(uuid, none, sizeof(none)))
		fprintf(out, "    <uuid>%s</uuid>\n", uuid_format(uuid, text));
	fputs("    <cpu>\n      <arch>", out);
	put(out, info->arch);
	fprintf(out, "</arch>\n      <topology sockets='%u' dies='%u' cores='%u' threads='%u'/>\n    </cpu>\n", info->sockets,
		info->dies ? info->dies : 1, info->cores, info->threads);
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
