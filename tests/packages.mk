# SPDX-License-Identifier: LGPL-2.1-or-later
# make deps: what Debian 12 needs beside git and make to build, show and test berth.

DEPS_BUILD = gcc libc6-dev libxml2-dev libicu-dev liblzma-dev zlib1g-dev libnl-3-dev libnl-route-3-dev libblkid-dev \
	libpopt-dev libseccomp-dev rpcsvc-proto libtirpc-dev libjansson-dev libev-dev libgnutls28-dev libsasl2-dev libnftables-dev
# busybox-static: the guests of demo and tests; libvirt0: the schemas; libvirt-clients: virsh, for the wire; python3-lxml: the corpus
DEPS_TEST = busybox-static bats libcmocka-dev python3 strace iproute2 procps util-linux e2fsprogs xfsprogs squashfs-tools bc libxml2-utils expect \
	libvirt0 libvirt-clients python3-libvirt python3-lxml libsys-virt-perl mandoc
# containers of an ordinary user
DEPS_TEST += uidmap passt
# networks
DEPS_TEST += dnsmasq-base nftables ipset libnss-libvirt
# machines; the other architectures' programs are asked for their machines and command lines alone
DEPS_TEST += qemu-system-x86 qemu-system-arm qemu-system-ppc qemu-system-misc qemu-utils seabios ovmf swtpm xorriso
# a libvirtd and an sshd of the tests' own, to be connected to
DEPS_TEST += libvirt-daemon libvirt-daemon-driver-lxc libvirt-daemon-driver-qemu gnutls-bin sasl2-bin libsasl2-modules \
	openssh-client openssh-server netcat-openbsd
# virt-install as a client; fuzz targets and the peers of the benchmark
DEPS_MORE = virtinst clang bubblewrap crun runc lxc linux-perf

PKGS_deps = $(DEPS_BUILD) $(DEPS_TEST)
PKGS_deps-more = $(PKGS_deps) $(DEPS_MORE)

# Says which of its arguments are not installed.
MISSING = dpkg-query -W -f '$${db:Status-Status} $${Package}\n' $(PKGS_$@) 2>&1 | \
	sed -n 's/^not-installed //p; s/^config-files //p; s/.*no packages found matching //p' | sort -u | tr '\n' ' '

.PHONY: deps deps-more
deps deps-more:
	@set -e; missing=$$($(MISSING)); \
	[ -n "$$missing" ] || { echo "$@: everything is installed"; exit 0; }; \
	command -v apt-get >/dev/null || { echo "$@: no apt-get here; install the equivalent of: $$missing" >&2; exit 1; }; \
	if [ "$$(id -u)" != 0 ]; then \
		echo "$@: not root; run 'sudo make $@', or have installed: $$missing" >&2; exit 1; \
	fi; \
	echo "$@: installing $$missing"; \
	export DEBIAN_FRONTEND=noninteractive; \
	apt-get install -y -q --no-install-recommends $$missing </dev/null || { \
		apt-get update -q </dev/null && apt-get install -y -q --no-install-recommends $$missing </dev/null; }

# `make deps all demo` under -j: nothing is compiled before its compiler is there
ifneq ($(filter deps deps-more,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif
