/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/native.h"

#include "conf/domain.h"
#include "lxc/lxc.h"
#include "util/str.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define MEMORY_KIB 65536   /* what libvirt gives a container that says nothing of it */

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void clear(struct lxc_settings *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->items[i].key);
	free(s->items);
}
#define AUTO_SETTINGS AUTO(clear)

static char *trim(char *text)
{
	size_t n;

	text += strspn(text, " \t\r");
	for (n = strlen(text); n && strchr(" \t\r", text[n - 1]); n--)
		;
	text[n] = '\0';
	return text;
}

/* The value lies behind its key, in the same memory. */
static int add_line(struct lxc_settings *s, const char *line, size_t len, unsigned number, struct error *err)
{
	struct lxc_setting *more;
	char *copy = strndup(line, len), *equals, *key;

	if (!copy || !(more = realloc(s->items, (s->n + 1) * sizeof(*more)))) {
		free(copy);
		return error_errno(err, "configuration");
	}
	s->items = more;
	key = trim(copy);
	equals = strchr(key, '=');
	if (!*key || *key == '#' || !equals) {
		bool blank = !*key || *key == '#';
		free(copy);
		return blank ? 0 : error_set(err, ERR_INVALID_ARG, "line %u of the configuration has no '='", number);
	}
	*equals = '\0';
	memmove(copy, key, strlen(key) + 1);
	s->items[s->n++] = (struct lxc_setting){ trim(copy), trim(equals + 1) };
	return 0;
}

static int read_settings(const char *config, struct lxc_settings *s, struct error *err)
{
	unsigned number = 1;

	for (const char *line = config; *line; number++) {
		size_t n = strcspn(line, "\n");
		if (add_line(s, line, n, number, err) < 0)
			return -1;
		line += n + (line[n] == '\n');
	}
	return 0;
}

/* The last value of a key, under its name of version 3 or the one before; NULL: not there. */
static const char *find(const struct lxc_settings *s, const char *key, const char *old)
{
	for (size_t i = s->n; i-- > 0; )
		if (!strcmp(s->items[i].key, key) || (old && !strcmp(s->items[i].key, old)))
			return s->items[i].value;
	return NULL;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void element(struct buf *b, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(b, "<%s>", name);
	buf_escaped(b, value, false);
	buf_printf(b, "</%s>", name);
}

static void attribute(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, " %s='", name);
	buf_escaped(b, value, true);
	buf_str(b, "'");
}

/* "64M", "512" in bytes. */
static int size_of(const char *text, uint64_t *bytes, struct error *err)
{
	static const char units[] = "kmgtpe";
	AUTO_FREE char *number = strndup(text, strspn(text, "0123456789"));
	const char *unit = text + strspn(text, "0123456789");
	const char *at = *unit ? strchr(units, tolower((unsigned char)*unit)) : NULL;
	unsigned shift = at ? 10 * (unsigned)(at - units + 1) : 0;

	if (!number || str_to_u64(number, UINT64_MAX >> shift, bytes) < 0 || (*unit && !at) || (at && unit[1] && strcasecmp(unit + 1, "b")))
		return error_set(err, ERR_INVALID_ARG, "'%.40s' is no size", text);
	*bytes <<= shift;
	return 0;
}

/* A "-1" is no limit. */
static int put_memory(const struct lxc_settings *s, struct buf *b, struct error *err)
{
	static const struct { const char *key, *element; } limits[] = {
		{ "lxc.cgroup.memory.limit_in_bytes", "hard_limit" }, { "lxc.cgroup.memory.soft_limit_in_bytes", "soft_limit" },
		{ "lxc.cgroup.memory.memsw.limit_in_bytes", "swap_hard_limit" },
	};
	AUTO_BUF struct buf tune = { 0 };
	uint64_t memory = MEMORY_KIB, bytes;

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		const char *value = find(s, limits[i].key, NULL);
		if (!value || !strcmp(value, "-1"))
			continue;
		if (size_of(value, &bytes, err) < 0)
			return error_wrap(err, "%s", limits[i].key);
		buf_printf(&tune, "<%s unit='KiB'>%" PRIu64 "</%s>", limits[i].element, bytes / 1024, limits[i].element);
		if (i == 0)
			memory = bytes / 1024;
	}
	buf_printf(b, "<memory unit='KiB'>%" PRIu64 "</memory>", memory);
	if (tune.len) {
		buf_str(b, "<memtune>");
		buf_add(b, tune.data, tune.len);
		buf_str(b, "</memtune>");
	}
	return 0;
}

static void put_cpu(const struct lxc_settings *s, struct buf *b)
{
	const char *cpus = find(s, "lxc.cgroup.cpuset.cpus", NULL), *mems = find(s, "lxc.cgroup.cpuset.mems", NULL);
	const char *shares = find(s, "lxc.cgroup.cpu.shares", NULL), *quota = find(s, "lxc.cgroup.cpu.cfs_quota_us", NULL),
		*period = find(s, "lxc.cgroup.cpu.cfs_period_us", NULL);

	buf_str(b, "<vcpu placement='static'");
	if (cpus)
		attribute(b, "cpuset", cpus);
	buf_str(b, ">1</vcpu>");
	if (shares || quota || period) {
		buf_str(b, "<cputune>");
		element(b, "shares", shares);
		element(b, "period", period);
		element(b, "quota", quota);
		buf_str(b, "</cputune>");
	}
	if (mems) {
		buf_str(b, "<numatune><memory mode='strict' placement='static'");
		attribute(b, "nodeset", mems);
		buf_str(b, "/></numatune>");
	}
}

/* Keys "lxc.cgroup.blkio.…" with values "MAJOR:MINOR NUMBER" are settings of a device, each of which has one element. */
static void put_blkio(const struct lxc_settings *s, struct buf *b)
{
	static const struct { const char *key, *element; } limits[] = {
		{ "weight_device", "weight" }, { "throttle.read_iops_device", "read_iops_sec" }, { "throttle.write_iops_device", "write_iops_sec" },
		{ "throttle.read_bps_device", "read_bytes_sec" }, { "throttle.write_bps_device", "write_bytes_sec" },
	};
	static const char prefix[] = "lxc.cgroup.blkio.";
	const char *weight = find(s, "lxc.cgroup.blkio.weight", NULL);
	AUTO_BUF struct buf tune = { 0 };

	element(&tune, "weight", weight);
	for (size_t i = 0; i < s->n; i++) {
		const char *value = s->items[i].value;
		size_t device = strcspn(value, " \t");
		bool seen = strncmp(s->items[i].key, prefix, strlen(prefix)) || !value[device];
		for (size_t j = 0; j < i && !seen; j++)
			seen = !strncmp(s->items[j].key, prefix, strlen(prefix)) && !strncmp(s->items[j].value, value, device + 1);
		if (seen)
			continue;
		AUTO_FREE char *name = strndup(value, device);
		buf_str(&tune, "<device><path>/dev/block/");
		buf_escaped(&tune, name ? name : "", false);
		buf_str(&tune, "</path>");
		for (size_t l = 0; l < ARRAY_LEN(limits); l++)
			for (size_t j = i; j < s->n; j++)
				if (!strncmp(s->items[j].key, prefix, strlen(prefix)) && !strcmp(s->items[j].key + strlen(prefix), limits[l].key) &&
				    !strncmp(s->items[j].value, value, device + 1))
					element(&tune, limits[l].element, s->items[j].value + device + strspn(s->items[j].value + device, " \t"));
		buf_str(&tune, "</device>");
	}
	if (tune.len) {
		buf_str(b, "<blkiotune>");
		buf_add(b, tune.data, tune.len);
		buf_str(b, "</blkiotune>");
	}
}

/* "u FIRST SECOND COUNT". lxc.container.conf(5) names the container's id first, libvirt reads the host's first; a container's ids begin at
 * 0, which tells one from the other. */
static int put_idmap(const struct lxc_settings *s, struct buf *b, struct error *err)
{
	bool open = false;

	for (size_t i = 0; i < s->n; i++) {
		char which;
		unsigned long first, second, count;
		if (strcmp(s->items[i].key, "lxc.idmap") && strcmp(s->items[i].key, "lxc.id_map"))
			continue;
		if (sscanf(s->items[i].value, "%c %lu %lu %lu", &which, &first, &second, &count) != 4 || (which != 'u' && which != 'g'))
			return error_set(err, ERR_INVALID_ARG, "'%.60s' is no id map", s->items[i].value);
		if (!open)
			buf_str(b, "<idmap>");
		open = true;
		buf_printf(b, "<%cid start='%lu' target='%lu' count='%lu'/>", which, first && !second ? second : first, first && !second ? first : second, count);
	}
	if (open)
		buf_str(b, "</idmap>");
	return 0;
}

static void put_capabilities(const struct lxc_settings *s, struct buf *b)
{
	const char *name;

	buf_str(b, "<capabilities policy='allow'>");
	for (int c = 1; (name = conf_enum_name(&domain_cap_names, c)); c++) {
		bool drop = false;
		for (size_t i = 0; i < s->n && !drop; i++) {
			if (strcmp(s->items[i].key, "lxc.cap.drop"))
				continue;
			for (const char *p = s->items[i].value; *p && !drop; p += strcspn(p, " \t")) {
				p += strspn(p, " \t");
				drop = strlen(name) == strcspn(p, " \t") && !strncmp(p, name, strlen(name));
			}
		}
		if (drop)
			buf_printf(b, "<%s state='off'/>", name);
	}
	buf_str(b, "</capabilities>");
}

/* --- file systems ------------------------------------------------------------------------------------------------- */

static void put_filesystem(struct buf *b, const char *type, const char *attr, const char *source, const char *target, bool readonly)
{
	buf_printf(b, "<filesystem type='%s'><source", type);
	attribute(b, attr, source);
	buf_str(b, "/><target");
	attribute(b, "dir", target);
	buf_printf(b, "/>%s</filesystem>", readonly ? "<readonly/>" : "");
}

/* What every container has anyway. */
static bool is_basic(const char *target)
{
	static const char *const basic[] = {
		"/proc", "/proc/sys", "/proc/sys/net/ipv4", "/proc/sys/net/ipv6", "/sys", "/sys/fs/selinux", "/sys/kernel/security",
	};

	for (size_t i = 0; i < ARRAY_LEN(basic); i++)
		if (!strcmp(basic[i], target))
			return true;
	return false;
}

/* A line of fstab(5): source, target, type, options. */
static int put_entry(struct buf *b, const char *line, struct error *err)
{
	AUTO_FREE char *copy = strdup(line);
	char *rest = NULL, *field[4];
	uint64_t bytes;
	char usage[32];
	bool readonly = false;
	const char *size = NULL;

	if (!copy)
		return error_errno(err, "lxc.mount.entry");
	for (size_t i = 0; i < ARRAY_LEN(field); i++)
		if (!(field[i] = strtok_r(i ? NULL : copy, " \t", &rest)))
			return error_set(err, ERR_INVALID_ARG, "'%.100s' is no line of fstab(5): source, target, type and options are needed", line);
	AUTO_FREE char *target = str_printf("%s%s", *field[1] == '/' ? "" : "/", field[1]);
	if (!target)
		return error_errno(err, "lxc.mount.entry");
	if (is_basic(target))
		return 0;
	for (char *o = strtok_r(field[3], ",", &rest); o; o = strtok_r(NULL, ",", &rest)) {
		readonly = readonly || !strcmp(o, "ro");
		if (!strncmp(o, "size=", 5))
			size = o + 5;
	}
	if (strcmp(field[2], "tmpfs")) {
		bool device = !strncmp(field[0], "/dev/", 5) && strcmp(field[2], "none");
		put_filesystem(b, device ? "block" : "mount", device ? "dev" : "dir", field[0], target, readonly);
		return 0;
	}
	if (!size)
		return error_set(err, ERR_INVALID_ARG, "the tmpfs for %s needs the option size=", target);
	if (size_of(size, &bytes, err) < 0)
		return -1;
	snprintf(usage, sizeof(usage), "%" PRIu64, bytes / 1024);
	put_filesystem(b, "ram", "usage", usage, target, readonly);
	return 0;
}

static int put_filesystems(const struct lxc_settings *s, struct buf *b, struct error *err)
{
	const char *root = find(s, "lxc.rootfs.path", "lxc.rootfs"), *options = find(s, "lxc.rootfs.options", NULL);
	bool device;

	if (!root)
		return error_set(err, ERR_INVALID_ARG, "the configuration has no lxc.rootfs.path (or lxc.rootfs)");
	/* with its kind of storage in front: lxc.container.conf(5) */
	if (!strncmp(root, "dir:", 4))
		root += 4;
	device = !strncmp(root, "/dev/", 5);
	put_filesystem(b, device ? "block" : "mount", device ? "dev" : "dir", root, "/", options && !strcmp(options, "ro"));
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->items[i].key, "lxc.mount.entry") && put_entry(b, s->items[i].value, err) < 0)
			return -1;
	return 0;
}

static int put_consoles(const struct lxc_settings *s, struct buf *b, struct error *err)
{
	const char *tty = find(s, "lxc.tty.max", "lxc.tty");
	uint64_t n = 0;

	if (tty && str_to_u64(tty, LXC_CONSOLES_MAX, &n) < 0)
		return error_set(err, ERR_INVALID_ARG, "lxc.tty.max: '%.20s' is no number up to %d", tty, LXC_CONSOLES_MAX);
	for (uint64_t i = 0; i < n; i++)
		buf_printf(b, "<console type='pty'><target type='lxc' port='%" PRIu64 "'/></console>", i);
	return 0;
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

static const char *arch_of(const char *arch)
{
	static const char *const names[][2] = { { "x86", "i686" }, { "i386", "i686" }, { "amd64", "x86_64" }, { "arm64", "aarch64" }, { "armhf", "armv7l" } };

	for (size_t i = 0; arch && i < ARRAY_LEN(names); i++)
		if (!strcmp(names[i][0], arch))
			return names[i][1];
	return arch;
}

static int put_domain(const struct lxc_settings *s, struct buf *b, struct error *err)
{
	const char *name = find(s, "lxc.uts.name", "lxc.utsname"), *arch = arch_of(find(s, "lxc.arch", NULL));
	AUTO_BUF struct buf networks = { 0 };
	bool private_net;

	if (find(s, "lxc.mount.fstab", "lxc.mount"))
		return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "lxc.mount.fstab or lxc.mount found: write its lines as lxc.mount.entry");
	if (lxc_native_networks(s, &networks, &private_net, err) < 0)
		return -1;
	buf_str(b, "<domain type='lxc'>");
	element(b, "name", name ? name : "unnamed");
	if (put_memory(s, b, err) < 0)
		return -1;
	put_blkio(s, b);
	put_cpu(s, b);
	buf_str(b, "<os><type");
	if (arch)
		attribute(b, "arch", arch);
	buf_str(b, ">exe</type>");
	element(b, "init", find(s, "lxc.init.cmd", "lxc.init_cmd") ? find(s, "lxc.init.cmd", "lxc.init_cmd") : "/sbin/init");
	buf_str(b, "</os>");
	if (put_idmap(s, b, err) < 0)
		return -1;
	buf_printf(b, "<features>%s", private_net ? "<privnet/>" : "");
	put_capabilities(s, b);
	buf_str(b, "</features><on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash><devices>");
	if (put_filesystems(s, b, err) < 0)
		return -1;
	if (networks.len)
		buf_add(b, networks.data, networks.len);
	if (networks.failed)
		b->failed = true;
	if (put_consoles(s, b, err) < 0)
		return -1;
	buf_str(b, "</devices></domain>");
	return 0;
}

char *lxc_from_native(const char *config, unsigned flags, struct error *err)
{
	AUTO_SETTINGS struct lxc_settings settings = { 0 };
	AUTO_BUF struct buf text = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;

	if (flags) {
		error_set(err, ERR_INVALID_ARG, "no flags are known for lxc-tools");
		return NULL;
	}
	if (read_settings(config, &settings, err) < 0 || put_domain(&settings, &text, err) < 0)
		return NULL;
	AUTO_FREE char *xml = buf_finish(&text);
	if (!xml) {
		error_errno(err, "configuration");
		return NULL;
	}
	/* read back, so that what cannot be a definition is told and the rest is canonical */
	def = domain_parse(xml, strlen(xml), 0, err);
	if (!def)
		return NULL;
	/* what was not said stays unsaid: where it is defined may be another machine */
	if (!find(&settings, "lxc.arch", NULL))
		def->os.arch = domain_arch_unset;
	return domain_format(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE, err);
}
