/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual CPUs and I/O threads: how many, and where they run. */
#include "hypervisor/change.h"
#include "hypervisor/params.h"

#include <string.h>

static uint32_t current_vcpus(const struct domain *def)
{
	return def->vcpus.current ? def->vcpus.current : def->vcpus.n;
}

static void drop_list(struct domain *def)
{
	for (size_t i = 0; i < def->vcpu_list.n; i++)
		free(def->vcpu_list.items[i]);
	free(def->vcpu_list.items);
	def->vcpu_list.items = NULL;
	def->vcpu_list.n = 0;
}

static bool switch_one(struct domain_vcpu *v, bool on)
{
	if ((v->enabled == CONF_YES) == on)
		return false;
	v->enabled = on ? CONF_YES : CONF_NO;
	v->order = 0;
	return true;
}

/* Of single ones that are listed, the first that are off go on, or the last that are on go off: those first that can be unplugged. */
static void switch_listed(struct change *c, uint32_t want)
{
	struct domain *def = c->next;
	uint32_t on = current_vcpus(c->now);

	for (size_t i = 0; i < def->vcpu_list.n && on < want; i++) {
		struct domain_vcpu *v = def->vcpu_list.items[i];

		if (!switch_one(v, true))
			continue;
		on++;
		if (!c->live)
			v->hotpluggable = c->flags & CHANGE_FLAG_HOTPLUGGABLE ? CONF_YES : CONF_NO;
	}
	for (int any = 0; any < 2; any++)
		for (size_t i = def->vcpu_list.n; i-- > 0 && on > want;)
			if (any || domain_vcpu_hotpluggable(c->now, (unsigned)def->vcpu_list.items[i]->id.value))
				on -= switch_one(def->vcpu_list.items[i], false);
}

static void drop_pins_from(struct domain *def, uint32_t n)
{
	struct domain_cputune *t = &def->cputune;

	while (t->vcpupins.n && t->vcpupins.items[t->vcpupins.n - 1]->vcpu.value >= n) {
		struct domain_vcpupin *pin = t->vcpupins.items[--t->vcpupins.n];
		free(pin->cpuset);
		free(pin);
	}
}

int change_vcpus(struct change *c, struct error *err)
{
	const wire_domain_set_vcpus_args *a = c->args;
	struct domain *def = c->next;

	if (a->nvcpus == 0)
		return error_set(err, ERR_INVALID_ARG, "'%s': a guest cannot be without CPUs", def->name);
	if (c->flags & CHANGE_FLAG_MAXIMUM) {
		c->what = CHANGE_MAX_VCPUS;
		uint32_t now = current_vcpus(def);
		def->vcpus.current = now < a->nvcpus ? now : 0;
		def->vcpus.n = a->nvcpus;
		drop_list(def);
		drop_pins_from(def, a->nvcpus);
		return 0;
	}
	if (a->nvcpus > def->vcpus.n)
		return error_set(err, ERR_INVALID_ARG, "'%s': %u CPUs are more than the most that it can have, %u", def->name, a->nvcpus,
				 def->vcpus.n);
	if (c->flags & CHANGE_FLAG_HOTPLUGGABLE && domain_list_vcpus(def, err) < 0)
		return -1;
	def->vcpus.current = a->nvcpus == def->vcpus.n ? 0 : a->nvcpus;
	switch_listed(c, a->nvcpus);
	return 0;
}

int change_vcpu(struct change *c, struct error *err)
{
	const wire_domain_set_vcpu_args *a = c->args;
	struct domain *def = c->next;
	AUTO_FREE struct conf_bitmap *which = conf_bitmap_parse(a->cpumap, CONF_BITMAP_MAX, err);
	bool fixed = false;
	uint32_t on = 0;

	if (!which || domain_list_vcpus(def, err) < 0)
		return -1;
	if (a->state != 0 && a->state != 1)
		return error_set(err, ERR_INVALID_ARG, "a CPU is on or off, not %d", a->state);
	if (which->bits > def->vcpus.n)
		return error_set(err, ERR_INVALID_ARG, "'%s' has no CPU %u", def->name, which->bits - 1);
	for (size_t i = def->vcpu_list.n; i-- > 0;) {
		struct domain_vcpu *v = def->vcpu_list.items[i];
		unsigned id = (unsigned)v->id.value;

		if (conf_bitmap_test(which, id)) {
			if (!a->state && !c->live && fixed)
				return error_set(err, ERR_INVALID_ARG, "'%s': CPU %u cannot be switched off: one after it is there from the start", def->name, id);
			switch_one(v, a->state);
			if (!c->live)
				v->hotpluggable = id ? CONF_YES : CONF_NO;
		}
		on += v->enabled == CONF_YES;
		fixed |= v->enabled == CONF_YES && v->hotpluggable == CONF_NO;
	}
	if (conf_bitmap_test(which, 0) && !a->state)
		return error_set(err, ERR_INVALID_ARG, "'%s': the first CPU is always on", def->name);
	def->vcpus.current = on == def->vcpus.n ? 0 : on;
	return 0;
}

/* --- where they run ---------------------------------------------------------------------------------------------- */

/* libvirt's map, a bit per host CPU, as a set; NULL in *out when it is all of them, which is as good as none. */
static int map_of(const char *bytes, u_int len, struct conf_bitmap **out, struct error *err)
{
	long host = sysconf(_SC_NPROCESSORS_CONF);
	AUTO_BUF struct buf text = { 0 };
	unsigned n = 0, inside = 0;

	*out = NULL;
	for (u_int i = 0; i < len * 8 && i < CONF_BITMAP_MAX; i++) {
		if (!(bytes[i / 8] & 1 << i % 8))
			continue;
		buf_printf(&text, "%s%u", n++ ? "," : "", i);
		inside += i < (unsigned long)host;
	}
	if (n == 0)
		return error_set(err, ERR_INVALID_ARG, "a list of host CPUs without any");
	if (inside == 0)
		return error_set(err, ERR_INVALID_ARG, "this host has no CPU of those (there are %ld)", host);
	if (inside == (unsigned long)host)
		return 0;
	*out = text.failed ? NULL : conf_bitmap_parse(text.data, CONF_BITMAP_MAX, err);
	return *out ? 0 : text.failed ? error_set(err, ERR_NO_MEMORY, "the list of host CPUs") : -1;
}

static int by_vcpu(const void *x, const void *y)
{
	const struct domain_vcpupin *a = *(struct domain_vcpupin *const *)x, *b = *(struct domain_vcpupin *const *)y;

	return (a->vcpu.value > b->vcpu.value) - (a->vcpu.value < b->vcpu.value);
}

int change_vcpu_pin(struct change *c, struct error *err)
{
	const wire_domain_pin_vcpu_args *a = c->args;
	struct domain_cputune *t = &c->next->cputune;
	AUTO_FREE struct conf_bitmap *map = NULL;
	struct domain_vcpupin *pin;
	size_t i = 0;

	if (a->vcpu >= c->next->vcpus.n)
		return error_set(err, ERR_INVALID_ARG, "'%s' has no CPU %u", c->next->name, a->vcpu);
	if (map_of(a->cpumap.cpumap_val, a->cpumap.cpumap_len, &map, err) < 0)
		return -1;
	while (i < t->vcpupins.n && t->vcpupins.items[i]->vcpu.value != a->vcpu)
		i++;
	if (i < t->vcpupins.n && !map) {
		free(t->vcpupins.items[i]->cpuset);
		free(t->vcpupins.items[i]);
		memmove(&t->vcpupins.items[i], &t->vcpupins.items[i + 1], (--t->vcpupins.n - i) * sizeof(*t->vcpupins.items));
	}
	if (!map)
		return 0;
	pin = i < t->vcpupins.n ? t->vcpupins.items[i] : CONF_LIST_ADD(&t->vcpupins);
	if (!pin)
		return error_errno(err, "the pinning");
	free(pin->cpuset);
	pin->vcpu = (struct conf_num){ a->vcpu, true };
	pin->cpuset = STEAL_PTR(map);
	qsort(t->vcpupins.items, t->vcpupins.n, sizeof(*t->vcpupins.items), by_vcpu);
	return 0;
}

int change_emulator_pin(struct change *c, struct error *err)
{
	const wire_domain_pin_emulator_args *a = c->args;
	struct conf_bitmap *map;

	if (map_of(a->cpumap.cpumap_val, a->cpumap.cpumap_len, &map, err) < 0)
		return -1;
	free(c->next->cputune.emulatorpin);
	c->next->cputune.emulatorpin = map;
	return 0;
}

/* --- I/O threads ------------------------------------------------------------------------------------------------- */

/* They are counted, or listed by id; the list is what can be changed. */
static int list_threads(struct domain *def, struct error *err)
{
	for (uint32_t id = 1; def->iothreadids.n < def->iothreads; id++) {
		struct domain_iothread *t = CONF_LIST_ADD(&def->iothreadids);
		if (!t)
			return error_errno(err, "the I/O threads");
		t->id = id;
	}
	return 0;
}

static struct domain_iothread *find_thread(const struct domain *def, unsigned id, size_t *at, struct error *err)
{
	for (*at = 0; *at < def->iothreadids.n; (*at)++)
		if (def->iothreadids.items[*at]->id == id)
			return def->iothreadids.items[*at];
	error_set(err, ERR_INVALID_ARG, "'%s' has no I/O thread %u", def->name, id);
	return NULL;
}

int change_iothread_add(struct change *c, struct error *err)
{
	const wire_domain_add_iothread_args *a = c->args;
	struct domain_iothread *t;
	size_t at;

	if (a->iothread_id == 0)
		return error_set(err, ERR_INVALID_ARG, "ids of I/O threads begin at 1");
	if (list_threads(c->next, err) < 0)
		return -1;
	if (find_thread(c->next, a->iothread_id, &at, NULL))
		return error_set(err, ERR_INVALID_ARG, "'%s' has an I/O thread %u already", c->next->name, a->iothread_id);
	if (!(t = CONF_LIST_ADD(&c->next->iothreadids)))
		return error_errno(err, "the I/O threads");
	t->id = a->iothread_id;
	c->next->iothreads = (uint32_t)c->next->iothreadids.n;
	return 0;
}

static bool uses_thread(const struct domain *def, unsigned id)
{
	for (size_t i = 0; i < def->devices.disks.n; i++)
		if (def->devices.disks.items[i]->driver.iothread == id)
			return true;
	return false;
}

static void unpin_thread(struct domain_cputune *t, unsigned id)
{
	for (size_t i = 0; i < t->iothreadpins.n; i++) {
		struct domain_iothreadpin *pin = t->iothreadpins.items[i];
		if (pin->iothread.value != id)
			continue;
		memmove(&t->iothreadpins.items[i], &t->iothreadpins.items[i + 1], (--t->iothreadpins.n - i) * sizeof(*t->iothreadpins.items));
		free(pin->cpuset);
		free(pin);
		return;
	}
}

int change_iothread_del(struct change *c, struct error *err)
{
	const wire_domain_del_iothread_args *a = c->args;
	struct domain *def = c->next;
	struct domain_iothread *t;
	size_t at;

	if (list_threads(def, err) < 0 || !(t = find_thread(def, a->iothread_id, &at, err)))
		return -1;
	if (uses_thread(def, a->iothread_id))
		return error_set(err, ERR_INVALID_ARG, "'%s': a disk uses the I/O thread %u", def->name, a->iothread_id);
	memmove(&def->iothreadids.items[at], &def->iothreadids.items[at + 1], (--def->iothreadids.n - at) * sizeof(*def->iothreadids.items));
	free(t);
	def->iothreads = (uint32_t)def->iothreadids.n;
	unpin_thread(&def->cputune, a->iothread_id);
	return 0;
}

int change_iothread_pin(struct change *c, struct error *err)
{
	const wire_domain_pin_iothread_args *a = c->args;
	AUTO_FREE struct conf_bitmap *map = NULL;
	struct domain_iothreadpin *pin;
	size_t at;

	if (list_threads(c->next, err) < 0 || !find_thread(c->next, a->iothreads_id, &at, err) ||
	    map_of(a->cpumap.cpumap_val, a->cpumap.cpumap_len, &map, err) < 0)
		return -1;
	unpin_thread(&c->next->cputune, a->iothreads_id);
	if (!map)
		return 0;
	if (!(pin = CONF_LIST_ADD(&c->next->cputune.iothreadpins)))
		return error_errno(err, "the pinning");
	pin->iothread = (struct conf_num){ a->iothreads_id, true };
	pin->cpuset = STEAL_PTR(map);
	return 0;
}

/* The polling of a thread is no part of a definition: it is passed by here and is the driver's business. */
int change_iothread(struct change *c, struct error *err)
{
	static const char *const live_only[] = { "poll_max_ns", "poll_grow", "poll_shrink" };
	const wire_domain_set_iothread_params_args *a = c->args;
	AUTO_FREE wire_typed_param *stored = calloc(a->params.params_len + 1, sizeof(*stored));
	struct params in = { .val = stored };
	struct domain_iothread *t;
	size_t at;

	if (!stored)
		return error_errno(err, "the parameters");
	if (list_threads(c->next, err) < 0 || !(t = find_thread(c->next, a->iothread_id, &at, err)))
		return -1;
	for (u_int i = 0; i < a->params.params_len; i++) {
		bool live = false;
		for (size_t j = 0; j < ARRAY_LEN(live_only); j++)
			live |= !strcmp(a->params.params_val[i].field, live_only[j]);
		if (!live)
			stored[in.len++] = a->params.params_val[i];
		else if (!c->live)
			return error_set(err, ERR_INVALID_ARG, "'%s' is of a running guest's I/O threads alone (--live)", a->params.params_val[i].field);
	}
	return params_write(PARAMS_IOTHREAD, t, 0, &in, err);
}
