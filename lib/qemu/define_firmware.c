/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which firmware a machine has: chosen once, when it is defined, and kept, so that it boots tomorrow what it boots today. */
#include "qemu/define.h"
#include "qemu/firmware.h"

#include "state/state.h"
#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>

/* Of an image with variables; real ones have 4 MiB at most. */
#define TEMPLATE_MAX (64u << 20)

static int set_copy(char **to, const char *value, struct error *err)
{
	char *copy = strdup(value);

	if (!copy)
		return error_set(err, ERR_NO_MEMORY, "no memory for the firmware");
	free(*to);
	*to = copy;
	return 0;
}

/* --- choosing -------------------------------------------------------------------------------------------------- */

/* What the definition asks of a feature: 0: nothing. */
static enum conf_yesno asked(const struct domain_os *os, enum domain_firmware_feature_name name)
{
	for (size_t i = 0; i < os->firmware_features.n; i++)
		if (os->firmware_features.items[i]->name == name)
			return os->firmware_features.items[i]->enabled;
	return name == DOMAIN_FIRMWARE_SECURE_BOOT ? os->loader.secure : 0;
}

static bool feature_fits(const struct domain_os *os, const json_t *firmware, enum domain_firmware_feature_name name)
{
	enum conf_yesno wanted = asked(os, name);

	return !wanted || (wanted == CONF_YES) == qemu_firmware_has(firmware, "features", conf_enum_name(&domain_firmware_feature_name_names, name));
}

static bool is_raw(const json_t *part)
{
	const char *format = json_string_value(json_object_get(part, "format"));

	return !format || !strcmp(format, "raw");
}

static bool device_fits(const struct domain_os *os, const json_t *firmware)
{
	const json_t *mapping = json_object_get(firmware, "mapping");
	const char *device = json_string_value(json_object_get(mapping, "device"));

	if (!device || !is_raw(json_object_get(mapping, "executable")) || !is_raw(json_object_get(mapping, "nvram-template")))
		return false;
	if (!strcmp(device, "flash"))
		return os->loader.type != DOMAIN_LOADER_ROM && !(os->loader.stateless == CONF_YES && qemu_firmware_template(firmware));
	return !strcmp(device, "memory") && os->loader.type != DOMAIN_LOADER_PFLASH;
}

static bool fits(const struct domain *def, const json_t *firmware)
{
	const struct domain_os *os = &def->os;

	return qemu_firmware_has(firmware, "interface-types", os->firmware == DOMAIN_FIRMWARE_EFI ? "uefi" : "bios") &&
	       qemu_firmware_fits(firmware, os->arch, os->machine) && device_fits(os, firmware) && feature_fits(os, firmware, DOMAIN_FIRMWARE_SECURE_BOOT) &&
	       feature_fits(os, firmware, DOMAIN_FIRMWARE_ENROLLED_KEYS) &&
	       !(def->features.smm.state == CONF_OFF && qemu_firmware_has(firmware, "features", "requires-smm")) &&
	       !(def->pm.suspend_to_mem == CONF_YES && !qemu_firmware_has(firmware, "features", "acpi-s3")) &&
	       !(def->pm.suspend_to_disk == CONF_YES && !qemu_firmware_has(firmware, "features", "acpi-s4")) &&
	       !(def->launch_security && !qemu_firmware_has(firmware, "features", "amd-sev"));
}

/* Says of each feature whether the firmware has it. */
static int tell_features(struct domain_os *os, const json_t *firmware, struct error *err)
{
	for (int name = 1; name < domain_firmware_feature_name_end; name++) {
		const char *word = conf_enum_name(&domain_firmware_feature_name_names, name);
		struct domain_firmware_feature *f, **items;

		if (asked(os, name) && !(name == DOMAIN_FIRMWARE_SECURE_BOOT && os->loader.secure))
			continue;
		f = calloc(1, sizeof(*f));
		items = f ? realloc(os->firmware_features.items, (os->firmware_features.n + 1) * sizeof(*items)) : NULL;
		if (!items) {
			free(f);
			return error_set(err, ERR_NO_MEMORY, "no memory for the firmware's features");
		}
		*f = (struct domain_firmware_feature){ qemu_firmware_has(firmware, "features", word) ? CONF_YES : CONF_NO, name };
		os->firmware_features.items = items;
		items[os->firmware_features.n++] = f;
	}
	return 0;
}

static int take(struct domain *def, const json_t *firmware, struct error *err)
{
	struct domain_os *os = &def->os;
	const char *template = qemu_firmware_template(firmware);
	bool flash = !strcmp(json_string_value(json_object_get(json_object_get(firmware, "mapping"), "device")), "flash");

	/* before `secure` says what was chosen, not what was asked */
	if (tell_features(os, firmware, err) < 0 || set_copy(&os->loader.path, qemu_firmware_image(firmware), err) < 0)
		return -1;
	os->loader.type = flash ? DOMAIN_LOADER_PFLASH : DOMAIN_LOADER_ROM;
	if (!flash)
		return 0;
	os->loader.readonly = CONF_YES;
	if (qemu_firmware_has(firmware, "features", "requires-smm")) {
		def->features.smm.state = CONF_ON;
		os->loader.secure = CONF_YES;
	}
	if (!template || os->loader.stateless == CONF_YES)
		return 0;
	if (!os->nvram)
		os->nvram = calloc(1, sizeof(*os->nvram));
	if (!os->nvram)
		return error_set(err, ERR_NO_MEMORY, "no memory for the firmware's variables");
	return os->nvram->template ? 0 : set_copy(&os->nvram->template, template, err);
}

static int choose(struct domain *def, struct error *err)
{
	json_t *all = qemu_firmware_load(err), *f;
	size_t i;
	int r = 1;

	if (!all)
		return -1;
	json_array_foreach(all, i, f) {
		if (fits(def, f)) {
			r = take(def, f, err);
			break;
		}
	}
	json_decref(all);
	/* a PC's BIOS is QEMU's own */
	if (r <= 0 || (def->os.firmware == DOMAIN_FIRMWARE_BIOS && qemu_is_x86(def)))
		return r < 0 ? -1 : 0;
	return error_set(err, ERR_OPERATION_FAILED, "no firmware is installed that is '%s' with the features asked for, for the machine '%s' of %s "
			 "(host-domcapabilities lists what there is)", conf_enum_name(&domain_firmware_names, def->os.firmware), def->os.machine,
			 conf_enum_name(&domain_arch_names, def->os.arch));
}

/* --- variables ------------------------------------------------------------------------------------------------- */

/* Whether a path is where some guest of ours keeps its variables, by its form alone. */
static bool is_own_place(const char *path)
{
	AUTO_FREE char *root = state_root_path(STATE_LIB, NULL), *kind = root ? str_printf("%s/qemu/", root) : NULL;
	size_t len = kind ? strlen(kind) : 0;
	const char *slash = kind && !strncmp(path, kind, len) ? strchr(path + len, '/') : NULL;

	return slash && !strcmp(slash, "/nvram");
}

int qemu_fill_nvram(struct domain *def, struct error *err)
{
	struct domain_os *os = &def->os;
	AUTO_FREE char *own = NULL;

	if (os->loader.type != DOMAIN_LOADER_PFLASH || !os->loader.path || os->loader.readonly != CONF_YES || os->loader.stateless == CONF_YES)
		return 0;
	if (!os->nvram)
		os->nvram = calloc(1, sizeof(*os->nvram));
	if (!os->nvram)
		return error_set(err, ERR_NO_MEMORY, "no memory for the firmware's variables");
	/* a definition that was another guest's, or one that was renamed, has that one's place */
	if (os->nvram->src.type || (os->nvram->path && !is_own_place(os->nvram->path)))
		return 0;
	own = state_path(STATE_LIB, "qemu", def->name, "nvram", err);
	return own ? set_copy(&os->nvram->path, own, err) : -1;
}

int qemu_fill_firmware(struct domain *def, const struct qemu_caps *caps, struct error *err)
{
	if (def->os.firmware && !def->os.loader.path && caps && choose(def, err) < 0)
		return -1;
	return qemu_fill_nvram(def, err);
}

/* What the variables of an image begin with, where the definition does not say it. */
static char *template_of(const struct domain_os *os, struct error *err)
{
	json_t *all = qemu_firmware_load(err), *f;
	char *found = NULL;
	size_t i;

	json_array_foreach(all, i, f)
		if (!found && qemu_firmware_template(f) && !strcmp(qemu_firmware_image(f), os->loader.path))
			found = strdup(qemu_firmware_template(f));
	if (all && !found)
		error_set(err, ERR_OPERATION_FAILED, "no firmware descriptor says what the variables of %s begin with: <nvram template='...'> must", os->loader.path);
	json_decref(all);
	return found;
}

int qemu_make_nvram(const struct domain_os *os, bool anew, struct error *err)
{
	const char *path = os->nvram ? os->nvram->src.path ? os->nvram->src.path : os->nvram->path : NULL;
	const char *slash = path ? strrchr(path, '/') : NULL;
	AUTO_FREE char *data = NULL, *found = NULL, *folder = slash ? strndup(path, slash - path + 1) : NULL;
	AUTO_CLOSE int dir = -1;
	size_t len;

	if (!folder || (!anew && access(path, F_OK) == 0))
		return 0;
	if (!os->nvram->template && !(found = template_of(os, err)))
		return error_wrap(err, "cannot make the firmware's variables %s", path);
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return error_errno(err, "cannot make the firmware's variables: %s", folder);
	if (file_read_at(AT_FDCWD, found ? found : os->nvram->template, TEMPLATE_MAX, &data, &len, err) < 0 ||
	    file_replace_at(dir, slash + 1, data, len, 0600, FILE_DURABLE, err) < 0)
		return error_wrap(err, "cannot make the firmware's variables");
	return 0;
}
