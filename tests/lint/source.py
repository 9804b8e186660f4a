#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every source file keeps to: length, licence line, functions that are not used, descriptors born close-on-exec."""
import re

from common import bare, files, line_of, read, report

BANNED = 'strcpy strcat sprintf vsprintf gets system popen tmpnam tempnam mktemp strtok atoi atol atof alloca'.split()
# an event is waited for instead; tests and benchmarks may sleep
WAITING = 'sleep usleep nanosleep'.split()
SCRIPT = re.compile(r'^(#!.*\n)')
CODE = re.compile(r'\.(c|h|x|py|sh|bats|bash|mk)$')


def c_files(*folders):
    return [p for p in files() if p.endswith(('.c', '.h')) and p.split('/')[0] in folders]


def file_length():
    return ['%s: %d lines' % (p, n) for p in files() if CODE.search(p) and not p.endswith('.x')
            for n in [read(p).count('\n')] if n >= 1000]


def function_length():
    """A function's body is what stands between a brace at the start of a line and the next one."""
    found = []
    for path in c_files('lib', 'bin', 'helpers', 'tests'):
        start = None
        for number, line in enumerate(read(path).splitlines(), 1):
            if line.rstrip() == '{':
                start = number
            elif line.rstrip() == '}' and start:
                if number - start + 1 >= 80:
                    found.append('%s:%d: a function of %d lines' % (path, start, number - start + 1))
                start = None
    return found


def licence():
    found = []
    for path in files():
        if CODE.search(path) or read(path).startswith('#!'):
            head = SCRIPT.sub('', read(path)).split('\n', 1)[0]
            if 'SPDX-License-Identifier: LGPL-2.1-or-later' not in head:
                found.append('%s: no SPDX line at the top' % path)
    return found


def banned():
    found = []
    words = re.compile(r'(?<![\w.>])(%s)\s*\(' % '|'.join(BANNED))
    waits = re.compile(r'(?<![\w.>])(%s)\s*\(' % '|'.join(WAITING))
    for path in c_files('lib', 'bin', 'helpers', 'tests'):
        text = bare(read(path))
        for match in words.finditer(text):
            found.append('%s:%d: %s' % (path, line_of(text, match.start()), match.group(1)))
        if not path.startswith(('tests/', 'lib/util/task.')):
            for match in waits.finditer(text):
                found.append('%s:%d: %s: wait for the event' % (path, line_of(text, match.start()), match.group(1)))
    return found


def steady():
    """What lasts is measured by a clock that nobody sets; timers of libev do that by themselves."""
    return ['%s:%d: %s: use steady_now()' % (p, line_of(text, m.start()), m.group(0)) for p in c_files('lib', 'bin', 'helpers')
            for text in [bare(read(p))] for m in re.finditer(r'(?<!\w)(ev_now|ev_time|ev_periodic_\w+)(?=\()', text)]


def denials():
    """The shell's -e, by which a test of bats fails, does not look at a command behind "!"."""
    return ['%s:%d: "! COMMAND" fails no test: write "! COMMAND || false"' % (p, n) for p in files() if p.endswith('.bats')
            for n, line in enumerate(read(p).splitlines(), 1) if re.match(r'\s*! ', line) and '||' not in line]


def arguments(text, pos):
    """The text between the parenthesis at pos and the one that closes it."""
    depth = 0
    for i in range(pos, min(len(text), pos + 2000)):
        depth += {'(': 1, ')': -1}.get(text[i], 0)
        if depth == 0:
            return text[pos + 1:i]
    return ''


def close_on_exec():
    found = []
    needs = {'open': 'O_CLOEXEC', 'openat': 'O_CLOEXEC', 'socket': 'SOCK_CLOEXEC', 'socketpair': 'SOCK_CLOEXEC',
             'pipe2': 'O_CLOEXEC', 'accept4': 'SOCK_CLOEXEC', 'epoll_create1': 'EPOLL_CLOEXEC',
             'memfd_create': 'MFD_CLOEXEC', 'eventfd': 'EFD_CLOEXEC', 'inotify_init1': 'IN_CLOEXEC',
             'signalfd': 'SFD_CLOEXEC', 'timerfd_create': 'TFD_CLOEXEC'}
    never = {'pipe': 'pipe2', 'accept': 'accept4', 'dup': 'fcntl F_DUPFD_CLOEXEC', 'epoll_create': 'epoll_create1',
             'creat': 'open', 'inotify_init': 'inotify_init1'}
    words = re.compile(r'(?<![\w.>])(%s)\s*\(' % '|'.join(list(needs) + list(never) + ['fopen', 'fdopen']))
    for path in c_files('lib', 'bin', 'helpers'):
        original = read(path)
        text = bare(original)
        for match in words.finditer(text):
            name, where = match.group(1), '%s:%d' % (path, line_of(text, match.start()))
            args = arguments(text, match.end() - 1)
            # a comment on the line that names the flag says why it is not given
            rest = original[match.end():].split('\n', 1)[0]
            if name == 'accept' and '<sys/socket.h>' not in original:
                continue   # a function of that file's own
            if name in never:
                found.append('%s: %s: use %s' % (where, name, never[name]))
            elif name == 'fopen' and not re.search(r'"[rwa]\+?e"', original[match.end():match.end() + len(args)]):
                found.append('%s: fopen without "e"' % where)
            elif name in needs and needs[name] not in args + rest and 'flags' not in args:
                found.append('%s: %s without %s' % (where, name, needs[name]))
    return found


def tidy():
    found = []
    marks = re.compile(r'\b(TODO|FIXME|XXX|HACK)\b')
    for path in files():
        if not CODE.search(path) and not path.endswith(('.md', 'Makefile')):
            continue
        if path == 'tests/lint/source.py':
            continue
        for number, line in enumerate(read(path).splitlines(), 1):
            if re.search(r'[ \t]+$', line):
                found.append('%s:%d: blanks at the end' % (path, number))
            if marks.search(line) and 'mktemp' not in line and 'XXXX' not in line:
                found.append('%s:%d: %s' % (path, number, marks.search(line).group(1)))
    return found


report([('files are under 1,000 lines', file_length()),
        ('functions are under 80 lines', function_length()),
        ('every source file names its licence', licence()),
        ('forbidden functions are not called', banned()),
        ('descriptors are born close-on-exec', close_on_exec()),
        ('R14: lengths of time are not measured by the time of day', steady()),
        ('a command that must fail fails its test when it does not', denials()),
        ('no left-over marks or blanks', tidy())])
