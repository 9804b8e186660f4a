/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objects of a world that are no guests: one JSON document, read and written whole under a lock, and a log of events. */
#ifndef BERTH_TEST_WORLD_H
#define BERTH_TEST_WORLD_H

#include "conf/document.h"
#include "rpc/procs.h"

#include <jansson.h>

struct world {
	json_t *root;      /* {"network": [OBJECT ...], "pool": ..., "iface": ..., "nodedev": ...} */
	int lock;
	char *events;      /* lines to be added to the log when it is stored */
	size_t n_events;
};

/*
 * An object: {"name", "uuid", "mac" (of an interface), "xml": as it is now, "config": as it is defined (null: transient), "active",
 * "autostart", "vols": [{"name", "key", "xml"}] (of a pool)}.
 */

/* Locks and reads; world_end() after it, whatever happened. world_store() makes what was changed true and tells the events. */
int world_begin(struct world *w, struct error *err) NODISCARD;
int world_store(struct world *w, struct error *err) NODISCARD;
void world_end(struct world *w);

/* Notes an event: of which class (enum rpc_event_class), which event id, of which object, its number and detail. */
void world_event(struct world *w, int class, int id, json_t *object, int event, int detail);

/* The log: its descriptor for reading (a new one), and inotify's for its growth. */
int world_log_open(struct error *err) NODISCARD;
int world_log_watch(struct error *err) NODISCARD;

/* The file with a volume's bytes, by its key: opened (made where there is none, of `size` bytes), or removed. A copy of another's where that has one. */
int world_volume_open(const char *key, uint64_t size, struct error *err) NODISCARD;
void world_volume_remove(const char *key);
int world_volume_copy(const char *from, const char *to, struct error *err) NODISCARD;

/* An object of a kind by a member's value; NULL: none. */
json_t *world_find(const struct world *w, const char *kind, const char *member, const char *value);
json_t *world_list(const struct world *w, const char *kind);
void world_remove(struct world *w, const char *kind, const json_t *object);

/* An object's members. */
const char *world_text(const json_t *object, const char *member);   /* NULL: has none */
bool world_is(const json_t *object, const char *member);
void world_set_text(json_t *object, const char *member, const char *value);
void world_set(json_t *object, const char *member, bool value);

/* A kind of object, for what is the same for all. */
struct test_type {
	const char *kind, *noun;             /* "pool", "storage pool" */
	const char *not_found;               /* libvirt's words for the error code: "Storage pool not found" */
	enum error_code missing;
	const struct conf_document *document;
	size_t ref_size;
	int event_class;                     /* -1: has no events */
};
extern const struct test_type test_network, test_pool, test_iface, test_nodedev;

/* One procedure: what finds its object (the reference that its arguments begin with) and what does it. */
struct test_op {
	const struct rpc_proc *proc;
	const struct test_type *type;
	bool by_ref, changes;
	int (*run)(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err);
	int arg;       /* for what is the same but for a number */
};

/* Answers a call by a table that ends with a NULL proc. */
int test_answer(const struct test_op *ops, struct rpc_call *call, const void *args, void *ret, struct error *err) NODISCARD;

/* Operations that are the same for all types. */
typedef int test_run(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err);
test_run test_lookup_name, test_lookup_uuid, test_num, test_names, test_list_all, test_xml, test_define, test_create, test_start, test_stop,
	test_undefine, test_is_active, test_is_persistent, test_get_autostart, test_set_autostart;

/* Adds an object from its document (or changes the definition of the one that has its name); active: it runs, and is not defined. */
json_t *test_add(const struct test_type *type, struct world *w, const char *xml, bool active, struct error *err) NODISCARD;

/* Fills in a reference: strings of the caller's. */
int test_ref(const struct test_type *type, const json_t *object, void *ref, struct error *err) NODISCARD;

/* The volume that a reference names, in a pool that runs; NULL with *err set. */
json_t *test_called_vol(struct world *w, const wire_storage_vol *ref, json_t **pool, struct error *err) NODISCARD;

/* ERR_NO_x with libvirt's words. Returns -1. */
int test_missing(const struct test_type *type, const char *name, struct error *err);

#endif
