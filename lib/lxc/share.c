/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/share.h"

#include "conf/domain.h"
#include "state/state.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>

#define NETNS_DIR "/run/netns/"   /* ip-netns(8) */

static const struct {
	const char *element, *file;
	int flag;
} kinds[LXC_SHARED] = {
	[LXC_SHARED_NET] = { "sharenet", "net", CLONE_NEWNET },
	[LXC_SHARED_IPC] = { "shareipc", "ipc", CLONE_NEWIPC },
	[LXC_SHARED_UTS] = { "shareuts", "uts", CLONE_NEWUTS },
};

void lxc_shares_clear(struct lxc_share shares[LXC_SHARED])
{
	for (int i = 0; i < LXC_SHARED; i++) {
		free(shares[i].value);
		shares[i] = (struct lxc_share){ 0 };
	}
}

static int take(const struct domain_lxc_ns *from, int i, struct lxc_share *to, struct error *err)
{
	static const enum lxc_share_with with[] = {
		[DOMAIN_LXC_SHARE_NAME] = LXC_SHARE_GUEST, [DOMAIN_LXC_SHARE_PID] = LXC_SHARE_PROCESS, [DOMAIN_LXC_SHARE_NETNS] = LXC_SHARE_NETNS,
	};
	uint64_t pid;

	if (!from->type)
		return 0;
	to->with = with[from->type];
	if (to->with == LXC_SHARE_NETNS && i != LXC_SHARED_NET)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<lxc:%s type='netns'>: only a network namespace has such a name", kinds[i].element);
	if (to->with == LXC_SHARE_PROCESS && (str_to_u64(from->value, INT32_MAX, &pid) < 0 || pid == 0))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<lxc:%s type='pid'>: '%s' is no process", kinds[i].element, from->value);
	if (to->with == LXC_SHARE_NETNS && (!*from->value || strchr(from->value, '/') || from->value[0] == '.'))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<lxc:%s type='netns'>: '%s' is no name of a network namespace", kinds[i].element, from->value);
	return (to->value = strdup(from->value)) ? 0 : error_errno(err, "namespaces");
}

int lxc_shares_from_domain(const struct domain *def, struct lxc_share shares[LXC_SHARED], struct error *err)
{
	const struct domain_lxc *d = def->lxc;

	if (!d)
		return 0;
	if (take(&d->sharenet, LXC_SHARED_NET, &shares[LXC_SHARED_NET], err) < 0 || take(&d->shareipc, LXC_SHARED_IPC, &shares[LXC_SHARED_IPC], err) < 0 ||
	    take(&d->shareuts, LXC_SHARED_UTS, &shares[LXC_SHARED_UTS], err) < 0)
		return -1;
	if (shares[LXC_SHARED_NET].with && (def->features.privnet || def->devices.interfaces.n))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<lxc:sharenet> does not go with %s: the network is another's",
				 def->devices.interfaces.n ? "<interface>" : "<privnet/>");
	return 0;
}

int lxc_shares_flags(const struct lxc_share shares[LXC_SHARED])
{
	int flags = 0;

	for (int i = 0; i < LXC_SHARED; i++)
		if (shares[i].with)
			flags |= kinds[i].flag;
	return flags;
}

/* Another container's init, as long as the kernel says that it is the one that was noted. */
static int open_of_guest(const char *name, const char *file, struct error *err)
{
	struct state_status status;
	char path[64];

	if (state_probe("lxc", name, &status, err) < 0)
		return -1;
	if (status.pid <= 0)
		return error_set(err, ERR_OPERATION_INVALID, "container '%s' is not running (start it with: vm-start %s)", name, name);
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)status.pid, file);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	/* looked at with the namespace open: what has the number now had it then */
	if (fd < 0 || process_start_time(status.pid) != status.start_time)
		return error_set(err, ERR_OPERATION_INVALID, "container '%s' has just ended", name);
	return STEAL_FD(fd);
}

static int open_shared(const struct lxc_share *s, int i, struct error *err)
{
	char path[400];
	int fd;

	if (s->with == LXC_SHARE_GUEST)
		return open_of_guest(s->value, kinds[i].file, err);
	if (s->with == LXC_SHARE_PROCESS)
		snprintf(path, sizeof(path), "/proc/%s/ns/%s", s->value, kinds[i].file);
	else
		snprintf(path, sizeof(path), NETNS_DIR "%s", s->value);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, "%s", path);
	if (ioctl(fd, NS_GET_NSTYPE) != kinds[i].flag) {
		close(fd);
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s is no namespace of that kind", path);
	}
	return fd;
}

void lxc_shares_leave(int own[LXC_SHARED])
{
	for (int i = 0; i < LXC_SHARED; i++) {
		if (own[i] < 0)
			continue;
		if (setns(own[i], kinds[i].flag) < 0)
			abort();
		close(STEAL_FD(own[i]));
	}
}

int lxc_shares_enter(const struct lxc_share shares[LXC_SHARED], int own[LXC_SHARED], struct error *err)
{
	char path[40];

	for (int i = 0; i < LXC_SHARED; i++)
		own[i] = -1;
	for (int i = 0; i < LXC_SHARED; i++) {
		if (!shares[i].with)
			continue;
		AUTO_CLOSE int theirs = open_shared(&shares[i], i, err);
		snprintf(path, sizeof(path), "/proc/thread-self/ns/%s", kinds[i].file);
		AUTO_CLOSE int ours = theirs < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
		if (ours >= 0 && setns(theirs, kinds[i].flag) == 0) {
			own[i] = STEAL_FD(ours);
			continue;
		}
		if (theirs >= 0)
			error_errno(err, "cannot enter a namespace to share");
		error_wrap(err, "<lxc:%s>", kinds[i].element);
		lxc_shares_leave(own);
		return -1;
	}
	return 0;
}
