#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# virsh and python3-libvirt with this machine's networks, packet filters and interfaces, through berth-serve.

load ../network

setup()
{
	network_setup
	command -v virsh >/dev/null || skip "libvirt-clients is not installed"
	printf '#!/bin/sh\nexport BERTH_ROOT=%s\nexec %s/helpers/berth-serve\n' "$BERTH_ROOT" "${BERTH_BUILD:-$TOP}" >"$SCRATCH/serve"
	chmod +x "$SCRATCH/serve"
	URI="lxc+ext:///system?command=$SCRATCH/serve"
}
teardown() { network_teardown; }

v() { on timeout 30 virsh -q -c "$URI" "$@"; }

lab()
{
	echo "<network><name>lab</name><forward mode='nat'/><ip address='10.44.0.1' prefix='24'><dhcp><range start='10.44.0.10' end='10.44.0.20'/></dhcp></ip></network>" >"$SCRATCH/n.xml"
	echo "<networkport><uuid>$PORT</uuid><owner><name>w</name><uuid>d54df46f-1ab5-4a22-8618-4560ef5fac2c</uuid></owner><mac address='52:54:00:7b:35:91'/></networkport>" >"$SCRATCH/p.xml"
}
PORT=5d744f21-ba4a-4d6e-bdb2-30a35ff32071

@test "virsh: networks and their ports" {
	lab
	v net-define "$SCRATCH/n.xml"
	v net-start lab
	v net-autostart lab
	contains "$(v net-list)" lab
	contains "$(v net-info lab)" virbr0
	[ "$(v net-uuid lab)" = "$(on net-uuid lab)" ]
	[ "$(v net-name "$(v net-uuid lab)")" = lab ]
	# in the order in which clients send command and section
	v net-update lab add-last ip-dhcp-host "<host mac='52:54:00:11:22:33' ip='10.44.0.50'/>" --live --config
	v net-update lab add-first dns-host "<host ip='10.44.0.77'><hostname>x</hostname></host>" --live
	v net-update lab delete ip-dhcp-range "<range start='10.44.0.10' end='10.44.0.20'/>" --config
	contains "$(v net-dumpxml lab)" 10.44.0.77
	contains "$(v net-dumpxml lab)" 10.44.0.20
	contains "$(v net-dumpxml lab --inactive)" 10.44.0.50
	! v net-dumpxml lab --inactive | grep 10.44.0.20 || false
	v net-port-create lab "$SCRATCH/p.xml"
	contains "$(v net-port-list lab)" $PORT
	contains "$(v net-port-dumpxml lab $PORT)" "bridge='virbr0'"
	v net-port-delete lab $PORT
	guest_new one virbr0 52:54:00:11:22:33
	guest_dhcp one
	contains "$(v net-dhcp-leases lab)" 10.44.0.50/24
	v net-destroy lab
	v net-undefine lab
	v net-create "$SCRATCH/n.xml"
	v net-destroy lab
	[ -z "$(v net-list --all)" ]
	run v net-start lab
	[ "$status" = 1 ]
	contains "$output" "failed to get network 'lab'"
}

@test "virsh: packet filters and interfaces" {
	v nwfilter-define "$TOP/state/nwfilter/no-mac-spoofing/config.xml"
	contains "$(v nwfilter-list)" no-mac-spoofing
	contains "$(v nwfilter-dumpxml no-mac-spoofing)" "srcmacaddr='\$MAC'"
	on ip link add va type veth peer name vb
	echo "<filterbinding><owner><name>a</name><uuid>d54df46f-1ab5-4a22-8618-4560ef5fac2c</uuid></owner><portdev name='va'/><mac address='52:54:00:00:00:0a'/><filterref filter='no-mac-spoofing'/></filterbinding>" >"$SCRATCH/b.xml"
	v nwfilter-binding-create "$SCRATCH/b.xml"
	contains "$(v nwfilter-binding-list)" no-mac-spoofing
	contains "$(v nwfilter-binding-dumpxml va)" 52:54:00:00:00:0a
	run v nwfilter-undefine no-mac-spoofing
	[ "$status" = 1 ]
	contains "$output" "in use by 'va'"
	v nwfilter-binding-delete va
	v nwfilter-undefine no-mac-spoofing
	contains "$(v iface-list --all)" va
	contains "$(v iface-dumpxml va)" "$(v iface-mac va)"
}

@test "python3-libvirt: networks, their ports with their parameters, filters, interfaces" {
	[ -e /usr/lib/python3/dist-packages/libvirt.py ] || skip "python3-libvirt is not installed"
	lab
	on /usr/bin/python3 - "$URI" "$SCRATCH" <<-'EOS'
		import sys, libvirt
		c = libvirt.open(sys.argv[1])
		read = lambda name: open(sys.argv[2] + '/' + name).read()
		n = c.networkDefineXML(read('n.xml'))
		assert (c.numOfNetworks(), c.listDefinedNetworks()) == (0, ['lab'])
		n.create()
		n.setAutostart(True)
		assert [x.name() for x in c.listAllNetworks(libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE)] == ['lab']
		assert (n.bridgeName(), n.isActive(), n.isPersistent(), n.autostart(), n.DHCPLeases()) == ('virbr0', 1, 1, 1, [])
		p = n.portCreateXML(read('p.xml'))
		assert [x.UUIDString() for x in n.listAllPorts()] == [p.UUIDString()] and p.network().name() == 'lab'
		p.setParameters({'inbound.average': 2000})
		assert "<inbound average='2000'/>" in p.XMLDesc()
		n.update(libvirt.VIR_NETWORK_UPDATE_COMMAND_ADD_LAST, libvirt.VIR_NETWORK_SECTION_DNS_TXT, -1, "<txt name='a' value='b'/>", libvirt.VIR_NETWORK_UPDATE_AFFECT_LIVE)
		assert "<txt name='a' value='b'/>" in n.XMLDesc()
		p.delete()
		assert n.listAllPorts() == [] and c.listAllNWFilters() == []
		assert 'lo' in [i.name() for i in c.listAllInterfaces()]
		n.destroy()
		n.undefine()
	EOS
	[ -z "$(on net-list --all --name)" ]
}
