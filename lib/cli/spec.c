/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/spec.h"

#include <stddef.h>

int cli_spec_next(struct cli_spec *s)
{
	size_t n = 0;

	if (!s->rest || !*s->rest)
		return 0;
	for (; *s->rest; s->rest++) {
		if (*s->rest == ',' && *++s->rest != ',')
			break;
		if (n + 1 == sizeof(s->word))
			return -1;
		s->word[n++] = *s->rest;
	}
	s->word[n] = '\0';
	return 1;
}
