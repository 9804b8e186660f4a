#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""bin, helpers -> cli -> drivers -> hypervisor -> rpc, state -> conf -> util: by include lines and by symbols of the objects."""
import collections
import glob
import os
import re
import subprocess

from common import TOP, files, read, report

RANK = {'util': 0, 'conf': 1, 'cpu': 2, 'rpc': 2, 'state': 2, 'hypervisor': 3, 'vmx': 4, 'cli': 6, 'bin': 7, 'helpers': 7}
DRIVER = 5   # every other folder of lib
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)


def folder(path):
    parts = path.split('/')
    return parts[1] if parts[0] == 'lib' and len(parts) > 2 else parts[0]


def rank(name):
    return RANK.get(name, DRIVER)


def allowed(user, used):
    return user == used or rank(used) < rank(user)


def by_include():
    found = []
    lib = {p.split('/')[1] for p in files() if p.startswith('lib/') and p.count('/') > 1}
    for path in files():
        if not re.match(r'(lib|bin|helpers)/.*\.[chx]$', path):
            continue
        for header in INCLUDE.findall(read(path)):
            if '/' not in header:
                if not os.path.exists(os.path.join(TOP, os.path.dirname(path), header)):
                    found.append('%s includes "%s": give the folder' % (path, header))
                continue
            target = header.split('/')[0]
            if target not in lib:
                found.append('%s includes "%s": no such folder of lib' % (path, header))
            elif not allowed(folder(path), target):
                found.append('%s includes "%s": %s may not use %s' % (path, header, folder(path), target))
    return found


def by_symbol():
    build = os.path.join(TOP, 'build')
    defined, wanted = {}, collections.defaultdict(set)
    objects = glob.glob(build + '/lib/*/*.o') + glob.glob(build + '/gen/*/*.o')
    if not objects:
        return 'nothing is built'
    for obj in objects:
        parts = os.path.relpath(obj, build).split('/')
        source = os.path.join(TOP, '/'.join(parts))[:-2] + '.c'
        if parts[0] == 'lib' and not os.path.exists(source):
            continue   # left by an earlier build
        for line in subprocess.run(['nm', '-P', obj], check=True, capture_output=True, text=True).stdout.splitlines():
            symbol, kind = line.split()[:2]
            if kind == 'U':
                wanted[symbol].add((parts[1], os.path.relpath(obj, build)))
            elif kind in 'TDBRCVW':
                defined[symbol] = parts[1]
    found = []
    for symbol, users in wanted.items():
        for user, obj in sorted(users):
            if symbol in defined and not allowed(user, defined[symbol]):
                found.append('%s needs %s of %s' % (obj, symbol, defined[symbol]))
    return found


report([('includes go down, and no driver includes another', by_include()),
        ('the symbols that objects need are defined in folders below', by_symbol())])
