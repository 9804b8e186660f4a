#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""R6: one allocation after the other fails, once or from there on: in programs, and in a supervisor from its start to the guest's end."""
import os
import shutil
import struct

from lab import BUILD, FULL, Skip, expect, main, read, test, wait_until
from sweep import memory_of, rewrite, settle

SAMPLE = int(os.environ.get('BERTH_POINTS', 250 if FULL else 12))
FAILING = os.path.join(BUILD, 'build/failing')


class Allocations:
    """The file that failing_malloc.c shares with the programs that it is linked into."""

    def __init__(self, lab):
        if not os.path.exists(os.path.join(FAILING, 'vm-define')):
            raise Skip('not built with a malloc that fails (a sanitizer has its own)')
        self.lab, self.path = lab, os.path.join(lab.root, 'allocations')
        self.fail(0)
        lab.env['BERTH_ALLOCATIONS'] = self.path
        # the programs that fail, with everybody else's beside them, and the one that is a supervisor, too, under both names
        os.makedirs(os.path.join(lab.root, 'bin'))
        os.makedirs(os.path.join(lab.root, 'helpers'))
        for name in os.listdir(FAILING):
            shutil.copy(os.path.join(FAILING, name), os.path.join(lab.root, 'bin', name))
        for name in os.listdir(os.path.join(BUILD, 'helpers')):
            path = os.path.join(BUILD, 'helpers', name)
            if os.access(path, os.X_OK) and name != 'lxc-supervisor':
                os.symlink(path, os.path.join(lab.root, 'helpers', name))
        os.link(os.path.join(lab.root, 'bin/vm-start'), os.path.join(lab.root, 'helpers/lxc-supervisor'))

    def fail(self, number, all_after=False):
        """The allocation with that number from now on; 0: none."""
        # in place: the programs have it mapped
        with open(self.path, 'r+b' if os.path.exists(self.path) else 'w+b') as f:
            f.write(struct.pack('=QQQ', 0, number, all_after))

    def calls(self):
        with open(self.path, 'rb') as f:
            return struct.unpack('=QQQ', f.read(24))[0]

    def run(self, program, *args):
        """A program whose allocations fail; lab.run() is the one without."""
        plain, self.lab.bin = self.lab.bin, os.path.join(self.lab.root, 'bin')
        try:
            return self.lab.run(program, *args)
        finally:
            self.lab.bin = plain

    def points(self, count):
        """(number, all_after): each number, or an even selection."""
        step = max(1.0, count / SAMPLE)
        numbers = [int(i * step) + 1 for i in range(int(count / step))]
        return [(n, i % 2 == 1) for i, n in enumerate(numbers)]


def each(memory, count, do):
    bad = []
    points = memory.points(count)
    for number, all_after in points:
        try:
            do(number, all_after)
        except AssertionError as e:
            bad.append('allocation %d%s:\n    %s' % (number, ' and all after it' if all_after else '', str(e).replace('\n', '\n    ')))
            if len(bad) >= 8:
                break
        finally:
            memory.fail(0)
    expect(not bad, '%d of %d points:' % (len(bad), len(points)), *bad)


def sane(got):
    expect(isinstance(got.status, int) and 0 <= got.status < 127, 'crashed or hung:', got)
    expect(got.status == 0 or got.err.strip(), 'failed without a word:', got)


def sweep(lab, program, *args, before, after, look):
    """before() prepares each round; look() is what it was before, or after() of an undisturbed run, which a status of 0 promises."""
    memory = Allocations(lab)
    before()
    was = look()
    memory.fail(0)
    done = memory.run(program, *args)
    expect(done.status == 0, done)
    count, becomes = memory.calls(), look()
    expect(count > 0, 'it allocates nothing')

    def do(number, all_after):
        after()
        before()
        memory.fail(number, all_after)
        got = memory.run(program, *args)
        memory.fail(0)
        sane(got)
        now = look()
        expect(now in (was, becomes), 'neither as before nor as after:', now, got)
        expect(got.status != 0 or now == becomes, 'done, it says:', now, got)
        expect(got.status != 0 or got.out == done.out, 'it says something else:', got, 'instead of', done)
    each(memory, count, do)
    after()
    lab.run('host-check', '--repair')
    lab.clean()


def off(lab):
    return lambda: lab.ok('vm-define', rewrite(lab, 'web', 64))


def gone(lab, *words):
    return lambda: lab.run(*(words or ('vm-undefine', 'web')))


@test('R6', 'vm-define of a new guest without memory')
def define_new(lab):
    sweep(lab, 'vm-define', '-q', rewrite(lab, 'web', 64), before=lambda: None, after=gone(lab), look=lambda: memory_of(lab, 'web'))


@test('R6', 'vm-define over a definition without memory')
def define_over(lab):
    other = os.path.join(lab.root, 'other.xml')
    os.rename(rewrite(lab, 'web', 128), other)
    sweep(lab, 'vm-define', '-q', other, before=off(lab), after=gone(lab), look=lambda: memory_of(lab, 'web'))


@test('R6', 'vm-setmaxmem without memory')
def change(lab):
    sweep(lab, 'vm-setmaxmem', 'web', '128M', before=off(lab), after=gone(lab), look=lambda: memory_of(lab, 'web'))


@test('R6', 'vm-undefine without memory')
def undefine(lab):
    sweep(lab, 'vm-undefine', 'web', before=off(lab), after=gone(lab), look=lambda: memory_of(lab, 'web'))


@test('R6', 'vm-dumpxml without memory: all of it, or an error')
def show(lab):
    sweep(lab, 'vm-dumpxml', 'web', before=off(lab), after=gone(lab), look=lambda: None)


@test('R6', 'vm-list without memory: all of it, or an error')
def listing(lab):
    sweep(lab, 'vm-list', '--all', '--name', before=off(lab), after=gone(lab), look=lambda: None)


@test('R6', 'net-define without memory')
def network(lab):
    path = os.path.join(lab.root, 'blue.xml')
    with open(path, 'w') as f:
        f.write("<network><name>blue</name><uuid>3a0c5a7e-0c33-4d15-9c5c-0c4b32d0a001</uuid><bridge name='bfault0'/><mac address='52:54:00:00:00:01'/>"
                "<ip address='192.0.2.1' prefix='24'><dhcp><range start='192.0.2.2' end='192.0.2.9'/></dhcp></ip></network>")
    sweep(lab, 'net-define', path, before=lambda: None, after=gone(lab, 'net-undefine', 'blue'), look=lambda: lab.run('net-dumpxml', 'blue').out)


@test('R6', 'nwfilter-define without memory')
def packet_filter(lab):
    path = os.path.join(lab.root, 'filter.xml')
    with open(path, 'w') as f:
        f.write("<filter name='quiet' chain='root'><uuid>3a0c5a7e-0c33-4d15-9c5c-0c4b32d0a002</uuid>"
                "<rule action='drop' direction='in' priority='500'><tcp dstportstart='22'/></rule></filter>")
    sweep(lab, 'nwfilter-define', path, before=lambda: None, after=gone(lab, 'nwfilter-undefine', 'quiet'),
          look=lambda: lab.run('nwfilter-dumpxml', 'quiet').out)


@test('R6', 'vm-start and the supervisor without memory until the guest runs: it runs, or everything is undone')
def start(lab):
    memory = Allocations(lab)
    lab.define('web')
    memory.fail(0)
    expect(memory.run('vm-start', 'web').status == 0, 'it does not start')
    count = memory.calls()
    lab.ok('vm-destroy', 'web')

    def do(number, all_after):
        lab.run('vm-destroy', 'web')   # the point before may have left it running
        memory.fail(number, all_after)
        got = memory.run('vm-start', 'web')
        memory.fail(0)
        sane(got)
        log = read(lab.path('log', 'lxc', 'web.log'))[-400:]
        expect(got.status != 0 or len(lab.guests('web')) == 1, 'status 0, and it does not run', got, log)
        expect(got.status == 0 or wait_until(lambda: not lab.guests('web')), 'failed, and it runs', got, log)
        expect(got.status != 0 or lab.supervisors('web'), 'its supervisor is gone', got, log)
        settle(lab, 'web', got)
    each(memory, count, do)


REQUESTS = [
    ('vm-suspend', 'vm-suspend web', 'vm-resume web'), ('vm-resume', 'vm-resume web', 'vm-suspend web'), ('vm-dumpxml', 'vm-dumpxml web', ''),
    ('vm-desc', 'vm-desc --live web words', ''), ('vm-memtune', 'vm-memtune --live web --hard-limit 60M', ''), ('vm-info', 'vm-info web', ''),
    ('vm-attach-device', 'vm-attach-device --live web {root}/fs.xml', 'vm-detach-device --live web {root}/fs.xml'), ('vm-exec', 'vm-exec web -- /bin/true', ''),
    ('vm-stats', 'vm-stats web', ''), ('vm-metadata', 'vm-metadata --live web urn:x --key k --set <a/>', ''),
]


@test('R6', 'a supervisor without memory for a request: an error, the guest runs on, the next request is served')
def requests(lab):
    memory = Allocations(lab)
    os.makedirs(os.path.join(lab.root, 'share'))
    with open(os.path.join(lab.root, 'fs.xml'), 'w') as f:
        f.write("<filesystem type='mount'><source dir='%s/share'/><target dir='/mnt/x'/></filesystem>" % lab.root)
    lab.define('web')
    expect(memory.run('vm-start', 'web').status == 0, 'it does not start')
    pid = lab.supervisor('web')
    for name, words, back in REQUESTS:
        words, back = (text.replace('{root}', lab.root).split() for text in (words, back))
        if name == 'vm-resume':
            lab.ok('vm-suspend', 'web')
        memory.fail(0)
        lab.ok(*words)
        count = memory.calls()
        if back:
            lab.ok(*back)

        def do(number, all_after, words=words, back=back):
            memory.fail(number, all_after)
            got = lab.run(*words)
            memory.fail(0)
            sane(got)
            expect(lab.supervisors('web') == [pid], 'the supervisor is gone', got, read(lab.path('log', 'lxc', 'web.log'))[-400:])
            expect(len(lab.guests('web')) == 1, 'the guest is gone', got)
            if back and got.status == 0:
                lab.ok(*back)
            again = lab.run(*words)
            expect(again.status in (0, 4), 'it is not served any more:', again, 'after', got)
            if back:
                lab.ok(*back)
        if count:
            each(memory, count, do)
        if name == 'vm-resume':
            lab.ok('vm-resume', 'web')
    memory.fail(1, True)
    got = lab.run('vm-destroy', 'web')
    expect(got.status == 0, 'without any memory it cannot be destroyed:', got)
    memory.fail(0)
    lab.run('host-check', '--repair')
    lab.clean()


main()
