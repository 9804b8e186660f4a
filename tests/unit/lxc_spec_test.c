/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a definition to what is built, and what is refused. */
#include "conf/domain.h"
#include "lxc/lxc.h"

#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct error err;
static struct lxc_spec spec;

static int load(const char *os, const char *more, const char *devices, bool host_root)
{
	char xml[4096];

	snprintf(xml, sizeof(xml), "<domain type='lxc'><name>t</name><memory unit='MiB'>64</memory>"
		 "<os><type>exe</type><init>/init</init>%s</os>%s<devices>%s<console type='pty'/></devices></domain>", os, more, devices);
	AUTO_DOMAIN struct domain *def = domain_parse(xml, strlen(xml), 0, &err);
	if (!def)
		fail_msg("%s", err.text);
	err.text[0] = '\0';
	return lxc_spec_from_domain(def, host_root, &spec, &err);
}

#define ROOT "<filesystem type='mount'><source dir='/srv/r'/><target dir='/'/></filesystem>"

static void everything(void **state)
{
	(void)state;
	assert_int_equal(load("<initarg>-a</initarg><initarg>b c</initarg><initenv name='X'>y</initenv><initdir>/d</initdir>"
			      "<inituser>u</inituser><initgroup>7</initgroup>",
			      "<features><privnet/><capabilities policy='default'><mknod state='on'/><chown state='off'/></capabilities></features>"
			      "<memtune><soft_limit unit='MiB'>32</soft_limit></memtune><cputune><shares>100</shares><quota>-1</quota></cputune>"
			      "<idmap><uid start='0' target='1000' count='10'/><gid start='0' target='2000' count='20'/></idmap>",
			      ROOT "<filesystem type='ram'><source usage='512' units='KiB'/><target dir='/tmp'/></filesystem>"
			      "<filesystem type='bind'><source dir='/a'/><target dir='/b'/><readonly/></filesystem>", false), 0);
	assert_string_equal(spec.root.source, "/srv/r");
	assert_string_equal(spec.init, "/init");
	assert_string_equal(spec.argv[0], "/init");
	assert_string_equal(spec.argv[2], "b c");
	assert_null(spec.argv[3]);
	assert_string_equal(spec.env[0], "X=y");
	assert_string_equal(spec.user, "u");
	assert_string_equal(spec.group, "7");
	assert_true(spec.private_net);
	assert_int_equal(spec.n_mounts, 2);
	assert_int_equal(spec.mounts[0].usage, 512 * 1024);
	assert_int_equal(spec.mounts[1].type, LXC_MOUNT_BIND);
	assert_true(spec.mounts[1].readonly);
	assert_int_equal(spec.uid_map[0].target, 1000);
	assert_int_equal(spec.gid_map[0].count, 20);
	assert_int_equal(spec.limits.memory, 64 << 20);
	assert_int_equal(spec.limits.memory_soft, 32 << 20);
	assert_int_equal(spec.limits.cpu_shares, 100);
	assert_true(spec.capabilities & 1ULL << CAP_MKNOD);
	assert_false(spec.capabilities & 1ULL << CAP_CHOWN);
	assert_true(spec.capabilities & 1ULL << CAP_SYS_ADMIN);
	lxc_spec_clear(&spec);
}

static void refused(void **state)
{
	static const struct { const char *more, *devices, *why; } cases[] = {
		{ "", "", "no root <filesystem>" },
		{ "", ROOT ROOT, "more than one root" },
		{ "", ROOT "<filesystem type='template'><source name='x'/><target dir='/m'/></filesystem>", "type='template'" },
		{ "", "<filesystem type='ram'><source usage='1'/><target dir='/'/></filesystem>", "as the root" },
		{ "", ROOT "<interface type='mcast'><source address='230.0.0.1' port='5558'/></interface>", "type='mcast'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(load("", cases[i].more, cases[i].devices, false), -1);
		if (!strstr(err.text, cases[i].why))
			fail_msg("%s: %s", cases[i].why, err.text);
	}
	assert_int_equal(load("", "", "", true), 0);
	assert_string_equal(spec.root.source, "/");
	lxc_spec_clear(&spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(everything), cmocka_unit_test(refused) };

	return cmocka_run_group_tests_name("lxc_spec", tests, NULL, NULL);
}
