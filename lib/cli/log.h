/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Printing a log file, and going on with what is added. */
#ifndef BERTH_CLI_LOG_H
#define BERTH_CLI_LOG_H

#include "util/error.h"

/* Prints the last `lines` lines of an open log (-1: all of it). */
int cli_log_print(int fd, long lines, struct error *err) NODISCARD;

/* The same lines as one JSON document: their file's path and an array of texts without line ends. fd -1: nothing was logged. */
int cli_log_print_json(int fd, const char *path, long lines, struct error *err) NODISCARD;

/* Prints what is added to the log at `path` from fd's position on, told by inotify, also into a new file when it is rotated. Ends by a
 * signal only. */
int cli_log_follow(int fd, const char *path, struct error *err) NODISCARD;

#endif
