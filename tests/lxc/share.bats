#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# <lxc:namespace>, <idmap>, and what a systemd needs.

load ../helpers
load lxc

setup()
{
	berth_need_containers
	berth_setup
	berth_rootfs
	PIDS=
}

teardown()
{
	local pid
	for pid in $PIDS; do kill -9 "$pid" 2>/dev/null || true; done
	[ -z "$NETNS" ] || ip netns del "$NETNS"
	berth_teardown
}

# ns PID KIND: the number of a namespace
ns() { readlink "/proc/$1/ns/$2"; }

# share NAME "lxc:… elements" ["more elements"]
share()
{
	cat >"$SCRATCH/$1.xml" <<-X
		<domain type='lxc' xmlns:lxc='http://libvirt.org/schemas/domain/lxc/1.0'><name>$1</name><memory>65536</memory>${3-}
		<os><type>exe</type><init>/sbin/init</init></os>
		<devices><filesystem type='mount'><source dir='$ROOTFS'/><target dir='/'/></filesystem></devices>
		<lxc:namespace>$2</lxc:namespace></domain>
	X
	vm-define -q "$SCRATCH/$1.xml"
}

@test "lxc:namespace: all of another container's, by its name" {
	berth_define a "<features><privnet/></features>"
	vm-start -q a
	share b "<lxc:sharenet type='name' value='a'/><lxc:shareipc type='name' value='a'/><lxc:shareuts type='name' value='a'/>"
	vm-start -q b
	for k in net ipc uts; do [ "$(ns "$(lxc_init a)" $k)" = "$(ns "$(lxc_init b)" $k)" ]; done
	for k in pid mnt cgroup; do [ "$(ns "$(lxc_init a)" $k)" != "$(ns "$(lxc_init b)" $k)" ]; done
	# the host name is the other's, and stays it
	[ "$(vm-exec b -- hostname)" = a ]
	# one in a user namespace can share as well
	share c "<lxc:sharenet type='name' value='a'/>" "<idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='100000' count='65536'/></idmap>"
	chown -R 100000:100000 "$ROOTFS"
	vm-start -q c
	[ "$(ns "$(lxc_init a)" net)" = "$(ns "$(lxc_init c)" net)" ]
	[ "$(ns "$(lxc_init c)" ipc)" != "$(ns "$(lxc_init a)" ipc)" ]
}

@test "lxc:namespace: of a process, and a network namespace by name" {
	unshare -n -i -u sleep 1000 & PIDS=$!
	lxc_until test -e "/proc/$PIDS/ns/net"
	lxc_until sh -c "[ \$(readlink /proc/$PIDS/ns/net) != \$(readlink /proc/self/ns/net) ]"
	share b "<lxc:sharenet type='pid' value='$PIDS'/><lxc:shareipc type='pid' value='$PIDS'/><lxc:shareuts type='pid' value='$PIDS'/>"
	vm-start -q b
	for k in net ipc uts; do [ "$(ns "$PIDS" $k)" = "$(ns "$(lxc_init b)" $k)" ]; done
	NETNS=berth-share-$$
	ip netns add "$NETNS"
	share c "<lxc:sharenet type='netns' value='$NETNS'/>"
	vm-start -q c
	[ "net:[$(stat -L -c %i "/run/netns/$NETNS")]" = "$(ns "$(lxc_init c)" net)" ]
	# the supervisors are where they were
	[ "$(ns "$(lxc_supervisor c)" net)" = "$(ns self net)" ]
}

@test "lxc:namespace: what cannot be shared: a clear error and nothing left" {
	while IFS='|' read -r elements want; do
		! output=$(share bad "$elements" 2>&1 && vm-start bad 2>&1) || false
		contains "$output" "$want"
		vm-undefine -q bad 2>/dev/null || true
	done <<-'EOF'
		<lxc:sharenet type='name' value='nobody'/>|container 'nobody' is not running
		<lxc:sharenet type='pid' value='4194303'/>|/proc/4194303/ns/net: No such file
		<lxc:sharenet type='pid' value='x'/>|'x' is no process
		<lxc:sharenet type='netns' value='not-there'/>|/run/netns/not-there: No such file
		<lxc:sharenet type='netns' value='../x'/>|is no name of a network namespace
		<lxc:shareipc type='netns' value='x'/>|only a network namespace
	EOF
	! output=$(share bad "<lxc:sharenet type='pid' value='1'/>" "<features><privnet/></features>" 2>&1) || false
	contains "$output" "does not go with <privnet/>"
}

@test "idmap: the ids of the host, and maps that cannot be" {
	chown -R 200000:200000 "$ROOTFS"
	berth_define a "<idmap><uid start='0' target='200000' count='1000'/><gid start='0' target='200000' count='1000'/></idmap>"
	vm-start -q a
	[ "$(stat -c %u "/proc/$(lxc_init a)")" = 200000 ]
	contains "$(vm-exec a -- cat /proc/self/uid_map)" "200000"
	while IFS='|' read -r map want; do
		! output=$(berth_define bad "<idmap>$map</idmap>" 2>&1 && vm-start bad 2>&1) || false
		contains "$output" "$want"
		vm-undefine -q bad 2>/dev/null || true
	done <<-'EOF'
		<uid start='0' target='1000' count='10'/>|needs both <uid> and <gid>
		<uid start='0' target='1000' count='10'/><uid start='5' target='9000' count='10'/><gid start='0' target='1000' count='10'/>|overlap
		<uid start='0' target='1000' count='10'/><uid start='10' target='1005' count='10'/><gid start='0' target='1000' count='10'/>|overlap
		<uid start='0' target='1000' count='0'/><gid start='0' target='1000' count='10'/>|count
	EOF
}

@test "a systemd boots, makes control groups of its own, and is shut down" {
	[ -x /lib/systemd/systemd ] || skip "systemd is not installed"
	local d
	rm -rf "$ROOTFS"
	mkdir -p "$ROOTFS"/{etc/systemd/system,proc,sys,dev,run,tmp,var,usr,root}
	for d in bin sbin lib lib64; do ln -s "usr/$d" "$ROOTFS/$d"; done
	cp /bin/busybox "$ROOTFS/root/busybox"
	: >"$ROOTFS/etc/machine-id"
	echo root:x:0:0:root:/root:/bin/sh >"$ROOTFS/etc/passwd"
	echo root:x:0: >"$ROOTFS/etc/group"
	printf '[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nRemainAfterExit=yes\nStandardOutput=tty\nTTYPath=/dev/console\nExecStart=/root/busybox echo berth-systemd-service\n' >"$ROOTFS/etc/systemd/system/hello.service"
	printf '[Unit]\nDefaultDependencies=no\nRequires=hello.service\nAllowIsolate=yes\n' >"$ROOTFS/etc/systemd/system/tiny.target"
	INIT=/lib/systemd/systemd lxc_define s "" "<filesystem type='mount'><source dir='/usr'/><target dir='/usr'/><readonly/></filesystem>
		<filesystem type='ram'><source usage='8192'/><target dir='/run'/></filesystem>" --unit=tiny.target
	vm-start -q s
	said() { lxc_console s | grep -q berth-systemd-service; }
	lxc_until said || { lxc_console s; return 1; }
	contains "$(lxc_console s)" "Detected virtualization lxc-libvirt"
	contains "$(vm-exec s -- /root/busybox ls /sys/fs/cgroup)" "system.slice"
	contains "$(vm-exec s -- /root/busybox cat /proc/1/cgroup)" "0::/init.scope"
	vm-shutdown -q --wait s || { vm-shutdown -q s; lxc_until_off s; }
}
