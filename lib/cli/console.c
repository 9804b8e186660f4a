/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/console.h"

#include "util/tty.h"
#include "rpc/client.h"
#include "util/file.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>

struct console {
	struct rpc_conn *rpc;
	struct rpc_channel *stream;
	int signals, escape, timeout_ms;
	bool input;        /* standard input has not ended */
	bool interactive;
};

/* Returns 1 when the guest's side ended. */
static int from_guest(struct console *c, struct error *err)
{
	char data[16384];
	struct error why = { 0 };

	for (;;) {
		ssize_t n = rpc_channel_recv(c->stream, data, sizeof(data), 0, &why);
		if (n > 0) {
			if (file_write_all(STDOUT_FILENO, data, n) < 0)
				return error_errno(err, "standard output");
			continue;
		}
		if (n < 0 && why.code == ERR_OPERATION_TIMEOUT)
			return 0;
		if (n == 0 || why.code == ERR_NO_CONNECT)   /* the guest has ended, and its supervisor with it */
			return 1;
		*err = why;
		return -1;
	}
}

/* Returns 1 when the escape character was typed. */
static int to_guest(struct console *c, struct error *err)
{
	char data[4096];
	ssize_t n = RETRY_EINTR(read(STDIN_FILENO, data, sizeof(data)));
	char *found = n > 0 && c->interactive && c->escape >= 0 ? memchr(data, c->escape, n) : NULL;

	if (n <= 0) {
		c->input = false;
		return 0;
	}
	if (found)
		n = found - data;
	struct error why = { 0 };
	if (n > 0 && rpc_channel_send(c->stream, data, n, c->timeout_ms, &why) < 0) {
		if (why.code == ERR_NO_CONNECT)
			return 1;
		*err = why;
		return -1;
	}
	return found != NULL;
}

static int loop(struct console *c, struct error *err)
{
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = rpc_conn_fd(c->rpc), .events = POLLIN },
			{ .fd = c->input ? STDIN_FILENO : -1, .events = POLLIN },
			{ .fd = c->signals, .events = POLLIN },
		};
		int rc = 0;

		if (poll(fds, ARRAY_LEN(fds), rpc_conn_pending(c->rpc) ? 0 : -1) < 0 && errno != EINTR)
			return error_errno(err, "waiting for the console");
		if (fds[2].revents)
			return 1;
		if (fds[1].revents)
			rc = to_guest(c, err);
		if (rc == 0)
			rc = from_guest(c, err);
		if (rc != 0)
			return rc;
	}
}

static int ending_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void escape_text(int escape, char text[8])
{
	if (escape < 0x20)
		snprintf(text, 8, "^%c", escape + '@');
	else
		snprintf(text, 8, "%c", escape);
}

static void greet(const struct cli *cli, const struct guest *guest, const struct console *c)
{
	char text[8];

	cli_say(cli, "Connected to domain '%s'", guest->name);
	if (!c->interactive || c->escape < 0)
		return;
	escape_text(c->escape, text);
	cli_say(cli, "Escape character is %s%s", text, c->escape == CLI_ESCAPE_DEFAULT ? " (Ctrl + ])" : "");
}

static int join(struct cli *cli, struct console *c, const struct guest *guest, struct error *err)
{
	c->interactive = isatty(STDIN_FILENO);
	c->input = true;
	greet(cli, guest, c);
	fflush(stdout);
	c->signals = ending_signals();
	if (c->signals < 0 || tty_raw(err) < 0)
		return c->signals < 0 ? error_errno(err, "signalfd") : -1;
	int rc = loop(c, err);
	tty_restore();
	close(c->signals);
	if (c->interactive)
		fputc('\n', stderr);
	return rc < 0 ? -1 : 0;
}

int cli_console(struct cli *cli, struct cli_conn *conn, const struct guest *guest, const char *device, unsigned flags, int escape,
		struct error *err)
{
	struct console c = { .escape = escape, .timeout_ms = HV_TIMEOUT_DEFAULT };
	char *name = (char *)device;
	wire_domain_open_console_args args = { .dom = cli_domain(guest), .dev_name = device ? &name : NULL, .flags = flags };
	int rc = -1;

	c.rpc = cli_guest_connect(conn, guest, err);
	if (!c.rpc)
		return -1;
	c.stream = rpc_channel_open(c.rpc, &rpc_domain_open_console, &args, NULL, c.timeout_ms, err);
	if (c.stream)
		rc = join(cli, &c, guest, err);
	rpc_channel_free(c.stream);
	cli_guest_disconnect(conn, c.rpc);
	return rc;
}

int cli_attend(struct cli *cli, struct cli_conn *conn, const char *name, bool console, bool autodestroy, struct error *err)
{
	struct guest guest = { 0 };
	struct error why = { 0 };
	int rc = 0;

	if (console && cli_find(conn, name, &guest, &why) < 0)
		rc = why.code == ERR_NO_DOMAIN ? 0 : -1;   /* it can have ended already */
	else if (console && guest_is_active(&guest))
		rc = cli_console(cli, conn, &guest, NULL, 0, CLI_ESCAPE_DEFAULT, &why);
	else if (autodestroy && cli_only_local(conn, "--autodestroy without --console", &why) == 0)
		rc = cli_wait(conn, name, cli_has_ended, NULL, -1, &why);
	else if (autodestroy)
		rc = -1;
	guest_clear(&guest);
	if (rc < 0)
		*err = why;
	return rc;
}
