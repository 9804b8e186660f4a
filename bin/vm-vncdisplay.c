/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/display.h"
#include "cli/json.h"
#include "util/str.h"

#include <string.h>

/* "127.0.0.1:0", ":0" where it listens everywhere; a socket by its path. The caller's. */
static char *display_of(const struct cli *cli, const struct domain_graphics *g)
{
	const char *address = g->listens.n && g->listens.items[0]->address ? g->listens.items[0]->address : "";
	bool is_socket, everywhere = !strcmp(address, "0.0.0.0") || !strcmp(address, "::");
	const char *host = cli_display_host(cli, g, &is_socket);

	if (is_socket)
		return host ? strdup(host) : NULL;
	if (!g->port.set || g->port.value < 5900)
		return NULL;
	return str_printf(strchr(address, ':') && !everywhere ? "[%s]:%lld" : "%s:%lld", everywhere ? "" : address, (long long)g->port.value - 5900);
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_DOMAIN struct domain *def = cli_live_definition(cli, false, err);

	for (size_t i = 0; def && i < def->devices.graphics.n; i++) {
		const struct domain_graphics *g = def->devices.graphics.items[i];
		AUTO_FREE char *display = g->type == DOMAIN_GRAPHICS_VNC ? display_of(cli, g) : NULL;

		if (!display)
			continue;
		if (cli->json)
			return cli_json_print(json_pack("{s:o, s:o}", "name", cli_json_string(def->name), "display", cli_json_string(display)), err);
		cli_value(cli, display);
		return 0;
	}
	return def ? error_set(err, ERR_OPERATION_FAILED, "domain '%s' has no VNC screen", def->name) : -1;
}

static const struct cli_program program = {
	.name = "vm-vncdisplay", .summary = "print the VNC display of a guest", .args = "GUEST", .min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
