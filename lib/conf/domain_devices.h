/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <devices>: a list for each kind of device */
#ifndef BERTH_CONF_DOMAIN_DEVICES_H
#define BERTH_CONF_DOMAIN_DEVICES_H

#include "conf/domain_chardev.h"
#include "conf/domain_controller.h"
#include "conf/domain_disk.h"
#include "conf/domain_filesystem.h"
#include "conf/domain_graphics.h"
#include "conf/domain_hostdev.h"
#include "conf/domain_input.h"
#include "conf/domain_interface.h"
#include "conf/domain_memdev.h"
#include "conf/domain_platform.h"
#include "conf/domain_redir.h"
#include "conf/domain_rng.h"
#include "conf/domain_sound.h"
#include "conf/domain_tpm.h"
#include "conf/domain_video.h"

struct domain_devices {
	char *emulator;
	CONF_LIST(struct domain_disk) disks;               /* those of a bus in the order of their names */
	CONF_LIST(struct domain_controller) controllers;   /* those of a type in the order of their indexes */
	CONF_LIST(struct domain_lease) leases;
	CONF_LIST(struct domain_fs) filesystems;
	CONF_LIST(struct domain_net) interfaces;
	CONF_LIST(struct domain_smartcard) smartcards;
	CONF_LIST(struct domain_serial) serials;
	CONF_LIST(struct domain_parallel) parallels;
	CONF_LIST(struct domain_console) consoles;
	CONF_LIST(struct domain_channel) channels;
	CONF_LIST(struct domain_input) inputs;
	CONF_LIST(struct domain_tpm) tpms;
	CONF_LIST(struct domain_graphics) graphics;
	CONF_LIST(struct domain_sound) sounds;
	CONF_LIST(struct domain_audio) audios;
	CONF_LIST(struct domain_video) videos;              /* the primary one first after parsing */
	CONF_LIST(struct domain_hostdev) hostdevs;
	CONF_LIST(struct domain_redirdev) redirdevs;
	struct domain_redirfilter *redirfilter;
	CONF_LIST(struct domain_hub) hubs;
	struct domain_watchdog *watchdog;
	struct domain_memballoon *memballoon;
	CONF_LIST(struct domain_rng) rngs;
	struct domain_nvram_device *nvram;
	CONF_LIST(struct domain_panic) panics;
	CONF_LIST(struct domain_shmem) shmems;
	CONF_LIST(struct domain_memdev) memdevs;
	struct domain_iommu *iommu;
	struct domain_vsock *vsock;
	CONF_LIST(struct domain_crypto) cryptos;
};

extern const struct conf_elem domain_devices_elem;

/* Calls fn for each device that can have an alias and an address, with its element's name; ends when fn returns other than 0, and
 * returns that. */
int domain_each_info(const struct domain_devices *d, int (*fn)(void *ctx, const char *element, const struct domain_info *info),
		     void *ctx);

#endif
