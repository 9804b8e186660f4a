# SPDX-License-Identifier: LGPL-2.1-or-later
# What the tests of containers share beside ../helpers.

# Where a file needs no more than a container.
setup()
{
	berth_need_containers
	berth_setup
	berth_rootfs
}
teardown() { berth_teardown; }

# Defines a container whose init is `busybox ARGS...`: lxc_run NAME "more elements" "more devices" ARGS...; runs it to its end and
# leaves what it wrote to its console in $output.
lxc_run()
{
	lxc_define "$@"
	vm-start -q "$1"
	vm-wait -q --timeout 20 "$1" 2>/dev/null || lxc_until_off "$1"
	output=$(lxc_console "$1")
}

lxc_define()
{
	local name=$1 elements=$2 devices=$3 args= a
	shift 3
	for a; do
		a=${a//&/\&amp;}
		a=${a//</\&lt;}
		args="$args<initarg>$a</initarg>"
	done
	cat >"$SCRATCH/define.xml" <<-EOF
		<domain type='lxc'>
		  <name>$name</name>
		  <memory unit='KiB'>${MEMORY:-131072}</memory>
		  <os><type>exe</type><init>${INIT:-/bin/busybox}</init>$args$OS</os>
		  $elements
		  <devices>
		    ${ROOT_FS-<filesystem type='mount'><source dir='$ROOTFS'/><target dir='/'/>$ROOT_OPTIONS</filesystem>}
		    <console type='pty'/>
		    $devices
		  </devices>
		</domain>
	EOF
	vm-define -q "$SCRATCH/define.xml"
}

lxc_console()
{
	tr -d '\r' <"$BERTH_ROOT/var/log/berth/lxc/$1.console.log" 2>/dev/null || true
}

# Waits until the guest is off: lxc_until_off NAME
lxc_until_off()
{
	local i
	for i in {1..200}; do
		[ "$(vm-state "$1")" = "shut off" ] && return 0
		sleep 0.05
	done
	echo "$1 does not end: $(vm-state "$1")"
	return 1
}

# Waits until a command succeeds: lxc_until COMMAND...
lxc_until()
{
	local i
	for i in {1..200}; do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	echo "does not come true: $*"
	return 1
}

lxc_supervisor() { cut -d' ' -f7 "$BERTH_ROOT/run/berth/lxc/$1/state"; }
lxc_init() { cut -d' ' -f4 "$BERTH_ROOT/run/berth/lxc/$1/state"; }

# The pids of a guest's helpers beside its supervisor, by their environment ours and no other test's: lxc_helpers NAME
lxc_helpers()
{
	local p
	for p in $(pgrep -f "^(fd-holder|lxc-hand) $1\$"); do
		! grep -qsz "^BERTH_ROOT=$BERTH_ROOT\$" "/proc/$p/environ" || echo "$p"
	done
}
lxc_no_helpers() { [ -z "$(lxc_helpers "$1")" ]; }

# A capability set as /proc shows it, without what this machine does not let even root have: lxc_caps HEX
lxc_caps() { printf '%016x' $((0x$1 & 0x$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status))); }
