/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

#include "conf/conf.h"

#include <ctype.h>
#include <string.h>

const char *cli_size(char text[CLI_SIZE_MAX], uint64_t bytes)
{
	static const char units[][4] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double value = (double)bytes;
	size_t i = 0;

	for (; value >= 1024 && i + 1 < ARRAY_LEN(units); i++)
		value /= 1024;
	snprintf(text, CLI_SIZE_MAX, "%.2f %.3s", value, units[i]);
	return text;
}

int cli_parse_size(const char *text, const char *what, uint64_t *bytes, struct error *err)
{
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits;
	char number[24];

	while (*unit == ' ')
		unit++;
	if (digits && digits < sizeof(number)) {
		memcpy(number, text, digits);
		number[digits] = '\0';
		if (conf_scale(number, *unit ? unit : NULL, 1, bytes) == 0)
			return 0;
	}
	return cli_usage(err, "%s: '%s' is not a size (a number, with a unit such as M or GiB)", what, text);
}
