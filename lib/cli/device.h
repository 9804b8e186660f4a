/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that attach, detach and change devices. Needs XML. */
#ifndef BERTH_CLI_DEVICE_H
#define BERTH_CLI_DEVICE_H

#include "cli/affect.h"
#include "conf/domain_device.h"

/* What such programs call: for cli_open(). */
extern const struct rpc_row cli_device_uses[];

enum cli_device_act { CLI_DEVICE_ATTACH, CLI_DEVICE_DETACH, CLI_DEVICE_UPDATE };

/* Attaches, detaches or changes a device, given as XML, and says so; with print it prints the XML and does nothing. */
int cli_device_do(struct cli *cli, struct cli_conn *conn, const struct guest *guest, enum cli_device_act act, const char *xml, unsigned flags,
		  bool print, struct error *err) NODISCARD;

/* The same of a device's structure. */
int cli_device_do_one(struct cli *cli, struct cli_conn *conn, const struct guest *guest, enum cli_device_act act, const struct domain_device *dev,
		      unsigned flags, bool print, struct error *err) NODISCARD;

/* The definition that the flags mean, read: the stored one for config alone, else the live one. The caller's. */
struct domain *cli_device_domain(struct cli_conn *conn, const struct guest *guest, unsigned flags, struct error *err) NODISCARD;

/* Attaching, detaching or updating by the file that the second argument names: a whole program. */
int cli_device_run(struct cli *cli, enum cli_device_act act, unsigned more_flags, struct error *err) NODISCARD;

/* An interface by its MAC address or its host end's name; a disk by its target or source. NULL: ERR_DEVICE_MISSING. */
struct domain_net *cli_find_net(const struct domain *def, const char *name, struct error *err) NODISCARD;
struct domain_disk *cli_find_disk(const struct domain *def, const char *name, struct error *err) NODISCARD;

/* What an interface is connected to; NULL: nothing. */
const char *cli_net_source(const struct domain_net *net);

/* A MAC address as text; "" for none. */
#define CLI_MAC_TEXT 18
const char *cli_mac(const struct conf_mac *mac, char text[CLI_MAC_TEXT]);

#endif
