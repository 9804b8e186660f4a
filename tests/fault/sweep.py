# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sweeps: an operation is done once for every system call that changes something, with a fault injected just there.

strace counts the calls of an undisturbed run; then the Nth call of each kind is the one that kills, or fails. What is traced is either the
program itself, or the guest's supervisor with its children, by way of a helper directory whose supervisor is started under strace.
"""
import collections
import os
import re
import shutil
import signal
import stat
import threading
import time

from lab import BUILD, FULL, Skip, expect, read, wait_until

CHANGES = ('write writev pwrite64 rename renameat renameat2 unlink unlinkat mkdir mkdirat rmdir symlink symlinkat link linkat mount '
           'umount2 clone clone3 fork vfork execve connect sendmsg sendto fsync fdatasync fchmod fchmodat fchown prctl ftruncate '
           'bind listen pivot_root setns unshare move_mount open_tree fsopen fsconfig fsmount mount_setattr mknodat socket '
           'socketpair pipe2 setsid fcntl pidfd_send_signal kill').split()
# not brk: glibc 2.36 itself writes where nothing is when one brk fails and the next does not
READS = 'openat openat2 read pread64 getdents64 mmap accept4 recvmsg epoll_wait ppoll poll'.split()

ERRORS = {
    'write': 'ENOSPC EIO EINTR EAGAIN', 'writev': 'ENOSPC EINTR EAGAIN', 'pwrite64': 'ENOSPC EINTR', 'fsync': 'EIO', 'fdatasync': 'EIO',
    'rename': 'ENOSPC EROFS', 'renameat': 'ENOSPC EROFS', 'renameat2': 'ENOSPC EROFS', 'unlink': 'EIO', 'unlinkat': 'EIO EROFS',
    'mkdir': 'ENOSPC', 'mkdirat': 'ENOSPC EROFS', 'rmdir': 'EBUSY', 'symlink': 'ENOSPC', 'symlinkat': 'ENOSPC', 'mount': 'ENOMEM EPERM',
    'clone': 'EAGAIN ENOMEM', 'clone3': 'EAGAIN ENOMEM', 'vfork': 'EAGAIN', 'execve': 'ENOMEM EIO', 'connect': 'EAGAIN EINTR',
    'sendmsg': 'ENOBUFS EINTR EAGAIN', 'openat': 'EMFILE ENOSPC EIO EROFS EINTR', 'openat2': 'EMFILE EAGAIN', 'read': 'EIO EINTR',
    'pread64': 'EIO', 'getdents64': 'EIO', 'mmap': 'ENOMEM', 'socket': 'EMFILE', 'socketpair': 'EMFILE', 'pipe2': 'EMFILE',
    'recvmsg': 'EINTR ENOMEM', 'accept4': 'EMFILE ECONNABORTED', 'epoll_wait': 'EINTR', 'ppoll': 'EINTR', 'poll': 'EINTR', 'fchmod': 'EPERM',
    'bind': 'ENOSPC', 'move_mount': 'ENOMEM', 'open_tree': 'EMFILE', 'fsopen': 'EMFILE', 'fsmount': 'ENOMEM', 'fcntl': 'EINTR EIO',
    'unshare': 'ENOSPC', 'setns': 'ENOMEM', 'mknodat': 'ENOSPC', 'ftruncate': 'EIO',
}
LOADER = ('mmap', 'openat', 'read', 'pread64')

Point = collections.namedtuple('Point', 'call number error')


def need_strace():
    if not shutil.which('strace'):
        raise Skip('strace is not installed')


def count_calls(trace):
    """{call: how often a single process made it}: strace numbers the calls of each process by itself."""
    per_process = collections.defaultdict(collections.Counter)
    for line in read(trace).splitlines():
        found = re.match(r'^(?:(\d+)\s+)?(\w+)\(', line)
        if found:
            per_process[found.group(1)][found.group(2)] += 1
    most = collections.Counter()
    for counts in per_process.values():
        for call, count in counts.items():
            most[call] = max(most[call], count)
    return most


def inject(point):
    how = 'signal=KILL' if point.error is None else 'error=' + point.error
    return ['-e', 'trace=' + point.call, '-e', 'inject=%s:%s:when=%d' % (point.call, how, point.number)]


def points(counts, kill, sample, first=None, most=None):
    """All points of a sweep, but at most `most`, or about `sample` of them, spread evenly; `first` calls of each kind are left out."""
    every = []
    for call in sorted(counts):
        for number in range((first or {}).get(call, 0) + 1, counts[call] + 1):
            if call == 'execve' and number == 1:
                continue   # the start of the program itself
            errors = [None] if kill else ERRORS.get(call, '').split()
            if not FULL:
                errors = errors[number % len(errors):][:1] if errors else []
            every += [Point(call, number, e) for e in errors]
    if FULL:
        sample = most or len(every)
    if len(every) <= sample:
        return every
    step = len(every) / sample
    return [every[int(i * step)] for i in range(sample)]


def traced(calls, follow, trace):
    return ['strace', '-qq', *(['-f'] if follow else []), '-o', trace, '-e', 'trace=' + ','.join('?' + c for c in calls)]


class Tool:
    """Injects into a program itself."""

    def __init__(self, lab):
        need_strace()
        self.lab, self.loader = lab, {}

    def count(self, calls, program, *args):
        trace = os.path.join(self.lab.root, 'trace')
        got = self.lab.run(program, *args, before=traced(calls, False, trace))
        expect(got.status == 0, 'undisturbed:', got)
        counts = count_calls(trace)
        # what the loader does before main() is not ours: a program that cannot be loaded is ended in the loader's words
        self.lab.run(program, '--version', before=traced(LOADER, False, trace))
        self.loader = count_calls(trace)
        return counts

    def before(self, point):
        return ['strace', '-qq', '-o', '/dev/null', *inject(point)]


class Supervisor:
    """Injects into the supervisor and its children: a copy of the programs whose helper directory holds a script in its place."""

    def __init__(self, lab, follow):
        need_strace()
        self.lab, self.follow = lab, follow
        self.real = os.path.join(BUILD, 'helpers/lxc-supervisor')
        self.trace = os.path.join(lab.root, 'trace')
        self.word = None
        lab.bin = os.path.join(lab.root, 'bin')
        os.makedirs(lab.bin)
        os.makedirs(os.path.join(lab.root, 'helpers'))
        for name in 'vm-start vm-destroy vm-state vm-list vm-define vm-undefine host-check vm-dumpxml vm-suspend vm-resume vm-exec'.split():
            if os.path.exists(os.path.join(BUILD, 'bin', name)):
                shutil.copy(os.path.join(BUILD, 'bin', name), lab.bin)
        for name in os.listdir(os.path.join(BUILD, 'helpers')):
            path = os.path.join(BUILD, 'helpers', name)
            if os.access(path, os.X_OK) and not name.startswith('lxc-supervisor') and '.' not in name:
                os.symlink(path, os.path.join(lab.root, 'helpers', name))
        self.plain()

    def script(self, words):
        path = os.path.join(self.lab.root, 'helpers/lxc-supervisor')
        with open(path + '.new', 'w') as f:
            f.write('#!/bin/sh\nexec %s "%s" "$@"\n' % (' '.join(words), self.real))
        os.chmod(path + '.new', stat.S_IRWXU)
        os.rename(path + '.new', path)

    def plain(self):
        self.script([])

    def count(self, calls, life):
        self.script(['strace', '-D', *traced(calls, self.follow, self.trace)[1:]])
        life()
        self.plain()
        wait_until(lambda: not tracers(self.lab), 3)
        counts = count_calls(self.trace)
        seen = collections.Counter()
        for line in read(self.trace).splitlines():
            found = re.match(r'^(?:(\d+)\s+)?write\((\d+), "([^"]*)', line)
            if found:
                seen[found.group(1)] += 1
                if found.group(3).startswith('ok'):
                    self.word = seen[found.group(1)]
        return counts

    def told(self, point):
        """Whether this is the word to the starter: without it the starter waits for the end of the pipe, which the tracer holds open."""
        return point.call == 'write' and point.number == self.word

    def reset(self):
        """After a complaint: nothing runs, nothing is traced."""
        self.plain()
        for pid in tracers(self.lab):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        wait_until(lambda: not tracers(self.lab))
        self.lab.run('vm-destroy', 'web')
        self.lab.run('host-check', '--repair')

    def run(self, program, *args):
        """Runs a program; a tracer whose supervisor is dead is ended, for it has the supervisor's descriptors, its lock among them."""
        done = threading.Event()

        def watch():
            while not done.wait(0.03):
                pids = tracers(self.lab) if self.follow else []
                if pids and not [p for p in self.lab.supervisors() if not re.search(r'^NSpid:\s+\d+\s+\d', read('/proc/%d/status' % p), re.M)]:
                    for pid in pids:
                        try:
                            os.kill(pid, signal.SIGKILL)
                        except OSError:
                            pass
        thread = threading.Thread(target=watch)
        thread.start()
        try:
            return self.lab.run(program, *args)
        finally:
            if self.follow:
                time.sleep(0.05)   # for a tracer that is still needed to be told from one that is not
            done.set()
            thread.join()

    def aim(self, point):
        self.script(['strace', '-D', '-qq', *(['-f'] if self.follow else []), '-o', '/dev/null', *inject(point)])


def tracers(lab):
    found = []
    for entry in os.listdir('/proc'):
        if entry.isdigit() and read('/proc/%s/comm' % entry).strip() == 'strace' and lab.root in read('/proc/%s/environ' % entry):
            found.append(int(entry))
    return found


def settle(lab, name, said):
    """Whatever happened to the guest: what is told is true, there is one of it at most, and everything works again."""
    if tracers(lab):
        wait_until(lambda: not tracers(lab) or lab.guests(name), 1)
    listed = lab.run('vm-list', '--all')
    expect(listed.status == 0 and re.search(r'\b%s\b' % re.escape(name), listed.out), 'not listed', listed, said)
    state = wait_until(lambda: None if lab.state(name) == 'starting' else lab.state(name) or 'none', 8)
    expect(state in ('running', 'paused', 'shut off', 'crashed'), 'state is %r' % state, said)
    if state in ('shut off', 'crashed'):
        gone = wait_until(lambda: not lab.guests(name), 2)
        expect(gone, 'shown as %s, but it lives:' % state, lab.guests(name), said)
    if lab.guests(name):
        expect(len(lab.guests(name)) == 1, 'two guests', said)
        again = lab.run('vm-start', name)
        expect(len(lab.guests(name)) <= 1, 'a second guest', said)
        expect(again.status == 4 or not lab.guests(name) or again.status == 0, again, said)
        expect(lab.run('vm-destroy', name).status in (0, 4), 'it cannot be destroyed', said)
    elif state in ('running', 'paused'):
        gone = lab.run('vm-destroy', name)
        expect(gone.status in (0, 4), gone, said)
    expect(wait_until(lambda: not lab.guests(name), 3), 'destroyed, but it lives', said)
    started = lab.run('vm-start', name)
    expect(started.status == 0, 'it cannot be started again', started, said)
    expect(len(lab.guests(name)) == 1, 'started, and there are %d' % len(lab.guests(name)), said)
    ended = lab.run('vm-destroy', name)
    expect(ended.status == 0, ended, said)
    lab.run('host-check', '--repair')
    lab.clean([said])


def each(all_points, do, reset=None):
    """Runs do(point) for each; one complaint does not end the sweep, reset() makes the next point independent of it."""
    bad = []
    for point in all_points:
        try:
            do(point)
        except AssertionError as e:
            bad.append('%s number %d%s:\n    %s' % (point.call, point.number, ' ' + point.error if point.error else '',
                                                   str(e).replace('\n', '\n    ')))
            if reset:
                reset()
            if len(bad) >= 12:
                bad.append('and so on: given up')
                break
    expect(not bad, '%d of %d points:' % (len(bad), len(all_points)), *bad)


def rewrite(lab, name, mebibytes):
    path = lab.xml(name)
    with open(path) as f:
        text = f.read()
    with open(path, 'w') as f:
        f.write(text.replace("'MiB'>64<", "'MiB'>%d<" % mebibytes))
    return path


def memory_of(lab, name):
    got = lab.run('vm-dumpxml', name)
    if got.status == 3:
        return None
    expect(got.status == 0, 'the definition cannot be read', got)
    return int(re.search(r"<memory unit='KiB'>(\d+)<", got.out).group(1)) // 1024


def forget(lab, name):
    """The next commands work, and then nothing is left."""
    again = lab.run('vm-define', rewrite(lab, name, 96))
    expect(again.status == 0 and memory_of(lab, name) == 96, 'it cannot be defined', again)
    gone = lab.run('vm-undefine', name)
    expect(gone.status == 0, gone)
    expect(memory_of(lab, name) is None, 'it is still there')
    lab.run('host-check', '--repair')
    lab.clean()
    expect(lab.files('lib') in ([], ['lxc'], ['lxc', 'lxc/.uuid']), 'left in the state directory', lab.files('lib'))
