/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In a network namespace of its own; what the kernel made of it is read back by netlink and by tc(8). */
#include "util/netlink.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

static const unsigned char mac_a[6] = { 0x52, 0x54, 0, 1, 2, 3 }, mac_b[6] = { 0x52, 0x54, 0, 1, 2, 4 };
static struct error err;

static int new_network(void **state)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNET) < 0)
		skip();
	*state = netlink_open(&err);
	return *state ? 0 : -1;
}

static int close_network(void **state)
{
	netlink_close(*state);
	return 0;
}

/* Runs a command and tells whether its output has the text. */
static bool says(const char *command, const char *want, char text[8192])
{
	char words[128], *argv[16], *rest = words;
	size_t n = 0, len = 0;
	ssize_t r;
	int out[2];

	snprintf(words, sizeof(words), "%s", command);
	while (n < 15 && (argv[n] = strsep(&rest, " ")))
		n++;
	argv[n] = NULL;
	assert_int_equal(pipe(out), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(out[1], 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(out[1]);
	while (len < 8191 && (r = read(out[0], text + len, 8191 - len)) > 0)
		len += (size_t)r;
	text[len] = '\0';
	close(out[0]);
	waitpid(pid, NULL, 0);
	return strstr(text, want);
}

static void said(const char *command, const char *want)
{
	char text[8192];

	if (!says(command, want, text))
		fail_msg("%s: no '%s' in:\n%s", command, want, text);
}

static void unsaid(const char *command, const char *what)
{
	char text[8192];

	if (says(command, what, text))
		fail_msg("%s: '%s' in:\n%s", command, what, text);
}

static void veth(struct netlink *nl, const char *a, const char *b)
{
	struct netlink_new end = { .name = a, .mac = mac_a, .mtu = 1400 }, peer = { .name = b, .mac = mac_b };

	if (netlink_add_veth(nl, &end, &peer, &err) < 0)
		fail_msg("%s", err.text);
}

static void test_veth_and_bridge(void **state)
{
	struct netlink *nl = *state;
	struct netlink_link l;
	int bridge;

	veth(nl, "vnet0", "xb");
	assert_int_equal(netlink_get(nl, "vnet0", &l, &err), 0);
	assert_string_equal(l.kind, "veth");
	assert_memory_equal(l.mac, mac_a, 6);
	assert_int_equal(l.mtu, 1400);
	assert_false(l.up);
	assert_int_equal(netlink_add_bridge(nl, &(struct netlink_new){ .name = "br0", .mac = mac_b }, true, 4, &err), 0);
	assert_int_equal(netlink_get(nl, "br0", &l, &err), 0);
	bridge = l.index;
	assert_string_equal(l.kind, "bridge");
	said("ip -d link show br0", "forward_delay 400");
	said("ip -d link show br0", "stp_state 1");
	assert_int_equal(netlink_set_bridge(nl, "vnet0", "br0", &err), 0);
	assert_int_equal(netlink_set_port(nl, "vnet0", true, false, &err), 0);
	assert_int_equal(netlink_set_up(nl, "vnet0", true, &err), 0);
	assert_int_equal(netlink_get(nl, "vnet0", &l, &err), 0);
	assert_true(l.up && l.master == bridge);
	said("bridge -d link show dev vnet0", "isolated on");
	assert_int_equal(netlink_set_bridge(nl, "vnet0", NULL, &err), 0);
	assert_int_equal(netlink_get(nl, "vnet0", &l, &err), 0);
	assert_int_equal(l.master, 0);
	assert_int_equal(netlink_set_bridge(nl, "br0", "vnet0", &err), -1);
	assert_non_null(strstr(err.text, "'vnet0' is no bridge"));
	/* one end goes with the other */
	assert_int_equal(netlink_delete(nl, "vnet0", &err), 0);
	assert_int_equal(netlink_get(nl, "xb", &l, &err), -1);
	assert_int_equal(err.code, ERR_NO_INTERFACE);
	assert_int_equal(netlink_delete(nl, "vnet0", &err), 0);
}

static void test_names(void **state)
{
	struct netlink *nl = *state;
	struct netlink_link l;
	char name[IF_NAMESIZE];

	veth(nl, "vnet0", "vnet2");
	assert_int_equal(netlink_free_name(nl, "vnet", 0, name, &err), 1);
	assert_string_equal(name, "vnet1");
	assert_int_equal(netlink_free_name(nl, "vnet", 2, name, &err), 3);
	/* a taken name */
	assert_int_equal(netlink_add(nl, "ifb", &(struct netlink_new){ .name = "vnet0" }, &err), -1);
	assert_int_equal(err.sys, EEXIST);
	/* not ours */
	assert_int_equal(netlink_delete_own(nl, "vnet0", mac_b, &err), 0);
	assert_int_equal(netlink_get(nl, "vnet0", &l, &err), 0);
	assert_int_equal(netlink_delete_own(nl, "vnet0", mac_a, &err), 0);
	assert_int_equal(netlink_get(nl, "vnet0", &l, &err), -1);
	/* a longer name is not cut to one that there is */
	veth(nl, "abcdefghijklmno", "x");
	assert_int_equal(netlink_get(nl, "abcdefghijklmnop", &l, &err), -1);
	assert_int_equal(err.code, ERR_INVALID_ARG);
	for (const char *const *bad = (const char *const[]){ "", "a/b", "a b", "..", "a:1", NULL }; *bad; bad++)
		assert_int_equal(netlink_get(nl, *bad, &l, &err), -1);
}

static void test_mac_text(void **state)
{
	unsigned char mac[6], host[6];
	char text[NETLINK_MAC_TEXT];

	(void)state;
	netlink_mac_format(mac_a, text);
	assert_string_equal(text, "52:54:00:01:02:03");
	assert_int_equal(netlink_mac_parse(text, mac), 0);
	assert_memory_equal(mac, mac_a, 6);
	for (const char *const *bad = (const char *const[]){ "", "52:54:00:01:02", "52:54:00:01:02:03x", "52:54:00:01:02:zz", NULL }; *bad; bad++)
		assert_int_equal(netlink_mac_parse(*bad, mac), -1);
	netlink_mac_host_end(mac_a, host);
	assert_int_equal(host[0], 0xfe);
	assert_memory_equal(host + 1, mac_a + 1, 5);
	netlink_mac_host_end(host, mac);
	assert_int_not_equal(mac[0], 0xfe);
}

static void test_addresses(void **state)
{
	struct netlink *nl = *state;

	veth(nl, "xa", "xb");
	assert_int_equal(netlink_set_up(nl, "xa", true, &err), 0);
	assert_int_equal(netlink_set_up(nl, "xb", true, &err), 0);
	assert_int_equal(netlink_add_address(nl, "xa", "10.1.2.3", 24, NULL, &err), 0);
	assert_int_equal(netlink_add_address(nl, "xa", "10.1.2.3", 24, NULL, &err), 0);
	assert_int_equal(netlink_add_address(nl, "xa", "10.9.0.1", 32, "10.9.0.2", &err), 0);
	assert_int_equal(netlink_add_address(nl, "xa", "fd00::2", 64, NULL, &err), 0);
	said("ip addr show xa", "inet 10.1.2.3/24 ");
	said("ip addr show xa", "inet 10.9.0.1 peer 10.9.0.2/32");
	said("ip addr show xa", "inet6 fd00::2/64");
	assert_int_equal(netlink_add_route(nl, "xa", "0.0.0.0", 0, "10.1.2.1", 0, &err), 0);
	assert_int_equal(netlink_add_route(nl, "xa", "172.16.0.0", 12, "10.1.2.7", 55, &err), 0);
	assert_int_equal(netlink_add_route(nl, "xa", "fd01::", 64, "fd00::1", 0, &err), 0);
	said("ip route", "default via 10.1.2.1 dev xa");
	said("ip route", "172.16.0.0/12 via 10.1.2.7 dev xa proto static metric 55");
	said("ip -6 route", "fd01::/64 via fd00::1 dev xa");
	assert_int_equal(netlink_add_route(nl, "xa", "172.31.0.0", 16, "192.168.77.1", 0, &err), -1);
	assert_int_equal(netlink_add_address(nl, "xa", "10.1.2.300", 24, NULL, &err), -1);
	assert_int_equal(netlink_add_address(nl, "nobody", "10.1.2.3", 24, NULL, &err), -1);
	assert_int_equal(err.code, ERR_NO_INTERFACE);
}

static void test_limits(void **state)
{
	struct netlink *nl = *state;
	struct netlink_rate rate = { .average = 1000, .peak = 2000, .burst = 64 }, none = { 0 };

	veth(nl, "xa", "xb");
	assert_int_equal(netlink_limit(nl, "xa", &rate, &err), 0);
	assert_int_equal(netlink_limit(nl, "xa", &rate, &err), 0);
	said("tc qdisc show dev xa", "r2q 10 default 0x1");
	said("tc class show dev xa", "class htb 1:1 root prio 0 rate 8Mbit ceil 16Mbit burst 64Kb");
	assert_int_equal(netlink_limit_class(nl, "xa", 3, 500, &rate, &err), 0);
	said("tc class show dev xa", "class htb 1:3 parent 1:1 prio 0 rate 4Mbit ceil 16Mbit");
	assert_int_equal(netlink_limit_filter(nl, "xa", 3, mac_b, false, &err), 0);
	said("tc filter show dev xa", "match 00010204/ffffffff at -12");
	said("tc filter show dev xa", "match 00005254/0000ffff at -16");
	assert_int_equal(netlink_limit_filter(nl, "xa", 3, mac_b, true, &err), 0);
	assert_int_equal(netlink_limit_class(nl, "xa", 3, 0, &rate, &err), 0);
	assert_int_equal(netlink_add(nl, "ifb", &(struct netlink_new){ .name = "xi", .mac = mac_a }, &err), 0);
	if (netlink_limit_incoming(nl, "xa", "xi", &rate, &err) < 0)
		fail_msg("%s", err.text);
	said("tc filter show dev xa ingress", "mirred (Egress Redirect to device xi)");
	said("tc class show dev xi", "rate 8Mbit");
	assert_int_equal(netlink_limit_incoming(nl, "xa", "xi", &none, &err), 0);
	unsaid("tc qdisc show dev xa", "ingress");
	assert_int_equal(netlink_limit(nl, "xa", &none, &err), 0);
	unsaid("tc qdisc show dev xa", "htb");
}

static void test_macvlan_and_namespaces(void **state)
{
	struct netlink *nl = *state;
	struct netlink_link l;
	int ready[2];
	char c;

	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNET) == 0 && write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	veth(nl, "xa", "xb");
	for (int mode = NETLINK_MACVLAN_VEPA; mode <= NETLINK_MACVLAN_PASSTHRU; mode++) {
		struct netlink_new new = { .name = "m0", .mac = mac_b };
		if (netlink_add_macvlan(nl, "xa", mode, false, &new, &err) < 0)
			fail_msg("mode %d: %s", mode, err.text);
		assert_int_equal(netlink_delete(nl, "m0", &err), 0);
	}
	assert_int_equal(netlink_add_macvlan(nl, "xa", NETLINK_MACVLAN_BRIDGE, false, &(struct netlink_new){ .name = "eth0", .ns_pid = pid }, &err), 0);
	assert_int_equal(netlink_get(nl, "eth0", &l, &err), -1);
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	AUTO_NETLINK struct netlink *inside = netlink_open_in(fileno(f), &err);
	fclose(f);
	assert_non_null(inside);
	assert_int_equal(netlink_get(inside, "eth0", &l, &err), 0);
	assert_string_equal(l.kind, "macvlan");
	/* moved, under another name */
	assert_int_equal(netlink_move(nl, "xb", pid, -1, "eth1", &err), 0);
	assert_int_equal(netlink_get(inside, "eth1", &l, &err), 0);
	assert_int_equal(netlink_rename(inside, "eth1", "eth7", &err), 0);
	assert_int_equal(netlink_set_mac(inside, "eth7", mac_a, &err), 0);
	assert_int_equal(netlink_set_mtu(inside, "eth7", 1300, &err), 0);
	assert_int_equal(netlink_get(inside, "eth7", &l, &err), 0);
	assert_int_equal(l.mtu, 1300);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int count(void *ctx, const struct netlink_link *link)
{
	*(int *)ctx += !strcmp(link->name, "xa") || !strcmp(link->name, "xb");
	return 0;
}

static void test_each(void **state)
{
	int n = 0;

	veth(*state, "xa", "xb");
	assert_int_equal(netlink_each(*state, count, &n, &err), 0);
	assert_int_equal(n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_veth_and_bridge, new_network, close_network),
		cmocka_unit_test_setup_teardown(test_names, new_network, close_network),
		cmocka_unit_test(test_mac_text),
		cmocka_unit_test_setup_teardown(test_addresses, new_network, close_network),
		cmocka_unit_test_setup_teardown(test_limits, new_network, close_network),
		cmocka_unit_test_setup_teardown(test_macvlan_and_namespaces, new_network, close_network),
		cmocka_unit_test_setup_teardown(test_each, new_network, close_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
