/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guestlist.h"

#include "cli/json.h"
#include "util/str.h"

#include <string.h>

const char *cli_guest_driver(const struct cli *cli, const struct guest *guest)
{
	static char scheme[32];

	if (guest->kind)
		return guest->kind->name;
	snprintf(scheme, sizeof(scheme), "%.*s", (int)strcspn(cli->uri ? cli->uri : "", "+:"), cli->uri ? cli->uri : "");
	return scheme;
}

static int as_json(struct cli *cli, const struct guest_list *list, struct error *err)
{
	json_t *all = json_array();

	for (size_t i = 0; i < list->n; i++) {
		const struct guest *g = &list->guest[i];
		char uuid[UUID_TEXT];
		json_t *one = json_pack("{s:o, s:s, s:s, s:s, s:b, s:b}", "name", cli_json_string(g->name),
					"uuid", uuid_format(g->uuid, uuid), "state", guest_state_text(g),
					"driver", cli_guest_driver(cli, g), "persistent", g->persistent, "autostart", g->autostart);
		json_object_set_new(one, "id", g->id >= 0 ? json_integer(g->id) : json_null());
		json_array_append_new(all, one);
	}
	return cli_json_print(all, err);
}

/* One a line, as they are: for scripts. */
static void as_lines(const struct cli *cli, const struct guest_list *list, const struct cli_guest_list *show)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct guest *g = &list->guest[i];
		char uuid[UUID_TEXT];

		if (show->id) {
			if (g->id >= 0)
				printf("%d\n", g->id);
			else
				puts("-");
			continue;
		}
		if (show->uuid)
			fputs_unlocked(uuid_format(g->uuid, uuid), stdout);
		if (show->uuid && show->name)
			putchar_unlocked(' ');
		if (show->name && cli->terminal)
			cli_put_safe(stdout, g->name);
		else if (show->name)
			fputs_unlocked(g->name, stdout);
		putchar_unlocked('\n');
	}
}

static bool several_kinds(const struct guest_list *list)
{
	for (size_t i = 1; i < list->n; i++) {
		if (list->guest[i].kind != list->guest[0].kind)
			return true;
	}
	return false;
}

/* The first line of a title, read from the definition's text: no XML library is worth loading for it. */
static char *title_of(struct cli_conn *conn, const struct guest *guest)
{
	struct error ignored;
	wire_domain_get_metadata_args args = { .dom = cli_domain(guest), .type = 1 };
	wire_domain_get_metadata_ret ret = { 0 };

	if (conn->remote) {
		if (cli_call(conn, &rpc_domain_get_metadata, &args, &ret, &ignored) < 0)
			return NULL;
		return ret.metadata;
	}
	return cli_local_title(guest);
}

static bool is_saved(struct cli_conn *conn, const struct guest *guest)
{
	struct error ignored;
	wire_domain_has_managed_save_image_args args = { .dom = cli_domain(guest) };
	wire_domain_has_managed_save_image_ret ret = { 0 };

	return cli_call(conn, &rpc_domain_has_managed_save_image, &args, &ret, &ignored) == 0 && ret.result;
}

static int as_table(struct cli *cli, struct cli_conn *conn, const struct guest_list *list, const struct cli_guest_list *show,
		    struct error *err)
{
	const char *titles[5] = { "Id", "Name", "State" };
	bool drivers = several_kinds(list);
	size_t n = 3;
	int rc = 0;

	if (show->title)
		titles[n++] = "Title";
	if (drivers)
		titles[n++] = "Driver";
	struct cli_table *table = cli_table_new(cli, titles, n, err);
	if (!table)
		return -1;
	for (size_t i = 0; rc == 0 && i < list->n; i++) {
		const struct guest *g = &list->guest[i];
		AUTO_FREE char *title = show->title ? title_of(conn, g) : NULL;
		char id[16] = "-";
		const char *cells[5] = { id, g->name, guest_state_text(g) };

		if (g->id >= 0)
			snprintf(id, sizeof(id), "%d", g->id);
		if (show->saved && g->state == GUEST_SHUTOFF && is_saved(conn, g))
			cells[2] = "saved";
		if (show->title)
			cells[3] = title ? title : "";
		if (drivers)
			cells[n - 1] = cli_guest_driver(cli, g);
		rc = cli_table_row(table, cells, err);
	}
	cli_table_end(table);
	return rc;
}

int cli_guest_list(struct cli *cli, struct cli_conn *conn, unsigned filter, const struct cli_guest_list *show, struct error *err)
{
	unsigned want = (show->uuid || cli->json ? GUEST_WANT_UUID : 0) | (cli->json ? GUEST_WANT_AUTOSTART : 0);
	struct guest_list list = { 0 };
	int rc = 0;

	if (show->title || show->saved)
		want |= GUEST_WANT_UUID;
	if (cli_list(conn, filter, want, &list, err) < 0)
		return -1;
	if (cli->json)
		rc = as_json(cli, &list, err);
	else if (show->name || show->uuid || show->id)
		as_lines(cli, &list, show);
	else
		rc = as_table(cli, conn, &list, show, err);
	if (list.damaged)
		cli_warn(cli, "the state of %zu guest%s cannot be read (see host-check)", list.damaged, list.damaged == 1 ? "" : "s");
	bool damaged = list.damaged > 0;
	guest_list_free(&list);
	return rc < 0 ? -1 : damaged ? EXIT_PARTLY : EXIT_DONE;
}
