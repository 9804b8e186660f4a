/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* canon [-v] [-s] [-p] FILE [POOL]: the canonical form of a document of any format, told by its root, for the corpus and for timing. -v:
 * unknown elements are errors; -s: silent, warnings are not shown; -p: all paths that we know of all formats, no file. POOL is a volume's. */
#include "conf/domain.h"
#include "conf/domain_moment.h"
#include "conf/host_interface.h"
#include "conf/network.h"
#include "conf/node_device.h"
#include "conf/nwfilter.h"
#include "conf/secret.h"
#include "conf/storage.h"
#include "util/file.h"

#include <fcntl.h>

static const struct conf_document *const documents[] = {
	&storage_pool_document, &storage_vol_document, &secret_document, &node_device_document, &host_interface_document,
	&domain_snapshot_document, &domain_checkpoint_document, &domain_backup_document,
	&network_document, &network_port_document, &nwfilter_document, &nwfilter_binding_document,
};

static void warn(void *ctx, const char *text)
{
	if (!*(bool *)ctx)
		fprintf(stderr, "canon: warning: %s\n", text);
}

static void print_path(void *ctx, const char *path)
{
	fprintf(ctx, "%s\n", path);
}

static int print_paths(struct error *err)
{
	int rc = conf_paths(&domain_elem, "domain", print_path, stdout, err);

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(documents); i++)
		rc = conf_paths(documents[i]->elem, documents[i]->root, print_path, stdout, err);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

static char *read_document(const char *name, size_t *len)
{
	AUTO_CLOSE int fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
	struct error err;
	char *xml;

	return fd < 0 || file_read_fd(fd, XML_MAX_SIZE + 1, &xml, len, &err) < 0 ? NULL : xml;
}

static char *canonical_domain(const char *xml, size_t len, unsigned flags, bool *silent, struct error *err)
{
	AUTO_DOMAIN struct domain *def = domain_parse_warn(xml, len, flags, warn, silent, err);

	if (!def || (def->virt != DOMAIN_VIRT_LXC && domain_fill_generic(def, err) < 0))
		return NULL;
	return domain_format(def, DOMAIN_FORMAT_INACTIVE, err);
}

static char *canonical_volume(const char *xml, size_t len, const char *pool_file, unsigned flags, bool *silent, struct error *err)
{
	size_t pool_len = 0;
	AUTO_FREE char *pool_xml = read_document(pool_file, &pool_len);
	struct storage_pool *pool = pool_xml ? conf_document_parse(&storage_pool_document, pool_xml, pool_len, 0, NULL, NULL, err) : NULL;
	struct storage_vol *vol = conf_document_parse(&storage_vol_document, xml, len, flags, warn, silent, err);
	char *text = vol && (!pool || storage_vol_place(vol, pool, err) == 0) ? conf_document_format(&storage_vol_document, vol, 0, err) : NULL;

	conf_free(&storage_pool_elem, pool);
	conf_free(&storage_vol_elem, vol);
	return text;
}

static char *canonical(const char *root, const char *xml, size_t len, const char *pool, unsigned flags, bool *silent, struct error *err)
{
	if (!strcmp(root, "volume"))
		return canonical_volume(xml, len, pool, flags, silent, err);
	for (size_t i = 0; i < ARRAY_LEN(documents); i++)
		if (!strcmp(root, documents[i]->root))
			return conf_document_canonical(documents[i], xml, len, flags, warn, silent, err);
	return canonical_domain(xml, len, flags, silent, err);
}

int main(int argc, char **argv)
{
	struct error err = { 0 };
	AUTO_FREE char *xml = NULL, *out = NULL;
	unsigned flags = 0;
	bool silent = false;
	size_t len;
	int opt;

	while ((opt = getopt(argc, argv, "vsp")) != -1) {
		flags |= opt == 'v' ? CONF_PARSE_VALIDATE : 0;
		silent |= opt == 's';
		if (opt == 'p')
			return print_paths(&err);
	}
	xml = read_document(optind < argc ? argv[optind] : NULL, &len);
	if (!xml) {
		fprintf(stderr, "canon: cannot read the file\n");
		return EXIT_FAILED;
	}
	AUTO_XML struct xml_doc *doc = xml_parse(xml, len, &err);
	if (doc)
		out = canonical(xml_root(doc)->name, xml, len, optind + 1 < argc ? argv[optind + 1] : NULL, flags, &silent, &err);
	if (!out) {
		fprintf(stderr, "canon: %s\n", err.text);
		return error_exit_status(err.code);
	}
	return fputs(out, stdout) < 0 || fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
}
