#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Guests at a bridge of Open vSwitch, which runs in namespaces of the test's own, without the kernel's module.

load ../network

OVS=/tmp/berth-ovs

setup()
{
	network_setup
	berth_need_containers
	"$BATS_TEST_DIRNAME/make-ovs" $OVS >/dev/null 2>&1 || skip "Open vSwitch's packages cannot be had"
	on unshare -m bash -ec "
		mount -t overlay -o lowerdir=$OVS/usr:/usr overlay /usr
		mount -t tmpfs none /run
		mkdir /run/openvswitch
		cd /run/openvswitch
		ovsdb-tool create conf.db /usr/share/openvswitch/vswitch.ovsschema
		ovsdb-server conf.db --remote=punix:/run/openvswitch/db.sock --pidfile --detach --no-chdir >/dev/null 2>&1
		ovs-vsctl --no-wait init
		ovs-vswitchd --pidfile --detach --no-chdir >/dev/null 2>&1
		cat ovsdb-server.pid ovs-vswitchd.pid" >"$SCRATCH/switch" || skip "Open vSwitch does not run here"
	mapfile -t SWITCH <"$SCRATCH/switch"
	on ovs-vsctl add-br sw -- set bridge sw datapath_type=netdev
	on ip link set sw up
}

# the host is where the switch is
on()
{
	if [ ${#SWITCH[@]} -gt 0 ]; then nsenter -t "${SWITCH[0]}" -n -m "$@"; else nsenter --net="$SCRATCH/host" "$@"; fi
}

teardown()
{
	network_teardown
	local rc=$? pid
	for pid in "${SWITCH[@]}"; do kill "$pid" 2>/dev/null; done
	return $rc
}

column() { on ovs-vsctl --bare --columns="$1" find "$2" name="$3"; }
port_of() { on vm-iflist "$1" | awk '/network|bridge/ {print $1}'; }

@test "ports of Open vSwitch: with tags, trunks and isolation, told whose they are, and gone with their guests" {
	echo "<network><name>net</name><forward mode='bridge'/><bridge name='sw'/><virtualport type='openvswitch'/>
		<portgroup name='red'><vlan><tag id='10'/></vlan></portgroup><portgroup name='blue'><vlan><tag id='20'/></vlan></portgroup>
		<portgroup name='all'><vlan trunk='yes'><tag id='10' nativeMode='untagged'/><tag id='20'/></vlan></portgroup></network>" >"$SCRATCH/n.xml"
	on net-define -q "$SCRATCH/n.xml"
	on net-start -q net
	guests r1=10.3.0.11,portgroup=\'red\' r2=10.3.0.12,portgroup=\'red\' b1=10.3.0.21,portgroup=\'blue\' all=10.3.0.13,portgroup=\'all\'
	on vm-exec r1 ping -c 1 -W 3 10.3.0.12
	on vm-exec r1 ping -c 1 -W 3 10.3.0.13
	! on vm-exec r1 ping -c 1 -W 1 10.3.0.21 || false
	[ "$(on ovs-vsctl list-ports sw | wc -l)" = 4 ]
	port=$(port_of r1)
	[ "$(column tag Port "$port")" = 10 ]
	contains "$(column external_ids Interface "$port")" "$(on vm-uuid r1)"
	contains "$(column external_ids Interface "$port")" "iface-id="
	[ "$(column trunks Port "$(port_of all)")" = "10 20" ]
	[ "$(column vlan_mode Port "$(port_of all)")" = native-untagged ]
	# one comes while its guest runs, isolated, and goes again
	echo "<interface type='bridge'><mac address='52:54:00:00:00:77'/><source bridge='sw'/><virtualport type='openvswitch'/><port isolated='yes'/><target dev='cable77'/></interface>" >"$SCRATCH/nic.xml"
	on vm-attach-device -q r1 "$SCRATCH/nic.xml"
	[ "$(column protected Port cable77)" = true ]
	on vm-detach-device -q r1 "$SCRATCH/nic.xml"
	[ "$(on ovs-vsctl list-ports sw | wc -l)" = 4 ]
	# what the switch was told stays, whatever else of the interface changes
	on vm-update-device -q r2 "$(on vm-dumpxml r2 | sed -n '/<interface/,/<\/interface/p' | grep -v 'virtualport\|parameters\|<vlan\|<tag\|vlan>' | sed "s|</interface>|<link state='down'/></interface>|" >"$SCRATCH/nic2.xml"; echo "$SCRATCH/nic2.xml")"
	[ "$(column tag Port "$(port_of r2)")" = 10 ]
	sed -i "s|</interface>|<vlan><tag id='77'/></vlan></interface>|" "$SCRATCH/nic2.xml"
	run on vm-update-device r2 "$SCRATCH/nic2.xml" --live
	[ "$status" = 1 ]
	contains "$output" "stay as they are while its guest runs"
	on vm-destroy -q r2
	[ "$(on ovs-vsctl list-ports sw | wc -l)" = 3 ]
	# R2: its supervisor and all that is left of it killed, the port is taken back, too
	for victim in $(pgrep -f 'supervisor b1$'); do
		! grep -qz "^BERTH_ROOT=$BERTH_ROOT$" "/proc/$victim/environ" || kill -9 "$victim"
	done
	on vm-destroy -q b1 || on vm-list >/dev/null
	[ "$(on ovs-vsctl list-ports sw | wc -l)" = 2 ]
	on vm-destroy -q --all
	[ -z "$(on ovs-vsctl list-ports sw)" ]
	[ -z "$(on net-port-list --uuid net)" ]
}

@test "a machine at a bridge of Open vSwitch" {
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	chmod 755 "$SCRATCH"
	echo "<domain type='qemu'><name>m</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='q35'>hvm</type></os><devices>
		<interface type='bridge'><mac address='52:54:00:00:00:11'/><source bridge='sw'/><virtualport type='openvswitch'/><vlan><tag id='10'/></vlan></interface></devices></domain>" >"$SCRATCH/m.xml"
	on vm-define -q "$SCRATCH/m.xml"
	on vm-start -q --paused m
	port=$(port_of m)
	[ "$(column tag Port "$port")" = 10 ]
	contains "$(column external_ids Interface "$port")" "attached-mac=52:54:00:00:00:11"
	contains "$(column external_ids Interface "$port")" "iface-id=$(on vm-dumpxml m | sed -n "s/.*interfaceid='\([^']*\)'.*/\1/p")"
	on vm-destroy -q m
	[ -z "$(on ovs-vsctl list-ports sw)" ]
}

@test "what cannot be had of a switch is said, and nothing is left" {
	berth_rootfs
	berth_define one '' "<interface type='bridge'><source bridge='sw'/></interface>"
	run on vm-start one
	[ "$status" = 1 ]
	echo "$output"
	contains "$output" "sw"
	berth_define two '' "<interface type='bridge'><source bridge='nosuch'/><virtualport type='openvswitch'/></interface>"
	run on vm-start two
	[ "$status" = 3 ]
	contains "$output" "nosuch"
	run berth_define three '' "<interface type='bridge'><source bridge='sw'/><virtualport type='802.1Qbh'><parameters profileid='x'/></virtualport></interface>"
	[ "$status" != 0 ]
	contains "$output" "802.1Qbh"
	kill "${SWITCH[@]}"
	SWITCH=()
	on ip link add br9 type bridge
	berth_define four '' "<interface type='bridge'><source bridge='br9'/><virtualport type='openvswitch'/></interface>"
	run on vm-start four
	[ "$status" = 1 ]
	contains "$output" "apt-get install openvswitch-switch"
	[ -z "$(on vm-list --name)" ]
	! on ip -o link | grep vnet || false
}
