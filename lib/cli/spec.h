/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of options that are lists: "vda,snapshot=external,file=/a,,b", where two commas are one in a word. */
#ifndef BERTH_CLI_SPEC_H
#define BERTH_CLI_SPEC_H

struct cli_spec {
	const char *rest;    /* what is still to be read; the text at first */
	char word[1024];     /* the last word that was read */
};

/* Reads the next word: 1, 0 at the end, -1 when it is too long. */
int cli_spec_next(struct cli_spec *s);

#endif
