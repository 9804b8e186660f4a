#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The test driver as programs see it: test:///default, test:///PATH.xml, test-reset; and the programs of objects against it.

load ../helpers

setup()
{
	berth_setup
	export BERTH_URI=test:///default
}

teardown()
{
	local world
	test-reset -q
	for world in "$SCRATCH"/*.xml; do
		[ -f "$world" ] && test-reset -q "test://$world"
	done
	unset BERTH_URI
	berth_teardown
}

@test "test:///default has its objects, and keeps what one program does for the next" {
	expect 0 vm-list --name
	[ "$output" = test ]
	expect 0 pool-list --name
	[ "$output" = default-pool ]
	expect 0 iface-list
	[[ $output == *eth1*active*aa:bb:cc:dd:ee:ff* ]]
	expect 0 nodedev-list
	[ "$output" = computer ]
	expect 0 vm-suspend -q test
	expect 0 vm-state test
	[ "$output" = paused ]
	expect 0 vm-destroy -q test
	expect 0 vm-state test
	[ "$output" = "shut off" ]
	expect 0 vm-start -q test
	expect 0 vm-id test
	[ "$output" = 2 ]
	expect 4 vm-start test
}

@test "test-reset: a world is as new" {
	expect 0 vm-undefine -q test
	expect 0 pool-destroy -q default-pool
	expect 0 test-reset -q
	expect 0 vm-state test
	[ "$output" = running ]
	expect 0 pool-list --name
	[ "$output" = default-pool ]
	expect 1 test-reset lxc:///system
}

@test "pools and volumes: from definition to deletion" {
	expect 0 pool-define-as -q p dir --target /p
	expect 0 pool-list --all --name
	[ "$output" = $'default-pool\np' ]
	expect 4 vol-create-as p v 1G
	expect 0 pool-build -q p
	expect 0 pool-start -q p
	expect 0 pool-autostart -q p
	expect 0 vol-create-as p v 1G --allocation 512M -q
	expect 0 vol-info v --pool p --bytes
	[[ $output == *"1073741824 bytes"*"536870912 bytes"* ]]
	expect 0 vol-path v --pool p
	[ "$output" = /p/v ]
	expect 0 vol-pool /p/v
	[ "$output" = p ]
	expect 0 vol-clone -q v w --pool p
	expect 0 vol-list p --json
	[ "$(jq -r '.[].name' <<<"$output" 2>/dev/null || grep -c '"name"' <<<"$output")" ]
	expect 3 vol-info nonesuch --pool p
	expect 0 vol-delete -q --pool p v w
	expect 0 pool-info p
	[[ $output == *"Allocation:     0.00 B"* ]]
	expect 4 pool-undefine p
	expect 0 pool-destroy -q p
	expect 0 pool-undefine -q p
	expect 3 pool-info p
	expect 8 pool-refresh default-pool p
}

@test "snapshots and checkpoints: taken, listed, returned to, deleted" {
	expect 0 snapshot-create-as -q test one words
	expect 0 vm-suspend -q test
	expect 0 snapshot-create-as -q test two
	expect 0 snapshot-list test --name
	[ "$output" = $'one\ntwo' ]
	expect 0 snapshot-list test --tree
	[[ $output == one*"+- two"* ]]
	expect 0 snapshot-parent test two
	[ "$output" = one ]
	expect 3 snapshot-parent test one
	expect 0 snapshot-info test --current
	[[ $output == *"State:          paused"*"Parent:         one"* ]]
	expect 0 snapshot-revert -q test one
	expect 0 vm-state test
	[ "$output" = running ]
	expect 0 snapshot-current test --name
	[ "$output" = one ]
	expect 3 snapshot-revert test nonesuch
	expect 0 snapshot-delete -q test one --children
	expect 0 snapshot-list test --name
	[ -z "$output" ]
	expect 0 checkpoint-create-as -q test c
	expect 0 checkpoint-info test c
	[[ $output == *"Name:           c"* ]]
	expect 0 checkpoint-delete -q test c
	expect 3 checkpoint-dumpxml test c
}

@test "host interfaces: a bridge and back, and a change that is taken back" {
	expect 0 iface-begin -q
	expect 0 iface-bridge -q eth1 br0
	expect 0 iface-dumpxml br0
	[[ $output == *"<bridge stp='on' delay='0'>"*"192.168.0.5"* || $output == *192.168.0.5*"<bridge stp='on' delay='0'>"* ]]
	expect 0 iface-rollback -q
	expect 3 iface-dumpxml br0
	expect 4 iface-rollback
	expect 0 iface-mac eth1
	[ "$output" = aa:bb:cc:dd:ee:ff ]
	expect 0 iface-name aa:bb:cc:dd:ee:ff
	[ "$output" = eth1 ]
	expect 0 iface-destroy -q eth1
	expect 0 iface-list
	[[ $output != *eth1* ]]
}

@test "events of a pool reach whoever waits, whoever caused them" {
	pool-event --all --loop --timeout 20 >"$SCRATCH/events" &
	local waiting=$! i
	for i in {1..100}; do
		pool-destroy -q default-pool
		pool-start -q default-pool
		[ "$(wc -l <"$SCRATCH/events")" -ge 2 ] && break
		sleep 0.05
	done
	kill $waiting
	wait $waiting || true
	grep -q "'lifecycle' for storage pool default-pool: Stopped" "$SCRATCH/events"
	grep -q "'lifecycle' for storage pool default-pool: Started" "$SCRATCH/events"
}

@test "the bytes of a volume: in and out, alone and with others" {
	vol-create-as -q default-pool v 1M
	echo words >"$SCRATCH/words"
	expect 0 vol-upload v "$SCRATCH/words" --pool default-pool
	[ "$output" = "Volume 'v' filled from $SCRATCH/words" ]
	expect 0 vol-download v "$SCRATCH/out" --pool default-pool --length 6
	[ "$output" = "Volume 'v' copied to $SCRATCH/out" ]
	cmp "$SCRATCH/words" "$SCRATCH/out"
	expect 7 env -u BERTH_URI vol-download v "$SCRATCH/out"
}

@test "events of networks: one is enough, or the time is up" {
	expect 6 net-event --timeout 0
	(sleep 0.3; for i in {1..100}; do net-destroy -q default; net-start -q default; [ -e "$SCRATCH/done" ] && break; done) 3>&- &
	expect 0 net-event --network default --timeout 20
	touch "$SCRATCH/done"
	[[ $output == "event 'lifecycle' for network default: St"* ]]
	wait
}

@test "a file is a world of its own, with libvirt's extensions" {
	cat >"$SCRATCH/node.xml" <<-EOX
		<node>
		<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>p</name><memory>1024</memory>
		<os><type>hvm</type></os><test:runstate>3</test:runstate></domain>
		<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>off</name><memory>1024</memory>
		<os><type>hvm</type></os><test:runstate>5</test:runstate></domain>
		<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>gone</name><memory>1024</memory>
		<os><type>hvm</type></os><test:transient/></domain>
		<pool file='pool.inc'/>
		</node>
	EOX
	cat >"$SCRATCH/pool.inc" <<-EOX
		<pool type='dir'><name>q</name><target><path>/q</path></target></pool>
	EOX
	export BERTH_URI=test://$SCRATCH/node.xml
	expect 0 vm-state p
	[ "$output" = paused ]
	expect 0 vm-state off
	[ "$output" = "shut off" ]
	expect 0 vm-list --transient --name
	[ "$output" = gone ]
	expect 0 pool-list --name
	[ "$output" = q ]
	expect 0 vm-destroy -q gone
	expect 3 vm-state gone
	export BERTH_URI=test:///default
	expect 3 vm-state p
	run_apart vm-list -c "test://$SCRATCH/nonesuch.xml"
	[ "$status" = 1 ]
	[[ $errors == *nonesuch.xml* ]]
}

@test "a file's guests can have a saved state and snapshots" {
	cat >"$SCRATCH/node.xml" <<-EOX
		<node>
		<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>s</name><memory>1024</memory>
		<os><type>hvm</type></os><test:runstate>5</test:runstate><test:hasmanagedsave/>
		<test:domainsnapshot file='one.xml'/>
		<test:domainsnapshot><name>two</name><creationTime>1363188953</creationTime><state>running</state><active>1</active>
		<parent><name>one</name></parent></test:domainsnapshot></domain>
		</node>
	EOX
	echo '<domainsnapshot><name>one</name><creationTime>1363188952</creationTime><state>shutoff</state></domainsnapshot>' >"$SCRATCH/one.xml"
	export BERTH_URI=test://$SCRATCH/node.xml
	expect 0 snapshot-list s --name
	[ "$output" = $'one\ntwo' ]
	[ "$(snapshot-current s --name)" = two ]
	[ "$(snapshot-parent s two)" = one ]
	expect 0 vm-managedsave-dumpxml s
	[[ $output == *"<name>s</name>"* ]]
	expect 4 vm-undefine s
	expect 0 vm-start -q s
	[ "$(vm-state --reason s)" = "running (restored)" ]
	expect 4 vm-managedsave-dumpxml s
	sed 's,>5</test:runstate>,>1</test:runstate>,' "$SCRATCH/node.xml" >"$SCRATCH/wrong.xml"
	run_apart vm-list -c "test://$SCRATCH/wrong.xml"
	[ "$status" != 0 ]
	[[ $errors == *"managed save"* ]] || { echo "$errors"; false; }
}

@test "guests are saved, restored and dumped" {
	expect 0 vm-save -q test "$SCRATCH/image"
	[ "$(vm-state --reason test)" = "shut off (saved)" ]
	expect 0 vm-save-image-dumpxml "$SCRATCH/image"
	[[ $output == *"<name>test</name>"* ]]
	expect 0 vm-restore -q "$SCRATCH/image"
	[ "$(vm-state --reason test)" = "running (restored)" ]
	expect 0 vm-managedsave -q --paused test
	expect 0 vm-start -q test
	[ "$(vm-state test)" = paused ]
	expect 0 vm-managedsave -q test
	expect 0 vm-managedsave-remove -q test
	expect 0 vm-start -q test
	[ "$(vm-state --reason test)" = "running (booted)" ]
	expect 0 vm-dump -q --crash test "$SCRATCH/core"
	[ -s "$SCRATCH/core" ]
	[ "$(vm-state --reason test)" = "shut off (crashed)" ]
	expect 4 vm-save test "$SCRATCH/image"
}

@test "a broken file is refused and makes nothing" {
	echo '<node><domain type="test"><name>x</name></node>' >"$SCRATCH/broken.xml"
	run_apart vm-list -c "test://$SCRATCH/broken.xml"
	[ "$status" = 1 ]
	[[ $errors == *line* ]]
}

@test "no privileges are needed" {
	[ "$(id -u)" = 0 ] || skip "only root can be somebody else"
	mkdir "$SCRATCH/run"
	chmod 711 "$SCRATCH"
	chown nobody "$SCRATCH/run"
	expect 0 setpriv --reuid nobody --clear-groups env -u BERTH_ROOT XDG_RUNTIME_DIR="$SCRATCH/run" "$(command -v vm-state)" test
	[ "$output" = running ]
	expect 0 setpriv --reuid nobody --clear-groups env -u BERTH_ROOT XDG_RUNTIME_DIR="$SCRATCH/run" "$(command -v test-reset)" -q
}

@test "R2: a guest dies with its supervisor, and nothing else does" {
	vm-define -q <(sed 's,<name>test,<name>other,; /<uuid>/d' <(vm-dumpxml test --inactive))
	expect 0 vm-start -q other
	kill -9 "$(cut -d' ' -f4 "$BERTH_ROOT/run/berth/.test/default/run/berth/test/test/state")"
	expect 0 vm-state test
	[ "$output" = "shut off" ]
	expect 0 vm-state other
	[ "$output" = running ]
	expect 0 vm-start -q test
	expect 0 vm-state test
	[ "$output" = running ]
}
