# SPDX-License-Identifier: LGPL-2.1-or-later
# make check, lint, fault, bench, demo. `make check T="cli fault/start.bats"` runs a part; tests/README.md tells more.

LINT = $(filter-out %/common.py,$(sort $(wildcard tests/lint/*.py tests/lint/*.sh)))
BATS = $(sort $(wildcard tests/*/*.bats))
SCRIPTS = $(sort $(wildcard tests/cli/*_test.py tests/wire/*_test.py tests/conf/*_test.py tests/rpc/*_test.py))
FAULT = $(sort $(wildcard tests/fault/sweep/*.bats))
T ?=
RUN = $(if $(T),tests/run --only "$(T)",tests/run)
# tests of a build with sanitizers use its programs
export BERTH_BUILD = $(if $(SANITIZE),$(abspath $(BUILD)),$(CURDIR))

.PHONY: lint check fault bench demo soak
lint: $(LIB) all
	tests/run $(LINT)

check: all units
	$(RUN) $(if $(SANITIZE),,$(LINT)) $(UNITS) $(BATS) $(SCRIPTS)

fault: all
	$(RUN) --timeout 900 --jobs 2 $(FAULT)

soak: all
	tests/soak/soak $(CYCLES)

bench: all
	+$(MAKE) --no-print-directory -C tests/bench BUILD=$(abspath $(BUILD))/bench
	tests/bench/bench $(BENCH)

demo: all
	tests/demo
