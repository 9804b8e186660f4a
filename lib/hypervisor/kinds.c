/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hypervisor/kinds.h"

#include "state/state.h"

#include <string.h>

static const char *const lxc_types[] = { "lxc", NULL };
static const char *const qemu_types[] = { "qemu", "kvm", NULL };
static const char *const test_types[] = { "test", NULL };

#define GUESTS .noun = "guest", .missing = ERR_NO_DOMAIN

const struct hv_kind hv_kinds[] = {
	{ .name = "lxc", .title = "LXC", .supervisor = "lxc-supervisor", .domain_types = lxc_types, .os_type = "exe", .from = ERROR_FROM_LXC,
	  .sched_params = 3, .session = true, GUESTS },
	{ .name = "qemu", .title = "QEMU", .supervisor = "qemu-supervisor", .domain_types = qemu_types, .os_type = "hvm", .from = ERROR_FROM_QEMU, .session = true,
	  .images = true, GUESTS },
	{ .name = "test", .title = "TEST", .supervisor = "test-supervisor", .domain_types = test_types, .os_type = "linux", .from = ERROR_FROM_TEST, .session = true,
	  .apart = true, .images = true, .scheduler = "fair", .host_cpus = 16, GUESTS },
	{ .name = NULL },
};

const struct hv_kind hv_network_kind = {
	.name = "network", .title = "network", .supervisor = "net-supervisor", .noun = "network", .missing = ERR_NO_NETWORK, .from = ERROR_FROM_NETWORK,
};

#define SECRETS .title = "secret", .noun = "secret", .missing = ERR_NO_SECRET
static const struct hv_kind ephemeral_secret_kind = { .name = ".secret", SECRETS };
const struct hv_kind hv_secret_kind = { .name = "secret", .also = &ephemeral_secret_kind, SECRETS };

const struct hv_kind *hv_kind_of_directory(const char *name)
{
	return strcmp(name, hv_network_kind.name) ? hv_kind_find(name) : &hv_network_kind;
}

const struct hv_kind *hv_kind_find(const char *name)
{
	for (const struct hv_kind *k = hv_kinds; k->name; k++)
		if (!strcmp(k->name, name))
			return k;
	return NULL;
}

const struct hv_kind *hv_kind_of_type(const char *domain_type)
{
	for (const struct hv_kind *k = hv_kinds; k->name; k++)
		for (size_t i = 0; k->domain_types[i]; i++)
			if (!strcmp(k->domain_types[i], domain_type))
				return k;
	return NULL;
}

const struct hv_kind *hv_next(const struct hv *hv, const struct hv_kind *last)
{
	if (hv->kind)
		return last ? last->also : hv->kind;
	last = last ? last + 1 : hv_kinds;
	while (last->name && last->apart)
		last++;
	return last->name ? last : NULL;
}

/* The kind that a URI's scheme names; *rest is what follows the colon. NULL: none of ours, or with a transport. */
static const struct hv_kind *scheme(const char *uri, const char **rest)
{
	const char *colon = strchr(uri, ':');
	size_t len = colon ? (size_t)(colon - uri) : 0;

	for (const struct hv_kind *k = hv_kinds; k->name && colon; k++) {
		if (!k->apart && strlen(k->name) == len && !strncmp(k->name, uri, len)) {
			*rest = colon + 1;
			return k;
		}
	}
	return NULL;
}

enum hv_uri hv_uri_kind(const char *uri)
{
	const char *rest;

	if (!uri || !*uri)
		return HV_URI_LOCAL;
	if (!scheme(uri, &rest))
		return HV_URI_REMOTE;
	/* with a server it is another machine's */
	return !strncmp(rest, "//", 2) && rest[2] && rest[2] != '/' ? HV_URI_REMOTE : HV_URI_LOCAL;
}

int hv_open(struct hv *hv, const char *uri, bool read_only, const struct hv_driver *const *drivers, struct error *err)
{
	const char *path = "";
	bool session = state_is_session();

	*hv = (struct hv){ .read_only = read_only, .timeout_ms = HV_TIMEOUT_DEFAULT, .drivers = drivers };
	if (!uri || !*uri)
		return 0;
	if (hv_uri_kind(uri) != HV_URI_LOCAL)
		return error_set(err, ERR_NO_CONNECT, "'%.200s' is no local driver", uri);
	hv->kind = scheme(uri, &path);
	if (!strncmp(path, "//", 2))
		path += 2;
	size_t len = strcspn(path, "?#");
	if (len == 0 || (len == 1 && *path == '/'))
		return 0;
	if (len == 7 && !strncmp(path, "/system", 7)) {
		if (session)
			return error_set(err, ERR_ACCESS_DENIED, "'%.200s' is root's: run this as root, or say %s:///session", uri, hv->kind->name);
		return 0;
	}
	if (len == 8 && !strncmp(path, "/session", 8)) {
		if (!session)
			return error_set(err, ERR_NO_CONNECT, "'%.200s' is a user's: root has %s:///system", uri, hv->kind->name);
		return 0;
	}
	return error_set(err, ERR_NO_CONNECT, "'%.200s' is not known: say %s:///system", uri, hv->kind->name);
}
