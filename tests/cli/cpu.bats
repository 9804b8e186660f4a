#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Processors: what this host and its emulators have, compared with what a file describes.

load ../helpers

setup() { berth_setup; }
teardown() { berth_teardown; }

# cpu MODEL [FEATURE...]: a guest's
cpu()
{
	printf "<cpu mode='custom' match='exact'><model>%s</model>" "$1"
	shift
	for f; do printf "<feature policy='%s' name='%s'/>" "${f%%:*}" "${f#*:}"; done
	printf '</cpu>\n'
}

need_x86_qemu()
{
	[ "$(uname -m)" = x86_64 ] || skip "needs an x86 host"
	command -v qemu-system-x86_64 >/dev/null || skip "needs qemu-system-x86"
}

@test "host-cpu-models" {
	contains "$(host-cpu-models x86_64)" "Haswell-noTSX-IBRS"
	[ "$(host-cpu-models ppc64 --json | jq -r '.[0]')" = POWER6 ]
	[ -z "$(host-cpu-models aarch64 2>/dev/null)" ]
	expect 1 host-cpu-models vax
	contains "$output" "unknown architecture 'vax'"
	expect 2 host-cpu-models
}

@test "host-cpu-baseline: the closest model and the features that differ" {
	cpu Haswell | cat - <(cpu Nehalem require:avx) >"$SCRATCH/two.xml"
	expect 0 host-cpu-baseline "$SCRATCH/two.xml"
	contains "$output" "<model fallback='forbid'>Nehalem</model>"
	contains "$output" "<feature policy='require' name='avx'/>"
	expect 0 host-cpu-baseline --features "$SCRATCH/two.xml"
	contains "$output" "<feature policy='require' name='sse4.2'/>"
	cpu Haswell require:invtsc >"$SCRATCH/one.xml"
	contains "$(host-cpu-baseline "$SCRATCH/one.xml")" "invtsc"
	[[ $(host-cpu-baseline --migratable "$SCRATCH/one.xml") != *invtsc* ]]
	cpu Nehalem | cat - <(cpu EPYC) >"$SCRATCH/vendors.xml"
	expect 1 host-cpu-baseline "$SCRATCH/vendors.xml"
	contains "$output" "different vendors: Intel and AMD"
	expect 1 host-cpu-baseline - <<<'<domain/>'
	contains "$output" "there is no <cpu>"
	expect 1 host-cpu-baseline - < <(cpu Nonesuch)
	contains "$output" "unknown CPU model 'Nonesuch'"
}

@test "host-cpu-compare: this host's own capabilities are identical" {
	[ "$(uname -m)" = x86_64 ] || skip "needs an x86 host"
	host-capabilities >"$SCRATCH/caps.xml"
	contains "$(host-cpu-compare "$SCRATCH/caps.xml")" "is identical to host CPU"
	cpu 486 >"$SCRATCH/486.xml"
	contains "$(host-cpu-compare "$SCRATCH/486.xml")" "Host CPU is a superset of CPU described in"
	cpu 486 require:xcrypt >"$SCRATCH/via.xml"
	expect 1 host-cpu-compare "$SCRATCH/via.xml"
	contains "$output" "is incompatible with host CPU"
	expect 1 host-cpu-compare --error "$SCRATCH/via.xml"
	contains "$output" "missing features: xcrypt"
	[ "$(host-cpu-compare --json "$SCRATCH/486.xml" | jq -r .result)" = superset ]
	expect 1 host-cpu-compare "$SCRATCH/nothing.xml"
}

@test "host-domcapabilities: of each architecture, valid, asked once" {
	need_x86_qemu
	for arguments in "" "--machine q35" "--virttype qemu" "--arch i686"; do
		host-domcapabilities $arguments >"$SCRATCH/caps.xml"
		[ ! -e /usr/share/libvirt/schemas/domaincaps.rng ] ||
			xmllint --noout --relaxng /usr/share/libvirt/schemas/domaincaps.rng "$SCRATCH/caps.xml"
	done
	[ "$(host-domcapabilities --machine q35 --xpath '//machine/text()')" = "$(qemu-system-x86_64 -M help | sed -n 's/^q35 .*alias of \(.*\))/\1/p')" ]
	# the second time QEMU is not run, nor anything else
	strace -f -qq -e trace=execve -o "$SCRATCH/runs" host-domcapabilities >/dev/null
	[ "$(grep -c execve "$SCRATCH/runs")" = 1 ]
	expect 1 host-domcapabilities --machine nonesuch
	contains "$output" "has no machine type 'nonesuch'"
	expect 1 host-domcapabilities --emulatorbin /bin/true
	contains "$output" "is it a QEMU?"
	expect 1 host-domcapabilities --virttype xen
	expect 1 host-domcapabilities -c lxc:///
	contains "$output" "has no emulators"
}

@test "host-hypervisor-cpu-*: what an emulator can give to its guests" {
	need_x86_qemu
	host-domcapabilities --virttype qemu >"$SCRATCH/caps.xml"
	contains "$(host-hypervisor-cpu-compare --virttype qemu "$SCRATCH/caps.xml")" "is identical to the CPU provided by hypervisor on the host"
	cpu Nehalem require:avx512f >"$SCRATCH/more.xml"
	expect 1 host-hypervisor-cpu-compare --virttype qemu --error "$SCRATCH/more.xml"
	contains "$output" "avx512f"
	contains "$(host-hypervisor-cpu-baseline --virttype qemu "$SCRATCH/more.xml")" "<model fallback='forbid'>Nehalem</model>"
	[[ $(host-hypervisor-cpu-baseline --virttype qemu "$SCRATCH/more.xml") != *avx512f* ]]
	contains "$(host-hypervisor-cpu-models --virttype qemu)" "Nehalem"
	[[ $(host-hypervisor-cpu-models --virttype qemu) != *Cooperlake* ]]
	contains "$(host-hypervisor-cpu-models --virttype qemu --all)" "Cooperlake"
}
