/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/moment.h"

#include "cli/json.h"
#include "conf/domain_moment.h"

#include <string.h>
#include <time.h>

const struct cli_moments cli_snapshots = {
	&cli_snapshot, "snapshot", &rpc_domain_snapshot_create_xml, &rpc_domain_snapshot_get_parent, &rpc_domain_snapshot_list_all_children
};
const struct cli_moments cli_checkpoints = {
	&cli_checkpoint, "checkpoint", &rpc_domain_checkpoint_create_xml, &rpc_domain_checkpoint_get_parent,
	&rpc_domain_checkpoint_list_all_children
};

static const struct rpc_row uses[] = { RPC_ROW_END };

int cli_moment_create(struct cli *cli, const struct cli_moments *m, const char *xml, const char *file, unsigned flags,
		      const struct conf_document *document, struct error *err)
{
	wire_domain_snapshot ref = { 0 };   /* a checkpoint looks the same */
	wire_domain_snapshot_create_xml_args args = { .xml_desc = (char *)xml, .flags = flags };
	const wire_domain *dom;
	struct cli_conn *conn;
	int rc = cli_document_check(cli, document, file ? file : m->current, xml, strlen(xml), err);

	if (rc)
		return rc < 0 ? -1 : EXIT_DONE;
	conn = cli_object_open(cli, m->type, uses, err);
	dom = conn ? m->type->parent(cli, conn, err) : NULL;
	if (!dom)
		return -1;
	args.dom = *dom;
	if (cli_call(conn, m->create, &args, &ref, err) < 0)
		return -1;
	if (file)
		cli_say(cli, "%s %s created from '%s'", m->type->title, ref.name, file);
	else
		cli_say(cli, "%s %s created", m->type->title, ref.name);
	cli_object_clear(m->type, &ref);
	return EXIT_DONE;
}

int cli_moment_create_as(struct cli *cli, const struct cli_moments *m, const char *xml, bool print, unsigned flags,
			 const struct conf_document *document, struct error *err)
{
	if (print) {
		fputs(xml, stdout);
		return EXIT_DONE;
	}
	cli->n_args = 1;   /* the others are in the XML */
	return cli_moment_create(cli, m, xml, NULL, flags, document, err);
}

int cli_moment_do(struct cli *cli, const struct cli_moments *m, bool current, const struct rpc_proc *proc, unsigned flags,
		  const char *done, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, m->type, uses, err);
	wire_domain_snapshot ref = { 0 };
	int rc;

	if (!conn)
		return -1;
	if (m->type == &cli_snapshot)
		rc = cli_snapshot_argument(cli, conn, current, &ref, err);
	else
		rc = cli_object_argument(cli, conn, m->type, &ref, err);
	if (rc < 0)
		return -1;
	rc = cli_object_call(conn, proc, &ref, m->type->size, flags, NULL, err);
	if (rc == 0)
		cli_say(cli, "%s %s %s", m->type->title, ref.name, done);
	cli_object_clear(m->type, &ref);
	return rc;
}

char *cli_moment_parent(struct cli_conn *conn, const struct cli_moments *m, const void *ref, struct error *err)
{
	wire_domain_snapshot parent = { 0 };
	struct error why = { 0 };

	if (cli_object_call(conn, m->parent, ref, m->type->size, 0, &parent, &why) < 0) {
		if (why.code != m->type->missing)
			*err = why;
		return NULL;
	}
	char *name = strdup(parent.name);
	cli_object_clear(m->type, &parent);
	if (!name)
		error_errno(err, "the parent");
	return name;
}

int cli_snapshot_current(struct cli_conn *conn, const wire_domain *dom, wire_domain_snapshot *ref, struct error *err)
{
	return cli_object_call(conn, &rpc_domain_snapshot_current, dom, sizeof(*dom), 0, ref, err);
}

int cli_snapshot_argument(struct cli *cli, struct cli_conn *conn, bool current, wire_domain_snapshot *ref, struct error *err)
{
	const wire_domain *dom = cli_snapshot.parent(cli, conn, err);

	if (!dom)
		return -1;
	if (cli->n_args && current)
		return cli_usage(err, "--current and the snapshot '%s' cannot be used together", cli->args[0]);
	if (cli->n_args)
		return cli_object_find(conn, &cli_snapshot, dom, cli->args[0], ref, err);
	return current ? cli_snapshot_current(conn, dom, ref, err) : cli_usage(err, "one of SNAPSHOT and --current is needed");
}

/* --- lists ------------------------------------------------------------------------------------------------------- */

/* What a list shows of one beside its name. */
struct facts {
	char when[48];
	long long time;
	char *state, *parent;
};

static int ask(struct cli_conn *conn, const struct cli_moments *m, const void *ref, struct facts *f, struct error *err)
{
	AUTO_FREE char *xml = cli_object_xml(conn, m->type, ref, m->type == &cli_checkpoint ? 2 : 0, err);
	bool checkpoint = m->type == &cli_checkpoint;
	const struct conf_document *document = checkpoint ? &domain_checkpoint_document : &domain_snapshot_document;
	void *def = xml ? conf_document_parse(document, xml, strlen(xml), CONF_PARSE_LIVE, NULL, NULL, err) : NULL;
	const struct domain_snapshot *snap = def;
	const struct domain_checkpoint *point = def;
	time_t time;
	struct tm tm;

	if (!def)
		return -1;
	f->time = checkpoint ? point->creation_time.value : snap->creation_time.value;
	time = (time_t)f->time;
	if (localtime_r(&time, &tm))
		strftime(f->when, sizeof(f->when), "%Y-%m-%d %H:%M:%S %z", &tm);
	const char *state = checkpoint ? NULL : conf_enum_name(&snapshot_state_names, snap->state);
	const char *parent = checkpoint ? point->parent : snap->parent;
	f->state = state ? strdup(state) : NULL;
	f->parent = parent ? strdup(parent) : NULL;
	conf_free(document->elem, def);
	return 0;
}

static int row(struct cli_conn *conn, const struct cli_moments *m, const struct cli_moment_list *how, const wire_domain_snapshot *ref,
	       struct cli_table *table, json_t *array, struct error *err)
{
	struct facts f = { 0 };
	bool checkpoint = m->type == &cli_checkpoint;
	int rc = ask(conn, m, ref, &f, err);

	if (rc == 0 && array) {
		rc = json_array_append_new(array, json_pack("{s:o, s:I, s:o, s:o}", "name", cli_json_string(ref->name), "creation_time",
							    (json_int_t)f.time, "state", cli_json_string(f.state), "parent",
							    cli_json_string(f.parent)));
	} else if (rc == 0) {
		const char *cells[4] = { ref->name, f.when };
		size_t n = 2;

		if (!checkpoint)
			cells[n++] = f.state ? f.state : "";
		if (how->parent)
			cells[n++] = f.parent ? f.parent : "";
		rc = cli_table_row(table, cells, err);
	}
	free(f.state);
	free(f.parent);
	return rc;
}

static int print(struct cli *cli, struct cli_conn *conn, const struct cli_moments *m, const struct cli_moment_list *how,
		 const struct cli_objects *list, struct error *err)
{
	const char *titles[4] = { "Name", "Creation Time", m->type == &cli_checkpoint ? "Parent" : "State", "Parent" };
	json_t *array = cli->json ? json_array() : NULL;
	size_t n = (m->type == &cli_checkpoint ? 2 : 3) + (how->parent ? 1 : 0);
	struct cli_table *table = array ? NULL : cli_table_new(cli, titles, n, err);
	int rc = array || table ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < list->n; i++)
		rc = row(conn, m, how, cli_object_at(list, i), table, array, err);
	if (table)
		cli_table_end(table);
	return array && cli_json_print(array, err) < 0 ? -1 : rc;
}

static int draw(struct cli_conn *conn, const struct cli_moments *m, const struct cli_objects *list, struct error *err)
{
	AUTO_FREE const char **names = calloc(list->n + 1, sizeof(*names));
	AUTO_FREE char **parents = calloc(list->n + 1, sizeof(*parents));
	int rc = 0;

	if (!names || !parents)
		return error_errno(err, "%zu objects", list->n);
	for (size_t i = 0; rc == 0 && i < list->n; i++) {
		const wire_domain_snapshot *ref = cli_object_at(list, i);
		struct error why = { 0 };

		names[i] = ref->name;
		parents[i] = cli_moment_parent(conn, m, ref, &why);
		if (!parents[i] && why.code) {
			*err = why;
			rc = -1;
		}
	}
	if (rc == 0)
		cli_tree(names, (const char *const *)parents, list->n);
	for (size_t i = 0; i < list->n; i++)
		free(parents[i]);
	return rc;
}

static bool below_one(const struct cli_moment_list *how)
{
	return how->from || how->current;
}

static int check_options(struct cli_moment_list *how, struct error *err)
{
	const struct cli_given forms[] = { { "--tree", how->tree }, { "--name", how->name }, { "--parent", how->parent }, { NULL, 0 } };

	if (cli_at_most_one(forms, err) < 0)
		return -1;
	const struct cli_given starts[] = { { "--roots", how->roots }, { "--from", how->from != NULL }, { "--current", how->current }, { NULL, 0 } };

	if (cli_at_most_one(starts, err) < 0)
		return -1;
	if (how->descendants && !below_one(how))
		return cli_usage(err, "--descendants needs --from");
	/* one bit, for those with the one and those with the other */
	if (how->roots || how->descendants || (how->tree && below_one(how)))
		how->filter |= 1;
	return 0;
}

int cli_moment_list(struct cli *cli, const struct cli_moments *m, struct cli_moment_list *how, struct error *err)
{
	struct cli_conn *conn = check_options(how, err) < 0 ? NULL : cli_object_open(cli, m->type, uses, err);
	const wire_domain *dom = conn ? m->type->parent(cli, conn, err) : NULL;
	struct cli_object_type below = *m->type;
	wire_domain_snapshot from = { 0 };
	struct cli_objects list;
	const void *parent = dom;
	int rc;

	if (!dom)
		return -1;
	if (below_one(how)) {
		if (how->from ? cli_object_find(conn, m->type, dom, how->from, &from, err) < 0 : cli_snapshot_current(conn, dom, &from, err) < 0)
			return -1;
		parent = &from;
		below.parent_size = below.size;
		below.list = m->children;
	}
	if (cli_object_list(conn, &below, parent, (unsigned)how->filter, &list, err) < 0)
		return -1;
	if (how->tree && !cli->json)
		rc = draw(conn, m, &list, err);
	else
		rc = how->name ? cli_objects_print(cli, &list, false, err) : print(cli, conn, m, how, &list, err);
	cli_objects_clear(&list);
	if (below_one(how))
		cli_object_clear(m->type, &from);
	return rc;
}
