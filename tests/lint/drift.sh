#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Holds each program's --help, its man page and the bash completion against each other. Prints every difference; fails when
# there is any. Run in a built tree. Writes TAP.
cd "$(dirname "$0")/../.." || exit 1
found=$(mktemp) || exit 1
trap 'rm -f "$found"' EXIT

complain()
{
	echo "$*" >>"$found"
}

# "-c, --connect URI" from each line of help
help_options()
{
	sed -n 's/^  *\(-., \)\{0,1\}\(--[a-z][a-z-]*\)\( [A-Z][^ ]*\)\{0,1\}\( .*\)\{0,1\}$/\1\2\3/p' <<<"$1" | sort
}

# the same from ".It Fl c , Fl Fl connect Ar URI"
man_options()
{
	sed -n '/^\.Sh OPTIONS/,/^\.Sh/p' "$1" |
		sed -n 's/^\.It \(Fl \(.\) , \)\{0,1\}Fl Fl \([a-z][a-z-]*\)\( Ar \(.*\)\)\{0,1\}$/\2|\3|\5/p' |
		awk -F'|' '{ printf "%s--%s%s\n", $1 == "" ? "" : "-" $1 ", ", $2, $3 == "" ? "" : " " $3 }' | sort
}

check()
{
	local program=$1 page=man/$1.1 help summary nd difference section
	help=$(bin/"$program" --help) || complain "$program: --help fails"
	[ -f "$page" ] || { complain "$program: no man page $page"; return; }
	difference=$(diff <(help_options "$help") <(man_options "$page")) ||
		complain "$program: --help (<) and $page (>) differ:"$'\n'"$difference"
	summary=$(sed -n '2s/\.$//p' <<<"$help")
	nd=$(sed -n 's/^\.Nd //p' "$page")
	[ "$summary" = "${nd^}" ] || complain "$program: --help says '$summary', $page says '$nd'"
	for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
		grep -q "^\.Sh $section\$" "$page" || complain "$page: no section $section"
	done
	grep -qw -- "$program" <(sed -n '/^_berth_programs=/,$p' completions/berth.bash) || complain "$program: not in completions/berth.bash"
	grep -qrw -- "$program" tests/cli || complain "$program: no test in tests/cli names it"
}

for source in bin/*.c; do
	program=${source#bin/}
	check "${program%.c}"
done

# a page that names another one of ours must not lead nowhere
for page in man/*.[1-8]; do
	[[ $page != *.1 ]] || [ -f "bin/$(basename "${page%.1}").c" ] || complain "$page: no such program"
	sed -n 's/^\.Xr \([a-z0-9-]*\) \([1-8]\).*/\1.\2/p' "$page" | sort -u | while read -r reference; do
		case $reference in
		vm-* | host-* | berth*) [ -f "man/$reference" ] || complain "$page: no page $reference" ;;
		esac
	done
done

if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning man/*.[1-8] >>"$found" 2>/dev/null
fi

echo 1..1
if [ -s "$found" ]; then
	sed 's/^/# /' "$found"
	echo "not ok 1 - help, man pages and completion say the same"
	exit 1
fi
echo "ok 1 - help, man pages and completion say the same"
