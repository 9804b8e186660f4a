/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/vfio.h"

#include "util/file.h"
#include "util/str.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

static int write_to(const char *path, const char *text, struct error *err)
{
	return file_write_path(path, text) < 0 ? error_errno(err, "cannot write to %s", path) : 0;
}

/* The driver that an override names ("\n": whichever fits) gets the device. */
static int rebind(const char *address, const char *override, struct error *err)
{
	char path[120], target[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.20s", address);
	bool bound = *file_link_name(path, "driver", target);

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.20s/driver_override", address);
	if (write_to(path, override, err) < 0)
		return -1;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.20s/driver/unbind", address);
	if (bound && write_to(path, address, err) < 0)
		return -1;
	return write_to("/sys/bus/pci/drivers_probe", address, err);
}

int vfio_take(const char *address, bool managed, vfio_plan_fn *plan, void *ctx, struct error *err)
{
	char dir[100], target[PATH_MAX];
	const char *driver;

	snprintf(dir, sizeof(dir), "/sys/bus/pci/devices/%.20s", address);
	driver = file_link_name(dir, "driver", target);
	if (!strcmp(driver, "vfio-pci"))
		return 0;
	if (!managed)
		return error_set(err, ERR_OPERATION_INVALID, "PCI device %s belongs to the driver '%s', not to vfio-pci: detach it from the host first, or have it "
				 "done by <hostdev managed='yes'>", address, *driver ? driver : "none");
	if (access("/sys/bus/pci/drivers/vfio-pci", F_OK) < 0)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "PCI device %s cannot be given to a guest: the host's kernel has no driver vfio-pci (modprobe vfio-pci)",
				 address);
	if (plan(ctx, "pci", address, err) < 0 || rebind(address, "vfio-pci", err) < 0)
		return -1;
	if (!strcmp(file_link_name(dir, "driver", target), "vfio-pci"))
		return 0;
	return error_set(err, ERR_OPERATION_FAILED, "vfio-pci does not take the PCI device %s", address);
}

int vfio_plan_undo(const char *line, struct error *err)
{
	char path[120];

	if (strlen(line) > 20 || strspn(line, "0123456789abcdef:.") != strlen(line))
		return error_set(err, ERR_INTERNAL, "'%.40s' is no PCI address", line);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.20s", line);
	/* taken out of the host since */
	return access(path, F_OK) == 0 ? rebind(line, "\n", err) : 0;
}
