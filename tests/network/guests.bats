#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Networks with what is plugged into them: containers by <interface type='network'>, and namespaces as guests and as the world outside.

load ../network

setup() { network_setup; }
teardown() { network_teardown; }

container()
{
	berth_need_containers
	berth_rootfs "ip link set lo up
		busybox udhcpc -i eth0 -n -q -t 10 -T 3 -x hostname:\$(hostname) -s /sbin/dhcp
		trap 'exit 0' TERM INT
		while :; do sleep 1000 & wait \$!; done"
	for applet in ip udhcpc ping hostname nslookup nc; do ln -sf busybox "$ROOTFS/bin/$applet"; done
	cat >"$ROOTFS/sbin/dhcp" <<-'EOS'
		#!/bin/sh
		[ "$1" = bound ] || exit 0
		ip addr add $ip/${mask:-24} dev $interface
		[ -z "$router" ] || ip route add default via $router
	EOS
	chmod +x "$ROOTFS/sbin/dhcp"
}

@test "two containers on a NAT network: addresses, names, each other, and the world outside" {
	container
	outside
	on net-define -q --default
	on net-start -q default
	for name in one two; do
		berth_define $name '' "<interface type='network'><source network='default'/></interface>"
		on vm-start -q $name
	done
	[ "$(on net-port-list --uuid default | wc -l)" = 2 ]
	on vm-dumpxml one | grep -q "bridge='virbr0'"
	for try in $(seq 100); do [ "$(on net-dhcp-leases default --json | grep -c '"address"')" = 2 ] && break; sleep 0.2; done
	for name in one two; do
		for try in $(seq 50); do on vm-exec $name ip route | grep -q default && break; sleep 0.1; done
	done
	address=$(on net-dhcp-leases default | awk '/two/ {print $5}' | cut -d/ -f1)
	[ -n "$address" ]
	on vm-exec one ping -c 1 -W 2 "$address"
	on vm-exec one nslookup two 192.168.122.1 | grep -q "$address"
	on vm-exec one ping -c 1 -W 2 203.0.113.2
	# who is trusted for a port below 1024 must not be a guest
	guest outside timeout 10 python3 -c "
import socket
s = socket.socket(); s.bind(('', 80)); s.listen(); c, a = s.accept(); print(*a, flush=True)" >"$SCRATCH/peer" &
	for try in $(seq 50); do guest outside ss -ltn | grep -q :80 && break; sleep 0.1; done
	on vm-exec one nc -w 2 -p 500 203.0.113.2 80 </dev/null
	wait $!
	read -r from port <"$SCRATCH/peer"
	[ "$from" = 203.0.113.1 ]
	[ "$port" -ge 1024 ]
	# nobody outside gets in
	guest outside ip route add 192.168.122.0/24 via 203.0.113.1
	! guest outside busybox ping -c 1 -W 1 "$address" || false
	on vm-destroy -q one
	on vm-destroy -q two
	[ -z "$(on net-port-list --uuid default)" ]
}

@test "a network that is not active is told, with what to do; nothing of the guest is left" {
	container
	on net-define -q --default
	berth_define one '' "<interface type='network'><source network='default'/></interface>"
	run on vm-start one
	[ "$status" = 4 ]
	[[ $output == *"network 'default' is not active (start it with: net-start default)"* ]]
	[ -z "$(on vm-list --name)" ]
	sed 's/default/nosuch/' "$SCRATCH/define.xml" >"$SCRATCH/nosuch.xml"
	on vm-define -q "$SCRATCH/nosuch.xml" >/dev/null
	run on vm-start one
	[ "$status" = 3 ]
}

@test "vm-autostart-all: networks first, then the guests that are plugged into them; once" {
	container
	on net-define -q --default
	on net-autostart -q default
	echo "<network><name>off</name><bridge name='b-off'/></network>" >"$SCRATCH/off.xml"
	echo "<network><name>wrong</name><bridge name='up0'/></network>" >"$SCRATCH/wrong.xml"
	on net-define -q "$SCRATCH/off.xml" "$SCRATCH/wrong.xml"
	on net-autostart -q wrong
	outside
	berth_define one '' "<interface type='network'><source network='default'/></interface>"
	on vm-autostart -q one
	run on vm-autostart-all
	[ "$status" = 8 ]
	contains "$output" "Network default started"
	contains "$output" "there is an interface up0 already"
	[ "$(on net-list --name)" = default ]
	[ "$(on vm-list --name)" = one ]
	on net-autostart -q wrong --disable
	on vm-destroy -q one
	on net-destroy -q default
	on vm-autostart-all -q
	[ -z "$(on net-list --name)" ]
	on vm-autostart-all -q --force
	[ "$(on vm-list --name)" = one ]
	on vm-destroy -q one
}

@test "isolated, routed and open networks: who reaches whom" {
	outside
	for mode in isolated route open; do
		forward=; [ $mode = isolated ] || forward="<forward mode='$mode'/>"
		case $mode in isolated) n=1;; route) n=2;; open) n=3;; esac
		echo "<network><name>$mode</name>$forward<bridge name='b-$mode'/><ip address='10.9.$n.1' prefix='24'><dhcp><range start='10.9.$n.10' end='10.9.$n.20'/></dhcp></ip></network>" >"$SCRATCH/n.xml"
		on net-define -q "$SCRATCH/n.xml"
		on net-start -q $mode
		guest_new $mode b-$mode 52:54:00:00:01:0$n
		guest_dhcp $mode
	done
	guest outside ip route add 10.9.0.0/16 via 203.0.113.1
	! guest isolated ip route | grep default || false
	guest isolated ip route add default via 10.9.1.1
	! guest isolated busybox ping -c 1 -W 1 203.0.113.2 || false
	guest route busybox ping -c 1 -W 2 203.0.113.2
	guest open busybox ping -c 1 -W 2 203.0.113.2
	guest outside busybox ping -c 1 -W 2 "$(guest route ip -4 -o addr show eth0 | awk '{print $4}' | cut -d/ -f1)"
	# isolated is so from the others, too
	! guest open busybox ping -c 1 -W 1 10.9.1.10 || false
	on nft list ruleset | grep -q 'table inet berth.*open'
}

@test "P9 P10: a firewall that is flushed by others gets the network's rules back; theirs stay" {
	on net-define -q --default
	on net-start -q default
	on nft add table inet theirs
	on nft add chain inet theirs c
	rules=$(on nft list ruleset)
	on nft flush ruleset
	for try in $(seq 50); do on nft list tables | grep -q berth && break; sleep 0.1; done
	on nft list ruleset | grep -q masquerade
	! on nft list tables | grep theirs || false
	on nft add table inet theirs
	on net-destroy -q default
	[ "$(on nft list tables)" = "table inet theirs" ]
	on nft delete table inet theirs
}

@test "P9: names and addresses are told on the network's bridge alone" {
	outside
	on net-define -q --default
	on net-start -q default
	on net-update -q default add dns-host "<host ip='192.168.122.77'><hostname>secret</hostname></host>" --live
	guest_new one virbr0
	guest_dhcp one
	guest one busybox nslookup secret 192.168.122.1 | grep -q 192.168.122.77
	guest outside ip route add 192.168.122.0/24 via 203.0.113.1
	for server in 192.168.122.1 203.0.113.1; do
		! guest outside timeout 3 busybox nslookup secret $server | grep 192.168.122.77 || false
	done
	# nor does anybody get an address there
	! guest outside busybox udhcpc -i out0 -n -q -t 2 -T 1 -s /bin/true || false
	# what serves has no rights of root's
	pid=$(cat "$BERTH_ROOT/run/berth/network/default/dnsmasq.pid")
	[ "$(awk '/^Uid:/ {print $2}' "/proc/$pid/status")" != 0 ]
}

@test "R2: dnsmasq killed comes again; the supervisor killed is replaced and nobody notices" {
	on net-define -q --default
	on net-start -q default
	guest_new one virbr0
	guest_dhcp one
	first=$(pgrep -o -f "conf-file=$BERTH_ROOT")
	kill -9 "$(cat "$BERTH_ROOT/run/berth/network/default/dnsmasq.pid")"
	for try in $(seq 50); do
		pid=$(cat "$BERTH_ROOT/run/berth/network/default/dnsmasq.pid" 2>/dev/null) && [ "$pid" != "$first" ] && kill -0 "$pid" 2>/dev/null && break
		sleep 0.1
	done
	guest_dhcp one
	pid=$(cat "$BERTH_ROOT/run/berth/network/default/dnsmasq.pid")
	for victim in $(pgrep -f 'net-supervisor default'); do
		grep -qz "^BERTH_ROOT=$BERTH_ROOT$" "/proc/$victim/environ" && kill -9 "$victim"
	done
	guest one busybox ping -c 1 -W 2 192.168.122.1
	[ "$(on net-list --name)" = default ]
	on net-dumpxml default | grep -q virbr0
	[ "$pid" = "$(cat "$BERTH_ROOT/run/berth/network/default/dnsmasq.pid")" ]
	guest_dhcp one
	on net-destroy -q default
}

@test "R2: a network is taken over and taken away in its own network namespace, whoever's command does it" {
	on net-define -q --default
	on net-start -q default
	touch "$SCRATCH/ns-other"
	unshare --net="$SCRATCH/ns-other" ip link set lo up
	kill_supervisor() {
		local victim
		for victim in $(pgrep -f 'net-supervisor default'); do
			! grep -qz "^BERTH_ROOT=$BERTH_ROOT$" "/proc/$victim/environ" || kill -9 "$victim"
		done
	}
	kill_supervisor
	guest other net-dumpxml default >/dev/null
	[ "$(guest other ip -o link | wc -l)" = 1 ]
	[ -z "$(guest other nft list tables)" ]
	# by the one that took it over: what it makes is where the network is
	guest other net-update -q default add ip-dhcp-host "<host mac='52:54:00:aa:00:03' ip='192.168.122.50'/>" --live
	guest_new one virbr0
	guest_dhcp one
	contains "$(guest one ip addr show eth0)" 192.168.122.50
	# a guest started elsewhere would have nothing to be plugged into
	container
	berth_define lost '' "<interface type='network'><source network='default'/></interface>"
	run guest other vm-start lost
	[ "$status" = 4 ]
	contains "$output" "in another network namespace"
	kill_supervisor
	guest other net-destroy -q default
	! on ip link show virbr0 || false
	[ -z "$(on nft list tables)" ]
	# nothing leads there any more: nothing is made in its place, and it can be forgotten
	on net-start -q default
	kill_supervisor
	kill -9 $(pgrep -f "conf-file=$BERTH_ROOT")
	umount "$SCRATCH/ns-one"
	umount "$SCRATCH/host"
	run guest other net-dumpxml default
	[ "$status" = 1 ]
	contains "$output" "cannot be adopted (net-destroy ends it): it is of another network namespace"
	[ "$(guest other ip -o link | wc -l)" = 1 ]
	guest other net-destroy -q default
	[ -z "$(ls "$BERTH_ROOT/run/berth/network")" ]
	unshare --net="$SCRATCH/host" ip link set lo up
}

@test "bandwidth of a network is kept, and a port's floor is promised once" {
	echo "<network><name>slow</name><bridge name='b-slow' stp='off'/><bandwidth><inbound average='1000' peak='1000' burst='64'/></bandwidth><ip address='10.8.0.1' prefix='24'/></network>" >"$SCRATCH/n.xml"
	on net-define -q "$SCRATCH/n.xml"
	on net-start -q slow
	guest_new one b-slow
	guest one ip addr add 10.8.0.2/24 dev eth0
	guest one python3 -c "
import socket, time
s = socket.socket(); s.bind(('', 99)); s.listen(); c, a = s.accept()
n, t = 0, None
while (d := c.recv(65536)):
    t = t or time.time(); n += len(d)
print(int(n / (time.time() - t)))" >"$SCRATCH/rate" &
	for try in $(seq 50); do guest one ss -ltn | grep -q :99 && break; sleep 0.1; done
	on python3 -c "
import socket
s = socket.create_connection(('10.8.0.2', 99)); s.sendall(b'x' * 3000000)"
	wait $!
	rate=$(cat "$SCRATCH/rate")
	echo "measured $rate bytes a second of 1000000"
	[ "$rate" -gt 700000 ]
	[ "$rate" -lt 1300000 ]
	port() { echo "<networkport><uuid>5d744f21-ba4a-4d6e-bdb2-30a35ff3207$1</uuid><owner><name>w</name><uuid>d54df46f-1ab5-4a22-8618-4560ef5fac2c</uuid></owner><mac address='52:54:00:7b:35:9$1'/><bandwidth><inbound average='500' floor='600'/></bandwidth></networkport>" >"$SCRATCH/p.xml"; }
	port 1
	on net-port-create -q slow "$SCRATCH/p.xml"
	port 2
	run on net-port-create slow "$SCRATCH/p.xml"
	[ "$status" = 1 ]
	[[ $output == *"would promise 1200"* ]]
	on tc class show dev b-slow | grep -q 'class htb 1:3'
	on net-port-delete -q slow 5d744f21-ba4a-4d6e-bdb2-30a35ff32071
	! on tc class show dev b-slow | grep -q 'class htb 1:3' || false
}

# Bytes a second between a container and a server of the host's at ADDRESS, measured by the server, of COUNT kB: rate to|from NAME ADDRESS COUNT
rate()
{
	rm -f "$SCRATCH/rate"
	on timeout 30 python3 -c "
import fcntl, socket, struct, termios, time
s = socket.create_server(('$3', 99)); print('there', flush=True); c, a = s.accept()
n, t = 0, time.time()
if '$1' == 'to':
    n = $4000
    c.sendall(b'x' * n)
    # what the other side has not taken yet
    while struct.unpack('i', fcntl.ioctl(c, termios.TIOCOUTQ, bytes(4)))[0]: time.sleep(0.002)
else:
    while (d := c.recv(65536)): n += len(d)
print(int(n / (time.time() - t)))" >"$SCRATCH/rate" &
	for try in $(seq 100); do grep -q there "$SCRATCH/rate" 2>/dev/null && break; sleep 0.05; done
	if [ "$1" = to ]; then
		on vm-exec "$2" sh -c "nc -w 9 $3 99 </dev/null >/dev/null"
	else
		on vm-exec "$2" sh -c "dd if=/dev/zero bs=1000 count=$4 2>/dev/null | nc -w 9 $3 99"
	fi
	wait $!
	tail -n 1 "$SCRATCH/rate"
}

@test "bandwidth of a portgroup is kept in both directions, of the default group too; a guest's own counts before it" {
	berth_need_containers
	berth_rootfs
	for applet in ip nc dd wc; do ln -sf busybox "$ROOTFS/bin/$applet"; done
	echo "<network><name>net</name><bridge name='b-net' stp='off'/><ip address='10.3.0.1' prefix='24'/>
		<portgroup name='all' default='yes'><bandwidth><inbound average='3000' peak='3000' burst='64'/><outbound average='3000' peak='3000' burst='64'/></bandwidth></portgroup>
		<portgroup name='slow'><bandwidth><inbound average='500' peak='500' burst='32'/><outbound average='700' peak='700' burst='32'/></bandwidth></portgroup></network>" >"$SCRATCH/n.xml"
	on net-define -q "$SCRATCH/n.xml"
	on net-start -q net
	berth_define plain '' "<interface type='network'><source network='net'/><ip address='10.3.0.11' prefix='24'/></interface>"
	berth_define slow '' "<interface type='network'><source network='net' portgroup='slow'/><ip address='10.3.0.12' prefix='24'/></interface>"
	berth_define own '' "<interface type='network'><source network='net' portgroup='slow'/><ip address='10.3.0.13' prefix='24'/><bandwidth><inbound average='1500' peak='1500' burst='32'/></bandwidth></interface>"
	on vm-start -q plain slow own
	near() { echo "$1: $2 bytes a second of $3"; [ "$2" -gt $(($3 * 7 / 10)) ] && [ "$2" -lt $(($3 * 14 / 10)) ]; }
	near "to slow" "$(rate to slow 10.3.0.1 400)" 500000
	near "from slow" "$(rate from slow 10.3.0.1 500)" 700000
	near "to plain" "$(rate to plain 10.3.0.1 2000)" 3000000
	near "from plain" "$(rate from plain 10.3.0.1 2000)" 3000000
	near "to own" "$(rate to own 10.3.0.1 1000)" 1500000
	on vm-destroy -q --all
}

@test "a network with 200 ports" {
	echo "<network><name>many</name><bridge name='b-many' stp='off'/><ip address='10.7.0.1' prefix='16'/></network>" >"$SCRATCH/n.xml"
	on net-define -q "$SCRATCH/n.xml"
	on net-start -q many
	for i in $(seq 200); do
		printf "<networkport><uuid>5d744f21-ba4a-4d6e-bdb2-%012d</uuid><owner><name>w</name><uuid>d54df46f-1ab5-4a22-8618-4560ef5fac2c</uuid></owner><mac address='52:54:00:00:%02x:01'/></networkport>" "$i" "$i" >"$SCRATCH/p.xml"
		on net-port-create -q many "$SCRATCH/p.xml"
	done
	[ "$(on net-port-list --uuid many | wc -l)" = 200 ]
	on net-dumpxml many | grep -q "connections='200'"
	on net-destroy -q many
}

@test "R1 R2: tool or supervisor killed at any moment of a start: nothing is left, and the next start works" {
	on net-define -q --default
	for delay in 0 0.002 0.005 0.01 0.015 0.02 0.03 0.045; do
		for victim in net-start 'net-supervisor default'; do
			on net-start -q default 2>/dev/null &
			sleep $delay
			for pid in $(pgrep -f "$victim"); do
				! grep -qz "^BERTH_ROOT=$BERTH_ROOT$" "/proc/$pid/environ" 2>/dev/null || kill -9 "$pid" 2>/dev/null || true
			done
			wait $! || true
			# whatever it came to, it can be stopped, and then there is nothing
			on net-list --name >/dev/null
			on net-start -q default || true
			[ "$(on net-list --name)" = default ]
			on net-destroy -q default
			[ -z "$(on nft list tables)" ]
			! on ip link show virbr0 2>/dev/null || false
			for try in $(seq 20); do pgrep -f "conf-file=$BERTH_ROOT" >/dev/null || break; sleep 0.05; done
			! pgrep -f "conf-file=$BERTH_ROOT" || false
			[ -z "$(ls "$BERTH_ROOT/run/berth/network")" ]
		done
	done
}

# libnss-libvirt reads one place only: in a mount namespace that is ours.
@test "names of guests for the host: libnss-libvirt, by host name and by guest's name, for every user" {
	[ -e /lib/x86_64-linux-gnu/libnss_libvirt.so.2 ] || skip "libnss-libvirt is not installed"
	container
	mkdir -p "$BERTH_ROOT/var/lib/libvirt/dnsmasq"
	on net-define -q --default
	on net-start -q default
	berth_define web '' "<interface type='network'><source network='default'/></interface>"
	# the name that it tells the DHCP server is another than the guest's
	sed -i 's/-x hostname:$(hostname)/-x hostname:inside/' "$ROOTFS/sbin/init"
	on vm-start -q web
	for try in $(seq 100); do on net-dhcp-leases default --json | grep -q '"address"' && break; sleep 0.1; done
	address=$(on net-dhcp-leases default | awk '/inside/ {print $5}' | cut -d/ -f1)
	[ -n "$address" ]
	printf 'passwd: files\nhosts: files libvirt libvirt_guest\n' >"$SCRATCH/nsswitch.conf"
	chmod 644 "$SCRATCH/nsswitch.conf"
	chmod 755 "$BERTH_ROOT"/var/lib/libvirt{,/dnsmasq}
	mkdir "$SCRATCH/lib"
	cp -r "$BERTH_ROOT/var/lib/libvirt" "$SCRATCH/lib/"
	resolve() { unshare -m bash -c "mount --bind $SCRATCH/nsswitch.conf /etc/nsswitch.conf && mount --bind $SCRATCH/lib /var/lib && exec setpriv --reuid 65534 --regid 65534 --clear-groups getent hosts $1"; }
	contains "$(resolve inside)" "$address"
	contains "$(resolve web)" "$address"
	! resolve nobody-there || false
	on vm-destroy -q web
	[ "$(cat "$BERTH_ROOT/var/lib/libvirt/dnsmasq/virbr0.macs")" = "[]" ]
	on net-destroy -q default
	[ -z "$(ls "$BERTH_ROOT/var/lib/libvirt/dnsmasq")" ]
}

@test "the default network that is laid down starts as it is; --default moves it where its subnet is in use" {
	mkdir -p "$BERTH_ROOT/var/lib/berth/network"
	cp -r "$TOP/state/network/default" "$BERTH_ROOT/var/lib/berth/network/"
	chmod -R go= "$BERTH_ROOT/var"
	[ "$(on net-list --all --name)" = default ]
	on net-uuid default
	on net-start -q default
	contains "$(on ip -o addr show virbr0)" 192.168.122.1/24
	expect 4 on net-define --default
	on net-destroy -q default
	expect 4 on net-define --default
	on ip link add taken type veth peer name other
	on ip addr add 192.168.122.9/24 dev taken
	run on net-start default
	[ "$status" = 1 ]
	contains "$output" "overlaps with that of the host's interface taken"
	run on net-define --default
	[ "$status" = 0 ]
	contains "$output" "192.168.123.0/24 from now on"
	on net-autostart -q default
	on net-start -q default
	contains "$(on ip -o addr show virbr0)" 192.168.123.1/24
}

@test "R19: a helper of networks or filters that is missing or dead: vm-start says so, and what it had made is undone" {
	local helper from=${BERTH_BUILD:-$TOP} less=$SCRATCH/less before
	berth_need_containers
	berth_rootfs
	on net-define -q - <<<"<network><name>net</name><ip address='10.6.0.1' prefix='24'/></network>"
	on net-start -q net
	on nwfilter-define -q - <<<"<filter name='most' chain='root'><rule action='drop' direction='in'><tcp dstportstart='22'/></rule></filter>"
	berth_define one '' "<interface type='network'><source network='net'/><filterref filter='most'/></interface>"
	mkdir -p "$less/bin" "$less/helpers"
	cp "$from/bin/vm-start" "$less/bin"
	cp "$from"/helpers/{lxc-supervisor,fd-holder,init-launcher,link-undo,net-lease,nft-run,nwfilter-bind} "$less/helpers"
	# what may be left: the network alone
	seen() { on ip -br link | cut -d' ' -f1 | sed 's/@.*//'; on nft list tables; on net-port-list --uuid net; on nwfilter-binding-list --json; ls "$BERTH_ROOT/run/berth/lxc"; }
	before=$(seen)
	refused()
	{
		expect 1 on "$less/bin/vm-start" one
		contains "$output" "$1"
		[ "$(vm-state one)" = "shut off" ]
		[ "$(seen)" = "$before" ] || { diff <(echo "$before") <(seen); return 1; }
	}
	for helper in nwfilter-bind nft-run init-launcher; do
		rm "$less/helpers/$helper"
		refused "$helper"
		cp "$from/helpers/$helper" "$less/helpers"
	done
	# the network's supervisor is dead, and the program that would take its place is not there
	kill -9 "$(cut -d' ' -f7 "$BERTH_ROOT/run/berth/network/net/state")"
	expect 1 on "$less/bin/vm-start" one
	contains "$output" net-supervisor
	on net-info net >/dev/null
	[ "$(vm-state one)" = "shut off" ]
	[ "$(seen)" = "$before" ] || { diff <(echo "$before") <(seen); return 1; }
	on vm-start -q one
	on vm-destroy -q one
}
