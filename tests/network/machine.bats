#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Two containers and a machine (QEMU without KVM) on one network: addresses, names, routes, each other, the world outside through NAT, limits, filters.

load ../network

GUEST=/tmp/berth-guest

setup()
{
	network_setup
	berth_need_containers
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	"$BATS_TEST_DIRNAME/../qemu/make-guest" $GUEST >/dev/null 2>&1 || skip "the guest's packages cannot be had"
	chmod 755 "$SCRATCH"
	outside
}
teardown() { network_teardown; }

# machine NAME MORE-OF-THE-INTERFACE
machine()
{
	cat >"$SCRATCH/m.xml" <<-EOX
		<domain type='qemu'>
		  <name>$1</name>
		  <memory unit='MiB'>160</memory>
		  <vcpu>1</vcpu>
		  <os><type arch='x86_64' machine='q35'>hvm</type><kernel>$GUEST/vmlinuz</kernel><initrd>$GUEST/initrd.gz</initrd>
		  <cmdline>console=ttyS0 quiet</cmdline></os>
		  <features><acpi/></features>
		  <devices>
		    <console type='pty'/>
		    <interface type='network'><mac address='52:54:00:00:00:11'/><source network='default'/><model type='virtio'/>$2</interface>
		    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
		  </devices>
		</domain>
	EOX
	on vm-define -q "$SCRATCH/m.xml"
	on vm-start -q "$1"
}

wait_agent()
{
	local try
	for ((try = 0; try < 240; try++)); do
		on vm-qemu-agent-command m '{"execute": "guest-ping"}' >/dev/null 2>&1 && return 0
		sleep 0.5
	done
	return 1
}

# Runs a shell script in the machine: its output, and its status as the last line.
inside()
{
	local pid try out script
	script=$(printf '( %s ) 2>&1\necho status $?\n' "$1" | base64 -w0)
	pid=$(on vm-qemu-agent-command m "{\"execute\": \"guest-exec\", \"arguments\": {\"path\": \"/bin/sh\", \"arg\": [\"-c\", \"echo $script | base64 -d >/tmp/s; sh /tmp/s\"], \"capture-output\": true}}" |
		sed 's/[^0-9]//g')
	for ((try = 0; try < 300; try++)); do
		out=$(on vm-qemu-agent-command m "{\"execute\": \"guest-exec-status\", \"arguments\": {\"pid\": $pid}}")
		[[ $out == *'"exited":true'* ]] && break
		sleep 0.1
	done
	sed -n 's/.*"out-data":"\([^"]*\)".*/\1/p' <<<"$out" | base64 -d
}

inside_dhcp()
{
	inside 'ip link set lo up; ip link set eth0 up
	cat >/tmp/dhcp <<-EOS
		#!/bin/sh
		[ "\$1" = bound ] || exit 0
		ip addr add \$ip/24 dev eth0
		ip route add default via \$router
		echo nameserver \$dns >/etc/resolv.conf
	EOS
	chmod +x /tmp/dhcp
	udhcpc -i eth0 -n -q -t 10 -T 3 -x hostname:m -s /tmp/dhcp'
}

@test "two containers and a machine: addresses, names, routes, each other, NAT, and a limit that is kept" {
	berth_rootfs "ip link set lo up
		busybox udhcpc -i eth0 -n -q -t 10 -T 3 -x hostname:\$(hostname) -s /sbin/dhcp
		trap 'exit 0' TERM INT
		while :; do sleep 1000 & wait \$!; done"
	for applet in ip udhcpc ping hostname nslookup nc; do ln -sf busybox "$ROOTFS/bin/$applet"; done
	printf '#!/bin/sh\n[ "$1" = bound ] || exit 0\nip addr add $ip/24 dev $interface\nip route add default via $router\n' >"$ROOTFS/sbin/dhcp"
	chmod +x "$ROOTFS/sbin/dhcp"
	on net-define -q --default
	on net-start -q default
	for f in "$TOP"/state/nwfilter/*/config.xml; do echo "$f"; done | xargs nsenter --net="$SCRATCH/host" nwfilter-define -q
	machine m "<filterref filter='clean-traffic'><parameter name='CTRL_IP_LEARNING' value='dhcp'/></filterref><bandwidth><inbound average='400' peak='400' burst='40'/><outbound average='400' peak='400' burst='40'/></bandwidth>"
	for name in one two; do
		berth_define $name '' "<interface type='network'><source network='default'/></interface>"
		on vm-start -q $name
	done
	[ "$(on net-port-list --uuid default | wc -l)" = 3 ]
	wait_agent
	inside_dhcp
	for try in $(seq 100); do [ "$(on net-dhcp-leases default --json | grep -c '"address"')" = 3 ] && break; sleep 0.2; done
	for name in one two m; do
		address[${#address[@]}]=$(on net-dhcp-leases default | awk "/ $name / {print \$5}" | cut -d/ -f1)
	done
	# addresses and names, whoever asks
	contains "$(on vm-ifaddr m --source lease)" "${address[2]}"
	contains "$(on vm-ifaddr m --source agent)" "${address[2]}"
	contains "$(on vm-ifaddr one --source lease)" "${address[0]}"
	[ "$(on vm-ip m)" = "${address[2]}" ]
	on vm-exec one nslookup m 192.168.122.1 | grep -q "${address[2]}"
	contains "$(inside "nslookup one")" "${address[0]}"
	# each other
	on vm-exec one ping -c 1 -W 3 "${address[1]}"
	on vm-exec two ping -c 1 -W 3 "${address[2]}"
	contains "$(inside "ping -c 1 -W 3 ${address[0]}")" "status 0"
	contains "$(on vm-ifaddr m --source arp)" "${address[2]}"
	# the world outside, as the host; a server for each connection
	guest outside timeout 60 python3 -c "
import socket, time
servers = [socket.create_server(('', port), family=socket.AF_INET6, dualstack_ipv6=True) for port in (80, 81, 82, 83)]
for s in servers[:2]: print('from', s.accept()[1][0].replace('::ffff:', ''), flush=True)
c, a = servers[2].accept(); c.sendall(b'x' * 1200000); c.close()
c, a = servers[3].accept(); n, t = 0, None
while (d := c.recv(65536)):
    t = t or time.time(); n += len(d)
print('rate', int(n / (time.time() - t)), flush=True)" >"$SCRATCH/server" &
	for try in $(seq 50); do guest outside ss -ltn | grep -q :83 && break; sleep 0.1; done
	on vm-exec one nc -w 2 203.0.113.2 80 </dev/null
	inside "nc -w 5 203.0.113.2 81 </dev/null" >/dev/null
	# to the machine, by its own clock, and from it
	in=$(inside 'S=$(cut -d. -f1 /proc/uptime); nc -w 9 203.0.113.2 82 </dev/null | wc -c; E=$(cut -d. -f1 /proc/uptime); echo took $((E-S))')
	inside "dd if=/dev/zero bs=1000 count=1200 2>/dev/null | nc -w 9 203.0.113.2 83" >/dev/null
	wait $!
	echo "in: $in; out: $(cat "$SCRATCH/server"), of 400000"
	[ "$(grep -c 'from 203.0.113.1$' "$SCRATCH/server")" = 2 ]
	contains "$in" 1200000
	took=$(sed -n 's/took //p' <<<"$in")
	[ "$took" -ge 2 ]
	[ "$took" -le 6 ]
	rate=$(sed -n 's/rate //p' "$SCRATCH/server")
	[ "$rate" -gt 250000 ]
	[ "$rate" -lt 560000 ]
	# its filter knows its address by the lease, and lets it use no other
	[ "$(on nwfilter-binding-list --json | grep -c clean-traffic)" = 1 ]
	contains "$(inside "ip addr add 192.168.122.250/24 dev eth0; ping -c 1 -W 1 -I 192.168.122.250 ${address[0]}")" "status 1"
	contains "$(inside "ping -c 1 -W 3 ${address[0]}")" "status 0"
	on vm-destroy -q m
	[ "$(on nwfilter-binding-list --json | grep -c clean-traffic)" = 0 ]
	! on nft list tables | grep nwf || false
	! on ip -o link | grep -E 'vnet0|vifb' || false
	on vm-destroy -q --all
	[ -z "$(on net-port-list --uuid default)" ]
}
