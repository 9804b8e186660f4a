#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that do not behave, and clients at the end of a guest, against a real container's supervisor."""
import os
import re
import select
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'fault'))
from lab import TOP, expect, main, read, test, uuid_of, wait_until   # noqa: E402

REMOTE, MONITOR, KEEPALIVE = 0x20008086, 0x12341234, 0x6b656570
CALL, REPLY, MESSAGE, STREAM, CALL_FDS = 0, 1, 2, 3, 4
NO_SUPPORT, DENIED, RPC = 3, 29, 39


def frame(program, procedure, kind=CALL, serial=1, status=0, body=b'', version=1, length=None):
    head = struct.pack('>6I', program, version, procedure, kind, serial, status)
    return struct.pack('>I', 4 + len(head) + len(body) if length is None else length) + head + body


def xdr_string(text):
    data = text.encode()
    return struct.pack('>I', len(data)) + data + b'\0' * (-len(data) % 4)


def domain(name):
    return xdr_string(name) + bytes.fromhex(uuid_of(name).replace('-', '')) + struct.pack('>i', -1)


class Client:
    def __init__(self, lab, name='web'):
        self.s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.s.settimeout(10)
        self.s.connect(lab.socket(name))

    def send(self, data):
        self.s.sendall(data)

    def receive(self, n, step=None):
        data = b''
        while len(data) < n:
            got = self.s.recv(min(step or n, n - len(data)))
            if not got:
                break
            data += got
        return data

    def message(self, step=None):
        """(header words, body) of the next message, or None at the end."""
        try:
            length = self.receive(4, step)
            if len(length) < 4:
                return None
            rest = self.receive(struct.unpack('>I', length)[0] - 4, step)
        except ConnectionError:
            return None
        return struct.unpack('>6I', rest[:24]), rest[24:]

    def call(self, procedure, body=b'', serial=1):
        """The error's code, 0 when it is done, None when the connection was closed."""
        self.send(frame(REMOTE, procedure, serial=serial, body=body))
        while True:
            got = self.message()
            if got is None:
                return None
            head, answer = got
            if head[3] == REPLY:
                return struct.unpack('>I', answer[:4])[0] if head[5] else 0

    def closed(self, seconds=2):
        """Whether the other side has closed the connection, whatever it sent before."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ready, _, _ = select.select([self.s], [], [], end - time.monotonic())
            try:
                if ready and not self.s.recv(65536):
                    return True
            except ConnectionError:
                return True
        return False

    def close(self):
        self.s.close()


def hostname(lab):
    """A well-behaved client; how long it waited."""
    started = time.monotonic()
    client = Client(lab)
    expect(client.call(59) == 0, 'a client is not served')
    client.close()
    return time.monotonic() - started


def open_fds(pid):
    return len(os.listdir('/proc/%d/fd' % pid))


def fd_names(pid):
    base, found = '/proc/%d/fd/' % pid, []
    for number in os.listdir(base):
        try:
            found.append('%s %s' % (number, os.readlink(base + number)))
        except FileNotFoundError:   # closed meanwhile
            pass
    return sorted(found)


def started(lab):
    lab.define('web')
    lab.ok('vm-start', 'web')
    return int(read(lab.path('run', 'lxc', 'web', 'state')).split()[6])


@test('C1 C9', 'what a guest has at run time is for its owner alone')
def test_modes(lab):
    started(lab)
    os.chmod(lab.root, 0o755)
    for path in ('', 'lxc', 'lxc/web'):
        mode = os.stat(lab.path('run', path)).st_mode & 0o777
        expect(mode & 0o027 == 0, '%s has mode %o' % (path or 'the run directory', mode))
    mode = os.stat(lab.socket('web')).st_mode & 0o777
    expect(mode in (0o600, 0o660), 'the socket has mode %o' % mode)
    code = 'import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])'
    got = subprocess.run(['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', sys.executable, '-c', code, lab.socket('web')],
                         capture_output=True, text=True)
    expect(got.returncode != 0 and 'PermissionError' in got.stderr, 'nobody could connect:', got.stderr)
    # and where the file system would let him, the supervisor does not
    for path in ('run', 'run/berth', 'run/berth/lxc', 'run/berth/lxc/web'):
        os.chmod(os.path.join(lab.root, path), 0o755)
    os.chmod(lab.socket('web'), 0o666)
    code += '; s.settimeout(5); s.sendall(bytes.fromhex(sys.argv[2])); sys.exit(len(s.recv(100)) and 9)'
    got = subprocess.run(['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', sys.executable, '-c', code, lab.socket('web'),
                          frame(REMOTE, 59).hex()], capture_output=True, text=True)
    expect(got.returncode == 0 or 'BrokenPipe' in got.stderr or 'ConnectionReset' in got.stderr, 'nobody was answered:', got)
    hostname(lab)


@test('C3 C6', 'frames that cannot be end the connection; nothing leaks, the next client is served')
def test_frames(lab):
    pid = started(lab)
    hostname(lab)
    fds = open_fds(pid)
    bad = [frame(REMOTE, 59, length=n) for n in (0, 3, 4, 27, 0x02000005, 0x7fffffff, 0xffffffff)]
    bad += [frame(REMOTE, 59, kind=k) for k in (1, 2, 5, 7, 99)]
    bad += [frame(REMOTE, 59, status=1), frame(REMOTE, 59, status=9)]
    bad += [frame(KEEPALIVE, 9, kind=MESSAGE), frame(MONITOR, 1, kind=MESSAGE, body=b'\0\0\0\1')]
    bad += [frame(REMOTE, 310, kind=CALL_FDS, body=struct.pack('>I', 33)), frame(REMOTE, 59, kind=CALL_FDS, body=struct.pack('>I', 1)) + b'\0']
    for data in bad:
        client = Client(lab)
        client.send(data)
        expect(client.closed(), 'the connection stays after', data.hex())
        client.close()
    for version, program in ((2, REMOTE), (1, REMOTE + 9)):
        client = Client(lab)
        client.send(frame(program, 59, version=version))
        head, body = client.message()
        expect(head[5] == 1 and struct.unpack('>I', body[:4])[0] == RPC, 'no error for program %x version %d' % (program, version))
        client.close()
    # byte by byte, and two in one
    client = Client(lab)
    for byte in frame(REMOTE, 59, serial=5):
        client.send(bytes([byte]))
    expect(client.message()[0][4] == 5, 'split by byte')
    client.send(frame(REMOTE, 59, serial=6) + frame(REMOTE, 59, serial=7))
    expect(sorted((client.message()[0][4], client.message()[0][4])) == [6, 7], 'two in one')
    # a stop in the middle
    client.send(frame(REMOTE, 59)[:20])
    client.close()
    # descriptors with a call that takes none are not kept
    client = Client(lab)
    socket.send_fds(client.s, [frame(REMOTE, 59)], [0, 1, 2])
    expect(client.message() is not None, 'an ordinary call')
    client.close()
    hostname(lab)
    expect(wait_until(lambda: open_fds(pid) <= fds), 'descriptors leaked:', fds, open_fds(pid))


def rights():
    """{number: right} of the program remote, as the product has them."""
    text = read(os.path.join(TOP, 'lib/rpc/proc_list.h'))
    text = text[text.index('RPC_REMOTE_PROCS'):text.index('RPC_LXC_PROCS')]
    return {int(m[1]): m[3] for m in re.finditer(r'X\((\d+), (\w+), (\w+), (\w+)', text)}


@test('C2 X10', 'every procedure on a read-only connection: refused before its arguments are looked at, and nothing changes')
def test_read_only(lab):
    started(lab)
    table = rights()
    expect(len(table) == 453, len(table))
    for state in ('running', 'paused'):
        if state == 'paused':
            lab.ok('vm-suspend', 'web')
        client = Client(lab)
        expect(client.call(1, struct.pack('>II', 0, 1)) == 0, 'cannot open')
        wrong = []
        for number, right in table.items():
            if number in (1, 2):
                continue
            for body in (b'\xff' * 8, domain('web'), domain('web') + b'\0' * 4):
                code = client.call(number, body)
                if code is None:
                    wrong.append('%d closed the connection' % number)
                    client = Client(lab)
                    client.call(1, struct.pack('>II', 0, 1))
                elif right in ('WRITE', 'SECRET') and code not in (NO_SUPPORT, DENIED):
                    wrong.append('%d (%s) answered %d' % (number, right, code))
                elif right not in ('WRITE', 'SECRET') and code == DENIED:
                    wrong.append('%d (%s) was refused' % (number, right))
        expect(not wrong, *wrong)
        expect(lab.state('web') == state, 'the guest is', lab.state('web'))
        client.close()


@test('C4', 'hundreds of silent and half-sent connections: the next client is served at once')
def test_crowd(lab):
    pid = started(lab)
    old = Client(lab)
    expect(old.call(59) == 0)
    crowd = []
    for i in range(600):
        client = Client(lab)
        if i % 2:
            try:
                client.send(frame(REMOTE, 59)[:4 + i % 20])
            except ConnectionError:
                pass
        crowd.append(client)
        if i % 100 == 99:
            took = hostname(lab)
            expect(took < 5, 'a client waited %.1f s' % took)
    expect(old.call(59) == 0, 'one that was there before is gone')
    expect(open_fds(pid) < 200, open_fds(pid))
    got = lab.ok('vm-suspend', 'web')
    expect(got.seconds < 5, got.seconds)
    for client in crowd:
        client.close()
    expect(wait_until(lambda: open_fds(pid) < 50), open_fds(pid))
    lab.ok('vm-destroy', 'web')


def memory(pid):
    return int(re.search(r'^VmRSS:\s+(\d+)', read('/proc/%d/status' % pid), re.M)[1])


@test('R17', 'who asks without reading costs a bounded amount of memory and holds nobody up')
def test_no_reader(lab):
    pid = started(lab)
    hostname(lab)
    before = memory(pid)
    deaf = []
    for _ in range(8):
        client = Client(lab)
        client.s.setblocking(False)
        call = frame(REMOTE, 14, body=domain('web') + b'\0' * 4)
        try:
            while True:
                client.s.send(call * 50)
        except BlockingIOError:
            deaf.append(client)
    expect(hostname(lab) < 1, 'others wait')
    expect(memory(pid) - before < 20000, 'memory grew by %d KiB' % (memory(pid) - before))
    for client in deaf:
        client.close()
    lab.ok('vm-destroy', 'web')


@test('R16', 'EXIT reaches ten clients whole, one of which reads a byte at a time; one that never reads holds nobody for long')
def test_exit(lab):
    started(lab)
    clients = [Client(lab) for _ in range(10)]
    for client in clients:
        expect(client.call(59) == 0)
    never = clients[9].s
    never.setblocking(False)
    try:
        while True:
            never.send(frame(REMOTE, 14, body=domain('web') + b'\0' * 4) * 50)
    except BlockingIOError:
        pass
    begun = time.monotonic()
    lab.ok('vm-destroy', 'web')
    for number, client in enumerate(clients[:9]):
        statuses = []
        while True:
            got = client.message(step=1 if number == 8 else None)
            if got is None:
                break
            head, body = got
            if head[0] == MONITOR and head[2] == 1:
                statuses.append(struct.unpack('>i', body)[0])
        expect(statuses == [1], 'client %d got EXIT with' % number, statuses)
    expect(wait_until(lambda: not lab.supervisors(), 7), 'the supervisor stays')
    took = time.monotonic() - begun
    expect(took < 6.5, 'it took %.1f s' % took)
    expect(lab.state('web') == 'shut off', lab.state('web'))
    for client in clients:
        client.close()
    lab.clean()


@test('R16 C5', 'clients that go in the middle of a call and of a console leave nothing behind')
def test_leaving(lab):
    pid = started(lab)
    # the console's log is opened when there is something to write
    first = Client(lab)
    expect(first.call(201, domain('web') + struct.pack('>II', 0, 1)) == 0)
    first.send(frame(REMOTE, 201, kind=STREAM, status=2, body=b'typed\n'))
    expect(first.message() is not None, 'no echo')
    first.close()
    expect(wait_until(lambda: any('console.log' in n for n in fd_names(pid))), 'no console log')
    hostname(lab)
    fds, names = open_fds(pid), fd_names(pid)
    for _ in range(50):
        client = Client(lab)
        client.send(frame(REMOTE, 201, body=domain('web') + struct.pack('>II', 0, 0)))
        client.send(frame(REMOTE, 14, serial=2, body=domain('web') + b'\0' * 4))
        client.close()
        client = Client(lab)
        head = client.call(201, domain('web') + struct.pack('>II', 0, 1))
        expect(head == 0, 'console:', head)
        client.send(frame(REMOTE, 201, kind=STREAM, status=2, body=b'typed\n'))
        client.close()
    hostname(lab)
    expect(wait_until(lambda: open_fds(pid) <= fds), 'descriptors:', names, fd_names(pid))
    lab.ok('vm-destroy', 'web')
    lab.clean()


if __name__ == '__main__':
    main()
