/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/conf_value.h"

#include "util/uuid.h"

#include <ctype.h>
#include <limits.h>

#define WORD_BITS (8 * sizeof(unsigned long))

CONF_ENUM_NAMES(conf_yesno, CONF_YESNOS);
CONF_ENUM_NAMES(conf_onoff, CONF_ONOFFS);

const char *conf_enum_name(const struct conf_enum *e, int value)
{
	const char *s = e->names;

	if (value <= 0)
		return NULL;
	for (; *s; s += strlen(s) + 1)
		if (--value == 0)
			return s;
	return NULL;
}

int conf_enum_value(const struct conf_enum *e, const char *name)
{
	int value = 1;

	if (e->unset && !strcmp(e->unset, name))
		return 0;
	for (const char *s = e->names; *s; s += strlen(s) + 1, value++)
		if (!strcmp(s, name))
			return value;
	return -1;
}

/* --- numbers --------------------------------------------------------------------------------------------------- */

/* Digits only, in base 10, 16 ("0x" allowed), or 0: as in C. */
static int read_u64(const char *s, unsigned base, uint64_t *out)
{
	uint64_t v = 0;

	if (base != 10 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	} else if (!base && s[0] == '0' && s[1]) {
		base = 8;
		s++;
	} else if (!base) {
		base = 10;
	}
	if (!*s)
		return -1;
	for (; *s; s++) {
		unsigned digit = isdigit((unsigned char)*s) ? *s - '0' : isxdigit((unsigned char)*s) ? (*s | 32) - 'a' + 10 : 16;

		if (digit >= base || __builtin_mul_overflow(v, (uint64_t)base, &v) || __builtin_add_overflow(v, (uint64_t)digit, &v))
			return -1;
	}
	*out = v;
	return 0;
}

int conf_scale(const char *number, const char *unit, uint64_t fallback, uint64_t *bytes)
{
	static const char letters[] = "kmgtpe";
	uint64_t v, scale = fallback;

	if (read_u64(number, 10, &v) < 0)
		return -1;
	if (unit && *unit) {
		const char *l = strchr(letters, tolower((unsigned char)*unit));

		if (!strcasecmp(unit, "b") || !strcasecmp(unit, "byte") || !strcasecmp(unit, "bytes")) {
			scale = 1;
		} else if (l && *l && (!unit[1] || !strcasecmp(unit + 1, "iB") || !strcasecmp(unit + 1, "b"))) {
			unsigned step = unit[1] && !strcasecmp(unit + 1, "b") ? 1000 : 1024;

			scale = 1;
			for (const char *p = letters; p <= l; p++)
				scale *= step;
		} else {
			return -1;
		}
	}
	return __builtin_mul_overflow(v, scale, bytes) ? -1 : 0;
}

uint64_t value_uint(const struct conf_row *row, const void *member)
{
	switch (row->size) {
	case 1:
		return *(const uint8_t *)member;
	case 2:
		return *(const uint16_t *)member;
	case 4:
		return *(const uint32_t *)member;
	default:
		return *(const uint64_t *)member;
	}
}

static int read_uint(const struct conf_row *row, const char *text, void *member, char *why, size_t size)
{
	uint64_t max = row->max ? row->max : UINT64_MAX, v;

	if (row->value == CONF_UINT && row->size < 8 && max > (UINT64_C(1) << (8 * row->size)) - 1)
		max = (UINT64_C(1) << (8 * row->size)) - 1;
	if (read_u64(text, row->flags & CONF_BASE16 ? 16 : row->width || (row->flags & CONF_ANY_BASE) ? 0 : 10, &v) < 0) {
		snprintf(why, size, "'%.60s' is not a number", text);
		return -1;
	}
	if (!v && (row->flags & CONF_POSITIVE)) {
		snprintf(why, size, "0 is impossible here");
		return -1;
	}
	if (v > max) {
		snprintf(why, size, "%.60s is more than %llu", text, (unsigned long long)max);
		return -1;
	}
	if (row->value == CONF_NUM)
		*(struct conf_num *)member = (struct conf_num){ v, true };
	else if (row->size == 1)
		*(uint8_t *)member = v;
	else if (row->size == 2)
		*(uint16_t *)member = v;
	else if (row->size == 4)
		*(uint32_t *)member = v;
	else
		*(uint64_t *)member = v;
	return 0;
}

static int read_int(const char *text, struct conf_int *member, char *why, size_t size)
{
	bool minus = *text == '-';
	uint64_t v;

	if (read_u64(text + minus, 10, &v) < 0 || v > (uint64_t)INT64_MAX) {
		snprintf(why, size, "'%.60s' is not a number", text);
		return -1;
	}
	member->value = minus ? -(int64_t)v : (int64_t)v;
	member->set = true;
	return 0;
}

/* --- bitmaps --------------------------------------------------------------------------------------------------- */

bool conf_bitmap_test(const struct conf_bitmap *map, unsigned bit)
{
	return map && bit < map->bits && map->words[bit / WORD_BITS] >> (bit % WORD_BITS) & 1;
}

unsigned conf_bitmap_count(const struct conf_bitmap *map)
{
	unsigned n = 0;

	for (unsigned i = 0; map && i < map->bits; i++)
		n += conf_bitmap_test(map, i);
	return n;
}

/* One number; moves *s behind it. */
static int bitmap_number(const char **s, unsigned limit, unsigned *out)
{
	unsigned v = 0;

	if (!isdigit((unsigned char)**s))
		return -1;
	for (; isdigit((unsigned char)**s); (*s)++) {
		v = v * 10 + (**s - '0');
		if (v >= limit)
			return -1;
	}
	*out = v;
	return 0;
}

/* By words: a hostile list of long ranges must not take long. */
static void set_range(struct conf_bitmap *map, unsigned first, unsigned last)
{
	for (unsigned w = first / WORD_BITS; w <= last / WORD_BITS; w++) {
		unsigned long mask = ~0UL;

		if (w == first / WORD_BITS)
			mask &= ~0UL << (first % WORD_BITS);
		if (w == last / WORD_BITS)
			mask &= ~0UL >> (WORD_BITS - 1 - last % WORD_BITS);
		map->words[w] |= mask;
	}
}

struct conf_bitmap *conf_bitmap_parse(const char *text, unsigned limit, struct error *err)
{
	AUTO_FREE struct conf_bitmap *map = NULL;
	const char *s = text;

	if (limit > CONF_BITMAP_MAX)
		limit = CONF_BITMAP_MAX;
	map = calloc(1, sizeof(*map) + (limit + WORD_BITS - 1) / WORD_BITS * sizeof(long));
	if (!map) {
		error_set(err, ERR_NO_MEMORY, "out of memory");
		return NULL;
	}
	for (;;) {
		unsigned first, last;
		bool without;

		s += strspn(s, " \t\r\n");
		without = *s == '^';
		s += without;
		if (bitmap_number(&s, limit, &first) < 0)
			break;
		last = first;
		s += strspn(s, " ");
		if (*s == '-' && !without) {
			s++;
			s += strspn(s, " ");
			if (bitmap_number(&s, limit, &last) < 0 || last < first)
				break;
		}
		if (without)
			map->words[first / WORD_BITS] &= ~(1UL << (first % WORD_BITS));
		else
			set_range(map, first, last);
		s += strspn(s, " \t\r\n");
		if (*s == ',') {
			s++;
			continue;
		}
		if (*s)
			break;
		map->bits = limit;
		while (map->bits && !conf_bitmap_test(map, map->bits - 1))
			map->bits--;
		if (!map->bits)
			break;
		return STEAL_PTR(map);
	}
	error_set(err, ERR_XML, "'%.60s' is not a set of numbers below %u such as 0-3,^2,7", text, limit);
	return NULL;
}

void conf_bitmap_format(const struct conf_bitmap *map, struct buf *out)
{
	const char *comma = "";

	for (unsigned i = 0; map && i < map->bits; i++) {
		unsigned first = i;

		if (!conf_bitmap_test(map, i))
			continue;
		while (conf_bitmap_test(map, i + 1))
			i++;
		buf_printf(out, i > first ? "%s%u-%u" : "%s%u", comma, first, i);
		comma = ",";
	}
}

static size_t bitmap_size(const struct conf_bitmap *map)
{
	return sizeof(*map) + (map->bits + WORD_BITS - 1) / WORD_BITS * sizeof(long);
}

/* --- MAC addresses --------------------------------------------------------------------------------------------- */

static int read_mac(const char *s, struct conf_mac *mac)
{
	for (int i = 0; i < 6; i++) {
		unsigned v = 0, n = 0;

		for (; isxdigit((unsigned char)*s) && n < 2; s++, n++)
			v = v * 16 + (isdigit((unsigned char)*s) ? *s - '0' : (*s | 32) - 'a' + 10);
		if (!n || *s != (i < 5 ? ':' : '\0'))
			return -1;
		mac->addr[i] = v;
		s++;
	}
	mac->set = true;
	return 0;
}

/* --- all values ------------------------------------------------------------------------------------------------ */

static int read_string(const struct conf_row *row, const char *text, char **member, char *why, size_t size)
{
	const char *wrong;

	if (!*text && (row->place == CONF_PLACE_ATTR ? row->flags & CONF_DROP_EMPTY : !(row->flags & CONF_KEEP)))
		return 0;
	wrong = row->check ? row->check(text) : NULL;
	if (wrong) {
		snprintf(why, size, "'%.100s' %s", text, wrong);
		return -1;
	}
	free(*member);
	*member = strdup(text);
	return *member ? 0 : -2;
}

static int read_enum(const struct conf_row *row, const char *text, int *member, char *why, size_t size)
{
	int v = conf_enum_value(row->names, text);
	size_t at;

	if (v >= 0) {
		*member = v;
		return 0;
	}
	at = snprintf(why, size, "'%.60s' is none of", text);
	for (const char *s = row->names->names; *s && at < size; s += strlen(s) + 1)
		at += snprintf(why + at, size - at, "%s %s", s == row->names->names ? "" : ",", s);
	return -1;
}

int value_read(const struct conf_row *row, const char *text, void *member, char *why, size_t size)
{
	struct error err = { 0 };

	switch ((enum conf_value)row->value) {
	case CONF_STRING:
		return read_string(row, text, member, why, size);
	case CONF_UINT:
	case CONF_NUM:
		return read_uint(row, text, member, why, size);
	case CONF_INT:
		return read_int(text, member, why, size);
	case CONF_ENUMERATION:
		return read_enum(row, text, member, why, size);
	case CONF_UUID:
		if (uuid_parse(text, member) == 0)
			return 0;
		snprintf(why, size, "'%.60s' is not a UUID", text);
		return -1;
	case CONF_MAC:
		if (read_mac(text, member) == 0)
			return 0;
		snprintf(why, size, "'%.60s' is not a MAC address", text);
		return -1;
	case CONF_BITMAP:
		free(*(void **)member);
		*(void **)member = conf_bitmap_parse(text, row->max ? row->max : CONF_BITMAP_MAX, &err);
		if (*(void **)member)
			return 0;
		if (err.code == ERR_NO_MEMORY)
			return -2;
		snprintf(why, size, "%s", err.text);
		return -1;
	}
	return -1;
}

bool value_is_set(const struct conf_row *row, const void *member)
{
	static const unsigned char none[16];

	switch ((enum conf_value)row->value) {
	case CONF_STRING:
	case CONF_BITMAP:
		return *(void *const *)member != NULL;
	case CONF_UINT:
		return (row->flags & CONF_KEEP) || value_uint(row, member);
	case CONF_NUM:
		return ((const struct conf_num *)member)->set;
	case CONF_INT:
		return ((const struct conf_int *)member)->set;
	case CONF_ENUMERATION:
		return *(const int *)member || (row->flags & CONF_ZERO_OK);
	case CONF_UUID:
		return memcmp(member, none, sizeof(none)) != 0;
	case CONF_MAC:
		return ((const struct conf_mac *)member)->set;
	}
	return false;
}

void value_write(const struct conf_row *row, const void *member, struct buf *out)
{
	const unsigned char *m = member;
	char text[UUID_TEXT];
	uint64_t v;

	switch ((enum conf_value)row->value) {
	case CONF_STRING:
		buf_str(out, *(char *const *)member);
		return;
	case CONF_UINT:
	case CONF_NUM:
		v = row->value == CONF_NUM ? ((const struct conf_num *)member)->value : value_uint(row, member);
		if (row->width && row->width < 32)
			buf_printf(out, "0x%0*llx", row->width, (unsigned long long)v);
		else
			buf_printf(out, "%llu", (unsigned long long)v);
		return;
	case CONF_INT:
		buf_printf(out, "%lld", (long long)((const struct conf_int *)member)->value);
		return;
	case CONF_ENUMERATION: {
		int e = *(const int *)member;
		const char *name = e ? conf_enum_name(row->names, e) : row->names->unset;

		buf_str(out, name ? name : "");
		return;
	}
	case CONF_UUID:
		buf_str(out, uuid_format(m, text));
		return;
	case CONF_MAC:
		buf_printf(out, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
		return;
	case CONF_BITMAP:
		conf_bitmap_format(*(struct conf_bitmap *const *)member, out);
		return;
	}
}

void value_free(const struct conf_row *row, void *member)
{
	if (row->value == CONF_STRING || row->value == CONF_BITMAP) {
		free(*(void **)member);
		*(void **)member = NULL;
	}
}

static size_t value_size(const struct conf_row *row)
{
	switch ((enum conf_value)row->value) {
	case CONF_NUM:
		return sizeof(struct conf_num);
	case CONF_INT:
		return sizeof(struct conf_int);
	case CONF_ENUMERATION:
		return sizeof(int);
	case CONF_UUID:
		return 16;
	case CONF_MAC:
		return sizeof(struct conf_mac);
	default:
		return row->size;
	}
}

int value_copy(const struct conf_row *row, void *to, const void *from)
{
	const void *p;
	size_t size;

	if (row->value != CONF_STRING && row->value != CONF_BITMAP) {
		memcpy(to, from, value_size(row));
		return 0;
	}
	p = *(void *const *)from;
	if (!p || *(void **)to)
		return 0;
	size = row->value == CONF_STRING ? strlen(p) + 1 : bitmap_size(p);
	*(void **)to = malloc(size);
	if (!*(void **)to)
		return -1;
	memcpy(*(void **)to, p, size);
	return 0;
}

bool value_equal(const struct conf_row *row, const void *a, const void *b)
{
	const struct conf_num *na = a, *nb = b;
	const struct conf_int *ia = a, *ib = b;
	const struct conf_bitmap *ma, *mb;
	const char *sa, *sb;

	switch ((enum conf_value)row->value) {
	case CONF_STRING:
		sa = *(char *const *)a;
		sb = *(char *const *)b;
		return sa == sb || (sa && sb && !strcmp(sa, sb));
	case CONF_BITMAP:
		ma = *(void *const *)a;
		mb = *(void *const *)b;
		return ma == mb || (ma && mb && ma->bits == mb->bits && !memcmp(ma, mb, bitmap_size(ma)));
	case CONF_NUM:
		return na->set == nb->set && na->value == nb->value;
	case CONF_INT:
		return ia->set == ib->set && ia->value == ib->value;
	default:
		return !memcmp(a, b, value_size(row));
	}
}

bool row_applies(const struct conf_elem *elem, const struct conf_row *row, const void *obj)
{
	int kind;

	if (!row->when || !elem->kind)
		return true;
	memcpy(&kind, (const char *)obj + elem->kind - 1, sizeof(kind));
	if (!kind)
		kind = elem->kind_default;
	return (unsigned)kind < 32 && row->when >> kind & 1;
}

/* --- checks of strings ----------------------------------------------------------------------------------------- */

const char *conf_check_line(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 32 || *s == 127)
			return "has a control character";
	return NULL;
}

const char *conf_check_name(const char *s)
{
	if (!*s)
		return "is empty";
	if (strlen(s) > 200)
		return "is longer than 200 bytes";
	if (strchr(s, '/'))
		return "has a slash";
	if (!strcmp(s, ".") || !strcmp(s, ".."))
		return "is the name of a directory";
	if (s[strspn(s, " \t")] == '\0')
		return "is blank";
	return conf_check_line(s);
}

const char *conf_check_path(const char *s)
{
	return *s == '/' ? NULL : "is not an absolute path";
}

const char *conf_namespace(const char *prefix, size_t len)
{
	static const struct { const char prefix[12], uri[56]; } known[] = {
		{ "qemu", "http://libvirt.org/schemas/domain/qemu/1.0" },
		{ "lxc", "http://libvirt.org/schemas/domain/lxc/1.0" },
		{ "xen", "http://libvirt.org/schemas/domain/xen/1.0" },
		{ "bhyve", "http://libvirt.org/schemas/domain/bhyve/1.0" },
		{ "vmware", "http://libvirt.org/schemas/domain/vmware/1.0" },
		{ "ch", "http://libvirt.org/schemas/domain/ch/1.0" },
		{ "dnsmasq", "http://libvirt.org/schemas/network/dnsmasq/1.0" },
		{ "fs", "http://libvirt.org/schemas/storagepool/fs/1.0" },
		{ "rbd", "http://libvirt.org/schemas/storagepool/rbd/1.0" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strlen(known[i].prefix) == len && !memcmp(known[i].prefix, prefix, len))
			return known[i].uri;
	return NULL;
}
