/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of the kernel's ipset(8) in rules of nftables, which cannot look into them: the members that a set has are written into the rule, and sets.c writes
 * it anew when they are others. */
#include "nwfilter/rules_impl.h"

#include "util/file.h"
#include "util/process.h"
#include "util/str.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define IPSET "/usr/sbin/ipset"
#define TEXT_MAX (16u << 20)
#define MEMBERS_MAX 65536
#define DIMENSIONS_MAX 3

/* What `ipset save NAME` prints; the caller's. */
static char *save(const char *name, struct error *err)
{
	char *const argv[] = { (char *)"ipset", (char *)"save", (char *)name, NULL };
	AUTO_CLOSE int out = memfd_create("set", MFD_CLOEXEC), said = memfd_create("words", MFD_CLOEXEC);
	const struct process_fd fds[] = { { out, 1 }, { said, 2 } };
	const struct process_spec spec = { .path = IPSET, .argv = argv, .fds = fds, .n_fds = 2 };
	char *text = NULL, words[200];
	int status = 0;
	pid_t pid;

	if (access(IPSET, X_OK) < 0) {
		error_set(err, ERR_OPERATION_FAILED, "a filter with the set '%s' needs the program ipset (apt-get install ipset)", name);
		return NULL;
	}
	pid = out < 0 || said < 0 ? -1 : process_spawn(&spec, NULL, err);
	if (pid < 0)
		return NULL;
	RETRY_EINTR(waitpid(pid, &status, 0));
	if (status == 0 && lseek(out, 0, SEEK_SET) == 0 && file_read_fd(out, TEXT_MAX, &text, NULL, err) == 0)
		return text;
	file_first_line(said, words, sizeof(words));
	if (status)
		error_set(err, ERR_OPERATION_FAILED, "the set '%s': %s", name, *words ? words : "it cannot be read");
	return NULL;
}

/* "hash:net,port": what each part of a member is. */
struct set {
	const char *name;
	bool v6;
	char *part[DIMENSIONS_MAX];
	size_t n;
};

static int read_type(struct set *s, char *line, struct error *err)
{
	char *save_ptr = NULL, *word = strtok_r(line, " ", &save_ptr), *type, *parts;

	/* create NAME TYPE ... */
	word = word ? strtok_r(NULL, " ", &save_ptr) : NULL;
	type = word ? strtok_r(NULL, " ", &save_ptr) : NULL;
	parts = type ? strchr(type, ':') : NULL;
	while ((word = strtok_r(NULL, " ", &save_ptr)))
		s->v6 |= !strcmp(word, "inet6");
	for (char *part = parts ? strtok_r(parts + 1, ",", &save_ptr) : NULL; part && s->n < DIMENSIONS_MAX; part = strtok_r(NULL, ",", &save_ptr)) {
		if (strcmp(part, "ip") && strcmp(part, "net") && strcmp(part, "port"))
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "the set '%s' has members of the kind '%s'; a filter can look for ip, net and port", s->name, part);
		s->part[s->n++] = part;
	}
	return s->n ? 0 : error_set(err, ERR_CONFIG_UNSUPPORTED, "the set '%s' is none of addresses, networks and ports", s->name);
}

static bool is_port(const struct set *s, size_t i)
{
	return !strcmp(s->part[i], "port");
}

/* What of a packet is looked up: one word of `flags` ("src,dst") for each part. A port beside something else has its protocol with it. */
static int write_key(const struct set *s, const char *flags, bool reverse, struct buf *out, struct error *err)
{
	for (size_t i = 0; i < s->n; i++) {
		bool src = !strncmp(flags, "src", 3) != reverse;

		if (!*flags)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "the set '%s' has %zu parts: 'ipsetflags' says of fewer where they are", s->name, s->n);
		buf_str(out, i ? " . " : "");
		if (is_port(s, i))
			buf_printf(out, "%sth %s", s->n > 1 ? "meta l4proto . " : "", src ? "sport" : "dport");
		else
			buf_printf(out, "%s %s", s->v6 ? "ip6" : "ip", src ? "saddr" : "daddr");
		flags += flags[3] ? 4 : 3;
	}
	return 0;
}

/* "10.0.0.1,tcp:80" as "10.0.0.1 . tcp . 80" */
static void write_member(const struct set *s, char *member, struct buf *out)
{
	char *save_ptr = NULL;
	size_t i = 0;

	for (char *part = strtok_r(member, ",", &save_ptr); part && i < s->n; part = strtok_r(NULL, ",", &save_ptr), i++) {
		char *colon = is_port(s, i) ? strchr(part, ':') : NULL;

		buf_str(out, i ? " . " : "");
		if (colon)
			buf_printf(out, "%.*s . %s", (int)(colon - part), part, colon + 1);
		else
			buf_str(out, part);
	}
}

/* How many there are, or -1. */
static int write_members(const struct set *s, char *text, struct buf *out, struct error *err)
{
	char *save_ptr = NULL;
	int n = 0;

	for (char *line = strtok_r(text, "\n", &save_ptr); line; line = strtok_r(NULL, "\n", &save_ptr)) {
		char *member = strncmp(line, "add ", 4) ? NULL : strchr(line + 4, ' '), *end;

		if (!member)
			continue;
		end = strchr(++member, ' ');
		if (end && strstr(end, " nomatch"))
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "the set '%s' has members that are exceptions (nomatch), which a filter cannot have", s->name);
		if (end)
			*end = '\0';
		if (++n > MEMBERS_MAX)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "the set '%s' has more than %d members", s->name, MEMBERS_MAX);
		buf_str(out, n > 1 ? ", " : "");
		write_member(s, member, out);
	}
	return n;
}

int nwf_write_ipset(const char *name, const char *flags, bool v6, bool no, bool reverse, struct buf *out, struct error *err)
{
	AUTO_FREE char *text = save(name, err);
	AUTO_BUF struct buf members = { 0 };
	struct set s = { .name = name };
	char *rest = text ? strchr(text, '\n') : NULL;
	int n;

	if (!text)
		return -1;
	if (rest)
		*rest++ = '\0';
	if (read_type(&s, text, err) < 0 || (n = write_members(&s, rest ? rest : text + strlen(text), &members, err)) < 0)
		return -1;
	if (s.v6 != v6 && !(s.n == 1 && is_port(&s, 0)))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "the set '%s' is of IPv%d, the rule of IPv%d", name, s.v6 ? 6 : 4, v6 ? 6 : 4);
	/* nobody is in an empty set */
	if (!n) {
		buf_str(out, no ? "" : "meta l4proto 254 meta l4proto 255 ");
		return 0;
	}
	if (write_key(&s, flags, reverse, out, err) < 0)
		return -1;
	buf_printf(out, "%s { %s } ", no ? " !=" : "", members.data ? members.data : "");
	out->failed |= members.failed;
	return 0;
}
