/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one-line files: `state` of a run directory and `last-exit` of an object. Read strictly: what is not exactly ours is unknown. */
#include "state/internal.h"

#include "util/file.h"
#include "util/str.h"

#include <limits.h>
#include <string.h>

#define STARTING "starting"

static const struct {
	int number;
	const char *word;
} states[] = {
	{ GUEST_NOSTATE, STARTING },
	{ GUEST_RUNNING, "running" },
	{ GUEST_BLOCKED, "blocked" },
	{ GUEST_PAUSED, "paused" },
	{ GUEST_SHUTDOWN, "shutdown" },
	{ GUEST_SHUTOFF, "shutoff" },
	{ GUEST_CRASHED, "crashed" },
	{ GUEST_PMSUSPENDED, "pmsuspended" },
}, ends[] = {
	{ GUEST_END_UNKNOWN, "unknown" },
	{ GUEST_END_SHUTDOWN, "shutdown" },
	{ GUEST_END_DESTROYED, "destroyed" },
	{ GUEST_END_CRASHED, "crashed" },
	{ GUEST_END_MIGRATED, "migrated" },
	{ GUEST_END_SAVED, "saved" },
	{ GUEST_END_FAILED, "failed" },
};

const char *guest_state_word(enum guest_state state)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (states[i].number == (int)state)
			return states[i].word;
	return "unknown";
}

int guest_end_detail(enum guest_end end)
{
	switch (end) {
	case GUEST_END_SHUTDOWN:
		return 0;
	case GUEST_END_DESTROYED:
		return 1;
	case GUEST_END_CRASHED:
		return 2;
	case GUEST_END_MIGRATED:
		return 3;
	case GUEST_END_SAVED:
		return 4;
	default:
		return 5;   /* failed */
	}
}

const char *guest_end_word(enum guest_end end)
{
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (ends[i].number == (int)end)
			return ends[i].word;
	return "unknown";
}

/* Cuts `line` at single blanks into exactly n fields (the last takes the rest when `rest`); the newline at the end is required. */
static bool split(char *line, char **field, size_t n, bool rest)
{
	size_t len = strlen(line);

	if (len == 0 || line[len - 1] != '\n')
		return false;
	line[len - 1] = '\0';
	if (strchr(line, '\n'))
		return false;
	for (size_t i = 0; i < n; i++) {
		field[i] = line;
		if (i == n - 1)
			return rest || (!strchr(line, ' ') && *line);
		line = strchr(line, ' ');
		if (!line || line == field[i])
			return false;
		*line++ = '\0';
	}
	return false;
}

static bool number(const char *text, uint64_t max, uint64_t *out)
{
	return str_to_u64(text, max, out) == 0;
}

static bool parse_status(char *line, struct state_status *st, char boot[STATE_BOOT_ID])
{
	char *f[7];
	uint64_t reason, id = 0, pid, start, supervisor;
	bool found = false, none;

	if (!split(line, f, ARRAY_LEN(f), false))
		return false;
	none = !strcmp(f[2], "-1");
	if (!number(f[1], INT_MAX, &reason) || (!none && !number(f[2], INT_MAX, &id)) || !number(f[3], INT_MAX, &pid) ||
	    !number(f[4], UINT64_MAX, &start) || !number(f[6], INT_MAX, &supervisor) || !uuid_is_text(f[5]))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(states) && !found; i++) {
		found = !strcmp(states[i].word, f[0]);
		if (found)
			st->state = states[i].number;
	}
	if (!found)
		return false;
	st->reason = (int)reason;
	st->id = none ? -1 : (int)id;
	st->pid = (pid_t)pid;
	st->start_time = start;
	st->supervisor = (pid_t)supervisor;
	memcpy(boot, f[5], STATE_BOOT_ID);
	return true;
}

int state_status_load(int dirfd, const char *path, struct state_status *status, char boot[STATE_BOOT_ID])
{
	char line[256];
	ssize_t n = state_read_small(dirfd, path, line, sizeof(line));
	bool missing = n < 0 && errno == ENOENT;

	*status = (struct state_status){ .state = GUEST_UNKNOWN, .id = -1 };
	boot[0] = '\0';
	if (n >= 0 && strlen(line) == (size_t)n && parse_status(line, status, boot))
		return 1;
	*status = (struct state_status){ .state = GUEST_UNKNOWN, .id = -1 };
	return missing ? 0 : -1;
}

void state_status_read(int run_fd, struct state_status *status)
{
	char boot[STATE_BOOT_ID];

	if (state_status_load(run_fd, "state", status, boot) == 1 && strcmp(boot, state_boot_id()))
		*status = (struct state_status){ .state = GUEST_UNKNOWN, .id = -1 };
}

int state_status_write(int run_fd, const struct state_status *st, struct error *err)
{
	char line[256];
	int n = snprintf(line, sizeof(line), "%s %d %d %d %llu %s %d\n", guest_state_word(st->state), st->reason, st->id, (int)st->pid,
			 st->start_time, state_boot_id(), (int)st->supervisor);

	return file_replace_at(run_fd, "state", line, n, 0600, FILE_VOLATILE, err);
}

int state_last_exit_write(int object_fd, const struct state_last_exit *last, struct error *err)
{
	char line[400];
	int n = snprintf(line, sizeof(line), "%s %d %lld %s", guest_end_word(last->end), last->event_detail, (long long)last->time, last->text);

	if (n >= (int)sizeof(line) - 1)
		n = sizeof(line) - 2;
	for (int i = 0; i < n; i++)
		if ((unsigned char)line[i] < ' ')
			line[i] = ' ';
	line[n++] = '\n';
	/* what a supervisor that was killed while it wrote this line left */
	state_sweep(object_fd, false);
	return file_replace_at(object_fd, "last-exit", line, n, 0600, FILE_VOLATILE, err);
}

int state_annotated_write(int dir_fd, int type, const char *uri, struct error *err)
{
	char line[300];
	int n = snprintf(line, sizeof(line), "%d %.255s\n", type, uri ? uri : "");

	return file_replace_at(dir_fd, STATE_ANNOTATED, line, (size_t)n, 0600, FILE_VOLATILE, err);
}

int state_annotated_read(int dir_fd, struct state_annotated *out, struct error *err)
{
	AUTO_FREE char *line = NULL;

	if (file_read_at(dir_fd, STATE_ANNOTATED, 300, &line, NULL, err) < 0)
		return -1;
	*out = (struct state_annotated){ .uri = "" };
	return sscanf(line, "%d %255s", &out->type, out->uri) >= 1 ? 0 : error_set(err, ERR_OPERATION_FAILED, "'" STATE_ANNOTATED "' says nothing");
}

int state_last_exit_read(const char *kind, const char *name, struct state_last_exit *last, struct error *err)
{
	char line[512], *f[4];
	uint64_t detail, when;
	ssize_t n;
	AUTO_CLOSE int fd = state_open_object(kind, name, err);

	*last = (struct state_last_exit){ .end = GUEST_END_UNKNOWN };
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	n = state_read_small(fd, "last-exit", line, sizeof(line));
	if (n < 0 || strlen(line) != (size_t)n || !split(line, f, ARRAY_LEN(f), true) || !number(f[1], INT_MAX, &detail) ||
	    !number(f[2], INT64_MAX, &when))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		if (strcmp(ends[i].word, f[0]))
			continue;
		last->end = ends[i].number;
		last->event_detail = (int)detail;
		last->time = (int64_t)when;
		snprintf(last->text, sizeof(last->text), "%s", f[3]);
		return 1;
	}
	return 0;
}
