/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_devices.h"

static const struct conf_row devices_rows[] = {
	CHILD_STRING("emulator", struct domain_devices, emulator),
	LIST("disk", struct domain_devices, disks, struct domain_disk, domain_disk_elem),
	LIST("controller", struct domain_devices, controllers, struct domain_controller, domain_controller_elem),
	LIST("filesystem", struct domain_devices, filesystems, struct domain_fs, domain_fs_elem),
	LIST("interface", struct domain_devices, interfaces, struct domain_net, domain_net_elem),
	LIST("console", struct domain_devices, consoles, struct domain_console, domain_console_elem),
	LIST("hostdev", struct domain_devices, hostdevs, struct domain_hostdev, domain_hostdev_elem),
	CONF_END
};

const struct conf_elem domain_devices_elem = ELEM(struct domain_devices, devices_rows);
