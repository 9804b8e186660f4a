/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_os.h"

CONF_ENUM_NAMES(domain_os_type, DOMAIN_OS_TYPES);

static const struct conf_row type_rows[] = {
	ATTR_STRING("arch", struct domain_os, arch),
	ATTR_STRING("machine", struct domain_os, machine),
	TEXT_ENUM(struct domain_os, type, domain_os_type),
	CONF_END
};

static const struct conf_row initenv_rows[] = {
	ATTR_STRING("name", struct domain_initenv, name, .flags = CONF_REQUIRED),
	TEXT_STRING(struct domain_initenv, value, .flags = CONF_KEEP),
	CONF_END
};

static const struct conf_elem initenv_elem = ELEM(struct domain_initenv, initenv_rows);

static const struct conf_row os_rows[] = {
	GROUP("type", type_rows),
	CHILD_STRING("init", struct domain_os, init),
	STRINGS("initarg", struct domain_os, initargs),
	LIST("initenv", struct domain_os, initenv, struct domain_initenv, initenv_elem),
	CHILD_STRING("initdir", struct domain_os, initdir),
	CHILD_STRING("inituser", struct domain_os, inituser),
	CHILD_STRING("initgroup", struct domain_os, initgroup),
	CONF_END
};

const struct conf_elem domain_os_elem = ELEM(struct domain_os, os_rows);

/* --- <idmap> --------------------------------------------------------------------------------------------------- */

static const struct conf_row idrange_rows[] = {
	ATTR_UINT("start", struct domain_idrange, start, .flags = CONF_REQUIRED | CONF_KEEP),
	ATTR_UINT("target", struct domain_idrange, target, .flags = CONF_REQUIRED | CONF_KEEP),
	ATTR_UINT("count", struct domain_idrange, count, .flags = CONF_REQUIRED | CONF_KEEP),
	CONF_END
};

static const struct conf_elem idrange_elem = ELEM(struct domain_idrange, idrange_rows);

static int by_start(const void *a, const void *b)
{
	const struct domain_idrange *const *x = a, *const *y = b;

	return ((*x)->start > (*y)->start) - ((*x)->start < (*y)->start);
}

static int idmap_fill(struct conf_reader *r, void *obj)
{
	struct domain_idmap *map = obj;

	if (map->uids.n)
		qsort(map->uids.items, map->uids.n, sizeof(*map->uids.items), by_start);
	if (map->gids.n)
		qsort(map->gids.items, map->gids.n, sizeof(*map->gids.items), by_start);
	if ((map->uids.n && map->uids.items[0]->start) || (map->gids.n && map->gids.items[0]->start))
		return conf_unsupported(r, "the first range must start at 0, or the container has no root");
	return 0;
}

static const struct conf_row idmap_rows[] = {
	LIST("uid", struct domain_idmap, uids, struct domain_idrange, idrange_elem, .max = 340),
	LIST("gid", struct domain_idmap, gids, struct domain_idrange, idrange_elem, .max = 340),
	CONF_END
};

const struct conf_elem domain_idmap_elem = ELEM(struct domain_idmap, idmap_rows, .fill = idmap_fill);
