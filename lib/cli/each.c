/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/json.h"

#include <string.h>
#include <time.h>

/* Puts the object's name in front of an error that does not say it: in quotes, or at its start. */
void cli_name_error(struct error *err, const char *object)
{
	size_t len = strlen(object);

	for (const char *at = strstr(err->text, object); len && at; at = strstr(at + 1, object)) {
		if ((at == err->text && at[len] == ':') || (at > err->text && at[-1] == '\'' && at[len] == '\''))
			return;
	}
	error_wrap(err, "%s", object);
}

void cli_json_outcome(json_t *list, const char *object, const struct error *err)
{
	json_t *entry = json_object();

	json_object_set_new(entry, "name", cli_json_string(object));
	json_object_set_new(entry, "done", json_boolean(!err));
	if (err)
		json_object_set_new(entry, "error", json_pack("{s:s, s:i, s:o}", "code", error_code_name(err->code), "number",
							      (int)err->code, "text", cli_json_string(err->text)));
	json_array_append_new(list, entry);
}

int cli_each(struct cli *cli, const char *const *names, size_t n, bool report, cli_each_fn *fn, void *arg)
{
	json_t *list = cli->json && report ? json_array() : NULL;
	struct error err;
	int status = EXIT_DONE;

	for (size_t i = 0; i < n; i++) {
		err = (struct error){ 0 };
		int rc = fn(cli, i, names[i], arg, &err);
		if (list)
			cli_json_outcome(list, names[i], rc < 0 ? &err : NULL);
		if (rc >= 0) {
			cli->successes++;
			continue;
		}
		cli_name_error(&err, names[i]);
		cli_print_error(cli, &err);
		int failed = cli_status(&err);
		status = cli->failures++ == 0 || status == failed ? failed : EXIT_FAILED;
	}
	if (cli->json && report && cli_json_print(list, &err) < 0)
		cli_print_error(cli, &err);
	return cli->failures && cli->successes ? EXIT_PARTLY : status;
}

int cli_timeout(const char *text, int *ms, struct error *err)
{
	char *end;
	double value;

	*ms = -1;
	if (!text)
		return 0;
	value = strtod(text, &end);
	if (end == text || value < 0 || strspn(text, "0123456789.") != (size_t)(end - text))
		return cli_usage(err, "'%s' is not a time (seconds, or a number with ms, s, m or h)", text);
	if (strcmp(end, "ms") == 0)
		value /= 1000;
	else if (strcmp(end, "m") == 0)
		value *= 60;
	else if (strcmp(end, "h") == 0)
		value *= 3600;
	else if (*end && strcmp(end, "s") != 0)
		return cli_usage(err, "'%s' is not a time (seconds, or a number with ms, s, m or h)", text);
	if (value > INT32_MAX / 1000)
		return cli_usage(err, "the time '%s' is too long (at most 24 days)", text);
	*ms = (int)(value * 1000);
	return 0;
}

int64_t cli_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int cli_time_left(int64_t start, int timeout_ms)
{
	if (timeout_ms < 0)
		return -1;
	int64_t left = start + timeout_ms - cli_now_ms();
	return left > 0 ? (int)left : 0;
}
