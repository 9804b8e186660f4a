#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# File systems in images and on block devices; disks and devices of the host.

load ../helpers
load lxc

setup()
{
	berth_need_containers
	berth_setup
	berth_rootfs
	LOOPS=
}

teardown()
{
	local status=0 loop
	[ -z "$SCRATCH" ] || vm-destroy -q --all >/dev/null 2>&1 || true
	for loop in $LOOPS; do losetup -d "$loop"; done
	lxc_until loops_free || { losetup -a; status=1; }
	berth_teardown && return $status
}

# No loop device has a file of this test's.
loops_free() { ! losetup -n -O BACK-FILE | grep -q "$SCRATCH"; }

# image TYPE FILE: a file system with a file "hello" in it
image()
{
	local folder=$SCRATCH/content
	mkdir -p "$folder"
	echo "of $1" >"$folder/hello"
	case $1 in
	squashfs) command -v mksquashfs >/dev/null || skip "squashfs-tools is not installed"; mksquashfs "$folder" "$2" -quiet >/dev/null ;;
	xfs) command -v mkfs.xfs >/dev/null || skip "xfsprogs is not installed"
		truncate -s 300M "$2"; printf '%s\n' dummy '0 0' 'd--755 0 0' "hello ---644 0 0 $folder/hello" '$' >"$SCRATCH/proto"; mkfs.xfs -q -p "$SCRATCH/proto" "$2" ;;
	*) truncate -s 16M "$2"; "mkfs.$1" -q -d "$folder" "$2" ;;
	esac
}

file_system() { echo "<filesystem type='file'><driver type='loop' format='raw'/><source file='$1'/><target dir='$2'/>${3-}</filesystem>"; }

@test "filesystem type file: ext4, xfs, squashfs, found out by themselves; nothing is left" {
	local t
	for t in ext4 xfs squashfs; do
		image $t "$SCRATCH/$t.img"
		lxc_run "$t" "" "$(file_system "$SCRATCH/$t.img" /mnt)" sh -c 'cat /mnt/hello; grep " /mnt " /proc/mounts'
		contains "$output" "of $t"
		contains "$output" " /mnt $t "
		contains "$output" "nodev"
		lxc_until loops_free
	done
}

@test "filesystem type file: written to, and read-only" {
	image ext4 "$SCRATCH/a.img"
	lxc_run rw "" "$(file_system "$SCRATCH/a.img" /mnt)" sh -c 'echo new >/mnt/file && sync && echo written'
	contains "$output" written
	lxc_until loops_free
	sum=$(sha256sum <"$SCRATCH/a.img")
	lxc_run ro "" "$(file_system "$SCRATCH/a.img" /mnt "<readonly/>")" sh -c 'cat /mnt/file; echo more >/mnt/file || echo refused'
	contains "$output" new
	contains "$output" refused
	lxc_until loops_free
	[ "$sum" = "$(sha256sum <"$SCRATCH/a.img")" ]
}

@test "an image as the root, and device nodes in it are none" {
	mknod "$ROOTFS/sda" b 7 0
	truncate -s 32M "$SCRATCH/root.img"
	mkfs.ext4 -q -d "$ROOTFS" "$SCRATCH/root.img"
	ROOT_FS=$(file_system "$SCRATCH/root.img" /) lxc_run r "" "" sh -c 'grep " / " /proc/mounts; dd if=/sda count=1 2>&1; echo x >/file && echo written'
	contains "$output" " / ext4 "
	contains "$output" "Permission denied"
	contains "$output" written
}

@test "filesystem type block, disks and devices: given, and nothing else" {
	image ext4 "$SCRATCH/a.img"
	truncate -s 4M "$SCRATCH/b.img"
	a=$(losetup -f --show "$SCRATCH/a.img"); LOOPS=$a
	b=$(losetup -f --show "$SCRATCH/b.img"); LOOPS="$a $b"
	echo from-the-host >"$b"
	lxc_run d "" "<filesystem type='block'><source dev='$a'/><target dir='/mnt'/></filesystem>
		<disk type='block'><source dev='$b'/><target dev='sda'/></disk>
		<hostdev mode='capabilities' type='misc'><source><char>/dev/fuse</char></source></hostdev>" sh -c \
		'cat /mnt/hello; head -c 14 /dev/sda; echo; ls -l /dev/sda /dev/fuse; echo hi >/dev/sda && echo written; : <>/dev/fuse && echo fuse'
	contains "$output" "of ext4"
	contains "$output" from-the-host
	contains "$output" "brw-------"
	contains "$output" "crw-------"
	contains "$output" written
	contains "$output" fuse
	[ "$(head -c 2 "$b")" = hi ]
}

@test "a read-only disk cannot be written to, nor can a device that was not given be opened" {
	truncate -s 4M "$SCRATCH/b.img"
	b=$(losetup -f --show "$SCRATCH/b.img"); LOOPS=$b
	mknod "$ROOTFS/other" b 7 "$((${b#/dev/loop} + 1))"
	mknod "$ROOTFS/mem" c 1 1
	lxc_run d "<features><capabilities policy='default'><mknod state='on'/></capabilities></features>" \
		"<hostdev mode='capabilities' type='storage'><source><block>$b</block></source><readonly/></hostdev>" sh -c \
		"dd if=$b of=/tmp/x count=1 2>/dev/null && echo read; echo hi 2>&1 >$b || echo refused-write
		 cat /other 2>&1; cat /mem 2>&1; busybox mknod /tmp/n b 7 0 2>&1; busybox mknod /tmp/s b ${b#/dev/loop} 0 2>&1"
	contains "$output" "read"
	contains "$output" refused-write
	contains "$output" "/other': Operation not permitted"
	contains "$output" "/mem': Operation not permitted"
	contains "$output" "mknod: /tmp/n: Operation not permitted"
}

@test "with a user namespace the container's root has its devices" {
	chown -R 100000:100000 "$ROOTFS"
	truncate -s 4M "$SCRATCH/b.img"
	b=$(losetup -f --show "$SCRATCH/b.img"); LOOPS=$b
	lxc_run d "<idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='100000' count='65536'/></idmap>" \
		"<disk type='block'><source dev='$b'/><target dev='vda'/></disk>" sh -c 'echo hi >/dev/vda && echo written; stat -c %u /dev/vda'
	contains "$output" written
	contains "$output" 0
}

@test "what cannot be had: a clear error and nothing left" {
	ln -s /etc/passwd "$SCRATCH/link.img"
	truncate -s 1M "$SCRATCH/empty.img"
	truncate -s 1M "$SCRATCH/swap.img"
	mkswap -q "$SCRATCH/swap.img" 2>/dev/null || busybox mkswap "$SCRATCH/swap.img" >/dev/null
	image ext4 "$SCRATCH/cut.img"
	truncate -s 64K "$SCRATCH/cut.img"
	while IFS='|' read -r device want; do
		eval "device=\"$device\""
		lxc_define bad "" "$device" true
		expect 1 vm-start bad
		contains "$output" "$want"
		vm-undefine -q bad
		lxc_until loops_free
	done <<-'EOF'
		$(file_system $SCRATCH/none.img /mnt)|none.img: No such file
		$(file_system $SCRATCH/link.img /mnt)|link.img: Too many levels of symbolic links
		$(file_system $SCRATCH /mnt)|Is a directory
		$(file_system /dev/null /mnt)|/dev/null is no image file
		$(file_system $SCRATCH/empty.img /mnt)|holds no file system that is known
		$(file_system $SCRATCH/swap.img /mnt)|holds no file system but 'swap'
		$(file_system $SCRATCH/cut.img /mnt)|cut.img (ext4): Invalid argument
		<disk type='block'><source dev='/dev/nothing'/><target dev='sda'/></disk>|the host's device /dev/nothing: No such file
		<disk type='block'><source dev='/dev/null'/><target dev='sda'/></disk>|/dev/null is no block device
		<hostdev mode='capabilities' type='misc'><source><char>/dev/loop0</char></source></hostdev>|/dev/loop0 is no character device
		<disk type='file'><source file='$SCRATCH/none.img'/><target dev='sda'/></disk>|disk 'sda': cannot open
		<disk type='file'><source file='$SCRATCH/link.img'/><target dev='sda'/></disk>|link.img: Too many levels of symbolic links
		<disk type='file'><source file='$SCRATCH/empty.img'/><target dev='sda'/></disk><disk type='file'><source file='/dev/null'/><target dev='sdb'/></disk>|/dev/null is no file
	EOF
}

@test "a file as a disk: a loop device of the guest's, that is gone with it" {
	truncate -s 4M "$SCRATCH/b.img"
	echo from-the-host | dd of="$SCRATCH/b.img" conv=notrunc status=none
	lxc_run d "" "<disk type='file'><source file='$SCRATCH/b.img'/><target dev='sda'/></disk>
		<disk type='file'><driver name='loop' type='raw'/><source file='$SCRATCH/b.img'/><target dev='sdb'/><readonly/></disk>" sh -c \
		'head -c 14 /dev/sda; echo; ls -l /dev/sda; echo hi >/dev/sda && echo written; sync; head -c 2 /dev/sdb; echo no 2>&1 >/dev/sdb || echo refused'
	contains "$output" from-the-host
	contains "$output" brw-------
	contains "$output" written
	contains "$output" refused
	lxc_until loops_free
	[ "$(head -c 2 "$SCRATCH/b.img")" = hi ]
}

@test "a file as a disk comes to a running container and goes, and outlives its supervisor" {
	truncate -s 4M "$SCRATCH/a.img" "$SCRATCH/b.img"
	berth_rootfs
	berth_define web "" "<disk type='file'><source file='$SCRATCH/a.img'/><target dev='sda'/></disk>"
	expect 0 vm-start web
	expect 0 vm-attach-disk web "$SCRATCH/b.img" sdb --sourcetype file --live
	expect 0 vm-exec web -- sh -c 'echo hi >/dev/sdb; sync'
	[ "$(head -c 2 "$SCRATCH/b.img")" = hi ]
	expect 0 vm-blkinfo web sdb
	contains "$output" 4194304
	expect 0 vm-blkstat web sdb
	expect 0 vm-detach-disk web sdb --live
	lxc_until eval '! losetup -n -O BACK-FILE | grep -q "$SCRATCH/b.img"'
	expect 1 vm-exec web -- ls /dev/sdb
	kill -9 "$(lxc_supervisor web)"
	expect 0 vm-exec web -- sh -c 'echo again >/dev/sda; sync'
	[ "$(head -c 5 "$SCRATCH/a.img")" = again ]
	expect 0 vm-blkstat web sda
	expect 0 vm-destroy web
	lxc_until loops_free
}

@test "a file as a disk after its supervisor and the container were killed: nothing is left" {
	truncate -s 4M "$SCRATCH/a.img"
	berth_rootfs
	berth_define web "" "<disk type='file'><source file='$SCRATCH/a.img'/><target dev='sda'/></disk>"
	expect 0 vm-start web
	both=("$(lxc_supervisor web)" "$(lxc_init web)")
	kill -9 "${both[@]}"
	berth_gone "${both[0]}"
	berth_gone "${both[1]}"
	# who comes next cleans up, and starts it with a loop device of its own
	expect 0 vm-start web
	[ "$(losetup -n -O BACK-FILE | grep -c "$SCRATCH")" = 1 ]
	expect 0 vm-destroy web
	lxc_until loops_free
}

@test "what no container has: refused when it is defined, with the way that there is" {
	while IFS='|' read -r device want; do
		output=$(lxc_define bad "" "$device" true 2>&1) && return 1
		contains "$output" "$want"
	done <<-'EOF'
		<filesystem type='template'><source name='debian'/><target dir='/mnt'/></filesystem>|unpack it into a directory
		<filesystem type='volume'><source pool='p' volume='v'/><target dir='/mnt'/></filesystem>|vol-path tells
		<filesystem type='file'><driver type='nbd' format='qcow2'/><source file='/a'/><target dir='/mnt'/></filesystem>|qemu-img convert -O raw
		<filesystem type='mount'><source dir='/srv'/><target dir='/mnt'/><space_hard_limit unit='M'>5</space_hard_limit></filesystem>|OpenVZ's
		<filesystem type='mount'><source dir='/srv'/><target dir='/mnt'/><space_soft_limit unit='M'>5</space_soft_limit></filesystem>|OpenVZ's
		<disk type='network'><source protocol='nbd' name='x'><host name='a'/></source><target dev='sda'/></disk>|block devices and files
		<disk type='file'><driver name='qemu' type='qcow2'/><source file='/a'/><target dev='sda'/></disk>|qemu-img convert -O raw
		<interface type='hostdev'><source><address type='pci' domain='0' bus='0' slot='1' function='0'/></source></interface>|<hostdev mode='capabilities' type='net'>
	EOF
}
