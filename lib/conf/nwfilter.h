/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packet filters: libvirt's <filter> and <filterbinding>. A rule's attributes are text in canonical form, each a value or an access to a
 * variable ("$IP", "$IP[@1]", "$IP[2]"); NULL: not given.
 */
#ifndef BERTH_CONF_NWFILTER_H
#define BERTH_CONF_NWFILTER_H

#include "conf/document.h"
#include "conf/domain_interface.h"

#define NWFILTER_ACTIONS(X) \
	X(NWFILTER_DROP, "drop") \
	X(NWFILTER_ACCEPT, "accept") \
	X(NWFILTER_REJECT, "reject") \
	X(NWFILTER_RETURN, "return") \
	X(NWFILTER_CONTINUE, "continue")
CONF_ENUM(nwfilter_action, NWFILTER_ACTIONS);

/* As the guest sees it: IN is what it gets. */
#define NWFILTER_DIRECTIONS(X) X(NWFILTER_IN, "in") X(NWFILTER_OUT, "out") X(NWFILTER_INOUT, "inout")
CONF_ENUM(nwfilter_direction, NWFILTER_DIRECTIONS);

/* Up to IPV6: what an Ethernet frame is; the rest: what is in an IP packet, seen with connection tracking. */
#define NWFILTER_PROTOCOLS(X) \
	X(NWFILTER_MAC, "mac") \
	X(NWFILTER_VLAN, "vlan") \
	X(NWFILTER_STP, "stp") \
	X(NWFILTER_ARP, "arp") \
	X(NWFILTER_RARP, "rarp") \
	X(NWFILTER_IP, "ip") \
	X(NWFILTER_IPV6, "ipv6") \
	X(NWFILTER_TCP, "tcp") \
	X(NWFILTER_UDP, "udp") \
	X(NWFILTER_UDPLITE, "udplite") \
	X(NWFILTER_ESP, "esp") \
	X(NWFILTER_AH, "ah") \
	X(NWFILTER_SCTP, "sctp") \
	X(NWFILTER_ICMP, "icmp") \
	X(NWFILTER_IGMP, "igmp") \
	X(NWFILTER_ALL, "all") \
	X(NWFILTER_TCP6, "tcp-ipv6") \
	X(NWFILTER_UDP6, "udp-ipv6") \
	X(NWFILTER_UDPLITE6, "udplite-ipv6") \
	X(NWFILTER_ESP6, "esp-ipv6") \
	X(NWFILTER_AH6, "ah-ipv6") \
	X(NWFILTER_SCTP6, "sctp-ipv6") \
	X(NWFILTER_ICMP6, "icmpv6") \
	X(NWFILTER_ALL6, "all-ipv6")
CONF_ENUM(nwfilter_protocol, NWFILTER_PROTOCOLS);

/* Every attribute of every protocol: constant, name, type of value (nwfilter.c), protocols that have it. */
#define NWFILTER_L2 (BIT(NWFILTER_MAC) | BIT(NWFILTER_VLAN) | BIT(NWFILTER_ARP) | BIT(NWFILTER_RARP) | BIT(NWFILTER_IP) | BIT(NWFILTER_IPV6))
#define NWFILTER_L4 (BIT(NWFILTER_TCP) | BIT(NWFILTER_UDP) | BIT(NWFILTER_UDPLITE) | BIT(NWFILTER_ESP) | BIT(NWFILTER_AH) | \
		     BIT(NWFILTER_SCTP) | BIT(NWFILTER_ICMP) | BIT(NWFILTER_IGMP) | BIT(NWFILTER_ALL))
#define NWFILTER_L4_6 (BIT(NWFILTER_TCP6) | BIT(NWFILTER_UDP6) | BIT(NWFILTER_UDPLITE6) | BIT(NWFILTER_ESP6) | BIT(NWFILTER_AH6) | \
		       BIT(NWFILTER_SCTP6) | BIT(NWFILTER_ICMP6) | BIT(NWFILTER_ALL6))
#define NWFILTER_PORTS (BIT(NWFILTER_IP) | BIT(NWFILTER_IPV6) | BIT(NWFILTER_TCP) | BIT(NWFILTER_UDP) | BIT(NWFILTER_SCTP) | \
			BIT(NWFILTER_TCP6) | BIT(NWFILTER_UDP6) | BIT(NWFILTER_SCTP6))
#define NWFILTER_ATTRS(X) \
	X(NWFILTER_SRCMACADDR, "srcmacaddr", MAC, ~UINT32_C(0)) \
	X(NWFILTER_SRCMACMASK, "srcmacmask", MAC, NWFILTER_L2 | BIT(NWFILTER_STP)) \
	X(NWFILTER_DSTMACADDR, "dstmacaddr", MAC, NWFILTER_L2) \
	X(NWFILTER_DSTMACMASK, "dstmacmask", MAC, NWFILTER_L2) \
	X(NWFILTER_PROTOCOLID, "protocolid", ETHERTYPE, BIT(NWFILTER_MAC)) \
	X(NWFILTER_VLANID, "vlanid", VLANID, BIT(NWFILTER_VLAN)) \
	X(NWFILTER_ENCAP, "encap-protocol", ETHERTYPE, BIT(NWFILTER_VLAN)) \
	X(NWFILTER_STP_TYPE, "type", U8, BIT(NWFILTER_STP)) \
	X(NWFILTER_STP_FLAGS, "flags", U8, BIT(NWFILTER_STP)) \
	X(NWFILTER_ROOT_PRIO, "root-priority", U16, BIT(NWFILTER_STP)) \
	X(NWFILTER_ROOT_PRIO_HI, "root-priority-hi", U16, BIT(NWFILTER_STP)) \
	X(NWFILTER_ROOT_ADDR, "root-address", MAC, BIT(NWFILTER_STP)) \
	X(NWFILTER_ROOT_ADDR_MASK, "root-address-mask", MAC, BIT(NWFILTER_STP)) \
	X(NWFILTER_ROOT_COST, "root-cost", U32, BIT(NWFILTER_STP)) \
	X(NWFILTER_ROOT_COST_HI, "root-cost-hi", U32, BIT(NWFILTER_STP)) \
	X(NWFILTER_SENDER_PRIO, "sender-priority", U16, BIT(NWFILTER_STP)) \
	X(NWFILTER_SENDER_PRIO_HI, "sender-priority-hi", U16, BIT(NWFILTER_STP)) \
	X(NWFILTER_SENDER_ADDR, "sender-address", MAC, BIT(NWFILTER_STP)) \
	X(NWFILTER_SENDER_ADDR_MASK, "sender-address-mask", MAC, BIT(NWFILTER_STP)) \
	X(NWFILTER_STP_PORT, "port", U16, BIT(NWFILTER_STP)) \
	X(NWFILTER_STP_PORT_HI, "port-hi", U16, BIT(NWFILTER_STP)) \
	X(NWFILTER_AGE, "age", U16, BIT(NWFILTER_STP)) \
	X(NWFILTER_AGE_HI, "age-hi", U16, BIT(NWFILTER_STP)) \
	X(NWFILTER_MAX_AGE, "max-age", U16, BIT(NWFILTER_STP)) \
	X(NWFILTER_MAX_AGE_HI, "max-age-hi", U16, BIT(NWFILTER_STP)) \
	X(NWFILTER_HELLO, "hello-time", U16, BIT(NWFILTER_STP)) \
	X(NWFILTER_HELLO_HI, "hello-time-hi", U16, BIT(NWFILTER_STP)) \
	X(NWFILTER_FORWARD_DELAY, "forward-delay", U16, BIT(NWFILTER_STP)) \
	X(NWFILTER_FORWARD_DELAY_HI, "forward-delay-hi", U16, BIT(NWFILTER_STP)) \
	X(NWFILTER_HWTYPE, "hwtype", U16, BIT(NWFILTER_ARP) | BIT(NWFILTER_RARP)) \
	X(NWFILTER_PROTOCOLTYPE, "protocoltype", U16, BIT(NWFILTER_ARP) | BIT(NWFILTER_RARP)) \
	X(NWFILTER_OPCODE, "opcode", OPCODE, BIT(NWFILTER_ARP) | BIT(NWFILTER_RARP)) \
	X(NWFILTER_ARPSRCMAC, "arpsrcmacaddr", MAC, BIT(NWFILTER_ARP) | BIT(NWFILTER_RARP)) \
	X(NWFILTER_ARPDSTMAC, "arpdstmacaddr", MAC, BIT(NWFILTER_ARP) | BIT(NWFILTER_RARP)) \
	X(NWFILTER_ARPSRCIP, "arpsrcipaddr", IP4, BIT(NWFILTER_ARP) | BIT(NWFILTER_RARP)) \
	X(NWFILTER_ARPSRCIPMASK, "arpsrcipmask", MASK4, BIT(NWFILTER_ARP) | BIT(NWFILTER_RARP)) \
	X(NWFILTER_ARPDSTIP, "arpdstipaddr", IP4, BIT(NWFILTER_ARP) | BIT(NWFILTER_RARP)) \
	X(NWFILTER_ARPDSTIPMASK, "arpdstipmask", MASK4, BIT(NWFILTER_ARP) | BIT(NWFILTER_RARP)) \
	X(NWFILTER_GRATUITOUS, "gratuitous", BOOL, BIT(NWFILTER_ARP) | BIT(NWFILTER_RARP)) \
	X(NWFILTER_SRCIP, "srcipaddr", IP4, NWFILTER_L4 | BIT(NWFILTER_IP)) \
	X(NWFILTER_SRCIPMASK, "srcipmask", MASK4, NWFILTER_L4 | BIT(NWFILTER_IP)) \
	X(NWFILTER_DSTIP, "dstipaddr", IP4, NWFILTER_L4 | BIT(NWFILTER_IP)) \
	X(NWFILTER_DSTIPMASK, "dstipmask", MASK4, NWFILTER_L4 | BIT(NWFILTER_IP)) \
	X(NWFILTER_SRCIPFROM, "srcipfrom", IP4, NWFILTER_L4) \
	X(NWFILTER_SRCIPTO, "srcipto", IP4, NWFILTER_L4) \
	X(NWFILTER_DSTIPFROM, "dstipfrom", IP4, NWFILTER_L4) \
	X(NWFILTER_DSTIPTO, "dstipto", IP4, NWFILTER_L4) \
	X(NWFILTER_SRCIP6, "srcipaddr", IP6, NWFILTER_L4_6 | BIT(NWFILTER_IPV6)) \
	X(NWFILTER_SRCIP6MASK, "srcipmask", MASK6, NWFILTER_L4_6 | BIT(NWFILTER_IPV6)) \
	X(NWFILTER_DSTIP6, "dstipaddr", IP6, NWFILTER_L4_6 | BIT(NWFILTER_IPV6)) \
	X(NWFILTER_DSTIP6MASK, "dstipmask", MASK6, NWFILTER_L4_6 | BIT(NWFILTER_IPV6)) \
	X(NWFILTER_SRCIP6FROM, "srcipfrom", IP6, NWFILTER_L4_6) \
	X(NWFILTER_SRCIP6TO, "srcipto", IP6, NWFILTER_L4_6) \
	X(NWFILTER_DSTIP6FROM, "dstipfrom", IP6, NWFILTER_L4_6) \
	X(NWFILTER_DSTIP6TO, "dstipto", IP6, NWFILTER_L4_6) \
	X(NWFILTER_IPPROTO, "protocol", IPPROTO, BIT(NWFILTER_IP) | BIT(NWFILTER_IPV6)) \
	X(NWFILTER_SRCPORT, "srcportstart", U16, NWFILTER_PORTS) \
	X(NWFILTER_SRCPORTEND, "srcportend", U16, NWFILTER_PORTS) \
	X(NWFILTER_DSTPORT, "dstportstart", U16, NWFILTER_PORTS) \
	X(NWFILTER_DSTPORTEND, "dstportend", U16, NWFILTER_PORTS) \
	X(NWFILTER_ICMP_TYPE, "type", U8, BIT(NWFILTER_ICMP) | BIT(NWFILTER_ICMP6) | BIT(NWFILTER_IPV6)) \
	X(NWFILTER_ICMP_TYPEEND, "typeend", U8, BIT(NWFILTER_IPV6)) \
	X(NWFILTER_ICMP_CODE, "code", U8, BIT(NWFILTER_ICMP) | BIT(NWFILTER_ICMP6) | BIT(NWFILTER_IPV6)) \
	X(NWFILTER_ICMP_CODEEND, "codeend", U8, BIT(NWFILTER_IPV6)) \
	X(NWFILTER_DSCP, "dscp", DSCP, NWFILTER_L4 | NWFILTER_L4_6 | BIT(NWFILTER_IP)) \
	X(NWFILTER_STATE, "state", STATE, NWFILTER_L4 | NWFILTER_L4_6) \
	X(NWFILTER_TCPFLAGS, "flags", TCPFLAGS, BIT(NWFILTER_TCP) | BIT(NWFILTER_TCP6)) \
	X(NWFILTER_CONNLIMIT, "connlimit-above", U16, NWFILTER_L4 | NWFILTER_L4_6) \
	X(NWFILTER_IPSET, "ipset", IPSET, NWFILTER_L4 | NWFILTER_L4_6) \
	X(NWFILTER_IPSETFLAGS, "ipsetflags", IPSETFLAGS, NWFILTER_L4 | NWFILTER_L4_6) \
	X(NWFILTER_COMMENT, "comment", COMMENT, ~UINT32_C(0))

#define NWFILTER_ATTR_CONSTANT_(constant, name, type, protocols) constant,
enum nwfilter_attr { NWFILTER_ATTRS(NWFILTER_ATTR_CONSTANT_) NWFILTER_N_ATTRS };

struct nwfilter_match {
	enum nwfilter_protocol protocol;
	enum conf_yesno match;                    /* NO: what does not have these attributes */
	char *attr[NWFILTER_N_ATTRS];
};

#define NWFILTER_ENTRIES(X) X(NWFILTER_FILTERREF, "filterref") X(NWFILTER_RULE, "rule")
CONF_ENUM(nwfilter_entry_type, NWFILTER_ENTRIES);

#define NWFILTER_FALSES(X) X(NWFILTER_FALSE, "false")
CONF_ENUM(nwfilter_false, NWFILTER_FALSES);

#define NWFILTER_PRIORITY_DEFAULT 500
#define NWFILTER_PRIORITY_MAX 1000

/* In the order of the document: a reference or a rule. */
struct nwfilter_entry {
	enum nwfilter_entry_type type;
	struct domain_filterref ref;              /* FILTERREF */
	enum nwfilter_action action;              /* RULE, and what follows */
	enum nwfilter_direction direction;
	struct conf_int priority;                 /* always set after parsing */
	char *statematch_text;
	enum nwfilter_false statematch;           /* FALSE: answers are not let in by themselves */
	CONF_LIST(struct nwfilter_match) matches; /* at most one; none: every frame */
};

struct nwfilter {
	char *name;
	char *chain;                              /* always set after parsing: "root" ... */
	struct conf_int priority;                 /* of the chain; set where it is not 0 */
	unsigned char uuid[16];
	bool uuid_made;                           /* by us: the definition gave none */
	CONF_LIST(struct nwfilter_entry) entries;
};

struct nwfilter_binding {
	struct { char *name; unsigned char uuid[16]; } owner;
	char *portdev, *linkdev;
	struct conf_mac mac;
	struct domain_filterref ref;
};

extern const struct conf_document nwfilter_document, nwfilter_binding_document;

struct nwfilter *nwfilter_parse(const char *xml, size_t len, unsigned flags, struct error *err) NODISCARD;
char *nwfilter_format(const struct nwfilter *def, struct error *err) NODISCARD;
void nwfilter_free(struct nwfilter *def);

struct nwfilter_binding *nwfilter_binding_parse(const char *xml, size_t len, unsigned flags, struct error *err) NODISCARD;
char *nwfilter_binding_format(const struct nwfilter_binding *def, struct error *err) NODISCARD;
void nwfilter_binding_free(struct nwfilter_binding *def);

static inline void nwfilter_free_(struct nwfilter **def)
{
	nwfilter_free(*def);
}
#define AUTO_NWFILTER AUTO(nwfilter_free_)

static inline void nwfilter_binding_free_(struct nwfilter_binding **def)
{
	nwfilter_binding_free(*def);
}
#define AUTO_NWFILTER_BINDING AUTO(nwfilter_binding_free_)

/* The value of an attribute in canonical form, malloc'ed; for values of variables too. NULL: it is none (*why says what is expected), or no memory
 * (*why is NULL). */
char *nwfilter_value(enum nwfilter_attr attr, const char *text, const char **why) NODISCARD;

/* The number that a canonical value of a numeric attribute is ("0x12", "arp", "Request", "udp"). -1: none. */
int64_t nwfilter_number(enum nwfilter_attr attr, const char *text);

/* An access to a variable: its name (the caller's) and which of its values: `iterator` -1 for one value, `index` is which; else the iterator's number.
 * 0, or -1: it is none. */
struct nwfilter_access {
	char name[64];
	int iterator;
	unsigned index;
};
int nwfilter_access_parse(const char *text, struct nwfilter_access *out) NODISCARD;

/* The place of a chain among the others by its name; 0 for "root" and what is none. */
int nwfilter_chain_priority(const char *chain);

#endif
