/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of all procedures by number, without their rows: for what a server says of a procedure that it does not have. */
#include "rpc/procs.h"

#include <ctype.h>
#include <string.h>

#define X(number, name, right, kind, args, ret) [number] = #name,
static const char *const remote_names[] = { RPC_REMOTE_PROCS(X) };
static const char *const lxc_names[] = { RPC_LXC_PROCS(X) };
static const char *const qemu_names[] = { RPC_QEMU_PROCS(X) };
#undef X

static const struct {
	uint32_t program;
	const char *const *names;
	size_t n;
} programs[] = {
	{ RPC_REMOTE_PROGRAM, remote_names, ARRAY_LEN(remote_names) },
	{ RPC_LXC_PROGRAM, lxc_names, ARRAY_LEN(lxc_names) },
	{ RPC_QEMU_PROGRAM, qemu_names, ARRAY_LEN(qemu_names) },
};

const char *rpc_proc_name(uint32_t program, uint32_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		if (programs[i].program == program && number < programs[i].n && programs[i].names[number])
			return programs[i].names[number];
	return NULL;
}

/* What is written otherwise than by a capital at each word. */
static const struct {
	const char *word, *written;
} words[] = {
	{ "nwfilter", "NWFilter" }, { "nwfilters", "NWFilters" }, { "uuid", "UUID" }, { "xml", "XML" }, { "id", "ID" }, { "cpu", "CPU" },
	{ "os", "OS" }, { "pm", "PM" }, { "dhcp", "DHCP" }, { "ssh", "SSH" }, { "fs", "FS" }, { "uri", "URI" }, { "mac", "MAC" }, { "sev", "SEV" },
	{ "nmi", "NMI" }, { "iothread", "IOThread" }, { "fd", "FD" }, { "fstrim", "FSTrim" }, { "fsfreeze", "FSFreeze" }, { "fsthaw", "FSThaw" }, { "fsinfo", "FSInfo" },
	{ "scsi", "SCSI" }, { "wwn", "WWN" },
};

const char *rpc_api_name(const char *name, char text[RPC_API_NAME])
{
	/* what only one hypervisor has is a function of its guests still */
	bool own = !strncmp(name, "qemu_domain_", 12) || !strncmp(name, "lxc_domain_", 11);
	char program[5] = "";
	size_t at = 0;

	if (own) {
		snprintf(program, sizeof(program), "%.*s", (int)strcspn(name, "_"), name);
		program[0] = (char)toupper((unsigned char)program[0]);
		name = strchr(name, '_') + strlen("_domain_");
	}
	at += (size_t)snprintf(text, RPC_API_NAME, own ? "virDomain%s" : "vir", program);
	while (*name && at + 16 < RPC_API_NAME) {
		size_t len = strcspn(name, "_"), i = 0;

		while (i < ARRAY_LEN(words) && (strlen(words[i].word) != len || strncmp(words[i].word, name, len) != 0))
			i++;
		snprintf(text + at, RPC_API_NAME - at, "%.*s", (int)len, i < ARRAY_LEN(words) ? words[i].written : name);
		text[at] = (char)toupper((unsigned char)text[at]);
		at += strlen(text + at);
		name += len + (name[len] == '_');
	}
	return text;
}

/* What a procedure is about, by a part of its name; the first that fits. */
static const struct {
	const char *part;
	enum error_from module;
	bool drivers;         /* there are drivers of these objects */
} modules[] = {
	{ "domain_snapshot", ERROR_FROM_SNAPSHOT, false }, { "domain_checkpoint", ERROR_FROM_CHECKPOINT, false }, { "domain_", ERROR_FROM_DOMAIN, false },
	{ "nwfilter", ERROR_FROM_NWFILTER, true }, { "network", ERROR_FROM_NETWORK, true }, { "storage_", ERROR_FROM_STORAGE, true },
	{ "interface", ERROR_FROM_INTERFACE, true }, { "node_device", ERROR_FROM_NODEDEV, true }, { "node_num_of_devices", ERROR_FROM_NODEDEV, true },
	{ "node_list_devices", ERROR_FROM_NODEDEV, true }, { "secret", ERROR_FROM_SECRET, true },
};

enum error_from rpc_error_domain(const char *name, enum error_code code, enum error_from driver)
{
	size_t i = 0;

	if (!name || code == ERR_RPC)
		return ERROR_FROM_RPC;
	while (i < ARRAY_LEN(modules) && !strstr(name, modules[i].part))
		i++;
	enum error_from module = i < ARRAY_LEN(modules) ? modules[i].module : ERROR_FROM_DOMAIN;
	if (code == ERR_NO_SUPPORT || code == ERR_XML || code == ERR_XML_DETAIL)
		return module;
	return i < ARRAY_LEN(modules) && modules[i].drivers && driver != ERROR_FROM_TEST ? module : driver;
}
