/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libnss-libvirt reads: BRIDGE.status, the leases of a network, and BRIDGE.macs, which guest has which MAC addresses, in /var/lib/libvirt/dnsmasq. It reads no
 * other place, and every user's programs read it, so that these are copies for all to see. Where the directory is not, nobody looks, and nothing is written.
 */
#include "network/network_impl.h"

#include "state/state.h"
#include "util/file.h"
#include "util/netlink.h"
#include "util/str.h"

#include <fcntl.h>
#include <jansson.h>
#include <string.h>

#define PLACE "libvirt/dnsmasq"
#define LEASES_MAX (16u << 20)

/* The directory, below BERTH_ROOT with everything else; -1: there is none. */
static int open_place(void)
{
	AUTO_FREE char *lib = state_root_path(STATE_LIB, NULL);
	char *slash = lib ? strrchr(lib, '/') : NULL;
	AUTO_FREE char *path = NULL;

	if (!slash || state_is_session())
		return -1;
	*slash = '\0';
	path = str_printf("%s/" PLACE, lib);
	return path ? open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
}

static int put(const char *bridge, const char *suffix, const char *text, size_t len, struct error *err)
{
	AUTO_CLOSE int place = open_place();
	AUTO_FREE char *file = str_printf("%s.%s", bridge, suffix);

	if (place < 0 || !file)
		return file ? 0 : error_errno(err, "leases");
	return file_replace_at(place, file, text, len, 0644, FILE_VOLATILE, err);
}

int net_publish_leases(int dir, const char *bridge, struct error *err)
{
	AUTO_FREE char *file = str_printf("%s.status", bridge);
	AUTO_FREE char *text = NULL;
	struct error why = { 0 };
	size_t len = 0;

	if (!file)
		return error_errno(err, "leases");
	if (file_read_at(dir, file, LEASES_MAX, &text, &len, &why) < 0 && why.sys != ENOENT) {
		*err = why;
		return -1;
	}
	return put(bridge, "status", text ? text : "[]\n", text ? len : 3, err);
}

static json_t *entry_of(json_t *all, const char *guest)
{
	json_t *entry;
	size_t i;

	json_array_foreach(all, i, entry)
		if (!strcmp(json_string_value(json_object_get(entry, "domain")), guest))
			return entry;
	entry = json_pack("{s:s, s:[]}", "domain", guest, "macs");
	json_array_append_new(all, entry);
	return entry;
}

int net_publish_macs(const struct net_sup *n, struct error *err)
{
	json_t *all;
	char *text;
	int rc;

	if (!network_has_own_bridge(n->def))
		return 0;
	all = json_array();
	for (size_t i = 0; i < n->ports.n; i++) {
		const struct network_port *port = n->ports.items[i]->def;
		char mac[NETLINK_MAC_TEXT];

		netlink_mac_format(port->mac.addr, mac);
		json_array_append_new(json_object_get(entry_of(all, port->owner.name), "macs"), json_string(mac));
	}
	text = json_dumps(all, JSON_INDENT(2));
	rc = text ? put(n->def->bridge.name, "macs", text, strlen(text), err) : error_set(err, ERR_NO_MEMORY, "no memory for the ports");
	free(text);
	json_decref(all);
	return rc;
}

void net_unpublish(const char *bridge)
{
	static const char *const suffixes[] = { "status", "macs" };
	AUTO_CLOSE int place = open_place();

	for (size_t i = 0; i < ARRAY_LEN(suffixes) && place >= 0; i++) {
		AUTO_FREE char *file = str_printf("%s.%s", bridge, suffixes[i]);

		if (file)
			(void)unlinkat(place, file, 0);
	}
}
