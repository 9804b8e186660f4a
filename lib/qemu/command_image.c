/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Images as -blockdev: a node for where the bytes are, one for their format, for each image of a chain. */
#include "qemu/command_impl.h"

#include "util/str.h"

#include <string.h>
#include <sys/stat.h>

/* --- where the bytes are --------------------------------------------------------------------------------------- */

/* The port that a protocol has when none is given. */
static const char *default_port(enum domain_protocol protocol)
{
	static const char *const ports[] = {
		[DOMAIN_PROTOCOL_NBD] = "10809",  [DOMAIN_PROTOCOL_SHEEPDOG] = "7000", [DOMAIN_PROTOCOL_GLUSTER] = "24007",
		[DOMAIN_PROTOCOL_ISCSI] = "3260", [DOMAIN_PROTOCOL_HTTP] = "80",       [DOMAIN_PROTOCOL_HTTPS] = "443",
		[DOMAIN_PROTOCOL_FTP] = "21",     [DOMAIN_PROTOCOL_FTPS] = "990",      [DOMAIN_PROTOCOL_TFTP] = "69",
		[DOMAIN_PROTOCOL_SSH] = "22",     [DOMAIN_PROTOCOL_VXHS] = "9999",
	};

	return protocol < ARRAY_LEN(ports) ? ports[protocol] : NULL;
}

static const char *port_of(const struct domain_source *src, const struct domain_host *host)
{
	return host->port ? host->port : default_port(src->protocol);
}

/* A server as QEMU's SocketAddress. */
static json_t *socket_address(const struct domain_source *src, const struct domain_host *host)
{
	json_t *o = json_object();

	if (host->transport == DOMAIN_HOST_UNIX) {
		qemu_put(o, "type", "unix");
		qemu_put(o, "path", host->socket);
	} else {
		qemu_put(o, "type", "inet");
		qemu_put(o, "host", host->name);
		qemu_put(o, "port", port_of(src, host));
	}
	return o;
}

static json_t *socket_addresses(const struct domain_source *src)
{
	json_t *list = json_array();

	for (size_t i = 0; i < src->hosts.n; i++)
		json_array_append_new(list, socket_address(src, src->hosts.items[i]));
	return list;
}

static json_t *host_and_port(const struct domain_source *src, const struct domain_host *host)
{
	json_t *o = json_object();

	qemu_put(o, "host", host->name);
	qemu_put(o, "port", port_of(src, host));
	return o;
}

struct storage {
	struct qemu_build *b;
	const struct domain_source *src;
	const struct domain_disk *disk;
	unsigned index;
	json_t *o;
};

static const struct domain_host *only_host(struct storage *s)
{
	if (s->src->hosts.n == 1)
		return s->src->hosts.items[0];
	qemu_unsupported(s->b, "a source of protocol '%s' needs exactly one <host>", conf_enum_name(&domain_protocol_names, s->src->protocol));
	return NULL;
}

/* user and the id of the object that holds the password */
static int put_auth(struct storage *s, const char *user_key, const char *secret_key, const char *what)
{
	char id[64];

	if (!s->src->auth)
		return 0;
	qemu_put(s->o, user_key, s->src->auth->username);
	snprintf(id, sizeof(id), "libvirt-%u-%s-%s-secret0", s->index, "storage", what);
	qemu_put(s->o, secret_key, id);
	return qemu_build_secret(s->b, &s->src->auth->secret, SECRET_USAGE_ISCSI, id);
}

static int put_nbd(struct storage *s)
{
	const struct domain_host *host = only_host(s);

	if (!host)
		return -1;
	json_object_set_new(s->o, "server", socket_address(s->src, host));
	qemu_put(s->o, "export", s->src->name);
	if (s->src->tls == CONF_YES) {
		char id[64];
		json_t *creds = json_pack("{s:s}", "qom-type", "tls-creds-x509");

		snprintf(id, sizeof(id), "objlibvirt-%u-storage_tls0", s->index);
		qemu_put(creds, "id", id);
		qemu_put(creds, "dir", "/etc/pki/libvirt-nbd");
		qemu_put(creds, "endpoint", "client");
		qemu_put_bool(creds, "verify-peer", true);
		qemu_build_object(s->b, creds);
		qemu_put(s->o, "tls-creds", id);
		qemu_put(s->o, "tls-hostname", s->src->tls_hostname);
	}
	if (s->src->reconnect.enabled == CONF_YES)
		qemu_put_num(s->o, "reconnect-delay", s->src->reconnect.timeout);
	return 0;
}

/* http, https, ftp, ftps, tftp: one URL */
static int put_url(struct storage *s)
{
	const struct domain_source *src = s->src;
	const struct domain_host *host = only_host(s);
	bool v6 = host && host->name && strchr(host->name, ':');
	const char *name = src->name ? src->name : "";

	if (!host)
		return -1;
	qemu_putf(s->o, "url", "%s://%s%s%s:%s/%s%s%s", conf_enum_name(&domain_protocol_names, src->protocol), v6 ? "[" : "",
		  host->name ? host->name : "", v6 ? "]" : "", port_of(src, host), name + (*name == '/'), src->query ? "?" : "",
		  src->query ? src->query : "");
	if (put_auth(s, "username", "password-secret", "httpauth") < 0)
		return -1;
	if (src->cookies.n) {
		AUTO_BUF struct buf text = { 0 };

		for (size_t i = 0; i < src->cookies.n; i++)
			buf_printf(&text, "%s%s=%s", i ? "; " : "", src->cookies.items[i]->name, src->cookies.items[i]->value);
		qemu_put(s->o, "cookie", text.data);
	}
	if (src->ssl_verify)
		qemu_put_bool(s->o, "sslverify", src->ssl_verify == CONF_YES);
	qemu_put_uint(s->o, "readahead", src->readahead);
	qemu_put_uint(s->o, "timeout", src->timeout);
	return 0;
}

static int put_ssh(struct storage *s)
{
	const struct domain_host *host = only_host(s);

	if (!host)
		return -1;
	qemu_put(s->o, "path", s->src->name);
	json_object_set_new(s->o, "server", host_and_port(s->src, host));
	if (s->src->auth)
		qemu_put(s->o, "user", s->src->auth->username);
	return 0;
}

static int put_iscsi(struct storage *s)
{
	const struct domain_host *host = only_host(s);
	AUTO_FREE char *target = s->src->name ? strdup(s->src->name) : NULL;
	char *lun = target ? strchr(target, '/') : NULL;

	if (!host)
		return -1;
	if (!target)
		return qemu_unsupported(s->b, "an iSCSI source needs a name");
	if (lun)
		*lun++ = '\0';
	qemu_putf(s->o, "portal", strchr(host->name ? host->name : "", ':') ? "[%s]:%s" : "%s:%s", host->name ? host->name : "", port_of(s->src, host));
	qemu_put(s->o, "target", target);
	qemu_put_int(s->o, "lun", lun ? strtoull(lun, NULL, 10) : 0);
	qemu_put(s->o, "transport", "tcp");
	if (put_auth(s, "user", "password-secret", "auth") < 0)
		return -1;
	qemu_put(s->o, "initiator-name", s->src->initiator_iqn);
	return 0;
}

static int put_rbd(struct storage *s)
{
	const struct domain_source *src = s->src;
	AUTO_FREE char *pool = src->name ? strdup(src->name) : NULL;
	char *image = pool ? strchr(pool, '/') : NULL;
	json_t *servers = json_array();

	if (image)
		*image++ = '\0';
	qemu_put(s->o, "pool", pool);
	qemu_put(s->o, "image", image ? image : "");
	qemu_put(s->o, "snapshot", src->snapshot);
	qemu_put(s->o, "conf", src->config_file);
	for (size_t i = 0; i < src->hosts.n; i++) {
		const struct domain_host *h = src->hosts.items[i];
		json_t *o = json_object();

		qemu_put(o, "host", h->name);
		qemu_put(o, "port", h->port ? h->port : "6789");
		json_array_append_new(servers, o);
	}
	if (src->hosts.n)
		json_object_set(s->o, "server", servers);
	json_decref(servers);
	if (src->auth) {
		qemu_put(s->o, "user", src->auth->username);
		json_object_set_new(s->o, "auth-client-required", json_pack("[s, s]", "cephx", "none"));
		char id[64];

		snprintf(id, sizeof(id), "libvirt-%u-storage-auth-secret0", s->index);
		qemu_put(s->o, "key-secret", id);
		return qemu_build_secret(s->b, &src->auth->secret, SECRET_USAGE_CEPH, id);
	}
	return 0;
}

static int put_gluster(struct storage *s)
{
	AUTO_FREE char *volume = s->src->name ? strdup(s->src->name) : NULL;
	char *path = volume ? strchr(volume, '/') : NULL;

	if (path)
		*path++ = '\0';
	qemu_put(s->o, "volume", volume);
	qemu_put(s->o, "path", path ? path : "");
	json_object_set_new(s->o, "server", socket_addresses(s->src));
	qemu_put_int(s->o, "debug", 4);
	return 0;
}

static int put_sheepdog(struct storage *s)
{
	const struct domain_host *host = only_host(s);

	if (!host)
		return -1;
	json_object_set_new(s->o, "server", socket_address(s->src, host));
	qemu_put(s->o, "vdi", s->src->name);
	return 0;
}

static int put_vxhs(struct storage *s)
{
	const struct domain_host *host = only_host(s);

	if (!host)
		return -1;
	qemu_put(s->o, "vdisk-id", s->src->name);
	json_object_set_new(s->o, "server", host_and_port(s->src, host));
	return 0;
}

static int put_nfs(struct storage *s)
{
	const struct domain_host *host = only_host(s);

	if (!host)
		return -1;
	json_object_set_new(s->o, "server", json_pack("{s:s, s:s}", "host", host->name ? host->name : "", "type", "inet"));
	qemu_put(s->o, "path", s->src->name);
	if (s->src->nfs_user && *s->src->nfs_user == '+')
		qemu_put_int(s->o, "user", strtoull(s->src->nfs_user + 1, NULL, 10));
	if (s->src->nfs_group && *s->src->nfs_group == '+')
		qemu_put_int(s->o, "group", strtoull(s->src->nfs_group + 1, NULL, 10));
	return 0;
}

static const struct { const char *driver; int (*put)(struct storage *s); } protocols[] = {
	[DOMAIN_PROTOCOL_NBD] = { "nbd", put_nbd },           [DOMAIN_PROTOCOL_RBD] = { "rbd", put_rbd },
	[DOMAIN_PROTOCOL_SHEEPDOG] = { "sheepdog", put_sheepdog }, [DOMAIN_PROTOCOL_GLUSTER] = { "gluster", put_gluster },
	[DOMAIN_PROTOCOL_ISCSI] = { "iscsi", put_iscsi },     [DOMAIN_PROTOCOL_HTTP] = { "http", put_url },
	[DOMAIN_PROTOCOL_HTTPS] = { "https", put_url },       [DOMAIN_PROTOCOL_FTP] = { "ftp", put_url },
	[DOMAIN_PROTOCOL_FTPS] = { "ftps", put_url },         [DOMAIN_PROTOCOL_TFTP] = { "tftp", put_url },
	[DOMAIN_PROTOCOL_SSH] = { "ssh", put_ssh },           [DOMAIN_PROTOCOL_VXHS] = { "vxhs", put_vxhs },
	[DOMAIN_PROTOCOL_NFS] = { "nfs", put_nfs },
};

static bool is_cdrom_drive(const struct storage *s)
{
	struct stat st;

	/* major 11: SCSI CD-ROM drives */
	return s->disk && s->disk->device == DOMAIN_DISK_CDROM && stat(s->src->path, &st) == 0 && S_ISBLK(st.st_mode) && st.st_rdev >> 8 == 11;
}

static const char *aio_of(const struct storage *s)
{
	return s->disk ? conf_enum_name(&domain_disk_io_names, s->disk->driver.io) : NULL;
}

static void put_reservations(struct storage *s)
{
	const struct domain_reservations *r = s->src->reservations;

	if (!r)
		return;
	if (r->managed == CONF_YES) {
		qemu_put(s->o, "pr-manager", "pr-helper0");
		return;
	}
	json_t *o = json_pack("{s:s}", "qom-type", "pr-manager-helper");

	qemu_putf(o, "id", "pr-helper-%s", s->disk ? s->disk->info.alias.name : "0");
	qemu_put(o, "path", r->path);
	qemu_build_object(s->b, o);
	qemu_putf(s->o, "pr-manager", "pr-helper-%s", s->disk ? s->disk->info.alias.name : "0");
}

/* driver and what only that driver has */
static int put_driver(struct storage *s)
{
	const struct domain_source *src = s->src;

	switch (src->type) {
	case DOMAIN_SOURCE_FILE:
	case DOMAIN_SOURCE_BLOCK:
		qemu_put(s->o, "driver", src->type == DOMAIN_SOURCE_FILE ? "file" : is_cdrom_drive(s) ? "host_cdrom" : "host_device");
		qemu_put(s->o, "filename", src->path);
		qemu_put(s->o, "aio", aio_of(s));
		put_reservations(s);
		return 0;
	case DOMAIN_SOURCE_DIR:
		qemu_put(s->o, "driver", "vvfat");
		qemu_put(s->o, "dir", src->path);
		qemu_put_bool(s->o, "floppy", s->disk && s->disk->device == DOMAIN_DISK_FLOPPY);
		qemu_put_bool(s->o, "rw", s->disk && !s->disk->readonly);
		return 0;
	case DOMAIN_SOURCE_NVME:
		qemu_put(s->o, "driver", "nvme");
		qemu_putf(s->o, "device", "%04llx:%02llx:%02llx.%llx", (unsigned long long)src->nvme_address.domain.value,
			  (unsigned long long)src->nvme_address.bus.value, (unsigned long long)src->nvme_address.slot.value,
			  (unsigned long long)src->nvme_address.function.value);
		qemu_put_num(s->o, "namespace", src->nvme_namespace);
		return 0;
	case DOMAIN_SOURCE_NETWORK:
		if (src->protocol >= ARRAY_LEN(protocols) || !protocols[src->protocol].put)
			return qemu_unsupported(s->b, "a source of this protocol is not one that QEMU reads");
		qemu_put(s->o, "driver", protocols[src->protocol].driver);
		return protocols[src->protocol].put(s);
	case DOMAIN_SOURCE_VOLUME:
		return qemu_unsupported(s->b, "the volume '%s' of pool '%s' must be looked up before the guest can have it",
					src->volume ? src->volume : "", src->pool ? src->pool : "");
	default:
		return qemu_unsupported(s->b, "a disk source of type '%s' is no image", conf_enum_name(&domain_source_type_names, src->type));
	}
}

enum domain_disk_cache qemu_disk_cache(const struct domain_disk *d)
{
	/* what several guests write must not be cached by one */
	return !d->driver.cache && d->shareable && !d->readonly && d->device != DOMAIN_DISK_CDROM ? DOMAIN_DISK_CACHE_NONE : d->driver.cache;
}

static void put_cache(json_t *o, enum domain_disk_cache cache)
{
	if (cache)
		json_object_set_new(o, "cache", json_pack("{s:b, s:b}", "direct", cache == DOMAIN_DISK_CACHE_NONE ||
							  cache == DOMAIN_DISK_CACHE_DIRECTSYNC, "no-flush", cache == DOMAIN_DISK_CACHE_UNSAFE));
}

static int build_storage(struct qemu_build *b, const struct domain_disk *disk, const struct domain_source *src, unsigned index, const char *name)
{
	struct storage s = { .b = b, .src = src, .disk = disk, .index = index, .o = json_object() };

	if (put_driver(&s) < 0) {
		json_decref(s.o);
		return -1;
	}
	qemu_put(s.o, "node-name", name);
	if (src->type != DOMAIN_SOURCE_DIR)
		put_cache(s.o, disk ? qemu_disk_cache(disk) : 0);
	if (src->type == DOMAIN_SOURCE_DIR) {
		qemu_put_bool(s.o, "read-only", disk && disk->readonly);
	} else {
		qemu_put_bool(s.o, "auto-read-only", true);
		qemu_put(s.o, "discard", "unmap");
	}
	qemu_build_blockdev(b, s.o);
	return 0;
}

/* --- format ---------------------------------------------------------------------------------------------------- */

/* QEMU's drivers of libvirt's formats. */
static const char *format_driver(enum domain_storage_format format)
{
	static const char *const drivers[] = {
		[DOMAIN_STORAGE_NONE] = "raw",     [DOMAIN_STORAGE_RAW] = "raw",   [DOMAIN_STORAGE_ISO] = "raw",   [DOMAIN_STORAGE_DIR] = "raw",
		[DOMAIN_STORAGE_FAT] = "raw",      [DOMAIN_STORAGE_BOCHS] = "bochs", [DOMAIN_STORAGE_CLOOP] = "cloop", [DOMAIN_STORAGE_DMG] = "dmg",
		[DOMAIN_STORAGE_VPC] = "vpc",      [DOMAIN_STORAGE_VDI] = "vdi",   [DOMAIN_STORAGE_VHD] = "vhdx",  [DOMAIN_STORAGE_PLOOP] = "parallels",
		[DOMAIN_STORAGE_LUKS] = "luks",    [DOMAIN_STORAGE_QCOW] = "qcow", [DOMAIN_STORAGE_QCOW2] = "qcow2", [DOMAIN_STORAGE_QED] = "qed",
		[DOMAIN_STORAGE_VMDK] = "vmdk",
	};

	return !format ? "raw" : format < ARRAY_LEN(drivers) ? drivers[format] : NULL;
}

static int put_encryption(struct qemu_build *b, json_t *o, const struct domain_encryption *e, unsigned index, const char **driver)
{
	char id[80];

	if (!e || e->engine == DOMAIN_ENCRYPTION_LIBRBD || !e->secrets.n)
		return 0;
	snprintf(id, sizeof(id), "libvirt-%u-format-encryption-secret0", index);
	if (!strcmp(*driver, "raw") && e->format != DOMAIN_ENCRYPTION_QCOW) {
		*driver = "luks";
		qemu_put(o, "key-secret", id);
	} else {
		json_object_set_new(o, "encrypt", json_pack("{s:s, s:s}", "format", e->format == DOMAIN_ENCRYPTION_LUKS ? "luks" : "aes",
							    "key-secret", id));
	}
	return qemu_build_secret(b, &e->secrets.items[0]->secret, SECRET_USAGE_VOLUME, id);
}

struct image {
	const struct domain_source *src;
	enum domain_storage_format format;
	struct conf_num metadata_cache;
	unsigned index;
	const char *backing;           /* the format node below; NULL: none known */
	bool ends, readonly;           /* ends: it is said that there is nothing below */
	const struct domain_disk *disk;   /* of the topmost alone */
};

static int build_format(struct qemu_build *b, const struct image *img, const char *name, const char *storage)
{
	const char *driver = format_driver(img->format);
	const struct domain_disk *d = img->disk;
	json_t *o;

	if (!driver)
		return qemu_unsupported(b, "QEMU does not read images of format '%s'", conf_enum_name(&domain_storage_format_names, img->format));
	o = json_object();
	qemu_put(o, "node-name", name);
	qemu_put_bool(o, "read-only", img->readonly);
	if (d) {
		put_cache(o, qemu_disk_cache(d));
		qemu_put(o, "discard", conf_enum_name(&domain_disk_discard_names, d->driver.discard));
		qemu_put(o, "detect-zeroes", conf_enum_name(&domain_disk_detect_zeroes_names, d->driver.detect_zeroes));
	}
	if (put_encryption(b, o, img->src->encryption, img->index, &driver) < 0) {
		json_decref(o);
		return -1;
	}
	qemu_put(o, "driver", driver);
	if (img->metadata_cache.set)
		qemu_put_int(o, "cache-size", img->metadata_cache.value);
	if (img->src->slice.size.set) {
		qemu_put_num(o, "offset", img->src->slice.offset);
		qemu_put_num(o, "size", img->src->slice.size);
	}
	qemu_put(o, "file", storage);
	if (img->backing)
		qemu_put(o, "backing", img->backing);
	else if (img->ends && (!strcmp(driver, "qcow2") || !strcmp(driver, "qcow") || !strcmp(driver, "qed") || !strcmp(driver, "vmdk")))
		json_object_set_new(o, "backing", json_null());
	qemu_build_blockdev(b, o);
	return 0;
}

static int build_one(struct qemu_build *b, const struct image *img, char name[64])
{
	char storage[64];

	snprintf(storage, sizeof(storage), "libvirt-%u-storage", img->index);
	snprintf(name, 64, "libvirt-%u-format", img->index);
	return build_storage(b, img->disk, img->src, img->index, storage) < 0 ? -1 : build_format(b, img, name, storage);
}

/* The chain is built from its end. */
static int build_backing(struct qemu_build *b, const struct domain_backing *backing, char name[64])
{
	char below[64] = "";
	struct image img = { .readonly = true };

	if (!backing || !qemu_has_image(&backing->src)) {
		*name = '\0';
		return 0;
	}
	if (build_backing(b, backing->backing, below) < 0)
		return -1;
	img.src = &backing->src;
	img.format = backing->format;
	img.metadata_cache = backing->metadata_cache;
	img.index = backing->index ? backing->index : backing->src.index;
	img.backing = *below ? below : NULL;
	img.ends = backing->backing && !*below;
	return build_one(b, &img, name);
}

/* One above the other; the first of the definition is the topmost, whose name is left in `top`. */
static void build_filters(struct qemu_build *b, const struct domain_disk *disk, char top[64])
{
	for (size_t i = disk->throttlefilters.n; i-- > 0;) {
		json_t *o = json_pack("{s:s}", "driver", "throttle");

		qemu_put(o, "file", top);
		snprintf(top, 64, "libvirt-%u-filter%zu", disk->src.index, i);
		qemu_put(o, "node-name", top);
		qemu_putf(o, "throttle-group", "throttle-%s", disk->throttlefilters.items[i]->group);
		qemu_build_blockdev(b, o);
	}
}

int qemu_build_image(struct qemu_build *b, const struct domain_disk *disk, char **node)
{
	bool readonly = disk->readonly || disk->device == DOMAIN_DISK_CDROM;
	char name[64], below[64];
	struct image img = { .src = &disk->src, .format = disk->driver.type, .metadata_cache = disk->driver.metadata_cache,
			     .index = disk->src.index, .readonly = readonly, .disk = disk };

	if (build_backing(b, disk->backing, below) < 0)
		return -1;
	img.backing = *below ? below : NULL;
	img.ends = disk->backing && !*below;
	if (build_one(b, &img, name) < 0)
		return -1;
	if (disk->driver.copy_on_read == CONF_ON) {
		json_t *o = json_pack("{s:s, s:s, s:s}", "driver", "copy-on-read", "file", name, "discard", "unmap");

		snprintf(name, sizeof(name), "libvirt-CoR-%s", disk->dst);
		qemu_put(o, "node-name", name);
		qemu_build_blockdev(b, o);
	}
	build_filters(b, disk, name);
	*node = strdup(name);
	return *node ? 0 : error_set(b->err, ERR_NO_MEMORY, "%s: no memory", disk->dst);
}
