#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# G8: what a container's init gets is an exact list, whatever the starter had.

load ../helpers
load lxc

@test "G8 P6: environment" {
	export LEAK=1 LD_PRELOAD= IFS=x
	OS="<initenv name='FOO'>bar</initenv><initenv name='TERM'>vt100</initenv>" lxc_run env "" "" env
	uuid=$(vm-uuid env)
	want="PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
TERM=vt100
container=lxc-libvirt
HOME=/
container_uuid=$uuid
LIBVIRT_LXC_UUID=$uuid
LIBVIRT_LXC_NAME=env
FOO=bar"
	[ "$output" = "$want" ] || { echo "$output"; return 1; }
}

@test "G8 P6: descriptors, even when the starter has many open" {
	exec 5</etc/shadow 9</etc 17>"$SCRATCH/x"
	lxc_run fds "" "" ls -l /proc/self/fd
	exec 5<&- 9<&- 17>&-
	# 3 is the directory that ls itself reads
	got=$(echo "$output" | sed -n 's/.*:[0-9][0-9] \([0-9][0-9]*\( -> .*\)*\)$/\1/p')
	want="0 -> /dev/pts/0
1 -> /dev/pts/0
2 -> /dev/pts/0
3"
	[ "$got" = "$want" ] || { echo "$output"; return 1; }
}

@test "G8 P6: identity, capabilities, signals, session" {
	trap '' USR1 PIPE CHLD
	lxc_run ids "" "" cat /proc/self/status
	trap - USR1 PIPE CHLD
	got=$(echo "$output" | tr -s '\t ' ' ' |
		grep -E '^(Umask|Pid|PPid|Uid|Gid|Groups|NSpid|NSpgid|NSsid|Sig(Blk|Ign|Cgt)|Cap...|NoNewPrivs|Seccomp|Seccomp_filters):' | sed 's/ *$//')
	want="Umask: 0022
Pid: 1
PPid: 0
Uid: 0 0 0 0
Gid: 0 0 0 0
Groups:
NSpid: 1
NSpgid: 1
NSsid: 1
SigBlk: 0000000000000000
SigIgn: 0000000000000000
SigCgt: 0000000000000000
CapInh: 0000000000000000
CapPrm: $(lxc_caps b5ecfdfb)
CapEff: $(lxc_caps b5ecfdfb)
CapBnd: $(lxc_caps b5ecfdfb)
CapAmb: 0000000000000000
NoNewPrivs: 0
Seccomp: 2
Seccomp_filters: 1"
	[ "$got" = "$want" ] || { diff <(echo "$want") <(echo "$got"); return 1; }
}

@test "G8: limits, directory" {
	ulimit -S -c 0
	ulimit -S -n 123
	lxc_run limits "" "" sh -c 'cat /proc/self/limits; pwd; tty'
	# a machine that lets nobody raise hard limits keeps those that it has
	hard=524288
	[ "$(lxc_caps 1000000)" != 0000000000000000 ] || hard=$(ulimit -H -n)
	contains "$(echo "$output" | tr -s ' ')" "Max open files 1024 $hard files"
	contains "$(echo "$output" | tr -s ' ')" "Max stack size 8388608 unlimited bytes"
	contains "$(echo "$output" | tr -s ' ')" "Max core file size 0 "
	[ "$(echo "$output" | tail -2)" = "/
/dev/pts/0" ] || { echo "$output"; return 1; }
}

@test "user, group and directory from the container's own files" {
	mkdir "$ROOTFS/home"
	echo 'joe:x:1234:777::/home:/bin/sh' >>"$ROOTFS/etc/passwd"
	echo 'crew:x:888:' >>"$ROOTFS/etc/group"
	OS="<initdir>/tmp</initdir><inituser>joe</inituser>" lxc_run joe "" "" sh -c 'id; pwd; echo $HOME; grep Cap /proc/self/status'
	contains "$output" "uid=1234(joe) gid=777"
	contains "$output" "
/tmp
/home"
	contains "$output" "CapEff:	0000000000000000"
	OS="<inituser>1000</inituser><initgroup>crew</initgroup>" lxc_run num "" "" id
	contains "$output" "uid=1000(user) gid=888(crew)"
	OS="<inituser>+0</inituser>" lxc_define bad "" "" id
	expect 1 vm-start bad
	contains "$output" "no user '+0'"
	OS="<inituser>nobody-here</inituser>" lxc_define bad2 "" "" id
	expect 1 vm-start bad2
	contains "$output" "no user 'nobody-here'"
}

@test "G6: a passwd file that is a link to the host's or a FIFO is not followed, not waited for" {
	rm "$ROOTFS/etc/passwd"
	ln -s ../../../../../../../../etc/passwd "$ROOTFS/etc/passwd"
	OS="<inituser>daemon</inituser>" lxc_define link "" "" id
	expect 1 vm-start link
	rm "$ROOTFS/etc/passwd"
	mkfifo "$ROOTFS/etc/passwd"
	OS="<inituser>daemon</inituser>" lxc_define fifo "" "" id
	expect 1 timeout 10 vm-start fifo
	contains "$output" "/etc/passwd"
}

@test "capability policies" {
	lxc_run allow "<features><capabilities policy='allow'><sys_module state='off'/></capabilities></features>" "" grep CapBnd /proc/self/status
	contains "$output" "CapBnd:	$(lxc_caps 1fffffeffff)"
	lxc_run deny "<features><capabilities policy='deny'><chown state='on'/></capabilities></features>" "" grep Cap /proc/self/status
	contains "$output" "CapBnd:	$(lxc_caps 1)"
	contains "$output" "CapEff:	$(lxc_caps 1)"
	lxc_run more "<features><capabilities policy='default'><mknod state='on'/></capabilities></features>" "" grep CapBnd /proc/self/status
	contains "$output" "CapBnd:	$(lxc_caps bdecfdfb)"
}

@test "an init that is not there, not executable, not a program" {
	INIT=/bin/none lxc_define none "" ""
	expect 1 vm-start none
	contains "$output" "cannot run /bin/none in the container: No such file or directory"
	INIT=/etc/passwd lxc_define text "" ""
	expect 5 vm-start text
	contains "$output" "cannot run /etc/passwd in the container: Permission denied"
	[ -z "$(vm-list --name)" ]
	[ -z "$(ls "$BERTH_ROOT/run/berth/lxc")" ]
}

@test "a namespace for everything; the host's network only without <privnet/>" {
	lxc_run ns "<features><privnet/></features>" "" sh -c 'for n in /proc/self/ns/*; do readlink $n; done; ls /sys/class/net; cat /proc/self/cgroup; hostname'
	for n in mnt pid uts ipc net cgroup; do
		here=$(readlink "/proc/self/ns/$n")
		[[ $output != *"$here"* ]] || { echo "$n is the host's: $here"; return 1; }
	done
	contains "$output" "$(readlink /proc/self/ns/user)"
	contains "$output" "0::/
ns"
	[ "$(echo "$output" | grep -c '^lo$')" = 1 ]
	lxc_run hostnet "" "" readlink /proc/self/ns/net
	[ "$output" = "$(readlink /proc/self/ns/net)" ]
}
