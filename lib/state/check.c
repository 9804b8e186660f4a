/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checker: everything that a kill, a power cut or a person can have left below the roots. */
#include "state/internal.h"

#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

struct check {
	bool repair;
	state_report *report;
	void *ctx;
	int left;
	const char *kind;   /* being looked at; NULL: a root itself */
	int fd;             /* its directory */
};

static void PRINTF_LIKE(5, 6) found(struct check *c, enum state_problem problem, const char *name, bool repaired, const char *fmt, ...)
{
	char text[900];
	struct state_finding finding = { problem, c->kind, name, text, repaired };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!repaired)
		c->left++;
	if (c->report)
		c->report(c->ctx, &finding);
}

/* Calls fn for every entry but "." and ".."; fn may remove it. */
typedef void each_fn(struct check *c, int dir, const struct dirent *e);
static int each(struct check *c, int dir, each_fn *fn, struct error *err)
{
	int fd = RETRY_EINTR(openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	AUTO_CLOSEDIR DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return error_errno(err, "cannot read a directory of %s", c->kind ? c->kind : "the root");
	}
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			fn(c, dir, e);
	return 0;
}

/* Whose a file or directory is and who may use it. Contents that a guest's user must reach are not ours to judge: one level only. */
static void check_mode(struct check *c, int dir, const struct dirent *e)
{
	struct stat st;
	mode_t want;
	bool done;

	if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISLNK(st.st_mode))
		return;
	if (st.st_uid != 0 && st.st_uid != geteuid()) {
		found(c, STATE_PROBLEM_MODE, NULL, false, "'%s' belongs to user %u: look at it and remove it or chown it", e->d_name,
		      (unsigned)st.st_uid);
		return;
	}
	if (!(st.st_mode & 077) || S_ISSOCK(st.st_mode))
		return;
	want = S_ISDIR(st.st_mode) ? 0700 : 0600;
	done = c->repair && (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)) && fchmodat(dir, e->d_name, want, 0) == 0;
	found(c, STATE_PROBLEM_MODE, NULL, done, "'%s' has mode %o: chmod %o", e->d_name, (unsigned)(st.st_mode & 07777), (unsigned)want);
}

static void remove_temp(struct check *c, int dir, const char *file)
{
	bool done = c->repair && file_remove_tree_at(dir, file, NULL) == 0;

	found(c, STATE_PROBLEM_TEMP, NULL, done, "'%s' was left by a program that was killed: remove it", file);
}

/* Whether somebody is at work on the object; who cannot be asked (a read-only run root) is nobody. */
static bool busy(struct state_lock *lock, const char *kind, const char *name)
{
	struct error why = { 0 };

	return state_lock(lock, kind, name, 0, &why) < 0 && why.code == ERR_RESOURCE_BUSY;
}

/* ".new.X" and ".del.X" are in use only while X is locked. */
static bool temporary(struct check *c, int dir, const char *file)
{
	AUTO_FREE char *name = NULL;
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;

	if (strncmp(file, STATE_NEW, 5) && strncmp(file, STATE_DEL, 5))
		return false;
	name = str_decode_name(file + 5);
	if (name && busy(&lock, c->kind, name))
		return true;
	/* gone since the directory was read, by its owner */
	if (faccessat(dir, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		remove_temp(c, dir, file);
	return true;
}

static void sweep(struct check *c, int dir, const char *name)
{
	int n = state_sweep(dir, !c->repair);

	if (n > 0)
		found(c, STATE_PROBLEM_TEMP, name, c->repair, "'%s' has %d temporary file(s) of programs that were killed: remove them", name, n);
}

static void check_uuid(struct check *c, int dir, int object, const char *file, const char *name)
{
	unsigned char uuid[UUID_BYTES];
	char text[UUID_TEXT], path[64], link[STATE_NAME_BUF + 8], want[STATE_NAME_BUF];
	ssize_t n;
	bool done;

	if (!index_uuid_of(dir, file, uuid))
		return;   /* damaged, and told already */
	snprintf(path, sizeof(path), "%s/%s", STATE_INDEX, uuid_format(uuid, text));
	n = readlinkat(dir, path, link, sizeof(link) - 1);
	link[n < 0 ? 0 : n] = '\0';
	if (!strcmp(link, state_prefixed(want, "../", file)) && index_marked(dir, file, uuid))
		return;
	done = c->repair && index_take(dir, c->kind, uuid, file, NULL) == 0 && index_mark(object, uuid, NULL) == 0;
	found(c, STATE_PROBLEM_LINK, name, done, "'%s' is not found by its UUID %s: put the link right (it leads to '%s')", name, text, link);
}

/* Whether a definition's text ends with the end of its first element: what was cut off or overwritten does not. Whether it means anything
 * is for who reads XML. */
static bool whole(const char *text)
{
	const char *start = text, *end = text + strlen(text);
	size_t n;

	while ((start = strchr(start, '<')) && (start[1] == '?' || start[1] == '!'))
		start++;
	if (!start || !(n = strcspn(start + 1, " \t\r\n/>")))
		return false;
	while (end > start && strchr(" \t\r\n", end[-1]))
		end--;
	/* <NAME> and </NAME>, or <NAME/> alone */
	if (end - start >= 2 && end[-1] == '>' && end[-2] == '/' && strcspn(start, ">") == (size_t)(end - start) - 1)
		return true;
	return (size_t)(end - start) > 2 * n + 4 && !memcmp(end - n - 3, "</", 2) && !memcmp(end - n - 1, start + 1, n) && end[-1] == '>';
}

static bool readable(int object)
{
	AUTO_FREE char *text = NULL;
	size_t len;

	return file_read_at(object, STATE_CONFIG, STATE_CONFIG_MAX, &text, &len, NULL) == 0 && strlen(text) == len && whole(text);
}

static void check_object(struct check *c, int dir, const struct dirent *e)
{
	AUTO_FREE char *name = NULL;
	struct stat st;
	AUTO_CLOSE int fd = -1;
	struct error why = { 0 };

	if (!strcmp(e->d_name, STATE_INDEX) || temporary(c, dir, e->d_name))
		return;
	name = str_decode_name(e->d_name);
	if (!name || fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode)) {
		found(c, STATE_PROBLEM_FOREIGN, NULL, false, "'%s' is no object's directory: look at it and move it away", e->d_name);
		return;
	}
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	if (c->repair && state_lock(&lock, c->kind, name, 5000, NULL) < 0)
		return;   /* somebody is at work on it */
	check_mode(c, dir, e);
	fd = state_private_at(dir, e->d_name, false, &why);
	if (fd < 0)
		return found(c, STATE_PROBLEM_MODE, name, false, "'%s' cannot be opened: %s", name, why.text);
	if (each(c, fd, check_mode, &why) < 0)
		found(c, STATE_PROBLEM_DAMAGED, name, false, "'%s': %s", name, why.text);
	sweep(c, fd, name);
	if (!readable(fd))
		return found(c, STATE_PROBLEM_DAMAGED, name, false, "'%s' has no readable definition: define it again, or undefine it", name);
	check_uuid(c, dir, fd, e->d_name, name);
}

/* A link of the index must lead to an object with that UUID; the directory is KIND/.uuid, KIND's own is c->fd. */
static void check_link(struct check *c, int index, const struct dirent *e)
{
	unsigned char uuid[UUID_BYTES], its[UUID_BYTES];
	char target[STATE_NAME_BUF + 8];
	AUTO_FREE char *name = NULL;
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	ssize_t n = readlinkat(index, e->d_name, target, sizeof(target) - 1);
	bool done;

	if (n < 0 || !uuid_is_text(e->d_name) || uuid_parse(e->d_name, uuid) < 0) {
		if (n >= 0 && e->d_name[0] == '.')
			return;   /* sweep() knows when it is old */
		found(c, STATE_PROBLEM_FOREIGN, NULL, false, "'%s/%s' is no link of ours: look at it and remove it", STATE_INDEX, e->d_name);
		return;
	}
	target[n] = '\0';
	name = n > 3 && !memcmp(target, "../", 3) ? str_decode_name(target + 3) : NULL;
	if (name && index_uuid_of(c->fd, target + 3, its) && !memcmp(uuid, its, UUID_BYTES))
		return;
	/* being defined at this moment? */
	if (name && busy(&lock, c->kind, name))
		return;
	if (name && index_uuid_of(c->fd, target + 3, its) && !memcmp(uuid, its, UUID_BYTES))
		return;
	done = c->repair && unlinkat(index, e->d_name, 0) == 0;
	found(c, STATE_PROBLEM_LINK, name, done, "the UUID link %s leads to '%s', which does not have that UUID: remove it", e->d_name, target);
}

static void check_run(struct check *c, int dir, const struct dirent *e)
{
	AUTO_FREE char *name = NULL;
	struct state_status status;
	struct error why = { 0 };
	struct stat st;
	bool done = false;

	if (!strcmp(e->d_name, ".lock") || temporary(c, dir, e->d_name))
		return;
	if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;   /* its guest has ended just now */
	name = str_decode_name(e->d_name);
	if (!name || !S_ISDIR(st.st_mode)) {
		found(c, STATE_PROBLEM_FOREIGN, NULL, false, "'%s' is no run directory: look at it and move it away", e->d_name);
		return;
	}
	check_mode(c, dir, e);
	switch (state_probe_at(dir, c->kind, e->d_name, &status)) {
	case STATE_GONE:
	case STATE_STARTING:
		break;
	case STATE_ALIVE:
		if (status.state == GUEST_UNKNOWN)
			found(c, STATE_PROBLEM_UNKNOWN, name, false, "'%s' runs, its state file is damaged: its next change of state writes it "
			      "anew (vm-suspend, vm-resume, vm-destroy work)", name);
		break;
	case STATE_STALE:
		if (c->repair) {
			int run = -1, alive = -1;
			done = state_run_claim(c->kind, name, &run, &alive, &why) == 0 && state_run_remove(c->kind, name, &why) == 0;
			if (run >= 0)
				close(run);
			if (alive >= 0)
				close(alive);
		}
		found(c, STATE_PROBLEM_STALE, name, done, "'%s' has a run directory of another boot: remove it", name);
		break;
	case STATE_ORPHAN:
		found(c, STATE_PROBLEM_ORPHAN, name, false, "the supervisor of '%s' is dead: the guest is to be adopted or cleaned up", name);
		break;
	}
}

/* An id leads to something that has a run directory, or is free. */
static void check_id(struct check *c, int dir, const struct dirent *e)
{
	char target[STATE_NAME_BUF + 64], path[STATE_NAME_BUF + 68];
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_FREE char *name = NULL;
	uint64_t id;
	char *slash;
	ssize_t n;
	bool done;

	if (e->d_name[0] == '.')
		return;
	n = readlinkat(dir, e->d_name, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = '\0';
	slash = strchr(target, '/');
	if (n < 0 || !slash || str_to_u64(e->d_name, INT_MAX, &id) < 0) {
		found(c, STATE_PROBLEM_FOREIGN, NULL, false, "'.id/%s' is no id of ours: look at it and remove it", e->d_name);
		return;
	}
	snprintf(path, sizeof(path), "../%s", target);
	if (faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return;
	*slash = '\0';
	name = str_decode_name(slash + 1);
	if (name && busy(&lock, target, name))
		return;
	if (faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return;
	done = c->repair && unlinkat(dir, e->d_name, 0) == 0;
	found(c, STATE_PROBLEM_ID, name, done, "id %s is that of '%s', which does not run: free it", e->d_name, name ? name : slash + 1);
}

/* A directory inside the one being looked at; a missing one is fine. */
static int below(struct check *c, int dir, const char *sub, each_fn *fn, struct error *err)
{
	AUTO_CLOSE int fd = state_private_at(dir, sub, false, err);

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	return each(c, fd, fn, err);
}

static void lib_kind(struct check *c, int root, const struct dirent *e)
{
	struct error why = { 0 };
	AUTO_CLOSE int fd = -1;

	if (e->d_name[0] == '.' || (state_is_session() && !strcmp(e->d_name, "log")))
		return;
	check_mode(c, root, e);
	if (!strcmp(e->d_name, STATE_IMAGES))
		return;
	fd = state_private_at(root, e->d_name, false, &why);
	if (fd < 0)
		return found(c, STATE_PROBLEM_FOREIGN, NULL, false, "%s", why.text);
	c->kind = e->d_name;
	c->fd = fd;
	if (each(c, fd, check_object, &why) < 0 || below(c, fd, STATE_INDEX, check_link, &why) < 0)
		found(c, STATE_PROBLEM_DAMAGED, NULL, false, "%s", why.text);
	AUTO_CLOSE int index = state_private_at(fd, STATE_INDEX, false, NULL);
	if (index >= 0)
		sweep(c, index, STATE_INDEX);
	c->kind = NULL;
}

static void run_kind(struct check *c, int root, const struct dirent *e)
{
	struct error why = { 0 };
	AUTO_CLOSE int fd = -1;

	check_mode(c, root, e);
	if (e->d_name[0] == '.')
		return;
	fd = state_private_at(root, e->d_name, false, &why);
	if (fd < 0)
		return found(c, STATE_PROBLEM_FOREIGN, NULL, false, "%s", why.text);
	c->kind = e->d_name;
	c->fd = fd;
	if (each(c, fd, check_run, &why) < 0)
		found(c, STATE_PROBLEM_DAMAGED, NULL, false, "%s", why.text);
	c->kind = NULL;
}

static void log_kind(struct check *c, int root, const struct dirent *e)
{
	check_mode(c, root, e);
	if (below(c, root, e->d_name, check_mode, NULL) < 0)
		found(c, STATE_PROBLEM_FOREIGN, NULL, false, "'%s' among the logs is no directory of ours", e->d_name);
}

int state_check(bool repair, state_report *report, void *ctx, struct error *err)
{
	static const struct {
		enum state_root root;
		each_fn *fn;
	} roots[] = { { STATE_LIB, lib_kind }, { STATE_RUN, run_kind }, { STATE_LOG, log_kind } };
	struct check c = { .repair = repair, .report = report, .ctx = ctx, .fd = -1 };

	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		AUTO_CLOSE int fd = state_open_dir(roots[i].root, NULL, false, err);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0 || each(&c, fd, roots[i].fn, err) < 0)
			return -1;
		if (roots[i].root == STATE_RUN && below(&c, fd, ".id", check_id, err) < 0)
			return -1;
	}
	return c.left;
}
