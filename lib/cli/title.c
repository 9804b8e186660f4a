/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Definitions on disk are in the canonical form, where the title is one line at a known place: a list of ten thousand guests
 * needs no XML parser to show it. */
#include "cli/guestlist.h"

#include "util/file.h"

#include <string.h>

#define MAX_XML ((size_t)16 << 20)
#define OPENING "\n  <title>"

static void unescape(char *text)
{
	static const struct { const char *entity; char c; } entities[] = {
		{ "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' }, { "&apos;", '\'' },
	};
	char *to = text;

	while (*text) {
		size_t i = 0;
		while (i < ARRAY_LEN(entities) && strncmp(text, entities[i].entity, strlen(entities[i].entity)) != 0)
			i++;
		if (*text == '&' && i < ARRAY_LEN(entities)) {
			*to++ = entities[i].c;
			text += strlen(entities[i].entity);
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

static char *definition(const struct guest *guest)
{
	struct error ignored;
	char *xml = NULL;

	if (guest_is_active(guest)) {
		AUTO_CLOSE int fd = state_run_open(guest->kind->name, guest->name, &ignored);
		if (fd >= 0 && file_read_at(fd, "live.xml", MAX_XML, &xml, NULL, &ignored) == 0)
			return xml;
	}
	return state_read_config(guest->kind->name, guest->name, &xml, NULL, &ignored) == 0 ? xml : NULL;
}

char *cli_local_title(const struct guest *guest)
{
	AUTO_FREE char *xml = definition(guest);
	char *from = xml ? strstr(xml, OPENING) : NULL, *end;

	if (!from)
		return NULL;
	from += strlen(OPENING);
	end = strstr(from, "</title>");
	if (!end)
		return NULL;
	*end = '\0';
	unescape(from);
	return strdup(from);
}
