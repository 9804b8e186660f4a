/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * helpers/nwfilter-learn --sets: as long as a binding's filter has sets of ipset(8), their members are looked at again and again, as the kernel tells nobody of a
 * change, and rules are written anew where they are others. Descriptor 4 is the lock that says that somebody does.
 */
#include "nwfilter/rules_impl.h"
#include "nwfilter/store_impl.h"

#include "state/state.h"
#include "util/file.h"
#include "util/netns.h"
#include "util/process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>

#define LOCK_NAME 40
#define LOOK_MS 1000
#define PORTS_MAX 4096

int nwfilter_uses_sets(const struct nwfilter_binding *binding, nwfilter_load_fn *load, struct error *err)
{
	struct nwf_set set = { 0 };
	int uses = nwf_gather(&set, binding->ref.filter, &binding->ref, load, err) < 0 ? -1 : 0;

	for (size_t i = 0; uses == 0 && i < set.rules.n; i++) {
		const struct nwfilter_entry *e = ((const struct nwf_rule *)set.rules.items[i])->entry;

		uses = e->matches.n && e->matches.items[0]->attr[NWFILTER_IPSET];
	}
	nwf_set_clear(&set);
	return uses;
}

/* Sets are of one network namespace, and so is who looks at them. */
static int lock_name(char name[LOCK_NAME], struct error *err)
{
	struct netns own;

	if (netns_own(&own, err) < 0)
		return -1;
	snprintf(name, LOCK_NAME, ".sets-%" PRIu64, own.inode);
	return 0;
}

int nwf_follow_sets(int dir, struct error *err)
{
	char name[LOCK_NAME];
	AUTO_FREE char *path = lock_name(name, err) < 0 ? NULL : process_helper_path("nwfilter-learn", err);
	AUTO_CLOSE int lock = path ? openat(dir, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	char *const argv[] = { (char *)"nwfilter-learn", (char *)"--sets", NULL };
	char **env;
	pid_t pid;

	if (!path)
		return -1;
	if (lock < 0 || (file_try_lock(lock) < 0 && errno != EAGAIN))
		return error_errno(err, "%s", name);
	if (file_is_locked(lock) == 1)
		return 0;
	if (!(env = state_environment(err)))
		return -1;
	const struct process_fd fds[] = { { lock, 4 } };
	const struct process_spec spec = { .path = path, .argv = argv, .envp = env, .fds = fds, .n_fds = 1, .new_session = true };
	pid = process_spawn(&spec, NULL, err);
	state_environment_free(env);
	return pid < 0 ? -1 : 0;
}

/* --- who looks ---------------------------------------------------------------------------------------------------- */

/* What a port's rules came to when they were last looked at. */
struct seen {
	char *portdev, *rules;
	bool now;
};

struct looking {
	int dir;
	struct seen *seen;
	size_t n;
};

static struct seen *seen_of(struct looking *l, const char *portdev)
{
	struct seen *more;

	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->seen[i].portdev, portdev))
			return &l->seen[i];
	more = l->n < PORTS_MAX ? reallocarray(l->seen, l->n + 1, sizeof(*more)) : NULL;
	if (!more)
		return NULL;
	l->seen = more;
	more[l->n] = (struct seen){ .portdev = strdup(portdev) };
	return more[l->n].portdev ? &more[l->n++] : NULL;
}

/* One that cannot be looked at now, as its set is gone, keeps the rules that it has. */
static int look(void *ctx, const char *portdev, struct error *err)
{
	struct looking *l = ctx;
	struct error why;
	size_t known = 0;
	AUTO_NWFILTER_BINDING struct nwfilter_binding *b = nwf_load_binding(l->dir, portdev, &why), *told = NULL;
	AUTO_FREE char *rules = NULL;
	enum nwf_place place;
	struct seen *seen;

	(void)err;
	if (!b || nwf_where(l->dir, portdev, &place, &why) < 0 || place != NWF_HERE || nwfilter_uses_sets(b, nwf_load_filter, &why) <= 0 || !(seen = seen_of(l, portdev)))
		return 0;
	seen->now = true;
	told = nwf_with_learned(l->dir, b, &known, &why);
	rules = told ? nwfilter_rules(told, nwf_load_filter, true, &why) : NULL;
	if (!rules || (seen->rules && !strcmp(seen->rules, rules)))
		return 0;
	/* not noted: it is tried again */
	if (nwf_apply(l->dir, b, nwf_load_filter, &why) < 0)
		return 0;
	free(seen->rules);
	seen->rules = STEAL_PTR(rules);
	return 0;
}

/* How many ports have sets. */
static int look_at_all(struct looking *l, struct error *err)
{
	AUTO_CLOSE int lock = -1, dir = nwf_bindings_dir(&lock, err);
	char name[LOCK_NAME];
	int users = 0;

	if (dir < 0)
		return -1;
	l->dir = dir;
	for (size_t i = 0; i < l->n; i++)
		l->seen[i].now = false;
	if (nwf_each_binding(dir, look, l, err) < 0)
		return -1;
	for (size_t i = l->n; i-- > 0;) {
		users += l->seen[i].now;
		if (l->seen[i].now)
			continue;
		free(l->seen[i].portdev);
		free(l->seen[i].rules);
		l->seen[i] = l->seen[--l->n];
	}
	/* who binds next holds the lock that we still have, and finds that nobody looks */
	if (!users && lock_name(name, err) == 0)
		(void)!unlinkat(dir, name, 0);
	return users;
}

/* Tells of bindings that go, so that who looks for them goes, too. */
static int watch(struct error *err)
{
	AUTO_CLOSE int dir = nwf_bindings_dir(NULL, err), fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	if (dir < 0 || fd < 0 || inotify_add_watch(fd, path, IN_MOVED_FROM | IN_ONLYDIR) < 0)
		return dir < 0 ? -1 : error_errno(err, "filter bindings");
	return STEAL_FD(fd);
}

int nwf_sets_main(struct error *err)
{
	AUTO_CLOSE int gone = watch(err);
	struct pollfd p = { .fd = gone, .events = POLLIN };
	struct looking l = { .n = 0 };
	char events[4096];
	int users = gone < 0 ? -1 : 0;

	while (gone >= 0 && (users = look_at_all(&l, err)) > 0 && RETRY_EINTR(poll(&p, 1, LOOK_MS)) >= 0)
		while (read(gone, events, sizeof(events)) > 0)
			;
	for (size_t i = 0; i < l.n; i++) {
		free(l.seen[i].portdev);
		free(l.seen[i].rules);
	}
	free(l.seen);
	return users;
}
