#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a packet filter lets through, without waiting for what does not come: see nwfilter.bats.

    probe.py SCRATCH

The guests are network namespaces, SCRATCH/ns-NAME; "c" is the one without a filter. Lines of standard input are questions, beginning with the answer
that is expected, "yes" or "no"; lines of standard output are the answers, or what went wrong:

    WANTED frame FROM TO HEX              does what FROM sends come out at TO?
    WANTED ping FROM ADDRESS [SOURCE]     is it answered?"""
import ctypes
import os
import select
import socket
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
PATIENCE = 10           # until the sentinel itself must be there
SENTINEL = bytes.fromhex('ffffffffffff5254000000' '0c' '88b6') + b'berth-sentinel'


libc = ctypes.CDLL(None, use_errno=True)


def enter(name):
    fd = os.open(f'{scratch}/ns-{name}', os.O_RDONLY)
    try:
        if libc.setns(fd, CLONE_NEWNET) < 0:
            raise OSError(ctypes.get_errno(), name)
    finally:
        os.close(fd)


def raw(name):
    enter(name)
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    s.bind(('eth0', 0))
    s.settimeout(PATIENCE)
    return s


def frame(_, sender, receiver, text):
    want, to, by, after = bytes.fromhex(text), raw(receiver), raw(sender), raw('c')
    by.send(want)
    after.send(SENTINEL)
    seen = False
    while True:
        got, address = to.recvfrom(2048)
        if address[2] == socket.PACKET_OUTGOING:
            continue
        seen |= got.startswith(want)
        if got.startswith(SENTINEL):
            return seen


def pinger(name, address, source=None):
    """A socket for echoes, of ICMP or ICMPv6, connected."""
    enter(name)
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    s = socket.socket(family, socket.SOCK_RAW, 58 if family == socket.AF_INET6 else 1)
    if source:
        s.bind((source, 0))
    s.connect((address, 0))
    s.settimeout(PATIENCE)
    return s


def echo(s, number):
    six = s.family == socket.AF_INET6
    body = struct.pack('!BBHHH', 128 if six else 8, 0, 0, os.getpid() & 0xffff, number) + b'berth!'
    if not six:
        total = sum(struct.unpack('!7H', body))
        total = (total & 0xffff) + (total >> 16)
        body = body[:2] + struct.pack('!H', ~(total + (total >> 16)) & 0xffff) + body[4:]
    s.send(body)


def answers(s):
    """The numbers of the echoes that were answered, of what is there by now."""
    while select.select([s], [], [], 0)[0]:
        packet = s.recv(2048)
        if s.family == socket.AF_INET:
            packet = packet[(packet[0] & 15) * 4:]
        kind, _, _, who, number = struct.unpack('!BBHHH', packet[:8])
        if kind in (0, 129) and who == os.getpid() & 0xffff:
            yield number


def forget_all(six):
    """Nobody knows where anybody is: "c" has to ask as much as whoever is tested."""
    for name in os.listdir(scratch):
        if name.startswith('ns-'):
            enter(name[3:])
            subprocess.run(['ip', '-6' if six else '-4', 'neigh', 'flush', 'all'], stderr=subprocess.DEVNULL, check=False)


def ping(wanted, sender, address, source=None):
    forget_all(':' in address)
    asking, after = pinger(sender, address, source), pinger('c', address)
    echo(asking, 1)
    # there and back again, and again, one after the other
    for number in range(1, 6):
        echo(after, number)
        end = time.monotonic() + PATIENCE
        while number not in list(answers(after)):
            left = end - time.monotonic()
            if left < 0 or not select.select([after], [], [], left)[0]:
                raise TimeoutError('"c" itself gets no answer')
        if 1 in list(answers(asking)):
            return True
    # what is expected may take its time
    return wanted and bool(select.select([asking], [], [], PATIENCE)[0]) and 1 in list(answers(asking))


def answer(wanted, what, *how):
    try:
        return 'yes' if {'frame': frame, 'ping': ping}[what](wanted == 'yes', *how) else 'no'
    except OSError as e:
        return str(e)


scratch = sys.argv[1]
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
for line in sys.stdin:
    print(answer(*line.split()), flush=True)
