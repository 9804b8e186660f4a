/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine, on a table of its own that has every kind of row. */
#include "conf/conf_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#define KINDS(X) X(KIND_FILE, "file") X(KIND_NET, "net")
CONF_ENUM(kind, KINDS);
CONF_ENUM_NAMES(kind, KINDS, .unset = "default");

struct part {
	char *id;
	char *text;
};

struct inner {
	uint8_t small;
	struct conf_num hex;
};

struct thing {
	enum kind kind;
	char *file, *host, *plain;
	uint64_t count;
	struct conf_int delta;
	struct conf_num size, length;
	unsigned char uuid[16];
	struct conf_mac mac;
	struct conf_bitmap *set;
	bool flag;
	enum conf_onoff state;
	CONF_LIST(char) words;
	CONF_LIST(struct part) parts, any;
	struct inner inner, included;
	struct inner *node;
	CONF_LIST(struct conf_raw) raws;
	char *secret, *live;
};

static const struct conf_row part_rows[] = {
	ATTR_STRING("id", struct part, id, .flags = CONF_REQUIRED),
	TEXT_STRING(struct part, text),
	CONF_END
};
static const struct conf_elem part_elem = ELEM(struct part, part_rows);

static const struct conf_row any_rows[] = {
	TAG_STRING(struct part, id),
	CONF_END
};
static const struct conf_elem any_elem = ELEM(struct part, any_rows);

static const struct conf_row inner_rows[] = {
	ATTR_UINT("small", struct inner, small),
	ATTR_NUM("hex", struct inner, hex, .width = 4, .max = 0xffff),
	CONF_END
};
static const struct conf_elem inner_elem = ELEM(struct inner, inner_rows);

static const struct conf_row source_rows[] = {
	ATTR_STRING("file", struct thing, file, .when = BIT(KIND_FILE)),
	ATTR_STRING("host", struct thing, host, .when = BIT(KIND_NET)),
	CONF_END
};

static const struct conf_row any_group_rows[] = {
	LIST("*", struct thing, any, struct part, any_elem),
	CONF_END
};

static const struct conf_row raw_rows[] = {
	RAWS(struct thing, raws),
	CONF_END
};

static int thing_fill(struct conf_reader *r, void *obj)
{
	const struct thing *t = obj;

	return t->plain && !strcmp(t->plain, "refuse me") ? conf_fail(r, "'%s' is refused", t->plain) : 0;
}

static const struct conf_row thing_rows[] = {
	ATTR_ENUM("kind", struct thing, kind, kind),
	ATTR_ONOFF("state", struct thing, state),
	INCLUDE(struct thing, included, struct inner, inner_elem),
	CHILD_STRING("plain", struct thing, plain, .check = conf_check_line),
	CHILD_UINT("count", struct thing, count, .max = 1000),
	CHILD_INT("delta", struct thing, delta),
	CHILD_SCALED("size", struct thing, size, 1024),
	GROUP("length", ((const struct conf_row[]){ ATTR_SCALED("value", "unit", struct thing, length, 1, .flags = CONF_PRETTY), CONF_END })),
	CHILD_UUID("uuid", struct thing, uuid),
	GROUP("mac", ((const struct conf_row[]){ ATTR_MAC("address", struct thing, mac), CONF_END })),
	CHILD_BITMAP("set", struct thing, set, .max = 128),
	FLAG("flag", struct thing, flag),
	STRINGS("word", struct thing, words),
	GROUP("source", source_rows),
	LIST("part", struct thing, parts, struct part, part_elem, .max = 3),
	GROUP("any", any_group_rows),
	EMBED("inner", struct thing, inner, struct inner, inner_elem),
	NODE("node", struct thing, node, struct inner, inner_elem),
	GROUP("raw", raw_rows),
	CHILD_STRING("secret", struct thing, secret, .flags = CONF_SECRET),
	CHILD_STRING("live", struct thing, live, .flags = CONF_LIVE),
	CONF_END
};

static const struct conf_elem thing_elem = ELEM_KIND(struct thing, kind, thing_rows, .kind_default = KIND_FILE, .fill = thing_fill);

static const char full[] =
	"<thing kind='net' state='off' small='7' hex='0x00ff'>\n"
	"  <plain>a &lt;b&gt; &amp; &quot;c&quot;</plain>\n"
	"  <count>1000</count>\n"
	"  <delta>-5</delta>\n"
	"  <size unit='KiB'>2048</size>\n"
	"  <length value='3' unit='MiB'/>\n"
	"  <uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>\n"
	"  <mac address='52:54:00:01:02:ff'/>\n"
	"  <set>0-3,7,126-127</set>\n"
	"  <flag/>\n"
	"  <word>one</word>\n"
	"  <word>two</word>\n"
	"  <source host='a&apos;b'/>\n"
	"  <part id='1'>text</part>\n"
	"  <part id='2'/>\n"
	"  <any>\n"
	"    <left/>\n"
	"    <right/>\n"
	"  </any>\n"
	"  <inner small='1'/>\n"
	"  <node/>\n"
	"  <raw>\n"
	"    <x:y xmlns:x=\"urn:x\" z=\"1\"> <x:w/> text</x:y>\n"
	"  </raw>\n"
	"  <secret>word</secret>\n"
	"  <live>now</live>\n"
	"</thing>\n";

struct notes {
	char text[4096];
	unsigned n;
};

static void note(void *ctx, const char *text)
{
	struct notes *notes = ctx;

	notes->n++;
	snprintf(notes->text, sizeof(notes->text), "%s", text);
}

static struct thing *parse(const char *xml, unsigned flags, struct notes *notes, struct error *err)
{
	struct conf_reader r = { .flags = flags, .warn = notes ? note : NULL, .warn_ctx = notes, .err = err };
	AUTO_XML struct xml_doc *doc = xml_parse(xml, strlen(xml), err);

	return doc ? conf_parse(&r, &thing_elem, xml_root(doc)) : NULL;
}

/* The error's text of a document that must be refused. */
static const char *refusal(const char *xml)
{
	static struct error err;
	struct thing *t = parse(xml, 0, NULL, &err);

	if (t) {
		conf_free(&thing_elem, t);
		return "accepted";
	}
	return err.text;
}

static void round_trip_is_exact(void **state)
{
	struct error err = { 0 };
	struct thing *t = parse(full, CONF_PARSE_LIVE | CONF_PARSE_VALIDATE, NULL, &err);
	char *out;

	(void)state;
	assert_non_null(t);
	out = conf_format(&thing_elem, "thing", t, CONF_FORMAT_SECURE, &err);
	assert_string_equal(out, full);
	free(out);
	out = conf_format(&thing_elem, "thing", t, CONF_FORMAT_INACTIVE, &err);
	assert_null(strstr(out, "secret"));
	assert_null(strstr(out, "live"));
	free(out);
	assert_true(conf_bitmap_test(t->set, 126) && !conf_bitmap_test(t->set, 4));
	assert_int_equal(conf_bitmap_count(t->set), 7);
	assert_int_equal(t->length.value, 3 << 20);
	conf_free(&thing_elem, t);
}

static void copies_are_equal_and_differences_are_named(void **state)
{
	struct error err = { 0 };
	AUTO_BUF struct buf where = { 0 };
	struct thing *t = parse(full, CONF_PARSE_LIVE, NULL, &err);
	struct thing *copy = conf_copy(&thing_elem, t, &err);

	(void)state;
	assert_non_null(copy);
	assert_true(conf_equal(&thing_elem, t, copy, NULL));
	copy->parts.items[1]->id[0] = '9';
	assert_false(conf_equal(&thing_elem, t, copy, &where));
	assert_string_equal(where.data, "/part[2]/@id");
	conf_free(&thing_elem, t);
	conf_free(&thing_elem, copy);
}

static void tells_what_it_does_not_know(void **state)
{
	static const char xml[] = "<thing>\n<what/>\n<source host='x' file='y'/><inner big='1'/></thing>";
	struct notes notes = { .n = 0 };
	struct error err = { 0 };
	struct thing *t = parse(xml, 0, &notes, &err);

	(void)state;
	assert_non_null(t);
	assert_int_equal(notes.n, 3);
	assert_null(t->host);
	conf_free(&thing_elem, t);
	t = parse("<thing>\n\n<what/></thing>", 0, &notes, &err);
	assert_non_null(strstr(notes.text, "line 3: <thing>: element <what>"));
	conf_free(&thing_elem, t);
	assert_null(parse(xml, CONF_PARSE_VALIDATE, &notes, &err));
	assert_int_equal(err.code, ERR_XML_INVALID_SCHEMA);
}

static void refuses_and_says_why(void **state)
{
	static const struct { const char *xml, *why; } bad[] = {
		{ "<thing kind='nope'/>", "line 1: <thing>: attribute 'kind': 'nope' is none of file, net" },
		{ "<thing>\n<count>1001</count></thing>", "line 2: <count>: 1001 is more than 1000" },
		{ "<thing><count>-1</count></thing>", "is not a number" },
		{ "<thing><count>99999999999999999999</count></thing>", "is not a number" },
		{ "<thing><count>1e3</count></thing>", "is not a number" },
		{ "<thing small='256'/>", "more than 255" },
		{ "<thing hex='0x10000'/>", "more than 65535" },
		{ "<thing hex='0xfg'/>", "is not a number" },
		{ "<thing><size unit='MiB'>18446744073709551615</size></thing>", "too large" },
		{ "<thing><size unit='parsec'>1</size></thing>", "is not a size" },
		{ "<thing><set>1-200</set></thing>", "below 128" },
		{ "<thing><set>3-1</set></thing>", "is not a set" },
		{ "<thing><set>0,^0</set></thing>", "is not a set" },
		{ "<thing><uuid>12</uuid></thing>", "is not a UUID" },
		{ "<thing><mac address='52:54:00:01:02'/></thing>", "is not a MAC address" },
		{ "<thing><part/></thing>", "attribute 'id' is missing" },
		{ "<thing><part id='1'/><part id='2'/><part id='3'/><part id='4'/></thing>", "more than 3 <part>" },
		{ "<thing><plain>refuse me</plain></thing>", "is refused" },
		{ "<thing><plain>a\nb</plain></thing>", "control character" },
		{ "<thing>", "not well-formed" },
		{ "", "empty" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (!strstr(refusal(bad[i].xml), bad[i].why))
			fail_msg("%s: %s", bad[i].xml, refusal(bad[i].xml));
}

static void units_are_read(void **state)
{
	static const struct { const char *number, *unit; uint64_t bytes; } good[] = {
		{ "1", NULL, 1024 }, { "1", "b", 1 }, { "7", "bytes", 7 }, { "2", "KB", 2000 }, { "2", "k", 2048 }, { "2", "MiB", 2 << 20 },
		{ "1", "EiB", UINT64_C(1) << 60 },
	};
	uint64_t bytes;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(conf_scale(good[i].number, good[i].unit, 1024, &bytes), 0);
		assert_int_equal(bytes, good[i].bytes);
	}
	assert_int_equal(conf_scale("16", "EiB", 1024, &bytes), -1);
	assert_int_equal(conf_scale("1", "KiBs", 1024, &bytes), -1);
}

static void becomes_json(void **state)
{
	struct error err = { 0 };
	struct thing *t = parse(full, CONF_PARSE_LIVE, NULL, &err);
	json_t *json = conf_json(&thing_elem, t, 0, &err);

	(void)state;
	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, "kind")), "net");
	assert_int_equal(json_integer_value(json_object_get(json, "count")), 1000);
	assert_true(json_is_false(json_object_get(json, "state")));
	assert_true(json_is_true(json_object_get(json, "flag")));
	assert_int_equal(json_array_size(json_object_get(json, "part")), 2);
	assert_string_equal(json_string_value(json_object_get(json_object_get(json, "source"), "host")), "a'b");
	assert_null(json_object_get(json, "secret"));
	json_decref(json);
	conf_free(&thing_elem, t);
}

static void count_path(void *ctx, const char *path)
{
	*(unsigned *)ctx += !strcmp(path, "/thing/source/@host") || !strcmp(path, "/thing/length/@unit");
}

static void lists_paths(void **state)
{
	struct error err = { 0 };
	unsigned n = 0;

	(void)state;
	assert_int_equal(conf_paths(&thing_elem, "thing", count_path, &n, &err), 0);
	assert_int_equal(n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip_is_exact), cmocka_unit_test(copies_are_equal_and_differences_are_named),
		cmocka_unit_test(tells_what_it_does_not_know), cmocka_unit_test(refuses_and_says_why), cmocka_unit_test(units_are_read),
		cmocka_unit_test(lists_paths), cmocka_unit_test(becomes_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
