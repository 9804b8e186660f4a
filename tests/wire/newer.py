#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A libvirtd that is newer than Debian's, as far as node_device_update: answers what comes before it and notes its arguments in FILE."""
import struct
import sys

AUTH_LIST, OPEN, LOOKUP, UPDATE = 66, 1, 113, 447
source, sink = sys.stdin.buffer, sys.stdout.buffer


def string(data, at):
    n = struct.unpack('>I', data[at:at + 4])[0]
    return data[at + 4:at + 4 + n].decode(), at + 4 + (n + 3) // 4 * 4


while len(head := source.read(28)) == 28:
    length, program, version, number, kind, serial, status = struct.unpack('>7I', head)
    body = source.read(length - 28)
    answer = b''
    if number == AUTH_LIST:
        answer = struct.pack('>I', 0)
    elif number == LOOKUP:
        answer = body   # its name is all that a device's reference has
    elif number == UPDATE:
        name, at = string(body, 0)
        xml, at = string(body, at)
        with open(sys.argv[1], 'w') as out:
            print(name, struct.unpack('>I', body[at:])[0], xml.strip(), file=out)
    sink.write(struct.pack('>7I', 28 + len(answer), program, version, number, 1, serial, 0) + answer)
    sink.flush()
