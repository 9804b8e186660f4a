/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DHCP leases: kept as BRIDGE.status, a JSON array in the form that libvirt's tools and libnss-libvirt read, in the network's own directory, so that they
 * outlive its end. dnsmasq keeps none itself: its script (helpers/net-lease) notes each, and hands all back when dnsmasq starts.
 */
#include "network/network.h"
#include "network/network_impl.h"

#include "state/state.h"
#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <time.h>

#define LEASES_DIR "leases"
#define LEASES_MAX (16u << 20)
#define LOCK_MS 10000

int net_lease_dir(const char *name, bool create, struct error *err)
{
	AUTO_CLOSE int object = state_is_defined("network", name, NULL) == 1 ? state_open_object("network", name, err) : state_run_open("network", name, err);

	return object < 0 ? -1 : file_open_dir_at(object, LEASES_DIR, 0700, create, err);
}

static json_t *load(int dir, const char *file, struct error *err)
{
	AUTO_FREE char *text = NULL;
	struct error why = { 0 };
	size_t len = 0;
	json_t *all;

	if (file_read_at(dir, file, LEASES_MAX, &text, &len, &why) < 0 && why.sys != ENOENT) {
		*err = why;
		return NULL;
	}
	/* damaged it is as good as none: guests ask again */
	all = text ? json_loadb(text, len, 0, NULL) : NULL;
	if (!json_is_array(all)) {
		json_decref(all);
		all = json_array();
	}
	if (!all)
		error_set(err, ERR_NO_MEMORY, "no memory for the leases");
	return all;
}

static int store(int dir, const char *file, const json_t *all, struct error *err)
{
	AUTO_FREE char *text = json_dumps(all, JSON_INDENT(2));

	return text ? file_replace_at(dir, file, text, strlen(text), 0644, FILE_VOLATILE, err) : error_set(err, ERR_NO_MEMORY, "no memory for the leases");
}

static const char *text_of(const json_t *lease, const char *key)
{
	return json_string_value(json_object_get(lease, key));
}

static void remove_ip(json_t *all, const char *ip)
{
	for (size_t i = json_array_size(all); i-- > 0;) {
		const char *its = text_of(json_array_get(all, i), "ip-address");

		if (its && !strcmp(its, ip))
			json_array_remove(all, i);
	}
}

static void set_text(json_t *lease, const char *key, const char *value)
{
	if (value && *value)
		json_object_set_new(lease, key, json_string(value));
}

/* For IPv6, dnsmasq's "mac" is the DUID, and the address of the card, where known, is in the environment. */
static json_t *lease_new(const char *mac, const char *ip, const char *hostname)
{
	const char *expires = getenv("DNSMASQ_LEASE_EXPIRES"), *iaid = getenv("DNSMASQ_IAID");
	bool v6 = strchr(ip, ':');
	json_t *lease = json_object();
	uint64_t expiry = 0;

	if (!lease)
		return NULL;
	set_text(lease, "ip-address", ip);
	set_text(lease, "mac-address", v6 ? getenv("DNSMASQ_MAC") : mac);
	set_text(lease, "hostname", hostname ? hostname : getenv("DNSMASQ_SUPPLIED_HOSTNAME"));
	set_text(lease, "client-id", v6 ? mac : getenv("DNSMASQ_CLIENT_ID"));
	if (v6) {
		set_text(lease, "iaid", iaid);
		set_text(lease, "server-duid", getenv("DNSMASQ_SERVER_DUID"));
	}
	if (expires && str_to_u64(expires, INT64_MAX, &expiry) == 0)
		json_object_set_new(lease, "expiry-time", json_integer((json_int_t)expiry));
	return lease;
}

int net_lease_change(int dir, const char *bridge, const char *action, const char *mac, const char *ip, const char *hostname, struct error *err)
{
	AUTO_FREE char *file = str_printf("%s.status", bridge);
	AUTO_CLOSE int lock = openat(dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	json_t *all, *lease;
	int rc;

	if (!file || lock < 0 || file_lock(lock, LOCK_MS) < 0)
		return error_errno(err, "leases");
	all = load(dir, file, err);
	if (!all)
		return -1;
	remove_ip(all, ip);
	if (strcmp(action, "del")) {
		lease = lease_new(mac, ip, hostname);
		if (!lease || json_array_append_new(all, lease) < 0) {
			json_decref(all);
			return error_set(err, ERR_NO_MEMORY, "no memory for the leases");
		}
	}
	rc = store(dir, file, all, err);
	json_decref(all);
	return rc < 0 ? -1 : net_publish_leases(dir, bridge, err);
}

static const char *or_star(const char *s)
{
	return s && *s ? s : "*";
}

int net_lease_print(int dir, const char *bridge, struct error *err)
{
	AUTO_FREE char *file = str_printf("%s.status", bridge);
	const char *duid = NULL;
	json_t *all = file ? load(dir, file, err) : NULL, *lease;
	size_t i;

	if (!all)
		return -1;
	json_array_foreach(all, i, lease) {
		const char *ip = text_of(lease, "ip-address");

		if (ip && !strchr(ip, ':'))
			printf("%lld %s %s %s %s\n", (long long)json_integer_value(json_object_get(lease, "expiry-time")),
			       or_star(text_of(lease, "mac-address")), ip, or_star(text_of(lease, "hostname")), or_star(text_of(lease, "client-id")));
		else if (text_of(lease, "server-duid"))
			duid = text_of(lease, "server-duid");
	}
	if (duid)
		printf("duid %s\n", duid);
	json_array_foreach(all, i, lease) {
		const char *ip = text_of(lease, "ip-address");

		if (ip && strchr(ip, ':'))
			printf("%lld %s %s %s %s\n", (long long)json_integer_value(json_object_get(lease, "expiry-time")), or_star(text_of(lease, "iaid")), ip,
			       or_star(text_of(lease, "hostname")), or_star(text_of(lease, "client-id")));
	}
	json_decref(all);
	return fflush(stdout) == 0 ? 0 : error_errno(err, "leases");
}

/* --- network_get_dhcp_leases -------------------------------------------------------------------------------------- */

static int give(wire_string **out, const char *text, struct error *err)
{
	if (!text || !*text)
		return 0;
	*out = malloc(sizeof(**out));
	if (*out)
		**out = strdup(text);
	return *out && **out ? 0 : error_errno(err, "no memory for the answer");
}

static unsigned prefix_for(const struct network *def, const char *ip)
{
	struct addr a, own;
	unsigned prefix;

	if (addr_parse(ip, AF_UNSPEC, &a) < 0)
		return 0;
	for (size_t i = 0; i < def->ips.n; i++) {
		network_ip_address(def->ips.items[i], &own, &prefix);
		if (addr_same_network(&a, &own, prefix))
			return prefix;
	}
	return 0;
}

static int fill(const struct network *def, const json_t *lease, wire_network_dhcp_lease *out, struct error *err)
{
	const char *ip = text_of(lease, "ip-address");

	*out = (wire_network_dhcp_lease){ .iface = strdup(def->bridge.name), .ipaddr = strdup(ip), .type = strchr(ip, ':') ? 1 : 0,
					  .expirytime = json_integer_value(json_object_get(lease, "expiry-time")), .prefix = prefix_for(def, ip) };
	if (!out->iface || !out->ipaddr)
		return error_errno(err, "no memory for the answer");
	return give(&out->mac, text_of(lease, "mac-address"), err) < 0 || give(&out->iaid, text_of(lease, "iaid"), err) < 0 ||
	       give(&out->hostname, text_of(lease, "hostname"), err) < 0 || give(&out->clientid, text_of(lease, "client-id"), err) < 0 ? -1 : 0;
}

static bool is_asked_for(const json_t *lease, const char *mac)
{
	const char *its = text_of(lease, "mac-address");
	json_int_t expiry = json_integer_value(json_object_get(lease, "expiry-time"));

	if (!text_of(lease, "ip-address") || (expiry && expiry < (json_int_t)time(NULL)))
		return false;
	return !mac || (its && !strcasecmp(its, mac));
}

int net_leases(int dir, const struct network *def, const char *mac, wire_network_get_dhcp_leases_ret *ret, bool need_results, struct error *err)
{
	AUTO_FREE char *file = str_printf("%s.status", def->bridge.name);
	json_t *all = file ? load(dir, file, err) : NULL, *lease;
	size_t i;
	int rc = 0;

	if (!all)
		return -1;
	if (need_results) {
		ret->leases.leases_val = calloc(json_array_size(all) + 1, sizeof(*ret->leases.leases_val));
		rc = ret->leases.leases_val ? 0 : error_errno(err, "no memory for the answer");
	}
	json_array_foreach(all, i, lease) {
		if (rc < 0 || !is_asked_for(lease, mac))
			continue;
		ret->ret++;
		if (need_results)
			rc = fill(def, lease, &ret->leases.leases_val[ret->leases.leases_len++], err);
	}
	json_decref(all);
	return rc;
}

/* --- the script --------------------------------------------------------------------------------------------------- */

int network_lease_main(int argc, char **argv, struct error *err)
{
	const char *name = getenv("BERTH_NETWORK"), *bridge = getenv("BERTH_BRIDGE"), *action = argc > 1 ? argv[1] : "";
	AUTO_CLOSE int dir = -1;

	if (!name || !bridge)
		return error_set(err, ERR_INVALID_ARG, "this is dnsmasq's script, which a network's supervisor tells its name");
	/* of TFTP, ARP and relays it tells, too */
	if (strcmp(action, "init") && ((strcmp(action, "add") && strcmp(action, "old") && strcmp(action, "del")) || argc < 4))
		return 0;
	dir = net_lease_dir(name, true, err);
	if (dir < 0)
		return -1;
	if (!strcmp(action, "init"))
		return net_lease_print(dir, bridge, err);
	return net_lease_change(dir, bridge, action, argv[2], argv[3], argc > 4 ? argv[4] : NULL, err);
}
