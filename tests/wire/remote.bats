#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Our programs as clients of Debian's libvirtd: every transport, every way of authentication, and what is not to be trusted.

load ../helpers
load peer

setup_file()
{
	[ "$(id -u)" = 0 ] || skip "a libvirtd of our own needs root"
	for program in libvirtd virsh certtool saslpasswd2; do
		command -v $program >/dev/null || skip "$program is not installed (make deps)"
	done
	SCRATCH=$(mktemp -d /tmp/berth-peer.XXXXXX)
	export PEER_SCRATCH=$SCRATCH
	peer_start 3>&-
	export PEER PEER_SOCKET PEER_TLS PEER_TCP PEER_PID
}
teardown_file()
{
	peer_stop
	[ -z "${PEER_SCRATCH-}" ] || rm -rf "$PEER_SCRATCH"
}
setup()
{
	berth_setup
	PKI="pkipath=$PEER/pki"
}
teardown()
{
	for pid in ${SSHD-} ${LIAR-}; do kill "$pid" 2>/dev/null || true; done
	berth_teardown
}

lists_test()
{
	expect 0 timeout 20 vm-list --all --name -c "$1"
	[ "$output" = test ]
}

@test "unix: libvirt's own server" {
	lists_test "test+unix:///default?socket=$PEER_SOCKET"
	expect 7 vm-list -c "test+unix:///default?socket=$SCRATCH/none"
	contains "$output" "$SCRATCH/none"
	expect 7 vm-list -c "test+unix://host/default?socket=$PEER_SOCKET"
}

@test "C7: tls: the server is verified by its authority and by its name" {
	lists_test "test+tls://localhost:$PEER_TLS/default?$PKI"
	expect 0 timeout 20 host-uri -c "lxc://localhost:$PEER_TLS/system?$PKI"
	expect 5 timeout 20 vm-list -c "test+tls://127.0.0.1:$PEER_TLS/default?$PKI"
	contains "$output" "name in the certificate does not match"
	expect 5 timeout 20 vm-list -c "test+tls://localhost:$PEER_TLS/default?pkipath=$PEER/pki/other"
	contains "$output" "issuer is unknown"
	expect 5 timeout 20 vm-list -c "test+tls://localhost:$PEER_TLS/default?pkipath=$SCRATCH"
	contains "$output" "cacert.pem"
	lists_test "test+tls://127.0.0.1:$PEER_TLS/default?$PKI&no_verify=1"
}

@test "C7: tls: a client without a certificate is not let in, and says so" {
	mkdir "$SCRATCH/pki"
	cp "$PEER/pki/cacert.pem" "$SCRATCH/pki"
	expect 5 timeout 20 vm-list -c "test+tls://localhost:$PEER_TLS/default?pkipath=$SCRATCH/pki"
	cp "$PEER/pki/clientcert.pem" "$SCRATCH/pki"
	expect 5 timeout 20 vm-list -c "test+tls://localhost:$PEER_TLS/default?pkipath=$SCRATCH/pki"
	contains "$output" "both are needed"
	cp "$PEER/pki/clientkey.pem" "$SCRATCH/pki"
	lists_test "test+tls://localhost:$PEER_TLS/default?pkipath=$SCRATCH/pki"
}

@test "tcp with SASL: name and password from auth.conf; without them it says what is missing" {
	lists_test "test+tcp://localhost:$PEER_TCP/default?authfile=$PEER/auth.conf"
	LIBVIRT_AUTH_FILE=$PEER/auth.conf lists_test "test+tcp://localhost:$PEER_TCP/default"
	expect 5 timeout 20 setsid vm-list -c "test+tcp://localhost:$PEER_TCP/default?authfile=/dev/null"
	contains "$output" "auth.conf"
	sed s/secret/wrong/ "$PEER/auth.conf" >"$SCRATCH/auth.conf"
	expect 5 timeout 20 vm-list -c "test+tcp://localhost:$PEER_TCP/default?authfile=$SCRATCH/auth.conf"
	# much through the encryption, both ways
	timeout 20 vm-dumpxml -c "test+tcp://localhost:$PEER_TCP/default?authfile=$PEER/auth.conf" test >"$SCRATCH/tcp.xml"
	timeout 20 vm-dumpxml -c "test+unix:///default?socket=$PEER_SOCKET" test | diff - "$SCRATCH/tcp.xml"
}

@test "C7: a host that is not known, a port that nobody has" {
	expect 7 timeout 30 vm-list -c "test+tls://no-such-host.invalid/default?$PKI"
	contains "$output" "no-such-host.invalid"
	expect 7 timeout 20 vm-list -c "test+tcp://localhost:$(free_port)/default"
	contains "$output" "refused"
	expect 7 vm-list -c "test+ipx://localhost/default"
	contains "$output" "ipx"
	expect 7 vm-list -c "test+ext:///default?command=$SCRATCH/none"
	contains "$output" "$SCRATCH/none"
}

# A real sshd on loopback with our key; $SSH is the URI's server and parameters.
start_sshd()
{
	local port
	[ -x /usr/sbin/sshd ] || skip "openssh-server is not installed"
	port=$(free_port)
	ssh-keygen -q -t ed25519 -f "$SCRATCH/hostkey" -N ''
	ssh-keygen -q -t ed25519 -f "$SCRATCH/id" -N ''
	mkdir -p /run/sshd "$SCRATCH/path"
	printf '#!/bin/sh\necho "$SSH_ORIGINAL_COMMAND" >>%s/calls\nexport BERTH_ROOT=%s PATH=%s/path:/usr/bin:/bin\nexec sh -c "$SSH_ORIGINAL_COMMAND"\n' "$SCRATCH" "$BERTH_ROOT" "$SCRATCH" >"$SCRATCH/force"
	chmod +x "$SCRATCH/force"
	cat >"$SCRATCH/sshd.conf" <<-EOF
		Port $port
		ListenAddress 127.0.0.1
		HostKey $SCRATCH/hostkey
		PidFile none
		AuthorizedKeysFile $SCRATCH/id.pub
		StrictModes no
		UsePAM no
		PasswordAuthentication no
		ForceCommand $SCRATCH/force
	EOF
	echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$SCRATCH/hostkey.pub")" >"$SCRATCH/known"
	/usr/sbin/sshd -D -f "$SCRATCH/sshd.conf" -E "$SCRATCH/sshd.log" 3>&- &
	SSHD=$!
	for i in {1..400}; do
		(exec 4<>/dev/tcp/127.0.0.1/$port) 2>/dev/null && break
		sleep 0.05
	done
	SSH_HOST=root@127.0.0.1:$port
	SSH_KEYS="keyfile=$SCRATCH/id&known_hosts=$SCRATCH/known&no_tty=1"
}

@test "ssh: a netcat to libvirtd's socket, and virt-ssh-helper" {
	start_sshd
	expect 0 timeout 20 vm-list --all --name -c "test+ssh://$SSH_HOST/default?$SSH_KEYS&socket=$PEER_SOCKET"
	contains "$output" test
	contains "$(cat "$SCRATCH/calls")" "nc"
	expect 0 timeout 20 vm-list --all --name -c "test+ssh://$SSH_HOST/default?$SSH_KEYS&socket=$PEER_SOCKET&netcat=/usr/bin/nc"
	ln -s "${BERTH_BUILD:-$TOP}/helpers/berth-serve" "$SCRATCH/path/virt-ssh-helper"
	expect 0 timeout 20 host-uri -c "lxc+ssh://$SSH_HOST/system?$SSH_KEYS"
	contains "$output" "lxc:///system"
	contains "$(tail -1 "$SCRATCH/calls")" "virt-ssh-helper"
	expect 0 timeout 20 host-uri -c "lxc+ssh://$SSH_HOST/system?$SSH_KEYS&proxy=native"
	rm "$SCRATCH/path/virt-ssh-helper"
	expect 7 timeout 20 host-uri -c "lxc+ssh://$SSH_HOST/system?$SSH_KEYS&proxy=native"
	expect 1 timeout 20 host-uri -c "lxc+ssh://$SSH_HOST/system?$SSH_KEYS&proxy=odd"
	# a key that is not the host's
	sed -i 's/AAAA\(.....................\)...../AAAA\1xxxxx/' "$SCRATCH/known"
	expect 7 timeout 20 host-uri -c "lxc+ssh://$SSH_HOST/system?$SSH_KEYS"
	contains "$output" "erification failed"
}

@test "ssh: what a URI holds cannot become an option or a command" {
	start_sshd
	expect 7 vm-list -c "test+ssh://-oProxyCommand=touch%20$SCRATCH%2Fpwned/default"
	run timeout 20 vm-list -c "test+ssh://$SSH_HOST/default?$SSH_KEYS&socket=%27%3btouch%20$SCRATCH/pwned%3b%27"
	run timeout 20 vm-list -c "test+ssh://$SSH_HOST/default?$SSH_KEYS&netcat=%60touch%20$SCRATCH/pwned%60"
	run timeout 20 vm-list -c "test+ssh://$SSH_HOST/%24(touch%20$SCRATCH/pwned)?$SSH_KEYS&proxy=native"
	[ "$status" != 0 ]
	[ -s "$SCRATCH/calls" ]
	[ ! -e "$SCRATCH/pwned" ]
}

@test "libvirt.conf: an alias, and the default" {
	mkdir -p "$BERTH_ROOT/etc/libvirt"
	cat >"$BERTH_ROOT/etc/libvirt/libvirt.conf" <<-EOF
		uri_aliases = [ "peer=test+unix:///default?socket=$PEER_SOCKET" ]
		uri_default = "test+unix:///default?socket=$PEER_SOCKET"
	EOF
	lists_test peer
	expect 0 vm-list --all --name
	[ "$output" = test ]
	LIBVIRT_DEFAULT_URI=peer expect 0 vm-list --all --name
	[ "$output" = test ]
	expect 7 vm-list -c nobody
	contains "$output" "alias"
	# the one that leads virsh to us is what our programs do without it
	echo 'uri_default = "lxc+ext:///system?command=/nowhere/berth-serve"' >"$BERTH_ROOT/etc/libvirt/libvirt.conf"
	expect 0 vm-list --all --name
	[ -z "$output" ]
	echo 'uri_default = [' >"$BERTH_ROOT/etc/libvirt/libvirt.conf"
	expect 1 vm-list
	contains "$output" "libvirt.conf:2"
}

@test "C3: a server that lies about lengths, counts and kinds is told of in words, at once" {
	for lie in gone short none huge half count string rest other call type fds error words; do
		printf '#!/bin/sh\nexec /usr/bin/python3 %s/tests/wire/liar.py %s\n' "$TOP" $lie >"$SCRATCH/$lie"
		chmod +x "$SCRATCH/$lie"
		run timeout 20 vm-list --all -c "test+ext:///default?command=$SCRATCH/$lie"
		echo "$lie: $status $output"
		[ "$status" = 7 ] || [ "$status" = 1 ]
		[ -n "$output" ]
	done
}

@test "a guest that is elsewhere is waited for, and ended" {
	URI="test+unix:///default?socket=$PEER_SOCKET"
	# the server forgets what it has with its last client
	virsh -q -c "$URI" event --loop --event lifecycle >/dev/null 2>&1 3>&- &
	LIAR=$!
	(sleep 0.5; vm-destroy -q -c "$URI" test) 3>&- &
	expect 0 timeout 20 vm-wait --timeout 10 -c "$URI" test stopped
	expect 0 vm-start -q -c "$URI" test
	expect 0 timeout 20 vm-shutdown --wait -c "$URI" test
	expect 0 vm-start -q -c "$URI" test
	expect 0 timeout 20 vm-shutdown-all -c "$URI"
	[ "$(vm-state -c "$URI" test)" = "shut off" ]
}
