#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Containers of an ordinary user, in lxc:///session. The user, its subordinate ids and a /dev/net/tun for everybody exist in mount namespaces of the test's own.

load ../helpers
load lxc

# of this test alone: what is left of it can be told from what runs beside it
USER_ID=$((20000 + BASHPID % 40000))
MAC=$(printf '52:54:00:be:%02x:%02x' $((USER_ID / 256 % 256)) $((USER_ID % 256)))

setup()
{
	berth_need_containers
	command -v setpriv >/dev/null || skip "setpriv is not installed"
	unshare -U true 2>/dev/null || skip "the kernel makes no user namespaces"
	berth_setup
	unset BERTH_ROOT
	chmod 755 "$SCRATCH"
	HOME_DIR=$SCRATCH/home
	ROOTFS=$HOME_DIR/rootfs
	mkdir -p "$HOME_DIR/run"
	berth_rootfs
	cp /etc/passwd "$SCRATCH/passwd"
	echo "berth-user:x:$USER_ID:$USER_ID::$HOME_DIR:/bin/sh" >>"$SCRATCH/passwd"
	echo "berth-user:200000:65536" >"$SCRATCH/subids"
	: >"$SCRATCH/no-subids"
	mknod "$SCRATCH/tun" c 10 200
	chmod 666 "$SCRATCH/tun"
	chown -R $USER_ID:$USER_ID "$HOME_DIR"
	cat >"$SCRATCH/as-user" <<-EOF
		#!/bin/sh
		exec unshare -m sh -c '
			ids=\${SUBIDS:-subids}; unset SUBIDS
			mount --bind $SCRATCH/passwd /etc/passwd
			touch /etc/subuid /etc/subgid
			mount --bind $SCRATCH/\$ids /etc/subuid
			mount --bind $SCRATCH/\$ids /etc/subgid
			[ ! -e /dev/net/tun ] || mount --bind $SCRATCH/tun /dev/net/tun
			exec setpriv --reuid=$USER_ID --regid=$USER_ID --clear-groups env HOME=$HOME_DIR XDG_RUNTIME_DIR=$HOME_DIR/run "\$@"' sh "\$@"
	EOF
	chmod 755 "$SCRATCH/as-user"
}

teardown()
{
	[ -n "${SCRATCH:-}" ] || return 0
	user vm-destroy -q --all 2>/dev/null || true
	[ -z "$(user vm-list --name 2>/dev/null)" ]
	lxc_until sh -c "! pgrep -u $USER_ID"
	rm -rf "$SCRATCH"
}

user() { "$SCRATCH/as-user" "$@"; }
define()
{
	berth_xml "$@" >"$HOME_DIR/define.xml"
	user vm-define -q "$HOME_DIR/define.xml" 2>&1
}
has_uidmap() { [ -u /usr/bin/newuidmap ] || skip "uidmap is not installed"; }

@test "started by a user: root inside is the user outside, the others are the subordinate ids" {
	has_uidmap
	define web
	run_apart user vm-start web
	[ "$status" = 0 ]
	[ "$errors" = "Domain 'web' started
vm-start: warning: web: it runs without limits, since control groups are root's" ] || { echo "$errors"; return 1; }
	[ "$(user vm-exec web -- id -u)" = 0 ]
	[ "$(user vm-exec web -- sh -c 'tr -s " " <"/proc/self/uid_map" | tr "\n" ";"')" = " 0 $USER_ID 1; 1 200000 65536;" ]
	user vm-exec web -- sh -c 'echo mine >/srv/a; echo x >/srv/b; busybox chown 1000:1000 /srv/b; head -c 4 /dev/urandom >/dev/null && echo >/dev/null'
	[ "$(stat -c %u "$ROOTFS/srv/a") $(stat -c %u "$ROOTFS/srv/b")" = "$USER_ID 200999" ]
	# no process of it is root's
	init=$(user vm-exec web -- sh -c 'echo 1' >/dev/null && cut -d' ' -f4 "$HOME_DIR/run/berth/lxc/web/state")
	[ "$(stat -c %u "/proc/$init")" = $USER_ID ]
	[ "$(user vm-list --name)" = web ]
	contains "$(user vm-info web)" "Used memory"
	[ "$(user vm-info --json web | jq '.used_memory > 0' 2>/dev/null || echo true)" = true ]
	contains "$(user vm-uri 2>/dev/null || user host-uri)" "lxc:///session"
	contains "$(user vm-exec web -- cat /proc/net/dev)" "lo:"
	[ "$(user vm-exec web -- cat /proc/net/dev | grep -c :)" = 1 ]
	lxc_until grep -q berth-guest-is-up "$HOME_DIR/.local/state/berth/log/lxc/web.console.log"
	# the machine's own list does not show it
	! vm-list --all --name | grep -qx web || false
	expect 0 user vm-shutdown web
	gone() { [ "$(user vm-state web)" = "shut off" ]; }
	lxc_until gone
}

@test "P1: its supervisor is as confined as root's, in its namespace" {
	define web
	user vm-start -q web 2>/dev/null
	p=$(cut -d' ' -f7 "$HOME_DIR/run/berth/lxc/web/state")
	lxc_until grep -q 'Seccomp:.2' "/proc/$p/status"
	[ "$(sed -n 's/^Cap\(Prm\|Eff\|Bnd\):[[:space:]]*//p' "/proc/$p/status" | sort -u)" = 0000000000000022 ]
	[ "$(readlink "/proc/$p/ns/user")" != "$(readlink /proc/self/ns/user)" ]
}

@test "R2: adopted, rebooted and replaced in a session too" {
	define web "<on_crash>restart</on_crash>"
	user vm-start -q web 2>/dev/null
	state=$HOME_DIR/run/berth/lxc/web/state
	init=$(cut -d' ' -f4 "$state")
	lxc_until grep -q 'Seccomp:.2' "/proc/$(cut -d' ' -f7 "$state")/status"
	kill -9 "$init"
	again() { [ "$(cut -d' ' -f4 "$state")" != "$init" ] && [ "$(user vm-exec web -- id -u)" = 0 ]; }
	lxc_until again
	init=$(cut -d' ' -f4 "$state")
	kill -9 "$(cut -d' ' -f7 "$state")"
	[ "$(user vm-state web)" = running ]
	[ "$(cut -d' ' -f4 "$state")" = "$init" ]
	[ "$(user vm-exec web -- id -u)" = 0 ]
	user vm-reexec -q web
	[ "$(user vm-exec web -- cat /proc/1/comm)" = init ]
	[ "$(cut -d' ' -f4 "$state")" = "$init" ]
	contains "$(user vm-ifaddr web)" "127.0.0.1"
}

@test "without subordinate ids there is one user, and that is said" {
	export SUBIDS=no-subids
	define web
	run_apart user vm-start web
	[ "$status" = 0 ] || { echo "$errors"; return 1; }
	contains "$errors" "without other users than root"
	[ "$(user vm-exec web -- sh -c 'tr -s " " </proc/self/uid_map')" = " 0 $USER_ID 1" ]
	expect 1 user vm-exec web -- busybox chown 1000 /srv
}

@test "<interface type='user'>: pasta relays, and ends with the container" {
	command -v pasta >/dev/null || skip "passt is not installed"
	[ -e /dev/net/tun ] || skip "the kernel has no /dev/net/tun"
	ip route show default | grep -q . || skip "the machine has no default route, without which pasta has nothing to relay to"
	define web "" "<interface type='user'><mac address='$MAC'/></interface>"
	user vm-start -q web 2>"$SCRATCH/err" || { cat "$SCRATCH/err"; return 1; }
	contains "$(user vm-exec web -- busybox ip addr show eth0)" "$MAC"
	contains "$(user vm-exec web -- busybox ip route)" "default via"
	contains "$(user vm-ifaddr web)" eth0
	pgrep -u $USER_ID -f "pasta.*$MAC"
	user vm-destroy -q web
	lxc_until sh -c "! pgrep -u $USER_ID -f pasta"
	# both killed: the next look takes it away
	user vm-start -q web 2>/dev/null
	kill -9 "$(cut -d' ' -f7 "$HOME_DIR/run/berth/lxc/web/state")" "$(cut -d' ' -f4 "$HOME_DIR/run/berth/lxc/web/state")"
	repaired() { user host-check --repair >/dev/null; ! pgrep -u $USER_ID -f pasta; }
	lxc_until repaired
}

@test "what takes root is refused with the reason, and nothing is left" {
	while IFS='|' read -r elements devices want; do
		define bad "$elements" "$devices"
		expect 1 user vm-start bad
		contains "$output" "$want"
		[ -z "$(ls "$HOME_DIR/run/berth/lxc")" ]
	done <<-'EOF'
		<idmap><uid start='0' target='1000' count='10'/><gid start='0' target='1000' count='10'/></idmap>||<idmap> takes root
		|<interface type='ethernet'/>|interfaces on the host's network take root
		|<filesystem type='block'><source dev='/dev/null'/><target dir='/mnt'/></filesystem>|only root can mount
		|<hostdev mode='capabilities' type='misc'><source><char>/dev/zero</char></source></hostdev>|devices of the host take root
	EOF
	define web
	user vm-start -q web 2>/dev/null
	expect 1 user vm-suspend web
	contains "$output" "takes a control group, which only root can have"
}
