#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Packet filters: nwfilter-define, nwfilter-undefine, nwfilter-list, nwfilter-dumpxml, nwfilter-edit, nwfilter-binding-create, nwfilter-binding-delete,
# nwfilter-binding-list, nwfilter-binding-dumpxml; and what they do, with packets that two guests on a bridge send each other.

load ../network

setup() { network_setup; }

teardown()
{
	local port
	kill $(jobs -p) 2>/dev/null || true
	[ -n "$SCRATCH" ] && for port in $(on nwfilter-binding-list --json 2>/dev/null | sed -n 's/.*"port": "\([^"]*\)".*/\1/p'); do
		on nwfilter-binding-delete -q "$port"
	done
	network_teardown
}

# Two guests, "a" (10.5.0.1) behind p-a and "b" (10.5.0.2), and a binding for p-a: two_guests; bind FILTER [PARAMETER...]
two_guests()
{
	on ip link add br0 type bridge
	on ip link set br0 up
	guest_new a br0 52:54:00:00:00:0a
	guest_new b br0 52:54:00:00:00:0b
	guest_new c br0 52:54:00:00:00:0c
	guest a ip addr add 10.5.0.1/24 dev eth0
	guest b ip addr add 10.5.0.2/24 dev eth0
	guest c ip addr add 10.5.0.200/24 dev eth0
	guest c ip addr add fd05::c8/64 dev eth0 nodad
	guest a ip addr add fd05::1/64 dev eth0 nodad
	guest b ip addr add fd05::2/64 dev eth0 nodad
}

binding()
{
	local filter=$1 param
	shift
	echo "<filterbinding><owner><name>a</name><uuid>d54df46f-1ab5-4a22-8618-4560ef5fac2c</uuid></owner><portdev name='p-a'/><mac address='52:54:00:00:00:0a'/><filterref filter='$filter'>"
	for param; do echo "<parameter name='${param%%=*}' value='${param#*=}'/>"; done
	echo "</filterref></filterbinding>"
}

bind() { binding "$@" >"$SCRATCH/b.xml"; on nwfilter-binding-create -q "$SCRATCH/b.xml"; }
filter() { echo "$1" >"$SCRATCH/f.xml"; on nwfilter-define -q "$SCRATCH/f.xml"; }
stock() { local f; for f in "$TOP"/state/nwfilter/*/config.xml; do echo "$f"; done | xargs nsenter --net="$SCRATCH/host" nwfilter-define -q; }
# Waiting for what must not come takes time and proves little. So what is sent is followed by what a third guest "c" (10.5.0.200, without a filter) sends on the
# same way from the same processor: one queue of the kernel's, which keeps the order. What has not come when that is there does not come.
#
#     passes FROM TO HEX        a frame that FROM sends comes out at TO; stops: it does not
#     pings FROM ADDRESS [SOURCE]   what FROM sends there is answered; silent: it is not
probe()
{
	local want=$1 answer
	shift
	[ -n "${PROBE_PID:-}" ] || coproc PROBE { exec nsenter --net="$SCRATCH/host" python3 "$BATS_TEST_DIRNAME/probe.py" "$SCRATCH" 3>&-; }
	echo "$want" "$@" >&"${PROBE[1]}"
	read -r -u "${PROBE[0]}" answer
	[ "$answer" = "$want" ] || { echo "$*: $answer, not $want"; return 1; }
}
passes() { probe yes frame "$@"; }
stops() { probe no frame "$@"; }
pings() { probe yes ping "$@"; }
silent() { probe no ping "$@"; }

# A server at a guest's port that takes connections: listen NAME PORT
listen()
{
	guest "$1" timeout 20 busybox nc -ll -p "$2" -e true 3>&- &
	until guest "$1" ss -Hltn "sport = :$2" | grep -q .; do sleep 0.02; done
}

A=52540000000a B=52540000000b ALL=ffffffffffff EVIL=5254000000ee
arp() { echo "$1${2}08060001080006040001${3}${4}000000000000${5}"; }

@test "filters are defined, listed, edited, refused and forgotten" {
	stock
	[ "$(on nwfilter-list --json | grep -c '"name"')" = "$(ls "$TOP"/state/nwfilter | wc -l)" ]
	on nwfilter-dumpxml clean-traffic | grep -q "filterref filter='no-ip-spoofing'"
	run on nwfilter-undefine no-ip-spoofing
	[ "$status" = 4 ]
	[[ $output == *"in use by filter 'clean-traffic"* ]]
	EDITOR="sed -i s/500/501/" run on nwfilter-edit allow-arp
	[ "$status" = 0 ]
	on nwfilter-dumpxml allow-arp | grep -q 501
	echo "<filter name='allow-arp'><filterref filter='clean-loop'/></filter>" >"$SCRATCH/l1.xml"
	echo "<filter name='clean-loop'><filterref filter='allow-arp'/></filter>" >"$SCRATCH/l2.xml"
	on nwfilter-undefine -q allow-arp
	on nwfilter-define -q "$SCRATCH/l2.xml"
	run on nwfilter-define "$SCRATCH/l1.xml"
	[ "$status" = 1 ]
	[[ $output == *"refer to itself"* ]]
	run on nwfilter-dumpxml nosuch
	[ "$status" = 3 ]
	echo "<filter name='x'><rule action='accept' direction='in'><tcp dstportstart='70000'/></rule></filter>" >"$SCRATCH/x.xml"
	run on nwfilter-define "$SCRATCH/x.xml"
	[ "$status" = 1 ]
	[[ $output == *"70000"* ]]
}

@test "bindings: made, told, refused, taken away exactly" {
	stock
	two_guests
	binding clean-traffic CTRL_IP_LEARNING=none >"$SCRATCH/b.xml"
	run on nwfilter-binding-create "$SCRATCH/b.xml"
	[ "$status" = 1 ]
	[[ $output == *"variable IP"* ]]
	[ -z "$(on nft list tables)" ]
	bind clean-traffic IP=10.5.0.1
	run on nwfilter-binding-create "$SCRATCH/b.xml"
	[ "$status" = 4 ]
	on nwfilter-binding-list | grep -q 'p-a *clean-traffic'
	on nwfilter-binding-dumpxml p-a | grep -q "name='MAC' value='52:54:00:00:00:0a'"
	run on nwfilter-undefine clean-traffic
	[ "$status" = 4 ]
	[[ $output == *"in use by 'p-a'"* ]]
	on nwfilter-binding-delete -q p-a
	[ -z "$(on nft list tables)" ]
	run on nwfilter-binding-delete p-a
	[ "$status" = 3 ]
}

@test "a filter at work in another network namespace is changed, and taken away, there alone" {
	two_guests
	filter "<filter name='f'><rule action='drop' direction='out'><icmp/></rule></filter>"
	bind f
	touch "$SCRATCH/ns-other"
	unshare --net="$SCRATCH/ns-other" ip link set lo up
	sed -i s/icmp/tcp/ "$SCRATCH/f.xml"
	run guest other nwfilter-define "$SCRATCH/f.xml"
	[ "$status" = 4 ]
	contains "$output" "filter 'f' is at work for 'p-a' in another network namespace"
	on nwfilter-dumpxml f | grep -q icmp
	run guest other nwfilter-binding-delete p-a
	[ "$status" = 4 ]
	contains "$output" "in another network namespace"
	[ -z "$(guest other nft list tables)" ]
	silent a 10.5.0.2
	on nwfilter-define -q "$SCRATCH/f.xml"
	pings a 10.5.0.2
	on nwfilter-binding-delete -q p-a
	[ -z "$(on nft list tables)" ]
	# of one that is gone, a binding can be forgotten
	sed "s/p-a/p-x/" "$SCRATCH/b.xml" >"$SCRATCH/x.xml"
	unshare --net nwfilter-binding-create -q "$SCRATCH/x.xml"
	on nwfilter-define -q "$SCRATCH/f.xml"
	on nwfilter-binding-delete -q p-x
	[ "$(on nwfilter-binding-list --json | grep -c port)" = 0 ]
}

@test "G12 clean-traffic: what is allowed passes both ways, what is spoofed does not" {
	stock
	two_guests
	pings a 10.5.0.2
	frame=$(arp $ALL $EVIL $EVIL 0a050001 0a050002)
	passes a b $frame
	guest b ip neigh flush all
	bind clean-traffic IP=10.5.0.1
	pings a 10.5.0.2
	pings b 10.5.0.1
	stops a b $frame                                      # MAC spoofed
	stops a b $(arp $ALL $A $EVIL 0a050001 0a050002)      # ARP sender's MAC
	stops a b $(arp $ALL $A $A 0a050009 0a050002)         # ARP sender's IP
	passes a b $(arp $ALL $A $A 0a050001 0a050002)
	stops a b ${ALL}${A}88b5deadbeef                      # another protocol
	silent a fd05::2                                        # IPv6 is none of it
	guest a ip addr add 10.5.0.7/24 dev eth0
	silent a 10.5.0.2 10.5.0.7    # IP spoofed
	on nwfilter-binding-delete -q p-a
	passes a b $frame
	pings a fd05::2
}

@test "G12: a filter is changed under load: at once, and nothing passes in between" {
	two_guests
	filter "<filter name='f'><rule action='drop' direction='out' priority='1'><icmp/></rule><rule action='accept' direction='inout'><all/></rule></filter>"
	bind f
	silent a 10.5.0.2
	guest a busybox ping -i 0.01 -c 200 -W 1 10.5.0.2 >"$SCRATCH/flood" 3>&- &
	flood=$!
	for i in $(seq 20); do
		filter "<filter name='f'><rule action='drop' direction='out' priority='$i'><icmp/></rule><rule action='accept' direction='inout'><all/></rule></filter>"
	done
	kill $flood 2>/dev/null; wait $flood || true
	! grep 'bytes from' "$SCRATCH/flood" || false
	filter "<filter name='f'><rule action='accept' direction='inout'><all/></rule></filter>"
	pings a 10.5.0.2
}

@test "protocols, ports, ranges, masks, negation and variables, IPv4 and IPv6" {
	two_guests
	listen b 80
	listen b 81
	tries() { guest a busybox nc -w 1 "$1" "$2" </dev/null; }
	tries 10.5.0.2 80
	filter "<filter name='f'>
		<rule action='accept' direction='out' priority='100'><tcp dstportstart='\$PORT'/></rule>
		<rule action='accept' direction='out' priority='100'><tcp-ipv6 dstipaddr='fd05::' dstipmask='64' dstportstart='81' dstportend='90'/></rule>
		<rule action='accept' direction='inout' priority='200'><icmpv6/></rule>
		<rule action='accept' direction='out' priority='300'><icmp match='no' dstipaddr='10.5.0.2'/></rule>
		<rule action='drop' direction='inout' priority='900'><all/></rule>
		<rule action='drop' direction='inout' priority='900'><all-ipv6/></rule></filter>"
	bind f PORT=80 PORT=82
	tries 10.5.0.2 80
	! tries 10.5.0.2 81 || false
	tries fd05::2 81
	! tries fd05::2 80 || false
	silent a 10.5.0.2
	pings a fd05::2
}

# udp FROM TO SOURCE-MAC DESTINATION-MAC: a packet of UDP between two addresses of 10.5.0.0/24
udp()
{
	local sum=$((0x4500 + 0x21 + 0x4011 + 0x0a05 + 0x$1 + 0x0a05 + 0x$2))
	printf '%s%s080045000021000000004011%04x0a0500%s0a0500%s10002000000d00006265727468' "$4" "$3" $((0xffff - sum)) "$1" "$2"
}

@test "a rule about packets has a mirror, one about frames has none" {
	two_guests
	filter "<filter name='m'><rule action='drop' direction='out'><udp dstipaddr='10.5.0.2'/></rule></filter>"
	bind m
	stops a b "$(udp 01 02 $A $B)"
	stops b a "$(udp 02 01 $B $A)"
	passes a b "$(udp 01 03 $A $B)"
	passes b a "$(udp 03 01 $B $A)"
	filter "<filter name='m'><rule action='drop' direction='out'><ip protocol='udp' dstipaddr='10.5.0.2'/></rule></filter>"
	stops a b "$(udp 01 02 $A $B)"
	passes b a "$(udp 02 01 $B $A)"
	# a MAC address alone has none: it is the sender's
	filter "<filter name='m'><rule action='drop' direction='inout'><all match='no' srcmacaddr='$(echo $B | sed 's/../&:/g; s/:$//')'/></rule></filter>"
	passes b a "$(udp 02 01 $B $A)"
	stops b a "$(udp 02 01 $EVIL $A)"
	passes a b "$(udp 01 02 $A $B)"
}

@test "ARP and RARP by what they ask: gratuitous or not, operation, both addresses" {
	two_guests
	rarp() { arp "$@" | sed 's/08060001/80350001/'; }
	filter "<filter name='f' chain='arp'>
		<rule action='drop' direction='out' priority='100'><arp gratuitous='true'/></rule>
		<rule action='drop' direction='out' priority='200'><arp opcode='Request' arpsrcipaddr='10.5.0.64' arpsrcipmask='26'/></rule></filter>"
	echo "<filter name='g' chain='rarp'><rule action='drop' direction='out'><rarp match='no' gratuitous='true'/></rule></filter>" >"$SCRATCH/g.xml"
	echo "<filter name='both'><filterref filter='f'/><filterref filter='g'/></filter>" >"$SCRATCH/both.xml"
	on nwfilter-define -q "$SCRATCH/g.xml" "$SCRATCH/both.xml"
	bind both
	stops a b $(arp $ALL $A $A 0a050001 0a050001)
	passes a b $(arp $ALL $A $A 0a050001 0a050002)
	passes a b $(arp $ALL $A $A 0a050002 0a050001)
	stops a b $(arp $ALL $A $A 0a050002 0a050002)
	stops a b $(arp $ALL $A $A 0a050041 0a050002)
	passes a b $(arp $ALL $A $A 0a050081 0a050002)
	passes a b $(rarp $ALL $A $A 0a050001 0a050001)
	stops a b $(rarp $ALL $A $A 0a050001 0a050002)
}

@test "sets of ipset: who is in them when a packet comes, not when the rule was made" {
	command -v ipset >/dev/null || skip "ipset is not installed"
	on ipset create friends hash:ip || skip "this kernel has no sets"
	two_guests
	guest b ip addr add 10.5.0.3/24 dev eth0
	filter "<filter name='f'><rule action='accept' direction='out' priority='100'><all ipset='friends' ipsetflags='dst'/></rule>
		<rule action='drop' direction='out' priority='900'><icmp/></rule></filter>"
	bind f
	silent a 10.5.0.2
	[ -n "$(learners --sets)" ]
	on ipset add friends 10.5.0.2
	for try in $(seq 50); do rules p_2da | grep -q 10.5.0.2 && break; sleep 0.1; done
	pings a 10.5.0.2
	silent a 10.5.0.3
	on ipset del friends 10.5.0.2
	on ipset add friends 10.5.0.3
	for try in $(seq 50); do rules p_2da | grep -q 10.5.0.3 && break; sleep 0.1; done
	silent a 10.5.0.2
	pings a 10.5.0.3
	# networks with ports, of which the rule is not
	on ipset create web hash:net,port
	on ipset add web 10.5.0.0/30,tcp:80
	on ipset add web 10.5.0.2,tcp:81
	filter "<filter name='f'><rule action='drop' direction='out'><tcp match='no' ipset='web' ipsetflags='dst,dst'/></rule></filter>"
	listen b 80
	listen b 82
	guest a busybox nc -w 1 10.5.0.2 80 </dev/null
	! guest a busybox nc -w 1 10.5.0.2 82 </dev/null || false
	echo "<filter name='f'><rule action='drop' direction='out'><all-ipv6 ipset='web' ipsetflags='dst,dst'/></rule></filter>" >"$SCRATCH/f.xml"
	run on nwfilter-define "$SCRATCH/f.xml"
	[ "$status" = 1 ]
	contains "$output" "the set 'web' is of IPv4, the rule of IPv6"
	sed -i "s/web/nosuch/" "$SCRATCH/f.xml"
	run on nwfilter-define "$SCRATCH/f.xml"
	[ "$status" = 1 ]
	contains "$output" "the set 'nosuch'"
	on nwfilter-binding-delete -q p-a
	for try in $(seq 40); do [ -z "$(learners --sets)" ] && break; sleep 0.1; done
	[ -z "$(learners --sets)" ]
}

@test "what a guest asks is answered, nothing else: two ports, each with a filter of its own" {
	two_guests
	filter "<filter name='client'><rule action='accept' direction='out'><tcp dstportstart='80'/></rule><rule action='drop' direction='inout' priority='900'><all/></rule></filter>"
	filter "<filter name='server'><rule action='accept' direction='in'><tcp dstportstart='80' state='NEW,ESTABLISHED'/></rule>
		<rule action='accept' direction='out'><tcp srcportstart='80' state='ESTABLISHED'/></rule><rule action='drop' direction='inout' priority='900'><all/></rule></filter>"
	bind client
	binding server | sed 's/p-a/p-b/; s/00:0a/00:0b/' >"$SCRATCH/b.xml"
	on nwfilter-binding-create -q "$SCRATCH/b.xml"
	listen a 80
	listen b 80
	guest a busybox nc -w 1 10.5.0.2 80 </dev/null
	! guest b busybox nc -w 1 10.5.0.1 80 </dev/null || false
	! guest a busybox ping -c 1 -W 1 10.5.0.2 || false
}

# The bridge br0 of the host, and a root file system with what speaks on it.
bridge_and_rootfs()
{
	on ip link add br0 type bridge
	on ip addr add 10.5.0.254/24 dev br0
	on ip link set br0 up
	berth_rootfs
	for applet in ip ping; do ln -sf busybox "$ROOTFS/bin/$applet"; done
}

@test "a container with <filterref> is filtered before it is up" {
	berth_need_containers
	stock
	bridge_and_rootfs
	berth_define one '' "<interface type='bridge'><source bridge='br0'/><ip address='10.5.0.1' prefix='24'/><filterref filter='clean-traffic'><parameter name='IP' value='10.5.0.1'/></filterref></interface>"
	on vm-start -q one
	port=$(on nwfilter-binding-list --json | sed -n 's/.*"port": "\([^"]*\)".*/\1/p')
	[ -n "$port" ]
	on vm-exec one ping -c 1 -W 2 10.5.0.254
	on vm-exec one ip addr add 10.5.0.9/24 dev eth0
	! on vm-exec one ping -c 1 -W 1 -I 10.5.0.9 10.5.0.254 || false
	on vm-destroy -q one
	[ -z "$(on nft list tables)" ]
	[ "$(on nwfilter-binding-list --json | grep -c port)" = 0 ]
	sed 's/clean-traffic/nosuch/' "$SCRATCH/define.xml" >"$SCRATCH/bad.xml"
	on vm-define -q "$SCRATCH/bad.xml" >/dev/null
	run on vm-start one
	[ "$status" != 0 ]
	[[ $output == *"no packet filter 'nosuch'"* ]]
}

learners() { pgrep -f -- "nwfilter-learn $1( |\$)" | while read -r pid; do ! grep -qz "^BERTH_ROOT=$BERTH_ROOT\$" "/proc/$pid/environ" 2>/dev/null || echo "$pid"; done; }
rules() { on nft list table bridge "$(on nft list tables bridge | sed -n "s/table bridge \(.*_nwf_$1\)\$/\1/p")"; }

@test "clean-traffic without an address: the first that the guest uses is its own from then on" {
	stock
	two_guests
	bind clean-traffic
	[ -n "$(learners p-a)" ]
	stops a b ${ALL}${A}88b5deadbeef
	# its first word is an ARP request
	guest a busybox ping -c 1 -W 1 10.5.0.2 || true
	for try in $(seq 40); do [ -z "$(learners p-a)" ] && break; sleep 0.1; done
	[ -z "$(learners p-a)" ]
	contains "$(rules p_2da)" 10.5.0.1
	pings a 10.5.0.2
	guest a ip addr add 10.5.0.7/24 dev eth0
	silent a 10.5.0.2 10.5.0.7
	stops a b $(arp $ALL $A $A 0a050009 0a050002)
	# what was learned stays known while the filter is changed
	EDITOR="sed -i s/500/501/" on nwfilter-edit -q no-ip-spoofing
	pings a 10.5.0.2
	on nwfilter-binding-delete -q p-a
	bind clean-traffic
	! rules p_2da | grep 10.5.0.1 || false
	on nwfilter-binding-delete -q p-a
	for try in $(seq 40); do [ -z "$(learners p-a)" ] && break; sleep 0.1; done
	[ -z "$(learners p-a)" ]
	[ -z "$(ls -A "$BERTH_ROOT/run/berth/.nwfilter-binding" | grep -v '^.lock$')" ]
	run bind clean-traffic CTRL_IP_LEARNING=none
	[ "$status" = 1 ]
	contains "$output" "needs the variable IP"
	run bind clean-traffic CTRL_IP_LEARNING=guess
	[ "$status" = 1 ]
	contains "$output" "'any', 'dhcp' or 'none'"
	[ -z "$(on nft list tables)" ]
}

@test "CTRL_IP_LEARNING=dhcp: DHCP alone until there is a lease; a released or expired one is nobody's" {
	stock
	two_guests
	guest a ip addr flush dev eth0
	guest b ip addr add 10.5.0.3/24 dev eth0
	serve() { guest b timeout 60 dnsmasq --conf-file=/dev/null --no-daemon --port=0 --interface=eth0 --bind-interfaces --dhcp-range=10.5.0.1,10.5.0.1,2m --dhcp-authoritative --leasefile-ro --no-ping --pid-file= 2>/dev/null 3>&- & }
	serve
	server=$!
	bind clean-traffic CTRL_IP_LEARNING=dhcp DHCPSERVER=10.5.0.2
	[ -n "$(learners p-a)" ]
	guest a ip addr add 10.5.0.1/24 dev eth0
	silent a 10.5.0.2
	guest_dhcp a
	for try in $(seq 40); do rules p_2da | grep -q 10.5.0.1 && break; sleep 0.1; done
	pings a 10.5.0.2
	[ -n "$(learners p-a)" ]
	guest a ip addr add 10.5.0.9/24 dev eth0
	silent a 10.5.0.2 10.5.0.9
	# released, it is forgotten at once (DHCPRELEASE to the server)
	guest a python3 -c "
import socket
m = bytes.fromhex('52540000000a')
p = bytes([1, 1, 6, 0]) + b'1234' + bytes(4) + bytes([10, 5, 0, 1]) + bytes(12) + m + bytes(10) + bytes(192) + bytes([99, 130, 83, 99, 53, 1, 7, 54, 4, 10, 5, 0, 2, 255])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('10.5.0.1', 68)); s.sendto(p, ('10.5.0.2', 67))"
	for try in $(seq 40); do rules p_2da | grep -q 10.5.0.1 || break; sleep 0.1; done
	! rules p_2da | grep 10.5.0.1 || false
	silent a 10.5.0.2
	# one whose time is over, too
	guest_dhcp a
	for try in $(seq 40); do rules p_2da | grep -q 10.5.0.1 && break; sleep 0.1; done
	sed -i 's/ [0-9]*$/ 1/' "$BERTH_ROOT/run/berth/.nwfilter-binding/.learned-p-a"
	touch "$BERTH_ROOT/run/berth/.nwfilter-binding/x"
	rm "$BERTH_ROOT/run/berth/.nwfilter-binding/x"
	for try in $(seq 40); do rules p_2da | grep -q 10.5.0.1 || break; sleep 0.1; done
	! rules p_2da | grep 10.5.0.1 || false
	kill $server
	# the interface gone, who learned there goes, too; killed, it comes again with the next change
	kill -9 $(learners p-a)
	EDITOR="sed -i s/500/502/" on nwfilter-edit -q no-ip-spoofing
	[ -n "$(learners p-a)" ]
	on ip link del p-a
	for try in $(seq 40); do [ -z "$(learners p-a)" ] && break; sleep 0.1; done
	[ -z "$(learners p-a)" ]
}

@test "a container's address is learned, of an interface that it has from its start and of one that comes later" {
	berth_need_containers
	stock
	bridge_and_rootfs
	nic="<interface type='bridge'><mac address='52:54:00:00:00:31'/><source bridge='br0'/><target dev='cable31'/><filterref filter='clean-traffic'/></interface>"
	berth_define one '' "$nic"
	on vm-start -q one
	speak() {
		on vm-exec one ip addr add "$1/24" dev "$2"
		on vm-exec one ip link set "$2" up
		on vm-exec one ping -c 3 -W 1 -I "$2" 10.5.0.254 || true
		for try in $(seq 40); do rules "$3" | grep -q "$1" && break; sleep 0.1; done
		contains "$(rules "$3")" "$1"
		on vm-exec one ping -c 1 -W 2 -I "$2" 10.5.0.254
	}
	speak 10.5.0.31 eth0 cable31
	sed 's/00:31/00:32/; s/cable31/cable32/' <<<"$nic" >"$SCRATCH/nic.xml"
	on vm-exec one ip link set eth0 down
	on vm-attach-device -q one "$SCRATCH/nic.xml"
	speak 10.5.0.32 eth1 cable32
	on vm-destroy -q one
	[ -z "$(on nft list tables)" ]
	for try in $(seq 40); do [ -z "$(learners cable31)$(learners cable32)" ] && break; sleep 0.1; done
	[ -z "$(learners cable31)$(learners cable32)" ]
}
