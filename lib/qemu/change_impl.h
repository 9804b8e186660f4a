/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that come and go while a machine runs; for change*.c and supervisor_event.c. Whole or not at all; 1: asked for, not done yet. */
#ifndef BERTH_QEMU_CHANGE_IMPL_H
#define BERTH_QEMU_CHANGE_IMPL_H

#include "qemu/supervisor_impl.h"

/* Asks the guest for a device and waits a while for it. 0: it is gone; 1: the guest has not let go of it yet; -1: it refused, or cannot. */
int qemu_unplug(struct qemu_guest *g, const char *alias, struct error *err) NODISCARD;

int qemu_attach_disk(struct qemu_guest *g, const struct domain *def, struct domain_disk *disk, struct error *err) NODISCARD;
int qemu_detach_disk(struct qemu_guest *g, struct domain_disk *disk, struct error *err) NODISCARD;
int qemu_attach_net(struct qemu_guest *g, const struct domain *def, struct domain_net *net, struct error *err) NODISCARD;
int qemu_detach_net(struct qemu_guest *g, struct domain_net *net, struct error *err) NODISCARD;

/* Another medium in a drive, or none; `force`: though the guest has locked its tray. */
int qemu_change_medium(struct qemu_guest *g, const struct domain *def, struct domain_disk *old, struct domain_disk *now, bool force,
		       struct error *err) NODISCARD;

/* The link's state. */
int qemu_update_net(struct qemu_guest *g, const struct domain_net *old, const struct domain_net *now, struct error *err) NODISCARD;

/* A device that nobody waits for any more is gone: its host's end goes too, and the definition's part. */
void qemu_device_gone(struct qemu_guest *g, const char *alias);

#endif
