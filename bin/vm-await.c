/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/define.h"
#include "cli/event.h"
#include "conf/domain.h"

#include <string.h>

#define AGENT "org.qemu.guest_agent.0"

static char *condition, *timeout_text;

static const struct poptOption options[] = {
	{ "condition", 0, POPT_ARG_STRING, &condition, 0, "what is waited for", "CONDITION" },
	{ "timeout", 0, POPT_ARG_STRING, &timeout_text, 0, "wait at most this long (seconds, or with ms, s, m, h)", "TIME" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_xml_desc), HV(domain_get_state), RPC_ROW_END };

struct waiting {
	struct cli *cli;
	struct cli_conn *conn;
	const struct guest *guest;
};

static int is_inactive(const struct waiting *w, int timeout_ms, struct error *err)
{
	return cli_wait(w->conn, w->guest->name, cli_has_ended, NULL, timeout_ms, err);
}

static const struct domain_channel *agent_channel(const struct domain *def)
{
	for (size_t i = 0; i < def->devices.channels.n; i++) {
		const struct domain_channel *c = def->devices.channels.items[i];
		if (c->name && !strcmp(c->name, AGENT))
			return c;
	}
	return NULL;
}

/* Whether the agent has opened its channel: 1, 0 or -1, also for a guest that will never have one. */
static int agent_is_there(void *arg, struct error *err)
{
	const struct waiting *w = arg;
	wire_domain_get_state_args ask = { .dom = cli_domain(w->guest) };
	wire_domain_get_state_ret state = { 0 };
	wire_domain_get_xml_desc_args args = { .dom = cli_domain(w->guest) };
	wire_domain_get_xml_desc_ret ret = { 0 };
	const struct domain_channel *channel;

	if (cli_call(w->conn, &rpc_domain_get_state, &ask, &state, err) < 0)
		return -1;
	if (state.state == 5 || state.state == 6)   /* VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_CRASHED */
		return error_set(err, ERR_OPERATION_INVALID, "%s: the guest is not running", w->guest->name);
	if (cli_call(w->conn, &rpc_domain_get_xml_desc, &args, &ret, err) < 0)
		return -1;
	AUTO_DOMAIN struct domain *def = domain_parse(ret.xml, strlen(ret.xml), DOMAIN_PARSE_LIVE, err);
	xdr_free(rpc_domain_get_xml_desc.ret, &ret);
	if (!def)
		return -1;
	channel = agent_channel(def);
	return channel ? channel->state == DOMAIN_CHANNEL_CONNECTED
		: error_set(err, ERR_OPERATION_INVALID, "%s: it has no channel for a guest agent (<channel> with <target type='virtio' name='" AGENT "'/>)", w->guest->name);
}

static int told(const struct cli_event *event, void *arg, struct error *err)
{
	return strcmp(event->type->name, "agent-lifecycle") && strcmp(event->type->name, "lifecycle") ? 0 : agent_is_there(arg, err);
}

static int has_agent(const struct waiting *w, int timeout_ms, struct error *err)
{
	struct cli_event_watch watch = { .cli = w->cli, .conn = w->conn, .guests = (const char *const *)&w->guest->name, .n_guests = 1, .ready = agent_is_there,
					 .tell = told, .arg = (void *)w };

	return cli_event_watch(&watch, timeout_ms, err);
}

static const struct {
	const char *name;
	int (*wait)(const struct waiting *w, int timeout_ms, struct error *err);
} conditions[] = { { "domain-inactive", is_inactive }, { "guest-agent-available", has_agent } };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	const char *word = condition ? condition : cli->n_args > 1 ? cli->args[1] : NULL;
	struct waiting w = { .cli = cli, .guest = &guest };
	size_t i = 0;
	int timeout_ms;

	if (!word || (condition && cli->n_args > 1))
		return cli_usage(err, "say once what is waited for: domain-inactive or guest-agent-available");
	while (i < ARRAY_LEN(conditions) && strcmp(conditions[i].name, word))
		i++;
	if (i == ARRAY_LEN(conditions))
		return cli_usage(err, "'%s' is no condition (domain-inactive, guest-agent-available; vm-wait has more)", word);
	if (cli_timeout(timeout_text, &timeout_ms, err) < 0 || !(w.conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	return conditions[i].wait(&w, timeout_ms, err);
}

static const struct cli_program program = {
	.name = "vm-await", .summary = "wait until a guest has ended or its agent is there", .args = "GUEST [CONDITION]", .options = options, .min_args = 1,
	.max_args = 2, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
