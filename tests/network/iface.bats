#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Host interfaces: iface-list, iface-dumpxml, iface-mac, iface-name, iface-define, iface-undefine, iface-edit, iface-start, iface-destroy, iface-bridge,
# iface-unbridge, iface-begin, iface-commit, iface-rollback. The "host" is a network namespace, its /etc is below BERTH_ROOT.

load ../network

setup()
{
	network_setup
	ETC=$BERTH_ROOT/etc
	on ip link add eth0 address 52:54:00:00:00:10 type veth peer name wire0
	on ip link set wire0 up
}
teardown() { network_teardown; }

ifupdown()
{
	mkdir -p "$ETC/network/interfaces.d"
	printf 'source %s\nauto lo\niface lo inet loopback\n' "${1:-/etc/network/interfaces.d/*}" >"$ETC/network/interfaces"
}

networkd() { mkdir -p "$ETC/systemd/network"; }

define()
{
	echo "$1" >"$SCRATCH/i.xml"
	on iface-define -q "$SCRATCH/i.xml"
}

@test "what the kernel has: listed, shown, found by its MAC address" {
	on ip addr add 10.1.2.3/24 dev eth0
	on ip addr add fd01::3/64 dev eth0
	run on iface-list
	[[ $output != *eth0* ]]
	run on iface-list --all
	[[ $output == *eth0*inactive*52:54:00:00:00:10* ]]
	on ip link set eth0 up
	on ip route add default via 10.1.2.1
	[[ $(on iface-list) == *eth0*active* ]]
	[ "$(on iface-mac eth0)" = 52:54:00:00:00:10 ]
	[ "$(on iface-name 52:54:00:00:00:10)" = eth0 ]
	xml=$(on iface-dumpxml eth0)
	contains "$xml" "<interface type='ethernet' name='eth0'>"
	contains "$xml" "<ip address='10.1.2.3' prefix='24'/>"
	contains "$xml" "<route gateway='10.1.2.1'/>"
	contains "$xml" "<ip address='fd01::3' prefix='64'/>"
	contains "$xml" "<mtu size='1500'/>"
	contains "$xml" "state='up'"
	# what it prints is a definition
	on iface-dumpxml eth0 >"$SCRATCH/x.xml"
	on iface-define --validate --print-xml "$SCRATCH/x.xml" >/dev/null
	on ip link add br9 type bridge stp_state 1 forward_delay 250
	on ip link set wire0 master br9
	xml=$(on iface-dumpxml br9)
	contains "$xml" "<bridge stp='on' delay='2.50'>"
	contains "$xml" "<interface type='ethernet' name='wire0'>"
	expect 3 on iface-dumpxml nonesuch
	expect 3 on iface-mac nonesuch
	expect 3 on iface-name 52:54:00:00:00:99
	# the ends of guests' cables are none of the host's
	on ip link add vnet3 type veth peer name other
	[[ $(on iface-list --all) != *vnet3* ]]
}

@test "a host without a manager of its networks: nothing is defined, and that is said" {
	run define "<interface type='ethernet' name='eth0'/>"
	[ "$status" = 1 ]
	contains "$output" "neither by ifupdown"
	expect 0 on iface-start -q eth0
	[[ $(on iface-list) == *eth0* ]]
	expect 4 on iface-start eth0
	expect 0 on iface-destroy -q eth0
	expect 4 on iface-destroy eth0
	expect 3 on iface-undefine eth0
}

@test "ifupdown: a static address is defined, started, changed and undefined; other files stay as they are" {
	ifupdown
	echo "# somebody's" >"$ETC/network/interfaces.d/other"
	before=$(cat "$ETC/network/interfaces" "$ETC/network/interfaces.d/other")
	define "<interface type='ethernet' name='eth0'><start mode='onboot'/><mtu size='1400'/><protocol family='ipv4'><ip address='10.1.2.3' prefix='24'/>
		<ip address='10.1.3.3' prefix='24'/><route gateway='10.1.2.1'/></protocol><protocol family='ipv6'><ip address='fd01::3' prefix='64'/></protocol></interface>"
	file=$(cat "$ETC/network/interfaces.d/berth-eth0")
	contains "$file" "auto eth0"
	contains "$file" "iface eth0 inet static"
	contains "$file" "address 10.1.3.3/24"
	contains "$file" "gateway 10.1.2.1"
	contains "$file" "iface eth0 inet6 static"
	on iface-start -q eth0
	addresses=$(on ip -o addr show eth0)
	contains "$addresses" 10.1.2.3/24
	contains "$addresses" 10.1.3.3/24
	contains "$addresses" fd01::3/64
	contains "$(on ip route)" "default via 10.1.2.1"
	contains "$(on ip -o link show eth0)" "mtu 1400"
	on iface-destroy -q eth0
	! on ip -o addr show eth0 | grep -q 10.1 || false
	EDITOR="sed -i s/10.1.3.3/10.1.4.4/" expect 0 on iface-edit eth0
	grep -q 10.1.4.4/24 "$ETC/network/interfaces.d/berth-eth0"
	contains "$(on iface-dumpxml --inactive eth0)" 10.1.4.4
	on iface-undefine -q eth0
	[ ! -e "$ETC/network/interfaces.d/berth-eth0" ]
	[ "$before" = "$(cat "$ETC/network/interfaces" "$ETC/network/interfaces.d/other")" ]
	expect 3 on iface-undefine eth0
}

@test "what another configures is refused, by name; interfaces.d must be read" {
	ifupdown
	printf 'allow-hotplug eth0\niface eth0 inet dhcp\n' >"$ETC/network/interfaces.d/mine"
	run define "<interface type='ethernet' name='eth0'/>"
	[ "$status" = 4 ]
	contains "$output" "/etc/network/interfaces.d/mine already"
	run define "<interface type='bridge' name='br0'><bridge><interface type='ethernet' name='eth0'/></bridge></interface>"
	[ "$status" = 4 ]
	contains "$output" "'eth0' is configured in"
	ifupdown /etc/elsewhere
	rm "$ETC/network/interfaces.d/mine"
	run define "<interface type='ethernet' name='eth0'/>"
	[ "$status" = 4 ]
	contains "$output" "source /etc/network/interfaces.d/*"
	[ -z "$(ls "$ETC/network/interfaces.d")" ]
	! grep -rq eth0 "$BERTH_ROOT/var/lib/berth/interface" 2>/dev/null || false
	rm -r "$ETC/network"
	networkd
	printf '[Match]\nName=en* eth*\n[Network]\nDHCP=yes\n' >"$ETC/systemd/network/99-all.network"
	run define "<interface type='ethernet' name='eth0'/>"
	[ "$status" = 4 ]
	contains "$output" "99-all.network"
}

@test "iface-bridge and iface-unbridge: the address goes along, and traffic with it" {
	ifupdown
	touch "$SCRATCH/ns-far"
	unshare --net="$SCRATCH/ns-far" ip link set lo up
	on ip link set wire0 netns "$SCRATCH/ns-far"
	guest far ip addr add 10.1.2.1/24 dev wire0
	guest far ip link set wire0 up
	define "<interface type='ethernet' name='eth0'><start mode='onboot'/><protocol family='ipv4'><ip address='10.1.2.3' prefix='24'/><route gateway='10.1.2.1'/></protocol></interface>"
	on iface-start -q eth0
	on busybox ping -c 1 -W 2 10.1.2.1
	run on iface-bridge eth0 br0 --no-stp
	echo "$output"
	[ "$status" = 0 ]
	contains "$output" "Created bridge 'br0' with attached device 'eth0'"
	contains "$(on ip -o link show eth0)" "master br0"
	contains "$(on ip -o addr show br0)" 10.1.2.3/24
	! on ip -o -4 addr show eth0 | grep . || false
	on busybox ping -c 1 -W 3 10.1.2.1
	contains "$(on ip route)" "default via 10.1.2.1 dev br0"
	file=$(cat "$ETC/network/interfaces.d/berth-br0")
	contains "$file" "type bridge stp_state 0 forward_delay 0"
	contains "$file" "ip link set dev eth0 master br0"
	[ ! -e "$ETC/network/interfaces.d/berth-eth0" ]
	# a part is in one whole only
	run define "<interface type='bridge' name='br1'><bridge><interface type='ethernet' name='eth0'/></bridge></interface>"
	[ "$status" = 4 ]
	contains "$output" "is a part of 'br0' already"
	run define "<interface type='ethernet' name='eth0'/>"
	[ "$status" = 4 ]
	run on iface-unbridge br0
	echo "$output"
	[ "$status" = 0 ]
	! on ip link show br0 || false
	contains "$(on ip -o addr show eth0)" 10.1.2.3/24
	on busybox ping -c 1 -W 2 10.1.2.1
	[ "$(ls "$ETC/network/interfaces.d")" = berth-eth0 ]
}

@test "iface-begin, iface-rollback: definitions, files and links are as they were; iface-commit keeps" {
	ifupdown
	define "<interface type='ethernet' name='eth0'><protocol family='ipv4'><ip address='10.1.2.3' prefix='24'/></protocol></interface>"
	on iface-start -q eth0
	before=$(cat "$ETC"/network/interfaces.d/*; on iface-dumpxml --inactive eth0)
	expect 4 on iface-rollback
	expect 4 on iface-commit
	on iface-begin -q
	expect 4 on iface-begin
	on iface-bridge -q eth0 br0
	define "<interface type='bridge' name='br1'><bridge/></interface>"
	on iface-start -q br1
	on iface-rollback -q
	! on ip link show br0 || false
	! on ip link show br1 || false
	contains "$(on ip -o addr show eth0)" 10.1.2.3/24
	[ "$before" = "$(cat "$ETC"/network/interfaces.d/*; on iface-dumpxml --inactive eth0)" ]
	expect 4 on iface-rollback
	on iface-begin -q
	on iface-bridge -q eth0 br0
	on iface-commit -q
	expect 4 on iface-rollback
	on ip link show br0
}

@test "R8: of many iface-begin and iface-rollback at once one begins, and one takes back" {
	ifupdown
	define "<interface type='ethernet' name='eth0'/>"
	at_once()
	{
		local i pids=() done=0
		for i in 1 2 3 4 5 6; do
			on "$@" -q 2>>"$SCRATCH/said" &
			pids+=($!)
		done
		for i in "${pids[@]}"; do
			wait "$i" && done=$((done + 1))
		done
		[ "$done" = 1 ]
	}
	for round in 1 2 3 4; do
		at_once iface-begin
		define "<interface type='bridge' name='br$round'><bridge/></interface>"
		at_once iface-rollback
	done
	[ "$(grep -c 'there is a restore point already' "$SCRATCH/said")" = 20 ]
	[ "$(grep -c 'nothing to be taken back' "$SCRATCH/said")" = 20 ]
	[ "$(on iface-list --inactive --name | grep -c br)" = 0 ]
}

@test "systemd-networkd: bridge, bond, VLAN, DHCP and autoconfiguration in its words; one file for a device with VLANs" {
	networkd
	define "<interface type='bond' name='bond0'><start mode='onboot'/><protocol family='ipv4'><dhcp/></protocol><bond mode='active-backup'>
		<miimon freq='100' updelay='10' carrier='netif'/><interface type='ethernet' name='eth0'/><interface type='ethernet' name='eth1'/></bond></interface>"
	define "<interface type='vlan' name='bond0.5'><protocol family='ipv6'><autoconf/></protocol><vlan tag='5'><interface name='bond0'/></vlan></interface>"
	define "<interface type='bridge' name='br0'><mtu size='1400'/><bridge stp='off' delay='0.01'><interface type='vlan' name='eth2.7'><vlan tag='7'>
		<interface name='eth2'/></vlan></interface></bridge></interface>"
	cd "$ETC/systemd/network"
	contains "$(cat 10-berth-bond0.netdev)" "Kind=bond"
	contains "$(cat 10-berth-bond0.netdev)" "Mode=active-backup"
	contains "$(cat 10-berth-bond0.netdev)" "MIIMonitorSec=100ms"
	contains "$(cat 10-berth-bond0.network)" "DHCP=ipv4"
	contains "$(cat 10-berth-bond0.network)" "VLAN=bond0.5"
	! grep -q ActivationPolicy 10-berth-bond0.network || false
	grep -q ActivationPolicy=manual 10-berth-bond0.5.network
	contains "$(cat 10-berth-eth1.network)" "Bond=bond0"
	contains "$(cat 10-berth-bond0.5.netdev)" "Id=5"
	contains "$(cat 10-berth-bond0.5.network)" "IPv6AcceptRA=yes"
	contains "$(cat 10-berth-br0.netdev)" "ForwardDelaySec=0.01"
	contains "$(cat 10-berth-eth2.network)" "VLAN=eth2.7"
	contains "$(cat 10-berth-eth2.7.network)" "Bridge=br0"
	cd - >/dev/null
	on iface-undefine -q bond0.5
	! grep -q VLAN= "$ETC/systemd/network/10-berth-bond0.network" || false
	on iface-undefine -q bond0
	on iface-undefine -q br0
	[ -z "$(ls "$ETC/systemd/network")" ]
}

@test "ifupdown: bond and VLAN by ip(8), as ifup itself reads it" {
	ifupdown "$ETC/network/interfaces.d/*"
	sed -i '1i source /etc/network/interfaces.d/*' "$ETC/network/interfaces"
	define "<interface type='bond' name='bond0'><protocol family='ipv4'><ip address='10.1.2.3' prefix='24'/></protocol><bond mode='balance-xor'>
		<arpmon interval='100' target='10.1.2.1' validate='all'/><interface type='ethernet' name='eth0'/></bond></interface>"
	define "<interface type='vlan' name='eth1.5'><protocol family='ipv4'><dhcp/></protocol><vlan tag='5'><interface name='eth1'/></vlan></interface>"
	contains "$(cat "$ETC/network/interfaces.d/berth-bond0")" "type bond mode balance-xor arp_interval 100 arp_ip_target 10.1.2.1 arp_validate all"
	contains "$(cat "$ETC/network/interfaces.d/berth-eth1_2e5")" "ip link add link eth1 name eth1.5 type vlan id 5"
	ifup=$(command -v ifup) || skip "ifupdown is not installed to read it"
	run "$ifup" --no-act -v --interfaces="$ETC/network/interfaces" bond0
	contains "$output" "master bond0"
}

@test "bond and VLAN are started by ourselves; a kernel without them says so and nothing is left" {
	ifupdown
	define "<interface type='vlan' name='eth0.5'><protocol family='ipv4'><ip address='10.1.5.3' prefix='24'/></protocol><vlan tag='5'><interface name='eth0'/></vlan></interface>"
	define "<interface type='bond' name='bond0'><bond mode='active-backup'><miimon freq='100'/><interface type='ethernet' name='wire0'/></bond></interface>"
	for name in eth0.5 bond0; do
		run on iface-start $name
		if [ "$status" = 0 ]; then
			contains "$(on iface-dumpxml $name)" "name='$name'"
			on iface-destroy -q $name
		else
			contains "$output" "this kernel has no interfaces of the kind"
		fi
		! on ip link show $name || false
	done
	define "<interface type='bridge' name='br0'><protocol family='ipv4'><dhcp/></protocol><bridge/></interface>"
	run on iface-start br0
	[ "$status" = 1 ]
	contains "$output" "by DHCP, and neither ifupdown nor systemd-networkd"
	! on ip link show br0 || false
	on iface-undefine -q bond0
	define "<interface type='bridge' name='br0'><bridge><interface type='ethernet' name='wire0'/><interface type='ethernet' name='nonesuch'/></bridge></interface>"
	expect 3 on iface-start br0
	! on ip link show br0 || false
}

@test "R1: iface-define and iface-start killed at any moment can be done again, and undone" {
	ifupdown
	echo "<interface type='bridge' name='br0'><protocol family='ipv4'><ip address='10.1.2.3' prefix='24'/></protocol><bridge><interface type='ethernet' name='eth0'/></bridge></interface>" >"$SCRATCH/i.xml"
	for delay in 0.001 0.002 0.003 0.004 0.006 0.008; do
		for program in "iface-define -q $SCRATCH/i.xml" "iface-start -q br0"; do
			on timeout -s KILL $delay $program 2>/dev/null || true
			on iface-list --all >/dev/null
			on iface-define -q "$SCRATCH/i.xml"
			on iface-start -q br0 || true
			contains "$(on ip -o addr show br0)" 10.1.2.3/24
			on iface-destroy -q br0
			on iface-undefine -q br0
			! on ip link show br0 || false
			[ -z "$(ls "$ETC/network/interfaces.d")" ]
		done
	done
	# what a kill leaves is known to the checker
	on host-check --repair >/dev/null
	on host-check
}

# A host with ifupdown of its own: what is below / stays as it is by overlays in a mount namespace.
@test "where ifupdown is, ifup and ifdown start and stop, and know what they did" {
	mkdir "$SCRATCH/deb" "$SCRATCH"/{etc,sbin,lib,run}{,-work}
	(cd "$SCRATCH/deb" && apt-get download ifupdown >/dev/null 2>&1 && dpkg -x ifupdown*.deb .) || skip "ifupdown cannot be downloaded"
	cp "$SCRATCH"/deb/sbin/* "$SCRATCH/sbin/"
	cp -r "$SCRATCH"/deb/etc/network "$SCRATCH/etc/"
	mkdir -p "$SCRATCH/etc/network/interfaces.d" "$SCRATCH/lib/berth" "$SCRATCH/run/network"
	printf 'source /etc/network/interfaces.d/*\nauto lo\niface lo inet loopback\n' >"$SCRATCH/etc/network/interfaces"
	cat >"$SCRATCH/script" <<-EOS
		set -e
		mount -t overlay overlay -o lowerdir=/etc,upperdir=$SCRATCH/etc,workdir=$SCRATCH/etc-work /etc
		mount -t overlay overlay -o lowerdir=/usr/sbin,upperdir=$SCRATCH/sbin,workdir=$SCRATCH/sbin-work /usr/sbin
		mount --bind $SCRATCH/lib /var/lib
		mount --bind $SCRATCH/run /run
		unset BERTH_ROOT
		export PATH=$PATH
		iface-define -q $SCRATCH/i.xml
		iface-start -q br0
		ip -o addr show br0 | grep -q 10.1.2.3/24
		ip -o link show eth0 | grep -q 'master br0'
		grep -q br0=br0 /run/network/ifstate
		iface-dumpxml br0 | grep -q "address='10.1.2.3'"
		iface-destroy -q br0
		! ip link show br0 2>/dev/null || false
		! grep -q br0=br0 /run/network/ifstate || false
		iface-undefine -q br0
	EOS
	echo "<interface type='bridge' name='br0'><protocol family='ipv4'><ip address='10.1.2.3' prefix='24'/></protocol><bridge stp='off'>
		<interface type='ethernet' name='eth0'/></bridge></interface>" >"$SCRATCH/i.xml"
	run on unshare -m bash "$SCRATCH/script"
	echo "$output"
	[ "$status" = 0 ]
	[ -z "$(ls "$SCRATCH/etc/network/interfaces.d")" ]
}

@test "virsh: defines, starts, shows, bridges and undefines by berth-serve" {
	command -v virsh >/dev/null || skip "virsh is not installed"
	ifupdown
	printf '#!/bin/sh\nexport BERTH_ROOT=%s\nexec %s/helpers/berth-serve "$@"\n' "$BERTH_ROOT" "${BERTH_BUILD:-$TOP}" >"$SCRATCH/serve"
	chmod +x "$SCRATCH/serve"
	v() { on virsh -q -c "lxc+ext:///system?command=$SCRATCH/serve" "$@"; }
	echo "<interface type='ethernet' name='eth0'><protocol family='ipv4'><ip address='10.1.2.3' prefix='24'/></protocol></interface>" >"$SCRATCH/i.xml"
	v iface-define "$SCRATCH/i.xml"
	v iface-start eth0
	contains "$(v iface-list)" eth0
	contains "$(v iface-dumpxml eth0)" 10.1.2.3
	[ "$(v iface-mac eth0)" = 52:54:00:00:00:10 ]
	[ "$(v iface-name 52:54:00:00:00:10)" = eth0 ]
	v iface-begin
	v iface-bridge eth0 br0 --no-stp
	contains "$(on ip -o addr show br0)" 10.1.2.3
	v iface-rollback
	! on ip link show br0 || false
	# virsh 9.0 says 1 of a destroy that is done, whatever the driver
	v iface-destroy eth0 || true
	contains "$(on iface-list --inactive)" eth0
	v iface-undefine eth0
	[ -z "$(ls "$ETC/network/interfaces.d")" ]
}
