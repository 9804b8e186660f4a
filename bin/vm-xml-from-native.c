/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/guests.h"
#include "cli/json.h"

#include "util/file.h"

#include <fcntl.h>
#include <string.h>

#define CONFIG_MAX (16u << 20)

static char *format, *config;

static const struct poptOption options[] = {
	{ "format", 0, POPT_ARG_STRING, &format, 0, "as virsh spells the first argument", "FORMAT" },
	{ "config", 0, POPT_ARG_STRING, &config, 0, "as virsh spells the second argument", "FILE" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(connect_domain_xml_from_native), RPC_ROW_END };

static char *read_config(const char *file, struct error *err)
{
	char *text = NULL;
	bool input = !strcmp(file, "-");
	AUTO_CLOSE int fd = input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		error_errno(err, "%s", file);
		return NULL;
	}
	if (file_read_fd(fd, CONFIG_MAX, &text, NULL, err) < 0) {
		error_wrap(err, "%s", input ? "standard input" : file);
		return NULL;
	}
	return text;
}

static int run(struct cli *cli, struct error *err)
{
	int given = 0;
	const char *name = format ? format : cli->n_args > given ? cli->args[given++] : NULL;
	const char *file = config ? config : cli->n_args > given ? cli->args[given++] : NULL;
	wire_connect_domain_xml_from_native_ret ret = { 0 };
	struct cli_conn *conn;

	if (!name || !file || given != cli->n_args)
		return cli_usage(err, !name ? "FORMAT is missing" : !file ? "FILE is missing" : "too many arguments");
	conn = cli_open(cli, uses, cli_drivers, err);
	AUTO_FREE char *text = conn ? read_config(file, err) : NULL;
	if (!text)
		return -1;
	wire_connect_domain_xml_from_native_args args = { .native_format = (char *)name, .native_config = text };
	if (cli_call(conn, &rpc_connect_domain_xml_from_native, &args, &ret, err) < 0)
		return error_wrap(err, "%s", strcmp(file, "-") ? file : "standard input");
	int r = cli_xml_print(cli, ret.domain_xml, err);
	free(ret.domain_xml);
	return r;
}

static const struct cli_program program = {
	.name = "vm-xml-from-native", .summary = "make XML of a hypervisor's own configuration", .args = "FORMAT FILE", .options = options, .max_args = 2, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
