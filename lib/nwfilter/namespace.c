/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A binding's rules are in the network namespace that its port is in: noted in a file beside the binding, so that nobody puts rules into another, or thinks them gone. */
#include "nwfilter/store_impl.h"

#include "state/state.h"
#include "util/file.h"
#include "util/netns.h"
#include "util/str.h"

#include <string.h>

static char *file_of(const char *portdev, struct error *err)
{
	AUTO_FREE char *name = str_encode_name(portdev, err);
	char *file = name ? str_printf(".netns-%s", name) : NULL;

	if (name && !file)
		error_errno(err, "%s", portdev);
	return file;
}

int nwf_note_namespace(int dir, const char *portdev, struct error *err)
{
	AUTO_FREE char *file = file_of(portdev, err);
	char text[NETNS_TEXT];
	struct netns own;

	if (!file || netns_own(&own, err) < 0)
		return -1;
	netns_format(&own, text);
	return file_replace_at(dir, file, text, strlen(text), 0600, FILE_VOLATILE, err);
}

void nwf_forget_namespace(int dir, const char *portdev)
{
	AUTO_FREE char *file = file_of(portdev, NULL);

	if (file)
		(void)!unlinkat(dir, file, 0);
}

int nwf_where(int dir, const char *portdev, enum nwf_place *place, struct error *err)
{
	AUTO_FREE char *file = file_of(portdev, err), *text = NULL;
	struct netns own, its;
	struct error why = { 0 };

	*place = NWF_HERE;
	if (!file || netns_own(&own, err) < 0)
		return -1;
	if (file_read_at(dir, file, NETNS_TEXT, &text, NULL, &why) < 0) {
		if (why.sys == ENOENT)
			return 0;
		*err = why;
		return -1;
	}
	if (netns_parse(text, &its) < 0 || netns_equal(&its, &own))
		return 0;
	AUTO_CLOSE int fd = netns_open(&its, &why);
	*place = fd < 0 ? NWF_GONE : NWF_ELSEWHERE;
	return 0;
}
