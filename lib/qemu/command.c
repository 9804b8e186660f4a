/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The whole of a command line, and what its parts share. */
#include "qemu/command_impl.h"

#include "util/str.h"
#include "util/uuid.h"

#include <stdarg.h>
#include <string.h>

int qemu_unsupported(struct qemu_build *b, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return error_set(b->err, ERR_CONFIG_UNSUPPORTED, "%s", text);
}

/* --- objects --------------------------------------------------------------------------------------------------- */

static const struct domain_qemu_device *override_of(const struct domain *def, const char *alias)
{
	for (size_t i = 0; def->qemu_override && alias && i < def->qemu_override->devices.n; i++)
		if (!strcmp(def->qemu_override->devices.items[i]->alias, alias))
			return def->qemu_override->devices.items[i];
	return NULL;
}

static int override_one(struct qemu_build *b, json_t *device, const struct domain_qemu_property *p)
{
	char *end = NULL;
	json_int_t number = p->type == DOMAIN_QEMU_SIGNED || p->type == DOMAIN_QEMU_UNSIGNED ? strtoll(p->value ? p->value : "", &end, 0) : 0;

	switch (p->type) {
	case DOMAIN_QEMU_REMOVE:
		json_object_del(device, p->name);
		return 0;
	case DOMAIN_QEMU_STRING:
		qemu_put(device, p->name, p->value);
		return 0;
	case DOMAIN_QEMU_BOOL:
		qemu_put_bool(device, p->name, p->value && !strcmp(p->value, "true"));
		return 0;
	default:
		if (!p->value || !end || end == p->value || *end)
			return error_set(b->err, ERR_XML, "<qemu:property name='%s'>: '%s' is not a number", p->name, p->value ? p->value : "");
		json_object_set_new(device, p->name, json_integer(number));
		return 0;
	}
}

int qemu_build_device(struct qemu_build *b, json_t *device)
{
	const struct domain_qemu_device *o = override_of(b->def, json_string_value(json_object_get(device, "id")));

	for (size_t i = 0; o && i < o->frontend.n; i++) {
		if (override_one(b, device, o->frontend.items[i]) < 0) {
			json_decref(device);
			return -1;
		}
	}
	if (b->parts) {
		json_decref(b->parts->device);
		b->parts->device = device;
		return 0;
	}
	qemu_arg_json(&b->args, "-device", device);
	return 0;
}

void qemu_build_object(struct qemu_build *b, json_t *object)
{
	if (b->parts)
		json_array_append_new(b->parts->objects, object);
	else
		qemu_arg_json(&b->args, "-object", object);
}

void qemu_build_blockdev(struct qemu_build *b, json_t *blockdev)
{
	if (b->parts)
		json_array_append_new(b->parts->blockdevs, blockdev);
	else
		qemu_arg_json(&b->args, "-blockdev", blockdev);
}

void qemu_build_netdev(struct qemu_build *b, json_t *netdev)
{
	if (!b->parts) {
		qemu_arg_json(&b->args, "-netdev", netdev);
		return;
	}
	json_decref(b->parts->netdev);
	b->parts->netdev = netdev;
}

const struct qemu_fds *qemu_find_fds(const struct qemu_build *b, const char *alias, enum qemu_fd_role role)
{
	for (size_t i = 0; alias && i < b->rt->n_fds; i++)
		if (b->rt->fds[i].role == role && !strcmp(b->rt->fds[i].alias, alias))
			return &b->rt->fds[i];
	return NULL;
}

int qemu_build_secret(struct qemu_build *b, const struct domain_secret_ref *ref, enum secret_usage usage, const char *id)
{
	AUTO_FREE char *file = b->rt->secret ? b->rt->secret(b->rt->secret_ctx, ref, usage, b->err)
					     : str_printf("%s/%s.secret", b->rt->dir, id);

	if (!file)
		return b->rt->secret ? -1 : error_set(b->err, ERR_NO_MEMORY, "%s: no memory", id);
	qemu_build_object(b, json_pack("{s:s, s:s, s:s, s:s}", "qom-type", "secret", "id", id, "format", "raw", "file", file));
	return 0;
}

/* --- addresses ------------------------------------------------------------------------------------------------- */

static int put_pci(struct qemu_build *b, json_t *device, const struct domain_info *info)
{
	const struct domain_address *a = &info->address;
	const struct domain_controller *bus = qemu_find_controller(b->def, DOMAIN_CONTROLLER_PCI, a->bus.value);
	bool phb = bus && bus->pci_model == DOMAIN_PCI_ROOT && bus->target.index.set && bus->target.index.value;

	if (bus && bus->info.alias.name)
		qemu_putf(device, "bus", "%s%s", bus->info.alias.name, phb ? ".0" : "");
	else
		qemu_putf(device, "bus", qemu_has_pcie(b->def) && !a->bus.value ? "pcie.%llu" : "pci.%llu", (unsigned long long)a->bus.value);
	if (a->multifunction)
		qemu_put_bool(device, "multifunction", a->multifunction == CONF_ON);
	if (a->function.value)
		qemu_putf(device, "addr", "0x%llx.0x%llx", (unsigned long long)a->slot.value, (unsigned long long)a->function.value);
	else
		qemu_putf(device, "addr", "0x%llx", (unsigned long long)a->slot.value);
	qemu_put_uint(device, "acpi-index", info->acpi_index);
	return 0;
}

static int put_usb(struct qemu_build *b, json_t *device, const struct domain_address *a)
{
	const struct domain_controller *bus = qemu_find_controller(b->def, DOMAIN_CONTROLLER_USB, a->bus.value);

	if (!bus)
		return error_set(b->err, ERR_XML, "there is no USB controller %llu, which a device's address names", (unsigned long long)a->bus.value);
	qemu_putf(device, "bus", "%s.0", bus->info.alias.name);
	qemu_put(device, "port", a->usb_port);
	return 0;
}

int qemu_put_address(struct qemu_build *b, json_t *device, const struct domain_info *info)
{
	const struct domain_address *a = &info->address;

	switch (a->type) {
	case DOMAIN_ADDRESS_PCI:
		return a->slot.set ? put_pci(b, device, info) : 0;
	case DOMAIN_ADDRESS_USB:
		return put_usb(b, device, a);
	case DOMAIN_ADDRESS_SPAPR_VIO:
		qemu_put_num(device, "reg", a->reg);
		return 0;
	case DOMAIN_ADDRESS_CCW:
		if (a->devno.set)
			qemu_putf(device, "devno", "%llx.%llx.%04llx", (unsigned long long)a->cssid.value, (unsigned long long)a->ssid.value,
				  (unsigned long long)a->devno.value);
		return 0;
	case DOMAIN_ADDRESS_ISA:
		qemu_put_num(device, "iobase", a->iobase);
		qemu_put_num(device, "irq", a->irq);
		return 0;
	default:
		return 0;
	}
}

int qemu_put_virtio_driver(struct qemu_build *b, json_t *device, const char *name, const struct domain_info *info, enum domain_virtio_model model)
{
	static const struct { enum domain_address_type type; const char *suffix; } buses[] = {
		{ DOMAIN_ADDRESS_PCI, "pci" },
		{ DOMAIN_ADDRESS_CCW, "ccw" },
		{ DOMAIN_ADDRESS_VIRTIO_MMIO, "device" },
		{ DOMAIN_ADDRESS_VIRTIO_S390, "s390" },
	};
	const char *variant = model == DOMAIN_VIRTIO_MODEL_TRANSITIONAL       ? "-transitional"
			      : model == DOMAIN_VIRTIO_MODEL_NON_TRANSITIONAL ? "-non-transitional"
									      : "";

	for (size_t i = 0; i < ARRAY_LEN(buses); i++) {
		if (buses[i].type != info->address.type)
			continue;
		qemu_putf(device, "driver", "%s-%s%s", name, buses[i].suffix, buses[i].type == DOMAIN_ADDRESS_PCI ? variant : "");
		return 0;
	}
	return qemu_unsupported(b, "a %s device needs an address on a bus that has virtio devices, not of type '%s'", name,
				info->address.type ? conf_enum_name(&domain_address_type_names, info->address.type) : "none");
}

void qemu_put_virtio(json_t *device, const struct domain_virtio *virtio)
{
	static const struct qemu_prop rows[] = {
		QEMU_PROP(struct domain_virtio, iommu, "iommu_platform", ONOFF),
		QEMU_PROP(struct domain_virtio, ats, "ats", ONOFF),
		QEMU_PROP(struct domain_virtio, packed, "packed", ONOFF),
		QEMU_PROP(struct domain_virtio, page_per_vq, "page-per-vq", ONOFF),
		QEMU_PROP_END
	};

	qemu_put_props(device, rows, virtio);
}

void qemu_put_rom(json_t *device, const struct domain_info *info)
{
	if (info->rom_enabled == CONF_NO) {
		qemu_put_int(device, "rombar", 0);
		qemu_put(device, "romfile", "");
		return;
	}
	if (info->rom_bar)
		qemu_put_int(device, "rombar", info->rom_bar == CONF_ON);
	qemu_put(device, "romfile", info->rom_file);
}

/* --- the frame ------------------------------------------------------------------------------------------------- */

static int build_name(struct qemu_build *b)
{
	AUTO_BUF struct buf name = { 0 };

	qemu_opt(&name, "guest", b->def->name);
	qemu_optf(&name, "debug-threads=on");
	qemu_arg_buf(&b->args, "-name", &name);
	qemu_arg(&b->args, "-S");
	if (b->rt->master_key)
		qemu_build_object(b, json_pack("{s:s, s:s, s:s, s:s}", "qom-type", "secret", "id", "masterKey0", "format", "raw", "file",
					       b->rt->master_key));
	return 0;
}

static int build_accel(struct qemu_build *b)
{
	const struct domain *def = b->def;
	AUTO_BUF struct buf text = { 0 };

	qemu_optf(&text, "%s", def->virt == DOMAIN_VIRT_KVM ? "kvm" : "tcg");
	if (def->virt == DOMAIN_VIRT_KVM && def->features.kvm && def->features.kvm->dirty_ring.state == CONF_ON)
		qemu_optf(&text, "dirty-ring-size=%u", def->features.kvm->dirty_ring.size);
	if (def->virt != DOMAIN_VIRT_KVM && def->features.tcg && def->features.tcg->tb_cache.set)
		qemu_optf(&text, "tb-size=%llu", (unsigned long long)def->features.tcg->tb_cache.value >> 10);
	qemu_arg_buf(&b->args, "-accel", &text);
	return 0;
}

static int build_iothreads(struct qemu_build *b)
{
	const struct domain *def = b->def;

	for (size_t i = 0; i < def->iothreads; i++) {
		const struct domain_iothread *t = i < def->iothreadids.n ? def->iothreadids.items[i] : NULL;
		json_t *o = json_pack("{s:s}", "qom-type", "iothread");

		qemu_putf(o, "id", "iothread%u", t ? t->id : (unsigned)i + 1);
		if (t && t->pool_min.set)
			qemu_put_int(o, "thread-pool-min", t->pool_min.value);
		if (t && t->pool_max.set)
			qemu_put_int(o, "thread-pool-max", t->pool_max.value);
		qemu_build_object(b, o);
	}
	if (def->default_iothread.pool_min.set || def->default_iothread.pool_max.set) {
		json_t *o = json_pack("{s:s, s:s}", "qom-type", "main-loop", "id", "main-loop");

		if (def->default_iothread.pool_min.set)
			qemu_put_int(o, "thread-pool-min", def->default_iothread.pool_min.value);
		if (def->default_iothread.pool_max.set)
			qemu_put_int(o, "thread-pool-max", def->default_iothread.pool_max.value);
		qemu_build_object(b, o);
	}
	return 0;
}

static int build_uuid(struct qemu_build *b)
{
	char text[UUID_TEXT];

	qemu_arg2(&b->args, "-uuid", uuid_format(b->def->uuid, text));
	return 0;
}

/* A guest without graphics has no window of its own either. */
static int build_display(struct qemu_build *b)
{
	const struct domain_devices *d = &b->def->devices;

	for (size_t i = 0; i < d->graphics.n; i++)
		if (d->graphics.items[i]->type == DOMAIN_GRAPHICS_SDL || d->graphics.items[i]->type == DOMAIN_GRAPHICS_EGL_HEADLESS ||
		    d->graphics.items[i]->type == DOMAIN_GRAPHICS_DBUS || d->graphics.items[i]->type == DOMAIN_GRAPHICS_VNC ||
		    d->graphics.items[i]->type == DOMAIN_GRAPHICS_SPICE)
			return 0;
	qemu_arg2(&b->args, "-display", "none");
	return 0;
}

static int build_monitor(struct qemu_build *b)
{
	AUTO_BUF struct buf text = { 0 };

	qemu_arg(&b->args, "-no-user-config");
	qemu_arg(&b->args, "-nodefaults");
	qemu_optf(&text, "socket,id=charmonitor");
	if (b->rt->monitor_fd >= 0) {
		qemu_optf(&text, "fd=%d", b->rt->monitor_fd);
	} else {
		AUTO_FREE char *path = str_printf("%s/monitor.sock", b->rt->dir);

		qemu_opt(&text, "path", path);
	}
	qemu_optf(&text, "server=on,wait=off");
	qemu_arg_buf(&b->args, "-chardev", &text);
	qemu_arg2(&b->args, "-mon", "chardev=charmonitor,id=monitor,mode=control");
	return 0;
}

int qemu_build_hub(struct qemu_build *b, const struct domain_hub *h)
{
	json_t *hub = json_pack("{s:s}", "driver", "usb-hub");

	qemu_put(hub, "id", h->info.alias.name);
	if (qemu_put_address(b, hub, &h->info) < 0) {
		json_decref(hub);
		return -1;
	}
	return qemu_build_device(b, hub);
}

static int build_hubs(struct qemu_build *b)
{
	const struct domain_devices *d = &b->def->devices;

	for (size_t i = 0; i < d->hubs.n; i++)
		if (qemu_build_hub(b, d->hubs.items[i]) < 0)
			return -1;
	return 0;
}

static int build_passthrough(struct qemu_build *b)
{
	const struct domain_commandline *c = b->def->qemu_commandline;

	for (size_t i = 0; c && i < c->args.n; i++)
		qemu_arg(&b->args, c->args.items[i]->value);
	return 0;
}

static int build_end(struct qemu_build *b)
{
	static const unsigned char none[16];
	char text[UUID_TEXT];

	if (b->rt->incoming)
		qemu_arg2(&b->args, "-incoming", b->rt->incoming);
	qemu_arg2(&b->args, "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
	if (memcmp(b->def->genid, none, sizeof(none)) != 0)
		qemu_arg_json(&b->args, "-device", json_pack("{s:s, s:s, s:s}", "driver", "vmgenid", "guid", uuid_format(b->def->genid, text),
							     "id", "vmgenid0"));
	qemu_arg2(&b->args, "-msg", "timestamp=on");
	return 0;
}

/* In the order of the command line. */
static int (*const parts[])(struct qemu_build *) = {
	build_name,          qemu_build_firmware, qemu_build_machine,    build_accel,         qemu_build_cpu,      qemu_build_memory,
	qemu_build_smp,      build_iothreads,     qemu_build_numa,       build_uuid,          qemu_build_sysinfo,  build_display,
	build_monitor,       qemu_build_clock,    qemu_build_power,      qemu_build_boot,     qemu_build_iommu,    qemu_build_controllers,
	build_hubs,          qemu_build_disks,    qemu_build_filesystems, qemu_build_nets,    qemu_build_smartcards, qemu_build_chardevs,
	qemu_build_tpms,     qemu_build_inputs,   qemu_build_audios,     qemu_build_graphics, qemu_build_videos,   qemu_build_sounds,
	qemu_build_redirdevs, qemu_build_hostdevs, qemu_build_rngs,      qemu_build_memdevs,  qemu_build_misc,     qemu_build_security,
	build_passthrough,   build_end,
};

static int add_env(struct qemu_args *env, const char *name, const char *value)
{
	char *text = value ? str_printf("%s=%s", name, value) : NULL;

	if (text)
		qemu_arg(env, text);
	free(text);
	return 0;
}

/* QEMU's libraries look for their files below the guest's own directory. */
static char **build_env(const struct qemu_build *b)
{
	static const struct { const char *name, *below; } dirs[] = {
		{ "HOME", "" },
		{ "XDG_DATA_HOME", "/.local/share" },
		{ "XDG_CACHE_HOME", "/.cache" },
		{ "XDG_CONFIG_HOME", "/.config" },
	};
	const struct domain_commandline *c = b->def->qemu_commandline;
	struct qemu_args env = { 0 };

	qemu_arg(&env, "LC_ALL=C");
	add_env(&env, "PATH", getenv("PATH"));
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		AUTO_FREE char *dir = str_printf("%s%s", b->rt->dir, dirs[i].below);

		add_env(&env, dirs[i].name, dir);
	}
	for (size_t i = 0; i < b->def->devices.graphics.n; i++) {
		const struct domain_graphics *g = b->def->devices.graphics.items[i];

		if (g->type != DOMAIN_GRAPHICS_SDL)
			continue;
		add_env(&env, "XAUTHORITY", g->xauth);
		add_env(&env, "DISPLAY", g->display);
	}
	for (size_t i = 0; c && i < c->env.n; i++)
		add_env(&env, c->env.items[i]->name, c->env.items[i]->value ? c->env.items[i]->value : "");
	return qemu_args_finish(&env, b->err);
}

int qemu_command_build(const struct domain *def, const struct qemu_caps *caps, const struct qemu_runtime *rt, struct qemu_command *out,
		       struct error *err)
{
	struct qemu_build b = { .def = def, .caps = caps, .rt = rt, .err = err };

	*out = (struct qemu_command){ 0 };
	qemu_arg(&b.args, def->devices.emulator ? def->devices.emulator : caps->binary);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (parts[i](&b) < 0) {
			qemu_args_clear(&b.args);
			return -1;
		}
	}
	out->argv = qemu_args_finish(&b.args, err);
	out->env = out->argv ? build_env(&b) : NULL;
	if (out->env)
		return 0;
	qemu_command_clear(out);
	return -1;
}

void qemu_command_clear(struct qemu_command *c)
{
	qemu_args_free(c->argv);
	qemu_args_free(c->env);
	*c = (struct qemu_command){ 0 };
}
