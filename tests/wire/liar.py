#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that does not behave: liar.py KIND, on standard input and output, as a client's ext command starts it.

It behaves until the client asks for its domains, then it does what KIND says."""
import os
import struct
import sys

AUTH_LIST, OPEN, LIST_ALL = 66, 1, 273
REMOTE = 0x20008086


def take(n):
    data = b''
    while len(data) < n:
        more = os.read(0, n - len(data))
        if not more:
            sys.exit(0)
        data += more
    return data


def reply(number, serial, body, kind=1, status=0, length=None, program=REMOTE):
    return struct.pack('>7I', 28 + len(body) if length is None else length, program, 1, number, kind, serial, status) + body


def put(data):
    while data:
        data = data[os.write(1, data):]


LIES = {
    'gone': lambda s: b'',
    'short': lambda s: reply(LIST_ALL, s, b'', length=3),
    'none': lambda s: reply(LIST_ALL, s, b'', length=0),
    'huge': lambda s: reply(LIST_ALL, s, b'', length=0xffffffff),
    'half': lambda s: reply(LIST_ALL, s, b'abcd', length=1000),
    'count': lambda s: reply(LIST_ALL, s, struct.pack('>II', 0xffffffff, 0)),
    'string': lambda s: reply(LIST_ALL, s, struct.pack('>III', 1, 0x7fffffff, 0)),
    'rest': lambda s: reply(LIST_ALL, s, struct.pack('>II', 0, 0) + b'more'),
    'other': lambda s: reply(7, s, struct.pack('>II', 0, 0)),
    'call': lambda s: reply(LIST_ALL, s, struct.pack('>II', 0, 0), kind=0),
    'type': lambda s: reply(LIST_ALL, s, struct.pack('>II', 0, 0), kind=77),
    'fds': lambda s: reply(LIST_ALL, s, struct.pack('>III', 0xffff, 0, 0), kind=5),
    'error': lambda s: reply(LIST_ALL, s, b'', status=1),
    'words': lambda s: reply(LIST_ALL, s, struct.pack('>4I', 38, 10, 1, 0x7ffffff0), status=1),
}

while True:
    length, _, _, procedure, _, number, _ = struct.unpack('>7I', take(28))
    take(length - 28)
    if procedure == AUTH_LIST:
        put(reply(procedure, number, struct.pack('>I', 0)))
    elif procedure == LIST_ALL:
        put(LIES[sys.argv[1]](number))
        sys.exit(0)
    else:
        put(reply(procedure, number, b''))
