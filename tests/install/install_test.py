#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make install: everything is in place, and works from there, wherever the tree is moved to."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, 'tests/fault'))
from lab import expect, main, read, test   # noqa: E402


def install(prefix, dest):
    done = subprocess.run(['make', '-s', '-C', TOP, 'install', 'PREFIX=' + prefix, 'DESTDIR=' + dest], capture_output=True, text=True,
                          env={k: v for k, v in os.environ.items() if not k.startswith('MAKE')})
    expect(done.returncode == 0, done.stdout, done.stderr)
    return dest + prefix


@test('install', 'programs, helpers, pages and completion are in place, and a container starts from there')
def installed(lab):
    with tempfile.TemporaryDirectory(prefix='berth-install.') as dest:
        base = install('/usr/local', dest)
        programs = sorted(os.path.basename(p)[:-2] for p in glob.glob(os.path.join(TOP, 'bin/*.c')))
        there = sorted(programs + ['virt-ssh-helper'])
        expect(programs and sorted(os.listdir(base + '/bin')) == there, sorted(os.listdir(base + '/bin')))
        expect(os.access(base + '/bin/virt-ssh-helper', os.X_OK), 'virt-ssh-helper leads nowhere')
        for name in (os.path.basename(p)[:-2] for p in glob.glob(os.path.join(TOP, 'helpers/*.c'))):
            expect(os.access(os.path.join(base, 'libexec/berth', name), os.X_OK), name + ' is not installed')
        expect(os.path.samefile(base + '/bin/vm-start', base + '/libexec/berth/lxc-supervisor'), 'vm-start is not the supervisor')
        for page in glob.glob(os.path.join(TOP, 'man/*.[1-8]')):
            expect(os.path.exists(os.path.join(base, 'share/man/man' + page[-1], os.path.basename(page))), page)
        for name in programs:
            expect(os.path.isfile(os.path.join(base, 'share/bash-completion/completions', name)), name + ' has no completion')
        moved = os.path.join(lab.root, 'moved')
        shutil.move(base, moved)
        lab.bin = moved + '/bin'
        lab.define('web')
        lab.ok('vm-start', 'web')
        pid = lab.supervisor('web')
        exe = os.readlink('/proc/%d/exe' % pid)
        expect(exe.startswith(moved), 'the supervisor is ' + exe)
        lab.ok('vm-destroy', 'web')
        lab.clean()


main()
