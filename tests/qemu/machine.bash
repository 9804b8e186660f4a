# SPDX-License-Identifier: LGPL-2.1-or-later
# What the tests of machines that boot share: one machine "m" for all tests of a file.
#
#     load ../helpers
#     load machine
#     setup_file() { machine_setup_file '<disk .../>'; }
#     teardown_file() { [ -z "$SCRATCH" ] || berth_teardown; }
#     setup() { [ -n "$BERTH_ROOT" ] || skip "no machine"; }

GUEST=/tmp/berth-guest

# machine_setup_file [DEVICES [ELEMENTS]]: defines and starts it, with a console, the agent's channel, the devices and other elements given; $DISK is a file of 8 MiB that is made for it.
machine_setup_file()
{
	[ "$(id -u)" = 0 ] || skip "needs root"
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	"$BATS_TEST_DIRNAME/make-guest" $GUEST >/dev/null 2>&1 || skip "the guest's packages cannot be had"
	berth_setup
	export SCRATCH BERTH_ROOT
	chmod 755 "$SCRATCH"
	cat >"$SCRATCH/m.xml" <<-EOX
		<domain type='qemu'>
		  <name>m</name>
		  <memory unit='MiB'>${MEMORY:-128}</memory>
		  <vcpu${VCPUS_NOW:+ current='$VCPUS_NOW'}>${VCPUS:-1}</vcpu>
		  <os><type arch='x86_64' machine='q35'>hvm</type><kernel>$GUEST/vmlinuz</kernel><initrd>$GUEST/initrd.gz</initrd>
		  <cmdline>console=ttyS0 quiet</cmdline></os>
		  <features><acpi/></features>
		  $2
		  <devices>
		    <console type='pty'/>
		    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
		    ${1//SCRATCH/$SCRATCH}
		  </devices>
		</domain>
	EOX
	[ -z "$DISK" ] || truncate -s 8M "$SCRATCH/$DISK"
	vm-define -q "$SCRATCH/m.xml"
	start_machine
}

# A file may have its own.
start_machine()
{
	vm-start -q m
}

qemu_pid()
{
	cut -d' ' -f4 "$BERTH_ROOT/run/berth/qemu/m/state"
}

supervisor_pid()
{
	cut -d' ' -f7 "$BERTH_ROOT/run/berth/qemu/m/state"
}

wait_agent()
{
	local try
	for ((try = 0; try < 240; try++)); do
		[ "$(vm-state m)" = running ] || { vm-state m --reason; return 1; }
		vm-qemu-agent-command m '{"execute": "guest-ping"}' >/dev/null 2>&1 && return 0
		sleep 0.5
	done
	return 1
}

# Runs a shell command in the machine; its output.
inside()
{
	local pid try out
	pid=$(vm-qemu-agent-command m "{\"execute\": \"guest-exec\", \"arguments\": {\"path\": \"/bin/sh\", \"arg\": [\"-c\", \"$1\"], \"capture-output\": true}}" |
		sed 's/[^0-9]//g')
	for ((try = 0; try < 60; try++)); do
		out=$(vm-qemu-agent-command m "{\"execute\": \"guest-exec-status\", \"arguments\": {\"pid\": $pid}}")
		[[ $out == *'"exited":true'* ]] && break
		sleep 0.2
	done
	sed -n 's/.*"out-data":"\([^"]*\)".*/\1/p' <<<"$out" | base64 -d
}
