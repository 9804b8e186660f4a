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

    def row(self, state, command, ours):
        words = command.format(dir=self.dir).split()
        own = ours.split() if ours else ['vm-' + words[0]] + words[1:]
        self.reset(state)
        status, _, errors = self.run('virsh', '-q', '-c', self.uri, *words)
        effect = self.effect()
        self.reset(state)
        own_status, _, _ = self.run(own[0], '-c', 'lxc:///system', *own[1:])
        said = errors.strip().split('\n')[-1].replace('error: ', '').replace(self.dir, 'DIR')
        if own_status is None:
            return 'works, no program of ours' if status == 0 else 'refused: ' + said
        if (status == 0) != (own_status == 0):
            return 'differs: %s, %s has status %d' % ('works' if status == 0 else 'refused: ' + said, own[0], own_status)
        if effect != self.effect():
            return 'differs: another effect'
        return 'works' if status == 0 else 'refused: ' + said

    def end(self):
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
finally:
    lab.end()
text = '\n'.join(['# guest, command of virsh through berth-serve, outcome beside our own program: made by tests/wire/table_test.py --write'] + lines) + '\n'
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
