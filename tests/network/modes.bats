#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The ways in which a network forwards, and what it offers beside addresses: pools of devices, IPv6, booting from the network, routes.

load ../network

setup()
{
	network_setup
	outside
}
teardown() { network_teardown; }

network()
{
	echo "$1" >"$SCRATCH/n.xml"
	on net-define -q "$SCRATCH/n.xml"
	on net-start -q "$2"
}

port() { printf "<networkport><uuid>5d744f21-ba4a-4d6e-bdb2-%012d</uuid><owner><name>w</name><uuid>d54df46f-1ab5-4a22-8618-4560ef5fac2c</uuid></owner><mac address='52:54:00:7b:35:%02x'/></networkport>" "$1" "$1" >"$SCRATCH/p.xml"; echo "$SCRATCH/p.xml"; }

# containers at 203.0.113.N on a network of macvlan devices: on_wire NETWORK N...
on_wire()
{
	local net=$1 n
	shift
	berth_need_containers
	berth_rootfs
	for applet in ip ping; do ln -sf busybox "$ROOTFS/bin/$applet"; done
	for n; do
		berth_define "c$n" '' "<interface type='network'><source network='$net'/><ip address='203.0.113.$n' prefix='24'/></interface>"
		on vm-start -q "c$n"
	done
}

@test "macvlan, mode bridge: on the wire of the host's device, and with each other" {
	network "<network><name>wire</name><forward mode='bridge'><interface dev='up0'/></forward></network>" wire
	on_wire wire 11 12
	on vm-exec c11 ping -c 1 -W 2 203.0.113.2
	on vm-exec c11 ping -c 1 -W 2 203.0.113.12
	contains "$(on net-dumpxml wire)" "connections='2'"
	port=$(on net-port-list --uuid wire | head -1)
	contains "$(on net-port-dumpxml wire "$port")" "<plug type='direct' dev='up0' mode='bridge'/>"
	on vm-destroy -q c11
	on vm-destroy -q c12
	[ -z "$(on net-port-list --uuid wire)" ]
}

@test "macvlan, modes private and vepa: on the wire, not with each other by themselves" {
	for mode in private vepa; do
		network "<network><name>$mode</name><forward mode='$mode'><interface dev='up0'/></forward></network>" $mode
		on_wire $mode 11 12
		on vm-exec c11 ping -c 1 -W 2 203.0.113.2
		on vm-exec c12 ping -c 1 -W 2 203.0.113.2
		! on vm-exec c11 ping -c 1 -W 1 203.0.113.12 || false
		on vm-destroy -q c11
		on vm-destroy -q c12
		on vm-undefine -q c11
		on vm-undefine -q c12
		on net-destroy -q $mode
	done
}

@test "macvlan, mode passthrough: a device for each; the last one is told that there is none left" {
	on ip link add up1 type veth peer name out1
	network "<network><name>own</name><forward mode='passthrough'><interface dev='up0'/><interface dev='up1'/></forward></network>" own
	on_wire own 11
	on vm-exec c11 ping -c 1 -W 2 203.0.113.2
	on net-port-create -q own "$(port 1)"
	contains "$(on net-port-dumpxml own 5d744f21-ba4a-4d6e-bdb2-000000000001)" "dev='up1' mode='passthrough'"
	run on net-port-create own "$(port 2)"
	[ "$status" = 1 ]
	contains "$output" "no free device: each is in use"
	# another device, live
	on net-update -q own add-last forward-interface "<interface dev='up9'/>" --live
	on net-port-create -q own "$(port 2)"
	contains "$(on net-port-dumpxml own 5d744f21-ba4a-4d6e-bdb2-000000000002)" "dev='up9'"
	on vm-destroy -q c11
}

@test "a pool of PCI devices: each is given once, and again when it is given back" {
	network "<network><name>pci</name><forward mode='hostdev' managed='yes'><driver name='vfio'/><address type='pci' domain='0' bus='0x03' slot='0x10' function='0'/>
		<address type='pci' domain='0' bus='0x03' slot='0x10' function='2'/></forward></network>" pci
	for n in 1 2; do on net-port-create -q pci "$(port $n)"; done
	contains "$(on net-port-dumpxml pci 5d744f21-ba4a-4d6e-bdb2-000000000001)" "<plug type='hostdev-pci' managed='yes'>"
	contains "$(on net-port-dumpxml pci 5d744f21-ba4a-4d6e-bdb2-000000000002)" "function='0x2'"
	run on net-port-create pci "$(port 3)"
	[ "$status" = 1 ]
	contains "$output" "no free device"
	on net-port-delete -q pci 5d744f21-ba4a-4d6e-bdb2-000000000001
	on net-port-create -q pci "$(port 3)"
	contains "$(on net-port-dumpxml pci 5d744f21-ba4a-4d6e-bdb2-000000000003)" "function='0x0'"
}

@test "virtual functions of a device: found, given out, counted; a device without any" {
	pool() { echo "<network><name>pool</name><forward mode='$1' managed='yes'><pf dev='pf0'/></forward></network>" >"$SCRATCH/n.xml"; on net-define -q "$SCRATCH/n.xml"; }
	# the host's devices as they would be with a card that this machine has not
	card='mount -t tmpfs none /sys/class && mkdir -p /sys/class/net/pf0/device /sys/class/pci/0000:03:10.0/net/vf0 /sys/class/pci/0000:03:10.2/net/vf1 &&
		ln -s ../../../pci/0000:03:10.0 /sys/class/net/pf0/device/virtfn0 && ln -s ../../../pci/0000:03:10.2 /sys/class/net/pf0/device/virtfn1'
	pool passthrough
	run on net-start pool
	[ "$status" = 1 ]
	contains "$output" "the host has no device 'pf0'"
	run on unshare -m sh -c "mount -t tmpfs none /sys/class && mkdir -p /sys/class/net/pf0/device && exec net-start pool"
	contains "$output" "has no virtual functions to give out (echo N >/sys/class/net/pf0/device/sriov_numvfs)"
	on unshare -m sh -c "$card && exec net-start -q pool"
	on net-port-create -q pool "$(port 1)"
	contains "$(on net-dumpxml pool)" "<interface dev='vf0' connections='1'/>"
	contains "$(on net-dumpxml pool)" "<interface dev='vf1'/>"
	on net-port-create -q pool "$(port 2)"
	contains "$(on net-port-dumpxml pool 5d744f21-ba4a-4d6e-bdb2-000000000002)" "dev='vf1' mode='passthrough'"
	run on net-port-create pool "$(port 3)"
	contains "$output" "no free device: each is in use"
	! on net-dumpxml pool --inactive | grep vf0 || false
	on net-destroy -q pool
	pool hostdev
	on unshare -m sh -c "$card && exec net-start -q pool"
	on net-port-create -q pool "$(port 1)"
	contains "$(on net-port-dumpxml pool 5d744f21-ba4a-4d6e-bdb2-000000000001)" "bus='0x03' slot='0x10' function='0x0'"
}

@test "IPv6: a guest gets prefix and route by advertisement, an address by DHCP, and reaches outside" {
	network "<network><name>six</name><forward mode='route'/><bridge name='b-six' stp='off'/><ip family='ipv6' address='fd07::1' prefix='64'><dhcp>
		<range start='fd07::100' end='fd07::1ff'/><host id='0:3:0:1:52:54:0:0:0:7' name='known' ip='fd07::77'/></dhcp></ip>
		<ip family='ipv6' address='fd08::1' prefix='64'/></network>" six
	on ip addr add fd99::1/64 dev up0 nodad
	guest outside ip addr add fd99::2/64 dev out0 nodad
	guest outside ip route add fd07::/64 via fd99::1
	guest_new one b-six 52:54:00:00:00:07
	guest one sysctl -q -w net.ipv6.conf.eth0.accept_ra=2 2>/dev/null || nsenter --net="$SCRATCH/ns-one" sh -c 'echo 2 >/proc/sys/net/ipv6/conf/eth0/accept_ra'
	for try in $(seq 60); do guest one ip -6 route | grep -q '^default' && break; sleep 0.1; done
	contains "$(guest one ip -6 route)" "default via fe80"
	# a request as a client makes it (RFC 8415): solicit and request, with the DUID that is known
	guest one timeout 20 python3 -c "
import socket, os
duid = bytes.fromhex('00030001525400000007')
def opt(n, d): return n.to_bytes(2, 'big') + len(d).to_bytes(2, 'big') + d
ia = opt(3, b'\0\0\0\1' + bytes(8))
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.bind(('::', 546)); s.settimeout(3)
to = ('ff02::1:2', 547, 0, socket.if_nametoindex('eth0'))
def ask(kind, more):
    for i in range(5):
        s.sendto(bytes([kind]) + b'abc' + opt(1, duid) + opt(8, b'\0\0') + ia + more, to)
        try: return s.recv(2000)
        except TimeoutError: pass
def options(d):
    while d:
        n, l = int.from_bytes(d[:2], 'big'), int.from_bytes(d[2:4], 'big'); yield n, d[4:4 + l]; d = d[4 + l:]
server = dict(options(ask(1, b'')[4:]))[2]
reply = dict(options(ask(3, opt(2, server))[4:]))
print(socket.inet_ntop(socket.AF_INET6, dict(options(reply[3][12:]))[5][:16]))" >"$SCRATCH/six"
	[ "$(cat "$SCRATCH/six")" = fd07::77 ]
	for try in $(seq 40); do on net-dhcp-leases six | grep -q fd07::77/64 && break; sleep 0.1; done
	contains "$(on net-dhcp-leases six)" "fd07::77/64"
	guest one ip addr add fd07::77/64 dev eth0 nodad
	guest one busybox ping -6 -c 1 -W 2 fd99::2
	guest outside busybox ping -6 -c 1 -W 2 fd07::77
}

@test "booting from the network: the file's name by DHCP, the file by TFTP" {
	mkdir -m 755 "$SCRATCH/tftp"
	chmod 755 "$SCRATCH"
	echo "a boot loader" >"$SCRATCH/tftp/loader"
	chmod 644 "$SCRATCH/tftp/loader"
	network "<network><name>boot</name><bridge name='b-boot' stp='off'/><ip address='10.6.0.1' prefix='24'><tftp root='$SCRATCH/tftp'/><dhcp>
		<range start='10.6.0.10' end='10.6.0.20'/><bootp file='loader'/></dhcp></ip></network>" boot
	guest_new one b-boot 52:54:00:00:00:0a
	printf '#!/bin/sh\n[ "$1" = bound ] && echo "$boot_file from $siaddr" >%s\nexit 0\n' "$SCRATCH/told" >"$SCRATCH/script"
	chmod +x "$SCRATCH/script"
	guest one busybox udhcpc -i eth0 -n -q -t 6 -T 3 -s "$SCRATCH/script"
	[ "$(cat "$SCRATCH/told")" = "loader from 10.6.0.1" ]
	guest_dhcp one
	guest one busybox tftp -g -r loader -l "$SCRATCH/got" 10.6.0.1
	[ "$(cat "$SCRATCH/got")" = "a boot loader" ]
}

vlans() { on ip link add try type bridge vlan_filtering 1 2>/dev/null && on ip link del try; }

@test "VLANs on a bridge: a portgroup's guests reach each other and no others; the host is in the network's" {
	network "<network><name>net</name><bridge name='b-net' stp='off'/><vlan><tag id='30'/></vlan><ip address='10.3.0.1' prefix='24'/>
		<portgroup name='red'><vlan><tag id='10'/></vlan></portgroup><portgroup name='blue'><vlan><tag id='20'/></vlan></portgroup>
		<portgroup name='all'><vlan trunk='yes'><tag id='10' nativeMode='untagged'/><tag id='20'/></vlan></portgroup></network>" net || {
		! vlans || false
		run on net-start net
		contains "$output" "this kernel's bridges know none"
		! on ip link show b-net || false
		skip "this kernel's bridges know no VLANs; a network with tags says so, and nothing is left of it"
	}
	guests r1=10.3.0.11,portgroup=\'red\' r2=10.3.0.12,portgroup=\'red\' b1=10.3.0.21,portgroup=\'blue\' plain=10.3.0.31, all=10.3.0.13,portgroup=\'all\'
	on vm-exec r1 ping -c 1 -W 2 10.3.0.12
	on vm-exec r1 ping -c 1 -W 2 10.3.0.13
	! on vm-exec r1 ping -c 1 -W 1 10.3.0.21 || false
	! on vm-exec r1 ping -c 1 -W 1 10.3.0.1 || false
	on vm-exec plain ping -c 1 -W 2 10.3.0.1
	! on vm-exec plain ping -c 1 -W 1 10.3.0.11 || false
	# the next supervisor finds them as they are
	for victim in $(pgrep -f 'net-supervisor net'); do
		grep -qz "^BERTH_ROOT=$BERTH_ROOT$" "/proc/$victim/environ" && kill -9 "$victim"
	done
	on net-info net
	on vm-exec plain ping -c 1 -W 2 10.3.0.1
	on vm-destroy -q --all
}

@test "isolated ports, and a bridge that is told who is there" {
	network "<network><name>net</name><bridge name='b-net' stp='off' macTableManager='libvirt'/><port isolated='yes'/><ip address='10.3.0.1' prefix='24'/></network>" net
	guests one=10.3.0.11, two=10.3.0.12,
	on vm-exec one ping -c 1 -W 2 10.3.0.1
	! on vm-exec one ping -c 1 -W 1 10.3.0.12 || false
	port=$(on vm-iflist one | awk '/network/ {print $1}')
	contains "$(on bridge -d link show dev "$port")" "learning off"
	contains "$(on bridge fdb show dev "$port")" "$(on vm-iflist one | awk '/network/ {print $5}') master b-net"
	on vm-destroy -q --all
}

@test "names: hosts, texts, services, another's domain, options; and what net-update changes is answered at once" {
	guest outside timeout 60 dnsmasq --conf-file=/dev/null --no-daemon --no-resolv --no-hosts --pid-file= --interface=out0 --bind-interfaces --address=/corp.example/203.0.113.99 2>/dev/null &
	server=$!
	network "<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'><name>n</name><forward mode='nat'/><bridge name='b-n' stp='off'/><domain name='lab.example' localOnly='yes'/>
		<dns><forwarder domain='corp.example' addr='203.0.113.2'/><txt name='note' value='hello'/>
		<srv service='ldap' protocol='tcp' domain='lab.example' target='h.lab.example' port='389'/><host ip='10.3.0.9'><hostname>h</hostname></host></dns>
		<ip address='10.3.0.1' prefix='24' localPtr='yes'><dhcp><range start='10.3.0.20' end='10.3.0.30'/><host mac='52:54:00:00:00:01' name='known' ip='10.3.0.7'/></dhcp></ip>
		<dnsmasq:options><dnsmasq:option value='address=/magic.example/10.9.9.9'/></dnsmasq:options></network>" n
	guest_new one b-n 52:54:00:00:00:01
	guest_dhcp one
	contains "$(cat "$SCRATCH/dhcp-one")" "domain=lab.example"
	contains "$(guest one ip addr show eth0)" 10.3.0.7/24
	ask() { guest one timeout 10 busybox nslookup "$@" 10.3.0.1 || true; }
	contains "$(ask h.lab.example)" 10.3.0.9
	contains "$(ask known.lab.example)" 10.3.0.7
	contains "$(ask -type=txt note)" '"hello"'
	contains "$(ask -type=srv _ldap._tcp.lab.example)" "389 h.lab.example"
	contains "$(ask -type=ptr 9.0.3.10.in-addr.arpa)" h.lab.example
	for try in $(seq 50); do ask x.corp.example | grep -q 203.0.113.99 && break; sleep 0.1; done
	contains "$(ask x.corp.example)" 203.0.113.99
	contains "$(ask magic.example)" 10.9.9.9
	on net-update -q n add dns-host "<host ip='10.3.0.10'><hostname>new</hostname></host>" --live
	contains "$(ask new.lab.example)" 10.3.0.10
	on net-update -q n delete dns-txt "<txt name='note'/>" --live
	! ask -type=txt note | grep hello || false
	on net-update -q n add dns-srv "<srv service='x' protocol='udp' domain='lab.example' target='h.lab.example' port='5'/>" --live
	contains "$(ask -type=srv _x._udp.lab.example)" "5 h.lab.example"
	on net-update -q n modify ip-dhcp-host "<host mac='52:54:00:00:00:01' name='known' ip='10.3.0.8'/>" --live
	guest_dhcp one
	contains "$(guest one ip addr show eth0)" 10.3.0.8/24
	on net-update -q n delete ip-dhcp-host "<host mac='52:54:00:00:00:01'/>" --live
	on net-update -q n add-first ip-dhcp-range "<range start='10.3.0.40' end='10.3.0.41'/>" --live
	on net-update -q n delete ip-dhcp-range "<range start='10.3.0.20' end='10.3.0.30'/>" --live
	guest_dhcp one
	contains "$(guest one ip addr show eth0)" 10.3.0.4
	kill $server
}

@test "routes: beyond a guest that is a router" {
	network "<network><name>main</name><forward mode='route'/><bridge name='b-main' stp='off'/><ip address='10.4.0.1' prefix='24'/>
		<route address='10.44.0.0' prefix='16' gateway='10.4.0.9' metric='7'/></network>" main
	contains "$(on ip route)" "10.44.0.0/16 via 10.4.0.9 dev b-main proto static metric 7"
	guest_new gate b-main 52:54:00:00:00:0e
	guest gate ip addr add 10.4.0.9/24 dev eth0
	guest gate ip addr add 10.44.0.1/16 dev lo
	on busybox ping -c 1 -W 2 10.44.0.1
}

@test "what cannot be had is refused before anything is made, with what to change" {
	# names: what the kernel says of carriers comes when it likes
	there() { on ip -o link | cut -d : -f 2; on nft list ruleset; }
	before=$(there)
	echo "<network><name>n</name><bridge name='b-n'/><ip address='10.6.0.1' prefix='24'><dhcp><range start='10.6.0.10' end='10.6.0.20'/></dhcp></ip></network>" >"$SCRATCH/n.xml"
	on net-define -q "$SCRATCH/n.xml"
	refused() { local word=$1; shift; run on "$@"; echo "$output"; [ "$status" = 1 ] || [ "$status" = 4 ]; contains "$output" "$word"; }
	refused "not within the network" net-update n add-last ip-dhcp-host "<host mac='52:54:00:00:00:01' ip='10.7.0.5'/>" --config
	refused "own address" net-update n add-last ip-dhcp-host "<host mac='52:54:00:00:00:01' ip='10.6.0.1'/>" --config
	refused "not within the network" net-update n add-last ip-dhcp-range "<range start='10.7.0.1' end='10.7.0.5'/>" --config
	sed 's/>n</>m</; s/b-n/b-m/' "$SCRATCH/n.xml" >"$SCRATCH/m.xml"
	# both may be defined; one can run
	on net-define -q "$SCRATCH/m.xml"
	on net-start -q n
	refused "overlaps with that of the host's interface b-n" net-start m
	! on ip link show b-m || false
	on net-destroy -q n
	on ip link add b-n type veth peer name other
	refused "choose another <bridge name>" net-start n
	on ip link del b-n
	# dnsmasq that is not there: nothing of it is started
	run on unshare -m sh -c "mount -t tmpfs none /usr/sbin && PATH=$PATH exec net-start n"
	[ "$status" = 1 ]
	contains "$output" "apt-get install dnsmasq-base"
	# nor what sets rules
	run on unshare -m sh -c "mount --bind /dev/null $(ldconfig -p | sed -n 's/.*libnftables.so.1 .*=> //p' | head -n 1) && exec net-start n"
	[ "$status" = 1 ]
	contains "$output" "apt-get install libnftables1"
	diff <(echo "$before") <(there)
	[ -z "$(on net-list --name)" ]
}
