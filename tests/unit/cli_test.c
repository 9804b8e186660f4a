/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/edit.h"
#include "cli/guests.h"

#include <string.h>

/* Runs code with standard output in a buffer that is the caller's. */
static FILE *saved_stdout;
static char *captured;
static size_t captured_len;

static void capture(void)
{
	saved_stdout = stdout;
	stdout = open_memstream(&captured, &captured_len);
	assert_non_null(stdout);
}

static char *release(void)
{
	fclose(stdout);
	stdout = saved_stdout;
	return captured;
}

static void test_safe(void **state)
{
	static const struct { const char *text, *shown; size_t width; } cases[] = {
		{ "", "", 0 },
		{ "web", "web", 3 },
		{ "a b~", "a b~", 4 },
		{ "a\nb", "a\\x0ab", 6 },
		{ "\033[31m", "\\x1b[31m", 8 },
		{ "\x7f", "\\x7f", 4 },
		{ "k\xc3\xa4se", "k\xc3\xa4se", 4 },
		{ "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac", 4 },
		{ "\xc2\x9b" "31m", "\\xc2\\x9b31m", 11 },            /* a C1 control: CSI */
		{ "\xe2\x80\xae" "x", "\\xe2\\x80\\xaex", 13 },       /* right-to-left override */
		{ "\xff\xfe", "\\xff\\xfe", 8 },
		{ "\xc0\xaf", "\\xc0\\xaf", 8 },                      /* overlong */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80", 12 },            /* a surrogate */
		{ "\xc3", "\\xc3", 4 },                               /* cut off */
		{ "e\xcc\x81", "e\xcc\x81", 1 },                      /* combining */
	};
	char buffer[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_string_equal(cli_safe(buffer, sizeof(buffer), cases[i].text), cases[i].shown);
		assert_int_equal(cli_width(cases[i].text), cases[i].width);
		capture();
		cli_put_safe(stdout, cases[i].text);
		AUTO_FREE char *out = release();
		assert_string_equal(out, cases[i].shown);
	}
	assert_string_equal(cli_safe(buffer, 6, "ab\033cd"), "ab");
	assert_string_equal(cli_safe(buffer, 4, "abcdef"), "abc");
}

static void test_timeout(void **state)
{
	static const struct { const char *text; int ms; } good[] = {
		{ NULL, -1 }, { "0", 0 }, { "5", 5000 }, { "0.5", 500 }, { "250ms", 250 }, { "2s", 2000 }, { "3m", 180000 }, { "1h", 3600000 },
	};
	static const char *const bad[] = { "", "x", "-1", "5x", "1e9", "nan", "inf", "0x10", " 5", "5 ", "99999999h", "." };
	struct error err;
	int ms;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(cli_timeout(good[i].text, &ms, &err), 0);
		assert_int_equal(ms, good[i].ms);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(cli_timeout(bad[i], &ms, &err), -1);
}

static void test_diff(void **state)
{
	static const struct { const char *old, *new, *text; } cases[] = {
		{ "a\nb\n", "a\nb\n", "" },
		{ "a\n", "b\n", "--- x\n+++ y\n@@ -1,1 +1,1 @@\n-a\n+b\n" },
		{ "", "a\nb\n", "--- x\n+++ y\n@@ -0,0 +1,2 @@\n+a\n+b\n" },
		{ "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
		  "--- x\n+++ y\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n" },
		{ "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n",
		  "--- x\n+++ y\n@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -9,4 +10,3 @@\n 9\n 10\n 11\n-12\n" },
	};
	struct cli cli = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		capture();
		bool any = cli_diff(&cli, "x", "y", cases[i].old, cases[i].new);
		AUTO_FREE char *out = release();
		assert_string_equal(out, cases[i].text);
		assert_int_equal(any, cases[i].text[0] != '\0');
	}
}

static void print_table(struct cli *cli)
{
	static const char *const titles[] = { "Id", "Name", "State" };
	static const char *const rows[2][3] = { { "1", "web\n", "running" }, { "-", "a long name", "shut off" } };
	struct error err;
	struct cli_table *table = cli_table_new(cli, titles, 3, &err);

	assert_non_null(table);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(cli_table_row(table, rows[i], &err), 0);
	cli_table_end(table);
}

static void test_table(void **state)
{
	struct cli pipe = { 0 }, terminal = { .terminal = true };

	(void)state;
	capture();
	print_table(&pipe);
	AUTO_FREE char *plain = release();
	assert_string_equal(plain, " Id   Name   State\n--------------------\n 1   web\\x0a   running\n -   a long name   shut off\n\n");
	capture();
	print_table(&terminal);
	AUTO_FREE char *aligned = release();
	assert_string_equal(aligned, " Id   Name          State\n------------------------------\n"
				     " 1    web\\x0a       running\n -    a long name   shut off\n\n");
}

static void test_modes(void **state)
{
	struct error err;
	unsigned flags;

	(void)state;
	assert_int_equal(cli_shutdown_mode(NULL, &flags, &err), 0);
	assert_int_equal(flags, 0);
	assert_int_equal(cli_shutdown_mode("acpi,signal", &flags, &err), 0);
	assert_int_equal(flags, 1 | 8);
	assert_int_equal(cli_shutdown_mode("acp", &flags, &err), -1);
	assert_int_equal(cli_affect(1, 1, 0, &flags, &err), 0);
	assert_int_equal(flags, 3);
	assert_int_equal(cli_affect(1, 0, 1, &flags, &err), -1);
}

static int fail_odd(struct cli *cli, size_t i, const char *name, void *arg, struct error *err)
{
	(void)cli;
	(void)arg;
	return i % 2 ? error_set(err, ERR_NO_DOMAIN, "there is no guest '%s'", name) : 0;
}

static int fail_all(struct cli *cli, size_t i, const char *name, void *arg, struct error *err)
{
	(void)cli;
	(void)name;
	return error_set(err, arg && i ? ERR_OPERATION_INVALID : ERR_NO_DOMAIN, "no");
}

static void test_each(void **state)
{
	static const struct cli_program program = { .name = "test" };
	static const char *const names[] = { "a", "b", "c" };
	struct cli some = { .program = &program }, none = some, mixed = some, done = some;
	int different = 1;

	(void)state;
	assert_int_equal(cli_each(&some, names, 3, true, fail_odd, NULL), EXIT_PARTLY);
	assert_int_equal(cli_each(&done, names, 1, true, fail_odd, NULL), EXIT_DONE);
	assert_int_equal(cli_each(&none, names, 3, true, fail_all, NULL), EXIT_NOT_FOUND);
	assert_int_equal(cli_each(&mixed, names, 3, true, fail_all, &different), EXIT_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_safe), cmocka_unit_test(test_timeout), cmocka_unit_test(test_diff), cmocka_unit_test(test_table),
		cmocka_unit_test(test_modes), cmocka_unit_test(test_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
