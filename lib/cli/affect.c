/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"

#include "conf/conf.h"
#include "util/str.h"

#include <string.h>

static int live, config, current, persistent;

const struct poptOption cli_affect_options[] = {
	{ "live", 0, POPT_ARG_NONE, &live, 0, "of the guest that runs", NULL },
	{ "config", 0, POPT_ARG_NONE, &config, 0, "of the stored definition", NULL },
	{ "current", 0, POPT_ARG_NONE, &current, 0, "of the live one when it runs, else the stored one (default)", NULL },
	POPT_TABLEEND
};

const struct poptOption cli_persistent_options[] = {
	{ "persistent", 0, POPT_ARG_NONE, &persistent, 0, "of the stored definition, and of the guest when it runs", NULL },
	CLI_AFFECT,
	POPT_TABLEEND
};

int cli_affect_flags(unsigned *flags, struct error *err)
{
	return cli_affect(live, config, current, flags, err);
}

int cli_persistent_flags(const struct guest *guest, unsigned *flags, struct error *err)
{
	const struct cli_given given[] = { { "--persistent", persistent }, { "--current", current }, { NULL, 0 } };

	if (cli_at_most_one(given, err) < 0 || cli_affect_flags(flags, err) < 0)
		return -1;
	if (persistent)
		*flags |= guest->id >= 0 ? 3 : 2;
	return 0;
}

int cli_change_call(struct cli *cli, struct cli_conn *conn, const struct guest *guest, const struct rpc_proc *proc, const void *args, struct error *err)
{
	if (cli_call(conn, proc, args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Domain '%s' changed", guest->name);
	return 0;
}

int cli_scaled(const char *text, uint64_t unit, uint64_t fallback, uint64_t *size, struct error *err)
{
	size_t digits = strspn(text, "0123456789");
	AUTO_FREE char *number = strndup(text, digits);
	const char *suffix = text + digits + strspn(text + digits, " ");
	uint64_t bytes;

	if (!number)
		return error_errno(err, "the size");
	if (!digits || conf_scale(number, *suffix ? suffix : NULL, fallback, &bytes) < 0)
		return cli_usage(err, "'%.100s' is no size (a number, alone or with a unit such as KiB, M or GB)", text);
	*size = bytes / unit + (bytes % unit != 0);
	return 0;
}

int cli_number(const char *text, uint64_t max, const char *what, uint64_t *number, struct error *err)
{
	if (str_to_u64(text, max, number) < 0)
		return cli_usage(err, "'%.100s' is no %s", text, what);
	return 0;
}
