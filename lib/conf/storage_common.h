/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What storage_pool.c and storage_vol.c share. */
#ifndef BERTH_CONF_STORAGE_COMMON_H
#define BERTH_CONF_STORAGE_COMMON_H

#include "conf/storage.h"

extern const struct conf_elem storage_permissions_elem;

/* Whether a word is in a list that ends in NULL. */
bool storage_word(const char *const *words, const char *word);

#endif
