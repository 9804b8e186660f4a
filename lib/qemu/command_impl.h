/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of the command line, for command*.c alone. Each function adds its options to b->args; 0, or -1 with *b->err set. */
#ifndef BERTH_QEMU_COMMAND_IMPL_H
#define BERTH_QEMU_COMMAND_IMPL_H

#include "qemu/args.h"
#include "qemu/command.h"
#include "qemu/machine.h"

/* libvirt's folder of the certificates of character devices */
#define QEMU_CHARDEV_TLS_DIR "/etc/pki/libvirt-chardev"

struct qemu_build {
	const struct domain *def;
	const struct qemu_caps *caps;
	const struct qemu_runtime *rt;
	struct qemu_args args;
	struct qemu_parts *parts;      /* of one device for hot-plug: what would be arguments goes here */
	struct error *err;
};

int qemu_unsupported(struct qemu_build *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* -device with what <qemu:override> says of the alias; takes the object. */
int qemu_build_device(struct qemu_build *b, json_t *device);
/* -object, -blockdev, -netdev; take the object. */
void qemu_build_object(struct qemu_build *b, json_t *object);
void qemu_build_blockdev(struct qemu_build *b, json_t *blockdev);
void qemu_build_netdev(struct qemu_build *b, json_t *netdev);

/* bus and address of a device on whichever bus it is */
int qemu_put_address(struct qemu_build *b, json_t *device, const struct domain_info *info);
/* "virtio-net-pci" for the address's bus and the model; NULL with *err set: no such bus. `name` without "virtio-" or with it. */
int qemu_put_virtio_driver(struct qemu_build *b, json_t *device, const char *name, const struct domain_info *info, enum domain_virtio_model model);
/* iommu_platform, ats, packed, page-per-vq */
void qemu_put_virtio(json_t *device, const struct domain_virtio *virtio);
void qemu_put_rom(json_t *device, const struct domain_info *info);

/* The place of a disk or interface in the boot order: its own <boot>, or that of <os><boot> of which it is the first; 0: none. */
uint32_t qemu_boot_disk(const struct domain *def, const struct domain_disk *disk);
uint32_t qemu_boot_net(const struct domain *def, const struct domain_net *net);

/* The descriptors of a device; NULL: none were given. */
const struct qemu_fds *qemu_find_fds(const struct qemu_build *b, const char *alias, enum qemu_fd_role role);

/* An object that holds a secret; its id. */
int qemu_build_secret(struct qemu_build *b, const struct domain_secret_ref *ref, enum secret_usage usage, const char *id);

/* machine, accelerator, CPU, memory, boot */
int qemu_build_machine(struct qemu_build *b);
int qemu_build_cpu(struct qemu_build *b);
int qemu_build_smp(struct qemu_build *b);
int qemu_build_memory(struct qemu_build *b);
int qemu_build_numa(struct qemu_build *b);
int qemu_build_memdevs(struct qemu_build *b);
int qemu_build_sysinfo(struct qemu_build *b);
int qemu_build_clock(struct qemu_build *b);
int qemu_build_power(struct qemu_build *b);
int qemu_build_boot(struct qemu_build *b);
int qemu_build_security(struct qemu_build *b);
int qemu_build_firmware(struct qemu_build *b);

/* The memory object of the whole guest ("pc.ram"); NULL: the machine has none, or cells have theirs. */
const char *qemu_ram_id(const struct qemu_build *b);
/* The guest's memory without memory devices, KiB. */
uint64_t qemu_initial_memory(const struct domain *def);

/* devices */
int qemu_build_controllers(struct qemu_build *b);
int qemu_build_controller(struct qemu_build *b, const struct domain_controller *c);
int qemu_build_hub(struct qemu_build *b, const struct domain_hub *hub);
int qemu_build_disks(struct qemu_build *b);
int qemu_build_disk(struct qemu_build *b, const struct domain_disk *disk);
int qemu_build_filesystems(struct qemu_build *b);
int qemu_build_filesystem(struct qemu_build *b, const struct domain_fs *f);
int qemu_build_nets(struct qemu_build *b);
int qemu_build_net(struct qemu_build *b, const struct domain_net *net);
int qemu_build_chardevs(struct qemu_build *b);
int qemu_build_serial(struct qemu_build *b, const struct domain_serial *s);
int qemu_build_parallel(struct qemu_build *b, const struct domain_parallel *p);
int qemu_build_channel(struct qemu_build *b, const struct domain_channel *c);
int qemu_build_console(struct qemu_build *b, const struct domain_console *c);
int qemu_build_smartcards(struct qemu_build *b);
int qemu_build_graphics(struct qemu_build *b);
int qemu_build_videos(struct qemu_build *b);
int qemu_build_sounds(struct qemu_build *b);
int qemu_build_audios(struct qemu_build *b);
int qemu_build_inputs(struct qemu_build *b);
int qemu_build_input(struct qemu_build *b, const struct domain_input *in);
int qemu_build_hostdevs(struct qemu_build *b);
int qemu_build_hostdev(struct qemu_build *b, const struct domain_hostdev *h);
int qemu_build_redirdevs(struct qemu_build *b);
int qemu_build_redirdev(struct qemu_build *b, const struct domain_redirdev *r);
int qemu_build_tpms(struct qemu_build *b);
int qemu_build_rngs(struct qemu_build *b);
int qemu_build_rng(struct qemu_build *b, const struct domain_rng *r);
int qemu_build_memdev(struct qemu_build *b, const struct domain_memdev *d);
int qemu_build_watchdog(struct qemu_build *b, const struct domain_watchdog *w);
int qemu_build_shmem(struct qemu_build *b, const struct domain_shmem *s);
int qemu_build_vsock(struct qemu_build *b, const struct domain_vsock *v);
int qemu_build_crypto(struct qemu_build *b, const struct domain_crypto *c);
int qemu_build_misc(struct qemu_build *b);       /* watchdog, balloon, panic, shmem, vsock, crypto, nvram */
int qemu_build_iommu(struct qemu_build *b);

/* -chardev of a source with the id "char" ALIAS. */
int qemu_build_chardev(struct qemu_build *b, const struct domain_chardev_source *source, const char *alias);
/* The same for hot-plug, where chardev-add has names of its own (command_parts.c). */
int qemu_build_chardev_part(struct qemu_build *b, const struct domain_chardev_source *source, const char *alias);
/* The object with the certificates of one that speaks TLS, "objchar" ALIAS "_tls0". */
void qemu_build_chardev_creds(struct qemu_build *b, const char *alias, bool server);
/* -chardev that connects to a socket */
void qemu_build_socket(struct qemu_build *b, const char *id, const char *path);

/* How a disk is cached: as it says, or as it must be. */
enum domain_disk_cache qemu_disk_cache(const struct domain_disk *d);

/* -blockdev nodes of an image; `*node` is the name of the topmost, in memory of the caller's. */
int qemu_build_image(struct qemu_build *b, const struct domain_disk *disk, char **node);

#endif
