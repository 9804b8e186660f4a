#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""R1, R5: changes of definitions, and of containers that run, cut off or failing at every system call: the old or the new, never half."""
import os

from lab import expect, main, test
from sweep import CHANGES, READS, Tool, each, forget, memory_of, points, rewrite

SAMPLE = 10


@test('R1', 'vm-setmaxmem of a guest that is off, killed at every call: the old definition or the new one')
def stored_killed(lab):
    tool = Tool(lab)
    lab.ok('vm-define', rewrite(lab, 'web', 64))
    counts = tool.count(CHANGES, 'vm-setmaxmem', 'web', '128M')

    def do(point):
        lab.ok('vm-define', rewrite(lab, 'web', 64))
        lab.run('vm-setmaxmem', 'web', '128M', before=tool.before(point))
        expect(memory_of(lab, 'web') in (64, 128), 'neither the old definition nor the new one:', memory_of(lab, 'web'))
        forget(lab, 'web')
    each(points(counts, True, SAMPLE), do)


@test('R4 R5 R6 R7', 'vm-setmaxmem with an error at every call: the old definition or the new one, as the status says')
def stored_failing(lab):
    tool = Tool(lab)
    lab.ok('vm-define', rewrite(lab, 'web', 64))
    counts = tool.count(CHANGES + READS, 'vm-setmaxmem', 'web', '128M')

    def do(point):
        lab.ok('vm-define', rewrite(lab, 'web', 64))
        got = lab.run('vm-setmaxmem', 'web', '128M', before=tool.before(point))
        expect(isinstance(got.status, int) and 0 <= got.status < 127, 'crashed or hung:', got)
        expect(memory_of(lab, 'web') == 128 if got.status == 0 else memory_of(lab, 'web') in (64, 128), 'not what the status says', got)
        forget(lab, 'web')
    each(points(counts, False, SAMPLE, tool.loader), do)


@test('R1', 'vm-attach-device to a container that runs, killed at every call: attached or not, and it can be detached')
def attach_killed(lab):
    tool = Tool(lab)
    share = os.path.join(lab.root, 'share')
    os.makedirs(share, exist_ok=True)
    device = os.path.join(lab.root, 'share.xml')
    with open(device, 'w') as f:
        f.write("<filesystem type='mount'><source dir='%s'/><target dir='/mnt/x'/></filesystem>" % share)
    lab.define('web')
    lab.ok('vm-start', 'web')
    counts = tool.count(CHANGES, 'vm-attach-device', 'web', device, '--live')
    lab.ok('vm-detach-device', 'web', device, '--live')

    def do(point):
        lab.run('vm-attach-device', 'web', device, '--live', before=tool.before(point))
        expect(lab.state('web') == 'running', 'the guest is', lab.state('web'))
        gone = lab.run('vm-detach-device', 'web', device, '--live')
        expect(gone.status in (0, 3), gone)
        expect('/mnt/x' not in lab.ok('vm-dumpxml', 'web').out, 'it is still in the definition')
        # a call of somebody who was killed just after it was sent may come in only now
        again = lab.run('vm-attach-device', 'web', device, '--live')
        expect(again.status in (0, 4), again)
        lab.ok('vm-detach-device', 'web', device, '--live')
    each(points(counts, True, SAMPLE), do)
    lab.ok('vm-destroy', 'web')


main()
