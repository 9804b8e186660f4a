/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Containers. A container is described by a plain structure (struct lxc_spec), so that building one needs neither XML nor
 * the supervisor; spec.c makes it from a domain definition, driver.c is the supervisor's driver, define.c what defining needs.
 *
 * How one is built: the caller's side opens every source, clones mounts, makes /dev, the consoles and the cgroups, all by descriptor
 * and detached from any tree, while the child makes its namespaces; then the child joins its cgroups, puts the pieces together below its
 * new root, gives up what it must not have and runs init. Nothing is ever reached by a path through the container's tree
 * that the container could bend (openat2(2), RESOLVE_IN_ROOT).
 */
#ifndef BERTH_LXC_LXC_H
#define BERTH_LXC_LXC_H

#include "lxc/device.h"
#include "lxc/network.h"
#include "lxc/share.h"
#include "util/cgroup.h"
#include "util/error.h"

#include <sys/types.h>

struct domain;
struct supervisor_driver;
struct hv_driver;

/* The supervisor's driver (helpers/lxc-supervisor.c). */
extern const struct supervisor_driver lxc_supervisor_driver;

/* `lxc-hand NAME`: main() of the process that does an errand for a supervisor (hand.h), with its socket as descriptor 3. */
int lxc_hand_main(int argc, char **argv);

/* An ordinary user's supervisor (session.h) begins with this, with its arguments: in a user namespace of its own, or of the container that it adopts. For root:
 * nothing. A failure is told by the start. */
void lxc_session_enter(int argc, char **argv);

/* What containers of this user go without, for people; NULL: nothing. Constant. */
const char *lxc_session_lacks(void);

/* What defining a container needs: defaults and checks. */
extern const struct hv_driver lxc_hv_driver;

enum lxc_mount_type {
	LXC_MOUNT_HOST,   /* a directory or file of the host */
	LXC_MOUNT_BIND,   /* another directory of the container itself */
	LXC_MOUNT_RAM,    /* a tmpfs */
	LXC_MOUNT_IMAGE,  /* what is in an image file */
	LXC_MOUNT_BLOCK,  /* what is on a block device */
};

struct lxc_mount {
	enum lxc_mount_type type;
	char *source;        /* HOST, IMAGE, BLOCK: absolute path on the host; BIND: path in the container */
	char *target;        /* absolute path in the container */
	uint64_t usage;      /* RAM: size in bytes, 0: the kernel's default */
	bool readonly;
};

struct lxc_idmap {
	uint32_t start;      /* first id in the container */
	uint32_t target;     /* first id on the host */
	uint32_t count;
};

#define LXC_CONSOLES_MAX 16
#define LXC_NODES_MAX 1024   /* the kernel's own bound */

struct lxc_spec {
	char *name;
	char uuid[37];
	struct lxc_mount root;       /* what becomes its root, HOST "/": the host's own tree; of type HOST, IMAGE or BLOCK */
	struct lxc_mount *mounts;    /* in the order they are mounted */
	size_t n_mounts;
	struct lxc_device *devices;  /* of the host, beside the harmless ones */
	size_t n_devices;
	struct lxc_idmap *uid_map, *gid_map;   /* none: no user namespace */
	size_t n_uid_map, n_gid_map;
	bool private_net;            /* a network namespace of its own; else the host's network */
	struct lxc_net *nets;        /* what is in it beside lo */
	size_t n_nets;
	struct lxc_share shares[LXC_SHARED];   /* namespaces that are not its own */
	unsigned consoles;           /* how many ptys, at least 1 */
	char *init;                  /* path in the container */
	char **argv;                 /* NULL-terminated, argv[0] included */
	char *cmdline;               /* for LIBVIRT_LXC_CMDLINE, NULL: none */
	char **env;                  /* NULL-terminated "NAME=value" in addition to the standard ones; those win that come last */
	char *dir;                   /* working directory in the container, NULL: "/" */
	char *user, *group;          /* name in the container's own passwd/group file, or number; NULL: 0 */
	uint64_t capabilities;       /* bit set of what init may have at most (1 << CAP_x) */
	struct cgroup_limits limits;
	int memory_policy;                     /* MPOL_x of set_mempolicy(2); 0: the kernel's */
	unsigned long memory_nodes[LXC_NODES_MAX / 64];   /* bit set, for the policy */
};

/* Frees what a spec holds (not the structure itself). */
void lxc_spec_clear(struct lxc_spec *spec);

/* Makes a spec from a definition. host_root: a definition without a root file system may have the host's. Errors name the element
 * that cannot be had. */
int lxc_spec_from_domain(const struct domain *def, bool host_root, struct lxc_spec *spec, struct error *err) NODISCARD;

/* A mount from <filesystem>; `root`: it is what becomes the container's root. */
struct domain_fs;
int lxc_mount_from_fs(struct lxc_mount *m, const struct domain_fs *fs, bool root, struct error *err) NODISCARD;

/* The default capability set, and the bit of libvirt's name for one ("sys_admin"); -1 for an unknown name. */
uint64_t lxc_capabilities_default(void);
int lxc_capability_number(const char *name);

struct lxc_container {
	pid_t pid;                        /* its init, in our pid namespace */
	int pidfd;
	int master[LXC_CONSOLES_MAX];     /* pty masters, non-blocking */
	unsigned consoles;
	struct cgroup *cgroup;
	int root;                         /* its root directory (O_RDONLY), for openat2(2) with RESOLVE_IN_ROOT; -1: not known */
	struct netlink *inside;           /* a socket in its network, when it has devices of the host; or NULL */
	int hold;                         /* a paused container tells on this whether its init could be run; -1: it runs */
};

/* Builds a container and runs its init; returns when the kernel has loaded the init program (or, paused, when everything but
 * that is done and its cgroup is frozen: lxc_release() lets it run, and whoever else thaws the group). cgroup: made by the caller with cgroup_new(), names only; it belongs to the
 * container afterwards, also on failure. planner: is told what is about to be made beside the cgroup. On failure nothing is left of
 * processes, cgroups and mounts; what the plan names of interfaces (lxc_nets_undo()) is left to the caller. */
int lxc_build(const struct lxc_spec *spec, struct cgroup *cgroup, bool paused, const struct lxc_planner *planner, struct lxc_container *ct,
	      struct error *err) NODISCARD;

/* Lets a container run that was built paused, and tells whether its init program could be loaded. */
int lxc_release(struct lxc_container *ct, struct error *err) NODISCARD;

/* Closes descriptors and frees; kills nothing, removes nothing. */
void lxc_container_clear(struct lxc_container *ct);

#endif
