/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_devices.h"

static const struct conf_row devices_rows[] = {
	CHILD_STRING("emulator", struct domain_devices, emulator),
	LIST("disk", struct domain_devices, disks, struct domain_disk, domain_disk_elem, .max = 2048),
	LIST("controller", struct domain_devices, controllers, struct domain_controller, domain_controller_elem, .max = 2048),
	LIST("lease", struct domain_devices, leases, struct domain_lease, domain_lease_elem),
	LIST("filesystem", struct domain_devices, filesystems, struct domain_fs, domain_fs_elem),
	LIST("interface", struct domain_devices, interfaces, struct domain_net, domain_net_elem),
	LIST("smartcard", struct domain_devices, smartcards, struct domain_smartcard, domain_smartcard_elem),
	LIST("serial", struct domain_devices, serials, struct domain_serial, domain_serial_elem),
	LIST("parallel", struct domain_devices, parallels, struct domain_parallel, domain_parallel_elem),
	LIST("console", struct domain_devices, consoles, struct domain_console, domain_console_elem),
	LIST("channel", struct domain_devices, channels, struct domain_channel, domain_channel_elem),
	LIST("input", struct domain_devices, inputs, struct domain_input, domain_input_elem),
	LIST("tpm", struct domain_devices, tpms, struct domain_tpm, domain_tpm_elem),
	LIST("graphics", struct domain_devices, graphics, struct domain_graphics, domain_graphics_elem),
	LIST("sound", struct domain_devices, sounds, struct domain_sound, domain_sound_elem),
	LIST("audio", struct domain_devices, audios, struct domain_audio, domain_audio_elem),
	LIST("video", struct domain_devices, videos, struct domain_video, domain_video_elem),
	LIST("hostdev", struct domain_devices, hostdevs, struct domain_hostdev, domain_hostdev_elem, .max = 4096),
	LIST("redirdev", struct domain_devices, redirdevs, struct domain_redirdev, domain_redirdev_elem),
	NODE("redirfilter", struct domain_devices, redirfilter, struct domain_redirfilter, domain_redirfilter_elem),
	LIST("hub", struct domain_devices, hubs, struct domain_hub, domain_hub_elem),
	NODE("watchdog", struct domain_devices, watchdog, struct domain_watchdog, domain_watchdog_elem, .flags = CONF_ONCE),
	NODE("memballoon", struct domain_devices, memballoon, struct domain_memballoon, domain_memballoon_elem, .flags = CONF_ONCE),
	LIST("rng", struct domain_devices, rngs, struct domain_rng, domain_rng_elem),
	NODE("nvram", struct domain_devices, nvram, struct domain_nvram_device, domain_nvram_device_elem, .flags = CONF_ONCE),
	LIST("panic", struct domain_devices, panics, struct domain_panic, domain_panic_elem, .max = 64),
	LIST("shmem", struct domain_devices, shmems, struct domain_shmem, domain_shmem_elem),
	LIST("memory", struct domain_devices, memdevs, struct domain_memdev, domain_memdev_elem),
	NODE("iommu", struct domain_devices, iommu, struct domain_iommu, domain_iommu_elem, .flags = CONF_ONCE),
	NODE("vsock", struct domain_devices, vsock, struct domain_vsock, domain_vsock_elem, .flags = CONF_ONCE),
	LIST("crypto", struct domain_devices, cryptos, struct domain_crypto, domain_crypto_elem),
	CONF_END
};

/* There is one of each device that is no list. */
static int devices_fill(struct conf_reader *r, void *obj UNUSED)
{
	for (const struct conf_row *row = devices_rows; row->place != CONF_PLACE_END; row++) {
		unsigned n = 0;

		for (const struct xml_node *c = r->node->children; c && row->place == CONF_PLACE_NODE; c = c->next)
			n += c->kind == XML_ELEMENT && !c->ns && !strcmp(c->name, row->name);
		if (n > 1)
			return conf_fail(r, "there are %u <%s>, there can be one", n, row->name);
	}
	return 0;
}

const struct conf_elem domain_devices_elem = ELEM(struct domain_devices, devices_rows, .fill = devices_fill);

/* Where a device's struct has its info; -1: it has none. */
static long info_offset(const struct conf_elem *elem)
{
	for (const struct conf_row *row = elem->rows; row->place != CONF_PLACE_END; row++)
		if (row->place == CONF_PLACE_INCLUDE && row->elem == &domain_info_elem)
			return row->offset;
	return -1;
}

int domain_each_info(const struct domain_devices *d, int (*fn)(void *ctx, const char *element, const struct domain_info *info),
		     void *ctx)
{
	for (const struct conf_row *row = devices_rows; row->place != CONF_PLACE_END; row++) {
		bool is_list = row->place == CONF_PLACE_LIST;
		const void *member = (const char *)d + row->offset;
		long at = is_list || row->place == CONF_PLACE_NODE ? info_offset(row->elem) : -1;
		void *const *items = is_list ? ((const struct conf_list *)member)->items : member;
		size_t n = is_list ? ((const struct conf_list *)member)->n : 1;
		int rc;

		for (size_t i = 0; at >= 0 && i < n; i++)
			if (items[i] && (rc = fn(ctx, row->name, (const void *)((const char *)items[i] + at))) != 0)
				return rc;
	}
	return 0;
}
