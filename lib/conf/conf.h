/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The engine for libvirt's XML formats: one struct and one table per element; parsing, canonical format, free, copy,
 * compare and JSON follow from the table.
 *
 *     struct domain_clock { enum domain_clock_offset offset; char *timezone; CONF_LIST(struct domain_timer) timers; };
 *
 *     static const struct conf_row clock_rows[] = {
 *             ATTR_ENUM("offset", struct domain_clock, offset, domain_clock_offset),
 *             ATTR_STRING("timezone", struct domain_clock, timezone, .when = BIT(DOMAIN_CLOCK_TIMEZONE)),
 *             LIST("timer", struct domain_clock, timers, struct domain_timer, domain_timer_elem),
 *             CONF_END
 *     };
 *     const struct conf_elem domain_clock_elem = ELEM_KIND(struct domain_clock, offset, clock_rows, .fill = clock_fill);
 *
 * How to add an element:
 *  1. Its members into the struct of its noun (domain_NOUN.h). Nothing given is always zero: NULL, 0, an enum's UNSET, an
 *     empty list. Where 0 itself can be said, the member is a struct conf_num.
 *  2. Enumerations as lists, `#define DOMAIN_FOOS(X) X(DOMAIN_FOO_BAR, "bar")`, then CONF_ENUM(domain_foo, DOMAIN_FOOS) in
 *     the header and CONF_ENUM_NAMES(domain_foo, DOMAIN_FOOS) in the .c file.
 *  3. Rows, in the order of libvirt's output (attributes come out first in any case). Rows are read in table order too, so an
 *     attribute that others depend on (.when) stands first.
 *  4. What a table cannot say goes into the element's `fill`: it runs after the rows of the element have been read, checks
 *     (conf_fail) and sets defaults. What depends on other elements goes into domain_fill.c.
 *  5. The element in the table that contains it: GROUP, NODE, EMBED or LIST, see the rows below. Done: no other code.
 *
 * Row extras, after the fixed arguments of any row macro:
 *     .when = BIT(A) | BIT(B)     the row exists only if the element's kind (ELEM_KIND) is A or B
 *     .flags = CONF_REQUIRED      ... see enum conf_flag
 *     .max = 255                  largest number allowed; of a list: most items
 *     .width = 4                  hexadecimal, that many digits ("0x00ff"); numbers then are read in C's notation
 *
 * An element or attribute that no row reads is told to conf_reader.warn with its line, or is an error when
 * CONF_PARSE_VALIDATE is given. A number is read whole or refused; an enumeration's unknown word is refused.
 *
 * Ownership: every pointer in a struct is malloc'ed and belongs to it. conf_free() frees all that rows name and the struct;
 * conf_copy() copies all that rows name. A member that no row names is neither freed nor copied.
 */
#ifndef BERTH_CONF_CONF_H
#define BERTH_CONF_CONF_H

#include "conf/buf.h"
#include "conf/xml.h"

#define BIT(n) (UINT32_C(1) << (n))

/* --- types of members ------------------------------------------------------------------------------------------ */

/* A number that can be absent. */
struct conf_num {
	uint64_t value;
	bool set;
};

/* A signed number that can be absent. */
struct conf_int {
	int64_t value;
	bool set;
};

struct conf_mac {
	unsigned char addr[6];
	bool set;
	bool made;              /* by us: the definition gave none */
};

/* A set of small numbers ("0-3,^2,7"); NULL is none. Allocated as one piece: free() frees it. */
struct conf_bitmap {
	unsigned bits;          /* highest member + 1 */
	unsigned long words[];
};
#define CONF_BITMAP_MAX 16384u

/* A subtree that is kept as it is. */
struct conf_raw {
	char *ns;     /* namespace URI or NULL */
	char *name;   /* without prefix */
	char *xml;    /* the whole element; stands alone */
};

/* A list: CONF_LIST(struct domain_disk) disks; disks.items[i] is a struct domain_disk *, i < disks.n. */
#define CONF_LIST(type) struct { type **items; size_t n; }
struct conf_list {
	void **items;
	size_t n;
};
#define CONF_LIST_MAX 16384u

/* Adds an item (zeroed, of `size` bytes) and returns it; NULL when there is no memory. */
void *conf_list_add(struct conf_list *list, size_t size) NODISCARD;
#define CONF_LIST_ADD(list) ((__typeof__(*(list)->items))conf_list_add((struct conf_list *)(list), sizeof(**(list)->items)))

bool conf_bitmap_test(const struct conf_bitmap *map, unsigned bit);
/* Reads "0-3,^2,7"; members must be below `limit`. NULL with *err set. */
struct conf_bitmap *conf_bitmap_parse(const char *text, unsigned limit, struct error *err) NODISCARD;
/* "0-1,3,7" */
void conf_bitmap_format(const struct conf_bitmap *map, struct buf *out);
unsigned conf_bitmap_count(const struct conf_bitmap *map);

/* Enumerations: a compact list of words, "a\0b\0"; word i is value i + 1, 0 means not given. */
struct conf_enum {
	const char *names;
	const char *unset;   /* a word that means 0 too and is never written ("default"), or NULL */
};
#define CONF_ENUM_CONSTANT_(constant, name) constant,
#define CONF_ENUM_NAME_(constant, name) name "\0"
#define CONF_ENUM(tag, LIST) \
	enum tag { tag##_unset, LIST(CONF_ENUM_CONSTANT_) tag##_end }; \
	extern const struct conf_enum tag##_names
#define CONF_ENUM_NAMES(tag, LIST, ...) const struct conf_enum tag##_names = { .names = LIST(CONF_ENUM_NAME_) "", ##__VA_ARGS__ }

/* The word of a value; NULL for 0 and for what is no value. */
const char *conf_enum_name(const struct conf_enum *e, int value);
/* The value of a word; 0 for `unset`, -1 for an unknown one. */
int conf_enum_value(const struct conf_enum *e, const char *name);

#define CONF_YESNOS(X) X(CONF_YES, "yes") X(CONF_NO, "no")
#define CONF_ONOFFS(X) X(CONF_ON, "on") X(CONF_OFF, "off")
CONF_ENUM(conf_yesno, CONF_YESNOS);
CONF_ENUM(conf_onoff, CONF_ONOFFS);

/* --- rows ------------------------------------------------------------------------------------------------------ */

enum conf_flag {
	CONF_REQUIRED = 1 << 0,    /* missing is an error */
	CONF_LIVE = 1 << 1,        /* of a running guest: read with CONF_PARSE_LIVE, left out with CONF_FORMAT_INACTIVE */
	CONF_SECRET = 1 << 2,      /* written with CONF_FORMAT_SECURE only */
	CONF_READ_ONLY = 1 << 3,   /* read (an old spelling, say), never written */
	CONF_KEEP = 1 << 4,        /* GROUP, EMBED: written even when empty; STRING: an empty text counts as given; UINT: 0 is written */
	CONF_DROP_EMPTY = 1 << 5,  /* ATTR_STRING: an empty value counts as not given */
	CONF_UNIT_BYTES = 1 << 6,  /* SCALED: a number without unit is in bytes, not KiB */
	CONF_RAW_TEXT = 1 << 7,    /* TEXT, CHILD: white space at the ends belongs to the value */
	CONF_ZERO_OK = 1 << 8,     /* ENUM: the word of 0 (conf_enum.unset) is written too */
	CONF_WRITE_ONLY = 1 << 9,  /* written, never read */
	CONF_BASE16 = 1 << 10,     /* NUM, UINT: read as hexadecimal even without 0x */
	CONF_UNIT_MIB = 1 << 12,   /* SCALED: a number without unit is in MiB */
	CONF_ONE_PER_NS = 1 << 14, /* RAWS: an element in no namespace, or the second of one, is left out with a warning */
	CONF_MERGE = 1 << 17,      /* EMBED: further elements of the name are read into the same struct */
	CONF_ONCE = 1 << 16,       /* a child element: a second one is an error, not a warning */
	CONF_POSITIVE = 1 << 15,   /* NUM, UINT: 0 is refused */
	CONF_ANY_BASE = 1 << 13,   /* NUM, UINT: read in C's notation, written in decimal */
	CONF_PRETTY = 1 << 11,     /* SCALED: written with the largest unit that leaves a whole number */
};

enum conf_place {
	CONF_PLACE_END,
	CONF_PLACE_ATTR,      /* an attribute of the element */
	CONF_PLACE_TEXT,      /* the element's own text */
	CONF_PLACE_TAG,       /* the element's own name; the first row of what LIST("*") names */
	CONF_PLACE_CHILD,     /* the text of a child element */
	CONF_PLACE_FLAG,      /* a child element that is there or not: bool */
	CONF_PLACE_SCALED,    /* the text of a child with its unit: uint64_t in `max` bytes */
	CONF_PLACE_SCALED_ATTR, /* an attribute with its unit in another */
	CONF_PLACE_STRINGS,   /* child elements with text: CONF_LIST(char) */
	CONF_PLACE_GROUP,     /* a child element whose rows are members of the same struct */
	CONF_PLACE_NODE,      /* a child element with a struct of its own, by pointer: there even when it is empty */
	CONF_PLACE_EMBED,     /* a child element with a struct of its own, inline: there when something is in it */
	CONF_PLACE_INCLUDE,   /* a struct of its own, inline, read from this same element */
	CONF_PLACE_LIST,      /* child elements with structs of their own; name "*": all that no row before has read */
	CONF_PLACE_RAWS,      /* all child elements that no row before has read, as they are: CONF_LIST(struct conf_raw) */
	CONF_PLACE_HOOK,      /* functions */
};

enum conf_value {
	CONF_STRING,   /* char * */
	CONF_UINT,     /* unsigned integer of 1, 2, 4 or 8 bytes, 0 is not given */
	CONF_NUM,      /* struct conf_num */
	CONF_INT,      /* struct conf_int */
	CONF_ENUMERATION,
	CONF_UUID,     /* unsigned char [16], all zero is not given */
	CONF_MAC,      /* struct conf_mac */
	CONF_BITMAP,   /* struct conf_bitmap * */
};

struct conf_reader;
struct conf_writer;

/* What no table can say. Each may be NULL. `member` is the row's member. */
struct conf_hook {
	int (*read)(struct conf_reader *r, struct xml_node *node, void *obj, void *member);
	void (*write_attrs)(struct conf_writer *w, const void *obj, const void *member);
	void (*write)(struct conf_writer *w, const void *obj, const void *member);
	void (*free)(void *member);
	int (*copy)(void *to, const void *from);             /* 0, or -1: no memory */
	bool (*equal)(const void *a, const void *b);
};

struct conf_row {
	const char *name;             /* "source", "qemu:commandline" */
	union {
		const void *any;
		const struct conf_enum *names;
		const struct conf_elem *elem;
		const struct conf_row *rows;
		const struct conf_hook *hook;
		const char *(*check)(const char *);   /* of a string: NULL, or what is wrong with it */
		const char *unit;                     /* of a scaled attribute: the name of the other */
	};
	uint32_t when;
	uint32_t max;
	uint32_t flags;
	uint16_t offset;
	uint8_t place, value, size, width;
};

struct conf_elem {
	const struct conf_row *rows;
	uint32_t size;
	uint16_t kind;                /* 1 + offset of the enum that .when speaks of; 0: none */
	uint16_t kind_default;        /* what .when goes by while that enum is not given */
	/* After the rows of the element have been read: check and complete. 0, or -1 by conf_fail(). */
	int (*fill)(struct conf_reader *r, void *obj);
	/* Before writing: whether the element is left out. */
	bool (*hidden)(const struct conf_writer *w, const void *obj);
};
#define ELEM(S, table, ...) { .rows = (table), .size = sizeof(S), ##__VA_ARGS__ }
#define ELEM_KIND(S, m, table, ...) { .rows = (table), .size = sizeof(S), .kind = 1 + offsetof(S, m), ##__VA_ARGS__ }

#define CONF_MEMBER_(S, m) (((S *)0)->m)
#define CONF_AT_(S, m, T) \
	.offset = offsetof(S, m) + 0 * sizeof(char[__builtin_types_compatible_p(__typeof__(CONF_MEMBER_(S, m)), T) ? 1 : -1])
#define CONF_END { .place = CONF_PLACE_END }

#define CONF_STRING_(p, n, S, m, ...) { .name = n, .place = p, .value = CONF_STRING, CONF_AT_(S, m, char *), ##__VA_ARGS__ }
#define CONF_UINT_(p, n, S, m, ...) \
	{ .name = n, .place = p, .value = CONF_UINT, .offset = offsetof(S, m), .size = sizeof(CONF_MEMBER_(S, m)), ##__VA_ARGS__ }
#define CONF_NUM_(p, n, S, m, ...) { .name = n, .place = p, .value = CONF_NUM, CONF_AT_(S, m, struct conf_num), ##__VA_ARGS__ }
#define CONF_INT_(p, n, S, m, ...) { .name = n, .place = p, .value = CONF_INT, CONF_AT_(S, m, struct conf_int), ##__VA_ARGS__ }
#define CONF_ENUM_(p, n, S, m, tag, ...) \
	{ .name = n, .place = p, .value = CONF_ENUMERATION, CONF_AT_(S, m, enum tag), .names = &tag##_names, ##__VA_ARGS__ }
#define CONF_UUID_(p, n, S, m, ...) { .name = n, .place = p, .value = CONF_UUID, CONF_AT_(S, m, unsigned char[16]), ##__VA_ARGS__ }
#define CONF_MAC_(p, n, S, m, ...) { .name = n, .place = p, .value = CONF_MAC, CONF_AT_(S, m, struct conf_mac), ##__VA_ARGS__ }
#define CONF_BITMAP_(p, n, S, m, ...) { .name = n, .place = p, .value = CONF_BITMAP, CONF_AT_(S, m, struct conf_bitmap *), ##__VA_ARGS__ }

/* <element name='value'> */
#define ATTR_STRING(...) CONF_STRING_(CONF_PLACE_ATTR, __VA_ARGS__)
#define ATTR_UINT(...) CONF_UINT_(CONF_PLACE_ATTR, __VA_ARGS__)
#define ATTR_NUM(...) CONF_NUM_(CONF_PLACE_ATTR, __VA_ARGS__)
#define ATTR_INT(...) CONF_INT_(CONF_PLACE_ATTR, __VA_ARGS__)
#define ATTR_ENUM(...) CONF_ENUM_(CONF_PLACE_ATTR, __VA_ARGS__)
#define ATTR_YESNO(n, S, m, ...) CONF_ENUM_(CONF_PLACE_ATTR, n, S, m, conf_yesno, ##__VA_ARGS__)
#define ATTR_ONOFF(n, S, m, ...) CONF_ENUM_(CONF_PLACE_ATTR, n, S, m, conf_onoff, ##__VA_ARGS__)
#define ATTR_UUID(...) CONF_UUID_(CONF_PLACE_ATTR, __VA_ARGS__)
#define ATTR_MAC(...) CONF_MAC_(CONF_PLACE_ATTR, __VA_ARGS__)
#define ATTR_BITMAP(...) CONF_BITMAP_(CONF_PLACE_ATTR, __VA_ARGS__)
/* <element>value</element>, the row being inside of that element; its name is of no meaning */
#define TEXT_STRING(S, m, ...) CONF_STRING_(CONF_PLACE_TEXT, "", S, m, ##__VA_ARGS__)
#define TEXT_UINT(S, m, ...) CONF_UINT_(CONF_PLACE_TEXT, "", S, m, ##__VA_ARGS__)
#define TEXT_NUM(S, m, ...) CONF_NUM_(CONF_PLACE_TEXT, "", S, m, ##__VA_ARGS__)
#define TEXT_INT(S, m, ...) CONF_INT_(CONF_PLACE_TEXT, "", S, m, ##__VA_ARGS__)
#define TEXT_ENUM(S, m, tag, ...) CONF_ENUM_(CONF_PLACE_TEXT, "", S, m, tag, ##__VA_ARGS__)
#define TEXT_UUID(S, m, ...) CONF_UUID_(CONF_PLACE_TEXT, "", S, m, ##__VA_ARGS__)
#define TAG_STRING(S, m, ...) CONF_STRING_(CONF_PLACE_TAG, "", S, m, ##__VA_ARGS__)
#define TAG_ENUM(S, m, tag, ...) CONF_ENUM_(CONF_PLACE_TAG, "", S, m, tag, ##__VA_ARGS__)
#define TEXT_BITMAP(S, m, ...) CONF_BITMAP_(CONF_PLACE_TEXT, "", S, m, ##__VA_ARGS__)
/* <name>value</name> */
#define CHILD_STRING(...) CONF_STRING_(CONF_PLACE_CHILD, __VA_ARGS__)
#define CHILD_UINT(...) CONF_UINT_(CONF_PLACE_CHILD, __VA_ARGS__)
#define CHILD_NUM(...) CONF_NUM_(CONF_PLACE_CHILD, __VA_ARGS__)
#define CHILD_INT(...) CONF_INT_(CONF_PLACE_CHILD, __VA_ARGS__)
#define CHILD_ENUM(...) CONF_ENUM_(CONF_PLACE_CHILD, __VA_ARGS__)
#define CHILD_UUID(...) CONF_UUID_(CONF_PLACE_CHILD, __VA_ARGS__)
#define CHILD_BITMAP(...) CONF_BITMAP_(CONF_PLACE_CHILD, __VA_ARGS__)
/* <name/> */
#define FLAG(n, S, m, ...) { .name = n, .place = CONF_PLACE_FLAG, CONF_AT_(S, m, bool), ##__VA_ARGS__ }
/* <name unit='KiB'>number</name>; the member is struct conf_num, in units of `step` (1 or 1024) bytes, rounded up */
#define CHILD_SCALED(n, S, m, step, ...) \
	{ .name = n, .place = CONF_PLACE_SCALED, .max = step, CONF_AT_(S, m, struct conf_num), ##__VA_ARGS__ }
/* the same, the row being inside of that element */
#define TEXT_SCALED(S, m, step, ...) CHILD_SCALED(NULL, S, m, step, ##__VA_ARGS__)
/* <element name='128' unit='KiB'>; unit_name is mostly "unit" */
#define ATTR_SCALED(n, unit_name, S, m, step, ...) \
	{ .name = n, .place = CONF_PLACE_SCALED_ATTR, .max = step, .unit = unit_name, CONF_AT_(S, m, struct conf_num), ##__VA_ARGS__ }
/* <name>text</name> as often as you like */
#define STRINGS(n, S, m, ...) { .name = n, .place = CONF_PLACE_STRINGS, .offset = offsetof(S, m), ##__VA_ARGS__ }
/* <name .../> */
#define GROUP(n, table, ...) { .name = n, .place = CONF_PLACE_GROUP, .rows = (table), ##__VA_ARGS__ }
#define NODE(n, S, m, T, el, ...) { .name = n, .place = CONF_PLACE_NODE, CONF_AT_(S, m, T *), .elem = &(el), ##__VA_ARGS__ }
#define EMBED(n, S, m, T, el, ...) { .name = n, .place = CONF_PLACE_EMBED, CONF_AT_(S, m, T), .elem = &(el), ##__VA_ARGS__ }
#define INCLUDE(S, m, T, el, ...) { .name = "", .place = CONF_PLACE_INCLUDE, CONF_AT_(S, m, T), .elem = &(el), ##__VA_ARGS__ }
#define LIST(n, S, m, T, el, ...) \
	{ .name = n, .place = CONF_PLACE_LIST, .elem = &(el), \
	  .offset = offsetof(S, m) + 0 * sizeof(char[__builtin_types_compatible_p(__typeof__(CONF_MEMBER_(S, m).items), T **) ? 1 : -1]), \
	  ##__VA_ARGS__ }
#define RAWS(S, m, ...) { .name = "", .place = CONF_PLACE_RAWS, .offset = offsetof(S, m), ##__VA_ARGS__ }
#define HOOK(n, S, m, hk, ...) { .name = n, .place = CONF_PLACE_HOOK, .offset = offsetof(S, m), .hook = &(hk), ##__VA_ARGS__ }

/* --- what can be done with a struct ----------------------------------------------------------------------------- */

enum {
	CONF_PARSE_VALIDATE = 1 << 0,    /* what no row reads is an error */
	CONF_PARSE_LIVE = 1 << 1,        /* the description of a running guest: rows marked CONF_LIVE are read */
	CONF_FORMAT_INACTIVE = 1 << 0,   /* rows marked CONF_LIVE are left out */
	CONF_FORMAT_SECURE = 1 << 1,     /* rows marked CONF_SECRET are written */
};

struct conf_reader {
	unsigned flags;
	/* Told of each element and attribute that no row reads: "line 7: <os>: unknown element <foo>". May be NULL. */
	void (*warn)(void *ctx, const char *text);
	void *warn_ctx;
	struct error *err;
	const struct xml_node *node;   /* for fill functions and hooks: the element being read */
	void *root;                    /* the outermost struct */
};

struct conf_writer {
	struct buf out;
	unsigned flags;
	unsigned depth;
	unsigned namespaces;           /* which prefixes were used */
	size_t root_attrs;             /* where the root's xmlns attributes belong */
	const void *root;
};

/* Reads the element into a new struct. NULL with *r->err set. */
void *conf_parse(struct conf_reader *r, const struct conf_elem *elem, struct xml_node *node) NODISCARD;
/* The canonical text of a whole document with this root element, ending in a newline; the caller's. */
char *conf_format(const struct conf_elem *elem, const char *name, const void *obj, unsigned flags, struct error *err) NODISCARD;
void conf_free(const struct conf_elem *elem, void *obj);
/* NULL with *err set: no memory. */
void *conf_copy(const struct conf_elem *elem, const void *obj, struct error *err) NODISCARD;
/* Whether two structs say the same. If not and `where` is given, it gets the path of the first difference. */
bool conf_equal(const struct conf_elem *elem, const void *a, const void *b, struct buf *where);

/* Calls fn for every path that the element's table knows: "/domain/os/type", "/domain/os/type/@arch". A path comes more than once when
 * more than one row stands for it. 0, or -1: no memory. */
int conf_paths(const struct conf_elem *elem, const char *name, void (*fn)(void *ctx, const char *path), void *ctx, struct error *err);

/* For fill functions and hooks. Sets "line N: <element>: TEXT" with code XML (or CONFIG_UNSUPPORTED); returns -1. */
int conf_fail(struct conf_reader *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
int conf_unsupported(struct conf_reader *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
int conf_no_memory(struct conf_reader *r);
/* Reads rows of an element into an existing struct; for hooks. */
int conf_read(struct conf_reader *r, const struct conf_elem *elem, struct xml_node *node, void *obj) NODISCARD;
/* Writes an element with the struct's rows; for hooks. */
void conf_write(struct conf_writer *w, const char *name, const struct conf_elem *elem, const void *obj, bool keep);
/* Frees what rows name, not the struct. */
void conf_clear(const struct conf_elem *elem, void *obj);
/* Copies what rows name into a zeroed struct; 0, or -1: no memory. */
int conf_copy_into(const struct conf_elem *elem, void *to, const void *from) NODISCARD;

/* A number with an optional unit (bytes, KB, KiB, ... EiB) in bytes; `fallback` bytes is the unit when there is none. 0, or -1. */
int conf_scale(const char *number, const char *unit, uint64_t fallback, uint64_t *bytes) NODISCARD;

/* Checks for strings: NULL when fine, else what is wrong. */
const char *conf_check_name(const char *s);       /* of a guest, network, pool ... */
const char *conf_check_line(const char *s);       /* no control characters, no newline */
const char *conf_check_path(const char *s);       /* absolute */

/* The URI of a namespace prefix that libvirt defines ("qemu", "lxc" ...), NULL for others. */
const char *conf_namespace(const char *prefix, size_t len);

#endif
