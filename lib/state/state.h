/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything that berth keeps on disk; nobody else reads or writes it. Objects are named by kind ("lxc", "network" ...) and
 * name; a directory's name is str_encode_name() of the object's. berth-state(7) describes the layout.
 *
 * Every directory is private (0700, ours or root's) and checked at each open, every file 0600, whatever the umask. Functions that
 * return a descriptor or 0 return -1 with *err set on failure; "there is no such object" is told by err->sys == ENOENT.
 */
#ifndef BERTH_STATE_STATE_H
#define BERTH_STATE_STATE_H

#include "util/error.h"
#include "util/uuid.h"

#include <sys/types.h>

/* Numbers as in libvirt's virDomainState. */
enum guest_state {
	GUEST_NOSTATE = 0,
	GUEST_RUNNING = 1,
	GUEST_BLOCKED = 2,
	GUEST_PAUSED = 3,
	GUEST_SHUTDOWN = 4,    /* shutting down */
	GUEST_SHUTOFF = 5,
	GUEST_CRASHED = 6,
	GUEST_PMSUSPENDED = 7,
	GUEST_UNKNOWN = 100,   /* ours: damaged or unreadable state; never sent on the wire (NOSTATE is) */
};

/* How a guest ended; its word is what `last-exit` says, its number libvirt's virDomainShutoffReason. */
enum guest_end {
	GUEST_END_UNKNOWN = 0,
	GUEST_END_SHUTDOWN = 1,    /* by itself or when asked */
	GUEST_END_DESTROYED = 2,   /* by force */
	GUEST_END_CRASHED = 3,     /* its init died by a signal or with a status other than 0 */
	GUEST_END_MIGRATED = 4,    /* it runs on elsewhere */
	GUEST_END_SAVED = 5,       /* its state is in a file */
	GUEST_END_FAILED = 6,      /* it could not be started, or its supervisor lost it */
};

/* The words of the state files: "running", "paused" ... and "shutdown", "destroyed" ... "unknown" for any other number. */
const char *guest_state_word(enum guest_state state);
const char *guest_end_word(enum guest_end end);

/* The detail of the STOPPED event that tells this end (libvirt's virDomainEventStoppedDetailType). */
int guest_end_detail(enum guest_end end);

/* ---- roots ---- */

enum state_root {
	STATE_LIB,   /* /var/lib/berth, session: $XDG_STATE_HOME/berth */
	STATE_RUN,   /* /run/berth, session: $XDG_RUNTIME_DIR/berth */
	STATE_LOG,   /* /var/log/berth, session: $XDG_STATE_HOME/berth/log */
	STATE_ETC,   /* /etc/berth, session: $XDG_CONFIG_HOME/berth */
	STATE_CACHE, /* /var/cache/berth, session: $XDG_CACHE_HOME/berth */
};

/* The folder of STATE_LIB with disk images that programs make (vm-import): no objects are in it. */
#define STATE_IMAGES "images"

/* The root's path; the result is the caller's. It is worked out from BERTH_ROOT, the user and the XDG variables at each call. */
char *state_root_path(enum state_root root, struct error *err) NODISCARD;

/* Whether this is session mode: not root. */
bool state_is_session(void);

/* A process of a session is about to become root of a user namespace of its own: it stays one of the session, and so do the programs that it starts. */
int state_enter_session(struct error *err) NODISCARD;

/* The part of cgroup names that tells roots from each other: "berth", or "berth-" and 8 hexadecimal digits of a hash of the
 * run root's path where BERTH_ROOT or a session is used. Valid until the next call. */
const char *state_tag(void);

/* The environment of a program of ours started by another: PATH, HOME, LC_ALL and what the roots depend on. An array that
 * ends in NULL; free it with state_environment_free(). */
char **state_environment(struct error *err) NODISCARD;
void state_environment_free(char **env);

/* The directory of a kind below a root ("" or NULL: the root itself). With `create` what is missing is made. */
int state_open_dir(enum state_root root, const char *kind, bool create, struct error *err) NODISCARD;

/* From here on state_open_dir() remembers the directories that it has opened and found to be ours, and opens them again by descriptor: a third
 * of the system calls, 0.1 ms of a start. For a program that looks at a few guests and ends; a directory that is removed meanwhile stays the old one,
 * in which nothing can be made any more. BERTH_ROOT must not change. */
void state_keep_open(void);

/* For a copy of such a program that has closed them. */
void state_forget_open(void);

/* ---- object locks ---- */

/* Held over every change of an object: define, undefine, rename, start, adopt. Initialise with STATE_LOCK_INIT. */
struct state_lock {
	int dir_fd, fd;
	char *file;
};
#define STATE_LOCK_INIT { -1, -1, NULL }
#define AUTO_STATE_LOCK AUTO(state_unlock)

/* Takes the object's lock, waiting at most timeout_ms (-1: for ever); ERR_RESOURCE_BUSY after that. The object need not exist. */
int state_lock(struct state_lock *lock, const char *kind, const char *name, int timeout_ms, struct error *err) NODISCARD;
void state_unlock(struct state_lock *lock);

/* ---- definitions: the caller of what changes them holds the object's lock ----
 *
 * A kind whose name begins with a dot (".secret") is one whose definitions last until the next boot: they are below the run root, and it has no run directories. */

/* The directory that a kind's definitions are in. With `create` what is missing is made. */
int state_open_kind(const char *kind, bool create, struct error *err) NODISCARD;

/* Whether the object is defined (its directory is there, however damaged): 1, 0, or -1. */
int state_is_defined(const char *kind, const char *name, struct error *err) NODISCARD;

/* The same with one look at its definition: an enum state_definition, or -1. */
enum state_definition {
	STATE_UNDEFINED = 0,
	STATE_DEFINED = 1,
	STATE_DAMAGED = 2,   /* its definition is missing, empty or no regular file */
};
int state_definition(const char *kind, const char *name, struct error *err) NODISCARD;

/* The object's directory. */
int state_open_object(const char *kind, const char *name, struct error *err) NODISCARD;

/* The definition, at most 16 MiB. An empty one is an error that says that it is damaged. */
int state_read_config(const char *kind, const char *name, char **xml, size_t *len, struct error *err) NODISCARD;

/* Defines the object or replaces its definition, durably: after success the new one survives a power cut, on failure
 * or a kill the old one (or none) is there as it was. A UUID that another object of the kind has is ERR_DOM_EXIST. */
int state_define(const char *kind, const char *name, const unsigned char uuid[UUID_BYTES], const char *xml, size_t len,
		 struct error *err) NODISCARD;

/* Another file of the object beside its definition. Reading: at most `max` bytes, as file_read_at() does; one that is not there is err->sys ENOENT.
 * Writing: replaced as durably as a definition; what a killed writer left goes before. */
int state_read_file(const char *kind, const char *name, const char *file, size_t max, char **data, size_t *len, struct error *err) NODISCARD;
int state_write_file(const char *kind, const char *name, const char *file, const void *data, size_t len, struct error *err) NODISCARD;

/* The value of a secret: such a file, which whoever watches definitions is told of, too. */
#define STATE_SECRET_VALUE "value"

/* Removes what killed programs left of a kind's definitions. The caller keeps everybody from changing any of them. */
int state_clean(const char *kind, struct error *err) NODISCARD;

/* Forgets the object and everything in its directory. */
int state_undefine(const char *kind, const char *name, struct error *err) NODISCARD;

/* Gives the object another name and definition (the same but for the name). The caller holds both names' locks. A new name
 * that is taken is ERR_DOM_EXIST. The directory's name is what counts should a kill fall between the steps. */
int state_rename(const char *kind, const char *name, const char *new_name, const char *xml, size_t len,
		 struct error *err) NODISCARD;

/* The UUID that the object was defined with, from the `uuid` link in its directory, else from the text of its definition. */
int state_uuid_of(const char *kind, const char *name, unsigned char uuid[UUID_BYTES], struct error *err) NODISCARD;

/* The defined object with a UUID: 1 and *name (the caller's), 0 none, -1. */
int state_find_uuid(const char *kind, const unsigned char uuid[UUID_BYTES], char **name, struct error *err) NODISCARD;

/* Whether it starts at boot: 1, 0 or -1. */
int state_get_autostart(const char *kind, const char *name, struct error *err) NODISCARD;
int state_set_autostart(const char *kind, const char *name, bool on, struct error *err) NODISCARD;

/* Whether the objects that start at boot were started since the host booted (1, 0 or -1), and noting that they were. */
int state_autostart_is_done(struct error *err) NODISCARD;
int state_autostart_mark(struct error *err) NODISCARD;

struct state_last_exit {
	enum guest_end end;
	int event_detail;      /* the detail number of libvirt's STOPPED or CRASHED event */
	int64_t time;          /* seconds since the epoch */
	char text[256];        /* words for people: "exit status 3", "killed by signal 9" */
};

/* `last-exit` in an object's directory. Reading: 1, 0 when there is none (or it is damaged: *last then is unknown), -1. */
int state_last_exit_write(int object_fd, const struct state_last_exit *last, struct error *err) NODISCARD;
int state_last_exit_read(const char *kind, const char *name, struct state_last_exit *last, struct error *err) NODISCARD;

/* The last title, description or metadata that was set of an object without a guest (libvirt's virNetworkMetadataType and the namespace, "" for none), as the file
 * `annotated` in its directory or, of a transient one, its run directory: who watches these is told so. Reading: 0, or -1. */
#define STATE_ANNOTATED "annotated"
struct state_annotated {
	int type;
	char uri[256];
};
int state_annotated_write(int dir_fd, int type, const char *uri, struct error *err) NODISCARD;
int state_annotated_read(int dir_fd, struct state_annotated *out, struct error *err) NODISCARD;

/* ---- listing ---- */

struct state_entry {
	const char *name;
	bool defined;      /* it has a definition */
	bool running;      /* it has a run directory */
	bool damaged;      /* its definition is missing, empty or no regular file */
};

/* All objects of a kind, sorted by name (bytes): defined ones, running ones, or both. What cannot be an object (a file, a name that
 * cannot be decoded) is left to state_check(). Looking at a definition costs many times what reading its name does, so that
 * where more than STATE_LIST_LOOK_MAX are defined nobody looks: all are listed, none is marked damaged, state_check() tells. */
#define STATE_LIST_LOOK_MAX 4096
struct state_list {
	struct state_entry *entry;
	size_t n;
	void *arena_;
};
#define STATE_LIST_DEFINED 1u
#define STATE_LIST_RUNNING 2u
int state_list(struct state_list *list, const char *kind, unsigned which, struct error *err) NODISCARD;
void state_list_free(struct state_list *list);

/* ---- run directories ---- */

/* What the kernel and the run directory say of an object; never a pid or a file alone. */
enum state_live {
	STATE_GONE = 0,    /* no run directory: not running */
	STATE_STARTING,    /* its supervisor lives and has not yet said that the guest runs */
	STATE_ALIVE,       /* its supervisor lives */
	STATE_ORPHAN,      /* a run directory that nobody holds: the guest may live, ask hypervisor/guest.h */
	STATE_STALE,       /* from another boot: nothing of it can live */
};

/* The line in `state`. */
struct state_status {
	enum guest_state state;          /* GUEST_UNKNOWN: the file is missing or damaged; GUEST_NOSTATE: starting */
	int reason;                      /* libvirt's number for the state */
	int id;                          /* -1: none yet */
	pid_t pid;                       /* of the guest's first process, 0: none */
	unsigned long long start_time;   /* of that process, process_start_time() */
	pid_t supervisor;
};

/* Looks at an object without waiting for anybody. *status (may be NULL) is filled also when it is unknown. An enum state_live, or -1. */
int state_probe(const char *kind, const char *name, struct state_status *status, struct error *err) NODISCARD;

/* Makes the run directory, with the `alive` lock held from the first instant that anybody can see it, the UUID and a plan that names
 * this boot. The caller holds the object's lock and has seen STATE_GONE. Both descriptors are the caller's. */
int state_run_create(const char *kind, const char *name, const unsigned char uuid[UUID_BYTES], int *run_fd, int *alive_fd,
		     struct error *err) NODISCARD;

/* Opens an existing run directory. */
int state_run_open(const char *kind, const char *name, struct error *err) NODISCARD;

/* Takes over the `alive` lock of a run directory that nobody holds: ERR_RESOURCE_BUSY when somebody does by now. */
int state_run_claim(const char *kind, const char *name, int *run_fd, int *alive_fd, struct error *err) NODISCARD;

/* Removes the run directory: out of sight at once, then its contents. Only who holds `alive` does this. */
int state_run_remove(const char *kind, const char *name, struct error *err) NODISCARD;

/* The UUID of what runs; transient guests have no other. */
int state_run_uuid(const char *kind, const char *name, unsigned char uuid[UUID_BYTES], struct error *err) NODISCARD;

/* `state`: replaced atomically, not synced. Reading is strict; what is missing or damaged reads as GUEST_UNKNOWN, from
 * another boot as STATE_STALE by state_probe(). */
int state_status_write(int run_fd, const struct state_status *status, struct error *err) NODISCARD;
void state_status_read(int run_fd, struct state_status *status);

/* `plan`: one line "WHAT NAME" for each thing that is about to be made; a newline in NAME is written as %0A. */
int state_plan_add(int run_fd, const char *what, const char *name, struct error *err) NODISCARD;

/* Calls `line` for each whole line but the boot's, last made first; a call that returns other than 0 ends it and is returned. */
typedef int state_plan_line(void *ctx, const char *what, const char *name, struct error *err);
int state_plan_read(int run_fd, state_plan_line *line, void *ctx, struct error *err) NODISCARD;

/* Ids: unique over all kinds, rising. Freeing an id that is not this object's does nothing; freeing -1 frees whatever it has. */
int state_id_new(const char *kind, const char *name, int *id, struct error *err) NODISCARD;
void state_id_free(int id, const char *kind, const char *name);

/* Which object has an id: 1, *kind and *name (the caller's), 0 none, -1. It need not live any more. */
int state_find_id(int id, char **kind, char **name, struct error *err) NODISCARD;

/* The guest's log, opened for appending and made where needed; suffix ".log" or ".console.log". */
int state_open_log(const char *kind, const char *name, const char *suffix, struct error *err) NODISCARD;

/* Gives the guest's log the name with ".1" behind, in the place of the one before. */
int state_rotate_log(const char *kind, const char *name, const char *suffix, struct error *err) NODISCARD;

/* The path of a file in a run or an object's directory, for people and for sun_path; the caller's. */
char *state_path(enum state_root root, const char *kind, const char *name, const char *file, struct error *err) NODISCARD;

/* ---- checker ---- */

enum state_problem {
	STATE_PROBLEM_LINK,       /* a UUID link that leads nowhere, or to an object with another UUID; an object without one */
	STATE_PROBLEM_TEMP,       /* what a killed program left */
	STATE_PROBLEM_DAMAGED,    /* a definition that is missing or empty */
	STATE_PROBLEM_FOREIGN,    /* something that is none of ours */
	STATE_PROBLEM_MODE,       /* a file or directory that others can read or write, or that is another user's */
	STATE_PROBLEM_STALE,      /* a run directory of another boot */
	STATE_PROBLEM_ORPHAN,     /* a run directory whose supervisor is dead */
	STATE_PROBLEM_UNKNOWN,    /* a live supervisor whose state file is damaged */
	STATE_PROBLEM_ID,         /* an id of nothing that runs */
};

struct state_finding {
	enum state_problem problem;
	const char *kind, *name;   /* NULL where it is about no object */
	const char *text;          /* one line: what, and what to do */
	bool repaired;
};
typedef void state_report(void *ctx, const struct state_finding *finding);

/* Looks at everything below the roots. With `repair` what is safe is put right: links, temporaries, modes, stale run directories and ids.
 * Orphans are the hypervisor's to recover (hypervisor/guest.h). Returns the number of findings that are left, or -1. */
int state_check(bool repair, state_report *report, void *ctx, struct error *err) NODISCARD;

/* ---- what can be found out again: lost without harm ---- */

/* The contents of a file of the cache, the caller's; a missing one is err->sys == ENOENT. The names are the caller's, never a guest's. */
int state_cache_read(const char *kind, const char *name, size_t max, char **data, size_t *len, struct error *err) NODISCARD;
int state_cache_write(const char *kind, const char *name, const void *data, size_t len, struct error *err) NODISCARD;

#endif
