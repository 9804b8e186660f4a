#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's virsh through berth-serve beside our program of the same name: the same status and the same effect, command by command.

The outcome is held against tests/wire/TABLE; `table_test.py --write` writes it anew."""
import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), '..', '..'))
BUILD = os.environ.get('BERTH_BUILD', TOP)
TABLE = os.path.join(TOP, 'tests/wire/TABLE')

# the state of the guest before, virsh's command, ours where it is not vm-COMMAND with the same arguments
ROWS = [
    ('', 'uri', 'host-uri'), ('', 'hostname', 'host-hostname'), ('', 'version', 'host-version'), ('', 'nodeinfo', 'host-info'),
    ('', 'capabilities', 'host-capabilities'), ('', 'list --all', None), ('off', 'list --all --name', None), ('on', 'list --name', None),
    ('on', 'list --uuid', None), ('off', 'domstate web', 'vm-state web'), ('on', 'domstate web', 'vm-state web'),
    ('on', 'domstate --reason web', 'vm-state --reason web'), ('off', 'domuuid web', 'vm-uuid web'), ('on', 'domid web', 'vm-id web'),
    ('off', 'domname web', 'vm-name web'), ('off', 'dominfo web', 'vm-info web'), ('on', 'dominfo web', 'vm-info web'),
    ('off', 'dumpxml web', None), ('on', 'dumpxml --inactive web', None), ('off', 'define {dir}/web.xml', None), ('', 'define {dir}/web.xml', None),
    ('', 'define {dir}/none.xml', None), ('', 'create {dir}/web.xml', None), ('off', 'start web', None), ('on', 'start web', None),
    ('off', 'start --paused web', None), ('', 'start nobody', None), ('on', 'suspend web', None), ('off', 'suspend web', None),
    ('paused', 'resume web', None), ('on', 'resume web', None), ('on', 'destroy web', None), ('off', 'destroy web', None),
    ('off', 'undefine web', None), ('on', 'undefine web', None), ('', 'undefine nobody', None), ('off', 'autostart web', None),
    ('off', 'autostart --disable web', None), ('off', 'domrename web site', 'vm-rename web site'), ('on', 'domrename web site', 'vm-rename web site'),
    ('off', 'desc web', None), ('off', 'desc --title web', None), ('off', 'desc web new', None), ('on', 'desc --live web new', None),
    ('off', 'metadata web http://x/y --key k --set <a/>', None), ('off', 'metadata web http://x/y', None), ('on', 'dommemstat web', None),
    ('on', 'schedinfo web', None), ('off', 'schedinfo web --set cpu_shares=512 --config', None), ('on', 'memtune web', None),
    ('off', 'memtune web --hard-limit 200000 --config', None), ('on', 'blkiotune web', None), ('on', 'numatune web', None), ('on', 'vcpucount web', None),
    ('on', 'domblklist web', None), ('on', 'domiflist web', None), ('off', 'setmem web 65536 --config', None), ('off', 'setmaxmem web 200000 --config', None),
    ('off', 'setvcpus web 1 --config', None), ('on', 'domstats web', None), ('off', 'snapshot-list web', 'snapshot-list web'),
    ('off', 'managedsave web', None), ('off', 'save web {dir}/save', None), ('off', 'dump web {dir}/dump', None),
    ('', 'net-list --all', 'net-list --all'), ('', 'pool-list --all', 'pool-list --all'), ('', 'iface-list --all', 'iface-list --all'),
    ('', 'nodedev-list', 'nodedev-list'), ('', 'secret-list', 'secret-list'), ('', 'nwfilter-list', 'nwfilter-list'),
    ('', 'freecell', 'host-freecell'), ('', 'nodecpustats', 'host-cpustats'), ('', 'nodememstats', 'host-memstats'), ('', 'nodecpumap', 'host-cpumap'),
    ('', 'maxvcpus', 'host-maxvcpus'), ('', 'domcapabilities', 'host-domcapabilities'),
]


# The test driver: a new world for each row. {dir} has the documents.
TEST_ROWS = [(command, ours) for command, ours in (
    ('list --all', None), ('dominfo test', 'vm-info test'), ('domstate test --reason', 'vm-state test --reason'), ('dumpxml test', None),
    ('suspend test', None), ('resume test', None), ('shutdown test', None), ('reboot test', None), ('reset test', None), ('destroy test', None),
    ('start test', None), ('undefine test', None), ('define {dir}/a.xml', None), ('create {dir}/a.xml', None), ('autostart test', None),
    ('domrename test x', 'vm-rename test x'), ('desc test new', None), ('setmem test 1048576', None), ('setmaxmem test 4194304', None),
    ('setvcpus test 1', None), ('vcpucount test', None), ('vcpuinfo test', None), ('vcpupin test 0 1', None), ('emulatorpin test 1', None),
    ('schedinfo test', None), ('schedinfo test --set weight=7', None), ('memtune test', None), ('blkiotune test', None), ('numatune test', None),
    ('blkdeviotune test vda', None), ('domiftune test testnet0', 'vm-iftune test testnet0'), ('perf test', None), ('iothreadinfo test', None),
    ('iothreadadd test 1', None), ('domblkstat test vda', 'vm-blkstat test vda'), ('domblkinfo test vda', 'vm-blkinfo test vda'),
    ('domblklist test', 'vm-blklist test'), ('domblkerror test', 'vm-blkerror test'), ('domiflist test', 'vm-iflist test'),
    ('domifstat test testnet0', 'vm-ifstat test testnet0'), ('domifaddr test', 'vm-ifaddr test'), ('domif-getlink test testnet0', 'vm-if-getlink test testnet0'),
    ('domif-setlink test testnet0 down', 'vm-if-setlink test testnet0 down'), ('dommemstat test', 'vm-memstat test'), ('cpu-stats test', None),
    ('domstats test', 'vm-stats test'), ('domfsinfo test', 'vm-fsinfo test'), ('domfsfreeze test', 'vm-fsfreeze test'), ('domfsthaw test', 'vm-fsthaw test'),
    ('domfstrim test', 'vm-fstrim test'), ('domtime test', 'vm-time test'), ('domtime test --time 1000', 'vm-time test --time 1000'),
    ('domhostname test', 'vm-hostname test'), ('set-user-password test root x', None), ('guestinfo test', None), ('send-key test KEY_A', None),
    ('inject-nmi test', None), ('send-process-signal test 1 1', None), ('domjobinfo test', 'vm-jobinfo test'), ('domcontrol test', 'vm-control test'),
    ('attach-disk test /x vdb', None), ('detach-disk test vda', None), ('attach-interface test network default --mac 52:54:00:00:00:09', None),
    ('save test {dir}/saved', None), ('restore {dir}/saved', None), ('managedsave test', None), ('managedsave-remove test', None), ('dump test {dir}/core', None),
    ('snapshot-create-as test s', 'snapshot-create-as test s'), ('snapshot-list test', 'snapshot-list test'), ('snapshot-current test', 'snapshot-current test'),
    ('checkpoint-create-as test c', 'checkpoint-create-as test c'), ('checkpoint-list test', 'checkpoint-list test'),
    ('net-list --all', 'net-list --all'), ('net-info default', 'net-info default'), ('net-destroy default', 'net-destroy default'),
    ('net-start default', 'net-start default'), ('net-define {dir}/net.xml', 'net-define {dir}/net.xml'), ('net-undefine default', 'net-undefine default'),
    ('net-autostart default', 'net-autostart default'), ('net-dhcp-leases default', 'net-dhcp-leases default'), ('net-port-list default', 'net-port-list default'),
    ('pool-list --all', 'pool-list --all'), ('pool-info default-pool', 'pool-info default-pool'), ('pool-destroy default-pool', 'pool-destroy default-pool'),
    ('pool-define {dir}/pool.xml', 'pool-define {dir}/pool.xml'), ('pool-refresh default-pool', 'pool-refresh default-pool'),
    ('pool-autostart default-pool', 'pool-autostart default-pool'), ('pool-build default-pool', 'pool-build default-pool'),
    ('vol-create-as default-pool v 1M', 'vol-create-as default-pool v 1M'), ('vol-list default-pool', 'vol-list default-pool'),
    ('vol-create default-pool {dir}/vol.xml', 'vol-create default-pool {dir}/vol.xml'), ('vol-upload v {dir}/a.xml default-pool', None),
    ('iface-list --all', 'iface-list --all'), ('iface-destroy eth1', 'iface-destroy eth1'), ('iface-undefine eth1', 'iface-undefine eth1'),
    ('iface-begin', 'iface-begin'), ('iface-commit', 'iface-commit'), ('nodedev-list', 'nodedev-list'), ('nodedev-info computer', 'nodedev-info computer'),
    ('nodedev-detach computer', 'nodedev-detach computer'), ('secret-list', 'secret-list'), ('nwfilter-list', 'nwfilter-list'), ('find-storage-pool-sources-as logical', 'pool-find-sources-as logical'),
    ('nodeinfo', 'host-info'), ('capabilities', 'host-capabilities'), ('nodecpustats', 'host-cpustats'), ('nodememstats', 'host-memstats'),
    ('nodecpumap', 'host-cpumap'), ('freecell --all', 'host-freecell --all'), ('freepages --all', 'host-freepages --all'), ('sysinfo', 'host-sysinfo'),
    ('cpu-models x86_64', 'host-cpu-models x86_64'), ('domcapabilities', 'host-domcapabilities'),
)]


class Lab:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix='berth-table.', dir='/tmp')
        self.env = dict(os.environ, BERTH_ROOT=self.dir + '/root', LC_ALL='C', PATH=BUILD + '/bin:' + os.environ['PATH'], HOME=self.dir)
        self.env.pop('LIBVIRT_DEFAULT_URI', None)
        os.makedirs(self.dir + '/root')
        root = self.dir + '/rootfs'
        for name in 'bin sbin proc sys dev tmp'.split():
            os.makedirs(root + '/' + name)
        shutil.copy('/bin/busybox', root + '/bin/sh')
        self.put(root + '/sbin/init', '#!/bin/sh\ntrap "exit 0" TERM INT\nwhile :; do read x </dev/console; done\n', 0o755)
        self.put(self.dir + '/serve', '#!/bin/sh\nexport BERTH_ROOT=%s/root\nexec %s/helpers/berth-serve\n' % (self.dir, BUILD), 0o755)
        self.put(self.dir + '/web.xml', """<domain type='lxc'><name>web</name><uuid>6f1c2b52-3d6f-4f1e-9a3c-5d0c1c3a7b12</uuid><title>The web</title>
            <memory unit='KiB'>131072</memory><os><type>exe</type><init>/sbin/init</init></os><devices>
            <filesystem type='mount'><source dir='%s'/><target dir='/'/></filesystem><console type='pty'/></devices></domain>""" % root)
        self.put(self.dir + '/a.xml', "<domain type='test'><name>a</name><uuid>11111111-1111-1111-1111-111111111111</uuid><memory>1024</memory>"
                                      "<os><type arch='i686'>hvm</type></os></domain>")
        self.put(self.dir + '/net.xml', "<network><name>n</name><uuid>33333333-3333-3333-3333-333333333333</uuid><bridge name='virbr7'/></network>")
        self.put(self.dir + '/pool.xml', "<pool type='dir'><name>p</name><target><path>/p</path></target></pool>")
        self.put(self.dir + '/vol.xml', '<volume><name>w</name><capacity>1000</capacity></volume>')
        self.uri = 'lxc+ext:///system?command=%s/serve' % self.dir

    @staticmethod
    def put(path, text, mode=0o644):
        with open(path, 'w') as f:
            f.write(text)
        os.chmod(path, mode)

    def run(self, *words):
        try:
            done = subprocess.run(words, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
        except FileNotFoundError:
            return None, '', ''
        return done.returncode, done.stdout, done.stderr

    def reset(self, state):
        self.run('vm-destroy', '-q', '--all')
        for name in self.run('vm-list', '--all', '--name')[1].split():
            self.run('vm-undefine', '-q', name)
        if state:
            self.run('vm-define', '-q', self.dir + '/web.xml')
        if state in ('on', 'paused'):
            assert self.run('vm-start', '-q', 'web')[0] == 0
        if state == 'paused':
            self.run('vm-suspend', '-q', 'web')

    def effect(self):
        """What there is afterwards, for whoever looks."""
        seen = []
        for name in self.run('vm-list', '--all', '--name')[1].split():
            seen.append((name, self.run('vm-state', '--reason', name)[1], self.run('vm-dumpxml', '--inactive', name)[1],
                         self.run('vm-list', '--all', '--autostart', '--name')[1]))
        return seen

    def test_effect(self):
        seen = [self.run(*words.split(), '-c', 'test:///default')[1] for words in (
            'vm-list --all --title', 'vm-state --reason test', 'vm-list --all --autostart --name', 'net-list --all', 'pool-list --all --details',
            'vol-list default-pool', 'iface-list --all', 'snapshot-list test --name', 'checkpoint-list test --name')]
        return seen + [os.path.exists(self.dir + '/saved'), os.path.exists(self.dir + '/core'), self.run('vm-dumpxml', '-c', 'test:///default', 'test')[1]]

    def test_reset(self):
        self.run('test-reset', '-q')
        for name in ('saved', 'core'):
            if os.path.exists(self.dir + '/' + name):
                os.unlink(self.dir + '/' + name)

    def test_row(self, command, ours):
        words = command.format(dir=self.dir).split()
        own = ours.format(dir=self.dir).split() if ours else [('' if words[0].startswith('vol-') else 'vm-') + words[0]] + words[1:]
        if own[0] == 'vol-upload':
            own = own[:3] + ['--pool', own[3]]
        self.test_reset()
        if 'vol-upload' in command:
            self.run('vol-create-as', '-q', '-c', 'test:///default', 'default-pool', 'v', '1M')
        status, _, errors = self.run('virsh', '-q', '-c', self.uri.replace('lxc+ext:///system', 'test+ext:///default'), *words)
        effect = self.test_effect()
        self.test_reset()
        if 'vol-upload' in command:
            self.run('vol-create-as', '-q', '-c', 'test:///default', 'default-pool', 'v', '1M')
        own_status, _, _ = self.run(own[0], '-c', 'test:///default', *own[1:])
        return self.verdict(own[0], status, errors, own_status, effect == self.test_effect())

    def verdict(self, program, status, errors, own_status, same):
        said = errors.strip().split('\n')[-1].replace('error: ', '').replace(self.dir, 'DIR')
        if own_status is None:
            return 'works, no program of ours' if status == 0 else 'refused: ' + said
        if (status == 0) != (own_status == 0):
            return 'differs: %s, %s has status %d' % ('works' if status == 0 else 'refused: ' + said, program, own_status)
        if not same:
            return 'differs: another effect'
        return 'works' if status == 0 else 'refused: ' + said

    def row(self, state, command, ours):
        words = command.format(dir=self.dir).split()
        own = ours.split() if ours else ['vm-' + words[0]] + words[1:]
        self.reset(state)
        status, _, errors = self.run('virsh', '-q', '-c', self.uri, *words)
        effect = self.effect()
        self.reset(state)
        own_status, _, _ = self.run(own[0], '-c', 'lxc:///system', *own[1:])
        return self.verdict(own[0], status, errors, own_status, effect == self.effect())

    def end(self):
        self.test_reset()
        self.run('vm-destroy', '-q', '--all')
        shutil.rmtree(self.dir)


def skip(why):
    print('1..0 # SKIP ' + why)
    sys.exit(0)


if os.geteuid() != 0 or not shutil.which('virsh') or not os.path.exists('/bin/busybox'):
    skip('needs root, virsh and busybox-static')
lab = Lab()
try:
    lines = ['%-8s %-46s %s' % (s or 'none', c.format(dir='DIR'), lab.row(s, c, o)) for s, c, o in ROWS]
    lines += ['%-8s %-46s %s' % ('test', c.format(dir='DIR'), lab.test_row(c, o)) for c, o in TEST_ROWS]
finally:
    lab.end()
text = '\n'.join(['# guest (test: the test driver), command of virsh through berth-serve, outcome beside our own program: made by tests/wire/table_test.py --write'] + lines) + '\n'
if '--write' in sys.argv:
    with open(TABLE, 'w') as out:
        out.write(text)
    sys.exit(0)
with open(TABLE) as known:
    before = known.read().split('\n')
# what has come to work since is no fault
wrong = [line for line in text.split('\n') if line not in before and not line[56:].startswith('works')]
print('1..1\n%s 1 - virsh through berth-serve does what TABLE says' % ('not ok' if wrong else 'ok'))
for line in wrong:
    print('# now: ' + line)
sys.exit(1 if wrong else 0)
