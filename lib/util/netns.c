/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/netns.h"

#include "util/file.h"
#include "util/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

#define OWN "/proc/thread-self/ns/net"

static int own_cookie(uint64_t *cookie)
{
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*cookie);

	*cookie = 0;
	return fd < 0 || (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &size) < 0 && errno != ENOPROTOOPT) ? -1 : 0;
}

int netns_own(struct netns *out, struct error *err)
{
	struct stat st;

	if (stat(OWN, &st) < 0 || own_cookie(&out->cookie) < 0)
		return error_errno(err, "our network namespace");
	out->inode = st.st_ino;
	return 0;
}

bool netns_equal(const struct netns *a, const struct netns *b)
{
	return a->cookie == b->cookie && a->inode == b->inode;
}

void netns_format(const struct netns *ns, char text[NETNS_TEXT])
{
	snprintf(text, NETNS_TEXT, "%" PRIu64 " %" PRIu64, ns->cookie, ns->inode);
}

int netns_parse(const char *text, struct netns *out)
{
	return sscanf(text, "%" SCNu64 " %" SCNu64, &out->cookie, &out->inode) == 2 ? 0 : -1;
}

/* An inode's number is given again when its namespace is gone; the cookie is seen from within alone. */
static bool is_it(int fd, const struct netns *ns)
{
	AUTO_CLOSE int home = open(OWN, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint64_t cookie;
	int known;

	if (home < 0 || fstat(fd, &st) < 0 || st.st_ino != ns->inode)
		return false;
	if (!ns->cookie)
		return true;
	if (setns(fd, CLONE_NEWNET) < 0)
		return false;
	known = own_cookie(&cookie);
	/* nothing may go on in a stranger's network */
	if (setns(home, CLONE_NEWNET) < 0)
		abort();
	return known == 0 && cookie == ns->cookie;
}

static int open_if(const char *path, const struct netns *ns)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return fd >= 0 && is_it(fd, ns) ? STEAL_FD(fd) : -1;
}

/* proc(5): a blank and its like are written in octal, "\040" */
static void unescape(char *text)
{
	char *out = text;

	for (; *text; text++) {
		unsigned c;

		if (*text == '\\' && sscanf(text + 1, "%3o", &c) == 1) {
			*out++ = (char)c;
			text += 3;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}

static int by_mount(const struct netns *ns)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[2 * PATH_MAX], root[40], want[40], path[PATH_MAX];
	int fd = -1;

	snprintf(want, sizeof(want), "net:[%" PRIu64 "]", ns->inode);
	while (f && fd < 0 && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %*s %*s %39s %4095s", root, path) != 2 || strcmp(root, want))
			continue;
		unescape(path);
		fd = open_if(path, ns);
	}
	if (f)
		fclose(f);
	return fd;
}

static int by_process(const struct netns *ns)
{
	AUTO_CLOSEDIR DIR *proc = opendir("/proc");
	char path[40], target[40], want[40];
	struct dirent *e;
	uint64_t pid;
	int fd = -1;

	snprintf(want, sizeof(want), "net:[%" PRIu64 "]", ns->inode);
	while (proc && fd < 0 && (e = readdir(proc))) {
		ssize_t n;

		if (str_to_u64(e->d_name, INT_MAX, &pid) < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
		n = readlink(path, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		if (!strcmp(target, want))
			fd = open_if(path, ns);
	}
	return fd;
}

int netns_open(const struct netns *ns, struct error *err)
{
	int fd = by_mount(ns);

	if (fd < 0)
		fd = by_process(ns);
	return fd >= 0 ? fd : error_set(err, ERR_OPERATION_FAILED, "it is of another network namespace, net:[%" PRIu64 "], to which neither a mount nor a process leads from here",
					ns->inode);
}

int netns_prepare(void *fd)
{
	const int *ns = fd;

	return *ns < 0 ? 0 : setns(*ns, CLONE_NEWNET);
}
