#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""R3, R9, R10, R12, R13, R22: files that are damaged or old, supervisors that do not answer, numbers that mean somebody else."""
import os
import re
import signal
import subprocess

from lab import FULL, alive, expect, main, read, test, wait_until


def put(path, data):
    with open(path, 'wb') as f:
        f.write(data)


def status_line(lab, name='web'):
    return read(lab.path('run', 'lxc', name, 'state')).split()


def still_one(lab, guest, said=''):
    expect(lab.guests('web') == [guest], 'the guest was harmed: %s, and now %s' % (guest, lab.guests('web')), said)


def damaged_state(lab, data):
    """A guest whose state file says `data` while it runs."""
    lab.define('web')
    lab.ok('vm-start', 'web')
    guest, = lab.guests('web')
    put(lab.path('run', 'lxc', 'web', 'state'), data(lab) if callable(data) else data)
    shown = lab.run('vm-list', '--all')
    expect(re.search(r'\bweb\b', shown.out), shown)
    state = lab.state('web')
    expect(state not in ('shut off', 'crashed'), 'a living guest is shown as %s' % state)
    again = lab.run('vm-start', 'web')
    expect(again.status != 0 and again.err.strip(), 'started a second time', again)
    still_one(lab, guest, again)
    # with its supervisor dead too: the state must be found out, or the guest ended by destroy
    for pid in lab.supervisors('web'):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not lab.supervisors('web'))
    again = lab.run('vm-start', 'web')
    expect(again.status != 0 or len(lab.guests('web')) == 1, again)
    still_one(lab, guest, again)
    lab.run('host-check', '--repair')
    still_one(lab, guest, 'host-check --repair')
    expect(lab.state('web') not in ('shut off', 'crashed'), 'after the repair: ' + lab.state('web'))
    lab.ok('vm-destroy', 'web')
    expect(not lab.guests('web'), 'destroyed, and it lives')
    lab.ok('vm-start', 'web')
    lab.ok('vm-destroy', 'web')
    lab.clean()


def other_boot(lab):
    line = read(lab.path('run', 'lxc', 'web', 'state'))
    boot = read('/proc/sys/kernel/random/boot_id').strip()
    return line.replace(boot, '00000000-1111-2222-3333-444444444444').encode()


def half(lab):
    line = read(lab.path('run', 'lxc', 'web', 'state'))
    return line[:len(line) // 2].encode()


DAMAGE = [('empty', b''), ('cut in half', half), ('garbage', b'\0\xff\x1b[2J%s%n\n' * 50), ('of another version', b'v99 running\n'),
          ('of another boot', other_boot), ('of 1 MiB', b'A' * 1048576)]
for word, content in DAMAGE:
    test('R3', 'a state file that is %s: the guest goes on, is never shown as off, never started twice' % word)(
        lambda lab, content=content: damaged_state(lab, content))


@test('R3', 'a state file that is missing')
def missing(lab):
    lab.define('web')
    lab.ok('vm-start', 'web')
    guest, = lab.guests('web')
    os.unlink(lab.path('run', 'lxc', 'web', 'state'))
    expect(lab.state('web') not in ('shut off', 'crashed'), lab.state('web'))
    again = lab.run('vm-start', 'web')
    expect(again.status != 0, again)
    still_one(lab, guest)
    lab.ok('vm-destroy', 'web')
    lab.clean()


@test('R3 X9', 'a FIFO, a directory and a link in the place of a state file: nothing is followed or waited for')
def not_a_file(lab):
    secret = os.path.join(lab.root, 'secret')
    put(secret, b'running 1 1\n')
    for make in (os.mkfifo, os.mkdir, lambda p: os.symlink(secret, p)):
        lab.define('web')
        lab.ok('vm-start', 'web')
        path = lab.path('run', 'lxc', 'web', 'state')
        os.unlink(path)
        make(path)
        got = lab.run('vm-state', 'web', timeout=5)
        expect(isinstance(got.status, int) and got.out.strip() not in ('shut off', 'crashed'), got)
        again = lab.run('vm-start', 'web', timeout=5)
        expect(isinstance(again.status, int) and again.status != 0, again)
        expect(len(lab.guests('web')) == 1, 'not one guest')
        lab.ok('vm-destroy', 'web')
        lab.run('host-check', '--repair')
        lab.clean()


@test('R9', 'a thousand definitions, one of them damaged: the others are listed, that one is marked')
def one_of_many(lab):
    count = 1000 if FULL else 200
    files = [lab.xml('vm%04d' % n) for n in range(count)]
    for start in range(0, count, 100):
        lab.ok('vm-define', '-q', *files[start:start + 100], timeout=60)
    for data in (b'', b'<domain', b'\0' * 4096):
        put(lab.path('lib', 'lxc', 'vm0042', 'config.xml'), data)
        got = lab.run('vm-list', '--all', '--name')
        names = got.out.split()
        expect(len(set(names) & {'vm%04d' % n for n in range(count)}) >= count - 1, 'listed: %d' % len(names), got.err)
        got = lab.run('vm-list', '--all')
        expect(len(re.findall(r'\bvm\d{4}\b', got.out)) == count, got.err)
        if not data:
            line, = [x for x in got.out.splitlines() if 'vm0042' in x]
            expect('damaged' in line, line)
            expect(got.status != 0, 'a damaged definition is listed with status 0')
        start = lab.run('vm-start', 'vm0042')
        expect(start.status not in (0, 3) and start.err.strip(), start)
        expect(lab.run('vm-start', 'vm0041').status == 0, 'its neighbour does not start')
        lab.ok('vm-destroy', 'vm0041')
    check = lab.run('host-check')
    expect(check.status != 0 or 'vm0042' not in check.out, check)
    lab.ok('vm-define', lab.xml('vm0042'))
    lab.ok('vm-start', 'vm0042')
    lab.ok('vm-destroy', 'vm0042')
    lab.clean()


@test('R10', 'a stopped supervisor: programs end in time and name the guest, others go on, destroy ends it')
def stopped(lab):
    lab.define('web')
    lab.define('other')
    lab.ok('vm-start', 'web')
    lab.ok('vm-start', 'other')
    pid = lab.supervisor('web')
    lab.strays.append(pid)
    os.kill(pid, signal.SIGSTOP)
    listed = lab.run('vm-list', '--all', timeout=5)
    expect(listed.status == 0 and 'other' in listed.out, listed)
    expect(lab.run('vm-state', 'web', timeout=5).out.strip() == 'running', 'its state is not known')
    got = lab.run('vm-suspend', 'web', timeout=40)
    expect(got.status == 6 and 'web' in got.err, got)
    expect(got.seconds < 35, 'took %.0f s' % got.seconds)
    lab.ok('vm-suspend', 'other', timeout=5)
    lab.ok('vm-resume', 'other', timeout=5)
    gone = lab.run('vm-destroy', 'web', timeout=40)
    expect(gone.status == 0, gone)
    expect(wait_until(lambda: not lab.guests('web')), 'destroyed, and it lives')
    expect(len(lab.guests('other')) == 1, 'its neighbour was harmed')
    lab.ok('vm-start', 'web')
    lab.ok('vm-destroy', 'web')
    lab.ok('vm-destroy', 'other')
    lab.clean()


@test('R12', 'a stored pid that belongs to a stranger now: never signalled')
def stranger(lab):
    lab.define('web')
    lab.ok('vm-start', 'web')
    words = status_line(lab)
    guest, = lab.guests('web')
    bystander = subprocess.Popen(['sleep', '1000'], stdin=subprocess.DEVNULL)
    try:
        for pid in lab.supervisors('web'):
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not lab.supervisors('web'))
        os.kill(guest, signal.SIGKILL)
        wait_until(lambda: not lab.guests('web'))
        changed = [str(bystander.pid) if w in (str(guest),) else w for w in words]
        if os.path.isdir(lab.path('run', 'lxc', 'web')):
            put(lab.path('run', 'lxc', 'web', 'state'), (' '.join(changed) + '\n').encode())
        said = [lab.run('vm-state', 'web'), lab.run('vm-destroy', 'web'), lab.run('host-check', '--repair'), lab.run('vm-start', 'web'),
                lab.run('vm-destroy', 'web')]
        expect(bystander.poll() is None, 'a stranger was killed', *said)
        expect(said[3].status == 0 and said[4].status == 0, *said)
        lab.clean()
    finally:
        bystander.kill()
        bystander.wait()


def fake_boot(lab):
    """Makes run directories look like those of an earlier boot; returns how many files named this boot."""
    boot = read('/proc/sys/kernel/random/boot_id').strip()
    changed = 0
    for base, _, names in os.walk(lab.path('run')):
        for name in names:
            path = os.path.join(base, name)
            if os.path.isfile(path) and not os.path.islink(path) and boot in read(path):
                put(path, read(path).replace(boot, '00000000-1111-2222-3333-444444444444').encode())
                changed += 1
    return changed


@test('R13', 'run files of another boot: the list is right, the guest starts, a stranger with the old numbers is left alone')
def rebooted(lab):
    lab.define('web')
    lab.ok('vm-autostart', 'web')
    lab.ok('vm-start', 'web')
    for pid in lab.supervisors('web') + lab.guests('web') + list(lab.processes()):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
    expect(wait_until(lambda: not lab.processes()), lab.processes())
    for path in sorted(lab.cgroups(), key=len, reverse=True):
        wait_until(lambda path=path: lab.rmdir(path))
    expect(fake_boot(lab) > 0, 'no file names the boot', lab.files('run'))
    expect(lab.state('web') == 'shut off', lab.state('web'))
    listed = lab.ok('vm-list', '--all')
    expect('shut off' in listed.out, listed)
    lab.ok('vm-autostart-all')
    expect(len(lab.guests('web')) == 1, 'autostart: %s' % lab.guests('web'))
    lab.ok('vm-autostart-all')
    expect(len(lab.guests('web')) == 1, 'autostart twice: %s' % lab.guests('web'))
    lab.ok('vm-destroy', 'web')
    lab.clean()


@test('R22', 'the holder of a lock is killed: the lock is free')
def lock_holder(lab):
    lab.define('web')
    holder = lab.popen('vm-define', lab.xml('web'), before=['strace', '-o', '/dev/null', '-e', 'inject=fsync:delay_enter=20000000'])
    wait_until(lambda: os.path.isdir(lab.path('run', 'lxc', '.lock')), 1)
    for pid in [p for p, c in lab.processes().items() if c == 'vm-define']:
        os.kill(pid, signal.SIGKILL)
    holder.wait(30)
    got = lab.run('vm-define', lab.xml('web'), timeout=5)
    expect(got.status == 0, got)
    lab.run('host-check', '--repair')
    lab.clean()


@test('R2', 'supervisor killed: the container lives, is running, is not started twice, is adopted, and ends cleanly')
def adopted(lab):
    lab.define('web')
    lab.ok('vm-start', 'web')
    guest, = lab.guests('web')
    for pid in lab.supervisors('web'):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not lab.supervisors('web'))
    expect(lab.state('web') == 'running', lab.state('web'))
    again = lab.run('vm-start', 'web')
    expect(again.status == 4, again)
    still_one(lab, guest)
    lab.ok('vm-suspend', 'web')
    expect(lab.state('web') == 'paused', lab.state('web'))
    expect(len(lab.supervisors('web')) == 1, 'supervisors: %s' % lab.supervisors('web'))
    lab.ok('vm-resume', 'web')
    still_one(lab, guest)
    lab.ok('vm-destroy', 'web')
    expect(not lab.guests('web'), 'it lives')
    lab.clean()


@test('R2', 'supervisor and init killed: everything is cleaned up and the end is told')
def both_killed(lab):
    lab.define('web')
    lab.ok('vm-start', 'web')
    for pid in lab.supervisors('web'):
        os.kill(pid, signal.SIGKILL)
    for pid in lab.guests('web'):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not alive(pid))
    expect(wait_until(lambda: lab.state('web') in ('shut off', 'crashed'), 3), lab.state('web'))
    lab.ok('vm-start', 'web')
    expect(len(lab.guests('web')) == 1, lab.guests('web'))
    lab.ok('vm-destroy', 'web')
    lab.clean()


main()
