/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* canon [-v] [-s] [-p] FILE: the canonical form of a definition of any kind that we know, for the corpus and for timing. -v: unknown elements are
 * errors; -s: silent, warnings are not shown; -p: all paths that we know, no file. */
#include "conf/domain.h"
#include "conf/network.h"
#include "conf/nwfilter.h"
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

static const struct conf_document *const documents[] = {
	&network_document, &network_port_document, &nwfilter_document, &nwfilter_binding_document,
};

/* By the name of the root; NULL: a domain, or what is to be refused as one. */
static const struct conf_document *document_of(const char *xml, size_t len)
{
	AUTO_XML struct xml_doc *doc = xml_parse(xml, len, NULL);

	for (size_t i = 0; doc && i < ARRAY_LEN(documents); i++)
		if (!strcmp(xml_root(doc)->name, documents[i]->root))
			return documents[i];
	return NULL;
}

static char *canonical_domain(const char *xml, size_t len, unsigned flags, bool *silent, struct error *err)
{
	AUTO_DOMAIN struct domain *def = domain_parse_warn(xml, len, flags, warn, silent, err);

	if (!def || (def->virt != DOMAIN_VIRT_LXC && domain_fill_generic(def, err) < 0))
		return NULL;
	return domain_format(def, DOMAIN_FORMAT_INACTIVE, err);
}

int main(int argc, char **argv)
{
	struct error err = { 0 };
	AUTO_FREE char *xml = NULL, *out = NULL;
	const struct conf_document *document;
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
	document = document_of(xml, len);
	out = document ? conf_document_canonical(document, xml, len, flags, warn, &silent, &err) : canonical_domain(xml, len, flags, &silent, &err);
	if (!out) {
		fprintf(stderr, "canon: %s\n", err.text);
		return error_exit_status(err.code);
	}
	return fputs(out, stdout) < 0 || fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
}
