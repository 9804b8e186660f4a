#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The test driver against libvirt's own: each row is a session of Debian's virsh, once with its built-in test:///default, once with
helpers/berth-serve in a world of its own. What it prints and its exit status must be the same; where a row begins with '~' only the
first line of each error is compared, not the words of the driver. Left out is what libvirt's driver gets wrong: the processor time (the clock's
time), the reason of the first guest's state (unknown), the state of interfaces after a rollback (all are down)."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('BERTH_BUILD', TOP)
count = 0

DOMAIN = "<domain type='test'><name>{name}</name><uuid>{uuid}</uuid><memory>131072</memory><vcpu>2</vcpu><os><type arch='i686'>hvm</type></os></domain>"
FILES = {
    'a.xml': DOMAIN.format(name='a', uuid='11111111-1111-1111-1111-111111111111'),
    'b.xml': DOMAIN.format(name='b', uuid='22222222-2222-2222-2222-222222222222'),
    'net.xml': "<network><name>n1</name><uuid>33333333-3333-3333-3333-333333333333</uuid><bridge name='virbr7'/><mac address='52:54:00:11:22:33'/></network>",
    'pool.xml': "<pool type='dir'><name>p1</name><uuid>44444444-4444-4444-4444-444444444444</uuid><target><path>/p1</path></target></pool>",
    'vol.xml': "<volume><name>v1</name><capacity unit='G'>2</capacity><allocation unit='M'>100</allocation></volume>",
    'iface.xml': "<interface type='ethernet' name='eth7'><start mode='none'/><mac address='aa:bb:cc:dd:ee:07'/></interface>",
    'bad.xml': "<domain type='test'><name>x</name>",
}

# Words of virsh, one session a row. '~': the wording of errors may differ.
SESSIONS = [
    'list; list --all; list --name; list --uuid; domid test; domname 6695eb01-f6a4-8304-79aa-97f2502e193f; domuuid test; domstate test',
    'suspend test; domstate test; list; resume test; domstate test --reason',
    '~resume test',
    '~start test',
    'shutdown test; list --all; start test; list',
    'destroy test; domstate test --reason; list --all',
    '~destroy test; destroy test',
    'define a.xml; list --all; start a; list; domid a; undefine a; list; destroy a; list --all',
    'create a.xml; list; domstate a; destroy a; list --all',
    'define a.xml; define b.xml; list --all --name; list --inactive; list --persistent; list --transient; list --state-shutoff --name',
    'define a.xml; autostart a; list --all --autostart; list --all --no-autostart; autostart --disable a; list --all --autostart',
    'define a.xml; setmaxmem a 262144 --config; setmem a 131072 --config; setvcpus a 1 --config; vcpucount a; dumpxml a',
    'desc test; desc test --title one --live; desc test --title; desc test some words --live; desc test',
    'define a.xml; desc a --config words; desc a; undefine a; list --all',
    'undefine test; list --all; list --transient; destroy test; list --all',
    'dominfo nonesuch',
    'domstate nonesuch; start nonesuch',
    '~define bad.xml',
    'define a.xml; define a.xml; list --all',
    'reboot test; domstate test',
    'vcpucount test; vcpucount test --live; maxvcpus',
    'nodeinfo; version; hostname --x',
    'nodeinfo; capabilities; sysinfo',
    # what would be measured, and what an agent would answer
    'domblkinfo test vda; domblkerror test; domblklist test; domiflist test',
    'domblkstat test; domblkstat test vda; domifstat test testnet0',
    '~domblkinfo test nope; domifstat test nope',
    'dommemstat test; vcpuinfo test; vcpuinfo test --pretty; cpu-stats test',
    'vcpupin test; vcpupin test 0 1-3; vcpupin test 1 0; vcpupin test; vcpuinfo test; dumpxml test',
    'emulatorpin test; emulatorpin test 1; emulatorpin test',
    'schedinfo test; schedinfo test --set weight=20; schedinfo test',
    '~schedinfo test --set cpu_shares=20',
    'domfsinfo test; domfsfreeze test; domfsfreeze test; domfsthaw test; domfsthaw test /; domfstrim test; domfsfreeze test /boot; domfsthaw test',
    'domfsfreeze test /nope',
    'domtime test; domtime test --set --time 1234567; domtime test; domhostname test; domifaddr test; domifaddr test --full --source agent',
    'set-user-password test root x; inject-nmi test; send-key test KEY_A; send-process-signal test 1 1; send-process-signal test 5 9',
    '~destroy test; dommemstat test; vcpuinfo test; domfsinfo test; domtime test; domifaddr test',
    'nodecpustats; nodecpumap; nodecpumap --pretty; freecell; freecell --all; freepages --all; freepages --cellno 1 --pagesize 8',
    '~nodememstats',
    'setvcpus test 1; vcpucount test; dominfo test',
    'setmaxmem test 4194304; destroy test; setmaxmem test 4194304; dominfo test',
    'version; dumpxml test',
    # networks
    'net-list; net-list --all; net-info default; net-dumpxml default; net-name dd8fe884-6c02-601e-7551-cca97df1c5df; net-uuid default',
    'net-destroy default; net-list --all; net-start default; net-list',
    '~net-start default',
    'net-define net.xml; net-list --all; net-start n1; net-list; net-info n1; net-autostart n1; net-list --all --autostart; net-destroy n1; net-undefine n1; net-list --all',
    'net-create net.xml; net-list; net-list --transient; net-destroy n1; net-list --all',
    'net-undefine default; net-list --all; net-destroy default; net-list --all',
    'net-info nonesuch',
    '~net-destroy default; net-destroy default',
    # pools and volumes
    'pool-list; pool-list --all --details; pool-info default-pool; pool-dumpxml default-pool; pool-uuid default-pool; pool-name dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566',
    'pool-destroy default-pool; pool-list --all; pool-info default-pool; pool-start default-pool; pool-list',
    'pool-define pool.xml; pool-list --all; pool-build p1; pool-start p1; pool-list --details; pool-autostart p1; pool-list --autostart; pool-destroy p1; pool-undefine p1; pool-list --all',
    'pool-create pool.xml; pool-list; pool-list --transient; pool-destroy p1; pool-list --all',
    'pool-refresh default-pool; pool-list --name; pool-list --uuid; pool-list --type dir; pool-list --type logical',
    'pool-info nonesuch; pool-start nonesuch',
    '~pool-undefine default-pool',
    'vol-create default-pool vol.xml; vol-list default-pool; vol-list default-pool --details; vol-info v1 default-pool; pool-info default-pool; vol-path v1 default-pool; vol-key v1 default-pool; vol-name /default-pool/v1; vol-pool /default-pool/v1',
    'vol-create-as default-pool v2 1G; vol-dumpxml v2 default-pool; vol-clone v2 v3 default-pool; vol-list default-pool; vol-delete v2 default-pool; vol-list default-pool; pool-info default-pool',
    '~vol-info nonesuch default-pool',
    '~vol-create-as default-pool v2 1G; vol-create-as default-pool v2 1G',
    '~vol-create-as default-pool big 200G',
    'find-storage-pool-sources-as logical; find-storage-pool-sources-as netfs localhost',
    # host interfaces
    'iface-list; iface-list --all; iface-mac eth1; iface-name aa:bb:cc:dd:ee:ff',
    'iface-destroy eth1; iface-list; iface-list --all; iface-list --inactive; iface-start eth1; iface-list',
    'iface-define iface.xml; iface-list --all; iface-start eth7; iface-list; iface-destroy eth7; iface-undefine eth7; iface-list --all',
    'iface-begin; iface-define iface.xml; iface-list --all; iface-rollback; iface-name aa:bb:cc:dd:ee:07',
    'iface-begin; iface-define iface.xml; iface-commit; iface-list --all',
    '~iface-commit',
    '~iface-begin; iface-begin',
    'iface-mac nonesuch',
    # snapshots and checkpoints
    'snapshot-create-as test s1 words; snapshot-create-as test s2; snapshot-list test --name; snapshot-list test --tree; snapshot-info test s1; snapshot-parent test s2; snapshot-current test --name',
    'snapshot-create-as test s1; snapshot-create-as test s2; snapshot-create-as test s3; snapshot-delete test s2; snapshot-list test --tree; snapshot-parent test s3; snapshot-delete test s1 --children; snapshot-list test --name',
    'snapshot-create-as test s1; destroy test; snapshot-create-as test s2; snapshot-list test --roots --name; snapshot-list test --leaves --name; snapshot-list test --inactive --name; snapshot-list test --active --name; snapshot-list test --internal --name',
    'snapshot-create-as test s1; suspend test; snapshot-create-as test s2; snapshot-revert test s1; domstate test; snapshot-current test --name; snapshot-revert test s2; domstate test; list',
    'snapshot-create-as test s1; destroy test; undefine test; list --all; undefine --snapshots-metadata test; list --all',
    'snapshot-create-as test s1; snapshot-create-as test s1; snapshot-delete test nonesuch; snapshot-info test nonesuch',
    'snapshot-create-as test s1; snapshot-create-as test s2; snapshot-list test --from s1 --name; snapshot-list test --from s1 --descendants --name; snapshot-delete test s1 --children-only; snapshot-list test --name',
    'checkpoint-create-as test c1; checkpoint-create-as test c2; checkpoint-list test --name; checkpoint-list test --tree; checkpoint-parent test c2; checkpoint-info test c1; checkpoint-delete test c1; checkpoint-list test --name',
    '~snapshot-create-as test s1; checkpoint-create-as test c1',
    # node devices
    'nodedev-dumpxml computer',
    'nodedev-dumpxml nonesuch',
]


def tap(good, name, *notes):
    global count
    count += 1
    print(f"{'ok' if good else 'not ok'} {count} - {name}", flush=True)
    for note in notes if not good else ():
        print('# ' + note.replace('\n', '\n# '))


class World:
    """A place with the files, and a driver of ours that has its state there."""
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix='berth-test.')
        self.root = os.path.join(self.dir, 'root')
        os.mkdir(self.root)
        for name, text in FILES.items():
            with open(os.path.join(self.dir, name), 'w') as f:
                f.write(text)
        self.command = os.path.join(self.dir, 'driver')
        with open(self.command, 'w') as f:
            f.write(f'#!/bin/sh\nexec env BERTH_ROOT={self.root} {BUILD}/helpers/berth-serve\n')
        os.chmod(self.command, 0o755)
        self.uri = f'test+ext:///default?command={self.command}'

    def virsh(self, uri, commands):
        env = {**os.environ, 'LC_ALL': 'C', 'HOME': self.dir, 'XDG_CACHE_HOME': self.dir}
        p = subprocess.run(['virsh', '-q', '-c', uri, commands], capture_output=True, text=True, cwd=self.dir, env=env, timeout=60,
                           stdin=subprocess.DEVNULL)
        return p.returncode, p.stdout, p.stderr

    def end(self):
        subprocess.run([BUILD + '/bin/test-reset', '-q'], env={**os.environ, 'BERTH_ROOT': self.root})
        shutil.rmtree(self.dir)


def plain(text):
    """Without what is a matter of the moment."""
    text = re.sub(r'CPU time: .*\n', '', re.sub(r'((?:rd|wr|rx|tx)_\w+|errs) \d+', r'\1', text))
    return re.sub(r'<(source|devices)>\s*</\1>', r'<\1/>', text)


def compare(row):
    loose, commands = row[0] == '~', row.lstrip('~')
    world = World()
    try:
        want = world.virsh('test:///default', commands)
        got = world.virsh(world.uri, commands)
    finally:
        world.end()
    same = got[0] == want[0] and plain(got[1]) == plain(want[1])
    errors = [[x for x in e[2].splitlines() if x] for e in (want, got)]
    if loose:
        same = same and [x for x in errors[0] if 'ailed to' in x] == [x for x in errors[1] if 'ailed to' in x]
    else:
        same = same and errors[0] == errors[1]
    tap(same, 'virsh: ' + commands, f'libvirt: {want[0]}', want[1], want[2], f'ours: {got[0]}', got[1], got[2])


CODES = r"""
import libvirt, re
other = {'INTERNAL': 'INTERNAL_ERROR', 'XML': 'XML_ERROR', 'SYSTEM': 'SYSTEM_ERROR'}
known = {name: value for name, value in vars(libvirt).items() if name.startswith('VIR_ERR_') and isinstance(value, int)}
for name, number in re.findall(r'^\tX\((\w+), +(\d+),', open('lib/util/error.h').read(), re.M):
    value = known.get('VIR_ERR_' + other.get(name, name))
    # a later libvirt's than the one that is here
    if value != int(number) and not (value is None and int(number) > max(known.values())):
        print(name, number)
"""


def codes():
    """Our numbers of errors are libvirt's."""
    p = subprocess.run(['/usr/bin/python3', '-c', CODES], capture_output=True, text=True, cwd=TOP)
    if 'No module' in p.stderr:
        tap(True, "error codes are libvirt's # SKIP python3-libvirt is not installed (make deps)")
    else:
        tap(p.returncode == 0 and not p.stdout, "error codes are libvirt's", p.stdout, p.stderr)


if not shutil.which('virsh'):
    print('1..0 # SKIP virsh is not installed (make deps)')
    sys.exit(0)
words = sys.argv[1:]
for session in SESSIONS:
    if not words or any(w in session for w in words):
        compare(session)
if not words:
    codes()
print(f'1..{count}')
