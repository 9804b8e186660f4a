#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Unmodified clients of libvirt as clients of berth-serve: virsh, python3-libvirt, Sys::Virt.

load ../helpers

UUID=6f1c2b52-3d6f-4f1e-9a3c-5d0c1c3a7b12

setup()
{
	berth_need_containers
	command -v virsh >/dev/null || skip "virsh is not installed (libvirt-clients)"
	SERVE=${BERTH_BUILD:-$TOP}/helpers/berth-serve
	berth_setup
	export LC_ALL=C.UTF-8 HOME=$SCRATCH
	berth_rootfs
	# a client starts its command without our environment
	wrap serve "\$@"
	URI="lxc+ext:///system?command=$SCRATCH/serve"
}
teardown()
{
	for pid in ${WATCHER-} ${LISTENER-} ${STOPPED-}; do
		kill -CONT "$pid" 2>/dev/null || true
		kill "$pid" 2>/dev/null || true
	done
	berth_teardown
}

# $SCRATCH/NAME runs berth-serve with these arguments, in our root.
wrap()
{
	local name=$1
	shift
	cat >"$SCRATCH/$name" <<-EOF
		#!/bin/sh
		export BERTH_ROOT='$BERTH_ROOT'
		exec '$SERVE' $@
	EOF
	chmod +x "$SCRATCH/$name"
}

v()
{
	timeout 20 virsh -q -c "$URI" "$@"
}

web()
{
	berth_xml web "<uuid>$UUID</uuid><title>The web</title>" >"$SCRATCH/web.xml"
	v define "$SCRATCH/web.xml"
}

# virsh event in the background, output in $SCRATCH/events. It does not tell when it has registered: its server's open files do.
watch_events()
{
	timeout 60 virsh -q -c "$URI" event --loop --event lifecycle >"$SCRATCH/events" 2>&1 &
	WATCHER=$!
	for i in {1..200}; do
		for pid in $(pgrep -x berth-serve); do
			grep -qszx "BERTH_ROOT=$BERTH_ROOT" "/proc/$pid/environ" || continue
			ls -l "/proc/$pid/fd" 2>/dev/null | grep -q inotify && return 0
		done
		sleep 0.05
	done
	echo "virsh does not watch"
	return 1
}

# The number of a word in a guest's state file: 4 the guest's pid, 7 its supervisor's.
state_of()
{
	cut -d' ' -f"$2" "$BERTH_ROOT/run/berth/lxc/$1/state"
}

@test "define, list, domstate, dominfo, dumpxml: as our own programs say" {
	web
	expect 0 v list --all
	contains "$output" "web   shut off"
	expect 0 v list --all --name
	[ "$output" = "$(vm-list --all --name)" ]
	expect 0 v list --name
	[ -z "$output" ]
	expect 0 v domuuid web
	[ "$output" = "$UUID" ]
	expect 0 v domstate web
	[ "$output" = "$(vm-state web)" ]
	expect 0 v dominfo web
	contains "$output" "State:          shut off"
	contains "$output" "OS Type:        exe"
	contains "$output" "Persistent:     yes"
	v dumpxml web >"$SCRATCH/virsh.xml"
	vm-dumpxml web >"$SCRATCH/berth.xml"
	diff -B "$SCRATCH/virsh.xml" "$SCRATCH/berth.xml"
	expect 0 v define "$SCRATCH/virsh.xml"
	expect 0 v start web
	expect 0 v list
	contains "$output" "web   running"
	expect 0 v domid web
	[ "$output" = "$(vm-id web)" ]
	expect 0 v domstate --reason web
	[ "$output" = "running (booted)" ]
	v dumpxml web >"$SCRATCH/virsh.xml"
	vm-dumpxml web >"$SCRATCH/berth.xml"
	diff -B "$SCRATCH/virsh.xml" "$SCRATCH/berth.xml"
	expect 1 v domstate nobody
	contains "$output" "nobody"
}

@test "start, suspend, resume, shutdown, destroy, autostart, domrename, undefine" {
	web
	expect 0 v start web
	expect 1 v start web
	contains "$output" "already active"
	expect 0 v suspend web
	[ "$(vm-state web)" = paused ]
	expect 0 v resume web
	[ "$(vm-state web)" = running ]
	expect 0 v autostart web
	[ "$(vm-list --all --autostart --name)" = web ]
	expect 0 v autostart --disable web
	[ -z "$(vm-list --all --autostart --name)" ]
	# its init traps the signal as soon as it has said that it is up
	until_in "$BERTH_ROOT/var/log/berth/lxc/web.console.log" berth-guest-is-up
	expect 0 v shutdown web
	expect 0 vm-wait --timeout 20 web stopped
	expect 0 v domstate --reason web
	[ "$output" = "shut off (shutdown)" ]
	expect 0 v start --paused web
	[ "$(vm-state web)" = paused ]
	expect 0 v destroy web
	expect 1 v destroy web
	contains "$output" "not running"
	expect 0 v domstate --reason web
	[ "$output" = "shut off (destroyed)" ]
	expect 0 v domrename web site
	[ "$(vm-list --all --name)" = site ]
	expect 0 v undefine site
	[ -z "$(vm-list --all --name)" ]
}

@test "desc, title and metadata, of a guest that is off and of one that runs" {
	web
	expect 0 v desc --title web
	[ "$output" = "The web" ]
	expect 0 v desc web "serves pages"
	expect 0 v desc web
	[ "$output" = "serves pages" ]
	[ "$(vm-desc web)" = "serves pages" ]
	expect 0 v metadata web --uri http://example.org/a --key a --set "<a>1</a>"
	expect 0 v metadata web --uri http://example.org/a
	contains "$output" "<a>1</a>"
	v start web
	expect 0 v desc web --live "now"
	expect 0 v desc web --live
	[ "$output" = "now" ]
	expect 0 v desc web --config
	[ "$output" = "serves pages" ]
}

@test "a transient guest; autodestroy with its client" {
	berth_xml brief >"$SCRATCH/brief.xml"
	expect 0 v create "$SCRATCH/brief.xml"
	expect 0 v list --transient --name
	[ "$output" = brief ]
	expect 0 v destroy brief
	[ -z "$(vm-list --all --name)" ]
	expect 0 v create --autodestroy "$SCRATCH/brief.xml"
	for i in {1..100}; do
		[ -z "$(vm-list --all --name)" ] && break
		sleep 0.05
	done
	[ -z "$(vm-list --all --name)" ]
}

@test "uri, hostname, version, capabilities, nodeinfo, maxvcpus; what is not served is told as libvirt does" {
	web
	expect 0 v hostname
	[ "$output" = "$(host-hostname)" ]
	expect 0 v version
	contains "$output" "Using API: LXC"
	v capabilities >"$SCRATCH/virsh.xml"
	host-capabilities -c lxc:///system >"$SCRATCH/berth.xml"
	# named by way of where each program lies
	sed -i '/<emulator>/d' "$SCRATCH/virsh.xml" "$SCRATCH/berth.xml"
	diff -B "$SCRATCH/virsh.xml" "$SCRATCH/berth.xml"
	expect 0 v nodeinfo
	contains "$output" "CPU(s):              $(nproc --all)"
	expect 0 v maxvcpus
	expect 0 v nodecpumap
	[[ $output =~ CPUs\ online:\ +$(nproc --all) ]]
	expect 0 v nodecpustats
	contains "$output" "user:"
	expect 0 v nodecpustats --cpu 0 --percent
	contains "$output" "usage:"
	expect 1 v nodecpustats --cpu 100000
	expect 0 v nodememstats
	contains "$output" "$(awk '/^MemTotal/ { print $2 }' /proc/meminfo) KiB"
	expect 0 v freecell
	contains "$output" "Total:"
	expect 0 v net-list --all
	expect 0 v secret-list
	expect 1 v pool-list --all
	contains "$output" "not supported"
	expect 1 v snapshot-list web
	expect 0 v list --all --name
	[ "$output" = web ]
	# a driver that is none of ours
	run timeout 20 virsh -q -c "xen+ext:///system?command=$SCRATCH/serve" list
	[ "$status" = 1 ]
	contains "$output" "xen:///system"
}

@test "a read-only connection looks and changes nothing" {
	web
	expect 0 timeout 20 virsh -q -r -c "$URI" list --all --name
	[ "$output" = web ]
	# virsh refuses by itself what it knows to be forbidden; the server must too
	expect 0 /usr/bin/python3 "$TOP/tests/wire/raw.py" readonly "$SCRATCH/serve"
	[ -z "$(vm-list --name)" ]
	wrap looker --read-only
	run timeout 20 virsh -q -c "lxc+ext:///system?command=$SCRATCH/looker" start web
	[ "$status" = 1 ]
	contains "$output" "read-only"
	expect 0 timeout 20 virsh -q -c "lxc+ext:///system?command=$SCRATCH/looker" list --all --name
	[ "$output" = web ]
}

@test "console: both ways, much at once, left by the escape character" {
	command -v expect >/dev/null || skip "expect is not installed"
	berth_rootfs 'while :; do sh -i </dev/console >/dev/console 2>&1; done'
	web
	v start web
	cat >"$SCRATCH/console.exp" <<-EOF
		set timeout 20
		log_user 0
		spawn -noecho virsh -q -c $URI console web
		send "\r"
		expect "# " {} timeout { exit 11 }
		send "echo sum=\\\$((40+2))\r"
		expect "sum=42" {} timeout { exit 12 }
		send "seq 1 30000 | tr '\\\\\\\\n' ' '; echo the-\\\$((1+1))nd\r"
		expect "the-2nd" {} timeout { exit 13 }
		send "\035"
		expect eof {} timeout { exit 14 }
	EOF
	command expect "$SCRATCH/console.exp"
	# ends with the guest
	timeout 20 script -qec "virsh -c '$URI' console web" /dev/null >"$SCRATCH/console" 2>&1 </dev/null &
	WATCHER=$!
	until_in "$SCRATCH/console" "Connected to domain"
	vm-destroy -q web
	wait $WATCHER || true
}

@test "events, whoever causes them: this client, a program, the guest, a kill" {
	watch_events
	web
	v start web
	vm-suspend -q web
	v resume web
	vm-destroy -q web
	vm-start -q web
	until_in "$BERTH_ROOT/var/log/berth/lxc/web.console.log" berth-guest-is-up
	v shutdown web
	until_in "$SCRATCH/events" "Stopped Shutdown"
	vm-start -q web
	until_in "$SCRATCH/events" "Started Booted"
	# killed: somebody must notice and adopt, so that its end is told
	kill -9 "$(state_of web 7)"
	for i in {1..200}; do
		[ "$(vm-list --name)" = web ] && kill -0 "$(state_of web 7)" 2>/dev/null && break
		sleep 0.05
	done
	vm-suspend -q web
	vm-destroy -q web
	vm-rename -q web site
	v undefine site
	until_in "$SCRATCH/events" "'site': Undefined"
	cat >"$SCRATCH/wanted" <<-EOF
		event 'lifecycle' for domain 'web': Defined Added
		event 'lifecycle' for domain 'web': Started Booted
		event 'lifecycle' for domain 'web': Suspended Paused
		event 'lifecycle' for domain 'web': Resumed Unpaused
		event 'lifecycle' for domain 'web': Stopped Destroyed
		event 'lifecycle' for domain 'web': Started Booted
		event 'lifecycle' for domain 'web': Stopped Shutdown
		event 'lifecycle' for domain 'web': Started Booted
		event 'lifecycle' for domain 'web': Suspended Paused
		event 'lifecycle' for domain 'web': Stopped Destroyed
		event 'lifecycle' for domain 'web': Undefined Renamed
		event 'lifecycle' for domain 'site': Defined Renamed
		event 'lifecycle' for domain 'site': Undefined Removed
	EOF
	diff "$SCRATCH/wanted" "$SCRATCH/events"
}

@test "events of a guest that dies together with its supervisor" {
	web
	v start web
	watch_events
	supervisor=$(state_of web 7)
	init=$(state_of web 4)
	kill -STOP "$supervisor"
	kill -9 "$init"
	kill -9 "$supervisor"
	until_in "$SCRATCH/events" "'web': Stopped"
	[ "$(vm-state web)" = "shut off" ]
}

@test "events in the old forms, filters, and their end" {
	web
	expect 0 /usr/bin/python3 "$TOP/tests/wire/raw.py" events "$SCRATCH/serve" "$UUID"
}

@test "a guest whose supervisor does not answer holds up nobody else" {
	web
	berth_define hung
	vm-start -q hung
	STOPPED=$(state_of hung 7)
	kill -STOP "$STOPPED"
	expect 0 v list --name
	expect 0 /usr/bin/python3 "$TOP/tests/wire/raw.py" stall "$SCRATCH/serve" "$UUID" hung "$STOPPED"
	STOPPED=
}

@test "a listener has a process for each client, ends with SIGTERM, admits root" {
	web
	SOCKET=$SCRATCH/socket
	"$SERVE" --listen "$SOCKET" &
	LISTENER=$!
	for i in {1..100}; do [ -S "$SOCKET" ] && break; sleep 0.05; done
	[ "$(stat -c %a "$SOCKET")" = 600 ]
	expect 1 "$SERVE" --listen "$SOCKET.x/y"
	expect 1 "$SERVE" --listen relative
	expect 6 "$SERVE" --listen "$SOCKET"
	expect 0 timeout 20 virsh -q -c "lxc+unix:///system?socket=$SOCKET" list --all --name
	[ "$output" = web ]
	vm-start -q web
	# descriptors pass over a socket with a name
	if command -v lsns >/dev/null; then
		expect 0 timeout 20 virsh -q -c "lxc+unix:///system?socket=$SOCKET" lxc-enter-namespace web --noseclabel -- /bin/true
	fi
	pids=()
	for i in 1 2 3; do
		timeout 30 virsh -q -c "lxc+unix:///system?socket=$SOCKET" event --loop --event lifecycle >/dev/null 2>&1 &
		pids+=($!)
	done
	for i in {1..100}; do [ "$(pgrep -c -P $LISTENER)" = 3 ] && break; sleep 0.05; done
	[ "$(pgrep -c -P $LISTENER)" = 3 ]
	kill "${pids[@]}"
	for i in {1..100}; do [ "$(pgrep -c -P $LISTENER)" = 0 ] && break; sleep 0.05; done
	[ "$(pgrep -c -P $LISTENER)" = 0 ]
	kill "$LISTENER"
	wait "$LISTENER"
	LISTENER=
	[ ! -e "$SOCKET" ]
	# one that is left over is replaced
	/usr/bin/python3 -c 'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$SOCKET"
	timeout 20 "$SERVE" --listen "$SOCKET" --timeout 1
	[ ! -e "$SOCKET" ]
}

# Waits until somebody listens.
until_socket()
{
	for i in {1..400}; do [ -S "$1" ] && return 0; sleep 0.05; done
	echo "nobody listens on $1"
	return 1
}

@test "C1: everybody may look over the second socket, and nobody may change anything there" {
	web
	chmod 755 "$SCRATCH"
	"$SERVE" --listen "$SCRATCH/rw" --listen-ro "$SCRATCH/ro" 3>&- &
	LISTENER=$!
	until_socket "$SCRATCH/ro"
	[ "$(stat -c %a "$SCRATCH/rw" "$SCRATCH/ro" | tr '\n' ' ')" = "600 666 " ]
	nobody="timeout 20 setpriv --reuid 65534 --regid 65534 --clear-groups"
	expect 0 $nobody virsh -q -r -c "lxc+unix:///system?socket=$SCRATCH/ro" list --all --name
	[ "$output" = web ]
	# whatever the client says of itself
	expect 1 $nobody virsh -q -c "lxc+unix:///system?socket=$SCRATCH/ro" start web
	contains "$output" "read-only"
	expect 1 timeout 20 virsh -q -c "lxc+unix:///system?socket=$SCRATCH/ro" undefine web
	expect 1 $nobody virsh -q -c "lxc+unix:///system?socket=$SCRATCH/rw" list
	chmod 666 "$SCRATCH/rw"
	# a connection that is closed while virsh writes to it ends it by SIGPIPE
	run $nobody virsh -q -c "lxc+unix:///system?socket=$SCRATCH/rw" list
	[ "$status" = 1 ] || [ "$status" = 141 ]
	[[ "$output" != *web* ]]
	kill "$LISTENER"
	wait "$LISTENER"
	LISTENER=
	[ ! -e "$SCRATCH/rw" ] && [ ! -e "$SCRATCH/ro" ]
	expect 2 "$SERVE" --everybody
	expect 2 "$SERVE" --libvirt --listen "$SCRATCH/rw"
}

@test "on libvirt's own sockets unchanged URIs and the default work, and descriptors pass" {
	web
	vm-start -q web
	cat >"$SCRATCH/script" <<-EOF
		mount -t tmpfs t /run && mkdir -p "\$BERTH_ROOT/run" || exit 1
		"$SERVE" --libvirt & listener=\$!
		for i in \$(seq 400); do [ -S /run/libvirt/libvirt-sock-ro ] && break; sleep 0.05; done
		virsh -q -c lxc:///system list --name
		virsh -q -r -c lxc:///system list --name
		command -v lsns >/dev/null && virsh -q -c lxc:///system lxc-enter-namespace web --noseclabel -- /bin/true
		vm-list --name -c lxc+unix:///system
		kill \$listener
	EOF
	expect 0 timeout 60 unshare -m --propagation private sh "$SCRATCH/script"
	[ "$(grep -c '^web$' <<<"$output")" = 3 ]
}

@test "LIBVIRTD_PATH: a client starts its user's server" {
	[ -f /usr/bin/setpriv ] || skip "setpriv is not installed"
	mkdir -m 755 "$SCRATCH/path"
	mkdir -m 700 "$SCRATCH/run" "$SCRATCH/home"
	cp "$SERVE" "$SCRATCH/path/libvirtd"
	chmod 755 "$SCRATCH" "$SCRATCH/path/libvirtd"
	chown 65534:65534 "$SCRATCH/run" "$SCRATCH/home"
	expect 0 env -u BERTH_ROOT HOME="$SCRATCH/home" XDG_RUNTIME_DIR="$SCRATCH/run" LIBVIRTD_PATH="$SCRATCH/path" \
		timeout 30 setpriv --reuid 65534 --regid 65534 --clear-groups virsh -q -c lxc+unix:///session list --all
	[ -S "$SCRATCH/run/libvirt/libvirt-sock" ]
	for pid in $(pgrep -u 65534 -x libvirtd); do
		[ "$(readlink "/proc/$pid/exe")" != "$SCRATCH/path/libvirtd" ] || kill "$pid"
	done
}

@test "a socket that is inherited: inetd's and systemd's" {
	web
	expect 0 /usr/bin/python3 "$TOP/tests/wire/raw.py" inherited "$SERVE" "$SCRATCH/socket"
}

@test "as virt-ssh-helper: the URI as its argument" {
	web
	ln -s "$SERVE" "$SCRATCH/virt-ssh-helper"
	wrap helper
	sed -i "s|^exec .*|exec '$SCRATCH/virt-ssh-helper' lxc:///system|" "$SCRATCH/helper"
	expect 0 timeout 20 virsh -q -c "lxc+ext:///system?command=$SCRATCH/helper" list --all --name
	[ "$output" = web ]
	expect 7 "$SCRATCH/virt-ssh-helper" esx://host/ </dev/null
	expect 2 "$SERVE" --nonsense
}

@test "over ssh: virt-ssh-helper, read-only, and in netcat's place" {
	web
	ln -s "$SERVE" "$SCRATCH/virt-ssh-helper"
	# what ssh would run at the other end
	cat >"$SCRATCH/ssh" <<-EOF
		#!/bin/sh
		for last; do :; done
		export BERTH_ROOT='$BERTH_ROOT' PATH='$SCRATCH':\$PATH
		exec sh -c "\$last"
	EOF
	chmod +x "$SCRATCH/ssh"
	SSH="lxc+ssh://root@host.example/system?command=$SCRATCH/ssh"
	expect 0 timeout 20 virsh -q -c "$SSH" list --all --name
	[ "$output" = web ]
	expect 0 timeout 20 virsh -q -r -c "$SSH" list --all --name
	[ "$output" = web ]
	expect 0 timeout 20 virsh -q -c "$SSH&proxy=netcat&netcat=$SERVE" list --all --name
	[ "$output" = web ]
}

@test "libvirt.conf makes plain virsh use berth" {
	web
	[ -f /etc/libvirt/libvirt.conf ] || skip "/etc/libvirt/libvirt.conf is not there to be mounted over"
	cat >"$SCRATCH/libvirt.conf" <<-EOF
		uri_aliases = [
		  "berth=$URI",
		]
		uri_default = "$URI"
	EOF
	for command in "virsh -q" "virsh -q -c berth" "env LIBVIRT_DEFAULT_URI=berth virsh -q"; do
		expect 0 unshare -m sh -c "mount --bind '$SCRATCH/libvirt.conf' /etc/libvirt/libvirt.conf && timeout 20 $command list --all --name"
		[ "$output" = web ]
	done
}

@test "python3-libvirt" {
	/usr/bin/python3 -c 'import libvirt' 2>/dev/null || skip "python3-libvirt is not installed"
	web
	berth_define other
	v start web
	timeout 60 /usr/bin/python3 "$TOP/tests/wire/binding.py" "$URI" "$UUID"
}

@test "Sys::Virt" {
	perl -MSys::Virt -e 1 2>/dev/null || skip "libsys-virt-perl is not installed"
	web
	v start web
	expect 0 timeout 30 perl -MSys::Virt -e '
		my $c = Sys::Virt->new(uri => $ARGV[0]);
		my ($d) = $c->list_all_domains;
		$d->suspend; $d->resume;
		print join(" ", $c->get_type, $d->get_name, $d->get_uuid_string, $d->is_active ? "on" : "off", $d->get_info->{state}), "\n";
		eval { $c->get_domain_by_name("nobody") };
		print $@->code, "\n";' "$URI"
	[ "$output" = "$(printf 'LXC web %s on 1\n42' "$UUID")" ]
}

@test "a server ends with its client, and its processes are gone" {
	web
	expect 0 /usr/bin/python3 "$TOP/tests/wire/raw.py" leave "$SCRATCH/serve"
}
