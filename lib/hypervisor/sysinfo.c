/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the host's firmware says of the machine, as the kernel shows it. */
#include "hypervisor/local.h"

#include "conf/buf.h"

#include <fcntl.h>

#define DMI "/sys/class/dmi/id/"

/* libvirt's entries, and the kernel's files that hold them. */
static const struct group {
	const char *element;
	struct { const char *entry, *file; } rows[8];
} groups[] = {
	{ "bios", { { "vendor", "bios_vendor" }, { "version", "bios_version" }, { "date", "bios_date" }, { "release", "bios_release" } } },
	{ "system", { { "manufacturer", "sys_vendor" }, { "product", "product_name" }, { "version", "product_version" },
		      { "serial", "product_serial" }, { "uuid", "product_uuid" }, { "sku", "product_sku" }, { "family", "product_family" } } },
	{ "baseBoard", { { "manufacturer", "board_vendor" }, { "product", "board_name" }, { "version", "board_version" },
			 { "serial", "board_serial" }, { "asset", "board_asset_tag" } } },
	{ "chassis", { { "manufacturer", "chassis_vendor" }, { "version", "chassis_version" }, { "serial", "chassis_serial" },
		       { "asset", "chassis_asset_tag" } } },
};

static bool read_file(const char *name, char *text, size_t size)
{
	char path[96];
	ssize_t n;

	snprintf(path, sizeof(path), DMI "%s", name);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (n = RETRY_EINTR(read(fd, text, size - 1))) <= 0)
		return false;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return *text != '\0';
}

int hv_connect_get_sysinfo(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_get_sysinfo_args *a = args;
	wire_connect_get_sysinfo_ret *r = ret;
	AUTO_BUF struct buf out = { 0 };
	char text[256];
	bool any = false;

	if (hv_flags(call, a->flags, 0, err) < 0)
		return -1;
	buf_str(&out, "<sysinfo type='smbios'>\n");
	for (size_t g = 0; g < ARRAY_LEN(groups); g++) {
		bool open_ = false;
		for (size_t i = 0; i < ARRAY_LEN(groups[g].rows) && groups[g].rows[i].entry; i++) {
			if (!read_file(groups[g].rows[i].file, text, sizeof(text)))
				continue;
			if (!open_)
				buf_printf(&out, "  <%s>\n", groups[g].element);
			open_ = any = true;
			buf_printf(&out, "    <entry name='%s'>", groups[g].rows[i].entry);
			buf_escaped(&out, text, false);
			buf_str(&out, "</entry>\n");
		}
		if (open_)
			buf_printf(&out, "  </%s>\n", groups[g].element);
	}
	buf_str(&out, "</sysinfo>\n");
	if (!any)
		return error_set(err, ERR_NO_SUPPORT, "the firmware of this host says nothing of it (there is no " DMI ")");
	r->sysinfo = buf_finish(&out);
	return r->sysinfo ? 0 : error_set(err, ERR_NO_MEMORY, "no memory for the answer");
}
