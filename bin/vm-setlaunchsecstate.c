/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "util/file.h"

#include <fcntl.h>
#include <string.h>

#define SECRET_MAX 65536

static char *header, *secret, *address;

static const struct poptOption options[] = {
	{ "secrethdr", 0, POPT_ARG_STRING, &header, 0, "the file with the secret's header, in base64", "FILE" },
	{ "secret", 0, POPT_ARG_STRING, &secret, 0, "the file with the encrypted secret, in base64", "FILE" },
	{ "set-address", 0, POPT_ARG_STRING, &address, 0, "where in the guest's memory it goes, instead of where its firmware says", "ADDRESS" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_set_launch_security_state), RPC_ROW_END };

/* One line; the caller's. */
static char *read_line(const char *path, struct error *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;

	if (fd < 0) {
		error_errno(err, "cannot open %s", path);
		return NULL;
	}
	if (file_read_fd(fd, SECRET_MAX, &text, NULL, err) < 0)
		return NULL;
	text[strcspn(text, "\r\n")] = '\0';
	return text;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_FREE char *head = NULL, *body = NULL;
	wire_typed_param params[3] = { { .field = (char *)"sev-secret-header" }, { .field = (char *)"sev-secret" }, { .field = (char *)"sev-secret-set-address" } };
	wire_domain_set_launch_security_state_args args = { .params = { address ? 3 : 2, params } };
	struct cli_conn *conn;
	char *end = NULL;

	if (!header || !secret)
		return cli_usage(err, "--secrethdr and --secret are both needed");
	params[2].value.type = WIRE_PARAM_ULLONG;
	if (address)
		params[2].value.wire_typed_param_value_u.ul = strtoull(address, &end, 0);
	if (address && (*end || end == address))
		return cli_usage(err, "'%s' is no address", address);
	if (!(head = read_line(header, err)) || !(body = read_line(secret, err)) || !(conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	params[0].value.type = params[1].value.type = WIRE_PARAM_STRING;
	params[0].value.wire_typed_param_value_u.s = head;
	params[1].value.wire_typed_param_value_u.s = body;
	args.dom = cli_domain(&guest);
	return cli_call(conn, &rpc_domain_set_launch_security_state, &args, NULL, err);
}

static const struct cli_program program = {
	.name = "vm-setlaunchsecstate", .summary = "hand a confidential guest its launch secret", .args = "GUEST", .options = options, .min_args = 1,
	.max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
