/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of host CPUs: lists as people write them, maps as libvirt sends them. */
#ifndef BERTH_CLI_CPULIST_H
#define BERTH_CLI_CPULIST_H

#include "cli/affect.h"

/* How many CPUs the host has; needs HV(node_get_info). -1. */
int cli_host_cpus(struct cli_conn *conn, struct error *err) NODISCARD;

/* "0-3,^2" or "r" (all) as a map, a bit per CPU; the caller's. *len: its bytes. */
char *cli_cpulist_map(const char *text, int cpus, u_int *len, struct error *err) NODISCARD;

/* A map as a list, "0-1,3"; the caller's. */
char *cli_cpulist_text(const char *map, size_t len, struct error *err) NODISCARD;

/* The bytes of a map for that many CPUs. */
static inline u_int cli_cpulist_bytes(int cpus)
{
	return ((u_int)cpus + 7) / 8;
}

/* Prints rows "NUMBER   LIST", as vm-vcpupin and its like show them; with --json an array of {label, "cpus"}. */
struct cli_pins;
struct cli_pins *cli_pins_new(struct cli *cli, const char *title, const char *key, struct error *err) NODISCARD;
int cli_pins_add(struct cli_pins *pins, const char *label, const char *map, size_t len, struct error *err) NODISCARD;
int cli_pins_end(struct cli_pins *pins, struct error *err) NODISCARD;

#endif
