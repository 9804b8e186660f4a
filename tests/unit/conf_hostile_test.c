/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Definitions that nobody vouches for: nothing is opened, nothing grows without bound, nothing is read partly. */
#include "conf/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/resource.h>

#define START "<domain type='lxc'><name>c</name><memory>1024</memory><os><type>exe</type></os>"

static struct error err;

static bool accepted(const char *xml, size_t len)
{
	struct domain *def = domain_parse(xml, len, 0, &err);

	domain_free(def);
	return def;
}

static void must_refuse(const char *xml, const char *why)
{
	if (accepted(xml, strlen(xml)) || !strstr(err.text, why))
		fail_msg("%.200s: %s", xml, err.text);
}

/* prefix, then n times the middle, then suffix */
static char *repeat(const char *prefix, const char *middle, size_t n, const char *suffix)
{
	AUTO_BUF struct buf b = { 0 };

	buf_str(&b, prefix);
	for (size_t i = 0; i < n; i++)
		buf_str(&b, middle);
	buf_str(&b, suffix);
	return buf_finish(&b);
}

static void x1_x2_entities_are_refused(void **state)
{
	AUTO_FREE char *flat = repeat("<!DOCTYPE d [<!ENTITY a '", "aaaaaaaaaa", 5000, "'>]><domain>&a;&a;&a;</domain>");

	(void)state;
	must_refuse("<!DOCTYPE d [<!ENTITY a 'x'>]><domain>&a;</domain>", "entity declaration");
	must_refuse("<!DOCTYPE d [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><domain>&a;</domain>", "entity declaration");
	must_refuse("<!DOCTYPE d [<!ENTITY % a SYSTEM 'file:///etc/passwd'> %a;]><domain/>", "entity declaration");
	must_refuse("<!DOCTYPE d SYSTEM 'http://127.0.0.1:9/d.dtd'><domain/>", "external DTD");
	must_refuse("<!DOCTYPE d [<!ATTLIST domain type CDATA 'lxc'>]><domain/>", "DTD");
	must_refuse("<domain>&nope;</domain>", "not well-formed");
	must_refuse(flat, "entity declaration");
}

static void x3_sizes_are_bounded(void **state)
{
	AUTO_FREE char *deep = repeat("", "<a>", 100000, "");
	AUTO_FREE char *attrs = repeat("<domain ", "a='1' ", 1000000, "/>");
	AUTO_FREE char *devices = repeat(START "<devices>", "<disk/>", 300000, "</devices></domain>");
	AUTO_FREE char *disks = repeat(START "<devices>", "<filesystem><source dir='/a'/><target dir='/b'/></filesystem>", 20000,
				       "</devices></domain>");
	AUTO_FREE char *large = repeat(START "<description>", "0123456789abcdef", 1 << 20, "</description></domain>");
	AUTO_FREE char *ranges = repeat(START "<vcpu cpuset='0", ",0-16383", 20000, "'>1</vcpu></domain>");
	struct rusage use;

	(void)state;
	must_refuse(deep, "nested too deep");
	must_refuse(attrs, "too many attributes");
	must_refuse(devices, "too many elements");
	must_refuse(disks, "more than");
	must_refuse(large, "limit");
	must_refuse(START "<vcpu cpuset='0-4294967295'>1</vcpu></domain>", "below");
	assert_true(accepted(ranges, strlen(ranges)));
	getrusage(RUSAGE_SELF, &use);
	assert_true(use.ru_utime.tv_sec < 20);
}

static void x4_x6_names_and_numbers_are_checked(void **state)
{
	static const char *const names[] = { "", ".", "..", "/", "a/b", "a\nb", "a\tb", "\x7f", "   " };
	static const char *const numbers[] = { "-1", "1e999", "0x10", "18446744073709551616", "99999999999999999999999", "1 2", "0" };
	AUTO_FREE char *long_name = repeat("<domain type='lxc'><name>", "0123456789", 30, "</name><memory>1</memory><os><type>exe</type></os></domain>");
	char xml[300];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(xml, sizeof(xml), "<domain type='lxc'><name>%s</name><memory>1</memory><os><type>exe</type></os></domain>", names[i]);
		must_refuse(xml, "<name>");
	}
	must_refuse(long_name, "longer than");
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		snprintf(xml, sizeof(xml), "<domain type='lxc'><name>c</name><memory>%s</memory><os><type>exe</type></os></domain>", numbers[i]);
		must_refuse(xml, "memory>");
	}
	/* what is told of a value cannot steer a terminal */
	must_refuse("<domain type='a&#9;b'/>", "'a?b'");
}

static void x7_encodings_mean_the_same(void **state)
{
	static const char latin1[] = "<?xml version='1.0' encoding='ISO-8859-1'?>" START "<title>\xe4</title></domain>";
	static const char bom[] = "\xef\xbb\xbf" START "<title>\xc3\xa4</title></domain>";
	static const char cdata[] = START "<!-- x --><title><![CDATA[\xc3\xa4]]></title></domain>";
	static const char *const same[] = { latin1, bom, cdata };
	char utf16[2 * sizeof(latin1)];
	struct domain *def;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		def = domain_parse(same[i], strlen(same[i]), 0, &err);
		assert_non_null(def);
		assert_string_equal(def->title, "\xc3\xa4");
		domain_free(def);
	}
	utf16[0] = '\xff';
	utf16[1] = '\xfe';
	for (size_t i = 0; i < sizeof(START); i++) {
		utf16[2 * i + 2] = START[i];
		utf16[2 * i + 3] = '\0';
	}
	for (size_t i = 0; i < sizeof("</domain>"); i++) {
		utf16[2 * (sizeof(START) + i)] = "</domain>"[i];
		utf16[2 * (sizeof(START) + i) + 1] = '\0';
	}
	assert_true(accepted(utf16, 2 * (sizeof(START) + sizeof("</domain>") - 1)));
	must_refuse(START "<title>\xff\xfe</title></domain>", "not well-formed");
	assert_false(accepted(START "<title>a\0b</title></domain>", sizeof(START "<title>a\0b</title></domain>") - 1));
}

/* The same text each time: what fails once fails again. */
static unsigned next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (unsigned)(*seed >> 20);
}

/* Some bytes of the text become others, go, or are said again elsewhere. */
static size_t mutate(char *text, size_t len, size_t room, uint64_t *seed)
{
	for (unsigned n = next_random(seed) % 3 + 1; n; n--) {
		size_t at = next_random(seed) % len, from = next_random(seed) % len, run = next_random(seed) % 40 + 1;

		run = run > len - at ? len - at : run > len - from ? len - from : run;
		switch (next_random(seed) % 4) {
		case 0:
			text[at] = (char)(next_random(seed) % 8 ? '!' + next_random(seed) % 94 : next_random(seed) % 256);
			break;
		case 1:
			text[at] = "019-x \n"[next_random(seed) % 7];
			break;
		case 2:
			if (len - run > 20) {
				memmove(text + at, text + at + run, len - at - run);
				len -= run;
			}
			break;
		default:
			if (len + run < room) {
				char copy[40];
				memcpy(copy, text + from, run);
				memmove(text + at + run, text + at, len - at);
				memcpy(text + at, copy, run);
				len += run;
			}
		}
	}
	return len;
}

static void x8_what_is_accepted_after_mutation_has_one_form(void **state)
{
	static const char seed_text[] = START "<vcpu placement='static' cpuset='0-3'>2</vcpu><idmap><uid start='0' target='1000' count='10'/></idmap>"
		"<cputune><shares>100</shares></cputune><on_reboot>restart</on_reboot><devices><emulator>/x</emulator>"
		"<filesystem type='mount' accessmode='passthrough'><source dir='/a'/><target dir='/'/><readonly/></filesystem>"
		"<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='b'/><ip address='10.0.0.1' prefix='24'/></interface>"
		"<console type='pty' tty='/dev/pts/1'><target type='lxc' port='0'/></console></devices></domain>";
	uint64_t seed = 4711;
	unsigned taken = 0;
	char text[4096];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t len = sizeof(seed_text) - 1;
		AUTO_FREE char *once = NULL, *twice = NULL;

		memcpy(text, seed_text, len);
		len = mutate(text, len, sizeof(text), &seed);
		struct domain *def = domain_parse(text, len, 0, &err), *again;
		if (!def)
			continue;
		taken++;
		once = domain_format(def, 0, &err);
		domain_free(def);
		assert_non_null(once);
		again = domain_parse(once, strlen(once), 0, &err);
		if (!again)
			fail_msg("refused: %s\n%s", err.text, once);
		twice = domain_format(again, 0, &err);
		domain_free(again);
		assert_non_null(twice);
		assert_string_equal(once, twice);
	}
	/* not all are nonsense, nor harmless */
	assert_in_range(taken, 500, 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x1_x2_entities_are_refused), cmocka_unit_test(x3_sizes_are_bounded),
		cmocka_unit_test(x4_x6_names_and_numbers_are_checked),
		cmocka_unit_test(x7_encodings_mean_the_same), cmocka_unit_test(x8_what_is_accepted_after_mutation_has_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
