/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <clock> */
#ifndef BERTH_CONF_DOMAIN_CLOCK_H
#define BERTH_CONF_DOMAIN_CLOCK_H

#include "conf/conf.h"

#define DOMAIN_CLOCK_OFFSETS(X) \
	X(DOMAIN_CLOCK_UTC, "utc") \
	X(DOMAIN_CLOCK_LOCALTIME, "localtime") \
	X(DOMAIN_CLOCK_VARIABLE, "variable") \
	X(DOMAIN_CLOCK_TIMEZONE, "timezone") \
	X(DOMAIN_CLOCK_ABSOLUTE, "absolute")
CONF_ENUM(domain_clock_offset, DOMAIN_CLOCK_OFFSETS);

#define DOMAIN_CLOCK_BASES(X) \
	X(DOMAIN_CLOCK_BASIS_UTC, "utc") \
	X(DOMAIN_CLOCK_BASIS_LOCALTIME, "localtime")
CONF_ENUM(domain_clock_basis, DOMAIN_CLOCK_BASES);

#define DOMAIN_TIMER_NAMES(X) \
	X(DOMAIN_TIMER_PLATFORM, "platform") \
	X(DOMAIN_TIMER_PIT, "pit") \
	X(DOMAIN_TIMER_RTC, "rtc") \
	X(DOMAIN_TIMER_HPET, "hpet") \
	X(DOMAIN_TIMER_TSC, "tsc") \
	X(DOMAIN_TIMER_KVMCLOCK, "kvmclock") \
	X(DOMAIN_TIMER_HYPERVCLOCK, "hypervclock") \
	X(DOMAIN_TIMER_ARMVTIMER, "armvtimer")
CONF_ENUM(domain_timer_name, DOMAIN_TIMER_NAMES);

#define DOMAIN_TIMER_TRACKS(X) \
	X(DOMAIN_TIMER_BOOT, "boot") \
	X(DOMAIN_TIMER_GUEST, "guest") \
	X(DOMAIN_TIMER_WALL, "wall") \
	X(DOMAIN_TIMER_REALTIME, "realtime")
CONF_ENUM(domain_timer_track, DOMAIN_TIMER_TRACKS);

#define DOMAIN_TIMER_POLICIES(X) \
	X(DOMAIN_TIMER_DELAY, "delay") \
	X(DOMAIN_TIMER_CATCHUP, "catchup") \
	X(DOMAIN_TIMER_MERGE, "merge") \
	X(DOMAIN_TIMER_DISCARD, "discard")
CONF_ENUM(domain_timer_policy, DOMAIN_TIMER_POLICIES);

#define DOMAIN_TIMER_MODES(X) \
	X(DOMAIN_TIMER_AUTO, "auto") \
	X(DOMAIN_TIMER_NATIVE, "native") \
	X(DOMAIN_TIMER_EMULATE, "emulate") \
	X(DOMAIN_TIMER_PARAVIRT, "paravirt") \
	X(DOMAIN_TIMER_SMPSAFE, "smpsafe")
CONF_ENUM(domain_timer_mode, DOMAIN_TIMER_MODES);

struct domain_timer {
	enum domain_timer_name name;
	enum conf_yesno present;
	enum domain_timer_policy tickpolicy;
	enum domain_timer_track track;
	uint64_t frequency;                /* Hz, of tsc */
	enum domain_timer_mode mode;       /* of tsc */
	struct { uint32_t threshold, slew, limit; } catchup;
};

struct domain_clock {
	enum domain_clock_offset offset;   /* always set after parsing */
	char *adjustment;                  /* "reset", or seconds */
	enum domain_clock_basis basis;     /* of VARIABLE */
	char *timezone;
	struct conf_num start;             /* of ABSOLUTE: seconds since 1970 */
	CONF_LIST(struct domain_timer) timers;
};

extern const struct conf_elem domain_clock_elem;

#endif
