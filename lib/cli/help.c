/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cli.h"

#include <string.h>

#define COLUMN 30

static void option(const struct poptOption *o)
{
	int width;

	if (o->shortName)
		width = printf("  -%c, --%s", o->shortName, o->longName);
	else
		width = printf("      --%s", o->longName);
	if (o->argDescrip)
		width += printf(" %s", o->argDescrip);
	if (width >= COLUMN - 1) {
		putchar('\n');
		width = 0;
	}
	printf("%*s%s\n", COLUMN - width, "", o->descrip);
}

static void table(const struct poptOption *o)
{
	for (; o->longName || o->shortName || o->arg; o++) {
		if ((o->argInfo & POPT_ARG_MASK) == POPT_ARG_INCLUDE_TABLE)
			table(o->arg);
		else if (!(o->argInfo & POPT_ARGFLAG_DOC_HIDDEN))
			option(o);
	}
}

void cli_help(const struct cli_program *program, const struct poptOption *common)
{
	/* the summary is a sentence here and a phrase in the manual */
	printf("Usage: %s [OPTION]...%s%s\n%c%s.\n\n", program->name, program->args ? " " : "", program->args ? program->args : "",
	       program->summary[0] ^ 0x20, program->summary + 1);
	if (program->options && (program->options->longName || program->options->arg)) {
		printf("Options:\n");
		table(program->options);
		putchar('\n');
	}
	printf("Common options:\n");
	table(common);
	printf("\nThe manual has examples and the exit statuses: man %s\n", program->name);
}
