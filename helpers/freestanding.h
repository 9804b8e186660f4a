/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System calls for programs so small that the C library's start would cost several times what they do. Without FREESTANDING (see the
 * Makefile) they are ordinary programs. */
#ifndef BERTH_HELPERS_FREESTANDING_H
#define BERTH_HELPERS_FREESTANDING_H

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef FREESTANDING
/* A system call as x86_64 wants it, syscall(2): the number or -errno in rax; rcx and r11 are lost. */
static inline long sys(long nr, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = 0;
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return result;
}

/* The program's first instruction: the kernel's stack, elf(5) "argc, argv, envp", goes to start(), which never returns. */
#define FREESTANDING_ENTRY(start) \
	void start(const long *stack) __attribute__((noreturn, used)); \
	__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall " #start "\n")
#else
static inline long sys(long nr, long a, long b, long c, long d, long e)
{
	long result = syscall(nr, a, b, c, d, e);

	return result < 0 ? -errno : result;
}
#endif

#endif
