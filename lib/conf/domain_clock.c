/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_clock.h"

CONF_ENUM_NAMES(domain_clock_offset, DOMAIN_CLOCK_OFFSETS);
CONF_ENUM_NAMES(domain_clock_basis, DOMAIN_CLOCK_BASES);
CONF_ENUM_NAMES(domain_timer_name, DOMAIN_TIMER_NAMES);
CONF_ENUM_NAMES(domain_timer_track, DOMAIN_TIMER_TRACKS);
CONF_ENUM_NAMES(domain_timer_policy, DOMAIN_TIMER_POLICIES);
CONF_ENUM_NAMES(domain_timer_mode, DOMAIN_TIMER_MODES);

static const struct conf_row catchup_rows[] = {
	ATTR_UINT("threshold", struct domain_timer, catchup.threshold),
	ATTR_UINT("slew", struct domain_timer, catchup.slew),
	ATTR_UINT("limit", struct domain_timer, catchup.limit),
	CONF_END
};

static const struct conf_row timer_rows[] = {
	ATTR_ENUM("name", struct domain_timer, name, domain_timer_name, .flags = CONF_REQUIRED),
	ATTR_YESNO("present", struct domain_timer, present),
	ATTR_ENUM("tickpolicy", struct domain_timer, tickpolicy, domain_timer_policy),
	ATTR_ENUM("track", struct domain_timer, track, domain_timer_track,
		  .when = BIT(DOMAIN_TIMER_PLATFORM) | BIT(DOMAIN_TIMER_RTC)),
	ATTR_UINT("frequency", struct domain_timer, frequency, .when = BIT(DOMAIN_TIMER_TSC)),
	ATTR_ENUM("mode", struct domain_timer, mode, domain_timer_mode, .when = BIT(DOMAIN_TIMER_TSC)),
	GROUP("catchup", catchup_rows),
	CONF_END
};

static const struct conf_elem timer_elem = ELEM_KIND(struct domain_timer, name, timer_rows);

#define ADJUSTED (BIT(DOMAIN_CLOCK_UTC) | BIT(DOMAIN_CLOCK_LOCALTIME) | BIT(DOMAIN_CLOCK_VARIABLE))

static const struct conf_row clock_rows[] = {
	ATTR_ENUM("offset", struct domain_clock, offset, domain_clock_offset),
	ATTR_STRING("timezone", struct domain_clock, timezone, .when = BIT(DOMAIN_CLOCK_TIMEZONE), .flags = CONF_REQUIRED),
	ATTR_STRING("adjustment", struct domain_clock, adjustment, .when = ADJUSTED),
	ATTR_ENUM("basis", struct domain_clock, basis, domain_clock_basis, .when = BIT(DOMAIN_CLOCK_VARIABLE)),
	ATTR_NUM("start", struct domain_clock, start, .when = BIT(DOMAIN_CLOCK_ABSOLUTE), .flags = CONF_REQUIRED),
	LIST("timer", struct domain_clock, timers, struct domain_timer, timer_elem),
	CONF_END
};

const struct conf_elem domain_clock_elem = ELEM_KIND(struct domain_clock, offset, clock_rows, .kind_default = DOMAIN_CLOCK_UTC);
