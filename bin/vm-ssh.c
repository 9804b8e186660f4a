/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

#include "util/str.h"

#include <poll.h>
#include <string.h>

static char *login, *identity, *port, *source, *wait_text;
static int vsock, print;

static const struct poptOption options[] = {
	{ "login", 'l', POPT_ARG_STRING, &login, 0, "the user in the guest", "USER" },
	{ "identity", 'i', POPT_ARG_STRING, &identity, 0, "the file with the private key", "FILE" },
	{ "port", 'p', POPT_ARG_STRING, &port, 0, "the port of the guest's ssh server; else 22", "PORT" },
	{ "source", 0, POPT_ARG_STRING, &source, 0, "who knows the address: lease, agent or arp; else each in turn", "SOURCE" },
	{ "vsock", 0, POPT_ARG_NONE, &vsock, 0, "by the guest's vsock device instead of a network", NULL },
	{ "wait", 0, POPT_ARG_STRING, &wait_text, 0, "wait so long for an address (seconds, or with ms s m h)", "TIME" },
	{ "print", 0, POPT_ARG_NONE, &print, 0, "print the command and do not run it", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_interface_addresses), HV(domain_get_xml_desc), RPC_ROW_END };

/* libvirt's virDomainInterfaceAddressesSource */
static const char *const sources[] = { "lease", "agent", "arp" };

/* The first address that a stranger can reach; IPv4 before IPv6. The caller's. */
static char *pick(const wire_domain_interface_addresses_ret *ret)
{
	for (int type = 0; type <= 1; type++)
		for (u_int i = 0; i < ret->ifaces.ifaces_len; i++)
			for (u_int a = 0; a < ret->ifaces.ifaces_val[i].addrs.addrs_len; a++) {
				const wire_domain_ip_addr *ip = &ret->ifaces.ifaces_val[i].addrs.addrs_val[a];

				if (ip->type == type && strncmp(ip->addr, "127.", 4) && strcmp(ip->addr, "::1") && strncmp(ip->addr, "fe80:", 5))
					return strdup(ip->addr);
			}
	return NULL;
}

/* 1 with *address; 0: none is known. */
static int ask(struct cli_conn *conn, const struct guest *guest, char **address, struct error *err)
{
	for (unsigned s = 0; s < ARRAY_LEN(sources); s++) {
		wire_domain_interface_addresses_args args = { .dom = cli_domain(guest), .source = s };
		wire_domain_interface_addresses_ret ret = { 0 };
		struct error why = { 0 };

		if (source && strcmp(source, sources[s]) != 0)
			continue;
		if (cli_call(conn, &rpc_domain_interface_addresses, &args, &ret, &why) == 0)
			*address = pick(&ret);
		else if (source || why.code == ERR_OPERATION_INVALID) {
			*err = why;
			return -1;
		}
		xdr_free(rpc_domain_interface_addresses.ret, &ret);
		if (*address)
			return 1;
	}
	return 0;
}

static char *address_of(struct cli_conn *conn, const struct guest *guest, int wait_ms, struct error *err)
{
	int64_t start = cli_now_ms();
	char *address = NULL;
	int r;

	/* nobody tells when a guest has got an address */
	while ((r = ask(conn, guest, &address, err)) == 0 && cli_time_left(start, wait_ms) > 0)
		(void)poll(NULL, 0, 300);
	if (r == 0)
		error_set(err, wait_ms ? ERR_OPERATION_TIMEOUT : ERR_OPERATION_FAILED, "no address of domain '%s' is known yet (vm-ifaddr %s shows them; --wait TIME "
			  "waits for one)", guest->name, guest->name);
	return address;
}

/* The number that the host knows the guest's vsock by, from the live definition; 0 with *err set. */
static unsigned long cid_of(struct cli_conn *conn, const struct guest *guest, struct error *err)
{
	wire_domain_get_xml_desc_args args = { .dom = cli_domain(guest) };
	wire_domain_get_xml_desc_ret ret = { 0 };
	const char *element, *address;
	unsigned long cid = 0;

	if (cli_call(conn, &rpc_domain_get_xml_desc, &args, &ret, err) < 0)
		return 0;
	element = strstr(ret.xml, "<vsock");
	address = element ? strstr(element, "address='") : NULL;
	if (address)
		cid = strtoul(address + strlen("address='"), NULL, 10);
	xdr_free(rpc_domain_get_xml_desc.ret, &ret);
	if (!cid)
		error_set(err, ERR_OPERATION_FAILED, "domain '%s' has no <vsock> with an address", guest->name);
	return cid;
}

struct command {
	const char *words[512];
	int n;
	char proxy[128], target[300];
};

static void word(struct command *c, const char *option, const char *value)
{
	if (option && value)
		c->words[c->n++] = option;
	if (value)
		c->words[c->n++] = value;
}

static int make(struct cli *cli, struct cli_conn *conn, const struct guest *guest, int wait_ms, struct command *c, struct error *err)
{
	AUTO_FREE char *address = NULL;
	unsigned long cid = vsock ? cid_of(conn, guest, err) : 0;

	if (vsock ? !cid : !(address = address_of(conn, guest, wait_ms, err)))
		return -1;
	word(c, NULL, "ssh");
	if (vsock) {
		snprintf(c->proxy, sizeof(c->proxy), "ProxyCommand=socat - VSOCK-CONNECT:%lu:%s", cid, port ? port : "22");
		word(c, "-o", c->proxy);
		/* of a guest that comes and goes under one number, the name is what its key is known by */
		snprintf(c->target, sizeof(c->target), "%s.vsock", guest->name);
	} else {
		word(c, "-p", port);
		snprintf(c->target, sizeof(c->target), "%s", address);
	}
	word(c, "-l", login);
	word(c, "-i", identity);
	word(c, NULL, "--");
	word(c, NULL, c->target);
	for (int i = 1; i < cli->n_args; i++)
		word(c, NULL, cli->args[i]);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	static struct command c;
	struct cli_conn *conn;
	unsigned known = 0;
	int wait_ms = 0;

	while (source && known < ARRAY_LEN(sources) && strcmp(source, sources[known]) != 0)
		known++;
	if (known == ARRAY_LEN(sources))
		return cli_usage(err, "'%.100s' is no source (lease, agent, arp)", source);
	if (port && (!*port || port[strspn(port, "0123456789")]))
		return cli_usage(err, "'%.20s' is no port", port);
	if (cli->n_args > (int)ARRAY_LEN(c.words) - 20)
		return cli_usage(err, "the command has too many words");
	if (wait_text && cli_timeout(wait_text, &wait_ms, err) < 0)
		return -1;
	if (!(conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	if (!guest_is_active(&guest))
		return error_set(err, ERR_OPERATION_INVALID, "domain '%s' is not running (start it with: vm-start %s)", guest.name, guest.name);
	if (make(cli, conn, &guest, wait_ms, &c, err) < 0)
		return -1;
	if (!print) {
		fflush(stdout);
		execvp("ssh", (char *const *)c.words);
		return error_errno(err, "cannot run ssh (Debian: openssh-client)");
	}
	for (int i = 0; i < c.n; i++)
		printf("%s%s%s%s", i ? " " : "", strchr(c.words[i], ' ') ? "'" : "", c.words[i], strchr(c.words[i], ' ') ? "'" : "");
	putchar('\n');
	return 0;
}

static const struct cli_program program = {
	.name = "vm-ssh", .summary = "log in to a guest by ssh", .args = "GUEST [COMMAND...]", .options = options, .min_args = 1, .max_args = -1,
	.flags = CLI_GUESTS | CLI_POSIX, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
