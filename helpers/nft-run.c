/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nft-run: runs nft(8) commands from standard input by libnftables, all in one transaction: everything is done or nothing. What the kernel says against it
 * goes to standard error. nft-run "FAMILY NAME" removes a table that a plan names; one that is not there is fine. A program of its own, so that supervisors
 * stay free of libnftables and what it needs. Its exit status is an errno.
 */
#include "util/file.h"

#include <nftables/libnftables.h>
#include <string.h>

#define RULES_MAX (64u << 20)

static int run(const char *commands)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	int rc;

	if (!nft)
		return ENOMEM;
	nft_ctx_buffer_error(nft);
	errno = 0;
	rc = nft_run_cmd_from_buffer(nft, commands) == 0 ? 0 : errno ? errno : EINVAL;
	if (rc)
		fputs(nft_ctx_get_error_buffer(nft), stderr);
	nft_ctx_free(nft);
	return rc;
}

int main(int argc, char **argv)
{
	AUTO_FREE char *commands = NULL;
	struct error err = { 0 };

	if (argc == 2) {
		if (asprintf(&commands, "add table %s\ndelete table %s\n", argv[1], argv[1]) < 0)
			return ENOMEM;
	} else if (argc != 1 || file_read_fd(STDIN_FILENO, RULES_MAX, &commands, NULL, &err) < 0) {
		return argc != 1 ? EINVAL : err.sys ? err.sys : EIO;
	}
	return run(commands);
}
