/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the supervisor share (supervisor*.c operation*.c); nobody else's. */
#ifndef BERTH_QEMU_SUPERVISOR_IMPL_H
#define BERTH_QEMU_SUPERVISOR_IMPL_H

#include "conf/domain.h"
#include "conf/secret.h"
#include "hypervisor/supervisor.h"
#include "qemu/agent.h"
#include "qemu/caps.h"
#include "qemu/command.h"
#include "qemu/job.h"
#include "qemu/process.h"
#include "qemu/qmp.h"
#include "util/task.h"

/* Numbers of libvirt's virDomainEventType. */
enum { EV_STARTED = 2, EV_SUSPENDED = 3, EV_RESUMED = 4, EV_STOPPED = 5, EV_SHUTDOWN = 6, EV_PMSUSPENDED = 7, EV_CRASHED = 8 };
/* virDomainPausedReason, virDomainRunningReason */
enum {
	PAUSED_UNKNOWN = 0, PAUSED_USER = 1, PAUSED_MIGRATION = 2, PAUSED_SAVE = 3, PAUSED_DUMP = 4, PAUSED_IOERROR = 5, PAUSED_WATCHDOG = 6,
	PAUSED_SHUTTING_DOWN = 8, PAUSED_CRASHED = 10, PAUSED_STARTING_UP = 11,
};
enum { RUNNING_BOOTED = 1, RUNNING_RESTORED = 3, RUNNING_UNPAUSED = 5, RUNNING_SAVE_CANCELED = 7, RUNNING_WAKEUP = 8 };

/* One device that QEMU has to give up; the waiter is woken by DEVICE_DELETED or by DEVICE_UNPLUG_GUEST_ERROR. */
struct qemu_unplug {
	const char *alias;
	bool deleted, refused;
	struct task_queue waiters;
	struct qemu_unplug *next;
};

/* supervisor_words.c */
struct qemu_words {
	bool open;
	int fd;
	size_t budget;            /* bytes that may still be read in the interval that began at `began` */
	double began;
	struct ev_io readable;
	struct ev_timer pause;
};

#define QEMU_RELAYS_MAX 32
#define QEMU_HELPERS_MAX 32

/* supervisor_helper.c: a program beside QEMU that serves one device */
struct qemu_helper {
	struct qemu_guest *g;
	const char *program;
	char alias[64];
	int pidfd;
	struct ev_io exit;
};

struct qemu_guest {
	struct supervisor *sv;
	struct cgroup *cgroup;
	struct qemu_caps *caps;         /* while a start lasts, and for devices; given back when it settles */
	struct qemu_user user;
	struct qmp *qmp;
	pid_t pid;
	int pidfd;
	struct ev_io exit;
	bool confined;                  /* what is not needed any more is given up */
	unsigned raised;                /* how many operations need what is laid aside */
	bool lives;                     /* between start or adoption and its end */
	bool went_down;                 /* QEMU said that the guest powered off */
	bool reboot_wanted;             /* the guest is to begin again when it has powered off */
	bool panicked;
	bool saved;                     /* it ends because it was saved */
	int pause_reason;               /* of the STOP that comes */
	int resume_reason;              /* of the RESUME that comes; 0: unpaused */
	struct qemu_job job;
	struct qemu_unplug *unplugs;
	struct qemu_perf *perf;         /* what is counted */
	struct agent agent;
	struct qemu_words words;
	struct qemu_helper helpers[QEMU_HELPERS_MAX];
	size_t n_helpers;
	/* Consoles and channels that clients have open. */
	struct {
		struct relay *relay;
		char name[100];
	} relays[QEMU_RELAYS_MAX];
};

static inline struct qemu_guest *qemu_guest(const struct supervisor *sv)
{
	return sv->priv;
}

/* The machine that a call is about, when it is ours and runs; NULL with *err set. */
struct qemu_guest *qemu_of_call(struct rpc_call *call, const wire_domain *dom, struct error *err) NODISCARD;

/* Milliseconds of a clock that nobody sets. */
int64_t qemu_now(void);

/* ---- supervisor_start.c ---- */
int qemu_start_guest(struct supervisor *sv, bool paused, struct error *err) NODISCARD;

/* Runs QEMU and its first commands. restore: the descriptor that its state is read from (-1: it boots). On failure what was made stays for teardown. */
int qemu_run_guest(struct qemu_guest *g, bool paused, int restore, struct error *err) NODISCARD;

/* Connects to a socket in the run directory. */
int qemu_connect(struct supervisor *sv, const char *file, struct error *err) NODISCARD;

/* Makes a listening socket in the run directory. */
int qemu_listen(struct supervisor *sv, const char *file, struct error *err) NODISCARD;

/* The guest's caps, loaded when they are needed. */
const struct qemu_caps *qemu_need_caps(struct qemu_guest *g, struct error *err) NODISCARD;

/* Lends the guest's processes a file, shows it to them. `want` as of access(2). */
int qemu_lend(struct qemu_guest *g, struct qemu_view *view, const char *path, int want, struct error *err) NODISCARD;

/* The images of a disk. */
int qemu_lend_disk(struct qemu_guest *g, struct qemu_view *view, const struct domain_disk *disk, struct error *err) NODISCARD;

/* supervisor_host.c: makes and lends what a device with an alias needs of the host, shows it in the view. What the definition leaves to us (the path of a
 * socket, an address) is written into it. *out: a descriptor for QEMU, the caller's; fd -1: it needs none. */
struct qemu_host_fd {
	int fd;
	enum qemu_fd_role role;
};
int qemu_host_device(struct qemu_guest *g, struct qemu_view *view, enum domain_device_kind kind, void *dev, struct qemu_host_fd *out,
		     struct error *err) NODISCARD;

/* ---- supervisor_helper.c: programs beside QEMU, each of which serves a device ---- */
/* "swtpm", "virtiofsd", "passt"; NULL: the device needs none. */
const char *qemu_helper_name(enum domain_device_kind kind, const void *dev);
/* Whether all that the definition needs can be run, before anything is made. */
int qemu_check_helpers(struct qemu_guest *g, struct error *err) NODISCARD;
/* Starts the one of a device with an alias, in the guest's control group; *fd: QEMU's connection to it, the caller's, -1: it needs none. */
int qemu_start_helper(struct qemu_guest *g, enum domain_device_kind kind, void *dev, int *fd, struct error *err) NODISCARD;
/* Looks after those that a supervisor before us has started. */
void qemu_adopt_helpers(struct qemu_guest *g);
/* Ends them with QEMU, which was their only client. */
void qemu_end_helpers(struct qemu_guest *g);
/* What those of a definition are started with, a set of capabilities. */
uint64_t qemu_helper_capabilities(const struct domain *def);

/* ---- supervisor_secret.c ---- */
/* The value of a secret (hv_secret_value()) in a pipe that the guest's user may open, whole and to be read once; its end to read, the caller's. */
int qemu_secret_pipe(struct qemu_guest *g, const struct domain_secret_ref *ref, enum secret_usage usage, struct error *err) NODISCARD;

/* The same for a QEMU that runs, as a function of struct qemu_runtime whose context is the guest; its name there. */
char *qemu_secret_plug(void *ctx, const struct domain_secret_ref *ref, enum secret_usage usage, struct error *err) NODISCARD;
/* QEMU has read those, or will not: they are gone there, too. */
void qemu_secrets_taken(struct qemu_guest *g);

/* Gives everything back that was lent. */
void qemu_give_back(struct qemu_guest *g);

/* The tap devices of an interface, in *pass; what they are in QEMU in *fds (its members live in *numbers). */
struct qemu_tap {
	int tap[16], vhost[16];      /* numbers in QEMU */
	size_t n, n_vhost;
};
int qemu_open_taps(struct qemu_guest *g, struct domain_net *net, struct qemu_pass *pass, struct qemu_tap *out, struct error *err) NODISCARD;

/* operation_save.c: QEMU says how a migration goes, an incoming one too, by events (MIGRATION) */
int qemu_enable_migration_events(struct qemu_guest *g, struct error *err) NODISCARD;
/* What an interface had on the host beside its tap: the binding of its filter, what limits its way out. */
void qemu_close_net(struct qemu_guest *g, const struct domain_net *net);

/* Other limits of an interface that runs: <bandwidth>. */
int qemu_change_bandwidth(struct qemu_guest *g, const struct domain_net *net, struct error *err) NODISCARD;

/* ---- supervisor_confine.c ---- */
/* Gives privileges up, for good or until an operation needs them: once QEMU runs. */
void qemu_confine(struct qemu_guest *g);
/* Around what needs those that are laid aside; may be nested. */
void qemu_raise(struct qemu_guest *g);
void qemu_lower(struct qemu_guest *g);

/* ---- supervisor_words.c: what QEMU says on its standard error ---- */
/* Begins to listen; the descriptor that QEMU is to have there, the caller's. */
int qemu_words_open(struct qemu_guest *g, struct error *err) NODISCARD;
/* Another such descriptor, for a helper. */
int qemu_words_share(struct qemu_guest *g, struct error *err) NODISCARD;
/* Listens to a QEMU that runs already. */
void qemu_words_adopt(struct qemu_guest *g);
/* Takes what a QEMU that may be dead has said last. */
void qemu_words_last(struct qemu_guest *g);
void qemu_words_close(struct qemu_guest *g);

/* ---- supervisor_tune.c ---- */
struct cgroup_limits;
/* The limits of the guest's control group; what they point to is in *sets, which the caller clears. */
struct qemu_sets {
	char *cpus, *nodes;
};
int qemu_limits(const struct domain *def, struct cgroup_limits *limits, struct qemu_sets *sets, struct error *err) NODISCARD;
void qemu_sets_clear(struct qemu_sets *sets);
#define AUTO_QEMU_SETS AUTO(qemu_sets_clear)
/* Bytes that QEMU may lock; 0: the default. */
uint64_t qemu_locked_memory(const struct domain *def);
/* Binds threads to the host's processors as the definition says; whether it says anything. */
bool qemu_pins_threads(const struct domain *def);
int qemu_pin_threads(struct qemu_guest *g, const struct domain *def, struct error *err) NODISCARD;

/* Calls fn for each vcpu's (or iothread's) thread that is QEMU's, until it returns other than 0. */
int qemu_each_thread(struct qemu_guest *g, bool iothreads, int (*fn)(void *ctx, unsigned id, pid_t tid, struct error *err), void *ctx,
		     struct error *err) NODISCARD;

/* Asks QEMU whether the guest has the processor that it was to have (<cpu check='full'>). */
int qemu_verify_cpu(struct qemu_guest *g, struct error *err) NODISCARD;

/* ---- supervisor_perf.c ---- */
struct params;
/* Counts the events that a definition has, and no others: all or, on failure, those that were counted before. */
int qemu_perf_apply(struct qemu_guest *g, const struct domain *def, struct error *err) NODISCARD;
void qemu_perf_close(struct qemu_guest *g);
/* The group perf of statistics. */
int qemu_perf_stats(struct qemu_guest *g, struct params *out, struct error *err) NODISCARD;

/* ---- supervisor_graphics.c ---- */
/* Chooses free ports for displays that say none. */
int qemu_assign_ports(struct domain *def, struct error *err) NODISCARD;
bool qemu_has_graphics_passwords(const struct domain *def);
int qemu_set_graphics_passwords(struct qemu_guest *g, struct error *err) NODISCARD;
/* Another password of a display that runs, or another time until which it is good; the port of one that has any stays. */
int qemu_update_graphics(struct qemu_guest *g, const struct domain_graphics *old, struct domain_graphics *now, struct error *err) NODISCARD;

/* ---- supervisor_event.c ---- */
extern const struct qmp_ops qemu_monitor_ops;

/* operation_block.c: whether QEMU's path of a device is that of an alias */
bool qemu_qdev_is(const char *qdev, const char *alias);

/* The times that disks took and more, for the group block of statistics; `groups` as of stats_of_running(). */
int qemu_block_more_stats(struct qemu_guest *g, unsigned groups, struct params *out, struct error *err) NODISCARD;

/* operation_counters.c: what KVM counts, for the groups vm, vcpu and cpu. */
int qemu_counters(struct qemu_guest *g, unsigned groups, struct params *out, struct error *err) NODISCARD;

/* operation_stats.c: supervisor_driver.stats */
int qemu_more_stats(struct supervisor *sv, unsigned groups, struct params *out, struct error *err) NODISCARD;

/* operation_monitor.c: hands an event on to those who asked for QEMU's own. */
void qemu_tell_monitor_event(struct qemu_guest *g, const char *name, const json_t *data, int64_t seconds, unsigned micros);

/* A device is not served any more: told as an input/output error of it. */
void qemu_tell_helper_gone(struct qemu_guest *g, const char *alias, const char *why);

/* Makes what is known of the guest's state true, after an adoption. */
int qemu_learn_state(struct qemu_guest *g, struct error *err) NODISCARD;

/* Sends the events of this kind that libvirt's clients asked for: see supervisor_event.c. */
void qemu_tell_agent(struct qemu_guest *g, bool connected, int reason);

/* ---- change_vcpu.c ---- */
/* Whether there are processors that must be plugged in before the guest runs, as they can be unplugged; that. */
bool qemu_plugs_vcpus(const struct domain *def);
int qemu_plug_first_vcpus(struct qemu_guest *g, struct error *err) NODISCARD;

/* ---- change.c: what can be changed while the guest runs ---- */
extern supervisor_change_fn *const qemu_changes[];

/* ---- operation*.c: what the guest can be asked, by subject; each ends in RPC_ROW_END ---- */
extern const struct rpc_row qemu_rows[], qemu_own_rows[];

#endif
