/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

#include <string.h>

struct selection {
	struct cli_conn *conn;
	struct guest_list list;   /* with --all; else empty: each is looked up in its turn */
	cli_guest_fn *fn;
	void *arg;
};

static int one(struct cli *cli, size_t i, const char *name, void *arg, struct error *err)
{
	struct selection *s = arg;
	struct guest found = { 0 };

	if (s->list.guest)
		return s->fn(cli, s->conn, &s->list.guest[i], s->arg, err);
	if (cli_find(s->conn, name, &found, err) < 0)
		return -1;
	int rc = s->fn(cli, s->conn, &found, s->arg, err);
	guest_clear(&found);
	return rc;
}

static int all_of_them(struct cli *cli, struct selection *s, unsigned filter, struct error *err)
{
	if (cli->n_args)
		return cli_usage(err, "--all and the guest '%s' cannot be used together", cli->args[0]);
	if (cli_list(s->conn, filter, GUEST_WANT_UUID, &s->list, err) < 0)
		return -1;
	AUTO_FREE const char **names = calloc(s->list.n + 1, sizeof(*names));
	if (!names)
		return error_errno(err, "a list of %zu guests", s->list.n);
	for (size_t i = 0; i < s->list.n; i++)
		names[i] = s->list.guest[i].name;
	int status = cli_each(cli, names, s->list.n, true, one, s);
	guest_list_free(&s->list);
	return status;
}

int cli_guests(struct cli *cli, struct cli_conn *conn, bool all, unsigned filter, cli_guest_fn *fn, void *arg, struct error *err)
{
	struct selection s = { .conn = conn, .fn = fn, .arg = arg };

	if (all)
		return all_of_them(cli, &s, filter, err);
	if (cli->n_args == 0)
		return cli_missing(cli->program, err);
	return cli_each(cli, cli->args, cli->n_args, true, one, &s);
}

int cli_guests_show(struct cli *cli, struct cli_conn *conn, cli_guest_fn *fn, void *arg, struct error *err)
{
	struct selection s = { .conn = conn, .fn = fn, .arg = arg };

	(void)err;
	return cli_each(cli, cli->args, cli->n_args, false, one, &s);
}

wire_domain cli_domain(const struct guest *guest)
{
	wire_domain dom = { .name = guest->name, .id = guest->id };

	memcpy(dom.uuid, guest->uuid, sizeof(dom.uuid));
	return dom;
}

int cli_affect(int live, int config, int current, unsigned *flags, struct error *err)
{
	const struct cli_given given[] = { { "--live", live }, { "--config", config }, { "--current", current }, { NULL, 0 } };

	*flags = live ? 1 : config ? 2 : 0;
	if (live && config && !current) {   /* both at once is sensible */
		*flags = 3;
		return 0;
	}
	return cli_at_most_one(given, err);
}

int cli_sleep_target(const char *word, unsigned *target, struct error *err)
{
	static const char *const words[] = { "mem", "disk", "hybrid" };

	for (*target = 0; *target < ARRAY_LEN(words); ++*target)
		if (!strcmp(words[*target], word))
			return 0;
	return cli_usage(err, "'%s' is no way to sleep: say mem, disk or hybrid", word);
}

int cli_shutdown_mode(const char *modes, unsigned *flags, struct error *err)
{
	static const char *const words[] = { "acpi", "agent", "initctl", "signal", "paravirt" };

	*flags = 0;
	while (modes && *modes) {
		size_t len = strcspn(modes, ","), i;
		for (i = 0; i < ARRAY_LEN(words); i++) {
			if (strlen(words[i]) == len && memcmp(words[i], modes, len) == 0)
				break;
		}
		if (i == ARRAY_LEN(words))
			return cli_usage(err, "'%.*s' is no mode (acpi, agent, initctl, signal, paravirt)", (int)len, modes);
		*flags |= 1u << i;
		modes += len;
		modes += *modes == ',';
	}
	return 0;
}
