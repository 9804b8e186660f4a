/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting other programs: an explicit descriptor list, an explicit environment, no shell. */
#ifndef BERTH_UTIL_PROCESS_H
#define BERTH_UTIL_PROCESS_H

#include "util/error.h"

#include <sys/types.h>

struct process_fd {
	int from;   /* a descriptor of ours (stays open here) */
	int to;     /* its number in the child */
};

struct process_spec {
	const char *path;                /* the program, no PATH search */
	char *const *argv;
	char *const *envp;               /* NULL: a clean minimal environment (PATH, HOME, LC_ALL=C) */
	const struct process_fd *fds;    /* the child's descriptors, 0 to 2 default to /dev/null; all others are closed */
	size_t n_fds;
	bool new_session;                /* setsid(2) */
	int cgroup;                      /* directory of the version 2 control group that it is born in, the only cheap way there; 0: ours */
	bool ends_with_us;               /* it gets SIGTERM when the calling thread ends, however that comes */
	int (*run)(int argc, char **argv);   /* a copy of this process calls it in the place of a program; `path` is not looked at */

	/*
	 * Runs in the child while all descriptors of ours are still open: joins groups, enters namespaces, gives up privileges. The child may share our
	 * memory, so that it writes into *prepare_arg at most (which we see where that is shared memory), allocates nothing and calls nothing that
	 * does. 0, or -1 with errno set.
	 */
	int (*prepare)(void *arg);
	void *prepare_arg;
};

/* Starts a program with default signal dispositions and an empty signal mask. An exec that fails is reported here, not by an
 * exit status. Returns its pid (a child of ours); *pidfd, when asked for, is a descriptor of the caller's. With `run` what the caller's memory
 * holds is there, what it had open is not; the process shows argv as its command line (see process_keep_arguments()). */
pid_t process_spawn(const struct process_spec *spec, int *pidfd, struct error *err) NODISCARD;

/* Default dispositions for every signal and an empty mask, as a new program is to find them. Also for the two signals that the C
 * library keeps for itself: a shell's child may have inherited them ignored, and sigaction(3) refuses to touch them. */
void process_reset_signals(void);

/* Where main() has its arguments, so that a process that `run` makes can put its own in their place. */
void process_keep_arguments(char **argv);

/* Whether the path leads to the file that this process runs. */
bool process_is_self(const char *path);

/* The start time of a process in clock ticks since boot (proc(5), stat field 22); 0 when there is none such. With it a
 * stored pid can be told from a stranger that got the same number later. */
unsigned long long process_start_time(pid_t pid);

/* What a process and all that descend from it have used: CPU time in nanoseconds, with that of the dead ones among them, and resident memory in bytes, in which what
 * they share counts once for each. What cannot be read, and what is beyond 4,096 processes, is left out. */
void process_tree_use(pid_t root, uint64_t *cpu_ns, uint64_t *memory);

/* Whether a word is one of the arguments with which a process was started, among their first 4,096 bytes. */
bool process_has_argument(pid_t pid, const char *word);

/*
 * Runs the calling program again, from a read-only mount of its own file that is in nobody's namespace, and returns only when that is so. A
 * process that is going to be seen from inside a container (by /proc/PID/exe) does this first: whatever gets hold of the program there
 * cannot write to it. argv[0] must be the program's absolute path or found by /proc/self/exe. Without the privilege to mount there is
 * nobody inside who could write either, and nothing happens.
 */
int process_seal(char *const *argv, struct error *err) NODISCARD;

/* From here on this process leaves no core file, and nobody but root can look into it; as far as the limit of locked memory goes it is not swapped out either. For
 * whoever holds secrets of people. */
void process_hide_memory(void);

/* Tells the path of this program where /proc/self/exe cannot: a sealed one. The string must stay. */
void process_set_path(const char *path);

/* A copy of a program in memory that nobody can write to any more, to be run by execveat(2): what can be named by its process's /proc/PID/exe is
 * then no file of the host. The descriptor is the caller's. */
int process_sealed_copy(const char *path, struct error *err) NODISCARD;

/* The path of one of our helper programs: beside the running program's folder (../helpers in a build tree, ../libexec/berth where it is
 * installed), in that folder itself, else where `make install` put them. The result is the caller's. */
char *process_helper_path(const char *helper, struct error *err) NODISCARD;

#endif
