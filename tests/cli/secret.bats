#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Secrets of this machine: secret-define, secret-list, secret-dumpxml, secret-set-value, secret-get-value, secret-undefine, secret-event.

load ../helpers

HELPERS=${BERTH_BUILD:-$TOP}/helpers
U=0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f
V=1b81f5b2-8403-7b23-c8d6-21ccc2f80d60

setup() { berth_setup; }
teardown()
{
	[ -z "${WATCHER-}" ] || kill "$WATCHER" 2>/dev/null || true
	berth_teardown
}

# The definition of a secret: its UUID, whether it is ephemeral and private, its use.
xml()
{
	echo "<secret ephemeral='$2' private='$3'>${1:+<uuid>$1</uuid>}${4-}</secret>" >"$SCRATCH/s.xml"
}

volume() { xml "$1" "${2-no}" "${3-no}" "<usage type='volume'><volume>${4-/var/lib/a.img}</volume></usage>"; }
ceph() { xml "$1" "${2-no}" "${3-no}" "<usage type='ceph'><name>${4-client.a}</name></usage>"; }

define() { "$@"; secret-define -q "$SCRATCH/s.xml"; }

@test "a secret is defined, found, described, given a value and undefined" {
	volume $U
	expect 0 secret-define "$SCRATCH/s.xml"
	[ "$output" = "Secret '$U' created from $SCRATCH/s.xml" ]
	expect 0 secret-list
	[[ $output == *"$U   volume /var/lib/a.img"* ]]
	expect 0 secret-dumpxml $U --xpath 'string(//volume)'
	[ "$output" = /var/lib/a.img ]
	expect 3 secret-get-value $U
	[[ $output == *"does not have a value"* ]]
	printf 'open\0sesame' >"$SCRATCH/value"
	expect 0 secret-set-value $U --plain --file "$SCRATCH/value"
	[ "$output" = "Secret '$U' value set" ]
	secret-get-value --plain $U | cmp - "$SCRATCH/value"
	expect 0 secret-get-value $U
	[ "$output" = "$(base64 <"$SCRATCH/value")" ]
	expect 0 secret-get-value --json $U
	[ "$(jq -r .value <<<"$output")" = "$(base64 <"$SCRATCH/value")" ]
	expect 0 secret-undefine $U
	expect 3 secret-undefine $U
	expect 3 secret-get-value $U
	[ -z "$(find "$BERTH_ROOT" -name value)" ]
	expect 0 host-check
}

@test "a definition is the same twice, and keeps its UUID where the document has none" {
	define volume ''
	local uuid=$(secret-list --json | jq -r '.[].uuid')
	printf x | secret-set-value -q "$uuid" --plain --file -
	define volume ''
	[ "$(secret-list --json | jq -r '.[].uuid')" = "$uuid" ]
	[ "$(secret-get-value --plain "$uuid")" = x ]
	xml "$uuid" no no "<description>new</description><usage type='volume'><volume>/var/lib/a.img</volume></usage>"
	secret-define -q "$SCRATCH/s.xml"
	[ "$(secret-dumpxml "$uuid" --xpath 'string(//description)')" = new ]
	[ "$(secret-get-value --plain "$uuid")" = x ]
}

@test "what a secret is for is unique and stays, and private is private for good" {
	define volume $U
	volume $V
	expect 1 secret-define "$SCRATCH/s.xml"
	[[ $output == *"a secret for volume '/var/lib/a.img' already, with UUID $U"* ]]
	ceph $U
	expect 1 secret-define "$SCRATCH/s.xml"
	[[ $output == *"defined already, for volume '/var/lib/a.img'"* ]]
	# the same name for another type is another use
	define ceph $V no yes /var/lib/a.img
	ceph $V no no /var/lib/a.img
	expect 1 secret-define "$SCRATCH/s.xml"
	[[ $output == *"is private"* ]]
	[ "$(secret-list --json | jq length)" = 2 ]
}

@test "a secret is named by its UUID or by its use, and lists are of all, ephemeral, private ones or not" {
	define volume $U yes no
	define ceph $V no yes 'client a'
	expect 0 secret-dumpxml 'ceph client a'
	[[ $output == *$V* ]]
	expect 0 secret-dumpxml 'volume /var/lib/a.img'
	for word in 'ceph' 'ceph ' 'tls client a' 'nonsense client a' 'x'; do
		expect 3 secret-dumpxml "$word"
	done
	expect 0 secret-dumpxml "${U^^}"
	uuids() { secret-list "$@" --json | jq -r '.[].uuid'; }
	[ "$(uuids | wc -l)" = 2 ]
	[ "$(uuids --ephemeral)" = $U ]
	[ "$(uuids --no-ephemeral)" = $V ]
	[ "$(uuids --private)" = $V ]
	[ "$(uuids --no-private --ephemeral)" = $U ]
	[ -z "$(uuids --private --ephemeral)" ]
	[ "$(uuids --private --no-private | wc -l)" = 2 ]
}

@test "the value of a private secret is for guests alone" {
	define ceph $U no yes
	printf geheim | secret-set-value -q $U --plain --file -
	expect 5 secret-get-value $U
	[[ $output == *private* && $output != *geheim* && $output != *Z2VoZWlt* ]]
	[ "$("$HELPERS/secret-value" $U)" = geheim ]
	[ "$("$HELPERS/secret-value" ceph client.a)" = geheim ]
	expect 2 "$HELPERS/secret-value" ceph client.b
	[[ $output == *"no secret for ceph 'client.b'"* ]]
}

@test "an ephemeral secret leaves nothing on disk, and keeps its value when it comes to last" {
	define ceph $U yes no
	printf geheim | secret-set-value -q $U --plain --file -
	[ ! -e "$BERTH_ROOT/var/lib/berth" ] || [ -z "$(grep -r -e geheim -e ceph "$BERTH_ROOT/var/lib/berth")" ]
	define ceph $U no no
	[ "$(secret-get-value --plain $U)" = geheim ]
	[ -z "$(find "$BERTH_ROOT/run" -name value)" ]
	define ceph $U yes no
	[ "$(secret-get-value --plain $U)" = geheim ]
	[ -z "$(grep -r -e geheim -e ceph "$BERTH_ROOT/var/lib/berth")" ]
	# another boot
	rm -r "$BERTH_ROOT/run"
	expect 3 secret-get-value $U
}

@test "P4: a value is in one file of its owner's alone, and a process that has it shows it to nobody" {
	umask 000
	define volume $U
	printf geheim >"$SCRATCH/in"
	secret-set-value -q $U --plain --file "$SCRATCH/in"
	secret-get-value $U >/dev/null
	[ "$(grep -rl geheim "$BERTH_ROOT")" = "$BERTH_ROOT/var/lib/berth/secret/$U/value" ]
	[ "$(stat -c '%a %U' "$BERTH_ROOT/var/lib/berth/secret/$U/value")" = "600 $(id -un)" ]
	[ "$(stat -c %a "$BERTH_ROOT/var/lib/berth/secret/$U")" = 700 ]
	secret-dumpxml $U | grep -q geheim && return 1
	# Z2VoZWlt is geheim
	mkfifo "$SCRATCH/fifo"
	secret-set-value -q 'volume /var/lib/a.img' Z2VoZWlt --json 2>"$SCRATCH/err" >"$SCRATCH/fifo" &
	WATCHER=$!
	exec 9<"$SCRATCH/fifo"
	wait $WATCHER
	WATCHER=
	exec 9<&-
	grep -q "can be seen by everybody" "$SCRATCH/err"
	! grep -e geheim -e Z2VoZWlt "$SCRATCH/err" || false
}

@test "values: Base64, files, standard input, one way at a time, and not beyond 64 KiB" {
	define volume $U
	expect 0 secret-set-value -q $U Z2VoZWlt
	[ "$(secret-get-value --plain $U)" = geheim ]
	expect 0 secret-set-value -q $U --base64 YWJj
	[ "$(secret-get-value --plain $U)" = abc ]
	expect 2 secret-set-value $U 'not base64'
	[[ $output != *"not base64"* ]]
	expect 2 secret-set-value $U
	expect 2 secret-set-value $U YWJj --file x
	expect 1 secret-set-value $U --file "$SCRATCH/none"
	base64 <<<"from a file" | secret-set-value -q $U --file -
	[ "$(secret-get-value --plain $U)" = "from a file" ]
	expect 3 secret-set-value $V YWJj
	head -c 65536 /dev/urandom >"$SCRATCH/big"
	expect 0 secret-set-value -q $U --plain --file "$SCRATCH/big"
	secret-get-value --plain $U | cmp - "$SCRATCH/big"
	"$HELPERS/secret-value" $U | cmp - "$SCRATCH/big"
	echo >>"$SCRATCH/big"
	expect 1 secret-set-value -q $U --plain --file "$SCRATCH/big"
	[[ $output == *65536* ]]
	: >"$SCRATCH/empty"
	expect 0 secret-set-value -q $U --plain --file "$SCRATCH/empty"
	[ -z "$(secret-get-value $U)" ]
}

@test "a damaged secret hides no other, and can be undefined" {
	define volume $U
	define ceph $V
	echo '<secret' >"$BERTH_ROOT/var/lib/berth/secret/$U/config.xml"
	expect 0 secret-list
	[[ $output == *$V* && $output == *$U* ]]
	expect 1 secret-dumpxml $U
	[[ $output == *damaged* ]]
	expect 0 secret-dumpxml $V
	expect 0 secret-undefine $U
	define volume $U
	expect 0 secret-dumpxml $U
}
