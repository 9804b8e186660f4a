/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Procedures about host interfaces. */
#include "interface/interface.h"
#include "interface/interface_impl.h"

#include "hypervisor/local.h"

#include <limits.h>
#include <string.h>

/* libvirt's numbers: virInterfaceXMLFlags, virConnectListAllInterfacesFlags, virInterfaceDefineFlags. */
enum { XML_INACTIVE = 1 };
enum { LIST_INACTIVE = 1, LIST_ACTIVE = 2 };
enum { DEFINE_VALIDATE = 1 };

/* What the procedures look at: the kernel's interfaces and the definitions. */
struct seen {
	struct kernel_links links;
	struct definitions defined;
};

static void seen_clear(struct seen *s)
{
	kernel_links_clear(&s->links);
	definitions_clear(&s->defined);
}
#define AUTO_SEEN AUTO(seen_clear)

static int look(struct seen *s, struct error *err)
{
	AUTO_NETLINK struct netlink *nl = netlink_open(err);

	return !nl || kernel_links(nl, &s->links, err) < 0 ? -1 : definitions_load(&s->defined, err);
}

static int give(const struct seen *s, const char *name, wire_interface *out, struct error *err)
{
	const struct netlink_details *d = kernel_find(&s->links, name);
	const struct host_interface *def = definition_find(&s->defined, name);
	char mac[NETLINK_MAC_TEXT] = "";

	if (d)
		kernel_mac(d, mac);
	out->name = strdup(name);
	out->mac = strdup(*mac || !def || !def->mac ? mac : def->mac);
	return out->name && out->mac ? 0 : error_errno(err, "no memory for the answer");
}

static bool is_active(const struct seen *s, const char *name)
{
	const struct netlink_details *d = kernel_find(&s->links, name);

	return d && d->link.up;
}

static int missing(const char *name, struct error *err)
{
	return error_set(err, ERR_NO_INTERFACE, "there is no interface '%s'", name);
}

/* The interface that a call's arguments begin with. */
static int called(const struct rpc_call *call, const void *args, struct seen *s, struct error *err)
{
	const char *name = ((const wire_interface *)args)->name;

	if (hv_may(call, err) < 0 || look(s, err) < 0)
		return -1;
	return kernel_find(&s->links, name) || definition_find(&s->defined, name) ? 0 : missing(name, err);
}

int iface_interface_lookup_by_name(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const char *name = ((const wire_interface_lookup_by_name_args *)args)->name;
	AUTO_SEEN struct seen s = { 0 };

	(void)call;
	if (look(&s, err) < 0)
		return -1;
	if (!kernel_find(&s.links, name) && !definition_find(&s.defined, name))
		return missing(name, err);
	return give(&s, name, &((wire_interface_lookup_by_name_ret *)ret)->iface, err);
}

static const char *name_of_mac(const struct seen *s, const char *mac, unsigned *n)
{
	const char *found = NULL;

	for (size_t i = 0; i < s->links.n; i++) {
		char its[NETLINK_MAC_TEXT];

		kernel_mac(&s->links.items[i], its);
		if (*its && kernel_is_hosts(&s->links.items[i]) && !strcasecmp(its, mac)) {
			found = s->links.items[i].link.name;
			++*n;
		}
	}
	for (size_t i = 0; i < s->defined.list.n; i++) {
		const struct host_interface *def = s->defined.list.items[i];

		if (!kernel_find(&s->links, def->name) && def->mac && !strcasecmp(def->mac, mac)) {
			found = def->name;
			++*n;
		}
	}
	return found;
}

int iface_interface_lookup_by_mac_string(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const char *mac = ((const wire_interface_lookup_by_mac_string_args *)args)->mac, *name;
	AUTO_SEEN struct seen s = { 0 };
	unsigned n = 0;

	(void)call;
	if (look(&s, err) < 0)
		return -1;
	name = name_of_mac(&s, mac, &n);
	if (n > 1)
		return error_set(err, ERR_MULTIPLE_INTERFACES, "%u interfaces have the MAC address %s", n, mac);
	return name ? give(&s, name, &((wire_interface_lookup_by_mac_string_ret *)ret)->iface, err) : missing(mac, err);
}

/* --- lists -------------------------------------------------------------------------------------------------------- */

struct names {
	const char **items;
	size_t n;
};

/* Those that the flags select; none: all. */
static int select_names(const struct seen *s, unsigned flags, struct names *out, struct error *err)
{
	out->items = calloc(s->links.n + s->defined.list.n + 1, sizeof(*out->items));
	if (!out->items)
		return error_errno(err, "no memory for the answer");
	flags = flags ? flags : LIST_ACTIVE | LIST_INACTIVE;
	for (size_t i = 0; i < s->links.n; i++)
		if (kernel_is_hosts(&s->links.items[i]) && flags & (s->links.items[i].link.up ? LIST_ACTIVE : LIST_INACTIVE))
			out->items[out->n++] = s->links.items[i].link.name;
	for (size_t i = 0; i < s->defined.list.n && flags & LIST_INACTIVE; i++)
		if (!kernel_find(&s->links, s->defined.list.items[i]->name))
			out->items[out->n++] = s->defined.list.items[i]->name;
	return 0;
}

int iface_connect_list_all_interfaces(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_list_all_interfaces_args *a = args;
	wire_connect_list_all_interfaces_ret *r = ret;
	AUTO_SEEN struct seen s = { 0 };
	struct names names = { 0 };
	int rc;

	if (hv_flags(call, a->flags, LIST_ACTIVE | LIST_INACTIVE, err) < 0 || look(&s, err) < 0 || select_names(&s, a->flags, &names, err) < 0)
		return -1;
	r->ret = (unsigned)names.n;
	r->ifaces.ifaces_val = calloc(names.n + 1, sizeof(*r->ifaces.ifaces_val));
	rc = r->ifaces.ifaces_val ? 0 : error_errno(err, "no memory for the answer");
	for (size_t i = 0; a->need_results && rc == 0 && i < names.n; i++)
		rc = give(&s, names.items[i], &r->ifaces.ifaces_val[r->ifaces.ifaces_len++], err);
	free(names.items);
	return rc;
}

static int list_names(unsigned flags, int max, u_int *n, wire_string **out, struct error *err)
{
	AUTO_SEEN struct seen s = { 0 };
	struct names names = { 0 };
	int rc;

	if (look(&s, err) < 0 || select_names(&s, flags, &names, err) < 0)
		return -1;
	*out = calloc(names.n + 1, sizeof(**out));
	rc = *out ? 0 : error_errno(err, "no memory for the answer");
	for (size_t i = 0; rc == 0 && i < names.n && (int)i < max; i++, ++*n)
		rc = ((*out)[i] = strdup(names.items[i])) ? 0 : error_errno(err, "no memory for the answer");
	free(names.items);
	return rc;
}

int iface_connect_list_interfaces(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_list_interfaces_ret *r = ret;

	(void)call;
	return list_names(LIST_ACTIVE, ((const wire_connect_list_interfaces_args *)args)->maxnames, &r->names.names_len, &r->names.names_val, err);
}

int iface_connect_list_defined_interfaces(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_list_defined_interfaces_ret *r = ret;

	(void)call;
	return list_names(LIST_INACTIVE, ((const wire_connect_list_defined_interfaces_args *)args)->maxnames, &r->names.names_len, &r->names.names_val, err);
}

static int count(unsigned flags, int *out, struct error *err)
{
	AUTO_SEEN struct seen s = { 0 };
	struct names names = { 0 };

	if (look(&s, err) < 0 || select_names(&s, flags, &names, err) < 0)
		return -1;
	*out = names.n > INT_MAX ? INT_MAX : (int)names.n;
	free(names.items);
	return 0;
}

int iface_connect_num_of_interfaces(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)call;
	(void)args;
	return count(LIST_ACTIVE, &((wire_connect_num_of_interfaces_ret *)ret)->num, err);
}

int iface_connect_num_of_defined_interfaces(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)call;
	(void)args;
	return count(LIST_INACTIVE, &((wire_connect_num_of_defined_interfaces_ret *)ret)->num, err);
}

/* --- one interface ------------------------------------------------------------------------------------------------ */

int iface_interface_is_active(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	AUTO_SEEN struct seen s = { 0 };

	if (called(call, args, &s, err) < 0)
		return -1;
	((wire_interface_is_active_ret *)ret)->active = is_active(&s, ((const wire_interface *)args)->name);
	return 0;
}

/* What is asked for as a definition and has none of ours is what it is now, without what is no configuration. */
static struct host_interface *describe(const struct seen *s, const char *name, bool inactive, struct error *err)
{
	const struct netlink_details *d = kernel_find(&s->links, name);
	const struct host_interface *def = definition_find(&s->defined, name);
	struct host_interface *now;

	if (def && (inactive || !d))
		return conf_copy(&host_interface_elem, def, err);
	now = kernel_describe(&s->links, d, err);
	if (now && def)
		now->start = def->start;
	if (now && inactive) {
		now->link = (struct host_link){ 0 };
		now->mtu.set = false;
		for (size_t i = 0; i < now->members.n; i++)
			now->members.items[i]->link = (struct host_link){ 0 };
	}
	return now;
}

int iface_interface_get_xml_desc(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_interface_get_xml_desc_args *a = args;
	wire_interface_get_xml_desc_ret *r = ret;
	AUTO_SEEN struct seen s = { 0 };
	AUTO_HOST_INTERFACE struct host_interface *def = NULL;

	if (hv_flags(call, a->flags, XML_INACTIVE, err) < 0 || called(call, args, &s, err) < 0 ||
	    !(def = describe(&s, a->iface.name, a->flags & XML_INACTIVE, err)))
		return -1;
	r->xml = conf_document_format(&host_interface_document, def, 0, err);
	return r->xml ? 0 : -1;
}

int iface_interface_define_xml(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_interface_define_xml_args *a = args;
	const struct hv *hv = call->ctx;
	AUTO_HOST_INTERFACE struct host_interface *def = NULL;
	AUTO_SEEN struct seen s = { 0 };

	if (hv_may(call, err) < 0 || hv_flags(call, a->flags, DEFINE_VALIDATE, err) < 0 ||
	    !(def = conf_document_parse(&host_interface_document, a->xml, strlen(a->xml), a->flags & DEFINE_VALIDATE ? CONF_PARSE_VALIDATE : 0, hv->warn,
					hv->warn_ctx, err)))
		return -1;
	def->link = (struct host_link){ 0 };
	if (definition_store(def, hv->timeout_ms, err) < 0 || look(&s, err) < 0)
		return -1;
	return give(&s, def->name, &((wire_interface_define_xml_ret *)ret)->iface, err);
}

int iface_interface_undefine(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	AUTO_SEEN struct seen s = { 0 };

	(void)ret;
	return called(call, args, &s, err) < 0 ? -1 : definition_remove(((const wire_interface *)args)->name, ((const struct hv *)call->ctx)->timeout_ms, err);
}

int iface_interface_create(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const char *name = ((const wire_interface *)args)->name;
	AUTO_SEEN struct seen s = { 0 };
	const struct host_interface *def;
	struct host_interface bare = { .type = HOST_INTERFACE_ETHERNET, .name = (char *)name };

	(void)ret;
	if (hv_flags(call, ((const wire_interface_create_args *)args)->flags, 0, err) < 0 || called(call, args, &s, err) < 0)
		return -1;
	if (is_active(&s, name))
		return error_set(err, ERR_OPERATION_INVALID, "interface '%s' is already active", name);
	def = definition_find(&s.defined, name);
	return interface_start(def ? def : &bare, err);
}

int iface_interface_destroy(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const char *name = ((const wire_interface *)args)->name;
	AUTO_SEEN struct seen s = { 0 };

	(void)ret;
	if (hv_flags(call, ((const wire_interface_destroy_args *)args)->flags, 0, err) < 0 || called(call, args, &s, err) < 0)
		return -1;
	if (!is_active(&s, name))
		return error_set(err, ERR_OPERATION_INVALID, "interface '%s' is not active", name);
	return interface_stop(name, definition_find(&s.defined, name), err);
}

int iface_interface_change_begin(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	if (hv_may(call, err) < 0 || hv_flags(call, ((const wire_interface_change_begin_args *)args)->flags, 0, err) < 0)
		return -1;
	return restore_begin(((const struct hv *)call->ctx)->timeout_ms, err);
}

int iface_interface_change_commit(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	if (hv_may(call, err) < 0 || hv_flags(call, ((const wire_interface_change_commit_args *)args)->flags, 0, err) < 0)
		return -1;
	return restore_commit(((const struct hv *)call->ctx)->timeout_ms, err);
}

int iface_interface_change_rollback(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	if (hv_may(call, err) < 0 || hv_flags(call, ((const wire_interface_change_rollback_args *)args)->flags, 0, err) < 0)
		return -1;
	return restore_rollback(((const struct hv *)call->ctx)->timeout_ms, err);
}

const struct rpc_row interface_rows[] = {
	IFACE(connect_list_all_interfaces),
	IFACE(connect_list_interfaces),
	IFACE(connect_num_of_interfaces),
	IFACE(connect_list_defined_interfaces),
	IFACE(connect_num_of_defined_interfaces),
	IFACE(interface_lookup_by_name),
	IFACE(interface_lookup_by_mac_string),
	IFACE(interface_get_xml_desc),
	IFACE(interface_is_active),
	IFACE(interface_define_xml),
	IFACE(interface_undefine),
	IFACE(interface_create),
	IFACE(interface_destroy),
	IFACE(interface_change_begin),
	IFACE(interface_change_commit),
	IFACE(interface_change_rollback),
	RPC_ROW_END,
};
