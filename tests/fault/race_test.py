#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""R8, R16: many programs at one guest, and guests that end when they like."""
import os
import random

from lab import FULL, Skip, expect, main, read, test, wait_until

ROUNDS = 50 if FULL else 5


def crowd(lab, commands, timeout=40):
    """All at once; their exit statuses in order."""
    with open(os.path.join(lab.root, 'crowd.log'), 'wb') as log:
        children = [lab.popen(*argv, stdout=log, stderr=log) for argv in commands]
        statuses = []
        for child in children:
            try:
                statuses.append(child.wait(timeout))
            except Exception:
                child.kill()
                child.wait()
                statuses.append('hung')
    return statuses


def said(lab):
    return read(os.path.join(lab.root, 'crowd.log'))


@test('R8', '20 starts at once: one wins, the others say that it runs')
def starts(lab):
    lab.define('web')
    for _ in range(ROUNDS):
        got = crowd(lab, [['vm-start', '-q', 'web']] * 20)
        expect(got.count(0) == 1 and all(s in (0, 4, 6) for s in got), 'statuses', got, said(lab))
        expect(len(lab.guests('web')) == 1, 'guests', lab.guests('web'))
        lab.ok('vm-destroy', 'web')
    lab.clean()


@test('R8', '20 destroys at once: the guest is gone, each is done or told that it does not run')
def destroys(lab):
    lab.define('web')
    for _ in range(ROUNDS):
        lab.ok('vm-start', 'web')
        got = crowd(lab, [['vm-destroy', '-q', 'web']] * 20)
        expect(0 in got and all(s in (0, 4) for s in got), 'statuses', got, said(lab))
        expect(not lab.guests('web') and lab.state('web') == 'shut off', lab.guests('web'), lab.state('web'))
    lab.clean()


@test('R8', 'starts and destroys mixed: never two guests, and the end is one of the two states')
def mixed(lab):
    lab.define('web')
    for _ in range(ROUNDS):
        got = crowd(lab, [['vm-start', '-q', 'web'], ['vm-destroy', '-q', 'web']] * 10)
        # a start fails otherwise only when its guest is destroyed under its hands
        cut = said(lab).count('while it started')
        expect(all(s in (0, 4, 6) or (s == 1 and n % 2 == 0) for n, s in enumerate(got)) and got.count(1) <= cut, 'statuses', got, said(lab))
        state = lab.state('web')
        expect(state in ('running', 'shut off'), state)
        expect(len(lab.guests('web')) == (1 if state == 'running' else 0), state, lab.guests('web'))
        lab.run('vm-destroy', 'web')
    lab.clean()


@test('R8', 'defines and undefines at once: there or not, whole, and the index agrees')
def definitions(lab):
    path = lab.xml('web')
    for _ in range(ROUNDS):
        got = crowd(lab, [['vm-define', '-q', path], ['vm-undefine', '-q', 'web']] * 10)
        expect(all(s in (0, 3, 6) for s in got), 'statuses', got, said(lab))
        names = lab.ok('vm-list', '--all', '--name').out.split()
        expect(names in ([], ['web']), names)
        if names:
            lab.ok('vm-dumpxml', 'web')
            lab.ok('vm-undefine', 'web')
        lab.clean()


@test('R8', '20 different guests defined with one UUID at once: one of them gets it')
def one_uuid(lab):
    paths = []
    for number in range(20):
        path = lab.xml('same')
        with open(path) as f:
            text = f.read().replace('<name>same<', '<name>same%d<' % number)
        paths.append(os.path.join(lab.root, 'same%d.xml' % number))
        with open(paths[-1], 'w') as f:
            f.write(text)
    for _ in range(ROUNDS):
        got = crowd(lab, [['vm-define', '-q', p] for p in paths])
        names = lab.ok('vm-list', '--all', '--name').out.split()
        expect(got.count(0) == 1 and len(names) == 1, 'statuses', got, names, said(lab))
        lab.ok('vm-undefine', names[0])
        lab.clean()


@test('R8', 'starting while it is undefined: it runs to its end, or does not start')
def start_undefine(lab):
    for _ in range(ROUNDS):
        lab.define('web')
        got = crowd(lab, [['vm-start', '-q', 'web'], ['vm-undefine', '-q', 'web']] * 5)
        expect(all(s in (0, 1, 3, 4, 6) for s in got), 'statuses', got, said(lab))
        expect(len(lab.guests('web')) <= 1, lab.guests('web'))
        lab.run('vm-destroy', 'web')
        expect(not lab.guests('web'), 'it lives')
        lab.run('vm-undefine', 'web')
        lab.clean()


@test('R16', 'guests that end at any moment: every program ends in time, the end is known, nothing stays')
def sudden_ends(lab):
    if not os.path.exists(os.path.join(lab.bin, 'vm-wait')):
        raise Skip('there is no vm-wait')
    random.seed(7)
    for _ in range(ROUNDS * 4):
        seconds = random.choice(['0', '0.001', '0.005', '0.01', '0.02', '0.05'])
        lab.define('web', init='/bin/sh', args=('-c', 'sleep %s; exit 0' % seconds))
        started = lab.run('vm-start', 'web')
        expect(started.status in (0, 1), started)
        got = crowd(lab, [['vm-suspend', '-q', 'web'], ['vm-state', 'web'], ['vm-resume', '-q', 'web'], ['vm-dumpxml', 'web'],
                          ['vm-info', 'web'], ['vm-shutdown', '-q', 'web'], ['vm-list', '--all']], 20)
        expect(all(isinstance(s, int) and s >= 0 for s in got), 'statuses', got, said(lab))
        lab.run('vm-resume', 'web')
        expect(wait_until(lambda: lab.state('web') in ('shut off', 'crashed'), 5), lab.state('web'))
        expect(not lab.guests('web'), 'off, and it lives')
        expect(wait_until(lambda: not lab.supervisors('web'), 8), 'the supervisor stays')
    lab.clean()


@test('R16', 'destroy and the guest own end at the same time')
def destroy_at_the_end(lab):
    for number in range(ROUNDS * 4):
        lab.define('web', init='/bin/sh', args=('-c', 'sleep 0.0%d' % (number % 10)))
        lab.run('vm-start', 'web')
        got = lab.run('vm-destroy', 'web')
        expect(got.status in (0, 4), got)
        expect(wait_until(lambda: lab.state('web') in ('shut off', 'crashed'), 5), lab.state('web'))
    expect(wait_until(lambda: not lab.processes(), 8), lab.processes())
    lab.clean()


main()
