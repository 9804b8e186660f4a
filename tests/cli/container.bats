#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real containers, from vm-start to vm-destroy.

load ../helpers

setup()
{
	berth_need_containers
	berth_setup
	berth_rootfs
}
teardown() { berth_teardown; }

@test "vm-start, vm-list, vm-state, vm-id, vm-info, vm-destroy" {
	berth_define web
	run_apart vm-start web
	[ "$status" = 0 ] || { echo "$errors"; return 1; }
	[ -z "$output" ]
	[ "$errors" = "Domain 'web' started" ]
	id=$(vm-id web)
	[[ $id =~ ^[1-9][0-9]*$ ]]
	[ "$(vm-name "$id")" = web ]
	contains "$(vm-list)" " $id   web   running"
	[ "$(vm-list --state-running --name)" = web ]
	[ -z "$(vm-list --inactive --name)" ]
	[ "$(vm-state --reason web)" = "running (booted)" ]
	contains "$(vm-info web)" "State:          running"
	contains "$(vm-info web)" "OS Type:        exe"
	expect 4 vm-start web
	contains "$output" "already running"
	expect 0 vm-destroy web
	[ "$(vm-state --reason web)" = "shut off (destroyed)" ]
	expect 4 vm-destroy web
	[ -z "$(vm-list --name)" ]
}

@test "vm-suspend and vm-resume" {
	berth_define web
	vm-start -q web
	expect 4 vm-resume web
	expect 0 vm-suspend web
	[ "$(vm-state --reason web)" = "paused (user)" ]
	[ "$(vm-list --state-paused --name)" = web ]
	expect 4 vm-exec web true
	expect 0 vm-resume --all
	[ "$(vm-state web)" = running ]
}

@test "vm-start --paused waits for vm-resume" {
	berth_define web
	expect 0 vm-start --paused web
	[ "$(vm-state web)" = paused ]
	expect 0 vm-resume web
	expect 0 vm-wait web running --timeout 20
}

@test "vm-shutdown: the guest ends by itself, vm-wait and --timeout see it" {
	berth_define web
	vm-start -q web
	until_in "$(vm-log --path --console web)" berth-guest-is-up
	vm-wait web shutoff --timeout 20 & waiter=$!
	expect 0 vm-shutdown --mode signal --timeout 20 web
	wait $waiter
	[ "$(vm-state --reason web)" = "shut off (shutdown)" ]
}

@test "vm-shutdown --timeout on a guest that does not listen is status 6" {
	berth_rootfs "trap '' TERM INT
		echo berth-guest-is-up
		while :; do sleep 1000; done"
	berth_define web
	vm-start -q web
	until_in "$(vm-log --path --console web)" berth-guest-is-up
	expect 6 vm-shutdown --mode signal --timeout 300ms web
	[ "$(vm-state web)" = running ]
	expect 0 vm-shutdown-all --mode signal --timeout 300ms --destroy
	contains "$output" "was destroyed"
	[ "$(vm-state web)" = "shut off" ]
}

@test "vm-state --reason of a guest that crashed" {
	berth_rootfs "exit 3"
	berth_define web
	vm-start -q web || true
	expect 0 vm-wait web shutoff --timeout 20
	[ "$(vm-state --reason web)" = "shut off (crashed)" ]
}

@test "vm-await: told of the end when it comes; the agent of a guest that cannot have one" {
	berth_define web
	expect 0 vm-await web domain-inactive --timeout 0
	vm-start -q web
	expect 6 vm-await web domain-inactive --timeout 0
	vm-await --condition domain-inactive --domain web --timeout 20 & waiter=$!
	expect 4 vm-await web guest-agent-available
	contains "$output" "no channel for a guest agent"
	expect 0 vm-destroy web
	wait $waiter
	expect 4 vm-await web guest-agent-available
	contains "$output" "not running"
	expect 3 vm-await nobody domain-inactive
	expect 2 vm-await web
	expect 2 vm-await web sleeping
	expect 2 vm-await web domain-inactive --condition domain-inactive
}

@test "several guests: status 8 when some could be started" {
	berth_define a
	berth_define b
	expect 8 vm-start a nobody b
	[ "$(vm-list --name | sort)" = $'a\nb' ]
	vm-destroy --json a nobody 2>/dev/null >"$SCRATCH/json" || [ $? = 8 ]
	python3 - "$SCRATCH/json" <<-'EOP'
		import json, sys
		a, nobody = json.load(open(sys.argv[1]))
		assert a == {'name': 'a', 'done': True}, a
		assert nobody['done'] is False and nobody['error']['code'] == 'NO_DOMAIN' and nobody['error']['number'] == 42, nobody
	EOP
	expect 0 vm-start --all
	expect 0 vm-destroy --all
	[ -z "$(vm-list --name)" ]
}

@test "vm-create: transient, --paused, --validate, --autodestroy" {
	berth_xml web >"$SCRATCH/web.xml"
	run_apart vm-create "$SCRATCH/web.xml"
	[ "$status" = 0 ] || { echo "$errors"; return 1; }
	[ "$errors" = "Domain 'web' created" ]
	[ "$(vm-list --transient --name)" = web ]
	expect 4 vm-create "$SCRATCH/web.xml"
	expect 0 vm-destroy web
	expect 3 vm-state web
	expect 0 vm-create --paused - <"$SCRATCH/web.xml"
	[ "$(vm-state web)" = paused ]
	vm-destroy -q web
	berth_xml web "<frobnicate/>" >"$SCRATCH/bad.xml"
	expect 1 vm-create --validate "$SCRATCH/bad.xml"
	vm-create -q --autodestroy "$SCRATCH/web.xml" & creator=$!
	expect 0 vm-wait web running --timeout 20
	kill $creator
	wait $creator || true
	expect 0 vm-wait web gone --timeout 20
}

@test "a missing root file system: the error names it, nothing is left" {
	berth_define web
	mv "$ROOTFS" "$ROOTFS.away"
	run vm-start web
	[ "$status" = 1 ] || { echo "$status: $output"; return 1; }
	contains "$output" "$ROOTFS"
	[ "$(vm-state web)" = "shut off" ]
	[ ! -e "$BERTH_ROOT/run/berth/lxc/web" ]
	expect 0 host-check
}

@test "a container without a root of its own is refused without --host-root" {
	berth_xml web | sed /filesystem/d | vm-define -q - >/dev/null
	run vm-start web
	[ "$status" != 0 ]
	contains "$output" "host-root"
	[ "$(vm-state web)" = "shut off" ]
}

@test "vm-exec: status, pipes, arguments, environment, user, directory" {
	berth_define web
	vm-start -q web
	[ "$(vm-exec web -- echo one 'two  words' --json)" = "one two  words --json" ]
	[ "$(vm-exec web echo -c -q)" = "-c -q" ]
	expect 7 vm-exec web sh -c 'exit 7'
	expect 127 vm-exec web no-such-command
	expect 126 vm-exec web /etc/passwd
	expect 137 vm-exec web sh -c 'kill -9 $$'
	[ "$(echo through | vm-exec web cat)" = through ]
	[ "$(head -c 3000000 /dev/zero | vm-exec web wc -c | tr -d ' ')" = 3000000 ]
	[ "$(vm-exec --env A=b --env C=d web sh -c 'echo $A$C')" = bd ]
	[ "$(vm-exec --workdir /srv web sh -c pwd)" = /srv ]
	[ "$(vm-exec --user user web id -u)" = 1000 ]
	[ "$(vm-exec --user 12:34 web sh -c 'id -u; id -g')" = $'12\n34' ]
	run_apart vm-exec web sh -c 'echo out; echo err >&2'
	[ "$output" = out ]
	[ "$errors" = err ]
	SECRET=x run vm-exec web env
	[[ $output != *SECRET* ]]
	[ "$(vm-exec web sh -c 'ls /proc/self/fd | wc -l' | tr -d ' ')" -le 4 ]
}

@test "vm-exec with a terminal" {
	command -v script >/dev/null || skip "script is not installed"
	berth_define web
	vm-start -q web
	script -qec "vm-exec web sh -c 'test -t 0 && test -t 1 && echo is-a-terminal; exit 5'" /dev/null >"$SCRATCH/out" </dev/null && rc=0 || rc=$?
	[ $rc = 5 ] || { cat "$SCRATCH/out"; return 1; }
	grep -q is-a-terminal "$SCRATCH/out"
	[ "$(vm-exec --tty web sh -c 'test -t 1 && echo yes' </dev/null | tr -d '\r')" = yes ]
}

@test "vm-console: both directions, the escape character, the end of the guest" {
	type -P expect >/dev/null || skip "expect is not installed"
	berth_rootfs 'echo berth-guest-is-up
		while read line; do
			[ "$line" = end ] && exit 0
			echo "guest got: $line"
		done'
	berth_define web
	vm-start -q web
	command expect <<-'EOX'
		set timeout 20
		spawn vm-console web
		expect "Connected to domain 'web'"
		expect "Escape character is ^]"
		send "hello\r"
		expect "guest got: hello" {} timeout { exit 10 }
		send "\x1d"
		expect eof {} timeout { exit 11 }
		lassign [wait] pid spawnid oserror status
		if {$status != 0} { exit 12 }
		spawn vm-console web
		send "end\r"
		expect eof {} timeout { exit 13 }
		lassign [wait] pid spawnid oserror status
		exit $status
	EOX
	expect 0 vm-wait web shutoff --timeout 20
}

@test "vm-console with pipes; vm-log --console keeps what was written" {
	berth_define web
	vm-start -q web
	until_in "$(vm-log --path --console web)" berth-guest-is-up
	contains "$(vm-log --console web)" berth-guest-is-up
	[ "$(vm-log --console --lines 1 web | tr -d '\r')" = berth-guest-is-up ]
	vm-console web </dev/null >"$SCRATCH/console" 2>"$SCRATCH/words" & console=$!
	until_in "$SCRATCH/words" "Connected to domain 'web'"
	vm-destroy -q web
	wait $console
	expect 4 vm-console web
}

@test "vm-log --follow tells of what comes" {
	berth_define web
	vm-start -q web
	vm-log -f web >"$SCRATCH/log" & follower=$!
	before=$(vm-log web | wc -l)
	vm-destroy -q web
	vm-start -q web
	for i in {1..100}; do [ "$(wc -l <"$SCRATCH/log")" -gt "$before" ] && break; sleep 0.05; done
	kill $follower
	wait $follower || true
	[ "$(wc -l <"$SCRATCH/log")" -gt "$before" ]
}

@test "vm-event: the life of a guest that starts after the watch began" {
	berth_define web
	berth_define other
	vm-event --loop --timeout 60 web >"$SCRATCH/events" & watcher=$!
	until [ -d "$BERTH_ROOT/run/berth/lxc" ]; do sleep 0.02; done
	sleep 0.3
	vm-start -q web other
	until_in "$SCRATCH/events" "Started Booted"
	vm-suspend -q web
	until_in "$SCRATCH/events" "Suspended Paused"
	vm-resume -q web
	until_in "$SCRATCH/events" "Resumed Unpaused"
	vm-destroy -q web
	until_in "$SCRATCH/events" "Stopped Destroyed"
	kill $watcher
	wait $watcher || true
	[ "$(grep -c Started "$SCRATCH/events")" = 1 ]
	[[ $(cat "$SCRATCH/events") != *other* ]]
}

@test "vm-event: one event and the end; --json; --timestamp" {
	berth_define web
	vm-start -q web
	vm-event --json --timeout 20 web >"$SCRATCH/json" & one=$!
	vm-event --timestamp --timeout 20 >"$SCRATCH/text" & two=$!
	sleep 0.5
	vm-suspend -q web
	wait $one
	wait $two
	python3 -c 'import json, sys; e = json.load(open(sys.argv[1])); assert e["event"] == "lifecycle" and e["domain"] == "web" and e["detail"] == "Suspended Paused", e' "$SCRATCH/json"
	grep -Eq "^20[0-9-]{8} [0-9:]{8}\.[0-9]{3}\+0000: event 'lifecycle' for domain 'web': Suspended Paused$" "$SCRATCH/text"
}

@test "vm-reboot: the same id, a reboot event, it runs again" {
	berth_rootfs "trap '/bin/busybox reboot -f' HUP
		trap 'exit 0' TERM INT
		echo berth-guest-is-up
		while :; do sleep 1000 & wait \$!; done"
	berth_define web
	vm-start -q web
	until_in "$(vm-log --path --console web)" berth-guest-is-up
	id=$(vm-id web)
	vm-event --event reboot --timeout 20 web >"$SCRATCH/events" & watcher=$!
	sleep 0.3
	expect 0 vm-reboot --mode signal web
	wait $watcher
	contains "$(cat "$SCRATCH/events")" "event 'reboot' for domain 'web'"
	expect 0 vm-wait web running --timeout 20
	[ "$(vm-id web)" = "$id" ]
}

@test "vm-undefine of a guest that runs makes it transient" {
	berth_define web
	vm-start -q web
	expect 0 vm-undefine web
	[ "$(vm-state web)" = running ]
	[ "$(vm-list --transient --name)" = web ]
	expect 0 vm-destroy web
	expect 3 vm-state web
}

@test "vm-dumpxml of a guest that runs is live, --inactive what was defined" {
	berth_define web
	vm-dumpxml web >"$SCRATCH/before"
	vm-start -q web
	contains "$(vm-dumpxml web)" "id='$(vm-id web)'"
	vm-dumpxml --inactive web | diff "$SCRATCH/before" -
	expect 0 vm-desc web --live --title 'only now'
	[ "$(vm-desc web --title)" = "only now" ]
	[ -z "$(vm-desc -q web --title --config)" ]
	expect 0 vm-metadata web http://example.com/x --key x --set '<a b="c"/>'
	contains "$(vm-metadata web http://example.com/x --live)" '<a b="c"/>'
	expect 3 vm-metadata web http://example.com/x --config
	expect 0 vm-desc web --live --config both
	[ "$(vm-desc web --live) $(vm-desc web --config)" = "both both" ]
	contains "$(vm-list --title)" "only now"
	expect 4 vm-rename web www
}

@test "vm-reexec: the guest does not notice" {
	berth_define web
	vm-start -q web
	pid=$(cut -d' ' -f4 "$BERTH_ROOT/run/berth/lxc/web/state")
	expect 0 vm-reexec --all
	[ "$(vm-state web)" = running ]
	expect 0 vm-suspend web
	expect 0 vm-resume web
	[ "$(cut -d' ' -f4 "$BERTH_ROOT/run/berth/lxc/web/state")" = "$pid" ]
	expect 0 vm-exec web true
	expect 0 vm-destroy web
}

@test "vm-autostart-all and vm-shutdown-all: order, once per boot" {
	for name in a b c; do berth_define $name; done
	vm-autostart -q a b
	run_apart vm-autostart-all --order b,a
	[ "$status" = 0 ] || { echo "$errors"; return 1; }
	[ "$errors" = $'Domain \'b\' started\nDomain \'a\' started' ]
	for name in a b; do until_in "$(vm-log --path --console $name)" berth-guest-is-up; done
	run_apart vm-shutdown-all --order b,a --timeout 20 --mode signal
	[ "$status" = 0 ] || { echo "$errors"; return 1; }
	[ "$errors" = $'Domain \'a\' has ended\nDomain \'b\' has ended' ]
	expect 0 vm-autostart-all
	[ -z "$(vm-list --name)" ]
	expect 0 vm-autostart-all --force --parallel 4
	[ "$(vm-list --name | sort)" = $'a\nb' ]
}

@test "through the supervisor's socket, as any client of libvirt's protocol" {
	berth_define web
	vm-start -q web
	uri="lxc+unix:///system?socket=$BERTH_ROOT/run/berth/lxc/web/socket"
	[ "$(vm-list -c "$uri" --name)" = web ]
	[ "$(vm-state -c "$uri" web)" = running ]
	contains "$(vm-info -c "$uri" web)" "OS Type:        exe"
	expect 0 vm-suspend -c "$uri" web
	[ "$(vm-state web)" = paused ]
	expect 0 vm-resume -c "$uri" "$(vm-uuid web)"
	contains "$(vm-dumpxml -c "$uri" web)" "<name>web</name>"
	expect 0 vm-destroy -c "$uri" web
	expect 0 vm-wait web shutoff --timeout 20
}

@test "a start that fails is remembered" {
	berth_define nowhere
	rm -rf "$ROOTFS"
	expect 1 vm-start nowhere
	contains "$output" "$ROOTFS"
	expect 0 vm-state --reason nowhere
	[ "$output" = "shut off (failed)" ]
	expect 0 host-check
}

@test "vm-log --json: the lines, and the path; --order: a name that nobody has is told" {
	berth_define web
	contains "$(vm-log --json web | tr -d ' \n')" '"lines":[]'
	vm-start -q web
	vm-destroy -q web
	contains "$(vm-log --json web)" '"path": "'"$(vm-log --path web)"'"'
	contains "$(vm-log --json --lines 1 web)" "web: ended (destroyed): init killed by signal 9"
	expect 2 vm-log --json --follow web
	run_apart vm-shutdown-all --order web,nobody
	[ "$status" = 0 ]
	contains "$errors" "there is no guest with name, UUID or id 'nobody'"
	[[ $errors != *"'web'"* ]]
}

@test "a taken name is the same failure for vm-rename and vm-define" {
	berth_define web
	berth_define www
	expect 1 vm-rename web www
	contains "$output" "'www' exists"
	berth_xml www "<uuid>0c7e0b5c-9a53-4f6a-8b5e-6f5f0e2a4d11</uuid>" >"$SCRATCH/other.xml"
	expect 1 vm-define "$SCRATCH/other.xml"
}
