/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client asks of a connection before it asks of guests. */
#include "hypervisor/local.h"

#include "hypervisor/host.h"

#include <limits.h>
#include <string.h>

/* Features by libvirt's numbers (virDrvFeature). */
enum { FEATURE_KEEPALIVE = 10, FEATURE_TYPED_PARAM_STRING = 9, FEATURE_EVENT_CALLBACK = 14, FEATURE_CLOSE_CALLBACK = 15,
       /* network_update has command and section in this order; to who has not got it, clients send them the other way round */
       FEATURE_NETWORK_UPDATE_ORDER = 16 };

/* The version of libvirt whose interface this is: clients decide by it what they ask for. */
#define LIBVIRT_VERSION UINT64_C(9000000)


int hv_auth_list(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)call;
	(void)args;
	(void)ret;
	(void)err;
	return 0;
}

int hv_connect_open(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_open_args *a = args;
	struct hv *hv = call->ctx;
	struct hv opened;

	(void)ret;
	if (hv_open(&opened, a->name ? *a->name : NULL, false, NULL, err) < 0)
		return -1;
	/* a nameless one keeps the driver that the server was made for */
	if (opened.kind)
		hv->kind = opened.kind;
	hv->read_only |= a->flags & 1;
	return 0;
}

int hv_connect_close(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)call;
	(void)args;
	(void)ret;
	(void)err;
	return 0;
}

int hv_connect_supports_feature(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_supports_feature_args *a = args;
	wire_connect_supports_feature_ret *r = ret;

	(void)call;
	(void)err;
	r->supported = a->feature == FEATURE_KEEPALIVE || a->feature == FEATURE_TYPED_PARAM_STRING || a->feature == FEATURE_EVENT_CALLBACK ||
		       a->feature == FEATURE_CLOSE_CALLBACK || a->feature == FEATURE_NETWORK_UPDATE_ORDER;
	return 0;
}

static int give(char **out, const char *text, struct error *err)
{
	*out = strdup(text);
	return *out ? 0 : error_errno(err, "no memory for the answer");
}

/* Which driver answers for a connection to all of them: the first. */
static const struct hv_kind *kind_of(const struct rpc_call *call)
{
	return hv_next(call->ctx, NULL);
}

int hv_connect_get_type(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_get_type_ret *r = ret;

	(void)args;
	return give(&r->type, kind_of(call)->title, err);
}

int hv_connect_get_version(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_get_version_ret *r = ret;

	(void)args;
	(void)call;
	(void)err;
	/* a container's hypervisor is the kernel */
	r->hv_ver = host_kernel_version();
	return 0;
}

int hv_connect_get_lib_version(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_get_lib_version_ret *r = ret;

	(void)args;
	(void)call;
	(void)err;
	r->lib_ver = LIBVIRT_VERSION;
	return 0;
}

int hv_connect_get_hostname(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_get_hostname_ret *r = ret;
	char name[HOST_NAME_MAX + 256];

	(void)args;
	(void)call;
	return host_name(name, sizeof(name), err) < 0 ? -1 : give(&r->hostname, name, err);
}

int hv_connect_get_uri(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_get_uri_ret *r = ret;
	char uri[64];

	(void)args;
	snprintf(uri, sizeof(uri), "%s:///%s", kind_of(call)->name, state_is_session() ? "session" : "system");
	return give(&r->uri, uri, err);
}

int hv_connect_is_secure(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_is_secure_ret *r = ret;

	(void)args;
	(void)call;
	(void)err;
	r->secure = 1;
	return 0;
}

int hv_connect_get_max_vcpus(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_get_max_vcpus_ret *r = ret;
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	(void)args;
	(void)call;
	(void)err;
	r->max_vcpus = n > 0 ? (int)n : 1;
	return 0;
}
