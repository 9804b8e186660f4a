# SPDX-License-Identifier: LGPL-2.1-or-later
"""A place to break things in: a BERTH_ROOT of its own, a root file system, an inventory of what is left, and TAP.

A test is a function with @test('R4', 'what holds'); main() runs them, each in a fresh Lab, and cleans up after each.
BERTH_FULL=1 (make fault) sweeps every system call; without it a selection is taken.
"""
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('BERTH_BUILD', TOP)
FULL = os.environ.get('BERTH_FULL') == '1'
TESTS = []

DOMAIN = """<domain type='lxc'>
  <name>{name}</name>
  <uuid>{uuid}</uuid>
  <memory unit='MiB'>64</memory>
  <os><type>exe</type><init>{init}</init>{args}</os>
  <features><privnet/></features>
  <devices>
    <filesystem type='mount'><source dir='{root}'/><target dir='/'/></filesystem>
    <console type='pty'/>
  </devices>
</domain>
"""


class Skip(Exception):
    pass


class Result:
    def __init__(self, argv, status, out, err, seconds):
        self.argv, self.status, self.out, self.err, self.seconds = argv, status, out, err, seconds

    def __str__(self):
        return '%s: status %s\nstdout: %s\nstderr: %s' % (' '.join(self.argv), self.status, self.out.strip(), self.err.strip())


def test(ids, what):
    def add(function):
        TESTS.append(('%s %s' % (ids, what), function))
        return function
    return add


def expect(condition, *words):
    if not condition:
        raise AssertionError('\n'.join(str(w) for w in words))


def wait_until(condition, seconds=5.0):
    """Tries again until it holds; for what the kernel does in its own time."""
    end = time.monotonic() + seconds
    while True:
        got = condition()
        if got or time.monotonic() > end:
            return got
        time.sleep(0.01)


def read(path):
    try:
        with open(path, 'rb') as f:
            return f.read().decode('utf-8', 'replace')
    except OSError:
        return ''


def uuid_of(name):
    """The same for the same name, so that a definition can be written again."""
    digits = ''.join('%02x' % b for b in (name * 16).encode()[:16])
    return '%s-%s-4%s-8%s-%s' % (digits[:8], digits[8:12], digits[13:16], digits[17:20], digits[20:32])


class Lab:
    def __init__(self):
        self.root = tempfile.mkdtemp(prefix='berth-fault.')
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(('BERTH_', 'LIBVIRT_', 'BASH_FUNC', 'BATS'))}
        self.env.update(BERTH_ROOT=self.root, LC_ALL='C.UTF-8', NO_COLOR='1')
        self.bin = os.path.join(BUILD, 'bin')
        self.fs = os.path.join(self.root, 'rootfs')
        self.strays = []
        self.mounted = []
        for name in 'bin dev proc sys tmp etc'.split():
            os.makedirs(os.path.join(self.fs, name))
        busybox = shutil.which('busybox')
        if not busybox:
            raise Skip('busybox is not installed')
        shutil.copy(busybox, os.path.join(self.fs, 'bin/busybox'))
        for name in ('sh', 'sleep', 'kill', 'true', 'cat', 'echo', 'touch'):
            os.symlink('busybox', os.path.join(self.fs, 'bin', name))
        self.tag = self._tag()

    def _tag(self):
        """The name of the guests' cgroups: as lib/state makes it from the run root's path."""
        number = 2166136261
        for byte in self.path('run').encode():
            number = ((number ^ byte) * 16777619) & 0xffffffff
        return 'berth-%08x' % number

    def path(self, root, *rest):
        base = {'run': 'run/berth', 'lib': 'var/lib/berth', 'log': 'var/log/berth'}[root]
        return os.path.join(self.root, base, *rest)

    # ---- programs

    def popen(self, program, *args, before=(), env=None, stdout=subprocess.PIPE, stderr=subprocess.PIPE):
        argv = [*before, os.path.join(self.bin, program), *args]
        return subprocess.Popen(argv, env=dict(self.env, **(env or {})), stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                                cwd=self.root, start_new_session=True)

    def run(self, program, *args, timeout=15, before=(), env=None, stdout=None):
        """Runs one of our programs. Its output goes to files, so that nobody who keeps them open is waited for."""
        started = time.monotonic()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = self.popen(program, *args, before=before, env=env, stdout=stdout or out, stderr=err)
            try:
                status = child.wait(timeout)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                status = 'not finished in %d s' % timeout
            out.seek(0)
            err.seek(0)
            return Result([program, *args], status, out.read().decode('utf-8', 'replace'), err.read().decode('utf-8', 'replace'),
                          time.monotonic() - started)

    def ok(self, program, *args, **kw):
        got = self.run(program, *args, **kw)
        expect(got.status == 0, got)
        return got

    def xml(self, name, init='/bin/sleep', args=('1000000',), extra=''):
        path = os.path.join(self.root, name.replace('/', '_') + '.xml')
        words = ''.join('<initarg>%s</initarg>' % a for a in args)
        with open(path, 'w') as f:
            f.write(DOMAIN.format(name=name, uuid=uuid_of(name), root=self.fs, init=init, args=words).replace('</domain>', extra + '</domain>'))
        return path

    def define(self, name, **kw):
        self.ok('vm-define', self.xml(name, **kw))

    def state(self, name):
        return self.run('vm-state', name).out.strip()

    # ---- what there is

    def processes(self):
        """{pid: command} of ours: by environment or cgroup. Zombies are nobody's."""
        found = {}
        for entry in os.listdir('/proc'):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            base = '/proc/' + entry
            state = read(base + '/stat').rpartition(') ')[2][:1]
            if state in ('Z', 'X', ''):
                continue
            mine = self.root in read(base + '/environ') or self.tag in read(base + '/cgroup')
            if mine and read(base + '/comm').strip() not in ('strace',):
                found[int(entry)] = read(base + '/comm').strip()
        return found

    def guests(self, name=None):
        """Pids of the first processes of our containers (of one of them)."""
        found = []
        for pid in self.processes():
            status = read('/proc/%d/status' % pid)
            inner = re.search(r'^NSpid:\s+\d+\s+1$', status, re.M)
            if inner and (name is None or ('/lxc-%s' % name) in read('/proc/%d/cgroup' % pid)):
                found.append(pid)
        return found

    def supervisors(self, name=None):
        found = []
        for pid in self.processes():
            words = re.split('[\0 ]', read('/proc/%d/cmdline' % pid))
            if os.path.basename(words[0]) == 'lxc-supervisor' and (name is None or name in words):
                found.append(pid)
        return found

    def supervisor(self, name):
        """The one supervisor of a guest; a child of it that is about to run another program looks like it for an instant."""
        wait_until(lambda: len(self.supervisors(name)) == 1)
        pid, = self.supervisors(name)
        return pid

    def cgroups(self):
        found = []
        for base in ['/sys/fs/cgroup'] + ['/sys/fs/cgroup/' + n for n in os.listdir('/sys/fs/cgroup')]:
            top = os.path.join(base, self.tag)
            if os.path.isdir(top):
                found += [os.path.join(d, s) for d, subs, _ in os.walk(top) for s in subs]
        return found

    def mounts(self):
        return [line.split()[4] for line in read('/proc/self/mountinfo').splitlines()
                if self.root in line and line.split()[4] not in self.mounted]

    def files(self, root):
        found = []
        for base, dirs, names in os.walk(self.path(root)):
            found += [os.path.relpath(os.path.join(base, n), self.path(root)) for n in names + dirs]
        return sorted(found)

    def inventory(self):
        """What is there beside definitions and logs: nothing, when no guest runs."""
        left = ['process %d %s: %s' % (p, c, read('/proc/%d/cmdline' % p).replace('\0', ' ')) for p, c in self.processes().items()]
        left += ['cgroup ' + c for c in self.cgroups()] + ['mount ' + m for m in self.mounts()]
        # locks are files that are only held; counters and indexes stay
        left += ['run/' + f for f in self.files('run') if not re.match(r'^(\.id(/\.last)?|[^/]+|[^/]+/\.lock)$', f)]
        left += ['lib/' + f for f in self.files('lib') if re.search(r'(^|/)\.(tmp|new|old|del|trash)|~$|\.tmp|\.XXXXXX', f)]
        return left

    def clean(self, also=()):
        """The inventory is empty and the checker content; processes that are on their way out are waited for."""
        # a supervisor has five seconds to get its last words to a slow client
        left = wait_until(lambda: None if self.inventory() else 'none', 8)
        expect(left, 'left behind:', *self.inventory(), *also)
        check = self.run('host-check')
        expect(check.status == 0, 'host-check is not content:', check, *also)

    # ---- the end

    def close(self):
        for pid in self.strays:
            try:
                os.kill(pid, signal.SIGCONT)
            except OSError:
                pass
        for _ in range(5):
            pids = list(self.processes())
            if not pids:
                break
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass
            self.thaw()
            wait_until(lambda: not self.processes(), 2)
        for path in sorted(self.cgroups(), key=len, reverse=True) + self.cgroup_tops():
            wait_until(lambda path=path: self.rmdir(path), 1)
        for path in sorted(set(self.mounts()) | set(self.mounted), key=len, reverse=True):
            subprocess.run(['umount', '-l', path], capture_output=True)
        shutil.rmtree(self.root, ignore_errors=True)

    def cgroup_tops(self):
        bases = ['/sys/fs/cgroup'] + ['/sys/fs/cgroup/' + n for n in os.listdir('/sys/fs/cgroup')]
        return [p for p in (os.path.join(b, self.tag) for b in bases) if os.path.isdir(p)]

    def thaw(self):
        for path in self.cgroups():
            for name, value in (('freezer.state', 'THAWED'), ('cgroup.freeze', '0')):
                if os.path.exists(os.path.join(path, name)):
                    try:
                        with open(os.path.join(path, name), 'w') as f:
                            f.write(value)
                    except OSError:
                        pass

    @staticmethod
    def rmdir(path):
        try:
            os.rmdir(path)
        except FileNotFoundError:
            pass
        except OSError:
            return False
        return True

    def small_tmpfs(self, path, size='64k'):
        """Puts a small tmpfs over a directory below our root."""
        os.makedirs(path, exist_ok=True)
        done = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=700,size=' + size, 'tmpfs', path], capture_output=True, text=True)
        if done.returncode:
            raise Skip('no tmpfs can be mounted here: ' + done.stderr.strip())
        self.mounted.append(path)

    def socket(self, name):
        return self.path('run', 'lxc', name, 'socket')


def alive(pid):
    return read('/proc/%d/stat' % pid).rpartition(') ')[2][:1] not in ('', 'Z', 'X')


def is_socket(path):
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False


def one(function):
    lab = None
    try:
        lab = Lab()
        function(lab)
        return None, None
    except Skip as e:
        return None, str(e)
    except Exception as e:   # the next test is run whatever this one does
        return str(e) if isinstance(e, AssertionError) else traceback.format_exc(), None
    finally:
        if lab:
            lab.close()


def stopped(number, _frame):
    raise KeyboardInterrupt(number)


def main():
    signal.signal(signal.SIGTERM, stopped)
    chosen = [t for t in TESTS if len(sys.argv) < 2 or any(re.search(p, t[0]) for p in sys.argv[1:])]
    print('1..%d' % len(chosen), flush=True)
    reason = None
    if os.geteuid() != 0:
        reason = 'containers need root'
    elif not os.access(os.path.join(BUILD, 'bin', 'vm-start'), os.X_OK):
        reason = 'nothing is built'
    failed = 0
    for number, (name, function) in enumerate(chosen, 1):
        bad, skip = (None, reason) if reason else one(function)
        if skip:
            print('ok %d - %s # skip %s' % (number, name, skip), flush=True)
            continue
        print('%s %d - %s' % ('not ok' if bad else 'ok', number, name), flush=True)
        for line in (bad or '').splitlines():
            print('# ' + line, flush=True)
        failed += bool(bad)
    sys.exit(1 if failed else 0)
