/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_seclabel.h"

CONF_ENUM_NAMES(domain_seclabel_type, DOMAIN_SECLABEL_TYPES);

static const struct conf_row seclabel_rows[] = {
	ATTR_ENUM("type", struct domain_seclabel, type, domain_seclabel_type),
	ATTR_STRING("model", struct domain_seclabel, model),
	ATTR_YESNO("relabel", struct domain_seclabel, relabel),
	CHILD_STRING("label", struct domain_seclabel, label),
	CHILD_STRING("imagelabel", struct domain_seclabel, imagelabel, .flags = CONF_LIVE),
	CHILD_STRING("baselabel", struct domain_seclabel, baselabel),
	CONF_END
};

static int seclabel_fill(struct conf_reader *r, void *obj)
{
	struct domain_seclabel *s = obj;

	switch (s->type) {
	case domain_seclabel_type_unset:
		return 0;
	case DOMAIN_SECLABEL_NONE:
		if (s->relabel == CONF_YES)
			return conf_fail(r, "type='none' and relabel='yes' exclude each other");
		s->relabel = 0;
		return 0;
	case DOMAIN_SECLABEL_DYNAMIC:
		if (s->relabel == CONF_NO)
			return conf_fail(r, "type='dynamic' and relabel='no' exclude each other");
		s->relabel = CONF_YES;
		if (r->flags & CONF_PARSE_LIVE)
			return 0;
		/* a label of an earlier run */
		free(s->label);
		s->label = NULL;
		return 0;
	default:
		if (!s->label)
			return conf_fail(r, "type='static' needs a <label>");
		if (!s->relabel)
			s->relabel = CONF_NO;
		return 0;
	}
}

/* Without a type it says nothing. */
static bool seclabel_hidden(const struct conf_writer *w UNUSED, const void *obj)
{
	return !((const struct domain_seclabel *)obj)->type;
}

const struct conf_elem domain_seclabel_elem = ELEM(struct domain_seclabel, seclabel_rows, .fill = seclabel_fill, .hidden = seclabel_hidden);
