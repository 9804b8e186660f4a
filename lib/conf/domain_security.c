/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_security.h"

CONF_ENUM_NAMES(domain_launch_security_type, DOMAIN_LAUNCH_SECURITIES);
CONF_ENUM_NAMES(domain_keywrap_cipher, DOMAIN_KEYWRAP_CIPHERS);

#define SEV BIT(DOMAIN_LAUNCH_SEV)

static const struct conf_row launch_security_rows[] = {
	ATTR_ENUM("type", struct domain_launch_security, type, domain_launch_security_type, .flags = CONF_REQUIRED),
	ATTR_YESNO("kernelHashes", struct domain_launch_security, kernel_hashes, .when = SEV),
	CHILD_NUM("cbitpos", struct domain_launch_security, cbitpos, .when = SEV, .max = UINT32_MAX),
	CHILD_NUM("reducedPhysBits", struct domain_launch_security, reduced_phys_bits, .when = SEV, .max = UINT32_MAX),
	CHILD_NUM("policy", struct domain_launch_security, policy, .when = SEV, .width = 4, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	CHILD_STRING("dhCert", struct domain_launch_security, dh_cert, .when = SEV),
	CHILD_STRING("session", struct domain_launch_security, session, .when = SEV),
	CONF_END
};

const struct conf_elem domain_launch_security_elem = ELEM_KIND(struct domain_launch_security, type, launch_security_rows);

static const struct conf_row keywrap_rows[] = {
	ATTR_ENUM("name", struct domain_keywrap, name, domain_keywrap_cipher, .flags = CONF_REQUIRED),
	ATTR_ONOFF("state", struct domain_keywrap, state, .flags = CONF_REQUIRED),
	CONF_END
};

const struct conf_elem domain_keywrap_elem = ELEM(struct domain_keywrap, keywrap_rows);
