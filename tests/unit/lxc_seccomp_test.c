/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ready-made filters (lib/util/seccomp_table.h, lib/lxc/confine_table.h) against what libseccomp makes of the rules: every call of every
 * word size, by running both programs. With the argument --table or --confine-table it prints those tables anew. */
#include "lxc/confine_filter.h"
#include "lxc/lxc.h"
#include "util/seccomp.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <cmocka.h>

static struct seccomp_program made, ready;

/* The part of classic BPF that libseccomp uses. */
static uint32_t run(const struct seccomp_program *p, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (unsigned pc = 0; pc < p->len; pc++) {
		const struct sock_filter *f = &p->filter[pc];
		switch (f->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, (const char *)data + f->k, 4);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= f->k;
			break;
		case BPF_JMP | BPF_JA:
			pc += f->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == f->k ? f->jt : f->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			pc += a > f->k ? f->jt : f->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += a >= f->k ? f->jt : f->jf;
			break;
		case BPF_RET | BPF_K:
			return f->k;
		default:
			fail_msg("instruction %u: code %#x", pc, f->code);
		}
	}
	fail_msg("the program has no end");
	return 0;
}

static void compare(const char *option)
{
	static const uint32_t arches[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64 };
	static const uint64_t second[] = { 0, TIOCSTI, TIOCSTI | 1ULL << 32, 0x541c, TIOCSWINSZ };

	for (size_t i = 0; i < ARRAY_LEN(arches); i++)
		for (uint32_t x32 = 0; x32 < 2; x32++)
			for (uint32_t nr = 0; nr < 700; nr++)
				for (size_t k = 0; k < ARRAY_LEN(second); k++) {
					struct seccomp_data d = { .nr = (int)(nr | x32 << 30), .arch = arches[i], .args = { 0, second[k] } };
					if (run(&ready, &d) != run(&made, &d))
						fail_msg("arch %#x call %#x: %#x, should be %#x (print the table: %s)", arches[i],
							 (unsigned)d.nr, run(&ready, &d), run(&made, &d), option);
				}
}

static void the_table_is_what_the_rules_say(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(seccomp_guest(lxc_capabilities_default(), &ready, &err), 0);
	assert_int_equal(seccomp_guest_generate(lxc_capabilities_default(), &made, &err), 0);
	compare("--table");
}

static void so_is_the_supervisors(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(lxc_filter(&ready, &err), 0);
	assert_int_equal(lxc_filter_generate(&made, &err), 0);
	compare("--confine-table");
}

#ifdef __x86_64__
static uint32_t verdict(long nr, uint64_t second)
{
	struct seccomp_data d = { .nr = (int)nr, .arch = AUDIT_ARCH_X86_64, .args = { 0, second } };

	return run(&made, &d);
}

static void what_is_refused(void **state)
{
	const uint32_t eperm = SECCOMP_RET_ERRNO | EPERM;
	struct error err;

	(void)state;
	assert_int_equal(seccomp_guest_generate(lxc_capabilities_default(), &made, &err), 0);
	assert_int_equal(verdict(SYS_ioctl, TIOCSTI), eperm);
	assert_int_equal(verdict(SYS_ioctl, TIOCSTI | 7ULL << 32), eperm);
	assert_int_equal(verdict(SYS_ioctl, TIOCSWINSZ), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(SYS_keyctl, 0), eperm);
	assert_int_equal(verdict(SYS_finit_module, 0), eperm);
	assert_int_equal(verdict(SYS_io_uring_setup, 0), SECCOMP_RET_ERRNO | ENOSYS);
	assert_int_equal(verdict(SYS_reboot, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(SYS_mount, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(seccomp_guest_generate(lxc_capabilities_default() | 1ULL << CAP_SYS_MODULE, &made, &err), 0);
	assert_int_equal(verdict(SYS_finit_module, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(SYS_kexec_load, 0), eperm);
}

static void what_a_supervisor_is_refused(void **state)
{
	const long refused[] = { SYS_clone, SYS_clone3, SYS_fork, SYS_vfork, SYS_execve, SYS_execveat, SYS_ptrace, SYS_mount, SYS_umount2, SYS_setns,
				 SYS_unshare, SYS_bpf, SYS_finit_module, SYS_keyctl, SYS_mknodat, SYS_open_tree, SYS_process_vm_writev, SYS_io_uring_setup };
	struct error err;

	(void)state;
	assert_int_equal(lxc_filter(&made, &err), 0);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_int_equal(verdict(refused[i], 0), SECCOMP_RET_ERRNO | EPERM);
	assert_int_equal(verdict(SYS_pidfd_send_signal, 0), SECCOMP_RET_ALLOW);
}

static void a_list(void **state)
{
	static const char *const names[] = { "read", "no_such_call", "stime", NULL };
	struct error err;

	(void)state;
	assert_int_equal(seccomp_allow_list(names, &made, &err), 0);
	assert_int_equal(verdict(SYS_read, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(SYS_write, 0), SECCOMP_RET_ERRNO | EPERM);
}
#endif

static void print_table(const char *name)
{
	printf("\nstatic const struct sock_filter %s[] = {\n", name);
	for (unsigned i = 0; i < made.len; i++)
		printf("%s{ 0x%02x, %u, %u, 0x%x },%s", i % 4 ? " " : "\t", made.filter[i].code, made.filter[i].jt, made.filter[i].jf,
		       made.filter[i].k, i % 4 == 3 || i == made.len - 1u ? "\n" : "");
	printf("};\n");
}

static int print_guest(void)
{
	struct error err;

	if (seccomp_guest_generate(lxc_capabilities_default(), &made, &err) < 0)
		return 1;
	printf("#define SECCOMP_TABLE_CAPABILITIES 0x%llxULL\n", (unsigned long long)lxc_capabilities_default());
	print_table("guest_table");
	return 0;
}

static int print_confine(void)
{
	struct error err;

	if (lxc_filter_generate(&made, &err) < 0)
		return 1;
	print_table("confine_table");
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_what_the_rules_say),
		cmocka_unit_test(so_is_the_supervisors),
#ifdef __x86_64__
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(what_a_supervisor_is_refused),
		cmocka_unit_test(a_list),
#endif
	};

	if (argc > 1 && !strcmp(argv[1], "--table"))
		return print_guest();
	if (argc > 1 && !strcmp(argv[1], "--confine-table"))
		return print_confine();
	return cmocka_run_group_tests_name("seccomp", tests, NULL, NULL);
}
