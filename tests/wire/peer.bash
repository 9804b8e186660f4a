# SPDX-License-Identifier: LGPL-2.1-or-later
# A real libvirtd for the tests of our client side: its sockets in $PEER, its /run, /var/lib/libvirt and /etc/libvirt its own, TLS and SASL on loopback.

# The number of a port of 127.0.0.1 that nobody has.
free_port()
{
	/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# An authority, a server's certificate for "localhost", a client's; in $PEER/pki as pkipath= wants them.
peer_certificates()
{
	local dir=$PEER/pki
	mkdir -p "$dir"
	(
		cd "$dir" || exit 1
		for key in ca server client stranger; do certtool --generate-privkey --key-type rsa --bits 2048 --outfile $key.key; done
		printf 'cn = "berth test"\nca\ncert_signing_key\nexpiration_days = 2\n' >ca.info
		certtool --generate-self-signed --load-privkey ca.key --template ca.info --outfile cacert.pem
		printf 'organization = "berth"\ncn = "localhost"\ndns_name = "localhost"\ntls_www_server\nencryption_key\nsigning_key\nexpiration_days = 2\n' >server.info
		certtool --generate-certificate --load-privkey server.key --load-ca-certificate cacert.pem --load-ca-privkey ca.key \
			--template server.info --outfile servercert.pem
		printf 'organization = "berth"\ncn = "client"\ntls_www_client\nencryption_key\nsigning_key\nexpiration_days = 2\n' >client.info
		certtool --generate-certificate --load-privkey client.key --load-ca-certificate cacert.pem --load-ca-privkey ca.key \
			--template client.info --outfile clientcert.pem
		cp client.key clientkey.pem
		mkdir other
		certtool --generate-self-signed --load-privkey stranger.key --template ca.info --outfile other/cacert.pem
	) >"$PEER/certtool.log" 2>&1
}

# peer_start [LINES of libvirtd.conf]: $PEER_SOCKET, $PEER_TLS and $PEER_TCP are where it listens; the user "fred" has the password "secret".
peer_start()
{
	export PEER=$SCRATCH/peer
	mkdir -p "$PEER"
	peer_certificates
	PEER_SOCKET=$PEER/libvirt-sock PEER_TLS=$(free_port) PEER_TCP=$(free_port)
	cat >"$PEER/libvirtd.conf" <<-EOF
		unix_sock_dir = "$PEER"
		auth_unix_rw = "none"
		auth_unix_ro = "none"
		listen_addr = "127.0.0.1"
		listen_tls = 1
		listen_tcp = 1
		tls_port = "$PEER_TLS"
		tcp_port = "$PEER_TCP"
		auth_tcp = "sasl"
		auth_tls = "none"
		ca_file = "$PEER/pki/cacert.pem"
		cert_file = "$PEER/pki/servercert.pem"
		key_file = "$PEER/pki/server.key"
		log_outputs = "3:file:$PEER/log"
		$*
	EOF
	printf 'mech_list: scram-sha-256 digest-md5\nsasldb_path: %s/sasldb\n' "$PEER" >"$PEER/sasl.conf"
	echo secret | saslpasswd2 -p -c -a libvirt -f "$PEER/sasldb" -u "$(hostname)" fred
	cat >"$PEER/auth.conf" <<-EOF
		[credentials-test]
		authname=fred
		password=secret
		[auth-libvirt-localhost]
		credentials=test
	EOF
	unshare -m --propagation private sh -c '
		mount -t tmpfs t /run && mount -t tmpfs t /var/lib/libvirt && mkdir -p /etc/libvirt /etc/sasl2 && mount -t tmpfs t /etc/libvirt &&
		mount -t tmpfs t /etc/sasl2 && cp "$PEER/sasl.conf" /etc/sasl2/libvirt.conf &&
		exec libvirtd --listen -f "$PEER/libvirtd.conf" -p /run/libvirtd.pid' >"$PEER/out" 2>&1 3>&- &
	PEER_PID=$!
	for i in {1..600}; do
		virsh -q -c "test+unix:///default?socket=$PEER_SOCKET" uri >/dev/null 2>&1 && return 0
		kill -0 $PEER_PID 2>/dev/null || break
		sleep 0.05
	done
	echo "libvirtd does not start:"
	cat "$PEER/out" "$PEER/log"
	return 1
}

peer_stop()
{
	[ -n "${PEER_PID-}" ] || return 0
	kill "$PEER_PID" 2>/dev/null || true
	wait "$PEER_PID" 2>/dev/null || true
	PEER_PID=
}
