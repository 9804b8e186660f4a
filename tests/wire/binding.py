#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""python3-libvirt against berth-serve: URI UUID of the running guest web; a guest named other is off."""
import sys
import threading
import time

import libvirt

URI, UUID = sys.argv[1:]
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
conn.setKeepAlive(2, 3)
assert conn.getType() == 'LXC' and conn.isAlive()
assert conn.getURI() == URI
assert sorted(d.name() for d in conn.listAllDomains()) == ['other', 'web']
assert conn.numOfDomains() == 1 and conn.listDefinedDomains() == ['other']
web, other = conn.lookupByUUIDString(UUID), conn.lookupByName('other')
assert conn.lookupByID(web.ID()).name() == 'web'
assert web.state() == [libvirt.VIR_DOMAIN_RUNNING, libvirt.VIR_DOMAIN_RUNNING_BOOTED]
assert web.isActive() and not other.isActive() and other.isPersistent()
assert '<name>web</name>' in web.XMLDesc()

seen = []
conn.domainEventRegister(lambda c, d, event, detail, arg: seen.append(('all', d.name(), event, detail)), None)
one = conn.domainEventRegisterAny(web, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                  lambda c, d, event, detail, arg: seen.append(('web', d.name(), event, detail)), None)
web.suspend()
web.resume()
other.create()
until(lambda: ('all', 'other', libvirt.VIR_DOMAIN_EVENT_STARTED, 0) in seen)
other.destroy()
until(lambda: ('all', 'other', libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_DESTROYED) in seen)
assert ('web', 'web', libvirt.VIR_DOMAIN_EVENT_SUSPENDED, 0) in seen
assert ('web', 'web', libvirt.VIR_DOMAIN_EVENT_RESUMED, 0) in seen
assert not [e for e in seen if e[0] == 'web' and e[1] != 'web']
conn.domainEventDeregisterAny(one)

# libvirt's codes, and whose errors they are: its own client makes a missing secret of a missing filter that another module reports
for call, code, module in ((lambda: conn.lookupByName('nobody'), libvirt.VIR_ERR_NO_DOMAIN, libvirt.VIR_FROM_LXC),
                           (lambda: web.create(), libvirt.VIR_ERR_OPERATION_INVALID, libvirt.VIR_FROM_LXC),
                           (lambda: conn.defineXML('<domain'), libvirt.VIR_ERR_XML_DETAIL, libvirt.VIR_FROM_DOMAIN),
                           (lambda: conn.networkLookupByName('nobody'), libvirt.VIR_ERR_NO_NETWORK, libvirt.VIR_FROM_NETWORK),
                           (lambda: conn.interfaceLookupByName('nobody'), libvirt.VIR_ERR_NO_INTERFACE, libvirt.VIR_FROM_INTERFACE),
                           (lambda: conn.nwfilterLookupByName('nobody'), libvirt.VIR_ERR_NO_NWFILTER, libvirt.VIR_FROM_NWFILTER),
                           (lambda: web.vcpus(), libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_FROM_DOMAIN)):
    try:
        call()
        raise SystemExit('no error %d' % code)
    except libvirt.libvirtError as e:
        assert (e.get_error_code(), e.get_error_domain()) == (code, module), (e.get_error_code(), e.get_error_domain(), code, module, str(e))
        assert e.get_error_level() == libvirt.VIR_ERR_ERROR

# a console's stream, not read for a while: what comes meanwhile must not be lost nor hold up other calls
stream = conn.newStream()
web.openConsole(None, stream)
time.sleep(0.2)
assert web.isActive()
stream.abort()
conn.close()
