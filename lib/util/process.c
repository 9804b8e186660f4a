/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/process.h"

#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Linux 6.3, memfd_create(2) */
#ifndef MFD_EXEC
#define MFD_EXEC 0x10U
#endif

#ifndef HELPER_DIR
#define HELPER_DIR "/usr/libexec/berth"
#endif

static char *const clean_environment[] = {
	(char *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	(char *)"HOME=/",
	(char *)"LC_ALL=C",
	NULL,
};

/* Moves the named descriptors to their numbers without treading on one that is still to be moved. */
static int arrange_descriptors(const struct process_spec *spec)
{
	int high = 3, null_fd;

	for (size_t i = 0; i < spec->n_fds; i++)
		if (spec->fds[i].to >= high)
			high = spec->fds[i].to + 1;
	int moved[spec->n_fds + 1];
	for (size_t i = 0; i < spec->n_fds; i++)
		if ((moved[i] = fcntl(spec->fds[i].from, F_DUPFD_CLOEXEC, high)) < 0)
			return -1;
	null_fd = open("/dev/null", O_RDWR);   /* becomes 0 to 2: no O_CLOEXEC */
	if (null_fd < 0)
		return -1;
	for (int fd = 0; fd < 3; fd++)
		if (fd != null_fd && dup2(null_fd, fd) < 0)
			return -1;
	for (size_t i = 0; i < spec->n_fds; i++)
		if (dup2(moved[i], spec->fds[i].to) < 0)
			return -1;
	/* A gap below `high` must not keep a descriptor that the caller happened to have there. */
	for (int fd = 3; fd < high; fd++) {
		bool wanted = false;
		for (size_t i = 0; i < spec->n_fds; i++)
			wanted |= spec->fds[i].to == fd;
		if (!wanted)
			close(fd);
	}
	return (int)syscall(SYS_close_range, high, ~0U, 0);
}

/* A detached copy of the file's mount, read-only: it costs 0.1 ms, a copy of the file in sealed memory many times that. */
static int open_sealed(const char *path)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	AUTO_CLOSE int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (fd < 0 || syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		return -1;
	return STEAL_FD(fd);
}

void process_reset_signals(void)
{
	/* the kernel's struct sigaction, rt_sigaction(2): all zero is the default */
	static const unsigned long dfl[4];
	const unsigned long none = 0;

	for (int s = 1; s < NSIG; s++)
		if (s != SIGKILL && s != SIGSTOP)
			syscall(SYS_rt_sigaction, s, dfl, NULL, sizeof(none));
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof(none));
}

/* What parent and child share: the child borrows the parent's memory until it runs the program, and needs a stack of its own there. */
struct launch {
	const struct process_spec *spec;
	pid_t parent;
	int error;
	char stack[32768] __attribute__((aligned(16)));
};

static int exec_child(void *arg)
{
	struct launch *launch = arg;
	const struct process_spec *spec = launch->spec;

	process_reset_signals();
	if (spec->new_session)
		setsid();
	/* the parent may have been killed before it was said */
	if (spec->ends_with_us && (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != launch->parent))
		_exit(127);
	if ((!spec->prepare || spec->prepare(spec->prepare_arg) == 0) && arrange_descriptors(spec) == 0)
		execve(spec->path, spec->argv, spec->envp ? spec->envp : clean_environment);
	launch->error = errno;
	_exit(127);
}

/* The C library has no clone3(2), and a raw one cannot share our memory: it would return twice on one stack. */
static pid_t give_birth(struct launch *launch, int *pidfd)
{
	struct clone_args args = {
		.flags = CLONE_VFORK | CLONE_PIDFD | CLONE_INTO_CGROUP, .pidfd = (uintptr_t)pidfd, .exit_signal = SIGCHLD,
		.cgroup = (unsigned)launch->spec->cgroup,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		exec_child(launch);
	return pid;
}

/* As vfork(2), without copying this process's memory; signals wait, for a handler of ours must not run in the child. */
static pid_t launch_child(struct launch *launch, int *pidfd)
{
	launch->parent = getpid();
#ifdef __SANITIZE_ADDRESS__
	const int memory = 0;   /* what it knows of the stack would be wrong afterwards */
#else
	const int memory = CLONE_VM;
#endif
	sigset_t all, old;
	pid_t pid;
	int saved;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	pid = launch->spec->cgroup > 0 ? give_birth(launch, pidfd) :
		clone(exec_child, launch->stack + sizeof(launch->stack), memory | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, launch, pidfd);
	saved = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	errno = saved;
	return pid;
}

/* This process's arguments as the kernel shows them, and its environment, which follows. */
static char *arguments, *arguments_end, *environment_end;

static char *end_of_last(char **strings)
{
	while (strings[0] && strings[1])
		strings++;
	return strings[0] ? strings[0] + strlen(strings[0]) + 1 : NULL;
}

void process_keep_arguments(char **argv)
{
	char *end = environ ? end_of_last(environ) : NULL;

	arguments = argv[0];
	arguments_end = end_of_last(argv);
	environment_end = end > arguments_end ? end : arguments_end;
}

/* proc(5), /proc/pid/cmdline: where the last byte of the arguments' place is not NUL, one text goes on into the environment's. There may be little
 * of both: the program's folder is left out. */
static void show_arguments(char *const *argv, char *const *env)
{
	const char *slash = strrchr(argv[0], '/');
	char *p = arguments, *const end = environment_end;

	if (!p || end <= p)
		return;
	memset(p, 0, end - p);
	p += snprintf(p, end - p, "%s", slash ? slash + 1 : argv[0]);
	for (argv++; *argv && p < end; argv++)
		p += snprintf(p, end - p, " %s", *argv);
	p = p + 1 > arguments_end ? p + 1 : arguments_end;
	for (; *env && p < end; env++)
		p += snprintf(p, end - p, "%s", *env) + 1;
}

bool process_is_self(const char *path)
{
	struct stat own, other;

	return stat("/proc/self/exe", &own) == 0 && stat(path, &other) == 0 && own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

static char **copy_strings(char *const *from)
{
	size_t n = 0;
	char **copy;

	while (from[n])
		n++;
	copy = calloc(n + 1, sizeof(*copy));
	for (size_t i = 0; copy && i < n; i++)
		if (!(copy[i] = strdup(from[i])))
			return NULL;
	return copy;
}

/* What it is called and what its environment is must outlive the place that is about to be overwritten. */
static void run_child(const struct process_spec *spec)
{
	char **argv = copy_strings(spec->argv), **env = copy_strings(spec->envp ? spec->envp : clean_environment);
	int argc = 0;

	process_reset_signals();
	if (spec->new_session)
		setsid();
	if (!argv || !env || arrange_descriptors(spec) < 0)
		_exit(127);
	environ = env;
	show_arguments(argv, env);
	while (argv[argc])
		argc++;
	/* whoever reads what stdio holds here is not us */
	_exit(spec->run(argc, argv));
}

static pid_t spawn_copy(const struct process_spec *spec, int *pidfd, struct error *err)
{
	pid_t pid = fork();

	if (pid == 0)
		run_child(spec);
	if (pid < 0)
		return error_errno(err, "cannot start %s", spec->argv[0]);
	if (pidfd && (*pidfd = (int)syscall(SYS_pidfd_open, pid, 0)) < 0) {
		error_errno(err, "cannot start %s", spec->argv[0]);
		kill(pid, SIGKILL);
		RETRY_EINTR(waitpid(pid, NULL, 0));
		return -1;
	}
	return pid;
}

pid_t process_spawn(const struct process_spec *spec, int *pidfd, struct error *err)
{
	if (spec->run)
		return spawn_copy(spec, pidfd, err);
	struct launch *launch = mmap(NULL, sizeof(*launch), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int fd = -1, failed;
	pid_t pid;

	if (launch == MAP_FAILED)
		return error_errno(err, "cannot start %s", spec->path);
	launch->spec = spec;
	pid = launch_child(launch, &fd);
	failed = pid < 0 ? errno : launch->error;
	munmap(launch, sizeof(*launch));
	if (failed) {
		if (pid > 0) {
			close(fd);
			RETRY_EINTR(waitpid(pid, NULL, 0));
		}
		errno = failed;
		return error_errno(err, "cannot start %s", spec->path);
	}
	if (pidfd)
		*pidfd = fd;
	else
		close(fd);
	return pid;
}

unsigned long long process_start_time(pid_t pid)
{
	char path[40], buf[1024], *p;
	unsigned long long start = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (n = RETRY_EINTR(read(fd, buf, sizeof(buf) - 1))) <= 0)
		return 0;
	buf[n] = '\0';
	/* the command, field 2, is in brackets and may hold anything, brackets and blanks too */
	if (!(p = strrchr(buf, ')')))
		return 0;
	for (int field = 2; field < 22 && p; field++)
		p = strchr(p + 1, ' ');
	if (p)
		start = strtoull(p + 1, NULL, 10);
	return start;
}

static const char *own_path;

void process_set_path(const char *path)
{
	own_path = path;
}

/* Where this program is, in `exe`; false when nobody knows. */
static bool find_own_path(char exe[PATH_MAX])
{
	ssize_t n;

	if (own_path)
		return (size_t)snprintf(exe, PATH_MAX, "%s", own_path) < PATH_MAX;
	n = readlink("/proc/self/exe", exe, PATH_MAX - 1);
	if (n > 0)
		exe[n] = '\0';
	return n > 0;
}

int process_seal(char *const *argv, struct error *err)
{
	char exe[PATH_MAX];
	struct statvfs fs;
	AUTO_CLOSE int self = open("/proc/self/exe", O_PATH | O_CLOEXEC);

	if (self < 0 || fstatvfs(self, &fs) < 0)
		return error_errno(err, "/proc/self/exe");
	if (fs.f_flag & ST_RDONLY)
		return 0;
	if (!find_own_path(exe))
		return error_errno(err, "/proc/self/exe");
	AUTO_CLOSE int fd = open_sealed(exe);
	if (fd < 0)
		return errno == EPERM || errno == ENOSYS ? 0 : error_errno(err, "cannot make a read-only mount of %s", exe);
	syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
	return error_errno(err, "cannot run %s from a read-only mount", exe);
}

int process_sealed_copy(const char *path, struct error *err)
{
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	AUTO_CLOSE int from = open(path, O_RDONLY | O_CLOEXEC);
	AUTO_CLOSE int fd = from < 0 ? -1 : memfd_create("program", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	char buf[16384];
	ssize_t n = 0;

	/* kernels before 6.3 know no other than executable ones */
	if (from >= 0 && fd < 0 && errno == EINVAL)
		fd = memfd_create("program", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	while (fd >= 0 && (n = RETRY_EINTR(read(from, buf, sizeof(buf)))) > 0)
		if (file_write_all(fd, buf, n) < 0)
			break;
	if (fd < 0 || n != 0)
		return error_errno(err, "cannot copy %s", path);
	if (fcntl(fd, F_ADD_SEALS, seals) < 0)
		return error_errno(err, "cannot seal a copy of %s", path);
	return STEAL_FD(fd);
}

char *process_helper_path(const char *helper, struct error *err)
{
	char exe[PATH_MAX];

	/* a build tree, an installed tree wherever it was moved to, a helper that starts another */
	static const char *const near[] = { "../helpers", "../libexec/berth", "." };
	char *slash = find_own_path(exe) ? strrchr(exe, '/') : NULL;

	for (size_t i = 0; slash && i < ARRAY_LEN(near); i++) {
		*slash = '\0';
		AUTO_FREE char *path = str_printf("%s/%s/%s", exe, near[i], helper);
		if (path && access(path, X_OK) == 0)
			return STEAL_PTR(path);
	}
	char *far = str_printf("%s/%s", HELPER_DIR, helper);
	if (!far)
		error_errno(err, "cannot start %s", helper);
	return far;
}

bool process_has_argument(pid_t pid, const char *word)
{
	char path[40], line[4096];
	AUTO_CLOSE int fd = -1;
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : RETRY_EINTR(read(fd, line, sizeof(line) - 1));
	if (len <= 0)
		return false;
	line[len] = '\0';
	for (const char *at = line; at < line + len; at += strlen(at) + 1)
		if (!strcmp(at, word))
			return true;
	return false;
}

/* proc(5), /proc/pid/stat: utime, stime, cutime, cstime are fields 14 to 17, in ticks; rss is field 24, in pages. */
static void add_use(pid_t pid, uint64_t *ticks, uint64_t *pages)
{
	char path[40], buf[1024], *p;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (n = RETRY_EINTR(read(fd, buf, sizeof(buf) - 1))) <= 0)
		return;
	buf[n] = '\0';
	if (!(p = strrchr(buf, ')')))
		return;
	for (int field = 2; field < 24 && p; field++) {
		if (field >= 14 && field <= 17)
			*ticks += strtoull(p, NULL, 10);
		if ((p = strchr(p + 1, ' ')))
			p++;
	}
	if (p)
		*pages += strtoull(p, NULL, 10);
}

/* Appends the children of a process to a list. */
static size_t add_children(pid_t pid, pid_t *list, size_t n, size_t max)
{
	char path[60], buf[4096], *p = buf, *end;
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (len = RETRY_EINTR(read(fd, buf, sizeof(buf) - 1))) <= 0)
		return n;
	buf[len] = '\0';
	while (n < max) {
		long child = strtol(p, &end, 10);
		if (end == p)
			break;
		list[n++] = (pid_t)child;
		p = end;
	}
	return n;
}

void process_tree_use(pid_t root, uint64_t *cpu_ns, uint64_t *memory)
{
	enum { MOST = 4096 };
	AUTO_FREE pid_t *list = calloc(MOST, sizeof(*list));
	uint64_t ticks = 0, pages = 0;
	size_t n = list ? 1 : 0;

	if (n)
		list[0] = root;
	for (size_t i = 0; i < n; i++) {
		add_use(list[i], &ticks, &pages);
		n = add_children(list[i], list, n, MOST);
	}
	*cpu_ns = ticks * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
	*memory = pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void process_hide_memory(void)
{
	/* neither can harm who does not succeed */
	(void)!prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)!mlockall(MCL_CURRENT | MCL_ONFAULT);
}
