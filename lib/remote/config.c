/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libvirt.conf: the two settings of it that concern every client. */
#include "remote/remote.h"

#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>

#define CONFIG_MAX (256u * 1024)

static char *config_path(struct error *err)
{
	const char *root = getenv("BERTH_ROOT"), *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *path;

	if ((root && *root == '/') || geteuid() == 0)
		path = str_printf("%s/etc/libvirt/libvirt.conf", root && *root == '/' ? root : "");
	else if (xdg && *xdg == '/')
		path = str_printf("%s/libvirt/libvirt.conf", xdg);
	else
		path = str_printf("%s/.config/libvirt/libvirt.conf", home ? home : "");
	if (!path)
		error_errno(err, "libvirt.conf");
	return path;
}

struct reader {
	const char *p;
	unsigned line;
	const char *path;
};

/* What stands between two words: blanks, comments, with `lines` ends of lines too. */
static void skip(struct reader *r, bool lines)
{
	for (;; r->p++) {
		if (*r->p == '#')
			r->p += strcspn(r->p, "\n");
		if (*r->p == '\n' && lines)
			r->line++;
		else if (*r->p != ' ' && *r->p != '\t' && *r->p != '\r')
			return;
	}
}

static int malformed(const struct reader *r, struct error *err)
{
	return error_set(err, ERR_INVALID_ARG, "%s:%u: not understood (KEY = \"VALUE\" or KEY = [ \"VALUE\", ... ] was expected)", r->path, r->line);
}

/* A string or a number; NULL with *err set. */
static char *value(struct reader *r, struct error *err)
{
	char quote = *r->p == '"' || *r->p == '\'' ? *r->p : '\0', *out;
	size_t len = quote ? strcspn(r->p + 1, quote == '"' ? "\"\n" : "'\n") : strspn(r->p, "-0123456789");

	if (quote ? r->p[1 + len] != quote : len == 0) {
		malformed(r, err);
		return NULL;
	}
	out = strndup(r->p + (quote ? 1 : 0), len);
	if (!out)
		error_errno(err, "%s", r->path);
	r->p += len + (quote ? 2 : 0);
	return out;
}

typedef bool take_fn(const char *value, void *arg);

/* Gives each value of one key; take() ends it by true. */
static int each_value(struct reader *r, const char *key, take_fn *take, void *arg, struct error *err)
{
	for (r->line = 1;;) {
		size_t len;
		bool ours, list;

		skip(r, true);
		if (!*r->p)
			return 0;
		len = strcspn(r->p, " \t=\n");
		ours = len == strlen(key) && strncmp(r->p, key, len) == 0;
		r->p += len;
		skip(r, false);
		if (!len || *r->p != '=')
			return malformed(r, err);
		r->p++;
		skip(r, false);
		list = *r->p == '[';
		r->p += list;
		for (;;) {
			AUTO_FREE char *one = NULL;

			skip(r, list);
			if (list && *r->p == ']')
				break;
			one = value(r, err);
			if (!one)
				return -1;
			if (ours && take(one, arg))
				return 0;
			if (!list)
				break;
			skip(r, true);
			if (*r->p == ',')
				r->p++;
			else if (*r->p != ']')
				return malformed(r, err);
		}
		r->p += list;
		skip(r, false);
		if (*r->p && *r->p != '\n')
			return malformed(r, err);
	}
}

static int read_config(const char *key, take_fn *take, void *arg, struct error *err)
{
	AUTO_FREE char *path = config_path(err), *text = NULL;
	AUTO_CLOSE int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;

	if (!path)
		return -1;
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : error_errno(err, "%s", path);
	if (file_read_fd(fd, CONFIG_MAX, &text, NULL, err) < 0)
		return error_wrap(err, "%s", path);
	struct reader r = { .p = text, .path = path };
	return each_value(&r, key, take, arg, err);
}

struct alias {
	const char *word;
	char *uri;
};

static bool take_alias(const char *text, void *arg)
{
	struct alias *a = arg;
	size_t len = strlen(a->word);

	if (strncmp(text, a->word, len) != 0 || text[len] != '=')
		return false;
	a->uri = strdup(text + len + 1);
	return true;
}

char *remote_alias(const char *word, struct error *err)
{
	struct alias a = { .word = word };

	return read_config("uri_aliases", take_alias, &a, err) < 0 ? NULL : a.uri;
}

static bool take_default(const char *text, void *arg)
{
	*(char **)arg = strdup(text);
	return true;
}

char *remote_default(struct error *err)
{
	char *uri = NULL;

	return read_config("uri_default", take_default, &uri, err) < 0 ? NULL : uri;
}
