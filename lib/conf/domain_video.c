/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_video.h"

CONF_ENUM_NAMES(domain_video_type, DOMAIN_VIDEO_TYPES, .unset = "default");
CONF_ENUM_NAMES(domain_video_backend, DOMAIN_VIDEO_BACKENDS);
CONF_ENUM_NAMES(domain_video_vgaconf, DOMAIN_VIDEO_VGACONFS, .unset = "io");

static int acceleration_fill(struct conf_reader *r, void *obj)
{
	const struct domain_acceleration *a = obj;

	return a->accel3d || a->accel2d || a->rendernode ? 0 : conf_unsupported(r, "attribute 'accel3d', 'accel2d' or 'rendernode' is missing");
}

static const struct conf_row acceleration_rows[] = {
	ATTR_YESNO("accel3d", struct domain_acceleration, accel3d),
	ATTR_YESNO("accel2d", struct domain_acceleration, accel2d),
	ATTR_STRING("rendernode", struct domain_acceleration, rendernode),
	CONF_END
};

static const struct conf_elem acceleration_elem = ELEM(struct domain_acceleration, acceleration_rows, .fill = acceleration_fill);

static int resolution_fill(struct conf_reader *r, void *obj)
{
	const struct domain_resolution *res = obj;

	return res->x && res->y ? 0 : conf_unsupported(r, "'x' and 'y' must be 1 or more");
}

static const struct conf_row resolution_rows[] = {
	ATTR_UINT("x", struct domain_resolution, x, .flags = CONF_REQUIRED),
	ATTR_UINT("y", struct domain_resolution, y, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem resolution_elem = ELEM(struct domain_resolution, resolution_rows, .fill = resolution_fill);

static const struct conf_row driver_rows[] = {
	ATTR_ENUM("name", struct domain_video, backend, domain_video_backend),
	ATTR_ENUM("vgaconf", struct domain_video, vgaconf, domain_video_vgaconf),
	INCLUDE(struct domain_video, virtio, struct domain_virtio, domain_virtio_elem),
	CONF_END
};

static const struct conf_row model_rows[] = {
	ATTR_ENUM("type", struct domain_video, type, domain_video_type),
	ATTR_UINT("ram", struct domain_video, ram),
	ATTR_UINT("vram", struct domain_video, vram),
	ATTR_UINT("vram64", struct domain_video, vram64),
	ATTR_UINT("vgamem", struct domain_video, vgamem),
	ATTR_UINT("heads", struct domain_video, heads),
	ATTR_YESNO("primary", struct domain_video, primary),
	EMBED("acceleration", struct domain_video, acceleration, struct domain_acceleration, acceleration_elem),
	EMBED("resolution", struct domain_video, resolution, struct domain_resolution, resolution_elem),
	CONF_END
};

static const struct conf_row video_rows[] = {
	GROUP("driver", driver_rows),
	GROUP("model", model_rows),
	INCLUDE(struct domain_video, info, struct domain_info, domain_info_elem),
	CONF_END
};

/* To a power of two. */
static uint32_t round_up(uint32_t v)
{
	uint32_t power = 1;

	while (v && power < v && power <= UINT32_MAX / 2)
		power *= 2;
	return v ? power : 0;
}

static int video_fill(struct conf_reader *r, void *obj)
{
	struct domain_video *v = obj;

	if (v->primary == CONF_NO)
		v->primary = conf_yesno_unset;
	if (v->acceleration.rendernode && v->backend != DOMAIN_VIDEO_BACKEND_VHOSTUSER)
		return conf_unsupported(r, "'rendernode' goes with <driver name='vhostuser'> alone");
	if (v->type != DOMAIN_VIDEO_QXL && (v->ram || v->vram64 || v->vgamem))
		return conf_unsupported(r, "'ram', 'vram64' and 'vgamem' go with type 'qxl' alone");
	v->ram = round_up(v->ram);
	v->vram = round_up(v->vram);
	return 0;
}

const struct conf_elem domain_video_elem = ELEM(struct domain_video, video_rows, .fill = video_fill);
