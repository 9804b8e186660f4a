/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <video> */
#ifndef BERTH_CONF_DOMAIN_VIDEO_H
#define BERTH_CONF_DOMAIN_VIDEO_H

#include "conf/domain_info.h"
#include "conf/domain_virtio.h"

#define DOMAIN_VIDEO_TYPES(X) \
	X(DOMAIN_VIDEO_VGA, "vga") \
	X(DOMAIN_VIDEO_CIRRUS, "cirrus") \
	X(DOMAIN_VIDEO_VMVGA, "vmvga") \
	X(DOMAIN_VIDEO_XEN, "xen") \
	X(DOMAIN_VIDEO_VBOX, "vbox") \
	X(DOMAIN_VIDEO_QXL, "qxl") \
	X(DOMAIN_VIDEO_PARALLELS, "parallels") \
	X(DOMAIN_VIDEO_VIRTIO, "virtio") \
	X(DOMAIN_VIDEO_GOP, "gop") \
	X(DOMAIN_VIDEO_NONE, "none") \
	X(DOMAIN_VIDEO_BOCHS, "bochs") \
	X(DOMAIN_VIDEO_RAMFB, "ramfb")
CONF_ENUM(domain_video_type, DOMAIN_VIDEO_TYPES);

#define DOMAIN_VIDEO_BACKENDS(X) X(DOMAIN_VIDEO_BACKEND_QEMU, "qemu") X(DOMAIN_VIDEO_BACKEND_VHOSTUSER, "vhostuser")
CONF_ENUM(domain_video_backend, DOMAIN_VIDEO_BACKENDS);

#define DOMAIN_VIDEO_VGACONFS(X) X(DOMAIN_VIDEO_VGACONF_ON, "on") X(DOMAIN_VIDEO_VGACONF_OFF, "off")
CONF_ENUM(domain_video_vgaconf, DOMAIN_VIDEO_VGACONFS);

struct domain_acceleration {
	enum conf_yesno accel3d, accel2d;
	char *rendernode;
};

struct domain_resolution {
	uint32_t x, y;
};

struct domain_video {
	enum domain_video_type type;           /* always set after parsing */
	uint32_t ram, vram, vram64, vgamem;    /* KiB; ram, vram64 and vgamem: of QXL */
	uint32_t heads;                        /* always set after parsing but for NONE */
	enum conf_yesno primary;               /* YES for the first one after parsing */
	struct domain_acceleration acceleration;
	struct domain_resolution resolution;
	enum domain_video_backend backend;
	enum domain_video_vgaconf vgaconf;     /* 0: io */
	struct domain_virtio virtio;
	struct domain_info info;
};

extern const struct conf_elem domain_video_elem;

#endif
