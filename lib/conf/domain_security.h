/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <launchSecurity>, <keywrap> */
#ifndef BERTH_CONF_DOMAIN_SECURITY_H
#define BERTH_CONF_DOMAIN_SECURITY_H

#include "conf/conf.h"

#define DOMAIN_LAUNCH_SECURITIES(X) X(DOMAIN_LAUNCH_SEV, "sev") X(DOMAIN_LAUNCH_S390_PV, "s390-pv")
CONF_ENUM(domain_launch_security_type, DOMAIN_LAUNCH_SECURITIES);

#define DOMAIN_KEYWRAP_CIPHERS(X) X(DOMAIN_KEYWRAP_AES, "aes") X(DOMAIN_KEYWRAP_DEA, "dea")
CONF_ENUM(domain_keywrap_cipher, DOMAIN_KEYWRAP_CIPHERS);

struct domain_launch_security {
	enum domain_launch_security_type type;
	/* SEV */
	enum conf_yesno kernel_hashes;
	struct conf_num cbitpos, reduced_phys_bits, policy;
	char *dh_cert, *session;
};

struct domain_keywrap {
	enum domain_keywrap_cipher name;
	enum conf_onoff state;
};

extern const struct conf_elem domain_launch_security_elem, domain_keywrap_elem;

#endif
