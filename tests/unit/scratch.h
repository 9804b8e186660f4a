/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A BERTH_ROOT of a test's own, gone with it. */
#ifndef BERTH_TESTS_SCRATCH_H
#define BERTH_TESTS_SCRATCH_H

#include "util/common.h"
#include "util/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

static char scratch_dir[64];

static inline int scratch_setup(void **state)
{
	(void)state;
	strncpy(scratch_dir, "/tmp/berth-unit.XXXXXX", sizeof(scratch_dir) - 1);
	if (!mkdtemp(scratch_dir))
		return -1;
	return setenv("BERTH_ROOT", scratch_dir, 1);
}

static inline int scratch_teardown(void **state)
{
	(void)state;
	return file_remove_tree_at(AT_FDCWD, scratch_dir, NULL);
}

/* A path below the scratch root; valid until the next call but three. */
static inline const char *scratch_path(const char *rest)
{
	static char buf[4][1024];
	static int next;

	next = (next + 1) % 4;
	snprintf(buf[next], sizeof(buf[next]), "%s/%s", scratch_dir, rest);
	return buf[next];
}

static inline void scratch_write(const char *rest, const char *text)
{
	AUTO_FCLOSE FILE *f = fopen(scratch_path(rest), "we");

	assert_non_null(f);
	fputs(text, f);
}

static inline bool scratch_exists(const char *rest)
{
	struct stat st;

	return lstat(scratch_path(rest), &st) == 0;
}

#endif
