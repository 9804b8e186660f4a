/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of the host's own manager of networks. Ours begin with a line that says so; no other is written or removed, and what another configures is refused. */
#include "interface/interface_impl.h"

#include "state/state.h"
#include "util/file.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define MARK "# Made from the definitions of interfaces (iface-dumpxml --inactive), anew at each change: use iface-edit.\n"
#define FILE_MAX (1u << 20)

static const struct host_manager *const managers[] = { &networkd_manager, &ifupdown_manager, &networkd_manager };

/* --- where -------------------------------------------------------------------------------------------------------- */

/* The host's directory that ours is in: /etc, /run; below BERTH_ROOT with everything else. */
static int host_dir(enum state_root root, struct error *err)
{
	AUTO_FREE char *path = state_root_path(root, err);
	char *slash = path ? strrchr(path, '/') : NULL;
	int fd;

	if (!slash)
		return -1;
	*slash = '\0';
	fd = open(*path ? path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 && errno != ENOENT ? error_errno(err, "%s", path) : fd;
}

/* The manager that has the host's networks; *etc is the caller's. NULL with *err set: there is none. */
static const struct host_manager *find_manager(int *etc, struct error *err)
{
	struct error why = { 0 };
	AUTO_CLOSE int run = host_dir(STATE_RUN, &why);

	*etc = host_dir(STATE_ETC, &why);
	/* one that runs, one that is installed, one that would be there */
	for (size_t i = 0; i < ARRAY_LEN(managers) && *etc >= 0; i++)
		if (managers[i]->is_there(*etc, i ? -1 : run))
			return managers[i];
	error_set(err, ERR_OPERATION_UNSUPPORTED, "this host configures its interfaces neither by ifupdown (/etc/network/interfaces) nor by systemd-networkd "
						  "(/etc/systemd/network): there is no place for a definition");
	return NULL;
}

static int manager_dir(const struct host_manager *m, int etc, bool create, struct error *err)
{
	int fd = openat(etc, m->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && create && mkdirat(etc, m->dir, 0755) == 0)
		fd = openat(etc, m->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? error_errno(err, "/etc/%s", m->dir) : fd;
}

/* --- ours and others' --------------------------------------------------------------------------------------------- */

struct host_file *host_file(struct host_files *files, const char *name)
{
	struct host_file *f;

	for (size_t i = 0; i < files->list.n; i++)
		if (!strcmp(files->list.items[i]->name, name))
			return files->list.items[i];
	f = CONF_LIST_ADD(&files->list);
	if (!f)
		return NULL;
	f->name = strdup(name);
	buf_str(&f->text, MARK);
	return f->name ? f : NULL;
}

static void files_clear(struct host_files *files)
{
	for (size_t i = 0; i < files->list.n; i++) {
		free(files->list.items[i]->name);
		buf_free(&files->list.items[i]->text);
		free(files->list.items[i]);
	}
	free(files->list.items);
}

static bool is_ours(const char *text)
{
	return !strncmp(text, MARK, strlen(MARK));
}

/* Calls fn with each file of a directory; what cannot be read is passed over. */
static int each_file(int dir, int (*fn)(void *ctx, int dir, const char *name, const char *text, struct error *err), void *ctx, struct error *err)
{
	int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
	AUTO_CLOSEDIR DIR *d = own < 0 ? NULL : fdopendir(own);
	struct dirent *e;

	if (!d)
		return error_errno(err, "the host's network configuration");
	while (rc == 0 && (e = readdir(d))) {
		AUTO_FREE char *text = NULL;

		if (e->d_name[0] != '.' && file_read_at(dir, e->d_name, FILE_MAX, &text, NULL, NULL) == 0)
			rc = fn(ctx, dir, e->d_name, text, err);
	}
	return rc;
}

struct check {
	const struct host_manager *m;
	const char *name;       /* of the interface */
};

static int taken(const struct check *c, const char *file, struct error *err)
{
	return error_set(err, ERR_OPERATION_INVALID, "interface '%s' is configured in /etc/%s already, which is not ours to change: take it out there first",
			 c->name, file);
}

static int check_file(void *ctx, int dir, const char *file, const char *text, struct error *err)
{
	const struct check *c = ctx;
	AUTO_FREE char *path = str_printf("%s/%s", c->m->dir, file);

	(void)dir;
	return !is_ours(text) && c->m->configures(text, c->name) ? taken(c, path ? path : file, err) : 0;
}

static int check_name(const struct host_manager *m, int etc, const char *name, struct error *err)
{
	struct check c = { m, name };
	AUTO_CLOSE int dir = openat(etc, m->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_FREE char *text = NULL;

	if (m->main_file && file_read_at(etc, m->main_file, FILE_MAX, &text, NULL, NULL) == 0 && m->configures(text, name))
		return taken(&c, m->main_file, err);
	return dir < 0 ? 0 : each_file(dir, check_file, &c, err);
}

static int check_all(const struct host_manager *m, int etc, const struct host_interface *def, struct error *err)
{
	if (check_name(m, etc, def->name, err) < 0)
		return -1;
	for (size_t i = 0; i < def->members.n; i++)
		if (check_all(m, etc, def->members.items[i], err) < 0)
			return -1;
	return 0;
}

int host_files_check(const struct host_interface *def, struct error *err)
{
	AUTO_CLOSE int etc = -1;
	const struct host_manager *m = find_manager(&etc, err);

	return !m || (m->check && m->check(etc, err) < 0) ? -1 : check_all(m, etc, def, err);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/* What is ours and no longer said by a definition goes. */
static int sweep(void *ctx, int dir, const char *name, const char *text, struct error *err)
{
	const struct host_files *files = ctx;

	for (size_t i = 0; i < files->list.n; i++)
		if (!strcmp(files->list.items[i]->name, name))
			return 0;
	return is_ours(text) && unlinkat(dir, name, 0) < 0 && errno != ENOENT ? error_errno(err, "%s", name) : 0;
}

static int write_one(int dir, struct host_file *f, struct error *err)
{
	AUTO_FREE char *old = NULL, *text = buf_finish(&f->text);
	struct error why = { 0 };

	if (!text)
		return error_set(err, ERR_NO_MEMORY, "%s: no memory", f->name);
	if (file_read_at(dir, f->name, FILE_MAX, &old, NULL, &why) == 0) {
		if (!strcmp(old, text))
			return 0;
		if (!is_ours(old))
			return error_set(err, ERR_OPERATION_INVALID, "there is a file %s that is not ours: rename it", f->name);
	} else if (why.sys != ENOENT) {
		*err = why;
		return -1;
	}
	return file_replace_at(dir, f->name, text, strlen(text), 0644, FILE_DURABLE, err);
}

static int write_all(const struct host_manager *m, int etc, struct host_files *files, struct error *err)
{
	AUTO_CLOSE int dir = manager_dir(m, etc, files->list.n > 0, err);

	if (dir < 0)
		return files->list.n ? -1 : 0;
	for (size_t i = 0; i < files->list.n; i++)
		if (write_one(dir, files->list.items[i], err) < 0)
			return -1;
	return each_file(dir, sweep, files, err);
}

/* Runs a program of the manager's; its words are the error. 1 done, 0 it is not there, -1. */
static int run_manager(const char *const *command, const char *name, struct error *err)
{
	static const char *const places[] = { "/usr/sbin", "/sbin", "/usr/bin", "/bin" };
	AUTO_CLOSE int out = memfd_create("words", MFD_CLOEXEC);
	const struct process_fd fds[] = { { out, 1 }, { out, 2 } };
	const char *argv[8] = { NULL };
	char path[64], words[400];
	struct process_spec spec = { .path = path, .argv = (char *const *)argv, .fds = fds, .n_fds = 2 };
	int status = 0;
	size_t n = 0;
	pid_t pid;

	if (!command || out < 0)
		return 0;
	for (; n + 1 < ARRAY_LEN(argv) && (command[n] || (name && n && command[n - 1])); n++)
		argv[n] = command[n] ? command[n] : STEAL_PTR(name);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		snprintf(path, sizeof(path), "%s/%s", places[i], argv[0]);
		if (access(path, X_OK) == 0)
			break;
		if (i + 1 == ARRAY_LEN(places))
			return 0;
	}
	pid = process_spawn(&spec, NULL, err);
	if (pid < 0)
		return -1;
	RETRY_EINTR(waitpid(pid, &status, 0));
	if (status == 0)
		return 1;
	file_first_line(out, words, sizeof(words));
	return error_set(err, ERR_OPERATION_FAILED, "%s failed: %s", argv[0], *words ? words : "without a word");
}

/* A manager acts on its own host alone: not on what BERTH_ROOT has in its place. */
static bool is_hosts_own(void)
{
	const char *root = getenv("BERTH_ROOT");

	return (!root || !*root) && !state_is_session();
}

int host_files_write(const struct definitions *all, struct error *err)
{
	/* what others are made of comes first: its file is begun by its own definition */
	static const enum host_interface_type order[] = { HOST_INTERFACE_ETHERNET, HOST_INTERFACE_BOND, HOST_INTERFACE_BRIDGE, HOST_INTERFACE_VLAN };
	AUTO_CLOSE int etc = -1;
	const struct host_manager *m = find_manager(&etc, err);
	struct host_files files = { 0 };
	struct error ignored;
	int rc = m ? 0 : -1;

	for (size_t k = 0; k < ARRAY_LEN(order); k++)
		for (size_t i = 0; rc == 0 && i < all->list.n; i++)
			if (all->list.items[i]->type == order[k])
				rc = m->write(&files, all->list.items[i], err);
	if (rc == 0)
		rc = write_all(m, etc, &files, err);
	files_clear(&files);
	/* one that does not run reads them when it does */
	if (rc == 0 && is_hosts_own() && run_manager(m->reload, NULL, &ignored) < 0)
		return 0;
	return rc;
}

int host_manager_set(const char *name, bool up, struct error *err)
{
	AUTO_CLOSE int etc = -1, run = -1;
	struct error ignored;
	const struct host_manager *m = is_hosts_own() ? find_manager(&etc, &ignored) : NULL;

	if (!m)
		return 0;
	run = host_dir(STATE_RUN, &ignored);
	return m->is_there(etc, run) ? run_manager(up ? m->up : m->down, name, err) : 0;
}

unsigned host_bridge_delay(const struct host_interface *def)
{
	return def->bridge.delay ? (unsigned)(strtod(def->bridge.delay, NULL) * 100 + 0.5) : 0;
}
