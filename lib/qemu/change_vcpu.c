/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Processors that are plugged in and out: before the machine runs those that its definition has made removable, then as it is asked. */
#include "qemu/change_impl.h"

#include "hypervisor/change.h"

struct places {
	struct qemu_guest *g;
	json_t *list;
};

static int open_places(struct places *p, struct qemu_guest *g, struct error *err)
{
	*p = (struct places){ .g = g, .list = qmp_execute(g->qmp, "query-hotpluggable-cpus", NULL, QMP_TIMEOUT, err) };
	return p->list ? 0 : -1;
}

/* QEMU lists the highest first. Borrowed. */
static const json_t *place_of(const struct places *p, unsigned vcpu)
{
	size_t n = json_array_size(p->list);

	return vcpu < n ? json_array_get(p->list, n - 1 - vcpu) : NULL;
}

static const char *name_of(unsigned vcpu, char name[24])
{
	snprintf(name, 24, "vcpu%u", vcpu);
	return name;
}

static int plug(const struct places *p, unsigned vcpu, struct error *err)
{
	const json_t *place = place_of(p, vcpu);
	char id[24];
	json_t *args;

	if (!place || json_object_get(place, "qom-path") || json_integer_value(json_object_get(place, "vcpus-count")) != 1)
		return error_set(err, ERR_OPERATION_FAILED, "QEMU has no place for processor %u", vcpu);
	args = json_pack("{s:s, s:s}", "driver", qemu_name_in(place, "type"), "id", name_of(vcpu, id));
	json_object_update(args, json_object_get(place, "props"));
	return qmp_do(p->g->qmp, "device_add", args, QMP_TIMEOUT, err) < 0 ? error_wrap(err, "processor %u", vcpu) : 0;
}

/* Seen with QEMU 7.2: its emulator keeps a listener to changes of memory of a processor that was freed, and the next change damages the heap. */
static bool lets_unplug(const struct qemu_guest *g)
{
	return g->sv->def->virt == DOMAIN_VIRT_KVM;
}

static int unplug(const struct places *p, const struct domain *now, unsigned vcpu, struct error *err)
{
	char id[24];
	int r;

	if (!domain_vcpu_hotpluggable(now, vcpu))
		return error_set(err, ERR_OPERATION_INVALID,
				 "processor %u is there from the start and cannot be unplugged (make those that are added removable: vm-setvcpus %s COUNT --config --hotpluggable)",
				 vcpu, now->name);
	if (!lets_unplug(p->g))
		return error_set(err, ERR_OPERATION_UNSUPPORTED,
				 "processor %u: without KVM a machine does not survive that a processor is unplugged (have the guest put it offline: vm-guestvcpus %s --cpulist %u --disable)",
				 vcpu, now->name, vcpu);
	r = qemu_unplug(p->g, name_of(vcpu, id), err);
	if (r > 0)
		return error_set(err, ERR_OPERATION_FAILED, "the guest does not let go of processor %u", vcpu);
	return r < 0 ? error_wrap(err, "processor %u", vcpu) : 0;
}

/* ---- before it runs ---- */

bool qemu_plugs_vcpus(const struct domain *def)
{
	for (unsigned i = 0; i < def->vcpu_list.n; i++)
		if (domain_vcpu_online(def, i) && domain_vcpu_hotpluggable(def, i))
			return true;
	return false;
}

/* The one that comes after `order` and is the first of those, as <vcpu order=''> says; those that say nothing come last. */
static struct domain_vcpu *next_in_order(const struct domain *def, uint64_t *order)
{
	struct domain_vcpu *found = NULL;
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < def->vcpu_list.n; i++) {
		struct domain_vcpu *v = def->vcpu_list.items[i];
		uint64_t at = (uint64_t)(v->order ? v->order : UINT32_MAX) << 32 | i;

		if (at > *order && at < least && v->enabled == CONF_YES && domain_vcpu_hotpluggable(def, (unsigned)v->id.value)) {
			found = v;
			least = at;
		}
	}
	*order = least;
	return found;
}

int qemu_plug_first_vcpus(struct qemu_guest *g, struct error *err)
{
	const struct domain_vcpu *v;
	struct places p;
	uint64_t order = 0;
	int r = open_places(&p, g, err);

	while (r == 0 && (v = next_in_order(g->sv->def, &order)))
		r = plug(&p, (unsigned)v->id.value, err);
	json_decref(p.list);
	return r;
}

/* ---- while it runs ---- */

void qemu_vcpu_is(struct domain *def, unsigned vcpu, bool there)
{
	unsigned on = 0;

	for (size_t i = 0; i < def->vcpu_list.n; i++) {
		if (def->vcpu_list.items[i]->id.value == vcpu)
			def->vcpu_list.items[i]->enabled = there ? CONF_YES : CONF_NO;
		on += def->vcpu_list.items[i]->enabled == CONF_YES;
	}
	if (def->vcpu_list.n)
		def->vcpus.current = on;
}

/* On failure those that were plugged in go again if they can; the definition says which are there. */
static int switch_all(const struct places *p, struct change *c, struct error *err)
{
	struct domain *live = p->g->sv->def;
	struct error ignored;
	unsigned at = 0;
	int r = 0;
	char id[24];

	for (; at < c->now->vcpus.n && r == 0; at++) {
		bool now = domain_vcpu_online(c->now, at), next = domain_vcpu_online(c->next, at);

		if (now != next)
			r = next ? plug(p, at, err) : unplug(p, c->now, at, err);
	}
	if (r == 0)
		return 0;
	for (at--; at-- > 0;) {
		bool now = domain_vcpu_online(c->now, at), next = domain_vcpu_online(c->next, at);

		if (now != next)
			qemu_vcpu_is(live, at, next && !(lets_unplug(p->g) && qemu_unplug(p->g, name_of(at, id), &ignored) == 0));
	}
	supervisor_live_changed(p->g->sv);
	return r;
}

int qemu_set_vcpus(struct supervisor *sv, struct change *c, struct error *err)
{
	struct places p;
	int r = open_places(&p, qemu_guest(sv), err);

	if (r == 0)
		r = switch_all(&p, c, err);
	json_decref(p.list);
	return r < 0 ? -1 : qemu_pin_threads(p.g, c->next, err);
}
