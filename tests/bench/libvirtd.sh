#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libvirtd.sh HOME: a libvirtd that meets nobody's, with its socket and its log in HOME. To be run in mount and pid namespaces of its own, as their first
# process: it takes in the ends of the daemon's children.
set -eu
home=$1
mount --make-rprivate /
# libvirt 9.0 starts no container where it sees a version 2 hierarchy beside those of version 1
groups=$(awk '$3 == "cgroup" {print $2, $4}' /proc/self/mounts | sort -u)
if [ -n "$groups" ]; then
	umount -R /sys/fs/cgroup
	mount -t tmpfs -o mode=755 groups /sys/fs/cgroup
	while read -r dir options; do
		mkdir -p "$dir"
		options=$(sed 's/\b\(rw\|nosuid\|nodev\|noexec\|relatime\),//g; s/^name=/none,&/' <<<"$options")
		mount -t cgroup -o "$options" groups "$dir"
	done <<<"$groups"
fi
for dir in /run /etc/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt; do
	mkdir -p $dir
	mount -t tmpfs -o mode=755 libvirt $dir
done
mkdir -p /run/lock
printf '%s\n' "unix_sock_dir = \"$home\"" 'auth_unix_ro = "none"' 'auth_unix_rw = "none"' "log_outputs = \"3:file:$home/log\"" >"$home/conf"
echo 'security_driver = "none"' >/etc/libvirt/lxc.conf
echo 'stdio_handler = "file"' >/etc/libvirt/qemu.conf
libvirtd -f "$home/conf" -p /run/libvirtd.pid &
wait
