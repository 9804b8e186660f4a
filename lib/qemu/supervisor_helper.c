/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Programs beside QEMU: swtpm for an emulated TPM, virtiofsd for a directory that is shared, passt for a network of an ordinary user. Each has one
 * client, QEMU, whose end of the connection it is given as a descriptor; all end when that does.
 */
#include "qemu/supervisor_impl.h"

#include "conf/buf.h"
#include "state/state.h"
#include "util/file.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define END_MS 2000
#define CAP(c) (1ULL << (c))

/* What virtiofsd keeps for the files of all users (its own list), and what it makes its sandbox with, which it then gives up. */
#define VIRTIOFSD_CAPABILITIES \
	(CAP(CAP_CHOWN) | CAP(CAP_DAC_OVERRIDE) | CAP(CAP_FOWNER) | CAP(CAP_FSETID) | CAP(CAP_SETGID) | CAP(CAP_SETUID) | CAP(CAP_MKNOD) | CAP(CAP_SETFCAP) | \
	 CAP(CAP_SETPCAP) | CAP(CAP_SYS_ADMIN) | CAP(CAP_SYS_CHROOT) | CAP(CAP_SYS_RESOURCE))

/* A program's words, with what they are about. */
struct words {
	char **argv;
	size_t n;
	bool failed;
};

static void say(struct words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct words *w, const char *format, ...)
{
	char **more = realloc(w->argv, (w->n + 2) * sizeof(*more));
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (!more || vasprintf(&text, format, ap) < 0)
		w->failed = true;
	va_end(ap);
	if (more)
		w->argv = more;
	if (w->failed)
		return;
	w->argv[w->n++] = text;
	w->argv[w->n] = NULL;
}

static void forget(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->argv[i]);
	free(w->argv);
}
#define AUTO_WORDS __attribute__((cleanup(forget)))

enum helper { NONE, SWTPM, VIRTIOFSD, PASST };

static const struct {
	const char *name, *places[2], *what, *package;
} helpers[] = {
	[SWTPM] = { "swtpm", { "/usr/local/bin/swtpm", "/usr/bin/swtpm" }, "<backend type='emulator'>", "swtpm" },
	[VIRTIOFSD] = { "virtiofsd", { "/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd" }, "<driver type='virtiofs'>", "qemu-system-common or virtiofsd" },
	[PASST] = { "passt", { "/usr/local/bin/passt", "/usr/bin/passt" }, "<backend type='passt'>", "passt" },
};

static enum helper helper_of(enum domain_device_kind kind, const void *dev)
{
	const struct domain_tpm *t = dev;
	const struct domain_fs *f = dev;
	const struct domain_net *n = dev;

	switch (kind) {
	case DOMAIN_DEVICE_TPM:
		return t->backend == DOMAIN_TPM_EMULATOR ? SWTPM : NONE;
	case DOMAIN_DEVICE_FILESYSTEM:
		return f->driver == DOMAIN_FS_DRIVER_VIRTIOFS && !f->socket ? VIRTIOFSD : NONE;
	case DOMAIN_DEVICE_INTERFACE:
		return n->type == DOMAIN_NET_USER && n->backend == DOMAIN_NET_BACKEND_PASST ? PASST : NONE;
	default:
		return NONE;
	}
}

const char *qemu_helper_name(enum domain_device_kind kind, const void *dev)
{
	return helpers[helper_of(kind, dev)].name;
}

/* ---- their lives ---- */

static void describe(char *text, size_t size, const siginfo_t *info)
{
	if (info->si_code == CLD_EXITED)
		snprintf(text, size, "status %d", info->si_status);
	else if (info->si_pid)
		snprintf(text, size, "signal %d", info->si_status);
	else
		snprintf(text, size, "its status is not known");
}

static void on_exit_of_helper(struct ev_loop *loop, struct ev_io *io, int revents)
{
	struct qemu_helper *h = io->data;
	struct supervisor *sv = h->g->sv;
	siginfo_t info = { 0 };
	struct pollfd qemu = { .fd = h->g->pidfd, .events = POLLIN };
	char how[40], why[120];

	(void)revents;
	ev_io_stop(loop, io);
	/* one that was adopted is nobody's child */
	(void)!RETRY_EINTR(waitid(P_PIDFD, h->pidfd, &info, WEXITED | WNOHANG));
	close(STEAL_FD(h->pidfd));
	/* of a QEMU that is dead or dying it is the end */
	if (sv->ending || sv->destroyed || h->g->went_down || (h->g->pidfd >= 0 && RETRY_EINTR(poll(&qemu, 1, 0)) == 1))
		return;
	describe(how, sizeof(how), &info);
	snprintf(why, sizeof(why), "%s has ended (%s)", h->program, how);
	supervisor_log(sv, "%s: %s: %s: the device is not served any more", sv->name, h->alias, why);
	if (h->g->lives)
		qemu_tell_helper_gone(h->g, h->alias, why);
}

/* Takes the descriptor. */
static void watch(struct qemu_guest *g, const char *program, const char *alias, int pidfd)
{
	struct qemu_helper *h = &g->helpers[g->n_helpers++];

	*h = (struct qemu_helper){ .g = g, .program = program, .pidfd = pidfd };
	snprintf(h->alias, sizeof(h->alias), "%s", alias);
	ev_io_init(&h->exit, on_exit_of_helper, pidfd, EV_READ);
	h->exit.data = h;
	ev_io_start(g->sv->loop, &h->exit);
}

void qemu_end_helpers(struct qemu_guest *g)
{
	for (size_t i = 0; i < g->n_helpers; i++) {
		struct qemu_helper *h = &g->helpers[i];
		struct pollfd p = { .fd = h->pidfd, .events = POLLIN };

		if (h->pidfd < 0)
			continue;
		ev_io_stop(g->sv->loop, &h->exit);
		if (RETRY_EINTR(poll(&p, 1, END_MS)) != 1 && syscall(SYS_pidfd_send_signal, h->pidfd, SIGKILL, NULL, 0) == 0)
			(void)!RETRY_EINTR(poll(&p, 1, END_MS));
		(void)!waitid(P_PIDFD, h->pidfd, &(siginfo_t){ 0 }, WEXITED | WNOHANG);
		close(STEAL_FD(h->pidfd));
	}
	g->n_helpers = 0;
}

/* "ALIAS PID START PROGRAM" */
static int adopt_line(void *ctx, const char *what, const char *line, struct error *err)
{
	struct qemu_guest *g = ctx;
	unsigned long long start;
	char alias[64], word[20];
	int pid;

	(void)err;
	if (strcmp(what, "helper") || g->n_helpers == QEMU_HELPERS_MAX || sscanf(line, "%63s %d %llu %19s", alias, &pid, &start, word) != 4 || pid <= 0)
		return 0;
	AUTO_CLOSE int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	for (size_t i = NONE + 1; i < ARRAY_LEN(helpers) && pidfd >= 0; i++)
		if (!strcmp(helpers[i].name, word) && process_start_time(pid) == start)
			watch(g, helpers[i].name, alias, STEAL_FD(pidfd));
	return 0;
}

void qemu_adopt_helpers(struct qemu_guest *g)
{
	struct error err;

	if (state_plan_read(g->sv->run_fd, adopt_line, g, &err) < 0)
		supervisor_log(g->sv, "%s: %s", g->sv->name, err.text);
}

/* ---- starting ---- */

/* Starts it with descriptors of its own, which are taken. */
static int start(struct qemu_guest *g, const char *program, const char *alias, struct words *w, struct qemu_view *view, uint64_t capabilities,
		 struct qemu_pass *pass, struct error *err)
{
	AUTO_CLOSE int log = qemu_words_share(g, err);
	struct qemu_start s = { .path = w->argv ? w->argv[0] : NULL, .argv = w->argv, .view = view, .pass = pass, .cgroup = g->cgroup, .lock = -1, .log = log,
				.capabilities = capabilities };
	char line[160];
	int pidfd = -1;
	pid_t pid;

	if (log < 0 || w->failed || g->n_helpers == QEMU_HELPERS_MAX)
		pid = log < 0 ? -1 : error_set(err, ERR_OPERATION_FAILED, w->failed ? "no memory for %s" : "there are too many devices for %s", program);
	else
		pid = qemu_start_process(&s, &pidfd, err);
	qemu_pass_close(pass);
	if (pid < 0)
		return -1;
	watch(g, program, alias, pidfd);
	snprintf(line, sizeof(line), "%.63s %d %llu %s", alias, (int)pid, process_start_time(pid), program);
	return supervisor_plan(g->sv, "helper", line, err);
}

/* Where it is; a definition may say it. */
static const char *program_of(enum helper h, const void *dev, struct error *err)
{
	const char *said = h == VIRTIOFSD ? ((const struct domain_fs *)dev)->binary.path : NULL;

	if (said && access(said, X_OK) == 0)
		return said;
	for (size_t i = 0; i < ARRAY_LEN(helpers[h].places) && !said; i++)
		if (access(helpers[h].places[i], X_OK) == 0)
			return helpers[h].places[i];
	if (said)
		error_set(err, ERR_CONFIG_UNSUPPORTED, "%s: %s cannot be run: %s", helpers[h].what, said, strerror(errno));
	else
		error_set(err, ERR_CONFIG_UNSUPPORTED, "%s needs %s, which is not installed (Debian's package %s)", helpers[h].what, helpers[h].name,
			  helpers[h].package);
	return NULL;
}

/* QEMU's end; the helper's is the first that is passed to it. */
static int connect_both(struct qemu_pass *pass, struct error *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return error_errno(err, "cannot connect a helper with QEMU");
	if (qemu_pass_add(pass, ends[1], err) >= 0)
		return ends[0];
	close(ends[0]);
	return -1;
}

/* ---- swtpm ---- */

/* Where the TPM keeps its state: in the directory of the guest, or of its life where it is in none. Belongs to the user of its processes. */
static char *tpm_dir(struct qemu_guest *g, struct error *err)
{
	struct supervisor *sv = g->sv;
	int at = sv->config_fd >= 0 ? sv->config_fd : sv->run_fd;
	char *path = state_path(sv->config_fd >= 0 ? STATE_LIB : STATE_RUN, sv->driver->kind, sv->name, "tpm", err);

	if (path && ((mkdirat(at, "tpm", 0700) < 0 && errno != EEXIST) ||
		     (g->user.change && fchownat(at, "tpm", g->user.uid, g->user.gid, AT_SYMLINK_NOFOLLOW) < 0))) {
		error_errno(err, "cannot make %s", path);
		free(STEAL_PTR(path));
	}
	return path;
}

/* After a change of the guest's user what is in there is the old one's. */
static int own_files(struct qemu_guest *g, const char *dir, struct error *err)
{
	AUTO_CLOSEDIR DIR *d = opendir(dir);
	struct dirent *e;

	while (g->user.change && d && (e = readdir(d)))
		if (e->d_name[0] != '.' && fchownat(dirfd(d), e->d_name, g->user.uid, g->user.gid, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT)
			return error_errno(err, "%s/%s", dir, e->d_name);
	return d ? 0 : error_errno(err, "%s", dir);
}

static bool has_secret(const struct domain_tpm *t)
{
	static const unsigned char none[sizeof(t->secret)];

	return memcmp(t->secret, none, sizeof(none)) != 0;
}

/* A pass phrase by a pipe, which is empty when it has been read; swtpm reads each once. */
static int say_key(struct qemu_guest *g, struct words *w, const struct domain_tpm *t, struct qemu_pass *pass, struct error *err)
{
	static const char *const options[] = { "--key", "--migration-key" };
	struct domain_secret_ref ref = { 0 };

	memcpy(ref.uuid, t->secret, sizeof(ref.uuid));
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		int fd = qemu_secret_pipe(g, &ref, SECRET_USAGE_VTPM, err), number = fd < 0 ? -1 : qemu_pass_add(pass, fd, err);

		if (number < 0)
			return -1;
		say(w, "%s", options[i]);
		say(w, "pwdfd=%d,mode=aes-256-cbc", number);
	}
	return 0;
}

static int start_swtpm(struct qemu_guest *g, const char *program, const struct domain_tpm *t, int *fd, struct error *err)
{
	struct qemu_view view = { .user = g->user };
	struct qemu_pass pass = { .n = 0 };
	AUTO_WORDS struct words w = { 0 };
	AUTO_FREE char *dir = tpm_dir(g, err);
	int r = !dir || own_files(g, dir, err) < 0 || qemu_view_add(&view, dir, err) < 0 || (*fd = connect_both(&pass, err)) < 0 ? -1 : 0;

	say(&w, "%s", program);
	say(&w, "socket");
	say(&w, "--ctrl");
	say(&w, "type=unixio,clientfd=%d", QEMU_PASS_FIRST);
	say(&w, "--tpmstate");
	say(&w, "dir=%s,mode=0600", dir ? dir : "");
	say(&w, "--terminate");
	if (t->version != DOMAIN_TPM_1_2)
		say(&w, "--tpm2");
	if (r == 0 && has_secret(t))
		r = say_key(g, &w, t, &pass, err);
	if (r == 0)
		r = start(g, "swtpm", t->info.alias.name, &w, &view, 0, &pass, err);
	qemu_pass_close(&pass);
	qemu_view_clear(&view);
	return r;
}

/* ---- virtiofsd ---- */

/* A socket that virtiofsd accepts one connection of, and that connection, QEMU's end. */
static int meet(struct qemu_guest *g, const char *alias, struct qemu_pass *pass, struct error *err)
{
	char file[80];

	snprintf(file, sizeof(file), "%.60s-fs.sock", alias);
	if (qemu_pass_add(pass, qemu_listen(g->sv, file, err), err) < 0)
		return -1;
	int ours = qemu_connect(g->sv, file, err);
	unlinkat(g->sv->run_fd, file, 0);
	return ours;
}

static void say_virtiofsd(struct words *w, const struct domain_fs *f)
{
	say(w, "--fd=%d", QEMU_PASS_FIRST);
	say(w, "-o");
	say(w, "source=%s", f->src);
	if (f->binary.cache) {
		say(w, "-o");
		say(w, "cache=%s", conf_enum_name(&domain_fs_cache_names, f->binary.cache));
	}
	if (f->binary.sandbox) {
		say(w, "-o");
		say(w, "sandbox=%s", conf_enum_name(&domain_fs_sandbox_names, f->binary.sandbox));
	}
	const struct { enum conf_onoff v; const char *word; } switches[] = {
		{ f->binary.xattr, "xattr" }, { f->binary.flock, "flock" }, { f->binary.posix_lock, "posix_lock" },
	};
	for (size_t i = 0; i < ARRAY_LEN(switches); i++) {
		if (!switches[i].v)
			continue;
		say(w, "-o");
		say(w, "%s%s", switches[i].v == CONF_ON ? "" : "no_", switches[i].word);
	}
	if (f->binary.threads.set)
		say(w, "--thread-pool-size=%lld", (long long)f->binary.threads.value);
}

static int start_virtiofsd(struct qemu_guest *g, const char *program, const struct domain_fs *f, int *fd, struct error *err)
{
	/* root's, with the capabilities to act for every user of the guest, shut up in the directory */
	struct qemu_view view = { .user = { .uid = geteuid(), .gid = getegid() } };
	struct qemu_pass pass = { .n = 0 };
	AUTO_WORDS struct words w = { 0 };
	struct stat st;
	int r;

	if (stat(f->src, &st) < 0)
		return error_errno(err, "%s", f->src);
	if (!S_ISDIR(st.st_mode))
		return error_set(err, ERR_OPERATION_FAILED, "%s is no directory", f->src);
	if ((*fd = meet(g, f->info.alias.name, &pass, err)) < 0)
		return -1;
	say(&w, "%s", program);
	say_virtiofsd(&w, f);
	r = start(g, "virtiofsd", f->info.alias.name, &w, &view, VIRTIOFSD_CAPABILITIES, &pass, err);
	qemu_pass_close(&pass);
	return r;
}

/* ---- passt ---- */

/* passt(1), --tcp-ports: "[ADDRESS[%INTERFACE]/]SPEC,...", where SPEC is "FIRST-LAST:FIRST-LAST" or, left out, "~FIRST-LAST" */
static void say_forward(struct words *w, const struct domain_port_forward *p)
{
	AUTO_BUF struct buf text = { 0 };

	if (p->address)
		buf_printf(&text, "%s", p->address);
	if (p->dev)
		buf_printf(&text, "%%%s", p->dev);
	if (p->address || p->dev)
		buf_printf(&text, "/");
	for (size_t i = 0; i < p->ranges.n; i++) {
		const struct domain_port_range *r = p->ranges.items[i];
		unsigned long long start = r->start.value, last = r->end.set ? r->end.value : start;

		buf_printf(&text, "%s%s%llu", i ? "," : "", r->exclude == CONF_YES ? "~" : "", start);
		if (last > start)
			buf_printf(&text, "-%llu", last);
		if (r->to.set && r->exclude != CONF_YES) {
			buf_printf(&text, ":%llu", (unsigned long long)r->to.value);
			if (last > start)
				buf_printf(&text, "-%llu", (unsigned long long)r->to.value + last - start);
		}
	}
	if (!p->ranges.n)
		buf_printf(&text, "all");
	say(w, "%s", p->proto == DOMAIN_NET_TCP ? "--tcp-ports" : "--udp-ports");
	say(w, "%s", text.data ? text.data : "");
}

static void say_passt(struct words *w, const struct domain_net *n)
{
	say(w, "--foreground");
	say(w, "--stderr");
	say(w, "--quiet");
	say(w, "--one-off");
	say(w, "--fd");
	say(w, "%d", QEMU_PASS_FIRST);
	if (n->mtu) {
		say(w, "--mtu");
		say(w, "%u", n->mtu);
	}
	if (n->dev) {
		say(w, "--interface");
		say(w, "%s", n->dev);
	}
	if (n->backend_log) {
		say(w, "--log-file");
		say(w, "%s", n->backend_log);
	}
	for (size_t i = 0; i < n->ips.n; i++) {
		const struct domain_ip *ip = n->ips.items[i];

		say(w, "--address");
		say(w, "%s", ip->address);
		if (ip->prefix.set && !strchr(ip->address, ':')) {
			say(w, "--netmask");
			say(w, "%llu", (unsigned long long)ip->prefix.value);
		}
	}
	for (size_t i = 0; i < n->port_forwards.n; i++)
		say_forward(w, n->port_forwards.items[i]);
}

static int start_passt(struct qemu_guest *g, const char *program, const struct domain_net *n, int *fd, struct error *err)
{
	struct qemu_view view = { .user = g->user };
	struct qemu_pass pass = { .n = 0 };
	AUTO_WORDS struct words w = { 0 };
	int r;

	if ((*fd = connect_both(&pass, err)) < 0)
		return -1;
	say(&w, "%s", program);
	say_passt(&w, n);
	r = start(g, "passt", n->info.alias.name, &w, &view, 0, &pass, err);
	qemu_pass_close(&pass);
	return r;
}

/* ---- any of them ---- */

static int check(enum helper h, const void *dev, struct error *err)
{
	const struct domain_tpm *t = dev;

	if (!program_of(h, dev, err))
		return -1;
	if (h == VIRTIOFSD && geteuid() != 0)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<driver type='virtiofs'>: an ordinary user's machine cannot have it: virtiofsd must be root's");
	if (h == SWTPM && (t->sha1 || t->sha256 || t->sha384 || t->sha512))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<active_pcr_banks> is not supported: leave the choice to the guest");
	return 0;
}

static int wrap(enum domain_device_kind kind, void *dev, struct error *err)
{
	const struct domain_info *info = domain_device_info(kind, dev);

	return info && info->alias.name ? error_wrap(err, "%s %s", domain_device_name(kind), info->alias.name) : -1;
}

int qemu_check_helpers(struct qemu_guest *g, struct error *err)
{
	const struct domain_devices *d = &g->sv->def->devices;

	for (int k = 0; k < DOMAIN_DEVICE_KINDS_END; k++) {
		for (size_t i = 0; i < domain_device_count(d, k); i++) {
			void *dev = domain_device_at(d, k, i);
			enum helper h = helper_of(k, dev);

			if (h != NONE && check(h, dev, err) < 0)
				return wrap(k, dev, err);
		}
	}
	return 0;
}

static int start_it(struct qemu_guest *g, enum helper h, const void *dev, int *fd, struct error *err)
{
	const char *program = program_of(h, dev, err);

	if (!program)
		return -1;
	return h == SWTPM ? start_swtpm(g, program, dev, fd, err) : h == VIRTIOFSD ? start_virtiofsd(g, program, dev, fd, err) : start_passt(g, program, dev, fd, err);
}

int qemu_start_helper(struct qemu_guest *g, enum domain_device_kind kind, void *dev, int *fd, struct error *err)
{
	enum helper h = helper_of(kind, dev);

	*fd = -1;
	if (h == NONE || start_it(g, h, dev, fd, err) == 0)
		return 0;
	if (*fd >= 0)
		close(STEAL_FD(*fd));
	return wrap(kind, dev, err);
}

uint64_t qemu_helper_capabilities(const struct domain *def)
{
	for (size_t i = 0; i < def->devices.filesystems.n; i++)
		if (helper_of(DOMAIN_DEVICE_FILESYSTEM, def->devices.filesystems.items[i]) == VIRTIOFSD)
			return VIRTIOFSD_CAPABILITIES;
	return 0;
}
