#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""R1, R5: every program that changes something, killed and failing at its system calls: what it was to change is as before or as after, and the
program can be run again. define, start, destroy and the supervisors have sweeps of their own (kill_test.py, error_test.py)."""
import os
import re
import subprocess
import sys

from lab import FULL, expect, main, read, test, wait_until
from sweep import CHANGES, READS, Tool, each, points, rewrite

# points of each program and fault: all of them would take an hour. What make fault has no time for, a name of a test as argument and BERTH_POINTS has.
SAMPLE = int(os.environ.get('BERTH_POINTS', 14 if FULL else 1))

NETWORK = ("<network><name>blue</name><uuid>3a0c5a7e-0c33-4d15-9c5c-0c4b32d0a001</uuid><bridge name='bfault0' stp='on' delay='0'/>"
           "<mac address='52:54:00:00:00:01'/></network>")
FILTER = ("<filter name='fault-drop' chain='root'><uuid>3a0c5a7e-0c33-4d15-9c5c-0c4b32d0a002</uuid>"
          "<rule action='drop' direction='in' priority='500'><tcp dstportstart='22'/></rule></filter>")
PORT = '3a0c5a7e-0c33-4d15-9c5c-0c4b32d0a003'
OWNER = '<owner><name>web</name><uuid>3a0c5a7e-0c33-4d15-9c5c-0c4b32d0a004</uuid></owner>'
DEVICES = {
    'fs.xml': "<filesystem type='mount'><source dir='%(root)s/share'/><target dir='/mnt/x'/></filesystem>",
    'nic.xml': "<interface type='bridge'><mac address='00:16:3e:00:00:07'/><source bridge='br-fault'/></interface>",
    'nic-down.xml': "<interface type='bridge'><mac address='00:16:3e:00:00:07'/><source bridge='br-fault'/><link state='down'/></interface>",
    'blue.xml': NETWORK, 'filter.xml': FILTER,
    'wet.xml': NETWORK.replace('</network>', "<ip address='10.213.0.1' prefix='24'><dhcp><range start='10.213.0.10' end='10.213.0.20'/></dhcp></ip></network>"),
    'host.xml': "<host mac='52:54:00:00:00:07' ip='10.213.0.7'/>",
    'port.xml': "<networkport><uuid>%s</uuid>%s<mac address='52:54:00:00:00:07'/></networkport>" % (PORT, OWNER),
    'binding.xml': "<filterbinding>%s<portdev name='bfault1'/><mac address='52:54:00:00:00:07'/><filterref filter='fault-drop'/></filterbinding>" % OWNER,
}
MAC = '00:16:3e:00:00:07'


def shown(program, *args):
    """What a program prints, or how it ends."""
    def look(lab):
        got = lab.run(program, *args)
        return got.out if got.status == 0 else 'status %s' % got.status
    return look


def stored(lab):
    """The definition under each of the names that it may have, and its link for boot."""
    names = [n for n in ('web', 'db') if os.path.isdir(lab.path('lib', 'lxc', n))]
    return repr([(n, lab.run('vm-dumpxml', '--inactive', n).out, os.path.exists(lab.path('lib', 'lxc', n, 'autostart'))) for n in names])


def live(lab):
    text = lab.run('vm-dumpxml', 'web').out
    return lab.state('web') + re.sub(r"<target dev='vnet\d+'/>|<alias [^>]*>|\s+", '', text)


def link(lab):
    return str(os.path.exists('/sys/class/net/bfault0')) + shown('net-info', 'blue')(lab)


def ports(lab):
    return 'ports: ' + shown('net-port-list', '--uuid', 'blue')(lab)


def bound(lab):
    """The bindings, and the tables of rules that there are for them."""
    tables = subprocess.run(['nft', 'list', 'tables', 'bridge'], capture_output=True, text=True).stdout
    return shown('nwfilter-binding-list')(lab) + repr([t for t in tables.split() if t.endswith('_nwf_bfault1')])


OFF = [['vm-define', '{web}']]
ON = [['vm-define', '{web}'], ['vm-start', 'web']]
NIC = ['vm-attach-device', 'web', '{nic.xml}']
BLUE = [['net-define', '{blue.xml}']]
# what is done, what must be there for it, what undoes it, what is looked at
PROGRAMS = [
    ('vm-autostart web', OFF, 'vm-autostart --disable web', stored),
    ('vm-desc --config web words', OFF, 'vm-define {web}', stored),
    ('vm-metadata --config web urn:x --key k --set <a/>', OFF, 'vm-define {web}', stored),
    ('vm-rename web db', OFF, 'vm-rename db web', stored),
    ('vm-setmem --config web 32M', OFF, 'vm-define {web}', stored),
    ('vm-memtune --config web --hard-limit 80M', OFF, 'vm-define {web}', stored),
    ('vm-blkiotune --config web --weight 300', OFF, 'vm-define {web}', stored),
    ('vm-schedinfo --config web --set cpu_shares=512', OFF, 'vm-define {web}', stored),
    ('vm-attach-device --config web {fs.xml}', OFF, 'vm-define {web}', stored),
    ('vm-detach-device --config web {fs.xml}', [*OFF, ['vm-attach-device', '--config', 'web', '{fs.xml}']],
     'vm-attach-device --config web {fs.xml}', stored),
    ('vm-attach-disk --config web /dev/null vda --sourcetype block', OFF, 'vm-detach-disk --config web vda', stored),
    ('vm-attach-interface --config web bridge br-fault --mac ' + MAC, OFF, 'vm-detach-interface --config web bridge --mac ' + MAC, stored),
    ('vm-update-device --config web {nic-down.xml}', [*OFF, [*NIC, '--config']], 'vm-update-device --config web {nic.xml}', stored),
    ('vm-undefine web', OFF, 'vm-define {web}', stored),
    ('vm-suspend web', ON, 'vm-resume web', live),
    ('vm-resume web', [*ON, ['vm-suspend', 'web']], 'vm-suspend web', live),
    ('vm-desc --live web words', ON, 'vm-desc --live web ', live),
    ('vm-metadata --live web urn:x --key k --set <a/>', ON, 'vm-metadata --live web urn:x --remove', live),
    ('vm-setmem --live web 48M', ON, 'vm-setmem --live web 64M', live),
    ('vm-memtune --live web --hard-limit 60M', [*ON, ['vm-memtune', '--live', 'web', '--hard-limit', '64M']], 'vm-memtune --live web --hard-limit 64M', live),
    ('vm-schedinfo --live web --set cpu_shares=512', [*ON, ['vm-schedinfo', '--live', 'web', '--set', 'cpu_shares=1024']],
     'vm-schedinfo --live web --set cpu_shares=1024', live),
    ('vm-attach-interface --live web bridge br-fault --mac ' + MAC, ON, 'vm-detach-interface --live web bridge --mac ' + MAC, live),
    ('vm-detach-interface --live web bridge --mac ' + MAC, [*ON, [*NIC, '--live']], 'vm-attach-device --live web {nic.xml}', live),
    ('vm-detach-device --live web {fs.xml}', [*ON, ['vm-attach-device', '--live', 'web', '{fs.xml}']], 'vm-attach-device --live web {fs.xml}', live),
    ('vm-reboot web', ON, '', lambda lab: lab.state('web') + str(len(wait_until(lambda: lab.guests('web')) or ()))),
    ('net-define {blue.xml}', [], 'net-undefine blue', shown('net-dumpxml', 'blue')),
    ('net-undefine blue', BLUE, 'net-define {blue.xml}', shown('net-dumpxml', 'blue')),
    ('net-autostart blue', BLUE, 'net-autostart --disable blue', shown('net-info', 'blue')),
    ('net-start blue', BLUE, 'net-destroy blue', link),
    ('net-destroy blue', [*BLUE, ['net-start', 'blue']], 'net-start blue', link),
    ('net-update --live blue add-last ip-dhcp-host {host.xml}', [['net-define', '{wet.xml}'], ['net-start', 'blue']],
     'net-update --live blue delete ip-dhcp-host {host.xml}', shown('net-dumpxml', 'blue')),
    ('net-port-create blue {port.xml}', [*BLUE, ['net-start', 'blue']], 'net-port-delete blue ' + PORT, ports),
    ('net-port-delete blue ' + PORT, [*BLUE, ['net-start', 'blue'], ['net-port-create', 'blue', '{port.xml}']], 'net-port-create blue {port.xml}', ports),
    ('nwfilter-binding-create {binding.xml}', [['nwfilter-define', '{filter.xml}']], 'nwfilter-binding-delete bfault1', bound),
    ('nwfilter-binding-delete bfault1', [['nwfilter-define', '{filter.xml}'], ['nwfilter-binding-create', '{binding.xml}']],
     'nwfilter-binding-create {binding.xml}', bound),
    ('nwfilter-define {filter.xml}', [], 'nwfilter-undefine fault-drop', shown('nwfilter-dumpxml', 'fault-drop')),
    ('nwfilter-undefine fault-drop', [['nwfilter-define', '{filter.xml}']], 'nwfilter-define {filter.xml}', shown('nwfilter-dumpxml', 'fault-drop')),
]


class Case:
    """A program of the table, in a laboratory."""

    def __init__(self, lab, row):
        self.lab = lab
        os.makedirs(os.path.join(lab.root, 'share'), exist_ok=True)
        self.files = {'web': rewrite(lab, 'web', 64)}
        for name, text in DEVICES.items():
            self.files[name] = os.path.join(lab.root, name)
            with open(self.files[name], 'w') as f:
                f.write(text.replace('%(root)s', lab.root))
        do, before, undo, self.look = row
        self.do, self.undo = (self.fill(words.split(' ')) if words else None for words in (do, undo))
        for words in before:
            lab.ok(*self.fill(words))
        self.before = self.look(lab)
        lab.ok(*self.do)
        self.after = self.look(lab)
        self.take_back()
        expect(self.undo is None or self.before != self.after, 'nothing to see of', do)

    def fill(self, words):
        return [self.files[w[1:-1]] if w.startswith('{') else w for w in words]

    def take_back(self):
        if self.undo:
            self.lab.ok(*self.undo)
        expect(self.look(self.lab) == self.before, 'not undone by', self.undo, self.look(self.lab), 'but', self.before)

    def point(self, tool, kill):
        def do(point):
            got = self.lab.run(*self.do, before=tool.before(point))
            # what was sent by somebody who was killed just then is done a moment later
            now = wait_until(lambda: self.look(self.lab) in (self.before, self.after) and self.look(self.lab), 3)
            expect(now, 'neither as before nor as after:', self.look(self.lab), got)
            if not kill:
                expect(isinstance(got.status, int) and 0 <= got.status < 127, 'crashed or hung:', got)
                expect(got.status == 0 or got.err.strip(), 'failed without a word:', got)
                expect(got.status != 0 or now == self.after, 'done, it says:', now, got)
            if now == self.before:
                again = self.lab.run(*self.do)
                expect(again.status == 0 or self.look(self.lab) == self.after, 'it cannot be done again:', again)
            self.take_back()
        return do

    def end(self):
        for words in (['vm-destroy', 'web'], ['net-destroy', 'blue'], ['vm-undefine', 'web'], ['net-undefine', 'blue'],
                      ['nwfilter-binding-delete', 'bfault1'], ['nwfilter-undefine', 'fault-drop']):
            self.lab.run(*words)
        self.lab.run('host-check', '--repair')
        self.lab.clean()


def add(row, kill):
    what = row[0].replace('{', '').replace('}', '')

    @test('R1' if kill else 'R4 R5 R6 R7', '%s %s: as before or as after, and it can be done again' % (what, 'killed' if kill else 'with errors'))
    def sweep(lab):
        case, tool = Case(lab, row), Tool(lab)
        counts = tool.count(CHANGES if kill else CHANGES + READS, *case.do)
        case.take_back()

        def reset():
            if case.undo:
                lab.run(*case.undo)
        each(points(counts, kill, SAMPLE, None if kill else tool.loader, most=SAMPLE), case.point(tool, kill), reset)
        case.end()
    return sweep


for program in PROGRAMS:
    add(program, True)
    add(program, False)

if os.geteuid() == 0 and not os.environ.get('BERTH_FAULT_NETWORK'):
    # interfaces and bridges are made in a network of the test's own
    os.environ['BERTH_FAULT_NETWORK'] = '1'
    os.execvp('unshare', ['unshare', '-n', sys.executable, os.path.abspath(__file__), *sys.argv[1:]])
if os.geteuid() == 0:
    subprocess.run(['ip', 'link', 'add', 'br-fault', 'type', 'bridge'], check=True)
main()
