/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct error err;

static struct domain *parse(const char *xml, unsigned flags)
{
	struct domain *def = domain_parse(xml, strlen(xml), flags, &err);

	if (!def)
		fail_msg("%s", err.text);
	return def;
}

static const char container[] =
	"<domain type='lxc' id='4'>\n"
	"  <name>web</name>\n"
	"  <uuid>e21987a5-e98e-9c99-0e35-803e4d9ad1fe</uuid>\n"
	"  <metadata>\n"
	"    <a:x xmlns:a=\"urn:a\"/>\n"
	"  </metadata>\n"
	"  <memory unit='KiB'>1048576</memory>\n"
	"  <currentMemory unit='KiB'>1048576</currentMemory>\n"
	"  <vcpu placement='static'>1</vcpu>\n"
	"  <os>\n"
	"    <type arch='x86_64'>exe</type>\n"
	"    <init>/sbin/init</init>\n"
	"    <initarg>--x</initarg>\n"
	"    <initenv name='A'>b</initenv>\n"
	"  </os>\n"
	"  <idmap>\n"
	"    <uid start='0' target='100000' count='1000'/>\n"
	"    <gid start='0' target='100000' count='1000'/>\n"
	"  </idmap>\n"
	"  <features>\n"
	"    <privnet/>\n"
	"    <capabilities policy='deny'>\n"
	"      <chown state='on'/>\n"
	"      <mknod state='off'/>\n"
	"    </capabilities>\n"
	"  </features>\n"
	"  <clock offset='utc'/>\n"
	"  <on_poweroff>destroy</on_poweroff>\n"
	"  <on_reboot>restart</on_reboot>\n"
	"  <on_crash>destroy</on_crash>\n"
	"  <devices>\n"
	"    <filesystem type='mount' accessmode='passthrough'>\n"
	"      <source dir='/srv/web'/>\n"
	"      <target dir='/'/>\n"
	"    </filesystem>\n"
	"    <filesystem type='ram' accessmode='passthrough'>\n"
	"      <source usage='1024' units='KiB'/>\n"
	"      <target dir='/tmp'/>\n"
	"    </filesystem>\n"
	"    <console type='pty'>\n"
	"      <target type='lxc' port='0'/>\n"
	"    </console>\n"
	"  </devices>\n"
	"</domain>\n";

static void container_is_a_fixed_point(void **state)
{
	struct domain *def = parse(container, DOMAIN_PARSE_LIVE | DOMAIN_PARSE_VALIDATE), *copy, *inactive;
	AUTO_FREE char *out = domain_format(def, DOMAIN_FORMAT_SECURE, &err);

	(void)state;
	assert_string_equal(out, container);
	assert_int_equal(def->id.value, 4);
	copy = domain_copy(def, &err);
	assert_true(domain_equal(def, copy, NULL));
	domain_free(copy);
	domain_free(def);
	inactive = parse(container, 0);
	assert_false(inactive->id.set);
	domain_free(inactive);
}

static void gaps_are_filled(void **state)
{
	struct domain *def = parse("<domain type='lxc'><name>c</name><memory unit='MiB'>1</memory><os><type>exe</type></os><devices>"
				   "<interface type='bridge'><source bridge='br0'/></interface><console type='pty'/></devices></domain>", 0);
	static const unsigned char none[16], xen[3] = { 0x00, 0x16, 0x3e };

	(void)state;
	assert_memory_not_equal(def->uuid, none, sizeof(none));
	assert_int_equal(def->memory.value, 1024);
	assert_int_equal(def->current_memory.value, 1024);
	assert_int_equal(def->vcpus.n, 1);
	assert_string_equal(def->os.init, "/sbin/init");
	assert_int_equal(def->clock.offset, DOMAIN_CLOCK_UTC);
	assert_memory_equal(def->devices.interfaces.items[0]->mac.addr, xen, sizeof(xen));
	assert_int_equal(def->devices.consoles.items[0]->target, DOMAIN_CONSOLE_LXC);
	assert_int_equal(def->on_reboot, DOMAIN_ACTION_RESTART);
	domain_free(def);
}

#define MACHINE(devices) \
	"<domain type='kvm'><name>m</name><memory>1024</memory><os><type arch='x86_64'>hvm</type></os><devices>" devices "</devices></domain>"

static void disks_are_placed(void **state)
{
	struct domain *def = parse(MACHINE("<disk><source file='/b'/><target dev='sdb'/></disk>"
					   "<disk><source file='/h'/><target dev='hdd'/></disk>"
					   "<disk><source file='/a'/><target dev='sda'/></disk>"
					   "<disk device='cdrom'><target dev='sdi'/></disk>"), 0);
	const struct domain_devices *d = &def->devices;

	(void)state;
	assert_string_equal(d->disks.items[0]->dst, "sda");
	assert_string_equal(d->disks.items[1]->dst, "sdb");
	assert_int_equal(d->disks.items[3]->bus, DOMAIN_DISK_IDE);
	assert_int_equal(d->disks.items[3]->info.address.bus.value, 1);
	assert_int_equal(d->disks.items[3]->info.address.unit.value, 1);
	assert_true(d->disks.items[2]->readonly);
	assert_int_equal(d->disks.items[2]->info.address.controller.value, 1);
	/* scsi 0, scsi 1 for sdi, ide 0 */
	assert_int_equal(d->controllers.n, 3);
	assert_int_equal(def->os.boot.n, 1);
	domain_free(def);
	assert_int_equal(domain_disk_index("vda"), 0);
	assert_int_equal(domain_disk_index("xvdab"), 27);
	assert_int_equal(domain_disk_index("sda1"), 0);
	assert_int_equal(domain_disk_index("nvme0"), -1);
}

static void contradictions_are_refused(void **state)
{
	static const struct { const char *xml, *why; } bad[] = {
		{ MACHINE("<disk><source file='/a'/><target dev='vda'/></disk><disk><source file='/b'/><target dev='vda'/></disk>"), "two disks" },
		{ MACHINE("<disk device='lun'><source file='/a'/><target dev='sda'/></disk>"), "lun" },
		{ MACHINE("<disk device='floppy'><target dev='vda'/></disk>"), "floppy" },
		{ MACHINE("<disk><source file='/a'/><target dev='vda'/><boot order='0'/></disk>"), "0 is impossible" },
		{ MACHINE("<controller type='pci' index='0' model='pci-root'/><controller type='pci' index='0' model='pci-root'/>"), "two <controller" },
		{ MACHINE("<controller type='usb' index='0' model='ich9-uhci1'/>"), "master" },
		{ MACHINE("<hostdev mode='subsystem' type='pci'/>"), "<source> is missing" },
		{ "<domain type='lxc'><memory>1</memory><os><type>exe</type></os></domain>", "element <name> is missing" },
		{ "<domain type='lxc'><name>c</name><os><type>exe</type></os></domain>", "<memory>" },
		{ "<domain type='lxc'><name>c</name><memory>1</memory></domain>", "<type>" },
		{ "<domain type='lxc'><name>c</name><memory>1</memory><os><type>exe</type></os><idmap><uid start='1' target='1' count='1'/>"
		  "<gid start='0' target='1' count='1'/></idmap></domain>", "start at 0" },
		{ "<network/>", "not a <domain>" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct domain *def = domain_parse(bad[i].xml, strlen(bad[i].xml), 0, &err);

		if (def || !strstr(err.text, bad[i].why))
			fail_msg("%s: %s", bad[i].xml, def ? "accepted" : err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(container_is_a_fixed_point), cmocka_unit_test(gaps_are_filled), cmocka_unit_test(disks_are_placed),
		cmocka_unit_test(contradictions_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
