/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a definition means where it says nothing, as far as more than one element decides it. */
#include "conf/domain.h"

#include "util/uuid.h"

static int fill_uuid(struct conf_reader *r, struct domain *def)
{
	static const unsigned char none[16];

	def->uuid_made = !memcmp(def->uuid, none, sizeof(none));
	return def->uuid_made ? uuid_generate(def->uuid, r->err) : 0;
}

static int fill_memory(struct conf_reader *r, struct domain *def)
{
	if (!def->memory.set)
		def->memory = def->max_memory.size;
	if (!def->memory.set)
		return conf_fail(r, "element <memory> is missing");
	if (!def->current_memory.set || def->current_memory.value > def->memory.value)
		def->current_memory = def->memory;
	return 0;
}

int domain_fill(struct conf_reader *r, struct domain *def)
{
	if (fill_uuid(r, def) < 0 || fill_memory(r, def) < 0)
		return -1;
	if (!def->vcpus.n)
		def->vcpus.n = 1;
	if (!def->vcpus.placement)
		def->vcpus.placement = DOMAIN_PLACEMENT_STATIC;
	if (!def->os.type)
		return conf_fail(r, "<os><type>...</type></os> is missing");
	if (def->os.type == DOMAIN_OS_EXE && def->virt == DOMAIN_VIRT_LXC && !def->os.init) {
		def->os.init = strdup("/sbin/init");
		if (!def->os.init)
			return conf_no_memory(r);
	}
	if (!def->clock.offset)
		def->clock.offset = DOMAIN_CLOCK_UTC;
	if (!def->on_poweroff)
		def->on_poweroff = DOMAIN_ACTION_DESTROY;
	if (!def->on_reboot)
		def->on_reboot = DOMAIN_ACTION_RESTART;
	if (!def->on_crash)
		def->on_crash = DOMAIN_CRASH_DESTROY;
	return domain_fill_devices(r, def);
}
