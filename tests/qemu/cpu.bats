#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The processors that real machines get: modes, policies, matching and checking, seen in QEMU and in the live definition.

load ../helpers

setup_file()
{
	[ "$(id -u)" = 0 ] || skip "needs root"
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	berth_setup
	export SCRATCH BERTH_ROOT
	chmod 755 "$SCRATCH"
}

teardown_file()
{
	[ -z "$SCRATCH" ] || berth_teardown
}

setup()
{
	[ -n "$BERTH_ROOT" ] || skip "no QEMU"
}

teardown()
{
	vm-destroy -q c 2>/dev/null || true
	vm-undefine -q c 2>/dev/null || true
}

# define CPU [TYPE]: defines the guest c.
define()
{
	cat >"$SCRATCH/c.xml" <<-EOX
		<domain type='${2:-qemu}'><name>c</name><memory unit='MiB'>32</memory><os><type arch='x86_64' machine='q35'>hvm</type></os>$1<devices/></domain>
	EOX
	vm-define -q "$SCRATCH/c.xml"
}

# What -cpu says.
cpu_option()
{
	tr '\0' '\n' <"/proc/$(cut -d' ' -f4 "$BERTH_ROOT/run/berth/qemu/c/state")/cmdline" | sed -n '/^-cpu$/{n;p}'
}

# has FEATURE: whether QEMU's first processor has it.
has()
{
	contains "$(vm-qemu-monitor-command c '{"execute": "qom-get", "arguments": {"path": "/machine/unattached/device[0]", "property": "'$1'"}}')" '"return":true'
}

@test "host-model: a machine runs with the model that the host gives, and its live definition names it" {
	define "<cpu mode='host-model'><feature name='avx2' policy='disable'/></cpu>"
	contains "$(vm-dumpxml c)" "<cpu mode='host-model' check='partial'>"
	updated=$(vm-dumpxml c --update-cpu | sed -n '/<cpu /,/<\/cpu>/p')
	contains "$updated" "<cpu mode='custom' match='exact' check='full'>"
	vm-start -q --paused c
	# what was told is what came
	[ "$(vm-dumpxml c | sed -n '/<cpu /,/<\/cpu>/p')" = "$updated" ]
	contains "$updated" "<feature policy='disable' name='avx2'/>"
	model=$(sed -n "s|.*<model fallback='forbid'>\(.*\)</model>|\1|p" <<<"$updated")
	[[ $(cpu_option) == "$model,"*avx2=off* ]]
	contains "$(host-domcapabilities --virttype qemu)" "<model fallback='forbid'>$model</model>"
	[ "$(vm-qemu-monitor-command c '{"execute": "qom-get", "arguments": {"path": "/machine/unattached/device[0]", "property": "unavailable-features"}}' | grep -o '\[.*\]')" = '[]' ]
	contains "$(vm-dumpxml c --inactive)" "<cpu mode='host-model' check='partial'>"
}

@test "maximum; host-passthrough needs KVM" {
	define "<cpu mode='maximum'/>"
	vm-start -q --paused c
	[ "$(cpu_option)" = max ]
	has sse4.2
	contains "$(vm-dumpxml c)" "<cpu mode='maximum' check='none' migratable='on'/>"
	run define "<cpu mode='host-passthrough'/>"
	[ "$status" = 1 ]
	contains "$output" "needs a guest of type 'kvm'"
}

@test "policies: require, force, disable, optional, forbid" {
	define "<cpu mode='custom' check='partial'><model>qemu64</model><feature name='aes' policy='require'/><feature name='pdpe1gb' policy='force'/>
		<feature name='cx16' policy='disable'/><feature name='ssse3' policy='optional'/><feature name='vmx' policy='optional'/><feature name='hle' policy='forbid'/></cpu>"
	vm-start -q --paused c
	has aes
	has ssse3
	! has cx16 || false
	! has hle || false
	! has vmx || false
	contains "$(vm-dumpxml c)" "<feature policy='require' name='ssse3'/>"
	contains "$(vm-dumpxml c)" "<feature policy='disable' name='vmx'/>"
	contains "$(vm-dumpxml c)" "<feature policy='forbid' name='hle'/>"
	vm-destroy -q c
	# which this emulator has
	define "<cpu mode='custom' check='partial'><model>qemu64</model><feature name='aes' policy='forbid'/></cpu>"
	run vm-start c
	[ "$status" = 1 ]
	contains "$output" "the host has the feature 'aes', which <cpu> forbids"
}

@test "check: none starts with less, partial and full refuse it" {
	for check in partial full; do
		define "<cpu mode='custom' check='$check'><model fallback='forbid'>qemu64</model><feature name='vmx' policy='require'/></cpu>"
		run vm-start c
		[ "$status" = 1 ]
		contains "$output" "Host CPU does not provide required features: vmx"
	done
	define "<cpu mode='custom' check='none'><model fallback='forbid'>qemu64</model><feature name='vmx' policy='require'/></cpu>"
	vm-start -q --paused c
	contains "$(vm-qemu-monitor-command c '{"execute": "qom-get", "arguments": {"path": "/machine/unattached/device[0]", "property": "unavailable-features"}}')" '"vmx"'
	vm-destroy -q c
	# what cannot be known before QEMU is asked when it runs
	define "<cpu mode='custom' check='full'><model fallback='forbid'>qemu64</model></cpu>"
	sed -i "s|<domain |&xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' |; s|<devices/>|&<qemu:commandline><qemu:arg value='-cpu'/><qemu:arg value='qemu64,vmx=on'/></qemu:commandline>|" "$SCRATCH/c.xml"
	vm-define -q "$SCRATCH/c.xml"
	run vm-start c
	[ "$status" = 1 ]
	contains "$output" "missing features: vmx"
	define "<cpu mode='custom' check='full'><model fallback='forbid'>qemu64</model></cpu>"
	vm-start -q --paused c
}

@test "match: minimum takes what the host has more, exact does not, strict refuses a host that has more" {
	define "<cpu mode='custom' match='minimum' check='partial'><model>qemu64</model></cpu>"
	vm-start -q --paused c
	has aes
	contains "$(vm-dumpxml c)" "match='exact'"
	vm-destroy -q c
	define "<cpu mode='custom' match='exact' check='partial'><model>qemu64</model></cpu>"
	vm-start -q --paused c
	! has aes || false
	vm-destroy -q c
	define "<cpu mode='custom' match='strict' check='partial'><model>qemu64</model></cpu>"
	run vm-start c
	[ "$status" = 1 ]
	contains "$output" "does not strictly match guest CPU: it has more features:"
	define "<cpu mode='custom'><model fallback='forbid'>no-such-model</model></cpu>"
	run vm-start c
	[ "$status" = 1 ]
	contains "$output" "has no CPU model 'no-such-model'"
}
