/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Documents before they are defined. Needs XML. */
#ifndef BERTH_CLI_DEFINE_H
#define BERTH_CLI_DEFINE_H

#include "cli/guests.h"

/* Warns of every element and attribute of a document that is not known; a document that cannot be read at all is left to
 * whoever defines it. */
void cli_warn_unknown(const struct cli *cli, const char *name, const char *xml, size_t len);

/* The canonical form of a document, with the defaults of the driver of that name, NULL: the format's own alone. The caller's. */
char *cli_canonical(const struct cli *cli, const char *file, const char *xml, size_t len, const char *driver, bool validate,
		    struct error *err) NODISCARD;

/* Takes the line number out of an error about XML that nobody has written: it was made of options. */
void cli_forget_line(struct error *err);

/* Prints what an XPath expression selects in a document on standard output; `wrap` puts nodes into one <nodes> element. Nothing
 * selected is an error. */
int cli_xpath(const char *xml, const char *expression, bool wrap, struct error *err) NODISCARD;

#endif
