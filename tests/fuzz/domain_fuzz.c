/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a definition: refused, or canonical once and for all, equal to its copy and to what is read again. */
#include "conf/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err;
	AUTO_DOMAIN struct domain *def = domain_parse((const char *)data, size, DOMAIN_PARSE_LIVE, &err);
	AUTO_DOMAIN struct domain *copy = def ? domain_copy(def, &err) : NULL;
	AUTO_FREE char *first = def ? domain_format(def, DOMAIN_FORMAT_SECURE, &err) : NULL;
	AUTO_DOMAIN struct domain *again = NULL;
	AUTO_FREE char *second = NULL;

	if (!def)
		return 0;
	if (!copy || !first || !domain_equal(def, copy, NULL))
		abort();
	again = domain_parse(first, strlen(first), DOMAIN_PARSE_LIVE, &err);
	second = again ? domain_format(again, DOMAIN_FORMAT_SECURE, &err) : NULL;
	if (!second || strcmp(first, second) != 0) {
		fprintf(stderr, "%s\n---\n%s\n", first, second ? second : err.text);
		abort();
	}
	return 0;
}
