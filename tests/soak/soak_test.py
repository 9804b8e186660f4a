#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""R18: starts, uses and stops guests over and over, beside one that runs all the time, and watches that nothing grows.

usage: soak_test.py [CYCLES]     40 without (make check), 200 by make soak; writes TAP
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'fault'))
from lab import expect, main, read, test   # noqa: E402

CYCLES = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 40


def sizes(lab, pid):
    time.sleep(0.5)   # the last client's connection is closed, the last process gone
    fds = len(os.listdir('/proc/%d/fd' % pid))
    # what it shares with others depends on how many of them run
    own = int(next(line.split()[1] for line in read('/proc/%d/smaps_rollup' % pid).splitlines() if line.startswith('Anonymous:')))
    files = len([f for f in lab.files('run')]) + len(lab.files('lib'))
    return {'descriptors of the lasting supervisor': fds, 'its own memory in KiB': own, 'files': files,
            'cgroups': len(lab.cgroups()), 'links': len(os.listdir('/sys/class/net')), 'mounts': len(read('/proc/self/mountinfo').splitlines()),
            'processes': len(lab.processes())}


def work(lab):
    lab.ok('vm-start', '-q', 'web')
    lab.ok('vm-suspend', '-q', 'web')
    lab.ok('vm-resume', '-q', 'web')
    lab.ok('vm-list', '--all')
    lab.ok('vm-destroy', '-q', 'web')
    # and the one that stays is asked too
    lab.ok('vm-suspend', '-q', 'stays')
    lab.ok('vm-info', 'stays')
    lab.ok('vm-dumpxml', 'stays')
    lab.ok('vm-stats', 'stays')
    lab.ok('vm-resume', '-q', 'stays')
    lab.ok('vm-exec', 'stays', '--', '/bin/true')
    lab.ok('vm-attach-device', '-q', '--live', 'stays', lab.share)
    lab.ok('vm-detach-device', '-q', '--live', 'stays', lab.share)


@test('R18', '%d cycles of start, use and destroy: no growth in descriptors, memory, cgroups, links, mounts, files' % CYCLES)
def soak(lab):
    lab.define('web')
    lab.define('stays')
    lab.share = os.path.join(lab.root, 'share.xml')
    with open(lab.share, 'w') as f:
        f.write("<filesystem type='mount'><source dir='%s/tmp'/><target dir='/mnt'/></filesystem>" % lab.fs)
    lab.ok('vm-start', 'stays')
    pid = lab.supervisor('stays')
    for _ in range(20):
        work(lab)
    before = sizes(lab, pid)
    for _ in range(CYCLES):
        work(lab)
    after = sizes(lab, pid)
    for what, was in before.items():
        print('# %s: %d, after %d cycles %d' % (what, was, CYCLES, after[what]))
    slack = {'its own memory in KiB': 64, 'links': 1, 'mounts': 2}
    grown = ['%s: %d, and %d after %d cycles' % (k, before[k], after[k], CYCLES) for k in before if after[k] > before[k] + slack.get(k, 0)]
    expect(not grown, *grown)
    lab.ok('vm-destroy', 'stays')
    lab.clean()


main()
