/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_video.h"

CONF_ENUM_NAMES(domain_video_type, DOMAIN_VIDEO_TYPES, .unset = "default");
CONF_ENUM_NAMES(domain_video_backend, DOMAIN_VIDEO_BACKENDS);
CONF_ENUM_NAMES(domain_video_vgaconf, DOMAIN_VIDEO_VGACONFS, .unset = "io");

#define QXL BIT(DOMAIN_VIDEO_QXL)

static const struct conf_row acceleration_rows[] = {
	ATTR_YESNO("accel3d", struct domain_video, accel3d),
	ATTR_YESNO("accel2d", struct domain_video, accel2d),
	ATTR_STRING("rendernode", struct domain_video, rendernode),
	CONF_END
};

static const struct conf_row resolution_rows[] = {
	ATTR_UINT("x", struct domain_video, resolution.x, .flags = CONF_REQUIRED),
	ATTR_UINT("y", struct domain_video, resolution.y, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row driver_rows[] = {
	ATTR_ENUM("name", struct domain_video, backend, domain_video_backend),
	ATTR_ENUM("vgaconf", struct domain_video, vgaconf, domain_video_vgaconf),
	INCLUDE(struct domain_video, virtio, struct domain_virtio, domain_virtio_elem),
	CONF_END
};

static const struct conf_row model_rows[] = {
	ATTR_ENUM("type", struct domain_video, type, domain_video_type),
	ATTR_UINT("ram", struct domain_video, ram, .when = QXL),
	ATTR_UINT("vram", struct domain_video, vram),
	ATTR_UINT("vram64", struct domain_video, vram64, .when = QXL),
	ATTR_UINT("vgamem", struct domain_video, vgamem, .when = QXL),
	ATTR_UINT("heads", struct domain_video, heads),
	ATTR_YESNO("primary", struct domain_video, primary),
	GROUP("acceleration", acceleration_rows),
	GROUP("resolution", resolution_rows),
	CONF_END
};

static const struct conf_row video_rows[] = {
	GROUP("driver", driver_rows),
	GROUP("model", model_rows),
	INCLUDE(struct domain_video, info, struct domain_info, domain_info_elem),
	CONF_END
};

static int video_fill(struct conf_reader *r, void *obj)
{
	struct domain_video *v = obj;

	if (v->primary == CONF_NO)
		v->primary = conf_yesno_unset;
	if (v->resolution.x && !v->resolution.y)
		return conf_fail(r, "<resolution> needs both 'x' and 'y'");
	return 0;
}

const struct conf_elem domain_video_elem = ELEM_KIND(struct domain_video, type, video_rows, .fill = video_fill);
