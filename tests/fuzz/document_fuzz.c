/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a document of any kind but a domain: refused, or canonical once and for all, equal to its copy and to what is read again. */
#include "conf/domain_moment.h"
#include "conf/host_interface.h"
#include "conf/network.h"
#include "conf/node_device.h"
#include "conf/nwfilter.h"
#include "conf/secret.h"
#include "conf/storage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void one(const struct conf_document *document, const char *xml, size_t len)
{
	struct error err;
	void *def = conf_document_parse(document, xml, len, CONF_PARSE_LIVE, NULL, NULL, &err);
	void *copy = def ? conf_copy(document->elem, def, &err) : NULL, *again = NULL;
	AUTO_FREE char *first = def ? conf_document_format(document, def, 0, &err) : NULL;
	AUTO_FREE char *second = NULL;

	if (!def)
		return;
	if (!copy || !first || !conf_equal(document->elem, def, copy, NULL))
		abort();
	again = conf_document_parse(document, first, strlen(first), CONF_PARSE_LIVE, NULL, NULL, &err);
	second = again ? conf_document_format(document, again, 0, &err) : NULL;
	if (!second || strcmp(first, second) != 0) {
		fprintf(stderr, "%s\n---\n%s\n", first, second ? second : err.text);
		abort();
	}
	conf_free(document->elem, def);
	conf_free(document->elem, copy);
	conf_free(document->elem, again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct conf_document *const documents[] = {
		&network_document, &network_port_document, &nwfilter_document, &nwfilter_binding_document, &storage_pool_document,
		&storage_vol_document, &secret_document, &node_device_document, &host_interface_document, &domain_snapshot_document,
		&domain_checkpoint_document, &domain_backup_document,
	};

	for (size_t i = 0; i < ARRAY_LEN(documents); i++)
		one(documents[i], (const char *)data, size);
	return 0;
}
