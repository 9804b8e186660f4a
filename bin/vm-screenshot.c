/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

#include "rpc/client.h"
#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>

static int screen;

static const struct poptOption options[] = {
	{ "screen", 0, POPT_ARG_INT, &screen, 0, "which screen, counted from 0", "N" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

/* "web-2026-11-25-19:06:34.ppm", as virsh names it. */
static char *usual_name(const char *guest, const char *mime)
{
	time_t now = time(NULL);
	char stamp[40] = "";
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(stamp, sizeof(stamp), "%Y-%m-%d-%H:%M:%S", &tm);
	return str_printf("%s-%s.%s", guest, stamp, strstr(mime, "png") ? "png" : strstr(mime, "graymap") ? "pgm" : "ppm");
}

static int copy(struct rpc_channel *stream, int fd, const char *name, struct error *err)
{
	static char data[65536];
	ssize_t n;

	while ((n = rpc_channel_recv(stream, data, sizeof(data), HV_TIMEOUT_DEFAULT, err)) > 0)
		if (file_write_all(fd, data, n) < 0)
			return error_errno(err, "%s", name);
	return n < 0 ? -1 : rpc_channel_finish(stream, HV_TIMEOUT_DEFAULT, err);
}

static int save(struct cli *cli, struct rpc_channel *stream, const char *guest, const char *mime, struct error *err)
{
	const char *given = cli->args[1];
	AUTO_FREE char *name = given ? strdup(given) : usual_name(guest, mime);
	bool output = name && !strcmp(name, "-");
	AUTO_CLOSE int fd = !name ? -1 : output ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) : open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		return error_errno(err, "%s", name ? name : guest);
	if (copy(stream, fd, name, err) < 0) {
		if (!output)
			unlink(name);
		return -1;
	}
	if (output)
		return 0;
	if (cli->json)
		return cli_json_print(json_pack("{s:o, s:o, s:o}", "name", cli_json_string(guest), "file", cli_json_string(name), "type", cli_json_string(mime)),
				      err);
	cli_say(cli, "Screenshot saved to %s, with type of %s", name, mime);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	wire_domain_screenshot_ret ret = { 0 };
	struct rpc_channel *stream;
	struct rpc_conn *rpc;
	int r = -1;

	if (screen < 0)
		return cli_usage(err, "--screen is a number from 0");
	if (!conn || !(rpc = cli_guest_connect(conn, &guest, err)))
		return -1;
	wire_domain_screenshot_args args = { .dom = cli_domain(&guest), .screen = (unsigned)screen };
	stream = rpc_channel_open(rpc, &rpc_domain_screenshot, &args, &ret, HV_TIMEOUT_DEFAULT, err);
	if (stream)
		r = save(cli, stream, guest.name, ret.mime ? *ret.mime : "", err);
	rpc_channel_free(stream);
	xdr_free(rpc_domain_screenshot.ret, &ret);
	cli_guest_disconnect(conn, rpc);
	return r;
}

static const struct cli_program program = {
	.name = "vm-screenshot", .summary = "write a picture of a guest's screen", .args = "GUEST [FILE]", .options = options, .min_args = 1, .max_args = 2,
	.flags = CLI_GUESTS, .more = "file", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
