#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# virsh and python3-libvirt with this machine's secrets, through berth-serve.

load ../helpers

U=0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f
V=1b81f5b2-8403-7b23-c8d6-21ccc2f80d60

setup()
{
	command -v virsh >/dev/null || skip "virsh is not installed (libvirt-clients)"
	berth_setup
	export HOME=$SCRATCH XDG_RUNTIME_DIR=$SCRATCH LC_ALL=C.UTF-8
	printf '#!/bin/sh\nexport BERTH_ROOT=%s\nexec %s/helpers/berth-serve "$@"\n' "$BERTH_ROOT" "${BERTH_BUILD:-$TOP}" >"$SCRATCH/serve"
	chmod +x "$SCRATCH/serve"
	uri lxc system
	echo "<secret ephemeral='no' private='no'><uuid>$U</uuid><usage type='volume'><volume>/a.img</volume></usage></secret>" >"$SCRATCH/u.xml"
	echo "<secret ephemeral='yes' private='yes'><uuid>$V</uuid><usage type='ceph'><name>client.a</name></usage></secret>" >"$SCRATCH/v.xml"
}
teardown()
{
	[ -z "${WATCHER-}" ] || kill "$WATCHER" 2>/dev/null || true
	berth_teardown
}

uri() { URI="$1+ext:///$2?command=$SCRATCH/serve"; }
v() { timeout 30 virsh -q -c "$URI" "$@"; }

# What virsh's secret-* commands do, to the end.
all_commands()
{
	v secret-define "$SCRATCH/u.xml"
	v secret-define --validate "$SCRATCH/v.xml"
	contains "$(v secret-list)" "$U   volume /a.img"
	contains "$(v secret-list --ephemeral)" "$V   ceph client.a"
	[ "$(v secret-list --ephemeral --no-private | grep -c .)" = 0 ]
	contains "$(v secret-dumpxml $U)" "<volume>/a.img</volume>"
	expect 1 v secret-get-value $U
	contains "$output" "does not have a value"
	printf 'open\0sesame' >"$SCRATCH/value"
	v secret-set-value $U --file "$SCRATCH/value" --plain
	[ "$(v secret-get-value $U)" = "$(base64 <"$SCRATCH/value")" ]
	v secret-set-value $U YWJj
	[ "$(v secret-get-value $U --plain)" = abc ]
	v secret-set-value $V YWJj
	expect 1 v secret-get-value $V
	contains "$output" private
	expect 1 v -r secret-get-value $U
	expect 1 v -r secret-undefine $U
	contains "$(v -r secret-list)" $U
	v secret-undefine $U
	v secret-undefine $V
	expect 1 v secret-undefine $V
	contains "$output" "no secret '$V'"
	[ -z "$(v secret-list)" ]
}

@test "virsh: every secret command, of containers, machines and an ordinary user" {
	[ "$(id -u)" = 0 ] || skip "lxc:///system is root's"
	all_commands
	uri qemu system
	all_commands
	uri qemu session
	chown -R nobody "$SCRATCH"
	export -f v all_commands expect contains
	export U V URI SCRATCH
	setpriv --reuid nobody --regid nogroup --clear-groups bash -e -c all_commands
}

@test "secrets have errors by libvirt's numbers, and look-ups by use" {
	/usr/bin/python3 -c 'import libvirt' 2>/dev/null || skip "python3-libvirt is not installed"
	/usr/bin/python3 - "$URI" "$SCRATCH" $U <<-'EOF'
		import libvirt, sys
		libvirt.registerErrorHandler(lambda *a: None, None)
		conn = libvirt.open(sys.argv[1])
		def fails(code, fn, *args):
		    try:
		        fn(*args)
		    except libvirt.libvirtError as e:
		        assert e.get_error_code() == code, (e.get_error_code(), str(e))
		        return
		    raise AssertionError('it worked')
		fails(libvirt.VIR_ERR_NO_SECRET, conn.secretLookupByUUIDString, sys.argv[3])
		fails(libvirt.VIR_ERR_NO_SECRET, conn.secretLookupByUsage, libvirt.VIR_SECRET_USAGE_TYPE_VOLUME, '/a.img')
		secret = conn.secretDefineXML(open(sys.argv[2] + '/u.xml').read())
		assert (secret.usageType(), secret.usageID(), secret.UUIDString()) == (1, '/a.img', sys.argv[3])
		fails(libvirt.VIR_ERR_NO_SECRET, secret.value)
		secret.setValue(b'\0\1\2' * 21845)
		assert secret.value() == b'\0\1\2' * 21845
		assert conn.secretLookupByUsage(libvirt.VIR_SECRET_USAGE_TYPE_VOLUME, '/a.img').UUIDString() == sys.argv[3]
		assert conn.numOfSecrets() == 1 and conn.listSecrets() == [sys.argv[3]] and len(conn.listAllSecrets(libvirt.VIR_CONNECT_LIST_SECRETS_EPHEMERAL)) == 0
		private = conn.secretDefineXML(open(sys.argv[2] + '/v.xml').read())
		private.setValue(b'x')
		fails(libvirt.VIR_ERR_INVALID_SECRET, private.value)
		fails(libvirt.VIR_ERR_INVALID_ARG, secret.XMLDesc, 64)
		fails(libvirt.VIR_ERR_OPERATION_DENIED, libvirt.openReadOnly(sys.argv[1]).secretLookupByUUIDString(sys.argv[3]).value)
	EOF
}

# Whether the process, or a berth-serve of this test, has begun to watch.
watches()
{
	local i pid
	for i in {1..100}; do
		for pid in $1 $(grep -ls "$BERTH_ROOT" $(pgrep -x berth-serve | sed 's,.*,/proc/&/environ,') /dev/null | grep -o '[0-9]*'); do
			[ "$(readlink "/proc/$pid/fd"/* 2>/dev/null | grep -c inotify)" -gt 0 ] && return 0
		done
		sleep 0.05
	done
	return 1
}

# The events that come while secrets are made, changed and taken away.
events_of()
{
	timeout 60 "$@" >"$SCRATCH/events" 2>&1 3>&- &
	WATCHER=$!
	watches $(pgrep -P $WATCHER)
	secret-define -q "$SCRATCH/u.xml"
	printf x | secret-set-value -q $U --plain --file -
	# the same again is no event
	secret-define -q "$SCRATCH/u.xml"
	secret-define -q "$SCRATCH/v.xml"
	printf x | secret-set-value -q $V --plain --file -
	secret-undefine -q $U
	secret-undefine -q $V
	local i
	for i in {1..100}; do
		[ "$(grep -c event "$SCRATCH/events")" -lt $WANT ] || break
		sleep 0.05
	done
	kill $WATCHER
	wait $WATCHER || true
	WATCHER=
	sed -i '/^event/!d; s/^event //' "$SCRATCH/events"
	cat "$SCRATCH/events"
}

@test "events of secrets, lasting and ephemeral, by our own program and by virsh" {
	local lifecycle="'lifecycle' for secret $U: Defined
'lifecycle' for secret $V: Defined
'lifecycle' for secret $U: Undefined
'lifecycle' for secret $V: Undefined"
	local values="'value-changed' for secret $U
'value-changed' for secret $V"
	WANT=4
	[ "$(events_of secret-event --loop)" = "$lifecycle" ]
	[ "$(events_of secret-event -c "$URI" --loop)" = "$lifecycle" ]
	[ "$(events_of virsh -c "$URI" secret-event --event lifecycle --loop)" = "$lifecycle" ]
	WANT=2
	[ "$(events_of secret-event --event value-changed --loop)" = "$values" ]
	[ "$(events_of virsh -c "$URI" secret-event --event value-changed --loop)" = "$values" ]
	WANT=6
	[ "$(events_of secret-event --all --loop | sort)" = "$(sort <<<"$lifecycle
$values")" ]
	secret-define -q "$SCRATCH/u.xml"
	WANT=1
	secret-undefine -q $U
	expect 3 secret-event $U
	expect 6 secret-event --timeout 0.1
	expect 2 secret-event --event nonsense
}
