/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Objects other than guests: storage pools and volumes, secrets, node devices, host interfaces, networks, filters, snapshots ... What
 * their programs share. An object is the structure by which the protocol names it (a wire_storage_pool, say: "a reference"); its type is one
 * row of facts, struct cli_object_type, from which look-up, lists, and most programs follow:
 *
 *     static const struct rpc_row uses[] = { RPC_ROW_END };           the local functions; none: works by -c alone
 *
 *     static int run(struct cli *cli, struct error *err)
 *     {
 *             const struct cli_object_verb start = { .proc = &rpc_storage_pool_create, .done = "started" };
 *
 *             return cli_object_each(cli, &cli_pool, uses, &start, err);
 *     }
 *
 * A program of a new kind of object needs a struct cli_object_type (object_types.c has ours) and nothing else. How to use it:
 *   cli_object_each    start, destroy, undefine, autostart ...: a call with the object and perhaps flags, for each argument
 *   cli_object_show    name, uuid, key ...: one value of each argument
 *   cli_object_define  define, create: a document from each file, with --print-xml and --validate (cli_define_options)
 *   cli_object_dumpxml dumpxml, with --xpath and --wrap (cli_dumpxml_options);   cli_object_edit
 *   cli_object_open, cli_object_find, cli_object_list, cli_object_ask for the rest (info, list), with cli/table.c and record.h
 */
#ifndef BERTH_CLI_OBJECT_H
#define BERTH_CLI_OBJECT_H

#include "cli/guests.h"

struct conf_document;

enum cli_key {
	CLI_KEY_TEXT,   /* the procedure takes a string */
	CLI_KEY_UUID,   /* it takes a UUID; asked for words that are one */
	CLI_KEY_USAGE,  /* it takes what a secret is for, as secret-list prints it: "ceph client.admin" */
};

struct cli_object_lookup {
	const struct rpc_proc *proc;   /* its arguments: the parent where in_parent, the key; its result: the reference */
	enum cli_key key;
	bool in_parent;
};

#define CLI_NO_MEMBER SIZE_MAX

struct cli_object_type {
	const char *noun;          /* "storage pool": for errors */
	const char *title;         /* "Pool": the first word of what is said */
	enum error_code missing;   /* what the other side says when there is no such object */
	size_t size;               /* of the reference */
	size_t name, uuid;         /* members of it: a char *, 16 bytes; CLI_NO_MEMBER */
	size_t parent_size;        /* of the reference of what it is in (a volume's pool); 0: nothing */
	struct cli_object_lookup lookups[4];   /* tried in this order */
	/* What the arguments and options of a program say the object is in; it may take arguments away. NULL: nothing, or with *err set
	 * an error. It stays the hook's. NULL: there is no such thing. */
	const void *(*parent)(struct cli *cli, struct cli_conn *conn, struct error *err);
	const struct rpc_proc *list;      /* arguments: parent, need_results, flags */
	const struct rpc_proc *get_xml;   /* arguments: the reference, flags; result: the text */
};

/* Connects as cli_open() does; a clear error where no local function is in `uses` and -c names no connection. */
struct cli_conn *cli_object_open(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, struct error *err) NODISCARD;

/* The object that a word means; *ref, zeroed, is to be given back with cli_object_clear(). `parent` is NULL where there is none or none
 * was named: then only keys that are unique everywhere count. */
int cli_object_find(struct cli_conn *conn, const struct cli_object_type *type, const void *parent, const char *word, void *ref,
		    struct error *err) NODISCARD;
void cli_object_clear(const struct cli_object_type *type, void *ref);

/* The object that the first argument (after what its parent took) means. */
int cli_object_argument(struct cli *cli, struct cli_conn *conn, const struct cli_object_type *type, void *ref, struct error *err) NODISCARD;

/* The name of an object for people; its UUID, written to `text`, where it has none. */
const char *cli_object_name(const struct cli_object_type *type, const void *ref, char text[UUID_TEXT]);

/* A call whose arguments are the object (any reference) and a number after it, where it has one: flags, an autostart mark. */
int cli_object_call(struct cli_conn *conn, const struct rpc_proc *proc, const void *ref, size_t ref_size, unsigned number, void *ret,
		    struct error *err) NODISCARD;

/* A call whose argument is the object and whose result is an int: is_active, is_persistent, get_autostart. */
int cli_object_ask(struct cli_conn *conn, const struct cli_object_type *type, const struct rpc_proc *proc, const void *ref, int *value,
		   struct error *err) NODISCARD;

/* The XML of an object; the caller's. */
char *cli_object_xml(struct cli_conn *conn, const struct cli_object_type *type, const void *ref, unsigned flags, struct error *err) NODISCARD;

/* All objects that the flags select (type->list), sorted by name. */
struct cli_objects {
	const struct cli_object_type *type;
	size_t n;
	char *items;   /* n references in a row */
	void *ret;     /* whose they are */
};
int cli_object_list(struct cli_conn *conn, const struct cli_object_type *type, const void *parent, unsigned flags, struct cli_objects *list,
		    struct error *err) NODISCARD;
void *cli_object_at(const struct cli_objects *list, size_t i);
void cli_objects_clear(struct cli_objects *list);

/* Prints only names or UUIDs of a list, one a line; with --json an array of them. */
int cli_objects_print(struct cli *cli, const struct cli_objects *list, bool uuid, struct error *err) NODISCARD;

struct cli_object_verb {
	const struct rpc_proc *proc;
	unsigned number;      /* flags, or the mark of set_autostart */
	const char *done;     /* "started": said as "Pool 'web' started" */
};

/* The call for each object that the arguments name. Returns the exit status, or -1; with --json prints what became of each. */
int cli_object_each(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, const struct cli_object_verb *verb,
		    struct error *err) NODISCARD;

/* The same with a function of the caller's for each object. */
typedef int cli_object_fn(struct cli *cli, struct cli_conn *conn, const void *ref, void *arg, struct error *err);
int cli_objects_do(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, bool report, cli_object_fn *fn, void *arg,
		   struct error *err) NODISCARD;

/* Returns the value of an object as text, malloc'ed, or NULL with *err set. */
typedef char *cli_object_value(struct cli_conn *conn, const void *ref, struct error *err);
/* Prints the value of each object that the arguments name; NULL: the UUID. With --json an array of {"name", key: value}. */
int cli_object_show(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, const char *key, cli_object_value *value,
		    struct error *err) NODISCARD;

/* What can be told of each object named, one record after another; with --json an array. fn adds to the record. */
struct cli_record;
typedef int cli_object_facts(struct cli *cli, struct cli_conn *conn, const void *ref, struct cli_record *record, struct error *err);
int cli_object_info(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, cli_object_facts *facts,
		    struct error *err) NODISCARD;

/* ---- documents: object_xml.c ---- */

struct cli_object_define {
	const struct rpc_proc *proc;              /* arguments: the XML and perhaps flags; result: the reference */
	unsigned flags, validate;                 /* validate: the flag of --validate; 0: ours alone checks */
	const char *done;                         /* "defined": said as "Pool 'web' defined from FILE" */
	const struct conf_document *document;     /* for --print-xml and what is unknown */
};

/* --print-xml, --validate; for POPT_ARG_INCLUDE_TABLE (CLI_DEFINE_OPTIONS). */
extern const struct poptOption cli_define_options[], cli_dumpxml_options[];
#define CLI_DEFINE_OPTIONS { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_define_options, 0, NULL, NULL }
#define CLI_DUMPXML_OPTIONS { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_dumpxml_options, 0, NULL, NULL }

/* Defines an object from each file named. With --print-xml prints canonical forms and asks nobody. */
int cli_object_define(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, const struct cli_object_define *how,
		      struct error *err) NODISCARD;

/* With --print-xml: prints the canonical form of a document's text and returns 1; otherwise warns of what it has that nobody knows and
 * returns 0 (with --validate that is an error). For programs that are alike and yet different. */
int cli_document_check(struct cli *cli, const struct conf_document *document, const char *name, const char *xml, size_t len,
		       struct error *err) NODISCARD;
bool cli_print_xml_given(void);
bool cli_validate_given(void);

/* Prints the XML of the object that the first argument names; `flags` are those of type->get_xml. */
int cli_object_dumpxml(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, unsigned flags,
		       struct error *err) NODISCARD;
/* The printing alone: as it is, or with --xpath, --wrap and --json. name: whose it is, for --json; NULL: of nothing that has a name. */
int cli_dumpxml_print(struct cli *cli, const char *name, const char *xml, struct error *err) NODISCARD;

/* The XML with which an object is defined: with `flags`, and where the other side does not know these (it then has one form alone) without. The
 * caller's. */
char *cli_object_definition(struct cli_conn *conn, const struct cli_object_type *type, const void *ref, unsigned flags, struct error *err) NODISCARD;

/* Lets a person edit the XML that type->get_xml gives with `flags` and defines it anew. */
int cli_object_edit(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, unsigned flags,
		    const struct rpc_proc *define, struct error *err) NODISCARD;

/* A size for people: "100.00 GiB". */
#define CLI_SIZE_MAX 48
const char *cli_size(char text[CLI_SIZE_MAX], uint64_t bytes);

/* A size that a person gave ("10G", "512 MiB"; a bare number is bytes); what: of which option or argument. -1 by cli_usage(). */
int cli_parse_size(const char *text, const char *what, uint64_t *bytes, struct error *err) NODISCARD;

/* Draws things below their parents, as virsh does: n names, parents[i] the name of i's parent or NULL; one tree after another. */
void cli_tree(const char *const *names, const char *const *parents, size_t n);

/* ---- types: object_types.c ---- */

/* A volume is in the pool that --pool names (CLI_POOL_OPTION); a snapshot and a checkpoint are in the guest that the first argument names. */
extern const struct poptOption cli_pool_option[];
#define CLI_POOL_OPTION { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_pool_option, 0, NULL, NULL }
/* What secrets are for: the words of their types, by libvirt's virSecretUsageType; ends in NULL. */
extern const char *const cli_secret_usages[];

extern const struct cli_object_type cli_pool, cli_vol, cli_secret, cli_nodedev, cli_iface, cli_snapshot, cli_checkpoint;

#endif
