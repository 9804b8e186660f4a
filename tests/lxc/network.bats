#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Interfaces of containers. Every test has a network namespace of its own, in which a bridge and an interface are the host's.

load ../helpers
load lxc

setup()
{
	berth_need_containers
	command -v ip >/dev/null || skip "iproute2 is not installed"
	berth_setup
	berth_rootfs
	NS=berth-test-$$
	ip netns add "$NS"
	berth_in sh -c 'ip link set lo up; ip link add br0 type bridge; ip addr add 10.77.0.1/24 dev br0; ip link set br0 up
		ip link add up0 type veth peer name wire0; ip link set up0 up; ip link set wire0 up'
}

teardown()
{
	local links=0
	[ -z "$NS" ] || {
		berth_in vm-destroy -q --all >/dev/null 2>&1 || true
		lxc_until net_clean || { berth_in ip link; links=1; }
		ip netns del "$NS"
	}
	berth_teardown && return $links
}

berth_in() { nsenter --net="/run/netns/$NS" "$@"; }

# No interface of a guest's is left on the host.
net_clean() { ! berth_in ip -o link | grep -E 'vnet|vifb|host-|: m-'; }

# Defines and starts a container with busybox sleeping: net_start NAME "devices" ["elements"]
net_start()
{
	lxc_define "$1" "${3-}" "$2" sleep 1000
	berth_in vm-start -q "$1"
}
inside() { local n=$1; shift; berth_in vm-exec "$n" -- busybox "$@"; }

@test "interface type bridge: a port of it, addresses, routes, MAC, names, and all gone at the end" {
	net_start a "<interface type='bridge'><source bridge='br0'/><mac address='52:54:00:11:22:33'/>
		<ip address='10.77.0.2' prefix='24'/><ip address='fd77::2' prefix='64'/>
		<route address='0.0.0.0' prefix='0' gateway='10.77.0.1'/></interface>"
	contains "$(inside a ip addr show eth0)" "link/ether 52:54:00:11:22:33"
	contains "$(inside a ip addr show eth0)" "inet 10.77.0.2/24"
	contains "$(inside a ip -6 addr show eth0)" "inet6 fd77::2/64"
	contains "$(inside a ip route)" "default via 10.77.0.1 dev eth0"
	contains "$(inside a ping -c 1 -W 2 10.77.0.1)" "1 packets received"
	contains "$(berth_in ip link show vnet0)" "master br0"
	contains "$(berth_in ip link show vnet0)" "fe:54:00:11:22:33"
	xml=$(vm-dumpxml a)
	contains "$xml" "<target dev='vnet0'/>"
	contains "$xml" "<guest actual='eth0'/>"
	# not in the definition
	! vm-dumpxml --inactive a | grep -q vnet0 || false
	berth_in vm-destroy -q a
	net_clean
}

@test "interface: names are given away once, own names are kept, two of them" {
	net_start a "<interface type='bridge'><source bridge='br0'/></interface>"
	net_start b "<interface type='bridge'><source bridge='br0'/><target dev='host-b'/><guest dev='lan'/></interface>
		<interface type='ethernet'><mtu size='1300'/></interface>"
	contains "$(vm-dumpxml a)" "<target dev='vnet0'/>"
	contains "$(vm-dumpxml b)" "<target dev='host-b'/>"
	contains "$(vm-dumpxml b)" "<target dev='vnet1'/>"
	contains "$(inside b ip link show lan)" "UP,LOWER_UP"
	contains "$(inside b ip link show eth0)" "mtu 1300"
	expect 1 berth_in vm-create /dev/stdin <<-EOF
		<domain type='lxc'><name>c</name><memory>65536</memory><os><type>exe</type><init>/bin/busybox</init></os><devices>
		<filesystem type='mount'><source dir='$ROOTFS'/><target dir='/'/></filesystem>
		<interface type='ethernet'><target dev='host-b'/></interface></devices></domain>
	EOF
	contains "$output" "host-b"
	# and host-b is still b's
	contains "$(berth_in ip link show host-b)" "master br0"
}

@test "interface: link state down, port isolated, host's addresses" {
	net_start a "<interface type='bridge'><source bridge='br0'/><link state='down'/><port isolated='yes'/></interface>
		<interface type='ethernet'><source><ip address='10.88.0.1' prefix='24'/></source><ip address='10.88.0.2' prefix='24'/></interface>"
	! inside a ip link show eth0 | grep -q "UP" || false
	! berth_in ip link show vnet0 | grep -q "[<,]UP" || false
	contains "$(berth_in bridge -d link show dev vnet0)" "isolated on"
	contains "$(inside a ping -c 1 -W 2 10.88.0.1)" "1 packets received"
}

@test "interface type direct: each mode, with the container's MAC" {
	local mode
	for mode in bridge private vepa passthrough; do
		net_start "m-$mode" "<interface type='direct'><source dev='up0' mode='$mode'/><mac address='52:54:00:44:55:66'/>
			<ip address='10.99.0.2' prefix='24'/></interface>"
		contains "$(inside "m-$mode" ip addr show eth0)" "link/ether 52:54:00:44:55:66"
		contains "$(inside "m-$mode" ip addr show eth0)" "inet 10.99.0.2/24"
		[ "$mode" != bridge ] || contains "$(berth_in busybox arping -c 1 -w 2 -I wire0 10.99.0.2 || true)" "52:54:00:44:55:66"
		berth_in vm-destroy -q "m-$mode"
		lxc_until net_free
	done
}
# a macvlan goes with its namespace, which the kernel takes away in its own time
net_free() { ! berth_in ip -d link show up0 | grep -q 'macvlan\|promiscuity 1'; }

@test "hostdev type net: the host's interface moves in and comes back as it was" {
	berth_in ip link set up0 address 52:54:00:aa:bb:cc
	before=$(berth_in ip -o link show up0 | sed 's/^[0-9]*: //; s/state [A-Z]*//; s/<.*>//')
	net_start a "<hostdev mode='capabilities' type='net'><source><interface>up0</interface></source>
		<ip address='10.66.0.2' prefix='24'/></hostdev>"
	! berth_in ip link show up0 2>/dev/null || false
	contains "$(inside a ip addr show up0)" "inet 10.66.0.2/24"
	# whatever the container makes of it
	inside a sh -c 'ip link set up0 down; ip link set up0 name stolen; ip link set stolen address 52:54:00:00:00:01; ip link set stolen up'
	berth_in vm-destroy -q a
	after=$(berth_in ip -o link show up0 | sed 's/^[0-9]*: //; s/state [A-Z]*//; s/<.*>//')
	[ "$before" = "$after" ] || { echo "$before"; echo "$after"; return 1; }
}

@test "ethernet with a device that is there already" {
	net_start a "<interface type='ethernet'><target dev='up0' managed='no'/><mac address='52:54:00:01:01:01'/><guest dev='wan'/></interface>"
	contains "$(inside a ip link show wan)" "52:54:00:01:01:01"
	berth_in vm-destroy -q a
	berth_in ip link show up0
}

@test "bandwidth: both directions are limited on the host's side" {
	net_start a "<interface type='bridge'><source bridge='br0'/><bandwidth><inbound average='1000' peak='2000' burst='128'/>
		<outbound average='256' burst='64'/></bandwidth></interface>"
	contains "$(berth_in tc class show dev vnet0)" "rate 8Mbit ceil 16Mbit burst 128Kb"
	contains "$(berth_in tc class show dev vifb0)" "rate 2048Kbit ceil 2048Kbit burst 64Kb"
	contains "$(berth_in tc filter show dev vnet0 ingress)" "Redirect to device vifb0"
	berth_in vm-destroy -q a
	net_clean
}

@test "interfaces go with the user namespace too" {
	chown -R 100000:100000 "$ROOTFS"
	net_start a "<interface type='bridge'><source bridge='br0'/><ip address='10.77.0.9' prefix='24'/></interface>" \
		"<idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='100000' count='65536'/></idmap>"
	contains "$(inside a ping -c 1 -W 2 10.77.0.1)" "1 packets received"
}

@test "a reboot makes them anew" {
	berth_rootfs 'trap "exit 0" TERM; trap "reboot -f" HUP; echo up; while :; do sleep 1000 & wait $!; done'
	ln -sf busybox "$ROOTFS/bin/reboot"
	INIT=/sbin/init lxc_define a "" "<interface type='bridge'><source bridge='br0'/><ip address='10.77.0.2' prefix='24'/></interface>"
	berth_in vm-start -q a
	old=$(lxc_init a)
	berth_in vm-reboot -q a
	rebooted() { [ "$(lxc_init a)" != "$old" ] && [ "$(vm-state a)" = running ]; }
	lxc_until rebooted
	contains "$(inside a ping -c 1 -W 2 10.77.0.1)" "1 packets received"
	[ "$(berth_in ip -o link | grep -c vnet)" = 1 ]
}

@test "what cannot be had: a clear error and nothing left" {
	local c
	while IFS='|' read -r device want; do
		# what no container can have is refused when it is defined
		! output=$(lxc_define bad "" "$device" true 2>&1 && berth_in vm-start bad 2>&1) || false
		contains "$output" "$want"
		net_clean
		vm-undefine -q bad 2>/dev/null || true
	done <<-'EOF'
		<interface type='bridge'><source bridge='nobr'/></interface>|there is no network interface 'nobr'
		<interface type='bridge'><source bridge='up0'/></interface>|'up0' is no bridge
		<interface type='direct'><source dev='nodev'/></interface>|there is no network interface 'nodev'
		<interface type='network'><source network='missing'/></interface>|there is no network with name 'missing'
		<interface type='mcast'><source address='230.0.0.1' port='5558'/></interface>|a container's are of type
		<hostdev mode='capabilities' type='net'><source><interface>nodev</interface></source></hostdev>|there is no network interface 'nodev'
		<interface type='bridge'><source bridge='br0'/><ip address='10.77.0.2' prefix='24'/><route address='172.16.0.0' prefix='12' gateway='192.168.9.9'/></interface>|cannot make the route to 172.16.0.0/12
		<interface type='ethernet'><guest dev='x'/></interface><interface type='ethernet'><guest dev='x'/></interface>|two interfaces are called 'x'
		<interface type='direct'><source dev='up0'/><bandwidth><inbound average='5'/></bandwidth></interface>|could lift the limit
		<interface type='ethernet'/><hostdev mode='capabilities' type='net'><source><interface>up0</interface></source></hostdev><interface type='bridge'><source bridge='nobr'/></interface>|nobr
	EOF
	# the one that had moved in already
	berth_in ip link show up0
}

@test "P1: the supervisor of a guest with interfaces keeps what takes them away, and no more" {
	net_start a "<interface type='bridge'><source bridge='br0'/></interface>"
	p=$(lxc_supervisor a)
	lxc_until grep -q 'Seccomp:.2' "/proc/$p/status"
	# kill, dac_override, net_admin
	[ "$(sed -n 's/^Cap\(Prm\|Eff\|Bnd\):[[:space:]]*//p' "/proc/$p/status" | sort -u)" = 0000000000001022 ]
	grep -q 'NoNewPrivs:.1' "/proc/$p/status"
	berth_in vm-destroy -q a
	net_clean
}

@test "R2: adopted after its supervisor was killed, the interfaces go with the guest" {
	net_start a "<interface type='bridge'><source bridge='br0'/><bandwidth><outbound average='256'/></bandwidth></interface>
		<hostdev mode='capabilities' type='net'><source><interface>up0</interface></source></hostdev>"
	kill -9 "$(lxc_supervisor a)"
	berth_in vm-suspend -q a
	berth_in vm-resume -q a
	contains "$(inside a ip link)" "up0"
	berth_in vm-destroy -q a
	net_clean
	berth_in ip link show up0
}

@test "R2: supervisor and guest killed: the next program takes away what is left" {
	net_start a "<interface type='bridge'><source bridge='br0'/><bandwidth><outbound average='256'/></bandwidth></interface>"
	init=$(lxc_init a)
	kill -9 "$(lxc_supervisor a)"
	kill -9 "$init"
	repaired() { berth_in host-check --repair >/dev/null; net_clean; }
	lxc_until repaired
	[ "$(vm-state a)" = "shut off" ]
}
