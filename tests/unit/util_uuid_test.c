/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void reads_and_writes(void **state)
{
	static const char *const good[] = {
		"c7a5fdbd-edaf-9455-926a-d65c16db1809", "C7A5FDBD-EDAF-9455-926A-D65C16DB1809", "c7a5fdbdedaf9455926ad65c16db1809",
		" c7-a5fdbdedaf9455926ad65c16db1809\n",
	};
	static const char *const bad[] = {
		"", "c7a5fdbd", "c7a5fdbd-edaf-9455-926a-d65c16db180", "c7a5fdbd-edaf-9455-926a-d65c16db1809x",
		"g7a5fdbd-edaf-9455-926a-d65c16db1809", "c7a5fdbd--edaf-9455-926a-d65c16db1809", "-c7a5fdbdedaf9455926ad65c16db1809",
		"c7a5fdbd-edaf-9455-926a-d65c16db18 09", "c7a5fdbd-edaf-9455-926a-d65c16db1809-",
	};
	unsigned char uuid[UUID_BYTES];
	char text[UUID_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(uuid_parse(good[i], uuid), 0);
		assert_string_equal(uuid_format(uuid, text), good[0]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(uuid_parse(bad[i], uuid), -1);
	assert_true(uuid_is_text(good[0]));
	assert_true(uuid_is_text(good[1]));
	assert_false(uuid_is_text(good[2]));
	assert_false(uuid_is_text("c7a5fdbd-edaf-9455-926a-d65c16db1809 "));
	assert_false(uuid_is_text("web"));
}

static void makes_new_ones(void **state)
{
	unsigned char a[UUID_BYTES], b[UUID_BYTES];

	(void)state;
	assert_int_equal(uuid_generate(a, NULL), 0);
	assert_int_equal(uuid_generate(b, NULL), 0);
	assert_memory_not_equal(a, b, UUID_BYTES);
	assert_int_equal(a[6] >> 4, 4);
	assert_int_equal(a[8] >> 6, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reads_and_writes), cmocka_unit_test(makes_new_ones) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
