/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* URIs of connections, libvirt.conf, and which driver has a process of its own. */
#include "remote/priv.h"

#include "scratch.h"

#include <string.h>

#define NULL_OR(s) ((s) ? (s) : "-")

static void takes_uris_apart(void **state UNUSED)
{
	static const struct {
		const char *uri, *driver, *transport, *user, *host;
		int port;
		const char *name, *socket, *netcat;
	} good[] = {
		{ "qemu+unix:///system?socket=/a/b", "qemu", "unix", "-", "-", 0, "qemu:///system", "/a/b", "-" },
		{ "lxc+ssh://root@host.example:2222/system?netcat=/bin/nc%20x&keep=1", "lxc", "ssh", "root", "host.example", 2222, "lxc:///system?keep=1", "-",
		  "/bin/nc x" },
		{ "qemu://[fe80::1]:16514/session", "qemu", "-", "-", "fe80::1", 16514, "qemu:///session", "-", "-" },
		{ "qemu://[::1]", "qemu", "-", "-", "::1", 0, "qemu://", "-", "-" },
		{ "test:///default", "test", "-", "-", "-", 0, "test:///default", "-", "-" },
		{ "qemu+tls://h/system?name=xen%3A%2F%2F%2F", "qemu", "tls", "-", "h", 0, "xen:///", "-", "-" },
		{ "esx://u%40d@h/?no_verify=1&x=2#end", "esx", "-", "u@d", "h", 0, "esx:///?x=2", "-", "-" },
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		AUTO_URI struct remote_uri u = { 0 };
		struct error err;

		assert_int_equal(remote_uri_parse(good[i].uri, &u, &err), 0);
		AUTO_FREE char *name = remote_uri_name(&u, &err);
		assert_string_equal(u.driver, good[i].driver);
		assert_string_equal(NULL_OR(u.transport), good[i].transport);
		assert_string_equal(NULL_OR(u.user), good[i].user);
		assert_string_equal(NULL_OR(u.host), good[i].host);
		assert_int_equal(u.port, good[i].port);
		assert_string_equal(name, good[i].name);
		assert_string_equal(NULL_OR(u.socket), good[i].socket);
		assert_string_equal(NULL_OR(u.netcat), good[i].netcat);
	}
}

static void refuses_what_is_no_uri(void **state UNUSED)
{
	static const char *const bad[] = {
		"", "word", "://x", "qe mu:///x", "qemu+ssh://-oProxyCommand=x/system", "qemu+ssh://-l@host/", "qemu+ssh://@host/", "qemu+ssh://h:0/", "qemu+ssh://h:65536/",
		"qemu+ssh://h:1x/", "qemu://[::1/x", "qemu://[", "qemu://[::1]x/", "qemu:///a%00b", "qemu:///x?socket=/a&socket=/b", "qemu:///x?socket=%00",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO_URI struct remote_uri u = { 0 };
		struct error err = { 0 };

		assert_int_equal(remote_uri_parse(bad[i], &u, &err), -1);
		assert_int_equal(err.code, ERR_NO_CONNECT);
	}
}

static void finds_libvirts_sockets(void **state UNUSED)
{
	static const struct {
		const char *uri, *path;
		bool read_only;
	} rows[] = {
		{ "qemu+ssh://h/system", "/run/libvirt/libvirt-sock", false },
		{ "qemu+ssh://h/system", "/run/libvirt/libvirt-sock-ro", true },
		{ "qemu+unix:///system?mode=direct", "/run/libvirt/virtqemud-sock", false },
		{ "xen+unix:///system?mode=direct", "/run/libvirt/virtxend-sock-ro", true },
		{ "lxc+unix:///system?mode=legacy", "/run/libvirt/libvirt-sock", false },
		{ "qemu+unix:///session?mode=direct", "/run/me/libvirt/virtqemud-sock", true },
		{ "qemu+unix:///session?mode=direct&socket=/x", "/x", false },
	};
	struct error err;

	setenv("XDG_RUNTIME_DIR", "/run/me", 1);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct remote_target t = { .read_only = rows[i].read_only };

		assert_int_equal(remote_uri_parse(rows[i].uri, &t.uri, &err), 0);
		AUTO_FREE char *path = remote_socket_path(&t, &err);
		assert_string_equal(path, rows[i].path);
		remote_uri_clear(&t.uri);
	}
	struct remote_target wrong = { 0 };
	assert_int_equal(remote_uri_parse("qemu+unix:///system?mode=odd", &wrong.uri, &err), 0);
	assert_null(remote_socket_path(&wrong, &err));
	remote_uri_clear(&wrong.uri);
}

static void put_config(const char *text)
{
	mkdir(scratch_path("etc"), 0755);
	mkdir(scratch_path("etc/libvirt"), 0755);
	scratch_write("etc/libvirt/libvirt.conf", text);
}

static void reads_libvirt_conf(void **state UNUSED)
{
	struct error err = { 0 };
	AUTO_FREE char *a = NULL, *b = NULL, *c = NULL, *d = NULL;

	assert_null(remote_default(&err));
	assert_int_equal(err.code, ERR_OK);
	put_config("# uri_default = \"no\"\nother = 3\nuri_aliases = [ # here\n  \"a=x:///\",\n\t'ab=y:///?q=\"1\"' ,\n]\nuri_default='z:///'# end");
	a = remote_alias("a", &err);
	assert_string_equal(a, "x:///");
	b = remote_alias("ab", &err);
	assert_string_equal(b, "y:///?q=\"1\"");
	c = remote_default(&err);
	assert_string_equal(c, "z:///");
	d = remote_alias("abc", &err);
	assert_null(d);
	assert_int_equal(err.code, ERR_OK);
}

static void tells_where_libvirt_conf_is_wrong(void **state UNUSED)
{
	static const struct {
		const char *text;
		const char *line;
	} bad[] = {
		{ "a = \"x\n\"\n", ":1:" }, { "\nuri_default \"x\"", ":2:" }, { "a = [ \"x\" \"y\" ]", ":1:" }, { "a = [ \"x\"\n", ":2:" }, { "= 3", ":1:" },
		{ "a = 1\n\nb = x", ":3:" }, { "a = \"1\" 2", ":1:" },
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct error err = { 0 };

		put_config(bad[i].text);
		assert_null(remote_default(&err));
		assert_int_equal(err.code, ERR_INVALID_ARG);
		assert_non_null(strstr(err.text, bad[i].line));
	}
}

static void knows_drivers_with_a_process(void **state UNUSED)
{
	assert_string_equal(remote_helper("test:///default"), "driver-test");
	assert_null(remote_helper("test+unix:///default"));
	assert_null(remote_helper("testing:///default"));
	assert_null(remote_helper("test"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_uris_apart),
		cmocka_unit_test(refuses_what_is_no_uri),
		cmocka_unit_test(finds_libvirts_sockets),
		cmocka_unit_test_setup_teardown(reads_libvirt_conf, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(tells_where_libvirt_conf_is_wrong, scratch_setup, scratch_teardown),
		cmocka_unit_test(knows_drivers_with_a_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
