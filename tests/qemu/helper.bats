#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs beside QEMU: a directory by virtiofsd, a TPM by swtpm, a network by passt, all in one machine.

load ../helpers
load machine

VIRTIOFS="<filesystem type='mount'><driver type='virtiofs'/><source dir='SCRATCH/share'/><target dir='share'/></filesystem>"
SHARED="<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>"
TPM="<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"
PASST="<interface type='user'><backend type='passt'/><model type='virtio'/></interface>"

# In a network namespace whose address passt shows the machine; it goes with the machine.
start_machine()
{
	mkdir -p "$SCRATCH/share"
	echo "from the host" >"$SCRATCH/share/file"
	unshare -n sh -c "ip link add up0 type veth peer name peer0 && ip link set peer0 up && ip addr add 203.0.113.7/24 dev up0 && ip link set lo up && ip link set up0 up &&
		ip route add default via 203.0.113.1 && exec vm-start -q m"
}

setup_file()
{
	local program
	for program in swtpm passt; do
		command -v $program >/dev/null || skip "$program is not installed"
	done
	[ -x /usr/lib/qemu/virtiofsd ] || [ -x /usr/libexec/virtiofsd ] || skip "virtiofsd is not installed"
	machine_setup_file "$VIRTIOFS$TPM$PASST" "$SHARED"
}

teardown_file()
{
	[ -z "$SCRATCH" ] || berth_teardown
}

setup()
{
	[ -n "$BERTH_ROOT" ] || skip "no machine"
}

# The pid of a program of the machine.
pid_of()
{
	sed -n "s/^helper [^ ]* \([0-9]*\) [0-9]* $1\$/\1/p" "$BERTH_ROOT/run/berth/qemu/m/plan"
}

# What of it /proc tells.
of()
{
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$(pid_of "$1")/status" | tr '\t' ' '
}

dead()
{
	[ ! -e "/proc/$1" ] || [ "$(ps -o stat= -p "$1" | cut -c1)" = Z ]
}

# A machine with these devices and elements, never booted.
define()
{
	cat >"$SCRATCH/$1.xml" <<-EOX
		<domain type='qemu'><name>$1</name><memory unit='MiB'>32</memory><os><type arch='x86_64' machine='q35'>hvm</type></os>$3
		<devices>${2//SCRATCH/$SCRATCH}</devices></domain>
	EOX
	vm-define -q "$SCRATCH/$1.xml"
}

@test "P1: the programs beside QEMU have no more rights than they need" {
	local program
	for program in swtpm passt; do
		[[ $(of $program Uid) != "0 "* ]]
		[ "$(of $program CapEff)" = 0000000000000000 ]
		[ "$(of $program CapPrm)" = 0000000000000000 ]
		[ "$(of $program NoNewPrivs)" = 1 ]
		[ "$(of $program Seccomp)" = 2 ]
	done
	# root's, but without a capability of its own: its child, shut up in the directory, has those to act for the machine's users
	[ "$(of virtiofsd CapEff)" = 0000000000000000 ]
	[ "$(of virtiofsd CapBnd)" = 0000000000000000 ]
	[ "$(of virtiofsd NoNewPrivs)" = 1 ]
	local child
	child=$(pgrep -P "$(pid_of virtiofsd)")
	grep -q '^Seccomp:[[:space:]]*2' "/proc/$child/status"
	grep -q '^CapBnd:[[:space:]]*0000000000000000' "/proc/$child/status"
	[ "$(stat -Lc %i "/proc/$child/root")" = "$(stat -c %i "$SCRATCH/share")" ]
	# QEMU's end of each is a descriptor
	! tr '\0' ' ' <"/proc/$(qemu_pid)/cmdline" | grep -q 'swtpm.sock\|fs.sock\|passt' || false
}

@test "the machine reads and writes the directory, has a TPM, and an address from passt" {
	wait_agent
	[ "$(inside 'mkdir -p /mnt/s; mount -t virtiofs share /mnt/s; cat /mnt/s/file; echo from the guest >/mnt/s/back')" = "from the host" ]
	[ "$(cat "$SCRATCH/share/back")" = "from the guest" ]
	[ "$(inside 'cat /sys/class/tpm/tpm0/tpm_version_major')" = 2 ]
	contains "$(inside 'ip link set eth0 up; udhcpc -i eth0 -n -q -s /etc/dhcp >/dev/null 2>&1; ip -4 addr show eth0')" "inet 203.0.113.7/24"
}

@test "what needs such a program cannot be plugged into a machine that runs, and is told so" {
	local kind
	for kind in VIRTIOFS PASST; do
		echo "${!kind//SCRATCH/$SCRATCH}" | sed "s/dir='share'/dir='other'/" >"$SCRATCH/dev.xml"
		run vm-attach-device m "$SCRATCH/dev.xml" --live
		[ "$status" = 1 ]
		contains "$output" "is started with the machine alone"
	done
	[ "$(vm-state m)" = running ]
}

@test "R2: a supervisor that was killed: its successor looks after the same programs" {
	local program pids=()
	for program in swtpm virtiofsd passt; do pids+=("$(pid_of $program)"); done
	kill -9 "$(supervisor_pid)"
	[ "$(vm-state m)" = running ]
	[ "$(inside 'cat /mnt/s/file; cat /sys/class/tpm/tpm0/tpm_version_major' | tr '\n' ' ')" = "from the host 2 " ]
	for program in "${pids[@]}"; do ! dead "$program" || false; done
}

@test "a program that dies alone is told in the log and as an event; the machine goes on" {
	local try
	timeout 20 vm-event m --event io-error --timeout 10 >"$SCRATCH/event" 2>&1 &
	local listener=$!
	for ((try = 0; try < 50; try++)); do grep -q . <(ss -xp 2>/dev/null | grep "pid=$listener,") && break; sleep 0.1; done
	sleep 0.3
	kill -9 "$(pid_of swtpm)"
	wait $listener
	contains "$(cat "$SCRATCH/event")" tpm0
	contains "$(vm-log m)" "tpm0: swtpm has ended"
	[ "$(vm-state m)" = running ]
	[ "$(inside 'cat /mnt/s/file')" = "from the host" ]
}

@test "they end with the machine; the TPM's state stays, and is its user's alone" {
	local program pids=() tpm=$BERTH_ROOT/var/lib/berth/qemu/m/tpm
	for program in swtpm virtiofsd passt; do pids+=("$(pid_of $program)"); done
	vm-destroy -q m
	for program in "${pids[@]}"; do dead "$program"; done
	[ "$(stat -c %a "$tpm")" = 700 ]
	[ "$(stat -c %a "$tpm/tpm2-00.permall")" = 600 ]
	[ "$(stat -c %u "$tpm/tpm2-00.permall")" != 0 ]
	[ ! -e "$BERTH_ROOT/run/berth/qemu/m" ]
}

@test "QEMU that is killed: its programs end, and the next start has new ones" {
	local program pids=() try
	start_machine
	for program in swtpm virtiofsd passt; do pids+=("$(pid_of $program)"); done
	kill -9 "$(supervisor_pid)" "$(qemu_pid)"
	for ((try = 0; try < 50; try++)); do [ "$(vm-state m 2>/dev/null)" = running ] || break; sleep 0.1; done
	for program in "${pids[@]}"; do
		for ((try = 0; try < 50; try++)); do dead "$program" && break; sleep 0.1; done
		dead "$program"
	done
	start_machine
	[ "$(vm-state m)" = running ]
	vm-destroy -q m
}

@test "memory that cannot be shared is refused when it is defined, a program that is not there before anything is made" {
	run define v "$VIRTIOFS"
	[ "$status" = 1 ]
	contains "$output" "virtiofs needs memory that is shared"
	run define v "$VIRTIOFS" "<memoryBacking><access mode='shared'/></memoryBacking>"
	[ "$status" = 1 ]
	define v "$VIRTIOFS" "<memoryBacking><source type='file'/><access mode='shared'/></memoryBacking>"
	define v "$(sed "s|<source|<binary path='/nowhere/virtiofsd'/>&|" <<<"$VIRTIOFS")" "$SHARED"
	run vm-start v
	[ "$status" = 1 ]
	contains "$output" "/nowhere/virtiofsd cannot be run: No such file or directory"
	[ ! -e "$BERTH_ROOT/run/berth/qemu/v" ]
	define v "${VIRTIOFS/SCRATCH\/share/\/nowhere}" "$SHARED"
	run vm-start v
	[ "$status" = 1 ]
	contains "$output" "/nowhere: No such file or directory"
	[ ! -e "$BERTH_ROOT/run/berth/qemu/v" ]
	vm-undefine -q v
}
