/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that come, go and change. */
#include "hypervisor/change.h"

#include <string.h>
#include <strings.h>

int change_attach(struct change *c, struct error *err)
{
	const wire_domain_attach_device_args *a = c->args;
	AUTO_DEVICE struct domain_device dev = { 0 };

	if (domain_device_parse(a->xml, 0, &dev, err) < 0)
		return -1;
	if (!domain_device_pluggable(dev.kind))
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "a <%s> cannot be attached: edit the definition instead",
				 domain_device_name(dev.kind));
	c->kind = dev.kind;
	c->dev = dev.obj;
	return domain_device_add(&c->next->devices, &dev, err);
}

static int detach(struct change *c, enum domain_device_kind kind, int i, struct error *err)
{
	AUTO_DEVICE struct domain_device gone = { 0 };

	if (i < 0)
		return -1;
	if (!domain_device_pluggable(kind))
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "a <%s> cannot be detached: edit the definition instead", domain_device_name(kind));
	c->kind = kind;
	c->index = (size_t)i;
	c->old = domain_device_at(&c->now->devices, kind, c->index);
	gone = domain_device_take(&c->next->devices, kind, c->index);
	return 0;
}

int change_detach(struct change *c, struct error *err)
{
	const wire_domain_detach_device_args *a = c->args;
	AUTO_DEVICE struct domain_device want = { 0 };

	if (domain_device_parse(a->xml, 0, &want, err) < 0)
		return -1;
	return detach(c, want.kind, domain_device_find(&c->next->devices, &want, err), err);
}

int change_detach_alias(struct change *c, struct error *err)
{
	const wire_domain_detach_device_alias_args *a = c->args;
	enum domain_device_kind kind = 0;
	int i = domain_device_by_alias(&c->next->devices, a->alias, &kind, err);

	return detach(c, kind, i, err);
}

int change_update(struct change *c, struct error *err)
{
	const wire_domain_update_device_flags_args *a = c->args;
	AUTO_DEVICE struct domain_device dev = { 0 };
	int i;

	if (domain_device_parse(a->xml, 0, &dev, err) < 0)
		return -1;
	if (!domain_device_updatable(dev.kind))
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "a <%s> cannot be changed while it is there: detach it and attach another",
				 domain_device_name(dev.kind));
	i = domain_device_find(&c->next->devices, &dev, err);
	if (i < 0)
		return -1;
	c->kind = dev.kind;
	c->index = (size_t)i;
	c->old = domain_device_at(&c->now->devices, dev.kind, c->index);
	c->dev = dev.obj;
	domain_device_replace(&c->next->devices, c->index, &dev);
	return 0;
}

struct domain_disk *change_find_disk(const struct domain *def, const char *name, struct error *err)
{
	for (size_t i = 0; i < def->devices.disks.n; i++) {
		struct domain_disk *d = def->devices.disks.items[i];
		if ((d->dst && !strcmp(d->dst, name)) || (d->src.path && !strcmp(d->src.path, name)))
			return d;
	}
	error_set(err, ERR_DEVICE_MISSING, "domain '%s' has no disk '%.200s'", def->name, name);
	return NULL;
}

struct domain_net *change_find_net(const struct domain *def, const char *name, struct error *err)
{
	for (size_t i = 0; i < def->devices.interfaces.n; i++) {
		struct domain_net *net = def->devices.interfaces.items[i];
		char mac[18];
		snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", net->mac.addr[0], net->mac.addr[1], net->mac.addr[2],
			 net->mac.addr[3], net->mac.addr[4], net->mac.addr[5]);
		if ((net->target && !strcmp(net->target, name)) || !strcasecmp(mac, name))
			return net;
	}
	error_set(err, ERR_DEVICE_MISSING, "domain '%s' has no interface '%.100s'", def->name, name);
	return NULL;
}
