/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts: proc(5), the kernel's Documentation/ABI/testing/sysfs-devices-system-cpu and sysfs-devices-node. */
#include "hypervisor/host.h"

#include "hypervisor/hypervisor.h"
#include "util/str.h"
#include "util/uuid.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/utsname.h>

/* Reads a small file of the kernel's; the newline at the end is cut. 0 or -1. */
static int slurp(const char *path, char *buf, size_t size)
{
	AUTO_CLOSE int fd = RETRY_EINTR(open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC));
	ssize_t n = fd < 0 ? -1 : RETRY_EINTR(read(fd, buf, size - 1));

	if (n < 0)
		return -1;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

static long number_in(const char *path, long otherwise)
{
	char buf[64], *end;
	long v;

	if (slurp(path, buf, sizeof(buf)) < 0)
		return otherwise;
	v = strtol(buf, &end, 10);
	return end == buf ? otherwise : v;
}

/* Calls fn for each number of a list as the kernel writes it, "0-3,8". */
static int each_in_list(const char *list, int (*fn)(void *ctx, int n), void *ctx)
{
	while (*list) {
		char *end;
		long from = strtol(list, &end, 10), to = from;
		if (end == list)
			return 0;
		if (*end == '-')
			to = strtol(end + 1, &end, 10);
		for (long i = from; i <= to && i < 65536; i++)
			if (fn(ctx, (int)i) < 0)
				return -1;
		list = *end == ',' ? end + 1 : end;
		if (!*end)
			break;
	}
	return 0;
}

static void read_cpuinfo(struct host_info *info)
{
	char line[512];
	AUTO_FCLOSE FILE *f = fopen("/proc/cpuinfo", "re");

	while (f && fgets(line, sizeof(line), f)) {
		char *colon = strchr(line, ':'), *value, *end;
		if (!colon)
			continue;
		for (end = colon; end > line && isspace((unsigned char)end[-1]); end--)
			continue;
		*end = '\0';
		value = colon + 1 + strspn(colon + 1, " \t");
		value[strcspn(value, "\n")] = '\0';
		if (!info->model[0] && (!strcmp(line, "model name") || !strcmp(line, "cpu model")))
			snprintf(info->model, sizeof(info->model), "%s", value);
		else if (!info->vendor[0] && !strcmp(line, "vendor_id"))
			snprintf(info->vendor, sizeof(info->vendor), "%s", value);
		else if (!info->mhz && (!strcmp(line, "cpu MHz") || !strcmp(line, "clock")))
			info->mhz = (unsigned)strtoul(value, NULL, 10);
	}
	if (!info->mhz)
		info->mhz = (unsigned)(number_in("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", 0) / 1000);
}

static uint64_t mem_total(const char *path, const char *key)
{
	char line[256];
	AUTO_FCLOSE FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f)) {
		char *at = strstr(line, key);
		if (at)
			return strtoull(at + strlen(key), NULL, 10);
	}
	return 0;
}

static int add_cpu(void *ctx, int id)
{
	struct host_node *node = ctx;
	struct host_cpu *more = realloc(node->cpu, (node->n_cpus + 1) * sizeof(*more)), *cpu;
	char path[128];

	if (!more)
		return -1;
	node->cpu = more;
	cpu = &more[node->n_cpus];
	*cpu = (struct host_cpu){ .id = id };
	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", id);
	if (number_in(path, 1) == 0)
		return 0;
#define TOPOLOGY(file) (snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/topology/" file, id), path)
	cpu->socket = (int)number_in(TOPOLOGY("physical_package_id"), 0);
	cpu->die = (int)number_in(TOPOLOGY("die_id"), 0);
	cpu->core = (int)number_in(TOPOLOGY("core_id"), id);
	if (slurp(TOPOLOGY("thread_siblings_list"), cpu->siblings, sizeof(cpu->siblings)) < 0)
		snprintf(cpu->siblings, sizeof(cpu->siblings), "%d", id);
	if (cpu->socket < 0)
		cpu->socket = 0;
	if (cpu->die < 0)
		cpu->die = 0;
	node->n_cpus++;
	return 0;
}


static int add_node(void *ctx, int id)
{
	struct host_info *info = ctx;
	struct host_node *more = realloc(info->node, (info->nodes + 1) * sizeof(*more)), *node;
	char path[128], list[1024];

	if (!more)
		return -1;
	info->node = more;
	node = &more[info->nodes];
	*node = (struct host_node){ .id = id };
	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/meminfo", id);
	node->memory = mem_total(path, "MemTotal:");
	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/cpulist", id);
	info->nodes++;
	return slurp(path, list, sizeof(list)) < 0 ? 0 : each_in_list(list, add_cpu, node);
}

/* A host without NUMA is one node. */
static int one_node(struct host_info *info)
{
	char list[1024];

	info->node = calloc(1, sizeof(*info->node));
	if (!info->node)
		return -1;
	info->nodes = 1;
	info->node->memory = info->memory;
	if (slurp("/sys/devices/system/cpu/online", list, sizeof(list)) < 0)
		snprintf(list, sizeof(list), "0-%ld", sysconf(_SC_NPROCESSORS_ONLN) - 1);
	return each_in_list(list, add_cpu, info->node);
}

static unsigned most(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

static unsigned list_length(const char *list)
{
	unsigned n = 0;

	while (*list) {
		char *end;
		long from = strtol(list, &end, 10), to = from;
		if (end == list)
			break;
		if (*end == '-')
			to = strtol(end + 1, &end, 10);
		n += to >= from ? (unsigned)(to - from + 1) : 0;
		list = *end ? end + 1 : end;
	}
	return n;
}

/* Sockets per node, cores per socket, threads per core: the most that any has. Where the product would not be what is online, libvirt
 * says one node, one socket, that many cores; its clients multiply. */
static void count_topology(struct host_info *info)
{
	for (unsigned n = 0; n < info->nodes; n++) {
		const struct host_node *node = &info->node[n];
		unsigned sockets = 0;
		info->cpus += node->n_cpus;
		for (size_t i = 0; i < node->n_cpus; i++) {
			unsigned cores = 0;
			bool first = true;
			for (size_t j = 0; j < node->n_cpus; j++) {
				const struct host_cpu *other = &node->cpu[j];
				if (other->socket != node->cpu[i].socket)
					continue;
				first &= j >= i;
				/* a core counts by its first thread */
				cores += strtol(other->siblings, NULL, 10) == other->id;
			}
			sockets += first;
			info->cores = most(info->cores, cores);
			info->threads = most(info->threads, list_length(node->cpu[i].siblings));
			info->dies = most(info->dies, (unsigned)node->cpu[i].die + 1);
		}
		info->sockets = most(info->sockets, sockets);
	}
	if (!info->cores || info->nodes * info->sockets * info->cores * info->threads != info->cpus) {
		info->sockets = info->threads = info->dies = 1;
		info->cores = info->cpus / (info->nodes ? info->nodes : 1);
	}
}

int host_info(struct host_info *info, struct error *err)
{
	struct utsname u;
	char list[1024];
	int r;

	*info = (struct host_info){ 0 };
	if (uname(&u) < 0)
		return error_errno(err, "cannot read the machine's name");
	snprintf(info->arch, sizeof(info->arch), "%.15s", !strncmp(u.machine, "i", 1) && !strcmp(u.machine + 2, "86") ? "i686" : u.machine);
	info->memory = mem_total("/proc/meminfo", "MemTotal:");
	read_cpuinfo(info);
	if (slurp("/sys/devices/system/node/online", list, sizeof(list)) == 0 && list[0])
		r = each_in_list(list, add_node, info);
	else
		r = one_node(info);
	if (r < 0) {
		host_info_clear(info);
		return error_errno(err, "cannot read the machine's topology");
	}
	count_topology(info);
	return 0;
}

void host_info_clear(struct host_info *info)
{
	for (unsigned i = 0; i < info->nodes; i++)
		free(info->node[i].cpu);
	free(info->node);
	info->node = NULL;
	info->nodes = 0;
}

/* The first name with a dot in /etc/hosts on a line that has the host's name; no name service is asked, which could hang. */
int host_name(char *name, size_t size, struct error *err)
{
	char line[1024], own[HOST_NAME_MAX + 1];
	AUTO_FCLOSE FILE *f = NULL;

	if (gethostname(own, sizeof(own)) < 0)
		return error_errno(err, "cannot read the host's name");
	own[sizeof(own) - 1] = '\0';
	snprintf(name, size, "%s", own);
	if (strchr(own, '.') || !(f = fopen("/etc/hosts", "re")))
		return 0;
	while (fgets(line, sizeof(line), f)) {
		char *save = NULL, *word, *full = NULL;
		bool ours = false;
		line[strcspn(line, "#\n")] = '\0';
		if (!strtok_r(line, " \t", &save))
			continue;
		while ((word = strtok_r(NULL, " \t", &save))) {
			ours |= !strcmp(word, own);
			if (!full && !strncmp(word, own, strlen(own)) && word[strlen(own)] == '.')
				full = word;
		}
		if (ours && full) {
			snprintf(name, size, "%s", full);
			return 0;
		}
	}
	return 0;
}

void host_uuid(unsigned char uuid[16])
{
	char text[64];

	if (slurp("/sys/class/dmi/id/product_uuid", text, sizeof(text)) == 0 && uuid_parse(text, uuid) == 0)
		return;
	if (slurp("/etc/machine-id", text, sizeof(text)) == 0 && uuid_parse(text, uuid) == 0)
		return;
	memset(uuid, 0, 16);
}

uint64_t host_kernel_version(void)
{
	struct utsname u;
	unsigned major = 0, minor = 0, release = 0;

	if (uname(&u) < 0 || sscanf(u.release, "%u.%u.%u", &major, &minor, &release) < 2)
		return 0;
	return major * UINT64_C(1000000) + (minor > 999 ? 999 : minor) * UINT64_C(1000) + (release > 999 ? 999 : release);
}

int hv_node_get_info(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_node_get_info_ret *r = ret;
	struct host_info info;

	(void)call;
	(void)args;
	if (host_info(&info, err) < 0)
		return -1;
	/* libvirt puts the architecture here, not the processor's name */
	snprintf(r->model, sizeof(r->model), "%s", info.arch);
	r->memory = info.memory;
	r->cpus = (int)info.cpus;
	r->mhz = (int)info.mhz;
	r->nodes = (int)info.nodes;
	r->sockets = (int)info.sockets;
	r->cores = (int)info.cores;
	r->threads = (int)info.threads;
	host_info_clear(&info);
	return 0;
}
