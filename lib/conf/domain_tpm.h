/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <tpm> */
#ifndef BERTH_CONF_DOMAIN_TPM_H
#define BERTH_CONF_DOMAIN_TPM_H

#include "conf/domain_source.h"

#define DOMAIN_TPM_MODELS(X) \
	X(DOMAIN_TPM_TIS, "tpm-tis") \
	X(DOMAIN_TPM_CRB, "tpm-crb") \
	X(DOMAIN_TPM_SPAPR, "tpm-spapr") \
	X(DOMAIN_TPM_SPAPR_PROXY, "spapr-tpm-proxy")
CONF_ENUM(domain_tpm_model, DOMAIN_TPM_MODELS);

#define DOMAIN_TPM_BACKENDS(X) \
	X(DOMAIN_TPM_PASSTHROUGH, "passthrough") \
	X(DOMAIN_TPM_EMULATOR, "emulator") \
	X(DOMAIN_TPM_EXTERNAL, "external")
CONF_ENUM(domain_tpm_backend, DOMAIN_TPM_BACKENDS);

#define DOMAIN_TPM_VERSIONS(X) X(DOMAIN_TPM_1_2, "1.2") X(DOMAIN_TPM_2_0, "2.0")
CONF_ENUM(domain_tpm_version, DOMAIN_TPM_VERSIONS);

#define DOMAIN_TPM_SOURCES(X) X(DOMAIN_TPM_SOURCE_UNIX, "unix")
CONF_ENUM(domain_tpm_source, DOMAIN_TPM_SOURCES);

#define DOMAIN_TPM_SOURCE_MODES(X) X(DOMAIN_TPM_SOURCE_CONNECT, "connect")
CONF_ENUM(domain_tpm_source_mode, DOMAIN_TPM_SOURCE_MODES);

struct domain_tpm {
	enum domain_tpm_model model;           /* 0: the driver's choice */
	enum domain_tpm_backend backend;
	enum domain_tpm_version version;       /* 0: the driver's choice */
	char *path;                            /* PASSTHROUGH: device, always set after parsing; EXTERNAL: socket */
	enum domain_tpm_source source;         /* EXTERNAL */
	enum domain_tpm_source_mode source_mode;   /* EXTERNAL */
	enum conf_yesno persistent_state;      /* EMULATOR */
	unsigned char secret[16];              /* EMULATOR: what the state is encrypted with */
	bool sha1, sha256, sha384, sha512;     /* EMULATOR: banks of PCRs that are active; none: the emulator's choice */
	struct domain_info info;
};

extern const struct conf_elem domain_tpm_elem;

#endif
