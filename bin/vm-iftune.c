/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/params.h"

#include <string.h>

static char *inbound, *outbound;
static char *in[4], *out[3];

static const struct poptOption options[] = {
	{ "inbound", 0, POPT_ARG_STRING, &inbound, 0, "to the guest", "AVERAGE,PEAK,BURST,FLOOR" },
	{ "outbound", 0, POPT_ARG_STRING, &outbound, 0, "from the guest", "AVERAGE,PEAK,BURST" },
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { CLI_PARAMS_USES(interface_parameters), RPC_ROW_END };

#define RATE(name, text) { .field = name, .given = &(text), .kind = CLI_PARAM_UINT }

static const struct cli_param fields[] = {
	RATE("inbound.average", in[0]), RATE("inbound.peak", in[1]), RATE("inbound.burst", in[2]), RATE("inbound.floor", in[3]),
	RATE("outbound.average", out[0]), RATE("outbound.peak", out[1]), RATE("outbound.burst", out[2]),
	{ .field = NULL }
};

static const struct cli_params params = { CLI_PARAMS_DEVICE(interface_parameters, device), .params = fields };

/* "average,peak,burst,floor": what is left out at the end or between commas is not set. */
static int split(char *text, char **parts, size_t n, const char *option, struct error *err)
{
	for (size_t i = 0; text; i++) {
		char *part = strsep(&text, ",");
		if (i >= n)
			return cli_usage(err, "%s takes at most %zu numbers", option, n);
		if (*part)
			parts[i] = part;
	}
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	if (split(inbound, in, ARRAY_LEN(in), "--inbound", err) < 0 || split(outbound, out, ARRAY_LEN(out), "--outbound", err) < 0)
		return -1;
	return cli_params_run(cli, &params, uses, err);
}

static const struct cli_program program = {
	.name = "vm-iftune", .summary = "show or set the bandwidth of an interface", .args = "GUEST INTERFACE",
	.options = options, .min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "interface", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
