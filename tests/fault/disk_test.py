#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""R4, R20: no room on the disk, and output that nobody can have."""
import os
import subprocess

from lab import expect, main, read, test, wait_until
from sweep import memory_of, rewrite


def fill(path):
    """Leaves no room, not even for a new file, in the file system that path is in."""
    name = os.path.join(path, '.filler')
    with open(name, 'ab', buffering=0) as f:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    f.write(b'x' * size)
            except OSError:
                continue
    number = 0
    try:
        while number < 100000:
            os.mkdir(os.path.join(path, '.filler%d' % number))
            number += 1
    except OSError:
        pass
    return number


def empty(path, number):
    os.unlink(os.path.join(path, '.filler'))
    for n in range(number):
        os.rmdir(os.path.join(path, '.filler%d' % n))


@test('R4', 'a full run directory while guests run: they go on, programs say so, afterwards all is as before')
def full_run(lab):
    lab.small_tmpfs(lab.path('run'), '256k')
    lab.define('web')
    lab.define('other')
    lab.ok('vm-start', 'web')
    guest, = lab.guests('web')
    sup = lab.supervisor('web')
    number = fill(lab.path('run'))
    got = lab.run('vm-start', 'other')
    expect(got.status not in (0, 4) and 'pace' in got.err, 'no room, and yet', got)
    expect(not lab.guests('other'), 'failed, and it runs')
    expect('web' in lab.ok('vm-list').out, 'not listed')
    for program in ('vm-suspend', 'vm-resume'):
        lab.run(program, 'web')
    expect(lab.guests('web') == [guest] and lab.supervisors('web') == [sup], 'the guest or its supervisor was harmed')
    lab.run('host-check')
    os.kill(sup, 9)
    wait_until(lambda: not lab.supervisors('web'))
    expect(lab.state('web') not in ('shut off', 'crashed'), lab.state('web'))
    lab.run('vm-suspend', 'web')
    lab.run('vm-resume', 'web')
    expect(lab.guests('web') == [guest], 'the guest was harmed')
    empty(lab.path('run'), number)
    expect(lab.state('web') in ('running', 'paused'), lab.state('web'))
    lab.ok('vm-destroy', 'web')
    lab.ok('vm-start', 'other')
    lab.ok('vm-destroy', 'other')
    lab.clean()


@test('R4', 'a guest ends while the run directory and the state directory are full: the end is seen and nothing stays')
def full_at_end(lab):
    lab.small_tmpfs(lab.path('run'), '256k')
    lab.small_tmpfs(lab.path('lib'), '256k')
    lab.define('web')
    lab.ok('vm-start', 'web')
    numbers = [fill(lab.path('run')), fill(lab.path('lib'))]
    lab.ok('vm-destroy', 'web')
    expect(wait_until(lambda: not lab.guests('web')), 'it lives')
    expect(lab.state('web') == 'shut off', lab.state('web'))
    empty(lab.path('run'), numbers[0])
    empty(lab.path('lib'), numbers[1])
    lab.ok('vm-start', 'web')
    lab.ok('vm-destroy', 'web')
    lab.clean()


@test('R4', 'a full state directory: the old definition stays byte for byte, the error says why, afterwards it works')
def full_lib(lab):
    lab.small_tmpfs(lab.path('lib'), '256k')
    lab.ok('vm-define', rewrite(lab, 'web', 64))
    before = read(lab.path('lib', 'lxc', 'web', 'config.xml'))
    number = fill(lab.path('lib'))
    for name, size in (('web', 128), ('new', 64)):
        got = lab.run('vm-define', rewrite(lab, name, size))
        expect(got.status == 1 and 'pace' in got.err, got)
    expect(read(lab.path('lib', 'lxc', 'web', 'config.xml')) == before, 'the definition was changed')
    expect(lab.ok('vm-list', '--all', '--name').out.split() == ['web'], lab.run('vm-list', '--all'))
    empty(lab.path('lib'), number)
    expect(memory_of(lab, 'web') == 64, memory_of(lab, 'web'))
    lab.ok('vm-define', rewrite(lab, 'new', 64))
    lab.ok('vm-define', rewrite(lab, 'web', 128))
    lab.ok('vm-undefine', 'web')
    lab.ok('vm-undefine', 'new')
    lab.clean()


@test('R4', 'read-only roots: listing works, changes say why, a running guest goes on')
def read_only(lab):
    for root in ('run', 'lib'):
        lab.small_tmpfs(lab.path(root), '512k')
    lab.define('web')
    lab.define('other')
    lab.ok('vm-start', 'web')
    guest, = lab.guests('web')

    # mounts on top of the directories: a supervisor's open files would keep the file systems themselves from becoming read-only
    for root in ('run', 'lib'):
        subprocess.run(['mount', '--bind', lab.path(root), lab.path(root)], check=True)
        lab.mounted.append(lab.path(root))
        subprocess.run(['mount', '-o', 'remount,bind,ro', lab.path(root)], check=True)
    try:
        expect(sorted(lab.ok('vm-list', '--all', '--name').out.split()) == ['other', 'web'], 'not listed')
        expect(lab.state('web') == 'running' and lab.state('other') == 'shut off', lab.state('web'), lab.state('other'))
        for argv in (['vm-define', lab.xml('new')], ['vm-undefine', 'other'], ['vm-start', 'other']):
            got = lab.run(*argv)
            expect(got.status not in (0, 3) and 'ead-only' in got.err, got)
        expect(lab.guests('web') == [guest], 'the guest was harmed')
    finally:
        for root in ('run', 'lib'):
            subprocess.run(['umount', lab.path(root)], check=True)
    lab.ok('vm-destroy', 'web')
    lab.ok('vm-start', 'other')
    lab.ok('vm-destroy', 'other')
    lab.clean()


@test('R20', 'standard output that is full or closed is an error')
def full_output(lab):
    lab.define('web')
    programs = [['vm-list', '--all'], ['vm-state', 'web'], ['vm-dumpxml', 'web'], ['vm-info', 'web'], ['vm-uuid', 'web'],
                ['vm-list', '--all', '--json'], ['vm-start', '--help'], ['vm-start', '--version'], ['host-info'], ['host-capabilities'],
                ['host-version'], ['host-hostname'], ['host-uri']]
    bad = []
    for argv in programs:
        with open('/dev/full', 'wb') as full:
            got = lab.run(*argv, stdout=full)
        if got.status == 0 or not isinstance(got.status, int) or got.status < 0:
            bad.append('%s > /dev/full: status %s' % (' '.join(argv), got.status))
        got = lab.run(*argv, before=['sh', '-c', 'exec "$@" >&-', 'sh'])
        if got.status == 0 or not isinstance(got.status, int) or got.status < 0:
            bad.append('%s >&-: status %s' % (' '.join(argv), got.status))
    expect(not bad, *bad)


@test('R7', 'few descriptors: programs end with a word, never with a signal')
def few_descriptors(lab):
    lab.define('web')
    bad = []
    for limit in (3, 4, 5, 6, 7, 8, 10, 12):
        for argv in (['vm-list', '--all'], ['vm-define', lab.xml('web')], ['vm-start', 'web'], ['vm-destroy', 'web']):
            got = lab.run(*argv, before=['prlimit', '--nofile=%d:%d' % (limit, limit)])
            if not isinstance(got.status, int) or got.status < 0 or got.status > 127 or (got.status and not got.err.strip()):
                bad.append('%d descriptors: %s' % (limit, got))
        lab.run('vm-destroy', 'web')
        if lab.guests('web'):
            bad.append('%d descriptors: a guest is left' % limit)
    expect(not bad, *bad)
    lab.ok('vm-start', 'web')
    lab.ok('vm-destroy', 'web')
    lab.clean()


main()
