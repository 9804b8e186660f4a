/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Other programs that do part of a program's work: qemu-img, xorriso. */
#ifndef BERTH_CLI_TOOL_H
#define BERTH_CLI_TOOL_H

#include "cli/cli.h"

/*
 * Runs a program of /usr/bin (argv[0] is its name, argv ends in NULL) to its end; what it prints is the caller's in *output (may be NULL). What it complains of is the
 * error, an absent one says which Debian package has it. Ctrl-C reaches the program alone: the caller comes back, with ERR_OPERATION_ABORTED, to clear up.
 */
int cli_tool(const char *const *argv, const char *package, char **output, struct error *err) NODISCARD;

/* The format of a disk image and its size in bytes, by qemu-img. An image that names another file (a backing or data file) is refused: whoever made the image would
 * choose which of this host's files a guest reads. */
int cli_image_info(const char *file, char format[16], uint64_t *size, struct error *err) NODISCARD;

/* Copies an image, of the format that is given and not guessed, to a new file, which must not be there yet; nothing is left of it on failure. */
int cli_image_copy(const char *from, const char *format, const char *to, const char *to_format, struct error *err) NODISCARD;

#endif
