/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu/hostdev.h"

#include "util/str.h"
#include "util/file.h"
#include "util/uuid.h"

#include <dirent.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* ---- SCSI ---- */

static const char *number_in(const char *adapter)
{
	while (adapter && *adapter && (*adapter < '0' || *adapter > '9'))
		adapter++;
	return adapter && *adapter ? adapter : "0";
}

int hostdev_scsi_node(const struct domain_hostdev *h, char node[HOSTDEV_NODE], struct error *err)
{
	char path[PATH_MAX], address[80];
	struct dirent *e;
	DIR *dir;

	snprintf(address, sizeof(address), "%.20s:%llu:%llu:%llu", number_in(h->scsi.adapter), (unsigned long long)h->scsi.bus.value,
		 (unsigned long long)h->scsi.target.value, (unsigned long long)h->scsi.unit.value);
	snprintf(path, sizeof(path), "/sys/bus/scsi/devices/%s/scsi_generic", address);
	*node = '\0';
	dir = opendir(path);
	while (dir && (e = readdir(dir)))
		if (!strncmp(e->d_name, "sg", 2))
			snprintf(node, HOSTDEV_NODE, "/dev/%.40s", e->d_name);
	if (dir)
		closedir(dir);
	return *node ? 0 : error_set(err, ERR_OPERATION_FAILED, "the host has no SCSI device %s, or no node for it (is the module sg loaded?)", address);
}

/* ---- USB ---- */

static bool read_number(const char *device, const char *file, int base, unsigned *value)
{
	char path[PATH_MAX], text[32];
	FILE *f;
	bool ok;

	snprintf(path, sizeof(path), "/sys/bus/usb/devices/%.200s/%s", device, file);
	f = fopen(path, "re");
	ok = f && fgets(text, sizeof(text), f);
	if (f)
		fclose(f);
	if (ok)
		*value = (unsigned)strtoul(text, NULL, base);
	return ok;
}

/* Whether a device of the kernel's is the one that is described; its address. */
static bool is_usb(const char *name, const struct domain_hostdev *h, unsigned *bus, unsigned *device)
{
	unsigned vendor, product;

	return read_number(name, "idVendor", 16, &vendor) && read_number(name, "idProduct", 16, &product) && read_number(name, "busnum", 10, bus) &&
	       read_number(name, "devnum", 10, device) && (!h->usb.vendor.set || h->usb.vendor.value == vendor) &&
	       (!h->usb.product.set || h->usb.product.value == product) && (!h->usb.bus.set || h->usb.bus.value == *bus) &&
	       (!h->usb.device.set || h->usb.device.value == *device);
}

static const char *usb_name(const struct domain_hostdev *h, char *text, size_t size)
{
	size_t n = (size_t)snprintf(text, size, "USB device");

	if (h->usb.vendor.set || h->usb.product.set)
		n += (size_t)snprintf(text + n, size - n, " %04llx:%04llx", (unsigned long long)h->usb.vendor.value, (unsigned long long)h->usb.product.value);
	if (h->usb.bus.set || h->usb.device.set)
		snprintf(text + n, size - n, " at bus %llu, device %llu", (unsigned long long)h->usb.bus.value, (unsigned long long)h->usb.device.value);
	return text;
}

int hostdev_usb_node(struct domain_hostdev *h, char node[HOSTDEV_NODE], struct error *err)
{
	unsigned bus, device, found = 0, at_bus = 0, at_device = 0;
	DIR *dir = opendir("/sys/bus/usb/devices");
	struct dirent *e;
	char text[100];

	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] == '.' || !is_usb(e->d_name, h, &bus, &device))
			continue;
		found++;
		at_bus = bus;
		at_device = device;
	}
	if (dir)
		closedir(dir);
	if (found == 0)
		return error_set(err, ERR_OPERATION_FAILED, "the host has no %s", usb_name(h, text, sizeof(text)));
	if (found > 1)
		return error_set(err, ERR_OPERATION_FAILED, "the host has more than one %s: say which by <address bus= device=>", usb_name(h, text, sizeof(text)));
	h->usb.bus = (struct conf_num){ at_bus, true };
	h->usb.device = (struct conf_num){ at_device, true };
	snprintf(node, HOSTDEV_NODE, "/dev/bus/usb/%03u/%03u", at_bus, at_device);
	return 0;
}

/* ---- PCI and mediated devices ---- */

static void pci_address(const struct domain_hostdev *h, char text[32])
{
	snprintf(text, 32, "%04x:%02x:%02x.%x", (unsigned)h->pci.domain.value & 0xffff, (unsigned)h->pci.bus.value & 0xff,
		 (unsigned)h->pci.slot.value & 0x1f, (unsigned)h->pci.function.value & 7);
}

static int device_dir(const struct domain_hostdev *h, char path[100], struct error *err)
{
	char text[UUID_TEXT];

	if (h->type == DOMAIN_HOSTDEV_MDEV) {
		uuid_format(h->mdev, text);
		snprintf(path, 100, "/sys/bus/mdev/devices/%s", text);
	} else {
		pci_address(h, text);
		snprintf(path, 100, "/sys/bus/pci/devices/%s", text);
	}
	if (access(path, F_OK) == 0)
		return 0;
	return error_set(err, ERR_OPERATION_FAILED, "the host has no %s device %s", h->type == DOMAIN_HOSTDEV_MDEV ? "mediated" : "PCI", text);
}

int hostdev_group_node(const struct domain_hostdev *h, char node[HOSTDEV_NODE], struct error *err)
{
	char dir[100], target[PATH_MAX];
	const char *group;

	if (device_dir(h, dir, err) < 0)
		return -1;
	group = file_link_name(dir, "iommu_group", target);
	if (!*group)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "%s is in no IOMMU group and cannot be given to a guest: the host has no IOMMU, or it is off "
				 "(intel_iommu=on, amd_iommu=on on the kernel's command line)", basename(dir));
	snprintf(node, HOSTDEV_NODE, "/dev/vfio/%.20s", group);
	return 0;
}

int hostdev_pci_take(const struct domain_hostdev *h, vfio_plan_fn *plan, void *ctx, struct error *err)
{
	char dir[100], address[32];

	if (device_dir(h, dir, err) < 0)
		return -1;
	pci_address(h, address);
	return vfio_take(address, h->managed == CONF_YES, plan, ctx, err);
}
