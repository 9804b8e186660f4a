/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/define.h"

#include "cli/drivers.h"
#include "conf/domain.h"

#include <string.h>

struct warning {
	const struct cli *cli;
	const char *name;
};

static void warn(void *ctx, const char *text)
{
	struct warning *w = ctx;

	cli_warn(w->cli, "%s: %s", w->name, text);
}

void cli_warn_unknown(const struct cli *cli, const char *name, const char *xml, size_t len)
{
	struct warning w = { cli, name };
	struct error ignored;

	domain_free(domain_parse_warn(xml, len, 0, warn, &w, &ignored));
}

static const struct hv_driver *find_driver(const char *name)
{
	for (const struct hv_driver *const *d = cli_drivers; *d; d++) {
		if (strcmp((*d)->kind, name) == 0)
			return *d;
	}
	return NULL;
}

char *cli_canonical(const struct cli *cli, const char *file, const char *xml, size_t len, const char *driver, bool validate,
		    struct error *err)
{
	const struct hv_driver *d = driver ? find_driver(driver) : NULL;
	struct warning w = { cli, file };

	if (driver && !d) {
		cli_usage(err, "there is no driver '%s'", driver);
		return NULL;
	}
	AUTO_DOMAIN struct domain *def = domain_parse_warn(xml, len, validate ? DOMAIN_PARSE_VALIDATE : 0, validate ? NULL : warn, &w, err);
	if (!def || (d && d->defaults && d->defaults(def, err) < 0))
		return NULL;
	if (!d && domain_fill_generic(def, err) < 0)
		return NULL;
	return domain_format(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE, err);
}

void cli_forget_line(struct error *err)
{
	char *line = err ? strstr(err->text, "line ") : NULL;
	size_t digits = line ? strspn(line + 5, "0123456789") : 0;

	if (digits && !strncmp(line + 5 + digits, ": ", 2) && (line == err->text || line[-1] == ' '))
		memmove(line, line + 5 + digits + 2, strlen(line + 5 + digits + 2) + 1);
}
