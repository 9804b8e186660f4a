#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What version2.bats runs as the first process of a machine of its own: says what does not hold as "VERSION2 NOT ...", and "VERSION2 DONE" at the end.
export PATH=/berth/bin:/bin:/sbin BERTH_ROOT=/b HOME=/
mount -t devtmpfs dev /dev
exec >/dev/ttyS0 2>&1 </dev/null
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t cgroup2 -o nsdelegate groups /sys/fs/cgroup
mkdir -p /b /fs/bin /fs/dev /fs/proc /fs/sys /fs/tmp
cp /bin/busybox /fs/bin/
for name in sh sleep cat head tail mknod dd true ls; do ln -s busybox /fs/bin/$name; done

# is WHAT WANTED COMMAND...: the command's output is what is wanted
is()
{
	what=$1 wanted=$2
	shift 2
	got=$("$@" 2>&1)
	if [ "$got" = "$wanted" ]; then echo "VERSION2 ok $what"; else echo "VERSION2 NOT $what: '$got', wanted '$wanted'"; fi
}
# ends STATUS COMMAND...
ends()
{
	wanted=$1
	shift
	got=$("$@" 2>&1)
	status=$?
	if [ $status = "$wanted" ]; then echo "VERSION2 ok $*"; else echo "VERSION2 NOT $*: status $status: $got"; fi
}

ends 0 vm-define -q /berth/web.xml
ends 0 vm-start -q web
cat /b/var/log/berth/lxc/web.log
group=$(echo /sys/fs/cgroup/berth-*/lxc-web)
is "memory limit" 50331648 cat "$group/memory.max"
is "processor quota" "25000 50000" cat "$group/cpu.max"
is "processors" 0 cat "$group/cpuset.cpus"
is "its own group from inside" "0::/" vm-exec web -- cat /proc/self/cgroup
ends 0 vm-suspend -q web
is "frozen" 1 cat "$group/cgroup.freeze"
is "paused" paused vm-state web
ends 0 vm-resume -q web
is "thawed" 0 cat "$group/cgroup.freeze"
ends 0 vm-exec web -- dd if=/dev/zero of=/dev/null count=1
# a device that was not given can be neither made nor opened
ends 1 vm-exec web -- mknod /tmp/mem c 1 1
mknod /fs/tmp/mem c 1 1
ends 1 vm-exec web -- dd if=/tmp/mem of=/dev/null count=1
# what eats more than the limit is killed, the container is not
vm-exec web -- sh -c 'tail /dev/zero' >/dev/null 2>&1
[ $? != 0 ] || echo "VERSION2 NOT killed by its memory limit"
is "still running" running vm-state web
ends 0 vm-setmem -q --live web 40M
is "memory limit, changed" 41943040 cat "$group/memory.max"
ends 0 vm-memtune -q --live web --hard-limit 44M
is "memory limit, tuned" 46137344 cat "$group/memory.max"
ends 0 vm-schedinfo -q --live web --set vcpu_quota=30000
is "processor quota, tuned" "30000 50000" cat "$group/cpu.max"
vm-schedinfo web
ends 0 vm-memstat web
ends 0 vm-cpu-stats web
# without its supervisor it lives on and is adopted
for p in /proc/[0-9]*; do
	case $(tr '\0' ' ' <$p/cmdline) in *lxc-supervisor*web*) kill -9 "${p#/proc/}" ;; esac
done
is "running without a supervisor" running vm-state web
ends 0 vm-suspend -q web
ends 0 vm-resume -q web
ends 4 vm-start -q web
ends 0 vm-destroy -q web
is "groups left" "" find /sys/fs/cgroup -name 'lxc-*'
ends 0 host-check
echo "VERSION2 DONE"
poweroff -f
