/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encoding: every procedure's structures, their limits, errors, descriptors. */
#include "rpc/frame.h"
#include "rpc/procs.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#pragma GCC diagnostic ignored "-Wcast-function-type"

static const struct rpc_proc *const all[] = {
#define X(number, name, right, kind, args, ret) &rpc_##name,
	RPC_REMOTE_PROCS(X) RPC_LXC_PROCS(X) RPC_QEMU_PROCS(X) RPC_MONITOR_PROCS(X)
#undef X
};

static void numbers(void **state)
{
	(void)state;
	assert_true(ARRAY_LEN(all) >= 453 + 1 + 7 + 2);
	for (size_t i = 0; i < 453; i++) {
		assert_int_equal(all[i]->number, i + 1);
		assert_int_equal(all[i]->program, RPC_REMOTE_PROGRAM);
	}
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		assert_ptr_equal(rpc_proc_by_number(all[i]->program, all[i]->number), all[i]);
		assert_true(!all[i]->args == !all[i]->args_size);
		assert_true(!all[i]->ret == !all[i]->ret_size);
		if (all[i]->kind == RPC_PROC_EVENT)
			assert_null(all[i]->ret);
	}
	assert_null(rpc_proc_by_number(RPC_REMOTE_PROGRAM, 0));
	assert_null(rpc_proc_by_number(RPC_REMOTE_PROGRAM, 454));
	assert_null(rpc_proc_by_number(1, 1));
	assert_string_equal(rpc_domain_create.name, "domain_create");
}

/* What only looks may be called on a read-only connection, nothing else. */
static void rights(void **state)
{
	(void)state;
	assert_int_equal(rpc_connect_open.right, RPC_CONNECT);
	assert_int_equal(rpc_auth_list.right, RPC_CONNECT);
	assert_int_equal(rpc_connect_list_all_domains.right, RPC_READ);
	assert_int_equal(rpc_domain_get_state.right, RPC_READ);
	assert_int_equal(rpc_connect_domain_event_callback_register_any.right, RPC_READ);
	assert_int_equal(rpc_secret_get_value.right, RPC_SECRET);
	assert_int_equal(rpc_domain_open_console.right, RPC_WRITE);
	assert_int_equal(rpc_connect_get_domain_capabilities.right, RPC_WRITE);
	assert_int_equal(rpc_domain_save_image_get_xml_desc.right, RPC_WRITE);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		const char *n = all[i]->name;

		if (strstr(n, "_set_") || strstr(n, "_create") || strstr(n, "_destroy") || strstr(n, "define_xml") ||
		    strstr(n, "_delete") || strstr(n, "_attach_") || strstr(n, "_open_") || strstr(n, "_migrate_p"))
			if (all[i]->right < RPC_WRITE)
				fail_msg("%s may be called on a read-only connection", n);
	}
}

/* A structure of zeroes cannot always be encoded (a string that must be there): what can, comes back. Bytes of zero always can be
 * decoded where the structure is that short, and are then the same when encoded again. */
static void round_trip(xdrproc_t proc, size_t size, const char *name)
{
	static const unsigned char zeroes[4096];
	struct rpc_header h = { .program = 1 };
	unsigned char *frame;
	struct error err;
	void *data = calloc(1, size), *again = calloc(1, size);
	size_t len;

	for (len = 4; len <= sizeof(zeroes); len += 4)
		if (rpc_decode(proc, zeroes, len, data, &err) == 0)
			break;
	if (len > sizeof(zeroes))
		fail_msg("%s: no length decodes", name);
	assert_int_equal(rpc_encode(&h, proc, data, 0, &frame, &err), 0);
	assert_int_equal(h.length, RPC_HEADER_LEN + len);
	assert_memory_equal(frame + RPC_HEADER_LEN, zeroes, len);
	assert_int_equal(rpc_decode(proc, frame + RPC_HEADER_LEN, len, again, &err), 0);
	/* too short by anything, or too long, is an error that leaves nothing behind */
	xdr_free(proc, again);
	for (size_t cut = 0; cut < len; cut++) {
		memset(again, 0, size);
		assert_int_equal(rpc_decode(proc, zeroes, cut, again, &err), -1);
	}
	memset(again, 0, size);
	assert_int_equal(rpc_decode(proc, zeroes, len + 4, again, &err), -1);
	xdr_free(proc, data);
	free(frame);
	free(data);
	free(again);
}

static void round_trips(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (all[i]->args)
			round_trip(all[i]->args, all[i]->args_size, all[i]->name);
		if (all[i]->ret)
			round_trip(all[i]->ret, all[i]->ret_size, all[i]->name);
	}
}

/* Lengths as libvirt has them: a char, an unsigned char and an unsigned short take four bytes each. */
static void layout(void **state)
{
	wire_domain_get_info_ret info = { 1, 2, 3, 4, 5 };
	wire_node_get_info_ret node = { .model = "x86_64", .cpus = 2 };
	char uri[] = "lxc:///", *name = uri;
	wire_connect_open_args args = { &name, 1 };
	struct rpc_header h = { .program = RPC_REMOTE_PROGRAM, .version = 1, .procedure = 1, .serial = 9 }, back;
	unsigned char *frame;
	static const unsigned char expected[] = {
		0, 0, 0, 48, 0x20, 0, 0x80, 0x86, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0,
		0, 0, 0, 1, 0, 0, 0, 7, 'l', 'x', 'c', ':', '/', '/', '/', 0, 0, 0, 0, 1,
	};

	(void)state;
	assert_int_equal(rpc_encode(&h, rpc_connect_open.args, &args, 0, &frame, NULL), 0);
	assert_int_equal(h.length, sizeof(expected));
	assert_memory_equal(frame, expected, sizeof(expected));
	rpc_header_get(&back, frame);
	assert_memory_equal(&back, &h, sizeof(h));
	free(frame);
	assert_int_equal(rpc_encode(&h, rpc_domain_get_info.ret, &info, 0, &frame, NULL), 0);
	assert_int_equal(h.length, RPC_HEADER_LEN + 4 + 8 + 8 + 4 + 8);
	free(frame);
	assert_int_equal(rpc_encode(&h, rpc_node_get_info.ret, &node, 0, &frame, NULL), 0);
	assert_int_equal(h.length, RPC_HEADER_LEN + 32 * 4 + 8 + 7 * 4 - 4);
	assert_int_equal(frame[RPC_HEADER_LEN + 3], 'x');
	free(frame);
	/* with descriptors the body starts with their number */
	assert_int_equal(rpc_encode(&h, rpc_connect_open.args, &args, 3, &frame, NULL), 0);
	assert_int_equal(frame[RPC_HEADER_LEN + 3], 3);
	assert_memory_equal(frame + RPC_HEADER_LEN + 4, expected + RPC_HEADER_LEN, sizeof(expected) - RPC_HEADER_LEN);
	free(frame);
}

static void typed_params(void **state)
{
	wire_typed_param params[] = {
		{ "int", { 1, { .i = -5 } } }, { "uint", { 2, { .ui = 5 } } }, { "hyper", { 3, { .l = -6000000000 } } },
		{ "uhyper", { 4, { .ul = UINT64_MAX } } }, { "double", { 5, { .d = 0.5 } } }, { "bool", { 6, { .b = 1 } } },
		{ "string", { 7, { .s = "text" } } },
	};
	wire_domain_set_memory_parameters_args args = { { .name = "web", .id = -1 }, { ARRAY_LEN(params), params }, 2 }, back = { 0 };
	xdrproc_t proc = rpc_domain_set_memory_parameters.args;
	struct rpc_header h = { 0 };
	unsigned char *frame;
	struct error err;

	(void)state;
	assert_int_equal(rpc_encode(&h, proc, &args, 0, &frame, &err), 0);
	assert_int_equal(rpc_decode(proc, frame + RPC_HEADER_LEN, h.length - RPC_HEADER_LEN, &back, &err), 0);
	assert_int_equal(back.params.params_len, ARRAY_LEN(params));
	assert_int_equal(back.dom.id, -1);
	assert_int_equal(back.params.params_val[0].value.wire_typed_param_value_u.i, -5);
	assert_true(back.params.params_val[2].value.wire_typed_param_value_u.l == -6000000000);
	assert_true(back.params.params_val[3].value.wire_typed_param_value_u.ul == UINT64_MAX);
	assert_true(back.params.params_val[4].value.wire_typed_param_value_u.d == 0.5);
	assert_string_equal(back.params.params_val[6].value.wire_typed_param_value_u.s, "text");
	xdr_free(proc, &back);
	/* a type that does not exist, in the middle of what was decoded already */
	memset(&back, 0, sizeof(back));
	for (size_t i = RPC_HEADER_LEN; i + 16 < h.length; i++)
		if (memcmp(frame + i, "hyper\0\0\0\0\0\0\4", 12) == 0)
			frame[i + 11] = 8;
	for (size_t i = RPC_HEADER_LEN; i + 8 < h.length; i++)
		if (memcmp(frame + i, "bool\0\0\0\6", 8) == 0)
			frame[i + 7] = 9;
	assert_int_equal(rpc_decode(proc, frame + RPC_HEADER_LEN, h.length - RPC_HEADER_LEN, &back, &err), -1);
	assert_int_equal(err.code, ERR_RPC);
	free(frame);
}

static void limits(void **state)
{
	static wire_typed_param params[17];
	wire_domain_set_memory_parameters_args args = { { .name = "web" }, { 16, params }, 0 };
	wire_domain_lookup_by_name_args look = { NULL };
	struct rpc_header h = { 0 };
	unsigned char *frame = NULL;
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(params); i++)
		params[i] = (wire_typed_param){ "x", { 1, { .i = 1 } } };
	assert_int_equal(rpc_encode(&h, rpc_domain_set_memory_parameters.args, &args, 0, &frame, &err), 0);
	free(frame);
	frame = NULL;
	args.params.params_len = 17;
	assert_int_equal(rpc_encode(&h, rpc_domain_set_memory_parameters.args, &args, 0, &frame, &err), -1);
	assert_null(frame);
#ifndef __SANITIZE_ADDRESS__   /* which itself looks into every string */
	/* a string that is missing */
	assert_int_equal(rpc_encode(&h, rpc_domain_lookup_by_name.args, &look, 0, &frame, &err), -1);
	assert_int_equal(err.code, ERR_RPC);
#endif
	/* one of 4 MiB, and one byte more */
	look.name = malloc(WIRE_STRING_MAX + 2);
	memset(look.name, 'x', WIRE_STRING_MAX + 1);
	look.name[WIRE_STRING_MAX + 1] = 0;
	assert_int_equal(rpc_encode(&h, rpc_domain_lookup_by_name.args, &look, 0, &frame, &err), -1);
	look.name[WIRE_STRING_MAX] = 0;
	assert_int_equal(rpc_encode(&h, rpc_domain_lookup_by_name.args, &look, 0, &frame, &err), 0);
	assert_int_equal(h.length, RPC_HEADER_LEN + 4 + WIRE_STRING_MAX);
	free(look.name);
	free(frame);
	assert_int_equal(rpc_encode_raw(&h, "", RPC_FRAME_MAX, &frame, &err), -1);
}

static void headers(void **state)
{
	struct rpc_header h = { .length = RPC_HEADER_LEN };
	struct error err;

	(void)state;
	assert_int_equal(rpc_header_check(&h, RPC_FRAME_MAX, &err), 0);
	h.length = RPC_FRAME_MAX;
	assert_int_equal(rpc_header_check(&h, RPC_FRAME_MAX, &err), 0);
	for (h.length = 0; h.length < RPC_HEADER_LEN; h.length++)
		assert_int_equal(rpc_header_check(&h, RPC_FRAME_MAX, &err), -1);
	h.length = RPC_FRAME_MAX + 1;
	assert_int_equal(rpc_header_check(&h, RPC_FRAME_MAX, &err), -1);
	h = (struct rpc_header){ .length = RPC_HEADER_LEN, .type = 7 };
	assert_int_equal(rpc_header_check(&h, RPC_FRAME_MAX, &err), -1);
	h = (struct rpc_header){ .length = RPC_HEADER_LEN, .status = 3 };
	assert_int_equal(rpc_header_check(&h, RPC_FRAME_MAX, &err), -1);
	h = (struct rpc_header){ .length = RPC_HEADER_LEN, .type = RPC_CALL_FDS };
	assert_int_equal(rpc_header_check(&h, RPC_FRAME_MAX, &err), -1);
}

static void errors(void **state)
{
	struct error e = { .code = ERR_NO_DOMAIN, .sys = 2, .text = "no domain with the name 'web'" }, back;
	struct rpc_header h = { 0 };
	unsigned char *frame;

	(void)state;
	assert_int_equal(rpc_encode_error(&h, &e, 17, &frame, NULL), 0);
	assert_int_equal(h.status, RPC_ERROR);
	rpc_decode_error(frame + RPC_HEADER_LEN, h.length - RPC_HEADER_LEN, &back);
	assert_int_equal(back.code, ERR_NO_DOMAIN);
	assert_int_equal(back.sys, 2);
	assert_string_equal(back.text, e.text);
	free(frame);
	rpc_decode_error((const unsigned char *)"nonsense", 8, &back);
	assert_int_equal(back.code, ERR_RPC);
	rpc_decode_error(NULL, 0, &back);
	assert_int_equal(back.code, ERR_RPC);
	/* one without code or text is one nevertheless */
	e = (struct error){ .code = ERR_OK };
	assert_int_equal(rpc_encode_error(&h, &e, 17, &frame, NULL), 0);
	rpc_decode_error(frame + RPC_HEADER_LEN, h.length - RPC_HEADER_LEN, &back);
	assert_int_equal(back.code, ERR_INTERNAL);
	assert_true(back.text[0] != 0);
	free(frame);
}

static void passed_descriptors(void **state)
{
	int pair[2], fd;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_int_equal(rpc_recv_fd(pair[0]), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(rpc_send_fd(pair[1], pair[1]), 0);
	fd = rpc_recv_fd(pair[0]);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	assert_int_equal(write(pair[1], "", 1), 1);
	assert_int_equal(rpc_recv_fd(pair[0]), -1);
	assert_int_equal(errno, EBADMSG);
	close(pair[1]);
	assert_int_equal(rpc_recv_fd(pair[0]), -1);
	assert_int_equal(errno, ECONNRESET);
	close(pair[0]);
}

/* What clients read of it: the names of libvirt's functions, and whose errors these are. */
static void told(void **state)
{
	char text[RPC_API_NAME];

	(void)state;
	assert_string_equal(rpc_api_name("connect_list_all_secrets", text), "virConnectListAllSecrets");
	assert_string_equal(rpc_api_name("nwfilter_define_xml", text), "virNWFilterDefineXML");
	assert_string_equal(rpc_api_name("domain_lookup_by_id", text), "virDomainLookupByID");
	assert_string_equal(rpc_api_name("qemu_domain_monitor_command", text), "virDomainQemuMonitorCommand");
	assert_string_equal(rpc_api_name("lxc_domain_open_namespace", text), "virDomainLxcOpenNamespace");
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		assert_true(strlen(rpc_api_name(all[i]->name, text)) < RPC_API_NAME - 16);

	assert_int_equal(rpc_error_domain("network_lookup_by_name", ERR_NO_NETWORK, ERROR_FROM_LXC), ERROR_FROM_NETWORK);
	assert_int_equal(rpc_error_domain("network_lookup_by_name", ERR_NO_NETWORK, ERROR_FROM_TEST), ERROR_FROM_TEST);
	assert_int_equal(rpc_error_domain("connect_list_all_networks", ERR_SYSTEM, ERROR_FROM_QEMU), ERROR_FROM_NETWORK);
	assert_int_equal(rpc_error_domain("domain_interface_stats", ERR_INVALID_ARG, ERROR_FROM_QEMU), ERROR_FROM_QEMU);
	assert_int_equal(rpc_error_domain("domain_define_xml_flags", ERR_XML_DETAIL, ERROR_FROM_QEMU), ERROR_FROM_DOMAIN);
	assert_int_equal(rpc_error_domain("secret_get_value", ERR_NO_SUPPORT, ERROR_FROM_TEST), ERROR_FROM_SECRET);
	assert_int_equal(rpc_error_domain("domain_snapshot_lookup_by_name", ERR_NO_DOMAIN_SNAPSHOT, ERROR_FROM_LXC), ERROR_FROM_LXC);
	assert_int_equal(rpc_error_domain("domain_create", ERR_RPC, ERROR_FROM_LXC), ERROR_FROM_RPC);
	assert_int_equal(rpc_error_domain(NULL, ERR_NO_SUPPORT, ERROR_FROM_LXC), ERROR_FROM_RPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers), cmocka_unit_test(rights), cmocka_unit_test(round_trips), cmocka_unit_test(layout),
		cmocka_unit_test(typed_params), cmocka_unit_test(limits), cmocka_unit_test(headers), cmocka_unit_test(errors),
		cmocka_unit_test(passed_descriptors), cmocka_unit_test(told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
