/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu/capabilities.h"

#include "qemu/caps.h"

#include <string.h>

static int wordsize(enum domain_arch arch)
{
	static const enum domain_arch wide[] = {
		DOMAIN_ARCH_X86_64, DOMAIN_ARCH_AARCH64, DOMAIN_ARCH_PPC64, DOMAIN_ARCH_PPC64LE, DOMAIN_ARCH_S390X, DOMAIN_ARCH_RISCV64,
		DOMAIN_ARCH_ALPHA,  DOMAIN_ARCH_MIPS64,  DOMAIN_ARCH_MIPS64EL, DOMAIN_ARCH_SPARC64, DOMAIN_ARCH_LOONGARCH64,
	};

	for (size_t i = 0; i < ARRAY_LEN(wide); i++)
		if (wide[i] == arch)
			return 64;
	return 32;
}

/* Each machine by its own name, and once more by its alias. */
static void put_machines(FILE *out, const struct qemu_caps *caps)
{
	const char *name, *alias;
	json_t *m;

	json_object_foreach(json_object_get(caps->doc, "machines"), name, m) {
		long long max = json_integer_value(json_object_get(m, "cpu-max"));
		const char *deprecated = json_is_true(json_object_get(m, "deprecated")) ? " deprecated='yes'" : "";

		if (!strcmp(name, "none"))
			continue;
		fprintf(out, "      <machine maxCpus='%lld'%s>%s</machine>\n", max, deprecated, name);
		alias = json_string_value(json_object_get(m, "alias"));
		if (alias)
			fprintf(out, "      <machine canonical='%s' maxCpus='%lld'%s>%s</machine>\n", name, max, deprecated, alias);
	}
}

static void put_features(FILE *out, enum domain_arch arch)
{
	bool x86 = arch == DOMAIN_ARCH_X86_64 || arch == DOMAIN_ARCH_I686;

	fputs("    <features>\n", out);
	if (arch == DOMAIN_ARCH_I686)
		fputs("      <pae/>\n      <nonpae/>\n", out);
	if (x86)
		fputs("      <acpi default='on' toggle='yes'/>\n      <apic default='on' toggle='no'/>\n", out);
	fputs("      <cpuselection/>\n      <deviceboot/>\n      <disksnapshot default='on' toggle='no'/>\n    </features>\n", out);
}

static int put_guest(FILE *out, enum domain_arch arch, const char *binary, struct error *err)
{
	AUTO_QEMU_CAPS struct qemu_caps *caps = qemu_caps_get(binary, err);

	if (!caps)
		return -1;
	fprintf(out, "  <guest>\n    <os_type>hvm</os_type>\n    <arch name='%s'>\n      <wordsize>%d</wordsize>\n      <emulator>%s</emulator>\n",
		conf_enum_name(&domain_arch_names, arch), wordsize(arch), binary);
	put_machines(out, caps);
	fputs("      <domain type='qemu'/>\n", out);
	if (caps->kvm)
		fputs("      <domain type='kvm'/>\n", out);
	fputs("    </arch>\n", out);
	put_features(out, arch);
	fputs("  </guest>\n\n", out);
	return 0;
}

int qemu_capabilities_guests(FILE *out, struct error *err)
{
	/* libvirt's schema of capabilities knows fewer architectures than that of domains */
	for (int arch = domain_arch_unset + 1; arch < domain_arch_end; arch++) {
		if (arch == DOMAIN_ARCH_LOONGARCH64 || arch == DOMAIN_ARCH_OR32)
			continue;
		AUTO_FREE char *binary = qemu_caps_find_binary(arch);

		if (binary && put_guest(out, arch, binary, err) < 0)
			return -1;
	}
	return 0;
}
