# SPDX-License-Identifier: LGPL-2.1-or-later
# What the tests of programs share: a state root of their own, a root file system for containers, and taking everything away again.
#
#     load ../helpers
#     setup() { berth_setup; }
#     teardown() { berth_teardown; }

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PATH=${BERTH_BUILD:-$TOP}/bin:$PATH

# BERTH_ROOT in a folder of its own, $ROOTFS with busybox.
berth_setup()
{
	SCRATCH=$(mktemp -d /tmp/berth-test.XXXXXX)
	export BERTH_ROOT=$SCRATCH/root
	ROOTFS=$SCRATCH/rootfs
	mkdir "$BERTH_ROOT"
	unset BERTH_URI LIBVIRT_DEFAULT_URI VISUAL EDITOR
	export NO_COLOR=1
}

# Whether a process ends soon: a supervisor has a moment for its last words.
berth_gone()
{
	local i
	for i in {1..80}; do
		kill -0 "$1" 2>/dev/null && [ "$(ps -o stat= -p "$1" | cut -c1)" != Z ] || return 0
		sleep 0.1
	done
	return 1
}

# Ends every guest, then shows that nothing of this root is left: processes, cgroups, mounts.
berth_teardown()
{
	[ -n "$SCRATCH" ] || return 0
	local try left=0 pid
	BERTH_ROOT=$SCRATCH/root
	# again when somebody who adopts or restarts a guest was faster
	for try in 1 2 3 4 5; do
		[ -d "$BERTH_ROOT/run/berth" ] || break
		vm-destroy -q --all 2>&1 | grep . && echo "teardown: vm-destroy, try $try"
		[ -n "$(vm-list --name 2>/dev/null)" ] || break
		[ $try != 5 ] || { echo "teardown: still there:"; vm-list; left=1; }
	done
	# whatever root it has: a guest that outlives its test runs until the machine is off
	for pid in $(pgrep -f '[a-z]-supervisor '); do
		grep -qs "$SCRATCH" "/proc/$pid/environ" && ! berth_gone "$pid" || continue
		echo "teardown: $(tr '\0' ' ' <"/proc/$pid/cmdline") is still there"
		pkill -9 -P "$pid"
		left=1
	done
	if grep -q " $SCRATCH" /proc/self/mounts; then
		grep " $SCRATCH" /proc/self/mounts | cut -d' ' -f2 | sort -r | while read -r mount; do umount -l "$mount"; done
		left=1
	fi
	rm -rf "$SCRATCH"
	return $left
}

# A root file system with busybox and an init that waits for signals; $1: the init's script.
berth_rootfs()
{
	[ -x /bin/busybox ] || skip "busybox-static is not installed"
	mkdir -p "$ROOTFS"/{bin,sbin,etc,proc,sys,dev,tmp,root,srv}
	cp /bin/busybox "$ROOTFS/bin/busybox"
	local applet
	for applet in sh ls cat echo sleep ps kill true false id env hostname mount stat tr wc head dd seq; do
		ln -sf busybox "$ROOTFS/bin/$applet"
	done
	echo root:x:0:0:root:/root:/bin/sh >"$ROOTFS/etc/passwd"
	echo user:x:1000:1000:user:/:/bin/sh >>"$ROOTFS/etc/passwd"
	printf 'root:x:0:\nuser:x:1000:\n' >"$ROOTFS/etc/group"
	cat >"$ROOTFS/sbin/init" <<-EOS
		#!/bin/sh
		${1:-trap 'exit 0' TERM INT
		echo berth-guest-is-up
		while :; do sleep 1000 & wait \$!; done}
	EOS
	chmod +x "$ROOTFS/sbin/init"
}

# A container's definition on standard output; $1: name, $2: more elements, $3: more devices.
berth_xml()
{
	local name=$1
	name=${name//&/&amp;}
	name=${name//</&lt;}
	cat <<-EOF
		<domain type='lxc'>
		  <name>$name</name>
		  <memory unit='KiB'>131072</memory>
		  <os><type>exe</type><init>/sbin/init</init></os>
		  ${2-}
		  <devices>
		    <filesystem type='mount'><source dir='$ROOTFS'/><target dir='/'/></filesystem>
		    <console type='pty'/>
		    ${3-}
		  </devices>
		</domain>
	EOF
}

# Defines a container; arguments as berth_xml().
berth_define()
{
	berth_xml "$@" >"$SCRATCH/define.xml"
	vm-define -q "$SCRATCH/define.xml" >/dev/null
}

# Skips the test where containers cannot run.
berth_need_containers()
{
	[ "$(id -u)" = 0 ] || skip "containers need root"
	[ -x "${BERTH_BUILD:-$TOP}/helpers/lxc-supervisor" ] || skip "helpers/lxc-supervisor is not built"
}

# Runs a command and expects a status: expect 3 vm-start nobody. $output holds both streams.
expect()
{
	local want=$1
	shift
	status=0
	output=$("$@" 2>&1) || status=$?
	if [ "$status" != "$want" ]; then
		echo "status $status instead of $want: $*"
		echo "$output"
		return 1
	fi
}

# Like run, with the streams apart: $output and $errors.
run_apart()
{
	status=0
	"$@" >"$SCRATCH/out" 2>"$SCRATCH/err" </dev/null || status=$?
	output=$(cat "$SCRATCH/out")
	errors=$(cat "$SCRATCH/err")
}

# Fails with what was found: contains TEXT WHAT
contains()
{
	[[ $1 == *"$2"* ]] || { echo "no '$2' in: $1"; return 1; }
}

# Waits until a file holds a text: until_in FILE TEXT
until_in()
{
	for i in {1..200}; do
		grep -q -- "$2" "$1" 2>/dev/null && return 0
		sleep 0.05
	done
	echo "no '$2' in $1:"
	cat "$1"
	return 1
}
