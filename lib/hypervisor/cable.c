/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's end of a guest's cable, at a bridge of the kernel's or at one of Open vSwitch, which only its own program ovs-vsctl(8) can tell. */
#include "hypervisor/secondary.h"

#include "conf/domain_interface.h"
#include "util/file.h"
#include "util/netlink.h"
#include "util/process.h"
#include "util/str.h"
#include "util/task.h"
#include "util/uuid.h"

#include <string.h>
#include <sys/mman.h>

#define OVS_VSCTL "/usr/bin/ovs-vsctl"
#define OVS_MS 20000
#define WORDS_MAX 64
#define VLANS_MAX 64

static bool is_switch(const struct hv_cable *cable)
{
	return cable->vport && cable->vport->type == DOMAIN_VPORT_OPENVSWITCH;
}

/* --- the kernel's bridge ------------------------------------------------------------------------------------------ */

static int set_vlans(struct netlink *nl, const struct hv_cable *cable, struct error *err)
{
	const struct domain_vlan *v = cable->vlan;
	struct netlink_vlan vlans[VLANS_MAX];
	bool trunk = v->trunk == CONF_YES || v->tags.n > 1;

	if (v->tags.n > VLANS_MAX)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "an interface with more than %d VLANs", VLANS_MAX);
	for (size_t i = 0; i < v->tags.n; i++) {
		const struct domain_vlan_tag *tag = v->tags.items[i];

		vlans[i] = (struct netlink_vlan){ .id = (uint16_t)tag->id.value, .native = !trunk || tag->native_mode,
						  .untagged = !trunk || tag->native_mode == DOMAIN_VLAN_UNTAGGED };
	}
	return netlink_filter_vlans(nl, cable->bridge, err) < 0 ? -1 : netlink_set_vlans(nl, cable->portdev, vlans, v->tags.n, err);
}

static int join_bridge(struct netlink *nl, const struct hv_cable *cable, struct error *err)
{
	if (netlink_set_bridge(nl, cable->portdev, cable->bridge, err) < 0)
		return -1;
	if (cable->isolated && netlink_set_port(nl, cable->portdev, true, false, err) < 0)
		return -1;
	if (cable->fixed && netlink_fix_port(nl, cable->portdev, cable->mac, err) < 0)
		return -1;
	return cable->vlan && cable->vlan->tags.n ? set_vlans(nl, cable, err) : 0;
}

/* --- Open vSwitch ------------------------------------------------------------------------------------------------- */

struct words {
	char *word[WORDS_MAX + 1];
	size_t n;
	bool failed;
};

static void free_words(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->word[i]);
}
#define AUTO_WORDS AUTO(free_words)

/* Takes the word. */
static void add(struct words *w, char *word)
{
	if (!word || w->n == WORDS_MAX) {
		w->failed = true;
		free(word);
		return;
	}
	w->word[w->n++] = word;
}

static void add_all(struct words *w, const char *const *words)
{
	for (; *words; words++)
		add(w, strdup(*words));
}

/* What it prints goes to out (NULL: nobody wants it). */
static int run_ovs(struct words *w, char *out, size_t size, struct error *err)
{
	AUTO_CLOSE int printed = memfd_create("printed", MFD_CLOEXEC), said = memfd_create("said", MFD_CLOEXEC), pidfd = -1;
	const struct process_fd fds[] = { { printed, 1 }, { said, 2 } };
	const struct process_spec spec = { .path = OVS_VSCTL, .argv = w->word, .fds = fds, .n_fds = 2 };
	char words[300];
	int status;
	ssize_t n;
	pid_t pid;

	if (w->failed || printed < 0 || said < 0)
		return error_set(err, ERR_NO_MEMORY, "no memory to talk to Open vSwitch");
	if (access(OVS_VSCTL, X_OK) < 0)
		return error_set(err, ERR_OPERATION_FAILED, "a port of Open vSwitch needs its program ovs-vsctl (apt-get install openvswitch-switch)");
	pid = process_spawn(&spec, &pidfd, err);
	if (pid < 0)
		return -1;
	status = task_wait_process(pid, pidfd, OVS_MS);
	if (out)
		out[(n = pread(printed, out, size - 1, 0)) < 0 ? 0 : n] = '\0';
	if (status == 0)
		return 0;
	file_first_line(said, words, sizeof(words));
	return error_set(err, ERR_OPERATION_FAILED, "Open vSwitch: %s", *words ? words : "it does not answer");
}

/* tag=5, or a trunk, with or without one VLAN whose frames need no tag (ovs-vswitchd.conf.db(5), vlan_mode) */
static void add_vlans(struct words *w, const struct domain_vlan *v)
{
	AUTO_BUF struct buf trunks = { 0 };
	const struct domain_vlan_tag *native = NULL;

	if (v->trunk != CONF_YES && v->tags.n == 1) {
		add(w, str_printf("tag=%u", (unsigned)v->tags.items[0]->id.value));
		return;
	}
	for (size_t i = 0; i < v->tags.n; i++) {
		const struct domain_vlan_tag *tag = v->tags.items[i];

		native = tag->native_mode ? tag : native;
		buf_printf(&trunks, "%s%u", i ? "," : "trunks=", (unsigned)tag->id.value);
	}
	if (native) {
		add(w, str_printf("vlan_mode=native-%s", conf_enum_name(&domain_vlan_mode_names, native->native_mode)));
		add(w, str_printf("tag=%u", (unsigned)native->id.value));
	}
	add(w, buf_finish(&trunks));
}

/* What libvirt tells a switch of a port, so that who controls the switch finds it. */
static void add_port(struct words *w, const struct supervisor *sv, const struct hv_cable *cable)
{
	static const unsigned char none[16];
	char mac[NETLINK_MAC_TEXT], uuid[UUID_TEXT];

	add_all(w, (const char *const[]){ "ovs-vsctl", "--timeout=15", "--", "--if-exists", "del-port", cable->portdev, "--", "add-port", cable->bridge, cable->portdev, NULL });
	if (cable->vlan && cable->vlan->tags.n)
		add_vlans(w, cable->vlan);
	if (cable->isolated)
		add_all(w, (const char *const[]){ "--", "set", "Port", cable->portdev, "protected=true", NULL });
	add_all(w, (const char *const[]){ "--", "set", "Interface", cable->portdev, "external-ids:iface-status=active", NULL });
	netlink_mac_format(cable->mac, mac);
	add(w, str_printf("external-ids:attached-mac=\"%s\"", mac));
	add(w, str_printf("external-ids:vm-id=\"%s\"", uuid_format(sv->uuid, uuid)));
	if (memcmp(cable->vport->interfaceid, none, sizeof(none)))
		add(w, str_printf("external-ids:iface-id=\"%s\"", uuid_format(cable->vport->interfaceid, uuid)));
	if (cable->vport->profileid)
		add(w, str_printf("external-ids:port-profile=\"%s\"", cable->vport->profileid));
}

static char *switch_line(const struct hv_cable *cable)
{
	char mac[NETLINK_MAC_TEXT];

	netlink_mac_format(cable->mac, mac);
	return str_printf("%s %s", cable->portdev, mac);
}

static int join_switch(struct supervisor *sv, const struct hv_cable *cable, struct error *err)
{
	AUTO_FREE char *line = switch_line(cable);
	AUTO_WORDS struct words w = { .n = 0 };

	if (!line || supervisor_plan(sv, "switch", line, err) < 0)
		return line ? -1 : error_errno(err, "%s", cable->portdev);
	add_port(&w, sv, cable);
	return run_ovs(&w, NULL, 0, err);
}

int hv_switch_undo(const char *line, struct error *err)
{
	const char *blank = strchr(line, ' ');
	AUTO_WORDS struct words find = { .n = 0 }, del = { .n = 0 };
	char found[100] = "";

	if (!blank)
		return error_set(err, ERR_OPERATION_FAILED, "'%s' is no port of a switch", line);
	/* another guest's may have its name by now */
	add_all(&find, (const char *const[]){ "ovs-vsctl", "--timeout=15", "--bare", "--columns=name", "find", "Interface", NULL });
	add(&find, str_printf("name=%.*s", (int)(blank - line), line));
	add(&find, str_printf("external-ids:attached-mac=\"%s\"", blank + 1));
	if (run_ovs(&find, found, sizeof(found), err) < 0)
		return -1;
	found[strcspn(found, "\n")] = '\0';
	if (!*found)
		return 0;
	add_all(&del, (const char *const[]){ "ovs-vsctl", "--timeout=15", "--if-exists", "del-port", found, NULL });
	return run_ovs(&del, NULL, 0, err);
}

/* --- either ------------------------------------------------------------------------------------------------------- */

static int check(const struct hv_cable *cable, struct error *err)
{
	const char *type = cable->vport ? conf_enum_name(&domain_vport_type_names, cable->vport->type) : NULL;

	if (type && !is_switch(cable))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<virtualport type='%s'>: the ports that can be had are those of Open vSwitch", type);
	if (cable->bridge)
		return 0;
	if (is_switch(cable) || (cable->vlan && cable->vlan->tags.n))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "an interface that is at no bridge can have neither <vlan> nor <virtualport>");
	return cable->isolated ? error_set(err, ERR_CONFIG_UNSUPPORTED, "<port isolated='yes'/> is for ports of a bridge") : 0;
}

int hv_cable_connect(struct supervisor *sv, struct netlink *nl, const struct hv_cable *cable, struct error *err)
{
	if (check(cable, err) < 0)
		return -1;
	if (cable->bridge && (is_switch(cable) ? join_switch(sv, cable, err) : join_bridge(nl, cable, err)) < 0)
		return -1;
	return cable->filter ? hv_filter_bind(sv, cable->portdev, cable->mac, cable->filter, err) : 0;
}

bool hv_cable_needs_release(const struct hv_cable *cable)
{
	return cable->portdev && (cable->filter || is_switch(cable));
}

void hv_cable_release(struct supervisor *sv, const struct hv_cable *cable)
{
	struct error err;

	if (!cable->portdev)
		return;
	if (cable->filter)
		hv_filter_unbind(sv, cable->portdev);
	if (!is_switch(cable))
		return;
	AUTO_FREE char *line = switch_line(cable);
	if (line && hv_switch_undo(line, &err) < 0)
		supervisor_log(sv, "%s: its port %s cannot be taken from the switch: %s", sv->name, cable->portdev, err.text);
}

int hv_cable_keep(const struct domain_net *old, struct domain_net *now, struct error *err)
{
	bool vlan = now->vlan && (!old->vlan || !conf_equal(&domain_vlan_elem, old->vlan, now->vlan, NULL));
	bool vport = now->vport && (!old->vport || old->vport->type != now->vport->type);

	if (vlan || vport || (now->isolated && now->isolated != old->isolated))
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "the VLANs, the virtual port and the isolation of an interface stay as they are while its guest runs");
	if (old->vlan && !now->vlan && !(now->vlan = conf_copy(&domain_vlan_elem, old->vlan, err)))
		return -1;
	/* with the ids by which the switch knows it */
	conf_free(&domain_vport_elem, now->vport);
	now->vport = NULL;
	if (old->vport && !(now->vport = conf_copy(&domain_vport_elem, old->vport, err)))
		return -1;
	now->isolated = old->isolated;
	memcpy(now->portid, old->portid, sizeof(now->portid));
	now->mac_table = old->mac_table;
	if (!now->bridge && old->bridge && !(now->bridge = strdup(old->bridge)))
		return error_errno(err, "interface");
	return 0;
}
