#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Definitions: vm-define, vm-undefine, vm-dumpxml, vm-list, vm-rename, vm-desc, vm-metadata, vm-edit, vm-autostart.

load ../helpers

setup() { berth_setup; }
teardown() { berth_teardown; }

@test "vm-define: created, unchanged, changed" {
	berth_xml web >"$SCRATCH/web.xml"
	run_apart vm-define "$SCRATCH/web.xml"
	[ "$status" = 0 ]
	[ "$output" = "created web" ]
	[ -z "$errors" ]
	before=$(stat -c '%y %i' "$BERTH_ROOT/var/lib/berth/lxc/web/config.xml")
	expect 0 vm-define "$SCRATCH/web.xml"
	[ "$output" = "unchanged web" ]
	[ "$before" = "$(stat -c '%y %i' "$BERTH_ROOT/var/lib/berth/lxc/web/config.xml")" ]
	sed -i s/131072/262144/ "$SCRATCH/web.xml"
	expect 0 vm-define "$SCRATCH/web.xml"
	[ "$output" = "changed web" ]
}

@test "vm-define: several files at once, one of them wrong, is status 8" {
	berth_xml a >"$SCRATCH/a.xml"
	berth_xml c >"$SCRATCH/c.xml"
	echo '<domain type="lxc">' >"$SCRATCH/b.xml"
	run_apart vm-define "$SCRATCH"/{a,b,c}.xml
	[ "$status" = 8 ]
	[ "$output" = $'created a\ncreated c' ]
	contains "$errors" "b.xml"
}

@test "vm-define: standard input, a missing file, a file that is no XML" {
	berth_xml web | expect 0 vm-define -
	expect 1 vm-define "$SCRATCH/none.xml"
	contains "$output" "none.xml: No such file or directory"
	echo hello >"$SCRATCH/text"
	expect 1 vm-define "$SCRATCH/text"
	expect 1 vm-define /dev/null
	expect 1 vm-define "$SCRATCH"
}

@test "vm-define --dry-run shows what would change and changes nothing" {
	berth_define web
	vm-dumpxml --inactive web >"$SCRATCH/before"
	berth_xml web | sed s/131072/262144/ >"$SCRATCH/new.xml"
	run_apart vm-define --dry-run "$SCRATCH/new.xml"
	[ "$status" = 0 ]
	contains "$output" "would change web"
	contains "$output" "-  <memory unit='KiB'>131072</memory>"
	contains "$output" "+  <memory unit='KiB'>262144</memory>"
	vm-dumpxml --inactive web | diff - "$SCRATCH/before"
	run_apart vm-define --dry-run "$SCRATCH/before"
	[ "$output" = "unchanged web" ]
	berth_xml other >"$SCRATCH/other.xml"
	expect 0 vm-define --dry-run "$SCRATCH/other.xml"
	contains "$output" "would create other"
	expect 3 vm-state other
}

@test "vm-define --print-xml prints the canonical form, a fixed point, and defines nothing" {
	berth_xml web >"$SCRATCH/web.xml"
	vm-define --print-xml --driver lxc "$SCRATCH/web.xml" >"$SCRATCH/once"
	vm-define --print-xml --driver lxc "$SCRATCH/once" >"$SCRATCH/twice"
	diff "$SCRATCH/once" "$SCRATCH/twice"
	grep -q "<name>web</name>" "$SCRATCH/once"
	expect 3 vm-state web
	expect 2 vm-define --print-xml --driver nosuch "$SCRATCH/web.xml"
}

@test "vm-define: what is not known is a warning with its line, with --validate an error" {
	berth_xml web "<frobnicate/>" >"$SCRATCH/web.xml"
	expect 1 vm-define --validate "$SCRATCH/web.xml"
	contains "$output" frobnicate
	expect 3 vm-state web
	run_apart vm-define "$SCRATCH/web.xml"
	[ "$status" = 0 ]
	[ "$output" = "created web" ]
	contains "$errors" "warning:"
	contains "$errors" "line 5"
	contains "$errors" frobnicate
}

@test "vm-define: a wrong UUID, a driver that is not there, a UUID that is taken" {
	berth_xml web "<uuid>not-a-uuid</uuid>" >"$SCRATCH/web.xml"
	expect 1 vm-define "$SCRATCH/web.xml"
	contains "$output" uuid
	echo '<domain type="nosuch"><name>x</name></domain>' >"$SCRATCH/x.xml"
	run vm-define "$SCRATCH/x.xml"
	[ "$status" != 0 ]
	echo '<domain type="xen"><name>x</name><memory>1024</memory><os><type>hvm</type></os></domain>' >"$SCRATCH/x.xml"
	expect 7 vm-define "$SCRATCH/x.xml"
	contains "$output" "for which there is no driver"
	berth_xml a "<uuid>6f1a1f2e-8f4c-4a8e-9f61-1c6ac2a0a5f0</uuid>" | vm-define -q -
	berth_xml b "<uuid>6f1a1f2e-8f4c-4a8e-9f61-1c6ac2a0a5f0</uuid>" >"$SCRATCH/b.xml"
	run vm-define "$SCRATCH/b.xml"
	[ "$status" != 0 ]
	contains "$output" "a"
	expect 3 vm-state b
}

@test "vm-define --json" {
	berth_xml web "<uuid>6f1a1f2e-8f4c-4a8e-9f61-1c6ac2a0a5f0</uuid>" >"$SCRATCH/web.xml"
	vm-define --json "$SCRATCH/web.xml" >"$SCRATCH/json"
	python3 - "$SCRATCH" <<-'EOP'
		import json, sys
		[one] = json.load(open(sys.argv[1] + '/json'))
		assert one == {'file': sys.argv[1] + '/web.xml', 'name': 'web', 'uuid': '6f1a1f2e-8f4c-4a8e-9f61-1c6ac2a0a5f0', 'result': 'created'}, one
	EOP
}

@test "X4: names with odd characters are stored and found back" {
	for name in -rf ' lead' 'trail ' '...' '.hidden' 'a b' 'käse' 'web.xml' 'x.lock' 'A' 'a' '4711' "q'uote" 'am&p' '%41' '日本'; do
		berth_xml "$name" | vm-define -q - >/dev/null || { echo "not defined: '$name'"; return 1; }
		[ "$(vm-name -- "$name")" = "$name" ] || { echo "not found: '$name'"; return 1; }
	done
	[ "$(vm-list --all --name | wc -l)" = 16 ]
	find "$BERTH_ROOT/var/lib/berth/lxc" -mindepth 1 -maxdepth 1 ! -name '.*' | wc -l | grep -qx 16
	while IFS= read -r name; do vm-undefine -q -- "$name"; done < <(vm-list --all --name)
	[ -z "$(vm-list --all --name)" ]
}

@test "X4: names that cannot be are refused" {
	for name in '' a/b ../x . ..; do
		berth_xml "$name" >"$SCRATCH/x.xml"
		run vm-define "$SCRATCH/x.xml"
		[ "$status" = 1 ] || { echo "accepted: '$name'"; return 1; }
	done
	berth_xml "$(printf 'x%.0s' {1..300})" >"$SCRATCH/x.xml"
	expect 1 vm-define "$SCRATCH/x.xml"
	[ -z "$(vm-list --all --name)" ]
}

@test "vm-undefine forgets; the second time is status 3; several with one missing is status 8" {
	berth_define web
	run_apart vm-undefine web
	[ "$status" = 0 ]
	[ -z "$output" ]
	[ "$errors" = "Domain 'web' has been undefined" ]
	expect 3 vm-undefine web
	berth_define a
	berth_define b
	expect 8 vm-undefine a nobody b
	[ -z "$(vm-list --all --name)" ]
	expect 3 vm-undefine nobody neither
}

@test "vm-list prints virsh's table, names, UUIDs and JSON" {
	run_apart vm-list --all
	[ "$output" = " Id   Name   State
--------------------" ] || { echo "$output"; return 1; }
	berth_define web "<uuid>6f1a1f2e-8f4c-4a8e-9f61-1c6ac2a0a5f0</uuid><title>The &lt;web&gt; &amp; more</title>"
	berth_define db
	expect 0 vm-list
	[[ $output != *web* ]]
	run_apart vm-list --all
	contains "$output" " -   db   shut off"
	contains "$output" " -   web   shut off"
	[ "$(vm-list --all --name)" = $'db\nweb' ]
	[ "$(vm-list --inactive --name)" = $'db\nweb' ]
	contains "$(vm-list --all --uuid)" 6f1a1f2e-8f4c-4a8e-9f61-1c6ac2a0a5f0
	contains "$(vm-list --all --uuid --name)" "6f1a1f2e-8f4c-4a8e-9f61-1c6ac2a0a5f0 web"
	[ "$(vm-list --all --id)" = $'-\n-' ]
	contains "$(vm-list --all --title)" "The <web> & more"
	vm-list --all --json | python3 -c '
import json, sys
db, web = json.load(sys.stdin)
assert web["name"] == "web" and web["uuid"] == "6f1a1f2e-8f4c-4a8e-9f61-1c6ac2a0a5f0" and web["id"] is None, web
assert web["state"] == "shut off" and web["driver"] == "lxc" and web["persistent"] is True and web["autostart"] is False, web'
}

@test "vm-list's filters" {
	berth_define web
	berth_define db
	vm-autostart -q db
	[ "$(vm-list --all --autostart --name)" = db ]
	[ "$(vm-list --all --no-autostart --name)" = web ]
	[ "$(vm-list --all --autostart --no-autostart --name)" = $'db\nweb' ]
	[ "$(vm-list --all --persistent --name)" = $'db\nweb' ]
	[ -z "$(vm-list --all --transient --name)" ]
	[ -z "$(vm-list --all --state-running --name)" ]
	[ -z "$(vm-list --all --state-paused --name)" ]
	[ -z "$(vm-list --all --state-other --name)" ]
	[ "$(vm-list --all --state-shutoff --name)" = $'db\nweb' ]
	[ -z "$(vm-list --all --with-managed-save --name)" ]
	[ "$(vm-list --all --without-managed-save --name)" = $'db\nweb' ]
	[ -z "$(vm-list --all --with-snapshot --name)" ]
	[ "$(vm-list --all --without-checkpoint --name)" = $'db\nweb' ]
}

@test "R9: vm-list: one damaged definition hides no other and is status 8" {
	berth_define web
	berth_define db
	: >"$BERTH_ROOT/var/lib/berth/lxc/db/config.xml"
	run_apart vm-list --all
	[ "$status" = 8 ]
	contains "$output" web
	contains "$output" db
	contains "$errors" "cannot be read"
}

@test "vm-dumpxml prints what was defined; --xpath selects" {
	berth_define web "<description>hello &amp; goodbye</description>"
	vm-dumpxml web | vm-define - | grep -qx "unchanged web"
	[ "$(vm-dumpxml web --xpath 'string(/domain/os/init)')" = /sbin/init ]
	[ "$(vm-dumpxml web --xpath '/domain/memory/@unit')" = KiB ]
	[ "$(vm-dumpxml web --xpath 'count(//filesystem) = 1')" = true ]
	contains "$(vm-dumpxml web --xpath //devices/filesystem)" "<target dir=\"/\"/>"
	contains "$(vm-dumpxml web --xpath //devices/filesystem --wrap)" "<nodes>"
	expect 1 vm-dumpxml web --xpath //nothing
	expect 1 vm-dumpxml web --xpath '///('
	vm-dumpxml --json web | python3 -c 'import json, sys; assert "<name>web</name>" in json.load(sys.stdin)["xml"]'
}

@test "vm-id, vm-name, vm-uuid, vm-state and vm-info of a guest that is off" {
	berth_define web "<uuid>6f1a1f2e-8f4c-4a8e-9f61-1c6ac2a0a5f0</uuid>"
	[ "$(vm-id web)" = - ]
	[ "$(vm-name 6f1a1f2e-8f4c-4a8e-9f61-1c6ac2a0a5f0)" = web ]
	[ "$(vm-uuid web)" = 6f1a1f2e-8f4c-4a8e-9f61-1c6ac2a0a5f0 ]
	[ "$(vm-state web)" = "shut off" ]
	[ "$(vm-state --reason web)" = "shut off (unknown)" ]
	run_apart vm-info web
	[ "$status" = 0 ]
	contains "$output" "Name:           web"
	contains "$output" "State:          shut off"
	contains "$output" "Max memory:     131072 KiB"
	contains "$output" "Persistent:     yes"
	contains "$output" "Autostart:      disable"
	vm-info --json web | python3 -c 'import json, sys; [one] = json.load(sys.stdin); assert one["max_memory_kib"] == 131072 and one["id"] is None, one'
}

@test "what needs a guest that runs is status 4 without one" {
	berth_define web
	for program in vm-destroy vm-suspend vm-resume vm-shutdown vm-reboot vm-console vm-reexec; do
		expect 4 "$program" web
		contains "$output" "web"
		contains "$output" "not running"
	done
	expect 4 vm-exec web true
}

@test "vm-rename" {
	berth_define web
	uuid=$(vm-uuid web)
	vm-autostart -q web
	expect 0 vm-rename web www
	[ "$(vm-uuid www)" = "$uuid" ]
	[ "$(vm-dumpxml www --xpath 'string(/domain/name)')" = www ]
	[ "$(vm-list --all --autostart --name)" = www ]
	expect 3 vm-state web
	berth_define db
	run vm-rename www db
	[ "$status" != 0 ]
	expect 1 vm-rename www a/b
	[ "$(vm-list --all --name)" = $'db\nwww' ]
}

@test "vm-desc" {
	berth_define web
	run_apart vm-desc web
	[ "$status" = 0 ]
	[ -z "$output" ]
	contains "$errors" "no description"
	expect 0 vm-desc web a text 'of <four> words'
	[ "$(vm-desc web)" = "a text of <four> words" ]
	expect 0 vm-desc web --title 'The web'
	[ "$(vm-desc --title web)" = "The web" ]
	[ "$(vm-desc web)" = "a text of <four> words" ]
	expect 0 vm-desc web ''
	[ -z "$(vm-desc web 2>/dev/null)" ]
	EDITOR="sed -i s/web/edited/" expect 0 vm-desc --title --edit web
	[ "$(vm-desc --title web)" = "The edited" ]
	expect 4 vm-desc --live web text
}

@test "vm-metadata" {
	berth_define web
	uri=http://example.com/owner
	expect 3 vm-metadata web $uri
	expect 0 vm-metadata web $uri --key own --set '<who>Ada</who>'
	contains "$(vm-metadata web $uri)" "Ada"
	contains "$(vm-dumpxml web)" "xmlns:own=\"$uri\""
	expect 1 vm-metadata web $uri --key own --set '<broken'
	contains "$(vm-metadata web $uri)" "Ada"
	EDITOR="sed -i s/Ada/Bob/" expect 0 vm-metadata web $uri --key own --edit
	contains "$(vm-metadata web $uri)" "Bob"
	expect 0 vm-metadata web $uri --remove
	expect 3 vm-metadata web $uri
}

@test "vm-edit changes, keeps, and loses nothing" {
	berth_define web
	EDITOR=true run_apart vm-edit web
	[ "$status" = 0 ]
	contains "$errors" "not changed"
	EDITOR="sed -i s/131072/262144/" expect 0 vm-edit web
	contains "$(vm-dumpxml web)" 262144
	export TMPDIR=$SCRATCH
	EDITOR="sed -i s/domain/broken/" run_apart vm-edit web
	[ "$status" = 1 ]
	contains "$errors" "your text is kept in $SCRATCH/berth-"
	kept=$(sed -n 's/.*kept in //p' <<<"$errors")
	grep -q "<broken" "$kept"
	[ "$(stat -c %a "$kept")" = 600 ]
	contains "$(vm-dumpxml web)" 262144
	EDITOR=/nonexistent/editor expect 1 vm-edit web
	EDITOR=false expect 1 vm-edit web
}

@test "vm-edit: whoever was faster is not overwritten" {
	berth_define web
	cat >"$SCRATCH/editor" <<-EOS
		#!/bin/sh
		vm-desc -q web somebody else
		sed -i s/131072/262144/ "\$1"
	EOS
	chmod +x "$SCRATCH/editor"
	TMPDIR=$SCRATCH EDITOR=$SCRATCH/editor run_apart vm-edit web
	[ "$status" = 1 ]
	contains "$errors" "somebody else"
	[ "$(vm-desc web)" = "somebody else" ]
}

@test "vm-autostart marks and unmarks; vm-autostart-all runs once" {
	berth_define web
	run_apart vm-autostart web
	[ "$errors" = "Domain 'web' marked as autostarted" ]
	contains "$(vm-info web)" "Autostart:      enable"
	expect 0 vm-autostart --disable web
	[ -z "$(vm-list --all --autostart --name)" ]
	expect 0 vm-autostart-all
	run_apart vm-autostart-all
	contains "$errors" "already"
}

@test "vm-wait: at once, in time, and when something comes" {
	expect 0 vm-wait web gone
	expect 0 vm-wait web shutoff
	expect 6 vm-wait web defined --timeout 50ms
	contains "$output" "the time was up"
	expect 6 vm-wait web running --timeout 0
	vm-wait web defined --timeout 20 & waiter=$!
	berth_define web
	wait $waiter
	vm-wait web gone --timeout 20 & waiter=$!
	vm-undefine -q web
	wait $waiter
}

@test "vm-event: --list, definitions that come and go, the time" {
	expect 0 vm-event --list
	contains "$output" lifecycle
	contains "$output" reboot
	expect 6 vm-event --timeout 50ms
	vm-event --loop --timeout 5 >"$SCRATCH/events" & watcher=$!
	until [ -d "$BERTH_ROOT/run/berth/lxc" ] && [ -d "$BERTH_ROOT/var/lib/berth/lxc" ]; do sleep 0.02; done
	sleep 0.2
	berth_define web
	vm-rename -q web www
	vm-undefine -q www
	for i in {1..100}; do grep -q "Undefined Removed" "$SCRATCH/events" && break; sleep 0.05; done
	kill $watcher
	wait $watcher || true
	contains "$(cat "$SCRATCH/events")" "event 'lifecycle' for domain 'web': Defined Added"
	contains "$(cat "$SCRATCH/events")" "event 'lifecycle' for domain 'www': Undefined Removed"
}

@test "vm-log: output that cannot be written is told once, with its reason" {
	berth_xml web | vm-define -q -
	mkdir -p "$BERTH_ROOT/var/log/berth/lxc"
	echo a line >"$(vm-log --path web)"
	run bash -c 'vm-log web 2>&1 >/dev/full'
	[ "$status" = 1 ]
	[ "$output" = "vm-log: standard output could not be written: No space left on device" ]
}

@test "vm-log of a guest that never ran is empty" {
	berth_define web
	run_apart vm-log web
	[ "$status" = 0 ]
	[ -z "$output" ]
	contains "$(vm-log --path web)" "$BERTH_ROOT/var/log/berth/lxc/web.log"
	contains "$(vm-log --path --console web)" "web.console.log"
}

@test "host-info, host-capabilities, host-hostname, host-uri, host-version, host-check" {
	contains "$(host-info)" "CPU(s):              $(nproc --all)"
	host-info --json | python3 -c 'import json, sys; assert json.load(sys.stdin)["memory_kib"] > 0'
	contains "$(host-capabilities)" "<capabilities>"
	[ "$(host-capabilities --xpath 'string(//guest/os_type)')" = exe ]
	[ "$(host-hostname)" = "$(hostname)" ] || [ "$(host-hostname)" = "$(hostname -f)" ]
	contains "$(host-uri)" "lxc:///"
	contains "$(host-version)" "libvirt interface:"
	contains "$(host-version --daemon)" "Other side:"
	berth_define web
	run_apart host-check
	[ "$status" = 0 ]
	[ -z "$output" ]
	mkdir "$BERTH_ROOT/var/lib/berth/lxc/.new.left"
	touch "$BERTH_ROOT/var/lib/berth/lxc/web/.config.xml.999999.tmp"
	expect 1 host-check
	expect 0 host-check --repair
	contains "$output" "[repaired]"
	expect 0 host-check
	mkdir -p -m 700 "$BERTH_ROOT/run/berth/lxc"
	echo x >"$BERTH_ROOT/run/berth/lxc/file"   # no guest whose supervisor is dead
	expect 1 host-check --repair
	contains "$output" "'file' is no run directory"
	! contains "$output" supervisor || false
}

@test "vm-shutdown-all and vm-autostart-all print a document with --json, of no guest too" {
	expect 0 vm-shutdown-all -q --json
	[ "$output" = "[]" ]
	expect 0 vm-autostart-all -q --json
	[ "$output" = "[]" ]
	expect 0 vm-autostart-all -q --json   # done already
	[ "$output" = "[]" ]
	ROOTFS=$SCRATCH/missing
	berth_define web
	vm-autostart -q web
	run_apart vm-autostart-all -q --json --force
	[ "$status" = 1 ]
	contains "$output" '"name": "web"'
	contains "$output" '"done": false'
	contains "$output" "No such file or directory"
}

@test "vm-shutdown-all and --all with nothing that runs do nothing" {
	berth_define web
	for command in vm-shutdown-all "vm-destroy --all" "vm-shutdown --all" "vm-suspend --all" "vm-resume --all" "vm-reboot --all" "vm-reexec --all"; do
		expect 0 $command
		[ -z "$output" ]
	done
}

@test "vm-edit asks at a terminal: again, or keep the text" {
	type -P expect >/dev/null || skip "expect is not installed"
	berth_define web
	cat >"$SCRATCH/editor" <<-EOS
		#!/bin/sh
		if grep -q bogus "\$1"; then sed -i 's/<bogus.>//; s/131072/262144/' "\$1"; else sed -i 's/<os>/<os><bogus\\/>/' "\$1"; fi
	EOS
	chmod +x "$SCRATCH/editor"
	export TMPDIR=$SCRATCH EDITOR=$SCRATCH/editor
	for answer in '\r' 'n\r'; do
		command expect <<-EOX
			set timeout 20
			spawn vm-edit web
			expect "bogus"
			expect "Edit again?" {} timeout { exit 10 }
			send "$answer"
			expect eof {} timeout { exit 11 }
			lassign [wait] pid spawnid oserror status
			exit [expr {\$status != [string match n* "$answer"]}]
		EOX
	done
	contains "$(vm-dumpxml web)" 262144
	[ "$(ls "$SCRATCH"/berth-*.xml | wc -l)" = 1 ]
}

@test "host-check finds a definition that was cut off" {
	berth_define web
	expect 0 host-check
	truncate -s 300 "$BERTH_ROOT/var/lib/berth/lxc/web/config.xml"
	expect 1 host-check
	contains "$output" "'web' has no readable definition"
}

@test "an ordinary user: what a session lacks, and what only root can start, is said" {
	[ "$(id -u)" = 0 ] || skip "becoming another user needs root"
	local user="setpriv --reuid=65534 --regid=65534 --clear-groups env -u BERTH_ROOT"
	mkdir "$SCRATCH/home" "$SCRATCH/home/run"
	berth_xml web >"$SCRATCH/home/web.xml"
	chmod 755 "$SCRATCH"
	chown -R 65534 "$SCRATCH/home"
	expect 5 $user -u XDG_RUNTIME_DIR HOME="$SCRATCH/home" vm-define "$SCRATCH/home/web.xml"
	contains "$output" "let XDG_RUNTIME_DIR name a directory of yours"
	user+=" HOME=$SCRATCH/home XDG_RUNTIME_DIR=$SCRATCH/home/run"
	expect 0 $user vm-define "$SCRATCH/home/web.xml"
	contains "$($user vm-list --all)" "shut off"
	expect 5 $user vm-list -c lxc:///system
	contains "$output" "or say lxc:///session"
}

@test "X1 X2: entities and what is elsewhere are refused at once, and nothing is opened or asked for" {
	command -v strace >/dev/null || skip "strace is not installed"
	local kind
	printf '<!DOCTYPE d [<!ENTITY a "%s">]><domain type="lxc"><name>x</name><description>%s</description></domain>' \
		"$(head -c 20000 /dev/zero | tr '\0' a)" "$(for i in {1..5000}; do printf '&a;'; done)" >"$SCRATCH/flat.xml"
	echo '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/shadow">]><domain type="lxc"><name>x</name><description>&a;</description></domain>' >"$SCRATCH/file.xml"
	echo '<!DOCTYPE d [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;]><domain type="lxc"/>' >"$SCRATCH/parameter.xml"
	echo '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd"><domain type="lxc"/>' >"$SCRATCH/dtd.xml"
	echo '<domain type="lxc" xmlns:xi="http://www.w3.org/2001/XInclude"><name>x</name><xi:include href="file:///etc/shadow" parse="text"/></domain>' >"$SCRATCH/include.xml"
	for kind in flat file parameter dtd include; do
		# 60 MiB of address space hold the program and its libraries, but not what the entities would become
		expect 1 timeout 5 strace -f -e trace=openat,open,connect,socket -o "$SCRATCH/trace" prlimit --data=20000000 vm-define "$SCRATCH/$kind.xml"
		grep -q "$kind.xml" "$SCRATCH/trace"
		! grep -E 'shadow|AF_INET|d\.dtd' "$SCRATCH/trace" || false
	done
	[ -z "$(vm-list --all --name)" ]
}

@test "R11: what was said to be done is on the disk: the file, then its name, then the folder" {
	command -v strace >/dev/null || skip "strace is not installed"
	local lib=$BERTH_ROOT/var/lib/berth/lxc
	order() { strace -f -y -e trace=fsync,fdatasync,rename,renameat,renameat2 -o "$SCRATCH/trace" "$@" >/dev/null; }
	# line of the first call that matches, in what was traced last
	at() { grep -n -m1 -- "$1" "$SCRATCH/trace" | cut -d: -f1; }
	berth_xml web >"$SCRATCH/web.xml"
	order vm-define -q "$SCRATCH/web.xml"
	[ "$(at "fsync(.*config.xml>) = 0")" -lt "$(at 'rename.*"web".*= 0')" ]
	[ "$(at 'rename.*"web".*= 0')" -lt "$(at "fsync([0-9]*<$lib>) = 0")" ]
	berth_xml web "<title>new</title>" >"$SCRATCH/web.xml"
	order vm-define -q "$SCRATCH/web.xml"
	file=$(at "fsync([0-9]*<$lib/web/[^>]*>) = 0")
	name=$(at 'rename.*config.xml.*= 0')
	[ "$file" -lt "$name" ]
	sed -n "$name,\$p" "$SCRATCH/trace" | grep -q "fsync([0-9]*<$lib/web>) = 0"
	order vm-undefine -q web
	name=$(at 'rename.*"web".*= 0')
	sed -n "$name,\$p" "$SCRATCH/trace" | grep -q "fsync([0-9]*<$lib>) = 0"
}

@test "P5: what is made has the same modes whatever the umask is, and is nobody else's" {
	berth_need_containers
	berth_rootfs
	local mask first=
	for mask in 000 022 077; do
		rm -rf "$BERTH_ROOT"
		mkdir "$BERTH_ROOT"
		(umask $mask && berth_define web && vm-autostart -q web && vm-start -q web && vm-desc -q web --live --config --new-desc x && vm-suspend -q web)
		[ -s "$BERTH_ROOT/run/berth/lxc/web/state" ]
		# links have no mode of their own
		modes=$(cd "$BERTH_ROOT" && find var/lib/berth var/log/berth run/berth ! -type l -printf '%m %y %p\n' | sed 's/[0-9a-f-]\{36\}/UUID/' | sort -k3)
		contains "$modes" "600 f var/lib/berth/lxc/web/config.xml"
		contains "$modes" "600 s run/berth/lxc/web/socket"
		[ -z "$(cd "$BERTH_ROOT" && find var/lib/berth var/log/berth run/berth ! -type l -perm /077)" ]
		[ "${first:=$modes}" = "$modes" ] || diff <(echo "$first") <(echo "$modes")
		vm-destroy -q web
	done
}

@test "X9: a link, a FIFO, a folder, or a stranger's file in a definition's place is neither followed nor waited for" {
	local file=$BERTH_ROOT/var/lib/berth/lxc/web/config.xml
	berth_define web
	berth_define other
	cp "$file" "$SCRATCH/real.xml"
	for what in "ln -s $SCRATCH/real.xml" "ln -s /etc/shadow" mkfifo mkdir; do
		rm -rf "$file"
		$what "$file"
		expect 1 timeout 5 vm-dumpxml web
		[[ $output != *root:* && $output != *"<domain"* ]] || { echo "$output"; return 1; }
		expect 1 timeout 5 vm-start web
		expect 8 timeout 5 vm-list --all
		contains "$output" other
		expect 0 timeout 5 vm-dumpxml other
		expect 1 timeout 5 host-check
		contains "$output" web
		[ -e "$file" ] || [ -L "$file" ]
	done
	# with the file itself back all is well, and what lay there is as it was
	rm -rf "$file"
	cp "$SCRATCH/real.xml" "$file"
	expect 0 vm-dumpxml web
	expect 0 vm-undefine web
	[ -f "$SCRATCH/real.xml" ]
}
