/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of definitions of guests that are off: every procedure's row, by what the definition says afterwards. */
#include "conf/domain_device.h"
#include "hypervisor/change.h"
#include "hypervisor/hypervisor.h"
#include "hypervisor/params.h"
#include "scratch.h"

static const struct hv_driver lxc = { .kind = "lxc" };
static const struct hv_driver *const drivers[] = { &lxc, NULL };
static struct hv hv;

#define DISK(dst, path) "<disk type='block' device='disk'><source dev='" path "'/><target dev='" dst "'/></disk>"
#define NET(mac, bridge) "<interface type='bridge'><mac address='" mac "'/><source bridge='" bridge "'/></interface>"
#define MAC1 "52:54:00:00:00:01"
#define MAC2 "52:54:00:00:00:02"

static const char guest[] = "<domain type='lxc'><name>web</name><memory unit='KiB'>65536</memory><vcpu>4</vcpu>"
	"<os><type>exe</type><init>/bin/sh</init></os><devices>"
	DISK("sda", "/dev/a") NET(MAC1, "br0") NET(MAC2, "br1")
	"<filesystem type='mount'><source dir='/srv'/><target dir='/srv'/></filesystem></devices></domain>";

static int setup(void **state)
{
	struct error err = { 0 };
	struct hv_defined d;

	if (scratch_setup(state) < 0 || hv_open(&hv, "lxc:///", false, drivers, &err) < 0 || hv_define(&hv, guest, 0, &d, &err) < 0)
		return -1;
	hv_defined_clear(&d);
	return 0;
}

#define DOM .dom = { .name = (char *)"web", .id = -1 }

static int call(const struct rpc_proc *proc, rpc_fn *fn, const void *args, void *ret, struct error *err)
{
	return fn(&(struct rpc_call){ .ctx = &hv, .proc = proc }, args, ret, err);
}

#define DO(name, ...) do { \
		struct error err_ = { 0 }; \
		wire_domain_##name##_args args_ = { DOM, __VA_ARGS__ }; \
		if (call(&rpc_domain_##name, hv_change, &args_, NULL, &err_) < 0) \
			fail_msg("%s: %s", #name, err_.text); \
	} while (0)
#define REFUSED(want, word, name, ...) do { \
		struct error err_ = { 0 }; \
		wire_domain_##name##_args args_ = { DOM, __VA_ARGS__ }; \
		AUTO_FREE char *before_ = definition(), *after_ = NULL; \
		assert_int_equal(call(&rpc_domain_##name, hv_change, &args_, NULL, &err_), -1); \
		if (err_.code != (want) || !strstr(err_.text, word)) \
			fail_msg("%s: %d %s", #name, err_.code, err_.text); \
		after_ = definition(); \
		assert_string_equal(before_, after_); \
	} while (0)

static char *definition(void)
{
	wire_domain_get_xml_desc_args args = { DOM };
	wire_domain_get_xml_desc_ret ret = { 0 };
	struct error err = { 0 };

	if (call(&rpc_domain_get_xml_desc, hv_domain_get_xml_desc, &args, &ret, &err) < 0)
		fail_msg("%s", err.text);
	return ret.xml;
}

static void says(const char *text, bool yes)
{
	AUTO_FREE char *xml = definition();

	if (!strstr(xml, text) == yes)
		fail_msg("the definition does %ssay %s:\n%s", yes ? "not " : "", text, xml);
}

static void devices(void **state)
{
	(void)state;
	DO(attach_device_flags, .xml = (char *)DISK("sdb", "/dev/b"));
	says("<source dev='/dev/b'/>", true);
	DO(attach_device_flags, .xml = (char *)NET("52:54:00:00:00:03", "br3"), .flags = AFFECT_CONFIG);
	says("52:54:00:00:00:03", true);
	REFUSED(ERR_OPERATION_INVALID, "already", attach_device_flags, .xml = (char *)DISK("sda", "/dev/c"));
	REFUSED(ERR_OPERATION_INVALID, "already", attach_device_flags, .xml = (char *)NET(MAC1, "br9"));
	REFUSED(ERR_OPERATION_INVALID, "not running", attach_device, .xml = (char *)DISK("sdz", "/dev/c"));
	REFUSED(ERR_XML, "is no device", attach_device_flags, .xml = (char *)"<domain/>");
	REFUSED(ERR_XML_DETAIL, "device", attach_device_flags, .xml = (char *)"<disk");
	REFUSED(ERR_OPERATION_UNSUPPORTED, "cannot be attached", attach_device_flags, .xml = (char *)"<sound model='ac97'/>");
	REFUSED(ERR_INVALID_ARG, "flags", attach_device_flags, .xml = (char *)DISK("sdz", "/dev/c"), .flags = 0x100);

	DO(update_device_flags, .xml = (char *)DISK("sda", "/dev/other"));
	says("/dev/other", true);
	says("<source dev='/dev/a'/>", false);
	REFUSED(ERR_DEVICE_MISSING, "'sdx'", update_device_flags, .xml = (char *)DISK("sdx", "/dev/other"));
	DO(update_device_flags, .xml = (char *)"<interface type='bridge'><mac address='" MAC2 "'/><source bridge='br7'/><link state='down'/></interface>");
	says("<source bridge='br7'/>", true);

	DO(detach_device_flags, .xml = (char *)"<interface type='bridge'><mac address='" MAC2 "'/><source bridge='any'/></interface>");
	says(MAC2, false);
	says(MAC1, true);
	REFUSED(ERR_DEVICE_MISSING, MAC2, detach_device_flags, .xml = (char *)NET(MAC2, "br1"));
	DO(attach_device_flags, .xml = (char *)"<interface type='bridge'><source bridge='br0'/></interface>");
	REFUSED(ERR_OPERATION_FAILED, "more than one", detach_device_flags,
		.xml = (char *)"<interface type='bridge'><source bridge='br0'/></interface>");
	DO(detach_device_flags, .xml = (char *)"<filesystem type='mount'><source dir='/x'/><target dir='/srv'/></filesystem>");
	says("<filesystem", false);
	DO(attach_device_flags, .xml = (char *)"<hostdev mode='capabilities' type='misc'><source><char>/dev/x</char></source></hostdev>");
	says("<char>/dev/x</char>", true);
	REFUSED(ERR_DEVICE_MISSING, "hostdev", detach_device_flags,
		.xml = (char *)"<hostdev mode='capabilities' type='misc'><source><char>/dev/y</char></source></hostdev>");
	DO(detach_device_flags, .xml = (char *)"<hostdev mode='capabilities' type='misc'><source><char>/dev/x</char></source></hostdev>");
	says("<hostdev", false);
	REFUSED(ERR_DEVICE_MISSING, "ua-x", detach_device_alias, .alias = (char *)"ua-x");
	DO(attach_device_flags, .xml = (char *)"<disk type='block' device='disk'><source dev='/dev/u'/><target dev='sdu'/><alias name='ua-x'/></disk>");
	DO(detach_device_alias, .alias = (char *)"ua-x");
	says("ua-x", false);
}

static void memory_and_cpus(void **state)
{
	char map[1] = { 1 };

	(void)state;
	DO(set_memory_flags, .memory = 32768);
	says("<currentMemory unit='KiB'>32768</currentMemory>", true);
	REFUSED(ERR_INVALID_ARG, "more than the most", set_memory_flags, .memory = 65537);
	REFUSED(ERR_INVALID_ARG, "without memory", set_memory_flags, .memory = 0);
	DO(set_max_memory, .memory = 16384);
	says("<memory unit='KiB'>16384</memory>", true);
	says("<currentMemory unit='KiB'>16384</currentMemory>", true);
	DO(set_vcpus_flags, .nvcpus = 2);
	says("<vcpu placement='static' current='2'>4</vcpu>", true);
	REFUSED(ERR_INVALID_ARG, "more than the most", set_vcpus_flags, .nvcpus = 5);
	DO(set_vcpus_flags, .nvcpus = 8, .flags = CHANGE_FLAG_MAXIMUM);
	says("<vcpu placement='static' current='2'>8</vcpu>", true);
	DO(set_vcpus_flags, .nvcpus = 8);
	says("<vcpu placement='static'>8</vcpu>", true);
	if (sysconf(_SC_NPROCESSORS_CONF) > 1) {
		DO(pin_vcpu_flags, .vcpu = 7, .cpumap = { 1, map });
		says("<vcpupin vcpu='7' cpuset='0'/>", true);
		DO(pin_emulator, .cpumap = { 1, map });
		says("<emulatorpin cpuset='0'/>", true);
	}
	REFUSED(ERR_INVALID_ARG, "no CPU 8", pin_vcpu_flags, .vcpu = 8, .cpumap = { 1, map });
	map[0] = 0;
	REFUSED(ERR_INVALID_ARG, "without any", pin_vcpu_flags, .vcpu = 1, .cpumap = { 1, map });
	DO(set_vcpus_flags, .nvcpus = 2, .flags = CHANGE_FLAG_MAXIMUM);
	says("<vcpupin", false);
	DO(add_iothread, .iothread_id = 5);
	says("<iothread id='5'/>", true);
	REFUSED(ERR_INVALID_ARG, "already", add_iothread, .iothread_id = 5);
	REFUSED(ERR_INVALID_ARG, "no I/O thread 6", del_iothread, .iothread_id = 6);
	DO(del_iothread, .iothread_id = 5);
	says("<iothread", false);
}

static wire_typed_param ullong(const char *name, uint64_t value)
{
	return (wire_typed_param){ .field = (char *)name, .value = { .type = WIRE_PARAM_ULLONG, .wire_typed_param_value_u.ul = value } };
}

static wire_typed_param number(const char *name, unsigned value)
{
	return (wire_typed_param){ .field = (char *)name, .value = { .type = WIRE_PARAM_UINT, .wire_typed_param_value_u.ui = value } };
}

static wire_typed_param string(const char *name, const char *value)
{
	return (wire_typed_param){ .field = (char *)name, .value = { .type = WIRE_PARAM_STRING, .wire_typed_param_value_u.s = (char *)value } };
}

#define WITH(...) .params = { sizeof((wire_typed_param[]){ __VA_ARGS__ }) / sizeof(wire_typed_param), (wire_typed_param[]){ __VA_ARGS__ } }

static void parameters(void **state)
{
	wire_domain_get_memory_parameters_args ask = { DOM, .nparams = 0 };
	wire_domain_get_memory_parameters_ret ret = { 0 };
	struct error err = { 0 };

	(void)state;
	DO(set_memory_parameters, WITH(ullong("hard_limit", 40000), ullong("swap_hard_limit", 50000)));
	says("<hard_limit unit='KiB'>40000</hard_limit>", true);
	says("<swap_hard_limit unit='KiB'>50000</swap_hard_limit>", true);
	REFUSED(ERR_INVALID_ARG, "more than swap_hard_limit", set_memory_parameters, WITH(ullong("hard_limit", 50001)));
	REFUSED(ERR_INVALID_ARG, "no parameter 'nothing'", set_memory_parameters, WITH(ullong("nothing", 1)));
	REFUSED(ERR_INVALID_ARG, "of the type ullong", set_memory_parameters, WITH(number("hard_limit", 1)));
	REFUSED(ERR_INVALID_ARG, "given twice", set_memory_parameters, WITH(ullong("hard_limit", 1), ullong("hard_limit", 2)));
	assert_int_equal(call(&rpc_domain_get_memory_parameters, hv_view, &ask, &ret, &err), 0);
	assert_int_equal(ret.nparams, 3);
	ask.nparams = 3;
	assert_int_equal(call(&rpc_domain_get_memory_parameters, hv_view, &ask, &ret, &err), 0);
	assert_int_equal(ret.params.params_len, 3);
	assert_string_equal(ret.params.params_val[0].field, "hard_limit");
	assert_true(ret.params.params_val[0].value.wire_typed_param_value_u.ul == 40000);
	assert_true(ret.params.params_val[1].value.wire_typed_param_value_u.ul == PARAM_UNLIMITED);
	xdr_free(rpc_domain_get_memory_parameters.ret, &ret);
	DO(set_memory_parameters, WITH(ullong("hard_limit", PARAM_UNLIMITED), ullong("swap_hard_limit", PARAM_UNLIMITED)));
	says("<memtune>", false);

	DO(set_blkio_parameters, WITH(number("weight", 500), string("device_weight", "/dev/a,100,/dev/b,200")));
	says("<weight>500</weight>", true);
	says("<path>/dev/b</path>", true);
	DO(set_blkio_parameters, WITH(string("device_weight", "/dev/b,0"), string("device_read_bytes_sec", "/dev/a,5000000000")));
	says("<path>/dev/b</path>", false);
	says("<read_bytes_sec>5000000000</read_bytes_sec>", true);
	REFUSED(ERR_INVALID_ARG, "PATH,NUMBER", set_blkio_parameters, WITH(string("device_weight", "/dev/a")));
	REFUSED(ERR_INVALID_ARG, "PATH,NUMBER", set_blkio_parameters, WITH(string("device_weight", "/dev/a,-1")));
	REFUSED(ERR_INVALID_ARG, "10 to 1000", set_blkio_parameters, WITH(number("weight", 5)));

	DO(set_scheduler_parameters, WITH(ullong("cpu_shares", 2048)));
	says("<shares>2048</shares>", true);
	REFUSED(ERR_XML, "<period>", set_scheduler_parameters, WITH(ullong("vcpu_period", 5)));
	REFUSED(ERR_INVALID_ARG, "no parameter 'global_period'", set_scheduler_parameters, WITH(ullong("global_period", 100000)));
	DO(set_numa_parameters, WITH(string("numa_nodeset", "0")));
	says("<memory mode='strict' nodeset='0'/>", true);
	DO(set_interface_parameters, .device = (char *)MAC1, WITH(number("inbound.average", 100), number("inbound.peak", 200)));
	says("<inbound average='100' peak='200'/>", true);
	DO(set_interface_parameters, .device = (char *)MAC1, WITH(number("inbound.average", 0)));
	says("<bandwidth>", false);
	REFUSED(ERR_DEVICE_MISSING, "no interface 'vnet9'", set_interface_parameters, .device = (char *)"vnet9", WITH(number("inbound.average", 1)));

	DO(set_block_io_tune, .disk = (char *)"sda", WITH(ullong("total_bytes_sec", 1000)));
	says("<total_bytes_sec>1000</total_bytes_sec>", true);
	DO(set_block_io_tune, .disk = (char *)"sda", WITH(ullong("read_bytes_sec", 500)));
	says("<total_bytes_sec>", false);
	says("<read_bytes_sec>500</read_bytes_sec>", true);
	REFUSED(ERR_INVALID_ARG, "at the same time", set_block_io_tune, .disk = (char *)"sda",
		WITH(ullong("total_iops_sec", 1), ullong("read_iops_sec", 1)));
	DO(set_lifecycle_action, .type = 1, .action = 0);
	says("<on_reboot>destroy</on_reboot>", true);
	REFUSED(ERR_INVALID_ARG, "no such action", set_lifecycle_action, .type = 1, .action = 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(devices, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(memory_and_cpus, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(parameters, setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("change", tests, NULL, NULL);
}
