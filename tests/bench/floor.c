/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The least that a container of ours can cost: the bare system calls (bare.c) and, part by part, what a guest has beyond them, each part as
 * the shortest row of system calls that makes it; no XML, no library, no checks, nothing undone on failure. What vm-start takes beyond this is
 * ours to save, what this takes beyond bare.c is what the parts cost.
 *
 *     floor [-p PARTS] HELPERS RUN NAME ROOT PROGRAM
 *
 * HELPERS holds fd-holder and init-launcher, RUN is a directory on a tmpfs. Returns when the program runs and leaves it. PARTS, all by default:
 *     s  a supervisor: a process that stays, takes the guest away when its init dies, and says to the starter that it runs
 *     f  files of state, as DESIGN wants them: run directory, lock, plan, state twice, live definition, socket, log
 *     g  control groups: version 2, memory with a limit, devices with rules; a control group namespace
 *     m  /proc, /sys, /dev with nodes, /dev/pts, /dev/shm, the control groups' mount; a console as the terminal
 *     k  covers over what of /proc and /sys tells of the host or changes it
 *     i  what init is: host name, loopback, limits, keyring, signals, capabilities, system-call filter
 *     l  init run by a launcher of which no file is the host's
 *     h  the holder of the console's other end
 *     c  the supervisor confined: capabilities, Landlock, system-call filter
 */
#include "../../lib/lxc/confine_table.h"
#include "../../lib/util/seccomp_table.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PART(c) (strchr(parts, c) != NULL)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define CGROUPS "/sys/fs/cgroup/"

static const char *parts = "sfgmkilhc", *name, *helpers;
static int run = -1;
static char group[128];

static int must(long result, const char *step)
{
	if (result < 0) {
		dprintf(2, "floor: %s: %s\n", step, strerror(errno));
		_exit(125);
	}
	return (int)result;
}

static void put(int dir, const char *file, const char *text, int flags)
{
	int fd = must(openat(dir, file, O_WRONLY | O_CLOEXEC | flags, 0600), file);

	must(write(fd, text, strlen(text)), file);
	close(fd);
}

/* ------- the supervisor's side */

static void make_files(int dir)
{
	must(mkdirat(dir, name, 0700), name);
	run = must(openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), name);
	must(flock(must(openat(run, "alive", O_RDWR | O_CREAT | O_CLOEXEC, 0600), "alive"), LOCK_EX), "alive");
	put(run, "plan", "cgroup floor\n", O_CREAT);
	must(openat(run, "log", O_WRONLY | O_CREAT | O_APPEND, 0600), "log");
}

static void put_state(const char *state)
{
	put(run, "state.new", state, O_CREAT);
	must(renameat(run, "state.new", run, "state"), "state");
}

static int listen_on(const char *file, int type)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = must(socket(AF_UNIX, type | SOCK_CLOEXEC, 0), "socket");

	snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d/%s", run, file);
	must(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), "bind");
	must(fchmodat(run, file, 0600, 0), file);
	must(listen(fd, 16), "listen");
	return fd;
}

static int make_group(const char *controller, const char *file, const char *text)
{
	char path[200];
	int fd;

	snprintf(path, sizeof(path), CGROUPS "%s/%s", controller, group);
	must(mkdir(path, 0755), path);
	fd = must(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path);
	if (file)
		put(fd, file, text, 0);
	return fd;
}

static void allow_devices(int devices)
{
	static const char *const rules[] = { "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:2 rwm", "c 136:* rwm" };
	int fd = must(openat(devices, "devices.allow", O_WRONLY | O_CLOEXEC), "devices.allow");

	for (size_t i = 0; i < COUNT(rules); i++)
		must(write(fd, rules[i], strlen(rules[i])), rules[i]);
	close(fd);
}

static void remove_all(int dir)
{
	static const char *const controllers[] = { "unified", "memory", "devices" };
	static const char *const files[] = { "alive", "plan", "log", "state", "live.xml", "socket", "holder" };
	char path[200];

	for (size_t i = 0; i < COUNT(controllers) && PART('g'); i++) {
		snprintf(path, sizeof(path), CGROUPS "%s/%s", controllers[i], group);
		rmdir(path);
	}
	for (size_t i = 0; i < COUNT(files) && PART('f'); i++)
		unlinkat(run, files[i], 0);
	if (PART('f'))
		unlinkat(dir, name, AT_REMOVEDIR);
}

static void capabilities(uint64_t keep)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2];

	must(syscall(SYS_capget, &h, d), "capget");
	for (int i = 0; i < 2; i++) {
		d[i].permitted &= (uint32_t)(keep >> 32 * i);
		d[i].effective = d[i].permitted;
		d[i].inheritable = 0;
	}
	for (int c = 0; c <= CAP_LAST_CAP; c++)
		if (!(keep & 1ULL << c))
			must(prctl(PR_CAPBSET_DROP, c, 0, 0, 0), "bounding set");
	must(syscall(SYS_capset, &h, d), "capset");
}

static void filter(const struct sock_filter *table, size_t n)
{
	struct sock_fprog prog = { .len = n, .filter = (struct sock_filter *)table };

	must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog), "seccomp");
}

static void confine(int dir)
{
	static const char *const allowed[] = { "/sys/fs/cgroup", "/proc", "/sys", "/dev/null" };
	struct landlock_ruleset_attr attr = { .handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1 };
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
	for (size_t i = 0; i < COUNT(allowed) + 1 && rules >= 0; i++) {
		struct landlock_path_beneath_attr a = {
			.allowed_access = attr.handled_access_fs & (i == COUNT(allowed) - 1 ? LANDLOCK_ACCESS_FS_WRITE_FILE : ~0ULL),
			.parent_fd = i < COUNT(allowed) ? open(allowed[i], O_PATH | O_CLOEXEC) : dup(dir),
		};
		must(syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &a, 0), "landlock");
		close(a.parent_fd);
	}
	if (rules >= 0)
		must(syscall(SYS_landlock_restrict_self, rules, 0), "landlock");
	capabilities(1ULL << CAP_KILL | 1ULL << CAP_DAC_OVERRIDE);
	filter(confine_table, COUNT(confine_table));
}

/* The holder gets a socket where the console can be fetched, the guest's pidfd, a socket to us, our program, and the console's other end. */
static void start_holder(int pidfd, int master)
{
	char path[300];
	char *const argv[] = { (char *)"fd-holder", (char *)name, NULL };
	int ask[2];

	snprintf(path, sizeof(path), "%s/fd-holder", helpers);
	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ask), "socketpair");
	if (must(vfork(), "vfork") == 0) {
		int from[] = { listen_on("holder", SOCK_SEQPACKET), pidfd, ask[1], open("/proc/self/exe", O_RDONLY), master };
		for (size_t i = 0; i < COUNT(from); i++)
			must(dup2(from[i], 100 + (int)i), "holder");
		for (size_t i = 0; i < COUNT(from); i++)
			must(dup2(100 + (int)i, 3 + (int)i), "holder");
		syscall(SYS_close_range, 3 + COUNT(from), ~0U, 0);
		setsid();
		execve(path, argv, argv + 2);
		_exit(127);
	}
	close(ask[1]);
}

/* ------- the child's side */

static int new_mount(const char *type, unsigned attr, const char *const *options)
{
	int fs = must(fsopen(type, FSOPEN_CLOEXEC), type), fd;

	for (; options && *options; options += 2)
		must(fsconfig(fs, FSCONFIG_SET_STRING, options[0], options[1], 0), options[0]);
	must(fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0), type);
	fd = must(fsmount(fs, FSMOUNT_CLOEXEC, attr), type);
	close(fs);
	return fd;
}

static void attach(int tree, int dir, const char *at)
{
	must(move_mount(tree, "", dir, at, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH), at);
}

static int make_dev(void)
{
	static const struct { const char *name; int major, minor; } nodes[] = {
		{ "null", 1, 3 }, { "zero", 1, 5 }, { "full", 1, 7 }, { "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
	};
	static const char *const links[][2] = {
		{ "ptmx", "pts/ptmx" }, { "fd", "/proc/self/fd" }, { "stdin", "fd/0" }, { "stdout", "fd/1" }, { "stderr", "fd/2" },
		{ "console", "pts/0" }, { "tty1", "pts/0" },
	};
	static const char *const options[] = { "mode", "0755", "size", "64k", "nr_inodes", "1024", NULL };
	int dev = new_mount("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, options);

	umask(0);
	for (size_t i = 0; i < COUNT(nodes); i++)
		must(mknodat(dev, nodes[i].name, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)), nodes[i].name);
	for (size_t i = 0; i < COUNT(links); i++)
		must(symlinkat(links[i][1], dev, links[i][0]), links[i][0]);
	must(mkdirat(dev, "pts", 0755), "pts");
	must(mkdirat(dev, "shm", 0755), "shm");
	return dev;
}

static void cover(int from, const char *source, int dir, const char *path, int read_only)
{
	struct mount_attr ro = { .attr_set = MOUNT_ATTR_RDONLY };
	int copy = open_tree(from, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	if (copy < 0 || (read_only && mount_setattr(copy, "", AT_EMPTY_PATH, &ro, sizeof(ro)) < 0) ||
	    move_mount(copy, "", dir, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		must(errno == ENOENT ? 0 : -1, path);
	close(copy);
}

static void cover_kernel(int proc, int sys, int dev)
{
	static const char *const read_only[] = { "bus", "fs", "irq", "sysrq-trigger", "sys" };
	static const char *const files[] = { "kcore", "keys", "timer_list", "latency_stats" };
	static const char *const options[] = { "mode", "0555", "nr_inodes", "2", NULL };
	int net = must(openat(proc, "sys/net", O_PATH | O_DIRECTORY | O_CLOEXEC), "sys/net"), empty;

	for (size_t i = 0; i < COUNT(read_only); i++)
		cover(proc, read_only[i], proc, read_only[i], 1);
	for (size_t i = 0; i < COUNT(files); i++)
		cover(dev, "null", proc, files[i], 0);
	cover(net, "", proc, "sys/net", 0);
	empty = new_mount("tmpfs", MOUNT_ATTR_RDONLY, options);
	attach(empty, sys, "firmware");
	cover(empty, "", proc, "acpi", 0);
	cover(empty, "", sys, "devices/virtual/powercap", 0);
}

static void make_mounts(int pts, int slave)
{
	static const char *const shm_options[] = { "mode", "1777", "size", "64m", NULL };
	int dev = make_dev(), sys, proc;

	attach(proc = new_mount("proc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, NULL), AT_FDCWD, "/proc");
	attach(sys = new_mount("sysfs", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, NULL), AT_FDCWD, "/sys");
	if (PART('g'))
		attach(new_mount("cgroup2", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, NULL), sys, "fs/cgroup");
	attach(dev, AT_FDCWD, "/dev");
	attach(pts, dev, "pts");
	attach(new_mount("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, shm_options), dev, "shm");
	must(setsid(), "setsid");
	for (int fd = 0; fd < 3; fd++)
		dup2(slave, fd);
	must(ioctl(0, TIOCSCTTY, 0), "controlling terminal");
	if (PART('k'))
		cover_kernel(proc, sys, dev);
}

static void be_init(void)
{
	static const unsigned long dfl[4];
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int s = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");

	must(ioctl(s, SIOCSIFFLAGS, &ifr), "lo");
	must(sethostname(name, strlen(name)), "hostname");
	must(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0), "keyring");
	for (int l = 0; l < RLIMIT_NLIMITS; l++) {
		struct rlimit rl;
		must(getrlimit(l, &rl), "limits");
		must(setrlimit(l, &rl), "limits");
	}
	for (int n = 1; n < NSIG; n++)
		if (n != SIGKILL && n != SIGSTOP)
			syscall(SYS_rt_sigaction, n, dfl, NULL, sizeof(dfl[0]));
	umask(022);
	filter(guest_table, COUNT(guest_table));
	capabilities(SECCOMP_TABLE_CAPABILITIES);
}

/* What the starter's side has made for the child, which gets it by being a copy of it. */
struct made {
	int socket[2], pts, master, slave, launcher, cgroup, tasks[2], pidfd;
};

static void guest(const char *root, char *program, const struct made *made)
{
	char *const argv[] = { program, program, NULL };
	int host = open("/", O_PATH | O_CLOEXEC), tree;

	for (size_t i = 0; PART('g') && i < COUNT(made->tasks); i++)
		must(write(made->tasks[i], "0", 1), "tasks");
	if (PART('g'))
		must(unshare(CLONE_NEWCGROUP), "cgroup namespace");
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "make / private");
	tree = must(open_tree(AT_FDCWD, root, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), root);
	attach(tree, host, "");
	must(fchdir(tree), root);
	must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	must(umount2(".", MNT_DETACH), "umount the old root");
	must(chdir("/"), "/");
	if (PART('m'))
		make_mounts(made->pts, made->slave);
	if (PART('i'))
		be_init();
	if (PART('l')) {
		must(dup2(made->socket[1], 100), "socket");
		must(dup2(made->launcher, 101), "launcher");
		must(dup2(100, 3), "socket");
		must(dup3(101, 4, O_CLOEXEC), "launcher");
		must(syscall(SYS_close_range, 5, ~0U, 0), "close_range");
		syscall(SYS_execveat, 4, "", argv, argv + 2, AT_EMPTY_PATH);
	}
	execve(program, argv + 1, argv + 2);
	must(-1, program);
}

static void make_console(struct made *made)
{
	static const char *const options[] = { "mode", "0620", "ptmxmode", "0666", "gid", "5", NULL };
	int unlock = 0;

	made->pts = new_mount("devpts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, options);
	made->master = must(openat(made->pts, "ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC), "ptmx");
	must(ioctl(made->master, TIOCSPTLCK, &unlock), "unlock");
	made->slave = must(ioctl(made->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC), "slave");
}

static void make_groups(struct made *made)
{
	int devices = make_group("devices", "devices.deny", "a");

	allow_devices(devices);
	made->cgroup = make_group("unified", NULL, NULL);
	made->tasks[0] = must(openat(devices, "tasks", O_WRONLY | O_CLOEXEC), "tasks");
	made->tasks[1] = must(openat(make_group("memory", "memory.limit_in_bytes", "67108864"), "tasks", O_WRONLY | O_CLOEXEC), "tasks");
}

static void make_launcher(struct made *made)
{
	struct mount_attr ro = { .attr_set = MOUNT_ATTR_RDONLY };
	char path[300];

	snprintf(path, sizeof(path), "%s/init-launcher", helpers);
	made->launcher = must(open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), path);
	must(mount_setattr(made->launcher, "", AT_EMPTY_PATH, &ro, sizeof(ro)), path);
}

/* The guest is made: its init runs when this returns. */
static void build(const char *root, char *program, struct made *made)
{
	struct clone_args args = {
		.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_PIDFD,
		.exit_signal = SIGCHLD, .pidfd = (uintptr_t)&made->pidfd,
	};
	char byte;

	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, made->socket), "socketpair");
	if (PART('g')) {
		make_groups(made);
		args.cgroup = made->cgroup;
		args.flags |= CLONE_INTO_CGROUP;
	}
	if (PART('m'))
		make_console(made);
	if (PART('l'))
		make_launcher(made);
	if (must(syscall(SYS_clone3, &args, sizeof(args)), "clone3") == 0)
		guest(root, program, made);
	/* ends with the child's exec */
	close(made->socket[1]);
	must(recv(made->socket[0], &byte, 1, 0) == 0 ? 0 : -1, "init");
}

int main(int argc, char **argv)
{
	struct made made = { .pidfd = -1 };
	siginfo_t info;
	int dir, said[2], opt;
	char byte;

	while ((opt = getopt(argc, argv, "+p:")) != -1)
		if (opt == 'p')
			parts = optarg;
	argv += optind;
	if (argc - optind != 5)
		return 2;
	helpers = argv[0];
	name = argv[2];
	snprintf(group, sizeof(group), "floor-%s", name);
	dir = must(open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC), argv[1]);
	must(pipe2(said, O_CLOEXEC), "pipe");
	if (PART('f'))
		make_files(dir);
	if (PART('s') && must(fork(), "fork") > 0) {
		close(said[1]);
		return read(said[0], &byte, 1) == 1 ? 0 : 125;
	}
	if (PART('s'))
		setsid();
	build(argv[3], argv[4], &made);
	if (PART('f')) {
		put_state("running\n");
		listen_on("socket", SOCK_STREAM);
	}
	must(write(said[1], "r", 1), "report");
	if (!PART('s'))
		return 0;
	close(said[1]);
	if (PART('f'))
		put(run, "live.xml", "<domain type='lxc'/>\n", O_CREAT);
	if (PART('h'))
		start_holder(made.pidfd, made.master);
	if (PART('c'))
		confine(dir);
	must(waitid(P_PIDFD, made.pidfd, &info, WEXITED), "waitid");
	remove_all(dir);
	return 0;
}
