#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every program has a man page with its sections, a test that names it, no library that it does not need, and a size that is sane."""
import glob
import os
import re
import subprocess

from common import TOP, files, read, report

PROGRAMS = sorted(os.path.basename(p)[:-2] for p in files() if re.match(r'bin/[^/]+\.c$', p))
SECTIONS = ['NAME', 'SYNOPSIS', 'OPTIONS', 'EXIT STATUS', 'EXAMPLES']
# programs that touch XML; all others must start without libxml2
XML = set('vm-define vm-create vm-edit vm-desc vm-metadata vm-rename vm-dumpxml vm-info host-capabilities vm-ttyconsole '
          'vm-xml-from-native vm-ssh vm-await'.split())
XML |= set('net-create net-define net-desc net-dhcp-leases net-dumpxml net-edit net-info net-metadata net-port-create net-port-dumpxml net-update'.split())
XML |= set('nwfilter-define nwfilter-dumpxml nwfilter-edit nwfilter-undefine nwfilter-binding-create nwfilter-binding-delete'.split())
XML |= set('nwfilter-binding-dumpxml nwfilter-binding-list nwfilter-list vm-autostart-all'.split())
# a host interface is as much its definition as what the kernel says
XML |= set('iface-begin iface-destroy iface-edit iface-list iface-mac iface-name iface-rollback iface-start iface-undefine'.split())
# what a secret is for is in its definition
XML |= set('secret-event secret-get-value secret-list secret-set-value secret-undefine'.split())

# likewise those of other objects
XML_OBJECTS = re.compile(r'(pool|vol|secret|nodedev|iface)-(define|create|create-from|dumpxml|capabilities|find-sources(-as)?|clone|(un)?bridge)$|'
                         r'(snapshot|checkpoint)-(create|create-as|dumpxml|edit|info|list|current)$|backup-')
# and those that are made of parts that touch it
XML_PARTS = re.compile(r'^#include "cli/(affect|cpu|display|drivers|device|iotune|params|cpulist)\.h"', re.M)

# what a program may weigh at most, in bytes of code and data: a library's tables (ICU's are 30 MB) come in unseen
HEAVIEST = 4 << 20


def page(name):
    for section in '18':
        for end in ('', '.in'):
            path = 'man/%s.%s%s' % (name, section, end)
            if os.path.exists(os.path.join(TOP, path)):
                return path
    return None


def man_pages():
    found = []
    for name in PROGRAMS:
        path = page(name)
        if not path:
            found.append('%s: no page in man/' % name)
            continue
        text = read(path).upper().replace('\\-', '-')
        found += ['%s: no section %s' % (path, s) for s in SECTIONS
                  if not re.search(r'^\.S[Hh]\s+"?%s"?\s*$' % s, text, re.M | re.I)]
    return found


def tests():
    text = '\n'.join(read(p) for p in files() if re.match(r'tests/.*\.(bats|py|sh|bash|c)$|tests/demo$', p)
                     and not p.startswith('tests/lint/'))
    return ['%s: no test names it' % n for n in PROGRAMS if not re.search(r'(?<![\w-])%s(?![\w-])' % re.escape(n), text)]


def needed():
    found = []
    built = [n for n in PROGRAMS if os.access(os.path.join(TOP, 'bin', n), os.X_OK)]
    if not built:
        return 'nothing is built'
    for name in built:
        out = subprocess.run(['readelf', '-d', os.path.join(TOP, 'bin', name)], capture_output=True, text=True).stdout
        libs = re.findall(r'NEEDED.*\[([^\]]+)\]', out)
        bad = [lib for lib in libs if re.match(r'lib(curl|tirpc|krb5|gssapi)', lib)
               or (lib.startswith('libxml2') and name not in XML and not XML_OBJECTS.match(name)
                   and not XML_PARTS.search(read('bin/%s.c' % name)))]
        found += ['%s needs %s' % (name, lib) for lib in bad]
    return found


def heavy():
    found = []
    built = [p for p in glob.glob(TOP + '/bin/*') + glob.glob(TOP + '/helpers/*') if '.' not in os.path.basename(p)]
    if not built:
        return 'nothing is built'
    for line in subprocess.run(['size', *sorted(built)], check=True, capture_output=True, text=True).stdout.splitlines()[1:]:
        text, data, _, _, _, path = line.split()
        if int(text) + int(data) > HEAVIEST:
            found.append('%s: %.1f MB' % (os.path.relpath(path, TOP), (int(text) + int(data)) / 1e6))
    return found


report([('every program has a man page with its sections', man_pages()),
        ('every program is named in a test', tests()),
        ('a program loads no heavy library that it can do without', needed()),
        ('no program weighs more than %d MB' % (HEAVIEST >> 20), heavy())])
