/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_device.h"

#include "conf/xml.h"

#include <string.h>

/* Whether a device that is there is the one that is described. */
typedef bool match_fn(const void *have, const void *want);

static match_fn match_disk, match_controller, match_lease, match_filesystem, match_net, match_hostdev, match_shmem, match_graphics, match_memory,
	match_serial, match_parallel, match_console, match_channel, match_redirdev, match_input, match_rng, match_only;

enum { PLUG = 1, UPDATE = 2 };

struct kind {
	const struct conf_elem *elem;
	size_t at;                 /* in struct domain_devices */
	bool list;
	unsigned can;
	match_fn *match;           /* NULL: all that is said must be so */
};

#define LISTED(el, member, ...) .elem = &domain_##el##_elem, .at = offsetof(struct domain_devices, member), .list = true, ##__VA_ARGS__
#define SINGLE(el, member, ...) .elem = &domain_##el##_elem, .at = offsetof(struct domain_devices, member), ##__VA_ARGS__

static const struct kind kinds[] = {
	[DOMAIN_DEVICE_DISK] = { LISTED(disk, disks, .can = PLUG | UPDATE, .match = match_disk) },
	[DOMAIN_DEVICE_CONTROLLER] = { LISTED(controller, controllers, .can = PLUG, .match = match_controller) },
	[DOMAIN_DEVICE_LEASE] = { LISTED(lease, leases, .can = PLUG, .match = match_lease) },
	[DOMAIN_DEVICE_FILESYSTEM] = { LISTED(fs, filesystems, .can = PLUG | UPDATE, .match = match_filesystem) },
	[DOMAIN_DEVICE_INTERFACE] = { LISTED(net, interfaces, .can = PLUG | UPDATE, .match = match_net) },
	[DOMAIN_DEVICE_SMARTCARD] = { LISTED(smartcard, smartcards) },
	[DOMAIN_DEVICE_SERIAL] = { LISTED(serial, serials, .can = PLUG, .match = match_serial) },
	[DOMAIN_DEVICE_PARALLEL] = { LISTED(parallel, parallels, .can = PLUG, .match = match_parallel) },
	[DOMAIN_DEVICE_CONSOLE] = { LISTED(console, consoles, .can = PLUG, .match = match_console) },
	[DOMAIN_DEVICE_CHANNEL] = { LISTED(channel, channels, .can = PLUG, .match = match_channel) },
	[DOMAIN_DEVICE_INPUT] = { LISTED(input, inputs, .can = PLUG, .match = match_input) },
	[DOMAIN_DEVICE_TPM] = { LISTED(tpm, tpms) },
	[DOMAIN_DEVICE_GRAPHICS] = { LISTED(graphics, graphics, .can = UPDATE, .match = match_graphics) },
	[DOMAIN_DEVICE_SOUND] = { LISTED(sound, sounds) },
	[DOMAIN_DEVICE_AUDIO] = { LISTED(audio, audios) },
	[DOMAIN_DEVICE_VIDEO] = { LISTED(video, videos) },
	[DOMAIN_DEVICE_HOSTDEV] = { LISTED(hostdev, hostdevs, .can = PLUG, .match = match_hostdev) },
	[DOMAIN_DEVICE_REDIRDEV] = { LISTED(redirdev, redirdevs, .can = PLUG, .match = match_redirdev) },
	[DOMAIN_DEVICE_HUB] = { LISTED(hub, hubs) },
	[DOMAIN_DEVICE_WATCHDOG] = { SINGLE(watchdog, watchdog, .can = PLUG, .match = match_only) },
	[DOMAIN_DEVICE_MEMBALLOON] = { SINGLE(memballoon, memballoon) },
	[DOMAIN_DEVICE_RNG] = { LISTED(rng, rngs, .can = PLUG, .match = match_rng) },
	[DOMAIN_DEVICE_NVRAM] = { SINGLE(nvram_device, nvram) },
	[DOMAIN_DEVICE_PANIC] = { LISTED(panic, panics) },
	[DOMAIN_DEVICE_SHMEM] = { LISTED(shmem, shmems, .can = PLUG, .match = match_shmem) },
	[DOMAIN_DEVICE_MEMORY] = { LISTED(memdev, memdevs, .can = PLUG | UPDATE, .match = match_memory) },
	[DOMAIN_DEVICE_IOMMU] = { SINGLE(iommu, iommu) },
	[DOMAIN_DEVICE_VSOCK] = { SINGLE(vsock, vsock, .can = PLUG, .match = match_only) },
	[DOMAIN_DEVICE_CRYPTO] = { LISTED(crypto, cryptos, .can = PLUG) },
};

const char *domain_device_name(enum domain_device_kind kind)
{
	static const char *const names[] = {
#define X(name, element) element,
		DOMAIN_DEVICE_KINDS(X)
#undef X
	};

	return names[kind];
}

bool domain_device_pluggable(enum domain_device_kind kind)
{
	return kinds[kind].can & PLUG;
}

bool domain_device_updatable(enum domain_device_kind kind)
{
	return kinds[kind].can & UPDATE;
}

/* --- one device -------------------------------------------------------------------------------------------------- */

int domain_device_parse(const char *xml, unsigned flags, struct domain_device *dev, struct error *err)
{
	AUTO_XML struct xml_doc *doc = xml_parse(xml, strlen(xml), err);
	struct conf_reader r = { .flags = flags, .err = err };
	struct xml_node *root = doc ? xml_root(doc) : NULL;

	*dev = (struct domain_device){ 0 };
	if (!doc)
		return error_wrap(err, "the device");
	for (int k = 0; k < DOMAIN_DEVICE_KINDS_END; k++) {
		if (root->ns || strcmp(root->name, domain_device_name(k)) != 0)
			continue;
		dev->kind = k;
		dev->obj = conf_parse(&r, kinds[k].elem, root);
		return dev->obj ? 0 : -1;
	}
	return error_set(err, ERR_XML, "a <%.100s> is no device", root->name);
}

int domain_device_copy(enum domain_device_kind kind, const void *obj, struct domain_device *copy, struct error *err)
{
	*copy = (struct domain_device){ .kind = kind, .obj = conf_copy(kinds[kind].elem, obj, err) };
	return copy->obj ? 0 : -1;
}

char *domain_device_format(enum domain_device_kind kind, const void *obj, unsigned flags, struct error *err)
{
	return conf_format(kinds[kind].elem, domain_device_name(kind), obj, flags, err);
}

void domain_device_clear(struct domain_device *dev)
{
	if (dev->obj)
		conf_free(kinds[dev->kind].elem, STEAL_PTR(dev->obj));
}

struct domain_info *domain_device_info(enum domain_device_kind kind, void *obj)
{
	for (const struct conf_row *row = kinds[kind].elem->rows; row->place != CONF_PLACE_END; row++)
		if (row->place == CONF_PLACE_INCLUDE && row->elem == &domain_info_elem)
			return (struct domain_info *)((char *)obj + row->offset);
	return NULL;
}

/* --- those of a definition --------------------------------------------------------------------------------------- */

static struct conf_list *list_of(const struct domain_devices *d, enum domain_device_kind kind)
{
	return (struct conf_list *)((char *)d + kinds[kind].at);
}

static void **single_of(const struct domain_devices *d, enum domain_device_kind kind)
{
	return (void **)((char *)d + kinds[kind].at);
}

size_t domain_device_count(const struct domain_devices *d, enum domain_device_kind kind)
{
	return kinds[kind].list ? list_of(d, kind)->n : *single_of(d, kind) != NULL;
}

void *domain_device_at(const struct domain_devices *d, enum domain_device_kind kind, size_t i)
{
	return kinds[kind].list ? list_of(d, kind)->items[i] : *single_of(d, kind);
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same_num(struct conf_num have, struct conf_num want)
{
	return !want.set || have.value == want.value;
}

static bool match_disk(const void *have, const void *want)
{
	const struct domain_disk *a = have, *b = want;

	return b->dst ? same(a->dst, b->dst) : b->src.path && same(a->src.path, b->src.path);
}

static bool match_controller(const void *have, const void *want)
{
	const struct domain_controller *a = have, *b = want;

	return a->type == b->type && same_num(a->index, b->index);
}

static bool match_lease(const void *have, const void *want)
{
	const struct domain_lease *a = have, *b = want;

	return same(a->key, b->key) && same(a->lockspace, b->lockspace);
}

static bool match_filesystem(const void *have, const void *want)
{
	return same(((const struct domain_fs *)have)->dst, ((const struct domain_fs *)want)->dst);
}

static bool match_net(const void *have, const void *want)
{
	const struct domain_net *a = have, *b = want;

	if (b->mac.set)
		return a->mac.set && !memcmp(a->mac.addr, b->mac.addr, sizeof(a->mac.addr));
	/* libvirt makes up an address that is nobody's where none is given; here whatever else is said decides */
	return a->type == b->type && (!b->network || same(a->network, b->network)) && (!b->bridge || same(a->bridge, b->bridge)) &&
	       (!b->dev || same(a->dev, b->dev)) && (!b->target || same(a->target, b->target));
}

static bool match_hostdev(const void *have, const void *want)
{
	const struct domain_hostdev *a = have, *b = want;

	if (a->mode != b->mode || a->type != b->type)
		return false;
	return same_num(a->pci.domain, b->pci.domain) && same_num(a->pci.bus, b->pci.bus) && same_num(a->pci.slot, b->pci.slot) &&
	       same_num(a->pci.function, b->pci.function) && same_num(a->usb.vendor, b->usb.vendor) &&
	       same_num(a->usb.product, b->usb.product) && same_num(a->usb.bus, b->usb.bus) && same_num(a->usb.device, b->usb.device) &&
	       same(a->scsi.adapter, b->scsi.adapter) && same_num(a->scsi.bus, b->scsi.bus) && same_num(a->scsi.target, b->scsi.target) &&
	       same_num(a->scsi.unit, b->scsi.unit) && same(a->iscsi.name, b->iscsi.name) && same(a->wwpn, b->wwpn) &&
	       !memcmp(a->mdev, b->mdev, sizeof(a->mdev)) && same(a->block, b->block) && same(a->chardev, b->chardev) &&
	       same(a->interface, b->interface);
}

static bool match_shmem(const void *have, const void *want)
{
	return same(((const struct domain_shmem *)have)->name, ((const struct domain_shmem *)want)->name);
}

static bool match_graphics(const void *have, const void *want)
{
	return ((const struct domain_graphics *)have)->type == ((const struct domain_graphics *)want)->type;
}

static bool match_memory(const void *have, const void *want)
{
	const struct domain_memdev *a = have, *b = want;

	return a->model == b->model && same_num(a->size, b->size) && same_num(a->node, b->node) && same_num(a->block, b->block) &&
	       same(a->path, b->path);
}

/* What is said of it must be so; a path that only a running guest has is not said. */
static bool said(const char *have, const char *want)
{
	return !want || same(have, want);
}

static bool match_source(const struct domain_chardev_source *a, const struct domain_chardev_source *b)
{
	return a->type == b->type && said(a->path, b->path) && said(a->host, b->host) && said(a->service, b->service) && said(a->channel, b->channel);
}

static bool match_serial(const void *have, const void *want)
{
	const struct domain_serial *a = have, *b = want;

	return match_source(&a->source, &b->source) && (!b->target || a->target == b->target) && (!b->model || a->model == b->model);
}

static bool match_parallel(const void *have, const void *want)
{
	return match_source(&((const struct domain_parallel *)have)->source, &((const struct domain_parallel *)want)->source);
}

static bool match_console(const void *have, const void *want)
{
	const struct domain_console *a = have, *b = want;

	return match_source(&a->source, &b->source) && a->target == b->target;
}

static bool match_channel(const void *have, const void *want)
{
	const struct domain_channel *a = have, *b = want;

	return match_source(&a->source, &b->source) && a->target == b->target && said(a->name, b->name) && said(a->address, b->address) && said(a->port, b->port);
}

static bool match_redirdev(const void *have, const void *want)
{
	return match_source(&((const struct domain_redirdev *)have)->source, &((const struct domain_redirdev *)want)->source);
}

static bool match_input(const void *have, const void *want)
{
	const struct domain_input *a = have, *b = want;

	return a->type == b->type && a->bus == b->bus && said(a->path, b->path);
}

static bool match_rng(const void *have, const void *want)
{
	const struct domain_rng *a = have, *b = want;

	return a->backend.model == b->backend.model && said(a->backend.path, b->backend.path) && match_source(&a->backend.source, &b->backend.source);
}

/* There can be one alone. */
static bool match_only(const void *have, const void *want)
{
	(void)have;
	(void)want;
	return true;
}

/* All that is said of the one is so of the other; alias and address count only where they are given. */
static bool match_rest(enum domain_device_kind kind, void *have, const void *want)
{
	AUTO_DEVICE struct domain_device a = { 0 }, b = { 0 };
	struct domain_info *ia, *ib;

	if (domain_device_copy(kind, have, &a, NULL) < 0 || domain_device_copy(kind, want, &b, NULL) < 0)
		return false;
	ia = domain_device_info(kind, a.obj);
	ib = domain_device_info(kind, b.obj);
	if (ia && !ib->alias.name) {
		free(ia->alias.name);
		ia->alias.name = NULL;
	}
	if (ia && !ib->address.type)
		conf_clear(&domain_address_elem, &ia->address), ia->address = (struct domain_address){ 0 };
	return conf_equal(kinds[kind].elem, a.obj, b.obj, NULL);
}

static bool same_address(const struct domain_info *have, const struct domain_info *want)
{
	if (!have || !want)
		return true;
	if (want->alias.name && !same(have->alias.name, want->alias.name))
		return false;
	return !want->address.type || !have->address.type || conf_equal(&domain_address_elem, &have->address, &want->address, NULL);
}

static bool is_it(const struct domain_device *want, void *have)
{
	match_fn *match = kinds[want->kind].match;

	if (!match)
		return match_rest(want->kind, have, want->obj);
	return match(have, want->obj) && same_address(domain_device_info(want->kind, have), domain_device_info(want->kind, want->obj));
}

/* What a person calls a device by. */
static const char *called(const struct domain_device *dev, char *text, size_t size)
{
	const struct domain_net *net = dev->obj;
	const char *word = NULL;

	if (dev->kind == DOMAIN_DEVICE_DISK)
		word = ((const struct domain_disk *)dev->obj)->dst;
	else if (dev->kind == DOMAIN_DEVICE_FILESYSTEM)
		word = ((const struct domain_fs *)dev->obj)->dst;
	if (word)
		snprintf(text, size, "<%s> '%.200s'", domain_device_name(dev->kind), word);
	else if (dev->kind == DOMAIN_DEVICE_INTERFACE && net->mac.set)
		snprintf(text, size, "<interface> with the MAC address %02x:%02x:%02x:%02x:%02x:%02x", net->mac.addr[0], net->mac.addr[1],
			 net->mac.addr[2], net->mac.addr[3], net->mac.addr[4], net->mac.addr[5]);
	else
		snprintf(text, size, "such <%s>", domain_device_name(dev->kind));
	return text;
}

int domain_device_find(const struct domain_devices *d, const struct domain_device *want, struct error *err)
{
	size_t n = domain_device_count(d, want->kind);
	char text[300];
	int found = -1;

	for (size_t i = 0; i < n; i++) {
		if (!is_it(want, domain_device_at(d, want->kind, i)))
			continue;
		if (found >= 0)
			return error_set(err, ERR_OPERATION_FAILED, "there is more than one %s: say more of it (its MAC address, address or alias)",
					 called(want, text, sizeof(text)));
		found = (int)i;
	}
	return found >= 0 ? found : error_set(err, ERR_DEVICE_MISSING, "there is no %s", called(want, text, sizeof(text)));
}

int domain_device_by_alias(const struct domain_devices *d, const char *alias, enum domain_device_kind *kind, struct error *err)
{
	for (int k = 0; k < DOMAIN_DEVICE_KINDS_END; k++) {
		for (size_t i = 0; i < domain_device_count(d, k); i++) {
			const struct domain_info *info = domain_device_info(k, domain_device_at(d, k, i));
			if (info && same(info->alias.name, alias)) {
				*kind = k;
				return (int)i;
			}
		}
	}
	return error_set(err, ERR_DEVICE_MISSING, "there is no device with the alias '%.100s'", alias);
}

/* What two devices cannot have both: a disk's or a file system's target, an interface's MAC address, a host device. */
static bool must_differ(const struct domain_device *dev)
{
	switch (dev->kind) {
	case DOMAIN_DEVICE_DISK:
	case DOMAIN_DEVICE_FILESYSTEM:
	case DOMAIN_DEVICE_HOSTDEV:
	case DOMAIN_DEVICE_LEASE:
	case DOMAIN_DEVICE_SHMEM:
		return true;
	case DOMAIN_DEVICE_INTERFACE:
		return ((const struct domain_net *)dev->obj)->mac.set;
	case DOMAIN_DEVICE_CONTROLLER:
		return ((const struct domain_controller *)dev->obj)->index.set;
	default:
		return false;
	}
}

int domain_device_add(struct domain_devices *d, struct domain_device *dev, struct error *err)
{
	const struct kind *kind = &kinds[dev->kind];
	struct conf_list *list = list_of(d, dev->kind);
	char text[300];
	void **more;

	if (!kind->list) {
		if (*single_of(d, dev->kind))
			return error_set(err, ERR_OPERATION_INVALID, "there is a <%s> already, and there can be only one", domain_device_name(dev->kind));
		*single_of(d, dev->kind) = STEAL_PTR(dev->obj);
		return 0;
	}
	for (size_t i = 0; must_differ(dev) && i < list->n; i++)
		if (is_it(dev, list->items[i]))
			return error_set(err, ERR_OPERATION_INVALID, "there is the %s already", called(dev, text, sizeof(text)));
	if (list->n >= CONF_LIST_MAX)
		return error_set(err, ERR_OPERATION_FAILED, "there are %zu <%s> already", list->n, domain_device_name(dev->kind));
	more = realloc(list->items, (list->n + 1) * sizeof(*more));
	if (!more)
		return error_errno(err, "a device");
	list->items = more;
	more[list->n++] = STEAL_PTR(dev->obj);
	return 0;
}

struct domain_device domain_device_take(struct domain_devices *d, enum domain_device_kind kind, size_t i)
{
	struct domain_device dev = { .kind = kind, .obj = domain_device_at(d, kind, i) };
	struct conf_list *list = list_of(d, kind);

	if (!kinds[kind].list) {
		*single_of(d, kind) = NULL;
		return dev;
	}
	list->n--;
	memmove(&list->items[i], &list->items[i + 1], (list->n - i) * sizeof(*list->items));
	return dev;
}

void domain_device_replace(struct domain_devices *d, size_t i, struct domain_device *dev)
{
	AUTO_DEVICE struct domain_device old = { .kind = dev->kind, .obj = domain_device_at(d, dev->kind, i) };
	struct domain_info *was = domain_device_info(dev->kind, old.obj), *is = domain_device_info(dev->kind, dev->obj);

	if (was && !is->alias.name)
		is->alias.name = STEAL_PTR(was->alias.name);
	if (was && !is->address.type) {
		is->address = was->address;
		was->address = (struct domain_address){ 0 };
	}
	if (kinds[dev->kind].list)
		list_of(d, dev->kind)->items[i] = STEAL_PTR(dev->obj);
	else
		*single_of(d, dev->kind) = STEAL_PTR(dev->obj);
}
