#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian's unmodified virsh as a client of a running container's supervisor.

load ../helpers

UUID=6f1c2b52-3d6f-4f1e-9a3c-5d0c1c3a7b11

setup()
{
	berth_need_containers
	command -v virsh >/dev/null || skip "virsh is not installed (libvirt-clients)"
	berth_setup
	export LC_ALL=C.UTF-8 HOME=$SCRATCH
	berth_rootfs
	SOCKET=$BERTH_ROOT/run/berth/lxc/web/socket
	berth_define web "<uuid>$UUID</uuid><title>The web</title>"
}
teardown()
{
	[ -z "${WATCHER-}" ] || kill "$WATCHER" 2>/dev/null || true
	berth_teardown
}

# virsh towards the supervisor of web. Where it could not ask polkit's agent on a terminal it says so: that is no concern of ours.
v()
{
	timeout 20 virsh -q -c "lxc+unix:///system?socket=$SOCKET" "$@"
}

# Starts virsh event in the background with its output in $SCRATCH/events. It does not tell when it has registered: something is
# made to happen until it sees it.
watch_events()
{
	timeout 60 virsh -q -c "lxc+unix:///system?socket=$SOCKET" event --loop "$@" >"$SCRATCH/events" 2>&1 &
	WATCHER=$!
	for i in {1..200}; do
		vm-suspend -q web
		vm-resume -q web
		grep -q Resumed "$SCRATCH/events" && return 0
		sleep 0.05
	done
	echo "virsh sees no event:"
	cat "$SCRATCH/events"
	return 1
}

@test "list, domstate, domid, domuuid, domname" {
	vm-start -q web
	expect 0 v list
	contains "$output" "web   running"
	expect 0 v list --name
	[ "$output" = web ]
	expect 0 v list --uuid
	[ "$output" = "$UUID" ]
	expect 0 v list --inactive --name
	[ -z "$output" ]
	expect 0 v list --all --persistent --state-running --no-autostart --name
	[ "$output" = web ]
	expect 0 v domstate web --reason
	[ "$output" = "running (booted)" ]
	id=$(vm-id web)
	expect 0 v domid web
	[ "$output" = "$id" ]
	expect 0 v domuuid web
	[ "$output" = "$UUID" ]
	expect 0 v domname "$UUID"
	[ "$output" = web ]
	expect 0 v domstate "$id"
	[ "$output" = running ]
	expect 1 v domstate nobody
	contains "$output" "nobody"
}

@test "dominfo" {
	vm-start -q web
	expect 0 v dominfo web
	contains "$output" "Name:           web"
	contains "$output" "UUID:           $UUID"
	contains "$output" "OS Type:        exe"
	contains "$output" "State:          running"
	contains "$output" "CPU(s):         1"
	contains "$output" "Max memory:     131072 KiB"
	contains "$output" "Persistent:     yes"
	contains "$output" "Autostart:      disable"
	expect 0 v autostart web
	[ "$(vm-list --autostart --name)" = web ]
	expect 0 v dominfo web
	contains "$output" "Autostart:      enable"
}

@test "dumpxml is what the programs show; the definition is valid and without run-time details" {
	vm-start -q web
	v dumpxml web >"$SCRATCH/virsh.xml"
	vm-dumpxml web >"$SCRATCH/berth.xml"
	diff -B "$SCRATCH/virsh.xml" "$SCRATCH/berth.xml"
	grep -q "<domain type='lxc' id='$(vm-id web)'>" "$SCRATCH/virsh.xml"
	grep -q "<source path='/dev/pts/" "$SCRATCH/virsh.xml"
	v dumpxml --inactive web >"$SCRATCH/inactive.xml"
	grep -q "<domain type='lxc'>" "$SCRATCH/inactive.xml"
	! grep -q '/dev/pts/' "$SCRATCH/inactive.xml" || false
	if command -v virt-xml-validate >/dev/null; then
		virt-xml-validate "$SCRATCH/virsh.xml" domain
		virt-xml-validate "$SCRATCH/inactive.xml" domain
	fi
	expect 0 v domblklist web
	expect 0 v domiflist web
	expect 0 v desc --title web
	[ "$output" = "The web" ]
}

@test "what a client asks of the connection: uri, hostname, version, capabilities, nodeinfo" {
	vm-start -q web
	expect 0 v uri
	expect 0 v hostname
	[ "$output" = "$(host-hostname)" ]
	expect 0 v version
	contains "$output" "Using API: LXC"
	expect 0 v capabilities
	contains "$output" "<domain type='lxc'"
	expect 0 v nodeinfo
	contains "$output" "CPU(s):              $(nproc --all)"
	# what is not there is told in a way that virsh understands
	expect 1 v vncdisplay web
	expect 1 v snapshot-list web
	expect 0 v list --name
}

@test "suspend and resume" {
	vm-start -q web
	expect 0 v suspend web
	expect 0 v domstate --reason web
	[ "$output" = "paused (user)" ]
	[ "$(vm-state web)" = paused ]
	expect 1 v suspend web
	expect 0 v resume web
	[ "$(vm-state web)" = running ]
	expect 1 v resume web
}

@test "a read-only connection looks and changes nothing" {
	vm-start -q web
	expect 0 v -r domstate web
	[ "$output" = running ]
	expect 0 v -r dumpxml web
	expect 1 v -r suspend web
	expect 1 v -r destroy web
	expect 1 v -r dumpxml --security-info web
	[ "$(vm-state web)" = running ]
}

@test "events: suspended, resumed, stopped" {
	vm-start -q web
	watch_events --event lifecycle web
	v suspend web
	vm-destroy -q web
	until_in "$SCRATCH/events" "Stopped Destroyed"
	[ "$(grep -c lifecycle "$SCRATCH/events")" -ge 3 ]
	grep -q "event 'lifecycle' for domain 'web': Resumed Unpaused" "$SCRATCH/events"
	grep -q "event 'lifecycle' for domain 'web': Suspended Paused" "$SCRATCH/events"
}

@test "events of every kind can be registered for" {
	vm-start -q web
	watch_events --all
	grep -q "'lifecycle' for domain 'web': Resumed" "$SCRATCH/events"
	vm-destroy -q web
	until_in "$SCRATCH/events" "Stopped"
}

@test "shutdown: the guest ends by itself" {
	vm-start -q web
	until_in "$(vm-log --path --console web)" berth-guest-is-up
	expect 0 v shutdown --mode signal web
	vm-wait web shutoff --timeout 20
	[ "$(vm-state --reason web)" = "shut off (shutdown)" ]
}

@test "destroy: answered, in good order, and gone when virsh returns" {
	vm-start -q web
	expect 0 v destroy web
	[ "$output" = "Domain 'web' destroyed" ] || [ -z "$output" ]
	[ "$(vm-state --reason web)" = "shut off (destroyed)" ]
	expect 1 v list
	contains "$output" "failed to connect"
}

# Talks to virsh console on a terminal; the dialogue is in $SCRATCH/dialogue.in, with the words want TEXT and want_end.
console_dialogue()
{
	type -P expect >/dev/null || skip "expect is not installed"
	cat >"$SCRATCH/dialogue" <<-'END'
		lassign [wait] pid spawn_id error status
		exit $status
	END
	cat - "$SCRATCH/dialogue.in" "$SCRATCH/dialogue" >"$SCRATCH/console.exp" <<-END
		set timeout 10
		proc want {what} {
			expect {
				\$what {}
				default { exit 10 }
			}
		}
		proc want_end {} {
			expect {
				eof {}
				timeout { exit 12 }
			}
		}
		spawn virsh -c lxc+unix:///system?socket=$SOCKET console web
		want "the-guest-is-up"
	END
	expect 0 command expect "$SCRATCH/console.exp"
}

@test "console: what is typed arrives, what the guest writes is shown, ^] leaves" {
	berth_rootfs 'echo the-guest-is-up; while read line; do echo "got <$line>"; done; exec sleep 1000'
	vm-start -q web
	cat >"$SCRATCH/dialogue.in" <<-'END'
		send "first\r"
		want "got <first>"
		send "second\r"
		want "got <second>"
		send "\035"
		want_end
	END
	console_dialogue
	[ "$(vm-state web)" = running ]
}

@test "console: ends with the guest, without a complaint" {
	berth_rootfs 'echo the-guest-is-up; read line; echo "bye <$line>"; exit 0'
	vm-start -q web
	cat >"$SCRATCH/dialogue.in" <<-'END'
		send "now\r"
		want_end
	END
	console_dialogue
	contains "$output" "bye <now>"
	[[ $output != *error:* ]] || { echo "$output"; return 1; }
	vm-wait web shutoff --timeout 10
}

@test "lxc-enter-namespace: descriptors come with the answer" {
	vm-start -q web
	expect 0 v lxc-enter-namespace web --noseclabel /bin/busybox cat /etc/passwd
	contains "$output" "user:x:1000"
}

@test "a socket path that is too long for an address is no hindrance to the programs" {
	long=$BERTH_ROOT/$(printf 'd%.0s' {1..120})
	mkdir -p "$long"
	(
		BERTH_ROOT=$long
		berth_define far
		vm-start -q far
		[ "$(vm-state far)" = running ]
		expect 0 vm-suspend far
		expect 0 vm-destroy far
	)
}
