/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hypervisor/local.h"

#include <errno.h>
#include <fcntl.h>

/* Flags by libvirt's numbers (virDomainUndefineFlagsValues). */
enum {
	UNDEFINE_MANAGED_SAVE = 1 << 0,
	UNDEFINE_SNAPSHOTS_METADATA = 1 << 1,
	UNDEFINE_NVRAM = 1 << 2,
	UNDEFINE_KEEP_NVRAM = 1 << 3,
	UNDEFINE_CHECKPOINTS_METADATA = 1 << 4,
	UNDEFINE_TPM = 1 << 5,
	UNDEFINE_KEEP_TPM = 1 << 6,
};

/* What would be lost with the definition must be named. */
static int nothing_of_worth(const struct guest *guest, unsigned flags, struct error *err)
{
	static const struct {
		const char *file, *what;
		unsigned flag;
		const char *option;
	} worth[] = {
		{ "save", "a saved state", UNDEFINE_MANAGED_SAVE, "--managed-save" },
		{ "snapshots", "snapshots", UNDEFINE_SNAPSHOTS_METADATA, "--snapshots-metadata" },
		{ "checkpoints", "checkpoints", UNDEFINE_CHECKPOINTS_METADATA, "--checkpoints-metadata" },
		{ "nvram", "firmware variables", UNDEFINE_NVRAM, "--nvram" },
		{ "tpm", "a TPM's state", UNDEFINE_TPM, "--tpm" },
	};
	AUTO_CLOSE int fd = state_open_object(guest->kind->name, guest->name, err);

	if (fd < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(worth); i++)
		if (!(flags & worth[i].flag) && faccessat(fd, worth[i].file, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return error_set(err, ERR_OPERATION_INVALID, "'%s' has %s, which would be lost (%s says that it may be)", guest->name, worth[i].what,
					 worth[i].option);
	return 0;
}

static int undefine(struct rpc_call *call, const void *args, unsigned flags, struct error *err)
{
	const struct hv *hv = call->ctx;
	AUTO_GUEST struct guest guest = { 0 };
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;

	if (hv_guest_called(call, args, &guest, err) < 0)
		return -1;
	if (!guest.persistent)
		return error_set(err, ERR_OPERATION_INVALID, "'%s' is transient: there is no definition to remove", guest.name);
	if (flags & (UNDEFINE_KEEP_NVRAM | UNDEFINE_KEEP_TPM))
		return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "'%s': firmware variables and TPM state live in the guest's directory and go with it",
				 guest.name);
	if (state_lock(&lock, guest.kind->name, guest.name, hv->timeout_ms, err) < 0)
		return -1;
	if (nothing_of_worth(&guest, flags, err) == 0 && state_undefine(guest.kind->name, guest.name, err) == 0)
		return 0;
	/* another program was first */
	return err && err->sys == ENOENT ? error_set(err, ERR_NO_DOMAIN, "there is no guest '%s' any more", guest.name) : -1;
}

int hv_domain_undefine(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	return undefine(call, args, 0, err);
}

int hv_domain_undefine_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_undefine_flags_args *a = args;

	(void)ret;
	if (hv_flags(call, a->flags, 0x7f, err) < 0)
		return -1;
	return undefine(call, args, a->flags, err);
}
