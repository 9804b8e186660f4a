/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What watch.c (directories) and watch_guest.c (one guest) share. */
#ifndef BERTH_HYPERVISOR_WATCH_PRIV_H
#define BERTH_HYPERVISOR_WATCH_PRIV_H

#include "hypervisor/local.h"
#include "hypervisor/watch.h"

/* A guest that is defined, runs, or was seen to begin. */
struct watched {
	const struct hv_kind *kind;
	char *name;
	unsigned char uuid[UUID_BYTES];
	int id;                    /* -1: off */
	bool defined;
	int lib_wd, run_wd;        /* -1: not watched */
	struct rpc_conn *conn;     /* to its supervisor, or NULL */
	uint64_t subscribed;       /* what that was asked for */
	int pidfd;                 /* of a process whose end is waited for, or -1 */
	int attempts;              /* how often that was of no use */
	enum guest_state told;     /* by the last lifecycle event: GUEST_RUNNING, GUEST_PAUSED or GUEST_SHUTOFF */
	bool by_file;              /* that one was read from the files: the supervisor's own word for it may still come */
	int64_t appeared;          /* when its run directory came, until somebody was seen in it; 0: not */
	bool renamed;              /* the next change of its definition belongs to its new name */
	bool due, dead;
	struct watched *next_due, *next_dead;
};

enum watch_dir { WATCH_LIB, WATCH_RUN, WATCH_OBJECT, WATCH_GUEST };

struct watch_wd {
	int wd;
	enum watch_dir what;
	const struct hv_kind *kind;
	struct watched *guest;     /* of WATCH_OBJECT and WATCH_GUEST */
};

struct hv_watch {
	struct hv hv;
	const struct hv_watch_ops *ops;
	void *arg;
	uint64_t types;
	int inotify, epoll;
	struct watch_wd *wds;      /* by rising wd */
	size_t n_wds;
	void *guests;              /* tsearch(3) */
	struct watched *due, *dead;
	bool pending;              /* events can be queued on connections already */
};

/* watch.c */
int watch_add(struct hv_watch *w, int dir_fd, uint32_t mask, const struct watch_wd *as);   /* the wd, or -1 */
void watch_remove(struct hv_watch *w, int *wd);
/* Nobody needs it any more: it is freed at the end of the current hv_watch_take(). */
void watch_bury(struct hv_watch *w, struct watched *g);
/* Calls fn for each guest; fn may bury it. Ends with the first other than 0. */
typedef int watch_each_fn(struct hv_watch *w, struct watched *g, void *arg, struct error *err);
int watch_each(struct hv_watch *w, watch_each_fn *fn, void *arg, struct error *err) NODISCARD;

/* watch_guest.c */
int watch_tell_lifecycle(struct hv_watch *w, struct watched *g, enum hv_lifecycle event, int detail, struct error *err) NODISCARD;
/* That the annotation changed that a directory of its, its object's or its run directory, tells of. */
int watch_tell_annotated(struct hv_watch *w, struct watched *g, int dir, struct error *err) NODISCARD;
/* That a secret has another value. */
int watch_tell_value(struct hv_watch *w, struct watched *g, struct error *err) NODISCARD;
/* Tells that what has no supervisor to tell of its end has ended, as its run directory went. */
int watch_run_gone(struct hv_watch *w, struct watched *g, struct error *err) NODISCARD;
/* Takes what its supervisor has sent. */
int watch_drain(struct hv_watch *w, struct watched *g, struct error *err) NODISCARD;
/* Looks at its files and tells what they have that was not told. */
int watch_look(struct hv_watch *w, struct watched *g, struct error *err) NODISCARD;
/* Asks its supervisor for what is wanted and not asked for yet. */
void watch_subscribe(struct hv_watch *w, struct watched *g);
void watch_disconnect(struct watched *g);

#endif
