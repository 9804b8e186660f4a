/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domain capabilities: what guests of one emulator and machine can have, in libvirt's format (domaincaps.rng). */
#include "qemu/emulator.h"

#include "cpu/cpu.h"
#include "qemu/firmware.h"
#include "qemu/machine.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct ask {
	FILE *out;
	const struct qemu_emulator *e;
	struct domain def;             /* an empty guest of this machine, for the questions of machine.h */
	json_t *firmware;              /* descriptors for this machine */
};

/* --- devices --------------------------------------------------------------------------------------------------- */

static bool has_builtin_ide(const struct ask *a)
{
	return qemu_has_builtin_ide(&a->def);
}

static bool has_floppy(const struct ask *a)
{
	return qemu_is_x86(&a->def) || qemu_is_arm(&a->def);
}

static bool has_vfio(const struct ask *a)
{
	return qemu_caps_has(a->e->caps, "vfio-pci") && access("/dev/vfio/vfio", F_OK) == 0;
}

static bool has_vnc(const struct ask *a)
{
	json_t *name;
	size_t i;

	json_array_foreach(json_object_get(a->e->caps->doc, "commands"), i, name)
		if (!strcmp(json_string_value(name), "query-vnc"))
			return true;
	return false;
}

/*
 * A word of an <enum>, in the order of the document, and what it needs: a device or object of that type (one of several between '|'), a word of a
 * QMP enumeration, a function; nothing: it is always there.
 */
struct word {
	const char *element, *name, *word;
	const char *type, *of;       /* `of`: the QMP enumeration that has `type` */
	bool (*when)(const struct ask *a);
};

#define WORD(e, n, w, ...) { .element = e, .name = n, .word = w, ##__VA_ARGS__ }
static const struct word words[] = {
	WORD("disk", "diskDevice", "disk"),
	WORD("disk", "diskDevice", "cdrom"),
	WORD("disk", "diskDevice", "floppy", .when = has_floppy),
	WORD("disk", "diskDevice", "lun"),
	WORD("disk", "bus", "ide", .when = has_builtin_ide),
	WORD("disk", "bus", "fdc", .when = has_floppy),
	WORD("disk", "bus", "scsi", .type = "scsi-hd"),
	WORD("disk", "bus", "virtio", .type = "virtio-blk-pci|virtio-blk-device|virtio-blk-ccw"),
	WORD("disk", "bus", "usb", .type = "usb-storage"),
	WORD("disk", "bus", "sata", .type = "ich9-ahci"),
	WORD("disk", "model", "virtio", .type = "virtio-blk-pci|virtio-blk-device|virtio-blk-ccw"),
	WORD("disk", "model", "virtio-transitional", .type = "virtio-blk-pci-transitional"),
	WORD("disk", "model", "virtio-non-transitional", .type = "virtio-blk-pci-non-transitional"),
	WORD("graphics", "type", "sdl", .type = "sdl", .of = "display"),
	WORD("graphics", "type", "vnc", .when = has_vnc),
	WORD("graphics", "type", "spice", .type = "spicevmc", .of = "chardev"),
	WORD("graphics", "type", "egl-headless", .type = "egl-headless", .of = "display"),
	WORD("graphics", "type", "dbus", .type = "dbus", .of = "display"),
	WORD("video", "modelType", "vga", .type = "VGA"),
	WORD("video", "modelType", "cirrus", .type = "cirrus-vga"),
	WORD("video", "modelType", "vmvga", .type = "vmware-svga"),
	WORD("video", "modelType", "qxl", .type = "qxl"),
	WORD("video", "modelType", "virtio", .type = "virtio-gpu-pci|virtio-gpu-device|virtio-gpu-ccw"),
	WORD("video", "modelType", "none"),
	WORD("video", "modelType", "bochs", .type = "bochs-display"),
	WORD("video", "modelType", "ramfb", .type = "ramfb"),
	WORD("hostdev", "mode", "subsystem"),
	WORD("hostdev", "startupPolicy", "default"),
	WORD("hostdev", "startupPolicy", "mandatory"),
	WORD("hostdev", "startupPolicy", "requisite"),
	WORD("hostdev", "startupPolicy", "optional"),
	WORD("hostdev", "subsysType", "usb", .type = "usb-host"),
	WORD("hostdev", "subsysType", "pci", .type = "vfio-pci"),
	WORD("hostdev", "subsysType", "scsi", .type = "scsi-generic"),
	WORD("hostdev", "capsType", NULL),
	WORD("hostdev", "pciBackend", "vfio", .when = has_vfio),
	WORD("rng", "model", "virtio", .type = "virtio-rng-pci|virtio-rng-device|virtio-rng-ccw"),
	WORD("rng", "model", "virtio-transitional", .type = "virtio-rng-pci-transitional"),
	WORD("rng", "model", "virtio-non-transitional", .type = "virtio-rng-pci-non-transitional"),
	WORD("rng", "backendModel", "random", .type = "rng-random"),
	WORD("rng", "backendModel", "egd", .type = "rng-egd"),
	WORD("rng", "backendModel", "builtin", .type = "rng-builtin"),
	WORD("filesystem", "driverType", "path", .type = "virtio-9p-pci|virtio-9p-device|virtio-9p-ccw"),
	WORD("filesystem", "driverType", "handle", .type = "virtio-9p-pci|virtio-9p-device|virtio-9p-ccw"),
	WORD("filesystem", "driverType", "virtiofs", .type = "vhost-user-fs-pci|vhost-user-fs-device"),
	WORD("tpm", "model", "tpm-tis", .type = "tpm-tis|tpm-tis-device"),
	WORD("tpm", "model", "tpm-crb", .type = "tpm-crb"),
	WORD("tpm", "model", "tpm-spapr", .type = "tpm-spapr"),
	WORD("tpm", "model", "spapr-tpm-proxy", .type = "spapr-tpm-proxy"),
	WORD("tpm", "backendModel", "passthrough", .type = "passthrough", .of = "tpm-types"),
	WORD("tpm", "backendModel", "emulator", .type = "emulator", .of = "tpm-types"),
	WORD("tpm", "backendModel", "external", .type = "emulator", .of = "tpm-types"),
	WORD("tpm", "backendVersion", "1.2", .type = "emulator", .of = "tpm-types"),
	WORD("tpm", "backendVersion", "2.0", .type = "emulator", .of = "tpm-types"),
	WORD("redirdev", "bus", "usb", .type = "usb-redir"),
	WORD("channel", "type", "pty", .type = "pty", .of = "chardev"),
	WORD("channel", "type", "unix", .type = "socket", .of = "chardev"),
	WORD("channel", "type", "spicevmc", .type = "spicevmc", .of = "chardev"),
	WORD("channel", "type", "qemu-vdagent", .type = "qemu-vdagent", .of = "chardev"),
};

static bool has_type(const struct qemu_caps *caps, const char *types)
{
	char name[48];

	for (size_t len; *types; types += len + (types[len] == '|')) {
		len = strcspn(types, "|");
		snprintf(name, sizeof(name), "%.*s", (int)len, types);
		if (qemu_caps_has(caps, name))
			return true;
	}
	return false;
}

static bool has_word_in(const json_t *list, const char *word)
{
	json_t *w;
	size_t i;

	json_array_foreach(list, i, w)
		if (json_is_string(w) && !strcmp(json_string_value(w), word))
			return true;
	return false;
}

static bool given(const struct ask *a, const struct word *w)
{
	if (!w->word)
		return false;
	if (w->when)
		return w->when(a);
	if (w->of)
		return qemu_caps_enum(a->e->caps, w->of, w->type) || has_word_in(json_object_get(a->e->caps->doc, w->of), w->type);
	return !w->type || has_type(a->e->caps, w->type);
}

/* What an element is, is its first enumeration: without a word of it there is no such device. */
static bool supported(const struct ask *a, size_t first)
{
	for (size_t i = first; i < ARRAY_LEN(words) && !strcmp(words[i].element, words[first].element) && !strcmp(words[i].name, words[first].name); i++)
		if (given(a, &words[i]))
			return true;
	return false;
}

static size_t put_enum(const struct ask *a, size_t i)
{
	const char *element = words[i].element, *name = words[i].name;
	bool open = false;

	for (; i < ARRAY_LEN(words) && !strcmp(words[i].element, element) && !strcmp(words[i].name, name); i++) {
		if (!given(a, &words[i]))
			continue;
		if (!open)
			fprintf(a->out, "      <enum name='%s'>\n", name);
		open = true;
		fprintf(a->out, "        <value>%s</value>\n", words[i].word);
	}
	if (open)
		fputs("      </enum>\n", a->out);
	else
		fprintf(a->out, "      <enum name='%s'/>\n", name);
	return i;
}

static void put_devices(const struct ask *a)
{
	fputs("  <devices>\n", a->out);
	for (size_t i = 0; i < ARRAY_LEN(words);) {
		const char *element = words[i].element;

		if (!supported(a, i)) {
			fprintf(a->out, "    <%s supported='no'/>\n", element);
			while (i < ARRAY_LEN(words) && !strcmp(words[i].element, element))
				i++;
			continue;
		}
		fprintf(a->out, "    <%s supported='yes'>\n", element);
		while (i < ARRAY_LEN(words) && !strcmp(words[i].element, element))
			i = put_enum(a, i);
		fprintf(a->out, "    </%s>\n", element);
	}
	fputs("  </devices>\n", a->out);
}

/* --- firmware -------------------------------------------------------------------------------------------------- */

static bool any_firmware(const struct ask *a, const char *list, const char *word)
{
	json_t *f;
	size_t i;

	json_array_foreach(a->firmware, i, f)
		if (qemu_firmware_has(f, list, word))
			return true;
	return false;
}

static void put_os(const struct ask *a)
{
	static const struct { const char *word, *interface; } kinds[] = { { "bios", "bios" }, { "efi", "uefi" } };
	json_t *f;
	size_t i;
	bool open = false;

	fputs("  <os supported='yes'>\n", a->out);
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		if (!any_firmware(a, "interface-types", kinds[k].interface))
			continue;
		fprintf(a->out, "%s      <value>%s</value>\n", open ? "" : "    <enum name='firmware'>\n", kinds[k].word);
		open = true;
	}
	fputs(open ? "    </enum>\n    <loader supported='yes'>\n" : "    <enum name='firmware'/>\n    <loader supported='yes'>\n", a->out);
	json_array_foreach(a->firmware, i, f)
		fprintf(a->out, "      <value>%s</value>\n", qemu_firmware_image(f));
	fputs("      <enum name='type'>\n        <value>rom</value>\n        <value>pflash</value>\n      </enum>\n"
	      "      <enum name='readonly'>\n        <value>yes</value>\n        <value>no</value>\n      </enum>\n      <enum name='secure'>\n", a->out);
	if (any_firmware(a, "features", "secure-boot"))
		fputs("        <value>yes</value>\n", a->out);
	fputs("        <value>no</value>\n      </enum>\n    </loader>\n  </os>\n", a->out);
}

static json_t *firmware_of(const struct ask *a, struct error *err)
{
	json_t *all = qemu_firmware_load(err), *fitting = all ? json_array() : NULL, *f;
	size_t i;

	json_array_foreach(all, i, f)
		if (qemu_firmware_fits(f, a->e->arch, a->e->machine))
			json_array_append(fitting, f);
	json_decref(all);
	return fitting;
}

/* --- CPU ------------------------------------------------------------------------------------------------------- */

static void put_migratable(const struct ask *a, const char *mode, const char *name, bool is)
{
	if (!is) {
		fprintf(a->out, "    <mode name='%s' supported='no'/>\n", mode);
		return;
	}
	fprintf(a->out, "    <mode name='%s' supported='yes'>\n      <enum name='%sMigratable'>\n", mode, name);
	fputs("        <value>on</value>\n        <value>off</value>\n      </enum>\n    </mode>\n", a->out);
}

static int put_host_model(const struct ask *a, bool kvm, struct error *err)
{
	struct domain_cpu *cpu;

	if (!cpu_is_x86(a->e->arch)) {
		fputs("    <mode name='host-model' supported='no'/>\n", a->out);
		return 0;
	}
	cpu = qemu_emulator_host_model(a->e->caps, kvm, true, err);
	if (!cpu)
		return -1;
	fprintf(a->out, "    <mode name='host-model' supported='yes'>\n      <model fallback='forbid'>%s</model>\n      <vendor>%s</vendor>\n", cpu->model,
		cpu->vendor ? cpu->vendor : "");
	for (size_t i = 0; i < cpu->features.n; i++)
		fprintf(a->out, "      <feature policy='%s' name='%s'/>\n", conf_enum_name(&domain_cpu_policy_names, cpu->features.items[i]->policy),
			cpu->features.items[i]->name);
	fputs("    </mode>\n", a->out);
	conf_free(&domain_cpu_elem, cpu);
	return 0;
}

static const char *usable(const json_t *model)
{
	const json_t *missing = json_object_get(model, "unavailable-features");

	return !missing ? "unknown" : json_array_size(missing) ? "no" : "yes";
}

/* libvirt's name of a model of QEMU's, in `name`; false: it is none of libvirt's. Of x86 those of the map; of POWER the generations, without revisions. */
static bool model_of(const struct ask *a, const json_t *cpu, char name[32], const char **vendor)
{
	const char *qemu = json_string_value(json_object_get(cpu, "name"));
	const struct x86_model *model = qemu && cpu_is_x86(a->e->arch) ? x86_model_find(qemu) : NULL;

	*vendor = model && model->vendor ? model->vendor : "unknown";
	if (!qemu || !strcmp(qemu, "host"))
		return false;
	snprintf(name, 32, "%s", qemu);
	if (cpu_is_x86(a->e->arch))
		return model != NULL;
	if (a->e->arch != DOMAIN_ARCH_PPC64 && a->e->arch != DOMAIN_ARCH_PPC64LE)
		return true;
	if (strncmp(qemu, "power", 5) != 0 || strspn(qemu + 5, "0123456789") != strlen(qemu + 5))
		return false;
	memcpy(name, "POWER", 5);
	*vendor = "IBM";
	return true;
}

static void put_custom(const struct ask *a, bool kvm)
{
	const json_t *known = qemu_caps_cpus(a->e->caps, "cpus", kvm);
	const char *vendor;
	char name[32];
	bool open = false;
	json_t *m;
	size_t i;

	json_array_foreach(known, i, m) {
		if (!model_of(a, m, name, &vendor))
			continue;
		fprintf(a->out, "%s      <model usable='%s' vendor='%s'>%s</model>\n", open ? "" : "    <mode name='custom' supported='yes'>\n", usable(m), vendor,
			name);
		open = true;
	}
	fputs(open ? "    </mode>\n" : "    <mode name='custom' supported='no'/>\n", a->out);
}

static int put_cpu(const struct ask *a, struct error *err)
{
	bool kvm = a->e->virt == DOMAIN_VIRT_KVM;

	fputs("  <cpu>\n", a->out);
	put_migratable(a, "host-passthrough", "hostPassthrough", kvm);
	put_migratable(a, "maximum", "maximum", qemu_emulator_model(a->e->caps, kvm, "max") != NULL);
	if (put_host_model(a, kvm, err) < 0)
		return -1;
	put_custom(a, kvm);
	fputs("  </cpu>\n", a->out);
	return 0;
}

/* --- features -------------------------------------------------------------------------------------------------- */

static bool has_gic(const struct ask *a, int version)
{
	json_t *g;
	size_t i;

	json_array_foreach(json_object_get(a->e->caps->doc, "gic-capabilities"), i, g)
		if (json_integer_value(json_object_get(g, "version")) == version &&
		    json_is_true(json_object_get(g, a->e->virt == DOMAIN_VIRT_KVM ? "kernel" : "emulated")))
			return qemu_is_virt(&a->def);
	return false;
}

static void put_gic(const struct ask *a)
{
	bool open = false;

	for (int version = 2; version <= 4; version++) {
		if (!has_gic(a, version))
			continue;
		fprintf(a->out, "%s        <value>%d</value>\n", open ? "" : "    <gic supported='yes'>\n      <enum name='version'>\n", version);
		open = true;
	}
	fputs(open ? "      </enum>\n    </gic>\n" : "    <gic supported='no'/>\n", a->out);
}

/* Hyper-V's leaves of CPUID as KVM offers them to guests; the numbers are Microsoft's (Hypervisor Top Level Functional Specification). */
static const struct { const char *name; uint32_t leaf; uint8_t bit; } hyperv_bits[] = {
	{ "relaxed", 0x40000004, 5 }, { "vapic", 0x40000003, 4 },      { "vpindex", 0x40000003, 6 },          { "runtime", 0x40000003, 0 },
	{ "synic", 0x40000003, 2 },   { "stimer", 0x40000003, 3 },     { "reset", 0x40000003, 7 },            { "frequencies", 0x40000003, 11 },
	{ "reenlightenment", 0x40000003, 13 }, { "tlbflush", 0x40000004, 2 }, { "ipi", 0x40000004, 10 },      { "evmcs", 0x40000004, 14 },
};

static uint32_t hyperv_leaf(const struct kvm_cpuid2 *cpuid, uint32_t leaf)
{
	for (uint32_t i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function == leaf)
			return cpuid->entries[i].eax;
	return 0;
}

static void put_hyperv(const struct ask *a)
{
	enum { ENTRIES = 64 };
	struct kvm_cpuid2 *cpuid = calloc(1, sizeof(*cpuid) + ENTRIES * sizeof(cpuid->entries[0]));
	AUTO_CLOSE int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	fputs("    <hyperv supported='yes'>\n      <enum name='features'>\n", a->out);
	if (cpuid)
		cpuid->nent = ENTRIES;
	if (cpuid && fd >= 0 && ioctl(fd, KVM_GET_SUPPORTED_HV_CPUID, cpuid) == 0)
		for (size_t i = 0; i < ARRAY_LEN(hyperv_bits); i++)
			if (hyperv_leaf(cpuid, hyperv_bits[i].leaf) >> hyperv_bits[i].bit & 1)
				fprintf(a->out, "        <value>%s</value>\n", hyperv_bits[i].name);
	free(cpuid);
	fputs("        <value>spinlocks</value>\n        <value>vendor_id</value>\n      </enum>\n    </hyperv>\n", a->out);
}

static void put_features(const struct ask *a)
{
	static const struct { const char *name, *type; } simple[] = {
		{ "vmcoreinfo", "vmcoreinfo" }, { "genid", "vmgenid" }, { "backingStoreInput", NULL }, { "backup", NULL },
	};

	fputs("  <features>\n", a->out);
	put_gic(a);
	for (size_t i = 0; i < ARRAY_LEN(simple); i++)
		fprintf(a->out, "    <%s supported='%s'/>\n", simple[i].name, !simple[i].type || qemu_caps_has(a->e->caps, simple[i].type) ? "yes" : "no");
	fprintf(a->out, "    <sev supported='%s'", json_object_get(a->e->caps->doc, "sev-capabilities") ? "yes" : "no");
	if (json_object_get(a->e->caps->doc, "sev-capabilities"))
		fprintf(a->out, ">\n      <cbitpos>%lld</cbitpos>\n      <reducedPhysBits>%lld</reducedPhysBits>\n    </sev>\n",
			(long long)json_integer_value(json_object_get(json_object_get(a->e->caps->doc, "sev-capabilities"), "cbitpos")),
			(long long)json_integer_value(json_object_get(json_object_get(a->e->caps->doc, "sev-capabilities"), "reduced-phys-bits")));
	else
		fputs("/>\n", a->out);
	fputs("    <sgx supported='no'/>\n", a->out);
	if (a->e->virt == DOMAIN_VIRT_KVM && cpu_is_x86(a->e->arch))
		put_hyperv(a);
	fputs("  </features>\n", a->out);
}

/* --------------------------------------------------------------------------------------------------------------- */

static int put_all(const struct ask *a, struct error *err)
{
	const struct qemu_emulator *e = a->e;
	const json_t *machine = qemu_caps_machine(e->caps, e->machine);

	fprintf(a->out, "<domainCapabilities>\n  <path>%s</path>\n  <domain>%s</domain>\n  <machine>%s</machine>\n  <arch>%s</arch>\n  <vcpu max='%lld'/>\n",
		e->caps->binary, conf_enum_name(&domain_virt_names, e->virt), e->machine, conf_enum_name(&domain_arch_names, e->arch),
		(long long)json_integer_value(json_object_get(machine, "cpu-max")));
	fprintf(a->out, "  <iothreads supported='%s'/>\n", qemu_caps_has(e->caps, "iothread") ? "yes" : "no");
	put_os(a);
	if (put_cpu(a, err) < 0)
		return -1;
	fputs("  <memoryBacking supported='yes'>\n    <enum name='sourceType'>\n      <value>file</value>\n      <value>anonymous</value>\n", a->out);
	fputs(qemu_caps_has(e->caps, "memory-backend-memfd") ? "      <value>memfd</value>\n    </enum>\n  </memoryBacking>\n"
							      : "    </enum>\n  </memoryBacking>\n", a->out);
	put_devices(a);
	put_features(a);
	fputs("</domainCapabilities>\n", a->out);
	return 0;
}

char *qemu_emulator_capabilities(const struct hv_emulator *asked, struct error *err)
{
	AUTO_QEMU_EMULATOR struct qemu_emulator e = { 0 };
	char *text = NULL;
	size_t size;
	struct ask a = { .e = &e };
	int r = -1;

	if (qemu_emulator_find(asked, &e, err) < 0)
		return NULL;
	a.def.os.arch = e.arch;
	a.def.os.machine = e.machine;
	a.firmware = firmware_of(&a, err);
	a.out = a.firmware ? open_memstream(&text, &size) : NULL;
	if (a.out) {
		r = put_all(&a, err);
		if (fclose(a.out) != 0)
			r = error_set(err, ERR_NO_MEMORY, "no memory for the capabilities");
	}
	json_decref(a.firmware);
	if (r == 0)
		return text;
	free(text);
	return NULL;
}
