/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The definition that is kept with saved memory. */
#include "cli/edit.h"
#include "cli/job.h"

#include <string.h>

static int running, paused;

const struct poptOption cli_saved_options[] = {
	{ "running", 0, POPT_ARG_NONE, &running, 0, "the guest runs when it is restored", NULL },
	{ "paused", 0, POPT_ARG_NONE, &paused, 0, "the guest is paused when it is restored", NULL },
	POPT_TABLEEND
};

int cli_saved_flags(unsigned *flags, struct error *err)
{
	if (running && paused)
		return cli_usage(err, "--running and --paused cannot be used together");
	*flags = (running ? 2 : 0) | (paused ? 4 : 0);   /* libvirt's virDomainSaveRestoreFlags */
	return 0;
}

struct editing {
	const struct cli_saved *saved;
	const char *xml;   /* as it was given to the editor */
};

static int accept_it(struct cli *cli, const char *text, size_t len, void *arg, struct error *err)
{
	struct editing *e = arg;
	AUTO_FREE char *now = e->saved->get(e->saved, true, err);

	(void)cli;
	(void)len;
	if (!now)
		return -1;
	if (strcmp(now, e->xml) != 0)
		return error_set(err, ERR_OPERATION_FAILED, "the %s was changed by somebody else meanwhile", e->saved->what);
	return e->saved->set(e->saved, text, err);
}

int cli_saved_edit(struct cli *cli, struct cli_saved *s, struct error *err)
{
	AUTO_FREE char *xml = s->get(s, true, err);
	struct editing e = { s, xml };
	int r;

	if (!xml)
		return -1;
	r = cli_edit(cli, xml, ".xml", accept_it, &e, err);
	/* the mark of running alone is a change, too */
	if (r == 0 && s->flags)
		r = s->set(s, xml, err) < 0 ? -1 : 1;
	if (r >= 0)
		cli_say(cli, r ? "%c%s edited" : "%c%s not changed", s->what[0] & ~0x20, s->what + 1);
	return r < 0 ? -1 : EXIT_DONE;
}
