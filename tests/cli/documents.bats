#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Documents of objects before they are anybody's: --print-xml of pool-define, pool-create, vol-create, secret-define, nodedev-define,
# nodedev-create, iface-define, snapshot-create, checkpoint-create, backup-begin, and what is made of options.

load ../helpers

setup() { berth_setup; }
teardown() { berth_teardown; }

# name of a program, document, what its canonical form contains
canonical()
{
	echo "$2" >"$SCRATCH/in.xml"
	expect 0 "$1" --print-xml "$SCRATCH/in.xml"
	[[ $output == *"$3"* ]] || { echo "$output"; return 1; }
	echo "$output" >"$SCRATCH/out.xml"
	expect 0 "$1" --print-xml "$SCRATCH/out.xml"
	diff "$SCRATCH/out.xml" <(echo "$output")
	[ -z "$(find "$BERTH_ROOT" -type f)" ]
}

@test "the canonical form of each kind of document is its own canonical form" {
	local pool='<pool type="netfs"><name>n</name><source><host name="h"/><dir path="/a"/></source><target><path>/mnt//n/</path></target></pool>'
	canonical pool-define "$pool" "<path>/mnt/n</path>"
	canonical pool-create "$pool" "<format type='auto'/>"
	canonical vol-create '<volume><name>v</name><capacity unit="G">1</capacity></volume>' "<capacity unit='bytes'>1073741824</capacity>"
	canonical secret-define '<secret><usage type="ceph"><name>x</name></usage></secret>' "<secret ephemeral='no' private='no'>"
	canonical nodedev-define '<device><parent>p</parent><capability type="mdev"><type id="t"/></capability></device>' "<type id='t'/>"
	canonical nodedev-create '<device><parent>p</parent><capability type="scsi_host"><host>3</host></capability></device>' "<host>3</host>"
	canonical iface-define '<interface type="vlan"><vlan tag="3"><interface name="e"/></vlan></interface>' "name='e.3'"
	canonical snapshot-create '<domainsnapshot><disks><disk name="vda" snapshot="external"/></disks></domainsnapshot>' "type='file'"
	canonical checkpoint-create '<domaincheckpoint><name>c</name><disks><disk name="vda"/></disks></domaincheckpoint>' "bitmap='c'"
	canonical backup-begin '<domainbackup><disks><disk name="vda"/></disks></domainbackup>' "<domainbackup mode='push'>"
}

@test "vol-create --print-xml: the pool's file decides type, key and path" {
	echo '<pool type="logical"><name>vg</name></pool>' >"$SCRATCH/pool.xml"
	echo '<volume><name>v</name><capacity>1</capacity></volume>' >"$SCRATCH/vol.xml"
	expect 0 vol-create --print-xml "$SCRATCH/pool.xml" "$SCRATCH/vol.xml"
	[[ $output == *"<volume type='block'>"*"<key>/dev/vg/v</key>"* ]]
}

@test "X5: names that would lead out of their directory are refused" {
	local name
	for name in .. ../x a/b .; do
		echo "<volume><name>$name</name><capacity>1</capacity></volume>" >"$SCRATCH/v.xml"
		run_apart vol-create --print-xml "$SCRATCH/v.xml"
		[ "$status" = 1 ]
		[[ $errors == *line* ]]
		echo "<domaincheckpoint><name>$name</name></domaincheckpoint>" >"$SCRATCH/c.xml"
		run_apart checkpoint-create --print-xml "$SCRATCH/c.xml"
		[ "$status" = 1 ]
		echo "<domainsnapshot><name>$name</name></domainsnapshot>" >"$SCRATCH/s.xml"
		run_apart snapshot-create --print-xml "$SCRATCH/s.xml"
		[ "$status" = 1 ]
		echo "<interface type='ethernet' name='$name/'/>" >"$SCRATCH/i.xml"
		run_apart iface-define --print-xml "$SCRATCH/i.xml"
		[ "$status" = 1 ]
	done
	echo "<pool type='dir'><name>a/b</name><target><path>/x</path></target></pool>" >"$SCRATCH/p.xml"
	run_apart pool-define --print-xml "$SCRATCH/p.xml"
	[ "$status" = 1 ]
}

@test "an unknown element is warned of, and an error with --validate" {
	echo "<secret><foo/></secret>" >"$SCRATCH/s.xml"
	run_apart secret-define --print-xml "$SCRATCH/s.xml"
	[ "$status" = 0 ]
	[[ $errors == *"unknown"*foo* || $errors == *foo* ]]
	run_apart secret-define --print-xml --validate "$SCRATCH/s.xml"
	[ "$status" = 1 ]
	[ -z "$output" ]
}

@test "pool-define-as, pool-create-as, vol-create-as, snapshot-create-as, checkpoint-create-as print what they would make" {
	expect 0 pool-define-as p iscsi --source-host h --source-dev iqn.2020-01.a:b --target /dev/x --auth-type chap --auth-username u --secret-usage s --print-xml
	[[ $output == *"<auth type='chap' username='u'>"* ]]
	expect 0 pool-create-as p dir --target /x --print-xml
	[[ $output == *"<path>/x</path>"* ]]
	expect 0 vol-create-as p v 2G --format qcow2 --print-xml
	[[ $output == *"<capacity unit='bytes'>2147483648</capacity>"* ]]
	expect 0 snapshot-create-as g s --diskspec vda,snapshot=external,file=/a,,b --memspec /m --print-xml
	[[ $output == *"<source file='/a,b'/>"* && $output == *"<memory snapshot='external' file='/m'/>"* ]]
	expect 0 checkpoint-create-as g c --diskspec vda,bitmap=b --print-xml
	[[ $output == *"<disk name='vda' bitmap='b'/>"* ]]
	expect 2 pool-define-as p nonsense --print-xml
	expect 2 vol-create-as p v big --print-xml
}

@test "without a connection that has them, objects are refused with what to say" {
	local program
	for program in pool-list nodedev-list "snapshot-list g" "checkpoint-list g" "pool-info p" "vol-info v"; do
		run_apart $program
		[ "$status" = 7 ]
		[[ $errors == *"say -c"* ]]
		[ -z "$output" ]
	done
}

@test "what cannot be written is an error" {
	echo '<secret/>' >"$SCRATCH/s.xml"
	run bash -c "secret-define --print-xml $SCRATCH/s.xml >/dev/full"
	[ "$status" = 1 ]
}

@test "every program of objects refuses an unknown option, and missing arguments where it needs some" {
	local program
	for program in backup-begin backup-dumpxml checkpoint-create checkpoint-create-as checkpoint-delete checkpoint-dumpxml checkpoint-edit \
		checkpoint-info checkpoint-list checkpoint-parent iface-bridge iface-define iface-destroy iface-dumpxml iface-edit \
		iface-mac iface-name iface-start iface-unbridge iface-undefine nodedev-autostart nodedev-create nodedev-define \
		nodedev-destroy nodedev-detach nodedev-dumpxml nodedev-info nodedev-reattach nodedev-reset nodedev-start \
		nodedev-undefine nodedev-update pool-autostart pool-build pool-create pool-create-as pool-define pool-define-as pool-delete \
		pool-destroy pool-dumpxml pool-edit pool-find-sources pool-find-sources-as pool-info pool-name pool-refresh pool-start \
		pool-undefine pool-uuid secret-define secret-dumpxml secret-get-value secret-set-value secret-undefine snapshot-create \
		snapshot-create-as snapshot-current snapshot-delete snapshot-dumpxml snapshot-edit snapshot-info snapshot-list \
		snapshot-parent snapshot-revert vol-clone vol-create vol-create-as vol-create-from vol-delete vol-dumpxml vol-info \
		vol-key vol-list vol-name vol-path vol-pool vol-resize vol-wipe; do
		run_apart $program
		[ "$status" = 2 ]
		[[ $errors == "$program: "*"is missing"* ]]
		[ -z "$output" ]
		run_apart $program --no-such-option x y z
		[ "$status" = 2 ]
	done
	for program in pool-list pool-capabilities secret-list nodedev-list iface-list iface-begin iface-commit iface-rollback pool-event \
		secret-event nodedev-event; do
		run_apart $program one argument too many
		[ "$status" = 2 ]
	done
}

@test "nodedev-update: a server that can do it gets the device, the document and which definition; one that cannot says so" {
	echo "<device><name>mdev_1</name></device>" >"$SCRATCH/new.xml"
	printf '#!/bin/sh\nexec /usr/bin/python3 %s/tests/wire/newer.py %s/got\n' "$TOP" "$SCRATCH" >"$SCRATCH/newer"
	chmod +x "$SCRATCH/newer"
	expect 0 nodedev-update -c "qemu+ext:///system?command=$SCRATCH/newer" mdev_1 "$SCRATCH/new.xml" --config --live
	[ "$output" = "Updated node device mdev_1 from '$SCRATCH/new.xml'" ]
	[ "$(cat "$SCRATCH/got")" = "mdev_1 3 <device><name>mdev_1</name></device>" ]
	expect 1 nodedev-update -c test:///default computer "$SCRATCH/new.xml"
	contains "$output" "not supported"
	test-reset -q -c test:///default
	expect 1 nodedev-update -c test:///default computer "$SCRATCH/none"
	expect 2 nodedev-update -c test:///default computer "$SCRATCH/new.xml" --current --live
}

@test "virsh's options of snapshots, copies of volumes and baselines" {
	export BERTH_URI=test:///default
	local name
	for name in a b c; do expect 0 snapshot-create-as test $name --validate; done
	expect 0 snapshot-revert test a
	[ "$(snapshot-list test --current --name)" = b ]
	[ "$(snapshot-list test --current --descendants --name)" = $'b\nc' ]
	expect 2 snapshot-list test --current --from a
	expect 0 vol-create-as default-pool src 10M
	echo '<volume><name>copy</name><capacity>10485760</capacity><nonsense/></volume>' >"$SCRATCH/vol.xml"
	expect 1 vol-create-from default-pool "$SCRATCH/vol.xml" src --validate
	contains "$output" "<nonsense> is unknown"
	[ -z "$(vol-list default-pool | grep copy)" ]
	expect 0 vol-create-from default-pool "$SCRATCH/vol.xml" src
	expect 2 vm-pmsuspend test mem --duration -1
	expect 2 host-hypervisor-cpu-baseline --model Haswell file
	expect 2 host-hypervisor-cpu-baseline
}
