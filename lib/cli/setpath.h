/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One element or attribute of a guest's definition by its path, as vm-set and people name it: "memory", "vcpu/@current", "devices/disk[vda]/driver/@cache".
 * What can be named is what the format's tables know (conf_paths()).
 */
#ifndef BERTH_CLI_SETPATH_H
#define BERTH_CLI_SETPATH_H

#include "cli/guests.h"

#include <libxml/tree.h>

/* Every path that can be set, sorted, without "/domain/"; those that begin with `prefix` (NULL: all) are given to fn. */
int cli_paths_each(const char *prefix, void (*fn)(void *ctx, const char *path), void *ctx, struct error *err) NODISCARD;

/* A path without what is in brackets, checked: one that the format does not know is an error that names the nearest one. The caller's. */
char *cli_path_plain(const char *path, struct error *err) NODISCARD;

/* Sets what a path names in a definition, making what is missing on the way; an empty value takes it away. One of several is chosen in brackets, by its number from 1
 * or by any attribute's value (a target, an address, an alias). *device: the device that was changed, or NULL. */
int cli_path_set(xmlDocPtr doc, const char *path, const char *value, xmlNodePtr *device, struct error *err) NODISCARD;

/* Makes one change of a running guest true by the procedure that is there for it; `doc` is the live definition with it. What no procedure changes is
 * ERR_OPERATION_UNSUPPORTED. */
int cli_path_live(struct cli_conn *conn, const struct guest *guest, const char *path, xmlDocPtr doc, xmlNodePtr device, struct error *err) NODISCARD;

#endif
