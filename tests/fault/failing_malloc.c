/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Linked into a program in the place of malloc, calloc and realloc (ld's --wrap): counts them, and fails the one that it is told to, in the
 * program and in what it becomes by fork. BERTH_ALLOCATIONS names a file of three 64-bit numbers, which a test reads and writes while the
 * program runs: how many there were, which one fails (0: none), and whether all after it fail, too. memory_test.py uses it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

static struct {
	_Atomic uint64_t calls, fails, all_after;
} *shared;

__attribute__((constructor)) static void attach(void)
{
	const char *path = getenv("BERTH_ALLOCATIONS");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *p = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd >= 0)
		close(fd);
	if (p != MAP_FAILED)
		shared = p;
}

static bool refused(void)
{
	uint64_t number, fails;

	if (!shared)
		return false;
	number = atomic_fetch_add(&shared->calls, 1) + 1;
	fails = atomic_load(&shared->fails);
	if (!fails || number < fails || (number > fails && !atomic_load(&shared->all_after)))
		return false;
	errno = ENOMEM;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return refused() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return refused() ? NULL : __real_realloc(p, size);
}
