/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A machine that begins with memory that was saved; for supervisor_start.c. */
#ifndef BERTH_QEMU_SUPERVISOR_RESTORE_H
#define BERTH_QEMU_SUPERVISOR_RESTORE_H

#include "qemu/supervisor_impl.h"

struct qemu_restore {
	int number;    /* of the descriptor in QEMU */
	int pumpfd;    /* of the process that unpacks it; -1: none */
};

/* Opens the state in an image for QEMU. qemu_restore_close() in any case. */
int qemu_restore_open(struct qemu_restore *r, int image_fd, struct qemu_pass *pass, struct error *err) NODISCARD;
void qemu_restore_close(struct qemu_restore *r);

/* Has a QEMU that waits for its state (-incoming defer) load it. It is loaded when this returns 0, and the guest stands still; a guest's own saved state is gone. */
int qemu_restore_load(struct qemu_guest *g, struct qemu_restore *r, struct error *err) NODISCARD;

#endif
