/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading what is known of a QEMU, from the cache where it still holds. */
#include "qemu/caps_probe.h"

#include "state/state.h"
#include "util/str.h"

#include <string.h>
#include <sys/stat.h>

#define CACHE_MAX (8u << 20)
#define CACHE_KIND "qemu-capabilities"
/* Raised when the document changes. */
#define CACHE_FORMAT 3

/* The architectures whose program is named otherwise. */
static const struct { enum domain_arch arch; const char *name; } programs[] = {
	{ DOMAIN_ARCH_I686, "i386" },    { DOMAIN_ARCH_ARMV6L, "arm" },   { DOMAIN_ARCH_ARMV7L, "arm" },
	{ DOMAIN_ARCH_PPC64LE, "ppc64" }, { DOMAIN_ARCH_OR32, "or1k" }, { DOMAIN_ARCH_PARISC, "hppa" },
};

static char *find_program(const char *name)
{
	static const char *const dirs[] = { "/usr/bin", "/usr/local/bin", "/usr/libexec" };

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		char *path = str_printf("%s/%s", dirs[i], name);

		if (path && access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

char *qemu_caps_find_binary(enum domain_arch arch)
{
	const char *name = conf_enum_name(&domain_arch_names, arch);
	char program[40];
	char *path;

	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		if (programs[i].arch == arch)
			name = programs[i].name;
	snprintf(program, sizeof(program), "qemu-system-%s", name ? name : "x86_64");
	path = find_program(program);
	/* a 64-bit machine runs 32-bit guests, too */
	if (!path && arch == DOMAIN_ARCH_I686)
		path = find_program("qemu-system-x86_64");
	return path ? path : arch == DOMAIN_ARCH_X86_64 ? find_program("qemu-kvm") : NULL;
}

char *qemu_caps_installed(const char *emulator)
{
	static const char prefix[] = "qemu-system-";
	const char *name = strrchr(emulator, '/');
	int arch;

	if (access(emulator, X_OK) == 0)
		return strdup(emulator);
	name = name ? name + 1 : emulator;
	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return NULL;
	arch = conf_enum_value(&domain_arch_names, name + strlen(prefix));
	return arch > 0 ? qemu_caps_find_binary(arch) : find_program(name);
}

/* Kept apart: nine tenths of all, and no start of a guest needs them. */
static const char *const of_cpus[] = { "cpus", "max" };

/* Where a program's document is kept: its path as a file name. */
static char *cache_name(const char *binary, const char *suffix, struct error *err)
{
	AUTO_FREE char *encoded = str_encode_name(binary, err);
	char *name = encoded ? str_printf("%s%s.json", encoded, suffix) : NULL;

	if (encoded && !name)
		error_errno(err, "%s", binary);
	return name;
}

static json_t *identity(const char *binary, struct error *err)
{
	struct stat st;
	json_t *id;

	if (stat(binary, &st) < 0) {
		error_errno(err, "%s", binary);
		return NULL;
	}
	/* whoever may use /dev/kvm today may not tomorrow: that is part of what the answers are of */
	id = json_pack("{s:i, s:s, s:I, s:I, s:i, s:b}", "format", CACHE_FORMAT, "binary", binary, "mtime",
		       (json_int_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec, "size", (json_int_t)st.st_size, "uid", (int)geteuid(),
		       "kvm-device", access("/dev/kvm", R_OK | W_OK) == 0);
	if (!id)
		error_set(err, ERR_NO_MEMORY, "%s: no memory", binary);
	return id;
}

static bool is_of(const json_t *doc, json_t *id)
{
	const char *key;
	json_t *value;

	json_object_foreach(id, key, value) {
		if (!json_equal(value, json_object_get(doc, key)))
			return false;
	}
	return true;
}

static struct qemu_caps *wrap(json_t *doc, struct error *err)
{
	struct qemu_caps *caps = doc ? calloc(1, sizeof(*caps)) : NULL;
	int arch;

	if (!caps) {
		json_decref(doc);
		if (doc)
			error_set(err, ERR_NO_MEMORY, "no memory for the capabilities of QEMU");
		return NULL;
	}
	caps->doc = doc;
	caps->binary = json_string_value(json_object_get(doc, "binary"));
	caps->version = (unsigned)json_integer_value(json_object_get(doc, "version"));
	caps->kvm = json_is_true(json_object_get(doc, "kvm"));
	arch = conf_enum_value(&domain_arch_names, json_string_value(json_object_get(doc, "arch")));
	caps->arch = arch > 0 ? arch : 0;
	return caps;
}

void qemu_caps_free(struct qemu_caps *caps)
{
	if (caps)
		json_decref(caps->doc);
	free(caps);
}

static json_t *cached(const char *binary, const char *suffix, json_t *id)
{
	AUTO_FREE char *name = cache_name(binary, suffix, NULL), *text = NULL;
	size_t len;
	json_t *doc;

	if (!name || state_cache_read(CACHE_KIND, name, CACHE_MAX, &text, &len, NULL) < 0)
		return NULL;
	doc = json_loadb(text, len, 0, NULL);
	if (doc && is_of(doc, id))
		return doc;
	json_decref(doc);
	return NULL;
}

/* A cache that cannot be written costs a second each time, no more. */
static void keep(const char *binary, const char *suffix, const json_t *doc)
{
	AUTO_FREE char *name = cache_name(binary, suffix, NULL), *text = name ? json_dumps(doc, JSON_COMPACT) : NULL;

	if (text)
		(void)!state_cache_write(CACHE_KIND, name, text, strlen(text), NULL);
}

/* The names of the models alone: what a start looks at. */
static json_t *names_of(const json_t *models)
{
	json_t *names = json_array(), *m;
	size_t i;

	json_array_foreach(models, i, m) {
		json_array_append(names, json_object_get(m, "name"));
	}
	return names;
}

/* The two documents of one. */
static void keep_both(const char *binary, json_t *doc, json_t *id)
{
	json_t *most = json_copy(doc), *cpus = json_copy(id);

	for (size_t i = 0; most && cpus && i < ARRAY_LEN(of_cpus); i++) {
		json_object_set(cpus, of_cpus[i], json_object_get(doc, of_cpus[i]));
		json_object_del(most, of_cpus[i]);
	}
	if (most && cpus) {
		keep(binary, "", most);
		keep(binary, "-cpus", cpus);
	}
	json_decref(most);
	json_decref(cpus);
}

static const json_t *of_accelerator(const json_t *doc, const char *what, bool kvm)
{
	return json_object_get(json_object_get(doc, what), kvm ? "kvm" : "tcg");
}

static json_t *probe(const char *binary, json_t *id, struct error *err)
{
	json_t *doc = qemu_caps_probe(binary, err);

	if (!doc || json_object_update(doc, id) < 0)
		return doc;
	json_object_set_new(doc, "cpu-names", json_pack("{s:o, s:o}", "tcg", names_of(of_accelerator(doc, "cpus", false)), "kvm",
							names_of(of_accelerator(doc, "cpus", true))));
	keep_both(binary, doc, id);
	return doc;
}

struct qemu_caps *qemu_caps_get(const char *binary, struct error *err)
{
	json_t *id = identity(binary, err), *doc;

	if (!id)
		return NULL;
	doc = cached(binary, "", id);
	if (!doc || !json_is_string(json_object_get(doc, "arch"))) {
		json_decref(doc);
		doc = probe(binary, id, err);
	}
	json_decref(id);
	return wrap(doc, err);
}

/* Adds the other document to that of a QEMU. Where it cannot be had there are no CPUs, which is what the callers then say. */
static void read_cpus(const struct qemu_caps *caps)
{
	json_t *id = identity(caps->binary, NULL), *more = id ? cached(caps->binary, "-cpus", id) : NULL;

	if (id && !more)
		more = probe(caps->binary, id, NULL);
	for (size_t i = 0; i < ARRAY_LEN(of_cpus); i++) {
		json_t *value = json_object_get(more, of_cpus[i]);

		json_object_set_new(caps->doc, of_cpus[i], value ? json_incref(value) : json_object());
	}
	json_decref(more);
	json_decref(id);
}

const json_t *qemu_caps_cpus(const struct qemu_caps *caps, const char *what, bool kvm)
{
	if (!json_object_get(caps->doc, what))
		read_cpus(caps);
	return of_accelerator(caps->doc, what, kvm);
}

bool qemu_caps_has_cpu(const struct qemu_caps *caps, bool kvm, const char *model)
{
	const json_t *names = of_accelerator(caps->doc, "cpu-names", kvm);
	size_t i;
	json_t *name;

	json_array_foreach(names, i, name) {
		if (!strcmp(json_string_value(name), model))
			return true;
	}
	return json_array_size(names) == 0;
}

bool qemu_caps_has(const struct qemu_caps *caps, const char *type)
{
	return json_object_get(json_object_get(caps->doc, "types"), type) != NULL;
}

const json_t *qemu_caps_machine(const struct qemu_caps *caps, const char *name)
{
	json_t *machines = json_object_get(caps->doc, "machines"), *m = json_object_get(machines, name);
	const char *key;

	if (m)
		return m;
	json_object_foreach(machines, key, m) {
		const char *alias = json_string_value(json_object_get(m, "alias"));

		if (alias && !strcmp(alias, name))
			return m;
	}
	return NULL;
}

const char *qemu_caps_canonical_machine(const struct qemu_caps *caps, const char *name)
{
	const char *canonical = json_string_value(json_object_get(qemu_caps_machine(caps, name), "name"));

	return canonical ? canonical : name;
}

const char *qemu_caps_default_machine(const struct qemu_caps *caps)
{
	const char *key;
	json_t *m;

	json_object_foreach(json_object_get(caps->doc, "machines"), key, m) {
		if (json_is_true(json_object_get(m, "is-default")))
			return key;
	}
	return NULL;
}

const char *qemu_caps_usual_machine(const struct qemu_caps *caps, enum domain_arch arch)
{
	static const struct { enum domain_arch arch; const char *machine; } usual[] = {
		{ DOMAIN_ARCH_X86_64, "pc" }, { DOMAIN_ARCH_I686, "pc" }, { DOMAIN_ARCH_AARCH64, "virt" }, { DOMAIN_ARCH_ARMV7L, "virt" },
		{ DOMAIN_ARCH_PPC64, "pseries" }, { DOMAIN_ARCH_PPC64LE, "pseries" }, { DOMAIN_ARCH_S390X, "s390-ccw-virtio" },
		{ DOMAIN_ARCH_RISCV64, "virt" },
	};

	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (usual[i].arch == arch)
			return usual[i].machine;
	return caps ? qemu_caps_default_machine(caps) : NULL;
}

bool qemu_caps_enum(const struct qemu_caps *caps, const char *name, const char *word)
{
	const json_t *words = json_object_get(json_object_get(caps->doc, "enums"), name);
	size_t i;
	json_t *w;

	json_array_foreach(words, i, w) {
		if (!strcmp(json_string_value(w), word))
			return true;
	}
	return false;
}
