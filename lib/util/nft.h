/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The firewall: commands of nft(8), run by helpers/nft-run, all in one transaction. */
#ifndef BERTH_UTIL_NFT_H
#define BERTH_UTIL_NFT_H

#include "util/error.h"

/* Runs the commands: everything is done, or nothing and *err says what the kernel has against it. Within a task it waits as a task. */
int nft_run(const char *commands, struct error *err) NODISCARD;

#endif
