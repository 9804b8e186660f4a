/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that come and go while a machine runs; for change*.c and supervisor_event.c. Whole or not at all; 1: asked for, not done yet. */
#ifndef BERTH_QEMU_CHANGE_IMPL_H
#define BERTH_QEMU_CHANGE_IMPL_H

#include "qemu/supervisor_impl.h"

/* ---- change_plug.c: any device ---- */

/* Plugs in a device of `def`, with alias and address; what it needs on the host is made and lent, too. */
int qemu_plug(struct qemu_guest *g, const struct domain *def, enum domain_device_kind kind, void *dev, struct error *err) NODISCARD;
int qemu_unplug_device(struct qemu_guest *g, enum domain_device_kind kind, void *dev, struct error *err) NODISCARD;

/* The controllers and hubs that `next` has and `now` has not, but one: plugged in before what needs them, *made of them, also on failure. */
int qemu_plug_base(struct qemu_guest *g, const struct domain *now, const struct domain *next, const void *but, size_t *made, struct error *err) NODISCARD;
void qemu_unplug_base(struct qemu_guest *g, const struct domain *now, const struct domain *next, const void *but, size_t made);

/* What a device consists of; to be cleared. Of one that is there, by name; of one that is to come, with its secrets on their way until qemu_parts_add(). */
int qemu_plug_parts(struct qemu_guest *g, const struct domain *def, enum domain_device_kind kind, const void *dev, struct qemu_parts *out,
		    struct error *err) NODISCARD;
int qemu_new_parts(struct qemu_guest *g, const struct domain *def, enum domain_device_kind kind, const void *dev, struct qemu_parts *out,
		   struct error *err) NODISCARD;
/* Its objects, character devices and images, not the device itself; on failure none of them. */
int qemu_parts_add(struct qemu_guest *g, const struct qemu_parts *p, struct error *err) NODISCARD;
void qemu_parts_drop(struct qemu_guest *g, const struct qemu_parts *p);

/* A string of an object, or "". */
const char *qemu_name_in(const json_t *o, const char *key);

/* What command lines of parts need to know. */
int qemu_plug_runtime(struct qemu_guest *g, struct qemu_runtime *rt, char **dir, struct error *err) NODISCARD;
/* Gives back what is only needed while something changes. */
void qemu_settle(struct qemu_guest *g);

/* Asks the guest for a device and waits a while for it. 0: it is gone; 1: the guest has not let go of it yet; -1: it refused, or cannot. */
int qemu_unplug(struct qemu_guest *g, const char *alias, struct error *err) NODISCARD;

int qemu_attach_disk(struct qemu_guest *g, const struct domain *def, struct domain_disk *disk, struct error *err) NODISCARD;
int qemu_attach_net(struct qemu_guest *g, const struct domain *def, struct domain_net *net, struct error *err) NODISCARD;

/* The host's ends of what the guest has let go. */
void qemu_disk_gone(struct qemu_guest *g, const struct domain_disk *disk);
void qemu_net_gone(struct qemu_guest *g, struct domain_net *net);

/* ---- change_vcpu.c ---- */

supervisor_change_fn qemu_set_vcpus;
/* Has a definition say that a processor has come, or that the guest has let it go. */
void qemu_vcpu_is(struct domain *def, unsigned vcpu, bool there);

/* ---- change_device.c ---- */

/* Another medium in a drive, or none; `force`: though the guest has locked its tray. */
int qemu_change_medium(struct qemu_guest *g, const struct domain *def, struct domain_disk *old, struct domain_disk *now, bool force,
		       struct error *err) NODISCARD;

/* The link's state and the bandwidth. */
int qemu_update_net(struct qemu_guest *g, const struct domain_net *old, struct domain_net *now, struct error *err) NODISCARD;
/* How much of a virtio-mem device the guest is to have. */
int qemu_update_memdev(struct qemu_guest *g, const struct domain_memdev *old, const struct domain_memdev *now, struct error *err) NODISCARD;

/* A device that nobody waits for any more is gone: its host's end goes too, and the definition's part. */
void qemu_device_gone(struct qemu_guest *g, const char *alias);

#endif
