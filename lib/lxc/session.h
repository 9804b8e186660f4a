/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Containers of an ordinary user. The supervisor's first act is to become root of a user namespace of its own, in which the user is 0 and the user's subordinate
 * ids (subuid(5)) are the others; there it builds containers as root does on the host, with what such a root lacks left out or refused.
 */
#ifndef BERTH_LXC_SESSION_H
#define BERTH_LXC_SESSION_H

#include "util/error.h"

struct lxc_spec;

/* What went wrong in lxc_session_enter() (lxc.h), once there is somebody to tell it to. */
int lxc_session_ready(struct error *err) NODISCARD;

/* Makes of a specification one that a session can have: its own network, no limits. Refuses what takes root: ids, images, devices of the host, interfaces. */
int lxc_session_fit(struct lxc_spec *spec, struct error *err) NODISCARD;

/* Whether the user has no subordinate ids, so that there is no other user or group than 0. */
bool lxc_session_single(void);

#endif
