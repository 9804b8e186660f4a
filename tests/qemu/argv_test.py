#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Command lines of QEMU: each definition in argv/ is made one, and QEMU itself says whether it takes it.

QEMU is started with what vm-xml-to-native prints, with the monitor on a socket of ours, its taps replaced by user networking (they are
descriptors that a supervisor would hand over), and without the master key. It must answer QMP, tell the machine and the devices that were
asked for, and quit. Prints TAP.
"""
import glob, json, os, re, shlex, shutil, socket, subprocess, sys, tempfile, time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.join(os.environ.get('BERTH_BUILD', TOP), 'bin')
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'argv')
LIMIT = 60


def command_line(xml, scratch):
    """(environment, argv) fit for a real start."""
    p = subprocess.run([os.path.join(BIN, 'vm-xml-to-native'), 'qemu-argv', xml], capture_output=True, text=True)
    if p.returncode:
        raise RuntimeError(p.stderr.strip())
    words = shlex.split(p.stdout)
    env = {}
    while '=' in words[0] and not words[0].startswith('/'):
        name, value = words.pop(0).split('=', 1)
        env[name] = value
    out, i = [words[0]], 1
    while i < len(words):
        option, value = words[i], words[i + 1] if i + 1 < len(words) and not words[i + 1].startswith('-') else None
        i += 1 + (value is not None)
        if option == '-object' and 'masterKey0' in value:
            continue
        if option == '-netdev' and '"tap"' in value:
            value = json.dumps({'type': 'user', 'id': json.loads(value)['id']})
        value = re.sub(r'[^,=:"\']*/domain--1-[^/"\',]*', scratch, value) if value else value
        out += [option] + ([value] if value is not None else [])
    return env, out


class Qmp:
    def __init__(self, path, process):
        deadline = time.monotonic() + LIMIT
        self.s = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self.s.connect(path)
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError('QEMU ended: ' + process.stderr.read().strip()[-600:])
                time.sleep(0.02)
        self.s.settimeout(LIMIT)
        self.f = self.s.makefile('rw')
        try:
            json.loads(self.f.readline())
            self.ask('qmp_capabilities')
        except (OSError, ValueError):
            process.wait(LIMIT)
            raise RuntimeError('QEMU ended: ' + process.stderr.read().strip()[-600:]) from None

    def ask(self, command, **arguments):
        self.f.write(json.dumps({'execute': command, 'arguments': arguments}) + '\n')
        self.f.flush()
        while True:
            answer = json.loads(self.f.readline())
            if 'event' in answer:
                continue
            if 'error' in answer:
                raise RuntimeError(f"{command}: {answer['error']['desc']}")
            return answer['return']


def check(xml, scratch):
    for name, size in (('disk.img', 1 << 20), ('disk2.img', 1 << 20), ('cd.iso', 1 << 20), ('floppy.img', 1474560)):
        with open(os.path.join(scratch, name), 'wb') as f:
            f.truncate(size)
    os.mkdir(os.path.join(scratch, 'dir'))
    shutil.copy('/usr/share/OVMF/OVMF_VARS_4M.fd', os.path.join(scratch, 'vars.fd'))
    subprocess.run(['qemu-img', 'create', '-q', '-f', 'qcow2', os.path.join(scratch, 'base.qcow2'), '4M'], check=True)
    subprocess.run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', os.path.join(scratch, 'base.qcow2'),
                    os.path.join(scratch, 'top.qcow2')], check=True)
    text = open(os.path.join(HERE, xml)).read().replace('SCRATCH', scratch)
    path = os.path.join(scratch, xml)
    open(path, 'w').write(text)
    env, argv = command_line(path, scratch)
    process = subprocess.Popen(argv, env={**os.environ, **env, 'HOME': scratch}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    try:
        qmp = Qmp(os.path.join(scratch, 'monitor.sock'), process)
        status = qmp.ask('query-status')['status']
        if status != 'prelaunch':
            raise RuntimeError(f'the guest is {status}, not waiting for its start')
        for i, option in enumerate(argv):
            if option != '-device':
                continue
            device = json.loads(argv[i + 1])
            if 'id' in device:
                qmp.ask('qom-list', path='/machine/peripheral/' + device['id'])
        nodes = {n['node-name'] for n in qmp.ask('query-named-block-nodes')}
        for i, option in enumerate(argv):
            if option == '-blockdev' and json.loads(argv[i + 1])['node-name'] not in nodes:
                raise RuntimeError('there is no node ' + json.loads(argv[i + 1])['node-name'])
        qmp.ask('quit')
        if process.wait(LIMIT):
            raise RuntimeError('QEMU ended badly: ' + process.stderr.read().strip()[-600:])
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def main():
    words = sys.argv[1:]
    cases = [c for c in sorted(os.listdir(HERE)) if not words or any(w in c for w in words)]
    if not shutil.which('qemu-system-x86_64') or not shutil.which('qemu-img'):
        print('1..0 # SKIP qemu-system-x86 or qemu-utils is not installed')
        return 0
    print(f'1..{len(cases)}')
    failed = 0
    for n, case in enumerate(cases, 1):
        scratch = tempfile.mkdtemp(prefix='berth-argv.', dir='/tmp')
        os.environ['BERTH_ROOT'] = scratch
        try:
            check(case, scratch)
            print(f'ok {n} {case[:-4]}', flush=True)
        except (RuntimeError, OSError, subprocess.SubprocessError, ValueError) as e:
            failed = 1
            print(f'not ok {n} {case[:-4]}\n# {str(e)[:800]}', flush=True)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    # memory that guests share stays when they are gone
    for path in glob.glob('/dev/shm/berth-argv-*'):
        os.unlink(path)
    return failed


sys.exit(main())
