#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The programs about networks: net-define, net-undefine, net-start, net-destroy, net-create, net-autostart, net-list, net-info, net-name, net-uuid,
# net-dumpxml, net-edit, net-update, net-desc, net-metadata, net-dhcp-leases, net-port-list, net-port-create, net-port-dumpxml, net-port-delete.

load ../network

setup() { network_setup; }
teardown() { network_teardown; }

lab()
{
	cat >"$SCRATCH/lab.xml" <<-EOS
		<network><name>${1:-lab}</name><bridge name='${2:-br-lab}'/><ip address='${3:-10.66.0.1}' prefix='24'><dhcp>
		<range start='${3:-10.66.0.1}0' end='${3:-10.66.0.1}99'/></dhcp></ip></network>
	EOS
	sed -i "s/10.66.0.110'/10.66.0.10'/; s/10.66.0.199'/10.66.0.99'/" "$SCRATCH/lab.xml"
	echo "$SCRATCH/lab.xml"
}

@test "net-define --default: a free subnet, said; a second time it is refused" {
	on ip link add taken type veth peer name other
	on ip addr add 192.168.122.9/24 dev taken
	run on net-define --default
	[ "$status" = 0 ]
	[[ $output == *192.168.123.0/24* ]]
	run on net-define --default
	[ "$status" = 4 ]
	[ "$(on net-list --all --name)" = default ]
}

@test "net-define: bridge and MAC address are chosen once and kept; UUIDs are unique" {
	lab >/dev/null
	sed -i "s|<bridge name='br-lab'/>||" "$SCRATCH/lab.xml"
	on net-define -q "$SCRATCH/lab.xml"
	first=$(on net-dumpxml lab)
	[[ $first == *"bridge name='virbr0' stp='on' delay='0'"* ]]
	on net-define -q "$SCRATCH/lab.xml"
	[ "$first" = "$(on net-dumpxml lab)" ]
	sed "s/lab/other/; s|<ip|<uuid>$(on net-uuid lab)</uuid><ip|" "$SCRATCH/lab.xml" >"$SCRATCH/other.xml"
	run on net-define "$SCRATCH/other.xml"
	[ "$status" = 1 ]
	[[ $output == *"cannot have the UUID of network 'lab'"* ]]
	[ "$(on net-name "$(on net-uuid lab)")" = lab ]
}

@test "net-define: wrong input is refused with the reason and nothing is stored" {
	while IFS='|' read -r xml word; do
		echo "<network><name>bad</name>$xml</network>" >"$SCRATCH/bad.xml"
		run on net-define "$SCRATCH/bad.xml"
		echo "$xml: $output"
		[ "$status" != 0 ]
		[[ $output == *$word* ]]
	done <<-'EOS'
		<forward mode='nat'/>|needs an <ip>
		<ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.1.2' end='10.0.1.9'/></dhcp></ip>|not within the network
		<ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.9' end='10.0.0.2'/></dhcp></ip>|ends before it starts
		<ip address='10.0.0.300' prefix='24'/>|not an IP address
		<bridge name='a-name-that-is-too-long'/>|longer than
		<forward mode='bridge'/><bridge name='br0' stp='on'/>|does not go with
		<mac address='01:00:00:00:00:00'/>|multicast
		<ip address='10.0.0.1' prefix='24'/><route address='10.9.0.0' prefix='16' gateway='10.1.0.1'/>|in none of the network's subnets
		<ip address='10.0.0.1' prefix='24'><dhcp><host mac='52:54:00:00:00:01' ip='10.0.0.5'/><host mac='52:54:00:00:00:01' ip='10.0.0.6'/></dhcp></ip>|two <host mac=
		<ip address='10.0.0.1' prefix='24'><dhcp><host mac='52:54:00:00:00:01' ip='10.0.0.5'/><host name='b' ip='10.0.0.5'/></dhcp></ip>|two <host ip=
		<ip address='10.0.0.1' prefix='24'><dhcp><host mac='52:54:00:00:01' ip='10.0.0.5'/></dhcp></ip>|not a MAC address
		<ip address='10.0.0.1' prefix='24'/><ip address='10.0.0.1' prefix='16'/>|two <ip address=
	EOS
	[ -z "$(on net-list --all --name)" ]
	run on net-define "$SCRATCH/none.xml"
	[ "$status" != 0 ]
	run on net-define
	[ "$status" = 2 ]
}

@test "net-define: another network's bridge is refused" {
	on net-define -q "$(lab)"
	on net-define -q "$(lab lab2 br-lab2 10.67.0.1)" || true
	sed "s/lab</lab3</" "$(lab)" >"$SCRATCH/3.xml"
	run on net-define "$SCRATCH/3.xml"
	[ "$status" = 1 ]
	[[ $output == *"br-lab is that of network 'lab'"* ]]
}

@test "net-start, net-destroy: bridge, rules and dnsmasq come and go, exactly" {
	on net-define -q --default
	before=$(on nft list ruleset; on ip -o link)
	run on net-start default
	[ "$status" = 0 ]
	[ "$output" = "Network 'default' started" ]
	on ip -o addr show virbr0 | grep -q 192.168.122.1/24
	on nft list tables | grep -q berth
	pgrep -f "conf-file=$BERTH_ROOT"
	run on net-start default
	[ "$status" = 4 ]
	[[ $output == *already* ]]
	[ "$(on net-list --name)" = default ]
	on net-info default | grep -q 'Active: *yes'
	on net-destroy -q default
	[ "$before" = "$(on nft list ruleset; on ip -o link)" ]
	run on net-destroy default
	[ "$status" = 4 ]
	run on net-start nosuch
	[ "$status" = 3 ]
}

@test "net-start: what stands in the way is said before anything is made" {
	on net-define -q --default
	on ip link add virbr0 type veth peer name x
	run on net-start default
	[ "$status" = 1 ]
	[[ $output == *"interface virbr0 already"* ]]
	on ip link del virbr0
	on ip link add taken type veth peer name x
	on ip addr add 192.168.122.77/25 dev taken
	run on net-start default
	[ "$status" = 1 ]
	[[ $output == *"overlaps with that of the host's interface taken"* ]]
	[ -z "$(on nft list ruleset)" ]
	! on ip link show virbr0 || false
}

@test "net-start: a route of the host's to its subnet, or a part of it, is in the way; one to more than that is not" {
	on net-define -q "$(lab)"
	on ip link add up0 type veth peer name other
	on ip addr add 203.0.113.1/24 dev up0
	on ip link set dev up0 up
	on ip route add 10.0.0.0/8 via 203.0.113.2
	on net-start -q lab
	on net-destroy -q lab
	on ip route add 10.66.0.128/25 dev up0
	run on net-start lab
	[ "$status" = 1 ]
	contains "$output" "overlaps with the host's route to 10.66.0.128/25 by up0"
	on ip route del 10.66.0.128/25
	on net-start -q lab
	on net-destroy -q lab
	on ip route add 192.168.122.0/24 dev up0
	run on net-define --default
	contains "$output" 192.168.123.0/24
}

@test "net-create: a transient network is gone when it is stopped" {
	on net-create -q "$(lab)"
	run on net-list --all --json
	[[ $output == *'"persistent": false'* ]]
	run on net-autostart lab
	[ "$status" = 4 ]
	run on net-undefine lab
	[ "$status" = 4 ]
	on net-destroy -q lab
	[ -z "$(on net-list --all --name)" ]
}

@test "net-autostart, net-undefine: marks and definitions" {
	on net-define -q "$(lab)"
	on net-autostart -q lab
	[ "$(on net-list --all --name --autostart)" = lab ]
	on net-autostart -q --disable lab
	[ "$(on net-list --all --name --no-autostart)" = lab ]
	on net-start -q lab
	on net-undefine -q lab
	[ "$(on net-list --name --transient)" = lab ]
	on net-destroy -q lab
	run on net-info lab
	[ "$status" = 3 ]
}

@test "net-edit: a change is stored, a wrong one is not" {
	on net-define -q "$(lab)"
	EDITOR="sed -i s/10.66.0.99/10.66.0.98/" run on net-edit lab
	[ "$status" = 0 ]
	on net-dumpxml lab | grep -q 10.66.0.98
}

@test "net-update: running and stored, both or none" {
	on net-define -q "$(lab)"
	on net-start -q lab
	host="<host mac='52:54:00:00:00:09' name='nine' ip='10.66.0.9'/>"
	run on net-update lab add ip-dhcp-host "$host" --live --config
	[ "$status" = 0 ]
	[ "$(on net-dumpxml lab | grep -c nine)" = 1 ]
	[ "$(on net-dumpxml lab --inactive | grep -c nine)" = 1 ]
	grep -q 52:54:00:00:00:09 "$BERTH_ROOT/run/berth/network/lab/dnsmasq.conf"
	run on net-update lab add ip-dhcp-host "$host" --live
	[ "$status" = 4 ]
	[[ $output == *already* ]]
	run on net-update lab delete dns-txt "<txt name='x'/>" --config
	[ "$status" = 4 ]
	on net-update -q lab delete ip-dhcp-host "$host" --live
	[ "$(on net-dumpxml lab | grep -c nine)" = 0 ]
	[ "$(on net-dumpxml lab --inactive | grep -c nine)" = 1 ]
	run on net-update lab add nonsense "$host"
	[ "$status" = 2 ]
	pgrep -f "conf-file=$BERTH_ROOT"
}

@test "R8: many net-updates at once are all made, and a net-destroy among them leaves nothing" {
	local i=0 pids round host
	on net-define -q "$(lab)"
	on net-start -q lab
	add() { on net-update -q lab add ip-dhcp-host "<host mac='52:54:00:01:02:0$1' ip='10.66.0.2$1'/>" --live "${@:2}"; }
	for i in 1 2 3 4 5 6; do add $i --config & done
	for host in $(jobs -p); do wait "$host"; done
	[ "$(on net-dumpxml lab | grep -c '<host mac')" = 6 ]
	[ "$(on net-dumpxml lab --inactive | grep -c '<host mac')" = 6 ]
	for round in 1 2 3; do
		for i in 7 8 9; do add $i 2>/dev/null & done
		on net-destroy -q lab 2>/dev/null &
		on net-destroy -q lab 2>/dev/null &
		wait
		[ -z "$(on net-list --name)" ]
		[ -z "$(on nft list tables)" ]
		! on ip link show br-lab || false
		! pgrep -f "conf-file=$BERTH_ROOT" || false
		on net-start -q lab
	done
}

@test "net-update: parts of which a network has one, and subnets, while it runs" {
	on net-define -q "$(lab)"
	on net-start -q lab
	bridge=br-lab
	on net-update -q lab add domain "<domain name='one.example' localOnly='yes'/>" --live
	grep -q '^local=/one.example/' "$BERTH_ROOT/run/berth/network/lab/dnsmasq.conf"
	on net-update -q lab add forward "<forward mode='open'/>" --live
	! on nft list ruleset | grep -q reject || false
	on net-update -q lab modify forward "<forward mode='nat'><nat><port start='2000' end='3000'/></nat></forward>" --live
	on nft list ruleset | grep -q 'masquerade to :2000-3000'
	on net-update -q lab modify bridge "<bridge stp='off' delay='0'/>" --live
	contains "$(on ip -d link show "$bridge")" "stp_state 0"
	on net-update -q lab add ip "<ip family='ipv6' address='fd66::1' prefix='64'/>" --live
	on ip -6 addr show "$bridge" | grep -q fd66::1/64
	on net-update -q lab delete ip "<ip family='ipv6' address='fd66::1'/>" --live
	! on ip -6 addr show "$bridge" | grep -q fd66::1 || false
	on net-update -q lab delete domain "<domain name='any'/>" --live
	refused() { local want=$1 word=$2; shift 2; run on net-update lab "$@"; echo "$output"; [ "$status" = "$want" ]; contains "$output" "$word"; }
	refused 1 "cannot be another while it is active" modify bridge "<bridge name='other'/>" --live
	refused 1 "cannot come to forward in that way" modify forward "<forward mode='bridge'/>" --live
	refused 1 "a network has one bridge: modify it" add bridge "<bridge/>" --live
	refused 4 "does not give out devices" add forward-pf "<pf dev='eth0'/>" --live
	refused 4 "has no domain" delete domain "<domain name='x'/>" --live
	refused 1 "not a <domain>" modify forward "<domain name='x'/>" --live
	on ip addr add 10.67.0.1/24 dev lo
	refused 1 "overlaps with that of the host's interface lo" add ip "<ip address='10.67.0.5' prefix='24'/>" --live
	# refused, all is as it was
	[ "$(on ip -o -4 addr show "$bridge" | wc -l)" = 1 ]
	pgrep -f "conf-file=$BERTH_ROOT"
	# what runs has been changed alone
	! on net-dumpxml lab --inactive | grep -q 2000 || false
}

@test "net-desc, net-metadata: stored and running, with the reason when there is none" {
	on net-define -q "$(lab)"
	uri=http://example.com/owner
	run on net-desc lab
	[ "$status" = 0 ]
	[[ $output == *"Network 'lab' has no description"* ]]
	on net-desc -q lab for 'the <testers>'
	[ "$(on net-desc lab)" = "for the <testers>" ]
	run on net-metadata lab $uri
	[ "$status" = 3 ]
	[[ $output == *"network 'lab' has no metadata of the namespace '$uri'"* ]]
	run on net-desc --live lab text
	[ "$status" = 4 ]
	on net-start -q lab
	on net-desc -q lab --title 'Now' --live
	[ "$(on net-desc --title --json lab | tr -d ' \n')" = '{"name":"lab","title":"Now"}' ]
	[ -z "$(on net-desc -q --title --config lab)" ]
	on net-metadata -q lab $uri --key own --set '<who>Ada</who>' --live --config
	EDITOR="sed -i s/Ada/Bob/" on net-metadata -q lab $uri --key own --edit --config
	[[ $(on net-metadata lab $uri) == *Ada* ]]
	[[ $(on net-metadata lab $uri --config) == *Bob* ]]
	on net-dumpxml lab --inactive | grep -q "xmlns:own=.$uri"
	run on net-metadata lab $uri --key own --set '<broken'
	[ "$status" = 1 ]
	[[ $(on net-metadata lab $uri) == *Ada* ]]
	on net-metadata -q lab $uri --remove
	run on net-metadata lab $uri
	[ "$status" = 3 ]
	run on net-metadata lab $uri --set '<who/>'
	[ "$status" = 2 ]
	run on net-desc nowhere
	[ "$status" = 3 ]
}

@test "net-port-*: ports are made, told, and taken away" {
	on net-define -q "$(lab)"
	cat >"$SCRATCH/port.xml" <<-EOS
		<networkport><uuid>5d744f21-ba4a-4d6e-bdb2-30a35ff3207d</uuid><owner><name>web</name><uuid>d54df46f-1ab5-4a22-8618-4560ef5fac2c</uuid></owner>
		<mac address='52:54:00:7b:35:94'/></networkport>
	EOS
	run on net-port-create lab "$SCRATCH/port.xml"
	[ "$status" = 4 ]
	[[ $output == *"net-start lab"* ]]
	on net-start -q lab
	on net-port-create -q lab "$SCRATCH/port.xml"
	run on net-port-create lab "$SCRATCH/port.xml"
	[ "$status" = 1 ]
	[ "$(on net-port-list --uuid lab)" = 5d744f21-ba4a-4d6e-bdb2-30a35ff3207d ]
	on net-port-dumpxml lab 5d744f21-ba4a-4d6e-bdb2-30a35ff3207d | grep -q "plug type='network' bridge='br-lab'"
	on net-dumpxml lab | grep -q "connections='1'"
	on net-port-delete -q lab 5d744f21-ba4a-4d6e-bdb2-30a35ff3207d
	run on net-port-dumpxml lab 5d744f21-ba4a-4d6e-bdb2-30a35ff3207d
	[ "$status" = 3 ]
}

@test "net-dhcp-leases: a guest gets an address, a route and a name; leases outlive the network" {
	on net-define -q --default
	on net-start -q default
	guest_new one virbr0 52:54:00:00:00:11
	guest_dhcp one -x hostname:first
	run on net-dhcp-leases default --json
	[[ $output == *'"mac": "52:54:00:00:00:11"'* ]]
	[[ $output == *'"hostname": "first"'* ]]
	guest one ip route | grep -q 'default via 192.168.122.1'
	guest one busybox ping -c 1 -W 2 192.168.122.1
	address=$(guest one ip -4 -o addr show eth0 | awk '{print $4}' | cut -d/ -f1)
	guest one busybox nslookup first 192.168.122.1 | grep -q "$address"
	on net-destroy -q default
	on net-start -q default
	on net-dhcp-leases default --mac 52:54:00:00:00:11 | grep -q "$address"
	[ -z "$(on net-dhcp-leases default --mac 52:54:00:00:00:12 | grep 52:54)" ]
	run on net-dhcp-leases default --mac nonsense
	[ "$status" = 2 ]
	on ip link set p-one master virbr0
	guest_dhcp one
	[ "$address" = "$(guest one ip -4 -o addr show eth0 | awk '{print $4}' | cut -d/ -f1)" ]
}
