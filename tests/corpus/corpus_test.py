#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Canonical forms: the files in data/ (an input and its expected output), and libvirt's own definitions where they are at hand
(BERTH_SHARED, by default ../shared beside the checkout). What is known not to be met is told in README.md."""
import glob
import os
import subprocess
import sys

import verdicts

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
TOOL = os.path.join(os.environ.get('BERTH_BUILD', TOP), 'bin/vm-define')
SHARED = os.environ.get('BERTH_SHARED', os.path.join(TOP, '..', 'shared'))
# percentages that must be reached: column of the report, least value
LEAST = (('verdict', 99.5), ('message', 100), ('schema', 99.5), ('equal', 97), ('canon', 95), ('fixpoint', 100))
count = 0


def tap(good, name, *notes):
    global count
    count += 1
    print(f"{'ok' if good else 'not ok'} {count} - {name}")
    for note in notes if not good else ():
        print('# ' + note.replace('\n', '\n# '))


def canonical(path):
    return subprocess.run([TOOL, '--print-xml', path], capture_output=True, text=True, timeout=20)


def golden():
    for path in sorted(glob.glob(os.path.join(HERE, 'data', '*.xml'))):
        expected = path[:-4] + '.expected'
        name = os.path.basename(path)
        first = canonical(path)
        want = open(expected).read()
        tap(first.returncode == 0 and first.stdout == want, f'{name} has the expected canonical form', first.stderr, first.stdout)
        tap(canonical(expected).stdout == want, f'{name}: the canonical form is its own canonical form')


def report(line):
    """{'verdict': (met, all), ...} of the report's line for the kind."""
    words = line.split()
    pairs = [tuple(map(int, w.split('/'))) for w in words if w.count('/') == 1 and w.replace('/', '').isdigit()]
    return dict(zip([c for c, _ in LEAST], pairs))


def corpus():
    check = os.path.join(SHARED, 'xmlcheck', 'xmlcheck.py')
    data = os.path.join(SHARED, 'corpus')
    if not os.path.exists(check) or not os.path.isdir(data):
        tap(True, "libvirt's definitions # SKIP no corpus: BERTH_SHARED is not set and ../shared is not there")
        return
    run = subprocess.run([sys.executable, check, '--corpus', data, '--kind', 'domain', '--cmd', TOOL + ' --print-xml {input}',
                          '--show', '40'], capture_output=True, text=True)
    lines = run.stdout.splitlines()
    sums = next((report(x) for x in lines if x.startswith('domain ')), {})
    for column, least in LEAST:
        met, total = sums.get(column, (0, 1))
        tap(total and 100 * met / total >= least, f'{column}: {met} of {total}', run.stdout[-4000:], run.stderr[-500:])
    tap(not any('crash' in x for x in lines if x.startswith('FAIL')), 'no crash', run.stdout[-2000:])
    objects(check, data)


# kinds of objects: the program, and the least value of "equal" (a moment of a guest is compared with one of a guest that we have not)
OBJECTS = (('storagepool', 'pool-define', 99), ('storagevol', 'vol-create', 95), ('secret', 'secret-define', 100), ('nodedev', 'nodedev-define', 100),
           ('interface', 'iface-define', 100), ('domainsnapshot', 'snapshot-create', 75), ('domaincheckpoint', 'checkpoint-create', 0),
           ('domainbackup', 'backup-begin', 0), ('network', 'net-define', 100), ('nwfilter', 'nwfilter-define', 100),
           ('nwfilterbinding', 'nwfilter-binding-create', 100), ('networkport', 'net-port-create', 100))


def objects(check, data):
    for kind, program, equal in OBJECTS:
        tool = os.path.join(os.environ.get('BERTH_BUILD', TOP), 'bin', program)
        run = subprocess.run([sys.executable, check, '--corpus', data, '--kind', kind, '--cmd', tool + ' --print-xml {input}', '--show', '20'],
                             capture_output=True, text=True)
        row = next((x.split() for x in run.stdout.splitlines() if x.startswith(kind + ' ')), [])
        # a column without cases is a dash alone
        cells = [x for x in row[2:] if '/' in x or x == '-']
        values = dict(zip(('verdict', 'message', 'schema', 'equal', 'canon', 'fixpoint'), cells))
        for column, least in (('verdict', 93), ('schema', 93), ('equal', equal), ('fixpoint', 100)):
            met, total = map(int, values.get(column, '0/1').split('/')) if values.get(column) != '-' else (1, 1)
            tap(total and 100 * met / total >= least, f'{kind}, {column}: {met} of {total}', run.stdout[-3000:], run.stderr[-500:])


# beside the programs of a build with sanitizers, else in the build's own folder
NETCONF = next((p for p in (os.path.join(os.environ.get('BERTH_BUILD', TOP), x, 'tests/corpus/netconf') for x in ('', 'build')) if os.path.exists(p)), '')


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def network_updates(check, data):
    """Two are refused as by libvirt 9.0: see the README."""
    run = subprocess.run([sys.executable, check, '--corpus', data, '--kind', 'network-update', '--show', '20', '--cmd', NETCONF +
                          ' update {input} {context} {note:command} {note:section} {note:parent-index}'], capture_output=True, text=True)
    row = next((x.split() for x in run.stdout.splitlines() if x.startswith('network-update ')), [])
    pairs = [x for x in row[2:] if '/' in x]
    tap(len(pairs) >= 3 and pairs[0] == '16/18' and pairs[2] == '8/8', 'network-update: ' + ' '.join(pairs), run.stdout, run.stderr[-500:])


def lines_of(text):
    """A configuration without what says where files are, and hosts that are in a file or in their place."""
    left_out = ('#', 'pid-file=', 'dhcp-hostsfile=', 'addn-hosts=', 'dhcp-host=', 'host-record=', 'bind-interfaces', 'bind-dynamic', 'listen-address=')
    lines = (x.strip() for x in text.splitlines())
    return sorted(x for x in lines if x and not x.startswith(left_out))


def dnsmasq_configurations(data):
    """Line by line what libvirt 9.0 writes; where that made none, what it wrote in 2018, which had no netmask in a range."""
    folder = os.path.join(data, 'network-dnsmasq/networkxml2confdata')
    names = [n for n in sorted(os.listdir(folder)) if n.endswith('.xml')]
    same = 0
    for name in names:
        ours = subprocess.run([NETCONF, 'dnsmasq', os.path.join(folder, name)], capture_output=True, text=True).stdout
        oracle = os.path.join(folder, 'oracle', name + '.net9.conf')
        if os.path.exists(oracle):
            met = lines_of(ours) == lines_of(read(oracle))
        else:
            theirs = read(os.path.join(folder, 'expected', name[:-4] + '.conf'))
            met = [x for x in lines_of(ours) if x[:10] != 'interface='] == [x + ',255.255.255.0' if x[:10] == 'dhcp-range' else x for x in
                                                                           lines_of(theirs) if x[:10] != 'interface=']
        same += met
        if not met:
            print('#', name)
    tap(same == len(names), f'network-dnsmasq: {same} of {len(names)}')


# the variables that libvirt's tests have
PARAMETERS = ['IPSETNAME=tck_test'] + [f'{name}={value}' for name, values in (
    ('A', '1.1.1.1 2.2.2.2 3.3.3.3 3.3.3.3'), ('B', '80 90 80 80'), ('C', '1080 1090 1100 1110')) for value in values.split()]
# filters of which no rule decides the same as one before it, so that it must be noticed if one is missing
LEAN = ('icmp-direction.xml', 'mac.xml', 'rarp.xml', 'udp-ipv6.xml')


def rules_of(*words):
    run = subprocess.run([NETCONF, *words], capture_output=True, text=True)
    if run.returncode:
        print('#', run.stderr)
    return run.stdout


def unnoticed(log, table):
    """How many of a table's rules can be taken away without a difference being found."""
    lines, hidden = table.splitlines(), 0
    for i, line in enumerate(lines):
        if line.startswith('\t\t') and not line.strip().startswith(('type', 'goto', 'iifname', 'oifname', 'accept')):
            hidden += not verdicts.compare_filter(log, '\n'.join(lines[:i] + lines[i + 1:]), 1)[1]
    return hidden


def firewalls(data):
    """Not the same text, but the same verdicts: verdicts.py tells of what."""
    folder = os.path.join(data, 'nwfilter-firewall/nwfilterxml2firewalldata')
    for path in sorted(glob.glob(os.path.join(folder, '*.xml'))):
        name = os.path.basename(path)
        log, table = read(os.path.join(folder, 'oracle', name + '.nwf9.args')), rules_of('filter', path, *PARAMETERS)
        made, wrong = verdicts.compare_filter(log, table) if table else (0, ['no rules'])
        tap(made and not wrong, f'nwfilter-firewall, {name}: the verdicts of {made} frames', *map(str, wrong[:10]))
        if name in LEAN:
            tap(unnoticed(log, table) == 0, f'nwfilter-firewall, {name}: any rule that is missing is noticed')
    folder = os.path.join(data, 'network-firewall/networkxml2firewalldata')
    for path in sorted(glob.glob(os.path.join(folder, '*.xml'))):
        name = os.path.basename(path)
        logs = os.path.join(folder, 'oracle', name + '.net9.start.args'), os.path.join(folder, 'expected', name[:-4] + '-linux.args')
        made, wrong = verdicts.compare_network(read(next(log for log in logs if os.path.exists(log))), rules_of('rules', path))
        tap(made and not wrong, f'network-firewall, {name}: the verdicts of {made} packets', *map(str, wrong[:10]))


def networks():
    check, data = os.path.join(SHARED, 'xmlcheck', 'xmlcheck.py'), os.path.join(SHARED, 'corpus')
    if not os.path.exists(check) or not NETCONF:
        tap(True, 'what networks come to # SKIP no corpus, or netconf is not built (make canon)')
        return
    network_updates(check, data)
    dnsmasq_configurations(data)
    firewalls(data)


golden()
corpus()
networks()
print(f'1..{count}')
