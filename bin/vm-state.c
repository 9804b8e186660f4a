/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/show.h"

static int reason;

static const struct poptOption options[] = {
	{ "reason", 0, POPT_ARG_NONE, &reason, 0, "print the reason too", NULL },
	POPT_TABLEEND
};

static bool unknown;

static const char *state(const struct guest *guest, char text[CLI_SHOW_MAX], struct error *err)
{
	(void)err;
	unknown = unknown || guest->state == GUEST_UNKNOWN;
	if (!reason)
		return guest_state_text(guest);
	snprintf(text, CLI_SHOW_MAX, "%s (%s)", guest_state_text(guest), guest_reason_text(guest));
	return text;
}

static int run(struct cli *cli, struct error *err)
{
	int status = cli_show(cli, "state", state, err);

	return status == EXIT_DONE && unknown ? EXIT_FAILED : status;
}

static const struct cli_program program = {
	.name = "vm-state", .summary = "print the state of guests", .args = "GUEST...", .options = options, .min_args = 1, .max_args = -1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
