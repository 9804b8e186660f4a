/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/world.h"

#include "rpc/subscribe.h"
#include "state/state.h"
#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>

#define DOCUMENT "objects.json"
#define LOG "events"
#define DOCUMENT_MAX ((size_t)64 << 20)
#define LOG_MAX (1 << 20)
#define LOCK_MS 30000

static int world_dir(struct error *err)
{
	return state_open_dir(STATE_LIB, "test-world", true, err);
}

int world_begin(struct world *w, struct error *err)
{
	AUTO_CLOSE int dir = world_dir(err);
	AUTO_FREE char *text = NULL;
	size_t len;

	*w = (struct world){ .lock = -1 };
	if (dir < 0)
		return -1;
	w->lock = openat(dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (w->lock < 0 || file_lock(w->lock, LOCK_MS) < 0)
		return error_errno(err, "the test driver's objects cannot be locked");
	AUTO_CLOSE int fd = openat(dir, DOCUMENT, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno != ENOENT)
		return error_errno(err, "the test driver's objects");
	if (fd >= 0 && file_read_fd(fd, DOCUMENT_MAX, &text, &len, err) < 0)
		return -1;
	w->root = fd < 0 ? json_object() : json_loadb(text, len, 0, NULL);
	if (!json_is_object(w->root))
		return error_set(err, ERR_OPERATION_FAILED, "the test driver's objects are damaged (test-reset takes them away)");
	return 0;
}

/* Readers look at what is behind the place they know; a log that has become short begins anew. */
static int write_events(int dir, const struct world *w)
{
	AUTO_CLOSE int fd = openat(dir, LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 || (lseek(fd, 0, SEEK_END) > LOG_MAX && ftruncate(fd, 0) < 0))
		return -1;
	return file_write_all(fd, w->events, w->n_events);
}

int world_store(struct world *w, struct error *err)
{
	AUTO_CLOSE int dir = world_dir(err);
	AUTO_FREE char *text = dir < 0 ? NULL : json_dumps(w->root, JSON_INDENT(1) | JSON_SORT_KEYS);

	if (dir < 0)
		return -1;
	if (!text)
		return error_set(err, ERR_NO_MEMORY, "out of memory");
	if (file_replace_at(dir, DOCUMENT, text, strlen(text), 0600, FILE_VOLATILE, err) < 0)
		return -1;
	if (w->n_events && write_events(dir, w) < 0)
		return error_errno(err, "the test driver's events");
	return 0;
}

void world_end(struct world *w)
{
	json_decref(w->root);
	free(w->events);
	if (w->lock >= 0)
		close(w->lock);
	*w = (struct world){ .lock = -1 };
}

void world_event(struct world *w, int class, int id, json_t *object, int event, int detail)
{
	const char *uuid = world_text(object, "uuid");
	json_t *line = json_pack("{s:i, s:i, s:s, s:s, s:i, s:i}", "class", class, "id", id, "name", world_text(object, "name"), "uuid",
				 uuid ? uuid : "", "event", event, "detail", detail);
	AUTO_FREE char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
	size_t len = text ? strlen(text) : 0;
	char *more = text ? realloc(w->events, w->n_events + len + 1) : NULL;

	json_decref(line);
	if (!more)
		return;
	w->events = more;
	memcpy(w->events + w->n_events, text, len);
	w->events[w->n_events + len] = '\n';
	w->n_events += len + 1;
}

int world_log_open(struct error *err)
{
	AUTO_CLOSE int dir = world_dir(err);
	int fd = dir < 0 ? -1 : openat(dir, LOG, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (dir >= 0 && fd < 0)
		error_errno(err, "the test driver's events");
	return fd;
}

int world_log_watch(struct error *err)
{
	AUTO_CLOSE int log = world_log_open(err);
	int fd = log < 0 ? -1 : inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char path[40];

	if (log < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", log);
	if (fd >= 0 && inotify_add_watch(fd, path, IN_MODIFY) < 0)
		close(STEAL_FD(fd));
	if (fd < 0)
		error_errno(err, "the test driver's events cannot be watched");
	return fd;
}

/* --- objects ----------------------------------------------------------------------------------------------------- */

json_t *world_list(const struct world *w, const char *kind)
{
	json_t *list = json_object_get(w->root, kind);

	if (!list) {
		list = json_array();
		json_object_set_new(w->root, kind, list);
	}
	return list;
}

json_t *world_find(const struct world *w, const char *kind, const char *member, const char *value)
{
	json_t *object;
	size_t i;

	json_array_foreach(world_list(w, kind), i, object) {
		const char *text = world_text(object, member);

		if (text && value && !strcmp(text, value))
			return object;
	}
	return NULL;
}

void world_remove(struct world *w, const char *kind, const json_t *object)
{
	json_t *list = world_list(w, kind);

	for (size_t i = json_array_size(list); i-- > 0;)
		if (json_array_get(list, i) == object)
			json_array_remove(list, i);
}

const char *world_text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

bool world_is(const json_t *object, const char *member)
{
	return json_is_true(json_object_get(object, member));
}

void world_set_text(json_t *object, const char *member, const char *value)
{
	json_object_set_new(object, member, value ? json_string(value) : json_null());
}

void world_set(json_t *object, const char *member, bool value)
{
	json_object_set_new(object, member, json_boolean(value));
}
