#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that do not behave against berth-serve: one listener, a process for each client, the local drivers and the test driver behind it.
BERTH_FULL=1 sends the 5,000 connections and 20,000 random frames that RELIABILITY asks for."""
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peers_test import (CALL, CALL_FDS, DENIED, KEEPALIVE, MESSAGE, NO_SUPPORT, REMOTE, RPC, STREAM, Client, expect, frame, main, memory,  # noqa: E402
                        rights, test, wait_until, xdr_string)
from lab import TESTS, read   # noqa: E402

TESTS.clear()   # those are about supervisors

BUILD = os.environ.get('BERTH_BUILD', os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
FULL = bool(os.environ.get('BERTH_FULL'))
HOLE = 6
UPLOAD, DOWNLOAD, CREATE_VOL = 208, 209, 96
OPEN, OPEN_TEST = 1, struct.pack('>I', 1) + xdr_string('test:///default')


class Listener:
    """`socket` makes it what Client wants."""
    def __init__(self, lab, *options):
        self.path = os.path.join(lab.root, 'serve.sock')
        self.run = subprocess.Popen([BUILD + '/helpers/berth-serve', '--listen', self.path, *options], env={**os.environ, 'BERTH_ROOT': lab.root})
        expect(wait_until(lambda: os.path.exists(self.path)), 'it does not listen')

    def socket(self, _):
        return self.path

    def servers(self):
        """The processes that serve somebody."""
        return read('/proc/%d/task/%d/children' % (self.run.pid, self.run.pid)).split()

    def alone(self):
        return wait_until(lambda: not self.servers(), 10)

    def hostname(self):
        started = time.monotonic()
        client = Client(self)
        expect(client.call(59) == 0, 'a client is not served')
        client.close()
        return time.monotonic() - started

    def opened(self, flags=0, name=OPEN_TEST):
        client = Client(self)
        expect(client.call(OPEN, name + struct.pack('>I', flags)) == 0, 'cannot open')
        return client

    def end(self):
        self.run.send_signal(signal.SIGTERM)
        expect(self.run.wait(10) == 0, 'it ended with', self.run.returncode)
        expect(not os.path.exists(self.path), 'its socket stays')


def served(function):
    """A listener for a test; what it served is gone afterwards, and the test driver's world, too."""
    def run(lab):
        listener = Listener(lab)
        try:
            function(lab, listener)
            expect(listener.alone(), 'servers stay:', listener.servers())
            listener.end()
        finally:
            listener.run.kill()
            listener.run.wait()
            lab.run('test-reset', '-q')
    return run


def bad_frames():
    bad = [frame(REMOTE, 59, length=n) for n in (0, 3, 4, 27, 0x02000005, 0x7fffffff, 0xffffffff)]
    bad += [frame(REMOTE, 59, kind=k) for k in (1, 2, 5, 7, 99)]
    bad += [frame(REMOTE, 59, status=1), frame(REMOTE, 59, status=9), frame(KEEPALIVE, 9, kind=MESSAGE)]
    bad += [frame(REMOTE, 310, kind=CALL_FDS, body=struct.pack('>I', 33)), frame(REMOTE, 59, kind=CALL_FDS, body=struct.pack('>I', 1)) + b'\0']
    return bad


@test('C3 C6', 'berth-serve: frames that cannot be end their connection; wrong programs are told; others are served')
@served
def test_frames(lab, listener):
    other, mock = Client(listener), listener.opened()
    expect(other.call(59) == 0)
    for data in bad_frames():
        for before in (b'', frame(REMOTE, OPEN, body=OPEN_TEST + b'\0' * 4)):
            client = Client(listener)
            client.send(before + data)
            expect(client.closed(), 'the connection stays after', before.hex(), data.hex())
            client.close()
    for program, version in ((REMOTE + 9, 1), (REMOTE, 2), (0, 0)):
        client = Client(listener)
        client.send(frame(program, 59, version=version))
        head, body = client.message()
        expect(head[5] == 1 and struct.unpack('>I', body[:4])[0] == RPC, 'program %x' % program)
        client.close()
    expect(other.call(59) == 0 and mock.call(59) == 0, 'those that were there are gone')
    other.close()
    mock.close()


@test('C2 X10', 'berth-serve: every procedure on a read-only connection, of the local drivers and of the test driver')
@served
def test_read_only(lab, listener):
    table = rights()
    expect(len(table) == 453, len(table))
    for name in (struct.pack('>I', 0), OPEN_TEST):
        client, wrong = listener.opened(1, name), []
        for number, right in table.items():
            if number in (1, 2):
                continue
            for body in (b'\xff' * 8, xdr_string('test') + b'\0' * 24):
                code = client.call(number, body)
                if code is None:
                    wrong.append('%d closed the connection' % number)
                    client = listener.opened(1, name)
                elif right in ('WRITE', 'SECRET') and code not in (NO_SUPPORT, DENIED):
                    wrong.append('%d (%s) answered %d' % (number, right, code))
                elif right not in ('WRITE', 'SECRET') and code == DENIED:
                    wrong.append('%d (%s) was refused' % (number, right))
        expect(not wrong, *wrong)
        client.close()
    expect(lab.run('vm-state', '-c', 'test:///default', 'test').out.strip() == 'running', 'the guest changed')


@test('C6', 'berth-serve: random frames, well-formed ones with random content, in pieces of any size')
@served
def test_random(lab, listener):
    dice = random.Random(7)
    for i in range(20000 if FULL else 300):
        client = listener.opened() if i % 3 == 0 else Client(listener)
        body = dice.randbytes(dice.randrange(200))
        kind = dice.choice((CALL, CALL, CALL, MESSAGE, STREAM, CALL_FDS, HOLE, dice.randrange(9)))
        data = frame(dice.choice((REMOTE, REMOTE, REMOTE, 0x20008087, KEEPALIVE, dice.randrange(2 ** 32))), dice.randrange(460), kind,
                     dice.randrange(4), dice.choice((0, 0, 2, dice.randrange(4))), body)
        if i % 5 == 0:
            data = dice.randbytes(dice.randrange(1, 400))
        try:
            while data:
                n = dice.randrange(1, len(data) + 1)
                client.send(data[:n])
                data = data[n:]
        except ConnectionError:
            pass
        client.close()
    expect(listener.hostname() < 5, 'a client waits')


@test('C4', 'berth-serve: silent and half-sent connections by the hundred: the next client is served at once, the old ones go on')
@served
def test_crowd(lab, listener):
    old = listener.opened()
    crowd = []
    for i in range(5000 if FULL else 250):
        client = Client(listener)
        if i % 2:
            client.send(frame(REMOTE, 59)[:4 + i % 20])
        crowd.append(client)
        if i % 100 == 99:
            took = listener.hostname()
            expect(took < 2, 'a client waited %.1f s' % took)
    expect(old.call(59) == 0, 'one that was there before is gone')
    expect(memory(listener.run.pid) < 20000, 'the listener has', memory(listener.run.pid))
    for client in crowd:
        client.close()
    old.close()


@test('C4', 'berth-serve: half a frame and no more is given ten seconds, and nothing else')
@served
def test_half(lab, listener):
    if not FULL:
        return   # ten seconds of sleep are for `make fault`
    client, started = Client(listener), time.monotonic()
    client.send(frame(REMOTE, 59)[:20])
    expect(client.closed(15) and 8 < time.monotonic() - started < 13, time.monotonic() - started)
    client.close()


def volume(name, flags=0, offset=0, length=0):
    return xdr_string('default-pool') + xdr_string(name) + xdr_string('/default-pool/' + name) + struct.pack('>QQI', offset, length, flags)


@test('C5', 'berth-serve: streams that break off, at any place, both ways; holes that are none')
@served
def test_streams(lab, listener):
    lab.ok('vol-create-as', '-q', '-c', 'test:///default', 'default-pool', 'v', '1M')
    data = frame(REMOTE, UPLOAD, STREAM, 1, 2, b'x' * 3000)
    ends = [b'', data[:10], data[:1000], data + data[:500], frame(REMOTE, UPLOAD, STREAM, 1, 1), frame(REMOTE, UPLOAD, STREAM, 1, 0)[:20],
            frame(REMOTE, UPLOAD, HOLE, 1, 2, b'\0' * 5), frame(REMOTE, UPLOAD, HOLE, 1, 2, b'\xff' * 12), frame(REMOTE, UPLOAD, STREAM, 9, 2, b'lost'),
            frame(REMOTE, UPLOAD, HOLE, 1, 2, struct.pack('>QI', 2 ** 50, 0)), frame(REMOTE, DOWNLOAD, STREAM, 1, 2, b'not mine')]
    for end in ends:
        for number in (UPLOAD, DOWNLOAD):
            client = listener.opened()
            expect(client.call(number, volume('v', 1)) == 0, 'no stream')
            try:
                client.send(end)
            except ConnectionError:
                pass
            client.close()
    # more than there is room for is an error of the stream alone, and what is never read costs its bound
    client = listener.opened()
    expect(client.call(UPLOAD, volume('v', 0, 0, 100)) == 0)
    client.send(data)
    head, _ = client.message()
    expect(head[3] == STREAM and head[5] == 1, 'no error on the stream', head)
    expect(client.call(59, serial=2) == 0, 'the connection is gone with its stream')
    for serial in range(3, 16):
        client.send(frame(REMOTE, DOWNLOAD, serial=serial, body=volume('v')))
    time.sleep(0.2)
    [server] = listener.servers()
    expect(memory(int(server)) < 40000, 'a client that does not read costs', memory(int(server)))
    client.close()
    expect(lab.run('vol-info', '-c', 'test:///default', '--pool', 'default-pool', 'v').status == 0)


@test('C1 C9', 'berth-serve: who may not connect is not answered; strangers get no test driver where all may look')
@served
def test_strangers(lab, listener):
    if os.geteuid() != 0:
        return
    os.chmod(lab.root, 0o755)
    os.chmod(listener.path, 0o666)
    code = 'import socket,sys; s=socket.socket(socket.AF_UNIX); s.settimeout(5); s.connect(sys.argv[1]); s.sendall(bytes.fromhex(sys.argv[2])); ' \
           'd=s.recv(100); sys.exit(d[31] if len(d) > 31 else 0)'
    stranger = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', sys.executable, '-c', code]
    got = subprocess.run([*stranger, listener.path, frame(REMOTE, 59).hex()], capture_output=True, text=True)
    expect(got.returncode == 0 or 'ConnectionReset' in got.stderr or 'BrokenPipe' in got.stderr, 'nobody was answered:', got)
    look = os.path.join(lab.root, 'look.sock')
    more = subprocess.Popen([BUILD + '/helpers/berth-serve', '--listen-ro', look], env={**os.environ, 'BERTH_ROOT': lab.root})
    try:
        expect(wait_until(lambda: os.path.exists(look)))
        got = subprocess.run([*stranger, look, frame(REMOTE, OPEN, body=OPEN_TEST + b'\0' * 4).hex()], capture_output=True, text=True)
        expect(got.returncode == 88, 'ERR_ACCESS_DENIED is what a stranger gets, not', got)
        got = subprocess.run([*stranger, look, frame(REMOTE, OPEN, body=b'\0' * 8).hex()], capture_output=True, text=True)
        expect(got.returncode == 0, 'a stranger may look at the local drivers', got)
    finally:
        more.terminate()
        more.wait()


if __name__ == '__main__':
    main()
