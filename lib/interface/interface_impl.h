/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the interface driver share. */
#ifndef BERTH_INTERFACE_INTERFACE_IMPL_H
#define BERTH_INTERFACE_INTERFACE_IMPL_H

#include "conf/host_interface.h"
#include "util/netlink_host.h"

#define IFACE_KIND "interface"

static inline void host_interface_free_(struct host_interface **def)
{
	conf_free(&host_interface_elem, *def);
}
#define AUTO_HOST_INTERFACE AUTO(host_interface_free_)

/* --- kernel.c: what there is -------------------------------------------------------------------------------------- */

struct kernel_links {
	struct netlink_details *items;
	size_t n;
};

/* All of the namespace, also those that are guests' ends. */
int kernel_links(struct netlink *nl, struct kernel_links *links, struct error *err) NODISCARD;

static inline void kernel_links_clear(struct kernel_links *links)
{
	free(links->items);
}
#define AUTO_KERNEL_LINKS AUTO(kernel_links_clear)

const struct netlink_details *kernel_find(const struct kernel_links *links, const char *name);

/* Whether it is a host's interface, not an end of a guest's cable. */
bool kernel_is_hosts(const struct netlink_details *d);

/* "" for what has none. */
void kernel_mac(const struct netlink_details *d, char text[NETLINK_MAC_TEXT]);

/* An interface as it is now, as a definition, with its addresses (but the link's own) and its default route; the caller's. */
struct host_interface *kernel_describe(const struct kernel_links *links, const struct netlink_details *d, struct error *err) NODISCARD;

/* --- define.c: definitions ---------------------------------------------------------------------------------------- */

struct definitions {
	CONF_LIST(struct host_interface) list;
};

/* All that are readable; what is damaged is left out. */
int definitions_load(struct definitions *all, struct error *err) NODISCARD;
void definitions_clear(struct definitions *all);
#define AUTO_DEFINITIONS AUTO(definitions_clear)

struct host_interface *definition_find(const struct definitions *all, const char *name);
struct host_interface *definition_load(const char *name, struct error *err) NODISCARD;

/* Stores a definition and writes the host's files anew; both or nothing. Definitions of what becomes a part of it go: it has them from now on. */
int definition_store(const struct host_interface *def, int timeout_ms, struct error *err) NODISCARD;
int definition_remove(const char *name, int timeout_ms, struct error *err) NODISCARD;

/* --- restore.c: the point to which changes can be taken back ------------------------------------------------------ */

int restore_begin(int timeout_ms, struct error *err) NODISCARD;
int restore_commit(int timeout_ms, struct error *err) NODISCARD;
int restore_rollback(int timeout_ms, struct error *err) NODISCARD;

/* --- hostfile.c, ifupdown.c, networkd.c: the host's own configuration --------------------------------------------- */

struct host_file {
	char *name;          /* below the manager's directory */
	struct buf text;
};

struct host_files {
	CONF_LIST(struct host_file) list;
};

/* The file of a name, made where it is not there; NULL: no memory. It begins with the line that says that it is ours. */
struct host_file *host_file(struct host_files *files, const char *name);

/* A manager of the host's networks: what is its own, in one row. */
struct host_manager {
	const char *name;
	const char *dir;                          /* of its files, below the host's /etc */
	/* Whether it has the host's networks; etc and run are the host's directories. */
	bool (*is_there)(int etc, int run);
	/* What keeps it from reading what we write; 0: nothing. */
	int (*check)(int etc, struct error *err);
	/* Adds what one definition comes to. */
	int (*write)(struct host_files *files, const struct host_interface *def, struct error *err);
	/* Whether a text (one of its files, not ours) configures an interface. */
	bool (*configures)(const char *text, const char *name);
	/* A file beside `dir` that may configure interfaces, too; NULL: none. */
	const char *main_file;
	/* Programs that let it start and stop an interface: arguments with NULL in the place of the name, ended by a second NULL. */
	const char *const *up, *const *down, *const *reload;
};

extern const struct host_manager ifupdown_manager, networkd_manager;

/* Refuses a definition of what somebody else configures already. */
int host_files_check(const struct host_interface *def, struct error *err) NODISCARD;

/* Makes the host's files say what the definitions say. */
int host_files_write(const struct definitions *all, struct error *err) NODISCARD;

/* Lets the host's manager start or stop an interface: 1 done, 0 there is none that runs here, -1. */
int host_manager_set(const char *name, bool up, struct error *err) NODISCARD;

static inline const char *host_type_name(const struct host_interface *def)
{
	return conf_enum_name(&host_interface_type_names, def->type);
}

/* "0.5" seconds and the like in 1/100 s, as the kernel counts. */
unsigned host_bridge_delay(const struct host_interface *def);

/* --- life.c ------------------------------------------------------------------------------------------------------- */

int interface_start(const struct host_interface *def, struct error *err) NODISCARD;

/* `def` NULL: of one without a definition, which stays as it is but down. */
int interface_stop(const char *name, const struct host_interface *def, struct error *err) NODISCARD;

#endif
