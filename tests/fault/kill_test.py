#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""R1, R2: SIGKILL at every system call that changes something. Afterwards what is told is true, nothing is left, everything works."""
from lab import expect, main, read, test
from sweep import CHANGES, Supervisor, Tool, each, forget, memory_of, points, rewrite, settle

SAMPLE = 24


@test('R1', 'vm-define of a new guest killed at every call: defined or not, never half')
def define_new(lab):
    tool = Tool(lab)
    path = rewrite(lab, 'web', 64)
    counts = tool.count(CHANGES, 'vm-define', path)
    lab.ok('vm-undefine', 'web')

    def do(point):
        path = rewrite(lab, 'web', 64)
        lab.run('vm-define', path, before=tool.before(point))
        expect(memory_of(lab, 'web') in (None, 64), 'half a definition')
        forget(lab, 'web')
    each(points(counts, True, SAMPLE), do)


@test('R1', 'vm-define over a definition killed at every call: the old one or the new one')
def define_over(lab):
    tool = Tool(lab)
    lab.ok('vm-define', rewrite(lab, 'web', 64))
    counts = tool.count(CHANGES, 'vm-define', rewrite(lab, 'web', 128))

    def do(point):
        lab.ok('vm-define', rewrite(lab, 'web', 64))
        lab.run('vm-define', rewrite(lab, 'web', 128), before=tool.before(point))
        expect(memory_of(lab, 'web') in (64, 128), 'neither the old definition nor the new one:', memory_of(lab, 'web'))
        forget(lab, 'web')
    each(points(counts, True, SAMPLE), do)


@test('R1 R21', 'vm-undefine killed at every call: there or gone, never half')
def undefine(lab):
    tool = Tool(lab)
    lab.ok('vm-define', rewrite(lab, 'web', 64))
    counts = tool.count(CHANGES, 'vm-undefine', 'web')

    def do(point):
        lab.ok('vm-define', rewrite(lab, 'web', 64))
        lab.run('vm-undefine', 'web', before=tool.before(point))
        expect(memory_of(lab, 'web') in (None, 64), 'half a definition')
        forget(lab, 'web')
    each(points(counts, True, SAMPLE), do)


@test('R1', 'vm-start killed at every call: one guest or none, and it can be started')
def start(lab):
    tool = Tool(lab)
    lab.define('web')
    counts = tool.count(CHANGES, 'vm-start', 'web')
    lab.ok('vm-destroy', 'web')

    def do(point):
        settle(lab, 'web', lab.run('vm-start', 'web', before=tool.before(point)))
    each(points(counts, True, SAMPLE), do)


@test('R1', 'vm-destroy killed at every call: the guest runs or is gone, and both are told')
def destroy(lab):
    tool = Tool(lab)
    lab.define('web')
    lab.ok('vm-start', 'web')
    counts = tool.count(CHANGES, 'vm-destroy', 'web')

    def do(point):
        lab.ok('vm-start', 'web')
        settle(lab, 'web', lab.run('vm-destroy', 'web', before=tool.before(point)))
    each(points(counts, True, SAMPLE), do)


def supervisor_life(lab, follow, sample):
    sup = Supervisor(lab, follow)
    lab.define('web')

    def life():
        lab.ok('vm-start', 'web')
        lab.ok('vm-destroy', 'web')
    counts = sup.count(CHANGES, life)

    def do(point):
        sup.aim(point)
        said = [sup.run('vm-start', 'web')]
        if said[0].status == 0:
            said.append(sup.run('vm-destroy', 'web'))
        sup.plain()
        settle(lab, 'web', '\n'.join(map(str, said)) + '\n' + read(lab.path('log', 'lxc', 'web.log'))[-600:])
    each(points(counts, True, sample), do, sup.reset)


@test('R2', 'the supervisor killed at every call from start to destroy: adopted or dead, one guest at most')
def supervisor(lab):
    supervisor_life(lab, False, SAMPLE)


@test('R2', 'the supervisor or a child of it killed at every call from start to destroy')
def supervisor_and_children(lab):
    supervisor_life(lab, True, SAMPLE)


main()
