/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cli.h"

#include "remote/remote.h"

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

/* The code of an error that means "wrong use"; it never leaves this file and is no libvirt number. */
#define CODE_USAGE ((enum error_code)-1)

/* How many arguments may have an option that is the same. */
#define NAMED_MAX 4

static char output_buffer[1 << 16];

/* A program that was started with a closed standard descriptor must not open a state file in its place. The
 * stand-ins fail when used the natural way, so that results are not lost in silence. */
static int sanitise_fds(void)
{
	static const int modes[3] = { O_WRONLY, O_RDONLY, O_RDWR };

	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		if (open("/dev/null", modes[fd]) != fd)   /* kept by children too: no O_CLOEXEC */
			return -1;
	}
	return 0;
}

static void say(const struct cli *cli, const char *prefix, const char *fmt, va_list ap)
{
	char text[1024], safe[4 * sizeof(text)];

	vsnprintf(text, sizeof(text), fmt, ap);
	fflush(stdout);
	/* one call, one write: lines of programs that run side by side stay whole */
	if (prefix)
		fprintf(stderr, "%s: %s%s\n", cli->program->name, prefix, cli_safe(safe, sizeof(safe), text));
	else
		fprintf(stderr, "%s\n", cli_safe(safe, sizeof(safe), text));
}

void cli_say(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	if (cli->quiet)
		return;
	va_start(ap, fmt);
	say(cli, NULL, fmt, ap);
	va_end(ap);
}

void cli_warn(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(cli, "warning: ", fmt, ap);
	va_end(ap);
}

void cli_print_error(const struct cli *cli, const struct error *err)
{
	char safe[4 * sizeof(err->text)];

	fflush(stdout);
	cli_safe(safe, sizeof(safe), err->text[0] ? err->text : "failed without saying why");
	if (err->code == CODE_USAGE)
		fprintf(stderr, "%s: %s (see %s --help)\n", cli->program->name, safe, cli->program->name);
	else
		fprintf(stderr, "%s: %s\n", cli->program->name, safe);
}

int cli_usage(struct error *err, const char *fmt, ...)
{
	va_list ap;

	err->code = CODE_USAGE;
	err->sys = 0;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -1;
}

/* The next word of a program's `args` or `more`, without the marks around it. Returns its length, 0 at the end. */
static size_t word(const char **at, char *out, size_t size)
{
	size_t len;

	do {
		*at += strspn(*at, " []{}.");
		len = strcspn(*at, " []{}.");
		snprintf(out, size, "%.*s", (int)len, *at);
		*at += len;
	} while (!strcmp(out, "--"));
	return len;
}

/* The argument of that place is not there. */
static int missing(const struct cli_program *program, int place, struct error *err)
{
	const char *at = program->args;
	char name[24];

	for (int i = 0; i <= place; i++)
		word(&at, name, sizeof(name));
	return cli_usage(err, "%s is missing", name);
}

int cli_missing(const struct cli_program *program, struct error *err)
{
	return missing(program, 0, err);
}

int cli_at_most_one(const struct cli_given *options, struct error *err)
{
	const char *first = NULL;

	for (; options->name; options++) {
		if (!options->given)
			continue;
		if (first)
			return cli_usage(err, "%s and %s cannot be used together", first, options->name);
		first = options->name;
	}
	return 0;
}

int cli_status(const struct error *err)
{
	return err->code == CODE_USAGE ? EXIT_USAGE : (int)error_exit_status(err->code);
}

/* What is on the command line, before and after popt has seen it. */
struct line {
	int quiet, json, help, version;
	char *uri;
	char *found;       /* by way of libvirt.conf */
	char **named[NAMED_MAX];   /* --domain, --file ..., as popt collects them; NULL: not given */
};

/* The options that are the same as arguments: their names, and those of the arguments. */
struct named {
	int n;
	char option[NAMED_MAX][24], arg[NAMED_MAX][24], same[NAMED_MAX][48];
	struct poptOption table[NAMED_MAX + 1];   /* POPT_TABLEEND is all zero */
};

static void find_named(const struct cli_program *program, struct line *line, struct named *named)
{
	const char *args = program->args ? program->args : "", *more = program->more ? program->more : "", *first = program->object;

	if (!first)
		first = program->flags & CLI_FILES ? "file" : program->flags & CLI_GUESTS ? "domain" : NULL;
	for (int i = 0; i < NAMED_MAX && word(&args, named->arg[i], sizeof(named->arg[i])); i++) {
		const char *said = i == 0 && program->object ? "NAME" : named->arg[i];

		snprintf(named->same[i], sizeof(named->same[i]), "the same as the argument %s", named->arg[i]);
		if (i == 0 ? first != NULL : word(&more, named->option[i], sizeof(named->option[i])) > 0)
			named->table[named->n++] = (struct poptOption){
				i == 0 ? first : named->option[i], 0, POPT_ARG_ARGV, &line->named[i], 0, named->same[i], said
			};
	}
}

static int check_count(const struct cli *cli, struct error *err)
{
	const struct cli_program *program = cli->program;

	if (cli->n_args < program->min_args)
		return missing(program, cli->n_args, err);
	if (program->max_args >= 0 && cli->n_args > program->max_args)
		return cli_usage(err, "one argument too many: '%s'", cli->args[program->max_args]);
	return 0;
}

/*
 * The arguments: what options name, and in the places between the rest, in its order. The last place takes an option again
 * and again where it takes several arguments.
 */
static int gather(struct cli *cli, poptContext context, char **const named[], struct error *err)
{
	const char **rest = poptGetArgs(context);
	size_t n = 0;

	while (rest && rest[n])
		n++;
	for (int i = 0; i < NAMED_MAX; i++)
		for (char **value = named[i]; value && *value; value++)
			n++;
	cli->args = calloc(n + 1, sizeof(*cli->args));
	if (!cli->args)
		return error_errno(err, "the arguments");
	for (int place = 0; cli->n_args < (int)n; place++) {
		char **value = place < NAMED_MAX ? named[place] : NULL;

		if (!value && !(rest && *rest))
			return missing(cli->program, place, err);
		if (!value)
			cli->args[cli->n_args++] = *rest++;
		for (; value && *value; value++)
			cli->args[cli->n_args++] = *value;
	}
	return check_count(cli, err);
}

/* A default that only leads plain libvirt clients to us is for our own programs what they do anyway. */
static bool is_ourselves(const char *uri)
{
	const char *command = strstr(uri, "+ext:///") ? strstr(uri, "command=") : NULL;
	size_t len = command ? strcspn(command, "&") : 0;

	return len >= strlen("/berth-serve") && strncmp(command + len - strlen("/berth-serve"), "/berth-serve", strlen("/berth-serve")) == 0;
}

/* -c, else the environment, else libvirt.conf's default; what has no colon is an alias of libvirt.conf. */
static int find_uri(struct cli *cli, struct line *line, struct error *err)
{
	const char *uri = line->uri ? line->uri : getenv("BERTH_URI");

	if (!uri || !*uri)
		uri = getenv("LIBVIRT_DEFAULT_URI");
	if (!uri || !*uri) {
		*err = (struct error){ .code = ERR_OK };
		line->found = remote_default(err);
		if (err->code)
			return -1;
		uri = line->found && !is_ourselves(line->found) ? line->found : NULL;
	} else if (!strchr(uri, ':')) {
		*err = (struct error){ .code = ERR_OK };
		line->found = remote_alias(uri, err);
		if (err->code)
			return -1;
		if (line->found)
			uri = line->found;
	}
	cli->uri = uri;
	return 0;
}

static int run(struct cli *cli, poptContext context, struct line *line, struct error *err)
{
	int rc = poptGetNextOpt(context);

	if (rc < -1)
		return cli_usage(err, "%s: %s", poptBadOption(context, POPT_BADOPTION_NOALIAS), poptStrerror(rc));
	if (line->help || line->version)
		return 0;
	cli->quiet = line->quiet;
	cli->json = line->json;
	if (find_uri(cli, line, err) < 0)
		return -1;
	cli->terminal = isatty(STDOUT_FILENO);
	const char *no_color = getenv("NO_COLOR");
	cli->colour = cli->terminal && !(no_color && *no_color);
	if (gather(cli, context, line->named, err) < 0)
		return -1;
	return cli->program->run(cli, err);
}

static bool output_told;

int cli_output_lost(struct error *err)
{
	output_told = true;
	return error_errno(err, "standard output could not be written");
}

/* What could not be written was not done. */
static int finish(struct cli *cli, int status)
{
	bool bad = ferror(stdout);

	errno = 0;
	if ((fclose(stdout) != 0 || bad) && !output_told) {
		struct error err = { 0 };
		error_set(&err, ERR_SYSTEM, "standard output could not be written: %s", strerror(errno ? errno : EIO));
		cli_print_error(cli, &err);
		return status == EXIT_DONE ? EXIT_FAILED : status;
	}
	return status;
}

int cli_main(int argc, char **argv, const struct cli_program *program)
{
	struct line line = { 0 };
	struct cli cli = { .program = program };
	struct error err = { 0 };
	const struct poptOption empty[] = { POPT_TABLEEND };
	struct named named = { 0 };
	const struct poptOption common[] = {
		{ NULL, 0, POPT_ARG_INCLUDE_TABLE, named.table, 0, NULL, NULL },
		{ "connect", 'c', POPT_ARG_STRING, &line.uri, 0, "the driver or the machine to talk to", "URI" },
		{ "quiet", 'q', POPT_ARG_NONE, &line.quiet, 0, "say nothing but results and errors", NULL },
		{ "json", 0, POPT_ARG_NONE, &line.json, 0, "print one JSON document", NULL },
		{ "help", 'h', POPT_ARG_NONE, &line.help, 0, "print this help", NULL },
		{ "version", 0, POPT_ARG_NONE, &line.version, 0, "print the version", NULL },
		POPT_TABLEEND
	};
	const struct poptOption table[] = {
		{ NULL, 0, POPT_ARG_INCLUDE_TABLE, program->options ? (void *)program->options : (void *)empty, 0, NULL, NULL },
		{ NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)common, 0, NULL, NULL },
		POPT_TABLEEND
	};

	find_named(program, &line, &named);
	if (sanitise_fds() < 0)
		return EXIT_FAILED;
	setvbuf(stdout, output_buffer, _IOFBF, sizeof(output_buffer));
	poptContext context = poptGetContext(program->name, argc, (const char **)argv, table,
					     program->flags & CLI_POSIX ? POPT_CONTEXT_POSIXMEHARDER : 0);
	int status = context ? run(&cli, context, &line, &err) : error_set(&err, ERR_NO_MEMORY, "out of memory");
	if (status < 0) {
		cli_print_error(&cli, &err);
		status = cli_status(&err);
	} else if (line.help) {
		cli_help(program, common);
	} else if (line.version) {
		printf("%s (berth) %s\n", program->name, BERTH_VERSION);
	}
	status = finish(&cli, status);
	free(cli.args);
	free(line.uri);
	free(line.found);
	for (int i = 0; i < NAMED_MAX; i++) {
		for (char **value = line.named[i]; value && *value; value++)
			free(*value);
		free(line.named[i]);
	}
	if (context)
		poptFreeContext(context);
	return status;
}
