/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are lent to another user for as long as a guest runs, and given back exactly: owner, group, mode. */
#ifndef BERTH_UTIL_OWNER_H
#define BERTH_UTIL_OWNER_H

#include "util/error.h"

#include <sys/stat.h>

/* Whether a user with one group can do with the file what `want` (R_OK, W_OK, X_OK) says, by its mode alone. */
bool owner_may(const struct stat *st, uid_t uid, gid_t gid, int want);

/*
 * Lends the file to the user if he cannot do what `want` says: it becomes his. The line that undoes it is given to plan() before anything is
 * changed. What belongs to a third user already (whom a lender before us may have lent it to) is lent like any other. Symbolic links are followed, the
 * file itself is what counts from then on. 1: lent, 0: nothing to do, -1.
 */
typedef int owner_plan_fn(void *ctx, const char *what, const char *line, struct error *err);
int owner_lend(const char *path, uid_t uid, gid_t gid, int want, owner_plan_fn *plan, void *ctx, struct error *err) NODISCARD;

/* Undoes it by the plan's line ("owner" of a plan). A file that is gone, or another by now, or that somebody has given away since, is left alone. */
int owner_plan_undo(const char *line, struct error *err) NODISCARD;

#endif
