/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a definition to a machine that runs: what QEMU needs of the host, its command line, its first commands. */
#include "qemu/supervisor_restore.h"

#include "hypervisor/guest.h"
#include "hypervisor/secondary.h"
#include "qemu/define.h"
#include "qemu/emulator.h"
#include "util/cgroup.h"
#include "util/file.h"
#include "util/netlink.h"
#include "util/owner.h"
#include "util/vfio.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#define GREETING_MS 120000   /* memory that is filled before the guest starts takes its time */
#define KIB 1024ULL

/* What a start holds until QEMU has it. */
struct start {
	struct qemu_guest *g;
	struct qemu_view view;
	struct qemu_pass pass;
	struct qemu_runtime rt;
	struct qemu_fds *fds;
	int *numbers;            /* those of all of `fds`, side by side */
	size_t n_numbers;
	char *dir;
	int lock;
	int monitor;             /* our end */
	int words;               /* where QEMU's standard error goes */
	struct qemu_restore restore;
	off_t log_from;
	bool verify_cpu;
	struct qmp_call hello;
};

int qemu_listen(struct supervisor *sv, const char *file, struct error *err)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if ((size_t)snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d/%s", sv->run_fd, file) >= sizeof(sun.sun_path))
		return error_set(err, ERR_INTERNAL, "the name '%s' is too long for a socket", file);
	unlinkat(sv->run_fd, file, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0 || listen(fd, 4) < 0)
		return error_errno(err, "cannot make the socket %s", file);
	return STEAL_FD(fd);
}

int qemu_connect(struct supervisor *sv, const char *file, struct error *err)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d/%s", sv->run_fd, file);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0)
		return error_errno(err, "cannot connect to the socket %s", file);
	return STEAL_FD(fd);
}

static int plan(void *ctx, const char *what, const char *line, struct error *err)
{
	struct qemu_guest *g = ctx;

	return supervisor_plan(g->sv, what, line, err);
}

int qemu_lend(struct qemu_guest *g, struct qemu_view *view, const char *path, int want, struct error *err)
{
	if (g->user.relabel && owner_lend(path, g->user.uid, g->user.gid, want, plan, g, err) < 0)
		return -1;
	return qemu_view_add(view, path, err);
}

static int lend_source(struct qemu_guest *g, struct qemu_view *view, const struct domain_source *src, bool write, struct error *err)
{
	for (size_t i = 0; i < src->seclabels.n; i++)
		if (src->seclabels.items[i]->model && !strcmp(src->seclabels.items[i]->model, "dac") && src->seclabels.items[i]->relabel == CONF_NO)
			return src->path ? qemu_view_add(view, src->path, err) : 0;
	if (!src->path || (src->type != DOMAIN_SOURCE_FILE && src->type != DOMAIN_SOURCE_BLOCK && src->type != DOMAIN_SOURCE_DIR))
		return 0;
	return qemu_lend(g, view, src->path, write ? R_OK | W_OK : R_OK, err);
}

int qemu_lend_disk(struct qemu_guest *g, struct qemu_view *view, const struct domain_disk *disk, struct error *err)
{
	bool write = !disk->readonly && disk->device != DOMAIN_DISK_CDROM;

	if (lend_source(g, view, &disk->src, write, err) < 0)
		return error_wrap(err, "disk %s", disk->dst);
	for (const struct domain_backing *b = disk->backing; b; b = b->backing)
		if (lend_source(g, view, &b->src, false, err) < 0)
			return error_wrap(err, "disk %s", disk->dst);
	return 0;
}

static int undo_line(void *ctx, const char *what, const char *line, struct error *err)
{
	struct qemu_guest *g = ctx;

	if ((!strcmp(what, "owner") && owner_plan_undo(line, err) < 0) || (!strcmp(what, "link") && netlink_plan_undo(NULL, line, err) < 0) ||
	    (!strcmp(what, "pci") && vfio_plan_undo(line, err) < 0))
		supervisor_log(g->sv, "%s: %s", g->sv->name, err->text);
	return 0;
}

void qemu_give_back(struct qemu_guest *g)
{
	struct error err;

	if (state_plan_read(g->sv->run_fd, undo_line, g, &err) < 0)
		supervisor_log(g->sv, "%s: %s", g->sv->name, err.text);
}

const struct qemu_caps *qemu_need_caps(struct qemu_guest *g, struct error *err)
{
	if (!g->caps)
		g->caps = qemu_caps_get(g->sv->def->devices.emulator, err);
	return g->caps;
}

/* ---- what a guest's files are ---- */

static int lend_nvram(struct start *s, struct error *err)
{
	struct domain *def = s->g->sv->def;
	const struct domain_os *os = &def->os;

	if (qemu_fill_nvram(def, err) < 0)
		return -1;
	if (!os->nvram)
		return 0;
	if (qemu_make_nvram(os, s->g->sv->reset_nvram, err) < 0)
		return -1;
	return qemu_lend(s->g, &s->view, os->nvram->src.path ? os->nvram->src.path : os->nvram->path, R_OK | W_OK, err);
}

static int lend_boot_files(struct start *s, const struct domain_os *os, struct error *err)
{
	const char *const files[] = { os->kernel, os->initrd, os->dtb, os->loader.path };

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (files[i] && qemu_lend(s->g, &s->view, files[i], R_OK, err) < 0)
			return -1;
	for (size_t i = 0; i < os->acpi_tables.n; i++)
		if (qemu_lend(s->g, &s->view, os->acpi_tables.items[i]->path, R_OK, err) < 0)
			return -1;
	return lend_nvram(s, err);
}

static int lend_files(struct start *s, struct error *err)
{
	const struct domain *def = s->g->sv->def;

	if (lend_boot_files(s, &def->os, err) < 0)
		return -1;
	for (size_t i = 0; i < def->devices.disks.n; i++)
		if (qemu_lend_disk(s->g, &s->view, def->devices.disks.items[i], err) < 0)
			return -1;
	return 0;
}

/* ---- descriptors ---- */

/* There is room: no more than QEMU_FDS_MAX are passed. */
static void add_fds(struct start *s, const char *alias, enum qemu_fd_role role, const int *numbers, size_t n)
{
	int *to = s->numbers + s->n_numbers;

	if (n == 0)
		return;
	memcpy(to, numbers, n * sizeof(*to));
	s->n_numbers += n;
	s->fds[s->rt.n_fds++] = (struct qemu_fds){ .alias = alias, .role = role, .fds = to, .n = n };
}

static int pass(struct start *s, const char *alias, enum qemu_fd_role role, int fd, struct error *err)
{
	int number = qemu_pass_add(&s->pass, fd, err);
	if (number < 0)
		return -1;
	add_fds(s, alias, role, &number, 1);
	return 0;
}

/* The first console is the first serial port seen another way. */
static bool same_as_serial(const struct domain *def, size_t console)
{
	return console == 0 && def->devices.serials.n > 0 && def->devices.consoles.items[0]->target == DOMAIN_CONSOLE_SERIAL;
}

/* What devices need of the host, in the order of their kinds. */
static int open_devices(struct start *s, struct error *err)
{
	struct domain *def = s->g->sv->def;

	for (int k = 0; k < DOMAIN_DEVICE_KINDS_END; k++) {
		for (size_t i = 0; i < domain_device_count(&def->devices, k); i++) {
			void *dev = domain_device_at(&def->devices, k, i);
			const struct domain_info *info = domain_device_info(k, dev);
			struct qemu_host_fd host;

			if (qemu_host_device(s->g, &s->view, k, dev, &host, err) < 0)
				return info && info->alias.name ? error_wrap(err, "%s %s", domain_device_name(k), info->alias.name) : -1;
			if (host.fd >= 0 && pass(s, info->alias.name, host.role, host.fd, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int open_nets(struct start *s, struct error *err)
{
	struct domain_devices *d = &s->g->sv->def->devices;

	for (size_t i = 0; i < d->interfaces.n; i++) {
		struct domain_net *net = d->interfaces.items[i];
		struct qemu_tap tap;

		if (qemu_open_taps(s->g, net, &s->pass, &tap, err) < 0)
			return error_wrap(err, "interface %s", net->info.alias.name);
		add_fds(s, net->info.alias.name, QEMU_FD_TAP, tap.tap, tap.n);
		add_fds(s, net->info.alias.name, QEMU_FD_VHOST, tap.vhost, tap.n_vhost);
	}
	return 0;
}

static int start_helpers(struct start *s, struct error *err)
{
	struct domain_devices *d = &s->g->sv->def->devices;
	int fd;

	for (int k = 0; k < DOMAIN_DEVICE_KINDS_END; k++) {
		for (size_t i = 0; i < domain_device_count(d, k); i++) {
			const struct domain_info *info = domain_device_info(k, domain_device_at(d, k, i));

			if (qemu_start_helper(s->g, k, domain_device_at(d, k, i), &fd, err) < 0 ||
			    (fd >= 0 && pass(s, info->alias.name, QEMU_FD_HELPER, fd, err) < 0))
				return -1;
		}
	}
	return 0;
}

static char *pass_secret(void *ctx, const struct domain_secret_ref *ref, enum secret_usage usage, struct error *err)
{
	struct start *s = ctx;
	int fd = qemu_secret_pipe(s->g, ref, usage, err), number = fd < 0 ? -1 : qemu_pass_add(&s->pass, fd, err);
	char *path = number < 0 ? NULL : str_printf("/proc/self/fd/%d", number);

	if (number >= 0 && !path)
		error_errno(err, "no memory to start");
	return path;
}

/* The lock says that a QEMU of this guest lives, whatever becomes of files and supervisors. */
static int take_guest_lock(struct start *s, struct error *err)
{
	s->lock = RETRY_EINTR(openat(s->g->sv->run_fd, "guest", O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600));
	if (s->lock < 0)
		return error_errno(err, "cannot open the lock 'guest'");
	if (file_try_lock(s->lock) < 0)
		return errno == EAGAIN ? error_set(err, ERR_OPERATION_INVALID, "a QEMU process of this guest lives already (vm-destroy ends it)")
				       : error_errno(err, "cannot take the lock 'guest'");
	return 0;
}

/* A directory of the run directory that the guest's processes can write to. */
static int make_own_dir(struct start *s, struct error *err)
{
	struct supervisor *sv = s->g->sv;

	s->dir = state_path(STATE_RUN, sv->driver->kind, sv->name, "own", err);
	if (!s->dir)
		return -1;
	if (mkdirat(sv->run_fd, "own", 0700) < 0 && errno != EEXIST)
		return error_errno(err, "cannot make %s", s->dir);
	if (s->g->user.change && fchownat(sv->run_fd, "own", s->g->user.uid, s->g->user.gid, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, "cannot give %s to the guest's user", s->dir);
	s->rt.dir = s->rt.channel_dir = s->dir;
	return qemu_view_add(&s->view, s->dir, err);
}

static int open_monitor(struct start *s, struct error *err)
{
	int fd = qemu_listen(s->g->sv, "monitor.sock", err);

	if (fd < 0 || (s->rt.monitor_fd = qemu_pass_add(&s->pass, fd, err)) < 0)
		return -1;
	/* it waits there until QEMU looks */
	s->monitor = qemu_connect(s->g->sv, "monitor.sock", err);
	return s->monitor < 0 ? -1 : 0;
}

static int begin(struct start *s, struct error *err)
{
	s->fds = calloc(QEMU_FDS_MAX, sizeof(*s->fds));
	s->numbers = calloc(QEMU_FDS_MAX, sizeof(*s->numbers));
	if (!s->fds || !s->numbers)
		return error_errno(err, "no memory to start");
	s->rt.fds = s->fds;
	s->rt.secret = pass_secret;
	s->rt.secret_ctx = s;
	return qemu_user_find(s->g->sv->def, &s->g->user, err);
}

static void end(struct start *s)
{
	qemu_view_clear(&s->view);
	qemu_pass_close(&s->pass);
	free(s->fds);
	free(s->numbers);
	free(s->dir);
	if (s->lock >= 0)
		close(s->lock);
	if (s->monitor >= 0)
		close(s->monitor);
	if (s->words >= 0)
		close(s->words);
}

/* ---- the process ---- */

static bool wants_limits(const struct cgroup_limits *l)
{
	return l->memory || l->memory_soft || l->memory_swap || l->cpu_shares || l->cpu_period || l->cpu_quota || l->blkio_weight || l->cpuset;
}

static int make_cgroup(struct qemu_guest *g, struct error *err)
{
	AUTO_FREE char *name = guest_cgroup_name(hv_kind_find(g->sv->driver->kind), g->sv->name, err);
	struct cgroup_limits limits;
	AUTO_QEMU_SETS struct qemu_sets sets = { 0 };

	if (!name || qemu_limits(g->sv->def, &limits, &sets, err) < 0)
		return -1;
	cgroup_free(g->cgroup);
	g->cgroup = cgroup_new(name, err);
	if (!g->cgroup || supervisor_plan(g->sv, "cgroup", name, err) < 0)
		return -1;
	if (cgroup_create(g->cgroup, &limits, err) == 0)
		return 0;
	/* an ordinary user who was given no group of their own; what counts and limits is then missing */
	if (!state_is_session() || wants_limits(&limits))
		return -1;
	cgroup_free(STEAL_PTR(g->cgroup));
	*err = (struct error){ 0 };
	return 0;
}

/* The last line of QEMU's, if it can be told from those of the programs beside it; cuts the text there. */
static char *last_word(char *text)
{
	char *last = strrchr(text, '\n'), *found = text, *stamp = text;

	for (char *p = text; (p = strstr(p, "qemu-system")); p++)
		stamp = p;
	if (stamp == text && last)
		return last + 1;
	for (char *p = text; p < stamp; p++)
		if (*p == '\n')
			found = p + 1;
	found[strcspn(found, "\n")] = '\0';
	return found;
}

/* QEMU's stamp: a time and the program's name say nothing to whoever reads this. */
static char *strip_stamp(char *line)
{
	char *end = strstr(line, ": "), *name = strstr(line, "qemu-system");

	return end && name && name < end ? end + 2 : line;
}

/* What QEMU said before it ended, its last line first of all. */
static void explain(struct start *s, struct error *err)
{
	char path[40], text[4096], tame[600];
	AUTO_CLOSE int fd = -1;
	ssize_t n;
	char *line;

	qemu_words_last(s->g);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", STDERR_FILENO);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	n = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, s->log_from);
	if (n <= 0)
		return;
	text[n] = '\0';
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		text[--n] = '\0';
	line = strip_stamp(last_word(text));
	line_tame(tame, sizeof(tame), line);
	if (*tame)
		error_set(err, ERR_OPERATION_FAILED, "QEMU ended while it started: %s", tame);
}

static int run(struct start *s, const struct qemu_command *command, struct error *err)
{
	struct qemu_guest *g = s->g;
	struct qemu_start start = {
		.path = command->argv[0], .argv = command->argv, .env = command->env, .view = &s->view, .pass = &s->pass, .cgroup = g->cgroup,
		.lock = s->lock, .log = s->words, .lock_memory = qemu_locked_memory(g->sv->def),
	};
	char line[64];

	s->log_from = lseek(STDERR_FILENO, 0, SEEK_END);
	g->pid = qemu_start_process(&start, &g->pidfd, err);
	if (g->pid < 0)
		return -1;
	snprintf(line, sizeof(line), "%d %llu", (int)g->pid, process_start_time(g->pid));
	return supervisor_plan(g->sv, "pid", line, err);
}

/* If it ended. */
static void why_it_ended(struct start *s, struct error *err)
{
	struct pollfd p = { .fd = s->g->pidfd, .events = POLLIN };

	if (RETRY_EINTR(poll(&p, 1, 1000)) == 1)
		explain(s, err);
}

/* The monitor, and the first command there. QEMU reads what follows when it has come so far: nobody waits for its greeting. */
static int open_qmp(struct start *s, struct error *err)
{
	struct qemu_guest *g = s->g;

	/* its own end of the listening socket would keep a connection to a dead QEMU open; giving mounts back takes the kernel a while, which QEMU needs too */
	qemu_pass_close(&s->pass);
	qemu_view_clear(&s->view);
	g->qmp = qmp_new(g->sv->loop, STEAL_FD(s->monitor), &qemu_monitor_ops, g, err);
	if (!g->qmp)
		return -1;
	qmp_begin(g->qmp, &s->hello, "qmp_capabilities", NULL);
	return 0;
}

static int greet(struct start *s, struct error *err)
{
	json_t *r = qmp_finish(&s->hello, GREETING_MS, err);

	json_decref(r);
	if (!r)
		why_it_ended(s, err);
	return r ? 0 : -1;
}

/* ---- its first commands ---- */

/* "pty:/dev/pts/7"; anything else is not taken for a terminal's name. */
static bool pty_name(const char *text, char out[40])
{
	unsigned n;
	char rest;

	if (!text || sscanf(text, "pty:/dev/pts/%u%c", &n, &rest) != 1)
		return false;
	snprintf(out, 40, "/dev/pts/%u", n);
	return true;
}

static const char *pty_of(const json_t *list, const char *alias, char out[40])
{
	size_t i;
	json_t *c;
	char want[80];

	snprintf(want, sizeof(want), "char%s", alias);
	json_array_foreach((json_t *)list, i, c) {
		const char *label = json_string_value(json_object_get(c, "label"));

		if (label && !strcmp(label, want) && pty_name(json_string_value(json_object_get(c, "filename")), out))
			return out;
	}
	return NULL;
}

static void note_pty(const json_t *list, struct domain_chardev_source *src, const char *alias)
{
	char path[40];

	if (src->type != DOMAIN_CHARDEV_PTY || !alias || !pty_of(list, alias, path))
		return;
	free(src->path);
	src->path = strdup(path);
}

static void note_ptys(struct domain *def, const json_t *list)
{
	struct domain_devices *d = &def->devices;

#define NOTE(what) \
	for (size_t i = 0; i < d->what.n; i++) \
		note_pty(list, &d->what.items[i]->source, d->what.items[i]->info.alias.name)
	NOTE(serials);
	NOTE(parallels);
	NOTE(channels);
	NOTE(consoles);
#undef NOTE
	if (d->consoles.n && same_as_serial(def, 0) && d->serials.items[0]->source.path) {
		free(d->consoles.items[0]->source.path);
		d->consoles.items[0]->source.path = strdup(d->serials.items[0]->source.path);
	}
	for (size_t i = 0; i < d->consoles.n; i++) {
		struct domain_console *c = d->consoles.items[i];

		if (c->source.type != DOMAIN_CHARDEV_PTY || !c->source.path)
			continue;
		free(c->tty);
		c->tty = strdup(c->source.path);
	}
}

/* Whether QEMU has to be asked what its terminals are called. */
static bool has_ptys(const struct domain *def)
{
	const struct domain_devices *d = &def->devices;

#define HAS(what) \
	for (size_t i = 0; i < d->what.n; i++) \
		if (d->what.items[i]->source.type == DOMAIN_CHARDEV_PTY) \
			return true
	HAS(serials);
	HAS(parallels);
	HAS(channels);
	HAS(consoles);
#undef HAS
	return false;
}

/* The balloon of a guest that is to have less memory than it could. One without the driver: its memory is what it is. */
static void finish_balloon(struct qemu_guest *g, struct qmp_call *call)
{
	struct error why;
	json_t *r = qmp_finish(call, QMP_TIMEOUT, &why);

	if (!r)
		supervisor_log(g->sv, "%s: %s", g->sv->name, why.text);
	json_decref(r);
}

static int finish_ptys(struct qemu_guest *g, struct qmp_call *call, struct error *err)
{
	json_t *list = qmp_finish(call, QMP_TIMEOUT, err);

	if (list)
		note_ptys(g->sv->def, list);
	json_decref(list);
	return list ? 0 : -1;
}

/* What must be done before the guest's processors run. */
static int before_it_runs(struct start *s, bool first, struct error *err)
{
	struct qemu_guest *g = s->g;

	if (!first)
		return 0;
	if (greet(s, err) < 0 || qemu_set_graphics_passwords(g, err) < 0 || (qemu_plugs_vcpus(g->sv->def) && qemu_plug_first_vcpus(g, err) < 0))
		return -1;
	return qemu_pin_threads(g, g->sv->def, err) < 0 || qemu_perf_apply(g, g->sv->def, err) < 0 ? -1 : s->verify_cpu ? qemu_verify_cpu(g, err) : 0;
}

/* Few commands, one wait: QEMU reads its monitor a byte at a time. */
static int first_commands(struct start *s, bool paused, bool incoming, struct error *err)
{
	struct qemu_guest *g = s->g;
	const struct domain *def = g->sv->def;
	struct qmp_call chardevs, balloon, go;
	bool shrink = !incoming && def->current_memory.value < def->memory.value && def->devices.memballoon &&
		      def->devices.memballoon->model != DOMAIN_MEMBALLOON_NONE;
	bool first = incoming || qemu_pins_threads(def) || qemu_has_graphics_passwords(def) || qemu_plugs_vcpus(def) || def->perf.n || s->verify_cpu, ptys = has_ptys(def), runs = !paused && !incoming;
	json_t *r;

	if (before_it_runs(s, first, err) < 0)
		return -1;
	if (ptys)
		qmp_begin(g->qmp, &chardevs, "query-chardev", NULL);
	if (shrink)
		qmp_begin(g->qmp, &balloon, "balloon", json_pack("{s:I}", "value", (json_int_t)(def->current_memory.value * KIB)));
	if (runs)
		qmp_begin(g->qmp, &go, "cont", NULL);
	if (!first && greet(s, err) < 0)
		return -1;
	if (ptys && finish_ptys(g, &chardevs, err) < 0)
		return -1;
	if (shrink)
		finish_balloon(g, &balloon);
	if (incoming && qemu_restore_load(g, &s->restore, err) < 0) {
		why_it_ended(s, err);
		return -1;
	}
	if (paused)
		return 0;
	if (incoming)
		return qmp_do(g->qmp, "cont", NULL, QMP_TIMEOUT, err);
	r = qmp_finish(&go, QMP_TIMEOUT, err);
	json_decref(r);
	return r ? 0 : -1;
}

static int build_and_run(struct start *s, struct error *err)
{
	struct qemu_guest *g = s->g;
	struct qemu_command command;
	int r;

	/* what can be plugged in later is shown one by one */
	if (g->sv->def->vcpus.current && domain_list_vcpus(g->sv->def, err) < 0)
		return -1;
	if (!qemu_need_caps(g, err) || qemu_check_abilities(g->sv->def, g->caps, err) < 0 || qemu_check_helpers(g, err) < 0)
		return -1;
	/* the definition's word, before the CPU is the one that this host gives */
	s->verify_cpu = g->sv->def->cpu && g->sv->def->cpu->check == DOMAIN_CPU_CHECK_FULL;
	if (qemu_cpu_update(g->sv->def, g->caps, err) < 0 || qemu_assign_aliases(g->sv->def, err) < 0 || qemu_assign_ports(g->sv->def, err) < 0 ||
	    hv_ports_create(g->sv, err) < 0)
		return -1;
	if (take_guest_lock(s, err) < 0 || make_own_dir(s, err) < 0 || open_monitor(s, err) < 0 || open_devices(s, err) < 0 ||
	    open_nets(s, err) < 0 || lend_files(s, err) < 0 || make_cgroup(g, err) < 0 || (s->words = qemu_words_open(g, err)) < 0 ||
	    start_helpers(s, err) < 0)
		return -1;
	if (qemu_command_build(g->sv->def, g->caps, &s->rt, &command, err) < 0)
		return -1;
	r = run(s, &command, err);
	qemu_command_clear(&command);
	return r < 0 ? -1 : open_qmp(s, err);
}

int qemu_run_guest(struct qemu_guest *g, bool paused, int restore, struct error *err)
{
	struct start s = { .g = g, .lock = -1, .monitor = -1, .words = -1, .restore = { .pumpfd = -1 }, .rt = { .monitor_fd = -1, .session = geteuid() != 0 } };
	int r = begin(&s, err);

	s.view.user = g->user;
	if (r == 0 && restore >= 0) {
		s.rt.incoming = "defer";
		r = qemu_restore_open(&s.restore, restore, &s.pass, err);
	}
	if (r == 0)
		r = build_and_run(&s, err);
	if (r == 0)
		r = first_commands(&s, paused, restore >= 0, err);
	qemu_restore_close(&s.restore);
	end(&s);
	return r;
}
