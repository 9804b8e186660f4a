# SPDX-License-Identifier: LGPL-2.1-or-later
# Bash completion of berth's programs: options come from --help, guests from the names on disk.

# Names with odd characters are quoted for the command line.
_berth_words()
{
	local word quoted
	COMPREPLY=()
	while IFS= read -r word; do
		[[ $word == "$cur"* ]] || continue
		printf -v quoted %q "$word"
		COMPREPLY+=("$quoted")
	done
}

_berth_guests()
{
	local filter=--all uri=()
	case $1 in
	vm-start) filter=--inactive ;;
	vm-shutdown | vm-reboot | vm-destroy | vm-console | vm-exec | vm-reexec | vm-lxc-enter-namespace | vm-ttyconsole | vm-send-process-signal) filter= ;;
	vm-suspend) filter=--state-running ;;
	vm-resume) filter=--state-paused ;;
	esac
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in -c | --connect) uri=(-c "${COMP_WORDS[i + 1]}") ;; esac
	done
	_berth_words < <(vm-list "${uri[@]}" ${filter:+$filter} --name 2>/dev/null)
}

# The connection that the command line has so far.
_berth_uri()
{
	local i
	uri=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in -c | --connect) uri=(-c "${COMP_WORDS[i + 1]}") ;; esac
	done
}

# Pools, devices, interfaces, snapshots ... by the lists of their programs.
_berth_objects()
{
	local uri
	_berth_uri
	case $1 in
	pool-define-as | pool-create-as | pool-find-* | pool-list | pool-capabilities | secret-list | nodedev-list | iface-list) ;;
	iface-begin | iface-commit | iface-rollback) ;;
	*-define | pool-create | nodedev-create) COMPREPLY=($(compgen -f -- "$cur")) ;;
	vol-upload | vol-download) ((argument == 1)) && COMPREPLY=($(compgen -f -- "$cur")) ;;
	pool-* | vol-list | vol-create | vol-create-as | vol-create-from)
		((argument == 0)) && _berth_words < <(pool-list "${uri[@]}" --all --name 2>/dev/null)
		((argument == 1)) && COMPREPLY=($(compgen -f -- "$cur")) ;;
	secret-*) _berth_words < <(secret-list "${uri[@]}" 2>/dev/null | awk 'NR > 2 { print $1 }') ;;
	nodedev-update) if ((argument == 1)); then COMPREPLY=($(compgen -f -- "$cur")); else _berth_words < <(nodedev-list "${uri[@]}" 2>/dev/null); fi ;;
	nodedev-*) _berth_words < <(nodedev-list "${uri[@]}" 2>/dev/null) ;;
	iface-*) _berth_words < <(iface-list "${uri[@]}" --all 2>/dev/null | awk 'NR > 2 { print $1 }') ;;
	snapshot-* | checkpoint-* | backup-*)
		if ((argument == 0)); then
			_berth_guests "$1"
		elif [[ $1 == *-create || $1 == backup-* ]]; then
			COMPREPLY=($(compgen -f -- "$cur"))
		else
			_berth_words < <("${1%%-*}-list" "${uri[@]}" "${COMP_WORDS[@]:COMP_CWORD-1:1}" --name 2>/dev/null)
		fi ;;
	esac
}

_berth_options()
{
	_berth_words < <("$1" --help 2>/dev/null | sed -n 's/^ *\(-.,\)\{0,1\} *\(--[a-z][a-z-]*\).*/\2/p')
}

# The number of arguments before the word that are no options.
_berth_argument()
{
	local i
	argument=0
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c | --connect | --timeout | --mode | --xpath | --event | --devname | --escape | --user | --workdir | --env | --set | --key | --driver | --order | --parallel | --lines | --offset | --length | --pool | -n)
			((i++)) ;;
		-*) ;;
		*) ((argument++)) ;;
		esac
	done
}

_berth()
{
	local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} program=${1##*/} argument
	case $previous in
	--mode) _berth_words < <(printf '%s\n' acpi agent initctl signal paravirt); return ;;
	--event) _berth_words < <("$1" --list 2>/dev/null); return ;;
	-c | --connect) _berth_words < <(host-uri 2>/dev/null); return ;;
	--pool | --inputpool) _berth_words < <(pool-list --all --name 2>/dev/null); return ;;
	--domain) _berth_guests "$program"; return ;;
	--driver) _berth_words < <(host-uri 2>/dev/null | sed 's/:.*//'); return ;;
	--network) _berth_words < <(net-list --all --name 2>/dev/null); return ;;
	--file) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--file | --config) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	esac
	if [[ $cur == -* ]]; then
		_berth_options "$1"
		return
	fi
	_berth_argument
	case $program in
	host-suspend) ((argument == 0)) && _berth_words < <(printf '%s\n' mem disk hybrid) ;;
	host-cpu-models) ((argument == 0)) && _berth_words < <(printf '%s\n' x86_64 i686 aarch64 ppc64 s390x) ;;
	host-cpu-* | host-hypervisor-cpu-baseline | host-hypervisor-cpu-compare) COMPREPLY=($(compgen -f -- "$cur")) ;;
	host-* | test-reset | vm-list | vm-autostart-all | vm-shutdown-all) ;;
	vm-define | vm-create) COMPREPLY=($(compgen -f -- "$cur")) ;;
	vm-xml-from-native | vm-xml-to-native)
		if ((argument == 0)); then
			_berth_words < <(printf '%s\n' lxc-tools qemu-argv)
		else
			COMPREPLY=($(compgen -f -- "$cur"))
		fi ;;
	vm-send-process-signal)
		case $argument in
		0) _berth_guests "$program" ;;
		1) _berth_words < <(echo 1) ;;
		2) _berth_words < <(printf '%s\n' hup int kill quit term usr1 usr2) ;;
		esac ;;
	vm-await)
		if ((argument == 0)); then
			_berth_guests "$program"
		else
			_berth_words < <(printf '%s\n' domain-inactive guest-agent-available)
		fi ;;
	vm-wait)
		if ((argument == 0)); then
			_berth_guests "$program"
		else
			_berth_words < <(printf '%s\n' running paused active shutoff defined gone)
		fi ;;
	vm-import) ((argument == 0)) && COMPREPLY=($(compgen -f -- "$cur")) ;;
	vm-clone | vm-ssh) ((argument == 0)) && _berth_guests "$program" ;;
	vm-screenshot)
		if ((argument == 0)); then _berth_guests "$program"; else COMPREPLY=($(compgen -f -- "$cur")); fi ;;
	vm-console | vm-dumpxml | vm-edit | vm-log | vm-rename | vm-desc | vm-metadata | vm-exec | vm-lxc-enter-namespace)
		((argument == 0)) && _berth_guests "$program" ;;
	pool-* | vol-* | secret-* | nodedev-* | iface-* | snapshot-* | checkpoint-* | backup-*) _berth_objects "$program" ;;
	nwfilter-define | nwfilter-binding-create | net-define | net-create) COMPREPLY=($(compgen -f -- "$cur")) ;;
	net-list | nwfilter-list | nwfilter-binding-list) ;;
	nwfilter-binding-*) _berth_words < <(nwfilter-binding-list --json 2>/dev/null | sed -n 's/.*"port": "\([^"]*\)".*/\1/p') ;;
	nwfilter-*) _berth_words < <(nwfilter-list --json 2>/dev/null | sed -n 's/.*"name": "\([^"]*\)".*/\1/p') ;;
	net-*) ((argument == 0)) && _berth_words < <(net-list --all --name 2>/dev/null) ;;
	*) _berth_guests "$program" ;;
	esac
}

_berth_programs=(
	backup-begin
	backup-dumpxml
	checkpoint-create
	checkpoint-create-as
	checkpoint-delete
	checkpoint-dumpxml
	checkpoint-edit
	checkpoint-info
	checkpoint-list
	checkpoint-parent
	host-allocpages
	host-capabilities
	host-check
	host-cpu-baseline
	host-cpu-compare
	host-cpu-models
	host-cpumap
	host-cpustats
	host-domcapabilities
	host-freecell
	host-freepages
	host-hostname
	host-hypervisor-cpu-baseline
	host-hypervisor-cpu-compare
	host-hypervisor-cpu-models
	host-info
	host-maxvcpus
	host-memory-tune
	host-memstats
	host-sevinfo
	host-suspend
	host-sysinfo
	host-uri
	host-version
	iface-begin
	iface-bridge
	iface-commit
	iface-define
	iface-destroy
	iface-dumpxml
	iface-edit
	iface-list
	iface-mac
	iface-name
	iface-rollback
	iface-start
	iface-unbridge
	iface-undefine
	net-autostart
	net-create
	net-define
	net-desc
	net-destroy
	net-dhcp-leases
	net-dumpxml
	net-edit
	net-event
	net-info
	net-list
	net-metadata
	net-name
	net-port-create
	net-port-delete
	net-port-dumpxml
	net-port-list
	net-start
	net-undefine
	net-update
	net-uuid
	nodedev-autostart
	nodedev-create
	nodedev-define
	nodedev-destroy
	nodedev-detach
	nodedev-dumpxml
	nodedev-event
	nodedev-info
	nodedev-list
	nodedev-reattach
	nodedev-reset
	nodedev-start
	nodedev-undefine
	nodedev-update
	nwfilter-binding-create
	nwfilter-binding-delete
	nwfilter-binding-dumpxml
	nwfilter-binding-list
	nwfilter-define
	nwfilter-dumpxml
	nwfilter-edit
	nwfilter-list
	nwfilter-undefine
	pool-autostart
	pool-build
	pool-capabilities
	pool-create
	pool-create-as
	pool-define
	pool-define-as
	pool-delete
	pool-destroy
	pool-dumpxml
	pool-edit
	pool-event
	pool-find-sources
	pool-find-sources-as
	pool-info
	pool-list
	pool-name
	pool-refresh
	pool-start
	pool-undefine
	pool-uuid
	secret-define
	secret-dumpxml
	secret-event
	secret-get-value
	secret-list
	secret-set-value
	secret-undefine
	snapshot-create
	snapshot-create-as
	snapshot-current
	snapshot-delete
	snapshot-dumpxml
	snapshot-edit
	snapshot-info
	snapshot-list
	snapshot-parent
	snapshot-revert
	test-reset
	vm-attach-device
	vm-attach-disk
	vm-attach-interface
	vm-autostart
	vm-autostart-all
	vm-await
	vm-blkdeviotune
	vm-blkerror
	vm-blkinfo
	vm-blkiotune
	vm-blklist
	vm-blkstat
	vm-blkthreshold
	vm-blockresize
	vm-change-media
	vm-clone
	vm-console
	vm-control
	vm-cpu-stats
	vm-create
	vm-define
	vm-desc
	vm-destroy
	vm-detach-device
	vm-detach-device-alias
	vm-detach-disk
	vm-detach-interface
	vm-dirtyrate-calc
	vm-display
	vm-display-reload
	vm-dump
	vm-dumpxml
	vm-edit
	vm-emulatorpin
	vm-event
	vm-exec
	vm-fsfreeze
	vm-fsinfo
	vm-fsthaw
	vm-fstrim
	vm-get-user-sshkeys
	vm-guest-agent-timeout
	vm-guestinfo
	vm-guestvcpus
	vm-hostname
	vm-id
	vm-if-getlink
	vm-if-setlink
	vm-ifaddr
	vm-iflist
	vm-ifstat
	vm-iftune
	vm-import
	vm-info
	vm-inject-nmi
	vm-iothreadadd
	vm-iothreaddel
	vm-iothreadinfo
	vm-iothreadpin
	vm-iothreadset
	vm-ip
	vm-jobabort
	vm-jobinfo
	vm-launchsecinfo
	vm-list
	vm-log
	vm-lxc-enter-namespace
	vm-managedsave
	vm-managedsave-define
	vm-managedsave-dumpxml
	vm-managedsave-edit
	vm-managedsave-remove
	vm-memstat
	vm-memtune
	vm-metadata
	vm-name
	vm-numatune
	vm-perf
	vm-pmsuspend
	vm-pmwakeup
	vm-qemu-agent-command
	vm-qemu-monitor-command
	vm-qemu-monitor-event
	vm-reboot
	vm-reexec
	vm-rename
	vm-reset
	vm-restore
	vm-resume
	vm-save
	vm-save-image-define
	vm-save-image-dumpxml
	vm-save-image-edit
	vm-schedinfo
	vm-screenshot
	vm-send-key
	vm-send-process-signal
	vm-set
	vm-set-lifecycle-action
	vm-set-user-password
	vm-set-user-sshkeys
	vm-setlaunchsecstate
	vm-setmaxmem
	vm-setmem
	vm-setvcpu
	vm-setvcpus
	vm-shutdown
	vm-shutdown-all
	vm-ssh
	vm-start
	vm-state
	vm-stats
	vm-suspend
	vm-throttlegroupdel
	vm-throttlegroupinfo
	vm-throttlegrouplist
	vm-throttlegroupset
	vm-time
	vm-ttyconsole
	vm-undefine
	vm-update-device
	vm-update-memory-device
	vm-uuid
	vm-vcpucount
	vm-vcpuinfo
	vm-vcpupin
	vm-vncdisplay
	vm-wait
	vm-xml-from-native
	vm-xml-to-native
	vol-clone
	vol-create
	vol-create-as
	vol-create-from
	vol-delete
	vol-download
	vol-dumpxml
	vol-info
	vol-key
	vol-list
	vol-name
	vol-path
	vol-pool
	vol-resize
	vol-upload
	vol-wipe
)
complete -F _berth "${_berth_programs[@]}"
complete -o filenames -F _berth iface-define nodedev-create nodedev-define pool-create pool-define secret-define vm-create vm-define
complete -o filenames -F _berth vm-define vm-create net-define net-create
