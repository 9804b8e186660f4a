/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_vport.h"

#include "util/uuid.h"

CONF_ENUM_NAMES(domain_vport_type, DOMAIN_VPORT_TYPES);
CONF_ENUM_NAMES(domain_vlan_mode, DOMAIN_VLAN_MODES);

/* --- <virtualport> --------------------------------------------------------------------------------------------- */

#define QBG BIT(DOMAIN_VPORT_8021QBG)
#define QBH BIT(DOMAIN_VPORT_8021QBH)
#define OVS BIT(DOMAIN_VPORT_OPENVSWITCH)
#define MIDONET BIT(DOMAIN_VPORT_MIDONET)
#define ANY BIT(domain_vport_type_unset)

/* Numbers are read in C's notation and written in decimal: .width = 32 */
static const struct conf_row parameters_rows[] = {
	ATTR_NUM("managerid", struct domain_vport, managerid, .when = QBG | ANY, .max = 0xff, .width = 32),
	ATTR_NUM("typeid", struct domain_vport, typeid, .when = QBG | ANY, .max = 0xffffff, .width = 32),
	ATTR_NUM("typeidversion", struct domain_vport, typeidversion, .when = QBG | ANY, .max = 0xff, .width = 32),
	ATTR_UUID("instanceid", struct domain_vport, instanceid, .when = QBG | ANY),
	ATTR_UUID("interfaceid", struct domain_vport, interfaceid, .when = OVS | MIDONET | ANY),
	ATTR_STRING("profileid", struct domain_vport, profileid, .when = QBH | OVS | ANY),
	CONF_END
};

static const struct conf_row vport_rows[] = {
	ATTR_ENUM("type", struct domain_vport, type, domain_vport_type),
	GROUP("parameters", parameters_rows),
	CONF_END
};

static int vport_fill(struct conf_reader *r, void *obj)
{
	const struct domain_vport *v = obj;

	return !v->profileid || strlen(v->profileid) < 40 ? 0 : conf_fail(r, "attribute 'profileid' is longer than 39 bytes");
}

const struct conf_elem domain_vport_elem = ELEM_KIND(struct domain_vport, type, vport_rows, .fill = vport_fill);

static bool is_set(const unsigned char uuid[16])
{
	static const unsigned char none[16];

	return memcmp(uuid, none, sizeof(none)) != 0;
}

int domain_vport_complete(struct conf_reader *r, struct domain_vport *v)
{
	switch (v->type) {
	case DOMAIN_VPORT_8021QBG:
		if (!v->managerid.set || !v->typeid.set || !v->typeidversion.set)
			return conf_fail(r, "<virtualport type='802.1Qbg'> needs managerid, typeid and typeidversion");
		return is_set(v->instanceid) ? 0 : uuid_generate(v->instanceid, r->err);
	case DOMAIN_VPORT_8021QBH:
		return v->profileid ? 0 : conf_fail(r, "<virtualport type='802.1Qbh'> needs profileid");
	case DOMAIN_VPORT_OPENVSWITCH:
		return is_set(v->interfaceid) ? 0 : uuid_generate(v->interfaceid, r->err);
	case DOMAIN_VPORT_MIDONET:
		return is_set(v->interfaceid) ? 0 : conf_fail(r, "<virtualport type='midonet'> needs interfaceid");
	default:
		return conf_fail(r, "<virtualport> needs the attribute 'type' here");
	}
}

/* --- <bandwidth> ----------------------------------------------------------------------------------------------- */

static const struct conf_row rate_rows[] = {
	ATTR_UINT("average", struct domain_rate, average),
	ATTR_UINT("peak", struct domain_rate, peak),
	ATTR_UINT("floor", struct domain_rate, floor),
	ATTR_UINT("burst", struct domain_rate, burst),
	CONF_END
};

static int rate_fill(struct conf_reader *r, void *obj)
{
	const struct domain_rate *rate = obj;

	if (!rate->average && !rate->floor)
		return conf_fail(r, "attribute 'average' is missing or 0");
	if (!rate->average && (rate->peak || rate->burst))
		return conf_fail(r, "'peak' and 'burst' need 'average'");
	return 0;
}

static const struct conf_elem rate_elem = ELEM(struct domain_rate, rate_rows, .fill = rate_fill);

static const struct conf_row bandwidth_rows[] = {
	ATTR_NUM("classID", struct domain_bandwidth, class_id, .flags = CONF_LIVE),
	NODE("inbound", struct domain_bandwidth, inbound, struct domain_rate, rate_elem),
	NODE("outbound", struct domain_bandwidth, outbound, struct domain_rate, rate_elem),
	CONF_END
};

static int bandwidth_fill(struct conf_reader *r, void *obj)
{
	const struct domain_bandwidth *b = obj;

	return b->outbound && b->outbound->floor ? conf_fail(r, "'floor' goes with <inbound> alone") : 0;
}

const struct conf_elem domain_bandwidth_elem = ELEM(struct domain_bandwidth, bandwidth_rows, .fill = bandwidth_fill);

/* --- <vlan> ---------------------------------------------------------------------------------------------------- */

static const struct conf_row tag_rows[] = {
	ATTR_NUM("id", struct domain_vlan_tag, id, .flags = CONF_REQUIRED, .max = 4095),
	ATTR_ENUM("nativeMode", struct domain_vlan_tag, native_mode, domain_vlan_mode),
	CONF_END
};

static const struct conf_elem tag_elem = ELEM(struct domain_vlan_tag, tag_rows);

static int vlan_fill(struct conf_reader *r, void *obj)
{
	struct domain_vlan *v = obj;
	unsigned native = 0;

	for (size_t i = 0; i < v->tags.n; i++)
		native += v->tags.items[i]->native_mode != domain_vlan_mode_unset;
	if (!v->tags.n)
		return conf_fail(r, "<tag id='...'/> is missing");
	if (native > 1)
		return conf_fail(r, "only one <tag> can have 'nativeMode'");
	if ((v->tags.n > 1 || native) && v->trunk == CONF_NO)
		return conf_fail(r, "trunk='no' goes with one <tag> that has no 'nativeMode'");
	if (v->tags.n > 1 || native)
		v->trunk = CONF_YES;
	else if (v->trunk == CONF_NO)
		v->trunk = conf_yesno_unset;
	return 0;
}

static const struct conf_row vlan_rows[] = {
	ATTR_YESNO("trunk", struct domain_vlan, trunk),
	LIST("tag", struct domain_vlan, tags, struct domain_vlan_tag, tag_elem),
	CONF_END
};

const struct conf_elem domain_vlan_elem = ELEM(struct domain_vlan, vlan_rows, .fill = vlan_fill);
