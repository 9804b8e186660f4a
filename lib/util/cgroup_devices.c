/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/cgroup_devices.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>

/* Character devices by number, Documentation/admin-guide/devices.txt. All others, and all block devices, are refused. */
static const struct {
	int major, minor;     /* minor -1: any */
	const char *rule;
} allowed[] = {
	{ 1, 3, "c 1:3 rwm" },      /* null */
	{ 1, 5, "c 1:5 rwm" },      /* zero */
	{ 1, 7, "c 1:7 rwm" },      /* full */
	{ 1, 8, "c 1:8 rwm" },      /* random */
	{ 1, 9, "c 1:9 rwm" },      /* urandom */
	{ 5, 0, "c 5:0 rwm" },      /* tty */
	{ 5, 2, "c 5:2 rwm" },      /* ptmx */
	{ 136, -1, "c 136:* rwm" }, /* ptys */
};

#define RULE_TEXT 48

static int write_rule(int fd, const char *file, const char *rule)
{
	AUTO_CLOSE int f = openat(fd, file, O_WRONLY | O_CLOEXEC);

	return f < 0 || write(f, rule, strlen(rule)) < 0 ? -1 : 0;
}

static void format_rule(char rule[RULE_TEXT], const struct cgroup_device *d)
{
	snprintf(rule, RULE_TEXT, "%c %u:%u %s", d->block ? 'b' : 'c', d->major, d->minor, d->readonly ? "r" : "rw");
}

int cgroup_devices_v1_change(int fd, const struct cgroup_device *d, bool allow)
{
	char rule[RULE_TEXT];

	format_rule(rule, d);
	return write_rule(fd, allow ? "devices.allow" : "devices.deny", rule);
}

int cgroup_devices_v1(int fd, const struct cgroup_device *more, size_t n)
{
	char rule[RULE_TEXT];

	if (write_rule(fd, "devices.deny", "a") < 0)
		return -1;
	AUTO_CLOSE int f = openat(fd, "devices.allow", O_WRONLY | O_CLOEXEC);
	if (f < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		if (write(f, allowed[i].rule, strlen(allowed[i].rule)) < 0)
			return -1;
	for (size_t i = 0; i < n; i++) {
		format_rule(rule, &more[i]);
		if (write(f, rule, strlen(rule)) < 0)
			return -1;
	}
	return 0;
}

#define INSN(c, d, s, o, i) ((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define LOAD_FIELD(reg, field) \
	INSN(BPF_LDX | BPF_MEM | BPF_W, reg, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, field), 0)
#define RETURN(v) INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, v), INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define SKIP_UNLESS(reg, v, n) INSN(BPF_JMP | BPF_JNE | BPF_K, reg, 0, n, v)

/* The harmless ones: registers 2 to 6 hold type, major, minor, access. */
static size_t put_harmless(struct bpf_insn *prog)
{
	const struct bpf_insn permit[] = { RETURN(1) };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(allowed); i++) {
		bool any = allowed[i].minor < 0;
		prog[n++] = SKIP_UNLESS(BPF_REG_2, BPF_DEVCG_DEV_CHAR, any ? 3 : 4);
		prog[n++] = SKIP_UNLESS(BPF_REG_3, allowed[i].major, any ? 2 : 3);
		if (!any)
			prog[n++] = SKIP_UNLESS(BPF_REG_4, allowed[i].minor, 2);
		memcpy(prog + n, permit, sizeof(permit));
		n += 2;
	}
	return n;
}

/* One that was given: opened, never made; for reading alone where it says so. */
static size_t put_given(struct bpf_insn *prog, const struct cgroup_device *d)
{
	const struct bpf_insn permit[] = { RETURN(1) };
	int refused = BPF_DEVCG_ACC_MKNOD | (d->readonly ? BPF_DEVCG_ACC_WRITE : 0);
	size_t n = 0;

	prog[n++] = SKIP_UNLESS(BPF_REG_2, d->block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR, 5);
	prog[n++] = SKIP_UNLESS(BPF_REG_3, (int)d->major, 4);
	prog[n++] = SKIP_UNLESS(BPF_REG_4, (int)d->minor, 3);
	prog[n++] = INSN(BPF_JMP | BPF_JSET | BPF_K, BPF_REG_5, 0, 2, refused);
	memcpy(prog + n, permit, sizeof(permit));
	return n + 2;
}

int cgroup_devices_v2(int fd, const struct cgroup_device *more, size_t count)
{
	static const char license[] = "LGPL";
	const struct bpf_insn refuse[] = { RETURN(0) };
	AUTO_FREE struct bpf_insn *prog = calloc(16 + 5 * ARRAY_LEN(allowed) + 6 * count, sizeof(*prog));
	union bpf_attr attr;
	size_t n = 0;
	int r;

	if (!prog)
		return -1;
	/* the access is the upper half of the type's word */
	prog[n++] = LOAD_FIELD(BPF_REG_2, access_type);
	prog[n++] = INSN(BPF_ALU | BPF_MOV | BPF_X, BPF_REG_5, BPF_REG_2, 0, 0);
	prog[n++] = INSN(BPF_ALU | BPF_RSH | BPF_K, BPF_REG_5, 0, 0, 16);
	prog[n++] = INSN(BPF_ALU | BPF_AND | BPF_K, BPF_REG_2, 0, 0, 0xffff);
	prog[n++] = LOAD_FIELD(BPF_REG_3, major);
	prog[n++] = LOAD_FIELD(BPF_REG_4, minor);
	n += put_harmless(prog + n);
	for (size_t i = 0; i < count; i++)
		n += put_given(prog + n, &more[i]);
	memcpy(prog + n, refuse, sizeof(refuse));
	n += 2;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uintptr_t)prog;
	attr.insn_cnt = n;
	attr.license = (uintptr_t)license;
	AUTO_CLOSE int prog_fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (prog_fd < 0)
		return -1;
	memset(&attr, 0, sizeof(attr));
	attr.target_fd = fd;
	attr.attach_bpf_fd = prog_fd;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = BPF_F_ALLOW_MULTI;
	r = (int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr));
	return r < 0 ? -1 : 0;
}

/* The programs that are attached to the group, by number. */
static int attached(int fd, uint32_t *ids, uint32_t *n)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = (uint32_t)fd;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.prog_ids = (uintptr_t)ids;
	attr.query.prog_cnt = *n;
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &attr, sizeof(attr)) < 0)
		return -1;
	*n = attr.query.prog_cnt;
	return 0;
}

int cgroup_devices_v2_change(int fd, const struct cgroup_device *more, size_t n)
{
	uint32_t ids[8], count = ARRAY_LEN(ids);
	union bpf_attr attr;

	/* every attached program has a say: the new one is there before the old one goes, so that nothing is open in between */
	if (attached(fd, ids, &count) < 0 || cgroup_devices_v2(fd, more, n) < 0)
		return -1;
	for (uint32_t i = 0; i < count; i++) {
		memset(&attr, 0, sizeof(attr));
		attr.prog_id = ids[i];
		AUTO_CLOSE int prog = (int)syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &attr, sizeof(attr));
		if (prog < 0)
			return -1;
		memset(&attr, 0, sizeof(attr));
		attr.target_fd = (uint32_t)fd;
		attr.attach_bpf_fd = (uint32_t)prog;
		attr.attach_type = BPF_CGROUP_DEVICE;
		if (syscall(SYS_bpf, BPF_PROG_DETACH, &attr, sizeof(attr)) < 0)
			return -1;
	}
	return 0;
}
