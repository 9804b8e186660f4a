/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a QEMU program can do, asked of it by QMP once and kept in the cache, by its path, modification time and size.
 */
#ifndef BERTH_QEMU_CAPS_H
#define BERTH_QEMU_CAPS_H

#include "conf/domain.h"

#include <jansson.h>

/*
 * One document, mostly what QEMU answered; `cpus` and `max` are read when qemu_caps_cpus() asks for them:
 *   binary, mtime, size        what it is of
 *   version                    7002022 for 7.2.22; package: the distribution's words
 *   arch                       libvirt's name of the guests' architecture
 *   kvm                        whether guests can run on KVM here and now
 *   machines                   of query-machines, by name
 *   types                      names of devices and objects
 *   cpus                       { "tcg": [...], "kvm": [...] } of query-cpu-definitions
 *   cpu-names                  { "tcg": [...], "kvm": [...] }, those of `cpus`
 *   max                        { "tcg": {...}, "kvm": {...} } of query-cpu-model-expansion of the host's ("max") model: properties
 *   commands                   names of the QMP commands
 *   tpm-models, tpm-types      lists of names
 *   enums                      of query-qmp-schema, by name: lists of words
 */
struct qemu_caps {
	json_t *doc;
	const char *binary;
	unsigned version;
	enum domain_arch arch;
	bool kvm;
};

/* Finds out what the program can do. The result is the caller's. A path that is no QEMU, or does not answer in 20 s, is an error. */
struct qemu_caps *qemu_caps_get(const char *binary, struct error *err) NODISCARD;
void qemu_caps_free(struct qemu_caps *caps);

static inline void qemu_caps_free_(struct qemu_caps **caps)
{
	qemu_caps_free(*caps);
}
#define AUTO_QEMU_CAPS AUTO(qemu_caps_free_)

/* The program that runs guests of an architecture, or NULL where none is installed; the caller's. */
char *qemu_caps_find_binary(enum domain_arch arch);

/* The program that stands for `emulator` on this machine: itself, or where it is not installed the one of the same name by another
 * spelling ("qemu-system-i686" is qemu-system-i386); NULL: none. The caller's. */
char *qemu_caps_installed(const char *emulator);

/* Of "cpus" or "max" what holds with KVM or without; NULL: nothing is known. */
const json_t *qemu_caps_cpus(const struct qemu_caps *caps, const char *what, bool kvm);

/* Whether there is a CPU model of that name; yes where no model is known. */
bool qemu_caps_has_cpu(const struct qemu_caps *caps, bool kvm, const char *model);

/* Whether there is a device or object of that name. */
bool qemu_caps_has(const struct qemu_caps *caps, const char *type);

/* The row of query-machines for a name or an alias; NULL: unknown. */
const json_t *qemu_caps_machine(const struct qemu_caps *caps, const char *name);
/* The name that an alias stands for ("pc" is "pc-i440fx-7.2"), itself for any other. */
const char *qemu_caps_canonical_machine(const struct qemu_caps *caps, const char *name);
/* The machine that a guest has that names none; NULL: every guest must name one. */
const char *qemu_caps_default_machine(const struct qemu_caps *caps);
/* The machine that libvirt gives a guest of the architecture that names none: "pc", "virt" ...; else QEMU's own default. `caps` may be NULL. */
const char *qemu_caps_usual_machine(const struct qemu_caps *caps, enum domain_arch arch);

/* Whether the QMP enumeration has the word. */
bool qemu_caps_enum(const struct qemu_caps *caps, const char *name, const char *word);

#endif
