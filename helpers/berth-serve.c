/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* berth-serve: speaks libvirt's protocol to one client, or listens and has a process for each; see berth-serve(8). */
#include "cli/drivers.h"
#include "hypervisor/hypervisor.h"
#include "hypervisor/serve.h"
#include "interface/interface.h"
#include "network/network.h"
#include "nwfilter/nwfilter.h"
#include "remote/remote.h"
#include "secret/secret.h"
#include "util/file.h"
#include "util/str.h"

#include <getopt.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

/* Processes at once: of one user other than root and ourselves, and altogether. */
#define CLIENTS_MAX 5120
#define CLIENTS_PER_UID 64
#define BACKLOG 256

/* How long nothing is accepted when there is no descriptor or process left, unless a client leaves before. */
#define BREATHER_MS 1000

struct options {
	struct hv_serve serve;
	const char *listen;
	const char *listen_ro;   /* there everybody may look */
	bool libvirt;         /* both where libvirt's own server has them */
	bool everybody;
	gid_t group;          /* -1: none */
	int timeout_s;        /* ends a listener that has had no client for so long; 0: never */
};

struct client {
	pid_t pid;
	uid_t uid;
};

/* Where clients come to. */
struct place {
	int fd;               /* -1: none */
	char *path;           /* to be removed at the end; NULL: not ours */
	bool everybody, read_only;
};

struct listener {
	const struct options *o;
	struct place place[2];
	int signals;
	struct client *client;
	size_t n;
};

/*
 * What is served: the tables of all local drivers, of the programs remote, qemu and lxc alike. A new driver adds its table here and
 * nothing else: its functions get a struct hv as context.
 */
static const struct rpc_row *const tables[] = {
	hv_rows,
	network_rows,
	nwfilter_rows,
	interface_rows,
	secret_rows,
	NULL,
};

static const char *self = "berth-serve";

static int complain(const struct error *err)
{
	fprintf(stderr, "%s: %s\n", self, err->text);
	return error_exit_status(err->code);
}

/* ---- who may ---- */

static bool in_group(int fd, const struct ucred *cred, gid_t group)
{
	gid_t groups[256];
	socklen_t len = sizeof(groups);

	if (group == (gid_t)-1)
		return false;
	if (cred->gid == group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) < 0)
		return false;
	for (size_t i = 0; i < len / sizeof(*groups); i++)
		if (groups[i] == group)
			return true;
	return false;
}

static int admit(const struct options *o, int fd, bool everybody, struct ucred *cred, struct error *err)
{
	socklen_t len = sizeof(*cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, cred, &len) < 0)
		return error_errno(err, "cannot see who connects");
	if (everybody || cred->uid == 0 || cred->uid == geteuid() || in_group(fd, cred, o->group))
		return 0;
	return error_set(err, ERR_ACCESS_DENIED, "user %u may not connect (see --group)", (unsigned)cred->uid);
}

/* The number of a group, from the file alone: a static program has no other sources. */
static int find_group(const char *name, gid_t *group, struct error *err)
{
	AUTO_FCLOSE FILE *f = NULL;
	struct group *g;
	uint64_t number;

	if (str_to_u64(name, UINT32_MAX - 1, &number) == 0) {
		*group = (gid_t)number;
		return 0;
	}
	f = fopen("/etc/group", "re");
	if (!f)
		return error_errno(err, "cannot read /etc/group");
	while ((g = fgetgrent(f))) {
		if (!strcmp(g->gr_name, name)) {
			*group = g->gr_gid;
			return 0;
		}
	}
	return error_set(err, ERR_INVALID_ARG, "there is no group '%s' in /etc/group", name);
}

/* ---- one client ---- */

/* A Unix socket with a name was connected to by somebody whose rights are checked here; any other pair of descriptors was given to
 * us by whoever started us, with his rights. */
static int is_named(int fd, bool *named, struct error *err)
{
	struct sockaddr_un sun;
	socklen_t len = sizeof(sun);
	struct stat st;

	*named = false;
	if (fstat(fd, &st) < 0)
		return error_errno(err, "descriptor %d", fd);
	if (!S_ISSOCK(st.st_mode))
		return 0;
	if (getsockname(fd, (struct sockaddr *)&sun, &len) < 0)
		return error_errno(err, "descriptor %d", fd);
	if (sun.sun_family != AF_UNIX)
		return error_set(err, ERR_ACCESS_DENIED, "a client over the network cannot be told from another: use ssh");
	*named = len > offsetof(struct sockaddr_un, sun_path);
	return 0;
}

/* Each guest that is watched for events takes a descriptor. */
static void raise_limits(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_cur < l.rlim_max) {
		l.rlim_cur = l.rlim_max;
		setrlimit(RLIMIT_NOFILE, &l);
	}
}

static int serve(const struct options *o, int in, int out, bool read_only)
{
	struct hv_serve spec = o->serve;
	struct error err;

	raise_limits();
	spec.in = in;
	spec.out = out;
	spec.read_only |= read_only;
	spec.drivers = cli_drivers;
	spec.tables = tables;
	spec.helper = remote_helper;
	if (hv_serve(&spec, &err) < 0)
		return complain(&err);
	return EXIT_DONE;
}

/* Who comes by descriptors that were there when we started. */
static int serve_inherited(const struct options *o, int in, int out)
{
	struct ucred cred;
	struct error err;
	bool named;

	if (is_named(in, &named, &err) < 0 || (named && admit(o, in, o->everybody, &cred, &err) < 0))
		return complain(&err);
	return serve(o, in, named ? in : out, false);
}

/* ---- a process for each ---- */

/* Takes what signals have come; true when one of them asks for the end. */
static bool reap(struct listener *l)
{
	struct signalfd_siginfo info;
	pid_t pid;

	while (read(l->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGCHLD)
			return true;
	}
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
		for (size_t i = 0; i < l->n; i++) {
			if (l->client[i].pid == pid) {
				l->client[i] = l->client[--l->n];
				break;
			}
		}
	}
	return false;
}

static bool place_for(const struct listener *l, uid_t uid)
{
	size_t own = 0;

	if (l->n >= CLIENTS_MAX)
		return false;
	if (uid == 0 || uid == geteuid())
		return true;
	for (size_t i = 0; i < l->n; i++)
		own += l->client[i].uid == uid;
	return own < CLIENTS_PER_UID && l->n < CLIENTS_MAX - CLIENTS_PER_UID;
}

/* 0, or -1 when no more can be taken now. */
static int take_client(struct listener *l, const struct place *place)
{
	AUTO_CLOSE int fd = accept4(place->fd, NULL, NULL, SOCK_CLOEXEC);
	struct client *more;
	struct ucred cred;
	struct error err;
	pid_t pid;

	if (fd < 0)
		return errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS ? -1 : 0;
	if (admit(l->o, fd, place->everybody, &cred, &err) < 0 || !place_for(l, cred.uid))
		return 0;
	more = reallocarray(l->client, l->n + 1, sizeof(*more));
	if (!more)
		return -1;
	l->client = more;
	pid = fork();
	if (pid < 0)
		return -1;
	if (pid == 0) {
		sigset_t none;

		for (size_t i = 0; i < ARRAY_LEN(l->place); i++)
			if (l->place[i].fd >= 0)
				close(l->place[i].fd);
		close(l->signals);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		exit(serve(l->o, fd, fd, place->read_only));
	}
	l->client[l->n++] = (struct client){ .pid = pid, .uid = cred.uid };
	return 0;
}

static int listen_loop(struct listener *l, struct error *err)
{
	bool breather = false;

	for (;;) {
		struct pollfd p[] = {
			{ .fd = l->signals, .events = POLLIN },
			{ .fd = breather ? -1 : l->place[0].fd, .events = POLLIN },
			{ .fd = breather ? -1 : l->place[1].fd, .events = POLLIN },
		};
		int timeout = breather ? BREATHER_MS : l->n == 0 && l->o->timeout_s ? l->o->timeout_s * 1000 : -1;
		int r = poll(p, ARRAY_LEN(p), timeout);

		if (r < 0 && errno != EINTR)
			return error_errno(err, "cannot wait for clients");
		if (r == 0 && !breather && l->n == 0)
			return 0;
		breather = false;
		if (r > 0 && p[0].revents && reap(l))
			return 0;
		for (size_t i = 0; r > 0 && i < ARRAY_LEN(l->place); i++)
			if (p[i + 1].revents && take_client(l, &l->place[i]) < 0)
				breather = true;
	}
}

/* A socket that nobody listens on any more is removed; one that is in use is not. */
static int make_room(const struct sockaddr_un *sun, struct error *err)
{
	struct stat st;

	if (lstat(sun->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : error_errno(err, "%s", sun->sun_path);
	if (!S_ISSOCK(st.st_mode))
		return error_set(err, ERR_OPERATION_FAILED, "%s exists and is no socket", sun->sun_path);
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_errno(err, "cannot make a socket");
	if (connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) == 0 || errno != ECONNREFUSED)
		return error_set(err, ERR_RESOURCE_BUSY, "%s: another program listens there", sun->sun_path);
	return unlink(sun->sun_path) < 0 ? error_errno(err, "cannot remove %s", sun->sun_path) : 0;
}

static int listen_on(struct place *place, const char *path, gid_t group, struct error *err)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	AUTO_CLOSE int fd = -1;
	mode_t before;
	int rc;

	if (path[0] != '/' || strlen(path) >= sizeof(sun.sun_path))
		return error_set(err, ERR_INVALID_ARG, "'%s' cannot be listened on: an absolute path of at most %zu bytes can", path,
				 sizeof(sun.sun_path) - 1);
	memcpy(sun.sun_path, path, strlen(path));
	if (make_room(&sun, err) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_errno(err, "cannot make a socket");
	before = umask(place->everybody ? 0111 : 0177);
	rc = bind(fd, (const struct sockaddr *)&sun, sizeof(sun));
	umask(before);
	if (rc < 0)
		return error_errno(err, "cannot listen on %s", path);
	place->path = strdup(path);
	if (!place->everybody && group != (gid_t)-1 && (lchown(path, (uid_t)-1, group) < 0 || chmod(path, 0660) < 0))
		return error_errno(err, "cannot give %s to its group", path);
	if (listen(fd, BACKLOG) < 0)
		return error_errno(err, "cannot listen on %s", path);
	place->fd = STEAL_FD(fd);
	return 0;
}

/* libvirt's own sockets: /run/libvirt/libvirt-sock and ...-sock-ro, or a user's own. */
static int libvirt_sockets(char **rw, char **ro, struct error *err)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	bool root = geteuid() == 0;
	AUTO_FREE char *dir = NULL;

	if (!root && (!run || *run != '/'))
		return error_set(err, ERR_OPERATION_FAILED, "XDG_RUNTIME_DIR is not set: libvirt's clients would not find us");
	dir = str_printf("%s/libvirt", root ? "/run" : run);
	*rw = dir ? str_printf("%s/libvirt-sock", dir) : NULL;
	*ro = dir && root ? str_printf("%s/libvirt-sock-ro", dir) : NULL;
	if (!*rw || (root && !*ro))
		return error_errno(err, "libvirt's sockets");
	return mkdir(dir, root ? 0755 : 0700) < 0 && errno != EEXIST ? error_errno(err, "cannot make %s", dir) : 0;
}

static int open_places(struct listener *l, struct error *err)
{
	AUTO_FREE char *rw = NULL, *ro = NULL;
	const char *listen_rw = l->o->listen, *listen_ro = l->o->listen_ro;

	if (l->o->libvirt) {
		if (libvirt_sockets(&rw, &ro, err) < 0)
			return -1;
		listen_rw = rw;
		listen_ro = ro;
	}
	l->place[1].everybody = l->place[1].read_only = true;
	if (listen_rw && listen_on(&l->place[0], listen_rw, l->o->group, err) < 0)
		return -1;
	return listen_ro ? listen_on(&l->place[1], listen_ro, l->o->group, err) : 0;
}

static int listen_forever(const struct options *o, int fd)
{
	struct listener l = { .o = o, .place = { { .fd = fd, .everybody = o->everybody }, { .fd = -1 } }, .signals = -1 };
	struct error err;
	int rc;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	rc = fd < 0 ? open_places(&l, &err) : 0;
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (rc == 0) {
		l.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
		rc = l.signals < 0 ? error_errno(&err, "signalfd") : listen_loop(&l, &err);
	}
	for (size_t i = 0; i < ARRAY_LEN(l.place); i++) {
		if (l.place[i].path)
			unlink(l.place[i].path);
		free(l.place[i].path);
	}
	free(l.client);
	return rc < 0 ? complain(&err) : EXIT_DONE;
}

/* ---- how it was started ---- */

/* systemd's socket activation: the descriptor 3, a client (Accept=yes) or what clients come to; -1: not so started. */
static int activated(bool *listening)
{
	const char *pid = getenv("LISTEN_PID"), *n = getenv("LISTEN_FDS");
	uint64_t number;
	int on = 0;
	socklen_t len = sizeof(on);

	if (!pid || !n || strcmp(n, "1") || str_to_u64(pid, INT32_MAX, &number) < 0 || (pid_t)number != getpid())
		return -1;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	*listening = getsockopt(3, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 && on;
	return 3;
}

static void usage(FILE *out)
{
	fprintf(out, "usage: berth-serve [--read-only] [--group GROUP] [URI]\n"
		     "       berth-serve --listen PATH [--listen-ro PATH] [--read-only] [--group GROUP] [--timeout SECONDS]\n"
		     "       berth-serve --libvirt [--group GROUP] [--timeout SECONDS]\n"
		     "Speaks libvirt's protocol on standard input and output, or on a socket.\n"
		     "      --listen PATH        listen on a Unix socket, with a process for each client\n"
		     "      --listen-ro PATH     and on another one, where every user may look and change nothing\n"
		     "      --libvirt            listen on libvirt's own sockets, where its clients look for a server\n"
		     "      --everybody          with --read-only: let every user connect\n"
		     "      --group GROUP        let this group's members connect, too\n"
		     "  -r, --read-only          let clients look and change nothing\n"
		     "      --timeout SECONDS    stop listening after this time without a client\n"
		     "  -h, --help               print this\n"
		     "      --version            print the version\n");
}

enum { OPT_LISTEN = 256, OPT_LISTEN_RO, OPT_LIBVIRT, OPT_EVERYBODY, OPT_GROUP, OPT_TIMEOUT, OPT_VERSION };

static int take_option(struct options *o, int opt, struct error *err)
{
	uint64_t number;

	switch (opt) {
	case 'r':
		o->serve.read_only = true;
		return 0;
	case 'U':   /* a netcat's: the socket that it would connect to is us */
		return 0;
	case OPT_LISTEN:
		o->listen = optarg;
		return 0;
	case OPT_LISTEN_RO:
		o->listen_ro = optarg;
		return 0;
	case OPT_LIBVIRT:
		o->libvirt = true;
		return 0;
	case OPT_EVERYBODY:
		o->everybody = true;
		return 0;
	case OPT_GROUP:
		return find_group(optarg, &o->group, err);
	case OPT_TIMEOUT:
		if (str_to_u64(optarg, 1000000, &number) < 0)
			return error_set(err, ERR_INVALID_ARG, "'%s' is no number of seconds", optarg);
		o->timeout_s = (int)number;
		return 0;
	}
	return -1;
}

static bool listens(const struct options *o)
{
	return o->listen || o->listen_ro || o->libvirt;
}

/* -1: go on; else the exit status. */
static int parse(struct options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "listen", required_argument, NULL, OPT_LISTEN },
		{ "listen-ro", required_argument, NULL, OPT_LISTEN_RO },
		{ "libvirt", no_argument, NULL, OPT_LIBVIRT },
		{ "everybody", no_argument, NULL, OPT_EVERYBODY },
		{ "group", required_argument, NULL, OPT_GROUP },
		{ "read-only", no_argument, NULL, 'r' },
		{ "readonly", no_argument, NULL, 'r' },   /* virt-ssh-helper's */
		{ "timeout", required_argument, NULL, OPT_TIMEOUT },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ NULL, 0, NULL, 0 },
	};
	struct error err;
	int opt;

	while ((opt = getopt_long(argc, argv, "rhU:", options, NULL)) != -1) {
		if (opt == 'h') {
			usage(stdout);
			return EXIT_DONE;
		}
		if (opt == OPT_VERSION) {
			printf("berth-serve %s\n", BERTH_VERSION);
			return EXIT_DONE;
		}
		if (opt == '?') {
			usage(stderr);
			return EXIT_USAGE;
		}
		if (take_option(o, opt, &err) < 0) {
			complain(&err);
			return EXIT_USAGE;
		}
	}
	if (argc - optind > 1 || (argc > optind && listens(o)) || (o->libvirt && (o->listen || o->listen_ro)) || (o->everybody && !o->serve.read_only)) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (argc > optind)
		o->serve.uri = argv[optind];
	return -1;
}

int main(int argc, char **argv)
{
	const char *name = argc ? strrchr(argv[0], '/') : NULL;
	/* so a client whose LIBVIRTD_PATH leads here starts its user's own server */
	struct options o = { .group = (gid_t)-1, .libvirt = name && strcmp(name, "/libvirtd") == 0 };
	bool listening = false;
	int fd, status;

	status = parse(&o, argc, argv);
	if (status >= 0)
		return status;
	fd = activated(&listening);
	if (listens(&o) || listening)
		return listen_forever(&o, listening ? fd : -1);
	return fd >= 0 ? serve_inherited(&o, fd, fd) : serve_inherited(&o, STDIN_FILENO, STDOUT_FILENO);
}
