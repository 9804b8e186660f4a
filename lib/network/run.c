/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network's life under its supervisor: made in one order, undone in the other, mended after an adoption. */
#include "network/network.h"
#include "network/network_impl.h"

#include "util/netlink.h"
#include "util/nft.h"
#include "util/str.h"

#include <string.h>

int net_apply_rules(struct net_sup *n, struct error *err)
{
	AUTO_FREE char *rules = net_table_rules(n->def, err);

	return rules ? nft_run(rules, err) : -1;
}

static int make_rules(struct net_sup *n, struct error *err)
{
	AUTO_FREE char *table = net_table_name(n->def, err);

	if (!table || supervisor_plan(n->sv, "table", table, err) < 0)
		return -1;
	return net_apply_rules(n, err) < 0 ? -1 : net_guard_start(n, err);
}

/* What n->def has that the kernel and dnsmasq do not know yet. */
static int make_true(struct net_sup *n, const struct network *old, struct error *err)
{
	if (!network_has_own_bridge(n->def))
		return net_pool_fill(n->def, err);
	if (net_bridge_change(n, old, err) < 0)
		return -1;
	if (!conf_equal(network_document.elem, old, n->def, NULL)) {
		net_dnsmasq_stop(n);
		if (net_needs_dnsmasq(n->def) && net_dnsmasq_start(n, err) < 0)
			return -1;
	}
	return net_apply_rules(n, err);
}

int net_change(struct net_sup *n, struct network *def, struct error *err)
{
	struct network *old = n->def;
	struct error ignored;

	if (network_has_own_bridge(def) != network_has_own_bridge(old))
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "network '%s' cannot come to forward in that way while it is active (net-update --config, net-destroy, "
				 "net-start)", n->sv->name);
	if (net_needs_dnsmasq(def) && net_dnsmasq_find(err) < 0)
		return -1;
	n->def = def;
	if (make_true(n, old, err) == 0) {
		network_free(old);
		return 0;
	}
	n->def = old;
	if (!n->sv->ending && make_true(n, def, &ignored) < 0)
		supervisor_log(n->sv, "%s: %s", n->sv->name, ignored.text);
	return -1;
}

static int load(struct supervisor *sv, const char *xml, size_t len, bool live, struct error *err)
{
	struct net_sup *n = calloc(1, sizeof(*n));

	if (!n)
		return error_errno(err, "network");
	n->sv = sv;
	n->dnsmasq_pidfd = n->guard_fd = -1;
	n->def = network_parse(xml, len, live ? CONF_PARSE_LIVE : 0, err);
	if (!n->def) {
		free(n);
		return -1;
	}
	memcpy(sv->uuid, n->def->uuid, sizeof(sv->uuid));
	sv->priv = n;
	return 0;
}

static char *live_xml(const struct supervisor *sv, struct error *err)
{
	return network_format(net_of(sv)->def, 0, err);
}

static void undo(struct net_sup *n)
{
	AUTO_FREE char *table = network_has_own_bridge(n->def) ? net_table_name(n->def, NULL) : NULL;
	AUTO_FREE char *commands = table ? str_printf("add table %s\ndelete table %s\n", table, table) : NULL;
	struct error err;

	net_guard_stop(n);
	net_dnsmasq_stop(n);
	net_unpublish(n->def->bridge.name);
	if (commands && nft_run(commands, &err) < 0)
		supervisor_log(n->sv, "%s: %s", n->sv->name, err.text);
	net_bridge_remove(n);
}

/* Names that cannot be told are no reason to have no network. */
static void publish(struct net_sup *n)
{
	struct error err = { 0 }, none = { 0 };
	AUTO_CLOSE int dir = net_lease_dir(n->sv->name, false, &none);

	if ((dir >= 0 && net_publish_leases(dir, n->def->bridge.name, &err) < 0) || net_publish_macs(n, &err) < 0)
		supervisor_log(n->sv, "%s: %s", n->sv->name, err.text);
}

static int make(struct net_sup *n, struct error *err)
{
	if (!network_has_own_bridge(n->def))
		return net_pool_fill(n->def, err);
	if (net_needs_dnsmasq(n->def) && net_dnsmasq_find(err) < 0)
		return -1;
	if (net_check_host(n->nl, n->def, err) < 0)
		return -1;
	if (net_bridge_make(n, err) < 0 || make_rules(n, err) < 0 || (net_needs_dnsmasq(n->def) && net_dnsmasq_start(n, err) < 0)) {
		undo(n);
		return -1;
	}
	publish(n);
	return 0;
}

static int start(struct supervisor *sv, bool paused, struct error *err)
{
	struct net_sup *n = net_of(sv);

	(void)paused;
	/* the plan needs a name for each thing before it is made */
	if (!(n->nl = netlink_open(err)) || make(n, err) < 0)
		return -1;
	sv->state = GUEST_RUNNING;
	sv->reason = 1;
	return 0;
}

/* What is missing is made again, what is there stays: guests go on to talk meanwhile. */
static int adopt(struct supervisor *sv, struct error *err)
{
	struct net_sup *n = net_of(sv);

	if (!(n->nl = netlink_open(err)) || net_ports_load(n, err) < 0)
		return -1;
	if (!network_has_own_bridge(n->def))
		return 0;
	if (net_bridge_mend(n, err) < 0 || make_rules(n, err) < 0)
		return -1;
	publish(n);
	return net_needs_dnsmasq(n->def) ? net_dnsmasq_adopt(n, err) : 0;
}

static void teardown(struct supervisor *sv)
{
	struct net_sup *n = net_of(sv);

	if (network_has_own_bridge(n->def))
		undo(n);
	net_ports_free(n);
	netlink_close(STEAL_PTR(n->nl));
}

static int destroy(struct supervisor *sv, struct error *err)
{
	(void)err;
	supervisor_object_ended(sv, GUEST_END_DESTROYED, "destroyed");
	return 0;
}

static const struct rpc_row *const tables[] = { net_answer_rows, net_port_rows, net_event_rows, NULL };

static const struct supervisor_object network_object = { .load = load, .live_xml = live_xml, .tell = net_tell, .tables = tables };

const struct supervisor_driver network_supervisor_driver = {
	.kind = "network", .object = &network_object, .start = start, .adopt = adopt, .destroy = destroy, .teardown = teardown,
};
