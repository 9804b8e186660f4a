/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/json.h"

#include <string.h>

/* Replaces what jansson refuses byte by byte: a wrong name is still shown. */
static json_t *repaired(const char *text)
{
	AUTO_FREE char *copy = malloc(3 * strlen(text) + 1);
	size_t n = 0;

	if (!copy)
		return NULL;
	for (; *text; text++) {
		if ((unsigned char)*text < 0x80) {
			copy[n++] = *text;
		} else {
			memcpy(copy + n, "\xef\xbf\xbd", 3);
			n += 3;
		}
	}
	return json_stringn(copy, n);
}

json_t *cli_json_string(const char *text)
{
	if (!text)
		return json_null();
	json_t *value = json_string(text);
	return value ? value : repaired(text);
}

int cli_json_print(json_t *document, struct error *err)
{
	int rc = document ? json_dumpf(document, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII) : -1;

	json_decref(document);
	/* a full disk is told at the end, where standard output is closed */
	if (rc < 0 && !ferror(stdout))
		return error_set(err, ERR_NO_MEMORY, "out of memory for the JSON document");
	putchar('\n');
	return 0;
}

int cli_xml_print(struct cli *cli, const char *xml, struct error *err)
{
	if (cli->json)
		return cli_json_print(json_pack("{s:o}", "xml", cli_json_string(xml)), err);
	fputs(xml, stdout);
	return 0;
}
