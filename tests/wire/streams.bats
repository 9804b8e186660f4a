#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The bytes of volumes, with and without holes: our programs and Debian's clients, towards our server and Debian's libvirtd.

load ../helpers
load peer

setup()
{
	command -v virsh >/dev/null || skip "virsh is not installed (make deps)"
	berth_setup
	export LC_ALL=C.UTF-8 HOME=$SCRATCH BERTH_URI=test:///default
	printf '#!/bin/sh\nexport BERTH_ROOT=%s\nexec %s/helpers/berth-serve\n' "$BERTH_ROOT" "${BERTH_BUILD:-$TOP}" >"$SCRATCH/serve"
	chmod +x "$SCRATCH/serve"
	URI="test+ext:///default?command=$SCRATCH/serve"
	# a megabyte, a hole of 64, a byte
	head -c 1000000 /dev/urandom >"$SCRATCH/file"
	truncate -s 64M "$SCRATCH/file"
	printf x >>"$SCRATCH/file"
}
teardown()
{
	unset BERTH_URI
	peer_stop
	test-reset -q
	berth_teardown
}

v()
{
	timeout 60 virsh -q -c "$URI" "$@"
}

# Few blocks on disk: it has holes.
is_sparse()
{
	[ "$(stat -c %b "$1")" -lt 8000 ] || { echo "$1 has $(stat -c %b "$1") blocks"; return 1; }
}

@test "our programs and our test driver: what was written is read, at its place, holes as holes" {
	vol-create-as -q default-pool v 100M
	vol-upload -q --pool default-pool --sparse --offset 4KiB v "$SCRATCH/file"
	vol-download -q --pool default-pool --sparse v "$SCRATCH/out"
	cmp -i 0:4096 -n $((64 * 1024 * 1024 + 1)) "$SCRATCH/file" "$SCRATCH/out"
	[ "$(stat -c %s "$SCRATCH/out")" = $((100 * 1024 * 1024)) ]
	is_sparse "$SCRATCH/out"
	vol-download --pool default-pool --offset 4096 --length 1000000 v - | cmp - <(head -c 1000000 "$SCRATCH/file")
	# a hole over data makes zeros of it
	truncate -s 1M "$SCRATCH/hole"
	vol-upload -q --pool default-pool --sparse --offset 4KiB v "$SCRATCH/hole"
	vol-download --pool default-pool --offset 4096 --length 1000000 v - | cmp - <(head -c 1000000 /dev/zero)
	echo words | vol-upload -q --pool default-pool v -
	vol-clone -q --pool default-pool v w
	[ "$(vol-download --pool default-pool --length 6 w -)" = words ]
}

@test "what has no room is refused, and a file is replaced only by something" {
	vol-create-as -q default-pool v 1M
	expect 1 vol-upload --pool default-pool v "$SCRATCH/file"
	contains "$output" "more was sent than there is room for"
	expect 1 vol-upload --pool default-pool v "$SCRATCH/file" --length 100
	expect 1 vol-upload --pool default-pool v "$SCRATCH/file" --sparse
	expect 1 vol-upload --pool default-pool v "$SCRATCH/none"
	echo kept >"$SCRATCH/out"
	expect 1 vol-download --pool default-pool --offset 2M v "$SCRATCH/out"
	contains "$output" "behind the end"
	expect 3 vol-download --pool default-pool nobody "$SCRATCH/out"
	[ "$(cat "$SCRATCH/out")" = kept ]
	expect 3 vol-download --pool default-pool nobody "$SCRATCH/new"
	[ ! -e "$SCRATCH/new" ]
	expect 2 vol-download --pool default-pool --offset x v "$SCRATCH/new"
}

@test "virsh and our server" {
	v vol-create-as default-pool v 100M
	v vol-upload v "$SCRATCH/file" default-pool --sparse
	v vol-download v "$SCRATCH/out" default-pool --sparse
	cmp -n $((64 * 1024 * 1024 + 1)) "$SCRATCH/file" "$SCRATCH/out"
	is_sparse "$SCRATCH/out"
	v vol-download v "$SCRATCH/part" default-pool --offset 512 --length 4096
	cmp <(tail -c +513 "$SCRATCH/file" | head -c 4096) "$SCRATCH/part"
	head -c 5000 /dev/urandom >"$SCRATCH/more"
	v vol-upload v "$SCRATCH/more" default-pool --offset 77
	vol-download --pool default-pool --offset 77 --length 5000 v - | cmp - "$SCRATCH/more"
	expect 1 v vol-upload v "$SCRATCH/file" default-pool --length 10
	expect 1 virsh -r -q -c "$URI" vol-download v "$SCRATCH/none" default-pool
	# gone with the volume
	v vol-delete v default-pool
	v vol-create-as default-pool v 1M
	v vol-download v "$SCRATCH/new" default-pool
	cmp "$SCRATCH/new" <(head -c 1M /dev/zero)
}

@test "our programs and libvirtd's storage" {
	[ "$(id -u)" = 0 ] || skip "a libvirtd of our own needs root"
	command -v libvirtd >/dev/null || skip "libvirtd is not installed (make deps)"
	peer_start 3>&-
	export BERTH_URI="qemu+unix:///system?socket=$PEER_SOCKET"
	mkdir "$SCRATCH/pool"
	pool-create-as -q berth-test dir --target "$SCRATCH/pool"
	vol-create-as -q berth-test v 100M --allocation 0
	vol-upload -q --pool berth-test --sparse v "$SCRATCH/file"
	cmp -n $((64 * 1024 * 1024 + 1)) "$SCRATCH/file" "$SCRATCH/pool/v"
	is_sparse "$SCRATCH/pool/v"
	vol-download -q --pool berth-test --sparse v "$SCRATCH/out"
	cmp "$SCRATCH/pool/v" "$SCRATCH/out"
	is_sparse "$SCRATCH/out"
	vol-download -q --pool berth-test v "$SCRATCH/whole"
	cmp "$SCRATCH/pool/v" "$SCRATCH/whole"
	printf 'here' | vol-upload -q --pool berth-test --offset 1000 v -
	[ "$(vol-download --pool berth-test --offset 1000 --length 4 v -)" = here ]
	# from one to the other
	vol-create-as -q -c test:///default default-pool copy 100M
	vol-download --pool berth-test v - | vol-upload -q -c test:///default --pool default-pool copy -
	vol-download -c test:///default --pool default-pool copy - | cmp -n $((64 * 1024 * 1024 + 1)) - "$SCRATCH/pool/v"
	pool-destroy -q berth-test
}

@test "python3-libvirt: every kind of object, events, streams" {
	/usr/bin/python3 -c 'import libvirt' 2>/dev/null || skip "python3-libvirt is not installed"
	timeout 60 /usr/bin/python3 "$TOP/tests/wire/objects.py" "$URI" "$SCRATCH"
}

@test "Sys::Virt: every kind of object, and a volume's bytes" {
	perl -MSys::Virt -e 1 2>/dev/null || skip "libsys-virt-perl is not installed"
	vol-create-as -q default-pool v 1M
	echo words | vol-upload -q --pool default-pool v -
	expect 0 timeout -k 1 30 perl -MSys::Virt -MSys::Virt::Stream -e '
		my $c = Sys::Virt->new(uri => $ARGV[0]);
		my ($p) = $c->list_all_storage_pools;
		my ($v) = $p->list_all_volumes;
		my ($s, $piece) = ($c->new_stream, "");
		$v->download($s, 0, 5);
		my $n = $s->recv($piece, 100);
		$s->abort;
		print join(" ", $p->get_name, $v->get_name, (map { $_->get_name } $c->list_all_networks, $c->list_all_domains, $c->list_all_interfaces), $n, $piece), "\n";' "$URI"
	[ "$output" = "default-pool v default test eth1 5 words" ]
}
