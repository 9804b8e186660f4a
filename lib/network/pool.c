/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The devices that a network gives out where its definition names none, but the physical function (SR-IOV) whose virtual functions they are. */
#include "network/network_impl.h"

#include "util/file.h"
#include "util/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#define FUNCTIONS_MAX 4096

/* "0000:03:10.2", what virtfnN leads to. */
static int read_address(int device, const char *virtfn, struct network_pci *out)
{
	char target[256], *name;
	unsigned part[4];
	ssize_t n = readlinkat(device, virtfn, target, sizeof(target) - 1);

	if (n < 0)
		return -1;
	target[n] = '\0';
	name = strrchr(target, '/');
	if (sscanf(name ? name + 1 : target, "%4x:%2x:%2x.%1x", &part[0], &part[1], &part[2], &part[3]) != 4)
		return -1;
	*out = (struct network_pci){ { .value = part[0], .set = true }, { .value = part[1], .set = true }, { .value = part[2], .set = true }, { .value = part[3], .set = true } };
	return 0;
}

/* The interface of a function, the caller's; NULL: it has none now, as it is a guest's, or nobody drives it. */
static char *read_interface(int device, const char *virtfn)
{
	AUTO_FREE char *path = str_printf("%s/net", virtfn);
	int fd = path ? openat(device, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	AUTO_CLOSEDIR DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e = NULL;

	if (fd >= 0 && !dir)
		close(fd);
	while (dir && (e = readdir(dir)) && e->d_name[0] == '.')
		;
	return e ? strdup(e->d_name) : NULL;
}

static int add_function(struct network *def, int device, const char *virtfn, struct error *err)
{
	bool pci = def->forward.mode == NETWORK_FORWARD_HOSTDEV;
	struct network_pci address = { 0 };
	AUTO_FREE char *name = pci ? NULL : read_interface(device, virtfn);
	struct network_device *d;

	if (pci ? read_address(device, virtfn, &address) < 0 : !name)
		return 0;
	d = pci ? CONF_LIST_ADD(&def->forward.addresses) : CONF_LIST_ADD(&def->forward.interfaces);
	if (!d || (pci && !(d->type = strdup("pci"))))
		return error_errno(err, "network '%s'", def->name);
	d->pci = address;
	d->dev = STEAL_PTR(name);
	return 0;
}

int net_pool_fill(struct network *def, struct error *err)
{
	AUTO_FREE char *path = NULL;
	AUTO_CLOSE int device = -1;

	if (!def->forward.pf || def->forward.interfaces.n || def->forward.addresses.n)
		return 0;
	path = str_printf("/sys/class/net/%s/device", def->forward.pf);
	device = path ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (device < 0)
		return error_set(err, ERR_OPERATION_FAILED, "network '%s': the host has no device '%s' (<pf dev='...'/>)", def->name, def->forward.pf);
	for (unsigned i = 0; i < FUNCTIONS_MAX; i++) {
		char virtfn[20];

		snprintf(virtfn, sizeof(virtfn), "virtfn%u", i);
		if (faccessat(device, virtfn, F_OK, 0) < 0)
			break;
		if (add_function(def, device, virtfn, err) < 0)
			return -1;
	}
	if (!def->forward.interfaces.n && !def->forward.addresses.n)
		return error_set(err, ERR_OPERATION_FAILED, "network '%s': '%s' has no virtual functions to give out (echo N >%s/sriov_numvfs)", def->name, def->forward.pf, path);
	return 0;
}
