/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain.h"

CONF_ENUM_NAMES(domain_virt, DOMAIN_VIRTS);
CONF_ENUM_NAMES(domain_action, DOMAIN_ACTIONS);
CONF_ENUM_NAMES(domain_crash_action, DOMAIN_CRASH_ACTIONS);
CONF_ENUM_NAMES(domain_lock_failure, DOMAIN_LOCK_FAILURES);
CONF_ENUM_NAMES(domain_perf_event_name, DOMAIN_PERF_EVENTS);

static const struct conf_row metadata_rows[] = {
	RAWS(struct domain, metadata, .flags = CONF_ONE_PER_NS),
	CONF_END
};

static const struct conf_row max_memory_rows[] = {
	ATTR_UINT("slots", struct domain, max_memory.slots),
	TEXT_SCALED(struct domain, max_memory.size, 1024),
	CONF_END
};

static const struct conf_row memory_rows[] = {
	ATTR_ONOFF("dumpCore", struct domain, dump_core),
	TEXT_SCALED(struct domain, memory, 1024),
	CONF_END
};

static const struct conf_row fibrechannel_rows[] = {
	ATTR_STRING("appid", struct domain, resource.appid),
	CONF_END
};

static const struct conf_row resource_rows[] = {
	CHILD_STRING("partition", struct domain, resource.partition),
	GROUP("fibrechannel", fibrechannel_rows),
	CONF_END
};

static const struct conf_row vcpu_list_rows[] = {
	LIST("vcpu", struct domain, vcpu_list, struct domain_vcpu, domain_vcpu_elem),
	CONF_END
};

static const struct conf_row iothreadids_rows[] = {
	LIST("iothread", struct domain, iothreadids, struct domain_iothread, domain_iothread_elem),
	CONF_END
};

static const struct conf_row throttlegroups_rows[] = {
	LIST("throttlegroup", struct domain, throttlegroups, struct domain_iotune, domain_throttlegroup_elem),
	CONF_END
};

static const struct conf_row suspend_to_mem_rows[] = {
	ATTR_YESNO("enabled", struct domain, pm.suspend_to_mem),
	CONF_END
};

static const struct conf_row suspend_to_disk_rows[] = {
	ATTR_YESNO("enabled", struct domain, pm.suspend_to_disk),
	CONF_END
};

static const struct conf_row pm_rows[] = {
	GROUP("suspend-to-mem", suspend_to_mem_rows),
	GROUP("suspend-to-disk", suspend_to_disk_rows),
	CONF_END
};

static const struct conf_row perf_event_rows[] = {
	ATTR_ENUM("name", struct domain_perf_event, name, domain_perf_event_name, .flags = CONF_REQUIRED),
	ATTR_YESNO("enabled", struct domain_perf_event, enabled, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem perf_event_elem = ELEM(struct domain_perf_event, perf_event_rows);

static const struct conf_row perf_rows[] = {
	LIST("event", struct domain, perf, struct domain_perf_event, perf_event_elem, .max = 64),
	CONF_END
};

static const struct conf_row keywrap_rows[] = {
	LIST("cipher", struct domain, keywrap, struct domain_keywrap, domain_keywrap_elem, .max = 2),
	CONF_END
};

static const struct conf_row deprecation_rows[] = {
	ATTR_ENUM("behavior", struct domain, qemu_deprecation, domain_qemu_deprecation, .flags = CONF_REQUIRED),
	CONF_END
};

/* --- <domain> -------------------------------------------------------------------------------------------------- */

static int domain_elem_fill(struct conf_reader *r, void *obj)
{
	return domain_fill(r, obj);
}

static const struct conf_row domain_rows[] = {
	ATTR_ENUM("type", struct domain, virt, domain_virt, .flags = CONF_REQUIRED),
	ATTR_INT("id", struct domain, id, .flags = CONF_LIVE),
	CHILD_STRING("name", struct domain, name, .flags = CONF_REQUIRED | CONF_KEEP | CONF_RAW_TEXT, .check = conf_check_name),
	CHILD_UUID("uuid", struct domain, uuid),
	CHILD_UUID("genid", struct domain, genid),
	CHILD_STRING("title", struct domain, title, .check = conf_check_line),
	CHILD_STRING("description", struct domain, description),
	GROUP("metadata", metadata_rows),
	GROUP("maxMemory", max_memory_rows),
	GROUP("memory", memory_rows),
	CHILD_SCALED("currentMemory", struct domain, current_memory, 1024),
	EMBED("blkiotune", struct domain, blkiotune, struct domain_blkiotune, domain_blkiotune_elem),
	EMBED("memtune", struct domain, memtune, struct domain_memtune, domain_memtune_elem),
	EMBED("memoryBacking", struct domain, memory_backing, struct domain_memory_backing, domain_memory_backing_elem),
	EMBED("vcpu", struct domain, vcpus, struct domain_vcpus, domain_vcpus_elem),
	GROUP("vcpus", vcpu_list_rows),
	CHILD_UINT("iothreads", struct domain, iothreads),
	GROUP("iothreadids", iothreadids_rows),
	EMBED("defaultiothread", struct domain, default_iothread, struct domain_iothread, domain_default_iothread_elem),
	GROUP("throttlegroups", throttlegroups_rows),
	EMBED("cputune", struct domain, cputune, struct domain_cputune, domain_cputune_elem),
	EMBED("numatune", struct domain, numatune, struct domain_numatune, domain_numatune_elem, .flags = CONF_ONCE),
	GROUP("resource", resource_rows, .flags = CONF_ONCE),
	LIST("sysinfo", struct domain, sysinfo, struct domain_sysinfo, domain_sysinfo_elem),
	CHILD_STRING("bootloader", struct domain, bootloader, .flags = CONF_KEEP),
	CHILD_STRING("bootloader_args", struct domain, bootloader_args),
	EMBED("os", struct domain, os, struct domain_os, domain_os_elem),
	EMBED("idmap", struct domain, idmap, struct domain_idmap, domain_idmap_elem),
	EMBED("features", struct domain, features, struct domain_features, domain_features_elem),
	NODE("cpu", struct domain, cpu, struct domain_cpu, domain_cpu_elem),
	EMBED("clock", struct domain, clock, struct domain_clock, domain_clock_elem),
	CHILD_ENUM("on_poweroff", struct domain, on_poweroff, domain_action),
	CHILD_ENUM("on_reboot", struct domain, on_reboot, domain_action),
	CHILD_ENUM("on_crash", struct domain, on_crash, domain_crash_action),
	CHILD_ENUM("on_lockfailure", struct domain, on_lockfailure, domain_lock_failure),
	GROUP("pm", pm_rows),
	GROUP("perf", perf_rows),
	EMBED("devices", struct domain, devices, struct domain_devices, domain_devices_elem, .flags = CONF_KEEP | CONF_MERGE),
	LIST("seclabel", struct domain, seclabels, struct domain_seclabel, domain_seclabel_elem),
	GROUP("keywrap", keywrap_rows),
	NODE("launchSecurity", struct domain, launch_security, struct domain_launch_security, domain_launch_security_elem),
	NODE("qemu:commandline", struct domain, qemu_commandline, struct domain_commandline, domain_qemu_commandline_elem),
	NODE("qemu:capabilities", struct domain, qemu_capabilities, struct domain_qemu_capabilities, domain_qemu_capabilities_elem),
	GROUP("qemu:deprecation", deprecation_rows),
	NODE("qemu:override", struct domain, qemu_override, struct domain_qemu_override, domain_qemu_override_elem),
	NODE("lxc:namespace", struct domain, lxc, struct domain_lxc, domain_lxc_elem),
	NODE("xen:commandline", struct domain, xen_commandline, struct domain_commandline, domain_xen_commandline_elem),
	NODE("bhyve:commandline", struct domain, bhyve_commandline, struct domain_commandline, domain_bhyve_commandline_elem),
	CHILD_STRING("vmware:datacenterpath", struct domain, vmware_datacenterpath),
	CONF_END
};

const struct conf_elem domain_elem = ELEM(struct domain, domain_rows, .fill = domain_elem_fill);

struct domain *domain_parse_warn(const char *xml, size_t len, unsigned flags, void (*warn)(void *ctx, const char *text), void *ctx,
				 struct error *err)
{
	struct conf_reader r = { .flags = flags, .warn = warn, .warn_ctx = ctx, .err = err };
	AUTO_XML struct xml_doc *doc = xml_parse(xml, len, err);
	struct domain *def;

	if (!doc)
		return NULL;
	if (strcmp(xml_root(doc)->name, "domain") != 0 || xml_root(doc)->ns) {
		error_set(err, ERR_XML, "the document is a <%s>, not a <domain>", xml_root(doc)->name);
		return NULL;
	}
	def = conf_parse(&r, &domain_elem, xml_root(doc));
	return def;
}

struct domain *domain_parse(const char *xml, size_t len, unsigned flags, struct error *err)
{
	return domain_parse_warn(xml, len, flags, NULL, NULL, err);
}

char *domain_format(const struct domain *def, unsigned flags, struct error *err)
{
	return conf_format(&domain_elem, "domain", def, flags, err);
}

void domain_free(struct domain *def)
{
	conf_free(&domain_elem, def);
}

struct domain *domain_copy(const struct domain *def, struct error *err)
{
	return conf_copy(&domain_elem, def, err);
}

bool domain_equal(const struct domain *a, const struct domain *b, struct buf *where)
{
	return conf_equal(&domain_elem, a, b, where);
}

const struct conf_bitmap *domain_vcpu_cpuset(const struct domain *def, unsigned vcpu)
{
	for (size_t i = 0; i < def->cputune.vcpupins.n; i++)
		if (def->cputune.vcpupins.items[i]->vcpu.value == vcpu)
			return def->cputune.vcpupins.items[i]->cpuset;
	return def->vcpus.cpuset;
}

static const struct domain_vcpu *listed_vcpu(const struct domain *def, unsigned vcpu)
{
	for (size_t i = 0; i < def->vcpu_list.n; i++)
		if (def->vcpu_list.items[i]->id.value == vcpu)
			return def->vcpu_list.items[i];
	return NULL;
}

bool domain_vcpu_online(const struct domain *def, unsigned vcpu)
{
	const struct domain_vcpu *v = listed_vcpu(def, vcpu);

	return v ? v->enabled == CONF_YES : vcpu < (def->vcpus.current ? def->vcpus.current : def->vcpus.n);
}

bool domain_vcpu_hotpluggable(const struct domain *def, unsigned vcpu)
{
	const struct domain_vcpu *v = listed_vcpu(def, vcpu);

	return v && v->hotpluggable ? v->hotpluggable == CONF_YES : !domain_vcpu_online(def, vcpu);
}

int domain_list_vcpus(struct domain *def, struct error *err)
{
	if (def->vcpus.n > CONF_BITMAP_MAX)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%u CPUs are too many to be listed", def->vcpus.n);
	while (def->vcpu_list.n < def->vcpus.n) {
		uint32_t id = (uint32_t)def->vcpu_list.n;
		bool on = domain_vcpu_online(def, id);
		struct domain_vcpu *v = CONF_LIST_ADD(&def->vcpu_list);

		if (!v)
			return error_errno(err, "the CPUs");
		v->id = (struct conf_num){ id, true };
		v->enabled = on ? CONF_YES : CONF_NO;
		v->hotpluggable = on ? CONF_NO : CONF_YES;
	}
	return 0;
}

const struct conf_bitmap *domain_iothread_cpuset(const struct domain *def, unsigned iothread)
{
	for (size_t i = 0; i < def->cputune.iothreadpins.n; i++)
		if (def->cputune.iothreadpins.items[i]->iothread.value == iothread)
			return def->cputune.iothreadpins.items[i]->cpuset;
	return def->vcpus.cpuset;
}
