/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* canon [-v] [-s] [-p] FILE: the canonical form of a domain definition, for the corpus and for timing. -v: unknown elements are
 * errors; -s: silent, warnings are not shown; -p: all paths that we know, no file. */
#include "conf/domain.h"
#include "util/file.h"

#include <fcntl.h>

static void warn(void *ctx, const char *text)
{
	if (!*(bool *)ctx)
		fprintf(stderr, "canon: warning: %s\n", text);
}

static void print_path(void *ctx, const char *path)
{
	fprintf(ctx, "%s\n", path);
}

int main(int argc, char **argv)
{
	struct error err = { 0 };
	AUTO_FREE char *xml = NULL, *out = NULL;
	AUTO_DOMAIN struct domain *def = NULL;
	AUTO_CLOSE int fd = -1;
	unsigned flags = 0;
	bool silent = false;
	size_t len;
	int opt;

	while ((opt = getopt(argc, argv, "vsp")) != -1) {
		flags |= opt == 'v' ? DOMAIN_PARSE_VALIDATE : 0;
		silent |= opt == 's';
		if (opt == 'p')
			return conf_paths(&domain_elem, "domain", print_path, stdout, &err) < 0 ? EXIT_FAILED : EXIT_DONE;
	}
	fd = optind < argc ? open(argv[optind], O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0 || file_read_fd(fd, XML_MAX_SIZE + 1, &xml, &len, &err) < 0) {
		fprintf(stderr, "canon: cannot read the file\n");
		return EXIT_FAILED;
	}
	def = domain_parse_warn(xml, len, flags, warn, &silent, &err);
	if (def && (def->virt == DOMAIN_VIRT_LXC || domain_fill_generic(def, &err) == 0))
		out = domain_format(def, DOMAIN_FORMAT_INACTIVE, &err);
	if (!out) {
		fprintf(stderr, "canon: %s\n", err.text);
		return error_exit_status(err.code);
	}
	return fputs(out, stdout) < 0 || fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
}
