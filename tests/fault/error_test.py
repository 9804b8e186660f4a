#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""R5, R6, R7, R4: system calls that fail. A program ends in time with a status that is true; nothing is half done."""
from lab import expect, main, read, test
from sweep import CHANGES, READS, Supervisor, Tool, each, forget, memory_of, points, rewrite, settle

SAMPLE = 24
CALLS = CHANGES + READS


def sane(got):
    expect(isinstance(got.status, int) and 0 <= got.status < 127, 'crashed or hung:', got)
    expect(got.status == 0 or got.err.strip(), 'failed without a word:', got)


@test('R4 R5 R6 R7', 'vm-define with an error at every call: the old definition or the new one, as the status says')
def define(lab):
    tool = Tool(lab)
    lab.ok('vm-define', rewrite(lab, 'web', 64))
    counts = tool.count(CALLS, 'vm-define', rewrite(lab, 'web', 128))

    def do(point):
        lab.ok('vm-define', rewrite(lab, 'web', 64))
        got = lab.run('vm-define', rewrite(lab, 'web', 128), before=tool.before(point))
        sane(got)
        expect(memory_of(lab, 'web') == 128 if got.status == 0 else memory_of(lab, 'web') in (64, 128),
               'not what the status says: %s MiB' % memory_of(lab, 'web'), got)
        forget(lab, 'web')
    each(points(counts, False, SAMPLE, tool.loader), do)


@test('R4 R5 R6 R7', 'vm-undefine with an error at every call')
def undefine(lab):
    tool = Tool(lab)
    lab.ok('vm-define', rewrite(lab, 'web', 64))
    counts = tool.count(CALLS, 'vm-undefine', 'web')

    def do(point):
        lab.ok('vm-define', rewrite(lab, 'web', 64))
        got = lab.run('vm-undefine', 'web', before=tool.before(point))
        sane(got)
        expect(memory_of(lab, 'web') in ((None,) if got.status == 0 else (None, 64)), 'not what the status says', got)
        forget(lab, 'web')
    each(points(counts, False, SAMPLE, tool.loader), do)


@test('R4 R5 R6 R7', 'vm-start with an error at every call of its own: it runs, or everything is undone')
def start(lab):
    tool = Tool(lab)
    lab.define('web')
    counts = tool.count(CALLS, 'vm-start', 'web')
    lab.ok('vm-destroy', 'web')

    def do(point):
        got = lab.run('vm-start', 'web', before=tool.before(point))
        sane(got)
        expect(got.status != 0 or len(lab.guests('web')) == 1, 'status 0, and it does not run', got)
        settle(lab, 'web', got)
    each(points(counts, False, SAMPLE, tool.loader), do)


@test('R4 R5 R6 R7', 'vm-destroy with an error at every call of its own')
def destroy(lab):
    tool = Tool(lab)
    lab.define('web')
    lab.ok('vm-start', 'web')
    counts = tool.count(CALLS, 'vm-destroy', 'web')

    def do(point):
        lab.run('vm-start', 'web')   # the point before may have left it running
        got = lab.run('vm-destroy', 'web', before=tool.before(point))
        sane(got)
        expect(got.status != 0 or not lab.guests('web'), 'status 0, and it lives', got)
        settle(lab, 'web', got)
    each(points(counts, False, SAMPLE, tool.loader), do)


@test('R4 R5 R6 R7', 'the supervisor with an error at every call from start to destroy: told and undone, or borne')
def supervisor(lab):
    sup = Supervisor(lab, True)
    lab.define('web')

    def life():
        lab.ok('vm-start', 'web')
        lab.ok('vm-destroy', 'web')
    counts = sup.count(CALLS, life)

    def do(point):
        sup.aim(point)
        got = sup.run('vm-start', 'web')
        said = [got]
        sane(got)
        if got.status == 0:
            expect(len(lab.guests('web')) == 1 or lab.state('web') != 'running', 'status 0, and it does not run', got)
            said.append(sup.run('vm-destroy', 'web'))
        else:
            expect(not lab.guests('web'), 'failed, and it runs', got)
        sup.plain()
        settle(lab, 'web', '\n'.join(map(str, said)) + '\n' + read(lab.path('log', 'lxc', 'web.log'))[-600:])
    each([p for p in points(counts, False, SAMPLE) if not sup.told(p)], do, sup.reset)


main()
