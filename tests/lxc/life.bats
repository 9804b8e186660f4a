#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# A container's life: pause, reboot, end, limits, and what its supervisor may still do.

load ../helpers
load lxc

# A C program as /bin/NAME of the container: lxc_program NAME <source
lxc_program()
{
	command -v gcc >/dev/null || skip "no compiler"
	cat >"$SCRATCH/$1.c"
	gcc -static -o "$ROOTFS/bin/$1" "$SCRATCH/$1.c"
}

reboot_program()
{
	lxc_program doreboot <<-'EOC'
		#include <fcntl.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/reboot.h>
		#include <unistd.h>
		int main(int argc, char **argv)
		{
			if (argc > 2 && access(argv[2], F_OK) == 0)
				for (;;)
					pause();
			if (argc > 2)
				close(open(argv[2], O_CREAT | O_WRONLY, 0644));
			return reboot(!strcmp(argv[1], "restart") ? RB_AUTOBOOT : RB_POWER_OFF);
		}
	EOC
}

@test "a user namespace: root inside is somebody else outside" {
	chown -R 100000:200000 "$ROOTFS"
	lxc_define map "<features><privnet/></features><idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='200000' count='65536'/></idmap>" "" \
		sh -c 'id; cat /proc/self/uid_map; ls -ln /dev/null /dev/pts/0; echo x >/dev/null && tty; touch /made; echo 1 >/proc/sys/net/ipv4/ip_forward && echo own-net; echo ready; while :; do sleep 1000; done'
	vm-start -q map
	lxc_until grep -q ready "$BERTH_ROOT/var/log/berth/lxc/map.console.log"
	output=$(lxc_console map)
	contains "$output" "uid=0(root) gid=0(root)"
	contains "$output" "/dev/pts/0
own-net"
	[ "$(echo "$output" | tr -s ' ' | sed -n 2p)" = " 0 100000 65536" ]
	contains "$(echo "$output" | tr -s ' ')" "1 0 0 1, 3"
	[ "$(stat -c %u:%g "$ROOTFS/made")" = 100000:200000 ]
	pid=$(lxc_init map)
	[ "$(stat -c %u "/proc/$pid")" = 100000 ]
	[ "$(readlink "/proc/$pid/ns/user")" != "$(readlink /proc/self/ns/user)" ]
	[ "$(vm-exec map id -u)" = 0 ]
}

@test "memory is limited" {
	lxc_define mem "" "" sh -c 'dd if=/dev/zero of=/dev/null bs=64M count=1 2>/dev/null; echo dd $?; while :; do sleep 1000; done'
	sed -i "s/131072/16384/" "$SCRATCH/define.xml"
	vm-define -q "$SCRATCH/define.xml"
	vm-start -q mem
	lxc_until grep -q "dd 137" "$BERTH_ROOT/var/log/berth/lxc/mem.console.log"
	[ "$(vm-state mem)" = running ]
	contains "$(vm-info mem)" "Max memory:     16384 KiB"
}

@test "cpu limits" {
	lxc_define cpu "<cputune><shares>512</shares><period>50000</period><quota>25000</quota></cputune>" "" sleep 1000
	vm-start -q cpu
	[ -d /sys/fs/cgroup/cpu ] || skip "version 2 alone"
	dir=/sys/fs/cgroup/cpu$(sed -n 's/^[0-9]*:\(cpu\|cpu,cpuacct\)://p' "/proc/$(lxc_init cpu)/cgroup")
	[ "$(cat "$dir/cpu.shares" "$dir/cpu.cfs_period_us" "$dir/cpu.cfs_quota_us" | tr '\n' ' ')" = "512 50000 25000 " ]
	vm-destroy -q cpu
	[ ! -e "$dir" ]
}

@test "suspend stops everything, resume goes on" {
	lxc_define fr "" "" sh -c 'i=0; while :; do i=$((i+1)); echo $i >/tmp/n; sleep 0.01; done'
	vm-start -q fr
	lxc_until test -s "$ROOTFS/tmp/n"
	vm-suspend -q fr
	a=$(cat "$ROOTFS/tmp/n")
	sleep 0.2
	[ "$(cat "$ROOTFS/tmp/n")" = "$a" ]
	vm-resume -q fr
	lxc_until sh -c "[ \"\$(cat $ROOTFS/tmp/n)\" != '$a' ]"
	vm-suspend -q fr
	expect 0 vm-destroy fr
	[ "$(vm-state --reason fr)" = "shut off (destroyed)" ]
}

@test "started paused, it runs when it is resumed, also by another supervisor" {
	lxc_define pa "" "" sh -c 'touch /tmp/ran; sleep 1000'
	expect 0 vm-start --paused pa
	[ "$(vm-state --reason pa)" = "paused (starting up)" ]
	sleep 0.2
	[ ! -e "$ROOTFS/tmp/ran" ]
	vm-resume -q pa
	lxc_until test -e "$ROOTFS/tmp/ran"
	vm-destroy -q pa
	rm "$ROOTFS/tmp/ran"
	vm-start -q --paused pa
	kill -9 "$(lxc_supervisor pa)"
	lxc_until vm-resume -q pa
	lxc_until test -e "$ROOTFS/tmp/ran"
	INIT=/bin/none lxc_define nope "" ""
	vm-start -q --paused nope
	expect 1 vm-resume nope
	contains "$output" "cannot run /bin/none"
}

@test "reboot from within starts it again in its place; power off ends it" {
	reboot_program
	INIT=/bin/doreboot lxc_define rb "<on_reboot>restart</on_reboot>" "" restart /tmp/booted
	# paused, so that its first life is seen before it reboots
	vm-start -q --paused rb
	first=$(lxc_init rb)
	vm-resume -q rb
	lxc_until sh -c "[ \"\$(cut -d' ' -f1,4 $BERTH_ROOT/run/berth/lxc/rb/state)\" != 'running $first' ] && [ \"\$(vm-state rb)\" = running ]"
	[ "$(lxc_init rb)" != "$first" ]
	[ "$(vm-exec rb cat /proc/1/comm)" = doreboot ]
	vm-destroy -q rb
	INIT=/bin/doreboot lxc_define off "<on_reboot>destroy</on_reboot>" "" poweroff
	vm-start -q off
	lxc_until_off off
	[ "$(vm-state --reason off)" = "shut off (shutdown)" ]
	INIT=/bin/doreboot lxc_define rboff "<on_reboot>destroy</on_reboot>" "" restart
	vm-start -q rboff
	lxc_until_off rboff
	[ "$(vm-state --reason rboff)" = "shut off (shutdown)" ]
}

@test "reboot from outside; its console goes on being logged" {
	cat >"$ROOTFS/sbin/init" <<-'EOS'
		#!/bin/sh
		trap 'exec /bin/doreboot restart' HUP
		trap 'exit 0' TERM
		echo boot $(cat /proc/uptime)
		while :; do sleep 1000 & wait $!; done
	EOS
	reboot_program
	INIT=/sbin/init lxc_define ro "" ""
	vm-start -q ro
	lxc_until grep -q boot "$BERTH_ROOT/var/log/berth/lxc/ro.console.log"
	vm-reboot -q ro
	lxc_until sh -c "[ \$(grep -c boot $BERTH_ROOT/var/log/berth/lxc/ro.console.log) = 2 ]"
	vm-shutdown -q ro
	lxc_until_off ro
}

@test "how it ends is known: status, signal, by force" {
	lxc_run zero "" "" true
	[ "$(vm-state --reason zero)" = "shut off (shutdown)" ]
	lxc_run three "" "" sh -c 'exit 3'
	[ "$(vm-state --reason three)" = "shut off (crashed)" ]
	contains "$(cat "$BERTH_ROOT/var/lib/berth/lxc/three/last-exit")" "status 3"
	lxc_define killed "" "" sleep 1000
	vm-start -q killed
	kill -KILL "$(lxc_init killed)"
	lxc_until_off killed
	[ "$(vm-state --reason killed)" = "shut off (crashed)" ]
	contains "$(cat "$BERTH_ROOT/var/lib/berth/lxc/killed/last-exit")" "signal 9"
}

@test "R2: a killed supervisor: the container runs, is adopted with its console, cannot start twice" {
	lxc_define ad "<on_reboot>destroy</on_reboot>" "" sh -c 'trap "exit 5" TERM; while :; do sleep 1000 & wait $!; done'
	vm-start -q ad
	init=$(lxc_init ad)
	lxc_until test -S "$BERTH_ROOT/run/berth/lxc/ad/holder"
	kill -9 "$(lxc_supervisor ad)"
	[ "$(vm-state ad)" = running ]
	expect 4 vm-start ad
	vm-suspend -q ad
	vm-resume -q ad
	[ "$(lxc_init ad)" = "$init" ]
	vm-exec ad sh -c 'echo after >/dev/console'
	lxc_until grep -q after "$BERTH_ROOT/var/log/berth/lxc/ad.console.log"
	vm-shutdown -q ad
	lxc_until_off ad
	contains "$(vm-state --reason ad)" "shut off"
	lxc_until sh -c "! grep -l fd-holder /proc/[0-9]*/comm 2>/dev/null | xargs -r -n1 dirname | while read p; do [ \"\$(readlink \$p/cwd)\" = / ] && grep -q ad \$p/cmdline; done"
}

@test "R2: supervisor and container killed: nothing is left" {
	lxc_define both "" "" sleep 1000
	vm-start -q both
	init=$(lxc_init both)
	kill -9 "$(lxc_supervisor both)" "$init"
	lxc_until sh -c "! kill -0 $init 2>/dev/null"
	lxc_until_off both
	vm-start -q both
	vm-destroy -q both
	! find /sys/fs/cgroup -maxdepth 3 -name lxc-both | grep . || false
}

@test "R2: killed at any moment of a start, no container is left without a supervisor that would not be found" {
	lxc_define k "" "" sleep 1000
	for i in 1 2 3 4 5 6 7 8 9 10; do
		vm-start -q k &
		starter=$!
		sleep "0.00$i"
		for p in $(pgrep -f "lxc-supervisor k$"); do
			grep -qz "BERTH_ROOT=$BERTH_ROOT" "/proc/$p/environ" 2>/dev/null && kill -9 "$p"
		done
		wait $starter || true
		vm-destroy -q k 2>/dev/null || true
		lxc_until_off k
	done
	! find /sys/fs/cgroup -maxdepth 3 -name lxc-k | grep . || false
}

@test "G4: a container that forks without end and ignores everything dies at once" {
	lxc_define fork "" "" sh -c 'trap "" TERM INT HUP; f() { while :; do sleep 100 & sleep 0.001; done; }; f & f & f & f'
	vm-start -q fork
	sleep 0.5
	expect 0 timeout 10 vm-destroy fork
	! find /sys/fs/cgroup -maxdepth 3 -name lxc-fork | grep . || false
}

@test "G3: a console written to without end costs neither disk nor processor; others are served" {
	lxc_define flood "" "" yes "0123456789012345678901234567890123456789012345678901234567890123456789"
	vm-start -q flood
	p=$(lxc_supervisor flood)
	sleep 2
	[ "$(timeout 2 vm-state flood)" = running ]
	expect 0 timeout 2 vm-suspend flood
	ticks=$(cut -d' ' -f14,15 "/proc/$p/stat" | tr ' ' + | bc)
	[ "$ticks" -lt 100 ] || { echo "$ticks ticks of processor time in 2 s"; return 1; }
	size=$(cat "$BERTH_ROOT"/var/log/berth/lxc/flood.console.log* | wc -c)
	[ "$size" -le $((8 << 20)) ]
}

@test "R4: a full log disk does not hold the container up, and the loss is counted" {
	mkdir -p -m 700 "$BERTH_ROOT/var/log/berth"
	mount -t tmpfs -o size=64k,mode=700 full "$BERTH_ROOT/var/log/berth"
	lxc_define full "" "" sh -c 'i=0; while [ $i -lt 4000 ]; do echo "$i 0123456789012345678901234567890123456789"; i=$((i+1)); done; touch /tmp/through; while [ ! -e /tmp/go ]; do sleep 0.05; done; echo back; sleep 1000'
	vm-start -q full
	lxc_until test -e "$ROOTFS/tmp/through"
	mount -o remount,size=1m "$BERTH_ROOT/var/log/berth"
	touch "$ROOTFS/tmp/go"
	lxc_until grep -q back "$BERTH_ROOT/var/log/berth/lxc/full.console.log"
	grep -q "bytes lost\]" "$BERTH_ROOT/var/log/berth/lxc/full.console.log"
	vm-destroy -q full
	# its supervisor has the log open to its own end, a moment later
	lxc_until umount -q "$BERTH_ROOT/var/log/berth"
}

@test "G10: shutdown by a FIFO that is a link to the host's writes to nobody outside" {
	mkdir -p "$ROOTFS/run"
	mkfifo "$SCRATCH/victim"
	ln -s "$SCRATCH/victim" "$ROOTFS/run/initctl"
	exec 7<>"$SCRATCH/victim"
	lxc_define ini "" "" sh -c 'trap "exit 0" TERM; while :; do sleep 1000 & wait $!; done'
	vm-start -q ini
	expect 1 vm-shutdown --mode initctl ini
	vm-shutdown -q ini
	lxc_until_off ini
	! timeout 0.2 head -c 1 <&7 | grep -q . || false
	exec 7<&-
}

@test "shutdown by initctl reaches a FIFO of the container's" {
	mkdir -p "$ROOTFS/run"
	mkfifo "$ROOTFS/run/initctl"
	lxc_define fifo "" "" sh -c 'dd if=/run/initctl bs=384 count=1 2>/dev/null | dd bs=1 skip=8 count=1 of=/tmp/level 2>/dev/null; exit 0'
	vm-start -q fifo
	lxc_until vm-shutdown -q --mode initctl fifo
	lxc_until_off fifo
	[ "$(cat "$ROOTFS/tmp/level")" = 0 ]
}

@test "R18: nothing grows with starts and stops" {
	lxc_define cyc "" "" sh -c 'exit 0'
	cat >"$ROOTFS/sbin/init" <<-'EOS'
		#!/bin/sh
		n=$(cat /tmp/n 2>/dev/null || echo 0)
		echo $((n+1)) >/tmp/n
		[ $n -lt 20 ] && exec /bin/doreboot restart
		while :; do sleep 1000; done
	EOS
	reboot_program
	INIT=/sbin/init lxc_define grow "" ""
	vm-start -q grow
	p=$(lxc_supervisor grow)
	lxc_until sh -c "[ \"\$(cat $ROOTFS/tmp/n)\" = 21 ]"
	lxc_until sh -c "[ \"\$(vm-state grow)\" = running ]"
	[ "$(lxc_supervisor grow)" = "$p" ]
	sleep 0.2
	fds=$(ls "/proc/$p/fd" | wc -l)
	[ "$fds" -lt 40 ] || { ls -l "/proc/$p/fd"; return 1; }
	vm-destroy -q grow
	for i in {1..20}; do
		lxc_run cyc "" "" true
	done
	! find /sys/fs/cgroup -maxdepth 3 -name 'lxc-cyc' | grep . || false
}

@test "a supervisor that was vm-start has nothing of the person's who started it" {
	local pid fd
	lxc_define alone "" "" sleep 1000
	(cd "$SCRATCH" && OF_MINE=secret vm-start -q alone 9<"$SCRATCH/define.xml")
	pid=$(lxc_supervisor alone)
	[ "/proc/$pid/exe" -ef "$(command -v vm-start)" ]
	[ "$(ps -o sid= -p "$pid" | tr -d ' ')" = "$pid" ]
	[ "$(readlink "/proc/$pid/cwd")" = / ]
	! grep -q OF_MINE "/proc/$pid/environ" || false
	grep -qz "BERTH_ROOT=$BERTH_ROOT" "/proc/$pid/environ"
	! ls -l "/proc/$pid/fd" | grep define.xml || false
	for fd in 0 1; do
		[ "$(readlink "/proc/$pid/fd/$fd")" = /dev/null ]
	done
	vm-destroy -q alone
}

@test "a program that takes the supervisor's place in its folder is the one that is run" {
	local base=$SCRATCH/base pid
	mkdir -p "$base/bin" "$base/helpers"
	cp "$(command -v vm-start)" "$base/bin/vm-start"
	cp "$(dirname "$(command -v vm-start)")"/../helpers/{lxc-supervisor,fd-holder,init-launcher} "$base/helpers"
	lxc_define other "" "" sleep 1000
	"$base/bin/vm-start" -q other
	pid=$(lxc_supervisor other)
	[ "/proc/$pid/exe" -ef "$base/helpers/lxc-supervisor" ]
	vm-destroy -q other
}
