/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <rng> */
#ifndef BERTH_CONF_DOMAIN_RNG_H
#define BERTH_CONF_DOMAIN_RNG_H

#include "conf/domain_chardev_source.h"
#include "conf/domain_virtio.h"

#define DOMAIN_RNG_BACKENDS(X) \
	X(DOMAIN_RNG_RANDOM, "random") \
	X(DOMAIN_RNG_EGD, "egd") \
	X(DOMAIN_RNG_BUILTIN, "builtin")
CONF_ENUM(domain_rng_backend_model, DOMAIN_RNG_BACKENDS);

struct domain_rng_backend {
	enum domain_rng_backend_model model;
	char *path;                            /* RANDOM: always set after parsing */
	struct domain_chardev_source source;   /* EGD */
};

struct domain_rng {
	enum domain_virtio_model model;
	struct domain_virtio virtio;
	struct { uint32_t bytes, period; } rate;   /* bytes per period of milliseconds; 0: no limit */
	struct domain_rng_backend backend;
	struct domain_info info;
};

extern const struct conf_elem domain_rng_elem;

#endif
