/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks, host interfaces and node devices. */
#include "test/test.h"
#include "test/world.h"

#include "conf/network.h"
#include "conf/node_device.h"
#include "hypervisor/hypervisor.h"
#include "rpc/subscribe.h"
#include "util/str.h"
#include "util/uuid.h"

#include <string.h>

/* --- networks ---------------------------------------------------------------------------------------------------- */

static int bridge_name(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	const char *text = world_text(object, "xml");
	struct network *net = conf_document_parse(&network_document, text, strlen(text), 0, NULL, NULL, err);
	char *name = net && net->bridge.name ? strdup(net->bridge.name) : NULL;

	(void)op;
	(void)w;
	(void)args;
	if (net && !name)
		error_set(err, ERR_INTERNAL, "internal error: network '%s' does not have a bridge name.", world_text(object, "name"));
	conf_free(network_document.elem, net);
	*(char **)ret = name;
	return name ? 0 : -1;
}

static const struct test_op network_ops[] = {
	{ &rpc_network_lookup_by_name, &test_network, false, false, test_lookup_name, 0 },
	{ &rpc_network_lookup_by_uuid, &test_network, false, false, test_lookup_uuid, 0 },
	{ &rpc_connect_num_of_networks, &test_network, false, false, test_num, 1 },
	{ &rpc_connect_num_of_defined_networks, &test_network, false, false, test_num, 0 },
	{ &rpc_connect_list_networks, &test_network, false, false, test_names, 1 },
	{ &rpc_connect_list_defined_networks, &test_network, false, false, test_names, 0 },
	{ &rpc_connect_list_all_networks, &test_network, false, false, test_list_all, 6 },
	{ &rpc_network_get_xml_desc, &test_network, true, false, test_xml, 1 },
	{ &rpc_network_get_bridge_name, &test_network, true, false, bridge_name, 0 },
	{ &rpc_network_is_active, &test_network, true, false, test_is_active, 0 },
	{ &rpc_network_is_persistent, &test_network, true, false, test_is_persistent, 0 },
	{ &rpc_network_get_autostart, &test_network, true, false, test_get_autostart, 0 },
	{ &rpc_network_set_autostart, &test_network, true, true, test_set_autostart, 0 },
	{ &rpc_network_define_xml, &test_network, false, true, test_define, 0 },
	{ &rpc_network_define_xml_flags, &test_network, false, true, test_define, 0 },
	{ &rpc_network_create_xml, &test_network, false, true, test_create, 0 },
	{ &rpc_network_create_xml_flags, &test_network, false, true, test_create, 0 },
	{ &rpc_network_create, &test_network, true, true, test_start, 0 },
	{ &rpc_network_destroy, &test_network, true, true, test_stop, 0 },
	{ &rpc_network_undefine, &test_network, true, true, test_undefine, 1 },
	{ 0 },
};

/* --- host interfaces: changes can be taken back as a whole -------------------------------------------------------- */

#define BACKUP "iface-backup"

static int change_begin(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	(void)op;
	(void)object;
	(void)args;
	(void)ret;
	if (json_object_get(w->root, BACKUP))
		return error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: there is another transaction running.");
	json_object_set_new(w->root, BACKUP, json_deep_copy(world_list(w, test_iface.kind)));
	return 0;
}

/* op->arg: whether what was is taken back */
static int change_end(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	(void)object;
	(void)args;
	(void)ret;
	if (!json_object_get(w->root, BACKUP))
		return error_set(err, ERR_OPERATION_INVALID, "Requested operation is not valid: no transaction running, nothing to be %s.",
				 op->arg ? "rolled back" : "committed");
	if (op->arg)
		json_object_set(w->root, test_iface.kind, json_object_get(w->root, BACKUP));
	json_object_del(w->root, BACKUP);
	return 0;
}

static const struct test_op iface_ops[] = {
	{ &rpc_interface_lookup_by_name, &test_iface, false, false, test_lookup_name, 0 },
	{ &rpc_interface_lookup_by_mac_string, &test_iface, false, false, test_lookup_name, 1 },
	{ &rpc_connect_num_of_interfaces, &test_iface, false, false, test_num, 1 },
	{ &rpc_connect_num_of_defined_interfaces, &test_iface, false, false, test_num, 0 },
	{ &rpc_connect_list_interfaces, &test_iface, false, false, test_names, 1 },
	{ &rpc_connect_list_defined_interfaces, &test_iface, false, false, test_names, 0 },
	{ &rpc_connect_list_all_interfaces, &test_iface, false, false, test_list_all, 2 },
	{ &rpc_interface_get_xml_desc, &test_iface, true, false, test_xml, 1 },
	{ &rpc_interface_is_active, &test_iface, true, false, test_is_active, 0 },
	{ &rpc_interface_define_xml, &test_iface, false, true, test_define, 0 },
	{ &rpc_interface_create, &test_iface, true, true, test_start, 0 },
	{ &rpc_interface_destroy, &test_iface, true, true, test_stop, 0 },
	{ &rpc_interface_undefine, &test_iface, true, true, test_undefine, 1 },
	{ &rpc_interface_change_begin, &test_iface, false, true, change_begin, 0 },
	{ &rpc_interface_change_commit, &test_iface, false, true, change_end, 0 },
	{ &rpc_interface_change_rollback, &test_iface, false, true, change_end, 1 },
	{ 0 },
};

/* --- node devices ------------------------------------------------------------------------------------------------ */

static struct node_device *read_device(const json_t *object, struct error *err)
{
	const char *text = world_text(object, "xml");

	return conf_document_parse(&node_device_document, text, strlen(text), 0, NULL, NULL, err);
}

static int get_parent(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	struct node_device *dev = read_device(object, err);
	wire_node_device_get_parent_ret *r = ret;

	(void)op;
	(void)w;
	(void)args;
	if (!dev)
		return -1;
	if (dev->parent.name && (r->parent_name = calloc(1, sizeof(*r->parent_name))))
		*r->parent_name = strdup(dev->parent.name);
	conf_free(&node_device_elem, dev);
	return 0;
}

/* A device's capability and those inside of it. */
static size_t caps_of(const struct node_device *dev, const char *names[16])
{
	size_t n = 0;

	for (size_t i = 0; i < dev->caps.n; i++) {
		const struct node_device_cap *cap = dev->caps.items[i];

		if (n < 16)
			names[n++] = conf_enum_name(&node_device_cap_type_names, cap->type);
		for (size_t j = 0; j < cap->caps.n && n < 16; j++)
			names[n++] = conf_enum_name(&node_device_cap_type_names, cap->caps.items[j]->type);
	}
	return n;
}

static int num_of_caps(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	struct node_device *dev = read_device(object, err);
	const char *names[16];

	(void)op;
	(void)w;
	(void)args;
	if (!dev)
		return -1;
	*(int *)ret = (int)caps_of(dev, names);
	conf_free(&node_device_elem, dev);
	return 0;
}

static int list_caps(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	const wire_node_device_list_caps_args *a = args;
	wire_node_device_list_caps_ret *r = ret;
	struct node_device *dev = read_device(object, err);
	const char *names[16];
	size_t n;

	(void)op;
	(void)w;
	if (!dev)
		return -1;
	n = caps_of(dev, names);
	r->names.names_val = calloc(n + 1, sizeof(*r->names.names_val));
	for (size_t i = 0; r->names.names_val && i < n && (int)i < a->maxnames; i++)
		r->names.names_val[r->names.names_len++] = strdup(names[i]);
	conf_free(&node_device_elem, dev);
	return r->names.names_val ? 0 : error_errno(err, "capabilities");
}

/* libvirt's test driver makes virtual HBAs: a SCSI host below one that has such ports; the next free number is its name's. */
static int create_device(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	const char *xml = *(char *const *)args;
	struct node_device *dev = conf_document_parse(&node_device_document, xml, strlen(xml), 0, NULL, NULL, err);
	struct node_device_cap *cap = dev ? dev->caps.items[0] : NULL;
	AUTO_FREE char *text = NULL;
	unsigned number = 1;
	char name[32];

	(void)object;
	if (!dev)
		return -1;
	if (cap->type != NODE_DEVICE_SCSI_HOST || !dev->parent.name || !world_find(w, "nodedev", "name", dev->parent.name)) {
		bool host = cap->type == NODE_DEVICE_SCSI_HOST;

		conf_free(&node_device_elem, dev);
		return host ? error_set(err, ERR_INTERNAL, "internal error: a known <parent> is needed") :
			      error_set(err, ERR_CONFIG_UNSUPPORTED, "unsupported configuration: only a scsi_host can be created");
	}
	do
		snprintf(name, sizeof(name), "scsi_host%u", number++);
	while (world_find(w, "nodedev", "name", name));
	free(dev->name);
	dev->name = strdup(name);
	cap->host = (struct conf_num){ number - 1, true };
	text = dev->name ? conf_document_format(&node_device_document, dev, 0, err) : NULL;
	conf_free(&node_device_elem, dev);
	object = text ? test_add(op->type, w, text, true, err) : NULL;
	if (!object)
		return -1;
	world_event(w, RPC_EVENTS_NODEDEV, 0, object, 0, 0);
	return test_ref(op->type, object, ret, err);
}

static int destroy_device(const struct test_op *op, struct world *w, json_t *object, const void *args, void *ret, struct error *err)
{
	struct node_device *dev = read_device(object, err);
	bool created = dev && dev->parent.name && dev->caps.items[0]->type == NODE_DEVICE_SCSI_HOST;

	(void)args;
	(void)ret;
	conf_free(&node_device_elem, dev);
	if (!dev)
		return -1;
	if (!created)
		return error_set(err, ERR_INTERNAL, "internal error: Device is not a fibre channel HBA");
	world_event(w, RPC_EVENTS_NODEDEV, 0, object, 1, 0);
	world_remove(w, op->type->kind, object);
	return 0;
}

static const struct test_op nodedev_ops[] = {
	{ &rpc_node_device_lookup_by_name, &test_nodedev, false, false, test_lookup_name, 0 },
	{ &rpc_connect_list_all_node_devices, &test_nodedev, false, false, test_list_all, 0 },
	{ &rpc_node_device_get_xml_desc, &test_nodedev, true, false, test_xml, 0 },
	{ &rpc_node_device_get_parent, &test_nodedev, true, false, get_parent, 0 },
	{ &rpc_node_device_num_of_caps, &test_nodedev, true, false, num_of_caps, 0 },
	{ &rpc_node_device_list_caps, &test_nodedev, true, false, list_caps, 0 },
	{ &rpc_node_device_create_xml, &test_nodedev, false, true, create_device, 0 },
	{ &rpc_node_device_destroy, &test_nodedev, true, true, destroy_device, 0 },
	{ &rpc_node_device_is_active, &test_nodedev, true, false, test_is_active, 0 },
	{ &rpc_node_device_is_persistent, &test_nodedev, true, false, test_is_persistent, 0 },
	{ 0 },
};

#define ANSWER(name) \
	static int name(struct rpc_call *call, const void *args, void *ret, struct error *err) \
	{ \
		return test_answer(name##_ops, call, args, ret, err); \
	}
ANSWER(network)
ANSWER(iface)
ANSWER(nodedev)

const struct rpc_row test_network_rows[] = {
	RPC_ROW(network_lookup_by_name, network), RPC_ROW(network_lookup_by_uuid, network), RPC_ROW(connect_num_of_networks, network),
	RPC_ROW(connect_num_of_defined_networks, network), RPC_ROW(connect_list_networks, network), RPC_ROW(connect_list_defined_networks, network),
	RPC_ROW(connect_list_all_networks, network), RPC_ROW(network_get_xml_desc, network), RPC_ROW(network_get_bridge_name, network),
	RPC_ROW(network_is_active, network), RPC_ROW(network_is_persistent, network), RPC_ROW(network_get_autostart, network),
	RPC_ROW(network_set_autostart, network), RPC_ROW(network_define_xml, network), RPC_ROW(network_define_xml_flags, network),
	RPC_ROW(network_create_xml, network), RPC_ROW(network_create_xml_flags, network), RPC_ROW(network_create, network),
	RPC_ROW(network_destroy, network), RPC_ROW(network_undefine, network), RPC_ROW_END,
};

const struct rpc_row test_interface_rows[] = {
	RPC_ROW(interface_lookup_by_name, iface), RPC_ROW(interface_lookup_by_mac_string, iface), RPC_ROW(connect_num_of_interfaces, iface),
	RPC_ROW(connect_num_of_defined_interfaces, iface), RPC_ROW(connect_list_interfaces, iface), RPC_ROW(connect_list_defined_interfaces, iface),
	RPC_ROW(connect_list_all_interfaces, iface), RPC_ROW(interface_get_xml_desc, iface), RPC_ROW(interface_is_active, iface),
	RPC_ROW(interface_define_xml, iface), RPC_ROW(interface_create, iface), RPC_ROW(interface_destroy, iface), RPC_ROW(interface_undefine, iface),
	RPC_ROW(interface_change_begin, iface), RPC_ROW(interface_change_commit, iface), RPC_ROW(interface_change_rollback, iface), RPC_ROW_END,
};

const struct rpc_row test_nodedev_rows[] = {
	RPC_ROW(node_device_lookup_by_name, nodedev), RPC_ROW(connect_list_all_node_devices, nodedev), RPC_ROW(node_device_get_xml_desc, nodedev),
	RPC_ROW(node_device_get_parent, nodedev), RPC_ROW(node_device_num_of_caps, nodedev), RPC_ROW(node_device_list_caps, nodedev),
	RPC_ROW(node_device_create_xml, nodedev), RPC_ROW(node_device_destroy, nodedev), RPC_ROW(node_device_is_active, nodedev),
	RPC_ROW(node_device_is_persistent, nodedev), RPC_ROW_END,
};
