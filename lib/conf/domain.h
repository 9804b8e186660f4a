/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The domain format: libvirt's <domain> as a tree of structs. One header and one .c file per noun; each element's table is in
 * the .c file. Members that were not given are zero (NULL, 0, *_unset, empty list); conf/conf.h tells the rest.
 *
 * Whoever gets a struct domain from here owns it and all below it; change members with malloc'ed values and free with
 * domain_free().
 */
#ifndef BERTH_CONF_DOMAIN_H
#define BERTH_CONF_DOMAIN_H

#include "conf/conf.h"
#include "conf/domain_clock.h"
#include "conf/domain_cpu.h"
#include "conf/domain_devices.h"
#include "conf/domain_features.h"
#include "conf/domain_memory.h"
#include "conf/domain_ns.h"
#include "conf/domain_os.h"
#include "conf/domain_seclabel.h"
#include "conf/domain_security.h"
#include "conf/domain_sysinfo.h"
#include "conf/domain_tune.h"

#define DOMAIN_VIRTS(X) \
	X(DOMAIN_VIRT_QEMU, "qemu") \
	X(DOMAIN_VIRT_KQEMU, "kqemu") \
	X(DOMAIN_VIRT_KVM, "kvm") \
	X(DOMAIN_VIRT_XEN, "xen") \
	X(DOMAIN_VIRT_LXC, "lxc") \
	X(DOMAIN_VIRT_UML, "uml") \
	X(DOMAIN_VIRT_OPENVZ, "openvz") \
	X(DOMAIN_VIRT_TEST, "test") \
	X(DOMAIN_VIRT_VMWARE, "vmware") \
	X(DOMAIN_VIRT_HYPERV, "hyperv") \
	X(DOMAIN_VIRT_VBOX, "vbox") \
	X(DOMAIN_VIRT_PHYP, "phyp") \
	X(DOMAIN_VIRT_PARALLELS, "parallels") \
	X(DOMAIN_VIRT_BHYVE, "bhyve") \
	X(DOMAIN_VIRT_VZ, "vz") \
	X(DOMAIN_VIRT_HVF, "hvf")
CONF_ENUM(domain_virt, DOMAIN_VIRTS);

/* What follows when a guest powers off or reboots, */
#define DOMAIN_ACTIONS(X) \
	X(DOMAIN_ACTION_DESTROY, "destroy") \
	X(DOMAIN_ACTION_RESTART, "restart") \
	X(DOMAIN_ACTION_RENAME_RESTART, "rename-restart") \
	X(DOMAIN_ACTION_PRESERVE, "preserve")
CONF_ENUM(domain_action, DOMAIN_ACTIONS);

/* or when it crashes. The first four are those of domain_action. */
#define DOMAIN_CRASH_ACTIONS(X) \
	X(DOMAIN_CRASH_DESTROY, "destroy") \
	X(DOMAIN_CRASH_RESTART, "restart") \
	X(DOMAIN_CRASH_RENAME_RESTART, "rename-restart") \
	X(DOMAIN_CRASH_PRESERVE, "preserve") \
	X(DOMAIN_CRASH_COREDUMP_DESTROY, "coredump-destroy") \
	X(DOMAIN_CRASH_COREDUMP_RESTART, "coredump-restart")
CONF_ENUM(domain_crash_action, DOMAIN_CRASH_ACTIONS);

#define DOMAIN_LOCK_FAILURES(X) \
	X(DOMAIN_LOCK_FAILURE_POWEROFF, "poweroff") \
	X(DOMAIN_LOCK_FAILURE_RESTART, "restart") \
	X(DOMAIN_LOCK_FAILURE_PAUSE, "pause") \
	X(DOMAIN_LOCK_FAILURE_IGNORE, "ignore")
CONF_ENUM(domain_lock_failure, DOMAIN_LOCK_FAILURES);

#define DOMAIN_PERF_EVENTS(X) \
	X(DOMAIN_PERF_CMT, "cmt") \
	X(DOMAIN_PERF_MBMT, "mbmt") \
	X(DOMAIN_PERF_MBML, "mbml") \
	X(DOMAIN_PERF_CPU_CYCLES, "cpu_cycles") \
	X(DOMAIN_PERF_INSTRUCTIONS, "instructions") \
	X(DOMAIN_PERF_CACHE_REFERENCES, "cache_references") \
	X(DOMAIN_PERF_CACHE_MISSES, "cache_misses") \
	X(DOMAIN_PERF_BRANCH_INSTRUCTIONS, "branch_instructions") \
	X(DOMAIN_PERF_BRANCH_MISSES, "branch_misses") \
	X(DOMAIN_PERF_BUS_CYCLES, "bus_cycles") \
	X(DOMAIN_PERF_STALLED_CYCLES_FRONTEND, "stalled_cycles_frontend") \
	X(DOMAIN_PERF_STALLED_CYCLES_BACKEND, "stalled_cycles_backend") \
	X(DOMAIN_PERF_REF_CPU_CYCLES, "ref_cpu_cycles") \
	X(DOMAIN_PERF_CPU_CLOCK, "cpu_clock") \
	X(DOMAIN_PERF_TASK_CLOCK, "task_clock") \
	X(DOMAIN_PERF_PAGE_FAULTS, "page_faults") \
	X(DOMAIN_PERF_CONTEXT_SWITCHES, "context_switches") \
	X(DOMAIN_PERF_CPU_MIGRATIONS, "cpu_migrations") \
	X(DOMAIN_PERF_PAGE_FAULTS_MIN, "page_faults_min") \
	X(DOMAIN_PERF_PAGE_FAULTS_MAJ, "page_faults_maj") \
	X(DOMAIN_PERF_ALIGNMENT_FAULTS, "alignment_faults") \
	X(DOMAIN_PERF_EMULATION_FAULTS, "emulation_faults")
CONF_ENUM(domain_perf_event_name, DOMAIN_PERF_EVENTS);

struct domain_perf_event {
	enum domain_perf_event_name name;
	enum conf_yesno enabled;
};

struct domain {
	enum domain_virt virt;
	struct conf_int id;              /* of a running guest */
	char *name;
	unsigned char uuid[16];
	bool uuid_made;                  /* by us: the definition gave none */
	unsigned char genid[16];
	char *title, *description;
	CONF_LIST(struct conf_raw) metadata;

	/* KiB. `memory` includes memory devices; current_memory is never more. Both are always set after parsing. */
	struct conf_num memory, current_memory;
	enum conf_onoff dump_core;
	struct { struct conf_num size; uint32_t slots; } max_memory;

	struct domain_memory_backing memory_backing;

	struct domain_vcpus vcpus;       /* .n is always set after parsing */
	CONF_LIST(struct domain_vcpu) vcpu_list;
	uint32_t iothreads;
	CONF_LIST(struct domain_iothread) iothreadids;
	struct domain_iothread default_iothread;
	CONF_LIST(struct domain_iotune) throttlegroups;
	struct domain_blkiotune blkiotune;
	struct domain_memtune memtune;
	struct domain_cputune cputune;
	struct domain_numatune numatune;
	struct { char *partition, *appid; } resource;
	CONF_LIST(struct domain_sysinfo) sysinfo;
	char *bootloader, *bootloader_args;   /* of Xen; an empty bootloader is the hypervisor's own */
	struct domain_os os;
	struct domain_idmap idmap;
	struct domain_features features;
	struct domain_cpu *cpu;
	struct domain_clock clock;
	enum domain_action on_poweroff, on_reboot;
	enum domain_crash_action on_crash;
	enum domain_lock_failure on_lockfailure;
	struct { enum conf_yesno suspend_to_mem, suspend_to_disk; } pm;
	CONF_LIST(struct domain_perf_event) perf;
	struct domain_devices devices;
	CONF_LIST(struct domain_seclabel) seclabels;
	CONF_LIST(struct domain_keywrap) keywrap;
	struct domain_launch_security *launch_security;

	struct domain_commandline *qemu_commandline, *xen_commandline, *bhyve_commandline;
	struct domain_qemu_capabilities *qemu_capabilities;
	enum domain_qemu_deprecation qemu_deprecation;
	struct domain_qemu_override *qemu_override;
	struct domain_lxc *lxc;
	char *vmware_datacenterpath;
};

enum {
	DOMAIN_PARSE_VALIDATE = CONF_PARSE_VALIDATE,      /* unknown elements and attributes are an error */
	DOMAIN_PARSE_LIVE = CONF_PARSE_LIVE,              /* live.xml: id, aliases, pty paths are read */
	DOMAIN_FORMAT_INACTIVE = CONF_FORMAT_INACTIVE,    /* without what only a running guest has */
	DOMAIN_FORMAT_SECURE = CONF_FORMAT_SECURE,        /* with passwords */
};

/* Reads a definition and completes it as libvirt's generic parser does: a UUID, MAC addresses, default actions, implied
 * controllers ... The result is the caller's. NULL with *err set (ERR_XML, ERR_CONFIG_UNSUPPORTED ...): nothing is read partly. */
struct domain *domain_parse(const char *xml, size_t len, unsigned flags, struct error *err) NODISCARD;

/* The same; each element and attribute that we do not know is told to warn(), with its line. */
struct domain *domain_parse_warn(const char *xml, size_t len, unsigned flags, void (*warn)(void *ctx, const char *text), void *ctx,
				 struct error *err) NODISCARD;

/* The canonical text, ending in a newline; the caller's. */
char *domain_format(const struct domain *def, unsigned flags, struct error *err) NODISCARD;

void domain_free(struct domain *def);
struct domain *domain_copy(const struct domain *def, struct error *err) NODISCARD;

/* Whether two definitions say the same. If not and `where` is given (an empty buffer), it gets the path of the first difference,
 * "/devices/disk[2]/target/@dev". */
bool domain_equal(const struct domain *a, const struct domain *b, struct buf *where);

/* Where a virtual processor or an I/O thread may run: as its own pin says, else as the guest's; NULL: anywhere. Borrowed. */
const struct conf_bitmap *domain_vcpu_cpuset(const struct domain *def, unsigned vcpu);
const struct conf_bitmap *domain_iothread_cpuset(const struct domain *def, unsigned iothread);

/* Whether a virtual processor is there, and whether it can be unplugged (what nobody says: it can be if it is not there from the start). */
bool domain_vcpu_online(const struct domain *def, unsigned vcpu);
bool domain_vcpu_hotpluggable(const struct domain *def, unsigned vcpu);

/* Lists single processors (<vcpus>) where there was a count alone; those that are there are not made to be unplugged. 0, or -1: no memory, or too many. */
int domain_list_vcpus(struct domain *def, struct error *err) NODISCARD;

/* Completes what only a driver can know where none is asked: the way libvirt's driver-independent "test" driver does (architecture i686,
 * interfaces but a container's named testnet0 ..., which reading such a document forgets again). Only for showing. 0, or -1: no memory. */
int domain_fill_generic(struct domain *def, struct error *err) NODISCARD;

static inline void domain_free_(struct domain **def)
{
	domain_free(*def);
}
#define AUTO_DOMAIN AUTO(domain_free_)

extern const struct conf_elem domain_elem;

/* Fills in what depends on the definition as a whole; called by domain_parse(). */
int domain_fill(struct conf_reader *r, struct domain *def);

#endif
