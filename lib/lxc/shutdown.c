/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking a container's init to end or to begin again. */
#include "lxc/hand.h"
#include "lxc/mount.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { BY_INITCTL = 4, BY_SIGNAL = 8 };   /* as libvirt's VIR_DOMAIN_SHUTDOWN_x and VIR_DOMAIN_REBOOT_x */

/* sysvinit's request on its FIFO (initreq.h): also systemd's compatibility. */
struct initctl_request {
	uint32_t magic, command, runlevel, delay;
	char data[368];
};
#define INITCTL_MAGIC 0x03091969u
#define INITCTL_RUNLEVEL 1u

static const char *const places[] = { "/run/initctl", "/dev/initctl", "/etc/.initctl" };

/* A FIFO of the container's, resolved inside its root without any symbolic link: nothing but the container can be hit. O_PATH; -1: there is none. */
static int find_fifo(const struct lxc_guest *g, size_t place)
{
	AUTO_CLOSE int path = g->ct.root < 0 ? -1 : mount_open_inside(g->ct.root, places[place], 0, false);
	struct stat st;

	return path >= 0 && fstat(path, &st) == 0 && S_ISFIFO(st.st_mode) ? STEAL_FD(path) : -1;
}

int lxc_write_initctl(const struct lxc_guest *g, char runlevel, struct error *err)
{
	struct initctl_request r = { .magic = INITCTL_MAGIC, .command = INITCTL_RUNLEVEL, .runlevel = (unsigned char)runlevel };

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		AUTO_CLOSE int path = find_fifo(g, i);
		char self[40];
		if (path < 0)
			continue;
		/* the FIFO that was looked at, not what has its name by now */
		snprintf(self, sizeof(self), "/proc/self/fd/%d", path);
		AUTO_CLOSE int fd = open(self, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			continue;   /* nobody reads it */
		if (RETRY_EINTR(write(fd, &r, sizeof(r))) == sizeof(r))
			return 1;
		return error_errno(err, "its init does not take the request");
	}
	return 0;
}

/* The supervisor may look, and not write: 1 sent, 0 there is none that anybody reads, -1. */
static int by_initctl(struct lxc_guest *g, char runlevel, struct error *err)
{
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		AUTO_CLOSE int path = find_fifo(g, i);
		any |= path >= 0;
	}
	return any ? lxc_hand_initctl(g, runlevel, err) : 0;
}

static int ask(struct lxc_guest *g, unsigned flags, char runlevel, int sig, struct error *err)
{
	int sent = 0;

	if (flags & ~(BY_INITCTL | BY_SIGNAL))
		return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "%s: a container can be asked by initctl and by signal", g->sv->name);
	if (!flags || (flags & BY_INITCTL))
		sent = by_initctl(g, runlevel, err);
	if (sent > 0)
		return 0;
	if (!g->lives)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the guest has ended meanwhile", g->sv->name);
	if (flags && !(flags & BY_SIGNAL))
		return sent < 0 ? -1 : error_set(err, ERR_OPERATION_UNSUPPORTED, "%s: its init has no initctl FIFO", g->sv->name);
	if (syscall(SYS_pidfd_send_signal, g->ct.pidfd, sig, NULL, 0) < 0)
		return error_errno(err, "%s: cannot signal its init", g->sv->name);
	return 0;
}

/* systemd takes the signals of init otherwise: systemd(1), SIGNALS. Whether it is one it tells itself by sd_booted(3)'s sign. */
static bool is_systemd(const struct lxc_guest *g)
{
	AUTO_CLOSE int sign = g->ct.root < 0 ? -1 : mount_open_inside(g->ct.root, "/run/systemd/system", O_DIRECTORY, false);

	return sign >= 0;
}

int lxc_ask_shutdown(struct lxc_guest *g, unsigned flags, struct error *err)
{
	return ask(g, flags, '0', is_systemd(g) ? SIGRTMIN + 4 : SIGTERM, err);
}

int lxc_ask_reboot(struct lxc_guest *g, unsigned flags, struct error *err)
{
	return ask(g, flags, '6', is_systemd(g) ? SIGRTMIN + 5 : SIGHUP, err);
}
