# SPDX-License-Identifier: LGPL-2.1-or-later
# make check, lint, fault, bench, demo. `make check T="cli fault/start.bats"` runs a part; tests/README.md tells more.

LINT = $(filter-out %/common.py,$(sort $(wildcard tests/lint/*.py tests/lint/*.sh)))
BATS = $(sort $(wildcard tests/*/*.bats))
SCRIPTS = $(sort $(wildcard tests/*/*_test.py))
FAULT = $(sort $(wildcard tests/fault/*_test.py))
T ?=
CYCLES ?= 200
RUN = $(if $(T),tests/run --only "$(T)",tests/run)
# tests of a build with sanitizers use its programs
export BERTH_BUILD = $(if $(SANITIZE),$(abspath $(BUILD)),$(CURDIR))

.PHONY: lint check fault failing bench demo soak
lint: $(LIB) all
	tests/run $(LINT)

check: all units canon failing
	$(RUN) $(if $(SANITIZE),,$(LINT)) $(UNITS) $(BATS) $(SCRIPTS)

fault: all failing
	BERTH_FULL=1 $(RUN) --timeout 900 --jobs 2 $(FAULT)

# programs whose allocations fail when a test says so; statically linked, so that those of their libraries do, too
FAILING = vm-define vm-start vm-setmaxmem vm-undefine vm-dumpxml vm-list net-define nwfilter-define
failing: $(if $(SANITIZE),,$(FAILING:%=$(BUILD)/failing/%))
$(BUILD)/failing/%: $(BUILD)/bin/%.o $(BUILD)/tests/fault/failing_malloc.o $(LIB)
	@mkdir -p $(@D)
	$(call quiet,LD) $(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LINK_HELPER) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc -o $@ $(filter %.o,$^) $(LIB) $(LIBS_HELPER) \
		2>$@.log || { cat $@.log; rm -f $@.log; exit 1; }
	@rm -f $@.log

soak: all
	tests/soak/soak_test.py $(CYCLES)

# the benchmark's own programs; the guests' init is static, for a root that holds nothing else
BENCH_BIN = $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))
$(BUILD)/bench/init $(BUILD)/bench/bare: BENCH_LINK = -static
$(BUILD)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(call quiet,LD) $(CC) -std=gnu11 -D_GNU_SOURCE -O2 $(WARNINGS) $(BENCH_LINK) -o $@ $<
bench: all $(BENCH_BIN)
	tests/bench/bench $(BENCH)

demo: all
	tests/demo
