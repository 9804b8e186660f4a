/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A domain definition from anyone: what is accepted and written is accepted again, says the same, and is written the same. */
#include "conf/domain.h"

static void fail(const char *what, const char *first, const char *second)
{
	fprintf(stderr, "%s\n--- first\n%s\n--- second\n%s\n", what, first, second ? second : "(nothing)");
	abort();
}

/* The definition written, read and written again. */
static void again(const struct domain *def, unsigned flags)
{
	struct error err = { 0 };
	AUTO_FREE char *first = domain_format(def, flags, &err), *second = NULL;
	AUTO_DOMAIN struct domain *back = NULL;

	if (!first)
		fail("a definition that was read cannot be written", err.text, NULL);
	back = domain_parse(first, strlen(first), DOMAIN_PARSE_VALIDATE, &err);
	if (!back)
		fail("what was written is not accepted", first, err.text);
	second = domain_format(back, flags, &err);
	if (!second || strcmp(first, second) != 0)
		fail("what was written is no fixed point", first, second);
}

static void copied(const struct domain *def)
{
	struct error err = { 0 };
	AUTO_DOMAIN struct domain *copy = domain_copy(def, &err);
	AUTO_BUF struct buf where = { 0 };

	if (!copy)
		fail("a definition cannot be copied", err.text, NULL);
	if (!domain_equal(def, copy, &where))
		fail("a copy differs", where.data ? where.data : "", NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = { 0 };
	AUTO_FREE char *xml = malloc(size + 1);
	AUTO_DOMAIN struct domain *def = NULL;

	if (!xml)
		return 0;
	memcpy(xml, data, size);
	xml[size] = '\0';
	def = domain_parse(xml, size, 0, &err);
	if (!def)
		return 0;
	copied(def);
	again(def, DOMAIN_FORMAT_INACTIVE);
	again(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE);
	return 0;
}
