/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets on disk: what rows.c asks of store.c. */
#ifndef BERTH_SECRET_STORE_IMPL_H
#define BERTH_SECRET_STORE_IMPL_H

#include "conf/secret.h"
#include "state/state.h"

/* The kinds: of secrets that last, and of those that end with this boot (state.h). */
#define SECRET_LASTING "secret"
#define SECRET_EPHEMERAL ".secret"

static inline void secret_free_(struct secret **def)
{
	conf_free(&secret_elem, *def);
}
#define AUTO_SECRET AUTO(secret_free_)

/* The definition; ERR_NO_SECRET where there is none. */
struct secret *secret_load(const unsigned char uuid[UUID_BYTES], struct error *err) NODISCARD;
struct secret *secret_load_usage(int type, const char *id, struct error *err) NODISCARD;

/* Calls fn with each secret, until it returns other than 0. One that is damaged has its UUID and nothing else. */
typedef int secret_each_fn(void *ctx, const struct secret *def, struct error *err);
int secret_each(secret_each_fn *fn, void *ctx, struct error *err) NODISCARD;

/* Held over every change: usages are unique among all secrets. */
int secret_lock(struct state_lock *lock, int timeout_ms, struct error *err) NODISCARD;

/* These with the lock held. Storing keeps the value, also of one that becomes ephemeral or ceases to be so. */
int secret_store(const struct secret *def, struct error *err) NODISCARD;
int secret_remove(const unsigned char uuid[UUID_BYTES], struct error *err) NODISCARD;
int secret_set_value(const unsigned char uuid[UUID_BYTES], const void *value, size_t len, struct error *err) NODISCARD;

/* The value, for secret_value_free(); ERR_NO_SECRET where none was set. From then on this process leaves no core and cannot be looked into by others of its user. */
int secret_get_value(const unsigned char uuid[UUID_BYTES], char **value, size_t *len, struct error *err) NODISCARD;
void secret_value_free(char *value, size_t len);

#endif
