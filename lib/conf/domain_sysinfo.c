/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_sysinfo.h"

CONF_ENUM_NAMES(domain_sysinfo_type, DOMAIN_SYSINFO_TYPES);
CONF_ENUM_NAMES(domain_sysinfo_entry_name, DOMAIN_SYSINFO_ENTRIES);

static const struct conf_row entry_rows[] = {
	ATTR_ENUM("name", struct domain_sysinfo_entry, name, domain_sysinfo_entry_name, .flags = CONF_REQUIRED),
	TEXT_STRING(struct domain_sysinfo_entry, value),
	CONF_END
};

static const struct conf_elem entry_elem = ELEM(struct domain_sysinfo_entry, entry_rows);

static const struct conf_row block_rows[] = {
	LIST("entry", struct domain_sysinfo_block, entries, struct domain_sysinfo_entry, entry_elem, .max = 16),
	CONF_END
};

static int by_name(const void *a, const void *b)
{
	const struct domain_sysinfo_entry *const *x = a, *const *y = b;

	return (int)(*x)->name - (int)(*y)->name;
}

/* "mm/dd/yy" or "mm/dd/yyyy" */
static bool is_date(const char *s)
{
	unsigned month, day, year;
	int n = 0;

	return s && strspn(s, "0123456789/") == strlen(s) && sscanf(s, "%2u/%2u/%4u%n", &month, &day, &year, &n) == 3 && !s[n] &&
	       month >= 1 && month <= 12 && day >= 1 && day <= 31 && (year < 100 || year >= 1900);
}

static int block_fill(struct conf_reader *r, void *obj)
{
	struct domain_sysinfo_block *block = obj;

	for (size_t i = 0; i < block->entries.n; i++) {
		const struct domain_sysinfo_entry *e = block->entries.items[i];

		if (e->name == DOMAIN_SYSINFO_DATE && !is_date(e->value))
			return conf_fail(r, "<entry name='date'>: '%.40s' is not a date as MM/DD/YYYY", e->value ? e->value : "");
	}
	if (block->entries.n)
		qsort(block->entries.items, block->entries.n, sizeof(*block->entries.items), by_name);
	return 0;
}

static const struct conf_elem block_elem = ELEM(struct domain_sysinfo_block, block_rows, .fill = block_fill);

static const struct conf_row oem_rows[] = {
	STRINGS("entry", struct domain_sysinfo, oem_strings),
	CONF_END
};

static const struct conf_row fwcfg_rows[] = {
	ATTR_STRING("name", struct domain_fwcfg, name, .flags = CONF_REQUIRED),
	ATTR_STRING("file", struct domain_fwcfg, file, .flags = CONF_DROP_EMPTY),
	TEXT_STRING(struct domain_fwcfg, value),
	CONF_END
};

static int fwcfg_fill(struct conf_reader *r, void *obj)
{
	const struct domain_fwcfg *f = obj;

	if (!*f->name)
		return conf_fail(r, "attribute 'name' is empty");
	return !f->value == !f->file ? conf_fail(r, "<entry name='%.60s'>: either text or 'file' is needed", f->name) : 0;
}

static const struct conf_elem fwcfg_elem = ELEM(struct domain_fwcfg, fwcfg_rows, .fill = fwcfg_fill);

#define SMBIOS BIT(DOMAIN_SYSINFO_SMBIOS)

static const struct conf_row sysinfo_rows[] = {
	ATTR_ENUM("type", struct domain_sysinfo, type, domain_sysinfo_type, .flags = CONF_REQUIRED),
	EMBED("bios", struct domain_sysinfo, bios, struct domain_sysinfo_block, block_elem, .when = SMBIOS),
	EMBED("system", struct domain_sysinfo, system, struct domain_sysinfo_block, block_elem, .when = SMBIOS),
	LIST("baseBoard", struct domain_sysinfo, base_boards, struct domain_sysinfo_block, block_elem, .when = SMBIOS),
	EMBED("chassis", struct domain_sysinfo, chassis, struct domain_sysinfo_block, block_elem, .when = SMBIOS),
	GROUP("oemStrings", oem_rows, .when = SMBIOS),
	LIST("entry", struct domain_sysinfo, fwcfg, struct domain_fwcfg, fwcfg_elem, .when = BIT(DOMAIN_SYSINFO_FWCFG)),
	CONF_END
};

const struct conf_elem domain_sysinfo_elem = ELEM_KIND(struct domain_sysinfo, type, sysinfo_rows);
