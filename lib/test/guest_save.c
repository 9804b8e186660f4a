/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Saved guests: an image of libvirt's format without any memory, because there is none. */
#include "test/guest.h"

#include "test/image.h"
#include "util/file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* libvirt's virDomainSaveRestoreFlags, virDomainCoreDumpFlags */
enum { BYPASS_CACHE = 1, AS_RUNNING = 2, AS_PAUSED = 4 };
enum { DUMP_CRASH = 1, DUMP_LIVE = 2, DUMP_BYPASS_CACHE = 4, DUMP_RESET = 8 };

#define MANAGED TEST_MANAGED_SAVE

static char *definition(const struct test_guest *g, const char *other, struct error *err)
{
	AUTO_DOMAIN struct domain *def = other ? domain_parse(other, strlen(other), 0, err) : NULL;

	if (other && !def)
		return NULL;
	if (def && (strcmp(def->name, g->sv->name) || memcmp(def->uuid, g->sv->uuid, sizeof(def->uuid)))) {
		error_set(err, ERR_CONFIG_UNSUPPORTED, "%s: the other definition is of another guest", g->sv->name);
		return NULL;
	}
	return domain_format(def ? def : g->sv->def, DOMAIN_FORMAT_SECURE | DOMAIN_FORMAT_INACTIVE, err);
}

static int save(struct test_guest *g, int dir, const char *path, const char *other, unsigned flags, struct error *err)
{
	AUTO_FREE char *xml = NULL;
	bool running = g->sv->state == GUEST_RUNNING;

	if (flags & ~(unsigned)(BYPASS_CACHE | AS_RUNNING | AS_PAUSED) || (flags & (AS_RUNNING | AS_PAUSED)) == (AS_RUNNING | AS_PAUSED))
		return error_set(err, ERR_INVALID_ARG, "%s: the flags 0x%x are not possible", g->sv->name, flags);
	xml = definition(g, other, err);
	if (!xml || test_image_write(dir, path, xml, flags & AS_RUNNING || (running && !(flags & AS_PAUSED)), err) < 0)
		return -1;
	g->lives = false;
	supervisor_guest_ended(g->sv, GUEST_END_SAVED, MONITOR_EXIT_SHUTDOWN, 0);
	return 0;
}

static int save_to(struct test_guest *g, const char *path, const char *other, unsigned flags, struct error *err)
{
	if (*path != '/')
		return error_set(err, ERR_INVALID_ARG, "'%s' is no absolute path", path);
	return save(g, AT_FDCWD, path, other, flags, err);
}

int test_save(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct test_guest *g = test_guest_called(call, args, err);

	(void)ret;
	return g ? save_to(g, ((const wire_domain_save_args *)args)->to, NULL, 0, err) : -1;
}

int test_save_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_save_flags_args *a = args;
	struct test_guest *g = test_guest_called(call, args, err);

	(void)ret;
	return g ? save_to(g, a->to, a->dxml ? *a->dxml : NULL, a->flags, err) : -1;
}

static int managed_save(struct test_guest *g, unsigned flags, struct error *err)
{
	if (!supervisor_is_persistent(g->sv))
		return error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: cannot do managed save for transient domain");
	return save(g, g->sv->config_fd, MANAGED, NULL, flags, err);
}

/* Without a file it is the guest's own saved state. */
int test_save_params(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_save_params_args *a = args;
	struct test_guest *g = test_guest_called(call, args, err);
	const char *path = NULL, *other = NULL;

	(void)ret;
	for (u_int i = 0; g && i < a->params.params_len; i++) {
		const wire_typed_param *p = &a->params.params_val[i];
		const char *text = p->value.type == WIRE_PARAM_STRING ? p->value.wire_typed_param_value_u.s : NULL;

		if (text && !strcmp(p->field, "file"))
			path = text;
		else if (text && !strcmp(p->field, "dxml"))
			other = text;
		else
			return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "saving has no parameter '%s'", p->field);
	}
	if (!g)
		return -1;
	return path ? save_to(g, path, other, a->flags, err) : managed_save(g, a->flags, err);
}

int test_managed_save(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_managed_save_args *a = args;
	struct test_guest *g = test_guest_called(call, args, err);

	(void)ret;
	return g ? managed_save(g, a->flags, err) : -1;
}

int test_has_managed_save(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct test_guest *g = test_guest_called(call, args, err);

	if (g)
		*(int *)ret = g->sv->config_fd >= 0 && faccessat(g->sv->config_fd, MANAGED, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	return g ? 0 : -1;
}

void test_guest_restored(struct supervisor *sv)
{
	struct stat image, managed;

	/* the guest goes on: its state is no longer that */
	if (sv->image_fd >= 0 && sv->config_fd >= 0 && fstat(sv->image_fd, &image) == 0 &&
	    fstatat(sv->config_fd, MANAGED, &managed, AT_SYMLINK_NOFOLLOW) == 0 && image.st_ino == managed.st_ino && image.st_dev == managed.st_dev)
		unlinkat(sv->config_fd, MANAGED, 0);
}

/* ---- dumps: what a core of nothing holds is its name ---- */

static int fill_dump(int fd, const void *arg, struct error *err)
{
	static const char text[] = "TestGuestMagic";

	(void)arg;
	return file_write_all(fd, text, sizeof(text) - 1) < 0 ? error_errno(err, "the dump") : 0;
}

static int dump(struct rpc_call *call, const void *args, const char *to, unsigned format, unsigned flags, struct error *err)
{
	struct test_guest *g = test_guest_called(call, args, err);

	if (!g)
		return -1;
	if (format || flags & ~(unsigned)(DUMP_CRASH | DUMP_LIVE | DUMP_BYPASS_CACHE | DUMP_RESET))
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "%s: a guest of the test driver has no memory to be dumped in a format of its own", g->sv->name);
	if (*to != '/')
		return error_set(err, ERR_INVALID_ARG, "'%s' is no absolute path", to);
	if (test_file_write(AT_FDCWD, to, fill_dump, NULL, err) < 0)
		return -1;
	if (flags & DUMP_CRASH) {
		g->lives = false;
		supervisor_guest_ended(g->sv, GUEST_END_CRASHED, MONITOR_EXIT_SHUTDOWN, 0);
	}
	return 0;
}

int test_core_dump(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_core_dump_args *a = args;

	(void)ret;
	return dump(call, args, a->to, 0, a->flags, err);
}

int test_core_dump_format(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_core_dump_with_format_args *a = args;

	(void)ret;
	return dump(call, args, a->to, a->dumpformat, a->flags, err);
}
