/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_tpm.h"

CONF_ENUM_NAMES(domain_tpm_model, DOMAIN_TPM_MODELS);
CONF_ENUM_NAMES(domain_tpm_backend, DOMAIN_TPM_BACKENDS);
CONF_ENUM_NAMES(domain_tpm_version, DOMAIN_TPM_VERSIONS);
CONF_ENUM_NAMES(domain_tpm_source, DOMAIN_TPM_SOURCES);
CONF_ENUM_NAMES(domain_tpm_source_mode, DOMAIN_TPM_SOURCE_MODES);

#define EMULATOR BIT(DOMAIN_TPM_EMULATOR)

static const struct conf_row device_rows[] = {
	ATTR_STRING("path", struct domain_tpm, path),
	CONF_END
};

static const struct conf_row source_rows[] = {
	ATTR_ENUM("type", struct domain_tpm, source, domain_tpm_source, .flags = CONF_REQUIRED),
	ATTR_ENUM("mode", struct domain_tpm, source_mode, domain_tpm_source_mode),
	ATTR_STRING("path", struct domain_tpm, path, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row encryption_rows[] = {
	ATTR_UUID("secret", struct domain_tpm, secret, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row banks_rows[] = {
	FLAG("sha1", struct domain_tpm, sha1),
	FLAG("sha256", struct domain_tpm, sha256),
	FLAG("sha384", struct domain_tpm, sha384),
	FLAG("sha512", struct domain_tpm, sha512),
	CONF_END
};

static const struct conf_row backend_rows[] = {
	ATTR_ENUM("type", struct domain_tpm, backend, domain_tpm_backend, .flags = CONF_REQUIRED),
	ATTR_ENUM("version", struct domain_tpm, version, domain_tpm_version),
	ATTR_YESNO("persistent_state", struct domain_tpm, persistent_state, .when = EMULATOR),
	GROUP("device", device_rows, .when = BIT(DOMAIN_TPM_PASSTHROUGH)),
	GROUP("source", source_rows, .when = BIT(DOMAIN_TPM_EXTERNAL), .flags = CONF_REQUIRED),
	GROUP("encryption", encryption_rows, .when = EMULATOR),
	GROUP("active_pcr_banks", banks_rows, .when = EMULATOR),
	CONF_END
};

static int tpm_fill(struct conf_reader *r, void *obj)
{
	struct domain_tpm *t = obj;
	unsigned n = 0;

	for (const struct xml_node *c = r->node->children; c; c = c->next)
		n += c->kind == XML_ELEMENT && !strcmp(c->name, "backend");
	if (n > 1)
		return conf_fail(r, "there are %u <backend>, there can be one", n);
	if (t->backend == DOMAIN_TPM_EMULATOR && t->version != DOMAIN_TPM_2_0 && (t->sha1 || t->sha256 || t->sha384 || t->sha512))
		return conf_fail(r, "<active_pcr_banks> needs version='2.0'");
	if (t->backend == DOMAIN_TPM_PASSTHROUGH)
		t->version = domain_tpm_version_unset;
	if (t->backend == DOMAIN_TPM_PASSTHROUGH && !t->path) {
		t->path = strdup("/dev/tpm0");
		if (!t->path)
			return conf_no_memory(r);
	}
	if (t->backend == DOMAIN_TPM_EXTERNAL && !t->source_mode)
		t->source_mode = DOMAIN_TPM_SOURCE_CONNECT;
	return 0;
}

static const struct conf_row tpm_rows[] = {
	ATTR_ENUM("model", struct domain_tpm, model, domain_tpm_model),
	GROUP("backend", backend_rows, .flags = CONF_REQUIRED),
	INCLUDE(struct domain_tpm, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_tpm_elem = ELEM_KIND(struct domain_tpm, backend, tpm_rows, .fill = tpm_fill);
