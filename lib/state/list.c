/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listing: the names of two directories, sorted and merged, and one look at each definition. */
#include "state/internal.h"

#include "util/str.h"

#include <fcntl.h>
#include <string.h>

/* Names one after the other in one block: decoded, and beside it as the file is called where that differs. */
struct names {
	char *pool;
	size_t used, room;
	struct item {
		size_t name, file;   /* offsets in the pool */
	} *item;
	size_t n, n_room;
};

static void names_clear(struct names *names)
{
	free(names->pool);
	free(names->item);
}

static int put(struct names *names, const char *text, size_t *at)
{
	size_t len = strlen(text) + 1;

	if (names->used + len > names->room) {
		size_t room = names->room ? names->room * 2 : 16384;
		char *more = realloc(names->pool, room + len);
		if (!more)
			return -1;
		names->pool = more;
		names->room = room + len;
	}
	memcpy(names->pool + names->used, text, len);
	*at = names->used;
	names->used += len;
	return 0;
}

static int add(struct names *names, const char *file)
{
	AUTO_FREE char *decoded = NULL;
	struct item *item;

	if (names->n == names->n_room) {
		size_t room = names->n_room ? names->n_room * 2 : 512;
		struct item *more = realloc(names->item, room * sizeof(*more));
		if (!more)
			return -1;
		names->item = more;
		names->n_room = room;
	}
	item = &names->item[names->n];
	decoded = strchr(file, '%') ? str_decode_name(file) : NULL;
	if (put(names, file, &item->file) < 0)
		return -1;
	item->name = item->file;
	if (decoded && put(names, decoded, &item->name) < 0)
		return -1;
	names->n++;
	return 0;
}

/* Whether a file name can be an object's: most are their own names, with nothing to decode. */
static bool possible(const char *file)
{
	static const bool plain[256] = {
		['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true, ['-'] = true, ['_'] = true, ['+'] = true,
		[':'] = true, ['@'] = true, [','] = true, ['='] = true, ['.'] = true,
	};
	const unsigned char *p = (const unsigned char *)file;

	if (*p == '.')
		return false;
	while (plain[*p])
		p++;
	if (!*p)
		return true;
	AUTO_FREE char *decoded = str_decode_name(file);
	return decoded != NULL;
}

static int by_name(const void *a, const void *b, void *pool)
{
	const struct item *x = a, *y = b;

	return strcmp((char *)pool + x->name, (char *)pool + y->name);
}

static int read_names(int kind_fd, struct names *names)
{
	int fd = RETRY_EINTR(openat(kind_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	AUTO_CLOSEDIR DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	for (;;) {
		errno = 0;
		e = readdir(d);
		if (!e && errno)
			return -1;
		if (!e)
			break;
		if ((e->d_type == DT_DIR || e->d_type == DT_UNKNOWN) && possible(e->d_name) && add(names, e->d_name) < 0)
			return -1;
	}
	if (names->n > 1)
		qsort_r(names->item, names->n, sizeof(*names->item), by_name, names->pool);
	return 0;
}

/* Whether the definition is what it should be; *gone when the object went meanwhile. */
static bool config_damaged(int kind_fd, const char *file, bool *gone)
{
	char path[STATE_NAME_BUF + 16], *p;
	struct stat st;

	p = stpcpy(path, file);
	memcpy(p, "/" STATE_CONFIG, sizeof("/" STATE_CONFIG));
	*gone = false;
	if (fstatat(kind_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return !S_ISREG(st.st_mode) || st.st_size == 0;
	*gone = fstatat(kind_fd, file, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
	return true;
}

/* One pass over both sorted lists. The entries' names are offsets until the pool no longer moves. */
static void merge(struct state_list *list, int lib_fd, const struct names *defined, const struct names *running, unsigned which)
{
	bool look = defined->n <= STATE_LIST_LOOK_MAX;
	size_t i = 0, j = 0;

	while (i < defined->n || j < running->n) {
		const char *a = i < defined->n ? defined->pool + defined->item[i].name : NULL;
		const char *b = j < running->n ? running->pool + running->item[j].name : NULL;
		int order = !a ? 1 : !b ? -1 : strcmp(a, b);
		struct state_entry entry = { .name = order <= 0 ? a : b, .defined = order <= 0, .running = order >= 0 };
		bool gone = false;

		if (order <= 0 && look)
			entry.damaged = config_damaged(lib_fd, defined->pool + defined->item[i].file, &gone);
		if (order <= 0)
			i++;
		if (order >= 0)
			j++;
		if (gone)
			entry.defined = entry.damaged = false;
		if ((entry.defined && which & STATE_LIST_DEFINED) || (entry.running && which & STATE_LIST_RUNNING))
			list->entry[list->n++] = entry;
	}
}

struct arena {
	struct names defined, running;
};

void state_list_free(struct state_list *list)
{
	struct arena *arena = list->arena_;

	if (arena) {
		names_clear(&arena->defined);
		names_clear(&arena->running);
	}
	free(arena);
	free(list->entry);
	*list = (struct state_list){ 0 };
}

/* Running ones alone: what it costs does not depend on how many are defined. */
static void only_running(struct state_list *list, int lib_fd, const struct names *running)
{
	for (size_t i = 0; i < running->n; i++) {
		struct state_entry entry = { .name = running->pool + running->item[i].name, .running = true };
		bool gone = true;
		if (lib_fd >= 0)
			entry.damaged = config_damaged(lib_fd, running->pool + running->item[i].file, &gone);
		entry.defined = !gone;
		entry.damaged &= !gone;
		list->entry[list->n++] = entry;
	}
}

/* -2: there is none */
static int missing_is_fine(int fd)
{
	return fd < 0 && errno == ENOENT ? -2 : fd;
}

int state_list(struct state_list *list, const char *kind, unsigned which, struct error *err)
{
	struct arena *arena = calloc(1, sizeof(*arena));
	int lib = missing_is_fine(state_open_kind(kind, false, err));
	int run = kind[0] == '.' ? -2 : missing_is_fine(state_open_dir(STATE_RUN, kind, false, err));
	int r = lib == -1 || run == -1 ? -1 : 0;

	*list = (struct state_list){ .arena_ = arena };
	if (!arena)
		r = error_errno(err, "cannot list");
	if (r == 0 && lib >= 0 && which & STATE_LIST_DEFINED && read_names(lib, &arena->defined) < 0)
		r = error_errno(err, "cannot read the definitions of %s", kind);
	if (r == 0 && run >= 0 && read_names(run, &arena->running) < 0)
		r = error_errno(err, "cannot read the run directories of %s", kind);
	if (r == 0) {
		list->entry = calloc(arena->defined.n + arena->running.n + 1, sizeof(*list->entry));
		if (!list->entry)
			r = error_errno(err, "cannot list");
		else if (which & STATE_LIST_DEFINED)
			merge(list, lib, &arena->defined, &arena->running, which);
		else
			only_running(list, lib, &arena->running);
	}
	if (lib >= 0)
		close(lib);
	if (run >= 0)
		close(run);
	if (r < 0)
		state_list_free(list);
	return r;
}
