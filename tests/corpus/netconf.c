/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a network comes to, as text, without making one: for the corpus.
 *     netconf dnsmasq FILE                                        the configuration of its dnsmasq
 *     netconf rules FILE                                          the commands for nft(8)
 *     netconf filter FILE NAME=VALUE...                           the same of a filter, bound to a port "vnet0" with these parameters
 *     netconf update FRAGMENT FILE COMMAND SECTION INDEX          the definition after an update, by libvirt's words (ADD_LAST, IP_DHCP_HOST)
 */
#include "network/network_impl.h"
#include "nwfilter/nwfilter.h"

#include "util/file.h"

#include <fcntl.h>
#include <string.h>

static const char *const commands[] = { "NONE", "MODIFY", "DELETE", "ADD_LAST", "ADD_FIRST" };
static const char *const sections[] = { "NONE", "BRIDGE", "DOMAIN", "IP", "IP_DHCP_HOST", "IP_DHCP_RANGE", "FORWARD", "FORWARD_INTERFACE", "FORWARD_PF",
					"PORTGROUP", "DNS_HOST", "DNS_TXT", "DNS_SRV" };

static unsigned word(const char *const *words, size_t n, const char *asked)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(words[i], asked))
			return (unsigned)i;
	return 0;
}

static char *read_file(const char *name, size_t *len, struct error *err)
{
	AUTO_CLOSE int fd = open(name, O_RDONLY | O_CLOEXEC);
	char *text = NULL;

	if (fd < 0)
		error_errno(err, "%s", name);
	else if (file_read_fd(fd, XML_MAX_SIZE, &text, len, err) < 0)
		return NULL;
	return text;
}

static struct network *read_network(const char *name, struct error *err)
{
	size_t len = 0;
	AUTO_FREE char *xml = read_file(name, &len, err);

	return xml ? network_parse(xml, len, 0, err) : NULL;
}

static char *updated(struct network *def, char **argv, struct error *err)
{
	size_t len = 0;
	AUTO_FREE char *xml = read_file(argv[2], &len, err);

	if (!xml || net_update_def(def, word(commands, ARRAY_LEN(commands), argv[4]), word(sections, ARRAY_LEN(sections), argv[5]), (int)strtol(argv[6], NULL, 10), xml, err) < 0)
		return NULL;
	return network_format(def, CONF_FORMAT_INACTIVE, err);
}

/* The one filter that there is. */
static const char *filter_file;

static struct nwfilter *load_filter(const char *name, struct error *err)
{
	size_t len = 0;
	AUTO_FREE char *xml = read_file(filter_file, &len, err);

	(void)name;
	return xml ? nwfilter_parse(xml, len, 0, err) : NULL;
}

static char *filter_rules(int argc, char **argv, struct error *err)
{
	AUTO_BUF struct buf b = { 0 };
	struct nwfilter_binding *binding;
	char *rules;

	filter_file = argv[2];
	buf_str(&b, "<filterbinding><owner><name>g</name><uuid>d54df46f-1ab5-4a22-8618-4560ef5fac2c</uuid></owner><portdev name='vnet0'/>"
		    "<mac address='52:54:00:00:00:0a'/><filterref filter='f'>");
	for (int i = 3; i < argc; i++) {
		const char *equals = strchr(argv[i], '=');

		if (equals)
			buf_printf(&b, "<parameter name='%.*s' value='%s'/>", (int)(equals - argv[i]), argv[i], equals + 1);
	}
	buf_str(&b, "</filterref></filterbinding>");
	binding = b.data ? nwfilter_binding_parse(b.data, b.len, 0, err) : NULL;
	if (!binding)
		return NULL;
	rules = nwfilter_rules(binding, load_filter, true, err);
	nwfilter_binding_free(binding);
	return rules;
}

int main(int argc, char **argv)
{
	bool update = argc == 7 && !strcmp(argv[1], "update");
	AUTO_NETWORK struct network *def = NULL;
	AUTO_FREE char *out = NULL;
	struct error err = { 0 };

	if (argc >= 3 && !strcmp(argv[1], "filter")) {
		out = filter_rules(argc, argv, &err);
	} else if (!update && argc != 3) {
		fprintf(stderr, "usage: netconf dnsmasq|rules FILE, netconf filter FILE NAME=VALUE..., netconf update FRAGMENT FILE COMMAND SECTION INDEX\n");
		return EXIT_USAGE;
	} else if ((def = read_network(argv[update ? 3 : 2], &err))) {
		out = update ? updated(def, argv, &err) : !strcmp(argv[1], "rules") ? net_table_rules(def, &err) : net_dnsmasq_conf(def, &err);
	}
	if (out)
		return fputs(out, stdout) < 0 || fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
	fprintf(stderr, "netconf: %s\n", err.text);
	return error_exit_status(err.code);
}
