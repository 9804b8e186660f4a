/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The local drivers, and a connection to some or all of them. Light: neither XML nor XDR. */
#ifndef BERTH_HYPERVISOR_KINDS_H
#define BERTH_HYPERVISOR_KINDS_H

#include "util/error.h"

struct domain;       /* conf/domain.h */
struct params;
struct x86_cpu;      /* cpu/x86.h */

/* A driver whose guests run here under a supervisor of ours; or a kind of other objects that live the same way, networks: they are looked at, started,
 * recovered and destroyed by the same functions, and have neither ids nor processes of their own to be known by. */
struct hv_kind {
	const char *name;               /* "lxc": the directory's name and the URI's scheme */
	const char *title;              /* "LXC": what connect_get_type answers */
	const char *supervisor;         /* the helper's name; NULL: nothing runs for its objects, they are only watched */
	const char *const *domain_types;   /* of <domain type=...>; ends in NULL. NULL: its objects are no guests */
	const char *noun;               /* "guest", "network" */
	enum error_code missing;        /* what is said where there is none of a name */
	enum error_from from;           /* whose errors these are, to libvirt's clients */
	const char *os_type;            /* what domain_get_os_type answers where every guest has the same: "exe" */
	bool session;                   /* works without root */
	bool images;                    /* its guests' memory can be saved to files and restored from them (save_image.h) */
	bool apart;                     /* lives in a state of its own and is reached by its own process alone (helpers/driver-NAME) */
	const char *scheduler;          /* what domain_get_scheduler_type answers; NULL: "posix" */
	unsigned host_cpus;             /* of a host that is none; 0: this one's */
	const struct hv_kind *also;     /* another that objects of the same sort are in */
	unsigned sched_params;          /* how many of hypervisor/params.c's scheduler parameters it has; 0: all */
};

/* All of them; the last has no name. */
extern const struct hv_kind hv_kinds[];

/* The objects that are no guests. */
extern const struct hv_kind hv_network_kind, hv_secret_kind;

/* Of guests or of other objects, by the name of the directory; NULL: none of ours. */
const struct hv_kind *hv_kind_of_directory(const char *name);

/* By name or by <domain type=...>; NULL: none of ours. */
const struct hv_kind *hv_kind_find(const char *name);
const struct hv_kind *hv_kind_of_type(const char *domain_type);

/* A hypervisor's own form of configuration, by libvirt's name for it. The results are the caller's; NULL with *err set. */
struct hv_native {
	const char *format;                                                          /* "lxc-tools", "qemu-argv" */
	char *(*from)(const char *config, unsigned flags, struct error *err);        /* to canonical XML; or NULL */
	char *(*to)(const char *xml, unsigned flags, struct error *err);             /* or NULL */
};

/* Which of a driver's emulators is meant: each as libvirt's clients give it, NULL where they leave it to the driver. */
struct hv_emulator {
	const char *binary, *arch, *machine, *virt;
};

/* What a driver adds to definitions. Lives in the driver's folder (lxc_hv_driver in lxc/lxc.h); programs that define, edit or create name the
 * drivers that they link, all others none. */
struct hv_driver {
	const char *kind;
	int (*defaults)(struct domain *def, struct error *err);         /* fills in what the driver always fills in; may be NULL */
	int (*validate)(const struct domain *def, struct error *err);   /* refuses what it cannot run; may be NULL */
	const struct hv_native *natives;                                /* the last has no format; may be NULL */
	int (*guests)(FILE *out, struct error *err);   /* writes the <guest> elements of the capabilities; NULL: guests are the host's own kind */
	/* What guests of an emulator can have, as libvirt's domain capabilities; NULL with *err set. NULL as function: the driver has no emulators. */
	char *(*emulator_capabilities)(const struct hv_emulator *emulator, struct error *err);
	/* The most that a guest's processor can be there, and (`models`, the caller's; may be NULL) the names of the models that there are, ends in NULL. */
	int (*emulator_cpu)(const struct hv_emulator *emulator, struct x86_cpu *cpu, char ***models, struct error *err);
	/* Adds what the host has for confidential guests (AMD's SEV), by libvirt's names; a host that has none is ERR_CONFIG_UNSUPPORTED. May be NULL. */
	int (*emulator_sev)(struct params *out, struct error *err);
	/* Puts the processor that a guest would be started with on this host in the place of what depends on it ("host-model"). May be NULL. */
	int (*update_cpu)(struct domain *def, struct error *err);
};

/* A supervisor that a program is itself: it starts one by a copy of its process, without another program to be loaded. */
struct hv_supervisor {
	const char *kind;
	int (*main)(int argc, char **argv);
};

#define HV_TIMEOUT_DEFAULT 60000

/* A connection to local drivers: a few words of memory, no descriptor. `ctx` of the procedure functions in hypervisor.h. */
struct hv {
	const struct hv_kind *kind;               /* the only one, or NULL: all */
	bool read_only;
	int timeout_ms;                           /* of every wait for a lock, a supervisor, a start; HV_TIMEOUT_DEFAULT */
	const struct hv_driver *const *drivers;   /* ends in NULL; may be NULL */
	const struct hv_supervisor *supervisors;  /* what this program is itself; the last has no kind; may be NULL */
	void (*warn)(void *ctx, const char *text);   /* is told each element that nobody knows; may be NULL */
	void *warn_ctx;
	int (*wait)(int fd, int events, int timeout_ms);   /* how calls to supervisors wait: NULL is poll(2), a server's task_wait_fd */
};

enum hv_uri {
	HV_URI_LOCAL,    /* hv_open() opens it */
	HV_URI_REMOTE,   /* a transport, a server or a driver that is not local: rpc's business */
};

/* Whose business a URI is; NULL and "" are local. */
enum hv_uri hv_uri_kind(const char *uri);

/* Opens NULL or "" (all local drivers), "lxc:///", "lxc:///system", "lxc:///session". ERR_NO_CONNECT for what is not ours. */
int hv_open(struct hv *hv, const char *uri, bool read_only, const struct hv_driver *const *drivers, struct error *err) NODISCARD;

/* Iterates over the connection's kinds: for (k = hv_next(hv, NULL); k; k = hv_next(hv, k)). */
const struct hv_kind *hv_next(const struct hv *hv, const struct hv_kind *last);

#endif
