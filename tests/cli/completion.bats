#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Bash completion: options from --help, names from what is on disk.

load ../helpers

setup()
{
	berth_setup
	source "$TOP/completions/berth.bash"
}
teardown() { berth_teardown; }

# What bash would offer for the words given, the last one being typed.
complete_words()
{
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_berth "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	printf '%s\n' "${COMPREPLY[@]}"
}

@test "options come from --help" {
	[ "$(complete_words vm-start --pa)" = --paused ]
	contains "$(complete_words vm-list --)" --state-running
	contains "$(complete_words host-check --)" --connect
}

@test "guests come from the definitions, quoted" {
	berth_define web
	berth_define 'a b'
	[ "$(complete_words vm-start '')" = $'a\\ b\nweb' ]
	[ "$(complete_words vm-start w)" = web ]
	[ "$(complete_words vm-dumpxml --inactive w)" = web ]
	[ "$(complete_words vm-dumpxml web '')" = '' ]
	[ "$(complete_words vm-destroy '')" = '' ]
	[ "$(complete_words vm-wait web sh)" = shutoff ]
	[ "$(complete_words vm-wait --timeout 5 w)" = web ]
}

@test "words of options" {
	[ "$(complete_words vm-shutdown --mode si)" = signal ]
	[ "$(complete_words vm-event --event reb)" = reboot ]
	contains "$(complete_words vm-list -c l)" 'lxc:///'
}
