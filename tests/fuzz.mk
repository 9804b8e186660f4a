# SPDX-License-Identifier: LGPL-2.1-or-later
# make fuzz: every tests/fuzz/NAME_fuzz.c is built with clang and libFuzzer and runs for FUZZ_TIME seconds (0: for ever). What it finds
# stays in build-fuzz/. Its first inputs are the files in tests/fuzz/NAME.seeds/, and what the program NAME_seeds.c makes, where there
# are such; what was found worth keeping in earlier runs is in build-fuzz/NAME.corpus/.

FUZZ_TIME ?= 20
FUZZ_BUILD := build-fuzz
FUZZ_SRC := $(wildcard tests/fuzz/*_fuzz.c)
FUZZ_NAMES := $(FUZZ_SRC:tests/fuzz/%_fuzz.c=%)
FUZZ_MAKE = $(MAKE) BUILD=$(FUZZ_BUILD) CC=clang SANITIZE=address,undefined CFLAGS="-O1 -g -fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined"

.PHONY: fuzz $(FUZZ_NAMES:%=fuzz-%)
fuzz: $(FUZZ_NAMES:%=fuzz-%)

.PHONY: fuzz-lib
fuzz-lib:
	+@$(FUZZ_MAKE) --no-print-directory -s $(FUZZ_BUILD)/libberth.a

$(FUZZ_NAMES:%=fuzz-%): fuzz-%: fuzz-lib
	+@$(FUZZ_MAKE) --no-print-directory -s $(FUZZ_BUILD)/tests/fuzz/$*_fuzz \
		$(if $(wildcard tests/fuzz/$*_seeds.c),$(FUZZ_BUILD)/tests/fuzz/$*_seeds)
	@mkdir -p $(FUZZ_BUILD)/$*.corpus $(FUZZ_BUILD)/$*.made
	$(if $(wildcard tests/fuzz/$*_seeds.c),$(FUZZ_BUILD)/tests/fuzz/$*_seeds $(FUZZ_BUILD)/$*.made)
	$(FUZZ_BUILD)/tests/fuzz/$*_fuzz -max_total_time=$(FUZZ_TIME) -timeout=10 -rss_limit_mb=1024 -verbosity=0 \
		-artifact_prefix=$(FUZZ_BUILD)/$*. $(FUZZ_BUILD)/$*.corpus $(FUZZ_BUILD)/$*.made $(wildcard tests/fuzz/$*.seeds)

$(BUILD)/tests/fuzz/%_fuzz: $(BUILD)/tests/fuzz/%_fuzz.o $(LIB)
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) $(LINK_BIN) -o $@ $< $(LIB) $(LIBS_BIN)

$(BUILD)/tests/fuzz/%_seeds: $(BUILD)/tests/fuzz/%_seeds.o $(LIB)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LINK_BIN) -o $@ $< $(LIB) $(LIBS_BIN)
