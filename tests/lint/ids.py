#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table of faults and attacks in tests/README.md: each id once, with files that have tests named by it, or with the reason why there is none; and no test
is named by an id that is not there."""
import re

from common import files, read, report

TABLE = 'tests/README.md'
KINDS = {'R': 22, 'X': 10, 'G': 15, 'C': 9, 'P': 12}
ROW = re.compile(r'^\| ([RXGCP]\d+) \| (.*?) \| (.*?) \|$', re.M)
FILE = re.compile(r'^[a-z]+/\w+$')
ID = re.compile(r'(?<![A-Za-z0-9])([RXGCP]\d+)(?![A-Za-z0-9])', re.I)
# where the name of a test stands: bats, our Python, cmocka, and checks of this folder
NAMES = {'.bats': r'^@test "(.*)" \{', '.c': r'^static void (\w+)\(void \*\*state\b', '.py': r"^\s*@?test\(('.*?'(?: if \w+ else '.*?')?),"}
CHECK = r"^(?:report\(\[|\s+)\('(.*?)',"


def ids_of_tests():
    """{id: files that have a test of that name}, without tests/ and the ending."""
    found = {}
    for path in files():
        end = path[path.rfind('.'):]
        if not path.startswith('tests/') or end not in NAMES or path == 'tests/lint/ids.py':
            continue
        for name in re.findall(CHECK if path.startswith('tests/lint/') else NAMES[end], read(path), re.M):
            for word in ID.findall(name.replace('_', ' ')):
                found.setdefault(word.upper(), set()).add(path[len('tests/'):-len(end)])
    return found


def complaints():
    rows, tests, found = ROW.findall(read(TABLE)), ids_of_tests(), []
    names = [row[0] for row in rows]
    found += ['%s: %s is there %d times' % (TABLE, i, names.count(i)) for i in sorted(set(names)) if names.count(i) > 1]
    found += ['%s: no row for %s%d' % (TABLE, kind, n) for kind, last in KINDS.items() for n in range(1, last + 1) if '%s%d' % (kind, n) not in names]
    for name, _, where in rows:
        words = where.split(', ')
        if not all(FILE.match(w) for w in words):
            # a reason: words, and no test
            found += ['%s: %s has a reason, and tests in %s' % (TABLE, name, ', '.join(sorted(tests[name])))] if name in tests else []
            continue
        found += ['%s: %s: tests/%s has no test of that name' % (TABLE, name, w) for w in words if w not in tests.get(name, ())]
    return found + ['%s: a test is named by %s, which has no row' % (', '.join(sorted(tests[i])), i) for i in sorted(set(tests) - set(names))]


report([('each fault and attack has its tests, or a reason', complaints())])
