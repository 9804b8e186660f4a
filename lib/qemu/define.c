/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a machine's definition means where it says nothing. Everything that the guest could see is written into the definition once, when
 * it is defined: the machine's versioned name, controllers, addresses, models. Only then does its hardware stay the same.
 */
#include "qemu/define.h"

#include "hypervisor/kinds.h"
#include "qemu/address.h"
#include "qemu/capabilities.h"
#include "qemu/emulator.h"
#include "qemu/native.h"
#include "qemu/qemu.h"

#include <string.h>
#include <sys/utsname.h>

static int no_memory(struct error *err)
{
	return error_set(err, ERR_NO_MEMORY, "no memory for the definition");
}

static int set_string(char **to, const char *value, struct error *err)
{
	char *copy = strdup(value);   /* of itself, maybe */

	if (!copy)
		return no_memory(err);
	free(*to);
	*to = copy;
	return 0;
}

/* --- the program and the machine ------------------------------------------------------------------------------- */

static void fill_arch(struct domain *def)
{
	struct utsname u;
	int arch;

	if (def->os.arch)
		return;
	arch = uname(&u) == 0 ? conf_enum_value(&domain_arch_names, u.machine) : 0;
	def->os.arch = arch > 0 ? arch : DOMAIN_ARCH_X86_64;
}

static int fill_emulator(struct domain *def, struct error *err)
{
	const char *arch = conf_enum_name(&domain_arch_names, def->os.arch);

	if (def->devices.emulator)
		return 0;
	def->devices.emulator = qemu_caps_find_binary(def->os.arch);
	return def->devices.emulator ? 0
				     : error_set(err, ERR_CONFIG_UNSUPPORTED,
						 "no QEMU for %s guests is installed (it would be qemu-system-%s), and <emulator> names none", arch, arch);
}

/* What the emulator can do; NULL without an error where it is not on this machine: the definition is kept as it is. */
static struct qemu_caps *caps_of(const struct domain *def, struct error *err)
{
	AUTO_FREE char *binary = qemu_caps_installed(def->devices.emulator);

	if (!binary) {
		*err = (struct error){ 0 };
		return NULL;
	}
	return qemu_caps_get(binary, err);
}

static int fill_machine(struct domain *def, const struct qemu_caps *caps, struct error *err)
{
	const char *machine = def->os.machine ? def->os.machine : qemu_caps_usual_machine(caps, def->os.arch);

	if (!machine)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<os><type machine=...> is missing: guests of this architecture have no usual machine");
	return set_string(&def->os.machine, caps ? qemu_caps_canonical_machine(caps, machine) : machine, err);
}

static int defaults(struct domain *def, struct error *err)
{
	AUTO_QEMU_CAPS struct qemu_caps *caps = NULL;
	struct error failure = { 0 };

	fill_arch(def);
	if (fill_emulator(def, err) < 0)
		return -1;
	caps = caps_of(def, &failure);
	if (!caps && failure.code) {
		if (err)
			*err = failure;
		return -1;
	}
	if (fill_machine(def, caps, err) < 0 || qemu_fill_firmware(def, caps, err) < 0 || qemu_fill_platform(def, caps, err) < 0 || qemu_fill_devices(def, caps, err) < 0)
		return -1;
	return qemu_assign_addresses(def, err);
}

static int validate(const struct domain *def, struct error *err)
{
	struct error failure = { 0 };
	AUTO_QEMU_CAPS struct qemu_caps *caps = caps_of(def, &failure);

	if (caps && !qemu_caps_machine(caps, def->os.machine))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s has no machine type '%s'", def->devices.emulator, def->os.machine);
	return qemu_validate(def, err);
}

const struct hv_driver qemu_hv_driver = { .kind = "qemu", .defaults = defaults, .validate = validate,
					  .guests = qemu_capabilities_guests, .emulator_capabilities = qemu_emulator_capabilities,
					  .emulator_cpu = qemu_emulator_cpu, .emulator_sev = qemu_emulator_sev, .update_cpu = qemu_emulator_update_cpu,
					  .natives = qemu_natives };
