/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <devices>: a list for each kind of device */
#ifndef BERTH_CONF_DOMAIN_DEVICES_H
#define BERTH_CONF_DOMAIN_DEVICES_H

#include "conf/domain_chardev.h"
#include "conf/domain_controller.h"
#include "conf/domain_disk.h"
#include "conf/domain_filesystem.h"
#include "conf/domain_hostdev.h"
#include "conf/domain_interface.h"

struct domain_devices {
	char *emulator;
	CONF_LIST(struct domain_disk) disks;               /* those of a bus in the order of their names */
	CONF_LIST(struct domain_controller) controllers;   /* those of a type in the order of their indexes */
	CONF_LIST(struct domain_fs) filesystems;
	CONF_LIST(struct domain_net) interfaces;
	CONF_LIST(struct domain_console) consoles;
	CONF_LIST(struct domain_hostdev) hostdevs;
};

extern const struct conf_elem domain_devices_elem;

#endif
