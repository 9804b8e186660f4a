/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_vport.h"

#include "util/uuid.h"

CONF_ENUM_NAMES(domain_vport_type, DOMAIN_VPORT_TYPES);
CONF_ENUM_NAMES(domain_vlan_mode, DOMAIN_VLAN_MODES);

/* --- <virtualport> --------------------------------------------------------------------------------------------- */

/* Numbers are read in C's notation and written in decimal: .width = 32 */
static const struct conf_row parameters_rows[] = {
	ATTR_NUM("managerid", struct domain_vport, managerid, .max = 0xff, .width = 32),
	ATTR_NUM("typeid", struct domain_vport, typeid, .max = 0xffffff, .width = 32),
	ATTR_NUM("typeidversion", struct domain_vport, typeidversion, .max = 0xff, .width = 32),
	ATTR_UUID("instanceid", struct domain_vport, instanceid),
	ATTR_UUID("interfaceid", struct domain_vport, interfaceid),
	ATTR_STRING("profileid", struct domain_vport, profileid),
	CONF_END
};

static const struct conf_row vport_rows[] = {
	ATTR_ENUM("type", struct domain_vport, type, domain_vport_type),
	GROUP("parameters", parameters_rows),
	CONF_END
};

static bool is_set(const unsigned char uuid[16])
{
	static const unsigned char none[16];

	return memcmp(uuid, none, sizeof(none)) != 0;
}

/* Parameters that the type does not have are refused. */
static int vport_fill(struct conf_reader *r, void *obj)
{
	const struct domain_vport *v = obj;
	bool qbg = !v->type || v->type == DOMAIN_VPORT_8021QBG, ovs = v->type == DOMAIN_VPORT_OPENVSWITCH;
	const char *extra = NULL;

	if (!qbg && (v->managerid.set || v->typeid.set || v->typeidversion.set || is_set(v->instanceid)))
		extra = "managerid, typeid, typeidversion and instanceid";
	if (is_set(v->interfaceid) && v->type && !ovs && v->type != DOMAIN_VPORT_MIDONET)
		extra = "interfaceid";
	if (v->profileid && v->type && !ovs && v->type != DOMAIN_VPORT_8021QBH)
		extra = "profileid";
	if (extra)
		return conf_fail(r, "type '%s' does not have the parameters %s", conf_enum_name(&domain_vport_type_names, v->type), extra);
	return !v->profileid || strlen(v->profileid) < 40 ? 0 : conf_fail(r, "attribute 'profileid' is longer than 39 bytes");
}

const struct conf_elem domain_vport_elem = ELEM(struct domain_vport, vport_rows, .fill = vport_fill);

int domain_vport_generate(struct conf_reader *r, struct domain_vport *v)
{
	if ((!v->type || v->type == DOMAIN_VPORT_8021QBG) && !is_set(v->instanceid) && uuid_generate(v->instanceid, r->err) < 0)
		return -1;
	if ((!v->type || v->type == DOMAIN_VPORT_OPENVSWITCH) && !is_set(v->interfaceid) && uuid_generate(v->interfaceid, r->err) < 0)
		return -1;
	return 0;
}

int domain_vport_check(struct conf_reader *r, const struct domain_vport *v)
{
	switch (v->type) {
	case DOMAIN_VPORT_8021QBG:
		return v->managerid.set && v->typeid.set && v->typeidversion.set ? 0 :
			conf_fail(r, "<virtualport type='802.1Qbg'> needs managerid, typeid and typeidversion");
	case DOMAIN_VPORT_8021QBH:
		return v->profileid ? 0 : conf_fail(r, "<virtualport type='802.1Qbh'> needs profileid");
	case DOMAIN_VPORT_OPENVSWITCH:
		return 0;
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

static bool bandwidth_hidden(const struct conf_writer *w UNUSED, const void *obj)
{
	const struct domain_bandwidth *b = obj;

	return !b->inbound && !b->outbound;
}

const struct conf_elem domain_bandwidth_elem =
	ELEM(struct domain_bandwidth, bandwidth_rows, .fill = bandwidth_fill, .hidden = bandwidth_hidden);

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
	if (v->tags.n > 1)
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
