/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_moment.h"

#include <string.h>

CONF_ENUM_NAMES(snapshot_state, SNAPSHOT_STATES);
CONF_ENUM_NAMES(snapshot_location, SNAPSHOT_LOCATIONS, .unset = "default");
CONF_ENUM_NAMES(checkpoint_type, CHECKPOINT_TYPES);
CONF_ENUM_NAMES(backup_mode, BACKUP_MODES);
CONF_ENUM_NAMES(backup_disk_mode, BACKUP_DISK_MODES);
CONF_ENUM_NAMES(backup_transport, BACKUP_TRANSPORTS);

/* Names become parts of file names. */
static const char *check_moment_name(const char *s)
{
	if (!*s || *s == '.')
		return "a name does not begin with a dot";
	return strchr(s, '/') ? "a name has no '/'" : conf_check_line(s);
}

/* --- <domain> inside: the whole definition, or (of old) the UUID alone -------------------------------------------- */

static const struct conf_row uuid_rows[] = { CHILD_UUID("uuid", struct domain, uuid), CONF_END };
static const struct conf_elem uuid_elem = ELEM(struct domain, uuid_rows);

static int read_domain(struct conf_reader *r, struct xml_node *node, const char *name, struct domain **member)
{
	struct xml_node *c = xml_child(node, name);
	void *root = r->root;
	int rc;

	if (!c)
		return 0;
	c->used = true;
	*member = calloc(1, sizeof(**member));
	if (!*member)
		return conf_no_memory(r);
	r->root = *member;
	rc = conf_read(r, xml_attr(c, "type") ? &domain_elem : &uuid_elem, c, *member);
	r->root = root;
	r->node = node;
	return rc;
}

static int read_active(struct conf_reader *r, struct xml_node *node, void *obj UNUSED, void *member)
{
	return read_domain(r, node, "domain", member);
}

static int read_inactive(struct conf_reader *r, struct xml_node *node, void *obj UNUSED, void *member)
{
	return read_domain(r, node, "inactiveDomain", member);
}

static void write_domain(struct conf_writer *w, const char *name, const struct domain *def)
{
	if (def)
		conf_write(w, name, def->virt ? &domain_elem : &uuid_elem, def, true);
}

static void write_active(struct conf_writer *w, const void *obj UNUSED, const void *member)
{
	write_domain(w, "domain", *(struct domain *const *)member);
}

static void write_inactive(struct conf_writer *w, const void *obj UNUSED, const void *member)
{
	write_domain(w, "inactiveDomain", *(struct domain *const *)member);
}

static void free_domain(void *member)
{
	domain_free(*(struct domain **)member);
}

static int copy_domain(void *to, const void *from)
{
	const struct domain *def = *(struct domain *const *)from;
	struct error ignored;

	*(struct domain **)to = def ? domain_copy(def, &ignored) : NULL;
	return def && !*(struct domain **)to ? -1 : 0;
}

static bool equal_domains(const void *a, const void *b)
{
	const struct domain *one = *(struct domain *const *)a, *other = *(struct domain *const *)b;

	return one && other ? domain_equal(one, other, NULL) : one == other;
}

static const struct conf_hook active_hook = {
	.read = read_active, .write = write_active, .free = free_domain, .copy = copy_domain, .equal = equal_domains,
};
static const struct conf_hook inactive_hook = {
	.read = read_inactive, .write = write_inactive, .free = free_domain, .copy = copy_domain, .equal = equal_domains,
};

/* --- <domainsnapshot> --------------------------------------------------------------------------------------------- */

static const struct conf_row driver_rows[] = { ATTR_ENUM("type", struct snapshot_disk, format, domain_storage_format), CONF_END };

#define EXTERNAL BIT(SNAPSHOT_EXTERNAL)

static const struct conf_row snapshot_disk_rows[] = {
	ATTR_STRING("name", struct snapshot_disk, name, .flags = CONF_REQUIRED),
	ATTR_ENUM("snapshot", struct snapshot_disk, snapshot, snapshot_location),
	ATTR_ENUM("type", struct snapshot_disk, source.type, domain_source_type),
	GROUP("driver", driver_rows),
	EMBED("source", struct snapshot_disk, source, struct domain_source, domain_source_elem),
	CONF_END
};

static int snapshot_disk_fill(struct conf_reader *r, void *obj)
{
	struct snapshot_disk *disk = obj;
	bool made = disk->source.path || disk->source.name;

	if (!disk->snapshot && (made || disk->format))
		disk->snapshot = SNAPSHOT_EXTERNAL;
	if (disk->snapshot != SNAPSHOT_EXTERNAL && (made || disk->format))
		return conf_fail(r, "<disk name='%.60s'>: only an external snapshot has a <source> and a <driver>", disk->name);
	if (disk->source.path && disk->source.type != DOMAIN_SOURCE_NETWORK && conf_check_path(disk->source.path))
		return conf_fail(r, "<disk name='%.60s'>: '%.60s' is no absolute path", disk->name, disk->source.path);
	if (disk->snapshot != SNAPSHOT_EXTERNAL)
		disk->source.type = 0;
	else if (!disk->source.type)
		disk->source.type = DOMAIN_SOURCE_FILE;
	return 0;
}

static const struct conf_elem snapshot_disk_elem =
	ELEM_KIND(struct snapshot_disk, snapshot, snapshot_disk_rows, .fill = snapshot_disk_fill);

static const struct conf_row parent_rows[] = { CHILD_STRING("name", struct domain_snapshot, parent), CONF_END };

static const struct conf_row memory_rows[] = {
	ATTR_ENUM("snapshot", struct domain_snapshot, memory.snapshot, snapshot_location),
	ATTR_STRING("file", struct domain_snapshot, memory.file),
	CONF_END
};

static const struct conf_row disks_rows[] = {
	LIST("disk", struct domain_snapshot, disks, struct snapshot_disk, snapshot_disk_elem, .max = 4096),
	CONF_END
};

static const struct conf_row cookie_rows[] = { RAWS(struct domain_snapshot, cookie), CONF_END };

static const struct conf_row snapshot_rows[] = {
	CHILD_STRING("name", struct domain_snapshot, name, .flags = CONF_RAW_TEXT, .check = check_moment_name),
	CHILD_STRING("description", struct domain_snapshot, description),
	CHILD_ENUM("state", struct domain_snapshot, state, snapshot_state),
	GROUP("parent", parent_rows),
	CHILD_INT("creationTime", struct domain_snapshot, creation_time),
	GROUP("memory", memory_rows),
	GROUP("disks", disks_rows),
	HOOK("domain", struct domain_snapshot, domain, active_hook),
	HOOK("inactiveDomain", struct domain_snapshot, inactive_domain, inactive_hook),
	GROUP("cookie", cookie_rows),
	CHILD_NUM("active", struct domain_snapshot, active, .max = 1),
	CONF_END
};

static int check_memory(struct conf_reader *r, struct domain_snapshot *snap)
{
	if (snap->memory.file && !snap->memory.snapshot)
		snap->memory.snapshot = SNAPSHOT_EXTERNAL;
	if (snap->memory.file && conf_check_path(snap->memory.file))
		return conf_fail(r, "<memory>: '%.60s' is no absolute path", snap->memory.file);
	if ((snap->memory.snapshot == SNAPSHOT_EXTERNAL) != (snap->memory.file != NULL))
		return conf_fail(r, "<memory>: an external snapshot and its 'file' go together");
	return 0;
}

static int snapshot_fill(struct conf_reader *r, void *obj)
{
	struct domain_snapshot *snap = obj;

	if (!snap->creation_time.set) {
		/* to be taken: what is so then is not the document's to say */
		snap->state = 0;
		free(STEAL_PTR(snap->parent));
		domain_free(STEAL_PTR(snap->domain));
		domain_free(STEAL_PTR(snap->inactive_domain));
		snap->active = (struct conf_num){ 0 };
	}
	return check_memory(r, snap);
}

const struct conf_elem domain_snapshot_elem = ELEM(struct domain_snapshot, snapshot_rows, .fill = snapshot_fill);
const struct conf_document domain_snapshot_document = { "domainsnapshot", &domain_snapshot_elem, 0 };

/* --- <domaincheckpoint> ------------------------------------------------------------------------------------------- */

static const struct conf_row checkpoint_disk_rows[] = {
	ATTR_STRING("name", struct checkpoint_disk, name, .flags = CONF_REQUIRED),
	ATTR_ENUM("checkpoint", struct checkpoint_disk, checkpoint, checkpoint_type),
	ATTR_STRING("bitmap", struct checkpoint_disk, bitmap),
	ATTR_NUM("size", struct checkpoint_disk, size, .flags = CONF_LIVE),
	CONF_END
};

static int checkpoint_disk_fill(struct conf_reader *r, void *obj)
{
	struct checkpoint_disk *disk = obj;

	if (!disk->checkpoint)
		disk->checkpoint = CHECKPOINT_BITMAP;
	if (disk->bitmap && disk->checkpoint == CHECKPOINT_NO)
		return conf_fail(r, "<disk name='%.60s'>: without a checkpoint there is no 'bitmap'", disk->name);
	return 0;
}

static const struct conf_elem checkpoint_disk_elem = ELEM(struct checkpoint_disk, checkpoint_disk_rows, .fill = checkpoint_disk_fill);

static const struct conf_row checkpoint_parent_rows[] = {
	CHILD_STRING("name", struct domain_checkpoint, parent, .check = check_moment_name),
	CONF_END
};

static const struct conf_row checkpoint_disks_rows[] = {
	LIST("disk", struct domain_checkpoint, disks, struct checkpoint_disk, checkpoint_disk_elem, .max = 4096),
	CONF_END
};

static const struct conf_row checkpoint_rows[] = {
	CHILD_STRING("name", struct domain_checkpoint, name, .flags = CONF_RAW_TEXT, .check = check_moment_name),
	CHILD_STRING("description", struct domain_checkpoint, description),
	GROUP("parent", checkpoint_parent_rows),
	CHILD_INT("creationTime", struct domain_checkpoint, creation_time),
	GROUP("disks", checkpoint_disks_rows),
	HOOK("domain", struct domain_checkpoint, domain, active_hook),
	CONF_END
};

/* The bitmap is called like the checkpoint unless it says otherwise. */
static int checkpoint_fill(struct conf_reader *r, void *obj)
{
	struct domain_checkpoint *c = obj;

	for (size_t i = 0; i < c->disks.n; i++) {
		struct checkpoint_disk *disk = c->disks.items[i];

		if (c->name && disk->checkpoint == CHECKPOINT_BITMAP && !disk->bitmap && !(disk->bitmap = strdup(c->name)))
			return conf_no_memory(r);
		for (size_t j = 0; j < i; j++)
			if (!strcmp(disk->name, c->disks.items[j]->name))
				return conf_fail(r, "<disks>: the disk '%.60s' is there twice", disk->name);
	}
	if (!c->creation_time.set) {
		free(STEAL_PTR(c->parent));
		domain_free(STEAL_PTR(c->domain));
	}
	return 0;
}

const struct conf_elem domain_checkpoint_elem = ELEM(struct domain_checkpoint, checkpoint_rows, .fill = checkpoint_fill);
const struct conf_document domain_checkpoint_document = { "domaincheckpoint", &domain_checkpoint_elem, 0 };

/* --- <domainbackup> ----------------------------------------------------------------------------------------------- */

static const struct conf_row server_rows[] = {
	ATTR_ENUM("transport", struct backup_server, transport, backup_transport),
	ATTR_YESNO("tls", struct backup_server, tls),
	ATTR_STRING("name", struct backup_server, name),
	ATTR_NUM("port", struct backup_server, port, .max = 65535),
	ATTR_STRING("socket", struct backup_server, socket),
	CONF_END
};

static int server_fill(struct conf_reader *r, void *obj)
{
	struct backup_server *s = obj;

	if (!s->transport)
		s->transport = BACKUP_TCP;
	if (s->transport == BACKUP_UNIX && (!s->socket || conf_check_path(s->socket) || s->name || s->port.set))
		return conf_fail(r, "a Unix server has an absolute path as its 'socket', and neither 'name' nor 'port'");
	if (s->transport == BACKUP_TCP && (!s->name || s->socket))
		return conf_fail(r, "a TCP server has a 'name', and no 'socket'");
	return 0;
}

static const struct conf_elem server_elem = ELEM(struct backup_server, server_rows, .fill = server_fill);

static const struct conf_row backup_driver_rows[] = { ATTR_ENUM("type", struct backup_disk, format, domain_storage_format), CONF_END };

static int read_backup_source(struct conf_reader *r, struct xml_node *node, const char *name, enum domain_source_type type,
			      struct domain_source **member)
{
	struct xml_node *c = xml_child(node, name);

	if (!c)
		return 0;
	c->used = true;
	*member = calloc(1, sizeof(**member));
	if (!*member)
		return conf_no_memory(r);
	(*member)->type = type;
	return conf_read(r, &domain_source_elem, c, *member);
}

static int read_target(struct conf_reader *r, struct xml_node *node, void *obj, void *member)
{
	return read_backup_source(r, node, "target", ((struct backup_disk *)obj)->type, member);
}

static int read_scratch(struct conf_reader *r, struct xml_node *node, void *obj, void *member)
{
	return read_backup_source(r, node, "scratch", ((struct backup_disk *)obj)->type, member);
}

static void write_source(struct conf_writer *w, const char *name, const struct domain_source *source)
{
	if (source)
		conf_write(w, name, &domain_source_elem, source, true);
}

static void write_target(struct conf_writer *w, const void *obj UNUSED, const void *member)
{
	write_source(w, "target", *(struct domain_source *const *)member);
}

static void write_scratch(struct conf_writer *w, const void *obj UNUSED, const void *member)
{
	write_source(w, "scratch", *(struct domain_source *const *)member);
}

static void free_source(void *member)
{
	conf_free(&domain_source_elem, *(struct domain_source **)member);
}

static int copy_source(void *to, const void *from)
{
	const struct domain_source *source = *(struct domain_source *const *)from;
	struct error ignored;

	*(struct domain_source **)to = source ? conf_copy(&domain_source_elem, source, &ignored) : NULL;
	return source && !*(struct domain_source **)to ? -1 : 0;
}

static bool equal_sources(const void *a, const void *b)
{
	const struct domain_source *one = *(struct domain_source *const *)a, *other = *(struct domain_source *const *)b;

	return one && other ? conf_equal(&domain_source_elem, one, other, NULL) : one == other;
}

static const struct conf_hook target_hook = {
	.read = read_target, .write = write_target, .free = free_source, .copy = copy_source, .equal = equal_sources,
};
static const struct conf_hook scratch_hook = {
	.read = read_scratch, .write = write_scratch, .free = free_source, .copy = copy_source, .equal = equal_sources,
};

static const struct conf_row backup_disk_rows[] = {
	ATTR_STRING("name", struct backup_disk, name, .flags = CONF_REQUIRED),
	ATTR_YESNO("backup", struct backup_disk, backup),
	ATTR_ENUM("type", struct backup_disk, type, domain_source_type),
	ATTR_ENUM("backupmode", struct backup_disk, mode, backup_disk_mode),
	ATTR_STRING("incremental", struct backup_disk, incremental),
	ATTR_STRING("exportname", struct backup_disk, exportname),
	ATTR_STRING("exportbitmap", struct backup_disk, exportbitmap),
	ATTR_NUM("index", struct backup_disk, index, .flags = CONF_LIVE),
	GROUP("driver", backup_driver_rows),
	HOOK("target", struct backup_disk, target, target_hook),
	HOOK("scratch", struct backup_disk, scratch, scratch_hook),
	CONF_END
};

static int backup_disk_fill(struct conf_reader *r, void *obj)
{
	struct backup_disk *disk = obj;
	const struct domain_source *source = disk->target ? disk->target : disk->scratch;

	if (!disk->backup)
		disk->backup = CONF_YES;
	if (disk->backup == CONF_NO)
		return disk->target || disk->scratch ? conf_fail(r, "a disk that is not saved has no target") : 0;
	if (!disk->type)
		disk->type = DOMAIN_SOURCE_FILE;
	if (disk->type != DOMAIN_SOURCE_FILE && disk->type != DOMAIN_SOURCE_BLOCK)
		return conf_fail(r, "a backup goes to a file or a block device");
	if (source && (!source->path || conf_check_path(source->path)))
		return conf_fail(r, "<disk name='%.60s'>: where it goes must be an absolute path", disk->name);
	if (disk->incremental && !disk->mode)
		disk->mode = BACKUP_DISK_INCREMENTAL;
	return 0;
}

static const struct conf_elem backup_disk_elem = ELEM(struct backup_disk, backup_disk_rows, .fill = backup_disk_fill);

static const struct conf_row backup_disks_rows[] = {
	LIST("disk", struct domain_backup, disks, struct backup_disk, backup_disk_elem, .max = 4096),
	CONF_END
};

static const struct conf_row backup_rows[] = {
	ATTR_ENUM("mode", struct domain_backup, mode, backup_mode),
	CHILD_STRING("incremental", struct domain_backup, incremental),
	NODE("server", struct domain_backup, server, struct backup_server, server_elem),
	GROUP("disks", backup_disks_rows),
	CONF_END
};

/* What a disk does not say follows from the whole. */
static int fill_backup_disk(struct conf_reader *r, struct domain_backup *backup, struct backup_disk *disk)
{
	if (disk->backup == CONF_NO)
		return 0;
	if (backup->mode == BACKUP_PUSH ? disk->scratch || disk->exportname || disk->exportbitmap : disk->target != NULL)
		return conf_fail(r, "<disk name='%.60s'>: a backup that is %s has a <%s>", disk->name,
				 backup->mode == BACKUP_PUSH ? "pushed" : "pulled", backup->mode == BACKUP_PUSH ? "target" : "scratch");
	if (!disk->mode)
		disk->mode = backup->incremental ? BACKUP_DISK_INCREMENTAL : BACKUP_DISK_FULL;
	if (!disk->format)
		disk->format = DOMAIN_STORAGE_QCOW2;
	if (backup->mode == BACKUP_PULL && !disk->exportname && !(disk->exportname = strdup(disk->name)))
		return conf_no_memory(r);
	return 0;
}

static int backup_fill(struct conf_reader *r, void *obj)
{
	struct domain_backup *backup = obj;

	if (!backup->mode)
		backup->mode = BACKUP_PUSH;
	if ((backup->mode == BACKUP_PULL) != (backup->server != NULL))
		return conf_fail(r, "a <server> goes with mode='pull'");
	for (size_t i = 0; i < backup->disks.n; i++) {
		for (size_t j = 0; j < i; j++)
			if (!strcmp(backup->disks.items[i]->name, backup->disks.items[j]->name))
				return conf_fail(r, "<disks>: the disk '%.60s' is there twice", backup->disks.items[i]->name);
		if (fill_backup_disk(r, backup, backup->disks.items[i]) < 0)
			return -1;
	}
	return 0;
}

const struct conf_elem domain_backup_elem = ELEM(struct domain_backup, backup_rows, .fill = backup_fill);
const struct conf_document domain_backup_document = { "domainbackup", &domain_backup_elem, 0 };
