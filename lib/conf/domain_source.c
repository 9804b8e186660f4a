/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_source.h"

CONF_ENUM_NAMES(domain_source_type, DOMAIN_SOURCE_TYPES);
CONF_ENUM_NAMES(domain_protocol, DOMAIN_PROTOCOLS);
CONF_ENUM_NAMES(domain_host_transport, DOMAIN_HOST_TRANSPORTS);
CONF_ENUM_NAMES(domain_startup_policy, DOMAIN_STARTUP_POLICIES);
CONF_ENUM_NAMES(domain_volume_mode, DOMAIN_VOLUME_MODES);
CONF_ENUM_NAMES(domain_auth_type, DOMAIN_AUTH_TYPES);
CONF_ENUM_NAMES(domain_encryption_format, DOMAIN_ENCRYPTION_FORMATS);
CONF_ENUM_NAMES(domain_encryption_engine, DOMAIN_ENCRYPTION_ENGINES);
CONF_ENUM_NAMES(domain_secret_type, DOMAIN_SECRET_TYPES);
CONF_ENUM_NAMES(domain_storage_format, DOMAIN_STORAGE_FORMATS);
CONF_ENUM_NAMES(domain_socket_type, DOMAIN_SOCKET_TYPES);
CONF_ENUM_NAMES(domain_nvme_type, DOMAIN_NVME_TYPES);
CONF_ENUM_NAMES(domain_slice_type, DOMAIN_SLICE_TYPES);

/* --- secrets: <auth>, <encryption> ------------------------------------------------------------------------------ */

static const struct conf_row secret_ref_rows[] = {
	ATTR_UUID("uuid", struct domain_secret_ref, uuid),
	ATTR_STRING("usage", struct domain_secret_ref, usage),
	CONF_END
};

static int secret_ref_fill(struct conf_reader *r, void *obj)
{
	static const unsigned char none[16];
	const struct domain_secret_ref *ref = obj;
	bool uuid = memcmp(ref->uuid, none, sizeof(none)) != 0;

	if (!uuid && !ref->usage)
		return conf_fail(r, "neither 'uuid' nor 'usage' names a secret");
	return uuid && ref->usage ? conf_fail(r, "'uuid' and 'usage' exclude each other") : 0;
}

const struct conf_elem domain_secret_ref_elem = ELEM(struct domain_secret_ref, secret_ref_rows, .fill = secret_ref_fill);

static const struct conf_row auth_secret_rows[] = {
	ATTR_ENUM("type", struct domain_auth, type, domain_auth_type, .flags = CONF_REQUIRED),
	INCLUDE(struct domain_auth, secret, struct domain_secret_ref, domain_secret_ref_elem),
	CONF_END
};

static const struct conf_row auth_rows[] = {
	ATTR_STRING("username", struct domain_auth, username, .flags = CONF_REQUIRED),
	GROUP("secret", auth_secret_rows, .flags = CONF_REQUIRED),
	CONF_END
};

const struct conf_elem domain_auth_elem = ELEM(struct domain_auth, auth_rows);

static const struct conf_row encryption_secret_rows[] = {
	ATTR_ENUM("type", struct domain_encryption_secret, type, domain_secret_type, .flags = CONF_REQUIRED),
	INCLUDE(struct domain_encryption_secret, secret, struct domain_secret_ref, domain_secret_ref_elem),
	CONF_END
};

static const struct conf_elem encryption_secret_elem = ELEM(struct domain_encryption_secret, encryption_secret_rows);

static const struct conf_row cipher_rows[] = {
	ATTR_STRING("name", struct domain_encryption, cipher.name, .flags = CONF_REQUIRED),
	ATTR_UINT("size", struct domain_encryption, cipher.size, .flags = CONF_REQUIRED),
	ATTR_STRING("mode", struct domain_encryption, cipher.mode),
	ATTR_STRING("hash", struct domain_encryption, cipher.hash),
	CONF_END
};

static const struct conf_row ivgen_rows[] = {
	ATTR_STRING("name", struct domain_encryption, ivgen.name, .flags = CONF_REQUIRED),
	ATTR_STRING("hash", struct domain_encryption, ivgen.hash),
	CONF_END
};

static const struct conf_row encryption_rows[] = {
	ATTR_ENUM("format", struct domain_encryption, format, domain_encryption_format, .flags = CONF_REQUIRED),
	ATTR_ENUM("engine", struct domain_encryption, engine, domain_encryption_engine),
	LIST("secret", struct domain_encryption, secrets, struct domain_encryption_secret, encryption_secret_elem),
	GROUP("cipher", cipher_rows),
	GROUP("ivgen", ivgen_rows),
	CONF_END
};

const struct conf_elem domain_encryption_elem = ELEM(struct domain_encryption, encryption_rows);

/* --- parts of sources ------------------------------------------------------------------------------------------ */

static const struct conf_row seclabel_rows[] = {
	ATTR_STRING("model", struct domain_device_seclabel, model),
	ATTR_YESNO("labelskip", struct domain_device_seclabel, labelskip),
	ATTR_YESNO("relabel", struct domain_device_seclabel, relabel),
	CHILD_STRING("label", struct domain_device_seclabel, label),
	CONF_END
};

static int seclabel_fill(struct conf_reader *r, void *obj)
{
	struct domain_device_seclabel *label = obj;

	if (label->label && label->relabel == CONF_NO)
		return conf_fail(r, "<label> and relabel='no' exclude each other");
	if (label->label)
		label->relabel = CONF_YES;
	return 0;
}

/* One that changes nothing, and what a security driver noted about a running guest. */
static bool seclabel_hidden(const struct conf_writer *w, const void *obj)
{
	const struct domain_device_seclabel *label = obj;

	if (label->labelskip == CONF_YES)
		return w->flags & CONF_FORMAT_INACTIVE;
	return !label->label && label->relabel != CONF_NO;
}

const struct conf_elem domain_device_seclabel_elem =
	ELEM(struct domain_device_seclabel, seclabel_rows, .fill = seclabel_fill, .hidden = seclabel_hidden);

static const struct conf_row reconnect_rows[] = {
	ATTR_YESNO("enabled", struct domain_reconnect, enabled),
	ATTR_NUM("timeout", struct domain_reconnect, timeout, .max = UINT32_MAX),
	CONF_END
};

static int reconnect_fill(struct conf_reader *r, void *obj)
{
	struct domain_reconnect *reconnect = obj;

	if (reconnect->enabled == CONF_YES && !reconnect->timeout.set)
		return conf_fail(r, "enabled='yes' needs a 'timeout'");
	if (reconnect->enabled != CONF_YES)
		reconnect->timeout = (struct conf_num){ 0 };
	return 0;
}

const struct conf_elem domain_reconnect_elem = ELEM(struct domain_reconnect, reconnect_rows, .fill = reconnect_fill);

static const struct conf_row reservations_source_rows[] = {
	ATTR_ENUM("type", struct domain_reservations, type, domain_socket_type, .flags = CONF_REQUIRED),
	ATTR_STRING("path", struct domain_reservations, path, .flags = CONF_REQUIRED),
	ATTR_STRING("mode", struct domain_reservations, mode),
	EMBED("reconnect", struct domain_reservations, reconnect, struct domain_reconnect, domain_reconnect_elem),
	CONF_END
};

static const struct conf_row reservations_rows[] = {
	ATTR_YESNO("managed", struct domain_reservations, managed, .flags = CONF_REQUIRED),
	GROUP("source", reservations_source_rows),
	CONF_END
};

static const struct conf_elem reservations_elem = ELEM(struct domain_reservations, reservations_rows);

static const struct conf_row host_rows[] = {
	ATTR_STRING("name", struct domain_host, name),
	ATTR_STRING("port", struct domain_host, port),
	ATTR_ENUM("transport", struct domain_host, transport, domain_host_transport),
	ATTR_STRING("socket", struct domain_host, socket),
	CONF_END
};

static int host_fill(struct conf_reader *r, void *obj)
{
	struct domain_host *host = obj;

	if (host->transport == DOMAIN_HOST_UNIX) {
		if (!host->socket)
			return conf_fail(r, "transport='unix' needs a 'socket'");
		if (host->name)
			return conf_fail(r, "transport='unix' and 'name' exclude each other");
	} else if (host->socket) {
		return conf_fail(r, "'socket' goes with transport='unix' only");
	} else if (!host->name) {
		return conf_fail(r, "attribute 'name' is missing");
	}
	if (host->transport == DOMAIN_HOST_TCP)
		host->transport = 0;
	return 0;
}

const struct conf_elem domain_host_elem = ELEM(struct domain_host, host_rows, .fill = host_fill);

static const struct conf_row cookie_rows[] = {
	ATTR_STRING("name", struct domain_cookie, name, .flags = CONF_REQUIRED),
	TEXT_STRING(struct domain_cookie, value, .flags = CONF_KEEP | CONF_SECRET),
	CONF_END
};

static const struct conf_elem cookie_elem = ELEM(struct domain_cookie, cookie_rows);

static const struct conf_row pci_source_rows[] = {
	ATTR_NUM("domain", struct domain_pci_source, domain, .width = 4, .max = UINT32_MAX),
	ATTR_NUM("bus", struct domain_pci_source, bus, .width = 2, .max = 0xff),
	ATTR_NUM("slot", struct domain_pci_source, slot, .width = 2, .max = 0x1f),
	ATTR_NUM("function", struct domain_pci_source, function, .width = 1, .max = 7),
	CONF_END
};

static int pci_source_fill(struct conf_reader *r UNUSED, void *obj)
{
	struct domain_pci_source *pci = obj;

	pci->domain.set = pci->bus.set = pci->slot.set = pci->function.set = true;
	return 0;
}

const struct conf_elem domain_pci_source_elem = ELEM(struct domain_pci_source, pci_source_rows, .fill = pci_source_fill);

/* --- <source> -------------------------------------------------------------------------------------------------- */

#define FILE_ BIT(DOMAIN_SOURCE_FILE)
#define BLOCK BIT(DOMAIN_SOURCE_BLOCK)
#define DIR_ BIT(DOMAIN_SOURCE_DIR)
#define NETWORK BIT(DOMAIN_SOURCE_NETWORK)
#define VOLUME BIT(DOMAIN_SOURCE_VOLUME)
#define NVME BIT(DOMAIN_SOURCE_NVME)
#define VHOSTUSER BIT(DOMAIN_SOURCE_VHOSTUSER)

#define NAMED(name_, member, ...) \
	static const struct conf_row member##_rows[] = { ATTR_STRING(name_, struct domain_source, member, ##__VA_ARGS__), CONF_END }

NAMED("name", snapshot);
NAMED("file", config_file);
NAMED("name", initiator_iqn);

static const struct conf_row initiator_rows[] = {
	GROUP("iqn", initiator_iqn_rows),
	CONF_END
};

static const struct conf_row identity_rows[] = {
	ATTR_STRING("user", struct domain_source, nfs_user),
	ATTR_STRING("group", struct domain_source, nfs_group),
	CONF_END
};

static const struct conf_row ssl_rows[] = {
	ATTR_YESNO("verify", struct domain_source, ssl_verify, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row cookies_rows[] = {
	LIST("cookie", struct domain_source, cookies, struct domain_cookie, cookie_elem),
	CONF_END
};

static const struct conf_row readahead_rows[] = {
	ATTR_UINT("size", struct domain_source, readahead, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row timeout_rows[] = {
	ATTR_UINT("seconds", struct domain_source, timeout, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row slice_rows[] = {
	ATTR_ENUM("type", struct domain_source, slice.type, domain_slice_type, .flags = CONF_REQUIRED),
	ATTR_NUM("offset", struct domain_source, slice.offset, .flags = CONF_REQUIRED),
	ATTR_NUM("size", struct domain_source, slice.size, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row slices_rows[] = {
	GROUP("slice", slice_rows),
	CONF_END
};

static const struct conf_row source_rows[] = {
	ATTR_STRING("file", struct domain_source, path, .when = FILE_, .flags = CONF_DROP_EMPTY),
	ATTR_STRING("fdgroup", struct domain_source, fdgroup, .when = FILE_),
	ATTR_STRING("dev", struct domain_source, path, .when = BLOCK, .flags = CONF_DROP_EMPTY),
	ATTR_STRING("dir", struct domain_source, path, .when = DIR_, .flags = CONF_DROP_EMPTY),
	ATTR_ENUM("type", struct domain_source, socket_type, domain_socket_type, .when = VHOSTUSER, .flags = CONF_REQUIRED),
	ATTR_STRING("path", struct domain_source, path, .when = VHOSTUSER, .flags = CONF_REQUIRED),
	ATTR_ENUM("type", struct domain_source, nvme_type, domain_nvme_type, .when = NVME, .flags = CONF_REQUIRED),
	ATTR_YESNO("managed", struct domain_source, nvme_managed, .when = NVME),
	ATTR_NUM("namespace", struct domain_source, nvme_namespace, .when = NVME, .flags = CONF_REQUIRED),
	EMBED("address", struct domain_source, nvme_address, struct domain_pci_source, domain_pci_source_elem, .when = NVME,
	      .flags = CONF_REQUIRED),
	ATTR_STRING("pool", struct domain_source, pool, .when = VOLUME),
	ATTR_STRING("volume", struct domain_source, volume, .when = VOLUME),
	ATTR_ENUM("mode", struct domain_source, mode, domain_volume_mode, .when = VOLUME),
	ATTR_ENUM("protocol", struct domain_source, protocol, domain_protocol, .when = NETWORK, .flags = CONF_REQUIRED),
	ATTR_STRING("name", struct domain_source, name, .when = NETWORK),
	ATTR_STRING("query", struct domain_source, query, .when = NETWORK),
	ATTR_YESNO("tls", struct domain_source, tls, .when = NETWORK),
	ATTR_STRING("tlsHostname", struct domain_source, tls_hostname, .when = NETWORK),
	ATTR_ENUM("startupPolicy", struct domain_source, startup_policy, domain_startup_policy),
	ATTR_UINT("index", struct domain_source, index, .flags = CONF_LIVE),
	LIST("host", struct domain_source, hosts, struct domain_host, domain_host_elem, .when = NETWORK),
	GROUP("snapshot", snapshot_rows, .when = NETWORK),
	GROUP("config", config_file_rows, .when = NETWORK),
	GROUP("initiator", initiator_rows, .when = NETWORK),
	GROUP("ssl", ssl_rows, .when = NETWORK),
	GROUP("cookies", cookies_rows, .when = NETWORK),
	GROUP("readahead", readahead_rows, .when = NETWORK),
	GROUP("timeout", timeout_rows, .when = NETWORK),
	GROUP("identity", identity_rows, .when = NETWORK),
	EMBED("reconnect", struct domain_source, reconnect, struct domain_reconnect, domain_reconnect_elem, .when = VHOSTUSER),
	GROUP("slices", slices_rows),
	LIST("seclabel", struct domain_source, seclabels, struct domain_device_seclabel, domain_device_seclabel_elem, .max = 64),
	NODE("auth", struct domain_source, auth, struct domain_auth, domain_auth_elem),
	NODE("encryption", struct domain_source, encryption, struct domain_encryption, domain_encryption_elem),
	NODE("reservations", struct domain_source, reservations, struct domain_reservations, reservations_elem),
	CONF_END
};

/* Hosts that are reached by TCP have the protocol's port unless they say another. */
static int fill_port(struct conf_reader *r, enum domain_protocol protocol, struct domain_host *host)
{
	static const char ports[][6] = {
		[DOMAIN_PROTOCOL_NBD] = "10809", [DOMAIN_PROTOCOL_SHEEPDOG] = "7000", [DOMAIN_PROTOCOL_GLUSTER] = "24007",
		[DOMAIN_PROTOCOL_ISCSI] = "3260", [DOMAIN_PROTOCOL_HTTP] = "80", [DOMAIN_PROTOCOL_HTTPS] = "443",
		[DOMAIN_PROTOCOL_FTP] = "21", [DOMAIN_PROTOCOL_FTPS] = "990", [DOMAIN_PROTOCOL_TFTP] = "69",
		[DOMAIN_PROTOCOL_SSH] = "22", [DOMAIN_PROTOCOL_VXHS] = "9999", [DOMAIN_PROTOCOL_NFS] = "2049",
	};

	if (host->transport || host->port || !ports[protocol][0])
		return 0;
	host->port = strdup(ports[protocol]);
	return host->port ? 0 : conf_no_memory(r);
}

int domain_iscsi_name(struct conf_reader *r, char **name)
{
	size_t len = strlen(*name);
	char *with_lun;

	if (strchr(*name, '/'))
		return 0;
	with_lun = malloc(len + 3);
	if (!with_lun)
		return conf_no_memory(r);
	memcpy(with_lun, *name, len);
	memcpy(with_lun + len, "/0", 3);
	free(*name);
	*name = with_lun;
	return 0;
}

static int source_fill(struct conf_reader *r, void *obj)
{
	struct domain_source *src = obj;

	if (src->type == DOMAIN_SOURCE_VOLUME && !src->pool != !src->volume)
		return conf_fail(r, "'pool' and 'volume' go together");
	if (src->type == DOMAIN_SOURCE_NETWORK && !src->name && src->protocol != DOMAIN_PROTOCOL_NBD &&
	    src->protocol != DOMAIN_PROTOCOL_RBD)
		return conf_fail(r, "attribute 'name' is missing");
	for (size_t i = 0; i < src->seclabels.n; i++)
		for (size_t j = 0; j < i; j++) {
			const char *a = src->seclabels.items[i]->model, *b = src->seclabels.items[j]->model;

			if (a == b || (a && b && !strcmp(a, b)))
				return conf_fail(r, "there are two <seclabel> of the model '%.60s'", a ? a : "");
		}
	for (size_t i = 0; i < src->hosts.n; i++)
		if (fill_port(r, src->protocol, src->hosts.items[i]) < 0)
			return -1;
	return src->protocol == DOMAIN_PROTOCOL_ISCSI && src->name ? domain_iscsi_name(r, &src->name) : 0;
}

const struct conf_elem domain_source_elem =
	ELEM_KIND(struct domain_source, type, source_rows, .kind_default = DOMAIN_SOURCE_FILE, .fill = source_fill);
