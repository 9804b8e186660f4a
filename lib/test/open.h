/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is open, and what seeding shares with the procedures. */
#ifndef BERTH_TEST_OPEN_H
#define BERTH_TEST_OPEN_H

#include "test/world.h"

/* The URI that the process has opened. */
const char *test_uri(void);

/* Adds a volume to a pool (storage.c); *ret gets strings of the caller's. */
int test_add_vol(json_t *pool, const char *xml, wire_storage_vol *ret, struct error *err) NODISCARD;

/* Adds a snapshot of an earlier time, as its document has it, to a guest (moment.c). */
struct hv;
int test_add_snapshot(const struct hv *hv, struct world *w, const char *name, const unsigned char uuid[16], char *xml, struct error *err) NODISCARD;

#endif
