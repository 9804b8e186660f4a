/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a domain definition to what is to be built. */
#include "lxc/lxc.h"

#include "conf/buf.h"
#include "conf/domain.h"
#include "util/str.h"
#include "util/uuid.h"

#include <linux/capability.h>
#include <linux/mempolicy.h>
#include <string.h>

#define KIB 1024ULL

static int copy(char **out, const char *text)
{
	*out = text ? strdup(text) : NULL;
	return text && !*out ? -1 : 0;
}

/* libvirt takes any path; ours must not need interpretation. */
static int check_path(const char *path, const char *what, struct error *err)
{
	if (!path || path[0] != '/')
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s '%s' is not an absolute path", what, path ? path : "");
	return 0;
}

/* libvirt's types that a container can have. */
static const struct {
	enum domain_fs_type from;
	enum lxc_mount_type to;
	bool as_root;
} mount_types[] = {
	{ DOMAIN_FS_MOUNT, LXC_MOUNT_HOST, true }, { DOMAIN_FS_BIND, LXC_MOUNT_BIND, false }, { DOMAIN_FS_RAM, LXC_MOUNT_RAM, false },
	{ DOMAIN_FS_FILE, LXC_MOUNT_IMAGE, true }, { DOMAIN_FS_BLOCK, LXC_MOUNT_BLOCK, true },
};

static int find_type(const struct domain_fs *fs, bool root, enum lxc_mount_type *type, struct error *err)
{
	const char *name = conf_enum_name(&domain_fs_type_names, fs->type), *where = fs->dst ? fs->dst : "?";
	size_t i = 0;

	while (i < ARRAY_LEN(mount_types) && mount_types[i].from != fs->type)
		i++;
	if (i == ARRAY_LEN(mount_types))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<filesystem type='%s'> for %s: %s; a container can have mount, bind, ram, file and block", name, where,
				 fs->type == DOMAIN_FS_TEMPLATE ? "templates are OpenVZ's, and libvirt's containers have none either (unpack it into a directory, and name that by type='mount')" :
				 "no pool is asked for a container's file systems, nor does libvirt's driver (vol-path tells a volume's path, for type='file' or 'block')");
	if (root && !mount_types[i].as_root)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<filesystem type='%s'> as the root: a container's root is of type mount, file or block", name);
	if (fs->format && fs->format != DOMAIN_STORAGE_RAW && fs->format != DOMAIN_STORAGE_NONE)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<filesystem> for %s of format '%s': an image is raw (qemu-img convert -O raw makes one)", where,
				 conf_enum_name(&domain_storage_format_names, fs->format));
	/* virt-install says "mapped" of every container's, which libvirt takes for the only mode that there is */
	if (fs->accessmode != DOMAIN_FS_PASSTHROUGH && fs->accessmode != DOMAIN_FS_MAPPED && fs->accessmode)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<filesystem accessmode='%s'> for %s: a container's is passthrough",
				 conf_enum_name(&domain_fs_accessmode_names, fs->accessmode), where);
	if (fs->space_hard_limit.set || fs->space_soft_limit.set)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<filesystem> for %s with <space_hard_limit> or <space_soft_limit>: those are OpenVZ's; a container's "
				 "size is the source's (an image, or type='ram' with usage)", where);
	*type = mount_types[i].to;
	return 0;
}

int lxc_mount_from_fs(struct lxc_mount *m, const struct domain_fs *fs, bool root, struct error *err)
{
	if (find_type(fs, root, &m->type, err) < 0 || check_path(fs->dst, "<filesystem>: target", err) < 0 ||
	    (m->type != LXC_MOUNT_RAM && check_path(fs->src, root ? "root <filesystem>: source" : "<filesystem>: source", err) < 0))
		return -1;
	m->readonly = fs->readonly;
	m->usage = m->type == LXC_MOUNT_RAM ? fs->usage.value * KIB : 0;
	return copy(&m->target, fs->dst) < 0 || copy(&m->source, fs->src) < 0 ? error_errno(err, "file systems") : 0;
}

static int take_filesystems(const struct domain *def, bool host_root, struct lxc_spec *spec, struct error *err)
{
	size_t n = def->devices.filesystems.n;

	spec->mounts = calloc(n + 1, sizeof(*spec->mounts));
	if (!spec->mounts)
		return error_errno(err, "file systems");
	for (size_t i = 0; i < n; i++) {
		const struct domain_fs *fs = def->devices.filesystems.items[i];
		bool root = fs->dst && !strcmp(fs->dst, "/");
		if (root && spec->root.target)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "more than one root <filesystem>");
		if (lxc_mount_from_fs(root ? &spec->root : &spec->mounts[spec->n_mounts++], fs, root, err) < 0)
			return -1;
	}
	if (spec->root.target)
		return 0;
	if (!host_root)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "no root <filesystem>: its init would run on the host's own file system "
				 "(give it one with <target dir='/'/>, or start it with --host-root if that is wanted)");
	return copy(&spec->root.source, "/") < 0 || copy(&spec->root.target, "/") < 0 ? error_errno(err, "file systems") : 0;
}

/* No id of either side may be in two ranges, and no range may go beyond the last id. The ranges are sorted by start. */
static int check_map(const struct domain_idrange *const *ranges, size_t n, const char *what, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct domain_idrange *a = ranges[i];
		if (a->count == 0 || (uint64_t)a->start + a->count > UINT32_MAX || (uint64_t)a->target + a->count > UINT32_MAX)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "<idmap>: <%s> with a count of %u from %u to %u", what, a->count, a->start, a->target);
		for (size_t j = 0; j < i; j++) {
			const struct domain_idrange *b = ranges[j];
			if ((a->start < b->start + b->count && b->start < a->start + a->count) || (a->target < b->target + b->count && b->target < a->target + a->count))
				return error_set(err, ERR_CONFIG_UNSUPPORTED, "<idmap>: ranges of <%s> overlap (%u and %u, %u and %u on the host)", what, b->start, a->start,
						 b->target, a->target);
		}
	}
	return 0;
}

static int take_map(const struct domain_idrange *const *ranges, size_t n, struct lxc_idmap **map, size_t *count, struct error *err)
{
	*map = n ? calloc(n, sizeof(**map)) : NULL;
	if (n && !*map)
		return error_errno(err, "id map");
	*count = n;
	for (size_t i = 0; i < n; i++)
		(*map)[i] = (struct lxc_idmap){ ranges[i]->start, ranges[i]->target, ranges[i]->count };
	return 0;
}

static int take_idmap(const struct domain *def, struct lxc_spec *spec, struct error *err)
{
	const struct domain_idmap *m = &def->idmap;

	if (!m->uids.n != !m->gids.n)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<idmap> needs both <uid> and <gid>");
	if (check_map((const struct domain_idrange *const *)m->uids.items, m->uids.n, "uid", err) < 0 ||
	    check_map((const struct domain_idrange *const *)m->gids.items, m->gids.n, "gid", err) < 0)
		return -1;
	if (take_map((const struct domain_idrange *const *)m->uids.items, m->uids.n, &spec->uid_map, &spec->n_uid_map, err) < 0)
		return -1;
	return take_map((const struct domain_idrange *const *)m->gids.items, m->gids.n, &spec->gid_map, &spec->n_gid_map, err);
}

/* libvirt hands the whole of "init arg arg" to init as LIBVIRT_LXC_CMDLINE only for a kernel command line, which exe has not. */
static int take_init(const struct domain *def, struct lxc_spec *spec, struct error *err)
{
	const struct domain_os *os = &def->os;

	if (check_path(os->init, "<init>", err) < 0)
		return -1;
	spec->argv = calloc(os->initargs.n + 2, sizeof(char *));
	spec->env = calloc(os->initenv.n + 1, sizeof(char *));
	if (!spec->argv || !spec->env || copy(&spec->init, os->init) < 0 || copy(&spec->argv[0], os->init) < 0 ||
	    copy(&spec->dir, os->initdir) < 0 || copy(&spec->user, os->inituser) < 0 || copy(&spec->group, os->initgroup) < 0)
		return error_errno(err, "init");
	for (size_t i = 0; i < os->initargs.n; i++)
		if (copy(&spec->argv[i + 1], os->initargs.items[i]) < 0)
			return error_errno(err, "init");
	for (size_t i = 0; i < os->initenv.n; i++) {
		const struct domain_initenv *e = os->initenv.items[i];
		if (!(spec->env[i] = str_printf("%s=%s", e->name, e->value ? e->value : "")))
			return error_errno(err, "init");
	}
	return 0;
}

static uint64_t take_capabilities(const struct domain *def)
{
	const struct domain_capabilities *c = def->features.capabilities;
	uint64_t set = lxc_capabilities_default();

	if (!c)
		return set;
	if (c->policy == DOMAIN_CAPABILITIES_ALLOW)
		set = (1ULL << (CAP_LAST_CAP + 1)) - 1;
	else if (c->policy == DOMAIN_CAPABILITIES_DENY)
		set = 0;
	for (size_t i = 0; i < c->caps.n; i++) {
		int n = lxc_capability_number(conf_enum_name(&domain_cap_names, c->caps.items[i]->cap));
		if (n < 0)
			continue;
		if (c->caps.items[i]->state == CONF_OFF)
			set &= ~(1ULL << n);
		else
			set |= 1ULL << n;
	}
	return set;
}

static int bitmap_text(const struct conf_bitmap *map, const char **text, struct error *err)
{
	struct buf b = { 0 };

	if (!map)
		return 0;
	conf_bitmap_format(map, &b);
	*text = buf_finish(&b);
	return *text ? 0 : error_errno(err, "limits");
}

/* Strict is the control group's business, what is merely wished is the first process' own policy, which all others inherit. */
static int take_numa(const struct domain *def, struct lxc_spec *spec, struct error *err)
{
	static const int policies[] = {
		[DOMAIN_NUMATUNE_STRICT] = 0, [DOMAIN_NUMATUNE_RESTRICTIVE] = 0, [DOMAIN_NUMATUNE_PREFERRED] = MPOL_PREFERRED,
		[DOMAIN_NUMATUNE_INTERLEAVE] = MPOL_INTERLEAVE,
	};
	const struct conf_bitmap *nodes = def->numatune.memory.nodeset;
	enum domain_numatune_mode mode = def->numatune.memory.mode ? def->numatune.memory.mode : DOMAIN_NUMATUNE_STRICT;

	if (def->numatune.memory.placement == DOMAIN_NUMATUNE_AUTO || def->vcpus.placement == DOMAIN_PLACEMENT_AUTO)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "placement='auto': nobody here chooses nodes, name them with nodeset (numatune) or cpuset (vcpu)");
	if (def->numatune.memnodes.n)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<numatune> with <memnode>: a container has no nodes of its own");
	if (!nodes)
		return 0;
	if (mode == DOMAIN_NUMATUNE_PREFERRED && conf_bitmap_count(nodes) != 1)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<numatune> mode 'preferred' is for one node");
	if (!policies[mode])
		return bitmap_text(nodes, &spec->limits.cpuset_nodes, err);
	spec->memory_policy = policies[mode];
	for (unsigned i = 0; i < nodes->bits && i < LXC_NODES_MAX; i++)
		if (conf_bitmap_test(nodes, i))
			spec->memory_nodes[i / 64] |= 1UL << i % 64;
	return 0;
}

static int take_limits(const struct domain *def, struct lxc_spec *spec, struct error *err)
{
	struct cgroup_limits *l = &spec->limits;
	const struct domain_memtune *m = &def->memtune;
	const struct domain_cputune *c = &def->cputune;

	l->memory = (m->hard_limit.value ? m->hard_limit.value : def->current_memory.value) * KIB;
	l->memory_soft = m->soft_limit.value * KIB;
	l->memory_swap = m->swap_hard_limit.value * KIB;
	l->cpu_shares = c->shares.value;
	l->cpu_period = c->period.value;
	l->cpu_quota = c->quota.value;
	l->blkio_weight = def->blkiotune.weight;
	l->devices = true;
	if (m->min_guarantee.set)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<memtune> with <min_guarantee>: nobody guarantees memory to a container");
	if (bitmap_text(def->vcpus.cpuset, &l->cpuset, err) < 0)
		return -1;
	return take_numa(def, spec, err);
}

/* What a container of ours cannot have is refused, not left out. */
static int check_unsupported(const struct domain *def, struct error *err)
{
	if (def->devices.consoles.n > LXC_CONSOLES_MAX)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "more than %d consoles", LXC_CONSOLES_MAX);
	for (size_t i = 0; i < def->devices.consoles.n; i++)
		if (def->devices.consoles.items[i]->source.type != DOMAIN_CHARDEV_PTY)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "<console type='%s'>: a container's consoles are of type pty",
					 conf_enum_name(&domain_chardev_type_names, def->devices.consoles.items[i]->source.type));
	return 0;
}

void lxc_spec_clear(struct lxc_spec *spec)
{
	for (size_t i = 0; i < spec->n_mounts; i++) {
		free(spec->mounts[i].source);
		free(spec->mounts[i].target);
	}
	for (char **a = spec->argv; a && *a; a++)
		free(*a);
	for (char **e = spec->env; e && *e; e++)
		free(*e);
	free(spec->mounts);
	free(spec->argv);
	free(spec->env);
	lxc_shares_clear(spec->shares);
	lxc_nets_free(spec->nets, spec->n_nets);
	free(spec->uid_map);
	free(spec->gid_map);
	free(spec->name);
	free(spec->root.source);
	free(spec->root.target);
	lxc_devices_free(spec->devices, spec->n_devices);
	free(spec->init);
	free(spec->dir);
	free(spec->user);
	free(spec->group);
	free(spec->cmdline);
	free((char *)spec->limits.cpuset);
	free((char *)spec->limits.cpuset_nodes);
	memset(spec, 0, sizeof(*spec));
}

int lxc_spec_from_domain(const struct domain *def, bool host_root, struct lxc_spec *spec, struct error *err)
{
	memset(spec, 0, sizeof(*spec));
	uuid_format(def->uuid, spec->uuid);
	spec->consoles = def->devices.consoles.n ? def->devices.consoles.n : 1;
	spec->capabilities = take_capabilities(def);
	if (copy(&spec->name, def->name) < 0)
		error_errno(err, "name");
	else if (check_unsupported(def, err) == 0 && lxc_shares_from_domain(def, spec->shares, err) == 0 &&
		 lxc_nets_from_domain(def, &spec->nets, &spec->n_nets, err) == 0 &&
		 lxc_devices_from_domain(def, &spec->devices, &spec->n_devices, err) == 0 && take_filesystems(def, host_root, spec, err) == 0 &&
		 take_idmap(def, spec, err) == 0 && take_init(def, spec, err) == 0 && take_limits(def, spec, err) == 0) {
		spec->private_net = def->features.privnet || spec->n_nets;
		return 0;
	}
	lxc_spec_clear(spec);
	return -1;
}
