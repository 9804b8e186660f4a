/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Times one command, and one that ends what it started, in microseconds on the monotonic clock.
 *
 *     stopwatch [-r FIFO] [-f] [-c COUNT -p PARALLEL] COMMAND... [++ STOP-COMMAND...]
 *
 * Without -r: `returns N`. With -r the guest's init is watched (tests/bench/init.c): `ready N returns N`, where -f says
 * that COMMAND stays in the foreground as long as its guest; then the stop command (KILL: SIGKILL to COMMAND) as
 * `stops N gone N`, gone being when the init is dead. -c runs COMMAND that many times, PARALLEL at a time, with %
 * in each argument replaced by the number, and ready is when the last init reported. Status 1: something failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_MS = 10000, MAX_ARGS = 64 };

extern char **environ;
static int fifo = -1;
static unsigned reported;   /* inits that have written their byte */
static bool hung_up;
static posix_spawn_file_actions_t quiet;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void fail(const char *what)
{
	fprintf(stderr, "stopwatch: %s\n", what);
	exit(1);
}

static pid_t launch(char **argv)
{
	pid_t pid;
	int e = posix_spawnp(&pid, argv[0], &quiet, NULL, argv, environ);

	if (e) {
		fprintf(stderr, "stopwatch: %s: %s\n", argv[0], strerror(e));
		exit(1);
	}
	return pid;
}

/* Takes in what the inits say: bytes, and the hang-up when the last of them is gone. Nothing for ten seconds is the end. */
static void listen_fifo(void)
{
	struct pollfd p = { .fd = fifo, .events = POLLIN };
	char buf[256];
	ssize_t n;

	if (poll(&p, 1, LIMIT_MS) == 0)
		fail("the guest's init says nothing");
	while ((n = read(fifo, buf, sizeof(buf))) > 0)
		reported += n;
	hung_up = reported && n == 0;
}

static void check(int status, const char *who)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "stopwatch: %s ended with %#x\n", who, status);
		exit(1);
	}
}

static double wait_for(pid_t pid, const char *who)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		fail("waitpid");
	check(status, who);
	return now();
}

/* The command's arguments with % replaced. */
static pid_t launch_numbered(char **argv, unsigned number)
{
	static char text[MAX_ARGS][256];
	char *args[MAX_ARGS + 1];
	int n = 0;

	for (; argv[n] && n < MAX_ARGS; n++) {
		char *mark = strchr(argv[n], '%');
		args[n] = argv[n];
		if (mark) {
			snprintf(text[n], sizeof(text[n]), "%.*s%u%s", (int)(mark - argv[n]), argv[n], number, mark + 1);
			args[n] = text[n];
		}
	}
	args[n] = NULL;
	return launch(args);
}

static void crowd(char **argv, unsigned count, unsigned parallel, const char *word)
{
	unsigned started = 0, running = 0, failed = 0;
	double t0 = now(), returns, ready;
	int status;

	while (started < count || running) {
		if (started < count && running < parallel) {
			launch_numbered(argv, started++);
			running++;
			continue;
		}
		if (wait(&status) < 0)
			fail("wait");
		failed += status != 0;
		running--;
	}
	returns = now();
	while (fifo >= 0 && reported < count && !failed)
		listen_fifo();
	ready = now();
	if (failed) {
		fprintf(stderr, "stopwatch: %u of %u failed\n", failed, count);
		exit(1);
	}
	printf("%s %.1f", word, returns - t0);
	if (fifo >= 0)
		printf(" ready %.1f", ready > returns ? ready - t0 : returns - t0);
	putchar('\n');
}

static void single(char **argv, char **stop, bool foreground)
{
	double t0 = now(), ready = 0, returns = 0, stops, gone;
	pid_t pid = launch(argv), stopper;

	if (fifo < 0) {
		printf("returns %.1f\n", wait_for(pid, argv[0]) - t0);
		return;
	}
	while (!reported)
		listen_fifo();
	ready = now();
	printf("ready %.1f", ready - t0);
	if (!foreground) {
		/* a command that returned before its init ran is not told from one that returned at the same time */
		returns = wait_for(pid, argv[0]);
		printf(" returns %.1f", returns - t0);
	}
	if (stop) {
		t0 = now();
		if (strcmp(stop[0], "KILL") == 0) {
			kill(pid, SIGKILL);
			stops = now();
		} else {
			stopper = launch(stop);
			stops = wait_for(stopper, stop[0]);
		}
		while (!hung_up)
			listen_fifo();
		gone = now();
		printf(" stops %.1f gone %.1f", stops - t0, gone - t0);
		if (foreground)
			waitpid(pid, NULL, 0);
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	unsigned count = 0, parallel = 1;
	bool foreground = false;
	char **stop = NULL;
	int opt;

	while ((opt = getopt(argc, argv, "+r:fc:p:")) != -1) {
		if (opt == 'r' && (fifo = open(optarg, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) < 0)
			fail(optarg);
		else if (opt == 'c')
			count = strtoul(optarg, NULL, 10);
		else if (opt == 'p')
			parallel = strtoul(optarg, NULL, 10);
		else if (opt == 'f')
			foreground = true;
		else if (opt == '?')
			return 2;
	}
	argv += optind;
	if (!argv[0])
		return 2;
	for (int i = 0; argv[i]; i++)
		if (strcmp(argv[i], "++") == 0) {
			argv[i] = NULL;
			stop = argv + i + 1;
			break;
		}
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	if (count) {
		crowd(argv, count, parallel, "returns");
		if (stop) {
			fifo = -1;
			crowd(stop, count, parallel, "stops");
		}
	} else {
		single(argv, stop, foreground);
	}
	return 0;
}
