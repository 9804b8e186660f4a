# SPDX-License-Identifier: LGPL-2.1-or-later
# What the tests of networks share: a network namespace that is the "host", so that nothing happens on the machine's own interfaces, and guests that are
# namespaces with a cable into a bridge.
#
#     load ../network
#     setup() { network_setup; }
#     teardown() { network_teardown; }
#     on net-start default          a program on that host

load ../helpers

network_setup()
{
	[ "$(id -u)" = 0 ] || skip "networks are root's"
	[ -x /usr/sbin/dnsmasq ] && [ -x /usr/sbin/nft ] || skip "dnsmasq-base and nftables are not installed"
	berth_setup
	touch "$SCRATCH/host"
	unshare --net="$SCRATCH/host" ip link set lo up
}

on() { nsenter --net="$SCRATCH/host" "$@"; }

# Stops every network and shows that nothing is left: interfaces, rules, processes, run directories.
network_teardown()
{
	[ -n "$SCRATCH" ] || return 0
	local net left=0 ns
	for net in $(on net-list --name 2>/dev/null); do on net-destroy -q "$net"; done
	if [ -d "$BERTH_ROOT/run/berth/network" ] && ls "$BERTH_ROOT/run/berth/network" | grep .; then left=1; fi
	on nft list tables | grep berth && left=1
	on ip -o link | grep -E ': (virbr|ifb-)' && left=1
	pgrep -f "conf-file=$BERTH_ROOT" && left=1
	for ns in "$SCRATCH"/host "$SCRATCH"/ns-*; do [ -e "$ns" ] && umount "$ns" 2>/dev/null; done
	berth_teardown || left=1
	return $left
}

# "outside": a server in a namespace behind the host's other interface, which knows no route back
outside()
{
	touch "$SCRATCH/ns-outside"
	unshare --net="$SCRATCH/ns-outside" ip link set lo up
	on ip link add up0 type veth peer name out0
	on ip link set out0 netns "$SCRATCH/ns-outside"
	on ip addr add 203.0.113.1/24 dev up0
	on ip link set up0 up
	guest outside ip addr add 203.0.113.2/24 dev out0
	guest outside ip link set out0 up
}

# A guest: guest_new NAME BRIDGE [MAC]; then: guest NAME COMMAND...
guest_new()
{
	local name=$1 bridge=$2 mac=${3:-52:54:00:aa:00:0${#1}}
	touch "$SCRATCH/ns-$name"
	unshare --net="$SCRATCH/ns-$name" ip link set lo up
	on ip link add "p-$name" type veth peer name "e-$name" address "$mac"
	on ip link set "e-$name" netns "$SCRATCH/ns-$name"
	on ip link set "p-$name" master "$bridge" up
	guest "$name" ip link set "e-$name" name eth0 up
}

guest() { local ns=$SCRATCH/ns-$1; shift; nsenter --net="$ns" "$@"; }

# Asks for an address by DHCP and takes it, with the route: guest_dhcp NAME [OPTION]...
guest_dhcp()
{
	local name=$1
	shift
	cat >"$SCRATCH/udhcpc" <<-'EOS'
		#!/bin/sh
		[ "$1" = bound ] || [ "$1" = renew ] || exit 0
		ip addr flush dev $interface
		ip addr add $ip/${mask:-24} dev $interface
		[ -z "$router" ] || ip route replace default via $router
		echo "dns=$dns domain=$domain mtu=$mtu" >$RESULT
	EOS
	chmod +x "$SCRATCH/udhcpc"
	RESULT=$SCRATCH/dhcp-$name guest "$name" busybox udhcpc -i eth0 -n -q -t 6 -T 3 -s "$SCRATCH/udhcpc" "$@"
}

# guests CONTAINER=ADDRESS,MORE-OF-THE-INTERFACE... on the network "net"
guests()
{
	local g
	berth_need_containers
	berth_rootfs
	for applet in ip ping; do ln -sf busybox "$ROOTFS/bin/$applet"; done
	for g; do
		berth_define "${g%%=*}" '' "<interface type='network'><source network='net' ${g#*,}/><ip address='$(cut -d= -f2 <<<"${g%%,*}")' prefix='24'/></interface>"
		on vm-start -q "${g%%=*}"
	done
}
