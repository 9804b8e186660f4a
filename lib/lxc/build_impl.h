/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the files that build a container (build.c prepare.c inside.c identity.c); nobody else's. */
#ifndef BERTH_LXC_BUILD_IMPL_H
#define BERTH_LXC_BUILD_IMPL_H

#include "lxc/lxc.h"
#include "util/seccomp.h"

#include <sys/types.h>

#define LXC_MOUNTS_MAX 64
#define LXC_DEVICES_MAX 64

/* The harmless devices that every container has. */
#define LXC_NODES 6
extern const char *const lxc_node_names[LXC_NODES];

/* What the caller's side makes while the child makes its namespaces: detached mounts and open descriptors. The child sees them because it
 * shares our descriptor table until it has no more need to. In memory that both share (MAP_SHARED). */
struct lxc_pieces {
	int root;                         /* a copy of the root's tree */
	int dev, pts, shm;
	int master[LXC_CONSOLES_MAX];
	int slave;                        /* of the first console */
	int nodes[LXC_NODES];             /* the host's harmless devices, where no node can be made: a user's containers; or -1 */
	int launcher;                     /* helpers/init-launcher, sealed */
	int proc, sys, empty, inside;     /* made by the child: its /proc, /sys, an empty directory, its root; in both tables, too */
	int mounts[LXC_MOUNTS_MAX];       /* HOST and RAM; -1 for BIND */
	bool mount_is_dir[LXC_MOUNTS_MAX];
	int tasks[CGROUP_JOIN_MAX];       /* of the version 1 control groups; the cgroup's own */
	size_t n_tasks;
	struct cgroup_device devices[LXC_DEVICES_MAX];   /* what its control group has to allow */
	struct seccomp_program filter;
};

void lxc_pieces_init(struct lxc_pieces *p);
int lxc_pieces_make(const struct lxc_spec *spec, const struct lxc_planner *planner, struct lxc_pieces *p, struct error *err) NODISCARD;

/* Closes everything but the masters. */
void lxc_pieces_close(struct lxc_pieces *p);

/* The host's id for an id of the container. */
uid_t lxc_map_id(const struct lxc_idmap *map, size_t n, uint32_t id);

/* One mount of the host's side (every type but BIND), attached nowhere yet; -1. */
int lxc_mount_make(const struct lxc_mount *m, bool *is_dir, struct error *err) NODISCARD;

/* What the child is told, beside its copy of our memory. */
struct lxc_child {
	const struct lxc_spec *spec;
	struct lxc_pieces *pieces;
	const char *cgroup;  /* its name */
	int socket;          /* its end: "go" comes in; LXC_SAID_x and a struct error go out */
	int parent_pidfd;    /* ready when our side is dead */
	int launcher;        /* as in the pieces, once its descriptors are its own */
	bool paused;
	bool has_v2, cgroups_writable;   /* whether there is a version 2 group, and the container may write to its own */
};

/* Messages of one byte on the socket; an error is a struct error. Each of the child's wakes our side up on a processor that the child may want:
 * there are as few as can be. HELD and EXEC also say that the child's descriptors are its own by now. After EXEC only the launcher speaks: an
 * errno and the path that could not be run. */
enum { LXC_SAY_GO = 'g', LXC_SAY_RUN = 'r', LXC_SAID_HELD = 'h', LXC_SAID_EXEC = 'x' };

/* The child's life up to the exec of init. Never returns. */
void lxc_inside(const struct lxc_child *child) __attribute__((noreturn));

/* identity.c: who init is. */
struct lxc_identity {
	uid_t uid;
	gid_t gid;
	char home[256];
	char **env;          /* complete, in memory of its own */
};

/* Looks user and group up in the container's own /etc/passwd and /etc/group, which are read like any untrusted text: no name service
 * of the host or the container has a part in it. Makes the environment. */
int lxc_identity_find(int root, const char *user, const char *group, const char *name, const char *uuid, const char *cmdline,
		      char *const *extra, struct lxc_identity *id, struct error *err) NODISCARD;

/* Everything that a process must lose or get just before it is init or a command in a container: keyring, limits, signals, umask,
 * capabilities, filter, user and groups. In this order nothing that is still needed is lost too early. */
int lxc_identity_become(const struct lxc_identity *id, uint64_t capabilities, const struct seccomp_program *filter,
			struct error *err) NODISCARD;

/* exec of a program of the container; `program` without a slash is looked up in PATH. Returns only on failure. */
int lxc_identity_exec(const char *program, char *const *argv, const struct lxc_identity *id, struct error *err) NODISCARD;

#endif
