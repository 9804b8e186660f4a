#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What no client of libvirt does any more, or does not do on purpose: frames by hand towards berth-serve.

raw.py readonly|leave COMMAND; raw.py events COMMAND UUID; raw.py stall COMMAND UUID HUNG PID; raw.py inherited PROGRAM SOCKET
"""
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
import uuid as uuids

REMOTE = 0x20008086
OPEN, CLOSE, AUTH_LIST, GET_TYPE = 1, 2, 66, 3
CREATE, DESTROY, LOOKUP, SUSPEND, RESUME = 9, 12, 23, 34, 28
REGISTER, DEREGISTER, LIFECYCLE = 105, 106, 107
REGISTER_ANY, DEREGISTER_ANY = 167, 168
CALLBACK_REGISTER, CALLBACK_DEREGISTER, CALLBACK_LIFECYCLE = 316, 317, 318


def string(text):
    data = text.encode()
    return struct.pack('>I', len(data)) + data + b'\0' * (-len(data) % 4)


class Client:
    def __init__(self, command=None, sock=None, pipes=False):
        self.serial, self.events, self.replies = 0, [], {}
        self.process = None
        if sock:
            self.out, self.into = sock.fileno(), sock.fileno()
            self.sock = sock
        elif pipes:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.out, self.into = self.process.stdin.fileno(), self.process.stdout.fileno()
        else:
            self.sock, theirs = socket.socketpair()
            self.process = subprocess.Popen(command, stdin=theirs, stdout=theirs)
            theirs.close()
            self.out = self.into = self.sock.fileno()

    def send(self, number, body=b''):
        self.serial += 1
        os.write(self.out, struct.pack('>7I', 28 + len(body), REMOTE, 1, number, 0, self.serial, 0) + body)
        return self.serial

    def read(self, n):
        data = b''
        while len(data) < n:
            more = os.read(self.into, n - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def step(self, timeout):
        if not select.select([self.into], [], [], timeout)[0]:
            return False
        length, _, _, number, kind, serial, status = struct.unpack('>7I', self.read(28))
        body = self.read(length - 28)
        if kind == 1:
            self.replies[serial] = (status, body)
        elif kind == 2:
            self.events.append((number, body))
        return True

    def answer(self, serial, timeout=10):
        end = time.time() + timeout
        while serial not in self.replies:
            assert self.step(max(0, end - time.time())), 'no answer'
        return self.replies.pop(serial)

    def call(self, number, body=b''):
        status, answer = self.answer(self.send(number, body))
        assert status == 0, 'procedure %d: error %r' % (number, answer)
        return answer

    def error(self, number, body=b''):
        status, answer = self.answer(self.send(number, body))
        assert status == 1, 'procedure %d: no error' % number
        return struct.unpack('>I', answer[:4])[0]

    def open(self, flags=0):
        assert self.call(AUTH_LIST) == struct.pack('>I', 0)
        self.call(OPEN, struct.pack('>I', 1) + string('lxc:///system') + struct.pack('>I', flags))
        return self

    def domain(self, name):
        return self.call(LOOKUP, string(name))

    def expect(self, wanted):
        """These lifecycle events, as (procedure, callback or None, event), within a time; none else of them."""
        end = time.time() + 10
        while len(self.events) < len(wanted):
            assert self.step(max(0, end - time.time())), (self.events, wanted)
        while self.step(0.2):
            pass
        seen = []
        for number, body in self.events:
            callback = struct.unpack('>i', body[:4])[0] if number == CALLBACK_LIFECYCLE else None
            seen.append((number, callback, struct.unpack('>i', body[-8:-4])[0]))
        assert sorted(seen, key=str) == sorted(wanted, key=str), (seen, wanted)
        self.events = []


def readonly(command):
    client = Client([command]).open(flags=1)
    web = client.domain('web')
    assert client.error(CREATE, web) == 29          # operation denied
    assert client.call(GET_TYPE) == string('LXC')


def events(command, text):
    client = Client([command], pipes=True).open()
    web = client.domain('web')
    client.call(CREATE, web)
    assert client.call(REGISTER) == struct.pack('>I', 1)
    client.call(SUSPEND, web)
    client.expect([(LIFECYCLE, None, 3)])
    assert client.error(REGISTER) == 8
    first = struct.unpack('>i', client.call(CALLBACK_REGISTER, struct.pack('>II', 0, 0)))[0]
    second = struct.unpack('>i', client.call(CALLBACK_REGISTER, struct.pack('>II', 0, 1) + web))[0]
    other = string('other') + uuids.uuid4().bytes + struct.pack('>i', -1)
    client.call(CALLBACK_REGISTER, struct.pack('>II', 0, 1) + other)
    assert first != second and uuids.UUID(text).bytes in web
    client.call(RESUME, web)
    client.expect([(LIFECYCLE, None, 4), (CALLBACK_LIFECYCLE, first, 4), (CALLBACK_LIFECYCLE, second, 4)])
    client.call(DEREGISTER)
    client.call(CALLBACK_DEREGISTER, struct.pack('>i', first))
    assert client.error(CALLBACK_DEREGISTER, struct.pack('>i', first)) == 8
    client.call(SUSPEND, web)
    client.expect([(CALLBACK_LIFECYCLE, second, 3)])
    client.call(CALLBACK_DEREGISTER, struct.pack('>i', second))
    client.call(REGISTER_ANY, struct.pack('>i', 0))
    client.call(RESUME, web)
    client.expect([(LIFECYCLE, None, 4)])
    client.call(DEREGISTER_ANY, struct.pack('>i', 0))
    client.call(DESTROY, web)
    client.expect([])
    assert client.error(CALLBACK_REGISTER, struct.pack('>II', 1000, 0)) == 8


def stall(command, text, hung, stopped):
    client = Client([command]).open()
    web, other = client.domain('web'), client.domain(hung)
    assert uuids.UUID(text).bytes in web
    client.call(CREATE, web)
    waiting = [client.send(SUSPEND, other) for _ in range(3)]
    begin = time.time()
    client.call(REGISTER)
    registered = time.time() - begin
    for _ in range(5):
        client.call(SUSPEND, web)
        client.call(RESUME, web)
    assert registered < 5 and time.time() - begin < 8, (registered, time.time() - begin)
    client.expect([(LIFECYCLE, None, e) for _ in range(5) for e in (3, 4)])
    assert not [s for s in waiting if s in client.replies]
    client.call(DESTROY, web)
    # it goes on where it was, and so do they: one suspends, the others find it suspended
    os.kill(int(stopped), signal.SIGCONT)
    answers = [client.answer(s) for s in waiting]
    assert sorted(status for status, _ in answers) == [0, 1, 1], answers
    client.sock.close()
    assert client.process.wait(10) == 0


def inherited(program, path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(4)

    def connect(start):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(path)
        theirs, _ = listener.accept()
        process = start(theirs)
        theirs.close()
        client = Client(sock=sock).open()
        client.domain('web')
        sock.close()
        assert process.wait(10) == 0

    connect(lambda s: subprocess.Popen([program], stdin=s, stdout=s))

    def activated(sock):
        def prepare():
            os.dup2(sock.fileno(), 3)
            os.environ['LISTEN_PID'] = str(os.getpid())
        shell = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0"'
        return subprocess.Popen(['/bin/sh', '-c', shell, program], close_fds=False, preexec_fn=prepare, stdin=subprocess.DEVNULL)

    connect(activated)
    # over a network nobody can be told from anybody
    tcp = socket.socket()
    tcp.bind(('127.0.0.1', 0))
    tcp.listen(1)
    peer = socket.create_connection(tcp.getsockname())
    theirs, _ = tcp.accept()
    assert subprocess.Popen([program], stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL).wait(10) == 5
    peer.close()


def leave(command):
    client = Client([command]).open()
    client.call(REGISTER)
    client.sock.close()
    assert client.process.wait(10) == 0
    # in the middle of a frame, and with rubbish
    for data in (b'\0\0', struct.pack('>7I', 64, REMOTE, 1, 1, 0, 1, 0) + b'x', b'\xff' * 64, struct.pack('>7I', 28, REMOTE, 1, 1, 1, 1, 0)):
        client = Client([command])
        client.sock.sendall(data)
        client.sock.shutdown(socket.SHUT_WR)
        assert client.process.wait(15) == 0, data
    # what it began is done although it does not wait for it
    client = Client([command]).open()
    web = client.domain('web')
    client.send(CREATE, web)
    client.sock.close()
    assert client.process.wait(20) == 0
    client = Client([command]).open()
    assert struct.unpack('>i', client.domain('web')[-4:])[0] > 0, 'not started'


{'readonly': readonly, 'events': events, 'stall': stall, 'inherited': inherited, 'leave': leave}[sys.argv[1]](*sys.argv[2:])
