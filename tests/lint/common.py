# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the checks of the source tree share: the files, C without its comments and strings, TAP."""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# outside a git checkout (a release's tarball) every file counts that is not built
IGNORED = re.compile(r'^(\.git|build[^/]*)(/|$)')


def files():
    """Paths of the tree's files, below TOP: what git knows or would add."""
    try:
        out = subprocess.run(['git', '-c', 'safe.directory=*', '-C', TOP, 'ls-files', '-co', '--exclude-standard'],
                             check=True, capture_output=True, text=True).stdout
        return sorted({p for p in out.splitlines() if os.path.isfile(os.path.join(TOP, p))})
    except (OSError, subprocess.CalledProcessError):
        found = []
        for base, dirs, names in os.walk(TOP):
            rel = os.path.relpath(base, TOP)
            dirs[:] = [d for d in dirs if not IGNORED.match(os.path.normpath(os.path.join(rel, d)))]
            found += [os.path.normpath(os.path.join(rel, n)) for n in names]
        return sorted(found)


def read(path):
    with open(os.path.join(TOP, path), encoding='utf-8', errors='replace') as f:
        return f.read()


def blank(match):
    return re.sub(r'[^\n]', ' ', match.group(0))


def bare(text):
    """C without comments and the contents of strings; line numbers stay."""
    def part(match):
        s = match.group(0)
        if s[0] == '/':
            return blank(match)
        return s[0] + ' ' * (len(s) - 2) + s[0] if '\n' not in s else blank(match)
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', part, text, flags=re.S)


def line_of(text, pos):
    return text.count('\n', 0, pos) + 1


def report(checks):
    """checks: list of (name, list of complaints or a string: the reason to skip)."""
    print('1..%d' % len(checks))
    for n, (name, found) in enumerate(checks, 1):
        if isinstance(found, str):
            print('ok %d - %s # skip %s' % (n, name, found))
            continue
        print('%s %d - %s' % ('not ok' if found else 'ok', n, name))
        for complaint in found:
            print('# ' + complaint)
    sys.exit(1 if any(found and not isinstance(found, str) for _, found in checks) else 0)
