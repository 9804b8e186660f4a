/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of domain_fill(), for the conf folder alone. Each completes a definition whose elements have all been read; 0, or -1 with the
 * reader's error set. */
#ifndef BERTH_CONF_DOMAIN_FILL_H
#define BERTH_CONF_DOMAIN_FILL_H

#include "conf/domain.h"

/* Puts disks and controllers in order, numbers controllers, places disks and SCSI host devices, adds the controllers that they need. */
int domain_fill_buses(struct conf_reader *r, struct domain *def);

/* Adds the controller of that type and index if it is missing. */
int domain_need_controller(struct conf_reader *r, struct domain *def, enum domain_controller_type type, uint64_t index);

/* Refuses a completed definition that contradicts itself. */
int domain_check(struct conf_reader *r, const struct domain *def);

/* Names, numbers and pairs devices, adds the video card that graphics need. */
int domain_fill_devices(struct conf_reader *r, struct domain *def);

/* Refuses devices that contradict each other. */
int domain_check_devices(struct conf_reader *r, const struct domain *def);

#endif
