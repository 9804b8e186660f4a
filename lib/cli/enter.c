/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/enter.h"

#include "lxc/enter.h"
#include "util/str.h"

#include <string.h>

static int enter(const struct guest *guest, const struct cli_enter *given, struct error *err)
{
	AUTO_FREE char *file = str_encode_name(guest->name, err);
	AUTO_FREE char *cgroup = file ? str_printf("%s/%s-%s", state_tag(), guest->kind->name, file) : NULL;
	AUTO_FREE char *name = given->user ? strdup(given->user) : NULL;
	char uuid[UUID_TEXT];
	char *group = name ? strchr(name, ':') : NULL;

	if (!file || !cgroup || (given->user && !name))
		return file ? error_errno(err, "domain '%s'", guest->name) : -1;
	if (group)
		*group++ = '\0';
	struct lxc_enter what = {
		.init = guest->pid, .init_start = guest->start_time, .name = guest->name, .uuid = uuid_format(guest->uuid, uuid),
		.cgroup = cgroup, .argv = given->argv, .env = given->env, .dir = given->dir,
		.user = name && *name ? name : NULL, .group = group && *group ? group : NULL,
		.terminal = given->terminal,
	};
	return lxc_enter_exec(&what, err);
}

/* A command that could not be run has the status that a shell would tell; everything else is an error of ours. */
static int not_run(const struct cli *cli, const struct error *err)
{
	if (strncmp(err->text, "cannot run ", strlen("cannot run ")) != 0)
		return -1;
	cli_print_error(cli, err);
	return err->sys == ENOENT || err->sys == ENOTDIR ? 127 : 126;
}

static int check_guest(const struct guest *guest, struct error *err)
{
	if (strcmp(guest->kind->name, "lxc") != 0)
		return error_set(err, ERR_NO_SUPPORT, "domain '%s' is no container", guest->name);
	if (!guest_is_active(guest) || guest->pid <= 0)
		return error_set(err, ERR_OPERATION_INVALID, "domain '%s' is not running (start it with: vm-start %s)", guest->name, guest->name);
	if (guest->state == GUEST_PAUSED)
		return error_set(err, ERR_OPERATION_INVALID, "domain '%s' is paused (let it go on with: vm-resume %s)", guest->name, guest->name);
	return 0;
}

int cli_enter(struct cli *cli, struct cli_conn *conn, const char *word, const struct cli_enter *what, struct error *err)
{
	struct guest guest = { 0 };
	int status = -1;

	if (cli_only_local(conn, cli->program->name, err) < 0 || cli_find(conn, word, &guest, err) < 0)
		return -1;
	if (check_guest(&guest, err) == 0) {
		status = enter(&guest, what, err);
		if (status < 0)
			status = not_run(cli, err);
	}
	guest_clear(&guest);
	return status;
}
