#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""python3-libvirt against the test driver behind berth-serve: URI DIR. Every kind of object, an event loop, streams with and without holes."""
import os
import sys
import threading
import time

import libvirt

URI, DIR = sys.argv[1:]
libvirt.registerErrorHandler(lambda *args: None, None)
libvirt.virEventRegisterDefaultImpl()


def loop():
    while True:
        libvirt.virEventRunDefaultImpl()


def until(condition):
    end = time.time() + 10
    while not condition():
        assert time.time() < end, 'waited in vain'
        time.sleep(0.02)


threading.Thread(target=loop, daemon=True).start()
conn = libvirt.open(URI)
assert conn.getType() == 'TEST'
assert [d.name() for d in conn.listAllDomains()] == ['test']
assert [n.name() for n in conn.listAllNetworks()] == ['default']
assert [p.name() for p in conn.listAllStoragePools()] == ['default-pool']
assert [i.name() for i in conn.listAllInterfaces()] == ['eth1']
assert [d.name() for d in conn.listAllDevices()] == ['computer']
test, pool, net = conn.lookupByName('test'), conn.storagePoolLookupByName('default-pool'), conn.networkLookupByName('default')
assert test.diskErrors() == {'vda': libvirt.VIR_DOMAIN_DISK_ERROR_UNSPEC}
assert test.fsFreeze() == 2 and test.fsThaw(['/']) == 1 and test.fsThaw() == 1
assert test.schedulerParameters() == {'weight': 50}
assert len(test.vcpus()[0]) == 2 and conn.getCPUMap()[0] == 8
assert test.interfaceAddresses(libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE)['testnet0']['addrs'][0]['addr'].startswith('192.168.122.')

seen = []
conn.networkEventRegisterAny(net, libvirt.VIR_NETWORK_EVENT_ID_LIFECYCLE, lambda c, n, event, detail, arg: seen.append((n.name(), event)), None)
conn.storagePoolEventRegisterAny(None, libvirt.VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE, lambda c, p, event, detail, arg: seen.append((p.name(), event)), None)
conn.storagePoolEventRegisterAny(None, libvirt.VIR_STORAGE_POOL_EVENT_ID_REFRESH, lambda c, p, arg: seen.append((p.name(), 'refresh')), None)
net.destroy()
net.create()
pool.refresh()
until(lambda: ('default', libvirt.VIR_NETWORK_EVENT_STARTED) in seen and ('default-pool', 'refresh') in seen)
assert ('default', libvirt.VIR_NETWORK_EVENT_STOPPED) in seen

# streams: blocking, then in the event loop
SIZE = 3000000
data = os.urandom(SIZE)
vol = pool.createXML('<volume><name>v</name><capacity>%d</capacity></volume>' % (4 * SIZE))
stream = conn.newStream()
vol.upload(stream, 0, SIZE)
sent = [0]


def source(stream, n, opaque):
    piece = data[sent[0]:sent[0] + n]
    sent[0] += len(piece)
    return piece


stream.sendAll(source, None)
stream.finish()
stream, got = conn.newStream(libvirt.VIR_STREAM_NONBLOCK), bytearray()
vol.download(stream, 0, SIZE)
done = []


def ready(stream, events, opaque):
    if events & libvirt.VIR_STREAM_EVENT_READABLE:
        while True:
            piece = stream.recv(65536)
            if piece == -2:
                return
            if not piece:
                stream.eventRemoveCallback()
                stream.finish()
                done.append(True)
                return
            got.extend(piece)


stream.eventAddCallback(libvirt.VIR_STREAM_EVENT_READABLE, ready, None)
until(lambda: done)
assert bytes(got) == data

# a hole of three times as much behind the data
holes, sparse = [], bytearray()
stream = conn.newStream()
vol.download(stream, 0, 0, libvirt.VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM)
stream.sparseRecvAll(lambda s, piece, arg: sparse.extend(piece) and None or len(piece), lambda s, length, arg: holes.append(length) and None or 0, None)
stream.finish()
assert len(sparse) + sum(holes) == 4 * SIZE and sum(holes) > 2 * SIZE, (len(sparse), holes)
assert bytes(sparse[:SIZE]) == data

# given up in the middle, and the connection lives
stream = conn.newStream()
vol.download(stream, 0, 0)
stream.recv(1000)
stream.abort()
assert vol.info()[1] == 4 * SIZE
conn.close()
