/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state/state.h"
#include "scratch.h"

#include <sys/mount.h>
#include <sys/wait.h>
#include <sched.h>

static const unsigned char u1[UUID_BYTES] = { 1, 2, 3 }, u2[UUID_BYTES] = { 4, 5, 6 };
#define T1 "01020300-0000-0000-0000-000000000000"
#define T2 "04050600-0000-0000-0000-000000000000"

static int define(const char *name, const unsigned char *uuid, const char *xml, struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;

	if (state_lock(&lock, "lxc", name, 10000, err) < 0)
		return -1;
	return state_define("lxc", name, uuid, xml, strlen(xml), err);
}

static void holds(const char *name, const char *xml)
{
	AUTO_FREE char *got = NULL;
	struct error err = { 0 };

	if (state_read_config("lxc", name, &got, NULL, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(got, xml);
}

static void finds(const unsigned char *uuid, const char *name)
{
	AUTO_FREE char *got = NULL;

	assert_int_equal(state_find_uuid("lxc", uuid, &got, NULL), name != NULL);
	if (name)
		assert_string_equal(got, name);
}

static int no_findings(void)
{
	struct error err = { 0 };
	return state_check(false, NULL, NULL, &err);
}

static void defines_and_undefines(void **state)
{
	struct error err = { 0 };
	unsigned char uuid[UUID_BYTES];

	(void)state;
	assert_int_equal(state_is_defined("lxc", "web", &err), 0);
	assert_int_equal(define("web", u1, "<a/>", &err), 0);
	assert_int_equal(state_is_defined("lxc", "web", &err), 1);
	holds("web", "<a/>");
	finds(u1, "web");
	assert_int_equal(state_uuid_of("lxc", "web", uuid, &err), 0);
	assert_memory_equal(uuid, u1, UUID_BYTES);
	assert_int_equal(define("web", u1, "<b/>", &err), 0);
	holds("web", "<b/>");
	assert_int_equal(define("db", u1, "<c/>", &err), -1);
	assert_int_equal(err.code, ERR_DOM_EXIST);
	assert_non_null(strstr(err.text, "'web'"));
	assert_int_equal(state_is_defined("lxc", "db", &err), 0);
	assert_int_equal(define("db", u2, "<c/>", &err), 0);
	assert_int_equal(no_findings(), 0);
	assert_int_equal(state_undefine("lxc", "web", &err), 0);
	assert_int_equal(state_is_defined("lxc", "web", &err), 0);
	finds(u1, NULL);
	finds(u2, "db");
	assert_int_equal(state_undefine("lxc", "web", &err), -1);
	assert_int_equal(err.sys, ENOENT);
	assert_int_equal(no_findings(), 0);
}

/* A kind with a dot is in the run root, and has all that others have. */
static void ends_with_the_boot(void **state)
{
	struct error err = { 0 };
	struct state_list list;
	AUTO_FREE char *name = NULL;

	(void)state;
	assert_int_equal(state_define(".lxc", "web", u1, "<a/>", 4, &err), 0);
	assert_int_equal(state_define(".lxc", "db", u1, "<a/>", 4, &err), -1);
	assert_int_equal(err.code, ERR_DOM_EXIST);
	assert_int_equal(access(scratch_path("run/berth/.lxc/web/config.xml"), F_OK), 0);
	assert_int_equal(access(scratch_path("var/lib/berth"), F_OK), -1);
	assert_int_equal(state_list(&list, ".lxc", STATE_LIST_DEFINED | STATE_LIST_RUNNING, &err), 0);
	assert_int_equal(list.n, 1);
	assert_true(list.entry[0].defined && !list.entry[0].running && !list.entry[0].damaged);
	state_list_free(&list);
	assert_int_equal(state_find_uuid(".lxc", u1, &name, &err), 1);
	assert_string_equal(name, "web");
	assert_int_equal(no_findings(), 0);
	assert_int_equal(state_undefine(".lxc", "web", &err), 0);
	assert_int_equal(state_is_defined(".lxc", "web", &err), 0);
}

/* What is beside a definition is replaced as it is, and goes with it. */
static void has_other_files(void **state)
{
	struct error err = { 0 };
	AUTO_FREE char *data = NULL;
	struct stat st;
	size_t len;

	(void)state;
	assert_int_equal(state_write_file("lxc", "web", "value", "x", 1, &err), -1);
	assert_int_equal(define("web", u1, "<a/>", &err), 0);
	assert_int_equal(state_read_file("lxc", "web", "value", 10, &data, &len, &err), -1);
	assert_int_equal(err.sys, ENOENT);
	scratch_write("var/lib/berth/lxc/web/.value.999999999.tmp", "left");
	assert_int_equal(state_write_file("lxc", "web", "value", "a\0b", 3, &err), 0);
	assert_int_equal(access(scratch_path("var/lib/berth/lxc/web/.value.999999999.tmp"), F_OK), -1);
	assert_int_equal(state_read_file("lxc", "web", "value", 2, &data, &len, &err), -1);
	assert_int_equal(state_read_file("lxc", "web", "value", 3, &data, &len, &err), 0);
	assert_int_equal(len, 3);
	assert_memory_equal(data, "a\0b", 4);
	assert_int_equal(stat(scratch_path("var/lib/berth/lxc/web/value"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(define("web", u1, "<b/>", &err), 0);
	assert_int_equal(access(scratch_path("var/lib/berth/lxc/web/value"), F_OK), 0);
	assert_int_equal(mkdir(scratch_path("var/lib/berth/lxc/.del.db"), 0700), 0);
	scratch_write("var/lib/berth/lxc/.del.db/value", "left");
	assert_int_equal(state_clean("lxc", &err), 0);
	assert_int_equal(access(scratch_path("var/lib/berth/lxc/.del.db"), F_OK), -1);
	holds("web", "<b/>");
	assert_int_equal(state_clean("none", &err), 0);
	assert_int_equal(no_findings(), 0);
}

static void renames(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(define("a", u1, "<a/>", &err), 0);
	assert_int_equal(define("b", u2, "<b/>", &err), 0);
	assert_int_equal(state_rename("lxc", "a", "b", "<x/>", 4, &err), -1);
	assert_int_equal(err.code, ERR_DOM_EXIST);
	holds("a", "<a/>");
	assert_int_equal(state_rename("lxc", "a", "c d", "<c/>", 4, &err), 0);
	holds("c d", "<c/>");
	finds(u1, "c d");
	assert_int_equal(no_findings(), 0);
	/* killed after the step that counts: still found, and the checker puts the link right */
	assert_int_equal(rename(scratch_path("var/lib/berth/lxc/b"), scratch_path("var/lib/berth/lxc/e")), 0);
	finds(u2, "e");
	assert_int_equal(state_check(false, NULL, NULL, &err), 2);
	assert_int_equal(state_check(true, NULL, NULL, &err), 0);
	assert_int_equal(no_findings(), 0);
	finds(u2, "e");
}

static void autostart_and_last_exit(void **state)
{
	struct error err = { 0 };
	struct state_last_exit last = { GUEST_END_CRASHED, 1, 1700000000, "killed by\nsignal 9" }, got;

	(void)state;
	assert_int_equal(define("web", u1, "<a/>", &err), 0);
	assert_int_equal(state_get_autostart("lxc", "web", &err), 0);
	assert_int_equal(state_set_autostart("lxc", "web", true, &err), 0);
	assert_int_equal(state_set_autostart("lxc", "web", true, &err), 0);
	assert_int_equal(state_get_autostart("lxc", "web", &err), 1);
	assert_int_equal(state_set_autostart("lxc", "web", false, &err), 0);
	assert_int_equal(state_get_autostart("lxc", "web", &err), 0);
	assert_int_equal(state_get_autostart("lxc", "gone", &err), -1);
	assert_int_equal(err.sys, ENOENT);

	assert_int_equal(state_last_exit_read("lxc", "web", &got, &err), 0);
	AUTO_CLOSE int fd = state_open_object("lxc", "web", &err);
	assert_int_equal(state_last_exit_write(fd, &last, &err), 0);
	assert_int_equal(state_last_exit_read("lxc", "web", &got, &err), 1);
	assert_int_equal(got.end, GUEST_END_CRASHED);
	assert_int_equal(got.event_detail, 1);
	assert_int_equal(got.time, 1700000000);
	assert_string_equal(got.text, "killed by signal 9");
	scratch_write("var/lib/berth/lxc/web/last-exit", "crashed one two\n");
	assert_int_equal(state_last_exit_read("lxc", "web", &got, &err), 0);
	assert_int_equal(got.end, GUEST_END_UNKNOWN);
}

/* X4: refused, or stored and found back exactly, with no path outside the root */
static void X4_names(void **state)
{
	static const char *const names[] = {
		".", "..", "/", "a/b", "../../x", "-rf", " lead", "trail ", "new\nline", "\033[31m", "\xff\xfe", "name.xml", "name.lock",
		"Web", "web", T1, "17", ".uuid", ".new.web", "%41", "%", "a%2Fb", "uuid", "config.xml",
	};
	char long_name[300];
	struct error err = { 0 };
	struct state_list list;
	unsigned char uuid[UUID_BYTES] = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		uuid[0] = (unsigned char)(i + 1);
		if (define(names[i], uuid, names[i], &err) < 0)
			fail_msg("%s", err.text);
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		uuid[0] = (unsigned char)(i + 1);
		holds(names[i], names[i]);
		finds(uuid, names[i]);
	}
	assert_int_equal(state_list(&list, "lxc", STATE_LIST_DEFINED, &err), 0);
	assert_int_equal(list.n, ARRAY_LEN(names));
	for (size_t i = 0; i < list.n; i++) {
		assert_false(list.entry[i].damaged);
		assert_int_equal(state_undefine("lxc", list.entry[i].name, &err), 0);
	}
	state_list_free(&list);
	memset(long_name, 'x', sizeof(long_name));
	long_name[256] = '\0';
	assert_int_equal(define(long_name, u1, "<a/>", &err), -1);
	assert_int_equal(define("", u1, "<a/>", &err), -1);
	assert_int_equal(no_findings(), 0);
}

static void R9_damaged_hides_nobody(void **state)
{
	struct error err = { 0 };
	struct state_list list;
	char *xml;
	size_t damaged = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		unsigned char uuid[UUID_BYTES] = { 9, (unsigned char)i };
		char name[16];
		snprintf(name, sizeof(name), "g%02d", i);
		assert_int_equal(define(name, uuid, "<a/>", &err), 0);
	}
	scratch_write("var/lib/berth/lxc/g03/config.xml", "");
	assert_int_equal(unlink(scratch_path("var/lib/berth/lxc/g07/config.xml")), 0);
	assert_int_equal(unlink(scratch_path("var/lib/berth/lxc/g09/config.xml")), 0);
	assert_int_equal(mkfifo(scratch_path("var/lib/berth/lxc/g09/config.xml"), 0600), 0);
	assert_int_equal(unlink(scratch_path("var/lib/berth/lxc/g11/config.xml")), 0);
	assert_int_equal(symlink("/etc/passwd", scratch_path("var/lib/berth/lxc/g11/config.xml")), 0);
	scratch_write("var/lib/berth/lxc/stray", "x");
	assert_int_equal(mkdir(scratch_path("var/lib/berth/lxc/not ours"), 0700), 0);
	assert_int_equal(state_list(&list, "lxc", STATE_LIST_DEFINED, &err), 0);
	assert_int_equal(list.n, 20);
	for (size_t i = 0; i < list.n; i++)
		damaged += list.entry[i].damaged;
	assert_int_equal(damaged, 4);
	state_list_free(&list);
	static const char *const bad[] = { "g03", "g07", "g09", "g11" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(state_read_config("lxc", bad[i], &xml, NULL, &err), -1);
		assert_int_not_equal(err.sys, ENOENT);
		assert_non_null(strstr(err.text, i == 3 ? "config.xml" : i == 2 ? "regular" : "damaged"));
	}
	/* defining again is the repair, with the old UUID or a new one */
	assert_int_equal(define("g03", (unsigned char[UUID_BYTES]){ 9, 3 }, "<new/>", &err), 0);
	assert_int_equal(define("g07", (unsigned char[UUID_BYTES]){ 10, 7 }, "<new/>", &err), 0);
	assert_int_equal(define("g09", (unsigned char[UUID_BYTES]){ 9, 9 }, "<new/>", &err), 0);
	assert_int_equal(define("g11", (unsigned char[UUID_BYTES]){ 9, 11 }, "<new/>", &err), 0);
	holds("g11", "<new/>");
	finds((unsigned char[UUID_BYTES]){ 9, 7 }, NULL);
	finds((unsigned char[UUID_BYTES]){ 10, 7 }, "g07");
	assert_int_equal(state_check(false, NULL, NULL, &err), 2);
}

/* Modes come from us, never from the umask. */
static void P5_modes(void **state)
{
	static const mode_t masks[] = { 0, 022, 077, 0777 };
	static const char *const dirs[] = { "var/lib/berth", "var/lib/berth/lxc", "var/lib/berth/lxc/.uuid", "var/lib/berth/lxc/web",
					    "run/berth", "run/berth/lxc", "run/berth/lxc/.lock" };
	struct error err = { 0 };
	struct stat st;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(masks); i++) {
		mode_t old = umask(masks[i]);
		int r = define("web", u1, "<a/>", &err);
		umask(old);
		if (r < 0)
			fail_msg("%s", err.text);
		for (size_t j = 0; j < ARRAY_LEN(dirs); j++) {
			assert_int_equal(stat(scratch_path(dirs[j]), &st), 0);
			assert_int_equal(st.st_mode & 07777, 0700);
		}
		assert_int_equal(stat(scratch_path("var/lib/berth/lxc/web/config.xml"), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		assert_int_equal(file_remove_tree_at(AT_FDCWD, scratch_path("var"), NULL), 0);
		assert_int_equal(file_remove_tree_at(AT_FDCWD, scratch_path("run"), NULL), 0);
	}
	assert_int_equal(define("web", u1, "<a/>", &err), 0);
	assert_int_equal(chmod(scratch_path("var/lib/berth/lxc"), 0777), 0);
	assert_int_equal(state_is_defined("lxc", "web", &err), -1);
	assert_int_equal(err.code, ERR_ACCESS_DENIED);
	assert_int_equal(state_check(true, NULL, NULL, &err), 0);
	assert_int_equal(state_is_defined("lxc", "web", &err), 1);
}

/* R8: twenty define one name, each with its own UUID; one definition stands and its UUID alone is taken */
static void R8_twenty_definers(void **state)
{
	struct error err = { 0 };
	unsigned char uuid[UUID_BYTES];
	AUTO_FREE char *xml = NULL;
	pid_t pids[20];
	int status, links = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			unsigned char mine[UUID_BYTES] = { 77, (unsigned char)i };
			char text[64], t[UUID_TEXT];
			snprintf(text, sizeof(text), "<uuid>%s</uuid>", uuid_format(mine, t));
			for (int n = 0; n < 5; n++)
				if (define("one", mine, text, NULL) < 0)
					_exit(1);
			_exit(0);
		}
	}
	for (int i = 0; i < 20; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(state_read_config("lxc", "one", &xml, NULL, &err), 0);
	assert_int_equal(state_uuid_of("lxc", "one", uuid, &err), 0);
	char t[UUID_TEXT];
	assert_non_null(strstr(xml, uuid_format(uuid, t)));
	for (int i = 0; i < 20; i++) {
		unsigned char one[UUID_BYTES] = { 77, (unsigned char)i };
		AUTO_FREE char *name = NULL;
		links += state_find_uuid("lxc", one, &name, &err);
	}
	assert_int_equal(links, 1);
	assert_int_equal(no_findings(), 0);
}

/* One UUID, twenty names: one gets it. */
static void R8_one_uuid(void **state)
{
	struct error err = { 0 };
	struct state_list list;
	pid_t pids[20];
	int status, winners = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			char name[16];
			snprintf(name, sizeof(name), "n%d", i);
			_exit(define(name, u1, "<uuid>" T1 "</uuid>", NULL) == 0 ? 0 : 1);
		}
	}
	for (int i = 0; i < 20; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		winners += status == 0;
	}
	assert_int_equal(winners, 1);
	assert_int_equal(state_list(&list, "lxc", STATE_LIST_DEFINED, &err), 0);
	assert_int_equal(list.n, 1);
	finds(u1, list.entry[0].name);
	state_list_free(&list);
	assert_int_equal(no_findings(), 0);
}

/* A program that was killed left these; the next one of the same name takes them away. */
static void leftovers(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(define("web", u1, "<a/>", &err), 0);
	assert_int_equal(mkdir(scratch_path("var/lib/berth/lxc/.new.db"), 0700), 0);
	scratch_write("var/lib/berth/lxc/.new.db/config.xml", "<half");
	assert_int_equal(mkdir(scratch_path("var/lib/berth/lxc/.del.db"), 0700), 0);
	assert_int_equal(symlink("../db", scratch_path("var/lib/berth/lxc/.uuid/" T2)), 0);
	scratch_write("var/lib/berth/lxc/web/.config.xml.999999999.tmp", "<half");
	assert_int_equal(chmod(scratch_path("var/lib/berth/lxc/web/.config.xml.999999999.tmp"), 0600), 0);
	finds(u2, NULL);
	assert_int_equal(state_check(false, NULL, NULL, &err), 4);
	assert_int_equal(define("other", u2, "<b/>", &err), 0);
	finds(u2, "other");
	assert_int_equal(define("db", (unsigned char[UUID_BYTES]){ 8 }, "<b/>", &err), 0);
	assert_false(scratch_exists("var/lib/berth/lxc/.new.db"));
	assert_false(scratch_exists("var/lib/berth/lxc/.del.db"));
	assert_int_equal(define("web", u1, "<b/>", &err), 0);
	assert_int_equal(no_findings(), 0);
}

/* R4: a full disk leaves the old definition byte for byte, and everything works again afterwards */
static void R4_full_disk(void **state)
{
	struct error err = { 0 };
	AUTO_FREE char *big = malloc(200001);

	(void)state;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", scratch_dir, "tmpfs", 0, "size=64k,mode=700") < 0)
		skip();
	assert_non_null(big);
	memset(big, 'x', 200000);
	big[200000] = '\0';
	assert_int_equal(define("web", u1, "<a/>", &err), 0);
	assert_int_equal(define("web", u1, big, &err), -1);
	assert_int_equal(err.sys, ENOSPC);
	holds("web", "<a/>");
	assert_int_equal(define("db", u2, big, &err), -1);
	assert_int_equal(state_is_defined("lxc", "db", &err), 0);
	finds(u2, NULL);
	assert_int_equal(no_findings(), 0);
	assert_int_equal(define("db", u2, "<b/>", &err), 0);
	assert_int_equal(state_undefine("lxc", "web", &err), 0);
	assert_int_equal(no_findings(), 0);
	/* not one block left: undefining needs none */
	int fd = open(scratch_path("fill"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (write(fd, big, 4096) == 4096)
		continue;
	close(fd);
	assert_int_equal(define("c", u1, "<c/>", &err), -1);
	assert_int_equal(state_undefine("lxc", "db", &err), 0);
	assert_int_equal(no_findings(), 0);
	assert_int_equal(umount(scratch_dir), 0);
}

static void roots(void **state)
{
	struct error err = { 0 };
	char tag[32];

	(void)state;
	snprintf(tag, sizeof(tag), "%s", state_tag());
	assert_int_equal(strlen(tag), 14);
	assert_int_equal(setenv("BERTH_ROOT", "relative", 1), 0);
	assert_null(state_root_path(STATE_LIB, &err));
	assert_int_equal(err.code, ERR_INVALID_ARG);
	assert_int_equal(unsetenv("BERTH_ROOT"), 0);
	if (geteuid() == 0) {
		AUTO_FREE char *path = state_root_path(STATE_LIB, &err);
		assert_string_equal(path, "/var/lib/berth");
		assert_string_equal(state_tag(), "berth");
	}
	assert_int_equal(setenv("BERTH_ROOT", "/x//", 1), 0);
	AUTO_FREE char *path = state_root_path(STATE_RUN, &err);
	assert_string_equal(path, "/x/run/berth");
}

#define T(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(defines_and_undefines), T(ends_with_the_boot), T(has_other_files), T(renames), T(autostart_and_last_exit), T(X4_names), T(R9_damaged_hides_nobody), T(P5_modes),
		T(R8_twenty_definers), T(R8_one_uuid), T(leftovers), T(roots), T(R4_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
