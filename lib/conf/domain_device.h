/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One device apart from its guest: what attaching, detaching and updating are about. */
#ifndef BERTH_CONF_DOMAIN_DEVICE_H
#define BERTH_CONF_DOMAIN_DEVICE_H

#include "conf/domain.h"

#define DOMAIN_DEVICE_KINDS(X) \
	X(DISK, "disk") X(CONTROLLER, "controller") X(LEASE, "lease") X(FILESYSTEM, "filesystem") X(INTERFACE, "interface") \
	X(SMARTCARD, "smartcard") X(SERIAL, "serial") X(PARALLEL, "parallel") X(CONSOLE, "console") X(CHANNEL, "channel") \
	X(INPUT, "input") X(TPM, "tpm") X(GRAPHICS, "graphics") X(SOUND, "sound") X(AUDIO, "audio") X(VIDEO, "video") \
	X(HOSTDEV, "hostdev") X(REDIRDEV, "redirdev") X(HUB, "hub") X(WATCHDOG, "watchdog") X(MEMBALLOON, "memballoon") X(RNG, "rng") \
	X(NVRAM, "nvram") X(PANIC, "panic") X(SHMEM, "shmem") X(MEMORY, "memory") X(IOMMU, "iommu") X(VSOCK, "vsock") X(CRYPTO, "crypto")

enum domain_device_kind {
#define X(name, element) DOMAIN_DEVICE_##name,
	DOMAIN_DEVICE_KINDS(X)
#undef X
	DOMAIN_DEVICE_KINDS_END
};

struct domain_device {
	enum domain_device_kind kind;
	void *obj;                     /* struct domain_disk, struct domain_net ... by the kind */
};

/* Reads one device's element. What only the guest as a whole decides (a bus, an address, a MAC address) is not filled in. The result is
 * cleared with domain_device_clear(), also after an error. */
int domain_device_parse(const char *xml, unsigned flags, struct domain_device *dev, struct error *err) NODISCARD;

/* A copy of a device of the definition. */
int domain_device_copy(enum domain_device_kind kind, const void *obj, struct domain_device *copy, struct error *err) NODISCARD;

/* One device as XML; the caller's. */
char *domain_device_format(enum domain_device_kind kind, const void *obj, unsigned flags, struct error *err) NODISCARD;

void domain_device_clear(struct domain_device *dev);
#define AUTO_DEVICE AUTO(domain_device_clear)

/* The element's name, "disk". */
const char *domain_device_name(enum domain_device_kind kind);

/* Whether such a device can come and go, and whether it can be changed while it is there, as far as the format goes. */
bool domain_device_pluggable(enum domain_device_kind kind);
bool domain_device_updatable(enum domain_device_kind kind);

/* How many of a kind there are, and the i-th of them. */
size_t domain_device_count(const struct domain_devices *d, enum domain_device_kind kind);
void *domain_device_at(const struct domain_devices *d, enum domain_device_kind kind, size_t i);

/* What every device has; NULL for a lease and audio. */
struct domain_info *domain_device_info(enum domain_device_kind kind, void *obj);

/*
 * The one device that `want` describes, as libvirt finds it: a disk by its target, a file system by its target directory, an interface by its MAC
 * address (and its address or alias, where given), a host device by what it is on the host, a controller by type and index, others by
 * all that is said of them. Its index, or -1: none (ERR_DEVICE_MISSING), or more than one (ERR_OPERATION_FAILED).
 */
int domain_device_find(const struct domain_devices *d, const struct domain_device *want, struct error *err) NODISCARD;

/* The device with an alias; -1 with ERR_DEVICE_MISSING. */
int domain_device_by_alias(const struct domain_devices *d, const char *alias, enum domain_device_kind *kind, struct error *err) NODISCARD;

/* Adds dev, which becomes the definition's (dev->obj is NULL afterwards). ERR_OPERATION_INVALID: there can be one only and there is one, or
 * there is one of that target already. */
int domain_device_add(struct domain_devices *d, struct domain_device *dev, struct error *err) NODISCARD;

/* Takes the i-th of a kind out; it is the caller's. */
struct domain_device domain_device_take(struct domain_devices *d, enum domain_device_kind kind, size_t i);

/* Puts dev, which becomes the definition's, in the place of the i-th; alias and address stay what they were where dev has none. What was
 * there before is freed. */
void domain_device_replace(struct domain_devices *d, size_t i, struct domain_device *dev);

#endif
