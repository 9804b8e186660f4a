/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu/caps_probe.h"

#include "util/file.h"
#include "util/process.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

/* Of the whole conversation, and of one answer (the schema has 400 KiB). */
#define PROBE_MS 20000
#define ANSWER_MAX (4u << 20)

struct probe {
	const char *binary;
	int fd, pidfd;
	pid_t pid;
	int64_t deadline;
	char *buf;
	size_t len, size;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void probe_end(struct probe *p)
{
	if (p->fd >= 0)
		close(p->fd);
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		RETRY_EINTR(waitpid(p->pid, NULL, 0));
	}
	if (p->pidfd >= 0)
		close(p->pidfd);
	free(p->buf);
}

static int probe_begin(struct probe *p, const char *accel, struct error *err)
{
	char machine[32];
	char *argv[] = { (char *)p->binary, "-S", "-no-user-config", "-nodefaults", "-nographic", "-machine", machine, "-qmp", "stdio", NULL };
	int pair[2];

	snprintf(machine, sizeof(machine), "none,accel=%s", accel);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, "%s", p->binary);
	const struct process_fd fds[] = { { pair[1], 0 }, { pair[1], 1 } };
	const struct process_spec spec = { .path = p->binary, .argv = argv, .fds = fds, .n_fds = ARRAY_LEN(fds), .new_session = true };

	p->fd = pair[0];
	p->pid = process_spawn(&spec, &p->pidfd, err);
	close(pair[1]);
	return p->pid > 0 ? 0 : -1;
}

/* One line; the caller's. */
static char *read_line(struct probe *p, struct error *err)
{
	for (size_t seen = 0;;) {
		struct pollfd poll_fd = { .fd = p->fd, .events = POLLIN };
		char *end = p->len > seen ? memchr(p->buf + seen, '\n', p->len - seen) : NULL;
		int64_t left = p->deadline - now_ms();
		ssize_t n;

		if (end) {
			char *line = strndup(p->buf, end - p->buf);

			p->len -= end + 1 - p->buf;
			memmove(p->buf, end + 1, p->len);
			return line;
		}
		seen = p->len;
		if (p->len == p->size) {
			char *buf = p->size >= ANSWER_MAX ? NULL : realloc(p->buf, p->size ? p->size * 2 : 65536);

			if (!buf) {
				error_set(err, ERR_INTERNAL, "%s: its answer is too long", p->binary);
				return NULL;
			}
			p->buf = buf;
			p->size = p->size ? p->size * 2 : 65536;
		}
		if (left <= 0 || RETRY_EINTR(poll(&poll_fd, 1, (int)left)) <= 0) {
			error_set(err, ERR_OPERATION_TIMEOUT, "%s does not answer QMP", p->binary);
			return NULL;
		}
		n = RETRY_EINTR(read(p->fd, p->buf + p->len, p->size - p->len));
		if (n <= 0) {
			error_set(err, ERR_INTERNAL, "%s ended before it answered QMP: is it a QEMU?", p->binary);
			return NULL;
		}
		p->len += n;
	}
}

/* The next message that is no event. */
static json_t *read_message(struct probe *p, struct error *err)
{
	for (;;) {
		AUTO_FREE char *line = read_line(p, err);
		json_t *message = line ? json_loads(line, 0, NULL) : NULL;

		if (!line)
			return NULL;
		/* properties of CPUs are unsigned, up to 2^64 - 1: more than jansson's integers hold */
		if (!message)
			message = json_loads(line, JSON_DECODE_INT_AS_REAL, NULL);
		if (!message) {
			error_set(err, ERR_INTERNAL, "%s says on QMP what is no JSON: '%.100s'", p->binary, line);
			return NULL;
		}
		if (!json_object_get(message, "event"))
			return message;
		json_decref(message);
	}
}

/* Asks; `arguments` (may be NULL) is taken. *value is what QEMU returned, NULL where it knows no such command or refuses it. */
static int ask(struct probe *p, const char *command, json_t *arguments, json_t **value, struct error *err)
{
	json_t *question = json_pack("{s:s, s:o*}", "execute", command, "arguments", arguments), *answer;
	AUTO_FREE char *text = question ? json_dumps(question, JSON_COMPACT) : NULL;

	json_decref(question);
	*value = NULL;
	if (!text)
		return error_set(err, ERR_NO_MEMORY, "no memory to ask %s", p->binary);
	if (send(p->fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
		return error_errno(err, "%s", p->binary);
	answer = read_message(p, err);
	if (!answer)
		return -1;
	*value = json_incref(json_object_get(answer, "return"));
	json_decref(answer);
	return 0;
}

/* --- what is kept of the answers ------------------------------------------------------------------------------- */

static json_t *by_name(const json_t *list)
{
	json_t *out = json_object(), *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *name = json_string_value(json_object_get(item, "name"));

		if (name)
			json_object_set(out, name, item);
	}
	return out;
}

static void add_types(json_t *types, const json_t *list)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *name = json_string_value(json_object_get(item, "name"));

		if (name)
			json_object_set_new(types, name, json_true());
	}
}

static const json_t *schema_find(const json_t *schema, const char *name)
{
	json_t *item;
	size_t i;

	json_array_foreach(schema, i, item) {
		const char *n = json_string_value(json_object_get(item, "name"));

		if (n && !strcmp(n, name))
			return item;
	}
	return NULL;
}

/* The schema numbers its types: an enumeration is found by where it is used. Each row: command, the members to follow. */
static const struct { const char *name, *command, *path[4]; } schema_enums[] = {
	{ "blockdev-driver", "blockdev-add", { "driver" } },
	{ "aio", "blockdev-add", { "=file", "aio" } },
	{ "detect-zeroes", "blockdev-add", { "detect-zeroes" } },
	{ "display", "query-display-options", { "<type" } },
	{ "chardev", "chardev-add", { "backend", "type" } },
	{ "netdev", "netdev_add", { "type" } },
	{ "object", "object-add", { "qom-type" } },
	{ "dump-format", "dump-guest-memory", { "format" } },
	{ "screendump-format", "screendump", { "format" } },
	{ "audiodev", "query-audiodevs", { "<*driver" } },
};

static const char *member_type(const json_t *type, const char *member)
{
	json_t *m, *list = json_object_get(type, *member == '=' ? "variants" : "members");
	size_t i;

	json_array_foreach(list, i, m) {
		const char *n = json_string_value(json_object_get(m, *member == '=' ? "case" : "name"));

		if (n && !strcmp(n, member + (*member == '=')))
			return json_string_value(json_object_get(m, "type"));
	}
	return NULL;
}

/* "[123]" of an array, "123" of all else. */
static const json_t *element_of(const json_t *schema, const json_t *type)
{
	const char *meta = json_string_value(json_object_get(type, "meta-type"));

	return meta && !strcmp(meta, "array") ? schema_find(schema, json_string_value(json_object_get(type, "element-type"))) : type;
}

static json_t *schema_words(const json_t *schema, size_t row)
{
	const json_t *type = schema_find(schema, schema_enums[row].command);
	const char *const *path = schema_enums[row].path;
	bool returned = *path[0] == '<';
	const char *name = json_string_value(json_object_get(type, returned ? "ret-type" : "arg-type"));

	type = name ? schema_find(schema, name) : NULL;
	for (size_t i = 0; i < ARRAY_LEN(schema_enums[0].path) && path[i] && type; i++) {
		const char *member = path[i] + (*path[i] == '<');

		if (*member == '*')
			member++;
		type = element_of(schema, type);
		name = member_type(type, member);
		type = name ? schema_find(schema, name) : NULL;
	}
	return type ? json_incref(json_object_get(type, "values")) : NULL;
}

static json_t *schema_reduce(const json_t *schema)
{
	json_t *out = json_object();

	for (size_t i = 0; i < ARRAY_LEN(schema_enums); i++) {
		json_t *words = schema_words(schema, i);

		if (words)
			json_object_set_new(out, schema_enums[i].name, words);
	}
	return out;
}

static json_t *schema_commands(const json_t *schema)
{
	json_t *out = json_array(), *item;
	size_t i;

	json_array_foreach(schema, i, item) {
		const char *meta = json_string_value(json_object_get(item, "meta-type"));

		if (meta && !strcmp(meta, "command"))
			json_array_append(out, json_object_get(item, "name"));
	}
	return out;
}

/* --- the questions --------------------------------------------------------------------------------------------- */

static const char *libvirt_arch(const char *target)
{
	static const struct { const char *qemu, *libvirt; } names[] = {
		{ "i386", "i686" }, { "arm", "armv7l" }, { "or1k", "or32" }, { "hppa", "parisc" },
	};

	for (size_t i = 0; target && i < ARRAY_LEN(names); i++)
		if (!strcmp(target, names[i].qemu))
			return names[i].libvirt;
	return target;
}

/* What does not depend on the accelerator. */
static int ask_common(struct probe *p, json_t *doc, struct error *err)
{
	static const char *const implements[] = { "device", "user-creatable" };
	static const char *const plain[] = { "query-tpm-models", "query-tpm-types", "query-sev-capabilities", "query-gic-capabilities" };
	json_t *value, *types = json_object();

	json_object_set_new(doc, "types", types);
	if (ask(p, "query-target", NULL, &value, err) < 0)
		return -1;
	json_object_set_new(doc, "arch", json_string(libvirt_arch(json_string_value(json_object_get(value, "arch")))));
	json_decref(value);
	if (ask(p, "query-machines", NULL, &value, err) < 0)
		return -1;
	json_object_set_new(doc, "machines", by_name(value));
	json_decref(value);
	for (size_t i = 0; i < ARRAY_LEN(implements); i++) {
		if (ask(p, "qom-list-types", json_pack("{s:s, s:b}", "implements", implements[i], "abstract", 0), &value, err) < 0)
			return -1;
		add_types(types, value);
		json_decref(value);
	}
	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		if (ask(p, plain[i], NULL, &value, err) < 0)
			return -1;
		if (value)
			json_object_set_new(doc, plain[i] + strlen("query-"), value);
	}
	if (ask(p, "query-qmp-schema", NULL, &value, err) < 0)
		return -1;
	json_object_set_new(doc, "enums", schema_reduce(value));
	json_object_set_new(doc, "commands", schema_commands(value));
	json_decref(value);
	return 0;
}

static int ask_cpus(struct probe *p, json_t *doc, const char *accel, struct error *err)
{
	json_t *cpus = json_object_get(doc, "cpus"), *max = json_object_get(doc, "max"), *value;

	if (ask(p, "query-cpu-definitions", NULL, &value, err) < 0)
		return -1;
	if (value)
		json_object_set_new(cpus, accel, value);
	/* with what could not be migrated; QEMU's without the property refuse it */
	if (ask(p, "query-cpu-model-expansion", json_pack("{s:s, s:{s:s, s:{s:b}}}", "type", "full", "model", "name", "max", "props", "migratable", 0),
		&value, err) < 0 ||
	    (!value && ask(p, "query-cpu-model-expansion", json_pack("{s:s, s:{s:s}}", "type", "full", "model", "name", "max"), &value, err) < 0))
		return -1;
	if (value)
		json_object_set(max, accel, json_object_get(json_object_get(value, "model"), "props"));
	json_decref(value);
	return 0;
}

static int greet(struct probe *p, json_t *doc, struct error *err)
{
	json_t *hello = read_message(p, err), *value, *package;
	int major = 0, minor = 0, micro = 0, r;

	if (!hello)
		return -1;
	r = json_unpack(hello, "{s:{s:{s:{s:i, s:i, s:i}, s:o}}}", "QMP", "version", "qemu", "major", &major, "minor", &minor, "micro", &micro,
			"package", &package);
	if (r == 0) {
		json_object_set_new(doc, "version", json_integer(major * 1000000 + minor * 1000 + micro));
		json_object_set(doc, "package", package);
	}
	json_decref(hello);
	if (r < 0)
		return error_set(err, ERR_INTERNAL, "%s: no QMP greeting: is it a QEMU?", p->binary);
	if (ask(p, "qmp_capabilities", NULL, &value, err) < 0)
		return -1;
	json_decref(value);
	return 0;
}

static int probe_once(const char *binary, const char *accel, json_t *doc, bool *kvm, struct error *err)
{
	struct probe p = { .binary = binary, .fd = -1, .pidfd = -1, .deadline = now_ms() + PROBE_MS };
	json_t *value = NULL;
	int r = -1;

	if (probe_begin(&p, accel, err) == 0 && greet(&p, doc, err) == 0 && ask(&p, "query-kvm", NULL, &value, err) == 0) {
		*kvm = json_is_true(json_object_get(value, "enabled"));
		r = json_object_get(doc, "types") || ask_common(&p, doc, err) == 0 ? ask_cpus(&p, doc, *kvm ? "kvm" : "tcg", err) : -1;
	}
	json_decref(value);
	probe_end(&p);
	return r;
}

json_t *qemu_caps_probe(const char *binary, struct error *err)
{
	json_t *doc = json_pack("{s:{}, s:{}}", "cpus", "max");
	bool kvm = false, again;

	if (!doc) {
		error_set(err, ERR_NO_MEMORY, "no memory for the capabilities of %s", binary);
		return NULL;
	}
	if (probe_once(binary, "kvm:tcg", doc, &kvm, err) < 0 || (kvm && probe_once(binary, "tcg", doc, &again, err) < 0)) {
		json_decref(doc);
		return NULL;
	}
	json_object_set_new(doc, "kvm", json_boolean(kvm));
	return doc;
}
