# SPDX-License-Identifier: LGPL-2.1-or-later
"""What rules decide: those of iptables and ebtables as libvirt makes them, and ours of nftables, each read from its text and asked about the same frames.

A frame is real bytes with a few words beside it (where it comes from and goes to, what connection tracking says of it), so that an offset that is wrong
in our rules is found. The frames are made of the conditions of libvirt's rules: one that meets each rule, one beside it for each condition and each end of
a range, both directions, every state. Whatever else a rule says than is known here ends the test."""
import ipaddress
import re
import shlex

PROTOCOLS = {'tcp': 6, 'udp': 17, 'icmp': 1, 'sctp': 132, 'ah': 51, 'esp': 50, 'igmp': 2, 'udplite': 136, 'icmpv6': 58}
TYPES = {'ip': 0x0800, 'ipv4': 0x0800, 'ip6': 0x86dd, 'ipv6': 0x86dd, 'arp': 0x0806}
FLAGS = {'FIN': 1, 'SYN': 2, 'RST': 4, 'PSH': 8, 'ACK': 16, 'URG': 32, 'NONE': 0, 'ALL': 63}
WITH_PORTS = (6, 17, 132, 136)


def number(text):
    return int(text, 0)


def mac(text):
    return int.from_bytes(bytes(int(x, 16) for x in text.split(':')), 'big')


# --- frames --------------------------------------------------------------------------------------------------------------------------------------

# The fields of a frame, where libvirt's commands name one: its widest value.
DEFAULTS = {'dmac': mac('52:54:00:00:00:0b'), 'smac': mac('52:54:00:00:00:0a'), 'type': 0x88b5, 'saddr': None, 'daddr': None, 'proto': 253, 'dscp': 0, 'sport': 4000,
            'dport': 5000, 'icmp_type': 0, 'icmp_code': 0, 'flags': 2, 'htype': 1, 'ptype': 0x800, 'op': 1, 'arp_smac': 0, 'arp_dmac': 0, 'arp_sip': 0,
            'arp_dip': 0, 'stp_type': 0, 'stp_flags': 0, 'root_prio': 0, 'root_mac': 0, 'root_cost': 0, 'sender_prio': 0, 'sender_mac': 0,
            'stp_port': 0, 'age': 0, 'max_age': 0, 'hello': 0, 'delay': 0, 'state': 'NEW', 'dir': 'ORIGINAL', 'iif': '', 'oif': ''}
NO_ADDRESS = {0x0800: ipaddress.ip_address('192.0.2.1'), 0x86dd: ipaddress.ip_address('2001:db8::1')}
# width in bits of what a condition may be just below or above of
BITS = {'sport': 16, 'dport': 16, 'dscp': 6, 'proto': 8, 'icmp_type': 8, 'icmp_code': 8, 'type': 16, 'htype': 16, 'ptype': 16, 'op': 16, 'stp_type': 8, 'stp_flags': 8,
        'root_prio': 16, 'root_cost': 32, 'sender_prio': 16, 'stp_port': 16, 'age': 16, 'max_age': 16, 'hello': 16, 'delay': 16, 'smac': 48, 'dmac': 48,
        'arp_smac': 48, 'arp_dmac': 48, 'root_mac': 48, 'sender_mac': 48}


class Frame(dict):
    def __init__(self, **fields):
        super().__init__(DEFAULTS, **fields)
        if self['type'] in NO_ADDRESS:
            for end in 'saddr', 'daddr':
                if self[end] is None or self[end].version != NO_ADDRESS[self['type']].version:
                    self[end] = NO_ADDRESS[self['type']]
        self.data = self.ethernet()

    def big(self, *fields):
        return b''.join(self[f].to_bytes(n, 'big') for f, n in fields)

    def transport(self):
        if self['proto'] == 6:
            return self.big(('sport', 2), ('dport', 2)) + bytes(8) + bytes([0x50, self['flags']]) + bytes(6)
        if self['proto'] in WITH_PORTS:
            return self.big(('sport', 2), ('dport', 2)) + bytes(8)
        return self.big(('icmp_type', 1), ('icmp_code', 1)) + bytes(14)

    def network(self):
        tos = self['dscp'] << 2
        if self['type'] == 0x0800:
            return bytes([0x45, tos, 0, 20, 0, 0, 0, 0, 64, self['proto'], 0, 0]) + self['saddr'].packed + self['daddr'].packed + self.transport()
        if self['type'] == 0x86dd:
            return bytes([0x60 | tos >> 4, tos << 4 & 0xff, 0, 0, 0, 16, self['proto'], 64]) + self['saddr'].packed + self['daddr'].packed + self.transport()
        if self['type'] in (0x0806, 0x8035):
            return self.big(('htype', 2), ('ptype', 2)) + bytes([6, 4]) + self.big(('op', 2), ('arp_smac', 6), ('arp_sip', 4), ('arp_dmac', 6), ('arp_dip', 4))
        return bytes(46)

    def ethernet(self):
        if self['dmac'] == mac('01:80:c2:00:00:00'):
            # IEEE 802.3 with a length, LLC, and 802.1D's configuration BPDU
            return (self.big(('dmac', 6), ('smac', 6)) + bytes([0, 38, 0x42, 0x42, 3, 0, 0, 0]) + self.big(
                ('stp_type', 1), ('stp_flags', 1), ('root_prio', 2), ('root_mac', 6), ('root_cost', 4), ('sender_prio', 2), ('sender_mac', 6),
                ('stp_port', 2), ('age', 2), ('max_age', 2), ('hello', 2), ('delay', 2)))
        return self.big(('dmac', 6), ('smac', 6), ('type', 2)) + self.network()

    def bits(self, base, offset, length):
        start = {'ll': 0, 'nh': 14, 'th': 14 + (20 if self['type'] == 0x0800 else 40)}[base]
        whole = int.from_bytes(self.data[start:].ljust(64, b'\0'), 'big')
        return whole >> (max(len(self.data) - start, 64) * 8 - offset - length) & ((1 << length) - 1)


# --- conditions: (field, test, examples that meet it, examples that do not) --------------------------------------------------------------------------

class Condition:
    def __init__(self, field, test, inside, outside, no=False):
        self.field, self.no = field, no
        self.test = (lambda v: not test(v)) if no else test
        self.inside, self.outside = (outside, inside) if no else (inside, outside)


def between(field, low, high, no=False):
    top = (1 << BITS[field]) - 1
    return Condition(field, lambda v: low <= v <= high, [low, high], [v for v in (low - 1, high + 1) if 0 <= v <= top], no)


def masked(field, value, mask, no=False):
    lowest = mask & -mask
    return Condition(field, lambda v: v & mask == value & mask, [value, value ^ (~mask & ((1 << BITS[field]) - 1))], [value ^ lowest], no)


def subnet(field, text, no=False):
    net = ipaddress.ip_network(text, strict=False)
    first, last = net.network_address, net.broadcast_address
    outside = [type(first)(x) for x in (int(first) - 1, int(last) + 1) if 0 <= x < 1 << net.max_prefixlen]
    return Condition(field, lambda v: v is not None and v.version == net.version and v in net, [first, last], outside, no)


def one_of(field, values, everything, no=False):
    return Condition(field, lambda v: v in values, list(values), [v for v in everything if v not in values], no)


STATES, DIRECTIONS = ('NEW', 'ESTABLISHED', 'RELATED', 'INVALID'), ('ORIGINAL', 'REPLY')


def ends(text):
    low, _, high = text.partition(':')
    return number(low), number(high or low)


def ranged(field):
    return lambda text, no: between(field, *ends(text), no)


def hardware(field):
    def read(text, no):
        value, _, mask = text.partition('/')
        return masked(field, mac(value), mac(mask) if mask else (1 << 48) - 1, no)
    return read


def addresses(field):
    return lambda text, no: subnet(field, text, no)


def tcp_flags(mask, flags, no):
    m, want = (sum(FLAGS[f] for f in text.split(',')) if text != 'ALL' else 63 for text in (mask, flags))
    return Condition('flags', lambda v: v & m == want, [want & m, want | (~m & 63)], [want ^ (m & -m), 63, 0], no)


# libvirt gives a DSCP to ebtables as if it were the whole byte of TOS: taken as what was meant
OPTIONS = {
    '--source': addresses('saddr'), '--destination': addresses('daddr'), '--ip-source': addresses('saddr'), '--ip-destination': addresses('daddr'),
    '--ip6-source': addresses('saddr'), '--ip6-destination': addresses('daddr'), '--sport': ranged('sport'), '--dport': ranged('dport'),
    '--ip-source-port': ranged('sport'), '--ip-destination-port': ranged('dport'), '--ip6-source-port': ranged('sport'),
    '--ip6-destination-port': ranged('dport'), '--destination-port': ranged('dport'), '--ip-protocol': ranged('proto'), '--ip6-protocol': ranged('proto'),
    '--dscp': ranged('dscp'), '--ip-tos': ranged('dscp'), '--icmp-type': ranged('icmp_type'), '--mac-source': hardware('smac'), '-s': hardware('smac'),
    '-d': hardware('dmac'), '--arp-htype': ranged('htype'), '--arp-ptype': ranged('ptype'), '--arp-opcode': ranged('op'),
    '--arp-mac-src': hardware('arp_smac'), '--arp-mac-dst': hardware('arp_dmac'), '--stp-type': ranged('stp_type'), '--stp-flags': ranged('stp_flags'),
    '--stp-root-pri': ranged('root_prio'), '--stp-root-addr': hardware('root_mac'), '--stp-root-cost': ranged('root_cost'),
    '--stp-sender-prio': ranged('sender_prio'), '--stp-sender-addr': hardware('sender_mac'), '--stp-port': ranged('stp_port'), '--stp-msg-age': ranged('age'),
    '--stp-max-age': ranged('max_age'), '--stp-hello-time': ranged('hello'), '--stp-forward-delay': ranged('delay'),
    '--ctstate': lambda text, no: one_of('state', text.split(','), STATES, no), '--ctdir': lambda text, no: one_of('dir', [text.upper()], DIRECTIONS, no),
    '--in-interface': lambda text, no: one_of('iif', [text], ['other0'], no), '--out-interface': lambda text, no: one_of('oif', [text], ['other0'], no),
}


# --- rules of iptables and ebtables ------------------------------------------------------------------------------------------------------------------

class Rule:
    def __init__(self, conditions, target, family=None, words=()):
        self.conditions, self.target, self.family, self.words = conditions, target, family, words

    def meets(self, frame):
        return (self.family is None or frame['type'] == self.family) and all(c.test(frame[c.field]) for c in self.conditions)


def protocol(program, text):
    """A condition, or none for all."""
    if program == 'ebtables':
        return between('type', *[TYPES.get(text) or number(text)] * 2)
    return None if text == 'all' else between('proto', *[PROTOCOLS[text]] * 2)


def parse_rule(program, words):
    conditions, target, no = [], None, False
    words = list(words)
    while words:
        word = words.pop(0)
        if word == '!':
            no = True
            continue
        if word in ('-m', '--match', '--comment', '--to-ports'):
            value = words.pop(0)
            target = (target[0], value) if word == '--to-ports' else target
        elif word == '--checksum-fill':
            pass
        elif word in ('-p', '--protocol'):
            c = protocol(program, words.pop(0))
            conditions += [c] if c else []
        elif word in ('-j', '--jump'):
            target = (words.pop(0), '')
        elif word == '--tcp-flags':
            conditions.append(tcp_flags(words.pop(0), words.pop(0), no))
        else:
            conditions.append(OPTIONS[word](words.pop(0), no))
        no = False
    ports = any(c.field in ('sport', 'dport') for c in conditions)
    assert not ports or any(c.field == 'proto' for c in conditions)
    return Rule(conditions, target, {'iptables': 0x0800, 'ip6tables': 0x86dd}.get(program))


def commands(text):
    """(program, table, chain, True if it goes before the others, the rest) of each command that makes a rule. What makes and takes away chains, and hangs
    them up, says nothing about packets."""
    for line in text.replace('\\\n', ' ').splitlines():
        words = [w for w in shlex.split(line) if w not in ('-w', '--concurrent')]
        if not words:
            continue
        program, words = words[0], words[1:]
        table = 'nat' if program == 'ebtables' else 'filter'
        if words[0] in ('-t', '--table'):
            table, words = words[1], words[2:]
        if words[0] in ('-A', '--append', '-I', '--insert'):
            yield program, table, words[1], words[0] in ('-I', '--insert'), words[2:]


class Theirs:
    """The chains of a log of commands; `skip`: chains that only hang others up."""

    def __init__(self, text, skip=()):
        self.chains = {}
        for program, table, chain, first, words in commands(text):
            if chain in skip:
                continue
            rules = self.chains.setdefault((program == 'ebtables', table, chain), [])
            rules.insert(0 if first else len(rules), parse_rule(program, words))

    def rules(self):
        return [r for chain in self.chains.values() for r in chain]

    def run(self, eb, table, chain, frame):
        """The target that ends it, as (name, argument); None: the end of the chain."""
        for rule in self.chains.get((eb, table, chain), ()):
            if not rule.meets(frame) or rule.target[0] == 'CONTINUE':
                continue
            if (eb, table, rule.target[0]) in self.chains:
                end = self.run(eb, table, rule.target[0], frame)
                if end:
                    return end
            elif rule.target[0] == 'RETURN' and eb:
                return None
            else:
                return rule.target
        return None


# --- rules of nftables ---------------------------------------------------------------------------------------------------------------------------------

FIELDS = {'ether saddr': ('smac', mac), 'ether daddr': ('dmac', mac), 'ether type': ('type', lambda t: TYPES.get(t) or number(t)),
          'meta l4proto': ('proto', lambda t: PROTOCOLS.get(t) or number(t)), 'th sport': ('sport', number), 'th dport': ('dport', number),
          'udp sport': ('sport', number), 'udp dport': ('dport', number),
          'ip dscp': ('dscp', number), 'ip6 dscp': ('dscp', number), 'ip saddr': ('saddr', None), 'ip daddr': ('daddr', None), 'ip6 saddr': ('saddr', None),
          'ip6 daddr': ('daddr', None), 'ct state': ('state', str.upper), 'ct direction': ('dir', str.upper), 'iifname': ('iif', lambda t: t.strip('"')),
          'oifname': ('oif', lambda t: t.strip('"')), 'meta nfproto': ('type', lambda t: TYPES[t])}
NEEDS = {'ip': 0x0800, 'ip6': 0x86dd}
CONDITION = re.compile(r'(?P<expr>@(?:ll|nh|th),\d+,\d+|tcp flags|(?:ether|meta|th|udp|ip|ip6|ct) \w+|[io]ifname) (?:& (?P<mask>\([^)]*\)|\S+) )?'
                       r'(?P<op>==|!=)? ?(?P<value>\{[^}]*\}|[^\s]+) ?')
FLAG_WORDS = {'fin': 1, 'syn': 2, 'rst': 4, 'psh': 8, 'ack': 16, 'urg': 32, '0x0': 0}


def flag_sum(text):
    return sum(FLAG_WORDS[w] for w in re.split('[|,]', text.strip('()')))


class Ours:
    """The chains of one table, from what netconf writes."""

    def __init__(self, text):
        self.chains, chain = {}, None
        for line in (x.strip() for x in text.splitlines()):
            if line.startswith('chain '):
                chain = self.chains.setdefault(line.split()[1], [])
            elif line == '}':
                chain = None
            elif chain is not None and not line.startswith('type '):
                chain.append(self.parse(line))

    @staticmethod
    def parse(line):
        line, tests = re.sub(r' comment ".*"$', '', line), []
        while True:
            m = CONDITION.match(line)
            if not m or line.startswith(('udp checksum', 'snat')):
                return tests, line
            tests.append(Ours.condition(m.group('expr'), m.group('mask'), m.group('op') == '!=', m.group('value')))
            line = line[m.end():]

    @staticmethod
    def condition(expr, mask, no, value):
        values = [v.strip() for v in value.strip('{}').split(',')]
        if expr == 'tcp flags':
            m, want = flag_sum(mask), flag_sum(value)
            return lambda f: (f['proto'] == 6) and (f['flags'] & m == want) != no
        if expr[0] == '@':
            base, offset, length = expr[1:].split(',')
            low, _, high = value.partition('-')
            low, high, bits = number(low), number(high or low), number(mask) if mask else -1
            return lambda f: (low <= f.bits(base, int(offset), int(length)) & bits <= high) != no
        field, read = FIELDS[expr]
        needs = NEEDS.get(expr.split()[0])
        if read is None:
            ranges = [Ours.addresses(v) for v in values]
            return lambda f: f['type'] == needs and any(a <= f[field] <= b for a, b in ranges) != no
        if mask:
            return lambda f: (f[field] & read(mask) == read(value)) != no
        split = expr.split()[0] in ('th', 'udp') or (expr.endswith('dscp'))
        ranges = [[read(x) for x in (v.split('-') if split else [v])] for v in values]
        carries = (lambda f: f['proto'] == 17) if expr.startswith('udp') else (lambda f: needs is None or f['type'] == needs)
        return lambda f: carries(f) and any(r[0] <= f[field] <= r[-1] for r in ranges) != no

    @staticmethod
    def addresses(text):
        if '-' in text:
            return [ipaddress.ip_address(x) for x in text.split('-')]
        net = ipaddress.ip_network(text, strict=False)
        return net.network_address, net.broadcast_address

    def run(self, chain, frame):
        """The verdict that ends it; None: the end of the chain."""
        for tests, verdict in self.chains.get(chain, ()):
            if not all(t(frame) for t in tests):
                continue
            word, _, target = verdict.partition(' ')
            if word in ('jump', 'goto'):
                end = self.run(target, frame)
                if end or word == 'goto':
                    return end
            elif word == 'return':
                return None
            elif word != 'continue':
                return verdict
        return None


# --- frames for rules ----------------------------------------------------------------------------------------------------------------------------------

def implied(rule):
    """What a frame must be for a rule's conditions to be asked at all."""
    fields = {c.field for c in rule.conditions}
    kind = {'type': rule.family} if rule.family else {}
    if fields & {'stp_type', 'root_prio', 'sender_prio'}:
        kind['dmac'] = mac('01:80:c2:00:00:00')
    return kind


def frames(rule):
    """Those that meet it, and those that miss it by one condition."""
    base = implied(rule)
    first = dict(base, **{c.field: c.inside[0] for c in rule.conditions})
    last = dict(base, **{c.field: c.inside[-1] for c in rule.conditions})
    made = [first, last]
    for c in rule.conditions:
        made += [dict(first, **{c.field: v}) for v in c.inside + c.outside]
    for fields in made:
        for state in STATES:
            for direction in DIRECTIONS:
                yield Frame(**dict(fields, state=state, dir=direction))
        # what the guest's peer would send back
        swap = {'saddr': 'daddr', 'daddr': 'saddr', 'sport': 'dport', 'dport': 'sport', 'smac': 'dmac', 'dmac': 'smac'}
        mirrored = {swap.get(k, k): v for k, v in fields.items()}
        for state in STATES:
            for direction in DIRECTIONS:
                yield Frame(**dict(mirrored, state=state, dir=direction))


def everyday():
    for kind in (0x0800, 0x86dd, 0x0806, 0x8035, 0x1234, 0x600, 0xffff):
        for proto in (1, 6, 17, 132, 51, 50, 253) if kind in NO_ADDRESS else (0,):
            for state in STATES:
                yield Frame(type=kind, proto=proto, state=state)


# --- a filter ------------------------------------------------------------------------------------------------------------------------------------------

HANGERS = ('PREROUTING', 'POSTROUTING', 'libvirt-in', 'libvirt-out', 'libvirt-host-in', 'libvirt-in-post', 'FORWARD', 'INPUT')


# What a rule says of a frame, "accept" or "drop"; None where no rule says anything, which comes to accepting, but would hide an accepting rule that is missing.
WORDS = {'ACCEPT': 'accept', 'RETURN': 'accept', 'DROP': 'drop', 'REJECT': 'drop', 'accept': 'accept', 'drop': 'drop', 'reject': 'drop'}


def their_filter(rules, way, frame):
    """Of the rules about frames, and of those about packets."""
    upper = {'out': 'FJ-vnet0', 'host': 'HJ-vnet0', 'in': 'FP-vnet0'}[way]
    ends = rules.run(True, 'nat', 'libvirt-P-vnet0' if way == 'in' else 'libvirt-J-vnet0', frame), rules.run(False, 'filter', upper, frame)
    return tuple(end and WORDS[end[0]] for end in ends)


def our_filter(rules, way, frame):
    way = 'in' if way == 'in' else 'out'
    return tuple(end and WORDS[end] for end in (rules.run(way + '_root', frame), rules.run(way + '_upper', frame)))


def our_table(text):
    """A table where going on to the rules about packets is accepting, and the ends of both chains, which do so in any case, are left out."""
    ours = Ours(re.sub(r'goto (in|out)_upper', 'accept', text))
    for name in 'in_root', 'out_root', 'in_upper', 'out_upper':
        assert ours.chains[name].pop() == ([], 'accept')
    return ours


def compare_filter(log, table, most=1 << 30):
    """(how many decisions were compared, those that differ); no more once `most` differ"""
    theirs, ours = Theirs(log, HANGERS), our_table(table)
    made, wrong = 0, []
    for frame in (f for source in [everyday()] + [frames(r) for r in theirs.rules()] for f in source):
        for way in 'out', 'host', 'in':
            want, got = their_filter(theirs, way, frame), our_filter(ours, way, frame)
            made += 1
            if want != got:
                wrong.append((way, want, got, {k: v for k, v in frame.items() if v != DEFAULTS[k]}))
                if len(wrong) >= most:
                    return made, wrong
    return made, wrong


# --- a network -----------------------------------------------------------------------------------------------------------------------------------------

# the order in which libvirt hangs its chains into FORWARD; before it had chains of its own, that was the one
FORWARD = ('LIBVIRT_FWX', 'LIBVIRT_FWI', 'LIBVIRT_FWO', 'FORWARD')


def their_network(rules, frame):
    """What becomes of what is forwarded; how its source is translated; whether its checksum is seen to."""
    forward = next((end for end in (rules.run(False, 'filter', chain, frame) for chain in FORWARD) if end), None)
    nat, mangle = (next((end for end in (rules.run(False, table, chain, frame) for chain in ('LIBVIRT_PRT', 'POSTROUTING')) if end), None)
                   for table in ('nat', 'mangle'))
    return forward and WORDS[forward[0]], nat and {'RETURN': None, 'MASQUERADE': ('masquerade ' + nat[1]).strip()}[nat[0]], bool(mangle)


def our_network(rules, frame):
    forward, nat = rules.run('forward', frame), rules.run('postrouting', frame)
    return forward and WORDS[forward], nat and nat.replace('to :', ''), rules.run('checksum', frame) is not None


def compare_network(log, table):
    """Without what libvirt leaves to the kernel: IPv6 where the network has none (its bridge is told to have none, and we reject it beside that)."""
    theirs, ours = Theirs(log), Ours(table)
    families, made, wrong = {r.family for r in theirs.rules()}, 0, []
    for frame in (f for source in [everyday()] + [frames(r) for r in theirs.rules()] for f in source if f['type'] in families):
        for iif in 'virbr0', 'other0':
            for oif in 'virbr0', 'other0':
                frame.update(iif=iif, oif=oif)
                want, got = their_network(theirs, frame), our_network(ours, frame)
                made += 1
                if want != got:
                    wrong.append((want, got, {k: v for k, v in frame.items() if v != DEFAULTS[k]}))
    return made, wrong
