/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In which network namespace an object has its interfaces and rules: that of its first supervisor, by its plan. Whoever takes over, or takes away what is left, goes there. */
#include "hypervisor/local.h"
#include "hypervisor/supervisor_core.h"

#include "util/netns.h"

#include <string.h>

/* What lines of a plan name things of a network namespace. */
static bool is_of_network(const char *what)
{
	static const char *const words[] = { "link", "table", "filter", "command" };
	size_t i = 0;

	while (i < ARRAY_LEN(words) && strcmp(words[i], what))
		i++;
	return i < ARRAY_LEN(words);
}

static int take_line(void *ctx, const char *what, const char *text, struct error *err)
{
	if (strcmp(what, "netns"))
		return 0;
	return netns_parse(text, ctx) < 0 ? error_set(err, ERR_OPERATION_FAILED, "its plan's 'netns %s' is no network namespace", text) : 1;
}

int sv_plan_namespace(struct supervisor *sv, const char *what, struct error *err)
{
	char text[NETNS_TEXT];
	struct netns own;
	int known = is_of_network(what) ? state_plan_read(sv->run_fd, take_line, &own, err) : 1;

	if (known != 0)
		return known < 0 ? -1 : 0;
	if (netns_own(&own, err) < 0)
		return -1;
	netns_format(&own, text);
	return state_plan_add(sv->run_fd, "netns", text, err);
}

int hv_namespace_of(int run_fd, int *fd, struct error *err)
{
	struct netns its, own;
	int found = state_plan_read(run_fd, take_line, &its, err);

	*fd = -1;
	if (found <= 0)
		return found;
	if (netns_own(&own, err) < 0)
		return -1;
	if (netns_equal(&its, &own))
		return 0;
	*fd = netns_open(&its, err);
	return *fd < 0 ? -1 : 1;
}
