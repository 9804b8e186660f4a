/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/record.h"

void cli_record_begin(struct cli_record *r, struct cli *cli, int width)
{
	*r = (struct cli_record){ .cli = cli, .width = width ? width : 16, .object = cli->json ? json_object() : NULL };
}

static void line(const struct cli_record *r, const char *label, const char *value)
{
	int used = printf("%s:", label);

	printf("%*s", used < r->width ? r->width - used : 1, "");
	cli_put_safe(stdout, value);
	putchar('\n');
}

void cli_record_text(struct cli_record *r, const char *label, const char *key, const char *value)
{
	if (r->object)
		json_object_set_new(r->object, key, cli_json_string(value));
	else
		line(r, label, value ? value : "-");
}

void cli_record_bool(struct cli_record *r, const char *label, const char *key, bool value, const char *yes, const char *no)
{
	if (r->object)
		json_object_set_new(r->object, key, json_boolean(value));
	else
		line(r, label, value ? yes : no);
}

void cli_record_number(struct cli_record *r, const char *label, const char *key, long long value, const char *text)
{
	char number[32];

	snprintf(number, sizeof(number), "%lld", value);
	if (r->object)
		json_object_set_new(r->object, key, json_integer(value));
	else
		line(r, label, text ? text : number);
}

int cli_record_end(struct cli_record *r, json_t *list, struct error *err)
{
	if (!r->object)
		return 0;
	if (!list)
		return cli_json_print(r->object, err);
	return json_array_append_new(list, r->object) < 0 ? error_set(err, ERR_NO_MEMORY, "out of memory") : 0;
}
