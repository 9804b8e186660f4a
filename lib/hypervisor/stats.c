/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hypervisor/stats.h"

#include "hypervisor/change.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define NAME_MAX_ 64

static int add_named(struct params *out, const char *group, size_t i, const char *what, const char *text, struct error *err)
{
	char name[NAME_MAX_];

	snprintf(name, sizeof(name), "%s.%zu.%s", group, i, what);
	return text ? params_add_string(out, name, text, err) : 0;
}

static int add_counted(struct params *out, const char *group, size_t i, const char *what, int64_t value, struct error *err)
{
	char name[NAME_MAX_];

	snprintf(name, sizeof(name), "%s.%zu.%s", group, i, what);
	return value < 0 ? 0 : params_add_ullong(out, name, (uint64_t)value, err);
}

static int add_state(int state, int reason, struct params *out, struct error *err)
{
	return params_add_int(out, "state.state", state, err) < 0 ? -1 : params_add_int(out, "state.reason", reason, err);
}

static int add_vcpus(const struct domain *def, struct params *out, struct error *err)
{
	return params_add_uint(out, "vcpu.current", def->vcpus.current ? def->vcpus.current : def->vcpus.n, err) < 0
		? -1 : params_add_uint(out, "vcpu.maximum", def->vcpus.n, err);
}

static int add_net_name(const struct domain_net *net, size_t i, struct params *out, struct error *err)
{
	return add_named(out, "net", i, "name", net->target ? net->target : net->guest_actual, err);
}

static int add_index(struct params *out, size_t i, uint32_t index, struct error *err)
{
	char name[NAME_MAX_];

	snprintf(name, sizeof(name), "block.%zu.backingIndex", i);
	return index ? params_add_uint(out, name, index, err) : 0;
}

static int add_image_names(const struct domain_disk *disk, const struct domain_source *src, uint32_t index, size_t i, struct params *out, struct error *err)
{
	bool local = src->type == DOMAIN_SOURCE_FILE || src->type == DOMAIN_SOURCE_BLOCK || src->type == DOMAIN_SOURCE_VOLUME;

	if (add_named(out, "block", i, "name", disk->dst, err) < 0 || add_index(out, i, index, err) < 0)
		return -1;
	return local ? add_named(out, "block", i, "path", src->path, err) : 0;
}

static int add_disk_names(const struct domain_disk *disk, size_t i, struct params *out, struct error *err)
{
	return add_image_names(disk, &disk->src, disk->src.index, i, out, err);
}

static size_t images_below(const struct domain_disk *disk)
{
	size_t n = 0;

	for (const struct domain_backing *b = disk->backing; b && b->src.path; b = b->backing)
		n++;
	return n;
}

size_t stats_block_number(const struct domain *def, size_t disk, unsigned groups)
{
	size_t n = disk;

	for (size_t i = 0; groups & STATS_BACKING && i < disk; i++)
		n += images_below(def->devices.disks.items[i]);
	return n;
}

int stats_from_definition(const struct domain *def, int state, int reason, unsigned groups, struct params *out, struct error *err)
{
	if ((groups & STATS_STATE) && add_state(state, reason, out, err) < 0)
		return -1;
	if ((groups & STATS_BALLOON) && (params_add_ullong(out, "balloon.current", def->current_memory.value, err) < 0 ||
					 params_add_ullong(out, "balloon.maximum", def->memory.value, err) < 0))
		return -1;
	if ((groups & STATS_VCPU) && add_vcpus(def, out, err) < 0)
		return -1;
	if (groups & STATS_INTERFACE) {
		if (params_add_uint(out, "net.count", (unsigned)def->devices.interfaces.n, err) < 0)
			return -1;
		for (size_t i = 0; i < def->devices.interfaces.n; i++)
			if (add_net_name(def->devices.interfaces.items[i], i, out, err) < 0)
				return -1;
	}
	if (groups & STATS_BLOCK) {
		if (params_add_uint(out, "block.count", (unsigned)def->devices.disks.n, err) < 0)
			return -1;
		for (size_t i = 0; i < def->devices.disks.n; i++)
			if (add_disk_names(def->devices.disks.items[i], i, out, err) < 0)
				return -1;
	}
	return 0;
}

/* --- a running guest --------------------------------------------------------------------------------------------- */

static bool ask(const struct stats_source *from, const struct rpc_proc *proc, const void *args, void *ret)
{
	return from->ask(from->ctx, proc, args, ret) == 0;
}

static int add_cpu(const struct stats_source *from, struct params *out, struct error *err)
{
	static const char *const names[][2] = { { "cpu_time", "cpu.time" }, { "user_time", "cpu.user" }, { "system_time", "cpu.system" } };
	wire_domain_get_cpu_stats_args args = { .nparams = 16, .start_cpu = -1, .ncpus = 1 };
	wire_domain_get_cpu_stats_ret ret = { 0 };
	wire_domain_get_info_args plain = { 0 };
	wire_domain_get_info_ret info = { 0 };
	int r = 0;

	if (!ask(from, &rpc_domain_get_cpu_stats, &args, &ret))
		return ask(from, &rpc_domain_get_info, &plain, &info) ? params_add_ullong(out, "cpu.time", info.cpu_time, err) : 0;
	for (u_int i = 0; i < ret.params.params_len && r == 0; i++)
		for (size_t j = 0; j < ARRAY_LEN(names); j++)
			if (!strcmp(ret.params.params_val[i].field, names[j][0]))
				r = params_add_ullong(out, names[j][1], ret.params.params_val[i].value.wire_typed_param_value_u.ul, err);
	xdr_free(rpc_domain_get_cpu_stats.ret, &ret);
	return r;
}

static int add_balloon(const struct domain *def, const struct stats_source *from, struct params *out, struct error *err)
{
	/* by virDomainMemoryStatTags */
	static const char *const tags[] = {
		"swap_in", "swap_out", "major_fault", "minor_fault", "unused", "available", NULL, "rss", "usable", "last-update",
		"disk_caches", "hugetlb_pgalloc", "hugetlb_pgfail",
	};
	wire_domain_memory_stats_args args = { .max_stats = ARRAY_LEN(tags) };
	wire_domain_memory_stats_ret ret = { 0 };
	int r = 0;

	if (params_add_ullong(out, "balloon.current", def->current_memory.value, err) < 0 ||
	    params_add_ullong(out, "balloon.maximum", def->memory.value, err) < 0)
		return -1;
	if (!ask(from, &rpc_domain_memory_stats, &args, &ret))
		return 0;
	for (u_int i = 0; i < ret.stats.stats_len && r == 0; i++) {
		const wire_domain_memory_stat *s = &ret.stats.stats_val[i];
		char name[NAME_MAX_];
		if (s->tag < 0 || (size_t)s->tag >= ARRAY_LEN(tags) || !tags[s->tag])
			continue;
		snprintf(name, sizeof(name), "balloon.%s", tags[s->tag]);
		r = params_add_ullong(out, name, s->val, err);
	}
	xdr_free(rpc_domain_memory_stats.ret, &ret);
	return r;
}

static int add_vcpu_times(const struct domain *def, const struct stats_source *from, struct params *out, struct error *err)
{
	wire_domain_get_vcpus_args args = { .maxinfo = (int)def->vcpus.n };
	wire_domain_get_vcpus_ret ret = { 0 };
	int r = add_vcpus(def, out, err);

	if (r < 0 || !ask(from, &rpc_domain_get_vcpus, &args, &ret))
		return r;
	for (u_int i = 0; i < ret.info.info_len && r == 0; i++) {
		const wire_vcpu_info *v = &ret.info.info_val[i];
		char name[NAME_MAX_];
		snprintf(name, sizeof(name), "vcpu.%u.state", v->number);
		r = params_add_int(out, name, v->state, err) < 0 ? -1 : add_counted(out, "vcpu", v->number, "time", (int64_t)v->cpu_time, err);
	}
	xdr_free(rpc_domain_get_vcpus.ret, &ret);
	return r;
}

static int add_net(const struct domain_net *net, size_t i, const struct stats_source *from, struct params *out, struct error *err)
{
	char mac[18];
	wire_domain_interface_stats_args args = { .device = net->target ? net->target : mac };
	wire_domain_interface_stats_ret s = { 0 };

	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", net->mac.addr[0], net->mac.addr[1], net->mac.addr[2], net->mac.addr[3],
		 net->mac.addr[4], net->mac.addr[5]);
	if (add_net_name(net, i, out, err) < 0)
		return -1;
	if (!ask(from, &rpc_domain_interface_stats, &args, &s))
		return 0;
	const struct { const char *name; int64_t value; } values[] = {
		{ "rx.bytes", s.rx_bytes }, { "rx.pkts", s.rx_packets }, { "rx.errs", s.rx_errs }, { "rx.drop", s.rx_drop },
		{ "tx.bytes", s.tx_bytes }, { "tx.pkts", s.tx_packets }, { "tx.errs", s.tx_errs }, { "tx.drop", s.tx_drop },
	};
	for (size_t v = 0; v < ARRAY_LEN(values); v++)
		if (add_counted(out, "net", i, values[v].name, values[v].value, err) < 0)
			return -1;
	return 0;
}

static int add_block(const struct domain_disk *disk, size_t i, const struct stats_source *from, struct params *out, struct error *err)
{
	wire_domain_block_stats_args args = { .path = disk->dst };
	wire_domain_block_stats_ret s = { 0 };
	wire_domain_get_block_info_args size = { .path = disk->dst };
	wire_domain_get_block_info_ret info = { 0 };

	if (add_disk_names(disk, i, out, err) < 0)
		return -1;
	if (disk->dst && ask(from, &rpc_domain_block_stats, &args, &s)) {
		if (add_counted(out, "block", i, "rd.reqs", s.rd_req, err) < 0 || add_counted(out, "block", i, "rd.bytes", s.rd_bytes, err) < 0 ||
		    add_counted(out, "block", i, "wr.reqs", s.wr_req, err) < 0 || add_counted(out, "block", i, "wr.bytes", s.wr_bytes, err) < 0)
			return -1;
	}
	if (disk->dst && ask(from, &rpc_domain_get_block_info, &size, &info)) {
		if (add_counted(out, "block", i, "allocation", (int64_t)info.allocation, err) < 0 ||
		    add_counted(out, "block", i, "capacity", (int64_t)info.capacity, err) < 0 ||
		    add_counted(out, "block", i, "physical", (int64_t)info.physical, err) < 0)
			return -1;
	}
	return 0;
}

static int add_blocks(const struct domain *def, unsigned groups, const struct stats_source *from, struct params *out, struct error *err)
{
	const struct domain_devices *d = &def->devices;

	if (params_add_uint(out, "block.count", (unsigned)stats_block_number(def, d->disks.n, groups), err) < 0)
		return -1;
	for (size_t i = 0; i < d->disks.n; i++) {
		const struct domain_disk *disk = d->disks.items[i];
		size_t n = stats_block_number(def, i, groups);

		if (add_block(disk, n, from, out, err) < 0)
			return -1;
		for (const struct domain_backing *b = disk->backing; groups & STATS_BACKING && b && b->src.path; b = b->backing)
			if (add_image_names(disk, &b->src, b->index, ++n, out, err) < 0)
				return -1;
	}
	return 0;
}

int stats_of_running(const struct domain *def, int state, int reason, unsigned groups, const struct stats_source *from, struct params *out,
		     struct error *err)
{
	const struct domain_devices *d = &def->devices;

	if (((groups & STATS_STATE) && add_state(state, reason, out, err) < 0) || ((groups & STATS_CPU) && add_cpu(from, out, err) < 0) ||
	    ((groups & STATS_BALLOON) && add_balloon(def, from, out, err) < 0) || ((groups & STATS_VCPU) && add_vcpu_times(def, from, out, err) < 0))
		return -1;
	if (groups & STATS_INTERFACE) {
		if (params_add_uint(out, "net.count", (unsigned)d->interfaces.n, err) < 0)
			return -1;
		for (size_t i = 0; i < d->interfaces.n; i++)
			if (add_net(d->interfaces.items[i], i, from, out, err) < 0)
				return -1;
	}
	return groups & STATS_BLOCK ? add_blocks(def, groups, from, out, err) : 0;
}

/* --- what the host knows of a guest's devices -------------------------------------------------------------------- */

static int add_address(wire_domain_interface *to, const char *address, struct error *err)
{
	wire_domain_ip_addr *more = reallocarray(to->addrs.addrs_val, to->addrs.addrs_len + 1, sizeof(*more));

	if (!more)
		return error_errno(err, "the addresses");
	to->addrs.addrs_val = more;
	more[to->addrs.addrs_len] = (wire_domain_ip_addr){ .type = 0, .addr = strdup(address), .prefix = 0 };
	if (!more[to->addrs.addrs_len].addr)
		return error_errno(err, "the addresses");
	to->addrs.addrs_len++;
	return 0;
}

/* /proc/net/arp: "IP address  HW type  Flags  HW address  Mask  Device" */
static int arp_of(const char *mac, wire_domain_interface *to, struct error *err)
{
	AUTO_FCLOSE FILE *f = fopen("/proc/net/arp", "re");
	char line[256], ip[64], hw[32];
	unsigned type, flags;

	if (!f)
		return error_errno(err, "/proc/net/arp");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s 0x%x 0x%x %31s", ip, &type, &flags, hw) == 4 && (flags & 2) && !strcasecmp(hw, mac) &&
		    add_address(to, ip, err) < 0)
			return -1;
	return 0;
}

int stats_arp_addresses(const struct domain *def, wire_domain_interface_addresses_ret *ret, struct error *err)
{
	ret->ifaces.ifaces_val = calloc(def->devices.interfaces.n + 1, sizeof(*ret->ifaces.ifaces_val));
	if (!ret->ifaces.ifaces_val)
		return error_errno(err, "the addresses");
	for (size_t i = 0; i < def->devices.interfaces.n; i++) {
		const struct domain_net *net = def->devices.interfaces.items[i];
		wire_domain_interface found = { 0 };
		char mac[18];

		snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", net->mac.addr[0], net->mac.addr[1], net->mac.addr[2],
			 net->mac.addr[3], net->mac.addr[4], net->mac.addr[5]);
		if (arp_of(mac, &found, err) < 0)
			return -1;
		if (!found.addrs.addrs_len)
			continue;
		found.name = strdup(net->target ? net->target : mac);
		found.hwaddr = malloc(sizeof(*found.hwaddr));
		if (found.hwaddr)
			*found.hwaddr = strdup(mac);
		ret->ifaces.ifaces_val[ret->ifaces.ifaces_len++] = found;
		if (!found.name || !found.hwaddr || !*found.hwaddr)
			return error_errno(err, "the addresses");
	}
	return 0;
}

/* The size that a qcow2 image shows to a guest: 8 bytes, big-endian, at 24 (the QEMU project's docs/interop/qcow2). */
static int qcow2_capacity(int fd, uint64_t *capacity)
{
	unsigned char head[32];

	if (pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) || memcmp(head, "QFI\xfb", 4) != 0)
		return -1;
	*capacity = 0;
	for (int i = 0; i < 8; i++)
		*capacity = *capacity << 8 | head[24 + i];
	return 0;
}

/* As the kernel tells it, in sectors of 512 bytes, to whoever may not open the device. */
static int device_size(dev_t dev, uint64_t *size, struct error *err)
{
	char path[64];
	unsigned long long sectors;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/size", major(dev), minor(dev));
	AUTO_FCLOSE FILE *f = fopen(path, "re");
	if (!f || fscanf(f, "%llu", &sectors) != 1)
		return error_errno(err, "%s", path);
	*size = sectors * 512;
	return 0;
}

int stats_block_info(const struct domain *def, const char *name, wire_domain_get_block_info_ret *ret, struct error *err)
{
	const struct domain_disk *disk = change_find_disk(def, name, err);
	struct stat st;

	if (!disk)
		return -1;
	if (!disk->src.path || (disk->src.type != DOMAIN_SOURCE_FILE && disk->src.type != DOMAIN_SOURCE_BLOCK))
		return error_set(err, ERR_OPERATION_INVALID, "'%s' has no file or device of this host for disk '%s'", def->name, name);
	if (stat(disk->src.path, &st) < 0)
		return error_errno(err, "disk '%s': %s", name, disk->src.path);
	if (S_ISBLK(st.st_mode)) {
		uint64_t size = 0;
		if (device_size(st.st_rdev, &size, err) < 0)
			return error_wrap(err, "disk '%s': %s", name, disk->src.path);
		ret->capacity = ret->allocation = ret->physical = size;
	} else if (S_ISREG(st.st_mode)) {
		ret->capacity = ret->physical = (uint64_t)st.st_size;
		ret->allocation = (uint64_t)st.st_blocks * 512;
	} else {
		return error_set(err, ERR_OPERATION_INVALID, "disk '%s': %s is neither a file nor a block device", name, disk->src.path);
	}
	/* the format as it is stated, never as it looks: a guest writes what it looks like */
	if (disk->driver.type == DOMAIN_STORAGE_QCOW2) {
		AUTO_CLOSE int fd = open(disk->src.path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		uint64_t capacity;
		if (fd < 0)
			return error_errno(err, "disk '%s': %s", name, disk->src.path);
		if (qcow2_capacity(fd, &capacity) < 0)
			return error_set(err, ERR_OPERATION_FAILED, "disk '%s': %s is no qcow2 image", name, disk->src.path);
		ret->capacity = capacity;
	}
	return 0;
}
