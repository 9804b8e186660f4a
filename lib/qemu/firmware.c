/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu/firmware.h"

#include "util/str.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>


static void read_dir(const char *path, json_t *found)
{
	DIR *dir = opendir(path);

	for (const struct dirent *e; dir && (e = readdir(dir));) {
		const char *dot = strrchr(e->d_name, '.');
		AUTO_FREE char *file = NULL;
		json_t *doc;

		if (*e->d_name == '.' || !dot || strcmp(dot, ".json") != 0 || !(file = str_printf("%s/%s", path, e->d_name)))
			continue;
		doc = json_load_file(file, JSON_REJECT_DUPLICATES, NULL);
		/* an empty file takes away what folders before have under its name */
		json_object_set_new(found, e->d_name, doc ? doc : json_null());
	}
	if (dir)
		closedir(dir);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The descriptors that are complete, in the order of their names. */
static json_t *in_order(const json_t *found, struct error *err)
{
	size_t n = 0;
	json_t *list = json_array(), *doc;
	const char **names = calloc(json_object_size(found) + 1, sizeof(*names)), *name;

	json_object_foreach((json_t *)found, name, doc)
		if (names)
			names[n++] = name;
	if (names)
		qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; names && i < n; i++) {
		doc = json_object_get(found, names[i]);
		if (json_is_object(doc) && qemu_firmware_image(doc))
			json_array_append(list, doc);
	}
	if (!list || !names) {
		json_decref(list);
		list = NULL;
		error_set(err, ERR_NO_MEMORY, "no memory for the firmware descriptors");
	}
	free(names);
	return list;
}

json_t *qemu_firmware_load(struct error *err)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	AUTO_FREE char *own = config && *config ? str_printf("%s/qemu/firmware", config) : home ? str_printf("%s/.config/qemu/firmware", home) : NULL;
	json_t *found = json_object(), *list;

	read_dir("/usr/share/qemu/firmware", found);
	read_dir("/etc/qemu/firmware", found);
	if (own)
		read_dir(own, found);
	list = in_order(found, err);
	json_decref(found);
	return list;
}

/* QEMU's name of an architecture, where it is another. */
static const char *arch_name(enum domain_arch arch)
{
	switch (arch) {
	case DOMAIN_ARCH_I686:
		return "i386";
	case DOMAIN_ARCH_ARMV6L:
	case DOMAIN_ARCH_ARMV7L:
		return "arm";
	default:
		return conf_enum_name(&domain_arch_names, arch);
	}
}

bool qemu_firmware_fits(const json_t *firmware, enum domain_arch arch, const char *machine)
{
	const char *name = arch_name(arch);
	json_t *target, *pattern;
	size_t i, j;

	json_array_foreach(json_object_get(firmware, "targets"), i, target) {
		const char *a = json_string_value(json_object_get(target, "architecture"));

		if (!a || !name || strcmp(a, name) != 0)
			continue;
		json_array_foreach(json_object_get(target, "machines"), j, pattern)
			if (json_is_string(pattern) && fnmatch(json_string_value(pattern), machine, 0) == 0)
				return true;
	}
	return false;
}

bool qemu_firmware_has(const json_t *firmware, const char *list, const char *word)
{
	json_t *w;
	size_t i;

	json_array_foreach(json_object_get(firmware, list), i, w)
		if (json_is_string(w) && !strcmp(json_string_value(w), word))
			return true;
	return false;
}

const char *qemu_firmware_image(const json_t *firmware)
{
	const json_t *mapping = json_object_get(firmware, "mapping");
	const char *file = json_string_value(json_object_get(json_object_get(mapping, "executable"), "filename"));

	return file ? file : json_string_value(json_object_get(mapping, "filename"));
}

const char *qemu_firmware_template(const json_t *firmware)
{
	return json_string_value(json_object_get(json_object_get(json_object_get(firmware, "mapping"), "nvram-template"), "filename"));
}
