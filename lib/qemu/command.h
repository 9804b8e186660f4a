/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line of a machine: as libvirt's qemu driver writes it for today's QEMU (JSON -device, -blockdev, -netdev, -object).
 *
 *     qemu_assign_aliases(def);          once, on the live definition: devices get their ids, images their node names
 *     qemu_command_build(def, caps, rt, &command, err);
 *
 * Nothing is opened here, and nothing depends on the host but what `rt` says. Names that QMP meets later:
 *   images      libvirt-N-storage, libvirt-N-format with N = source.index; the format node is what the device has
 *   devices     the alias ("virtio-disk0", "net0"); host ends "host" ALIAS, "char" ALIAS, "fs-" ALIAS ...
 *   monitor     chardev "charmonitor", -mon id "monitor"
 */
#ifndef BERTH_QEMU_COMMAND_H
#define BERTH_QEMU_COMMAND_H

#include "conf/domain_device.h"
#include "conf/secret.h"
#include "qemu/caps.h"

/* Descriptors of a device, by the numbers that they have in QEMU. */
enum qemu_fd_role {
	QEMU_FD_TAP,       /* an interface's tap devices, one per queue */
	QEMU_FD_VHOST,     /* an interface's /dev/vhost-net, or a vsock's /dev/vhost-vsock */
	QEMU_FD_CHARDEV,   /* a character device's listening socket */
	QEMU_FD_LOG,       /* a character device's log */
	QEMU_FD_VDPA,
	QEMU_FD_HELPER,    /* the connection to the program that serves the device: swtpm, virtiofsd, passt */
};

struct qemu_fds {
	const char *alias;        /* of the device */
	enum qemu_fd_role role;
	const int *fds;
	size_t n;
};

/* What only whoever runs it knows. All strings are the caller's. */
struct qemu_runtime {
	const char *dir;          /* the guest's run directory, no slash at the end: sockets that the definition leaves to us are in it */
	const char *channel_dir;  /* directory of the sockets of virtio channels; NULL: `dir` */
	int monitor_fd;           /* a listening socket for QMP; -1: QEMU makes `dir`/monitor.sock */
	const char *master_key;   /* a file with the master key of secrets; NULL: no object for it */
	bool session;             /* not root's */
	const struct qemu_fds *fds;
	size_t n_fds;
	/*
	 * Where QEMU reads a secret of that type: the file's path ("/proc/self/fd/12"), the caller's. NULL as function: `dir`/ID.secret, ID being that of the
	 * object. Fails with *err set.
	 */
	char *(*secret)(void *ctx, const struct domain_secret_ref *ref, enum secret_usage usage, struct error *err);
	void *secret_ctx;
	const char *incoming;     /* of -incoming: "defer", "fd:7"; NULL: a new start */
};

struct qemu_command {
	char **argv;              /* argv[0] is the emulator */
	char **env;               /* all of the environment */
};

/* Gives each device its alias, each image its index, as libvirt does. Aliases that are there stay. 0, or -1 with *err set. */
int qemu_assign_aliases(struct domain *def, struct error *err) NODISCARD;
/* The highest index that an image has; 0: none has one. */
uint32_t qemu_highest_image(const struct domain *def);

/* The command line of a definition with addresses (qemu_hv_driver.defaults) and aliases. What this QEMU cannot do is ERR_CONFIG_UNSUPPORTED.
 * *out is to be cleared after success. */
int qemu_command_build(const struct domain *def, const struct qemu_caps *caps, const struct qemu_runtime *rt, struct qemu_command *out,
		       struct error *err) NODISCARD;
void qemu_command_clear(struct qemu_command *c);

/* ---- for hot-plug: the same objects that the command line has, as QMP's arguments ---- */

struct qemu_parts {
	json_t *blockdevs;        /* arguments of blockdev-add, in order */
	json_t *objects;          /* of object-add, in order; before all else */
	json_t *chardevs;         /* of chardev-add; a socket that is handed over is the descriptor with the name QEMU_FDNAME */
	json_t *netdev;           /* of netdev_add */
	json_t *device;           /* of device_add */
};
void qemu_parts_clear(struct qemu_parts *p);

/* The name that a device's one descriptor has in QEMU's monitor. */
#define QEMU_FDNAME "berth"

/* What a device of the definition consists of; its alias, address and image indexes are there. ERR_OPERATION_UNSUPPORTED: none of its kind can come
 * while the machine runs. `device` is NULL where QEMU has no device of it. */
int qemu_device_parts(const struct domain *def, const struct qemu_caps *caps, const struct qemu_runtime *rt, enum domain_device_kind kind,
		      const void *dev, struct qemu_parts *out, struct error *err) NODISCARD;

/* A group of <throttlegroups> as the object of QEMU that it is; the caller's. */
json_t *qemu_throttle_group(const struct domain_iotune *t);
/* Its limits; `all`: also those that it has not. */
json_t *qemu_throttle_limits(const struct domain_iotune *t, bool all);

/* QEMU's name of what is done when a watchdog barks. */
const char *qemu_watchdog_action(const struct domain_watchdog *w);

#endif
