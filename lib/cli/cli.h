/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every program shares. A program is one struct cli_program and
 *
 *     int main(int argc, char **argv)
 *     {
 *             return cli_main(argc, argv, &program);
 *     }
 *
 * cli_main() opens descriptors 0 to 2 where they are closed, reads the options, answers --help and --version, checks the number of
 * arguments, calls run(), prints its error as "NAME: TEXT", checks that standard output was written, and returns the exit status.
 *
 * Standard output is for results, standard error for words. Nothing here needs XML or XDR.
 */
#ifndef BERTH_CLI_CLI_H
#define BERTH_CLI_CLI_H

#include "util/error.h"

#include <popt.h>

struct cli;

enum cli_flags {
	CLI_GUESTS = 1,       /* the first argument is a guest: --domain GUEST is the same */
	CLI_FILES = 2,        /* the first argument is a file: --file FILE is the same */
	CLI_POSIX = 4,        /* options end at the first argument (a command with options of its own follows) */
	CLI_SLOW = 8,         /* its calls start or end guests and may take a minute; others must be answered in ten seconds */
};

struct cli_program {
	const char *name;                  /* "vm-start" */
	const char *summary;               /* one sentence without full stop, also in the man page's NAME */
	const char *args;                  /* for the usage line: "GUEST..."; NULL: none */
	const struct poptOption *options;  /* its own; ends in POPT_TABLEEND; NULL: none but the common ones */
	int min_args, max_args;            /* max_args -1: any number */
	unsigned flags;
	const char *object;                /* --OBJECT NAME is the same as the first argument ("pool"); NULL: as the flags say */
	const char *more;                  /* options that are the same as the arguments after it, in their order ("source target"); NULL: none */

	/* Does the work. Returns an exit status, or -1 with *err set: it is printed and its code decides the status. */
	int (*run)(struct cli *cli, struct error *err);
};

struct cli {
	const struct cli_program *program;
	const char *uri;      /* -c, else $BERTH_URI, else $LIBVIRT_DEFAULT_URI, else NULL: all local drivers */
	bool quiet;
	bool json;
	bool terminal;        /* standard output is one */
	bool colour;          /* and NO_COLOR is not set */
	const char **args;    /* args[n_args] is NULL */
	int n_args;
	int failures, successes;   /* of several objects, see cli_each() */
};

int cli_main(int argc, char **argv, const struct cli_program *program);

/*
 * For a program that flushes standard output itself and failed: the error, by errno. It is not told a second time at the end.
 * Returns -1.
 */
int cli_output_lost(struct error *err);

/* Prints the --help text of a program on standard output. */
void cli_help(const struct cli_program *program, const struct poptOption *common);

/* A line of words on standard error: progress, "Domain 'web' started". Nothing with --quiet. */
void cli_say(const struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The same for what is wrong and yet not the end: "NAME: warning: ...". Not silenced by --quiet. */
void cli_warn(const struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Prints an error as "NAME: TEXT" on standard error. With --json too. */
void cli_print_error(const struct cli *cli, const struct error *err);

/* A wrong use of the program: sets an error that cli_main() ends with status 2 and a hint at --help. Returns -1. */
int cli_usage(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The same for a first argument that is not there: "GUEST is missing". */
int cli_missing(const struct cli_program *program, struct error *err);

/* The exit status that an error means, a usage error's too. */
int cli_status(const struct error *err);

/* At most one of several options may be given. `options` are the pairs name, given; ends in NULL. 0, or -1 by cli_usage(). */
struct cli_given {
	const char *name;
	int given;
};
int cli_at_most_one(const struct cli_given *options, struct error *err) NODISCARD;

/* --- what can be printed safely: print.c --- */

/* Copies text to a stream with every control character, every byte that is not UTF-8 and every bidirectional override as \xNN. What a
 * guest or a definition says never reaches a terminal otherwise. */
void cli_put_safe(FILE *out, const char *text);

/* The same into a buffer of the caller's, cut where it is full; returns the buffer. */
char *cli_safe(char *buffer, size_t size, const char *text);

/* The columns that text, as cli_put_safe() prints it, takes on a terminal. */
size_t cli_width(const char *text);

/* One value as a result: a line on standard output, safe when that is a terminal, byte for byte when it is not. */
void cli_value(const struct cli *cli, const char *value);

/* --- tables: table.c --- */

/*
 * A table in virsh's look: a blank before the first column, three between them, a rule under the header, an empty line after. Aligned on a
 * terminal; anywhere else each row is printed at once. With --json, call json.h's functions instead.
 */
struct cli_table;
struct cli_table *cli_table_new(struct cli *cli, const char *const *titles, size_t n, struct error *err) NODISCARD;
int cli_table_row(struct cli_table *table, const char *const *cells, struct error *err) NODISCARD;
void cli_table_end(struct cli_table *table);   /* prints what is left; frees */

/* --- several objects: each.c --- */

/* Calls fn for objects 0 to n-1; prints each error as "NAME: OBJECT: TEXT" and goes on.
 * Returns the status of the whole: 0, the status of the only or of every failure, EXIT_PARTLY when some were done. With --json and
 * `report` the outcome of each is printed as one array of {"name", "done", "error"}. */
typedef int cli_each_fn(struct cli *cli, size_t i, const char *name, void *arg, struct error *err);
int cli_each(struct cli *cli, const char *const *names, size_t n, bool report, cli_each_fn *fn, void *arg);

/* Puts an object's name in front of an error whose text does not say it. */
void cli_name_error(struct error *err, const char *object);

/* --- time: each.c --- */

/* A time in seconds ("5", "0.5") or with a unit (ms s m h) as milliseconds; NULL is -1, for ever. -1 with *err set by
 * cli_usage() and 0 otherwise. */
int cli_timeout(const char *text, int *ms, struct error *err) NODISCARD;

/* Milliseconds of the monotonic clock, and what is left of a timeout that began at `start` (-1 stays -1). */
int64_t cli_now_ms(void);
int cli_time_left(int64_t start, int timeout_ms);

#endif
