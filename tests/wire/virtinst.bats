#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Unmodified virt-install, virt-xml, virt-clone and virt-xml-validate as clients of berth-serve.

load ../helpers

setup()
{
	command -v virsh >/dev/null || skip "virsh is not installed (make deps)"
	berth_setup
	export LC_ALL=C.UTF-8 HOME=$SCRATCH
	printf '#!/bin/sh\nexport BERTH_ROOT=%s\nexec %s/helpers/berth-serve\n' "$BERTH_ROOT" "${BERTH_BUILD:-$TOP}" >"$SCRATCH/serve"
	chmod +x "$SCRATCH/serve"
	TEST="test+ext:///default?command=$SCRATCH/serve"
	export BERTH_URI=test:///default
}
teardown()
{
	test-reset -q
	unset BERTH_URI
	berth_teardown
}

need_virtinst()
{
	command -v virt-install >/dev/null || skip "virt-install is not installed (make deps-more)"
}
install()
{
	timeout 60 virt-install --connect "$1" --import --osinfo generic --noautoconsole "${@:2}"
}

@test "virt-install --import, virt-xml, virt-clone: a guest with a volume, on the network" {
	need_virtinst
	expect 0 install "$TEST" --name vi --memory 512 --vcpus 2 --disk path=/default-pool/vi.img,size=1 --network network=default
	contains "$output" "Domain creation completed"
	[ "$(vm-state vi)" = running ]
	vol-info vi.img --pool default-pool
	expect 0 vm-dumpxml vi
	contains "$output" "<source file='/default-pool/vi.img'/>"
	contains "$output" "<source network='default'/>"
	# the companions of its USB controller are that one's, as libvirt has them
	[ "$(grep -c "type='usb' index='0'" <<<"$output")" = 4 ] || grep -q "qemu-xhci" <<<"$output"
	expect 0 timeout 60 virt-xml --connect "$TEST" vi --edit --memory 256
	expect 0 timeout 60 virt-xml --connect "$TEST" vi --add-device --disk path=/default-pool/more.img,size=1
	expect 0 timeout 60 virt-xml --connect "$TEST" vi --remove-device --network 1
	expect 0 vm-dumpxml --inactive vi
	contains "$output" "<currentMemory unit='KiB'>262144</currentMemory>"
	contains "$output" "<source file='/default-pool/more.img'/>"
	[[ $output != *"<interface"* ]]
	vm-dumpxml vi | grep -q "<interface"
	vm-destroy -q vi
	expect 0 timeout 60 virt-clone --connect "$TEST" --original vi --name vc --auto-clone
	[ "$(vm-state vc)" = "shut off" ]
	vol-info vi-1.img --pool default-pool || vol-info vc.img --pool default-pool
	expect 1 timeout 60 virt-xml --connect "$TEST" nobody --edit --memory 256
	expect 1 install "$TEST" --name vi --memory 512 --disk none
	contains "$output" "vi"
}

@test "virt-install: a container" {
	need_virtinst
	berth_need_containers
	berth_rootfs
	unset BERTH_URI
	expect 0 install "lxc+ext:///system?command=$SCRATCH/serve" --name ct --memory 128 --init /sbin/init --filesystem "$ROOTFS,/" --network none
	[ "$(vm-state ct)" = running ]
	expect 0 timeout 60 virt-xml --connect "lxc+ext:///system?command=$SCRATCH/serve" ct --edit --memory 64
	contains "$(vm-dumpxml --inactive ct)" "<currentMemory unit='KiB'>65536</currentMemory>"
	vm-destroy -q ct
}

@test "virt-install: a machine" {
	need_virtinst
	[ "$(id -u)" = 0 ] && command -v qemu-system-x86_64 >/dev/null || skip "needs root and qemu-system-x86_64 (make deps)"
	unset BERTH_URI
	local uri="qemu+ext:///system?command=$SCRATCH/serve"
	expect 0 install "$uri" --virt-type qemu --name vm --memory 64 --disk none --network none --graphics none
	[ "$(vm-state vm)" = running ]
	expect 0 virsh -q -c "$uri" dumpxml vm
	contains "$output" "<domain type='qemu'"
	echo "$output" >"$SCRATCH/vm.xml"
	expect 0 virt-xml-validate "$SCRATCH/vm.xml"
	expect 0 timeout 60 virt-xml --connect "$uri" vm --edit --vcpus 2
	contains "$(vm-dumpxml --inactive vm)" ">2</vcpu>"
	vm-destroy -q vm
}

@test "virt-xml-validate: what our server tells of each kind of object" {
	command -v virt-xml-validate >/dev/null || skip "virt-xml-validate is not installed (libvirt-clients)"
	local what
	vol-create-as -q default-pool v 1G
	snapshot-create-as -q test s1
	while read -r schema what; do
		# words of virsh, split on purpose
		virsh -q -c "$TEST" $what >"$SCRATCH/$schema.xml"
		expect 0 virt-xml-validate "$SCRATCH/$schema.xml" $schema
	done <<-END
		domain dumpxml test
		network net-dumpxml default
		storagepool pool-dumpxml default-pool
		storagevol vol-dumpxml v default-pool
		interface iface-dumpxml eth1
		nodedev nodedev-dumpxml computer
		capability capabilities
		domainsnapshot snapshot-dumpxml test s1
	END
	echo '<domain type="test"><name>x</name><memory>1</memory><os><type>hvm</type></os><nothing/></domain>' >"$SCRATCH/bad.xml"
	expect 3 virt-xml-validate "$SCRATCH/bad.xml" domain
}
